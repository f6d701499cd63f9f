"""The public MCP conformance suite, on the workspace itself and on fixture tools over the same core.

It needs Node 22 and the suite from npm: `benchmarks/node_tools.sh` puts both into `.tools`. Every check that fails is listed with its
reason in `conformance_exceptions.yaml`; one that fails and is not listed, or is listed and passes, fails the test.
"""

import asyncio
import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml
from conformance_fixtures import app as fixtures
from front_door import PASSWORD, hidden, served

from workspace.access import clients, keys, members
from workspace.domain import Role
from workspace.opening import open_store
from workspace.server.app import create_app
from workspace.server.settings import Settings

HERE = Path(__file__).parent
MODULES = HERE.parent / ".tools" / "node_modules"
NODE = MODULES / ".bin" / "node"
SUITE = MODULES / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
EXCEPTIONS: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (HERE / "conformance_exceptions.yaml").read_text()
)

pytestmark = pytest.mark.skipif(
    not SUITE.is_file() or not NODE.is_file(),
    reason="the conformance suite is not installed: run benchmarks/node_tools.sh (needs npm)",
)


@contextmanager
def workspace_with_a_key(folder: Path) -> Iterator[Any]:
    """The real application; the suite cannot send a key, so it is put into each request here."""
    workspace = open_store(folder)
    key = keys.create(workspace.services, Role.editor, "conformance").clear
    app = create_app(workspace, Settings("http://127.0.0.1", calls_per_minute=0))

    async def with_key(scope: Any, receive: Any, send: Any) -> None:
        headers = [*scope["headers"], (b"authorization", f"Bearer {key}".encode())]
        await app({**scope, "headers": headers}, receive, send)

    yield with_key
    workspace.close()


async def browse(address: str, origin: str) -> int:
    """What the person does: sign in, agree, go where the answer leads."""
    async with httpx.AsyncClient(base_url=origin) as browser:
        signing = await browser.get(address)
        target = parse_qs(urlsplit(signing.headers["location"]).query)["next"][0]
        form = {"login": "ann", "password": PASSWORD, "next": target}
        page = await browser.get((await browser.post("/sign-in", data=form)).headers["location"])
        chosen = hidden(page.text) | {"role": "viewer", "decision": "allow"}
        answer = await browser.post("/authorize", data=chosen)
        return (await browser.get(answer.headers["location"])).status_code


def test_the_authorization_server_passes_the_suites_scenarios(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as free:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        port = free.getsockname()[1]
        free.close()
        workspace = open_store(tmp_path)
        members.add(workspace.services, "ann", PASSWORD, Role.viewer)
        client = clients.register(
            workspace.services, {"redirect_uris": [f"http://127.0.0.1:{port}/callback"]}
        )["client_id"]
        with served(create_app(workspace, Settings(origin)), listener):
            command = [NODE, SUITE, "authorization", "--url", origin, "--client-id", client, "-p", str(port)]
            command += ["--resource", f"{origin}/mcp"]
            said = ""
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    said += line
                    if "/authorize?" in line:
                        assert asyncio.run(browse(line.strip(), origin)) == 200
            assert process.returncode == 0, said
        workspace.close()
    assert "Total: 2 passed, 0 failed" in said


def failures(url: str, revision: str, out: Path) -> dict[str, str]:
    """The checks that did not succeed, as `scenario:check`, with what the suite says of them."""
    command = [NODE, SUITE, "server", "--url", url, "--requirements", revision, "-o", out]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "SUMMARY" in done.stdout, done.stdout + done.stderr
    found = {}
    for file in out.glob("*/checks.json"):
        scenario = re.sub(r"^server-(.*)-\d{4}-\d\d-\d\dT.*$", r"\1", file.parent.name)
        for check in json.loads(file.read_text()):
            if check["status"] not in {"SUCCESS", "INFO", "SKIPPED"}:
                found[f"{scenario}:{check['id']}"] = f"{check['status']}: {check.get('errorMessage')}"
    return found


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("subject", ["workspace", "fixtures"])
def test_every_check_of_the_suite_passes_or_is_listed_with_a_reason(
    subject: str, revision: str, tmp_path: Path
) -> None:
    reasons = [*EXCEPTIONS["both"].values(), *EXCEPTIONS[subject].values()]
    listed = {name for names in reasons for name in names}
    if subject == "fixtures":
        with served(fixtures) as url:
            failed = failures(url, revision, tmp_path / "out")
    else:
        with workspace_with_a_key(tmp_path / "data") as app, served(app) as url:
            failed = failures(url, revision, tmp_path / "out")
    expected = {name for name in listed if name.split("/")[0] == revision}
    named = {f"{revision}/{name}": words for name, words in failed.items()}
    assert {name: words for name, words in named.items() if name not in listed} == {}
    assert sorted(expected - named.keys()) == []


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_the_inspector_finds_no_fault_in_the_tools_schemas_and_calls_one(tmp_path: Path, era: str) -> None:
    command = [NODE, MODULES / ".bin" / "mcp-inspector", "--cli"]
    with workspace_with_a_key(tmp_path) as app, served(app) as url:
        strict = [url, "--transport", "http", "--protocol-era", era, "--method", "tools/list", "--strict"]
        listed = subprocess.run([*command, *strict], capture_output=True, text=True, timeout=120)
        assert listed.returncode == 0, listed.stderr
        assert len(json.loads(listed.stdout)["tools"]) == 19
        call = [
            url,
            "--transport",
            "http",
            "--protocol-era",
            era,
            "--method",
            "tools/call",
            "--tool-name",
            "get_me",
        ]
        called = subprocess.run(
            [*command, *call, "--format", "json"], capture_output=True, text=True, timeout=120
        )
        assert json.loads(called.stdout)["result"]["structuredContent"]["accessLevel"] == "editor"
