"""A kernel's door: a folder that its sandbox mounts read-only at start, and into which the worker links a run's files later.

So a kernel can wait, warm, before anyone knows which files its run will need. Hard links cost nothing and the mount keeps
them from being written. Files on another disk, or of another owner, cannot be linked: they are mounted at a cold start.
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from workspace.runs.folders import hold

MOST_FILES = 2_000
_BESIDE = (".wal", "-wal", "-shm")
"""What databases keep beside their file."""


class Door:
    def __init__(self, doors: Path) -> None:
        self.folder = doors / secrets.token_hex(12)
        self.folder.mkdir(parents=True, mode=0o700)
        self._held = hold(self.folder)

    def admit(self, files: Iterable[str]) -> Mapping[str, str]:
        """Links each file, or each file of a folder; where each is found inside. Raises OSError."""
        inside: dict[str, str] = {}
        for number, given in enumerate(files):
            place = self.folder / str(number) / Path(given).name
            for source in _sources(Path(given)):
                target = place.parent / source.relative_to(Path(given).parent)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(source.resolve(), target)
            inside[given] = str(place)
        return inside

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self._held.close()


def _sources(given: Path) -> list[Path]:
    if given.is_dir():
        return sorted(path for path in given.rglob("*") if path.is_file())
    beside = (given.with_name(given.name + end) for end in _BESIDE)
    return [path for path in (given, *beside) if path.is_file()]


def linkable(files: Iterable[str], doors: Path) -> bool:
    """Whether a door below `doors` can take all of them."""
    doors.mkdir(parents=True, exist_ok=True)
    disk = doors.stat().st_dev
    for given in files:
        sources = _sources(Path(given))
        if len(sources) > MOST_FILES:
            return False
        for source in sources:
            about = source.stat()
            if about.st_dev != disk or os.geteuid() not in (0, about.st_uid):
                return False
    return True
