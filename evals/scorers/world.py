"""Scorers of what the workspace looks like afterwards."""

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
