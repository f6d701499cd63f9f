"""Parts for levels over time: rebased levels, returns, volatility, drawdown, movers, spread."""

from agents.asks.build_analysis import Part
from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design, step_of
from workflows.parts.price_patterns import correlation, seasonality
from workflows.parts.query import from_a_day
from workflows.parts.reading import ADJECTIVE, RULE

_DATE = ("period", "temporal", "")
_SERIES = {"field": "series", "type": "nominal", "title": ""}


def price_part(part: Part, design: Design) -> list[PlannedBlock]:
    """The blocks of one part; they read `levels` and leave their tables under names of their own."""
    return _PARTS[part](design)


def _rebased(design: Design) -> list[PlannedBlock]:
    note = (
        "## Levels rebased to 100\n\nEach level is divided by the first level of the window and multiplied by 100: "
        "$I_t = 100 \\cdot P_t / P_0$. The first level is the last one before the window starts, so that the "
        "return of the window's first day is included."
    )
    if from_a_day(design):
        note = note.replace(
            "the last one before the window starts, so that the return of the window's first day is included",
            "that of the day with which the window begins, or the last before it where it has none",
        )
    run = """
rebased = levels / levels.iloc[0] * 100
rebased_long = rebased.iloc[:: max(1, rebased.size // 4000 + 1)].reset_index().melt(id_vars="period", var_name="series", value_name="level")
for series, level in rebased.iloc[-1].items():
    figure("rebased", f"{series} ended the window at {level:,.1f} (start = 100)", level, "index")
rebased.tail()
"""
    if design.stake:
        run = run.replace(
            "rebased.tail()",
            f"""for series, level in rebased.iloc[-1].items():
    grown = {design.stake!r} * level / 100
    figure("rebased", f"{design.stake:,.0f} put into {{series}} at the close of {{levels.index[0].date()}} had become {{grown:,.0f}} by {{levels.index[-1].date()}}, by the prices alone", grown)
rebased.tail()""",
        )
    if design.start and design.end and (design.end - design.start).days < 10:
        run = run.replace(
            "rebased.tail()",
            """for series in levels:
    first, last = levels[series].iloc[0], levels[series].iloc[-1]
    figure("rebased", f"{series} stood at {last:,.2f} on {levels.index[-1].date()}, after {first:,.2f} on {levels.index[0].date()}", last)
levels.tail()""",
        )
    return [
        text("rebased_note", "Levels rebased to 100: formula", note),
        code("rebased", "Levels rebased to 100", run),
        chart("rebased_chart", "Levels, start of the window = 100", "rebased_long", "line",
              x=_DATE, y={"field": "level", "type": "quantitative", "title": "start = 100", "scale": {"zero": False}}, color=_SERIES),
    ]  # fmt: skip


