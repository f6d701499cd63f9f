"""`--accept`: shows what a session that drifted would become, then records it again."""

import asyncio
import sys
from pathlib import Path

from rich.console import Console
from rich.syntax import Syntax

from evals.errors import Drift
from evals.nodes import FOLDER, case_text, kept_again
from evals.recording import alone, difference, fresh, put_in_place, record, unused_bodies
from evals.reports.report import Report
from evals.running import Run
from evals.scores import State
from evals.session import TAPE, Session, read_session
from evals.tape import Interaction, Sides, load, write_whole


def accept(report: Report, root: Path, console: Console, *, sure: bool) -> int:
    """Record every drifted session again, one by one, each after its diff was shown. 0 when all were accepted."""
    results = [one for one in report.results if one.state is State.DRIFT]
    drifted = list(dict.fromkeys(one.session for one in results if one.mode != "node"))
    nodes = list(dict.fromkeys(one.session for one in results if one.mode == "node"))
    left = sum(not _node_accepted(name, root, console, sure=sure) for name in nodes)
    for name in drifted:
        with alone(root):
            old = read_session(root / name, Sides(root))
            new, tape, run, kept = _recorded(old, load(root / name / TAPE, Sides(root)))
            console.print(f"\n[bold]{name}[/]", highlight=False)
            text = difference(old, new, root, run.seen().reads)
            console.print(
                Syntax(text, "diff", background_color="default") if console.is_terminal else text,
                highlight=False,
            )
            if not (sure or _asked(f"Keep {name} as recorded now? [y/N] ")):
                left += 1
                continue
            put_in_place(new, tape, root, asyncio.run(kept_again(root / name, new, tape)))
            for path in unused_bodies(root):
                path.unlink()
            words = f" The model's answers are still those of {old.origin.recorded}." if kept else ""
            console.print(f"{name} was recorded again.{words}", highlight=False)
    if not results:
        console.print("Nothing drifted, so there is nothing to accept.")
    return 3 if left else 0


def _recorded(old: Session, tape: list[Interaction]) -> tuple[Session, list[Interaction], Run, bool]:
    """The session as it is now. What a model that costs time or money answered is kept, with its date, while it is asked the same."""
    again = fresh(old)
    if old.origin.decider in ("local", "provider"):
        try:
            kept = again.model_copy(update={"origin": old.origin})
            return *asyncio.run(record(kept, redact=[], answers=tape)), True
        except Drift as another:
            sys.stderr.write(f"{old.name}: its model is asked anew. {another}\n")
    return *asyncio.run(record(again, redact=[])), False


def _node_accepted(name: str, root: Path, console: Console, *, sure: bool) -> bool:
    """Keep a node that drifted anew, from its session's tape; its diff was shown as the drift."""
    session, _, node = name.partition(":")
    if not (sure or _asked(f"Keep the node {name} as it is now? [y/N] ")):
        return False
    with alone(root):
        sides, place = Sides(root), root / session
        tape = load(place / TAPE, sides)
        case = asyncio.run(kept_again(place, read_session(place, sides), tape)).get(f"{node}.yaml")
        if case is None:
            return False
        write_whole(place / FOLDER / case.file, case_text(case, sides))
        for path in unused_bodies(root):
            path.unlink()
    console.print(f"{name} was kept again.", highlight=False)
    return True


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        sys.stderr.write("Nobody is there to ask: give --yes to accept.\n")
        return False
    return input(question).strip().lower() in ("y", "yes")
