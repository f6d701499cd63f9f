"""Our own workflows as an app: opens the toolbox and the decider on the addresses of the scene and drives the runner."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

from agents.errors import AgentError
from agents.questions import A, Decider, OnText
from agents.questions import Question as Asked
from evals.alone import Alone, run_alone
from evals.canonical import digest
from evals.errors import Usage as UsageError
from evals.scene import Scene, Trace, Wanted, WorldServer
from evals.session import Question
from workflows.budget import Budget, Limited
from workflows.context import Approval, Context, Policy, WhenItExists

RUN_OPTIONS = ("approval", "when_it_exists", "run", "run_deadline", "stop_after", "limits", "retries")
PATIENCE = 600.0
"""Seconds that a model may take to answer: weights on a small machine write a few words a second."""
PASSING = ("seconds", "usage", "tool_calls")
"""Fields of an outcome that are counted by the harness itself, or say how fast."""


class Witness(Limited):
    """Keeps the budget, and notes what a decider is asked and answers."""

    def __init__(self, decider: Decider, budget: Budget, trace: Trace) -> None:
        super().__init__(decider, budget)
        self._trace = trace

    async def decide(self, question: Asked[A], *, on_text: OnText | None = None) -> A:
        """Ask the decider, and note the question with its values and its answer."""
        values = question.model_dump(mode="json")
        noted = Question(name=question.name, prompt=digest(values), values=values)
        self._trace.questions.append(noted)
        self._trace.note("question", question.name)
        try:
            answer = await super().decide(question, on_text=on_text)
        except AgentError as failure:
            noted.error = f"{type(failure).__name__}: {failure}"
            raise
        noted.answer = answer.model_dump(mode="json")
        return answer


class Stopped(BaseException):
    """The process is made to stop here, as if it had been killed; the session goes on in a new one."""


class WorkflowApp:
    """Runs `scene.workflow` of the package `workflows`."""

    async def run(self, scene: Scene) -> Any:
        """The outcome as JSON, without times and counts."""
        from workflows.runner import memory_saver

        unknown = set(scene.inputs) - set(RUN_OPTIONS)
        if unknown:
            raise UsageError(
                f"inputs: {sorted(unknown)[0]!r} is not known. There are: {', '.join(RUN_OPTIONS)}."
            )
        saver = memory_saver(scene.workflow)
        stops = [str(node) for node in scene.inputs.get("stop_after", [])]
        process = 0
        while True:
            process += 1
            try:
                return await self._process(scene, saver, process, stops)
            except Stopped:
                scene.trace.note("stop", stops.pop(0))

    async def node(self, scene: Scene, name: str, state: Mapping[str, Any]) -> Alone:
        """One node of the workflow's graph."""
        from workflows import registry

        async with self._context(scene, 1, []) as context:
            return await run_alone(registry.graph(scene.workflow), name, state, scene.reply, context=context)

    @asynccontextmanager
    async def _context(self, scene: Scene, process: int, stops: list[str]) -> AsyncIterator[Context]:
        from agents.session import Target, open_toolbox

        limits = _limits(scene)
        async with AsyncExitStack() as stack:
            target = Target(url=scene.workspace.url, key=scene.workspace.key, app=scene.workspace.app)
            tools = await stack.enter_async_context(
                open_toolbox(target, timer=time.monotonic, limit=limits.tool_calls, sleep=scene.clock.sleep)
            )
            decider = await stack.enter_async_context(decider_for(scene))
            yield Context(
                decider=Witness(decider, limits, scene.trace),
                tools=tools,
                clock=scene.clock,
                sleep=scene.clock.sleep,
                policy=_policy(scene.inputs),
                tell=_teller(scene.trace, stops),
                session=f"process {process}",
            )

    async def _process(self, scene: Scene, saver: Any, process: int, stops: list[str]) -> Any:
        from workflows.runner import Runner, Waiting

        async with self._context(scene, process, stops) as context:
            budget = replace(_limits(scene), seconds=None)
            runner = Runner(scene.workflow, context, saver, "eval", budget=budget)
            state = await (runner.start(scene.request) if process == 1 else runner.resume())
            while True:
                if isinstance(state, Waiting):
                    state = await runner.resume(scene.reply(state.payload))
                    continue
                outcome = state.outcome.model_dump(mode="json")
                scene.trace.usage = outcome.get("usage", {})
                if outcome["question"] and scene.more_replies:
                    payload = {"question": outcome["question"], "choices": outcome["choices"]}
                    state = await runner.start(scene.request, reply=str(scene.reply(payload)))
                    continue
                outcome["charts"] = [
                    {"title": chart.get("title"), "digest": digest(chart)} for chart in outcome["charts"]
                ]
                return {name: value for name, value in outcome.items() if name not in PASSING}

    def world(self, wanted: Wanted) -> AbstractAsyncContextManager[WorldServer] | None:
        """A fresh embedded workspace."""
        from evals.world import open_world

        world: AbstractAsyncContextManager[WorldServer] = open_world(wanted)
        return world


def _limits(scene: Scene) -> Budget:
    return Budget(**scene.inputs.get("limits", {}))


def _policy(inputs: Mapping[str, Any]) -> Policy:
    try:
        return Policy(
            approval=Approval(inputs.get("approval", "ask")),
            when_it_exists=WhenItExists(inputs.get("when_it_exists", "ask")),
            run=bool(inputs.get("run", True)),
            run_deadline=float(inputs.get("run_deadline", 600.0)),
        )
    except ValueError as wrong:
        raise UsageError(f"inputs: {wrong}.") from None


def _teller(trace: Trace, stops: list[str]) -> Any:
    def tell(event: str, data: Mapping[str, Any]) -> None:
        trace.tell(event, data)
        if event == "node_done" and stops and data["node"] == stops[0]:
            raise Stopped(stops[0])

    return tell


@asynccontextmanager
async def decider_for(scene: Scene) -> AsyncIterator[Decider]:
    """The decider that a scene names: the rules, or a model at the scene's address."""
    from agents.deciders import RuleDecider

    if scene.model is None:
        yield RuleDecider()
        return
    from agents.model_decider import ModelDecider
    from agents.models import hosted_model

    provider = "anthropic" if scene.model.protocol == "anthropic-messages" else "openai"
    retries = int(scene.inputs.get("retries", 0))
    opened = hosted_model(
        provider,
        scene.model.name,
        base_url=scene.model.url,
        key=scene.model.key,
        retries=retries,
        timeout=PATIENCE,
    )
    async with opened as (model, settings):
        yield ModelDecider(model, replace(settings, deadline=PATIENCE, small=scene.model.small))


app = WorkflowApp()
