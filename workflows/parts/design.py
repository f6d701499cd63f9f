"""What an analysis is, exactly: which columns, which days, which step in time. The blocks are written from it."""

from datetime import date
from typing import Literal

from agents.asks.build_analysis import ChartKind, Grain, Limit, Missing, Part
from agents.asks.cuts import Cut
from agents.asks.period import Period, Unit
from agents.asks.tables import TableCard, day
from workflows.outcome import Model
from workflows.parts.sqltext import table_name

COUNTED = "counted_rows"
"""The name of the number of rows in queries; no table's own column is called so."""


class Join(Model):
    """One step from the analysed table `t` towards another: the table, its name in the query, and the keys."""

    table: str
    alias: str
    left: str
    left_key: str
    key: str


class Lookup(Model):
    """A table of another integration that says what the values of a column belong to; joined in the notebook."""

    table: TableCard
    key: str
    """The column of the analysed table."""
    their_key: str
    column: str


class Design(Model):
    """Everything the blocks are written from."""

    table: TableCard
    shape: str
    time: str | None = None
    measures: tuple[str, ...] = ()
    split: str | None = None
    """Column whose values are the series; None when the measures are the series."""
    joins: tuple[Join, ...] = ()
    lookup: Lookup | None = None
    split_named: bool = False
    """Whether the request names the split."""
    split_in: str = ""
    """Name in the query of the table that holds the split."""
    time_in: str = ""
    time_card: TableCard | None = None
    """The joined table that holds the dates, where the analysed one has none."""
    values: tuple[str, ...] = ()
    """Values of the split, where they are known."""
    keep: tuple[str, ...] = ()
    period: Period = Period()
    start: date | None = None
    end: date | None = None
    """Resolved days; None where the notebook has to find them itself."""
    note: str = ""
    """How the period was read."""
    grain: Unit = "month"
    stepped: bool = False
    """Whether the request names the step in time."""
    top: int = 0
    moving: int = 0
    moving_unit: Grain = ""
    limit: Limit | None = None
    against: tuple[date, date] | None = None
    further: tuple[tuple[date, date], ...] = ()
    """Windows beyond the second."""
    whole: str = ""
    average: bool = False
    median: bool = False
    smallest: bool = False
    amounts: bool = False
    ahead: int = 0
    chart: ChartKind = ""
    choose: bool = False
    each: Grain | Literal["decade"] = ""
    each_how: tuple[str, ...] = ()
    weekdays: bool = False
    running: bool = False
    stake: float = 0
    slider: bool = False
    charts: bool = True
    most_charts: int = 0
    levels: bool = False
    from_start: bool = False
    peak: bool = False
    moving_too: tuple[int, ...] = ()
    chosen: tuple[str, ...] = ()
    headline: bool = False
    remarks: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    missing: tuple[Missing, ...] = ()
    unanswered: tuple[str, ...] = ()
    second: "Design | None" = None
    cuts: tuple[Cut, ...] = ()
    tables: tuple[TableCard, ...] = ()
    """With cuts: the tables that they read and join."""

    @property
    def resolved(self) -> bool:
        return self.start is not None and self.end is not None

    @property
    def split_column(self) -> str:
        """The column of the query that the series come from."""
        return self.lookup.key if self.lookup else self.split or ""

    @property
    def source(self) -> str:
        """The table as SQL names it."""
        return table_name(self.table)

    @property
    def dated(self) -> TableCard:
        """The table that holds the dates."""
        return self.time_card or self.table

    @property
    def measure(self) -> str:
        """The column of numbers that is analysed; rows are counted where there is none."""
        return self.measures[0] if self.measures else COUNTED


def counted_before(design: Design) -> bool:
    """Whether a change is counted from the last value before the window, which is one year, quarter or month: `in 2009` begins with the end of 2008."""
    start, end = design.start, design.end
    if start is None or end is None or design.shape != "series" or design.against is not None:
        return False
    months = end.month - start.month
    whole = months == 0 or (months == 2 and start.month % 3 == 1) or months == 11
    return start.day == 1 and start.year == end.year and whole


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


__all__ = ["COUNTED", "Design", "Join", "Lookup", "counted_before", "step_of"]
