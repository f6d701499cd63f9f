"""Kills a run of a workflow again and again: each process goes on from the last one's checkpoint and dies at its next event.

`python resume_child.py DATA THREADS EVENT [POSTGRES]` imports once and forks for each process. It prints how many were killed and the
picture of the workspace at the end, as JSON. EVENT `wrote` dies after a write and before its checkpoint, `node` before each node.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import traceback
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from analysis_world import SHORT, context_on, picture

from workflows import registry
from workflows.context import Approval, Policy
from workflows.errors import UnknownThread
from workflows.runner import Ended, Runner, Waiting
from workflows.threads import Threads

WORKFLOW = os.environ.get("RESUME_WORKFLOW", "build_analysis")
REQUEST = os.environ.get("RESUME_REQUEST", SHORT)
POLICY = Policy(approval=Approval.ASK, run_deadline=0.0)
"""Without a worker the run stays pending, and no time is spent waiting for it."""
KEPT = ("title", "about", "coverage", "prepare")
"""The blocks of the plan that are left when it is edited at its approval: one of each kind that differs in its fields."""


def edited(payload: dict[str, Any]) -> object:
    """The plan cut short, or yes when it is."""
    plan = payload["plan"]
    blocks = [block for block in plan["blocks"] if block["key"] in KEPT]
    return True if blocks == plan["blocks"] else {"plan": {**plan, "blocks": blocks}}


async def go(data: Path, threads: Threads, deadly: str | None, session: str) -> str:
    """Start or resume the thread; dies at the first fresh `deadly` event."""

    def tell(event: str, told: dict[str, Any]) -> None:
        if event != deadly or told.get("found") or told.get("node") == first:
            return
        if event == "wrote":
            # A write that may be repeated is not looked for, only made again: each step kills once.
            died = data.parent / f"died-{told['step']}-{told['tool']}"
            if died.exists():
                return
            died.touch()
        os.kill(os.getpid(), signal.SIGKILL)

    first = ""
    async with (
        context_on(data, policy=POLICY, session=session, tell=tell) as context,
        threads.saver(*registry.state_types(WORKFLOW)) as saver,
    ):
        thread = Runner(WORKFLOW, replace(context, session=session), saver, "killed")
        if deadly == "node":
            first = await _next(thread)
        try:
            ended = await thread.resume()
        except UnknownThread:
            ended = await thread.start(REQUEST)
        while isinstance(ended, Waiting):
            ended = await thread.resume(edited(ended.payload) if WORKFLOW == "build_analysis" else True)
        assert isinstance(ended, Ended)
        return ended.outcome.status.value


async def _next(thread: Runner) -> str:
    """The node this process begins with; it must get past it."""
    snapshot = await thread._snapshot()
    return (
        snapshot.next[0]
        if snapshot.next
        else {"build_analysis": "ground", "ask": "choose"}.get(WORKFLOW, "find")
    )


async def seen(data: Path) -> dict[str, Any]:
    async with context_on(data) as context:
        return await picture(context.tools)


def forked(work: Any) -> int:
    """Run in a process of its own; its exit code, negative for the signal that killed it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = work()
        except Exception:  # noqa: BLE001 - told and turned into an exit code
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def warm(data: Path, folder: Path) -> None:
    """Import here what a child imports, so that no child has to."""

    def look() -> int:
        asyncio.run(seen(data))
        registry.graph(WORKFLOW)
        import_module(f"agents.rules.{WORKFLOW}")
        import_module("langgraph.checkpoint.sqlite.aio")
        (folder / "modules").write_text("\n".join(sys.modules))
        return 0

    assert forked(look) == 0
    for name in (folder / "modules").read_text().split("\n"):
        if not name.startswith(("__main__", "_pytest")):
            with contextlib.suppress(ImportError, KeyError):
                import_module(name)


def main() -> None:
    data, folder, deadly = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    threads = Threads(folder, sys.argv[4] if len(sys.argv) > 4 else None)
    warm(data, folder)
    result = folder / "result"
    killed = 0
    while True:
        session = f"process {killed}"

        def work(session: str = session) -> int:
            status = asyncio.run(go(data, threads, deadly if deadly != "never" else None, session))
            result.write_text(status)
            return 0

        code = forked(work)
        if code == 0:
            break
        assert code == -signal.SIGKILL, code
        killed += 1
        assert killed < 100, "no end in sight"

    def look() -> int:
        (folder / "picture.json").write_text(json.dumps(asyncio.run(seen(data)), sort_keys=True))
        return 0

    assert forked(look) == 0
    print(
        json.dumps(
            {
                "killed": killed,
                "status": result.read_text(),
                "picture": json.loads((folder / "picture.json").read_text()),
            }
        )
    )


if __name__ == "__main__":
    main()