def _returns(design: Design) -> list[PlannedBlock]:
    short = design.stepped and design.start is not None and design.end is not None and (design.end - design.start).days <= 130  # fmt: skip
    grain = "month" if design.grain == "day" and not short else design.grain
    note = (
        f"## Period returns\n\nThe return of a period is $r_t = P_t / P_{{t-1}} - 1$ with the last level of each {grain}. The total return "
        "is $P_T / P_0 - 1$; the yearly one is the compound annual growth rate $(P_T / P_0)^{1/\\text{years}} - 1$, given for windows of at "
        "least a year. Adjusted closes include dividends where the source adjusts for them."
    )
    run = f"""
total = levels.iloc[-1] / levels.iloc[0] - 1
years = (levels.index[-1] - levels.index[0]).days / 365.25
yearly = (levels.iloc[-1] / levels.iloc[0]) ** (1 / years) - 1 if years >= 0.99 else total * float("nan")
period_returns = levels.resample("{RULE[grain]}").last().pct_change().dropna()
if period_returns.empty:
    period_returns = levels.pct_change().dropna()
returns = pd.DataFrame({{
    "total return": total,
    "return a year": yearly,
    "best {grain}": period_returns.max(),
    "worst {grain}": period_returns.min(),
    "share of {grain}s with a gain": (period_returns > 0).mean(),
}})
returns_long = period_returns.reset_index().melt(id_vars="period", var_name="series", value_name="return")
for series, row in returns.iterrows():
    a_year = f", {{percent(row['return a year'])}} a year" if pd.notna(row["return a year"]) else ""
    figure("returns", f"{{series}} returned {{percent(row['total return'])}} over the window{{a_year}}", row["total return"], "ratio")
returns
"""
    bars = chart(
        "returns_chart", f"{ADJECTIVE[grain].capitalize()} returns", "returns_long", "bar",
        x={"field": "period", "type": "ordinal", "timeUnit": "yearmonth" if grain == "month" else "yearmonthdate", "title": ""},
        y={"field": "return", "type": "quantitative", "title": "return", "axis": {"format": ".1%"}}, color=_SERIES,
        xOffset={"field": "series"},
    )  # fmt: skip
    listed = f"""
by_period = period_returns.rename_axis("{grain}").copy()
by_period.index = [period_name(moment, "{grain}") for moment in by_period.index]
for series in list(by_period)[:4] if len(by_period) <= 25 else []:
    own = by_period[series].dropna()
    figure("returns_list", f"{{series}}, return of each {grain}: " + ", ".join(f"{{name}} {{value:+.2%}}".replace("%", " %") for name, value in own.items()), own.iloc[-1], "ratio")
by_period
"""
    return [
        text("returns_note", "Period returns: formula", note),
        code("returns", "Period returns", run),
        *([code("returns_list", f"The return of each {grain}", listed)] if design.stepped else []),
        bars,
    ]


def _volatility(design: Design) -> list[PlannedBlock]:
    length = (
        f"{design.moving} {design.moving_unit or 'observation'}s" if design.moving else "a quarter of a year"
    )
    note = (
        "## Annualised volatility\n\nThe sample standard deviation of the returns between observations, times the square root of the "
        "observations in a year (252 trading days for daily data, 12 for monthly): $\\sigma = s(r) \\sqrt{n}$. The chart shows it over "
        f"{length} at a time."
    )
    asked = design.moving if design.moving and Part.MOVING not in design.parts else 0
    if asked and design.moving_unit not in ("", "day"):
        asked *= {"week": 5, "month": 21, "quarter": 63, "year": 252}[design.moving_unit]
    run = """
steps = levels.pct_change().dropna()
volatility = (steps.std() * per_year**0.5).rename("annualised volatility").to_frame()
window = {length}
rolling = (steps.rolling(window).std() * per_year**0.5).dropna()
rolling_long = rolling.iloc[:: max(1, rolling.size // 4000 + 1)].reset_index().melt(id_vars="period", var_name="series", value_name="volatility")
for series, value in volatility["annualised volatility"].items():
    figure("volatility", f"{series} had an annualised volatility of {percent(value)}", value, "ratio")
volatility
""".replace(
        "{length}", f"min({asked}, len(steps))" if asked else "max(5, min(per_year // 4, len(steps) // 3))"
    )
    if asked:
        run = run.replace(
            "\nvolatility\n",
            f"""
for series in rolling:
    own = rolling[series].dropna()
    figure("volatility", f"the volatility of {{series}} over {asked} observations at a time ended at {{percent(own.iloc[-1])}}; highest on {{own.idxmax().date()}} with {{percent(own.max())}}, lowest on {{own.idxmin().date()}} with {{percent(own.min())}}", own.iloc[-1], "ratio")
volatility
""",
        )
    if design.stepped and design.grain == "week" and not asked:
        run = run.replace(
            "\nvolatility\n",
            """
by_week = levels.resample("W").last().pct_change().dropna().std()
volatility["of weekly returns"] = by_week
for series, value in by_week.items():
    figure("volatility", f"the weekly returns of {series} have a standard deviation of {percent(value)}, {percent(value * 52**0.5)} a year", value, "ratio")
volatility
""",
        )
    by_period = f"""
volatility_by = (steps.resample("{RULE[design.grain]}").std() * per_year**0.5).dropna(how="all")
volatility_by.index = [period_name(moment, "{design.grain}") for moment in volatility_by.index]
for series in volatility_by:
    calm, wild = volatility_by[series].idxmin(), volatility_by[series].idxmax()
    figure("volatility", f"{{series}} was most volatile in {{wild}} with {{percent(volatility_by.loc[wild, series])}}, least in {{calm}} with {{percent(volatility_by.loc[calm, series])}}", volatility_by.loc[wild, series], "ratio")
volatility_by
"""
    return [
        text("volatility_note", "Annualised volatility: formula", note),
        code("volatility", "Annualised volatility", run),
        *([code("volatility_list", f"Volatility of each {design.grain}", by_period)] if design.stepped and design.grain in ("month", "quarter", "year") else []),
        chart("volatility_chart", "Rolling annualised volatility", "rolling_long", "line", x=_DATE,
              y={"field": "volatility", "type": "quantitative", "title": "volatility", "axis": {"format": ".0%"}}, color=_SERIES),
    ]  # fmt: skip


