"""Runs through a real Temporal server, started from its wheel: carried out once, repeated as their policy says, cancelled."""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workspace.domain import Workspace, local_caller
from workspace.errors import SettingsWrong
from workspace.opening import open_store
from workspace.tools.registry import TOOLS
from workspace.tools.runs import start_run, stop_run

pytestmark = [pytest.mark.anyio, pytest.mark.server]
ME = local_caller()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Workspace]:
    workspace = open_store(tmp_path / "data")
    yield workspace
    workspace.close()


@contextlib.contextmanager
def worker(world: Workspace, engine: str) -> Iterator[subprocess.Popen[bytes]]:
    options = ["--sandbox", "limits", "--warm", "0", "--lease", "3", "--engine", engine]
    command = [sys.executable, "-m", "workspace", "worker", "--data", str(world.services.data), *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


async def notebook(world: Workspace, *cells: str) -> str:
    project = await TOOLS["create_project"].call(world, ME, {"name": "Tests"})
    (made,) = json.loads(project)["project"]["notebooks"]
    for cell in cells:
        block = {"notebookId": made["id"], "type": "code", "content": cell}
        await TOOLS["create_block"].call(world, ME, block)
    return str(made["id"])


async def until(world: Workspace, run_id: str, *statuses: str, blocks: int = 0) -> dict[str, Any]:
    statuses = statuses or ("success", "error", "internal_error", "stopped")
    async with asyncio.timeout(120):
        while True:
            answer = await TOOLS["get_run"].call(world, ME, {"runId": run_id})
            run: dict[str, Any] = json.loads(answer)["run"]
            if run["status"] in statuses and run["progress"]["blocksDone"] >= blocks:
                return run
            await asyncio.sleep(0.05)


async def test_two_workers_share_the_runs_and_each_is_carried_out_once(
    world: Workspace, engine: str, tmp_path: Path
) -> None:
    trail = tmp_path / "trail"
    cell = f"print('x', file=open({str(trail)!r}, 'a'))"
    targets = [await notebook(world, cell), await notebook(world, cell, "1 / 0")]
    runs = [start_run(world, ME, targets[number % 2], {}) for number in range(4)]
    with worker(world, engine), worker(world, engine):
        ended = [await until(world, run_id) for run_id in runs]
    assert [run["status"] for run in ended] == ["success", "error", "success", "error"]
    assert ended[1]["error"]["message"] == "ZeroDivisionError: division by zero"
    assert trail.read_text() == "x\n" * 4


@pytest.mark.parametrize(("policy", "ends"), [("fail", "internal_error"), ("retry", "success")])
async def test_a_killed_workers_run_goes_on_elsewhere_if_its_policy_says_so(
    world: Workspace, engine: str, tmp_path: Path, policy: str, ends: str
) -> None:
    go = tmp_path / "go"
    target = await notebook(
        world, "1", f"import os, time; time.sleep(0 if os.path.exists({str(go)!r}) else 60)"
    )
    run_id = start_run(world, ME, target, {}, policy=policy)
    with worker(world, engine) as first:
        await until(world, run_id, "running", blocks=1)
        first.send_signal(signal.SIGKILL)
        first.wait()
    go.touch()
    with worker(world, engine):
        run = await until(world, run_id)
    assert run["status"] == ends


async def test_a_run_is_stopped_through_the_store_and_through_temporal(world: Workspace, engine: str) -> None:
    from temporalio.client import Client

    target = await notebook(world, "1", "import time; time.sleep(60)")
    with worker(world, engine):
        first = start_run(world, ME, target, {})
        await until(world, first, "running", blocks=1)
        stop_run(world, ME, first)
        assert (await until(world, first))["status"] == "stopped"
        second = start_run(world, ME, target, {})
        await until(world, second, "running", blocks=1)
        client = await Client.connect(engine.removeprefix("temporal://"))
        await client.get_workflow_handle(f"notebook-run-{second}").cancel()
        assert (await until(world, second))["status"] == "stopped"


async def test_an_engine_that_does_not_answer_is_named() -> None:
    from workspace.runs.temporal import connect

    with pytest.raises(SettingsWrong, match=r"No Temporal server answers at 127.0.0.1:1"):
        await connect("temporal://127.0.0.1:1")
    with pytest.raises(SettingsWrong, match="is no engine"):
        await connect("redis://127.0.0.1")
