"""The report as one page that needs nothing else: matrix, timelines, drift, cost against the baseline, trend."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals.reports.causes import causes, parts_of
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


def page(
    report: Report,
    history: Sequence[dict[str, Any]],
    changes: Sequence[Change] = (),
    broken: Sequence[str] = (),
) -> str:
    """The whole page as HTML; every value is escaped. `broken` are results that passed in the baseline."""
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
        causes=[(cause, parts_of(cause.words)) for cause in causes(report.results)],
        parts_of=parts_of,
        changes=changes,
        broken=broken,
        history=list(history),
        trends=[
            _trend(history, "pass_rate", "pass rate", lambda value: f"{100 * value:.1f} %"),
            _trend(history, "tokens", "tokens", lambda value: f"{value:,.0f}"),
            _trend(history, "tool_calls", "tool calls", lambda value: f"{value:,.0f}"),
        ],
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


def _trend(
    history: Sequence[dict[str, Any]], figure: str, title: str, form: Callable[[float], str]
) -> dict[str, Any]:
    """One figure over the last runs: a bar for each, between nothing and the largest; of the pass rate, between the worst and all."""
    values = [float(row.get(figure, 0)) for row in history]
    top = 1.0 if figure == "pass_rate" else max([*values, 1.0])
    floor = max(0.0, min([*values, 0.9]) - 0.1) if figure == "pass_rate" else 0.0
    bars = [
        {
            "height": round(4 + 56 * (value - floor) / (top - floor), 1),
            "title": f"{row['started'][:16].replace('T', ' ')}, {row['mode']}: {form(value)}",
            "bad": figure == "pass_rate" and value < 1,
        }
        for value, row in zip(values, history, strict=True)
    ]
    return {"title": title, "bars": bars, "last": form(values[-1]) if values else "", "least": form(floor)}
