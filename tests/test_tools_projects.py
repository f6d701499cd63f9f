"""Projects and notebooks through their tools: created, listed, limited to what a key may see."""

from typing import Any

import pytest
from conftest import Call
from sqlalchemy import insert

from workspace.domain import Caller, Role, Workspace
from workspace.errors import ToolRefused
from workspace.store.schema import Folder
from workspace.tools.registry import TOOLS

pytestmark = pytest.mark.anyio


def limited_to(*project_ids: str) -> Caller:
    return Caller("u", "Guest", Role.editor, "limited", project_ids=frozenset(project_ids))


async def test_a_project_begins_with_one_empty_notebook(call: Call) -> None:
    made = (await call("create_project", name="  Sales  "))["project"]
    assert made["name"] == "Sales"
    assert [notebook["name"] for notebook in made["notebooks"]] == ["Notebook 1"]
    notebook = (await call("get_notebook", notebookId=made["notebooks"][0]["id"]))["notebook"]
    assert notebook["blocks"] == []
    assert notebook["project"] == {"id": made["id"], "name": "Sales"}
    assert len(notebook["id"]) == 32
    assert len(made["id"]) == 36


async def test_two_projects_may_have_the_same_name(call: Call) -> None:
    first = await call("create_project", name="Sales")
    second = await call("create_project", name="Sales")
    assert first["project"]["id"] != second["project"]["id"]


async def test_projects_are_listed_newest_first_with_their_notebooks_in_order(call: Call) -> None:
    ids = [(await call("create_project", name=name))["project"]["id"] for name in ("a", "b")]
    await call("create_notebook", projectId=ids[0], name="Zebra")
    await call("create_notebook", projectId=ids[0], name="Init")
    listed = (await call("list_projects"))["projects"]
    assert [project["id"] for project in listed] == [ids[1], ids[0]]
    assert [(notebook["name"], notebook["isInit"]) for notebook in listed[1]["notebooks"]] == [
        ("Notebook 1", False),
        ("Zebra", False),
        ("Init", True),
    ]
    assert listed[0]["folder"] is None


async def test_a_part_of_the_name_finds_a_project_in_any_case(call: Call) -> None:
    await call("create_project", name="NASDAQ vs S&P 100")
    await call("create_project", name="100% sales_data")
    assert [p["name"] for p in (await call("list_projects", nameContains="nasdaq"))["projects"]] == [
        "NASDAQ vs S&P 100"
    ]
    assert [p["name"] for p in (await call("list_projects", nameContains="0%"))["projects"]] == [
        "100% sales_data"
    ]
    assert [p["name"] for p in (await call("list_projects", nameContains="s_d"))["projects"]] == [
        "100% sales_data"
    ]
    assert (await call("list_projects", nameContains="x_x"))["projects"] == []


async def test_a_project_in_a_folder_shows_the_way_to_it(call: Call, workspace: Workspace) -> None:
    with workspace.writing() as connection:
        connection.execute(insert(Folder), [{"id": "top", "name": "Finance", "parent_id": None}])
        connection.execute(insert(Folder), [{"id": "in", "name": "2026", "parent_id": "top"}])
    await call("create_project", name="Budget", folderId="in")
    (project,) = (await call("list_projects"))["projects"]
    assert project["folder"] == {
        "id": "in",
        "name": "2026",
        "path": ["Finance", "2026"],
        "isPathComplete": True,
    }
    with pytest.raises(ToolRefused, match="No folder has the id 'nowhere'"):
        await call("create_project", name="Budget", folderId="nowhere")
    assert len((await call("list_projects"))["projects"]) == 1


async def test_a_second_notebook_of_the_same_name_is_a_conflict_that_names_the_first(call: Call) -> None:
    project = (await call("create_project", name="Sales"))["project"]
    with pytest.raises(
        ToolRefused, match=rf"^409 .*'Notebook 1' \(id {project['notebooks'][0]['id']}\)"
    ) as refused:
        await call("create_notebook", projectId=project["id"], name="Notebook 1")
    assert refused.value.status == 409


