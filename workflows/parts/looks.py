"""Parts that look at a frame of series, prices or counts alike: growth, ratio, scatter, pivot, unusual periods, forecast, the values themselves."""

from agents.asks.build_analysis import Part
from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design, step_of
from workflows.parts.each import each_blocks, overall
from workflows.parts.query import how_taken
from workflows.parts.reading import ADJECTIVE, RULE, what
from workflows.parts.wishes import at_grain, frame_of, observed

_DATE = ("period", "temporal", "")
_SERIES = {"field": "series", "type": "nominal", "title": ""}
_PERCENT = {"axis": {"format": ".0%"}}
_ROWS_A_YEAR = {"day": 252, "week": 52, "month": 12, "quarter": 4, "year": 1}
_AHEAD = {"day": 20, "week": 13, "month": 12, "quarter": 4, "year": 3}


def look_part(part: Part, design: Design) -> list[PlannedBlock]:
    """The blocks of one part; they read `levels` or `series`, and `history` where there is a year before the window."""
    return _PARTS[part](design)


def _stepped(design: Design, *, at_least: str = "day") -> tuple[str, str]:
    """The frame at the grain that is looked at, and that grain: single days are too fine for a year's growth."""
    grain = observed(design)
    if grain == "day" and at_least != "day" and frame_of(design) == "levels":
        return f'levels.resample("{RULE[at_least]}").last()', at_least
    return at_grain(design), grain


def _alone(design: Design) -> bool:
    """Whether there is one series only."""
    if design.split:
        return len(design.keep) == 1
    return design.shape == "events" or len(design.measures) == 1


def _growth(design: Design) -> list[PlannedBlock]:
    source, grain = _stepped(design, at_least="month")
    back = _ROWS_A_YEAR[grain]
    source = source.replace("series", "history")
    note = (
        f"## Growth against a year earlier\n\nEach {grain} against the same {grain} of the year before: "
        f"$x_t / x_{{t-{back}}} - 1$. It begins where the data that was read reaches a year back."
    )
    run = f"""
by_year = {source}
growth = (by_year / by_year.shift({back}) - 1).where(by_year.shift({back}) > 0)
growth = growth[growth.index >= pd.Timestamp(window_start)].dropna(how="all")
growth_long = growth.iloc[:, :8].reset_index(names="period").melt(id_vars="period", var_name="series", value_name="growth").dropna()
if growth.empty:
    print("The data does not reach a year back from any {grain} of the window.")
for name in list(growth)[:4]:
    own = growth[name].dropna()
    if 1 < len(own) <= 12:
        figure("growth", f"{{name}} against a year earlier: " + ", ".join(f"{{period_name(moment, '{grain}')}} {{percent(value)}}" for moment, value in own.items()), own.iloc[-1], "ratio")
    if len(own):
        figure("growth", f"{{name}} grew by {{percent(own.iloc[-1])}} against a year earlier in {{period_name(own.index[-1], '{grain}')}}; most in {{period_name(own.idxmax(), '{grain}')}} ({{percent(own.max())}}), least in {{period_name(own.idxmin(), '{grain}')}} ({{percent(own.min())}})", own.iloc[-1], "ratio")
growth
"""
    return [
        text("growth_note", "Growth against a year earlier: formula", note),
        code("growth", "Growth against a year earlier", run),
        chart("growth_chart", "Growth against a year earlier", "growth_long", "line", x=_DATE,
              y={"field": "growth", "type": "quantitative", "title": "growth", **_PERCENT}, color=_SERIES),
    ]  # fmt: skip


