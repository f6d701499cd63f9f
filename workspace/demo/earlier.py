"""Earlier runs of the demo: snapshots of runs that really ran, packaged with the times at which they did."""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files

from workspace.domain import Workspace
from workspace.files.deepnote import Document
from workspace.files.history import About, store_run
from workspace.files.snapshots import read_snapshot
from workspace.runs.snapshots import SUFFIX

INDEX = "runs.json"
"""What a run's row holds and its snapshot does not: id, status, error; the runs in the order in which they were asked for."""


def store_earlier_runs(workspace: Workspace) -> None:
    """Put the packaged snapshots into the store as finished runs. `python -m workspace.demo.regenerate` makes them anew."""
    folder = workspace.services.data / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    packaged = _packaged()
    for about, text, _ in packaged:
        (folder / f"{about.id}{SUFFIX}").write_text(text, encoding="utf-8")
    with workspace.writing() as connection:
        for about, _, document in packaged:
            store_run(connection, document, about)


@cache
def _packaged() -> list[tuple[About, str, Document]]:
    folder = files("workspace.demo").joinpath("runs")
    packaged = []
    for one in json.loads(folder.joinpath(INDEX).read_text(encoding="utf-8")):
        text = folder.joinpath(one["snapshot"]).read_text(encoding="utf-8")
        asked = datetime.fromisoformat(one["createdAt"])
        about = About(one["id"], one["status"], asked, one["triggeredBy"], one["error"], one["sandbox"])
        packaged.append((about, text, read_snapshot(text, one["snapshot"])))
    return packaged
