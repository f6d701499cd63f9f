"""The server as a whole: hosts and origins, limits, downloads, the documented requests, several processes on one store."""

import asyncio
import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jsonschema
import pytest
from certificate import write_certificate
from front_door import ORIGIN, front_door, served

from workspace.__main__ import main
from workspace.runs.snapshots import snapshot_link, write_snapshot

pytestmark = pytest.mark.anyio
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


async def test_the_documented_request_without_a_handshake_lists_the_tools(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        headers = {"Authorization": f"Bearer {front.key()}", "Content-Type": "application/json"}
        for accept in ("application/json", "application/json, text/event-stream", "*/*"):
            answer = await front.web.post("/mcp", json=LIST, headers={**headers, "Accept": accept})
            assert answer.headers["content-type"] == "application/json"
            assert len(answer.json()["result"]["tools"]) == 19


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8787", 200),
        ("localhost:8787", 200),
        ("[::1]:8787", 200),
        ("LOCALHOST", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:8787", 421),
        ("evil.example:127.0.0.1", 421),
    ],
)
async def test_only_known_hosts_are_answered(tmp_path: Path, host: str, status: int) -> None:
    async with front_door(tmp_path) as front:
        assert (await front.rpc("ping", key=front.key(), host=host)).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8787", 200),
        ("http://localhost:6274", 200),
        ("https://allowed.example", 200),
        ("http://evil.example", 403),
        ("https://allowed.example.evil.example", 403),
        ("null", 403),
        ("", 403),
        ("file://127.0.0.1", 403),
    ],
)
async def test_only_known_origins_may_send_requests(tmp_path: Path, origin: str, status: int) -> None:
    async with front_door(tmp_path, origins=frozenset({"https://allowed.example"})) as front:
        assert (await front.rpc("ping", key=front.key(), origin=origin)).status_code == status


async def test_a_page_of_an_allowed_origin_may_read_the_answers_and_others_may_not(tmp_path: Path) -> None:
    allowed = "https://allowed.example"
    async with front_door(tmp_path, origins=frozenset({allowed})) as front:
        ask = {"Origin": allowed, "Access-Control-Request-Method": "POST"}
        preflight = await front.web.options("/mcp", headers=ask)
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, allowed)
        assert "Mcp-Method" in preflight.headers["access-control-allow-headers"]
        refused = await front.rpc("ping", origin=allowed)
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == allowed
        metadata = await front.web.get("/.well-known/oauth-authorization-server", headers={"Origin": allowed})
        assert metadata.headers.get_list("access-control-allow-origin") == ["*"]
        own = await front.rpc("ping", key=front.key(), origin=ORIGIN)
        assert "access-control-allow-origin" not in own.headers
        assert (
            await front.web.options("/mcp", headers={**ask, "Origin": "https://evil.example"})
        ).status_code == 403


async def test_calls_of_one_key_are_limited_and_those_of_another_are_not(tmp_path: Path) -> None:
    async with front_door(tmp_path, calls_per_minute=2) as front:
        key, other = front.key(), front.key()
        assert [(await front.rpc("ping", key=key)).status_code for _ in range(3)] == [200, 200, 429]
        refused = await front.rpc("ping", key=key)
        assert 1 <= int(refused.headers["retry-after"]) <= 31
        assert (await front.rpc("ping", key=other)).status_code == 200


async def test_a_body_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path, body_limit=1000) as front:
        answer = await front.call_raw(front.key(), b" " * 1001)
        assert (answer.status_code, "1000 bytes" in answer.json()["message"]) == (413, True)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 400_000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-Many: 1\r\n" * 40_000,
        b"GET /" + b"a" * 400_000,
    ],
    ids=["one long header", "many headers", "a long address"],
)
def test_a_head_without_an_end_is_not_held(tmp_path: Path, head: bytes) -> None:
    async def never(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("the head never ends, so nobody is asked")

    with served(never) as url, socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), 20) as line:
        with contextlib.suppress(ConnectionError):  # it may hang up while we still talk
            line.sendall(head)
        with contextlib.suppress(ConnectionError):
            assert line.recv(100)[:12] in {b"HTTP/1.1 431", b"HTTP/1.1 400", b""}


