"""The one module that knows the MCP client: one held session per run, which reports every failure as one of our errors.

The session lives in a task of its own, because the MCP client cancels the task that opened it when the wire breaks.
Reads are tried again after a transport failure, with back-off and over a new session where that is needed; writes never.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
from anyio import BrokenResourceError, ClosedResourceError

from agents import contract, transport
from agents.errors import AgentError, ToolFailed, Unavailable
from agents.target import Target
from agents.toolbox import DOCUMENTED, Arguments, Call, Toolbox, ToolInfo
from agents.trouble import Trouble

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from mcp import ClientSession
    from mcp.types import CallToolResult

READ_ATTEMPTS = 3
LONGEST_WAIT = 20.0
"""Seconds to wait before trying a read again, also when the server asks for longer."""


@contextlib.asynccontextmanager
async def open_toolbox(
    target: Target,
    *,
    timer: Callable[[], float],
    read_only: bool = False,
    observe: Callable[[Call], None] | None = None,
    limit: int | None = None,
    needed: Collection[str] = DOCUMENTED,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[Toolbox]:
    """A toolbox over one held session that ends with the block.

    Raises Unavailable or AccessDenied when the server cannot be used, ContractDiffers when it lacks one of the `needed` tools.
    """
    async with open_session(target, sleep=sleep) as session:
        contract.check(target.label, session.tools, needed)
        yield Toolbox(session, timer=timer, read_only=read_only, observe=observe, limit=limit)


@contextlib.asynccontextmanager
async def open_session(
    target: Target, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> AsyncIterator[Session]:
    """A held session with whatever server this is; its tools are not compared with anything."""
    session = Session(target, sleep)
    await session.open()
    try:
        yield session
    finally:
        await session.close()


class _Opened(NamedTuple):
    client: ClientSession
    owner: asyncio.Task[None]
    stop: asyncio.Event


class Session:
    """The held session (a `Wire`). It reconnects when it was lost, and knows what it may try again."""

    def __init__(self, target: Target, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._target = target
        self._sleep = sleep
        self._opened: _Opened | None = None
        self._opening = asyncio.Lock()
        self._under_way: set[asyncio.Task[CallToolResult]] = set()
        self._tools: dict[str, ToolInfo] = {}
        self.opened = 0
        """How many times a session was opened; 1 unless the connection was lost."""

    @property
    def tools(self) -> Mapping[str, ToolInfo]:
        return self._tools

    async def open(self) -> None:
        self._tools = await self._patiently(self._listed)

    async def close(self) -> None:
        await self._drop(self._opened)

    async def call(self, name: str, arguments: Arguments) -> dict[str, Any]:
        """Call a tool once, or, if it only reads, up to three times. Raises ToolFailed, Unavailable or AccessDenied."""
        info = self._tools.get(name)
        reads = info is not None and info.read_only and name in contract.NEEDS
        if reads:
            answer: dict[str, Any] = await self._patiently(lambda: self._called(name, arguments))
            return answer
        try:
            return await self._called(name, arguments)
        except Trouble as trouble:
            raise trouble.as_error(self._target, write=name) from trouble

    async def langchain_tools(self, interceptors: Sequence[Any] = ()) -> list[BaseTool]:
        """The server's tools as LangChain tools over this same session, for an agent that calls freely.

        `interceptors` are the adapter's (`langchain_mcp_adapters.interceptors`).
        """
        from langchain_mcp_adapters.tools import load_mcp_tools

        client = (await self._connected()).client
        return await load_mcp_tools(client, tool_interceptors=list(interceptors))

    # ---- one attempt, several attempts -----------------------------------------------------------------------

    async def _patiently(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        for number in range(READ_ATTEMPTS):
            try:
                return await attempt()
            except Trouble as trouble:
                if not trouble.passing or number == READ_ATTEMPTS - 1:
                    raise trouble.as_error(self._target) from trouble
                await self._sleep(min(trouble.retry_after or 0.2 * 3**number, LONGEST_WAIT))
        raise AssertionError("unreachable")

    async def _listed(self) -> dict[str, ToolInfo]:
        from mcp.types import PaginatedRequestParams

        client = (await self._connected()).client
        tools: dict[str, ToolInfo] = {}
        cursor: str | None = None
        while True:
            parameters = PaginatedRequestParams(cursor=cursor) if cursor else None
            page = await self._answered(client.list_tools(params=parameters))
            for tool in page.tools:
                marked = tool.annotations is not None and tool.annotations.readOnlyHint is True
                tools[tool.name] = ToolInfo(tool.name, marked, tool.description or "", tool.inputSchema)
            if not page.nextCursor or page.nextCursor == cursor:
                return tools
            cursor = page.nextCursor

    async def _called(self, name: str, arguments: Arguments) -> dict[str, Any]:
        from mcp import types

        client = (await self._connected()).client
        request = types.CallToolRequest(
            params=types.CallToolRequestParams(name=name, arguments=dict(arguments))
        )
        answer = self._answered(
            client.send_request(types.ClientRequest(request), types.CallToolResult), tool=name
        )
        return _structured(name, await answer, self._target.label)

    async def _answered(self, request: Any, tool: str | None = None) -> Any:
        """The answer to one request, or Trouble: also when the session dies meanwhile."""
        from mcp import McpError

        opened = self._opened
        task: asyncio.Task[Any] = asyncio.ensure_future(request)
        self._under_way.add(task)
        try:
            return await task
        except McpError as refused:
            trouble = _trouble(refused, tool)
            if trouble.kind == "closed":
                await self._drop(opened)
            raise trouble from refused
        except asyncio.CancelledError:
            if _cancelled_by_someone():
                raise
            raise await self._cause(opened) from None
        except AgentError:
            raise
        except Exception as broken:
            if opened is not None and opened.owner.done():
                raise await self._cause(opened) from broken
            if isinstance(broken, (ClosedResourceError, BrokenResourceError)):
                await self._drop(opened)
                raise Trouble("closed", "the connection is closed", sent=False) from broken
            raise Trouble("garbage", str(broken) or type(broken).__name__, sent=True) from broken
        finally:
            self._under_way.discard(task)

    # ---- the session and its task ----------------------------------------------------------------------------

    async def _connected(self) -> _Opened:
        async with self._opening:
            if self._opened is not None and not self._opened.owner.done():
                return self._opened
            ready: asyncio.Future[ClientSession] = asyncio.get_running_loop().create_future()
            stop = asyncio.Event()
            owner = asyncio.create_task(self._hold(ready, stop), name="workspace session")
            try:
                await asyncio.wait([owner, ready], return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
            except asyncio.CancelledError:
                stop.set()
                owner.cancel()
                raise
            if not ready.done():
                raise _from_group(_failure_of(owner), sent=False)
            self._opened = _Opened(ready.result(), owner, stop)
            self.opened += 1
            return self._opened

    async def _hold(self, ready: asyncio.Future[ClientSession], stop: asyncio.Event) -> None:
        from langchain_mcp_adapters.sessions import create_session

        try:
            async with create_session(self._connection()) as client:
                await asyncio.wait_for(client.initialize(), self._target.timeout)
                ready.set_result(client)
                await stop.wait()
        finally:
            for task in self._under_way:
                task.cancel()

    async def _drop(self, opened: _Opened | None) -> None:
        """End a session; the next call opens another."""
        if self._opened is opened:
            self._opened = None
        if opened is not None:
            opened.stop.set()
            await _ended(opened.owner)

    async def _cause(self, opened: _Opened | None) -> Trouble:
        """Why the session died, once its task has finished dying."""
        if opened is None:
            return Trouble("cut", "the session was closed", sent=True)
        await asyncio.wait({opened.owner}, timeout=5)
        return _from_group(_failure_of(opened.owner), sent=True)

    def _connection(self) -> Any:
        target = self._target
        limits = {"read_timeout_seconds": timedelta(seconds=target.timeout + 1)}
        if target.command:
            return {
                "transport": "stdio",
                "command": target.command[0],
                "args": list(target.command[1:]),
                "env": dict(target.environment) or None,
                "cwd": target.folder,
                "session_kwargs": limits,
            }
        carrier = target.http or (
            httpx.ASGITransport(app=target.app, raise_app_exceptions=False)
            if target.app is not None
            else None
        )
        headers = dict(target.headers)
        if target.key and target.auth is None:
            headers["Authorization"] = f"Bearer {target.key}"
        return {
            "transport": "streamable_http",
            "url": target.url,
            "headers": headers,
            "auth": target.auth,
            "session_kwargs": limits,
            "httpx_client_factory": transport.client_factory(
                transport=carrier,
                timeout=target.timeout,
                trust_environment=carrier is None and not transport.is_loopback(target.url),
            ),
        }


def _trouble(refused: Any, tool: str | None) -> Trouble:
    """A JSON-RPC error: one of ours that carries a failure of the wire, a time-out, or the server's own."""
    error = refused.error
    if error.code == transport.CODE and isinstance(error.data, dict):
        failure = error.data
        return Trouble(
            failure["kind"],
            failure["words"],
            sent=failure["sent"],
            status=failure["status"],
            retry_after=failure["retry_after"],
            tool=tool,
        )
    if error.code == httpx.codes.REQUEST_TIMEOUT:
        return Trouble("slow", "no answer", sent=True, tool=tool)
    if error.code == -32000 and error.message == "Connection closed":
        return Trouble("closed", "it was closed", sent=True, tool=tool)
    if error.code == -32603 or tool is None:
        return Trouble("broken", error.message, sent=True, tool=tool)
    return Trouble("refused", error.message, sent=True, tool=tool, tool_words=error.message)


