"""Move blocks and replace their contents: checked before writing so that nothing breaks, read back, and run when asked."""

import re
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.tidy_notebook import TidyWish, WhatToTidy
from agents.rules.tidy_notebook_request import not_read
from agents.rules.tidy_notebook_words import CHANGING
from workflows.approval import approval_update, read_plan
from workflows.context import Approval, Context
from workflows.labels import labels
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.reading.risks import risks_of
from workflows.routing import unless_ended
from workflows.state import write
from workflows.tidying import NEW, Plan, applied, cards_of, fingerprint, plan_of, work_out, write_of
from workflows.tidying_answer import WRITERS, differs, overtaken, proposal_of, safer, told
from workflows.tidying_place import find_place
from workflows.tidying_state import State, ended, next_step
from workflows.undo import undo
from workflows.waiting import finished_run

REPLANS = 3
"""How often a plan is made anew because someone else changes the notebook meanwhile."""


async def find(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    found = await find_place(state.request, state.reply, runtime.context, state.notebook_hint)
    return {"outcome": found} if isinstance(found, Outcome) else {"found": found}


async def get_notebook(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    assert state.found is not None
    tools = runtime.context.tools.only("get_notebook", "list_notebook_runs", "get_me").pin(
        notebookId=state.found.card.id
    )
    me = await tools.get_me()
    notebook = await tools.get_notebook(state.found.card.id)
    latest = ""
    async for run in tools.list_notebook_runs(notebook.id):
        latest = run.run_id
        break
    return {
        "notebook_name": notebook.name,
        "address": notebook.url,
        "blocks": notebook.blocks,
        "latest_run_id": latest,
        "level": me.access_level,
        "plan": None,
        "wish": None,
        "approved": None,
    }


async def plan(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The wish as typed steps, or why there are none."""
    context = runtime.context
    assert state.found is not None
    if not state.blocks:
        return {
            "outcome": ended(
                state,
                Status.REFUSED,
                f"**{state.notebook_name}** has no blocks; there is nothing to move or replace.",
            )
        }
    question = WhatToTidy(
        request=state.found.rest, notebook=state.notebook_name, blocks=cards_of(state.blocks)
    )
    wish = await context.decider.decide(question)
    if wish.unclear and state.reply is not None:
        wish = await context.decider.decide(
            question.model_copy(update={"request": answered(question.request, wish, state.reply)})
        )
    if wish.unclear:
        answer = " ".join(wish.unclear) + f" Nothing was written in **{state.notebook_name}**."
        return {
            "wish": wish,
            "outcome": ended(
                state, Status.NEEDS_ANSWER, answer, question=wish.unclear[0], choices=wish.choices
            ),
        }
    worked = work_out(
        plan_of(_allowed(wish, context), state.found.card.id, state.blocks, state.insert), state.blocks
    )
    cannot = [step.text for step in wish.steps if step.action == "cannot"]
    if worked.problems:
        answer = f"That would break **{state.notebook_name}**, so nothing was written:\n\n" + "\n".join(
            f"- {problem}" for problem in worked.problems
        )
        return {
            "wish": wish,
            "outcome": ended(state, Status.REFUSED, answer, next=safer(state, worked.plan)),
        }
    if not worked.plan.steps and not worked.plan.run:
        if cannot:
            return {
                "wish": wish,
                "outcome": ended(state, Status.REFUSED, " ".join(cannot) + " Nothing was written."),
            }
        return {
            "wish": wish,
            "outcome": ended(
                state,
                Status.NOTHING_TO_DO,
                f"**{state.notebook_name}** already is as asked. Nothing was written.",
            ),
        }
    if state.level == "viewer" and runtime.context.policy.approval is not Approval.PLAN_ONLY:
        answer = f"The key may only read (viewer), and this would change **{state.notebook_name}**. Nothing was written. Use a key with the role editor."
        return {"wish": wish, "outcome": ended(state, Status.REFUSED, answer)}
    left = not_read(question.request, wish.steps, question.blocks, run=wish.run)
    wishes = [each for each in left if CHANGING.search(each)]
    if wishes and context.policy.approval is Approval.YES:
        said = " ".join(f"“{each}” may be a wish, and I cannot read it." for each in wishes)
        answer = f"{said} Nothing was written in **{state.notebook_name}**."
        return {"wish": wish, "outcome": ended(state, Status.NEEDS_ANSWER, answer, question=said)}
    return {
        "wish": wish,
        "plan": worked.plan,
        "notes": [*cannot, *worked.notes, *(f"Not read as a wish: “{each}”." for each in left)],
        "dangers": _dangers(state, worked.plan),
        "now": state.blocks,
    }


def _dangers(state: State, plan: Plan) -> list[str]:
    """What running the notebook may do beyond reading, where the plan runs it."""
    risks = risks_of(state.blocks) if plan.run else []
    return [f"{labels(state.blocks)[risk.block_id]}: {risk.kind.value} ({risk.what})" for risk in risks]


def _allowed(wish: TidyWish, context: Context) -> TidyWish:
    """The wish without a run, where the policy leaves runs out."""
    return wish if context.policy.run else wish.model_copy(update={"run": False})


def answered(request: str, wish: TidyWish, reply: str) -> str:
    """The request with the answer to its first question put in the place of the words that were unclear."""
    unclear = re.search(r"“([^”]+)”", wish.unclear[0])
    block = re.match(r"block (\d+)\b", reply)
    if block and unclear and unclear.group(1) in request:
        return request.replace(unclear.group(1), f"block {block.group(1)}", 1)
    return reply


async def approve(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    return approval_update(proposal_of(state), runtime.context)


async def check_edit(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """An edited plan passes the same checks as ours."""
    assert state.plan is not None
    assert state.edited is not None
    edited = read_plan(Plan, state.edited)
    if isinstance(edited, list):
        return {"edited": None, "problems": edited}
    if edited.notebook_id != state.plan.notebook_id:
        return {"edited": None, "problems": ["The plan is for one notebook; ask again to tidy another."]}
    worked = work_out(edited, state.blocks)
    if worked.problems:
        return {"edited": None, "problems": worked.problems}
    if not worked.plan.steps and not worked.plan.run:
        return {
            "edited": None,
            "problems": [
                "The plan has no step that changes anything; answer no to leave the notebook as it is."
            ],
        }
    of_the_old = work_out(state.plan, state.blocks).notes
    notes = [*(note for note in state.notes if note not in of_the_old), *worked.notes]
    return {
        "edited": None, "problems": [], "plan": worked.plan, "notes": notes, "dangers": _dangers(state, worked.plan),
    }  # fmt: skip


async def look_again(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Whether the notebook still is what the plan was made for; if not, it is planned anew."""
    assert state.plan is not None
    tools = runtime.context.tools.only("get_notebook").pin(notebookId=state.plan.notebook_id)
    notebook = await tools.get_notebook(state.plan.notebook_id)
    if fingerprint(notebook.blocks) == fingerprint(state.blocks):
        return {"looked": runtime.context.session}
    if state.replans >= REPLANS:
        answer = f"Someone keeps changing **{state.notebook_name}**; try again when they are done. Nothing was written."
        return {"outcome": ended(state, Status.FAILED, answer)}
    return {"replans": state.replans + 1, "plan": None, "approved": None}


async def write_step(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """One step of the plan."""
    context = runtime.context
    assert state.plan is not None
    step = state.plan.steps[state.done]
    planned = write_of(step, state.now, state.plan.notebook_id)
    ids = [block.id for block in state.blocks]
    hands = context.tools.only(planned.tool, "get_notebook").pin(
        notebookId=state.plan.notebook_id, blockId=ids
    )
    after = applied(step, state.now, state.done)
    known = {block.id for block in state.now}
    if context.session not in (state.looked, state.writer) or not context.session:
        there, *ours = (
            [(block.id, block.content) for block in blocks if block.id in known]
            for blocks in ((await hands.get_notebook(state.plan.notebook_id)).blocks, state.now, after)
        )
        if there not in ours:
            return {"outcome": overtaken(state)}

    async def look() -> dict[str, Any] | None:
        for block in (await hands.get_notebook(state.plan.notebook_id if state.plan else "")).blocks:
            if block.id not in known and block.content == step.text:
                return {"block": block.model_dump(mode="json", by_alias=True)}
        return None

    creating = planned.tool == "create_block"
    pinned = Context(**{**vars(context), "tools": hands})
    written = await write(
        state, pinned, planned.tool, planned.arguments, before=planned.before, look=look if creating else None
    )
    if creating:
        made = written.entry.creates or ""
        after = [
            block.model_copy(update={"id": made}) if block.id == f"{NEW}{state.done}" else block
            for block in after
        ]
    return {**written.update, "done": state.done + 1, "now": after}


async def read_back(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The notebook as it stands now, compared with what the plan says."""
    assert state.plan is not None
    tools = runtime.context.tools.only("get_notebook").pin(notebookId=state.plan.notebook_id)
    notebook = await tools.get_notebook(state.plan.notebook_id)
    wrong = differs(state.now, notebook.blocks)
    if wrong:
        answer = f"**{state.notebook_name}** is not as planned after writing: {' '.join(wrong)} Someone may have changed it meanwhile."
        return {
            "outcome": ended(
                state,
                Status.FAILED,
                answer,
                next=["Look at the notebook; `--undo` takes back what this run wrote."],
            )
        }
    if state.plan.run and (state.dangers and runtime.context.policy.approval is Approval.YES):
        text = (
            "It was not run: running it does more than read ("
            + "; ".join(state.dangers)
            + "), which approving in advance does not cover."
        )
        return {"outcome": told(state, text, not_checked=["Whether the notebook still runs."])}
    return {} if state.plan.run else {"outcome": told(state)}


async def create_run(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Run the notebook to show that it still works."""
    assert state.plan is not None
    notebook_id = state.plan.notebook_id
    reading = runtime.context.tools.only("list_notebook_runs").pin(notebookId=notebook_id)

    async def look() -> dict[str, Any] | None:
        async for row in reading.list_notebook_runs(notebook_id):
            return None if row.run_id == state.latest_run_id else {"runId": row.run_id, "status": row.status}
        return None

    written = await write(state, runtime.context, "create_run", {"notebookId": notebook_id}, look=look)
    return {**written.update, "run_id": str(written.result["runId"])}


async def wait(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    run, _ = await finished_run(runtime.context, state.run_id)
    source = Source(tool="get_run", run_id=state.run_id)
    if not run.finished:
        text = f"The run that shows whether it still works goes on (`{state.run_id}`)."
        return {
            "run": run,
            "outcome": told(
                state, text, not_checked=["Whether the notebook still runs: the run has not finished."]
            ),
        }
    if run.status == "success":
        outcome = told(
            state,
            "It was run afterwards and still works."
            if state.plan and state.plan.steps
            else "It was run and works.",
        )
        return {
            "run": run,
            "outcome": outcome.model_copy(
                update={
                    "claims": [
                        *outcome.claims,
                        Claim(text="the run succeeded", value=run.status, source=source),
                    ]
                }
            ),
        }
    return {"run": run}


async def take_back(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The run failed: order and contents go back."""
    assert state.plan is not None
    mine = [entry for entry in state.journal if entry.turn == state.turn and entry.tool != "create_run"]
    hands = runtime.context.tools.only("get_notebook", "reorder_notebook_blocks", "update_block")
    undone = await undo(
        mine, hands.pin(notebookId=state.plan.notebook_id, blockId=[block.id for block in state.blocks])
    )
    message = getattr(state.run.error, "message", None) or str(state.run.error) if state.run else "no message"
    short = " ".join(str(message).split())[:300].replace("`", "'")
    went = (
        "they were taken back"
        if not undone.failed
        else "they were to be taken back, which did not succeed for all"
    )
    if not mine:
        answer = f"The run of **{state.notebook_name}** failed (`{short}`). No block was changed; what the run did before it failed is not taken back."
        return {"outcome": ended(state, Status.FAILED, answer)}
    answer = f"After the changes the run of **{state.notebook_name}** failed (`{short}`), so {went}."
    stays = [*undone.lasting, *undone.foreign, *undone.failed]
    if stays:
        answer += " What stays: " + "; ".join(stays) + "."
    return {"journal": undone.entries, "outcome": ended(state, Status.FAILED, answer)}


def after_approve(state: State) -> str:
    if state.outcome is not None:
        return END
    return "look_again" if state.approved else "check_edit"


def after_look(state: State) -> str:
    if state.outcome is not None:
        return END
    return write_next(state) if state.plan is not None else "get_notebook"


def write_next(state: State) -> str:
    """The tool that the next step takes, or the read-back."""
    if state.outcome is not None:
        return END
    step = next_step(state)
    return WRITERS[step.action] if step is not None else "read_back"


def after_wait(state: State) -> str:
    return END if state.outcome is not None else "take_back"


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    for node in (
        find,
        get_notebook,
        plan,
        approve,
        check_edit,
        look_again,
        read_back,
        create_run,
        wait,
        take_back,
    ):
        # The plan is also a field of the state, and LangGraph wants two names for the two.
        chain.add_node("make_plan" if node is plan else node.__name__, node)
    for tool in WRITERS.values():
        chain.add_node(tool, write_step)
    writes = [*WRITERS.values(), "read_back"]

    chain.add_edge(START, "find")
    chain.add_conditional_edges("find", unless_ended("get_notebook"), ["get_notebook", END])
    chain.add_edge("get_notebook", "make_plan")
    chain.add_conditional_edges("make_plan", unless_ended("approve"), ["approve", END])
    chain.add_conditional_edges("approve", after_approve, ["look_again", "check_edit", END])
    chain.add_edge("check_edit", "approve")
    chain.add_conditional_edges("look_again", after_look, [*writes, "get_notebook", END])
    for tool in WRITERS.values():
        chain.add_conditional_edges(tool, write_next, [*writes, END])
    chain.add_conditional_edges("read_back", unless_ended("create_run"), ["create_run", END])
    chain.add_edge("create_run", "wait")
    chain.add_conditional_edges("wait", after_wait, ["take_back", END])
    chain.add_edge("take_back", END)
    return chain


__all__ = ["State", "graph"]
