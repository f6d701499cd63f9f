"""Requests on a thread of the door that go on from the one before."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import context_on, copied, seeded
from tidy_world import YES, contents

from agents.rules.ask_follow_ups import Before, stands_alone
from agents.rules.looking import Names
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


NAMES = Names(
    ["Index levels", "Volatility watch", "Weekly KPIs", "Monthly KPIs", "Monthly KPIs archive", "Scratchpad", "Broken import"],
    ["Markets", "Team notes"],
    ["Labour statistics", "Market data", "Snowflake warehouse"],
)  # fmt: skip
RAN = Before("Run Weekly KPIs and tell me what changed", "run_and_inspect", "Weekly KPIs")
AUDITED = Before(
    "Which notebooks query the market data?", "audit_integrations", "", ("Index levels", "Weekly KPIs")
)
RENAMED = Before("In Scratchpad, rename the heading Findings to Results", "tidy_notebook", "Scratchpad")
FAILED = Before("Which notebooks failed?", "ask", "", ("Broken import", "Scratchpad"))


@pytest.mark.parametrize(
    ("before", "request_", "whole"),
    [
        (RAN, "and the volatility one?", "Run Volatility watch and tell me what changed"),
        (RAN, "what about the archive", "Run Monthly KPIs archive and tell me what changed"),
        (RAN, "now the same for Index levels please", "Run Index levels and tell me what changed"),
        (RAN, "and with a window of 63", "Run Weekly KPIs with a window of 63"),
        (RAN, "why did it fail?", "why did Weekly KPIs fail?"),
        (RAN, "what are its inputs?", "what are the inputs of Weekly KPIs?"),
        (RAN, "and the KPIs?", "and the KPIs?"),
        (RAN, "How do I schedule a notebook?", "How do I schedule a notebook?"),
        (RAN._replace(request="run it"), "and the volatility one?", "run Volatility watch"),
        (AUDITED, "which of them write?", "which of the notebooks that query Market data write?"),
        (AUDITED, "and snowflake?", "Which notebooks query the Snowflake warehouse?"),
        (AUDITED, "run them", "run Index levels and Weekly KPIs"),
        (RENAMED, "and call the heading “Summary”", "In Scratchpad, rename the heading Results to “Summary”"),
        (RENAMED, "and the weekly one", "In Weekly KPIs, rename the heading Findings to Results"),
        (FAILED, "rerun the second one", "rerun Scratchpad"),
        (FAILED, "delete both", "delete both"),
    ],
)  # fmt: skip
def test_what_a_request_leaves_out_is_taken_from_the_one_before(
    before: Before, request_: str, whole: str
) -> None:
    assert stands_alone(request_, before, NAMES) == whole


async def test_what_was_written_is_taken_back_where_the_next_request_wants_it(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        runner = in_memory("ask", context)
        before = await contents(context, "Scratchpad")
        await _told(runner, "In Scratchpad, rename the heading Findings to Results")
        await _told(runner, "and call the heading “Summary”")
        assert any("## Summary" in each for each in await contents(context, "Scratchpad"))
        assert (await _told(runner, "no, undo that")).status is Status.DONE
        assert any("## Results" in each for each in await contents(context, "Scratchpad"))
        await _told(runner, "put everything back as it was")
        assert await contents(context, "Scratchpad") == before
        assert (await _told(runner, "undo that")).status is Status.REFUSED


async def test_what_is_wanted_for_each_of_a_list_is_done_in_each(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        runner = in_memory("ask", context)
        await _told(runner, "who uses the Snowflake warehouse?")
        await _told(runner, "put a sentence 'under review' at the end of each of those notebooks")
        for notebook in ("Customer orders", "Nightly load"):
            assert (await contents(context, notebook))[-1] == "under review"
