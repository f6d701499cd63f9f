"""Integrations: kept with their credentials sealed, read with what their columns hold, and refusing to write where they may not."""

import json
import socket
import sqlite3
import stat
from pathlib import Path

import duckdb
import pytest
from conftest import Call
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from workspace.__main__ import main
from workspace.domain import Workspace
from workspace.errors import SettingsWrong, ToolRefused
from workspace.integrations import book, reach, structure
from workspace.integrations.kinds import KINDS

pytestmark = pytest.mark.anyio
PASSWORD = "s3cret-hunter22"
NOWHERE = f"postgresql+psycopg://ann:{PASSWORD}@127.0.0.1:1/sales"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "my shop.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE orders (id INTEGER, day DATE, region TEXT, amount REAL, note TEXT)")
        rows = [
            (n, f"2026-01-{n % 28 + 1:02d}", ["north", "south"][n % 2], n * 1.5, None) for n in range(100)
        ]
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
        database.execute("CREATE TABLE empty (id INTEGER)")
        database.execute("CREATE VIEW big AS SELECT * FROM orders WHERE amount > 100")
    database.close()
    return file


async def test_a_refresh_reads_tables_columns_counts_and_what_the_columns_hold(
    call: Call, workspace: Workspace, shop: Path
) -> None:
    new = book.add(workspace, "Shop", "sqlite", {"path": str(shop)})
    assert structure.refresh(workspace, new, "sqlite") == 3
    found = await call("get_integration", integrationId=new, tableName="orders")
    (orders,) = found["tables"]
    assert (orders["rowCount"], orders["schema"], orders["database"]) == (100, None, None)
    columns = {one["name"]: (one["type"], one["profile"]) for one in orders["columns"]}
    assert columns["day"][0] == "DATE"
    assert columns["day"][1] | {"values": len(columns["day"][1]["values"])} == {
        "min": "2026-01-01",
        "max": "2026-01-28",
        "distinctCount": 28,
        "nullCount": 0,
        "values": 28,
        "sampledRows": None,
    }
    assert columns["region"][1]["values"] == ["north", "south"]
    assert (columns["amount"][1]["min"], columns["amount"][1]["max"]) == (0.0, 148.5)
    assert columns["amount"][1]["values"] is None
    assert (columns["note"][1]["nullCount"], columns["note"][1]["distinctCount"]) == (100, 0)
    assert found["structureCachedAt"] is not None


