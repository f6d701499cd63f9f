"""Read-only integrations: one statement that reads, inside a transaction or a database that cannot be written.

What a person's SQL says is never trusted to keep the rule. Each database holds it by itself: PostgreSQL by a cursor in a READ ONLY
transaction, MySQL by a READ ONLY transaction, SQLite by its authorizer, DuckDB by its own parser and with every other file out of
reach. The words are looked at first only so that a refusal says what to change; for databases without such means they are all
there is, and then what cannot be read with certainty is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .parameters import SqlError

if TYPE_CHECKING:
    import duckdb
    import sqlalchemy

READS = frozenset(
    {"SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "FROM", "SUMMARIZE", "PIVOT"}
    | {"UNPIVOT", "PRAGMA"}
)
"""First words of statements that read. A database may know fewer of them."""
_SHOWS = re.compile(r"\s*(SHOW|EXPLAIN)\b", re.IGNORECASE)
_REACHES_OUT = re.compile(
    r"\b(dblink\w*|lo_(?:export|import)|pg_(?:file_\w+|read_\w*file|stat_file|ls_\w*dir|reload_conf|rotate_logfile|promote|notify"
    r"|(?:terminate|cancel)_backend|stat_reset\w*|stat_statements_reset|switch_wal|create_restore_point|logical_emit_message"
    r"|\w*replication_\w+|backup_(?:start|stop)|wal_replay_\w+|log_backend_\w+))\b|(\bU&)\"",
    re.IGNORECASE,
)
"""Functions of PostgreSQL that reach past the transaction: to files, other connections and the server itself; and names in
escapes, which would hide them. The word is enough: what may stand between it and its bracket is too much to look through."""
_MYSQL_WRITES = re.compile(r"(/\*M?!)|\b(OUTFILE|DUMPFILE|LOAD_FILE|sys_exec|sys_eval)\b", re.IGNORECASE)
"""Comments that MySQL runs, files that it reads and writes beside every transaction, and programs."""
_EXPLAINED = re.compile(r"\s*EXPLAIN\s*(?:ANALYZE\b|\([^()]*\))?", re.IGNORECASE)
_MULTI_STATEMENTS = 1 << 16
"""The flag of MySQL's protocol with which one text may hold several statements."""
_PRAGMAS = {
    *(
        "table_info",
        "table_xinfo",
        "table_list",
        "index_list",
        "index_info",
        "index_xinfo",
        "foreign_key_list",
    ),
    *("database_list", "collation_list", "function_list", "compile_options", "page_count"),
    *("user_version", "schema_version", "encoding", "page_size"),
}
_SETTABLE = {"user_version", "schema_version", "encoding", "page_size"}
_DIALECTS = {
    "clickhousedb": "clickhouse",
    "mssql": "tsql",
    "awsathena": "athena",
    "spanner+spanner": "bigquery",
    "spanner": "bigquery",
}
"""Dialects of SQLAlchemy that sqlglot calls otherwise."""


def first_word(text: str) -> str:
    """The statement's first word, behind comments and brackets, in capitals."""
    found = re.match(r"(?:\s|\(|--[^\n]*\n|#[^\n]*\n|/\*.*?\*/)*(\w+)", text, re.DOTALL)
    return found[1].upper() if found else ""


def _refusal(what: str) -> SqlError:
    return SqlError(
        f"{what}: the integration is read-only and takes one statement that reads, such as SELECT. "
        "Whoever keeps the integrations can add it again with --writable"
    )


def _check_words(text: str) -> None:
    if "\x00" in text:
        raise _refusal("The statement holds a NUL character")
    word = first_word(text)
    if word not in READS:
        raise _refusal(f"{word or 'A statement without a first word'} is refused")


def _check_single(text: str) -> None:
    """For drivers that would run several statements: no semicolon but a last one, wherever it stands."""
    if ";" in text.rstrip().removesuffix(";"):
        raise _refusal("A semicolon inside the statement is refused (a text that needs one can be bound)")


