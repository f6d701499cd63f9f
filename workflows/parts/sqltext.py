"""SQL as the analysis writes it: built in one dialect, turned into the integration's own, windows left as variables."""

import re
from collections.abc import Callable

import sqlglot
from sqlglot.errors import ParseError, TokenError, UnsupportedError

from agents.asks.tables import ColumnCard, TableCard
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


def days_before(card: TableCard, moment: str, count: int) -> str:
    """So many days before a day; the day itself for none."""
    if not count:
        return moment
    return f"DATE({moment}, '-{count} days')" if dialect_of(card) == "sqlite" else f"CAST({moment} AS DATE) - INTERVAL '{count}' DAY"  # fmt: skip


def dialect_of(card: TableCard) -> str | None:
    return DIALECTS.get(card.integration_type.lower())


_NAME_IN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)?")
_OFF = re.compile(r"(?:^|_)(?:discount|rebate|rabatt)(?:_|$)", re.I)


def formula_names(formula: str) -> list[str]:
    """The columns that a formula is computed from; a plain column name is one."""
    return list(dict.fromkeys(_NAME_IN.findall(formula)))


def formula_sql(formula: str, written: Callable[[str], str]) -> str:
    """A formula in SQL, each column as `written` gives it; a discount that is not there is none."""

    def one(found: re.Match[str]) -> str:
        name = written(found[0])
        return f"COALESCE({name}, 0)" if _OFF.search(found[0]) else name

    return _NAME_IN.sub(one, formula)


_HOURS = re.compile(r"hours from (\w+) to (\w+)")


def hours_between(first: str, last: str) -> str:
    """The formula of the time between two columns."""
    return f"hours from {first} to {last}"


def measure_sql(card: TableCard, column: ColumnCard, prefix: str) -> str:
    """A measure in SQL: its column, the formula that computes it, or the hours between two moments."""
    if not column.formula:
        return f"{prefix}{quoted(column.name)}"
    between = _HOURS.fullmatch(column.formula)
    if between is None:
        return formula_sql(column.formula, lambda name: f"{prefix}{quoted(name)}")
    first, last = (f"{prefix}{quoted(name)}" for name in between.groups())
    if dialect_of(card) == "sqlite":
        return f"(JULIANDAY({last}) - JULIANDAY({first})) * 24.0"
    return f"DATE_DIFF('minute', CAST({first} AS TIMESTAMP), CAST({last} AS TIMESTAMP)) / 60.0"


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
    "days_before",
    "dialect_of",
    "formula_names",
    "formula_sql",
    "hours_between",
    "in_dialect",
    "literal",
    "measure_sql",
    "period_of",
    "quoted",
    "table_name",
    "year_before",
]
