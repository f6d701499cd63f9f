"""The part of a run's state that every workflow has, and the one way a step writes.

A step makes at most one write. The plan is checkpointed before the first write and each write right after it, so a process
that dies loses at most one write that it made; the next process looks for exactly that one before it writes again.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from workflows.context import Context
from workflows.outcome import Entry, Outcome, WriteState

CREATED: Mapping[str, tuple[str, ...]] = {
    "create_project": ("project", "id"),
    "create_notebook": ("notebook", "id"),
    "create_block": ("block", "id"),
    "create_run": ("runId",),
}
"""Where each creating tool's answer holds the id of what it made."""


def merged(journal: list[Entry], new: list[Entry]) -> list[Entry]:
    """The journal with entries added, or replaced where the step is already there."""
    by_step = {entry.step: entry for entry in [*journal, *new]}
    return [by_step[step] for step in sorted(by_step)]


def carried(journal: list[Entry], inner: list[Entry], turn: int) -> list[Entry]:
    """What a workflow wrote in this turn that ran as one of its steps, numbered on from the journal."""
    first = max((entry.step for entry in journal), default=0)
    return [
        entry.model_copy(update={"step": first + entry.step, "turn": turn})
        for entry in inner
        if entry.turn == turn
    ]


class RunState(BaseModel):
    """Base of every workflow's state. One turn answers one request; a thread may have several turns."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    kept: ClassVar[frozenset[str]] = frozenset({"journal", "writer", "turn"})
    """Fields that live through all turns of a thread; the others start anew with each request. Extend it in a subclass."""

    request: str = ""
    reply: str | None = None
    """What the person answered to the question that the turn before ended with."""
    turn: int = 0
    approved: bool | None = None
    """None until the plan was shown; the first write needs True."""
    journal: Annotated[list[Entry], merged] = Field(default_factory=list)
    writer: str = ""
    """The process that made the last write; see `write`."""
    outcome: Outcome | None = None

    @classmethod
    def new_turn(cls, request: str, turn: int = 1, reply: str | None = None) -> dict[str, Any]:
        """The graph's input for a request: every field of a turn at its default."""
        fresh = cls(request=request, turn=turn, reply=reply)
        return {name: getattr(fresh, name) for name in cls.model_fields if name not in cls.kept - {"turn"}}

    def broken_off(self, outcome: Outcome) -> Outcome:
        """What is told when the run did not come to its end: the failure, with what is known so far."""
        return outcome


Look = Callable[[], Awaitable[Mapping[str, Any] | None]]


class Written(NamedTuple):
    """What a write came to."""

    update: dict[str, Any]
    """For the node to return, with whatever it adds."""
    entry: Entry
    result: Mapping[str, Any]
    """The tool's answer, or what `look` found in its place."""
    found: bool
    """Whether the write had already happened in a process that died."""


async def write(
    state: RunState,
    context: Context,
    tool: str,
    arguments: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    look: Look | None = None,
) -> Written:
    """Make the step's one write and its journal entry.

    `before` is what stood there, read before the plan was approved. `look` finds the write's own result in the workspace, in the
    tool's own form, if a process that died had already made it; it is asked only when this process has not written yet.
    """
    context.tell("write", {"tool": tool, "arguments": dict(arguments)})
    unsure = not context.session or state.writer != context.session
    result = await look() if look is not None and unsure else None
    found = result is not None
    if result is None:
        result = await context.tools.only(tool).call(tool, arguments)
    entry = Entry(
        step=max((entry.step for entry in state.journal), default=0) + 1,
        turn=state.turn,
        tool=tool,
        arguments={name: value for name, value in arguments.items() if value is not None},
        creates=_created(tool, result),
        before=dict(before) if before is not None else None,
        after=after_image(tool, result),
        state=WriteState.DONE,
    )
    context.tell("wrote", {"tool": tool, "id": entry.creates, "found": found, "step": entry.step})
    return Written({"journal": [entry], "writer": context.session}, entry, result, found)


def _created(tool: str, result: Mapping[str, Any]) -> str | None:
    value: Any = result
    for key in CREATED.get(tool, ()):
        value = value[key]
    return str(value) if tool in CREATED else None


def after_image(tool: str, result: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the workspace says stands there after a write, for undo to notice later changes of others."""
    if tool in ("create_block", "update_block"):
        block = result["block"]
        return {"content": block.get("content", ""), "integrationId": block.get("integrationId")}
    if tool == "reorder_notebook_blocks":
        return {"blockIds": list(result.get("blockIds", []))}
    return None


__all__ = ["CREATED", "Look", "RunState", "Written", "after_image", "carried", "merged", "write"]
