"""Every read tool at the store, SQLite and PostgreSQL, at 1,000, 10,000 and 100,000 blocks: time grows with the page, not with the workspace."""

import argparse
import asyncio
import gc
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select

from benchmarks.serving import own_database
from benchmarks.table import median, print_table, quantile
from workspace.domain import Workspace, local_caller
from workspace.notebooks.blocks import block_values, sorting_key
from workspace.opening import open_store
from workspace.store.schema import Block, Integration, Notebook, Project
from workspace.tools.registry import TOOLS

START = datetime(2025, 1, 1, tzinfo=UTC)
NOTEBOOKS_A_PROJECT = 10
BLOCKS_A_NOTEBOOK = 10
FEWEST_WORDS, MOST_WORDS = 6, 40
VOCABULARY = 20_000
TARGET_MEDIAN, TARGET_P99, TARGET_SEARCH = 15.0, 60.0, 20.0


def words(seed: int) -> list[str]:
    """Made-up words, the same each time."""
    source = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ol")]
    return ["".join(source.choices(syllables, k=source.randint(2, 4))) for _ in range(VOCABULARY)]


def fill(workspace: Workspace, blocks: int, seed: int = 7) -> None:
    """A workspace of that many blocks: ten a notebook, ten notebooks a project, one integration for each thousand blocks."""
    source, vocabulary = random.Random(seed), words(seed)
    weights = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))

    def text(low: int, high: int) -> str:
        return " ".join(source.choices(vocabulary, cum_weights=weights, k=source.randint(low, high)))

    integrations = [f"1{number:07d}-0000-4000-8000-000000000000" for number in range(max(1, blocks // 1000))]
    with workspace.writing() as connection:
        connection.execute(insert(Integration), [_integration(one, text) for one in integrations])
        for chunk in _chunks(blocks // (NOTEBOOKS_A_PROJECT * BLOCKS_A_NOTEBOOK) or 1, 50):
            projects = [_project(number, text) for number in chunk]
            notebooks = [
                _notebook(project["id"], number, text)
                for project in projects
                for number in range(NOTEBOOKS_A_PROJECT)
            ]
            rows = [
                _block(notebook["id"], number, text, source.choice(integrations))
                for notebook in notebooks
                for number in range(BLOCKS_A_NOTEBOOK)
            ]
            connection.execute(insert(Project.__table__), projects)  # type: ignore[arg-type]
            connection.execute(insert(Notebook.__table__), notebooks)  # type: ignore[arg-type]
            connection.execute(insert(Block.__table__), rows)  # type: ignore[arg-type]
    if workspace.services.engine.dialect.name == "postgresql":
        with workspace.services.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    else:
        with workspace.writing() as connection:
            connection.exec_driver_sql("ANALYZE")


Text = Callable[[int, int], str]


def _chunks(count: int, size: int) -> Iterator[range]:
    return (range(start, min(start + size, count)) for start in range(0, count, size))


def _times(number: int) -> dict[str, Any]:
    return {"created_at": START + timedelta(minutes=number), "updated_at": START + timedelta(minutes=number)}


def _integration(one: str, text: Text) -> dict[str, Any]:
    kept = {
        "id": one,
        "name": text(1, 3),
        "type": "duckdb",
        "is_public": False,
        "read_only": True,
        **_times(0),
    }
    columns = [{"name": f"column_{number}", "type": "DOUBLE"} for number in range(12)]
    tables = [{"name": f"table_{number}", "schema": "main", "columns": columns} for number in range(20)]
    return {**kept, "structure": {"tables": tables}}


def _project(number: int, text: Text) -> dict[str, Any]:
    made = {
        "id": f"2{number:07d}-0000-4000-8000-000000000000",
        "name": text(2, 4),
        "project_type": "standard",
    }
    return {**made, "folder_id": None, "extra": {}, **_times(number)}


def _notebook(project_id: str, number: int, text: Text) -> dict[str, Any]:
    made = {
        "id": f"{project_id[:8]}{number:024x}",
        "project_id": project_id,
        "name": f"{text(1, 3)} {number}",
    }
    return {
        **made,
        "position": number,
        "is_init": False,
        "is_scheduled": False,
        "extra": {},
        **_times(number),
    }


def _block(notebook_id: str, number: int, text: Text, integration: str) -> dict[str, Any]:
    kind = ("sql", "code", "markdown", "code", "text-cell-p")[number % 5]
    metadata = {"sql_integration_id": integration} if kind == "sql" else {}
    values = block_values(kind, text(FEWEST_WORDS, MOST_WORDS), metadata)
    place = {"id": f"{notebook_id[:24]}{number:04x}{notebook_id[-4:]}", "notebook_id": notebook_id}
    return {
        **place,
        "sorting_key": sorting_key(number),
        "block_group": f"g{number}",
        "extra": {},
        **values,
        **_times(number),
    }


class Timed(NamedTuple):
    """Milliseconds of each call: by the clock, and of this process's processor time."""

    wall: list[float]
    processor: list[float]


async def measure(workspace: Workspace, calls: int) -> dict[str, Timed]:
    """What each call took, by what was called."""
    source, caller = random.Random(3), local_caller()
    with workspace.reading() as connection:
        notebooks = list(connection.scalars(select(Notebook.id).order_by(func.random()).limit(200)))
        integrations = list(connection.scalars(select(Integration.id)))
        texts = list(connection.scalars(select(Block.content).order_by(func.random()).limit(300)))
    found_words = [word for text in texts for word in text.split()]
    pages: dict[str, str | None] = {}

    def paged(tool: str, **arguments: Any) -> dict[str, Any]:
        token = pages.get(tool)
        return {**arguments, **({"pageToken": token} if token else {})}

    def typo(word: str) -> str:
        at = source.randrange(1, len(word))
        return word[:at] + "q" + word[at + 1 :]

    what: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
        "get_me": lambda: ("get_me", {}),
        "list_projects, page after page": lambda: ("list_projects", paged("list_projects", pageSize=50)),
        "list_projects, nameContains": lambda: (
            "list_projects",
            {"nameContains": source.choice(found_words)[:4]},
        ),
        "get_notebook": lambda: ("get_notebook", {"notebookId": source.choice(notebooks)}),
        "list_notebook_runs": lambda: ("list_notebook_runs", {"notebookId": source.choice(notebooks)}),
        "list_integrations": lambda: ("list_integrations", {}),
        "get_integration": lambda: ("get_integration", {"integrationId": source.choice(integrations)}),
        "project usages": lambda: (
            "list_integration_project_usages",
            {"integrationId": source.choice(integrations)},
        ),
        "notebook usages": lambda: (
            "list_integration_notebook_usages",
            {"integrationId": source.choice(integrations)},
        ),
        "block usages": lambda: (
            "list_integration_block_usages",
            {"integrationId": source.choice(integrations)},
        ),
        "list_docs": lambda: ("list_docs", {}),
        "get_doc": lambda: ("get_doc", {"slug": "search"}),
        "search, one word": lambda: ("search", {"q": source.choice(found_words)}),
        "search, two words": lambda: (
            "search",
            {"q": " ".join(source.sample(source.choice(texts).split(), 2))},
        ),
        "search, beginning of a word": lambda: ("search", {"q": source.choice(found_words)[:3]}),
        "search, typing mistake": lambda: ("search", {"q": typo(source.choice(found_words))}),
        "search, first letter mistaken": lambda: ("search", {"q": "q" + source.choice(found_words)[1:]}),
        "search, a word that is nowhere": lambda: ("search", {"q": f"nowhere{source.randrange(10_000)}x"}),
    }
    for tool in TOOLS.values():
        assert callable(tool.run)  # imported now, as in a server that has answered before
    gc.collect()
    gc.freeze()  # as `serve` does
    taken: dict[str, Timed] = {}
    for name, make in what.items():
        wall, processor = [], []
        for _ in range(calls + 3):
            called, arguments = make()
            before, spent = time.perf_counter(), time.process_time()
            answer = await TOOLS[called].run(workspace, caller, TOOLS[called].parsed(arguments))
            answer.model_dump_json(by_alias=True)
            processor.append((time.process_time() - spent) * 1000)
            wall.append((time.perf_counter() - before) * 1000)
            pages[called] = getattr(getattr(answer, "pagination", None), "next_page_token", None)
        taken[name] = Timed(wall[3:], processor[3:])  # the first ones import and prepare
    return taken


def sizes(
    chosen: list[int], calls: int, database: str | None, data: Path | None
) -> dict[int, dict[str, Timed]]:
    """Each size in a workspace of its own, in a database of its own where a PostgreSQL server is named."""
    figures = {}
    for blocks in chosen:
        with ExitStack() as closing:
            folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
            own = closing.enter_context(own_database(database)) if database else None
            workspace = open_store(data or folder, database=own)
            closing.callback(workspace.close)
            with workspace.reading() as connection:
                filled = connection.scalar(select(Project.id).limit(1))
            if not filled:
                fill(workspace, blocks)
            figures[blocks] = asyncio.run(measure(workspace, calls))
    return figures


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks workspace_size", description=__doc__)
    parser.add_argument("--blocks", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--calls", type=int, default=200, help="of each tool (default: 200)")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append", help="both when not given")
    parser.add_argument(
        "--postgres",
        default=os.environ.get("DEEPNOTE_TEST_POSTGRES"),
        metavar="URL",
        help="a server where databases may be made (default: $DEEPNOTE_TEST_POSTGRES)",
    )
    parser.add_argument("--data", type=Path, help="keep the (last) SQLite workspace in this folder")
    arguments = parser.parse_args(argv)
    missed = 0
    for store in arguments.on or ("sqlite", "postgresql"):
        if store == "postgresql" and not arguments.postgres:
            print("PostgreSQL is left out: DEEPNOTE_TEST_POSTGRES names no server")
            continue
        database = arguments.postgres if store == "postgresql" else None
        data = arguments.data if store == "sqlite" else None
        missed += report(store, sizes(arguments.blocks, arguments.calls, database, data))
    return 1 if missed else 0


def report(store: str, figures: dict[int, dict[str, Timed]]) -> int:
    """Prints the table; how many tools missed their goal at the largest size."""
    largest = max(figures)
    rows, missed = [], 0
    for name, timed in figures[largest].items():
        goal = TARGET_SEARCH if name.startswith("search") else TARGET_MEDIAN
        reached = median(timed.wall) < goal and quantile(timed.wall, 0.99) < TARGET_P99
        missed += not reached
        sized = [
            value
            for blocks in figures
            for value in (median(figures[blocks][name].wall), quantile(figures[blocks][name].wall, 0.99))
        ]
        cpu = [median(timed.processor), quantile(timed.processor, 0.99)]
        rows.append([name, *sized, *cpu, "reached" if reached else "MISSED"])
    columns = ["milliseconds", *(f"{b:,} blocks: {what}" for b in figures for what in ("median", "p99"))]
    columns += ["CPU median", "CPU p99", "goal"]
    print_table(f"Read tools in the store, {store}", columns, rows)
    print(
        f"\nGoals: median under {TARGET_MEDIAN:.0f} ms ({TARGET_SEARCH:.0f} for search), p99 under {TARGET_P99:.0f}. "
        "CPU is this process's own at the largest size, steady also when the machine is busy; PostgreSQL's comes on top."
    )
    return missed


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
