"""The blocks every analysis begins with: what was asked, what can be chosen, and the data as one column a series."""

from agents.asks.tables import averaged
from workflows.parts.blocks import PlannedBlock, big_number, code, heading, select_input, text
from workflows.parts.design import COUNTED, Design, step_of
from workflows.parts.lengths import earlier_days
from workflows.parts.query import from_a_day, how_taken, named_days

RULE = {"day": "D", "week": "W", "month": "ME", "quarter": "QE", "year": "YE"}
"""pandas offsets of the steps."""
ADJECTIVE = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}
A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


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
    elif design.note:
        lines += ["", f"{design.note}."]
    gaps = [
        f"There is no {one.asked} in the data; {one.instead} is used instead, under its own name."
        if one.instead
        else f"There is no {one.asked} in the data, so it is not part of this analysis."
        for one in design.missing
    ] + [f"Not answered here: {wish}." for wish in design.unanswered]
    if gaps:
        lines += ["", "**Not in the data:**", "", *[f"- {line}" for line in gaps]]
    return [heading("title", title, 1), text("about", "What this is", "\n".join(lines)), *remarks(design)]


def remarks(design: Design) -> list[PlannedBlock]:
    """What the request wants written down, in its own words."""
    return [
        text(f"remark_{number}", "A note as the request words it", said)
        for number, said in enumerate(design.remarks, 1)
    ]


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


def period_name(moment, grain):
    form = {"day": "%Y-%m-%d", "week": "week of %Y-%m-%d", "month": "%B %Y", "year": "%Y"}.get(grain)
    return moment.strftime(form) if form else f"Q{moment.quarter} {moment.year}"


def count_of(value):
    return "n/a" if pd.isna(value) else f"{value:,.0f}"


def number(value):
    return "n/a" if pd.isna(value) else f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
