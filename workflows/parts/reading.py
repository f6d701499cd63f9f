"""The blocks every analysis begins with: what was asked, what the data covers, the query, and the table to work on."""

import re

from agents.asks.build_analysis import TableCard
from workflows.parts.blocks import PlannedBlock, code, date_input, heading, sql, text
from workflows.parts.design import Design, step_of
from workflows.parts.sqltext import day_of, in_dialect, literal, period_of, quoted, year_before

RULE = {"day": "D", "week": "W", "month": "ME", "quarter": "QE", "year": "YE"}
"""pandas offsets of the steps."""
ADJECTIVE = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}
A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
_AVERAGED = re.compile(
    r"(?:^|_)(?:price|rate|ratio|score|rating|age|avg|average|mean|duration|temperature|pct|percent|margin|level)(?:_|$)"
)


_ADDED = re.compile(
    r"(?:^|_)(?:amount|revenue|sales|total|quantity|qty|count|units|cost|costs|profit|spend|spent|volume|population|jobs|orders|"
    r"value|budget|income|expenses?|hours|clicks|visits|views|net|gross)(?:_|$)"
)


def added(measure: str) -> bool:
    """Whether the measure of a table without dates is one to add up, by its name; otherwise it is averaged."""
    return _ADDED.search(measure.lower()) is not None and not averaged(measure)


def averaged(measure: str) -> bool:
    """Whether adding the measure up would make no sense, by its name."""
    return _AVERAGED.search(measure.lower()) is not None


def about(design: Design, title: str, request: str) -> list[PlannedBlock]:
    """Title, request, data, window, and what could not be had."""
    card = design.table
    held = f" {card.comment.rstrip('.')}." if card.comment else ""
    rows = f", {card.rows:,} rows" if card.rows is not None else ""
    lines = [
        f"**Asked:** {' '.join(request.split())}",
        "",
        f"**Data:** table `{card.name}` of the integration {card.integration}{rows}.{held}",
    ]
    if design.second is not None:
        lines.append(
            f"Compared with table `{design.second.table.name}` of {design.second.table.integration}."
        )
    if design.resolved:
        lines += [
            "",
            f"**Window:** {design.start} to {design.end}." + (f" {design.note}." if design.note else ""),
        ]
    elif design.time is not None:
        words = (
            f"“{design.period.words}”, counted back from the end of the data"
            if design.period.words
            else "all of the data"
        )
        lines += ["", f"**Window:** {words}; the block below finds the days."]
    gaps = [
        f"There is no {one.asked} in the data; {one.instead} is used instead, under its own name."
        if one.instead
        else f"There is no {one.asked} in the data, so it is not part of this analysis."
        for one in design.missing
    ] + [f"Not answered here: {wish}." for wish in design.unanswered]
    if gaps:
        lines += ["", "**Not in the data:**", "", *[f"- {line}" for line in gaps]]
    return [heading("title", title, 1), text("about", "What this is", "\n".join(lines))]


def read_over_time(design: Design, suffix: str = "") -> list[PlannedBlock]:
    """Window, coverage and query for a table with dates; leaves `data` with columns `period`, the series and the measures."""
    blocks = []
    if not suffix:
        if design.resolved:
            blocks += [
                date_input("window_start", "Window start", "window_start", str(design.start)),
                date_input("window_end", "Window end", "window_end", str(design.end)),
            ]
            blocks.append(_coverage(design))
        else:
            blocks += [_coverage(design), _window(design)]
    else:
        blocks.append(_coverage(design, suffix))
    query = _events_query(design) if design.shape == "events" else _series_query(design)
    title = f"Data from {design.table.name}"
    blocks.append(
        sql(
            f"data{suffix}",
            title,
            in_dialect(query, design.table),
            f"data{suffix}",
            design.table.integration_id,
        )
    )
    return blocks


def read_plain(design: Design) -> list[PlannedBlock]:
    """The query for a table without dates; leaves `data`."""
    chosen = [*design.measures]
    split = [design.split] if design.split else []
    labels = [column.name for column in design.table.columns if column.role in ("key", "text", "category")]
    columns = list(dict.fromkeys([*split, *labels[:6], *chosen]))
    if design.join is not None and design.split:
        columns = [name for name in columns if name != design.split]
        fields = ", ".join([f"o.{quoted(design.split)}", *[f"t.{quoted(name)}" for name in columns]])
        source = _joined(design)
    else:
        fields, source = ", ".join(quoted(name) for name in columns) or "*", design.source
    query = f"SELECT {fields} FROM {source}{_where([_kept(design)])}"
    count = f"SELECT COUNT(*) AS row_count FROM {design.source}"
    card = design.table
    return [
        sql("coverage", f"What {card.name} holds", in_dialect(count, card), "coverage", card.integration_id),
        sql("data", f"Data from {card.name}", in_dialect(query, card), "data", card.integration_id),
    ]


