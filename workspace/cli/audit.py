"""`python -m workspace audit`: who did what, and whether the record was touched."""

import argparse
import json
import time
from typing import TYPE_CHECKING, Any

from workspace.cli.opened import add_options, opened

if TYPE_CHECKING:
    from workspace.access.audit import Wanted
    from workspace.domain import Workspace

SECONDS_BETWEEN_LOOKS = 0.5


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "audit",
        help="the record of calls, sign-ins and changes of access",
        description="Shows the record of calls, sign-ins and changes of access, oldest first. --verify exits 1 when it was changed.",
    )
    parser.add_argument(
        "--tool",
        "--action",
        dest="action",
        metavar="NAME",
        help="only this tool, or action such as key.create",
    )
    parser.add_argument("--actor", metavar="NAME", help="only what this key, member or operator did")
    parser.add_argument("--target", metavar="ID", help="only what named this id")
    parser.add_argument("--outcome", choices=("ok", "refused", "error", "denied"))
    parser.add_argument(
        "--since", metavar="WHEN", help="a date such as 2026-12-31, or a time ago such as 12h, 30d"
    )
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="the last N entries (default 50)")
    parser.add_argument("--follow", action="store_true", help="go on showing what happens")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--verify", action="store_true", help="check the chain of hashes from the first entry to the last"
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from workspace.access import audit

    with opened(arguments) as workspace:
        if arguments.verify:
            return _verify(workspace)
        wanted = audit.Wanted(
            action=arguments.action,
            actor=arguments.actor,
            outcome=arguments.outcome,
            target=arguments.target,
            since=_since(arguments.since, workspace) if arguments.since else None,
        )
        last = _show(workspace, wanted, arguments.limit, as_json=arguments.json)
        while arguments.follow:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            from dataclasses import replace

            last = max(last, _show(workspace, replace(wanted, after=last), None, as_json=arguments.json))
    return 0


def _since(when: str, workspace: "Workspace") -> Any:
    import re

    from workspace.cli.key import moment

    now = workspace.services.clock()
    if re.fullmatch(r"\d{1,5}[hdw]", when):
        return now - (moment(when, now) - now)
    return moment(f"{when}T00:00" if len(when) == len("2026-12-31") else when, now)


def _show(workspace: "Workspace", wanted: "Wanted", limit: int | None, *, as_json: bool) -> int:
    from workspace.access import audit

    last = wanted.after
    for row in audit.read(workspace.services.engine, wanted, limit):
        last = row["seq"]
        if as_json:
            print(json.dumps({**row, "at": row["at"].isoformat()}, ensure_ascii=False), flush=True)
        else:
            print(_line(row), flush=True)
    return last


def _line(row: dict[str, Any]) -> str:
    targets = " ".join(f"{name}={value}" for name, value in row["targets"].items())
    source = " ".join(part for part in (row["address"], row["client"]) if part)
    line = f"{row['at']:%Y-%m-%d %H:%M:%S} {row['outcome']:7} {row['action']:24} {row['actor']} ({row['actor_type']}) {targets} {source}"
    return "".join(character if character.isprintable() else "�" for character in line.rstrip())


def _verify(workspace: "Workspace") -> int:
    from workspace.access import audit

    verdict = audit.verify(workspace.services.engine)
    if verdict.broken_at is not None:
        print(
            f"Entry {verdict.broken_at} does not follow from the one before it: the record was changed there."
        )
        return 1
    print(f"{verdict.entries} entries, each follows from the one before. Last hash: {verdict.last}")
    return 0
