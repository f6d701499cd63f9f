"""Moving averages, one or several, from the first row of the window on: the rows before it are read for them."""

from workflows.parts.blocks import PlannedBlock, chart, code, slider_input, text
from workflows.parts.design import Design
from workflows.parts.lengths import lengths, longest, row_step
from workflows.parts.reading import what


def moving(design: Design) -> list[PlannedBlock]:
    """The averages beside the values; they read `history`, which begins early enough, and `levels` or `series`."""
    counts, step = lengths(design), row_step(design)
    frame = "levels" if design.shape == "prices" else "series"
    slider = [slider_input("moving_length", f"Length of the moving average, {step}s", "moving_length", counts[0], 2, longest(design))] if design.slider else []  # fmt: skip
    said = " and ".join(map(str, counts))
    note = f"## Moving average\n\nThe mean of the last {said} values ({step}s), shown from the first {step} that has so many before it in what was read."
    title, taken = f"average of {said} {step}s", repr(counts)
    if slider:
        note = f"## Moving average\n\nThe mean of the last so many values ({step}s): {counts[0]} at first, as the slider says."
        title, taken = "moving average", "[max(int(float(moving_length)), 2)]"
    run = f"""
shown = list({frame}.iloc[-1].abs().sort_values(ascending=False).index[:{4 if len(counts) == 1 else 2}])
columns = {{}}
for name in shown:
    columns[name] = {frame}[name]
    for length in {taken}:
        smoothed = history[name].rolling(length).mean()
        columns[f"{{name}} (average of {{length}} {step}s)"] = within = smoothed[smoothed.index >= {frame}.index[0]]
        last, average = {frame}[name].iloc[-1], smoothed.iloc[-1]
        if pd.isna(average):
            figure("moving", f"{{name}} has fewer than {{length}} values up to the end of the window, so there is no such average", length)
            continue
        begins = within.first_valid_index()
        late = f"; it begins in {{period_name(begins, '{step}')}}, from where on the data has so many values" if begins > {frame}.index[0] else ""
        figure("moving", f"{{name}} stood at {{number(last)}} at the end, its average of {{length}} {step}s at {{number(average)}} ({{percent(last / average - 1)}} from it){{late}}", average)
both = pd.DataFrame(columns)
both.index.name = "period"
moving_long = both.iloc[:: max(1, both.size // 4000 + 1)].reset_index().melt(id_vars="period", var_name="series", value_name="value").dropna()
latest = both.tail(10).copy()
latest.index = [period_name(moment, "{step}") for moment in latest.index]
latest
"""
    return [
        *slider,
        text("moving_note", "Moving average: formula", note),
        code("moving", "Moving average", run),
        chart("moving_chart", f"Values and their {title}", "moving_long", "line", x=("period", "temporal", ""),
              y={"field": "value", "type": "quantitative", "title": what(design), "scale": {"zero": False}}, color={"field": "series", "type": "nominal", "title": ""}),
    ]  # fmt: skip


__all__ = ["moving"]
