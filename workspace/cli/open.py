"""`python -m workspace open FOLDER`: a folder of `.deepnote` files served as a workspace, each change written back to its file."""

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workspace.cli.serve import add_serving_options, serve
from workspace.errors import SettingsWrong, WorkspaceError

if TYPE_CHECKING:
    from workspace.domain import Workspace
    from workspace.folder import OpenFolder

DATA = ".workspace"
"""The folder below the opened one for keys, integrations and runs; it tells git to pass it over."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "open",
        help="serve a folder of .deepnote files; each change is written back to its file",
        description="Files that are edited or checked out meanwhile are read again within a second. Keys, integrations and runs are kept "
        "in FOLDER/.workspace, which git passes over, or where --data says.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    add_serving_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    folder = arguments.folder.expanduser().resolve()
    if not folder.is_dir():
        raise SettingsWrong(f"There is no folder {arguments.folder}. Make it, or name another one.")
    if arguments.database:
        raise SettingsWrong(
            "open drops what no file of the folder holds, so it takes no --database that others may use."
        )
    data = arguments.data.expanduser().resolve() if arguments.data else _own_data(folder)
    return serve(arguments, data, lambda workspace: _followed(workspace, folder))


@contextmanager
def _followed(workspace: "Workspace", folder: Path) -> "Iterator[None]":
    """The folder read in, and looked at once a second until the end."""
    from workspace.folder import OpenFolder

    opened = OpenFolder(workspace, folder, _tell)
    count = opened.open()
    print(
        f"{count} files of {folder} are open; keys and runs are kept in {workspace.services.data}", flush=True
    )
    ended = threading.Event()
    follower = threading.Thread(target=_follow, args=(opened, ended), name="folder", daemon=True)
    follower.start()
    try:
        yield
    finally:
        ended.set()
        follower.join(timeout=10)


def _follow(opened: "OpenFolder", ended: threading.Event) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from workspace.folder import LOOK_AGAIN

    while not ended.wait(LOOK_AGAIN):
        try:
            opened.look()
        except OSError as failed:  # a file that went away between being seen and being read
            _tell(f"{failed.filename}: {failed.strerror}. It is looked at again.")
        except (WorkspaceError, SQLAlchemyError) as failed:  # one look that fails must not be the last
            _tell(f"The folder could not be read in ({type(failed).__name__}). It is looked at again.")


def _own_data(folder: Path) -> Path:
    data = folder / DATA
    data.mkdir(mode=0o700, exist_ok=True)
    ignore = data / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return data


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
