"""How well texts cover what a question asks for: words by their stem, other words for the same thing, rarity (BM25), spelling."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml
from rapidfuzz.distance import OSA

from agents.rules.wording import FILLER, folded, words_of

TABLE = Path(__file__).parent / "concepts.yaml"
K1, B = 1.2, 0.5
OTHER = 0.7
"""What another word for the same thing is worth, against the question's own."""
EVERYDAY = 0.5
"""What a word of everyday weighs, against one that names something; where no text has it, UNSEEN."""
UNSEEN = 0.15
NAME = re.compile(r"(?<=[\w,:|] )[A-Z][\w-]*(?: [A-Z][\w-]*)*")
"""Words with a capital inside of a sentence."""
COMPOUND = re.compile(r"\b([^\W\d_]{3,})[- ](?=([^\W\d_]{3,})\b)\2")
ENDINGS = ("ization", "isation", "ational", "ation", "ition", "ment", "ness", "able", "ing", "ion", "ed", "ly", "er", "or", "al", "e")  # fmt: skip


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, str]]:
    """What `concepts.yaml` holds; the one-line lists are under the key they have there."""
    read = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    lists = {name: dict.fromkeys(read[name].split(), "") for name in ("ignored", "common")}
    foreign = {each: word for word, line in read["foreign"].items() for each in line.split()}
    return {
        **lists,
        "same": dict.fromkeys(read["same"], ""),
        "ways": read["ways"],
        "beyond": read["beyond"],
        "phrases": read["phrases"],
        "foreign": foreign,
        "forms": {each: word for word, line in read["forms"].items() for each in line.split()},
    }


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The word without its endings, the same for `schedule`, `scheduled` and `scheduling`; what is left need not be a word."""
    word = re.sub(r"'s?$", "", word)
    word = table()["forms"].get(word, word)
    if not word.isalpha() or not word.isascii() or len(word) < 4:
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif re.search(r"(?:ss|x|ch|sh|z)es$", word):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ENDINGS:
        base = word[: -len(ending)]
        if word.endswith(ending) and (len(base) >= 4 or (ending in ("ing", "ed", "e") and _spoken(base))):
            word = base
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    if len(word) > 4 and word.endswith("at"):
        word = word[:-2]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def _spoken(base: str) -> bool:
    return len(base) >= 3 and re.search(r"[aeiouy]", base) is not None


@lru_cache(maxsize=1)
def _ignored() -> frozenset[str]:
    return FILLER | frozenset(table()["ignored"])


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """Stems of everyday's words."""
    return frozenset(stem(word) for word in table()["common"])


@lru_cache(maxsize=1)
def _others() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in table()["same"]:
        stems = {stem(folded(word)) for word in line.split()}
        for each in stems:
            found.setdefault(each, set()).update(stems - {each})
    return {word: frozenset(others) for word, others in found.items()}


@lru_cache(maxsize=1)
def _foreign() -> Mapping[str, str]:
    return {stem(folded(each)): stem(word) for each, word in table()["foreign"].items()}


def others(word: str) -> frozenset[str]:
    """Stems of other words for the same thing."""
    return _others().get(word, frozenset())


@lru_cache(maxsize=8192)
def spellings(text: str) -> tuple[str, ...]:
    """The words of a text, parts of identifiers apart, without accents and possessive endings."""
    text = one_of(text.replace("_", " "))
    for word, pattern in _phrases():
        text = pattern.sub(rf"{word} \1", text)
    return tuple(re.sub(r"'s?$", "", word.text) for word in words_of(text))


def one_of(text: str) -> str:
    """The text with `GPU` for `GPUs`, whose ending is not that of `status`."""
    return re.sub(r"\b([A-Z][A-Z0-9]+)s\b", r"\1", text)


@lru_cache(maxsize=1)
def _phrases() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (word, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
        for word, pattern in table()["phrases"].items()
    ]


