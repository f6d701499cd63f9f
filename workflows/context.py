"""What a graph is given at run time: its decider, its hands, its clock and its limits. Graphs create none of these."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from agents.questions import Decider
from agents.toolbox import Toolbox


class Approval(StrEnum):
    ASK = "ask"
    """Interrupt with the plan before the first write."""
    YES = "yes"
    """Approved beforehand."""
    PLAN_ONLY = "plan_only"
    """Return the plan and stop."""
    READ_ONLY = "read_only"
    """Refuse to write."""


class WhenItExists(StrEnum):
    ASK = "ask"
    REUSE = "reuse"
    NEW = "new"


@dataclass(frozen=True)
class Policy:
    """What this run may do."""

    approval: Approval = Approval.ASK
    when_it_exists: WhenItExists = WhenItExists.ASK
    run: bool = True
    """Whether the plan may contain a notebook run."""
    run_deadline: float = 600.0
    """Seconds to wait for a notebook run before handing back its id."""
    out: str = ""
    """The file that the outcome is kept in, where there is one."""


@dataclass(frozen=True)
class Context:
    """Passed as LangGraph's runtime context (`context_schema`)."""

    decider: Decider
    tools: Toolbox
    clock: Callable[[], datetime]
    sleep: Callable[[float], Any]
    """Awaitable sleep in seconds; replay passes one that returns at once."""
    policy: Policy = Policy()
    session: str = ""
    """Names this process's part of the run; a step whose last write came from another session looks before it writes."""
    later: tuple[str, ...] = ()
    """What is to be done behind this workflow, a sentence each, where it is one of several: a plan that is put to a person names it."""
    tell: Callable[[str, dict[str, Any]], None] = lambda _event, _data: None
    """Progress for whoever watches: an event name and its data."""
