"""Refuses requests that a foreign web page could have caused: an unknown Host (DNS rebinding) or an unknown Origin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workspace.protocol.http import refusal_body
from workspace.protocol.messages import Denied

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def host_name(host: str) -> str:
    """A Host header's name without its port, in lower case; IPv6 addresses keep their brackets."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


@dataclass(frozen=True)
class Guard:
    """ASGI middleware in front of everything."""

    app: ASGIApp
    hosts: frozenset[str]
    """Names that this server answers to; any port."""
    origins: frozenset[str] = frozenset()
    """Further origins (`https://host[:port]`) whose pages may send requests; the server's own names always may."""
    secure: bool = False
    """Whether it is reached over TLS, so that browsers are told to stay there."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        read = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _READ}
        allowed = read.get(b"origin") if read.get(b"origin") in self.origins else None

        async def sending(event: Message) -> None:
            if event["type"] == "http.response.start":
                open_to_all = any(name == _OPEN for name, _ in event["headers"])
                event["headers"] = [*event["headers"], *self._always(None if open_to_all else allowed)]
            await send(event)

        denied = self._verdict(read)
        if denied is not None:
            await _answer(sending, denied.status, refusal_body(denied))
        elif allowed and scope["method"] == "OPTIONS" and b"access-control-request-method" in read:
            await _answer(sending, 204, b"", _PREFLIGHT)
        else:
            await self.app(scope, receive, sending)

    def _always(self, allowed: str | None) -> Iterable[tuple[bytes, bytes]]:
        yield from _ALWAYS
        if self.secure:
            yield _TLS
        if allowed:
            yield _OPEN, allowed.encode("latin-1")
            yield b"access-control-expose-headers", b"WWW-Authenticate"
            yield b"vary", b"Origin"

    def _verdict(self, headers: Mapping[bytes, str]) -> Denied | None:
        host = headers.get(b"host", "")
        if host_name(host) not in self.hosts:
            return Denied(
                421,
                f"This server does not answer to the name {host!r}. Start it with --allow-host NAME to allow it.",
            )
        origin = headers.get(b"origin")
        if origin is None or origin in self.origins:
            return None
        parts = urlsplit(origin)
        if parts.scheme in {"http", "https"} and host_name(parts.netloc) in self.hosts:
            return None
        return Denied(
            403,
            f"Requests from pages of {origin!r} are not allowed. Start the server with --allow-origin to allow them.",
        )


async def _answer(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    kind = ((b"content-type", b"application/json"),) if body else ()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *kind, length]})
    await send({"type": "http.response.body", "body": body})


_OPEN = b"access-control-allow-origin"
_READ = frozenset({b"host", b"origin", b"access-control-request-method"})
# "no-referrer" would make browsers send forms of our own pages with the origin "null"
_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
_TLS = (b"strict-transport-security", b"max-age=31536000")
_PREFLIGHT = (
    (b"access-control-allow-methods", b"POST"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name",
    ),
    (b"access-control-max-age", b"600"),
)
