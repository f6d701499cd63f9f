"""`python -m evals.run [PATTERN]`: replay recorded sessions, score them, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console

    from evals.reports.report import Report
    from evals.scores import Result
    from evals.suite import Task

EXITS = """Exit codes: 0 every session passed; 1 a score failed, a baseline was not held, or a session could not be judged;
2 usage: an option, a session file or a key is wrong; 3 a session left its recording (drift); 130 interrupted."""


def main(argv: list[str] | None = None) -> int:
    """Run a suite; returns the exit code."""
    arguments = _parser().parse_args(argv)
    from evals.errors import EvalError, Infrastructure, Usage

    try:
        return _main(arguments)
    except Usage as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except EvalError as failed:
        kept = " What was found is kept: go on with --resume." if isinstance(failed, Infrastructure) else ""
        print(f"{failed}{kept}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            f"Interrupted. Go on with: python -m evals.run {arguments.pattern} --resume".rstrip(),
            file=sys.stderr,
        )
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.run",
        description=__doc__,
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("pattern", nargs="?", default="", help="part of WORKFLOW/TITLE, or a glob (default: all)")
    add(
        "--mode",
        default="tape",
        help="tape: model and tools from the tape, no network (default). world: model from the tape, tools in a fresh workspace. "
        "live: all real, scored. verify: all real, compared with the recording. Several with commas",
    )
    add("--trials", type=int, default=1, metavar="K", help="run each session K times")
    add("--workers", type=int, help="processes (default: one for each processor)")
    add(
        "--models",
        default="",
        metavar="A,B",
        help="live only: run each session with these models instead of its own; `scripted` needs no key",
    )
    add("--retries", type=int, default=2, help="more attempts after an infrastructure error (default 2)")
    add(
        "--ways",
        default="graph",
        metavar="W",
        help="live only: graph (default), agent (the baseline that has all tools), or graph,agent",
    )
    add("--step", metavar="QUESTION", help="only this question of the sessions, alone")
    add(
        "--node",
        metavar="NODE",
        help="only this node of the sessions, alone, where it was kept (python -m evals.nodes); '*' for all",
    )
    add(
        "--judge",
        metavar="MODEL",
        help="a model judges each answer as well; it counts where its agreement was measured (python -m evals.agreement)",
    )
    add("--base-url", help="for --judge, an endpoint of the same protocol")
    add("--resume", action="store_true", help="leave out what the aborted run before had finished")
    add("--json", type=Path, metavar="FILE", help="write the report as JSON")
    add("--junit", type=Path, metavar="FILE", help="write the report as JUnit XML")
    add("--html", type=Path, metavar="FILE", help="write the report as one self-contained page")
    add(
        "--baseline",
        type=Path,
        metavar="REPORT",
        help="compare with an earlier JSON report; exit 1 when it is not held",
    )
    add(
        "--accept",
        action="store_true",
        help="show the diff of each session that drifted, then record it again",
    )
    add("--yes", action="store_true", help="with --accept: do not ask")
    add("--list", action="store_true", help="list the sessions and where their answers come from")
    add(
        "--sessions",
        type=Path,
        help="the folder of the sessions (default: ./sessions where there is one, else those of this package)",
    )
    add(
        "--state",
        type=Path,
        default=Path(".evals"),
        help="where progress and history are kept (default .evals)",
    )
    add("--verbose", action="store_true", help="every score with its reason, and tracebacks")
    return parser


def _main(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from evals.errors import Usage
    from evals.session import find_sessions, sessions_folder
    from evals.tasks import tasks_for

    console = Console() if sys.stdout.isatty() else Console(width=150)
    root = sessions_folder(arguments.sessions)
    folders = find_sessions(root, arguments.pattern)
    if not folders:
        raise Usage(_nothing(root, arguments.pattern))
    if arguments.list:
        return _list(folders, root, console)
    tasks = tasks_for(arguments, folders, root, lambda words: console.print(words, highlight=False))
    return _finish(arguments, _run(arguments, tasks, console), root, console)


def _nothing(root: Path, pattern: str) -> str:
    """Why no session was found, and the names that come near."""
    import difflib

    from evals.session import find_sessions

    names = [f"{folder.parent.name}/{folder.name}" for folder in find_sessions(root)]
    if not names:
        return f"There is no session under {root}. Record one: python -m evals.record --help"
    near = difflib.get_close_matches(pattern, [*names, *(name.partition("/")[2] for name in names)], 1, 0.5)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"No session under {root} matches {pattern!r}.{hint} List them: python -m evals.run --list --sessions {root}"


def _run(arguments: argparse.Namespace, tasks: list[Task], console: Console) -> Report:
    import datetime
    import time

    from evals.reports.report import make_report
    from evals.suite import run_tasks, worker_count

    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    done = _finished(arguments, tasks)
    left = [task for task in tasks if task.key not in done]
    results = list(done.values())
    with _progress(arguments.state / "progress.jsonl", "a" if done else "w") as kept:
        finished = run_tasks(left, workers=worker_count(arguments.workers), retries=arguments.retries)
        for task_key, result in _shown(finished, len(left), console):
            kept.write(f'{{"task": "{task_key}", "result": {result.model_dump_json()}}}\n')
            kept.flush()
            results.append(result)
    if arguments.judge:
        results = _judged(arguments, results)
    return make_report(results, started=started, mode=arguments.mode, wall=time.perf_counter() - clock)


@contextmanager
def _progress(path: Path, mode: str) -> Iterator[TextIO]:
    """The file of what is finished. Raises Infrastructure when it cannot be written."""
    from evals.tape import unwritable

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8") as kept:
            yield cast("TextIO", kept)
    except OSError as failure:
        raise unwritable(path, failure) from None


def _judged(arguments: argparse.Namespace, results: list[Result]) -> list[Result]:
    """Each answer judged by a model as well, here and one after the other: a local one is loaded once."""
    import asyncio
    import os

    from agents.errors import AgentError
    from agents.models import open_decider
    from evals.agreement import read_agreement
    from evals.errors import Usage
    from evals.scorers.judge import judge_results, why_it_does_not_count

    lacking = why_it_does_not_count(read_agreement(arguments.state), arguments.judge)
    if lacking:
        print(f"The judge does not count. {lacking}", file=sys.stderr)

    async def ask() -> list[Result]:
        opened = open_decider(arguments.judge, base_url=arguments.base_url, environment=os.environ)
        async with opened as decider:
            return await judge_results(decider, results, lacking)

    try:
        return asyncio.run(ask())
    except AgentError as failure:
        raise Usage(f"--judge: {failure}") from None


def _finished(arguments: argparse.Namespace, tasks: list[Task]) -> dict[str, Result]:
    """Results of the aborted run before, for the tasks of this one."""
    import json

    from evals.scores import Result, State

    path = arguments.state / "progress.jsonl"
    if not arguments.resume or not path.exists():
        return {}
    wanted = {task.key for task in tasks}
    found: dict[str, Result] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue  # the line that was being written when the run was aborted
        result = Result.model_validate(row["result"])
        if row["task"] in wanted and result.state is not State.INFRASTRUCTURE:
            found[row["task"]] = result
    return found


def _shown(
    finished: Iterator[tuple[Task, Result]], total: int, console: Console
) -> Iterator[tuple[str, Result]]:
    """A progress bar on a terminal, nothing otherwise."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar: Any = None
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    try:
        for task, result in finished:
            if bar is None:
                progress.start()
                bar = progress.add_task("sessions", total=total)
            progress.update(bar, advance=1, description=result.session)
            yield task.key, result
    finally:
        progress.stop()


