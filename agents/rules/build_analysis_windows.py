"""The windows of time that a request names, and the text without them.

Beside what `agents.asks.period` reads in one phrase: stretches before and after a day, a month that is the base of an index, rows that
are to be left out, `that year`, and a named episode within the days that are written out.
"""

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

from agents.asks.period import FoundPeriod, Period, find_period, find_periods, find_two_periods
from agents.asks.period_words import POINT, UNITS, N, U, number
from agents.rules.build_analysis_grammar import STEP_BEFORE
from agents.rules.build_analysis_points import with_points


class Windows(NamedTuple):
    """What a request says of time."""

    period: str
    """The first window, in the request's words."""
    rest: str
    """The text without any window."""
    against: str = ""
    held: bool = False
    """Whether two closed windows are held against each other."""
    further: tuple[str, ...] = ()
    """Windows beyond the second."""
    cut_period: str = ""
    one_cut: str = ""
    """The text without its first window alone: cuts read years and months themselves."""
    note: str = ""
    """How an episode was read that the window reaches beyond."""
    base: bool = False
    """Whether the value at the window's start is one that is to be reached again."""
    left_out: str = ""
    """Which rows the request wants dropped, in its words."""


def find_windows(text: str, *names: str) -> Windows:
    """The windows of a text, or else the one that a name holds."""
    text, base = _since_base(_LAST_OF_EACH.sub(r"the end of \g<each>", text))
    text = STEP_BEFORE.sub(r"\g<lead> \g<to> the \g<u> before", text)
    text, point = with_points(_since_put_in(_ONWARDS.sub(r"since \g<a>", text)))
    text, left_out = _without_dropped(_up_to_a_point(text))
    text = _that_year(text, " ".join([*names, text]))
    text, note = _until_recovered(_based(_around(text)))
    if not note:
        text, note = _since_peak(text)
    two = find_two_periods(text)
    if two is not None:
        first, second = two
        rest = f"{text[: first.start]} {text[first.end : second.start]} {text[second.end :]}"
        more, without = find_periods(rest)
        return Windows(
            first.period.words, without if more else rest, f"{second.period.start} to {second.period.end}", held=True,
            further=tuple(window.words for window in more if window.start and window.end), note=point, left_out=left_out,
        )  # fmt: skip
    text = _without_episode(text)
    found = find_period(text)
    windows, without = find_periods(text)
    one_cut = f"{text[: found.start]} {text[found.end :]}" if found else text
    period = _words(found) or next((said for name in names if (said := _words(find_period(name)))), "")
    several = len(windows) > 1
    return Windows(
        windows[0].words if several else period,
        without if several else one_cut,
        windows[1].words if several else "",
        further=tuple(window.words for window in windows[2:]),
        cut_period=_words(found) or period,
        one_cut=one_cut,
        note=note or point,
        base=base,
        left_out=left_out,
    )


def _words(found: FoundPeriod | None) -> str:
    return found.period.words if found else ""


# ---- rows that are left out ------------------------------------------------------------------------------------

_DROPPED = re.compile(
    r"\b(?:drop|delete|remove|exclud\w*|ignor\w*|skip|leav\w+ out|cut off|throw (?:away|out)|discard|forget(?: about)?|without|not? (?=the (?:rows|data|years)))\b"
    rf"(?P<what>[^.;!?\n]{{0,40}}?)\b(?P<side>before|prior to|until|up to|earlier than|older than|after|since|later than|from)\s+(?P<a>{POINT})(?: on(?:wards?)?)?",
    re.I,
)
_DELETED = re.compile(r"\b(?:drop|delete|remove|throw|discard|cut)", re.I)


def _without_dropped(text: str) -> tuple[str, str]:
    """`drop the rows before 2005` as the window that is left, `since 2005`; and what was to be deleted."""
    found = _DROPPED.search(text)
    if found is None:
        return text, ""
    early = found["side"].lower() in ("before", "prior to", "earlier than", "older than", "until", "up to")
    inclusive = found["side"].lower() in ("until", "up to")
    kept = f"{'after' if inclusive else 'since'} {found['a']}" if early else f"until {found['a']}"
    if found["side"].lower() in ("since", "from"):
        kept = f"before {found['a']}"
    deleted = " ".join(found[0].split()) if _DELETED.match(found[0]) else ""
    return f"{text[: found.start()]} {found['what']} {kept} {text[found.end() :]}", deleted


# ---- windows around a day --------------------------------------------------------------------------------------

