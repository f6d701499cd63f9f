"""`python -m workspace integration`: connections to data, their credentials read from the terminal, the environment or a file."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workspace.cli.opened import add_options, note, opened
from workspace.errors import SettingsWrong, WorkspaceError

if TYPE_CHECKING:
    from workspace.domain import Workspace
    from workspace.integrations.book import Entry


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("integration", help="connect databases: add, test, refresh, list, remove")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _adding(actions.add_parser("add", help="connect a database, a file or a folder of files"))
    for action, words in (
        ("test", "connect once and say how it went"),
        ("refresh", "read the tables and columns anew; all integrations if none is named"),
        ("remove", "forget the connection; SQL blocks that name it stay as they are"),
    ):
        one = actions.add_parser(action, help=words)
        one.add_argument(
            "name", metavar="NAME", nargs="?" if action == "refresh" else None, help="the name or the id"
        )
        add_options(one)
    listing = actions.add_parser("list", help="every integration and the age of its structure")
    add_options(listing)
    parser.set_defaults(run=run)


def _adding(adding: argparse.ArgumentParser) -> None:
    adding.add_argument("name", metavar="NAME", help='such as "Sales"')
    adding.add_argument(
        "--type", required=True, metavar="TYPE", help="pgsql, mysql, mariadb, sqlite, duckdb, csv, parquet, …"
    )
    where = adding.add_argument_group("where it is")
    where.add_argument("--path", metavar="PATH", help="the file or folder of sqlite, duckdb, csv and parquet")
    where.add_argument("--host", metavar="HOST")
    where.add_argument("--port", type=int, metavar="PORT")
    where.add_argument("--user", metavar="USER")
    where.add_argument("--db", metavar="NAME", help="the database on that host")
    where.add_argument(
        "--url", metavar="URL", help="a SQLAlchemy URL instead, such as snowflake://USER@ACCOUNT/DB"
    )
    secret = adding.add_argument_group("the password (asked for on a terminal if none of these is given)")
    secret.add_argument("--password-env", metavar="VARIABLE", help="the environment variable that holds it")
    secret.add_argument("--password-file", type=Path, metavar="FILE", help="the file that holds it")
    secret.add_argument("--no-password", action="store_true", help="there is none")
    adding.add_argument(
        "--writable", action="store_true", help="SQL may write (default: the database refuses it)"
    )
    adding.add_argument("--description", metavar="TEXT", help="what a person should know of it")
    adding.add_argument("--no-refresh", action="store_true", help="do not connect and read the tables now")
    add_options(adding)


def run(arguments: argparse.Namespace) -> int:
    with opened(arguments) as workspace:
        match arguments.action:
            case "add":
                return _add(workspace, arguments)
            case "list":
                return _list(workspace)
            case "refresh":
                return _refresh(workspace, arguments.name)
            case "test":
                return _test(workspace, arguments.name)
            case _:
                return _remove(workspace, arguments.name)


def _add(workspace: "Workspace", arguments: argparse.Namespace) -> int:
    from workspace.integrations import book
    from workspace.integrations.connecting import Said, has_password, kind_of, secret_from
    from workspace.integrations.kinds import READ_ONLY_KINDS

    kind = kind_of(arguments.type)
    if arguments.writable and kind.type in READ_ONLY_KINDS:
        raise SettingsWrong(f"{kind.title} are only read. Leave --writable out.")
    if has_password(kind, arguments.url):
        print(
            "The URL holds a password: others on this machine can see it while the command runs, and the shell keeps it. "
            "Next time leave it out; it is asked for.",
            file=sys.stderr,
        )
        password = None
    else:
        password = _password(arguments) if kind.network else None
    said = Said(arguments.url, arguments.path, arguments.host, arguments.port, arguments.user, arguments.db)
    secret = secret_from(kind, said, password)
    writes = bool(arguments.writable)
    new = book.add(
        workspace,
        arguments.name,
        kind.type,
        secret,
        read_only=not writes,
        description=arguments.description,
    )
    note(workspace, "integration.add", integration=new)
    print(f"Added {arguments.name} ({kind.title}, {'may be written' if writes else 'read-only'}), id {new}.")
    if arguments.no_refresh:
        return 0
    try:
        return _refresh_one(workspace, book.find(workspace, new))
    except SettingsWrong as wrong:
        raise SettingsWrong(
            f"{wrong}\nIt is kept, and its tables are not read. If the database only has to start: python -m workspace integration "
            f"refresh {new}. If an option was wrong: integration remove {new}, and add it again."
        ) from wrong


def _password(arguments: argparse.Namespace) -> str | None:
    if arguments.no_password:
        return None
    if arguments.password_env:
        if arguments.password_env not in os.environ:
            raise SettingsWrong(f"The environment variable {arguments.password_env} is not set.")
        return os.environ[arguments.password_env]
    if arguments.password_file:
        try:
            return str(arguments.password_file.read_text(encoding="utf-8")).rstrip("\r\n")
        except OSError as failed:
            raise SettingsWrong(
                f"The password file {arguments.password_file} cannot be read: {failed.strerror}."
            ) from failed
    if not sys.stdin.isatty():
        return None
    import getpass

    return getpass.getpass("Password (empty for none): ") or None


def _list(workspace: "Workspace") -> int:
    from workspace.integrations import book

    lines = book.every(workspace)
    if not lines:
        print("No integrations. Add one: python -m workspace integration add NAME --type TYPE …")
    for line in lines:
        age = (
            f"read {line.structure_cached_at:%Y-%m-%d %H:%M} UTC"
            if line.structure_cached_at
            else "never read"
        )
        writes = "read-only" if line.read_only else "may be written"
        print(f"{line.id}  {line.type:<10}  {writes:<14}  {age:<27}  {line.name}")
    return 0


def _refresh(workspace: "Workspace", name: str | None) -> int:
    """With no name, all that have a connection; one that fails does not keep the others from being read."""
    from workspace.integrations import book

    if name is not None:
        return _refresh_one(workspace, book.find(workspace, name))
    failed = 0
    for line in book.every(workspace):
        entry = book.find(workspace, line.id)
        if book.secret_of(workspace, entry.id) is None:
            print(f"{entry.name}: a name only, with no connection; passed over.")
            continue
        try:
            _refresh_one(workspace, entry)
        except WorkspaceError as wrong:
            failed += 1
            print(f"{entry.name}: {wrong}", file=sys.stderr)
    return 1 if failed else 0


def _refresh_one(workspace: "Workspace", entry: "Entry") -> int:
    from workspace.integrations import structure

    count = structure.refresh(workspace, entry.id, entry.type)
    print(f"{entry.name}: {count} {'table' if count == 1 else 'tables'} read.")
    return 0


def _test(workspace: "Workspace", name: str) -> int:
    from workspace.integrations import book, structure

    entry = book.find(workspace, name)
    structure.test(workspace, entry.id, entry.type)
    print(f"{entry.name} answers.")
    return 0


def _remove(workspace: "Workspace", name: str) -> int:
    from workspace.integrations import book

    entry = book.find(workspace, name)
    book.remove(workspace, entry.id)
    note(workspace, "integration.remove", integration=entry.id)
    print(f"Removed {entry.name}.")
    return 0
