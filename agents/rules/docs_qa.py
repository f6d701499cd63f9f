"""Answering from the documentation without a model: sections ranked by what the question asks for, and of each the part that says it."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from agents.asks.docs_qa import (
    ASKED,
    SHOWN,
    ArticleCard,
    ArticleChoice,
    DocsAnswer,
    Earlier,
    Passage,
    Statement,
    WhatTheySay,
    WhichArticles,
)
from agents.rules import rule
from agents.rules.asked import HOW, LISTED, PASTED, Part, compared, groups, is_question, parts, plain
from agents.rules.docs_qa_kinds import means, told_as
from agents.rules.docs_qa_said import (
    answered,
    has_items,
    has_steps,
    heads_of,
    label_of,
    shares_of,
    units_of,
    verdict,
    worded,
    words_in,
)
from agents.rules.ranking import Group, Index, stem, terms
from agents.rules.wording import folded

ENOUGH = 0.6
"""Share of what was asked, weighted by rarity, that one paragraph or list item, with its headings, must have to count as an answer."""
KNOWN_ENOUGH = 0.45
"""The same of a question whose every word the documentation knows: what it tells beside is what it is asked for."""
PASTED_ENOUGH = 0.4
"""The same of a pasted error message, most of whose words are those of one case."""
NAMED = 0.85
"""Share of what was asked that an article's title, description and one heading must have for no other article to be opened."""
NEAR = 0.25
"""Share of what was asked that a section must have to be named as near."""
LINK = re.compile(r"\bSee \[[^\]]+\]\(/docs/([\w-]+)\)")
BRIEF = 250
"""Characters of a section that only sends its reader on."""
REFERS = re.compile(
    r"\b(?:it|its|that|this|these|those|them|they|one|ones|there|same|instead|either|else)\b", re.IGNORECASE
)
GOES_ON = re.compile(
    r"^\W*(?:and|but|so|or|also|then|what\s+about|how\s+about|what\s+if|why\s+not|ok(?:ay)?)\b", re.IGNORECASE
)


@rule(WhichArticles)
def which_articles(question: WhichArticles) -> ArticleChoice:
    """Titles and descriptions ranked by the question's words; a follow-up brings the words of the question before."""
    titles = {card.slug: card.title for card in question.articles}
    request = standing_alone(question.request, question.earlier, titles)
    slugs = ranked(request, [card for card in question.articles if card.slug not in question.read])
    if request != question.request and question.earlier:
        # A follow-up is most likely answered where the question before was.
        before = [slug for slug in question.earlier[-1].slugs if slug not in question.read]
        slugs = list(dict.fromkeys([*slugs[:2], *before[:2], *slugs]))
    return ArticleChoice(question=request[:300], slugs=slugs[:5])


def ranked(request: str, cards: Sequence[ArticleCard]) -> list[str]:
    """Slugs of the articles whose title, description or section has anything of the question, the best first."""
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
    whole = [cards[which].slug for which in index.rank(groups(request, index))]
    main, _context = _main(request)
    pieces = compared(index.spelled(plain(main))) or [part.text for part in parts(main)]
    # Of each part, where a question has several, the two best come first.
    each = [cards[which].slug for piece in pieces for which in index.rank(groups(piece, index))[:2]]
    return list(dict.fromkeys([*(each if len(pieces) > 1 else []), *whole]))


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
    index = index_of(question.passages)
    statements: list[Statement] = []
    both, asked = _asked(question.request, index)
    if both:
        main, context = _main(question.request)
        apart = [said for part in both for said in _one(part, question.passages, index)[:1]]
        titled = all(
            any(
                index.cover(groups(part.text, index), set(terms(each.title))) >= 0.8
                for each in question.passages
            )
            for part in both
        )
        together = [] if titled else _one(Part(main, context), question.passages, index, 0.85)[:1]
        statements = [*apart, *together]
    else:
        statements = [said for part in asked for said in _one(part, question.passages, index)]
    kept = {statement.key: statement for statement in reversed(statements)}
    ordered = list(kept.values())[::-1][:5]
    return DocsAnswer(found=bool(ordered), statements=ordered)


def index_of(passages: Sequence[Passage]) -> Index:
    # Keys say only where a section stands; what is ranked is the same.
    return _index(
        tuple((each.title, each.heading, f"{each.about}\n\n{worded(each.text)}") for each in passages)
    )


@lru_cache(maxsize=4)
def _index(texts: tuple[tuple[str, str, str], ...]) -> Index:
    return Index([[(title, 1.5), (heading, 2.0), (text, 1.0)] for title, heading, text in texts])


def _asked(request: str, index: Index) -> tuple[list[Part], list[Part]]:
    """The things that the question compares, if it does, and its parts."""
    main, context = _main(request)
    both = [Part(thing, context, named=True) for thing in compared(index.spelled(plain(main)))]
    return both, [part._replace(around=f"{part.around} {context}".strip()) for part in parts(main)]


