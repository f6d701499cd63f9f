"""Makes the packaged earlier runs anew, by really running the demo's notebooks: `python -m workspace.demo.regenerate`."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from workspace.demo.earlier import INDEX
from workspace.demo.names import demo_id, notebook_id
from workspace.demo.seed import seed_if_empty
from workspace.domain import Workspace, local_caller
from workspace.files.snapshots import read_snapshot
from workspace.keeping import keep_worker
from workspace.opening import open_store
from workspace.runs.schema import TERMINAL, Run
from workspace.tools.runs import start_run

RUNS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("Labour market", "Monthly KPIs archive", {}),
    ("Team notes", "Scratchpad", {}),
    ("Labour market", "Monthly KPIs", {"up_to": "2015-10-31"}),
    ("Team notes", "Broken import", {}),
    ("Markets", "Weekly KPIs", {}),
    ("Labour market", "Monthly KPIs", {"up_to": "2015-11-30"}),
)
"""Project, notebook and inputs, in the order in which they are asked for. The other notebooks have never been run."""
LONGEST_WAIT = 120.0


async def main() -> None:
    folder = Path(__file__).with_name("runs")
    folder.mkdir(exist_ok=True)
    (folder / INDEX).write_text("[]\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as data:
        workspace = open_store(Path(data))
        try:
            seed_if_empty(workspace)
            async with keep_worker(Path(data), None):
                index = [await _ran(workspace, folder, number, *one) for number, one in enumerate(RUNS, 1)]
        finally:
            workspace.close()
    (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    kept = {INDEX, *(about["snapshot"] for about in index)}
    for file in folder.iterdir():
        if file.name not in kept:
            file.unlink()


async def _ran(
    workspace: Workspace, folder: Path, number: int, project: str, name: str, inputs: Mapping[str, Any]
) -> dict[str, Any]:
    run_id = start_run(workspace, local_caller(), notebook_id(project, name), dict(inputs))
    async with asyncio.timeout(LONGEST_WAIT):
        while (run := _row(workspace, run_id)).status not in TERMINAL:  # noqa: ASYNC110 - the store has no event for it
            await asyncio.sleep(0.2)
    text = (workspace.services.data / "snapshots" / run.snapshot).read_text(encoding="utf-8")
    for private in (str(workspace.services.data), str(Path(__file__).parents[2]), str(Path.home())):
        if private in text:
            raise SystemExit(f"The snapshot of {name} names a folder of this machine: {private}")
    read_snapshot(text, name)
    file = f"{number:02d}-{name.lower().replace(' ', '-')}.snapshot.deepnote"
    (folder / file).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{name}: {run.status}, {len(text):,} characters\n")
    return {
        "snapshot": file,
        "id": demo_id(f"run:{number}:{project}/{name}"),
        "createdAt": run.created_at.isoformat(),
        "status": run.status,
        "triggeredBy": run.triggered_by,
        "error": run.error,
        "sandbox": run.sandbox,
    }


def _row(workspace: Workspace, run_id: str) -> Any:
    with workspace.reading() as connection:
        return connection.execute(select(Run).where(Run.id == run_id)).one()


if __name__ == "__main__":
    asyncio.run(main())
