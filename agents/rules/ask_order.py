"""The order in which a request wants its parts done: `before you run X, …`, `… after running X`, `X, but first …`."""

import re
from collections.abc import Sequence

from agents.rules.wording import names_in

DOING = {
    "running": "run", "rerunning": "rerun", "re-running": "rerun", "executing": "execute", "refreshing": "refresh",
    "auditing": "audit", "checking": "check", "listing": "list", "finding": "find", "building": "build", "creating": "create",
    "making": "make", "moving": "move", "adding": "add", "putting": "put", "replacing": "replace", "renaming": "rename",
    "tidying": "tidy", "cleaning": "clean", "writing": "write", "swapping": "swap", "analysing": "analyse", "analyzing": "analyze",
}  # fmt: skip
"""Verbs of a step behind `before` and `after`, by what the step says in its own place."""
VERB = rf"(?:(?:you|we|i)(?:['’]ve|\s+have)?\s+(?P<own>{'|'.join(dict.fromkeys(DOING.values()))})|(?P<doing>{'|'.join(DOING)}))\b"
LEADING = re.compile(
    rf"^\W*(?P<civil>please\s+)?(?P<when>before|prior\s+to|after|once)\s+{VERB}(?P<what>[^,]*),\s*(?:then\s+|and\s+then\s+)?(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
TRAILING = re.compile(
    rf"^(?P<rest>.+?)[,;]?\s+(?P<when>before|prior\s+to|after)\s+{VERB}(?P<what>.*)$",
    re.IGNORECASE | re.DOTALL,
)
FIRST = re.compile(
    r"^(?P<what>.+?)[,;.]?\s+(?:but|and)\s+(?:before\s+(?:that|you\s+do)|first|beforehand)\b,?\s+(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)


def in_order(request: str, notebooks: Sequence[str]) -> str:
    """The request with its parts in the order of their doing, joined by `then`; as it is where it gives none."""
    match = LEADING.match(request) or TRAILING.match(request)
    if match is not None:
        verb = match["own"] or DOING[match["doing"].lower()]
        step = f"{verb}{match['what'].rstrip(' .!?')}"
        rest = match["rest"].rstrip(" .!?")
        if match["when"].lower() in ("after", "once"):
            return f"{step}, then {rest}"
        return f"{_placed(rest, step, notebooks)}, then {step}"
    match = FIRST.match(request)
    if match is None:
        return request
    step = match["what"].rstrip(" .!?,")
    return f"{_placed(match['rest'].rstrip(' .!?'), step, notebooks)}, then {step}"


def _placed(part: str, later: str, notebooks: Sequence[str]) -> str:
    """A part that now stands first, with the notebook that only the other one names."""
    named = names_in(later, notebooks)
    if names_in(part, notebooks) or len(named) != 1:
        return part
    return f"In {notebooks[named[0].which]}, {part}"


__all__ = ["in_order"]
