"""Requests in German, French, Spanish, Italian, Czech and Portuguese, put into the English words that the rules read.

Word by word, never quoted text or a given name. What is not in the table stays as it is, so that the rules ask about it.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from agents.rules.wording import FILLER, QUOTES, folded

TABLE = Path(__file__).parent / "tongues.yaml"
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
ELIDED = re.compile(r"(l|d|qu|un|dell|all|nell|sull)['’](.+)", re.IGNORECASE)
ENGLISH = FILLER | frozenset(
    [
        "move",
        "put",
        "replace",
        "rename",
        "add",
        "run",
        "import",
        "imports",
        "note",
        "block",
        "section",
        "query",
        "title",
        "table",
        "notebook",
        "notebooks",
        "integration",
        "integrations",
        "schedule",
        "limit",
        "limits",
        "role",
        "roles",
        "comment",
        "export",
        "password",
        "first",
        "last",
        "second",
        "before",
        "after",
        "the",
        "of",
    ]
)
SURE = 2
"""Words of a language that a request needs, at least, to be read as one of that language."""
SHARE = 0.3
MENDS = (
    (r"\b(block|chart|query|heading|note)\s+(empty|first|second|third|last)\b", r"\2 \1"),
    (r"\brename\s+(.+?)\s+(?:in|at|as|como|na|jako|a)\s+(?=\S)", r"rename \1 to "),
    (r"\b(replace\s+.*?\bblock)\s+(note)\b", r"\1 with \2"),
    (r"\breplace\s+(.+?)\s+for\s+", r"replace \1 with "),
    (r"\b(?:of|in|to)\s+(?:the\s+)?(?=to\s+the\s+(?:top|bottom)\b)", ""),
    (r"\b(?:in|of|at)\s+(?=[.,;:!?]|$)", ""),
)
"""What word by word gets wrong, put right."""


class Tongue(NamedTuple):
    phrases: Mapping[tuple[str, ...], str]
    endings: Mapping[str, str]
    """Beginnings of words that take any ending."""
    final: Mapping[str, str]
    """Verbs that stand behind what they are about."""
    joins: Sequence[str]
    """Words that join two clauses."""
    longest: int


@lru_cache(maxsize=1)
def tongues() -> dict[str, Tongue]:
    """The table, by language."""
    read = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {language: _tongue(entries) for language, entries in read.items()}


def _tongue(entries: Mapping[str, str]) -> Tongue:
    phrases: dict[tuple[str, ...], str] = {}
    endings: dict[str, str] = {}
    final: dict[str, str] = {}
    for english, theirs in entries.items():
        if english == "end":
            final = dict(pair.split() for pair in theirs.split(" | "))
        if english in {"end", "joins"}:
            continue
        word = "" if english == "skip" else english
        for phrase in (each.strip() for each in theirs.split("|")):
            if phrase.endswith("*") and " " not in phrase:
                endings[phrase[:-1]] = word
            else:
                phrases[tuple(phrase.split())] = word
    return Tongue(phrases, endings, final, entries["joins"].split(), max(len(phrase) for phrase in phrases))


def in_english(text: str, names: Sequence[str] = ()) -> str:
    """The text in English words, when it is in a language of the table; else the text itself. `names` are kept as they are."""
    held, kept = _held(text, names)
    words = [_bare(match.group()) for match in WORD.finditer(held)]
    if not words:
        return text
    scores = {language: _share(words, tongue) for language, tongue in tongues().items()}
    best = max(scores, key=lambda language: scores[language])
    if scores[best] < SURE or scores[best] / len(words) < SHARE:
        return text
    tongue = tongues()[best]
    clauses = re.split(rf"(\s*[,;:.!?¿¡\n]+\s*|\s+(?:{'|'.join(tongue.joins)})\s+(?=\S))", held)
    said = "".join(
        _clause(each, tongue) if place % 2 == 0 else _joint(each) for place, each in enumerate(clauses)
    )
    for pattern, mended in MENDS:
        said = re.sub(pattern, mended, said, flags=re.IGNORECASE)
    said = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"[¿¡]", "", said))
    said = re.sub(r"⟦(\d+)⟧", lambda match: kept[int(match.group(1))], said)
    return re.sub(r"\s+", " ", said).strip(" ,")


def _held(text: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """The text with quotations and names put aside, and what was put aside."""
    kept: list[str] = []

    def aside(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f" ⟦{len(kept) - 1}⟧ "

    held = QUOTES.sub(aside, text)
    for name in sorted(filter(None, names), key=len, reverse=True):
        held = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", aside, held, flags=re.IGNORECASE)
    return held, kept


def _bare(word: str) -> str:
    return folded(word).replace("’", "'")


def _share(words: Sequence[str], tongue: Tongue) -> float:
    """How many of the words belong to the language and not to English."""
    own = {part for phrase in tongue.phrases for part in phrase} | set(tongue.final)
    return sum(
        len(word) > 1
        and word not in ENGLISH
        and (
            word in own
            or ELIDED.fullmatch(word) is not None
            or any(word.startswith(each) for each in tongue.endings)
        )
        for word in set(words)
    )


def _joint(text: str) -> str:
    return " and " if re.fullmatch(r"\s+\w+\s+", text) else text


def _clause(text: str, tongue: Tongue) -> str:
    """One clause, its verb first."""
    found = list(WORD.finditer(text))
    words = [_bare(match.group()) for match in found]
    front = ""
    if words and words[-1] in tongue.final and text[found[-1].end() :].strip() == "":
        front = tongue.final[words[-1]]
        text, found, words = text[: found[-1].start()], found[:-1], words[:-1]
    elif len(words) > 1 and (apart := APART.get((words[0], words[-1]))) is not None:
        front = apart
        text = text[found[0].end() : found[-1].start()]
        found = list(WORD.finditer(text))
        words = [_bare(match.group()) for match in found]
    said = _worded(text, found, words, tongue)
    bare = re.sub(r"^(?:\s*(?:can i|may|can you|could you)\b)+", "", said) if front else said
    return f"{front} {bare.strip()} " if front else said


APART = {
    ("fuhre", "aus"): "run", ("fuhr", "aus"): "run", ("fuhren", "aus"): "run", ("fuge", "hinzu"): "add", ("fuge", "ein"): "add",
    ("fugen", "hinzu"): "add", ("benenne", "um"): "rename", ("benennen", "um"): "rename", ("lege", "an"): "create", ("lass", "laufen"): "run",
}  # fmt: skip
"""German verbs whose first and last word stand apart."""


def _worded(text: str, found: Sequence[re.Match[str]], words: Sequence[str], tongue: Tongue) -> str:
    said: list[str] = []
    place, at = 0, 0
    while place < len(words):
        said.append(text[at : found[place].start()])
        size, english = _longest(words, place, tongue)
        said.append(found[place].group() if english is None else english)
        at = found[place + size - 1].end()
        place += size
    said.append(text[at:])
    return "".join(said)


def _longest(words: Sequence[str], place: int, tongue: Tongue) -> tuple[int, str | None]:
    for size in range(min(tongue.longest, len(words) - place), 0, -1):
        english = tongue.phrases.get(tuple(words[place : place + size]))
        if english is not None:
            return size, english
    word = words[place]
    ending = max((each for each in tongue.endings if word.startswith(each)), key=len, default=None)
    if ending is not None:
        return 1, tongue.endings[ending]
    if "-" in word:
        pieces = [(_longest([piece], 0, tongue)[1], piece) for piece in word.split("-")]
        if any(english for english, _ in pieces):
            return 1, " ".join(piece if english is None else english for english, piece in pieces)
    elided = ELIDED.fullmatch(word)
    if elided is not None:
        rest = _longest([elided.group(2)], 0, tongue)[1]
        before = {"d": "of", "dell": "of", "qu": "that"}.get(elided.group(1), "")
        return 1, f"{before} the {rest if rest is not None else elided.group(2)}".strip()
    return 1, None


__all__ = ["in_english", "tongues"]
