"""The clauses by which an audit looks for SQL: `queries without a limit`, `which blocks filter by date`."""

import re
from typing import NamedTuple

_TIME = r"(?:dates?|days?|months?|years?|time|period|weeks?|timestamps?)"
CLAUSES: dict[str, str] = {
    "date filter": rf"(?:{_TIME}|temporal)[\s-]+(?:filters?|conditions?|restrictions?|ranges?|limits?|bounds?|windows?)|filter\w*\s+(?:on|by|for|to)\s+(?:an?\s+|the\s+|some\s+)?{_TIME}|(?:restrict|narrow|limit|bound)\w*\s+(?:(?:to|by|on)\s+)?(?:an?\s+|the\s+|some\s+)?{_TIME}|{_TIME}\s+(?:\w+\s+)?filter\w*",
    "filter": r"filter(?:s|ed|ing)?(?!\s+(?:on|by|for|to)\s)|where(?=\s*(?:clauses?|conditions?|$|[?.,!;]))|where\s+clauses?|conditions?",
    "limit": r"limit(?:s|ed)?(?:\s+clauses?)?(?!\s+(?:to|by)\s)",
    "order": r"order(?:ed|ing|\s+by)|sort(?:s|ed|ing)?",
    "group": r"group(?:s|ed|ing)?(?:\s+by)?|aggregat\w+",
    "join": r"join(?:s|ed|ing)?",
    "distinct": r"distinct",
    "union": r"unions?",
    "subquery": r"sub-?\s?(?:quer(?:y|ies)|selects?)",
    "window": r"window\s+functions?",
    "cte": r"(?:ctes?|common\s+table\s+expressions?|with\s+clauses?)",
}
"""A clause by its name, and how it is asked for."""
SAID = {"date filter": "a date in its filter", "filter": "a WHERE", "order": "an ORDER BY", "group": "a GROUP BY", "cte": "a WITH"}  # fmt: skip
_ANY = "|".join(f"(?P<{name.replace(' ', '_')}>{words})" for name, words in CLAUSES.items())
_HAS = re.compile(
    rf"\b(?:quer(?:y|ies)|sql|blocks?|cells?|statements?|note?books?|which|that|who|what|where|with|us(?:e|es|ing)|contain\w*|ha(?:s|ve)|do|does|is|are)\s+(?:(?:that|which|we|you|they|do|does|is|are|an?|any|some|the|us(?:e|es|ing)|contain\w*|ha(?:s|ve)|with|in|our|my|data|it|my|sql|quer(?:y|ies)|blocks?|wird|werden|by|after|at|on|wo)\s+){{0,4}}?(?:{_ANY})\b",
    re.IGNORECASE,
)
_LACKS = re.compile(
    rf"\b(?:without|lack\w*|missing|with\s+no|ha(?:s|ve)\s+no|no|never|not|n['’]t)\s+(?:(?:an?|any|the|have|has|use|uses|contain|do|does|even|ever|having|using|\w+ing)\s+){{0,3}}?(?:{_ANY})\b",
    re.IGNORECASE,
)
_ALL_ROWS = re.compile(
    r"\b(?:load(?:s|ed|ing)?|read(?:s|ing)?|fetch(?:es|ed|ing)?|pull(?:s|ed|ing)?|take[sn]?|get(?:s|ting)?)\s+(?:simply\s+|just\s+|in\s+|back\s+)*(?:everything|all\s+(?:the\s+|of\s+the\s+)?(?:rows|data|records)|(?:the|a)\s+(?:whole|entire|full|complete)\s+tables?|whole\s+tables?)\b|\b(?:everything|all)\s+(?:is\s+|are\s+|gets?\s+|simply\s+|just\s+)*(?:loaded|read|fetched|pulled)\b",
    re.IGNORECASE,
)
"""Reads every row: a query without a WHERE."""
_APART = re.compile(r"(?:\band\b|,|;|\?)\s*(?:also\s+)?(?:where|which|what|who)\b", re.IGNORECASE)
"""The second half of a question for two lists."""


class Clauses(NamedTuple):
    """What the SQL has to hold, what it must not, and whether the two are two lists."""

    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    apart: bool = False


def clauses_in(request: str) -> Clauses:
    """The clauses that a request looks for."""
    lacking = _names(_LACKS, request)
    if _ALL_ROWS.search(request):
        lacking.append("filter")
    having = [name for name in _names(_HAS, _LACKS.sub(" ", request)) if name not in lacking]
    return Clauses(
        tuple(having), tuple(dict.fromkeys(lacking)), bool(having and lacking and _APART.search(request))
    )


def _names(pattern: re.Pattern[str], request: str) -> list[str]:
    return list(
        dict.fromkeys(
            name.replace("_", " ")
            for match in pattern.finditer(request)
            for name, text in match.groupdict().items()
            if text
        )
    )


def without_clauses(request: str) -> str:
    """The request without the words that ask for clauses."""
    return _HAS.sub(" ", _LACKS.sub(" ", _ALL_ROWS.sub(" ", request)))


def said(clause: str) -> str:
    """A clause as an answer writes it."""
    return SAID.get(clause) or f"a {clause.upper() if clause in {'limit', 'join', 'union'} else clause}"


__all__ = ["Clauses", "clauses_in", "said", "without_clauses"]
