"""Days and lengths of time in words: `last June`, `the end of 2014`, `a quarter`. Counted from a day that the caller gives."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from agents.asks.period import find_period

Side = Literal["start", "end"]
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "half a": 0.5, "half": 0.5}  # fmt: skip
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_M = "|".join(sorted(_MONTHS, key=len, reverse=True))
_N = "|".join([r"\d+(?:\.\d+)?", *sorted(_NUMBERS, key=len, reverse=True)])
_LENGTH = re.compile(
    rf"(?<![\w.])(?P<n>{_N})(?:\s+|-)?(?:trading\s+|full\s+|whole\s+|calendar\s+)?(?P<u>days?|weeks?|months?|quarters?|years?|yrs?|tage?n?|wochen?|monate?n?|quartale?n?|jahre?n?|jours?|semaines?|mois|trimestres?|ans?|ann[ée]es?|d[ií]as?|semanas?|mes(?:es)?|años?)\b",
    re.IGNORECASE,
)
_SPOKEN = {"tag": "day", "woche": "week", "monat": "month", "quartal": "quarter", "jahr": "year", "jour": "day", "semaine": "week", "moi": "month", "trimestre": "quarter", "an": "year", "année": "year", "annee": "year", "día": "day", "dia": "day", "semana": "week", "me": "month", "mese": "month", "año": "year", "yr": "year"}  # fmt: skip
_IN_UNIT = {
    "trading day": {"day": 1, "week": 5, "month": 21, "quarter": 63, "year": 252},
    "day": {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365},
    "week": {"week": 1, "quarter": 13, "year": 52},
    "month": {"month": 1, "quarter": 3, "year": 12},
    "quarter": {"quarter": 1, "year": 4},
    "year": {"year": 1},
}


class Day(NamedTuple):
    """A day, and where in the text it is said."""

    day: date
    start: int
    end: int


class Length(NamedTuple):
    value: str
    start: int
    end: int


def length_unit(about: str) -> str | None:
    """The unit that an input's name or label counts in."""
    return next((name for name in _IN_UNIT if re.search(rf"\b{name}s?\b", about.lower())), None)


def length_in(text: str, about: str) -> Length | None:
    """The first length of time in the text, in the unit that the input's name or label (`about`) counts in."""
    found = _LENGTH.search(text)
    return _length(found, about) if found is not None else None


def lengths_in(text: str, about: str) -> list[Length]:
    """Every length of time in the text, in that unit."""
    return [length for found in _LENGTH.finditer(text) if (length := _length(found, about)) is not None]


def _length(found: re.Match[str], about: str) -> Length | None:
    unit = length_unit(about)
    if unit is None:
        return None
    count = _NUMBERS.get(found["n"].lower())
    spoken = re.sub(r"s$", "", found["u"].lower())
    spoken = _SPOKEN.get(spoken) or _SPOKEN.get(re.sub(r"e?n$|e$", "", spoken)) or _SPOKEN.get(re.sub(r"n$", "", spoken)) or spoken  # fmt: skip
    factor = _IN_UNIT[unit].get(spoken)
    if factor is None:
        half = count == 0.5 and {"year": "month", "quarter": "month"}.get(spoken)
        factor = _IN_UNIT[unit].get(str(half), 0) * 12 if half else None
    if not factor:
        return None
    value = (count if count is not None else float(found["n"])) * factor
    return Length(f"{value:g}", found.start(), found.end()) if value == int(value) else None


def day_in(text: str, side: Side, anchor: date, today: date) -> Day | None:
    """The first day that the text names: the `side` of a stretch. Relative words count back from `anchor`, `today` is today."""
    found = [
        Day(day, match.start(), match.end())
        for pattern, made in _RELATIVE
        for match in [re.search(pattern, text, re.IGNORECASE)]
        if match and (day := made(match, side, anchor, today)) is not None
    ]
    written = written_day(text)
    found += [written] if written is not None else []
    period = find_period(_without_days(text))
    if period is not None and period.period.kind == "between":
        fixed = period.period.end if side == "end" else period.period.start
        if fixed is not None:
            found.append(Day(fixed, *_own_half(text, period.start, period.end, side)))
    return min(found, key=lambda each: (each.start, -each.end), default=None)


def _own_half(text: str, start: int, end: int, side: Side) -> tuple[int, int]:
    """Of `2014 to 2016` the half that the day was read from; the other half is still to be read."""
    joint = re.search(r"\s(?:to|until|till|through|and|bis|[-–—])\s", text[start:end])
    if joint is None:
        return start, end
    return (start, start + joint.start()) if side == "start" else (start + joint.start(), end)


_WRITTEN = re.compile(
    r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\d-])|(?<![\d./])(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4})(?!\d)"
)


def written_day(text: str) -> Day | None:
    """The first date in figures; `4/5/2014` could be two days and is none."""
    for match in _WRITTEN.finditer(text):
        if match["y"]:
            year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
        else:
            first, second, year = int(match["a"]), int(match["b"]), int(match["year"])
            if match["sep"] == "/" and first <= 12 and second <= 12 and first != second:
                continue
            month, day = (second, first) if match["sep"] == "." or first > 12 else (first, second)
        try:
            return Day(date(year, month, day), *match.span())
        except ValueError:
            continue
    return None


