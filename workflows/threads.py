"""Where threads are kept: checkpoints in SQLite or PostgreSQL, a lock and a short record for each thread."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from agents.questions import Usage
from workflows.errors import BadSettings, CannotWrite, ThreadBusy, UnknownThread
from workflows.outcome import Outcome

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class DecidedBy(BaseModel):
    """The options that said who decides; whoever resumes a thread need not say them again."""

    model_config = ConfigDict(extra="forbid")

    model: str = "offline"
    base_url: str | None = None
    fallback: str | None = None
    small_model: bool = False


class Bounds(BaseModel):
    """The options that said how far a request may go; they hold for whoever resumes it, until the command line says otherwise."""

    model_config = ConfigDict(extra="forbid")

    no_run: bool = False
    deadline: float | None = None
    budget_calls: int | None = None
    budget_tokens: int | None = None
    budget_tools: int | None = None
    budget_seconds: float | None = None


class Record(BaseModel):
    """What `python -m workflows.runs` lists of a thread."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    thread: str
    workflow: str
    request: str
    state: str
    """A status of an outcome, `waiting` for an answer, `working`, `stopped` in the middle, `new`, or `unreadable`."""
    started: datetime
    updated: datetime
    changes: int = 0
    workspace: str = ""
    """Address of the server, empty for the embedded workspace."""
    decided_by: DecidedBy = DecidedBy()
    bounds: Bounds = Bounds()
    undone: bool = False
    tool_calls: int = 0
    """Of this thread in all, like `usage` and `seconds`; what a killed process spent is not counted."""
    usage: Usage = Usage()
    seconds: float = 0.0

    def spent(self, outcome: Outcome) -> Record:
        """The record with the cost of one more process."""
        before, now = self.usage, outcome.usage
        dollars = [each for each in (before.dollars, now.dollars) if each is not None]
        return self.model_copy(
            update={
                "tool_calls": self.tool_calls + outcome.tool_calls,
                "seconds": self.seconds + outcome.seconds,
                "usage": Usage(
                    calls=before.calls + now.calls,
                    input_tokens=before.input_tokens + now.input_tokens,
                    cached_tokens=before.cached_tokens + now.cached_tokens,
                    output_tokens=before.output_tokens + now.output_tokens,
                    seconds=before.seconds + now.seconds,
                    dollars=sum(dollars) if dollars else None,
                ),
            }
        )


class Threads:
    """The folder of threads; `database` is a PostgreSQL URL when checkpoints are kept there."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self._folder = folder
        self._database = database
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as refused:
            raise CannotWrite(_refused(folder, "created", refused)) from refused

    def _path(self, thread: str, ending: str) -> Path:
        if not _NAME.fullmatch(thread):
            raise BadSettings(
                f"{thread!r} is no name for a thread: letters, digits, dot, dash and underscore are."
            )
        return self._folder / f"{thread}{ending}"

    def record(self, thread: str) -> Record:
        """The thread's record; raises UnknownThread, and CannotWrite where the file is there and no record."""
        path = self._path(thread, ".json")
        try:
            return Record.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise UnknownThread(
                f"There is no thread {thread!r}. `python -m workflows.runs` lists the threads there are."
            ) from None
        except OSError as refused:
            raise CannotWrite(f"{path} cannot be read: {refused.strerror}.") from refused
        except ValueError:
            raise CannotWrite(
                f"{path} holds no record of a thread; move it away and start another thread."
            ) from None

    def log(self, thread: str) -> Path:
        """The file of what happened on the thread (`workflows.log`)."""
        return self._path(thread, ".log")

    def draft(self, thread: str) -> Path:
        """The file of the thread's plan while a person edits it."""
        return self._path(thread, ".plan.yaml")

    def keep(self, record: Record) -> None:
        """Write the record, whole or not at all."""
        path = self._path(record.thread, ".json")
        partial = path.with_suffix(".partial")
        try:
            partial.write_text(record.model_dump_json(indent=1), encoding="utf-8")
            partial.replace(path)
        except OSError as refused:
            raise CannotWrite(_refused(path, "written", refused)) from refused

    def all(self) -> list[Record]:
        """Every thread, the one changed last first; a thread whose process died reads `stopped`."""
        found = []
        for path in self._folder.glob("*.json"):
            try:
                record = Record.model_validate_json(path.read_bytes())
            except (OSError, ValueError):
                seen = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                told = f"{path.name} holds no record that can be read"
                record = Record(thread=path.stem, workflow="", request=told, state="unreadable", started=seen, updated=seen)  # fmt: skip
            if record.state == "working" and not self._busy(record.thread):
                record = record.model_copy(update={"state": "stopped"})
            found.append(record)
        return sorted(found, key=lambda record: record.updated, reverse=True)

    def _busy(self, thread: str) -> bool:
        try:
            with self.lock(thread):
                return False
        except ThreadBusy:
            return True

    @contextmanager
    def lock(self, thread: str) -> Iterator[None]:
        """Hold the thread; raises ThreadBusy when another process does, here or at another machine with the same
        checkpoint database. The lock ends with its process."""
        busy = ThreadBusy(
            f"Another run is working on thread {thread!r}. Wait for it, or start another thread."
        )
        path = self._path(thread, ".lock")
        try:
            file = path.open("w")
        except OSError as refused:
            raise CannotWrite(_refused(path, "written", refused)) from refused
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise busy from None
            if self._database is None:
                yield
                return
            with _advisory(self._database, thread) as got:
                if not got:
                    raise busy
                yield

    @asynccontextmanager
    async def saver(self, *states: type[BaseModel]) -> AsyncIterator[BaseCheckpointSaver[str]]:
        """The checkpointer; it reads back no other classes than the given states are made of."""
        from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

        serde = JsonPlusSerializer(allowed_msgpack_modules=sorted(classes_of(*states)))
        if self._database:
            async with _postgres(self._database, serde) as postgres:
                yield postgres
            return
        import aiosqlite
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        path = self._folder / "checkpoints.db"
        _checked(path)
        try:
            async with aiosqlite.connect(path) as connection:
                await connection.execute("PRAGMA busy_timeout = 5000")
                sqlite = AsyncSqliteSaver(connection, serde=serde)
                await sqlite.setup()
                await connection.execute("PRAGMA synchronous = NORMAL")
                yield sqlite
        except sqlite3.OperationalError as refused:
            raise CannotWrite(f"{path} cannot be written: {refused}.") from refused

    @asynccontextmanager
    async def reader(self, *states: type[BaseModel]) -> AsyncIterator[BaseCheckpointSaver[str]]:
        """The checkpointer for one who only looks; SQLite has to write where it reads, so of a folder that cannot be written a copy is read."""
        if self._database or os.access(self._folder, os.W_OK):
            async with self.saver(*states) as saver:
                yield saver
            return
        with tempfile.TemporaryDirectory() as copy:
            for file in self._folder.glob("checkpoints.db*"):
                shutil.copy(file, copy)
            async with Threads(Path(copy)).saver(*states) as saver:
                yield saver


