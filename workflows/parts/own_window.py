"""The window of a notebook that somebody has already: the days its inputs choose, or those its queries read of a table."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from agents.results import Block

_START = re.compile(r"\b(?:start|from|since|begin\w*|first|after|min)\b", re.I)
_END = re.compile(r"\b(?:end|to|until|till|last|up to|before|max)\b", re.I)
_DAY = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b")


class OwnWindow(NamedTuple):
    """A window as the notebook has it."""

    period: str
    """In the words of a request."""
    start: str = ""
    """The variable of the input that chooses the first day."""
    end: str = ""
    said: str = ""
    """Where it was read, as a sentence."""


def own_window(blocks: Sequence[Block], table: str) -> OwnWindow | None:
    """The window that the blocks keep to for this table; None where they read all of it or it cannot be told."""
    queries = [block.content for block in blocks if block.type == "sql" and re.search(rf"\b{re.escape(table)}\b", block.content, re.I)]  # fmt: skip
    if not queries:
        return None
    start, end = _input(blocks, queries, _START), _input(blocks, queries, _END)
    if start is not None and end is not None and start[0] == end[0]:
        end = None
    if start is not None or end is not None:
        period = f"{start[1]} to {end[1]}" if start and end else f"since {start[1]}" if start else f"until {end[1] if end else ''}"  # fmt: skip
        names = " and ".join(f"{one[0]} ({one[1]})" for one in (start, end) if one)
        return OwnWindow(period, start[0] if start else "", end[0] if end else "", f"No window is named, so it is the notebook's own, from its input {names}")  # fmt: skip
    days = sorted({day for query in queries for day in _DAY.findall(query)})
    if len(days) < 2:
        return None
    return OwnWindow(f"{days[0]} to {days[-1]}", said=f"No window is named, so it is the notebook's own, {days[0]} to {days[-1]}")  # fmt: skip


def _input(blocks: Sequence[Block], queries: Sequence[str], meant: re.Pattern[str]) -> tuple[str, str] | None:
    """The variable and the day of the input that a query uses for this end of the window."""
    for block in blocks:
        name = str(block.metadata.get("deepnote_variable_name") or "")
        value = str(block.metadata.get("deepnote_variable_value") or "")[:10]
        label = str(block.metadata.get("deepnote_input_label") or "")
        used = any(re.search(rf"\{{\{{\s*{re.escape(name)}\s*\}}\}}", query) for query in queries)
        if (
            block.type == "input-date"
            and name.isidentifier()
            and used
            and _is_day(value)
            and meant.search(f"{name.replace('_', ' ')} {label}")
        ):
            return name, value
    return None


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


__all__ = ["OwnWindow", "own_window"]
