"""Read-only integrations, attacked: whatever a SQL block says, nothing in the database or beside it is changed."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import create_engine, text

from workspace.integrations.book import run_connection
from workspace.integrations.kinds import KINDS
from workspace.runs.in_kernel.deepnote_blocks import sql
from workspace.runs.in_kernel.deepnote_blocks.parameters import SqlError
from workspace.runs.in_kernel.deepnote_blocks.read_only import check_parsed

NAMES = {"one": 1, "end": "1; COMMIT; DROP TABLE orders", "drop": "DROP TABLE orders"}
EVERYWHERE = (
    "DROP TABLE orders",
    "DELETE FROM orders",
    "INSERT INTO orders SELECT * FROM orders",
    "CREATE TABLE more AS SELECT 1 AS x",
    "SELECT 1; DROP TABLE orders",
    "SELECT 1; COMMIT; DROP TABLE orders",
    "COMMIT; DROP TABLE orders",
    "COMMIT",
    "/* SELECT */ DROP TABLE orders",
    "SELECT {{ end | sqlsafe }}",
    "{{ drop | sqlsafe }}",
    "\x00SELECT 1",
)
POSTGRESQL = (
    "SET default_transaction_read_only = off",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "BEGIN READ WRITE",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "SELECT wipe()",
    "SELECT open_and_wipe()",
    "CALL end_and_wipe()",
    "DO $$ BEGIN COMMIT; DELETE FROM orders; END $$",
    "WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "EXPLAIN SELECT 1; DROP TABLE orders",
    "SELECT id INTO more FROM orders",
    "SELECT $$;$$; DROP TABLE orders",
    "COPY orders TO '{folder}/out.csv'",
    "/* /* */ SELECT */ COPY orders TO '{folder}/out.csv'",
    "/* /* */ SELECT 1 */ COMMIT",
    "COPY (SELECT 1) TO PROGRAM 'touch {folder}/out.csv'",
    "SELECT lo_export(1, '{folder}/out.csv')",
    "SELECT lo_export/* /* */ */(1, '{folder}/out.csv')",
    "SELECT pg_catalog.\"pg_read_file\"('/etc/hosts')",
    "SELECT U&\"pg\\005Fread\\005Ffile\"('/etc/hosts')",
    "SELECT pg_ls_dir('/')",
    "SELECT pg_reload_conf()",
    "SELECT pg_terminate_backend(0)",
    "SELECT pg_stat_reset()",
    "SELECT dblink_exec('dbname=postgres', 'SELECT 1')",
)
MARIADB = (
    "SET SESSION TRANSACTION READ WRITE",
    "SET @@session.tx_read_only = 0",
    "SET STATEMENT max_statement_time = 1 FOR DELETE FROM orders",
    "START TRANSACTION READ WRITE",
    "SELECT wipe()",
    "CALL end_and_wipe()",
    "BEGIN NOT ATOMIC COMMIT; DELETE FROM orders; END",
    "EXECUTE IMMEDIATE 'DROP TABLE orders'",
    "SELECT 1 INTO OUTFILE '{folder}/out.csv'",
    "SELECT 1 /*!INTO/**/OUTFILE '{folder}/out.csv' */",
    "SELECT LOAD_FILE('/etc/hosts')",
    "/*! DROP TABLE orders */",
    "SELECT 1 /*M! ; DROP TABLE orders */",
    "# a word\nTRUNCATE orders",
)
FILES = (
    "ATTACH '{folder}/out.db' AS other",
    "ATTACH 'file:{folder}/out.db?mode=rwc' AS other",
    "VACUUM INTO '{folder}/out.db'",
    "PRAGMA user_version = 7",
    "PRAGMA query_only = off",
    "PRAGMA writable_schema = on",
    "PRAGMA journal_mode = WAL",
)
DUCKDB = (
    "COPY orders TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/orders.csv'",
    "EXPLAIN ANALYZE COPY orders TO '{folder}/out.csv'",
    "EXPLAIN (ANALYZE) COPY orders TO '{folder}/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/out.db'",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA profiling_output = '{folder}/out.json'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CALL checkpoint()",
    "SELECT * FROM '{folder}/secret.csv'",
    "SELECT * FROM read_text('{folder}/secret.csv')",
    "SELECT * FROM glob('{folder}/*')",
    "PREPARE gone AS DROP TABLE orders",
)


@pytest.fixture(autouse=True)
def no_engine_stays() -> Iterator[None]:
    yield
    while sql._engines:
        sql._engines.popitem()[1].dispose()


def refused(secret: dict[str, Any], kind: str, attempts: tuple[str, ...], folder: Path) -> None:
    """Every attempt raises, none makes a file, and at the end both rows are there."""
    sql.connect({kind: run_connection(KINDS[kind], secret, read_only=True).for_kernel()})
    for attempt in (*EVERYWHERE, *attempts):
        before = sorted(path.name for path in folder.iterdir())
        with pytest.raises(Exception, match=r"\w"):
            sql.ask(kind, attempt.replace("{folder}", str(folder)), NAMES)
        assert sorted(path.name for path in folder.iterdir()) == before, attempt
    assert rows(kind) == 2


def rows(kind: str) -> int:
    frame, _ = sql.ask(kind, "-- how many\nSELECT count(*) AS n FROM orders WHERE {{ one }} = 1;", NAMES)
    assert frame is not None
    return int(frame.n[0])


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that the database server may write to as well."""
    tmp_path.chmod(0o777)
    return tmp_path


