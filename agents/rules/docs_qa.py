"""Answering from the documentation without a model: sections ranked by what the question asks for, and of each the part that says it."""

import re
from collections.abc import Mapping, Sequence

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
from agents.rules.asked import (
    HOW,
    LISTED,
    NEGATED,
    Part,
    compared,
    groups,
    is_question,
    parts,
    plain,
    unheard,
)
from agents.rules.docs_qa_beside import beside
from agents.rules.docs_qa_fits import ENOUGH, Fit, fits_of, index_of, wanted
from agents.rules.docs_qa_said import (
    answered,
    has_items,
    has_steps,
    heads_of,
    verdict,
    words_in,
)
from agents.rules.ranking import Group, Index, terms

SETTLED, GOOD = 0.75, 1.2
"""Share of what was asked that a section must say, and what it must be worth, for no other article to be opened."""
SAME_ARTICLE = 1.3
"""How much more a section is worth of the article that answered what the question goes on from."""
MOST = 0.7
"""Share of what was asked that the title of an article must have to be about it alone."""
NEAR = 0.25
"""Share of what was asked that a section must have to be named as near."""
NOTHING = DocsAnswer(found=False)
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
        statements = []
        by_key = {passage.key: passage for passage in question.passages}
        for part in asked:
            statements += _one(
                part, question.passages, index, before=[by_key[each.key] for each in statements]
            )
    kept = {statement.key: statement for statement in reversed(statements)}
    ordered = list(kept.values())[::-1][:5]
    return DocsAnswer(found=bool(ordered), statements=ordered)


def _asked(request: str, index: Index) -> tuple[list[Part], list[Part]]:
    """The things that the question compares, if it does, and its parts."""
    main, context = _main(request)
    both = [Part(thing, context, named=True) for thing in compared(index.spelled(plain(main)))]
    return both, [part._replace(around=f"{part.around} {context}".strip()) for part in parts(main)]


def unanswered(request: str, passages: Sequence[Passage]) -> list[tuple[str, list[Statement]]]:
    """Parts of a question of several that none of the sections answers, each with what comes nearest to it."""
    index = index_of(passages)
    both, asked = _asked(request, index)
    if both or len(asked) < 2:
        return []
    return [
        (part.text, beside(part, passages, index, NOTHING)[:1])
        for part in asked
        if is_question(part.text) and not fits_of(part, passages, index, ENOUGH)
    ]


def misspelt(request: str, passages: Sequence[Passage]) -> list[tuple[str, str]]:
    """Words of the question that were read as others, which the sections have, and these."""
    index = index_of(passages)
    _both, asked = _asked(request, index)
    pairs = [(part.text.split(), index.spelled(part.text).split()) for part in asked if not part.foreign]
    return [
        (written, meant)
        for there, read in pairs
        if len(there) == len(read)
        for written, meant in zip(there, read, strict=True)
        if terms(meant) and terms(written) != terms(meant)
    ]


def unmentioned(request: str, passages: Sequence[Passage]) -> list[str]:
    """What the question itself names and none of the sections does."""
    index = index_of(passages)
    both, asked = _asked(request, index)
    return list(
        dict.fromkeys(
            name
            for part in both or asked
            if not part.foreign and is_question(part.text)
            for name in unheard(part.text, index)
        )
    )


def also(request: str, passages: Sequence[Passage], answer: DocsAnswer) -> list[Statement]:
    """What else may answer a question of one part, where the rules' own answer is not sure; where none was found, what comes nearest to each part."""
    index = index_of(passages)
    both, asked = _asked(request, index)
    if both:
        return []
    if not answer.found and len(asked) > 1:
        near = [beside(part, passages, index, answer)[:1] for part in asked if is_question(part.text)]
        return list({each.key: each for found in near for each in found}.values())
    if len(asked) > 1 or (
        answer.found and answer != what_they_say(WhatTheySay(request=request, passages=list(passages)))
    ):
        return []
    return beside(asked[0], passages, index, answer)


def settled(request: str, passages: Sequence[Passage]) -> bool:
    """Whether a section answers each part so well that no other articles need be opened."""
    best = _best(request, passages)
    return bool(passages) and all(fit and fit.sure >= SETTLED and fit.worth >= GOOD for fit in best)


def sent_to(request: str, passages: Sequence[Passage]) -> list[str]:
    """Slugs of the articles to which the sections that answer best send their reader on."""
    links = (_link(fit.passage) for fit in _best(request, passages) if fit is not None)
    return [slug for slug in links if slug]


def _best(request: str, passages: Sequence[Passage]) -> list[Fit | None]:
    """The section that answers each part best."""
    index = index_of(passages)
    both, asked = _asked(request, index)
    return [next(iter(fits_of(part, passages, index, ENOUGH)), None) for part in both or asked]


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


def _one(
    part: Part,
    passages: Sequence[Passage],
    index: Index,
    enough: float = ENOUGH,
    before: Sequence[Passage] = (),
) -> list[Statement]:
    """The sections that answer one question, the best first; `before` are those that answered what it goes on from."""
    if part.follows and before and all(map(index.everyday, groups(part.text, index, part.foreign))):
        # `and can I avoid that?`: the question before once more, in what else is said to it.
        denied = NEGATED.search(part.text) is not None
        part = Part(part.around, foreign=part.foreign)
        fits = [
            fit
            for fit in fits_of(part, passages, index, enough)
            if fit.passage not in before and (not denied or NEGATED.search(fit.passage.text))
        ][:1]
    else:
        fits = fits_of(part, passages, index, enough)
    if part.around and before:
        # What goes on from a question is most likely answered where that was.
        slugs = {each.slug for each in before}
        fits = sorted(fits, key=lambda fit: -fit.worth * (SAME_ARTICLE if fit.passage.slug in slugs else 1.0))
    if not fits:
        return []
    asked = groups(part.text, index, part.foreign) or groups(part.around, index)
    # A yes has to hold of what was told before, such as who it is that asks.
    held = [
        *asked,
        *(group for group in wanted(part, index)[len(asked) :] if any(map(index.has, group.own))),
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
        # All lists of the article that is about just what is asked, else what is as good.
        whole = listed and index.cover(asked, set(terms(best.passage.title))) >= MOST
        kept += [
            fit
            for fit in fits
            if fit is not best
            and fit.passage.slug == best.passage.slug
            and fit.worth >= (0.4 if whole else 0.85 if listed else 0.95) * best.worth
            and (fit.sure >= best.sure or whole)
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
    link = _link(passage)
    if not link:
        return None
    scores = dict(zip((each.key for each in passages), index.scores(asked), strict=True))
    there = [each for each in passages if each.slug == link and each.slug != passage.slug]
    return max(there, key=lambda each: (has_steps(each.text), scores[each.key]), default=None)


def _link(passage: Passage) -> str:
    """The article to which a short section sends its reader."""
    link = LINK.search(passage.text)
    return link.group(1) if link is not None and len(passage.text) <= BRIEF else ""


def _main(request: str) -> tuple[str, str]:
    """The question itself, and in parentheses the one before that it goes on from."""
    match = re.fullmatch(r"(.*?)\s*\(about: (.*)\)", request, re.DOTALL)
    return (match.group(1), match.group(2)) if match else (request, "")


__all__ = [
    "also",
    "misspelt",
    "nearest",
    "nearest_first",
    "ranked",
    "sent_to",
    "settled",
    "standing_alone",
    "unanswered",
    "unmentioned",
    "what_they_say",
    "which_articles",
]
