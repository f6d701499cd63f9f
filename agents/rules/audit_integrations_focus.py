"""What an audit is narrowed to: a column, a schema, kinds of statements, a project or notebook, and notebooks that do not use something."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from agents.asks.audit_integrations import IntegrationCard
from agents.rules.audit_integrations_tables import KIND_OF_DATA, column_of
from agents.rules.audit_integrations_words import EXCEPT
from agents.rules.wording import FILLER, folded, names_in, stem

VERBS = ("delete", "update", "insert", "drop", "truncate", "merge", "create", "alter")
_STATEMENTS = re.compile(
    rf"\b(delete|truncate|drop|update)s?\s+(?:or\s+\w+\s+)?(?:our\s+|any\s+)?(?:data|rows|records|tables)\b|\b({'|'.join(VERBS)})e?s?\s+(?:statements?|queries|query|rows?|records?|commands?)\b|\ban?\s+({'|'.join(VERBS)})\b(?!\s+\w+\s+(?:of|for)\b)|\b(delete|insert|truncate|update)s\s+(?:rows?|data|records?|into|from)\b|\b(delet|insert|truncat|updat)ing\s+(?:rows?|data|records?|into|from)\b",
    re.IGNORECASE,
)
_USE = r"(?:use|using|query|querying|queries|touch|touching|read|reading|depend|reference|connect|access|hit|rely|need|work)\w*"
_NEGATED = re.compile(
    r"\b(?:note?books?|projects?|ones?)\b.{0,30}?\b(?:uses?|quer(?:y|ies)|have|has|contains?|touch(?:es)?|needs?)\s+(?:no|nothing|none)\b|"
    rf"\b(?:note?books?|projects?|ones?)\b.{{0,40}}?(?:\bdo(?:es)?\s*n[o']t|n['’]t|\bdo(?:es)?\s+not|\bnever|\bnot)\s+(?:\w+\s+){{0,2}}?{_USE}\b|\b(?:note?books?|projects?)\s+without\s+(?:any\s+)?(?!a\s+where)\b|\b(?:notebooks?|projets?)\b.{{0,40}}\bn['’e]\s*\w+\s+pas\b|\bnotebooks?\b.{{0,60}}\bnicht\b",
    re.IGNORECASE,
)
_BUT_NOT = re.compile(
    r"\b(?:but|and|yet)\s+(?:do(?:es)?\s+)?(?:not|n['’]t|without)\b|\bwithout\s+(?:the\s+|our\s+)?(?:database|integration|connection|source)\b|\bexcept(?:\s+for)?\b|\bexcluding\b",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\bboth\b|\btogether\b|\bat\s+the\s+same\s+time\b|\bas\s+well\s+as\b", re.IGNORECASE)
_STAR = re.compile(
    r"\bselect\s*\*|\bselect\s+star\b|\b(?:select|read|fetch|take|pull)(?:s|ing)?\s+(?:all|every)\s+(?:the\s+)?columns?\b",
    re.IGNORECASE,
)
_UNTOLD = re.compile(
    r"\bwho\s+(?:(?:has|have|had)\s+)?last\s+(?:used|queried|read|touched)\b|\bwho\b[^.;!?]*\b(?:used|queried|read|touched)\b[^.;!?]*\b(?:last|lately|recently)\b|\bwho\s+(?:has\s+|have\s+|had\s+|is\s+|was\s+)?(?:created|made|added|set\s+up|configured|owns?|connected|ran|runs?|running|executed|executes?|started|triggered|launched|wrote|edited)\b|\bwhen\s+(?:was|were|did)\b[^.;!?]*\b(?:created|added|queried|used|run|connected)\b|\bhow\s+often\b|\bhow\s+much\b[^.;!?]*\bcosts?\b|\b(?:what|how\s+much)\s+do(?:es)?\b[^.;!?]*\bcost\b|\blast\s+(?:used|queried)\b|\b(?:used|queried|queries|querying|ran|read)\b[^.;!?]*\b(?:last|this|past)\s+(?:\w+\s+)?(?:days?|weeks?|months?|quarter|years?)\b",
    re.IGNORECASE,
)
_WRITES_TOO = re.compile(
    r"\b(?:and|or|plus|also|,)\s+(?:\w+\s+){0,3}?(?:writ(?:es?|ing)|inserts?|deletes?|updates?|changes?\s+data)\b|\bwrit(?:es?|ing)\b[^.;!?]*\b(?:and|or|plus)\s+(?:\w+\s+){0,3}?select\b",
    re.IGNORECASE,
)
_UNBOUNDED = re.compile(r"\b(?:without|no|missing|lack\w*)\s+(?:a\s+|any\s+)?where\b", re.IGNORECASE)
_NAME = r"[`\"“«'‘]?([A-Za-z_]\w*)[`\"”»'’]?"
_NO_NAME = r"(?:the|a|an|which|what|any|every|all|each|this|that|our|my|drop|rename|delete|remove|change|alter|one|same|no)\b"
_SCHEMA = re.compile(
    rf"\bschemas?\s+(?:called\s+|named\s+)?{_NAME}|\b(?!{_NO_NAME}){_NAME}\s+schema\b",
    re.IGNORECASE,
)
_COLUMN = re.compile(
    rf"\b(?:columns?|fields?)\s+(?:called\s+|named\s+)?{_NAME}|\b(?!{_NO_NAME}){_NAME}\s+(?:column|field)\b",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"(?<![\w.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?![\w.])")
_CHANGES = re.compile(
    r"(?:^|[.;:!?,]\s+(?:then\s+|and\s+)*|\b(?:and\s+)?then\s+)\W*(?:please\s+|pls\s+|can\s+you\s+|could\s+you\s+|would\s+you\s+|kindly\s+)*(?:(?:take|put|throw)\s+[^.,;!?]{1,40}?\s(?:away|out|down)\b|get\s+rid\s+of|shut\s+down|disable|deactivate|cancel|delete|remove|drop|disconnect|rename|grant|give(?!\s+(?:me|us)\b)|revoke|add|connect|share(?!\s+with\s+(?:me|us)\b)|rotate|unlink|detach|uninstall)\b(?!\s+(?:or|and|from|into|rows?|data)\b)",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?:most|least|top|biggest|heaviest|rank\w*)\b", re.IGNORECASE)


TABLES_OF = re.compile(
    r"\b(?:what|which|list|show|name|how\s+many)\s+(?:me\s+)?(?:are\s+)?(?:all\s+|the\s+|of\s+)*tables?\s+(?:(?:are|exist|live|is|do\s+we\s+have|do\s+you\s+see|there|we\s+have|stored|available)\s+)*(?:in|inside|of|from|does|do|has|within)\b|\b(?:what|which)\s+(?:tables|columns)\s+(?:does|do)\b.{0,60}\b(?:have|hold|contain|offer)\b|\b(?:welche|liste)\s+(?:der\s+|die\s+)?tabellen\b.{0,40}\b(?:in|hat|gibt|von)\b|\b(?:quelles|liste\s+(?:les|des))\s+tables\b.{0,30}\b(?:dans|de)\b|\bqu[eé]\s+tablas\s+(?:hay|tiene)\b",
    re.IGNORECASE,
)
_UNREAD = re.compile(
    r"\bwhat(?:['’]?s|\s+is)?\s+(?:not|no\s+longer|never)\s+(?:\w+\s+){0,2}(?:used|needed|queried|read)\b|\btables?\b.{0,50}\b(?:nobody|no\s+one|noone|never|unused|not\s+(?:read|used|queried)|n['’]t\s+(?:read|used|queried)|without\s+(?:a\s+)?(?:reader|usage))\b|\bunused\s+tables?\b",
    re.IGNORECASE,
)
_COLUMNS_USED = re.compile(r"\b(?:wh?ich|what|list|show)\s+(?:me\s+)?(?:all\s+|the\s+|of\s+)*(?:columns?|fields?)\b", re.IGNORECASE)  # fmt: skip
_SECRET = re.compile(
    r"\bwho\b[^.;!?]{0,20}\b(?:reads?|sees?|knows?|has|have|gets?)\b[^.;!?]{0,40}\b(?:passwords?|credentials?|connection\s+strings?|secrets?)\b|\b(?:what(?:['’]?s|\s+is|\s+are)|show|tell|give|reveal|print|send)\s+(?:me\s+|us\s+)?(?:the\s+|our\s+|its\s+)?(?:\w+\s+)?(?:passwords?|credentials?|connection\s+strings?|secrets?|(?:api\s+)?keys?|tokens?)\s+(?:of|for|to|from)\b",
    re.IGNORECASE,
)


_FRAMES = re.compile(
    r"\b(?:data\s*frames?|in[\s-]memory|pandas)\b[^.;!?]*\b(?:sql|quer\w*|select\w*|blocks?|cells?)\b|\b(?:sql|quer\w*|select\w*|blocks?|cells?|notebooks?)\b[^.;!?]*\b(?:data\s*frames?|in[\s-]memory|pandas)\b",
    re.IGNORECASE,
)
_TEXTS = re.compile(
    r"\b(?:show|give|list|print|display|see|quote|copy|send|get|with|include|including|want|need)\b[^.;!?]{0,60}?(?:\b(?:the|their|its|full|whole|complete|exact|actual|raw|each)\s+(?:\w+\s+)?(?:sql(?!\s+(?:blocks?|cells?))|quer(?:y|ies)\s+(?:text|code)s?|(?:text|code|wording)s?\s+of)\b|\bsql\s+(?:text|code|statements?)s?\b)|\bhow\s+do(?:es)?\s+(?:the|their|its)\s+(?:sql|quer(?:y|ies))\s+look\b|\bwhat\s+(?:is|are|['’]?s)\s+the\s+(?:exact\s+|full\s+)?sql\b",
    re.IGNORECASE,
)
_BY_NOTEBOOK = re.compile(
    r"\btables?\b[^.;!?]*\b(?:by|per|for|of|in)\s+(?:each\s+|every\s+|the\s+|our\s+)?note?books?\b|\b(?:which|what|list|show|name)\b[^.;!?]{0,30}\btables?\b[^.;!?]{0,50}\bnote?books?\s+(?:read|use|quer|touch|write|select)\w*|\btables?\b[^.;!?]{0,30}\beach\s+note?book\b|\b(?:each|every)\s+note?book\b[^.;!?]*\btables?\b",
    re.IGNORECASE,
)


_ONLY = re.compile(
    rf"\b(?:only|exclusively|solely|nothing\s+(?:but|except|other\s+than))\b(?:\s+(?:ever|really))?\s+(?:(?:talks?|speaks?|goes|go|connects?)\s+to|{_USE})\b|\b(?:talks?|speaks?)\s+(?:only\s+)?to\s+(?:nothing\s+but|only)\b|\b{_USE}\s+(?:from\s+|to\s+|on\s+)?(?:only|nothing\s+(?:but|except)|exclusively)\b",
    re.IGNORECASE,
)
ELSE = re.compile(
    r"\b(anything|something|any\s+\w+|some\s+\w+|others?|more)(?:\s+else)?\s+(?:but|besides?|beyond|(?<=else\s)than|(?:other|more)\s+than|apart\s+from|except(?:\s+for)?|in\s+addition\s+to)\s+",
    re.IGNORECASE,
)
"""Asks whether there is another integration beside those named."""
_LAST_CHANGE = re.compile(
    r"\bwhen\b[^.;!?]*\b(?:changed|edited|modified|updated|touched|altered)\b|\b(?:last|latest|most\s+recent)\s+(?:changed?|edit(?:ed)?|modif\w+|updated?|touched)\b|\bhow\s+old\s+(?:is|are)\b",
    re.IGNORECASE,
)


_SEVERAL = re.compile(
    r"\b(?:more\s+than\s+one|several|multiple|two\s+or\s+more|at\s+least\s+two|many|different|various)\s+(?:\w+\s+)?(?:integrations|integration|databases?|data\s*sources?|sources?|connections?|warehouses?)\b",
    re.IGNORECASE,
)
_PARAMETERS = re.compile(
    r"\b(?:quer\w*|sql|blocks?|cells?|statements?)\b[^.;!?]{0,30}\b(?:with|tak\w+|us\w+|hav\w+|has|depend\w*\s+on|contain\w*|fed\s+by|filled\s+by)\s+(?:an?\s+|any\s+|some\s+)?(?:\w+\s+)?(?:inputs?|parameters?|variables?|placeholders?)\b|\bparametri[sz]ed\b",
    re.IGNORECASE,
)
_UNLOOKED = re.compile(
    r"\b(?:without|lack\w*|missing|with\s+no|ha(?:s|ve)\s+no)\s+(?:an?\s+|any\s+|the\s+)?(?:\w+\s+){0,2}?(?:filters?|limits?|order\s+by|group\s+by|ind(?:ex|ices|exes)|comments?|alias(?:es)?|partitions?|joins?)\b",
    re.IGNORECASE,
)
"""What no reading of an audit tells of a query."""


class Focus(BaseModel):
    """What the audit looks at of the integrations that are meant. Empty fields narrow nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    negated: bool = False
    """Notebooks that do not use them."""
    together: bool = False
    """Notebooks that use all of them."""
    without: tuple[str, ...] = ()
    """Integrations that a notebook must not use besides: `but not DuckDB`."""
    columns: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    """Tables that a block joins."""
    schemas: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Notebooks and projects that the request excepts."""
    verbs: tuple[str, ...] = ()
    star: bool = False
    writes_too: bool = False
    """Blocks that write are asked for beside those with `SELECT *`."""
    unbounded: bool = False
    most: bool = False
    holds: bool = False
    """The tables that the integrations hold are asked for."""
    unread: bool = False
    """The tables of them that no block reads are asked for."""
    names_columns: bool = False
    """The columns that blocks name are asked for."""
    secret: bool = False
    """A password of an integration is asked for, which no tool shows."""
    untold: bool = False
    """Who made an integration, when or how often it is used, or what it costs is asked for, which no tool tells."""
    frames: bool = False
    """SQL over dataframes is asked for, which uses no integration."""
    texts: bool = False
    """The SQL itself is asked for."""
    by_notebook: bool = False
    """The tables are asked for notebook by notebook."""
    only: bool = False
    """Whether a project or notebook uses the integrations alone is asked."""
    missing: tuple[str, ...] = ()
    """Kinds of databases that the request names and no integration is of."""
    several: bool = False
    """Notebooks that query more than one integration are asked for."""
    parameters: bool = False
    """Only SQL that takes a value from the notebook, `{{ name }}`."""
    unlooked: tuple[str, ...] = ()
    """What is asked of the SQL and no reading tells."""
    last_change: bool = False
    """When something was last changed is asked for."""
    changes: bool = False
    """The request wants an integration changed, which no tool does."""

    @property
    def narrows(self) -> bool:
        return bool(
            self.columns
            or self.schemas
            or self.projects
            or self.notebooks
            or self.left_out
            or self.verbs
            or self.star
            or self.unbounded
            or self.parameters
        )

    @property
    def words(self) -> str:
        """The filters as an answer writes them."""
        parts = [
            f"in the project {' or '.join(self.projects)}" if self.projects else "",
            f"in the notebook {' or '.join(self.notebooks)}" if self.notebooks else "",
        ]
        parts += [f"leaving out {' and '.join(self.left_out)}" if self.left_out else ""]
        parts += [
            f"naming the column {' or '.join(f'`{each}`' for each in self.columns)}" if self.columns else ""
        ]
        parts += [
            f"in the schema {' or '.join(f'`{each}`' for each in self.schemas)}" if self.schemas else ""
        ]
        parts += [
            f"with {' or '.join(self.verbs)}" if self.verbs else "",
            ("with `SELECT *` or writing" if self.writes_too else "with `SELECT *`") if self.star else "",
            "without a WHERE" if self.unbounded else "",
            "taking a value from the notebook" if self.parameters else "",
        ]
        return ", ".join(part for part in parts if part)


def asks_for_none(request: str) -> bool:
    """Whether it asks for the notebooks that use none of something."""
    return _NEGATED.search(request) is not None and _BUT_NOT.search(request) is None


def focus_of(
    request: str,
    cards: Sequence[IntegrationCard],
    meant: Sequence[str],
    places: Sequence[tuple[str, str]],
    table: str = "",
) -> Focus:
    """The focus of a request; `meant` are the names by which it names integrations, `places` notebooks with their projects."""
    tables = {folded(table.rsplit(".", 1)[-1]) for card in cards for table in card.tables}
    columns = _named(_COLUMN, request)
    for dotted in _DOTTED.findall(request):
        *before, last = dotted.split(".")
        if folded(before[-1]) in tables and folded(last) not in tables:
            columns.append(last)
    columns += _of_table(request, table, cards)
    columns += [
        each for each in re.findall(r"(?<![\w.])[A-Za-z]\w*_\w+(?![\w.])", request) if column_of(each, cards)
    ]
    verbs = [
        next(group for group in match.groups() if group).lower() for match in _STATEMENTS.finditer(request)
    ]
    excepted = EXCEPT.search(request)
    notebooks, projects = _places(EXCEPT.sub(" ", request), meant, places)
    left_out = _places(excepted.group(), meant, places) if excepted else ((), ())
    return Focus(
        negated=asks_for_none(request),
        together=bool(_BOTH.search(request)),
        without=tuple(_without(request, cards)),
        columns=tuple(dict.fromkeys(columns)),
        tables=_joined(request, tables),
        schemas=tuple(dict.fromkeys(_named(_SCHEMA, request))),
        projects=projects,
        notebooks=notebooks,
        left_out=(*left_out[0], *left_out[1]),
        verbs=tuple(dict.fromkeys(_whole_verb(verb) for verb in verbs)),
        star=bool(_STAR.search(request)),
        writes_too=bool(_STAR.search(request) and _WRITES_TOO.search(request)),
        unbounded=bool(_UNBOUNDED.search(request)),
        most=bool(_MOST.search(request)),
        holds=bool(TABLES_OF.search(request)) and not _UNREAD.search(request),
        unread=bool(_UNREAD.search(request)),
        names_columns=bool(_COLUMNS_USED.search(request)),
        secret=bool(_SECRET.search(request)),
        untold=bool(_UNTOLD.search(request)),
        frames=bool(_FRAMES.search(request)),
        texts=bool(_TEXTS.search(request)),
        by_notebook=bool(_BY_NOTEBOOK.search(request)),
        only=bool(_ONLY.search(request) or ELSE.search(request)) and bool(notebooks or projects),
        missing=tuple(_missing(request, cards)),
        several=bool(_SEVERAL.search(request)),
        parameters=bool(_PARAMETERS.search(request)),
        unlooked=tuple(match.group() for match in _UNLOOKED.finditer(request)),
        last_change=bool(_LAST_CHANGE.search(request)),
        changes=bool(_CHANGES.search(request)),
    )


def _of_table(request: str, table: str, cards: Sequence[IntegrationCard]) -> list[str]:
    """Columns that are named beside the table they belong to: `close in index_prices`, `the region of orders`."""
    known = {
        folded(column.rpartition(".")[2])
        for card in cards
        for column in card.columns
        if table and folded(column.rpartition(".")[0].rsplit(".", 1)[-1]) == folded(table)
    }
    near = rf"\b([A-Za-z_]\w*)[`\"”»'’]?\s+(?:in|of|from|on|within)\s+(?:the\s+)?(?:table\s+)?[`\"“«']?(?:\w+\.)*{re.escape(table)}\b"
    # One that is to be dropped or renamed is a column also where none of the name is known.
    told = rf"\b(?:drop\w*|renam\w*|remov\w*|chang\w*|alter\w*)\s+(?:the\s+)?{near[2:]}"
    changed = [
        each
        for each in re.findall(told, request, re.IGNORECASE)
        if table and stem(each) not in {*KIND_OF_DATA, "table"}
    ]
    return [
        each
        for each in re.findall(near, request, re.IGNORECASE)
        if folded(each) in known or each in changed or "_" in each
    ]


def _joined(request: str, tables: set[str]) -> tuple[str, ...]:
    if not re.search(r"\bjoin", request, re.IGNORECASE):
        return ()
    said = dict.fromkeys(folded(word) for word in re.findall(r"[A-Za-z_]\w*", request))
    return tuple(word for word in said if word in tables)


def _whole_verb(stem: str) -> str:
    return next(verb for verb in VERBS if verb.startswith(stem)).upper()


def _named(pattern: re.Pattern[str], request: str) -> list[str]:
    found = [next(group for group in match.groups() if group) for match in pattern.finditer(request)]
    return [
        each for each in found if each.lower() not in FILLER and each.lower() not in {"of", "names", "name"}
    ]


def _without(request: str, cards: Sequence[IntegrationCard]) -> list[str]:
    from agents.rules.audit_integrations import chosen_in

    match = _BUT_NOT.search(request)
    return [] if match is None else [card.id for card in chosen_in(request[match.end() :], list(cards))]


def _missing(request: str, cards: Sequence[IntegrationCard]) -> list[str]:
    from agents.rules.audit_integrations import kinds_missing

    return kinds_missing(request, cards)


def _places(
    request: str, meant: Sequence[str], places: Sequence[tuple[str, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Notebooks and projects that the request names, apart from where it names an integration."""
    free = request
    for name in meant:
        for named in names_in(free, [name]):
            free = free[: named.start] + " " * (named.end - named.start) + free[named.end :]
    notebooks = list(dict.fromkeys(name for name, _ in places))
    projects = list(dict.fromkeys(project for _, project in places if project))
    in_projects = [
        named
        for named in names_in(free, projects)
        if _as_project(free, named.start, named.end) or free[named.start : named.end] == projects[named.which]
    ]
    as_projects = [named for named in in_projects if _as_project(free, named.start, named.end)]
    found = [
        named
        for named in names_in(free, notebooks)
        if named.how == "exact"
        and not any(named.start < each.end and each.start < named.end for each in as_projects)
    ]
    kept = [
        named
        for named in in_projects
        if named in as_projects
        or not any(named.start < each.end and each.start < named.end for each in found)
    ]
    return tuple(notebooks[named.which] for named in found), tuple(projects[named.which] for named in kept)


def _as_project(text: str, start: int, end: int) -> bool:
    word = r"(?:projects?|projekt\w*|projets?|proyectos?)"
    return bool(
        re.match(rf"[\"”“»«'’]?(?:'s)?\s*{word}\b", text[end:], re.IGNORECASE)
        or re.search(rf"\b{word}\s+(?:called\s+|named\s+)?[\"“”„«»'‘]?\s*$", text[:start], re.IGNORECASE)
    )


__all__ = ["ELSE", "TABLES_OF", "Focus", "asks_for_none", "focus_of"]
