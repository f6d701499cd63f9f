"""Reading every usage of integrations to the last page, and what the SQL in them says. Nothing here writes."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from agents.asks.audit_integrations import IntegrationCard, Level
from agents.errors import ToolFailed
from agents.results import Block, BlockUsage, NotebookUsage, ProjectUsage
from agents.rules.audit_integrations_clauses import Clauses
from agents.rules.audit_integrations_focus import Focus
from agents.rules.wording import stem, words_of
from agents.toolbox import Toolbox
from workflows.outcome import Model
from workflows.reading.secrets import pasted_credentials
from workflows.reading.sql import SqlReading, read_sql

AT_ONCE = 8
"""Calls that are in the air together."""
READ_WHOLE = 300
"""Notebooks that are read whole for pasted credentials and removed integrations; of more, only those a search points at."""
READ_FOR_ONE = 25
"""The same for the audit of single integrations."""
BUILT_IN = frozenset({"deepnote-dataframe-sql", "pandas-dataframe"})
SEARCHED = ("password", "secret", "token", "api_key", "access_key")
TAKEN = re.compile(r"\{\{\s*([A-Za-z_]\w*)")
T = TypeVar("T")


class UsedBlock(Model):
    """One SQL block that uses an integration, and what it says."""

    integration_id: str
    block_id: str
    notebook_id: str
    notebook: str
    project: str
    url: str | None = None
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    star: bool = False
    verbs: tuple[str, ...] = ()
    unbounded: tuple[str, ...] = ()
    unreadable: bool = False
    clauses: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    """Variables of the notebook whose values the SQL takes."""
    text: str = ""
    credentials: tuple[str, ...] = ()
    place: int | None = None
    """Where it stands in its notebook, where that was read."""


class Place(Model):
    """A project or notebook that uses an integration."""

    integration_id: str
    id: str
    name: str
    project: str = ""
    url: str | None = None
    blocks: int | None = None
    places: tuple[int, ...] = ()
    """Where these blocks stand in it, where the notebook was read."""


class Audited(Model):
    """All that is known of one integration's usages."""

    card: IntegrationCard
    projects: list[Place] = []
    notebooks: list[Place] = []
    blocks: list[UsedBlock] = []
    checked: list[str] = []
    """The levels that were read to the end."""
    failed: list[str] = []
    """What could not be read, with the server's words."""

    @property
    def unused(self) -> bool:
        return not self.failed and not self.blocks and not self.notebooks


class Finding(Model):
    """Something in a notebook that the audit points at."""

    what: str
    notebook_id: str
    notebook: str
    project: str
    block_id: str
    place: int
    url: str | None = None
    reads: tuple[str, ...] = ()
    text: str = ""


async def audit(
    tools: Toolbox, cards: Sequence[IntegrationCard], level: Level, *, texts: bool = False
) -> list[Audited]:
    """The usages of each integration, several at once; with the SQL itself where `texts` are wanted."""
    gate = asyncio.Semaphore(AT_ONCE)
    return list(await asyncio.gather(*(_audit_one(tools, card, level, gate, texts) for card in cards)))


async def _audit_one(
    tools: Toolbox, card: IntegrationCard, level: Level, gate: asyncio.Semaphore, texts: bool
) -> Audited:
    reading = tools.pin(integrationId=card.id)
    checked: list[str] = []
    failed: list[str] = []

    async def read(name: str, pages: AsyncIterator[T]) -> list[T]:
        rows: list[T] = []
        try:
            async with gate:
                rows = [row async for row in pages]
            checked.append(name)
        except ToolFailed as refused:
            failed.append(f"{card.name}: its {name} could not be read ({refused.words}).")
        return rows

    async def none() -> list[ProjectUsage]:
        return []

    projects, notebooks, blocks = await asyncio.gather(
        read("projects", reading.list_integration_project_usages(card.id))
        if level in {"projects", "all"}
        else none(),
        read("notebooks", reading.list_integration_notebook_usages(card.id)),
        read("blocks", reading.list_integration_block_usages(card.id)),
    )
    return Audited(
        card=card,
        projects=[
            Place(integration_id=card.id, id=row.id, name=row.name, url=row.url, blocks=row.block_count)
            for row in projects
        ],
        notebooks=[_notebook(card, row) for row in notebooks],
        blocks=[_block(card, row, texts) for row in blocks],
        checked=checked,
        failed=failed,
    )


