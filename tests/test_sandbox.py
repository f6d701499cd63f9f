"""What a kernel can reach at each level: tried from inside, by the notebook's own code."""

import contextlib
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from workspace.runs.document import RunBlock, RunConnection, RunDocument
from workspace.runs.door import Door, linkable
from workspace.runs.executor import BlockDone, run_document
from workspace.runs.folders import LOCK, sweep
from workspace.runs.kernels import Kernel
from workspace.runs.limits import Limits
from workspace.runs.sandbox import Level, Needs, probe

pytestmark = pytest.mark.anyio
NETWORK = "import socket\ntry:\n    socket.create_connection(('127.0.0.1', {port}), 2)\n    print('reached')\nexcept OSError as wrong:\n    print(type(wrong).__name__)"


def reached(level: Level) -> None:
    if probe(level) is not level:
        pytest.skip(f"{level} does not work on this machine")


async def printed(kernel: Kernel, *cells: str, document: RunDocument | None = None) -> list[str]:
    """What each block printed; fails with a block that fails."""
    document = document or RunDocument([RunBlock(str(at), "code", cell) for at, cell in enumerate(cells)])
    events = run_document(document, kernel, Limits(), lambda: datetime.now(UTC))
    async with contextlib.aclosing(events):
        done = [event async for event in events if isinstance(event, BlockDone)]
    assert [one.error for one in done if one.error] == []
    return ["".join(output.get("text", "") for output in one.outputs) for one in done]


@pytest.fixture
def host_file(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text("the host's own")
    return file


async def test_bubblewrap_shows_no_network_no_files_no_other_process_and_nobody(host_file: Path) -> None:
    reached(Level.BUBBLEWRAP)
    kernel = await Kernel.start(Level.BUBBLEWRAP, Needs())
    try:
        network, files, user, alone, home, environment = await printed(
            kernel,
            NETWORK.format(port=1),
            f"import os\nprint(os.path.exists({str(host_file)!r}), os.path.exists('/etc/passwd'), os.listdir('/home') if os.path.exists('/home') else [])",
            "print(os.getuid(), os.getgid())",
            "print(os.getpid(), [entry for entry in os.listdir('/proc') if entry.isdigit()])",
            "for place in ('.', '/tmp', '/dev/shm', '/usr', '/', '/dev', '/run', '/etc', '/var/tmp'):\n    try:\n        open(f'{place}/mine.txt', 'w').write('x')\n    except OSError as wrong:\n        print(place, wrong.strerror)",
            "print(sorted(name for name in os.environ if 'KEY' in name or 'TOKEN' in name or 'DEEPNOTE' in name))",
        )
    finally:
        await kernel.close()
    assert network in ("ConnectionRefusedError\n", "OSError\n")  # its own loopback, where nothing listens
    assert files == "False False []\n"
    assert user == "65534 65534\n"
    assert alone == "1 ['1']\n"
    nowhere = "Read-only file system"
    assert home.splitlines() == [
        *(f"{place} {nowhere}" for place in ("/usr", "/", "/dev", "/run", "/etc")),
        "/var/tmp No such file or directory",
    ]
    assert environment == "['DEEPNOTE_KERNEL']\n"


@pytest.mark.parametrize("level", [Level.BUBBLEWRAP, Level.UNSHARE])
@pytest.mark.parametrize("network", [False, True])
async def test_the_network_is_there_only_when_an_integration_needs_it(level: Level, network: bool) -> None:
    reached(level)
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        kernel = await Kernel.start(level, Needs(network=network))
        try:
            (said,) = await printed(kernel, NETWORK.format(port=server.getsockname()[1]))
        finally:
            await kernel.close()
    assert (said == "reached\n") is network


async def test_the_lowest_level_claims_nothing(host_file: Path) -> None:
    kernel = await Kernel.start(Level.LIMITS, Needs())
    try:
        (said,) = await printed(kernel, f"print(open({str(host_file)!r}).read())")
    finally:
        await kernel.close()
    assert said == "the host's own\n"
    assert Level.LIMITS.sentence == "kernels run with limits only: they see the host's files and its network"


def test_a_level_is_reached_only_where_its_program_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert probe() is Level.LIMITS
    assert probe(Level.BUBBLEWRAP) is Level.LIMITS
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert probe() is Level.LIMITS


def database(folder: Path) -> RunConnection:
    file = folder / "shop.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute("CREATE TABLE orders AS SELECT range AS id FROM range(3)")
    return RunConnection(f"duckdb:///{file}", "duckdb", files=(str(file),))


def query(shop: RunConnection) -> RunDocument:
    counting = {"sql_integration_id": "shop", "deepnote_variable_name": "counted"}
    blocks = [
        RunBlock("1", "sql", "SELECT count(*) AS n FROM orders", counting),
        RunBlock("2", "code", "print(int(counted.n[0]))"),
    ]
    return RunDocument(blocks, {}, {"shop": shop})


async def test_files_are_mounted_at_the_start_or_come_through_the_door(tmp_path: Path) -> None:
    reached(Level.BUBBLEWRAP)
    shop, doors = database(tmp_path), tmp_path / "doors"
    mounted = await Kernel.start(Level.BUBBLEWRAP, Needs(files=tuple(shop.files)))
    waiting = await Kernel.start(Level.BUBBLEWRAP, Needs(), doors=doors)
    try:
        assert (await printed(mounted, document=query(shop)))[1] == "3\n"
        assert waiting.door is not None
        assert linkable(shop.files, doors)
        inside = waiting.door.admit(shop.files)
        assert (await printed(waiting, document=query(shop).moved(inside)))[1] == "3\n"
        (said,) = await printed(
            waiting,
            f"try:\n    open({inside[shop.files[0]]!r}, 'ab')\nexcept OSError as wrong:\n    print(wrong.strerror)",
        )
        assert said == "Read-only file system\n"
    finally:
        await mounted.close()
        await waiting.close()
    assert list(doors.iterdir()) == []
    assert Path(shop.files[0]).exists()


def test_a_door_takes_folders_and_is_swept_when_its_worker_is_gone(tmp_path: Path) -> None:
    (tmp_path / "csv" / "deep").mkdir(parents=True)
    (tmp_path / "csv" / "deep" / "a.csv").write_text("x\n1\n")
    door = Door(tmp_path / "doors")
    inside = door.admit([str(tmp_path / "csv")])[str(tmp_path / "csv")]
    assert (Path(inside) / "deep" / "a.csv").read_text() == "x\n1\n"
    left, new = tmp_path / "doors" / "left", tmp_path / "doors" / "new"
    shutil.copytree(door.folder, left)
    shutil.copytree(door.folder, new)
    hour_ago = time.time() - 3_600
    for folder in (left, door.folder):
        os.utime(folder / LOCK, (hour_ago, hour_ago))
    (new / LOCK).touch()
    sweep(tmp_path / "doors", "*")
    assert sorted(tmp_path.glob("doors/*")) == sorted([door.folder, new])
    door.close()
    assert not linkable(["/proc/self/status"], tmp_path / "doors")
