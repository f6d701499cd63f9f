"""Opening a workspace: the data folder, the database brought up to date, the settings it is known by."""

import os
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select

from workspace.domain import Services, Workspace
from workspace.errors import StoreUnusable
from workspace.store.engine import check_reachable, open_engine, reading, sqlite_url, told, writing
from workspace.store.migrations.apply import migrate
from workspace.store.schema import WorkspaceSetting

DATABASE_FILE = "workspace.db"
DEFAULT_NAME = "My workspace"
DEFAULT_SLUG = "my-workspace"


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_uuid() -> str:
    return str(uuid.uuid4())


def open_store(
    data: Path,
    *,
    database: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = new_uuid,
    random: Callable[[int], bytes] = secrets.token_bytes,
    docs: Path | None = None,
    origin: str = "http://127.0.0.1:8787",
) -> Workspace:
    """The workspace kept in `data`, or in the PostgreSQL database named. Creates and migrates it. Raises StoreUnusable."""
    _make_private_folder(data)
    engine = open_engine(database or sqlite_url(data / DATABASE_FILE))
    services = Services(engine, clock, new_id, data, random, docs, origin.rstrip("/"))
    try:
        check_reachable(engine)
        with told(engine):
            migrate(engine)
            return Workspace(services, settings=_settings(engine, services))
    except BaseException:
        engine.dispose()
        raise


def _make_private_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as failed:
        raise StoreUnusable(f"The data folder {data} cannot be made: {failed.strerror}.") from failed
    if not os.access(data, os.W_OK | os.X_OK):
        raise StoreUnusable(
            f"The data folder {data} cannot be written to. Name another one with DEEPNOTE_WORKFLOWS_HOME, or with --data for `python -m workspace`."
        )
    data.chmod(0o700)


def _settings(engine: Engine, services: Services) -> dict[str, str]:
    with reading(engine) as connection:
        found = _read(connection)
    if found:
        return found
    with writing(engine) as connection:
        if not (found := _read(connection)):
            found = {
                "id": services.new_id(),
                "name": DEFAULT_NAME,
                "slug": DEFAULT_SLUG,
                "signing_key": services.random(32).hex(),
            }
            rows = [{"name": name, "value": value} for name, value in found.items()]
            connection.execute(insert(WorkspaceSetting), rows)
    return found


def _read(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(WorkspaceSetting.name, WorkspaceSetting.value))
    return {row.name: row.value for row in rows}