_THAT_YEAR = re.compile(r"\b(?:of |in )?(?:that|the same|this very) year\b", re.I)


def _that_year(text: str, everything: str) -> str:
    """`October of that year` with the year that the request or a name in it gives."""
    years = re.findall(r"\b(?:1[89]|20)\d\d\b", everything)
    return _THAT_YEAR.sub(f"of {years[0]}", text) if years else text


_BESIDE = re.compile(
    rf"\b(?:in |over |during |for |of )?(?:the )?(?P<n>{N})(?:[ -](?P<u>{U}))? (?P<side>immediately before|right before|before|prior to|leading up to|up to|preceding|immediately after|right after|after|following|from)\b",
    re.I,
)
_EARLIER = ("before", "prior to", "leading up to", "up to", "preceding")


def _around(text: str) -> str:
    """`the twelve months before February 2010 against the twelve after` with the days that these are."""
    anchor: FoundPeriod | None = None
    unit, pieces, at = "", list[str](), 0
    for found in _BESIDE.finditer(text):
        if found.start() < at:
            continue
        behind = find_period(text[found.end() :])
        near = behind is not None and not text[found.end() :][: behind.start].strip(" the,")
        anchor = behind if near else anchor
        unit = UNITS[found["u"].lower()] if found["u"] else unit
        if anchor is None or not unit or (not near and not found["u"] and anchor is None):
            continue
        days = _beside(anchor.period, number(found["n"].lower()), unit, found["side"].lower())
        if days is None:
            continue
        end = found.end() + behind.end if near and behind is not None else found.end()
        pieces += [text[at : found.start()], f"{days[0]}–{days[1]} "]
        at = end
    return "".join([*pieces, text[at:]])


def _beside(anchor: Period, count: int, unit: str, side: str) -> tuple[date, date] | None:
    """So many units up to the day before a stretch, or from the day after it."""
    earlier = any(side.endswith(word) for word in _EARLIER)
    start, end = anchor.start or anchor.end, anchor.end or anchor.start
    if start is None or end is None:
        return None
    if earlier:
        last = start - timedelta(days=1)
        return _moved(start, -count, unit), last
    first = end + timedelta(days=1)
    return first, _moved(first, count, unit) - timedelta(days=1)


def _moved(day: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    place = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}.get(unit, 120)
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


_ONWARDS = re.compile(
    rf"\b(?:from |since |starting (?:in |with |from )?)?(?P<a>(?!\d{{1,2}}\b){POINT})(?:,? (?:onwards?|and (?:later|after(?:wards)?|onwards?|beyond)|or later|forward|upwards|on(?=\W*$|\s*[,.;:!?]|\s+(?:as|and|with|please|by|per)\b)))\b",
    re.I,
)
_FAR_BELOW = re.compile(
    r"\bhow far (?:\S+ ){0,6}?(?:below|under|beneath|off|away from|from)\b|\b(?:below|under|off|from|beneath) (?:its|their|the) (?:all[- ]time |previous |old |earlier |last )?(?:record|high|peak|top|maximum)\b",
    re.I,
)
_AT = re.compile(rf"\b(?:in|on|at|by|as of) (?P<a>{POINT})", re.I)
_PUT_IN = re.compile(
    rf"\b(?:put|invest(?:ed|ing)?|bought|buy(?:ing)?|placed|paid|purchased)\b[^.;?!]{{0,60}}?\b(?P<lead>(?:at |by )?(?:the )?(?:very )?(?:end|close) of(?: the year)?|(?:at |by )?(?:the )?(?:very )?(?:start|beginning) of(?: the year)?|(?:on |at )?the (?P<first>first) (?:trading |business |working )?day of(?: the year)?|in|on|at) (?P<a>{POINT})",
    re.I,
)


def _up_to_a_point(text: str) -> str:
    """How far something stood below its record on a day: all that was before counts."""
    found = find_period(text)
    if not _FAR_BELOW.search(text) or found is None or not (found.period.start and found.period.end):
        return text
    alone = find_period(f"{text[: found.start]} {text[found.end :]}") is None
    short = (found.period.end - found.period.start).days <= 31
    said = _AT.fullmatch(text[found.start : found.end].strip())
    if not (alone and short and said):
        return text
    return f"{text[: found.start]} until {said['a']} {text[found.end :]}"


