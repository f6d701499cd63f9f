"""What a notebook shows, where no earlier run is there to compare it with: each output in a line."""

from collections.abc import Mapping
from typing import NamedTuple

from workflows.diff.compare import Snapshot, described
from workflows.diff.outputs import INDEX, Failure, Number, Table, Text, items_of
from workflows.diff.words import number
from workflows.inspecting_rows import in_time_order
from workflows.outcome import Claim, Source

CUT = "[outputs cut here"
"""How a workspace marks outputs that it leaves out of a snapshot sent inline."""
FEWEST = 3
"""Rows of a table that are all told."""
WIDEST = 6
"""Columns of a table whose last row is told."""


class Shown(NamedTuple):
    """The outputs in words."""

    text: str
    claims: list[Claim]
    not_checked: list[str]


def first_run(after: Snapshot, places: Mapping[str, str], *, expired: bool) -> Shown:
    """The outputs in words, as there is nothing to compare them with."""
    text = (
        "The earlier run's snapshot is not to be had any more, so there is nothing to compare with."
        if expired
        else "There is no earlier successful run, so there is nothing to compare with."
    )
    lines, facts, cut = [], [], []
    for block in after.blocks:
        place = places.get(block.id, block.type)
        source = Source(tool="get_run", run_id=after.run_id, block_id=block.id, label=place)
        for item in items_of(block.outputs):
            if isinstance(item, Failure) or (
                isinstance(item, Text) and not any(line.strip() for line in item.lines)
            ):
                continue
            if isinstance(item, Text) and after.truncated and item.lines[0].startswith(CUT):
                cut.append(f"The outputs of {place}: the run's snapshot was sent without them.")
                continue
            shown = (
                f"`{next(line for line in item.lines if line.strip())[:120].replace('`', chr(39))}`"
                if isinstance(item, Text)
                else described(item)
            )
            last = _last_row(item) if isinstance(item, Table) else {}
            few = _few_rows(item) if isinstance(item, Table) and not last else []
            cells = ", ".join(f"{name} = {number(value)}" for name, value in last.items() if name)
            named = f" ({number(last[''])})" if "" in last else ""
            rows = "; ".join(f"{name}{': ' if name else ''}{_cells(row)}" for name, row in few)
            lines.append(
                f"- {place}: {shown}"
                + (f"; its last row{named}: `{cells}`" if cells else "")
                + (f": `{rows}`" if rows else "")
            )
            facts += [
                Claim(text=f"{column} of {name or 'the row'} in {place}", value=value, source=source)
                for name, row in few
                for column, value in row.items()
            ]
            if isinstance(item, Number):
                facts.append(
                    Claim(text=f"{item.label or place} = {item.written}", value=item.value, source=source)
                )
            if isinstance(item, Table):
                facts += [
                    Claim(text=f"rows in {place}", value=item.row_count, source=source),
                    Claim(text=f"columns in {place}", value=len(item.columns), source=source),
                ]
                facts += [
                    Claim(text=f"{name or 'name'} of the last row of {place}", value=value, source=source)
                    for name, value in last.items()
                ]
    if lines:
        more = f"\n- … and {len(lines) - 8} more" if len(lines) > 8 else ""
        if more:
            facts.append(
                Claim(
                    text="outputs not listed",
                    value=len(lines) - 8,
                    source=Source(tool="get_run", run_id=after.run_id),
                )
            )
        text += " It shows:\n\n" + "\n".join(lines[:8]) + more
    return Shown(text, facts, cut)


def _last_row(table: Table) -> dict[str, str | float]:
    """The last row of a table in the order of time, with few columns, that the snapshot holds to its end: where a series stands. Its name, where the rows have one, is under the empty one."""
    if not table.complete or len(table.columns) > WIDEST or not in_time_order(table):
        return {}
    row = table.rows[-1]
    index = {"": str(row[INDEX])} if isinstance(row.get(INDEX), str) else {}
    return index | {
        name: value if isinstance(value, float | int) else str(value)[:40].replace("`", "'")
        for name in table.columns
        if (value := row.get(name)) is not None
    }


def _few_rows(table: Table) -> list[tuple[str, dict[str, str | float]]]:
    """The rows of a table of very few, each with its name in the frame."""
    if not table.complete or len(table.columns) > WIDEST or len(table.rows) > FEWEST:
        return []
    return [
        (
            str(row[INDEX]) if isinstance(row.get(INDEX), str) else "",
            {
                name: value if isinstance(value, float | int) else str(value)[:40].replace("`", "'")
                for name in table.columns
                if (value := row.get(name)) is not None
            },
        )
        for row in table.rows
    ]


def _cells(row: Mapping[str, str | float]) -> str:
    return ", ".join(f"{name} = {number(value)}" for name, value in row.items())


__all__ = ["Shown", "first_run"]
