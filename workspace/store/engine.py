"""The engine: SQLite with a write-ahead log, or PostgreSQL. One `reading()` or `writing()` block is one transaction."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, literal
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from workspace.errors import StoreUnavailable, StoreUnusable
from workspace.store.schema import UtcDateTime

BUSY_SECONDS = 30
"""How long a writer waits for another process's transaction on SQLite."""

_dumps = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


def _loads(text: str | bytes) -> Any:
    try:
        return from_json(text)
    except ValueError:  # nested deeper than the fast reader goes
        return json.loads(text)


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://…`, not migrated. Raises StoreUnusable for anything else."""
    try:
        parsed = make_url(url)
    except ArgumentError as wrong:
        raise StoreUnusable("The database address is not a URL. Give postgresql://USER@HOST/NAME.") from wrong
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            json_serializer=_dumps,
            json_deserializer=_loads,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        try:
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                json_serializer=_dumps,
                json_deserializer=_loads,
                pool_pre_ping=True,
                pool_size=10,
            )
        except ImportError as missing:
            raise StoreUnusable(
                "PostgreSQL needs its driver: pip install 'deepnote-workflows[postgres]'."
            ) from missing
    raise StoreUnusable(f"A workspace is kept in SQLite or PostgreSQL, not in {parsed.get_backend_name()}.")


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own guesses at BEGIN would take the write lock too late
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # takes no lock and cannot fail, so it needs nobody to put a failure into words
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the workspace and changes none."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that changes the workspace, whole or not at all. On SQLite it waits for the one write lock first."""
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            yield connection


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """A database that is full, locked or gone is said in a sentence; the transaction was taken back."""
    try:
        yield
    except OperationalError as failed:
        raise unavailable(engine, failed.orig) from failed


def unavailable(engine: Engine, said: BaseException | None) -> StoreUnavailable:
    """What the driver said, as an answer to a call; without the password of the address."""
    address = engine.url.render_as_string(hide_password=True)
    why = str(said).strip().partition("\n")[0]
    return StoreUnavailable(
        f"The database {address} cannot be used now: {why}. Nothing was changed; try again when that is mended.",
        status=503,
    )


def check_reachable(engine: Engine) -> None:
    """Raises StoreUnusable, without the password of the address, when nothing answers."""
    try:
        with engine.connect():
            pass
    except DatabaseError as failed:
        address = engine.url.render_as_string(hide_password=True)
        raise StoreUnusable(
            f"The database {address} cannot be opened: {str(failed.orig).strip().partition(chr(10))[0]}"
        ) from failed


def moment_key(moment: datetime) -> str:
    """A stored time as it goes into a page token."""
    return moment.isoformat()


def moment_of(key: str) -> ColumnElement[datetime]:
    """The time from a page token, to compare a column with."""
    return literal(datetime.fromisoformat(key), UtcDateTime)
