"""Reading one project, notebook or block by its id, as far as the caller may see it.

The statements are made once and run with values: making one anew costs more than running it.
"""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Connection, GenerativeSelect, bindparam, select, true

from workspace.domain import Caller
from workspace.errors import unknown
from workspace.store.rows import AnyRow, AnySelect
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
    query = _project_by_id(caller.project_ids is not None)
    query = locked(query, connection, Project) if lock else query
    return _found(connection, query, caller, "project", project_id, FIND_PROJECT)


@cache
def _project_by_id(limited: bool) -> AnySelect:
    return select(Project.id, Project.name).where(Project.id == _ID, _among(Project.id, limited))


def notebook_row(connection: Connection, caller: Caller, notebook_id: str, *, lock: bool = False) -> AnyRow:
    """The notebook with its project's name. With `lock`, no one else changes its blocks until the transaction ends."""
    query = _notebook_by_id(caller.project_ids is not None)
    query = locked(query, connection, Notebook) if lock else query
    return _found(connection, query, caller, "notebook", notebook_id, FIND_NOTEBOOK)


@cache
def _notebook_by_id(limited: bool) -> AnySelect:
    return (
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
        .where(Notebook.id == _ID, _among(Notebook.project_id, limited))
    )


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
    query = _block_by_id(caller.project_ids is not None)
    return _found(connection, query, caller, "block", block_id, FIND_BLOCK)


@cache
def _block_by_id(limited: bool) -> AnySelect:
    return (
        select(*BLOCK_COLUMNS, Notebook.project_id)
        .join(Notebook, Notebook.id == Block.notebook_id)
        .where(Block.id == _ID, _among(Notebook.project_id, limited))
    )


def block_rows(connection: Connection, notebook_id: str) -> list[AnyRow]:
    """A notebook's blocks, in order."""
    return list(connection.execute(_BLOCKS, {"id": notebook_id}).all())


def block_ids(connection: Connection, notebook_id: str) -> list[str]:
    return list(connection.scalars(_BLOCK_IDS, {"id": notebook_id}))


def _found(
    connection: Connection, query: AnySelect, caller: Caller, kind: str, row_id: str, next_step: str
) -> AnyRow:
    """The one row of an id, as far as the caller may see it. Raises ToolRefused."""
    values: dict[str, Any] = {"id": row_id}
    if caller.project_ids is not None:
        values["seen"] = sorted(caller.project_ids)
    row = connection.execute(query, values).one_or_none()
    if row is None:
        raise unknown(kind, row_id, next_step)
    return row


def _among(project_id: Any, limited: bool) -> ColumnElement[bool]:
    """The caller's limit to some projects; `Caller.sees` for a statement that is kept."""
    return project_id.in_(bindparam("seen", expanding=True)) if limited else true()


_ID: BindParameter[str] = bindparam("id")
_BLOCKS = select(*BLOCK_COLUMNS).where(Block.notebook_id == _ID).order_by(Block.sorting_key, Block.id)
_BLOCK_IDS = select(Block.id).where(Block.notebook_id == _ID).order_by(Block.sorting_key, Block.id)
