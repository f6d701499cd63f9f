"""build_analysis through its graph, on the embedded workspace: what is made, what is said, and what is left alone."""

from dataclasses import replace
from pathlib import Path

import pytest
from analysis_world import DEMO, SHORT, context_on, copied, picture, seeded

from agents.toolbox import Toolbox
from workflows import runner
from workflows.context import Approval, Policy, WhenItExists
from workflows.outcome import Outcome, Status
from workflows.runner import Ended, Waiting
from workspace.domain import Role

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import asyncio

    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


@pytest.fixture(scope="module")
def shared(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(demo, tmp_path_factory.mktemp("shared") / "workspace")


async def answered(folder: Path, request: str, **more: object) -> Outcome:
    async with context_on(folder, **more) as context:  # type: ignore[arg-type]
        ended = await runner.in_memory("build_analysis", context).start(request)
    assert isinstance(ended, Ended)
    return ended.outcome


async def test_the_demo_request_builds_runs_and_answers_with_figures(demo: Path, tmp_path: Path) -> None:
    async with context_on(
        copied(demo, tmp_path / "w"), worker=True, policy=Policy(approval=Approval.YES)
    ) as context:
        thread = runner.in_memory("build_analysis", context)
        ended = await thread.start(DEMO)
        assert isinstance(ended, Ended)
        outcome = ended.outcome
        assert outcome.status is Status.DONE, outcome.answer
        assert "NASDAQ Composite returned 23.3 %" in outcome.answer
        assert (
            "There is no S&P 100 in the data; I used S&P 500 instead, under its own name." in outcome.answer
        )
        assert "counted back from 2018-12-31" in outcome.answer
        assert "'Notebook 1'" in outcome.answer
        assert outcome.checks == []
        figures = [claim for claim in outcome.claims if claim.source.tool == "get_run"]
        assert len(figures) == 12
        assert all(claim.source.block_id and claim.source.run_id for claim in figures)
        assert len(outcome.charts) == 4
        assert [entry.tool for entry in outcome.journal[:3]] == [
            "create_project",
            "create_notebook",
            "create_block",
        ]
        assert outcome.journal[-1].tool == "create_run"

        more = await thread.start("add the largest moves")
        assert isinstance(more, Ended)
        outcome = more.outcome
        assert outcome.status is Status.DONE, outcome.answer
        assert "extended and ran" in outcome.answer
        assert "largest rise was" in outcome.answer
        assert not [entry for entry in outcome.journal if entry.tool in ("create_project", "create_notebook")]
        (notebooks,) = (await picture(context.tools))["NASDAQ vs S&P 100"]
        assert {name: runs for name, _, runs in notebooks} == {"Notebook 1": 0, "Index prices analysis": 2}


async def test_nothing_is_created_when_nothing_fits(demo: Path) -> None:
    async with context_on(demo) as context:
        before = await picture(context.tools)
        for request in (
            "show me unemployment",
            "hello",
            "Analyse Apple stock",
            "explore our data",
            "stock prices in 2021",
        ):
            ended = await runner.in_memory("build_analysis", context, thread=request[:5]).start(request)
            assert isinstance(ended, Ended)
            assert ended.outcome.status in (Status.REFUSED, Status.NEEDS_ANSWER)
            assert "Nothing was created" in ended.outcome.answer
            assert ended.outcome.journal == []
        assert await picture(context.tools) == before


async def test_a_plan_shows_every_write_and_makes_none(demo: Path) -> None:
    async with context_on(demo, policy=Policy(approval=Approval.PLAN_ONLY)) as context:
        before = await picture(context.tools)
        ended = await runner.in_memory("build_analysis", context).start(DEMO)
        assert isinstance(ended, Ended)
        plan = ended.outcome.plan
        assert ended.outcome.status is Status.PLANNED
        assert plan is not None
        tools = [write["tool"] for write in plan["writes"]]
        assert tools == ["create_project", "create_notebook", *["create_block"] * 23, "create_run"]
        assert plan["writes"][2]["arguments"]["content"] == "NASDAQ vs S&P 100"
        assert await picture(context.tools) == before


async def test_read_only_refuses_and_a_viewer_is_told_before_anything_is_written(demo: Path) -> None:
    outcome = await answered(demo, DEMO, policy=Policy(approval=Approval.READ_ONLY))
    assert outcome.status is Status.REFUSED
    assert "read-only" in outcome.answer
    outcome = await answered(demo, DEMO, role=Role.viewer)
    assert outcome.status is Status.REFUSED
    assert "viewer" in outcome.answer
    assert outcome.journal == []


async def test_the_same_request_again_asks_reuses_or_makes_another(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:

        async def run(name: str, policy: Policy, reply: str | None = None) -> Outcome:
            chosen = replace(context, policy=policy)
            ended = await runner.in_memory("build_analysis", chosen, thread=name).start(SHORT, reply=reply)
            assert isinstance(ended, Ended)
            return ended.outcome

        ask = Policy(approval=Approval.YES, run=False)
        assert (await run("first", ask)).status is Status.DONE
        once = await picture(context.tools)
        again = await run("second", ask)
        assert again.status is Status.NEEDS_ANSWER
        assert again.choices == ["reuse it", "new project of the same name"]
        assert await picture(context.tools) == once
        reused = await run("third", replace(ask, when_it_exists=WhenItExists.REUSE))
        assert reused.journal == []
        assert await picture(context.tools) == once
        assert (await run("fourth", ask, reply="new project of the same name")).status is Status.DONE
        assert len((await picture(context.tools))["Falls"]) == 2


async def test_an_existing_project_can_be_the_target(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        name = next(iter(await picture(context.tools)))
        thread = runner.in_memory("build_analysis", context)
        ended = await thread.start(
            f'In the existing project "{name}", add a notebook called "Index falls" on index drawdowns'
        )
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert "Index falls" in [notebook[0] for notebook in (await picture(context.tools))[name][0]]
        assert not [entry for entry in ended.outcome.journal if entry.tool == "create_project"]
        ended = await runner.in_memory("build_analysis", context, thread="b").start(
            'In the existing project "Nowhere", add a notebook on stocks'
        )
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.NEEDS_ANSWER


async def test_an_existing_notebook_gets_the_blocks_at_its_end(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        before = {name: blocks for name, blocks, _ in (await picture(context.tools))["Labour market"][0]}
        thread = runner.in_memory("build_analysis", context)
        ended = await thread.start(
            "In the existing notebook 'Jobs by sector', add a chart of construction jobs"
        )
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert {entry.tool for entry in ended.outcome.journal} == {"create_block"}
        after = {name: blocks for name, blocks, _ in (await picture(context.tools))["Labour market"][0]}
        there = before["Jobs by sector"]
        assert after["Jobs by sector"][: len(there)] == there
        assert len(after["Jobs by sector"]) > len(there)
        assert {**after, "Jobs by sector": there} == before
        asked = await runner.in_memory("build_analysis", context, thread="b").start(
            "add a chart of construction jobs to the notebook Jobs by sectr"
        )
        assert isinstance(asked, Ended)
        assert asked.outcome.status is Status.NEEDS_ANSWER
        assert asked.outcome.choices[0] == "Jobs by sector (project Labour market)"


async def test_a_notebook_that_changes_while_the_plan_is_shown_is_planned_anew(demo: Path, tmp_path: Path) -> None:  # fmt: skip
    policy = Policy(approval=Approval.ASK, run=False)
    async with context_on(copied(demo, tmp_path / "w"), policy=policy) as context:
        thread = runner.in_memory("build_analysis", context)
        waits = await thread.start("add a chart of construction jobs to the notebook Jobs by sector")
        assert isinstance(waits, Waiting)
        notebook = next(write["arguments"]["notebookId"] for write in waits.payload["writes"])
        await context.tools.call(
            "create_block", {"notebookId": notebook, "type": "markdown", "content": "mine"}
        )
        again = await thread.resume(True)
        assert isinstance(again, Waiting)
        ended = await thread.resume(True)
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert "changed while the plan was shown (blocks: 1 new)" in ended.outcome.answer
        blocks = (await context.tools.get_notebook(notebook)).blocks
        contents = [block.content for block in blocks]
        assert contents.index("mine") < contents.index(
            "Added: add a chart of construction jobs to the notebook Jobs by sector"
        )


async def test_a_viewer_is_told_before_being_asked_and_what_cannot_run_is_said_in_the_plan(demo: Path) -> None:  # fmt: skip
    outcome = await answered(demo, DEMO, role=Role.viewer, policy=Policy(approval=Approval.ASK))
    assert outcome.status is Status.REFUSED
    assert "viewer" in outcome.answer
    plan_only = Policy(approval=Approval.PLAN_ONLY)
    outcome = await answered(demo, "orders by region in the Snowflake warehouse", policy=plan_only)
    assert outcome.plan is not None
    assert any("no connection, so the notebook is built and not run" in line for line in outcome.plan["summary"])  # fmt: skip
    assert "create_run" not in [write["tool"] for write in outcome.plan["writes"]]


@pytest.mark.parametrize(
    "request_",
    [
        "monthly payrolls by sector",
        "Explore employment since 2010",
        "sector groups and their share",
        "revenue by month",
        "orders by region",
        "How many customers joined per region?",
        "Which sectors lost the most jobs in the financial crisis?",
        "stokc retunrs for teh last two yaers",
        "Compare jobs with the stock market since 2010",
        "Crear un proyecto llamado “Empleo” sobre el empleo desde 2010",
    ],
)
async def test_differently_worded_requests_are_read_back_as_planned(request_: str, shared: Path) -> None:
    outcome = await answered(shared, request_)
    assert outcome.status is Status.DONE, outcome.answer
    assert "read back as planned" in outcome.answer


async def test_without_column_profiles_the_notebook_finds_its_window(demo: Path, tmp_path: Path) -> None:
    """The hosted server tells no profiles; here they are taken off on the wire."""
    async with context_on(
        copied(demo, tmp_path / "w"), worker=True, policy=Policy(approval=Approval.YES)
    ) as context:
        plain = Toolbox(_WithoutProfiles(context.tools._wire), timer=lambda: 0.0)
        ended = await runner.in_memory("build_analysis", replace(context, tools=plain)).start(
            "only drawdowns of stocks, past two years"
        )
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DONE, ended.outcome.answer
        assert "from 2016-12-30 to 2018-12-31" in ended.outcome.answer


class _WithoutProfiles:
    """A wire that leaves the column profiles out, as a server that keeps none."""

    def __init__(self, wire) -> None:  # type: ignore[no-untyped-def]
        self._wire = wire
        self.tools = wire.tools

    async def call(self, name, arguments):  # type: ignore[no-untyped-def]
        answer = await self._wire.call(name, arguments)
        for table in answer.get("tables", []) if name == "get_integration" else []:
            table["rowCount"] = None
            for column in table["columns"]:
                column.pop("profile", None)
        return answer
