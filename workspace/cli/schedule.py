"""`python -m workspace schedule`: a notebook's calendar."""

import argparse
from typing import TYPE_CHECKING

from workspace.cli.opened import add_options, id_of, opened

if TYPE_CHECKING:
    from workspace.domain import Workspace
    from workspace.schedules import book

MISSED = "A time that was missed is made up for once if it is at most an hour old; the others are skipped and counted."

NOTEBOOK = "the notebook's id, or its name if no other has it"


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("schedule", help="run a notebook by the calendar", description=MISSED)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="set a notebook's schedule", description=MISSED)
    adding.add_argument("notebook", metavar="NOTEBOOK", help=NOTEBOOK)
    adding.add_argument("--cron", required=True, help='minute hour day month weekday, such as "0 7 * * 1"')
    adding.add_argument("--timezone", default="UTC", help="such as Europe/Prague (default: UTC)")
    add_options(adding)
    add_options(actions.add_parser("list", help="every schedule, the next first"))
    for action, words in (
        ("remove", "take a notebook's schedule away"),
        ("pause", "keep it, but run nothing"),
        ("resume", "go on from the next time"),
    ):
        one = actions.add_parser(action, help=words)
        one.add_argument("notebook", metavar="NOTEBOOK", help=NOTEBOOK)
        add_options(one)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    with opened(arguments) as workspace:
        return _act(workspace, arguments)


def _act(workspace: "Workspace", arguments: argparse.Namespace) -> int:
    from workspace.domain import local_caller
    from workspace.errors import SettingsWrong
    from workspace.schedules import book

    me = local_caller()
    notebook = "" if arguments.action == "list" else id_of(workspace, "notebook", arguments.notebook)
    match arguments.action:
        case "add":
            first = book.add(workspace, me, notebook, arguments.cron, arguments.timezone)
            print(f"Scheduled. First run: {first:%Y-%m-%d %H:%M} UTC, by a worker that runs then.")
            return 0
        case "list":
            return _list(book.listed(workspace, me))
        case "remove":
            there, done = book.remove(workspace, me, notebook), "Removed."
        case "pause":
            there, done = book.pause(workspace, me, notebook), "Paused."
        case _:
            there, done = book.pause(workspace, me, notebook, paused=False), "Goes on."
    if not there:
        raise SettingsWrong(
            f"The notebook {arguments.notebook} has no schedule. See: python -m workspace schedule list"
        )
    print(done)
    return 0


def _list(lines: "list[book.Line]") -> int:
    if not lines:
        print('No schedules. Add one: python -m workspace schedule add NOTEBOOK --cron "0 7 * * 1"')
    for line in lines:
        when = "paused" if line.paused else f"next {line.next_at:%Y-%m-%d %H:%M} UTC"
        last = (
            f"last {line.last_at:%Y-%m-%d %H:%M} UTC, run {line.last_run_id}" if line.last_at else "never run"
        )
        missed = f", {line.missed} skipped" if line.missed else ""
        print(f"{line.notebook_id}  {line.cron!r} {line.timezone}  {when}, {last}{missed}  {line.notebook}")
    return 0
