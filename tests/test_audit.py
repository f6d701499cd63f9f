"""The audit trail: what is in it, what is not, and that tampering shows."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from front_door import PASSWORD, Front, front_door
from oauth_client import connected
from sqlalchemy import event

from workspace.__main__ import main
from workspace.access import audit
from workspace.opening import DATABASE_FILE, open_store

pytestmark = pytest.mark.anyio


def entries(front: Front, **wanted: Any) -> list[dict[str, Any]]:
    front.door.trail.flush()
    return audit.read(front.workspace.services.engine, audit.Wanted(**wanted))


async def test_a_call_is_noted_with_who_what_which_ids_when_where_and_outcome(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key("viewer")
        await front.rpc(
            "tools/call",
            {"name": "get_notebook", "arguments": {"notebookId": "n1"}},
            key,
            user_agent="probe/1",
        )
        (entry,) = entries(front)
        hashes = {name: entry.pop(name) for name in ("hash", "previous", "actor_id")}
        assert entry == {
            "seq": 1,
            "at": front.clock(),
            "actor": "viewer key",
            "actor_type": "workspace",
            "client": "probe/1",
            "address": "127.0.0.1",
            "action": "get_notebook",
            "targets": {"notebookId": "n1"},
            "outcome": "error",
        }
        assert hashes["previous"] == audit.START


async def test_outcomes_tell_done_refused_and_failed_apart(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        viewer = front.key("viewer")
        await front.call(viewer, "list_projects")
        await front.call(viewer, "create_project", name="X")
        await front.call(viewer, "get_run", runId="none")
        await front.call(viewer, "get_run", wrong="none")
        outcomes = [(entry["action"], entry["outcome"]) for entry in entries(front)]
        assert outcomes == [
            ("list_projects", "ok"),
            ("create_project", "refused"),
            ("get_run", "error"),
            ("get_run", "error"),
        ]


async def test_a_change_is_in_the_store_before_it_is_answered(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        await front.done(front.key(), "create_project", name="X")
        with sqlite3.connect(tmp_path / DATABASE_FILE) as other:
            rows = other.execute("SELECT action, outcome FROM audit_entries").fetchall()
        other.close()
        assert rows == [("create_project", "ok")]


async def test_reads_reach_the_store_within_a_moment(tmp_path: Path) -> None:
    import anyio

    async with front_door(tmp_path) as front:
        await front.done(front.key(), "list_projects")
        with anyio.fail_after(10):
            while not audit.size(front.workspace.services.engine):  # noqa: ASYNC110
                await anyio.sleep(0.02)


async def test_sign_ins_grants_and_tokens_are_noted(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        await front.web.post("/sign-in", data={"login": "ann", "password": "wrong password"})
        await front.web.post("/sign-in", data={"login": "ann", "password": PASSWORD})
        client = await connected(front)
        await client.tokens()
        noted = [(entry["action"], entry["outcome"]) for entry in entries(front)]
        assert noted == [
            ("sign-in", "denied"),
            ("sign-in", "ok"),
            ("client.register", "ok"),
            ("grant.create", "ok"),
            ("token.give", "ok"),
        ]


async def test_contents_and_secrets_are_not_in_it(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key()
        project = (await front.done(key, "create_project", name="Secret plan"))["project"]
        notebook = project["notebooks"][0]["id"]
        await front.done(
            key, "create_block", notebookId=notebook, type="code", content="password = 'hunter2'"
        )
        await front.done(key, "search", q="hunter2")
        await front.web.post("/sign-in", data={"login": "ann", "password": PASSWORD})
        await front.web.post("/sign-in", data={"login": "typed-in-the-wrong-field", "password": ""})
        text = json.dumps(entries(front), default=str)
        for secret in ("hunter2", "Secret plan", PASSWORD, key, "typed-in-the-wrong-field"):
            assert secret not in text


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entries SET actor = 'somebody else' WHERE seq = 2",
        "UPDATE audit_entries SET outcome = 'ok' WHERE seq = 2",
        "UPDATE audit_entries SET targets = '{}' WHERE seq = 2",
        "DELETE FROM audit_entries WHERE seq = 2",
        "DELETE FROM audit_entries WHERE seq = 1",
        "UPDATE audit_entries SET seq = seq + 10 WHERE seq = 3",
        "UPDATE audit_entries SET at = '2020-01-01 00:00:00.000000' WHERE seq = 3",
    ],
)
async def test_tampering_with_an_entry_shows(
    tmp_path: Path, tampering: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with front_door(tmp_path) as front:
        key = front.key()
        for name in ("A", "B", "C"):
            await front.call(key, "get_notebook", notebookId=name)
        front.door.trail.flush()
        assert audit.verify(front.workspace.services.engine).broken_at is None
    assert main(["audit", "--verify", "--data", str(tmp_path)]) == 0
    assert "3 entries, each follows" in capsys.readouterr().out
    other = sqlite3.connect(tmp_path / DATABASE_FILE)
    other.execute(tampering)
    other.commit()
    other.close()
    assert main(["audit", "--verify", "--data", str(tmp_path)]) == 1
    assert "was changed there" in capsys.readouterr().out


def test_two_writers_make_one_chain(tmp_path: Path, database: str | None) -> None:
    import threading

    first, other = open_store(tmp_path, database=database), open_store(tmp_path, database=database)

    def write(engine: Any, name: str) -> None:
        for number in range(40):
            event = audit.Event(first.now, name, "test", f"step.{number}", "ok")
            audit.write(engine, [event, event])

    threads = [
        threading.Thread(target=write, args=(place.services.engine, name))
        for place, name in ((first, "a"), (other, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    verdict = audit.verify(first.services.engine)
    assert (verdict.entries, verdict.broken_at) == (160, None)
    first.close()
    other.close()


async def test_the_command_line_filters_and_prints_lines_or_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with front_door(tmp_path) as front:
        key = front.key("viewer")
        await front.call(key, "get_notebook", notebookId="n1")
        await front.call(key, "get_notebook", notebookId="n2\x1b[31m")
        await front.call(key, "create_project", name="X")
    data = ["--data", str(tmp_path)]
    assert main(["audit", "--tool", "get_notebook", "--target", "n1", *data]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert ("get_notebook" in line, "viewer key" in line, "notebookId=n1" in line) == (True, True, True)
    assert main(["audit", "--outcome", "refused", "--json", *data]) == 0
    assert json.loads(capsys.readouterr().out)["action"] == "create_project"
    assert main(["audit", "--limit", "2", *data]) == 0
    out = capsys.readouterr().out
    assert (len(out.splitlines()), "\x1b" in out) == (2, False)


async def test_the_operators_own_acts_are_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    assert main(["key", "create", "--role", "viewer", "--name", "k", *data]) == 0
    assert main(["key", "revoke", "k", *data]) == 0
    assert main(["policy", "viewers-may-run", "on", *data]) == 0
    workspace = open_store(tmp_path)
    found = audit.read(workspace.services.engine, audit.Wanted())
    workspace.close()
    assert [(entry["action"], entry["actor_type"]) for entry in found] == [
        ("key.create", "operator"),
        ("key.revoke", "operator"),
        ("policy.change", "operator"),
    ]


async def test_on_a_full_disk_calls_are_refused_in_words_and_their_notes_wait(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key("editor")
        made = (
            await front.rpc("tools/call", {"name": "create_project", "arguments": {"name": "Before"}}, key)
        ).json()
        assert not made["result"]["isError"]
        engine = front.workspace.services.engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

        def full(opened: Any, *_: object) -> None:
            opened.execute(f"PRAGMA max_page_count = {pages}")

        event.listen(engine, "checkout", full)
        for number in range(20):
            arguments = {"name": f"{number} " + "much " * 40}
            answer = (
                await front.rpc("tools/call", {"name": "create_project", "arguments": arguments}, key)
            ).json()
        assert answer["result"]["isError"]
        assert "database or disk is full" in answer["result"]["content"][0]["text"]
        event.remove(engine, "checkout", full)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        front.door.trail.flush()
        noted = [entry["outcome"] for entry in entries(front, action="create_project")]
        assert len(noted) == 21
        assert {"ok", "error"} <= set(noted)
