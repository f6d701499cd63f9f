"""SQL as the analysis writes it: built in one dialect, turned into the integration's own, windows left as variables."""

import re

import sqlglot
from sqlglot.errors import ParseError, TokenError, UnsupportedError

from agents.asks.tables import TableCard
from workflows.reading.sql import DIALECTS

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        "all and as asc between by case cast check column default desc distinct else end from full group having in index inner "
        "interval is join key left like limit not null offset on or order outer primary range rank references right row rows "
        "select set table then to union unique user using values when where window with",
    )
)


def quoted(name: str) -> str:
    """An identifier as it has to be written."""
    return name if _PLAIN.fullmatch(name) and name not in _RESERVED else '"' + name.replace('"', '""') + '"'


def table_name(card: TableCard) -> str:
    """The table with its schema, where that is not the usual one."""
    usual = {None, "", "main", "public", "dbo", "default"}
    prefix = "" if card.schema_name in usual else quoted(str(card.schema_name)) + "."
    return prefix + quoted(card.name)


def literal(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def day_of(card: TableCard, column: str, prefix: str = "") -> str:
    """The column as a day."""
    known = card.column(column)
    name = prefix + quoted(column)
    if dialect_of(card) == "sqlite":
        return f"DATE({name})"
    return name if known is not None and known.type.upper() == "DATE" else f"CAST({name} AS DATE)"


def period_of(card: TableCard, column: str, grain: str, prefix: str = "") -> str:
    """The first day of the column's month, quarter, … ."""
    moment = day_of(card, column, prefix)
    if dialect_of(card) != "sqlite":
        return f"CAST(DATE_TRUNC('{grain}', {moment}) AS DATE)"
    if grain == "quarter":
        month = f"((CAST(STRFTIME('%m', {moment}) AS INTEGER) - 1) / 3 * 3 + 1)"
        return f"STRFTIME('%Y', {moment}) || '-' || PRINTF('%02d', {month}) || '-01'"
    if grain == "week":
        return f"DATE({moment}, 'weekday 0', '-6 days')"
    form = {"day": "%Y-%m-%d", "month": "%Y-%m-01", "year": "%Y-01-01"}[grain]
    return f"STRFTIME('{form}', {moment})"


def year_before(card: TableCard, moment: str) -> str:
    """A year before a day."""
    if dialect_of(card) == "sqlite":
        return f"DATE({moment}, '-1 year')"
    return f"CAST({moment} AS DATE) - INTERVAL '1' YEAR"


def dialect_of(card: TableCard) -> str | None:
    return DIALECTS.get(card.integration_type.lower())


def in_dialect(sql: str, card: TableCard) -> str:
    """The statement in the integration's dialect, laid out; `{{ name }}` stays what it is."""
    names = list(dict.fromkeys(re.findall(r"{{\s*(\w+)\s*}}", sql)))
    held = re.sub(r"{{\s*(\w+)\s*}}", lambda found: f"jinja_{found[1]}_jinja", sql)
    dialect = dialect_of(card)
    if dialect in (None, "sqlite"):
        return sql
    try:
        (written,) = sqlglot.transpile(held, read="duckdb", write=dialect, pretty=True)
    except (ParseError, TokenError, UnsupportedError, ValueError):
        return sql
    for name in names:
        written = written.replace(f"jinja_{name}_jinja", "{{ " + name + " }}")
    return written


__all__ = [
    "day_of",
    "dialect_of",
    "in_dialect",
    "literal",
    "period_of",
    "quoted",
    "table_name",
    "year_before",
]
