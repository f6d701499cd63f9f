"""The rolling correlation of the first series with the others, over a length that the reader of the notebook can change."""

from workflows.parts.blocks import PlannedBlock, chart, code, slider_input, text
from workflows.parts.design import Design, step_of


def rolling_correlation(design: Design) -> list[PlannedBlock]:
    """The blocks of the rolling correlation; they read `levels` or `series`."""
    prices = design.shape == "prices"
    step = step_of(design.dated) if prices else design.grain
    frame = "levels" if prices else "series"
    length = design.moving
    note = (
        f"## Rolling correlation\n\nPearson's correlation of the relative changes from {step} to {step} over the last so many {step}s: {length} at first, "
        "as the slider says. Each value stands at the end of its stretch."
    )
    run = f"""
steps = {frame}.pct_change(fill_method=None).dropna()
length = min(max(int(float(rolling_length)), 3), len(steps))
names = list(steps.columns)
rolling = pd.DataFrame({{f"{{names[0]}} and {{name}}": steps[names[0]].rolling(length).corr(steps[name]) for name in names[1:7]}}).dropna(how="all")
if rolling.empty:
    raise ValueError("A correlation takes two series.")
rolling_long = rolling.iloc[:: max(1, rolling.size // 4000 + 1)].rename_axis("period").reset_index().melt(id_vars="period", var_name="series", value_name="correlation")
for name in rolling:
    own = rolling[name].dropna()
    low, high = own.idxmin(), own.idxmax()
    figure("correlation", f"over {{length}} {step}s the correlation of {{name}} was lowest at {{own[low]:.2f}} ({{period_name(low, '{step}')}}) and highest at {{own[high]:.2f}} ({{period_name(high, '{step}')}}); it ended at {{own.iloc[-1]:.2f}}", own[low])
lowest = rolling.stack().rename("correlation").rename_axis(["{step}", "series"]).reset_index().nsmallest(10, "correlation").reset_index(drop=True)
lowest["{step}"] = [period_name(moment, "{step}") for moment in lowest["{step}"]]
lowest
"""
    return [
        slider_input("rolling_length", f"Length of the rolling correlation, {step}s", "rolling_length", length, 3, max(252, 2 * length)),
        text("correlation_note", "Rolling correlation: formula", note),
        code("correlation", f"Lowest values of the rolling correlation, by the {step} it ends on", run),
        chart("correlation_chart", "Rolling correlation", "rolling_long", "line", x=("period", "temporal", ""),
              y={"field": "correlation", "type": "quantitative", "title": "correlation", "scale": {"zero": False}}, color={"field": "series", "type": "nominal", "title": ""}),
    ]  # fmt: skip


__all__ = ["rolling_correlation"]
