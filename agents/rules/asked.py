"""What a question asks for: its parts, the kind of each, and groups of words that mean one thing.

A group counts where any of its words stands, so that a question is understood in its own words or in the documentation's.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from agents.rules.letters import said_in
from agents.rules.ranking import Group, Index, others, table, terms
from agents.rules.tongues import in_english
from agents.rules.wording import folded, quoted

QUESTION = r"(?:how|what|where|when|why|who|which|can|could|may|does|do|is|are|must|should|will)"
PRONOUN = re.compile(r"\b(?:it|its|that|this|these|those|them|they|there|one|either)\b", re.IGNORECASE)
COMPARED = (
    re.compile(
        r"\bdifferences?\s+(?:is\s+there\s+)?between\s+(?:an?\s+|the\s+)?(.+?)\s+and\s+(?:an?\s+|the\s+)?(.+?)[?.!\s]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^\W*(?:compare\s+)?(?:an?\s+|the\s+)?(.+?)\s+(?:vs\.?(?!\s+code\b)|versus|compared\s+(?:to|with))\s+(?:an?\s+|the\s+)?(.+?)[?.!\s]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bhow\s+(?:does|do|is|are)\s+(?:an?\s+|the\s+)?(.+?)\s+differ(?:ent)?\s+from\s+(?:an?\s+|the\s+)?(.+?)[?.!\s]*$",
        re.IGNORECASE,
    ),
)
HOW = re.compile(
    r"\W*(?:please\s+)?(?:(?:and|so|but)\s+)?(?:how(?!\s+(?:long|many|much|often|big|large|old|far))|what\s+(?:do|should|must)\s+i|can\s+i|(?:tell|show|explain)\s+(?:to\s+)?(?:me\s+)?how|where\s+do\s+i|steps)\b|.*\bhow\W*$",
    re.IGNORECASE,
)
LISTED = re.compile(
    r"\W*(?:\w+\s+){0,2}?(?:what|which|list|name)\b(?!\s+(?:is|does|do|if|about|happens|should|can)\b)",
    re.IGNORECASE,
)
"""A question for all things of a kind."""
POLAR = re.compile(
    r"\W*(?:(?:and|so|but|ok(?:ay)?|hi|hello|hey|please|also|then)\b[\s,]*)*"
    r"(?:(?:can|could|may|might|is|are|was|were|does|do|did|will|would|has|have|must|should|am)\b(?!\s+(?:you|we|i)\s+(?:please\s+)?(?:tell|explain|help|show|ask|know\s+how)\b)"
    r"|(?:do\s+you\s+know|i\s+wonder|i(?:'m|\s+am)\s+wondering|(?:can|could)\s+you\s+tell\s+me|tell\s+me|i(?:'d|\s+would)\s+like\s+to\s+know)\s+(?:if|whether)\b)",
    re.IGNORECASE,
)
"""A question that is answered by yes or no."""
NEGATED = re.compile(
    r"\b(?:not|no|never|cannot|can't|don't|doesn't|isn't|won't|without|none|nobody|nothing)\b|n['’]t\b",
    re.IGNORECASE,
)
CAPITALS = re.compile(r"\b[A-Z][A-Z0-9]+\b")
QUOTED = 2.0
"""How much more than another a word tells that the question has in quotation marks."""
RARE = 2.0
"""Rarity of a word that still tells something when it is part of a longer way to say a thing: `long` in `how long may`."""
TELLING = 0.35
"""Share of a pasted message, by weight, that texts must know for the rest to be left aside."""
PASTED = re.compile(
    r"\b\w*[a-z](?:Error|Exception|Warning)\b|\bTraceback\b|^\s*(?:error|failed|fatal|warning)\b\s*[:!]|\bHTTP/?\s*\d{3}\b",
    re.IGNORECASE | re.MULTILINE,
)
"""An error message that was pasted: most of its words are those of one case."""


class Part(NamedTuple):
    """One of the questions in a question."""

    text: str
    around: str = ""
    """What it goes on from: the part or the question before, where it cannot be understood without."""


@lru_cache(maxsize=1)
def _ways() -> list[tuple[str, re.Pattern[str]]]:
    return [(words, re.compile(rf"\b(?:{pattern})(?!\w)")) for words, pattern in table()["ways"].items()]


def plain(question: str) -> str:
    """The question in one line and in English words."""
    return in_english(" ".join(said_in(question).split()))


def groups(question: str, index: Index) -> list[Group]:
    """What the question asks for; `index` tells which words the texts know."""
    text = folded(index.spelled(plain(question)))
    found: list[Group] = []
    for words, pattern in _ways():
        theirs = frozenset(term for term in terms(words) if index.has(term))
        said = [term for match in pattern.finditer(text) for term in terms(match.group())]
        own = frozenset(term for term in said if index.has(term) and index.rarity(term) >= RARE)
        if theirs and pattern.search(text):
            found.append(Group(theirs | own, frozenset(said) - theirs - own, gist=1.5))
            text = pattern.sub(" ", text)
    taken = {word for group in found for word in group.own}
    quotes = {term for phrase, _start, _end in quoted(question) for term in terms(phrase)}
    named = quotes | (
        {term for name in CAPITALS.findall(question) for term in terms(name)}
        if question.upper() != question
        else set()
    )
    for term in dict.fromkeys(terms(text)):
        if term in taken or (term.isdigit() and not (len(term) > 2 and index.has(term))):
            continue
        meant = index.english(term)
        if not terms(meant):
            continue
        found.append(
            Group(frozenset({meant}), others(meant), QUOTED if term in quotes else 1.0, named=term in named)
        )
    if PASTED.search(question):
        # Paths, numbers and names of one case stand in no text; what does must still tell something.
        known = [group for group in found if any(index.has(word) for word in group.own)]
        return known if index.weigh(known) >= TELLING * index.weigh(found) else found
    # One word of a text does not stand for two of the question.
    mine = frozenset(word for group in found for word in group.own)
    return [group._replace(words=group.words - mine) for group in found]


def parts(question: str) -> list[Part]:
    """The questions in a question; one that only makes sense with the one before stays with it, or goes on from it."""
    text = plain(question)
    if PASTED.search(question):
        return [Part(text)]
    cut = re.split(
        rf"(?<=[?!.;])\s+(?=\S)|\s+[–—-]+\s+(?=\w)|\s*[,;]?\s+(?:and|also|plus|or|but)\s+(?:also\s+|then\s+)?(?={QUESTION}\b)|\s*[,;]\s*(?={QUESTION}\b)",
        text,
        flags=re.IGNORECASE,
    )
    kept: list[str] = []
    for piece in cut:
        own = terms(piece)
        way = any(pattern.search(folded(piece)) for _words, pattern in _ways())
        if kept and not way and (not own or (len(own) <= 1 and PRONOUN.search(piece))):
            kept[-1] = f"{kept[-1].rstrip('?.! ')} {piece}"
        elif own or way or not kept:
            kept.append(piece.strip())
    said = kept[:4] if any(terms(piece) for piece in kept) else [text]
    return [
        Part(piece, said[place - 1] if place and (PRONOUN.search(piece) or len(terms(piece)) <= 1) else "")
        for place, piece in enumerate(said)
    ]


def is_question(piece: str) -> bool:
    """Whether a part asks something, rather than telling why."""
    return piece.rstrip().endswith("?") or re.match(rf"\W*{QUESTION}\b", piece, re.IGNORECASE) is not None


def compared(question: str) -> list[str]:
    """The two things that a question compares; none when it compares nothing."""
    match = next((match for pattern in COMPARED if (match := pattern.search(plain(question)))), None)
    if match is None:
        return []
    first, second = match.groups()
    return [first, second] if terms(first) and terms(second) else []


__all__ = [
    "HOW",
    "LISTED",
    "NEGATED",
    "PASTED",
    "POLAR",
    "QUESTION",
    "Part",
    "compared",
    "groups",
    "is_question",
    "parts",
    "plain",
]
