"""Attacks on the authorization server, each by name: tokens: refresh tokens used twice, other audiences, raised scopes, revocation."""

from pathlib import Path

import httpx
import pytest
from front_door import ORIGIN, front_door
from oauth_client import Client, answered, connected, refused, second, secret_client

from workspace.access import members
from workspace.domain import Role

pytestmark = pytest.mark.anyio


# ---- refresh tokens -----------------------------------------------------------------------------------------, secret_client)
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


# ---- audience and scope -------------------------------------------------------------------------------------


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


# ---- revocation ---------------------------------------------------------------------------------------------


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


# ---- where a token may stand, and what it is worth later ---------------------------------------------------


async def test_a_token_in_the_address_or_the_body_opens_nothing(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        token = (await (await connected(front)).tokens())["access_token"]
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        in_address = await front.web.post("/mcp", params={"access_token": token}, json=ping)
        in_body = await front.web.post("/mcp", json=ping | {"access_token": token})
        assert [in_address.status_code, in_body.status_code] == [401, 401]
        assert (await front.rpc("ping", key=token)).status_code == 200


async def test_a_member_who_may_do_less_now_takes_the_tokens_down_at_once(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        tokens = await (await connected(front)).tokens()
        await front.done(tokens["access_token"], "create_project", name="Still allowed")
        members.change(front.workspace.services, "ann", role=Role.viewer)
        refusal = await front.call(tokens["access_token"], "create_project", name="No more")
        assert refusal["isError"] is True
        assert "needs editor" in refusal["content"][0]["text"]
