"""A list of one figure for each year, quarter or month that stands beside parts with a step of their own: averages, highs and lows."""

from workflows.parts.blocks import PlannedBlock, code, text
from workflows.parts.design import Design, step_of
from workflows.parts.reading import ADJECTIVE, RULE

_PANDAS = {"average": "mean", "high": "max", "low": "min"}
_WORDS = {"average": "the average", "high": "the highest value", "low": "the lowest value"}


def each_blocks(design: Design, frame: str) -> list[PlannedBlock]:
    """The table of each year, and its figures; reads the frame of the parts without changing it."""
    each, hows = design.each, list(design.each_how)
    names = ", ".join(_WORDS[how] for how in hows)
    decimals = 2 if design.shape == "prices" else 0
    run = f"""
within = {frame}[{frame}.index >= pd.Timestamp(window_start)]
by_each = {{}}
for name in within:
    grouped = within[name].resample("{RULE[each]}")
    for how, taken in {[(how, _PANDAS[how]) for how in hows]!r}:
        by_each[f"{{name}}, {{how}}" if within.shape[1] > 1 or {len(hows)} > 1 else name] = grouped.agg(taken)
each = pd.DataFrame(by_each).dropna(how="all")
each.index = [period_name(moment, "{each}") for moment in each.index]
told = list(each)[:{4 * len(hows)}]
for name in told:
    own = each[name].dropna()
    shown = own if len(own) <= 15 else own.iloc[[0, -1]]
    listed = ", ".join(f"{{period}} {{value:,.{decimals}f}}" for period, value in shown.items())
    figure("each", f"{{name if ',' in name else name + ', {hows[0]}'}} of each {each}: {{listed}}", own.iloc[-1])
each
"""
    return [
        text(
            "each_note",
            f"Each {each}: what it shows",
            f"## Each {each}\n\nFor each {each} of the window {names} of the values in it ({ADJECTIVE[each]} figures beside the parts above).",
        ),
        code("each", f"Each {each}: {', '.join(hows)}", run),
    ]


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
