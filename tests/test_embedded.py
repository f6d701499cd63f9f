"""The workspace inside this process: opened, asked over its own protocol, and gone without a trace of its key."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import make_url, select

from workspace.access.schema import ApiKey
from workspace.domain import Role
from workspace.embedded import Embedded, open_workspace
from workspace.keeping import keep_worker
from workspace.opening import open_store

pytestmark = pytest.mark.anyio


async def ask(embedded: Embedded, key: str, method: str, **params: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=embedded.app)) as client:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return await client.post(embedded.url, json=body, headers={"Authorization": f"Bearer {key}"})


async def call(embedded: Embedded, tool: str, **arguments: Any) -> Any:
    answer = await ask(embedded, embedded.key, "tools/call", name=tool, arguments=arguments)
    return answer.json()["result"]["structuredContent"]


async def test_an_empty_folder_becomes_the_demo_workspace(tmp_path: Path) -> None:
    async with open_workspace(tmp_path / "data", worker=False) as embedded:
        names = {
            notebook["name"]
            for project in (await call(embedded, "list_projects"))["projects"]
            for notebook in project["notebooks"]
        }
        assert {"Monthly KPIs", "Scratchpad"} <= names
        assert (await call(embedded, "list_integrations"))["integrations"]
        (hit, *_) = (await call(embedded, "search", q="monthly kpis", types=["notebooks"]))["results"][
            "notebooks"
        ]
        assert embedded.address(hit["id"]) == hit["url"]


async def test_a_folder_that_is_not_empty_is_left_as_it_is(tmp_path: Path) -> None:
    async with open_workspace(tmp_path / "data", seed_demo=False, worker=False) as embedded:
        await call(embedded, "create_project", name="Mine")
    async with open_workspace(tmp_path / "data", worker=False) as embedded:
        assert [project["name"] for project in (await call(embedded, "list_projects"))["projects"]] == [
            "Mine"
        ]


async def test_the_key_has_its_role_is_nowhere_in_clear_and_ends_with_the_block(tmp_path: Path) -> None:
    async with open_workspace(tmp_path / "data", role=Role.viewer, seed_demo=False, worker=False) as embedded:
        assert (await call(embedded, "get_me"))["accessLevel"] == "viewer"
        refused = (
            await ask(embedded, embedded.key, "tools/call", name="create_project", arguments={"name": "x"})
        ).json()
        assert refused["result"]["isError"] is True
        assert (await ask(embedded, "dnw_wrong", "tools/list")).status_code == 401
        assert (await ask(embedded, embedded.key, "tools/list")).status_code == 200
        key = embedded.key
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or key.encode() not in file.read_bytes(), file
    async with open_workspace(tmp_path / "data", seed_demo=False, worker=False) as again:
        assert (await ask(again, key, "tools/list")).status_code == 401
        with again.workspace.reading() as connection:
            rows = connection.execute(select(ApiKey.revoked_at).where(ApiKey.name == "this process")).all()
        assert [row.revoked_at is None for row in rows].count(True) == 1


async def test_ids_and_times_are_those_that_were_given(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    numbers = iter(range(1, 100))
    async with open_workspace(
        tmp_path / "data",
        clock=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        new_id=lambda: f"{next(numbers):08d}-0000-4000-8000-000000000000",
        seed_demo=False,
        worker=False,
    ) as embedded:
        made = (await call(embedded, "create_project", name="x"))["project"]
        (project,) = (await call(embedded, "list_projects"))["projects"]
    assert made["id"] == "00000002-0000-4000-8000-000000000000"  # the first id is the workspace's own
    assert made["notebooks"][0]["id"] == "00000003000040008000000000000000"
    assert project["createdAt"] == "2026-01-02T03:04:05Z"


async def until(what: Any) -> Any:
    """The first value of `what()` that is true, within half a minute."""
    async with asyncio.timeout(30):
        while not (found := what()):  # noqa: ASYNC110 - other processes raise no event here
            await asyncio.sleep(0.05)
    return found


def workers(data: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if "worker" in line and str(data) in line:
            found.append(process)
    return found


async def test_one_worker_runs_for_all_who_keep_one_and_ends_with_the_last(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    async with keep_worker(tmp_path):
        (first,) = await until(lambda: workers(tmp_path))
        async with keep_worker(tmp_path):
            assert workers(tmp_path) == [first]
        assert first.is_running()
    assert workers(tmp_path) == []


@pytest.mark.server
async def test_no_process_shows_the_databases_password(tmp_path: Path, postgres: str) -> None:
    address = make_url(postgres).set(password="seen-by-nobody").render_as_string(hide_password=False)
    open_store(tmp_path, database=address).close()
    async with keep_worker(tmp_path, address):
        (worker,) = await until(lambda: workers(tmp_path))
        await until(lambda: "slots" in (tmp_path / "worker.log").read_text())
        kernels = await until(lambda: worker.children(recursive=True))
        lines = [" ".join(one.cmdline()) for one in (worker, *kernels)]
    assert [line for line in lines if "seen-by-nobody" in line or "postgres" in line] == []


async def test_a_worker_that_dies_is_started_again_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_store(tmp_path).close()
    async with keep_worker(tmp_path):
        (first,) = await until(lambda: workers(tmp_path))
        first.kill()
        (second,) = await until(lambda: [one for one in workers(tmp_path) if one.pid != first.pid])
        assert second.is_running()
    assert workers(tmp_path) == []
    assert "The run worker ended (code -9): " in capsys.readouterr().err


async def test_a_person_who_interrupts_does_not_wait_for_a_worker_that_takes_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\ntrap '' TERM\necho $$ > {tmp_path}/pid\nwhile :; do sleep 0.1; done\n")
    slow.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(slow))
    monkeypatch.setattr("workspace.keeping.GOODBYE", 3600.0)
    told = tmp_path / "pid"

    async def interrupted() -> None:
        async with asyncio.timeout(60), keep_worker(tmp_path):
            await until(lambda: told.exists() and told.read_text())
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await interrupted()
    assert not psutil.pid_exists(int(told.read_text()))


def test_the_database_of_a_workspace_is_one_sound_file(tmp_path: Path) -> None:
    open_store(tmp_path / "data").close()
    with sqlite3.connect(tmp_path / "data" / "workspace.db") as connection:
        assert json.dumps(connection.execute("PRAGMA integrity_check").fetchall()) == '[["ok"]]'
    connection.close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
