"""The filters of a chart block: `advancedFilters`, each a column, an operator and the values it is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class FilterError(Exception):
    """A filter names an unknown column or operator."""


def filtered(frame: pd.DataFrame, filters: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows that satisfy every filter."""
    for one in filters:
        column, operator = str(one.get("column")), str(one.get("operator"))
        if column not in frame.columns:
            raise FilterError(f"the chart filters by `{column}`, which is not a column of the table")
        frame = frame[_mask(frame[column], operator, list(one.get("comparativeValues") or []))]
    return frame


def _mask(series: pd.Series[Any], operator: str, values: list[Any]) -> Any:
    first: Any = _like(series, values[0]) if values else None
    match operator:
        case "is-equal" | "is-on":
            return series == first
        case "is-not-equal":
            return series != first
        case "is-one-of":
            return series.isin([_like(series, value) for value in values])
        case "is-not-one-of":
            return ~series.isin([_like(series, value) for value in values])
        case "is-null":
            return series.isna()
        case "is-not-null":
            return series.notna()
        case "text-contains":
            return series.astype("string").str.contains(str(first), case=False, regex=False, na=False)
        case "text-does-not-contain":
            return ~series.astype("string").str.contains(str(first), case=False, regex=False, na=False)
        case "greater-than" | "is-after":
            return series > first
        case "greater-than-or-equal":
            return series >= first
        case "less-than" | "is-before":
            return series < first
        case "less-than-or-equal":
            return series <= first
        case "between":
            return series.between(first, _like(series, values[1]))
        case "outside-of":
            return ~series.between(first, _like(series, values[1]))
    raise FilterError(f"the chart filter `{operator}` is not known here")


def _like(series: pd.Series[Any], value: Any) -> Any:
    """The value in the column's own type: filters are stored as text."""
    import pandas as pd
    from pandas.api import types

    if types.is_datetime64_any_dtype(series.dtype):
        return pd.Timestamp(value)
    if types.is_bool_dtype(series.dtype):
        return str(value).lower() == "true"
    return float(value) if types.is_numeric_dtype(series.dtype) else value
