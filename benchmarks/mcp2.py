"""Recorded sessions in world mode over an MCP 2 client, held against the same over the usual one: verdict, calls, nodes, outcome, end state.

`mcp` 1 and 2 cannot share an environment, so the sessions run in a process that finds `mcp` 2 before everything else.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.environment import environment, packages
from benchmarks.table import print_table
from evals.canonical import first_difference
from evals.deck import Mode
from evals.likeness import Ids, settled
from evals.recording import SESSIONS
from evals.replay import judged
from evals.running import run_session
from evals.session import TAPE, find_sessions, read_session
from evals.tape import Sides, load

ROOT = Path(__file__).parent.parent
SOME = (
    "docs_qa/schedule",
    "docs_qa/scripted_openai",
    "audit_integrations/snowflake",
    "audit_integrations/viewer_key",
    "tidy_notebook/imports_to_the_top",
    "tidy_notebook/scripted_anthropic",
    "build_analysis/denied",
    "build_analysis/name_is_taken",
    "run_and_inspect/read_only",
)
"""Reads, writes, refusals, and a model over both protocols; none waits for a kernel."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mcp2", description=__doc__)
    parser.add_argument(
        "--environment", type=Path, help="a virtual environment that has mcp 2 (default: made)"
    )
    parser.add_argument("--all", action="store_true", help="every session, kernels included")
    parser.add_argument("--sessions", nargs="*", metavar="NAME", help="these sessions, as workflow/title")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    names = list(options.sessions or (_every() if options.all else SOME))
    if options.child:
        return _replay(names)
    usual = _played(names, None)
    with environment(options.environment, "mcp>=2,<3") as folder:
        successor = _played(names, packages(folder))
    rows: list[tuple[object, ...]] = []
    for name in names:
        one, other = usual.get(name), successor.get(name)
        if one is None or other is None:
            rows.append((name, "-", "-", "-", "no", "one of the two gave no result; its words stand above"))
            continue
        difference = first_difference(one["seen"], other["seen"])
        words = str(difference) if difference else one["seen"]["verdict"]
        rows.append(
            (name, other["client"], other["protocol"], other["calls"], "no" if difference else "yes", words)
        )
    columns = (
        "session",
        "client",
        "protocol",
        "calls",
        "as over mcp 1",
        "first difference, or the verdict of both",
    )
    print_table("Sessions recorded over mcp 1, in world mode over mcp 2", columns, rows)
    return 0 if rows and all(row[-2] == "yes" for row in rows) else 1


def _played(names: list[str], packages: Path | None) -> dict[str, Any]:
    """What each session came to, by name, in a process that finds these packages first."""
    path = os.pathsep.join(str(one) for one in (ROOT, packages) if one is not None)
    command = [sys.executable, "-m", "benchmarks.mcp2", "--child", "--sessions", *names]
    variables = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {one["name"]: one for one in found}


def _every() -> list[str]:
    return [f"{folder.parent.name}/{folder.name}" for folder in find_sessions(SESSIONS)]


def _replay(names: list[str]) -> int:
    import agents.session

    client = f"mcp {version('mcp')}"
    if not client.startswith("mcp 1."):
        agents.session.Session = _successor()  # type: ignore[misc]
    for name in names:
        sides = Sides(SESSIONS)
        session, tape = read_session(SESSIONS / name, sides), load(SESSIONS / name / TAPE, sides)
        run = asyncio.run(run_session(session, tape, Mode.WORLD))
        seen, result = run.seen(), judged(run, tape)
        likeness = Ids()
        said = {
            "verdict": f"{result.state}: {result.drift or result.error}"[:400],
            "calls": [
                likeness.plain(call.model_dump(mode="json")) for call in settled(seen.calls, seen.reads)
            ],
            "nodes": [node for node, _ in groupby(seen.trace.nodes)],
            "outcome": likeness.plain(seen.outcome),
            "end_state": run.end_state.digest if run.end_state else None,
        }
        protocol = ", ".join(sorted(SPOKEN)) or "-"
        SPOKEN.clear()
        row = {"name": name, "client": client, "protocol": protocol, "calls": len(seen.calls), "seen": said}
        print(json.dumps(row), flush=True)
    return 0


SPOKEN: set[str] = set()
"""Revisions of the protocol that the sessions so far were held in."""


def _successor() -> Any:
    """The toolbox's session, held by the client of mcp 2."""
    import httpx2

    from agents.session import Session, _structured
    from agents.toolbox import ToolInfo
    from agents.trouble import Trouble

    mcp: Any = import_module("mcp")
    http_wire: Any = import_module("mcp.client.streamable_http")

    class Successor(Session):
        async def _hold(self, ready: asyncio.Future[Any], stop: asyncio.Event) -> None:
            target = self._target
            carrier = httpx2.ASGITransport(app=target.app) if target.app is not None else None
            headers = {**target.headers, **({"Authorization": f"Bearer {target.key}"} if target.key else {})}
            async with (
                httpx2.AsyncClient(transport=carrier, headers=headers, timeout=target.timeout) as http,
                mcp.Client(http_wire.streamable_http_client(target.url, http_client=http)) as client,
            ):
                SPOKEN.add(str(client.protocol_version))
                ready.set_result(client)
                await stop.wait()

        async def _listed(self) -> dict[str, ToolInfo]:
            client: Any = (await self._connected()).client
            tools: dict[str, ToolInfo] = {}
            cursor = None
            while True:
                page = await client.list_tools(cursor=cursor)
                for tool in page.tools:
                    marked = tool.annotations is not None and tool.annotations.read_only_hint is True
                    tools[tool.name] = ToolInfo(tool.name, marked, tool.description or "", tool.input_schema)
                cursor = page.next_cursor
                if not cursor:
                    return tools

        async def _called(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
            client: Any = (await self._connected()).client
            try:
                answer = await client.call_tool(name, dict(arguments))
            except mcp.MCPError as refused:
                raise Trouble(
                    "refused", str(refused), sent=True, tool=name, tool_words=str(refused)
                ) from refused
            old: Any = _Old(answer)
            return _structured(name, old, self._target.label)

    class _Old:
        """A result under the names of mcp 1."""

        def __init__(self, answer: Any) -> None:
            self.content, self.isError = answer.content, answer.is_error
            self.structuredContent = answer.structured_content

    return Successor


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
