"""SIGKILL after every write and before every node: the thread resumes to the same workspace as an undisturbed run."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from analysis_world import copied, seeded

CHILD = Path(__file__).parent / "resume_child.py"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


def ended(demo: Path, folder: Path, deadly: str, *database: str) -> dict[str, Any]:
    command = [
        sys.executable,
        str(CHILD),
        str(copied(demo, folder / "workspace")),
        str(folder / "threads"),
        deadly,
        *database,
    ]
    paths = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def undisturbed(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    result = ended(demo, tmp_path_factory.mktemp("undisturbed"), "never")
    assert (result["killed"], result["status"]) == (0, "running")
    notebooks = {name: (len(blocks), runs) for name, blocks, runs in result["picture"]["Falls"][0]}
    assert notebooks == {"Notebook 1": (0, 0), "Index prices analysis": (4, 1)}
    picture: dict[str, Any] = result["picture"]
    return picture


def test_killed_after_every_write_and_before_its_checkpoint(
    demo: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    result = ended(demo, tmp_path, "wrote")
    assert result["killed"] == 7  # project, notebook, four blocks, run
    assert result["picture"] == undisturbed


def test_killed_before_every_node(demo: Path, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    result = ended(demo, tmp_path, "node")
    assert result["killed"] >= 9
    assert result["picture"] == undisturbed


@pytest.mark.server
@pytest.mark.skipif("DEEPNOTE_TEST_POSTGRES" not in os.environ, reason="DEEPNOTE_TEST_POSTGRES is not set")
def test_killed_after_every_write_with_checkpoints_in_postgresql(
    demo: Path, tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    import psycopg

    server = os.environ["DEEPNOTE_TEST_POSTGRES"].replace("+psycopg", "")
    name = f"resume_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        result = ended(demo, tmp_path, "wrote", server.rsplit("/", 1)[0] + f"/{name}")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert result["killed"] == 7
    assert result["picture"] == undisturbed
