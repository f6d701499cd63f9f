"""Questions about what the workspace holds: read only where every word is accounted for, answered from the lists, nothing written."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from analysis_world import context_on, copied, picture, seeded
from tidy_world import YES, outcome_on

from agents.rules.looking import Look, Names, looked_for
from evals.verdicts import read_requests
from workflows import looking_inside, looking_runs
from workflows.context import Approval, Policy
from workflows.outcome import Status
from workflows.registry import WORKFLOWS

pytestmark = pytest.mark.anyio

NAMES = Names(
    ["Index levels", "Weekly KPIs", "Monthly KPIs", "Sector reference", "Broken import", "Scratchpad", "Customer orders", "Nightly load"],
    ["Markets", "Labour market", "Team notes", "Warehouse"],
    ["Labour statistics", "Market data", "Sector reference", "Snowflake warehouse"],
)  # fmt: skip
TODAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("What notebooks are there?", Look(kind="notebooks")),
        ("list the notebooks of Markets please", Look(kind="notebooks", projects=("Markets",))),
        ("can you tell me what's in this workspace", Look(kind="everything")),
        ("which notebooks failed yesterday?", Look(kind="runs", runs="failed", since=date(2026, 11, 30), until=date(2026, 11, 30))),
        ("which notebooks have never been run", Look(kind="runs", runs="never")),
        ("Why did Broken import fail?", Look(kind="runs", notebooks=("Broken import",))),
        ("Which notebooks ran since November?", Look(kind="runs", since=date(2026, 11, 1))),
        ("wich notebooks failed since monday", Look(kind="runs", runs="failed", since=date(2026, 11, 30))),
        ("who am I?", Look(kind="me")),
        ("where is numpy imported?", Look(kind="says", words="numpy")),
        ("what does the Scratchpad notebook do?", Look(kind="notebook", notebooks=("Scratchpad",))),
        ("show me the queries of Nightly load", Look(kind="notebook", notebooks=("Nightly load",), verbatim="sql")),
        ("is there a notebook about volatility", Look(kind="says", words="volatility")),
    ],
)  # fmt: skip
def test_a_question_about_the_workspace_is_read(request_: str, wanted: Look) -> None:
    assert looked_for(request_, NAMES, TODAY) == wanted


@pytest.mark.parametrize(
    "request_",
    [
        "How do I see which notebooks failed?",
        "what happens when a notebook fails?",
        "run the notebooks that failed",
        "Which notebooks query our Snowflake warehouse?",
        "which notebooks have a password in them?",
        "What changed in the last run of Weekly KPIs?",
        "Show the jobs in construction by year",
        "list all notebooks, then run Weekly KPIs",
        "What is a notebook?",
        "Can a viewer see all notebooks?",
        "move the imports of Scratchpad to the top",
    ],
)
def test_any_other_request_is_left_alone(request_: str) -> None:
    assert looked_for(request_, NAMES, TODAY) is None


def test_what_the_workflows_are_asked_is_not_taken_from_them() -> None:
    """How one notebook ran is passed on to the workflow that tells it."""
    taken = [
        wanted.request
        for wanted in read_requests()
        if wanted.workflow in WORKFLOWS and wanted.workflow not in ("ask",)
        if (look := looked_for(wanted.request, NAMES, TODAY)) is not None
        if not (look.kind == "runs" and look.notebooks)
    ]  # fmt: skip
    assert taken == []


@pytest.mark.parametrize(
    ("request_", "said", "not_said"),
    [
        ("What is in this workspace?", ["13 notebooks in 4 projects", "Snowflake warehouse"], []),
        ("Which notebooks are in Warehouse?", ["3 notebooks in 1 project", "Nightly load"], ["Scratchpad"]),
        ("what data do we have?", ["`index_prices`", "1999-01-04 to 2018-12-31", "`daily_orders`"], []),
        ("list the tables", ["`index_prices`", "`us_employment`", "`orders`"], []),
        ("Which columns does sectors have?", ["sector_group", "11 rows"], ["index_prices"]),
        ("how far back do our prices go?", ["1999-01-04 to 2018-12-31"], ["us_employment"]),
        ("Is the NASDAQ in our data?", ["Yes", "NASDAQ Composite"], ["us_employment"]),
        ("is there data on employment by county?", ["nothing about “county”", "employment_by_sector"], ["Yes"]),
        ("Do we have any data about penguins?", ["nothing about “penguins”"], ["Yes"]),
        ("Which notebooks failed last time?", ["2 of 13", "Broken import", "package_that_nobody_has", "Scratchpad"], ["Weekly"]),
        ("which notebooks have never run?", ["8 of 13", "Meeting notes"], ["Weekly KPIs"]),
        ("Which notebook ran last?", ["The newest run is that of"], []),
        ("What does Volatility watch do?", ["5 blocks", "`window` (slider)", "`index_prices`", "never been run"], []),
        ("show me the SQL of Nightly load", ["INSERT INTO reporting.daily_orders"], ["postgresql://"]),
        ("which notebook mentions the archive?", ["Meeting notes"], ["Index levels"]),
        ("In which notebooks is the volatility computed?", ["Volatility watch"], ["Meeting notes"]),
        ("did Weekly KPIs succeed last time?", ["it succeeded"], []),
        ("who am i", ["role editor"], []),
        ("show me the code of Monthly KPIs archive", ["Block 2 of 3", "GROUP BY", "set_index"], []),
    ],
)  # fmt: skip
async def test_it_is_answered_with_claims_and_nothing_is_written(
    demo: Path, tmp_path: Path, request_: str, said: list[str], not_said: list[str]
) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        before = await picture(context.tools)
        outcome = await outcome_on(context, "ask", request_)
        assert await picture(context.tools) == before
    assert outcome.status is Status.DONE, outcome.answer
    assert [words for words in said if words not in outcome.answer] == []
    assert [words for words in not_said if words in outcome.answer] == []
    assert outcome.claims
    assert outcome.checks == []
    assert outcome.journal == []


async def test_of_very_many_notebooks_those_are_read_that_the_search_finds(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_inside, "READ", 3)
    monkeypatch.setattr(looking_runs, "READ", 2)
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        outcome = await outcome_on(context, "ask", "which notebook mentions the archive?")
        assert "Meeting notes" in outcome.answer
        assert "were not opened" in " ".join(outcome.not_checked)
        ran = await outcome_on(context, "ask", "which notebooks failed last time?")
        assert "How the runs before the newest 2 ended." in ran.not_checked


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("How many jobs did construction lose in the crisis?", "build_analysis"),
        ("By how much did hotels and restaurants grow in 2014?", "build_analysis"),
        ("How many members can a workspace have?", "docs_qa"),
        ("how do I see the average of a column?", "docs_qa"),
    ],
)
async def test_figures_that_the_tables_hold_are_no_question_for_the_documentation(
    demo: Path, tmp_path: Path, request_: str, wanted: str
) -> None:
    policy = Policy(approval=Approval.PLAN_ONLY)
    async with context_on(copied(demo, tmp_path / "workspace"), policy=policy) as context:
        outcome = await outcome_on(context, "ask", request_)
    assert outcome.answer.splitlines()[-1].startswith(f"Done by {wanted} (")
