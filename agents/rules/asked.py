"""What a question asks for: groups of words that mean one thing, its parts, and how much of it a text has.

A group counts where any of its words stands, so that a question is understood in its own words or in the documentation's.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from agents.rules.letters import said_in
from agents.rules.ranking import Index, meaning, terms
from agents.rules.tongues import in_english
from agents.rules.wording import folded

CONCEPTS = Path(__file__).parent / "concepts.yaml"
LIGHT = 0.25
"""What a common word that no text has weighs, against one that names something."""
COMMON = frozenset(
    meaning(word)
    for text in (
        "able actually again allow always amount another anybody anyone anywhere appear apply around ask back bad bad because become begin behind believe better big bit both break bring busy buy",
        "care carry case catch cause certain change cheap check clear close come common complete continue correct could count course create current customer decide deal detail die difficult directly drop easy effect either end enough",
        "enter entire especially even event exact example except expect fact fall far fast feel few figure fill final fine finish first fix follow force form former free fresh friend full fully game general give glad go going gone good great group grow guess",
        "half hand handle hang happy hard hate hear heavy hold home hope hour huge idea imagine important improve include indeed inform instead interest issue itself job join keep kind last late later lead learn least leave left less level life light line list little live load long look lose lot love low",
        "main make manage manner matter maybe meet member mention middle might mind minute miss moment month morning most move much name nearly never next nice night normal note notice number occur offer often ok old only open opposite order otherwise part partly pass past pay perfect perform pick piece place plain play point possible post prefer prepare present press pretty prevent previous probably problem produce proper provide pull purpose push put question quick quite raise",
        "rather reach ready real reason receive recent recently remain remember repeat report require rest result return right rule same save say second see seem send sense separate serious several shall short show side similar simple simply since single sit situation small smart somehow someone somewhere soon sort speak spend split stand state stay still stuck stuff such sudden suggest suit sure switch",
        "take talk teammate colleague boss team think thought throw time today together tomorrow tonight total touch toward track trouble true try turn twice understand unless until upon usual usually various very view wait walk watch week whole why wish within without wonder word worry worth wrong year yesterday yet two three ten laptop screen room desk office",
    )
    for word in text.split()
)
QUESTION = r"(?:how|what|where|when|why|who|which|can|could|may|does|do|is|are|must|should|will)"
PRONOUN = re.compile(r"\b(?:it|its|that|this|these|those|them|they|there|one|either)\b", re.IGNORECASE)
COMPARED = (
    re.compile(
        r"\bdifferences?\s+(?:is\s+there\s+)?between\s+(?:an?\s+|the\s+)?(.+?)\s+and\s+(?:an?\s+|the\s+)?(.+?)[?.!\s]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^\W*(?:compare\s+)?(?:an?\s+|the\s+)?(.+?)\s+(?:vs\.?|versus|compared\s+(?:to|with))\s+(?:an?\s+|the\s+)?(.+?)[?.!\s]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bhow\s+(?:does|do|is|are)\s+(?:an?\s+|the\s+)?(.+?)\s+differ(?:ent)?\s+from\s+(?:an?\s+|the\s+)?(.+?)[?.!\s]*$",
        re.IGNORECASE,
    ),
)


class Group(NamedTuple):
    words: frozenset[str]
    """Any of them will do."""
    own: frozenset[str]
    """Those that the question itself has."""
    gist: float = 1.0
    """How much more than a word it tells what the question is about."""


@lru_cache(maxsize=1)
def _concepts() -> list[tuple[str, re.Pattern[str]]]:
    read = yaml.safe_load(CONCEPTS.read_text(encoding="utf-8"))
    return [(words, re.compile(rf"\b(?:{pattern})(?!\w)")) for words, pattern in read.items()]


def plain(question: str) -> str:
    """The question in one line and in English words."""
    return in_english(" ".join(said_in(question).split()))


def groups(question: str, index: Index) -> list[Group]:
    """What the question asks for; `index` tells which words the texts know."""
    text = folded(plain(question))
    found: list[Group] = []
    for words, pattern in _concepts():
        theirs = frozenset(term for term in terms(words) if index.has(term))
        own = [term for match in pattern.finditer(text) for term in terms(match.group())]
        if theirs and pattern.search(text):
            found.append(Group(theirs | frozenset(own), frozenset(own), 1.5))
            text = pattern.sub(" ", text)
    taken = {word for group in found for word in group.words}
    for term in dict.fromkeys(terms(text)):
        if term not in taken and not term.isdigit():
            found.append(Group(frozenset({index.known(term)}), frozenset({term})))
    return found


def weight(group: Group, index: Index) -> float:
    """How much a group tells; a name that no text has tells most, a common word that none has hardly anything."""
    known = [index.weight(word) for word in group.words if index.has(word)]
    common = bool(group.own) and len(group.words) == 1 and all(word in COMMON for word in group.own)
    if known:
        return (max(known) + 0.5) * (0.7 if common else group.gist)
    return (index.weight("") + 0.5) * (LIGHT if common else 1.0)


def share(asked: Sequence[Group], has: Collection[str], index: Index) -> float:
    """How much of what was asked a text has, 0 to 1."""
    whole = sum(weight(group, index) for group in asked)
    return sum(weight(group, index) for group in asked if group.words & set(has)) / whole if whole else 0.0


def query(asked: Sequence[Group]) -> list[str]:
    return [word for group in asked for word in sorted(group.words)]


def parts(question: str) -> list[str]:
    """The questions in a question; one that only makes sense with the one before stays with it."""
    text = plain(question)
    cut = re.split(
        rf"(?<=[?!.;])\s+(?=\S)|\s*[,;]?\s+(?:and|also|plus|or)\s+(?:also\s+|then\s+)?(?={QUESTION}\b)|\s*[,;]\s*(?={QUESTION}\b)",
        text,
        flags=re.IGNORECASE,
    )
    kept: list[str] = []
    for piece in cut:
        own = terms(piece)
        if kept and (not own or (len(own) <= 1 and PRONOUN.search(piece))):
            kept[-1] = f"{kept[-1].rstrip('?.! ')} {piece}"
        elif own or not kept:
            kept.append(piece.strip())
    return [piece for piece in kept if terms(piece)][:4] or [text]


def compared(question: str) -> list[str]:
    """The two things that a question compares; none when it compares nothing."""
    match = next((match for pattern in COMPARED if (match := pattern.search(plain(question)))), None)
    if match is None:
        return []
    first, second = match.groups()
    return [first, second] if terms(first) and terms(second) else []


__all__ = ["QUESTION", "Group", "compared", "groups", "parts", "plain", "query", "share", "weight"]
