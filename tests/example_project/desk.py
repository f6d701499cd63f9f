"""The desk's own MCP server, and how to start a fresh one on a loopback port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations

from evals import Place


def server(filed: list[dict[str, str]]) -> Any:
    """Three tools over a list."""
    desk = FastMCP("desk", stateless_http=True, json_response=True, log_level="ERROR")

    @desk.tool(annotations=ToolAnnotations(readOnlyHint=True))
    def list_queues() -> list[dict[str, str]]:
        """The queues a ticket can go to."""
        return [
            {"name": "billing", "about": "invoices, refunds, prices"},
            {"name": "access", "about": "sign-in, passwords, roles"},
            {"name": "bugs", "about": "something is broken"},
        ]

    @desk.tool(annotations=ToolAnnotations(readOnlyHint=True))
    def office_hours() -> dict[str, bool]:
        """Whether somebody is there."""
        return {"open": True}

    @desk.tool()
    def file_ticket(queue: str, text: str) -> dict[str, int]:
        """File a ticket into a queue."""
        filed.append({"queue": queue, "text": text})
        return {"number": 100 + len(filed)}

    return desk.streamable_http_app()


class Desk:
    """A running desk."""

    def __init__(self, place: Place, filed: list[dict[str, str]]) -> None:
        self.place = place
        self._filed = filed

    async def state(self) -> Any:
        return list(self._filed)


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    """A fresh desk on a loopback port."""
    filed: list[dict[str, str]] = []
    listener = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(server(filed), log_level="error"))
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        yield Desk(Place(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", "desk-key-4f81c09a2b7e"), filed)
    finally:
        running.should_exit = True
        await task
        listener.close()
