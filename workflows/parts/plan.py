"""The plan of an analysis, exactly as it would be written, and what is wrong with one that was edited."""

import re
from collections.abc import Sequence
from datetime import date

from pydantic import Field

from agents.asks.build_analysis import PART_TEXT, Part, Sketch, TableCard
from agents.results import Block
from workflows.approval import PlannedWrite, Proposal
from workflows.outcome import Model
from workflows.parts.blocks import PlannedBlock, code, heading, text
from workflows.parts.cuts import said_of, title_of
from workflows.parts.design import Design
from workflows.parts.expand import (
    blocks_of,
    cuts_of,
    data_blocks,
    parts_built,
    parts_of,
    summary,
    undrawn,
)
from workflows.parts.query import read_window
from workflows.parts.reading import SETUP, remarks
from workflows.reading.python import read_python
from workflows.reading.risks import risks_of
from workflows.reading.sql import read_sql
from workflows.reading.sql_names import unknown_tables

TYPES = re.compile(
    r"code|sql|markdown|text-cell-(?:h[1-3]|p|bullet|todo|callout)|visualization|separator|big-number|input-[a-z-]+|image|button"
)


class Plan(Model):
    """What the run would make. Editing it is allowed: names, blocks, their order, and whether to run."""

    project: str = Field(min_length=1, max_length=200)
    project_id: str | None = None
    """Set when the project exists already."""
    notebook: str = Field(min_length=1, max_length=200)
    notebook_id: str | None = None
    """Set when the blocks go to the end of a notebook that exists."""
    blocks: list[PlannedBlock]
    run: bool = True
    """Whether the notebook is run afterwards."""
    about: list[str] = Field(default_factory=list)
    """What it does, in sentences."""


def new_plan(sketch: Sketch, design: Design, request: str, project: str, notebook: str) -> Plan:
    """The plan of a new notebook."""
    return Plan(
        project=project,
        notebook=notebook,
        blocks=blocks_of(design, project, request),
        run=sketch.run and not unconnected(design),
        about=described(design),
    )


def extension(
    sketch: Sketch, design: Design, earlier: Sketch | None, request: str, number: int
) -> list[PlannedBlock]:
    """Blocks that continue a notebook: the data again where it differs, the parts, a summary of their own.

    `earlier` is the sketch whose blocks still stand above; None when nothing there can be built on.
    """
    added = " ".join(request.split())
    blocks = [heading("added", f"Added: {added[:120]}")]
    if design.missing or design.unanswered or design.note:
        notes = [design.note] if design.note else []
        notes += [f"There is no {one.asked} in the data." for one in design.missing]
        notes += [f"Not answered here: {wish}." for wish in design.unanswered]
        blocks.append(text("added_note", "Notes", "\n\n".join(f"{note.rstrip('.')}." for note in notes)))
    blocks += remarks(design)
    same = (
        earlier is not None
        and bool(earlier.parts or not earlier.cuts)
        and all(
            getattr(sketch, field) == getattr(earlier, field)
            for field in ("table", "split_by", "keep", "period", "grain", "measures")
        )
    )
    if design.parts and (not same or Part.BREAKDOWN in design.parts or design.shape == "plain"):
        blocks += _data_again(design, window=earlier is None or not _same_days(sketch, earlier))
    if design.cuts and not design.parts:
        blocks += [] if earlier is not None else [code("prepare", "Helpers", SETUP)]
        above = earlier is not None and (bool(earlier.parts) or bool(earlier.period))
        blocks += [] if above and _same_window(sketch, earlier) else _window_again(design)
    blocks += [*parts_of(design), *cuts_of(design)]
    blocks += summary(number)
    return [
        block if number == 1 else block.model_copy(update={"key": f"{block.key}#{number}"})
        for block in blocks
    ]


def _same_window(sketch: Sketch, earlier: Sketch | None) -> bool:
    return earlier is not None and sketch.period == earlier.period


def _window_again(design: Design) -> list[PlannedBlock]:
    """The window of cuts, as days that stand written; none where they keep to no window."""
    if not read_window(design):
        return []
    if design.resolved and design.start and design.end:
        return [code("window", "Window", _days(design.start, design.end))]
    return [block for block in read_window(design) if block.type != "input-date"]


def _days(start: date, end: date) -> str:
    return (
        "from datetime import date\n\n"
        f"window_start, window_end = date({start.year}, {start.month}, {start.day}), date({end.year}, {end.month}, {end.day})"
    )


def _same_days(sketch: Sketch, earlier: Sketch) -> bool:
    """Whether the window above still holds, so that its inputs go on choosing the days."""
    return bool(earlier.parts) and all(getattr(sketch, one) == getattr(earlier, one) for one in ("table", "period", "against"))  # fmt: skip


def _data_again(design: Design, *, window: bool) -> list[PlannedBlock]:
    reading = data_blocks(design, inputs=False)
    if design.shape == "plain":
        return reading
    if design.resolved and design.start and design.end:
        days = [code("window", "Window", _days(design.start, design.end))] if window else []
        reading = [*days, *reading]
    return reading


def unconnected(design: Design) -> list[str]:
    """The integrations of a design whose queries cannot run, as far as they say so of themselves."""
    cuts = {cut.table for cut in design.cuts}
    read = [design.table, *([design.second.table] if design.second else []), *[table for table in design.tables if table.ref in cuts]]  # fmt: skip
    return list(dict.fromkeys(table.integration for table in read if table.unconnected))


