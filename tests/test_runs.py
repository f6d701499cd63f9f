"""Runs from create_run to the snapshot: the queue, workers that die, limits of order, links. On both databases."""

import asyncio
import contextlib
import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError

from benchmarks.kills import kills
from workspace.domain import Caller, Role, Workspace, local_caller
from workspace.errors import ToolRefused
from workspace.opening import open_store
from workspace.runs import queue
from workspace.runs.limits import Limits
from workspace.runs.sandbox import Level
from workspace.runs.snapshots import SnapshotRefused, verified_path, write_snapshot
from workspace.runs.surroundings import WorkspaceSurroundings, told_sandbox
from workspace.runs.worker import Worker, WorkerSettings
from workspace.store.engine import writing
from workspace.tools.registry import TOOLS
from workspace.tools.runs import start_run, stop_run

pytestmark = pytest.mark.anyio
POSTGRES = os.environ.get("DEEPNOTE_TEST_POSTGRES")
ME = local_caller()
FAST = ("--sandbox", "limits", "--warm", "0")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None for the data folder's SQLite file, or the address of a PostgreSQL database of this test's own."""
    if request.param == "sqlite":
        yield None
        return
    if POSTGRES is None:
        pytest.skip("DEEPNOTE_TEST_POSTGRES names no server")
    name = f"runs_{uuid.uuid4().hex[:12]}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def world(tmp_path: Path, database: str | None) -> Iterator[Workspace]:
    workspace = open_store(tmp_path / "data", database=database)
    yield workspace
    workspace.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace on SQLite, for what does not depend on the database."""
    workspace = open_store(tmp_path / "data")
    yield workspace
    workspace.close()


async def call(workspace: Workspace, tool: str, **arguments: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await TOOLS[tool].call(workspace, ME, arguments))
    return answer


async def notebook(workspace: Workspace, *blocks: str | tuple[str, dict[str, Any]]) -> str:
    """A notebook with these blocks: code as text, others as type and metadata."""
    project = await call(workspace, "create_project", name="Tests")
    made = await call(workspace, "create_notebook", projectId=project["project"]["id"], name="Notebook")
    for block in blocks:
        kind, metadata = ("code", {}) if isinstance(block, str) else block
        content = block if isinstance(block, str) else ""
        await call(
            workspace,
            "create_block",
            notebookId=made["notebook"]["id"],
            type=kind,
            content=content,
            metadata=metadata,
        )
    return str(made["notebook"]["id"])


async def run_of(workspace: Workspace, run_id: str, delivery: str = "blocks") -> dict[str, Any]:
    answer = await call(workspace, "get_run", runId=run_id, snapshotDelivery=delivery)
    return dict(answer["run"])


async def until(
    workspace: Workspace, run_id: str, *statuses: str, block: int | None = None
) -> dict[str, Any]:
    """The run once it has one of these statuses, and that many blocks done."""
    statuses = statuses or ("success", "error", "internal_error", "stopped")
    async with asyncio.timeout(120):
        while True:
            run = await run_of(workspace, run_id)
            if run["status"] in statuses and (block is None or run["progress"]["blocksDone"] >= block):
                return run
            await asyncio.sleep(0.02)


async def appears(path: Path) -> None:
    async with asyncio.timeout(60):
        while not path.exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def working(workspace: Workspace, **settings: Any) -> AsyncIterator[Worker]:
    """A worker inside this process."""
    settings = {"level": Level.LIMITS, "warm": 0, **settings}
    chosen = WorkerSettings(workspace.services.data, **settings)
    worker = Worker(
        workspace.services.engine, chosen, WorkspaceSurroundings(workspace), workspace.services.clock, print
    )
    ended = asyncio.Event()
    task = asyncio.create_task(worker.serve(ended))
    try:
        yield worker
    finally:
        ended.set()
        await task


@contextlib.contextmanager
def worker_process(
    workspace: Workspace, database: str | None, *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "workspace",
        "worker",
        "--data",
        str(workspace.services.data),
        *FAST,
        *options,
    ]
    if database is not None:
        command += ["--database", database]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


