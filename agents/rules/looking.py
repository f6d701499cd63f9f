"""Questions about what the workspace holds, read without a model: notebooks, projects, runs, and what a notebook says.

A question is read only where every word of it is accounted for; any other is left to the choice of a workflow.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from rapidfuzz.distance import OSA

from agents.asks.ask import WhichWorkflow
from agents.asks.period import find_period
from agents.rules.ask_parts import parts_of
from agents.rules.letters import said_in
from agents.rules.looking_blocks import COUNT, bare, difference, inputs, integrations, lacking, ordered, sizes
from agents.rules.looking_said import (
    ANY_DAY,
    ASK,
    BEGINS,
    DATA,
    FAILED,
    GOING,
    HOW_TO,
    NOTEBOOK,
    PROJECT,
    RUN,
    SAYS,
    SCHEDULED,
    STATE,
    TIME,
    WORKSPACE,
    Kind,
    Look,
    Names,
    RunState,
    Said,
    words,
)
from agents.rules.tidy_notebook_words import POLITE
from agents.rules.tongues import in_english
from agents.rules.wording import folded, names_in, words_of

_SAYING = r"(?:has|have|having|contain\w*|mention\w*|with|about|on|calculat\w*|comput\w*|show\w*|deal\w*\s+with|say\w*|cover\w*|plot\w*|draw\w*|hold\w*|include\w*|talk\w*\s+about|analy[sz]\w*|(?:is|are)\s+(?:about|on)|look\w*\s+at|speak\w*\s+of|measur\w*)"
_WHERE_SAID = (
    rf"(?:which|what|in\s+which|(?:is|are)\s+there\s+(?:an?|any)|do\s+(?:we|i)\s+(?:already\s+)?have\s+(?:an?|any)|have\s+(?:we|i)\s+(?:got\s+)?(?:an?|any)|(?:find|list|show|give)\s+(?:me\s+)?(?:the|an?|all|every|any)?|any|does\s+any)\s*(?:of\s+(?:our|the)\s+|the\s+|our\s+)?notebooks?\s+(?:(?:that|which)\s+)?(?:do\s+(?:we|i)\s+)?{_SAYING}\s+(?P<x>.+)",
    r"(?:where|in\s+which\s+notebooks?)\s+(?:do|did|have)\s+(?:we|i)\s+(?:comput|calculat|defin|mention|import|plot|show|draw|talk\s+about|writ)\w*\s+(?P<x>.+)",
    r"(?:where|in\s+which\s+notebooks?)\s+(?:is|are|was|were)\s+(?P<x>.+?)\s+(?:being\s+)?(?:comput|calculat|defin|mention|import|plott|shown|drawn|discuss|explain)\w*(?:\s+in\s+(?:our|the)\s+(?:notebooks?|workspace))?",
    r"(?:search|look)\s+(?:(?:through|in)\s+)?(?:all\s+|our\s+|the\s+)*(?:notebooks\s+)?for\s+(?P<x>.+?)(?:\s+in\s+(?:all\s+|our\s+|the\s+|my\s+)*notebooks)?",
    r"find\s+(?P<x>.+?)\s+in\s+(?:all\s+|our\s+|the\s+|my\s+)*notebooks",
)  # fmt: skip
_FOR_AUDIT = re.compile(
    r"\b(?:select|insert|update|delete|drop|passwords?|secrets?|credentials?|tokens?|keys?|sql|quer\w+|integrations?|databases?|connections?|snowflake|duckdb|sqlite|postgres\w*|mysql|mariadb|bigquery|trino|redshift|clickhouse|athena|databricks|oracle|removed|unused|tables?|columns?|writes?|runs?|ran|run|failed|errors?)\b|\*",
    re.IGNORECASE,
)
"""What an audit, or a look at the runs, answers."""


ABOUT = words(
    "about describe summarize summarise overview in inside contain contains content contents consist consists hold holds"
)
KNOWN = ASK | NOTEBOOK | PROJECT | WORKSPACE | DATA | RUN | TIME | SAYS
SPELLED = words("which what have show list there notebooks notebook projects project workspace failed running scheduled broken never summarize describe overview everything lately recently yesterday")  # fmt: skip
"""Words that slips are held against: those that tell such a question."""
ME = re.compile(
    r"who\s+am\s+i|(?:which|what)\s+(?:is\s+my\s+(?:role|access(?:\s+level)?|key)|role\s+(?:do\s+i\s+have|have\s+i|am\s+i)|(?:rights|permissions|access)\s+(?:do\s+i\s+have|have\s+i))|what\s+am\s+i\s+allowed\s+to(?:\s+do)?(?:\s+here)?|what\s+may\s+i\s+do(?:\s+here)?",
    re.IGNORECASE,
)


def looked_for(request: str, names: Names, today: date) -> Look | None:
    """What a question asks to be looked up in the workspace; None for anything else."""
    every = [*names.notebooks, *names.projects, *names.integrations]
    english = in_english(said_in(request), every)
    text = POLITE.sub("", re.sub(r"\s+", " ", english)).strip(" .?!,;:")
    text = re.sub(r"^(?:(?:can|could|would)\s+you\s+(?:please\s+)?)?(?:tell\s+me\s+(?!about)|i\s+wonder\s+|i['’]?d\s+like\s+to\s+know\s+|do\s+you\s+know\s+)(?:please\s+)?", "", text, flags=re.IGNORECASE)  # fmt: skip
    if ME.fullmatch(text):
        return Look(kind="me")
    text = _spelled(text, every)
    if not BEGINS.match(text) or len(text) > 200 or re.search(r"[;\n]|[.!?]\s+\w", text):
        return None
    said = _said(text, names)
    readers = (
        difference,
        inputs,
        _notebook,
        lacking,
        sizes,
        integrations,
        _runs,
        _where_said,
        _notebooks,
        _everything,
    )
    return next((look for reader in readers if (look := reader(said, today)) is not None), None)


def looks(text: str, question: WhichWorkflow) -> bool:
    """Whether a part of a request asks what the workspace holds; how one notebook's run ended is told by the workflow that runs it."""
    names = Names(question.notebooks, question.projects, question.integrations)
    look = looked_for(text, names, ANY_DAY)
    return look is not None and not (look.kind == "runs" and look.notebooks)


