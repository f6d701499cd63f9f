"""One run from the command line: opens workspace, model and thread, runs, asks, and writes the record and the reports."""

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from rich.console import Console

from agents.deciders import Aloud
from agents.errors import AccessDenied
from agents.models import open_decider
from agents.questions import Decider
from agents.session import Target, open_toolbox
from workflows import registry, report
from workflows.budget import Budget, Limited
from workflows.console import Watch, ask_choice, ask_plan, on_terminal, show_plan
from workflows.context import Approval, Context, Policy, WhenItExists
from workflows.embedded import embedded_target
from workflows.errors import BadSettings, CannotWrite
from workflows.outcome import Outcome, Status
from workflows.runner import Ended, Runner, Waiting
from workflows.threads import Record, Threads
from workflows.trace import Trace
from workflows.undo import outcome_of, undo

R = TypeVar("R")
KEY_VARIABLE = "DEEPNOTE_API_KEY"
HOME_VARIABLE = "DEEPNOTE_WORKFLOWS_HOME"
GOOD = frozenset({Status.DONE, Status.NOTHING_TO_DO, Status.PLANNED, Status.RUNNING})


def home() -> Path:
    """The folder of threads and of the embedded workspace."""
    named = os.environ.get(HOME_VARIABLE)
    return (
        Path(named).expanduser().resolve()
        if named
        else Path(platformdirs.user_data_dir("deepnote-workflows"))
    )


def threads(options: Namespace) -> Threads:
    return Threads(home() / "threads", getattr(options, "checkpoints", None))


async def run(options: Namespace, workflow: str, request: str) -> int:
    """The whole command; returns the exit code."""
    kept = threads(options)
    record = _record(options, kept, workflow, request)
    watch = Watch(quiet=options.json, verbose=options.verbose)
    with kept.lock(record.thread), contextlib.ExitStack() as closing:
        closing.callback(watch.still)
        if not options.undo:
            kept.keep(record.model_copy(update={"state": "working"}))
        try:
            outcome, waiting = await _opened(options, record, request, kept, watch)
        except BaseException:
            if not options.undo:
                kept.keep(record.model_copy(update={"state": "stopped", "updated": _now()}))
            raise
        watch.still()
        return _close(options, record, kept, outcome, waiting)


def _say(line: str) -> None:
    """A line for the person, beside the result."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _put(text: str) -> None:
    """The result."""
    sys.stdout.write(text + "\n")


def _now() -> datetime:
    return datetime.now(UTC)


def _record(options: Namespace, kept: Threads, workflow: str, request: str) -> Record:
    thread = options.undo or options.thread
    if options.resume and not thread:
        unfinished = [one for one in kept.all() if one.state in ("waiting", "stopped")]
        if not unfinished:
            raise BadSettings("No thread waits or was stopped; `python -m workflows.runs` lists them.")
        thread = unfinished[0].thread
        options.thread = thread
    if options.resume or options.undo:
        found = kept.record(thread)
        options.workspace = options.workspace or found.workspace or None
        return found.model_copy(update={"updated": _now()})
    thread = thread or secrets.token_hex(4)
    options.thread = thread
    with contextlib.suppress(Exception):
        found = kept.record(thread)
        if found.workflow != workflow:
            raise BadSettings(
                f"Thread {thread!r} belongs to {found.workflow}; give {workflow} a thread of its own."
            )
        return found.model_copy(update={"request": request, "updated": _now(), "undone": False})
    now = _now()
    return Record(
        thread=thread, workflow=workflow, request=request, state="working", started=now, updated=now, workspace=options.workspace or "",
    )  # fmt: skip


async def _opened(
    options: Namespace, record: Record, request: str, kept: Threads, watch: Watch
) -> tuple[Outcome | None, dict[str, Any] | None]:
    trace = Trace()
    budget = Budget(options.budget_calls, options.budget_tools, options.budget_tokens, options.budget_seconds)
    async with contextlib.AsyncExitStack() as stack:
        watch.now("opening the workspace")
        target = await stack.enter_async_context(_target(options))
        tools = await stack.enter_async_context(
            open_toolbox(target, timer=time.perf_counter, read_only=options.read_only, observe=trace.observe, limit=budget.tool_calls)
        )  # fmt: skip
        decider = await stack.enter_async_context(
            open_decider(
                options.model,
                base_url=options.base_url,
                fallback=options.fallback,
                small=options.small_model,
                environment=os.environ,
            )
        )
        saver = await stack.enter_async_context(kept.saver(*registry.state_types(record.workflow)))

        def tell(event: str, data: dict[str, Any]) -> None:
            trace.tell(event, data)
            watch.tell(event, data)

        context = Context(
            decider=Limited(_aloud(decider, watch), budget),
            tools=tools,
            clock=_now,
            sleep=asyncio.sleep,
            policy=_policy(options),
            session=secrets.token_hex(8),
            tell=tell,
        )
        runner = Runner(
            record.workflow, context, saver, record.thread, budget=budget, timer=time.perf_counter
        )
        trace.opened()
        watch.line(f"{target.label}, decided by {decider.label}, thread {record.thread}")
        if options.undo:
            return await _undo(runner, record, kept, context), None
        result = await _answer(options, record, request, runner, watch, trace)
        trace.ended()
        if options.trace:
            watch.still()
            for line in trace.lines(decider.usage):
                _say(line)
        return result


def _aloud(decider: Decider, watch: Watch) -> Decider:
    """On a terminal a model's words are seen while they are written."""
    return Aloud(decider, lambda text: watch.tell("words", {"text": text})) if watch.live else decider


