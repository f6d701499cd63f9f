"""Pages: every row once, whatever changes meanwhile, and tokens that work only where they were given out."""

import base64

import pytest
from conftest import Call

from workspace.domain import Caller, Role
from workspace.errors import ToolRefused

pytestmark = pytest.mark.anyio


async def make_projects(call: Call, count: int) -> list[str]:
    """Ids of new projects, newest first."""
    ids = [
        (await call("create_project", name=f"Project {number}"))["project"]["id"] for number in range(count)
    ]
    return ids[::-1]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_pages_hold_every_project_once_in_order(call: Call, size: int) -> None:
    ids = await make_projects(call, 7)
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = await call("list_projects", pageSize=size, **token)
        seen += [project["id"] for project in page["projects"]]
        assert page["pagination"]["pageSize"] == size
        assert page["pagination"]["hasMore"] == (page["pagination"]["nextPageToken"] is not None)
        if not page["pagination"]["hasMore"]:
            break
        token = {"pageToken": page["pagination"]["nextPageToken"]}
    assert seen == ids


async def test_what_is_added_meanwhile_shifts_no_page(call: Call) -> None:
    ids = await make_projects(call, 4)
    first = await call("list_projects", pageSize=2)
    await make_projects(call, 3)
    second = await call("list_projects", pageSize=2, pageToken=first["pagination"]["nextPageToken"])
    assert [project["id"] for project in second["projects"]] == ids[2:]


async def test_a_token_works_only_for_its_tool_filters_key_and_as_it_was_given(call: Call) -> None:
    await make_projects(call, 3)
    token = (await call("list_projects", pageSize=1))["pagination"]["nextPageToken"]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    changed = base64.urlsafe_b64encode(raw.replace(b"2026", b"2020", 1)[:-1] + b" ").decode().rstrip("=")
    other = Caller("u", "Someone", Role.admin, "another key")
    limited = Caller("local", "Local", Role.admin, "local", project_ids=frozenset({"x"}))
    for caller, arguments in (
        (None, {"pageSize": 2, "pageToken": token}),
        (None, {"pageSize": 1, "nameContains": "Project", "pageToken": token}),
        (None, {"pageSize": 1, "pageToken": changed}),
        (None, {"pageSize": 1, "pageToken": token[:-2]}),
        (None, {"pageSize": 1, "pageToken": "###"}),
        (None, {"pageSize": 1, "pageToken": "é"}),
        (other, {"pageSize": 1, "pageToken": token}),
        (limited, {"pageSize": 1, "pageToken": token}),
    ):
        with pytest.raises(ToolRefused, match="pageToken was changed, or belongs to other arguments"):
            await call("list_projects", caller, **arguments)
    with pytest.raises(ToolRefused, match="pageToken"):
        await call("search", q="project", pageSize=1, pageToken=token)


@pytest.mark.parametrize("size", [0, -1, 101, 10**40, 1.5, "5", True])
async def test_a_page_size_that_cannot_be_is_refused(call: Call, size: object) -> None:
    with pytest.raises(ToolRefused, match="pageSize"):
        await call("list_projects", pageSize=size)
