"""Run a notebook and say what changed since its last successful run: the differences are computed, only their wording is judged."""

import re
from dataclasses import replace
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.run_and_inspect import RunWish
from agents.errors import ToolFailed
from agents.results import Block, Notebook, Run, RunRow
from agents.rules.run_and_inspect_intent import SAME_VALUES, beyond, only_planned
from workflows.approval import PlannedWrite, Proposal, approval_update, read_plan
from workflows.context import Approval, Context
from workflows.finding import CHOSEN, Found, all_notebooks, find_notebook
from workflows.inspecting import described_run, differences, wire_inputs
from workflows.inspecting_baseline import RUN_ID, baseline_of, ids_in, names_a_run, of_id
from workflows.inspecting_figures import wants_figures
from workflows.inspecting_start import (
    GO_ON,
    STOP,
    Danger,
    beyond_every_tool,
    cannot_start,
    days_read,
    input_cards_of,
    never_run,
    not_done,
    set_in_a_run,
    wished,
)
from workflows.labels import labels
from workflows.outcome import Claim, Model, Outcome, Source, Status
from workflows.reading.risks import risks_of
from workflows.routing import unless_ended
from workflows.snapshots import read_snapshot
from workflows.state import RunState, write
from workflows.waiting import finished_run, light

NAME = "run_and_inspect"


class Plan(Model):
    """The run, as it would be started."""

    notebook_id: str
    inputs: dict[str, Any]
    """Values for this run only; every other input keeps its own."""


OF_INTEGRATION = re.compile(r"\bintegration ([0-9a-f]{8}-[0-9a-f-]{27})\b")
"""How the error of a SQL block names its integration."""


class State(RunState):
    notebook_hint: str = ""
    """The notebook of the step before, in a chain of workflows."""
    found: Found | None = None
    notebook_name: str = ""
    address: str | None = None
    blocks: list[Block] = []
    wish: RunWish | None = None
    plan: Plan | None = None
    dangers: list[Danger] = []
    level: str = ""
    """The key's access level."""
    only_planned: bool = False
    """The request wants the plan and no run."""
    undone: list[str] = []
    """What the request wants besides and no tool does."""
    latest_run_id: str = ""
    """The newest run before ours, to know ours by after a crash."""
    run_id: str = ""
    run: Run | None = None
    """Ours, once it is finished; without its outputs."""
    baseline_id: str = ""
    baseline_note: str = ""
    """Where the run compared with is not the one that was asked for."""
    edited: dict[str, Any] | None = None
    problems: list[str] = []


