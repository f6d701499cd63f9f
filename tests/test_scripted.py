"""The scripted model plays over the real protocols what its file says, to the providers' own SDKs, streaming and not."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from agents.errors import ModelFailed
from agents.scripted import Script, ScriptedModel, read_script

pytestmark = pytest.mark.anyio

QUESTION = [{"role": "user", "content": "Which notebook?"}]
TOOL = {"name": "get_notebook", "description": "d", "parameters": {"type": "object", "properties": {}}}


def script(*lines: dict[str, Any], **more: Any) -> Script:
    return Script.model_validate({"answers": list(lines), **more})


async def test_openai_chat_completions_whole_and_streamed() -> None:
    lines = script({"text": "The KPI notebook."}, {"text": "The KPI notebook, in many words and pieces."})
    async with (
        ScriptedModel(lines).serving() as server,
        openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        whole = await client.chat.completions.create(model="m", messages=QUESTION)  # type: ignore[arg-type]
        assert whole.choices[0].message.content == "The KPI notebook."
        assert (whole.model, whole.choices[0].finish_reason) == ("m", "stop")
        stream = await client.chat.completions.create(model="m", messages=QUESTION, stream=True)  # type: ignore[arg-type]
        pieces = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
        assert "".join(pieces) == "The KPI notebook, in many words and pieces."
        assert len([piece for piece in pieces if piece]) > 1
        assert (await client.models.list()).data[0].id == "scripted"


async def test_openai_responses_whole_and_streamed() -> None:
    call = {"calls": [{"name": "get_notebook", "arguments": {"notebookId": "n1"}}]}
    async with (
        ScriptedModel(
            script({"text": "Yes."}, {"text": "Yes, streamed in several pieces."}, call)
        ).serving() as server,
        openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        assert (await client.responses.create(model="m", input="Which?")).output_text == "Yes."
        stream = await client.responses.create(model="m", input="Which?", stream=True)
        events = [event async for event in stream]
        said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        assert said == "Yes, streamed in several pieces."
        assert events[-1].type == "response.completed"
        called = (await client.responses.create(model="m", input="Which?")).output[0]
        assert called.type == "function_call"
        assert (called.name, json.loads(called.arguments)) == ("get_notebook", {"notebookId": "n1"})


async def test_anthropic_messages_whole_and_streamed() -> None:
    call = {"calls": [{"name": "get_notebook", "arguments": {"notebookId": "n1"}}]}
    async with (
        ScriptedModel(
            script({"text": "Yes."}, {"text": "Yes, in several pieces, one by one."}, call)
        ).serving() as server,
        anthropic.AsyncAnthropic(
            base_url=server.url.removesuffix("/v1"), api_key="k", max_retries=0
        ) as client,
    ):
        asked: Any = {"model": "m", "max_tokens": 100, "messages": QUESTION}
        whole = await client.messages.create(**asked)
        assert (whole.content[0].text, whole.stop_reason) == ("Yes.", "end_turn")  # type: ignore[union-attr]
        async with client.messages.stream(**asked) as stream:
            assert await stream.get_final_text() == "Yes, in several pieces, one by one."
        async with client.messages.stream(**asked) as stream:
            message = await stream.get_final_message()
        assert (message.content[0].input, message.stop_reason) == ({"notebookId": "n1"}, "tool_use")  # type: ignore[union-attr]


async def test_json_comes_as_the_tool_that_must_be_called() -> None:
    async with (
        ScriptedModel(script({"json": {"a": 1}}, {"json": {"a": 1}})).serving() as server,
        openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        forced: Any = {
            "tools": [{"type": "function", "function": TOOL}],
            "tool_choice": {"type": "function", "function": {"name": "get_notebook"}},
        }
        answer = await client.chat.completions.create(model="m", messages=QUESTION, **forced)  # type: ignore[call-overload]
        assert answer.choices[0].message.tool_calls[0].function.arguments == '{"a": 1}'
        answer = await client.chat.completions.create(model="m", messages=QUESTION)  # type: ignore[arg-type]
        assert answer.choices[0].message.content == '{"a": 1}'


async def test_a_question_has_its_own_lines_and_a_used_up_script_says_so() -> None:
    lines = script({"text": "other"}, questions={"docs_qa.choose": [{"json": {"slugs": ["a"]}}]})
    schema = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"title": "docs_qa.choose"}}}
    async with (
        ScriptedModel(lines).serving() as server,
        openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        asked: Any = {"model": "m", "messages": QUESTION}
        answer = await client.chat.completions.create(**asked, response_format=schema)
        assert answer.choices[0].message.content == '{"slugs": ["a"]}'
        assert (await client.chat.completions.create(**asked)).choices[0].message.content == "other"
        with pytest.raises(openai.BadRequestError, match=r"used up: request 3 \(docs_qa.choose\)"):
            await client.chat.completions.create(**asked, response_format=schema)
        assert [request.question for request in server.requests] == ["docs_qa.choose", None, "docs_qa.choose"]
        assert all(request.size > 20 for request in server.requests)


async def test_the_last_line_may_be_played_for_ever() -> None:
    async with (
        ScriptedModel(script({"text": "again"}, when_used_up="last")).serving() as server,
        openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        answers = await asyncio.gather(
            *(client.chat.completions.create(model="m", messages=QUESTION) for _ in range(5))  # type: ignore[arg-type]
        )
        assert {answer.choices[0].message.content for answer in answers} == {"again"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("answers: [{jsn: 1}]", "answers.0.jsn: Extra inputs"),
        ("answers: [{json: 1, text: a}]", "exactly one of json, text, calls, refuse, fault"),
        ("answers: [{seconds: 1}]", "exactly one of"),
        ("answers: [{fault: earthquake}]", "answers.0.fault"),
        ("answers: {", "is not YAML"),
    ],
)
def test_a_script_with_a_mistake_says_where(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(text)
    with pytest.raises(ModelFailed, match=words):
        read_script(path)


async def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("answers: [{text: hello}]")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.scripted", str(path), "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    found = re.search(r"http://\S+/v1", line)
    assert found is not None, line
    async with openai.AsyncOpenAI(base_url=found[0], api_key="k", max_retries=0) as client:
        answer = await client.chat.completions.create(model="m", messages=QUESTION)  # type: ignore[arg-type]
        assert answer.choices[0].message.content == "hello"
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 60) == 130


async def test_the_command_says_in_one_line_what_is_wrong_with_its_file(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.scripted", str(tmp_path / "none.yaml"), stderr=asyncio.subprocess.PIPE
    )
    _, stderr = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, stderr.decode().count("\n")) == (2, 1)
