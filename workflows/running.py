"""One run from the command line: opens workspace, model and thread, runs, asks, and writes the record and the reports."""

import asyncio
import contextlib
import os
import secrets
import shlex
import sys
import time
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.deciders import Aloud
from agents.models import open_decider
from agents.questions import Decider
from agents.session import open_toolbox
from agents.toolbox import Call
from workflows import registry, report
from workflows.asking import Asking
from workflows.budget import Budget, Limited
from workflows.connecting import HOME_VARIABLE, home, policy_of, target_of
from workflows.console import SHORT, Watch, lines_of, show_plan
from workflows.context import Context
from workflows.errors import BadSettings, CannotWrite, UnknownThread
from workflows.log import Log, Logged
from workflows.outcome import Outcome, Status
from workflows.runner import Runner
from workflows.terminal import Terminal, plain
from workflows.threads import Bounds, DecidedBy, Record, Threads
from workflows.trace import Trace
from workflows.undo import outcome_of, undo

GOOD = frozenset({Status.DONE, Status.NOTHING_TO_DO, Status.PLANNED, Status.RUNNING})
UNFINISHED = ("waiting", "stopped", "working")


def threads(options: Namespace) -> Threads:
    return Threads(home() / "threads", getattr(options, "checkpoints", None))


async def run(options: Namespace, workflow: str, request: str) -> int:
    """The whole command; returns the exit code."""
    kept = threads(options)
    options.thread = _thread(options, kept)
    watch = Watch(quiet=options.json, verbose=options.verbose)
    with kept.lock(options.thread), contextlib.ExitStack() as closing:
        closing.callback(watch.still)
        record = _record(options, kept, workflow, request)
        stand = Stand(kept, record)
        try:
            outcome, waiting = await _opened(options, record, request, kept, stand, watch)
        except BaseException:
            if stand.state == "working":
                with contextlib.suppress(
                    CannotWrite
                ):  # what broke the run off is told, not what that broke as well
                    stand.at("stopped")
            raise
        watch.still()
        return _close(options, record, stand, outcome, waiting)


class Stand:
    """Where a thread stands, kept in its record when it changes: what could not even begin leaves the record as it was."""

    def __init__(self, kept: Threads, record: Record) -> None:
        self._kept = kept
        self._record = record
        self.state = record.state

    def at(self, state: str, record: Record | None = None) -> None:
        if state != self.state or record is not None:
            self.state = state
            self._record = (record or self._record).model_copy(update={"state": state, "updated": _now()})
            self._kept.keep(self._record)

    def tell(self, event: str, _data: dict[str, Any]) -> None:
        """At a run's first step its first checkpoint is written: from here on there is something to resume."""
        if event == "node":
            self.at("working")


def _say(line: str) -> None:
    """A line for the person, beside the result."""
    sys.stderr.write(plain(line) + "\n")
    sys.stderr.flush()


def _put(text: str) -> None:
    """The result."""
    sys.stdout.write(text + "\n")


def _now() -> datetime:
    return datetime.now(UTC)


def _thread(options: Namespace, kept: Threads) -> str:
    """The name of the thread; a new one for a request that names none."""
    named = options.undo or options.thread
    if named or not options.resume:
        return named or secrets.token_hex(4)
    unfinished = [one for one in kept.all() if one.state in ("waiting", "stopped")]
    if not unfinished:
        raise BadSettings("No thread waits or was stopped; `python -m workflows.runs` lists them.")
    return unfinished[0].thread


def _record(options: Namespace, kept: Threads, workflow: str, request: str) -> Record:
    """The thread's record as it was before, or a new one; called while the thread is held."""
    thread = options.thread
    if options.resume or options.undo:
        found = kept.record(thread)
        _same_request(options, found, workflow, request)
        _same_workspace(options, found)
        if options.resume and found.undone:
            raise BadSettings(f"Thread {thread!r} was undone; give its request again to do it anew.")
        return (
            found
            if options.undo
            else found.model_copy(
                update={
                    "decided_by": _decided_by(options, found.decided_by),
                    "bounds": _bounded(options, found.bounds),
                }
            )
        )
    try:
        found = kept.record(thread)
    except UnknownThread:
        now = _now()
        return Record(
            thread=thread, workflow=workflow, request=request, state="new", started=now, updated=now, workspace=options.workspace or "",
            decided_by=_decided_by(options, DecidedBy()), bounds=_bounded(options, Bounds()),
        )  # fmt: skip
    if found.workflow != workflow:
        raise BadSettings(
            f"Thread {thread!r} belongs to {found.workflow}; give {workflow} a thread of its own."
        )
    if found.state in UNFINISHED and not found.undone:
        raise BadSettings(
            f"Thread {thread!r} is not finished with “{found.request[:80]}”. Finish it with `python -m workflows.run "
            f"--resume {thread}`, or give this request a thread of its own."
        )
    _same_workspace(options, found)
    decided_by = _decided_by(options, DecidedBy())
    bounds = _bounded(options, Bounds())
    return found.model_copy(
        update={"request": request, "undone": False, "decided_by": decided_by, "bounds": bounds}
    )