def _notebook(card: IntegrationCard, row: NotebookUsage) -> Place:
    return Place(
        integration_id=card.id,
        id=row.id,
        name=row.name,
        project=row.project_name or "",
        url=row.url,
        blocks=row.block_count,
    )


def _block(card: IntegrationCard, row: BlockUsage, texts: bool) -> UsedBlock:
    sql: SqlReading = read_sql(row.content, card.type)
    pasted = (
        pasted_credentials(row.content, python=False)
        if any(sign in row.content for sign in ("'", "://"))
        else []
    )
    return UsedBlock.model_construct(
        integration_id=card.id,
        block_id=row.id,
        notebook_id=row.notebook_id or "",
        notebook=row.notebook_name or "",
        project=row.project_name or "",
        url=row.url,
        reads=sql.reads,
        writes=sql.writes,
        columns=sql.columns,
        star=sql.star,
        verbs=sql.verbs,
        unbounded=sql.unbounded,
        unreadable=sql.unreadable is not None,
        clauses=sql.clauses,
        takes=tuple(dict.fromkeys(TAKEN.findall(row.content))),
        text=row.content if texts else "",
        credentials=tuple(item.kind for item in pasted),
    )


def uses_table(block: UsedBlock, table: str) -> bool:
    """Whether the block reads or writes the table, with or without its schema."""
    wanted = table.casefold()
    names = [name.casefold() for name in (*block.reads, *block.writes)]
    return any(name == wanted or name.endswith(f".{wanted}") or wanted.endswith(f".{name}") for name in names)


def fits_focus(block: UsedBlock, focus: Focus, table: str = "") -> bool:
    """Whether the block passes every filter of the request. `SELECT *` may read any column of its tables."""
    names = [name.casefold() for name in (*block.reads, *block.writes)]
    columns = [name.casefold().rpartition(".")[2] for name in block.columns]
    return (
        (not focus.projects or block.project in focus.projects)
        and (not focus.notebooks or block.notebook in focus.notebooks)
        and not {block.notebook, block.project} & set(focus.left_out)
        and (
            not focus.columns
            or any(each.casefold() in columns for each in focus.columns)
            or (block.star and bool(table))
        )
        and all(uses_table(block, each) for each in focus.tables)
        and (
            not focus.schemas
            or any(f".{each.casefold()}." in f".{name}" for each in focus.schemas for name in names)
        )
        and (not focus.verbs or any(verb in focus.verbs for verb in block.verbs))
        and (not focus.star or block.star or (focus.writes_too and bool(block.verbs)))
        and (not focus.unbounded or bool(block.unbounded))
        and (not focus.parameters or bool(block.takes))
        and _fits_clauses(block, focus.clauses)
        and (not focus.spoken or bool(spoken_in(block.text, focus.spoken)))
    )


def _fits_clauses(block: UsedBlock, wanted: Clauses) -> bool:
    """Whether its SQL holds and lacks the clauses; of SQL that could not be parsed that is not known."""
    if not wanted.having and not wanted.lacking:
        return True
    has = all(each in block.clauses for each in wanted.having)
    lacks = not any(each in block.clauses for each in wanted.lacking)
    return not block.unreadable and (has or lacks if wanted.apart else has and lacks)


def spoken_in(text: str, words: Sequence[str]) -> list[str]:
    """Those of the words that stand in a text, alone or as a part of a name."""
    parts = {stem(word.text) for word in words_of(text)}
    return [word for word in words if stem(word) in parts]


class Contents(Model):
    """What reading the notebooks themselves found."""

    credentials: list[Finding] = []
    removed: list[Finding] = []
    """SQL blocks whose integration no longer exists, or is not visible to this key."""
    named: list[Finding] = []
    """Code that names a column which is asked for."""
    frames: list[Finding] = []
    """SQL blocks over dataframes of their own notebook, which use no integration."""
    notebooks: int = 0
    """Notebooks that were read whole."""
    places: dict[str, int] = {}
    """Where the SQL blocks of these notebooks stand in them."""
    not_checked: list[str] = []
    mentions: dict[str, str] = {}
    """Notebooks, by id, in which a search finds the name of a table that no usage knows."""


async def mentions_of(tools: Toolbox, table: str) -> dict[str, str]:
    """Ids and names of notebooks with a block that holds the word; blocks of removed integrations are in no list of usages."""
    found = await tools.only("search").search(table, ["blocks"])
    return {
        hit.notebook_id: str(hit.notebook_name or hit.notebook_id)
        for hit in found.results.blocks
        if hit.notebook_id
    }


