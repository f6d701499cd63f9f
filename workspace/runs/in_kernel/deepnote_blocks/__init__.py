"""What runs inside a notebook's kernel: one function a block type, called by the code the executor sends.

Nothing here imports the rest of the project: the kernel sees this package alone. Heavy libraries are imported where
they are used, so that a notebook of plain code starts as fast as a bare kernel.
"""

from .charts import ChartError, chart
from .frames import install_formatter
from .numbers import big_number
from .sql import SqlError, connect, run_sql

__all__ = ["ChartError", "SqlError", "big_number", "chart", "connect", "prepare", "run_sql", "warm_up"]


def prepare(memory_bytes: int) -> None:
    """Called once, before the first block: tables are shown with their columns and types, memory has its limit."""
    import resource

    install_formatter()
    if memory_bytes > 0:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


def warm_up() -> None:
    """Imports what most notebooks need, in the kernel that waits for its run."""
    import duckdb  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401
    import sqlalchemy  # noqa: F401
