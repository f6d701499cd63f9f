"""A stretch of time as people say it, and what it comes to on data that starts and ends somewhere.

Relative periods count back from the end of the data, not from today: data that ends in 2018 has its past two years there.
"""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

Unit = Literal["day", "week", "month", "quarter", "year"]


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


_NUMBERS = {
    word: number
    for number, words in {
        1: "one a an eins ein eine einem einen un une uno una",
        2: "two couple zwei deux dos",
        3: "three few several drei trois tres",
        4: "four vier quatre cuatro",
        5: "five fünf cinq cinco",
        6: "six sechs seis",
        7: "seven sieben sept siete",
        8: "eight acht huit ocho",
        9: "nine neun neuf nueve",
        10: "ten zehn dix diez",
        12: "twelve dozen zwölf",
        15: "fifteen",
        18: "eighteen",
        20: "twenty",
        24: "twenty-four",
        30: "thirty",
        90: "ninety",
    }.items()
    for word in words.split()
}
_UNITS: dict[str, Unit] = {}
for _unit, _words in {
    "day": "day days d tage tagen tag jours jour días dias día",
    "week": "week weeks wk wks wochen woche semaines semaine semanas semana",
    "month": "month months mo mos mth mths monate monaten monat mois meses mes",
    "quarter": "quarter quarters qtr qtrs quartale quartalen quartal trimestres trimestre",
    "year": "year years yr yrs y jahre jahren jahr ans an années année años año anos",
    "decade": "decade decades jahrzehnt jahrzehnte",
}.items():
    for _word in _words.split():
        _UNITS[_word] = _unit  # type: ignore[assignment]
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS |= {
    "sept": 9,
    "märz": 3,
    "mai": 5,
    "juni": 6,
    "juli": 7,
    "oktober": 10,
    "dezember": 12,
    "januar": 1,
    "februar": 2,
}
_EPISODES: dict[str, tuple[date, date, str]] = {
    r"(?:the )?(?:global |great )?(?:financial crisis|financial crash|great recession|credit crunch|gfc)(?: of 2008| of 2007)?": (
        date(2007, 12, 1), date(2009, 6, 30), "the U.S. recession of December 2007 to June 2009 (NBER)"),
    r"(?:the )?dot-?com (?:bubble|crash|bust|boom)": (
        date(1999, 1, 1), date(2002, 10, 31), "January 1999 to October 2002"),
}  # fmt: skip
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

_N = r"(?:\d{1,3}|" + "|".join(sorted((re.escape(word) for word in _NUMBERS), key=len, reverse=True)) + ")"
_U = r"(?:" + "|".join(sorted((re.escape(word) for word in _UNITS), key=len, reverse=True)) + ")"
_M = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_POINT = rf"(?:\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?|(?:\d{{1,2}}\.? )?{_M},? (?:of )?\d{{4}}|{_M} \d{{1,2}},? \d{{4}}|[qh][1-4] ?/?\d{{4}}|\d{{4}} ?-?q[1-4]|\d{{4}}(?!\d))"
_PAST = r"(?:the |over |in |for |during |within |of |den |die |der |les |los |las )*(?:past|last|previous|latest|recent|most recent|trailing|preceding|prior|letzten|letzte|letztes|vergangenen|dernières|derniers|dernier|dernière|últimos|últimas|último|ultimos|pasado)"
_SINCE = r"(?:since|from|after|starting(?: in| from)?|beginning(?: in)?|as of|seit|ab|depuis|desde)"
_UNTIL = r"(?:until|till|through|up to|before|prior to|bis|jusqu'à|hasta)"


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _quarter(year: int, quarter: int) -> tuple[date, date]:
    return date(year, quarter * 3 - 2, 1), _last_day(year, quarter * 3)


