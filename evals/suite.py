"""Runs many sessions in parallel processes: warm imports, retries of infrastructure errors, results as they come."""

import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from evals.apps import OURS
from evals.errors import Infrastructure, Usage
from evals.scores import Result, State

WARM = ("langgraph.graph", "langgraph.checkpoint.memory", "vcr.patch", "httpx", "evals.replay", "evals.ours")
WARM_OURS = ("agents.session", "agents.deciders", "workflows.runner", "langchain_mcp_adapters.client")
AHEAD = 4
"""Tasks handed to the pool beyond its workers, so that a suite of any length takes little memory."""


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
    """Results in the order in which they come. One worker runs in this process."""
    warm_up(tasks)
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, _with_retries(task, retries)
        return
    yield from _in_pool(tasks, workers, retries)


def _with_retries(task: Task, retries: int) -> Result:
    result = perform(task)
    while result.state is State.INFRASTRUCTURE and task.attempt <= retries:
        task = Task(**{**task.__dict__, "attempt": task.attempt + 1})
        result = perform(task)
    return result


def _in_pool(tasks: list[Task], workers: int, retries: int) -> Iterator[tuple[Task, Result]]:
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
                    yield from _collect(pool, pending, retries)
            while pending:
                yield from _collect(pool, pending, retries)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _collect(
    pool: ProcessPoolExecutor, pending: dict[Future[Result], Task], retries: int
) -> Iterator[tuple[Task, Result]]:
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        task = pending.pop(future)
        try:
            result = future.result()
        except BrokenProcessPool:
            raise Infrastructure(f"A worker process died while it replayed {task.folder.name}.") from None
        if result.state is State.INFRASTRUCTURE and task.attempt <= retries:
            again = Task(**{**task.__dict__, "attempt": task.attempt + 1})
            pending[pool.submit(perform, again)] = again
        else:
            yield task, result


def warm_up(tasks: list[Task]) -> None:
    """Import what the sessions will need, once, before workers are forked."""
    import importlib

    for name in (*WARM, *WARM_OURS):
        try:
            importlib.import_module(name)
        except ImportError as lacking:
            raise Usage(
                f"{name} cannot be imported: {lacking}. Install the project into its environment: make test."
            ) from lacking
    if any(task.mode == "world" and f"app: {OURS}" in _head(task) for task in tasks):
        import asyncio

        from evals.world import prepare

        asyncio.run(prepare())
    said = {_model_kind(task) for task in tasks}
    for protocol, name in (("openai", "langchain_openai"), ("anthropic", "langchain_anthropic")):
        if any(protocol in kind for kind in said):
            importlib.import_module(name)


def _head(task: Task) -> str:
    return (task.folder / "session.yaml").read_text(encoding="utf-8")[:1500]


def _model_kind(task: Task) -> str:
    return next((line for line in _head(task).splitlines() if line.strip().startswith("protocol:")), "")


def _start(path: list[str]) -> None:
    sys.path[:] = path


def worker_count(asked: int | None) -> int:
    """As asked, or one for each processor this process may use."""
    if asked is not None:
        return max(1, asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