def _bounded(options: Namespace, before: Bounds) -> Bounds:
    """How far the request may go: as the options say, else as it was before; the options then say so too."""
    for name, kept in before:
        if not getattr(options, name):
            setattr(options, name, kept)
    return Bounds(**{name: getattr(options, name) for name in Bounds.model_fields})


def _decided_by(options: Namespace, before: DecidedBy) -> DecidedBy:
    """Who decides, as the options say; where they name no model, as it was before."""
    if options.model is None:
        return before.model_copy(update={"fallback": options.fallback or before.fallback})
    return DecidedBy(
        model=options.model, base_url=options.base_url, fallback=options.fallback, small_model=options.small_model
    )  # fmt: skip


def _same_request(options: Namespace, found: Record, workflow: str, request: str) -> None:
    """Words beside --resume or --undo may name the thread's own request, and no other: nothing would be done about that one."""
    if workflow not in ("", "ask", found.workflow):
        raise BadSettings(f"Thread {found.thread!r} belongs to {found.workflow}, not to {workflow}.")
    if request.strip() and request.strip() != found.request.strip():
        doing = "--resume goes on with" if options.resume else "--undo takes back"
        raise BadSettings(
            f"{doing} “{found.request[:80]}”; “{request.strip()[:80]}” is another request. "
            "Leave it out, or give it by itself to a thread of its own."
        )


def _same_workspace(options: Namespace, found: Record) -> None:
    """A thread's ids mean something in the workspace that it began in, and nowhere else."""
    if options.workspace and options.workspace.rstrip("/") != found.workspace.rstrip("/"):
        own = found.workspace or "the embedded workspace"
        raise BadSettings(
            f"Thread {found.thread!r} works on {own} and cannot go on at {options.workspace}. "
            "Leave --workspace out, or start another thread."
        )
    options.workspace = found.workspace or None


async def _opened(
    options: Namespace, record: Record, request: str, kept: Threads, stand: Stand, watch: Watch
) -> tuple[Outcome | None, dict[str, Any] | None]:
    trace, by = Trace(), DecidedBy() if options.undo else record.decided_by
    log = Log(kept.log(record.thread), _now)
    budget = Budget(options.budget_calls, options.budget_tools, options.budget_tokens, options.budget_seconds)

    def observe(call: Call) -> None:
        trace.observe(call)
        log.observe(call)

    async with contextlib.AsyncExitStack() as stack:
        watch.now("opening the workspace")
        target = await stack.enter_async_context(target_of(options))
        tools = await stack.enter_async_context(
            open_toolbox(target, timer=time.perf_counter, read_only=options.read_only, observe=observe, limit=budget.tool_calls)
        )  # fmt: skip
        decider = await stack.enter_async_context(
            open_decider(
                by.model,
                base_url=by.base_url,
                fallback=by.fallback,
                told=watch.line,
                small=by.small_model,
                limit=budget.model_calls,
                environment=os.environ,
            )
        )
        saver = await stack.enter_async_context(kept.saver(*registry.state_types(record.workflow)))

        def tell(event: str, data: dict[str, Any]) -> None:
            trace.tell(event, data)
            log.tell(event, data)
            stand.tell(event, data)
            watch.tell(event, data)

        context = Context(
            decider=Logged(Limited(_aloud(decider, watch), budget), log, time.perf_counter),
            tools=tools,
            clock=_now,
            sleep=asyncio.sleep,
            policy=policy_of(options),
            session=secrets.token_hex(8),
            tell=tell,
        )
        runner = Runner(
            record.workflow, context, saver, record.thread, budget=budget, timer=time.perf_counter
        )
        trace.opened()
        watch.line(f"{target.label}, decided by {decider.label}, thread {record.thread}")
        if options.undo:
            return await _undo(runner, record, kept, context, log), None
        asking = Asking(options, runner, watch, trace, stand.at, log, kept.draft(record.thread))
        result = await asking.answer(record.request, request)
        trace.ended()
        if options.trace:
            watch.still()
            for line in trace.lines(decider.usage):
                _say(line)
        return result


