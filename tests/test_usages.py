"""Which blocks, notebooks and projects use an integration: exact, in pages, and only what the caller may see."""

from dataclasses import replace
from typing import Any

import pytest
from conftest import Call
from sqlalchemy import text

from workspace.demo.names import LABOUR, WAREHOUSE, notebook_id
from workspace.demo.seed import seed
from workspace.domain import Workspace, local_caller
from workspace.errors import ToolRefused
from workspace.integrations import book

pytestmark = pytest.mark.anyio
TOOLS = ("project", "notebook", "block")


async def every(call: Call, what: str, size: int, **arguments: Any) -> list[dict[str, Any]]:
    """All pages of a usage list."""
    found: list[dict[str, Any]] = []
    token = None
    while True:
        more = {"pageToken": token} if token else {}
        page = await call(f"list_integration_{what}_usages", pageSize=size, **arguments, **more)
        assert len(page[f"{what}s"]) <= size
        found += page[f"{what}s"]
        token = page["pagination"]["nextPageToken"]
        if not token:
            return found


async def test_the_demo_answers_which_notebooks_query_the_warehouse(call: Call, workspace: Workspace) -> None:
    seed(workspace)
    notebooks = await every(call, "notebook", 10, integrationId=WAREHOUSE)
    assert [(one["name"], one["projectName"], one["blockCount"]) for one in notebooks] == [
        ("Customer orders", "Warehouse", 2),
        ("Nightly load", "Warehouse", 1),
    ]
    (project,) = await every(call, "project", 10, integrationId=WAREHOUSE)
    assert (project["name"], project["notebookCount"], project["blockCount"]) == ("Warehouse", 2, 3)
    blocks = await every(call, "block", 10, integrationId=WAREHOUSE)
    assert sorted((one["notebookName"], one["position"]) for one in blocks) == [
        ("Customer orders", 1),
        ("Customer orders", 2),
        ("Nightly load", 1),
    ]
    assert all("analytics.orders" in one["content"] for one in blocks)
    assert await every(call, "notebook", 1, integrationId=WAREHOUSE) == notebooks
    assert await every(call, "block", 1, integrationId=WAREHOUSE.upper()) == blocks


async def test_counts_follow_each_change_of_a_block(call: Call, workspace: Workspace) -> None:
    first = book.add(workspace, "First", "pgsql", {"url": "postgresql://u@h/d"})
    second = book.add(workspace, "Second", "pgsql", {"url": "postgresql://u@h/d"})
    made = []
    for number in range(5):
        project = (await call("create_project", name="Same name"))["project"]
        notebook = project["notebooks"][0]["id"]
        for _ in range(number):
            block = await call(
                "create_block", notebookId=notebook, type="sql", content="SELECT 1", integrationId=first
            )
            made.append((project["id"], block["block"]["id"]))
    projects = await every(call, "project", 2, integrationId=first)
    assert sorted(one["blockCount"] for one in projects) == [1, 2, 3, 4]
    assert len({one["id"] for one in projects}) == 4
    moved_project, moved = made[-1]
    await call("update_block", blockId=moved, integrationId=second)
    assert [one["id"] for one in await every(call, "block", 3, integrationId=second)] == [moved]
    assert len(await every(call, "block", 3, integrationId=first)) == 9
    inside = await every(call, "block", 50, integrationId=first, projectId=moved_project)
    assert {one["projectId"] for one in inside} == {moved_project}
    assert len(inside) == 3
    await call("create_block", notebookId=inside[0]["notebookId"], type="code", content=f"# {first}")
    assert len(await every(call, "block", 50, integrationId=first)) == 9


async def test_a_key_for_some_projects_sees_their_usages_only(call: Call, workspace: Workspace) -> None:
    seed(workspace)
    scratchpad = await call("get_notebook", notebookId=notebook_id("Team notes", "Scratchpad"))
    team = scratchpad["notebook"]["projectId"]
    bounded = replace(local_caller(), project_ids=frozenset({team}))
    seen = [
        (await call(f"list_integration_{what}_usages", bounded, integrationId=LABOUR))[f"{what}s"]
        for what in TOOLS
    ]
    assert [[one["name"] for one in some] for some in seen[:2]] == [["Team notes"], ["Scratchpad"]]
    assert {one["projectId"] for one in seen[2]} == {team}
    everyone = await every(call, "project", 50, integrationId=LABOUR)
    assert [one["name"] for one in everyone] == ["Labour market", "Team notes"]


async def test_an_unknown_integration_is_an_error_and_an_unused_one_is_an_empty_list(
    call: Call, workspace: Workspace
) -> None:
    unused = book.add(workspace, "Unused", "pgsql", {"url": "postgresql://u@h/d"})
    for what in TOOLS:
        assert await every(call, what, 5, integrationId=unused) == []
        with pytest.raises(ToolRefused, match="No integration has the id 'gone'"):
            await every(call, what, 5, integrationId="gone")


async def test_blocks_over_dataframes_are_found_under_the_built_in_id(
    call: Call, workspace: Workspace
) -> None:
    seed(workspace)
    (one,) = await every(call, "notebook", 5, integrationId="deepnote-dataframe-sql")
    assert one["name"] == "Jobs by sector"


def test_usages_are_looked_up_by_an_index(workspace: Workspace) -> None:
    if workspace.services.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a table of no rows whole, whatever indexes it has")
    with workspace.reading() as connection:
        plan = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT id FROM blocks WHERE integration_id = 'x' ORDER BY notebook_id, sorting_key"
            )
        ).all()
    assert [row.detail for row in plan] == [
        "SEARCH blocks USING INDEX ix_blocks_integration (integration_id=?)"
    ]
