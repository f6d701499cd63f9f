"""Lists as they are shown to a model, one line each, the id first; and how much of what it asks for a person has to have said."""

from collections.abc import Iterable

SAID = 0.6
"""The share of the words of a wish that have to stand in the request; a name or a text that was found asks for nothing."""


def lines(rows: Iterable[tuple[str, str]]) -> str:
    """`id: description` lines; each description on one line."""
    return "\n".join(f"{key}: {' '.join(text.split())}" for key, text in rows) or "(none)"


__all__ = ["SAID", "lines"]
