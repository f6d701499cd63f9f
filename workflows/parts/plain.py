"""Parts for a table without dates: breakdown, distribution, largest rows."""

from agents.asks.build_analysis import Part
from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design
from workflows.parts.query import added


def plain_part(part: Part, design: Design) -> list[PlannedBlock]:
    """The blocks of one part; they read `data`."""
    return _PARTS[part](design)


def _breakdown(design: Design) -> list[PlannedBlock]:
    split = design.split
    measure = design.measures[0] if design.measures else None
    if split is None:
        return _summary(design)
    how = "sum" if measure and added(measure) and not design.average else "mean"
    word = "average" if how == "mean" else "total"
    name = (measure or "rows").replace("_", " ")
    note = f"## Breakdown by {split.replace('_', ' ')}\n\nRows, {'total and average' if measure and added(measure) else word} of {name}, and the share of each value of `{split}`."
    if measure and added(measure):
        made = f'rows=({measure!r}, "size"), total=({measure!r}, "sum"), average=({measure!r}, "mean")'
        chosen = word
    elif measure:
        made = f'rows=({measure!r}, "size"), {word}=({measure!r}, {how!r})'
        chosen = word
    else:
        made, chosen = f'rows=({split!r}, "size")', "rows"
    told = f"{word} of {name} {{number(row.{chosen})}}" if measure else "{row.rows:,} rows"
    besides = (
        f"; rows: {{row.rows:,}}, {'average' if word == 'total' else 'total'} {{number(row.{'average' if word == 'total' else 'total'})}}"
        if measure and added(measure)
        else ""
    )
    run = f"""
breakdown = data.groupby({split!r}).agg({made}).sort_values("{chosen}", ascending=False)
breakdown["share"] = breakdown["{"rows" if how == "mean" else chosen}"] / breakdown["{"rows" if how == "mean" else chosen}"].sum()
breakdown = breakdown.reset_index().rename(columns={{{split!r}: "group"}})
breakdown_chart = breakdown.head(20).astype({{"group": str}})
for row in breakdown.head({max(5, min(design.top, 10))}).itertuples(index=False):
    figure("breakdown", f"{{row.group}}: {told}, {{percent(row.share)}} of the {"rows" if how == "mean" else "whole"}{besides}", row.{chosen})
breakdown
"""
    return [
        text("breakdown_note", "Breakdown: formula", note),
        code("breakdown", "Breakdown", run),
        chart("breakdown_bars", f"{name.capitalize()} by {split.replace('_', ' ')}", "breakdown_chart", "bar",
              y={"field": "group", "type": "nominal", "sort": "-x", "title": ""}, x={"field": chosen, "type": "quantitative", "title": chosen}),
    ]  # fmt: skip


def _summary(design: Design) -> list[PlannedBlock]:
    run = """
breakdown = data.describe(include="all").T
figure("breakdown", f"the table has {data.shape[1]} columns", data.shape[1])
breakdown
"""
    return [text("breakdown_note", "Overview", "## Overview\n\nEvery column with its count, spread and most frequent value."), code("breakdown", "Overview", run)]  # fmt: skip


def _distribution(design: Design) -> list[PlannedBlock]:
    measures = list(design.measures[:6])
    note = (
        "## Distribution\n\nCount, mean, quartiles and extremes. A value counts as an outlier when it lies more than 1.5 interquartile "
        "ranges outside the quartiles (Tukey's rule)."
    )
    run = f"""
numbers = data[{measures!r}].astype(float)
distribution = numbers.describe().T
low, high = numbers.quantile(0.25), numbers.quantile(0.75)
distribution["outliers"] = ((numbers < low - 1.5 * (high - low)) | (numbers > high + 1.5 * (high - low))).sum()
distribution_long = numbers.iloc[:4000, :1].melt(var_name="measure", value_name="value").dropna()
for name, row in distribution.head(3).iterrows():
    figure("distribution", f"{{name}} has a median of {{number(row['50%'])}} and runs from {{number(row['min'])}} to {{number(row['max'])}}", row["50%"])
distribution
"""
    return [
        text("distribution_note", "Distribution: formula", note),
        code("distribution", "Distribution", run),
        chart("distribution_chart", f"Distribution of {measures[0].replace('_', ' ')}", "distribution_long", "bar",
              x={"field": "value", "bin": {"maxbins": 40}, "type": "quantitative"}, y={"aggregate": "count", "type": "quantitative"}),
    ]  # fmt: skip


