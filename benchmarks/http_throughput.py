"""Calls a second over HTTP: this server with all its checks, against FastMCP of the mcp SDK with the same tool and with a trivial one."""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks.table import median, print_table, quantile

SERVERS = {
    "here": "this server: key, role, limits, audit",
    "bare": "this server, without these checks",
    "sdk": "mcp SDK, FastMCP: the same tool, checked against its schema",
    "text": "mcp SDK, FastMCP: the same tool as text, without a schema",
    "trivial": "mcp SDK, FastMCP: a tool that returns its argument",
}
SECONDS = 4.0
ROUNDS = 3


class Load(NamedTuple):
    per_second: float
    p50: float
    p99: float
    """Milliseconds."""
    cpu: float
    """Milliseconds of processor time that the server spent on a call: steady also when the machine is busy."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http_throughput", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="each server in turn, so often; the median counts"
    )
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.serve:
        serve(options.serve, options.data)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(compare(Path(folder), options.seconds, options.rounds))


async def compare(data: Path, seconds: float, rounds: int) -> int:
    key, notebook = prepare(data)
    found: dict[tuple[str, int], list[Load]] = {}
    for _ in range(rounds):
        for name in SERVERS:
            async with server(name, data) as (port, process):
                tool = {"trivial": "echo", "text": "get_text"}.get(name, "get_notebook")
                request = body(tool, {"text": "hello"} if name == "trivial" else {"notebookId": notebook})
                message = http(request, key)
                await load(port, process, message, 2, 0.5)
                for connections in (1, 8):
                    found.setdefault((name, connections), []).append(
                        await load(port, process, message, connections, seconds)
                    )
    rate = {place: median([one.per_second for one in loads]) for place, loads in found.items()}
    cpu = {place: median([one.cpu for one in loads]) for place, loads in found.items()}
    rows = [
        [
            words,
            connections,
            rate[name, connections],
            median([one.p50 for one in found[name, connections]]),
            median([one.p99 for one in found[name, connections]]),
            cpu[name, connections],
            rate["here", connections] / rate[name, connections],
        ]
        for name, words in SERVERS.items()
        for connections in (1, 8)
    ]
    print_table(
        "tools/call get_notebook (ten blocks) over loopback HTTP, one server process, median of the rounds",
        ["server", "connections", "calls/s", "p50 ms", "p99 ms", "CPU ms/call", "this server is ×"],
        rows,
    )
    print(
        f"\nKey, role, limits and audit cost {cpu['here', 8] - cpu['bare', 8]:.2f} ms a call (goal: at most 1)."
    )
    for name, goal in (("sdk", 2), ("text", 2), ("trivial", 0.7)):
        times = rate["here", 8] / rate[name, 8]
        print(
            f"{times:.1f} × the calls a second of {SERVERS[name]} (goal: {goal}); {cpu[name, 8] / cpu['here', 8]:.1f} × by processor time."
        )
    return 0


def prepare(data: Path) -> tuple[str, str]:
    """The demo workspace, a viewer's key, and the id of its notebook Monthly KPIs."""
    from sqlalchemy import select

    from workspace.access import keys
    from workspace.demo.seed import seed_if_empty
    from workspace.domain import Role
    from workspace.opening import open_store
    from workspace.store.schema import Notebook

    workspace = open_store(data)
    seed_if_empty(workspace)
    key = keys.create(workspace.services, Role.viewer, "benchmark").clear
    with workspace.reading() as connection:
        notebook = connection.scalar(select(Notebook.id).where(Notebook.name == "Monthly KPIs"))
    workspace.close()
    assert notebook is not None
    return key, notebook


def body(tool: str, arguments: dict[str, Any]) -> bytes:
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    }
    return json.dumps(message).encode()


def http(content: bytes, key: str) -> bytes:
    head = (
        "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Type: application/json\r\n"
        f"Accept: application/json, text/event-stream\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def load(port: int, server: psutil.Process, message: bytes, connections: int, seconds: float) -> Load:
    """Requests one after the other on each connection, kept open; fails on any answer but 200 without an error."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < end:
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            answer = await reader.readexactly(length)
            times.append(time.perf_counter() - began)
            assert b'"isError":true' not in answer, answer
            assert b'"result"' in answer, answer
        writer.close()

    began, spent = time.perf_counter(), processor(server)
    await asyncio.gather(*(one() for _ in range(connections)))
    took = time.perf_counter() - began
    cpu = (processor(server) - spent) / len(times) * 1000
    return Load(len(times) / took, quantile(times, 0.5) * 1000, quantile(times, 0.99) * 1000, cpu)


def processor(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


@asynccontextmanager
async def server(name: str, data: Path) -> AsyncIterator[tuple[int, psutil.Process]]:
    """One of the servers in a process of its own; gives its port and the process."""
    command = [sys.executable, "-m", "benchmarks.http_throughput", "--serve", name, "--data", str(data)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = await process.stdout.readline()
        yield int(line), psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()


def serve(name: str, data: Path) -> None:
    import socket

    import uvicorn

    from workspace.server.connections import protocol

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    app = application(name, data)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, http=protocol(), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def application(name: str, data: Path) -> Any:
    from workspace.opening import open_store
    from workspace.server.settings import Settings

    workspace = open_store(data)
    if name == "here":
        from workspace.server.app import create_app

        return create_app(workspace, Settings("http://127.0.0.1", calls_per_minute=10_000_000))
    return without_checks(workspace) if name == "bare" else sdk(workspace)


def without_checks(workspace: Any) -> Any:
    from starlette.applications import Starlette
    from starlette.routing import Route

    from workspace.domain import Role, local_caller
    from workspace.protocol import Answer, Core, Offer
    from workspace.protocol.http import Endpoint
    from workspace.tools.registry import TOOLS

    tool, caller = TOOLS["get_notebook"], local_caller(Role.viewer)

    async def call(visit: None, arguments: Any) -> Answer:
        return Answer(await tool.call(workspace, caller, arguments))

    core = Core([Offer(tool.name, tool.description, tool.input_schema, call)], "bare", "1")
    return Starlette(routes=[Route("/mcp", endpoint=Endpoint(core, lambda headers, scope: None))])


def sdk(workspace: Any) -> Any:
    from mcp.server.fastmcp import FastMCP

    from workspace.contract.blocks import GetNotebookArguments, GetNotebookResult
    from workspace.domain import Role, local_caller
    from workspace.tools.registry import TOOLS

    tool, caller = TOOLS["get_notebook"], local_caller(Role.viewer)
    offered = FastMCP("sdk", stateless_http=True, json_response=True, log_level="WARNING")

    @offered.tool()
    async def get_notebook(notebookId: str) -> GetNotebookResult:  # noqa: N803 - the wire's name
        result = await tool.run(workspace, caller, GetNotebookArguments(notebook_id=notebookId))
        assert isinstance(result, GetNotebookResult)
        return result

    @offered.tool(structured_output=False)
    async def get_text(notebookId: str) -> str:  # noqa: N803
        return (await tool.call(workspace, caller, {"notebookId": notebookId})).decode()

    @offered.tool()
    def echo(text: str) -> str:
        return text

    return offered.streamable_http_app()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
