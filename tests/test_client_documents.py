"""Clients known by the https address of a document: read from a real server over TLS, and every way to misuse the reading refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from certificate import write_certificate
from front_door import Front, front_door, served
from oauth_client import CALLBACK, Client, answered

from workspace.__main__ import main
from workspace.access import policy, secrets
from workspace.access.document_addresses import is_public

pytestmark = pytest.mark.anyio


@dataclass
class Publisher:
    """A site that publishes one document, and counts who read it."""

    answer: Callable[[str], Any]
    address: str = ""
    status: int = 200
    kind: str = "application/json"
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    hang: bool = False
    reads: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reads += 1
        if self.hang:
            await receive()
            await receive()  # until the reader hangs up
            return
        said = self.answer(self.address)
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        headers = [(b"content-type", self.kind.encode()), *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def described(address: str, **changes: Any) -> dict[str, Any]:
    usual = {"client_id": address, "client_name": "Tidy Client", "redirect_uris": [CALLBACK]}
    return usual | changes


@asynccontextmanager
async def published(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[str], Any] = described,
    allowed: str = "localhost",
    **options: Any,
) -> AsyncIterator[tuple[Front, Publisher, Client]]:
    """A front door whose operator trusts the site's authority and reads documents of the hosts allowed; a signed-in member."""
    pair = write_certificate(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(pair.cert))
    site = Publisher(answer, **options)
    with served(site, ssl_certfile=pair.cert, ssl_keyfile=pair.key) as url:
        site.address = f"https://localhost:{httpx.URL(url).port}/client.json"
        async with front_door(folder) as front:
            policy.read_documents_of(front.workspace.services, allowed.split())
            browser = front.sign_in("ann", front.browser())
            yield front, site, Client(front, site.address, browser=browser)


async def test_a_client_is_known_by_its_document_from_consent_to_a_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with published(tmp_path, monkeypatch) as (front, site, client):
        page = await client.ask()
        assert (page.status_code, site.reads) == (200, 1)
        assert "Allow Tidy Client (localhost:" in page.text
        assert site.address in page.text
        tokens = (await client.redeem(answered(await client.decide(page))["code"])).json()
        me = await front.done(tokens["access_token"], "get_me")
        assert me["accessLevel"] == "editor"
        assert me["apiKey"]["name"].startswith("Tidy Client (localhost:")
        assert (await client.ask()).status_code == 200
        assert site.reads == 1
        front.clock.forward(minutes=16)
        assert (await client.ask()).status_code == 200
        assert site.reads == 2
        renewed = await client.renew(tokens["refresh_token"])
        assert renewed.status_code == 200
        policy.read_documents_of(front.workspace.services, ["off"])
        front.door.desk.forget_policy()
        assert (await client.renew(renewed.json()["refresh_token"])).status_code == 401
        refused = await client.ask()
        assert (refused.status_code, "client-documents" in refused.text) == (400, True)
        assert site.reads == 2


