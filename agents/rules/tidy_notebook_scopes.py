"""Where in the notebook a change is to be made, said beside it: `in the query`, `only in the code`, `everywhere except in the text`."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import BlockCard
from agents.rules.quotations import unmasked
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import Meant, kind_of
from agents.rules.tidy_notebook_kinds import BLOCK
from agents.rules.wording import words_of

IN = r"(?:in|inside|within|from|of|at)"
_NOT = re.compile(
    rf"(?:\s*,\s*|\s+|^)(?:but\s+|and\s+|though\s+)*(?:not|never|except(?:\s+for)?|apart\s+from|other\s+than|but\s+for|leaving\s+out|excluding)\s+(?:{IN}\s+)?(?P<what>(?:the|its|any|my|our|block|cell)\b[^,;⟦⟧]*|(?:code|text|sql|markdown|queries))$",
    re.IGNORECASE,
)
_ONLY = re.compile(
    rf"(?:\s*,\s*|\s+|^)(?:but\s+|and\s+)?(?:only|just|solely)\s+(?:{IN}\s+)?(?P<what>[^,;⟦⟧]+)$",
    re.IGNORECASE,
)
_BOTH = re.compile(
    rf"(?:\s*,\s*|\s+)(?:both\s+)?{IN}\s+(?P<what>[^,;⟦⟧]*?\s+(?:and|as\s+well\s+as)\s+[^,;⟦⟧]*)$",
    re.IGNORECASE,
)
_LEAD = re.compile(rf"^(?:only\s+|just\s+)?{IN}\s+(?=\S)", re.IGNORECASE)
LONGEST = 8


class Scope(NamedTuple):
    """Blocks that a change is limited to, blocks that it leaves out, and code that it stands by."""

    inside: frozenset[str] | None = None
    outside: frozenset[str] = frozenset()
    near: tuple[str, ...] = ()
    every: bool = False
    """Several places are named, and all of them are meant."""

    def allows(self, card: BlockCard) -> bool:
        return card.id not in self.outside and (self.inside is None or card.id in self.inside)


def blocks_in(phrase: str, cards: Sequence[BlockCard]) -> Meant:
    """The blocks of `the heading`, or of `the code`, where all of that kind are meant."""
    bare = re.sub(rf"^(?:both\s+)?(?:{IN}\s+)?", "", phrase.strip(" ,.;:!?"), flags=re.IGNORECASE)
    meant = find_blocks(
        re.sub(r"^((?:the|its)\s+)?(code|query|sql|text)$", r"\1\2 block", bare, flags=re.IGNORECASE), cards
    )
    kind = re.fullmatch(
        r"(?:(?:the|its|all|any)\s+)*(?:of\s+the\s+)?(?P<kind>code|python|query|queries|sql|texts?|markdown|prose)(?:\s+(?:block|cell|part)s?)?",
        bare,
        re.IGNORECASE,
    )
    if meant.problem and kind is not None:
        word = "query" if kind["kind"].lower() == "queries" else kind["kind"].removesuffix("s")
        return find_blocks(f"all {word} blocks", cards)
    if meant.problem and re.match(
        r"(?:the\s+|its\s+)?(?:texts?|words?|sentences?|line|wording)\s+of\s+", bare, re.IGNORECASE
    ):
        return blocks_in(re.sub(r"^.*?\bof\s+", "", bare, count=1), cards)
    if meant.problem and re.search(r"\s+(?:and|as\s+well\s+as)\s+", bare):
        parts = [blocks_in(part, cards) for part in re.split(r"\s+(?:and|as\s+well\s+as)\s+(?:in\s+)?", bare)]
        if all(part.ids and not part.problem for part in parts):
            return Meant(list(dict.fromkeys(each for part in parts for each in part.ids)))
    return meant


def scoped(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> tuple[str, Scope]:
    """The clause without the words that say where, and what they say; a place that is not certain is left in it."""
    scope = Scope()
    held = held.strip(" ,;")
    for _ in range(3):
        cut = _one(held, masks, cards, scope)
        if cut is None:
            break
        held, scope = cut
    return held, scope


def _one(
    held: str, masks: Sequence[str], cards: Sequence[BlockCard], scope: Scope
) -> tuple[str, Scope] | None:
    spared = _NOT.search(held)
    if spared is not None and _is_place(spared["what"]):
        meant = blocks_in(unmasked(spared["what"], masks), cards)
        if meant.ids and not meant.problem:
            return held[: spared.start()].rstrip(" ,;"), scope._replace(
                outside=scope.outside | frozenset(meant.ids)
            )
    for pattern in (_ONLY, _BOTH):
        only = pattern.search(held)
        if only is not None:
            meant = blocks_in(unmasked(only["what"], masks), cards)
            if meant.ids and not meant.problem:
                every = scope.every or pattern is _BOTH
                return held[: only.start()].rstrip(" ,;"), scope._replace(
                    inside=frozenset(meant.ids), every=every
                )
    if (
        scope.inside is None
        and (cut := _trailing(held, masks, cards) or _leading(held, masks, cards)) is not None
    ):
        rest, ids = cut
        return rest, scope._replace(inside=frozenset(ids))
    return None


def _is_place(phrase: str) -> bool:
    """Whether the words are a description of blocks and not some words of a text."""
    return re.search(rf"\b{BLOCK}\b", phrase, re.IGNORECASE) is not None or (
        re.search(r"\d|⟦", phrase) is None
        and (
            any(kind_of(word.text) for word in words_of(phrase))
            or re.match(r"(?:the|its|our|my)\s+\S+(?:\s+\S+)?$", phrase, re.IGNORECASE) is not None
        )
    )


def _trailing(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> tuple[str, list[str]] | None:
    """`… in the last query` at the end."""
    for match in reversed(list(re.finditer(rf"(?:\s*,\s*|\s+){IN}\s+", held, re.IGNORECASE))):
        if not _is_place(held[match.end() :]):
            continue
        meant = blocks_in(unmasked(held[match.end() :], masks), cards)
        if meant.ids and not meant.problem:
            return held[: match.start()].rstrip(" ,;"), meant.ids
    return None


def _leading(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> tuple[str, list[str]] | None:
    """`in the last query …` or `last query: …` at the beginning."""
    topic = re.match(r"^([^:,⟦⟧]{2,50}):\s+(?=\S)", held)
    if topic is not None:
        meant = blocks_in(topic.group(1), cards)
        if meant.ids and not meant.problem:
            return held[topic.end() :], meant.ids
    lead = _LEAD.match(held)
    start = lead.end() if lead is not None else 0
    words = list(re.finditer(r"\S+", held[start:]))[:LONGEST]
    if lead is None and not re.match(r"(?:the|its|our|my)\s", held, re.IGNORECASE):
        return None
    for count in range(len(words) - 1, 0, -1):
        end = start + words[count - 1].end()
        if lead is None and not re.match(
            r"\s+(?:should|must|has\s+to|needs\s+to|ought\s+to|says?|reads?|is|still)\b",
            held[end:],
            re.IGNORECASE,
        ):
            continue
        if not _is_place(held[start:end]):
            continue
        meant = blocks_in(unmasked(held[start:end], masks), cards)
        if meant.ids and not meant.problem:
            return held[end:].lstrip(" ,;:"), meant.ids
    return None


__all__ = ["Scope", "blocks_in", "scoped"]
