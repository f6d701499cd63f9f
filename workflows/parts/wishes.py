"""Parts that a request words itself, for prices and series alike: moving averages, limits, best and worst periods, two windows."""

from datetime import date

from agents.asks.build_analysis import Limit, Part
from workflows.parts.blocks import PlannedBlock, chart, code, text
from workflows.parts.design import Design, step_of
from workflows.parts.query import how_taken
from workflows.parts.reading import RULE, what
from workflows.parts.shares import ranks
from workflows.parts.side_by_side import side_by_side

_DATE = ("period", "temporal", "")
_SERIES = {"field": "series", "type": "nominal", "title": ""}


def wish_part(part: Part, design: Design) -> list[PlannedBlock]:
    """The blocks of one part; they read `levels` or `series`."""
    return _PARTS[part](design)


def frame_of(design: Design) -> str:
    """The frame that the parts read: `levels` of prices, `series` of the rest."""
    return "levels" if design.shape == "prices" else "series"


def _step(design: Design) -> str:
    """The distance of two rows of the frame: a day for prices, the grain for the rest."""
    return step_of(design.dated) if design.shape == "prices" else design.grain


def observed(design: Design) -> str:
    """The distance at which single periods are looked at."""
    return design.grain if design.stepped or design.shape != "prices" else _step(design)


def at_grain(design: Design) -> str:
    """The frame at the grain that single periods are looked at."""
    frame, grain = frame_of(design), observed(design)
    if grain == _step(design):
        return frame
    last = "last" if design.shape == "prices" else how_taken(design)
    return f'{frame}.resample("{RULE[grain]}").{last}()'


def _condition(limit: Limit) -> tuple[str, str]:
    """The condition in words and in pandas, on `looked`."""
    bound = limit.number / 100 if limit.of == "change" else limit.number
    shown = f"{abs(limit.number):,g} %" if limit.of == "change" else f"{limit.number:,g}"
    if limit.than == "beyond":
        return f"moved by more than {shown} either way", f"looked.abs() > {abs(bound)!r}"
    if limit.of == "change" and bound == 0:
        return ("rose", "looked > 0") if limit.than == "above" else ("fell", "looked < 0")
    if limit.of == "change":
        rose = limit.than == "above"
        return (
            f"{'rose' if rose else 'fell'} by more than {shown}",
            f"looked {'>' if rose else '<'} {bound!r}",
        )
    return f"were {limit.than} {shown}", f"looked {'>' if limit.than == 'above' else '<'} {bound!r}"


def _matches(design: Design) -> list[PlannedBlock]:
    assert design.limit is not None
    words, test = _condition(design.limit)
    grain = observed(design)
    changed = design.limit.of == "change"
    steps = at_grain(design).replace("series", "history")
    looked = f"{steps}.pct_change(fill_method=None)" if changed else at_grain(design)
    title = f"{grain.capitalize()}s that {words}"
    passed = words.replace("were ", "was ", 1)
    value = "change" if changed else "value"
    note = f"## {title}\n\nEvery {grain} of the window whose {'change against the one before' if changed else what(design)} passes the limit, the first ones first."
    run = f"""
looked = {looked}
looked = looked[looked.index >= pd.Timestamp(window_start)]
passing = {test}
matches = looked.where(passing).stack().dropna().rename("{value}").rename_axis(["{grain}", "series"]).reset_index()
counted = passing.sum()
for name, count in counted.items():
    figure("matches", f"{{count:,}} of {{looked[name].notna().sum():,}} {grain}s of {{name}} {words} ({{percent(count / max(1, looked[name].notna().sum()))}})", count, "{grain}s")
for name in list(passing)[:4]:
    held = passing[name][looked[name].notna()]
    if not held.any():
        continue
    last = held[held].index[-1]
    runs = (held != held.shift()).cumsum()[held]
    longest = runs[runs == runs.value_counts().idxmax()].index
    others = held[~held]
{_over_the_run(design, changed=changed)}    since = held.index[held.index > others.index[-1]][0] if held.iloc[-1] and len(others) else held.index[0]
    now = f"without a break from {{period_name(since, '{grain}')}} to the end of the window" if held.iloc[-1] else f"last in {{period_name(last, '{grain}')}}"
    figure("matches", f"{{name}} {passed} {{now}}; the most {grain}s in a row are {{len(longest):,}}, from {{period_name(longest[0], '{grain}')}} to {{period_name(longest[-1], '{grain}')}}{"{over}" if changed else ""}", len(longest), "{grain}s")
by_year = passing.groupby(passing.index.year).sum().rename_axis("year")
matches_by_year = by_year.reset_index().melt(id_vars="year", var_name="series", value_name="{grain}s")
if by_year.shape[1] == 1 and 1 < len(by_year) <= 25:
    figure("matches", "by year: " + ", ".join(f"{{year}} {{count:,}}" for year, count in by_year.iloc[:, 0].items()), by_year.iloc[:, 0].max(), "{grain}s")
matches["{grain}"] = [period_name(moment, "{grain}") for moment in matches["{grain}"]]
matches
"""
    years = "by_year"
    return [
        text("matches_note", f"{title}: what counts", note),
        code("matches", title, run),
        *([code("matches_years", f"{title}: how many a year", years)] if grain != "year" else []),
        chart("matches_chart", f"{title}, by year", "matches_by_year", "bar", x=("year", "ordinal", ""),
              y={"field": f"{grain}s", "type": "quantitative"}, color=_SERIES, xOffset={"field": "series"}),
    ]  # fmt: skip