def _ratio(design: Design) -> list[PlannedBlock]:
    frame = frame_of(design)
    names = [name for name in design.keep if name] or list(design.measures)
    first, second = (repr(names[0]), repr(names[1])) if len(names) > 1 else ("None", "None")
    note = "## Ratio\n\nThe one series divided by the other, period by period."
    run = f"""
above, below = {first}, {second}
if above not in {frame} or below not in {frame}:
    above, below = {frame}.columns[:2]
ratio = ({frame}[above] / {frame}[below].where({frame}[below] != 0)).dropna().rename("ratio").rename_axis("period").reset_index()
ratio_name = f"{{above}} to {{below}}"
start, end = ratio.iloc[0], ratio.iloc[-1]
high, low = ratio.loc[ratio["ratio"].idxmax()], ratio.loc[ratio["ratio"].idxmin()]
figure("ratio", f"the ratio of {{ratio_name}} went from {{start['ratio']:,.3f}} to {{end['ratio']:,.3f}} over the window", end["ratio"])
figure("ratio", f"the ratio was highest {"on" if observed(design) == "day" else "in"} {{period_name(high['period'], '{observed(design)}')}} at {{high['ratio']:,.3f}} and lowest {"on" if observed(design) == "day" else "in"} {{period_name(low['period'], '{observed(design)}')}} at {{low['ratio']:,.3f}}", high["ratio"])
{_ratio_by_window(design)}ratio
"""
    return [
        text("ratio_note", "Ratio: formula", note),
        code("ratio", "Ratio over time", run),
        chart("ratio_chart", f"{' to '.join(names[:2])}" if len(names) > 1 else "Ratio", "ratio", "line", x=_DATE,
              y={"field": "ratio", "type": "quantitative", "title": "ratio", "scale": {"zero": False}}),
    ]  # fmt: skip


def _ratio_by_window(design: Design) -> str:
    """Lines that give the ratio of each window, of the averages in it, where windows are held against each other."""
    if design.against is None:
        return ""
    windows = [(design.period.start, design.period.end), design.against, *design.further]
    days = [(str(start), str(end)) for start, end in sorted(windows, key=str)]
    return f"""for start_day, end_day in {days!r}:
    part = {frame_of(design)}[start_day:end_day]
    figure("ratio", f"from {{start_day}} to {{end_day}} the ratio of {{ratio_name}} was {{part[above].mean() / part[below].mean():,.2f}} on average: {{number(part[above].mean())}} to {{number(part[below].mean())}}", part[above].mean() / part[below].mean())
"""


def _scatter(design: Design) -> list[PlannedBlock]:
    source, grain = _stepped(design)
    note = f"## Scatter\n\nEach point is a {grain}: the {ADJECTIVE[grain]} change of one series against that of another."
    run = f"""
steps = {source}.pct_change(fill_method=None).replace([float("inf"), -float("inf")], float("nan")).dropna()
pair = list(steps.columns[:2]) if steps.shape[1] > 1 else []
if len(pair) < 2:
    raise ValueError("A scatter chart takes two series.")
scatter = steps[pair].set_axis(["first", "second"], axis=1).reset_index(names="period")
scatter_shown = scatter.iloc[:: max(1, len(scatter) // 4000 + 1)]
together = scatter["first"].corr(scatter["second"])
figure("scatter", f"the {ADJECTIVE[grain]} changes of {{pair[0]}} (across) and {{pair[1]}} (up) correlate with {{together:.2f}}, over {{len(scatter):,}} points", together)
scatter.describe()[["first", "second"]].set_axis(pair, axis=1)
"""
    return [
        text("scatter_note", "Scatter: what it shows", note),
        code("scatter", "Changes against each other", run),
        chart("scatter_chart", f"{ADJECTIVE[grain].capitalize()} changes against each other", "scatter_shown", {"type": "point", "opacity": 0.4, "tooltip": True},
              x={"field": "first", "type": "quantitative", "title": _named(design, 0), "axis": {"format": ".1%"}},
              y={"field": "second", "type": "quantitative", "title": _named(design, 1), "axis": {"format": ".1%"}}),
    ]  # fmt: skip


def _named(design: Design, place: int) -> str:
    """The name of a series by its place, as far as it is known before the run: frames keep their columns in order."""
    names = sorted(design.keep or design.values) if design.split else list(design.measures)
    return names[place] if len(names) > place else ("first series", "second series")[place]


