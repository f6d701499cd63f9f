"""Lists as they are shown to a model, one line each, the id first; and how much of what it asks for a person has to have said."""

from collections.abc import Iterable, Sequence

from agents.prompts import tokens
from agents.rules.ranking import Group, Index, others, terms

SAID = 0.6
"""The share of the words of a wish that have to stand in the request; a name or a text that was found asks for nothing."""

ROOM = 2500
"""Tokens up to which a list stands as the workspace has it; a longer one has to be cut, and what matters must not be."""


def lines(rows: Iterable[tuple[str, str]]) -> str:
    """`id: description` lines; each description on one line."""
    return "\n".join(f"{key}: {' '.join(text.split())}" for key, text in rows) or "(none)"


def likely_first(request: str, texts: Sequence[str], room: int = ROOM) -> list[int]:
    """The places of the texts as a prompt shows them: in their own order where all of them fit, else those first that share most with the request."""
    if tokens("\n".join(texts)) <= room:
        return list(range(len(texts)))
    asked = [Group(frozenset({term}), others(term)) for term in dict.fromkeys(terms(request))]
    best = Index([[(text, 1.0)] for text in texts]).rank(asked)
    return [*best, *sorted(set(range(len(texts))) - set(best))]


__all__ = ["ROOM", "SAID", "likely_first", "lines"]
