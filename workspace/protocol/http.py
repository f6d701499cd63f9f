"""The protocol over HTTP: one POST, one JSON answer. No streams and no sessions, so GET and DELETE are answered with 405."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic_core import to_json

from workspace.protocol.core import Core
from workspace.protocol.messages import Denied

C = TypeVar("C")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DEFAULT_BODY_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Endpoint(Generic[C]):
    """An ASGI application for one path. `admit` gives the caller of a request, from its headers, or raises Denied."""

    core: Core[C]
    admit: Callable[[Mapping[str, str], Scope], C]
    body_limit: int = DEFAULT_BODY_LIMIT
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            if scope["method"] != "POST":
                raise Denied(405, "This endpoint takes POST only.", {"Allow": "POST"})
            caller = self.admit(sent, scope)
            _check_media(sent)
            body = await read_body(sent, receive, self.body_limit)
            reply = await self.core.handle(body, caller, sent)
        except Denied as denied:
            await self._send(send, denied.status, refusal_body(denied), denied.headers)
        else:
            await self._send(send, reply.status, reply.body, {})

    async def _send(self, send: Send, status: int, body: bytes | None, more: Mapping[str, str]) -> None:
        headers = [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in {**self.headers, **more}.items()
        ]
        if body is not None:
            headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", str(len(body or b"")).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body or b""})


def refusal_body(denied: Denied) -> bytes:
    """A JSON body that people, OAuth clients and MCP clients can each read: `error`, `error_description`, `message`."""
    return to_json(
        {
            "error": denied.error or "invalid_request",
            "error_description": denied.words,
            "message": denied.words,
        }
    )


async def read_body(headers: Mapping[str, str], receive: Receive, limit: int) -> bytes:
    """The whole body; raises Denied 413 as soon as it is known to be too long."""
    too_long = Denied(413, f"The body is longer than {limit} bytes.", {"Connection": "close"})
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_long
    parts: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Denied(400, "The request ended early.")
        part = event.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_long
        parts.append(part)
        if not event.get("more_body"):
            return b"".join(parts)


def _check_media(headers: Mapping[str, str]) -> None:
    kind = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Denied(415, "Send the message with Content-Type: application/json.")
    if not accepts_json(headers.get("accept", "*/*")):
        raise Denied(406, "This server answers with application/json; name it in Accept.")


def accepts_json(accept: str) -> bool:
    """Whether an Accept header lets the answer be JSON: by name or wildcard, with a quality above 0; the most exact range decides."""
    best: tuple[int, float] = (-1, 0.0)
    exactness = {"*/*": 0, "application/*": 1, "application/json": 2}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media not in exactness:
            continue
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            best = max(best, (exactness[media], float(quality)))
        except ValueError:
            continue
    return best[1] > 0 or not accept.strip()
