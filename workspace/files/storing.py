"""From a file into the store: what the store has no column for is kept in `extra`, so that nothing is lost on the way back."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from workspace.domain import Workspace
from workspace.files.deepnote import BlockInFile, Document, FileInvalid, NotebookInFile, ProjectInFile
from workspace.notebooks.blocks import block_values, sorting_key
from workspace.store.schema import Block, Notebook, Project

STORED_BLOCK = frozenset({"id", "block_group", "type", "content", "metadata"})
FILE = "file"
"""The key in a notebook's `extra` under which stands what its file said outside of the notebook."""


def store_document(
    workspace: Workspace, document: Document, name: str = "The file", *, moving: bool = False
) -> list[str]:
    """Create or replace the document's notebooks, in one transaction; their ids. Notebooks it does not name stay.

    With `moving`, a notebook that is in another project here goes into the document's, with its runs.
    Raises FileInvalid when an id belongs to something else here, or a name in the project is taken.
    """
    project = document.project
    created = moment_of_text(document.metadata.created_at) or workspace.now
    changed = moment_of_text(document.metadata.modified_at) or created
    with workspace.writing() as connection:
        _refuse_strangers(connection, document, name, moving)
        row = {
            "name": project.name,
            "extra": rest(project, {"id", "name", "notebooks", "integrations"}),
            "updated_at": changed,
        }
        if connection.scalar(select(Project.id).where(Project.id == project.id)) is None:
            connection.execute(insert(Project).values(id=project.id, created_at=created, **row))
        else:
            connection.execute(update(Project).where(Project.id == project.id).values(**row))
        beside = _beside(document)
        for notebook in project.notebooks:
            _store_notebook(connection, project, notebook, beside, created, changed)
    workspace.changed(project.id)
    return [notebook.id for notebook in project.notebooks]


def _refuse_strangers(connection: Connection, document: Document, name: str, moving: bool) -> None:
    project = document.project
    own = [notebook.id for notebook in project.notebooks]
    for notebook in project.notebooks:
        owner = connection.scalar(select(Notebook.project_id).where(Notebook.id == notebook.id))
        if owner not in (None, project.id) and not moving:
            raise FileInvalid(
                f"{name}: the notebook {notebook.id} ({notebook.name}) belongs to the project {owner} here."
            )
        namesake = connection.scalar(
            select(Notebook.id).where(
                Notebook.project_id == project.id, Notebook.name == notebook.name, Notebook.id.not_in(own)
            )
        )
        if namesake is not None:
            raise FileInvalid(
                f"{name}: the project has another notebook called {notebook.name!r} here, with the id {namesake}."
            )
        ids = [block.id for block in notebook.blocks]
        for start in range(0, len(ids), 500):
            taken = connection.execute(
                select(Block.id, Block.notebook_id).where(
                    Block.id.in_(ids[start : start + 500]), Block.notebook_id.not_in(own)
                )
            ).first()
            if taken is not None:
                raise FileInvalid(
                    f"{name}: the block {taken.id} belongs to the notebook {taken.notebook_id} here."
                )


def _beside(document: Document) -> dict[str, Any]:
    """What a file says outside of project and notebooks, and which integrations it lists."""
    beside = rest(document, {"version", "metadata", "project", "execution"})
    listed = document.project.integrations or []
    return {
        "document": beside,
        "metadata": document.metadata.model_dump(by_alias=False, mode="json", exclude_unset=True),
        "integrations": [one.model_dump(by_alias=True, mode="json", exclude_unset=True) for one in listed],
    }


def _store_notebook(
    connection: Connection,
    project: ProjectInFile,
    notebook: NotebookInFile,
    beside: dict[str, Any],
    created: datetime,
    changed: datetime,
) -> None:
    row = {
        "name": notebook.name,
        "is_init": notebook.id == project.init_notebook_id,
        "extra": {**rest(notebook, {"id", "name", "blocks"}), FILE: beside},
        "updated_at": changed,
    }
    owner = connection.scalar(select(Notebook.project_id).where(Notebook.id == notebook.id))
    if owner != project.id:
        last = connection.scalar(select(func.max(Notebook.position)).where(Notebook.project_id == project.id))
        row |= {"project_id": project.id, "position": 0 if last is None else last + 1}
    if owner is None:
        connection.execute(insert(Notebook).values(id=notebook.id, created_at=created, **row))
    else:
        connection.execute(update(Notebook).where(Notebook.id == notebook.id).values(**row))
        connection.execute(delete(Block).where(Block.notebook_id == notebook.id))
    if notebook.blocks:
        rows = [
            _block_row(notebook.id, number, block, changed) for number, block in enumerate(notebook.blocks)
        ]
        connection.execute(insert(Block), rows)


def _block_row(notebook_id: str, position: int, block: BlockInFile, moment: datetime) -> dict[str, Any]:
    extra = rest(block, STORED_BLOCK)
    values = block_values(block.type, block.content, block.metadata)
    if extra.get("sorting_key") == sorting_key(position):
        del extra["sorting_key"]
    if values["content_hash"] is not None:
        if "content_hash" not in extra:
            extra["content_hash"] = None
        elif extra["content_hash"] == values["content_hash"]:
            del extra["content_hash"]
    return {
        "id": block.id,
        "notebook_id": notebook_id,
        "sorting_key": sorting_key(position),
        "block_group": block.block_group or block.id,
        "extra": extra,
        "created_at": moment,
        "updated_at": moment,
        **values,
    }


def rest(part: Any, stored: frozenset[str] | set[str]) -> dict[str, Any]:
    """The fields of a part that the store has no column for, under the names of Python."""
    dumped = part.model_dump(by_alias=False, mode="json", exclude_unset=True)
    return {name: value for name, value in dumped.items() if name not in stored}


def moment_of_text(text: str | None) -> datetime | None:
    """None when it is no time; one without a zone is taken for UTC."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
