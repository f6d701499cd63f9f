"""The baseline: one model, all 19 tools, free to choose its steps (LangChain's `create_agent`), over the same held session.

`python -m evals.baselines.react "request" --model openai:NAME` runs it on the embedded workspace or on `--workspace URL`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from agents.errors import AgentError, ModelFailed
from agents.questions import Usage
from agents.toolbox import DOCUMENTED

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AnyMessage

    from agents.session import Session

PROMPT = Path(__file__).parent / "prompt.md"


@dataclass(frozen=True)
class Limits:
    """Where a run of the agent ends. The graphs' own limits are far below these."""

    model_calls: int = 30
    tool_calls: int = 60
    seconds: float = 900.0


class Called(BaseModel):
    """A tool call that the agent made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    arguments: dict[str, Any]
    failed: bool


class Reacted(BaseModel):
    """What a run of the agent came to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    ended: str
    """`answered`, `model calls`, `tool calls`, `time` or `error`."""
    called: list[Called]
    usage: Usage
    seconds: float


@dataclass
class _Record:
    called: list[Called] = field(default_factory=list)


async def react(
    request: str,
    *,
    model: BaseChatModel,
    session: Session,
    limits: Limits = Limits(),
    read_only: bool = False,
    timer: Callable[[], float] = time.monotonic,
) -> Reacted:
    """Let the agent work on a request until it answers or reaches a limit. Errors of tools go back to it; errors of the endpoint end it."""
    from langchain.agents import create_agent
    from langchain.agents.middleware import ModelCallLimitMiddleware

    record = _Record()
    tools = await _tools(session, record, limits, read_only)
    agent: Any = create_agent(
        model,
        tools,
        system_prompt=PROMPT.read_text(encoding="utf-8"),
        middleware=[ModelCallLimitMiddleware(run_limit=limits.model_calls, exit_behavior="end")],
    )
    started = timer()
    messages: list[AnyMessage] = []
    ended = "error"
    said = ""
    try:
        async with asyncio.timeout(limits.seconds):
            steps = agent.astream(
                {"messages": [{"role": "user", "content": request}]},
                {"recursion_limit": 4 * limits.model_calls + 10},
                stream_mode="values",
            )
            async for state in steps:
                messages = state["messages"]
        ended = _how_it_ended(messages, limits)
    except TimeoutError:
        ended = "time"
    except _TooManyCalls:
        ended = "tool calls"
    except _failures() as failure:
        said = f"{type(failure).__name__}: {failure}"[:500]
    return Reacted(
        answer=said or _answer(messages),
        ended=ended,
        called=record.called,
        usage=_usage(messages),
        seconds=timer() - started,
    )


def _failures() -> tuple[type[Exception], ...]:
    """What a broken endpoint or a tool that could not be called raises; anything else is a mistake of ours."""
    import anthropic
    import httpx
    import openai
    from langchain_core.tools import ToolException
    from langgraph.errors import GraphRecursionError
    from mcp import McpError

    return (
        openai.OpenAIError,
        anthropic.AnthropicError,
        httpx.HTTPError,
        McpError,
        ToolException,
        GraphRecursionError,
    )


class _TooManyCalls(Exception):
    """The limit of tool calls was reached."""


async def _tools(session: Session, record: _Record, limits: Limits, read_only: bool) -> list[Any]:
    """The documented tools as the adapter makes them, counted; results go to the model as one text."""
    from langchain_core.messages import ToolMessage
    from langchain_mcp_adapters.interceptors import MCPToolCallRequest

    async def counted(request: MCPToolCallRequest, handler: Any) -> Any:
        if len(record.called) >= limits.tool_calls:
            raise _TooManyCalls
        info = session.tools.get(request.name)
        if read_only and (info is None or not info.read_only):
            record.called.append(Called(tool=request.name, arguments=request.args, failed=True))
            return ToolMessage("This run is read-only.", tool_call_id="", status="error")
        result = await handler(request)
        failed = bool(getattr(result, "isError", False))
        record.called.append(Called(tool=request.name, arguments=request.args, failed=failed))
        return result

    tools = [tool for tool in await session.langchain_tools([counted]) if tool.name in DOCUMENTED]
    for tool in tools:
        if isinstance(tool.args_schema, dict):
            tool.args_schema = without_bounds(tool.args_schema)
    return tools