async def test_whether_documents_are_read_is_said_in_the_metadata(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        for words, said in ((["off"], False), (["on"], True), (["claude.ai", "on"], True)):
            policy.read_documents_of(front.workspace.services, words)
            front.door.desk.forget_policy()
            metadata = (await front.web.get("/.well-known/oauth-authorization-server")).json()
            assert metadata["client_id_metadata_document_supported"] is said


@pytest.mark.parametrize(
    ("answer", "options", "words"),
    [
        (lambda address: described(address + "?"), {}, "about another client"),
        (lambda address: described(address, client_id=None), {}, "about another client"),
        (lambda address: described(address, client_secret="s"), {}, "proving itself"),
        (
            lambda address: described(address, token_endpoint_auth_method="private_key_jwt"),
            {},
            "proving itself",
        ),
        (lambda address: described(address, redirect_uris=[]), {}, "one to ten addresses"),
        (lambda address: described(address, redirect_uris=["http://evil.example/"]), {}, "only https"),
        (lambda address: described(address, redirect_uris=["https://a.example/*"]), {}, "characters"),
        (lambda address: described(address, client_name="a\u202eb"), {}, "printable"),
        (lambda address: described(address, grant_types=["implicit"]), {}, "authorization_code"),
        (lambda address: [address], {}, "not a JSON object"),
        (lambda address: b"<html>", {}, "not JSON"),
        (lambda address: described(address, pad="x" * 20_000), {}, "longer than 16384"),
        (described, {"status": 404}, "answered with 404"),
        (
            described,
            {"status": 302, "headers": [(b"location", b"https://169.254.169.254/")]},
            "redirects are not followed",
        ),
        (described, {"kind": "text/html"}, "text/html, not application/json"),
        (described, {"headers": [(b"content-encoding", b"gzip")]}, None),
        (described, {"hang": True}, "did not come within"),
    ],
)
async def test_a_document_that_is_not_in_order_connects_nobody(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[str], Any],
    options: dict[str, Any],
    words: str | None,
) -> None:
    async with published(tmp_path, monkeypatch, answer, **options) as (front, site, client):
        front.door.documents.seconds = 0.3 if site.hang else 5
        page = await client.ask()
        assert site.reads == 1
        if words is None:  # what calls itself compressed is read as the bytes it is
            assert page.status_code == 200
        else:
            assert (page.status_code, words in page.text) == (400, True), page.text
            assert "location" not in page.headers


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost/client.json",
        "HTTPS://localhost/client.json",
        "https://localhost",
        "https://localhost/",
        "https://user@localhost/client.json",
        "https://localhost/client.json#part",
        "https://localhost/a/../client.json",
        "https://localhost/a/%2E%2e/client.json",
        "https://localhost:port/client.json",
        "https://localhost/" + "a" * 500,
        "https://other.example/client.json",
        "https://127.0.0.1/client.json",
        "https://localhost.other.example/client.json",
    ],
)
async def test_an_address_that_is_not_allowed_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    async with published(tmp_path, monkeypatch) as (_, site, client):
        client.id = address
        assert (await client.ask()).status_code == 400
        assert site.reads == 0


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0", "10.0.0.1", "192.168.1.1", "172.16.0.1",
        "169.254.169.254", "100.64.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[fe80::1]", "[fd00::1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "127.0.0.1:443", "127.0.0.1:8080",
    ],
)  # fmt: skip
async def test_with_all_public_hosts_allowed_no_private_address_is_asked(tmp_path: Path, host: str) -> None:
    async with front_door(tmp_path) as front:
        policy.read_documents_of(front.workspace.services, ["on"])
        client = Client(front, f"https://{host}/client.json", browser=front.sign_in())
        page = await client.ask()
        refused = "port 443 only" if host.endswith("8080") else "not on the public internet"
        assert (page.status_code, refused in page.text) == (400, True), page.text


async def test_a_name_that_leads_to_a_public_and_a_private_address_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def both(self: Any, host: str, port: int, **options: Any) -> list[Any]:
        return [(2, 1, 6, "", (address, port)) for address in ("8.8.8.8", "127.0.0.1")]

    async with front_door(tmp_path) as front:
        policy.read_documents_of(front.workspace.services, ["on"])
        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", both)
        page = await Client(front, "https://two.example/client.json", browser=front.sign_in()).ask()
        assert (page.status_code, "not on the public internet" in page.text) == (400, True)


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("2001:db8::1", False), ("fec0::1", False)],
)  # fmt: skip
def test_an_address_is_public_or_it_is_not(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_stranger_makes_the_server_read_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with published(tmp_path, monkeypatch) as (front, site, client):
        client.browser = front.browser()
        sent = await client.ask()
        assert (sent.status_code, sent.headers["location"].startswith("/sign-in?next=")) == (303, True)
        assert site.reads == 0


async def test_a_member_makes_the_server_read_so_many_documents_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with published(tmp_path, monkeypatch, status=404) as (_, site, client):
        pages = [await client.ask() for _ in range(21)]
        assert site.reads == 20
        assert "too many documents" in pages[-1].text


async def test_what_the_document_does_not_list_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with published(tmp_path, monkeypatch) as (_, site, client):
        elsewhere = await client.ask(redirect_uri="https://evil.example/callback")
        assert (elsewhere.status_code, "location" in elsewhere.headers) == (400, False)
        code = await client.code()
        client.id = secrets.hashed(site.address)
        assert (await client.ask()).status_code == 400
        assert (await client.redeem(code)).status_code == 401


def test_the_command_turns_documents_on_for_hosts_and_refuses_what_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data", str(tmp_path))
    assert main(["policy", "client-documents", "Claude.ai", "on", *data]) == 0
    assert capsys.readouterr().out.split() == ["client-documents", "claude.ai", "on"]
    for wrong in (["https://claude.ai"], ["off", "on"], ["a b"]):
        assert main(["policy", "client-documents", *wrong, *data]) == 2
    assert "off, on, or names" in capsys.readouterr().err
    assert main(["policy", "viewers-may-run", "maybe", *data]) == 2
    assert "is on or off" in capsys.readouterr().err
