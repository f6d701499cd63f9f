"""From an integration's cached structure to table cards: which column is time, which a category, which a measure."""

import re
from collections.abc import Iterable
from itertools import combinations
from math import prod
from typing import Literal

from agents.asks.tables import ColumnCard, Role, TableCard
from agents.results import Column, Structure, Table
from workflows.parts.sqltext import hours_between

_DATE_TYPES = re.compile(r"date|time(?!.*interval)|timestamp", re.I)
_NUMBER_TYPES = re.compile(r"int|float|double|decimal|numeric|real|number|money|bigint|hugeint", re.I)
_TIME_NAMES = re.compile(
    r"(?:^|_)(?:date|day|month|week|quarter|period|time|timestamp|ts|at|on|datetime)$|^(?:date|month|period)_"
)
_KEY_NAMES = re.compile(
    r"(?:^|_)(?:id|key|uuid|guid|code|zip|zipcode|postcode|postal_code|number|no|nr)$|^(?:id|uuid)_"
)
_TEXT_NAMES = re.compile(
    r"(?:^|_)(?:description|comment|comments|note|notes|text|body|title|url|email|phone|address|message)$"
)
_NO_MEASURE = re.compile(
    r"(?:^|_)(?:year|yr|fiscal_year|month|mon|mth|day|week|wk|quarter|qtr|hour|minute|ts|epoch|unix|timestamp|rank|version|lat|latitude|lon|lng|longitude)$"
)
_PRICE = re.compile(
    r"(?:^|_)(?:close|adj_?close|adjusted_?close|price|px|level|nav|quote|open|high|low|settle|index_?(?:value|level|points))$"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}.*)?|\d{4}-\d{2}")
_QUANTITY = re.compile(r"(?:^|_)(?:quantity|qty|units|pieces|count|menge|anzahl)(?:_|$)")
_UNIT_PRICE = re.compile(
    r"(?:^|_)(?:unit_price|price|price_each|unit_cost|price_per_unit|preis|einzelpreis)(?:_|$)"
)
_DISCOUNT = re.compile(r"(?:^|_)(?:discount|rebate|rabatt)(?:_|$)")
_TOTAL = re.compile(
    r"(?:^|_)(?:amount|amt|revenue|total|sales|turnover|value|umsatz|line_total|subtotal)(?:_|$)"
)
_INTERNAL = frozenset({"information_schema", "pg_catalog", "performance_schema", "mysql", "sys", "system"})


def cards_of(structure: Structure) -> list[TableCard]:
    """A card for each table of an integration that people would analyse."""
    tables = [table for table in structure.tables if (table.schema_name or "").lower() not in _INTERNAL]
    names = [table.name for table in tables]
    return [_card(structure, table, twin=names.count(table.name) > 1) for table in tables if table.columns]


def _card(structure: Structure, table: Table, *, twin: bool) -> TableCard:
    columns = tuple(_column(column, table.row_count) for column in table.columns)
    columns += (*_computed(columns), *_spans(columns))
    name = f"{table.schema_name}.{table.name}" if twin and table.schema_name else table.name
    return TableCard(
        ref=f"{structure.integration.name}/{name}",
        integration_id=structure.integration.id,
        integration=structure.integration.name,
        integration_type=structure.integration.type,
        name=table.name,
        schema_name=table.schema_name,
        rows=table.row_count,
        comment=(table.comment or "").strip(),
        about=(structure.integration.description or "").strip(),
        shape=_shape(columns, table.row_count),
        columns=columns,
    )


def _computed(columns: tuple[ColumnCard, ...]) -> tuple[ColumnCard, ...]:
    """Revenue, where a table holds a quantity and a price but no amount."""
    measures = [column for column in columns if column.role == "measure"]
    quantities = [column for column in measures if _QUANTITY.search(_snake(column.name))]
    prices = [column for column in measures if _UNIT_PRICE.search(_snake(column.name))]
    if len(quantities) != 1 or len(prices) != 1 or any(_TOTAL.search(_snake(one.name)) for one in columns):
        return ()
    if not (quantities[0].name.isidentifier() and prices[0].name.isidentifier()):
        return ()
    formula = f"{quantities[0].name} * {prices[0].name}"
    parts_off = [column for column in measures if _DISCOUNT.search(_snake(column.name)) and _is_part(column)]
    if len(parts_off) == 1:
        formula += f" * (1 - {parts_off[0].name})"
    return (ColumnCard(name="revenue", type="computed", role="measure", formula=formula),)


_BEGINS = re.compile(
    r"(?:open|creat|start|order|report|receiv|request|submit|begin|enter|admit|hire|placed|booked|check_?in|pick_?up)"
)
_ENDS = re.compile(
    r"(?:clos|resolv|end|finish|complet|ship|deliver|done|fulfil|leav|left|discharg|return|solved|drop_?off|check_?out)"
)