def unanswered(request: str, passages: Sequence[Passage]) -> list[str]:
    """Parts of a question of several that none of the sections answers."""
    index = index_of(passages)
    both, asked = _asked(request, index)
    if both or len(asked) < 2:
        return []
    return [
        part.text for part in asked if is_question(part.text) and not _fits(part, passages, index, ENOUGH)
    ]


def settled(request: str, cards: Sequence[ArticleCard], passages: Sequence[Passage]) -> bool:
    """Whether articles and headings name all that is asked, in its own words, so that no others need be opened."""
    index = index_of(passages)
    about = {card.slug: set(terms(f"{card.title} {card.description}")) for card in cards}
    both, asked = _asked(request, index)
    return bool(passages) and all(_named(part, passages, about, index) for part in both or asked)


def _named(part: Part, passages: Sequence[Passage], about: Mapping[str, set[str]], index: Index) -> bool:
    if index.spelled(part.text) != part.text:
        return False
    asked = [Group(group.own, gist=group.gist) for group in groups(part.text, index)]
    best = next(iter(_fits(part, passages, index, ENOUGH)), None)
    if not asked or best is None:
        return False
    heads = about.get(best.passage.slug, set()) | heads_of(best.passage)
    return index.cover(asked, heads) >= NAMED


def nearest(request: str, passages: Sequence[Passage]) -> list[Passage]:
    """Of the articles that have most of what was asked, the section that has it; at most three."""
    index = index_of(passages)
    main, _context = _main(request)
    asked = groups(main, index)
    worth = {
        passage.key: index.cover(asked, heads_of(passage) | words_in(passage.text)) for passage in passages
    }
    scores = dict(zip((each.key for each in passages), index.scores(asked), strict=True))
    best: dict[str, Passage] = {}
    for passage in sorted(passages, key=lambda each: (-worth[each.key], -scores[each.key])):
        if worth[passage.key] >= NEAR:
            best.setdefault(passage.slug, passage)
    return list(best.values())[:3]


