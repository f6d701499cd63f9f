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


def input_of(block_id: str, kind: str, metadata: Mapping[str, Any]) -> InputResult:
    slider, select = kind == "input-slider", kind == "input-select"
    return InputResult(
        block_id=block_id,
        name=variable_name(str(metadata.get("deepnote_variable_name") or "unnamed_variable")),
        type=kind,
        value=metadata.get("deepnote_variable_value", False if kind == "input-checkbox" else ""),
        label=_label(metadata),
        options=_options(metadata) if select else None,
        multiple=bool(metadata.get("deepnote_allow_multiple_values")) if select else None,
        min=_number(metadata.get("deepnote_slider_min_value"), MINIMUM) if slider else None,
        max=_number(metadata.get("deepnote_slider_max_value"), MAXIMUM) if slider else None,
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
