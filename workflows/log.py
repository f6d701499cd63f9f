"""What happened on a thread, one JSON object a line in a file beside its record: written as it happens, so a killed process loses nothing."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.errors import AgentError
from agents.questions import A, Around, Decider, OnText, Question
from agents.toolbox import Call
from workflows.errors import CannotWrite

Kind = Literal["request", "question", "call", "write", "plan", "answer", "result", "undo"]
LONGEST = 400
"""Characters of one text; the checkpoints hold the whole."""


class Line(BaseModel):
    """One thing that happened."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    at: datetime
    kind: Kind
    """`question` was put to the decider, `answer` came from a person, `call` reads and `write` writes in the workspace."""
    text: str
    seconds: float | None = None


class Log:
    """The file of one thread; raises CannotWrite where it cannot be written."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock

    def say(self, kind: Kind, text: str, seconds: float | None = None) -> None:
        short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        rounded = None if seconds is None else round(seconds, 3)
        line = Line(at=self._clock(), kind=kind, text=short, seconds=rounded)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line.model_dump_json(exclude_none=True) + "\n")
        except OSError as refused:
            raise CannotWrite(f"{self._path} cannot be written: {refused.strerror}.") from refused

    def observe(self, call: Call) -> None:
        """A tool call, whether it answered or not."""
        failed = "" if call.error is None else f", refused: {call.error}"
        kind: Kind = "call" if call.read_only else "write"
        self.say(kind, f"{call.tool}{_arguments(call.arguments)}{failed}", call.seconds)

    def tell(self, event: str, data: Mapping[str, Any]) -> None:
        """Of the run's events, the one that no call shows: a write that a process before this one made."""
        if event == "wrote" and data.get("found"):
            self.say(
                "write",
                f"step {data['step']}, {data['tool']}: it was there already, made before a process ended",
            )


def happened(path: Path) -> list[Line]:
    """The lines there are, oldest first; one that a dying process half wrote is left out."""
    found = []
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as refused:
        raise CannotWrite(f"{path} cannot be read: {refused.strerror}.") from refused
    for line in text.splitlines():
        try:
            found.append(Line.model_validate_json(line))
        except ValidationError:
            continue
    return found


class Logged(Around):
    """A decider whose questions and answers are written down."""

    def __init__(self, decider: Decider, log: Log, timer: Callable[[], float]) -> None:
        super().__init__(decider)
        self._log = log
        self._timer = timer

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        started = self._timer()
        try:
            answer = await self._decider.decide(question, on_text=on_text)
        except AgentError as failure:
            self._log.say("question", f"{question.name}: no answer, {failure}", self._timer() - started)
            raise
        said = json.dumps(answer.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
        self._log.say("question", f"{question.name} → {said}", self._timer() - started)
        return answer


def _arguments(arguments: Mapping[str, Any]) -> str:
    shown = [f"{name}={_short(value)}" for name, value in arguments.items() if value is not None]
    return f"({', '.join(shown)})" if shown else ""


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:79] + "…"


__all__ = ["Line", "Log", "Logged", "happened"]
