"""What a person calls a block: its place, and the heading or first line by which they know it."""

import re
from collections.abc import Sequence

from agents.results import Block


def first_line(block: Block, length: int = 40) -> str:
    """A few words that tell the block from others."""
    variable = str(block.metadata.get("deepnote_variable_name") or "")
    if block.type.startswith("input-"):
        return f"input {variable}".strip()
    if block.type == "big-number":
        return str(block.metadata.get("deepnote_big_number_title") or "") or "big number"
    if block.type == "visualization":
        return f"chart of {variable}" if variable else "chart"
    for line in block.content.splitlines():
        words = re.sub(r"^#+\s*", "", line).strip()
        if words:
            return words if len(words) <= length else words[: length - 1].rstrip() + "…"
    return "empty"


def label(blocks: Sequence[Block], place: int) -> str:
    """For example `block 4 (SELECT month, sector, jobs)`; `place` counts from 0."""
    return f"block {place + 1} ({first_line(blocks[place])})"


def labels(blocks: Sequence[Block]) -> dict[str, str]:
    """The label of each block by id."""
    return {block.id: label(blocks, place) for place, block in enumerate(blocks)}
