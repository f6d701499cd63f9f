"""A sketch made exact. Nothing here touches the workspace."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from agents.asks.build_analysis import PART_TEXT, Part, Sketch
from agents.asks.period import Period, Resolved, Unit, find_period, resolve
from agents.asks.tables import ColumnCard, Link, TableCard, day, lookup, path, ways
from workflows.parts.cards import is_change, price_column
from workflows.parts.design import Design, Join, Lookup, step_of
from workflows.parts.sqltext import table_name

USUAL: dict[str, tuple[Part, ...]] = {
    "prices": (Part.REBASED, Part.RETURNS, Part.VOLATILITY, Part.DRAWDOWN, Part.CORRELATION),
    "series": (Part.TREND, Part.CHANGE, Part.MOVERS),
    "events": (Part.TREND, Part.CHANGE, Part.BREAKDOWN, Part.MOVERS),
    "plain": (Part.BREAKDOWN, Part.DISTRIBUTION, Part.TOP),
}
_PRICED = frozenset({Part.REBASED, Part.RETURNS})
_COURSE = frozenset({Part.TREND, Part.CHANGE, Part.MOVERS, Part.GROWTH})
"""Parts that a single point in time has nothing for."""
_A_STEP = {"day": 1, "week": 7, "month": 32, "quarter": 93, "year": 366}
POSSIBLE: dict[str, frozenset[Part]] = {
    "prices": frozenset(Part) - {Part.BREAKDOWN, Part.TREND, Part.EXTREMES},
    "series": frozenset(Part) - _PRICED | {Part.REBASED},
    "events": frozenset(Part) - _PRICED | {Part.REBASED},
    "plain": frozenset({Part.BREAKDOWN, Part.DISTRIBUTION, Part.TOP}),
}
STANDS_FOR: dict[str, dict[Part, Part]] = {
    "prices": {Part.TREND: Part.REBASED, Part.CHANGE: Part.RETURNS, Part.EXTREMES: Part.MOVERS},
    "series": {Part.RETURNS: Part.CHANGE},
    "events": {Part.RETURNS: Part.CHANGE},
    "plain": {
        Part.TREND: Part.BREAKDOWN,
        Part.MOVERS: Part.TOP,
        Part.CHANGE: Part.BREAKDOWN,
        Part.EXTREMES: Part.TOP,
    },
}
"""What answers a wish that the table's shape has no part for."""


def _grain(sketch: Sketch, card: TableCard, start: date | None, end: date | None) -> Unit:
    step = step_of(card)
    if not sketch.grain and set(sketch.parts) & {Part.UNUSUAL, Part.DISTRIBUTION}:
        return step  # single values are looked at, not averages
    order: list[Unit] = ["day", "week", "month", "quarter", "year"]
    if sketch.grain:
        return max(sketch.grain, step, key=order.index)
    if step != "day":
        return step
    days = (end - start).days if start and end else 3650
    return "day" if days <= 45 else "week" if days <= 200 else "month"


class _Split(NamedTuple):
    name: str | None = None
    way: tuple[Link, ...] = ()
    card: ColumnCard | None = None
    lookup: Lookup | None = None


def _split(sketch: Sketch, card: TableCard, tables: Sequence[TableCard], shape: str) -> _Split:
    wanted = sketch.split_by
    if wanted and card.column(wanted) is None and "." in wanted:
        other, _, column = wanted.rpartition(".")
        way = path(card, other, tables)
        if way is not None:
            return _Split(column, tuple(way), way[-1].right.column(column))
        across = next(
            (step for table in tables if table.name == other and (step := lookup(card, table))), None
        )
        if across is not None:
            found = Lookup(table=across.right, key=across.key, their_key=across.right_key, column=column)
            return _Split(column, (), across.right.column(column), found)
    if wanted:
        return _Split(wanted, (), card.column(wanted))
    categories = card.of("category")
    if sketch.keep:
        for category in categories:
            if set(sketch.keep) & set(category.values):
                return _Split(category.name, (), category)
    if sketch.count and shape == "events":
        return _Split()
    few = [column for column in categories if 1 < (column.distinct or len(column.values) or 2) <= 50]
    repeated = [column for column in few if not card.rows or (column.distinct or 0) < 0.9 * card.rows]
    best = next(iter(repeated or few), None)
    return _Split(best.name, (), best) if best else _Split()


