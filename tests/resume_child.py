"""Kills runs of workflows again and again: each process goes on from the last one's checkpoint and dies at its next event.

Reads jobs from stdin, one JSON object a line, and answers each with a line: how many processes were killed, how the run ended and the
picture of the workspace. It imports once and forks for each process. A job dies at `wrote`: after a write and before its checkpoint,
at `node`: before each node, or `never`.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import traceback
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from analysis_world import context_on, picture

from workflows import registry
from workflows.context import Approval, Policy
from workflows.errors import UnknownThread
from workflows.runner import Ended, Runner, Waiting
from workflows.threads import Threads

POLICY = Policy(approval=Approval.ASK, run_deadline=0.0)
"""Without a worker the run stays pending, and no time is spent waiting for it."""
KEPT = ("title", "about", "coverage", "prepare")
"""The blocks of the plan that are left when it is edited at its approval: one of each kind that differs in its fields."""
FIRST = {"build_analysis": "ground", "ask": "choose", "audit_integrations": "list_integrations", "docs_qa": "list_docs"}  # fmt: skip
"""The node that a thread without a checkpoint begins with, where it is not `find`."""


@dataclass(frozen=True)
class Job:
    workflow: str
    request: str
    deadly: str
    data: str
    folder: str
    database: str | None = None

    @property
    def threads(self) -> Threads:
        return Threads(Path(self.folder), self.database)

    @property
    def thread(self) -> str:
        return f"{self.workflow}-{self.deadly}-{Path(self.folder).name}"


def edited(payload: dict[str, Any]) -> object:
    """The plan cut short, or yes when it is."""
    plan = payload["plan"]
    blocks = [block for block in plan["blocks"] if block["key"] in KEPT]
    return True if blocks == plan["blocks"] else {"plan": {**plan, "blocks": blocks}}


async def go(job: Job, session: str) -> dict[str, Any]:
    """Start or resume the thread; dies at the first fresh event of the job's kind."""

    def tell(event: str, told: dict[str, Any]) -> None:
        if event != job.deadly or told.get("found") or told.get("node") == first:
            return
        if event == "wrote":
            # A write that may be repeated is not looked for, only made again: each step kills once.
            died = Path(job.folder) / f"died-{told['step']}-{told['tool']}"
            if died.exists():
                return
            died.touch()
        os.kill(os.getpid(), signal.SIGKILL)

    first = ""
    async with (
        context_on(Path(job.data), policy=POLICY, session=session, tell=tell) as context,
        job.threads.saver(*registry.state_types(job.workflow)) as saver,
    ):
        thread = Runner(job.workflow, replace(context, session=session), saver, job.thread)
        if job.deadly == "node":
            snapshot = await thread._snapshot()
            first = snapshot.next[0] if snapshot.next else FIRST.get(job.workflow, "find")
        try:
            ended = await thread.resume()
        except UnknownThread:
            ended = await thread.start(job.request)
        while isinstance(ended, Waiting):
            ended = await thread.resume(edited(ended.payload) if job.workflow == "build_analysis" else True)
        assert isinstance(ended, Ended)
        outcome = ended.outcome
        seen = await picture(context.tools)
        return {"status": outcome.status.value, "answer": outcome.answer, "picture": seen}


def forked(work: Any) -> int:
    """Run in a process of its own; its exit code, negative for the signal that killed it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except Exception:  # noqa: BLE001 - told and turned into an exit code
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def warm(data: Path, modules: Path) -> None:
    """Import here what a child imports, so that no child has to."""

    async def look() -> None:
        async with context_on(data) as context:
            await picture(context.tools)

    def work() -> None:
        asyncio.run(look())
        for workflow in ("build_analysis", *FIRST, "tidy_notebook", "run_and_inspect"):
            registry.graph(workflow)
            import_module(f"agents.rules.{workflow}")
        import_module("langgraph.checkpoint.sqlite.aio")
        import_module("langgraph.checkpoint.postgres.aio")
        modules.write_text("\n".join(sys.modules))

    assert forked(work) == 0
    for name in modules.read_text().split("\n"):
        if not name.startswith(("__main__", "_pytest")):
            with contextlib.suppress(ImportError, KeyError):
                import_module(name)


def done(job: Job) -> dict[str, Any]:
    result = Path(job.folder) / "result.json"
    killed = 0
    while True:

        def work(session: str = f"process {killed}") -> None:
            result.write_text(json.dumps(asyncio.run(go(job, session)), sort_keys=True))

        code = forked(work)
        if code == 0:
            return {"killed": killed, **json.loads(result.read_text())}
        assert code == -signal.SIGKILL, code
        killed += 1
        assert killed < 100, "no end in sight"


def main() -> None:
    warm(Path(sys.argv[1]), Path(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps(done(Job(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
