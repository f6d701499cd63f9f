"""SIGKILL after every write and before every node of tidy_notebook, run_and_inspect and a chain of three by ask: the same workspace as undisturbed."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from analysis_world import copied, seeded

CHILD = Path(__file__).parent / "resume_child.py"
TIDY = "In Scratchpad, move the imports to the top, replace the empty block with a note and add a note “checked” at the bottom"
CHAIN = "Move the imports of Scratchpad to the top and rename Findings to “Results”, then which notebooks query snowflake, then add a note with the result at the top of Meeting notes"
RUN = "Run the Weekly KPIs notebook and tell me what changed."


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


def ended(demo: Path, folder: Path, workflow: str, request: str, deadly: str) -> dict[str, Any]:
    command = [
        sys.executable,
        str(CHILD),
        str(copied(demo, folder / "workspace")),
        str(folder / "threads"),
        deadly,
    ]
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    environment = {**os.environ, "PYTHONPATH": paths, "RESUME_WORKFLOW": workflow, "RESUME_REQUEST": request}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    ("workflow", "request_", "status", "writes", "nodes"),
    [
        ("tidy_notebook", TIDY, "done", 3, 7),
        ("run_and_inspect", RUN, "running", 1, 3),
        ("ask", CHAIN, "done", 3, 1),
    ],
)
def test_killed_at_every_step_it_resumes_to_the_same_workspace(
    demo: Path, tmp_path: Path, workflow: str, request_: str, status: str, writes: int, nodes: int
) -> None:
    undisturbed = ended(demo, tmp_path / "never", workflow, request_, "never")
    assert (undisturbed["killed"], undisturbed["status"]) == (0, status)
    after_writes = ended(demo, tmp_path / "wrote", workflow, request_, "wrote")
    assert (after_writes["killed"], after_writes["picture"]) == (writes, undisturbed["picture"])
    before_nodes = ended(demo, tmp_path / "node", workflow, request_, "node")
    assert before_nodes["killed"] >= nodes
    assert before_nodes["picture"] == undisturbed["picture"]