async def test_a_run_is_queued_carried_out_and_its_outputs_are_kept(world: Workspace) -> None:
    chosen = ("input-text", {"deepnote_variable_name": "who", "deepnote_variable_value": "world"})
    target = await notebook(world, chosen, "print('hello', who)", "len(who)")
    asked = await call(world, "create_run", notebookId=target, inputs={"who": "moon"})
    waiting = await run_of(world, asked["runId"])
    assert (asked["status"], waiting["queuePosition"], waiting["snapshotBlocks"]) == ("pending", 1, None)
    async with working(world):
        run = await until(world, asked["runId"])
    assert (run["status"], run["error"], run["inputs"]) == ("success", None, {"who": "moon"})
    assert run["progress"] == {"blocksDone": 3, "blocksTotal": 3, "currentBlockId": None}
    assert run["queuePosition"] is None
    assert run["sandbox"] == "limits"
    assert [block["outputs"] for block in run["snapshotBlocks"]] == [
        [],
        [{"output_type": "stream", "name": "stdout", "text": "hello moon\n"}],
        [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "4"},
                "metadata": {},
                "execution_count": 3,
            }
        ],
    ]
    seen = (await call(world, "get_notebook", notebookId=target))["notebook"]
    assert (seen["lastRunId"], seen["lastRunAt"]) == (asked["runId"], asked["createdAt"])


async def test_a_failing_block_stops_the_run_and_is_told(alone: Workspace) -> None:
    target = await notebook(alone, "1", "{}['key']", "print('never')")
    async with working(alone):
        run = await until(alone, start_run(alone, ME, target, {}))
    failed = run["snapshotBlocks"][1]
    assert run["status"] == "error"
    assert {key: value for key, value in run["error"].items() if key != "traceback"} == {
        "message": "KeyError: 'key'",
        "category": "block",
        "blockId": failed["id"],
        "blockType": "code",
        "ename": "KeyError",
        "evalue": "'key'",
    }
    assert "{}['key']" in "".join(run["error"]["traceback"])
    assert run["progress"] == {"blocksDone": 1, "blocksTotal": 3, "currentBlockId": None}
    assert run["snapshotBlocks"][2]["outputs"] == []


async def test_the_notebook_runs_as_it_stood_when_it_was_asked_for(alone: Workspace) -> None:
    target = await notebook(alone, "'before'")
    run_id = start_run(alone, ME, target, {})
    (block,) = (await call(alone, "get_notebook", notebookId=target))["notebook"]["blocks"]
    await call(alone, "update_block", blockId=block["id"], content="'after'")
    async with working(alone):
        run = await until(alone, run_id)
    assert run["snapshotBlocks"][0]["outputs"][0]["data"]["text/plain"] == "'before'"


async def test_a_wrong_input_starts_nothing(alone: Workspace) -> None:
    target = await notebook(alone, ("input-checkbox", {"deepnote_variable_name": "all"}))
    with pytest.raises(ToolRefused, match=r"no input `every`. Its inputs: `all` \(input-checkbox\)"):
        await call(alone, "create_run", notebookId=target, inputs={"every": True})
    assert (await call(alone, "list_notebook_runs", notebookId=target))["runs"] == []


