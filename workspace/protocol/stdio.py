"""The protocol over standard input and output: one message a line, answers in the order they are ready."""

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from workspace.protocol.core import Core
from workspace.protocol.messages import Denied

C = TypeVar("C")
LINE_LIMIT = 8 * 1024 * 1024
AT_ONCE = 64


async def speak(
    core: Core[C], admit: Callable[[], C], source: BinaryIO | None = None, sink: BinaryIO | None = None
) -> None:
    """Answer until the input ends; up to 64 requests run side by side. Nothing but messages is written to the output.

    `admit` gives the caller anew for each message, or raises Denied.
    """
    read_from, write_to = source or sys.stdin.buffer, sink or sys.stdout.buffer
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        while line := read_from.readline(LINE_LIMIT):
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, b"")

    # a thread of its own: standard input may be a file, a pipe or a terminal, and must not hold the process at its end
    threading.Thread(target=read, name="stdin", daemon=True).start()
    room = asyncio.Semaphore(AT_ONCE)

    async def answer(line: bytes) -> None:
        try:
            try:
                reply = await core.handle(line, admit())
            except Denied as denied:
                reply = core.refused(line, denied.words)
            if reply.body is not None:
                write_to.write(reply.body + b"\n")
                write_to.flush()
        finally:
            room.release()

    async with asyncio.TaskGroup() as answering:
        while line := await lines.get():
            if line.strip():
                await room.acquire()
                answering.create_task(answer(line))
