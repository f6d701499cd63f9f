"""The report as one page that needs nothing else: matrix, timelines, drift, cost against the baseline, trend."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.reports.report import Change, Report
from evals.reports.ways import compared
from evals.scores import Result, State

WORDS = {
    State.PASSED: "passed",
    State.FAILED: "failed",
    State.DRIFT: "drift",
    State.INFRASTRUCTURE: "infrastructure",
    State.NOT_APPLICABLE: "n/a",
}
WORST = (State.DRIFT, State.FAILED, State.INFRASTRUCTURE, State.PASSED)


def page(report: Report, history: Sequence[dict[str, Any]], changes: Sequence[Change] = ()) -> str:
    """The whole page as HTML; every value is escaped."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    text: str = environment.get_template("page.html").render(
        report=report,
        totals=report.totals,
        matrix=matrix(report.results),
        columns=_columns(report.results),
        results=sorted(report.results, key=lambda one: (WORST.index(one.state), one.session, one.trial)),
        changes=changes,
        history=list(history),
        trend=_trend(history),
        words=WORDS,
        slices=_slices(report),
        ways=compared(report.results),
    )
    return text


def _columns(results: Sequence[Result]) -> list[str]:
    return sorted({one.column for one in results})


def matrix(results: Sequence[Result]) -> list[dict[str, Any]]:
    """One row a workflow, one cell a way of answering, in each cell the sessions."""
    rows = []
    for workflow in sorted({one.workflow for one in results}):
        cells = []
        for column in _columns(results):
            found = [one for one in results if one.workflow == workflow and one.column == column]
            cells.append({"results": found, "passed": sum(one.state is State.PASSED for one in found)})
        rows.append({"workflow": workflow, "cells": cells})
    return rows


def _slices(report: Report) -> list[tuple[str, int, float]]:
    """Counts by state with their share, for the bar."""
    totals = report.totals
    counts = [
        ("passed", totals.passed),
        ("failed", totals.failed),
        ("drift", totals.drift),
        ("infrastructure", totals.infrastructure),
    ]
    return [(name, count, 100 * count / max(1, totals.trials)) for name, count in counts if count]


def _trend(history: Sequence[dict[str, Any]], width: int = 560, height: int = 90) -> dict[str, Any]:
    """Points of the pass rate over the last runs, in a box of the given size."""
    step = width / max(1, len(history) - 1)
    points = [
        (round(index * step + 8, 1), round(8 + (1 - row["pass_rate"]) * (height - 16), 1))
        for index, row in enumerate(history)
    ]
    return {
        "points": points,
        "line": " ".join(f"{x},{y}" for x, y in points),
        "width": width + 16,
        "height": height,
    }
