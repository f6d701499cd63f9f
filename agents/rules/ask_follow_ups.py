"""A request that goes on from the one before it, as a request that stands alone: what it leaves out is taken from there."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.ask import Doer
from agents.rules.ask_asides import IT, ITS
from agents.rules.ask_clause import HOW_TO, KIND, QUESTION, RUNS
from agents.rules.looking import looked_for
from agents.rules.looking_said import ANY_DAY, Names
from agents.rules.notebooks import thing_named
from agents.rules.tidy_notebook_words import POLITE
from agents.rules.wording import by_words, names_in, quoted

LEAD = re.compile(
    r"\W*(?:(?:and|or|now|then|so|ok(?:ay)?|but|also|next)\b[\s,]*)*(?:(?:what|how)\s+about|(?:do\s+)?(?:the\s+)?same(?:\s+thing)?(?:\s+again)?(?=\s+(?:for|with|in|to|on)\b)|likewise|ditto)?[\s,:]*",
    re.IGNORECASE,
)
"""What a request begins with that only goes on."""
TOO = re.compile(
    r"(?:[\s,]+(?:too|also|as\s+well|then|now|next|instead|please|pls))*[\s?!.]*$", re.IGNORECASE
)
WITH = re.compile(
    r"(?:with|without|using|for|over|up\s+to|until|till|as\s+of|since|from|only|just)\s+(?!(?:it|that|this|them|me|us|when|what|which|how|each|every)\b)\S.*",
    re.IGNORECASE,
)
"""Other values for the run before."""
OF_THEM = re.compile(r"\bof\s+(?:them|those|these)\b", re.IGNORECASE)
THEM = re.compile(
    r"\b(?:(?:all|each|every\s+one|both|any)\s+of\s+(?:them|those|these)|them(?:\s+(?:all|both))?|(?:those|these)(?:\s+(?:notebooks|two|three|four))?|both(?:\s+notebooks)?)\b",
    re.IGNORECASE,
)
ORDINALS = ("first", "second", "third", "fourth", "fifth")
NTH = re.compile(
    rf"\bthe\s+(?P<nth>{'|'.join(ORDINALS)}|last)\s+(?:one|notebook)\b|\bthe\s+(?P<alone>{'|'.join(ORDINALS)}|last)[\s?!.]*$",
    re.IGNORECASE,
)
CALLS = re.compile(
    r"(?:call|name|title)\s+(?:the\s+heading|it)\s+(?P<new>\S.*)|make\s+(?:the\s+heading|it)\s+(?P<other>[“\"'].*)",
    re.IGNORECASE,
)
RENAMED = re.compile(
    r"\b(?:rename|retitle|change|call)\b.*\bheading\b.*?\s(?:to|into|as)\s+(?P<new>\S.*)$", re.IGNORECASE
)
FEW = 5
"""Notebooks of a list that are named one by one."""


class Before(NamedTuple):
    """What a request may go on from."""

    request: str
    """The request before, as it stands alone."""
    doer: Doer | None
    notebook: str = ""
    """The notebook that was worked on or looked at, by its name."""
    listed: Sequence[str] = ()
    """The notebooks that the answer lists."""


def stands_alone(request: str, before: Before, names: Names) -> str:
    """The request with what it leaves out; as it is where it goes on from nothing, or where that is not clear."""
    rest = LEAD.sub("", POLITE.sub("", request).strip(), count=1)
    rest = TOO.sub("", rest)
    goes_on = rest != TOO.sub("", request.strip())
    if before.request and goes_on and (whole := _of_another(rest, before, names)):
        return whole
    ran = before.notebook if before.doer == "run_and_inspect" else ""
    if ran and WITH.fullmatch(rest) and len(rest.split()) <= 10 and not names_in(rest, names.notebooks):
        return f"Run {ran} {rest}"
    if before.doer == "tidy_notebook" and before.notebook and (whole := _renamed(rest, before)):
        return whole
    return _pointed(request, before, names)


def _of_another(rest: str, before: Before, names: Names) -> str:
    """`and the weekly one?`: the request before with another notebook, integration or project; empty where it is no such request."""
    for sort in (names.notebooks, names.integrations, names.projects):
        meant = thing_named(rest, sort)
        if meant:
            whole = _replaced(before, meant, sort)
            return whole or (_done_for(before, meant) if sort is names.notebooks else "")
    return ""


def _replaced(before: Before, meant: str, names: Sequence[str]) -> str:
    held = [(start, end) for _, start, end in quoted(before.request)]
    named = [
        each for each in names_in(before.request, names)
        if not any(start < each.end and each.start < end for start, end in held)
    ]  # fmt: skip
    if len(named) == 1:
        return f"{before.request[: named[0].start]}{meant}{before.request[named[0].end :]}"
    kinds = [match for match in KIND.finditer(before.request) if by_words(match.group(), names)]
    if not named and len(kinds) == 1:
        return f"{before.request[: kinds[0].start()]}{meant}{before.request[kinds[0].end() :]}"
    return ""


def _done_for(before: Before, meant: str) -> str:
    """The work of a request before that named no notebook, or several, for this one."""
    if before.doer == "run_and_inspect":
        said = IT.sub(lambda _: meant, before.request, count=1)
        return said if said != before.request else f"Run {meant}"
    return f"In {meant}, {before.request}" if before.doer == "tidy_notebook" else ""


def _renamed(rest: str, before: Before) -> str:
    """`call it …` behind a heading that was renamed: that heading, by the name that it has now."""
    match = CALLS.fullmatch(rest)
    if match is None:
        return ""
    was = RENAMED.search(before.request)
    new = match["new"] or match["other"]
    if was is None:
        return f"In {before.notebook}, rename the heading to {new}"
    return f"In {before.notebook}, rename the heading {was['new'].rstrip(' .!')} to {new}"


def _pointed(request: str, before: Before, names: Names) -> str:
    """The request with names for the words that point at what the answer before told."""
    if names_in(request, names.notebooks) or before.doer in (None, "docs_qa", "build_analysis"):
        return request
    held = names_in(before.request, names.integrations) if before.doer == "audit_integrations" else []
    bare = LEAD.sub("", POLITE.sub("", request).strip(), count=1)
    asks = QUESTION.match(bare) is not None and HOW_TO.match(bare) is None
    if asks and OF_THEM.search(request) and before.doer == "audit_integrations":
        which = f" that query {names.integrations[held[0].which]}" if len(held) == 1 else ""
        return OF_THEM.sub(f"of the notebooks{which}", request, count=1)
    nth = NTH.search(request)
    if nth is not None and before.listed:
        place = (nth["nth"] or nth["alone"]).lower()
        at = len(before.listed) - 1 if place == "last" else ORDINALS.index(place)
        if at < len(before.listed):
            return f"{request[: nth.start()]}{before.listed[at]}{request[nth.end() :]}"
    if RUNS.match(bare) and 1 < len(before.listed) <= FEW and (them := THEM.search(request)):
        return f"{request[: them.start()]}{_row(before.listed)}{request[them.end() :]}"
    if not before.notebook:
        return request
    named = ITS.sub(lambda found: f"the {found[1]} of {before.notebook}", request, count=1)
    if named == request:
        named = IT.sub(lambda _: before.notebook, request, count=1)
    return named if asks or looked_for(LEAD.sub("", named, count=1), names, ANY_DAY) is not None else request


def _row(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


__all__ = ["Before", "stands_alone"]
