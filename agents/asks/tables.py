"""Tables as an analysis sees them: what each column is good for, and how tables that hold keys of one another join."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Role = Literal["time", "category", "measure", "key", "text"]
Grain = Literal["", "day", "week", "month", "quarter", "year"]


def day(text: str | None) -> date | None:
    """The day that a profile's smallest or largest value names."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10] if len(text) >= 10 else f"{text}-01")
    except ValueError:
        return None


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
    formula: str = ""
    """For a measure that is computed from others: how, in their names."""


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

    @property
    def unconnected(self) -> bool:
        """Whether the integration says of itself that it has no connection, so that its queries cannot run."""
        return re.search(r"\b(?:no|without(?: an?)?) connection\b|\bnot connected\b|\bcan(?:not|'t| not) run\b", self.about, re.I) is not None  # fmt: skip

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


class Link(NamedTuple):
    """One step of a join: a key of `left` that names one row of `right`."""

    left: TableCard
    key: str
    right: TableCard
    right_key: str


def link(card: TableCard, other: TableCard) -> Link | None:
    """How each row of a table names at most one row of another: `customer_id` to `customers.id`, or the same key in both."""
    if card.integration_id != other.integration_id or card.ref == other.ref:
        return None
    singular = other.name[:-3] + "y" if other.name.endswith("ies") else other.name.rstrip("s")
    folded = {column.name.lower(): column for column in other.of("key")}
    for column in card.of("key"):
        name = column.name.lower()
        if "id" in folded and name in (
            f"{singular}_id".lower(),
            f"{other.name}_id".lower(),
            f"{singular}id".lower(),
        ):
            return Link(card, column.name, other, folded["id"].name)
    for column in card.columns:
        if column.role not in ("key", "category") or column.name.lower() == "id":
            continue
        same = next((one for one in other.columns if one.name.lower() == column.name.lower() and one.role in ("key", "category")), None)  # fmt: skip
        apart = (
            same is not None and column.values and same.values and not set(column.values) & set(same.values)
        )
        if same is not None and not apart and column.name.lower() not in _EVERYWHERE and _unique(same, other, singular):  # fmt: skip
            return Link(card, column.name, other, same.name)
    return None


def lookup(card: TableCard, other: TableCard) -> Link | None:
    """How a table of another integration says more of a column's values: the same column there, one row a value.

    Databases cannot join across integrations; a notebook can, once it has read both.
    """
    if card.integration_id == other.integration_id:
        return None
    for column in card.of("category", "key"):
        same = next((one for one in other.of("category", "key", "text") if one.name.lower() == column.name.lower()), None)  # fmt: skip
        if same is None or column.name.lower() in _EVERYWHERE or not _unique(same, other, ""):
            continue
        if not column.values or not same.values or set(column.values) & set(same.values):
            return Link(card, column.name, other, same.name)
    return None


_EVERYWHERE = frozenset({"id", "name", "date", "type", "status", "number", "value", "title", "label", "code"})
"""Names of columns that say nothing of what they hold."""


def _unique(column: ColumnCard, table: TableCard, singular: str) -> bool:
    """Whether a column names the rows of its table: as many values as rows, or, where that is unknown, by its name."""
    if table.rows is not None and column.distinct is not None:
        return table.rows > 0 and column.distinct >= table.rows
    return bool(singular) and column.role == "key" and column.name.lower().startswith(singular.lower())


def ways(card: TableCard, tables: Sequence[TableCard]) -> list[list[Link]]:
    """The shortest way to every table that a row of this one leads to, over at most three links."""
    near = [other for other in tables if other.integration_id == card.integration_id]
    found: list[list[Link]] = []
    seen, ends = {card.ref}, [list[Link]()]
    for _ in range(3):
        longer = []
        for way in ends:
            at = way[-1].right if way else card
            for other in near:
                step = link(at, other) if other.ref not in seen else None
                if step is not None:
                    seen.add(other.ref)
                    longer.append([*way, step])
        found += longer
        ends = longer
    return found


def path(card: TableCard, name: str, tables: Sequence[TableCard]) -> list[Link] | None:
    """The way from a table to another by its name; None when there is none."""
    return next((way for way in ways(card, tables) if way[-1].right.name == name), None)


def looked_up(card: TableCard, tables: Sequence[TableCard]) -> list[TableCard]:
    """Tables of other integrations that say more of a column's values."""
    return [other for other in tables if lookup(card, other) is not None]


def joined(card: TableCard, tables: Sequence[TableCard]) -> list[TableCard]:
    """Every table that a row of this one leads to."""
    return [way[-1].right for way in ways(card, tables)]


_AVERAGED = re.compile(
    r"(?:^|_)(?:price|rate|ratio|score|rating|satisfaction|csat|nps|stars|hours_to|age|avg|average|mean|duration|temperature|temp|humidity|pressure|speed|pct|percent|margin|level|"
    r"weight|height|width|length|size|distance|latency|voltage|balance|kw|mw|gw|watts?|power|load|occupancy|utili[sz]ation|concentration|ppm|bpm|rpm|per|preis|größe|alter|prix|precio|km|kg|celsius)(?:_|$)"
)
_ADDED = re.compile(
    r"(?:^|_)(?:amount|amt|revenue|sales|total|quantity|qty|count|units|cost|costs|profit|spend|spent|volume|population|jobs|orders|"
    r"value|budget|income|expenses?|hours|clicks|visits|views|net|gross|umsatz|menge|anzahl)(?:_|$)"
)


def added(measure: str) -> bool:
    """Whether the measure is one to add up, by its name; otherwise it is averaged."""
    return _ADDED.search(snake(measure)) is not None and not averaged(measure)


def averaged(measure: str) -> bool:
    """Whether adding the measure up would make no sense, by its name."""
    return _AVERAGED.search(snake(measure)) is not None


def snake(name: str) -> str:
    """A column's name in lower case with underscores: `unitPrice` is `unit_price`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace(" ", "_")


__all__ = ["ColumnCard", "Grain", "Link", "Role", "TableCard", "added", "averaged", "joined", "link", "looked_up", "lookup", "path", "snake", "ways"]  # fmt: skip
