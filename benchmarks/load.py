"""Fifty clients over HTTP, reading, writing and running, on SQLite, on PostgreSQL, and on two servers that share one PostgreSQL."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.ledger import Ledger, Place, Visitor, all_over, compare, furnish
from benchmarks.serving import Server, own_database, resident, worker
from benchmarks.table import median, print_table, quantile
from workspace.opening import open_store

CASES = {
    "sqlite": "SQLite, one server",
    "postgresql": "PostgreSQL, one server",
    "two": "PostgreSQL, two servers",
}
SECONDS = 15.0
RUNNERS = 8
"""Notebooks that are run, so that several clients queue runs of the same one."""
FLAT = 1.1


@dataclass
class Loaded:
    """One case: what was measured, and everything that must not be."""

    ledger: Ledger
    seconds: float
    memory: list[int] = field(default_factory=list)
    """Resident bytes of servers and workers, twice a second."""
    processor: float = 0.0
    """Seconds of processor time that the servers used."""
    ran_out: float = 0.0
    """Seconds after the load until the last run had ended."""
    checked: dict[str, int] = field(default_factory=dict)

    def grown(self) -> float:
        """The memory of the last third, in times of the third before it."""
        third = max(1, len(self.memory) // 3)
        return median(self.memory[-third:]) / median(self.memory[third : 2 * third] or self.memory)


async def load(case: str, folder: Path, database: str | None, options: argparse.Namespace) -> Loaded:
    """One case in a workspace of its own, from the first call to the comparison."""
    data = folder / "data"
    workspace = open_store(data, database=database)
    places, shared = await furnish(workspace, options.clients, runners=min(RUNNERS, options.clients))
    servers = [Server(data, database, ["--calls-per-minute", "0"])]
    if (
        case == "two"
    ):  # with one data folder, as two machines would share one; the second brings a worker as well
        servers.append(Server(data, database, ["--calls-per-minute", "0", "--no-worker"]))
    with ExitStack() as closing:
        closing.callback(workspace.close)
        for server in servers:
            closing.callback(server.stop)
            server.start()
        beside = [closing.enter_context(worker(data, database))] if case == "two" else []
        loaded = await _under_load(servers, beside, places, shared, options)
        loaded.ran_out = await all_over(workspace, loaded.ledger)
        loaded.checked = dict(compare(workspace, loaded.ledger))
    return loaded


async def _under_load(
    servers: list[Server],
    beside: list[psutil.Process],
    places: list[Place],
    shared: str,
    options: argparse.Namespace,
) -> Loaded:
    ledger, done, memory = Ledger(), asyncio.Event(), []
    visitors = [
        Visitor(
            f"client {number}",
            place,
            shared,
            servers[number % len(servers)].port,
            ledger,
            run_share=options.runs / 100,
        )
        for number, place in enumerate(places)
    ]
    began, spent = time.perf_counter(), _processor(servers)
    async with asyncio.TaskGroup() as working:
        for visitor in visitors:
            working.create_task(visitor.work(done))
        while time.perf_counter() - began < options.seconds:
            await asyncio.sleep(0.5)
            watched = [psutil.Process(one.process.pid) for one in servers if one.process is not None]
            watched += [*beside, *(kept for one in servers for kept in one.workers())]
            memory.append(resident(watched))
        done.set()
    return Loaded(ledger, time.perf_counter() - began, memory, _processor(servers) - spent)


def _processor(servers: list[Server]) -> float:
    """Seconds of processor time that the servers have used: steady also when the machine is busy."""
    used = [psutil.Process(one.process.pid).cpu_times() for one in servers if one.process is not None]
    return float(sum(one.user + one.system for one in used))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks load", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="of each case (default: 15; the goal is told of 60)"
    )
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument(
        "--runs",
        type=float,
        default=0.3,
        metavar="PERCENT",
        help="of the calls that start a run (default: 0.3); every other call writes",
    )
    parser.add_argument("--case", choices=CASES, action="append", help="all when none is named")
    parser.add_argument(
        "--postgres",
        default=os.environ.get("DEEPNOTE_TEST_POSTGRES"),
        metavar="URL",
        help="a server where databases may be made (default: $DEEPNOTE_TEST_POSTGRES)",
    )
    options = parser.parse_args(argv)
    rows, faults = [], 0
    for case in options.case or CASES:
        if case != "sqlite" and not options.postgres:
            print(f"{CASES[case]}: left out, DEEPNOTE_TEST_POSTGRES names no server")
            continue
        with ExitStack() as closing:
            folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
            database = None if case == "sqlite" else closing.enter_context(own_database(options.postgres))
            loaded = asyncio.run(load(case, folder, database, options))
        rows.append(row(case, loaded))
        faults += len(loaded.ledger.faults)
        checked = ", ".join(f"{number:,} {what}" for what, number in loaded.checked.items())
        print(f"{CASES[case]}: compared {checked}; the last run ended {loaded.ran_out:.0f} s after the load")
        print("".join(f"  {fault}\n" for fault in loaded.ledger.faults[:20]), end="")
    columns = [
        "",
        "calls/s",
        "CPU ms/call",
        "reads",
        "p50 ms",
        "p99 ms",
        "writes",
        "p50 ms",
        "p99 ms",
        "MB",
        "grown",
        "faults",
    ]
    print_table(f"{options.clients} clients over HTTP for {options.seconds:.0f} s", columns, rows)
    print(f"\ngrown: memory of the last third against the third before it (goal: under {FLAT})")
    return 1 if faults else 0


def row(case: str, loaded: Loaded) -> list[object]:
    ledger = loaded.ledger
    calls = ledger.calls["read"] + ledger.calls["write"]
    cells: list[object] = [CASES[case], calls / loaded.seconds, loaded.processor / calls * 1000]
    for kind in ("read", "write"):
        times = ledger.milliseconds.get(kind) or [0.0]
        cells += [ledger.calls[kind], median(times), quantile(times, 0.99)]
    return [*cells, f"{max(loaded.memory) / 1e6:.0f}", f"{loaded.grown():.2f} ×", len(ledger.faults)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
