"""Environments of their own for what cannot share ours: made in a temporary folder, or a folder that is named."""

import subprocess
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def environment(named: Path | None, *requirements: str) -> Iterator[Path]:
    """A virtual environment with these requirements; one that is named is taken as it is."""
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="bench-environment-") as folder:
        venv.create(folder, with_pip=True)
        subprocess.run([python(Path(folder)), "-m", "pip", "install", "--quiet", *requirements], check=True)
        yield Path(folder)


def python(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / "bin" / "python"


def packages(folder: Path) -> Path:
    """Where an environment's packages lie."""
    return next(folder.glob("lib/python3*/site-packages"))
