"""A stretch of time as people say it, and what it comes to on data that starts and ends somewhere.

Relative periods count back from the end of the data, not from today: data that ends in 2018 has its past two years there.
"""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from agents.asks.period_words import (
    DECADES,
    EPISODES,
    NOW,
    ORDINALS,
    PAST,
    POINT,
    SINCE,
    THIRDS,
    UNITS,
    UNTIL,
    M,
    N,
    U,
    Unit,
    day_after,
    day_before,
    last_day,
    number,
    point,
    quarter,
    third,
)


class Period(BaseModel):
    """`last`: `count` units back from the data's end. `between`: fixed days, open where None. `all`: everything there is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["all", "last", "to_date", "between"] = "all"
    count: int = 1
    unit: Unit = "year"
    whole: bool = False
    """With `last`: whole calendar units (`last quarter`) instead of a stretch that ends with the data."""
    start: date | None = None
    end: date | None = None
    words: str = ""
    """As asked."""
    meaning: str = ""
    """What a word such as `financial crisis` was taken to mean."""


class Resolved(NamedTuple):
    """The days a period comes to; `note` says how it was read, or where the data doesn't reach."""

    start: date
    end: date
    note: str
    covered: bool
    """False when the data holds nothing of it."""


Side = tuple[date, date]


def _spanned(start: Side | None, end: Side | None) -> Period | None:
    if start is None or end is None:
        return None
    low, high = (start[0], end[1]) if start[0] <= end[1] else (end[0], start[1])
    return Period(kind="between", start=low, end=high)


def _between(match: re.Match[str]) -> Period | None:
    first, second = match["a"], match["b"]
    if re.fullmatch(r"\d{2}", second):
        since = re.search(
            r"\b(?:since|after|seit|depuis|desde|until|before)\s+$", match.string[: match.start()], re.I
        )
        if since or not re.fullmatch(r"\d{4}", first) or int(second) < int(first[2:]):
            return None  # `2023-06` is a month, `2008-09` two years
        second = first[:2] + second
    if not re.search(r"\d{4}", first):
        years = re.findall(r"[0-9]{4}", second)
        first = f"{first} {years[0]}" if years else first
    return _spanned(point(first), point(second))


def _until_now(match: re.Match[str]) -> Period | None:
    start = point(match["a"])
    return Period(kind="between", start=start[0]) if start else None


def _single(match: re.Match[str]) -> Period | None:
    days = point(match["a"])
    return Period(kind="between", start=days[0], end=days[1]) if days else None


def _since(match: re.Match[str]) -> Period | None:
    days = point(match["a"])
    if days is None:
        return None
    if re.search(r"\b(?:the end of|ende)\b", match[0], re.I):
        return Period(kind="between", start=days[1])
    after = match[0].lower().startswith("after")
    return Period(kind="between", start=day_after(days[1]) if after else days[0])


def _until(match: re.Match[str]) -> Period | None:
    days = point(match["a"])
    if days is None:
        return None
    before = re.match(r"before|prior|vor|avant|antes|před", match[0].lower()) is not None
    return Period(kind="between", end=day_before(days[0]) if before else days[1])


def _back(count: int, unit: str, *, whole: bool = False) -> Period:
    if unit == "decade":
        return Period(kind="last", count=count * 10, unit="year")
    if unit == "quarter" and not whole:
        return Period(kind="last", count=count * 3, unit="month")
    return Period(kind="last", count=max(1, count), unit=UNITS[unit], whole=whole)


def _last(match: re.Match[str]) -> Period:
    half = match.groupdict().get("half")
    count = number(match["n"].lower()) if match["n"] else 1
    unit = UNITS[match["u"].lower()]
    if half and unit == "year":
        return Period(kind="last", count=count * 12 + 6 if match["n"] else 6, unit="month")
    bare = match["n"] is None
    return _back(count, unit, whole=bare and unit in ("quarter", "month", "week"))


def _counted(match: re.Match[str]) -> Period:
    return _back(number(match["n"].lower()), UNITS[match["u"].lower()])


def _ordinal(match: re.Match[str]) -> Period | None:
    which, year = ORDINALS[match["o"].lower()], int(match["y"])
    if match["k"].lower() in ("half", "halbjahr"):
        if which > 2:
            return None
        return Period(kind="between", start=date(year, which * 6 - 5, 1), end=last_day(year, which * 6))
    start, end = quarter(year, which)
    return Period(kind="between", start=start, end=end)


