"""Parts that set series side by side: shares of a whole, the largest, and which moved most."""

from agents.asks.build_analysis import Part
from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design, counted_before, step_of
from workflows.parts.query import averaged, how_taken
from workflows.parts.reading import what

WHOLE = '''
def made_of(name):
    """Other series that add up to this one wherever one looks, give or take 0.02 %; a total that stands among its parts."""
    full = history.dropna()
    rows = full.iloc[[round(place * (len(full) - 1) / 7) for place in range(8)]] if len(full) > 7 else full.iloc[:0]
    others = sorted((one for one in series if one != name), key=lambda one: -series[one].iloc[-1])
    if rows.empty or len(others) > 40:
        return []
    columns = {one: tuple(rows[one]) for one in others}
    slack = [abs(value) * 0.0002 for value in rows[name]]
    steps = [20_000]

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


totals = [name for name in series if made_of(name)] if series.shape[1] > 2 else []
singles = [name for name in series if name not in totals]
if len(singles) < 2:
    totals, singles = [], list(series)
without_totals = f"; {', '.join(totals[:8])} {'is' if len(totals) == 1 else 'are'} left out as totals of others" if totals else ""
'''
"""Finds the totals among the series, so that nothing is counted or ranked twice."""


def ranks(design: Design) -> tuple[str, str]:
    """Lines that find which series are ranked, and the frame with these: totals of others are left out unless they are named."""
    found = (
        not design.keep
        and design.shape == "series"
        and (design.split is not None or len(design.measures) > 2)
    )
    return (WHOLE, "series[singles]") if found else ('totals, without_totals = [], ""\n', "series")


def started(design: Design) -> str:
    """Lines that find the values which changes over the window are counted from, and their period."""
    before = "history[history.index < series.index[0]].tail(1)"
    if not counted_before(design):
        before = "history.head(0)"
    return f"""
before = {before}
start = before.iloc[-1] if len(before) else series.iloc[0]
counted_from = f"{{period_name(start.name, '{design.grain}')}}{{', the last value before the window,' if len(before) else ''}} to {{period_name(series.index[-1], '{design.grain}')}}"
"""


def _taken(design: Design) -> tuple[str, str]:
    """What is compared, in words and in pandas: the total of the window, its average, or its last value."""
    if design.peak:
        return ("lowest value", "series.min()") if design.smallest else ("highest value", "series.max()")
    if averaged(design.measure) or (design.shape == "events" and how_taken(design) == "mean"):
        return "average", "series.mean()"
    if design.average and design.shape == "series":
        return "average", "series.mean()"
    if design.shape == "events" or how_taken(design) == "sum":
        return "total", "series.sum()"
    return "latest value", "series.iloc[-1]"


def breakdown(design: Design) -> list[PlannedBlock]:
    """Each series with its share of all, or of the total that stands among them."""
    word, taken = _taken(design)
    note = f"## Breakdown\n\nThe {word} of {what(design)} over the window for each series, the {'smallest' if design.smallest else 'largest'} first"
    lead, frame = ranks(design)
    taken = taken.replace("series", frame, 1)
    if word == "average" and design.shape == "events":
        note, whole = f"{note}.", ""
    elif design.whole:
        note += f", and its share of {design.whole}."
        lead = f"{lead}\n"
        whole = f"whole, of_what = ({taken.replace(frame, 'series', 1)})[{design.whole!r}], {design.whole!r}"
    else:
        note += ", and its share of them all. Series that are sums of others are left out, so that nothing counts twice."
        whole = 'whole, of_what = values.sum(), "all"' if design.split else "whole, of_what = None, None"
    without = (
        f"values = values.drop({design.whole!r}, errors='ignore')\n"
        if design.whole and (word != "average" or design.shape == "series")
        else ""
    )
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
{without}breakdown = values.rename("{word}").sort_values(ascending={design.smallest}).rename_axis("series").reset_index(){share}
breakdown_chart = breakdown.head(20).astype({{"series": str}})
for row in breakdown.head({min(design.top, 10) or 5}).itertuples(index=False):
    figure("breakdown", {text_of}, {"row[2] if whole else row[1]" if whole else "row[1]"}, {'"ratio" if whole else ""' if whole else '""'})
