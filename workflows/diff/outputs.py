"""Jupyter outputs as things that can be compared: tables, numbers, text, images, charts and errors."""

import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.diff.noise import as_number

DATAFRAME = "application/vnd.deepnote.dataframe.v3+json"
INDEX = "_deepnote_index_column"
IMAGES = ("image/png", "image/jpeg", "image/svg+xml", "image/gif", "image/webp")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A DataFrame as far as the snapshot holds it."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    row_count: int
    """Rows of the DataFrame itself; more than `len(rows)` where the snapshot keeps only the first ones."""

    @property
    def complete(self) -> bool:
        return len(self.rows) >= self.row_count


@dataclass(frozen=True)
class Number:
    value: float
    written: str
    label: str = ""


@dataclass(frozen=True)
class Text:
    lines: tuple[str, ...]
    stream: str = "stdout"


@dataclass(frozen=True)
class Image:
    kind: str
    digest: str


@dataclass(frozen=True)
class Chart:
    digest: str
    """Of the specification without its data."""
    data: Table | None


@dataclass(frozen=True)
class Failure:
    name: str
    message: str
    traceback: str = field(default="", compare=False)


Item = Table | Number | Text | Image | Chart | Failure


def items_of(outputs: Iterable[Mapping[str, Any]]) -> list[Item]:
    """The outputs of one block in order; neighbouring pieces of one stream are joined."""
    items: list[Item] = []
    for output in outputs:
        for item in _items(output):
            last = items[-1] if items else None
            if (
                isinstance(item, Text)
                and isinstance(last, Text)
                and output.get("output_type") == "stream"
                and last.stream == item.stream
            ):
                items[-1] = Text(_glued(last.lines, item.lines), item.stream)
            else:
                items.append(item)
    return items


def _glued(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    # A stream arrives in pieces that may break inside a line; an empty last line marks a finished one.
    return (*first[:-1], first[-1] + second[0], *second[1:]) if first and second else first + second


def _items(output: Mapping[str, Any]) -> Iterator[Item]:
    kind = output.get("output_type")
    if kind == "error":
        trace = output.get("traceback") or []
        yield Failure(str(output.get("ename") or "Error"), joined(output.get("evalue")), joined(trace, "\n"))
    elif kind == "stream":
        yield Text(_lines(joined(output.get("text")), keep_end=True), str(output.get("name") or "stdout"))
    elif isinstance(data := output.get("data"), Mapping):
        item = _best(data)
        if item is not None:
            yield item


def joined(text: object, between: str = "") -> str:
    """nbformat allows a text to be a list of lines."""
    return between.join(map(str, text)) if isinstance(text, list) else str(text or "")


def _lines(text: str, *, keep_end: bool = False) -> tuple[str, ...]:
    lines = [
        re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line.rsplit("\r", 1)[-1])
        for line in text.replace("\r\n", "\n").split("\n")
    ]
    return tuple(lines if keep_end else [line for line in lines if line.strip()])


def _best(data: Mapping[str, Any]) -> Item | None:
    frame = data.get(DATAFRAME)
    if isinstance(frame, Mapping):
        return _table(frame)
    for mime, value in data.items():
        if mime.startswith("application/vnd.vega") and isinstance(value, Mapping):
            return _chart(value)
    for mime in IMAGES:
        if mime in data:
            return Image(mime, _digest(joined(data[mime]).strip()))
    if "text/plain" in data or "text/markdown" in data:
        return _plain(joined(data.get("text/plain", data.get("text/markdown"))))
    if "application/json" in data:
        return Text(_lines(json.dumps(data["application/json"], sort_keys=True, indent=1)))
    if "text/html" in data:
        shown = re.sub(
            r"<(script|style)\b.*?</\1>", " ", joined(data["text/html"]), flags=re.DOTALL | re.IGNORECASE
        )
        return Text(_lines(html.unescape(re.sub(r"<[^>]+>", "\n", shown))))
    return None


def _table(frame: Mapping[str, Any]) -> Table:
    rows = frame.get("rows") or []
    columns = [
        str(column.get("name")) for column in frame.get("columns") or [] if isinstance(column, Mapping)
    ]
    names = columns or list(rows[0] if rows else {})
    count = frame.get("row_count")
    return Table(
        tuple(name for name in names if name != INDEX), rows, count if isinstance(count, int) else len(rows)
    )


def _plain(text: str) -> Item:
    bare = text.strip()
    card = _big_number(bare)
    if card is not None:
        return card
    value = as_number(re.sub(r"^(?:np|numpy)\.\w+\((.*)\)$", r"\1", bare))
    return Text(_lines(text)) if value is None else Number(value, bare)


def _big_number(text: str) -> Item | None:
    if not text.startswith(("'", '"', "{")):
        return None
    inner = text[1:-1].replace("\\'", "'") if text[0] in "'\"" else text
    try:
        card = json.loads(inner)
    except ValueError:
        try:
            card = json.loads(json.loads(text)) if text[0] == '"' else None
        except (ValueError, TypeError):
            return None
    if not isinstance(card, dict) or "value" not in card:
        return None
    label, written = str(card.get("title") or ""), str(card["value"])
    value = as_number(written)
    return Text((f"{label}: {written}",)) if value is None else Number(value, written, label)


def _chart(spec: Mapping[str, Any]) -> Chart:
    rows = max(_inlined(spec), key=len, default=None)
    shape = _digest(json.dumps(_without_data(spec), sort_keys=True, default=str))
    if rows is None:
        return Chart(shape, None)
    return Chart(shape, Table(tuple(name for name in rows[0] if not name.startswith("__")), rows, len(rows)))


def _inlined(node: object) -> Iterator[list[Row]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if (
                key in {"values", "datasets"}
                and isinstance(value, list)
                and value
                and isinstance(value[0], Mapping)
            ):
                yield value
            elif key == "datasets" and isinstance(value, Mapping):
                yield from (
                    rows
                    for rows in value.values()
                    if isinstance(rows, list) and rows and isinstance(rows[0], Mapping)
                )
            else:
                yield from _inlined(value)
    elif isinstance(node, list):
        for value in node:
            yield from _inlined(value)


def _without_data(node: object) -> object:
    if isinstance(node, Mapping):
        return {
            key: _without_data(value)
            for key, value in node.items()
            if key not in {"values", "datasets", "usermeta"}
            and not (key == "name" and str(value).startswith("data-"))
        }
    return [_without_data(value) for value in node] if isinstance(node, list) else node


def _digest(text: str) -> str:
    return hashlib.sha256(re.sub(r"\s+", " ", text).encode()).hexdigest()
