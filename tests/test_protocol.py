"""The protocol core against a small tool table: both revisions, errors as the specifications have them, HTTP and stdio."""

import asyncio
import base64
import json
import logging
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import httpx
import pytest

from workspace.protocol import Answer, Core, Offer
from workspace.protocol.http import Endpoint, accepts_json
from workspace.protocol.messages import Denied
from workspace.protocol.stdio import speak

pytestmark = pytest.mark.anyio

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
SERVER = {"name": "numbers", "version": "1.2.3"}


async def double(caller: str, arguments: Mapping[str, Any]) -> Answer:
    value = arguments.get("value")
    if not isinstance(value, int):
        return Answer.failure("value is a whole number.")
    return Answer(json.dumps({"value": value * 2, "for": caller}).encode())


async def breaks(caller: str, arguments: Mapping[str, Any]) -> Answer:
    raise RuntimeError("a secret in a message")


DOUBLE = Offer[str](
    "double",
    "Twice the value.",
    {"type": "object", "properties": {"value": {"type": "integer"}}},
    double,
    title="Double",
    output_schema={"type": "object"},
    annotations={"readOnlyHint": True},
)
CORE = Core[str](
    [DOUBLE, Offer("break", "Breaks.", {"type": "object"}, breaks)], "numbers", "1.2.3", instructions="Count."
)


async def ask(
    method: str | None, params: Any = None, *, headers: Mapping[str, str] | None = None, **rest: Any
) -> tuple[int, Any]:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params, **rest}
    if params is None:
        del message["params"]
    reply = await CORE.handle(json.dumps(message).encode(), "ann", headers)
    return reply.status, None if reply.body is None else json.loads(reply.body)


def modern(**params: Any) -> dict[str, Any]:
    return {**params, "_meta": MODERN}


def sent(method: str, name: str | None = None, version: str = "2026-07-28") -> dict[str, str]:
    named = {} if name is None else {"mcp-name": name}
    return {"mcp-protocol-version": version, "mcp-method": method, **named}


async def test_a_handshake_settles_on_the_version_the_client_asks_for() -> None:
    for version in ("2025-11-25", "2025-06-18", "2025-03-26"):
        status, answer = await ask("initialize", {"protocolVersion": version, "capabilities": {}})
        assert (status, answer["result"]) == (
            200,
            {
                "protocolVersion": version,
                "capabilities": {"tools": {}},
                "serverInfo": SERVER,
                "instructions": "Count.",
            },
        )


async def test_a_handshake_for_an_unknown_version_is_answered_with_the_newest_that_has_one() -> None:
    for version in ("1999-01-01", "2026-07-28"):
        _, answer = await ask("initialize", {"protocolVersion": version})
        assert answer["result"]["protocolVersion"] == "2025-11-25"


async def test_tools_are_listed_without_a_handshake() -> None:
    status, answer = await ask("tools/list")
    assert status == 200
    assert answer == {
        "jsonrpc": "2.0",
        "id": 1,
        "result": {
            "tools": [
                {
                    "name": "double",
                    "title": "Double",
                    "description": "Twice the value.",
                    "inputSchema": {"type": "object", "properties": {"value": {"type": "integer"}}},
                    "outputSchema": {"type": "object"},
                    "annotations": {"readOnlyHint": True},
                },
                {"name": "break", "description": "Breaks.", "inputSchema": {"type": "object"}},
            ]
        },
    }


async def test_a_result_comes_structured_and_again_as_text() -> None:
    _, answer = await ask("tools/call", {"name": "double", "arguments": {"value": 21}})
    result = answer["result"]
    assert result["structuredContent"] == {"value": 42, "for": "ann"}
    assert result["isError"] is False
    assert [block["type"] for block in result["content"]] == ["text"]
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]


async def test_wrong_arguments_are_the_tools_error_not_the_protocols() -> None:
    status, answer = await ask("tools/call", {"name": "double", "arguments": {"value": "x"}})
    assert (status, answer["result"]) == (
        200,
        {"content": [{"type": "text", "text": "value is a whole number."}], "isError": True},
    )


@pytest.mark.parametrize("params", [{"name": "triple"}, {"name": 7}, {}, {"name": "double", "arguments": []}])
async def test_an_unknown_tool_or_a_malformed_call_is_invalid_params(params: dict[str, Any]) -> None:
    status, answer = await ask("tools/call", params)
    assert (status, answer["error"]["code"]) == (200, -32602)
    status, answer = await ask("tools/call", {**params, "_meta": MODERN})
    assert (status, answer["error"]["code"]) == (400, -32602)


