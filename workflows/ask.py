"""One door: chooses the workflow for a request, or chains several, and says which and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, cast

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.ask import Doer, Name, Route, RouteStep, WhichWorkflow, WorkflowCard
from agents.rules.ask_asides import THINGS, WELCOME
from agents.rules.ask_follow_ups import Before, stands_alone
from agents.rules.ask_outside import UNKNOWN, back_wanted, foreign, outside
from agents.rules.looking import looked_for, several
from agents.rules.looking_said import Look, Names
from workflows import registry
from workflows.approval import approval_update
from workflows.chaining import (
    GOOD,
    for_each,
    last_told,
    later_told,
    listed_in,
    pointed_at,
    said,
    short,
    together,
    unmet,
)
from workflows.context import Context
from workflows.looking import looked_up, names_of
from workflows.looking_data import asked_of_data
from workflows.looking_words import NAME, Workspace
from workflows.outcome import Entry, Outcome, Status
from workflows.routing import unless_ended
from workflows.state import RunState, carried
from workflows.taking_back import last_written, taking_back
from workflows.undo import outcome_of, undo


class State(RunState):
    kept: ClassVar[frozenset[str]] = RunState.kept | {
        "asked",
        "route",
        "looks",
        "finished",
        "notebook_id",
        "before",
        "last",
        "said",
        "listed",
    }

    asked: str = ""
    """The request that `route` and `finished` belong to, so that the answer to a question goes on where it was asked."""
    route: Route | None = None
    looks: dict[str, Look] = {}
    """What steps of `route` look up in the workspace, by their requests."""
    finished: list[Outcome] = []
    """Outcomes of the steps that are done."""
    notebook_id: str = ""
    """The notebook that the steps so far worked on; of the turn before, where this one names none."""
    before: dict[str, dict[str, Any]] = {}
    """What each workflow keeps from the turns before, for requests that go on from them."""
    last: Doer | None = None
    """Who did the last step of the turn before."""
    said: str = ""
    """The request as it stands alone; of the turn before, until this one is read."""
    listed: list[str] = []
    """Notebooks that the last answer lists, by name."""
    taking_back: bool = False
    """Whether what the turn before wrote is to be taken back."""

    def broken_off(self, outcome: Outcome) -> Outcome:
        """With what the steps before came to."""
        return _together(self, outcome) if self.route is not None and self.route.steps else outcome


def _together(state: State, last: Outcome) -> Outcome:
    assert state.route is not None
    read_as = state.said if state.said != state.request else ""
    return together(state.route, state.finished, last, wrote=bool(state.journal), read_as=read_as)


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
    if back_wanted(state.request) and last_written(state.journal):
        return {"route": None, "asked": state.request, "finished": [], "taking_back": True}
    there = await _workspace(context)
    names = names_of(there.projects, there.integrations)
    request = (
        state.request
        if state.reply is not None
        else stands_alone(state.request, _before(state, there), names)
    )
    update: dict[str, Any] = {"route": None, "asked": state.request, "finished": [], "said": request}
    question = WhichWorkflow(
        request=request,
        workflows=cards,
        notebooks=list(names.notebooks),
        integrations=list(names.integrations),
        projects=list(names.projects),
    )
    look = None
    if not several(request, question):
        look = looked_for(request, names, context.clock().date())
    if look is not None and look.kind == "runs" and look.notebooks:
        step = RouteStep(workflow="run_and_inspect", request=request, why="it asks how a run ended")
        return {**update, "route": Route(steps=[step])}
    if look is not None and (found := await looked_up(look, request, there, context)) is not None:
        return {**update, **_looked(found, look, there), "outcome": found}
    route = await context.decider.decide(question)
    if (told := courtesy(route, cards)) is not None:
        return {**update, "outcome": told}
    route = goes_on(route, state, names.notebooks)
    route = await _of_data(route, request, there, context)
    looks = looks_of(route, names, context.clock().date())
    update |= {"route": route, "looks": looks}
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


def _before(state: State, there: Workspace) -> Before:
    """What this turn may go on from."""
    rows = [row for project in there.projects for row in project.notebooks]
    notebook = next((row.name for row in rows if row.id == state.notebook_id), "")
    return Before(state.said, state.last, notebook, state.listed)


def _looked(found: Outcome, look: Look, there: Workspace) -> dict[str, Any]:
    """What a look leaves for the requests behind it: the notebooks that it lists, and the one that it is about."""
    listed = listed_in(found)
    about = look.notebooks if len(look.notebooks) == 1 else listed if len(listed) == 1 else ()
    rows = [row for project in there.projects for row in project.notebooks]
    ids = [row.id for row in rows if row.name in about]
    notebook = {"notebook_id": ids[0]} if len(ids) == 1 else {}
    return {"listed": listed, "last": NAME, **notebook}


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
        or state.last == "ask"
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


async def work(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The next step, by its own graph; its questions and approvals pass through."""
    assert state.route is not None
    step = state.route.steps[len(state.finished)]
    listed = listed_in(state.finished[-1]) if state.finished else state.listed
    if several_times := for_each(step, listed):
        steps = [
            *state.route.steps[: len(state.finished)],
            *several_times,
            *state.route.steps[len(state.finished) + 1 :],
        ]
        return {"route": state.route.model_copy(update={"steps": steps})}
    later = later_told(state.route.steps[len(state.finished) + 1 :])
    if step.only_if != "always" and (why := unmet(step, state.finished)):
        left = Outcome(workflow=step.workflow, status=Status.NOTHING_TO_DO, answer=why)
        if later:
            return {"finished": [*state.finished, left], "reply": None}
        return {"outcome": _together(state, left)}
    look = state.looks.get(step.request)
    if look is not None:
        there = await _workspace(runtime.context)
        told = await looked_up(look, step.request, there, runtime.context)
        if told is not None:
            known = _looked(told, look, there)
            if later:
                return {**known, "finished": [*state.finished, told], "reply": None}
            return {**known, "outcome": _together(state, told)}
    doer: Name = "docs_qa" if step.workflow == "ask" else step.workflow
    kind = registry.state_type(doer)
    reply = state.reply if not state.finished or state.reply else None
    request = pointed_at(step.request, state.finished)
    given = {**state.before.get(doer, {}), **kind.new_turn(request, state.turn, reply)}
    fields = kind.model_fields
    if "notebook_hint" in fields:
        given["notebook_hint"] = state.notebook_id
    if "insert" in fields and state.finished:
        given["insert"] = short(last_told(state.route, state.finished))
    inner = registry.graph(doer).compile(name=doer)
    values: Mapping[str, Any] = {}
    async for part in inner.astream(
        given, context=replace(runtime.context, later=later), stream_mode="values"
    ):
        values = part
    outcome = cast(Outcome, values["outcome"])
    journal = carried(state.journal, values.get("journal", []), state.turn)
    update: dict[str, Any] = {
        "journal": journal,
        "writer": values.get("writer", state.writer),
        "notebook_id": _notebook(values, journal) or state.notebook_id,
        "before": {
            **state.before,
            doer: {name: values[name] for name in _kept(kind) if name in values},
        },
        "last": doer,
        "listed": listed_in(outcome),
    }
    if _goes_on(outcome, state.route.steps[len(state.finished) + 1 :]):
        return {**update, "finished": [*state.finished, outcome], "reply": None}
    return {**update, "outcome": _together(state, outcome)}


