"""Tool calls and model calls as read from the wire, whatever client made them."""

import json
import re
from typing import Any, NamedTuple

from evals.canonical import digest
from evals.deck import Exchange
from evals.meaning import json_of
from evals.session import Question, ToolCall


class Tokens(NamedTuple):
    """What the model's servers said they counted."""

    calls: int
    input: int
    output: int


def tool_calls(exchanges: list[Exchange]) -> list[ToolCall]:
    """Every `tools/call` in order, with its parsed result."""
    return [
        _tool_call(exchange)
        for exchange in exchanges
        if exchange.meaning.kind == "mcp" and exchange.meaning.value.get("method") == "tools/call"
    ]


def _tool_call(exchange: Exchange) -> ToolCall:
    params = exchange.meaning.value["params"]
    message = rpc_answer(exchange.answer)
    arguments = params["arguments"]
    if message is None:
        return ToolCall(tool=params["name"], arguments=arguments, error=f"HTTP {exchange.status}")
    if "error" in message:
        return ToolCall(
            tool=params["name"], arguments=arguments, error=str(message["error"].get("message", ""))
        )
    result = message.get("result") or {}
    texts = [part.get("text", "") for part in result.get("content") or [] if part.get("type") == "text"]
    if result.get("isError"):
        return ToolCall(tool=params["name"], arguments=arguments, error="\n".join(texts))
    value = result.get("structuredContent")
    if value is None:
        parsed = json_of(texts[0]) if len(texts) == 1 else None
        value = parsed if parsed is not None else "\n".join(texts)
    return ToolCall(tool=params["name"], arguments=arguments, result=value)


def rpc_answer(answer: Any) -> dict[str, Any] | None:
    """The JSON-RPC response in a body: plain JSON, or the last message of an event stream."""
    if isinstance(answer, dict):
        return answer if "jsonrpc" in answer else None
    if not isinstance(answer, str):
        return None
    found = None
    for line in answer.split("\n"):
        message = json_of(line[5:].strip()) if line.startswith("data:") else None
        if isinstance(message, dict) and ("result" in message or "error" in message):
            found = message
    return found


def contract(exchanges: list[Exchange]) -> dict[str, Any]:
    """The server's tools by name, as it listed them."""
    tools: dict[str, Any] = {}
    for exchange in exchanges:
        if exchange.meaning.kind == "mcp" and exchange.meaning.what == "tools/list":
            message = rpc_answer(exchange.answer) or {}
            tools.update({tool["name"]: tool for tool in (message.get("result") or {}).get("tools", [])})
    return tools


def reads(exchanges: list[Exchange]) -> frozenset[str]:
    """Tools that the server says only read."""
    return frozenset(
        name
        for name, tool in contract(exchanges).items()
        if (tool.get("annotations") or {}).get("readOnlyHint") is True
    )


def model_calls(exchanges: list[Exchange]) -> list[Question]:
    """Every model request as a question: for apps that name no questions of their own."""
    asked = [exchange for exchange in exchanges if exchange.meaning.kind == "model"]
    return [
        Question(name=f"model call {number}", prompt=digest(one.meaning.value), answer=said(one.answer))
        for number, one in enumerate(asked, 1)
    ]


def said(answer: Any) -> Any:
    """The text a model answered with; JSON text as its value."""
    text = _words(answer)
    parsed = json_of(text) if text and text.strip()[:1] in "{[" else None
    return parsed if parsed is not None else text


def _words(answer: Any) -> str:
    if isinstance(answer, dict):
        if answer.get("choices"):
            message = answer["choices"][0].get("message") or {}
            calls = [call.get("function") for call in message.get("tool_calls") or []]
            return str(message.get("content") or (json.dumps(calls, ensure_ascii=False) if calls else ""))
        if isinstance(answer.get("content"), list):
            return "".join(
                str(part.get("text") or json.dumps(part.get("input", ""))) for part in answer["content"]
            )
        return json.dumps(answer, ensure_ascii=False)
    if not isinstance(answer, str):
        return ""
    words = []
    for line in answer.split("\n"):
        part = json_of(line[5:].strip()) if line.startswith("data:") else None
        if isinstance(part, dict):
            for choice in part.get("choices") or []:
                words.append(str((choice.get("delta") or {}).get("content") or ""))
            delta = part.get("delta") or {}
            if isinstance(delta, dict):
                words.append(str(delta.get("text") or delta.get("partial_json") or ""))
    return "".join(words)


def tokens(exchanges: list[Exchange]) -> Tokens:
    """Model calls and the tokens their answers report; streams report them in their last parts."""
    calls = given = made = 0
    for exchange in exchanges:
        if exchange.meaning.kind != "model":
            continue
        calls += 1
        text = exchange.answer if isinstance(exchange.answer, str) else json.dumps(exchange.answer)
        given += max(
            (int(n) for n in re.findall(r'"(?:prompt_tokens|input_tokens)":\s*(\d+)', text)), default=0
        )
        made += max(
            (int(n) for n in re.findall(r'"(?:completion_tokens|output_tokens)":\s*(\d+)', text)), default=0
        )
    return Tokens(calls, given, made)
