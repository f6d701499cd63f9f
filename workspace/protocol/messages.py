"""JSON-RPC messages, error codes and revisions, as the specifications of 2025-11-25 and 2026-07-28 have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

Json = Any
"""A JSON value, as the standard library's parser returns it."""

MODERN_VERSIONS = ("2026-07-28",)
"""Revisions without a handshake: version and capabilities stand in each request's `_meta`."""
LEGACY_VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26")
"""Revisions that open with `initialize`, newest first."""
VERSIONS = (*MODERN_VERSIONS, *LEGACY_VERSIONS)

META_VERSION = "io.modelcontextprotocol/protocolVersion"
META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
META_SERVER = "io.modelcontextprotocol/serverInfo"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

STATUS_OF_MODERN_ERROR: Mapping[int, int] = {
    PARSE_ERROR: 400,
    INVALID_REQUEST: 400,
    METHOD_NOT_FOUND: 404,
    INVALID_PARAMS: 400,
    HEADER_MISMATCH: 400,
    UNSUPPORTED_VERSION: 400,
}
"""HTTP status of an error answer to a 2026-07-28 request; codes that are not listed go out with 200."""

RequestId = str | int


@dataclass(frozen=True)
class Reply:
    """What goes back for one message: the HTTP status, and the serialised JSON-RPC answer (None for a notification)."""

    status: int
    body: bytes | None


class Refusal(Exception):
    """A request that the protocol does not allow; becomes a JSON-RPC error."""

    def __init__(self, code: int, message: str, data: Json = None, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
        self.status = status


class Denied(Exception):
    """A request that is not let in: HTTP status, one sentence, and headers such as `WWW-Authenticate`."""

    def __init__(
        self, status: int, words: str, headers: Mapping[str, str] | None = None, error: str = ""
    ) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = dict(headers or {})
        self.error = error


def error_body(request_id: RequestId | None, refusal: Refusal) -> bytes:
    """The error answer; without `id` when the request's could not be read."""
    error: dict[str, Json] = {"code": refusal.code, "message": refusal.message}
    if refusal.data is not None:
        error["data"] = refusal.data
    answer: dict[str, Json] = {"jsonrpc": "2.0"}
    if request_id is not None:
        answer["id"] = request_id
    answer["error"] = error
    return to_json(answer)


def result_body(request_id: RequestId, result: bytes) -> bytes:
    """The answer that holds an already serialised result."""
    return b'{"jsonrpc":"2.0","id":' + to_json(request_id) + b',"result":' + result + b"}"


def unsupported_version(requested: Json) -> Refusal:
    return Refusal(
        UNSUPPORTED_VERSION,
        f"Unsupported protocol version. This server speaks {', '.join(VERSIONS)}.",
        {"supported": list(VERSIONS), "requested": requested if isinstance(requested, str) else None},
        status=400,
    )
