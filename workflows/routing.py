"""Routes that several graphs have."""

from collections.abc import Callable

from langgraph.graph import END

from workflows.state import RunState


def unless_ended(then: str) -> Callable[[RunState], str]:
    """The next node, or the end where the step before has come to an outcome."""

    def route(state: RunState) -> str:
        return END if state.outcome is not None else then

    return route


__all__ = ["unless_ended"]
