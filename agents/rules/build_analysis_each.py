"""Lists of one figure for each year, quarter or decade: averages, highs and lows, where it stood at the end, what it made."""

import re
from collections.abc import Collection
from typing import Literal, NamedTuple

from agents.asks.build_analysis import EachHow, Grain, Part
from agents.rules.build_analysis_wishes import AVERAGE, step

_UNIT = r"(?:calendar |single |full |whole )?(?P<u{n}>year|quarter|month|week|decade)s?\b"
_PER = r"(?:per|by|of each|for each|in each|of every|for every|in every|each|every|a)"


def _pattern(*ways: str) -> re.Pattern[str]:
    """The ways as one pattern; `{u}` stands for the unit in each of them."""
    return re.compile("|".join(way.replace("{u}", _UNIT.replace("{n}", str(n))) for n, way in enumerate(ways)), re.I)  # fmt: skip


_AVERAGED = _pattern(
    r"\b(?P<v0>yearly|annual|monthly|quarterly|weekly) (?:averages?|means?)\b",
    rf"\b(?:averages?|means?) {_PER} {{u}}",
)
_HIGHS = r"(?:highs?|max\w*|highest)(?: and| &|,| ?/) ?(?:the )?(?:lows?|min\w*|lowest)\b"
_RANGED = _pattern(
    r"\b(?P<v0>yearly|annual|monthly|quarterly|weekly) (?:(?:highs?|lows?|max\w*|min\w*|highest|lowest|peaks?|troughs?|ranges?)(?: values?| levels?| closes?)?(?: ?(?:and|,|/|&) ?)?)+",
    rf"\b{_HIGHS}(?: [\w&']+){{0,7}}? {_PER} {{u}}",
    rf"\b(?:each|every) {{u}}['’]?s? {_HIGHS}",
    rf"\b{_PER} {{u}}[^.;?!]{{0,40}}?\b{_HIGHS}",
)
ENDED = _pattern(
    r"\b(?:end|close) of (?:each|every) {u}",
    r"\b{u}[- ]ends?\b",
    r"\b(?:last|final|closing) (?:close|value|level|price|figure|number)s? (?:of|in|for) (?:each|every) {u}",
)
_CHANGED = _pattern(
    r"\b(?:averages?|mean|typical|usual)\b (?:[\w-]+ ){0,4}?(?:changes?|gains?|loss(?:es)?|growth|increases?|decreases?|rises?|falls?|returns?)\b[^.;?!]{0,30}?\b(?:in|per|of|for|by|during) (?:each |every |the |a )?(?=year|quarter|decade|calendar|single|full|whole){u}"
)
_DECADES = _pattern(rf"\b{_PER} (?=[\w ]*decade){{u}}", r"\bacross (?:the )?(?=[\w ]*decade){u}", r"\b(?=decades? (?:by decade|for decade)){u}")  # fmt: skip
_STEP_BEFORE = re.compile(r"\bthe (?P<u>week|month|quarter|year) before\b", re.I)
_OVER_TIME = re.compile(r"\btrend|\bover time\b|\bevol|\bdevelop|\bhistory\b", re.I)
_WORDS: tuple[tuple[EachHow, re.Pattern[str]], ...] = (
    ("high", re.compile(r"\b(?:highs?|highest|max\w*|peaks?)\b", re.I)),
    ("low", re.compile(r"\b(?:lows?|lowest|min\w*|troughs?)\b", re.I)),
    ("average", AVERAGE),
    ("return", re.compile(r"\b(?:returns?|performance|gain\w*|gr[eo]w\w*|changes?|ros?e|fell|fall)\b", re.I)),
    ("last", re.compile(r"\b(?:end|close|last|stood|level)\b", re.I)),
)


class Each(NamedTuple):
    step: Grain | Literal["decade"] = ""
    hows: tuple[EachHow, ...] = ()


def each_in(text: str, parts: Collection[Part]) -> Each:
    """The list of each year that a text wants beside its parts; nothing where the parts themselves go by that step."""
    if _DECADES.search(text):
        hows = tuple(how for how, words in _WORDS if words.search(text))
        return Each("decade", (hows[:-1] if hows[1:] and hows[-1] == "last" else hows) or ("average", "last"))
    trends = set() if _OVER_TIME.search(text) else {Part.TREND}  # `with a line chart`
    others = set(parts) - {Part.VALUES, Part.REBASED, Part.CROSSTAB, Part.PERIODS, Part.TOP, Part.GROWTH} - trends  # fmt: skip
    if changed := _CHANGED.search(text):
        return Each(_unit(changed), ("change",))
    ranged, ended, averaged = _RANGED.search(text), ENDED.search(text), _AVERAGED.search(text)
    named = {unit for word in re.findall(r"\b(?:daily|weekly|monthly|quarterly|yearly|annual)\b", _AVERAGED.sub(" ", text), re.I) if (unit := step(word))}  # fmt: skip
    if averaged and (before := _STEP_BEFORE.search(text)) and step(before["u"]) == _unit(averaged):
        others -= {Part.CHANGE}  # the change from one such average to the next
    taken: list[EachHow] = ["average"] if averaged and (others or named - {_unit(averaged)}) else []
    if ranged:
        taken += ["high", "low"] if taken or not AVERAGE.search(text) else ["average", "high", "low"]
    if ended and (others - {Part.CHANGE} or taken):
        taken.append("last")
    found = ranged or (ended if "last" in taken else None) or (averaged if taken else None)
    return Each(_unit(found), tuple(taken)) if found else Each()


def _unit(found: re.Match[str]) -> Grain | Literal["decade"]:
    word = next(unit for unit in found.groupdict().values() if unit).lower()
    return "decade" if word == "decade" else step(word)


__all__ = ["ENDED", "Each", "each_in"]
