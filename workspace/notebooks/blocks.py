"""Changing blocks. Every change holds its notebook, keeps keys in array order, and touches notebook and project."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from workspace.contract.blocks import CreateBlockArguments, Placement, UpdateBlockArguments
from workspace.domain import Caller, Workspace
from workspace.errors import ToolRefused, unknown
from workspace.notebooks.block_types import BUILT_IN, check_content, check_metadata, known_type, search_words
from workspace.notebooks.reading import block_ids, block_row, notebook_row
from workspace.store.schema import Block, Integration, Notebook, Project

MOST_BLOCKS = 10_000
"""Blocks in one notebook."""


def sorting_key(position: int) -> str:
    return f"{position:06d}"


def content_hash(content: str) -> str | None:
    """None for empty content, as the format has it."""
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}" if content else None


def block_values(kind: str, content: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a block that follow from its type, content and metadata; whoever writes a block writes these."""
    named = metadata.get("sql_integration_id") if kind == "sql" else None
    return {
        "type": kind,
        "content": content,
        "metadata": dict(metadata),
        "words": search_words(metadata),
        "integration_id": str(named).lower() if named else None,
        "content_hash": content_hash(content),
    }


def touch(connection: Connection, workspace: Workspace, notebook_id: str, project_id: str) -> None:
    """The notebook and its project have changed now."""
    now = workspace.now
    connection.execute(update(Notebook).where(Notebook.id == notebook_id).values(updated_at=now))
    connection.execute(update(Project).where(Project.id == project_id).values(updated_at=now))


def known_integration(connection: Connection, given: str) -> str:
    """The integration's id as the workspace writes it. Raises ToolRefused when there is none."""
    if given.lower() in BUILT_IN:
        return given.lower()
    found: str | None = connection.scalar(
        select(Integration.id).where(Integration.id.in_([given, given.lower()]))
    )
    if found is None:
        raise unknown("integration", given, "Call list_integrations to see them.")
    return found


def create_block(workspace: Workspace, caller: Caller, wanted: CreateBlockArguments) -> tuple[str, list[str]]:
    """The new block's id and all of the notebook's block ids in order."""
    kind = known_type(wanted.type)
    check_content(wanted.type, wanted.content)
    check_metadata(wanted.type, wanted.metadata)
    if wanted.integration_id is not None and wanted.type != "sql":
        raise ToolRefused(f"integrationId is for sql blocks; this is a {wanted.type} block. Leave it out.")
    metadata = dict(wanted.metadata)
    if kind.executable and wanted.type.startswith("input-"):
        metadata.setdefault("deepnote_variable_name", "unnamed_variable")
    with workspace.writing() as connection:
        notebook = notebook_row(connection, caller, wanted.notebook_id, lock=True)
        if wanted.integration_id is not None:
            metadata["sql_integration_id"] = known_integration(connection, wanted.integration_id)
        order = block_ids(connection, notebook.id)
        position = _position(wanted.position, order)
        new_id = workspace.new_hex_id()
        now = workspace.now
        row = {
            "id": new_id,
            "notebook_id": notebook.id,
            "sorting_key": sorting_key(position),
            "block_group": workspace.new_hex_id(),
            "extra": {},
            "created_at": now,
            "updated_at": now,
            **block_values(wanted.type, wanted.content, metadata),
        }
        order.insert(position, new_id)
        connection.execute(insert(Block.__table__), row)  # type: ignore[arg-type]
        renumber(connection, notebook.id, order)
        touch(connection, workspace, notebook.id, notebook.project_id)
    workspace.changed(notebook.project_id)
    return new_id, order


def _position(wanted: int | None, order: Sequence[str]) -> int:
    if len(order) >= MOST_BLOCKS:
        raise ToolRefused(
            f"The notebook has {MOST_BLOCKS:,} blocks, the most it can have. Use another notebook."
        )
    if wanted is None:
        return len(order)
    if wanted > len(order):
        raise ToolRefused(
            f"position {wanted} is past the end: the notebook has {len(order)} blocks, so 0 to {len(order)} fit. "
            "Leave position out to add the block at the end."
        )
    return wanted