def _drawdown(design: Design) -> list[PlannedBlock]:
    note = (
        "## Drawdown\n\nThe fall from the highest level so far: $D_t = P_t / \\max_{s \\le t} P_s - 1$. The largest one is the "
        "worst loss of someone who bought at the peak and sold at the trough; it is made up on the first day at or above that peak."
    )
    run = """
drawdown = levels / levels.cummax() - 1
troughs = drawdown.idxmin()
worst = pd.DataFrame({
    "largest drawdown": drawdown.min(),
    "peak": [levels.loc[: troughs[series], series].idxmax().date() for series in levels],
    "trough": [troughs[series].date() for series in levels],
})
made_up = {}
for series in levels:
    after = levels.loc[troughs[series] :, series]
    again = after.index[after >= levels[series].loc[: troughs[series]].max()]
    made_up[series] = again[0] if len(again) and drawdown[series].min() < 0 else None
worst["peak reached again"] = [str(day.date()) if day is not None else "not by the end" for day in made_up.values()]
drawdown_long = drawdown.iloc[:: max(1, drawdown.size // 4000 + 1)].reset_index().melt(id_vars="period", var_name="series", value_name="drawdown")
for series, row in worst.iterrows():
    figure("drawdown", f"{series} fell at most {percent(-row['largest drawdown'])} from a peak, between {row['peak']} and {row['trough']}", row["largest drawdown"], "ratio")
    back = made_up[series]
    if back is not None:
        days = (back - troughs[series]).days
        figure("drawdown", f"{series} reached that peak again on {back.date()}, {days:,} days ({days / 365.25:.1f} years) after the low", days, "days")
    elif row["largest drawdown"] < 0:
        figure("drawdown", f"{series} had not reached that peak again by {levels.index[-1].date()}, where the window ends", row["largest drawdown"], "ratio")
for series in levels:
    gap = drawdown[series].iloc[-1]
    if gap < 0 and made_up[series] is not None:
        figure("drawdown", f"{series} ended {percent(-gap)} below its highest level, that of {levels[series].idxmax().date()}", gap, "ratio")
falls = []
for series in levels:
    own = levels[series]
    new_high = own[own >= own.cummax()].index
    for peak, following in zip(new_high, [*new_high[1:], None]):
        stretch = own[peak:following]
        if stretch.min() / own[peak] - 1 <= -0.2 and stretch.idxmin() != troughs[series]:
            falls.append({"series": series, "fall": stretch.min() / own[peak] - 1, "peak": peak.date(), "trough": stretch.idxmin().date(), "peak reached again": str(following.date()) if following is not None else "not by the end"})
for row in sorted(falls, key=lambda one: one["fall"])[:4]:
    again = "not reached again by the end" if row["peak reached again"] == "not by the end" else f"reached again on {row['peak reached again']}"
    figure("drawdown", f"{row['series']} also fell {percent(-row['fall'])} between {row['peak']} and {row['trough']}; that peak was {again}", row["fall"], "ratio")
worst
"""
    lengths = """
lengths = pd.DataFrame({
    "peak": worst["peak"],
    "peak reached again": worst["peak reached again"],
    "days": [(made_up[series].date() - worst.loc[series, "peak"]).days if made_up[series] is not None else None for series in worst.index],
})
for series, days in lengths["days"].dropna().items():
    figure("drawdown", f"from its peak on {lengths.loc[series, 'peak']} until it reached that level again, {series} took {days:,.0f} days ({days / 365.25:.1f} years)", days, "days")
lengths
"""
    return [
        text("drawdown_note", "Drawdown: formula", note),
        code("drawdown", "Drawdown", run),
        *([code("drawdown_length", "From peak to the same level again", lengths)] if design.parts[0] is Part.DRAWDOWN else []),
        *_under_high(design),
        chart("drawdown_chart", "Fall from the highest level so far", "drawdown_long", "line", x=_DATE,
              y={"field": "drawdown", "type": "quantitative", "title": "drawdown", "axis": {"format": ".0%"}}, color=_SERIES),
    ]  # fmt: skip


