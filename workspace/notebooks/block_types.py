"""The block types of the .deepnote format: what content they hold and which settings their metadata knows.

The format keeps unknown metadata, so that a misspelt setting would be accepted and do nothing. Here it is refused on creation;
what comes from a file is kept as it is.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import process

from workspace.contract.blocks import BLOCK_TYPES
from workspace.contract.shapes import storable
from workspace.errors import ToolRefused

BUILT_IN = frozenset({"deepnote-dataframe-sql", "pandas-dataframe"})
"""Integrations that every workspace has: SQL over the notebook's own DataFrames."""
MOST_METADATA = 500_000
"""Characters of one block's metadata, as JSON."""
MOST_DEPTH = 64

Check = Callable[[Any], str | None]
"""None when a value fits, else what the setting takes."""


def _is(words: str, fits: Callable[[Any], bool]) -> Check:
    return lambda value: None if fits(value) else words


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


text = _is("text", lambda value: isinstance(value, str))
text_or_null = _is("text or null", lambda value: value is None or isinstance(value, str))
flag = _is("true or false", lambda value: isinstance(value, bool))
number = _is("a number", _number)
texts = _is("a list of texts", _texts)
objects = _is(
    "a list of objects", lambda value: isinstance(value, list) and all(isinstance(one, dict) for one in value)
)
mapping = _is("an object", lambda value: isinstance(value, dict))
anything = _is("anything", lambda value: True)
text_or_texts = _is("text or a list of texts", lambda value: isinstance(value, str) or _texts(value))
numeric_text = _is(
    'a number written as text, such as "5"', lambda value: isinstance(value, str) and _finite(value)
)
two_or_text = _is(
    "two dates in a list, or a period such as past7days",
    lambda value: isinstance(value, str) or (_texts(value) and len(value) == 2),
)


