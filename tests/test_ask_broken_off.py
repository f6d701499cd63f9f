"""A chain that a limit or a failure breaks off, wherever it does: what was done is told, is resumed to the same end, and is undone."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import context_on, copied, picture, seeded
from tidy_world import YES, outcome_on

from workflows.outcome import Status
from workflows.runner import Ended, Runner, memory_saver
from workflows.undo import undo

pytestmark = pytest.mark.anyio

CHAIN = "Move the imports of Scratchpad to the top, then which notebooks query snowflake, then rename the heading Findings of Scratchpad to Results"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


async def test_a_chain_that_a_limit_broke_off_is_resumed_to_the_end_it_would_have_had(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "whole"), policy=YES) as context:
        whole = await outcome_on(context, "ask", CHAIN)
        wanted = await picture(context.tools)
    assert whole.status is Status.DONE
    wrote = [(entry.tool, entry.step) for entry in whole.journal]
    assert [tool for tool, _ in wrote] == ["reorder_notebook_blocks", "update_block"]
    for limit in range(1, whole.tool_calls, 2):
        folder, saver = copied(demo, tmp_path / f"at{limit}"), memory_saver("ask")
        async with context_on(folder, policy=YES, limit=limit, session="first") as context:
            ended = await Runner("ask", context, saver, "t").start(CHAIN)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.OUT_OF_BUDGET
        assert "--resume" in ended.outcome.next[0]
        async with context_on(folder, policy=YES, session="second") as context:
            ended = await Runner("ask", context, saver, "t").resume()
            assert isinstance(ended, Ended)
            assert (limit, ended.outcome.status) == (limit, Status.DONE)
            assert [(entry.tool, entry.step) for entry in ended.outcome.journal] == wrote
            assert await picture(context.tools) == wanted


async def test_a_chain_that_broke_off_tells_the_steps_before_and_what_it_wrote_is_undone(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "whole"), policy=YES) as context:
        before = await picture(context.tools)
        whole = await outcome_on(context, "ask", CHAIN)
    undone = 0
    for limit in range(whole.tool_calls - 5, whole.tool_calls, 2):
        folder, saver = copied(demo, tmp_path / f"at{limit}"), memory_saver("ask")
        async with context_on(folder, policy=YES, limit=limit, session="first") as context:
            ended = await Runner("ask", context, saver, "t").start(CHAIN)
        assert isinstance(ended, Ended)
        assert "Customer orders" in ended.outcome.answer
        assert "reorder_notebook_blocks" in [entry.tool for entry in ended.outcome.journal]
        async with context_on(folder, policy=YES, session="second") as context:
            runner = Runner("ask", context, saver, "t")
            state = await runner.state()
            assert state.journal == ended.outcome.journal
            undone = max(undone, len((await undo(state.journal, context.tools)).restored))
            assert await picture(context.tools) == before
    assert undone == 2
