"""From a design to the blocks of its notebook, in order."""

from agents.asks.build_analysis import Part
from workflows.parts.blocks import PlannedBlock, code, heading
from workflows.parts.chart_kinds import as_wished
from workflows.parts.cuts import cut_blocks
from workflows.parts.design import Design
from workflows.parts.looks import LOOKS, look_part
from workflows.parts.moving import moving
from workflows.parts.plain import plain_part
from workflows.parts.prices import price_part
from workflows.parts.query import read_over_time, read_plain, read_window
from workflows.parts.reading import (
    SETUP,
    about,
    choice,
    headline,
    prepare_plain,
    prepare_prices,
    prepare_series,
)
from workflows.parts.recovery import recoveries
from workflows.parts.rolling import rolling_correlation
from workflows.parts.series import relation, series_part
from workflows.parts.wishes import WISHES, told_by_windows, wish_part

SUMMARY = """
lines = [f"- {one['text']}" for one in figures]
display({"text/markdown": "\\n".join(lines), "application/json": {"figures": figures}}, raw=True)
"""
"""The figures as a list for people and as JSON for whoever reads the run."""


def blocks_of(design: Design, title: str, request: str) -> list[PlannedBlock]:
    """Every block of a new notebook."""
    blocks = about(design, title, request)
    if design.parts:
        blocks += data_blocks(design)
    else:
        blocks += [*read_window(design), code("prepare", "Helpers", SETUP)]
    if design.second is not None:
        blocks += _without_charts(design, relation(design, design.second))
    blocks += [*parts_of(design), *cuts_of(design)]
    return [*blocks, *summary()]


def parts_of(design: Design) -> list[PlannedBlock]:
    """The blocks of every part, their charts of the kind that the request names where they can be."""
    return _without_charts(design, as_wished(_parts(design), design.chart)[0])


def _without_charts(design: Design, blocks: list[PlannedBlock]) -> list[PlannedBlock]:
    drawn = [block for block in blocks if block.type == "visualization"]
    kept = drawn[: design.most_charts or None] if design.charts else []
    return [block for block in blocks if block.type != "visualization" or block in kept]


def cuts_of(design: Design, first: int = 1) -> list[PlannedBlock]:
    """The blocks of every cut; raises Unreachable."""
    windowed = design.time is not None and (
        design.period.kind != "all" or (design.choose and not design.parts)
    )
    blocks = [
        block
        for number, cut in enumerate(design.cuts, first)
        for block in cut_blocks(cut, number, design.tables, windowed=windowed)
    ]
    return _without_charts(design, blocks)


def _parts(design: Design) -> list[PlannedBlock]:
    return [block for part in parts_built(design) for block in part_blocks(part, design)]


def parts_built(design: Design) -> list[Part]:
    """The parts that get blocks of their own: not those whose figures another one holds already."""
    ranked = Part.TOP in design.parts and design.top and design.shape != "plain"
    held: set[Part] = {Part.BREAKDOWN} if ranked else set()  # the ranks hold the shares
    told = told_by_windows(design) if Part.PERIODS in design.parts else None
    if told is not None and told is not Part.RETURNS:
        held.add(told)  # the two windows hold it, and the time between them is not asked about
    return [part for part in design.parts if part not in held]


def undrawn(design: Design) -> str:
    """What is said when no chart can be of the kind that the request names; empty when one is."""
    return (
        ""
        if as_wished(_parts(design), design.chart)[1]
        else f"a {design.chart} chart (none of the parts can be drawn so)"
    )


def data_blocks(design: Design, *, inputs: bool = True) -> list[PlannedBlock]:
    """What can be chosen, the query, and the table to work on."""
    if design.shape == "plain":
        return [*read_plain(design), prepare_plain(design)]
    prepared = prepare_prices(design) if design.shape == "prices" else prepare_series(design)
    return [*choice(design), *read_over_time(design, inputs=inputs), prepared, *headline(design)]


def part_blocks(part: Part, design: Design) -> list[PlannedBlock]:
    """The blocks of one part."""
    if part is Part.CORRELATION and design.moving and Part.MOVING not in design.parts:
        return rolling_correlation(design)
    if part is Part.DRAWDOWN and design.from_start:
        return recoveries(design)
    if part is Part.MOVING:
        return moving(design)
    if part in WISHES:
        return wish_part(part, design)
    if part in LOOKS:
        return look_part(part, design)
    if design.shape == "prices":
        return price_part(part, design)
    return plain_part(part, design) if design.shape == "plain" else series_part(part, design)


def summary(number: int = 1) -> list[PlannedBlock]:
    """The closing blocks; `number` counts the summaries of a notebook that grew."""
    ending = "" if number == 1 else f"_{number}"
    return [
        heading(f"summary_title{ending}", "Summary"),
        code(f"summary{ending}", "Summary of the computed figures", SUMMARY),
    ]


__all__ = ["blocks_of", "data_blocks", "part_blocks", "parts_built", "parts_of", "summary", "undrawn"]
