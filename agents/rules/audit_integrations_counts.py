"""Whether an audit is to count, group or rank: `SQL blocks per project`, `the least used integration`, `which tables with their notebooks`."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

Unit = Literal["project", "notebook", "integration", "table", "block"]
UNITS: dict[Unit, str] = {
    "project": r"projects?",
    "notebook": r"note?books?",
    "integration": r"(?:integration|connection|database|data\s*source|data\s*base|source|warehouse|db)s?",
    "table": r"tables?",
    "block": r"(?:(?:sql\s+)?(?:blocks?|cells?|quer(?:y|ies)|statements?)|sql)",
}
_ANY = "|".join(f"(?P<{unit}>{words})" for unit, words in UNITS.items())
_EACH = re.compile(
    rf"\b(?:per|(?<!used )(?<!queried )(?<!read )(?<!written )(?<!run )by|(?:for|of|in|to|with|beside|next\s+to)\s+(?:each|every)|each|every|across|grouped\s+by|broken\s+down\s+by)\s+(?:single\s+|of\s+)?(?:the\s+|our\s+|my\s+)?(?:{_ANY})\b(?!\s+(?-i:[A-Z\"“«]))",
    re.IGNORECASE,
)
"""What is told one by one."""
_BESIDE = re.compile(
    rf"\b(?:all|every|each|the|our|of|list|show)\s+(?:me\s+|all\s+|the\s+|our\s+|sql\s+)*(?:{_ANY})\b[^.;!?]{{0,30}}?\b(?:with|and|plus)\s+(?:the|their|its|all|which|every)\s+(?:note?books?|projects?|tables?|readers|users)\b",
    re.IGNORECASE,
)
"""`all tables with the notebooks next to each`."""
_WHICH = re.compile(
    rf"\bwhich\s+(?P<left>note?books?|projects?|quer(?:y|ies))\b[^.;!?]{{0,25}}\bwhich\s+(?:{_ANY})\b|\b(?:what|which)\s+(?:{_ANY.replace('P<', 'P<second_')})\b[^.;!?]{{0,20}}\b(?:by|in)\s+which\s+note?books?\b",
    re.IGNORECASE,
)
"""`which notebook reads which table`."""
COUNTS = re.compile(
    r"\bhow\s+many\b|\bnumbers?\s+of\b|\bcounts?\b|\bcounted\b|\btally\b|\bin\s+total\b|\bbreakdown\b|\bstatistics\s+(?:on|of|about)\b",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"\b(?:least|fewest|rarest|lowest|smallest|hardly|rarely|seldom|barely)\b|\bless\s+(?:often|than|used|heavily)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:most|top|biggest|heaviest|busiest|largest|rank(?:s|ed|ing)?|popular|more\s+(?:\w+\s+)?(?:often|than(?!\s+(?:one|two|\d|it\b|they\b|needed|necessary|required|is\b|are\b))|used|heavily|quer\w+)|used\s+more)\b",
    re.IGNORECASE,
)
_RANKED = re.compile(
    rf"\b(?:which|what|the|our|what['’]s)\s+(?:one\s+of\s+the\s+|of\s+(?:the|our)\s+)?(?:\w+\s+){{0,3}}?(?:{_ANY})\b",
    re.IGNORECASE,
)
"""What is ranked is what is asked for."""
_OF = re.compile(
    rf"\b(?:how\s+many|numbers?\s+of|count(?:\s+of|\s+the)?|most|fewest|least|more|fewer)\s+(?:different\s+|distinct\s+|our\s+|the\s+)*(?:{_ANY})\b",
    re.IGNORECASE,
)


class Counted(BaseModel):
    """What is counted or listed, one by one of what, and in which order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Unit = "block"
    by: Unit | None = None
    """None where it is only how many there are in all, or what is ranked is not said."""
    rank: Literal["most", "least"] | None = None


def counted_in(request: str) -> Counted | None:
    """The count, the groups or the ranking that a request asks for; None where it asks for none."""
    rank = _rank(request)
    counts = COUNTS.search(request) is not None
    of = _unit(_OF.search(request))
    if rank is not None:
        ranked = _unit(_RANKED.search(request)) or _unit(
            re.search(rf"\b(?:{_ANY})\b", request, re.IGNORECASE)
        )
        ranked = None if ranked == "block" else ranked
        return Counted(of=of if of and of != ranked else "block", by=ranked, rank=rank)
    if (each := _unit(_EACH.search(request)) or _unit(_BESIDE.search(request))) and each != "block":
        return Counted(of=of if of and of != each else "block", by=each)
    if which := _WHICH.search(request):
        by = _unit(which)
        return Counted(by=by) if by not in {None, "block"} else None
    return Counted(of=of or "block") if counts and of else None


def _rank(request: str) -> Literal["most", "least"] | None:
    if _LEAST.search(request):
        return None if re.search(r"\bat\s+least\b", request, re.IGNORECASE) else "least"
    recent = re.search(r"\bmost\s+(?:recent\w*|of)\b", request, re.IGNORECASE)
    return "most" if _MOST.search(request) and recent is None else None


def _unit(found: re.Match[str] | None) -> Unit | None:
    if found is None:
        return None
    named = {name.removeprefix("second_"): text for name, text in found.groupdict().items() if text}
    return next((unit for unit in UNITS if unit in named), None)


__all__ = ["COUNTS", "UNITS", "Counted", "Unit", "counted_in"]
