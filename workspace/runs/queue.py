"""The queue in the store. Every change of a run's state is one compare-and-set statement, so two workers never agree on one.

A run belongs to a worker while (worker, attempt) stand in its row; a worker that no longer finds them there has lost it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from workspace.runs.document import RunBlock
from workspace.runs.executor import BlockDone, BlockStarted
from workspace.runs.schema import TERMINAL, Run, RunBlockRow
from workspace.store.engine import reading, writing
from workspace.store.schema import Notebook

LEASE = timedelta(seconds=15)
MOST_ATTEMPTS = 2


class Claimed(NamedTuple):
    """A run that this worker now holds."""

    id: str
    notebook_id: str
    attempt: int
    worker: str
    blocks: list[RunBlock]
    inputs: Mapping[str, Any]
    triggered_by: str
    started_at: datetime


class Lost(NamedTuple):
    """A run whose worker is gone, and what became of it."""

    id: str
    status: str


def add_run(
    connection: Connection,
    *,
    run_id: str,
    notebook_id: str,
    blocks: Sequence[RunBlock],
    inputs: Mapping[str, Any],
    now: datetime,
    policy: str = "fail",
    triggered_by: str = "api",
    requested_by: str | None = None,
) -> None:
    """Puts a run at the end of the queue, with the notebook as it stands now.

    The notebook's row is changed first: who queues another run of it waits here, so that the numbers of a notebook's runs
    become visible in their own order, and no worker takes the second while the first is still being written.
    """
    newest = update(Notebook).where(Notebook.id == notebook_id).values(last_run_id=run_id, last_run_at=now)
    connection.execute(newest)
    values = {
        "id": run_id,
        "notebook_id": notebook_id,
        "status": "pending",
        "created_at": now,
        "triggered_by": triggered_by,
        "requested_by": requested_by,
        "inputs": dict(inputs),
        "blocks": [_as_json(block) for block in blocks],
        "policy": policy,
        "blocks_total": sum(block.executable for block in blocks),
    }
    connection.execute(insert(Run).values(values))


def _as_json(block: RunBlock) -> dict[str, Any]:
    return {"id": block.id, "type": block.type, "content": block.content, "metadata": dict(block.metadata)}


def _next_in_line() -> Any:
    """The oldest pending run whose notebook has neither a running one nor an older pending one."""
    candidate, other = aliased(Run), aliased(Run)
    in_the_way = exists().where(
        other.notebook_id == candidate.notebook_id,
        or_(other.status == "running", and_(other.status == "pending", other.seq < candidate.seq)),
    )
    waiting = select(candidate.seq).where(candidate.status == "pending", ~in_the_way)
    return waiting.order_by(candidate.seq)


class Waiting(NamedTuple):
    id: str
    policy: str


def waiting_runs(engine: Engine, most: int) -> list[Waiting]:
    """The runs that could start now, oldest first."""
    line = select(Run.id, Run.policy).where(Run.seq.in_(_next_in_line())).order_by(Run.seq).limit(most)
    with reading(engine) as connection:
        return [Waiting(row.id, row.policy) for row in connection.execute(line)]


def status_of(engine: Engine, run_id: str) -> str | None:
    with reading(engine) as connection:
        return connection.scalar(select(Run.status).where(Run.id == run_id))


def claim(
    engine: Engine, worker: str, now: datetime, lease: timedelta = LEASE, run_id: str | None = None
) -> Claimed | None:
    """Takes the next run that may start, or the named one; None if there is none or another worker was faster."""
    line = _next_in_line()
    first = line.limit(1)
    pending = Run.status == "pending"
    named = None if run_id is None else and_(Run.id == run_id, Run.seq.in_(line))
    seen = Run.seq == first.scalar_subquery() if named is None else named
    if (
        engine.dialect.name == "postgresql"
    ):  # what another worker is just taking is passed over, not waited for
        first = first.with_for_update(skip_locked=True)
    taken = Run.seq == first.scalar_subquery() if named is None else named
    taking = (
        update(Run)
        .where(taken, pending)
        .values(
            status="running",
            worker=worker,
            attempt=Run.attempt + 1,
            lease_until=now + lease,
            started_at=func.coalesce(Run.started_at, case((Run.created_at > now, Run.created_at), else_=now)),
        )
        .returning(
            Run.id, Run.notebook_id, Run.attempt, Run.blocks, Run.inputs, Run.triggered_by, Run.started_at
        )
    )
    with reading(
        engine
    ) as connection:  # an idle worker must not take the one write lock of SQLite twice a second
        if connection.execute(select(Run.seq).where(seen, pending)).first() is None:
            return None
    with writing(engine) as connection:
        run = connection.execute(taking).first()
    if run is None:
        return None
    return Claimed(
        run.id,
        run.notebook_id,
        run.attempt,
        worker,
        [RunBlock(**block) for block in run.blocks],
        run.inputs,
        run.triggered_by,
        run.started_at or now,
    )


class Renewed(NamedTuple):
    held: bool
    stop_requested: bool


def renew(engine: Engine, claimed: Claimed, now: datetime, lease: timedelta = LEASE) -> Renewed:
    """The heartbeat: the lease goes on, and the worker learns whether it still holds the run."""
    beating = update(Run).where(*_held(claimed)).values(lease_until=now + lease).returning(Run.stop_requested)
    with writing(engine) as connection:
        row = connection.execute(beating).first()
    return Renewed(row is not None, bool(row and row[0]))


def _held(claimed: Claimed) -> list[Any]:
    return [
        Run.id == claimed.id,
        Run.status == "running",
        Run.worker == claimed.worker,
        Run.attempt == claimed.attempt,
    ]


def note_started(engine: Engine, claimed: Claimed, position: int, event: BlockStarted) -> bool:
    with writing(engine) as connection:
        if not _set(connection, claimed, current_block_id=event.block.id):
            return False
        _keep(
            connection,
            claimed,
            position,
            block_id=event.block.id,
            status="running",
            started_at=event.at,
            outputs=[],
        )
    return True


def note_done(engine: Engine, claimed: Claimed, position: int, event: BlockDone) -> bool:
    """Keeps the block's outputs at once: what ran stays, whatever happens to the worker."""
    with writing(engine) as connection:
        done = position + (event.error is None)
        if not _set(connection, claimed, current_block_id=None, blocks_done=done):
            return False
        _keep(
            connection,
            claimed,
            position,
            block_id=event.block.id,
            status="success" if event.error is None else "error",
            started_at=event.started_at,
            finished_at=event.finished_at,
            execution_count=event.execution_count,
            truncated=event.truncated,
            outputs=event.outputs,
        )
    return True


