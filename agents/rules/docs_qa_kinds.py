"""What kind of answer a question wants (steps, a place, an amount, a reason, a meaning), and which sections have the look of one."""

import re

from agents.asks.docs_qa import Passage
from agents.rules.asked import HOW, LISTED, NEGATED, POLAR
from agents.rules.docs_qa_said import COMMAND, has_items, has_steps

WHERE_KEPT = re.compile(
    r"\bwhere\b.*\b(?:kept|stored?|saved?|lives?|lies?|located|find|finds|put|go|goes|end\s+up)\b|\bwhere\s+(?:is|are)\s+(?:the|my|our|all)\b",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"\b(?:kept|stored|saved|lies?|written)\b(?=.*\b(?:in|on|at|as|by|of)\b)|\bfolder\b", re.IGNORECASE
)
AMOUNT = re.compile(
    r"\bhow\s+(?:many|much|long|big|large|often|fast|old)\b|\b(?:maximum|minimum|limits?|quota|longest|shortest|largest|biggest|smallest|(?:at\s+)?most)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"\b\d[\d,.]*\b|\b(?:half\s+an?|for\s+good|no\s+limit|as\s+many\s+as|twice|once)\b", re.IGNORECASE
)
REASON = re.compile(
    r"\b(?:why|wrong|broken|fails?|failed|error|stuck|missing|taken|in\s+use|gone|troubles?|problems?|issues?|not\s+(?:working|work|show\w*|see|seen|there|start\w*))\b|n['’]t\s+(?:work|show|see|find|start|run|appear)",
    re.IGNORECASE,
)
TROUBLE = re.compile(
    r"\b(?:not|no|never|cannot|can't|missing|fail\w*|error|refused|in\s+use|stays|too|exceeded|killed|when\s+it)\b",
    re.IGNORECASE,
)
MEANING = re.compile(
    r"\W*(?:please\W+)?(?:(?:what|who)(?:['’]s|\s+is|\s+are|\s+does)\s+(?:an?\s+|the\s+)?[\w -]{2,30}?(?:\s+(?:mean|good\s+for|for|about))?\W*$|(?:explain|define|describe)\s+(?:to\s+me\s+)?(?:what\s+)?(?:an?\s+|the\s+)?[\w -]{2,30}?(?:\s+(?:is|are|means?))?\W*$)|.*\bmeaning\s+of\b|.*\bwhat\s+(?:an?\s+|the\s+)?[\w -]{2,30}?\s+(?:is|are|means?)\W*$",
    re.IGNORECASE,
)
WORTH = 1.4
"""How much more a section is worth that has the look of the answer."""
MUCH = 1.8
"""The same where nothing without that look answers: an amount, a negation."""


def told_as(question: str, passage: Passage) -> float:
    """How well a section's form suits what the question wants; 1 where it says nothing about that."""
    worth = 1.0
    text = passage.text
    polar = POLAR.match(question) is not None
    if HOW.match(question):
        worth *= 1.5 if has_steps(text) else WORTH if COMMAND.search(text) else 1.0
    if LISTED.match(question) and has_items(text) and not means(question):
        worth *= 1.2 if polar else 1.5
    if WHERE_KEPT.search(question) and PLACE.search(text):
        worth *= WORTH
    if AMOUNT.search(question) and NUMBER.search(text):
        worth *= MUCH
    if TROUBLE.search(passage.heading):
        worth *= MUCH if REASON.search(question) else 1.0 if NEGATED.search(question) else 0.8
    if not polar and NEGATED.search(question) and not REASON.search(question):
        worth *= MUCH if NEGATED.search(passage.heading) else 1.0
    return worth


def means(question: str) -> bool:
    """Whether the question asks what a thing is."""
    return MEANING.match(question) is not None


__all__ = ["means", "told_as"]
