"""What a run hands back: an answer, the claims it rests on, what was not checked, what was written, and what it cost."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agents.questions import Usage


class Model(BaseModel):
    """Base of everything that crosses a border here: frozen, no unknown fields, docstrings as descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Status(StrEnum):
    DONE = "done"
    """The request is answered."""
    NOTHING_TO_DO = "nothing_to_do"
    """The workspace already was as asked; nothing was written."""
    PLANNED = "planned"
    """Only the plan was asked for."""
    NEEDS_ANSWER = "needs_answer"
    """The request can be read in several ways; `question` asks, `choices` lists them."""
    REFUSED = "refused"
    """The request cannot or may not be done; the answer says why and nothing was written."""
    DENIED = "denied"
    """The person said no to the plan."""
    FAILED = "failed"
    """It was tried and could not be finished; the answer says how far it came."""
    RUNNING = "running"
    """A notebook run still goes on; the answer says how to come back to it."""
    OUT_OF_BUDGET = "out_of_budget"
    """A limit was reached; what is known so far is in the answer."""


class Source(Model):
    """Where something was read. At least one of the ids is set."""

    tool: str
    """The tool call that returned it."""
    notebook_id: str | None = None
    block_id: str | None = None
    run_id: str | None = None
    article: str | None = None
    """Slug of a documentation article."""
    heading: str | None = None
    integration_id: str | None = None
    label: str | None = None
    """What a person calls the place, for example `block 4, Period returns`."""
    url: str | None = None


class Claim(Model):
    """One statement of the answer with what it was read from."""

    text: str
    value: str | float | int | bool | None = None
    """The value as read, before rounding for the text."""
    unit: str | None = None
    source: Source


class WriteState(StrEnum):
    INTENDED = "intended"
    DONE = "done"
    UNDONE = "undone"
    KEPT = "kept"
    """Undo was asked for, but there is no tool that takes it back."""


class Entry(Model):
    """One write in the journal, with what stood there before."""

    step: int
    turn: int = 1
    """Which request of the thread it belongs to."""
    tool: str
    arguments: dict[str, Any]
    creates: str | None = None
    """Id of what the write made, where it made something."""
    before: dict[str, Any] | None = None
    """What stood there: the block's content and integration, or the order of the blocks."""
    after: dict[str, Any] | None = None
    """What the read-back found, to notice what someone else changed since."""
    state: WriteState = WriteState.DONE


class Outcome(Model):
    """The result of a run."""

    workflow: str
    status: Status
    answer: str = ""
    """Markdown, a few sentences."""
    claims: list[Claim] = Field(default_factory=list)
    not_checked: list[str] = Field(default_factory=list)
    """What the answer does not speak for, one sentence each."""
    question: str | None = None
    choices: list[str] = Field(default_factory=list)
    next: list[str] = Field(default_factory=list)
    """Commands or requests that would come next."""
    plan: dict[str, Any] | None = None
    """The proposal (`workflows.approval.Proposal`), where the run stopped at it."""
    journal: list[Entry] = Field(default_factory=list)
    tables: list[dict[str, Any]] = Field(default_factory=list)
    """Tables for reports: `{title, columns, rows, source}`."""
    charts: list[dict[str, Any]] = Field(default_factory=list)
    """Charts for reports: `{title, spec (Vega-Lite) or svg, source}`."""
    address: str | None = None
    """Where a person can open what was made or read."""
    usage: Usage = Usage()
    tool_calls: int = 0
    seconds: float = 0.0
    checks: list[str] = Field(default_factory=list)
    """What the run's own check found wrong with its answer; empty when every number has a claim."""
