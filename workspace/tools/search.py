"""search."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from workspace.contract.search import (
    KINDS,
    BlockHit,
    Hits,
    IntegrationHit,
    NotebookHit,
    ProjectHit,
    SearchArguments,
    SearchResult,
)
from workspace.contract.shapes import Pagination, Result
from workspace.domain import Caller, Workspace
from workspace.errors import ToolRefused
from workspace.pages import pager
from workspace.search.index import matches, understood
from workspace.search.query import snippet
from workspace.store.schema import Block, Integration, Notebook, Project

Hit = TypeVar("Hit", bound=Result)


async def search(workspace: Workspace, caller: Caller, arguments: SearchArguments) -> SearchResult:
    pages = pager(workspace, caller, "search", arguments, keys=1)
    offset = int(pages.after[0]) if pages.after else 0
    kinds = arguments.types or KINDS
    with workspace.reading() as connection:
        terms = understood(connection, caller, arguments.q)
        if not terms:
            raise ToolRefused(
                f"There is no word to look for in {arguments.q!r}. Give letters or digits, or call list_projects."
            )
        found = {
            kind: matches(connection, caller, terms, kind, arguments.q) if kind in kinds else []
            for kind in KINDS
        }
        looked_for = [word for term in terms for word in (term.instead or (term.typed,))]
        shown = {kind: ids[offset : offset + pages.size] for kind, ids in found.items()}
        hits = Hits(
            projects=_in_order(_projects(workspace, connection, shown["projects"]), shown["projects"]),
            notebooks=_in_order(_notebooks(workspace, connection, shown["notebooks"]), shown["notebooks"]),
            blocks=_in_order(_blocks(workspace, connection, shown["blocks"], looked_for), shown["blocks"]),
            integrations=_in_order(_integrations(connection, shown["integrations"]), shown["integrations"]),
        )
    more = any(len(ids) > offset + pages.size for ids in found.values())
    token = pages.token([offset + pages.size]) if more else None
    return SearchResult(
        results=hits,
        partial_failure=False,
        corrected=[word for term in terms for word in term.instead],
        pagination=Pagination(page_size=pages.size, next_page_token=token, has_more=more),
    )


def _in_order(hits: dict[str, Hit], ids: Sequence[str]) -> list[Hit]:
    return [hits[one] for one in ids if one in hits]


def _projects(workspace: Workspace, connection: Connection, ids: Sequence[str]) -> dict[str, ProjectHit]:
    if not ids:
        return {}
    rows = connection.execute(select(Project.id, Project.name).where(Project.id.in_(ids)))
    return {
        row.id: ProjectHit(id=row.id, name=row.name, url=workspace.project_url(row.id), snippet=row.name)
        for row in rows
    }


def _notebooks(workspace: Workspace, connection: Connection, ids: Sequence[str]) -> dict[str, NotebookHit]:
    if not ids:
        return {}
    query = (
        select(Notebook.id, Notebook.name, Notebook.project_id, Project.name.label("project_name"))
        .join(Project, Project.id == Notebook.project_id)
        .where(Notebook.id.in_(ids))
    )
    return {
        row.id: NotebookHit(
            id=row.id,
            name=row.name,
            project_id=row.project_id,
            project_name=row.project_name,
            url=workspace.notebook_url(row.project_id, row.id),
            snippet=row.name,
        )
        for row in connection.execute(query)
    }


def _blocks(
    workspace: Workspace, connection: Connection, ids: Sequence[str], looked_for: Sequence[str]
) -> dict[str, BlockHit]:
    if not ids:
        return {}
    query = (
        select(
            Block.id,
            Block.type,
            Block.content,
            Block.words,
            Block.notebook_id,
            Notebook.name.label("notebook_name"),
            Notebook.project_id,
            Project.name.label("project_name"),
        )
        .join(Notebook, Notebook.id == Block.notebook_id)
        .join(Project, Project.id == Notebook.project_id)
        .where(Block.id.in_(ids))
    )
    return {
        row.id: BlockHit(
            id=row.id,
            type=row.type,
            notebook_id=row.notebook_id,
            notebook_name=row.notebook_name,
            project_id=row.project_id,
            project_name=row.project_name,
            url=workspace.block_url(row.project_id, row.notebook_id, row.id),
            snippet=snippet(f"{row.words} {row.content}", looked_for),
        )
        for row in connection.execute(query)
    }


def _integrations(connection: Connection, ids: Sequence[str]) -> dict[str, IntegrationHit]:
    if not ids:
        return {}
    query = select(Integration.id, Integration.name, Integration.type).where(Integration.id.in_(ids))
    return {
        row.id: IntegrationHit(id=row.id, name=row.name, type=row.type) for row in connection.execute(query)
    }
