"""`python -m workspace policy`: the switches of the workspace's access rules."""

import argparse

from workspace.cli.opened import add_options, note, opened

SWITCHES = ("viewers-may-run", "list-only-allowed")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("policy", help="show or turn the switches of the access rules")
    parser.add_argument(
        "switch",
        nargs="?",
        choices=SWITCHES,
        help="viewers-may-run: viewers may start runs; list-only-allowed: tools/list leaves out what a caller may not call",
    )
    parser.add_argument("value", nargs="?", choices=("on", "off"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.access import policy

    with opened(arguments) as workspace:
        if arguments.switch and arguments.value:
            policy.switch(workspace.services, arguments.switch, arguments.value == "on")
            note(workspace, "policy.change", switch=arguments.switch, value=arguments.value)
        rules = policy.read(workspace.services)
        for name, field in policy.SWITCHES.items():
            if arguments.switch in (None, name):
                print(f"{name:20} {'on' if getattr(rules, field) else 'off'}")
    return 0
