"""Runs a notebook's blocks on one kernel and yields what happened, block by block. Knows no store and no queue."""

import asyncio
import contextlib
import errno
import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workspace.runs import processes
from workspace.runs.block_code import BLOCKS, block_code
from workspace.runs.document import NOT_HERE, RunBlock, RunDocument
from workspace.runs.folders import disk_used
from workspace.runs.inputs import InputRefused
from workspace.runs.kernels import Kernel, KernelDied
from workspace.runs.limits import Limits
from workspace.runs.outputs import Output, Outputs

WATCH_SECONDS = 0.2
DISK_SECONDS = 1.0
"""Between two looks at the files of a run; ten times as long as a look takes, where that is longer."""
NO_ROOM = tuple(f"[Errno {number}]" for number in (errno.EFBIG, errno.ENOSPC, errno.EDQUOT))


@dataclass(frozen=True)
class RunError:
    """Why a run ended early, in one sentence, and where."""

    message: str
    block_id: str | None = None
    block_type: str | None = None
    ename: str | None = None
    evalue: str | None = None
    category: str = "block"
    """block, kernel, time, memory, disk, output, worker or stopped."""

    def as_json(self) -> dict[str, Any]:
        named = {
            "message": self.message,
            "category": self.category,
            "blockId": self.block_id,
            "blockType": self.block_type,
            "ename": self.ename,
            "evalue": self.evalue,
        }
        return {key: value for key, value in named.items() if value is not None}


@dataclass(frozen=True)
class BlockStarted:
    block: RunBlock
    at: datetime


@dataclass(frozen=True)
class BlockDone:
    block: RunBlock
    started_at: datetime
    finished_at: datetime
    outputs: list[Output] = field(default_factory=list)
    execution_count: int | None = None
    truncated: bool = False
    error: RunError | None = None


Event = BlockStarted | BlockDone


async def run_document(
    document: RunDocument, kernel: Kernel, limits: Limits, clock: Callable[[], datetime]
) -> AsyncGenerator[Event]:
    """Blocks in order; the first that fails is the last. The caller closes the kernel.

    Cancelling the task that iterates stops the run; the kernel is then still busy and must be closed.
    """
    room = limits.output_run_bytes
    hidden = [secret for one in document.connections.values() for secret in one.secrets]
    await _prepare(document, kernel, limits)
    watcher = _Watcher(kernel, limits)
    async with watcher:
        for count, block in enumerate(document.executable, start=1):
            started = clock()
            yield BlockStarted(block, started)
            outputs = Outputs(limits, room, hidden)
            error = await _run_block(block, document, kernel, outputs, watcher, clock)
            room -= outputs.used
            yield BlockDone(block, started, clock(), outputs.finished(), count, outputs.cut, error)
            if error is not None:
                return


async def _prepare(document: RunDocument, kernel: Kernel, limits: Limits) -> None:
    own = any(one.files and not one.read_only for one in document.connections.values())
    largest = 0 if own else limits.disk_bytes  # a database file of the host's may be larger than a run's
    await kernel.tell(f"{BLOCKS}.prepare({limits.memory_bytes}, {largest})")
    if document.connections:
        given = json.dumps({name: one.for_kernel() for name, one in document.connections.items()})
        await kernel.tell(f"{BLOCKS}.connect(__import__('json').loads({given!r}))")


async def _run_block(
    block: RunBlock,
    document: RunDocument,
    kernel: Kernel,
    outputs: Outputs,
    watcher: "_Watcher",
    clock: Callable[[], datetime],
) -> RunError | None:
    if block.type in NOT_HERE:
        text = f"Blocks of type {block.type} do not run on this workspace; this one was passed over.\n"
        outputs.add("stream", {"name": "stderr", "text": text})
        return None
    try:
        code = block_code(block, document.inputs, clock().date())
        missing = block.integration
        if missing is not None and missing not in document.connections:
            raise InputRefused(f"The SQL block names the integration {missing}, which this run cannot reach.")
    except InputRefused as refused:
        return _refused(block, outputs, str(refused))
    if not code.strip():
        return None
    try:
        return await _execute(block, code, kernel, outputs, watcher)
    except KernelDied as died:
        message = watcher.reason or _how_it_died(died.code)
        outputs.add("error", {"ename": "KernelDied", "evalue": message, "traceback": [message]})
        return RunError(message, block.id, block.type, "KernelDied", message, watcher.category)


