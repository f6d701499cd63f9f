"""From starting `python -m workspace serve` until `/mcp` answers a tool call: the whole process, beside FastMCP with one tool."""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.serving import Client, Refused, Server, await_port, free_port
from benchmarks.table import median, print_table
from workspace.access import keys
from workspace.demo.seed import seed_if_empty
from workspace.domain import Role
from workspace.opening import open_store

GOAL = 1.5
NO_KEY = "none"
PEER = """
import sys
from mcp.server.fastmcp import FastMCP
server = FastMCP("peer", port=int(sys.argv[1]), stateless_http=True, json_response=True, log_level="ERROR")
@server.tool()
def get_me() -> dict[str, str]:
    return {"name": "peer"}
server.run("streamable-http")
"""


async def answered(port: int, key: str, began: float) -> float:
    """Seconds from `began` until a tool call on this port has been answered; with NO_KEY, turned away."""
    client = Client(port, key)
    try:
        await client.call("get_me")
    except Refused as refused:
        if key != NO_KEY or " 401:" not in str(refused):
            raise SystemExit(f"the server is there and refuses: {refused}") from None
    finally:
        client.close()
    return time.perf_counter() - began


def served(data: Path, key: str, *options: str) -> float:
    """With NO_KEY for a workspace that is only being made, of which nobody can have a key yet."""
    server, began = Server(data, options=options), time.perf_counter()
    try:
        server.start()
        return asyncio.run(answered(server.port, key, began))
    finally:
        server.stop()


def peer() -> float:
    port, began = free_port(), time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", PEER, str(port)], stderr=subprocess.DEVNULL)
    try:
        await_port(process, port)
        return asyncio.run(answered(port, NO_KEY, began))
    finally:
        process.terminate()
        process.wait(30)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks start", description=__doc__)
    parser.add_argument("--starts", type=int, default=7, help="of each kind, in turn (default: 7)")
    options = parser.parse_args(argv)
    names = {
        "demo": "serve, the demo workspace",
        "bare": "serve --no-pages --no-worker, the same",
        "new": "serve, a folder that did not exist",
        "peer": "mcp SDK, FastMCP with one tool",
    }
    taken: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        workspace = open_store(data)
        seed_if_empty(workspace)
        key = keys.create(workspace.services, Role.viewer, "benchmark").clear
        workspace.close()
        for number in range(
            options.starts + 1
        ):  # the first of each is thrown away: it reads the files of the disk
            taken["demo"].append(served(data, key))
            taken["bare"].append(served(data, key, "--no-pages", "--no-worker"))
            taken["new"].append(served(Path(folder) / f"new {number}", NO_KEY))
            taken["peer"].append(peer())
    rows = [[names[name], median(took[1:]), min(took[1:]), max(took[1:])] for name, took in taken.items()]
    print_table(
        f"From the start of the process to its first answer, seconds (goal: under {GOAL})",
        ["", "median", "least", "most"],
        rows,
    )
    return 0 if median(taken["demo"][1:]) < GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
