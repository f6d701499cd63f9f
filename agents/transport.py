"""HTTP for the MCP session: whatever goes wrong on the wire comes back as a JSON-RPC error that carries what happened.

The MCP client ends its session on an HTTP error and waits for ever on an unreadable body. Here neither reaches it: a
failure is turned into an error answer to that one request, and the session lives on.
"""

import functools
import json
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal, TypedDict

import httpx
from pydantic_core import from_json

CODE = -32099
"""The JSON-RPC error code of a failure that was made here, outside the range that MCP uses."""
LARGEST = 64 * 1024 * 1024
"""Bytes of one answer, decompressed."""

Kind = Literal["unreachable", "cut", "slow", "status", "garbage", "large"]


class Failure(TypedDict):
    """What happened to one request, in the `data` of the error answer."""

    kind: Kind
    status: int | None
    words: str
    """The server's own words, or the network's."""
    retry_after: float | None
    sent: bool
    """Whether the request may have reached the server."""


@functools.cache
def tls() -> ssl.SSLContext:
    """One context for every client of the process: making one costs more than a call."""
    return ssl.create_default_context()


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where no proxy stands between."""
    host = httpx.URL(url).host
    return host == "localhost" or host == "::1" or host.startswith("127.")


class MCPHttpClient(httpx.AsyncClient):
    """An HTTP client whose answers to JSON-RPC requests can always be read by the MCP session."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        number = _request_id(request)
        if number is None:
            return await self._send_quietly(request, **options)
        try:
            response = await super().send(request, **options)
        except httpx.TimeoutException as slow:
            sent = not isinstance(slow, (httpx.ConnectTimeout, httpx.PoolTimeout))
            return _failed(request, number, "slow", words=type(slow).__name__, sent=sent)
        except httpx.TransportError as broken:
            sent = not isinstance(broken, (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.ProxyError))
            kind: Kind = "cut" if sent else "unreachable"
            return _failed(request, number, kind, words=str(broken) or type(broken).__name__, sent=sent)
        if response.is_redirect:
            return response
        if response.is_success and "text/event-stream" in response.headers.get("content-type", ""):
            response.stream = _EndedByAnError(response.stream, number)
            return response
        return await _whole(request, response, number)

    async def _send_quietly(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Notifications and the like: nobody waits for their answer, so a failure shows at the next request."""
        try:
            response = await super().send(request, **options)
        except httpx.TransportError:
            if request.method != "POST":
                raise
            return httpx.Response(202, request=request)
        if request.method == "POST" and not response.is_redirect and not response.is_success:
            await response.aclose()
            return httpx.Response(202, request=request)
        return response


def client_factory(
    *, transport: httpx.AsyncBaseTransport | None, timeout: float, trust_environment: bool
) -> Callable[..., httpx.AsyncClient]:
    """A factory in the form the MCP adapter wants; the adapter's own timeouts are replaced by ours."""

    def make(
        headers: dict[str, str] | None = None,
        timeout_: httpx.Timeout | None = None,
        auth: httpx.Auth | None = None,
        **_ignored: Any,
    ) -> httpx.AsyncClient:
        return MCPHttpClient(
            headers=headers,
            auth=auth,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
            transport=transport,
            verify=tls() if transport is None else False,
            trust_env=trust_environment,
        )

    return make


async def _whole(request: httpx.Request, response: httpx.Response, number: Any) -> httpx.Response:
    """The complete answer as one JSON-RPC message, or an error answer that says why there is none."""
    body = bytearray()
    try:
        async for part in response.aiter_bytes():
            body += part
            if len(body) > LARGEST:
                words = f"the answer is larger than {LARGEST // 2**20} MB"
                return _failed(request, number, "large", words=words, sent=True)
    except httpx.TimeoutException as slow:
        return _failed(request, number, "slow", words=type(slow).__name__, sent=True)
    except (httpx.TransportError, httpx.DecodingError) as broken:
        return _failed(request, number, "cut", words=str(broken) or type(broken).__name__, sent=True)
    finally:
        await response.aclose()
    message = _message(bytes(body), number)
    if message is None or not (response.is_success or _is_error_result(message)):
        kind: Kind = "garbage" if response.is_success else "status"
        return _failed(
            request,
            number,
            kind,
            status=response.status_code,
            words=_words(bytes(body), response),
            retry_after=_retry_after(response),
            sent=True,
        )
    headers = {"content-type": "application/json"}
    if session := response.headers.get("mcp-session-id"):
        headers["mcp-session-id"] = session
    return httpx.Response(200, content=bytes(body), headers=headers, request=request)


class _EndedByAnError(httpx.AsyncByteStream):
    """An event stream that says so when it ends without the answer; the reader stops at the answer, so never sees it."""

    def __init__(self, stream: Any, number: Any) -> None:
        self._stream = stream
        self._number = number

    async def __aiter__(self) -> AsyncIterator[bytes]:
        kind: Kind = "cut"
        words = "the event stream ended before the answer"
        try:
            async for part in self._stream:
                yield part
        except httpx.TimeoutException:
            kind, words = "slow", "the event stream went silent"
        except httpx.TransportError as broken:
            words = str(broken) or words
        failure = _error(self._number, kind, None, words, None, True)
        yield b"\n\nevent: message\ndata: " + failure + b"\n\n"

    async def aclose(self) -> None:
        await self._stream.aclose()


def _request_id(request: httpx.Request) -> Any:
    """The id of the JSON-RPC request in the body; None for a notification or anything else."""
    if request.method != "POST":
        return None
    try:
        body = from_json(request.content)
    except (ValueError, httpx.RequestNotRead):
        return None
    return body.get("id") if isinstance(body, dict) and "method" in body else None


def _message(body: bytes, number: Any) -> dict[str, Any] | None:
    """The body as the JSON-RPC answer to this very request."""
    try:
        message = from_json(body)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return None
    if str(message.get("id")) != str(number):
        return None
    return message if isinstance(message.get("result"), dict) or _is_error_result(message) else None


def _is_error_result(message: dict[str, Any]) -> bool:
    return isinstance(message.get("error"), dict)


def _words(body: bytes, response: httpx.Response) -> str:
    """What the server said, out of the usual JSON shapes, one line, bounded; HTML is not words."""
    text = body[:4000].decode("utf-8", "replace").strip()
    try:
        said = json.loads(body) if len(body) < 100_000 else None
    except ValueError:
        said = None
    if isinstance(said, dict):
        error = said.get("error")
        inner = error.get("message") if isinstance(error, dict) else None
        found = (
            said.get("error_description")
            or said.get("message")
            or said.get("detail")
            or inner
            or (error if isinstance(error, str) else None)
        )
        text = str(found) if found else text
    if text.lstrip().startswith("<") or not text:
        text = response.reason_phrase or "no words"
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:297] + "..."


def _retry_after(response: httpx.Response) -> float | None:
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _failed(
    request: httpx.Request,
    number: Any,
    kind: Kind,
    *,
    words: str,
    sent: bool,
    status: int | None = None,
    retry_after: float | None = None,
) -> httpx.Response:
    content = _error(number, kind, status, words, retry_after, sent)
    return httpx.Response(200, content=content, headers={"content-type": "application/json"}, request=request)


def _error(
    number: Any, kind: Kind, status: int | None, words: str, retry_after: float | None, sent: bool
) -> bytes:
    failure = Failure(kind=kind, status=status, words=words, retry_after=retry_after, sent=sent)
    error = {"code": CODE, "message": words, "data": failure}
    return json.dumps({"jsonrpc": "2.0", "id": number, "error": error}).encode()
