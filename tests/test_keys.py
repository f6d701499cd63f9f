"""API keys: shown once, hashed at rest, checked at every call, taken back at once."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from front_door import front_door

from workspace.__main__ import main
from workspace.access import keys
from workspace.access.errors import BadRequest
from workspace.access.gate import Gate
from workspace.access.secrets import hashed
from workspace.cli.key import moment
from workspace.domain import Role
from workspace.errors import SettingsWrong

pytestmark = pytest.mark.anyio


async def test_a_key_lets_in_and_get_me_tells_its_role_and_type(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        me = await front.done(front.key("editor"), "get_me")
        assert (me["accessLevel"], me["apiKey"]["type"], me["apiKey"]["name"]) == (
            "editor",
            "workspace",
            "editor key",
        )


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dnw_x",
        "Bearer dnw_wrong",
        "Bearer \x00",
        "dnw_wrong",
        "Bearer dna_wrong",
        "Bearer dnr_x",
    ],
)
async def test_anything_but_a_key_is_answered_with_401_and_where_to_get_in(tmp_path: Path, sent: str) -> None:
    async with front_door(tmp_path) as front:
        headers = {"authorization": sent} if sent else {}
        answer = await front.rpc("tools/list", **headers)
        assert answer.status_code == 401
        assert (
            'resource_metadata="http://127.0.0.1:8787/.well-known/oauth-protected-resource/mcp"'
            in (answer.headers["www-authenticate"])
        )
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_in_the_address_lets_nobody_in(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key()
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        for name in ("access_token", "key", "token"):
            answer = await front.web.post("/mcp", params={name: key}, json=message)
            assert answer.status_code == 401


async def test_a_revoked_key_fails_at_its_next_call_in_every_server(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front, front_door(tmp_path) as other:
        key = front.key()
        assert (await other.rpc("ping", key=key)).status_code == 200
        keys.revoke(front.workspace.services, keys.find(front.workspace.services, "editor key").id)
        for server in (front, other):
            answer = await server.rpc("ping", key=key)
            assert answer.status_code == 401
            assert "was revoked" in answer.json()["message"]


async def test_a_key_ends_when_its_time_is_over(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key(expires_at=front.clock() + timedelta(hours=1))
        assert (await front.rpc("ping", key=key)).status_code == 200
        front.clock.forward(hours=1)
        answer = await front.rpc("ping", key=key)
        assert (answer.status_code, "expired" in answer.json()["message"]) == (401, True)


async def test_only_the_hash_of_a_key_is_kept(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key()
        await front.done(key, "list_projects")
        stored = keys.find(front.workspace.services, "editor key")
        assert stored.secret_hash == hashed(key)
        assert key.startswith(stored.prefix)
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert key.encode() not in written
    assert hashed(key).encode() in written


async def test_the_last_use_is_noted_to_the_minute(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key, services = front.key(), front.workspace.services
        assert keys.find(services, "editor key").last_used_at is None
        await front.rpc("ping", key=key)
        first = front.clock()
        front.clock.forward(seconds=30)
        await front.rpc("ping", key=key)
        assert keys.find(services, "editor key").last_used_at == first
        front.clock.forward(seconds=31)
        await front.rpc("ping", key=key)
        assert keys.find(services, "editor key").last_used_at == front.clock()


async def test_a_personal_key_never_does_more_than_its_member(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        front.member("ann", "viewer")
        key = front.key("admin", member="ann")
        me = await front.done(key, "get_me")
        assert (me["accessLevel"], me["user"]["name"], me["apiKey"]["type"]) == ("viewer", "ann", "personal")
        refused = await front.call(key, "create_project", name="X")
        assert refused["isError"] is True


async def test_a_members_keys_end_with_the_member(tmp_path: Path) -> None:
    from workspace.access import members

    async with front_door(tmp_path) as front:
        front.member("ann")
        key = front.key(member="ann")
        members.remove(front.workspace.services, "ann")
        assert (await front.rpc("ping", key=key)).status_code == 401


async def test_a_key_for_one_project_sees_nothing_of_the_others(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        admin = front.key("admin")
        mine = (await front.done(admin, "create_project", name="Mine needle"))["project"]
        theirs = (await front.done(admin, "create_project", name="Theirs needle"))["project"]
        notebook = theirs["notebooks"][0]["id"]
        block = (
            await front.done(admin, "create_block", notebookId=notebook, type="markdown", content="needle")
        )["block"]
        key = front.key("editor", project_ids=[mine["id"]])
        assert [project["id"] for project in (await front.done(key, "list_projects"))["projects"]] == [
            mine["id"]
        ]
        found = (await front.done(key, "search", q="needle"))["results"]
        assert [project["id"] for project in found["projects"]] == [mine["id"]]
        assert (found["notebooks"], found["blocks"]) == ([], [])
        calls = [
            ("get_notebook", {"notebookId": notebook}),
            ("create_block", {"notebookId": notebook, "type": "code"}),
            ("update_block", {"blockId": block["id"], "content": "gone"}),
            ("create_notebook", {"projectId": theirs["id"]}),
            (
                "reorder_notebook_blocks",
                {"notebookId": notebook, "blockIds": [block["id"]], "placement": {"type": "start"}},
            ),
            ("create_run", {"notebookId": notebook}),
            ("list_notebook_runs", {"notebookId": notebook}),
        ]
        for tool, arguments in calls:
            hidden = await front.call(key, tool, **arguments)
            unknown = {name: "0" * 32 if name.endswith("Id") else value for name, value in arguments.items()}
            missing = await front.call(key, tool, **unknown)
            assert hidden["isError"] is True, tool
            shape = [re.sub(r"'[^']*'", "'…'", result["content"][0]["text"]) for result in (hidden, missing)]
            assert shape[0] == shape[1], tool


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
async def test_a_key_has_a_name(tmp_path: Path, name: str) -> None:
    async with front_door(tmp_path) as front:
        with pytest.raises(BadRequest, match="1 to 200"):
            keys.create(front.workspace.services, Role.viewer, name)


async def test_two_keys_of_one_name_are_told_apart_by_prefix(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        front.key()
        second = front.key()
        with pytest.raises(BadRequest, match="Several keys"):
            keys.find(front.workspace.services, "editor key")
        assert second.startswith(keys.find(front.workspace.services, second[:12]).prefix)


async def test_a_key_answers_for_calls_of_two_servers_with_other_addresses(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        gate = Gate(front.workspace.services, "http://elsewhere/mcp")
        assert gate.caller(front.key("viewer")).role is Role.viewer


async def test_expiry_is_a_date_or_a_span(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        now = front.clock()
        assert moment("12h", now) - now == timedelta(hours=12)
        assert moment("2w", now) - now == timedelta(weeks=2)
        assert moment("2026-03-02", now).isoformat() == "2026-03-03T00:00:00+00:00"
        with pytest.raises(SettingsWrong, match="neither a date"):
            moment("soon", now)


def test_the_command_line_makes_lists_renames_and_revokes_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def key(*command: str) -> tuple[int, str, str]:
        code = main(["key", *command, "--data", str(tmp_path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    code, out, err = key("create", "--role", "viewer", "--name", "ci", "--expires", "30d")
    secret = out.strip()
    assert (code, secret[:4], "not shown again" in err) == (0, "dnw_", True)
    assert key("rename", "ci", "pipeline")[0] == 0
    listed = key("list")[1]
    assert (secret[:12] in listed, "pipeline" in listed, "active" in listed, secret in listed) == (
        True,
        True,
        True,
        False,
    )
    assert "fails from its next call" in key("revoke", "pipeline")[1]
    assert "revoked before" in key("revoke", "pipeline")[1]
    assert "revoked" in key("list")[1]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["revoke", "nothing"], "There is no key 'nothing'"),
        (["create", "--role", "viewer", "--expires", "2001-01-01"], "expired already"),
        (["create", "--role", "viewer", "--expires", "soon"], "neither a date"),
        (["create", "--role", "viewer", "--project", "nowhere"], "no project 'nowhere'"),
        (["create", "--role", "viewer", "--member", "nobody"], "no member 'nobody'"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], why: str
) -> None:
    assert main(["key", *command, "--data", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n"), why in said.err) == ("", 1, True)
