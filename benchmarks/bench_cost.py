"""Model calls and input tokens of the graphs against a free agent on its shortest correct path, counted on the wire.

Both sides speak to a scripted endpoint over a real socket and work on the same demo workspace. The graphs get the answers
that the offline rules would give; the agent gets the calls of `evals/baselines/paths.py`, so it never errs. Tokens are bytes of
messages, tools and schema divided by 3.5, the same for both; no provider's prompt cache is counted.
"""

import argparse
import asyncio
import json
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from agents.deciders import RuleDecider
from agents.model_decider import Asked, ModelDecider, Settings
from agents.models import chat_model
from agents.prompts import tokens
from agents.questions import A, OnText, Question, Usage
from agents.scripted import Request, Script, ScriptedModel, Step
from agents.session import Target, open_session, open_toolbox
from agents.toolbox import Call
from benchmarks.table import print_table
from evals.baselines.paths import TASKS, Perfect, Task
from evals.baselines.react import react
from workflows.context import Approval, Context, Policy
from workflows.runner import Ended, in_memory

COUNTED = ("messages", "tools", "tool_choice", "response_format")


class Cost(NamedTuple):
    calls: int
    input_tokens: int
    prefix: float
    """Part of the input that repeats the beginning of an earlier call of the run."""
    tool_calls: int
    ended: str


class Oracle:
    """Asks a model over the wire; the endpoint answers as the offline rules would."""

    def __init__(self, model: ModelDecider, server: ScriptedModel) -> None:
        self._rules = RuleDecider()
        self._model = model
        self._server = server
        self.label = "oracle"

    @property
    def usage(self) -> Usage:
        return self._model.usage

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        if question.settled() is None:
            answer = await self._rules.decide(question)
            self._server.script.answers.append(Step.model_validate({"json": answer.model_dump(mode="json")}))
        return await self._model.decide(question)


def cost_of(requests: list[Request], tool_calls: int, ended: str) -> Cost:
    """What went over the wire."""
    texts = [json.dumps({name: one.body[name] for name in COUNTED if name in one.body}) for one in requests]
    sizes = [tokens(text) for text in texts]
    # The order in which a provider reads it: tools before messages.
    read = [
        json.dumps(one.body.get("tools", []))
        + "".join(json.dumps(message) for message in one.body["messages"])
        for one in requests
    ]
    shared = sum(
        max((_common(read[index], earlier) for earlier in read[:index]), default=0)
        for index in range(1, len(read))
    )
    later = sum(len(text) for text in read[1:])
    return Cost(len(requests), sum(sizes), shared / later if later else 0.0, tool_calls, ended)


def _common(one: str, two: str) -> int:
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == two[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@asynccontextmanager
async def demo(template: Path) -> AsyncIterator[Target]:
    """A fresh copy of the demo workspace."""
    from workspace.embedded import open_workspace

    with tempfile.TemporaryDirectory(prefix="bench-cost-") as folder:
        data = Path(folder) / "workspace"
        shutil.copytree(template, data)
        async with open_workspace(data, seed_demo=False) as opened:
            yield Target(url=opened.url, key=opened.key, app=opened.app)


async def graph_cost(task: Task, template: Path) -> tuple[Cost, list[Asked]]:
    asked: list[Asked] = []
    made: list[Call] = []
    async with (
        demo(template) as target,
        ScriptedModel(Script()).serving() as server,
        chat_model("openai", "gpt-4o", base_url=server.url, key="k", retries=0, timeout=60) as model,
        open_toolbox(target, timer=time.monotonic, observe=made.append) as tools,
    ):
        decider = Oracle(ModelDecider(model, Settings(label="oracle"), observe=asked.append), server)
        context = Context(
            decider=decider,
            tools=tools,
            clock=lambda: datetime.now(UTC),
            sleep=asyncio.sleep,
            policy=Policy(approval=Approval.YES),
        )
        ended = await in_memory(task.workflow, context).start(task.request)
        status = ended.outcome.status.value if isinstance(ended, Ended) else "waiting"
        return cost_of(server.requests, len(made), status), asked


async def agent_cost(task: Task, template: Path, batched: bool) -> Cost:
    async with (
        demo(template) as target,
        open_session(target) as session,
        Perfect(task.path, batched=batched, session=session).serving() as server,
        chat_model("openai", "gpt-4o", base_url=server.url, key="k", retries=0, timeout=60) as model,
    ):
        result = await react(task.request, model=model, session=session)
        ended = "error in a tool" if any(one.failed for one in result.called) else result.ended
        return cost_of(server.requests, len(result.called), ended)


async def measure(names: list[str], show: bool) -> int:
    from workspace.embedded import open_workspace

    rows: list[list[object]] = []
    totals = [Cost(0, 0, 0.0, 0, "")] * 3
    with tempfile.TemporaryDirectory(prefix="bench-cost-demo-") as folder:
        template = Path(folder) / "workspace"
        async with open_workspace(template, random=random.Random(0).randbytes, worker=False):
            pass
        for task in TASKS:
            if names and task.workflow not in names:
                continue
            ours, asked = await graph_cost(task, template)
            agent = await agent_cost(task, template, batched=False)
            batched = await agent_cost(task, template, batched=True)
            for index, one in enumerate((ours, agent, batched)):
                totals[index] = Cost(
                    totals[index].calls + one.calls, totals[index].input_tokens + one.input_tokens, 0.0, 0, ""
                )
            rows.append(_row(task.workflow, ours, agent, batched))
            if show:
                for ask in asked:
                    print(
                        f"{task.workflow}: {ask.question}, {ask.prompt.tokens} tokens, {ask.problems or 'taken'}"
                    )
            for side, one in (("graph", ours), ("agent", agent), ("batched agent", batched)):
                if one.ended not in {"done", "answered"}:
                    print(
                        f"{task.workflow}: the {side} ended with {one.ended!r}, so its figures do not count."
                    )
    rows.append(_row("all", *totals))
    columns = [
        "workflow", "graph: calls", "tokens in", "agent: calls", "tokens in", "calls, graph / agent",
        "tokens, graph / agent", "agent, batched: calls", "tokens in", "prefix shared, graph",
    ]  # fmt: skip
    print_table("Model calls and input tokens, one run of each documented request", columns, rows)
    ours, agent, _ = totals
    return 0 if ours.calls * 4 <= agent.calls and ours.input_tokens * 8 <= agent.input_tokens else 1


def _row(name: str, ours: Cost, agent: Cost, batched: Cost) -> list[object]:
    return [
        name, ours.calls, f"{ours.input_tokens:,}", agent.calls, f"{agent.input_tokens:,}",
        f"{ours.calls / max(agent.calls, 1):.2f}", f"{ours.input_tokens / max(agent.input_tokens, 1):.3f}",
        batched.calls, f"{batched.input_tokens:,}", f"{ours.prefix:.0%}" if ours.prefix else "-",
    ]  # fmt: skip


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_cost", description=__doc__)
    parser.add_argument("workflow", nargs="*", help="only these")
    parser.add_argument("--show", action="store_true", help="name every question that was asked")
    options = parser.parse_args(argv)
    return asyncio.run(measure(options.workflow, options.show))


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
