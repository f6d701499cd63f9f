"""The scorers by name, and how a session file asks for them."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from evals.errors import Usage
from evals.scorers.answers import (
    AnswerContains,
    AnswerLacks,
    AnswerMatches,
    Citations,
    Claims,
    OutcomeIs,
    Status,
)
from evals.scorers.guards import ApprovalFirst, Budget, WritesPlanned
from evals.scorers.paths import NodePath, ToolPath
from evals.scorers.world import EndStateIs, SamePlaces, WorldHas
from evals.scores import Scorer

SCORERS: dict[str, Any] = {
    "status": Status,
    "tool_path": ToolPath,
    "node_path": NodePath,
    "end_state": EndStateIs,
    "claims": Claims,
    "citations": Citations,
    "writes_planned": WritesPlanned,
    "approval_first": ApprovalFirst,
    "budget": Budget,
    "answer_contains": AnswerContains,
    "answer_lacks": AnswerLacks,
    "answer_matches": AnswerMatches,
    "outcome_is": OutcomeIs,
    "world_has": WorldHas,
    "same_places": SamePlaces,
}
USUAL = (
    "status",
    "tool_path",
    "node_path",
    "end_state",
    "claims",
    "citations",
    "writes_planned",
    "approval_first",
    "budget",
)
"""Applied to every session; a session's own entry of the same name replaces the usual one."""


def scorers_for(
    expect: list[str | dict[str, Any]],
    place: str = "expect",
    *,
    usual: Collection[str] = USUAL,
    allowed: Collection[str] = SCORERS,
) -> list[Scorer]:
    """The usual scorers and those a session asks for, as far as they are allowed. Raises Usage for an unknown name or option."""
    chosen: dict[str, Scorer] = {name: SCORERS[name]() for name in usual}
    for entry in expect:
        name, options = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
        if name not in SCORERS:
            raise Usage(f"{place}: there is no scorer {name!r}. There are: {', '.join(SCORERS)}.")
        if name in allowed:
            chosen[name] = _made(SCORERS[name], name, options, place)
    return list(chosen.values())


def _made(kind: Any, name: str, options: Any, place: str) -> Scorer:
    names = [option.name for option in fields(kind) if option.name != "name"]
    if not isinstance(options, dict) or (len(names) == 1 and not set(options) <= set(names)):
        options = {names[0]: options}
    unknown = set(options) - {name.rstrip("_") for name in names} - set(names)
    if unknown:
        raise Usage(f"{place}: {name} has no option {sorted(unknown)[0]!r}. It has: {', '.join(names)}.")
    made: Scorer = kind(
        **{option if option in names else option + "_": value for option, value in options.items()}
    )
    return made


__all__ = ["SCORERS", "USUAL", "scorers_for"]
