"""Blocks and their outputs as HTML. Everything they hold is material from strangers: escaped, sanitised, and never a script."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import nh3
from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, SqlLexer

from workspace.contract.blocks import BlockResult
from workspace.contract.runs import SnapshotBlock
from workspace.web.big_numbers import big_number

DATAFRAME = "application/vnd.deepnote.dataframe.v3+json"
CHARTS = (
    "application/vnd.vega.v5+json",
    "application/vnd.vegalite.v5+json",
    "application/vnd.vegalite.v6+json",
)
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
INDEX = "_deepnote_index_column"
LONGEST_TEXT = 40_000
MOST_ROWS = 200

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_FORMAT: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07")
_TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}


def clean(html: str) -> Markup:
    """HTML without scripts, styles, pictures and foreign attributes."""
    return Markup(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )


def markdown(text: str) -> Markup:
    return clean(_MARKDOWN.render(text))


def source(text: str, language: str) -> Markup:
    """Coloured source."""
    lexer = SqlLexer() if language == "sql" else PythonLexer()
    return Markup(highlight(text, lexer, _FORMAT)).rstrip()


def plain(text: Any) -> str:
    """Text without terminal colours, cut where it is very long."""
    joined = "".join(text) if isinstance(text, list) else str(text)
    joined = _TERMINAL.sub("", joined)
    if len(joined) > LONGEST_TEXT:
        return f"{joined[:LONGEST_TEXT]}\n[{len(joined) - LONGEST_TEXT} more characters]"
    return joined


class View:
    """Renders the blocks of one notebook with one run's outputs."""

    def __init__(
        self,
        environment: Environment,
        chart_path: Mapping[tuple[str, int], str],
        integrations: Mapping[str, str],
    ) -> None:
        self._template = environment.get_template("block.html")
        self._charts = chart_path
        self._integrations = integrations

    def block(self, block: BlockResult, ran: SnapshotBlock | None, *, editable: bool = False) -> Markup:
        outputs = [
            self._output(block.id, number, output) for number, output in enumerate(ran.outputs if ran else ())
        ]
        if block.type == "big-number":
            outputs = []
        return Markup(
            self._template.render(
                block=block,
                meta=block.metadata,
                outputs=[output for output in outputs if output],
                number=big_number(ran, block.metadata) if block.type == "big-number" else None,
                given=given(block.metadata.get("deepnote_variable_value"))
                if block.type.startswith("input-")
                else "",
                image=image(block.metadata) if block.type == "image" else "",
                integration=self._integrations.get(block.integration_id or "", "an integration that is gone"),
                markdown=markdown,
                source=source,
            )
        )

    def _output(self, block_id: str, number: int, output: Mapping[str, Any]) -> Markup:
        match output.get("output_type"):
            case "stream":
                kind = "stderr" if output.get("name") == "stderr" else "stdout"
                return _wrapped(
                    "", Markup('<pre class="{}">{}</pre>').format(kind, plain(output.get("text", "")))
                )
            case "error":
                return self._error(output)
            case "display_data" | "execute_result":
                data = output.get("data")
                return self._bundle(block_id, number, data if isinstance(data, dict) else {})
        return Markup("")

    def _error(self, output: Mapping[str, Any]) -> Markup:
        trace = plain("\n".join(map(str, output.get("traceback") or [])))
        details = (
            Markup("<details><summary>Traceback</summary><pre>{}</pre></details>").format(trace)
            if trace
            else Markup("")
        )
        head = Markup("<strong>{}</strong> {}").format(
            plain(output.get("ename", "Error")), plain(output.get("evalue", ""))
        )
        return _wrapped("failed", head + details)

    def _bundle(self, block_id: str, number: int, data: Mapping[str, Any]) -> Markup:
        chart = self._charts.get((block_id, number))
        if chart is not None:
            return _wrapped("chart", Markup('<img src="{}" alt="Chart" loading="lazy">').format(chart))
        if isinstance(data.get(DATAFRAME), dict):
            return _wrapped("", dataframe(data[DATAFRAME]))
        for kind in PICTURES:
            if kind in data:
                return _wrapped("chart", picture(kind, data[kind]))
        if "image/svg+xml" in data:
            svg = base64.b64encode(plain_svg(data["image/svg+xml"]).encode()).decode()
            return _wrapped("chart", picture("image/svg+xml", svg))
        if "text/markdown" in data:
            return _wrapped(
                "", Markup('<div class="block words">{}</div>').format(markdown(plain(data["text/markdown"])))
            )
        if "text/html" in data:
            return _wrapped("", Markup('<div class="frame">{}</div>').format(clean(plain(data["text/html"]))))
        if "application/json" in data:
            return _wrapped(
                "",
                Markup("<pre>{}</pre>").format(
                    plain(json.dumps(data["application/json"], indent=2, ensure_ascii=False))
                ),
            )
        for kind in ("text/latex", "text/plain"):
            if kind in data:
                return _wrapped("", Markup("<pre>{}</pre>").format(plain(data[kind])))
        return Markup("")


