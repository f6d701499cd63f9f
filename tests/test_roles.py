"""Which role may call which of the 19 tools: one table, checked over the wire for every tool, role and kind of credential."""

from pathlib import Path
from typing import Any

import pytest
from front_door import Front, front_door

from workspace.access import policy
from workspace.tools.registry import TOOLS

pytestmark = pytest.mark.anyio

WRITES = {
    "create_project",
    "create_notebook",
    "create_block",
    "update_block",
    "reorder_notebook_blocks",
    "create_run",
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "search": {"q": "x"},
    "create_project": {"name": "X"},
    "get_notebook": {"notebookId": "no"},
    "create_notebook": {"projectId": "no"},
    "create_block": {"notebookId": "no", "type": "code"},
    "update_block": {"blockId": "no", "content": ""},
    "reorder_notebook_blocks": {"notebookId": "no", "blockIds": ["no"], "placement": {"type": "end"}},
    "create_run": {"notebookId": "no"},
    "get_run": {"runId": "no"},
    "list_notebook_runs": {"notebookId": "no"},
    "get_integration": {"integrationId": "no"},
    "list_integration_project_usages": {"integrationId": "no"},
    "list_integration_notebook_usages": {"integrationId": "no"},
    "list_integration_block_usages": {"integrationId": "no"},
    "get_doc": {"slug": "no"},
}
ANNOTATIONS = {  # read-only, destructive, idempotent, open world
    "create_project": (False, False, False, False),
    "create_notebook": (False, False, False, False),
    "create_block": (False, False, False, False),
    "update_block": (False, True, True, False),
    "reorder_notebook_blocks": (False, False, True, False),
    "create_run": (False, False, False, True),
}


def refusal(role: str, tool: str) -> str:
    return f"This key's role is {role}; {tool} needs editor. Ask an admin for an editor key."


async def words(front: Front, key: str, tool: str) -> str:
    result = await front.call(key, tool, **ARGUMENTS.get(tool, {}))
    return str(result["content"][0]["text"]) if result["isError"] else ""


def test_the_table_names_the_documented_tools() -> None:
    assert len(TOOLS) == 19
    assert {name for name, tool in TOOLS.items() if not tool.read_only} == WRITES


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
@pytest.mark.parametrize("tool", TOOLS)
async def test_a_role_may_call_just_its_tools(tmp_path: Path, tool: str, role: str) -> None:
    async with front_door(tmp_path) as front:
        said = await words(front, front.key(role), tool)
        if role == "viewer" and tool in WRITES:
            assert said == refusal("viewer", tool)
        else:
            assert "role" not in said


async def test_nobody_may_call_anything_without_a_key(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        for tool in TOOLS:
            answer = await front.rpc("tools/call", {"name": tool, "arguments": ARGUMENTS.get(tool, {})})
            assert answer.status_code == 401


async def test_a_refused_call_changes_nothing(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        admin, viewer = front.key("admin"), front.key("viewer")
        project = (await front.done(admin, "create_project", name="P"))["project"]
        notebook = project["notebooks"][0]["id"]
        block = (await front.done(admin, "create_block", notebookId=notebook, type="code", content="1"))[
            "block"
        ]
        before = await front.done(admin, "get_notebook", notebookId=notebook)
        listed = await front.done(admin, "list_projects")
        for tool, arguments in {
            "create_project": {"name": "Q"},
            "create_notebook": {"projectId": project["id"]},
            "create_block": {"notebookId": notebook, "type": "code"},
            "update_block": {"blockId": block["id"], "content": "2"},
            "create_run": {"notebookId": notebook},
        }.items():
            assert (await front.call(viewer, tool, **arguments))["isError"] is True
        assert await front.done(admin, "get_notebook", notebookId=notebook) == before
        assert await front.done(admin, "list_projects") == listed
        assert (await front.done(admin, "list_notebook_runs", notebookId=notebook))["runs"] == []


async def test_viewers_may_run_when_the_workspace_says_so(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        viewer = front.key("viewer")
        policy.switch(front.workspace.services, "viewers-may-run", True)
        assert "role" not in await words(front, viewer, "create_run")
        assert await words(front, viewer, "create_block") == refusal("viewer", "create_block")


async def test_all_tools_are_listed_for_everyone_unless_the_workspace_says_otherwise(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        viewer, editor = front.key("viewer"), front.key("editor")

        async def names(key: str) -> list[str]:
            return [
                tool["name"] for tool in (await front.rpc("tools/list", key=key)).json()["result"]["tools"]
            ]

        assert await names(viewer) == await names(editor) == list(TOOLS)
        policy.switch(front.workspace.services, "list-only-allowed", True)
        front.door.desk.forget_policy()
        assert await names(viewer) == [name for name in TOOLS if name not in WRITES]
        assert await names(editor) == list(TOOLS)
        assert await words(front, viewer, "create_run") == refusal("viewer", "create_run")


async def test_every_tool_carries_the_four_annotations_that_its_role_implies(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        listed = (await front.rpc("tools/list", key=front.key("viewer"))).json()["result"]["tools"]
    hints = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
    for tool in listed:
        expected = ANNOTATIONS.get(tool["name"], (True, False, True, False))
        assert tuple(tool["annotations"][hint] for hint in hints) == expected, tool["name"]
        assert tool["description"]
        assert tool["inputSchema"]["additionalProperties"] is False
        assert tool["outputSchema"]["type"] == "object"


async def test_an_unknown_argument_is_the_tools_error_and_names_the_known_ones(tmp_path: Path) -> None:
    async with front_door(tmp_path) as front:
        result = await front.call(front.key(), "get_notebook", notebook="x")
        assert result["isError"] is True
        assert "notebookId" in result["content"][0]["text"]
