"""SQL blocks: the query's `{{ … }}` become bound parameters, its result a DataFrame, read in bounded memory."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .parameters import SqlError, Statement, bind
from .read_only import begin, check_duckdb, first_word, lock_duckdb
from .rows import frame_of

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import sqlalchemy

__all__ = ["SqlError", "connect", "run_sql"]

PREVIEW_LIMIT = 100
"""Rows kept for a block whose return type is `query_preview`."""
CHUNK_ROWS = 20_000
METADATA_MIME = "application/vnd.deepnote.sql-output-metadata+json"

_connections: dict[str, dict[str, Any]] = {}
_engines: dict[str, sqlalchemy.Engine] = {}
_memory: list[duckdb.DuckDBPyConnection] = []


def connect(connections: dict[str, dict[str, Any]]) -> None:
    """Gives this run its integrations: id → url, params, kind, read_only, setup."""
    _connections.update(connections)


def run_sql(query: str, integration: str | None, returns: str = "dataframe") -> pd.DataFrame | None:
    """Runs one SQL block; None for a statement that returns no rows."""
    from IPython import get_ipython

    names: dict[str, Any] = get_ipython().user_ns
    limit = PREVIEW_LIMIT if returns == "query_preview" else None
    if integration is None:
        frame, compiled = _over_variables(query, names, limit)
    else:
        frame, compiled = ask(integration, query, names, limit)
        _tell(frame, compiled, returns, integration)
    if frame is not None and limit is not None:
        frame.attrs["deepnote_type"] = "query_preview"
    return frame


def ask(
    integration: str, query: str, names: dict[str, Any], limit: int | None = None
) -> tuple[pd.DataFrame | None, str]:
    """The answer of an integration, and the statement that it was asked with."""
    connection = _connections[integration]
    runner = _duckdb_file if connection["kind"] == "duckdb" else _through_sqlalchemy
    return runner(integration, connection, query, names, limit)


def _tell(frame: pd.DataFrame | None, compiled: str, returns: str, integration: str) -> None:
    from IPython.display import display

    size = 0 if frame is None else int(frame.memory_usage(index=True).sum())
    about = {
        "status": "success_no_cache",
        "size_in_bytes": size,
        "compiled_query": compiled,
        "variable_type": returns,
        "integration_id": integration,
    }
    display({METADATA_MIME: about}, raw=True)  # type: ignore[no-untyped-call]


def _over_variables(query: str, names: dict[str, Any], limit: int | None) -> tuple[pd.DataFrame | None, str]:
    """The notebook's own DataFrames are the tables."""
    import duckdb

    if not _memory:
        _memory.append(duckdb.connect())
    (memory,) = _memory
    statement = bind(query, names, "qmark")
    for word in dict.fromkeys(re.findall(r"[^\W\d]\w*", query)):
        if type(names.get(word)).__module__.split(".")[0] in ("pandas", "polars", "pyarrow"):
            memory.register(word, names[word])
    return _fetch_duckdb(memory, statement, limit), statement.text


def _duckdb_file(
    integration: str, connection: dict[str, Any], query: str, names: dict[str, Any], limit: int | None
) -> tuple[pd.DataFrame | None, str]:
    import duckdb

    path = connection["url"].removeprefix("duckdb://").removeprefix("/") or ":memory:"
    read_only = bool(connection.get("read_only"))
    statement = bind(query, names, "qmark")
    if read_only:
        check_duckdb(statement.text)
    config = {
        "temp_directory": str(Path(tempfile.gettempdir()) / "duckdb"),
        **(connection.get("params") or {}),
    }
    with duckdb.connect(path, read_only=read_only and path != ":memory:", config=config) as database:
        for line in connection.get("setup") or ():
            database.execute(line)
        if read_only:
            lock_duckdb(database, connection.get("reads") or ())
        return _fetch_duckdb(database, statement, limit), statement.text


def _fetch_duckdb(
    database: duckdb.DuckDBPyConnection, statement: Statement, limit: int | None
) -> pd.DataFrame | None:
    result = database.execute(statement.text, statement.values or None)
    if result.description is None or _is_only_a_count(statement.text, result.description):
        return None
    return result.df() if limit is None else result.fetch_df_chunk(1).head(limit)


def _is_only_a_count(text: str, description: list[Any]) -> bool:
    """DuckDB answers every changing statement with one `Count` column."""
    reads = ("SELECT", "WITH", "FROM", "VALUES", "DESCRIBE", "SHOW", "PRAGMA", "EXPLAIN", "SUMMARIZE", "CALL")
    names = [column[0] for column in description]
    return first_word(text) not in (*reads, "TABLE", "PIVOT", "UNPIVOT") and names in (
        ["Count"],
        ["Success"],
        [],
    )


def _can_stream(text: str) -> bool:
    """Only a pure query can be given to a server-side cursor; in doubt it is not."""
    changes = re.search(r"\b(insert|update|delete|merge|into)\b", text, re.IGNORECASE)
    return changes is None and first_word(text) in ("SELECT", "WITH", "VALUES", "TABLE")


def _through_sqlalchemy(
    integration: str, connection: dict[str, Any], query: str, names: dict[str, Any], limit: int | None
) -> tuple[pd.DataFrame | None, str]:
    import sqlalchemy

    engine = _engines.get(integration)
    if engine is None:
        engine = sqlalchemy.create_engine(connection["url"], **dict(connection.get("params") or {}))
        _engines[integration] = engine
    statement = bind(query, names, engine.dialect.paramstyle)
    with engine.connect() as opened:
        for line in connection.get("setup") or ():
            opened.exec_driver_sql(line)
        read_only = bool(connection.get("read_only"))
        cursor = read_only and begin(opened, statement.text)
        streamed = opened.execution_options(
            stream_results=cursor or _can_stream(statement.text),
            max_row_buffer=CHUNK_ROWS,
            no_parameters=True,
        )
        result = streamed.exec_driver_sql(statement.text, statement.arguments())
        frame = _fetch_rows(result, limit) if result.returns_rows else None
        if (
            not read_only
        ):  # otherwise the end is a rollback, and takes along what a query changed of the session
            opened.commit()
    return frame, statement.text


def _fetch_rows(result: sqlalchemy.CursorResult[Any], limit: int | None) -> pd.DataFrame:
    if limit is not None:
        return frame_of(list(result.keys()), [result.fetchmany(limit)])
    return frame_of(list(result.keys()), iter(lambda: result.fetchmany(CHUNK_ROWS), []))
