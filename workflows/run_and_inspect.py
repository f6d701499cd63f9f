"""Run a notebook and say what changed since its last successful run: the differences are computed, only their wording is judged."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.run_and_inspect import HowToRun, InputCard, RunWish
from agents.results import Block, Run
from workflows.approval import PlannedWrite, Proposal, approval_update, read_plan
from workflows.context import Approval, Context
from workflows.finding import Found, find_notebook
from workflows.inspecting import card_of_block, described_run, differences, input_cards, wire_inputs
from workflows.labels import labels
from workflows.outcome import Claim, Model, Outcome, Source, Status
from workflows.reading.risks import risks_of
from workflows.routing import unless_ended
from workflows.snapshots import read_snapshot
from workflows.state import RunState, write
from workflows.waiting import finished_run, light

NAME = "run_and_inspect"
GO_ON = "Run it all the same"
STOP = "Do not run it"
ACCEPTS = (
    "accept the risk",
    "accept what it may do",
    "all the same",
    "i know it",
    "risks accepted",
    "even though it",
    "even if it",
)


class Danger(Model):
    """What a block may do beyond reading."""

    kind: str
    block_id: str
    place: str
    what: str


class Plan(Model):
    """The run, as it would be started."""

    notebook_id: str
    inputs: dict[str, Any]
    """Values for this run only; every other input keeps its own."""


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
    latest_run_id: str = ""
    """The newest run before ours, to know ours by after a crash."""
    run_id: str = ""
    run: Run | None = None
    """Ours, once it is finished; without its outputs."""
    baseline_id: str = ""
    edited: dict[str, Any] | None = None
    problems: list[str] = []


async def find(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    reply = None if state.reply in (GO_ON, STOP) else state.reply
    found = await find_notebook(NAME, state.request, reply, runtime.context, state.notebook_hint)
    return {"outcome": found} if isinstance(found, Outcome) else {"found": found}


async def read(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The notebook, what the request sets, and what running it may do."""
    context = runtime.context
    assert state.found is not None
    tools = context.tools.only("get_notebook", "list_notebook_runs", "list_integrations").pin(
        notebookId=state.found.card.id
    )
    notebook = await tools.get_notebook(state.found.card.id)
    wish = await context.decider.decide(
        HowToRun(request=state.found.rest, notebook=notebook.name, inputs=input_cards(notebook))
    )
    kinds = {integration.id: integration.type async for integration in tools.list_integrations()}
    places = labels(notebook.blocks)
    dangers = [
        Danger(kind=risk.kind.value, block_id=risk.block_id, place=places[risk.block_id], what=risk.what)
        for risk in risks_of(notebook.blocks, kinds)
    ]
    latest = ""
    async for run in tools.list_notebook_runs(notebook.id):
        latest = run.run_id
        break
    plan = Plan(notebook_id=notebook.id, inputs=wire_inputs(notebook, wish))
    update = {
        "notebook_name": notebook.name,
        "address": notebook.url,
        "blocks": notebook.blocks,
        "wish": wish,
        "dangers": dangers,
        "latest_run_id": latest,
        "plan": plan,
    }
    if not wish.run or not context.policy.run:
        return (
            {**update, "run_id": latest}
            if latest
            else {**update, "outcome": _never_run(notebook.name, notebook.url)}
        )
    refusal = _cannot_start(state, notebook.name, notebook.blocks, wish, dangers, context)
    return {**update, "outcome": refusal} if refusal else update


def _never_run(name: str, address: str | None) -> Outcome:
    answer = f"**{name}** has never been run, so there is nothing to compare, and this request asks for no new run. Nothing was written."
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=answer,
        address=address,
        next=[f"Run {name} and tell me what changed."],
    )


def _cannot_start(
    state: State, name: str, blocks: list[Block], wish: RunWish, dangers: list[Danger], context: Context
) -> Outcome | None:
    if wish.unknown:
        inputs = [block for block in blocks if block.type.startswith("input-")]
        exist = "; ".join(
            card.name + (f" ({', '.join(card.options)})" if card.options else "")
            for card in input_cards_of(inputs)
        )
        said = " ".join(
            word if word.endswith(".") else f"“{word}” fits no input of **{name}**." for word in wish.unknown
        )
        answer = (
            f"{said} " + (f"Its inputs are: {exist}." if exist else "It has no inputs.") + " Nothing was run."
        )
        return Outcome(
            workflow=NAME,
            status=Status.NEEDS_ANSWER,
            answer=answer,
            question="With which values should it run? Ask again with one that exists.",
        )
    if not any(
        block.type in {"code", "sql", "visualization", "big-number", "notebook-function", "agent"}
        for block in blocks
    ):
        return Outcome(
            workflow=NAME,
            status=Status.REFUSED,
            answer=f"**{name}** has no block that runs; there is nothing to run and nothing to compare. Nothing was written.",
        )
    if state.reply == STOP:
        return Outcome(
            workflow=NAME, status=Status.DENIED, answer=f"**{name}** was not run. Nothing was written."
        )
    accepted = state.reply == GO_ON or any(words in state.request.lower() for words in ACCEPTS)
    if dangers and not accepted and context.policy.approval is Approval.YES:
        lines = "\n".join(f"- {danger.place}: {danger.kind} (`{danger.what}`)" for danger in dangers)
        answer = f"Running **{name}** does more than read:\n\n{lines}\n\nApproving in advance covers runs that only read, so nothing was run."
        return Outcome(
            workflow=NAME,
            status=Status.NEEDS_ANSWER,
            answer=answer,
            question="Run it all the same?",
            choices=[GO_ON, STOP],
            next=[f"{state.request.rstrip(' .')}, I accept what it may do."],
        )
    return None


def input_cards_of(blocks: list[Block]) -> list[InputCard]:
    """Input cards of blocks alone, for telling what exists."""
    return [card_of_block(block) for block in blocks]


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
    return approval_update(proposal, runtime.context)


async def check_edit(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """An edited plan may change input values, and nothing else."""
    assert state.plan is not None
    assert state.edited is not None
    plan = read_plan(Plan, state.edited)
    if isinstance(plan, list):
        return {"edited": None, "problems": plan}
    known = {
        card.name
        for card in input_cards_of([block for block in state.blocks if block.type.startswith("input-")])
    }
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
    """The last successful run before this one."""
    assert state.plan is not None
    tools = runtime.context.tools.only("list_notebook_runs", "get_run").pin(notebookId=state.plan.notebook_id)
    run = state.run or await tools.get_run(state.run_id)
    passed = False
    async for row in tools.list_notebook_runs(state.plan.notebook_id):
        if passed and row.status == "success":
            return {"run": light(run), "baseline_id": row.run_id}
        passed = passed or row.run_id == state.run_id
    return {"run": light(run), "baseline_id": ""}


async def compare(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The answer: what failed, what changed, or what a first run shows."""
    context = runtime.context
    assert state.run is not None
    if not state.run.finished:
        return {"outcome": _still_going(state, state.run, 0.0)}
    after = await read_snapshot(context.tools, state.run_id)
    before = await read_snapshot(context.tools, state.baseline_id) if state.baseline_id else None
    baseline = await context.tools.only("get_run").get_run(state.baseline_id) if state.baseline_id else None
    described = described_run(state.notebook_name, state.run, state.blocks, ran=bool(state.journal))
    outcome = await differences(
        described, state.request, state.run, after, baseline, before, state.blocks, context.decider
    )
    return {"outcome": outcome.model_copy(update={"workflow": NAME, "address": state.address})}


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
