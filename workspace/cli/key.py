"""`python -m workspace key`: API keys."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from workspace.cli.opened import add_options, id_of, note, opened
from workspace.errors import SettingsWrong

if TYPE_CHECKING:
    from workspace.domain import Workspace

ROLES = ("viewer", "editor", "admin")
UNITS = {"h": 1, "d": 24, "w": 24 * 7}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("key", help="make, list, rename and revoke API keys")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    making = actions.add_parser("create", help="make a key and print it, this once")
    making.add_argument("--role", choices=ROLES, required=True)
    making.add_argument("--name", default="", help="what it is for (default: its role and the date)")
    making.add_argument(
        "--expires", metavar="WHEN", help="a date such as 2026-12-31, or a time such as 12h, 30d, 8w"
    )
    making.add_argument(
        "--project",
        action="append",
        metavar="PROJECT",
        help="a project it may see, by id or name, and no other; may be given several times",
    )
    making.add_argument(
        "--member", metavar="LOGIN", help="act for this member, and never do more than they may"
    )
    making.add_argument("--quiet", action="store_true", help="print the key alone")
    listing = actions.add_parser("list", help="every key: prefix, name, role, state, last use")
    renaming = actions.add_parser("rename", help="give a key another name")
    renaming.add_argument("key", help="its id, prefix or name")
    renaming.add_argument("name")
    revoking = actions.add_parser("revoke", help="take a key back; it fails from its next call on")
    revoking.add_argument("key", help="its id, prefix or name")
    for action in (making, listing, renaming, revoking):
        add_options(action)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.access import keys

    with opened(arguments) as workspace:
        services = workspace.services
        match arguments.action:
            case "create":
                return _create(workspace, arguments)
            case "list":
                return _list(workspace)
            case "rename":
                key = keys.find(services, arguments.key)
                keys.rename(services, key.id, arguments.name)
                note(workspace, "key.rename", key=key.id)
                print(f"Renamed {key.prefix}… to {arguments.name}.")
            case _:
                key = keys.find(services, arguments.key)
                if keys.revoke(services, key.id):
                    note(workspace, "key.revoke", key=key.id)
                    print(f"Revoked {key.prefix}… ({key.name}). It fails from its next call on.")
                else:
                    print(f"{key.prefix}… ({key.name}) was revoked before.")
    return 0


def _create(workspace: "Workspace", arguments: argparse.Namespace) -> int:
    from workspace.access import keys
    from workspace.domain import Role

    now = workspace.services.clock()
    new = keys.create(
        workspace.services,
        Role[arguments.role],
        arguments.name or f"{arguments.role} {now:%Y-%m-%d}",
        expires_at=moment(arguments.expires, now) if arguments.expires else None,
        project_ids=[id_of(workspace, "project", one) for one in arguments.project or ()] or None,
        member=arguments.member,
    )
    note(workspace, "key.create", key=new.id, role=arguments.role)
    print(new.clear)
    if not arguments.quiet:
        import sys

        print("Keep it now: it is not shown again. Send it as `Authorization: Bearer KEY`.", file=sys.stderr)
    return 0


def moment(when: str, now: datetime) -> datetime:
    """A date (its end, UTC), a date with time, or a span from now such as 30d."""
    span = re.fullmatch(r"(\d{1,5})([hdw])", when)
    if span:
        return now + timedelta(hours=int(span[1]) * UNITS[span[2]])
    try:
        found = datetime.fromisoformat(when)
    except ValueError:
        raise SettingsWrong(
            f"--expires {when!r} is neither a date such as 2026-12-31 nor a time such as 30d."
        ) from None
    if len(when) == len("2026-12-31"):
        found += timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _list(workspace: "Workspace") -> int:
    from workspace.access import keys

    now = workspace.services.clock()
    found = keys.every(workspace.services)
    if not found:
        print("No keys. Make one: python -m workspace key create --role editor")
        return 0
    print(f"{'key':14} {'role':7} {'state':8} {'last used':17} {'projects':9} name")
    for key in found:
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
        projects = "all" if key.project_ids is None else str(len(key.project_ids))
        print(
            f"{key.prefix + '…':14} {key.role:7} {keys.state(key, now):8} {used:17} {projects:9} {key.name}"
        )
    return 0
