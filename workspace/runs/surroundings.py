"""A run's ties to the other rooms of the workspace: integrations on the way in, the snapshot's file on the way out, the calendar."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from workspace.domain import Workspace
from workspace.integrations.book import connection_for_kernel
from workspace.runs.document import RunConnection
from workspace.runs.record import snapshot_of
from workspace.runs.sandbox import Level
from workspace.runs.worker import Ended
from workspace.schedules.book import queue_due
from workspace.store.schema import WorkspaceSetting

SANDBOX_SETTING = "sandbox"


class WorkspaceSurroundings:
    """The worker's `Surroundings`, over one opened workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def connection(self, integration_id: str) -> RunConnection | None:
        return connection_for_kernel(self._workspace, integration_id)

    def snapshot(self, ended: Ended) -> str | None:
        return snapshot_of(self._workspace, ended)

    def due(self, now: datetime) -> list[str]:
        return queue_due(self._workspace, now).unread


def tell_sandbox(workspace: Workspace, level: Level) -> None:
    """Keeps the level that the workers reached where every server of this workspace reads it."""
    setting = WorkspaceSetting.name == SANDBOX_SETTING
    with workspace.writing() as connection:
        if (
            connection.execute(update(WorkspaceSetting).where(setting).values(value=level.value)).rowcount
            == 0
        ):
            connection.execute(insert(WorkspaceSetting).values(name=SANDBOX_SETTING, value=level.value))


def told_sandbox(connection: Connection) -> str:
    """The level of this workspace's workers, in words; says so where none has started yet."""
    value = connection.scalar(select(WorkspaceSetting.value).where(WorkspaceSetting.name == SANDBOX_SETTING))
    return f"{value}: {Level(value).sentence}" if value else "unknown: no worker has started yet"
