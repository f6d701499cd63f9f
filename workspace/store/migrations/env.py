"""Run by Alembic. It works on the connection, and inside the transaction, that it is given."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from workspace.store.schema import UtcDateTime
from workspace.store.tables import METADATA


def rendered(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our own time type as what it is to the database, so that a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, render_item=rendered, transactional_ddl=False
)
context.run_migrations()
