"""Words of a request to audit that answer to no integration: names of what is not there, and what may stand in the SQL itself."""

import re
from collections.abc import Sequence

from agents.rules.audit_integrations_counts import UNITS
from agents.rules.audit_integrations_words import AUDITED, KINDS, WEAK
from agents.rules.wording import FILLER, alike, names_in, quoted, words_of

_SOURCE = r"(?:databases?|warehouses?|integrations?|connections?|data\s*sources?|sources?|db|dwh|lake)"
_CALLED = re.compile(
    rf"\b(?:the|our|my|your|an?|and|or)\s+(?P<name>(?:[\w&-]+\s+){{1,3}}?){_SOURCE}\b|\b{_SOURCE}\s+(?:called|named)\s+(?P<called>[\w&-]+)",
    re.IGNORECASE,
)
_PROPER = re.compile(
    r"\b(?:uses?|using|used|quer(?:y|ies|ying)|reads?|reading|from|on|against|hits?|touch(?:es)?|in|with|of|about|and|or|also)\s+(?:the\s+|our\s+)?(?P<name>(?-i:[A-Z][\w&-]*(?:\s+[A-Z][\w&-]*)*))",
    re.IGNORECASE,
)
_SQL = frozenset(
    [
        "select",
        "from",
        "where",
        "group",
        "order",
        "by",
        "having",
        "limit",
        "join",
        "left",
        "right",
        "inner",
        "outer",
        "full",
        "cross",
        "on",
        "using",
        "union",
        "all",
        "distinct",
        "insert",
        "into",
        "update",
        "set",
        "delete",
        "values",
        "create",
        "table",
        "view",
        "drop",
        "alter",
        "with",
        "as",
        "case",
        "when",
        "then",
        "else",
        "end",
        "and",
        "or",
        "not",
        "null",
        "is",
        "in",
        "like",
        "between",
        "exists",
        "count",
        "sum",
        "avg",
        "min",
        "max",
        "cast",
        "date",
        "time",
        "timestamp",
        "interval",
        "day",
        "week",
        "month",
        "year",
        "number",
        "text",
        "first",
        "last",
        "desc",
        "asc",
        "over",
        "partition",
        "row",
        "rows",
        "true",
        "false",
        "new",
        "old",
    ]
)
"""Words of SQL itself, which say nothing of what a query is about."""


def called_in(request: str) -> list[str]:
    """What a request calls a database, or names as one: `the finance database`, `queries Salesforce`."""
    found = [phrase for phrase, _, _ in quoted(request)]
    found += [match["name"] or match["called"] for match in _CALLED.finditer(request)]
    found += [match["name"] for match in _PROPER.finditer(request)]
    return [each.strip() for each in found if telling(each)]


def telling(request: str, known: Sequence[str] = ()) -> list[str]:
    """The words that no audit knows: none of the language, of audits, of kinds of databases, and of the `known` names."""
    own = [word.text for name in known for word in words_of(name.replace("_", " ").replace(".", " "))]
    units = re.compile("|".join(UNITS.values()), re.IGNORECASE)
    return [
        word.text
        for word in words_of(request)
        if word.text not in FILLER
        and word.text not in WEAK
        and word.text not in AUDITED
        and word.text not in KINDS
        and not word.text.isdigit()
        and not units.fullmatch(word.text)
        and not any(alike(word.text, each) for each in own)
    ]


def missing_names(request: str, names: Sequence[str], known: Sequence[str]) -> list[str]:
    """Names beside those of integrations, `Market data and Salesforce`, that are none; `known` are all other names there are."""
    free = request
    for named in names_in(request, list(names)):
        free = free[: named.start] + "\N{SECTION SIGN}" * (named.end - named.start) + free[named.end :]
    beside = re.compile(
        r"(?:§|\b(?:" + "|".join(KINDS) + r")\b)(?:\s+(?:databases?|warehouses?|integrations?|connections?|data))?(?:\s*,\s*|\s+)(?:and|or|und|et|y|plus|nor)\s+(?:(?:the|our|also|in|on|from)\s+)*(?P<after>(?-i:[A-Z][\w&-]*)|[\w&-]+(?=\s+" + _SOURCE + r"\b))"
        r"|(?:the\s+|our\s+|\b)(?P<before>(?-i:[A-Z][\w&-]*)|[\w&-]+(?=\s+" + _SOURCE + r"\b))(?:\s+" + _SOURCE + r")?\s+(?:and|or|nor|plus)\s+(?:the\s+|our\s+)?(?:§|\b(?:" + "|".join(KINDS) + r")\b)",
        re.IGNORECASE,
    )  # fmt: skip
    found = [match["after"] or match["before"] for match in beside.finditer(free)]
    return [each for each in dict.fromkeys(found) if telling(each, known)]


def may_stand_in_sql(request: str, known: Sequence[str]) -> tuple[str, ...]:
    """The words that are looked for in the SQL itself, where nothing else is named."""
    return tuple(
        dict.fromkeys(word for word in telling(request, known) if word not in _SQL and len(word) > 3)
    )


__all__ = ["called_in", "may_stand_in_sql", "missing_names", "telling"]
