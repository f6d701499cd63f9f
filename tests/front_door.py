"""A workspace behind its whole front door, in this process, with a clock that tests move."""

import atexit
import html
import re
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from workspace.access import keys, members
from workspace.domain import Role, Workspace
from workspace.opening import DATABASE_FILE, open_store
from workspace.server.app import Door
from workspace.server.connections import protocol
from workspace.server.settings import Settings

ORIGIN = "http://127.0.0.1:8787"
PASSWORD = "correct horse battery"
MEMBERS = ("ann", "bob")


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Front:
    """An open front door. `web` is a browser; `call` speaks MCP with a bearer credential."""

    workspace: Workspace
    door: Door
    web: httpx.AsyncClient
    clock: Clock
    app: Any = field(repr=False)

    def key(self, role: str = "editor", **options: Any) -> str:
        return keys.create(self.workspace.services, Role[role], f"{role} key", **options).clear

    def member(self, login: str = "ann", role: str = "editor") -> str:
        """A member with PASSWORD; ann and bob are in the template, because hashing a password takes its time."""
        if login in MEMBERS:
            members.change(self.workspace.services, login, role=Role[role])
            return members.find(self.workspace.services, login).id
        return members.add(self.workspace.services, login, PASSWORD, Role[role])

    async def rpc(
        self, method: str, params: Any = None, key: str | None = None, **headers: str
    ) -> httpx.Response:
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": method,
            **({"params": params} if params is not None else {}),
        }
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        async with self.browser() as client:
            return await client.post("/mcp", json=message, headers=sent)

    async def call_raw(self, key: str, body: bytes) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        async with self.browser() as client:
            return await client.post("/mcp", content=body, headers=headers)

    async def call(self, key: str, tool: str, **arguments: Any) -> Mapping[str, Any]:
        """The result of tools/call."""
        answer = await self.rpc("tools/call", {"name": tool, "arguments": arguments}, key)
        assert answer.status_code == 200, answer.text
        result: Mapping[str, Any] = answer.json()["result"]
        return result

    async def done(self, key: str, tool: str, **arguments: Any) -> Mapping[str, Any]:
        """The structured result of a call that must work."""
        result = await self.call(key, tool, **arguments)
        assert result["isError"] is False, result
        structured: Mapping[str, Any] = result["structuredContent"]
        return structured

    def browser(self) -> httpx.AsyncClient:
        """A browser of its own, without cookies."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN)

    def sign_in(self, login: str = "ann", client: httpx.AsyncClient | None = None) -> httpx.AsyncClient:
        """A browser with a session of the member's; `test_web` signs in by the form."""
        browser = client or self.web
        services = self.workspace.services
        secret = members.open_session(services, members.find(services, login).id)
        browser.cookies.set("workspace", secret, domain="127.0.0.1", path="/")
        return browser


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


@cache
def template() -> Path:
    """A migrated, empty database: migrating once a process is enough."""
    folder = Path(tempfile.mkdtemp(prefix="front-door-"))
    atexit.register(shutil.rmtree, folder)
    workspace = open_store(folder, clock=Clock(), origin=ORIGIN)
    for login in MEMBERS:
        members.add(workspace.services, login, PASSWORD, Role.editor)
    workspace.close()
    return folder / DATABASE_FILE


@asynccontextmanager
async def front_door(
    folder: Path, *, origin: str = ORIGIN, database: str | None = None, **settings: Any
) -> AsyncIterator[Front]:
    clock = Clock()
    if database is None and not (folder / DATABASE_FILE).exists():
        shutil.copy(template(), folder / DATABASE_FILE)
    workspace = open_store(folder, database=database, clock=clock, origin=origin)
    if database is not None:
        members.add(workspace.services, MEMBERS[0], PASSWORD, Role.editor)
    door = Door(workspace, Settings(origin, **settings))
    app = door.app()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as web:
        yield Front(workspace, door, web, clock, app)
    door.close()
    workspace.close()


@contextmanager
def served(app: Any, listener: socket.socket | None = None, **tls: Any) -> Iterator[str]:
    """The application on a free port, in a thread; gives its MCP address."""
    server = uvicorn.Server(
        uvicorn.Config(app, http=protocol(), port=0, log_level="error", lifespan="off", **tls)
    )
    started = threading.Event()
    startup = server.startup

    async def tell(sockets: Any = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = tell  # type: ignore[method-assign]
    sockets = None if listener is None else [listener]
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    assert started.wait(20)
    try:
        place = listener or server.servers[0].sockets[0]
        yield f"http://127.0.0.1:{place.getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