_BOUNDS = frozenset(
    {"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems", "additionalProperties", "pattern", "title"}
)  # fmt: skip


def without_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    """A tool's schema in fewer tokens: the server checks lengths and bounds anyway, and what may be null may be left out."""

    def short(node: Any, *, names: bool = False) -> Any:
        if isinstance(node, list):
            return [short(item) for item in node]
        if not isinstance(node, dict):
            return node
        if names:
            return {key: short(value) for key, value in node.items()}
        options = [option for option in node.get("anyOf", []) if option != {"type": "null"}]
        if len(options) == 1:
            node = {**options[0], **{key: value for key, value in node.items() if key != "anyOf"}}
        kept = {key: value for key, value in node.items() if key not in _BOUNDS}
        if kept.get("default", "") in (None, "", {}, []):
            kept.pop("default", None)
        return {key: short(value, names=key == "properties") for key, value in kept.items()}

    shortened: dict[str, Any] = short(schema)
    return shortened


def _how_it_ended(messages: list[AnyMessage], limits: Limits) -> str:
    made = sum(message.type == "ai" for message in messages)
    last = messages[-1] if messages else None
    unanswered = last is None or last.type != "ai" or bool(getattr(last, "tool_calls", None))
    return "model calls" if unanswered or made > limits.model_calls else "answered"


def _answer(messages: list[AnyMessage]) -> str:
    spoken = [message.text for message in messages if message.type == "ai" and message.text]
    return spoken[-1] if spoken else ""


def _usage(messages: list[AnyMessage]) -> Usage:
    spoken: list[Any] = [message for message in messages if message.type == "ai"]
    used: list[dict[str, Any]] = [message.usage_metadata for message in spoken if message.usage_metadata]
    return Usage(
        calls=len(used),
        input_tokens=sum(one.get("input_tokens", 0) for one in used),
        cached_tokens=sum((one.get("input_token_details") or {}).get("cache_read", 0) for one in used),
        output_tokens=sum(one.get("output_tokens", 0) for one in used),
    )


async def run(
    request: str, model: str, base_url: str | None, workspace: str | None, key: str | None
) -> Reacted:
    """One run from names and addresses, on the embedded demo workspace when no other is named."""
    from contextlib import AsyncExitStack
    from datetime import UTC, datetime

    from agents.models import open_model
    from agents.session import Target, open_session
    from evals.scene import Wanted
    from evals.world import open_world

    async with AsyncExitStack() as stack:
        if workspace is None:
            now = datetime.now(UTC)
            world = open_world(Wanted("demo", now, 1, "editor", loopback=False))
            place = (await stack.enter_async_context(world)).place
            target = Target(url=place.url, key=place.key, app=place.app)
        else:
            target = Target(url=workspace, key=key)
        chat = await stack.enter_async_context(open_model(model, base_url=base_url, environment=os.environ))
        session = await stack.enter_async_context(open_session(target))
        return await react(request, model=chat, session=session)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.baselines.react", description=__doc__)
    parser.add_argument("request")
    parser.add_argument(
        "--model", required=True, help="openai:NAME, anthropic:NAME, local:FILE.gguf or scripted:FILE.yaml"
    )
    parser.add_argument("--base-url", help="an endpoint of the same protocol")
    parser.add_argument("--workspace", help="address of a workspace; the embedded demo when left out")
    parser.add_argument("--json", action="store_true", help="print the whole result as JSON")
    options = parser.parse_args(argv)
    key = os.environ.get("DEEPNOTE_API_KEY")
    try:
        result = asyncio.run(run(options.request, options.model, options.base_url, options.workspace, key))
    except (AgentError, ModelFailed) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    if options.json:
        sys.stdout.write(result.model_dump_json(indent=2) + "\n")
    else:
        for call in result.called:
            sys.stdout.write(f"{'failed' if call.failed else 'called'}  {call.tool} {call.arguments}\n")
        used = result.usage
        sys.stdout.write(
            f"\n{result.answer}\n\n{result.ended}: {used.calls} model calls, {len(result.called)} tool calls, "
            f"{used.input_tokens} tokens in, {used.output_tokens} out, {result.seconds:.1f} s\n"
        )
    return 0 if result.ended == "answered" else 1


if __name__ == "__main__":
    sys.exit(main())
