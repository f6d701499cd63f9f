"""run_and_inspect: the notebook that is meant, the values it takes, what running may do, and what changed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from analysis_world import context_on, copied, seeded
from tidy_world import YES, notebook_id, outcome_of, outcome_on, proposed

from agents.asks.notebooks import NotebookCard, WhichNotebook
from agents.asks.run_and_inspect import HowToRun, InputCard
from agents.results import Block
from agents.rules.notebooks import which_notebook
from agents.rules.run_and_inspect import how_to_run
from workflows.causes import likely_cause
from workflows.context import Approval, Policy
from workflows.outcome import Outcome, Status

pytestmark = pytest.mark.anyio
NAMES = [("Monthly KPIs", "Reporting"), ("Weekly KPIs", "Reporting"), ("Churn exploration", "Customers"), ("Notebook 1", "Scratch"), ("Notebook 1", "Customers"), ("Sales 2024", "Sales"), ("Sales 2025", "Sales"), ("Jährliche Übersicht", "Sales")]  # fmt: skip
CARDS = [NotebookCard(id=f"{name}/{project}", name=name, project=project) for name, project in NAMES]
INPUTS = [
    InputCard(
        name="region", type="input-select", label="Region", value="EU", options=["EU", "US", "Asia Pacific"]
    ),
    InputCard(name="months", type="input-slider", label="Months back", value="12", min=1, max=36),
    InputCard(name="include_refunds", type="input-checkbox", label="Include refunds", value=False),
    InputCard(name="since", type="input-date", value="2015-01-01"),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Run the Monthly KPIs notebook and tell me what changed.", "Monthly KPIs/Reporting"),
        ("rerun montly kpi's pls", "Monthly KPIs/Reporting"),
        ("¿Puedes ejecutar «Monthly KPIs»?", "Monthly KPIs/Reporting"),
        ("run monthly-kpis.", "Monthly KPIs/Reporting"),
        ("execute the churn one", "Churn exploration/Customers"),
        ("Run Notebook 1 in Customers", "Notebook 1/Customers"),
        ("Run jahrliche ubersicht", "Jährliche Übersicht/Sales"),
        ("run sales 2025", "Sales 2025/Sales"),
        ("Run Yearly KPIs", None),
        ("run the KPIs notebook", None),
        ("Run the weekly and monthly KPIs", None),
        ("run sales 2023", None),
        ("Run Notebook 1", None),
        ("run the notebook", None),
    ],
)
async def test_a_notebook_is_found_by_what_a_person_calls_it_or_asked_about(
    request_: str, wanted: str | None
) -> None:
    question = WhichNotebook(request=request_, notebooks=CARDS)
    choice = question.settled() or which_notebook(question)
    assert (choice.notebook_id or None) == wanted
    assert question.problems(choice) == []


@pytest.mark.parametrize(
    ("request_", "values", "unknown"),
    [
        ("Run it for the US and tell me what changed", {"region": ["US"]}, []),
        ("run with region=asia pacific, months = 6", {"region": ["Asia Pacific"], "months": ["6"]}, []),
        ("run, region EU → US", {"region": ["US"]}, []),
        ("Run it with a 24 months back window", {"months": ["24"]}, []),
        (
            "run including refunds since 2014-03-01",
            {"include_refunds": ["true"], "since": ["2014-03-01"]},
            [],
        ),
        ("Run it on fresh data and tell me how it differs from last time", {}, []),
        ("Run for Antarctica", {}, ["Antarctica"]),
        ("run with colour = red", {}, ["colour = red"]),
        ("run with months set to 99", {}, ["months goes from 1 to 36; 99 lies outside."]),
    ],
)
async def test_values_in_the_request_become_inputs_and_unknown_ones_are_named(
    request_: str, values: dict[str, list[str]], unknown: list[str]
) -> None:
    wish = how_to_run(HowToRun(request=request_, notebook="X", inputs=INPUTS))
    assert ({given.name: given.values for given in wish.inputs}, wish.unknown) == (values, unknown)


@pytest.mark.parametrize(
    ("request_", "run"),
    [("Compare the last two runs", False), ("don't run it, just say what changed", False), ("What changed in the last run?", False), ("Run it and compare with the last run", True), ("what's new?", True)],
)  # fmt: skip
async def test_a_request_about_past_runs_starts_none(request_: str, run: bool) -> None:
    assert how_to_run(HowToRun(request=request_, notebook="X", inputs=[])).run is run


async def test_the_plan_says_what_running_may_do(demo: Path) -> None:
    payload = await proposed(demo, "run_and_inspect", "Run Nightly load")
    assert any("writes to a database" in line for line in payload["summary"])
    assert [write["tool"] for write in payload["writes"]] == ["create_run"]
    reading = await proposed(demo, "run_and_inspect", "Run Weekly KPIs")
    assert any(line.startswith("It only reads") for line in reading["summary"])


async def test_approval_in_advance_does_not_cover_a_run_that_does_more_than_read(demo: Path) -> None:
    outcome = await outcome_of(demo, "run_and_inspect", "Run Nightly load")
    assert (outcome.status, outcome.journal) == (Status.NEEDS_ANSWER, [])
    assert outcome.choices == ["Run it all the same", "Do not run it"]
    denied = await outcome_of(demo, "run_and_inspect", "Run Nightly load", reply="Do not run it")
    assert (denied.status, denied.journal) == (Status.DENIED, [])


async def test_a_value_that_does_not_exist_runs_nothing_and_says_what_exists(demo: Path) -> None:
    outcome = await outcome_of(demo, "run_and_inspect", "Run Monthly KPIs for the banana industry")
    assert (outcome.status, outcome.journal) == (Status.NEEDS_ANSWER, [])
    assert "construction" in outcome.answer


async def test_several_notebooks_are_listed_and_the_answer_picks_one(demo: Path, tmp_path: Path) -> None:
    asked = await outcome_of(demo, "run_and_inspect", "Run the KPIs")
    assert (
        asked.choices[:2]
        == ["Monthly KPIs (project Labour market)", "Monthly KPIs archive (project Labour market)"]
        or len(asked.choices) >= 2
    )
    plan = Policy(approval=Approval.PLAN_ONLY)
    told = await outcome_of(demo, "run_and_inspect", "Run the KPIs", reply=asked.choices[0], policy=plan)
    assert told.status is Status.PLANNED


async def test_a_run_that_goes_on_is_a_result_with_the_way_back(demo: Path, tmp_path: Path) -> None:
    async with context_on(
        copied(demo, tmp_path / "workspace"), policy=YES
    ) as context:  # no worker: it stays pending
        outcome = await outcome_on(context, "run_and_inspect", "Run Weekly KPIs and tell me what changed.")
        assert outcome.status is Status.RUNNING
        assert outcome.journal[0].creates in outcome.answer
        assert outcome.next == [
            "Tell me what changed in the last run of Weekly KPIs, without running it again."
        ]
        again = await outcome_on(context, "run_and_inspect", outcome.next[0], thread="next")
        assert (again.status, again.journal) == (Status.RUNNING, [])


async def test_a_notebook_with_nothing_to_run_is_not_run(demo: Path) -> None:
    outcome = await outcome_of(demo, "run_and_inspect", "Run Meeting notes")
    assert (outcome.status, outcome.journal) == (Status.REFUSED, [])


@pytest.fixture(scope="module")
def ran(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    """Real runs on real kernels, made once: the demo's earlier runs are what they are compared with."""

    async def all_of_them() -> dict[str, Outcome]:
        folder = copied(demo, tmp_path_factory.mktemp("ran") / "workspace")
        found = {}
        async with context_on(
            folder, policy=Policy(approval=Approval.YES, run_deadline=120.0), worker=True
        ) as context:
            assert await notebook_id(context, "Monthly KPIs")
            for name in ("Monthly KPIs", "Broken import"):
                found[name] = await outcome_on(
                    context,
                    "run_and_inspect",
                    f"Run the {name} notebook and tell me what changed.",
                    thread=name,
                )
        return found

    return asyncio.run(all_of_them())


