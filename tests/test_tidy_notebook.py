"""tidy_notebook: moves and replacements are checked before they are written, read back, and nothing else is touched."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from analysis_world import context_on, copied, losing_context, seeded
from tidy_world import YES, contents, notebook_id, outcome_of, outcome_on, proposed

from agents.asks.tidy_notebook import BlockCard, WhatToTidy
from agents.rules.tidy_notebook import what_to_tidy
from workflows.context import Approval, Policy
from workflows.outcome import Status
from workflows.runner import Ended, Waiting, in_memory
from workflows.tidying import Plan, PlanStep, work_out
from workflows.undo import undo
from workspace.domain import Role

pytestmark = pytest.mark.anyio
DOCUMENTED = "In the Scratchpad notebook, move the imports block to the top and replace the empty scratch block with a note."
CARDS = [
    BlockCard(id="title", place=1, type="markdown", content="# Sales\n\nA look.", level=1),
    BlockCard(
        id="query",
        place=2,
        type="sql",
        content="SELECT day, amount FROM orders",
        variable="orders",
        defines=["orders"],
    ),
    BlockCard(id="empty", place=3, type="code", empty=True),
    BlockCard(id="found", place=4, type="markdown", content="## Findings\n\nGood.", level=2),
    BlockCard(
        id="imports", place=5, type="code", content="import pandas as pd", only_imports=True, defines=["pd"]
    ),
    BlockCard(id="chart", place=6, type="visualization", variable="orders"),
    BlockCard(id="more", place=7, type="markdown", content="## Appendix\n\nRest.", level=2),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


@pytest.fixture
def fresh(demo: Path, tmp_path: Path) -> Path:
    return copied(demo, tmp_path / "workspace")


def steps(request: str) -> list[tuple[str, list[str], str, str, str]]:
    wish = what_to_tidy(WhatToTidy(request=request, notebook="Sales", blocks=CARDS))
    assert wish.unclear == [], wish.unclear
    return [(step.action, step.blocks, step.place, step.anchor, step.text) for step in wish.steps]


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("put the imports first", [("move", ["imports"], "top", "", "")]),
        ("Imports should be at the top, please", [("move", ["imports"], "top", "", "")]),
        ("I'd like the import statements moved up to the very beginning", [("move", ["imports"], "top", "", "")]),
        ("bring block 6 above block 2", [("move", ["chart"], "before", "query", "")]),
        ("Move imports → top; replace «scratch block» with “Hi”", [("move", ["imports"], "top", "", ""), ("replace", ["empty"], "", "", "Hi")]),
        ("turn the empty cell into a note saying “todo, then check: Q4”", [("replace", ["empty"], "", "", "todo, then check: Q4")]),
        ("move the Findings section to the end", [("move", ["found", "imports", "chart"], "bottom", "", "")]),
        ("put the sections in this order: Appendix, Findings", [("move", ["more", "found", "imports", "chart"], "after", "empty", "")]),
        ("Rename the heading “Findings” to “Results”", [("replace", ["found"], "", "", "## Results\n\nGood.")]),
        ("swap blocks 2 and 3", [("move", ["empty"], "before", "query", "")]),
        ("add a note “by Ana” after the title", [("add", [], "after", "title", "by Ana")]),
        ("at the end leave a note for my colleagues that the prices end in 2018", [("add", [], "bottom", "", "The prices end in 2018")]),
        ("add a reminder to the team saying that nobody reads this at the bottom", [("add", [], "bottom", "", "Nobody reads this")]),
        ("move the block that loads the data below the imports", [("move", ["query"], "after", "imports", "")]),
        ("clear the scratch block", [("replace", ["empty"], "", "", "")]),
        ("the scratch cell might as well say “empty for now”", [("replace", ["empty"], "", "", "empty for now")]),
        ("Title Sales, imports right after it, and Findings last", [("replace", ["title"], "", "", "# Sales\n\nA look."), ("move", ["imports"], "after", "title", ""), ("move", ["found"], "bottom", "", "")]),
        ("rename the heading “Findings” to What we know now", [("replace", ["found"], "", "", "## What we know now\n\nGood.")]),
        ("rename Findings to Results, the appendix to Rest", [("replace", ["found"], "", "", "## Results\n\nGood."), ("replace", ["more"], "", "", "## Rest\n\nRest.")]),
        ("call the amount column value", [("replace", ["query"], "", "", "SELECT day, amount AS value FROM orders")]),
        ("The heading “Findings” should read What we know in future", [("replace", ["found"], "", "", "## What we know\n\nGood.")]),
        ("From now on, the title should be Sales of the year", [("replace", ["title"], "", "", "# Sales of the year\n\nA look.")]),
        ("add a note at the end: use the new table from now on", [("add", [], "bottom", "", "Use the new table from now on")]),
        ("put the chart behind the Findings and before the imports", [("move", ["chart"], "after", "found", "")]),
        ("Findings should be a top-level heading, not a second-level one", [("replace", ["found"], "", "", "# Findings\n\nGood.")]),
        ("turn the Findings heading into a heading of level 3", [("replace", ["found"], "", "", "### Findings\n\nGood.")]),
        ("There is an empty cell between the query and the findings, write “Later” there", [("replace", ["empty"], "", "", "Later")]),
        ("comment the SELECT out, and say “Off.” in the title", [("replace", ["query"], "", "", "-- SELECT day, amount FROM orders"), ("replace", ["title"], "", "", "# Sales Off.\n\nA look.")]),
        ("Nobody scrolls: the appendix belongs right under the title", [("move", ["more"], "after", "title", "")]),
    ],
)  # fmt: skip
async def test_a_request_is_read_as_the_steps_it_asks_for(request_: str, wanted: list[Any]) -> None:
    assert steps(request_) == wanted


@pytest.mark.parametrize(
    "request_",
    ["sort the first chart by revenue", "move the imports, not the query, somewhere", "move the heading to the bottom", "move block 12 to the top", "tidy up", "make it blue", "don't move anything, just look", "move the revenue block up", "put the sentence that gets printed behind the chart", "add the note that is about prices above the chart", "mueve el bloque al principio"],
)  # fmt: skip
async def test_what_could_mean_several_blocks_or_none_is_asked(request_: str) -> None:
    wish = what_to_tidy(WhatToTidy(request=request_, notebook="Sales", blocks=CARDS))
    assert wish.unclear
    assert wish.steps == []


@pytest.mark.parametrize(
    "request_",
    [
        "delete the empty block",
        "get rid of the chart",
        "merge blocks 2 and 3",
        "convert the query to markdown",
    ],
)
async def test_what_no_tool_can_do_is_said(request_: str) -> None:
    (step,) = what_to_tidy(WhatToTidy(request=request_, notebook="Sales", blocks=CARDS)).steps
    assert step.action == "cannot"


async def test_the_documented_request_moves_and_replaces_and_touches_nothing_else(fresh: Path) -> None:
    async with context_on(fresh, policy=YES) as context:
        before = await contents(context, "Scratchpad")
        outcome = await outcome_on(context, "tidy_notebook", DOCUMENTED)
        after = await contents(context, "Scratchpad")
    assert outcome.status is Status.DONE
    assert [entry.tool for entry in outcome.journal] == ["reorder_notebook_blocks", "update_block"]
    assert after[0] == before[5]
    assert after[4].startswith("# Note:")  # a code block takes the note as a comment
    assert [text for text in after if text not in (before[5], after[4])] == [
        text for text in before if text not in (before[5], "")
    ]
    assert "type cannot be changed" in outcome.answer


async def test_asking_twice_finds_it_tidy_and_writes_nothing(fresh: Path) -> None:
    async with context_on(fresh, policy=YES) as context:
        await outcome_on(context, "tidy_notebook", DOCUMENTED)
        again = await outcome_on(context, "tidy_notebook", DOCUMENTED, thread="again")
    assert (again.status, again.journal) == (Status.NOTHING_TO_DO, [])


async def test_a_move_that_would_break_the_notebook_is_refused_with_the_reason(demo: Path) -> None:
    outcome = await outcome_of(demo, "tidy_notebook", "In Monthly KPIs, move block 7 to the top")
    assert outcome.status is Status.REFUSED
    assert "Block 7 uses `monthly`, which block 5 defines" in outcome.answer
    assert outcome.journal == []


async def test_a_plan_is_shown_with_every_write(fresh: Path) -> None:
    payload = await proposed(fresh, "tidy_notebook", DOCUMENTED)
    assert [write["tool"] for write in payload["writes"]] == ["reorder_notebook_blocks", "update_block"]
    assert payload["summary"][-1].startswith("```diff")
    assert " …" in payload["summary"][-1].splitlines()
    numbered = [line for line in payload["summary"] if "lock" in line[:60]][:3]
    assert [line.partition(" (")[0] for line in numbered[1:]] == [
        "Move block 6",
        "Replace the contents of block 4",
    ]
    assert numbered[0].startswith("Blocks are numbered as the notebook stands now")


async def test_a_plan_that_only_runs_promises_to_take_nothing_back(demo: Path) -> None:
    payload = await proposed(demo, "tidy_notebook", "In Clean up prices, run it")
    said = " ".join([*payload["summary"], *(write["why"] for write in payload["writes"])])
    assert "taken back" not in said.replace("is not taken back", "")
    assert ("```" in said, "DELETE" in said.upper()) == (False, True)


async def test_a_no_to_a_plan_writes_nothing(fresh: Path) -> None:
    async with context_on(fresh, policy=Policy(approval=Approval.ASK)) as context:
        before = await contents(context, "Scratchpad")
        runner = in_memory("tidy_notebook", context)
        await runner.start(DOCUMENTED)
        ended = await runner.resume("no")
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DENIED
        assert await contents(context, "Scratchpad") == before


async def test_the_plan_shows_every_changed_line_letter_by_letter_and_what_was_not_read(fresh: Path) -> None:
    request = "I opened Scratchpad this morning. In Scratchpad, rename Findings to “## Résultats (V2)”, and replace 'by the end of 2015' by 'in 2014'"
    payload = await proposed(fresh, "tidy_notebook", request)
    assert [write["arguments"]["content"] for write in payload["writes"]] == [
        "## Résultats (V2)\n\nRetail trade had recovered by the end of 2015.", "## Résultats (V2)\n\nRetail trade had recovered in 2014.",
    ]  # fmt: skip
    shown = "\n".join(payload["summary"])
    assert "with “## Résultats (V2) Retail" in shown
    for line in ("-    ## Findings", "+    ## Résultats (V2)", "+    Retail trade had recovered in 2014."):
        assert line in shown.split("\n")
    assert "Not read as a wish: “I opened this morning”." in payload["summary"]


async def test_changes_are_taken_back_when_the_run_fails_and_undo_finds_nothing_left(fresh: Path) -> None:
    request = "In Broken import, rename the title to “Fails”, add a note “seen” at the bottom, then run it"
    async with context_on(fresh, policy=Policy(approval=Approval.YES), worker=True) as context:
        before = await contents(context, "Broken import")
        runner = in_memory("tidy_notebook", context)
        ended = await runner.start(request)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.FAILED
        assert "package_that_nobody_has" in ended.outcome.answer
        assert "so they were taken back. What stays: step 2, create_block 'seen'" in ended.outcome.answer
        assert await contents(context, "Broken import") == [*before, "seen"]
        again = await undo((await runner.state()).journal, context.tools)
        assert (again.restored, [entry.tool for entry in again.entries]) == ([], ["create_run"])


async def test_an_edited_plan_is_checked_before_it_is_taken(fresh: Path) -> None:
    async with context_on(fresh, policy=Policy(approval=Approval.ASK)) as context:
        runner = in_memory("tidy_notebook", context)
        first = await runner.start(DOCUMENTED)
        assert isinstance(first, Waiting)
        nonsense = {
            **first.payload["plan"],
            "steps": [{"action": "move", "blocks": ["nowhere"], "place": "top"}],
        }
        second = await runner.resume({"plan": nonsense})
        assert isinstance(second, Waiting)
        assert second.payload["problems"] == ["Step 1: there is no block 'nowhere' in this notebook."]
        only_move = {**first.payload["plan"], "steps": first.payload["plan"]["steps"][:1]}
        third = await runner.resume({"plan": only_move})
        assert isinstance(third, Waiting)
        ended = await runner.resume("yes")
        assert isinstance(ended, Ended)
        assert [entry.tool for entry in ended.outcome.journal] == ["reorder_notebook_blocks"]


async def test_a_change_by_someone_else_between_plan_and_write_leads_to_a_new_plan(fresh: Path) -> None:
    async with context_on(fresh, policy=Policy(approval=Approval.ASK)) as context:
        runner = in_memory("tidy_notebook", context)
        await runner.start(DOCUMENTED)
        place = await notebook_id(context, "Scratchpad")
        await context.tools.create_block(place, "markdown", "Someone was here", position=0)
        again = await runner.resume("yes")
        assert isinstance(again, Waiting)
        assert any("Someone changed the notebook" in line for line in again.payload["summary"])
        ended = await runner.resume("yes")
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE
        assert (await contents(context, "Scratchpad"))[1] == "Someone was here"


TWO_STEPS = "In Scratchpad, move the imports to the top and add a note “checked” at the bottom"


@pytest.mark.parametrize("heard", [True, False])
async def test_a_change_by_someone_else_while_the_run_had_stopped_is_left_alone(
    fresh: Path, heard: bool
) -> None:
    async with losing_context(fresh, lost=2, heard=heard) as context:
        runner = in_memory("tidy_notebook", context)
        broken = await runner.start(TWO_STEPS)
        assert isinstance(broken, Ended)
        assert broken.outcome.status is Status.FAILED
        notebook = await context.tools.get_notebook(await notebook_id(context, "Scratchpad"))
        await context.tools.update_block(notebook.blocks[1].id, "theirs")
        ended = await runner.resume()
        assert isinstance(ended, Ended)
        assert (ended.outcome.status, ended.outcome.checks) == (Status.FAILED, [])
        assert "Someone changed **Scratchpad** while this run had stopped. 1 of its 2 changes was made" in ended.outcome.answer  # fmt: skip
        assert (await contents(context, "Scratchpad"))[1] == "theirs"
        assert (await contents(context, "Scratchpad")).count("checked") == heard


async def test_a_stopped_run_goes_on_where_nobody_changed_anything(fresh: Path) -> None:
    async with losing_context(fresh, lost=1) as context:
        runner = in_memory("tidy_notebook", context)
        await runner.start(TWO_STEPS)
        ended = await runner.resume()
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert (await contents(context, "Scratchpad")).count("checked") == 1


async def test_an_edited_plan_that_runs_says_what_running_does_and_keeps_what_was_said(fresh: Path) -> None:
    async with context_on(fresh, policy=Policy(approval=Approval.ASK)) as context:
        runner = in_memory("tidy_notebook", context)
        first = await runner.start("In Clean up prices, add a note “Draft” at the top and delete block 2")
        assert isinstance(first, Waiting)
        assert not any(line.startswith("Running it") for line in first.payload["summary"])
        told = [line for line in first.payload["summary"] if "No tool deletes" in line]
        second = await runner.resume({"plan": {**first.payload["plan"], "run": True}})
        assert isinstance(second, Waiting)
        assert any(line.startswith("Running it: block") for line in second.payload["summary"])
        assert told
        assert [line for line in told if line not in second.payload["summary"]] == []


async def test_a_request_without_a_notebook_takes_the_only_one_that_all_of_it_fits(fresh: Path) -> None:
    outcome = await outcome_of(
        fresh,
        "tidy_notebook",
        "Move the imports block to the top and replace the empty scratch block with a note.",
    )
    assert outcome.status is Status.DONE
    assert "the only notebook in which all of this can be done" in outcome.answer


async def test_one_wish_without_a_notebook_is_asked_about(demo: Path) -> None:
    outcome = await outcome_of(demo, "tidy_notebook", "Move the imports to the top")
    assert outcome.status is Status.NEEDS_ANSWER
    assert "Scratchpad (project Team notes)" in outcome.choices
    assert "Meeting notes (project Team notes)" not in outcome.choices


async def test_the_answer_to_a_question_goes_on_with_the_same_request(fresh: Path) -> None:
    async with context_on(fresh, policy=YES) as context:
        asked = await outcome_on(context, "tidy_notebook", "In Scratchpad move the heading to the top")
        assert asked.status is Status.NEEDS_ANSWER
        choice = next(choice for choice in asked.choices if "Findings" in choice)
        outcome = await outcome_on(
            context, "tidy_notebook", "In Scratchpad move the heading to the top", choice, "next"
        )
        assert outcome.status is Status.DONE
        assert (await contents(context, "Scratchpad"))[0].startswith("## Findings")


async def test_a_viewers_key_is_told_before_anything_is_written(demo: Path) -> None:
    outcome = await outcome_of(demo, "tidy_notebook", DOCUMENTED, role=Role.viewer)
    assert outcome.status is Status.REFUSED
    assert "viewer" in outcome.answer


@pytest.mark.parametrize("count", [0, 40])
async def test_a_notebook_without_blocks_and_one_of_many_scripts(fresh: Path, count: int) -> None:
    async with context_on(fresh, policy=YES) as context:
        project = await context.tools.create_project("Sizes")
        notebook = await context.tools.create_notebook(project.id, "Long list")
        for number in range(count):
            await context.tools.create_block(notebook.id, "markdown", f"Absatz {number} · 段落 · פסקה")
        outcome = await outcome_on(context, "tidy_notebook", "In Long list move the last block to the top")
        assert outcome.status is (Status.DONE if count else Status.REFUSED)
        if count:
            assert (await contents(context, "Long list"))[0].startswith("Absatz 39")


async def test_five_hundred_blocks_are_worked_out_at_once(block_list: Callable[[int], list[Any]]) -> None:
    blocks = block_list(500)
    plan = Plan(notebook_id="n", steps=[PlanStep(action="move", blocks=[blocks[-1].id], place="top")])
    worked = work_out(plan, blocks)
    assert worked.problems == []
    assert worked.after[0].id == blocks[-1].id


@pytest.fixture
def block_list() -> Callable[[int], list[Any]]:
    from agents.results import Block

    return lambda count: [
        Block(id=f"b{number}", type="code", content=f"x{number} = {number}") for number in range(count)
    ]
