"""Runs many sessions in parallel processes: warm imports, retries of infrastructure errors, results as they come."""

import asyncio
import gc
import importlib
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from evals.apps import OURS, load_app
from evals.errors import Infrastructure, Usage
from evals.scores import Result, State
from evals.session import SESSION

OURS_NEED = (
    "evals.ours",
    "agents.session",
    "agents.deciders",
    "workflows.runner",
    "langchain_mcp_adapters.client",
)
PROTOCOLS_NEED = {"openai": "langchain_openai", "anthropic": "langchain_anthropic"}
AHEAD = 4
"""Tasks handed to the pool beyond its workers, so that a suite of any length takes little memory."""
HEAD = 40
"""Lines of a session file among which its app and its protocol stand."""


@dataclass(frozen=True)
class Task:
    """One session in one mode, once."""

    folder: Path
    root: Path
    mode: str
    trial: int = 1
    attempt: int = 1
    model: str | None = None
    """Another model than the recorded one; only live."""
    question: str | None = None
    """Only this question of it."""
    case: Path | None = None
    """Only this kept node of it."""
    way: str = "graph"
    """`graph`, or `agent`: the same request by the baseline agent; only live."""
    judged: bool = False
    """Whether a model will judge the answer, so that what it needs is kept."""

    @property
    def key(self) -> str:
        """What tells tasks of one run apart."""
        part = self.question or (self.case.stem if self.case else "")
        place = f"{self.folder.parent.name}/{self.folder.name}"
        return "|".join((place, self.mode, self.model or "", self.way, str(self.trial), part))


def perform(task: Task) -> Result:
    """Run one task in this process. Never raises for what a session did; Usage for what its files are."""
    from evals.replay import replay_task

    result = replay_task(task)
    return result.model_copy(update={"trial": task.trial, "attempt": task.attempt})


def run_tasks(tasks: list[Task], *, workers: int, retries: int = 2) -> Iterator[tuple[Task, Result]]:
    """Results in the order in which they come. One worker runs in this process.

    Raises Usage at the end, when everything else was run, with a line for each session whose files are wrong.
    """
    warm_up(tasks)
    wrong: list[str] = []
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            try:
                result = _with_retries(task, retries)
            except Usage as mistake:
                wrong.append(str(mistake))
                continue
            yield task, result
    else:
        yield from _in_pool(tasks, workers, retries, wrong)
    if wrong:
        raise Usage("\n".join(dict.fromkeys(wrong)))


def _with_retries(task: Task, retries: int) -> Result:
    result = perform(task)
    while result.state is State.INFRASTRUCTURE and task.attempt <= retries:
        task = replace(task, attempt=task.attempt + 1)
        result = perform(task)
    return result


def _in_pool(
    tasks: list[Task], workers: int, retries: int, wrong: list[str]
) -> Iterator[tuple[Task, Result]]:
    method = "fork" if sys.platform.startswith("linux") else "spawn"
    if method == "fork":
        gc.collect()
        gc.freeze()
    queue = iter(tasks)
    pending: dict[Future[Result], Task] = {}
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context(method),
        initializer=_start,
        initargs=(list(sys.path),),
    ) as pool:
        try:
            for task in queue:
                pending[pool.submit(perform, task)] = task
                while len(pending) >= workers + AHEAD:
                    yield from _collect(pool, pending, retries, wrong)
            while pending:
                yield from _collect(pool, pending, retries, wrong)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _collect(
    pool: ProcessPoolExecutor, pending: dict[Future[Result], Task], retries: int, wrong: list[str]
) -> Iterator[tuple[Task, Result]]:
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        task = pending.pop(future)
        try:
            result = future.result()
        except BrokenProcessPool:
            raise Infrastructure(f"A worker process died while it replayed {task.folder.name}.") from None
        except Usage as mistake:
            wrong.append(str(mistake))
            continue
        if result.state is State.INFRASTRUCTURE and task.attempt <= retries:
            again = replace(task, attempt=task.attempt + 1)
            pending[pool.submit(perform, again)] = again
        else:
            yield task, result


class _Head(NamedTuple):
    """What the first lines of a session file say."""

    app: str
    protocol: str


def warm_up(tasks: list[Task]) -> None:
    """Import what the sessions will need, once, before workers are forked: our workflows for ours, other apps for theirs."""
    heads = {task.folder: _head(task.folder) for task in tasks}
    names = ["vcr.patch", "evals.replay"]
    ours = [head for head in heads.values() if head.app == OURS]
    if ours:
        names += OURS_NEED
        spoken = "".join(head.protocol for head in ours)
        names += [name for protocol, name in PROTOCOLS_NEED.items() if protocol in spoken]
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as lacking:
            raise Usage(
                f"{name} cannot be imported: {lacking}. Install the project into its environment: make test."
            ) from lacking
    for app in {head.app for head in heads.values()} - {"", OURS}:
        with suppress(Usage):  # said with its file and line where the session is replayed
            load_app(app)
    if any(task.mode == "world" and heads[task.folder].app == OURS for task in tasks):
        from evals.world import prepare

        asyncio.run(prepare())


def _head(folder: Path) -> _Head:
    found = dict.fromkeys(_Head._fields, "")
    with suppress(OSError, UnicodeDecodeError), (folder / SESSION).open(encoding="utf-8") as file:
        for line in islice(file, HEAD):
            name, _, value = line.strip().partition(": ")
            if name in found:
                found[name] = found[name] or value
    return _Head(**found)


def _start(path: list[str]) -> None:
    sys.path[:] = path


def worker_count(asked: int | None) -> int:
    """As asked, or one for each processor this process may use."""
    if asked is not None:
        return max(1, asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
