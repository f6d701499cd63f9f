"""The record of a finished run: its notebook as it was, with outputs, as a `.snapshot.deepnote` text."""

import platform
from typing import Any

from sqlalchemy import select

from workspace.domain import Workspace
from workspace.files.deepnote import BlockInFile
from workspace.files.documents import moment_text, notebook_document
from workspace.files.snapshots import snapshot_text
from workspace.notebooks.blocks import content_hash, sorting_key
from workspace.runs.executor import BlockDone
from workspace.runs.worker import Ended
from workspace.store.schema import Notebook


def snapshot_of(workspace: Workspace, ended: Ended) -> str | None:
    """The snapshot's text. Blocks stand as they were when the run was asked for, also if they changed since.

    None if the notebook was deleted meanwhile.
    """
    with workspace.reading() as connection:
        if connection.scalar(select(Notebook.id).where(Notebook.id == ended.notebook_id)) is None:
            return None
        document = notebook_document(connection, ended.notebook_id)
    now = {block.id: block for block in document.project.notebooks[0].blocks}
    blocks = []
    for position, block in enumerate(ended.blocks):
        fields: dict[str, Any] = {
            "id": block.id,
            "block_group": now[block.id].block_group if block.id in now else block.id,
            "sorting_key": sorting_key(position),
            "type": block.type,
            "content": block.content,
            "metadata": dict(block.metadata),
        }
        if digest := content_hash(block.content):
            fields["content_hash"] = digest
        done = ended.done.get(block.id)
        blocks.append(BlockInFile(**fields, **(_ran(done) if done else {})))
    failed = sum(done.error is not None for done in ended.done.values())
    execution: dict[str, Any] = {
        "startedAt": moment_text(ended.started_at),
        "finishedAt": moment_text(ended.finished_at),
        "triggeredBy": "schedule" if ended.triggered_by == "schedule" else "api",
        "inputs": dict(ended.inputs),
        "summary": {
            "blocksExecuted": len(ended.done),
            "blocksSucceeded": len(ended.done) - failed,
            "blocksFailed": failed,
            "totalDurationMs": round((ended.finished_at - ended.started_at).total_seconds() * 1000),
        },
    }
    if ended.error is not None:
        execution["error"] = {
            "name": ended.error.ename or ended.status,
            "message": ended.error.message,
            "traceback": [],
        }
    environment = {"python": {"version": platform.python_version()}, "platform": platform.system().lower()}
    return snapshot_text(document, blocks, execution, environment)


def _ran(done: BlockDone) -> dict[str, Any]:
    return {
        "execution_count": done.execution_count,
        "execution_started_at": moment_text(done.started_at),
        "execution_finished_at": moment_text(done.finished_at),
        "outputs": done.outputs,
    }
