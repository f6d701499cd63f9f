"""What an audit is narrowed to: a column, a schema, kinds of statements, a project or notebook, and notebooks that do not use something."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from agents.asks.audit_integrations import IntegrationCard
from agents.rules.audit_integrations_clauses import Clauses, clauses_in, said
from agents.rules.audit_integrations_counts import Counted, counted_in
from agents.rules.audit_integrations_signs import (
    ADDED,
    ALIKE,
    BOTH,
    BUT_NOT,
    BY_NOTEBOOK,
    CHANGES,
    COLUMN,
    COLUMNS_USED,
    DOTTED,
    ELSE,
    FRAMES,
    LAST_CHANGE,
    NEGATED,
    ONLY,
    PARAMETERS,
    RIGHTS,
    SCHEMA,
    SECRET,
    SEVERAL,
    STAR,
    STATEMENTS,
    TABLES_OF,
    TEXTS,
    UNLOOKED,
    UNREAD,
    UNTOLD,
    VERBS,
    WRITES_FIRST,
    WRITES_TOO,
    WRITING,
)
from agents.rules.audit_integrations_tables import KIND_OF_DATA, column_of
from agents.rules.audit_integrations_unknown import missing_names
from agents.rules.audit_integrations_words import EXCEPT
from agents.rules.wording import FILLER, folded, names_in, stem


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
    counted: Counted | None = None
    """What is counted, grouped or ranked."""
    writes_first: bool = False
    """What writes is to stand before the rest."""
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
    clauses: Clauses = Clauses()
    """The clauses that the SQL has to hold, and to lack."""
    spoken: tuple[str, ...] = ()
    """Words that name nothing the workspace holds, looked for in the SQL itself."""
    missing_names: tuple[str, ...] = ()
    """What is named beside integrations, and is none."""
    last_change: bool = False
    """When something was last changed is asked for."""
    changes: bool = False
    """The request wants an integration changed, which no tool does."""

    alike: bool = False
    """Queries that fetch the same are asked for."""
    rights: bool = False
    """What a database's user may do is spoken of, which no tool shows."""
    of_integrations: bool = False
    """It is asked when integrations, not notebooks, were added or last changed."""

    @property
    def of_sql(self) -> bool:
        """Whether it is narrowed by what the SQL says."""
        return bool(
            self.columns
            or self.schemas
            or self.verbs
            or self.star
            or self.unbounded
            or self.parameters
            or self.clauses.having
            or self.clauses.lacking
            or self.spoken
        )

    @property
    def narrows(self) -> bool:
        return self.of_sql or bool(self.projects or self.notebooks or self.left_out)

    @property
    def looks(self) -> bool:
        """Whether it says what is looked for, without an integration."""
        return (
            self.narrows
            or self.negated
            or self.frames
            or self.several
            or self.by_notebook
            or self.holds
            or self.unread
            or self.writes_first
            or self.of_integrations
            or self.alike
            or self.counted is not None
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
            self._clauses,
            f"with {' or '.join(f'“{word}”' for word in self.spoken)} in its SQL" if self.spoken else "",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def _clauses(self) -> str:
        having = [f"with {said(each)}" for each in self.clauses.having]
        lacking = [f"without {said(each)}" for each in self.clauses.lacking]
        return (" or " if self.clauses.apart else " and ").join([*having, *lacking])


def asks_for_none(request: str) -> bool:
    """Whether it asks for the notebooks that use none of something."""
    return NEGATED.search(request) is not None and BUT_NOT.search(request) is None


def focus_of(
    request: str,
    cards: Sequence[IntegrationCard],
    meant: Sequence[str],
    places: Sequence[tuple[str, str]],
    table: str = "",
) -> Focus:
    """The focus of a request; `meant` are the names by which it names integrations, `places` notebooks with their projects."""
    tables = {folded(table.rsplit(".", 1)[-1]) for card in cards for table in card.tables}
    columns = [each for each in _named(COLUMN, request) if not _told_of_columns(each, request, cards)]
    for dotted in DOTTED.findall(request):
        *before, last = dotted.split(".")
        if folded(before[-1]) in tables and folded(last) not in tables:
            columns.append(last)
    columns += _of_table(request, table, cards)
    columns += [
        each for each in re.findall(r"(?<![\w.])[A-Za-z]\w*_\w+(?![\w.])", request) if column_of(each, cards)
    ]
    verbs = [
        next(group for group in match.groups() if group).lower() for match in STATEMENTS.finditer(request)
    ]
    dated = any(card.updated for card in cards)
    clauses = clauses_in(request)
    # An UPDATE or DELETE without a WHERE changes every row, which a query without one does not.
    unbounded = "filter" in clauses.lacking and bool(verbs or WRITING.search(request))
    known = [
        *(card.name for card in cards),
        *(name for place in places for name in place),
        *columns_known(cards),
    ]
    excepted = EXCEPT.search(request)
    notebooks, projects = _places(EXCEPT.sub(" ", request), meant, places)
    left_out = _places(excepted.group(), meant, places) if excepted else ((), ())
    return Focus(
        negated=asks_for_none(request),
        together=bool(BOTH.search(request)),
        without=tuple(_without(request, cards)),
        columns=tuple(dict.fromkeys(columns)),
        tables=_joined(request, tables),
        schemas=tuple(dict.fromkeys(_named(SCHEMA, request))),
        projects=projects,
        notebooks=notebooks,
        left_out=(*left_out[0], *left_out[1]),
        verbs=tuple(dict.fromkeys(_whole_verb(verb) for verb in verbs)),
        star=bool(STAR.search(request)),
        writes_too=bool(STAR.search(request) and WRITES_TOO.search(request)),
        unbounded=unbounded,
        counted=counted_in(request),
        writes_first=bool(WRITES_FIRST.search(request)),
        holds=bool(TABLES_OF.search(request)) and not UNREAD.search(request),
        unread=bool(UNREAD.search(request)),
        names_columns=bool(COLUMNS_USED.search(request)),
        secret=bool(SECRET.search(request)),
        untold=bool(UNTOLD.search(request)),
        frames=bool(FRAMES.search(request)),
        texts=bool(TEXTS.search(request)),
        by_notebook=bool(BY_NOTEBOOK.search(request)),
        only=bool(ONLY.search(request) or ELSE.search(request)) and bool(notebooks or projects),
        missing=tuple(_missing(request, cards)),
        several=bool(SEVERAL.search(request)),
        parameters=bool(PARAMETERS.search(request)),
        unlooked=tuple(match.group() for match in UNLOOKED.finditer(request)),
        clauses=clauses._replace(lacking=tuple(each for each in clauses.lacking if each != "filter"))
        if unbounded
        else clauses,
        missing_names=tuple(missing_names(request, meant, [*tables, *known])) if meant else (),
        last_change=bool(LAST_CHANGE.search(request)),
        alike=bool(ALIKE.search(request)),
        rights=bool(RIGHTS.search(request)),
        of_integrations=bool(ADDED.search(request) or LAST_CHANGE.search(request))
        and dated
        and not re.search(r"\b(?:note?books?|blocks?|cells?|quer(?:y|ies))\b", request, re.IGNORECASE),
        changes=bool(CHANGES.search(request)),
    )


def columns_known(cards: Sequence[IntegrationCard]) -> list[str]:
    return [column.rpartition(".")[2] for card in cards for column in card.columns]


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
    verb = r"\b(?:drop\w*|renam\w*|remov\w*|chang\w*|alter\w*|retyp\w*)\s+(?:the\s+|our\s+)?"
    changed = [
        each
        for each in re.findall(rf"{verb}{near[2:]}", request, re.IGNORECASE)
        if table and stem(each) not in {*KIND_OF_DATA, "table"}
    ]
    changed += [
        each for each in re.findall(rf"{verb}[`\"“«']?(\w+)", request, re.IGNORECASE) if folded(each) in known
    ]
    return [
        each
        for each in [*re.findall(near, request, re.IGNORECASE), *changed]
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


def _told_of_columns(name: str, request: str, cards: Sequence[IntegrationCard]) -> bool:
    """Whether the word behind `the columns` tells something of them, and names none: `the columns taken from it`."""
    if "_" in name or folded(name) in {folded(each.rpartition(".")[2]) for each in columns_known(cards)}:
        return False
    told = rf"\b(?:columns|fields)\s+{re.escape(name)}\s+(?:from|of|in|by|for|out|off|there|with|at)\b"
    return re.search(told, request, re.IGNORECASE) is not None


def _without(request: str, cards: Sequence[IntegrationCard]) -> list[str]:
    from agents.rules.audit_integrations import chosen_in

    match = BUT_NOT.search(request)
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


__all__ = ["Focus", "asks_for_none", "focus_of"]
