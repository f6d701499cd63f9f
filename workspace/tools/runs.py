"""create_run, get_run, list_notebook_runs: thin over the queue in the store."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from workspace.contract.runs import (
    CreateRunArguments,
    CreateRunResult,
    GetRunArguments,
    GetRunResult,
    ListNotebookRunsArguments,
    RunError,
    RunLine,
    RunProgress,
    RunResult,
    RunsPage,
    SnapshotBlock,
)
from workspace.domain import Caller, Workspace
from workspace.errors import ToolRefused, unknown
from workspace.pages import pager
from workspace.runs.document import RunBlock
from workspace.runs.inputs import InputRefused, check_inputs
from workspace.runs.queue import add_run, queue_position, request_stop
from workspace.runs.schema import TERMINAL, Run, RunBlockRow
from workspace.runs.snapshots import inline_snapshot, snapshot_link
from workspace.runs.wake import wake_workers
from workspace.store.schema import Block, Notebook

INLINE_OUTPUT_BYTES = 1_000_000
"""Of all outputs together when a snapshot is asked for as blocks."""
FIND_NOTEBOOK = "Call list_projects or search to find notebooks."
FIND_RUN = "Call list_notebook_runs to find a notebook's runs."


async def create_run(workspace: Workspace, caller: Caller, arguments: CreateRunArguments) -> CreateRunResult:
    run_id = start_run(workspace, caller, arguments.notebook_id, arguments.inputs)
    with workspace.reading() as connection:
        run = connection.execute(select(Run.status, Run.created_at).where(Run.id == run_id)).one()
    return CreateRunResult(run_id=run_id, status=run.status, created_at=run.created_at)


def start_run(
    workspace: Workspace,
    caller: Caller,
    notebook_id: str,
    inputs: dict[str, Any],
    triggered_by: str = "api",
    policy: str = "fail",
) -> str:
    """Queues a run of the notebook as it stands and wakes the workers; the run's id. Raises ToolRefused."""
    run_id = workspace.new_id()
    with workspace.writing() as connection:
        _require_notebook(connection, caller, notebook_id)
        blocks = blocks_of(connection, notebook_id)
        try:
            check_inputs(blocks, inputs)
        except InputRefused as refused:
            raise ToolRefused(f"{refused} The run was not started.") from None
        add_run(
            connection,
            run_id=run_id,
            notebook_id=notebook_id,
            blocks=blocks,
            inputs=inputs,
            now=workspace.now,
            policy=policy,
            triggered_by=triggered_by,
            requested_by=caller.user_id,
        )
    wake_workers(workspace.services.data)
    return run_id


def stop_run(workspace: Workspace, caller: Caller, run_id: str) -> str:
    """Ends a waiting run, asks a running one to end; its status after that. Raises ToolRefused."""
    with workspace.writing() as connection:
        _require_run(connection, caller, run_id)
        status = request_stop(connection, run_id, workspace.now)
    wake_workers(workspace.services.data)
    return status or "stopped"


def blocks_of(connection: Connection, notebook_id: str) -> list[RunBlock]:
    """The notebook's blocks in order."""
    wanted = select(Block.id, Block.type, Block.content, Block.block_metadata)
    rows = connection.execute(
        wanted.where(Block.notebook_id == notebook_id).order_by(Block.sorting_key, Block.id)
    )
    return [RunBlock(row.id, row.type, row.content, row.metadata) for row in rows]


def _require_notebook(connection: Connection, caller: Caller, notebook_id: str) -> None:
    visible = select(Notebook.id).where(Notebook.id == notebook_id, caller.sees(Notebook.project_id))
    if connection.execute(visible).first() is None:
        raise unknown("notebook", notebook_id, FIND_NOTEBOOK)


def _require_run(connection: Connection, caller: Caller, run_id: str) -> Row[Any]:
    visible = (
        select(Run.__table__)
        .join(Notebook, Notebook.id == Run.notebook_id)
        .where(Run.id == run_id, caller.sees(Notebook.project_id))
    )
    run = connection.execute(visible).first()
    if run is None:
        raise unknown("run", run_id, FIND_RUN)
    return run


async def get_run(workspace: Workspace, caller: Caller, arguments: GetRunArguments) -> GetRunResult:
    with workspace.reading() as connection:
        run = _require_run(connection, caller, arguments.run_id)
        position = queue_position(connection, run.seq) if run.status == "pending" else None
        delivered = _deliver(workspace, connection, run, arguments.snapshot_delivery)
        error = _error(connection, run)
    return GetRunResult(
        run=RunResult(
            run_id=run.id,
            notebook_id=run.notebook_id,
            status=run.status,
            error=error,
            created_at=run.created_at,
            started_at=run.started_at,
            completed_at=run.completed_at,
            inputs=run.inputs,
            queue_position=position,
            progress=RunProgress(
                blocks_done=run.blocks_done,
                blocks_total=run.blocks_total,
                current_block_id=run.current_block_id,
            ),
            sandbox=run.sandbox,
            **delivered,
        )
    )


