"""A client of the authorization server, and the browser of the person who uses it."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from front_door import ORIGIN, Front, hidden

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CALLBACK = "http://127.0.0.1:33418/callback"
RESOURCE = f"{ORIGIN}/mcp"


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@dataclass
class Client:
    """A registered client and the browser of the person who uses it."""

    front: Front
    id: str
    secret: str | None = None
    redirect_uri: str = CALLBACK
    browser: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient())

    def request(self, **changes: str | None) -> dict[str, str]:
        """The parameters of an authorization request; None leaves one out."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.redirect_uri,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "scope": "viewer editor",
            "state": "st4te",
            "resource": RESOURCE,
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    async def ask(self, **changes: str | None) -> httpx.Response:
        return await self.browser.get("/authorize", params=self.request(**changes))

    async def decide(self, page: httpx.Response, **fields: str) -> httpx.Response:
        assert page.status_code == 200, page.text
        chosen = {"role": "editor", "decision": "allow", **fields}
        return await self.browser.post("/authorize", data=hidden(page.text) | chosen)

    async def code(self, role: str = "editor", **changes: str | None) -> str:
        answer = await self.decide(await self.ask(**changes), role=role)
        return answered(answer)["code"]

    async def token(self, **form: str | None) -> httpx.Response:
        sent = {"client_id": self.id, "resource": RESOURCE, **form}
        return await self.front.web.post(
            "/token", data={name: value for name, value in sent.items() if value is not None}
        )

    async def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        }
        return await self.token(**(usual | changes))

    async def tokens(self, role: str = "editor") -> dict[str, Any]:
        answer = await self.redeem(await self.code(role))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def renew(self, refresh_token: str, **changes: str | None) -> httpx.Response:
        return await self.token(**{"grant_type": "refresh_token", "refresh_token": refresh_token, **changes})


def answered(response: httpx.Response) -> dict[str, str]:
    """What a redirect carries back to the client."""
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


async def registered(front: Front, **changes: Any) -> httpx.Response:
    return await front.web.post(
        "/register", json={"client_name": "A client", "redirect_uris": [CALLBACK], **changes}
    )


async def connected(front: Front, role: str = "editor", login: str = "ann", **changes: Any) -> Client:
    """A registered client whose person has signed in."""
    front.member(login, role)
    told = (await registered(front, **changes)).json()
    browser = front.sign_in(login, front.browser())
    return Client(front, told["client_id"], told.get("client_secret"), told["redirect_uris"][0], browser)


def refused(response: httpx.Response, error: str, status: int = 400) -> None:
    assert (response.status_code, response.json().get("error")) == (status, error), response.text
    assert "access_token" not in response.text


async def second(front: Front, first: Client) -> Client:
    """Another client of the same person."""
    told = (await registered(front, client_name="Another")).json()
    return Client(front, told["client_id"], None, CALLBACK, first.browser)


async def secret_client(front: Front, method: str = "client_secret_post") -> Client:
    return await connected(front, token_endpoint_auth_method=method)