_SPOKEN_DAY = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_M})\.?,?\s+(?P<y>\d{{4}})\b|\b(?P<m2>{_M})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})\b",
    re.IGNORECASE,
)


def no_such_day(text: str) -> str:
    """The first day that the text names and no calendar has, as it is written: `31 February 2014`."""
    for match in _SPOKEN_DAY.finditer(text):
        month = _MONTHS[(match["m"] or match["m2"]).lower()]
        if not _is_day(int(match["y"] or match["y2"]), month, int(match["d"] or match["d2"])):
            return match.group(0)
    for match in _WRITTEN.finditer(text):
        if match["y"]:
            possible = _is_day(int(match["y"]), int(match["m"]), int(match["d"]))
        else:
            first, second, year = int(match["a"]), int(match["b"]), int(match["year"])
            possible = _is_day(year, second, first) or (match["sep"] == "/" and _is_day(year, first, second))
        if not possible:
            return match.group(0)
    return ""


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _without_days(text: str) -> str:
    """The text with dates in figures blanked: what is read as a period is not a part of one."""
    return _WRITTEN.sub(lambda match: " " * len(match.group(0)), text)


def _unit_of(day: date, unit: str, side: Side) -> date:
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday if side == "start" else monday + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = (day.month - 1) // months * months + 1
    last = first + months - 1
    if side == "start":
        return date(day.year, first, 1)
    return date(day.year, last, calendar.monthrange(day.year, last)[1])


def _unit_before(match: re.Match[str], side: Side, anchor: date, _today: date) -> date:
    unit = match["u"].lower()
    return _unit_of(_unit_of(anchor, unit, "start") - timedelta(days=1), unit, side)


def _edge(match: re.Match[str], _side: Side, anchor: date, _today: date) -> date:
    side: Side = "end" if match["edge"].lower() == "end" else "start"
    unit = match["u"].lower()
    if match["last"]:
        return _unit_of(_unit_of(anchor, unit, "start") - timedelta(days=1), unit, side)
    return _unit_of(anchor, unit, side)


def _month(match: re.Match[str], side: Side, anchor: date, _today: date) -> date | None:
    number = _MONTHS[match["m"].lower()]
    year = anchor.year if date(anchor.year, number, 1) <= anchor else anchor.year - 1
    if _unit_of(date(year, number, 1), "month", "end") > anchor and match["last"]:
        year -= 1
    chosen: Side = side if not match["edge"] else "end" if match["edge"].lower() == "end" else "start"
    return _unit_of(date(year, number, 1), "month", chosen)


def _ago(match: re.Match[str], _side: Side, anchor: date, _today: date) -> date | None:
    count = _NUMBERS.get(match["n"].lower()) or float(match["n"] if match["n"][0].isdigit() else 0)
    unit = match["u"].lower().rstrip("s")
    if unit in {"day", "week"}:
        return anchor - timedelta(days=int(count) * (7 if unit == "week" else 1))
    place = anchor.year * 12 + anchor.month - 1 - int(count * {"month": 1, "quarter": 3, "year": 12}[unit])
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))


def _edge_of_point(match: re.Match[str], _side: Side, _anchor: date, _today: date) -> date | None:
    period = find_period(match["point"])
    if period is None or period.period.kind != "between":
        return None
    return period.period.end if match["edge"].lower() == "end" else period.period.start


def _middle(match: re.Match[str], side: Side, _anchor: date, _today: date) -> date:
    year = int(match["y"])
    return date(year, 6, 30) if side == "end" else date(year, 7, 1)


_RELATIVE: list[tuple[str, Callable[[re.Match[str], Side, date, date], date | None]]] = [
    (r"\b(?:today|now|heute|aujourd'hui|hoy|oggi)\b", lambda _m, _s, _a, today: today),
    (r"\b(?:yesterday|gestern|hier|ayer|ieri)\b", lambda _m, _s, _a, today: today - timedelta(days=1)),
    (r"\b(?:the\s+)?mid(?:dle)?(?:\s+of)?[\s-]*(?P<y>\d{4})\b", _middle),
    (r"\b(?:the\s+)?(?P<edge>end|start|beginning)\s+of\s+(?P<point>(?:\w+\s+)?\d{4}(?:-\d{2})?)\b", _edge_of_point),
    (r"\b(?:the\s+)?(?P<edge>end|start|beginning)\s+of\s+(?:the\s+|this\s+)?(?P<last>last\s+|previous\s+)?(?P<u>week|month|quarter|year)\b", _edge),
    (r"\b(?:last|previous|letzte[ns]?|vorige[ns]?)\s+(?P<u>week|month|quarter|year)\b", _unit_before),
    (rf"\b(?:(?:the\s+)?(?P<edge>end|start|beginning)\s+of\s+)?(?:(?P<last>last|previous|past)\s+|this\s+)?(?P<m>{_M})\b\.?(?!\s*\d)(?<!\d\s\w\w\w)", _month),
    (rf"\b(?P<n>{_N})\s+(?P<u>days?|weeks?|months?|quarters?|years?)\s+(?:ago|back|earlier|before)\b", _ago),
]  # fmt: skip


__all__ = [
    "Day",
    "Length",
    "Side",
    "day_in",
    "length_in",
    "length_unit",
    "lengths_in",
    "no_such_day",
    "written_day",
]