def _over_the_run(design: Design, *, changed: bool) -> str:
    """Lines that say how much a series moved over its longest run of such periods."""
    if not changed:
        return ""
    form = ",.2f" if design.shape == "prices" else ",.0f"
    return f"""    whole = {at_grain(design).replace("series", "history")}[name].dropna()
    before_it, after_it = whole[whole.index < longest[0]].iloc[-1], whole[longest[-1]]
    over = f", over which it went from {{before_it:{form}}} to {{after_it:{form}}} ({{percent(after_it / before_it - 1)}})"
"""


def _extremes(design: Design) -> list[PlannedBlock]:
    grain, top = observed(design), design.top or 5
    lead, frame = ranks(design) if design.shape != "prices" else ("", "levels")
    note = f"## Best and worst {grain}s\n\nThe {top} {grain}s with the largest rises and the {top} with the largest falls, against the {grain} before{', in numbers' if design.amounts else ''}."
    steps = (
        f"{at_grain(design)}" if design.shape == "prices" else at_grain(design).replace("series", "history")
    )
    kept = "" if frame in ("series", "levels") else "[singles]"
    told, unit = (
        ("f\"{row['change']:+,.0f}\"", '""') if design.amounts else ("percent(row['change'])", '"ratio"')
    )
    also = (
        ""
        if design.amounts or design.shape == "prices"
        else "{' (' + format(sizes[row['series']].get(row[step]), '+,.0f') + ')'}"
    )
    title = f"Best and worst {grain}s"
    picked = f"pd.concat([ranked.head({top}), ranked.tail({top})]).drop_duplicates()"
    listed = '[("the best", extremes.iloc[0]), ("the worst", extremes.iloc[-1])] if len(extremes) else []'
    if design.smallest:
        title = f"Worst {grain}s"
        note = f"## {title}\n\nThe {top} {grain}s with the largest falls, against the {grain} before{', in numbers' if design.amounts else ''}."
        picked = f'ranked[ranked["change"] < 0].tail({top})[::-1]'
        listed = f'[(f"number {{place}} of the worst" if place > 1 else "the worst", row) for place, (_, row) in enumerate(extremes.head({min(top, 10)}).iterrows(), 1)]'
    run = f"""{lead if kept else ""}
step = "{grain}"
changes = {steps}{kept}.{"diff()" if design.amounts else "pct_change(fill_method=None)"}
changes = changes[changes.index >= pd.Timestamp(window_start)].replace([float("inf"), -float("inf")], float("nan"))
ranked = changes.stack().dropna().rename("change").rename_axis(["{grain}", "series"]).reset_index().sort_values("change", ascending=False)
extremes = {picked}.reset_index(drop=True)
sizes = {steps}{kept}.diff()
for word, row in {listed}:
    size = {told}
    figure("extremes", f"{{word}} {grain} was {{period_name(row['{grain}'], '{grain}')}} for {{row['series']}}, {{size}}{also} against the {grain} before", row["change"], {unit})
extremes["{grain}"] = [period_name(moment, "{grain}") for moment in extremes["{grain}"]]
extremes
"""
    return [text("extremes_note", f"{title}: what counts", note), code("extremes", title, run)]  # fmt: skip


