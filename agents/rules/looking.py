"""Questions about what the workspace holds, read without a model: notebooks, projects, runs, and what a notebook says.

A question is read only where every word of it is accounted for; any other is left to the choice of a workflow.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import OSA

from agents.asks.period import find_period
from agents.rules.letters import said_in
from agents.rules.tidy_notebook_words import POLITE
from agents.rules.tongues import in_english
from agents.rules.wording import folded, names_in, words_of

Kind = Literal["everything", "notebooks", "runs", "notebook", "says", "me"]
RunState = Literal["", "failed", "never", "going", "scheduled", "stale"]


class Look(BaseModel):
    """What is to be looked up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    notebooks: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    words: str = ""
    """What is looked for, in the person's words."""
    runs: RunState = ""
    since: date | None = None
    until: date | None = None
    verbatim: Literal["", "sql", "code"] = ""
    """Whether the blocks of this kind are wanted as they are."""


class Names(NamedTuple):
    """What exists, by name."""

    notebooks: Sequence[str]
    projects: Sequence[str]
    integrations: Sequence[str]


class _Said(NamedTuple):
    """A question with the names in it apart."""

    text: str
    """In English, without what is only polite; names as they were written."""
    tokens: tuple[str, ...]
    """Its words without the names."""
    notebooks: tuple[str, ...]
    projects: tuple[str, ...]
    integrations: tuple[str, ...]

    def only(self, *vocabularies: frozenset[str]) -> bool:
        allowed = frozenset().union(*vocabularies)
        return all(token in allowed for token in self.tokens)

    def any(self, vocabulary: frozenset[str]) -> bool:
        return any(token in vocabulary for token in self.tokens)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ASK = _set(
    "which what whats what's list show name give tell me us are is there do does we i you have has got all the of a an my our in here on at for and "
    "exist exists existing available can could see every any each how many much number count names to know like would want current currently moment now "
    "right full complete inside within under belong belongs their them ones one everything altogether overall display print total please at get that these those this"
)  # fmt: skip
BEGINS = re.compile(
    r"(?:which|what(?:['’]s|s)?|list|show|give|name|how\s+(?:many|much|far|recent|current|up|fresh|old|often)|is|are|do|does|did|have|has|when|where|why|since\s+when|until\s+when|till\s+when|up\s+to\s+when|from\s+when|"
    r"in\s+which|summari[sz]e|describe|explain|any|anything|tell|find|search|look\s+for|print|display|count|overview|an?\s+overview|read|open|(?:can|could|may)\s+(?:i|we)\s+see|i\s+(?:want|need|would\s+like)\s+(?:to\s+(?:see|know)|an?\s+(?:list|overview))|all)\b",
    re.IGNORECASE,
)
HOW_TO = re.compile(
    r"\bwhat(?:['’]s|\s+is|\s+are)\s+(?:an?\s+)?(?:notebooks?|projects?|tables?|columns?|runs?)$|\bhow\s+(?:do|can|could|should|to|would|is|are|does)\b|\b(?:can|could|may|should|must|will|would)\s+(?:you|it|they|he|she|someone|somebody|a|an|the)\b|\b(?:can|could|may|should)\s+(?:i|we)\s+(?!see\b)",
    re.IGNORECASE,
)
NOTEBOOK = _set("notebook notebooks notebok notbook notebooks' nb nbs")
PROJECT = _set("project projects")
WORKSPACE = _set("workspace here everything overview")
DATA = _set("data dataset datasets table tables column columns field fields schema rows database databases")
RUN = _set(
    "run runs ran running executed execution executions failed fail fails failing failure failures broken broke error errors crash crashed crashes success "
    "successful successfully succeeded succeed status state stopped queue queued pending waiting scheduled schedule schedules"
)
FAILED = _set("failed fail fails failing failure failures broken broke error errors crash crashed crashes")
GOING = _set("running queue queued pending waiting")
SCHEDULED = _set("scheduled schedule schedules")
STATE = (
    FAILED
    | GOING
    | _set("when status state success successful successfully succeeded succeed ever never why")
)
TIME = _set(
    "last latest recent recently most lately ago today yesterday tonight night morning week weeks month months year years day days hours this past since "
    "while long time times ever never yet not haven't hasn't havent hasnt didn't weren't been was were still did its by when date why who's "
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep oct nov dec "
    "monday tuesday wednesday thursday friday saturday sunday anything something nothing until before after newest oldest first"
)
SAYS = _set(
    "summarize summarise summary describe explain overview outline structure blocks block cells cell code sql query queries notes text purpose about contain contains "
    "content contents look looks read open works work calculate calculates compute computes made consist consists inputs input parameters looking at mean for doing"
)

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


