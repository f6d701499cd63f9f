"""The queries of an analysis: what a table covers, its series, its rows counted or added up by period, or its rows as they are."""

import re

from agents.asks.tables import added, averaged, snake
from workflows.parts.blocks import PlannedBlock, code, date_input, sql
from workflows.parts.design import COUNTED, Design
from workflows.parts.lengths import earlier_days
from workflows.parts.sqltext import (
    day_of,
    days_before,
    in_dialect,
    literal,
    measure_sql,
    period_of,
    quoted,
    table_name,
    year_before,
)


def how_taken(design: Design) -> str:
    """How the values of a period become one: `sum` or `mean`."""
    if design.shape == "events":
        return "mean" if averaged(design.measure) or (design.average and design.measures) else "sum"
    return "sum" if added(design.measure) and _flows(design) else "mean"


def _flows(design: Design) -> bool:
    """Whether a series counts what happened in each period, as sales do, not what there was, as jobs do."""
    return re.search(r"(?:^|_)(?:jobs|population|employees|value|level|stock|net)(?:_|$)", snake(design.measure)) is None  # fmt: skip


def expression(design: Design, measure: str) -> str:
    """The measure in SQL: its column, or the formula that computes it."""
    card = design.table.column(measure)
    if card is None:
        return f"{_prefix(design, 't')}{quoted(measure)}"
    return measure_sql(design.table, card, _prefix(design, "t"))


def read_over_time(design: Design, suffix: str = "", *, inputs: bool = True) -> list[PlannedBlock]:
    """Window, coverage and query for a table with dates; leaves `data` with columns `period`, the series and the measures."""
    blocks = []
    if suffix:
        blocks.append(_coverage(design, suffix))
    elif design.resolved:
        if inputs:
            blocks += [
                date_input("window_start", "Window start", "window_start", str(design.start)),
                date_input("window_end", "Window end", "window_end", str(design.end)),
            ]
        blocks.append(_coverage(design))
    else:
        blocks += [_coverage(design), _window(design)]
    query = _events_query(design) if design.shape == "events" else _series_query(design)
    written = in_dialect(query, design.table)
    title = f"Data from {design.table.name}"
    blocks.append(sql(f"data{suffix}", title, written, f"data{suffix}", design.table.integration_id))
    return [*blocks, *_lookup(design, suffix)]


def _lookup(design: Design, suffix: str) -> list[PlannedBlock]:
    """The query on the other integration that says what the values belong to."""
    if design.lookup is None:
        return []
    card, held = design.lookup.table, design.lookup
    query = f"SELECT {quoted(held.their_key)}, {quoted(held.column)} FROM {table_name(card)}"
    title = f"Data from {card.name} of {card.integration}"
    return [sql(f"lookup{suffix}", title, in_dialect(query, card), f"lookup{suffix}", card.integration_id)]


def read_window(design: Design) -> list[PlannedBlock]:
    """The window that cuts keep to, where the request names one: days to choose, or found in the data."""
    if design.time is None or (design.period.kind == "all" and not design.choose):
        return []
    return [block for block in read_over_time(design) if block.key not in ("data", "lookup")]


def read_plain(design: Design) -> list[PlannedBlock]:
    """The query for a table without dates; leaves `data`."""
    card = design.table
    labels = [column.name for column in card.columns if column.role in ("text", "category", "key")][:6]
    names = list(dict.fromkeys([*labels, *design.measures]))
    split = [_split_field(design)] if design.split else []
    names = [name for name in names if name != design.split]
    fields = [*split, *[_named(design, name) for name in names]]
    query = f"SELECT {', '.join(fields) or '*'} FROM {_source(design)}{_where([_kept(design)])}"
    count = f"SELECT COUNT(*) AS row_count FROM {design.source}"
    return [
        *_lookup(design, ""),
        sql("coverage", f"What {card.name} holds", in_dialect(count, card), "coverage", card.integration_id),
        sql("data", f"Data from {card.name}", in_dialect(query, card), "data", card.integration_id),
    ]


def _named(design: Design, name: str) -> str:
    card = design.table.column(name)
    written = expression(design, name)
    return f"{written} AS {quoted(name)}" if card is not None and card.formula else written


def _prefix(design: Design, alias: str) -> str:
    return f"{alias}." if design.joins else ""


def _split_field(design: Design) -> str:
    return f"{_prefix(design, design.split_in or 't')}{quoted(design.split_column)}"


def _moment(design: Design) -> str:
    return day_of(design.dated, str(design.time), _prefix(design, design.time_in or "t"))


def _source(design: Design) -> str:
    if not design.joins:
        return design.source
    steps = [
        f"LEFT JOIN {join.table} AS {join.alias} ON {join.left}.{quoted(join.left_key)} = {join.alias}.{quoted(join.key)}"
        for join in design.joins
    ]
    return " ".join([f"{design.source} AS t", *steps])


def _coverage(design: Design, suffix: str = "") -> PlannedBlock:
    card = design.dated
    moment = day_of(card, str(design.time))
    alone = design.time_card is None and design.split and design.split_in in ("", "t")
    split = quoted(design.split_column) if alone and design.split else ""
    lead = f"{split}, " if split else ""
    group = f" GROUP BY {split} ORDER BY {split}" if split else ""
    source = design.source if design.time_card is None else _bare(design)
    query = f"SELECT {lead}MIN({moment}) AS first_day, MAX({moment}) AS last_day, COUNT(*) AS row_count FROM {source}{group}"
    title = f"What {card.name} covers"
    return sql(f"coverage{suffix}", title, in_dialect(query, card), f"coverage{suffix}", card.integration_id)


