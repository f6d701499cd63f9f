"""list_integrations, get_integration and the three usage lists: exact, page by page, never a credential."""

from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from workspace.contract.integrations import (
    BlockUsage,
    BlockUsagesPage,
    Column,
    ColumnProfile,
    GetIntegrationArguments,
    GetIntegrationResult,
    IntegrationDetail,
    IntegrationLine,
    IntegrationsPage,
    ListIntegrationsArguments,
    NotebookUsage,
    NotebookUsagesPage,
    ProjectUsage,
    ProjectUsagesPage,
    Table,
    UsagesArguments,
)
from workspace.domain import Caller, Workspace
from workspace.errors import ToolRefused, unknown
from workspace.notebooks.block_types import BUILT_IN
from workspace.pages import Pager, pager
from workspace.store.schema import Block, Integration, Notebook, Project

NEXT = "Call list_integrations to see them."
MOST_TABLES = 200
"""Tables in one answer; the filters narrow a larger structure down."""


async def list_integrations(
    workspace: Workspace, caller: Caller, arguments: ListIntegrationsArguments
) -> IntegrationsPage:
    pages = pager(workspace, caller, "list_integrations", arguments, keys=2)
    query = select(  # never the structure: it may be large
        Integration.id,
        Integration.name,
        Integration.type,
        Integration.is_public,
        Integration.created_at,
        Integration.updated_at,
    )
    query = query.order_by(Integration.name, Integration.id).limit(pages.limit)
    if arguments.name_contains:
        query = query.where(Integration.name.icontains(arguments.name_contains, autoescape=True))
    if arguments.type:
        query = query.where(Integration.type == arguments.type)
    if pages.after:
        name, last = pages.after
        query = query.where(
            or_(Integration.name > name, and_(Integration.name == name, Integration.id > last))
        )
    with workspace.reading() as connection:
        rows = connection.execute(query).all()
    shown, pagination = pages.page(rows, lambda row: [row.name, row.id])
    lines = [
        IntegrationLine(
            id=row.id,
            name=row.name,
            type=row.type,
            is_public=row.is_public,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in shown
    ]
    return IntegrationsPage(integrations=lines, pagination=pagination)


async def get_integration(
    workspace: Workspace, caller: Caller, arguments: GetIntegrationArguments
) -> GetIntegrationResult:
    given = arguments.integration_id
    if given.lower() in BUILT_IN:
        raise ToolRefused(
            f"{given!r} is built in: its SQL blocks query the notebook's own DataFrames, so it has no tables of its own. "
            "The usage lists take its id."
        )
    with workspace.reading() as connection:
        row = connection.execute(
            select(Integration).where(Integration.id.in_([given, given.lower()]))
        ).first()
    if row is None:
        raise unknown("integration", given, NEXT)
    structure: dict[str, Any] = row.structure or {}
    wanted = (
        ("database", arguments.database_name),
        ("schema", arguments.schema_name),
        ("name", arguments.table_name),
    )
    tables = [
        table
        for table in structure.get("tables", [])
        if all(value is None or table.get(field) == value for field, value in wanted)
    ]
    return GetIntegrationResult(
        integration=IntegrationDetail(
            id=row.id,
            name=row.name,
            type=row.type,
            is_public=row.is_public,
            description=row.description,
            created_at=row.created_at,
            updated_at=row.updated_at,
        ),
        tables=[_table(table) for table in tables[:MOST_TABLES]],
        tables_truncated=len(tables) > MOST_TABLES or bool(structure.get("truncated")),
        table_names=[table["name"] for table in tables],
        structure_cached_at=row.structure_cached_at,
    )


def _table(table: dict[str, Any]) -> Table:
    return Table(
        name=table["name"],
        schema_name=table.get("schema"),
        database=table.get("database"),
        row_count=table.get("rowCount"),
        comment=table.get("comment"),
        columns=[
            Column(
                name=column["name"],
                type=column["type"],
                profile=ColumnProfile.model_validate(column["profile"]) if column.get("profile") else None,
            )
            for column in table.get("columns", [])
        ],
    )


async def list_integration_project_usages(
    workspace: Workspace, caller: Caller, arguments: UsagesArguments
) -> ProjectUsagesPage:
    pages = pager(workspace, caller, "list_integration_project_usages", arguments, keys=2)
    with workspace.reading() as connection:
        used = _counted(_known(connection, arguments))
        counts = (func.count(used.c.notebook_id).label("notebooks"), func.sum(used.c.blocks).label("blocks"))
        query = select(Project.id, Project.name, *counts).select_from(used)
        seen = _seen(query, used.c.notebook_id, caller, arguments)
        rows = connection.execute(
            _after(seen.group_by(Project.id, Project.name), pages, Project.name, Project.id)
        ).all()
    shown, pagination = pages.page(rows, lambda row: [row.name, row.id])
    usages = [
        ProjectUsage(
            id=row.id,
            name=row.name,
            url=workspace.project_url(row.id),
            notebook_count=row.notebooks,
            block_count=row.blocks,
        )
        for row in shown
    ]
    return ProjectUsagesPage(projects=usages, pagination=pagination)


async def list_integration_notebook_usages(
    workspace: Workspace, caller: Caller, arguments: UsagesArguments
) -> NotebookUsagesPage:
    pages = pager(workspace, caller, "list_integration_notebook_usages", arguments, keys=2)
    named = (Notebook.id, Notebook.name, Project.id.label("project_id"), Project.name.label("project_name"))
    with workspace.reading() as connection:
        used = _counted(_known(connection, arguments))
        query = select(*named, used.c.blocks).select_from(used)
        seen = _seen(query, used.c.notebook_id, caller, arguments)
        rows = connection.execute(_after(seen, pages, Notebook.name, Notebook.id)).all()
    shown, pagination = pages.page(rows, lambda row: [row.name, row.id])
    usages = [
        NotebookUsage(
            id=row.id,
            name=row.name,
            project_id=row.project_id,
            project_name=row.project_name,
            url=workspace.notebook_url(row.project_id, row.id),
            block_count=row.blocks,
        )
        for row in shown
    ]
    return NotebookUsagesPage(notebooks=usages, pagination=pagination)


async def list_integration_block_usages(
    workspace: Workspace, caller: Caller, arguments: UsagesArguments
) -> BlockUsagesPage:
    pages = pager(workspace, caller, "list_integration_block_usages", arguments, keys=2)

    columns = (
        Block.id,
        Block.content,
        Block.sorting_key,
        Notebook.id.label("notebook_id"),
        Notebook.name.label("notebook_name"),
        Project.id.label("project_id"),
        Project.name.label("project_name"),
    )
    with workspace.reading() as connection:
        given = _known(connection, arguments)
        query = select(*columns).select_from(Block).where(Block.integration_id == given)
        seen = _seen(query, Block.notebook_id, caller, arguments)
        if pages.after:
            notebook_id, key = pages.after
            seen = seen.where(
                or_(Notebook.id > notebook_id, and_(Notebook.id == notebook_id, Block.sorting_key > key))
            )
        seen = seen.order_by(Block.notebook_id, Block.sorting_key).limit(pages.limit)
        rows = connection.execute(seen).all()
    shown, pagination = pages.page(rows, lambda row: [row.notebook_id, row.sorting_key])
    usages = [
        BlockUsage(
            id=row.id,
            notebook_id=row.notebook_id,
            notebook_name=row.notebook_name,
            project_id=row.project_id,
            project_name=row.project_name,
            url=workspace.notebook_url(row.project_id, row.notebook_id),
            content=row.content,
            position=int(row.sorting_key),
        )
        for row in shown
    ]
    return BlockUsagesPage(blocks=usages, pagination=pagination)


def _known(connection: Connection, arguments: UsagesArguments) -> str:
    """The id as blocks hold it. Raises ToolRefused when no integration has it."""
    given = arguments.integration_id.lower()
    same = Integration.id.in_([given, arguments.integration_id])
    if given not in BUILT_IN and connection.scalar(select(Integration.id).where(same)) is None:
        raise unknown("integration", arguments.integration_id, NEXT)
    return given


def _counted(given: str) -> Subquery:
    """How many blocks of each notebook name the integration. The index holds all of it, so no block is read."""
    counted = select(Block.notebook_id, func.count().label("blocks")).where(Block.integration_id == given)
    return counted.group_by(Block.notebook_id).subquery()


def _seen(query: Any, notebook_id: Any, caller: Caller, arguments: UsagesArguments) -> Select[Any]:
    """Together with notebooks and projects, as far as the caller may see them."""
    query = query.join(Notebook, Notebook.id == notebook_id).join(Project, Project.id == Notebook.project_id)
    if arguments.project_id is not None:
        query = query.where(Project.id == arguments.project_id)
    shown: Select[Any] = query.where(caller.sees(Project.id))
    return shown


def _after(
    query: Select[Any], pages: Pager, name: ColumnElement[str] | Any, key: ColumnElement[str] | Any
) -> Select[Any]:
    if pages.after:
        last_name, last_key = pages.after
        query = query.where(or_(name > last_name, and_(name == last_name, key > last_key)))
    return query.order_by(name, key).limit(pages.limit)
