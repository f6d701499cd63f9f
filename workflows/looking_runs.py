"""How and when notebooks last ran, over many of them; what one run came to is told by `run_and_inspect`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from agents.errors import ToolFailed
from agents.results import NotebookRow, Project, Run, RunError
from agents.rules.looking_said import Look
from agents.toolbox import Toolbox
from workflows.auditing_words import counted
from workflows.causes import likely_cause
from workflows.looking_words import NAME, linked, shown, when
from workflows.outcome import Claim, Outcome, Source, Status

AT_ONCE = 8
READ = 200
"""Runs that are read; of more, only when they were is told."""
FAILED = frozenset({"error", "internal_error"})
GOING = frozenset({"pending", "running"})


class Last(NamedTuple):
    """A notebook and its last run."""

    notebook: NotebookRow
    project: str
    run: Run | None

    @property
    def at(self) -> datetime | None:
        if self.run is not None:
            return self.run.completed_at or self.run.started_at or self.run.created_at
        return self.notebook.last_run_at

    @property
    def status(self) -> str:
        return self.run.status if self.run is not None else "ran" if self.at else "never run"

    @property
    def source(self) -> Source:
        tool = "get_run" if self.run is not None else "list_projects"
        run_id = self.run.run_id if self.run is not None else None
        return Source(tool=tool, notebook_id=self.notebook.id, run_id=run_id, label=self.notebook.name)

    def line(self) -> str:
        told = f"{self.status}, {when(self.at)}" if self.at else self.status
        return f"{linked(self.notebook.name, self.notebook.url)} (project {self.project}): {told}"

    def claim(self, why: str) -> Claim:
        text = f"last run of {self.notebook.name}: {self.status} {when(self.at)}{why}".strip()
        return Claim(text=text, value=self.status, source=self.source)


async def last_runs(look: Look, projects: Sequence[Project], tools: Toolbox) -> Outcome:
    """The last run of every notebook, those first that were asked for."""
    every = [(notebook, project.name) for project in projects for notebook in project.notebooks]
    if look.runs == "scheduled":
        return _scheduled([Last(*each, None) for each in every])
    found, not_checked = await _read(every, tools)
    chosen = [each for each in found if _fits(each, look)]
    chosen.sort(key=lambda each: each.at or datetime.min.replace(tzinfo=UTC), reverse=look.runs != "stale")
    turn = asyncio.Semaphore(AT_ONCE)
    whys = await asyncio.gather(*(_why(each, tools, turn) for each in chosen))
    facts = [each.claim(why) for each, why in zip(chosen, whys, strict=True)]
    whole = Source(tool="list_projects")
    facts += [Claim(text="notebooks looked at", value=len(found), source=whole)]
    facts += [Claim(text=_head(look), value=len(chosen), source=whole)]
    lines = [f"- {each.line()}{why}" for each, why in zip(chosen, whys, strict=True)]
    if look.runs == "never":
        lines = [line.removesuffix(": never run") for line in lines]
    answer = f"{_said(look, chosen, len(found))}" + (f"\n\n{shown(lines, facts, whole)}" if lines else "")
    rows = [[each.notebook.name, each.project, each.status, when(each.at)] for each in chosen]
    table = {"title": "Last runs", "columns": ["notebook", "project", "status", "when"], "rows": rows, "source": "get_run"}  # fmt: skip
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=answer,
        claims=facts,
        tables=[table] if rows else [],
        not_checked=not_checked,
        next=[f"Tell me what changed in the last run of {chosen[0].notebook.name}, without running it again."] if chosen and chosen[0].run else [],
    )  # fmt: skip


async def _read(every: Sequence[tuple[NotebookRow, str]], tools: Toolbox) -> tuple[list[Last], list[str]]:
    """The last runs, of very many notebooks only the newest; and what was left out."""
    turn = asyncio.Semaphore(AT_ONCE)
    not_checked = ["Runs before the last one of each notebook, and notebooks that this key cannot see."]
    ran = sorted((each for each in every if each[0].last_run_at), key=lambda each: _at(each[0]), reverse=True)
    newest = {row.id for row, _ in ran[:READ]}
    if len(ran) > READ:
        not_checked.append(f"How the runs before the newest {READ} ended.")

    async def one(notebook: NotebookRow, project: str) -> Last:
        if notebook.id not in newest:
            return Last(notebook, project, None)
        async with turn:
            try:
                return Last(notebook, project, await _last_of(notebook, tools))
            except ToolFailed as failure:
                not_checked.append(f"The last run of {notebook.name} could not be read: {failure.words}")
                return Last(notebook, project, None)

    return list(await asyncio.gather(*(one(*each) for each in every))), not_checked


def _at(notebook: NotebookRow) -> datetime:
    return notebook.last_run_at or datetime.min.replace(tzinfo=UTC)


async def _last_of(notebook: NotebookRow, tools: Toolbox) -> Run | None:
    """The newest run; by the list of runs where the notebook's row does not name it."""
    if notebook.last_run_id:
        return await tools.get_run(notebook.last_run_id)
    async for row in tools.list_notebook_runs(notebook.id):
        return await tools.get_run(row.run_id)
    return None


