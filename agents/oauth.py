"""Signing in to a workspace by OAuth 2.1: tokens are kept in the system keyring or a 0600 file, and refreshed as needed.

The flow itself (discovery, registration, PKCE, resource indicators) is the `mcp` client's; here are its storage, its
browser and the things it forgets between two processes: when a token expires, and where the token endpoint is.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx
from mcp.client.auth import OAuthClientProvider, OAuthFlowError
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata, OAuthToken
from pydantic import AnyUrl

from agents.errors import AccessDenied

SERVICE = "deepnote-workflows"
CALLBACK = "/callback"
DONE = b"Signed in. You can close this page and go back to the terminal."


class Vault(Protocol):
    """Keeps one secret text a server."""

    @property
    def label(self) -> str: ...
    def read(self, server: str) -> str | None: ...
    def write(self, server: str, secret: str) -> None: ...
    def forget(self, server: str) -> None: ...


@dataclass(frozen=True)
class FileVault:
    """A JSON file that only its owner may read (mode 0600), replaced whole at each change."""

    path: Path

    @property
    def label(self) -> str:
        return str(self.path)

    def read(self, server: str) -> str | None:
        found: str | None = self._all().get(server)
        return found

    def write(self, server: str, secret: str) -> None:
        self._replace({**self._all(), server: secret})

    def forget(self, server: str) -> None:
        self._replace({name: secret for name, secret in self._all().items() if name != server})

    def _all(self) -> dict[str, str]:
        try:
            held: dict[str, str] = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as unreadable:
            raise AccessDenied(
                f"{self.path} is not readable as JSON; remove it and sign in again."
            ) from unreadable
        return held

    def _replace(self, held: dict[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.path.with_suffix(f".{os.getpid()}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(held, file)
        partial.replace(self.path)


@dataclass(frozen=True)
class KeyringVault:
    """The system's keyring (macOS Keychain, Windows Credential Locker, Secret Service, KWallet)."""

    label: str = "the system keyring"

    def read(self, server: str) -> str | None:
        import keyring

        return keyring.get_password(SERVICE, server)

    def write(self, server: str, secret: str) -> None:
        import keyring

        keyring.set_password(SERVICE, server, secret)

    def forget(self, server: str) -> None:
        import keyring
        from keyring.errors import PasswordDeleteError

        try:
            keyring.delete_password(SERVICE, server)
        except PasswordDeleteError:
            return


def open_vault(folder: Path) -> Vault:
    """The keyring where the machine has a usable one, else a 0600 file in `folder`."""
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    backend = keyring.get_keyring()
    usable = not isinstance(backend, NoKeyring) and getattr(backend, "priority", 0) >= 1
    return KeyringVault() if usable else FileVault(folder / "credentials.json")


class _Kept:
    """The `mcp` client's storage, on a vault: tokens with their expiry, the client's registration, the server's metadata."""

    def __init__(self, vault: Vault, server: str, clock: Callable[[], float]) -> None:
        self._vault = vault
        self._server = server
        self._clock = clock

    def load(self) -> dict[str, Any]:
        secret = self._vault.read(self._server)
        held: dict[str, Any] = json.loads(secret) if secret else {}
        return held

    def keep(self, **parts: Any) -> None:
        self._vault.write(self._server, json.dumps({**self.load(), **parts}))

    async def get_tokens(self) -> OAuthToken | None:
        tokens = self.load().get("tokens")
        return OAuthToken.model_validate(tokens) if tokens else None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        expires_at = self._clock() + tokens.expires_in if tokens.expires_in is not None else None
        self.keep(tokens=tokens.model_dump(mode="json"), expires_at=expires_at)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        client = self.load().get("client")
        return OAuthClientInformationFull.model_validate(client) if client else None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.keep(client=client_info.model_dump(mode="json"))


class _Provider(OAuthClientProvider):
    """Remembers across processes when the access token expires and where to refresh it."""

    def __init__(self, kept: _Kept, **settings: Any) -> None:
        super().__init__(storage=kept, **settings)
        self._kept = kept

    async def _initialize(self) -> None:
        await super()._initialize()
        held = self._kept.load()
        self.context.token_expiry_time = held.get("expires_at")
        if held.get("metadata"):
            self.context.oauth_metadata = OAuthMetadata.model_validate(held["metadata"])

    async def _handle_token_response(self, response: httpx.Response) -> None:
        await super()._handle_token_response(response)
        if self.context.oauth_metadata is not None:
            self._kept.keep(metadata=self.context.oauth_metadata.model_dump(mode="json"))


