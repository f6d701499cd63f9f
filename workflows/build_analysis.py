"""Build an analysis: from one sentence to a project with a notebook that has run, and an answer whose figures name their block.

ground → sketch → plan → approve → create_project → create_notebook → create_block … → compare → create_run → wait → answer.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.build_analysis import Outline, TableCard, likely_tables
from agents.errors import ToolFailed
from agents.prompts import render
from agents.questions import Decider
from agents.rules.build_analysis import outline
from agents.rules.build_analysis_places import may_name_a_place, with_places
from agents.toolbox import Toolbox
from workflows.analysing import NAME, READS, State, Update, end
from workflows.analysing_answer import answer
from workflows.analysing_heard import silent
from workflows.analysing_own import rewritten, told
from workflows.analysing_plan import plan
from workflows.analysing_target import notebook_meant
from workflows.analysing_writes import (
    compare,
    create_block,
    create_notebook,
    create_project,
    with_tools,
)
from workflows.approval import Decision, decide_approval, denied, read_plan
from workflows.context import Approval, Context
from workflows.outcome import Outcome, Status
from workflows.parts.answer import failure_of
from workflows.parts.cards import cards_of
from workflows.parts.plan import Plan, problems, proposal
from workflows.state import write

VIEWER = "The key may only read (viewer), and the plan writes. Nothing was written. Use a key with the role editor."
MENDS = 3
"""How often a failing block is mended before the failure is the answer."""


async def ground(state: State, runtime: Runtime[Context]) -> Update:
    """What the key may do, and which tables exist."""
    tools = runtime.context.tools.only(*READS)
    if not re.search(r"\w", state.request):
        return end(
            Status.REFUSED,
            "The request is empty. Say what to analyse, for example: exploring stock returns since 2015.",
        )
    me = await tools.get_me()
    integrations = [one async for one in tools.list_integrations()]
    unread: list[str] = []

    async def cards(integration_id: str, name: str) -> list[TableCard]:
        try:
            return cards_of(await tools.get_integration(integration_id))
        except ToolFailed as failure:
            unread.append(f"The tables of {name} could not be read: {failure.words}")
            return []

    found = await asyncio.gather(*(cards(one.id, one.name) for one in integrations))
    tables = [card for several in found for card in several]
    runtime.context.tell("progress", {"text": f"{len(integrations)} integrations, {len(tables)} tables"})
    return {
        "tables": likely_tables(state.request, tables),
        "level": me.access_level,
        "unread": unread,
        "said": await _said(state.request, tools, [one.name for one in integrations]),
    }


async def _said(request: str, tools: Toolbox, integrations: list[str]) -> str:
    """The request with projects and notebooks that are there said as such, also where it names them bare."""
    if not may_name_a_place(request):
        return request
    projects = [one async for one in tools.list_projects()]
    notebooks = [row.name for one in projects for row in one.notebooks]
    return with_places(request, {one.name for one in projects}, set(notebooks), integrations)


async def sketch(state: State, runtime: Runtime[Context]) -> Update:
    """Which table, window and parts answer the request."""
    question = Outline(
        request=state.said or state.request,
        tables=tuple(state.tables),
        earlier=state.built,
        reply=state.reply or "",
    )
    answer = await runtime.context.decider.decide(question)
    unread = [*state.unread, *_not_shown(question, runtime.context.decider)]
    if answer.verdict == "ask" and answer.existing and answer.notebook and not state.reply:
        place = await notebook_meant(state, runtime.context, answer)
        if isinstance(place, dict):
            return {"sketch": answer} | place
    if answer.verdict == "refuse":
        return {"sketch": answer} | end(
            Status.REFUSED, f"{answer.why} Nothing was created.", not_checked=unread
        )
    if answer.verdict == "ask":
        return {"sketch": answer} | end(
            Status.NEEDS_ANSWER,
            f"{answer.why} Nothing was created.",
            question="Which of these is meant?"
            if answer.choices and answer.choices[0] not in {table.ref for table in state.tables}
            else "Which table should be analysed?",
            choices=answer.choices or [table.ref for table in state.tables[:12]],
            not_checked=unread,
        )
    if runtime.context.decider.label == "offline":
        left = silent(question, answer, outline)
        answer = answer.model_copy(update={"unanswered": [*answer.unanswered, *left][:10]})
    return {"sketch": answer, "unread": unread}


def _not_shown(question: Outline, decider: Decider) -> list[str]:
    """Tables that the model could not choose, because they did not fit into the question."""
    left = [] if decider.label == "offline" else render(question).left_out
    return [f"Tables that share few words with the request: the model was not shown {each}." for each in left if each.endswith(" of tables")]  # fmt: skip


def approve(state: State, runtime: Runtime[Context]) -> Update:
    """Show the whole plan and go on, change it, or stop."""
    assert state.plan is not None
    offered = proposal(state.plan, state.request).model_copy(update={"problems": state.flaws})
    if not offered.writes:
        return {"approved": True}
    if state.level == "viewer":
        if runtime.context.policy.approval is not Approval.PLAN_ONLY:
            return end(Status.REFUSED, VIEWER)
        offered = offered.model_copy(update={"summary": [VIEWER, *offered.summary]})
    decision = decide_approval(offered, runtime.context)
    if isinstance(decision, Outcome):
        return {"outcome": decision}
    if decision.edited is not None:
        return _edited(state, decision)
    if not decision.approved:
        return {"approved": False, "outcome": denied(offered)}
    if state.flaws:
        return end(
            Status.REFUSED, f"The plan cannot be carried out: {' '.join(state.flaws)} Nothing was written."
        )
    return {"approved": True}


def _edited(state: State, decision: Decision) -> Update:
    assert state.plan is not None
    edited = read_plan(Plan, decision.edited or {})
    if isinstance(edited, list):
        return {"flaws": edited, "approved": None}
    fixed = edited.model_copy(
        update={"project_id": state.plan.project_id, "notebook_id": state.plan.notebook_id}
    )
    return {"plan": fixed, "flaws": problems(fixed, state.tables), "approved": None}


async def create_run(state: State, runtime: Runtime[Context]) -> Update:
    """Start the run that the plan shows."""
    context, notebook = runtime.context, state.notebook
    assert notebook is not None

    async def look() -> Mapping[str, Any] | None:
        async for row in context.tools.only(*READS).list_notebook_runs(notebook.id):
            if row.run_id != state.last_run:
                return {"runId": row.run_id, "status": row.status}
            return None
        return None

    arguments = {"notebookId": notebook.id}
    written = await write(
        state,
        with_tools(context, context.tools.pin(notebookId=notebook.id)),
        "create_run",
        arguments,
        look=look,
    )
    return {
        **written.update,
        "run_id": str(written.result["runId"]),
        "last_run": str(written.result["runId"]),
    }


async def wait(state: State, runtime: Runtime[Context]) -> Update:
    """Until the run is over or the deadline is reached; then read what it left."""
    context = runtime.context
    tools = context.tools.only(*READS)
    assert state.run_id is not None
    assert state.notebook is not None
    started, pause = context.clock(), 0.1
    context.tell("waiting", {"run": state.run_id})
    while not (run := await tools.get_run(state.run_id)).finished:
        if run.progress is not None and run.progress.blocks_total:
            context.tell("running", {"done": run.progress.blocks_done, "total": run.progress.blocks_total})
        if (context.clock() - started).total_seconds() > context.policy.run_deadline:
            context.tell("waited", {})
            return end(
                Status.RUNNING,
                f"The notebook **{state.notebook.name}** is built and its run is still {run.status}. The run is `{state.run_id}`.",
                address=state.notebook.url,
                not_checked=["What the run computes: it is not over yet."],
            )
        await context.sleep(pause)
        pause = min(pause * 1.3, 2.0)
    context.tell("waited", {"status": run.status})
    return {"run": await tools.get_run(state.run_id, "blocks")}


async def mend(state: State, runtime: Runtime[Context]) -> Update:
    """Ask how the block that failed has to read."""
    assert state.run is not None
    assert state.plan is not None
    block_id, message = failure_of(state.run, {})
    key = next((key for key, made in state.made.items() if made == block_id), None)
    block = next((block for block in state.plan.blocks if block.key == key), None)
    if block is None or block_id is None or block.type not in ("code", "sql"):
        return {"mend": {}}
    if runtime.context.decider.label == "offline":
        return {"mend": {}, "unmended": ""}
    assert state.notebook is not None
    there = (await runtime.context.tools.only(*READS).get_notebook(state.notebook.id)).blocks
    place = next(place for place, one in enumerate(there) if one.id == block_id)
    failed = block.model_copy(update={"content": there[place].content})
    mended, faults = await rewritten(
        failed, [message], there[:place], there[place + 1 :], state.tables, runtime.context.decider,
        instead_of=there[place], times=2,
    )  # fmt: skip
    if faults:
        return {"mend": {}, "unmended": "" if mended is failed else told(faults)}
    return {"mend": {block_id: mended.content, "before": failed.content}}


async def update_block(state: State, runtime: Runtime[Context]) -> Update:
    """Write the mended block."""
    (block_id,) = [key for key in state.mend if key != "before"]
    arguments = {"blockId": block_id, "content": state.mend[block_id]}
    before = {"content": state.mend["before"], "notebookId": state.notebook.id if state.notebook else None}
    tools = runtime.context.tools.pin(blockId=block_id)
    written = await write(state, with_tools(runtime.context, tools), "update_block", arguments, before=before)
    return {**written.update, "mended": state.mended + 1, "run": None, "run_id": None, "notes": [*state.notes, "A block failed at first and was mended; the journal holds both texts."]}  # fmt: skip


# ---- edges: the documented chain ---------------------------------------------------------------------------


def _goes_on(state: State) -> bool:
    return state.outcome is None


def _after_approve(state: State) -> str:
    return END if state.outcome else "create_project" if state.approved else "approve"


def _after_notebook(state: State) -> str:
    if state.outcome is not None:
        return END
    if state.plan is None:
        return "plan"
    return "compare" if all(block.key in state.made for block in state.plan.blocks) else "create_block"


def _after_wait(state: State) -> str:
    if state.outcome is not None:
        return END
    assert state.run is not None
    return "mend" if state.run.status == "error" and state.mended < MENDS else "answer"


def graph() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled: give it a checkpointer and `workflows.context.Context`."""
    built = StateGraph(State, context_schema=Context)
    for node in (ground, sketch, plan, approve, create_project, create_notebook, create_block, compare, create_run, wait, mend, update_block, answer):  # fmt: skip
        built.add_node(node.__name__, node)
    built.add_edge(START, "ground")
    built.add_conditional_edges("ground", lambda state: "sketch" if _goes_on(state) else END, ["sketch", END])
    built.add_conditional_edges("sketch", lambda state: "plan" if _goes_on(state) else END, ["plan", END])
    built.add_conditional_edges("plan", lambda state: "approve" if _goes_on(state) else END, ["approve", END])
    built.add_conditional_edges("approve", _after_approve, ["create_project", "approve", END])
    built.add_edge("create_project", "create_notebook")
    built.add_conditional_edges("create_notebook", _after_notebook, ["create_block", "compare", "plan", END])
    built.add_conditional_edges("create_block", _after_notebook, ["create_block", "compare"])
    built.add_conditional_edges(
        "compare", lambda state: "create_run" if _goes_on(state) else END, ["create_run", END]
    )
    built.add_edge("create_run", "wait")
    built.add_conditional_edges("wait", _after_wait, ["mend", "answer", END])
    built.add_conditional_edges(
        "mend", lambda state: "update_block" if state.mend else "answer", ["update_block", "answer"]
    )
    built.add_edge("update_block", "create_run")
    built.add_edge("answer", END)
    return built


__all__ = ["NAME", "State", "graph"]