async def read_contents(
    tools: Toolbox, known: Sequence[str], only: Sequence[str] | None, columns: Sequence[str] = ()
) -> Contents:
    """What stands in the notebooks `only`, or in all; `known` are the integrations that exist, `columns` are looked for in code."""
    reading = tools.only("list_projects", "get_notebook", "search")
    names: dict[str, tuple[str, str]] = {}
    if only is None:
        async for project in reading.list_projects():
            names |= {notebook.id: (notebook.name, project.name) for notebook in project.notebooks}
    ids = list(names) if only is None else list(dict.fromkeys(only))
    most = READ_WHOLE if only is None else READ_FOR_ONE
    missed: list[str] = []
    if len(ids) > most:
        pointed = await _pointed_at(reading)
        missed = [
            f"Pasted credentials and removed integrations were looked for in the {most} or fewer notebooks that a search for {', '.join(SEARCHED)} points at, not in all {len(ids):,}."
        ]
        ids = [each for each in ids if each in pointed][:most]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(notebook_id: str) -> InBlocks:
        try:
            async with gate:
                notebook = await reading.get_notebook(notebook_id)
        except ToolFailed as refused:
            missed.append(f"Notebook {notebook_id} could not be read ({refused.words}).")
            return InBlocks()
        project = notebook.project.name if notebook.project else names.get(notebook_id, ("", ""))[1]
        where = {"notebook_id": notebook_id, "notebook": notebook.name, "project": project, "url": notebook.url}  # fmt: skip
        return _in_blocks(notebook.blocks, where, set(known), columns)

    found = await asyncio.gather(*(one(each) for each in ids))
    return Contents(
        credentials=[item for each in found for item in each.credentials],
        removed=[item for each in found for item in each.removed],
        named=[item for each in found for item in each.named],
        frames=[item for each in found for item in each.frames],
        places={block: place for each in found for block, place in each.places.items()},
        notebooks=len(ids),
        not_checked=missed,
    )


async def _pointed_at(tools: Toolbox) -> set[str]:
    answers = await asyncio.gather(*(tools.search(word, ["blocks"]) for word in SEARCHED))
    return {hit.notebook_id for answer in answers for hit in answer.results.blocks if hit.notebook_id}


class InBlocks(NamedTuple):
    """What the blocks of one notebook hold."""

    credentials: Sequence[Finding] = ()
    removed: Sequence[Finding] = ()
    frames: Sequence[Finding] = ()
    places: Mapping[str, int] = {}
    named: Sequence[Finding] = ()


def _in_blocks(
    blocks: Sequence[Block], home: Mapping[str, str | None], known: set[str], columns: Sequence[str]
) -> InBlocks:
    credentials: list[Finding] = []
    removed: list[Finding] = []
    frames: list[Finding] = []
    named: list[Finding] = []
    for place, block in enumerate(blocks, 1):
        where: dict[str, Any] = {**home, "block_id": block.id, "place": place}
        said = [each for each in columns if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", block.content)]
        if block.type == "code" and said:
            what = f"names {', '.join(f'`{each}`' for each in said)}"
            named.append(Finding(what=what, **where))
        if block.type in {"code", "sql", "markdown"}:
            credentials += [
                Finding(what=item.kind, **where)
                for item in pasted_credentials(block.content, python=block.type == "code")
            ]
        integration = block.integration_id or str(block.metadata.get("sql_integration_id") or "")
        if block.type != "sql" or not integration or integration in known:
            continue
        tables = read_sql(block.content, "pandas-dataframe").reads
        reads = ", ".join(f"`{table}`" for table in tables)
        if integration in BUILT_IN:
            what = f"reads {reads or 'no dataframe by name'}"
            frames.append(Finding(what=what, reads=tables, text=block.content, **where))
        else:
            gone = f"its integration {integration} does not exist any more, or is not visible to this key"
            what = f"{gone}; it reads {reads}" if reads else gone
            removed.append(Finding(what=what, reads=tables, text=block.content, **where))
    sql = {block.id: place for place, block in enumerate(blocks, 1) if block.type == "sql"}
    return InBlocks(credentials, removed, frames, sql, named)


__all__ = [
    "Audited",
    "Contents",
    "Finding",
    "Place",
    "UsedBlock",
    "audit",
    "fits_focus",
    "mentions_of",
    "read_contents",
    "spoken_in",
    "uses_table",
]
