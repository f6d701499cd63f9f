"""What a run of an analysis says: figures out of its snapshot, each with the block that computed it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.results import Run, SnapshotBlock
from workflows.outcome import Claim, Source
from workflows.parts.blocks import PlannedBlock

FRAME = "application/vnd.deepnote.dataframe.v3+json"
_RELATIVE = re.compile(r"relative\b.*|share(?: of .*)?|(?:total )?return(?: a year)?|(?:best|worst) (?:day|week|month|quarter|year)|.*\bvolatility|.*\bdrawdown", re.I)  # fmt: skip
"""Titles that the parts give to columns whose values are parts of one."""
_ALL_RELATIVE = ("growth", "shares", "returns_list", "volatility_list")
"""Parts whose table holds a relative value of each series, under its name."""
CHARTS = ("application/vnd.vegalite.v5+json", "application/vnd.vega.v5+json")


def figures_of(blocks: Sequence[SnapshotBlock]) -> list[dict[str, Any]]:
    """The figures that the last summary block left as JSON; empty when none did."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        for output in block.outputs:
            held = (output.get("data") or {}).get("application/json")
            if isinstance(held, str):
                try:
                    held = json.loads(held)
                except ValueError:
                    continue
            if isinstance(held, dict) and isinstance(held.get("figures"), list):
                found = [one for one in held["figures"] if isinstance(one, dict) and "text" in one]
    return found


_BACKGROUND = ("prepare", "rebased", "trend", "change", "returns", "volatility", "drawdown", "correlation", "relation", "distribution")  # fmt: skip
"""Parts that tell how the data went as a whole; the others answer one question each."""


def answering(part: object) -> bool:
    """Whether a part's figures answer one question, and do not tell how the data went as a whole."""
    return str(part).partition("#")[0] not in _BACKGROUND


def answers_first(figures: Sequence[dict[str, Any]], *, asked: bool) -> list[dict[str, Any]]:
    """The figures in their order, but where something single was asked, what answers it before what only surrounds it."""
    return sorted(figures, key=lambda one: not answering(one.get("part"))) if asked else list(figures)


def claims_of(
    figures: Sequence[Mapping[str, Any]],
    made: Mapping[str, str],
    planned: Sequence[PlannedBlock],
    run_id: str,
    ending: str,
) -> list[Claim]:
    """A claim for each figure; `made` maps the plan's keys to block ids, `ending` is the suffix of this turn's keys."""
    places = {block.key: (number, block.title) for number, block in enumerate(planned, 1)}
    claims = []
    for one in figures:
        key = f"{one.get('part')}{ending}" if f"{one.get('part')}{ending}" in made else str(one.get("part"))
        if key not in made:
            continue
        number, title = places.get(key, (0, key))
        label = f"block {number}, {title}" if number else title
        source = Source(tool="get_run", run_id=run_id, block_id=made[key], label=label)
        claims.append(
            Claim(text=str(one["text"]), value=one.get("value"), unit=one.get("unit") or None, source=source)
        )
    return claims


def tables_of(
    blocks: Sequence[SnapshotBlock], titles: Mapping[str, str], places: Mapping[str, str], keys: Mapping[str, str]
) -> list[dict[str, Any]]:  # fmt: skip
    """The tables that the parts show, for reports; `titles` holds the blocks that are wanted, `places` what a person calls them, `keys` the plan's keys."""
    found = []
    for block in blocks:
        if block.id not in titles:
            continue
        for output in block.outputs:
            frame = (output.get("data") or {}).get(FRAME)
            if isinstance(frame, str):
                frame = json.loads(frame)
            if not isinstance(frame, dict) or not frame.get("rows"):
                continue
            columns = [column["name"] for column in frame["columns"]]
            index = "_deepnote_index_column"
            named = any(not isinstance(row.get(index), int) for row in frame["rows"])
            rows = [[*([row.get(index)] if named else []), *[row.get(name) for name in columns]] for row in frame["rows"][:50]]  # fmt: skip
            key = keys.get(block.id, "").partition("#")[0]
            found.append(
                {"title": titles[block.id], "columns": [*([""] if named else []), *columns], "rows": rows, "source": places.get(block.id, block.id),
                 "percent": _relative(key, columns)}
            )  # fmt: skip
    return found


def _relative(key: str, columns: Sequence[str]) -> list[str]:
    """The columns of a part's table whose values are parts of one."""
    if key in _ALL_RELATIVE or (key.startswith("periods") and "difference in points" in columns):
        return [name for name in columns if name != "difference in points"]
    changes = ("change",) if key in ("extremes", "matches") else ()
    return [name for name in columns if name in changes or _RELATIVE.fullmatch(name)]


def charts_of(
    blocks: Sequence[SnapshotBlock], titles: Mapping[str, str], places: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The charts of the snapshot as Vega-Lite or Vega specifications with their data."""
    found = []
    for block in blocks:
        if block.type != "visualization" or block.id not in titles:
            continue
        for output in block.outputs:
            data = output.get("data") or {}
            spec = next((data[kind] for kind in CHARTS if data.get(kind)), None)
            if isinstance(spec, str):
                spec = json.loads(spec)
            if isinstance(spec, dict):
                found.append(
                    {"title": titles[block.id], "spec": sized(spec), "source": places.get(block.id, block.id)}
                )
    return found


def sized(spec: dict[str, Any]) -> dict[str, Any]:
    """The chart at a width of its own: a page has no container to fill."""
    return {**spec, "width": 640} if spec.get("width") == "container" else spec


def failure_of(run: Run, titles: Mapping[str, str]) -> tuple[str | None, str]:
    """The block that failed and what it said, without terminal colours."""
    block_id, message = None, ""
    if run.error is not None and not isinstance(run.error, str):
        block_id, message = run.error.block_id, run.error.message
    elif isinstance(run.error, str):
        message = run.error
    for block in run.snapshot_blocks or []:
        for output in block.outputs:
            if output.get("output_type") == "error":
                block_id = block_id or block.id
                message = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"
    return block_id, message.strip()


__all__ = ["answering", "answers_first", "charts_of", "claims_of", "failure_of", "figures_of", "tables_of"]
