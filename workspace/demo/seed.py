"""Fills an empty workspace with the demo: databases from the packaged data, integrations, notebooks, earlier runs."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, insert, select

from workspace.demo.earlier import store_earlier_runs
from workspace.demo.names import LABOUR, MARKET, REFERENCE, WAREHOUSE
from workspace.demo.tables import build_databases, warehouse_structure
from workspace.domain import Workspace
from workspace.files.deepnote import parse
from workspace.files.storing import store_document
from workspace.integrations import book, structure
from workspace.store.schema import Integration, Project
from workspace.store.tables import METADATA

BORN = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
"""When the integrations of the demo were added."""
WAREHOUSE_READ = datetime(2026, 2, 16, 6, 0, tzinfo=UTC)
UNFINISHED = "demo.unfinished"
"""A file that stands in the data folder while the demo goes in."""
EMPTIED = ("run_blocks", "runs", "schedules", "blocks", "notebooks", "projects", "folders", "integrations")
"""Tables of contents, those that refer to others first; keys, members and the audit trail are not among them."""


def seed_if_empty(workspace: Workspace) -> bool:
    """True when the workspace was empty, or half seeded by a process that died, and holds the demo now."""
    unfinished = workspace.services.data / UNFINISHED
    with _alone(workspace.services.data):
        if unfinished.exists():
            reset(workspace)
        with workspace.reading() as connection:
            tables = (Project, Integration)
            held = [connection.scalar(select(exists().select_from(table))) for table in tables]
        if any(held):
            return False
        unfinished.touch()
        seed(workspace)
        unfinished.unlink()
    return True


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Of two processes that open an empty workspace at once, one seeds and the other waits."""
    with (data / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def reset(workspace: Workspace) -> None:
    """Delete all projects, integrations, schedules and runs; keys, members and the audit trail stay."""
    with workspace.writing() as connection:
        for name in EMPTIED:
            connection.execute(delete(METADATA.tables[name]))
    for snapshot in (workspace.services.data / "snapshots").glob("*"):
        snapshot.unlink(missing_ok=True)


def seed(workspace: Workspace) -> None:
    """The whole demo. The ids are fixed, so that tests, sessions and documentation can name them."""
    prices, labour, reference = build_databases(workspace.services.data / "demo")
    _integrate(
        workspace,
        MARKET,
        "Market data",
        "duckdb",
        {"path": str(prices)},
        "Daily closes of two stock indices.",
    )
    words = "Monthly U.S. employment by sector."
    _integrate(workspace, LABOUR, "Labour statistics", "duckdb", {"path": str(labour)}, words)
    words = "Which sector belongs to which group; derived from the employment figures."
    url = {"url": f"sqlite:///{reference}"}
    _integrate(workspace, REFERENCE, "Sector reference", "sqlite", url, words)
    _name_the_warehouse(workspace)
    for file in sorted(files("workspace.demo").joinpath("notebooks").iterdir(), key=lambda one: one.name):
        store_document(workspace, parse(file.read_text(encoding="utf-8"), file.name))
    store_earlier_runs(workspace)


def _integrate(
    workspace: Workspace, id: str, name: str, type: str, secret: dict[str, Any], description: str
) -> None:
    book.add(workspace, name, type, secret, integration_id=id, description=description, created_at=BORN)
    structure.refresh(workspace, id, type)


def _name_the_warehouse(workspace: Workspace) -> None:
    """A warehouse that this machine cannot reach: its structure is known from an earlier day, its blocks cannot run."""
    words = "The company's warehouse. It has no connection here: its SQL blocks cannot run on this machine."
    with workspace.writing() as connection:
        connection.execute(
            insert(Integration).values(
                id=WAREHOUSE,
                name="Snowflake warehouse",
                type="snowflake",
                description=words,
                structure=warehouse_structure(),
                structure_cached_at=WAREHOUSE_READ,
                created_at=BORN,
                updated_at=WAREHOUSE_READ,
            )
        )
