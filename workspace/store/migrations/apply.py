"""Bringing a database up to date, once, whichever of several processes comes first."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from workspace.errors import StoreUnusable
from workspace.store.engine import reading, writing

HERE = Path(__file__).parent
LOCK = 7_305_011
"""PostgreSQL's advisory lock that only one migrating process holds."""


def newest() -> str:
    """The revision of this program, read from the file names so that an up-to-date database needs no Alembic."""
    return sorted(path.stem for path in (HERE / "versions").glob("[0-9]*.py"))[-1]


def current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(engine: Engine) -> None:
    """Raises StoreUnusable for a database that a newer or unreleased version made."""
    with reading(engine) as connection:
        if current(connection) == newest():
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        there = current(connection)
        if there == newest():
            return
        if there is not None and not (HERE / "versions" / f"{there}.py").exists():
            address = engine.url.render_as_string(hide_password=True)
            raise StoreUnusable(
                f"The database {address} is at revision {there}, which this version does not know. "
                "Open it with the version that made it, or name another folder with --data."
            )
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
