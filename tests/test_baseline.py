"""The baseline agent has the documented tools and nothing else, over one session, and ends at its limits."""

import json
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agents.models import chat_model
from agents.scripted import Script, ScriptedModel
from agents.session import Session, Target, open_session
from agents.toolbox import DOCUMENTED
from evals.baselines.react import Limits, Reacted, react
from workspace.embedded import open_workspace

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def workspace(folder: Path) -> AsyncIterator[Session]:
    opened = open_workspace(folder, seed_demo=False, worker=False, random=random.Random(0).randbytes)
    async with (
        opened as inside,
        open_session(Target(url=inside.url, key=inside.key, app=inside.app)) as session,
    ):
        yield session


async def reacted(
    folder: Path, *lines: dict[str, Any], when_used_up: str = "error", **options: Any
) -> tuple[Reacted, ScriptedModel]:
    script = Script.model_validate({"answers": list(lines), "when_used_up": when_used_up})
    async with (
        workspace(folder) as session,
        ScriptedModel(script).serving() as server,
        chat_model("openai", "m", base_url=server.url, key="k", retries=0, timeout=30) as model,
    ):
        return await react("Make a project.", model=model, session=session, **options), server


CREATE = {"calls": [{"name": "create_project", "arguments": {"name": "P"}}]}
LOOK = {"calls": [{"name": "list_projects", "arguments": {}}]}


async def test_the_agent_calls_tools_until_it_answers_and_everything_is_counted(tmp_path: Path) -> None:
    result, server = await reacted(tmp_path, CREATE, LOOK, {"text": "Made it."})
    assert (result.answer, result.ended) == ("Made it.", "answered")
    assert [(call.tool, call.failed) for call in result.called] == [
        ("create_project", False),
        ("list_projects", False),
    ]
    assert result.usage.calls == 3
    first = server.requests[0].body
    assert [tool["function"]["name"] for tool in first["tools"]] == list(DOCUMENTED)
    assert "invent an id" in first["messages"][0]["content"]
    assert '"name":"P"' in str(server.requests[2].body).replace('": "', '":"').replace("\\", "")


async def test_an_error_of_a_tool_goes_back_to_the_model(tmp_path: Path) -> None:
    wrong = {"calls": [{"name": "get_notebook", "arguments": {"notebookId": "none"}}]}
    result, _ = await reacted(tmp_path, wrong, {"text": "There is none."})
    assert (result.answer, [call.failed for call in result.called]) == ("There is none.", [True])


async def test_a_read_only_run_writes_nothing(tmp_path: Path) -> None:
    result, _ = await reacted(tmp_path, CREATE, LOOK, {"text": "It is not allowed."}, read_only=True)
    assert [call.failed for call in result.called] == [True, False]


@pytest.mark.parametrize(
    ("limits", "ended"),
    [
        (Limits(model_calls=3), "model calls"),
        (Limits(tool_calls=2), "tool calls"),
        (Limits(seconds=0.0), "time"),
    ],
)
async def test_an_agent_that_never_answers_ends_at_a_limit(
    tmp_path: Path, limits: Limits, ended: str
) -> None:
    result, _ = await reacted(tmp_path, LOOK, when_used_up="last", limits=limits)
    assert result.ended == ended
    assert len(result.called) <= 3


async def test_a_broken_endpoint_ends_the_run_with_its_words(tmp_path: Path) -> None:
    result, _ = await reacted(tmp_path, LOOK, {"fault": "server_error"})
    assert result.ended == "error"
    assert "The server had an error" in result.answer


async def test_the_agents_tools_keep_every_argument_and_lose_what_the_server_checks_anyway(tmp_path: Path) -> None:  # fmt: skip
    _, server = await reacted(tmp_path, {"text": "Nothing to do."})
    sent = {tool["function"]["name"]: tool["function"]["parameters"] for tool in server.requests[0].body["tools"]}  # fmt: skip
    async with workspace(tmp_path / "again") as session:
        for name, info in session.tools.items():
            given = info.arguments
            assert sent[name].get("properties", {}).keys() == given.get("properties", {}).keys(), name
            assert sent[name].get("required", []) == given.get("required", []), name
    block = sent["create_block"]["properties"]
    assert "code" in block["type"]["enum"]
    assert block["integrationId"]["type"] == "string"
    assert "SQL" in block["integrationId"]["description"]
    assert not re.search("maxLength|anyOf|additionalProperties", json.dumps(sent))
