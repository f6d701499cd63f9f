"""Wakes the workers of this machine at once: each has a named pipe in the data folder, whoever queues a run writes to it.

A hint only: a worker that missed it looks again within its polling interval.
"""

import contextlib
import errno
import os
from pathlib import Path


def wake_workers(data: Path) -> None:
    """One byte to every worker that listens; pipes that nobody reads any more are removed."""
    for pipe in (data / "wake").glob("*.pipe"):
        try:
            handle = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as wrong:
            if wrong.errno == errno.ENXIO:
                pipe.unlink(missing_ok=True)
            continue
        with contextlib.suppress(OSError):  # a full pipe wakes its reader as well
            os.write(handle, b"!")
        os.close(handle)


class Doorbell:
    """The worker's end of its pipe. Where the system has no named pipes, polling alone does the work."""

    def __init__(self, data: Path, name: str) -> None:
        self.path = data / "wake" / f"{name}.pipe"
        self.handle: int | None = None
        if hasattr(os, "mkfifo"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):
                os.mkfifo(self.path, 0o600)
                self.handle = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

    def drain(self) -> None:
        if self.handle is not None:
            with contextlib.suppress(BlockingIOError):
                os.read(self.handle, 65_536)

    def close(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.path.unlink(missing_ok=True)
            self.handle = None
