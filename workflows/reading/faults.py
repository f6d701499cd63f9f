"""What is wrong in a written block, and where: a line, a name, and the nearest names that exist."""

from collections.abc import Collection
from typing import NamedTuple

from rapidfuzz import fuzz, process

SIMILAR = 60
"""Percent of likeness from which a name is worth naming."""
NAMED = 3


class Fault(NamedTuple):
    """One thing that would go wrong."""

    line: int
    """From 1."""
    what: str
    """Without a full stop."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


def nearest(name: str, known: Collection[str]) -> str:
    """`; the nearest are a, b`, or what there is where little exists; empty where nothing does."""
    found = process.extract(name.lower(), {one: one.lower() for one in known}, scorer=fuzz.ratio, limit=NAMED, score_cutoff=SIMILAR)  # fmt: skip
    if found:
        return f"; the nearest {'is' if len(found) == 1 else 'are'} {', '.join(one for _, _, one in found)}"
    return f"; there are {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""


__all__ = ["Fault", "nearest"]