def _time(
    sketch: Sketch, card: TableCard, tables: Sequence[TableCard]
) -> tuple[ColumnCard | None, tuple[Link, ...]]:
    """The time column: the table's own, or, where the request needs one, that of a table it leads to."""
    needs = bool(sketch.period or sketch.grain or sketch.against or set(sketch.parts) - POSSIBLE["plain"])
    if card.time is not None or not needs:
        return card.time, ()
    for way in ways(card, tables):
        if way[-1].right.time is not None:
            return way[-1].right.time, tuple(way)
    return None, ()


def _joins(*ways_taken: tuple[Link, ...]) -> tuple[tuple[Join, ...], list[str]]:
    """The joins of several ways, each table once, and the name in the query of the table where each way ends."""
    names: dict[str, str] = {}
    made: list[Join] = []
    ends = []
    for way in ways_taken:
        at = "t"
        for step in way:
            if step.right.ref not in names:
                names[step.right.ref] = f"j{len(names) + 1}"
                made.append(Join(table=table_name(step.right), alias=names[step.right.ref], left=at, left_key=step.key, key=step.right_key))  # fmt: skip
            at = names[step.right.ref]
        ends.append(at if way else "t")
    return tuple(made), ends


def _measures(sketch: Sketch, card: TableCard, shape: str) -> tuple[str, ...]:
    if sketch.count:
        return ()
    if sketch.measures:
        return tuple(dict.fromkeys(sketch.measures))
    if shape == "prices":
        price = price_column(card)
        return (price.name,) if price else ()
    found: list[ColumnCard] = card.of("measure")
    computed = [column for column in found if column.formula]
    levels = [column for column in found if not is_change(column.name)]
    return tuple(column.name for column in [*computed, *[one for one in (levels or found) if one not in computed]][:24])  # fmt: skip


class Impossible(Exception):
    """The sketch cannot be built; the message says why, for the person."""


def design(sketch: Sketch, tables: Sequence[TableCard]) -> Design:
    """The exact analysis of a sketch; raises Impossible."""
    card = next((table for table in tables if table.ref == sketch.table), None)
    if card is None:
        raise Impossible(f"There is no table {sketch.table!r}.")
    if card.rows == 0:
        raise Impossible(f"{card.ref} holds no rows, so there is nothing to analyse.")
    shape = card.shape
    period = _period(sketch.period)
    time, way = _time(sketch, card, tables)
    if way:
        shape = "events"
    split = _split(sketch, card, tables, shape)
    measures = _measures(sketch, card, shape)
    if shape == "prices" and not measures:
        shape = "series" if card.of("measure") else "events"
    if time is None and period.kind != "all":
        raise Impossible(
            f"{card.ref} has no column with dates, so “{period.words or sketch.period}” cannot be cut out of it."
        )
    dated = way[-1].right if way else card
    against = _against(sketch.against, dated)
    asked, period = period, _closed(period, dated) if against is not None else period
    further = tuple(
        days for words in sketch.further if against is not None and (days := _against(words, dated))
    )
    resolved = _resolved(period, dated, sketch.against, against, asked, further)
    if resolved is not None and not resolved.covered:
        raise Impossible(f"{resolved.note}.")
    start, end = (resolved.start, resolved.end) if resolved else (None, None)
    keep = tuple(value for value in sketch.keep if split.card is None or not split.card.values or value in split.card.values)  # fmt: skip
    several = len(keep) != 1 and (split.name is not None or len(measures) > 1)
    joins, (split_in, time_in) = _joins(split.way, way)
    offered = keep or (split.card.values if split.card else ()) if split.name else measures
    begins = [f"The input shows {(sketch.chosen or list(offered))[0]} first; choose another to see it"] if sketch.choose and len(offered) > 8 else []  # fmt: skip
    second = _second(sketch, card, tables) if sketch.second and sketch.second != sketch.table else None
    return Design(
        table=card, shape=shape, time=time.name if time else None, measures=measures, split=split.name, lookup=split.lookup, split_named=bool(sketch.split_by), joins=joins,
        split_in=split_in, time_in=time_in, time_card=dated if way else None, values=split.card.values if split.card else (),
        keep=keep, period=period, start=start, end=end, note="; ".join([*([resolved.note] if resolved and resolved.note else []), *[one.rstrip(".") for one in [*sketch.notes, *begins]]]),
        grain=_grain(sketch, dated, start, end), stepped=bool(sketch.grain), top=sketch.top, moving=sketch.moving, moving_unit=sketch.moving_unit,
        limit=sketch.limit, against=against, whole=sketch.whole, average=sketch.average, median=sketch.median, smallest=sketch.smallest, amounts=sketch.amounts,
        ahead=sketch.ahead, chart=sketch.chart, choose=sketch.choose, each=sketch.each, further=further, weekdays=sketch.weekdays, stake=sketch.stake, running=sketch.running, slider=sketch.slider, charts=sketch.charts, most_charts=sketch.most_charts, levels=sketch.levels, from_start=sketch.from_start, peak=sketch.peak, moving_too=tuple(sketch.moving_too), chosen=tuple(sketch.chosen), headline=sketch.headline, remarks=tuple(sketch.remarks), each_how=tuple(sketch.each_how),
        parts=_parts(sketch, shape, split.name, measures, several=several, held=against is not None, days=(end - start).days if start and end else None, step=step_of(dated)),
        missing=tuple(sketch.missing), unanswered=(*sketch.unanswered, *left_out(sketch, shape, several=several), *_windowless(sketch, against)), second=second,
        cuts=tuple(sketch.cuts), tables=tuple(tables) if sketch.cuts else (),
    )  # fmt: skip


