"""Points in time, and windows set side by side, in the words that the reading of periods knows.

`at the end of 2015` is December 2015 and not the year; `before the crisis` beside a single month is the month in which it began;
shares `in 2013 and 2014` are those of two years. `first month, last month` in a list of columns is no time at all.
"""

import re

from agents.asks.period import find_period
from agents.asks.period_words import MONTHS

_NAMES = "|".join(sorted((name for name in MONTHS if len(name) > 2), key=len, reverse=True))
_END = re.compile(r"\b(?P<lead>(?:at|by|as of|since|from|until|till|to|in|on|with|against|and|than|versus|vs\.?)\s+)?(?:the )?(?:very |year[- ]?)?(?P<side>end|close|beginning|start|turn) of (?:the year |the )?(?P<year>(?:19|20)\d\d)(?![-–/\d])|\b(?P<lead2>(?:at|by|as of|since|from|until|till|to)\s+)?(?:year[- ]end|end[- ]of[- ]year) (?P<year2>(?:19|20)\d\d)", re.I)  # fmt: skip
_COLUMNS = re.compile(
    r"\b(?:the )?first(?: and last| ?/ ?last|,? last)? (?P<unit>day|date|month|quarter|year|period)s?(?:(?:,| and|,? &|,? to)? (?:the )?(?:and )?last (?:day|date|month|quarter|year|period)s?)?(?= *(?:,|;|\.|$|and\b|plus\b|per\b|for\b|of each\b|of every\b))",
    re.I,
)
_IN_COLUMNS = re.compile(r"\b(?:rows?|min\w*|max\w*|count|number|mean|average|median|lowest|highest|range)\b", re.I)  # fmt: skip
_BEFORE = re.compile(r"\b(?:than )?(?:just |right |shortly )?before (?:the )?(?:[\w-]+ ){0,2}?(?:crisis|recession|crash|slump|downturn)\b", re.I)  # fmt: skip
_MONTH = re.compile(rf"\b(?:{_NAMES})\.? (?:19|20)\d\d\b", re.I)  # fmt: skip
_SHARES = re.compile(r"\b(?:shares?|percentages?|proportions?|split|mix|breakdown|composition)\b", re.I)
_BOTH = re.compile(r"\b(?P<lead>in|for|of|from)\s+(?P<a>(?:19|20)\d\d)\s+and\s+(?:in |for |of )?(?P<b>(?:19|20)\d\d)\b", re.I)  # fmt: skip


def with_points(text: str) -> tuple[str, str]:
    """The text with its points in time said as months, and how one was read."""
    text = re.sub(r"(?:['’]|\b)til\b", "until", text, flags=re.I)
    text = _END.sub(_month, _months_of_a_year(_held(text)))
    if _SHARES.search(text) and not re.search(
        r"\b(?:change|grew|growth|over|between|together)\b", text, re.I
    ):
        text = _BOTH.sub(r"\g<lead> \g<a> versus \g<b>", text)
    return _before(text)


_PRICED = re.compile(r"\b(?:ind(?:ex(?:es)?|ices)|stocks?|shares? of|nasdaq|s ?& ?p|sp ?500|invest\w*|portfolio|put (?:my |some |the )?money)\b", re.I)  # fmt: skip
_RANGE = re.compile(
    rf"\b(?:(?:only|from|between|just|in|for) )*(?P<a>{_NAMES})\.?(?: to | until | till | through | and | ?[–-] ?)"
    rf"(?P<b>{_NAMES})\b\.?(?!,? ?(?:of )?(?:19|20)\d\d| \d)",
    re.I,
)
_OF_YEAR = re.compile(r"\b(?:(?:in|of|for|during) )?(?:the )?(?:(?:spring|summer|autumn|fall|winter)(?: months)? (?:of |in )?)?(?P<year>(?:19|20)\d\d)\b", re.I)  # fmt: skip


def _held(text: str) -> str:
    """Prices at the end of one year and at the end of a later one, as the stretch between them: what was bought and sold."""
    points = [found for found in _END.finditer(text) if (found["side"] or "end").lower() in ("end", "close")]
    if len(points) != 2 or not _PRICED.search(text):
        return text
    first, last = sorted(int(found["year"] or found["year2"]) for found in points)
    if first == last or re.match(r"(?:since|from|until|till|to)\b", points[0]["lead"] or "", re.I):
        return text
    one, two = points
    return f"{text[: one.start()]} from January {first + 1} to December {last} {text[one.end() : two.start()]} {text[two.end() :]}"


def _months_of_a_year(text: str) -> str:
    """`the summer of 2011, only August to October` as these months of that year."""
    found = _RANGE.search(text)
    if found is None:
        return text
    outside = f"{text[: found.start()]}\0{text[found.end() :]}"
    years = {year["year"] for year in _OF_YEAR.finditer(outside)}
    if len(years) != 1:
        return text
    year = years.pop()
    return _OF_YEAR.sub(" ", outside).replace("\0", f" from {found['a']} {year} to {found['b']} {year} ")


def without_columns(text: str) -> str:
    """The text without `first month, last month` in a list of columns."""
    return _COLUMNS.sub(" ", text) if _IN_COLUMNS.search(text) else text


def _month(found: re.Match[str]) -> str:
    side = (found["side"] or "end").lower()
    lead = (found["lead"] or found["lead2"] or "").strip()
    lead = {"at": "in", "by": "in", "as of": "in", "on": "in"}.get(lead.lower(), lead)
    month = "December" if side in ("end", "close") else "January"
    return f"{lead} {month} {found['year'] or found['year2']}".strip()


def _before(text: str) -> tuple[str, str]:
    """`than before the crisis` beside a month, as the month in which the crisis began."""
    found = _BEFORE.search(text)
    if found is None:
        return text, ""
    outside = f"{text[: found.start()]} {text[found.end() :]}"
    months = _MONTH.findall(outside)
    episode = find_period(
        re.sub(r"^(?:than )?(?:just |right |shortly )?before ", "in ", found[0], flags=re.I)
    )
    if len(months) != 1 or episode is None or episode.period.start is None or find_period(_MONTH.sub(" ", outside)):  # fmt: skip
        return text, ""
    began = episode.period.start.strftime("%B %Y")
    said = re.sub(r"^than ", "", found[0], flags=re.I)
    other = _MONTH.search(text)
    assert other is not None
    text = f"{text[: found.start()]} {text[found.end() :]}"
    text = _MONTH.sub(lambda month: f"{began} versus {month[0]}", text, count=1)
    return text, f"“{said}” is taken as {began}, the month in which it began"


__all__ = ["with_points", "without_columns"]
