"""Code's own reading of a question, offered to a small model, which takes it or answers for itself.

Models of a few billion parameters write plans badly and slowly, so they are asked for one letter first. What they answer
themselves is acted on only where it leads to the same deed as code's reading: two must agree before something is written.
"""

import re

from agents.errors import NoAnswer
from agents.questions import A, Question
from agents.rules import ruled

LONGEST_SHOWN = 600
"""Characters of a reading that are shown; the rest is taken with it unseen."""


def read(question: Question[A]) -> A | None:
    """The answer of the offline rules; None where they find none."""
    try:
        return ruled(question)
    except NoAnswer:
        return None


def shown(question: Question[A], reading: A) -> str:
    """The reading as a model is shown it, cut where it is long."""
    text = question.in_words(reading)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def taken(text: str) -> bool:
    """Whether the model's answer takes the reading."""
    return re.search(r"\bA\b", text) is not None and re.search(r"\bB\b", text) is None


def disagreement(question: Question[A], answer: A, reading: A | None) -> str | None:
    """Why a small model's own answer is not acted on, for the model to think again; None where it may be."""
    wanted = question.deed(answer)
    if wanted is None:
        return None
    if reading is None:
        return "Code cannot read such a thing in the request, so nothing is written because of it."
    if question.deed(reading) == wanted:
        return None
    said = reading.model_dump_json(exclude_defaults=True)
    return f"Code reads the request otherwise, as {said}. Nothing is written unless both agree."


__all__ = ["disagreement", "read", "shown", "taken"]