def _from_group(failure: BaseException | None, *, sent: bool) -> Trouble:
    """The first failure inside nested exception groups."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    from mcp import McpError

    match failure:
        case Trouble():
            return failure
        case McpError():
            return _trouble(failure, None)
        case httpx.HTTPStatusError():
            words = str(failure).splitlines()[0]
            return Trouble("status", words, sent=sent, status=failure.response.status_code)
        case TimeoutError():
            return Trouble("slow", "no answer", sent=sent)
        case FileNotFoundError() | PermissionError():
            return Trouble("unreachable", str(failure), sent=False)
        case None:
            return Trouble("cut", "the session ended", sent=sent)
    return Trouble("cut", str(failure) or type(failure).__name__, sent=sent)


def _structured(tool: str, result: CallToolResult, server: str) -> dict[str, Any]:
    """The result as data: structured content, or else the JSON in its single text block."""
    texts = [block.text for block in result.content if block.type == "text"]
    if result.isError:
        words = " ".join(texts).strip() or "the server gave no reason"
        raise ToolFailed(tool, words if len(words) <= 2000 else words[:2000] + "…")
    if result.structuredContent is not None:
        return result.structuredContent
    try:
        data = json.loads(texts[0]) if len(texts) == 1 else None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Unavailable(f"{server}: {tool} answered without data that can be read.")
    return data


def _failure_of(task: asyncio.Task[None]) -> BaseException | None:
    return None if task.cancelled() else task.exception()


def _cancelled_by_someone() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _ended(owner: asyncio.Task[None]) -> None:
    """Wait for a session's task to end; how it ended no longer matters to anyone."""
    done, _ = await asyncio.wait({owner}, timeout=10)
    if not done:
        owner.cancel()
        await asyncio.wait({owner}, timeout=5)
    elif not owner.cancelled():
        owner.exception()


__all__ = ["Session", "Target", "open_session", "open_toolbox"]
