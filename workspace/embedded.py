"""The workspace inside this process: opened on a folder, reached as an ASGI application with a key of its own."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp

from workspace.access import keys
from workspace.domain import Role, Services, Workspace, local_caller
from workspace.keeping import keep_worker
from workspace.notebooks.reading import notebook_row
from workspace.opening import new_uuid, open_store, utc_now
from workspace.server.app import Door
from workspace.server.settings import PATH, Settings
from workspace.store.engine import told

ORIGIN = "http://workspace.local"
"""A name for the ASGI transport only; nothing listens there."""
KEY_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Embedded:
    """An open workspace. `app` answers at `url` through an ASGI transport, to requests that bear `key`."""

    workspace: Workspace
    app: ASGIApp
    key: str
    url: str = ORIGIN + PATH

    def address(self, notebook_id: str) -> str:
        """Where a person opens the notebook, once `python -m workspace serve` serves this folder."""
        with self.workspace.reading() as connection:
            notebook = notebook_row(connection, local_caller(), notebook_id)
        return self.workspace.notebook_url(notebook.project_id, notebook.id)


def _forget(services: Services, key_id: str) -> None:
    """The key of this process ends with it; where the database is full by now, it ends when its time is over."""
    with suppress(OperationalError):
        keys.revoke(services, key_id)


@asynccontextmanager
async def open_workspace(
    data: Path,
    *,
    database: str | None = None,
    role: Role = Role.admin,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = new_uuid,
    random: Callable[[int], bytes] = secrets.token_bytes,
    docs: Path | None = None,
    seed_demo: bool = True,
    worker: bool = True,
) -> AsyncIterator[Embedded]:
    """Opens, migrates and, when it is empty, seeds the workspace in `data`. The key is good until the block ends.

    With `worker`, a worker process takes the runs, unless one of another process already does. Raises StoreUnusable.
    """
    workspace = open_store(data, database=database, clock=clock, new_id=new_id, random=random, docs=docs)
    async with AsyncExitStack() as closing:
        closing.callback(workspace.close)
        engine = workspace.services.engine
        if seed_demo:
            from workspace.demo.seed import seed_if_empty

            with told(engine):
                seed_if_empty(workspace)
        if worker:
            await closing.enter_async_context(keep_worker(data, database))
        own = replace(
            workspace.services, new_id=new_uuid
        )  # a key is no part of the world that ids are counted in
        with told(engine):
            key = keys.create(own, role, "this process", expires_at=clock() + KEY_LIFE)
        closing.callback(_forget, own, key.id)
        door = Door(
            workspace,
            Settings(origin=ORIGIN, hosts=frozenset({"workspace.local"}), calls_per_minute=0, pages=False),
        )
        closing.callback(door.close)
        yield Embedded(workspace, door.app(), key.clear)
