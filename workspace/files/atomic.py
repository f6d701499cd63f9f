"""Writing a file whole or not at all, and clearing away what a writer that was killed left half-way."""

import contextlib
import fcntl
import os
import re
import secrets
import time
from pathlib import Path

NEW_SECONDS = 60
"""An unfinished file younger than this is left alone: its writer may be about to hold it."""
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.part")


def write_whole(file: Path, text: str) -> None:
    """Replaces the file's content in one step, keeping its mode. Raises OSError and leaves the old content then."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.parent / f".{file.name[:100]}.{secrets.token_hex(4)}.part"
    try:
        with unfinished.open("x", encoding="utf-8", errors="surrogateescape", newline="") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
            if file.exists():
                unfinished.chmod(file.stat().st_mode & 0o777)
            unfinished.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def sweep_unfinished(folder: Path) -> None:
    """Removes what writers that were killed left half-way; a living one holds its file."""
    for file in folder.glob(".*.part"):
        if not _UNFINISHED.fullmatch(file.name):
            continue
        with contextlib.suppress(OSError), file.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - file.stat().st_mtime >= NEW_SECONDS:
                file.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
