"""What differs between two runs without meaning anything: timings, addresses, paths of temporary files, order."""

import math
import re
from typing import Any

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "<address>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"(?:/tmp|/var/folders|/private/tmp)/\S+"), "<temporary file>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b"), "<clock>"),
    (re.compile(r"\b\d+(?:[.,]\d+)?\s?(?:ns|[uµμ]s|ms|msec|milliseconds?|s|secs?|seconds?|min|minutes?)\b(?!\w)", re.IGNORECASE), "<duration>"),
    (re.compile(r"\bpid[ =:]+\d+\b", re.IGNORECASE), "<process>"),
    (re.compile(r"\d+(?:\.\d+)?\s?(?:it|rows|[kKMG]?B)/s\b"), "<rate>"),
    (re.compile(r"[█▉▊▋▌▍▎▏#=>-]{8,}"), "<bar>"),
)  # fmt: skip
_NUMBER = re.compile(r"^[-+−]?[$€£¥]?\s?\d[\d,  _']*(?:\.\d+)?(?:[eE][-+]?\d+)?\s?%?$")
CLOSE = 1e-9
"""Relative difference below which two floats are one number that was summed in another order."""


def quiet(line: str) -> str:
    """The line with everything that changes by itself replaced."""
    for pattern, stand_in in _PATTERNS:
        line = pattern.sub(stand_in, line)
    return " ".join(line.split())


def as_number(value: Any) -> float | None:
    """The number a cell or a text is, or None; reads thousands separators, a currency sign and a percent sign."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > 40 or not _NUMBER.match(value.strip()):
        return None
    bare = re.sub(r"[$€£¥%,  _'\s]", "", value.replace("−", "-"))
    try:
        return float(bare)
    except ValueError:
        return None


def same_value(a: Any, b: Any) -> bool:
    """Equal, or floats that differ only by rounding."""
    if a == b:
        return True
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12)
    if (
        isinstance(a, float | int)
        and isinstance(b, float | int)
        and not isinstance(a, bool)
        and not isinstance(b, bool)
    ):
        return math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12)
    return False
