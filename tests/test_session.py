"""A held session survives what servers do to it, and says in one sentence what happened; a write is never sent twice."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations

from agents.contract import NEEDS
from agents.errors import AccessDenied, AgentError, ContractDiffers, NotAllowed, ToolFailed, Unavailable
from agents.session import Target, open_session, open_toolbox

pytestmark = pytest.mark.anyio

READS, WRITES = "get_notebook", "create_project"


def listed() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "description": f"{name}.",
            "inputSchema": {
                "type": "object",
                "properties": {argument: {} for argument in need.required | need.optional},
                "required": sorted(need.required),
            },
            "annotations": {"readOnlyHint": need.read_only},
        }
        for name, need in NEEDS.items()
    ]


@dataclass
class Fault:
    """What the server does with one `tools/call` instead of answering it."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False
    """Close the connection in the middle of the answer."""


class Server:
    """A loopback MCP server that does as told: faults are used up one per call, then calls are answered."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.everything: Fault | None = None
        """A fault for every request, also the first."""
        self.tools = listed()
        self.called: list[str] = []
        self.seen: list[str] = []
        self.busy = asyncio.Event()
        """Set once a call came in."""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._over = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    async def close(self) -> None:
        self._over.set()
        await self.kill()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                )
                await self._answer(json.loads(await reader.readexactly(length)), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        method = message["method"]
        self.seen.append(method)
        fault = self.everything
        if method == "tools/call":
            self.called.append(message["params"]["name"])
            self.busy.set()
            fault = fault or (self.faults.pop(0) if self.faults else None)
        if fault is None:
            if "id" not in message:
                return await self._send(writer, 202, b"")
            result = {"jsonrpc": "2.0", "id": message["id"], "result": self._result(message)}
            return await self._send(writer, 200, json.dumps(result).encode())
        if fault.hang:
            await self._over.wait()
            return None
        body = fault.body.replace(b"$id", json.dumps(message.get("id")).encode())
        await self._send(writer, fault.status, body, fault.kind, fault.headers, drop=fault.drop)
        return None

    def _result(self, message: dict[str, Any]) -> dict[str, Any]:
        match message["method"]:
            case "initialize":
                return {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "odd", "version": "1"},
                }
            case "tools/list":
                return {"tools": self.tools}
            case "tools/call":
                return {
                    "content": [{"type": "text", "text": "{}"}],
                    "structuredContent": {"for": message["params"]["arguments"]},
                }
        raise AssertionError(message)

    async def _send(
        self,
        writer: asyncio.StreamWriter,
        status: int,
        body: bytes,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
        *,
        drop: bool = False,
    ) -> None:
        length = len(body) + (100 if drop else 0)
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        if drop:
            writer.transport.abort()


@asynccontextmanager
async def odd_server() -> AsyncIterator[Server]:
    server = Server()
    await server.start()
    try:
        yield server
    finally:
        await server.close()


async def at_once(_seconds: float) -> None:
    """Back-off without waiting."""


def target(server: Server, **changes: Any) -> Target:
    return Target(url=server.url, key="dn_secret_key", **{"timeout": 20.0, **changes})


ERROR = b'{"error": {"message": "the pipes burst"}}'
PAGE = b"<html><body>Bad gateway</body></html>"
OTHERS = b'{"jsonrpc":"2.0","id":"another","result":{}}'
CRASHED = b'{"jsonrpc":"2.0","id":$id,"error":{"code":-32603,"message":"internal"}}'
HALF_STREAM = b'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}\n\n'

FAULTS: dict[str, tuple[Fault, str]] = {
    "429": (Fault(429, ERROR, headers={"Retry-After": "7"}), "failed (429): the pipes burst."),
    "500": (Fault(500, ERROR), "failed (500): the pipes burst."),
    "503 with a page": (Fault(503, PAGE, "text/html"), "failed (503): Whatever."),
    "not json": (Fault(200, b"{nonsense"), "answered with something that is not MCP"),
    "empty": (Fault(200, b""), "answered with something that is not MCP"),
    "somebody else's answer": (Fault(200, OTHERS), "answered with something that is not MCP"),
    "a page": (Fault(200, PAGE, "text/html"), "answered with something that is not MCP"),
    "cut": (Fault(200, b'{"jsonrpc"', drop=True), "was lost"),
    "event stream that ends early": (Fault(200, HALF_STREAM, "text/event-stream"), "was lost"),
    "event stream cut": (Fault(200, HALF_STREAM, "text/event-stream", drop=True), "was lost"),
    "a crash inside": (Fault(200, CRASHED), "failed: internal."),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_read_is_tried_again_and_the_session_goes_on(name: str) -> None:
    async with odd_server() as server, open_session(target(server), sleep=at_once) as session:
        server.faults = [FAULTS[name][0]]
        answer = await session.call(READS, {"notebookId": "n"})
        assert (answer, server.called) == ({"for": {"notebookId": "n"}}, [READS, READS])
        assert (server.seen.count("initialize"), session.opened) == (1, 1)


@pytest.mark.parametrize("name", FAULTS)
async def test_a_read_that_keeps_failing_says_what_the_server_said(name: str) -> None:
    fault, words = FAULTS[name]
    async with odd_server() as server, open_session(target(server), sleep=at_once) as session:
        server.faults = [fault] * 9
        with pytest.raises(Unavailable) as told:
            await session.call(READS, {"notebookId": "n"})
        assert words in str(told.value)
        assert "dn_secret_key" not in str(told.value)
        assert (len(server.called), told.value.may_have_happened) == (3, False)


@pytest.mark.parametrize("name", FAULTS)
async def test_a_write_is_sent_once_and_its_fate_is_told(name: str) -> None:
    fault, words = FAULTS[name]
    async with odd_server() as server, open_session(target(server), sleep=at_once) as session:
        server.faults = [fault]
        with pytest.raises(Unavailable) as told:
            await session.call(WRITES, {"name": "x"})
        assert words in str(told.value)
        assert server.called == [WRITES]
        declined = name == "429"
        fate = "was not carried out; nothing changed" if declined else "may or may not have happened"
        assert fate in str(told.value)
        assert told.value.may_have_happened is not declined
        assert await session.call(WRITES, {"name": "y"}) == {"for": {"name": "y"}}


async def test_a_proxy_is_not_asked_for_a_server_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with odd_server() as server, open_session(target(server), sleep=at_once) as session:
        assert await session.call(READS, {}) == {"for": {}}


async def test_a_server_that_asks_for_time_is_given_it_within_reason() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async with odd_server() as server, open_session(target(server), sleep=sleep) as session:
        for asked in ("7", "9999"):
            server.faults.append(Fault(429, ERROR, headers={"Retry-After": asked}))
        await session.call(READS, {"notebookId": "n"})
    assert waited == [7, 20]


@pytest.mark.parametrize(("status", "words"), [(401, "did not accept the key"), (403, "higher role")])
async def test_a_key_that_is_not_accepted_is_told_at_once(status: int, words: str) -> None:
    refusal = Fault(status, b'{"error":"invalid_token","error_description":"The key was revoked."}')
    async with odd_server() as server, open_session(target(server), sleep=at_once) as session:
        server.faults = [refusal, refusal]
        for tool in (READS, WRITES):
            with pytest.raises(AccessDenied, match=words) as told:
                await session.call(tool, {})
            assert "The key was revoked." in str(told.value)
        assert server.called == [READS, WRITES]


async def test_a_wrong_key_is_told_when_the_session_is_opened() -> None:
    async with odd_server() as server:
        server.everything = Fault(401, b'{"error":"invalid_token"}')
        with pytest.raises(AccessDenied, match="did not accept the key"):
            async with open_session(target(server)):
                raise AssertionError("opened")
        with pytest.raises(AccessDenied, match="DEEPNOTE_API_KEY"):
            async with open_session(Target(url=server.url)):
                raise AssertionError("opened")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(404, b"not here", "text/plain"), "usually ends in /mcp"),
        (Fault(200, PAGE, "text/html"), "usually ends in /mcp"),
        (Fault(301, b"", headers={"Location": "https://elsewhere.example/mcp"}), "elsewhere.example"),
    ],
)
async def test_an_address_that_is_not_a_workspace_is_told_when_opening(fault: Fault, words: str) -> None:
    async with odd_server() as server:
        server.everything = fault
        with pytest.raises(AgentError, match=words):
            async with open_session(target(server), sleep=at_once):
                raise AssertionError("opened")


async def test_no_server_at_all_is_told_when_opening() -> None:
    async with odd_server() as server:
        url = server.url
    with pytest.raises(Unavailable, match=r"cannot be reached.*workspace serve"):
        async with open_session(Target(url=url)):
            raise AssertionError("opened")


async def test_a_server_that_never_answers_is_given_up_after_the_timeout() -> None:
    async with odd_server() as server, open_session(target(server, timeout=0.2), sleep=at_once) as session:
        server.faults = [Fault(hang=True)]
        with pytest.raises(Unavailable, match=r"within 0\.2 seconds.*may or may not have happened"):
            await session.call(WRITES, {"name": "x"})
        assert await session.call(READS, {}) == {"for": {}}


async def test_a_server_that_was_killed_and_came_back_is_read_again() -> None:
    async with odd_server() as server:

        async def meanwhile(_seconds: float) -> None:
            await server.start()

        async with open_session(target(server), sleep=at_once) as session:
            await server.kill()
            with pytest.raises(Unavailable, match="nothing changed"):
                await session.call(WRITES, {"name": "x"})
            await meanwhile(0)
            assert await session.call(READS, {"notebookId": "n"}) == {"for": {"notebookId": "n"}}


async def test_a_server_killed_while_it_works_loses_only_that_call() -> None:
    async with odd_server() as server, open_session(target(server), sleep=at_once) as session:
        server.faults = [Fault(hang=True)]
        write = asyncio.create_task(session.call(WRITES, {"name": "x"}))
        await asyncio.wait_for(server.busy.wait(), 10)
        await server.kill()
        with pytest.raises(Unavailable, match="may or may not have happened"):
            await asyncio.wait_for(write, 10)
        await server.start()
        assert await session.call(READS, {}) == {"for": {}}


async def test_a_cancelled_call_is_cancelled_and_the_session_goes_on() -> None:
    async with odd_server() as server, open_session(target(server)) as session:
        server.faults = [Fault(hang=True)]
        call = asyncio.create_task(session.call(READS, {}))
        await asyncio.wait_for(server.busy.wait(), 10)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await session.call(READS, {}) == {"for": {}}


async def test_calls_side_by_side_share_the_session_and_fail_alone() -> None:
    async with odd_server() as server, open_session(target(server), sleep=at_once) as session:
        server.faults = [Fault(500, ERROR)]
        answers = await asyncio.gather(
            *(session.call(WRITES, {"name": str(n)}) for n in range(20)), return_exceptions=True
        )
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        assert [type(failure) for failure in failed] == [Unavailable]
        assert server.seen.count("initialize") == 1


async def test_a_huge_answer_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.transport.LARGEST", 10_000)
    async with odd_server() as server, open_session(target(server)) as session:
        server.faults = [Fault(200, b" " * 100_000)]
        with pytest.raises(Unavailable, match="sent too much"):
            await session.call(READS, {})


@pytest.mark.parametrize(
    "result",
    [
        b'{"content":[{"type":"text","text":"Notebook n does not exist; call list_projects."}],"isError":true}',
        b'{"content":[],"isError":true}',
    ],
)
async def test_the_servers_own_words_come_through(result: bytes) -> None:
    async with odd_server() as server, open_session(target(server)) as session:
        server.faults = [Fault(200, b'{"jsonrpc":"2.0","id":$id,"result":' + result + b"}")]
        with pytest.raises(ToolFailed) as told:
            await session.call(READS, {})
        words = "Notebook n does not exist; call list_projects." if b"exist" in result else "gave no reason"
        assert words in str(told.value)
        assert server.called == [READS]


async def test_a_protocol_error_is_the_servers_refusal() -> None:
    refusal = Fault(200, b'{"jsonrpc":"2.0","id":$id,"error":{"code":-32602,"message":"name is required"}}')
    async with odd_server() as server, open_session(target(server)) as session:
        server.faults = [refusal]
        with pytest.raises(ToolFailed, match="create_project: name is required"):
            await session.call(WRITES, {})


async def test_data_may_come_as_text_only_and_nothing_else_passes_for_data() -> None:
    async with odd_server() as server, open_session(target(server)) as session:
        for text, fine in (('{"a": 1}', True), ("[1]", False), ("hello", False)):
            content = json.dumps([{"type": "text", "text": text}]).encode()
            server.faults = [Fault(200, b'{"jsonrpc":"2.0","id":$id,"result":{"content":' + content + b"}}")]
            if fine:
                assert await session.call(READS, {}) == {"a": 1}
            else:
                with pytest.raises(Unavailable, match="without data"):
                    await session.call(READS, {})


async def test_the_answer_may_come_as_an_event_stream() -> None:
    body = b'event: message\ndata: {"jsonrpc":"2.0","id":$id,"result":{"content":[],"structuredContent":{"a":1}}}\n\n'
    async with odd_server() as server, open_session(target(server)) as session:
        server.faults = [Fault(200, body, "text/event-stream")]
        assert await session.call(READS, {}) == {"a": 1}


async def test_every_difference_from_the_contract_is_named_before_anything_is_called() -> None:
    async with odd_server() as server:
        server.tools = [tool for tool in listed() if tool["name"] != "get_doc"]
        by_name = {tool["name"]: tool for tool in server.tools}
        by_name["get_notebook"]["inputSchema"] = {
            "type": "object",
            "properties": {"notebook_id": {}},
            "required": ["notebook_id"],
        }
        del by_name["get_me"]["annotations"]
        by_name["create_run"]["annotations"]["readOnlyHint"] = True
        with pytest.raises(ContractDiffers) as told:
            async with open_toolbox(target(server), timer=time.monotonic):
                raise AssertionError("opened")
        assert told.value.differences == (
            "get_me is not marked read-only",
            "get_notebook has no argument notebookId",
            "get_notebook also demands notebook_id",
            "create_run is marked read-only, but it writes",
            "get_doc is missing",
        )
        async with open_toolbox(
            target(server), timer=time.monotonic, needed=["list_docs", "search"]
        ) as toolbox:
            await toolbox.call("list_docs", {})


async def test_tools_beyond_the_documented_ones_are_ignored_and_never_called() -> None:
    async with odd_server() as server:
        extra = {
            "name": "delete_block",
            "inputSchema": {"type": "object"},
            "annotations": {"readOnlyHint": True},
        }
        server.tools.append(extra)
        async with open_toolbox(target(server), timer=time.monotonic) as toolbox:
            assert "delete_block" not in toolbox.tools
            with pytest.raises(NotAllowed):
                await toolbox.call("delete_block", {})
        assert server.called == []


def small_app() -> FastMCP:
    """The documented tools over another implementation of the protocol."""
    server = FastMCP("other", stateless_http=True, json_response=True, log_level="WARNING")

    def get_me() -> dict[str, Any]:
        return {"accessLevel": "editor"}

    def breaks() -> dict[str, Any]:
        raise RuntimeError("no such notebook")

    server.add_tool(get_me, annotations=ToolAnnotations(readOnlyHint=True))
    server.add_tool(breaks, name="get_notebook", annotations=ToolAnnotations(readOnlyHint=True))
    return server


async def test_an_application_in_this_process_needs_no_socket() -> None:
    server = small_app()
    server.settings.transport_security = None
    app = server.streamable_http_app()
    async with (
        server.session_manager.run(),
        open_toolbox(Target(app=app), timer=time.monotonic, needed=["get_me"]) as toolbox,
    ):
        assert (await toolbox.get_me()).access_level == "editor"
        with pytest.raises(ToolFailed, match="no such notebook"):
            await toolbox.call("get_notebook", {})


STDIO = """
from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations
import os, sys
server = FastMCP("other", log_level="ERROR")
@server.tool(annotations=ToolAnnotations(readOnlyHint=True))
def get_me() -> dict[str, str]:
    return {"accessLevel": os.environ.get("LEVEL", "none")}
