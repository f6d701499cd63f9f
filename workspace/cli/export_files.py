"""`python -m workspace export`: notebooks as files, one each, in a folder a project."""

import argparse
from pathlib import Path

from workspace.cli.opened import add_options, note, opened


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("export", help="write notebooks as .deepnote or .ipynb files")
    parser.add_argument(
        "what", nargs="*", metavar="NAME", help="projects and notebooks, by name or id (default: all)"
    )
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--ipynb", action="store_true", help="as Jupyter notebooks")
    parser.add_argument("--snapshots", action="store_true", help="the snapshots of their runs too")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.files.folders import chosen, export

    with opened(arguments) as workspace:
        ids = chosen(workspace, arguments.what)
        written = export(
            workspace, ids, arguments.to, as_ipynb=arguments.ipynb, snapshots=arguments.snapshots
        )
        note(workspace, "files.export", path=str(arguments.to))
    for file in written:
        print(file)
    print(f"{len(written)} files written.")
    return 0