async def test_a_notebook_without_a_name_takes_the_next_free_number(call: Call) -> None:
    project = (await call("create_project", name="Sales"))["project"]
    await call("create_notebook", projectId=project["id"], name="Notebook 3")
    names = [(await call("create_notebook", projectId=project["id"]))["notebook"]["name"] for _ in range(2)]
    assert names == ["Notebook 2", "Notebook 4"]


async def test_a_key_limited_to_projects_sees_no_other_and_creates_none(call: Call) -> None:
    mine = (await call("create_project", name="Mine"))["project"]
    other = (await call("create_project", name="Other"))["project"]
    guest = limited_to(mine["id"])
    assert [p["name"] for p in (await call("list_projects", guest))["projects"]] == ["Mine"]
    assert (await call("get_me", guest))["projectIds"] == [mine["id"]]
    with pytest.raises(ToolRefused) as hidden:
        await call("get_notebook", guest, notebookId=other["notebooks"][0]["id"])
    with pytest.raises(ToolRefused) as unknown:
        await call("get_notebook", guest, notebookId="nothing")
    assert str(hidden.value).replace(other["notebooks"][0]["id"], "ID") == str(unknown.value).replace(
        "nothing", "ID"
    )
    with pytest.raises(ToolRefused, match="No project has the id"):
        await call("create_notebook", guest, projectId=other["id"])
    with pytest.raises(ToolRefused, match="limited to 1 project and"):
        await call("create_project", guest, name="Third")
    await call("create_notebook", guest, projectId=mine["id"])


@pytest.mark.parametrize("tool", [name for name, tool in TOOLS.items() if not tool.read_only])
async def test_a_viewer_can_call_no_tool_that_writes(call: Call, tool: str) -> None:
    viewer = Caller("u", "Viewer", Role.viewer, "viewing")
    with pytest.raises(ToolRefused, match=f"{tool} needs a key with the role editor") as refused:
        await call(tool, viewer)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "name is missing"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name is empty"),
        ({"name": "two\nlines"}, "a name is one line"),
        ({"name": "null\x00byte"}, "NUL"),
        ({"name": "half \ud800 pair"}, "unicode"),
        ({"name": "x", "\ud800": 1}, "unicode"),
        ({"name": "x" * 256}, "255"),
        ({"name": 7}, "string"),
        ({"name": "x", "folder_id": "y"}, "did you mean folderId"),
        ({"name": "x", "projectType": "weird"}, "projectType"),
    ],
)
async def test_a_project_that_cannot_be_is_refused_and_nothing_is_made(
    call: Call, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(ToolRefused, match=words):
        await call("create_project", **arguments)
    assert (await call("list_projects"))["projects"] == []


def test_the_tools_are_the_nineteen_in_the_documented_order_each_fully_described() -> None:
    assert list(TOOLS) == [
        "get_me", "search", "list_projects", "create_project", "get_notebook", "create_notebook", "create_block",
        "update_block", "reorder_notebook_blocks", "create_run", "get_run", "list_notebook_runs", "list_integrations",
        "get_integration", "list_integration_project_usages", "list_integration_notebook_usages",
        "list_integration_block_usages", "list_docs", "get_doc",
    ]  # fmt: skip
    writes = {name for name, tool in TOOLS.items() if not tool.annotations["readOnlyHint"]}
    assert writes == {
        "create_project", "create_notebook", "create_block", "update_block", "reorder_notebook_blocks", "create_run",
    }  # fmt: skip
    for tool in TOOLS.values():
        assert callable(tool.run)
        assert tool.description.endswith(".")
        assert tool.title
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema["type"] == "object"
    assert TOOLS["update_block"].annotations["destructiveHint"] is True
    assert TOOLS["create_run"].annotations["openWorldHint"] is True
