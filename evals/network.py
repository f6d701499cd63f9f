"""Shuts the network off for this process, with the interpreter's own audit hook: no library can get around it by accident."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from evals.errors import Drift


class Open(IntEnum):
    NOTHING = 0
    """Only sockets of this machine's own file system."""
    LOOPBACK = 1
    ALL = 2


_level = Open.ALL
_installed = False
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if _level is Open.ALL or event not in (
        "socket.connect",
        "socket.getaddrinfo",
        "socket.sendto",
        "socket.gethostbyname",
    ):
        return
    host = arguments[0] if event in ("socket.getaddrinfo", "socket.gethostbyname") else arguments[1]
    if isinstance(host, tuple):
        host = host[0]
    elif event in ("socket.connect", "socket.sendto"):
        return  # a path: a socket of the file system
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if _level is Open.LOOPBACK and name.startswith(LOOPBACK):
        return
    raise Drift(f"A replay does not use the network, but something connected to {name}.")


@contextmanager
def network(level: Open) -> Iterator[None]:
    """Within the block, connecting beyond the level raises Drift."""
    global _level, _installed
    if not _installed:
        sys.addaudithook(_guard)
        _installed = True
    before, _level = _level, level
    try:
        yield
    finally:
        _level = before
