"""Every tool called with what its own input schema allows, over HTTP's door: no crash, and a refused call changes nothing."""

import argparse
import asyncio
import json
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisDeprecationWarning, NonInteractiveExampleWarning
from hypothesis_jsonschema import from_schema
from sqlalchemy import insert

from benchmarks.table import print_table
from workspace.contract.blocks import BLOCK_TYPES
from workspace.domain import Workspace
from workspace.embedded import Embedded, open_workspace
from workspace.store.schema import Integration
from workspace.tools.registry import TOOLS

STATE = (
    "folders", "projects", "notebooks", "blocks", "integrations", "runs", "run_blocks", "schedules", "search_entries",
)  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)

ONE_IN_TEN, UNLUCKY = st.integers(0, 9), 5
"""What happens now and then hangs on a number from the middle: Hypothesis draws the first and the last far more often."""


@dataclass
class Tally:
    """What came of the calls: by tool, how many were answered and how many refused; and everything that must not be."""

    answered: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass
class World:
    """A workspace to be called, and ids in it that a call may hit."""

    client: httpx.AsyncClient
    embedded: Embedded
    ids: dict[str, list[str]]

    async def call(self, tool: str, arguments: dict[str, Any]) -> tuple[int, Any]:
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }
        answer = await self.client.post(
            self.embedded.url, json=body, headers={"Authorization": f"Bearer {self.embedded.key}"}
        )
        return answer.status_code, answer.json()


def watch_changes(workspace: Workspace) -> None:
    """From now on the database itself counts every row of these tables that is added, changed or removed, as it commits."""
    postgresql = workspace.services.engine.dialect.name == "postgresql"
    statements = ["CREATE TABLE fuzz_changes (number INTEGER)", "INSERT INTO fuzz_changes VALUES (0)"]
    counting = "UPDATE fuzz_changes SET number = number + 1;"
    if postgresql:
        statements.append(
            "CREATE FUNCTION fuzz_count() RETURNS trigger LANGUAGE plpgsql AS "
            f"$body$ BEGIN {counting} RETURN NULL; END $body$"
        )
        each = "AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION fuzz_count()"
        statements += [f"CREATE TRIGGER fuzz_{table} {each.format(table=table)}" for table in STATE]
    else:
        statements += [
            f"CREATE TRIGGER fuzz_{table}_{how} AFTER {how} ON {table} BEGIN {counting} END"
            for table in STATE
            for how in ("INSERT", "UPDATE", "DELETE")
        ]
    with workspace.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def changes(workspace: Workspace) -> int:
    """How many rows that tools can change have been changed so far."""
    with workspace.reading() as connection:
        return int(connection.exec_driver_sql("SELECT number FROM fuzz_changes").scalar_one())


async def furnish(client: httpx.AsyncClient, embedded: Embedded) -> World:
    """Some of everything."""
    workspace = embedded.workspace
    row = {"id": workspace.new_id(), "name": "Data", "type": "duckdb", "is_public": False, "read_only": True}
    with workspace.writing() as connection:
        connection.execute(
            insert(Integration), [{**row, "created_at": workspace.now, "updated_at": workspace.now}]
        )
    world = World(client, embedded, {"integrationId": [row["id"]], "blockId": []})  # type: ignore[list-item]
    _, made = await world.call("create_project", {"name": "Fuzzed"})
    project = made["result"]["structuredContent"]["project"]
    world.ids |= {
        "projectId": [project["id"]],
        "notebookId": [project["notebooks"][0]["id"]],
        "slug": ["search"],
    }
    for kind in BLOCK_TYPES:
        metadata = {"function_notebook_id": None} if kind == "notebook-function" else {}
        arguments = {"notebookId": world.ids["notebookId"][0], "type": kind, "metadata": metadata}
        _, made = await world.call("create_block", arguments)
        world.ids["blockId"].append(made["result"]["structuredContent"]["block"]["id"])
    world.ids["blockIds"] = world.ids["blockId"]
    _, made = await world.call("create_run", {"notebookId": world.ids["notebookId"][0]})
    world.ids["runId"] = [made["result"]["structuredContent"]["runId"]]
    await world.call("create_project", {"name": "Another"})
    _, page = await world.call("list_projects", {"pageSize": 1})
    token = page["result"]["structuredContent"]["pagination"]["nextPageToken"]
    world.ids["pageToken"] = [token, token[:-2], token.swapcase(), token[::-1], ""]
    return world


