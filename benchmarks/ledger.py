"""What clients were told, kept so that it can be compared with what the workspace holds in the end: nothing lost, nothing twice."""

import asyncio
import itertools
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from sqlalchemy import select

from benchmarks.serving import Away, Broken, Client, Refused
from workspace.access import audit, keys
from workspace.access.schema import AuditEntry
from workspace.domain import Role, Workspace, local_caller
from workspace.integrations import book
from workspace.runs.schema import TERMINAL, Run
from workspace.runs.snapshots import SUFFIX
from workspace.store.schema import Block, Notebook, Project
from workspace.tools.registry import TOOLS

OVER_SECONDS = 180.0
"""How long the last runs may take to end."""
BEATS = 4
TRAIL = "CREATE TABLE beats (number TEXT, process TEXT, what TEXT, at REAL)"
CELL = """import os, sqlite3, time, uuid
trail, process = sqlite3.connect({file!r}, timeout=30), uuid.uuid4().hex
def tell(what):
    with trail:
        trail.execute("INSERT INTO beats VALUES (?, ?, ?, ?)", (number, process, what, time.time()))
tell("start")
for beat in range({beats}):
    time.sleep(0.05)
    tell("beat")
tell("end")
"""
"""Tells outside of the workspace that the run is carried out, and in which kernel."""


class Asked(NamedTuple):
    """A run that was acknowledged: what it tells its trail, and between which moments it was queued."""

    number: str
    sent: float
    answered: float


