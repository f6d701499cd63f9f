"""Taking back what an earlier request of the same thread wrote: which writes those are, and what a person approves."""

from collections.abc import Sequence

from workflows.approval import PlannedWrite, Proposal
from workflows.looking_words import NAME
from workflows.outcome import Entry, WriteState
from workflows.undo import LASTING


def last_written(journal: Sequence[Entry], *, every: bool = False) -> list[Entry]:
    """The writes of the last turn that wrote anything which still stands, or of every turn."""
    standing = [entry for entry in journal if entry.state is WriteState.DONE]
    last = max((entry.turn for entry in standing), default=0)
    return [entry for entry in standing if every or entry.turn == last]


def taking_back(request: str, entries: Sequence[Entry]) -> Proposal:
    """The proposal: what stood there before is written again, the last write first; what no tool takes back is named."""
    back = [entry for entry in reversed(entries) if entry.tool not in LASTING]
    lasting = [entry for entry in entries if entry.tool in LASTING]
    summary = [f"Put back what stood there before step {entry.step} ({entry.tool})" for entry in back]
    summary += [f"Step {entry.step} ({entry.tool}): {LASTING[entry.tool]}" for entry in lasting]
    writes = [
        PlannedWrite(tool=entry.tool, arguments={**entry.arguments, **(entry.before or {})}, why="as it was", before=entry.after)
        for entry in back
    ]  # fmt: skip
    return Proposal(workflow=NAME, request=request, summary=summary, writes=writes, plan={})


__all__ = ["last_written", "taking_back"]