def _point(words: str) -> tuple[date, date] | None:
    """First and last day of what the words name, None when it is no date."""
    words = words.strip().lower().replace(",", " ").replace(".", " ")
    try:
        if iso := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", words):
            year, month = int(iso[1]), int(iso[2])
            if iso[3]:
                day = date(year, month, int(iso[3]))
                return day, day
            return date(year, month, 1), _last_day(year, month)
        if found := re.fullmatch(r"(?:q([1-4]) ?/?(\d{4})|(\d{4}) ?-?q([1-4]))", words):
            return _quarter(int(found[2] or found[3]), int(found[1] or found[4]))
        if found := re.fullmatch(r"h([12]) ?/?(\d{4})", words):
            year, first = int(found[2]), int(found[1]) * 6 - 5
            return date(year, first, 1), _last_day(year, first + 5)
        if re.fullmatch(r"\d{4}", words):
            year = int(words)
            return (date(year, 1, 1), date(year, 12, 31)) if 1700 <= year <= 2199 else None
        parts = [part for part in words.replace(" of ", " ").split() if part]
        months = [_MONTHS[part] for part in parts if part in _MONTHS]
        years = [int(part) for part in parts if re.fullmatch(r"\d{4}", part)]
        days = [int(part) for part in parts if re.fullmatch(r"\d{1,2}", part)]
        if len(months) != 1 or len(years) != 1:
            return None
        if days:
            day = date(years[0], months[0], days[0])
            return day, day
        return date(years[0], months[0], 1), _last_day(years[0], months[0])
    except ValueError:
        return None


def _between(match: re.Match[str]) -> Period | None:
    first, second = match["a"], match["b"]
    if re.fullmatch(r"\d{2}", second):
        second = first[:2] + second
    if not re.search(r"\d{4}", first):
        first = f"{first} {re.findall(r'[0-9]{4}', second)[0]}"
    start, end = _point(first), _point(second)
    if start is None or end is None:
        return None
    low, high = (start[0], end[1]) if start[0] <= end[1] else (end[0], start[1])
    return Period(kind="between", start=low, end=high)


def _single(match: re.Match[str]) -> Period | None:
    point = _point(match["a"])
    return Period(kind="between", start=point[0], end=point[1]) if point else None


def _since(match: re.Match[str]) -> Period | None:
    point = _point(match["a"])
    if point is None:
        return None
    after = match[0].lower().startswith("after")
    return Period(kind="between", start=point[1] + timedelta(days=1) if after else point[0])


def _until(match: re.Match[str]) -> Period | None:
    point = _point(match["a"])
    if point is None:
        return None
    before = re.match(r"before|prior", match[0].lower()) is not None
    return Period(kind="between", end=point[0] - timedelta(days=1) if before else point[1])


def _back(count: int, unit: str, *, whole: bool = False) -> Period:
    if unit == "decade":
        return Period(kind="last", count=count * 10, unit="year")
    if unit == "quarter" and not whole:
        return Period(kind="last", count=count * 3, unit="month")
    return Period(kind="last", count=max(1, count), unit=_UNITS[unit], whole=whole)


def _last(match: re.Match[str]) -> Period:
    half = match.groupdict().get("half")
    count = _number(match["n"].lower()) if match["n"] else 1
    unit = _UNITS[match["u"].lower()]
    if half and unit == "year":
        return Period(kind="last", count=count * 12 + 6 if match["n"] else 6, unit="month")
    bare = match["n"] is None
    return _back(count, unit, whole=bare and unit in ("quarter", "month", "week"))


def _ordinal_quarter(match: re.Match[str]) -> Period:
    start, end = _quarter(int(match["y"]), _ORDINALS[match["o"].lower()])
    return Period(kind="between", start=start, end=end)


def _decade(match: re.Match[str]) -> Period:
    year = int(match["d"])
    return Period(kind="between", start=date(year, 1, 1), end=date(year + 9, 12, 31))