def _decade(match: re.Match[str]) -> Period:
    named = match["d"].lower().lstrip("'’")
    year = DECADES[named] if named in DECADES else int(named)
    if year < 100:
        year += 1900 if year >= 30 else 2000
    part = (match["p"] or "").strip(" -").lower()
    if part:
        start, end = third(year, 10, THIRDS[part])
        return Period(kind="between", start=start, end=end, meaning=f"{start.year} to {end.year}")
    return Period(kind="between", start=date(year, 1, 1), end=date(year + 9, 12, 31))


_TO = r"(?: ?(?:-|–|—|/|\.\.|→) ?| (?:to|until|till|through|thru|and|adn|&|bis|und|à|au|et|jusqu'en|y|a|al|hasta|až|do)(?: (?:the )?(?:end|start|beginning) of)? )"
_FROM = r"(?<!\w)(?:from |between |betwen |in |during |over |for |covering |von |zwischen |de |entre |mezi |od )*(?:the (?:start|beginning|end) of )?"
_RULES: list[tuple[str, Callable[[re.Match[str]], Period | None]]] = [
    (rf"{_FROM}(?P<a>{POINT}){_TO}{NOW}\b", _until_now),
    (rf"{_FROM}(?P<a>{POINT}|{M}){_TO}(?P<b>{POINT}|\d{{2}}(?!\d|[-/.:]\d))", _between),
    (rf"\b(?:from|since|in|at|on|starting) (?P<a>{POINT})(?=\W)[^.!?\n]{{0,70}}?\b(?:at|by|until|to|till) (?:the )?end of (?P<b>{POINT})", _between),
    (r"\b(?:the |in the |in |during the |im )?(?P<o>" + "|".join(ORDINALS) + r") (?P<k>quarter|half|quartal|halbjahr) (?:of |in |von )?(?P<y>\d{4})", _ordinal),
    (r"(?<!\w)(?:in |during |over |from )?(?:the )?(?P<p>(?:" + "|".join(THIRDS) + r")[- ])?(?P<d>(?:19|20)\d0)'?s\b", _decade),
    (r"(?<!\w)(?:in |during |over |from |of )?the (?P<p>(?:" + "|".join(THIRDS) + r")[- ])?(?P<d>['’]?\d0(?='?s\b)|" + "|".join(DECADES) + r")(?:'?s)?\b", _decade),
    (rf"\b{SINCE} (?:the )?(?:(?:start|beginning|end|year) of |year |anfang |ende )?(?P<a>{POINT})", _since),
    (rf"\b{UNTIL} (?:the )?(?:(?:start|beginning|end|year) of |year )?(?P<a>{POINT})", _until),
    (rf"\b(?:les |ces |los |las |die |den |der )(?P<n>{N}) (?:dernières|derniers|últimos|últimas|letzten|vergangenen) (?P<u>{U})\b", _counted),
    (rf"\b{PAST} (?:(?P<half>half)[- ]?|(?P<n>{N})(?: of)?(?:[- ]?| full | calendar | whole )(?:of )?)?(?:(?:calendar|full|trading|financial) )?(?P<u>{U})\b", _last),
    (rf"\b(?:over |in |for )?(?P<n>{N})[- ]?(?P<u>years?|yrs?|months?|weeks?|days?|quarters?|decades?)(?: of (?:data|history)| back| window| period|(?= (?:trend|returns?|history|look|view|analysis)))", _counted),
    (r"\b(?P<n>\d{1,2}) ?(?P<u>y|yr|mo)\b", _counted),
    (r"\b(?:ytd|year[- ]to[- ]date|this year|current year|dieses jahr|cette année|este año|letos)\b", lambda _: Period(kind="to_date", unit="year")),
    (r"\b(?:mtd|month[- ]to[- ]date|this month|current month|diesen monat|ce mois|este mes)\b", lambda _: Period(kind="to_date", unit="month")),
    (r"\b(?:qtd|quarter[- ]to[- ]date|this quarter|current quarter)\b", lambda _: Period(kind="to_date", unit="quarter")),
    (rf"\b(?:in |during |for |of |over |on |throughout |im jahr |im |en |v roce )?(?:the year |calendar year |year |fy ?)?(?P<a>{POINT})(?![\w%])", _single),
    (r"\b(?:all|entire|full|whole|complete)(?: of)?(?: the)?(?: available)? (?:history|data|period|time|range)\b|\ball[- ]time\b(?![- ](?:high|low|best|worst|record|peak|max|min))|\bever\b", lambda _: Period()),
]  # fmt: skip