@lru_cache(maxsize=8192)
def terms(text: str) -> tuple[str, ...]:
    """Stems of the words of a text that say something."""
    return tuple(stem(word) for word in spellings(text) if word and word not in _ignored())


class Group(NamedTuple):
    """Words that mean one thing; a text has it where it has any of them."""

    own: frozenset[str]
    """Those that count in full: the question's."""
    words: frozenset[str] = frozenset()
    """Others for the same thing."""
    gist: float = 1.0
    """How much more than another word it tells what the question is about."""
    named: bool = False
    """Whether the question writes it as a name, so that it is no word of everyday."""
    unheard: bool = False
    """Whether it is a name that no text has, so that none can answer what is asked of it."""

    def found(self, has: Collection[str], other: float = OTHER) -> float:
        """1 where a text with these terms has a word of the question, `other` where it has another, else 0."""
        if any(word in has for word in self.own):
            return 1.0
        return other if any(word in has for word in self.words) else 0.0


class Index:
    """Texts ready to be ranked; each is a list of (text, weight) parts, and a part counts as often as its weight says."""

    def __init__(self, documents: Sequence[Sequence[tuple[str, float]]]) -> None:
        self._texts: list[Counter[str]] = []
        self._spellings: Counter[str] = Counter()
        self._names: set[str] = set()
        for parts in documents:
            count: Counter[str] = Counter()
            for text, weight in parts:
                for term in terms(text):
                    count[term] += weight  # type: ignore[assignment]
                self._spellings.update(spellings(text))
                self._names.update(folded(word) for name in NAME.findall(text) for word in name.split())
            self._texts.append(count)
        self._documents = Counter(term for text in self._texts for term in text)
        lengths = [sum(text.values()) for text in self._texts]
        mean = sum(lengths) / len(lengths) if lengths else 0.0
        self._long = [length / mean if mean else 0.0 for length in lengths]

    def has(self, term: str) -> bool:
        return term in self._documents

    def rarity(self, term: str) -> float:
        """How much a term tells (inverse document frequency); one that no text has tells most."""
        count = self._documents.get(term, 0)
        return math.log(1 + (len(self._texts) - count + 0.5) / (count + 0.5))

    def weight(self, group: Group) -> float:
        """How much a group tells about what is asked."""
        usual = self.everyday(group)
        known = [self.rarity(word) for word in group.own if self.has(word)] or [
            self.rarity(word) for word in group.words if self.has(word)
        ]
        if known:
            return (max(known) + 0.5) * group.gist * (EVERYDAY if usual else 1.0)
        return (self.rarity("") + 0.5) * (UNSEEN if usual else 1.0)

    def everyday(self, group: Group) -> bool:
        """Whether the words of the group tell little by themselves."""
        return not group.named and bool(group.own) and all(word in common() for word in group.own)

    def knows(self, group: Group) -> bool:
        """Whether the texts have a word of the group, or it is a word of everyday."""
        return self.everyday(group) or any(self.has(word) for word in (*group.own, *group.words))

    def weigh(self, asked: Sequence[Group]) -> float:
        return sum(self.weight(group) for group in asked)

    def cover(self, asked: Sequence[Group], has: Collection[str], other: float = OTHER) -> float:
        """How much of what was asked a text with these terms has, 0 to 1, weighted by what the words tell."""
        whole = self.weigh(asked)
        return sum(self.weight(group) * group.found(has, other) for group in asked) / whole if whole else 0.0

    def scores(self, asked: Sequence[Group]) -> list[float]:
        """BM25 of each text; of a group the word that counts most in it."""
        return [self._score(asked, text, long) for text, long in zip(self._texts, self._long, strict=True)]

    def _score(self, asked: Sequence[Group], text: Counter[str], long: float) -> float:
        score = 0.0
        for group in asked:
            times = max(
                (text[word] * (1.0 if word in group.own else OTHER) for word in (*group.own, *group.words)),
                default=0.0,
            )
            if times:
                score += self.weight(group) * times * (K1 + 1) / (times + K1 * (1 - B + B * long))
        return score

    def rank(self, asked: Sequence[Group]) -> list[int]:
        """Places of all texts that have anything of what was asked, the best first."""
        scores = self.scores(asked)
        return sorted(
            (which for which, score in enumerate(scores) if score > 0), key=lambda which: -scores[which]
        )

    def english(self, term: str) -> str:
        """The term, or what it means in English where no text has it as it is."""
        return term if self.has(term) else _foreign().get(term, term)

    def unheard(self, text: str) -> list[str]:
        """What an English question writes as names of which a word stands in no text, nor is misspelt for one that does."""
        words = re.findall(r"[^\W\d_][\w-]*", text)
        names = [match.group() for match in NAME.finditer(text)]
        if 2 * sum(len(name.split()) for name in names) > len(words):
            return []  # every word has a capital, which tells nothing
        return [name for name in names if not all(map(self._heard, re.split(r"[\s_-]+", one_of(name))))]

    def _heard(self, name: str) -> bool:
        word = folded(name)
        return self._spells(word) or self._nearest(word, self._names | _same()) is not None

    def _spells(self, word: str) -> bool:
        """Whether a text or everyday has the word as it is written, or its singular."""
        return any(
            each in self._spellings or each in _everyday() for each in (word, re.sub(r"(?:'s|s)$", "", word))
        )

    def spelled(self, text: str) -> str:
        """The text with the words that neither a text nor everyday knows put right where one letter or two make them a known one."""
        names = {folded(word) for name in self.unheard(text) for word in name.split()}

        def mend(match: re.Match[str]) -> str:
            word = folded(match.group())
            if word in names:
                return match.group()
            known = (
                word in self._spellings
                or word in _everyday()
                or stem(word) in _everyday_stems()
                or self.has(stem(word))
                or any(self.has(other) for other in others(stem(word)))
            )
            if len(word) < 5 or known or stem(word) in _foreign():
                return match.group()
            return self._nearest(word, {*self._spellings, *_everyday()}) or match.group()

        return re.sub(r"(?<![\w./:\\'’-])[^\W\d_]+(?![\w/\\'’])", mend, COMPOUND.sub(self._joined, text))

    def _joined(self, match: re.Match[str]) -> str:
        """`drop-down` and `data frame` as one word, where the texts write them so."""
        joined = folded(match[1] + match[2])
        return joined if len(joined) >= 7 and self._spellings[joined] > 2 else match.group()

    def _nearest(self, word: str, known: Collection[str]) -> str | None:
        """The one of the known words that a few letters make of it."""
        # An ending says nothing: `existing` is as far from `editing` as `exist` is from `edit`.
        allowed = 1 if len(word) < 9 or len(stem(word)) < 6 else 2
        near = [
            (distance, word[0] != other[0], -self._spellings[other], other)
            for other in known
            if len(other) >= 4
            and abs(len(other) - len(word)) <= allowed
            and (distance := int(OSA.distance(word, other))) <= allowed
            and (word[0] == other[0] or sorted(word) == sorted(other))
            # One letter for another makes a word of a short word: `score` is not `store`.
            and (len(word) > 6 or len(word) != len(other) or sorted(word) == sorted(other))
        ]
        return min(near)[3] if near else None


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    """Words as they are spelled that need no mending."""
    return _ignored() | frozenset(table()["common"]) | _same()


@lru_cache(maxsize=1)
def _everyday_stems() -> frozenset[str]:
    """What is left of them without their endings: `switched` is `switch`, and no misspelling of it."""
    return frozenset(map(stem, _everyday()))


@lru_cache(maxsize=1)
def _same() -> frozenset[str]:
    return frozenset(word for line in table()["same"] for word in line.split())


__all__ = ["Group", "Index", "common", "one_of", "others", "stem", "table", "terms"]
