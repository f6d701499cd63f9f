"""Answering from the documentation without a model: sections ranked by what the question asks for, and of each the part that says it."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.asks.docs_qa import (
    ArticleChoice,
    DocsAnswer,
    Earlier,
    Passage,
    Statement,
    WhatTheySay,
    WhichArticles,
)
from agents.rules import rule
from agents.rules.asked import QUESTION, Group, compared, groups, parts, plain, query, share
from agents.rules.ranking import Index, terms

ENOUGH = 0.6
"""Share of what was asked, weighted by rarity, that one paragraph or list item, with its headings, must have to count as an answer."""
REFERS = re.compile(
    r"\b(?:it|its|that|this|these|those|them|they|one|ones|there|same|instead|either|else)\b", re.IGNORECASE
)
GOES_ON = re.compile(
    r"^\W*(?:and|but|so|or|also|then|what\s+about|how\s+about|what\s+if|why\s+not|ok(?:ay)?)\b", re.IGNORECASE
)
HOW = re.compile(
    r"\W*(?:please\s+)?(?:(?:and|so)\s+)?(?:how(?!\s+(?:long|many|much|often|big|large|old))|what\s+(?:do|should|must)\s+i|can\s+i|show\s+me\s+how|where\s+do\s+i|steps)\b|.*\bhow\W*$",
    re.IGNORECASE,
)
LONGEST = 700
ROWS = 6
"""Items of a list, or rows of a table, that are told whole."""


@rule(WhichArticles)
def which_articles(question: WhichArticles) -> ArticleChoice:
    """Titles and descriptions ranked by the question's words; a follow-up brings the words of the question before."""
    titles = {card.slug: card.title for card in question.articles}
    request = standing_alone(question.request, question.earlier, titles)
    cards = [card for card in question.articles if card.slug not in question.read]
    index = Index(
        [
            [
                (card.title, 3.0),
                (card.slug.replace("-", " "), 2.0),
                (card.description, 1.5),
                (card.section, 0.5),
            ]
            for card in cards
        ]
    )
    ranked = [cards[each.which].slug for each in index.rank(query(groups(request, index)))]
    slugs = list(dict.fromkeys([*_of_each_part(request, ranked, cards, index), *ranked]))
    if request != question.request and question.earlier:
        # A follow-up is most likely answered where the question before was.
        before = [slug for slug in question.earlier[-1].slugs if slug not in question.read]
        slugs = list(dict.fromkeys([*before[:2], *slugs]))
    return ArticleChoice(question=request[:300], slugs=slugs[:5])


def _of_each_part(request: str, ranked: Sequence[str], cards: Sequence[object], index: Index) -> list[str]:
    """The two best articles of each part, where a question has several."""
    pieces = compared(request) or parts(_main(request)[0])
    if len(pieces) < 2:
        return []
    slugs = [str(getattr(card, "slug", "")) for card in cards]
    return [slugs[each.which] for piece in pieces for each in index.rank(query(groups(piece, index)))[:2]]


def standing_alone(request: str, earlier: list[Earlier], titles: Mapping[str, str]) -> str:
    """The question with the words of the one before and the title of what answered it, where it cannot be understood without."""
    if not earlier:
        return request
    own = terms(plain(request))
    if GOES_ON.search(request) or len(own) <= 1 or (REFERS.search(request) and len(own) <= 3):
        before = earlier[-1]
        told = "; ".join(titles[slug] for slug in before.slugs[:1] if slug in titles)
        return f"{request} (about: {f'{_main(before.question)[0]} {told}' if told else before.question})"
    return request


class _Fit(NamedTuple):
    """How well a section answers."""

    passage: Passage
    worth: float
    sure: float
    """Share of what was asked that its best paragraph has, together with its headings."""


