"""Server and worker killed under load over HTTP, again and again: nothing acknowledged is lost, no run is carried out twice or never ends."""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.ledger import Ledger, Visitor, all_over, compare, furnish
from benchmarks.serving import Server, kernels_of, own_database
from benchmarks.table import median, print_table
from workspace.opening import open_store

VICTIMS = ("both", "server", "worker")


@dataclass
class Killed:
    """What came of the kills; `ledger.faults` holds everything that must not be."""

    ledger: Ledger = field(default_factory=Ledger)
    victims: list[str] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    """Seconds from each new start of the server until it took connections."""
    ran_out: float = 0.0
    checked: dict[str, int] = field(default_factory=dict)


async def kills(
    folder: Path,
    database: str | None,
    *,
    times: int,
    clients: int,
    seconds: float,
    run_share: float,
    seed: int = 0,
) -> Killed:
    """Kills `times` times, each after about `seconds` of load, in a workspace of its own below `folder`."""
    workspace = open_store(folder / "data", database=database)
    killed, source = Killed(), random.Random(seed)
    places, shared = await furnish(workspace, clients, runners=min(4, clients))
    server, workers = Server(folder / "data", database), set()
    with ExitStack() as closing:
        closing.callback(workspace.close)
        closing.callback(server.stop)
        server.start()
        done = asyncio.Event()
        async with asyncio.TaskGroup() as working:
            for number, place in enumerate(places):
                visitor = Visitor(f"client {number}", place, shared, server.port, killed.ledger, run_share)
                working.create_task(visitor.work(done))
            for number in range(times):
                await asyncio.sleep(seconds * source.uniform(0.6, 1.4))
                victim = VICTIMS[number % len(VICTIMS)]
                workers |= {one.pid for one in server.workers()}
                await asyncio.to_thread(_kill, server, victim, killed)
            await asyncio.sleep(seconds)
            done.set()
        killed.ran_out = await all_over(workspace, killed.ledger)
        killed.checked = dict(compare(workspace, killed.ledger))
        workers |= {one.pid for one in server.workers()}
        server.stop()
        await _alone(killed.ledger, workers)
    return killed


def _kill(server: Server, victim: str, killed: Killed) -> None:
    """SIGKILL, with no chance to say anything; a server that was killed is started again at once."""
    workers = server.workers() if victim != "server" else []
    if victim != "worker":
        server.kill()
    for worker in workers:
        worker.kill()
    killed.victims.append(victim)
    if victim != "worker":
        killed.ready.append(server.start())


async def _alone(ledger: Ledger, workers: set[int]) -> None:
    """No kernel outlives the workers; one that was just killed may need a moment."""
    deadline = time.perf_counter() + 10
    while left := kernels_of(workers):
        if time.perf_counter() > deadline:
            ledger.faults += [f"a kernel outlived its worker: process {one.pid}" for one in left]
            for one in left:
                one.kill()
            psutil.wait_procs(left, 5)
        await asyncio.sleep(0.1)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks kills", description=__doc__)
    parser.add_argument(
        "--kills", type=int, default=20, help="of server, worker or both in turn (default: 20)"
    )
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="of load before each kill (default: about 2)"
    )
    parser.add_argument(
        "--runs", type=float, default=2, metavar="PERCENT", help="of the calls that start a run (default: 2)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument(
        "--postgres",
        nargs="?",
        const=os.environ.get("DEEPNOTE_TEST_POSTGRES"),
        metavar="URL",
        help="on a database of its own there (default: $DEEPNOTE_TEST_POSTGRES) instead of SQLite",
    )
    options = parser.parse_args(argv)
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        database = closing.enter_context(own_database(options.postgres)) if options.postgres else None
        killed = asyncio.run(
            kills(
                folder,
                database,
                times=options.kills,
                clients=options.clients,
                seconds=options.seconds,
                run_share=options.runs / 100,
                seed=options.seed,
            )
        )
    counted = {victim: killed.victims.count(victim) for victim in VICTIMS}
    rows: list[list[object]] = [[f"killed: {victim}", number] for victim, number in counted.items()]
    rows += [["calls answered", sum(killed.ledger.calls.values()) - killed.ledger.calls["in doubt"]]]
    rows += [["calls in doubt: the connection broke", killed.ledger.calls["in doubt"]]]
    rows += [[f"compared: {what}", number] for what, number in killed.checked.items()]
    rows += (
        [["seconds until a killed server answers again, median", median(killed.ready)]]
        if killed.ready
        else []
    )
    rows += [["seconds until the last run had ended", killed.ran_out], ["faults", len(killed.ledger.faults)]]
    print_table(f"SIGKILL under load, {'PostgreSQL' if database else 'SQLite'}", ["", "number"], rows)
    print("".join(f"{fault}\n" for fault in killed.ledger.faults[:20]), end="")
    return 1 if killed.ledger.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