@dataclass
class Ledger:
    """All clients write here: what was acknowledged, and what nobody knows because the connection broke."""

    made: dict[str, str] = field(default_factory=dict)
    """Block id by marker, as the server answered."""
    contents: dict[str, list[str]] = field(default_factory=dict)
    """What a block may say in the end: the last acknowledged content, and what came in doubt after it."""
    orders: dict[str, list[str] | None] = field(default_factory=dict)
    """The blocks of a client's own notebook, in order; None while a call about it is in doubt."""
    named: dict[str, str] = field(default_factory=dict)
    """Name by id, of projects and notebooks made."""
    runs: dict[str, "Asked"] = field(default_factory=dict)
    """By run id."""
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where one client works: a notebook and a project of its own, and a notebook that all share."""

    key: str
    project: str
    notebook: str
    runner: str
    """A notebook with something to run; several clients may share it."""


def trail_file(data: Path) -> Path:
    return data.parent / "trail" / "trail.db"


async def furnish(workspace: Workspace, clients: int, runners: int) -> tuple[list[Place], str]:
    """A place for each client, and the notebook that all share. Runs tell a trail beside the data folder."""
    file = trail_file(workspace.services.data)
    file.parent.mkdir()
    with sqlite3.connect(file) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute(TRAIL)
    made.close()
    trail = book.add(workspace, "Trail", "sqlite", {"path": str(file)}, read_only=False)
    shared = await _project(workspace, "Shared")
    running = [await _project(workspace, f"Runs {number}") for number in range(runners)]
    for _, notebook in running:
        await _block(workspace, notebook, "input-text", "", metadata={"deepnote_variable_name": "number"})
        await _block(workspace, notebook, "sql", "SELECT 1", integrationId=trail)
        await _block(workspace, notebook, "code", CELL.format(file=str(file), beats=BEATS))
    places = []
    for number in range(clients):
        project, notebook = await _project(workspace, f"Client {number}")
        key = keys.create(workspace.services, Role.editor, f"client {number}").clear
        places.append(Place(key, project, notebook, running[number % runners][1] if runners else ""))
    return places, shared[1]


async def _project(workspace: Workspace, name: str) -> tuple[str, str]:
    made = await _called(workspace, "create_project", {"name": name})
    return made.project.id, made.project.notebooks[0].id


async def _block(workspace: Workspace, notebook: str, kind: str, content: str, **more: Any) -> None:
    block = {"notebookId": notebook, "type": kind, "content": content, **more}
    await _called(workspace, "create_block", block)


async def _called(workspace: Workspace, tool: str, arguments: dict[str, Any]) -> Any:
    return await TOOLS[tool].run(workspace, local_caller(), TOOLS[tool].parsed(arguments))


class Visitor:
    """One client at work: reads and writes in a random order, one call after the other."""

    def __init__(
        self, name: str, place: Place, shared: str, port: int, ledger: Ledger, run_share: float
    ) -> None:
        self._client = Client(port, place.key)
        self._name, self._place, self._shared, self._ledger = name, place, shared, ledger
        self._random = random.Random(name)
        self._count = itertools.count()
        self._mine: list[str] = []
        self._last_run: str | None = None
        ledger.orders[place.notebook] = []
        self._acts = {
            self._read: 48,
            self._make: 20,
            self._change: 16,
            self._move: 8,
            self._make_notebook: 4,
            self._make_project: 2,
            self._run: 100 * run_share,
        }

    async def work(self, until: asyncio.Event) -> None:
        acts, weights = list(self._acts), list(self._acts.values())
        while not until.is_set():
            try:
                await self._random.choices(acts, weights)[0]()
            except Broken:
                self._ledger.calls["in doubt"] += 1
            except Refused as refused:
                self._ledger.faults.append(str(refused)[:400])
        self._client.close()

    async def _timed(self, kind: str, tool: str, **arguments: Any) -> dict[str, Any]:
        while True:
            began = time.perf_counter()
            try:
                answer = await self._client.call(tool, **arguments)
                break
            except Away:
                await asyncio.sleep(0.05)
        self._ledger.milliseconds.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
        self._ledger.calls[kind] += 1
        return answer

    async def _read(self) -> None:
        tools: list[tuple[str, dict[str, Any]]] = [
            ("get_notebook", {"notebookId": self._place.notebook}),
            ("list_projects", {"pageSize": 20}),
            ("search", {"q": f"{self._name} marker"}),
            ("list_integrations", {}),
            ("get_me", {}),
            ("list_notebook_runs", {"notebookId": self._place.notebook}),
        ]
        if self._last_run is not None:
            tools.append(("get_run", {"runId": self._last_run}))
        tool, arguments = self._random.choice(tools)
        await self._timed("read", tool, **arguments)

    def _marker(self) -> str:
        return f"{self._name} marker {next(self._count)}"

    async def _make(self) -> None:
        """A block, in the shared notebook or the client's own."""
        ledger, marker = self._ledger, self._marker()
        own = self._random.random() < 0.7
        notebook = self._place.notebook if own else self._shared
        order = ledger.orders[notebook] if own else None
        if own:
            ledger.orders[notebook] = None
        made = await self._timed(
            "write", "create_block", notebookId=notebook, type="markdown", content=marker
        )
        block = made["block"]["id"]
        ledger.made[marker], ledger.contents[block] = block, [marker]
        self._mine.append(block)
        if own:
            ledger.orders[notebook] = None if order is None else [*order, block]

    async def _change(self) -> None:
        if not self._mine:
            return await self._make()
        block, marker = self._random.choice(self._mine), self._marker()
        self._ledger.contents[block].append(marker)
        await self._timed("write", "update_block", blockId=block, content=marker)
        self._ledger.contents[block] = [marker]

    async def _move(self) -> None:
        order = self._ledger.orders[self._place.notebook]
        if order is None:  # a call about it was in doubt: what stands there now is what came of it
            there = await self._timed("read", "get_notebook", notebookId=self._place.notebook)
            order = [block["id"] for block in there["notebook"]["blocks"]]
            self._ledger.orders[self._place.notebook] = order
        if not order:
            return await self._make()
        moved = self._random.choice(order)
        self._ledger.orders[self._place.notebook] = None
        answer = await self._timed(
            "write",
            "reorder_notebook_blocks",
            notebookId=self._place.notebook,
            blockIds=[moved],
            placement={"type": "start"},
        )
        expected = [moved, *(one for one in order if one != moved)]
        if answer["blockIds"] != expected:
            self._ledger.faults.append(
                f"reorder answered another order than the one that stood there: {self._name}"
            )
        self._ledger.orders[self._place.notebook] = expected

    async def _make_notebook(self) -> None:
        await self._made("create_notebook", "notebook", projectId=self._place.project)

    async def _make_project(self) -> None:
        await self._made("create_project", "project")

    async def _made(self, tool: str, what: str, **arguments: Any) -> None:
        name = self._marker()
        answer = await self._timed("write", tool, name=name, **arguments)
        self._ledger.named[answer[what]["id"]] = name

    async def _run(self) -> None:
        number = self._marker()
        sent = time.perf_counter()
        answer = await self._timed(
            "write", "create_run", notebookId=self._place.runner, inputs={"number": number}
        )
        self._last_run = answer["runId"]
        self._ledger.runs[answer["runId"]] = Asked(number, sent, time.perf_counter())