if without_totals:
    figure("breakdown", f"{{len(breakdown)}} series are shown{{without_totals}}", len(breakdown))
breakdown
"""
    over_time = _shares_over_time(design, frame) if whole and design.shape == "series" and Part.TREND in design.parts else []  # fmt: skip
    return [
        text("breakdown_note", "Breakdown: formula", note),
        code("breakdown", "Breakdown", run),
        *over_time,
        chart("breakdown_bars", f"{what(design).capitalize()} by {(design.split or 'series').replace('_', ' ')}", "breakdown_chart", "bar",
              y={"field": "series", "type": "nominal", "sort": "-x", "title": ""}, x={"field": word, "type": "quantitative", "title": word}),
    ]  # fmt: skip


def _shares_over_time(design: Design, frame: str) -> list[PlannedBlock]:
    """Each series as a share of the whole, period by period."""
    of = f"series[{design.whole!r}]" if design.whole else f"{frame}.sum(axis=1)"
    said = design.whole or "all"
    names = f"{frame}.drop(columns={design.whole!r}, errors='ignore')" if design.whole else frame
    run = f"""
shares = {names}.div({of}, axis=0)
shares = shares[list(shares.iloc[-1].sort_values(ascending=False).index)]
shares_long = shares.iloc[:, :8].reset_index(names="period").melt(id_vars="period", var_name="series", value_name="share").dropna()
for name in list(shares)[:5]:
    first, last = shares[name].iloc[0], shares[name].iloc[-1]
    figure("shares", f"{{name}} went from {{percent(first)}} to {{percent(last)}} of {said} over the window ({{100 * (last - first):+,.1f}} percentage points)", last, "ratio")
shares_shown = shares.copy()
shares_shown.index = [period_name(moment, "{design.grain}") for moment in shares.index]
shares_shown
"""
    return [
        code("shares", f"Share of {said} over time", run),
        chart("shares_chart", f"Share of {said} over time", "shares_long", "line", x=("period", "temporal", ""),
              y={"field": "share", "type": "quantitative", "title": f"share of {said}", "axis": {"format": ".2~%"}, "scale": {"zero": False}}, color={"field": "series", "type": "nominal", "title": ""}),
    ]  # fmt: skip


def top(design: Design) -> list[PlannedBlock]:
    """The largest series, or, where there is one series only, its largest periods."""
    count = design.top or 10
    one = len(design.keep) == 1 if design.split else len(design.measures) == 1
    if one and design.shape == "series" and not design.top:
        return _high_and_low(design)
    if not design.split and (design.shape == "events" or len(design.measures) < 2):
        return _top_periods(design, count)
    word, taken = _taken(design)
    end = "smallest" if design.smallest else "largest"
    lead, frame = ranks(design)
    taken = taken.replace("series", frame, 1)
    note = f"## The {end} {count}\n\nThe series with the {end} {word} of {what(design)} {'in' if design.peak else 'over'} the window, in order. Series that are sums of others are left out."
    share, told = "", ""
    if Part.BREAKDOWN in design.parts:
        of = repr(design.whole) if design.whole else "None"
        share = f"""
whole = ({taken.replace(frame, "series", 1)})[{of}] if {of} else top["{word}"].sum()
top["share"] = top["{word}"] / whole"""
        told = f", {{percent(row['share'])}} of {design.whole or 'all'}"
    if design.peak:
        told += f", in {{period_name({frame}[row['series']].idx{'min' if design.smallest else 'max'}(), '{design.grain}')}}"
    run = f"""{lead}
top = {taken}.rename("{word}").drop({design.whole!r}, errors="ignore").sort_values(ascending={design.smallest}).rename_axis("series").reset_index(){share}
top.index = top.index + 1
top = top.head({count})
top_chart = top.astype({{"series": str}})
for place, row in top.head(10).iterrows():
    figure("top", f"number {{place}} is {{row['series']}} with {word} {{number(row['{word}'])}}{told}", row["{word}"])