def plain_svg(svg: Any) -> str:
    return "".join(svg) if isinstance(svg, list) else str(svg)


def picture(kind: str, encoded: Any) -> Markup:
    """A picture as a data address: inside an image element even an SVG runs nothing."""
    text = re.sub(r"[^A-Za-z0-9+/=]", "", plain_svg(encoded))
    return Markup('<img src="data:{};base64,{}" alt="Output of the block">').format(kind, text)


def image(settings: Mapping[str, Any]) -> Markup:
    """An image block: a picture that it holds itself is shown, of any other the address."""
    address = str(settings.get("deepnote_img_src") or "")
    held = re.fullmatch(r"data:(image/[a-z]+);base64,(.*)", address, re.DOTALL)
    if held and held[1] in PICTURES:
        return picture(held[1], held[2])
    words = Markup('<p class="faint small">An image block. {}</p>')
    if not address:
        return words.format("It has no picture yet.")
    return words.format(Markup("Pictures from other places are not loaded here: {}").format(address[:300]))


def given(value: Any) -> str:
    """An input's value as a person reads it."""
    if value is None or isinstance(value, bool):
        return {None: "–", True: "☑ yes", False: "☐ no"}[value]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _wrapped(kind: str, inner: Markup) -> Markup:
    return Markup('<div class="out {}">{}</div>').format(kind, inner)


def chart_specs(blocks: Sequence[SnapshotBlock]) -> dict[tuple[str, int], dict[str, Any]]:
    """The charts among the outputs, by block and place."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for block in blocks:
        for number, output in enumerate(block.outputs):
            data = output.get("data")
            if not isinstance(data, dict):
                continue
            spec = next((data[kind] for kind in CHARTS if isinstance(data.get(kind), dict)), None)
            if spec is not None:
                found[block.id, number] = spec
    return found


def dataframe(frame: Mapping[str, Any]) -> Markup:
    """A table with its column types, and how many rows it shows of how many."""
    columns = [column for column in frame.get("columns", ()) if isinstance(column, dict)]
    shown = [column for column in columns if not str(column.get("name", "")).startswith("_deepnote_")]
    rows = [row for row in frame.get("rows", ()) if isinstance(row, dict)][:MOST_ROWS]
    if any(not isinstance(row.get(INDEX), (int, type(None))) for row in rows):
        shown.insert(0, {"name": INDEX, "dtype": ""})
    head = Markup("").join(
        Markup('<th scope="col" class="{}">{}<span>{}</span></th>').format(
            _alignment(column),
            "" if column.get("name") == INDEX else str(column.get("name", "")),
            str(column.get("dtype", "")),
        )
        for column in shown
    )
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(_cell(row.get(str(column.get("name"))), column) for column in shown)
        )
        for row in rows
    )
    total, width = frame.get("row_count", len(rows)), frame.get("column_count", len(shown))
    part = f"{len(rows):,} of {total:,}" if isinstance(total, int) and total > len(rows) else f"{len(rows):,}"
    return Markup(
        '<div class="frame" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div><p class="count">{} rows, {} columns</p>'
    ).format(head, body, part, width)


def _alignment(column: Mapping[str, Any]) -> str:
    return "number" if re.match(r"u?int|float|decimal|double", str(column.get("dtype", "")).lower()) else ""


def _cell(value: Any, column: Mapping[str, Any]) -> Markup:
    if value is None or (isinstance(value, float) and value != value):
        return Markup('<td class="none">none</td>')
    if isinstance(value, float):
        text = f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
    elif isinstance(value, (dict, list)):
        text = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, str) and (
        "datetime" in str(column.get("dtype", "")) or column.get("name") == INDEX
    ):
        text = re.sub(r"T00:00:00(\.0+)?(Z|\+00:00)?$| 00:00:00$", "", value)
    else:
        text = str(value)
    return Markup('<td class="{}">{}</td>').format(_alignment(column), escape(text[:2000]))
