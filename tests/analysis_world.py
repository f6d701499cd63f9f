"""The embedded workspace for tests of workflows: a folder seeded once, a context over a held session, a canonical picture."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.deciders import RuleDecider
from agents.errors import Unavailable
from agents.questions import Decider
from agents.session import Session, Target, open_session, open_toolbox
from agents.toolbox import Arguments, Toolbox, ToolInfo
from workflows.context import Approval, Context, Policy
from workspace.domain import Role
from workspace.embedded import open_workspace

DEMO = "Create a project called NASDAQ vs S&P 100, exploring stock returns for the past two years."
SHORT = 'Create a project called "Falls": only drawdowns of the S&P 500 since 2015'


async def seeded(folder: Path) -> Path:
    """A data folder with the demo workspace, to be copied."""
    async with open_workspace(folder, worker=False):
        return folder


def copied(source: Path, folder: Path) -> Path:
    shutil.copytree(source, folder)
    return folder


@contextlib.asynccontextmanager
async def context_on(
    folder: Path,
    *,
    policy: Policy = Policy(approval=Approval.YES, run=False),
    decider: Decider | None = None,
    worker: bool = False,
    role: Role = Role.editor,
    tell: Callable[[str, dict[str, Any]], None] = lambda _event, _data: None,
    session: str = "test",
    limit: int | None = None,
) -> AsyncIterator[Context]:
    """A runtime context on the workspace in `folder`; without a worker nothing runs."""
    async with (
        open_workspace(folder, worker=worker, role=role) as opened,
        open_toolbox(
            Target(app=opened.app, url=opened.url, key=opened.key), timer=time.perf_counter, limit=limit
        ) as tools,
    ):
        yield Context(
            decider=decider or RuleDecider(),
            tools=tools,
            clock=lambda: datetime.now(UTC),
            sleep=asyncio.sleep,
            policy=policy,
            session=session,
            tell=tell,
        )


class Losing:
    """The session, but one of its writes is lost: its answer after the server has made it, or, not `heard`, the request itself."""

    def __init__(self, wire: Session, lost: int, heard: bool) -> None:
        self._wire = wire
        self._left = lost
        self._heard = heard

    @property
    def tools(self) -> Mapping[str, ToolInfo]:
        return self._wire.tools

    async def call(self, name: str, arguments: Arguments) -> dict[str, Any]:
        self._left -= not self.tools[name].read_only
        loses = self._left == 0 and not self.tools[name].read_only
        if loses and not self._heard:
            raise Unavailable("The request was lost.")
        answer = await self._wire.call(name, arguments)
        if loses:
            raise Unavailable("The answer was lost.", may_have_happened=True)
        return answer


@contextlib.asynccontextmanager
async def losing_context(folder: Path, *, lost: int, heard: bool = True) -> AsyncIterator[Context]:
    """As `context_on`, on a connection that loses the write of that number."""
    async with (
        open_workspace(folder, worker=False) as opened,
        open_session(Target(app=opened.app, url=opened.url, key=opened.key)) as session,
    ):
        yield Context(
            decider=RuleDecider(),
            tools=Toolbox(Losing(session, lost, heard), timer=time.perf_counter),
            clock=lambda: datetime.now(UTC),
            sleep=asyncio.sleep,
            policy=Policy(approval=Approval.YES, run=False),
            session="test",
        )


async def picture(tools: Toolbox) -> dict[str, Any]:
    """Every project with its notebooks, blocks and number of runs, without ids and times."""
    names = {one.id: one.name async for one in tools.list_integrations()}
    found: dict[str, Any] = {}
    async for project in tools.list_projects():
        notebooks = []
        for row in project.notebooks:
            notebook = await tools.get_notebook(row.id)
            blocks = [
                (
                    block.type,
                    block.content,
                    names.get(block.integration_id or ""),
                    block.metadata.get("deepnote_variable_name"),
                )
                for block in notebook.blocks
            ]
            runs = len([one async for one in tools.list_notebook_runs(row.id)])
            notebooks.append((row.name, blocks, runs))
        found.setdefault(project.name, []).append(notebooks)
    return found
