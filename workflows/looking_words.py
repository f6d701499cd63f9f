"""What every answer about the workspace shares: its links, its long lists, and what it begins with."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from agents.results import Integration, Project
from workflows.auditing_words import listed, plain
from workflows.outcome import Claim, Source

NAME = "ask"
MOST = 25
"""Lines of a list that are said; the table of the answer holds them all."""


class Workspace(NamedTuple):
    """What the key can see."""

    projects: Sequence[Project]
    integrations: Sequence[Integration]

    def within(self, names: Sequence[str]) -> list[Project]:
        return [project for project in self.projects if not names or project.name in names]


def linked(name: str, url: str | None) -> str:
    return f"[{plain(name)}]({url})" if url else f"**{plain(name)}**"


def shown(lines: Sequence[str], facts: list[Claim], source: Source) -> str:
    return listed(lines, facts, source, MOST)


def when(moment: datetime | None) -> str:
    """A time as it is said; empty where there is none."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""


def projects_table(projects: Sequence[Project]) -> dict[str, Any]:
    rows = [
        [notebook.name, project.name, when(notebook.last_run_at)]
        for project in projects
        for notebook in project.notebooks
    ]
    return {
        "title": "Notebooks",
        "columns": ["notebook", "project", "last run"],
        "rows": rows,
        "source": "list_projects",
    }


__all__ = ["MOST", "NAME", "Workspace", "linked", "projects_table", "shown", "when"]
