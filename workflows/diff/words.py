"""Differences as sentences: which few matter, and how each is said. Every figure comes from the diff."""

from collections.abc import Mapping
from typing import NamedTuple

from workflows.diff.compare import Change, ChangeKind, SnapshotDiff
from workflows.diff.tables import Cell, TableDiff, written

WEIGHTS = {
    ChangeKind.ERROR_NEW: 100.0, ChangeKind.ERROR_CHANGED: 90.0, ChangeKind.ERROR_GONE: 80.0, ChangeKind.NUMBER: 60.0,
    ChangeKind.TABLE: 50.0, ChangeKind.CODE: 45.0, ChangeKind.BLOCK_ADDED: 40.0, ChangeKind.BLOCK_REMOVED: 40.0,
    ChangeKind.OUTPUT_REMOVED: 38.0, ChangeKind.OUTPUT_ADDED: 35.0, ChangeKind.CHART: 22.0, ChangeKind.TEXT: 28.0,
    ChangeKind.IMAGE: 20.0,
}  # fmt: skip


class Finding(NamedTuple):
    """One change in words, with the figures that the words contain."""

    block_id: str
    kind: ChangeKind
    sentence: str
    figures: tuple[tuple[str, float | int | str], ...]
    """What each figure of the sentence is, and its value."""
    weight: float
    place: str = ""
    """What a person calls the block; the sentence begins with it."""

    @property
    def what(self) -> str:
        """The sentence without the place."""
        return self.sentence.removeprefix(f"{self.place}: ")


def findings(
    diff: SnapshotDiff, places: Mapping[str, str], varying: Mapping[str, str] | None = None
) -> list[Finding]:
    """All changes in words, the one that matters most first; `places` says what a person calls each block."""
    reasons = varying or {}
    found = []
    for change in diff.changes:
        place = places.get(change.block_id, "a block that is gone")
        sentence, figures = said(change, place)
        weight = WEIGHTS[change.kind] + _size(change)
        if change.block_id in reasons and change.kind in {
            ChangeKind.NUMBER,
            ChangeKind.TABLE,
            ChangeKind.TEXT,
            ChangeKind.CHART,
            ChangeKind.IMAGE,
        }:
            sentence = f"{sentence.rstrip('.')}; {reasons[change.block_id]}, so this may mean nothing."
            weight -= 40
        found.append(Finding(change.block_id, change.kind, sentence, tuple(figures), weight, place))
    return sorted(found, key=lambda finding: -finding.weight)


def _size(change: Change) -> float:
    relatives = [abs(change.relative or 0.0)]
    if change.table is not None:
        relatives += [
            abs(cell.relative or 0.0) for column in change.table.by_column for cell in column.largest
        ]
        relatives.append((change.table.added + change.table.removed) / max(change.table.rows_before, 1))
    return min(30.0, 100 * max(relatives))


