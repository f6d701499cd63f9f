"""What building an analysis asks first: which table and which parts answer the request."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from agents.asks.build_analysis_blocks import Extra, Repair
from agents.asks.chart_kinds import ChartKind
from agents.asks.cuts import Cut
from agents.asks.material import likely_first
from agents.asks.tables import ColumnCard, Grain, TableCard, joined, looked_up
from agents.questions import Answer, Question, asked_together
from agents.rules.wording import share_said


class Part(StrEnum):
    """What an analysis can be made of; `PART_TEXT` says what each shows."""

    REBASED = "rebased"
    RETURNS = "returns"
    VOLATILITY = "volatility"
    DRAWDOWN = "drawdown"
    CORRELATION = "correlation"
    TREND = "trend"
    CHANGE = "change"
    MOVERS = "movers"
    SEASONALITY = "seasonality"
    BREAKDOWN = "breakdown"
    DISTRIBUTION = "distribution"
    TOP = "top"
    EXTREMES = "extremes"
    MOVING = "moving"
    MATCHES = "matches"
    PERIODS = "periods"
    GROWTH = "growth"
    RATIO = "ratio"
    SCATTER = "scatter"
    CROSSTAB = "crosstab"
    UNUSUAL = "unusual"
    FORECAST = "forecast"
    VALUES = "values"


class Missing(Answer):
    """Something the request names that no table holds."""

    asked: str = Field(max_length=120)
    instead: str = Field(default="", max_length=120)
    """What is used in its place; empty when nothing is."""


class Limit(Answer):
    """A condition on single days, months, … ."""

    of: Literal["change", "value"]
    """The change against the period before, in percent, or the value itself."""
    than: Literal["above", "below", "beyond"]
    """`beyond` is either way."""
    number: float


EachHow = Literal["average", "high", "low", "last", "return", "change"]
"""What a list of each year holds: `last` is the value at its end, `return` its change as a whole, `change` the average one within it."""


class Sketch(Answer):
    """How a request is to be answered from the tables that exist."""

    why: str = Field(default="", max_length=400)
    """One sentence: why this table, or why nothing fits, or what is unclear."""
    verdict: Literal["build", "ask", "refuse"]
    """`build` when a table fits; `ask` when several fit equally; `refuse` when none does."""
    choices: list[str] = Field(default_factory=list, max_length=12)
    """With `ask`: the tables to choose from."""
    project: str = Field(default="", max_length=160)
    """Name of the project as the request gives it; empty when it gives none."""
    existing: bool = False
    """True when the request wants it in a project, or, with no project named, at the end of a notebook that exists already."""
    notebook: str = Field(default="", max_length=160)
    """Name of the notebook if the request gives one."""
    table: str = ""
    """The table, exactly as listed before the colon."""
    second: str = ""
    """A second table to compare with over time, exactly as listed; empty for none."""
    measures: list[str] = Field(default_factory=list, max_length=12)
    """Columns of numbers to analyse; empty for the usual ones."""
    split_by: str = ""
    """The column whose values are compared; empty for the usual one."""
    keep: list[str] = Field(default_factory=list, max_length=20)
    """Only these values of that column; empty for all."""
    period: str = Field(default="", max_length=120)
    """The window in the request's own words, for example `past two years`; empty for all data."""
    grain: Grain = ""
    """The step in time if the request names one."""
    parts: list[Part] = Field(default_factory=list, max_length=8)
    """The parts that the request asks for; empty for the usual ones."""
    missing: list[Missing] = Field(default_factory=list, max_length=10)
    """What the request names and the tables don't hold."""
    unanswered: list[str] = Field(default_factory=list, max_length=10)
    """Wishes of the request that no part answers, each in the request's own words; blocks may be written for them afterwards."""
    top: int = Field(default=0, ge=0, le=100)
    """How many the request wants of the largest, best or worst; 0 when it gives no number."""
    moving: int = Field(default=0, ge=0, le=1000)
    """Length of a moving average; 0 for the usual one."""
    moving_unit: Grain = ""
    limit: Limit | None = None
    """With the part `matches`: what a period has to pass."""
    against: str = Field(default="", max_length=120)
    """With the part `periods`: a second window, which `period` is held against."""
    whole: str = Field(default="", max_length=120)
    """The series that the others are shares of, if the request names it."""
    count: bool = False
    """True when rows are to be counted instead of a measure."""
    amounts: bool = False
    """True when changes are wanted in numbers (`lost the most jobs`) instead of percent."""
    average: bool = False
    """True when the request wants averages instead of sums."""
    median: bool = False
    """True when the request wants medians."""
    smallest: bool = False
    """True when the smallest, lowest or worst are wanted first."""
    chart: ChartKind = ""
    """The kind of chart, if the request names one."""
    ahead: int = Field(default=0, ge=0, le=120)
    """With the part `forecast`: how many periods; 0 for a year."""
    choose: bool = False
    """True when the reader of the notebook is to choose what is shown."""
    each: Grain | Literal["decade"] = ""
    """The step of a list that stands beside the parts, which keep their own: `growth, and yearly averages`."""
    each_how: list[EachHow] = Field(default_factory=list, max_length=4)
    """What that list holds."""
    cuts: list[Cut] = Field(default_factory=list, max_length=6)
    """Answers from tables of single things or events: one figure for each value of some columns."""
    notes: list[str] = Field(default_factory=list, max_length=6)
    """How words of the request were read, each as a sentence."""
    # what follows no model is asked for: it stands in no schema and no prompt
    further: SkipJsonSchema[list[str]] = Field(default_factory=list, max_length=4)
    """Windows beyond the second, each held against the later one of the first two."""
    weekdays: SkipJsonSchema[bool] = False
    """With the part `seasonality`: the days of the week instead of the months of the year."""
    running: SkipJsonSchema[bool] = False
    """With the part `trend`: how much has come since the start of the window, step by step."""
    stake: SkipJsonSchema[float] = 0
    """With prices: a sum that is put in at the start, to be told what it became."""
    slider: SkipJsonSchema[bool] = False
    """True when the reader of the notebook is to change the length of a moving average."""
    charts: SkipJsonSchema[bool] = True
    """False when the request wants none."""
    most_charts: SkipJsonSchema[int] = Field(default=0, ge=0, le=100)
    """How many charts are wanted at most; 0 for no bound."""
    levels: SkipJsonSchema[bool] = False
    """With the part `correlation`: that of the levels themselves, beside that of their changes."""
    from_start: SkipJsonSchema[bool] = False
    """With the part `drawdown`: recoveries are those to the first value of the window, not to the highest one."""
    peak: SkipJsonSchema[bool] = False
    """With the part `top` of several series: each one's highest value counts, or its lowest where the smallest are wanted."""
    moving_too: SkipJsonSchema[list[int]] = Field(default_factory=list, max_length=4)
    """Further lengths of moving averages."""
    chosen: SkipJsonSchema[list[str]] = Field(default_factory=list, max_length=4)
    """With `choose`: what is shown at first."""
    headline: SkipJsonSchema[bool] = False
    """True when the latest value is wanted as a big number."""
    remarks: SkipJsonSchema[list[str]] = Field(default_factory=list, max_length=4)
    """What the request wants written into the notebook, in its own words."""
    run: bool = True
    """False when the request says not to run it."""