def _periods(design: Design) -> list[PlannedBlock]:
    """Two windows held against each other; each further one against the later of these two."""
    assert design.against is not None
    blocks = _two_periods(design)
    first = (design.period.start, design.period.end)
    later = max(first, design.against, key=lambda days: str(days[0]))
    for number, (start, end) in enumerate(design.further, 2):
        period = design.period.model_copy(update={"start": start, "end": end, "words": f"{start} to {end}"})
        for block in _two_periods(design.model_copy(update={"period": period, "against": later})):
            key = block.key.replace("periods", f"periods_{number}", 1)
            content = block.content.replace('figure("periods"', f'figure("periods_{number}"').replace("periods_long", f"periods_{number}_long")  # fmt: skip
            metadata = {**block.metadata, "deepnote_variable_name": f"periods_{number}_long"} if block.type == "visualization" else block.metadata  # fmt: skip
            blocks.append(block.model_copy(update={"key": key, "content": content, "metadata": metadata, "title": f"{block.title} ({number})"}))  # fmt: skip
    return blocks


def _two_periods(design: Design) -> list[PlannedBlock]:
    assert design.against is not None
    period = design.period
    frame = frame_of(design)
    windows = [
        (period.words or "first", period.start, period.end),
        (f"{design.against[0]} to {design.against[1]}", *design.against),
    ]
    names = [_window_name(start, end, step_of(design.dated)) for _, start, end in windows]
    first_window, second_window = sorted((start, end) for _, start, end in windows if start and end)
    overlapping = second_window[0] <= first_window[1]
    later, earlier = ("first", "second") if str(windows[0][1]) > str(windows[1][1]) else ("second", "first")
    shown, how, taken, relative = _compared(design, overlapping=overlapping)
    note = f"## {names[0]} against {names[1]}\n\nFor each series {how}, and the difference (the later window less the earlier one), the largest {'fall' if design.smallest else 'rise'} first."
    by, moved = "relative", shown == CHANGED
    if relative:
        by = later if overlapping else '"difference in points"'
    apart = '"difference"'
    if relative:
        apart = '"difference in points"'
    scale = "100 * " if relative else ""
    both = '\nperiods["in both"] = periods[first] + periods[second]'
    held = both if moved else "" if relative else f'\nperiods["relative"] = (periods[{later}] / periods[{earlier}] - 1).where(periods[{earlier}] > 0)'  # fmt: skip
    lead, ranked = ranks(design) if frame == "series" else ('totals, without_totals = [], ""\n', frame)
    told_unit = '"percentage points"' if relative else '""'
    told = "percent" if relative else "number"
    if moved:
        by, told = "in both", "signed"
    times = ", {max(row[first], row[second]) / min(row[first], row[second]):.1f} times as much in {first if row[first] > row[second] else second}" if shown == "annualised volatility" else ""  # fmt: skip
    more = (
        ""
        if moved
        else "; a difference of {row['difference in points']:+,.1f} percentage points"
        if relative
        else " ({percent(row['relative'])})"
    )
    more += times
    past = "levels" if frame == "levels" else "history"
    without_whole = (
        f".drop({design.whole!r}, errors='ignore')" if shown.startswith("share of") and design.whole else ""
    )
    run = f"""{lead}
def signed(value):
    return "n/a" if pd.isna(value) else f"{{value:+,.0f}}"


def over(start_day, end_day):
    part = {frame}[({frame}.index >= pd.Timestamp(start_day)) & ({frame}.index <= pd.Timestamp(end_day))]
    if part.empty:
        raise ValueError(f"There is no data from {{start_day}} to {{end_day}}.")
    before = {past}[{past}.index < part.index[0]]
    start = before.iloc[-1] if len(before) else part.iloc[0]
    return {taken}

first, second = {names[0]!r}, {names[1]!r}
periods = pd.DataFrame({{first: over({str(windows[0][1])!r}, {str(windows[0][2])!r}), second: over({str(windows[1][1])!r}, {str(windows[1][2])!r})}}){without_whole}
periods[{apart}] = {scale}(periods[{later}] - periods[{earlier}]){held}
overall = periods.loc[[name for name in sorted(totals, key=lambda name: -{frame}[name].iloc[-1]) if name in periods.index][:1]]
periods = periods.loc[[name for name in {ranked} if name in periods.index]]
periods = periods.sort_values({by if relative else repr(by)}, ascending={design.smallest})
periods_long = periods[[first, second]].head(12).rename_axis("series").reset_index().melt(id_vars="series", var_name="window", value_name="value")
for name, row in periods.head({max(3, min(design.top, 10))}).iterrows():
    figure("periods", f"{{name}}: {shown} {{{told}(row[first])}} in {{first}}, {{{told}(row[second])}} in {{second}}{more}", row[{apart}], {told_unit})
for name, row in overall.iterrows():
    figure("periods", f"{{name}}, which holds the others: {shown} {{{told}(row[first])}} in {{first}}, {{{told}(row[second])}} in {{second}}{more}", row[{apart}], {told_unit})
if without_totals:
    figure("periods", f"{{len(periods)}} series are ranked{{without_totals}}", len(periods))
periods
"""
    axis = {"axis": {"format": ".1%"}} if relative else {}
    return [
        text("periods_note", "Two windows: formula", note),
        code("periods", "Two windows held against each other", run),
        *side_by_side(design, (names[0], names[1]), [(str(start), str(end)) for _, start, end in windows[:2]]),
        chart("periods_chart", f"{shown.capitalize()}, by window", "periods_long", "bar", y={"field": "series", "type": "nominal", "title": ""},
              x={"field": "value", "type": "quantitative", "title": shown, **axis}, color={"field": "window", "type": "nominal", "title": ""}, yOffset={"field": "window"}),
    ]  # fmt: skip


