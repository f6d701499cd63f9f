"""`python -m workspace run`: what waits and runs, and how to end it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workspace.domain import Workspace


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("run", help="show the runs that wait or go on, and stop one")
    parser.add_argument("--data", type=Path, help="the data folder")
    parser.add_argument(
        "--database", metavar="URL", help="postgresql://… instead of the data folder's SQLite file"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the runs that wait or go on, in the order of the queue")
    actions.add_parser("stop", help="end a run").add_argument("run_id", metavar="RUN", help="the run's id")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.cli import data_folder
    from workspace.opening import open_store

    workspace = open_store(data_folder(arguments.data), database=arguments.database)
    try:
        return _list(workspace) if arguments.action == "list" else _stop(workspace, arguments.run_id)
    finally:
        workspace.close()


def _stop(workspace: "Workspace", run_id: str) -> int:
    from workspace.domain import local_caller
    from workspace.tools.runs import stop_run

    status = stop_run(workspace, local_caller(), run_id)
    said = {"running": "Asked to stop; it ends within a second or two.", "stopped": "Stopped."}
    print(said.get(status, f"It was over already: {status}."))
    return 0


def _list(workspace: "Workspace") -> int:
    from sqlalchemy import select

    from workspace.runs.schema import Run
    from workspace.store.schema import Notebook

    wanted = (
        select(Run.id, Run.status, Run.blocks_done, Run.blocks_total, Run.created_at, Notebook.name)
        .join(Notebook, Notebook.id == Run.notebook_id)
        .where(Run.status.in_(("pending", "running")))
        .order_by(Run.seq)
    )
    with workspace.reading() as connection:
        rows = connection.execute(wanted).all()
    for row in rows:
        done = f"{row.blocks_done}/{row.blocks_total} blocks"
        print(f"{row.id}  {row.status:8}  {done}  asked {row.created_at:%Y-%m-%d %H:%M:%S} UTC  {row.name}")
    if not rows:
        print("Nothing waits and nothing runs.")
    return 0