def _under_high(design: Design) -> list[PlannedBlock]:
    """The days on which a level stood so far under its highest one before, where the request gives how far."""
    if design.limit is None or Part.MATCHES in design.parts:
        return []
    bound = abs(design.limit.number)
    run = f"""
under_high = (drawdown <= {-bound / 100!r})
under_high = under_high[under_high.index >= pd.Timestamp(window_start)]
days_under = drawdown.reindex(under_high.index).where(under_high).stack().dropna().rename("from the highest level so far").rename_axis(["day", "series"]).reset_index()
for series in under_high:
    held = under_high[series]
    figure("drawdown_days", f"{{series}} closed at least {bound:g} % under its highest level so far on {{held.sum():,}} of {{len(held):,}} days" + (f", first on {{held[held].index[0].date()}}, last on {{held[held].index[-1].date()}}" if held.any() else ""), held.sum(), "days")
days_under
"""
    return [code("drawdown_days", f"Days at least {bound:g} % under the highest level so far", run)]


def _movers(design: Design) -> list[PlannedBlock]:
    count = design.top or 5
    grain = design.grain if design.stepped else ""
    name = f"{grain}s" if grain else "observations"
    words = ("fall",) if design.smallest else ("rise", "fall")
    step = grain or step_of(design.dated)
    ends = f"[ends.tail({count})]" if design.smallest else f"[ends.head({count}), ends.tail({count})]"
    which = (
        "the largest falls"
        if design.smallest
        else f"the largest rises and the {count} with the largest falls"
    )
    note = f"## Largest moves\n\nFor each series the {count} {name} with {which}, against the one before."
    source = "levels" if grain in ("", "day") else f'levels.resample("{RULE[grain]}").last()'
    told = (
        f"in {{period_name(row['period'], '{grain}')}}"
        if grain and grain != "day"
        else "on {row['period'].date()}"
    )
    run = f"""
moves = {source}.pct_change().dropna().stack().rename("return").rename_axis(["period", "series"]).reset_index()
moves = moves.sort_values("return", ascending=False)
ends = moves.groupby("series", sort=False)
movers = pd.concat({ends}).drop_duplicates().sort_values(["series", "return"], ascending=[True, {design.smallest}]).reset_index(drop=True)
for word, row in (("rise", moves.iloc[0]), ("fall", moves.iloc[-1])):
    if word in {words!r} and (row["return"] > 0) == (word == "rise"):
        figure("movers", f"the largest {{word}} was {{percent(abs(row['return']))}} for {{row['series']}} {told}", row["return"], "ratio")
for series, own in movers.groupby("series"):
    for word, held in (("rises", own[own["return"] > 0].nlargest({count}, "return")), ("falls", own[own["return"] < 0].nsmallest({count}, "return"))):
        if len(held) and word[:-1] in {words!r}:
            listed = ", ".join(f"{{period_name(row['period'], '{step}')}} ({{row['return']:+.2%}})".replace("%", " %") for _, row in held.head(10).iterrows())
            figure("movers", f"{{series}}, the largest {{word}}: {{listed}}", held["return"].iloc[0], "ratio")
movers
"""
    title = f"{'Worst' if design.smallest else 'Best and worst'} {grain}s" if grain else "Largest moves"
    return [text("movers_note", f"{title}: what counts", note), code("movers", title, run)]