async def test_every_answer_tells_browsers_to_keep_to_what_it_is(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        for path in (
            "/",
            "/mcp",
            "/sign-in",
            "/nothing",
            "/assets/style.css",
            "/.well-known/oauth-authorization-server",
        ):
            answer = await front.web.get(path)
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert answer.headers["referrer-policy"] == "same-origin", path


async def test_a_server_behind_tls_says_so_and_seals_its_cookie(tmp_path: Path) -> None:
    async with front_door(
        tmp_path, origin="https://notebooks.example", hosts=frozenset({"127.0.0.1"})
    ) as front:
        answer = await front.web.get("/sign-in")
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        signed = await front.web.post("/sign-in", data={"login": "ann", "password": "correct horse battery"})
        cookie = signed.headers["set-cookie"]
        assert cookie.startswith("__Host-workspace=")
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))


async def test_a_snapshot_is_fetched_by_its_signed_address_only(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        workspace = front.workspace
        write_snapshot(workspace.services.data, "r1", "version: 1.0.0\n")
        path, _ = snapshot_link(workspace.signing_key, "r1", front.clock())
        answer = await front.web.get(path)
        assert (answer.status_code, answer.text) == (200, "version: 1.0.0\n")
        assert answer.headers["content-disposition"].startswith("attachment")
        for forged in (
            path.replace("r1", "r2"),
            path[:-1],
            re.sub(r"expires=\d+", "expires=9999999999", path),
            "/snapshots/r1",
        ):
            assert (await front.web.get(forged)).status_code == 403
        front.clock.forward(minutes=16)
        late = await front.web.get(path)
        assert (late.status_code, "expired" in late.text) == (403, True)


@pytest.mark.parametrize("name", ["..%2fworkspace.db", "%2e%2e/workspace.db", "..", "a%00b"])
async def test_a_snapshot_address_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    async with front_door(tmp_path) as front:
        answer = await front.web.get(f"/snapshots/{name}?expires=1&signature=x")
        assert answer.status_code in {403, 404, 303}
        assert b"SQLite" not in answer.content


async def test_every_structured_result_fits_the_schema_that_was_listed(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        key = front.key("admin")
        project = (await front.done(key, "create_project", name="P"))["project"]
        notebook = project["notebooks"][0]["id"]
        block = (await front.done(key, "create_block", notebookId=notebook, type="code", content="1"))[
            "block"
        ]
        calls: dict[str, dict[str, Any]] = {
            "get_me": {},
            "search": {"q": "P"},
            "list_projects": {},
            "create_project": {"name": "Q"},
            "get_notebook": {"notebookId": notebook},
            "create_notebook": {"projectId": project["id"]},
            "create_block": {"notebookId": notebook, "type": "markdown", "includeNotebookBlockIds": True},
            "update_block": {"blockId": block["id"], "content": "2"},
            "reorder_notebook_blocks": {
                "notebookId": notebook,
                "blockIds": [block["id"]],
                "placement": {"type": "end"},
            },
            "list_notebook_runs": {"notebookId": notebook},
            "list_integrations": {},
            "list_docs": {},
        }
        tools = {
            tool["name"]: tool for tool in (await front.rpc("tools/list", key=key)).json()["result"]["tools"]
        }
        run = await front.done(key, "create_run", notebookId=notebook)
        calls["get_run"] = {"runId": run["runId"]}
        for name, arguments in calls.items():
            jsonschema.validate(arguments, tools[name]["inputSchema"])
            jsonschema.validate(await front.done(key, name, **arguments), tools[name]["outputSchema"])


async def test_a_server_that_shows_no_pages_has_no_oauth_either(tmp_path: Path) -> None:
    async with front_door(tmp_path, pages=False) as front:
        assert (await front.web.get("/.well-known/oauth-authorization-server")).status_code == 404
        assert (await front.rpc("ping")).headers["www-authenticate"] == "Bearer"
        assert (await front.rpc("ping", key=front.key())).status_code == 200


# ---- as a process ------------------------------------------------------------------------------------------


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str], list[str]]]:
    """`python -m workspace serve` on a free port: its MCP address, the process, and what it printed at its start."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workspace", "serve", "--port", "0", "--data", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break
        assert printed, process.stderr.read() if process.stderr else ""
        yield next(line.split()[1] for line in printed if "  MCP" in line), process, printed
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def post(url: str, key: str, method: str = "ping") -> int:
    message = {"jsonrpc": "2.0", "id": 1, "method": method}
    return httpx.post(url, json=message, headers={"Authorization": f"Bearer {key}"}, timeout=30).status_code


def test_two_servers_on_one_store_see_a_revocation_at_their_next_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        serving(tmp_path, "--no-worker") as (first, _, printed),
        serving(tmp_path, "--no-worker") as (other, _, _),
    ):
        assert main(["key", "create", "--role", "viewer", "--name", "shared", "--data", str(tmp_path)]) == 0
        key = capsys.readouterr().out.strip()
        assert [post(url, key) for url in (first, other)] == [200, 200]
        assert main(["key", "revoke", "shared", "--data", str(tmp_path)]) == 0
        assert [post(url, key) for url in (first, other)] == [401, 401]
        link = next(word for line in printed for word in line.split() if "/sign-in/link?" in word)
        page = httpx.get(link)
        assert (page.status_code, "Continue" in page.text) == (200, True)


def test_an_interrupt_ends_the_server_and_its_worker(tmp_path: Path) -> None:
    with serving(tmp_path) as (url, process, _):
        lock = tmp_path / "worker.log"
        deadline = time.monotonic() + 30
        while "slots" not in (lock.read_text() if lock.exists() else "") and time.monotonic() < deadline:
            assert process.poll() is None
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 1
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (130, "")
        assert not any(Path(f"/proc/{child}").exists() for child in children)
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--host", "0.0.0.0"], "plain HTTP"),
        (["--cert", "here.pem"], "both --cert and --key"),
        (["--cert", "here.pem", "--key", "there.pem"], "There is no file here.pem"),
        (["--cert", __file__, "--key", __file__], "are no certificate (PEM) with its key"),
        (["--port", "99999"], "port must be 0-65535. Try another --port."),
        (["--docs", "nowhere"], "nowhere is not there. Name another one with --docs."),
        (["--public-url", "notebooks.example"], "--public-url"),
        (["--host", "256.0.0.1", "--plain-http"], "Cannot listen"),
        (["--database", "oracle://x"], "SQLite or PostgreSQL"),
    ],
)
def test_settings_that_are_wrong_or_unsafe_are_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], why: str
) -> None:
    assert main(["serve", "--port", "0", "--data", str(tmp_path), *options]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n"), why in said.err) == ("", 1, True)


async def test_while_the_database_is_gone_each_door_answers_503_and_goes_on_when_it_is_back(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with front_door(data) as front:
        key = front.key()
        ann = front.sign_in()
        front.workspace.services.engine.dispose()
        data.rename(tmp_path / "away")
        answers = [
            await front.rpc("tools/call", {"name": "create_project", "arguments": {"name": "A"}}, key),
            await front.web.get("/healthz"),
            await ann.get("/", headers={"accept": "text/html"}),
        ]
        assert [answer.status_code for answer in answers] == [503, 503, 503]
        assert all("Nothing was changed; try again" in answer.text for answer in answers)
        assert "sqlite" not in answers[0].text
        (tmp_path / "away").rename(data)
        assert (await front.done(key, "list_projects"))["projects"] == []


def test_a_port_that_is_taken_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--data", str(tmp_path)]) == 2
        assert f"127.0.0.1:{port}" in capsys.readouterr().err


def test_tls_is_served_with_a_certificate(tmp_path: Path) -> None:
    import ssl

    pair = write_certificate(tmp_path)
    files = ("--cert", str(pair.cert), "--key", str(pair.key))
    with serving(tmp_path / "data", "--no-worker", "--host", "localhost", *files) as (url, _, _):
        assert url.startswith("https://localhost:")
        context = ssl.create_default_context(cafile=pair.cert)
        answer = httpx.post(url, json=LIST, verify=context)
        assert (answer.status_code, "strict-transport-security" in answer.headers) == (401, True)


async def test_a_client_that_does_not_trust_the_certificate_is_told_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents import transport
    from agents.errors import AccessDenied, Unavailable
    from agents.session import Target, open_session

    pair = write_certificate(tmp_path)
    files = ("--cert", str(pair.cert), "--key", str(pair.key))
    with serving(tmp_path / "data", "--no-worker", "--host", "localhost", *files) as (url, _, _):
        with pytest.raises(Unavailable, match=r"certificate is not trusted here.*SSL_CERT_FILE"):
            async with open_session(Target(url=url, key="dnw_no")):
                pass
        monkeypatch.setenv("SSL_CERT_FILE", str(pair.cert))
        transport.tls.cache_clear()
        with pytest.raises(AccessDenied, match="did not accept the key"):
            async with open_session(Target(url=url, key="dnw_no")):
                pass
    transport.tls.cache_clear()


async def test_a_held_session_of_the_sdk_works_and_is_cut_off_by_a_revocation(tmp_path: Path) -> None:
    """The reference client, over loopback HTTP."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    from workspace.access import keys
    from workspace.domain import Role
    from workspace.opening import open_store

    with serving(tmp_path, "--no-worker") as (url, _, _):
        workspace = open_store(tmp_path)
        key = keys.create(workspace.services, Role.editor, "sdk")
        headers = {"Authorization": f"Bearer {key.clear}"}
        statuses: list[int] = []

        async def note(response: httpx.Response) -> None:
            statuses.append(response.status_code)

        async with httpx.AsyncClient(headers=headers, event_hooks={"response": [note]}) as client:
            with pytest.raises(BaseException) as failed:  # noqa: PT012
                async with (
                    streamable_http_client(url, http_client=client) as (read, write, _),
                    ClientSession(read, write) as session,
                ):
                    await session.initialize()
                    assert len((await session.list_tools()).tools) == 19
                    result = await session.call_tool("get_me", {})
                    assert result.structuredContent is not None
                    assert result.structuredContent["accessLevel"] == "editor"
                    keys.revoke(workspace.services, key.id)
                    await asyncio.wait_for(session.call_tool("get_me", {}), 10)
        assert "401" in repr(failed.value) or statuses[-1] == 401
        workspace.close()


