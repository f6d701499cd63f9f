"""A list of one figure for each decade, year, quarter or month that stands beside parts with a step of their own."""

from workflows.parts.blocks import PlannedBlock, code, text
from workflows.parts.design import Design, step_of
from workflows.parts.reading import ADJECTIVE, RULE

_AGGREGATED = {"average": "mean", "high": "max", "low": "min", "last": "last"}
_WORDS = {
    "average": "the average", "high": "the highest value", "low": "the lowest value", "last": "the last value",
    "return": "the change from the last value before it to its last one (of the first, from its own first value where none is before)",
    "change": "the average change from one value to the next",
}  # fmt: skip


def each_blocks(design: Design, frame: str) -> list[PlannedBlock]:
    """The table of each year, and its figures; reads the frame of the parts without changing it."""
    each, hows = design.each, list(design.each_how)
    prices = design.shape == "prices"
    names = ", ".join(_WORDS[how] for how in hows)
    decades = each == "decade"
    group = "groupby(within.index.year // 10 * 10)" if decades else f'resample("{RULE[each]}")'
    past = frame if prices else "history"
    lines = [f"own, before = within[name], {past}[name][{past}.index < within.index[0]].tail(1)", f"grouped = own.{group}"]  # fmt: skip
    apart = step_of(design.dated) if prices else design.grain
    said = {
        how: {"last": "last value", "change": f"average change of a {apart}"}.get(how, how) for how in hows
    }
    alone = "name" if len(hows) == 1 else 'f"{name}, {how}"'
    called = f'f"{{name}}, {{how}}" if within.shape[1] > 1 else {alone}'
    for how in hows:
        lines += [f'how = "{said[how]}"', f"column = {called}", *_made(how, group, prices=prices)]
        lines.append(f"by_each[column], shown[column] = made, {_shown(how, prices=prices)}")
        if how in ("high", "low"):
            lines += ["when[column] = grouped.idxmax()" if how == "high" else "when[column] = grouped.idxmin()"]  # fmt: skip
    loop = "\n".join(f"    {line}" for line in lines)
    label = '[f"{start}s" for start in each.index]' if decades else f'[period_name(moment, "{each}") for moment in each.index]'  # fmt: skip
    dated = f'f" ({{period_name(when[name][moment], \'{step_of(design.dated)}\')}})" if name in when and moment in when[name].index else ""'  # fmt: skip
    run = f"""
within = {frame}[{frame}.index >= pd.Timestamp(window_start)]
by_each, shown, when = {{}}, {{}}, {{}}
for name in within:
{loop}
each = pd.DataFrame(by_each).dropna(how="all")
moments = list(each.index)
each.index = {label}
for name in list(by_each)[:{4 * len(hows)}]:
    own = each[name].dropna()
    places = [(moment, label) for moment, label in zip(moments, each.index) if label in own.index]
    places = places if len(places) <= 15 else [places[0], places[-1]]
    listed = ", ".join(f"{{label}} {{shown[name](own[label])}}" + ({dated}) for moment, label in places)
    figure("each", f"{{name if ',' in name else name + ', {said[hows[0]]}'}} of each {each}: {{listed}}", own.iloc[-1])
{_ends(hows, each)}{_first_change(hows, past)}{_in_part(design) if decades else ""}for name, days in when.items():
    each[f"{{name}}, when"] = [period_name(days[moment], "{step_of(design.dated)}") for moment in moments]
each
"""
    return [
        text(
            "each_note",
            f"Each {each}: what it shows",
            f"## Each {each}\n\nFor each {each} of the window {names} of the values in it ({'decades' if decades else ADJECTIVE[each] + ' figures'} beside the parts above).",
        ),
        code("each", f"Each {each}: {', '.join(hows)}", run),
    ]


def _made(how: str, group: str, *, prices: bool) -> list[str]:
    if how == "return":
        return ["ends = grouped.last()", "starts = ends.shift(1)", "starts.iloc[0] = before.iloc[-1] if len(before) else own.iloc[0]", "made = ends / starts - 1"]  # fmt: skip
    if how == "change":
        step = "pct_change(fill_method=None)" if prices else "diff()"
        return [f"made = pd.concat([before, own]).{step}.loc[own.index].{group}.mean()"]
    return [f'made = grouped.agg("{_AGGREGATED[how]}")']


def _shown(how: str, *, prices: bool) -> str:
    if how == "return":
        return "percent"
    if how == "change":
        return 'lambda value: f"{100 * value:+.3f} %"' if prices else 'lambda value: f"{value:+,.1f}"'
    return f'lambda value: f"{{value:,.{2 if prices else 0}f}}"'


def _ends(hows: list[str], each: str) -> str:
    """Lines that name the best and the worst where what a year made is listed."""
    if not {"return", "change"} & {*hows}:
        return ""
    return f"""for name in [name for name in by_each if {"True" if len(hows) == 1 else "name.endswith('return') or ', average change' in name"}][:4]:
    own = each[name].dropna()
    if len(own) > 1:
        figure("each", f"{{name}}: highest in {{own.idxmax()}} with {{shown[name](own.max())}}, lowest in {{own.idxmin()}} with {{shown[name](own.min())}}", own.max())
"""


def _first_change(hows: list[str], past: str) -> str:
    """Lines that say where the first change of the window cannot be had."""
    if "change" not in hows:
        return ""
    return f"""if not ({past}.index < within.index[0]).any():
    figure("each", f"{{each.index[0]}} counts one change less: the data has no value before its first one", len(within))
"""


def _in_part(design: Design) -> str:
    """Lines that say which decades the data does not hold whole."""
    step = step_of(design.dated)
    return f"""for place, start in ((0, moments[0]), (-1, moments[-1])):
    held = within.index[within.index.year // 10 * 10 == start]
    if held[0].year > start or held[-1].year < start + 9:
        figure("each", f"of the {{start}}s the window holds only {{period_name(held[0], '{step}')}} to {{period_name(held[-1], '{step}')}}", len(held))
    if len(moments) == 1:
        break
"""


def overall(design: Design, frame: str) -> str:
    """Lines that give the average or the median of the whole window, where the request names no other step for it."""
    step = step_of(design.dated)
    if not (design.average or design.median) or (design.stepped and design.grain != step):
        return ""
    word, how = ("median", "median") if design.median else ("average", "mean")
    form = ",.2f" if design.shape == "prices" else ",.1f"
    return f"""within = {frame}[{frame}.index >= pd.Timestamp(window_start)]
for name in list(within)[:4]:
    own = within[name].dropna()
    over = f", the {word} of {{len(own):,}} {ADJECTIVE[step]} values from {{period_name(own.index[0], '{step}')}} to {{period_name(own.index[-1], '{step}')}}" if len(own) > 1 else f" in {{period_name(own.index[0], '{step}')}}"
    figure("values", f"{{name}}: {word} {{own.{how}():{form}}}{{over}}", own.{how}())
"""


__all__ = ["each_blocks", "overall"]
