"""Parts for counts and measures over time, and for how two tables move together."""

from agents.asks.build_analysis import Part
from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design, counted_before, step_of
from workflows.parts.price_patterns import correlation_of_levels
from workflows.parts.query import how_taken, read_over_time
from workflows.parts.reading import A_YEAR, ADJECTIVE, prepare_series, what
from workflows.parts.recovery import falls
from workflows.parts.shares import breakdown, movers, ranks, started, top

_DATE = ("period", "temporal", "")
_SERIES = {"field": "series", "type": "nominal", "title": ""}


def series_part(part: Part, design: Design) -> list[PlannedBlock]:
    """The blocks of one part; they read `series` (the window) and `history` (with a year before it)."""
    return _PARTS[part](design)


def _trend(design: Design) -> list[PlannedBlock]:
    how = ""
    if design.shape == "events" or design.grain != step_of(design.table):
        how = f" Each value is the {'average' if how_taken(design) == 'mean' else 'total'} of the {design.grain}."
    note = (
        f"## Trend\n\nThe {ADJECTIVE[design.grain]} values over the window.{how} The change over the window is $x_T / x_0 - 1$. With more "
        "than eight series the chart shows the eight that changed most, each divided by its first value when they differ in size."
    )
    lead, told = "\nfirst, last = series.iloc[0], series.iloc[-1]", " over the window"
    if counted_before(design):
        lead, told = f"{started(design)}first, last = start, series.iloc[-1]", ", counted from {counted_from}"
    run = lead
    run += """
change = (last / first - 1).where(first > 0)
trend = pd.DataFrame({"first": first, "last": last, "change": last - first, "relative change": change})
trend = trend.reindex(trend["relative change"].abs().sort_values(ascending=False).index)
shown = list(trend.index[:8])
scale = 1 if len(shown) == 1 or series[shown].iloc[0].max() < 20 * max(series[shown].iloc[0].min(), 1e-9) else series[shown].iloc[0] / 100
trend_long = (series[shown] / scale).reset_index().melt(id_vars="period", var_name="series", value_name="value")
for name in last.abs().sort_values(ascending=False).index[:3]:
    row = trend.loc[name]
    figure("trend", f"{name} went from {number(row['first'])} to {number(row['last'])} over the window ({percent(row['relative change'])})", row["relative change"], "ratio")
trend
""".replace(" over the window (", f"{told} (")
    return [
        text("trend_note", "Trend: what it shows", note),
        code("trend", "Trend", run),
        *_running(design),
        chart("trend_chart", "Trend", "trend_long", "line", x=_DATE,
              y={"field": "value", "type": "quantitative", "title": what(design) if design.split else "value", "scale": {"zero": False}},
              color=_SERIES),
    ]  # fmt: skip


def _running(design: Design) -> list[PlannedBlock]:
    """How much has come since the start of the window: of amounts their sum so far, of levels the distance to the one before the window."""
    if not design.running:
        return []
    if how_taken(design) == "sum":
        taken, said = "series.cumsum()", "add up to"
    else:
        taken = "series - (history[history.index < series.index[0]].iloc[-1] if (history.index < series.index[0]).any() else series.iloc[0])"
        said = "have changed in all by"
    run = f"""
running = {taken}
running.index = [period_name(moment, "{design.grain}") for moment in series.index]
for name in list(running)[:4]:
    figure("running", f"from {{running.index[0]}} to {{running.index[-1]}} the values of {{name}} {said} {{running[name].iloc[-1]:+,.0f}}; after {{running.index[len(running) // 2]}} it was {{running[name].iloc[len(running) // 2]:+,.0f}}", running[name].iloc[-1])
running
"""
    return [code("running", "Running total", run)]


def _rebased(design: Design) -> list[PlannedBlock]:
    note = (
        "## Rebased to 100\n\nEach series divided by its first value of the window that is not 0, times 100."
    )
    run = """
rebased = 100 * series / series.where(series > 0).bfill().iloc[0]
shown = list(series.iloc[-1].abs().sort_values(ascending=False).index[:8])
rebased_long = rebased[shown].reset_index().melt(id_vars="period", var_name="series", value_name="level").dropna()
for name in shown[:4]:
    figure("rebased", f"{name} ended the window at {rebased[name].iloc[-1]:.1f} (start = 100)", rebased[name].iloc[-1])
rebased.tail(12)
"""
    return [
        text("rebased_note", "Rebased to 100: formula", note),
        code("rebased", "Rebased to 100", run),
        chart("rebased_chart", "Start of the window = 100", "rebased_long", "line", x=_DATE,
              y={"field": "level", "type": "quantitative", "title": "start = 100", "scale": {"zero": False}}, color=_SERIES),
    ]  # fmt: skip


