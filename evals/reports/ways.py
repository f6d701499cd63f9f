"""Graph against agent: the same requests with the same model, what both came to and what it cost."""

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from evals.scores import Result, State


class Side(NamedTuple):
    """One way through a set of requests; costs are means over trials, summed over requests."""

    passed: int
    trials: int
    model_calls: float
    tokens: float
    tool_calls: float


class Compared(NamedTuple):
    """Both ways through the same requests with one model."""

    model: str
    workflow: str
    requests: int
    graph: Side
    agent: Side

    @property
    def calls_share(self) -> float | None:
        """The graph's model calls as a part of the agent's."""
        return self.graph.model_calls / self.agent.model_calls if self.agent.model_calls else None

    @property
    def tokens_share(self) -> float | None:
        """The graph's tokens as a part of the agent's."""
        return self.graph.tokens / self.agent.tokens if self.agent.tokens else None


def compared(results: Sequence[Result]) -> list[Compared]:
    """A row for each model and workflow, and one for all workflows of a model; requests that only one way was judged on are left out."""
    judged = [one for one in results if one.state is not State.INFRASTRUCTURE]
    both: dict[tuple[str, str], dict[str, dict[str, list[Result]]]] = {}
    for one in judged:
        ways = both.setdefault((one.model, one.session), {})
        ways.setdefault(one.way, {}).setdefault(one.workflow, []).append(one)
    pairs = {key: ways for key, ways in both.items() if ways.keys() >= {"graph", "agent"}}
    rows = []
    for model in dict.fromkeys(model for model, _ in pairs):
        mine = [one for one in judged if (one.model, one.session) in pairs and one.model == model]
        workflows = list(dict.fromkeys(one.workflow for one in mine))
        for workflow in [*workflows, *(["all"] if len(workflows) > 1 else [])]:
            chosen = [one for one in mine if workflow in ("all", one.workflow)]
            requests = len({one.session for one in chosen})
            rows.append(Compared(model, workflow, requests, _side(chosen, "graph"), _side(chosen, "agent")))
    return rows


def _side(results: Sequence[Result], way: str) -> Side:
    mine: dict[str, list[Result]] = {}
    for one in results:
        if one.way == way:
            mine.setdefault(one.session, []).append(one)
    trials = [one for same in mine.values() for one in same]
    return Side(
        sum(one.state is State.PASSED for one in trials),
        len(trials),
        sum(fmean(one.model_calls for one in same) for same in mine.values()),
        sum(fmean(one.input_tokens + one.output_tokens for one in same) for same in mine.values()),
        sum(fmean(one.tool_calls for one in same) for same in mine.values()),
    )


__all__ = ["Compared", "Side", "compared"]