@pytest.mark.server
@pytest.mark.parametrize("server", ["pgsql"], indirect=True)
def test_postgresql_refuses_whatever_would_write(server: tuple[str, str], shared: Path) -> None:
    kind, url = server
    made = create_engine(url)
    with made.begin() as live:
        begin = "LANGUAGE plpgsql AS $$ BEGIN"
        live.execute(text(f"CREATE FUNCTION wipe() RETURNS int {begin} DELETE FROM orders; RETURN 1; END $$"))
        live.execute(
            text(
                f"CREATE FUNCTION open_and_wipe() RETURNS int {begin} SET TRANSACTION READ WRITE; DELETE FROM orders; RETURN 1; END $$"
            )
        )
        live.execute(text(f"CREATE PROCEDURE end_and_wipe() {begin} COMMIT; DELETE FROM orders; END $$"))
    made.dispose()
    refused({"url": url}, kind, POSTGRESQL, shared)
    for query in ("SHOW server_version", "EXPLAIN SELECT 1", "TABLE orders", "(SELECT 1) UNION (SELECT 2)"):
        assert sql.ask(kind, query, {})[0] is not None
    sql.ask(kind, "SELECT set_config('default_transaction_read_only', 'off', false)", {})
    kept, _ = sql.ask(kind, "SHOW default_transaction_read_only", {})
    assert kept is not None
    assert kept.iloc[0, 0] == "on"


@pytest.mark.server
@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
@pytest.mark.parametrize(
    "flags", ["", "?client_flag=65536"]
)  # with the flag a text may hold several statements
def test_mariadb_refuses_whatever_would_write(server: tuple[str, str], shared: Path, flags: str) -> None:
    kind, url = server
    made = create_engine(url)
    with made.begin() as live:
        live.execute(
            text(
                "CREATE FUNCTION wipe() RETURNS INT MODIFIES SQL DATA BEGIN DELETE FROM orders; RETURN 1; END"
            )
        )
        live.execute(text("CREATE PROCEDURE end_and_wipe() BEGIN COMMIT; DELETE FROM orders; END"))
    made.dispose()
    refused({"url": url + flags}, kind, MARIADB, shared)
    for query in ("SHOW TABLES", "DESCRIBE orders", "EXPLAIN SELECT * FROM orders", "# why\nSELECT 1"):
        assert sql.ask(kind, query, {})[0] is not None


def test_sqlite_refuses_whatever_would_write(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.sqlite") as made:
        made.execute("CREATE TABLE orders AS SELECT 1 AS id UNION SELECT 2")
    made.close()
    refused({"url": f"sqlite:///{tmp_path}/shop.sqlite", "params": {}}, "sqlite", FILES, tmp_path)
    for query in ("PRAGMA table_info(orders)", "PRAGMA user_version", "EXPLAIN SELECT 1", "VALUES (1)"):
        assert sql.ask("sqlite", query, {})[0] is not None


@pytest.mark.parametrize("kind", ["duckdb", "csv"])
def test_duckdb_and_files_refuse_whatever_would_write_or_read_elsewhere(kind: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("word\nhidden\n")
    path = tmp_path / f"orders.{kind}"
    if kind == "csv":
        path.write_text("id,day\n1,2026-01-01\n2,2026-02-01\n")
    else:
        with duckdb.connect(str(path)) as made:
            made.execute(
                "CREATE TABLE orders AS SELECT 1 AS id, DATE '2026-01-01' AS day UNION SELECT 2, NULL"
            )
    refused({"path": str(path)}, kind, DUCKDB, tmp_path)
    for query in (
        "FROM orders",
        "SUMMARIZE orders",
        "SHOW TABLES",
        "PIVOT orders ON id USING count(*)",
        "EXPLAIN ANALYZE SELECT 1",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT ';' -- ; not the end",
    ):
        assert sql.ask(kind, query, {})[0] is not None


@pytest.mark.parametrize(
    "dialect", ["snowflake", "bigquery", "clickhouse", "trino", "tsql", "no-such-dialect"]
)
def test_a_database_without_such_transactions_gets_only_what_is_surely_a_query(dialect: str) -> None:
    for query in (
        "SELECT a, 'DROP TABLE t' FROM t",
        "WITH a AS (SELECT 1 AS b) SELECT b FROM a",
        "DESCRIBE t",
    ):
        check_parsed(query, dialect)
    for attempt in (
        "DROP TABLE t",
        "SELECT 1 AS a INTO u FROM t",
        "WITH gone AS (DELETE FROM t RETURNING a) SELECT * FROM gone",
        "SELECT 1; SELECT 2",
        "SELECT a FROM t DROP TABLE t",
        "EXEC('DROP TABLE t')",
        "DESCRIBE t; DROP TABLE t",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
    ):
        with pytest.raises(SqlError, match="the integration is read-only"):
            check_parsed(attempt, dialect)
