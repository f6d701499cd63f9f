"""What a scripted turn looks like in three protocols: OpenAI chat completions, OpenAI responses, Anthropic messages.

Each protocol gives one JSON body, or the events of a stream. Field names follow the providers' public references.
"""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

Body = dict[str, Any]
PIECE = 24
"""Characters of text in one streamed event."""


class Protocol(StrEnum):
    CHAT = "/v1/chat/completions"
    RESPONSES = "/v1/responses"
    MESSAGES = "/v1/messages"


class ToolCall(NamedTuple):
    name: str
    arguments: Body


class Turn(NamedTuple):
    """One answer of the model."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None
    truncated: bool = False
    input_tokens: int = 0
    cached_tokens: int = 0
    number: int = 0
    """Makes ids; counts from 1."""

    @property
    def output_tokens(self) -> int:
        return max(1, len(self.text) // 4 + sum(len(json.dumps(call.arguments)) // 4 for call in self.calls))


def body(protocol: Protocol, turn: Turn, model: str) -> Body:
    """The whole answer."""
    match protocol:
        case Protocol.CHAT:
            return _chat(turn, model)
        case Protocol.RESPONSES:
            return _response(turn, model)
        case Protocol.MESSAGES:
            return _message(turn, model)


def events(protocol: Protocol, turn: Turn, model: str) -> Iterator[bytes]:
    """The same answer as server-sent events."""
    match protocol:
        case Protocol.CHAT:
            yield from _chat_events(turn, model)
        case Protocol.RESPONSES:
            yield from _response_events(turn, model)
        case Protocol.MESSAGES:
            yield from _message_events(turn, model)


def error(protocol: Protocol, status: int, words: str) -> Body:
    """An error in the protocol's form."""
    kinds = {
        401: "authentication_error",
        429: "rate_limit_error",
        400: "invalid_request_error",
        529: "overloaded_error",
    }
    kind = kinds.get(status, "api_error")
    if protocol is Protocol.MESSAGES:
        return {"type": "error", "error": {"type": kind, "message": words}}
    return {"error": {"message": words, "type": kind, "param": None, "code": None}}


def pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]


def _data(payload: Body, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()


# ---- OpenAI chat completions -------------------------------------------------------------------------------------


def _chat(turn: Turn, model: str) -> Body:
    message: Body = {"role": "assistant", "content": turn.text or None, "refusal": turn.refusal}
    if turn.calls:
        message["tool_calls"] = _chat_calls(turn)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _chat_reason(turn)}
    return {
        "id": f"chatcmpl-{turn.number}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [choice],
        "usage": _chat_usage(turn),
    }


def _chat_calls(turn: Turn) -> list[Body]:
    return [
        {
            "index": index,
            "id": f"call_{turn.number}_{index}",
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
        }
        for index, call in enumerate(turn.calls)
    ]


def _chat_reason(turn: Turn) -> str:
    return "length" if turn.truncated else "tool_calls" if turn.calls else "stop"


def _chat_usage(turn: Turn) -> Body:
    return {
        "prompt_tokens": turn.input_tokens,
        "completion_tokens": turn.output_tokens,
        "total_tokens": turn.input_tokens + turn.output_tokens,
        "prompt_tokens_details": {"cached_tokens": turn.cached_tokens},
    }


def _chat_events(turn: Turn, model: str) -> Iterator[bytes]:
    def chunk(delta: Body, reason: str | None = None, **more: Any) -> bytes:
        choices = [] if more else [{"index": 0, "delta": delta, "finish_reason": reason}]
        about = {
            "id": f"chatcmpl-{turn.number}",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": model,
        }
        return _data({**about, "choices": choices, **more})

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(turn.text):
        yield chunk({"content": piece})
    if turn.refusal is not None:
        yield chunk({"refusal": turn.refusal})
    for call in _chat_calls(turn):
        yield chunk({"tool_calls": [call]})
    yield chunk({}, _chat_reason(turn))
    yield chunk({}, usage=_chat_usage(turn))
    yield b"data: [DONE]\n\n"


# ---- OpenAI responses --------------------------------------------------------------------------------------------


def _response(turn: Turn, model: str) -> Body:
    usage = {
        "input_tokens": turn.input_tokens,
        "input_tokens_details": {"cached_tokens": turn.cached_tokens},
        "output_tokens": turn.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": turn.input_tokens + turn.output_tokens,
    }
    return {
        **_response_head(turn, model),
        "status": "incomplete" if turn.truncated else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if turn.truncated else None,
        "output": _response_output(turn),
        "usage": usage,
    }


