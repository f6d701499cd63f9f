"""A served workspace in processes of its own, for the benchmarks that load it, kill it or wait for it; and a client that costs little."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import create_engine, text

START_SECONDS = 60.0
ANSWER_SECONDS = 60.0
IDLE_SECONDS = 2.0
"""A connection that was not used for longer is opened anew; the server closes it soon."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database on that server, dropped afterwards."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def await_port(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Returns when something listens there; ends the benchmark if the process ends or START_SECONDS pass."""
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.002)
    raise SystemExit(f"nothing listens on port {port} after {START_SECONDS:.0f} s")


@dataclass
class Server:
    """`python -m workspace serve` on one port, which stays the same from start to start."""

    data: Path
    database: str | None = None
    options: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> float:
        """Seconds from starting the process until its port takes connections."""
        command = [sys.executable, "-m", "workspace", "serve", "--port", str(self.port)]
        command += ["--data", str(self.data), *self.options]
        if self.database is not None:
            command += ["--database", self.database]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        await_port(self.process, self.port)
        return time.perf_counter() - began

    def workers(self) -> list[psutil.Process]:
        """The run workers that this server keeps."""
        if self.process is None:
            return []
        with suppress(psutil.Error):
            beside = psutil.Process(self.process.pid).children()
            return [one for one in beside if "worker" in one.cmdline()]
        return []

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def worker(data: Path, database: str | None, *options: str) -> Iterator[psutil.Process]:
    """A run worker that no server keeps."""
    command = [sys.executable, "-m", "workspace", "worker", "--data", str(data), *options]
    if database is not None:
        command += ["--database", database]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        process.stderr.readline()  # it says that it is there
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def resident(processes: Sequence[psutil.Process]) -> int:
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            total += process.memory_info().rss
    return total


class Refused(Exception):
    """The tool refused, or the server answered with an error; the message is what it said."""


class Broken(Exception):
    """The connection ended before the answer: nobody knows whether the call was carried out."""


class Away(Broken):
    """Nobody listens, so nothing was sent."""


class Client:
    """One connection that is kept open, and one key."""

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self._key = key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The tool's structured result. Raises Refused or Broken."""
        params = {"name": tool, "arguments": arguments}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, content = await self._post(body)
        except TimeoutError:
            raise Refused(f"{tool}: no answer within {ANSWER_SECONDS:.0f} s") from None
        except (OSError, asyncio.IncompleteReadError) as gone:
            self.close()
            raise Broken(f"{tool}: {type(gone).__name__}") from None
        answer = json.loads(content) if content else {}
        result = answer.get("result")
        if status != 200 or result is None or result["isError"]:
            words = result["content"][0]["text"] if result else answer.get("error") or answer
            raise Refused(f"{tool} {status}: {words}")
        structured: dict[str, Any] = result["structuredContent"]
        return structured

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        if time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._streams is None:
            try:
                self._streams = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError as nobody:
                raise Away(f"nothing listens on port {self.port}") from nobody
        reader, writer = self._streams
        head = (
            f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json, text/event-stream\r\nAuthorization: Bearer {self._key}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answered.partition(b"content-length:")[2].split(b"\r\n")[0])
        self._used = time.monotonic()
        return int(answered.split(b" ", 2)[1]), await reader.readexactly(length)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def kernels_of(workers: set[int]) -> list[psutil.Process]:
    """Kernels that these workers, living or not, have started and that still run."""
    marks = {f"JPY_PARENT_PID={pid}".encode() for pid in workers}
    found = []
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):
            environment = (Path("/proc") / str(process.pid) / "environ").read_bytes().split(b"\0")
            if marks.intersection(environment) and process.pid != os.getpid():
                found.append(process)
    return found
