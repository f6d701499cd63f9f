"""A run's snapshot as the diff reads it: outputs from one delivery, sources from the other."""

import yaml

from agents.errors import ToolFailed
from agents.toolbox import Toolbox
from workflows.diff.compare import Snapshot

LARGEST = 3_000_000
"""Characters of an inline snapshot that are parsed for its sources; a larger one holds mostly outputs."""


async def read_snapshot(tools: Toolbox, run_id: str) -> Snapshot | None:
    """The snapshot of a finished run; None when it is gone (expired, or never written)."""
    reading = tools.only("get_run")
    try:
        run = await reading.get_run(run_id, "blocks")
    except ToolFailed:
        return None
    if run.snapshot_blocks is None:
        return None
    return Snapshot(run_id, run.snapshot_blocks, await _sources(reading, run_id), run.snapshot_truncated)


async def _sources(tools: Toolbox, run_id: str) -> dict[str, str] | None:
    try:
        content = (await tools.get_run(run_id, "inline")).snapshot_content
    except ToolFailed:
        return None
    return sources_of(content) if content and len(content) <= LARGEST else None


def sources_of(content: str) -> dict[str, str] | None:
    """Source by block id, from a `.snapshot.deepnote`; None when it cannot be read."""
    try:
        # Every scalar stays text: an unquoted date or an all-digit id is not turned into something else.
        document = yaml.load(content, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        notebooks = document["project"]["notebooks"]
        return {
            block["id"]: str(block.get("content") or "")
            for notebook in notebooks
            for block in notebook["blocks"]
        }
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return None