def _refused(path: Path, what: str, refused: OSError) -> str:
    """What the system does not let us write, and what a person can do about it."""
    way = {
        errno.ENOSPC: " Make room on the disk.",
        errno.EDQUOT: " Make room on the disk.",
        errno.EACCES: " Set DEEPNOTE_WORKFLOWS_HOME to a folder of yours.",
        errno.EROFS: " Set DEEPNOTE_WORKFLOWS_HOME to a folder that can be written.",
    }.get(refused.errno or 0, "")
    return f"{path} cannot be {what}: {refused.strerror}.{way}"


def _checked(path: Path) -> None:
    """Raises CannotWrite where the file cannot be opened or is no database; a thread of its own could not tell it as well."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as refused:
        raise CannotWrite(f"{path} cannot be opened: {refused}.") from refused
    except sqlite3.DatabaseError as broken:
        raise CannotWrite(
            f"{path} holds no checkpoints ({broken}); move it away, and threads begin anew."
        ) from broken


@asynccontextmanager
async def _postgres(url: str, serde: Any) -> AsyncIterator[BaseCheckpointSaver[str]]:
    with _database_told():
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

        async with AsyncPostgresSaver.from_conn_string(_address(url), serde=serde) as saver:
            await saver.setup()
            yield saver


HELD = """
SELECT set_config(name, kept, false) FROM pg_settings JOIN (VALUES
    ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3'), ('idle_session_timeout', '0')
) AS wanted (name, kept) USING (name)
"""
"""A session that only holds a lock is not idle, and one whose machine lost its power is over within a minute."""


@contextmanager
def _advisory(url: str, thread: str) -> Iterator[bool]:
    """Whether the thread was free in this database and is held now, by a session that does nothing else."""
    with contextlib.ExitStack() as open_until_done:
        with _database_told():
            import psycopg

            session = open_until_done.enter_context(psycopg.connect(_address(url), autocommit=True))
            session.execute(HELD)
            row = session.execute(
                "SELECT pg_try_advisory_lock(hashtextextended(concat_ws(' ', 'thread', current_schema(), %s::text), 0))",
                [thread],
            ).fetchone()
        yield row == (True,)


@contextmanager
def _database_told() -> Iterator[None]:
    """What goes wrong with the checkpoint database, in a sentence."""
    try:
        import psycopg
    except ImportError:
        raise BadSettings(
            "Checkpoints in PostgreSQL need: pip install 'deepnote-workflows[postgres]'"
        ) from None
    try:
        yield
    except psycopg.OperationalError as refused:
        raise CannotWrite(f"The checkpoint database did not answer: {refused}".strip()) from refused
    except psycopg.Error as refused:
        said = str(refused).partition("\n")[0].rstrip(".")
        raise CannotWrite(f"The checkpoint database refused: {said}. Its user has to create and write tables there.") from refused  # fmt: skip


def _address(url: str) -> str:
    """As psycopg takes it; a server that says nothing is given up after ten seconds, unless the URL says otherwise."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    address = re.sub(r"^postgresql\+\w+://", "postgresql://", url)
    try:
        given = conninfo_to_dict(address)
    except ProgrammingError:
        given = {}
    if not given:
        raise BadSettings(
            "--checkpoints takes an address such as postgresql://user@host:5432/database; the one given is none."
        ) from None
    return make_conninfo("", **{"connect_timeout": 10, **given})


def classes_of(*kinds: type[BaseModel]) -> set[tuple[str, str]]:
    """Every pydantic model and enum that can occur in the given models, as (module, name)."""
    from enum import Enum
    from typing import get_args

    seen: set[Any] = set()
    waiting: list[Any] = [*kinds]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel | Enum):
            if kind in seen:
                continue
            seen.add(kind)
            if issubclass(kind, BaseModel):
                waiting += [field.annotation for field in kind.model_fields.values()]
        waiting += get_args(kind)
    return {(kind.__module__, kind.__name__) for kind in seen}


__all__ = ["Bounds", "DecidedBy", "Record", "Threads", "classes_of"]
