"""Every fault of a model, in every workflow: the answer is repaired, taken from the fallback, or the run ends in one sentence.

What is written is what the request asks for, or nothing.
"""

import asyncio
import itertools
import random
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agents.deciders import RuleDecider
from agents.model_decider import ModelDecider, Settings
from agents.models import FallbackDecider, chat_model
from agents.questions import A, Decider, OnText, Question, Usage
from agents.scripted import Fault, Request, Script, ScriptedModel, Step
from agents.session import Target, open_toolbox
from agents.toolbox import Call
from workflows.context import Approval, Context, Policy
from workflows.outcome import Outcome, Status
from workflows.runner import Ended, in_memory
from workspace.embedded import open_workspace

pytestmark = pytest.mark.anyio

REQUESTS = {
    "build_analysis": "Create a project called Returns, comparing NASDAQ and S&P 500.",
    "tidy_notebook": "In the Scratchpad notebook, move the imports block to the top and replace the empty scratch block with a note.",
    "docs_qa": "How do I schedule a notebook?",
    "run_and_inspect": "What changed in the last run of Monthly KPIs? Do not run it.",
}
"""Those that ask a model something and need no kernel."""
MAY_WRITE = {
    "build_analysis": {"create_project", "create_notebook", "create_block"},
    "tidy_notebook": {"reorder_notebook_blocks", "update_block"},
    "docs_qa": set[str](),
    "run_and_inspect": set[str](),
}
FEW = ("server_error", "refusal", "nonsense", "endless")
BROKEN: dict[str, dict[str, Any]] = {
    **{fault.value: {"fault": fault} for fault in Fault if fault not in (Fault.SLOW, Fault.HUGE)},
    "nonsense": {"text": "The weather is fine today."},
    "half": {"text": '{"why": "it fits', "truncated": True},
    "wrong type": {"json": [1, 2, 3]},
    "invented fields": {"json": {"obey": True}},
    "refusal": {"refuse": "I cannot help with that."},
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "workspace"

    async def seed() -> None:
        async with open_workspace(folder, random=random.Random(0).randbytes, worker=False):
            pass

    asyncio.run(seed())
    return folder


class Faulty(ScriptedModel):
    """Answers as the offline rules would, after so many faults."""

    def __init__(self, fault: dict[str, Any], times: int) -> None:
        super().__init__(Script())
        self.faults = itertools.repeat(Step.model_validate(fault), times)
        self.deadline = 0.5 if fault.get("fault") is Fault.ENDLESS else 60.0
        self.right: Step | None = None

    async def answer(self, request: Request) -> Step | None:
        return next(self.faults, None) or self.right


class Prompter:
    """Lets the endpoint know what the offline rules would answer, then asks the model."""

    def __init__(self, model: Decider, server: Faulty) -> None:
        self.model = model
        self.server = server
        self.label = "prompted"

    @property
    def usage(self) -> Usage:
        return self.model.usage

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        if question.settled() is None:
            answer = await RuleDecider().decide(question)
            self.server.right = Step.model_validate({"json": answer.model_dump(mode="json")})
        return await self.model.decide(question, on_text=on_text)


@asynccontextmanager
async def run(
    template: Path, folder: Path, workflow: str, server: Faulty, *, fallback: bool = False, retries: int = 1
) -> AsyncIterator[tuple[Outcome, list[Call]]]:
    data = folder / "workspace"
    shutil.copytree(template, data)
    made: list[Call] = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server.serving())
        opened = await stack.enter_async_context(open_workspace(data, seed_demo=False, worker=False))
        model = await stack.enter_async_context(
            chat_model("openai", "gpt-4o", base_url=server.url, key="k", retries=retries, timeout=5)
        )
        target = Target(url=opened.url, key=opened.key, app=opened.app)
        tools = await stack.enter_async_context(
            open_toolbox(target, timer=time.monotonic, observe=made.append)
        )
        decider: Decider = ModelDecider(model, Settings(label="openai:m", deadline=server.deadline))
        if fallback:
            decider = FallbackDecider(decider, RuleDecider())
        context = Context(
            decider=Prompter(decider, server),
            tools=tools,
            clock=lambda: datetime(2026, 11, 2, tzinfo=UTC),
            sleep=asyncio.sleep,
            policy=Policy(approval=Approval.YES, run=False),
        )
        ended = await in_memory(workflow, context).start(REQUESTS[workflow])
        assert isinstance(ended, Ended)
        yield ended.outcome, [call for call in made if not call.read_only]


@pytest.mark.parametrize("workflow", ["build_analysis", "tidy_notebook", "docs_qa"])
@pytest.mark.parametrize("name", BROKEN)
async def test_one_fault_ends_in_a_repaired_answer_or_in_a_sentence(
    template: Path, tmp_path: Path, workflow: str, name: str
) -> None:
    async with run(template, tmp_path, workflow, Faulty(BROKEN[name], 1)) as (outcome, writes):
        hopeless = name in {"refusal", "wrong_key", "garbage", "endless"}
        assert outcome.status is (Status.FAILED if hopeless else Status.DONE), outcome.answer
        assert {call.tool for call in writes} == (set() if hopeless else MAY_WRITE[workflow])
        assert "Traceback" not in outcome.answer


@pytest.mark.parametrize(
    ("workflow", "name"),
    [*(("tidy_notebook", name) for name in BROKEN), *(("build_analysis", name) for name in FEW)],
)
async def test_a_fault_that_stays_writes_nothing_and_says_why(
    template: Path, tmp_path: Path, workflow: str, name: str
) -> None:
    server = Faulty(BROKEN[name], 1000)
    async with run(template, tmp_path, workflow, server, retries=0) as (outcome, writes):
        assert (outcome.status, writes) == (Status.FAILED, [])
        assert "openai:m" in outcome.answer
        assert len(outcome.answer) < 2000


@pytest.mark.parametrize("name", FEW)
async def test_the_fallback_carries_the_run_to_its_end(template: Path, tmp_path: Path, name: str) -> None:
    server = Faulty(BROKEN[name], 1000)
    async with run(template, tmp_path, "tidy_notebook", server, fallback=True, retries=0) as (
        outcome,
        writes,
    ):
        assert outcome.status is Status.DONE, outcome.answer
        assert {call.tool for call in writes} == MAY_WRITE["tidy_notebook"]


class FaultyAt(Faulty):
    """Faults where one question is asked."""

    def __init__(self, question: str, fault: dict[str, Any]) -> None:
        super().__init__(fault, 1000)
        self.question = question

    async def answer(self, request: Request) -> Step | None:
        return await super().answer(request) if request.question == self.question else self.right


@pytest.mark.parametrize("name", ["server_error", "refusal", "nonsense"])
async def test_what_was_compared_is_told_also_when_the_model_cannot_word_it(template: Path, tmp_path: Path, name: str) -> None:  # fmt: skip
    server = FaultyAt("run_and_inspect.matters", BROKEN[name])
    async with run(template, tmp_path, "run_and_inspect", server, retries=0) as (outcome, writes):
        assert (outcome.status, writes, outcome.checks) == (Status.DONE, [], [])
        assert "things changed" in outcome.answer
        (why,) = [one for one in outcome.not_checked if "fixed rules" in one]
        assert "openai:m" in why
