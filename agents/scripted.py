"""A model that plays given answers over the real protocols, for people who test their own graphs.

`python -m agents.scripted FILE.yaml --port 8090` serves `/v1/chat/completions`, `/v1/responses`, `/v1/messages` and
`/v1/models` on this machine, streaming and not, with the faults that providers really show.

    answers:                                  # played in order, one per request
      - json: {notebook: "n1", reason: "named in the request"}
      - fault: rate_limit                     # then the client's next try gets the next line
        seconds: 1
      - calls: [{name: get_notebook, arguments: {notebookId: n1}}]
      - text: "Done."
    questions:                                # instead of `answers`, for requests that carry this question's schema
      docs_qa.articles: [{json: {question: "How do I schedule a notebook?", slugs: [scheduling]}}]
    when_used_up: error                       # or `last`: play the last line again
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from agents.errors import ModelFailed
from agents.script import Fault, Script, Step, read_script
from agents.scripted_faults import Writer, play_fault
from agents.scripted_wire import Body, Protocol, ToolCall, Turn, body, error, events

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agents.model_decider import Settings

LARGEST_REQUEST = 64 * 1024 * 1024


class Request(NamedTuple):
    """One request as it arrived."""

    protocol: Protocol
    body: Body
    size: int
    """Bytes of the body."""
    question: str | None
    key: str = ""
    """The key that came with it, whichever header the protocol has for it."""


@dataclass
class ScriptedModel:
    """Plays a script on a loopback port while it is open."""

    script: Script
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    """Base address, with `/v1`, once it serves."""

    def __post_init__(self) -> None:
        self._played: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[ScriptedModel]:
        """Serve on 127.0.0.1 until the block ends; open connections end with it."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port, limit=2**20)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        try:
            yield self
        finally:
            self._server.close()
            for connection in list(self._connections):
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await self._server.wait_closed()

    async def answer(self, request: Request) -> Step | None:
        """The line for a request; a subclass may compute one."""
        return self.next_step(request.question)

    def next_step(self, question: str | None) -> Step | None:
        """The next line for a question; None when the script is used up."""
        name = question if question in self.script.questions else ""
        steps = self.script.questions[name] if name else self.script.answers
        number = self._played.get(name, 0)
        if number >= len(steps):
            return steps[-1] if steps and self.script.when_used_up == "last" else None
        self._played[name] = number + 1
        return steps[number]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._one_request(reader, Writer(writer)):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            # The server is closing; asyncio's stream protocol would log a cancelled connection as an error.
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()

    async def _one_request(self, reader: asyncio.StreamReader, writer: Writer) -> bool:
        """Answer one request; False when the connection is over."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, *_ = head[0].split(" ")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
        }
        length = int(headers.get("content-length", "0"))
        if length > LARGEST_REQUEST:
            await writer.json(413, {"error": {"message": "The request is too large."}})
            return False
        raw = await reader.readexactly(length)
        if method == "GET":
            await self._get(path, writer)
            return True
        try:
            protocol = Protocol(path.partition("?")[0])
            request = json.loads(raw)
        except ValueError:
            await writer.json(
                404, {"error": {"message": f"There is no {method} {path} here, or its body is not JSON."}}
            )
            return True
        question = _question_of(request)
        key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        arrived = Request(protocol, request, len(raw), question, key)
        self.requests.append(arrived)
        return await self._play(arrived, writer)

    async def _get(self, path: str, writer: Writer) -> None:
        if path == "/v1/models":
            await writer.json(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})
        elif path == "/health":
            await writer.json(200, {"status": "ok"})
        else:
            await writer.json(404, {"error": {"message": f"There is no {path} here."}})

    async def _play(self, arrived: Request, writer: Writer) -> bool:
        protocol, request, size, question, _ = arrived
        step = await self.answer(arrived)
        while step is not None and step.fault is Fault.SLOW:
            await asyncio.sleep(step.seconds)
            step = await self.answer(arrived)
        if step is None:
            words = f"The script is used up: request {len(self.requests)} ({question or 'no question'}) has no line."
            await writer.json(400, error(protocol, 400, words))
            return True
        model = str(request.get("model", "scripted"))
        streamed = bool(request.get("stream"))
        if step.fault is not None:
            return await play_fault(step, protocol, model, streamed, writer)
        turn = _turn(step, request, len(self.requests), size)
        if streamed:
            await writer.stream(events(protocol, turn, model))
        else:
            await writer.json(200, body(protocol, turn, model))
        return True


def _turn(step: Step, request: Body, number: int, size: int) -> Turn:
    """A line of the script as an answer; when a tool must be called, JSON comes as that tool's arguments."""
    text = step.text or ""
    calls = tuple(ToolCall(call.name, call.arguments) for call in step.calls or [])
    if "data" in step.model_fields_set or "json" in step.model_fields_set:
        forced = _forced_tool(request)
        if forced is not None and isinstance(step.data, dict):
            calls = (ToolCall(forced, step.data),)
        else:
            text = json.dumps(step.data, ensure_ascii=False)
    if step.truncated:
        text = text[: len(text) // 2]
    return Turn(text, calls, step.refuse, step.truncated, input_tokens=size // 4, number=number)


def _forced_tool(request: Body) -> str | None:
    choice = request.get("tool_choice")
    if not isinstance(choice, dict):
        return None
    function = choice.get("function")
    name = function.get("name") if isinstance(function, dict) else choice.get("name")
    return str(name) if name else None


def _question_of(request: Body) -> str | None:
    """The question whose schema the request carries: its title, wherever the protocol puts the schema."""
    text = json.dumps(request)
    found = re.search(r'\\?"title\\?"\s*:\s*\\?"([a-z_]+\.[a-z_]+)\\?"', text)
    return found[1] if found else None


@contextlib.asynccontextmanager
async def scripted_model(path: Path) -> AsyncIterator[tuple[BaseChatModel, Settings]]:
    """The chat model behind `--model scripted:FILE`, over a real socket."""
    from agents.model_decider import Settings
    from agents.models import chat_model

    async with (
        ScriptedModel(read_script(path)).serving() as server,
        chat_model("openai", "scripted", base_url=server.url, key="none", retries=2, timeout=30) as model,
    ):
        yield model, Settings(label=f"scripted:{path.name}", provider="openai", model="scripted")


async def serve(script: Script, port: int) -> None:
    async with ScriptedModel(script).serving(port) as server:
        anthropic = server.url.removesuffix("/v1")
        sys.stdout.write(f"Serving the script at {server.url} (OpenAI) and {anthropic} (Anthropic).\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m agents.scripted",
        description=__doc__,
        epilog=f"faults: {', '.join(Fault)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="the script, YAML")
    parser.add_argument(
        "--port", type=int, default=8090, help="on 127.0.0.1; 0 picks a free one (default 8090)"
    )
    options = parser.parse_args(argv)
    try:
        asyncio.run(serve(read_script(options.file), options.port))
    except ModelFailed as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    except OSError as taken:
        sys.stderr.write(f"Port {options.port} cannot be used: {taken.strerror}.\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


__all__ = ["Fault", "Request", "Script", "ScriptedModel", "Step", "read_script", "scripted_model"]


if __name__ == "__main__":
    sys.exit(main())
