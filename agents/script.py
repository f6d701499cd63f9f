"""The script that a scripted model plays: answers in order or by question, and faults, read from YAML."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agents.errors import ModelFailed


class Fault(StrEnum):
    RATE_LIMIT = "rate_limit"
    """429 with Retry-After of `seconds`."""
    SERVER_ERROR = "server_error"
    """500."""
    OVERLOADED = "overloaded"
    """529 as Anthropic says it, 503 for OpenAI."""
    WRONG_KEY = "wrong_key"
    """401."""
    UNSUPPORTED = "unsupported"
    """400 that says the endpoint does not know structured output."""
    CUT = "cut"
    """Half an answer, then the connection is closed."""
    SLOW = "slow"
    """Waits `seconds`, then plays the next line to the same request."""
    GARBAGE = "garbage"
    """200 with a body that is not JSON."""
    HUGE = "huge"
    """10 MB of text."""
    ENDLESS = "endless"
    """Text for as long as the client reads."""
    EMPTY = "empty"
    """An answer without words."""


class Call(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Step(BaseModel):
    """One line of a script: exactly one of `json`, `text`, `calls`, `refuse` and `fault`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    data: Any = Field(default=None, alias="json")
    text: str | None = None
    calls: list[Call] | None = None
    refuse: str | None = None
    fault: Fault | None = None
    seconds: float = 0.0
    truncated: bool = False
    """The answer ends in the middle, as at a limit of tokens."""

    @model_validator(mode="after")
    def _one(self) -> Step:
        said = {"json", "data"} & self.model_fields_set or set()
        given = [self.text, self.calls, self.refuse, self.fault]
        if bool(said) + sum(value is not None for value in given) != 1:
            raise ValueError("a line holds exactly one of json, text, calls, refuse, fault")
        return self


class Script(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    answers: list[Step] = Field(default_factory=list)
    questions: dict[str, list[Step]] = Field(default_factory=dict)
    when_used_up: Literal["error", "last"] = "error"


def read_script(path: Path) -> Script:
    """Raises ModelFailed that names the file and the line's fault."""
    try:
        return Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except OSError as missing:
        raise ModelFailed(f"{path} cannot be read: {missing.strerror}.") from missing
    except yaml.YAMLError as broken:
        raise ModelFailed(f"{path} is not YAML: {' '.join(str(broken).split())}.") from broken
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise ModelFailed(f"{path}: {place}: {first['msg']}.") from invalid


__all__ = ["Call", "Fault", "Script", "Step", "read_script"]
