"""Time of an audit over 1,000 projects, 10,000 notebooks and 100 integrations: all of them, and one."""

import argparse
import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from agents.deciders import RuleDecider
from agents.session import Target, open_toolbox
from benchmarks.table import print_table
from benchmarks.workspace_size import fill
from workflows.context import Approval, Context, Policy
from workflows.run import collect_seldom
from workflows.runner import Ended, in_memory
from workspace.embedded import open_workspace

QUERIES = """
UPDATE blocks SET content = 'SELECT o.region, sum(o.amount) AS revenue FROM sales.orders_' || (rowid % 500)
|| ' o JOIN customers c ON c.id = o.customer_id WHERE o.quantity > ' || (rowid % 90) || ' GROUP BY o.region' WHERE type = 'sql'
"""
# Real SQL in place of the words that the generator writes: 500 tables, and a figure that differs.


async def measure(folder: Path, projects: int) -> list[list[object]]:
    rows: list[list[object]] = []
    async with open_workspace(folder, seed_demo=False, worker=False) as opened:
        fill(opened.workspace, 100 * projects)
        with opened.workspace.writing() as connection:
            connection.exec_driver_sql(QUERIES)
        async with open_toolbox(
            Target(app=opened.app, url=opened.url, key=opened.key), timer=time.perf_counter
        ) as tools:
            names = [integration.name async for integration in tools.list_integrations()]
            for what, request, goal in (
                ("all integrations", "Audit everything", 5.0),
                ("one integration", f"Which notebooks query {names[0]}?", 0.5),
            ):
                context = Context(
                    decider=RuleDecider(),
                    tools=tools,
                    clock=lambda: datetime.now(UTC),
                    sleep=asyncio.sleep,
                    policy=Policy(approval=Approval.YES),
                )
                taken = []
                for number in range(3):
                    calls = tools.calls
                    started = time.perf_counter()
                    ended = await in_memory("audit_integrations", context, thread=f"{what} {number}").start(
                        request
                    )
                    taken.append(time.perf_counter() - started)
                    assert isinstance(ended, Ended)
                blocks = sum(int(row[4]) for row in ended.outcome.tables[0]["rows"])
                rows.append(
                    [what, f"{sorted(taken)[1]:.2f} s", f"under {goal} s", blocks, tools.calls - calls]
                )
    return rows


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=1000)
    chosen = parser.parse_args(argv)
    collect_seldom()
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(Path(folder) / "workspace", chosen.projects))
    print_table(
        "Audit of 100 integrations", ["what", "median of 3", "goal", "blocks read", "tool calls"], rows
    )
    return 0


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
