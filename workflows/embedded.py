"""The one place where the workspace that ships with the project is started: when no other is named."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from agents.session import Target
from workflows.errors import CannotWrite


@contextlib.asynccontextmanager
async def embedded_target(data: Path) -> AsyncIterator[Target]:
    """The workspace in `data` as a target; it is made, and filled with the demo, when it does not exist."""
    from workspace.embedded import open_workspace
    from workspace.errors import WorkspaceError

    try:
        async with open_workspace(data) as opened:
            yield Target(app=opened.app, url=opened.url, key=opened.key)
    except WorkspaceError as failure:
        raise CannotWrite(str(failure)) from failure


__all__ = ["embedded_target"]