def _coverage(design: Design, suffix: str = "") -> PlannedBlock:
    card, time = design.table, str(design.time)
    moment = day_of(card, time)
    split = design.split if design.join is None else None
    lead = f"{quoted(split)}, " if split else ""
    group = f" GROUP BY {quoted(split)} ORDER BY {quoted(split)}" if split else ""
    query = f"SELECT {lead}MIN({moment}) AS first_day, MAX({moment}) AS last_day, COUNT(*) AS row_count FROM {design.source}{group}"
    return sql(
        f"coverage{suffix}",
        f"What {card.name} covers",
        in_dialect(query, card),
        f"coverage{suffix}",
        card.integration_id,
    )


def _window(design: Design) -> PlannedBlock:
    period = design.period
    lines = ["import pandas as pd", "", 'last = pd.to_datetime(coverage["last_day"]).max()', 'first = pd.to_datetime(coverage["first_day"]).min()']  # fmt: skip
    if period.kind == "last" and period.whole:
        code_of = {"week": "W", "month": "M", "quarter": "Q", "year": "Y", "day": "D"}[period.unit]
        lines += [
            f'unit = last.to_period("{code_of}")',
            "start, end = unit.start_time, min(unit.end_time, last)",
        ]
    elif period.kind == "last":
        lines += [f"start, end = last - pd.DateOffset({period.unit}s={period.count}), last" if period.unit != "quarter" else f"start, end = last - pd.DateOffset(months={period.count * 3}), last"]  # fmt: skip
    elif period.kind == "to_date":
        code_of = {"week": "W", "month": "M", "quarter": "Q", "year": "Y", "day": "D"}[period.unit]
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
    card, time = design.table, str(design.time)
    moment = day_of(card, time)
    fields = [
        f"{moment} AS period",
        *([quoted(design.split)] if design.split else []),
        *map(quoted, design.measures),
    ]
    if design.shape == "prices":
        before = f"SELECT MAX({moment}) FROM {design.source} WHERE {moment} < {{{{ window_start }}}}"
        since = f"{moment} >= COALESCE(({before}), {{{{ window_start }}}})"
    else:
        since = f"{moment} >= {year_before(card, '{{ window_start }}')}"
    conditions = [since, f"{moment} <= {{{{ window_end }}}}", _kept(design)]
    return f"SELECT {', '.join(fields)} FROM {design.source}{_where(conditions)} ORDER BY period"


def _events_query(design: Design) -> str:
    card, time = design.table, str(design.time)
    moment = day_of(card, time)
    split, join = design.split, design.join
    if join is not None:
        moment = moment.replace(quoted(time), f"t.{quoted(time)}")
        named = f"o.{quoted(split or '')}"
        prefix, source = "t.", _joined(design)
    else:
        named, prefix, source = quoted(split) if split else "", "", design.source
    period = period_of(card, time, design.grain).replace(day_of(card, time), moment)
    fields = [f"{period} AS period", *([named] if split else [])]
    for measure in design.measures[:4]:
        how = "AVG" if averaged(measure) else "SUM"
        fields.append(f"{how}({prefix}{quoted(measure)}) AS {quoted(measure)}")
    fields.append("COUNT(*) AS row_count")
    conditions = [f"{moment} >= {year_before(card, '{{ window_start }}')}", f"{moment} <= {{{{ window_end }}}}", _kept(design, "o." if join else "")]  # fmt: skip
    group = ", ".join(str(place) for place in range(1, 3 if split else 2))
    return f"SELECT {', '.join(fields)} FROM {source}{_where(conditions)} GROUP BY {group} ORDER BY {group}"


def _joined(design: Design) -> str:
    join = design.join
    assert join is not None
    return f"{design.source} AS t JOIN {join.table} AS o ON t.{quoted(join.own_key)} = o.{quoted(join.key)}"


def _kept(design: Design, prefix: str = "") -> str:
    if not design.keep or not design.split:
        return ""
    return f"{prefix}{quoted(design.split)} IN ({', '.join(literal(value) for value in design.keep)})"


