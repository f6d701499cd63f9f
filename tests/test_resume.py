"""SIGKILL after every write and before every node of every workflow: the thread resumes to the same end as an undisturbed run."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from analysis_world import SHORT, copied, seeded

CHILD = Path(__file__).parent / "resume_child.py"
REQUESTS = {
    "build_analysis": SHORT,
    "tidy_notebook": "In Scratchpad, move the imports to the top, replace the empty block with a note and add a note “checked” at the bottom",
    "run_and_inspect": "Run the Weekly KPIs notebook and tell me what changed.",
    "audit_integrations": "Audit everything",
    "docs_qa": "How do I schedule a notebook?",
    "ask": "Move the imports of Scratchpad to the top and rename Findings to “Results”, then which notebooks query snowflake, then add a note with the result at the top of Meeting notes",
}
STATUS = {"build_analysis": "running", "run_and_inspect": "running"}
"""Nothing runs the notebook here, so its run stays pending; the others are done."""


class Killer:
    """One process that forks for every run and every kill."""

    def __init__(self, demo: Path, folder: Path, process: "subprocess.Popen[str]") -> None:
        self._demo = demo
        self._folder = folder
        self._process = process
        self._ended: dict[tuple[str, ...], dict[str, Any]] = {}

    def ended(self, workflow: str, deadly: str, database: str | None = None) -> dict[str, Any]:
        key = (workflow, deadly, database or "")
        if key not in self._ended:
            folder = self._folder / uuid.uuid4().hex[:8]
            folder.mkdir()
            data = copied(self._demo, folder / "workspace")
            job = {"workflow": workflow, "request": REQUESTS[workflow], "deadly": deadly, "data": str(data), "folder": str(folder), "database": database}  # fmt: skip
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            assert line, "the child ended; it says why above"
            self._ended[key] = json.loads(line)
        return self._ended[key]

    def undisturbed(self, workflow: str) -> dict[str, Any]:
        whole = self.ended(workflow, "never")
        assert (whole["killed"], whole["status"]) == (0, STATUS.get(workflow, "done"))
        return whole


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    folder = tmp_path_factory.mktemp("resume")
    demo = asyncio.run(seeded(folder / "demo"))
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(copied(demo, folder / "warm")), str(folder / "modules")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths},
    ) as process:  # fmt: skip
        yield Killer(demo, folder, process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    import psycopg

    server = os.environ["DEEPNOTE_TEST_POSTGRES"].replace("+psycopg", "")
    name = f"resume_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def same(killed: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether the runs ended alike. The answer of a run names its id, which no two runs share."""
    fields = ("status", "picture") if whole["status"] == "running" else ("status", "answer", "picture")
    return all(killed[field] == whole[field] for field in fields)


def test_an_undisturbed_analysis_is_there_whole(killer: Killer) -> None:
    [notebooks] = killer.undisturbed("build_analysis")["picture"]["Falls"]
    assert {name: (len(blocks), runs) for name, blocks, runs in notebooks} == {"Notebook 1": (0, 0), "Index prices analysis": (4, 1)}  # fmt: skip


@pytest.mark.parametrize(
    ("workflow", "writes"),
    [("build_analysis", 7), ("tidy_notebook", 3), ("run_and_inspect", 1), ("ask", 3)],
)
def test_killed_after_every_write_and_before_its_checkpoint(
    killer: Killer, workflow: str, writes: int
) -> None:
    killed = killer.ended(workflow, "wrote")
    assert killed["killed"] == writes
    assert same(killed, killer.undisturbed(workflow))


NODES = {"build_analysis": 9, "tidy_notebook": 7, "run_and_inspect": 3, "audit_integrations": 4, "docs_qa": 3, "ask": 1}  # fmt: skip


@pytest.mark.parametrize("workflow", NODES)
def test_killed_before_every_node(killer: Killer, workflow: str) -> None:
    killed = killer.ended(workflow, "node")
    assert killed["killed"] >= NODES[workflow]
    assert same(killed, killer.undisturbed(workflow))


@pytest.mark.server
@pytest.mark.skipif("DEEPNOTE_TEST_POSTGRES" not in os.environ, reason="DEEPNOTE_TEST_POSTGRES is not set")
@pytest.mark.parametrize(
    ("workflow", "deadly", "times"),
    [("build_analysis", "wrote", 7), ("audit_integrations", "node", 4), ("docs_qa", "node", 3)],
)
def test_killed_with_checkpoints_in_postgresql(
    killer: Killer, database: str, workflow: str, deadly: str, times: int
) -> None:
    killed = killer.ended(workflow, deadly, database)
    assert killed["killed"] >= times
    assert same(killed, killer.undisturbed(workflow))