def _response_head(turn: Turn, model: str) -> Body:
    return {
        "id": f"resp_{turn.number}",
        "object": "response",
        "created_at": 0,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": None,
    }


def _response_output(turn: Turn) -> list[Body]:
    output: list[Body] = []
    if turn.text or turn.refusal is not None or not turn.calls:
        part = (
            {"type": "refusal", "refusal": turn.refusal}
            if turn.refusal is not None
            else {"type": "output_text", "text": turn.text, "annotations": []}
        )
        about = {"id": f"msg_{turn.number}", "type": "message", "status": "completed", "role": "assistant"}
        output.append({**about, "content": [part]})
    for index, call in enumerate(turn.calls):
        output.append(
            {
                "id": f"fc_{turn.number}_{index}",
                "type": "function_call",
                "status": "completed",
                "call_id": f"call_{turn.number}_{index}",
                "name": call.name,
                "arguments": json.dumps(call.arguments),
            }
        )
    return output


def _response_events(turn: Turn, model: str) -> Iterator[bytes]:
    number = 0

    def event(kind: str, **fields: Any) -> bytes:
        nonlocal number
        number += 1
        return _data({"type": kind, "sequence_number": number, **fields}, kind)

    yield event("response.created", response=_response_head(turn, model))
    for index, item in enumerate(_response_output(turn)):
        at: Body = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            part = item["content"][0]
            field = "refusal" if part["type"] == "refusal" else "text"
            name = "response.refusal" if field == "refusal" else "response.output_text"
            yield event("response.output_item.added", output_index=index, item={**item, "content": []})
            yield event("response.content_part.added", **at, content_index=0, part={**part, field: ""})
            for piece in pieces(part[field]):
                yield event(f"{name}.delta", **at, content_index=0, delta=piece, logprobs=[])
            yield event(f"{name}.done", **at, content_index=0, **{field: part[field]}, logprobs=[])
            yield event("response.content_part.done", **at, content_index=0, part=part)
        else:
            yield event("response.output_item.added", output_index=index, item={**item, "arguments": ""})
            yield event("response.function_call_arguments.delta", **at, delta=item["arguments"])
            yield event(
                "response.function_call_arguments.done", **at, arguments=item["arguments"], name=item["name"]
            )
        yield event("response.output_item.done", output_index=index, item=item)
    last = "response.incomplete" if turn.truncated else "response.completed"
    yield event(last, response=_response(turn, model))


# ---- Anthropic messages ------------------------------------------------------------------------------------------


def _message(turn: Turn, model: str) -> Body:
    return {
        **_message_head(turn, model),
        "content": _message_content(turn),
        "stop_reason": _message_reason(turn),
    }


def _message_head(turn: Turn, model: str) -> Body:
    usage = {
        "input_tokens": turn.input_tokens - turn.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": turn.cached_tokens,
        "output_tokens": turn.output_tokens,
    }
    return {
        "id": f"msg_{turn.number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def _message_content(turn: Turn) -> list[Body]:
    said = turn.refusal if turn.refusal is not None else turn.text
    content: list[Body] = [{"type": "text", "text": said}] if said else []
    for index, call in enumerate(turn.calls):
        content.append(
            {
                "type": "tool_use",
                "id": f"toolu_{turn.number}_{index}",
                "name": call.name,
                "input": call.arguments,
            }
        )
    return content


def _message_reason(turn: Turn) -> str:
    if turn.refusal is not None:
        return "refusal"
    return "max_tokens" if turn.truncated else "tool_use" if turn.calls else "end_turn"


def _message_events(turn: Turn, model: str) -> Iterator[bytes]:
    def event(kind: str, **fields: Any) -> bytes:
        return _data({"type": kind, **fields}, kind)

    yield event("message_start", message=_message_head(turn, model))
    for index, block in enumerate(_message_content(turn)):
        if block["type"] == "text":
            yield event("content_block_start", index=index, content_block={"type": "text", "text": ""})
            for piece in pieces(block["text"]):
                yield event("content_block_delta", index=index, delta={"type": "text_delta", "text": piece})
        else:
            yield event("content_block_start", index=index, content_block={**block, "input": {}})
            arguments = json.dumps(block["input"])
            for piece in pieces(arguments):
                yield event(
                    "content_block_delta",
                    index=index,
                    delta={"type": "input_json_delta", "partial_json": piece},
                )
        yield event("content_block_stop", index=index)
    delta = {"stop_reason": _message_reason(turn), "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": turn.output_tokens})
    yield event("message_stop")


__all__ = ["Protocol", "ToolCall", "Turn", "body", "error", "events"]
