"""The hands of a run: the 19 documented tools over one held session, each call guarded and counted.

A tool without a read-only annotation is a write. Reads are retried after a transport failure, writes never are.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from agents import results
from agents.errors import BudgetSpent, NotAllowed, Unavailable

R = TypeVar("R", bound=results.Result)
Arguments = Mapping[str, Any]

DOCUMENTED = (
    "get_me", "search", "list_projects", "create_project", "get_notebook", "create_notebook", "create_block",
    "update_block", "reorder_notebook_blocks", "create_run", "get_run", "list_notebook_runs", "list_integrations",
    "get_integration", "list_integration_project_usages", "list_integration_notebook_usages",
    "list_integration_block_usages", "list_docs", "get_doc",
)  # fmt: skip


@dataclass(frozen=True)
class ToolInfo:
    """What the server says of one tool."""

    name: str
    read_only: bool
    description: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """JSON Schema of the arguments."""


class Wire(Protocol):
    """A held session with one workspace server (`agents.session`)."""

    @property
    def tools(self) -> Mapping[str, ToolInfo]:
        """The server's tools by name, as listed when the session was opened."""

    async def call(self, name: str, arguments: Arguments) -> dict[str, Any]:
        """Call a tool; raises ToolFailed, Unavailable or AccessDenied. Reads are retried by the wire."""


@dataclass(frozen=True)
class Call:
    """One call that was made, for traces, budgets and recordings."""

    tool: str
    arguments: Arguments
    read_only: bool
    seconds: float
    result: Mapping[str, Any] | None
    error: str | None


