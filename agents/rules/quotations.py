"""Quoted text: held apart while the sentence around it is read, and taken out of its marks."""

import re
from collections.abc import Sequence

from agents.rules.wording import quoted


def masked(text: str) -> tuple[str, list[str]]:
    """The text with a mark in the place of each quotation, marks and all, and what stood there."""
    masks: list[str] = []
    for _, start, end in sorted(quoted(text), key=lambda item: -item[1]):
        masks.append(text[start:end])
        text = f"{text[:start]}⟦{len(masks) - 1}⟧{text[end:]}"
    return text, masks


def unmasked(text: str, masks: Sequence[str]) -> str:
    """The text with its quotations again."""
    return re.sub(r"⟦(\d+)⟧", lambda match: masks[int(match.group(1))], text)


def unquoted(said: str) -> str:
    """What stands in the first quotation marks; the text itself without any."""
    inner = quoted(said)
    return inner[0][0] if inner else said


__all__ = ["masked", "unmasked", "unquoted"]
