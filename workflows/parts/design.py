"""A sketch made exact: which columns, which days, which step in time. Nothing here touches the workspace."""

from collections.abc import Sequence
from datetime import date

from agents.asks.build_analysis import ColumnCard, Grain, Missing, Part, Sketch, TableCard, shared_key
from agents.asks.period import Period, Resolved, Unit, find_period, resolve
from workflows.outcome import Model
from workflows.parts.cards import day, is_change, price_column
from workflows.parts.sqltext import quoted, table_name

USUAL: dict[str, tuple[Part, ...]] = {
    "prices": (Part.REBASED, Part.RETURNS, Part.VOLATILITY, Part.DRAWDOWN, Part.CORRELATION),
    "series": (Part.TREND, Part.CHANGE, Part.MOVERS),
    "events": (Part.TREND, Part.CHANGE, Part.BREAKDOWN, Part.MOVERS),
    "plain": (Part.BREAKDOWN, Part.DISTRIBUTION, Part.TOP),
}
POSSIBLE: dict[str, frozenset[Part]] = {
    "prices": frozenset(Part) - {Part.BREAKDOWN, Part.TOP, Part.TREND},
    "series": frozenset(Part) - {Part.REBASED, Part.RETURNS, Part.VOLATILITY, Part.DRAWDOWN, Part.TOP},
    "events": frozenset(Part) - {Part.REBASED, Part.RETURNS, Part.VOLATILITY, Part.DRAWDOWN},
    "plain": frozenset({Part.BREAKDOWN, Part.DISTRIBUTION, Part.TOP}),
}
STANDS_FOR: dict[str, dict[Part, Part]] = {
    "prices": {Part.TREND: Part.REBASED, Part.CHANGE: Part.RETURNS},
    "series": {Part.REBASED: Part.TREND, Part.RETURNS: Part.CHANGE, Part.TOP: Part.MOVERS},
    "events": {Part.REBASED: Part.TREND, Part.RETURNS: Part.CHANGE},
    "plain": {Part.TREND: Part.BREAKDOWN, Part.MOVERS: Part.TOP, Part.CHANGE: Part.BREAKDOWN},
}
"""What answers a wish that the table's shape has no part for."""


class Join(Model):
    """The table that holds the column to compare by, and the key both have."""

    table: str
    key: str
    own_key: str


class Design(Model):
    """Everything the blocks are written from."""

    table: TableCard
    shape: str
    time: str | None = None
    measures: tuple[str, ...] = ()
    split: str | None = None
    """Column whose values are the series; None when the measures are the series."""
    join: Join | None = None
    keep: tuple[str, ...] = ()
    period: Period = Period()
    start: date | None = None
    end: date | None = None
    """Resolved days; None where the notebook has to find them itself."""
    note: str = ""
    """How the period was read."""
    grain: Unit = "month"
    parts: tuple[Part, ...] = ()
    missing: tuple[Missing, ...] = ()
    unanswered: tuple[str, ...] = ()
    second: "Design | None" = None

    @property
    def resolved(self) -> bool:
        return self.start is not None and self.end is not None

    @property
    def source(self) -> str:
        """The table as SQL names it."""
        return table_name(self.table)


def step_of(card: TableCard) -> Unit:
    """The distance between two points in time, as far as the profile or the name tells."""
    time = card.time
    if time is None:
        return "day"
    first, last = day(time.first), day(time.last)
    if first and last and time.distinct and time.distinct > 1:
        days = (last - first).days / (time.distinct - 1)
        return "day" if days < 5 else "week" if days < 12 else "month" if days < 60 else "quarter" if days < 200 else "year"  # fmt: skip
    units: tuple[Unit, ...] = ("month", "quarter", "week", "year")
    for unit in units:
        if unit in time.name.lower():
            return unit
    return "day"


def _grain(sketch_grain: Grain, card: TableCard, start: date | None, end: date | None) -> Unit:
    step = step_of(card)
    order: list[Unit] = ["day", "week", "month", "quarter", "year"]
    if sketch_grain:
        return max(sketch_grain, step, key=order.index)
    if step != "day":
        return step
    days = (end - start).days if start and end else 3650
    return "day" if days <= 45 else "week" if days <= 200 else "month"


