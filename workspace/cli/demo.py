"""`python -m workspace demo`: the demo workspace, made if it is not there, made anew with --reset."""

import argparse
from pathlib import Path


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("demo", help="make the demo workspace: real data, notebooks, earlier runs")
    parser.add_argument(
        "--data", type=Path, help="the data folder (default: $DEEPNOTE_WORKFLOWS_HOME/workspace)"
    )
    parser.add_argument(
        "--database", metavar="URL", help="postgresql://… instead of the data folder's SQLite file"
    )
    parser.add_argument(
        "--reset",
        action="store_true",
        help="delete all projects, integrations and runs of this workspace first",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.cli import data_folder
    from workspace.demo.seed import reset, seed_if_empty
    from workspace.opening import open_store

    data = data_folder(arguments.data)
    workspace = open_store(data, database=arguments.database)
    try:
        if arguments.reset:
            reset(workspace)
        seeded = seed_if_empty(workspace)
    finally:
        workspace.close()
    print(
        f"The demo workspace is in {data}."
        if seeded
        else f"The workspace in {data} is not empty; nothing was changed."
    )
    return 0