class Outline(Question[Sketch]):
    """Which data, which window, which parts."""

    name = "build_analysis.outline"
    budget = 6600
    shared = ("tables",)
    ranked = ("tables",)

    request: str
    tables: tuple[TableCard, ...]
    earlier: Sketch | None = None
    """The sketch that the notebook on this thread was built from, when the request continues it."""
    reply: str = ""
    """The person's answer to the question asked before."""

    def table(self, ref: str) -> TableCard | None:
        return next((table for table in self.tables if table.ref == ref), None)

    def schema_for_answer(self) -> dict[str, object]:
        schema: dict[str, Any] = Sketch.model_json_schema()
        # cuts, lists beside the parts, and notes on how words were read are code's alone: their schema would take half of the room that the tables need
        for name in ("cuts", "notes", "each", "each_how"):
            schema["properties"].pop(name)
        for name in ("Cut", "Where"):
            schema["$defs"].pop(name)
        refs = [table.ref for table in self.tables]
        schema["properties"]["table"]["enum"] = [*refs, ""]
        schema["properties"]["second"]["enum"] = [*refs, ""]
        schema["properties"]["choices"]["items"] = (
            {"type": "string", "enum": refs} if refs else {"type": "string"}
        )
        return schema

    def deed(self, answer: Sketch) -> object:
        return ("build", answer.existing, answer.run) if answer.verdict == "build" else None

    def problems(self, answer: Sketch) -> list[str]:
        if answer.verdict != "build":
            return []
        found = []
        for kind, name in (("project", answer.project), ("notebook", answer.notebook)):
            if answer.existing and name and share_said(f"{self.request} {self.reply}", name) < 1:
                return [f"The request does not name the {kind} {name!r}."]
        if answer.existing and not answer.project and not answer.notebook:
            return ["The request names no project or notebook that exists."]
        table = self.table(answer.table)
        if table is None:
            return [f"There is no table {answer.table!r}; the list shows what there is."]
        if answer.second and self.table(answer.second) is None:
            found.append(f"There is no second table {answer.second!r}.")
        names = {column.name for column in table.columns}
        found += [f"{table.ref} has no column {name!r}." for name in answer.measures if name not in names]
        found += [
            f"{name!r} in {table.ref} holds no numbers to analyse."
            for name in answer.measures
            if (column := table.column(name)) is not None and column.role not in ("measure", "key")
        ]
        if answer.split_by and answer.split_by not in self._splits(table):
            found.append(
                f"{answer.split_by!r} is no column to compare by in {table.ref} or a table it joins."
            )
        return found + self._keep_problems(answer, table)

    def _keep_problems(self, answer: Sketch, table: TableCard) -> list[str]:
        """Values to keep must be values of the column to compare by, or of a category of the second table."""
        split = self._split_of(answer, table)
        second = self.table(answer.second) if answer.second else None
        elsewhere = (
            {value for column in second.of("category") for value in column.values} if second else set()
        )
        if not answer.keep:
            return []
        if split is None:
            return (
                []
                if set(answer.keep) <= elsewhere
                else [f"{table.ref} has no column whose values could be chosen."]
            )
        if not split.values:
            return []
        return [
            f"{split.name} has no value {value!r}."
            for value in answer.keep
            if value not in split.values and value not in elsewhere
        ]

    def _split_of(self, answer: Sketch, table: TableCard) -> ColumnCard | None:
        if not answer.split_by:
            return next(iter(table.of("category")), None)
        name, _, column = answer.split_by.rpartition(".")
        other = next((one for one in self._reached(table) if one.name == name), None)
        return other.column(column) if other and table.column(answer.split_by) is None else table.column(answer.split_by)  # fmt: skip

    def _reached(self, table: TableCard) -> list[TableCard]:
        return [*joined(table, self.tables), *looked_up(table, self.tables)]

    def _splits(self, table: TableCard) -> set[str]:
        found = {column.name for column in table.columns}
        for other in self._reached(table):
            found |= {f"{other.name}.{column.name}" for column in other.columns}
        return found

    def material(self) -> Mapping[str, str]:
        return {
            "request": self.request,
            "tables": table_lines(self.tables),
            "parts": "\n".join(f"{part.value}: {PART_TEXT[part]}" for part in Part),
            "earlier": self.earlier.model_dump_json(exclude_defaults=True)
            if self.earlier
            else "(nothing yet)",
            "reply": self.reply or "(none)",
        }

    @classmethod
    def sample(cls) -> "Outline":
        columns = (
            ColumnCard(name="date", type="DATE", role="time", first="1999-01-04", last="2018-12-31"),
            ColumnCard(
                name="index_name", type="VARCHAR", role="category", values=("NASDAQ Composite", "S&P 500")
            ),
            ColumnCard(name="close", type="DOUBLE", role="measure"),
        )
        table = TableCard(
            ref="Markets/index_prices", integration_id="1", integration="Markets", name="index_prices", rows=10062,
            shape="prices", columns=columns,
        )  # fmt: skip
        request = "Create a project called NASDAQ vs S&P 100, exploring stock returns for the past two years."
        return cls(request=request, tables=(table,))