def _split(sketch: Sketch, card: TableCard, tables: Sequence[TableCard]) -> tuple[str | None, Join | None]:
    wanted = sketch.split_by
    if wanted and card.column(wanted) is None and "." in wanted:
        other_name, _, column = wanted.partition(".")
        for other in tables:
            if other.name == other_name and other.integration_id == card.integration_id:
                key = shared_key(card, other)
                if key is not None:
                    return column, Join(table=table_name(other), own_key=key[0], key=key[1])
    if wanted:
        return wanted, None
    categories = card.of("category")
    if sketch.keep:
        for category in categories:
            if set(sketch.keep) <= set(category.values):
                return category.name, None
    few = [column for column in categories if 1 < (column.distinct or len(column.values) or 2) <= 50]
    repeated = [column for column in few if not card.rows or (column.distinct or 0) < 0.9 * card.rows]
    best = next(iter(repeated or few), None)
    return (best.name, None) if best else (None, None)


def _measures(sketch: Sketch, card: TableCard, shape: str) -> tuple[str, ...]:
    if sketch.measures:
        return tuple(dict.fromkeys(sketch.measures))
    if shape == "prices":
        price = price_column(card)
        return (price.name,) if price else ()
    found: list[ColumnCard] = card.of("measure")
    levels = [column for column in found if not is_change(column.name)]
    return tuple(column.name for column in (levels or found)[:24])


class Impossible(Exception):
    """The sketch cannot be built; the message says why, for the person."""


def design(sketch: Sketch, tables: Sequence[TableCard]) -> Design:
    """The exact analysis of a sketch; raises Impossible."""
    card = next((table for table in tables if table.ref == sketch.table), None)
    if card is None:
        raise Impossible(f"There is no table {sketch.table!r}.")
    shape = card.shape
    period = _period(sketch.period)
    split, join = _split(sketch, card, tables)
    measures = _measures(sketch, card, shape)
    time = card.time
    if shape == "prices" and not measures:
        shape = "series" if card.of("measure") else "events"
    if shape == "prices" and sketch.measures and not any(name == sketch.measures[0] for name in measures):
        shape = "series"
    if time is None and period.kind != "all":
        raise Impossible(
            f"{card.ref} has no column with dates, so “{period.words or sketch.period}” cannot be cut out of it."
        )
    resolved = _resolved(period, card)
    if resolved is not None and not resolved.covered:
        raise Impossible(f"{resolved.note}.")
    start, end = (resolved.start, resolved.end) if resolved else (None, None)
    parts = _parts(sketch, shape, split, measures)
    grain = _grain(sketch.grain, card, start, end)
    second = None
    if sketch.second and sketch.second != sketch.table:
        other = sketch.model_copy(
            update={"table": sketch.second, "second": "", "measures": [], "split_by": "", "keep": [], "missing": [], "unanswered": []}
        )  # fmt: skip
        second = design(other, tables)
        if time is None or second.time is None:
            raise Impossible(
                f"{card.ref} and {sketch.second} share no dates, so they cannot be compared over time."
            )
    return Design(
        table=card, shape=shape, time=time.name if time else None, measures=measures,
        split=split if shape != "series" or len(measures) <= 1 or split else None,
        join=join, keep=tuple(sketch.keep), period=period, start=start, end=end,
        note=resolved.note if resolved else "", grain=grain, parts=parts,
        missing=tuple(sketch.missing), unanswered=tuple(sketch.unanswered), second=second,
    )  # fmt: skip


def _period(words: str) -> Period:
    if not words.strip():
        return Period()
    found = find_period(words)
    if found is None:
        raise Impossible(
            f"I do not understand the period “{words}”; write it as dates, for example 2015-01 to 2016-12."
        )
    return found.period


def _resolved(period: Period, card: TableCard) -> Resolved | None:
    time = card.time
    first, last = (day(time.first), day(time.last)) if time else (None, None)
    if first is None or last is None:
        return None
    return resolve(period, first, last, step_of(card))


def _parts(sketch: Sketch, shape: str, split: str | None, measures: Sequence[str]) -> tuple[Part, ...]:
    wished = [STANDS_FOR[shape].get(part, part) for part in sketch.parts]
    parts = [part for part in dict.fromkeys(wished) if part in POSSIBLE[shape]] or list(USUAL[shape])
    several = len(sketch.keep) != 1 and (split is not None or len(measures) > 1)
    if not several:
        parts = [part for part in parts if part is not Part.CORRELATION] or list(USUAL[shape][:2])
    if split is None:
        parts = [part for part in parts if part is not Part.BREAKDOWN or shape == "plain"]
    if not measures and shape == "plain":
        parts = [part for part in parts if part is Part.BREAKDOWN] or [Part.BREAKDOWN]
    return tuple(parts)


def quoted_list(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


__all__ = [
    "POSSIBLE",
    "USUAL",
    "Design",
    "Impossible",
    "Join",
    "design",
    "quoted_list",
    "step_of",
]
