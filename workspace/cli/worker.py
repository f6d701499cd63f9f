"""`python -m workspace worker`: takes runs from the queue until it is told to stop, or its parent is gone."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workspace.cli.opened import add_options, opened

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from workspace.runs.worker import Worker, WorkerSettings

LEVELS = ("bubblewrap", "unshare", "limits")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("worker", help="run the notebooks that wait in the queue")
    add_options(parser)
    parser.add_argument(
        "--slots", type=int, default=2, metavar="N", help="notebooks run side by side (default: 2)"
    )
    parser.add_argument(
        "--warm", type=int, default=1, metavar="N", help="idle kernels kept ready (default: 1)"
    )
    parser.add_argument(
        "--sandbox", choices=LEVELS, help="the level to use (default: the strongest that works here)"
    )
    parser.add_argument(
        "--time-limit", type=float, default=1_800, metavar="SECONDS", help="for one run (default: 1800)"
    )
    parser.add_argument(
        "--memory-limit", type=int, default=4_000, metavar="MB", help="for one run (default: 4000)"
    )
    parser.add_argument(
        "--disk-limit", type=int, default=5_000, metavar="MB", help="files of one run (default: 5000)"
    )
    parser.add_argument(
        "--output-limit", type=int, default=20, metavar="MB", help="kept of one run (default: 20)"
    )
    parser.add_argument("--lease", type=float, default=15, metavar="SECONDS", help=argparse.SUPPRESS)
    parser.add_argument(
        "--engine",
        type=engine,
        default="local",
        metavar="temporal://HOST:PORT",
        help="take runs from Temporal instead",
    )
    parser.add_argument("--parent-pid", type=int, metavar="PID", help="end when this process is gone")
    parser.set_defaults(run=run)


def engine(given: str) -> str:
    """`local` or an address of Temporal; the worker itself finds out whether it answers."""
    parts = urlsplit(given)
    if given != "local" and (parts.scheme != "temporal" or not parts.hostname):
        raise argparse.ArgumentTypeError(f"{given!r} is not temporal://HOST:PORT")
    return given


def run(arguments: argparse.Namespace) -> int:
    return asyncio.run(_serve(arguments))


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def _serve(arguments: argparse.Namespace) -> int:
    from workspace.runs.surroundings import WorkspaceSurroundings, tell_sandbox
    from workspace.runs.worker import Worker

    with opened(arguments) as workspace:
        settings = _settings(arguments, workspace.services.data)
        tell_sandbox(workspace, settings.level)
        until = asyncio.Event()
        _end_on_signals(until)
        watching = asyncio.create_task(_watch_parent(arguments.parent_pid, until))
        worker = Worker(
            workspace.services.engine,
            settings,
            WorkspaceSurroundings(workspace),
            workspace.services.clock,
            _log,
        )
        _log(
            f"worker {worker.name}: {settings.slots} slots; sandbox {settings.level}: {settings.level.sentence}"
        )
        if arguments.engine == "local":
            await worker.serve(until)
        else:
            await _serve_temporal(arguments.engine, workspace.services.engine, settings, worker, until)
        watching.cancel()
    return 0


async def _serve_temporal(
    address: str, engine: "Engine", settings: "WorkerSettings", worker: "Worker", until: asyncio.Event
) -> None:
    from workspace.errors import SettingsWrong

    try:
        from workspace.runs.temporal import TemporalRuns, connect
    except ImportError:
        raise SettingsWrong(
            "Temporal needs its client: pip install 'deepnote-workflows[temporal]'."
        ) from None
    await TemporalRuns(await connect(address), engine, settings, worker, _log).serve(until)


def _settings(arguments: argparse.Namespace, data: Path) -> "WorkerSettings":
    from datetime import timedelta

    from workspace.runs.limits import MEGABYTE, Limits
    from workspace.runs.sandbox import Level, probe
    from workspace.runs.worker import WorkerSettings

    limits = Limits(
        wall_seconds=arguments.time_limit,
        memory_bytes=arguments.memory_limit * MEGABYTE,
        disk_bytes=arguments.disk_limit * MEGABYTE,
        output_run_bytes=arguments.output_limit * MEGABYTE,
    )
    return WorkerSettings(
        data,
        probe(Level(arguments.sandbox) if arguments.sandbox else None),
        slots=max(1, arguments.slots),
        warm=max(0, arguments.warm),
        limits=limits,
        lease=timedelta(seconds=arguments.lease),
    )


def _end_on_signals(until: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, until.set)


async def _watch_parent(pid: int | None, until: asyncio.Event) -> None:
    """Told at once where the system has process handles, within half a second elsewhere."""
    if pid is None:
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return until.set()
    except (AttributeError, OSError):
        while _alive(pid):  # noqa: ASYNC110 - no event tells of another process's end here
            await asyncio.sleep(0.5)
        return until.set()
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(handle, gone.set)
    try:
        await gone.wait()
    finally:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
    until.set()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