@rule(WhatTheySay)
def what_they_say(question: WhatTheySay) -> DocsAnswer:
    """What the sections say to each part of the question; nothing when none says enough of it."""
    main, context = _main(question.request)
    index = Index([[(each.title, 1.0), (each.heading, 2.0), (each.text, 1.0)] for each in question.passages])
    if not index.rank(query(groups(f"{main} {context}", index))):
        return DocsAnswer(found=False)
    both = compared(main)
    statements: list[Statement] = []
    if both:
        apart = [said for thing in both for said in _one(thing, context, question.passages, index)[:1]]
        titled = all(
            any(
                share(groups(thing, index), set(terms(each.title)), index) >= 0.8
                for each in question.passages
            )
            for thing in both
        )
        together = _one(main, context, question.passages, index, 0.85)[:1]
        statements = apart if titled or not together else together
    else:
        for part in parts(main):
            statements += _one(part, context, question.passages, index)
    kept = {statement.key: statement for statement in reversed(statements)}
    ordered = list(kept.values())[::-1][:5]
    return DocsAnswer(found=bool(ordered), statements=ordered)


def unanswered(request: str, passages: Sequence[Passage], told: Sequence[str]) -> list[str]:
    """Parts of a question of several that no section of those told answers."""
    main, context = _main(request)
    pieces = parts(main)
    if len(pieces) < 2 or compared(main):
        return []
    pieces = [
        piece
        for piece in pieces
        if piece.rstrip().endswith("?") or re.match(rf"\W*{QUESTION}\b", piece, re.IGNORECASE)
    ]
    index = Index([[(each.title, 1.0), (each.heading, 2.0), (each.text, 1.0)] for each in passages])
    chosen = [each for each in passages if each.key in told]
    return [
        piece
        for piece in pieces
        if not _fits(groups(piece, index), groups(context, index), chosen, index, ENOUGH)
    ]


def _one(
    main: str, context: str, passages: Sequence[Passage], index: Index, enough: float = ENOUGH
) -> list[Statement]:
    """The sections that answer one question, the best first."""
    asked, around = groups(main, index), groups(context, index)
    fits = _fits(asked, around, passages, index, enough)
    if not fits:
        return []
    how = HOW.match(main) is not None
    best = max(fits, key=lambda fit: fit.worth * (3.0 if how and _steps(fit.passage.text) else 1.0))
    kept = [best]
    if not (how and _steps(best.passage.text)):
        # A second section only where it is as good an answer, from the same article.
        kept += [
            fit
            for fit in fits
            if fit is not best
            and fit.passage.slug == best.passage.slug
            and fit.worth >= 0.85 * best.worth
            and fit.sure >= best.sure
        ][:1]
    return [Statement(key=fit.passage.key, text=_said(fit.passage, asked, index)) for fit in kept]


def _fits(
    asked: list[Group], around: list[Group], passages: Sequence[Passage], index: Index, enough: float
) -> list[_Fit]:
    scores = {each.which: each.score for each in index.rank(query([*asked, *around]))}
    places = {passage.key: place for place, passage in enumerate(passages)}
    found = []
    for passage in passages:
        score = scores.get(places[passage.key], 0.0) if len(scores) else 0.0
        heads = set(terms(f"{passage.title} {passage.heading}"))
        units = [heads | set(terms(unit)) for unit in _units(passage.text)] or [heads]
        sure = max(share(asked, unit, index) for unit in units) if asked else 1.0
        whole = heads | set(terms(passage.text))
        titled = share(asked, heads, index)
        if around:
            near = max(share(around, unit, index) for unit in units)
            if not near or (asked and not share(asked, whole, index)):
                continue
            found.append(_Fit(passage, (1 + score) * (0.3 + near) * (0.4 + sure), sure))
        elif asked and (sure >= enough or (titled >= enough and share(asked, whole, index) >= enough)):
            worth = (1 + score) * (0.5 + titled) * (0.3 + sure) * _leads(passage, passages, asked, index)
            found.append(_Fit(passage, worth, sure))
    return sorted(found, key=lambda fit: -fit.worth)


