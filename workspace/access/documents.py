"""Clients that are known by the https address of a document about themselves (client ID metadata documents), instead of registering.

The address comes from outside, so reading it is the one place where a stranger could make this server send a request. Only a member who
has signed in causes it, only where the operator allowed it, and only towards public addresses or hosts that the operator named.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpcore

from workspace.access import clients
from workspace.access.document_addresses import is_public, why_not
from workspace.access.errors import NoRedirect, OAuthError
from workspace.access.rates import Rates
from workspace.domain import Services

LARGEST = 16 * 1024
SECONDS = 5.0
FRESH = timedelta(minutes=15)
"""How long a document is not read again when its client asks once more."""
MOST_AT_ONCE = 4


class Pinned(httpcore.AnyIOBackend):
    """Looks a host's addresses up once, refuses it if any is not public, and connects to one of those that were looked at."""

    def __init__(self, trusted: Collection[str]) -> None:
        self._trusted = trusted

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as failed:
            raise Unread(f"{host} has no address") from failed
        addresses = [str(entry[4][0]) for entry in found]
        if host.lower() not in self._trusted and not all(is_public(address) for address in addresses):
            raise Unread(f"{host} is not on the public internet")
        return await super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


class Unread(Exception):
    """A document that was not read, and why."""


@dataclass
class Documents:
    """The documents that one server process reads."""

    services: Services
    rates: Rates
    """Of each member."""
    seconds: float = SECONDS
    """For one document, from the look-up of its host to its last byte."""
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def learn(self, client_id: str, allowed: Collection[str], member: str) -> bool:
        """Have the client of this address on record. True when it was read now; raises NoRedirect with what is wrong."""
        check(client_id, allowed)
        if clients.is_fresh(self.services, client_id, FRESH):
            return False
        if self.rates.wait(member):
            raise _refusal(client_id, "too many documents were asked for; try again in a minute")
        try:
            async with self._turn, asyncio.timeout(self.seconds):
                body = await _fetched(client_id, allowed)
            name, uris = described(client_id, body)
            clients.enter_described(self.services, client_id, name, uris)
        except Unread as unread:
            raise _refusal(client_id, str(unread)) from unread
        except TimeoutError as late:
            raise _refusal(client_id, f"its document did not come within {self.seconds:g} s") from late
        except OAuthError as refused:
            raise _refusal(client_id, refused.words) from refused
        return True


def check(client_id: str, allowed: Collection[str]) -> None:
    """Raises NoRedirect for an address that may not be read; sends nothing."""
    wrong = why_not(client_id, allowed)
    if wrong is not None:
        raise _refusal(client_id, wrong)


def _refusal(client_id: str, why: str) -> NoRedirect:
    return NoRedirect("invalid_client", f"The client {client_id[:200]!r} cannot be connected: {why}.")


async def _fetched(client_id: str, allowed: Collection[str]) -> bytes:
    headers: list[tuple[bytes | str, bytes | str]] = [
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("User-Agent", "deepnote-workflows"),
    ]
    limits = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
    try:
        async with (
            httpcore.AsyncConnectionPool(
                ssl.create_default_context(), network_backend=Pinned(allowed)
            ) as pool,
            pool.stream("GET", client_id, headers=headers, extensions={"timeout": limits}) as answer,
        ):
            if answer.status != 200:
                raise Unread(f"its document was answered with {answer.status}; redirects are not followed")
            kind = _header(answer.headers, b"content-type").partition(";")[0].strip().lower()
            if kind != "application/json" and not (
                kind.startswith("application/") and kind.endswith("+json")
            ):
                raise Unread(f"its document is {kind[:60] or 'of no type'}, not application/json")
            body = b""
            async for part in answer.aiter_stream():
                body += part
                if len(body) > LARGEST:
                    raise Unread(f"its document is longer than {LARGEST} bytes")
            return body
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as failed:
        raise Unread(f"its document could not be read ({type(failed).__name__})") from failed


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")


def described(client_id: str, body: bytes) -> tuple[str, list[str]]:
    """Name and redirect addresses from a document; raises Unread, or OAuthError as registering would."""
    try:
        document = json.loads(body)
    except ValueError as broken:
        raise Unread("its document is not JSON") from broken
    if not isinstance(document, dict):
        raise Unread("its document is not a JSON object")
    if document.get("client_id") != client_id:
        raise Unread("its document is about another client")
    if "client_secret" in document or document.get("token_endpoint_auth_method", "none") != "none":
        raise Unread("its document asks for a way of proving itself other than none")
    for member, needed in (("grant_types", "authorization_code"), ("response_types", "code")):
        listed = document.get(member, [needed])
        if not isinstance(listed, list) or needed not in listed:
            raise Unread(f"its document does not list {needed} among its {member}")
    return _named(document, urlsplit(client_id).netloc), clients.redirects_of(document)


def _named(document: Mapping[str, Any], host: str) -> str:
    """What people see: the name it gives itself, and the host that vouches for it."""
    name = clients.name_of(document) if "client_name" in document else ""
    return f"{name[: 197 - len(host)]} ({host})" if name else host