def _crosstab(design: Design) -> list[PlannedBlock]:
    """Years down; series across, or, with one series or months named, calendar months across."""
    source, grain = _stepped(design, at_least="month")
    prices = design.shape == "prices"
    changes = prices or Part.RETURNS in design.parts
    steps = not changes and Part.CHANGE in design.parts and not prices
    how = "mean" if prices else "sum" if steps else how_taken(design)
    number_of = (
        f"return of each {grain}"
        if changes
        else f"change of {what(design)} against the {grain} before, in numbers"
        if steps
        else f"{'average' if how == 'mean' else how} of {what(design)}"
    )
    one = _alone(design)
    note = f"## Pivot\n\nYears down, {'calendar months' if one else 'series'} across: the {number_of}."
    if one:
        cells = (
            f"{source}.pct_change(fill_method=None)"
            if changes
            else f"{source.replace('series', 'history')}.diff()"
            if steps
            else source
        )
        run = f"""
cells = {cells}
cells = cells[cells.index >= pd.Timestamp(window_start)].iloc[:, 0].dropna()
crosstab = cells.groupby([cells.index.year.rename("year"), cells.index.month.rename("month")]).{how}().unstack("month")
"""
    elif changes:
        run = """
by_year = levels.resample("YE").last().pct_change(fill_method=None)
by_year.iloc[0] = levels[levels.index.year == levels.index[-1].year].iloc[-1] / levels.iloc[0] - 1 if len(by_year) == 1 else by_year.iloc[0]
crosstab = by_year.dropna(how="all").set_axis(by_year.dropna(how="all").index.year, axis=0).rename_axis("year")
"""
    else:
        run = f"""
crosstab = series.groupby(series.index.year.rename("year")).{how}()
"""
    across = "month" if one else "series"
    told = "percent" if changes else "number"
    run += f"""
crosstab_long = crosstab.reset_index().melt(id_vars="year", var_name="{across}", value_name="value").dropna().astype({{"{across}": str}})
high, low = crosstab_long.loc[crosstab_long["value"].idxmax()], crosstab_long.loc[crosstab_long["value"].idxmin()]
place = lambda row: f"{{row['year']}}" + (f", calendar month {{row['month']}}" if "month" in row else f" for {{row['series']}}")
figure("crosstab", f"the table holds {{len(crosstab):,}} years; the highest value is {{{told}(high['value'])}} ({{place(high)}}), the lowest {{{told}(low['value'])}} ({{place(low)}})", high["value"])
crosstab
"""
    order = [str(month) for month in range(1, 13)]
    axis: dict[str, object] = {"field": across, "type": "nominal", "title": across}
    return [
        text("crosstab_note", "Pivot: what it shows", note),
        code("crosstab", "Pivot table", run),
        chart("crosstab_chart", f"Heatmap: years by {across}", "crosstab_long", "rect", x=axis | ({"sort": order} if one else {}),
              y={"field": "year", "type": "ordinal", "title": "year"},
              color={"field": "value", "type": "quantitative", "title": "return" if changes else "change" if steps else what(design), **({"scale": {"scheme": "redblue", "domainMid": 0}} if changes or steps else {}), **({"legend": {"format": ".0%"}} if changes else {})}),
    ]  # fmt: skip


def _unusual(design: Design) -> list[PlannedBlock]:
    source, grain = _stepped(design)
    source = source.replace("series", "history")
    top = design.top or 10
    note = (
        f"## Unusual {grain}s\n\nThe change of a {grain} counts as unusual when it lies more than four times the usual distance from the median: "
        "$|r - m| > 4 \\cdot 1.4826 \\cdot \\mathrm{median}|r - m|$, a measure that the unusual ones do not stretch themselves."
    )
    run = f"""
steps = {source}.pct_change(fill_method=None).replace([float("inf"), -float("inf")], float("nan"))
steps = steps[steps.index >= pd.Timestamp(window_start)]
middle = steps.median()
usual = 1.4826 * (steps - middle).abs().median()
far = (steps - middle) / usual.where(usual > 0)
unusual = pd.concat([pd.DataFrame({{"{grain}": steps.index, "series": name, "change": steps[name].values, "times the usual": far[name].values}}) for name in steps])
unusual = unusual[unusual["times the usual"].abs() > 4].sort_values("times the usual", key=abs, ascending=False).reset_index(drop=True)
for name in list(steps)[:4]:
    own = unusual[unusual["series"] == name]
    figure("unusual", f"{{len(own):,}} of {{steps[name].notna().sum():,}} {grain}s of {{name}} are unusual" + (f"; the most unusual is {{period_name(own.iloc[0]['{grain}'], '{grain}')}} with {{percent(own.iloc[0]['change'])}}" if len(own) else ""), len(own), "{grain}s")
steps_long = steps.reset_index(names="period").melt(id_vars="period", var_name="series", value_name="change").dropna()
flagged = set(zip(unusual["{grain}"], unusual["series"]))
steps_long["kind"] = ["unusual" if key in flagged else "usual" for key in zip(steps_long["period"], steps_long["series"])]
steps_long = pd.concat([steps_long[steps_long["kind"] == "unusual"], steps_long[steps_long["kind"] == "usual"].iloc[:: max(1, len(steps_long) // 4000 + 1)]])
unusual.head({max(top, 25)})
"""
    return [
        text("unusual_note", f"Unusual {grain}s: what counts", note),
        code("unusual", f"Unusual {grain}s", run),
        chart("unusual_chart", f"Changes, unusual {grain}s marked", "steps_long", {"type": "point", "filled": True, "tooltip": True}, x=_DATE,
              y={"field": "change", "type": "quantitative", "title": "change", "axis": {"format": ".1%"}}, color={"field": "kind", "type": "nominal", "title": ""}),
    ]  # fmt: skip


