"""The authorization server as a client meets it: discovery, registration, sign-in, consent, tokens, step-up, revocation."""

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from front_door import ORIGIN, PASSWORD, front_door, hidden
from oauth_client import CALLBACK, RESOURCE, VERIFIER, answered, connected

from workspace.access import audit, grants, members
from workspace.domain import Role

pytestmark = pytest.mark.anyio


async def test_a_client_finds_its_way_from_the_401_to_the_endpoints(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        told = (await front.rpc("tools/list")).headers["www-authenticate"]
        address = told.partition('resource_metadata="')[2].partition('"')[0]
        assert 'scope="viewer editor"' in told
        resource = (await front.web.get(address)).json()
        assert (resource["resource"], resource["authorization_servers"]) == (RESOURCE, [ORIGIN])
        assert (await front.web.get("/.well-known/oauth-protected-resource")).json() == resource
        server = (await front.web.get("/.well-known/oauth-authorization-server")).json()
        assert server["issuer"] == ORIGIN
        assert server["code_challenge_methods_supported"] == ["S256"]
        assert server["authorization_response_iss_parameter_supported"] is True
        for name in ("authorization", "token", "registration", "revocation"):
            assert server[f"{name}_endpoint"].startswith(ORIGIN)


async def test_from_registration_to_a_call_a_refresh_and_a_revocation(
    tmp_path: Path, database: str | None
) -> None:
    async with front_door(tmp_path, database=database) as front:
        client = await connected(front)
        answer = answered(await client.decide(await client.ask()))
        assert (answer["state"], answer["iss"]) == ("st4te", ORIGIN)
        tokens = (await client.redeem(answer["code"])).json()
        assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 900, "editor")
        me = await front.done(tokens["access_token"], "get_me")
        assert (me["user"]["name"], me["accessLevel"], me["apiKey"]["type"]) == ("ann", "editor", "oauth")
        assert me["apiKey"]["name"] == "A client"
        await front.done(tokens["access_token"], "create_project", name="By OAuth")
        front.clock.forward(minutes=15)
        late = await front.rpc("ping", key=tokens["access_token"])
        assert (late.status_code, "expired" in late.json()["message"]) == (401, True)
        assert 'error="invalid_token"' in late.headers["www-authenticate"]
        fresh = (await client.renew(tokens["refresh_token"])).json()
        assert fresh["refresh_token"] != tokens["refresh_token"]
        await front.done(fresh["access_token"], "get_me")
        (grant,) = grants.every(front.workspace.services)
        assert grants.revoke(front.workspace.services, grant.id, None, "test") is True
        assert (await front.rpc("ping", key=fresh["access_token"])).status_code == 401
        front.door.trail.flush()
        assert audit.verify(front.workspace.services.engine).broken_at is None


