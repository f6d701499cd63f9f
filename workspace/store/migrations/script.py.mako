"""${message}"""

import sqlalchemy as sa
from alembic import op

from workspace.store import search_triggers

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
    search_triggers.create(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("A workspace is not taken back to an older version; restore the copy made before.")
