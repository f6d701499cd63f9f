"""Reading an integration's tables: names, columns, native types, row counts, and what each column holds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.integrations import book
from workspace.integrations.kinds import KINDS, Kind
from workspace.runs.document import RunConnection

MOST_VALUES = 50
MOST_TABLES = 500
SAMPLED_ABOVE = 5_000_000
"""Rows from which on a table's columns are not profiled: the refresh has to stay quick."""

Row = tuple[Any, ...]


Asking = Callable[[str], Sequence[Row]]
"""One open connection that answers SQL."""


def refresh(workspace: Workspace, integration_id: str, type: str) -> int:
    """Read the structure anew and keep it with the time; the number of tables. Raises SettingsWrong."""
    connection = _connection(workspace, integration_id, type)
    with _opened(connection, KINDS[type]) as (tables, ask):
        found = [_table(ask, table) for table in tables[:MOST_TABLES]]
    book.keep_structure(workspace, integration_id, {"tables": found, "truncated": len(tables) > MOST_TABLES})
    return len(found)


def test(workspace: Workspace, integration_id: str, type: str) -> None:
    """Connect once and ask for one. Raises SettingsWrong with what the database said, without credentials."""
    with _opened(_connection(workspace, integration_id, type), KINDS[type]) as (_tables, ask):
        ask("SELECT 1")


def _connection(workspace: Workspace, integration_id: str, type: str) -> RunConnection:
    held = book.secret_of(workspace, integration_id)
    if held is None:
        raise SettingsWrong(
            "This integration has a name only and no connection. Remove it and add it with one."
        )
    return book.run_connection(KINDS[type], held, read_only=True)


@contextmanager
def _opened(connection: RunConnection, kind: Kind) -> Iterator[tuple[list[dict[str, Any]], Asking]]:
    if connection.kind == "duckdb":
        with _duckdb(connection) as opened:
            yield opened
        return
    from sqlalchemy import create_engine, event, inspect, text
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

    try:
        engine = create_engine(connection.url, **dict(connection.params))
    except (NoSuchModuleError, ModuleNotFoundError) as missing:
        raise SettingsWrong(
            f"{kind.title} needs a package that is not installed: pip install {kind.package}."
        ) from missing

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        cursor = raw.cursor()
        for line in connection.setup:
            cursor.execute(line)
        cursor.close()

    try:
        with engine.connect() as live:
            inspector = inspect(live)
            own = {"information_schema", "pg_catalog", "pg_toast", "mysql", "performance_schema", "sys"}
            schemas = (
                [None]
                if kind.type == "sqlite"
                else [one for one in inspector.get_schema_names() if one not in own]
            )
            tables: list[dict[str, Any]] = [
                {
                    "name": name,
                    "schema": schema,
                    "database": None if kind.type == "sqlite" else engine.url.database,
                    "columns": [
                        (str(column["name"]), str(column["type"]))
                        for column in inspector.get_columns(name, schema=schema)
                    ],
                    "quoted": ".".join(
                        engine.dialect.identifier_preparer.quote(part) for part in (schema, name) if part
                    ),
                    "quote": engine.dialect.identifier_preparer.quote,
                }
                for schema in schemas
                for name in [
                    *inspector.get_table_names(schema=schema),
                    *inspector.get_view_names(schema=schema),
                ]
            ]
            yield tables, lambda sql: [tuple(row) for row in live.execute(text(sql))]
    except SQLAlchemyError as failed:
        words = str(getattr(failed, "orig", failed)).strip().splitlines()[0]
        for secret in connection.secrets:
            words = words.replace(secret, "…")
        raise SettingsWrong(f"The database did not answer: {words}") from None
    finally:
        engine.dispose()


@contextmanager
def _duckdb(connection: RunConnection) -> Iterator[tuple[list[dict[str, Any]], Asking]]:
    import duckdb

    path = connection.url.removeprefix("duckdb:///")
    try:
        with duckdb.connect(path, read_only=path != ":memory:") as database:
            for line in connection.setup:
                database.execute(line)
            rows = database.execute(
                "SELECT table_catalog, table_schema, table_name FROM information_schema.tables ORDER BY 2, 3"
            ).fetchall()
            yield (
                [
                    {
                        "name": name,
                        "schema": schema,
                        "database": catalog,
                        "columns": [
                            (column[0], column[1])
                            for column in database.execute(
                                "SELECT column_name, data_type FROM information_schema.columns "
                                "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
                                [schema, name],
                            ).fetchall()
                        ],
                        "quoted": f'"{schema}"."{name}"',
                        "quote": lambda word: '"' + word.replace('"', '""') + '"',
                    }
                    for catalog, schema, name in rows
                ],
                lambda sql: database.execute(sql).fetchall(),
            )
    except duckdb.Error as failed:
        raise SettingsWrong(f"The database did not answer: {str(failed).splitlines()[0]}") from None


def _table(ask: Asking, table: dict[str, Any]) -> dict[str, Any]:
    count = int(ask(f"SELECT count(*) FROM {table['quoted']}")[0][0])
    profiled = 0 < count <= SAMPLED_ABOVE
    columns = [
        {
            "name": name,
            "type": kind,
            "profile": _profile(ask, table["quoted"], table["quote"](name), kind) if profiled else None,
        }
        for name, kind in table["columns"]
    ]
    named = {key: table[key] for key in ("name", "schema", "database")}
    return {**named, "rowCount": count, "comment": None, "columns": columns}


def _profile(ask: Asking, table: str, column: str, kind: str) -> dict[str, Any] | None:
    if any(word in kind.upper() for word in ("JSON", "BLOB", "BYTEA", "STRUCT", "MAP", "[]", "ARRAY", "XML")):
        return None
    low, high, distinct, filled, rows = ask(
        f"SELECT min({column}), max({column}), count(DISTINCT {column}), count({column}), count(*) FROM {table}"
    )[0]
    profile = {
        "min": _plain(low),
        "max": _plain(high),
        "distinctCount": int(distinct),
        "nullCount": int(rows) - int(filled),
    }
    if 0 < distinct <= MOST_VALUES:
        values = ask(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {column}")
        profile["values"] = [_plain(value[0]) for value in values]
    return profile


def _plain(value: Any) -> Any:
    """A value as JSON carries it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
