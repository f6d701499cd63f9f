"""run_and_inspect: the notebook that is meant, the values it takes, what running may do, and what changed."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from analysis_world import context_on, copied, seeded
from tidy_world import YES, notebook_id, outcome_of, outcome_on, proposed

from agents.asks.notebooks import NotebookCard, WhichNotebook
from agents.asks.run_and_inspect import HowToRun, InputCard
from agents.results import Block, RunRow
from agents.rules.notebooks import which_notebook
from agents.rules.run_and_inspect import how_to_run
from agents.rules.run_and_inspect_intent import beyond
from workflows.causes import likely_cause
from workflows.context import Approval, Policy
from workflows.inspecting_baseline import baseline_of
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
        ("Run the KPIs in the Reporting project, not the weekly ones", "Monthly KPIs/Reporting"),
        ("Run the notebook that shows churn", "Churn exploration/Customers"),
        ("Run Weekly KPIs in project Sales", None),
        ("Run all notebooks", None),
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
        ("drag the slider down to the lowest and run it", {"months": ["1"]}, []),
        (
            "run it with months back at its maximum, tick the box “Include refunds”",
            {"months": ["36"], "include_refunds": ["true"]},
            [],
        ),
        ("run with months set to 99", {}, ["months goes from 1 to 36; 99 lies outside."]),
        ("run it for Asia, a year back", {"region": ["Asia Pacific"]}, []),
        ("run with months back of half a year", {"months": ["6"]}, []),
        (
            "run since last June, include refunds off",
            {"since": ["2014-06-01"], "include_refunds": ["false"]},
            [],
        ),
        ("run since yesterday", {"since": ["2026-02-01"]}, []),
        ("run with since = soon", {}, ["since is a date such as 2015-06-30, and “soon” is none."]),
        ("run until 2019", {}, ["until 2019"]),
        (
            "run for the EU and the US",
            {},
            ["region takes one value a run, and EU and US are asked for: ask for one of them."],
        ),
        ("What changed since the run of 2014-03-01?", {}, []),
        (
            "run with months back of 6, 12 and then 24",
            {},
            ["months takes one value a run, and 6, 12 and 24 are asked for: ask for one of them."],
        ),
        (
            "once with 6 and once with 12 months back",
            {},
            ["months takes one value a run, and 6 and 12 are asked for: ask for one of them."],
        ),
        (
            "run it at 2014-03-01 versus 2015-03-01",
            {},
            [
                "since takes one value a run, and 2014-03-01 and 2015-03-01 are asked for: ask for one of them."
            ],
        ),
        ("run with months = 6 and tell me the 3 largest", {"months": ["6"]}, []),
        ("Run now and schedule it for every Friday", {}, []),
    ],
)
async def test_values_in_the_request_become_inputs_and_unknown_ones_are_named(
    request_: str, values: dict[str, list[str]], unknown: list[str]
) -> None:
    wish = how_to_run(HowToRun(request=request_, notebook="X", inputs=INPUTS, today="2026-02-02"))
    assert ({given.name: given.values for given in wish.inputs}, wish.unknown) == (values, unknown)


@pytest.mark.parametrize(
    ("request_", "run"),
    [("Compare the last two runs", False), ("don't run it, just say what changed", False), ("What changed in the last run?", False), ("Run it and compare with the last run", True), ("what's new?", False), ("Delete it", False), ("Stop the run", False), ("When was it last run?", False), ("What moved since Monday's run?", False), ("Führe es bitte aus", True), ("Bitte nicht ausführen", False), ("不运行, 只看结果", False), ("请勿执行", False), ("上次运行有什么变化", False), ("重新运行, 和上次运行比较", True), ("実行せずに結果を見せて", False), ("実行して", True), ("실행하지 마", False), ("Nie uruchamiaj", False), ("Kör inte", False), ("Çalıştırma", False), ("لا تشغل", False), ("Get me fresh numbers", True), ("Should I run it again?", False), ("Is it running right now?", False), ("Check that it still runs", True)],
)  # fmt: skip
async def test_nothing_is_run_that_was_not_asked_for(request_: str, run: bool) -> None:
    assert how_to_run(HowToRun(request=request_, notebook="X", inputs=[])).run is run


@pytest.mark.parametrize(
    ("request_", "run"),
    [
        ("What changed for US since the last run?", False),
        ("What is new since it last ran, for Asia Pacific?", False),
        ("For US: any difference since the previous run?", False),
        ("Set region to US; what changed since the last run?", True),
        ("Run it for US and say what changed since the last run", True),
        ("How does it look for US?", True),
    ],
)
def test_a_question_about_earlier_runs_starts_none_though_it_names_a_value(request_: str, run: bool) -> None:
    assert how_to_run(HowToRun(request=request_, notebook="X", inputs=INPUTS)).run is run


@pytest.mark.parametrize(
    ("request_", "instead"),
    [
        ("Run it now and schedule it every Monday", False),
        ("Schedule it every Monday, and run it once now", False),
        ("Every Monday, run it", True),
        ("Run it, every Monday at 8", True),
        ("Schedule it every Monday and tell me what changed", True),
        ("Set up a schedule so that it refreshes each Monday", True),
    ],
)
def test_a_run_beside_a_schedule_stands_by_itself(request_: str, instead: bool) -> None:
    assert [wish.instead for wish in beyond(request_)] == [instead]


@pytest.mark.parametrize(
    ("request_", "status", "says"),
    [
        ("Dry run of Weekly KPIs", Status.PLANNED, "create_run"),
        (
            "Show me what would happen if I ran Nightly load, but don't run it",
            Status.PLANNED,
            "writes to a database",
        ),
        ("Delete the Weekly KPIs notebook", Status.REFUSED, "No tool deletes"),
        ("Stop the run of Weekly KPIs", Status.REFUSED, "No tool stops"),
        ("Run Weekly KPIs every morning", Status.REFUSED, "No tool sets a schedule"),
        ("Run Weekly KPIs only if the data changed", Status.REFUSED, "starts now or not at all"),
        ("If the data changed, run Weekly KPIs", Status.REFUSED, "starts now or not at all"),
        ("Has anything changed in Weekly KPIs?", Status.DONE, "The newest run"),
        ("Why did Scratchpad fail last time?", Status.DONE, "block 6"),
        ("Run Weekly KPIs in project Labour market", Status.NEEDS_ANSWER, "in the project Labour market"),
        ("Run everything", Status.NEEDS_ANSWER, "One request works on one notebook"),
    ],
)
async def test_what_asks_for_no_run_starts_none_and_is_answered(
    demo: Path, request_: str, status: Status, says: str
) -> None:
    outcome = await outcome_of(demo, "run_and_inspect", request_)
    assert (outcome.status, outcome.journal, outcome.checks) == (status, [], [])
    assert says in outcome.answer


async def test_a_value_given_as_an_answer_is_taken(demo: Path) -> None:
    plan = Policy(approval=Approval.PLAN_ONLY)
    asked = await outcome_of(demo, "run_and_inspect", "Run Monthly KPIs for services", policy=plan)
    assert "service_providing or education_and_health_services" in asked.answer
    told = await outcome_of(
        demo, "run_and_inspect", "Run Monthly KPIs for services", policy=plan, reply="service providing"
    )
    assert told.plan is not None
    assert told.plan["plan"]["inputs"] == {"sector": "service_providing"}


RUNS = [
    RunRow(run_id=f"{place:08d}-0000-0000-0000-000000000000", status=status, created_at=datetime(2026, 2, day, 9, tzinfo=UTC))
    for place, (day, status) in enumerate([(27, "success"), (26, "error"), (25, "success"), (23, "success"), (2, "success")])
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "place", "note"),
    [
        ("Run it and compare with the run before", 0, ""),
        ("What changed since Monday's run?", 3, ""),
        ("compare it with the run of 2026-02-25", 2, ""),
        ("compare with yesterday's run", 0, ""),
        ("compare with Thursday's run", 2, "no successful run of 2026-02-26"),
        ("compare it with the very first run", 4, ""),
        ("compare with two runs ago", 2, ""),
        (f"compare with run {RUNS[3].run_id}", 3, ""),
        ("compare with run 00000002", 2, ""),
        ("run it up to 2026-02-25 and tell me what changed", 0, ""),
    ],
)
def test_the_run_to_compare_with_is_the_one_that_is_named(request_: str, place: int, note: str) -> None:
    found = baseline_of(request_, RUNS, date(2026, 2, 28))
    assert found.run_id == RUNS[place].run_id
    assert (note in found.note, bool(found.note)) == (True, bool(note))


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


async def test_a_first_run_tells_where_a_series_stands_and_what_was_not_sent(
    demo: Path, tmp_path: Path
) -> None:
    policy = Policy(approval=Approval.YES, run_deadline=120.0)
    async with context_on(copied(demo, tmp_path / "workspace"), policy=policy, worker=True) as context:
        outcome = await outcome_on(
            context,
            "run_and_inspect",
            "Index levels from 3rd of January 2000, then tell me where the two indices ended up.",
        )
    assert "its last row (2018-12-31): `NASDAQ Composite = 160.62, S&P 500 = 172.27`" in outcome.answer
    stands = [claim.value for claim in outcome.claims if claim.text.startswith("S&P 500 of the last row")]
    assert stands == [pytest.approx(172.266, abs=0.001)]
    assert outcome.not_checked == [
        "The outputs of block 6 (chart of drawn): the run's snapshot was sent without them."
    ]
    assert outcome.checks == []
