"""Attacks on the authorization server, each by name: codes, PKCE, redirects, mix-up, refresh tokens, audience, scope, forms, floods."""

import base64
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from front_door import ORIGIN, PASSWORD, Front, front_door, hidden
from oauth_client import CALLBACK, RESOURCE, VERIFIER, Client, answered, challenge, connected, registered

from workspace.access import grants, members, oauth
from workspace.access.schema import OAuthClient
from workspace.access.store import looking
from workspace.domain import Role

pytestmark = pytest.mark.anyio


def refused(response: httpx.Response, error: str, status: int = 400) -> None:
    assert (response.status_code, response.json().get("error")) == (status, error), response.text
    assert "access_token" not in response.text


async def second(front: Front, first: Client) -> Client:
    """Another client of the same person."""
    told = (await registered(front, client_name="Another")).json()
    return Client(front, told["client_id"], None, CALLBACK, first.browser)


# ---- codes -------------------------------------------------------------------------------------------------


async def test_a_code_used_twice_is_refused_and_ends_what_it_gave(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        code = await client.code()
        tokens = (await client.redeem(code)).json()
        refused(await client.redeem(code), "invalid_grant")
        assert (await front.rpc("ping", key=tokens["access_token"])).status_code == 401
        refused(await client.renew(tokens["refresh_token"]), "invalid_grant")


async def test_a_stolen_code_used_first_leaves_the_owner_with_an_ended_grant(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        code = await client.code()
        refused(await client.redeem(code, code_verifier="w" * 43), "invalid_grant")
        refused(await client.redeem(code), "invalid_grant")
        assert grants.every(front.workspace.services) == []


async def test_a_code_is_good_for_a_minute(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        code = await client.code()
        front.clock.forward(seconds=60)
        refused(await client.redeem(code), "invalid_grant")


async def test_a_code_of_one_client_is_worth_nothing_to_another(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        thief = await second(front, client)
        code = await client.code()
        refused(await thief.redeem(code), "invalid_grant")
        assert (await client.redeem(code)).status_code == 200


async def test_a_code_bought_with_another_redirect_address_is_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, redirect_uris=[CALLBACK, "https://app.example/cb"])
        code = await client.code()
        refused(await client.redeem(code, redirect_uri="https://app.example/cb"), "invalid_grant")


async def test_a_code_without_the_redirect_address_it_was_sent_to_is_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        refused(await client.redeem(await client.code(), redirect_uri=None), "invalid_grant")


@pytest.mark.parametrize(
    "code", ["", "dnc_wrong", "'; DROP TABLE grants; --", "\x00", "dnc_" + "A" * 43, "x" * 5000]
)
async def test_a_made_up_code_is_refused(tmp_path: Path, code: str) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        refused(await client.redeem(code), "invalid_grant")


async def test_a_code_issued_before_the_grant_was_revoked_is_worth_nothing(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        code = await client.code()
        (grant,) = grants.every(front.workspace.services)
        grants.revoke(front.workspace.services, grant.id, None, "test")
        refused(await client.redeem(code), "invalid_grant")


async def test_a_code_of_a_member_who_was_removed_is_worth_nothing(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        code = await client.code()
        members.remove(front.workspace.services, "ann")
        refused(await client.redeem(code), "invalid_grant")


# ---- PKCE --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge": ""},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "S512"},
        {"code_challenge": "short"},
        {"code_challenge": "A" * 44},
        {"code_challenge": "A" * 42 + "="},
        {"code_challenge": VERIFIER + "!"},
    ],
    ids=[
        "none",
        "empty",
        "both-missing",
        "method-missing",
        "plain",
        "lower-case",
        "unknown",
        "short",
        "long",
        "padded",
        "malformed",
    ],
)
async def test_pkce_can_not_be_left_out_or_weakened(tmp_path: Path, changes: dict[str, str | None]) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        answer = answered(await client.ask(**changes))
        assert (answer["error"], answer["state"], answer["iss"], "code" in answer) == (
            "invalid_request",
            "st4te",
            ORIGIN,
            False,
        )


@pytest.mark.parametrize(
    "verifier",
    [None, "", "A" * 42, "A" * 129, "A" * 43, VERIFIER + "\n", VERIFIER[:-1] + "!", challenge()],
    ids=[
        "none",
        "empty",
        "too-short",
        "too-long",
        "another",
        "line-break",
        "bad-character",
        "the-challenge-itself",
    ],
)
async def test_a_code_without_its_verifier_is_refused(tmp_path: Path, verifier: str | None) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        refused(await client.redeem(await client.code(), code_verifier=verifier), "invalid_grant")


async def test_a_wrong_verifier_can_not_be_tried_again(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        code = await client.code()
        refused(await client.redeem(code, code_verifier="b" * 43), "invalid_grant")
        refused(await client.redeem(code), "invalid_grant")


# ---- redirects ---------------------------------------------------------------------------------------------

BASE = "https://app.example/cb"


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/cb",
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?x=1",
        "https://app.example/cb#x",
        "https://app.example/cb/../evil",
        "https://app.example/cb%2f",
        "https://app.example:443/cb",
        "https://app.example:8443/cb",
        "http://app.example/cb",
        "https://app.example@evil.example/cb",
        "https://evil.example\\@app.example/cb",
        "https://app.example.evil.example/cb",
        "https://sub.app.example/cb",
        "HTTPS://app.example/cb",
        "//app.example/cb",
        "/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
async def test_an_address_that_is_not_the_registered_one_gets_no_answer(tmp_path: Path, uri: str) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, redirect_uris=[BASE])
        answer = await client.ask(redirect_uri=uri)
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        assert "did not register" in answer.text


@pytest.mark.parametrize(
    ("registered_uri", "asked", "same"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:64000/cb", True),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:1/cb", True),
        ("http://[::1]/cb", "http://[::1]:64000/cb", True),
        ("http://localhost/cb", "http://localhost:3000/cb", True),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:8080/Cb", False),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:8080/cb?foo=bar", False),
        ("http://127.0.0.1/cb?a=1&b=2", "http://127.0.0.1:9/cb?b=2&a=1", False),
        ("http://127.0.0.1/cb", "http://localhost:64000/cb", False),
        ("http://localhost/cb", "http://localhost.evil.example:80/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.nip.example/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1/cb", False),
        ("https://app.example/cb", "https://app.example:1/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
    ],
)
async def test_only_the_port_of_a_loopback_address_may_differ(
    tmp_path: Path, registered_uri: str, asked: str, same: bool
) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, redirect_uris=[registered_uri])
        assert (await client.ask(redirect_uri=asked)).status_code == (200 if same else 400)


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/cb",
        "https://app.example/cb#fragment",
        "https://user:pass@app.example/cb",
        "https://*.example/cb",
        "https:///cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "evilapp://cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "https://app.example/\ncb",
        "https://app.example:port/cb",
        "x" * 501,
        "",
    ],
)
async def test_an_address_that_could_leak_a_code_can_not_be_registered(tmp_path: Path, uri: str) -> None:
    async with front_door(tmp_path) as front:
        refused(await registered(front, redirect_uris=[uri]), "invalid_redirect_uri")
        refused(await registered(front, redirect_uris=[CALLBACK, uri]), "invalid_redirect_uri")