async def test_under_load_no_server_lets_a_call_through_that_begins_after_a_revocation(
    tmp_path: Path,
) -> None:
    from workspace.access import keys
    from workspace.domain import Role
    from workspace.opening import open_store

    workspace = open_store(tmp_path)
    key = keys.create(workspace.services, Role.viewer, "busy")
    began_before: list[int] = []
    began_after: list[int] = []
    revoked = asyncio.Event()
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_projects"}}

    async def caller(client: httpx.AsyncClient, url: str) -> None:
        while len(began_after) < 60:
            seen = began_after if revoked.is_set() else began_before
            seen.append((await client.post(url, json=message)).status_code)

    options = ("--no-worker", "--calls-per-minute", "0")
    with serving(tmp_path, *options) as (first, _, _), serving(tmp_path, *options) as (second, _, _):
        headers = {"Authorization": f"Bearer {key.clear}"}
        async with httpx.AsyncClient(headers=headers, timeout=60) as client, asyncio.TaskGroup() as group:
            for url in (first, second) * 3:
                group.create_task(caller(client, url))
            while len(began_before) < 60:  # noqa: ASYNC110 - the callers are the event
                await asyncio.sleep(0.01)
            await asyncio.to_thread(keys.revoke, workspace.services, key.id)
            revoked.set()
    assert began_before[:60] == [200] * 60
    assert set(began_after) == {401}
    workspace.close()