def _top(design: Design) -> list[PlannedBlock]:
    count = design.top or 5
    note = f"## Highest and lowest levels\n\nThe {count} highest levels of each series in the window, with their days, and the lowest one."
    run = f"""
top = pd.concat([levels[series].nlargest({count}).rename("level").rename_axis("day").reset_index().assign(series=series) for series in levels])
top = top[["series", "day", "level"]].reset_index(drop=True)
for series in levels:
    high, low = levels[series].idxmax(), levels[series].idxmin()
    figure("top", f"{{series}} was highest on {{high.date()}} at {{levels.loc[high, series]:,.2f}} and lowest on {{low.date()}} at {{levels.loc[low, series]:,.2f}}", levels.loc[high, series])
    end = levels[series].iloc[-1]
    figure("top", f"{{series}} ended at {{end:,.2f}} on {{levels.index[-1].date()}}, {{percent(1 - end / levels.loc[high, series])}} below that high", end / levels.loc[high, series] - 1, "ratio")
top
"""
    return [
        text("top_note", "Highest and lowest levels: what counts", note),
        code("top", "Highest and lowest levels", run),
    ]


def _distribution(design: Design) -> list[PlannedBlock]:
    grain = design.grain if design.stepped else ""
    one = f"{grain}" if grain else "observation"
    note = f"## Spread of the returns\n\nQuartiles, mean, and how often returns of each size occurred; a return is that of one {one} against the one before."
    source = "levels" if grain in ("", "day") else f'levels.resample("{RULE[grain]}").last()'
    run = f"""
steps = {source}.pct_change().dropna()
spread = steps.describe(percentiles=[0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]).T
sizes = steps.round(4).reset_index().melt(id_vars="period", var_name="series", value_name="return")
spread_long = sizes.groupby(["series", "return"]).size().rename("how many").reset_index()
for series, value in spread["5%"].items():
    moved = f"lost {{percent(-value)}} or more" if value < 0 else f"gained {{percent(value)}} or less"
    figure("distribution", f"on one {one} in twenty {{series}} {{moved}}", value, "ratio")
spread
"""
    return [
        text("distribution_note", "Spread of the returns: what it shows", note),
        code("distribution", "Spread of the returns", run),
        chart("distribution_chart", f"Returns of each {one} by size" if grain else "Returns by size", "spread_long", "bar",
              x={"field": "return", "bin": {"maxbins": 60 if grain in ("", "day") else 24}, "axis": {"format": ".1%"}},
              y={"aggregate": "sum", "field": "how many", "type": "quantitative"}, color=_SERIES),
    ]  # fmt: skip


_PARTS = {
    Part.REBASED: _rebased,
    Part.RETURNS: _returns,
    Part.VOLATILITY: _volatility,
    Part.DRAWDOWN: _drawdown,
    Part.CORRELATION: correlation,
    Part.MOVERS: _movers,
    Part.TOP: _top,
    Part.SEASONALITY: seasonality,
    Part.DISTRIBUTION: _distribution,
}

__all__ = ["price_part"]
