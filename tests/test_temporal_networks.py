"""Two workers, each in a network of its own, share one server's runs through a real Temporal server and PostgreSQL."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
import yaml
from sqlalchemy import make_url
from test_temporal import notebook, until

from benchmarks.serving import Client, Server
from workspace.access import keys
from workspace.domain import Role, local_caller
from workspace.opening import open_store
from workspace.runs.snapshots import SUFFIX
from workspace.tools.runs import start_run, stop_run

pytestmark = [pytest.mark.anyio, pytest.mark.server]
ME = local_caller()
HERE = """import os
print(os.readlink('/proc/self/ns/net'))"""
WAIT = """import os, time
while not os.path.exists({file!r}): time.sleep(0.05)"""


class Network(NamedTuple):
    """A namespace that reaches this machine at `gateway`, and nothing else."""

    name: str
    gateway: str


@pytest.fixture
def networks() -> Iterator[list[Network]]:
    if shutil.which("ip") is None:
        pytest.skip("network namespaces need iproute2")
    made = [
        Network(f"dnw{os.getpid()}{letter}", f"10.213.{os.getpid() % 250}.{number}")
        for letter, number in (("a", 1), ("b", 5))
    ]
    try:
        for name, gateway in made:
            inside = f"{gateway.rpartition('.')[0]}.{int(gateway.rpartition('.')[2]) + 1}"
            for command in (
                f"netns add {name}",
                f"link add {name}h type veth peer name {name}n netns {name}",
                f"addr add {gateway}/30 dev {name}h",
                f"link set {name}h up",
                f"-n {name} addr add {inside}/30 dev {name}n",
                f"-n {name} link set {name}n up",
                f"-n {name} link set lo up",
            ):
                done = subprocess.run(["ip", *command.split()], capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    pytest.skip(f"network namespaces cannot be made here: {done.stderr.strip()}")
        yield made
    finally:
        for network in made:
            subprocess.run(["ip", "netns", "delete", network.name], capture_output=True, check=False)


@contextlib.asynccontextmanager
async def reachable(address: str, port: int) -> AsyncIterator[int]:
    """A port of that address of this machine that leads to 127.0.0.1:port."""

    open_ends: list[asyncio.StreamWriter] = []
    leading: list[asyncio.Task[object]] = []

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.append(writer)
        with contextlib.suppress(OSError):
            while part := await reader.read(65_536):
                writer.write(part)
                await writer.drain()
        writer.close()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        leading.append(asyncio.current_task())  # type: ignore[arg-type]
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, back), copy(there, writer))

    relay = await asyncio.start_server(lead, address)
    try:
        yield int(relay.sockets[0].getsockname()[1])
    finally:
        relay.close()
        for end in open_ends:
            end.close()
        await asyncio.gather(*(end.wait_closed() for end in open_ends), *leading, return_exceptions=True)


@contextlib.asynccontextmanager
async def worker(
    network: Network, data: Path, database: str, engine: str
) -> AsyncIterator["subprocess.Popen[bytes]"]:
    """One run at a time, in that network."""
    url = make_url(database)
    async with (
        reachable(network.gateway, url.port or 5432) as store,
        reachable(network.gateway, int(engine.rpartition(":")[2])) as temporal,
    ):
        command = ["ip", "netns", "exec", network.name, sys.executable, "-m", "workspace", "worker"]
        command += ["--data", str(data), "--sandbox", "limits", "--warm", "0", "--lease", "3", "--slots", "1"]
        command += ["--engine", f"temporal://{network.gateway}:{temporal}", "--database"]
        command += [url.set(host=network.gateway, port=store).render_as_string(hide_password=False)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)


def network_of(process: "subprocess.Popen[bytes]") -> str:
    return str(Path(f"/proc/{process.pid}/ns/net").readlink())


def printed(run: dict[str, Any]) -> str:
    text: str = run["snapshotBlocks"][0]["outputs"][0]["text"]
    return text.strip()


async def carried_out_in(client: Client, run_id: str) -> str:
    """The network that the run is carried out in, as the snapshot's first block tells it."""
    answer = await client.call("get_run", runId=run_id, snapshotDelivery="blocks")
    return printed(answer["run"])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_two_workers_in_two_networks_share_the_runs_of_one_server(
    tmp_path: Path, database: str, engine: str, networks: list[Network]
) -> None:
    data, go = tmp_path / "data", tmp_path / "go"
    world = open_store(data, database=database)
    key = keys.create(world.services, Role.editor, "test").clear
    server = Server(data, database, ["--no-worker", "--no-pages"])
    try:
        server.start()
        client = Client(server.port, key)
        targets = [await notebook(world, HERE, WAIT.format(file=str(go))) for _ in range(2)]
        async with (
            worker(networks[0], data, database, engine) as first,
            worker(networks[1], data, database, engine) as second,
        ):
            again = start_run(world, ME, targets[0], {}, policy="retry")
            stopped = (await client.call("create_run", notebookId=targets[1]))["runId"]
            for run_id in (again, stopped):  # each worker has room for one
                await until(world, run_id, "running", blocks=1)
            stop_run(world, ME, stopped)
            assert (await until(world, stopped))["status"] == "stopped"
            assert (await until(world, again, "running"))["progress"]["blocksDone"] == 1
            stopped_in = await carried_out_in(client, stopped)
            busy, free = (first, second) if network_of(second) == stopped_in else (second, first)
            assert stopped_in == network_of(free) != network_of(busy)
            kernels = psutil.Process(busy.pid).children(recursive=True)
            busy.kill()
            psutil.wait_procs([psutil.Process(busy.pid), *kernels], 10)
            go.touch()
            assert (await until(world, again))["status"] == "success"
            assert await carried_out_in(client, again) == network_of(free)
        client.close()
        for run_id, outputs in ((again, 1), (stopped, 1)):
            snapshot = yaml.safe_load((data / "snapshots" / f"{run_id}{SUFFIX}").read_text())
            blocks = snapshot["project"]["notebooks"][0]["blocks"]
            assert sum(bool(block.get("outputs")) for block in blocks) == outputs
    finally:
        server.stop()
        world.close()