if without_totals:
    figure("top", f"{{len({frame}.columns)}} series are ranked{{without_totals}}", len({frame}.columns))
    held = ({taken.replace(frame, "series", 1)})[totals].sort_values(ascending=False)
    figure("top", "of these totals: " + ", ".join(f"{{name}} {{number(value)}}" for name, value in held.items()), held.iloc[0])
top
"""
    return [
        text("top_note", f"The {end}: what counts", note),
        code("top", f"The {end} {count}", run),
        chart("top_chart", f"The {end} {count} by {word}", "top_chart", "bar", y={"field": "series", "type": "nominal", "sort": "x" if design.smallest else "-x", "title": ""},
              x={"field": word, "type": "quantitative", "title": f"{word} of {what(design)}"}),
    ]  # fmt: skip


def _high_and_low(design: Design) -> list[PlannedBlock]:
    """When the one series that is named was highest and lowest."""
    grain = design.grain
    of = "" if grain == step_of(design.dated) else f", by the {'average' if how_taken(design) == 'mean' else 'total'} of each {grain}"  # fmt: skip
    ways = ["lowest", "highest"] if design.smallest else ["highest", "lowest"]
    note = f"## Highest and lowest\n\nThe {grain}s of the window with the highest and the lowest value."
    run = f"""
own = series.iloc[:, 0].dropna()
ends = {{"highest": own.idxmax(), "lowest": own.idxmin()}}
first, second = {ways!r}
figure("top", f"{{own.name}} was {{first}} in {{period_name(ends[first], '{grain}')}} at {{number(own[ends[first]])}}, {{second}} in {{period_name(ends[second], '{grain}')}} at {{number(own[ends[second]])}}{of}", own[ends[first]])
top = pd.DataFrame([{{"value": own[ends[way]], "{grain}": period_name(ends[way], "{grain}")}} for way in (first, second)], index=[first, second])
top
"""
    return [
        text("top_note", "Highest and lowest: what counts", note),
        code("top", "Highest and lowest", run),
    ]


def _top_periods(design: Design, count: int) -> list[PlannedBlock]:
    end, pick = ("smallest", "nsmallest") if design.smallest else ("largest", "nlargest")
    note = f"## {end.capitalize()} {design.grain}s\n\nThe {count} {design.grain}s with the {end} values."
    run = f"""
top = series.stack().rename("value").rename_axis(["{design.grain}", "series"]).reset_index().{pick}({count}, "value").reset_index(drop=True)
row = top.iloc[0]
figure("top", f"the {end} {design.grain} was {{period_name(row['{design.grain}'], '{design.grain}')}} for {{row['series']}} with {{number(row['value'])}}", row["value"])
top
"""
    return [
        text("top_note", "Largest: what counts", note),
        code("top", f"{end.capitalize()} {design.grain}s", run),
    ]


def movers(design: Design) -> list[PlannedBlock]:
    """The series that rose and fell most over the window, all of them in order."""
    count = design.top
    note = (
        f"## Largest movers\n\n{f'The {count} series with the largest change' if count else 'Every series by its change'} over the window, {'in numbers' if design.amounts else 'relative to what it began with'}, the largest {'fall' if design.smallest else 'rise'} "
        f"first; with one series, the {design.grain}s with the largest change."
    )
    by = "change" if design.amounts else "relative change"
    lead, frame = ranks(design)
    told = min(count, 10) or 5
    sized, told_unit = ("abs(change):,.0f", '""') if design.amounts else ("percent(abs(change))", '"ratio"')
    signed = "change:+,.0f" if design.amounts else "percent(change)"
    shown = f"""movers_chart = movers.assign(label=labels)[["label", {by!r}]]
