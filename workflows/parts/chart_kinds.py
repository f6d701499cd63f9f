"""The kind of chart that a request names, given to the charts of the parts that can be drawn so."""

from collections.abc import Sequence
from typing import Any

from agents.asks.build_analysis import ChartKind
from workflows.parts.blocks import PlannedBlock

_OVER_TIME: dict[ChartKind, dict[str, Any]] = {
    "line": {"type": "line"},
    "area": {"type": "area", "opacity": 0.6},
    "stacked area": {"type": "area"},
    "bar": {"type": "bar"},
    "stacked bar": {"type": "bar"},
    "scatter": {"type": "point"},
}
OWN = frozenset({"histogram", "box", "heatmap", "scatter"})
"""Kinds that a part of their own draws."""


def as_wished(blocks: Sequence[PlannedBlock], kind: ChartKind) -> tuple[list[PlannedBlock], bool]:
    """The blocks with the first chart that can be so drawn as that kind, unless one is of it; and whether one is."""
    if not kind:
        return list(blocks), True
    charts = [(place, *_redrawn(block, kind)) for place, block in enumerate(blocks) if block.type == "visualization"]  # fmt: skip
    able = [(place, drawn) for place, drawn, done in charts if done]
    if not able:
        return list(blocks), False
    place, drawn = next((one for one in able if one[1] == blocks[one[0]]), able[0])
    return [*blocks[:place], drawn, *blocks[place + 1 :]], True


def _redrawn(block: PlannedBlock, kind: ChartKind) -> tuple[PlannedBlock, bool]:
    spec = block.metadata["deepnote_visualization_spec"]
    encoding, mark = dict(spec["encoding"]), spec["mark"]["type"]
    if _is(mark, encoding, kind):
        return block, True
    x, y = encoding.get("x", {}), encoding.get("y", {})
    if (
        kind == "pie"
        and mark == "bar"
        and y.get("type") == "nominal"
        and "field" in x
        and "color" not in encoding
    ):
        parts = {"theta": {"field": x["field"], "type": "quantitative", "stack": True}, "color": {"field": y["field"], "type": "nominal", "title": "", "sort": {"field": x["field"], "order": "descending"}}, "order": {"field": x["field"], "type": "quantitative", "sort": "descending"}}  # fmt: skip
        return _with(block, spec, {"type": "arc"}, parts), True
    over_time = x.get("type") in ("temporal", "ordinal") and y.get("type") == "quantitative" and "bin" not in x and "aggregate" not in y  # fmt: skip
    if over_time and kind in _OVER_TIME and mark in ("line", "bar", "area", "point"):
        encoding.pop("xOffset", None)
        stack: Any = "zero" if kind.startswith("stacked") else None
        y = {key: value for key, value in y.items() if key != "scale" or kind in ("line", "scatter")} | {"stack": stack}  # fmt: skip
        if kind == "bar" and "color" in encoding:
            encoding["xOffset"] = {"field": encoding["color"]["field"]}
        if kind in ("bar", "stacked bar") and x.get("type") == "temporal":
            encoding["x"] = {"field": x["field"], "type": "ordinal", "title": "", "timeUnit": "yearmonthdate"}
        return _with(block, spec, _OVER_TIME[kind], encoding | {"y": y}), True
    return block, False


def _is(mark: str, encoding: dict[str, Any], kind: ChartKind) -> bool:
    if kind == "heatmap":
        return mark == "rect"
    if kind == "histogram":
        return "bin" in encoding.get("x", {})
    if kind == "box":
        return mark == "boxplot"
    if kind == "scatter":
        return mark == "point" and encoding.get("x", {}).get("type") == "quantitative"
    if kind == "stacked bar":
        return mark == "bar" and encoding.get("y", {}).get("stack") == "zero"
    return mark == kind and "bin" not in encoding.get("x", {})


def _with(block: PlannedBlock, spec: dict[str, Any], mark: dict[str, Any], encoding: dict[str, Any]) -> PlannedBlock:  # fmt: skip
    drawn = {**spec, "mark": {**mark, "tooltip": True}, "encoding": encoding}
    return block.model_copy(update={"metadata": {**block.metadata, "deepnote_visualization_spec": drawn}})


__all__ = ["OWN", "as_wished"]
