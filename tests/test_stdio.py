"""The workspace over standard input and output, and the commands around it: members, grants, connecting clients."""

import io
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from front_door import PASSWORD, front_door
from oauth_client import connected

from workspace.__main__ import main
from workspace.access import keys, members
from workspace.cli.connect import CLIENTS, configuration
from workspace.domain import Role
from workspace.opening import open_store, utc_now

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def asked(tool: str, request_id: int = 1, **arguments: Any) -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "id": request_id,
        "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    }


def speak(
    folder: Path, *messages: dict[str, Any], key: str | None = None, options: tuple[str, ...] = ()
) -> list[Any]:
    """What the command answers to these lines before it ends with its input."""
    environment = {name: value for name, value in os.environ.items() if name != "DEEPNOTE_API_KEY"}
    done = subprocess.run(
        [sys.executable, "-m", "workspace", "stdio", "--no-worker", "--data", str(folder), *options],
        input="".join(json.dumps(message) + "\n" for message in messages),
        env=environment | ({"DEEPNOTE_API_KEY": key} if key else {}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda answer: answer["id"])


def test_a_client_that_starts_its_server_needs_no_key(tmp_path: Path) -> None:
    opening = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}}
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    first, listed, me = speak(tmp_path, opening, ready, LIST, asked("get_me", 2))
    assert first["result"]["serverInfo"]["name"] == "deepnote-workflows"
    assert len(listed["result"]["tools"]) == 19
    assert me["result"]["structuredContent"]["accessLevel"] == "editor"


def test_the_role_without_a_key_is_the_one_given(tmp_path: Path) -> None:
    (answer,) = speak(tmp_path, asked("create_project", name="X"), options=("--role", "viewer"))
    assert "needs editor" in answer["result"]["content"][0]["text"]


def test_a_key_from_the_environment_decides_and_calls_are_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = open_store(tmp_path)
    key = keys.create(workspace.services, Role.viewer, "desktop")
    workspace.close()
    me, refused = speak(tmp_path, asked("get_me"), asked("create_project", 2, name="X"), key=key.clear)
    assert me["result"]["structuredContent"]["apiKey"]["name"] == "desktop"
    assert refused["result"]["isError"] is True
    assert main(["audit", "--actor", "desktop", "--data", str(tmp_path)]) == 0
    assert {"get_me", "create_project"} <= set(capsys.readouterr().out.split())


def test_a_key_that_is_not_good_ends_the_command_with_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workspace", "stdio", "--no-worker", "--data", str(tmp_path)],
        env={**os.environ, "DEEPNOTE_API_KEY": "dnw_wrong"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "not known here" in done.stderr


def test_a_revoked_key_is_cut_off_while_the_command_runs(tmp_path: Path) -> None:
    workspace = open_store(tmp_path)
    key = keys.create(workspace.services, Role.viewer, "desktop")
    process = subprocess.Popen(
        [sys.executable, "-m", "workspace", "stdio", "--no-worker", "--data", str(tmp_path)],
        env={**os.environ, "DEEPNOTE_API_KEY": key.clear},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(request_id: int) -> Any:
        print(json.dumps(asked("get_me", request_id)), file=process.stdin, flush=True)
        return json.loads(process.stdout.readline())

    assert "result" in ask(1)
    keys.revoke(workspace.services, key.id)
    refused = ask(2)
    assert (refused["id"], "was revoked" in refused["error"]["message"]) == (2, True)
    process.communicate(timeout=30)
    workspace.close()


# ---- members -----------------------------------------------------------------------------------------------


def member(monkeypatch: pytest.MonkeyPatch, folder: Path, *command: str, typed: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return main(["member", *command, "--data", str(folder)])


def test_members_are_added_listed_changed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert member(monkeypatch, tmp_path, "add", "Ann", "--role", "viewer", typed=f"{PASSWORD}\n") == 0
    assert member(monkeypatch, tmp_path, "set", "ann", "--role", "admin") == 0
    assert member(monkeypatch, tmp_path, "list") == 0
    listed = capsys.readouterr().out
    assert ("ann" in listed, "admin" in listed, PASSWORD in listed) == (True, True, False)
    workspace = open_store(tmp_path)
    assert members.sign_in(workspace.services, "ann", PASSWORD, "here")
    workspace.close()
    assert member(monkeypatch, tmp_path, "remove", "ann") == 0
    assert member(monkeypatch, tmp_path, "remove", "ann") == 2
    assert "There is no member 'ann'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "typed", "why"),
    [
        (["add", "ann"], "short\n", "at least 10"),
        (["add", "a b"], f"{PASSWORD}\n", "no blanks"),
        (["set", "ann", "--role", "viewer"], "", "no member 'ann'"),
        (["set", "ann"], "", "Say what to change"),
    ],
)
def test_a_mistake_about_members_is_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    typed: str,
    why: str,
) -> None:
    assert member(monkeypatch, tmp_path, *command, typed=typed) == 2
    said = capsys.readouterr().err
    assert (said.count("\n"), why in said) == (1, True)


# ---- grants and clients ------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_grant_is_listed_and_revoked_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with front_door(tmp_path) as front:
        front.clock.now = utc_now()  # the command reads the machine's clock
        client = await connected(front)
        tokens = await client.tokens()
        data = ["--data", str(tmp_path)]
        assert main(["grant", "list", *data]) == 0
        listed = capsys.readouterr().out
        assert ("A client" in listed, "ann" in listed) == (True, True)
        assert main(["grant", "revoke", listed.split()[0][:8], *data]) == 0
        assert "Disconnected A client" in capsys.readouterr().out
        assert (await front.rpc("ping", key=tokens["access_token"])).status_code == 401
        assert main(["grant", "revoke", "zzz", *data]) == 2


STDIO = ["/usr/bin/python3", "-m", "workspace", "stdio"]


@pytest.mark.parametrize("sign_in", [True, False])
@pytest.mark.parametrize("client", CLIENTS)
def test_the_configuration_of_a_client_names_the_server_and_holds_no_key(client: str, sign_in: bool) -> None:
    url = "http://127.0.0.1:8787/mcp"
    text = configuration(client, url, sign_in=sign_in, stdio=STDIO)
    assert url in text or '"stdio"' in text
    assert "dnw_" not in text
    if text.startswith("// in"):
        body = text.partition("\n")[2].partition("\nSet ")[0]
        assert isinstance(json.loads(body), dict)
    if client == "codex":
        settings = tomllib.loads(text.partition("\n\nThen")[0].partition("\nSet ")[0])
        assert settings["mcp_servers"]["deepnote"]["url"] == url
