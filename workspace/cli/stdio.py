"""`python -m workspace stdio`: the workspace over standard input and output, for clients that start their servers."""

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from workspace.cli.opened import add_options, opened
from workspace.errors import SettingsWrong

if TYPE_CHECKING:
    from workspace.domain import Workspace

KEY_VARIABLE = "DEEPNOTE_API_KEY"
ROLES = ("viewer", "editor", "admin")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "stdio",
        help="speak MCP over standard input and output",
        description=f"Speaks MCP over standard input and output. With ${KEY_VARIABLE} set, as that key, which may be revoked at any "
        "time; without it as the person who started it, with the role given.",
    )
    parser.add_argument("--role", choices=ROLES, default="editor", help="without a key (default: editor)")
    parser.add_argument("--no-worker", action="store_true", help="start no run worker beside it")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    with opened(arguments) as workspace:
        asyncio.run(_speak(arguments, workspace))
    return 0


async def _speak(arguments: argparse.Namespace, workspace: "Workspace") -> None:
    from contextlib import AsyncExitStack

    from workspace.access.errors import NotSignedIn
    from workspace.access.gate import Gate
    from workspace.domain import Role, local_caller
    from workspace.keeping import keep_worker
    from workspace.protocol.messages import Denied
    from workspace.protocol.stdio import speak
    from workspace.server.app import program_version
    from workspace.server.desk import Desk, Visit
    from workspace.server.trail import Trail

    key = os.environ.get(KEY_VARIABLE)
    gate = Gate(workspace.services, "stdio", oauth=False)
    local = Visit(local_caller(Role[arguments.role], "stdio"))

    def admit() -> Visit:
        if not key:
            return local
        try:
            return Visit(gate.caller(key, "stdio"))
        except NotSignedIn as refused:
            raise Denied(401, str(refused)) from refused

    try:
        admit()
    except Denied as denied:
        raise SettingsWrong(f"${KEY_VARIABLE}: {denied.words}") from denied
    trail = Trail(workspace.services.engine)
    async with AsyncExitStack() as closing:
        closing.callback(trail.flush)
        if not arguments.no_worker:
            await closing.enter_async_context(keep_worker(workspace.services.data, arguments.database))
        await speak(Desk(workspace, trail).core(program_version()), admit)
