"""One door: chooses the workflow for a request, or chains several, and says which and why."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.ask import DECIDES, RESULT, Name, Route, RouteStep, WhichWorkflow, WorkflowCard
from agents.rules.ask_asides import THINGS, WELCOME
from agents.rules.ask_outside import UNKNOWN, foreign, outside
from agents.rules.looking import looked_for
from workflows import registry
from workflows.context import Context
from workflows.looking import looked_up, names_of
from workflows.looking_data import asked_of_data
from workflows.looking_words import Workspace
from workflows.outcome import Entry, Outcome, Status
from workflows.routing import unless_ended
from workflows.state import RunState, carried

NAME = "ask"
GOOD = frozenset({Status.DONE, Status.NOTHING_TO_DO})
LONGEST_NOTE = 600
ASKED_FOR = re.compile(r"^Asked for:\n\n((?:- .*\n?)+)", re.MULTILINE)
"""The figures of a run that were asked for: a note with them says nothing else."""


_BY_NAME = re.compile(rf"workflows\.run (?:{'|'.join(registry.WORKFLOWS)}) ")
"""A workflow's own command: a thread of the door goes on through the door."""


_HERE = re.compile(r"\b(Nothing was (?:written|created|run))\b")
FAILING = re.compile(
    r"\bthe\s+(?:(?:failing|failed|broken|offending|faulty)\s+(?:cell|block|one)|(?:cell|block|one)\s+(?:that|which|where\s+it)\s+(?:has\s+)?(?:failed|fails|broke|breaks|stopped|went\s+wrong))\b",
    re.IGNORECASE,
)
STOPPED_AT = re.compile(r"\bstopped at block (\d+)\b")


class State(RunState):
    kept: ClassVar[frozenset[str]] = RunState.kept | {
        "asked",
        "route",
        "finished",
        "notebook_id",
        "before",
        "last",
    }

    asked: str = ""
    """The request that `route` and `finished` belong to, so that the answer to a question goes on where it was asked."""
    route: Route | None = None
    finished: list[Outcome] = []
    """Outcomes of the steps that are done."""
    notebook_id: str = ""
    """The notebook that the steps so far worked on; of the turn before, where this one names none."""
    before: dict[str, dict[str, Any]] = {}
    """What each workflow keeps from the turns before, for requests that go on from them."""
    last: Name | None = None
    """The workflow that did the last step of the turn before."""

    def broken_off(self, outcome: Outcome) -> Outcome:
        """With what the steps before came to."""
        return together(self, outcome) if self.route is not None and self.route.steps else outcome