@server.tool(annotations=ToolAnnotations(readOnlyHint=False))
def create_project(name: str) -> dict[str, str]:
    os._exit(3)
server.run()
"""


async def test_a_server_started_by_us_is_spoken_to_over_its_pipes_and_started_again_when_it_dies() -> None:
    started = Target(command=[sys.executable, "-c", STDIO], environment={"LEVEL": "viewer"})
    async with open_session(started, sleep=at_once) as session:
        assert await session.call("get_me", {}) == {"accessLevel": "viewer"}
        with pytest.raises(Unavailable, match="may or may not have happened"):
            await asyncio.wait_for(session.call("create_project", {"name": "x"}), 20)
        assert await session.call("get_me", {}) == {"accessLevel": "viewer"}
        assert session.opened == 2


async def test_a_server_that_cannot_be_started_is_told() -> None:
    with pytest.raises(Unavailable, match="no-such-program"):
        async with open_session(Target(command=["/nowhere/no-such-program"])):
            raise AssertionError("opened")


def test_a_target_never_shows_its_key() -> None:
    target = Target(url="https://user:pass@host/mcp?token=t", key="dn_secret_key", headers={"X-Key": "h"})
    shown = repr(target) + target.label
    assert "dn_secret_key" not in shown
    assert "pass@" not in target.label
    assert "token=t" not in target.label
