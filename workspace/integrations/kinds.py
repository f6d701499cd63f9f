"""The kinds of databases an integration can be: the names Deepnote has for them, and how SQLAlchemy reaches each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One type of integration."""

    type: str
    title: str
    scheme: str | None
    """The SQLAlchemy URL's scheme; None where the kernel opens files through DuckDB."""
    package: str | None = None
    """What has to be installed for it, where it does not come with this distribution."""
    network: bool = True


CONNECT_SECONDS = 10
"""For a server to take a connection; drivers by themselves may wait without end."""
KINDS = {
    kind.type: kind
    for kind in (
        Kind("pgsql", "PostgreSQL", "postgresql+psycopg", "deepnote-workflows[postgres]"),
        Kind("alloydb", "AlloyDB", "postgresql+psycopg", "deepnote-workflows[postgres]"),
        Kind("materialize", "Materialize", "postgresql+psycopg", "deepnote-workflows[postgres]"),
        Kind("mysql", "MySQL", "mysql+pymysql", "deepnote-workflows[mysql]"),
        Kind("mariadb", "MariaDB", "mysql+pymysql", "deepnote-workflows[mysql]"),
        Kind("mindsdb", "MindsDB", "mysql+pymysql", "deepnote-workflows[mysql]"),
        Kind("sqlite", "SQLite", "sqlite", network=False),
        Kind("duckdb", "DuckDB", None, network=False),
        Kind("csv", "CSV files", None, network=False),
        Kind("parquet", "Parquet files", None, network=False),
        Kind("snowflake", "Snowflake", "snowflake", "snowflake-sqlalchemy"),
        Kind("big-query", "BigQuery", "bigquery", "sqlalchemy-bigquery"),
        Kind("redshift", "Redshift", "redshift+redshift_connector", "sqlalchemy-redshift redshift_connector"),
        Kind("clickhouse", "ClickHouse", "clickhousedb", "clickhouse-connect"),
        Kind("trino", "Trino", "trino", "trino[sqlalchemy]"),
        Kind("sql-server", "SQL Server", "mssql+pymssql", "pymssql"),
        Kind("databricks", "Databricks", "databricks", "databricks-sqlalchemy"),
        Kind("spanner", "Spanner", "spanner+spanner", "sqlalchemy-spanner"),
        Kind("athena", "Athena", "awsathena+rest", "pyathena[sqlalchemy]"),
        Kind("dremio", "Dremio", "dremio+flight", "sqlalchemy-dremio"),
        Kind("sqlalchemy", "Another database", "DIALECT"),
    )
}
ALSO = {"mysql": ("mariadb",), "redshift": ("postgresql",), "clickhousedb": ("clickhouse",)}
"""Dialects that reach the same database as the one that a kind's scheme names."""
FILE_KINDS = frozenset({"duckdb", "csv", "parquet"})
READ_ONLY_KINDS = frozenset({"csv", "parquet"})
"""Files that a query reads and nothing changes."""