def _since_put_in(text: str) -> str:
    """What was put in on a day is held from then on, where nothing says until when."""
    put = _PUT_IN.search(text)
    if put is None:
        return text
    found = find_period(put["a"])
    if found is None or found.period.start is None or found.period.end is None:
        return text
    outside = f"{text[: put.start('lead')]} {text[put.end('a') :]}"
    if find_period(outside) is not None:
        return text
    at_end = re.search(r"\b(?:end|close)\b", put["lead"], re.I) or found.period.start == found.period.end
    bought = found.period.end if at_end else found.period.start - timedelta(days=1)
    if put["first"]:
        return f"{text[: put.start('lead')]} after {_first_trading_day(found.period.start)} {text[put.end('a') :]}"
    since = (
        f"after {bought}" if found.period.start == found.period.end else f"since {bought + timedelta(days=1)}"
    )
    return f"{text[: put.start('lead')]} {since} {text[put.end('a') :]}"


def _first_trading_day(start: date) -> date:
    """The first working day of a stretch; New Year's Day is none, nor is the Monday that stands for it."""
    day = start
    while day.weekday() > 4 or (day.month == 1 and (day.day == 1 or (day.day == 2 and day.weekday() == 0))):
        day += timedelta(days=1)
    return day


# ---- a base, and an episode within written days ------------------------------------------------------------------

_BASE = re.compile(
    rf"(?P<lead>\b(?:index(?:ed)?|rebas\w+|normali[sz]\w+|set|scaled|start\w*|equal\w*|base\w*)\b[^.;!?\n]{{0,25}}?(?:\b100\b)?[^.;!?\n\d]{{0,12}}?\b)(?:in|at|on|from|as of|with|to|=)\s+(?P<a>{POINT})(?P<tail>\s*(?:=|as|is|to|at|equals?)\s*100\b)?"
    rf"|(?P<b>{POINT})\s*(?:=|set to|as|is|equals?)\s*100\b",
    re.I,
)


def _based(text: str) -> str:
    """`indexed to 100 in January 2008` with the window that such an index is shown for: since then."""
    found = _BASE.search(text)
    if found is None or not re.search(r"\b100\b|\bbase|rebas", found[0], re.I):
        return text
    said = found["a"] or found["b"]
    outside = f"{text[: found.start()]} {text[found.end() :]}"
    shown = "" if find_period(outside) else f" since {said} "
    return f"{text[: found.start()]}{found['lead'] or 'rebased to 100'}{shown}{text[found.end() :]}"


_RECOVERY = re.compile(r"\b(?:recover\w*|(?:come|comes|came|bounced?|climb(?:ed)?|get|got|spring|sprang) back\b|rebound\w*|regain\w*|ma[dk]e up for|making up|won back|back (?:to|at|above) (?:its|their|the|old|where)|previous (?:peak|high|level))\b", re.I)  # fmt: skip


def _until_recovered(text: str) -> tuple[str, str]:
    """A recovery from an episode lies after it, and the peak that is to be reached again before it: the window takes in both."""
    found = find_period(text)
    if found is None or not found.period.meaning or not _RECOVERY.search(text):
        return text, ""
    start = found.period.start
    sided = re.match(r"(?:after|since|following|before|until)\b", found.period.words, re.I)
    if sided and re.search(r"\bfrom (?:the|its|their|each) (?:\w+ )?(?:top|peak|high)s?\b", text, re.I):
        inner = find_period(found.period.words[sided.end() :])
        found = found._replace(period=inner.period) if inner else found
        start, sided = found.period.start, None if inner else sided
    if (
        start is None
        or found.period.end is None
        or sided
        or find_period(f"{text[: found.start]} {text[found.end :]}")
    ):
        return text, ""
    note = (
        f"“{found.period.words}” is taken as {found.period.meaning}; the window begins a year before it and goes on to the end of the data, "
        "so that the peak and the recovery are in it"
    )
    return (
        f"{text[: found.start]} since {_moved(start, -1, 'year').strftime('%Y-%m')} {text[found.end :]}",
        note,
    )


