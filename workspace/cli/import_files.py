"""`python -m workspace import`: files and folders of `.deepnote` and `.ipynb` into the workspace."""

import argparse
import sys
from pathlib import Path

from workspace.cli.opened import add_options, note, opened


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "import",
        help="read .deepnote and .ipynb files, or a folder of them",
        description="A notebook that is here already is replaced by the file's. A file that is not valid is refused; the others go in. "
        "Exit code 1 when a file was refused.",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="a file or a folder")
    parser.add_argument(
        "--project",
        metavar="NAME",
        help="where .ipynb files go (default: a project called like their folder)",
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.files.folders import import_path

    with opened(arguments) as workspace:
        report = import_path(workspace, arguments.path, arguments.project)
        note(workspace, "files.import", path=str(arguments.path))
    for file, ids in report.notebooks.items():
        print(f"{file}: {', '.join(ids)}")
    for file in report.snapshots:
        print(f"{file}: a run")
    for words in report.refused.values():
        print(words, file=sys.stderr)
    count = sum(len(ids) for ids in report.notebooks.values())
    print(f"{count} notebooks and {len(report.snapshots)} runs read, {len(report.refused)} files refused.")
    return 1 if report.refused else 0
