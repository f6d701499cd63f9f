"""Typing mistakes in the words of tidying, put right before a request is read."""

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from agents.asks.tidy_notebook import BlockCard
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_kinds import KINDS
from agents.rules.tidy_notebook_verbs import DOING, DONE
from agents.rules.tidy_notebook_words import CORE
from agents.rules.wording import FILLER, words_of

KNOWN = frozenset(
    [
        *re.findall(r"[a-z]{3,}", CORE),
        *KINDS,
        *(f"{kind}s" for kind in KINDS),
        *[
            "the",
            "and",
            "with",
            "into",
            "top",
            "bottom",
            "before",
            "after",
            "above",
            "below",
            "first",
            "last",
            "between",
            "imports",
            "block",
            "blocks",
            "cell",
            "cells",
            "notebook",
            "notebooks",
            "beginning",
            "start",
            "end",
            "that",
            "this",
            "then",
            "please",
            "should",
            "would",
            "could",
            "above",
            "below",
            "under",
            "right",
            "directly",
            *(
                "come",
                "gone",
                "stand",
                "sit",
                "some",
                "same",
                "test",
                "line",
                "time",
                "page",
                "part",
                "cost",
                "post",
                "none",
                "done",
            ),
        ],
    ]
)
"""Words that a typing mistake may be meant for."""
VERBS = frozenset(re.findall(r"[a-z]{3,}", CORE)) - {
    "place",
    "comment",
    "note",
    "order",
    "group",
    "start",
    "end",
    "set",
    "label",
    "mark",
    "cut",
    "run",
}
VERB_PLACE = re.compile(
    r"(?:^|[.,;:!?–—-]\s*|\b(?:and|then|please|pls|plz|to|you|just|also|now|or)\s+|&\s*)$", re.IGNORECASE
)
"""Before a verb of a wish: in the midst of a sentence `boring` is no slip for `bring`."""


def spelled(text: str, cards: Sequence[BlockCard]) -> str:
    """The text with slips of the pen as the words they are meant for; words that a block holds are no slips."""
    held, masks = masked(text)
    own = {word.text for card in cards for word in words_of(f"{card.content} {card.variable}")}
    for word in reversed(words_of(held)):
        if (
            word.text in KNOWN
            or word.text in FILLER
            or word.text in DONE
            or word.text in DOING
            or word.text in own
            or not word.text.isalpha()
        ):
            continue
        if word.text.removesuffix("s") in KNOWN:
            continue
        meant = next((known for known in sorted(KNOWN) if _slip(word.text, known)), None)
        if meant is not None and (meant not in VERBS or VERB_PLACE.search(held[: word.start])):
            held = held[: word.start] + meant + held[word.end :]
    return unmasked(held, masks)


def _slip(word: str, known: str) -> bool:
    if abs(len(word) - len(known)) > 1 or min(len(word), len(known)) < 3:
        return False
    if sorted(word) == sorted(known):
        return int(OSA.distance(word, known)) == 1
    return min(len(word), len(known)) >= 5 and word[0] == known[0] and int(OSA.distance(word, known)) == 1


__all__ = ["spelled"]
