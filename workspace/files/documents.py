"""Out of the store: notebooks as the documents that their files hold."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from workspace.files.deepnote import (
    VERSION,
    BlockInFile,
    Document,
    IntegrationInFile,
    MetadataInFile,
    NotebookInFile,
    ProjectInFile,
)
from workspace.files.storing import FILE, moment_of_text
from workspace.store.schema import Block, Integration, Notebook, Project


def notebook_document(connection: Connection, notebook_id: str) -> Document:
    """One notebook with its project, as a file holds it. The caller has checked that it exists."""
    return project_document(connection, [notebook_id])


def project_document(connection: Connection, notebook_ids: Sequence[str]) -> Document:
    """Notebooks of one project in one document, in the order given."""
    rows = {row.id: row for row in connection.execute(select(Notebook).where(Notebook.id.in_(notebook_ids)))}
    notebooks = [rows[one] for one in notebook_ids]
    first = notebooks[0]
    project = connection.execute(select(Project).where(Project.id == first.project_id)).one()
    blocks: dict[str, list[Any]] = {one: [] for one in notebook_ids}
    in_order = select(Block).where(Block.notebook_id.in_(notebook_ids)).order_by(Block.sorting_key, Block.id)
    for block in connection.execute(in_order):
        blocks[block.notebook_id].append(block)
    beside: Mapping[str, Any] = first.extra.get(FILE) or {}
    held: dict[str, Any] = {"id": project.id, "name": project.name}
    held["notebooks"] = [_notebook(notebook, blocks[notebook.id]) for notebook in notebooks]
    used = {block.integration_id for some in blocks.values() for block in some if block.integration_id}
    if integrations := _integrations(connection, beside.get("integrations") or [], used):
        held["integrations"] = integrations
    return Document(
        version=VERSION,
        metadata=_metadata(beside.get("metadata") or {}, first, max(one.updated_at for one in notebooks)),
        project=ProjectInFile(**held, **project.extra),
        **(beside.get("document") or {}),
    )


def _notebook(notebook: Any, blocks: Sequence[Any]) -> NotebookInFile:
    extra = {name: value for name, value in notebook.extra.items() if name != FILE}
    shown = [block_in_file(block) for block in blocks]
    _keep_keys(blocks, shown)
    return NotebookInFile(id=notebook.id, name=notebook.name, blocks=shown, **extra)


def _keep_keys(blocks: Sequence[Any], shown: Sequence[BlockInFile]) -> None:
    """A file's own sorting keys stay as long as they say the order; one new or moved block, and all are numbered anew."""
    keys = [block.extra.get("sorting_key") or block.sorting_key for block in blocks]
    if all(before < after for before, after in pairwise(keys)):
        for block, key in zip(shown, keys, strict=True):
            block.sorting_key = key


def block_in_file(block: Any) -> BlockInFile:
    """A row of the blocks table as the file holds it."""
    row: dict[str, Any] = {
        "id": block.id,
        "block_group": block.block_group,
        "sorting_key": block.sorting_key,
        "type": block.type,
        "content": block.content,
    }
    if block.content_hash and "content_hash" not in block.extra:
        row["content_hash"] = block.content_hash
    unknown = {
        name: value for name, value in block.extra.items() if name not in ("content_hash", "sorting_key")
    }
    if foreign := block.extra.get("content_hash"):
        row["content_hash"] = foreign if block.created_at == block.updated_at else block.content_hash
    return BlockInFile(**row, metadata=block.metadata, **unknown)


def _metadata(said: Mapping[str, Any], notebook: Any, changed: datetime) -> MetadataInFile:
    """The file's own words for the times, while they still say what is true; a checksum goes with the change that ends it."""
    kept = dict(said)
    if moment_of_text(kept.get("created_at")) != notebook.created_at:
        kept["created_at"] = moment_text(notebook.created_at)
    known = moment_of_text(kept.get("modified_at")) or moment_of_text(said.get("created_at"))
    if known != changed:
        kept["modified_at"] = moment_text(changed)
        kept.pop("checksum", None)
    return MetadataInFile(**kept)


def _integrations(
    connection: Connection, listed: Sequence[Mapping[str, Any]], used: set[str]
) -> list[IntegrationInFile]:
    """Those that the file listed, then those of this workspace that its blocks use besides."""
    kept = [IntegrationInFile.model_validate(one) for one in listed]
    further = used - {one.id.lower() for one in kept}
    columns = (Integration.id, Integration.name, Integration.type)
    rows = connection.execute(
        select(*columns).where(Integration.id.in_(further)).order_by(Integration.name, Integration.id)
    )
    return kept + [IntegrationInFile(id=row.id, name=row.name, type=row.type) for row in rows]


def moment_text(moment: datetime) -> str:
    """UTC to the millisecond, as the files write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
