"""The state of tidying a notebook, and how one of its runs ends."""

from typing import Any

from agents.asks.tidy_notebook import TidyWish
from agents.results import Block, Run
from workflows.finding import Found
from workflows.outcome import Outcome, Status
from workflows.state import RunState
from workflows.tidying import Plan, PlanStep

NAME = "tidy_notebook"


class State(RunState):
    notebook_hint: str = ""
    """The notebook of the step before, in a chain of workflows."""
    insert: str = ""
    """What the step before found; it takes the place of the stand-in in a note after the plan is made, so that no decider reads it as a wish."""
    found: Found | None = None
    notebook_name: str = ""
    level: str = ""
    """What the key may do."""
    address: str | None = None
    blocks: list[Block] = []
    """As they stood when the plan was made."""
    wish: TidyWish | None = None
    plan: Plan | None = None
    notes: list[str] = []
    dangers: list[str] = []
    edited: dict[str, Any] | None = None
    problems: list[str] = []
    replans: int = 0
    looked: str = ""
    """The process that found the notebook as it was planned for, before its first write."""
    done: int = 0
    """Steps of the plan that are written."""
    now: list[Block] = []
    """The notebook as it has to stand after those steps."""
    run_id: str = ""
    latest_run_id: str = ""
    run: Run | None = None
    restored: list[str] = []


def next_step(state: State) -> PlanStep | None:
    """The step to be written now."""
    assert state.plan is not None
    return state.plan.steps[state.done] if state.done < len(state.plan.steps) else None


def ended(state: State, status: Status, answer: str, **more: Any) -> Outcome:
    return Outcome(workflow=NAME, status=status, answer=answer, address=state.address, **more)


__all__ = ["NAME", "State", "ended", "next_step"]
