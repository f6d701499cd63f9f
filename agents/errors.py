"""What can go wrong between a graph, its decider and the workspace.

AgentError
├── NotAllowed         the node did not name this tool, an argument was pinned otherwise, or the run is read-only
├── ToolFailed         the server refused the call; carries the server's own words
├── Unavailable        the server could not be reached, did not answer in time, or answered with garbage
├── AccessDenied       the key is missing, wrong, expired, or has too low a role
├── ContractDiffers    the server lacks a tool or names an argument differently
├── NoAnswer           the decider gave no answer that fits, after one repair
├── ModelFailed        the model endpoint failed: key, quota, network
└── BudgetSpent        the run reached one of its limits
"""

from collections.abc import Sequence


class AgentError(Exception):
    """A failure with one sentence that says what, which one, and what to do next."""


class NotAllowed(AgentError):
    """A call that this node, this plan or this run may not make."""


class ToolFailed(AgentError):
    """The workspace refused a call."""

    def __init__(self, tool: str, words: str) -> None:
        super().__init__(f"{tool}: {words}")
        self.tool = tool
        self.words = words


class Unavailable(AgentError):
    """The workspace could not be reached, timed out, or sent something that is not MCP."""

    def __init__(self, message: str, *, may_have_happened: bool = False) -> None:
        super().__init__(message)
        self.may_have_happened = may_have_happened
        """Whether a write was under way whose answer was lost: look before doing it again."""


class AccessDenied(AgentError):
    """The workspace did not accept the key, or the key's role is too low."""


class ContractDiffers(AgentError):
    """The server's tools are not the ones the graphs were written for."""

    def __init__(self, message: str, differences: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.differences = tuple(differences)


class NoAnswer(AgentError):
    """No usable answer came from the decider, also after it was told what was wrong."""


class ModelFailed(AgentError):
    """The model's endpoint failed: missing key, quota, network, or a server error."""


class BudgetSpent(AgentError):
    """A limit on model calls, tool calls, tokens or seconds was reached."""
