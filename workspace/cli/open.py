"""`python -m workspace open FOLDER`: a folder of `.deepnote` files served as a workspace, each change written back to its file."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workspace.errors import SettingsWrong

if TYPE_CHECKING:
    from workspace.domain import Workspace

DATA = ".workspace"
"""The folder below the opened one for keys, integrations and runs; it tells git to pass it over."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "open",
        help="serve a folder of .deepnote files; each change is written back to its file",
        description="Files that are edited or checked out meanwhile are read again within a second. Keys, integrations and runs are kept "
        "in FOLDER/.workspace, which git passes over. For more settings, see: python -m workspace serve --help",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", default="8787", help="0 takes a free one (default: 8787)")
    parser.add_argument("--no-worker", action="store_true", help="start no run worker beside the server")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a data folder elsewhere")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.cli import serve
    from workspace.files.mirror import Follower, Mirror

    folder = arguments.folder.expanduser().resolve()
    if not folder.is_dir():
        raise SettingsWrong(f"There is no folder {arguments.folder}.")
    data = arguments.data or _own_data(folder)
    followers: list[Follower] = []

    def prepare(workspace: "Workspace") -> None:
        mirror = Mirror(workspace, folder, _tell)
        report = mirror.start()
        for words in report.refused.values():
            _tell(words)
        print(
            f"{sum(map(len, report.notebooks.values()))} notebooks from {len(report.notebooks)} files in {folder}"
        )
        followers.append(Follower(mirror, _tell))
        followers[0].start()

    own = argparse.ArgumentParser()
    serve.register(own.add_subparsers())
    options = ["serve", "--host", arguments.host, "--port", arguments.port, "--data", str(data)]
    if arguments.no_worker:
        options.append("--no-worker")
    try:
        return serve.run(own.parse_args(options), prepare)
    finally:
        for follower in followers:
            follower.stop()


def _own_data(folder: Path) -> Path:
    data = folder / DATA
    data.mkdir(mode=0o700, exist_ok=True)
    ignore = data / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return data


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