def unfinished(workspace: Workspace) -> int:
    with workspace.reading() as connection:
        return len(connection.scalars(select(Run.id).where(Run.status.not_in(TERMINAL))).all())


async def all_over(workspace: Workspace, ledger: Ledger) -> float:
    """Seconds until the last run has ended; a fault if runs do not end."""
    began = time.perf_counter()
    while left := unfinished(workspace):
        if time.perf_counter() - began > OVER_SECONDS:
            ledger.faults.append(f"{left} runs have not ended after {OVER_SECONDS:.0f} s")
            break
        await asyncio.sleep(0.1)
    return time.perf_counter() - began


def compare(workspace: Workspace, ledger: Ledger) -> Counter[str]:
    """Adds to the ledger's faults whatever the workspace holds otherwise than was acknowledged; how much was compared."""
    checked: Counter[str] = Counter()
    with workspace.reading() as connection:
        blocks = {row.id: row for row in connection.execute(select(Block.id, Block.content))}
        keyed = select(Block.notebook_id, Block.id).order_by(Block.notebook_id, Block.sorting_key, Block.id)
        placed = [(row.notebook_id, row.id) for row in connection.execute(keyed)]
        names = {row.id: row.name for row in connection.execute(select(Notebook.id, Notebook.name))}
        names |= {row.id: row.name for row in connection.execute(select(Project.id, Project.name))}
        runs = {row.id: row for row in connection.execute(select(Run.__table__).order_by(Run.seq))}
        acts = connection.execute(
            select(AuditEntry.action).where(AuditEntry.outcome == "ok", AuditEntry.actor.like("client %"))
        )
        audited = Counter(acts.scalars())
    fault = ledger.faults.append
    checked["blocks"] = len(ledger.contents)
    for block, allowed in ledger.contents.items():
        if block not in blocks:
            fault(f"lost: the acknowledged block {block} ({allowed[0]})")
        elif blocks[block].content not in allowed:
            fault(f"lost: block {block} says {blocks[block].content!r}, acknowledged was {allowed!r}")
    _twice(fault, "block", [row.content for row in blocks.values() if " marker " in row.content])
    _twice(fault, "notebook or project", [name for name in names.values() if " marker " in name])
    for one, name in ledger.named.items():
        checked["projects and notebooks"] += 1
        if names.get(one) != name:
            fault(f"lost: {name!r} was acknowledged as {one}, which is {names.get(one)!r}")
    orders: dict[str, list[str]] = {}
    for notebook, block in placed:
        orders.setdefault(notebook, []).append(block)
    for notebook, order in ledger.orders.items():
        if order is not None:
            checked["orders of blocks"] += 1
            if orders.get(notebook, []) != order:
                fault(f"the order of notebook {notebook} is not the acknowledged one")
    _compare_runs(workspace, ledger, runs, checked)
    _compare_audit(workspace, ledger, audited, checked)
    return checked