def _forecast(design: Design) -> list[PlannedBlock]:
    source, grain = _stepped(design, at_least="month")
    ahead = design.ahead or _AHEAD[grain]
    season = {"month": 12, "quarter": 4, "week": 52}.get(grain, 1)
    note = (
        f"## Forecast\n\nThe next {ahead} {grain}s as the value of the same {grain} a year before plus the average change a year over the last "
        "three years (seasonal drift); without seasons, the last value plus the average change. It is tried on the last year of the data first, "
        "and that error is the band. It knows of nothing that the past values do not hold, and a break in them is no part of it."
    )
    run = f"""
known = {source}.dropna(how="all")
season = {season} if len(known) >= 3 * {season} else 1


def ahead_of(values, count):
    years = min(3, (len(values) - 1) // season) or 1
    drift = (values.iloc[-1] - values.iloc[-1 - years * season]) / years if len(values) > years * season else 0.0
    future = list(values)
    for _ in range(count):
        future.append(future[-season] + drift)
    return future[len(values) :]


days = pd.date_range(known.index[-1], periods={ahead} + 1, freq="{_STARTS[grain]}" if known.index[-1].day == 1 else "{RULE[grain]}")
days = [day for day in days if day > known.index[-1]][:{ahead}]
pieces = []
for name in list(known)[:6]:
    values = known[name].dropna()
    held = min(len(days), max(1, len(values) // 4))
    missed = (pd.Series(ahead_of(values.iloc[:-held], held)) - values.iloc[-held:].reset_index(drop=True)).abs().mean()
    made = pd.DataFrame({{"period": days, "series": name, "forecast": ahead_of(values, len(days)), "error of the trial": missed}})
    pieces.append(made)
    figure("forecast", f"{{name}} is forecast at {{number(made['forecast'].iloc[-1])}} for {{period_name(days[-1], '{grain}')}}, from {{number(values.iloc[-1])}} in {{period_name(values.index[-1], '{grain}')}}; tried on the last {{held}} {grain}s it was off by {{number(missed)}} on average", made["forecast"].iloc[-1])
forecast = pd.concat(pieces, ignore_index=True)
past = known[list(known)[:6]].iloc[-{5 * max(season, 12)} :].reset_index(names="period").melt(id_vars="period", var_name="series", value_name="value").assign(kind="as it was")
forecast_long = pd.concat([past, forecast.rename(columns={{"forecast": "value"}}).assign(kind="forecast")[["period", "series", "value", "kind"]]])
forecast
"""
    return [
        text("forecast_note", "Forecast: how it is made", note),
        code("forecast", f"Forecast of {ahead} {grain}s", run),
        chart("forecast_chart", f"Forecast of {ahead} {grain}s", "forecast_long", "line", x=_DATE,
              y={"field": "value", "type": "quantitative", "title": what(design), "scale": {"zero": False}}, color=_SERIES, strokeDash={"field": "kind", "type": "nominal", "title": ""}),
    ]  # fmt: skip


