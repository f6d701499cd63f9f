"""Parts that set series side by side: shares of a whole, the largest, and which moved most."""

from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design
from workflows.parts.query import averaged, how_taken
from workflows.parts.reading import what

WHOLE = '''
def made_of(name):
    """Other series that add up to this one wherever one looks, give or take 0.02 %; a total that stands among its parts."""
    rows = history.dropna().iloc[[0, len(history.dropna()) // 3, 2 * len(history.dropna()) // 3, -1]] if len(history.dropna()) > 3 else history.iloc[:0]
    others = sorted((one for one in series if one != name), key=lambda one: -series[one].iloc[-1])
    if rows.empty or len(others) > 40:
        return []
    columns = {one: tuple(rows[one]) for one in others}
    slack = [abs(value) * 0.0002 for value in rows[name]]
    steps = [50_000]

    def search(at, chosen, left):
        steps[0] -= 1
        if len(chosen) > 1 and all(abs(rest) <= most for rest, most in zip(left, slack)):
            return chosen
        for place in range(at, len(others)):
            rest = [value - part for value, part in zip(left, columns[others[place]])]
            if steps[0] > 0 and all(value >= -most for value, most in zip(rest, slack)):
                found = search(place + 1, [*chosen, others[place]], rest)
                if found:
                    return found
        return []

    return search(0, [], list(rows[name]))
'''
"""Finds a total among the series, so that no share counts it twice."""


def _taken(design: Design) -> tuple[str, str]:
    """What is compared, in words and in pandas: the total of the window, its average, or its last value."""
    if averaged(design.measure) or (design.shape == "events" and how_taken(design) == "mean"):
        return "average", "series.mean()"
    if design.shape == "events" or how_taken(design) == "sum":
        return "total", "series.sum()"
    return "latest value", "series.iloc[-1]"


def breakdown(design: Design) -> list[PlannedBlock]:
    """Each series with its share of all, or of the total that stands among them."""
    word, taken = _taken(design)
    note = f"## Breakdown\n\nThe {word} of {what(design)} over the window for each series, the largest first"
    lead, whole = "", ""
    if word == "average":
        note += "."
    elif design.whole:
        note += f", and its share of {design.whole}."
        whole = f"whole, of_what = values[{design.whole!r}], {design.whole!r}"
    else:
        note += ", and its share of them all. Where one series is the sum of others, shares are of that one, so that nothing counts twice."
        lead = WHOLE
        alone = 'values.sum(), "all"' if design.split else "None, None"
        whole = f"""largest = values.idxmax()
whole, of_what = (values[largest], largest) if len(values) > 2 and made_of(largest) else ({alone})"""
    share = (
        """
if whole:
    breakdown["share"] = breakdown["{word}"] / whole
""".replace("{word}", word)
        if whole
        else ""
    )
    told = "{percent(row[2])} of {of_what}" if whole else ""
    text_of = (
        f'f"{{row[0]}}: {word} {{number(row[1])}}" + (f", {told}" if whole else "")'
        if whole
        else f'f"{{row[0]}}: {word} {{number(row[1])}}"'
    )
    run = f"""{lead}
values = {taken}
{whole}
breakdown = values.rename("{word}").sort_values(ascending=False).rename_axis("series").reset_index(){share}
breakdown_chart = breakdown.head(20).astype({{"series": str}})
for row in breakdown.head({min(design.top, 10) or 5}).itertuples(index=False):
    figure("breakdown", {text_of}, {"row[2] if whole else row[1]" if whole else "row[1]"}, {'"ratio" if whole else ""' if whole else '""'})
breakdown
"""
    return [
        text("breakdown_note", "Breakdown: formula", note),
        code("breakdown", "Breakdown", run),
        chart("breakdown_bars", f"{what(design).capitalize()} by {(design.split or 'series').replace('_', ' ')}", "breakdown_chart", "bar",
              y={"field": "series", "type": "nominal", "sort": "-x", "title": ""}, x={"field": word, "type": "quantitative", "title": word}),
    ]  # fmt: skip


