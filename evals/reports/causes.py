"""Why sessions did not pass, each reason once: what differs, where it stands, and the sessions that it broke."""

import difflib
import re
from collections.abc import Sequence
from typing import NamedTuple

from evals.scores import Result, State

_DRIFT = re.compile(
    r"(?s)^(?P<field>.*?): recorded (?P<recorded>.*?), got (?P<got>.*?)\.?(?: (?:It comes from|The edges from \S+ stand in) (?P<place>\S+:\d+)\.)?$"
)
_NUMBER = re.compile(r"\d+")
CUT = ("…", "'…", '"…')
"""Ends of texts that were cut to one width, so that their last words need not be whole."""


class Part(NamedTuple):
    """A piece of a value, and whether the other value has it as well."""

    text: str
    same: bool


class Drifted(NamedTuple):
    """A drift in its parts, to be shown side by side."""

    field: str
    recorded: list[Part]
    got: list[Part]
    place: str
    """`file:line` of the prompt that it comes from, or an empty text."""


class Cause(NamedTuple):
    """One reason, and the results that did not pass for it."""

    words: str
    """The reason as the first of them was told."""
    results: list[Result]

    @property
    def names(self) -> list[str]:
        """The sessions, each once."""
        return list(dict.fromkeys(one.session for one in self.results))


def parts_of(drift: str) -> Drifted | None:
    """Field, both values and place of a drift; None for one that is of another form, as a dropped call."""
    said = drift.partition("first difference at ")[2] or drift
    found = _DRIFT.match(said)
    if found is None:
        return None
    recorded, got = _compared(found["recorded"], found["got"])
    return Drifted(found["field"], recorded, got, found["place"] or "")


def causes(results: Sequence[Result]) -> list[Cause]:
    """The reasons, the one that broke most sessions first. Drifts from the same line of a prompt, or with the same values, are one."""
    found: dict[str, list[Result]] = {}
    for one in results:
        if one.state is not State.PASSED:
            found.setdefault(_key(one), []).append(one)
    made = [Cause(reason_of(same[0]), same) for same in found.values()]
    return sorted(made, key=lambda cause: -len(cause.results))


def reason_of(result: Result) -> str:
    """Why one result did not pass, in a sentence or two."""
    if result.drift:
        return result.drift
    failed = [f"{score.name}: {score.reason}" for score in result.scores if score.state is State.FAILED]
    return "\n".join(failed) or (result.error.strip().splitlines() or [""])[-1]


def _key(result: Result) -> str:
    parts = parts_of(result.drift) if result.drift else None
    if parts is None:
        return _NUMBER.sub("#", reason_of(result))
    if parts.place:
        return parts.place
    values = ("".join(part.text for part in side) for side in (parts.recorded, parts.got))
    return "|".join((_NUMBER.sub("#", parts.field), *values))


def _compared(one: str, other: str) -> tuple[list[Part], list[Part]]:
    old, new = (re.findall(r"\w+|\s+|[^\w\s]", text) for text in (one, other))
    left: list[Part] = []
    right: list[Part] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        same = kind == "equal"
        left += [Part("".join(old[i:j]), same)] if j > i else []
        right += [Part("".join(new[k:m]), same)] if m > k else []
    if left and right and left[-1] == right[-1] and left[-1].text in CUT:
        left[-2:], right[-2:] = ([Part(part.text, True) for part in side[-2:]] for side in (left, right))
    return left, right


__all__ = ["Cause", "Drifted", "causes", "parts_of", "reason_of"]