def _bare(design: Design) -> str:
    return next(join.table for join in design.joins if join.alias == design.time_in)


def _window(design: Design) -> PlannedBlock:
    period = design.period
    lines = ["import pandas as pd", "", 'last = pd.to_datetime(coverage["last_day"]).max()', 'first = pd.to_datetime(coverage["first_day"]).min()']  # fmt: skip
    lines += ["if pd.isna(last):", f'    raise ValueError("The table {design.dated.name} holds no dates, so there is nothing to analyse.")']  # fmt: skip
    code_of = {"week": "W", "month": "M", "quarter": "Q", "year": "Y", "day": "D"}[period.unit]
    if period.kind == "last" and period.whole:
        lines += [
            f'unit = last.to_period("{code_of}")',
            "start, end = unit.start_time, min(unit.end_time, last)",
        ]
    elif period.kind == "last":
        unit, count = ("month", period.count * 3) if period.unit == "quarter" else (period.unit, period.count)
        lines += [f"start, end = last - pd.DateOffset({unit}s={count}), last"]
    elif period.kind == "to_date":
        lines += [f'start, end = last.to_period("{code_of}").start_time, last']
    else:
        start = f'pd.Timestamp("{period.start}")' if period.start else "first"
        end = f'pd.Timestamp("{period.end}")' if period.end else "last"
        lines += [f"start, end = {start}, {end}", "if start > last or end < first:", '    raise ValueError(f"The data covers {first.date()} to {last.date()}; the window asked for lies outside.")']  # fmt: skip
    lines += [
        "window_start, window_end = max(start, first).date(), min(end, last).date()",
        'print(f"Window: {window_start} to {window_end}; the data covers {first.date()} to {last.date()}.")',
    ]
    return code("window", "Window", "\n".join(lines))


def _series_query(design: Design) -> str:
    card = design.table
    moment = _moment(design)
    split = [_split_field(design)] if design.split else []
    fields = [f"{moment} AS period", *split, *[_named(design, name) for name in design.measures]]
    if design.shape == "prices":
        bare = day_of(card, str(design.time))
        opens = days_before(card, "{{ window_start }}", earlier_days(design))
        before = f"SELECT MAX({bare}) FROM {design.source} WHERE {bare} {'<=' if from_a_day(design) else '<'} {opens}"
        since = f"{moment} >= COALESCE(({before}), {opens})"
    else:
        since = f"{moment} >= {year_before(card, '{{ window_start }}')}"
    conditions = [since, f"{moment} <= {{{{ window_end }}}}", _kept(design)]
    return f"SELECT {', '.join(fields)} FROM {_source(design)}{_where(conditions)} ORDER BY period"


_A_DAY_ITSELF = r"(?<!\d)(?:\d{4}-\d\d-\d\d|\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?[a-z]+ \d{4}|[a-z]+ \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}[./]\d{1,2}[./]\d{4})\b"
_A_DAY = re.compile(rf"^(?:since|from|starting|beginning|between)?\s*(?:on )?{_A_DAY_ITSELF}", re.I)


def from_a_day(design: Design) -> bool:
    """Whether the window's first day is itself the base: one that is said, or that so many years before the end; years and months begin after the close before."""
    period = design.period
    if design.against is not None:
        return False
    if period.kind == "last":
        return not period.whole
    said = period.kind == "between" and period.start is not None and period.start.day > 1
    return said and _A_DAY.match(period.words) is not None


def named_days(design: Design) -> bool:
    """Whether a single day is named as an end of the window, and no month or year."""
    period = design.period
    return period.kind == "between" and re.search(_A_DAY_ITSELF, period.words, re.I) is not None


def _events_query(design: Design) -> str:
    moment = _moment(design)
    prefix = _prefix(design, design.time_in or "t")
    period = period_of(design.dated, str(design.time), design.grain, prefix)
    split = [_split_field(design)] if design.split else []
    fields = [f"{period} AS period", *split]
    for measure in design.measures[:4]:
        how = "AVG" if averaged(measure) or design.average else "SUM"
        fields.append(f"{how}({expression(design, measure)}) AS {quoted(measure)}")
    fields.append(f"COUNT(*) AS {COUNTED}")
    since = f"{moment} >= {year_before(design.table, '{{ window_start }}')}"
    conditions = [since, f"{moment} <= {{{{ window_end }}}}", _kept(design)]
    group = ", ".join(str(place) for place in range(1, 3 if split else 2))
    return f"SELECT {', '.join(fields)} FROM {_source(design)}{_where(conditions)} GROUP BY {group} ORDER BY {group}"


def _kept(design: Design) -> str:
    if not design.keep or not design.split or design.lookup is not None:
        return ""
    return f"{_split_field(design)} IN ({', '.join(literal(value) for value in sorted(design.keep))})"


def _where(conditions: list[str]) -> str:
    held = [condition for condition in conditions if condition]
    return f" WHERE {' AND '.join(held)}" if held else ""


__all__ = [
    "added",
    "averaged",
    "expression",
    "from_a_day",
    "how_taken",
    "named_days",
    "read_over_time",
    "read_plain",
    "read_window",
]
