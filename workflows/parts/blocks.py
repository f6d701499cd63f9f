"""Blocks of a plan, before they exist."""

import re
from typing import Any

from pydantic import Field

from workflows.outcome import Model

VEGA_LITE = "https://vega.github.io/schema/vega-lite/v5.json"


class PlannedBlock(Model):
    """One block, exactly as it will be created."""

    key: str
    """Unique in the plan; figures name the block that computed them by it."""
    title: str
    """What a person calls the block."""
    type: str
    content: str = ""
    integration_id: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


def heading(key: str, text: str, level: int = 2) -> PlannedBlock:
    return PlannedBlock(key=key, title=text, type=f"text-cell-h{level}", content=text)


def text(key: str, title: str, content: str) -> PlannedBlock:
    return PlannedBlock(key=key, title=title, type="markdown", content=content)


def code(key: str, title: str, content: str) -> PlannedBlock:
    return PlannedBlock(key=key, title=title, type="code", content=content.strip("\n"))


def sql(key: str, title: str, content: str, variable: str, integration_id: str) -> PlannedBlock:
    metadata = {"deepnote_variable_name": variable, "deepnote_return_variable_type": "dataframe"}
    return PlannedBlock(
        key=key, title=title, type="sql", content=content, integration_id=integration_id, metadata=metadata
    )


def date_input(key: str, label: str, variable: str, day: str) -> PlannedBlock:
    metadata = {
        "deepnote_variable_name": variable,
        "deepnote_input_label": label,
        "deepnote_variable_value": day,
        "deepnote_variable_default_value": day,
        "deepnote_input_date_version": 2,
        "deepnote_allow_empty_values": False,
    }
    return PlannedBlock(key=key, title=label, type="input-date", metadata=metadata)


def select_input(key: str, label: str, variable: str, options: list[str], chosen: list[str]) -> PlannedBlock:
    """A drop-down of which several options can be chosen."""
    metadata = {
        "deepnote_variable_name": variable,
        "deepnote_input_label": label,
        "deepnote_variable_value": chosen,
        "deepnote_variable_default_value": chosen,
        "deepnote_variable_options": options,
        "deepnote_variable_custom_options": options,
        "deepnote_variable_select_type": "from-options",
        "deepnote_allow_multiple_values": True,
        "deepnote_allow_empty_values": False,
    }
    return PlannedBlock(key=key, title=label, type="input-select", metadata=metadata)


def slider_input(key: str, label: str, variable: str, value: int, least: int, most: int) -> PlannedBlock:
    """A number between two bounds, which is text to the code that reads it."""
    metadata = {
        "deepnote_variable_name": variable,
        "deepnote_input_label": label,
        "deepnote_variable_value": str(value),
        "deepnote_variable_default_value": str(value),
        "deepnote_slider_min_value": least,
        "deepnote_slider_max_value": most,
        "deepnote_slider_step": 1,
    }
    return PlannedBlock(key=key, title=label, type="input-slider", metadata=metadata)


def big_number(key: str, title: str, variable: str) -> PlannedBlock:
    """One number, large; `variable` is a Python variable that holds it."""
    metadata = {"deepnote_big_number_title": title, "deepnote_big_number_value": variable, "deepnote_big_number_format": "plain", "deepnote_big_number_comparison_enabled": False}  # fmt: skip
    return PlannedBlock(key=key, title=title, type="big-number", metadata=metadata)


def chart(key: str, title: str, variable: str, mark: str | dict[str, Any], **encoding: Any) -> PlannedBlock:
    """A Vega-Lite chart of a DataFrame; a channel is a field definition or `(field, type, title)`."""
    spec = {
        "$schema": VEGA_LITE,
        "title": title,
        "width": "container",
        "height": 300,
        "mark": {"type": mark, "tooltip": True} if isinstance(mark, str) else mark,
        "encoding": {channel: _channel(value) for channel, value in encoding.items()},
    }
    metadata = {
        "deepnote_variable_name": variable,
        "deepnote_visualization_spec": spec,
        "deepnote_chart_filter": {"advancedFilters": []},
    }
    return PlannedBlock(key=key, title=title, type="visualization", metadata=metadata)


def _channel(value: Any) -> Any:
    if isinstance(value, tuple):
        field, kind, title = value
        return {"field": field, "type": kind, "title": title}
    return value


def variable(name: str) -> str:
    """A Python name from a table's or column's name."""
    found = re.sub(r"\W+", "_", name.lower()).strip("_") or "data"
    return f"t_{found}" if found[0].isdigit() else found


__all__ = [
    "PlannedBlock",
    "big_number",
    "chart",
    "code",
    "date_input",
    "heading",
    "select_input",
    "slider_input",
    "sql",
    "text",
    "variable",
]