if len(movers) > 20:
    movers_chart = pd.concat([movers_chart.head(10), movers_chart.tail(10)])"""
    places = f"dict.fromkeys([*range(min({told}, len(order))), *([len(order) - 1] if order else [])])"
    if count:
        shown = f"""movers = movers.head({count})
movers.index = movers.index + 1
movers_chart = movers.assign(label=labels[:{count}])[["label", {by!r}]]"""
        places = f"range(min({told}, len(order)))"
    run = f"""{lead}{started(design)}
ranked = {frame}
if ranked.shape[1] > 1:
    first = start[list(ranked)]
    relative = (ranked.iloc[-1] / first - 1).where(first > 0)
    movers = pd.DataFrame({{"relative change": relative, "change": ranked.iloc[-1] - first}}).dropna(subset=[{by!r}])
    movers = movers.sort_values({by!r}, ascending={design.smallest}).rename_axis("series").reset_index()
    labels = list(movers["series"])
else:
    moves = pd.concat([before, series]).iloc[:, 0]
    figure("movers", f"{{moves.name}} changed by {{moves.iloc[-1] - start.iloc[0]:+,.0f}} ({{percent(moves.iloc[-1] / start.iloc[0] - 1 if start.iloc[0] else float('nan'))}}), from {{number(start.iloc[0])}} to {{number(moves.iloc[-1])}}, counted from {{counted_from}}", moves.iloc[-1] - start.iloc[0])
    movers = pd.DataFrame({{"relative change": moves.pct_change().replace([float("inf"), -float("inf")], float("nan")), "change": moves.diff()}}).dropna()
    movers = movers.sort_values({by!r}, ascending={design.smallest}).rename_axis("period").reset_index()
    labels = [period_name(moment, "{design.grain}") for moment in movers["period"]]
    movers["period"] = labels
order = movers[{by!r}].tolist()
{shown}
moved = {"(series[totals].iloc[-1] - start[totals])" if design.amounts else "(series[totals].iloc[-1] / start[totals] - 1)"}.sort_values(ascending={design.smallest})


def moved_by(change):
    return f"{{{signed}}}"


def told(place):
    change, label = order[place], labels[place]
    if place not in (0, len(order) - 1):
        return f"number {{place + 1}} is {{label}} with {{{signed}}}"
    word, other = ("rise", order[-1 if place == 0 else 0]) if change > 0 else ("fall", order[-1 if place == 0 else 0])
    size = "largest" if abs(change) >= abs(other) or (change > 0) != (other > 0) else "smallest"
    beyond = sorted((name for name in totals if (moved[name] - change) * {-1 if design.smallest else 1} > 0), key=lambda name: -series[name].iloc[-1])
    aside = "" if place or not beyond else f"; totals of others are not ranked, such as {{beyond[-1]}} with {{moved_by(moved[beyond[-1]])}}"
    return f"the {{size}} {{word}} was {{{sized}}} ({{label}}){{aside}}"


for place in {places}:
    figure("movers", told(place), order[place], {told_unit})
if ranked.shape[1] > 1:
    figure("movers", f"the changes are counted from {{counted_from}}", len(order))
if without_totals:
    figure("movers", f"{{len(order)}} series are ranked{{without_totals}}", len(order))
    if ranked.shape[1] > 1:
        figure("movers", "the change of these totals: " + ", ".join(f"{{label}} {{{signed}}}" for label, change in moved.items()), moved.iloc[0], {told_unit})
movers
"""
    axis = {} if design.amounts else {"axis": {"format": ".0%"}}
    return [
        text("movers_note", "Largest movers: what counts", note),
        code("movers", "Largest movers", run),
        chart("movers_chart", "Change over the window" if design.split or len(design.measures) > 1 else f"Largest changes of a {design.grain}", "movers_chart", "bar",
              y={"field": "label", "type": "nominal", "sort": "x" if design.smallest else "-x", "title": ""}, x={"field": by, "type": "quantitative", "title": by, **axis}),
    ]  # fmt: skip


__all__ = ["breakdown", "movers", "ranks", "started", "top"]