def test_a_run_is_compared_with_the_last_successful_one(ran: dict[str, Outcome]) -> None:
    outcome = ran["Monthly KPIs"]
    assert (outcome.status, outcome.checks) == (Status.DONE, [])
    assert "went from 142,859 to 143,093 (+234, +0.16 %)" in outcome.answer
    assert "up_to was 2015-11-30" in outcome.answer
    number = next(claim for claim in outcome.claims if claim.value == 143093.0)
    assert number.source.run_id == outcome.journal[0].creates
    assert number.source.block_id


def test_a_failed_run_names_block_error_and_likely_cause(ran: dict[str, Outcome]) -> None:
    outcome = ran["Broken import"]
    assert outcome.status is Status.FAILED
    assert "block 3 (import package_that_nobody_has)" in outcome.answer
    assert "the package `package_that_nobody_has` is not installed" in outcome.answer
    assert outcome.not_checked


def test_a_name_that_is_defined_below_is_named_as_the_cause() -> None:
    blocks = [
        Block(id="a", type="code", content="print(pd)"),
        Block(id="b", type="code", content="import pandas as pd"),
    ]
    cause = likely_cause("NameError: name 'pd' is not defined", "a", blocks)
    assert (
        cause
        == "`pd` is defined in block 2, below the block that uses it; moving that block up would mend it."
    )
