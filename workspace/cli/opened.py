"""The workspace that a command acts on, and the options that name it."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workspace.domain import Workspace


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the data folder (default: $DEEPNOTE_WORKFLOWS_HOME/workspace)",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="postgresql://… instead of the data folder's SQLite file (default: $DEEPNOTE_WORKFLOWS_DATABASE)",
    )


@contextmanager
def opened(arguments: argparse.Namespace) -> "Iterator[Workspace]":
    from workspace.cli import data_folder, database_url
    from workspace.opening import open_store

    arguments.database = database_url(arguments.database)
    workspace = open_store(data_folder(arguments.data), database=arguments.database)
    try:
        yield workspace
    finally:
        workspace.close()


def id_of(workspace: "Workspace", kind: Literal["project", "notebook"], given: str) -> str:
    """The id of the project or notebook with this id or, if only one is called so, this name. Raises SettingsWrong."""
    from sqlalchemy import select

    from workspace.errors import SettingsWrong
    from workspace.store.schema import Notebook, Project

    table = Project if kind == "project" else Notebook
    with workspace.reading() as connection:
        if connection.scalar(select(table.id).where(table.id == given)) is not None:
            return given
        named = connection.scalars(select(table.id).where(table.name == given).order_by(table.id)).all()
    if len(named) == 1:
        return str(named[0])
    if named:
        raise SettingsWrong(f"Several {kind}s are called {given!r}: {', '.join(named)}. Give the id of one.")
    raise SettingsWrong(f"There is no {kind} {given!r} in this workspace. Give its id or its exact name.")


def note(workspace: "Workspace", action: str, **targets: str) -> None:
    """Put what the operator did into the audit trail."""
    import getpass

    from workspace.access import audit

    event = audit.Event(
        at=workspace.services.clock(),
        actor=getpass.getuser(),
        actor_type="operator",
        action=action,
        outcome="ok",
        client="command line",
        targets=targets,
    )
    audit.write(workspace.services.engine, [event])
