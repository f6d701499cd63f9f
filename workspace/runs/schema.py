"""The tables of runs: the queue, each block's progress, and schedules."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workspace.store.schema import Base, UtcDateTime

TERMINAL = ("success", "error", "internal_error", "stopped")
Sequence = BigInteger().with_variant(Integer, "sqlite")


class Run(Base):
    """One run of a notebook, from the moment it was asked for."""

    __tablename__ = "runs"

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    """The order in which runs were asked for; the queue keeps it per notebook."""
    id: Mapped[str] = mapped_column(String(64), unique=True)
    notebook_id: Mapped[str] = mapped_column(ForeignKey("notebooks.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    triggered_by: Mapped[str] = mapped_column(String(16), default="api")
    requested_by: Mapped[str | None] = mapped_column(String(200))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """The notebook as it stood when the run was asked for."""
    policy: Mapped[str] = mapped_column(String(16), default="fail")
    """What happens when its worker dies: `fail` marks it internal_error, `retry` puts it back once."""
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    blocks_total: Mapped[int] = mapped_column(Integer, default=0)
    blocks_done: Mapped[int] = mapped_column(Integer, default=0)
    current_block_id: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    sandbox: Mapped[str | None] = mapped_column(String(32))
    snapshot: Mapped[str | None] = mapped_column(Text)
    """The snapshot's path below the data folder's `snapshots`."""

    __table_args__ = (
        Index("ix_runs_notebook", "notebook_id", "seq"),
        Index("ix_runs_status", "status", "seq"),
    )


class RunBlockRow(Base):
    """One executable block of a run, written when it starts and again when it is done."""

    __tablename__ = "run_blocks"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    block_id: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    execution_count: Mapped[int | None] = mapped_column(Integer)
    truncated: Mapped[bool] = mapped_column(Boolean, default=False)
    outputs: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Schedule(Base):
    """A notebook's calendar; one a notebook."""

    __tablename__ = "schedules"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    notebook_id: Mapped[str] = mapped_column(ForeignKey("notebooks.id", ondelete="CASCADE"), unique=True)
    cron: Mapped[str] = mapped_column(String(120))
    timezone: Mapped[str] = mapped_column(String(64))
    paused: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it is due; moved on in the same transaction that queues the run, so a time is used once."""
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_run_id: Mapped[str | None] = mapped_column(String(64))
    missed: Mapped[int] = mapped_column(Integer, default=0)
    """Times that were skipped: too late to be made up for, or while the run before still waited."""
    last_missed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_schedules_due", "paused", "next_at"),)