def _aloud(decider: Decider, watch: Watch) -> Decider:
    """On a terminal a model's words are seen while they are written."""
    return Aloud(decider, lambda text: watch.tell("words", {"text": text})) if watch.live else decider


async def _undo(runner: Runner, record: Record, kept: Threads, context: Context, log: Log) -> Outcome:
    started = time.perf_counter()
    log.say("request", "undo")
    state, halfway = await runner.state(), await runner.halfway()
    done = await undo(state.journal, context.tools)
    if done.changed:
        await runner.mark(done.changed)
        kept.keep(record.model_copy(update={"undone": True, "updated": _now()}))
    outcome = outcome_of(done, record.workflow)
    if halfway:
        told = "Whether a write was under way when the thread stopped: the journal lists only what was answered. Look in the workspace."
        outcome = outcome.model_copy(update={"not_checked": [told]})
    log.say("undo", outcome.answer)
    seconds = round(time.perf_counter() - started, 3)
    return outcome.model_copy(update={"tool_calls": context.tools.calls, "seconds": seconds})


def _close(
    options: Namespace, record: Record, stand: Stand, outcome: Outcome | None, waiting: dict[str, Any] | None
) -> int:
    again = runnable(f"python -m workflows.run {record.workflow} --resume {record.thread}")
    if outcome is None:
        assert waiting is not None
        if options.json:
            _put(
                _json(
                    {
                        "workflow": record.workflow,
                        "status": "waiting",
                        "thread": record.thread,
                        "plan": waiting,
                    }
                )
            )
        else:
            show_plan(waiting, Terminal(), whole=False)
        _say(f"Nothing of this plan was written: there is no terminal to ask on. Approve with: {again} --yes")
        return 1
    outcome = outcome.model_copy(
        update={
            "next": [runnable(line.replace("THREAD", record.thread)) for line in outcome.next],
            # Earlier writes of this very thread are what an undo would take back.
            "answer": outcome.answer.replace("--undo THREAD", f"--undo {record.thread}")
            if record.changes
            else outcome.answer,
        }
    )
    if not options.undo:
        changes = max([record.changes, *(entry.step for entry in outcome.journal)])
        stand.at(outcome.status.value, record.model_copy(update={"changes": changes}).spent(outcome))
    if options.json:
        _put(_json({"thread": record.thread, **outcome.model_dump(mode="json")}))
    elif outcome.plan is not None:
        long = lines_of(outcome.plan) > SHORT
        show_plan(outcome.plan, Terminal(), whole=not long)
        if long:
            _say(
                "What each write holds, to the letter: the same command with --json, or [s]how without --plan."
            )
    else:
        report.show(_with_way_to_open(outcome, options), Terminal())
    _write_reports(options, outcome, record.request)
    return 0 if outcome.status in GOOD else 1


def runnable(line: str) -> str:
    """A command as it works when it is copied: with the folder that this run was given."""
    named = os.environ.get(HOME_VARIABLE)
    return f"{HOME_VARIABLE}={shlex.quote(named)} {line}" if named and line.startswith("python -m ") else line


def _with_way_to_open(outcome: Outcome, options: Namespace) -> Outcome:
    """The embedded workspace's pages are there once it is served."""
    if outcome.address is None or options.workspace:
        return outcome
    command = runnable("python -m workspace serve    # then open the address above")
    return outcome.model_copy(update={"next": [command, *outcome.next]})


def _json(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=1, default=str)


def _write_reports(options: Namespace, outcome: Outcome, request: str) -> None:
    made: dict[Path, str] = {}
    if options.out:
        made |= report.files_of(Path(options.out), outcome, request)
    if options.html:
        made[Path(options.html)] = report.to_html(outcome, request)
    if options.out and not any(path != Path(options.html or "") for path in made):
        _say(f"not written: {options.out}; this outcome holds no table")
    for path, text in made.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as refused:
            raise CannotWrite(f"{path} cannot be written: {refused.strerror}.") from refused
        _say(f"written: {path}")


__all__ = ["GOOD", "UNFINISHED", "run", "runnable", "threads"]
