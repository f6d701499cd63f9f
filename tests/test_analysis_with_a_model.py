"""build_analysis with a model: the outline held to what exists, a block of the model's own, a failing block mended."""

import asyncio
import json
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


OWN = [
    {
        "wish": "weekdays", "title": "Days of the week", "language": "sql", "integration": "Market data", "variable": "weekdays",
        "content": "SELECT dayname(date) AS day,\n       avg(closing) AS level\nFROM index_prices GROUP BY 1",
    },
    {
        "wish": "weekdays", "title": "The best day", "language": "python",
        "content": 'best = weekdays.sort_values("level").iloc[-1]\nfigure("own_2", f"{best.day} is best", best.level)\nweekdays',
    },
    {"wish": "a moving average", "title": "Moving average", "language": "python", "content": "levles.rolling(20).mean().tail()"},
]  # fmt: skip


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_a_models_own_blocks_are_checked_sent_back_once_and_used_or_told_before_the_yes(
    demo: Path, tmp_path: Path, provider: str
) -> None:
    outline = {**OUTLINE, "unanswered": ["weekdays", "a moving average"]}
    mended = {"why": "it is called close", "content": OWN[0]["content"].replace("closing", "close")}
    still_wrong = {"why": "a slip", "content": "lvels.rolling(20).mean().tail()"}
    played = ScriptedModel(script(outline=[outline], extra=[{"blocks": OWN}], repair=[mended, still_wrong]))
    async with (
        played.serving() as server,
        open_decider(f"{provider}:scripted", base_url=server.url) as decider,
        context_on(
            copied(demo, tmp_path / "w"), decider=decider, policy=Policy(approval=Approval.ASK, run=False)
        ) as context,
    ):
        thread = runner.in_memory("build_analysis", context)
        waiting = await thread.start("Falls of the indices in 2014, weekdays and a moving average")
        assert isinstance(waiting, Waiting)
        told = "The model's own block “Moving average” is left out, also after it was told why: line 1: no block above defines 'lvels'"
        summary = "\n".join(waiting.payload["summary"])
        assert told in summary
        assert "The model's own block: Days of the week." in summary
        assert "Not answered: weekdays" not in summary
        assert "Not answered: a moving average." in summary
        ended = await thread.resume(True)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert told in ended.outcome.answer
        assert ended.outcome.usage.calls == 4
        ((_, blocks, _),) = [one for one in (await picture(context.tools))["By a model"][0] if one[1]]
        assert [kind for kind, content, *_ in blocks if content in (mended["content"], OWN[1]["content"])] == ["sql", "code"]  # fmt: skip
        assert not any("rolling(20)" in content for _, content, *_ in blocks)
    errors = [json.dumps(one.body) for one in played.requests if one.question == "build_analysis.repair"]
    assert "line 2: index_prices has no column 'closing'; the nearest is close" in errors[0]
    assert "no block above defines 'levles'; the nearest is levels" in errors[1]


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
    slip = {"why": "levles was misspelt", "content": "levels = [1, 2]\nlen(levls)"}
    mend = {"why": "levles was misspelt", "content": "levels = [1, 2]\nlen(levels)"}
    async with (
        ScriptedModel(script(outline=[OUTLINE], repair=[slip, mend])).serving() as server,
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
