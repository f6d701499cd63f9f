"""Which earlier run a request wants the comparison with: by id, by its day, or by its place in the history."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from agents.asks.period import find_period
from agents.results import RunRow
from agents.rules.run_and_inspect_amounts import day_in

RUN_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_PART_OF_ID = re.compile(r"\brun\s+(?:id\s+|no\.?\s+|number\s+|#)?`?([0-9a-f]{6,32})\b", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(
    rf"\b(?P<day>{'|'.join(_DAYS)})['’]?s?\s+run\b|\b(?:since|than\s+on|than)\s+(?:last\s+)?(?P<since>{'|'.join(_DAYS)})\b|\brun\s+(?:of|from|on)\s+(?:last\s+)?(?P<on>{'|'.join(_DAYS)})\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\b(?:yesterday|today|last\s+week|last\s+month)['’]?s?\s+(?:\w+\s+)?run\b|\brun\s+(?:of|from|on)\s+(?=the\s+\d|\d|[A-Z]|yesterday|last\s+(?:week|month|year))|\b(?:chang\w*|mov\w*|differ\w*|new|happen\w*|compar\w*)\b[^.;!?]{0,40}?\b(?:since|from|with|to)\s+(?=\d{4}-\d\d-\d\d|yesterday|last\s+(?:week|month)|\d{1,2}\s+[A-Z])",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\b(?:the\s+)?(?:very\s+)?(?:first|oldest|earliest)(?:\s+ever)?\s+(?:successful\s+)?run\b", re.IGNORECASE
)
_BACK = re.compile(
    r"\b(?P<n>two|three|four|five|\d{1,2})\s+runs\s+(?:ago|back|earlier|before)\b|\brun\s+before\s+(?:the\s+)?(?P<last>last|previous)\b|\b(?P<second>second\s+to\s+last|last\s+but\s+one|penultimate)\s+run\b",
    re.IGNORECASE,
)
_COUNT = {"two": 2, "three": 3, "four": 4, "five": 5}


class Baseline(NamedTuple):
    """The run to compare with, and a sentence where it is not the one that was asked for."""

    run_id: str
    note: str = ""


def ids_in(request: str) -> list[str]:
    """Ids of runs, or their beginnings, in the order of the request."""
    whole = [match.group(0).lower() for match in RUN_ID.finditer(request)]
    parts = [match.group(1).lower() for match in _PART_OF_ID.finditer(RUN_ID.sub(" ", request))]
    return list(dict.fromkeys([*whole, *(part for part in parts if re.search(r"\d", part))]))


def of_id(rows: Sequence[RunRow], given: str) -> RunRow | None:
    fits = [row for row in rows if row.run_id.lower().startswith(given)]
    return fits[0] if len(fits) == 1 else None


def names_a_run(request: str) -> bool:
    """Whether the request says which earlier run it means; else it is the last successful one."""
    return bool(ids_in(request)) or any(
        pattern.search(request) for pattern in (_WEEKDAY, _DAY, _FIRST, _BACK)
    )


def baseline_of(request: str, earlier: Sequence[RunRow], today: date) -> Baseline:
    """The run of `earlier` (newest first, all older than ours) that the request means."""
    good = [row for row in earlier if row.status == "success"]
    if not good:
        return Baseline("")
    for given in ids_in(request):
        row = of_id(earlier, given)
        if row is not None:
            return Baseline(row.run_id)
    if ids_in(request):
        return Baseline(
            good[0].run_id,
            f"No earlier run of this notebook has the id {ids_in(request)[-1]}; it was compared with its last successful run.",
        )
    if _FIRST.search(request):
        return Baseline(good[-1].run_id)
    if back := _BACK.search(request):
        count = 2 if not back["n"] else _COUNT.get(back["n"].lower()) or int(back["n"])
        if count <= len(good):
            return Baseline(good[count - 1].run_id)
        return Baseline(
            good[-1].run_id,
            f"It has only {len(good)} earlier successful runs; it was compared with the first.",
        )
    first, last = _days(request, today)
    return _of_days(good, first, last) if first is not None and last is not None else Baseline(good[0].run_id)


def _days(request: str, today: date) -> tuple[date | None, date | None]:
    if named := _WEEKDAY.search(request):
        name = next(group for group in named.groups() if group).lower()
        day = today - timedelta(days=(today.weekday() - _DAYS.index(name)) % 7)
        return day, day
    found = _DAY.search(request)
    if found is None:
        return None, None
    said = request[found.start() :] if re.search(r"run$", found.group(0)) else request[found.end() :]
    start, end = day_in(said, "start", today, today), day_in(said, "end", today, today)
    period = find_period(said)
    if start is not None and end is not None and (period is None or start.start <= period.start):
        return start.day, end.day
    return (period.period.start, period.period.end) if period is not None else (None, None)


def _of_days(good: Sequence[RunRow], first: date, last: date) -> Baseline:
    dated = [(row, row.created_at.date()) for row in good if row.created_at is not None]
    within = [row for row, day in dated if first <= day <= last]
    if within:
        return Baseline(within[0].run_id)
    when = f"{first}" if first == last else f"{first} to {last}"
    before = [row for row, day in dated if day < first]
    if before:
        return Baseline(
            before[0].run_id,
            f"There is no successful run of {when}; it was compared with the last one before.",
        )
    return Baseline(
        good[0].run_id, f"There is no successful run of {when} or before; it was compared with the last one."
    )


__all__ = ["RUN_ID", "Baseline", "baseline_of", "ids_in", "names_a_run", "of_id"]
