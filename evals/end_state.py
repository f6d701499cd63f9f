"""What a workspace looks like, read through its tools: as JSON, as a canonical hash, and as changes against a fixture."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from evals.canonical import digest, text_of
from evals.likeness import Ids

Call = Callable[[str, Mapping[str, Any]], Awaitable[Any]]


async def read_state(call: Call) -> dict[str, Any]:
    """Projects, notebooks, blocks and runs by name, read with the documented tools."""
    integrations = {
        row["id"]: row["name"] for row in await _pages(call, "list_integrations", "integrations", {})
    }
    projects: dict[str, Any] = {}
    for project in await _pages(call, "list_projects", "projects", {}):
        notebooks: dict[str, Any] = {}
        for row in project.get("notebooks", []):
            notebook = (await call("get_notebook", {"notebookId": row["id"]}))["notebook"]
            runs = await _pages(call, "list_notebook_runs", "runs", {"notebookId": row["id"]})
            notebooks[_free(row["name"], notebooks)] = {
                "blocks": [_block(block, integrations) for block in notebook.get("blocks", [])],
                "runs": [run["status"] for run in runs],
            }
        projects[_free(project["name"], projects)] = {"notebooks": notebooks}
    return {"projects": projects, "integrations": sorted(integrations.values())}


async def _pages(call: Call, tool: str, key: str, arguments: Mapping[str, Any]) -> list[Any]:
    rows: list[Any] = []
    token: str | None = None
    while True:
        more = {"pageToken": token} if token else {}
        answer = await call(tool, {**arguments, "pageSize": 100, **more})
        rows += answer[key]
        token = (answer.get("pagination") or {}).get("nextPageToken")
        if not token:
            return rows


def _block(block: Mapping[str, Any], integrations: Mapping[str, str]) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": block["type"], "content": block.get("content") or ""}
    metadata = Ids(exact=True).plain(
        {name: value for name, value in (block.get("metadata") or {}).items() if value is not None}
    )
    if metadata:
        kept["metadata"] = metadata
    if block.get("integrationId"):
        kept["integration"] = integrations.get(block["integrationId"], "one that is not visible")
    return kept


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """Names need not be unique; the second `a` is `a (2)`."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def state_digest(state: Any) -> str:
    """The canonical hash of a state: ids, addresses and times are not in it."""
    return digest(Ids(exact=True).plain(state))


def changes(before: Any, after: Any) -> list[str]:
    """What differs, one line each: project, notebook, block and what happened to it."""
    if not (
        isinstance(before, dict) and isinstance(after, dict) and "projects" in before and "projects" in after
    ):
        return [] if before == after else [f"state: {text_of(after)[:400]}"]
    lines: list[str] = []
    for name in [
        *before["projects"],
        *(name for name in after["projects"] if name not in before["projects"]),
    ]:
        one, other = before["projects"].get(name), after["projects"].get(name)
        if one is None:
            lines.append(f"+ project {name}")
        if other is None:
            lines.append(f"- project {name}")
            continue
        lines += _notebooks(name, (one or {}).get("notebooks", {}), other["notebooks"])
    return lines


def _notebooks(project: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lines = []
    for name in [*before, *(name for name in after if name not in before)]:
        place = f"{project} / {name}"
        if name not in after:
            lines.append(f"- notebook {place}")
            continue
        if name not in before:
            lines.append(f"+ notebook {place}")
        old, new = before.get(name, {"blocks": [], "runs": []}), after[name]
        lines += _blocks(place, old["blocks"], new["blocks"])
        lines += [
            f"+ run of {place}: {status}" for status in new["runs"][: len(new["runs"]) - len(old["runs"])]
        ]
    return lines


def _blocks(place: str, before: list[Any], after: list[Any]) -> list[str]:
    import difflib

    lines = []
    matcher = difflib.SequenceMatcher(
        None, [text_of(b) for b in before], [text_of(b) for b in after], autojunk=False
    )
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind in ("replace", "delete"):
            lines += [f"- {place} block {n + 1}: {_line(before[n])}" for n in range(i, j)]
        if kind in ("replace", "insert"):
            lines += [f"+ {place} block {n + 1}: {_line(after[n])}" for n in range(k, m)]
    return lines


def _line(block: Mapping[str, Any]) -> str:
    content = " ⏎ ".join(line.strip() for line in str(block["content"]).strip().splitlines())
    where = f" on {block['integration']}" if "integration" in block else ""
    return f"{block['type']}{where}: {content if len(content) <= 200 else content[:199] + '…'} #{digest(block, 6)}"
