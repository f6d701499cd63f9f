"""Requests on a thread of the door that go on from the one before."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import context_on, copied, seeded
from tidy_world import YES, contents

from workflows.outcome import Outcome, Status
from workflows.runner import Ended, Runner, in_memory

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


async def _told(runner: Runner, request: str) -> Outcome:
    ended = await runner.start(request)
    assert isinstance(ended, Ended)
    return ended.outcome


async def test_an_analysis_is_extended_where_the_next_request_adds_to_it(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        runner = in_memory("ask", context)
        first = await _told(runner, "compare nasdaq and s&p volatility since 2010, project Vol")
        assert first.journal[0].tool == "create_project"
        notebooks = [entry.creates for entry in first.journal if entry.tool == "create_notebook"]
        for request in ("also show volatility by year", "only 2015 to 2017 please"):
            further = await _told(runner, request)
            assert {entry.tool for entry in further.journal} <= {
                "create_block",
                "create_run",
                "update_block",
                "reorder_notebook_blocks",
            }
            assert {
                entry.arguments["notebookId"] for entry in further.journal if entry.tool == "create_block"
            } == set(notebooks)


async def test_the_notebook_of_the_request_before_is_meant_where_none_is_named(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        runner = in_memory("ask", context)
        await _told(runner, "In Scratchpad move the imports to the top")
        await _told(runner, "add a note saying “checked” at the bottom")
        assert (await contents(context, "Scratchpad"))[-1] == "checked"
        assert (await _told(runner, "send it to my boss by mail")).status is Status.REFUSED


async def test_a_question_on_the_documentation_goes_on_from_the_one_before(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        runner = in_memory("ask", context)
        await _told(runner, "How do I schedule a notebook?")
        assert "schedule pause" in (await _told(runner, "and can I pause it?")).answer