class FoundPeriod(NamedTuple):
    period: Period
    start: int
    end: int
    """Where in the text the words stand."""


def find_period(text: str) -> FoundPeriod | None:
    """The first period that the text names, with its place; None when it names none."""
    if (found := _episode(text)) is not None:
        return found
    for pattern, made in _RULES:
        for match in re.finditer(pattern, text, re.I):
            if (found_period := made(match)) is not None:
                words = match[0].strip(" ,;.")
                return FoundPeriod(found_period.model_copy(update={"words": words}), *match.span())
    return None


def _episode(text: str) -> FoundPeriod | None:
    for pattern, start, end, meaning in EPISODES:
        if found := re.search(rf"\b(?P<side>after|since|following|before|until|up to|seit|nach|depuis|après|desde) {pattern}\b", text, re.I):  # fmt: skip
            words, side = found[0].strip(), found["side"].lower()
            if side in ("before", "until", "up to"):
                sided = Period(kind="between", end=day_before(start), words=words, meaning=f"the time before {meaning}")  # fmt: skip
            elif start == end:
                sided = Period(kind="between", start=start, words=words, meaning=f"the time from {meaning}")
            else:
                sided = Period(kind="between", start=day_after(end), words=words, meaning=f"the time after {meaning}")  # fmt: skip
            return FoundPeriod(sided, *found.span())
        if found := re.search(rf"\b(?:during |in |over |through |of |on |at )?{pattern}\b", text, re.I):
            period = Period(kind="between", start=start, end=end, words=found[0].strip(), meaning=meaning)
            return FoundPeriod(period, *found.span())
    return None


_SIDES = re.compile(r"\b(?P<sides>(?:(?:before|until|during|after|since)(?:, (?:and |or )?| and | or | than | vs\.? | versus | as well as ))+)(?P<last>before|until|during|in|after|since) ", re.I)  # fmt: skip


def _each_side(text: str) -> str:
    """The text with `before and after the crisis` as `before the crisis and after the crisis`."""
    found = _SIDES.search(text)
    if found is None:
        return text
    last = find_period(text[found.start("last") :])
    if last is None or last.start > 0:
        return text
    what = text[found.start("last") :][: last.end][len(found["last"]) :].rstrip()
    sides = re.sub(r"\b(before|until|during|after|since)\b", lambda side: side[0] + what, found["sides"], flags=re.I)  # fmt: skip
    return f"{text[: found.start()]}{sides}{text[found.start('last') :]}"


def find_periods(text: str) -> tuple[list[Period], str]:
    """Every period that the text names, in its order, each once, and the text without them.

    `since 2005 … until 2012` is one.
    """
    text = _each_side(text)
    found: list[FoundPeriod] = []
    while len(found) < 8 and (one := find_period(text)) is not None:
        found.append(one)
        text = f"{text[: one.start]}{'¦' * (one.end - one.start)}{text[one.end :]}"
    found.sort(key=lambda one: one.start)
    periods: list[Period] = []
    for period in (one.period for one in found):
        same = [one for one in periods if _bounds(one) == _bounds(period)]
        open_one = next((n for n, one in enumerate(periods) if _halves(one, period)), None)
        if open_one is not None:
            start, end = periods[open_one].start or period.start, periods[open_one].end or period.end
            periods[open_one] = Period(kind="between", start=start, end=end, words=f"{start} to {end}")
        elif not same:
            periods.append(period)
    return periods, re.sub("¦+", " ", text)


def _bounds(period: Period) -> tuple[object, ...]:
    return period.kind, period.count, period.unit, period.whole, period.start, period.end


def _halves(one: Period, other: Period) -> bool:
    """Whether one says where a window starts and the other where it ends."""
    if one.meaning or other.meaning or one.kind != "between" or other.kind != "between":
        return False
    start, end = one.start or other.start, one.end or other.end
    return (one.start is None) != (other.start is None) and (one.end is None) != (other.end is None) and start is not None and end is not None and start < end  # fmt: skip