async def test_filters_match_exactly_and_a_cut_list_says_so(
    call: Call, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "many.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("CREATE SCHEMA sales")
        database.execute("CREATE TABLE sales.one (id INTEGER)")
        for number in range(205):
            database.execute(f"CREATE TABLE t{number} (id INTEGER)")
    new = book.add(workspace, "Many", "duckdb", {"path": str(file)})
    structure.refresh(workspace, new, "duckdb")
    everything = await call("get_integration", integrationId=new.upper())
    assert (len(everything["tables"]), len(everything["tableNames"]), everything["tablesTruncated"]) == (
        200,
        206,
        True,
    )
    sales = await call("get_integration", integrationId=new, databaseName="many", schemaName="sales")
    assert [one["name"] for one in sales["tables"]] == ["one"]
    assert (await call("get_integration", integrationId=new, tableName="T1"))["tables"] == []


async def test_a_large_table_is_profiled_by_a_sample_and_says_so(
    call: Call, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "large.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("CREATE TABLE large AS SELECT range AS id, 'x' AS kind FROM range(1000001)")
    new = book.add(workspace, "Large", "duckdb", {"path": str(file)})
    structure.refresh(workspace, new, "duckdb")
    (large,) = (await call("get_integration", integrationId=new))["tables"]
    assert large["rowCount"] == 1_000_001
    assert [one["profile"]["sampledRows"] for one in large["columns"]] == [100_000, 100_000]
    assert large["columns"][1]["profile"]["values"] is None


async def test_a_table_that_takes_too_long_is_listed_without_counts(
    call: Call, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "slow.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute(
            "CREATE VIEW endless AS SELECT a.range AS id FROM range(10000000) a, range(10000000) b WHERE hash(a.range + b.range) = 7"
        )
        database.execute("CREATE TABLE quick AS SELECT 1 AS id")
    new = book.add(workspace, "Slow", "duckdb", {"path": str(file)})
    structure.refresh(workspace, new, "duckdb", statement_seconds=0.3)
    tables = {one["name"]: one for one in (await call("get_integration", integrationId=new))["tables"]}
    assert (tables["endless"]["rowCount"], tables["endless"]["columns"][0]["profile"]) == (None, None)
    assert tables["quick"]["rowCount"] == 1


async def test_files_are_tables_called_like_the_files(
    call: Call, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "it's data"
    folder.mkdir()
    (folder / "first.csv").write_text("day,n\n2026-01-01,1\n2026-01-02,2\n")
    (folder / "second.CSV").write_text("name\nAnn\n")
    (tmp_path / "semicolons.txt").write_text("a;b\n1;2\n")
    duckdb.sql("SELECT 1 AS id").write_parquet(str(tmp_path / "one.parquet"))
    several = book.add(workspace, "CSV", "csv", {"path": str(folder)})
    one = book.add(workspace, "Parquet", "parquet", {"path": str(tmp_path / "one.parquet")})
    structure.refresh(workspace, several, "csv")
    structure.refresh(workspace, one, "parquet")
    tables = (await call("get_integration", integrationId=several))["tables"]
    assert [(table["name"], table["rowCount"]) for table in tables] == [("first", 2), ("second", 1)]
    assert tables[0]["columns"][0]["type"] == "DATE"
    assert (await call("get_integration", integrationId=one))["tableNames"] == ["one"]
    other = book.add(workspace, "Text", "csv", {"path": str(tmp_path / "semicolons.txt")})
    structure.refresh(workspace, other, "csv")
    (table,) = (await call("get_integration", integrationId=other))["tables"]
    assert [column["name"] for column in table["columns"]] == ["a", "b"]


async def test_credentials_are_nowhere_but_in_the_kernels_connection(
    call: Call, workspace: Workspace, tmp_path: Path
) -> None:
    new = book.add(workspace, "Sales", "pgsql", {"url": NOWHERE})
    with pytest.raises(SettingsWrong) as failed:
        structure.test(workspace, new, "pgsql")
    connection = book.connection_for_kernel(workspace, new)
    assert connection is not None
    assert PASSWORD in connection.url
    assert connection.needs_network
    with workspace.reading() as store:
        rows = store.execute(text("SELECT * FROM integrations")).all()
    seen = [
        str(failed.value),
        repr(connection),
        str(rows),
        json.dumps(await call("get_integration", integrationId=new)),
        json.dumps(await call("list_integrations")),
        json.dumps(await call("search", q="Sales")),
    ]
    assert [one for one in seen if PASSWORD in one] == []
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes()


def test_the_key_is_the_owners_alone_and_another_one_opens_nothing(workspace: Workspace) -> None:
    new = book.add(workspace, "Sales", "pgsql", {"url": NOWHERE})
    key = workspace.services.data / "credentials.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.unlink()
    with pytest.raises(SettingsWrong, match=r"credentials\.key is missing"):
        book.secret_of(workspace, new)
    book.add(workspace, "Other", "pgsql", {"url": NOWHERE})
    with pytest.raises(SettingsWrong, match="encrypted with another key"):
        book.secret_of(workspace, new)


@pytest.mark.parametrize("read_only", [True, False])
def test_sqlite_itself_refuses_to_write_in_a_read_only_integration(
    workspace: Workspace, shop: Path, read_only: bool
) -> None:
    new = book.add(workspace, "Shop", "sqlite", {"path": str(shop)}, read_only=read_only)
    connection = book.connection_for_kernel(workspace, new)
    assert connection is not None
    assert connection.files == (str(shop),)
    engine = create_engine(connection.url, **dict(connection.params))
    with engine.connect() as live:
        assert live.execute(text("SELECT count(*) FROM orders")).scalar() == 100
        if read_only:
            with pytest.raises(DBAPIError, match="readonly"):
                live.execute(text("DELETE FROM orders"))
        else:
            assert live.execute(text("DELETE FROM orders")).rowcount == 100
    engine.dispose()


@pytest.mark.parametrize("kind", ["pgsql", "mariadb"])
def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for module in (book, reach):
        monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{KINDS[kind].scheme}://ann@127.0.0.1:{silent.getsockname()[1]}/sales"
        new = book.add(workspace, "Silent", kind, {"url": url})
        with pytest.raises(SettingsWrong, match="The database did not answer"):
            structure.refresh(workspace, new, kind, statement_seconds=1)


def test_what_cannot_be_an_integration_is_one_sentence(workspace: Workspace, tmp_path: Path) -> None:
    book.add(workspace, "Sales", "pgsql", {"url": NOWHERE})
    for name, kind, secret, words in (
        ("sales", "pgsql", {"url": NOWHERE}, "There is an integration called 'sales' already"),
        (" ", "pgsql", {"url": NOWHERE}, "is one line of 1 to 255 characters"),
        ("two\nlines", "pgsql", {"url": NOWHERE}, "is one line of 1 to 255 characters"),
        ("X", "oracle", {}, "There is no integration type 'oracle'"),
        ("X", "duckdb", {"path": str(tmp_path / "none.duckdb")}, "there is no file or folder"),
        ("X", "duckdb", {"path": str(tmp_path)}, "is a folder"),
        ("X", "mysql", {"url": "not a url"}, "It looks like"),
        ("X", "mysql", {"url": NOWHERE}, "The URL is one of postgresql, the type is mysql"),
    ):
        with pytest.raises(SettingsWrong, match=words):
            book.add(workspace, name, kind, secret)
    snow = book.add(workspace, "Snow", "snowflake", {"url": f"snowflake://ann:{PASSWORD}@acme/db"})
    with pytest.raises(SettingsWrong, match="pip install snowflake-sqlalchemy"):
        structure.test(workspace, snow, "snowflake")
    with pytest.raises(SettingsWrong, match="There is no integration 'nobody'"):
        book.find(workspace, "nobody")


def test_any_installed_dialect_is_reached_by_url(workspace: Workspace, shop: Path) -> None:
    new = book.add(workspace, "Any", "sqlalchemy", {"url": f"sqlite:///{shop}"})
    assert structure.refresh(workspace, new, "sqlalchemy") == 3
    connection = book.connection_for_kernel(workspace, new)
    assert connection is not None
    assert "mode=ro" in connection.url
    odd = book.add(workspace, "Odd", "sqlalchemy", {"url": "oracle+nobodys://u@h/d"})
    with pytest.raises(SettingsWrong, match="install its SQLAlchemy dialect"):
        structure.test(workspace, odd, "sqlalchemy")


def test_every_kind_has_a_way_to_be_reached() -> None:
    assert [kind.type for kind in KINDS.values() if kind.scheme is None and kind.network] == []
    assert {
        "pgsql",
        "mysql",
        "mariadb",
        "sqlite",
        "duckdb",
        "snowflake",
        "big-query",
        "redshift",
        "clickhouse",
        "trino",
        "sql-server",
    } <= set(KINDS)


async def test_unknown_and_built_in_integrations_are_told_apart(call: Call) -> None:
    with pytest.raises(ToolRefused, match="No integration has the id 'nobody'"):
        await call("get_integration", integrationId="nobody")
    with pytest.raises(ToolRefused, match="built in"):
        await call("get_integration", integrationId="deepnote-dataframe-sql")


async def test_the_list_is_filtered_and_paged_by_name(call: Call, workspace: Workspace, shop: Path) -> None:
    for name in ("Beta", "alpha_1", "Gamma", "alphaX1"):
        book.add(workspace, name, "sqlite", {"path": str(shop)})
    book.add(workspace, "Files", "pgsql", {"url": NOWHERE})
    assert [
        one["name"] for one in (await call("list_integrations", nameContains="ALPHA_"))["integrations"]
    ] == ["alpha_1"]
    assert [one["name"] for one in (await call("list_integrations", type="pgsql"))["integrations"]] == [
        "Files"
    ]
    names: list[str] = []
    token = None
    while True:
        page = await call("list_integrations", pageSize=2, **({"pageToken": token} if token else {}))
        names += [one["name"] for one in page["integrations"]]
        token = page["pagination"]["nextPageToken"]
        if not token:
            break
    assert sorted(names) == ["Beta", "Files", "Gamma", "alphaX1", "alpha_1"]


def test_the_command_line_adds_tests_refreshes_lists_and_removes(
    tmp_path: Path, shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert main(["integration", "add", "Shop", "--type", "sqlite", "--path", str(shop), *data]) == 0
    assert main(["integration", "test", "shop", *data]) == 0
    assert main(["integration", "refresh", *data]) == 0
    monkeypatch.setenv("SALES_PASSWORD", PASSWORD)
    host = ["--host", "127.0.0.1", "--port", "1", "--user", "ann", "--db", "sales"]
    assert (
        main(
            [
                "integration",
                "add",
                "Sales",
                "--type",
                "pgsql",
                *host,
                "--password-env",
                "SALES_PASSWORD",
                *data,
            ]
        )
        == 2
    )
    assert main(["integration", "list", *data]) == 0
    assert (
        main(["integration", "add", "Url", "--type", "pgsql", "--url", NOWHERE, "--no-refresh", *data]) == 0
    )
    files = ["--type", "csv", "--path", str(tmp_path), "--writable"]
    assert main(["integration", "add", "Files", *files, *data]) == 2
    assert main(["integration", "remove", "Shop", *data]) == 0
    assert main(["integration", "test", "Shop", *data]) == 2
    said = capsys.readouterr()
    assert "Shop answers." in said.out
    assert "Added Sales (PostgreSQL, read-only)" in said.out
    assert "The URL holds a password" in said.err
    assert "The database did not answer" in said.err
    assert "CSV files are only read. Leave --writable out." in said.err
    assert PASSWORD not in said.out + said.err


@pytest.mark.server
@pytest.mark.parametrize("server", ["pgsql", "mariadb"], indirect=True)
async def test_a_real_server_is_read_and_refuses_writes(
    call: Call, workspace: Workspace, server: tuple[str, str]
) -> None:
    kind, url = server
    new = book.add(workspace, "Real", kind, {"url": url})
    structure.test(workspace, new, kind)
    structure.refresh(workspace, new, kind)
    tables = {one["name"]: one for one in (await call("get_integration", integrationId=new))["tables"]}
    assert set(tables) == {"orders", "north"} | ({"people"} if kind == "pgsql" else set())
    profiles = {one["name"]: one["profile"] for one in tables["orders"]["columns"]}
    assert tables["orders"]["rowCount"] == 2
    assert (profiles["day"]["min"], profiles["day"]["max"]) == ("2026-01-01", "2026-02-01")
    assert profiles["region"]["values"] == ["north", "south"]
    assert (profiles["amount"]["max"], profiles["amount"]["nullCount"]) == (10.5, 1)
    if kind == "pgsql":
        assert tables["orders"]["comment"] == "All orders"
        assert tables["people"]["schema"] == "hr"
    connection = book.connection_for_kernel(workspace, new)
    assert connection is not None
    engine = create_engine(connection.url, **dict(connection.params))
    with engine.connect() as live, pytest.raises(DBAPIError, match=r"(?i)read.only"):
        live.execute(text("DROP TABLE hr.people" if kind == "pgsql" else "DELETE FROM orders"))
    with engine.connect() as live:
        assert live.execute(text("SELECT count(*) FROM orders")).scalar() == 2
    engine.dispose()


@pytest.mark.server
@pytest.mark.parametrize("server", ["pgsql", "mariadb"], indirect=True)
def test_a_writable_integration_writes_on_a_real_server(
    workspace: Workspace, server: tuple[str, str]
) -> None:
    kind, url = server
    new = book.add(workspace, "Real", kind, {"url": url}, read_only=False)
    connection = book.connection_for_kernel(workspace, new)
    assert connection is not None
    engine = create_engine(connection.url, **dict(connection.params))
    with engine.begin() as live:
        live.execute(text("INSERT INTO orders VALUES (3, '2026-03-01', 'west', 1)"))
    with engine.connect() as live:
        assert live.execute(text("SELECT count(*) FROM orders")).scalar() == 3
    engine.dispose()