def _second(sketch: Sketch, card: TableCard, tables: Sequence[TableCard]) -> Design:
    other = next((table for table in tables if table.ref == sketch.second), None)
    held = {value for column in other.of("category") for value in column.values} if other else set()
    changes = {"table": sketch.second, "second": "", "measures": [], "split_by": "", "keep": [value for value in sketch.keep if value in held]}  # fmt: skip
    plain = {
        "missing": [],
        "unanswered": [],
        "parts": [Part.TREND],
        "count": False,
        "against": "",
        "further": [],
        "choose": False,
    }
    made = design(sketch.model_copy(update={**changes, **plain}), tables)
    if card.time is None or made.time is None:
        raise Impossible(
            f"{card.ref} and {sketch.second} share no dates, so they cannot be compared over time."
        )
    return made


def _against(words: str, card: TableCard) -> tuple[date, date] | None:
    """The days of the second window; None where there is none or the table does not say which days it holds."""
    found = find_period(words) if words else None
    closed = _closed(found.period, card) if found else None
    if closed is None or closed.start is None or closed.end is None:
        return None
    return closed.start, closed.end


def _closed(period: Period, card: TableCard) -> Period:
    """The period with both its days, where the table says which days it holds."""
    time = card.time
    first, last = (day(time.first), day(time.last)) if time else (None, None)
    if (period.start and period.end) or first is None or last is None:
        return period
    found = resolve(period, first, last, step_of(card))
    return period.model_copy(update={"kind": "between", "start": found.start, "end": found.end})


def _period(words: str) -> Period:
    if not words.strip():
        return Period()
    found = find_period(words)
    if found is None:
        raise Impossible(
            f"I do not understand the period “{words}”; write it as dates, for example 2015-01 to 2016-12."
        )
    return found.period


