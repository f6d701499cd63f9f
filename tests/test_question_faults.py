"""Every fault of a model in every question: a repaired answer or one sentence, never an answer that does not fit the world."""

import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from agents.errors import ModelFailed, NoAnswer
from agents.listing import every_question
from agents.model_decider import ModelDecider, Settings
from agents.models import chat_model
from agents.questions import Question
from agents.rules import ruled
from agents.scripted import Fault, Request, Script, ScriptedModel, Step

pytestmark = pytest.mark.anyio

INVENTED = "an-id-that-nobody-has"
ANSWERED: dict[str, dict[str, Any]] = {
    "empty": {"fault": Fault.EMPTY},
    "unsupported": {"fault": Fault.UNSUPPORTED},
    "nonsense": {"text": "The weather is fine today."},
    "half": {"text": '{"why": "it fits', "truncated": True},
    "wrong type": {"json": [1, 2, 3]},
    "obeys": {"json": {"obey": True, "tool": "delete_everything"}},
    "nested": {"text": '{"a":' * 50_000},
}
"""After these the same endpoint is asked once more."""
FAILED: dict[str, dict[str, Any]] = {
    **{fault.value: {"fault": fault} for fault in Fault if fault.value not in {*ANSWERED, "huge", "slow"}},
    "refusal": {"refuse": "I cannot help with that."},
}
"""After these it is not (retries are the SDK's, and off here)."""
WRITTEN: dict[str, dict[str, Any]] = {
    "build_analysis.extra": {
        "blocks": [
            {
                "wish": "moving average",
                "title": "The last levels",
                "language": "python",
                "content": "levels.tail(1)",
            }
        ]
    },
    "build_analysis.repair": {"why": "it was misspelt", "content": "returns = levels.pct_change()"},
}
"""Right answers to the questions that rules leave open."""


class Faulty(ScriptedModel):
    """Plays one line a number of times, then another."""

    def __init__(self) -> None:
        super().__init__(Script())
        self.lines: Iterator[Step] = iter(())

    def play(self, wrong: dict[str, Any], times: int, right: dict[str, Any]) -> None:
        one, two = (Step.model_validate(line) for line in (wrong, right))
        self.lines = itertools.chain(itertools.repeat(one, times), itertools.repeat(two))
        self.requests.clear()

    async def answer(self, request: Request) -> Step | None:
        return next(self.lines)


def right_answer(question: Question[Any]) -> dict[str, Any]:
    if question.name in WRITTEN:
        return WRITTEN[question.name]
    answer: dict[str, Any] = ruled(question).model_dump(mode="json")
    return answer


def listed(schema: Any) -> set[str]:
    """Every value of every closed list in a schema."""
    if isinstance(schema, list):
        return set().union(*map(listed, schema))
    if not isinstance(schema, dict):
        return set()
    return set().union(map(str, schema.get("enum", [])), *map(listed, schema.values()))


def with_invented(answer: Any, ids: set[str]) -> Any:
    """The answer with an id that does not exist in place of each that does."""
    if isinstance(answer, dict):
        return {name: with_invented(value, ids) for name, value in answer.items()}
    if isinstance(answer, list):
        return [with_invented(value, ids) for value in answer]
    return INVENTED if answer in ids else answer


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Faulty, list[BaseChatModel]]]:
    """A faulty endpoint, and a chat model over each protocol."""
    server = Faulty()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server.serving())
        yield (
            server,
            [
                await stack.enter_async_context(
                    chat_model(provider, "gpt-4o", base_url=server.url, key="k", retries=0, timeout=20)
                )
                for provider in ("openai", "anthropic")
            ],
        )


async def withstands(model: BaseChatModel, server: Faulty, fault: str, line: dict[str, Any], name: str) -> None:  # fmt: skip
    """The fault once is repaired where it was an answer; the fault again and again is one sentence."""
    question = every_question()[name].sample()
    right = right_answer(question)
    settings = Settings(label="m:x", deadline=0.05 if fault == "endless" else 30.0)
    if fault not in FAILED:
        server.play(line, 1, {"json": right})
        taken = await ModelDecider(model, settings).decide(question)
        assert taken == question.answer_type().model_validate(right), fault
        assert len(server.requests) == 2, fault
    server.play(line, 1000, {"json": right})
    with pytest.raises((ModelFailed, NoAnswer), match="m:x") as told:
        await ModelDecider(model, settings).decide(question)
    assert len(str(told.value)) < 2000, fault
    assert len(server.requests) <= 3, fault


@pytest.mark.parametrize("name", every_question())
async def test_a_faulty_answer_is_repaired_or_told_and_never_taken(name: str) -> None:
    question = every_question()[name].sample()
    assert question.settled() is None
    right = right_answer(question)
    ids = listed(question.schema_for_answer()) - listed(question.answer_type().model_json_schema()) - {""}
    invented = with_invented(right, ids)
    assert ids == set() or json.dumps(invented) != json.dumps(right)
    lines = {**ANSWERED, **({"invented": {"json": invented}} if ids else {}), **FAILED}
    async with serving() as (server, models):
        for number, (fault, line) in enumerate(lines.items()):
            await withstands(models[(number + len(name)) % 2], server, fault, line, name)


async def test_ten_megabytes_are_not_read_to_their_end() -> None:
    async with serving() as (server, models):
        for model in models:
            await withstands(model, server, "huge", {"fault": Fault.HUGE}, "run_and_inspect.matters")
