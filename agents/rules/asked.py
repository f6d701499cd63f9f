"""What a question asks for: its parts, the kind of each, and groups of words that mean one thing.

A group counts where any of its words stands, so that a question is understood in its own words or in the documentation's.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from agents.rules.letters import said_in
from agents.rules.ranking import Group, Index, common, one_of, others, table, terms
from agents.rules.tongues import in_english
from agents.rules.wording import FILLER, folded, quoted

QUESTION = r"(?:how|what|where|when|why|who|which|can|could|may|does|do|is|are|must|should|will)"
PRONOUN = re.compile(r"\b(?:it|its|that|this|these|those|them|they|there|one|either|such)\b", re.IGNORECASE)
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
    r"\W*(?:please\s+)?(?:(?:and|so|but)\s+)?(?:how(?!\s+(?:long|many|much|often|big|large|old|far))|what\s+(?:do|should|must)\s+i|can\s+i|(?:tell|show|explain)\s+(?:to\s+)?(?:me\s+)?how|where\s+do\s+i|steps)\b|.*\bhow\W*$|i(?:['’]d|\s+would)\s+like\b|i\s+(?:want|need)\b|.*\bwhat\s+(?:do|should|must)\s+i\s+(?:have\s+to\s+)?do\b",
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
CASE = re.compile(
    r"\W*(?:when|whenever|where|if|once|after|because|since)\s+(?!(?:is|are|was|were|do|does|did|can|could|should|shall|will|would|must|may|might|has|have|to)\b|['’])",
    re.IGNORECASE,
)
"""Begins what a question holds for: `when somebody adds a table`, unlike `when does it run`."""
CAPITALS = re.compile(r"\b[A-Z][A-Z0-9]+\b")
LETTER = re.compile(r"(?<=[a-z] )[B-HJ-Z]\b(?!['’.])")
"""A name of one letter, such as R."""
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


PURPOSE = re.compile(
    r",?\s+(?:so\s+that|so\s+(?=(?:my|our|we|i|they|people|others|everybody|everyone)\b)|because|in\s+order\s+(?:to|that)|such\s+that|,\s*since|or\s+(?:do|does|is|are|will|can|would)\s+(?:they|it|i|we|you))\b.*$",
    re.IGNORECASE,
)
"""What something is wanted for, or what else might be so, behind what is asked."""


OPENED = re.compile(rf"\W*{QUESTION}\s+(?:\w+\s+)?(?:i|we|you|one)\b", re.IGNORECASE)
ANOTHER = re.compile(
    r"\s+and\s+(?:then\s+|also\s+)?(?=([a-z]+)\s+(?:me|us|it|them|him|her|the|an?|my|our|your|its|their|this|that|these|those|all|every)\b)"
)
"""A second verb with its object: `and mail me`, unlike `and in the`."""
VERBS = frozenset({"tell", "show", "give", "let", "get", "find", "check", "see"})
"""Verbs among the words that say nothing."""
ENGLISH = re.compile(
    r"\b(?:how|what|where|when|why|which|who|can|could|should|does|is|are|the|with|there|my|our)\b.*\b(?:i|we|you|it|to|the|a|an|with|of|from|for|my|our|your|there|and|in|on)\b",
    re.IGNORECASE,
)
"""A question with two words that say nothing and are English: none of its others is of another language."""


class Part(NamedTuple):
    """One of the questions in a question."""

    text: str
    around: str = ""
    """What it goes on from: the part or the question before, where it cannot be understood without."""
    told: str = ""
    """What the person tells before asking: what happened, or what is wanted."""
    named: bool = False
    """Whether it is only the name of a thing, as in a comparison of two."""
    follows: bool = False
    """Whether it goes on from another question, so that its answer has to be about that too."""
    foreign: bool = False
    """Whether the question was put in another language than English."""


@lru_cache(maxsize=2)
def _ways(of: str = "ways") -> list[tuple[str, re.Pattern[str]]]:
    return [(words, re.compile(rf"\b(?:{pattern})(?!\w)")) for words, pattern in table()[of].items()]


ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\blocalhost\b")
"""Where a server is, which is every reader's own."""
MANNER = re.compile(
    r"\b(?:(?:please\s+)?(?:explain|tell|say|describe)\s+(?:it\s+|this\s+)?(?:to\s+me\s+)?)?(?:like|as\s+if|as\s+though)\s+(?:i(?:['’]?m|\s+am|\s+was|\s+were)|to)\s+(?:an?\s+)?(?:five|5|child|kid|idiot|dummy|beginner|six|ten|total\s+beginner)(?:[\s-]+years?(?:[\s-]+old)?)?|\beli5\b|\b(?:in|with)\s+(?:plain|simple|short|easy|few|other|one|two)\s+(?:words?|terms|english|language|sentences?)|\bfor\s+(?:dummies|beginners)|\btl;?\s*dr\b|\b(?:in\s+short|briefly|step\s+by\s+step|in\s+detail)\b",
    re.IGNORECASE,
)
"""How the answer is wanted, which says nothing of what is asked."""
EXAMPLE = re.compile(
    r",?\s*\b(?:e\.\s?g\.?|i\.\s?e\.?|for\s+example|for\s+instance)\s*,?\s*[\w-]+,?(?=\s|\W*$)", re.IGNORECASE
)
"""One thing of the kind that is asked about, which no text need name."""
COMPANY = re.compile(
    r"\b(?:[A-Z][a-z]+|my\s+(?:\w+\s+)?(?:colleague|boss|friend|teammate|coworker|student)s?)\s+and\s+(?:I|me|myself)\b|\b(?:I|me)\s+and\s+(?:[A-Z][a-z]+|my\s+(?:\w+\s+)?(?:colleague|boss|friend|teammate|coworker)s?)\b"
)
"""`Tom and I`, `me and my colleague`: two people."""


