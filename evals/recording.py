"""Recording: one run against real servers, redacted, replayed once from its own tape, and put in place whole or not at all."""

import contextlib
import datetime
import difflib
import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from evals import calls as wire
from evals.canonical import digest
from evals.deck import Mode
from evals.drift import drift_of
from evals.errors import Drift, EvalError, Usage
from evals.likeness import Ids, settled
from evals.models import open_model
from evals.nodes import FOLDER as NODES
from evals.nodes import NodeCase, case_text, kept_again
from evals.redact import Redactor
from evals.running import Run, raised, run_session
from evals.scene import MODEL_URL, WORKSPACE_URL, App, ModelPlace
from evals.session import SESSION, TAPE, Session, session_text
from evals.tape import Interaction, Sides, dump, unwritable, with_copy, without_copy, write_whole

SESSIONS = Path(__file__).parent / "sessions"


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """One recording at a time in a sessions folder. Raises Usage when another is under way, Infrastructure when it cannot be written."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".recording").open("w")
    except OSError as failure:
        raise unwritable(root, failure) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Usage(
                f"Another recording is writing to {root}. Wait for it, or name another folder with --sessions."
            ) from None
        yield


async def record(
    session: Session, *, redact: list[str], app: App | None = None, answers: list[Interaction] | None = None
) -> tuple[Session, list[Interaction], Run]:
    """Run a session against real servers and give it back filled in, with its tape; nothing is written yet.

    With `answers`, a tape, the model is not asked: its answers on that tape are kept. Raises Drift when one is not on it.
    """
    model: ModelPlace | None = None
    if answers:
        run = await run_session(session, answers, Mode.RECORD, app)
        if run.deck.misses:
            raise Drift(str(run.deck.misses[0]))
    else:
        async with open_model(session.origin) as model:
            run = await run_session(session, [], Mode.RECORD, app, model)
    if isinstance(run.failure, EvalError):
        raise run.failure
    if run.failure is not None:
        hint = "" if run.scene.model else " It was run without a model; name one with --model."
        raise Drift(f"The run raised {raised(run.failure)}.{hint} Nothing was recorded.") from run.failure
    clean = _Cleaner(run, model, redact)
    seen = run.seen()
    tape = [
        one._replace(
            uri=clean.value(one.uri),
            request_headers=clean.redactor.headers(one.request_headers),
            request=clean.value(one.request),
            response_headers=clean.redactor.headers(one.response_headers, response=True),
            response=with_copy(clean.value(without_copy(one.response))),
        )
        for one in run.deck.recording()
    ]
    filled = session.model_copy(
        update={
            "origin": session.origin.model_copy(update={"client": f"mcp {_short(version('mcp'))}"}),
            "nodes": seen.trace.nodes,
            "questions": [
                question.model_copy(update=clean.fields(question, "values", "answer", "error"))
                for question in seen.questions
            ],
            "calls": wire.tool_calls(_exchanges(tape)),
            "outcome": clean.value(run.outcome),
            "replies": session.replies[: run.scene.answered],
            "end_state": run.end_state
            and run.end_state.model_copy(update={"changes": clean.value(run.end_state.changes)}),
            "world": session.world.model_copy(update={"digest": run.fixture_digest or ""}),
        }
    )
    return filled, tape, run


def _exchanges(tape: list[Interaction]) -> Any:
    from evals.deck import Deck

    return Deck(Mode.TAPE, tape).recorded()


class _Cleaner:
    """Takes secrets and loopback ports out of what was recorded."""

    def __init__(self, run: Run, model: ModelPlace | None, patterns: list[str]) -> None:
        workspace = run.scene.workspace
        self.names = {_base(workspace.url): _base(WORKSPACE_URL)}
        keys = [workspace.key]
        if model is not None:
            self.names[_base(model.url)] = _base(MODEL_URL)
            keys.append(model.key)
        self.redactor = Redactor([key for key in keys if len(key) > 7], patterns)

    def value(self, value: Any) -> Any:
        """The value with addresses renamed, pictures elided and secrets replaced."""
        return self.redactor.value(self._renamed(value))

    def fields(self, model: Any, *names: str) -> dict[str, Any]:
        """Some fields of a model, cleaned."""
        return {name: self.value(getattr(model, name)) for name in names}

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, str):
            for old, new in self.names.items():
                value = value.replace(old, new)
            return value
        if isinstance(value, list):
            return [self._renamed(item) for item in value]
        if isinstance(value, dict):
            return {
                key: elided(item) if str(key).startswith("image/") else self._renamed(item)
                for key, item in value.items()
            }
        return value


def elided(picture: Any) -> Any:
    """A picture as its size and hash: two pictures stay equal or different, and the tape stays small."""
    if isinstance(picture, str) and len(picture) > 400:
        return f"elided: {len(picture)} characters, sha256 {digest(picture)}"
    return picture


def _base(url: str) -> str:
    return "/".join(url.split("/")[:3])


async def record_to(
    session: Session,
    root: Path,
    *,
    redact: list[str] | None = None,
    app: App | None = None,
    locked: bool = False,
) -> tuple[Path, Run]:
    """Record a session into its folder. On any failure, Ctrl-C included, the folder stays as it was."""
    with contextlib.nullcontext() if locked else alone(root):
        filled, tape, run = await record(session, redact=redact or [], app=app)
        again = await run_session(filled, tape, Mode.TAPE, app)
        drift = drift_of(again, again.seen(), tape)
        if drift:
            raise Drift(f"{session.name} does not replay from its own tape, so it was not kept. {drift}")
        folder = root / session.workflow / session.title
        put_in_place(filled, tape, root, await kept_again(folder, filled, tape))
    return folder, run


def put_in_place(
    session: Session, tape: list[Interaction], root: Path, nodes: Mapping[str, NodeCase] | None = None
) -> Path:
    """Write the files into a new folder and swap it with the old one."""
    folder = root / session.workflow / session.title
    part = folder.with_name(f".{session.title}.{os.getpid()}.part")
    old = folder.with_name(f".{session.title}.{os.getpid()}.old")
    sides = Sides(root)
    try:
        part.mkdir(parents=True)
        write_whole(part / TAPE, dump(tape, sides))
        write_whole(part / SESSION, session_text(session, sides))
        for name, case in (nodes or {}).items():
            (part / NODES).mkdir(exist_ok=True)
            write_whole(part / NODES / name, case_text(case, sides))
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    except BaseException as failure:
        if old.exists() and not folder.exists():
            old.rename(folder)
        sides.discard()
        shutil.rmtree(part, ignore_errors=True)
        for made in (sides.folder, folder.parent):
            with contextlib.suppress(OSError):  # not empty, or never made
                made.rmdir()
        if isinstance(failure, OSError):
            raise unwritable(folder, failure) from None
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return folder


def fresh(session: Session) -> Session:
    """The session with only what it was recorded from, to be recorded again."""
    cleared: dict[str, Any] = {"nodes": [], "questions": [], "calls": [], "outcome": None, "end_state": None}
    today = datetime.datetime.now(datetime.UTC).date()
    return session.model_copy(
        update={**cleared, "origin": session.origin.model_copy(update={"recorded": today})}
    )


def difference(old: Session, new: Session, root: Path, reads: Collection[str] = ()) -> str:
    """A unified diff of two session files, long values included.

    What differs between any two recordings is left out: ids, times, addresses, and the rounds of polling with tools that only read.
    """
    whole = _Whole(root)
    one, other = (
        session_text(_meant(session, reads), whole).splitlines(keepends=True) for session in (old, new)
    )
    return "".join(difflib.unified_diff(one, other, f"{old.name} (recorded)", f"{new.name} (now)", n=2))


def _meant(session: Session, reads: Collection[str]) -> Session:
    """The session without what says when and where it was recorded."""
    content = session.model_copy(update={"calls": settled(session.calls, reads)}).model_dump(mode="json")
    likeness = Ids()
    content.update({name: likeness.plain(content[name]) for name in ("questions", "calls", "outcome")})
    content = json.loads(json.dumps(content, sort_keys=True))  # the order of fields says nothing
    content["nodes"] = [node for node, _ in groupby(session.nodes)]
    return Session.model_validate(content)


class _Whole(Sides):
    """Side values stay in the text."""

    def put(self, value: Any) -> Any:
        return value


def unused_bodies(root: Path) -> list[Path]:
    """Side files that no session refers to any more."""
    said = "".join(path.read_text(encoding="utf-8") for path in root.rglob("*.yaml"))
    return [path for path in sorted((root / "bodies").glob("*.json")) if path.name not in said]


def _short(full: str) -> str:
    return ".".join(full.split(".")[:2])


__all__ = ["SESSIONS", "alone", "difference", "fresh", "put_in_place", "record", "record_to", "unused_bodies"]
