"""`python -m evals.record_suite [PATTERN]`: record every session of `suite.yaml` again, in parallel, each kept whole or not at all."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from pydantic import Field

from evals.apps import OURS
from evals.errors import EvalError, Usage
from evals.models import origin_of
from evals.recording import SESSIONS, alone, record_to, unused_bodies
from evals.session import Origin, Session, Strict, World, read_model

SUITE = Path(__file__).parent / "suite.yaml"


class Entry(Strict):
    """What one session is recorded from."""

    title: str
    request: str
    about: str
    app: str = OURS
    model: str = "offline"
    protocol: str = "openai-chat"
    inputs: dict[str, Any] = Field(default_factory=dict)
    replies: list[Any] = Field(default_factory=lambda: ["yes"] * 9)
    world: World = World()
    clock: datetime.datetime = datetime.datetime(2026, 11, 2, 9, 0, tzinfo=datetime.UTC)
    seed: int = 0
    expect: list[str | dict[str, Any]] = Field(default_factory=list)


class Suite(Strict):
    """Sessions by workflow, in the order in which they are recorded."""

    sessions: dict[str, list[Entry]]


def sessions_of(suite: Suite) -> list[Session]:
    """The sessions to record, without what is recorded."""
    today = datetime.datetime.now(datetime.UTC).date()
    made = []
    for workflow, entries in suite.sessions.items():
        for entry in entries:
            origin = Origin.model_validate(
                {**origin_of(entry.model, entry.protocol, None), "recorded": today}
            )
            kept = entry.model_dump(
                include={"app", "title", "request", "about", "inputs", "replies", "clock", "seed", "expect"}
            )
            made.append(Session(workflow=workflow, origin=origin, world=entry.world, **kept))
    return made


def _record(session: Session, root: Path) -> str:
    """Record one session in this process; what went wrong, or an empty text."""
    try:
        asyncio.run(record_to(session, root, locked=True))
    except EvalError as failed:
        return str(failed)
    return ""


def main(argv: list[str] | None = None) -> int:
    """Record the suite; 0 when every session was kept."""
    parser = argparse.ArgumentParser(prog="python -m evals.record_suite", description=__doc__)
    parser.add_argument(
        "pattern", nargs="*", default=[], help="only sessions whose WORKFLOW/TITLE contains one of these"
    )
    parser.add_argument(
        "--model", help="only sessions whose model starts with this, for example offline or local:"
    )
    parser.add_argument("--missing", action="store_true", help="only sessions that are not there yet")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sessions", type=Path, default=SESSIONS)
    arguments = parser.parse_args(argv)
    try:
        return _main(arguments)
    except Usage as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2


def _main(arguments: argparse.Namespace) -> int:
    wanted = [
        session
        for session in sessions_of(read_model(SUITE, Suite, "Correct it."))
        if (not arguments.pattern or any(part in session.name for part in arguments.pattern))
        and (not arguments.model or session.origin.source.startswith(arguments.model))
        and not (arguments.missing and (arguments.sessions / session.name / "session.yaml").exists())
    ]
    from evals.world import prepare

    asyncio.run(prepare())
    failed = 0
    with alone(arguments.sessions):
        # Scripts take the answers of offline sessions, so those come first; one local model fills the machine.
        for batch, workers in (
            ([s for s in wanted if s.origin.decider == "rules"], arguments.workers),
            ([s for s in wanted if s.origin.decider == "scripted"], arguments.workers),
            ([s for s in wanted if s.origin.decider in ("local", "provider")], 1),
        ):
            failed += _batch(batch, workers, arguments.sessions)
        for path in unused_bodies(arguments.sessions):
            path.unlink()
    sys.stdout.write(f"{len(wanted) - failed} of {len(wanted)} sessions recorded.\n")
    return 1 if failed else 0


def _batch(sessions: list[Session], workers: int, root: Path) -> int:
    failed = 0
    context = multiprocessing.get_context("fork" if sys.platform.startswith("linux") else "spawn")
    started = time.monotonic()
    with ProcessPoolExecutor(max(1, workers), mp_context=context) as pool:
        pending = {pool.submit(_record, session, root): session for session in sessions}
        for done in as_completed(pending):
            wrong = done.result()
            failed += bool(wrong)
            sys.stdout.write(
                f"{time.monotonic() - started:6.1f} s  {pending[done].name}{': ' + wrong if wrong else ''}\n"
            )
            sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
