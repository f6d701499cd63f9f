"""Rows of a database driver into a DataFrame, chunk by chunk, through Arrow: row tuples never stand beside the whole table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def frame_of(names: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]) -> pd.DataFrame:
    """The table with the types that pandas would find in all rows at once; decimals become floats as in `read_sql`."""
    import pandas as pd

    columns: list[list[Any]] = [[] for _ in names]
    for rows in chunks:
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.append(_array(values))
    series = [_series(column) for column in columns]
    frame = pd.DataFrame(dict(enumerate(series))) if series else pd.DataFrame()
    frame.columns = pd.Index(list(names))
    return frame


def _array(values: Sequence[Any]) -> pa.Array | list[Any]:
    """An Arrow array of one plain type, or the values themselves where there is none."""
    import pyarrow as pa
    from pyarrow import types

    try:
        array = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return list(values)
    if types.is_decimal(array.type):
        return array.cast(pa.float64())
    return list(values) if types.is_nested(array.type) else array


def _series(chunks: list[pa.Array | list[Any]]) -> pd.Series[Any]:
    import pandas as pd
    import pyarrow as pa

    arrays = [chunk for chunk in chunks if not isinstance(chunk, list)]
    if not chunks:
        return pd.Series([], dtype="object")
    if len(arrays) == len(chunks):
        kinds = {array.type for array in arrays} - {pa.null()}
        if kinds <= {pa.int64(), pa.float64()} and len(kinds) == 2:
            kinds = {pa.float64()}
        if len(kinds) <= 1:
            kind = kinds.pop() if kinds else pa.null()
            whole: pd.Series[Any] = pa.chunked_array([array.cast(kind) for array in arrays], kind).to_pandas()
            return whole
    mixed = [value for chunk in chunks for value in (chunk if isinstance(chunk, list) else chunk.to_pylist())]
    return pd.Series(mixed, dtype="object").infer_objects()
