"""The worker: takes runs from the queue, gives each a kernel of its own, keeps its lease, writes its snapshot, ends it."""

import asyncio
import contextlib
import os
import socket
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import psutil
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from workspace.errors import StoreUnavailable
from workspace.files.atomic import sweep_unfinished
from workspace.runs import queue
from workspace.runs.document import RunBlock, RunConnection, RunDocument
from workspace.runs.door import linkable
from workspace.runs.executor import BlockDone, BlockStarted, RunError, run_document
from workspace.runs.folders import sweep
from workspace.runs.kernels import FOLDER, KernelNotStarted
from workspace.runs.limits import Limits
from workspace.runs.outputs import secrets_pattern
from workspace.runs.queue import Claimed
from workspace.runs.sandbox import Level, Needs
from workspace.runs.snapshots import SNAPSHOTS, write_snapshot
from workspace.runs.wake import Doorbell
from workspace.runs.warm import WarmKernels

Log = Callable[[str], None]
UPKEEP = timedelta(minutes=10)
"""How often a worker looks for what killed ones left half-done; the first time as it starts."""


class Surroundings(Protocol):
    """What a run needs of the rest of the workspace."""

    def connection(self, integration_id: str) -> RunConnection | None:
        """How a kernel reaches the integration; None if there is none of that id."""
        ...

    def snapshot(self, ended: "Ended") -> str | None:
        """The text of the run's `.snapshot.deepnote`; None if its notebook was deleted meanwhile."""
        ...

    def due(self, now: datetime) -> list[str]:
        """Queues what the calendar asks for; returns a sentence for each schedule that this machine cannot read."""
        ...


@dataclass(frozen=True)
class Ended:
    """A run that is over, as its snapshot tells it."""

    run_id: str
    notebook_id: str
    status: str
    started_at: datetime
    finished_at: datetime
    triggered_by: str
    inputs: Mapping[str, Any]
    blocks: list[RunBlock]
    done: Mapping[str, BlockDone]
    error: RunError | None


@dataclass(frozen=True)
class WorkerSettings:
    data: Path
    level: Level
    slots: int = 2
    warm: int = 1
    limits: Limits = field(default_factory=Limits)
    lease: timedelta = queue.LEASE
    poll_seconds: float = 0.5


def worker_name() -> str:
    """Host, process id and its start time: a later process with the same id is another worker."""
    return f"{socket.gethostname()}:{os.getpid()}:{psutil.Process().create_time():.2f}"