def renumber(connection: Connection, notebook_id: str, order: Sequence[str]) -> None:
    """Write the keys that say this order, where they don't already."""
    query = select(Block.id, Block.sorting_key).where(Block.notebook_id == notebook_id)
    keys = {row.id: row.sorting_key for row in connection.execute(query)}
    moved = [
        {"block": block_id, "key": sorting_key(position)}
        for position, block_id in enumerate(order)
        if keys[block_id] != sorting_key(position)
    ]
    if moved:
        statement = update(Block.__table__).where(Block.__table__.c.id == bindparam("block"))  # type: ignore[arg-type]
        connection.execute(statement.values(sorting_key=bindparam("key")), moved)


def update_block(workspace: Workspace, caller: Caller, wanted: UpdateBlockArguments) -> str:
    """Raises ToolRefused when nothing is to change or the block cannot take it."""
    if wanted.content is None and wanted.integration_id is None:
        raise ToolRefused("update_block needs content, integrationId, or both.")
    with workspace.writing() as connection:
        seen = block_row(connection, caller, wanted.block_id)
        notebook_row(connection, caller, seen.notebook_id, lock=True)
        block = block_row(connection, caller, wanted.block_id)  # as it is now that no one else can change it
        metadata, content = dict(block.metadata), block.content
        if wanted.content is not None:
            check_content(block.type, wanted.content)
            content = wanted.content
        if wanted.integration_id is not None:
            if block.type != "sql":
                raise ToolRefused(
                    f"Block {block.id!r} is a {block.type} block; only sql blocks have an integration. Leave integrationId out."
                )
            metadata["sql_integration_id"] = known_integration(connection, wanted.integration_id)
        values = block_values(block.type, content, metadata)
        table = Block.__table__
        connection.execute(
            update(table).where(table.c.id == block.id).values(**values, updated_at=workspace.now)  # type: ignore[arg-type]
        )
        touch(connection, workspace, block.notebook_id, block.project_id)
    workspace.changed(block.project_id)
    return str(block.id)


def reorder(
    workspace: Workspace, caller: Caller, notebook_id: str, moved: Sequence[str], placement: Placement
) -> tuple[list[str], bool]:
    """The order afterwards, and whether it is another than before."""
    with workspace.writing() as connection:
        notebook = notebook_row(connection, caller, notebook_id, lock=True)
        before = block_ids(connection, notebook.id)
        after = reordered(before, moved, placement)
        if after == before:
            return before, False
        renumber(connection, notebook.id, after)
        touch(connection, workspace, notebook.id, notebook.project_id)
    workspace.changed(notebook.project_id)
    return after, True


def reordered(before: Sequence[str], moved: Sequence[str], placement: Placement) -> list[str]:
    """Raises ToolRefused for a block named twice, one of another notebook, and an anchor that is not there or is itself moved."""
    there, chosen = set(before), set(moved)
    if len(chosen) != len(moved):
        twice = next(block for index, block in enumerate(moved) if block in moved[:index])
        raise ToolRefused(f"blockIds names {twice!r} twice. Name each block once.")
    if strangers := [block for block in moved if block not in there]:
        raise ToolRefused(
            f"The notebook has no block {strangers[0]!r}. Call get_notebook to see its blocks; nothing was moved.",
            status=404,
        )
    rest = [block for block in before if block not in chosen]
    if placement.type == "start":
        return [*moved, *rest]
    if placement.type == "end":
        return [*rest, *moved]
    if placement.block_id in chosen:
        raise ToolRefused(
            f"The anchor {placement.block_id!r} is itself among blockIds. Choose one that stays where it is."
        )
    if placement.block_id not in there:
        raise ToolRefused(
            f"The notebook has no block {placement.block_id!r} to move behind. Call get_notebook to see its blocks.",
            status=404,
        )
    at = rest.index(placement.block_id) + 1
    return [*rest[:at], *moved, *rest[at:]]
