"""What else may answer a question: of the sections that come nearest to it beside the one that is told, a sentence each."""

import re
from collections import Counter
from collections.abc import Sequence

from agents.asks.docs_qa import DocsAnswer, Passage, Statement
from agents.rules.asked import Part, groups, unheard, without
from agents.rules.docs_qa_fits import ENOUGH, Fit, fits_of
from agents.rules.docs_qa_said import heads_of, said, units_of, words_in
from agents.rules.ranking import Group, Index, terms

LEAST = 0.3
"""Share of what was asked that a section must have to be quoted at all."""
AS_GOOD = 0.4
"""What a section must be worth, against the one that is told, to be quoted beside it."""
SURE, WORTH = 0.99, 2.0
"""A section that says this much of what was asked and is worth so much needs none beside it."""
MOST = 2
"""Sections that are quoted."""
QUOTED = 220
"""Characters of a quoted sentence."""


def beside(part: Part, passages: Sequence[Passage], index: Index, answer: DocsAnswer) -> list[Statement]:
    """Quotes of the next best sections where the one that answers does so with doubt; where none answers, the nearest first and whole.

    Of a question on something that no section names, near is what answers the rest.
    """
    names = unheard(part.text, index)
    part = part._replace(text=without(part.text, names))
    fits = fits_of(part, passages, index, ENOUGH if names else LEAST)
    asked = groups(part.text, index, part.foreign)
    if names:
        fits = _of_no_other(fits, asked, index)
    told = {statement.key for statement in answer.statements}
    if not told:
        near = _apart(fits)[: MOST + 1]
        return [
            Statement(
                key=fit.passage.key,
                text=_quote(fit.passage, asked, index) if place else said(fit.passage, asked, index),
            )
            for place, fit in enumerate(near)
        ]
    best = next((fit for fit in fits if fit.passage.key in told), None)
    if best is None or (best.sure >= SURE and best.worth >= WORTH):
        return []
    good = [fit for fit in fits if fit.passage.key not in told and fit.worth >= AS_GOOD * best.worth]
    return [Statement(key=fit.passage.key, text=_quote(fit.passage, asked, index)) for fit in good[:MOST]]


def _of_no_other(fits: Sequence[Fit], asked: Sequence[Group], index: Index) -> list[Fit]:
    """Without the sections that several articles have alike, each on a thing of its own that was not asked for: how to connect PostgreSQL, MySQL, …"""
    alike = Counter(fit.passage.heading for fit in fits)
    return [
        fit
        for fit in fits
        if not fit.passage.heading
        or alike[fit.passage.heading] == 1
        or index.cover(asked, set(terms(fit.passage.title)))
    ]


def _apart(fits: Sequence[Fit]) -> list[Fit]:
    """The best section of each article, and the others behind them."""
    first = {fit.passage.slug: fit for fit in reversed(fits)}
    lead = sorted(first.values(), key=lambda fit: -fit.worth)
    return [*lead, *(fit for fit in fits if fit not in lead)]


def _quote(passage: Passage, asked: Sequence[Group], index: Index) -> str:
    """The sentence of the section that says most of what was asked."""
    heads = heads_of(passage)
    sentences = [
        " ".join(sentence.split())
        for unit in units_of(passage.text)
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z`])", re.sub(r"^\s*(?:[-*•+]|\d+[.)])\s+", "", unit))
    ]
    best = max(sentences, key=lambda each: index.cover(asked, heads | words_in(each)))
    return best if len(best) <= QUOTED else best[: QUOTED - 1].rsplit(" ", 1)[0] + "…"


__all__ = ["beside"]