def _finish(arguments: argparse.Namespace, report: Report, root: Path, console: Console) -> int:
    from evals.reports.report import compare, read_report, trend, write_report
    from evals.reports.terminal import show, show_comparison
    from evals.tape import write_whole

    before = read_report(arguments.baseline) if arguments.baseline else None
    show(report, console, verbose=arguments.verbose)
    changes, broken = compare(report, before) if before else ([], [])
    if before:
        show_comparison(changes, broken, console)
    history = trend(arguments.state, report)
    if arguments.json:
        write_report(report, arguments.json)
    if arguments.junit:
        from evals.reports.junit import junit

        write_whole(arguments.junit, junit(report))
    if arguments.html:
        from evals.reports.page import page

        write_whole(arguments.html, page(report, history, changes, broken))
        console.print(f"The page: {arguments.html}", highlight=False)
    if arguments.accept:
        from evals.accept import accept

        return accept(report, root, console, sure=arguments.yes)
    return exit_code(report, gate=bool(broken) or any(change.worse for change in changes))


def exit_code(report: Report, *, gate: bool = False) -> int:
    """0, 1 or 3; a failed score outranks drift only when nothing drifted."""
    if report.totals.drift:
        return 3
    return 1 if report.totals.failed or report.totals.infrastructure or gate else 0


def _list(folders: list[Path], root: Path, console: Console) -> int:
    from rich.table import Table

    from evals.session import read_session
    from evals.tape import Sides

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("session", "answers from", "protocol", "about"):
        table.add_column(name, no_wrap=name != "about")
    for folder in folders:
        session = read_session(folder, Sides(root))
        origin = session.origin
        source = (
            origin.decider
            if origin.decider in ("rules", "scripted", "none")
            else f"{origin.decider}: {origin.model}"
        )
        table.add_row(session.name, source, origin.protocol, session.about)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