def plain(question: str) -> str:
    """The question in one line and in English words, without what says only how the answer is wanted."""
    line = COMPANY.sub("two people together", one_of(" ".join(EXAMPLE.sub(" ", said_in(question)).split())))
    bare = MANNER.sub(" ", line)
    return in_english(" ".join((bare if terms(bare) else line).split()).lstrip(" :,;-"))


def groups(question: str, index: Index, foreign: bool = False) -> list[Group]:
    """What the question asks for; `index` tells which words the texts know, `foreign` that words may have been left untranslated."""
    english = plain(question)
    foreign = foreign or in_english(line := " ".join(question.split())) != line
    names = [] if foreign else unheard(english, index)
    found = [Group(frozenset({folded(name)}), named=True, unheard=True) for name in names]
    english = without(english, names)
    capital = {term for word in re.findall(r"(?<=\w )[A-ZÀ-Ž]\w+", question) for term in terms(word)}
    options = {
        term for option in re.findall(r"(?<![\w-])--([a-z][\w-]+)", question) for term in terms(option)
    }
    text = ADDRESS.sub(" ", folded(index.spelled(english)))
    for word, pattern in _ways("beyond"):
        if pattern.search(text):
            found.append(Group(frozenset({word}), named=True))
            text = pattern.sub(" ", text)
    for words, pattern in _ways():
        both = [frozenset(filter(index.has, terms(each))) for each in words.split("+")]
        heard = [term for match in pattern.finditer(text) for term in terms(match.group())]
        # Of `several servers` it is the servers that stand for it, where they are named.
        said = [term for term in heard if term not in common()] or heard
        own = frozenset(term for term in said if index.has(term) and index.rarity(term) >= RARE)
        if all(both) and pattern.search(text):
            found += [Group(theirs, frozenset(said) | own, gist=1.5 / len(both)) for theirs in both]
            text = pattern.sub(" ", text)
    taken = {word for group in found for word in group.own}
    quotes = {term for phrase, _start, _end in quoted(question) for term in terms(phrase)}
    named = quotes | (
        {term for name in CAPITALS.findall(question) for term in terms(name)}
        if question.upper() != question
        else set()
    )
    letters = {letter.lower() for letter in LETTER.findall(question)}
    for term in dict.fromkeys(terms(text)):
        if term in taken or (term.isdigit() and not (len(term) > 2 and index.has(term))):
            continue
        meant = term if ENGLISH.search(english) and not foreign else index.english(term)
        if (meant != term and not terms(meant)) or (
            len(term) == 1 and not term.isdigit() and term not in letters
        ):
            continue
        gist = QUOTED if term in quotes or term in options or (term.isdigit() and len(term) == 3) else 1.0
        found.append(
            Group(
                frozenset({meant}),
                others(meant),
                gist,
                named=term in named or term in options or term in letters,
            )
        )
    if foreign and any(index.knows(group) for group in found):
        # A word of another language that no table has tells nothing; a name, in capitals, does.
        found = [group for group in found if index.knows(group) or group.named or group.own & capital]
    if PASTED.search(question):
        # Paths, numbers and names of one case stand in no text; what does must still tell something.
        known = [group for group in found if any(index.has(word) for word in group.own)]
        return known if index.weigh(known) >= TELLING * index.weigh(found) else found
    # One word of a text does not stand for two of the question.
    mine = frozenset(word for group in found for word in group.own)
    return [group._replace(words=group.words - mine) for group in found]


