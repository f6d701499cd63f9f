"""build_analysis with a model: the outline held to what exists, a block of the model's own, a failing block mended."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from analysis_world import context_on, copied, picture, seeded

from agents.models import open_decider
from agents.scripted import Script, ScriptedModel
from workflows import runner
from workflows.context import Approval, Policy
from workflows.outcome import Status
from workflows.runner import Ended, Waiting

pytestmark = pytest.mark.anyio
OUTLINE = {
    "why": "prices", "verdict": "build", "project": "By a model", "table": "Market data/index_prices", "period": "in 2014", "parts": ["drawdown"],
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


def script(**questions: list[Any]) -> Script:
    return Script.model_validate(
        {
            "questions": {
                f"build_analysis.{name}": [{"json": one} for one in answers]
                for name, answers in questions.items()
            }
        }
    )


async def test_a_models_outline_is_built_with_a_block_of_its_own(demo: Path, tmp_path: Path) -> None:
    outline = {**OUTLINE, "unanswered": ["a moving average"]}
    own = {
        "why": "asked for",
        "titles": ["Moving average"],
        "python": ["moving = levels.rolling(20).mean()\nmoving.tail()"],
    }
    async with (
        ScriptedModel(script(outline=[outline], extra=[own])).serving() as server,
        open_decider("openai:scripted", base_url=server.url) as decider,
        context_on(copied(demo, tmp_path / "w"), decider=decider) as context,
    ):
        ended = await runner.in_memory("build_analysis", context).start(
            "Falls of the indices in 2014, and a moving average"
        )
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert ended.outcome.usage.calls == 2
        ((_, blocks, _),) = [one for one in (await picture(context.tools))["By a model"][0] if one[1]]
        assert "rolling(20)" in "".join(block[1] for block in blocks)


async def test_a_table_that_does_not_exist_is_asked_for_once_more_and_then_refused(demo: Path) -> None:
    invented = {**OUTLINE, "table": "Market data/sp100"}
    async with (
        ScriptedModel(script(outline=[invented, invented])).serving() as server,
        open_decider("openai:scripted", base_url=server.url) as decider,
        context_on(demo, decider=decider) as context,
    ):
        before = await picture(context.tools)
        ended = await runner.in_memory("build_analysis", context).start("the S&P 100 in 2014")
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.FAILED
        assert ended.outcome.usage.calls == 2
        assert await picture(context.tools) == before


async def test_a_failing_block_is_mended_and_run_again(demo: Path, tmp_path: Path) -> None:
    mend = {"why": "levles was misspelt", "content": "levels = [1, 2]\nlen(levels)"}
    async with (
        ScriptedModel(script(outline=[OUTLINE], repair=[mend])).serving() as server,
        open_decider("openai:scripted", base_url=server.url) as decider,
        context_on(
            copied(demo, tmp_path / "w"), decider=decider, worker=True, policy=Policy(approval=Approval.ASK)
        ) as context,
    ):
        thread = runner.in_memory("build_analysis", context)
        waiting = await thread.start("Falls of the indices in 2014")
        assert isinstance(waiting, Waiting)
        broken = {"key": "own", "title": "Own", "type": "code", "content": "levels = [1, 2]\nlen(levles)"}
        await thread.resume({"plan": {**waiting.payload["plan"], "blocks": [broken]}})
        ended = await thread.resume(True)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert "was mended" in ended.outcome.answer
        (update,) = [entry for entry in ended.outcome.journal if entry.tool == "update_block"]
        assert update.before == {
            "content": broken["content"],
            "notebookId": update.before["notebookId"] if update.before else None,
        }
        assert [entry.tool for entry in ended.outcome.journal].count("create_run") == 2


async def test_offline_a_failing_block_is_reported(demo: Path, tmp_path: Path) -> None:
    async with context_on(
        copied(demo, tmp_path / "w"), worker=True, policy=Policy(approval=Approval.ASK)
    ) as context:
        thread = runner.in_memory("build_analysis", context)
        waiting = await thread.start("only drawdowns of the S&P 500")
        assert isinstance(waiting, Waiting)
        broken = {"key": "own", "title": "My own block", "type": "code", "content": "1 / 0"}
        await thread.resume({"plan": {**waiting.payload["plan"], "blocks": [broken]}})
        ended = await thread.resume(True)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.FAILED
        assert "'My own block'" in ended.outcome.answer
        assert "ZeroDivisionError" in ended.outcome.answer