@contextlib.asynccontextmanager
async def _target(options: Namespace) -> AsyncIterator[Target]:
    if not options.workspace:
        async with embedded_target(home() / "workspace") as target:
            yield target
        return
    yield _remote(options)


def _remote(options: Namespace) -> Target:
    if options.key_file:
        try:
            key = Path(options.key_file).expanduser().read_text(encoding="utf-8").strip()
        except OSError as refused:
            raise BadSettings(
                f"The key file {options.key_file} cannot be read: {refused.strerror}."
            ) from None
        return Target(url=options.workspace, key=key)
    if key := os.environ.get(KEY_VARIABLE, "").strip():
        return Target(url=options.workspace, key=key)
    from agents.oauth import open_vault, signed_in, stored_auth
    from workflows.login import credentials_folder

    vault = open_vault(credentials_folder())
    if signed_in(vault, options.workspace):
        return Target(url=options.workspace, auth=stored_auth(vault, options.workspace))
    raise AccessDenied(
        f"No key for {options.workspace}: set {KEY_VARIABLE}, give --key-file FILE, or sign in with "
        f"`python -m workflows.login {options.workspace}`."
    )


def _policy(options: Namespace) -> Policy:
    approval = (
        Approval.PLAN_ONLY if options.plan
        else Approval.READ_ONLY if options.read_only
        else Approval.YES if options.yes
        else Approval.ASK
    )  # fmt: skip
    exists = WhenItExists.REUSE if options.reuse else WhenItExists.NEW if options.new else WhenItExists.ASK
    return Policy(approval, exists, run=not options.no_run, run_deadline=options.deadline)


async def _answer(
    options: Namespace, record: Record, request: str, runner: Runner, watch: Watch, trace: Trace
) -> tuple[Outcome | None, dict[str, Any] | None]:
    step: Ended | Waiting
    if options.resume:
        step = await runner.resume(True if options.yes else None)
    else:
        step = await runner.start(request)
    while True:
        started = time.perf_counter()
        if isinstance(step, Waiting):
            if not on_terminal() or options.json:
                return None, step.payload
            answer = _asked(partial(ask_plan, step.payload, watch))
            trace.asked(time.perf_counter() - started)
            step = await runner.resume(answer)
            continue
        outcome = step.outcome
        if outcome.status is Status.NEEDS_ANSWER and outcome.question and on_terminal() and not options.json:
            watch.still()
            watch.console.print(outcome.answer)
            reply = _asked(partial(ask_choice, outcome.question, outcome.choices, watch))
            trace.asked(time.perf_counter() - started)
            if reply:
                step = await runner.start(record.request, reply=reply)
                continue
        return outcome, None


def _asked(question: Callable[[], R]) -> R:
    """A person's answer. The event loop stands still meanwhile, so that Ctrl-C ends the question at once."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return question()
    finally:
        signal.signal(signal.SIGINT, before)


async def _undo(runner: Runner, record: Record, kept: Threads, context: Context) -> Outcome:
    state = await runner.state()
    done = await undo(state.journal, context.tools)
    if done.entries:
        await runner.mark(done.entries)
        kept.keep(record.model_copy(update={"undone": True, "updated": _now()}))
    return outcome_of(done, record.workflow)


def _close(
    options: Namespace, record: Record, kept: Threads, outcome: Outcome | None, waiting: dict[str, Any] | None
) -> int:
    again = f"python -m workflows.run {record.workflow} --resume --thread {record.thread}"
    if outcome is None:
        assert waiting is not None
        kept.keep(record.model_copy(update={"state": "waiting", "updated": _now()}))
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
            show_plan(waiting, Console(highlight=False), whole=False)
        _say(f"Nothing was written: there is no terminal to ask on. Approve with: {again} --yes")
        return 1
    outcome = outcome.model_copy(
        update={"next": [line.replace("THREAD", record.thread) for line in outcome.next]}
    )
    if not options.undo:
        changes = record.changes + len(outcome.journal)
        kept.keep(
            record.model_copy(update={"state": outcome.status.value, "updated": _now(), "changes": changes})
        )
    if options.json:
        _put(_json({"thread": record.thread, **outcome.model_dump(mode="json")}))
    elif outcome.plan is not None:
        show_plan(outcome.plan, Console(highlight=False), whole=True)
    else:
        report.show(_with_way_to_open(outcome, options), Console(highlight=False))
    _write_reports(options, outcome, record.request)
    return 0 if outcome.status in GOOD else 1


def _with_way_to_open(outcome: Outcome, options: Namespace) -> Outcome:
    """The embedded workspace's pages are there once it is served."""
    if outcome.address is None or options.workspace:
        return outcome
    named = os.environ.get(HOME_VARIABLE)
    command = f"{HOME_VARIABLE}={named} python -m workspace serve" if named else "python -m workspace serve"
    return outcome.model_copy(update={"next": [f"{command}    # then open the address above", *outcome.next]})


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


__all__ = ["GOOD", "home", "run", "threads"]