def _change(design: Design) -> list[PlannedBlock]:
    back = A_YEAR[design.grain]
    note = (
        f"## Change\n\nThe last {design.grain} against the one before, $x_t - x_{{t-1}}$ and $x_t / x_{{t-1}} - 1$, and against the same "
        f"{design.grain} a year earlier. A year earlier may lie before the window."
    )
    average = ""
    if design.average:
        average = f"""    mean, relative = row["average change of a {design.grain}"], history[name].pct_change(fill_method=None)[within].mean()
    figure("change", f"{{name}} changed by {{mean:+,.1f}} a {design.grain} on average over the window ({{100 * relative:+.2f}} %)", mean)
"""
    if design.median:
        average += f"""    own = history[name].diff()[within]
    figure("change", f"the median change of {{name}} from {design.grain} to {design.grain} over the window is {{own.median():+,.1f}} ({{100 * history[name].pct_change(fill_method=None)[within].median():+.2f}} %)", own.median())
"""
    run = f"""
within = history.index >= series.index[0]  # the first change of the window is the one from the value before it
latest = history.iloc[-1]
before = history.iloc[-2] if len(history) > 1 else latest * float("nan")
a_year_ago = history.index[-1] - pd.DateOffset(years=1)
nearest = history.index.get_indexer([a_year_ago], method="nearest")[0]
near_enough = abs((history.index[nearest] - a_year_ago).days) <= {max(5, 365 // back // 2 + 1)}
year_earlier = history.iloc[nearest] if near_enough else latest * float("nan")
change = pd.DataFrame({{
    "latest": latest,
    "against the {design.grain} before": latest - before,
    "relative": (latest / before - 1).where(before > 0),
    "against a year earlier": latest - year_earlier,
    "relative to a year earlier": (latest / year_earlier - 1).where(year_earlier > 0),
}})
change["average change of a {design.grain}"] = history.diff()[within].mean()
latest_name = period_name(history.index[-1], "{design.grain}")
for name in latest.abs().sort_values(ascending=False).index[:3]:
    row = change.loc[name]
    figure("change", f"{{name}} stood at {{number(row['latest'])}} in {{latest_name}}, {{row['against the {design.grain} before']:+,.0f}} ({{percent(row['relative'])}}) against the {design.grain} before", row["relative"], "ratio")
    figure("change", f"{{name}} changed by {{percent(row['relative to a year earlier'])}} against a year earlier", row["relative to a year earlier"], "ratio")
{average}change
"""
    return [
        text("change_note", "Change: formula", note),
        code("change", "Change against the period before and a year earlier", run),
    ]


def _seasonality(design: Design) -> list[PlannedBlock]:
    note = "## Course within a year\n\nThe average of each calendar month, as a share of the average of its year."
    run = """
by_year = series.groupby(series.index.year).transform("mean")
seasonality = (series / by_year).groupby(series.index.month).mean().rename_axis("month")
season_long = seasonality.iloc[:, :8].reset_index().melt(id_vars="month", var_name="series", value_name="share of its year")
for name in list(seasonality)[:3]:
    high, low = seasonality[name].idxmax(), seasonality[name].idxmin()
    month = lambda number: pd.Timestamp(2000, int(number), 1).strftime("%B")
    figure("seasonality", f"{name} is highest in {month(high)}, at {percent(seasonality.loc[high, name])} of its year's average, and lowest in {month(low)}, at {percent(seasonality.loc[low, name])}", seasonality.loc[high, name], "ratio")
seasonality
"""
    return [
        text("seasonality_note", "Course within a year: formula", note),
        code("seasonality", "Course within a year", run),
        chart("seasonality_chart", "Average by calendar month", "season_long", "line", x=("month", "ordinal", "month"),
              y={"field": "share of its year", "title": "share of the year's average", "type": "quantitative", "axis": {"format": ".2~%"}, "scale": {"zero": False}}, color=_SERIES),
    ]  # fmt: skip


