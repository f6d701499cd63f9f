"""What the graphs need of a server: names, arguments and read-only marks of the documented tools."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agents.errors import ContractDiffers
from agents.toolbox import DOCUMENTED, ToolInfo


@dataclass(frozen=True)
class Need:
    """One tool as the toolbox calls it."""

    required: frozenset[str] = frozenset()
    """Arguments that are always sent; the server may require no others."""
    optional: frozenset[str] = frozenset()
    """Arguments that are sent at times; the server must know them."""
    read_only: bool = True


def _need(required: str = "", optional: str = "", *, writes: bool = False) -> Need:
    return Need(frozenset(required.split()), frozenset(optional.split()), not writes)


NEEDS: Mapping[str, Need] = {
    "get_me": _need(),
    "search": _need("q", "types"),
    "list_projects": _need("", "nameContains pageSize pageToken"),
    "create_project": _need("name", writes=True),
    "get_notebook": _need("notebookId"),
    "create_notebook": _need("projectId", "name", writes=True),
    "create_block": _need("notebookId type", "content metadata position integrationId", writes=True),
    "update_block": _need("blockId", "content integrationId", writes=True),
    "reorder_notebook_blocks": _need("notebookId blockIds placement", writes=True),
    "create_run": _need("notebookId", "inputs", writes=True),
    "get_run": _need("runId", "snapshotDelivery"),
    "list_notebook_runs": _need("notebookId", "pageSize pageToken"),
    "list_integrations": _need("", "nameContains type pageSize pageToken"),
    "get_integration": _need("integrationId", "tableName"),
    "list_integration_project_usages": _need("integrationId", "projectId pageSize pageToken"),
    "list_integration_notebook_usages": _need("integrationId", "projectId pageSize pageToken"),
    "list_integration_block_usages": _need("integrationId", "projectId pageSize pageToken"),
    "list_docs": _need(),
    "get_doc": _need("slug"),
}


def differences(offered: Mapping[str, ToolInfo], needed: Collection[str] = DOCUMENTED) -> list[str]:
    """Every way in which a server's tools are not the ones that are needed, one phrase each, in the documented order.

    Tools that nobody needs are no difference: they are never called.
    """
    found: list[str] = []
    for name in (tool for tool in DOCUMENTED if tool in needed):
        if name in offered:
            found += _tool_differences(offered[name], NEEDS[name])
        else:
            found.append(f"{name} is missing")
    return found


def _tool_differences(info: ToolInfo, need: Need) -> list[str]:
    known = set(info.arguments.get("properties", {}))
    demanded = set(info.arguments.get("required", []))
    found = []
    if "properties" in info.arguments:
        found += [
            f"{info.name} has no argument {argument}"
            for argument in sorted((need.required | need.optional) - known)
        ]
    found += [f"{info.name} also demands {argument}" for argument in sorted(demanded - need.required)]
    if need.read_only and not info.read_only:
        found.append(f"{info.name} is not marked read-only")
    if info.read_only and not need.read_only:
        found.append(f"{info.name} is marked read-only, but it writes")
    return found


def check(server: str, offered: Mapping[str, ToolInfo], needed: Collection[str] = DOCUMENTED) -> None:
    """Raise ContractDiffers, naming every difference, unless the server offers what is needed."""
    found = differences(offered, needed)
    if found:
        raise ContractDiffers(
            f"{server} does not offer the tools this was written for: {'; '.join(found)}. "
            "Look for a newer version of deepnote-workflows, or point --workspace at another server.",
            found,
        )


__all__ = ["NEEDS", "Need", "check", "differences"]
