"""The report of a suite run: its results, its totals, and the comparison with an earlier one."""

import datetime
import json
import math
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.errors import Usage
from evals.scores import Result, State
from evals.session import Strict
from evals.tape import write_whole
from evals.trials import summary

VERSION = 1
NOISE = 2.8
"""Standard deviations that a change must exceed before it counts."""


class Totals(Strict):
    """All sessions together."""

    sessions: int
    trials: int
    passed: int
    failed: int
    drift: int
    infrastructure: int
    pass_rate: float
    pass_rate_low: float
    pass_rate_high: float
    k: int
    pass_at_k: float
    pass_all_k: float
    tool_calls: int
    model_calls: int
    tokens: int
    seconds: float


class Report(Strict):
    """One suite run."""

    version: int = VERSION
    started: datetime.datetime
    mode: str
    python: str = platform.python_version()
    wall_seconds: float = 0.0
    totals: Totals
    results: list[Result]


def make_report(results: Sequence[Result], *, started: datetime.datetime, mode: str, wall: float) -> Report:
    """Put results, sorted by session and trial, into a report. Where an agent was run beside the graphs, the totals are the graphs'."""
    everything = sorted(results, key=lambda one: (one.session, one.mode, one.model, one.way, one.trial))
    ordered = [one for one in everything if one.way == "graph"] or everything
    count = {state: sum(one.state is state for one in ordered) for state in State}
    sums = summary(ordered)
    totals = Totals(
        sessions=len({one.session for one in ordered}),
        trials=len(ordered),
        passed=count[State.PASSED],
        failed=count[State.FAILED],
        drift=count[State.DRIFT],
        infrastructure=count[State.INFRASTRUCTURE],
        pass_rate=sums.avg,
        pass_rate_low=sums.avg_interval.low,
        pass_rate_high=sums.avg_interval.high,
        k=sums.k,
        pass_at_k=sums.at,
        pass_all_k=sums.all,
        tool_calls=sum(one.tool_calls for one in ordered),
        model_calls=sum(one.model_calls for one in ordered),
        tokens=sum(one.input_tokens + one.output_tokens for one in ordered),
        seconds=round(sum(one.seconds for one in ordered), 3),
    )
    return Report(started=started, mode=mode, wall_seconds=round(wall, 3), totals=totals, results=everything)


def read_report(path: Path) -> Report:
    """Read a report. Raises Usage when it is none, or one of another version."""
    again = f"Write one: python -m evals.run --json {path}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Usage(f"{path}: there is no report. {again}") from None
    except OSError as failure:
        raise Usage(f"{path}: cannot be read ({failure.strerror}). {again}") from None
    except json.JSONDecodeError as broken:
        raise Usage(f"{path}:{broken.lineno}: is not JSON ({broken.msg}). {again}") from None
    except UnicodeDecodeError:
        raise Usage(f"{path}: is not text. {again}") from None
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION:
        raise Usage(f"{path}: is not a report of version {VERSION} (it says {version!r}). {again}")
    try:
        return Report.model_validate(content)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Usage(f"{path}: {place}: {first['msg']}. {again}") from None


def write_report(report: Report, path: Path) -> None:
    """Write a report as JSON. Raises Infrastructure when it cannot be written."""
    write_whole(path, report.model_dump_json(indent=1) + "\n")


class Change(Strict):
    """One figure against the baseline."""

    figure: str
    before: float
    now: float
    noise: float
    """Half-width within which a change counts as noise."""
    worse: bool


def compare(now: Report, before: Report, *, slack: float = 0.10) -> tuple[list[Change], list[str]]:
    """Figures against a baseline report, and the sessions that passed before and do not now.

    The pass rate may fall by its noise; calls and tokens a session may rise by `slack` or the noise, whichever is more.
    """
    changes = [_rate(now, before)]
    for figure in ("tool_calls", "model_calls", "tokens"):
        changes.append(_cost(figure, now, before, slack))
    passed = {one.key for one in before.results if one.state is State.PASSED}
    broken = [
        one.key for one in now.results if one.key in passed and one.state in (State.FAILED, State.DRIFT)
    ]
    return changes, broken


def _rate(now: Report, before: Report) -> Change:
    def variance(report: Report) -> float:
        trials = [one for one in report.results if one.state is not State.INFRASTRUCTURE]
        repeated = len(trials) > len({one.session for one in trials})
        rate = report.totals.pass_rate
        return rate * (1 - rate) / len(trials) if repeated else 0.0

    noise = NOISE * math.sqrt(variance(now) + variance(before))
    old, new = before.totals.pass_rate, now.totals.pass_rate
    return Change(figure="pass_rate", before=old, now=new, noise=noise, worse=new < old - noise - 1e-12)


def _cost(figure: str, now: Report, before: Report, slack: float) -> Change:
    ours, theirs = _by_session(now, figure), _by_session(before, figure)
    shared = sorted(ours.keys() & theirs.keys())
    old = sum(sum(theirs[key]) / len(theirs[key]) for key in shared)
    new = sum(sum(ours[key]) / len(ours[key]) for key in shared)
    spread = sum(_squared_error(ours[key]) + _squared_error(theirs[key]) for key in shared)
    noise = max(slack * old, NOISE * math.sqrt(spread))
    return Change(figure=figure, before=old, now=new, noise=noise, worse=new > old + noise + 1e-9)


def _by_session(report: Report, figure: str) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for one in report.results:
        if one.state is State.INFRASTRUCTURE:
            continue
        value = one.input_tokens + one.output_tokens if figure == "tokens" else getattr(one, figure)
        values.setdefault(one.key.rpartition("|")[0], []).append(float(value))
    return values


def _squared_error(values: list[float]) -> float:
    """Variance of the mean; nothing where there was one trial."""
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)


def trend(folder: Path, report: Report, keep: int = 50) -> list[dict[str, Any]]:
    """Add a run to the history in a folder and give the last runs, oldest first."""
    path = folder / "history.jsonl"
    rows: list[dict[str, Any]] = []
    if path.exists():
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    totals = report.totals
    rows.append(
        {"started": report.started.isoformat(), "mode": report.mode, "sessions": totals.sessions, "pass_rate": totals.pass_rate,
         "tool_calls": totals.tool_calls, "tokens": totals.tokens, "wall_seconds": report.wall_seconds}
    )  # fmt: skip
    rows = rows[-keep:]
    write_whole(path, "".join(json.dumps(row) + "\n" for row in rows))
    return rows
