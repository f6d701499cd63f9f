"""Falls from a peak, and when series were back at it or at the value that they had when the window began."""

from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design, step_of
from workflows.parts.shares import ranks


def recoveries(design: Design) -> list[PlannedBlock]:
    """The table of every series with its first value, its lowest one after it, and the first period after that at or above the first."""
    prices = design.shape == "prices"
    frame, step = ("levels", step_of(design.dated)) if prices else ("series", design.grain)
    lead = "totals = []\n" if prices else f"{ranks(design)[0]}\n"
    number = "{:,.2f}" if prices else "{:,.0f}"
    run = f"""{lead}
rows = []
for name in {frame}:
    values = {frame}[name].dropna()
    base, low = values.iloc[0], values.idxmin()
    after = values[low:]
    again = after[after >= base]
    fell = values.min() < base
    back = "never fell below it" if not fell else period_name(again.index[0], "{step}") if len(again) else "not by the end"
    rows.append({{"series": name, "at the start": base, "lowest": values.min(), "lowest in": period_name(low, "{step}"), "back at the start": back,
                 "at the end": values.iloc[-1], "end against start": values.iloc[-1] / base - 1 if base else float("nan"), "total of others": name in totals, "order": again.index[0] if fell and len(again) else pd.NaT}})
recovery = pd.DataFrame(rows).sort_values(["order", "end against start"], ascending=[True, False]).drop(columns="order").reset_index(drop=True)
began = period_name({frame}.index[0], "{step}")
for row in recovery.to_dict("records")[:30]:
    first, low, end = ("{number}".format(row[key]) for key in ("at the start", "lowest", "at the end"))
    share = percent(row["end against start"])
    if row["back at the start"] == "never fell below it":
        said = f"never fell below its {{first}} of {{began}}"
    elif row["back at the start"] == "not by the end":
        said = f"was not back at its {{first}} of {{began}} by {{period_name({frame}.index[-1], '{step}')}}, with {{end}} ({{share}}); lowest {{low}} in {{row['lowest in']}}"
    else:
        said = f"was back at its {{first}} of {{began}} in {{row['back at the start']}}, after a low of {{low}} in {{row['lowest in']}}"
    figure("recovery", f"{{row['series']}}{{' (a total of others)' if row['total of others'] else ''}} {{said}}", row["end against start"], "ratio")
recovery_chart = recovery.head(30)[["series", "end against start"]]
recovery
"""
    note = (
        f"## Back at the start\n\nFor each series the first {step} after its lowest value at which it stood at or above the value of the window's "
        f"first {step}. Dips before the lowest value that were made up do not count as recovered."
    )
    return [
        text("recovery_note", "Back at the start: formula", note),
        code("recovery", "When each was back where it began", run),
        chart("recovery_bars", "The end of the window against its start", "recovery_chart", "bar", y={"field": "series", "type": "nominal", "sort": "-x", "title": ""},
              x={"field": "end against start", "type": "quantitative", "title": "end against start", "axis": {"format": ".0%"}}),
    ]  # fmt: skip


def falls(design: Design) -> list[PlannedBlock]:
    """The largest fall of each series from a peak, and whether it was made up."""
    count = design.top or 5
    lead, frame = ranks(design)
    note = (
        "## From peak to trough\n\nFor each series the largest fall from the highest value so far within the window, in numbers and as a share of the "
        "peak, the highest value and the one at the end, the part of the fall that was won back by then, and whether the peak was reached again."
    )
    run = f"""{lead}
rows = []
for name in {frame}:
    values = series[name].dropna()
    down = values - values.cummax()
    trough = down.idxmin()
    peak = values[:trough].idxmax()
    after = values[trough:]
    again = after[after >= values[peak]]
    rows.append({{"series": name, "peak": values[peak], "in": period_name(peak, "{design.grain}"), "trough": values[trough], "trough in": period_name(trough, "{design.grain}"),
                 "fall": values[trough] - values[peak], "relative": values[trough] / values[peak] - 1 if values[peak] else float("nan"),
                 "at the end": values.iloc[-1], "against the peak": values.iloc[-1] / values[peak] - 1 if values[peak] else float("nan"),
                 "won back": (values.iloc[-1] - values[trough]) / (values[peak] - values[trough]) if down.min() < 0 else float("nan"),
                 "peak reached again": period_name(again.index[0], "{design.grain}") if len(again) and down.min() < 0 else ("never fell" if down.min() == 0 else "not yet")}})
falls = pd.DataFrame(rows).sort_values("relative").reset_index(drop=True)
left_behind = list(falls.loc[falls["peak reached again"] == "not yet", "series"])
for row in falls.head({count}).to_dict("records"):
    if row["fall"] < 0:
        figure("drawdown", f"{{row['series']}} fell from {{number(row['peak'])}} in {{row['in']}} to its low of {{number(row['trough'])}} in {{row['trough in']}}, by {{number(-row['fall'])}} ({{percent(-row['relative'])}})" + (f"; the peak was reached again in {{row['peak reached again']}}" if row["peak reached again"] not in ("not yet", "never fell") else f"; the peak was not reached again by the end, with {{percent(row['won back'])}} of the fall won back"), row["fall"])
if len(falls) > 1:
    figure("drawdown", f"{{len(left_behind):,}} of {{len(falls):,}} series did not reach their peak again by the end of the window" + (f": {{', '.join(left_behind[:12])}}" + ("…" if len(left_behind) > 12 else "") if left_behind else ""), len(left_behind))
behind = falls[falls["series"].isin(left_behind)].sort_values("won back")
if len(behind) > 1:
    most, least = behind.iloc[-1], behind.iloc[0]
    figure("drawdown", f"of these, {{most['series']}} won back the largest part of its fall by the end ({{percent(most['won back'])}}), {{least['series']}} the smallest ({{percent(least['won back'])}})", most["won back"], "ratio")
if without_totals:
    figure("drawdown", f"{{len(falls)}} series are ranked{{without_totals}}", len(falls))
falls_chart = falls.head(20)[["series", "fall", "relative"]]
falls
"""
    return [
        text("drawdown_note", "From peak to trough: formula", note),
        code("drawdown", "From peak to trough", run),
        chart("drawdown_chart", "Largest fall from a peak", "falls_chart", "bar", y={"field": "series", "type": "nominal", "sort": "x", "title": ""},
              x={"field": "relative", "type": "quantitative", "title": "fall, share of the peak", "axis": {"format": ".0%"}}),
    ]  # fmt: skip


__all__ = ["falls", "recoveries"]
