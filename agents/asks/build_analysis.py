"""What building an analysis asks: which table and which parts answer the request, and how a failing block is mended."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.questions import Answer, Question

Role = Literal["time", "category", "measure", "key", "text"]
Grain = Literal["", "day", "week", "month", "quarter", "year"]


class ColumnCard(BaseModel):
    """One column, with what it is good for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: str
    role: Role
    first: str | None = None
    """Smallest value, where the server says so."""
    last: str | None = None
    values: tuple[str, ...] = ()
    """All distinct values of a category, where the server says so."""
    distinct: int | None = None


class TableCard(BaseModel):
    """One table as an analysis sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str
    """`integration/table`, unique in the workspace."""
    integration_id: str
    integration: str
    integration_type: str = ""
    name: str
    schema_name: str | None = None
    rows: int | None = None
    comment: str = ""
    about: str = ""
    """What the integration says of itself."""
    shape: Literal["prices", "series", "events", "plain"] = "plain"
    """Prices or index levels over time; counts or measures over time; one row an event with a time; no time at all."""
    columns: tuple[ColumnCard, ...] = ()

    def of(self, *roles: Role) -> list[ColumnCard]:
        return [column for column in self.columns if column.role in roles]

    def column(self, name: str) -> ColumnCard | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def time(self) -> ColumnCard | None:
        """The first time column."""
        return next(iter(self.of("time")), None)

    def line(self) -> str:
        """The card as one line of a list."""
        parts = []
        for column in self.columns[:40]:
            text = column.name
            if column.values and len(column.values) <= 12:
                text += f" ({', '.join(column.values)})"
            elif column.role == "time" and column.first:
                text += f" ({column.first} to {column.last})"
            parts.append(text)
        about = f" - {self.comment}" if self.comment else ""
        return f"{self.ref}{about}: {', '.join(parts)}"


def shared_key(card: TableCard, other: TableCard) -> tuple[str, str] | None:
    """The columns by which a table joins another: `customer_id` to `customers.id`, or the same key name in both."""
    singular = other.name[:-3] + "y" if other.name.endswith("ies") else other.name.rstrip("s")
    keys = {column.name for column in other.of("key")}
    for column in card.of("key"):
        if "id" in keys and column.name in (f"{singular}_id", f"{other.name}_id"):
            return column.name, "id"
    for column in card.of("key", "category"):
        if column.name in keys and column.name != "id":
            return column.name, column.name
    return None


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


class Missing(Answer):
    """Something the request names that no table holds."""

    asked: str = Field(max_length=120)
    instead: str = Field(default="", max_length=120)
    """What is used in its place; empty when nothing is."""


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
    """True when the request wants it in a project that exists already."""
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
    """Wishes of the request that no part answers, in a few words each."""
    run: bool = True
    """False when the request says not to run it."""


class Outline(Question[Sketch]):
    """Which data, which window, which parts."""

    name = "build_analysis.outline"
    budget = 6000

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
        split = table.column(answer.split_by) if answer.split_by else next(iter(table.of("category")), None)
        if answer.keep and split is not None and split.values:
            found += [
                f"{split.name} has no value {value!r}." for value in answer.keep if value not in split.values
            ]
        if answer.keep and split is None:
            found.append(f"{table.ref} has no column whose values could be chosen.")
        return found

    def _splits(self, table: TableCard) -> set[str]:
        found = {column.name for column in table.columns}
        for other in self.tables:
            if (
                other.integration_id == table.integration_id
                and other.ref != table.ref
                and shared_key(table, other)
            ):
                found |= {f"{other.name}.{column.name}" for column in other.columns}
        return found

    def material(self) -> Mapping[str, str]:
        return {
            "request": self.request,
            "tables": "\n".join(table.line() for table in self.tables) or "(no tables)",
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


PART_TEXT: Mapping[Part, str] = {
    Part.REBASED: "levels of all series set to 100 at the start, with a chart",
    Part.RETURNS: "total and yearly return, and the return of each period",
    Part.VOLATILITY: "annualised volatility, overall and rolling",
    Part.DRAWDOWN: "largest fall from a peak, with its dates",
    Part.CORRELATION: "how the series move together",
    Part.TREND: "the measures over time, with a chart",
    Part.CHANGE: "change against the previous period and against a year earlier",
    Part.MOVERS: "the largest rises and falls",
    Part.SEASONALITY: "the usual course within a year",
    Part.BREAKDOWN: "the measure by category, with shares and a chart",
    Part.DISTRIBUTION: "spread of the measure: quartiles, histogram, outliers",
    Part.TOP: "the largest rows or groups",
}


class Mend(Answer):
    """A new text for a block that failed."""

    why: str = Field(max_length=300)
    """One sentence: what was wrong."""
    content: str = Field(default="", max_length=8000)
    """The whole corrected block, without code fences; empty when it cannot be mended."""


class Repair(Question[Mend]):
    """How a block that failed has to read."""

    name = "build_analysis.repair"
    budget = 4000
    answer_budget = 2000

    language: Literal["python", "sql"]
    block: str
    error: str
    available: str
    """Names that blocks above define, or tables with their columns."""

    def problems(self, answer: Mend) -> list[str]:
        if answer.content and "```" in answer.content:
            return ["The content holds code fences; give the bare code."]
        if answer.content.strip() == self.block.strip() and answer.content:
            return ["The content is the block that failed, unchanged."]
        return []

    @classmethod
    def sample(cls) -> "Repair":
        return cls(
            language="python", block="returns = levles.pct_change()", error="NameError: name 'levles' is not defined",
            available="levels: DataFrame",
        )  # fmt: skip


class OwnBlocks(Answer):
    """Blocks beyond the menu, for wishes that no part answers."""

    why: str = Field(default="", max_length=300)
    python: list[str] = Field(default_factory=list, max_length=2)
    """Python for one block each; it uses only the names listed and pandas as pd; the last line shows a table."""
    titles: list[str] = Field(default_factory=list, max_length=2)
    """A heading for each block."""


class Extra(Question[OwnBlocks]):
    """Blocks of the model's own for wishes that the menu does not answer."""

    name = "build_analysis.extra"
    budget = 3000
    answer_budget = 1600

    request: str
    wishes: tuple[str, ...]
    available: str

    def problems(self, answer: OwnBlocks) -> list[str]:
        found = []
        if len(answer.python) != len(answer.titles):
            found.append("Give one title for each block.")
        if any("```" in code for code in answer.python):
            found.append("A block holds code fences; give the bare code.")
        return found

    def material(self) -> Mapping[str, str]:
        return {"request": self.request, "wishes": "\n".join(self.wishes), "available": self.available}

    @classmethod
    def sample(cls) -> "Extra":
        return cls(
            request="Also a moving average.",
            wishes=("moving average",),
            available="levels: DataFrame, one column a series",
        )


__all__ = [
    "PART_TEXT", "ColumnCard", "Extra", "Grain", "Mend", "Missing", "Outline", "OwnBlocks", "Part", "Repair", "Role", "Sketch", "TableCard", "shared_key",
]  # fmt: skip