def described(design: Design) -> list[str]:
    """The plan in sentences, for the person who approves it."""
    lines = [
        f"It reads {design.table.ref}" + (f" and {design.second.table.ref}" if design.second else "") + "."
    ]
    if design.resolved:
        lines.append(
            f"The window is {design.start} to {design.end}." + (f" {design.note}." if design.note else "")
        )
    elif design.time:
        lines.append(
            "The server does not say which dates the table covers; the notebook finds the window itself."
        )
    if design.split and design.parts:
        kept = f": {', '.join(design.keep)}" if design.keep else ""
        lines.append(f"It compares by {design.split}{kept}.")
    lines += [f"{part.value.capitalize()}: {PART_TEXT[part]}." for part in parts_built(design)]
    lines += [f"{title_of(cut)}: {said_of(cut, design.tables)}" for cut in design.cuts]
    if design.second is not None:
        lines.append("Relation: how the two tables move together, month by month.")
    if design.lookup is not None:
        held = design.lookup
        lines.append(f"It also reads {held.table.ref} and joins it in the notebook, {held.key} to {held.their_key}: two integrations cannot be joined in SQL.")  # fmt: skip
    for name in unconnected(design):
        lines.append(
            f"{name} says of itself that it has no connection, so the notebook is built and not run."
        )
    for one in design.missing:
        used = f"; {one.instead} is used instead, under its own name" if one.instead else ""
        lines.append(f"There is no {one.asked} in the data{used}.")
    lines += [f"It notes: {said}" for said in design.remarks]
    lines += ["It draws no charts."] if not design.charts else []
    lines += [f"Not answered: {wish}." for wish in design.unanswered]
    if unmet := undrawn(design):
        lines.append(f"Not answered: {unmet}.")
    return lines


def proposal(plan: Plan, request: str) -> Proposal:
    """What is shown for approval: the sentences, every write as it would be sent, and the plan to edit."""
    writes = []
    if plan.project_id is None:
        writes.append(PlannedWrite(tool="create_project", arguments={"name": plan.project}, why=plan.project))
    if plan.notebook_id is None:
        arguments = {"projectId": plan.project_id or "<project>", "name": plan.notebook}
        writes.append(PlannedWrite(tool="create_notebook", arguments=arguments, why=plan.notebook))
    notebook = plan.notebook_id or "<notebook>"
    writes += [
        PlannedWrite(
            tool="create_block",
            arguments=block_arguments(block, notebook),
            why=f"{block.type}: {block.title}",
        )
        for block in plan.blocks
    ]
    if plan.run:
        writes.append(
            PlannedWrite(tool="create_run", arguments={"notebookId": notebook}, why="run the whole notebook")
        )
    return Proposal(
        workflow="build_analysis",
        request=request,
        summary=plan.about,
        writes=writes,
        plan=plan.model_dump(mode="json"),
    )


def block_arguments(block: PlannedBlock, notebook_id: str) -> dict[str, object]:
    """The wire arguments of `create_block`."""
    arguments: dict[str, object] = {"notebookId": notebook_id, "type": block.type, "content": block.content}
    if block.metadata:
        arguments["metadata"] = block.metadata
    if block.integration_id:
        arguments["integrationId"] = block.integration_id
    return arguments


def problems(plan: Plan, tables: Sequence[TableCard]) -> list[str]:
    """What would go wrong with the plan's blocks, found without running anything."""
    found = []
    integrations = {table.integration_id: table for table in tables}
    keys = [block.key for block in plan.blocks]
    found += [
        f"Two blocks have the key {key!r}." for key in sorted({key for key in keys if keys.count(key) > 1})
    ]
    for block in plan.blocks:
        if not TYPES.fullmatch(block.type):
            found.append(f"Block {block.key!r}: there is no block type {block.type!r}.")
        elif block.type == "code":
            found += _python_problems(block)
        elif block.type == "sql":
            if block.integration_id not in integrations:
                found.append(f"Block {block.key!r}: there is no integration {block.integration_id!r}.")
            else:
                found += _sql_problems(block, tables)
    if not plan.blocks and plan.notebook_id is None:
        found.append("The plan has no blocks.")
    return found


def beyond_reading(block: PlannedBlock) -> list[str]:
    """What a block that a model wrote would do beyond reading; text that the model read may have asked for it."""
    written = Block(id=block.key, type=block.type, content=block.content)
    return [f"{risk.kind.value}: {risk.what}" for risk in risks_of([written])]


def _python_problems(block: PlannedBlock) -> list[str]:
    trouble = read_python(block.content).unreadable
    return [f"Block {block.key!r} is not Python: {trouble}."] if trouble else []


def _sql_problems(block: PlannedBlock, tables: Sequence[TableCard]) -> list[str]:
    ours = [table for table in tables if table.integration_id == block.integration_id]
    found = [f"Block {block.key!r}, {fault}." for fault in unknown_tables(block.content, ours)]
    if read_sql(block.content, ours[0].integration_type).verbs:
        found.append(f"Block {block.key!r} writes to the database; an analysis only reads.")
    return found


__all__ = [
    "Plan",
    "beyond_reading",
    "block_arguments",
    "described",
    "extension",
    "new_plan",
    "problems",
    "proposal",
    "unconnected",
]
