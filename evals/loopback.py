"""An ASGI app on a free port of this machine, real HTTP, until the block ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from evals.errors import Infrastructure

PATIENCE = 20.0
"""Seconds that an app has to start."""


def bound() -> socket.socket:
    """A listening socket on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def address(listener: socket.socket) -> str:
    """Where a socket listens, as `http://…`."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def served(app: Any, listener: socket.socket, *, lifespan: Literal["on", "off"]) -> AsyncIterator[None]:
    """Serve the app on the socket. Raises Infrastructure when it does not start."""
    import uvicorn

    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan=lifespan, ws="none")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(PATIENCE):
            while not server.started:
                if task.done():
                    raise Infrastructure(
                        "The app of the tools stopped while it started; its words stand above."
                    )
                await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task])
        listener.close()


__all__ = ["address", "bound", "served"]