async def find(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    context = runtime.context
    reply = None if state.reply in (GO_ON, STOP) else state.reply
    found = await find_notebook(NAME, state.request, reply, context, state.notebook_hint)
    if not isinstance(found, Outcome):
        return {"found": found}
    of_run = await _of_a_run(state.request, context)
    return {"found": of_run} if of_run is not None else {"outcome": found}


async def _of_a_run(request: str, context: Context) -> Found | None:
    """The notebook of a run whose id the request gives."""
    for given in RUN_ID.findall(request):
        try:
            run = await context.tools.only("get_run").get_run(given)
        except ToolFailed:
            continue
        card = next((card for card in await all_notebooks(context.tools) if card.id == run.notebook_id), None)
        if card is not None:
            return Found(card=card, reason=f"run {given} is one of its runs", rest=request)
    return None


async def read(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The notebook, what the request sets, and what running it may do."""
    context = runtime.context
    assert state.found is not None
    tools = context.tools.only("get_notebook", "list_notebook_runs", "list_integrations").pin(
        notebookId=state.found.card.id
    )
    text = state.found.rest
    notebook = await tools.get_notebook(state.found.card.id)
    reply = state.reply if state.found.reason != CHOSEN and state.reply not in (GO_ON, STOP) else None
    wish = await wished(text, reply, notebook, context)
    rows = []
    async for row in tools.list_notebook_runs(notebook.id):
        rows.append(row)
        if not ids_in(text):
            break
    wishes = beyond(text)
    inputs = wire_inputs(notebook, wish)
    if rows and SAME_VALUES.search(text):
        inputs = {**await values_before(rows[0].run_id, notebook, context), **inputs}
    update: dict[str, Any] = {
        "notebook_name": notebook.name,
        "address": notebook.url,
        "blocks": notebook.blocks,
        "wish": wish,
        "latest_run_id": rows[0].run_id if rows else "",
        "only_planned": only_planned(text),
        "undone": not_done(wishes),
        "plan": Plan(notebook_id=notebook.id, inputs=inputs),
    }
    # What a notebook shows that never ran can only be told by running it.
    runs = (wish.run or only_planned(text) or (not rows and wants_figures(text))) and context.policy.run
    refusal = beyond_every_tool(text, wishes, notebook.name, runs=runs)
    if refusal is not None:
        return {**update, "outcome": refusal}
    if not runs:
        asked = [row for row in (of_id(rows, given) for given in ids_in(text)) if row is not None]
        newest = min(asked, key=rows.index) if asked else rows[0] if rows else None
        if wish.inputs:
            update["undone"] = [*update["undone"], set_in_a_run(wish)]
        if newest is None:
            return {**update, "outcome": never_run(notebook.name, notebook.url)}
        return {**update, "run_id": newest.run_id}
    kinds = {integration.id: integration.type async for integration in tools.list_integrations()}
    places = labels(notebook.blocks)
    dangers = [
        Danger(kind=risk.kind.value, block_id=risk.block_id, place=places[risk.block_id], what=risk.what)
        for risk in risks_of(notebook.blocks, kinds)
    ]
    me = await context.tools.only("get_me").get_me()
    if update["only_planned"]:
        context = planning(context)
    refusal = cannot_start(
        notebook.name, notebook.blocks, wish, dangers, me, state.request, state.reply, context
    )
    return {**update, "dangers": dangers, "level": me.access_level, "outcome": refusal}


async def values_before(run_id: str, notebook: Notebook, context: Context) -> dict[str, Any]:
    """The values that a run was given, of the inputs that are still there."""
    run = await context.tools.only("get_run").get_run(run_id)
    known = {each.name for each in notebook.inputs}
    return {name: value for name, value in (run.inputs or {}).items() if name in known}


async def approve(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    assert state.plan is not None
    values = ", ".join(f"{name} = {value}" for name, value in state.plan.inputs.items())
    summary = [
        f"Run {state.notebook_name}"
        + (f" with {values}" if values else "")
        + " and compare it with its last successful run."
    ]
    if state.found is not None and not state.found.reason.startswith("named exactly"):
        summary.append(f"Taken to be {state.notebook_name}: {state.found.reason}.")
    if state.wish is not None:
        summary += days_read(state.request, state.wish, input_cards_of(state.blocks))
    if state.level == "viewer":
        summary.append("This key is a viewer's: whether it may start runs is for the workspace to say.")
    summary += state.undone
    summary += [f"It {danger.kind}: {danger.place}, {danger.what}" for danger in state.dangers]
    if not state.dangers:
        summary.append(
            "It only reads: no writing SQL, no network, no shell, no file changes were found in its blocks."
        )
    writes = [
        PlannedWrite(
            tool="create_run",
            arguments={"notebookId": state.plan.notebook_id, "inputs": state.plan.inputs or None},
            why=f"start {state.notebook_name}",
        )
    ]
    proposal = Proposal(
        workflow=NAME,
        request=state.request,
        summary=summary,
        writes=writes,
        plan=state.plan.model_dump(mode="json"),
        problems=state.problems,
    )
    context = runtime.context
    if state.only_planned:
        context = planning(context)
    return approval_update(proposal, context)


def planning(context: Context) -> Context:
    """The context of a request that wants the plan and nothing run."""
    return replace(context, policy=replace(context.policy, approval=Approval.PLAN_ONLY))


async def check_edit(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """An edited plan may change input values, and nothing else."""
    assert state.plan is not None
    assert state.edited is not None
    plan = read_plan(Plan, state.edited)
    if isinstance(plan, list):
        return {"edited": None, "problems": plan}
    known = {card.name: card for card in input_cards_of(state.blocks)}
    problems = [f"There is no input {name!r}." for name in plan.inputs if name not in known]
    if plan.notebook_id != state.plan.notebook_id:
        problems.append("The plan is for one notebook; ask again to run another.")
    return (
        {"edited": None, "problems": problems} if problems else {"edited": None, "problems": [], "plan": plan}
    )


async def create_run(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    context = runtime.context
    assert state.plan is not None
    plan = state.plan
    pinned = context.tools.only("list_notebook_runs", "get_run").pin(notebookId=plan.notebook_id)

    async def look() -> dict[str, Any] | None:
        async for row in pinned.list_notebook_runs(plan.notebook_id):
            if row.run_id == state.latest_run_id:
                return None
            run = await pinned.get_run(row.run_id)
            if (run.inputs or {}) == plan.inputs:
                return {"runId": run.run_id, "status": run.status}
        return None

    arguments = {"notebookId": plan.notebook_id, "inputs": plan.inputs or None}
    written = await write(state, context, "create_run", arguments, look=look)
    return {**written.update, "run_id": str(written.result["runId"])}


async def wait(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Poll with growing pauses until the run is finished or the deadline has passed."""
    run, waited = await finished_run(runtime.context, state.run_id)
    return {"run": run} if run.finished else {"outcome": _still_going(state, run, waited)}


def _still_going(state: State, run: Run, waited: float) -> Outcome:
    queued = f" It is number {run.queue_position} in the queue." if run.queue_position else ""
    answer = f"**{state.notebook_name}** is still {'waiting to start' if run.status == 'pending' else 'running'} after {waited:.0f} seconds.{queued} The run goes on by itself; its id is `{state.run_id}`."
    claims = [
        Claim(text="seconds waited", value=round(waited), source=Source(tool="get_run", run_id=state.run_id))
    ]
    if run.queue_position:
        claims.append(
            Claim(
                text="place in the queue",
                value=run.queue_position,
                source=Source(tool="get_run", run_id=state.run_id),
            )
        )
    later = f"Tell me what changed in the last run of {state.notebook_name}, without running it again."
    return Outcome(
        workflow=NAME,
        status=Status.RUNNING,
        answer=answer,
        claims=claims,
        next=[later],
        address=state.address,
        not_checked=["What the run changes: it has not finished."],
    )


async def earlier(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The last successful run before this one, or the one that the request names."""
    assert state.plan is not None
    context = runtime.context
    tools = context.tools.only("list_notebook_runs", "get_run").pin(notebookId=state.plan.notebook_id)
    run = state.run or await tools.get_run(state.run_id)
    text = state.found.rest if state.found is not None else state.request
    before: list[RunRow] = []
    passed = False
    async for row in tools.list_notebook_runs(state.plan.notebook_id):
        if passed:
            before.append(row)
            if row.status == "success" and not names_a_run(text):
                break
        passed = passed or row.run_id == state.run_id
    baseline = baseline_of(text.replace(state.run_id, ""), before, context.clock().date())
    return {"run": light(run), "baseline_id": baseline.run_id, "baseline_note": baseline.note}


async def compare(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The answer: what failed, what changed, or what a first run shows."""
    context = runtime.context
    assert state.run is not None
    if not state.run.finished:
        return {"outcome": _still_going(state, state.run, 0.0)}
    after = await read_snapshot(context.tools, state.run_id)
    before = await read_snapshot(context.tools, state.baseline_id) if state.baseline_id else None
    baseline = await context.tools.only("get_run").get_run(state.baseline_id) if state.baseline_id else None
    described = described_run(
        state.notebook_name, state.run, ran=bool(state.journal), newest=state.run_id == state.latest_run_id
    )
    outcome = await differences(
        described, state.request, state.run, after, baseline, before, state.blocks, context.decider,
        state.found.rest if state.found is not None else state.request,
    )  # fmt: skip
    told = await _by_name(outcome.answer, context)
    notes = [note for note in (state.baseline_note, *state.undone) if note]
    answer = "\n\n".join([told, *notes])
    later = [] if state.journal or outcome.next else [f"Run {state.notebook_name} and tell me what changed."]
    update: dict[str, Any] = {
        "workflow": NAME,
        "address": state.address,
        "answer": answer,
        "next": [*outcome.next, *later],
    }
    if not state.journal:
        update["status"] = Status.DONE  # a question about earlier runs is answered, also when the run failed
    return {"outcome": outcome.model_copy(update=update)}


async def _by_name(answer: str, context: Context) -> str:
    """The answer with the name of an integration that an error names by its id."""
    for given in dict.fromkeys(OF_INTEGRATION.findall(answer)):
        known = context.tools.only("list_integrations").list_integrations()
        names = [each.name async for each in known if each.id == given]
        answer = answer.replace(
            f"integration {given}", f"integration {names[0]}" if names else f"integration {given}"
        )
    return answer


def after_read(state: State) -> str:
    if state.outcome is not None:
        return END
    return "earlier" if state.run_id else "approve"


def after_approve(state: State) -> str:
    if state.outcome is not None:
        return END
    return "create_run" if state.approved else "check_edit"


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    for node in (find, read, approve, check_edit, create_run, wait, earlier, compare):
        chain.add_node(node.__name__, node)

    chain.add_edge(START, "find")
    chain.add_conditional_edges("find", unless_ended("read"), ["read", END])
    chain.add_conditional_edges("read", after_read, ["approve", "earlier", END])
    chain.add_conditional_edges("approve", after_approve, ["create_run", "check_edit", END])
    chain.add_edge("check_edit", "approve")
    chain.add_edge("create_run", "wait")
    chain.add_conditional_edges("wait", unless_ended("earlier"), ["earlier", END])
    chain.add_edge("earlier", "compare")
    chain.add_edge("compare", END)
    return chain


__all__ = ["Plan", "State", "graph"]
