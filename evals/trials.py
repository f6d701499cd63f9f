"""Statistics over trials: pass@k, pass^k, avg@k, with confidence intervals. Infrastructure errors are not trials."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from evals.scores import Result, State


class Interval(NamedTuple):
    """A 95 % confidence interval."""

    low: float
    high: float


class Tally(NamedTuple):
    """One session's trials."""

    session: str
    trials: int
    passes: int
    infrastructure: int


def pass_at(trials: int, passes: int, k: int) -> float:
    """Probability that at least one of k trials drawn without replacement passes (Chen et al. 2021, unbiased)."""
    if k > trials:
        raise ValueError(f"pass@{k} needs {k} trials, there are {trials}.")
    return 1.0 - math.comb(trials - passes, k) / math.comb(trials, k)


def pass_all(trials: int, passes: int, k: int) -> float:
    """pass^k: probability that all of k trials drawn without replacement pass (Yao et al. 2024, unbiased)."""
    if k > trials:
        raise ValueError(f"pass^{k} needs {k} trials, there are {trials}.")
    return math.comb(passes, k) / math.comb(trials, k)


def wilson(passes: int, trials: int, z: float = 1.96) -> Interval:
    """Wilson score interval of a share; (0, 1) without trials."""
    if trials == 0:
        return Interval(0.0, 1.0)
    share = passes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def clustered(shares: Sequence[float], z: float = 1.96) -> Interval:
    """Interval of a mean of per-session shares; trials of one session are not independent, sessions are taken to be."""
    if not shares:
        return Interval(0.0, 1.0)
    mean = sum(shares) / len(shares)
    if len(shares) == 1:
        return Interval(0.0, 1.0)
    variance = sum((share - mean) ** 2 for share in shares) / (len(shares) - 1)
    half = z * math.sqrt(variance / len(shares))
    return Interval(max(0.0, mean - half), min(1.0, mean + half))


def tallies(results: Iterable[Result]) -> list[Tally]:
    """Trials by session, in order of appearance; sessions that only had infrastructure errors have no trials."""
    rows: dict[str, list[int]] = {}
    for result in results:
        row = rows.setdefault(result.key.rpartition("|")[0], [0, 0, 0])
        if result.state is State.INFRASTRUCTURE:
            row[2] += 1
        else:
            row[0] += 1
            row[1] += result.state is State.PASSED
    return [Tally(key.split("|")[0], *row) for key, row in rows.items()]


class Summary(NamedTuple):
    """All sessions together."""

    sessions: int
    trials: int
    k: int
    avg: float
    avg_interval: Interval
    at: float
    all: float
    infrastructure: int


def summary(results: Sequence[Result]) -> Summary:
    """avg@k, pass@k and pass^k over sessions, k being the fewest trials that any session has."""
    rows = [row for row in tallies(results) if row.trials]
    broken = sum(result.state is State.INFRASTRUCTURE for result in results)
    if not rows:
        return Summary(0, 0, 0, 0.0, Interval(0.0, 1.0), 0.0, 0.0, broken)
    k = min(row.trials for row in rows)
    shares = [row.passes / row.trials for row in rows]
    trials = sum(row.trials for row in rows)
    interval = wilson(sum(row.passes for row in rows), trials) if k == 1 else clustered(shares)
    if k > 1 and interval.low == interval.high:
        interval = wilson(sum(row.passes for row in rows), trials)
    return Summary(
        len(rows),
        trials,
        k,
        sum(shares) / len(rows),
        interval,
        sum(pass_at(row.trials, row.passes, k) for row in rows) / len(rows),
        sum(pass_all(row.trials, row.passes, k) for row in rows) / len(rows),
        broken,
    )
