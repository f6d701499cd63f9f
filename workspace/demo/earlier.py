"""Earlier runs of the demo: snapshots of runs that really ran, packaged with the times at which they did."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, insert, update

from workspace.domain import Workspace
from workspace.files.deepnote import BlockInFile, Document
from workspace.files.snapshots import read_snapshot
from workspace.runs.document import RunBlock
from workspace.runs.schema import Run, RunBlockRow
from workspace.runs.snapshots import SUFFIX
from workspace.store.schema import Notebook

INDEX = "runs.json"
"""What a run's row holds and its snapshot does not: id, status, error; the runs in the order in which they were asked for."""


def store_earlier_runs(workspace: Workspace) -> None:
    """Put the packaged snapshots into the store as finished runs. `python -m workspace.demo.regenerate` makes them anew."""
    folder = workspace.services.data / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    packaged = _packaged()
    for about, text, _ in packaged:
        (folder / f"{about['id']}{SUFFIX}").write_text(text, encoding="utf-8")
    with workspace.writing() as connection:
        for about, _, document in packaged:
            _store(connection, about, document)


@cache
def _packaged() -> list[tuple[dict[str, Any], str, Document]]:
    folder = files("workspace.demo").joinpath("runs")
    index = json.loads(folder.joinpath(INDEX).read_text(encoding="utf-8"))
    read = [(about, folder.joinpath(about["snapshot"]).read_text(encoding="utf-8")) for about in index]
    return [(about, text, read_snapshot(text, about["snapshot"])) for about, text in read]


def _store(connection: Connection, about: Mapping[str, Any], document: Document) -> None:
    notebook = document.project.notebooks[0]
    execution = document.execution or {}
    blocks = [RunBlock(block.id, block.type, block.content, block.metadata) for block in notebook.blocks]
    ran = [block for block in notebook.blocks if block.execution_started_at]
    asked = datetime.fromisoformat(about["createdAt"])
    connection.execute(
        insert(Run).values(
            id=about["id"],
            notebook_id=notebook.id,
            status=about["status"],
            created_at=asked,
            started_at=datetime.fromisoformat(execution["startedAt"]),
            completed_at=datetime.fromisoformat(execution["finishedAt"]),
            triggered_by=about["triggeredBy"],
            inputs=execution.get("inputs") or {},
            blocks=[
                {"id": one.id, "type": one.type, "content": one.content, "metadata": one.metadata}
                for one in blocks
            ],
            attempt=1,
            blocks_total=sum(block.executable for block in blocks),
            blocks_done=sum(not _failed(block) for block in ran),
            error=about["error"],
            sandbox=about["sandbox"],
            snapshot=f"{about['id']}{SUFFIX}",
        )
    )
    if ran:
        connection.execute(insert(RunBlockRow), [_row(about["id"], *one) for one in enumerate(ran)])
    newest = update(Notebook).where(Notebook.id == notebook.id)
    connection.execute(newest.values(last_run_id=about["id"], last_run_at=asked))


def _row(run_id: str, position: int, block: BlockInFile) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "position": position,
        "block_id": block.id,
        "status": "error" if _failed(block) else "success",
        "started_at": datetime.fromisoformat(block.execution_started_at or ""),
        "finished_at": datetime.fromisoformat(block.execution_finished_at or ""),
        "execution_count": block.execution_count,
        "truncated": False,
        "outputs": block.outputs or [],
    }


def _failed(block: BlockInFile) -> bool:
    return any(output.get("output_type") == "error" for output in block.outputs or [])