async def test_an_unknown_client_is_told_nothing_by_redirect(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        for name in ("nobody", "", "https://app.example/client.json"):
            answer = await client.ask(client_id=name)
            assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_a_parameter_given_twice_is_refused_without_redirect(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        twice = [*client.request().items(), ("redirect_uri", "https://evil.example")]
        answer = await client.browser.get("/authorize", params=twice)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_the_decision_is_checked_again_and_not_taken_from_the_form(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        page = await client.ask()
        answer = await client.decide(page, redirect_uri="https://evil.example/cb")
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        weaker = answered(await client.decide(page, code_challenge=""))
        assert weaker["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
    ],
)
async def test_other_flows_are_not_spoken(tmp_path: Path, changes: dict[str, str | None], error: str) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        assert answered(await client.ask(**changes))["error"] == error


@pytest.mark.parametrize(
    "grant",
    ["password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:device_code", ""],
)
async def test_other_grants_are_not_given(tmp_path: Path, grant: str) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        refused(
            await client.token(grant_type=grant, username="ann", password=PASSWORD), "unsupported_grant_type"
        )


async def test_the_answer_names_its_issuer_against_mix_up(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        for answer in (
            answered(await client.ask(scope="nonsense")),
            answered(await client.decide(await client.ask(), decision="deny")),
            answered(await client.decide(await client.ask())),
        ):
            assert answer["iss"] == ORIGIN


async def test_state_comes_back_unchanged_whatever_it_holds(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        for state in ("a b&c=d#e", '"><script>alert(1)</script>', "\u2028é", ""):
            page = await client.ask(state=state)
            assert "<script>alert" not in page.text
            assert answered(await client.decide(page)).get("state", "") == state


# ---- refresh tokens ----------------------------------------------------------------------------------------


async def test_a_refresh_token_used_twice_ends_the_whole_family(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        first = await client.tokens()
        later = (await client.renew(first["refresh_token"])).json()
        refused(await client.renew(first["refresh_token"]), "invalid_grant")
        refused(await client.renew(later["refresh_token"]), "invalid_grant")
        for tokens in (first, later):
            assert (await front.rpc("ping", key=tokens["access_token"])).status_code == 401


async def test_a_refresh_token_of_one_client_is_worth_nothing_to_another(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        thief = await second(front, client)
        tokens = await client.tokens()
        refused(await thief.renew(tokens["refresh_token"]), "invalid_grant")
        assert (await client.renew(tokens["refresh_token"])).status_code == 200


async def test_no_token_outlives_the_grant_however_often_it_is_refreshed(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        for _ in range(2):
            front.clock.forward(days=14)
            tokens = (await client.renew(tokens["refresh_token"])).json()
        front.clock.forward(days=2)
        refused(await client.renew(tokens["refresh_token"]), "invalid_grant")


async def test_an_access_token_near_the_grants_end_is_cut_to_it(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        front.clock.forward(days=29, hours=23, minutes=55)
        assert (await client.renew(tokens["refresh_token"])).json()["expires_in"] == 300


async def test_an_access_token_can_not_be_used_to_refresh(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        refused(await client.renew((await client.tokens())["access_token"]), "invalid_grant")


async def test_a_refresh_token_can_not_be_used_to_call(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        assert (await front.rpc("ping", key=(await client.tokens())["refresh_token"])).status_code == 401


async def test_a_code_or_a_client_secret_can_not_be_used_to_call(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, token_endpoint_auth_method="client_secret_post")
        for secret in (await client.code(), client.secret, front.workspace.services.new_id()):
            assert (await front.rpc("ping", key=secret)).status_code == 401


# ---- audience and scope ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "resource",
    [
        ORIGIN,
        "https://evil.example/mcp",
        f"{ORIGIN}/mcp/other",
        f"{ORIGIN}/MCP",
        f"{ORIGIN}/mcp?x=1",
        f"{ORIGIN}/mcp#x",
        "mcp",
        "",
    ],
)
async def test_a_token_for_another_server_is_not_given(tmp_path: Path, resource: str) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        assert answered(await client.ask(resource=resource))["error"] == "invalid_target"
        refused(await client.redeem(await client.code(), resource=resource), "invalid_target")


async def test_a_refresh_can_not_change_the_audience(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        refused(
            await client.renew(tokens["refresh_token"], resource="https://evil.example/mcp"), "invalid_target"
        )


async def test_a_token_issued_for_another_server_of_the_same_store_is_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        front.door.gate.resource = "https://elsewhere.example/mcp"
        answer = await front.rpc("ping", key=tokens["access_token"])
        assert (answer.status_code, "another server" in answer.json()["message"]) == (401, True)


async def test_the_form_can_not_raise_the_role_above_what_was_asked(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, "admin")
        page = await client.ask(scope="viewer")
        assert "Editor" not in page.text
        code = answered(await client.decide(page, role="admin"))["code"]
        assert (await client.redeem(code)).json()["scope"] == "viewer"


async def test_nobody_can_grant_more_than_they_may_do(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, "viewer")
        page = await client.ask(scope="admin")
        assert "Editor" not in page.text
        code = answered(await client.decide(page, role="admin"))["code"]
        assert (await client.redeem(code)).json()["scope"] == "viewer"


async def test_a_refresh_can_shrink_the_scope_and_never_raise_it(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, "admin")
        tokens = await client.tokens("editor")
        refused(await client.renew(tokens["refresh_token"], scope="admin"), "invalid_scope")
        less = (await client.renew(tokens["refresh_token"], scope="viewer")).json()
        assert less["scope"] == "viewer"
        refused(await client.renew(less["refresh_token"], scope="editor"), "invalid_scope")


async def test_an_unknown_scope_is_refused(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        assert answered(await client.ask(scope="viewer root"))["error"] == "invalid_scope"


async def test_a_client_that_asks_for_nothing_gets_the_least(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, "admin")
        code = answered(await client.decide(await client.ask(scope=None), role="admin"))["code"]
        assert (await client.redeem(code)).json()["scope"] == "viewer"


# ---- clients -----------------------------------------------------------------------------------------------


async def secret_client(front: Front, method: str = "client_secret_post") -> Client:
    return await connected(front, token_endpoint_auth_method=method)


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


# ---- revocation --------------------------------------------------------------------------------------------


async def revoke(client: Client, token: str, **form: str) -> httpx.Response:
    return await client.front.web.post("/revoke", data={"client_id": client.id, "token": token, **form})


async def test_revoking_a_refresh_token_ends_its_access_tokens(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        assert (await revoke(client, tokens["refresh_token"])).status_code == 200
        assert (await front.rpc("ping", key=tokens["access_token"])).status_code == 401
        refused(await client.renew(tokens["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
async def test_revoking_an_access_token_works_whatever_the_hint(tmp_path: Path, hint: str) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        assert (await revoke(client, tokens["access_token"], token_type_hint=hint)).status_code == 200
        assert (await front.rpc("ping", key=tokens["access_token"])).status_code == 401


async def test_revoking_an_unknown_token_is_no_error(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        assert (await revoke(client, "dnr_unknown")).status_code == 200


async def test_a_client_can_not_revoke_anothers_token(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        other = await second(front, client)
        tokens = await client.tokens()
        refused(await revoke(other, tokens["access_token"]), "unauthorized_client")
        assert (await front.rpc("ping", key=tokens["access_token"])).status_code == 200


async def test_revoking_needs_the_client_to_prove_itself(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await secret_client(front)
        refused(await revoke(client, "dnr_x"), "invalid_client", 401)


# ---- how parameters travel ---------------------------------------------------------------------------------


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


# ---- the person's browser ----------------------------------------------------------------------------------


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


# ---- what is kept, and how it is compared ------------------------------------------------------------------


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


async def test_two_exchanges_at_the_same_moment_give_one_set_of_tokens(tmp_path: Path) -> None:
    import anyio

    async with front_door(tmp_path) as front:
        client = await connected(front)
        code = await client.code()
        form = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        outcomes: list[str] = []

        async def exchange() -> None:
            def attempt() -> str:
                try:
                    oauth.exchange_code(front.workspace.services, client.id, form, RESOURCE)
                except oauth.OAuthError as wrong:
                    return wrong.code
                return "tokens"

            outcomes.append(await anyio.to_thread.run_sync(attempt))

        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(exchange)
        assert outcomes.count("tokens") <= 1
        assert outcomes.count("invalid_grant") >= 7
        assert grants.every(front.workspace.services) == []


def test_there_are_at_least_sixty_attacks() -> None:
    """Counted by name and by case, so that the table cannot shrink unseen."""
    cases = 0
    for name, attack in list(globals().items()):
        if name.startswith("test_"):
            marks = [mark for mark in getattr(attack, "pytestmark", []) if mark.name == "parametrize"]
            cases += len(marks[0].args[1]) if marks else 1
    assert cases >= 60
