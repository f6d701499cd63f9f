"""The store: opened and migrated once, written by many at a time, and nothing lost or half done."""

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import Call
from sqlalchemy import event, insert, select, text

from workspace.domain import Workspace, local_caller
from workspace.errors import StoreUnusable, ToolRefused
from workspace.opening import open_store
from workspace.store.migrations.apply import newest
from workspace.store.migrations.regenerate import digest
from workspace.store.schema import Project
from workspace.tools.registry import TOOLS

pytestmark = pytest.mark.anyio

WRITERS = 3
EACH = 10

ADD_BLOCKS = """
import asyncio, sys
from pathlib import Path
from workspace.domain import local_caller
from workspace.opening import open_store
from workspace.tools.registry import TOOLS

data, database, notebook, name, count = Path(sys.argv[1]), sys.argv[2] or None, sys.argv[3], sys.argv[4], int(sys.argv[5])
workspace = open_store(data, database=database)

async def main():
    for number in range(count):
        await TOOLS["create_block"].call(workspace, local_caller(), {
            "notebookId": notebook, "type": "code", "content": f"{name} {number}", "position": 0})
        print(f"{name} {number}", flush=True)

asyncio.run(main())
"""


async def contents(call: Call, notebook: str) -> list[str]:
    blocks = (await call("get_notebook", notebookId=notebook))["notebook"]["blocks"]
    assert [block["sortingKey"] for block in blocks] == [f"{number:06d}" for number in range(len(blocks))]
    return [block["content"] for block in blocks]


async def test_writers_in_several_processes_lose_no_change(
    call: Call, workspace: Workspace, database: str | None
) -> None:
    notebook = (await call("create_project", name="Busy"))["project"]["notebooks"][0]["id"]
    command = [sys.executable, "-c", ADD_BLOCKS, str(workspace.services.data), database or "", notebook]
    running = [
        subprocess.Popen([*command, f"writer{number}", str(EACH)], stdout=subprocess.DEVNULL)  # noqa: ASYNC220
        for number in range(WRITERS)
    ]
    assert [process.wait(timeout=60) for process in running] == [0] * WRITERS
    there = await contents(call, notebook)
    assert sorted(there) == sorted(
        f"writer{one} {number}" for one in range(WRITERS) for number in range(EACH)
    )


async def test_writers_in_several_threads_lose_no_change(call: Call, workspace: Workspace) -> None:
    notebook = (await call("create_project", name="Busy"))["project"]["notebooks"][0]["id"]
    block = (await call("create_block", notebookId=notebook, type="code", content=""))["block"]["id"]
    failures: list[BaseException] = []

    def work(writer: int) -> None:
        async def several() -> None:
            for number in range(EACH):
                content = {
                    "notebookId": notebook,
                    "type": "code",
                    "content": f"{writer} {number}",
                    "position": 0,
                }
                await TOOLS["create_block"].call(workspace, local_caller(), content)
                moved: dict[str, Any] = {
                    "notebookId": notebook,
                    "blockIds": [block],
                    "placement": {"type": "start"},
                }
                await TOOLS["reorder_notebook_blocks"].call(workspace, local_caller(), moved)

        try:
            asyncio.run(several())
        except BaseException as failed:  # noqa: BLE001 - the test looks at it
            failures.append(failed)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    there = await contents(call, notebook)
    assert len(there) == 4 * EACH + 1
    assert len(set(there)) == 4 * EACH + 1


async def test_what_a_killed_writer_was_told_is_there_is_there(
    call: Call, workspace: Workspace, database: str | None
) -> None:
    notebook = (await call("create_project", name="Busy"))["project"]["notebooks"][0]["id"]
    command = [
        sys.executable,
        "-c",
        ADD_BLOCKS,
        str(workspace.services.data),
        database or "",
        notebook,
        "w",
        "100000",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(25)]
    process.kill()
    rest = process.stdout.read().splitlines()
    process.wait()
    process.stdout.close()
    there = await contents(call, notebook)
    acknowledged = len(told) + len([line for line in rest if line.startswith("w ")])
    assert there[::-1][: len(told)] == told
    assert acknowledged <= len(there) <= acknowledged + 1


