"""Reading an integration's structure: tables, columns, row counts, and what each column holds. It ends in bounded time."""

import math
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.integrations import book
from workspace.integrations.kinds import KINDS
from workspace.integrations.reach import STATEMENT_SECONDS, Found, Opened, TooSlow, opened
from workspace.runs.document import RunConnection

MOST_VALUES = 50
MOST_TABLES = 500
SAMPLED_ABOVE = 1_000_000
"""Rows from which on a profile is made of the first SAMPLE_ROWS only, and says so."""
SAMPLE_ROWS = 100_000
REFRESH_SECONDS = 90.0
"""After this time the rest of the tables is listed without counts and profiles."""
LONGEST_VALUE = 200
"""Characters of a text value in a profile."""
NOT_COMPARED = (
    "JSON",
    "BLOB",
    "BYTEA",
    "STRUCT",
    "MAP(",
    "[]",
    "ARRAY",
    "XML",
    "GEO",
    "UUID",
    "BIT",
    "INTERVAL",
)
"""Types that have no smallest value, or none that says anything."""


def refresh(
    workspace: Workspace,
    integration_id: str,
    type: str,
    *,
    timer: Callable[[], float] = time.monotonic,
    statement_seconds: float = STATEMENT_SECONDS,
) -> int:
    """Read the structure anew and keep it with the time; the number of tables. Raises SettingsWrong."""
    end = timer() + REFRESH_SECONDS
    with opened(_connection(workspace, integration_id, type), KINDS[type], statement_seconds) as one:
        try:
            tables = one.tables()
        except TooSlow as slow:
            raise SettingsWrong(f"The tables cannot be listed: {slow}") from None
        found = [_table(one, table, profiled=timer() < end) for table in tables[:MOST_TABLES]]
    book.keep_structure(workspace, integration_id, {"tables": found, "truncated": len(tables) > MOST_TABLES})
    return len(found)


def test(workspace: Workspace, integration_id: str, type: str) -> None:
    """Connect once and ask for one. Raises SettingsWrong with what the database said, without credentials."""
    with opened(_connection(workspace, integration_id, type), KINDS[type]) as one:
        try:
            one.ask("SELECT 1")
        except TooSlow as slow:
            raise SettingsWrong(f"The database did not answer: {slow}") from None


def _connection(workspace: Workspace, integration_id: str, type: str) -> RunConnection:
    held = book.secret_of(workspace, integration_id)
    if held is None:
        raise SettingsWrong(
            "This integration has a name only and no connection. Remove it and add it with one."
        )
    return book.run_connection(KINDS[type], held, read_only=True)


def _table(one: Opened, table: Found, *, profiled: bool) -> dict[str, Any]:
    count: int | None = None
    profiles: list[dict[str, Any] | None] = [None] * len(table.columns)
    if profiled:
        try:
            count = int(one.ask(f"SELECT count(*) FROM {table.quoted}")[0][0])
            profiles = _profiles(one, table, count) if count else profiles
        except TooSlow:
            pass  # a count or profile that the database does not give in time is left out: null says so
    columns = [
        {"name": name, "type": kind, "profile": profile}
        for (name, kind), profile in zip(table.columns, profiles, strict=True)
    ]
    named = {"name": table.name, "schema": table.schema, "database": table.database}
    return {**named, "rowCount": count, "comment": table.comment, "columns": columns}


def _profiles(one: Opened, table: Found, count: int) -> list[dict[str, Any] | None]:
    """One question for all columns, then one for the values of each that has few."""
    sampled = count > SAMPLED_ABOVE
    source = f"(SELECT * FROM {table.quoted} LIMIT {SAMPLE_ROWS}) AS sample" if sampled else table.quoted
    rows = SAMPLE_ROWS if sampled else count
    kept = [
        at
        for at, (_, kind) in enumerate(table.columns)
        if not any(word in kind.upper() for word in NOT_COMPARED)
    ]
    profiles: list[dict[str, Any] | None] = [None] * len(table.columns)
    if not kept:
        return profiles
    asked = ", ".join(
        f"min({name}), max({name}), count(DISTINCT {name}), count({name})"
        for name in (one.quote(table.columns[at][0]) for at in kept)
    )
    answer = one.ask(f"SELECT {asked} FROM {source}")[0]
    for place, at in enumerate(kept):
        low, high, distinct, filled = answer[place * 4 : place * 4 + 4]
        profile = {
            "min": _plain(low),
            "max": _plain(high),
            "distinctCount": int(distinct),
            "nullCount": rows - int(filled),
        }
        if 0 < distinct <= MOST_VALUES and not sampled:
            name = one.quote(table.columns[at][0])
            values = one.ask(f"SELECT DISTINCT {name} FROM {source} WHERE {name} IS NOT NULL ORDER BY {name}")
            profile["values"] = [_plain(value[0]) for value in values]
        if sampled:
            profile["sampledRows"] = rows
        profiles[at] = profile
    return profiles


def _plain(value: Any) -> Any:
    """A value as JSON carries it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:LONGEST_VALUE]
