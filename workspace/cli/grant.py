"""`python -m workspace grant`: clients that members connected by signing in."""

import argparse

from workspace.cli.opened import add_options, note, opened
from workspace.errors import SettingsWrong


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "grant", help="list and revoke clients that members connected by signing in"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="every client that has access")
    revoking = actions.add_parser("revoke", help="disconnect a client; it fails from its next call on")
    revoking.add_argument("grant", help="its id, as the list shows it; the beginning is enough")
    for action in (listing, revoking):
        add_options(action)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.access import grants

    with opened(arguments) as workspace:
        found = grants.every(workspace.services)
        if arguments.action == "list":
            if not found:
                print("No client is connected by sign-in.")
            for line in found:
                used = f"used {line.last_used_at:%Y-%m-%d %H:%M}" if line.last_used_at else "never used"
                print(f"{line.id}  {line.role:7} {line.member:20} {used:22} {line.client}")
            return 0
        chosen = [line for line in found if line.id.startswith(arguments.grant)]
        if len(chosen) != 1:
            raise SettingsWrong(
                f"{len(chosen) or 'No'} grants begin with {arguments.grant!r}. See: python -m workspace grant list"
            )
        grants.revoke(workspace.services, chosen[0].id, None, "revoked on the command line")
        note(workspace, "grant.revoke", grant=chosen[0].id)
        print(f"Disconnected {chosen[0].client} of {chosen[0].member}.")
    return 0
