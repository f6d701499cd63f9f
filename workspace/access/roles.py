"""The one place that decides whether a role may call a tool. The table is the tools' own: each names the role it needs."""

from dataclasses import dataclass

from workspace.domain import Caller, Role
from workspace.errors import ToolRefused
from workspace.tools.registry import Tool


@dataclass(frozen=True)
class Policy:
    """The workspace's switches."""

    viewers_may_run: bool = False
    """Whether `create_run` needs the viewer's role only."""
    list_only_allowed: bool = False
    """Whether `tools/list` leaves out what the caller's role may not call."""
    client_documents: frozenset[str] = frozenset()
    """Hosts whose client metadata documents are read; `on` among them stands for every public host."""


def needed(tool: Tool, policy: Policy) -> Role:
    if tool.name == "create_run" and policy.viewers_may_run:
        return Role.viewer
    return tool.role


def may(caller: Caller, tool: Tool, policy: Policy) -> bool:
    return caller.role >= needed(tool, policy)


def check(caller: Caller, tool: Tool, policy: Policy) -> None:
    """Raises ToolRefused when the caller's role is too low."""
    if not may(caller, tool, policy):
        role = needed(tool, policy).name
        whose = "grant's" if caller.key_type == "oauth" else "key's"
        raise ToolRefused(
            f"This {whose} role is {caller.role.name}; {tool.name} needs {role}. Ask an admin for {_a(role)} key.",
            status=403,
        )


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