def _refused(block: RunBlock, outputs: Outputs, message: str) -> RunError:
    outputs.add("error", {"ename": "BlockRefused", "evalue": message, "traceback": [message]})
    return RunError(message, block.id, block.type, "BlockRefused", message)


async def _execute(
    block: RunBlock, code: str, kernel: Kernel, outputs: Outputs, watcher: "_Watcher"
) -> RunError | None:
    error: RunError | None = None
    async with contextlib.aclosing(kernel.execute(code)) as messages:
        async for message in messages:
            outputs.add(message.kind, message.content)
            watcher.printed(outputs.seen)
            if message.kind == "error":
                error = _error_of(block, outputs.kept[-1], watcher.limits)
    if error is not None and watcher.reason is not None:
        return RunError(watcher.reason, block.id, block.type, error.ename, error.evalue, watcher.category)
    return error


def _error_of(block: RunBlock, output: Output, limits: Limits) -> RunError:
    ename, evalue = output["ename"], output["evalue"]
    first = next((line.strip() for line in evalue.splitlines() if line.strip()), "")
    message = f"{ename}: {first[:500]}" if first else ename
    if ename == "MemoryError":
        message = "MemoryError: the block asked for more memory than the run may have."
        return RunError(message, block.id, block.type, ename, evalue, "memory")
    if ename == "OSError" and first.startswith(NO_ROOM):
        return RunError(f"{limits.no_room()} {message}", block.id, block.type, ename, evalue, "disk")
    return RunError(message, block.id, block.type, ename, evalue)


def _how_it_died(code: int) -> str:
    number = -code if code < 0 else code - 128 if code > 128 else None
    if number is None:
        return f"The kernel ended by itself (exit code {code}) while this block ran."
    known = {
        9: "it was killed (SIGKILL), by its own code or by the system for memory",
        11: "a crash (SIGSEGV)",
    }
    return f"The kernel died while this block ran: {known.get(number, f'signal {number}')}."


class _Watcher:
    """Looks at the kernel while blocks run, and ends it when a limit is passed."""

    def __init__(self, kernel: Kernel, limits: Limits) -> None:
        self.reason: str | None = None
        self.category = "kernel"
        self._kernel = kernel
        self.limits = limits
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "_Watcher":
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self.limits.wall_seconds
        look = loop.time() + DISK_SECONDS
        while self._kernel.alive:
            left = end - loop.time()
            if left <= 0:
                await self._out_of_time()
                return
            used = processes.usage(self._kernel.pid)
            most = self.limits.memory_bytes
            if used.memory_bytes > most and processes.own_memory(self._kernel.pid) > most:
                return self._end("memory", self.limits.memory())
            if used.processes > self.limits.processes:
                return self._end("kernel", self.limits.crowd())
            if (began := loop.time()) >= look:
                if await asyncio.to_thread(self._disk_used) > self.limits.disk_bytes:
                    return self._end("disk", self.limits.disk())
                look = loop.time() + max(DISK_SECONDS, 10 * (loop.time() - began))
            await asyncio.sleep(min(WATCH_SECONDS, left))

    def _disk_used(self) -> int:
        written = disk_used(self._kernel.folder, self.limits.disk_bytes)
        return written + processes.unlinked_bytes(self._kernel.pid)

    async def _out_of_time(self) -> None:
        """An interrupt first, so that the traceback shows where the time went; then the end."""
        self.category, self.reason = "time", self.limits.wall()
        self._kernel.interrupt()
        await asyncio.sleep(1)
        self._kernel.kill()

    def _end(self, category: str, reason: str) -> None:
        if self.reason is None:
            self.category, self.reason = category, reason
            self._kernel.kill()

    def printed(self, total: int) -> None:
        if total > self.limits.output_flood_bytes:
            self._end("output", self.limits.flood())
