"""The inputs of a notebook: one for each input block, under the name of the variable it makes."""

import re
from collections.abc import Mapping
from typing import Any

from workspace.contract.blocks import InputResult

MINIMUM, MAXIMUM, STEP = 0.0, 100.0, 1.0
"""A slider's defaults in the format."""


def variable_name(written: str) -> str:
    """A Python name from what a person typed: blanks become `_`, everything else that is not allowed goes."""
    name = re.sub(r"[^0-9A-Za-z_]", "", re.sub(r"\s", "_", written)).lstrip("0123456789")
    return name or "input_1"


def input_name(metadata: Mapping[str, Any]) -> str:
    """The variable that an input block makes, which is also how a run names the input."""
    written = metadata.get("deepnote_variable_name")
    return "unnamed_variable" if written is None else variable_name(str(written))


def bounds(metadata: Mapping[str, Any]) -> tuple[float, float]:
    """The least and the most that a slider takes."""
    low = _number(metadata.get("deepnote_slider_min_value"), MINIMUM)
    return low, _number(metadata.get("deepnote_slider_max_value"), MAXIMUM)


def input_of(block_id: str, kind: str, metadata: Mapping[str, Any]) -> InputResult:
    slider, select = kind == "input-slider", kind == "input-select"
    low, high = bounds(metadata)
    return InputResult(
        block_id=block_id,
        name=input_name(metadata),
        type=kind,
        value=metadata.get("deepnote_variable_value", False if kind == "input-checkbox" else ""),
        label=_label(metadata),
        options=_options(metadata) if select else None,
        multiple=bool(metadata.get("deepnote_allow_multiple_values")) if select else None,
        min=low if slider else None,
        max=high if slider else None,
        step=_number(metadata.get("deepnote_slider_step"), STEP) if slider else None,
    )


def _label(metadata: Mapping[str, Any]) -> str | None:
    label = metadata.get("deepnote_input_label") or metadata.get("deepnote_input_checkbox_label")
    return str(label) if label else None


def _options(metadata: Mapping[str, Any]) -> list[str]:
    listed = (
        metadata.get("deepnote_variable_options") or metadata.get("deepnote_variable_custom_options") or []
    )
    return [str(option) for option in listed] if isinstance(listed, list) else []


def _number(value: Any, default: float) -> float:
    """The setting, or the format's default where a file holds no number."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else default
