"""What a person reads of a tidied notebook: the plan before it is written, the answer after, and a safer wish instead of a refused one."""

from typing import Any

from agents.results import Block
from workflows import claims
from workflows.approval import PlannedWrite, Proposal
from workflows.labels import labels
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.tidying import Plan, applied, counted_before, said, shown_diff, work_out, write_of
from workflows.tidying_state import NAME, State, ended

WRITERS = {"move": "reorder_notebook_blocks", "replace": "update_block", "add": "create_block"}
"""The tool that each kind of step takes."""


def proposal_of(state: State) -> Proposal:
    """What a person is asked: each step in words, and both versions of the notebook as a diff."""
    assert state.plan is not None
    assert state.found is not None
    standing, writes, summary = list(state.blocks), [], []
    for number, step in enumerate(state.plan.steps):
        sentence = said(step, state.blocks)
        writes.append(write_of(step, standing, state.plan.notebook_id, sentence))
        summary.append(sentence[:1].upper() + sentence[1:])
        standing = applied(step, standing, number)
    if state.plan.run:
        summary += _run_told(state)
        back = "; if that fails, the changes are taken back" if state.plan.steps else ""
        why = f"run {state.notebook_name}{back}"
        writes.append(
            PlannedWrite(tool="create_run", arguments={"notebookId": state.plan.notebook_id}, why=why)
        )
    opening = [f"In {state.notebook_name} (project {state.found.card.project}):"]
    if not state.found.reason.startswith("named exactly"):
        opening.append(f"Taken to be {state.found.card.called}: {state.found.reason}.")
    if state.replans:
        opening.append("Someone changed the notebook meanwhile, so this is a new plan.")
    if counted_before(state.plan.steps):
        opening.append(COUNTED)
    diff = [shown_diff(state.blocks, standing)] if state.plan.steps else []
    lines = [*opening, *summary, *state.notes, *diff]
    return Proposal(
        workflow=NAME,
        request=state.request,
        summary=lines,
        writes=writes,
        plan=state.plan.model_dump(mode="json"),
        problems=state.problems,
        names=labels(state.blocks),
    )


COUNTED = "Blocks are numbered as the notebook stands now, before any of this."


def _run_told(state: State) -> list[str]:
    """What is said of a run in the plan. Only changes to blocks are taken back: no data that the run writes."""
    if state.plan is not None and not state.plan.steps:
        lines = ["Run the notebook; no block of it changes, and what running it does is not taken back."]
    elif state.dangers:
        lines = [
            "Run the notebook afterwards; if it fails, take the changes of its blocks back, but not what the run itself did."
        ]
    else:
        lines = ["Run the notebook afterwards; if it fails, take the changes back."]
    return [*lines, *(f"Running it: {danger}" for danger in state.dangers)]


def told(state: State, more: str = "", **fields: Any) -> Outcome:
    """The answer: what was changed, step by step."""
    assert state.plan is not None
    assert state.found is not None
    lines, facts = [], []
    for step in state.plan.steps:
        sentence = said(step, state.blocks)
        lines.append(f"- {sentence}")
        facts.append(
            Claim(
                text=sentence,
                source=Source(
                    tool=WRITERS[step.action],
                    notebook_id=state.plan.notebook_id,
                    block_id=next(iter(step.blocks), None),
                    label=labels(state.blocks).get(next(iter(step.blocks), ""), "a new block"),
                    url=state.address,
                ),
            )
        )
    reason = (
        ""
        if state.found.reason.startswith("named exactly")
        else f" (taken to be that notebook: {state.found.reason})"
    )
    numbered = " (blocks are numbered as they stood before)" if counted_before(state.plan.steps) else ""
    opening = (
        f"**{state.notebook_name}**{reason} was changed and read back; it is as planned{numbered}:"
        if lines
        else f"**{state.notebook_name}** needed no change."
    )
    here = Source(tool="get_notebook", notebook_id=state.plan.notebook_id, label=state.notebook_name)
    facts += [Claim(text=note, source=here) for note in state.notes if any(map(str.isdigit, note))]
    parts = [opening, "\n".join(lines), " ".join(state.notes), more]
    outcome = ended(
        state,
        Status.DONE,
        "\n\n".join(part for part in parts if part),
        claims=facts,
        **{"next": UNDO if lines else [], **fields},
    )
    names = [state.request, state.notebook_name, state.found.card.project, state.found.reason, *state.dangers]
    return outcome.model_copy(update={"checks": claims.check(outcome, names)})


def differs(expected: list[Block], found: list[Block]) -> list[str]:
    """What a read-back found otherwise, one sentence each."""
    wrong = []
    if [block.id for block in expected] != [block.id for block in found]:
        wrong.append("The blocks stand in another order.")
    content = {block.id: block.content for block in found}
    changed = [
        place
        for place, block in enumerate(expected, 1)
        if block.id in content and content[block.id] != block.content
    ]
    return wrong + [f"Block {place} has another content." for place in changed]


UNDO = ["python -m workflows.run --undo THREAD"]


def overtaken(state: State) -> Outcome:
    """Somebody changed the notebook while this run stood still in the middle of its writes."""
    assert state.plan is not None
    written = sum(entry.turn == state.turn for entry in state.journal)
    answer = (
        f"Someone changed **{state.notebook_name}** while this run had stopped. {written} of its {len(state.plan.steps)} changes "
        f"{'was' if written == 1 else 'were'} made before; nothing more was written."
    )
    source = Source(tool="get_notebook", notebook_id=state.plan.notebook_id)
    facts = [
        Claim(text="changes made before the run stopped", value=written, source=source),
        Claim(text="changes planned", value=len(state.plan.steps), source=source),
    ]
    return ended(state, Status.FAILED, answer, claims=facts, next=["python -m workflows.run --undo THREAD", "Give the request again."])  # fmt: skip


def safer(state: State, plan: Plan) -> list[str]:
    """For one move that goes too far: the furthest place that breaks nothing."""
    if len(plan.steps) != 1 or plan.steps[0].action != "move":
        return []
    step = plan.steps[0]
    rest = [block for block in state.blocks if block.id not in step.blocks]
    places = {block.id: place for place, block in enumerate(state.blocks, 1)}
    up = step.place in {"top", "before"}
    for block in rest if up else reversed(rest):
        tried = step.model_copy(update={"place": "after", "anchor": block.id})
        worked = work_out(plan.model_copy(update={"steps": [tried]}), state.blocks)
        if not worked.problems and worked.plan.steps:
            moved = " and ".join(str(places[each]) for each in step.blocks)
            return [
                f"In {state.notebook_name}, move block{'s' if len(step.blocks) > 1 else ''} {moved} after block {places[block.id]}"
            ]
    return []


__all__ = ["WRITERS", "differs", "overtaken", "proposal_of", "safer", "told"]