def arguments_for(tool: str, ids: dict[str, list[str]]) -> st.SearchStrategy[dict[str, Any]]:
    """What the schema allows, with ids that are there put in most of the time; now and then an id of another kind, anything, or more."""
    allowed = from_schema(TOOLS[tool].input_schema)
    required = TOOLS[tool].input_schema.get("required", [])
    properties = TOOLS[tool].input_schema.get("properties", {})

    shared = {"$defs": TOOLS[tool].input_schema.get("$defs", {})}
    optional = {name: from_schema(kind | shared) for name, kind in properties.items() if name not in required}
    every = sorted({one for known in ids.values() for one in known})

    @st.composite
    def made(draw: st.DrawFn) -> dict[str, Any]:
        drawn = draw(allowed)
        arguments = {name: value for name, value in drawn.items() if name in required}
        for name, value in optional.items():
            if draw(st.booleans()):
                arguments[name] = drawn[name] if name in drawn else draw(value)
        for name in ids:
            if name in arguments and (luck := draw(ONE_IN_TEN)) != UNLUCKY:
                known = every if luck == UNLUCKY + 1 else ids[name]
                several = isinstance(arguments[name], list)
                arguments[name] = draw(
                    st.lists(st.sampled_from(known), min_size=1, unique=True)
                    if several
                    else st.sampled_from(known)
                )
        placement = arguments.get("placement")
        if (
            isinstance(placement, dict)
            and "blockId" in placement
            and ids["blockId"]
            and draw(ONE_IN_TEN) != UNLUCKY
        ):
            arguments["placement"] = {**placement, "blockId": draw(st.sampled_from(ids["blockId"]))}
        if arguments and draw(ONE_IN_TEN) == UNLUCKY:
            arguments[draw(st.sampled_from(sorted(arguments)))] = draw(ANYTHING)
        if draw(ONE_IN_TEN) == UNLUCKY:  # what the schema does not know
            arguments |= draw(st.dictionaries(st.text(), ANYTHING, max_size=2))
        return arguments

    return made()


async def judge(world: World, tool: str, arguments: dict[str, Any], tally: Tally) -> None:
    before = changes(world.embedded.workspace)
    shown = json.dumps(arguments)[:400]
    try:
        status, answer = await world.call(tool, arguments)
    except UnicodeEncodeError:
        return  # half a character cannot be sent at all
    if status == 400 and "error" in answer:
        result: dict[str, Any] = {"isError": True, "content": [{"text": answer["error"]["message"]}]}
    elif status != 200 or "result" not in answer:
        tally.faults.append(f"{tool} answered {status} {json.dumps(answer)[:300]} to {shown}")
        return
    else:
        result = answer["result"]
    if result["isError"]:
        tally.refused[tool] += 1
        words = result["content"][0]["text"]
        if "Traceback (most recent" in words or not words.strip():
            tally.faults.append(f"{tool} refused with {words[:300]!r} {shown}")
    else:
        tally.answered[tool] += 1
    if tool.startswith("create_") and not result["isError"] and changes(world.embedded.workspace) == before:
        tally.faults.append(f"{tool} was answered and changed nothing: {shown}")
    if (result["isError"] or TOOLS[tool].read_only) and changes(world.embedded.workspace) != before:
        tally.faults.append(
            f"{tool} changed the workspace though it {'was refused' if result['isError'] else 'only reads'}: {shown}"
        )


def fuzz(folder: Path, calls: int, database: str | None = None, seeded: int = 0) -> Tally:
    """About `calls` calls, the same number of each tool."""
    tally = Tally()
    with asyncio.Runner() as runner, warnings.catch_warnings():
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)  # hypothesis-jsonschema 0.23 causes it
        opening = open_workspace(folder, database=database, seed_demo=False, worker=False)
        embedded = runner.run(opening.__aenter__())
        try:
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app=embedded.app))
            watch_changes(embedded.workspace)
            world = runner.run(furnish(client, embedded))
            for tool in TOOLS:
                _fuzz_one(runner, world, tool, max(1, calls // len(TOOLS)), seeded, tally)
            runner.run(client.aclose())
        finally:
            runner.run(opening.__aexit__(None, None, None))
    return tally


def _fuzz_one(runner: asyncio.Runner, world: World, tool: str, calls: int, seeded: int, tally: Tally) -> None:
    @seed(seeded)
    @settings(
        max_examples=calls,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(arguments_for(tool, world.ids))
    def one(arguments: dict[str, Any]) -> None:
        runner.run(judge(world, tool, arguments, tally))

    one()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks fuzz_tools", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", help="an empty PostgreSQL database in place of SQLite")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        tally = fuzz(Path(folder), arguments.calls, arguments.database, arguments.seed)
    rows = [[tool, tally.answered[tool], tally.refused[tool]] for tool in TOOLS]
    rows.append(["all", sum(tally.answered.values()), sum(tally.refused.values())])
    print_table("Calls from each tool's own schema", ["tool", "answered", "refused"], rows)
    print(f"\n{len(tally.faults)} faults")
    print("\n".join(tally.faults[:20]))
    return 1 if tally.faults else 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
