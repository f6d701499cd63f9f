"""Values in one canonical form: JSON text, digests, and the first place where two values differ."""

import hashlib
import json
from typing import Any, NamedTuple

MISSING = "(nothing)"


def text_of(value: Any) -> str:
    """Compact JSON with sorted keys; equal values have equal texts."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def digest(value: Any, length: int = 16) -> str:
    """The first hex digits of the SHA-256 of the canonical text."""
    return hashlib.sha256(text_of(value).encode()).hexdigest()[:length]


class Difference(NamedTuple):
    """The first field in which two values differ."""

    path: str
    recorded: str
    got: str

    def __str__(self) -> str:
        return f"{self.path}: recorded {self.recorded}, got {self.got}"


def first_difference(recorded: Any, got: Any, path: str = "") -> Difference | None:
    """Walk both values side by side; None when they are equal. `1` equals `1.0`, `true` does not equal `1`."""
    if recorded is got:
        return None
    if isinstance(recorded, dict) and isinstance(got, dict):
        for key in [*recorded, *(key for key in got if key not in recorded)]:
            inner = f"{path}.{key}" if path else str(key)
            if key not in recorded or key not in got:
                return Difference(inner, _short(recorded.get(key, MISSING)), _short(got.get(key, MISSING)))
            found = first_difference(recorded[key], got[key], inner)
            if found:
                return found
        return None
    if isinstance(recorded, list) and isinstance(got, list):
        for index, (one, other) in enumerate(zip(recorded, got, strict=False)):
            found = first_difference(one, other, f"{path}[{index}]")
            if found:
                return found
        if len(recorded) != len(got):
            at = min(len(recorded), len(got))
            one = recorded[at] if at < len(recorded) else MISSING
            other = got[at] if at < len(got) else MISSING
            return Difference(f"{path}[{at}]", _short(one), _short(other))
        return None
    if isinstance(recorded, bool) is not isinstance(got, bool) or recorded != got:
        if isinstance(recorded, str) and isinstance(got, str):
            return _in_text(path, recorded, got)
        return Difference(path or "value", _short(recorded), _short(got))
    return None


def difference_count(recorded: Any, got: Any) -> int:
    """How many leaves differ: the distance by which the nearest recording is chosen."""
    if isinstance(recorded, dict) and isinstance(got, dict):
        keys = {*recorded, *got}
        return sum(difference_count(recorded.get(key, MISSING), got.get(key, MISSING)) for key in keys)
    if isinstance(recorded, list) and isinstance(got, list):
        paired = sum(difference_count(a, b) for a, b in zip(recorded, got, strict=False))
        return paired + abs(len(recorded) - len(got))
    if isinstance(recorded, str) and isinstance(got, str):
        if recorded == got:
            return 0
        return 1 + sum(a != b for a, b in zip(recorded.split("\n"), got.split("\n"), strict=False))
    return int(recorded != got)


def _in_text(path: str, recorded: str, got: str) -> Difference:
    old, new = recorded.split("\n"), got.split("\n")
    for number, (one, other) in enumerate(zip(old, new, strict=False), 1):
        if one != other:
            place = path if len(old) == len(new) == 1 else f"{path} line {number}"
            return Difference(place or "value", *_around(one, other))
    number = min(len(old), len(new)) + 1
    one, other = (lines[number - 1] if len(lines) >= number else MISSING for lines in (old, new))
    return Difference(f"{path} line {number}", _short(one), _short(other))


def _around(one: str, other: str, width: int = 80) -> tuple[str, str]:
    """Both texts cut to a window around the first character that differs."""
    at = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    start = max(0, at - width // 2)
    return tuple(  # type: ignore[return-value]
        ("…" if start else "")
        + repr(text[start : start + width])
        + ("…" if len(text) > start + width else "")
        for text in (one, other)
    )


def _short(value: Any, width: int = 120) -> str:
    if value == MISSING:
        return MISSING
    text = repr(value) if isinstance(value, str) else text_of(value)
    return text if len(text) <= width else text[: width - 1] + "…"