async def choose(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    context = runtime.context
    if (
        state.reply is not None
        and state.asked == state.request
        and state.route is not None
        and state.route.steps
    ):
        return {}
    if (
        state.reply is not None
        and state.asked == state.request
        and (picked := _picked(state.reply)) is not None
    ):
        step = RouteStep(workflow=picked, request=state.request, why="as you chose")
        return {"route": Route(steps=[step]), "finished": []}
    cards = [
        WorkflowCard(name=each.name, does=each.does, example=each.example)
        for each in registry.WORKFLOWS.values()
        if each.name != NAME
    ]
    there = await _workspace(context)
    names = names_of(there.projects, there.integrations)
    look = looked_for(state.request, names, context.clock().date())
    if look is not None and look.kind == "runs" and look.notebooks:
        step = RouteStep(workflow="run_and_inspect", request=state.request, why="it asks how a run ended")
        return {"route": Route(steps=[step]), "asked": state.request, "finished": []}
    if look is not None and (found := await looked_up(look, state.request, there, context)) is not None:
        return {"route": None, "asked": state.request, "finished": [], "outcome": found}
    question = WhichWorkflow(
        request=state.request,
        workflows=cards,
        notebooks=list(names.notebooks),
        integrations=list(names.integrations),
    )
    route = await context.decider.decide(question)
    if (told := courtesy(route, cards)) is not None:
        return {"route": None, "asked": state.request, "finished": [], "outcome": told}
    route = goes_on(route, state, names.notebooks)
    route = await _of_data(route, state.request, there, context)
    update: dict[str, Any] = {"route": route, "asked": state.request, "finished": []}
    if route.out_of_scope:
        update["outcome"] = Outcome(
            workflow=NAME,
            status=Status.REFUSED,
            answer=f"{ended(route.out_of_scope)} Nothing was written.",
            next=["What can you do?"],
        )
    elif route.unclear:
        choices = [f"{card.name}: {card.does}" for card in cards if card.name in route.candidates] or [
            f"{card.name}: {card.does}" for card in cards
        ]
        update["outcome"] = Outcome(
            workflow=NAME,
            status=Status.NEEDS_ANSWER,
            answer=f"{route.unclear} Nothing was written.",
            question=route.unclear,
            choices=choices,
        )
    else:
        context.tell("progress", {"text": said(route)})
    return update


def courtesy(route: Route, cards: Sequence[WorkflowCard]) -> Outcome | None:
    """The answer to thanks, or to the question what can be asked here: nothing is wanted of a workflow."""
    if route.out_of_scope == WELCOME:
        return Outcome(workflow=NAME, status=Status.DONE, answer=f"{WELCOME}.")
    if route.unclear != THINGS:
        return None
    lines = [f"- {card.does} ({card.name}): “{card.example}”" for card in cards]
    lines += ["- what the workspace holds (ask): “Which notebooks failed last time?”"]
    return Outcome(workflow=NAME, status=Status.DONE, answer=f"{THINGS}\n\n" + "\n".join(lines))


async def _workspace(context: Context) -> Workspace:
    tools = context.tools.only("list_projects", "list_integrations")
    return Workspace(
        [project async for project in tools.list_projects()],
        [integration async for integration in tools.list_integrations()],
    )


def goes_on(route: Route, state: State, notebooks: Sequence[str]) -> Route:
    """The route, but to the workflow of the turn before where the request says nothing by itself, such as `only 2015`."""
    if (
        state.last is None
        or not state.before.get(state.last)
        or not (route.unclear or route.out_of_scope)
        or state.reply is not None
    ):
        return route
    if foreign(state.request, notebooks) or not outside(state.request).startswith(UNKNOWN):
        return route
    step = RouteStep(workflow=state.last, request=state.request, why="it goes on from the request before")
    return Route(steps=[step])


async def _of_data(route: Route, request: str, there: Workspace, context: Context) -> Route:
    """The route, but to an analysis where figures are asked for that the tables hold and the documentation cannot know."""
    if route.unclear or [step.workflow for step in route.steps] not in ([], ["docs_qa"]):
        return route
    said = await asked_of_data(request, there, context.tools.only("get_integration"))
    if not said:
        return route
    step = RouteStep(workflow="build_analysis", request=request, why=f"it asks for figures of “{said}”")
    return Route(steps=[step], undone=route.undone)


def ended(sentence: str) -> str:
    """The sentence with its full stop, where it has no mark of its own."""
    return sentence if re.search(r"[.!?]$", sentence) else f"{sentence}."


def _picked(reply: str) -> Name | None:
    word = reply.split(":", 1)[0].strip()
    return cast(Name, word) if word in registry.WORKFLOWS and word != NAME else None


def said(route: Route) -> str:
    """Which workflows and why, in one line."""
    return ", then ".join(f"{step.workflow}" + (f" ({step.why})" if step.why else "") for step in route.steps)


async def work(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The next step, by its own graph; its questions and approvals pass through."""
    assert state.route is not None
    step = state.route.steps[len(state.finished)]
    if step.only_if != "always" and (why := unmet(step, state)):
        left = Outcome(workflow=step.workflow, status=Status.NOTHING_TO_DO, answer=why)
        if len(state.finished) + 1 < len(state.route.steps):
            return {"finished": [*state.finished, left], "reply": None}
        return {"outcome": together(state, left)}
    if len(state.route.steps) > 1 and (told := await _looked_up(step, runtime.context)) is not None:
        if len(state.finished) + 1 < len(state.route.steps):
            return {"finished": [*state.finished, told], "reply": None}
        return {"outcome": together(state, told)}
    kind = registry.state_type(step.workflow)
    reply = state.reply if not state.finished or state.reply else None
    request = pointed_at(step.request, state.finished)
    given = {**state.before.get(step.workflow, {}), **kind.new_turn(request, state.turn, reply)}
    fields = kind.model_fields
    if "notebook_hint" in fields:
        given["notebook_hint"] = state.notebook_id
    if "insert" in fields and state.finished:
        given["insert"] = short(_last_told(state))
    inner = registry.graph(step.workflow).compile(name=step.workflow)
    values: Mapping[str, Any] = {}
    async for part in inner.astream(given, context=runtime.context, stream_mode="values"):
        values = part
    outcome = cast(Outcome, values["outcome"])
    journal = carried(state.journal, values.get("journal", []), state.turn)
    update: dict[str, Any] = {
        "journal": journal,
        "writer": values.get("writer", state.writer),
        "notebook_id": _notebook(values, journal) or state.notebook_id,
        "before": {
            **state.before,
            step.workflow: {name: values[name] for name in _kept(kind) if name in values},
        },
        "last": step.workflow,
    }
    if _goes_on(outcome, state.route.steps[len(state.finished) + 1 :]):
        return {**update, "finished": [*state.finished, outcome], "reply": None}
    return {**update, "outcome": together(state, outcome)}


def pointed_at(request: str, finished: Sequence[Outcome]) -> str:
    """The request with the number of the block that failed in a step before, where it speaks of that block."""
    stopped = next((found for each in reversed(finished) if (found := STOPPED_AT.search(each.answer))), None)
    return FAILING.sub(f"block {stopped[1]}", request) if stopped is not None else request


async def _looked_up(step: RouteStep, context: Context) -> Outcome | None:
    """The answer to a part of a chain that asks what the workspace holds, where that is all it asks."""
    if step.workflow not in ("run_and_inspect", "docs_qa") or step.only_if != "always":
        return None
    there = await _workspace(context)
    look = looked_for(step.request, names_of(there.projects, there.integrations), context.clock().date())
    if look is None or (look.kind == "runs" and look.notebooks):
        return None
    return await looked_up(look, step.request, there, context)


def _kept(kind: type[RunState]) -> frozenset[str]:
    """What a workflow keeps between turns by itself; the journal is the chain's."""
    return kind.kept - RunState.kept


def _goes_on(outcome: Outcome, later: Sequence[RouteStep]) -> bool:
    """Whether the next step is come to: behind a run that failed, only where it hangs on just that."""
    return bool(later) and (
        outcome.status in GOOD or (outcome.status is Status.FAILED and later[0].only_if != "always")
    )


def unmet(step: RouteStep, state: State) -> str:
    """Why a step is not done that hangs on what a run or an audit before it came to; empty where it is to be done."""
    before = next(
        (each for each in reversed(state.finished) if each.workflow == DECIDES.get(step.only_if)),
        state.finished[-1],
    )
    failed = before.status is Status.FAILED or any(
        claim.text.startswith("status of run") and claim.value != "success" for claim in before.claims
    )
    changes = next((claim.value for claim in before.claims if claim.text == "changes found"), None)
    compared = any(claim.text == "blocks compared" for claim in before.claims)
    holds = {
        "found": any(table.get("rows") for table in before.tables),
        "not found": not any(table.get("rows") for table in before.tables),
        "failed": failed,
        "succeeded": not failed,
        "changed": not failed and bool(changes),
        "unchanged": not failed and compared and not changes,
    }
    if step.only_if == "always" or holds[step.only_if]:
        return ""
    came_to = {
        "found": "The step before found nothing",
        "not found": "The step before found something",
        "failed": "The run before did not fail",
        "succeeded": "The run before failed",
        "changed": "The run before changed nothing" if compared and not failed else "Whether the run before changed anything is not known",
        "unchanged": "The run before changed something" if compared and not failed else "Whether the run before changed anything is not known",
    }  # fmt: skip
    return f"{came_to[step.only_if]}, so this was not done: {step.request.replace(RESULT, 'the result')}"


def _last_told(state: State) -> Outcome:
    """The last step that was done; one whose condition did not hold has nothing to tell."""
    assert state.route is not None
    done = [
        outcome
        for outcome, step in zip(state.finished, state.route.steps, strict=False)
        if not (step.only_if != "always" and outcome.status is Status.NOTHING_TO_DO)
    ]
    return done[-1] if done else state.finished[-1]


def _notebook(values: Mapping[str, Any], journal: list[Entry]) -> str:
    found = values.get("found")
    if found is not None:
        return str(found.card.id)
    if values.get("notebook_id"):
        return str(values["notebook_id"])
    return next(
        (
            str(entry.arguments["notebookId"])
            for entry in reversed(journal)
            if "notebookId" in entry.arguments
        ),
        "",
    )


def short(outcome: Outcome) -> str:
    """What a step found, as the text of a note: the figures that were asked for, else the answer."""
    asked = ASKED_FOR.search(outcome.answer)
    told = asked.group(1) if asked is not None else outcome.answer
    text = told if len(told) <= LONGEST_NOTE else told[:LONGEST_NOTE].rsplit("\n", 1)[0] + "\n…"
    return text.strip()


def together(state: State, last: Outcome) -> Outcome:
    """The outcomes of all steps as one; a step that was not reached is named."""
    assert state.route is not None
    every = [*state.finished, last]
    steps = state.route.steps
    left = [step.workflow for step in steps[len(every) :]]
    wrote = bool(state.journal)
    parts = [
        _HERE.sub(r"\1 for this part", outcome.answer)
        if wrote and outcome.status not in GOOD
        else outcome.answer
        for outcome in every
    ]
    parts += [f"Not done: “{part}”: no workflow was found for it." for part in state.route.undone]
    if left and last.status is not Status.PLANNED:
        parts.append(f"Not done, because the step before did not come to its end: {', '.join(left)}.")
    parts.append(f"Done by {said(state.route)}.")
    failed = any(outcome.status is Status.FAILED for outcome in every)
    return last.model_copy(
        update={
            "workflow": NAME,
            "status": Status.FAILED if failed and last.status in GOOD else last.status,
            "answer": "\n\n".join(parts),
            "claims": [claim for outcome in every for claim in outcome.claims],
            "not_checked": list(dict.fromkeys(text for outcome in every for text in outcome.not_checked)),
            "tables": [table for outcome in every for table in outcome.tables],
            "charts": [chart for outcome in every for chart in outcome.charts],
            "checks": [text for outcome in every for text in outcome.checks],
            "plan": _with_later(last.plan, steps[len(every) :]),
            "next": [_BY_NAME.sub("workflows.run ", line) for line in last.next],
            "address": next((outcome.address for outcome in reversed(every) if outcome.address), None),
        }
    )


def _with_later(plan: dict[str, Any] | None, later: Sequence[RouteStep]) -> dict[str, Any] | None:
    """The plan of a step, with the steps behind it: each is planned on what the one before leaves."""
    if plan is None or not later:
        return plan
    told = [f"Then {step.workflow}, planned once this is done: “{step.request}”" for step in later]
    return {**plan, "summary": [*plan.get("summary", []), *told]}


def after_work(state: State) -> str:
    return END if state.outcome is not None else "work"


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    chain.add_node("choose", choose)
    chain.add_node("work", work)

    chain.add_edge(START, "choose")
    chain.add_conditional_edges("choose", unless_ended("work"), ["work", END])
    chain.add_conditional_edges("work", after_work, ["work", END])
    return chain


__all__ = ["State", "graph"]
