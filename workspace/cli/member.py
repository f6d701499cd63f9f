"""`python -m workspace member`: people who sign in with a password."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from workspace.cli.opened import add_options, id_of, note, opened
from workspace.errors import SettingsWrong

if TYPE_CHECKING:
    from workspace.domain import Workspace

ROLES = ("viewer", "editor", "admin")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("member", help="add, list, change and remove members who sign in")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser(
        "add", help="add a member; the password is asked for, or read from standard input"
    )
    adding.add_argument("login")
    adding.add_argument("--name", help="how pages call them (default: the login)")
    adding.add_argument("--role", choices=ROLES, default="editor")
    adding.add_argument(
        "--project",
        action="append",
        metavar="PROJECT",
        help="a project they may see, by id or name, and no other",
    )
    listing = actions.add_parser("list", help="every member")
    setting = actions.add_parser("set", help="change a member's role, projects or password")
    setting.add_argument("login")
    setting.add_argument("--role", choices=ROLES)
    setting.add_argument("--project", action="append", metavar="PROJECT", help="the projects they may see")
    setting.add_argument("--all-projects", action="store_true", help="lift the restriction to projects")
    setting.add_argument(
        "--password", action="store_true", help="ask for a new password; browsers are signed out"
    )
    removing = actions.add_parser(
        "remove", help="remove a member: browsers, personal keys and clients end at once"
    )
    removing.add_argument("login")
    for action in (adding, listing, setting, removing):
        add_options(action)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.access import members
    from workspace.domain import Role

    with opened(arguments) as workspace:
        services = workspace.services
        match arguments.action:
            case "add":
                members.add(
                    services,
                    arguments.login,
                    _password(),
                    Role[arguments.role],
                    name=arguments.name,
                    projects=_projects(workspace, arguments),
                )
                note(workspace, "member.add", member=arguments.login.lower(), role=arguments.role)
                print(f"Added {arguments.login.lower()} as {arguments.role}.")
            case "list":
                _list(workspace)
            case "set":
                projects = [] if arguments.all_projects else _projects(workspace, arguments)
                if arguments.role is None and projects is None and not arguments.password:
                    raise SettingsWrong(
                        "Say what to change: --role, --project, --all-projects or --password."
                    )
                role = Role[arguments.role] if arguments.role else None
                password = _password() if arguments.password else None
                members.change(services, arguments.login, role=role, password=password, projects=projects)
                note(workspace, "member.change", member=arguments.login.lower())
                print(f"Changed {arguments.login.lower()}.")
            case _:
                members.remove(services, arguments.login)
                note(workspace, "member.remove", member=arguments.login.lower())
                print(
                    f"Removed {arguments.login.lower()}. Browsers, personal keys and connected clients end at once."
                )
    return 0


def _password() -> str:
    """Asked twice on a terminal; one line of standard input otherwise. Never an argument: those show in process lists."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise SettingsWrong("The two passwords differ; nothing was changed.")
    return first


def _projects(workspace: "Workspace", arguments: argparse.Namespace) -> list[str] | None:
    return [id_of(workspace, "project", one) for one in arguments.project or ()] or None


def _list(workspace: "Workspace") -> None:
    from workspace.access import members

    found = members.every(workspace.services)
    if not found:
        print("No members. Add one: python -m workspace member add LOGIN")
    for member in found:
        projects = "all projects" if member.project_ids is None else f"{len(member.project_ids)} projects"
        print(f"{member.login:24} {member.role:7} {projects:14} {member.name}")