async def test_a_bug_in_a_tool_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        status, answer = await ask("tools/call", {"name": "break"})
    assert (status, answer["error"]["code"]) == (200, -32603)
    assert "secret" not in json.dumps(answer)
    assert "a secret in a message" in caplog.text


async def test_the_stateless_revision_is_discovered() -> None:
    status, answer = await ask("server/discover", modern(), headers=sent("server/discover"))
    assert (status, answer["result"]) == (
        200,
        {
            "supportedVersions": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
            "capabilities": {"tools": {}},
            "instructions": "Count.",
            "ttlMs": 300000,
            "cacheScope": "public",
            "resultType": "complete",
            "_meta": {"io.modelcontextprotocol/serverInfo": SERVER},
        },
    )


async def test_a_stateless_list_says_how_long_and_for_whom_it_keeps() -> None:
    _, answer = await ask("tools/list", modern(), headers=sent("tools/list"))
    result = answer["result"]
    assert (result["ttlMs"], result["cacheScope"], result["resultType"]) == (300000, "private", "complete")


async def test_a_stateless_call_works_over_stdio_without_headers() -> None:
    _, answer = await ask("tools/call", modern(name="double", arguments={"value": 1}))
    assert answer["result"]["structuredContent"] == {"value": 2, "for": "ann"}
    assert answer["result"]["_meta"] == {"io.modelcontextprotocol/serverInfo": SERVER}


@pytest.mark.parametrize("method", ["initialize", "ping", "logging/setLevel", "resources/list", "nonsense"])
async def test_a_method_the_stateless_revision_lacks_is_not_found(method: str) -> None:
    status, answer = await ask(method, modern(), headers=sent(method))
    assert (status, answer["error"]["code"]) == (404, -32601)


async def test_an_unknown_method_of_the_older_revisions_is_a_plain_error() -> None:
    status, answer = await ask("resources/list")
    assert (status, answer["error"]["code"]) == (200, -32601)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"mcp-protocol-version": "2026-07-28"},
        {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call"},
        sent("tools/list", "double"),
        sent("tools/call", "break"),
        sent("TOOLS/CALL", "double"),
        sent("tools/call", "=?base64?!!!?="),
        sent("tools/call", "doub\x07le"),
        sent("tools/call", "double", version="2025-11-25"),
    ],
)
async def test_headers_that_lack_or_contradict_the_body_are_refused(headers: dict[str, str]) -> None:
    status, answer = await ask("tools/call", modern(name="double", arguments={"value": 1}), headers=headers)
    assert (status, answer["error"]["code"]) == (400, -32020)


@pytest.mark.parametrize("name", [" double\t", "=?base64?" + base64.b64encode(b"double").decode() + "?="])
async def test_a_header_is_compared_trimmed_and_decoded(name: str) -> None:
    status, _ = await ask(
        "tools/call", modern(name="double", arguments={"value": 1}), headers=sent("tools/call", name)
    )
    assert status == 200


async def test_an_unknown_version_is_told_which_are_spoken() -> None:
    meta = {**MODERN, "io.modelcontextprotocol/protocolVersion": "1900-01-01"}
    status, answer = await ask(
        "tools/list", {"_meta": meta}, headers=sent("tools/list", version="1900-01-01")
    )
    assert (status, answer["error"]["code"]) == (400, -32022)
    assert answer["error"]["data"]["requested"] == "1900-01-01"
    assert answer["error"]["data"]["supported"][0] == "2026-07-28"
    status, answer = await ask("tools/list", headers={"mcp-protocol-version": "1900-01-01"})
    assert (status, answer["error"]["code"]) == (400, -32022)


@pytest.mark.parametrize("missing", sorted(MODERN))
async def test_a_stateless_request_without_its_meta_is_invalid(missing: str) -> None:
    meta = {name: value for name, value in MODERN.items() if name != missing}
    status, answer = await ask("tools/list", {"_meta": meta}, headers=sent("tools/list"))
    assert (status, answer["error"]["code"]) == (400, -32602)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":NaN}', -32700),
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
        (b'"ping"', -32600),
        (b'{"id":1,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600),
        (b"[" * 100_000, -32700),
    ],
)
async def test_what_is_not_a_message_is_refused(body: bytes, code: int) -> None:
    reply = await CORE.handle(body, "ann", {})
    assert reply.body is not None
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
        {"jsonrpc": "2.0", "id": 4, "result": {}},
    ],
)
async def test_notifications_and_answers_are_taken_without_a_word(message: dict[str, Any]) -> None:
    reply = await CORE.handle(json.dumps(message).encode(), "ann", {})
    assert (reply.status, reply.body) == (202, None)


