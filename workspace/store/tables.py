"""Every table of the workspace, in one import: what a migration compares a database with."""

import workspace.access.schema
import workspace.runs.schema  # noqa: F401
from workspace.store.schema import Base

METADATA = Base.metadata