def begin(opened: sqlalchemy.Connection, text: str) -> bool:
    """Puts the connection where `text` can only read; whether it must go through a cursor of the server. Raises SqlError."""
    dialect = opened.dialect
    _check_words(text)
    if dialect.name == "sqlite":
        live: Any = opened.connection.dbapi_connection
        live.set_authorizer(_authorised)
        return False
    if dialect.name == "postgresql":
        return _begin_postgresql(opened, text)
    if dialect.name in ("mysql", "mariadb"):
        _begin_mysql(opened, text)
        return False
    _check_single(text)
    check_parsed(text, _DIALECTS.get(dialect.name, dialect.name))
    return False


def _begin_postgresql(opened: sqlalchemy.Connection, text: str) -> bool:
    """A cursor takes queries only, by the server's own grammar, and psycopg sends it as one statement."""
    if found := _REACHES_OUT.search(text):
        raise _refusal(f"{found[1] or found[2]} is refused")
    shows = _SHOWS.match(text) is not None
    if shows or opened.dialect.driver != "psycopg":
        _check_single(text)
    opened.exec_driver_sql("SET TRANSACTION READ ONLY")
    return not shows


def _begin_mysql(opened: sqlalchemy.Connection, text: str) -> None:
    if found := _MYSQL_WRITES.search(text):
        raise _refusal(f"{found[2]} is refused" if found[2] else "A comment that is run is refused")
    live: Any = opened.connection.dbapi_connection
    if opened.dialect.driver != "pymysql" or live.client_flag & _MULTI_STATEMENTS:
        _check_single(text)
    opened.exec_driver_sql("START TRANSACTION READ ONLY")


def _authorised(action: int, first: str | None, second: str | None, *_: object) -> int:
    """SQLite asks this for every step of a statement, in views and triggers as well."""
    import sqlite3

    reads = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION)
    if action in reads or (action == sqlite3.SQLITE_FUNCTION and second != "load_extension"):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS:
        asks = second is None or first not in _SETTABLE
        return sqlite3.SQLITE_OK if asks else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


def check_parsed(text: str, dialect: str) -> None:
    """For databases that offer no transaction to read in: the whole text must be one query to sqlglot. Raises SqlError."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if first_word(text) in ("SHOW", "DESCRIBE", "DESC"):
        if not re.fullmatch(r"\s*\w+(\s+[\w.\"`\[\]%']+)*\s*;?\s*", text):
            raise _refusal("This form of it is refused")
        return
    try:
        known = dialect if dialect in {one.value for one in sqlglot.Dialects} else None
        parsed = [one for one in sqlglot.parse(text, read=known) if one is not None]
    except SqlglotError:
        raise _refusal("A statement that cannot be read with certainty is refused") from None
    changes = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Drop, exp.Alter)
    for one in parsed:
        if not isinstance(one, exp.Query) or next(
            (part for part in one.find_all(*changes) if not isinstance(part, exp.Query)), None
        ):
            raise _refusal(f"{first_word(text)} that changes something is refused")
    if len(parsed) != 1:
        raise _refusal(f"{len(parsed)} statements are refused")


def check_duckdb(text: str) -> None:
    """One query, by DuckDB's own parser. Raises SqlError."""
    import duckdb

    explained = _EXPLAINED.match(text)
    statements = duckdb.extract_statements(text[explained.end() :] if explained else text)
    names = [
        one.type.name for one in statements if one.type.name != "CREATE" or one.query
    ]  # a PIVOT makes types of its own
    if wrong := next((name for name in names if name != "SELECT"), None):
        raise _refusal(f"{wrong} is refused")
    if len(names) != 1:
        raise _refusal(f"{len(names)} statements are refused")


def lock_duckdb(database: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """From here on the connection reaches no file but these, and no setting is changed."""
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    database.execute(f"SET allowed_paths = [{listed}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
