"""Folders that belong to one process as long as it lives: held by a lock, swept by the next worker when nobody holds them."""

import contextlib
import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import IO

LOCK = ".held"
BLOCK = 4_096
NEW_SECONDS = 60
"""A folder younger than this is left alone: its process may be about to hold it."""


def hold(folder: Path) -> IO[bytes]:
    """Holds the folder until the file is closed or the process is gone, in whatever way it goes."""
    lock = (folder / LOCK).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def sweep(parent: Path, pattern: str) -> None:
    """Removes the folders that nobody holds any more."""
    for folder in parent.glob(pattern):
        with contextlib.suppress(OSError), (folder / LOCK).open("rb") as lock:
            if time.time() - (folder / LOCK).stat().st_mtime < NEW_SECONDS:
                continue
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)


def disk_used(folder: Path, most: int) -> int:
    """Bytes on disk of everything below the folder; counting ends once `most` is passed.

    An entry counts for a block even if it is empty, so that files without number are noticed too.
    """
    used, waiting = 0, [str(folder)]
    while waiting and used <= most:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    used += max(BLOCK, entry.stat(follow_symlinks=False).st_blocks * 512)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return used
