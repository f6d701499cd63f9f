"""Signing the workflows in by OAuth, against the workspace's own authorization server over loopback HTTP."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from front_door import PASSWORD, hidden

from agents import oauth
from agents.errors import AccessDenied
from workspace.access import members
from workspace.domain import Role
from workspace.opening import open_store
from workspace.server.app import Door
from workspace.server.settings import Settings

pytestmark = pytest.mark.anyio
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
JSON = {"Accept": "application/json, text/event-stream"}


@dataclass
class Served:
    url: str
    origin: str
    vault: oauth.FileVault

    async def person(self, address: str, decision: str = "allow") -> str:
        """Open the address as a person would: sign in, read the consent page, decide. Returns where the browser ends up."""
        async with httpx.AsyncClient(base_url=self.origin, follow_redirects=True) as browser:
            page = await browser.get(address)
            assert "Sign in" in page.text
            form = {**hidden(page.text), "login": "ann", "password": PASSWORD}
            page = await browser.post("/sign-in", data=form)
            assert "Deepnote Workflows" in page.text
            form = {**hidden(page.text), "role": "editor", "decision": decision}
            answer = await browser.post("/authorize", data=form, follow_redirects=False)
            return answer.headers["location"]

    async def browse(self, address: str) -> None:
        """A browser on this machine: it follows the last redirect to the loopback port."""
        back = await self.person(address)
        async with httpx.AsyncClient() as browser:
            assert (await browser.get(back)).text.startswith("Signed in.")

    async def list_tools(self, auth: httpx.Auth) -> int:
        async with httpx.AsyncClient(auth=auth) as client:
            return (await client.post(self.url, json=LIST, headers=JSON)).status_code


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as running:
        yield running


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    workspace = open_store(folder / "data", origin=origin)
    members.add(workspace.services, "ann", PASSWORD, Role.editor)
    door = Door(workspace, Settings(origin))
    server = uvicorn.Server(uvicorn.Config(door.app(), log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield Served(f"{origin}/mcp", origin, oauth.FileVault(folder / "home" / "credentials.json"))
    finally:
        server.should_exit = True
        await running
        listener.close()
        door.close()
        workspace.close()


async def test_a_person_signs_in_and_the_tokens_work_in_the_next_process(served: Served) -> None:
    playing: list[asyncio.Task[None]] = []

    async def show(address: str) -> None:
        playing.append(asyncio.create_task(served.browse(address)))

    await oauth.sign_in(served.url, served.vault, show)
    await asyncio.gather(*playing)
    assert oauth.signed_in(served.vault, served.url)
    assert stat.S_IMODE(served.vault.path.stat().st_mode) == 0o600
    assert await served.list_tools(oauth.stored_auth(served.vault, served.url)) == 200


async def test_without_a_browser_the_address_it_was_sent_to_is_pasted(served: Served) -> None:
    shown: list[str] = []

    async def show(address: str) -> None:
        shown.append(address)

    async def paste() -> str:
        return await served.person(shown[0])

    await oauth.sign_in(served.url, served.vault, show, paste)
    assert await served.list_tools(oauth.stored_auth(served.vault, served.url)) == 200


async def test_a_person_who_says_no_leaves_nothing_behind(served: Served) -> None:
    shown: list[str] = []

    async def show(address: str) -> None:
        shown.append(address)

    async def paste() -> str:
        return await served.person(shown[0], decision="deny")

    with pytest.raises(AccessDenied, match=r"Signing in to .* failed"):
        await oauth.sign_in(served.url, served.vault, show, paste)
    assert not oauth.signed_in(served.vault, served.url)


async def test_an_expired_access_token_is_refreshed_without_a_person(served: Served) -> None:
    await sign_in_by_paste(served)
    held = json.loads(json.loads(served.vault.path.read_text())[served.url])
    served.vault.write(served.url, json.dumps({**held, "expires_at": 1.0}))
    assert await served.list_tools(oauth.stored_auth(served.vault, served.url)) == 200
    renewed = json.loads(json.loads(served.vault.path.read_text())[served.url])
    assert renewed["tokens"]["access_token"] != held["tokens"]["access_token"]
    assert renewed["tokens"]["refresh_token"] != held["tokens"]["refresh_token"]


async def test_signing_out_revokes_the_tokens_at_the_server(served: Served) -> None:
    await sign_in_by_paste(served)
    held = json.loads(json.loads(served.vault.path.read_text())[served.url])
    token = held["tokens"]["access_token"]
    assert await oauth.sign_out(served.url, served.vault) is True
    assert not oauth.signed_in(served.vault, served.url)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.post(served.url, json=LIST, headers=JSON)).status_code == 401
    assert await oauth.sign_out(served.url, served.vault) is False


async def test_an_address_that_is_no_workspace_is_refused_in_one_sentence(served: Served) -> None:
    async def show(address: str) -> None:
        raise AssertionError("no browser should be opened")

    with pytest.raises(AccessDenied, match=r"failed|is it an MCP address"):
        await oauth.sign_in(f"{served.origin}/nothing-here", served.vault, show)


async def sign_in_by_paste(served: Served) -> None:
    shown: list[str] = []

    async def show(address: str) -> None:
        shown.append(address)

    async def paste() -> str:
        return await served.person(shown[0])

    await oauth.sign_in(served.url, served.vault, show, paste)
