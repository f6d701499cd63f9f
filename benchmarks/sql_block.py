"""A SQL block that returns a million rows of ten columns, beside the same query by hand in the same kernel."""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from benchmarks.table import median, print_table
from workspace.runs.document import RunBlock, RunConnection, RunDocument
from workspace.runs.executor import BlockDone, run_document
from workspace.runs.kernels import Kernel
from workspace.runs.limits import Limits
from workspace.runs.sandbox import Needs, probe

COLUMNS = """range AS id, CAST(range AS FLOAT8) * 1.5 AS price, range % 97 AS kind, 'customer ' || (range % 1000) AS customer,
    DATE '2020-01-01' + CAST(range % 1000 AS INTEGER) AS day, CAST(range AS FLOAT8) / 3 AS share, range % 2 = 0 AS paid,
    range * 7 AS code, 'region ' || (range % 12) AS region, sqrt(CAST(range AS FLOAT8)) AS root"""
TABLE = "bench_orders"
QUERY = f"SELECT * FROM {TABLE}"


def duckdb_file(folder: Path, rows: int) -> RunConnection:
    import duckdb

    file = folder / "orders.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute(f"CREATE TABLE {TABLE} AS SELECT {COLUMNS} FROM range({rows})")
    return RunConnection(f"duckdb:///{file}", "duckdb", files=(str(file),))


@contextlib.contextmanager
def postgresql(url: str, rows: int) -> Iterator[RunConnection]:
    """The table lasts as long as the context."""
    engine = create_engine(url)
    dropped = text(f"DROP TABLE IF EXISTS {TABLE}")
    columns = COLUMNS.replace("range", "n")
    filled = text(f"CREATE TABLE {TABLE} AS SELECT {columns} FROM generate_series(0, {rows - 1}) AS s(n)")
    with engine.begin() as made:
        made.execute(dropped)
        made.execute(filled)
    try:
        yield RunConnection(url, "postgresql", needs_network=True)
    finally:
        with engine.begin() as made:
            made.execute(dropped)
        engine.dispose()


def by_hand(connection: RunConnection) -> str:
    if connection.kind == "duckdb":
        path = connection.url.removeprefix("duckdb:///")
        return (
            f"with duckdb.connect({path!r}, read_only=True) as base: by_hand = base.execute({QUERY!r}).df()"
        )
    return f"with engine.connect() as base: by_hand = pandas.read_sql({QUERY!r}, base)"


def blocks(connection: RunConnection, rounds: int) -> list[RunBlock]:
    """By hand and as a block, each first in every other round; what one leaves is dropped before the next begins."""
    first = "import duckdb, gc, pandas, sqlalchemy"
    if connection.kind != "duckdb":
        first += f"\nengine = sqlalchemy.create_engine({connection.url!r})\nengine.connect().close()"
    metadata = {"sql_integration_id": "bench", "deepnote_variable_name": "orders"}
    hand = [
        RunBlock("hand", "code", by_hand(connection)),
        RunBlock("drop", "code", "del by_hand; gc.collect(); None"),
    ]
    block = [
        RunBlock("block", "sql", QUERY, metadata),
        RunBlock("drop", "code", "assert len(orders) > 0; del orders; gc.collect(); None"),
    ]
    made = [RunBlock("start", "code", first)]
    for number in range(rounds):
        made += hand + block if number % 2 == 0 else block + hand
    return made


async def measure(connection: RunConnection, rounds: int) -> tuple[list[float], list[float], int]:
    """Seconds by hand, seconds as a block, and by how many bytes this process, which is the worker's part, grew."""
    kernel = await Kernel.start(
        probe(), Needs(network=connection.needs_network, files=tuple(connection.files))
    )
    before = psutil.Process(os.getpid()).memory_info().rss
    took: dict[str, list[float]] = {"hand": [], "block": []}
    document = RunDocument(blocks(connection, rounds), {}, {"bench": connection})
    try:
        async with contextlib.aclosing(
            run_document(document, kernel, Limits(), lambda: datetime.now(UTC))
        ) as events:
            async for event in events:
                if isinstance(event, BlockDone):
                    if event.error is not None:
                        raise SystemExit(event.error.message)
                    if event.block.id in took:
                        took[event.block.id].append((event.finished_at - event.started_at).total_seconds())
    finally:
        await kernel.close()
    return took["hand"], took["block"], psutil.Process(os.getpid()).memory_info().rss - before


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sql_block", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=6, help="each side goes first in half of them (default: 6)"
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    chosen = parser.parse_args(argv)
    rows = []
    with contextlib.ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory())
        sources = [("DuckDB", duckdb_file(Path(folder), chosen.rows))]
        if url := os.environ.get("DEEPNOTE_TEST_POSTGRES"):
            sources.append(("PostgreSQL", closing.enter_context(postgresql(url, chosen.rows))))
        else:
            print("PostgreSQL is left out: DEEPNOTE_TEST_POSTGRES names no server")
        for name, connection in sources:
            hand, block, grown = asyncio.run(measure(connection, chosen.rounds))
            ratio = median(block) / median(hand)
            rows.append([name, median(hand), median(block), ratio, f"{grown / 1e6:.0f} MB"])
    title = f"{chosen.rows:,} rows × 10 columns into a DataFrame, seconds"
    print_table(title, ["", "by hand", "SQL block", "×", "worker grew by"], rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