'''


def _merged(design: Design, data: str, lookup: str) -> list[str]:
    """Lines that join what another integration says of the values, and add up what belongs together."""
    if design.lookup is None:
        return []
    held, measure = design.lookup, design.measure
    how = "mean" if averaged(measure) or design.shape == "prices" else "sum"
    lines = [
        f"# two integrations cannot be joined in SQL, so it is done here: {held.key} of {design.table.name} is {held.their_key} of {held.table.name}",
        f"{lookup} = {lookup}.drop_duplicates({held.their_key!r}).set_index({held.their_key!r})[{held.column!r}]",
        f"{data}[{held.column!r}] = {data}[{held.key!r}].map({lookup})",
        f"without = sorted({data}.loc[{data}[{held.column!r}].isna(), {held.key!r}].astype(str).unique())",
        "if without:",
        f'    figure("prepare", f"{{len(without):,}} of {{{data}[{held.key!r}].nunique():,}} values of {held.key} have no {held.column} in {held.table.name} and are left out: {{\', \'.join(without[:12])}}", len(without))',
    ]
    if design.keep:
        lines.append(f"{data} = {data}[{data}[{held.column!r}].isin({list(design.keep)!r})]")
    index = ["period", held.column] if design.time else [held.column]
    lines.append(f"{data} = {data}.dropna(subset=[{held.column!r}])")
    if design.time:
        lines.append(f"{data} = {data}.groupby({index!r})[{measure!r}].{how}().reset_index()")
    return [
        *lines,
        f'if {data}.empty:\n    raise ValueError("No value of {held.key} stands in {held.table.name}.")',
    ]


def choice(design: Design) -> list[PlannedBlock]:
    """An input for the series to show, where the request wants to choose and the series are known."""
    names = _series_names(design)
    if not design.choose or len(names) < 2:
        return []
    label = (design.split or "measure").replace("_", " ")
    first = [name for name in design.chosen if name in names] or list(names[:1] if len(names) > 8 else names)
    return [select_input("chosen", f"Choose {label}", CHOSEN, list(names), first)]


CHOSEN = "chosen_series"


def _series_names(design: Design) -> tuple[str, ...]:
    if design.split:
        return design.keep or design.values
    return design.measures if design.shape == "series" else ()


def prepare_prices(design: Design) -> PlannedBlock:
    measure = design.measure
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
{"".join(f"{line}{chr(10)}" for line in _merged(design, "data", "lookup"))}{_named_gaps(design, "data")}levels = {shaped}.astype(float).sort_index()
{_chosen(design, "levels")}levels = levels.dropna()
levels.columns.name = None
{_earlier(design)}if len(levels) < 2:
    raise ValueError("The window holds fewer than two days on which every series has a value.")
spacing = levels.index.to_series().diff().dt.days.median()
per_year = next(count for days, count in ((4, 252), (10, 52), (45, 12), (120, 4), (9999, 1)) if spacing <= days)
figure("prepare", f"The window used runs from {{levels.index[0].date()}} to {{levels.index[-1].date()}}, {{len(levels):,}} observations a series{_shut(design)}", len(levels))
levels.tail()
""",
    )


def _earlier(design: Design) -> str:
    """Lines that keep the rows before the window apart, which moving averages are made of."""
    if not earlier_days(design):
        return ""
    return f"""history = levels
opens = history.index[history.index {"<=" if from_a_day(design) else "<"} pd.Timestamp(window_start)].max()
levels = history[history.index >= (pd.Timestamp(window_start) if pd.isna(opens) else opens)]
"""


def _shut(design: Design) -> str:
    """The end of the sentence on the window where its days are named: which of them have no value, and what stands for it."""
    if not named_days(design):
        return ""
    days = "[pd.Timestamp(window_start), pd.Timestamp(window_end)]" if from_a_day(design) else "[pd.Timestamp(window_end)]"  # fmt: skip
    return f"{{''.join(f'; there is none for {{day.date()}}, so it is that of {{levels.index[levels.index <= day][-1].date()}}' for day in {days} if day not in levels.index and (levels.index <= day).any())}}"


def headline(design: Design) -> list[PlannedBlock]:
    """The latest value as a big number, with the code that computes it, where the request wants one; of several series the first is shown."""
    if not design.headline or design.shape == "plain" or not design.parts:
        return []
    frame = "levels" if design.shape == "prices" else "series"
    step = step_of(design.dated) if design.shape == "prices" else design.grain
    run = f"""
headline_series = {frame}.iloc[-1].abs().idxmax()
headline_value = round(float({frame}[headline_series].iloc[-1]), 2)
headline_period = period_name({frame}.index[-1], "{step}")
figure("headline", f"the big number shows {{headline_series}} in {{headline_period}}: {{headline_value:,.{2 if design.shape == "prices" else 0}f}}", headline_value)
"""
    return [code("headline", "The latest value", run), big_number("headline_number", "{{ headline_series }}, {{ headline_period }}", "headline_value")]  # fmt: skip


def _named_gaps(design: Design, data: str) -> str:
    """A line that gives rows without a value of the split a name, so that they are not lost."""
    if not design.split or design.keep:
        return ""
    return f'{data}[{design.split!r}] = {data}[{design.split!r}].astype(object).where({data}[{design.split!r}].notna(), "(none)")\n'  # fmt: skip


def _chosen(design: Design, frame: str) -> str:
    if not choice(design):
        return ""
    return f"{frame} = {frame}[[name for name in {frame}.columns if str(name) in {CHOSEN}]]\n"


def prepare_series(design: Design, suffix: str = "", how: str = "") -> PlannedBlock:
    """`history` from a year before the window, `series` within it: one row a period, one column a series; `how` its values become one."""
    measure = design.measure
    data, frame, history = f"data{suffix}", f"series{suffix}", f"history{suffix}"
    how = how or how_taken(design)
    if design.split:
        shaped = f'{data}.pivot_table(index="period", columns={design.split!r}, values={measure!r}, aggfunc="{how}")'
    elif design.shape == "events":
        shaped = f'{data}.set_index("period")[[{measure!r}]]'
    else:
        shaped = f'{data}.groupby("period")[{list(design.measures)!r}].{how}()'
    steps = [
        f'{data}["period"] = pd.to_datetime({data}["period"])',
        *_merged(design, data, f"lookup{suffix}"),
        *_named_gaps(design, data).splitlines(),
        f"{history} = {shaped}.astype(float).sort_index()",
        f"{history}.columns = [{what(design)!r}]"
        if design.measure == COUNTED and not design.split
        else f"{history}.columns = [str(name) for name in {history}.columns]",
        *(_chosen(design, history).splitlines() if not suffix else []),
    ]
    if design.shape == "events":
        steps += _whole_periods(design, data, history, suffix, how)
    elif design.grain != step_of(design.table):
        steps.append(f'{history} = {history}.resample("{RULE[design.grain]}").{how}({_counted(how)}).dropna(how="all")')  # fmt: skip
    steps += [
        f"{frame} = {history}[{history}.index >= pd.Timestamp(window_start)]",
        f'if {frame}.empty:\n    raise ValueError("The window holds no data.")',
    ]
    if not suffix:
        left = "{left_out}" if design.shape == "events" else ""
        steps += [
            f"opens, closes = [period_name({frame}.index[place], '{design.grain}') for place in (0, -1)]",
            f'held = f"runs from {{opens}} to {{closes}}, {{len({frame}):,}} {ADJECTIVE[design.grain]} values a series" if len({frame}) > 1 else f"is {{closes}}"',
            f'figure("prepare", f"The window used {{held}}{left}", len({frame}))',
        ]
    steps.append(f"{frame}.tail()")
    lead = "" if suffix else SETUP + "\n\n"
    return code(f"prepare{suffix}", "One column a series", lead + "\n".join(steps))


def _counted(how: str) -> str:
    return "min_count=1" if how == "sum" else ""


def _whole_periods(design: Design, data: str, history: str, suffix: str, how: str) -> list[str]:
    """Lines that fill periods in which nothing happened, and leave out a last period that is not over."""
    rule = {"day": "D", "week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}[design.grain]
    every = f'{history} = {history}.reindex(pd.date_range({history}.index.min(), {history}.index.max(), freq="{rule}", name="period"))'
    filled = [every, f"{history} = {history}.fillna(0)"] if how == "sum" else []
    return [
        f'if {data}.empty:\n    raise ValueError("The table holds no rows in this window.")',
        *filled,
        "# the last period counts only when the data reaches its end",
        f'covered = pd.to_datetime(coverage{suffix}["last_day"]).max()',
        f'complete = {history}.index.to_period("{RULE[design.grain][0]}").end_time.normalize() <= covered',
        f'left_out = f"; {{period_name({history}.index[-1], {design.grain!r})}} is left out, since the data ends before it is over" if complete.sum() >= 2 and not complete[-1] else ""',
        f"if complete.sum() >= 2:\n    {history} = {history}[complete]",
    ]


def prepare_plain(design: Design) -> PlannedBlock:
    return code(
        "prepare",
        "The table",
        f'{SETUP}\n\n{"".join(f"{line}{chr(10)}" for line in _merged(design, "data", "lookup"))}{_named_gaps(design, "data")}figure("prepare", f"The table holds {{len(data):,}} rows", len(data))\ndata.head()',
    )


def what(design: Design) -> str:
    """What the values are, in words: the measure, or what is counted."""
    if design.measure == COUNTED:
        return f"number of {design.table.name.replace('_', ' ')}"
    return design.measure.replace("_", " ")


__all__ = [
    "ADJECTIVE",
    "A_YEAR",
    "CHOSEN",
    "RULE",
    "SETUP",
    "about",
    "choice",
    "headline",
    "prepare_plain",
    "prepare_prices",
    "prepare_series",
    "remarks",
    "what",
]  # fmt: skip
