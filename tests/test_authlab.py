"""mcp-authlab, an independent checker of MCP authorization, against the workspace; and its broken servers against our client.

It stands in `.tools/authlab`, where `.ci/run` puts it.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from front_door import PASSWORD, hidden, served
from oauth_client import CALLBACK, VERIFIER, challenge

from agents import oauth
from agents.errors import AccessDenied
from workspace.access import clients, members
from workspace.access.oauth import Asked, agree, exchange_code
from workspace.domain import Role, Workspace
from workspace.opening import open_store
from workspace.server.app import create_app
from workspace.server.settings import Settings

AUTHLAB = Path(__file__).parent.parent / ".tools" / "authlab" / "bin" / "mcp-authlab"
EXPECTED = {
    "TLS-01": "warn",  # plain http, on loopback
    "SESS-01": "skip",  # there are no sessions
    "SESS-02": "skip",
}
"""What its checks say other than `pass`."""

pytestmark = pytest.mark.skipif(
    not AUTHLAB.is_file(), reason="mcp-authlab is not installed: `.ci/run` puts it into .tools (needs pip)"
)


async def browse(address: str, origin: str, signed_in: httpx.AsyncClient) -> None:
    """What the person does: sign in once, agree, go where the answer leads."""
    page = await signed_in.get(address)
    if "/sign-in" in page.headers.get("location", ""):
        signing = await signed_in.get(page.headers["location"])
        form = hidden(signing.text) | {"login": "ann", "password": PASSWORD}
        page = await signed_in.get((await signed_in.post("/sign-in", data=form)).headers["location"])
    if page.status_code == 200:
        chosen = hidden(page.text) | {"role": "viewer", "decision": "allow"}
        page = await signed_in.post("/authorize", data=chosen)
    assert (await signed_in.get(page.headers["location"])).status_code == 200


async def sign_in(url: str, origin: str, home: dict[str, str]) -> None:
    """The checker's own sign-in. It wants a code for another server too, which is not to be had here, so it asks for one more of ours."""
    options = ["--scope", "viewer", "--timeout", "60", "--no-color", "--thorough", "--foreign-resource", url]
    command = [AUTHLAB, "login", url, *options]
    process = await asyncio.create_subprocess_exec(
        *command, env=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    async with httpx.AsyncClient(base_url=origin, timeout=60) as person:
        async for line in process.stdout:
            if asked := re.search(r"http\S+/authorize\?\S+", line.decode()):
                await browse(asked[0], origin, person)
    await process.wait()


def token_for(resource: str, workspace: Workspace, member: str) -> str:
    """A token of this workspace's that was issued for another server."""
    services = workspace.services
    client = clients.register(services, {"redirect_uris": [CALLBACK]})["client_id"]
    asked = Asked(client, "A client", CALLBACK, None, Role.viewer, None, challenge(), resource)
    form = {
        "code": agree(services, asked, member, Role.viewer),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return exchange_code(services, client, form, resource).access


def test_of_its_checks_nothing_is_open_but_https_on_loopback(tmp_path: Path) -> None:
    home = {**os.environ, "HOME": str(tmp_path), "BROWSER": "true"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        workspace = open_store(tmp_path / "data")
        member = members.add(workspace.services, "ann", PASSWORD, Role.viewer)
        foreign = token_for("https://other.example/mcp", workspace, member)
        with served(create_app(workspace, Settings(origin)), listener) as url:
            asyncio.run(sign_in(url, origin, home))
            done = subprocess.run(
                [AUTHLAB, "scan", url, "--foreign-token", foreign, "--format", "json"],
                env=home,
                capture_output=True,
                text=True,
                timeout=60,
            )
        workspace.close()
    report = json.loads(done.stdout)
    assert (report["grade"], len(report["results"])) == ("A", 33)
    said = {check["id"]: check["status"] for check in report["results"]}
    assert {name: status for name, status in said.items() if status != "pass"} == EXPECTED


@contextmanager
def broken_server(profile: str) -> Iterator[str]:
    """One of the checker's servers, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [AUTHLAB, "fixture", "--profile", profile, "--port", port, "--auto-consent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if port in line:
                    break
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.terminate()


@pytest.mark.parametrize("profile", ["legacy", "weak-as", "sloppy", "open", "mismatch"])
def test_our_client_signs_in_to_none_of_its_broken_servers(tmp_path: Path, profile: str) -> None:
    vault = oauth.FileVault(tmp_path / "credentials.json")

    async def show(address: str) -> None:
        raise AssertionError(f"a person was sent to {address}")

    with broken_server(profile) as url, pytest.raises(AccessDenied):
        asyncio.run(oauth.sign_in(url, vault, show))
    assert not oauth.signed_in(vault, url)
