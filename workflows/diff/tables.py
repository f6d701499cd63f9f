"""Two tables: which rows came, went and changed, matched by the columns that name a row.

Where no columns name a row, rows are compared as they are, and nothing can be called changed.
"""

import heapq
import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from workflows.diff.noise import as_number, same_value
from workflows.diff.outputs import INDEX, Row, Table

SHOWN = 5
"""Examples kept of each kind."""
SAMPLE = 2000
"""Rows in which a column must be free of repetitions before all rows are looked at."""
NAMING = re.compile(r"(?:^|_)(?:id|key|code|name|date|day|week|month|quarter|year|time|timestamp|period|index|symbol|ticker|sku|email|series|sector|region|country|category)s?(?:$|_)|Id$|ID$", re.IGNORECASE)  # fmt: skip


class Cell(NamedTuple):
    """One changed cell."""

    key: str
    """Which row, for example `month=2015-12-01`."""
    column: str
    before: Any
    after: Any
    absolute: float | None
    relative: float | None
    """Change divided by the value before; None when that is 0 or not a number."""


@dataclass(frozen=True)
class ColumnChange:
    """The changed cells of one column together."""

    column: str
    cells: int
    largest: tuple[Cell, ...]


@dataclass(frozen=True)
class TableDiff:
    rows_before: int
    rows_after: int
    key: tuple[str, ...] | None
    """The columns by which rows were matched; empty for the DataFrame's own index, None when rows have no name."""
    added: int = 0
    removed: int = 0
    changed: int = 0
    added_examples: tuple[str, ...] = ()
    removed_examples: tuple[str, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    by_column: tuple[ColumnChange, ...] = ()
    reordered: bool = False
    complete: bool = True
    """False when a snapshot holds only the first rows of the table."""
    compared: tuple[int, int] = field(default=(0, 0))
    """Rows that the two snapshots hold."""

    @property
    def differs(self) -> bool:
        return bool(
            self.added
            or self.removed
            or self.changed
            or self.columns_added
            or self.columns_removed
            or self.rows_before != self.rows_after
        )


def compare_tables(before: Table, after: Table) -> TableDiff:
    """Compare two versions of one table."""
    shared = [column for column in after.columns if column in set(before.columns)]
    diff = TableDiff(
        rows_before=before.row_count,
        rows_after=after.row_count,
        key=None,
        columns_added=tuple(column for column in after.columns if column not in set(before.columns)),
        columns_removed=tuple(column for column in before.columns if column not in set(after.columns)),
        complete=before.complete and after.complete,
        compared=(len(before.rows), len(after.rows)),
    )
    if before.rows == after.rows or not shared:
        return diff
    key = find_key(before.rows, after.rows, shared)
    if key is None:
        return replace(diff, **_as_they_are(before.rows, after.rows, shared))
    named = tuple(column for column in key if column != INDEX)
    return replace(diff, key=named, **_by_key(before.rows, after.rows, shared, key))


def find_key(before: Sequence[Row], after: Sequence[Row], columns: Sequence[str]) -> tuple[str, ...] | None:
    """The columns whose values name one row each in both tables, and name mostly the same rows."""
    if not before or not after:
        return None
    ranked = sorted(columns, key=lambda column: -_naming(before, column, columns))
    names = [column for column in ranked if _naming(before, column, columns) > 0]
    candidates: list[tuple[str, ...]] = [(column,) for column in names]
    if _is_index(before) and _is_index(after):
        candidates.insert(0, (INDEX,))
    candidates += [pair for size in (2, 3) for pair in combinations(names[:6], size)]
    best, most = None, 0.0
    for candidate in candidates:
        overlap = _overlap(before, after, candidate)
        if overlap > most:
            best, most = candidate, overlap
        if most > 0.5:
            break
    return best


def _naming(rows: Sequence[Row], column: str, columns: Sequence[str]) -> int:
    """How much a column looks like one that names rows: 0 for a measure."""
    values = [row.get(column) for row in rows[:50]]
    if any(isinstance(value, float) and not value.is_integer() for value in values) or any(
        isinstance(value, dict | list) for value in values
    ):
        return 0
    text = all(isinstance(value, str) and as_number(value) is None for value in values)
    return 4 * bool(NAMING.search(column)) + 2 * text + (column == columns[0])


def _is_index(rows: Sequence[Row]) -> bool:
    """Whether the DataFrame's index says more than the position of a row."""
    if INDEX not in rows[0]:
        return False
    return any(row.get(INDEX) != place for place, row in enumerate(rows[:SAMPLE])) and len({row.get(INDEX) for row in rows[:SAMPLE]}) == len(rows[:SAMPLE]) and isinstance(rows[0].get(INDEX), str)  # fmt: skip


def _column(rows: Sequence[Row], column: str) -> list[Any]:
    try:
        return [row[column] for row in rows]
    except KeyError:
        return [row.get(column) for row in rows]


def _keys(rows: Sequence[Row], columns: Sequence[str]) -> list[Hashable]:
    """The values of the columns, row by row: bare for one column, as tuples for several."""
    if len(columns) == 1:
        return _column(rows, columns[0])
    return list(zip(*(_column(rows, column) for column in columns), strict=True))


def _overlap(before: Sequence[Row], after: Sequence[Row], key: tuple[str, ...]) -> float:
    try:
        for rows in (before, after):
            if len(set(_keys(rows[:SAMPLE], key))) < len(rows[:SAMPLE]):
                return 0.0
        old, new = set(_keys(before, key)), set(_keys(after, key))
    except TypeError:  # a list or a dict in a cell
        return 0.0
    if len(old) < len(before) or len(new) < len(after):
        return 0.0
    return len(old & new) / min(len(old), len(new))


def _shown(row: Row, key: Sequence[str]) -> str:
    if list(key) == [INDEX]:
        return written(row.get(INDEX))
    return ", ".join(f"{column}={written(row.get(column))}" for column in key)


def _by_key(
    before: Sequence[Row], after: Sequence[Row], shared: Sequence[str], key: tuple[str, ...]
) -> dict[str, Any]:
    old_keys, new_keys = _keys(before, key), _keys(after, key)
    where = dict(zip(old_keys, range(len(old_keys)), strict=True))
    found = [where.get(name, -1) for name in new_keys]
    added = [row for row, place in zip(after, found, strict=True) if place < 0]
    matched = [row for row, place in zip(after, found, strict=True) if place >= 0] if added else after
    places = [place for place in found if place >= 0] if added else found
    kept = set(places)
    removed = (
        [row for place, row in enumerate(before) if place not in kept] if len(kept) < len(before) else []
    )
    changed: set[int] = set()
    columns = []
    # Column by column: a whole column is compared at the speed of lists, and only cells that differ are looked at.
    for column in shared:
        if column in key:
            continue
        old_cells = _column(before, column)
        tally = _Tally(column)
        for at, (place, now) in enumerate(zip(places, _column(matched, column), strict=True)):
            was = old_cells[place]
            if was != now and not same_value(was, now):
                changed.add(at)
                tally.take(was, now, matched[at], key)
        if tally.count:
            columns.append(tally.result())
    return {
        "added": len(added),
        "removed": len(removed),
        "changed": len(changed),
        "added_examples": tuple(_shown(row, key) for row in added[:SHOWN]),
        "removed_examples": tuple(_shown(row, key) for row in removed[:SHOWN]),
        "by_column": tuple(columns),
        "reordered": any(a > b for a, b in pairwise(places)),
    }


class _Tally:
    """Counts the changed cells of a column and keeps the largest, without holding the rest."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.count = 0
        self._heap: list[tuple[float, int, tuple[Any, Any, Row, tuple[str, ...]]]] = []

    def take(self, before: Any, after: Any, row: Row, key: tuple[str, ...]) -> None:
        self.count += 1
        plain = type(before) in (float, int) and type(after) in (float, int)
        a, b = (before, after) if plain else (as_number(before), as_number(after))
        size = abs(b - a) / abs(a) if a and b is not None else abs(b) if b is not None and a == 0 else 0.0
        entry = (size, -self.count, (before, after, row, key))
        if len(self._heap) < SHOWN:
            heapq.heappush(self._heap, entry)
        elif size > self._heap[0][0]:
            heapq.heapreplace(self._heap, entry)

    def result(self) -> ColumnChange:
        cells = []
        for _, _, (before, after, row, key) in sorted(self._heap, reverse=True, key=lambda entry: entry[:2]):
            absolute, relative = changes(before, after)
            cells.append(Cell(_shown(row, key), self.column, before, after, absolute, relative))
        return ColumnChange(self.column, self.count, tuple(cells))


def changes(before: Any, after: Any) -> tuple[float | None, float | None]:
    """Absolute and relative change of two values; None where there is none."""
    a, b = as_number(before), as_number(after)
    if a is None or b is None:
        return None, None
    return b - a, (b - a) / abs(a) if a else None


def _as_they_are(before: Sequence[Row], after: Sequence[Row], shared: Sequence[str]) -> dict[str, Any]:
    def counted(rows: Sequence[Row]) -> Counter[Hashable]:
        values = list(zip(*(_column(rows, column) for column in shared), strict=True))
        try:
            return Counter(values)
        except TypeError:  # a list or a dict in a cell
            return Counter(map(repr, values))

    old, new = counted(before), counted(after)
    added, removed = new - old, old - new
    return {
        "added": added.total(),
        "removed": removed.total(),
        "added_examples": tuple(_row(name, shared) for name in list(added)[:SHOWN]),
        "removed_examples": tuple(_row(name, shared) for name in list(removed)[:SHOWN]),
        "reordered": not added and not removed,
    }


def _row(values: Hashable, columns: Sequence[str]) -> str:
    if not isinstance(values, tuple):
        return written(values)
    return ", ".join(f"{column}={written(value)}" for column, value in zip(columns, values, strict=False))


def written(value: Any) -> str:
    """A cell for reading; midnight of a day is the day."""
    return re.sub(r"^(\d{4}-\d\d-\d\d)[T ]00:00:00(?:\.0+)?(?:Z|\+00:00)?$", r"\1", str(value))