def _keep(connection: Connection, claimed: Claimed, position: int, **values: Any) -> None:
    here = [RunBlockRow.run_id == claimed.id, RunBlockRow.position == position]
    connection.execute(delete(RunBlockRow).where(*here))
    connection.execute(insert(RunBlockRow).values(run_id=claimed.id, position=position, **values))


def note_sandbox(engine: Engine, claimed: Claimed, level: str) -> bool:
    with writing(engine) as connection:
        return _set(connection, claimed, sandbox=level)


def _set(connection: Connection, claimed: Claimed, **values: Any) -> bool:
    return connection.execute(update(Run).where(*_held(claimed)).values(**values)).rowcount == 1


def finish(
    engine: Engine,
    claimed: Claimed,
    status: str,
    now: datetime,
    *,
    error: Mapping[str, Any] | None = None,
    snapshot: str | None = None,
) -> bool:
    """The one terminal transition; False if the run was no longer this worker's to end."""
    with writing(engine) as connection:
        return _set(
            connection,
            claimed,
            status=status,
            completed_at=now,
            error=dict(error) if error else None,
            snapshot=snapshot,
            current_block_id=None,
            lease_until=None,
        )


def request_stop(connection: Connection, run_id: str, now: datetime) -> str | None:
    """Ends a waiting run at once and asks a running one to end; the status after that, None for an unknown id."""
    never_started = (
        update(Run)
        .where(Run.id == run_id, Run.status == "pending")
        .values(status="stopped", completed_at=now, stop_requested=True)
    )
    asked = update(Run).where(Run.id == run_id, Run.status == "running").values(stop_requested=True)
    connection.execute(never_started)
    connection.execute(asked)
    return connection.scalar(select(Run.status).where(Run.id == run_id))


