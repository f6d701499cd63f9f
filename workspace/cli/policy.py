"""`python -m workspace policy`: the switches of the workspace's access rules."""

import argparse
from typing import TYPE_CHECKING

from workspace.cli.opened import add_options, note, opened

if TYPE_CHECKING:
    from workspace.domain import Services

SWITCHES = ("viewers-may-run", "list-only-allowed", "client-documents")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("policy", help="show or turn the switches of the access rules")
    parser.add_argument(
        "switch",
        nargs="?",
        choices=SWITCHES,
        help="viewers-may-run: viewers may start runs; list-only-allowed: tools/list leaves out what a caller may not call; "
        "client-documents: OAuth clients may go by the https address of a document about them",
    )
    parser.add_argument(
        "value",
        nargs="*",
        metavar="on|off",
        help="for client-documents also names of hosts: documents of these only, from private addresses too",
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.access import policy

    with opened(arguments) as workspace:
        if arguments.switch and arguments.value:
            _turn(workspace.services, arguments.switch, arguments.value)
            note(workspace, "policy.change", switch=arguments.switch, value=" ".join(arguments.value))
        rules = policy.read(workspace.services)
        for name, field in policy.SWITCHES.items():
            if arguments.switch in (None, name):
                print(f"{name:20} {'on' if getattr(rules, field) else 'off'}")
        if arguments.switch in (None, policy.DOCUMENTS):
            print(f"{policy.DOCUMENTS:20} {' '.join(sorted(rules.client_documents)) or 'off'}")
    return 0


def _turn(services: "Services", name: str, words: list[str]) -> None:
    from workspace.access import policy
    from workspace.access.errors import BadRequest

    if name == policy.DOCUMENTS:
        policy.read_documents_of(services, words)
    elif words in (["on"], ["off"]):
        policy.switch(services, name, words == ["on"])
    else:
        raise BadRequest(f"{name} is on or off.")
