"""An outcome for people: on the terminal, as Markdown, and as one self-contained HTML page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents import prices
from workflows.outcome import Claim, Entry, Outcome, Source, Status, WriteState

if TYPE_CHECKING:
    from rich.console import Console

_MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]00:00:00(?:\.0+)?Z?$")
MOST_COLUMNS = 7
MOST_ROWS = 20
"""What a terminal shows of a table."""
MOST_CLAIMS = 8
"""What it shows of the places where something was read."""
PADDING = {"left": 36, "right": 44, "top": 6, "bottom": 6}
"""Pixels around a chart: browsers set its labels in fonts that may be wider than the one it was measured in."""
_COLOURS = {Status.DONE: "green", Status.NOTHING_TO_DO: "green", Status.PLANNED: "green", Status.FAILED: "red",
            Status.REFUSED: "red", Status.DENIED: "red"}  # fmt: skip


def place(source: Source) -> str:
    """Where a claim was read, in words: `block 4, Period returns (get_run)`."""
    if source.label:
        return f"{source.label} ({source.tool})"
    parts = [
        f"{kind} {value}"
        for kind, value in (
            ("block", source.block_id),
            ("run", source.run_id),
            ("notebook", source.notebook_id),
            ("integration", source.integration_id),
            ("article", source.article),
            ("section", source.heading),
        )
        if value
    ]
    return f"{', '.join(parts)} ({source.tool})" if parts else source.tool


def _stated(claim: Claim) -> str:
    """What was read, with its value where the words leave it out: `blocks compared = 3`."""
    counted = isinstance(claim.value, int | float) and not isinstance(claim.value, bool)
    return (
        f"{claim.text} = {_cell(claim.value)}" if counted and not re.search(r"\d", claim.text) else claim.text
    )


def what(entry: Entry) -> str:
    """One write of the journal in a few words."""
    arguments = entry.arguments
    if "name" in arguments:
        return str(arguments["name"])
    if "blockIds" in arguments:
        count, where = len(arguments["blockIds"]), arguments.get("placement", {}).get("type", "")
        return f"{_counted(count, 'block')} to {where}"
    content = str(arguments.get("content") or "").strip().splitlines()
    kind = f"{arguments['type']}: " if "type" in arguments else ""
    return kind + (
        _shortened(content[0], 80) if content else str(arguments.get("notebookId", entry.creates or ""))
    )


def written(journal: list[Entry]) -> str:
    """How many changes were made, taken back, or left because no tool takes them back."""
    states = [entry.state for entry in journal]
    parts = [
        f"{text}: {_counted(count, 'change')}"
        for state, text in (
            (WriteState.DONE, "Written"),
            (WriteState.UNDONE, "Taken back"),
            (WriteState.KEPT, "Not taken back"),
        )
        if (count := states.count(state))
    ]
    return ", ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])]) if parts else ""


def cost(outcome: Outcome) -> str:
    """Calls, tokens, money and time in one line."""
    usage = outcome.usage
    parts = [_counted(outcome.tool_calls, "tool call"), _counted(usage.calls, "model call")]
    if usage.calls:
        parts.append(f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out")
    if usage.dollars is not None:
        parts.append(f"${usage.dollars:.4f} at prices of {prices.table().as_of}")
    return ", ".join([*parts, f"{outcome.seconds:.1f} s"])


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def to_markdown(outcome: Outcome, request: str = "") -> str:
    """The whole outcome as Markdown, fit for a file beside the code or a pull request."""
    lines = [
        f"# {request or outcome.workflow.replace('_', ' ')}",
        "",
        f"**{outcome.status.value}**",
        "",
        outcome.answer,
    ]
    if outcome.question:
        lines += ["", f"**{outcome.question}**", *[f"- {choice}" for choice in outcome.choices]]
    if outcome.address:
        lines += ["", f"<{outcome.address}>"]
    lines += [line for check in outcome.checks for line in ("", f"> Check: {check}")]
    for table in outcome.tables:
        lines += ["", f"## {table['title']}", "", *_markdown_table(table["columns"], _cells(table))]
        if table.get("source"):
            lines += ["", f"Source: {table['source']}"]
    if outcome.claims:
        rows = [[claim.text, place(claim.source)] for claim in outcome.claims]
        lines += ["", "## Where it was read", "", *_markdown_table(["Statement", "Read from"], rows)]
    if outcome.not_checked:
        lines += ["", "## Not checked", "", *[f"- {line}" for line in outcome.not_checked]]
    if outcome.journal:
        written = [
            [entry.step, f"`{entry.tool}`", what(entry), entry.state.value] for entry in outcome.journal
        ]
        lines += ["", "## What was written", "", *_markdown_table(["Step", "Tool", "What", "State"], written)]
    if outcome.next:
        lines += ["", "## Next", "", *[f"- `{line}`" for line in outcome.next]]
    return "\n".join([*lines, "", f"*{cost(outcome)}*", ""])


def files_of(path: Path, outcome: Outcome, request: str = "") -> dict[Path, str]:
    """What `--out` writes, by the ending of its name: a page, JSON, Markdown, or CSV with further tables in files beside it."""
    ending = path.suffix.lower()
    if ending in (".html", ".htm"):
        return {path: to_html(outcome, request)}
    if ending == ".json":
        return {path: outcome.model_dump_json(indent=1)}
    if ending != ".csv":
        return {path: to_markdown(outcome, request)}
    from workflows.auditing_tables import to_csv

    made: dict[Path, str] = {}
    for table in outcome.tables:
        made[_free(path, str(table["title"]), made) if made else path] = to_csv(table)
    return made


def _free(path: Path, title: str, taken: Mapping[Path, str]) -> Path:
    """A file beside `path` for a further table; tables of one title are numbered."""
    words = re.sub(r"\W+", "-", title.lower()).strip("-")[:60]
    names = (f"{path.stem}-{words}{number or ''}.csv" for number in (0, *range(-2, -len(taken) - 3, -1)))
    return next(each for name in names if (each := path.with_name(name)) not in taken)


def to_html(outcome: Outcome, request: str = "") -> str:
    """One page with everything in it: style, tables, charts as SVG; nothing is loaded from elsewhere, and nothing in it runs."""
    from jinja2 import Environment
    from markdown_it import MarkdownIt

    template = files("workflows").joinpath("pages/report.html").read_text(encoding="utf-8")
    page = Environment(autoescape=True).from_string(template)
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return page.render(
        outcome=outcome,
        title=request or outcome.workflow.replace("_", " "),
        request=request,
        answer=markdown.render(outcome.answer),
        charts=charts(outcome),
        place=place,
        what=what,
        opens=lambda address: str(address or "").startswith(("http://", "https://")),
        cells=_cells,
        cost=cost(outcome),
    )


def charts(outcome: Outcome) -> list[dict[str, Any]]:
    """The outcome's charts, each with its drawing under `svg`."""
    return [_drawn(chart) for chart in outcome.charts]


