"""get_notebook, create_block, update_block, reorder_notebook_blocks."""

from workspace.contract.blocks import (
    BlockResult,
    CreateBlockArguments,
    CreateBlockResult,
    GetNotebookArguments,
    GetNotebookResult,
    NotebookResult,
    ProjectRef,
    ReorderArguments,
    ReorderResult,
    UpdateBlockArguments,
    UpdateBlockResult,
)
from workspace.domain import Caller, Workspace
from workspace.notebooks import blocks
from workspace.notebooks.inputs import input_of
from workspace.notebooks.reading import block_row, block_rows, notebook_row
from workspace.store.rows import AnyRow


def block_result(row: AnyRow) -> BlockResult:
    return BlockResult(
        id=row.id,
        type=row.type,
        content=row.content,
        metadata=row.metadata,
        block_group=row.block_group,
        sorting_key=row.sorting_key,
        integration_id=row.integration_id,
        content_hash=row.content_hash,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def get_notebook(
    workspace: Workspace, caller: Caller, arguments: GetNotebookArguments
) -> GetNotebookResult:
    with workspace.reading() as connection:
        notebook = notebook_row(connection, caller, arguments.notebook_id)
        rows = block_rows(connection, notebook.id)
    return GetNotebookResult(
        notebook=NotebookResult(
            id=notebook.id,
            name=notebook.name,
            project_id=notebook.project_id,
            project=ProjectRef(id=notebook.project_id, name=notebook.project_name),
            url=workspace.notebook_url(notebook.project_id, notebook.id),
            is_init=notebook.is_init,
            is_scheduled=notebook.is_scheduled,
            last_run_id=notebook.last_run_id,
            last_run_at=notebook.last_run_at,
            created_at=notebook.created_at,
            updated_at=notebook.updated_at,
            blocks=[block_result(row) for row in rows],
            inputs=[
                input_of(row.id, row.type, row.metadata) for row in rows if row.type.startswith("input-")
            ],
        )
    )


async def create_block(
    workspace: Workspace, caller: Caller, arguments: CreateBlockArguments
) -> CreateBlockResult:
    block_id, order = blocks.create_block(workspace, caller, arguments)
    return CreateBlockResult(
        block=_read_back(workspace, caller, block_id),
        notebook_block_ids=order if arguments.include_notebook_block_ids else None,
    )


async def update_block(
    workspace: Workspace, caller: Caller, arguments: UpdateBlockArguments
) -> UpdateBlockResult:
    return UpdateBlockResult(
        block=_read_back(workspace, caller, blocks.update_block(workspace, caller, arguments))
    )


def _read_back(workspace: Workspace, caller: Caller, block_id: str) -> BlockResult:
    with workspace.reading() as connection:
        return block_result(block_row(connection, caller, block_id))


async def reorder_notebook_blocks(
    workspace: Workspace, caller: Caller, arguments: ReorderArguments
) -> ReorderResult:
    order, changed = blocks.reorder(
        workspace, caller, arguments.notebook_id, arguments.block_ids, arguments.placement
    )
    return ReorderResult(notebook_id=arguments.notebook_id, block_ids=order, changed=changed)
