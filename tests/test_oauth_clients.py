"""Attacks on the authorization server, each by name: clients and forms: false proofs, odd registrations, floods, parameters in the address, and the browser of the person."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from front_door import PASSWORD, front_door, hidden
from oauth_client import CALLBACK, connected, refused, registered, secret_client

from workspace.access import grants, members
from workspace.access.schema import OAuthClient
from workspace.access.store import looking
from workspace.domain import Role

pytestmark = pytest.mark.anyio


# ---- clients ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, "", "wrong", "dns_" + "A" * 43])
async def test_a_client_without_its_secret_is_refused(tmp_path: Path, secret: str | None) -> None:
    async with front_door(tmp_path) as front:
        client = await secret_client(front)
        answer = await client.redeem(await client.code(), client_secret=secret)
        refused(answer, "invalid_client", 401)
        assert "www-authenticate" in answer.headers


async def test_a_client_is_held_to_the_method_it_registered(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await secret_client(front, "client_secret_basic")
        refused(await client.redeem(await client.code(), client_secret=client.secret), "invalid_client", 401)


async def test_a_public_client_can_not_pretend_to_a_secret(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        refused(await client.redeem(await client.code(), client_secret="x"), "invalid_client", 401)


@pytest.mark.parametrize(
    "header", ["Basic !!!", "Basic " + base64.b64encode(b"no-colon").decode(), "Bearer x", "Digest x"]
)
async def test_a_malformed_client_header_is_refused(tmp_path: Path, header: str) -> None:
    async with front_door(tmp_path) as front:
        answer = await front.web.post(
            "/token", data={"grant_type": "refresh_token"}, headers={"Authorization": header}
        )
        assert answer.json()["error"] in {"invalid_client", "invalid_request"}
        assert answer.status_code in {400, 401}


async def test_two_proofs_of_the_client_at_once_are_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await secret_client(front, "client_secret_basic")
        assert client.secret
        form = {"grant_type": "refresh_token", "client_id": client.id, "client_secret": client.secret}
        answer = await front.web.post("/token", data=form, auth=(client.id, client.secret))
        refused(answer, "invalid_request")


async def test_header_and_body_must_name_one_client(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await secret_client(front, "client_secret_basic")
        assert client.secret
        form = {"grant_type": "refresh_token", "client_id": "other"}
        refused(
            await front.web.post("/token", data=form, auth=(client.id, client.secret)), "invalid_client", 401
        )


@pytest.mark.parametrize(
    "metadata",
    [
        {"redirect_uris": []},
        {"redirect_uris": "https://app.example/cb"},
        {"redirect_uris": [7]},
        {"redirect_uris": ["https://app.example/cb"] * 11},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"grant_types": ["client_credentials"]},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"client_name": ""},
        {"client_name": "x" * 201},
        {"client_name": "Claude\u202eedoC"},
        {"client_name": ["x"]},
    ],
)
async def test_a_registration_that_makes_no_sense_is_refused(
    tmp_path: Path, metadata: dict[str, Any]
) -> None:
    async with front_door(tmp_path) as front:
        answer = await registered(front, **metadata)
        assert (answer.status_code, answer.json()["error"]) in {
            (400, "invalid_redirect_uri"),
            (400, "invalid_client_metadata"),
        }


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"null"])
async def test_a_registration_that_is_no_object_is_refused(tmp_path: Path, body: bytes) -> None:
    async with front_door(tmp_path) as front:
        refused(await front.web.post("/register", content=body), "invalid_client_metadata")


async def test_a_client_can_not_choose_its_id_or_secret(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        told = (await registered(front, client_id="admin", client_secret="mine")).json()
        assert told["client_id"] != "admin"
        assert "client_secret" not in told


async def test_registrations_from_one_address_are_limited(tmp_path: Path) -> None:
    async with front_door(tmp_path, registrations_per_hour=3) as front:
        codes = [(await registered(front)).status_code for _ in range(4)]
        assert codes == [201, 201, 201, 429]


async def test_clients_that_nobody_agreed_to_are_forgotten_after_a_day(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        used = await connected(front)
        await used.tokens()
        stale = (await registered(front)).json()["client_id"]
        front.clock.forward(hours=25)
        await registered(front)
        with looking(front.workspace.services) as session:
            assert session.get(OAuthClient, stale) is None
            assert session.get(OAuthClient, used.id) is not None


async def test_requests_to_the_token_endpoint_from_one_address_are_limited(tmp_path: Path) -> None:
    async with front_door(tmp_path, token_requests_per_minute=2) as front:
        client = await connected(front)
        codes = [(await client.redeem("dnc_guess")).status_code for _ in range(3)]
        assert codes == [400, 400, 429]


# ---- how parameters travel ----------------------------------------------------------------------------------


async def test_parameters_in_the_address_of_the_token_endpoint_are_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        form = {"grant_type": "authorization_code", "code": await client.code(), "client_id": client.id}
        answer = await front.web.post("/token", params=form, data={"redirect_uri": CALLBACK})
        refused(answer, "invalid_request")


async def test_a_parameter_given_twice_to_the_token_endpoint_is_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        content = "grant_type=refresh_token&client_id=a&client_id=b"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        refused(await front.web.post("/token", content=content, headers=headers), "invalid_request")


async def test_json_is_no_form(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        refused(await front.web.post("/token", json={"grant_type": "refresh_token"}), "invalid_request")


async def test_a_huge_form_is_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        refused(await front.web.post("/token", data={"code": "x" * 70_000}), "invalid_request", 413)


async def test_tokens_are_never_given_by_get(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        assert (await front.web.get("/token")).status_code in {404, 405}
        assert (await front.web.get("/revoke")).status_code in {404, 405}


# ---- the person's browser -----------------------------------------------------------------------------------


async def test_consent_needs_the_token_of_the_persons_own_form(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        fields = hidden((await client.ask()).text) | {"role": "editor", "decision": "allow"}
        for forged in ("", "0" * 64):
            answer = await client.browser.post("/authorize", data=fields | {"form_token": forged})
            assert (answer.status_code, "location" in answer.headers) == (403, False)
        del fields["form_token"]
        assert (await client.browser.post("/authorize", data=fields)).status_code == 403
        assert grants.every(front.workspace.services) == []


async def test_another_persons_form_token_is_no_use(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        front.member("bob")
        theirs = hidden((await front.sign_in("bob", front.browser()).get("/access")).text)["form_token"]
        fields = hidden((await client.ask()).text) | {
            "role": "editor",
            "decision": "allow",
            "form_token": theirs,
        }
        assert (await client.browser.post("/authorize", data=fields)).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=["foreign-origin", "opaque-origin", "cross-site", "same-site"],
)
async def test_a_form_posted_from_another_site_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        fields = hidden((await client.ask()).text) | {"role": "editor", "decision": "allow"}
        answer = await client.browser.post("/authorize", data=fields, headers=headers)
        assert (answer.status_code, "location" in answer.headers) == (403, False)


async def test_the_consent_page_can_not_be_framed_or_made_to_run_a_script(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        page = await client.ask()
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "form-action 'self' http://127.0.0.1:33418;" in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "private, no-store"
        assert "access-control-allow-origin" not in page.headers
        assert "<script" not in page.text


async def test_a_grant_is_asked_for_each_time_and_never_remembered(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        await client.tokens()
        again = await client.ask(prompt="none")
        assert (again.status_code, "Allow" in again.text) == (200, True)


async def test_the_operator_of_the_one_time_link_grants_nothing(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        link = members.make_link(front.workspace.services, Role.admin)
        operator = front.browser()
        await operator.post("/sign-in/link", data={"link": link})
        answer = await operator.get("/authorize", params=client.request())
        assert (answer.status_code, "Sign in as a member" in answer.text) == (403, True)


# ---- what is kept ------------------------------------------------------------------------------------------


async def test_no_code_token_or_secret_stands_in_the_store(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, token_endpoint_auth_method="client_secret_post")
        code = await client.code()
        tokens = (await client.redeem(code, client_secret=client.secret)).json()
        session = client.browser.cookies["workspace"]
        secrets = [code, tokens["access_token"], tokens["refresh_token"], client.secret, session, PASSWORD]
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert [secret for secret in secrets if str(secret).encode() in written] == []


async def test_two_secrets_never_look_alike(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        seen = {(await client.tokens())["access_token"] for _ in range(5)}
        assert len(seen) == 5
        assert all(re.fullmatch(r"dna_[A-Za-z0-9_-]{43}", token) for token in seen)
