"""Reading one project, notebook or block by its id, as far as the caller may see it."""

from typing import TypeVar

from sqlalchemy import Connection, GenerativeSelect, select

from workspace.domain import Caller
from workspace.errors import unknown
from workspace.store.rows import AnyRow
from workspace.store.schema import Block, Notebook, Project

Query = TypeVar("Query", bound=GenerativeSelect)

FIND_NOTEBOOK = "Call search or list_projects to find one."
FIND_PROJECT = "Call list_projects or search to find one."
FIND_BLOCK = "Call get_notebook to see a notebook's blocks, or search to find one."


def locked(query: Query, connection: Connection, *tables: type) -> Query:
    """The query, holding its rows until the transaction ends. SQLite has one write lock for everything, taken already."""
    return (
        query.with_for_update(of=list(tables), key_share=True)
        if connection.dialect.name == "postgresql"
        else query
    )


def project_row(connection: Connection, caller: Caller, project_id: str, *, lock: bool = False) -> AnyRow:
    query = select(Project.id, Project.name).where(Project.id == project_id, caller.sees(Project.id))
    row = connection.execute(locked(query, connection, Project) if lock else query).one_or_none()
    if row is None:
        raise unknown("project", project_id, FIND_PROJECT)
    return row


def notebook_row(connection: Connection, caller: Caller, notebook_id: str, *, lock: bool = False) -> AnyRow:
    """The notebook with its project's name. With `lock`, no one else changes its blocks until the transaction ends."""
    query = (
        select(
            Notebook.id,
            Notebook.name,
            Notebook.project_id,
            Notebook.is_init,
            Notebook.is_scheduled,
            Notebook.last_run_id,
            Notebook.last_run_at,
            Notebook.created_at,
            Notebook.updated_at,
            Project.name.label("project_name"),
        )
        .join(Project, Project.id == Notebook.project_id)
        .where(Notebook.id == notebook_id, caller.sees(Notebook.project_id))
    )
    row = connection.execute(locked(query, connection, Notebook) if lock else query).one_or_none()
    if row is None:
        raise unknown("notebook", notebook_id, FIND_NOTEBOOK)
    return row


BLOCK_COLUMNS = (
    Block.id,
    Block.notebook_id,
    Block.type,
    Block.content,
    Block.block_metadata,
    Block.block_group,
    Block.sorting_key,
    Block.integration_id,
    Block.content_hash,
    Block.created_at,
    Block.updated_at,
)


def block_row(connection: Connection, caller: Caller, block_id: str) -> AnyRow:
    """The block with its project's id."""
    query = (
        select(*BLOCK_COLUMNS, Notebook.project_id)
        .join(Notebook, Notebook.id == Block.notebook_id)
        .where(Block.id == block_id, caller.sees(Notebook.project_id))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise unknown("block", block_id, FIND_BLOCK)
    return row


def block_rows(connection: Connection, notebook_id: str) -> list[AnyRow]:
    """A notebook's blocks, in order."""
    query = select(*BLOCK_COLUMNS).where(Block.notebook_id == notebook_id)
    return list(connection.execute(query.order_by(Block.sorting_key, Block.id)).all())


def block_ids(connection: Connection, notebook_id: str) -> list[str]:
    query = select(Block.id).where(Block.notebook_id == notebook_id).order_by(Block.sorting_key, Block.id)
    return list(connection.scalars(query))