def unheard(question: str, index: Index) -> list[str]:
    """Names in an English question that no text has, and for which there is no other way to say them."""
    names = index.unheard(question)
    return [name for name in names if not any(way.search(folded(name)) for _, way in _ways())]


def without(question: str, names: Sequence[str]) -> str:
    """The question with these names left out."""
    for name in names:
        question = question.replace(name, " ")
    return question


def parts(question: str) -> list[Part]:
    """The questions in a question; one that only makes sense with the one before stays with it, or goes on from it."""
    text = plain(question)
    line = " ".join(question.split())
    foreign = in_english(line) != line
    if PASTED.search(question):
        return [Part(text)]
    cut = re.split(
        rf"(?<=[?!.;])\s+(?=\S)|\s+[–—-]+\s+(?=\w)|\s*[,;]?\s+(?:and|&|also|plus|but)\s+(?:also\s+|then\s+|so\s+)?(?={QUESTION}\b)|\s*[,;]\s*(?={QUESTION}\b)",
        text,
        flags=re.IGNORECASE,
    )
    kept: list[str] = []
    for piece in cut:
        own = terms(piece)
        way = any(pattern.search(folded(piece)) for _words, pattern in _ways())
        tail = (
            kept and kept[-1][-1:] not in ".?!;" and not re.match(rf"\W*{QUESTION}\b", piece, re.IGNORECASE)
        )
        if kept and (
            (not way and not own) or (tail and len(own) <= 2)
        ):  # "…, every day?" is no question of its own
            end = "?" if is_question(piece) else ""
            kept[-1] = f"{kept[-1].rstrip('?.! ')} {piece.rstrip('?')}{end}"
        elif own or way or not kept:
            kept.append(piece.strip())
    said = kept[:4] if any(terms(piece) for piece in kept) else [text]
    questions = [piece for piece in said if is_question(piece)]
    found: list[Part] = []
    told = ""
    for place, piece in enumerate(said):
        if questions and piece not in questions and place < len(said) - 1:
            # What is told before a question is what the question is about.
            told = f"{told} {piece}".strip()
            continue
        refers = place and not told and (PRONOUN.search(piece) or len(terms(piece)) <= 1)
        main, why = _without_purpose(piece)
        around = said[place - 1] if refers else ""
        first, *second = _wishes(main)
        found.append(Part(first, f"{around} {why}".strip(), told, follows=bool(around), foreign=foreign))
        found += [Part(each, first, told, follows=True, foreign=foreign) for each in second]
        told = ""
    return found


def _wishes(piece: str) -> list[str]:
    """The one or two things that are asked for with one `how do I`: `… run every morning and mail me when it fails`."""
    opened = OPENED.match(piece)
    if opened is None:
        return [piece]
    for match in ANOTHER.finditer(piece):
        first, second = piece[: match.start()], piece[match.end() :]
        if match[1] not in FILLER - VERBS and len(terms(first)) > 1 and len(terms(second)) > 1:
            return [f"{first}?", f"{opened[0]} {second}"]
    return [piece]


def _without_purpose(piece: str) -> tuple[str, str]:
    """What is asked, and what it is wanted for."""
    match = PURPOSE.search(piece)
    if match is None or not terms(piece[: match.start()]) or not terms(match.group()):
        return piece, ""
    return piece[: match.start()].rstrip(" ,") + ("?" if piece.rstrip().endswith("?") else ""), match.group()


def is_question(piece: str) -> bool:
    """Whether a part asks something, rather than telling why or when."""
    return piece.rstrip().endswith("?") or (
        re.match(rf"\W*{QUESTION}\b", piece, re.IGNORECASE) is not None and CASE.match(piece) is None
    )


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
    "unheard",
    "without",
]
