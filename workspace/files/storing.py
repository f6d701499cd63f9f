"""From a file into the store and back: what the store has no column for is kept in `extra`, so that nothing is lost."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.files.deepnote import (
    VERSION,
    BlockInFile,
    Document,
    IntegrationInFile,
    MetadataInFile,
    NotebookInFile,
    ProjectInFile,
)
from workspace.notebooks.blocks import block_values, sorting_key
from workspace.store.schema import Block, Integration, Notebook, Project

RUN_FIELDS = frozenset({"execution_count", "execution_started_at", "execution_finished_at", "outputs"})
STORED_BLOCK = (
    frozenset({"id", "block_group", "sorting_key", "type", "content", "content_hash", "metadata"})
    | RUN_FIELDS
)


def store_document(workspace: Workspace, document: Document) -> list[str]:
    """Create or replace the document's notebooks, in one transaction; the ids of the notebooks.

    Outputs stay out: they belong to runs. Raises SettingsWrong when an id is another project's.
    """
    project = document.project
    created = _moment(document.metadata.created_at, workspace.now)
    changed = _moment(document.metadata.modified_at, created)
    with workspace.writing(project.id) as connection:
        extra = _rest(project, {"id", "name", "notebooks", "integrations"})
        row = {"name": project.name, "extra": extra, "updated_at": changed}
        if connection.scalar(select(Project.id).where(Project.id == project.id)) is None:
            connection.execute(insert(Project).values(id=project.id, created_at=created, **row))
        else:
            connection.execute(update(Project).where(Project.id == project.id).values(**row))
        for position, notebook in enumerate(project.notebooks):
            _store_notebook(connection, project, notebook, position, created, changed)
    return [notebook.id for notebook in project.notebooks]


def _store_notebook(
    connection: Connection,
    project: ProjectInFile,
    notebook: NotebookInFile,
    position: int,
    created: datetime,
    changed: datetime,
) -> None:
    row = {
        "name": notebook.name,
        "is_init": notebook.id == project.init_notebook_id,
        "extra": _rest(notebook, {"id", "name", "blocks"}),
        "updated_at": changed,
    }
    owner = connection.scalar(select(Notebook.project_id).where(Notebook.id == notebook.id))
    if owner is None:
        values = {"id": notebook.id, "project_id": project.id, "position": position, "created_at": created}
        connection.execute(insert(Notebook).values(**values, **row))
    elif owner != project.id:
        raise SettingsWrong(
            f"The notebook {notebook.id} ({notebook.name}) belongs to the project {owner} already."
        )
    else:
        connection.execute(update(Notebook).where(Notebook.id == notebook.id).values(**row))
        connection.execute(delete(Block).where(Block.notebook_id == notebook.id))
    if notebook.blocks:
        rows = [
            _block_row(notebook.id, number, block, changed) for number, block in enumerate(notebook.blocks)
        ]
        connection.execute(insert(Block), rows)


def _block_row(notebook_id: str, position: int, block: BlockInFile, moment: datetime) -> dict[str, Any]:
    extra = {
        name: value
        for name, value in block.model_dump(by_alias=False, exclude_unset=True).items()
        if name not in STORED_BLOCK
    }
    values = block_values(block.type, block.content, block.metadata)
    return {
        "id": block.id,
        "notebook_id": notebook_id,
        "sorting_key": sorting_key(position),
        "block_group": block.block_group or block.id,
        "extra": extra,
        "created_at": moment,
        "updated_at": moment,
        **values,
        "block_metadata": values.pop("metadata"),
    }


def notebook_document(connection: Connection, notebook_id: str) -> Document:
    """One notebook with its project, as a file holds it. The caller has checked that it exists."""
    notebook = connection.execute(select(Notebook).where(Notebook.id == notebook_id)).one()
    project = connection.execute(select(Project).where(Project.id == notebook.project_id)).one()
    blocks = connection.execute(
        select(Block).where(Block.notebook_id == notebook_id).order_by(Block.sorting_key, Block.id)
    ).all()
    integrations = _integrations(
        connection, [block.integration_id for block in blocks if block.integration_id]
    )
    held = {
        "id": project.id,
        "name": project.name,
        "notebooks": [
            NotebookInFile(
                id=notebook.id,
                name=notebook.name,
                blocks=[block_in_file(block) for block in blocks],
                **notebook.extra,
            )
        ],
    }
    if integrations:
        held["integrations"] = integrations
    metadata = MetadataInFile(
        created_at=moment_text(notebook.created_at), modified_at=moment_text(notebook.updated_at)
    )
    return Document(version=VERSION, metadata=metadata, project=ProjectInFile(**held, **project.extra))


def block_in_file(block: Any) -> BlockInFile:
    """A row of the blocks table as the file holds it."""
    row = {
        "id": block.id,
        "block_group": block.block_group,
        "sorting_key": block.sorting_key,
        "type": block.type,
        "content": block.content,
    }
    if block.content_hash:
        row["content_hash"] = block.content_hash
    return BlockInFile(**row, metadata=block.metadata, **block.extra)


def _integrations(connection: Connection, ids: Sequence[str]) -> list[IntegrationInFile]:
    rows = connection.execute(
        select(Integration.id, Integration.name, Integration.type)
        .where(Integration.id.in_(set(ids)))
        .order_by(Integration.name, Integration.id)
    )
    return [IntegrationInFile(id=row.id, name=row.name, type=row.type) for row in rows]


def _rest(part: Any, stored: set[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in part.model_dump(by_alias=False, exclude_unset=True).items()
        if name not in stored
    }


def moment_text(moment: datetime) -> str:
    """UTC to the millisecond, as the files write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _moment(text: str | None, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
