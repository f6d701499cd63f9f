"""Two windows step by step beside each other, such as the months of two years: one row for each place, one column for each window."""

from workflows.parts.blocks import PlannedBlock, chart, code
from workflows.parts.design import Design
from workflows.parts.query import how_taken
from workflows.parts.reading import RULE

_LONGEST = {"day": 0, "week": 60, "month": 36, "quarter": 20, "year": 0}
"""The longest windows, in steps, whose steps can be set side by side."""


def side_by_side(design: Design, names: tuple[str, str], windows: list[tuple[str, str]]) -> list[PlannedBlock]:  # fmt: skip
    """The table and the chart; nothing where the request names no step within the windows."""
    grain = design.grain
    if not design.stepped or not _LONGEST[grain]:
        return []
    prices = design.shape == "prices"
    frame = "levels" if prices else "series"
    how = ("mean" if design.average else "last") if prices else how_taken(design)
    word = {"mean": "average", "last": "last value", "sum": "total"}[how]
    form = ",.2f" if prices else ",.0f"
    places = {"month": "moment.strftime('%B')", "quarter": "f'Q{moment.quarter}'"}.get(grain, "f'week {place}'")  # fmt: skip
    run = f"""
def steps_of(start_day, end_day):
    part = {frame}[({frame}.index >= pd.Timestamp(start_day)) & ({frame}.index <= pd.Timestamp(end_day))]
    return part.resample("{RULE[grain]}").{how}().dropna(how="all")


steps = {{name: steps_of(*days) for name, days in {dict(zip(names, windows, strict=True))!r}.items()}}
labels = {{name: [{places} for place, moment in enumerate(part.index, 1)] for name, part in steps.items()}}
same = len({{tuple(own) for own in labels.values()}}) == 1 and all(len(own) == len(set(own)) for own in labels.values())
columns = {{}}
for name, part in steps.items():
    for series in list(part)[:3]:
        own = part[series].set_axis(labels[name] if same else [f"{grain} {{place}}" for place in range(1, len(part) + 1)])
        columns[name if part.shape[1] == 1 else f"{{series}}, {{name}}"] = own
periods_by = pd.DataFrame(columns)
periods_by = periods_by.loc[list(dict.fromkeys(label for own in columns.values() for label in own.index))].rename_axis("{grain}")
for name in periods_by:
    own = periods_by[name].dropna()
    figure("periods_by", f"{{name}}, {word} of each {grain}: " + ", ".join(f"{{label}} {{value:{form}}}" for label, value in own.items()), own.iloc[-1])
periods_by_long = periods_by.reset_index().melt(id_vars="{grain}", var_name="window", value_name="value").dropna()
periods_by
"""
    return [
        code("periods_by", f"The two windows side by side, {grain} by {grain}", run),
        chart("periods_by_chart", f"{word.capitalize()} of each {grain}, by window", "periods_by_long", "line",
              x={"field": grain, "type": "ordinal", "sort": None, "title": ""}, y={"field": "value", "type": "quantitative", "title": word, "scale": {"zero": False}},
              color={"field": "window", "type": "nominal", "title": ""}),
    ]  # fmt: skip


__all__ = ["side_by_side"]
