"""Processes that a kernel started: found, measured, ended. Reads `/proc` where there is one, psutil otherwise."""

import contextlib
import os
import signal
import stat
from pathlib import Path
from typing import NamedTuple

import psutil

_PROC = Path("/proc")


class Usage(NamedTuple):
    memory_bytes: int
    processes: int


def descendants(pid: int) -> list[psutil.Process]:
    """Every process below `pid`, those in other sessions too."""
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def usage(pid: int) -> Usage:
    """What `pid` and its descendants hold together; shared pages count in each process that maps them."""
    memory, count = 0, 0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
                count += 1
    return Usage(memory, count)


def own_memory(pid: int) -> int:
    """The same without counting a shared page twice, which forked workers would otherwise do; slower to find out.

    Where the system does not tell, as `usage` has it.
    """
    memory = 0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                memory += _proportional(process)
    return memory


def _proportional(process: psutil.Process) -> int:
    try:
        told = (_PROC / str(process.pid) / "smaps_rollup").read_text()
    except OSError:
        return int(process.memory_info().rss)
    return sum(int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Pss:"))


def unlinked_bytes(pid: int) -> int:
    """Bytes of files that `pid` and its descendants hold open after they were deleted: on the disk, and in no folder."""
    held: dict[tuple[int, int], int] = {}
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(OSError):
                for handle in (_PROC / str(process.pid) / "fd").iterdir():
                    with contextlib.suppress(OSError):
                        about = handle.stat()
                        if about.st_nlink == 0 and stat.S_ISREG(about.st_mode):
                            held[about.st_dev, about.st_ino] = about.st_blocks * 512
    return sum(held.values())


def kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.Error):
        process.kill()


def kill_marked(name: str, value: str) -> int:
    """Ends every process whose environment carries the mark, wherever it has moved to; returns how many."""
    ended = 0
    wanted = f"{name}={value}".encode()
    for pid in _pids():
        if wanted in _environment_of(pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                ended += 1
    return ended


def _pids() -> list[int]:
    if _PROC.is_dir():
        return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
    return psutil.pids()


def _environment_of(pid: int) -> bytes:
    try:
        if _PROC.is_dir():
            return (_PROC / str(pid) / "environ").read_bytes()
        return "\0".join(f"{key}={value}" for key, value in psutil.Process(pid).environ().items()).encode()
    except (OSError, psutil.Error):
        return b""
