"""Which tables, columns and values the integrations hold, from the structures that their tools show; nothing is queried."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from agents.asks.tables import ColumnCard, TableCard
from agents.errors import ToolFailed
from agents.results import Integration
from agents.rules.build_analysis_aliases import aliased
from agents.rules.build_analysis_match import score, values_named
from agents.rules.build_analysis_words import words
from agents.rules.looking import Look
from agents.rules.wording import FILLER, alike, words_of
from agents.toolbox import Toolbox
from workflows.auditing_words import counted, plain
from workflows.looking_inside import where_said
from workflows.looking_words import MOST, NAME, Workspace, shown
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.parts.cards import cards_of

COLUMNS = 10
"""Columns of a table that are said in a list of tables."""
CACHED = "Structures are as the workspace last read them; a table made since is not among them."


class Structures(NamedTuple):
    """The tables that could be read."""

    tables: Sequence[TableCard]
    unread: Sequence[str]

    @property
    def not_checked(self) -> list[str]:
        return [*self.unread, CACHED]


async def _structures(look: Look, integrations: Sequence[Integration], tools: Toolbox) -> Structures:
    unread: list[str] = []

    async def one(integration: Integration) -> list[TableCard]:
        try:
            return cards_of(await tools.get_integration(integration.id))
        except ToolFailed as failure:
            unread.append(f"The tables of {integration.name} could not be read: {failure.words}")
            return []

    wanted = [each for each in integrations if not look.integrations or each.name in look.integrations]
    found = await asyncio.gather(*(one(each) for each in wanted))
    return Structures([card for several in found for card in several], unread)


def _source(table: TableCard) -> Source:
    return Source(tool="get_integration", integration_id=table.integration_id, label=f"table {table.ref}")


def _columns(table: TableCard) -> list[ColumnCard]:
    return [column for column in table.columns if not column.formula]


def _covers(table: TableCard) -> str:
    time = table.time
    return f", {time.first} to {time.last}" if time is not None and time.first and time.last else ""


def _line(table: TableCard) -> str:
    own = _columns(table)
    rows = f"{table.rows:,} rows" if table.rows is not None else "rows not counted"
    named = ", ".join(f"`{column.name}`" for column in own[:COLUMNS])
    more = f" and {len(own) - COLUMNS} more" if len(own) > COLUMNS else ""
    return f"- `{table.name}` in **{plain(table.integration)}** ({rows}{_covers(table)}): {named}{more}"


def _facts(table: TableCard) -> list[Claim]:
    """What the line of a table states."""
    source, own = _source(table), _columns(table)
    facts = [Claim(text=f"rows of {table.name}{_covers(table)}", value=table.rows, source=source)]
    if len(own) > COLUMNS:
        facts.append(Claim(text=f"further columns of {table.name}", value=len(own) - COLUMNS, source=source))
    return facts


def _as_table(tables: Sequence[TableCard]) -> dict[str, Any]:
    rows = [
        [table.integration, table.name, column.name, column.type, column.first or "", column.last or ""]
        for table in tables
        for column in _columns(table)
    ]
    columns = ["integration", "table", "column", "type", "first", "last"]
    return {"title": "Columns", "columns": columns, "rows": rows, "source": "get_integration"}


def _done(answer: str, facts: Sequence[Claim], found: Structures, tables: Sequence[TableCard]) -> Outcome:
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=answer,
        claims=list(facts),
        tables=[_as_table(tables)] if tables else [],
        not_checked=found.not_checked,
    )


async def tables(look: Look, there: Workspace, tools: Toolbox) -> Outcome | None:
    """Every table, or the columns of those that are named."""
    found = await _structures(look, there.integrations, tools)
    if look.words:
        meant = _named(look.words, found.tables)
        return _described(meant, found) if meant else None
    facts = [claim for table in found.tables[:MOST] for claim in _facts(table)]
    source = Source(tool="get_integration")
    where = {table.integration for table in found.tables}
    facts.append(Claim(text="tables", value=len(found.tables), source=source))
    facts.append(Claim(text="integrations with tables", value=len(where), source=source))
    head = f"{counted(len(found.tables), 'table')} in {counted(len(where), 'integration')}:"
    lines = [_line(table) for table in found.tables]
    answer = f"{head}\n\n{shown(lines, facts, source)}" if lines else "No table is known here."
    return _done(answer, facts, found, found.tables)


def _described(meant: Sequence[TableCard], found: Structures) -> Outcome:
    parts, facts = [], []
    for table in meant:
        own = _columns(table)
        facts += _facts(table)
        facts.append(Claim(text=f"columns of {table.name}", value=len(own), source=_source(table)))
        rows = f"{table.rows:,} rows, " if table.rows is not None else ""
        head = f"`{table.name}` in **{plain(table.integration)}** has {rows}{counted(len(own), 'column')}:"
        lines = []
        for column in own:
            text = f"- `{column.name}` ({column.type})"
            if column.first is not None and column.last is not None and not column.values:
                text += f": {column.first} to {column.last}"
                facts.append(Claim(text=f"{table.name}.{column.name}: {column.first} to {column.last}", source=_source(table)))  # fmt: skip
            elif column.values:
                text += ": " + ", ".join(f"`{value}`" for value in column.values[:12]) + (" …" if len(column.values) > 12 else "")  # fmt: skip
            lines.append(text)
        parts.append(f"{head}\n\n{shown(lines, facts, _source(table))}")
    return _done("\n\n".join(parts), facts, found, meant)


def _named(said: str, cards: Sequence[TableCard]) -> list[TableCard]:
    """The tables that all of the words name, each by its whole name; none where a word is left over."""
    left = [word.text for word in words_of(said)]
    meant: list[TableCard] = []
    for card in sorted(cards, key=lambda card: -len(words_of(card.name))):
        own = [word.text for word in words_of(card.name.rsplit(".", 1)[-1])]
        if own and all(any(alike(word, each) for each in left) for word in own):
            left = [each for each in left if not any(alike(word, each) for word in own)]
            meant.append(card)
    return meant if not left else []


async def reach(look: Look, there: Workspace, tools: Toolbox) -> Outcome | None:
    """From when to when the tables go that are meant."""
    found = await _structures(look, there.integrations, tools)
    meant = [
        table
        for table in found.tables
        if table.time is not None and not _missing(look.words, table, found.tables)
    ]
    if not meant:
        return None
    lines, facts = [], []
    for table in meant:
        assert table.time is not None
        time = table.time
        if time.first and time.last:
            lines.append(f"- `{table.name}` in **{plain(table.integration)}** goes from {time.first} to {time.last} (column `{time.name}`)")  # fmt: skip
            facts.append(Claim(text=f"{table.name} covers {time.first} to {time.last}", value=time.last, source=_source(table)))  # fmt: skip
        else:
            lines.append(f"- `{table.name}` in **{plain(table.integration)}**: its structure does not say; a query of column `{time.name}` would")  # fmt: skip
    return _done("\n".join(lines), facts, found, meant)


async def held(look: Look, there: Workspace, tools: Toolbox) -> Outcome | None:
    """Whether tables hold something, by their names, columns and values, and where it is not found what of it is there."""
    found = await _structures(look, there.integrations, tools)
    missing = {table.ref: _missing(look.words, table, found.tables) for table in found.tables}
    whole = [table for table in found.tables if not missing[table.ref]]
    if whole and _content(look.words):
        facts = [claim for table in whole[:MOST] for claim in _facts(table)]
        lines = [_line(table) + _values(look.words, table) for table in whole]
        return _done(f"Yes:\n\n{shown(lines, facts, _source(whole[0]))}", facts, found, whole)
    if (
        not look.about_data
        and (said := await where_said(look.words, there, tools)) is not None
        and said.tables
    ):
        return said  # fmt: skip
    content = _content(look.words)
    nowhere = [word for word in content if all(word in missing[table.ref] for table in found.tables)]
    part = [
        table
        for table in found.tables
        if len(missing[table.ref]) == min(map(len, missing.values())) < len(content)
    ]
    no = f"No table, column or value is called “{' '.join(nowhere) or look.words}”"
    if not part:
        besides = "" if look.about_data else ", and no notebook says it"
        return _done(f"{no}{besides}.", [Claim(text="tables looked at", value=len(found.tables), source=Source(tool="get_integration"))], found, [])  # fmt: skip
    facts = [claim for table in part for claim in _facts(table)]
    near = "\n".join(_line(table) + _values(look.words, table) for table in part)
    rest = " and ".join(f"“{word}”" for word in content if word not in nowhere)
    return _done(f"{no}. What there is of {rest}:\n\n{near}", facts, found, part)


FIGURES = re.compile(
    r"\bhow\s+(?:many|much|far|strongly|badly|well)\b|\b(?:average|mean|median|total|sum|share|percent\w*|highest|lowest|most|least|biggest|largest|smallest|peak\w*|best|worst|gr[eo]w\w*|rise|rose|risen|fall|fell|fallen|drop\w*|los[et]\w*|gain\w*|declin\w*|increas\w*|decreas\w*|trend|develop\w*|compar\w*|correlat\w*|volatil\w*|returns?)\b",
    re.IGNORECASE,
)
"""Asks for a figure, and not how something is done."""
FEW = 30
"""Integrations whose structures are read to see whether a question is about their data."""


async def asked_of_data(request: str, there: Workspace, tools: Toolbox) -> str:
    """The value or column of a table whose figures a question asks for, in its own words; empty where it is about none."""
    if not FIGURES.search(request) or len(there.integrations) > FEW:
        return ""
    cards = (await _structures(Look(kind="tables"), there.integrations, tools)).tables
    for table in cards:
        named = next((match.said for match in values_named(request, [table]) if match.exact), "")
        names = [value for column in table.of("category") for value in column.values]
        names += [column.name for column in table.of("measure")]
        if said := named or next(iter(aliased(request, names).values()), ""):
            return said
    return ""


def _content(said: str) -> list[str]:
    return [word.text for word in words_of(said) if word.text not in FILLER | {"data", "per", "each"}]


def _missing(said: str, table: TableCard, cards: Sequence[TableCard]) -> list[str]:
    """Words of what is said that neither the table's names nor its values have."""
    named = values_named(said, [table])
    exact = {word for match in named if match.exact for word in _content(match.said)}
    values = [value for column in table.of("category") for value in column.values]
    other = {word for text in aliased(said, values).values() for word in _content(text)}
    other |= {word for text in aliased(said, [c.name for c in table.columns]).values() for word in _content(text)}  # fmt: skip
    found = score(words(said), [table], [match for match in named if match.exact], general=True)
    because = set(found[0].because) if found else set()
    columns = {word.text for column in table.columns for word in words_of(column.name)}
    return [
        word
        for word in _content(said)
        if word not in exact | other
        and not set(words(word)) & because
        and not any(alike(word, each) for each in columns)
    ]


def _values(said: str, table: TableCard) -> str:
    """Which values or columns of the table are meant."""
    values = [value for column in table.of("category") for value in column.values]
    meant = dict.fromkeys([match.value for match in values_named(said, [table]) if match.exact])
    meant |= dict.fromkeys(aliased(said, values)) | dict.fromkeys(aliased(said, [column.name for column in table.columns]))  # fmt: skip
    near = [match.value for match in values_named(said, [table]) if not match.exact]
    told = f"; it holds {', '.join(f'`{value}`' for value in meant)}" if meant else ""
    return told + (f"; the nearest it holds is {', '.join(f'`{value}`' for value in near)}" if near and not meant else "")  # fmt: skip


__all__ = ["asked_of_data", "held", "reach", "tables"]
