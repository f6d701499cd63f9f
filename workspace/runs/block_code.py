"""From a block to the Python that runs for it in the kernel."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from workspace.notebooks.inputs import variable_name
from workspace.runs.document import RunBlock
from workspace.runs.inputs import input_code

BLOCKS = "__import__('deepnote_blocks')"


def block_code(block: RunBlock, inputs: Mapping[str, Any], today: date) -> str:
    """Python source, empty where the block does nothing in a run; raises InputRefused for a value of the wrong kind."""
    if block.type == "code":
        return block.content
    if block.type == "sql":
        return _sql(block)
    if block.type == "visualization":
        return _chart(block)
    if block.type == "big-number":
        return f"{BLOCKS}.big_number({_literal(dict(block.metadata))})"
    if block.type == "button":
        return _button(block)
    if block.type.startswith("input-"):
        return input_code(block, inputs, today)
    return ""


def _literal(value: Any) -> str:
    """A value as Python source: by way of JSON, whose text is one quoted Python string."""
    return f"__import__('json').loads({json.dumps(value, ensure_ascii=False)!r})"


def _sql(block: RunBlock) -> str:
    if not block.content.strip():
        return ""
    returns = str(block.metadata.get("deepnote_return_variable_type") or "dataframe")
    call = f"{BLOCKS}.run_sql({block.content!r}, {block.integration!r}, {returns!r})"
    written = str(block.metadata.get("deepnote_variable_name") or "")
    if not written.strip():
        return call
    name = variable_name(written)
    return f"{name} = {call}\n{name}"


def _chart(block: RunBlock) -> str:
    written = str(block.metadata.get("deepnote_variable_name") or "")
    spec = block.metadata.get("deepnote_visualization_spec")
    if not written.strip() or not spec:
        return ""
    name = variable_name(written)
    chosen = block.metadata.get("deepnote_chart_filter")
    filters = chosen.get("advancedFilters") or [] if isinstance(chosen, dict) else []
    return f"{BLOCKS}.chart({name}, {_literal(spec)}, {_literal(filters)}, {name!r})"


def _button(block: RunBlock) -> str:
    """Nobody clicks during a run: a button that sets a variable leaves it False."""
    if block.metadata.get("deepnote_button_behavior") != "set_variable":
        return ""
    return f"{variable_name(str(block.metadata.get('deepnote_variable_name') or ''))} = False"
