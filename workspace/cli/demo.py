"""`python -m workspace demo`: the demo workspace, made if it is not there, made anew with --reset."""

import argparse

from workspace.cli.opened import add_options, opened


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("demo", help="make the demo workspace: real data, notebooks, earlier runs")
    add_options(parser)
    parser.add_argument(
        "--reset",
        action="store_true",
        help="delete all projects, integrations and runs of this workspace first",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.demo.seed import reset, seed_if_empty

    with opened(arguments) as workspace:
        data = workspace.services.data
        if arguments.reset:
            reset(workspace)
        seeded = seed_if_empty(workspace)
    print(
        f"The demo workspace is in {data}."
        if seeded
        else f"The workspace in {data} is not empty; nothing was changed."
    )
    return 0
