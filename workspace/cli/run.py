"""`python -m workspace run`: what waits and runs, and how to end it."""

import argparse
from typing import TYPE_CHECKING

from workspace.cli.opened import add_options, opened

if TYPE_CHECKING:
    from workspace.domain import Workspace


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("run", help="show the runs that wait or go on, and stop one")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the runs that wait or go on, in the order of the queue")
    stopping = actions.add_parser("stop", help="end a run")
    stopping.add_argument("run_id", metavar="RUN", help="the run's id")
    for action in (listing, stopping):
        add_options(action)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    with opened(arguments) as workspace:
        return _list(workspace) if arguments.action == "list" else _stop(workspace, arguments.run_id)


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