def _leads(passage: Passage, passages: Sequence[Passage], asked: Sequence[Group], index: Index) -> float:
    """More for the article whose title the question says in full, and for its first section where the title is all that was asked."""
    title = set(terms(passage.title))
    said = {index.known(word) for group in asked for word in group.words}
    worth = 1.0 if passage.heading else 1.3
    if title and title <= said:
        worth *= 1.6
    # Keys count the sections in the order in which they were read.
    first = min(
        (each for each in passages if each.slug == passage.slug), key=lambda each: int(each.key[1:] or 0)
    )
    return worth * (1.5 if first is passage and share(asked, title, index) > 0.99 else 1.0)


def _main(request: str) -> tuple[str, str]:
    """The question itself, and in parentheses the one before that it goes on from."""
    match = re.fullmatch(r"(.*?)\s*\(about: (.*)\)", request, re.DOTALL)
    return (match.group(1), match.group(2)) if match else (request, "")


def _steps(text: str) -> bool:
    return len(re.findall(r"^\s*\d+[.)]\s", text, re.MULTILINE)) >= 2


ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s|^\s*\|")


def _units(text: str) -> list[str]:
    """Paragraphs, list items with what leads to them, and table rows: what one statement of a text is."""
    units: list[str] = []
    for piece in _pieces(text):
        lines = piece.splitlines()
        items = [line for line in lines if ITEM.match(line)]
        units += items if len(items) > ROWS else [piece]
    return units


def _pieces(text: str) -> list[str]:
    """The text at its blank lines; a code block stays whole, and with the sentence before it."""
    pieces: list[str] = []
    fenced = False
    for piece in re.split(r"\n\s*\n", text.strip()):
        fence = len(re.findall(r"^\s*(?:```|~~~)", piece, re.MULTILINE))
        if pieces and (
            fenced or piece.lstrip().startswith(("```", "~~~")) or pieces[-1].rstrip().endswith(":")
        ):
            pieces[-1] += f"\n\n{piece}"
        else:
            pieces.append(piece)
        fenced = fenced != bool(fence % 2)
    return pieces


def _said(passage: Passage, asked: Sequence[Group], index: Index) -> str:
    """The section, or of a long one the paragraphs, items and rows that speak of the question."""
    text = passage.text.strip()
    rows = [line for line in text.splitlines() if ITEM.match(line)]
    if len(text) <= LONGEST and (len(rows) <= 2 * ROWS or _steps(text)):
        return text
    heads = set(terms(f"{passage.title} {passage.heading}"))
    pieces = [_shortened(piece, asked, index) for piece in _pieces(text)]
    worth = [share(asked, heads | set(terms(piece)), index) for piece in pieces]
    kept: list[int] = []
    for place in sorted(range(len(pieces)), key=lambda place: (-worth[place], place)):
        size = sum(len(pieces[each]) for each in kept)
        if not kept or (size + len(pieces[place]) <= LONGEST and worth[place] > 0.8 * max(worth)):
            kept.append(place)
    said = "\n\n".join(pieces[place] for place in sorted(kept))
    return said if len(said) <= 1500 else said[:1490].rsplit(" ", 1)[0] + " …"


def _shortened(piece: str, asked: Sequence[Group], index: Index) -> str:
    """A long list or table with only the items that speak of the question; steps are never left out."""
    lines = piece.splitlines()
    items = [line for line in lines if ITEM.match(line)]
    if len(items) <= ROWS or _steps(piece):
        return piece
    head = (
        lines[:2]
        if len(lines) > 1 and re.fullmatch(r"\s*\|[\s|:-]+\|?\s*", lines[1])
        else [line for line in lines[:1] if not ITEM.match(line)]
    )
    body = [line for line in lines[len(head) :] if line.strip()]
    worth = [share(asked, set(terms(line)), index) for line in body]
    best = max(worth, default=0.0)
    chosen = [line for line, each in zip(body, worth, strict=True) if best and each >= 0.6 * best] or body
    return "\n".join([*head, *chosen[:ROWS]])


__all__ = ["standing_alone", "unanswered", "what_they_say", "which_articles"]