async def test_ids_come_back_as_they_were() -> None:
    for request_id in (0, 7, "a", "", 'quote" and \\', 2**53):
        _, answer = await ask("ping", id=request_id)
        assert answer == {"jsonrpc": "2.0", "id": request_id, "result": {}}


async def test_a_cursor_that_was_never_given_out_is_invalid() -> None:
    for cursor in ("", "x"):
        status, answer = await ask("tools/list", {"cursor": cursor})
        assert (status, answer["error"]["code"]) == (200, -32602)


async def test_a_core_may_hide_tools_from_a_caller() -> None:
    core = Core[str](
        CORE.tools, "numbers", "1", visible=lambda caller, tool: caller == "bob" or tool.name == "double"
    )
    for caller, expected in (("ann", ["double"]), ("bob", ["double", "break"])):
        reply = await core.handle(b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}', caller)
        assert reply.body is not None
        assert [tool["name"] for tool in json.loads(reply.body)["result"]["tools"]] == expected


def over_http(limit: int = 1000) -> httpx.AsyncClient:
    def admit(headers: Mapping[str, str], scope: Any) -> str:
        if headers.get("authorization") != "Bearer good":
            raise Denied(401, "A key is needed.", {"WWW-Authenticate": "Bearer"}, "invalid_token")
        return "ann"

    app: Any = Endpoint(CORE, admit, limit, {"Cache-Control": "no-store"})
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://t", headers={"Authorization": "Bearer good"}
    )


async def test_one_post_gives_one_json_answer() -> None:
    async with over_http() as client:
        answer = await client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
        assert (answer.status_code, answer.json()) == (200, {"jsonrpc": "2.0", "id": 1, "result": {}})
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        notice = await client.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert (notice.status_code, notice.content) == (202, b"")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
async def test_other_methods_are_not_allowed(method: str) -> None:
    async with over_http() as client:
        answer = await client.request(method, "/mcp")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_request_that_is_not_admitted_reads_nothing_of_the_protocol() -> None:
    async with over_http() as client:
        answer = await client.post("/mcp", content=b"{", headers={"Authorization": "Bearer bad"})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["error"] == "invalid_token"


async def test_a_long_body_is_refused_announced_or_not() -> None:
    async def in_parts() -> Any:
        for _ in range(30):
            yield b" " * 100

    async with over_http(limit=1000) as client:
        headers = {"Content-Type": "application/json"}
        assert (await client.post("/mcp", content=b" " * 1001, headers=headers)).status_code == 413
        assert (await client.post("/mcp", content=in_parts(), headers=headers)).status_code == 413


async def test_a_form_is_not_a_message() -> None:
    async with over_http() as client:
        assert (await client.post("/mcp", data={"a": "b"})).status_code == 415


@pytest.mark.parametrize(
    ("accept", "accepted"),
    [
        ("application/json", True),
        ("application/json, text/event-stream", True),
        ("*/*", True),
        ("", True),
        ("application/*;q=0.5", True),
        ("text/event-stream", False),
        ("text/html", False),
        ("*/*, application/json;q=0", False),
        ("APPLICATION/JSON", True),
        ("application/json;q=x", False),
    ],
)
async def test_accept_is_read_with_wildcards_and_qualities(accept: str, accepted: bool) -> None:
    assert accepts_json(accept) is accepted


async def test_stdio_answers_each_line_and_ends_with_its_input() -> None:
    lines = [
        b'{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-11-25"}}\n',
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n',
        b"\n",
        b"not json\n",
        b'{"jsonrpc":"2.0","id":"b","method":"tools/call","params":{"name":"double","arguments":{"value":4}}}\n',
    ]
    sink = BytesIO()
    await asyncio.wait_for(speak(CORE, lambda: "ann", BytesIO(b"".join(lines)), sink), 10)
    answers = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert [answer.get("id") for answer in answers] == ["a", None, "b"]
    assert answers[1]["error"]["code"] == -32700
    assert answers[2]["result"]["structuredContent"]["value"] == 8