def number(value: object) -> str:
    """A figure for reading: thousands separated, at most four digits that say something after the point."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return written(value)
    if isinstance(value, int) or float(value).is_integer():
        return f"{value:,.0f}"
    size = abs(value)
    digits = 2 if size >= 100 else 3 if size >= 1 else 4
    text = f"{value:,.{digits}f}" if size >= 0.001 else f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def percent(relative: float) -> str:
    share = 100 * relative
    digits = 1 if abs(share) >= 1 else 2
    return f"{'+' if share > 0 else ''}{share:,.{digits}f} %"


Figures = list[tuple[str, float | int | str]]


def moved(
    label: str, before: object, after: object, absolute: float | None, relative: float | None
) -> tuple[str, Figures]:
    """`A went from 5 to 6 (+1, +20.0 %)`, with its figures."""
    figures: Figures = [(f"{label} before", _plain(before)), (f"{label} now", _plain(after))]
    parts = []
    if absolute is not None:
        parts.append(signed(absolute))
        figures.append((f"{label}, change", absolute))
    if relative is not None:
        parts.append(percent(relative))
        figures.append((f"{label}, change in percent", 100 * relative))
    aside = f" ({', '.join(parts)})" if parts else ""
    return f"{label} went from {number(before)} to {number(after)}{aside}", figures


def _plain(value: object) -> float | int | str:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else written(value)


def said(change: Change, place: str) -> tuple[str, Figures]:
    """One change as a sentence, and its figures."""
    if change.kind is ChangeKind.NUMBER:
        sentence, figures = moved(
            change.label or "its number", change.before, change.after, change.absolute, change.relative
        )
        return f"{place}: {sentence}.", figures
    if change.kind is ChangeKind.TABLE and change.table is not None:
        return _table(change.table, place)
    if change.kind is ChangeKind.CHART:
        if change.table is not None and change.table.differs:
            sentence, figures = _table(change.table, place)
            return sentence.replace(f"{place}: ", f"{place}: the chart's data: ", 1), figures
        return f"{place}: the chart is drawn differently.", []
    return f"{place}: {_plainly(change)}", []


def _plainly(change: Change) -> str:
    match change.kind:
        case ChangeKind.ERROR_NEW:
            return f"fails now with {change.after}."
        case ChangeKind.ERROR_GONE:
            return f"no longer fails; before it ended with {change.before}."
        case ChangeKind.ERROR_CHANGED:
            return f"still fails, differently: {change.after} (before: {change.before})."
        case ChangeKind.BLOCK_ADDED:
            return f"is new since then (a {change.after} block)."
        case ChangeKind.BLOCK_REMOVED:
            return f"the {change.after} block with id {change.block_id} is no longer there."
        case ChangeKind.CODE:
            return "its source was edited between the two runs." + _lines(change.lines)
        case ChangeKind.IMAGE:
            return "its image differs."
        case ChangeKind.OUTPUT_ADDED:
            return f"shows {change.label} now, and did not before."
        case ChangeKind.OUTPUT_REMOVED:
            return f"no longer shows {change.label}."
        case _:
            if change.label:
                return f"{change.label} went from {change.before!r} to {change.after!r}."
            return "its text differs." + _lines(change.lines)


def _lines(lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    return "\n\n```diff\n" + "\n".join(line.replace("```", "'''") for line in lines) + "\n```"


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _table(table: TableDiff, place: str) -> tuple[str, Figures]:
    figures: Figures = []
    parts = []
    within = "" if table.complete else " among the rows kept in the snapshots"
    for count, what, examples in (
        (table.added, "added", table.added_examples),
        (table.removed, "removed", table.removed_examples),
    ):
        if count:
            named = (
                f" ({'; '.join(examples[:3])}{'; …' if count > 3 else ''})" if table.key is not None else ""
            )
            parts.append(f"{_rows(count)} {what}{named}")
            figures.append((f"rows {what}", count))
    if table.changed:
        by = f", matched by {' and '.join(table.key)}" if table.key else ""
        parts.append(f"{_rows(table.changed)} changed{by}")
        figures.append(("rows changed", table.changed))
    for columns, what in ((table.columns_added, "new"), (table.columns_removed, "gone")):
        if columns:
            parts.append(f"column{'s' if len(columns) > 1 else ''} {', '.join(columns)} {what}")
    if table.rows_before != table.rows_after:
        parts.append(f"{table.rows_before:,} → {_rows(table.rows_after)} in all")
        figures += [("rows before", table.rows_before), ("rows now", table.rows_after)]
    sentence = f"{place}: {', '.join(parts)}{within}"
    largest = max(
        (cell for column in table.by_column for cell in column.largest), key=_moved_by, default=None
    )
    if largest is not None:
        worded, more = moved(
            f"{largest.column} of {largest.key}" if largest.key else largest.column,
            largest.before,
            largest.after,
            largest.absolute,
            largest.relative,
        )
        intro = "; most of all " if table.changed > 1 or len(table.by_column) > 1 else "; "
        sentence += intro + worded
        figures += more
    return sentence + ".", figures


def _moved_by(cell: Cell) -> float:
    return abs(cell.relative) if cell.relative is not None else abs(cell.absolute or 0.0) and 1e9