class Toolbox:
    """Guarded, typed access to the workspace. `only` and `pin` give a narrower toolbox over the same session."""

    def __init__(
        self,
        wire: Wire,
        *,
        timer: Callable[[], float],
        read_only: bool = False,
        allowed: Collection[str] = DOCUMENTED,
        pinned: Mapping[str, Collection[Any]] | None = None,
        observe: Callable[[Call], None] | None = None,
        limit: int | None = None,
    ) -> None:
        self._wire = wire
        self._timer = timer
        self._read_only = read_only
        self._allowed = frozenset(allowed) & frozenset(DOCUMENTED)
        self._pinned = dict(pinned or {})
        self._observe = observe
        self._count = _Count(limit)

    @property
    def calls(self) -> int:
        """Tool calls made so far over this session."""
        return self._count.made

    @property
    def tools(self) -> Mapping[str, ToolInfo]:
        """The tools that may be called here, as the server describes them."""
        return {name: info for name, info in self._wire.tools.items() if name in self._allowed}

    def only(self, *names: str) -> "Toolbox":
        """A toolbox that refuses every tool not named here."""
        return self._narrowed(allowed=self._allowed & set(names))

    def pin(self, **arguments: Any) -> "Toolbox":
        """A toolbox in which an argument (wire name, e.g. `notebookId`) has just this value, or one of a set of values."""
        pinned = {
            name: frozenset(value) if isinstance(value, (set, frozenset, list, tuple)) else frozenset([value])
            for name, value in arguments.items()
        }
        return self._narrowed(pinned={**self._pinned, **pinned})

    def reading(self) -> "Toolbox":
        """A toolbox that refuses every write."""
        return self._narrowed(read_only=True)

    def _narrowed(
        self,
        *,
        allowed: Collection[str] | None = None,
        pinned: Mapping[str, Collection[Any]] | None = None,
        read_only: bool | None = None,
    ) -> "Toolbox":
        other = Toolbox(
            self._wire,
            timer=self._timer,
            read_only=self._read_only if read_only is None else read_only,
            allowed=self._allowed if allowed is None else allowed,
            pinned=self._pinned if pinned is None else pinned,
            observe=self._observe,
        )
        other._count = self._count
        return other

    async def call(self, tool: str, arguments: Arguments) -> dict[str, Any]:
        """Call one tool by name with wire arguments and return its structured result.

        Raises NotAllowed before anything is sent; ToolFailed, Unavailable, AccessDenied from the server; BudgetSpent at the limit.
        """
        sent = {name: value for name, value in arguments.items() if value is not None}
        info = self._permit(tool, sent)
        self._count.take()
        started = self._timer()
        result: dict[str, Any] | None = None
        error: str | None = None
        try:
            result = await self._wire.call(tool, sent)
            return result
        except Exception as failure:
            error = str(failure)
            raise
        finally:
            if self._observe is not None:
                self._observe(Call(tool, sent, info.read_only, self._timer() - started, result, error))

    def _permit(self, tool: str, arguments: dict[str, Any]) -> ToolInfo:
        if tool not in self._allowed:
            named = ", ".join(sorted(self._allowed)) or "none"
            raise NotAllowed(f"{tool} may not be called here; this step names {named}.")
        info = self._wire.tools.get(tool)
        if info is None:
            raise NotAllowed(f"The server does not offer {tool}.")
        if self._read_only and not info.read_only:
            raise NotAllowed(f"{tool} writes, and this run is read-only. Run it again without --read-only.")
        properties = info.arguments.get("properties", {})
        for name, values in self._pinned.items():
            if name in arguments:
                if arguments[name] not in values:
                    raise NotAllowed(
                        f"{tool}: {name} is pinned by the plan; {arguments[name]!r} is not in it."
                    )
            elif name in properties and len(values) == 1:
                arguments[name] = next(iter(values))
        return info

    async def _typed(self, tool: str, kind: type[R], arguments: Arguments, key: str | None = None) -> R:
        answer = await self.call(tool, arguments)
        try:
            return kind.model_validate(answer if key is None else answer[key])
        except (ValidationError, KeyError, TypeError) as unreadable:
            raise Unavailable(f"{tool} answered in a form that cannot be read: {unreadable}.") from unreadable

    # ---- the 19 tools --------------------------------------------------------------------------------------

    async def get_me(self) -> results.Me:
        return await self._typed("get_me", results.Me, {})

    async def search(self, q: str, types: list[str] | None = None) -> results.Found:
        return await self._typed("search", results.Found, {"q": q, "types": types})

    def list_projects(self, name_contains: str | None = None) -> AsyncIterator[results.Project]:
        """All pages, to the end."""
        return self._every("list_projects", results.Project, "projects", {"nameContains": name_contains})

    async def create_project(self, name: str) -> results.Project:
        return await self._typed("create_project", results.Project, {"name": name}, "project")

    async def get_notebook(self, notebook_id: str) -> results.Notebook:
        return await self._typed("get_notebook", results.Notebook, {"notebookId": notebook_id}, "notebook")

    async def create_notebook(self, project_id: str, name: str) -> results.Notebook:
        arguments = {"projectId": project_id, "name": name}
        return await self._typed("create_notebook", results.Notebook, arguments, "notebook")

    async def create_block(
        self,
        notebook_id: str,
        type: str,
        content: str = "",
        metadata: Mapping[str, Any] | None = None,
        position: int | None = None,
        integration_id: str | None = None,
    ) -> results.Block:
        arguments = {
            "notebookId": notebook_id,
            "type": type,
            "content": content,
            "metadata": dict(metadata) if metadata else None,
            "position": position,
            "integrationId": integration_id,
        }
        return await self._typed("create_block", results.Block, arguments, "block")

    async def update_block(
        self, block_id: str, content: str | None = None, integration_id: str | None = None
    ) -> results.Block:
        arguments = {"blockId": block_id, "content": content, "integrationId": integration_id}
        return await self._typed("update_block", results.Block, arguments, "block")

    async def reorder_notebook_blocks(
        self, notebook_id: str, block_ids: list[str], after: str | None = None, *, at_end: bool = False
    ) -> results.Order:
        """Move blocks, in the given order, after a block, to the end, or (the default) to the start."""
        placement = (
            {"type": "after", "blockId": after} if after else {"type": "end"} if at_end else {"type": "start"}
        )
        arguments = {"notebookId": notebook_id, "blockIds": block_ids, "placement": placement}
        return await self._typed("reorder_notebook_blocks", results.Order, arguments)

    async def create_run(
        self, notebook_id: str, inputs: Mapping[str, Any] | None = None
    ) -> results.RunStarted:
        arguments = {"notebookId": notebook_id, "inputs": dict(inputs) if inputs else None}
        return await self._typed("create_run", results.RunStarted, arguments)

    async def get_run(self, run_id: str, delivery: str | None = None) -> results.Run:
        """`delivery` is `downloadUrl` (the default), `inline` or `blocks`."""
        arguments = {"runId": run_id, "snapshotDelivery": delivery}
        return await self._typed("get_run", results.Run, arguments, "run")

    def list_notebook_runs(self, notebook_id: str) -> AsyncIterator[results.RunRow]:
        """Newest first, all pages."""
        return self._every("list_notebook_runs", results.RunRow, "runs", {"notebookId": notebook_id})

    def list_integrations(
        self, name_contains: str | None = None, type: str | None = None
    ) -> AsyncIterator[results.Integration]:
        arguments = {"nameContains": name_contains, "type": type}
        return self._every("list_integrations", results.Integration, "integrations", arguments)

    async def get_integration(self, integration_id: str, table: str | None = None) -> results.Structure:
        arguments = {"integrationId": integration_id, "tableName": table}
        return await self._typed("get_integration", results.Structure, arguments)

    def list_integration_project_usages(
        self, integration_id: str, project_id: str | None = None
    ) -> AsyncIterator[results.ProjectUsage]:
        arguments = {"integrationId": integration_id, "projectId": project_id}
        return self._every("list_integration_project_usages", results.ProjectUsage, "projects", arguments)

    def list_integration_notebook_usages(
        self, integration_id: str, project_id: str | None = None
    ) -> AsyncIterator[results.NotebookUsage]:
        arguments = {"integrationId": integration_id, "projectId": project_id}
        return self._every("list_integration_notebook_usages", results.NotebookUsage, "notebooks", arguments)

    def list_integration_block_usages(
        self, integration_id: str, project_id: str | None = None
    ) -> AsyncIterator[results.BlockUsage]:
        arguments = {"integrationId": integration_id, "projectId": project_id}
        return self._every("list_integration_block_usages", results.BlockUsage, "blocks", arguments)

    async def list_docs(self) -> results.Docs:
        return await self._typed("list_docs", results.Docs, {})

    async def get_doc(self, slug: str) -> results.Article:
        return await self._typed("get_doc", results.Article, {"slug": slug})

    async def _every(self, tool: str, kind: type[R], key: str, arguments: Arguments) -> AsyncIterator[R]:
        token: str | None = None
        while True:
            answer = await self.call(tool, {**arguments, "pageSize": 100, "pageToken": token})
            try:
                rows = [kind.model_validate(row) for row in answer[key]]
                page = results.Pagination.model_validate(answer.get("pagination") or {})
            except (ValidationError, KeyError, TypeError) as unreadable:
                raise Unavailable(
                    f"{tool} answered in a form that cannot be read: {unreadable}."
                ) from unreadable
            for row in rows:
                yield row
            if not page.has_more or page.next_page_token is None or page.next_page_token == token:
                return
            token = page.next_page_token


@dataclass
class _Count:
    limit: int | None
    made: int = 0

    def take(self) -> None:
        if self.limit is not None and self.made >= self.limit:
            raise BudgetSpent(f"The run's limit of {self.limit} tool calls is reached.")
        self.made += 1


__all__ = ["DOCUMENTED", "Call", "ToolInfo", "Toolbox", "Wire"]
