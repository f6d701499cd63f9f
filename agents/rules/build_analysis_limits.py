"""Limits on the rows of a table without dates: `everything above ten percent share`, `sectors with more than 10,000 jobs`."""

import re
from typing import NamedTuple

from agents.asks.build_analysis import Limit, TableCard
from agents.asks.period_words import NUMBERS, number
from agents.rules.build_analysis_match import measures_named
from agents.rules.build_analysis_words import words

_MORE = r"above|over|more than|greater than|higher than|larger than|bigger than|exceed(?:s|ing)?|at least|>=?|beyond"
_LESS = r"below|under|less than|lower than|smaller than|fewer than|at most|<=?|beneath"
_LIMIT = re.compile(
    rf"(?:\b(?:(?P<more>{_MORE.replace('|>=?', '')})|(?P<less>{_LESS.replace('|<=?', '')})) |(?P<sign>[<>]=?) ?)(?:a |the |an )?"
    rf"(?P<n>\d[\d,]*(?:\.\d+)?|{'|'.join(sorted((one for one in NUMBERS if len(one) > 2), key=len, reverse=True))}) ?(?P<k>k\b|thousand\b|million\b)?(?P<p> ?%| ?per ?cent\b| ?percent\b| ?pct\b)?",
    re.I,
)
_RELATIVE = ("share", "rate", "ratio", "percent", "pct")


class RowLimit(NamedTuple):
    limit: Limit
    column: str
    note: str = ""
    """How the number was read, where the column holds thousands."""


def row_limit(text: str, table: TableCard) -> RowLimit | None:
    """The limit that a text sets to rows of this table, and the column that it is about; None where no column can be meant."""
    found = _LIMIT.search(text)
    if found is None or table.shape != "plain":
        return None
    digits = found["n"].replace(",", "")
    amount = float(digits) if digits[0].isdigit() else float(number(digits.lower()))
    factor = {"k": 1_000, "thousand": 1_000, "million": 1_000_000}.get((found["k"] or "").lower(), 1)
    named = [column.name for column in table.of("measure")]
    relative = [name for name in named if any(word in name.lower() for word in _RELATIVE)]
    said = [name for name in measures_named(words(text), table) if (name in relative) == bool(found["p"])]
    able = relative if found["p"] else [name for name in named if name not in relative]
    column = next(iter(said or (able if len(able) == 1 else [])), None)
    if column is None:
        return None
    read = amount * factor
    note = ""
    if factor > 1 and read > _most(table, column):
        read /= 1_000
        note = f"“{found[0].strip()}” is taken as {read:,.0f}, as if {column} held thousands: its largest value is {_most(table, column):,.0f}"
        if read > _most(table, column):
            return None
    than = "below" if found["less"] or (found["sign"] or "").startswith("<") else "above"
    limit = Limit.model_validate({"of": "value", "than": than, "number": read / 100 if found["p"] else read})  # fmt: skip
    return RowLimit(limit, column, note)


def _most(table: TableCard, column: str) -> float:
    card = table.column(column)
    try:
        return float(card.last or "inf") if card else float("inf")
    except ValueError:
        return float("inf")


def limit_said(text: str) -> str:
    """The words of a limit that a text sets; empty for none."""
    found = _LIMIT.search(text)
    return found[0].strip() if found else ""


__all__ = ["RowLimit", "limit_said", "row_limit"]
