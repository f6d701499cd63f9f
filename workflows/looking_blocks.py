"""What notebooks are made of, counted and compared: how many blocks each has, what its inputs are set to, and how two differ."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from agents.errors import ToolFailed
from agents.rules.looking_said import Look
from agents.toolbox import Toolbox
from workflows.auditing_words import counted, plain
from workflows.looking_inside import AT_ONCE, at, kind_of, lines_of
from workflows.looking_words import NAME, Workspace, linked, shown
from workflows.outcome import Claim, Outcome, Source, Status

READ = 200
"""Notebooks whose blocks are counted; of more, it is said how many were not."""


class _Size(NamedTuple):
    name: str
    url: str | None
    project: str
    blocks: int


async def sizes(look: Look, there: Workspace, tools: Toolbox) -> Outcome:
    """How many blocks, or blocks of a kind, notebooks have, or projects in all."""
    rows = [
        (row, project.name)
        for project in there.within(look.projects)
        for row in project.notebooks
        if not look.notebooks or row.name in look.notebooks
    ]
    not_checked = ["Notebooks that this key cannot see."]
    if len(rows) > READ:
        not_checked.append(f"{len(rows) - READ} notebooks were not opened.")
    turn = asyncio.Semaphore(AT_ONCE)
    kind = kind_of([look.words]) or look.words

    async def one(notebook_id: str, name: str, project: str) -> _Size | None:
        async with turn:
            try:
                notebook = await tools.get_notebook(notebook_id)
            except ToolFailed as failure:
                not_checked.append(f"{name} could not be read: {failure.words}")
                return None
        count = sum(_is(block.type, kind) for block in notebook.blocks)
        return _Size(name, notebook.url, project, count)

    read = await asyncio.gather(*(one(row.id, row.name, project) for row, project in rows[:READ]))
    found = [each for each in read if each is not None]
    what = (
        f"{look.words.removesuffix('s')} block"
        if look.words in ("sql", "code", "text", "markdown")
        else look.words.removesuffix("s") or "block"
    )
    return _counted(look, found, what, not_checked)


def _is(kind: str, wanted: str) -> bool:
    if wanted in ("text", "markdown"):
        return kind == "markdown" or kind.startswith("text-cell")
    return not wanted or kind.startswith(wanted)


def _counted(look: Look, found: Sequence[_Size], what: str, not_checked: list[str]) -> Outcome:
    by_project = look.by == "project"
    total = sum(each.blocks for each in found)
    projects = list(dict.fromkeys(each.project for each in found))
    sums = {name: sum(each.blocks for each in found if each.project == name) for name in projects}
    source = Source(tool="get_notebook")
    if by_project:
        told = [(name, f"**{plain(name)}**", count, counted(sum(each.project == name for each in found), "notebook")) for name, count in sums.items()]  # fmt: skip
    else:
        told = [(each.name, linked(each.name, each.url), each.blocks, f"project {plain(each.project)}") for each in found]  # fmt: skip
    if look.order:
        told.sort(key=lambda one: one[2], reverse=look.order == "most")
    lines = [f"- {shown_as} ({beside}): {counted(count, what)}" for _, shown_as, count, beside in told]
    facts = [Claim(text=f"{what}s of {name}", value=count, source=source) for name, _, count, _ in told]
    facts.append(Claim(text=f"{what}s in all", value=total, source=source))
    facts += [
        Claim(text=f"notebooks of {name}", value=sum(each.project == name for each in found), source=source)
        for name in projects
    ]
    facts.append(Claim(text="notebooks looked at", value=len(found), source=source))
    facts.append(Claim(text="projects", value=len(projects), source=source))
    head = (
        f"{counted(total, what)} in {counted(len(found), 'notebook')} of {counted(len(projects), 'project')}:"
    )
    if look.order and told:
        most = "most" if look.order == "most" else "fewest"
        best = [shown_as for _, shown_as, count, _ in told if count == told[0][2]]
        head = f"{' and '.join(best)} {'has' if len(best) == 1 else 'have'} the {most} {what}s: {told[0][2]}. {head}"  # fmt: skip
    table: dict[str, Any] = {
        "title": f"{what.capitalize()}s", "columns": ["project" if by_project else "notebook", f"{what}s"],
        "rows": [[name, count] for name, _, count, _ in told], "source": "get_notebook",
    }  # fmt: skip
    return Outcome(
        workflow=NAME, status=Status.DONE, answer=f"{head}\n\n{shown(lines, facts, source)}", claims=facts,
        tables=[table], not_checked=not_checked,
    )  # fmt: skip


async def difference(look: Look, there: Workspace, tools: Toolbox) -> Outcome | None:
    """What two notebooks share, and what only one of them has."""
    rows = [
        (row, project.name)
        for name in look.notebooks
        for project in there.projects
        for row in project.notebooks
        if row.name == name
    ]
    if len(rows) != 2:
        return None
    kinds = {each.id: each.name for each in there.integrations}
    notebooks = [await tools.get_notebook(row.id) for row, _ in rows]
    held = [lines_of(notebook, kinds) for notebook in notebooks]
    parts, facts = [], []
    for (row, project), notebook, own, others in zip(rows, notebooks, held, reversed(held), strict=True):
        lines = [f"- {line}" for line in own if line not in others]
        facts += [Claim(text=line, source=at(notebook, place)) for place, line in enumerate(own)]
        head = f"{linked(row.name, notebook.url)} (project {plain(project)}, {counted(len(own), 'block')})"
        parts.append(f"{head}{', alone:' if lines else ' has nothing that the other has not.'}\n\n" + "\n".join(lines))  # fmt: skip
        facts.append(Claim(text=f"blocks of {row.name}", value=len(own), source=Source(tool="get_notebook", notebook_id=row.id)))  # fmt: skip
    both = [line for line in held[0] if line in held[1]]
    if both:
        parts.append("In both:\n\n" + "\n".join(f"- {line}" for line in both))
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer="\n\n".join(part.strip() for part in parts),
        claims=facts,
        not_checked=["What the blocks come to: nothing was run."],
    )


__all__ = ["difference", "sizes"]