def test_a_transaction_that_fails_changes_nothing(workspace: Workspace) -> None:
    row = {
        "name": "x",
        "project_type": "standard",
        "extra": {},
        "created_at": workspace.now,
        "updated_at": workspace.now,
    }

    def two_of_which_one_fails() -> None:
        with workspace.writing() as connection:
            connection.execute(insert(Project), [{"id": "one", **row}])
            raise KeyError("two")

    with pytest.raises(KeyError):
        two_of_which_one_fails()
    with workspace.reading() as connection:
        assert connection.scalars(select(Project.id)).all() == []


async def test_a_full_disk_is_said_and_changes_nothing(
    call: Call, workspace: Workspace, database: str | None
) -> None:
    if database is not None:
        pytest.skip("a PostgreSQL server's disk is not ours to fill")
    made = (await call("create_project", name="Before"))["project"]
    engine = workspace.services.engine
    engine.dispose()
    event.listen(
        engine, "connect", lambda connection, _record: connection.execute("PRAGMA max_page_count = 1")
    )
    with pytest.raises(
        ToolRefused, match=r"cannot be used now: database or disk is full\. Nothing was changed"
    ):
        await call(
            "create_block", notebookId=made["notebooks"][0]["id"], type="markdown", content="x" * 500_000
        )
    assert (await call("get_notebook", notebookId=made["notebooks"][0]["id"]))["notebook"]["blocks"] == []


def test_times_come_back_as_the_same_moment_in_utc(workspace: Workspace) -> None:
    there = datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    row = {"id": "one", "name": "x", "project_type": "standard", "extra": {}}
    with workspace.writing() as connection:
        connection.execute(insert(Project), [{**row, "created_at": there, "updated_at": there}])
    with workspace.reading() as connection:
        back = connection.scalars(select(Project.created_at)).one()
    assert back == there
    assert back.tzinfo is UTC


def test_opening_again_finds_the_same_workspace(workspace: Workspace, database: str | None) -> None:
    again = open_store(workspace.services.data, database=database)
    try:
        assert (again.id, again.signing_key) == (workspace.id, workspace.signing_key)
    finally:
        again.close()


def test_processes_that_open_an_empty_folder_together_make_one_workspace(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from workspace.opening import open_store; print(open_store(Path(sys.argv[1])).id)"
    command = [sys.executable, "-c", code, str(tmp_path / "data")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    ids = {process.communicate(timeout=60)[0].strip() for process in running}
    assert [process.returncode for process in running] == [0] * 3
    assert len(ids) == 1


def test_a_database_of_another_version_is_refused_and_left_alone(
    workspace: Workspace, database: str | None
) -> None:
    with workspace.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    with pytest.raises(StoreUnusable, match=r"at revision 9999_future, which this version does not know"):
        open_store(workspace.services.data, database=database)


@pytest.mark.parametrize(
    ("database", "words"),
    [
        ("mysql://x@127.0.0.1/y", "SQLite or PostgreSQL, not in mysql"),
        ("no url", "not a URL"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", r"nobody:\*\*\*@127.0.0.1:1/none cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said_without_its_password(
    tmp_path: Path, database: str, words: str
) -> None:
    with pytest.raises(StoreUnusable, match=words) as refused:
        open_store(tmp_path, database=database)
    assert "secret" not in str(refused.value)


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StoreUnusable, match="cannot be made"):
        open_store(tmp_path / "data")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "workspace.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        open_store(tmp_path / "broken")


def test_the_migration_is_that_of_the_tables() -> None:
    assert newest() == f"0001_{digest()}", "run python -m workspace.store.migrations.regenerate"