async def test_a_person_who_is_not_signed_in_comes_back_to_the_request_after_it(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        stranger = front.browser()
        away = await stranger.get("/authorize", params=client.request())
        assert (away.status_code, away.headers["location"].startswith("/sign-in?next=")) == (303, True)
        page = await stranger.get(away.headers["location"])
        signed = await stranger.post(
            "/sign-in", data=hidden(page.text) | {"login": "ann", "password": PASSWORD}
        )
        assert signed.headers["location"] == f"/authorize?{urlencode(client.request())}"


async def test_the_consent_page_names_client_workspace_role_and_target(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, client_name="<b>Evil</b> & Co")
        page = await client.ask()
        assert "&lt;b&gt;Evil&lt;/b&gt; &amp; Co" in page.text
        assert "<b>Evil" not in page.text
        for shown in ("My workspace", "http://127.0.0.1:33418", "Viewer", "Editor", "your own computer"):
            assert shown in page.text
        assert "Admin" not in page.text


async def test_the_person_may_give_less_than_was_asked(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, "admin")
        tokens = await client.tokens("viewer")
        assert tokens["scope"] == "viewer"
        assert (await front.done(tokens["access_token"], "get_me"))["accessLevel"] == "viewer"


async def test_a_call_that_needs_more_asks_for_the_scope_when_the_member_has_it(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens("viewer")
        call = {"name": "create_project", "arguments": {"name": "X"}}
        answer = await front.rpc("tools/call", call, tokens["access_token"])
        assert answer.status_code == 403
        told = answer.headers["www-authenticate"]
        assert 'error="insufficient_scope"' in told
        assert 'scope="viewer editor"' in told


async def test_a_call_that_the_member_may_not_make_is_refused_in_words(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, "viewer")
        tokens = await client.tokens("viewer")
        refused = await front.call(tokens["access_token"], "create_project", name="X")
        assert (refused["isError"], "needs editor" in refused["content"][0]["text"]) == (True, True)


async def test_a_member_who_loses_a_role_loses_it_at_the_next_call(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        members.change(front.workspace.services, "ann", role=Role.viewer)
        assert (await front.done(tokens["access_token"], "get_me"))["accessLevel"] == "viewer"
        assert (await client.renew(tokens["refresh_token"])).json()["scope"] == "viewer"


async def test_a_grant_for_a_member_of_some_projects_is_one_for_those_projects(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        project = (await front.done(front.key("admin"), "create_project", name="Other"))["project"]
        members.change(front.workspace.services, "ann", projects=["nothing"])
        tokens = await client.tokens()
        assert (await front.done(tokens["access_token"], "list_projects"))["projects"] == []
        members.change(front.workspace.services, "ann", projects=[project["id"]])
        assert len((await front.done(tokens["access_token"], "list_projects"))["projects"]) == 1


async def test_denying_goes_back_to_the_client_with_state_and_issuer(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        answer = answered(await client.decide(await client.ask(), decision="deny"))
        assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "st4te", ORIGIN)
        assert grants.every(front.workspace.services) == []


async def test_a_grant_is_listed_and_revoked_on_the_page(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        tokens = await client.tokens()
        page = await client.browser.get("/access")
        (grant,) = grants.every(front.workspace.services)
        assert ("A client" in page.text, grant.id in page.text) == (True, True)
        done = await client.browser.post(f"/access/grants/{grant.id}/revoke", data=hidden(page.text))
        assert done.status_code == 303
        assert (await front.rpc("ping", key=tokens["access_token"])).status_code == 401
        assert (await client.renew(tokens["refresh_token"])).status_code == 400


async def test_one_member_can_not_revoke_anothers_grant(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        await client.tokens()
        (grant,) = grants.every(front.workspace.services)
        front.member("bob")
        front.sign_in("bob")
        page = await front.web.get("/access")
        assert grant.id not in page.text
        answer = await front.web.post(f"/access/grants/{grant.id}/revoke", data=hidden(page.text))
        assert answer.status_code == 404
        assert len(grants.every(front.workspace.services)) == 1


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
async def test_a_client_with_a_secret_proves_itself_by_its_method(tmp_path: Path, method: str) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front, token_endpoint_auth_method=method)
        assert client.secret
        form = {
            "grant_type": "authorization_code",
            "code": await client.code(),
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        if method == "client_secret_post":
            form |= {"client_id": client.id, "client_secret": client.secret}
            answer = await front.web.post("/token", data=form)
        else:
            answer = await front.web.post("/token", data=form, auth=(client.id, client.secret))
        assert answer.status_code == 200, answer.text


async def test_two_tokens_requests_are_never_cached(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        client = await connected(front)
        answer = await client.redeem(await client.code())
        assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


async def test_a_desktop_application_may_use_its_own_scheme(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        uri = "cursor://anysphere.cursor-mcp/oauth/callback"
        client = await connected(front, redirect_uris=[uri])
        page = await client.ask()
        assert "form-action 'self' cursor:;" in page.headers["content-security-policy"]
        location = (await client.decide(page)).headers["location"]
        assert location.startswith(f"{uri}?")
        assert "code" in parse_qs(urlsplit(location).query)
