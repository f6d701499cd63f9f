"""How a table is shown: `application/vnd.deepnote.dataframe.v3+json` with columns, types, statistics and bounded rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/vnd.deepnote.dataframe.v3+json"
PREVIEW_ROWS = 500
PREVIEW_CELLS = 10_000
MAX_COLUMNS = 500
"""Columns past this one are counted, not shown."""
STATISTICS_ROWS = 100_000
"""Above this many rows only what is cheap is computed: missing values and, for numbers, the extremes."""
MAX_CELL_CHARACTERS = 2_000


def install_formatter() -> None:
    """Registers by name, so that pandas is imported when the notebook imports it, not before."""
    from IPython import get_ipython

    formatters = get_ipython().display_formatter
    for module in ("pandas", "pandas.core.frame"):
        formatters.mimebundle_formatter.for_type_by_name(module, "DataFrame", frame_bundle)


def frame_bundle(frame: pd.DataFrame) -> dict[str, Any]:
    """The table's own MIME type; text and HTML come from pandas beside it."""
    return {MIME: describe(frame, str(frame.attrs.get("deepnote_type", "dataframe")))}


def describe(frame: pd.DataFrame, kind: str = "dataframe") -> dict[str, Any]:
    """The whole table told in bounded space: every column's type, the row count, the first rows."""
    shown = frame.iloc[:, :MAX_COLUMNS]
    names = _unique_names(shown)
    rows = min(PREVIEW_ROWS, max(10, PREVIEW_CELLS // max(1, len(names))), len(frame))
    full = len(frame) <= STATISTICS_ROWS
    columns = [
        {"name": name, "dtype": str(shown.dtypes.iloc[at]), "stats": _statistics(shown.iloc[:, at], full)}
        for at, name in enumerate(names)
    ]
    return {
        "column_count": frame.shape[1],
        "columns": columns,
        "row_count": len(frame),
        "preview_row_count": rows,
        "rows": _rows(shown.head(rows), names),
        "type": kind,
    }


def _unique_names(frame: pd.DataFrame) -> list[str]:
    names: list[str] = []
    seen: dict[str, int] = {}
    for column in frame.columns:
        name = ".".join(map(str, column)) if isinstance(column, tuple) else str(column)
        count = seen.get(name, 0)
        seen[name] = count + 1
        names.append(f"{name}.{count}" if count else name)
    return names


def _rows(frame: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    columns = [[plain(value) for value in frame.iloc[:, at]] for at in range(frame.shape[1])]
    return [
        {**dict(zip(names, values, strict=True)), "_deepnote_index_column": plain(index)}
        for index, *values in zip(frame.index, *columns, strict=True)
    ]


def plain(value: Any) -> Any:
    """A cell as JSON: numbers stay numbers, everything else becomes text, missing becomes null."""
    if value is None or isinstance(value, (bool, int)):
        return value if not isinstance(value, int) or abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, str):
        return value if len(value) <= MAX_CELL_CHARACTERS else value[:MAX_CELL_CHARACTERS] + "…"
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return plain(value.item())
    if hasattr(value, "isoformat"):
        text = value.isoformat()
        return None if text in ("NaT", "None") else text
    text = str(value)
    if text in ("<NA>", "NaT"):
        return None
    return text if len(text) <= MAX_CELL_CHARACTERS else text[:MAX_CELL_CHARACTERS] + "…"


def _statistics(series: pd.Series[Any], full: bool) -> dict[str, Any]:
    from pandas.api import types

    stats: dict[str, Any] = {"nan_count": int(series.isna().sum())}
    number = types.is_numeric_dtype(series.dtype) and not types.is_bool_dtype(series.dtype)
    real = number and not types.is_complex_dtype(series.dtype)
    if len(series) and (real or types.is_datetime64_any_dtype(series.dtype)):
        stats |= {"min": _text(series.min()), "max": _text(series.max())}
    if not full:
        return stats
    try:
        counts = series.value_counts()
    except TypeError:  # lists and dicts in cells cannot be counted
        return stats
    stats["unique_count"] = len(counts)
    if real and len(counts):
        stats["histogram"] = _histogram(series)
    elif len(counts):
        stats["categories"] = _categories(counts, stats["nan_count"])
    return stats


def _text(value: Any) -> str | None:
    cell = plain(value)
    return None if cell is None else str(cell)


def _histogram(series: pd.Series[Any]) -> list[dict[str, float]]:
    import numpy

    values = series.dropna().to_numpy(dtype="float64")
    values = values[numpy.isfinite(values)]
    if not len(values):
        return []
    counts, edges = numpy.histogram(values, bins=10)
    return [
        {"bin_start": float(edges[at]), "bin_end": float(edges[at + 1]), "count": int(count)}
        for at, count in enumerate(counts)
    ]


def _categories(counts: pd.Series[int], missing: int) -> list[dict[str, Any]]:
    """The most frequent value or two, the rest together, the missing ones: at most three entries."""
    most = 3 - (1 if missing else 0)
    head = counts.head(most if len(counts) <= most else most - 1)
    categories = [
        {"name": str(plain(value)), "count": int(count)}
        for value, count in zip(head.index, head, strict=True)
    ]
    if len(counts) > len(head):
        rest = int(counts.iloc[len(head) :].sum())
        categories.append({"name": f"{len(counts) - len(head)} others", "count": rest})
    if missing:
        categories.append({"name": "Missing", "count": missing})
    return categories
