"""SQL as the analysis writes it: built in one dialect, turned into the integration's own, windows left as variables."""

import re

import sqlglot
from sqlglot.errors import ParseError, TokenError, UnsupportedError

from agents.asks.build_analysis import TableCard

DIALECTS = {
    "duckdb": "duckdb",
    "pgsql": "postgres",
    "postgres": "postgres",
    "postgresql": "postgres",
    "redshift": "redshift",
    "alloydb": "postgres",
    "materialize": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "snowflake": "snowflake",
    "big-query": "bigquery",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "trino": "trino",
    "athena": "athena",
    "databricks": "databricks",
    "spark": "spark",
    "mssql": "tsql",
    "sql-server": "tsql",
    "dremio": "dremio",
    "mindsdb": "mysql",
}
"""Integration types to sqlglot's dialects; any other type gets the text as it is built."""

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    "all and as asc at between by case cast check column count date day default desc distinct else end from full group having "
    "in index inner interval is join key left like limit month not null number offset on or order outer position range rank "
    "right row rows select set table then time timestamp to type union user using value values when where window with year".split()
)


def quoted(name: str) -> str:
    """An identifier as it has to be written."""
    safe = _PLAIN.fullmatch(name) is not None and name not in _RESERVED - {"date", "month", "year", "day", "value", "type", "count", "position"}  # fmt: skip
    return name if safe else '"' + name.replace('"', '""') + '"'


def table_name(card: TableCard) -> str:
    """The table with its schema, where that is not the usual one."""
    usual = {None, "", "main", "public", "dbo", "default"}
    prefix = "" if card.schema_name in usual else quoted(str(card.schema_name)) + "."
    return prefix + quoted(card.name)


def literal(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def day_of(card: TableCard, column: str) -> str:
    """The column as a day."""
    known = card.column(column)
    name = quoted(column)
    return name if known is not None and known.type.upper() == "DATE" else f"CAST({name} AS DATE)"


def dialect_of(card: TableCard) -> str | None:
    return DIALECTS.get(card.integration_type.lower())


def in_dialect(sql: str, card: TableCard) -> str:
    """The statement in the integration's dialect, laid out; `{{ name }}` stays what it is."""
    names = list(dict.fromkeys(re.findall(r"{{\s*(\w+)\s*}}", sql)))
    held = re.sub(r"{{\s*(\w+)\s*}}", lambda found: f"jinja_{found[1]}_jinja", sql)
    dialect = dialect_of(card)
    if dialect is None:
        return sql
    try:
        (written,) = sqlglot.transpile(held, read="duckdb", write=dialect, pretty=True)
    except (ParseError, TokenError, UnsupportedError, ValueError):
        return sql
    for name in names:
        written = written.replace(f"jinja_{name}_jinja", "{{ " + name + " }}")
    return written


__all__ = ["DIALECTS", "day_of", "dialect_of", "in_dialect", "literal", "quoted", "table_name"]