def _spans(columns: tuple[ColumnCard, ...]) -> tuple[ColumnCard, ...]:
    """The hours that something took, where a table says when it began and when it ended."""
    times = [column for column in columns if column.role == "time" and column.name.isidentifier()]
    first = next((column for column in times if _BEGINS.search(_snake(column.name))), None)
    lasts = [column for column in times if column is not first and _ENDS.search(_snake(column.name))]
    if first is None or any(
        column.role == "measure" and _LASTED.search(_snake(column.name)) for column in columns
    ):
        return ()
    return tuple(
        ColumnCard(name=f"hours_to_{re.sub(r'_(?:at|on|date|time|ts)$', '', _snake(last.name))}", type="computed", role="measure", formula=hours_between(first.name, last.name))
        for last in lasts[:2]
    )  # fmt: skip


_LASTED = re.compile(r"(?:duration|hours|minutes|elapsed|lead_time|turnaround)")


def _is_part(column: ColumnCard) -> bool:
    """Whether the values are shares between 0 and 1, as a discount of 0.1 is."""
    try:
        return float(column.first or "nan") >= 0 and float(column.last or "nan") <= 1
    except ValueError:
        return False


def _column(column: Column, rows: int | None) -> ColumnCard:
    profile = column.profile
    values = tuple(str(value) for value in (profile.values or [])) if profile else ()
    first = str(profile.min) if profile is not None and profile.min is not None else None
    last = str(profile.max) if profile is not None and profile.max is not None else None
    role = _role(column, first, last, profile.distinct_count if profile else None, rows)
    return ColumnCard(
        name=column.name,
        type=column.type,
        role=role,
        first=first[:10] if role == "time" and first else first,
        last=last[:10] if role == "time" and last else last,
        values=values if role == "category" else (),
        distinct=profile.distinct_count if profile else None,
    )


def _role(
    column: Column, first: str | None, last: str | None, distinct: int | None, rows: int | None
) -> Role:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name).lower().replace(" ", "_")
    if _DATE_TYPES.search(column.type) and not _NUMBER_TYPES.fullmatch(column.type):
        return "time"
    if _NUMBER_TYPES.search(column.type):
        if _KEY_NAMES.search(name) or _NO_MEASURE.search(name):
            return "key"
        return "measure"
    if re.search(r"bool|bit", column.type, re.I):
        return "category"
    if _TIME_NAMES.search(name) and first is None:
        return "time"
    if first is not None and _ISO.fullmatch(first[:19]) and (last is None or _ISO.fullmatch(last[:19])):
        return "time"
    if _KEY_NAMES.search(name):
        return "key"
    if _TEXT_NAMES.search(name):
        return "text"
    if distinct is not None and rows and distinct > max(50, rows // 2):
        return "text"
    return "category"


def _shape(columns: Iterable[ColumnCard], rows: int | None) -> Literal["prices", "series", "events", "plain"]:
    columns = list(columns)
    times = [column for column in columns if column.role == "time"]
    measures = [column for column in columns if column.role == "measure"]
    categories = [column for column in columns if column.role == "category"]
    if not times:
        return "plain"
    priced = any(_PRICE.search(_snake(column.name)) for column in measures)
    numbered = any(
        rows and (column.distinct or 0) >= 0.9 * rows for column in columns if column.role == "key"
    )
    if rows is not None and times[0].distinct:
        crowded = numbered or not _is_panel(columns, rows, times[0].distinct, 0.3 if priced else 0.9)
    else:
        crowded = any(column.role == "key" for column in columns) or len(categories) > 1
    if crowded or not measures:
        return "events"
    return "prices" if priced else "series"


def _is_panel(columns: Iterable[ColumnCard], rows: int, times: int, fill: float) -> bool:
    """Whether there is one row for each time, or for each time and value of some columns, as far as numbers tell."""
    counts = [column.distinct or len(column.values) or 1 for column in columns if column.role in ("category", "key")]  # fmt: skip
    for size in range(min(3, len(counts)) + 1):
        for chosen in combinations(counts, size):
            cells = times * prod(chosen)
            if fill * cells <= rows <= cells:
                return True
    return False


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace(" ", "_")


def price_column(card: TableCard) -> ColumnCard | None:
    """The measure that holds the level: the close where there is one."""
    priced = [column for column in card.of("measure") if _PRICE.search(_snake(column.name))]
    best = [column for column in priced if re.search(r"adj|close|price|level|nav|value", _snake(column.name))]
    return next(iter(best or priced), None)


def is_change(name: str) -> bool:
    """Whether a column holds changes or rates instead of levels, by its name."""
    return (
        re.search(r"(?:^|_)(?:change|diff|delta|growth|chg|pct|percent|rate|ratio|net)(?:_|$)", _snake(name))
        is not None
    )


__all__ = ["cards_of", "is_change", "price_column"]
