"""What a section says to a question: the whole of it or the paragraphs, items and rows that speak of it, and yes or no where it says so."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from agents.asks.docs_qa import Passage
from agents.rules.asked import NEGATED, POLAR
from agents.rules.ranking import Group, Index, terms

LONGEST = 700
"""Characters of a section that is told whole."""
SHORT = 350
"""Characters of a section that is told whole behind a yes or no."""
ROWS = 6
"""Items of a list, or rows of a table, that are told whole."""
ALL_OF_IT = 0.85
"""Share of what was asked that a sentence needs to say yes or no."""
SPREAD = 0.8
"""What words count that are spread over several steps, or over a long paragraph."""
LONG = 300
"""Characters of a paragraph whose words have to stand near each other: in a sentence, or in two that follow each other."""
HERE = 0.6
"""Share of it that the sentence itself must have, its headings aside."""
LIKE = 0.85
"""What another word for the same thing is worth in such a sentence."""
CLOSE = 0.2
"""A sentence that has as much of what was asked, up to this, and says the opposite leaves it open."""
LABEL = re.compile(r"\s*(?:[-*•+]|\d+[.)])\s+([^:|.\n]{2,50}?)\s*(?::|\s[–—-])\s|\s*\|\s*([^|\n]+?)\s*\|")
ITEM = re.compile(r"^\s*(?:[-*•+]|\d+[.)])\s|^\s*\|")
RULE = re.compile(r"\s*\|?[\s|:-]+\|?\s*")
STEP = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)
HEDGED = re.compile(
    r"\b(?:only|unless|except|until|otherwise|some(?:times)?|may\s+not|depends?|experimental)\b|\?\s*$",
    re.IGNORECASE,
)
"""What makes a sentence more than a yes or a no."""
REFUSES = re.compile(
    r"\b(?:refus(?:ed|es)|impossible|unsupported|forbidden|nowhere|lacks?|missing)\b", re.IGNORECASE
)
WITHOUT = re.compile(
    r"\b(?:not|no|cannot|can't|never|without|limitations?|unsupported|missing)\b|n['’]t\b", re.IGNORECASE
)
"""A heading under which nothing means yes."""
LIMITING = re.compile(
    r"\b(?:two|three|several|multiple|same|just\s+one|only|all|every|both|always|automatically|different|another|first|last|single|anything|anyone|anybody|nothing|ever|never)\b",
    re.IGNORECASE,
)
SUBORDINATE = re.compile(
    r"\b(?:who|whether|without|whoever|whatever|that\s+(?:is|are|was|were)\s+\w+ed)\b", re.IGNORECASE
)
"""What makes a part of a sentence say something else than the sentence."""
ABLE = re.compile(
    r"\b(?:can|could|may|possible|able|support\w*|work\s+with|is\s+there\s+(?:a|any)\s+way)\b", re.IGNORECASE
)
"""Asks whether something can be done, to which how it is done means yes."""
ALTERNATIVE = re.compile(
    r",\s*or\b(?!\s+not\b)|\bor\s+(?:do|does|is|are|will|can|must|only|just|always|rather|is\s+it)\b|\beither\b",
    re.IGNORECASE,
)
"""Asks which of two, to which neither yes nor no is an answer."""
REFERRING = re.compile(r"\W*(?:it|they|this|these|that|those)\b", re.IGNORECASE)
CONDITION = re.compile(r"\W*(?:with|without|where|when|whenever|if|while|as\s+long\s+as)\b", re.IGNORECASE)
"""Begins a sentence that holds in one case only."""
EXISTS = re.compile(
    r"\b(?:there\s+(?:is|are)|(?:is|are)\s+(?:not\s+)?(?:possible|supported|available))\b", re.IGNORECASE
)
"""Says of one thing alone whether there is such a thing."""
ANSWERS = re.compile(r"\W*(?:yes|no|not|never|only)\b", re.IGNORECASE)
COMMAND = re.compile(r"```|~~~|`[^`\n]*\s[^`\n]*`")


def has_steps(text: str) -> bool:
    return len(STEP.findall(text)) >= 2


def has_items(text: str) -> bool:
    return sum(ITEM.match(line) is not None for line in text.splitlines()) >= 3


@lru_cache(maxsize=4096)
def worded(text: str) -> str:
    """The text without what its commands and examples hold by chance: `python -m`, quoted requests, values of an example."""
    return re.sub(
        r"`[^`\n]*`", lambda code: re.sub(r"python -m |\"[^\"`]*\"|\{\s*\"[^`]*\}", " ", code.group()), text
    )


def words_in(text: str) -> set[str]:
    return set(terms(worded(text)))


def heads_of(passage: Passage) -> set[str]:
    return set(terms(f"{passage.title} {passage.heading}"))


def pieces_of(text: str) -> list[str]:
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


def units_of(text: str) -> list[str]:
    """Paragraphs, list items, and table rows: what one statement of a text is."""
    units: list[str] = []
    for piece in pieces_of(text):
        items = _items(piece)
        units += items if len(items) > 1 and not has_steps(piece) else [piece]
    return units


def shares_of(text: str) -> list[tuple[set[str], float]]:
    """The words of each unit, and what having them is worth: steps, and sentences of a long paragraph, by themselves, or all of them for less."""
    found: list[tuple[set[str], float]] = []
    for unit in units_of(text):
        if has_steps(unit):
            found += [(words_in(item), 1.0) for item in _items(unit)]
            found.append((words_in(unit), SPREAD))
        elif len(unit) > LONG:
            sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z`])", unit)
            found += [
                (words_in(" ".join(pair)), 1.0) for pair in zip(sentences, [*sentences[1:], ""], strict=True)
            ]
            found.append((words_in(unit), SPREAD))
        else:
            found.append((words_in(unit), 1.0))
    return found


def _items(piece: str) -> list[str]:
    """Items with the lines that go on from them, rows without the line under the heads."""
    found: list[str] = []
    for line in piece.splitlines():
        if ITEM.match(line):
            if not RULE.fullmatch(line):
                found.append(line)
        elif found and line.startswith((" ", "\t")):
            found[-1] += f"\n{line}"
    return found


def label_of(unit: str) -> str:
    """What a list item or a table row is about, where it begins with that: `- Port: 8787` is about the port."""
    match = LABEL.match(unit)
    return (match.group(1) or match.group(2)) if match else ""


def said(passage: Passage, asked: Sequence[Group], index: Index) -> str:
    """The section, or of a long one the paragraphs, items and rows that speak of the question."""
    text = passage.text.strip()
    rows = [line for line in text.splitlines() if ITEM.match(line)]
    if len(text) <= LONGEST and (len(rows) <= 2 * ROWS or has_steps(text)):
        return text
    heads = heads_of(passage)
    pieces = [_shortened(piece, asked, index) for piece in pieces_of(text)]
    worth = [index.cover(asked, heads | set(terms(piece))) for piece in pieces]
    kept: list[int] = []
    for place in sorted(range(len(pieces)), key=lambda place: (-worth[place], place)):
        size = sum(len(pieces[each]) for each in kept)
        if not kept or (size + len(pieces[place]) <= LONGEST and worth[place] > 0.8 * max(worth)):
            kept.append(place)
    told = "\n\n".join(pieces[place] for place in sorted(kept))
    return told if len(told) <= 1450 else told[:1440].rsplit(" ", 1)[0] + " …"


def _shortened(piece: str, asked: Sequence[Group], index: Index) -> str:
    """A long list or table with only the items that speak of the question; steps are never left out."""
    items = _items(piece)
    if len(items) <= ROWS or has_steps(piece):
        return piece
    lines = piece.splitlines()
    if len(lines) > 1 and RULE.fullmatch(lines[1]):
        head, items = lines[:2], items[1:]
    else:
        head = [line for line in lines[:1] if not ITEM.match(line)]
    worth = [index.cover(asked, set(terms(item))) for item in items]
    best = max(worth, default=0.0)
    chosen = [item for item, each in zip(items, worth, strict=True) if best and each >= 0.6 * best] or items
    return "\n".join([*head, *chosen[: ROWS if best else None]])


class Verdict(NamedTuple):
    """Yes or no, and the paragraph that says so."""

    yes: bool
    unit: str


def verdict(question: str, passage: Passage, asked: Sequence[Group], index: Index) -> Verdict | None:
    """Yes or no, where one sentence of the section has all that was asked and says it without conditions; else None."""
    if not asked or POLAR.match(question) is None or NEGATED.search(question) or ALTERNATIVE.search(question):
        return None
    limits = _limits(question)
    heads = heads_of(passage)
    labels = {unit: set(terms(label_of(unit))) for unit in units_of(passage.text)}
    fits = sorted(
        (
            (
                index.cover(asked, heads | labels[unit] | has, LIKE),
                index.cover(asked, labels[unit] | has, LIKE),
                clause,
                unit,
                has,
            )
            for unit in labels
            for clause, context in _with_context(_clauses(unit))
            for has in [_told(clause) | context]
        ),
        key=lambda fit: fit[:2],
        reverse=True,
    )
    if fits and fits[0][0] >= ALL_OF_IT and fits[0][1] >= HERE:
        sure, here, clause, unit, has = fits[0]
        denies = _denies(clause)
        opposed = any(
            _denies(each) is not denies
            for each in (fit[2] for fit in fits)
            if index.cover(asked, heads | set(terms(each)), LIKE) >= sure - CLOSE
            and index.cover(asked, set(terms(each)), LIKE) >= here - CLOSE
        )
        if (
            ANSWERS.match(clause)
            or HEDGED.search(clause)
            or SUBORDINATE.search(clause)
            or CONDITION.match(clause)
            or opposed
            or (len(asked) == 1 and not EXISTS.search(clause))
            or not all(group.found(_named(has, passage) | labels[unit]) for group in asked)
            or not limits <= _limits(f"{clause} {passage.heading}")
            or (not denies and WITHOUT.search(f"{passage.title} {passage.heading}"))
        ):
            return None
        return Verdict(not denies, unit)
    instructs = has_steps(passage.text) or COMMAND.search(pieces_of(passage.text)[0])
    if (
        instructs
        and ABLE.search(question)
        and index.cover(asked, heads) >= ALL_OF_IT
        and not NEGATED.search(passage.heading)
        and limits <= _limits(f"{passage.title} {passage.heading}")
    ):
        return Verdict(True, passage.text)
    return None


def _limits(text: str) -> set[str]:
    """Words that narrow down what is said, so that a sentence without them says something else."""
    return {word.lower() for word in LIMITING.findall(text)}


def _with_context(clauses: Sequence[str]) -> list[tuple[str, set[str]]]:
    """Each clause, and the words of the one before where it begins with a word that stands for it."""
    return [
        (clause, _told(clauses[place - 1]) if place and REFERRING.match(clause) else set())
        for place, clause in enumerate(clauses)
    ]


def _named(has: set[str], passage: Passage) -> set[str]:
    """The words of a sentence with those of the title or heading whose thing it speaks of: `the block` under `SQL blocks`.

    Any other heading only says where the sentence stands.
    """
    heads = [set(terms(head)) for head in (passage.title, passage.heading) if not re.search(r"\band\b", head)]
    return has.union(*(head for head in heads if head & has))


def _told(clause: str) -> set[str]:
    """The words of a clause; a command in it tells nothing."""
    return set(terms(re.sub(r"`[^`]*\s[^`]*`", " ", clause)))


def _denies(clause: str) -> bool:
    return bool(NEGATED.search(clause) or REFUSES.search(clause))


def _clauses(unit: str) -> list[str]:
    """Sentences at their semicolons and colons, code aside."""
    held = re.sub(r"`[^`]*`", lambda match: re.sub(r"[.;:,!?]", "\N{ONE DOT LEADER}", match.group()), unit)
    cut = re.split(r"(?<=[.!?])\s+|[;:]\s+|,\s+(?:but|so|and)\s+(?=\w+\s)|\n(?=\s*[-*|\d])", held)
    return [clause for clause in cut if clause.strip()]


def answered(question: str, passage: Passage, asked: Sequence[Group], index: Index) -> str:
    """What the section says to the question; begins with yes or no where the question wants one and the text has it."""
    found = verdict(question, passage, asked, index)
    if found is None:
        return _bare(said(passage, asked, index))
    whole = passage.text.strip()
    text = whole if len(whole) <= SHORT or found.unit == passage.text else found.unit.strip()
    lead = "Yes." if found.yes else "No."
    if len(text) > LONGEST:
        text = said(passage, asked, index)
    text = _bare(text)
    return f"{lead}\n\n{text}" if ITEM.match(text) or "\n" in text else f"{lead} {text}"


def _bare(text: str) -> str:
    """The text; one item of a list by itself is no list."""
    return re.sub(r"^\s*(?:[-*•+]|\d+[.)])\s+", "", text) if len(text.strip().splitlines()) == 1 else text


__all__ = [
    "answered",
    "has_items",
    "has_steps",
    "heads_of",
    "label_of",
    "said",
    "shares_of",
    "units_of",
    "verdict",
    "worded",
    "words_in",
]