def several(request: str, question: WhichWorkflow) -> bool:
    """Whether a request asks more than one such question, so that one reading of the whole would leave one out."""
    names = Names(question.notebooks, question.projects, question.integrations)
    parts = (looked_for(part, names, ANY_DAY) for part in parts_of(request, question.notebooks).parts)
    # A list of integrations tells all of each, whatever of it is asked.
    asked = {look.kind if look.kind == "integrations" else look for look in parts if look is not None}
    return len(asked) > 1


def _spelled(text: str, names: Sequence[str]) -> str:
    """The text with its slips of the pen put right, where one letter makes a word of such questions; names are left alone."""
    held = [(each.start, each.end) for each in names_in(text, names)]

    def mended(match: re.Match[str]) -> str:
        word = folded(match.group())
        if any(start <= match.start() < end for start, end in held) or word in KNOWN or len(word) < 4:
            return match.group()
        near = [each for each in SPELLED if each[0] == word[0] and int(OSA.distance(word, each)) == 1]
        return near[0] if len(near) == 1 else match.group()

    return re.sub(r"[^\W\d_]+", mended, text)


def _said(text: str, names: Names) -> Said:
    places = (names.notebooks, names.projects, names.integrations)
    named = [names_in(text, each) for each in places]
    every = [each for several in named for each in several]
    # A name inside of a longer one, of another sort, is not what is meant.
    meant = [
        [
            each
            for each in several
            if not any(
                other.start <= each.start and each.end <= other.end and other.end - other.start > each.end - each.start
                for other in every
            )
        ]
        for several in named
    ]  # fmt: skip
    spans = [(each.start, each.end) for several in meant for each in several]
    tokens = [
        word.text
        for word in words_of(text)
        if not any(start <= word.start and word.end <= end for start, end in spans)
    ]
    found = [
        tuple(names_of[each.which] for each in several)
        for names_of, several in zip(places, meant, strict=True)
    ]
    return Said(text, tuple(tokens), found[0], found[1], found[2], names)


def _notebook(said: Said, _today: date) -> Look | None:
    """What one notebook holds."""
    if re.match(r"(?:which|what|how\s+many|list|show)\s+(?:\w+\s+)?notebooks\b", said.text, re.IGNORECASE):
        return None
    if len(said.notebooks) != 1 or HOW_TO.search(said.text) or said.any(words("run runs changed")):
        return None
    wanted = SAYS | PROJECT | words("in inside")
    if not said.only(ASK, NOTEBOOK, PROJECT, SAYS, words("it its")) or not (said.any(wanted) or re.match(r"(?:what|explain|describe)\b", said.text, re.I)):  # fmt: skip
        return None
    verbatim: Literal["", "sql", "code"] = (
        "sql" if said.any(words("sql query queries")) else "code" if "code" in said.tokens else ""
    )
    return Look(kind="notebook", notebooks=said.notebooks, verbatim=verbatim)