def _resolved(period: Period, card: TableCard, words_against: str, against: tuple[date, date] | None, asked: Period, further: Sequence[tuple[date, date]] = ()) -> Resolved | None:  # fmt: skip
    """The days of the window; windows held against each other are read as the stretch that holds them all."""
    time = card.time
    first, last = (day(time.first), day(time.last)) if time else (None, None)
    if first is None or last is None:
        return None
    if against is not None and period.start and period.end:
        others = [(f"{start} to {end}", start, end) for start, end in further]
        for words, start, end in (
            (period.words, period.start, period.end),
            (words_against, *against),
            *others,
        ):
            if end < first or start > last:
                return Resolved(
                    start, end, f"“{words}” lies outside the data, which covers {first} to {last}", False
                )
        starts, ends = [period.start, against[0]], [period.end, against[1]]
        both = Period(kind="between", start=min([*starts, *[one for one, _ in further]]), end=max([*ends, *[one for _, one in further]]))  # fmt: skip
        found = find_period(words_against)
        notes = [resolve(one, first, last, step_of(card)).note for one in (asked, found.period if found else Period())]  # fmt: skip
        shown = words_against if re.match(r"\d{4}-", words_against) else f"“{words_against}”"
        more = "".join(f"; {start} to {end} is held against the later of them" for start, end in further)
        note = "; ".join([f"“{period.words}” is held against {shown}{more}", *[one for one in notes if one]])
        return resolve(both, first, last, step_of(card))._replace(note=note)
    return resolve(period, first, last, step_of(card))


def left_out(sketch: Sketch, shape: str, *, several: bool) -> list[str]:
    """Wished parts that this table has nothing for."""
    if sketch.cuts and not sketch.parts:
        return []
    found = [
        f"{PART_TEXT[part]} ({'it takes prices' if part in _PRICED else 'it takes dates'})"
        for part in sketch.parts
        if STANDS_FOR[shape].get(part, part) not in POSSIBLE[shape]
    ]
    if Part.CORRELATION in sketch.parts and not several and not sketch.second and shape != "plain":
        found.append("how the series move together (there is only one)")
    if Part.BREAKDOWN in sketch.parts and not several and shape != "plain":
        found.append("shares (there is only one series)")
    if sketch.grain and shape == "plain":
        found.append(f"a value for each {sketch.grain} ({sketch.table} has no column with dates)")
    return found


def _windowless(sketch: Sketch, against: tuple[date, date] | None) -> list[str]:
    return [f"“{sketch.against}” (the server does not say which days the table holds)"] if sketch.against and against is None else []  # fmt: skip


def _parts(
    sketch: Sketch,
    shape: str,
    split: str | None,
    measures: Sequence[str],
    *,
    several: bool,
    held: bool,
    days: int | None,
    step: Unit,
) -> tuple[Part, ...]:
    if sketch.cuts and not sketch.parts:
        return ()
    wished = [STANDS_FOR[shape].get(part, part) for part in sketch.parts]
    parts = [part for part in dict.fromkeys(wished) if part in POSSIBLE[shape]] or list(USUAL[shape])
    if not several:
        alone = {Part.CORRELATION} if shape == "plain" else {Part.CORRELATION, Part.BREAKDOWN}
        parts = [part for part in parts if part not in alone] or list(USUAL[shape][:2])
    if sketch.second and set(parts) - {Part.CORRELATION}:
        parts = [
            part for part in parts if part is not Part.CORRELATION
        ]  # the relation of the two tables is that
    if not measures and shape == "plain":
        parts = [part for part in parts if part is Part.BREAKDOWN] or [Part.BREAKDOWN]
    if shape == "prices" and not sketch.parts and days is not None and days < 10:
        parts = [part for part in parts if part in (Part.REBASED, Part.RETURNS)]
    moved = {Part.MOVERS, Part.CHANGE} & {*sketch.parts}
    if days is not None and days < _A_STEP.get(step, 0) and shape == "series" and moved:
        parts = [
            Part.MOVERS if several and Part.MOVERS in moved else Part.CHANGE
        ]  # against the period before
    elif days is not None and days < _A_STEP.get(step, 0) and set(parts) - _COURSE:
        parts = [part for part in parts if part not in _COURSE]
    elif days is not None and days < _A_STEP.get(step, 0) and shape == "series":
        parts = [Part.VALUES]
    if sketch.each and shape != "plain" and Part.VALUES not in parts:
        parts.append(Part.VALUES)
    if sketch.limit is None:
        parts = [part for part in parts if part is not Part.MATCHES] or list(USUAL[shape][:2])
    if not held:
        parts = [part for part in parts if part is not Part.PERIODS] or list(USUAL[shape][:2])
    return tuple(parts)


__all__ = ["POSSIBLE", "USUAL", "Impossible", "design"]
