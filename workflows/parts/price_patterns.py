"""Patterns of levels over time: how series move together, and what is usual in a month of the year or on a day of the week."""

from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design, step_of
from workflows.parts.reading import RULE

_SERIES = {"field": "series", "type": "nominal", "title": ""}


def correlation(design: Design) -> list[PlannedBlock]:
    """How the returns of the series move together."""
    note = (
        "## Correlation\n\nPearson's correlation of the returns between observations, for each pair of series: 1 means they always move "
        "together, 0 that they have nothing to do with each other."
    )
    run = """
correlation = levels.pct_change().dropna().corr()
names = list(correlation.columns)
pairs = [(a, b, correlation.loc[a, b]) for at, a in enumerate(names) for b in names[at + 1 :]]
for a, b, value in sorted(pairs, key=lambda pair: -abs(pair[2]))[:3]:
    figure("correlation", f"the returns of {a} and {b} correlate with {value:.2f}", value)
correlation
"""
    return [
        text("correlation_note", "Correlation: formula", note),
        code("correlation", "Correlation", run),
        *correlation_of_levels(design, "levels"),
        *_correlation_by(design),
    ]


def correlation_of_levels(design: Design, frame: str) -> list[PlannedBlock]:
    """The correlation of the levels themselves, where the request asks for it."""
    if not design.levels:
        return []
    run = f"""
of_levels = {frame}.dropna().corr()
names = list(of_levels.columns)
for a, b in [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]][:3]:
    figure("correlation_levels", f"the levels of {{a}} and {{b}} correlate with {{of_levels.loc[a, b]:.2f}}; levels that both grow correlate whether or not they have to do with each other", of_levels.loc[a, b])
of_levels
"""
    return [code("correlation_levels", "Correlation of the levels", run)]


def _correlation_by(design: Design) -> list[PlannedBlock]:
    """The correlation of each year, quarter or month, where the request names the step."""
    if not design.stepped or design.grain not in ("month", "quarter", "year"):
        return []
    grain = design.grain
    run = f"""
parts_of = levels.pct_change().dropna().groupby(pd.Grouper(freq="{RULE[grain]}"))
correlation_by = pd.DataFrame({{f"{{a}} and {{b}}": {{moment: part[a].corr(part[b]) for moment, part in parts_of if len(part) > 2}} for a, b, _ in pairs[:6]}})
correlation_by.index = [period_name(moment, "{grain}") for moment in correlation_by.index]
for pair in list(correlation_by)[:2]:
    own = correlation_by[pair].dropna()
    if len(own) <= 25:
        figure("correlation_by", f"correlation of {{pair}} in each {grain}: " + ", ".join(f"{{name}} {{value:.2f}}" for name, value in own.items()), own.iloc[-1])
    figure("correlation_by", f"the correlation of {{pair}} was highest in {{own.idxmax()}} with {{own.max():.2f}}, lowest in {{own.idxmin()}} with {{own.min():.2f}}", own.max())
correlation_by
"""
    run = run.replace(
        "\ncorrelation_by\n",
        '\ncorrelation_by_long = correlation_by.rename_axis("period").reset_index().melt(id_vars="period", var_name="series", value_name="correlation").dropna()\ncorrelation_by\n',
    )
    return [
        code("correlation_by", f"Correlation of each {grain}", run),
        chart("correlation_by_chart", f"Correlation of each {grain}", "correlation_by_long", "line", x={"field": "period", "type": "ordinal", "sort": None, "title": ""},
              y={"field": "correlation", "type": "quantitative", "title": "correlation", "scale": {"zero": False}}, color=_SERIES),
    ]  # fmt: skip


def seasonality(design: Design) -> list[PlannedBlock]:
    """What is usual in a month of the year, or on a day of the week."""
    if design.weekdays and step_of(design.dated) == "day":
        return _weekdays()
    note = (
        "## Course within a year\n\nThe average return of each calendar month, over the years of the window."
    )
    run = """
monthly = levels.resample("ME").last().pct_change().dropna()
seasonality = monthly.groupby(monthly.index.month).mean().rename_axis("month")
season_long = seasonality.reset_index().melt(id_vars="month", var_name="series", value_name="average return")
for series in seasonality:
    best, value = seasonality[series].idxmax(), seasonality[series].max()
    month = pd.Timestamp(2000, int(best), 1).strftime("%B")
    worst, low = seasonality[series].idxmin(), seasonality[series].min()
    other = pd.Timestamp(2000, int(worst), 1).strftime("%B")
    figure("seasonality", f"{series} did best in {month} with {percent(value)} on average, worst in {other} with {percent(low)}", value, "ratio")
seasonality
"""
    return [
        text("seasonality_note", "Course within a year: formula", note),
        code("seasonality", "Course within a year", run),
        chart("seasonality_chart", "Average return by calendar month", "season_long", "bar",
              x=("month", "ordinal", "month"), y={"field": "average return", "type": "quantitative", "axis": {"format": ".1%"}},
              color=_SERIES, xOffset={"field": "series"}),
    ]  # fmt: skip


def _weekdays() -> list[PlannedBlock]:
    note = "## Days of the week\n\nThe average return from one close to the next, by the day of the week on which it ends."
    run = """
daily = levels.pct_change().dropna()
weekdays = daily.groupby(daily.index.dayofweek).mean()
names = dict(enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]))
weekdays.index = pd.Index([names[day] for day in weekdays.index], name="weekday")
weekday_long = weekdays.reset_index().melt(id_vars="weekday", var_name="series", value_name="average return")
for series in weekdays:
    own = weekdays[series]
    listed = ", ".join(f"{day} {100 * value:+.3f} %" for day, value in own.items())
    figure("seasonality", f"{series}, average return by day of the week: {listed}; best on {own.idxmax()}s, worst on {own.idxmin()}s", own.min(), "ratio")
weekdays
"""
    return [
        text("seasonality_note", "Days of the week: formula", note),
        code("seasonality", "Average return by day of the week", run),
        chart("seasonality_chart", "Average return by day of the week", "weekday_long", "bar",
              x={"field": "weekday", "type": "ordinal", "sort": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "title": ""},
              y={"field": "average return", "type": "quantitative", "axis": {"format": ".2%"}}, color=_SERIES, xOffset={"field": "series"}),
    ]  # fmt: skip


__all__ = ["correlation", "correlation_of_levels", "seasonality"]
