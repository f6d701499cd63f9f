"""What runs inside a notebook's kernel: one function a block type, called by the code the executor sends.

Nothing here imports the rest of the project: the kernel sees this package alone. Heavy libraries are imported where
they are used, so that a notebook of plain code starts as fast as a bare kernel.
"""

import importlib

from .charts import ChartError, chart, render
from .frames import install_formatter
from .numbers import big_number
from .sql import SqlError, connect, run_sql

__all__ = ["ChartError", "SqlError", "big_number", "chart", "connect", "prepare", "run_sql", "warm_up"]


def prepare(memory_bytes: int, file_bytes: int) -> None:
    """Called once, before the first block: tables are shown with their columns and types, memory and files have their limits; 0 for none."""
    import resource

    install_formatter()
    if memory_bytes > 0:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    if file_bytes > 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))


def warm_up(step: str) -> None:
    """Imports what most notebooks need, in the kernel that waits for its run; one step at a time, so that it can be taken between."""
    if step == "charts":
        render({"mark": "bar", "data": {"values": [{"x": 1}]}, "encoding": {"x": {"field": "x"}}})
    else:
        importlib.import_module(step)
