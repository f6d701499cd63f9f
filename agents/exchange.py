"""One exchange with a chat model: a prompt out, the text of a JSON answer back, by the provider's own means.

Three means are tried in the order that fits the model: its structured output with a JSON Schema, a tool that it must call,
JSON in plain text. When the endpoint refuses one, the next is used from then on.
"""

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage

from agents.prompts import Prompt, compact
from agents.schemas import Dialect, for_provider

TOOL = "answer"
REASONING_ROOM = 16_000
"""Tokens added to the limit of a model that thinks before it answers."""
LARGEST = 400_000
"""Characters of an answer; a longer one is not read to its end."""


class Means(StrEnum):
    SCHEMA = "schema"
    TOOL = "tool"
    TEXT = "text"


class Reply(NamedTuple):
    """What came back."""

    text: str
    """The JSON as written; for a tool call, its arguments."""
    refusal: str | None
    truncated: bool
    input_tokens: int
    cached_tokens: int
    written_tokens: int
    output_tokens: int
    seconds: float


def family(model: BaseChatModel) -> Dialect | None:
    """Whose protocol a LangChain chat model speaks; None for one we know nothing special about."""
    names = {kind.__name__ for kind in type(model).__mro__}
    if "BaseChatOpenAI" in names:
        return Dialect.OPENAI
    return Dialect.ANTHROPIC if "ChatAnthropic" in names else None


def order_of_means(model: BaseChatModel) -> list[Means]:
    """The means in the order they are tried for this model."""
    profile: Any = getattr(model, "profile", None) or {}
    can_call = type(model).bind_tools is not BaseChatModel.bind_tools
    if family(model) is None:
        return [Means.TOOL, Means.TEXT] if can_call else [Means.TEXT]
    if profile.get("structured_output", True) is False:
        return [Means.TOOL, Means.TEXT]
    return [Means.SCHEMA, Means.TOOL, Means.TEXT]


def messages_for(prompt: Prompt, model: BaseChatModel, means: Means) -> list[BaseMessage]:
    """The messages, what stays the same first; Anthropic is told where that ends."""
    own = prompt.own
    if means is Means.TEXT:
        own += f"\n\nThe JSON Schema of the object: {compact({'title': prompt.question, **for_provider(prompt.schema, Dialect.OPENAI)})}"
    if family(model) is Dialect.ANTHROPIC:
        stable = [_kept(prompt.shared)] if prompt.shared else []
        return [SystemMessage([_kept(prompt.system)]), HumanMessage([*stable, {"type": "text", "text": own}])]
    return [SystemMessage(prompt.system), HumanMessage("\n\n".join(filter(None, (prompt.shared, own))))]


def _kept(text: str) -> str | dict[str, Any]:
    """A text up to whose end Anthropic keeps the prompt; it ignores the mark where that is too short to be worth it."""
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


async def ask(
    model: BaseChatModel,
    messages: list[BaseMessage],
    prompt: Prompt,
    means: Means,
    *,
    dialect: Dialect | None,
    limit: int,
    on_text: Callable[[str], None] | None = None,
) -> Reply:
    """Send one request and read the answer, streaming it when someone watches."""
    options = _options(model, prompt, means, dialect, limit)
    runnable = model
    if means is Means.TOOL:
        runnable = _with_tool(model, prompt, dialect)
    started = time.perf_counter()
    if on_text is None:
        message = await runnable.ainvoke(messages, **options)
        whole: AIMessage = message
    else:
        whole = await _streamed(runnable, messages, options, on_text)
    return _reply(whole, time.perf_counter() - started)


