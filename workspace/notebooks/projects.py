"""Creating projects and notebooks, and the pages of projects."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, tuple_, update

from workspace.contract.projects import CreateNotebookArguments, CreateProjectArguments, FolderRef
from workspace.domain import Caller, Workspace
from workspace.errors import ToolRefused, unknown
from workspace.notebooks.reading import project_row
from workspace.pages import Pager
from workspace.store.engine import moment_key, moment_of
from workspace.store.rows import AnyRow
from workspace.store.schema import Folder, Notebook, Project

DEFAULT_NOTEBOOK = "Notebook 1"
INIT = "Init"
MOST_FOLDERS = 50
"""How deep a path is followed; a deeper one is marked incomplete."""


def projects_page(
    connection: Connection, caller: Caller, pages: Pager, name_contains: str | None
) -> list[AnyRow]:
    """Projects, newest first, with one row more than the page where there is one."""
    query = select(
        Project.id,
        Project.name,
        Project.project_type,
        Project.folder_id,
        Project.created_at,
        Project.updated_at,
    ).where(caller.sees(Project.id))
    if name_contains:
        query = query.where(func.lower(Project.name).contains(name_contains.lower(), autoescape=True))
    if pages.after is not None:
        created, last_id = pages.after
        query = query.where(tuple_(Project.created_at, Project.id) < tuple_(moment_of(str(created)), last_id))
    query = query.order_by(Project.created_at.desc(), Project.id.desc()).limit(pages.limit)
    return list(connection.execute(query).all())


def project_key(row: AnyRow) -> list[str | int]:
    return [moment_key(row.created_at), row.id]


def notebooks_of(connection: Connection, project_ids: Sequence[str]) -> dict[str, list[AnyRow]]:
    """The notebooks of several projects, in order, in one query."""
    query = (
        select(
            Notebook.id,
            Notebook.name,
            Notebook.project_id,
            Notebook.is_init,
            Notebook.is_scheduled,
            Notebook.last_run_at,
            Notebook.last_run_id,
        )
        .where(Notebook.project_id.in_(project_ids))
        .order_by(Notebook.project_id, Notebook.position, Notebook.id)
    )
    found: dict[str, list[AnyRow]] = {project_id: [] for project_id in project_ids}
    for row in connection.execute(query).all():
        found[row.project_id].append(row)
    return found


def folders(connection: Connection, wanted: set[str]) -> dict[str, FolderRef]:
    """The folders by id, each with its path."""
    known: dict[str, AnyRow] = {}
    missing = set(wanted)
    for _level in range(MOST_FOLDERS):
        if not missing:
            break
        query = select(Folder.id, Folder.name, Folder.parent_id).where(Folder.id.in_(sorted(missing)))
        known |= {row.id: row for row in connection.execute(query)}
        missing = {row.parent_id for row in known.values() if row.parent_id} - set(known)
    return {folder_id: _folder(known, folder_id) for folder_id in wanted if folder_id in known}


def _folder(known: dict[str, AnyRow], folder_id: str) -> FolderRef:
    path: list[str] = []
    at: str | None = folder_id
    while at in known and len(path) < MOST_FOLDERS:
        path.insert(0, known[at].name)
        at = known[at].parent_id
    return FolderRef(id=folder_id, name=known[folder_id].name, path=path, is_path_complete=at is None)


def create_project(workspace: Workspace, caller: Caller, wanted: CreateProjectArguments) -> tuple[str, str]:
    """The ids of the project and of the empty notebook it begins with."""
    if caller.project_ids is not None:
        raise ToolRefused(
            f"This key is limited to {len(caller.project_ids)} project{'' if len(caller.project_ids) == 1 else 's'} and cannot create others. "
            "Use one of them (list_projects), or a key without the limit.",
            status=403,
        )
    project_id, notebook_id = workspace.new_id(), workspace.new_hex_id()
    with workspace.writing() as connection:
        if (
            wanted.folder_id is not None
            and connection.scalar(select(Folder.id).where(Folder.id == wanted.folder_id)) is None
        ):
            raise unknown(
                "folder", wanted.folder_id, "Leave folderId out to create the project at the top level."
            )
        now = workspace.now
        connection.execute(
            insert(Project).values(
                id=project_id,
                name=wanted.name,
                project_type=wanted.project_type,
                folder_id=wanted.folder_id,
                extra={},
                created_at=now,
                updated_at=now,
            )
        )
        insert_notebook(workspace, connection, project_id, notebook_id, DEFAULT_NOTEBOOK, 0)
    workspace.changed(project_id)
    return project_id, notebook_id


def insert_notebook(
    workspace: Workspace, connection: Connection, project_id: str, notebook_id: str, name: str, position: int
) -> None:
    now = workspace.now
    connection.execute(
        insert(Notebook).values(
            id=notebook_id,
            project_id=project_id,
            name=name,
            position=position,
            is_init=name == INIT,
            is_scheduled=False,
            extra={},
            created_at=now,
            updated_at=now,
        )
    )


def create_notebook(workspace: Workspace, caller: Caller, wanted: CreateNotebookArguments) -> tuple[str, str]:
    """The notebook's id and name. Raises ToolRefused with 409 when the project has one of that name."""
    notebook_id = workspace.new_hex_id()
    with workspace.writing() as connection:
        project = project_row(connection, caller, wanted.project_id, lock=True)
        query = select(Notebook.id, Notebook.name, Notebook.position).where(Notebook.project_id == project.id)
        there = list(connection.execute(query))
        taken = {row.name: row.id for row in there}
        name = wanted.name or next(
            f"Notebook {number}" for number in range(1, len(there) + 2) if f"Notebook {number}" not in taken
        )
        if name in taken:
            raise ToolRefused(
                f"The project {project.name!r} already has a notebook named {name!r} (id {taken[name]}). "
                "Use that one, or choose another name.",
                status=409,
            )
        position = max((row.position for row in there), default=-1) + 1
        insert_notebook(workspace, connection, project.id, notebook_id, name, position)
        connection.execute(update(Project).where(Project.id == project.id).values(updated_at=workspace.now))
    workspace.changed(project.id)
    return notebook_id, name
