"""What a run is judged by: scores with a reason each, and the result of one session."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from evals.calls import Tokens
from evals.scene import Trace
from evals.session import EndState, Question, Session, Strict, ToolCall


class State(StrEnum):
    """How a score or a session came out. Only `failed` and `drift` speak against the workflow."""

    PASSED = "passed"
    FAILED = "failed"
    DRIFT = "drift"
    """The run left its recording."""
    NOT_APPLICABLE = "not_applicable"
    INFRASTRUCTURE = "infrastructure_error"


class Score(Strict):
    """One scorer's verdict."""

    name: str
    state: State
    reason: str


class Step(Strict):
    """One entry of a session's timeline."""

    kind: str
    name: str
    detail: str = ""


class Result(Strict):
    """How one session came out in one trial."""

    session: str
    workflow: str
    about: str = ""
    request: str = ""
    mode: str
    model: str
    way: str = "graph"
    """`graph`, or `agent` for the baseline that was given the same request."""
    trial: int = 1
    attempt: int = 1
    state: State
    drift: str = ""
    """The first place where the run left its recording."""
    error: str = ""
    scores: list[Score] = []
    timeline: list[Step] = []
    answer: str = ""
    tool_calls: int = 0
    writes: int = 0
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    asked: dict[str, Any] | None = None
    """What a model as judge is to be asked; gone once it was."""

    @property
    def column(self) -> str:
        """Who answered, and how: what sessions are compared over."""
        return " · ".join((self.model, *(["agent"] if self.way == "agent" else []), self.mode))

    @property
    def key(self) -> str:
        """What tells results of one report apart."""
        way = "" if self.way == "graph" else f"{self.way}|"
        return f"{self.session}|{self.mode}|{self.model}|{way}{self.trial}"


@dataclass(frozen=True)
class Seen:
    """What a run did, for scorers to look at beside what was recorded."""

    session: Session
    mode: str
    trace: Trace
    calls: list[ToolCall]
    reads: frozenset[str]
    questions: list[Question]
    outcome: Any
    tokens: Tokens
    seconds: float
    end_state: EndState | None = None
    world: Any = None
    """The workspace's state as JSON, where there was one."""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def writes(self) -> list[ToolCall]:
        """Calls of tools that do not say they only read."""
        return [call for call in self.calls if call.tool not in self.reads]

    @property
    def answer(self) -> str:
        """The answer in words."""
        return (
            str(self.outcome.get("answer", "")) if isinstance(self.outcome, dict) else str(self.outcome or "")
        )


class Scorer(Protocol):
    """Judges one side of a run."""

    name: str

    def score(self, seen: Seen) -> Score:
        """The verdict with its reason; not applicable where there is nothing to judge."""


def passed(name: str, reason: str) -> Score:
    return Score(name=name, state=State.PASSED, reason=reason)


def failed(name: str, reason: str) -> Score:
    return Score(name=name, state=State.FAILED, reason=reason)


def not_applicable(name: str, reason: str) -> Score:
    return Score(name=name, state=State.NOT_APPLICABLE, reason=reason)