def _error(connection: Connection, run: Row[Any]) -> RunError | None:
    """The run's error, with the traceback of the block that failed."""
    if run.error is None:
        return None
    block = run.error.get("blockId")
    outputs = connection.scalar(
        select(RunBlockRow.outputs).where(RunBlockRow.run_id == run.id, RunBlockRow.block_id == block)
    )
    traceback = [one["traceback"] for one in outputs or [] if one.get("output_type") == "error"]
    return RunError.model_validate({**run.error, "traceback": traceback[-1] if traceback else None})


def _deliver(workspace: Workspace, connection: Connection, run: Row[Any], delivery: str) -> dict[str, Any]:
    """The four snapshot fields, as the caller wants them; all empty until the run is over."""
    fields: dict[str, Any] = {
        "snapshot_content": None,
        "snapshot_download_url": None,
        "snapshot_expires_at": None,
        "snapshot_truncated": False,
        "snapshot_blocks": None,
    }
    if run.status not in TERMINAL:
        return fields
    rows = connection.execute(
        select(RunBlockRow.block_id, RunBlockRow.truncated, RunBlockRow.outputs)
        .where(RunBlockRow.run_id == run.id)
        .order_by(RunBlockRow.position)
        if delivery == "blocks"
        else select(RunBlockRow.block_id, RunBlockRow.truncated).where(RunBlockRow.run_id == run.id)
    ).all()
    fields["snapshot_truncated"] = any(row.truncated for row in rows)
    if delivery == "blocks":
        fields["snapshot_blocks"], cut = _blocks(run, {row.block_id: row.outputs for row in rows})
        fields["snapshot_truncated"] |= cut
        return fields
    path = workspace.services.data / "snapshots" / (run.snapshot or "")
    if run.snapshot is None or not path.is_file():
        return fields
    if delivery == "inline":
        content, cut = inline_snapshot(path)
        return fields | {
            "snapshot_content": content,
            "snapshot_truncated": fields["snapshot_truncated"] or cut,
        }
    link, until = snapshot_link(workspace.signing_key, run.id, workspace.now)
    return fields | {"snapshot_download_url": workspace.services.origin + link, "snapshot_expires_at": until}


def _blocks(run: Row[Any], outputs: dict[str, list[dict[str, Any]]]) -> tuple[list[SnapshotBlock], bool]:
    """Every block of the notebook as it ran; outputs past the bound are left out, with a marker in their place."""
    room, cut, made = INLINE_OUTPUT_BYTES, False, []
    for block in run.blocks:
        kept = []
        for output in outputs.get(block["id"], []):
            weight = len(json.dumps(output, ensure_ascii=False))
            if weight > room:
                cut = True
                text = "[outputs cut here: fetch snapshotDownloadUrl for all of them]\n"
                kept.append({"output_type": "stream", "name": "stderr", "text": text})
                break
            room -= weight
            kept.append(output)
        made.append(
            SnapshotBlock(id=block["id"], type=block["type"], outputs=kept, metadata=block["metadata"])
        )
    return made, cut


async def list_notebook_runs(
    workspace: Workspace, caller: Caller, arguments: ListNotebookRunsArguments
) -> RunsPage:
    pages = pager(workspace, caller, "list_notebook_runs", arguments, keys=1)
    wanted = select(Run.seq, Run.id, Run.notebook_id, Run.status, Run.created_at, Run.completed_at)
    wanted = (
        wanted.where(Run.notebook_id == arguments.notebook_id).order_by(Run.seq.desc()).limit(pages.limit)
    )
    if pages.after is not None:
        wanted = wanted.where(Run.seq < int(pages.after[0]))
    with workspace.reading() as connection:
        _require_notebook(connection, caller, arguments.notebook_id)
        rows: Sequence[Any] = connection.execute(wanted).all()
    shown, pagination = pages.page(rows, lambda row: [row.seq])
    lines = [
        RunLine(
            run_id=row.id,
            notebook_id=row.notebook_id,
            status=row.status,
            created_at=row.created_at,
            completed_at=row.completed_at,
        )
        for row in shown
    ]
    return RunsPage(runs=lines, pagination=pagination)


__all__ = ["blocks_of", "create_run", "get_run", "list_notebook_runs", "start_run", "stop_run"]
