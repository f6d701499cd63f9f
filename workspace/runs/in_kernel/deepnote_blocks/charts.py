"""Chart blocks: a Vega-Lite specification over a DataFrame, shown as Vega, Vega-Lite and a picture."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .filters import filtered
from .frames import plain

if TYPE_CHECKING:
    import pandas as pd

VEGALITE_MIME = "application/vnd.vegalite.v5+json"
VEGA_MIME = "application/vnd.vega.v5+json"
VEGALITE_VERSION = "5.20"
ROW_LIMIT = 5_000
"""Marks drawn one a row: past this many rows the rest is left out, and the output says so."""
AGGREGATED_ROW_LIMIT = 100_000
"""A chart that aggregates needs every row to be right: up to here the rows go to Vega, above this its figures are computed first."""
_AGGREGATES = {"aggregate", "bin", "joinaggregate", "density", "quantile", "regression", "loess"}
_SUMMARIES = ("boxplot", "errorbar", "errorband")
LARGEST_PICTURE = 400_000
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


class ChartError(Exception):
    """The chart names something that is not in the table; the message says what is."""


def chart(frame: Any, specification: dict[str, Any], filters: list[dict[str, Any]], name: str) -> None:
    """Displays the chart. Raises ChartError for a variable that is no table and for a missing field."""
    from IPython.display import display

    table = _table(frame, name)
    spec = dict(specification)
    _check_fields(spec, table, name)
    table = filtered(table, filters)
    matching = len(table)
    limit = AGGREGATED_ROW_LIMIT if _aggregates(spec) else ROW_LIMIT
    about = {
        "rowLimit": limit,
        "rowLimitExceeded": False,
        "filteredDataframeSize": matching,
        "columns": [str(column) for column in table.columns],
    }
    bundle = None
    if matching > limit == AGGREGATED_ROW_LIMIT:
        bundle = _computed(spec, table, about, name)
    if bundle is None:
        about["rowLimitExceeded"] = matching > limit
        bundle = _drawn(_with_data(spec, table.head(limit)), about, name)
    display(bundle, metadata={"deepnote": about}, raw=True)  # type: ignore[no-untyped-call]
    if about["rowLimitExceeded"]:
        print(f"The chart shows the first {limit:,} of {matching:,} rows.")  # noqa: T201 - the block's output


def _table(frame: Any, name: str) -> pd.DataFrame:
    import pandas as pd

    if isinstance(frame, pd.Series):
        frame = frame.to_frame()
    if hasattr(frame, "to_pandas"):
        frame = frame.to_pandas()
    if not isinstance(frame, pd.DataFrame):
        raise ChartError(f"`{name}` is not a DataFrame but {type(frame).__name__}; a chart needs a table")
    table: pd.DataFrame = frame.copy(deep=False)
    table.columns = pd.Index([str(column) for column in frame.columns])
    return table


def _check_fields(spec: dict[str, Any], table: pd.DataFrame, name: str) -> None:
    known = set(table.columns) | set(_made(spec))
    missing = sorted({field for field in _fields(spec) if _base(field) not in known and field not in known})
    if missing:
        columns = ", ".join(f"`{column}`" for column in list(table.columns)[:40])
        fields = ", ".join(f"`{field}`" for field in missing)
        raise ChartError(f"{fields} is not a column of `{name}`; it has {columns or 'no columns'}")


def _base(field: str) -> str:
    """`a\\.b` and `a['b']` name the column `a.b` and a part of `a`."""
    return field.replace("\\.", ".").replace("\\[", "[").replace("\\]", "]")


def _walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for key, value in part.items():
            if key not in ("data", "datasets", "usermeta", "config"):
                yield from _walk(value)
    elif isinstance(part, list):
        for item in part:
            yield from _walk(item)


def _encodings(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in _walk(spec):
        encoding = part.get("encoding")
        if isinstance(encoding, dict):
            for channel in encoding.values():
                yield from (item for item in (channel if isinstance(channel, list) else [channel]) if item)


def _fields(spec: dict[str, Any]) -> Iterator[str]:
    for channel in _encodings(spec):
        if isinstance(channel, dict) and isinstance(channel.get("field"), str):
            yield channel["field"]


def _made(spec: dict[str, Any]) -> Iterator[str]:
    """Fields that a transform of the specification itself makes."""
    for part in _walk(spec):
        if "as" in part:
            names = part["as"]
            yield from names if isinstance(names, list) else [names]
        if "fold" in part and "as" not in part:
            yield from ("key", "value")
        if "pivot" in part and isinstance(part["pivot"], str):
            yield from (
                channel["field"] for channel in _encodings(spec) if isinstance(channel.get("field"), str)
            )


def _aggregates(spec: dict[str, Any]) -> bool:
    for part in _walk(spec):
        mark = part.get("mark")
        if _AGGREGATES & part.keys() or (mark.get("type") if isinstance(mark, dict) else mark) in _SUMMARIES:
            return True
    return False


def _with_data(spec: dict[str, Any], table: pd.DataFrame) -> dict[str, Any]:
    columns = [[plain(value) for value in table.iloc[:, at]] for at in range(table.shape[1])]
    rows = [dict(zip(table.columns, values, strict=True)) for values in zip(*columns, strict=True)]
    used = _used(spec, table)
    slim = [{key: row[key] for key in used} for row in rows]
    return {"$schema": SCHEMA, **spec, "data": {"values": slim}}


def _used(spec: dict[str, Any], table: pd.DataFrame) -> list[str]:
    """Columns whose name appears anywhere in the specification; the others stay out of the output."""
    text = json.dumps(spec, ensure_ascii=False)
    return [column for column in table.columns if column in text or column in text.replace("\\\\", "")]


def _drawn(spec: dict[str, Any], about: dict[str, Any], name: str) -> dict[str, Any]:
    """The chart with the rows it is drawn from."""
    vega, picture = render(spec)
    return {**_bundle(vega, picture, about, name), VEGALITE_MIME: spec}


def _computed(
    spec: dict[str, Any], table: pd.DataFrame, about: dict[str, Any], name: str
) -> dict[str, Any] | None:
    """The chart with the figures it shows, computed from all rows; it has no Vega-Lite, which would need the rows themselves."""
    import vl_convert

    from .aggregating import aggregated

    names = _used(spec, table)
    used = table.loc[:, [column in names for column in table.columns]]
    with _said_in_one_line():
        vega = aggregated({"$schema": SCHEMA, **spec}, used, VEGALITE_VERSION, AGGREGATED_ROW_LIMIT)
        picture = vl_convert.vega_to_png(json.dumps(vega), scale=1.5) if vega else b""
    return _bundle(vega, picture, about, name) if vega else None


def _bundle(vega: dict[str, Any], picture: bytes, about: dict[str, Any], name: str) -> dict[str, Any]:
    vega["usermeta"] = {**(vega.get("usermeta") or {}), "outputMetadata": about}
    bundle: dict[str, Any] = {
        VEGA_MIME: vega,
        "text/plain": f"Chart of {name} ({about['filteredDataframeSize']} rows)",
    }
    if len(picture) <= LARGEST_PICTURE:
        bundle["image/png"] = base64.b64encode(picture).decode()
    return bundle


def render(spec: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The Vega that the specification compiles to, and its picture. Raises ChartError."""
    import vl_convert

    text = json.dumps(spec, ensure_ascii=False)
    with _said_in_one_line():
        vega = vl_convert.vegalite_to_vega(text, vl_version=VEGALITE_VERSION)
        picture = vl_convert.vegalite_to_png(text, vl_version=VEGALITE_VERSION, scale=1.5)
    return (json.loads(vega) if isinstance(vega, str) else vega), picture


@contextmanager
def _said_in_one_line() -> Iterator[None]:
    try:
        yield
    except ValueError as wrong:
        raise ChartError(f"the specification is not valid Vega-Lite: {_first_line(wrong)}") from None


def _first_line(wrong: Exception) -> str:
    lines = [line.strip() for line in str(wrong).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(wrong).__name__
