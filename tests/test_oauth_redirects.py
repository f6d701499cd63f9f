"""Attacks on the authorization server, each by name: the way back: other addresses, loopback tricks, mix-up, other flows."""

from pathlib import Path

import pytest
from front_door import ORIGIN, PASSWORD, front_door, hidden
from oauth_client import CALLBACK, answered, connected, refused, registered

pytestmark = pytest.mark.anyio


# ---- redirects ----------------------------------------------------------------------------------------------

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


async def test_the_way_back_carries_nothing_of_the_form(tmp_path: Path) -> None:
    """A redirect by 307 would post the form, with its token, to the client (RFC 9700 §4.12)."""
    async with front_door(tmp_path) as front:
        client = await connected(front)
        page = await client.ask()
        answer = await client.decide(page)
        assert answer.status_code == 303
        assert set(answered(answer)) == {"code", "state", "iss"}
        assert hidden(page.text)["form_token"] not in answer.headers["location"]
        assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}
