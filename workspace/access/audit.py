"""The audit trail: who did what to which ids, when, from where, with what outcome. Append-only; contents and secrets stay out.

Each entry holds a hash over itself and the hash before it, so a changed, inserted or missing line shows (`verify`). Whoever can
rewrite the whole table can rebuild the chain: keep a printed hash elsewhere to notice that too.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, insert, select, text

from workspace.access.schema import AuditEntry
from workspace.store.engine import reading, writing

START = "0" * 64
ID_ARGUMENTS = (
    "projectId", "notebookId", "blockId", "blockIds", "integrationId", "runId", "folderId", "slug",
)  # fmt: skip
"""The arguments of tools that name things; no other argument is written down."""
LONGEST_TARGET = 300
CHAIN_LOCK = 7350012


@dataclass(frozen=True)
class Event:
    """Something that happened, before it has its place in the chain."""

    at: datetime
    actor: str
    actor_type: str
    """`key`, `oauth`, `session`, `operator`, `local` or `none`."""
    action: str
    """A tool's name, or a dotted name such as `key.create`."""
    outcome: str
    """`ok`, `refused`, `error` or `denied`."""
    actor_id: str | None = None
    client: str | None = None
    address: str | None = None
    targets: Mapping[str, str] | None = None


def targets_of(arguments: Mapping[str, Any]) -> dict[str, str]:
    """The ids among a tool's arguments."""
    found: dict[str, str] = {}
    for name in ID_ARGUMENTS:
        value = arguments.get(name)
        if isinstance(value, str):
            found[name] = value[:LONGEST_TARGET]
        elif isinstance(value, list):
            found[name] = ",".join(item for item in value if isinstance(item, str))[:LONGEST_TARGET]
    return found


def write(engine: Engine, events: Sequence[Event]) -> None:
    """Append events in one transaction."""
    if not events:
        return
    with writing(engine) as connection:
        if (
            connection.dialect.name == "postgresql"
        ):  # one writer of the chain at a time; SQLite has just one anyway
            connection.execute(text("SELECT pg_advisory_xact_lock(:chain)"), {"chain": CHAIN_LOCK})
        last = connection.execute(
            select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq, last.hash) if last else (0, START)
        rows = []
        for event in events:
            seq += 1
            row = _row(event, seq, previous)
            previous = str(row["hash"])
            rows.append(row)
        connection.execute(insert(AuditEntry), rows)


def _row(event: Event, seq: int, previous: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "seq": seq,
        "at": event.at,
        "actor": event.actor[:200],
        "actor_id": event.actor_id,
        "actor_type": event.actor_type,
        "client": event.client[:200] if event.client else None,
        "address": event.address,
        "action": event.action[:64],
        "targets": dict(event.targets or {}),
        "outcome": event.outcome,
        "previous": previous,
    }
    return {**row, "hash": hash_of(row)}


def hash_of(row: Mapping[str, Any]) -> str:
    """SHA-256 over an entry's members, `previous` among them, as canonical JSON."""
    members = {**row, "at": row["at"].isoformat()}
    members.pop("hash", None)
    return hashlib.sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def as_row(entry: AuditEntry) -> dict[str, Any]:
    return {column.name: getattr(entry, column.name) for column in AuditEntry.__table__.columns}


@dataclass(frozen=True)
class Wanted:
    """Which entries to read; None means any."""

    action: str | None = None
    actor: str | None = None
    outcome: str | None = None
    target: str | None = None
    since: datetime | None = None
    after: int = 0


def read(engine: Engine, wanted: Wanted, limit: int | None = None) -> list[dict[str, Any]]:
    """Entries in order; with a limit, the last so many."""
    query = select(AuditEntry.__table__).where(AuditEntry.seq > wanted.after)
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.outcome, wanted.outcome),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    query = query.order_by(AuditEntry.seq.desc())
    with reading(engine) as connection:
        rows: list[dict[str, Any]] = []
        for row in connection.execute(query).mappings():
            if wanted.target is not None and not any(
                wanted.target in value for value in row["targets"].values()
            ):
                continue
            rows.append(dict(row))
            if limit is not None and len(rows) >= limit:
                break
    return rows[::-1]


@dataclass(frozen=True)
class Verdict:
    entries: int
    last: str
    """The hash of the last entry: keep it elsewhere to notice a rewritten table."""
    broken_at: int | None
    """The first entry that does not follow from the one before it."""


def verify(engine: Engine) -> Verdict:
    """Walk the whole chain."""
    previous, count = START, 0
    for row in _every(engine):
        count += 1
        if row["seq"] != count or row["previous"] != previous or row["hash"] != hash_of(row):
            return Verdict(count, previous, row["seq"])
        previous = row["hash"]
    return Verdict(count, previous, None)


def _every(engine: Engine) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        with reading(engine) as connection:
            query = (
                select(AuditEntry.__table__)
                .where(AuditEntry.seq > after)
                .order_by(AuditEntry.seq)
                .limit(1000)
            )
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return
        yield from rows
        after = rows[-1]["seq"]


def size(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(AuditEntry)) or 0