KNOWN = ASK | NOTEBOOK | PROJECT | WORKSPACE | DATA | RUN | TIME | SAYS
SPELLED = _set("which what have show list there notebooks notebook projects project workspace failed running scheduled broken never summarize describe overview everything lately recently yesterday")  # fmt: skip
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
    readers = (_notebook, _runs, _where_said, _notebooks, _everything)
    return next((look for reader in readers if (look := reader(said, today)) is not None), None)


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


def _said(text: str, names: Names) -> _Said:
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
    return _Said(text, tuple(tokens), found[0], found[1], found[2])


def _notebook(said: _Said, _today: date) -> Look | None:
    """What one notebook holds."""
    if len(said.notebooks) != 1 or HOW_TO.search(said.text) or said.any(_set("run runs changed")):
        return None
    wanted = SAYS | PROJECT | _set("in inside")
    if not said.only(ASK, NOTEBOOK, PROJECT, SAYS, _set("it its")) or not (said.any(wanted) or re.match(r"(?:what|explain|describe)\b", said.text, re.I)):  # fmt: skip
        return None
    verbatim: Literal["", "sql", "code"] = (
        "sql" if said.any(_set("sql query queries")) else "code" if "code" in said.tokens else ""
    )
    return Look(kind="notebook", notebooks=said.notebooks, verbatim=verbatim)


def _runs(said: _Said, today: date) -> Look | None:
    """How the last runs ended, or when they were."""
    if HOW_TO.search(said.text) or not said.any(RUN) or not said.only(ASK, NOTEBOOK, RUN, TIME, PROJECT):
        return None
    of_some = said.any(NOTEBOOK) or said.any(_set("anything something runs what")) or said.projects
    if said.notebooks:
        if not said.any(STATE):
            return None
    elif not of_some or (not said.any(NOTEBOOK) and not said.any(FAILED | GOING | SCHEDULED | _set("ran"))):
        return None
    since, until = _days(said.text, today)
    return Look(
        kind="runs", notebooks=said.notebooks, projects=said.projects, runs=_state(said), since=since, until=until
    )  # fmt: skip


def _state(said: _Said) -> RunState:
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


def _where_said(said: _Said, _today: date) -> Look | None:
    """In which notebooks something stands."""
    if said.notebooks or said.integrations:
        return None
    for pattern in _WHERE_SAID:
        match = re.fullmatch(pattern, said.text, re.IGNORECASE)
        if match and not _FOR_AUDIT.search(match["x"]) and not _says_nothing(match["x"]):
            return Look(kind="says", words=_bare(match["x"]))
    return None


def _bare(words: str) -> str:
    return re.sub(r"^(?:the|our|an?|any|some|all)\s+|\s+(?:in\s+(?:it|there|here)|at\s+all|somewhere|anywhere|please|in\s+(?:the|our|this)\s+workspace)$", "", words.strip(" .?!\"'“”"), flags=re.IGNORECASE)  # fmt: skip


def _notebooks(said: _Said, _today: date) -> Look | None:
    if said.notebooks or said.integrations or HOW_TO.search(said.text):
        return None
    if not said.any(NOTEBOOK | PROJECT) or not said.only(ASK, NOTEBOOK, PROJECT, WORKSPACE):
        return None
    return Look(kind="notebooks", projects=said.projects)


def _everything(said: _Said, _today: date) -> Look | None:
    if said.notebooks or said.projects or said.integrations or HOW_TO.search(said.text):
        return None
    if (
        not said.any(WORKSPACE)
        or not said.only(ASK, WORKSPACE, NOTEBOOK, PROJECT, DATA)
        or "you" in said.tokens
    ):
        return None
    return Look(kind="everything")


__all__ = ["Kind", "Look", "Names", "looked_for"]