def is_gone(worker: str) -> bool:
    """True for a worker of this machine that no longer runs; of other machines only the lease can tell."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    try:
        return f"{psutil.Process(int(rest)).create_time():.2f}" != worker.rpartition(":")[2]
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


class Worker:
    def __init__(
        self,
        engine: Engine,
        settings: WorkerSettings,
        surroundings: Surroundings,
        clock: Callable[[], datetime],
        log: Log,
    ) -> None:
        self.name = worker_name()
        doors = settings.data / "kernels"
        sweep(doors, "*")
        sweep(Path(tempfile.gettempdir()), f"{FOLDER}*")
        self.kernels = WarmKernels(settings.level, settings.warm, settings.limits.start_seconds, doors)
        self._engine = engine
        self._settings = settings
        self._around = surroundings
        self._clock = clock
        self._log = log
        self._running: dict[str, asyncio.Task[None]] = {}
        self._work: dict[str, asyncio.Task[None]] = {}
        self._beats: dict[str, asyncio.Event] = {}
        """Set when the bell rings: a wish to stop is then read at once."""
        self._rung = asyncio.Event()
        self._secrets: set[str] = set()
        self._upkeep_at: datetime | None = None
        self._told_once: set[str] = set()

    def now(self) -> datetime:
        return self._clock()

    async def serve(self, until: asyncio.Event) -> None:
        """Empties the queue until told to stop; then ends its runs' kernels and gives them up as their policy says."""
        self.kernels.warm(Needs())
        try:
            await self.looking(until, self._claim_what_fits)
        finally:
            await self._end_all()

    async def looking(self, until: asyncio.Event, look: Callable[[], Awaitable[None]]) -> None:
        """Looks whenever the bell rings, and otherwise each polling interval. A store that is down is tried again."""
        bell = Doorbell(self._settings.data, f"{os.getpid()}-{id(self)}")
        loop = asyncio.get_running_loop()
        if bell.handle is not None:
            loop.add_reader(bell.handle, self._answer, bell)
        stop = asyncio.create_task(until.wait())
        stop.add_done_callback(lambda _: self._rung.set())
        try:
            while not until.is_set():
                self._rung.clear()
                try:
                    self.tidy()
                    await look()
                except (OperationalError, StoreUnavailable) as wrong:
                    why = str(getattr(wrong, "orig", None) or wrong).strip().partition("\n")[0]
                    self._log(f"the store does not answer: {why}")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.poll_seconds):
                        await self._rung.wait()
        finally:
            stop.cancel()
            if bell.handle is not None:
                loop.remove_reader(bell.handle)
            bell.close()

    def _answer(self, bell: Doorbell) -> None:
        bell.drain()
        self._rung.set()
        for beat in self._beats.values():
            beat.set()

    async def _end_all(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self.kernels.close()
        with contextlib.suppress(OperationalError, StoreUnavailable):  # the next worker does it otherwise
            self._recover(self._clock(), [self.name])

    async def _claim_what_fits(self) -> None:
        while len(self._running) < self._settings.slots:
            claimed = queue.claim(self._engine, self.name, self._clock(), self._settings.lease)
            if claimed is None:
                break
            task = asyncio.create_task(self.run(claimed))
            self._running[claimed.id] = task
            task.add_done_callback(partial(self._freed, claimed.id))

    def tidy(self) -> None:
        """What any worker does for all: runs of workers that are gone, and what the calendar asks for."""
        now = self._clock()
        self._recover(now, [worker for worker in queue.running_workers(self._engine) if is_gone(worker)])
        if self._upkeep_at is None or now >= self._upkeep_at:
            self._upkeep_at = now + UPKEEP
            sweep_unfinished(self._settings.data / SNAPSHOTS)
            for run_id in queue.without_snapshot(self._engine):
                self._record(run_id)
        for unread in set(self._around.due(now)) - self._told_once:
            self._told_once.add(unread)
            self._log(unread)

    def _recover(self, now: datetime, gone: Sequence[str]) -> None:
        """Runs of these workers, and of those that let their lease pass, go on or end, with what their blocks had put out."""
        for lost in queue.recover(self._engine, now, gone):
            self._log(f"run {lost.id}: its worker is gone, now {lost.status}")
            if lost.status == "internal_error":
                self._record(lost.id)

    def _record(self, run_id: str) -> None:
        """The snapshot of a run that another worker left behind: what its blocks had put out."""
        kept = queue.kept(self._engine, run_id)
        if kept is None:
            return
        run, blocks = kept.claimed, {block.id: block for block in kept.claimed.blocks}
        done = {
            row.block_id: BlockDone(
                blocks[row.block_id],
                row.started_at,
                row.finished_at,
                row.outputs,
                row.execution_count,
                row.truncated,
            )
            for row in kept.done
        }
        error = RunError(str(kept.error.get("message", "")), category="worker")
        ended = Ended(
            run.id, run.notebook_id, "internal_error", run.started_at, kept.finished_at, run.triggered_by,
            run.inputs, run.blocks, done, error,
        )  # fmt: skip
        try:
            snapshot = self._write(ended)
        except OSError as full:
            self._log(f"run {run_id}: no snapshot could be written: {full}")
            return
        if snapshot is not None:
            queue.add_snapshot(self._engine, run_id, snapshot)

    def _freed(self, run_id: str, _: object) -> None:
        self._running.pop(run_id, None)
        self._rung.set()

    async def run(self, claimed: Claimed) -> None:
        """Carries out one claimed run to its end, or gives it up when it is taken away or asked to stop."""
        work = asyncio.create_task(self._carry_out(claimed))
        self._work[claimed.id] = work
        self._beats[claimed.id] = asyncio.Event()
        beat = asyncio.create_task(self._keep(claimed, work))
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            raise
        finally:
            del self._work[claimed.id], self._beats[claimed.id]
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)
        if not work.cancelled() and (wrong := work.exception()) is not None:
            self._log(self._told(f"run {claimed.id} could not be ended: {type(wrong).__name__}: {wrong}"))

    def stop(self, run_id: str) -> None:
        """Ends a run of this worker as stopped."""
        work = self._work.get(run_id)
        if work is not None:
            work.cancel("stopped")

    async def _keep(self, claimed: Claimed, work: "asyncio.Task[None]") -> None:
        """Heartbeats; ends the work when the run was stopped or is no longer ours."""
        renewed_at = self._clock()
        beat = self._beats[claimed.id]
        while True:
            beat.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(1.0, self._settings.lease.total_seconds() / 3)):
                    await beat.wait()
            try:
                renewed = queue.renew(self._engine, claimed, self._clock(), self._settings.lease)
                renewed_at = self._clock()
            except OperationalError:
                if self._clock() - renewed_at > self._settings.lease:
                    work.cancel("lost")
                continue
            if not renewed.held:
                work.cancel("lost")
                return
            if renewed.stop_requested:
                work.cancel("stopped")
                return

    async def _carry_out(self, claimed: Claimed) -> None:
        done: dict[str, BlockDone] = {}
        status, error = "internal_error", None
        try:
            error = await self._execute(claimed, done)
            status = "success" if error is None else "error"
        except asyncio.CancelledError as ended:
            if ended.args != ("stopped",):
                raise
            status, error = "stopped", RunError("The run was stopped.", category="stopped")
        except KernelNotStarted as reason:
            error = RunError(str(reason), category="kernel")
        except Exception as ours:  # noqa: BLE001 - whatever failed here is ours: the run says so, the log says what
            self._log(self._told("".join(traceback.format_exception(ours))))
            error = RunError(
                f"The run could not be carried out ({type(ours).__name__}); the worker's log says why."
            )
        ending = asyncio.create_task(self._end(claimed, status, error, done))
        while not ending.done():
            with contextlib.suppress(asyncio.CancelledError):  # an end that has begun is not stopped half-way
                await asyncio.wait({ending})
        ending.result()

    def _told(self, text: str) -> str:
        """The text without any credential that a run of this worker was given."""
        pattern = secrets_pattern(self._secrets)
        return pattern.sub("[hidden]", text) if pattern else text

    async def _execute(self, claimed: Claimed, done: dict[str, BlockDone]) -> RunError | None:
        document = self._document(claimed)
        if not document.executable:
            return None
        needs, linked = self._needs(document)
        taken = await self.kernels.take(needs)
        try:
            if taken.kernel.door is not None and linked:
                document = document.moved(taken.kernel.door.admit(linked))
            queue.note_sandbox(self._engine, claimed, self._settings.level.value)
            position = -1
            events = run_document(document, taken.kernel, self._settings.limits, self._clock)
            async with contextlib.aclosing(events):
                async for event in events:
                    if isinstance(event, BlockStarted):
                        position += 1
                        queue.note_started(self._engine, claimed, position, event)
                        continue
                    done[event.block.id] = event
                    queue.note_done(self._engine, claimed, position, event)
                    if event.error is not None:
                        return event.error
            return None
        finally:
            await taken.kernel.close()
            self.kernels.warm(needs)

    def _needs(self, document: RunDocument) -> tuple[Needs, list[str]]:
        """What the run's kernel must be started with, and the files it gets through its door afterwards."""
        connections = document.connections.values()
        network = any(one.needs_network for one in connections)
        if self._settings.level is not Level.BUBBLEWRAP:
            return Needs(network), []
        read = sorted({file for one in connections if one.read_only for file in one.files})
        written = sorted({file for one in connections if not one.read_only for file in one.files})
        if self.kernels.doors is not None and linkable(read, self.kernels.doors):
            return Needs(network, (), tuple(written)), read
        return Needs(network, tuple(read), tuple(written)), []

    def _document(self, claimed: Claimed) -> RunDocument:
        unconnected = RunDocument(claimed.blocks, claimed.inputs)
        connections = {}
        for integration in unconnected.integrations:
            connection = self._around.connection(integration)
            if connection is not None:
                connections[integration] = connection
                self._secrets.update(connection.secrets)
        return RunDocument(claimed.blocks, claimed.inputs, connections)

    async def _end(
        self, claimed: Claimed, status: str, error: RunError | None, done: Mapping[str, BlockDone]
    ) -> None:
        finished = self._clock()
        snapshot = None
        ended = Ended(
            claimed.id,
            claimed.notebook_id,
            status,
            claimed.started_at,
            finished,
            claimed.triggered_by,
            claimed.inputs,
            claimed.blocks,
            done,
            error,
        )
        try:
            snapshot = await asyncio.to_thread(self._write, ended)
        except OSError as full:
            status = "internal_error"
            words = f"The snapshot could not be written: {full.strerror or full}."
            words += f" The run itself had ended with: {error.message}" if error else ""
            error = RunError(words, category="worker")
        held = await self._finish(claimed, status, finished, error, snapshot)
        if not held:
            self._log(f"run {claimed.id}: ended elsewhere, this result is dropped")

    def _write(self, ended: Ended) -> str | None:
        text = self._around.snapshot(ended)
        return None if text is None else write_snapshot(self._settings.data, ended.run_id, text)

    async def _finish(
        self, claimed: Claimed, status: str, finished: datetime, error: RunError | None, snapshot: str | None
    ) -> bool:
        """A store that does not answer is asked again for as long as the lease would have lasted."""
        told = error.as_json() if error else None
        while True:
            try:
                return queue.finish(self._engine, claimed, status, finished, error=told, snapshot=snapshot)
            except OperationalError:
                if self._clock() - finished > self._settings.lease:
                    raise
                await asyncio.sleep(0.5)
