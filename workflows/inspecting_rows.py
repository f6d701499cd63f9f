"""Rows of a run's tables that a request speaks of: those it names by their words, whole short tables, and what is last in time."""

import re
from collections.abc import Iterable, Sequence

from agents.rules.wording import FILLER, alike, words_of
from workflows.diff.outputs import INDEX, Table

CHANGE = frozenset(["change", "drop", "fall", "rise", "increase", "decrease", "decline", "loss", "gain", "growth", "difference", "move", "jump", "shift"])  # fmt: skip
PERIODS = {
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "yoy": "year",
    "monthly": "month",
    "mom": "month",
}
PERCENT = re.compile(r"%|\bper\s*cent(?:age)?\b|\brelative\w*\b", re.IGNORECASE)
ORDERED = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d.*)?)?")
LISTS = re.compile(
    r"\b(?:which|what|list|name|show|give|all|every)\b[^.;!?]*\b(?:in|of)\s+(?:the\s+|its\s+)?(?:(?P<place>last|final|first|second|third)\s+)?(?:table|list|result\s+table|output)\b|\b(?:list|show|give|name)\s+(?:me\s+)?(?:all|every|each)\s+(?:of\s+)?(?:the\s+|its\s+)?(?:rows?|entries|sectors?|items|names)\b",
    re.IGNORECASE,
)
"""Asks for all rows of a table."""
PLACES = {"first": 0, "second": 1, "third": 2}


def words_said(text: str) -> list[str]:
    """The words of a text that say something, with one word for each way to say a change or a period."""
    return [_plain(word.text) for word in words_of(text) if word.text not in FILLER]


def _plain(word: str) -> str:
    if any(alike(word, each) for each in CHANGE) or word in (
        "fell",
        "fallen",
        "rose",
        "risen",
        "grew",
        "grown",
        "lost",
    ):
        return "change"
    return PERIODS.get(word, word)


def fitting(request: str, labels: Sequence[str], least: int = 1) -> list[int]:
    """The rows whose labels' words, up to a comma, all stand in the request, those with the most words; with the percentage only where that is asked for."""
    said = words_said(request)
    found: dict[int, int] = {}
    for at, label in enumerate(labels):
        own = words_said(label.partition(",")[0])
        if len(own) >= least and all(any(alike(word, each) for each in said) for word in own):
            found[at] = len(own)
    most = max(found.values(), default=0)
    best = [at for at, count in found.items() if count == most]
    relative = [at for at in best if PERCENT.search(labels[at])]
    return relative if relative and PERCENT.search(request) else best


def in_time_order(table: Table) -> bool:
    """Whether the rows go on in time, so that the last one is where things stand."""
    return any(_rising(row.get(name) for row in table.rows) for name in (INDEX, *table.columns))


def _rising(values: Iterable[object]) -> bool:
    texts = [str(value) for value in values]
    return (
        len(texts) > 1
        and all(ORDERED.fullmatch(text) for text in texts)
        and texts == sorted(texts)
        and texts[0] < texts[-1]
    )


def listed(request: str, tables: Sequence[Table]) -> Table | None:
    """The table whose rows the request wants listed."""
    asked = LISTS.search(request)
    if asked is None or not tables:
        return None
    place = (asked.groupdict().get("place") or "").lower()
    if place in PLACES:
        return tables[PLACES[place]] if PLACES[place] < len(tables) else None
    return tables[-1]


__all__ = ["fitting", "in_time_order", "listed"]