def _where(conditions: list[str]) -> str:
    held = [condition for condition in conditions if condition]
    return f" WHERE {' AND '.join(held)}" if held else ""


SETUP = '''
import pandas as pd
from IPython.display import display

figures = []


def figure(part, text, value, unit=""):
    """Keep a computed figure, and the part that computed it, for the summary at the end."""
    if not pd.isna(value):
        figures.append({"part": part, "text": text, "value": float(value), "unit": unit})


def percent(value):
    return "n/a" if pd.isna(value) else f"{value * 100:,.1f} %"


def number(value):
    return "n/a" if pd.isna(value) else f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
'''


def prepare_prices(design: Design) -> PlannedBlock:
    measure = design.measures[0]
    if design.split:
        shaped = (
            f'data.pivot_table(index="period", columns={design.split!r}, values={measure!r}, aggfunc="last")'
        )
    else:
        shaped = f'data.set_index("period")[[{measure!r}]]'
    return code(
        "prepare",
        "One column a series",
        f"""{SETUP}

data["period"] = pd.to_datetime(data["period"])
levels = {shaped}.astype(float).sort_index().dropna()
levels.columns.name = None
if len(levels) < 2:
    raise ValueError("The window holds fewer than two days on which every series has a value.")
spacing = levels.index.to_series().diff().dt.days.median()
per_year = next(count for days, count in ((4, 252), (10, 52), (45, 12), (120, 4), (9999, 1)) if spacing <= days)
figure("prepare", f"The window used runs from {{levels.index[0].date()}} to {{levels.index[-1].date()}}, {{len(levels):,}} observations a series", len(levels))
levels.tail()
""",
    )


def prepare_series(design: Design, suffix: str = "") -> PlannedBlock:
    """`history` from a year before the window, `series` within it: one row a period, one column a series."""
    measure = design.measures[0] if design.measures else "row_count"
    data, frame, history = f"data{suffix}", f"series{suffix}", f"history{suffix}"
    how = "mean" if averaged(measure) else "sum"
    if design.split:
        shaped = f'{data}.pivot_table(index="period", columns={design.split!r}, values={measure!r}, aggfunc="{how}")'
    elif design.shape == "events":
        shaped = f'{data}.set_index("period")[[{measure!r}]]'
    else:
        shaped = f'{data}.set_index("period")[{list(design.measures)!r}]'
    steps = [
        f'{data}["period"] = pd.to_datetime({data}["period"])',
        f"{history} = {shaped}.astype(float).sort_index()",
        f"{history}.columns = [str(name) for name in {history}.columns]",
    ]
    if design.shape == "events":
        if not averaged(measure):
            steps.append(f"{history} = {history}.fillna(0)")
        steps += [
            "# the last period counts only when the data reaches its end",
            f'covered = pd.to_datetime(coverage{suffix}["last_day"]).max()',
            f'complete = {history}.index.to_period("{RULE[design.grain][0]}").end_time.normalize() <= covered',
            f"if complete.sum() >= 2:\n    {history} = {history}[complete]",
        ]
    elif design.grain != step_of(design.table):
        kind = "sum" if design.shape == "events" else "mean"
        steps.append(f'{history} = {history}.resample("{RULE[design.grain]}").{kind}().dropna(how="all")')
    steps += [
        f"{frame} = {history}[{history}.index >= pd.Timestamp(window_start)]",
        f'if {frame}.empty:\n    raise ValueError("The window holds no data.")',
    ]
    if not suffix:
        steps.append(
            f'figure("prepare", f"The window used runs from {{{frame}.index[0].date()}} to {{{frame}.index[-1].date()}}, {{len({frame}):,}} {ADJECTIVE[design.grain]} values a series", len({frame}))'
        )
    steps.append(f"{frame}.tail()")
    lead = "" if suffix else SETUP + "\n\n"
    return code(f"prepare{suffix}", "One column a series", lead + "\n".join(steps))


def prepare_plain(design: Design) -> PlannedBlock:
    return code(
        "prepare",
        "The table",
        f'{SETUP}\n\nfigure("prepare", f"The table holds {{len(data):,}} rows", len(data))\ndata.head()',
    )


def measure_words(card: TableCard, name: str) -> str:
    return name.replace("_", " ")


__all__ = [
    "ADJECTIVE", "A_YEAR", "RULE", "about", "added", "averaged", "measure_words", "prepare_plain", "prepare_prices", "prepare_series",
    "read_over_time", "read_plain",
]  # fmt: skip
