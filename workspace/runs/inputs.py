"""Input blocks: the variable each one makes, in the type the format gives it, and what a run may set instead."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from workspace.notebooks.inputs import bounds, input_name
from workspace.runs.document import RunBlock

_RELATIVE_MONTHS = {"pastMonth": 1, "past3months": 3, "past6months": 6, "pastYear": 12}
_CUSTOM_DAYS = re.compile(r"customDays([0-9]{1,6})")
_RELATIVE_DAYS = {"past7days": 7, "past14days": 14}


class InputRefused(ValueError):
    """A value that an input block cannot take; the message names the input and what it takes."""


def check_inputs(blocks: Iterable[RunBlock], given: Mapping[str, Any]) -> None:
    """Raises InputRefused for a name no input block has or a value of the wrong kind."""
    known = {input_name(block.metadata): block for block in blocks if block.type.startswith("input-")}
    for name, value in given.items():
        block = known.get(name)
        if block is None:
            there = ", ".join(f"`{one}` ({known[one].type})" for one in known) or "none"
            raise InputRefused(f"The notebook has no input `{name}`. Its inputs: {there}.")
        _check(name, block, value)


def _check(name: str, block: RunBlock, value: Any) -> None:
    wanted = {
        "input-checkbox": "true or false",
        "input-date-range": "two dates in a list, or a word such as past7days",
        "input-slider": "a number as text",
    }.get(block.type, "text")
    match block.type:
        case "input-checkbox":
            fits = isinstance(value, bool)
        case "input-date-range":
            fits = _is_period(value) if isinstance(value, str) else _are_two_dates(value)
        case "input-slider":
            fits = isinstance(value, str) and _number(value) is not None
        case "input-select":
            many = bool(block.metadata.get("deepnote_allow_multiple_values"))
            wanted = "a list of texts" if many else "text"
            fits = _texts(value) if many else isinstance(value, str)
        case _:
            fits = isinstance(value, str)
    if not fits:
        raise InputRefused(f"Input `{name}` ({block.type}) takes {wanted}, not {value!r}.")
    if block.type == "input-slider":
        _check_bounds(name, block, float(value))
    if block.type == "input-select":
        _check_options(name, block, value)
    if block.type == "input-date-range" and isinstance(value, list):
        start, end = (_moment(one) for one in value)
        if start and end and start.replace(tzinfo=None) > end.replace(tzinfo=None):
            raise InputRefused(f"Input `{name}` (input-date-range) begins after its end: {', '.join(value)}.")
    if block.type == "input-date" and value and _moment(value) is None:
        raise InputRefused(f"Input `{name}` (input-date) takes a date such as 2026-03-31, not {value!r}.")


def _check_bounds(name: str, block: RunBlock, value: float) -> None:
    low, high = bounds(block.metadata)
    if not low <= value <= high:
        raise InputRefused(f"Input `{name}` (input-slider) takes {low:g} to {high:g}, not {value:g}.")


def _check_options(name: str, block: RunBlock, value: str | list[str]) -> None:
    options = [str(option) for option in block.metadata.get("deepnote_variable_options") or []]
    if block.metadata.get("deepnote_variable_select_type") == "from-variable" or not options:
        return
    chosen = [value] if isinstance(value, str) else value
    wrong = [one for one in chosen if one not in options and one != ""]
    if wrong:
        raise InputRefused(
            f"Input `{name}` (input-select) has no option {wrong[0]!r}. Options: {', '.join(options)}."
        )


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_period(word: str) -> bool:
    return word in ("", *_RELATIVE_DAYS, *_RELATIVE_MONTHS) or _CUSTOM_DAYS.fullmatch(word) is not None


def _are_two_dates(value: Any) -> bool:
    return _texts(value) and len(value) == 2 and all(one == "" or _moment(one) for one in value)


def _number(text: str) -> int | float | None:
    """A finite number; None for what is none."""
    try:
        number = int(text) if re.fullmatch(r"\s*[+-]?[0-9]{1,300}\s*", text) else float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def input_code(block: RunBlock, given: Mapping[str, Any], today: date) -> str:
    """The assignment that runs for one input block; `given` are the run's own inputs."""
    name = input_name(block.metadata)
    value = given.get(name, block.metadata.get("deepnote_variable_value"))
    return f"{name} = {_literal(block, value, today)}"


def _literal(block: RunBlock, value: Any, today: date) -> str:
    match block.type:
        case "input-checkbox":
            return repr(bool(value))
        case "input-slider":
            return _slider(value)
        case "input-select":
            if isinstance(value, list):
                return repr([str(one) for one in value])
            return "None" if value in (None, "") else repr(str(value))
        case "input-file":
            return "None" if value in (None, "") else repr(str(value))
        case "input-date":
            return _date(block, value)
        case "input-date-range":
            start, end = date_range(value, today)
            return f"[{_date_literal(start)}, {_date_literal(end)}]"
    return repr("" if value is None else str(value))


def _slider(value: Any) -> str:
    number = _number(str(value))
    if number is None:
        raise InputRefused(f"The slider's value {value!r} is not a number.")
    return repr(number)


def _date(block: RunBlock, value: Any) -> str:
    moment = _moment(str(value)) if value else None
    if moment is None:
        return "None"
    if block.metadata.get("deepnote_input_date_version") == 2:
        return _date_literal(moment.date())
    return f"__import__('datetime').datetime.fromisoformat({moment.isoformat()!r})"


def _date_literal(day: date | None) -> str:
    return "None" if day is None else f"__import__('datetime').date({day.year}, {day.month}, {day.day})"


def date_range(value: Any, today: date) -> tuple[date | None, date | None]:
    """Two days, or a period that ends today; what cannot be read is two Nones, as on the hosted workspace."""
    if isinstance(value, (list, tuple)) and len(value) == 2:
        start, end = (_moment(str(one)) if one else None for one in value)
        return (start.date() if start else None), (end.date() if end else None)
    text = str(value)
    custom = _CUSTOM_DAYS.fullmatch(text)
    if custom or text in _RELATIVE_DAYS:
        days = int(custom[1]) if custom else _RELATIVE_DAYS[text]
        return today - timedelta(days=min(days, (today - date.min).days)), today
    if text in _RELATIVE_MONTHS:
        return months_before(today, _RELATIVE_MONTHS[text]), today
    return None, None


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    first = (day.year * 12 + day.month - 1) - months
    year, month = divmod(first, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