_AGAINST = re.compile(r"\b(?:vs\.?|versus|against|compared (?:to|with)|with|than|to|gegen|gegenüber|im vergleich zu|contre|and|und|et|y)\s", re.I)  # fmt: skip
_TWO = re.compile(r"\b(?:compar|vergleich|versus|vs\b|against|differ|than\b|gegenüber|contre|confront)", re.I)


def find_two_periods(text: str) -> tuple[FoundPeriod, FoundPeriod] | None:
    """Two closed windows that the text holds against each other, such as `Q3 2014 vs Q3 2013`; the places are in the text."""
    if not _TWO.search(text):
        return None
    for cut in _AGAINST.finditer(text):
        left, right = text[: cut.start()], text[cut.end() :]
        first = find_period(left)
        if first is None or not (first.period.start and first.period.end) or re.search(r"\bbetween\b", left[: first.start + 8], re.I):  # fmt: skip
            continue
        year = str(first.period.start.year)
        borrowed = re.sub(r"\b((?:first|second|third|fourth) (?:half|quarter)|[QqHh][1-4])\b(?! ?(?:of |in |/)?\d)", rf"\1 {year}", right, count=1)  # fmt: skip
        second = find_period(borrowed)
        if second is None or not (second.period.start and second.period.end):
            continue
        one, two = first.period, second.period
        if one.start is None or one.end is None or two.start is None or two.end is None or (one.start <= two.end and two.start <= one.end):  # fmt: skip
            continue
        end = min(second.end - (len(borrowed) - len(right)), len(right))
        return first, FoundPeriod(two, cut.end() + second.start, cut.end() + end)
    return None


def _months_before(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _unit_start(day: date, unit: Unit) -> date:
    if unit == "year":
        return date(day.year, 1, 1)
    if unit == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if unit == "month":
        return date(day.year, day.month, 1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _unit_end(day: date, unit: Unit) -> date:
    start = _unit_start(day, unit)
    if unit in ("year", "quarter", "month"):
        months = {"year": 12, "quarter": 3, "month": 1}[unit]
        return _months_before(start, -months) - timedelta(days=1)
    return start + timedelta(days=6 if unit == "week" else 0)


def _back_from(day: date, count: int, unit: Unit) -> date:
    if unit in ("day", "week"):
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    return _months_before(day, count * {"month": 1, "quarter": 3, "year": 12}[unit])


def resolve(period: Period, first: date, last: date, step: Unit = "day") -> Resolved:
    """The days that a period comes to on data from `first` to `last` with one point every `step`."""
    reach = last if step == "day" else _unit_end(last, step)
    if period.kind == "all":
        return Resolved(first, last, "", True)
    if period.kind == "to_date":
        start = _unit_start(last, period.unit)
        return Resolved(
            max(start, first),
            last,
            f"“{period.words}” is read as {start} to {last}, where the data ends",
            True,
        )
    if period.kind == "last" and period.whole:
        start = _unit_start(last, period.unit)
        if _unit_end(last, period.unit) > reach and (last - start).days < 3:
            start = _unit_start(start - timedelta(days=1), period.unit)
        start = max(start, first)
        end = min(_unit_end(start, period.unit), last)
        return Resolved(
            start, end, f"“{period.words}” is read as {start} to {end}: the data ends on {last}", True
        )
    if period.kind == "last":
        start = _back_from(last, period.count, period.unit)
        if step in ("month", "quarter", "year"):
            start = _back_from(_unit_start(last, step), period.count, period.unit)
        note = f"“{period.words}” is counted back from {last}, where the data ends"
        if start < first:
            note += f"; the data begins only on {first}"
        return Resolved(max(start, first), last, note, True)
    start, end = period.start or first, period.end or last
    note = f"“{period.words}” is taken as {period.meaning}" if period.meaning else ""
    if end < first or start > last:
        return Resolved(
            start, end, f"“{period.words}” lies outside the data, which covers {first} to {last}", False
        )
    lacking = []
    if period.start and start < first:
        lacking.append(f"begins on {first}")
    if period.end and end > reach:
        lacking.append(f"ends on {last}")
    if lacking:
        note += (
            "; " if note else ""
        ) + f"the data {' and '.join(lacking)}, so “{period.words}” is covered in part"
    return Resolved(max(start, first), min(end, last), note, True)


__all__ = [
    "FoundPeriod",
    "Period",
    "Resolved",
    "Unit",
    "find_period",
    "find_periods",
    "find_two_periods",
    "resolve",
]