def _correlation(design: Design) -> list[PlannedBlock]:
    note = f"## Correlation\n\nPearson's correlation of the {ADJECTIVE[design.grain]} changes, for each pair of series."
    run = """
correlation = series.diff().dropna().corr()
names = list(correlation.columns)
pairs = [(a, b, correlation.loc[a, b]) for at, a in enumerate(names) for b in names[at + 1 :]]
for a, b, value in sorted((pair for pair in pairs if pd.notna(pair[2])), key=lambda pair: -abs(pair[2]))[:3]:
    figure("correlation", f"the changes of {a} and {b} correlate with {value:.2f}", value)
correlation
"""
    return [
        text("correlation_note", "Correlation: formula", note),
        code("correlation", "Correlation", run),
        *correlation_of_levels(design, "series"),
    ]


def _volatility(design: Design) -> list[PlannedBlock]:
    lead, frame = ranks(design)
    first = "least" if design.smallest else "most"
    grain = design.grain
    note = (
        f"## How much the series fluctuate\n\nThe sample standard deviation of the relative changes from one {grain} to the next, "
        f"$s(x_t / x_{{t-1}} - 1)$, the {first} volatile series first. Series that are sums of others are left out of the order where there are several."
    )
    run = f"""{lead}
steps = series.pct_change(fill_method=None).replace([float("inf"), -float("inf")], float("nan"))
volatility = steps[list({frame})].std().rename("standard deviation of the changes").sort_values(ascending={design.smallest}).rename_axis("series").reset_index()
volatility.index = volatility.index + 1
volatility["largest rise"] = [steps[name].max() for name in volatility["series"]]
volatility["largest fall"] = [steps[name].min() for name in volatility["series"]]
if {bool(design.top)}:
    volatility = volatility.head({max(design.top, 1)})
volatility_chart = volatility.rename(columns={{"standard deviation of the changes": "value"}})[["series", "value"]].head(20)
for place, row in list(volatility.iterrows())[:{max(design.top, 5)}]:
    figure("volatility", f"number {{place}} is {{row['series']}}: its changes from {grain} to {grain} have a standard deviation of {{100 * row['standard deviation of the changes']:.2f}} %" if len(volatility) > 1 else f"the changes of {{row['series']}} from {grain} to {grain} have a standard deviation of {{100 * row['standard deviation of the changes']:.2f}} %", row["standard deviation of the changes"], "ratio")
if len(volatility) > {max(design.top, 5)}:
    row = volatility.iloc[-1]
    figure("volatility", f"the {"most" if design.smallest else "least"} volatile is {{row['series']}} with {{100 * row['standard deviation of the changes']:.2f}} %", row["standard deviation of the changes"], "ratio")
if without_totals:
    figure("volatility", f"{{len({frame}.columns)}} series are ranked{{without_totals}}", len({frame}.columns))
volatility
"""
    return [
        text("volatility_note", "How much the series fluctuate: formula", note),
        code("volatility", "How much the series fluctuate", run),
        chart("volatility_chart", f"Standard deviation of the changes of a {grain}", "volatility_chart", "bar",
              y={"field": "series", "type": "nominal", "sort": "x" if design.smallest else "-x", "title": ""},
              x={"field": "value", "type": "quantitative", "title": "standard deviation", "axis": {"format": ".2~%"}}),
    ]  # fmt: skip


def _spread_chart(design: Design) -> PlannedBlock:
    if design.chart == "histogram":
        return chart("distribution_chart", "Values by size", "spread_long", "bar", x={"field": "value", "bin": {"maxbins": 40}, "title": what(design)},
                     y={"aggregate": "count", "type": "quantitative"}, color=_SERIES)  # fmt: skip
    return chart("distribution_chart", "Spread of the values", "spread_long", {"type": "boxplot"}, x={"field": "value", "type": "quantitative"},
                 y={"field": "series", "type": "nominal", "title": ""})  # fmt: skip


