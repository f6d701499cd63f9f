"""A server is compared with what the graphs need before anything is called, and each difference is named."""

from dataclasses import replace
from typing import Any

import pytest

from agents.contract import NEEDS, check, differences
from agents.errors import ContractDiffers
from agents.toolbox import DOCUMENTED, ToolInfo


def offered() -> dict[str, ToolInfo]:
    """A server that offers exactly what is needed."""
    return {
        name: ToolInfo(name, need.read_only, "", schema(need.required | need.optional, need.required))
        for name, need in NEEDS.items()
    }


def schema(properties: Any, required: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {} for name in properties}, "required": sorted(required)}


def test_every_documented_tool_has_a_need() -> None:
    assert tuple(NEEDS) == DOCUMENTED
    assert sum(need.read_only for need in NEEDS.values()) == 13


def test_a_server_with_more_tools_and_more_optional_arguments_is_fine() -> None:
    tools = offered()
    tools["delete_block"] = ToolInfo("delete_block", False)
    wider = schema([*NEEDS["search"].required, *NEEDS["search"].optional, "folderId"], ["q"])
    tools["search"] = replace(tools["search"], arguments=wider)
    assert differences(tools) == []


def test_a_tool_that_describes_no_arguments_is_taken_at_its_word() -> None:
    tools = offered()
    tools["get_doc"] = ToolInfo("get_doc", True, "", {"type": "object"})
    assert differences(tools) == []


@pytest.mark.parametrize(
    ("name", "info", "difference"),
    [
        ("get_doc", None, "get_doc is missing"),
        (
            "get_doc",
            ToolInfo("get_doc", False, "", schema(["slug"], ["slug"])),
            "get_doc is not marked read-only",
        ),
        ("get_doc", ToolInfo("get_doc", True, "", schema(["name"], [])), "get_doc has no argument slug"),
        ("get_doc", ToolInfo("get_doc", True, "", schema(["slug", "v"], ["v"])), "get_doc also demands v"),
        (
            "create_project",
            ToolInfo("create_project", True, "", schema(["name"], ["name"])),
            "create_project is marked read-only, but it writes",
        ),
    ],
)
def test_each_difference_is_named(name: str, info: ToolInfo | None, difference: str) -> None:
    tools = offered()
    if info is None:
        del tools[name]
    else:
        tools[name] = info
    assert differences(tools) == [difference]
    with pytest.raises(ContractDiffers, match=f"the server does not offer .* {difference}") as told:
        check("the server", tools)
    assert told.value.differences == (difference,)


def test_what_a_run_does_not_need_makes_no_difference() -> None:
    tools = offered()
    del tools["create_run"]
    check("the server", tools, ["list_docs", "get_doc"])