def _finite(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def one_of(*choices: str) -> Check:
    return _is("one of " + ", ".join(choices), lambda value: value in choices)


@dataclass(frozen=True)
class BlockType:
    executable: bool = False
    content: str = "any"
    """`any`, `line` (one line, no line breaks) or `empty`."""
    settings: Mapping[str, Check] = field(default_factory=dict)
    required: tuple[str, ...] = ()


BASE: Mapping[str, Check] = {
    "deepnote_app_is_code_hidden": flag,
    "deepnote_app_is_output_hidden": flag,
    "deepnote_app_block_visible": flag,
    "deepnote_app_block_width": number,
    "deepnote_app_block_order": number,
    "deepnote_app_block_group_id": text_or_null,
    "deepnote_app_block_subgroup_id": text,
    "deepnote_cell_height": number,
}
EXECUTABLE: Mapping[str, Check] = {
    "allow_embed": anything,
    "is_code_hidden": flag,
    "is_output_hidden": flag,
    "output_cleared": flag,
    "execution_start": number,
    "execution_millis": number,
    "source_hash": text,
    "execution_context_id": text,
    "deepnote_output_heights": anything,
    "deepnote_table_state": mapping,
    "last_executed_function_notebook_id": text_or_null,
    "last_function_run_started_at": anything,
    "function_notebook_export_states": anything,
}
TEXT: Mapping[str, Check] = {"is_collapsed": flag, "formattedRanges": objects, "indent_level": number}
INPUT: Mapping[str, Check] = {
    "deepnote_variable_name": text,
    "deepnote_input_label": text,
    "deepnote_variable_value": text,
    "deepnote_variable_default_value": text,
}


def _text_cell(**more: Check) -> BlockType:
    return BlockType(content="line", settings={**TEXT, **more})


def _runs(content: str = "any", required: tuple[str, ...] = (), **settings: Check) -> BlockType:
    return BlockType(True, content, {**EXECUTABLE, **settings}, required)


def _input(value: Check = text, **more: Check) -> BlockType:
    named = {**INPUT, "deepnote_variable_value": value, "deepnote_variable_default_value": value}
    return BlockType(True, "any", {**EXECUTABLE, **named, **more})


TYPES: Mapping[str, BlockType] = {
    "code": _runs(function_export_name=text),
    "sql": _runs(
        deepnote_variable_name=text,
        deepnote_return_variable_type=one_of("dataframe", "query_preview"),
        is_compiled_sql_query_visible=flag,
        function_export_name=text,
        sql_integration_id=text,
    ),
    "markdown": BlockType(),
    "text-cell-h1": _text_cell(),
    "text-cell-h2": _text_cell(),
    "text-cell-h3": _text_cell(),
    "text-cell-p": _text_cell(),
    "text-cell-bullet": _text_cell(),
    "text-cell-todo": _text_cell(checked=flag),
    "text-cell-callout": _text_cell(color=one_of("blue", "green", "yellow", "red", "purple")),
    "image": BlockType(
        content="empty",
        settings={
            "deepnote_img_src": text,
            "deepnote_img_width": one_of("actual", "50%", "75%", "100%"),
            "deepnote_img_alignment": one_of("left", "center", "right"),
        },
    ),
    "separator": BlockType(content="empty"),
    "visualization": _runs(
        "empty",
        deepnote_variable_name=text,
        deepnote_visualization_spec=mapping,
        deepnote_chart_filter=mapping,
        deepnote_chart_height=number,
        deepnote_config_collapsed=flag,
    ),
    "pivot-table": _runs(
        "empty",
        deepnote_variable_name=text,
        deepnote_pivot_rows=anything,
        deepnote_pivot_cols=anything,
        deepnote_pivot_aggregator=one_of("count", "count-unique", "sum", "average", "median", "min", "max"),
        deepnote_pivot_value_field=text_or_null,
    ),
    "big-number": _runs(
        deepnote_big_number_title=text,
        deepnote_big_number_value=text,
        deepnote_big_number_format=text,
        deepnote_big_number_comparison_enabled=flag,
        deepnote_big_number_comparison_title=text,
        deepnote_big_number_comparison_value=text,
        deepnote_big_number_comparison_type=text,
        deepnote_big_number_comparison_format=text,
    ),
    "button": _runs(
        "empty",
        deepnote_button_title=text,
        deepnote_button_color_scheme=one_of("blue", "red", "neutral", "green", "yellow"),
        deepnote_button_behavior=one_of("run", "set_variable"),
        deepnote_variable_name=text,
    ),
    "notebook-function": _runs(
        "empty",
        ("function_notebook_id",),
        function_notebook_id=text_or_null,
        function_notebook_inputs=mapping,
        function_notebook_export_mappings=mapping,
    ),
    "agent": _runs(deepnote_agent_model=text, deepnote_mcp_servers=objects),
    "input-text": _input(),
    "input-textarea": _input(),
    "input-checkbox": _input(flag, deepnote_input_checkbox_label=text),
    "input-select": _input(
        text_or_texts,
        deepnote_variable_options=texts,
        deepnote_variable_custom_options=texts,
        deepnote_variable_selected_variable=text,
        deepnote_variable_select_type=one_of("from-options", "from-variable"),
        deepnote_allow_multiple_values=flag,
        deepnote_allow_empty_values=flag,
    ),
    "input-slider": _input(
        numeric_text,
        deepnote_slider_min_value=number,
        deepnote_slider_max_value=number,
        deepnote_slider_step=number,
    ),
    "input-date": _input(deepnote_allow_empty_values=flag, deepnote_input_date_version=number),
    "input-date-range": _input(two_or_text),
    "input-file": _input(deepnote_allowed_file_extensions=anything),
}

MISTAKEN: Mapping[str, str] = {
    "deepnote_input_default": "deepnote_variable_value",
    "deepnote_input_value": "deepnote_variable_value",
    "deepnote_input_variable": "deepnote_variable_name",
    "deepnote_input_name": "deepnote_variable_name",
    "deepnote_input_min": "deepnote_slider_min_value",
    "deepnote_input_max": "deepnote_slider_max_value",
    "deepnote_input_step": "deepnote_slider_step",
    "deepnote_input_options": "deepnote_variable_options",
    "deepnote_button_label": "deepnote_button_title",
    "deepnote_big_number_template": "deepnote_big_number_value",
}
"""Settings that circulate in writing and that the format does not have."""


def known_type(name: str) -> BlockType:
    """Raises ToolRefused with the list of types."""
    found = TYPES.get(name)
    if found is None:
        nearest = process.extractOne(name, BLOCK_TYPES, score_cutoff=50)
        hint = f" Did you mean {nearest[0]}?" if nearest else ""
        raise ToolRefused(f"There is no block type {name!r}.{hint} Types: {', '.join(BLOCK_TYPES)}.")
    return found


def check_content(name: str, content: str) -> None:
    """Raises ToolRefused for content that a block of the type cannot hold."""
    rule = known_type(name).content if name in TYPES else "any"
    if rule == "empty" and content:
        raise ToolRefused(
            f"A {name} block has no content; everything about it is in its metadata. Leave content out."
        )
    if rule == "line" and ("\n" in content or "\r" in content):
        raise ToolRefused(
            f"A {name} block holds one line, and this content has several. "
            "Use a markdown block, or one block for each line."
        )


def check_metadata(name: str, metadata: Mapping[str, Any]) -> None:
    """Raises ToolRefused for the first setting that the type does not have or that takes another value."""
    kind = known_type(name)
    _check_storable(metadata)
    if "sql_integration_id" in metadata:
        raise ToolRefused(
            "metadata.sql_integration_id is not set this way. Give the id as integrationId, beside type and content."
        )
    known = {**BASE, **kind.settings}
    for key, value in metadata.items():
        check = known.get(key)
        if check is None:
            _check_unknown(name, key, known)
        elif (wanted := check(value)) is not None:
            raise ToolRefused(f"metadata.{key} of a {name} block takes {wanted}, not {_shown(value)}.")
    for key in kind.required:
        if key not in metadata:
            raise ToolRefused(f"A {name} block needs metadata.{key}; it may be null.")


def _check_unknown(name: str, key: str, known: Mapping[str, Check]) -> None:
    if key in MISTAKEN:
        right = MISTAKEN[key]
        there = "" if right in known else f", a setting of {_owner(right)} blocks"
        raise ToolRefused(
            f"metadata.{key} does not exist in the format and would do nothing. The right key is {right}{there}."
        )
    if owner := _owner(key):
        own = ", ".join(sorted(set(known) - set(BASE) - set(EXECUTABLE))) or "none"
        raise ToolRefused(
            f"metadata.{key} is a setting of {owner} blocks, not of {name} blocks. Theirs: {own}."
        )
    if key.startswith("deepnote_"):
        nearest = process.extractOne(key, list(known), score_cutoff=70)
        own = ", ".join(sorted(set(known) - set(BASE) - set(EXECUTABLE))) or "none"
        hint = f"The nearest is {nearest[0]}." if nearest else f"It has: {own}."
        raise ToolRefused(f"A {name} block has no setting metadata.{key}. {hint}")


def _owner(key: str) -> str | None:
    owners = [name for name, kind in TYPES.items() if key in kind.settings]
    return ", ".join(owners[:3]) if owners else None


def _check_storable(metadata: Mapping[str, Any]) -> None:
    if _depth(metadata) > MOST_DEPTH:
        raise ToolRefused(f"metadata is nested more than {MOST_DEPTH} levels deep.")
    try:
        written = json.dumps(metadata, ensure_ascii=False, allow_nan=False)
        storable(written)
    except (ValueError, TypeError) as wrong:
        raise ToolRefused(f"metadata {wrong}.") from None
    if len(written) > MOST_METADATA:
        raise ToolRefused(
            f"metadata is {len(written):,} characters long; at most {MOST_METADATA:,} are kept."
        )


def _depth(value: Any) -> int:
    level, deep = [value], 0
    while level and deep <= MOST_DEPTH:
        deep += 1
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return deep


def _shown(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 60 else written[:57] + "…"


FOUND_BY_SEARCH = (
    "deepnote_variable_name",
    "deepnote_input_label",
    "deepnote_button_title",
    "deepnote_big_number_title",
    "deepnote_input_checkbox_label",
    "deepnote_big_number_comparison_title",
)


def search_words(metadata: Mapping[str, Any]) -> str:
    """What search finds of a block besides its content."""
    found = [metadata[key] for key in FOUND_BY_SEARCH if isinstance(metadata.get(key), str)]
    return " ".join(found).replace("\x00", " ").strip()