def table_lines(tables: Sequence[TableCard]) -> str:
    """The tables as every question of building shows them."""
    return "\n".join(table.line() for table in tables) or "(no tables)"


def likely_tables(request: str, tables: Sequence[TableCard]) -> list[TableCard]:
    """The tables of a large workspace with those first that share most with the request; few tables stay as they are."""
    return [tables[place] for place in likely_first(request, [table.line() for table in tables])]


PART_TEXT: Mapping[Part, str] = {
    Part.REBASED: "levels of all series set to 100 at the start, with a chart",
    Part.RETURNS: "total and yearly return, and the return of each period",
    Part.VOLATILITY: "annualised volatility, overall and rolling",
    Part.DRAWDOWN: "largest fall from a peak, with its dates, and whether it was made up",
    Part.CORRELATION: "how the series move together",
    Part.TREND: "the measures over time, with a chart",
    Part.CHANGE: "change against the previous period and against a year earlier",
    Part.MOVERS: "the largest rises and falls",
    Part.SEASONALITY: "the usual course within a year",
    Part.BREAKDOWN: "the measure by category, with shares and a chart",
    Part.DISTRIBUTION: "spread of the measure: quartiles, histogram, outliers",
    Part.TOP: "the largest rows or groups",
    Part.EXTREMES: "the best and worst months, or days, quarters, years",
    Part.MOVING: "a moving average, with a chart",
    Part.MATCHES: "the days, months, … that pass a limit, and how many",
    Part.PERIODS: "one window held against another",
    Part.GROWTH: "change against a year earlier, period by period, with a chart",
    Part.RATIO: "the first series divided by the second, over time",
    Part.SCATTER: "the changes of two series against each other, with a chart",
    Part.CROSSTAB: "a pivot table and a heatmap: years by series, or years by months",
    Part.UNUSUAL: "periods that moved far more than usual",
    Part.FORECAST: "a plain forecast from trend and season, with its past error",
    Part.VALUES: "the values themselves",
}


asked_together(Outline, Extra, Repair)

__all__ = [
    "PART_TEXT",
    "ChartKind",
    "ColumnCard",
    "EachHow",
    "Grain",
    "Limit",
    "Missing",
    "Outline",
    "Part",
    "Sketch",
    "TableCard",
    "likely_tables",
    "table_lines",
]