def top(design: Design) -> list[PlannedBlock]:
    """The largest series, or, where there is one series only, its largest periods."""
    count = design.top or 10
    if not design.split and (design.shape == "events" or len(design.measures) < 2):
        return _top_periods(design, count)
    word, taken = _taken(design)
    note = f"## The largest {count}\n\nThe series with the largest {word} of {what(design)} over the window, in order."
    run = f"""
top = {taken}.rename("{word}").sort_values(ascending=False).rename_axis("series").reset_index()
top.index = top.index + 1
print(f"{{len(top)}} series; the smallest is {{top['series'].iloc[-1]}} with {{number(top['{word}'].iloc[-1])}}.")
top = top.head({count})
top_chart = top.astype({{"series": str}})
for place, row in top.head(5).iterrows():
    figure("top", f"number {{place}} is {{row['series']}} with {word} {{number(row['{word}'])}}", row["{word}"])
top
"""
    return [
        text("top_note", "Largest: what counts", note),
        code("top", f"The largest {count}", run),
        chart("top_chart", f"The largest {count} by {word}", "top_chart", "bar", y={"field": "series", "type": "nominal", "sort": "-x", "title": ""},
              x={"field": word, "type": "quantitative", "title": f"{word} of {what(design)}"}),
    ]  # fmt: skip


def _top_periods(design: Design, count: int) -> list[PlannedBlock]:
    note = f"## Largest {design.grain}s\n\nThe {count} {design.grain}s with the largest values."
    run = f"""
top = series.stack().rename("value").rename_axis(["{design.grain}", "series"]).reset_index().nlargest({count}, "value").reset_index(drop=True)
row = top.iloc[0]
figure("top", f"the largest {design.grain} was {{period_name(row['{design.grain}'], '{design.grain}')}} for {{row['series']}} with {{number(row['value'])}}", row["value"])
top
"""
    return [text("top_note", "Largest: what counts", note), code("top", f"Largest {design.grain}s", run)]


def movers(design: Design) -> list[PlannedBlock]:
    """The series that rose and fell most over the window, all of them in order."""
    count = design.top
    note = (
        "## Largest movers\n\nEvery series by its change over the window, relative to its first value, the largest rise first; with one series, "
        f"the {design.grain}s with the largest change."
    )
    cut = f"max({count}, 5)" if count else "10"
    run = f"""
if series.shape[1] > 1:
    moves = (series.iloc[-1] / series.iloc[0] - 1).where(series.iloc[0] > 0).dropna().rename("relative change")
    movers = moves.sort_values(ascending=False).rename_axis("series").reset_index()
    movers["change"] = [series[name].iloc[-1] - series[name].iloc[0] for name in movers["series"]]
    labels = list(movers["series"])
else:
    moves = series.iloc[:, 0].pct_change().replace([float("inf"), -float("inf")], float("nan")).dropna().rename("relative change")
    movers = moves.sort_values(ascending=False).rename_axis("period").reset_index()
    labels = [period_name(moment, "{design.grain}") for moment in movers["period"]]
movers_chart = movers.assign(label=labels)[["label", "relative change"]]
if len(movers) > 2 * {cut}:
    movers_chart = pd.concat([movers_chart.head({cut}), movers_chart.tail({cut})])
if len(movers):
    top, bottom = movers.iloc[0], movers.iloc[-1]
    figure("movers", f"the largest rise was {{percent(top['relative change'])}} ({{labels[0]}})" if top["relative change"] > 0 else f"nothing rose; {{labels[0]}} did best with {{percent(top['relative change'])}}", top["relative change"], "ratio")
    if bottom["relative change"] < 0:
        figure("movers", f"the largest fall was {{percent(-bottom['relative change'])}} ({{labels[-1]}})", bottom["relative change"], "ratio")
    elif len(movers) > 1:
        figure("movers", f"the smallest rise was {{percent(bottom['relative change'])}} ({{labels[-1]}})", bottom["relative change"], "ratio")
movers
"""
    return [
        text("movers_note", "Largest movers: what counts", note),
        code("movers", "Largest movers", run),
        chart("movers_chart", "Change over the window" if design.split or len(design.measures) > 1 else f"Largest changes of a {design.grain}", "movers_chart", "bar",
              y={"field": "label", "type": "nominal", "sort": "-x", "title": ""}, x={"field": "relative change", "type": "quantitative", "title": "relative change", "axis": {"format": ".0%"}}),
    ]  # fmt: skip


__all__ = ["breakdown", "movers", "top"]