def _twice(fault: Any, what: str, markers: Iterable[str]) -> None:
    for marker, often in Counter(markers).items():
        if often > 1:
            fault(f"doubled: {often} times the {what} {marker!r}")


def _compare_audit(
    workspace: Workspace, ledger: Ledger, audited: Counter[str], checked: Counter[str]
) -> None:
    wanted = {
        "create_block": len(ledger.made),
        "create_run": len(ledger.runs),
    }
    for tool, least in wanted.items():
        if audited[tool] < least:
            ledger.faults.append(f"the audit holds {audited[tool]} {tool}, acknowledged were {least}")
    verdict = audit.verify(workspace.services.engine)
    checked["audit entries"] = verdict.entries
    if verdict.broken_at is not None:
        ledger.faults.append(f"the audit's chain is broken at entry {verdict.broken_at}")


def _compare_runs(workspace: Workspace, ledger: Ledger, runs: dict[str, Any], checked: Counter[str]) -> None:
    fault = ledger.faults.append
    with sqlite3.connect(trail_file(workspace.services.data)) as trail:
        beats = trail.execute("SELECT number, process, what, at FROM beats ORDER BY at, rowid").fetchall()
    trail.close()
    seen: dict[str, list[tuple[str, str, float]]] = {}
    for number, process, what, at in beats:
        seen.setdefault(number, []).append((process, what, at))
    for run_id, asked in ledger.runs.items():
        checked["runs"] += 1
        run, told = runs.get(run_id), seen.get(asked.number, [])
        if run is None:
            fault(f"lost: the acknowledged run {run_id}")
            continue
        kernels = list(dict.fromkeys(process for process, _what, _at in told))
        if len(kernels) > run.attempt:
            fault(f"run {run_id} was carried out in {len(kernels)} kernels, attempts: {run.attempt}")
        if run.status == "success" and [what for _process, what, _at in told[-1:]] != ["end"]:
            fault(f"run {run_id} is a success, but its kernel never came to its end")
        if run.status not in ("success", "internal_error"):
            fault(f"run {run_id} ended as {run.status}: {run.error}")
        checked[f"runs: {run.status}"] += 1
    _compare_snapshots(workspace, runs, checked, fault)
    _compare_lines(ledger, runs, seen, checked)


def _compare_snapshots(workspace: Workspace, runs: dict[str, Any], checked: Counter[str], fault: Any) -> None:
    folder = workspace.services.data / "snapshots"
    for run in runs.values():
        if (folder / (run.snapshot or "none")).is_file():
            continue
        if run.status == "success":
            fault(f"run {run.id} succeeded and has no snapshot")
        checked["runs without a snapshot"] += 1
    for file in folder.iterdir() if folder.is_dir() else ():
        if not file.name.endswith(SUFFIX):
            fault(f"left over among the snapshots: {file.name}")
            continue
        checked["snapshots"] += 1
        try:
            whole = "execution" in yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            whole = False
        if not whole:
            fault(f"half a snapshot: {file.name}")


def _compare_lines(
    ledger: Ledger,
    runs: dict[str, Any],
    seen: dict[str, list[tuple[str, str, float]]],
    checked: Counter[str],
) -> None:
    """Runs of one notebook: in the order in which they were asked for, and never two at a time."""
    fault = ledger.faults.append
    lines: dict[str, list[Any]] = {}
    for run in runs.values():  # in the order of the queue
        lines.setdefault(run.notebook_id, []).append(run)
    for line in lines.values():
        latest_sent = ended = 0.0
        for run in line:
            asked = ledger.runs.get(run.id)
            if asked is not None:
                checked["runs in line"] += 1
                if asked.answered < latest_sent:
                    fault(f"run {run.id} was acknowledged before another was asked for, and stands behind it")
                latest_sent = max(latest_sent, asked.sent)
            told = seen.get(run.inputs["number"], [])
            if told and told[0][2] < ended:
                fault(f"run {run.id} began before the one before it in its notebook had ended")
            ended = max([ended, *(at for _process, _what, at in told)])
