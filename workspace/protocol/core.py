"""One endpoint's protocol: a message goes in, an answer comes out. Stateless; both revisions side by side.

A request is read as 2026-07-28 when its `_meta` or its version header says so, and as the older revisions otherwise.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic_core import from_json, to_json

from workspace.protocol import headers as mirrored
from workspace.protocol.messages import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LEGACY_VERSIONS,
    META_CAPABILITIES,
    META_SERVER,
    META_VERSION,
    METHOD_NOT_FOUND,
    MODERN_VERSIONS,
    PARSE_ERROR,
    STATUS_OF_MODERN_ERROR,
    VERSIONS,
    Denied,
    Json,
    Refusal,
    Reply,
    RequestId,
    error_body,
    result_body,
    unsupported_version,
)

log = logging.getLogger(__name__)
C = TypeVar("C")

MILLISECONDS_TO_KEEP_A_LIST = 300_000


@dataclass(frozen=True)
class Answer:
    """What a tool gave back. `structured` is serialised JSON; its text is repeated as a text block when `content` is None."""

    structured: bytes | None = None
    content: Sequence[Mapping[str, Json]] | None = None
    is_error: bool = False

    @classmethod
    def failure(cls, words: str) -> "Answer":
        """A tool's error, in words that a model can act on."""
        return cls(content=[{"type": "text", "text": words}], is_error=True)

    def serialised(self) -> bytes:
        """The members of a `tools/call` result, without the outer braces."""
        if self.content is None:
            text = (self.structured or b"null").decode()
            content = b'[{"type":"text","text":' + to_json(text) + b"}]"
        else:
            content = to_json(self.content)
        parts = [b'"content":' + content]
        if self.structured is not None:
            parts.append(b'"structuredContent":' + self.structured)
        parts.append(b'"isError":true' if self.is_error else b'"isError":false')
        return b",".join(parts)


@dataclass(frozen=True)
class Offer(Generic[C]):
    """A tool as it is listed and called: `call(caller, arguments)` validates its arguments itself."""

    name: str
    description: str
    input_schema: Mapping[str, Json]
    call: Callable[[C, Mapping[str, Json]], Awaitable[Answer]]
    title: str | None = None
    output_schema: Mapping[str, Json] | None = None
    annotations: Mapping[str, Json] | None = None

    def listed(self) -> dict[str, Json]:
        entry: dict[str, Json] = {
            "name": self.name,
            "description": self.description,
            "inputSchema": dict(self.input_schema),
        }
        if self.title:
            entry["title"] = self.title
        if self.output_schema is not None:
            entry["outputSchema"] = dict(self.output_schema)
        if self.annotations is not None:
            entry["annotations"] = dict(self.annotations)
        return entry


@dataclass(frozen=True)
class Request:
    """A JSON-RPC message that has the right shape."""

    id: RequestId | None
    method: str
    params: Mapping[str, Json]
    meta: Mapping[str, Json]