def looks_of(route: Route, names: Names, today: date) -> dict[str, Look]:
    """What the steps are to look up in the workspace, by their requests, where that is all they ask."""
    found: dict[str, Look] = {}
    for step in route.steps:
        if step.workflow not in ("ask", "run_and_inspect", "docs_qa") or step.only_if != "always":
            continue
        look = looked_for(step.request, names, today)
        if look is not None and not (look.kind == "runs" and look.notebooks):
            found[step.request] = look
    return found


def _kept(kind: type[RunState]) -> frozenset[str]:
    """What a workflow keeps between turns by itself; the journal is the chain's."""
    return kind.kept - RunState.kept


def _goes_on(outcome: Outcome, later: Sequence[RouteStep]) -> bool:
    """Whether the next step is come to: behind a run that failed, only where it hangs on just that."""
    return bool(later) and (
        outcome.status in GOOD or (outcome.status is Status.FAILED and later[0].only_if != "always")
    )


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


def approve_taking_back(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    return approval_update(taking_back(state.request, _standing(state)), runtime.context)


async def take_back(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """What the turn before wrote, back as it was; the journal says so."""
    done = await undo(_standing(state), runtime.context.tools)
    return {"journal": done.entries, "said": "", "outcome": outcome_of(done, NAME)}


def _standing(state: State) -> list[Entry]:
    return last_written(
        state.journal, every=re.search(r"\b(?:everything|all)\b", state.request, re.IGNORECASE) is not None
    )


def after_choice(state: State) -> str:
    if state.outcome is not None:
        return END
    return "approve_taking_back" if state.taking_back else "work"


def after_work(state: State) -> str:
    return END if state.outcome is not None else "work"


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    chain.add_node("choose", choose)
    chain.add_node("work", work)
    chain.add_node("approve_taking_back", approve_taking_back)
    chain.add_node("take_back", take_back)

    chain.add_edge(START, "choose")
    chain.add_conditional_edges("choose", after_choice, ["work", "approve_taking_back", END])
    chain.add_conditional_edges("approve_taking_back", unless_ended("take_back"), ["take_back", END])
    chain.add_edge("take_back", END)
    chain.add_conditional_edges("work", after_work, ["work", END])
    return chain


__all__ = ["State", "graph"]