def _window_name(start: date | None, end: date | None, step: str) -> str:
    """The days of a window as the data counts them: months where it holds months."""
    if start is None or end is None:
        return f"{start} to {end}"
    form = {"month": "%B %Y", "year": "%Y"}.get(step)
    if form is None:
        return f"{start} to {end}"
    first, last = start.strftime(form), end.strftime(form)
    return first if first == last else f"{first} to {last}"


CHANGED = "change in numbers"
"""What is compared where changes are wanted in numbers."""


def _single(design: Design) -> bool:
    """Whether both windows hold one period each."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[design.grain]
    spans = [(design.period.start, design.period.end), *([design.against] if design.against else [])]
    return all(start and end and (end - start).days < longest for start, end in spans)


def told_by_windows(design: Design) -> Part | None:
    """What of volatility, falls and returns two windows of prices are compared by: the one that is wished first."""
    compared = (Part.VOLATILITY, Part.DRAWDOWN, Part.RETURNS)
    return (
        next((part for part in design.parts if part in compared), None) if design.shape == "prices" else None
    )


def _compared(design: Design, *, overlapping: bool) -> tuple[str, str, str, bool]:
    """What is compared between two windows: in the answer's words, in the note's, in pandas, and whether it is a part of one."""
    parts = set(design.parts)
    if told_by_windows(design) is Part.VOLATILITY:
        return "annualised volatility", "the annualised volatility of each window", "part.pct_change().std() * per_year**0.5", True  # fmt: skip
    if told_by_windows(design) is Part.DRAWDOWN:
        return "largest drawdown", "the largest fall from a peak within each window", "(part / part.cummax() - 1).min()", True  # fmt: skip
    if design.shape == "prices":
        return "return over the window", "the return from the last value before a window to its last one", "part.iloc[-1] / start - 1", True  # fmt: skip
    if _single(design) and not design.amounts and Part.BREAKDOWN not in parts:
        return "value", "the value of each of the two periods", "part.iloc[-1]", False
    if Part.BREAKDOWN in parts and (design.whole or design.split):
        of = f"part.mean()[{design.whole!r}]" if design.whole else "part.mean().sum()"
        said = design.whole or "them all"
        return f"share of {said}", f"the share of {said} in each window", f"part.mean() / {of}", True
    if design.amounts:
        return CHANGED, "the change of each window in numbers, from the last value before it to its last one", "part.iloc[-1] - start", False  # fmt: skip
    if overlapping:
        return "change over the window", "the relative change from the first to the last value of each window", "(part.iloc[-1] / part.iloc[0] - 1).where(part.iloc[0] > 0)", True  # fmt: skip
    if Part.CHANGE in parts:
        return "change over the window", "the relative change from the last value before each window, or its first where there is none, to its last", "(part.iloc[-1] / start - 1).where(start > 0)", True  # fmt: skip
    how = "the average, and for counts and amounts the total, of each window"
    mean = how_taken(design) == "mean"
    return ("average of the window", how, "part.mean()", False) if mean else ("total of the window", how, "part.sum()", False)  # fmt: skip


_PARTS = {Part.MATCHES: _matches, Part.EXTREMES: _extremes, Part.PERIODS: _periods}
WISHES = frozenset(_PARTS)
__all__ = ["WISHES", "at_grain", "frame_of", "observed", "told_by_windows", "wish_part"]