@dataclass(frozen=True)
class Core(Generic[C]):
    """The protocol over a fixed set of tools."""

    tools: Sequence[Offer[C]]
    name: str
    version: str
    title: str | None = None
    instructions: str | None = None
    visible: Callable[[C, Offer[C]], bool] | None = None
    """Which tools a caller sees listed; all of them when None. Calling is decided by the tool, never by this."""
    _by_name: dict[str, Offer[C]] = field(init=False, repr=False)
    _listed: dict[str, bytes] = field(init=False, repr=False)
    _meta: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {tool.name: tool for tool in self.tools})
        object.__setattr__(self, "_listed", {tool.name: to_json(tool.listed()) for tool in self.tools})
        stamp = (
            b'"resultType":"complete","_meta":{'
            + to_json(META_SERVER)
            + b":"
            + to_json(self._server())
            + b"}"
        )
        object.__setattr__(self, "_meta", stamp)

    async def handle(self, message: bytes, caller: C, headers: Mapping[str, str] | None = None) -> Reply:
        """Answer one serialised message. `headers` (names in lower case) are given over HTTP and None elsewhere."""
        request_id: RequestId | None = None
        modern = False
        try:
            raw = _parsed(message)
            request_id = _readable_id(raw)
            if "method" not in raw and ("result" in raw or "error" in raw):
                return Reply(202, None)  # this server asks nothing, so there is nothing to answer
            request = _request(raw)
            modern = _is_modern(request, headers)
            if request.id is None:
                return Reply(202, None)
            if modern:
                self._check_modern(request, headers)
                result = await self._modern(request, caller)
            else:
                _check_legacy(headers)
                result = await self._legacy(request, caller)
            return Reply(200, result_body(request.id, result))
        except Refusal as refusal:
            status = refusal.status or (STATUS_OF_MODERN_ERROR.get(refusal.code, 200) if modern else 200)
            return Reply(status, error_body(request_id, refusal))

    def refused(self, message: bytes, words: str) -> Reply:
        """The answer to a message whose sender is not let in, where there is no HTTP status to say so."""
        try:
            raw = _parsed(message)
        except Refusal as broken:
            return Reply(400, error_body(None, broken))
        request_id = _readable_id(raw)
        return Reply(
            401, None if request_id is None else error_body(request_id, Refusal(INVALID_REQUEST, words))
        )

    def _server(self) -> dict[str, str]:
        titled = {"title": self.title} if self.title else {}
        return {"name": self.name, "version": self.version, **titled}

    async def _modern(self, request: Request, caller: C) -> bytes:
        match request.method:
            case "server/discover":
                found: dict[str, Json] = {"supportedVersions": list(VERSIONS), "capabilities": {"tools": {}}}
                if self.instructions:
                    found["instructions"] = self.instructions
                return self._stamped(to_json(found)[1:-1] + self._cached("public"))
            case "tools/list":
                return self._stamped(self._list(request, caller) + self._cached("private"))
            case "tools/call":
                return self._stamped(await self._call(request, caller))
        raise Refusal(METHOD_NOT_FOUND, f"This server has no method {request.method}.")

    async def _legacy(self, request: Request, caller: C) -> bytes:
        match request.method:
            case "initialize":
                return self._initialize(request)
            case "ping":
                return b"{}"
            case "tools/list":
                return b"{" + self._list(request, caller) + b"}"
            case "tools/call":
                return b"{" + await self._call(request, caller) + b"}"
        raise Refusal(METHOD_NOT_FOUND, f"This server has no method {request.method}.")

    def _stamped(self, members: bytes) -> bytes:
        return b"{" + members + b"," + self._meta + b"}"

    def _cached(self, scope: str) -> bytes:
        return b',"ttlMs":' + str(MILLISECONDS_TO_KEEP_A_LIST).encode() + b',"cacheScope":' + to_json(scope)

    def _initialize(self, request: Request) -> bytes:
        wanted = request.params.get("protocolVersion")
        if not isinstance(wanted, str):
            raise Refusal(INVALID_PARAMS, "initialize needs a protocolVersion.")
        answer: dict[str, Json] = {
            "protocolVersion": wanted if wanted in LEGACY_VERSIONS else LEGACY_VERSIONS[0],
            "capabilities": {"tools": {}},
            "serverInfo": self._server(),
        }
        if self.instructions:
            answer["instructions"] = self.instructions
        return to_json(answer)

    def _list(self, request: Request, caller: C) -> bytes:
        if request.params.get("cursor") is not None:
            raise Refusal(INVALID_PARAMS, "The tools come in one page; no cursor was given out.")
        shown = [
            self._listed[tool.name]
            for tool in self.tools
            if self.visible is None or self.visible(caller, tool)
        ]
        return b'"tools":[' + b",".join(shown) + b"]"

    async def _call(self, request: Request, caller: C) -> bytes:
        name, arguments = request.params.get("name"), request.params.get("arguments")
        if not isinstance(name, str):
            raise Refusal(INVALID_PARAMS, "tools/call needs the name of a tool.")
        if arguments is not None and not isinstance(arguments, dict):
            raise Refusal(INVALID_PARAMS, "The arguments of a tool are an object.")
        tool = self._by_name.get(name)
        if tool is None:
            raise Refusal(INVALID_PARAMS, f"Unknown tool: {name}. tools/list names the tools of this server.")
        try:
            answer = await tool.call(caller, arguments or {})
        except (Refusal, Denied):
            raise
        except Exception as bug:
            log.exception("the tool %s failed", name)
            raise Refusal(INTERNAL_ERROR, f"{name} failed inside the server; its log says how.") from bug
        return answer.serialised()

    def _check_modern(self, request: Request, headers: Mapping[str, str] | None) -> None:
        version = request.meta.get(META_VERSION)
        if version is None:
            raise Refusal(INVALID_PARAMS, f"The request's _meta lacks {META_VERSION}.")
        if headers is not None:
            mirrored.check(headers, version, request.method, request.params)
        if version not in MODERN_VERSIONS:
            raise unsupported_version(version)
        if not isinstance(request.meta.get(META_CAPABILITIES), dict):
            raise Refusal(INVALID_PARAMS, f"The request's _meta lacks {META_CAPABILITIES}.")


def _parsed(message: bytes) -> dict[str, Json]:
    try:
        raw = from_json(message, allow_inf_nan=False)
    except ValueError as broken:
        raise Refusal(PARSE_ERROR, "The body is not JSON.", status=400) from broken
    if isinstance(raw, list):
        raise Refusal(INVALID_REQUEST, "Batches are not supported; send one message at a time.", status=400)
    if not isinstance(raw, dict):
        raise Refusal(INVALID_REQUEST, "A message is a JSON object.", status=400)
    return raw


def _readable_id(raw: Mapping[str, Json]) -> RequestId | None:
    request_id = raw.get("id")
    if isinstance(request_id, str) or (isinstance(request_id, int) and not isinstance(request_id, bool)):
        return request_id
    return None


def _request(raw: Mapping[str, Json]) -> Request:
    if raw.get("jsonrpc") != "2.0":
        raise Refusal(INVALID_REQUEST, 'A message says "jsonrpc": "2.0".', status=400)
    method, params = raw.get("method"), raw.get("params")
    if not isinstance(method, str):
        raise Refusal(INVALID_REQUEST, "A message names its method.", status=400)
    request_id = _readable_id(raw)
    if "id" in raw and request_id is None:
        raise Refusal(INVALID_REQUEST, "An id is a string or an integer.", status=400)
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise Refusal(INVALID_REQUEST, "params is an object.", status=400)
    meta = params.get("_meta")
    if meta is not None and not isinstance(meta, dict):
        raise Refusal(INVALID_PARAMS, "_meta is an object.", status=400)
    return Request(request_id, method, params, meta or {})


def _is_modern(request: Request, headers: Mapping[str, str] | None) -> bool:
    if META_VERSION in request.meta or request.method == "server/discover":
        return True
    return headers is not None and headers.get("mcp-protocol-version", "").strip() in MODERN_VERSIONS


def _check_legacy(headers: Mapping[str, str] | None) -> None:
    version = headers.get("mcp-protocol-version") if headers is not None else None
    if version is not None and version.strip() not in LEGACY_VERSIONS:
        raise unsupported_version(version)