def nearest_first(request: str, passages: Sequence[Passage], chosen: Sequence[str] = ()) -> list[Passage]:
    """All the sections by how near they come, each part's best before the others; of an article read early before one read late.

    Of each article that was chosen by its title one section is among those that a model is shown.
    """
    index = index_of(passages)
    both, asked = _asked(request, index)
    best = [
        passages[which]
        for part in both or asked
        for which in index.rank(groups(f"{part.text} {part.around}", index))[: SHOWN // len(both or asked)]
    ]
    ordered = list({passage.key: passage for passage in [*best, *passages]}.values())
    kept = {passage.slug for passage in ordered[:ASKED]}
    reserved = [
        next(passage for passage in ordered if passage.slug == slug)
        for slug in chosen
        if slug not in kept and any(passage.slug == slug for passage in ordered)
    ]
    return list(
        {each.key: each for each in [*ordered[: ASKED - len(reserved)], *reserved, *ordered]}.values()
    )


def _one(part: Part, passages: Sequence[Passage], index: Index, enough: float = ENOUGH) -> list[Statement]:
    """The sections that answer one question, the best first."""
    fits = _fits(part, passages, index, enough)
    if not fits:
        return []
    asked = groups(part.text, index, part.foreign) or groups(part.around, index)
    # A yes has to hold of what was told before, such as who it is that asks.
    held = [
        *asked,
        *(group for group in _wanted(part, index)[len(asked) :] if any(map(index.has, group.own))),
    ]
    # Of sections that fit about as well, the one that says yes or no.
    best = next(
        (
            fit
            for fit in fits[:4]
            if fit.worth >= 0.75 * fits[0].worth and verdict(part.text, fit.passage, held, index)
        ),
        fits[0],
    )
    kept = [best]
    how = HOW.match(part.text) is not None
    if not (how and has_steps(best.passage.text)):
        # A second section only where it is as good an answer, from the same article.
        listed = LISTED.match(part.text) is not None and has_items(best.passage.text)
        kept += [
            fit
            for fit in fits
            if fit is not best
            and fit.passage.slug == best.passage.slug
            and fit.worth >= 0.85 * best.worth
            and fit.sure >= best.sure
            and (has_items(fit.passage.text) or not listed)
        ][: 2 if listed else 1]
        kept.sort(key=lambda fit: (not listed, int(fit.passage.key[1:] or 0)) if listed else (True, 0))
    texts = [answered(part.text, fit.passage, held, index) for fit in kept]
    if texts[0].startswith(("Yes.", "No.")):
        texts = texts[:1]
    elif (further := _referred(best.passage, asked, passages, index)) is not None:
        kept = [best, best._replace(passage=further)]
        texts = [answered(part.text, fit.passage, held, index) for fit in kept]
    return [Statement(key=fit.passage.key, text=text) for fit, text in zip(kept, texts, strict=False)]


def _referred(
    passage: Passage, asked: Sequence[Group], passages: Sequence[Passage], index: Index
) -> Passage | None:
    """Where a short section sends the reader: the part of that article that says how, else the one nearest to the question."""
    link = LINK.search(passage.text)
    if link is None or len(passage.text) > BRIEF:
        return None
    scores = dict(zip((each.key for each in passages), index.scores(asked), strict=True))
    there = [each for each in passages if each.slug == link.group(1) and each.slug != passage.slug]
    return max(there, key=lambda each: (has_steps(each.text), scores[each.key]), default=None)


def _fits(part: Part, passages: Sequence[Passage], index: Index, enough: float) -> list[_Fit]:
    asked, around = _wanted(part, index), groups(part.around, index)
    main = groups(part.text, index, part.foreign)
    scores = index.scores([*asked, *(group._replace(gist=0.5 * group.gist) for group in around)])
    top = max(scores, default=0.0) or 1.0
    if PASTED.search(part.text):
        enough = min(enough, PASTED_ENOUGH)
    elif all(index.knows(group) for group in asked):
        enough = min(enough, KNOWN_ENOUGH)
    # Keys count the sections in the order in which they were read.
    first: dict[str, str] = {}
    for passage in sorted(passages, key=lambda each: int(each.key[1:] or 0)):
        first.setdefault(passage.slug, passage.key)
    found = []
    for passage, score in zip(passages, scores, strict=True):
        heads = heads_of(passage)
        texts = units_of(passage.text)
        units = [*shares_of(passage.text), (set(terms(passage.about)), 1.0)]
        sure = max(index.cover(asked, heads | unit) * share for unit, share in units) if asked else 1.0
        whole = heads | words_in(passage.text)
        titled = max((index.cover(asked, heads | set(terms(label_of(unit)))) for unit in texts), default=0.0)
        if asked and sure < enough and not (titled >= enough and index.cover(asked, whole) >= enough):
            continue
        if sure < ENOUGH and not any(group.found(heads) for group in asked):
            # What comes only near has to be about something that was asked.
            continue
        worth = (0.5 + 0.5 * titled) * sure**3 * (0.5 + score / top)
        if around:
            near = max(index.cover(around, heads | unit) for unit, _share in units)
            if not asked and not near:
                continue
            worth *= 0.5 + near
        worth *= _leads(passage, first[passage.slug] == passage.key, main or asked, index, means(part.text))
        if (means(part.text) or part.named) and any(_is_all(label_of(unit), asked) for unit in texts):
            worth *= 3.0
        found.append(_Fit(passage, worth * told_as(part.text, passage), sure))
    return sorted(found, key=lambda fit: -fit.worth)


def _wanted(part: Part, index: Index) -> list[Group]:
    """What is asked, and with half its weight what was told before."""
    asked = groups(part.text, index, part.foreign)
    mine = {word for group in asked for word in group.own}
    told = [
        group._replace(own=group.own - mine)
        for group in groups(part.told, index, part.foreign)
        if not group.own <= mine
    ]
    return [*asked, *(group._replace(gist=0.5 * group.gist) for group in told if index.knows(group))]


def _leads(passage: Passage, first: bool, asked: Sequence[Group], index: Index, meant: bool) -> float:
    """More for the article whose title, or the section whose heading, the question says in full, and for its first section where a meaning is asked for."""
    title, heading = set(terms(passage.title)), set(terms(passage.heading))
    worth = (1.4 if title and title <= {word for group in asked for word in group.own} else 1.0) * (
        1.0 + 0.8 * _agreed(heading, asked, index)
    )
    return worth * ((2.5 if meant else 1.15) if first and index.cover(asked, title) > 0.99 else 1.0)


def _agreed(heading: set[str], asked: Sequence[Group], index: Index) -> float:
    """How much of the heading is asked for and how much of what is asked the heading says, as one number from 0 to 1."""
    if not heading or not asked:
        return 0.0
    meant = {word for group in asked for word in (*group.own, *group.words)}
    exact, whole = len(heading & meant) / len(heading), index.cover(asked, heading)
    return 2 * exact * whole / (exact + whole) if exact + whole else 0.0


def _is_all(label: str, asked: Sequence[Group]) -> bool:
    """Whether what an item is about is all that was asked."""
    said = {stem(word) for word in folded(label.strip("`* ")).replace("_", " ").split()}
    return bool(said) and said == {word for group in asked for word in group.own}


def _main(request: str) -> tuple[str, str]:
    """The question itself, and in parentheses the one before that it goes on from."""
    match = re.fullmatch(r"(.*?)\s*\(about: (.*)\)", request, re.DOTALL)
    return (match.group(1), match.group(2)) if match else (request, "")


__all__ = [
    "nearest",
    "nearest_first",
    "ranked",
    "settled",
    "standing_alone",
    "unanswered",
    "what_they_say",
    "which_articles",
]
