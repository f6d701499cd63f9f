"""Snapshots from files become finished runs of their notebooks, with the outputs and times that they hold."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from workspace.domain import Workspace
from workspace.files.deepnote import BlockInFile, Document, FileInvalid, NotebookInFile
from workspace.files.storing import moment_of_text
from workspace.runs.document import RunBlock
from workspace.runs.schema import Run, RunBlockRow
from workspace.runs.snapshots import SUFFIX, write_snapshot
from workspace.store.schema import Notebook

SNAPSHOT_IDS = uuid.UUID("2f2b8a0e-7d0b-4b8e-9b35-6a1f3a5f0c77")


class About(NamedTuple):
    """What a run's row holds and its snapshot does not say."""

    id: str
    status: str
    created_at: datetime
    triggered_by: str = "api"
    error: Mapping[str, Any] | None = None
    sandbox: str | None = None


def store_snapshot(workspace: Workspace, document: Document, text: str, name: str) -> str | None:
    """The new run's id; None when this snapshot is here already. Raises FileInvalid when its notebook is not here."""
    notebook = document.project.notebooks[0] if document.project.notebooks else None
    if notebook is None:
        raise FileInvalid(f"{name}: the snapshot holds no notebook.")
    about = _about(document, notebook, text, name)
    with workspace.writing() as connection:
        if connection.scalar(select(Notebook.id).where(Notebook.id == notebook.id)) is None:
            raise FileInvalid(
                f"{name}: it is a snapshot of the notebook {notebook.id}, which is not here. Import that first."
            )
        if connection.scalar(select(Run.id).where(Run.id == about.id)) is not None:
            return None
        write_snapshot(workspace.services.data, about.id, text)
        store_run(connection, document, about)
    return about.id


def _about(document: Document, notebook: NotebookInFile, text: str, name: str) -> About:
    execution = document.execution or {}
    started = moment_of_text(execution.get("startedAt"))
    if started is None:
        raise FileInvalid(f"{name}: execution.startedAt is missing, so nobody knows when this run was.")
    broken = next((block for block in notebook.blocks if failed(block)), None)
    said = execution.get("error")
    error = None
    if broken is not None or isinstance(said, Mapping):
        shown = (
            next((one for one in (broken.outputs or []) if one.get("output_type") == "error"), {})
            if broken
            else {}
        )
        told = said if isinstance(said, Mapping) else {}
        error = {
            "message": str(told.get("message") or f"{shown.get('ename')}: {shown.get('evalue')}"),
            "category": "block",
            **({"blockId": broken.id, "blockType": broken.type} if broken else {}),
        }
    trigger = "schedule" if execution.get("triggeredBy") == "schedule" else "api"
    run_id = str(uuid.uuid5(SNAPSHOT_IDS, hashlib.sha256(text.encode()).hexdigest()))
    return About(run_id, "error" if error else "success", started, trigger, error)


def store_run(connection: Connection, document: Document, about: About) -> None:
    """The rows of a finished run. Its snapshot file is the caller's to write."""
    notebook = document.project.notebooks[0]
    execution = document.execution or {}
    blocks = [RunBlock(block.id, block.type, block.content, block.metadata) for block in notebook.blocks]
    ran = [block for block in notebook.blocks if block.execution_started_at]
    started = moment_of_text(execution.get("startedAt")) or about.created_at
    connection.execute(
        insert(Run).values(
            id=about.id,
            notebook_id=notebook.id,
            status=about.status,
            created_at=about.created_at,
            started_at=started,
            completed_at=moment_of_text(execution.get("finishedAt")) or started,
            triggered_by=about.triggered_by,
            inputs=execution.get("inputs") or {},
            blocks=[
                {"id": one.id, "type": one.type, "content": one.content, "metadata": dict(one.metadata)}
                for one in blocks
            ],
            attempt=1,
            blocks_total=sum(block.executable for block in blocks),
            blocks_done=sum(not failed(block) for block in ran),
            error=about.error,
            sandbox=about.sandbox,
            snapshot=f"{about.id}{SUFFIX}",
        )
    )
    if ran:
        connection.execute(insert(RunBlockRow), [_row(about.id, *one) for one in enumerate(ran)])
    newest = connection.scalar(select(Notebook.last_run_at).where(Notebook.id == notebook.id))
    if newest is None or newest <= about.created_at:
        latest = {"last_run_id": about.id, "last_run_at": about.created_at}
        connection.execute(update(Notebook).where(Notebook.id == notebook.id).values(**latest))


def _row(run_id: str, position: int, block: BlockInFile) -> dict[str, Any]:
    started = moment_of_text(block.execution_started_at)
    return {
        "run_id": run_id,
        "position": position,
        "block_id": block.id,
        "status": "error" if failed(block) else "success",
        "started_at": started,
        "finished_at": moment_of_text(block.execution_finished_at) or started,
        "execution_count": block.execution_count,
        "truncated": False,
        "outputs": block.outputs or [],
    }


def failed(block: BlockInFile) -> bool:
    return any(output.get("output_type") == "error" for output in block.outputs or [])
