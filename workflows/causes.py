"""What usually lies behind an error of a block: said only where the error and the notebook bear it out."""

import re
from collections.abc import Sequence

from agents.results import Block
from workflows.reading.names import all_names


def likely_cause(message: str, block_id: str | None, blocks: Sequence[Block]) -> str | None:
    """One sentence, or None where nothing can be said."""
    kind = message.split(":", 1)[0].strip()
    quoted = re.search(r"[\"'`]([^\"'`]+)[\"'`]", message)
    name = quoted.group(1) if quoted else ""
    if kind in {"ModuleNotFoundError", "ImportError"}:
        return (
            f"the package `{name}` is not installed where the notebook runs."
            if name
            else "a package is not installed where the notebook runs."
        )
    if kind == "NameError" and name:
        return _undefined(name, block_id, blocks)
    if kind == "KeyError":
        return f"there is no column or key {message.split(':', 1)[1].strip()} in the data as it is now."
    if kind == "FileNotFoundError":
        return "the file is not where the notebook runs."
    if re.search(
        r"Catalog Error|does not exist|no such table|UndefinedTable|not found", message, re.IGNORECASE
    ) and re.search(r"table|column|relation", message, re.IGNORECASE):
        return "a table or column was renamed or removed, or the block queries another integration than it was written for."
    if re.search(r"read-only|read only|readonly", message, re.IGNORECASE):
        return "the integration does not allow writing."
    if re.search(
        r"timed? ?out|Connection|could not connect|unreachable|refused|Name or service",
        message,
        re.IGNORECASE,
    ):
        return "the database or server could not be reached from where the notebook runs."
    if re.search(
        r"permission|denied|not authorized|authentication|password|credential", message, re.IGNORECASE
    ):
        return "the integration's credentials do not allow this."
    if kind in {"MemoryError"} or "Killed" in message or "kernel died" in message.lower():
        return "the block needed more memory or time than a run may have."
    if kind == "SyntaxError":
        return "the block's code is not valid Python."
    if kind in {"TypeError", "ValueError", "AttributeError", "IndexError", "ZeroDivisionError"}:
        return "the data that reached this block has another form than the code expects (empty, missing values, or another type)."
    return None


def _undefined(name: str, block_id: str | None, blocks: Sequence[Block]) -> str:
    names = all_names(blocks)
    order = [block.id for block in blocks]
    place = order.index(block_id) if block_id in order else len(order)
    below = [
        number for number, other in enumerate(order, 1) if name in names[other].defines and number > place + 1
    ]
    if below:
        return f"`{name}` is defined in block {below[0]}, below the block that uses it; moving that block up would mend it."
    return f"no block of the notebook defines `{name}`."


__all__ = ["likely_cause"]
