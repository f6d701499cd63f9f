"""The chart of a cut."""

import re
from collections.abc import Sequence
from typing import Any

from agents.asks.chart_kinds import ChartKind
from agents.asks.cuts import Cut
from workflows.parts.blocks import PlannedBlock, chart
from workflows.parts.cut_words import MONTHS, WEEKDAYS

_ORDINAL = frozenset({"weekday", "hour", "month of year", "year", "quarter"})


def cut_chart(cut: Cut, key: str, dims: Sequence[str], name: str) -> PlannedBlock | None:
    if not dims or cut.without:
        return None
    called = cut.called or "value"
    number: dict[str, Any] = {"field": _plain(called), "type": "quantitative", "title": called}
    if cut.how == "share":
        number["axis"] = {"format": ".0%"}
    if cut.more_than is not None:
        return chart(f"{key}cut_chart", f"How many have how many {called}", key, "bar", x={"field": _plain(called), "type": "ordinal", "title": called}, y={"field": "number", "type": "quantitative"})  # fmt: skip
    main = list(zip(dims, cut.by, strict=False))
    timed = next(((one, ref) for one, ref in main if ref.startswith("time:")), None)
    others = [one for one, ref in main if (one, ref) != timed]
    kind = cut.chart
    if timed is not None:
        x, drawn, extra = _time_axis(*timed, cut, kind), _over_time(kind, timed[1]), dict[str, Any]()
        if others:
            extra["color"] = {
                "field": _plain(others[0]),
                "type": "nominal",
                "title": others[0].replace("_", " "),
            }
            if drawn == "bar" and kind != "stacked bar":
                extra["xOffset"] = {"field": _plain(others[0])}
        stack = {"stack": "zero"} if kind.startswith("stacked") else {}
        return chart(f"{key}cut_chart", name, f"{key}_shown", drawn, x=x, y={**number, **stack}, **extra)
    first = {"field": _plain(dims[0]), "type": "nominal", "title": dims[0].replace("_", " ")}
    if len(others) > 1:
        if kind == "heatmap":
            return chart(f"{key}cut_chart", name, f"{key}_shown", "rect", x=first, y={"field": _plain(others[1]), "type": "nominal", "title": others[1]}, color=number)  # fmt: skip
        offset = {} if kind == "stacked bar" else {"yOffset": {"field": _plain(others[1])}}
        return chart(f"{key}cut_chart", name, f"{key}_shown", "bar", y={**first, "sort": "-x"}, x={**number, **({"stack": "zero"} if kind == "stacked bar" else {})},
                     color={"field": _plain(others[1]), "type": "nominal", "title": others[1].replace("_", " ")}, **offset)  # fmt: skip
    if kind == "pie":
        order = {"field": number["field"], "type": "quantitative", "sort": "descending"}
        return chart(f"{key}cut_chart", name, f"{key}_shown", "arc", theta=number, color={**first, "sort": None}, order=order)  # fmt: skip
    return chart(f"{key}cut_chart", name, f"{key}_shown", "bar", y={**first, "sort": "x" if cut.smallest else "-x"}, x=number)  # fmt: skip


def _plain(name: str) -> str:
    """A field name as Vega-Lite takes it: dots and brackets name nested fields there."""
    return re.sub(r"([.\[\]])", r"\\\1", name)


def _over_time(kind: ChartKind, ref: str) -> str:
    step = ref.partition(":")[2]
    if kind in ("bar", "stacked bar"):
        return "bar"
    if kind in ("area", "stacked area"):
        return "area"
    return "bar" if step in _ORDINAL and kind != "line" else "line"


def _time_axis(name: str, ref: str, cut: Cut, kind: ChartKind) -> dict[str, Any]:
    step = ref.partition(":")[2]
    if step in ("weekday", "month of year"):
        return {"field": _plain(name), "type": "ordinal", "title": "", "sort": WEEKDAYS if step == "weekday" else MONTHS}  # fmt: skip
    if step in ("hour", "quarter", "year"):
        return {
            "field": _plain(name),
            "type": "ordinal",
            "title": step,
            **({"sort": None} if step != "hour" else {}),
        }
    if kind in ("bar", "stacked bar"):
        return {"field": _plain(name), "type": "ordinal", "timeUnit": "yearmonth" if step == "month" else "yearmonthdate", "title": ""}  # fmt: skip
    return {"field": _plain(name), "type": "temporal", "title": ""}


__all__ = ["cut_chart"]