def signed_in(vault: Vault, server: str) -> bool:
    """Whether tokens for this server are kept; they may still turn out to be revoked."""
    return bool(_Kept(vault, server, time.time).load().get("tokens"))


def stored_auth(vault: Vault, server: str, clock: Callable[[], float] = time.time) -> httpx.Auth:
    """Authorises requests with the kept tokens and refreshes them; never opens a browser.

    When the tokens no longer work, the request fails with `OAuthFlowError`; sign in again.
    """
    return _Provider(
        _Kept(vault, server, clock), server_url=server, client_metadata=_client("http://127.0.0.1" + CALLBACK)
    )


async def sign_in(
    server: str,
    vault: Vault,
    show: Callable[[str], Awaitable[None]],
    paste: Callable[[], Awaitable[str]] | None = None,
    clock: Callable[[], float] = time.time,
    timeout: float = 300.0,
) -> None:
    """Run the authorization-code flow for `server` and keep the tokens.

    `show` is given the address a person has to open. The code comes back on a loopback port, or, where the browser runs on
    another machine, through `paste`: the address the browser was sent to at the end.
    Raises AccessDenied when it does not end in a token.
    """
    vault.forget(server)
    async with _loopback() as (port, arrived):

        async def answer() -> tuple[str, str | None]:
            address = await paste() if paste is not None else await asyncio.wait_for(arrived, timeout)
            query = parse_qs(urlsplit(address).query)
            if "error" in query:
                raise OAuthFlowError(query.get("error_description", query["error"])[0])
            if "code" not in query:
                raise OAuthFlowError("the pasted address carries no code")
            return query["code"][0], query.get("state", [None])[0]

        auth = _Provider(
            _Kept(vault, server, clock),
            server_url=server,
            client_metadata=_client(f"http://127.0.0.1:{port}{CALLBACK}"),
            redirect_handler=show,
            callback_handler=answer,
            timeout=timeout,
        )
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        headers = {"Accept": "application/json, text/event-stream"}
        try:
            async with httpx.AsyncClient(auth=auth, timeout=timeout) as client:
                response = await client.post(server, json=body, headers=headers)
        except (OAuthFlowError, httpx.HTTPError, TimeoutError) as failure:
            vault.forget(server)
            raise AccessDenied(
                f"Signing in to {server} failed: {failure or 'no answer in time'}."
            ) from failure
    if not signed_in(vault, server):
        raise AccessDenied(
            f"{server} answered {response.status_code} and asked for no sign-in; is it an MCP address?"
        )


async def sign_out(server: str, vault: Vault) -> bool:
    """Revoke the kept tokens at the server and forget them; False when none were kept."""
    held = _Kept(vault, server, time.time).load()
    tokens, metadata = held.get("tokens"), held.get("metadata") or {}
    if not tokens:
        vault.forget(server)
        return False
    endpoint = metadata.get("revocation_endpoint")
    try:
        if endpoint:
            form = {
                "token": tokens.get("refresh_token") or tokens["access_token"],
                "client_id": held.get("client", {}).get("client_id", ""),
            }
            async with httpx.AsyncClient(timeout=30) as client:
                (await client.post(endpoint, data=form)).raise_for_status()
    except httpx.HTTPError as failure:
        raise AccessDenied(
            f"The tokens are forgotten here, but {server} could not be told to revoke them: {failure}."
        ) from failure
    finally:
        vault.forget(server)
    return True


def _client(redirect: str) -> OAuthClientMetadata:
    return OAuthClientMetadata(
        client_name="Deepnote Workflows",
        redirect_uris=[AnyUrl(redirect)],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
    )


@asynccontextmanager
async def _loopback() -> AsyncIterator[tuple[int, "asyncio.Future[str]"]]:
    """A listener on 127.0.0.1 that waits for the one request the browser is redirected with."""
    arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode("latin-1").split(" ")
        found = len(line) > 1 and line[0] == "GET" and urlsplit(line[1]).path == CALLBACK
        if found and not arrived.done():
            arrived.set_result(line[1])
        body = DONE if found else b"Not found."
        head = f"HTTP/1.1 {'200 OK' if found else '404 Not Found'}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1], arrived
    finally:
        listener.close()
        await listener.wait_closed()
