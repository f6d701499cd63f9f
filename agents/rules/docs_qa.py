"""Answering from the documentation without a model: articles and sections ranked by the question's words, quoted as they stand."""

import re

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
from agents.rules.ranking import Index, Ranked, terms
from agents.rules.wording import words_of

ENOUGH = 0.55
"""Share of the question's words, weighted by rarity, that a section must have to count as an answer."""
REFERS = re.compile(
    r"\b(?:it|its|that|this|these|those|them|they|one|ones|there|same|instead|either|else)\b", re.IGNORECASE
)
GOES_ON = re.compile(
    r"^\W*(?:and|but|so|or|also|then|what\s+about|how\s+about|what\s+if|why\s+not|ok(?:ay)?)\b", re.IGNORECASE
)
LONGEST = 900


@rule(WhichArticles)
def which_articles(question: WhichArticles) -> ArticleChoice:
    """Titles and descriptions ranked by the question's words; a follow-up brings the words of the question before."""
    request = standing_alone(question.request, question.earlier)
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
    slugs = [cards[ranked.which].slug for ranked in index.rank(terms(request))]
    if request != question.request and question.earlier:
        # A follow-up is most likely answered where the question before was.
        before = [slug for slug in question.earlier[-1].slugs if slug not in question.read]
        slugs = list(dict.fromkeys([*before[:2], *slugs]))
    return ArticleChoice(question=request[:300], slugs=slugs[:5])


def standing_alone(request: str, earlier: list[Earlier]) -> str:
    """The question with the words of the one before, where it cannot be understood without."""
    if not earlier:
        return request
    own = terms(request)
    if GOES_ON.search(request) or len(own) <= 1 or (REFERS.search(request) and len(own) <= 3):
        return f"{request} (about: {earlier[-1].question})"
    return request


@rule(WhatTheySay)
def what_they_say(question: WhatTheySay) -> DocsAnswer:
    """The sections that hold the question's words, the best first; nothing when none holds enough of them."""
    passages = question.passages
    index = Index([[(each.title, 1.0), (each.heading, 2.5), (each.text, 1.0)] for each in passages])
    main, context = _parts(question.request)
    ranked = index.rank([*terms(main), *terms(context)])
    good = [each for each in ranked if _covers(index, each, passages, main, context)]
    if not good:
        return DocsAnswer(found=False)
    how = (
        re.match(
            r"\W*(?:please\s+)?(?:how|what\s+(?:do|should|must)\s+i|can\s+i|show\s+me\s+how|where\s+do\s+i|steps)",
            main,
            re.IGNORECASE,
        )
        is not None
    )
    about = Index([[(each.title, 2.0), (each.heading, 1.0)] for each in passages])
    titled = {each.which: each.coverage for each in about.rank(terms(main))}

    def worth(each: Ranked) -> float:
        """Its score, more when title and heading are what was asked, or when it has the steps that a how asks for."""
        steps = 1.3 if how and _steps(passages[each.which].text) else 1.0
        return each.score * steps * (0.4 + 1.0 * titled.get(each.which, 0.0))

    good.sort(key=lambda each: -worth(each))
    best = good[0]
    kept = [best]
    if not (how and _steps(passages[best.which].text)):
        # More than one section only where it says as much about the question as the best one.
        kept += [
            each for each in good[1:3] if worth(each) >= 0.8 * worth(best) and each.coverage >= best.coverage
        ]
    return DocsAnswer(
        found=True,
        statements=[
            Statement(key=passages[each.which].key, text=_said(passages[each.which], main)) for each in kept
        ],
    )


def _parts(request: str) -> tuple[str, str]:
    """The question itself, and in parentheses the one before that it goes on from."""
    match = re.fullmatch(r"(.*?)\s*\(about: (.*)\)", request, re.DOTALL)
    return (match.group(1), match.group(2)) if match else (request, "")


def _covers(index: Index, ranked: Ranked, passages: list[Passage], main: str, context: str) -> bool:
    passage = passages[ranked.which]
    has = set(terms(f"{passage.title} {passage.heading} {passage.text}"))
    asked = {index.known(term) for term in terms(main)}
    if context:
        around = {index.known(term) for term in terms(context)}
        return bool(around & has) and (not asked or bool(asked & has))
    return bool(asked) and share(index, asked, has) >= ENOUGH


def share(index: Index, asked: set[str], has: set[str]) -> float:
    """How much of what was asked a text has; words that name things count double, rare words more."""
    weights = {term: index.weight(term) + 0.5 for term in asked}
    return sum(weights[term] for term in asked & has) / sum(weights.values())


def _steps(text: str) -> bool:
    return len(re.findall(r"^\s*\d+[.)]\s", text, re.MULTILINE)) >= 2


def _said(passage: Passage, request: str) -> str:
    """The section, or the part of it that speaks of the question, at whole paragraphs."""
    text = passage.text.strip()
    if len(text) <= LONGEST:
        return text
    asked = set(terms(request))
    pieces = re.split(r"\n\s*\n", text)
    scored = sorted(range(len(pieces)), key=lambda place: (-len(asked & set(terms(pieces[place]))), place))
    kept: list[int] = []
    size = 0
    for place in scored:
        if kept and size + len(pieces[place]) > LONGEST:
            continue
        kept.append(place)
        size += len(pieces[place])
        if size > LONGEST * 0.7:
            break
    said = "\n\n".join(pieces[place] for place in sorted(kept))
    return said if len(said) <= 1500 else said[:1490].rsplit(" ", 1)[0] + " …"


__all__ = ["standing_alone", "what_they_say", "which_articles", "words_of"]
