"""Attacks on the authorization server, each by name: codes: used twice, stolen, late, bought elsewhere, raced for, or without their verifier (PKCE)."""

from importlib import import_module
from pathlib import Path

import pytest
from front_door import ORIGIN, front_door
from oauth_client import CALLBACK, RESOURCE, VERIFIER, answered, challenge, connected, refused, second

from workspace.access import grants, members, oauth

pytestmark = pytest.mark.anyio


# ---- codes --------------------------------------------------------------------------------------------------


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


# ---- PKCE ---------------------------------------------------------------------------------------------------


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
    for module in ("codes", "redirects", "tokens", "clients"):
        for name, attack in vars(import_module(f"test_oauth_{module}")).items():
            if name.startswith("test_"):
                marks = [mark for mark in getattr(attack, "pytestmark", []) if mark.name == "parametrize"]
                cases += len(marks[0].args[1]) if marks else 1
    assert cases >= 60
