"""Time and memory of comparing two snapshots with 50 blocks, among them tables of 100,000 rows."""

import argparse
import json
import random
import time
import tracemalloc
from typing import Any

from agents.results import SnapshotBlock
from benchmarks.table import median, print_table
from workflows.diff.compare import Snapshot, compare

ROWS = 100_000


def frame(rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = [{"name": name, "dtype": "object"} for name in rows[0]]
    data = {"columns": columns, "row_count": len(rows), "rows": rows}
    return {"output_type": "execute_result", "data": {"application/vnd.deepnote.dataframe.v3+json": data}}


def table(seed: int, change: float, drop: int) -> list[dict[str, Any]]:
    """Orders with a share of changed amounts and some rows dropped and added; equal for equal arguments."""
    draw, noise = random.Random(seed), random.Random(f"{seed} {change}")
    rows = []
    for place in range(drop, ROWS + drop):
        amount = round(draw.random() * 1000, 2)
        if change and noise.random() < change:
            amount = round(amount * 1.1, 2)
        rows.append(
            {"order_id": f"o{place}", "region": "ABCD"[place % 4], "quantity": place % 7, "amount": amount}
        )
    return rows


def snapshot(run: str, tables: int, *, change: float, drop: int) -> Snapshot:
    blocks = [
        SnapshotBlock(id=f"t{number}", type="sql", outputs=[frame(table(number, change, drop))])
        for number in range(tables)
    ]
    for number in range(50 - tables):
        text = "\n".join(f"line {line}: {line * (2 if change else 1)}" for line in range(200))
        outputs = [{"output_type": "stream", "name": "stdout", "text": text}]
        blocks.append(SnapshotBlock(id=f"c{number}", type="code", outputs=outputs))
    sources = {block.id: f"SELECT {block.id} FROM orders" for block in blocks}
    # As it comes from the wire: strings that are not shared between the two snapshots.
    raw = json.loads(json.dumps([block.model_dump() for block in blocks]))
    return Snapshot(run, [SnapshotBlock.model_validate(block) for block in raw], sources)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--tables", type=int, default=5, help="how many of the 50 blocks hold a table of 100,000 rows"
    )
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args(argv)
    tracemalloc.start()
    before = snapshot("before", chosen.tables, change=0.0, drop=0)
    after = snapshot("after", chosen.tables, change=0.3, drop=50)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    compare(before, after)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    seconds = []
    for _ in range(chosen.repeat):
        started = time.perf_counter()
        diff = compare(before, after)
        seconds.append(time.perf_counter() - started)
    rows = [
        [
            "two snapshots, 50 blocks",
            f"{chosen.tables} tables of {ROWS:,} rows",
            f"{median(seconds):.2f} s",
            "under 2 s",
        ],
        [
            "memory at the peak",
            f"{held / 1e6:,.0f} MB held by the snapshots",
            f"{peak / held:.2f} ×",
            "under 3 ×",
        ],
        ["changes found", f"{diff.blocks_compared} blocks compared", str(len(diff.changes)), ""],
    ]
    print_table("Diff of two snapshots", ["what", "of", "measured", "goal"], rows)
    return 0 if median(seconds) < 2 and peak < 3 * held else 1


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
