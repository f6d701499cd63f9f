"""Kernels that wait, ready and with the usual libraries imported. Each serves one run and is then gone."""

import asyncio
import contextlib
import sys
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from workspace.runs.block_code import BLOCKS
from workspace.runs.kernels import Kernel, KernelDied, KernelNotStarted
from workspace.runs.sandbox import Level, Needs

STEPS = ("pandas", "duckdb", "pyarrow", "sqlalchemy", "charts")
"""What a waiting kernel is prepared with, one after the other; a run that comes earlier takes it between two of them."""


class Idle(NamedTuple):
    """A kernel that waits or is on its way; `wanted` ends its preparation."""

    kernel: "asyncio.Task[Kernel | None]"
    wanted: asyncio.Event


class Taken(NamedTuple):
    kernel: Kernel
    warm: bool


class WarmKernels:
    """Keeps one idle kernel for each of the `most` kinds of sandbox that were asked for last."""

    def __init__(self, level: Level, most: int, start_seconds: float = 60, doors: Path | None = None) -> None:
        self.doors = doors
        self._level = level
        self._most = most
        self._timeout = start_seconds
        self._idle: OrderedDict[Needs, Idle] = OrderedDict()

    def warm(self, needs: Needs) -> None:
        """Starts a kernel in the background unless one of this kind is there or coming."""
        if self._most < 1:
            return
        if needs not in self._idle:
            wanted = asyncio.Event()
            self._idle[needs] = Idle(asyncio.create_task(self._start_and_warm(needs, wanted)), wanted)
        self._idle.move_to_end(needs)
        while len(self._idle) > self._most:
            _, oldest = self._idle.popitem(last=False)
            self._closing = asyncio.create_task(_discard(oldest))

    @property
    def waiting(self) -> int:
        return len(self._idle)

    async def take(self, needs: Needs) -> Taken:
        """A waiting kernel, or one on its way, if it lives; a new one otherwise. Raises KernelNotStarted."""
        waiting = self._idle.pop(needs, None)
        if waiting is not None:
            waiting.wanted.set()
            kernel = await waiting.kernel
            if kernel is not None and kernel.alive:
                return Taken(kernel, True)
            if kernel is not None:
                await kernel.close()
        return Taken(await Kernel.start(self._level, needs, self._timeout, self.doors), False)

    async def _start_and_warm(self, needs: Needs, wanted: asyncio.Event) -> Kernel | None:
        try:
            kernel = await Kernel.start(self._level, needs, self._timeout, self.doors)
        except KernelNotStarted as reason:
            print(f"No kernel could be kept warm: {reason}", file=sys.stderr)  # noqa: T201 - the worker's log
            return None
        try:
            for step in STEPS:
                if not wanted.is_set():
                    await kernel.tell(f"{BLOCKS}.warm_up({step!r})")
        except (KernelDied, RuntimeError) as reason:
            print(f"A waiting kernel was lost: {reason}", file=sys.stderr)  # noqa: T201 - the worker's log
            await kernel.close()
            return None
        except BaseException:
            await kernel.close()
            raise
        return kernel

    async def close(self) -> None:
        waiting = list(self._idle.values())
        self._idle.clear()
        await asyncio.gather(*(_discard(one) for one in waiting))


async def _discard(waiting: Idle) -> None:
    waiting.kernel.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        kernel = await waiting.kernel
        if kernel is not None:
            await kernel.close()