_LAST_OF_EACH = re.compile(r"\b(?:the )?(?:very )?last (?:(?:trading|working|business|calendar) )?(?:day|week|month|session|close|value)s? (?:of|in|for) (?P<each>(?:each|every|the respective) (?:year|quarter|month|week))\b", re.I)  # fmt: skip
"""No window: where each quarter ended."""
_BASE_LEVEL = re.compile(
    rf"\b(?:where (?:it|they|each|all|things?|we|employment|jobs) (?:was|were|stood|had been|used to be)|(?:its|their|the|that|those|own) (?:[\w-]+ ){{0,3}}?(?:levels?|values?|numbers?|counts?|closes?|figures?|employment|jobs)|(?:the )?levels?) (?:(?:it|they) (?:had|held|reached) )?(?:back )?(?:of|in|from|on|at|as of) (?P<a>{POINT})"
    rf"|(?:its|their|the|to|at) (?P<b>{POINT})(?:['’]s)? (?:levels?|values?|numbers?|counts?|closes?|figures?)\b",
    re.I,
)


def _since_base(text: str) -> tuple[str, bool]:
    """The value of some month that is to be reached again: the window begins with that month and goes on to the end of the data."""
    found = _BASE_LEVEL.search(text)
    if found is None or not _RECOVERED.search(f"{text[: found.start()]} {text[found.end() :]}"):
        return text, False
    outside = find_period(f"{text[: found.start()]} {text[found.end() :]}")
    if outside is not None and not outside.period.meaning:
        return text, False
    text = text if outside is None else text.replace(outside.period.words, " ", 1)
    return text.replace(found[0], f" since {found['a'] or found['b']} ", 1), True


_RECOVERED = re.compile(
    rf"{_RECOVERY.pattern}|\b(?:back\b|again\b|return(?:ed|s)?\b|reach\w*|surpass\w*|exceed\w*|catch|caught up|made? up)",
    re.I,
)
_AGAIN = re.compile(
    rf"{_RECOVERY.pattern}|\b(?:back|again|surpass\w*|exceed\w*|beat|since (?:its|the|their) (?:[\w.]+ ){{0,2}}?(?:peak|high))\b",
    re.I,
)
_PEAK = re.compile(
    rf"\b(?:since (?=(?:its|the|their) (?:[\w.]+ ){{0,2}}?(?:peak|high)))?(?:(?:its|the|their) )?(?P<head>(?:peak|high|top|maximum|record)s?\b(?: (?:level|value|close))?) (?:of|in|from|on|at|reached in|set in) (?P<a>{POINT})|\b(?P<b>{POINT})(?:['’]s)? (?P<tail>(?:peak|high|maximum|record)\b)",
    re.I,
)


def _since_peak(text: str) -> tuple[str, str]:
    """A peak of some month that is to be reached again: the window begins with that month and goes on to the end of the data."""
    text = re.sub(r"\bever ", "", text) if _PEAK.search(text) else text
    found = _PEAK.search(text)
    if found is None or not _AGAIN.search(text):
        return text, ""
    outside = f"{text[: found.start()]} {text[found.end() :]}"
    other = find_period(outside)
    if other is not None and not other.period.meaning:
        return text, ""
    if (
        other is not None
    ):  # `recovered from the dot-com crash`: the fall lies between the peak and the day it is reached again
        text = text.replace(outside[other.start : other.end], " ", 1)
        found = _PEAK.search(text)
        if found is None:
            return text, ""
    said = found["a"] or found["b"]
    note = f"The window begins with {said}, the time of the peak, and goes on to the end of the data, so that the recovery is in it"
    return f"{text[: found.start()]}{found['head'] or found['tail']} since {said}{text[found.end() :]}", note


def _without_episode(text: str) -> str:
    """The text without `the 2008 crash` where written days hold it and nothing is compared: the days are the ones meant."""
    found = find_period(text)
    if found is None or not found.period.meaning:
        return text
    after = f"{text[: found.start]} {text[found.end :]}"
    if _dated(text[found.end :]):
        return after
    other = find_period(after)
    if other is None or other.period.meaning or re.search(r"\b(?:compar\w*|versus|vs|against|than|before|after)\b", text, re.I):  # fmt: skip
        return text
    inner, outer = found.period, other.period
    within = (
        outer.kind == "between" and inner.start is not None and inner.end is not None
        and (outer.start is None or outer.start <= inner.start) and (outer.end is None or outer.end >= inner.end)
    )  # fmt: skip
    return after if within else text


def _dated(after: str) -> bool:
    """Whether a window written as days, months or years follows at once: `(say Jan 2008 to Dec 2009)`."""
    found = find_period(after)
    if found is None or found.period.kind != "between" or found.period.meaning:
        return False
    return (
        re.fullmatch(r"\W*(?:say|that is|i\.?e\.?|meaning|so|from|here)?\W*", after[: found.start], re.I)
        is not None
    )


__all__ = ["Windows", "find_windows"]
