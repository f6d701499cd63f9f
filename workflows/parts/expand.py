"""From a design to the blocks of its notebook, in order."""

from agents.asks.build_analysis import Part
from workflows.parts.blocks import PlannedBlock, code, heading
from workflows.parts.design import Design
from workflows.parts.plain import plain_part
from workflows.parts.prices import price_part
from workflows.parts.reading import (
    about,
    prepare_plain,
    prepare_prices,
    prepare_series,
    read_over_time,
    read_plain,
)
from workflows.parts.series import relation, series_part

SUMMARY = """
lines = [f"- {one['text']}" for one in figures]
display({"text/markdown": "\\n".join(lines), "application/json": {"figures": figures}}, raw=True)
"""
"""The figures as a list for people and as JSON for whoever reads the run."""


def blocks_of(design: Design, title: str, request: str) -> list[PlannedBlock]:
    """Every block of a new notebook."""
    blocks = about(design, title, request)
    if design.shape == "plain":
        blocks += [*read_plain(design), prepare_plain(design)]
    else:
        blocks += read_over_time(design)
        blocks.append(prepare_prices(design) if design.shape == "prices" else prepare_series(design))
    for part in design.parts:
        blocks += part_blocks(part, design)
    if design.second is not None:
        blocks += relation(design, design.second)
    return [*blocks, *summary()]


def part_blocks(part: Part, design: Design) -> list[PlannedBlock]:
    """The blocks of one part."""
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


__all__ = ["blocks_of", "part_blocks", "summary"]