def _distribution(design: Design) -> list[PlannedBlock]:
    note = f"## Spread\n\nNumber, first and last {design.grain}, mean, quartiles and extremes of the {ADJECTIVE[design.grain]} values of each series."
    run = f"""
step = "{design.grain}"
"""
    run += """\
spread = series.describe().T
spread["count"] = spread["count"].astype(int)
spread_long = series.iloc[:, :8].reset_index().melt(id_vars="period", var_name="series", value_name="value").dropna().tail(5000)
spread.insert(0, "last", [period_name(series[name].last_valid_index(), step) for name in series])
spread.insert(0, "first", [period_name(series[name].first_valid_index(), step) for name in series])
for name in list(series)[:12]:
    own = series[name].dropna()
    figure("distribution", f"{name}: {len(own):,} values from {spread.loc[name, 'first']} to {spread.loc[name, 'last']}, median {number(own.median())}, lowest {number(own.min())} in {period_name(own.idxmin(), step)}, highest {number(own.max())} in {period_name(own.idxmax(), step)}", own.median())
    low = own[own.idxmin() :]
    if series.shape[1] <= 3 and len(low) > 1 and low.iloc[0] > 0:
        figure("distribution", f"from that low to {period_name(low.index[-1], step)} {name} rose by {number(low.iloc[-1] - low.iloc[0])} ({percent(low.iloc[-1] / low.iloc[0] - 1)})", low.iloc[-1] - low.iloc[0])
spread
"""
    return [
        text("distribution_note", "Spread: what it shows", note),
        code("distribution", "Spread", run),
        _spread_chart(design),
    ]  # fmt: skip


def relation(design: Design, other: Design) -> list[PlannedBlock]:
    """How the first table's series and the second's move together; `levels` or `series` hold the first."""
    plain = other.model_copy(update={"shape": _plain_shape(other)})
    reading = _to_the_end_of_the_month(read_over_time(plain, "_other"), design)
    prepared = prepare_series(plain, "_other", "last" if other.shape == "prices" else "")
    mine = "levels" if design.shape == "prices" else "series"
    note = (
        "## How the two move together\n\nBoth are brought to months (the last value of each), set to 100 at the first month that "
        "both have, and compared by Pearson's correlation of their monthly relative changes. Correlation says nothing about cause."
    )
    run = f"""
def few(frame):
    order = frame.iloc[-1].abs().sort_values(ascending=False).index
    return frame[list(order[:3])]

ours, theirs = few({mine}).resample("ME").last(), few(series_other).resample("ME").last()
theirs.columns = [f"{{name}} (second)" if name in ours.columns else name for name in theirs.columns]
together = pd.concat([ours, theirs], axis=1, join="inner").dropna()
if len(together) < 3:
    raise ValueError("The two tables share fewer than three months of the window.")
indexed = together / together.iloc[0] * 100
together_long = indexed.reset_index(names="period").melt(id_vars="period", var_name="series", value_name="value")
moving = together.pct_change().dropna().corr()
left, right = list(together.columns[: ours.shape[1]]), list(together.columns[ours.shape[1] :])
for a in left:
    for b in right[:1]:
        figure("relation", f"the monthly changes of {{a}} and {{b}} correlate with {{moving.loc[a, b]:.2f}} over {{len(together):,}} months they share", moving.loc[a, b])
moving.loc[left, right]
"""
    return [
        *reading,
        prepared,
        text("relation_note", "How the two move together: formula", note),
        code("relation", "How the two move together", run),
        chart("relation_chart", "Both tables, first shared month = 100", "together_long", "line", x=_DATE,
              y={"field": "value", "type": "quantitative", "title": "start = 100", "scale": {"zero": False}}, color=_SERIES),
    ]  # fmt: skip


def _to_the_end_of_the_month(reading: list[PlannedBlock], design: Design) -> list[PlannedBlock]:
    """The blocks that read the other table, to the end of the month where the first table's months are dated by their first day."""
    if step_of(design.dated) != "month":
        return reading
    end = code("window_other", "Window of the other table", "window_end_other = (pd.Timestamp(window_end) + pd.offsets.MonthEnd(0)).date()")  # fmt: skip
    return [end, *[block.model_copy(update={"content": block.content.replace("{{ window_end }}", "{{ window_end_other }}")}) for block in reading]]  # fmt: skip


def _plain_shape(design: Design) -> str:
    return "events" if design.shape == "events" else "series"


_PARTS = {
    Part.TREND: _trend,
    Part.REBASED: _rebased,
    Part.CHANGE: _change,
    Part.MOVERS: movers,
    Part.SEASONALITY: _seasonality,
    Part.BREAKDOWN: breakdown,
    Part.CORRELATION: _correlation,
    Part.DISTRIBUTION: _distribution,
    Part.VOLATILITY: _volatility,
    Part.TOP: top,
    Part.DRAWDOWN: falls,
}

__all__ = ["relation", "series_part"]