def show(outcome: Outcome, console: Console) -> None:
    """Print the outcome: the answer first, then what it rests on, what was not checked, what was written."""
    from rich.markdown import Markdown
    from rich.text import Text

    colour = _COLOURS.get(outcome.status, "yellow")
    console.print(Text(outcome.status.value.replace("_", " "), style=f"bold {colour}"))
    console.print(Markdown(outcome.answer))
    if outcome.question:
        if outcome.question not in outcome.answer:
            console.print(Text(f"\n{outcome.question}", style="bold"))
        for choice in outcome.choices:
            console.print(Text(f"  - {choice}"))
    for check in outcome.checks:
        console.print(Text(f"check: {check}", style="yellow"))
    wide = [table for table in outcome.tables if table["rows"] and not _fits(table)]
    for table in outcome.tables:
        if _fits(table):
            _show_table(table, console)
    if wide:
        named = ", ".join(f"{table['title']} ({_counted(len(table['rows']), 'row')})" for table in wide)
        console.print(Text(f"too wide for here, in --json, --out or --html: {named}", style="dim"))
    if outcome.claims:
        console.print(Text("\nWhere it was read", style="bold"))
        for claim in outcome.claims[:MOST_CLAIMS]:
            console.print(Text(f"  {_stated(claim)}"), Text(f"[{place(claim.source)}]", style="dim"))
        if (more := len(outcome.claims) - MOST_CLAIMS) > 0:
            console.print(Text(f"  … and {more:,} more; --json or --html shows all", style="dim"))
    if outcome.not_checked:
        console.print(Text("\nNot checked", style="bold"))
        for line in outcome.not_checked:
            console.print(Text(f"  - {line}"))
    if outcome.journal:
        console.print(Text(f"\n{written(outcome.journal)}", style="bold"))
    if outcome.address:
        console.print(
            Text("\nNotebook ", style="bold") + Text(outcome.address, style="underline"), soft_wrap=True
        )
    for line in outcome.next:  # an address and a command are copied: no line of ours breaks them
        console.print(Text(f"next: {line}", style="dim"), soft_wrap=True)
    console.print(Text(cost(outcome), style="dim"))


