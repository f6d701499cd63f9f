"""One door: chooses the workflow for a request, or chains several, and says which and why."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.ask import Name, Route, RouteStep, WhichWorkflow, WorkflowCard
from agents.errors import AgentError, BudgetSpent
from workflows import registry
from workflows.context import Context
from workflows.outcome import Entry, Outcome, Status
from workflows.routing import unless_ended
from workflows.state import RunState

NAME = "ask"
GOOD = frozenset({Status.DONE, Status.NOTHING_TO_DO})
LONGEST_NOTE = 600


class State(RunState):
    kept: ClassVar[frozenset[str]] = RunState.kept | {"asked", "route", "finished", "notebook_id"}

    asked: str = ""
    """The request that `route` and `finished` belong to, so that the answer to a question goes on where it was asked."""
    route: Route | None = None
    finished: list[Outcome] = []
    """Outcomes of the steps that are done."""
    notebook_id: str = ""
    """The notebook that the steps so far worked on."""


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
    tools = context.tools.only("list_projects", "list_integrations")
    notebooks = [notebook.name async for project in tools.list_projects() for notebook in project.notebooks]
    integrations = [integration.name async for integration in tools.list_integrations()]
    route = await context.decider.decide(
        WhichWorkflow(request=state.request, workflows=cards, notebooks=notebooks, integrations=integrations)
    )
    update: dict[str, Any] = {"route": route, "asked": state.request, "finished": [], "notebook_id": ""}
    if route.out_of_scope:
        what = "; ".join(f"{card.does} ({card.name})" for card in cards)
        update["outcome"] = Outcome(
            workflow=NAME,
            status=Status.REFUSED,
            answer=f"{route.out_of_scope.rstrip('.')}. Nothing was written. What can be done: {what}.",
            next=[card.example for card in cards],
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
    if step.only_if_found and state.finished and not _found(state.finished[-1]):
        nothing = Outcome(
            workflow=step.workflow,
            status=Status.NOTHING_TO_DO,
            answer=f"The step before found nothing, so this was not done: {step.request}",
        )
        return {"outcome": together(state, nothing)}
    kind = registry.state_type(step.workflow)
    given = kind.new_turn(
        step.request, state.turn, state.reply if not state.finished or state.reply else None
    )
    fields = kind.model_fields
    if "notebook_hint" in fields:
        given["notebook_hint"] = state.notebook_id
    if "insert" in fields and state.finished:
        given["insert"] = short(state.finished[-1])
    inner = registry.graph(step.workflow).compile(name=step.workflow)
    values: Mapping[str, Any] = {}
    try:
        async for part in inner.astream(given, context=runtime.context, stream_mode="values"):
            values = part
        outcome = cast(Outcome, values["outcome"])
    except AgentError as failure:
        spent = isinstance(failure, BudgetSpent)
        outcome = Outcome(
            workflow=step.workflow,
            status=Status.OUT_OF_BUDGET if spent else Status.FAILED,
            answer=str(failure),
        )
    first = max((entry.step for entry in state.journal), default=0)
    journal = [
        entry.model_copy(update={"step": first + entry.step, "turn": state.turn})
        for entry in values.get("journal", [])
        if entry.turn == state.turn
    ]
    update: dict[str, Any] = {
        "journal": journal,
        "writer": values.get("writer", state.writer),
        "notebook_id": _notebook(values, journal) or state.notebook_id,
    }
    if outcome.status in GOOD and len(state.finished) + 1 < len(state.route.steps):
        return {**update, "finished": [*state.finished, outcome], "reply": None}
    return {**update, "outcome": together(state, outcome)}


def _found(outcome: Outcome) -> bool:
    """Whether an audit found any use."""
    return any(table.get("rows") for table in outcome.tables)


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
    """What a step found, as the text of a note."""
    text = (
        outcome.answer
        if len(outcome.answer) <= LONGEST_NOTE
        else outcome.answer[:LONGEST_NOTE].rsplit("\n", 1)[0] + "\n…"
    )
    return text.strip()


def together(state: State, last: Outcome) -> Outcome:
    """The outcomes of all steps as one; a step that was not reached is named."""
    assert state.route is not None
    every = [*state.finished, last]
    steps = state.route.steps
    left = [step.workflow for step in steps[len(every) :]]
    parts = [said(state.route) + "."]
    parts += [outcome.answer for outcome in every]
    if left:
        parts.append(f"Not done, because the step before did not come to its end: {', '.join(left)}.")
    return last.model_copy(
        update={
            "workflow": NAME,
            "answer": "\n\n".join(parts),
            "claims": [claim for outcome in every for claim in outcome.claims],
            "not_checked": list(dict.fromkeys(text for outcome in every for text in outcome.not_checked)),
            "tables": [table for outcome in every for table in outcome.tables],
            "charts": [chart for outcome in every for chart in outcome.charts],
            "checks": [text for outcome in every for text in outcome.checks],
            "address": next((outcome.address for outcome in reversed(every) if outcome.address), None),
        }
    )


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
