"""The demo's databases, built from the packaged CSV files: two of DuckDB, one of SQLite."""

import sqlite3
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

GROUPS = {
    "mining_and_logging": "goods_producing",
    "construction": "goods_producing",
    "manufacturing": "goods_producing",
    "trade_transportation_utilties": "private_service_providing",
    "information": "private_service_providing",
    "financial_activities": "private_service_providing",
    "professional_and_business_services": "private_service_providing",
    "education_and_health_services": "private_service_providing",
    "leisure_and_hospitality": "private_service_providing",
    "other_services": "private_service_providing",
    "government": "government",
}
"""The sectors that add up to all nonfarm jobs, with the group each belongs to."""


class Databases(NamedTuple):
    prices: Path
    labour: Path
    reference: Path


def build_databases(folder: Path) -> Databases:
    """Write the three database files anew."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    made = Databases(folder / "markets.duckdb", folder / "labour.duckdb", folder / "sectors.sqlite")
    for file in made:
        file.unlink(missing_ok=True)
    with as_file(files("workspace.demo").joinpath("data")) as data:
        with duckdb.connect(str(made.prices)) as database:
            database.execute(
                "CREATE TABLE index_prices AS SELECT * FROM "
                f"read_csv({_text(data / 'index_prices.csv')}, columns = "
                "{'date': 'DATE', 'index_name': 'VARCHAR', 'close': 'DOUBLE'}, header = true)"
            )
        with duckdb.connect(str(made.labour)) as database:
            source = _text(data / "us_employment.csv")
            database.execute(f"CREATE TABLE us_employment AS SELECT * FROM read_csv({source})")
            database.execute(
                "CREATE TABLE employment_by_sector AS SELECT month, sector, CAST(jobs AS DOUBLE) AS jobs FROM "
                "(UNPIVOT (SELECT COLUMNS(* EXCLUDE (month, nonfarm_change))::DOUBLE, month FROM us_employment) "
                "ON COLUMNS(* EXCLUDE (month)) INTO NAME sector VALUE jobs) ORDER BY sector, month"
            )
            last = database.execute(
                "SELECT sector, jobs, jobs / (SELECT jobs FROM employment_by_sector WHERE sector = 'nonfarm' "
                "AND month = DATE '2015-12-01') FROM employment_by_sector WHERE month = DATE '2015-12-01'"
            ).fetchall()
    with sqlite3.connect(made.reference) as reference:
        reference.execute(
            "CREATE TABLE sectors (sector TEXT PRIMARY KEY, sector_group TEXT, jobs_2015_12 REAL, share_of_nonfarm REAL)"
        )
        rows = [
            (sector, GROUPS[sector], jobs, round(share, 4))
            for sector, jobs, share in last
            if sector in GROUPS
        ]
        reference.executemany("INSERT INTO sectors VALUES (?, ?, ?, ?)", sorted(rows))
    reference.close()
    return made


def _text(path: Path) -> str:
    """As SQL writes it: binding a parameter would make DuckDB import pandas, which takes longer than all the rest."""
    return "'" + str(path).replace("'", "''") + "'"


def warehouse_structure() -> dict[str, Any]:
    """What was known of the warehouse's tables when it was last read."""
    tables = {
        ("analytics", "orders"): {"id": "NUMBER", "customer_id": "NUMBER", "ordered_at": "TIMESTAMP_NTZ", "amount": "NUMBER(12,2)"},
        ("analytics", "customers"): {"id": "NUMBER", "region": "VARCHAR", "since": "DATE"},
        ("reporting", "daily_orders"): {"day": "DATE", "orders": "NUMBER", "revenue": "NUMBER(12,2)"},
    }  # fmt: skip
    return {
        "truncated": False,
        "tables": [
            {
                "name": name,
                "schema": schema,
                "database": "COMPANY",
                "rowCount": None,
                "comment": None,
                "columns": [
                    {"name": column, "type": kind, "profile": None} for column, kind in columns.items()
                ],
            }
            for (schema, name), columns in tables.items()
        ],
    }
