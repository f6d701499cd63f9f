"""Copies of the example project for tests that change it, importable until the test ends."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parent / "example_project"
ROOT = PROJECT.parent.parent


def copied(folder: Path) -> Path:
    """The project in another folder."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def forget() -> None:
    """Let the next import read the project's modules anew."""
    for name in ("triage", "triage_evals", "desk"):
        sys.modules.pop(name, None)


@contextmanager
def importable(folder: Path) -> Iterator[Path]:
    """The project's modules are found first, and leave no bytecode behind."""
    path, written = sys.path[:], sys.dont_write_bytecode
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    forget()
    try:
        yield folder
    finally:
        sys.path[:], sys.dont_write_bytecode = path, written
        forget()


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")
    forget()