def recover(engine: Engine, now: datetime, gone: Sequence[str] = ()) -> list[Lost]:
    """Ends or re-queues runs whose lease has passed or whose worker is in `gone`, as each run's policy says."""
    abandoned = [Run.status == "running", or_(Run.lease_until < now, Run.worker.in_(gone))]
    again = [Run.policy == "retry", Run.attempt < MOST_ATTEMPTS, Run.stop_requested.is_(False)]
    message = "The worker that ran this notebook stopped before it was done."
    with reading(engine) as connection:
        if connection.execute(select(Run.seq).where(*abandoned).limit(1)).first() is None:
            return []
    with writing(engine) as connection:
        requeued = connection.scalars(
            update(Run)
            .where(*abandoned, *again)
            .values(status="pending", worker=None, lease_until=None, blocks_done=0, current_block_id=None)
            .returning(Run.id)
        ).all()
        connection.execute(delete(RunBlockRow).where(RunBlockRow.run_id.in_(requeued)))
        ended = connection.execute(
            update(Run)
            .where(*abandoned)
            .values(
                status="internal_error",
                completed_at=now,
                lease_until=None,
                error={"message": message, "category": "worker"},
            )
            .returning(Run.id, Run.stop_requested)
        ).all()
        return [Lost(one, "pending") for one in requeued] + [Lost(one.id, "internal_error") for one in ended]


class Kept(NamedTuple):
    """What the store holds of a run whose worker is gone."""

    claimed: Claimed
    finished_at: datetime
    error: Mapping[str, Any]
    done: list[Any]
    """Rows of `run_blocks`, in order, of the blocks that ended."""


def kept(engine: Engine, run_id: str) -> Kept | None:
    """A lost run that has no snapshot yet; None if another worker has written one."""
    wanted = select(Run.__table__).where(
        Run.id == run_id, Run.status == "internal_error", Run.snapshot.is_(None)
    )
    rows = select(RunBlockRow.__table__).where(
        RunBlockRow.run_id == run_id, RunBlockRow.finished_at.is_not(None)
    )
    with reading(engine) as connection:
        run = connection.execute(wanted).first()
        if run is None:
            return None
        done = list(connection.execute(rows.order_by(RunBlockRow.position)))
    blocks = [RunBlock(**block) for block in run.blocks]
    started = run.started_at or run.created_at
    claimed = Claimed(
        run.id, run.notebook_id, run.attempt, run.worker or "", blocks, run.inputs, run.triggered_by, started
    )
    return Kept(claimed, run.completed_at, run.error or {}, done)


def without_snapshot(engine: Engine, most: int = 100) -> list[str]:
    """Runs that a worker ended without their snapshot: it was killed just then, or the disk was full. The newest."""
    bare = [
        Run.status == "internal_error",
        Run.snapshot.is_(None),
        Run.error["category"].as_string() == "worker",
    ]
    with reading(engine) as connection:
        return list(connection.scalars(select(Run.id).where(*bare).order_by(Run.seq.desc()).limit(most)))


def add_snapshot(engine: Engine, run_id: str, snapshot: str) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(Run).where(Run.id == run_id, Run.snapshot.is_(None)).values(snapshot=snapshot)
        )


def running_workers(engine: Engine) -> list[str]:
    """The workers that hold a run, living or not."""
    with reading(engine) as connection:
        held = select(Run.worker).where(Run.status == "running", Run.worker.is_not(None)).distinct()
        return [worker for worker in connection.scalars(held) if worker]


def queue_position(connection: Connection, seq: int) -> int:
    """How a waiting run stands among all that wait: 1 for the first."""
    earlier = select(func.count()).where(Run.status == "pending", Run.seq < seq)
    return 1 + int(connection.scalar(earlier) or 0)


def is_terminal(status: str) -> bool:
    return status in TERMINAL
