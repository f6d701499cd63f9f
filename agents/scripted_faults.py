"""HTTP answers of the scripted model, whole and broken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

from agents.script import Fault, Step
from agents.scripted_wire import Body, Protocol, Turn, body, error, events


class Writer:
    """HTTP/1.1 answers on one connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, status: int, kind: str, length: int | None, extra: str = "") -> None:
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        await self.send(
            f"HTTP/1.1 {status} Scripted\r\nContent-Type: {kind}\r\n{size}\r\n{extra}\r\n".encode()
        )

    async def json(self, status: int, payload: Body, extra: str = "") -> None:
        data = json.dumps(payload, ensure_ascii=False).encode()
        await self.head(status, "application/json", len(data), extra)
        await self.send(data)

    async def chunk(self, data: bytes) -> None:
        await self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def stream(self, parts: Iterator[bytes]) -> None:
        await self.head(200, "text/event-stream", None)
        for part in parts:
            await self.chunk(part)
        await self.send(b"0\r\n\r\n")

    def abort(self) -> None:
        self._writer.transport.abort()


STATUS = {
    Fault.RATE_LIMIT: (429, "Rate limit reached."),
    Fault.SERVER_ERROR: (500, "The server had an error."),
    Fault.OVERLOADED: (529, "Overloaded."),
    Fault.WRONG_KEY: (401, "Incorrect API key provided: sk-not-really-a-key."),
    Fault.UNSUPPORTED: (
        400,
        "response_format json_schema and output_config are not supported with this model.",
    ),
}
LONG = "All work and no play makes a dull model. "


async def play_fault(step: Step, protocol: Protocol, model: str, streamed: bool, writer: Writer) -> bool:
    assert step.fault is not None
    if step.fault in STATUS:
        status, words = STATUS[step.fault]
        wait = f"Retry-After: {step.seconds:g}\r\n" if step.fault is Fault.RATE_LIMIT else ""
        await writer.json(status, error(protocol, status, words), wait)
        return True
    if step.fault is Fault.GARBAGE:
        await writer.head(200, "application/json", 9)
        await writer.send(b"{garbage!")
        return True
    text = {Fault.HUGE: LONG * (10 * 2**20 // len(LONG)), Fault.EMPTY: ""}.get(step.fault, LONG * 20)
    turn = Turn(text=text, number=1)
    if step.fault in (Fault.HUGE, Fault.EMPTY):
        if streamed:
            await writer.stream(events(protocol, turn, model))
        else:
            await writer.json(200, body(protocol, turn, model))
        return True
    return await _never_finished(step.fault, turn, protocol, model, streamed, writer)


async def _never_finished(
    fault: Fault, turn: Turn, protocol: Protocol, model: str, streamed: bool, writer: Writer
) -> bool:
    """Half an answer and a closed connection, or an answer without end."""
    if not streamed:
        data = json.dumps(body(protocol, turn, model)).encode()
        await writer.head(200, "application/json", len(data) + (2**40 if fault is Fault.ENDLESS else 0))
        await writer.send(data[: len(data) // 2])
        while fault is Fault.ENDLESS:
            await writer.send(b" ")
            await asyncio.sleep(0.01)
    else:
        await writer.head(200, "text/event-stream", None)
        parts = list(events(protocol, turn, model))
        middle = len(parts) // 2
        for part in parts[:middle]:
            await writer.chunk(part)
        while fault is Fault.ENDLESS:
            await writer.chunk(parts[middle])
            await asyncio.sleep(0.001)
    writer.abort()
    return False


__all__ = ["Writer", "play_fault"]
