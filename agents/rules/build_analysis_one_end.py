"""The window of an analysis that goes on: a request that names one end of it keeps the other."""

import re
from datetime import date

from agents.asks.build_analysis import TableCard
from agents.asks.period import Period, find_period, resolve
from agents.asks.period_words import POINT
from agents.asks.tables import day

_FIRST = re.compile(rf"\b(?:(?:start|begin|commenc)\w*(?: (?:it|already|again|only|earlier|later|the \w+))?(?: (?:in|with|at|on|from|by))?|(?:(?:go|reach|look|stretch|extend)\w* )?(?:\w+ ){{0,3}}?back to|since|from)\s+(?:the (?:start|beginning) of )?(?P<a>{POINT})", re.I)  # fmt: skip
_LAST = re.compile(rf"\b(?:(?:end|stop|finish)\w*(?: (?:it|already|again|only|earlier|later|the \w+))?(?: (?:in|with|at|on|by))?|(?<!back )to|until|till?|through|up to|into|as far as)\s+(?:the end of )?(?P<a>{POINT})", re.I)  # fmt: skip
_WIDER = re.compile(rf"\b(?:extend|widen|stretch|lengthen|broaden|expand|prolong|continu|carry on|go on)\w*\b[^.;!?]{{0,40}}?(?P<a>{POINT})", re.I)  # fmt: skip
_TO_NOW = re.compile(r"\b(?:now|today|the present|(?:the )?end of the data|onwards?)\b(?!\s*\w)", re.I)


def with_kept_end(request: str, fresh: str, earlier: str, table: TableCard) -> str:
    """The window: the new one, with the end of the earlier one that the request says nothing of."""
    window = find_period(fresh) if fresh else None
    if window is None or window.period.kind != "between" or window.period.meaning or _TO_NOW.search(request):
        return fresh or earlier
    start, end = _ends(request, window.period)
    if (start is None) == (end is None):
        return fresh
    before = _days(earlier, table)
    first, last = (start or before[0]), (end or before[1])
    if first and last and first < last:
        return f"{first} to {last}"
    if first and last:
        return fresh
    return f"since {first}" if first else f"until {last}"


def _ends(request: str, window: Period) -> tuple[date | None, date | None]:
    """The end that the request names; both or none where it names a window of its own."""
    if window.start is None or window.end is None:
        return window.start, window.end
    points = re.findall(POINT, request, re.I)
    if len(points) != 1:
        return window.start, window.end
    if _FIRST.search(request):
        return window.start, None
    if _LAST.search(request) or _WIDER.search(request):
        return None, window.end
    return window.start, window.end


def _days(words: str, table: TableCard) -> tuple[date | None, date | None]:
    """The first and the last day of an earlier window, as far as it has them."""
    found = find_period(words) if words else None
    if found is None:
        return None, None
    if found.period.kind == "between":
        return found.period.start, found.period.end
    first, last = (day(table.time.first), day(table.time.last)) if table.time else (None, None)
    if first is None or last is None:
        return None, None
    read = resolve(found.period, first, last)
    return read.start, None if read.end == last else read.end


__all__ = ["with_kept_end"]