async def test_runs_of_one_notebook_keep_their_order_and_others_run_beside_it(
    world: Workspace, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    waiting = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    first, other = await notebook(world, waiting), await notebook(world, "1")
    slow, waits, beside = (start_run(world, ME, target, {}) for target in (first, first, other))
    async with working(world, slots=3):
        await until(world, beside, "success")
        assert (await run_of(world, slow))["status"] == "running"
        assert (await run_of(world, waits))["status"] == "pending"
        gate.touch()
        ended = [await until(world, one) for one in (slow, waits)]
    assert ended[0]["completedAt"] <= ended[1]["startedAt"]
    listed = await call(world, "list_notebook_runs", notebookId=first, pageSize=1)
    assert [run["runId"] for run in listed["runs"]] == [waits]
    rest = await call(
        world,
        "list_notebook_runs",
        notebookId=first,
        pageSize=1,
        pageToken=listed["pagination"]["nextPageToken"],
    )
    assert ([run["runId"] for run in rest["runs"]], rest["pagination"]["hasMore"]) == ([slow], False)


async def test_a_waiting_run_and_a_running_one_can_be_stopped(world: Workspace) -> None:
    target = await notebook(world, "print('on')", "import time; time.sleep(60)")
    going, waiting = start_run(world, ME, target, {}), start_run(world, ME, target, {})
    async with working(world):
        await until(world, going, "running", block=1)
        assert stop_run(world, ME, waiting) == "stopped"
        assert stop_run(world, ME, going) == "running"
        run = await until(world, going)
    assert (run["status"], run["error"]["message"]) == ("stopped", "The run was stopped.")
    assert run["snapshotBlocks"][0]["outputs"][0]["text"] == "on\n"
    assert stop_run(world, ME, going) == "stopped"


async def test_a_wish_to_stop_that_comes_too_late_leaves_the_run_as_it_ended(alone: Workspace) -> None:
    targets = [await notebook(alone, "1") for _ in range(4)]
    async with working(alone, slots=4):
        runs = [start_run(alone, ME, target, {}) for target in targets]
        for run_id, target in zip(runs, targets, strict=True):
            while (await run_of(alone, run_id))["progress"]["blocksDone"] == 0:  # noqa: ASYNC110
                await asyncio.sleep(0)
            stop_run(alone, ME, run_id)
            assert (await until(alone, run_id))["status"] in ("success", "stopped"), target


async def test_a_limit_that_was_passed_is_the_runs_error(alone: Workspace) -> None:
    target = await notebook(alone, "import time; time.sleep(60)")
    async with working(alone, limits=Limits(wall_seconds=0.5)):
        run = await until(alone, start_run(alone, ME, target, {}))
    assert (run["status"], run["error"]["category"]) == ("error", "time")
    assert run["error"]["message"] == "The run passed its time limit of 0.5 s and was stopped."


async def test_a_warm_kernel_serves_one_run_only(alone: Workspace) -> None:
    target = await notebook(alone, "import os\nseen = globals().get('seen', 0) + 1\nseen, os.getpid()")
    async with working(alone, warm=1) as worker:
        results = set()
        for _ in range(2):
            run = await until(alone, start_run(alone, ME, target, {}))
            results.add(run["snapshotBlocks"][0]["outputs"][0]["data"]["text/plain"])
        assert len(results) == 2
        assert all(result.startswith("(1, ") for result in results)
    assert not worker.kernels.waiting


@pytest.mark.parametrize(("policy", "ends"), [("fail", "internal_error"), ("retry", "success")])
async def test_a_killed_workers_run_is_marked_or_run_again_never_twice_at_once(
    world: Workspace, database: str | None, tmp_path: Path, policy: str, ends: str
) -> None:
    trail = tmp_path / "trail"
    slow = f"import os, time\nopen({str(trail)!r}, 'a').write('started ')\ntime.sleep(0 if os.path.exists({str(trail)!r} + '.go') else 60)"
    target = await notebook(world, "print('kept')", slow)
    run_id = start_run(world, ME, target, {}, policy=policy)
    with worker_process(world, database) as first:
        await until(world, run_id, "running", block=1)
        await appears(trail)
        kernels = psutil.Process(first.pid).children(recursive=True)
        first.send_signal(signal.SIGKILL)
        first.wait()
    trail.with_name("trail.go").touch()
    psutil.wait_procs(kernels, timeout=60)
    assert not any(kernel.is_running() and kernel.status() != "zombie" for kernel in kernels)
    with worker_process(world, database):
        run = await until(world, run_id)
        await appears(world.services.data / "snapshots" / f"{run_id}.snapshot.deepnote")
    assert run["status"] == ends
    assert run["snapshotBlocks"][0]["outputs"][0]["text"] == "kept\n"
    assert trail.read_text().split() == ["started"] * (2 if policy == "retry" else 1)
    if policy == "fail":
        assert run["error"]["message"] == "The worker that ran this notebook stopped before it was done."


async def test_two_workers_share_the_queue_and_each_run_is_carried_out_once(
    world: Workspace, database: str | None, tmp_path: Path
) -> None:
    trail = tmp_path / "trail"
    target = [await notebook(world, f"print('x', file=open({str(trail)!r}, 'a'))") for _ in range(3)]
    runs = [start_run(world, ME, target[number % 3], {}) for number in range(6)]
    with worker_process(world, database), worker_process(world, database):
        ended = [await until(world, run_id) for run_id in runs]
    assert {run["status"] for run in ended} == {"success"}
    assert trail.read_text() == "x\n" * 6


async def test_a_worker_that_lost_its_run_cannot_end_it(world: Workspace) -> None:
    run_id = start_run(world, ME, await notebook(world, "1"), {}, policy="retry")
    engine, now = world.services.engine, world.now
    first = queue.claim(engine, "here", now)
    assert first is not None
    assert queue.claim(engine, "there", now) is None
    assert queue.recover(engine, now) == []
    assert queue.recover(engine, now + timedelta(minutes=1)) == [queue.Lost(run_id, "pending")]
    second = queue.claim(engine, "there", now)
    assert second is not None
    assert queue.renew(engine, first, now).held is False
    assert queue.finish(engine, first, "success", now) is False
    assert queue.finish(engine, second, "success", now) is True
    assert queue.finish(engine, second, "error", now) is False
    assert queue.status_of(engine, run_id) == "success"


async def test_the_worker_ends_with_its_parent_and_takes_its_kernels_along(alone: Workspace) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as parent:  # noqa: ASYNC220
        run_id = start_run(alone, ME, await notebook(alone, "1", "import time; time.sleep(60)"), {})
        with worker_process(alone, None, "--parent-pid", str(parent.pid)) as worker:
            await until(alone, run_id, "running", block=1)
            kernels = psutil.Process(worker.pid).children(recursive=True)
            parent.kill()
            assert worker.wait(timeout=60) == 0
    assert kernels
    psutil.wait_procs(kernels, timeout=60)
    assert not any(kernel.is_running() for kernel in kernels)
    run = await run_of(alone, run_id, "inline")
    assert (run["status"], "The worker that ran this" in run["snapshotContent"]) == ("internal_error", True)


async def test_a_snapshot_link_opens_its_own_file_for_a_time(alone: Workspace) -> None:
    target = await notebook(alone, "print('hello')")
    async with working(alone):
        run_id = start_run(alone, ME, target, {})
        await until(alone, run_id)
    run = await run_of(alone, run_id, "downloadUrl")
    link = urlsplit(run["snapshotDownloadUrl"])
    expires, signature = (parse_qs(link.query)[name][0] for name in ("expires", "signature"))
    key, data = alone.signing_key, alone.services.data
    path = verified_path(key, data, run_id, expires, signature, alone.now)
    assert path.read_text() == (await run_of(alone, run_id, "inline"))["snapshotContent"]
    assert run["snapshotContent"] is None
    for wrong in (
        (str(uuid.uuid4()), expires, signature),
        (run_id, str(int(expires) + 1), signature),
        ("..", "1", ""),
    ):
        with pytest.raises(SnapshotRefused):
            verified_path(key, data, *wrong, alone.now)
    with pytest.raises(SnapshotRefused, match="expired"):
        verified_path(key, data, run_id, expires, signature, alone.now + timedelta(hours=1))


def test_a_snapshot_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_snapshot(tmp_path, "run", "x" * 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list((tmp_path / "snapshots").iterdir()) == []


async def test_what_a_killed_worker_left_half_done_is_mended_by_the_next(alone: Workspace) -> None:
    """It was killed while it wrote a snapshot, and after it had marked a lost run, before that one's snapshot."""
    run_id = start_run(alone, ME, await notebook(alone, "1"), {})
    engine, now = alone.services.engine, alone.now
    assert queue.claim(engine, "gone", now) is not None
    assert queue.recover(engine, now, ["gone"]) == [queue.Lost(run_id, "internal_error")]
    folder = alone.services.data / "snapshots"
    folder.mkdir()
    left, new, held = (folder / f".{name}.0123abcd.part" for name in ("left", "new", "held"))
    for file in (left, new, held):
        file.write_text("half")
    for file in (left, held):
        os.utime(file, (0, 0))
    with held.open() as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        async with working(alone):
            await appears(folder / f"{run_id}.snapshot.deepnote")
            assert sorted(file.name for file in folder.glob(".*")) == [held.name, new.name]
    run = await run_of(alone, run_id, "inline")
    assert "The worker that ran this" in run["snapshotContent"]


async def test_a_run_whose_snapshot_cannot_be_written_says_so(alone: Workspace) -> None:
    target = await notebook(alone, ("markdown", {}))
    (alone.services.data / "snapshots").write_text("a file where the folder should be")
    async with working(alone):
        run = await until(alone, start_run(alone, ME, target, {}))
    assert (run["status"], run["error"]["category"]) == ("internal_error", "worker")
    assert run["error"]["message"] == "The snapshot could not be written: File exists."
    assert run["snapshotDownloadUrl"] is None
    assert (await run_of(alone, run["runId"], "inline"))["status"] == "internal_error"


async def test_a_run_of_a_hidden_project_is_unknown_to_the_key(alone: Workspace) -> None:
    target = await notebook(alone, "1")
    run_id = start_run(alone, ME, target, {})
    other = Caller("u", "Eve", Role.editor, "k", project_ids=frozenset({"another"}))
    for tool, arguments in (("get_run", {"runId": run_id}), ("create_run", {"notebookId": target})):
        with pytest.raises(ToolRefused, match="in this workspace"):
            await TOOLS[tool].call(alone, other, arguments)


async def test_the_reached_sandbox_is_told_and_the_worker_carries_no_data_libraries(alone: Workspace) -> None:
    with alone.reading() as connection:
        assert told_sandbox(connection).startswith("unknown")
    with worker_process(alone, None) as worker:
        assert worker.stderr is not None
        line = await asyncio.to_thread(worker.stderr.readline)
    assert b"sandbox limits: kernels run with limits only" in line
    with alone.reading() as connection:
        assert told_sandbox(connection).startswith("limits: ")
    heavy = "import sys, workspace.cli.worker, workspace.runs.worker, workspace.runs.surroundings; print([m for m in ('pandas', 'altair', 'duckdb', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)  # noqa: ASYNC221
    assert done.stdout == "[]\n"


@pytest.mark.slow
async def test_killing_server_and_worker_under_load_loses_nothing_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    killed = await kills(tmp_path, None, times=3, clients=4, seconds=1, run_share=0.1)
    assert killed.ledger.faults == []
    assert killed.victims == ["both", "server", "worker"]
    assert killed.checked["audit entries"] >= killed.ledger.calls["read"] > 0


def test_a_notebooks_runs_are_seen_in_the_order_of_their_numbers(world: Workspace) -> None:
    """Who queues a run waits for whoever is queueing one: else a worker could take the second before the first is there."""
    engine = world.services.engine
    if engine.dialect.name == "sqlite":
        return  # one writer at a time, always
    target = asyncio.run(notebook(world, "1"))
    overtaking: list[str] = []
    overtakes: list[str] = []

    def overtake(*_: object) -> None:
        """While the first run is only half queued, and only then."""
        if overtaking:
            return
        overtaking.append("second")
        with contextlib.suppress(OperationalError), writing(engine) as other:
            other.execute(text("SET LOCAL lock_timeout = '100ms'"))
            add_one(other, "second")
            overtakes.append("second")

    def add_one(connection: Connection, run_id: str) -> None:
        queue.add_run(connection, run_id=run_id, notebook_id=target, blocks=[], inputs={}, now=world.now)

    with writing(engine) as connection:
        event.listen(engine, "after_cursor_execute", overtake)
        add_one(connection, "first")
    assert overtakes == []