def _top(design: Design) -> list[PlannedBlock]:
    measure = design.measures[0]
    count = design.top or (design.table.rows if design.table.rows and design.table.rows <= 25 else 10)
    if design.split and design.split_named and added(measure) and not design.average:
        return _top_groups(design, design.split, count)
    end = "smallest" if design.smallest else "largest"
    label = _label(design)
    also = "".join(f", {name.replace('_', ' ')} {{{_told(design, name)}}}" for name in design.measures[1:3])
    told = _told(design, measure)
    run = f"""
top = data.sort_values({measure!r}, ascending={design.smallest}).head({count}).reset_index(drop=True)
label = {label!r} if {label!r} in top.columns else next((column for column in top.columns if column != {measure!r}), {measure!r})
top.index = top.index + 1
top_chart = pd.DataFrame({{"label": top[label].astype(str), "value": top[{measure!r}].astype(float)}})
for place, row in top.head(12).iterrows():
    figure("top", f"number {{place}} is {{row[label]}} with {measure.replace("_", " ")} {{{told}}}{also}", row[{measure!r}])
{_passing(design, measure)}top
"""
    note = f"## The {end} rows\n\nThe {count} rows with the {end} `{measure}`."
    return [
        text("top_note", f"The {end} rows: what counts", note),
        code("top", f"The {end} rows", run),
        chart("top_chart", f"{measure.replace('_', ' ').capitalize()} of the {end} rows", "top_chart", "bar",
              y={"field": "label", "type": "nominal", "sort": "x" if design.smallest else "-x", "title": ""}, x={"field": "value", "type": "quantitative", "title": measure.replace("_", " ")}),
    ]  # fmt: skip


def _told(design: Design, measure: str) -> str:
    return f"percent(row[{measure!r}])" if _relative(design, measure) else f"number(row[{measure!r}])"


def _passing(design: Design, measure: str) -> str:
    """Lines that tell which rows pass the limit that the request sets."""
    if design.limit is None:
        return ""
    bound, than = design.limit.number, design.limit.than
    shown = f"{bound * 100:g} %" if _relative(design, measure) else f"{bound:,g}"
    said = f"{measure.replace('_', ' ')} {than} {shown}"
    return f"""passing = data[data[{measure!r}].astype(float) {"<" if than == "below" else ">"} {bound!r}].sort_values({measure!r}, ascending={than == "below"})
names = ", ".join(f"{{row[label]}} ({{{_told(design, measure)}}})" for _, row in passing.head(25).iterrows())
figure("top", f"{{len(passing):,}} of {{len(data):,}} rows have {said}" + (f": {{names}}" if len(passing) else ""), len(passing))
"""


def _label(design: Design) -> str:
    """The column that tells the rows apart: a name, or a category of which every row has its own."""
    own = [column.name for column in design.table.of("category", "text", "key") if column.distinct and column.distinct == design.table.rows]  # fmt: skip
    return next(iter(own), "")


def _relative(design: Design, measure: str) -> bool:
    """Whether the measure is a part of one: a share or rate whose values lie between 0 and 1."""
    column = design.table.column(measure)
    try:
        high = float(column.last or "") if column else 2.0
    except ValueError:
        return False
    return high <= 1 and any(word in measure.lower() for word in ("share", "rate", "ratio", "percent", "pct"))


def _top_groups(design: Design, split: str, count: int) -> list[PlannedBlock]:
    measure = design.measures[0]
    end = "smallest" if design.smallest else "largest"
    name, group = measure.replace("_", " "), split.replace("_", " ")
    run = f"""
sums = data.groupby({split!r})[{measure!r}].sum().astype(float).sort_values(ascending={design.smallest})
top = sums.head({count}).rename("total").rename_axis("group").reset_index()
top["share"] = top["total"] / sums.sum()
top.index = top.index + 1
top_chart = top.astype({{"group": str}})
for place, row in top.head(5).iterrows():
    figure("top", f"number {{place}} is {{row['group']}} with a total {name} of {{number(row['total'])}}, {{percent(row['share'])}} of the whole", row["total"])
top
"""
    note = f"## The {end} {count}\n\nThe {count} values of `{split}` with the {end} total of `{measure}`, and their shares of the whole table."
    return [
        text("top_note", f"The {end}: what counts", note),
        code("top", f"The {end} {count} by {name}", run),
        chart("top_chart", f"{name.capitalize()} of the {end} {count}", "top_chart", "bar",
              y={"field": "group", "type": "nominal", "sort": "x" if design.smallest else "-x", "title": group}, x={"field": "total", "type": "quantitative", "title": f"total {name}"}),
    ]  # fmt: skip


_PARTS = {Part.BREAKDOWN: _breakdown, Part.DISTRIBUTION: _distribution, Part.TOP: _top}

__all__ = ["plain_part"]
