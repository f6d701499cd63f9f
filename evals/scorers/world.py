"""Scorers of what the workspace looks like afterwards."""

import re
from dataclasses import dataclass, field
from typing import Any

from evals.scorers.paths import agrees
from evals.scores import Score, Seen, failed, not_applicable, passed


@dataclass(frozen=True)
class EndStateIs:
    """The workspace's canonical hash is the recorded one. On a difference, names the first change that differs."""

    name: str = "end_state"

    def score(self, seen: Seen) -> Score:
        """Only where there is a workspace: world and live mode."""
        recorded = seen.session.end_state
        if seen.end_state is None or recorded is None:
            return not_applicable(self.name, "There is no workspace to look at in this mode.")
        if seen.end_state.digest == recorded.digest:
            return passed(self.name, f"{recorded.digest}, {len(recorded.changes)} changes.")
        for index in range(max(len(recorded.changes), len(seen.end_state.changes))):
            one = recorded.changes[index] if index < len(recorded.changes) else "(nothing)"
            other = seen.end_state.changes[index] if index < len(seen.end_state.changes) else "(nothing)"
            if one != other:
                return failed(self.name, f"change {index + 1}: recorded {one!r}, got {other!r}.")
        return failed(
            self.name,
            f"{recorded.digest} was recorded, got {seen.end_state.digest}; the fixture itself differs.",
        )


@dataclass(frozen=True)
class SamePlaces:
    """The projects that were made and the notebooks that were changed or run are those of the recording, whatever was written into them."""

    name: str = "same_places"

    def score(self, seen: Seen) -> Score:
        """Only where there is a workspace: world and live mode."""
        recorded = seen.session.end_state
        if seen.end_state is None or recorded is None:
            return not_applicable(self.name, "There is no workspace to look at in this mode.")
        wanted, got = places(recorded.changes), places(seen.end_state.changes)
        for place in wanted:
            if place not in got:
                return failed(self.name, f"{place} should have changed and did not.")
        for place in got:
            if place not in wanted:
                return failed(self.name, f"{place} changed and should not have.")
        return passed(self.name, f"{', '.join(got) or 'Nothing'} changed, as recorded.")


_PLACE = re.compile(
    r"[+-] (?:project (?P<project>.+)|notebook (?P<notebook>.+)|run of (?P<run>.+): \w+|(?P<block>.+?) block \d+: .*)",
    re.DOTALL,
)


def places(changes: list[str]) -> list[str]:
    """What changed, without how: notebooks of a project that was made count as the project."""
    found: dict[str, None] = {}
    made: list[str] = []
    for line in changes:
        match = _PLACE.fullmatch(line)
        if match is None:
            continue
        if match["project"]:
            made.append(match["project"])
            found[f"project {match['project']}"] = None
            continue
        place = match["notebook"] or match["run"] or match["block"]
        inside = next((project for project in made if place.startswith(f"{project} / ")), None)
        where = f"project {inside}" if inside else f"notebook {place}"
        found[f"run of {where}" if match["run"] else where] = None
    return list(found)


@dataclass(frozen=True)
class WorldHas:
    """Assertions on the workspace's state by dotted path; a condition such as `{matches: REGEX}` may stand for a value."""

    fields: dict[str, Any] = field(default_factory=dict)
    name: str = "world_has"

    def score(self, seen: Seen) -> Score:
        """Names the first path that differs."""
        if seen.world is None:
            return not_applicable(self.name, "There is no workspace to look at in this mode.")
        for path, expected in self.fields.items():
            value: Any = seen.world
            for part in path.split("/"):
                try:
                    value = value[int(part)] if isinstance(value, list) else value[part]
                except (KeyError, IndexError, ValueError, TypeError):
                    return failed(self.name, f"{path} does not exist in the workspace.")
            if not agrees(expected, value, subset=True):
                return failed(self.name, f"{path} is {str(value)[:120]!r}, expected {expected!r}.")
        return passed(self.name, f"{len(self.fields)} assertions hold.")
