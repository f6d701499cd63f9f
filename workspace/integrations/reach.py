"""An open connection to an integration, for reading its structure: which tables there are, and answers to SQL, in bounded time."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from workspace.errors import SettingsWrong
from workspace.integrations.kinds import CONNECT_SECONDS, Kind
from workspace.runs.document import RunConnection

STATEMENT_SECONDS = 20.0
"""The longest that one statement may take."""
NOT_THE_USERS = frozenset(
    {
        "information_schema",
        "pg_catalog",
        "pg_toast",
        "mysql",
        "performance_schema",
        "sys",
        "INFORMATION_SCHEMA",
    }
)
Row = Sequence[Any]


class TooSlow(Exception):
    """A statement was ended because its time was up, or the database refused it."""


@dataclass(frozen=True)
class Found:
    """A table or view, not yet looked into."""

    name: str
    schema: str | None
    database: str | None
    quoted: str
    """As SQL names it."""
    columns: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """Names and native types."""
    comment: str | None = None


@dataclass(frozen=True)
class Opened:
    tables: Callable[[], list[Found]]
    ask: Callable[[str], list[Row]]
    """Raises TooSlow."""
    quote: Callable[[str], str]


@contextmanager
def opened(connection: RunConnection, kind: Kind, seconds: float = STATEMENT_SECONDS) -> Iterator[Opened]:
    """`seconds` is the longest one statement may take. Raises SettingsWrong with what the database said, without credentials."""
    with (
        _duckdb(connection, seconds)
        if connection.kind == "duckdb"
        else _sqlalchemy(connection, kind, seconds)
    ) as one:
        yield one


@contextmanager
def _sqlalchemy(connection: RunConnection, kind: Kind, seconds: float) -> Iterator[Opened]:
    from sqlalchemy import create_engine, inspect, text
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

    params = dict(connection.params)
    if connection.url.startswith("mysql+pymysql:"):  # which waits without end for a server that says nothing
        silent = {"read_timeout": seconds + CONNECT_SECONDS}
        params["connect_args"] = {**silent, **params.get("connect_args", {})}
    try:
        engine = create_engine(connection.url, isolation_level="AUTOCOMMIT", **params)
    except (NoSuchModuleError, ModuleNotFoundError) as missing:
        words = f"pip install {kind.package}" if kind.package else "install its SQLAlchemy dialect"
        raise SettingsWrong(f"{kind.title} needs a package that is not installed: {words}.") from missing
    except (SQLAlchemyError, TypeError) as wrong:
        raise SettingsWrong(
            f"{kind.title} cannot be opened: {_first_line(wrong, connection.secrets)}"
        ) from None
    try:
        with engine.connect() as live:
            for line in connection.setup:
                live.exec_driver_sql(line)
            for line in _limits(engine.dialect.name, getattr(engine.dialect, "is_mariadb", False), seconds):
                live.exec_driver_sql(line)
            raw: Any = live.connection.dbapi_connection

            def ask(sql: str) -> list[Row]:
                stop = getattr(raw, "interrupt", None)
                with _ended_after(seconds, stop):
                    try:
                        return [tuple(row) for row in live.execute(text(sql.replace(":", "\\:")))]
                    except SQLAlchemyError as failed:
                        raise TooSlow(_first_line(failed, connection.secrets)) from None

            yield Opened(
                lambda: _inspected(inspect(live), engine), ask, engine.dialect.identifier_preparer.quote
            )
    except SQLAlchemyError as failed:
        raise SettingsWrong(
            f"The database did not answer: {_first_line(failed, connection.secrets)}"
        ) from None
    finally:
        engine.dispose()


def _limits(dialect: str, mariadb: bool, seconds: float) -> Sequence[str]:
    if dialect == "postgresql":
        return (f"SET statement_timeout = {int(seconds * 1000)}",)
    if mariadb:
        return (f"SET SESSION max_statement_time = {seconds}",)
    return (f"SET SESSION max_execution_time = {int(seconds * 1000)}",) if dialect == "mysql" else ()


def _inspected(inspector: Any, engine: Any) -> list[Found]:
    quote = engine.dialect.identifier_preparer.quote
    if engine.dialect.name == "sqlite":
        schemas: list[str | None] = [None]
    elif engine.dialect.name == "mysql" and engine.url.database:
        schemas = [engine.url.database]
    else:
        schemas = [name for name in inspector.get_schema_names() if name not in NOT_THE_USERS]
    return [
        Found(
            name=name,
            schema=schema,
            database=None if engine.dialect.name in ("sqlite", "mysql") else engine.url.database,
            quoted=".".join(quote(part) for part in (schema, name) if part),
            columns=[
                (str(one["name"]), _type(one["type"])) for one in inspector.get_columns(name, schema=schema)
            ],
            comment=_comment(inspector, name, schema),
        )
        for schema in schemas
        for name in sorted(
            [*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)]
        )
    ]


def _type(kind: Any) -> str:
    from sqlalchemy.types import NullType

    return "" if isinstance(kind, NullType) else str(kind)


def _comment(inspector: Any, name: str, schema: str | None) -> str | None:
    from sqlalchemy.exc import NoSuchTableError

    try:
        return inspector.get_table_comment(name, schema=schema).get("text") or None
    except (NotImplementedError, NoSuchTableError):  # a dialect without comments, or a view
        return None


@contextmanager
def _duckdb(connection: RunConnection, seconds: float) -> Iterator[Opened]:
    import duckdb

    path = connection.url.removeprefix("duckdb:///")
    try:
        with duckdb.connect(path, read_only=path != ":memory:") as database:
            for line in connection.setup:
                database.execute(line)

            def ask(sql: str) -> list[Row]:
                with _ended_after(seconds, database.interrupt):
                    try:
                        return list(database.execute(sql).fetchall())
                    except duckdb.Error as failed:
                        raise TooSlow(str(failed).splitlines()[0]) from None

            yield Opened(lambda: _duckdb_tables(ask), ask, _quoted)
    except duckdb.Error as failed:
        raise SettingsWrong(f"The database did not answer: {str(failed).splitlines()[0]}") from None


def _duckdb_tables(ask: Callable[[str], list[Row]]) -> list[Found]:
    columns: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for catalog, schema, table, column, kind in ask(
        "SELECT table_catalog, table_schema, table_name, column_name, data_type "
        "FROM information_schema.columns ORDER BY table_schema, table_name, ordinal_position"
    ):
        columns.setdefault((catalog, schema, table), []).append((column, kind))
    return [
        Found(name, schema, catalog, f"{_quoted(schema)}.{_quoted(name)}", found)
        for (catalog, schema, name), found in columns.items()
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _ended_after(seconds: float, stop: Callable[[], Any] | None) -> Iterator[None]:
    """Databases in this process have no timeout of their own; theirs is a thread that interrupts them."""
    if stop is None:
        yield
        return
    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _first_line(failed: BaseException, secrets: Sequence[str]) -> str:
    words = (str(getattr(failed, "orig", None) or failed).strip().splitlines() or ["no reason given"])[0]
    for secret in secrets:
        words = words.replace(secret, "…")
    return words