_RULES: list[tuple[str, Callable[[re.Match[str]], Period | None]]] = [
    (rf"(?:from |between |in |during |over |for |covering |von |zwischen |de |entre )*(?P<a>{_POINT}|{_M})(?: ?(?:-|–|—|/|\.\.) ?| (?:to|until|till|through|and|bis|und|à|au|y|a) )(?P<b>{_POINT}|\d{{2}}(?!\d))", _between),
    (r"\b(?:the |in the |in |during the )?(?P<o>first|second|third|fourth|1st|2nd|3rd|4th) quarter (?:of |in )?(?P<y>\d{4})", _ordinal_quarter),
    (r"\b(?:in |during |over )?(?:the )?(?P<d>(?:19|20)\d0)'?s\b", _decade),
    (rf"\b{_SINCE} (?:the (?:start|beginning|end) of )?(?P<a>{_POINT})", _since),
    (rf"\b{_UNTIL} (?:the (?:start|beginning|end) of )?(?P<a>{_POINT})", _until),
    (rf"\b{_PAST} (?:(?P<half>half)[- ]?|(?P<n>{_N})(?: of)?(?:[- ]?| full | calendar | whole )(?:of )?)?(?:(?:calendar|full|trading|financial) )?(?P<u>{_U})\b", _last),
    (rf"\b(?:over |in |for )?(?P<n>{_N})[- ]?(?P<u>years?|yrs?|months?|weeks?|days?|quarters?|decades?)(?: of (?:data|history)| back| window| period|(?= (?:trend|returns?|history|look|view|analysis)))", lambda match: _back(_number(match["n"].lower()), _UNITS[match["u"].lower()])),
    (r"\b(?P<n>\d{1,2}) ?(?P<u>y|yr|mo)\b", lambda match: _back(int(match["n"]), _UNITS[match["u"].lower()])),
    (r"\b(?:ytd|year[- ]to[- ]date|this year|current year|dieses jahr|cette année)\b", lambda _: Period(kind="to_date", unit="year")),
    (r"\b(?:mtd|month[- ]to[- ]date|this month|current month)\b", lambda _: Period(kind="to_date", unit="month")),
    (r"\b(?:qtd|quarter[- ]to[- ]date|this quarter|current quarter)\b", lambda _: Period(kind="to_date", unit="quarter")),
    (rf"\b(?:in |during |for |of |over |throughout |im jahr |en )?(?:the year |calendar year |year |fy ?)?(?P<a>{_POINT})(?![\w%])", _single),
    (r"\b(?:all|entire|full|whole|complete)(?: of)?(?: the)?(?: available)? (?:history|data|period|time|range)\b|\ball[- ]time\b|\bever\b", lambda _: Period()),
]  # fmt: skip


class FoundPeriod(NamedTuple):
    period: Period
    start: int
    end: int
    """Where in the text the words stand."""


def find_period(text: str) -> FoundPeriod | None:
    """The first period that the text names, with its place; None when it names none."""
    for pattern, (start, end, meaning) in _EPISODES.items():
        if found := re.search(r"\b(?P<side>(?:after|since|following) )" + pattern + r"\b", text, re.I):
            after = Period(
                kind="between",
                start=end + timedelta(days=1),
                words=found[0].strip(),
                meaning=f"the time after {meaning}",
            )
            return FoundPeriod(after, *found.span())
        if found := re.search(r"\b(?:during |in |over |through |of )?" + pattern + r"\b", text, re.I):
            period = Period(kind="between", start=start, end=end, words=found[0].strip(), meaning=meaning)
            return FoundPeriod(period, *found.span())
    for pattern, made in _RULES:
        for found in re.finditer(pattern, text, re.I):
            if (found_period := made(found)) is not None:
                words = found[0].strip(" ,;.")
                return FoundPeriod(found_period.model_copy(update={"words": words}), *found.span())
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


__all__ = ["FoundPeriod", "Period", "Resolved", "Unit", "find_period", "resolve"]
