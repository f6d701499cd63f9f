"""One run worker beside this process: started if the data folder has none, started again if it dies, ended with us.

A lock file says who keeps the worker; a process that finds it taken goes on trying, so that runs never wait for nobody.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO

LOCK_FILE = "worker.lock"
LOG_FILE = "worker.log"
LOOK_AGAIN = 2.0
"""Seconds between looks at a lock that another process holds, and before a worker that died is started again."""
LONGEST_PAUSE = 60.0
GOODBYE = 10.0
"""Seconds a worker gets to put its runs back and end."""


@contextlib.asynccontextmanager
async def keep_worker(
    data: Path, database: str | None = None, options: Sequence[str] = ()
) -> AsyncIterator[None]:
    """While the block runs, a worker takes this workspace's runs. `options` go to `python -m workspace worker`."""
    command = [
        sys.executable,
        "-m",
        "workspace",
        "worker",
        "--data",
        str(data),
        "--parent-pid",
        str(os.getpid()),
        *options,
    ]
    if database is not None:
        command += ["--database", database]
    keeper = asyncio.create_task(_keep(data, command))
    try:
        yield
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


async def _keep(data: Path, command: Sequence[str]) -> None:
    with (data / LOCK_FILE).open("a+b") as lock, (data / LOG_FILE).open("ab") as log:
        while not _taken(lock):  # noqa: ASYNC110 - no event tells of a lock set free
            await asyncio.sleep(LOOK_AGAIN)
        pause = LOOK_AGAIN
        while True:
            began = asyncio.get_running_loop().time()
            await _work(command, log)
            lived = asyncio.get_running_loop().time() - began
            pause = LOOK_AGAIN if lived > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)


def _taken(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _work(command: Sequence[str], log: IO[bytes]) -> None:
    """One worker's life; it is ended when this is cancelled."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), GOODBYE)
            except TimeoutError:
                process.kill()
                await process.wait()