def _kept(table: dict[str, Any]) -> list[int]:
    """The places of its columns, addresses left out."""
    return [n for n, column in enumerate(table["columns"]) if str(column).lower() not in ("link", "url")]


def _fits(table: dict[str, Any]) -> bool:
    """Whether a terminal shows the table; one that is too wide is only named, and the reports show it whole."""
    return len(_kept(table)) <= MOST_COLUMNS and bool(table["rows"])


def _show_table(table: dict[str, Any], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    kept = _kept(table)
    columns = [str(table["columns"][n]) for n in kept]
    grid = Table(*columns, title=Text(str(table["title"])), title_justify="left")
    for row in _cells(table)[:MOST_ROWS]:
        grid.add_row(*[Text(_shortened(row[n].partition("\n")[0], 120)) for n in kept])
    console.print(grid)
    if len(table["rows"]) > MOST_ROWS:
        more = len(table["rows"]) - MOST_ROWS
        console.print(Text(f"… {more} more rows; --json, --out or --html shows all", style="dim"))


def _drawn(chart: dict[str, Any]) -> dict[str, Any]:
    if chart.get("svg"):
        return chart
    import vl_convert

    spec = {"padding": PADDING, **chart["spec"]}
    vega = "/vega/" in str(spec.get("$schema", ""))
    draw = vl_convert.vega_to_svg if vega else vl_convert.vegalite_to_svg
    try:
        return {**chart, "svg": draw(spec, allowed_base_urls=[])}
    except ValueError:
        return {**chart, "svg": "", "title": f"{chart['title']}: this chart cannot be drawn here"}


def _markdown_table(columns: list[Any], rows: list[list[Any]]) -> list[str]:
    def line(cells: list[Any]) -> str:
        return "| " + " | ".join(_cell(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return [line(columns), "|" + "---|" * len(columns), *[line(row) for row in rows]]


def _cells(table: dict[str, Any]) -> list[list[str]]:
    """The cells as people read them; the values of the columns under `percent` are parts of one."""
    relative = {n for n, column in enumerate(table["columns"]) if column in table.get("percent", ())}
    return [
        [
            f"{value * 100:,.1f} %" if n in relative and isinstance(value, float) else _cell(value)
            for n, value in enumerate(row)
        ]
        for row in table["rows"]
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _MIDNIGHT.sub(r"\1", value)
    return (
        f"{value:,.4g}"
        if isinstance(value, float) and abs(value) < 1000
        else f"{value:,.2f}"
        if isinstance(value, float)
        else str(value)
    )


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
