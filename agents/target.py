"""Where a workspace is, and how to get in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx


@dataclass(frozen=True)
class Target:
    """Where a workspace is and how to get in. Exactly one of `url` alone, `app` and `command` decides the way."""

    url: str = "http://workspace.local/mcp"
    key: str | None = field(default=None, repr=False)
    """Sent as `Authorization: Bearer`."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    app: Any = field(default=None, repr=False)
    """An ASGI application in this process, reached without a socket."""
    command: Sequence[str] = ()
    """A server to start and speak to over its standard input and output."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For `command`: what the server's environment holds beyond a few harmless variables."""
    folder: Path | None = None
    """For `command`: where the server is started."""
    auth: httpx.Auth | None = field(default=None, repr=False)
    """Signs requests, for example with OAuth tokens; replaces `key`."""
    http: httpx.AsyncBaseTransport | None = field(default=None, repr=False)
    """What carries the requests instead of a socket."""
    timeout: float = 60.0
    """Seconds to wait for the answer to one call."""

    @property
    def label(self) -> str:
        """What to call the server in messages; never holds a key."""
        if self.command:
            return f"the server started by `{Path(self.command[0]).name}`"
        if self.app is not None:
            return "the embedded workspace"
        address = httpx.URL(self.url)
        return str(address.copy_with(username=None, password=None, query=None))


__all__ = ["Target"]
