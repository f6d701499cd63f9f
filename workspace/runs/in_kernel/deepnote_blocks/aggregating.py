"""Charts that aggregate a large table: VegaFusion computes their transforms here, and only what is drawn leaves the kernel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .frames import plain

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def aggregated(spec: dict[str, Any], table: pd.DataFrame, version: str, most: int) -> dict[str, Any] | None:
    """The chart as Vega over the figures of all rows; None where a transform is not known to VegaFusion, so that rows would be left."""
    import vegafusion
    import vl_convert

    named = {**spec, "data": {"url": "vegafusion+dataset://table"}}
    vega = vl_convert.vegalite_to_vega(json.dumps(named, ensure_ascii=False), vl_version=version)
    try:
        computed, warnings = vegafusion.runtime.pre_transform_spec(
            vega, preserve_interactivity=False, row_limit=most, inline_datasets={"table": _arrow(table)}
        )
    except ValueError:
        return None
    return None if any(one["type"] == "RowLimitExceeded" for one in warnings) else computed


def _arrow(table: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: _column(table.iloc[:, at]) for at, name in enumerate(table.columns)})


def _column(series: pd.Series[Any]) -> pa.Array:
    """Numbers, truth values, times and text; whatever else a column holds is shown as text, as in a table."""
    import pyarrow as pa
    from pyarrow import types

    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in map(plain, series)])
    if types.is_dictionary(array.type):
        return array.dictionary_decode()
    if types.is_decimal(array.type):
        return array.cast(pa.float64())
    if types.is_nested(array.type) or types.is_duration(array.type) or types.is_time(array.type):
        return pa.array(list(map(plain, series)), pa.string())
    return array