def _fits(each: Last, look: Look) -> bool:
    if look.runs == "never":
        return each.at is None
    if look.runs == "going":
        return each.status in GOING
    if look.runs == "stale":
        return look.since is None or each.at is None or each.at.date() < look.since
    if each.at is None or (look.runs == "failed" and each.status not in FAILED):
        return False
    day = each.at.date()
    return (look.since is None or day >= look.since) and (look.until is None or day <= look.until)


def _head(look: Look) -> str:
    heads = {
        "failed": "failed in their last run",
        "never": "never ran",
        "going": "run or wait now",
        "stale": "did not run",
        "": "ran",
        "scheduled": "are scheduled",
    }
    return f"notebooks that {heads[look.runs]}{_window(look)}"


def _window(look: Look) -> str:
    if look.since and look.until:
        return f" on {look.since}" if look.since == look.until else f" from {look.since} to {look.until}"
    return f" since {look.since}" if look.since else f" until {look.until}" if look.until else ""


def _said(look: Look, chosen: Sequence[Last], looked: int) -> str:
    window = _window(look)
    if not chosen:
        none = {
            "failed": "failed in its last run",
            "never": "has never run",
            "going": "is running or waits to run",
            "stale": "was left without a run",
        }.get(look.runs, "ran")
        return f"None of {counted(looked, 'notebook')} {none}{window}."
    of = f"{len(chosen)} of {counted(looked, 'notebook')}"
    if look.runs == "failed":
        return f"{of} failed in {'its' if len(chosen) == 1 else 'their'} last run{window}:"
    if look.runs == "never":
        return f"{of} {'has' if len(chosen) == 1 else 'have'} never run:"
    if look.runs == "going":
        return f"{of} {'is' if len(chosen) == 1 else 'are'} running or waiting to run:"
    if look.runs == "stale":
        return f"{of} did not run{window}:" if look.since else "The longest ago first:"
    if window:
        return f"{of} ran{window}, the newest first:"
    first = chosen[0]
    return f"The newest run is that of **{first.notebook.name}**: {first.status}, {when(first.at)}. The last run of each notebook that ran:"


async def _why(each: Last, tools: Toolbox, turn: asyncio.Semaphore) -> str:
    """What a failed run said, and what usually lies behind it."""
    if each.run is None or each.status not in FAILED or not each.run.error:
        return ""
    error = each.run.error if isinstance(each.run.error, RunError) else RunError(message=each.run.error)
    async with turn:
        try:
            blocks = (await tools.get_notebook(each.notebook.id)).blocks
        except ToolFailed:
            blocks = []
    cause = likely_cause(error.message, error.block_id, blocks)
    place = next((f" in block {number}" for number, block in enumerate(blocks, 1) if block.id == error.block_id), "")  # fmt: skip
    first = (error.message.strip().splitlines() or [""])[0].replace("`", "'")
    return f"{place and f',{place}'}: `{first}`" + (f" (likely: {cause.rstrip('.')})" if cause else "")


def _scheduled(every: Sequence[Last]) -> Outcome:
    found = [each for each in every if each.notebook.is_scheduled]
    source = Source(tool="list_projects")
    head = f"{len(found)} of {counted(len(every), 'notebook')} {'is' if len(found) == 1 else 'are'} scheduled" if found else f"None of {counted(len(every), 'notebook')} is scheduled"  # fmt: skip
    facts = [
        Claim(text="scheduled notebooks", value=len(found), source=source),
        Claim(text="notebooks looked at", value=len(every), source=source),
    ]
    lines = [f"- {linked(each.notebook.name, each.notebook.url)} (project {each.project})" for each in found]
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=head + (f":\n\n{shown(lines, facts, source)}" if lines else "."),
        claims=facts,
        not_checked=["When they run: no tool tells it; `python -m workspace schedule list` does."],
        next=["How do I schedule a notebook?"],
    )


__all__ = ["last_runs"]