_STARTS = {"day": "B", "week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}


def _values(design: Design) -> list[PlannedBlock]:
    if design.each:
        return each_blocks(design, frame_of(design))
    source, grain = _stepped(design)
    frame = frame_of(design)
    one = overall(design, frame)
    single = bool(one) and not design.stepped
    how = (
        ""
        if single
        else "median"
        if design.median
        else ""
        if source == frame and (frame == "levels" or design.grain == step_of(design.dated))
        else how_taken(design)
    )
    if design.median and not single and observed(design) != "day" and frame == "levels":
        source = f'levels.resample("{RULE[grain]}").median()'
    averaged = (
        design.average
        and not single
        and not design.median
        and frame == "levels"
        and observed(design) != "day"
    )
    if averaged:
        source = f'levels[levels.index >= pd.Timestamp(window_start)].resample("{RULE[grain]}").mean()'
    word = {"median": "median", "mean": "average", "sum": "total"}.get(how, "value") if how else "value"
    if design.shape == "prices" and not (design.median and not single):
        word = "average" if averaged else "last value" if source != frame else "value"
    note = f"## {ADJECTIVE[grain].capitalize()} values\n\nThe {word} of each {grain} in the window."
    last, high, low = (
        f"{{{of}:,.2f}}" if design.shape == "prices" else f"{{number({of})}}"
        for of in ("own.iloc[-1]", "own.max()", "own.min()")
    )  # fmt: skip
    each = "{value:,.2f}" if design.shape == "prices" else "{number(value)}"
    run = f"""
values = {source}
values = values[values.index >= pd.Timestamp(window_start)]
values_long = values.iloc[:: max(1, values.size // 4000 + 1), :8].reset_index(names="period").melt(id_vars="period", var_name="series", value_name="value").dropna()
{one}for name in list(values)[:4]:
    own = values[name].dropna()
    if len(own) == 1:
        figure("values", f"{{name}}: {word} {last} in {{period_name(own.index[-1], '{grain}')}}", own.iloc[-1])
        continue
    if len(own) <= {0 if single else 25}:
        figure("values", f"{{name}}, {word} of each {grain}: " + ", ".join(f"{{period_name(moment, '{grain}')}} {each}" for moment, value in own.items()), own.iloc[-1])
    figure("values", f"{{name}}: {word} {last} {"on" if grain == "day" else "in"} {{period_name(own.index[-1], '{grain}')}}, highest {high} ({{period_name(own.idxmax(), '{grain}')}}), lowest {low} ({{period_name(own.idxmin(), '{grain}')}})", own.iloc[-1])
shown = values.copy()
{_changes(design, source)}shown.index = [period_name(moment, "{grain}") for moment in values.index]
shown
"""
    bars = grain == "year" or (design.median and not single)
    return [
        text("values_note", "Values: what it shows", note),
        code("values", f"{ADJECTIVE[grain].capitalize()} values", run),
        chart("values_chart", f"{word.capitalize()} of each {grain}", "values_long", "bar" if bars else "line",
              x={"field": "period", "type": "ordinal", "timeUnit": "year", "title": ""} if grain == "year" else _DATE,
              y={"field": "value", "type": "quantitative", "title": what(design), "scale": {"zero": bars}}, color=_SERIES, **({"xOffset": {"field": "series"}} if bars else {})),
    ]  # fmt: skip


def _changes(design: Design, source: str) -> str:
    """Lines that set each value's change from the one before beside it, where changes are asked for together with the values."""
    if not {Part.CHANGE, Part.RETURNS} & {*design.parts} or (design.split and len(design.keep) > 3):
        return ""
    return f"""longer = {source.replace("series", "history")}
for name in list(values):
    change = longer[name].diff().reindex(values.index)
    shown[f"{{name}}, change"] = change
    shown[f"{{name}}, relative change"] = longer[name].pct_change(fill_method=None).reindex(values.index)
    if len(change.dropna()) > 1:
        high, low = change.idxmax(), change.idxmin()
        figure("values", f"{{name}} changed most from one {design.grain} to the next in {{period_name(high, '{design.grain}')}} ({{change[high]:+,.1f}}) and least in {{period_name(low, '{design.grain}')}} ({{change[low]:+,.1f}})", change[high])
"""


_PARTS = {
    Part.GROWTH: _growth,
    Part.RATIO: _ratio,
    Part.SCATTER: _scatter,
    Part.CROSSTAB: _crosstab,
    Part.UNUSUAL: _unusual,
    Part.FORECAST: _forecast,
    Part.VALUES: _values,
}
LOOKS = frozenset(_PARTS)

__all__ = ["LOOKS", "look_part"]
