"""A cut: one figure of a table for each value of some columns, which is one answer of an analysis."""

from typing import Literal

from pydantic import Field

from agents.asks.chart_kinds import ChartKind
from agents.questions import Answer


class Where(Answer):
    """A condition on rows."""

    column: str
    """A column of the table, or `customers.country` of one that it leads to."""
    values: list[str] = Field(default_factory=list, max_length=20)
    """It is one of these."""
    above: float | None = None
    below: float | None = None
    empty: bool = False
    """It has no value, as the end of what still goes on has none."""
    exclude: bool = False
    """True when rows that match are left out."""


class Cut(Answer):
    """One figure for each value of some columns: revenue by category, cancelled orders per channel, the ten best customers."""

    asked: str = Field(default="", max_length=160)
    """The words of the request that it answers."""
    table: str
    """The table whose rows are counted or added up, exactly as listed before the colon."""
    measure: str = Field(default="", max_length=200)
    """A column or a formula of columns such as `quantity * price`; empty to count rows."""
    called: str = Field(default="", max_length=60)
    """What the figure is called."""
    how: Literal["sum", "average", "median", "count", "distinct", "share", "largest", "smallest"] = "sum"
    """`distinct` counts the different values of the measure; `share` is the part of the rows that `of` holds for."""
    over: str = Field(default="", max_length=200)
    """The sum is divided by this: a formula, or `distinct order_id`."""
    by: list[str] = Field(default_factory=list, max_length=3)
    """Columns (`region`, `customers.region`) or steps in time (`time:month`, `time:weekday`)."""
    beside: list[str] = Field(default_factory=list, max_length=3)
    """Columns to show beside the first of `by`, which has one value of each."""
    where: list[Where] = Field(default_factory=list, max_length=6)
    of: list[Where] = Field(default_factory=list, max_length=3)
    when: str = ""
    """The column with the dates; empty for the usual one."""
    without: str = ""
    """The table in which no row names the rows that are shown: products without order items."""
    more_than: int | None = None
    """Only groups with more than so many."""
    top: int = Field(default=0, ge=0, le=100)
    smallest: bool = False
    ranked: bool = False
    """True when the order matters."""
    shares: bool = False
    """True when each one's part of the whole is wanted."""
    running: bool = False
    """True when each value of a period is added to those before it."""
    choose: str = ""
    """A column of `by` whose values the reader of the notebook chooses."""
    chart: ChartKind = ""


TIMES = ("day", "week", "month", "quarter", "year", "weekday", "hour", "month of year")
"""Steps in time that a cut can be by, and parts of the calendar."""

__all__ = ["TIMES", "Cut", "Where"]