async def _streamed(
    runnable: Any, messages: list[BaseMessage], options: dict[str, Any], on_text: Callable[[str], None]
) -> AIMessage:
    whole: AIMessageChunk | None = None
    text = ""
    task = asyncio.current_task()
    async for chunk in runnable.astream(messages, **options):
        if task is not None and task.cancelling():
            # Python 3.11's wait_for, which the provider's stream is read with, can swallow a cancellation.
            raise asyncio.CancelledError
        whole = chunk if whole is None else whole + chunk
        more = chunk.text + "".join(call["args"] or "" for call in chunk.tool_call_chunks)
        if more:
            text += more
            on_text(text)
        if len(text) > LARGEST:
            break
    return whole if whole is not None else AIMessageChunk(content="")


def _options(
    model: BaseChatModel, prompt: Prompt, means: Means, dialect: Dialect | None, limit: int
) -> dict[str, Any]:
    """Keyword arguments of one call: the limit, and the schema in the form the provider takes."""
    kind = family(model)
    options: dict[str, Any] = {}
    profile: Any = getattr(model, "profile", None) or {}
    if kind is not None:
        options["max_tokens"] = limit + (REASONING_ROOM if profile.get("reasoning_output") else 0)
    if means is not Means.SCHEMA:
        return options
    schema = {"title": prompt.question, **for_provider(prompt.schema, dialect or kind or Dialect.OPENAI)}
    if kind is Dialect.ANTHROPIC:
        return {**options, "output_config": {"format": {"type": "json_schema", "schema": schema}}}
    described = {"name": TOOL, "schema": schema, "strict": True}
    wanted = {"type": "json_schema", "json_schema": described}
    if _speaks_responses(model):
        return {**options, "response_format": wanted}
    # Through `extra_body` the SDK sends it as it is, without parsing every streamed fragment again on the way back.
    return {**options, "extra_body": {"response_format": wanted}}


def _speaks_responses(model: Any) -> bool:
    decides = getattr(model, "_use_responses_api", None)
    return bool(decides({})) if decides is not None else False


def _with_tool(model: BaseChatModel, prompt: Prompt, dialect: Dialect | None) -> Any:
    kind = dialect or family(model) or Dialect.OPENAI
    function = {
        "name": TOOL,
        "description": "Give the answer.",
        "parameters": {"title": prompt.question, **for_provider(prompt.schema, kind)},
    }
    return model.bind_tools([{"type": "function", "function": function}], tool_choice=TOOL)


def _reply(message: AIMessage, seconds: float) -> Reply:
    called = [call["args"] for call in message.tool_calls if call["name"] == TOOL]
    broken = [call["args"] or "" for call in message.invalid_tool_calls]
    text = compact(called[0]) if called else broken[0] if broken else message.text
    about = message.response_metadata or {}
    reason = about.get("finish_reason") or about.get("stop_reason") or about.get("status")
    incomplete = (about.get("incomplete_details") or {}).get("reason")
    usage: Any = message.usage_metadata or {}
    details = usage.get("input_token_details") or {}
    return Reply(
        text=text[: LARGEST + 1],
        refusal=_refusal(message, reason),
        truncated=reason in {"length", "max_tokens"} or incomplete == "max_output_tokens",
        input_tokens=usage.get("input_tokens", 0),
        cached_tokens=details.get("cache_read", 0) or 0,
        written_tokens=details.get("cache_creation", 0) or 0,
        output_tokens=usage.get("output_tokens", 0),
        seconds=seconds,
    )


def _refusal(message: AIMessage, reason: object) -> str | None:
    """The model's words when it declined, whichever way its provider says so."""
    said = message.additional_kwargs.get("refusal")
    if said:
        return str(said)
    if isinstance(message.content, list):
        for block in message.content:
            if isinstance(block, dict) and block.get("type") == "refusal":
                return str(block.get("refusal", ""))
            if isinstance(block, dict) and (block.get("value") or {}).get("refusal"):
                return str(block["value"]["refusal"])
    return message.text or "it gave no reason" if reason in {"refusal", "content_filter"} else None


__all__ = ["Means", "Reply", "ask", "family", "messages_for", "order_of_means"]
