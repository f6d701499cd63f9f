"""Schedules in the store. A due time is used by moving `next_at` on with compare-and-set in the transaction that queues the run.

The rule for missed times: of all the times that passed while no worker looked, the last is made up for if it is at most
`CATCH_UP` old; the others are skipped and counted. While a scheduled run of the notebook still waits, no second one is queued.
A schedule that this machine cannot read, since its time zone is gone, stays due: a machine that can read it uses the time.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from workspace.domain import Caller, Role, Workspace
from workspace.errors import SettingsWrong, ToolRefused, unknown
from workspace.runs.queue import add_run
from workspace.runs.schema import Run, Schedule
from workspace.schedules.calendar import count_until, next_after, times_after
from workspace.store.schema import Notebook
from workspace.tools.runs import blocks_of

CATCH_UP = timedelta(hours=1)


class Line(NamedTuple):
    """One schedule as it is listed."""

    notebook_id: str
    notebook: str
    cron: str
    timezone: str
    paused: bool
    next_at: datetime
    last_at: datetime | None
    last_run_id: str | None
    missed: int


def _require_editor(caller: Caller) -> None:
    if caller.role < Role.editor:
        raise ToolRefused(
            f"Schedules need the role editor, and this key is a {caller.role.name}'s.", status=403
        )


def _require_notebook(connection: Connection, caller: Caller, notebook_id: str) -> None:
    seen = select(Notebook.id).where(Notebook.id == notebook_id, caller.sees(Notebook.project_id))
    if connection.execute(seen).first() is None:
        raise unknown("notebook", notebook_id, "Call list_projects or search to find notebooks.")


def add(workspace: Workspace, caller: Caller, notebook_id: str, cron: str, timezone: str) -> datetime:
    """Sets the notebook's schedule, in place of the one it had; the first time. Raises SettingsWrong, ToolRefused."""
    _require_editor(caller)
    first = next_after(cron, timezone, workspace.now)
    with workspace.writing() as connection:
        _require_notebook(connection, caller, notebook_id)
        connection.execute(delete(Schedule).where(Schedule.notebook_id == notebook_id))
        connection.execute(
            insert(Schedule).values(
                id=workspace.new_id(),
                notebook_id=notebook_id,
                cron=cron,
                timezone=timezone,
                created_at=workspace.now,
                next_at=first,
            )
        )
        _mark(connection, notebook_id, True)
    return first


def remove(workspace: Workspace, caller: Caller, notebook_id: str) -> bool:
    """False if the notebook had none."""
    _require_editor(caller)
    with workspace.writing() as connection:
        _require_notebook(connection, caller, notebook_id)
        removed = connection.execute(delete(Schedule).where(Schedule.notebook_id == notebook_id)).rowcount
        _mark(connection, notebook_id, False)
    return removed > 0


def pause(workspace: Workspace, caller: Caller, notebook_id: str, paused: bool = True) -> bool:
    """Pauses, or goes on from the next time; nothing is made up for. False if the notebook has no schedule."""
    _require_editor(caller)
    with workspace.writing() as connection:
        _require_notebook(connection, caller, notebook_id)
        held = select(Schedule.cron, Schedule.timezone).where(Schedule.notebook_id == notebook_id)
        row = connection.execute(held).first()
        if row is None:
            return False
        values: dict[str, Any] = {"paused": paused}
        if not paused:
            values["next_at"] = next_after(row.cron, row.timezone, workspace.now)
        connection.execute(update(Schedule).where(Schedule.notebook_id == notebook_id).values(values))
        _mark(connection, notebook_id, not paused)
    return True


def _mark(connection: Connection, notebook_id: str, scheduled: bool) -> None:
    connection.execute(update(Notebook).where(Notebook.id == notebook_id).values(is_scheduled=scheduled))


def listed(workspace: Workspace, caller: Caller) -> list[Line]:
    """Every schedule the caller may see, the next first."""
    rows = (
        select(Schedule.__table__, Notebook.name.label("notebook"))
        .join(Notebook, Notebook.id == Schedule.notebook_id)
        .where(caller.sees(Notebook.project_id))
        .order_by(Schedule.paused, Schedule.next_at)
    )
    with workspace.reading() as connection:
        return [
            Line(**{name: getattr(row, name) for name in Line._fields}) for row in connection.execute(rows)
        ]


class Due(NamedTuple):
    """What a look at the calendar came to."""

    run_ids: list[str]
    """Of the runs that were queued."""
    unread: list[str]
    """A sentence for each schedule that this machine cannot read."""


def queue_due(workspace: Workspace, now: datetime) -> Due:
    """Queues what is due, each time once however many workers look."""
    due = select(Schedule.__table__).where(Schedule.paused.is_(False), Schedule.next_at <= now)
    with workspace.reading() as connection:
        rows = connection.execute(due.order_by(Schedule.next_at)).all()
    found = Due([], [])
    for row in rows:
        try:
            run_id = _use(workspace, row, now)
        except SettingsWrong as wrong:
            found.unread.append(f"the schedule of notebook {row.notebook_id} waits: {wrong}")
            continue
        if run_id is not None:
            found.run_ids.append(run_id)
    return found


def _use(workspace: Workspace, schedule: Row[Any], now: datetime) -> str | None:
    """Uses the schedule's due time; None if another worker did, or if it is skipped."""
    latest = _latest(schedule, now)
    passed = count_until(schedule.cron, schedule.timezone, schedule.next_at, now)
    with workspace.writing() as connection:
        waits = _one_waits(connection, schedule.notebook_id)
        runs = now - latest <= CATCH_UP and not waits
        skipped = passed + (0 if runs else 1)
        run_id = workspace.new_id() if runs else None
        moved = update(Schedule).where(Schedule.id == schedule.id, Schedule.next_at == schedule.next_at)
        values: dict[str, Any] = {"next_at": next_after(schedule.cron, schedule.timezone, now)}
        if skipped:
            values |= {"missed": Schedule.missed + skipped, "last_missed_at": now}
        if run_id is not None:
            values |= {"last_at": now, "last_run_id": run_id}
        if connection.execute(moved.values(values)).rowcount != 1 or run_id is None:
            return None
        add_run(
            connection,
            run_id=run_id,
            notebook_id=schedule.notebook_id,
            blocks=blocks_of(connection, schedule.notebook_id),
            inputs={},
            now=now,
            policy="retry",
            triggered_by="schedule",
        )
    return run_id


def _latest(schedule: Row[Any], now: datetime) -> datetime:
    """The last of the times that have passed."""
    latest: datetime = schedule.next_at
    earliest = max(schedule.next_at, now - CATCH_UP - timedelta(minutes=1))
    for moment in times_after(schedule.cron, schedule.timezone, earliest):
        if moment > now:
            break
        latest = moment
    return latest


def _one_waits(connection: Connection, notebook_id: str) -> bool:
    waiting = select(func.count()).where(
        Run.notebook_id == notebook_id, Run.status == "pending", Run.triggered_by == "schedule"
    )
    return bool(connection.scalar(waiting))
