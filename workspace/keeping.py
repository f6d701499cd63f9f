"""One run worker beside this process: started if the data folder has none, started again if it dies, ended with us.

A lock file says who keeps the worker; a process that finds it taken goes on trying, so that runs never wait for nobody.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import IO

DATABASE_VARIABLE = "DEEPNOTE_WORKFLOWS_DATABASE"
"""The workspace's database, for commands that are given none; also how a worker is told its database."""
LOCK_FILE = "worker.lock"
LOG_FILE = "worker.log"
LOOK_AGAIN = 2.0
"""Seconds between looks at a lock that another process holds, and before a worker that died is started again."""
LONGEST_PAUSE = 60.0
GOODBYE = 10.0
"""Seconds a worker gets to put its runs back and end."""
HURRIED = 0.5
"""The same where a person interrupted and waits for the prompt: whatever the worker leaves behind, the next one takes up."""


@contextlib.asynccontextmanager
async def keep_worker(
    data: Path, database: str | None = None, options: Sequence[str] = ()
) -> AsyncIterator[None]:
    """While the block runs, a worker takes this workspace's runs. `options` go to `python -m workspace worker`.

    The database, which may hold a password, is named by the worker's environment: options can be seen by others on the machine.
    """
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
    environment = {name: value for name, value in os.environ.items() if name != DATABASE_VARIABLE}
    if database is not None:
        environment[DATABASE_VARIABLE] = database
    hurried = asyncio.Event()
    keeper = asyncio.create_task(_keep(data, command, environment, hurried))
    try:
        yield
    except asyncio.CancelledError:
        hurried.set()
        raise
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


async def _keep(
    data: Path, command: Sequence[str], environment: Mapping[str, str], hurried: asyncio.Event
) -> None:
    with (data / LOCK_FILE).open("a+b") as lock, (data / LOG_FILE).open("ab") as log:
        while not _taken(lock):  # noqa: ASYNC110 - no event tells of a lock set free
            await asyncio.sleep(LOOK_AGAIN)
        pause, told = LOOK_AGAIN, ""
        while True:
            began = asyncio.get_running_loop().time()
            code = await _work(command, environment, log, hurried)
            last = _last_line(data / LOG_FILE)
            if last != told:
                told = last
                sys.stderr.write(
                    f"The run worker ended (code {code}): {last}\nIt is started again. Its log is {data / LOG_FILE}.\n"
                )
            lived = asyncio.get_running_loop().time() - began
            pause = LOOK_AGAIN if lived > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)


def _last_line(file: Path) -> str:
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - 1_000))
        lines = log.read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it said nothing")[:300]


def _taken(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _work(
    command: Sequence[str], environment: Mapping[str, str], log: IO[bytes], hurried: asyncio.Event
) -> int:
    """One worker's life, and how it ended; it is ended when this is cancelled."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        env=environment,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), HURRIED if hurried.is_set() else GOODBYE)
            except TimeoutError:
                process.kill()
                await process.wait()