def _runs(said: Said, today: date) -> Look | None:
    """How the last runs ended, or when they were."""
    if HOW_TO.search(said.text) or not said.any(RUN) or not said.only(ASK, NOTEBOOK, RUN, TIME, PROJECT):
        return None
    of_some = said.any(NOTEBOOK) or said.any(words("anything something runs what")) or said.projects
    if said.notebooks:
        if not said.any(STATE):
            return None
    elif not of_some or (not said.any(NOTEBOOK) and not said.any(FAILED | GOING | SCHEDULED | words("ran"))):
        return None
    since, until = _days(said.text, today)
    return Look(
        kind="runs", notebooks=said.notebooks, projects=said.projects, runs=_state(said), since=since, until=until
    )  # fmt: skip


def _state(said: Said) -> RunState:
    text = said.text.lower()
    if said.notebooks:
        return ""
    if re.search(r"\bnever\b|\b(?:not|n['’]?t)\b(?:\s+\w+){0,3}\s+(?:ever|yet)\b", text):
        return "never"
    if said.any(FAILED):
        return "failed"
    if said.any(SCHEDULED):
        return "scheduled"
    if re.search(r"\b(?:running|queued?|pending|waiting)\b", text):
        return "going"
    return "stale" if re.search(r"\b(?:not|haven['’]?t|hasn['’]?t|weren['’]?t|didn['’]?t|longest|oldest)\b|\blong\s+(?:time\s+)?ago\b", text) else ""  # fmt: skip


def _days(text: str, today: date) -> tuple[date | None, date | None]:
    if re.search(r"\btoday\b|\btonight\b|\bthis\s+morning\b", text, re.IGNORECASE):
        return today, None
    if re.search(r"\byesterday\b|\blast\s+night\b", text, re.IGNORECASE):
        return today - timedelta(days=1), None if "night" in text else today - timedelta(days=1)
    if re.search(r"\bthis\s+week\b", text, re.IGNORECASE):
        return today - timedelta(days=today.weekday()), None
    if (day := re.search(rf"\b(since|on|last)\s+({'|'.join(_WEEKDAYS)})\b", text, re.IGNORECASE)) is not None:
        back = (today.weekday() - _WEEKDAYS.index(day[2].lower())) % 7 or 7
        then = today - timedelta(days=back)
        return then, None if day[1].lower() == "since" else then
    found = find_period(_with_year(text, today))
    if found is None:
        return None, None
    period = found.period
    if period.kind == "between":
        return period.start, period.end
    if period.kind in ("last", "to_date"):
        days = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}[period.unit]
        return today - timedelta(days=days * period.count), None
    return None, None


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip


def _with_year(text: str, today: date) -> str:
    """The text with the year of a month that is named without one: the last such month."""
    months = "|".join(_MONTHS)

    def dated(match: re.Match[str]) -> str:
        month = _MONTHS.index(match[1].lower()) + 1
        return f"{match[1]} {today.year if month <= today.month else today.year - 1}"

    return re.sub(rf"\b({months})\b(?!\s*,?\s*\d)", dated, text, flags=re.IGNORECASE)


def _says_nothing(words: str) -> bool:
    return all(word.text in ASK | WORKSPACE for word in words_of(words))


def _where_said(said: Said, _today: date) -> Look | None:
    """In which notebooks something stands."""
    if said.notebooks or said.integrations:
        return None
    for pattern in _WHERE_SAID:
        match = re.fullmatch(pattern, said.text, re.IGNORECASE)
        if (
            match
            and not re.match(r"(?:no|not)\b", match["x"], re.IGNORECASE)
            and not _FOR_AUDIT.search(match["x"])
            and not _says_nothing(match["x"])
        ):
            return Look(kind="says", words=bare(match["x"]))
    return None


def _notebooks(said: Said, _today: date) -> Look | None:
    if said.notebooks or said.integrations or HOW_TO.search(said.text):
        return None
    about = ABOUT if said.projects else frozenset[str]()
    named = said.any(NOTEBOOK | PROJECT) or (said.any(ABOUT) and bool(said.projects))
    if not named or not said.only(ASK, NOTEBOOK, PROJECT, WORKSPACE, COUNT, about):
        return None
    return Look(kind="notebooks", projects=said.projects, order=ordered(said))


def _everything(said: Said, _today: date) -> Look | None:
    if said.notebooks or said.projects or said.integrations or HOW_TO.search(said.text):
        return None
    if (
        not said.any(WORKSPACE)
        or not said.only(ASK, WORKSPACE, NOTEBOOK, PROJECT, DATA)
        or "you" in said.tokens
    ):
        return None
    return Look(kind="everything")


__all__ = ["Kind", "Look", "Names", "looked_for", "looks", "several"]
