"""ask: the right workflow for a request, chains of them, a question when unsure, and no for what none of them does."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import context_on, copied, picture, seeded
from tidy_world import YES, contents, outcome_of, outcome_on

from agents.asks.ask import RESULT, Condition, RouteStep, WhichWorkflow, WorkflowCard
from agents.rules.ask import which_workflow
from workflows.chaining import pointed_at, unmet
from workflows.context import Approval, Policy
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.registry import WORKFLOWS
from workflows.runner import Ended, Waiting, in_memory
from workflows.undo import undo

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


def question_of(request: str) -> WhichWorkflow:
    cards = [
        WorkflowCard(name=each.name, does=each.does, example=each.example)
        for each in WORKFLOWS.values()
        if each.name != "ask"
    ]
    return WhichWorkflow(
        request=request,
        workflows=cards,
        notebooks=["Monthly KPIs", "Scratchpad", "Weekly KPIs", "Index levels"],
        integrations=["Market data", "Snowflake warehouse"],
    )


def route(request: str) -> list[str]:
    question = question_of(request)
    found = which_workflow(question)
    assert question.problems(found) == []
    return [step.workflow for step in found.steps]


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        *((entry.example, [entry.name]) for entry in WORKFLOWS.values() if entry.name != "ask"),
        ("Run Monthly KPIs, then add a note with what changed at the top.", ["run_and_inspect", "tidy_notebook"]),
        ("Please re-run the weekly kpis", ["run_and_inspect"]),
        ("what's different in Monthly KPIs since the last run?", ["run_and_inspect"]),
        ("put the imports of Scratchpad first", ["tidy_notebook"]),
        ("In Scratchpad, rename the heading Findings to Results", ["tidy_notebook"]),
        ("who still uses snowflake?", ["audit_integrations"]),
        ("Audit everything", ["audit_integrations"]),
        ("are there passwords pasted into our notebooks?", ["audit_integrations"]),
        ("how can I undo what a workflow did?", ["docs_qa"]),
        ("What is a snapshot?", ["docs_qa"]),
        ("Can a viewer run notebooks?", ["docs_qa"]),
        ("Analyse manufacturing jobs since 2010", ["build_analysis"]),
        ("make me a project about the volatility of the NASDAQ", ["build_analysis"]),
        ("Move the imports of Scratchpad to the top and then run it", ["tidy_notebook"]),
        ("Before you run Weekly KPIs, put the imports of Scratchpad first", ["tidy_notebook", "run_and_inspect"]),
        ("Add a note with the changes on top of Scratchpad after running Weekly KPIs", ["run_and_inspect", "tidy_notebook"]),
        ("Rerun Weekly KPIs, but first rename the heading Findings of Scratchpad to Results", ["tidy_notebook", "run_and_inspect"]),
        ("Run Weekly KPIs and afterwards put what changed into a note on top of it", ["run_and_inspect", "tidy_notebook"]),
        ("Run Weekly KPIs and then Index levels", ["run_and_inspect", "run_and_inspect"]),
        ("The meeting is at ten. Please run Weekly KPIs.", ["run_and_inspect"]),
        ("Did the weekly KPIs change since we last had a look? Refresh them please", ["run_and_inspect"]),
        ("I'd like to see which sectors grew fastest between 2008 and 2012, with a chart", ["build_analysis"]),
        ("Compare retail in 2007 with government in 2010. Which lost more jobs?", ["build_analysis"]),
        ("find out whether anybody reads us_employment, and if so build an analysis of the yearly totals", ["audit_integrations", "build_analysis"]),
        ("How many projects can a key be limited to at most?", ["docs_qa"]),
        ("Push Findings in Scratchpad to the end, then rerun it so that I can see it still works", ["tidy_notebook", "run_and_inspect"]),
        ("How many were employed in retail in June 2013? Only the figure please", ["build_analysis"]),
        ("First look up how to add a member, then run Weekly KPIs", ["docs_qa", "run_and_inspect"]),
        ("Which integrations are unused? If Market data is among them, don't change anything and just let me know.", ["audit_integrations"]),
        ("What happens when two people change the same block?", ["docs_qa"]),
        ("what's changed in Monthly KPIs", ["run_and_inspect"]),
    ],
)  # fmt: skip
async def test_a_request_goes_to_the_workflow_that_does_it(request_: str, wanted: list[str]) -> None:
    if request_.endswith("then run it"):
        assert route(request_)[0] == "tidy_notebook"
    else:
        assert route(request_) == wanted


@pytest.mark.parametrize(
    "request_",
    [
        "What's the weather in Prague?",
        "Is there a recipe for goulash?",
        "Schedule Weekly KPIs for Friday noon",
        "Write me a poem about ducks",
        "delete the Warehouse project",
        "Send the results to Ana by email",
        "Book me a flight",
    ],
)
async def test_what_no_workflow_does_is_said_and_not_forced(demo: Path, request_: str) -> None:
    outcome = await outcome_of(demo, "ask", request_)
    assert (outcome.status, outcome.journal) == (Status.REFUSED, [])
    assert outcome.next


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("thanks", "You are welcome"),
        ("Cheers, that was all!", "You are welcome"),
        ("what can you do", "How do I schedule a notebook?"),
        ("hello", "How do I schedule a notebook?"),
    ],
)
async def test_thanks_and_the_question_what_can_be_done_are_answered(
    demo: Path, request_: str, said: str
) -> None:
    outcome = await outcome_of(demo, "ask", request_)
    assert (outcome.status, outcome.question) == (Status.DONE, None)
    assert said in outcome.answer


async def test_a_name_within_a_figure_asks_which_of_both_is_meant(demo: Path) -> None:
    outcome = await outcome_of(demo, "ask", "sum of jobs by sector group")
    assert outcome.status is Status.NEEDS_ANSWER
    assert [choice.split(":")[0] for choice in outcome.choices] == ["build_analysis", "run_and_inspect"]


async def test_a_bare_name_is_asked_about(demo: Path) -> None:
    outcome = await outcome_of(demo, "ask", "Monthly KPIs")
    assert outcome.status is Status.NEEDS_ANSWER
    assert [choice.split(":")[0] for choice in outcome.choices] == ["run_and_inspect", "tidy_notebook"]


async def test_it_says_which_workflow_and_why_in_one_line_behind_the_answer(demo: Path) -> None:
    outcome = await outcome_of(demo, "ask", "How do I schedule a notebook?")
    assert outcome.answer.splitlines()[-1] == "Done by docs_qa (it says “How do I”)."


async def test_a_chain_carries_the_notebook_and_the_result_and_keeps_one_journal(
    demo: Path, tmp_path: Path
) -> None:
    request = "Which notebooks query our Snowflake warehouse, and then add a note with the result at the top of Meeting notes"
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        outcome = await outcome_on(context, "ask", request)
        assert outcome.status is Status.DONE, outcome.answer
        assert [entry.tool for entry in outcome.journal] == ["create_block"]
        first = (await contents(context, "Meeting notes"))[0]
    assert "Customer orders" in first
    assert RESULT not in first


async def test_a_step_that_fails_ends_the_chain_and_the_rest_is_named(demo: Path) -> None:
    outcome = await outcome_of(
        demo, "ask", "Run Quarterly board pack, then add a note with what changed at the top"
    )
    assert outcome.status is not Status.DONE
    assert "Not done, because the step before did not come to its end: tidy_notebook." in outcome.answer
    assert outcome.journal == []


CHAIN = "Move the imports of Scratchpad to the top, then which notebooks query snowflake, then add a note with the result at the top of Meeting notes"


async def test_each_writing_step_of_a_chain_asks_for_itself_and_a_no_keeps_what_was_done(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=Policy()) as context:
        before = await picture(context.tools)
        runner = in_memory("ask", context)
        waiting = await runner.start(CHAIN)
        assert isinstance(waiting, Waiting)
        assert [write["tool"] for write in waiting.payload["writes"]] == ["reorder_notebook_blocks"]
        waiting = await runner.resume(True)
        assert isinstance(waiting, Waiting)
        assert waiting.payload["writes"][0]["tool"] == "create_block"
        assert "Customer orders" in str(waiting.payload["writes"])
        ended = await runner.resume("no")
        assert isinstance(ended, Ended)
        assert ended.outcome.status is Status.DENIED
        assert [entry.tool for entry in ended.outcome.journal] == ["reorder_notebook_blocks"]
        await undo(ended.outcome.journal, context.tools)
        assert await picture(context.tools) == before


async def test_a_chain_is_undone_as_a_whole_but_for_what_no_tool_takes_back(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        before = await contents(context, "Scratchpad")
        outcome = await outcome_on(context, "ask", CHAIN)
        assert outcome.status is Status.DONE, outcome.answer
        steps = [entry.step for entry in outcome.journal]
        assert steps == sorted(set(steps))
        done = await undo(outcome.journal, context.tools)
        assert await contents(context, "Scratchpad") == before
        assert (len(done.restored), len(done.lasting)) == (1, 1)


async def test_a_spent_budget_ends_a_chain_with_what_was_done_and_what_was_not(
    demo: Path, tmp_path: Path
) -> None:
    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        whole = await outcome_on(context, "ask", CHAIN)
        assert whole.status is Status.DONE
    async with context_on(
        copied(demo, tmp_path / "again"), policy=YES, limit=whole.tool_calls - 2
    ) as context:
        outcome = await outcome_on(context, "ask", CHAIN)
    assert outcome.status is Status.OUT_OF_BUDGET
    assert outcome.journal[0].tool == "reorder_notebook_blocks"
    assert len(outcome.journal) <= len(whole.journal)


@pytest.mark.parametrize(
    ("request_", "offered"),
    [
        ("kpis", ["run_and_inspect", "tidy_notebook"]),
        ("do the thing from yesterday", "all"),
        ("can you speed that up?", "all"),
    ],
)
async def test_when_unsure_it_lists_what_it_hesitates_between(
    demo: Path, request_: str, offered: list[str] | str
) -> None:
    outcome = await outcome_of(demo, "ask", request_)
    assert (outcome.status, outcome.journal) == (Status.NEEDS_ANSWER, [])
    named = [choice.split(":")[0] for choice in outcome.choices]
    assert named == ([name for name in WORKFLOWS if name != "ask"] if offered == "all" else offered)


async def test_a_step_that_hangs_on_a_finding_is_left_where_nothing_is_found(demo: Path) -> None:
    outcome = await outcome_of(
        demo, "ask", "Does anyone query the Nowhere database? If so, build an analysis of jobs by year"
    )
    assert outcome.status is not Status.DONE
    assert outcome.journal == []


async def test_a_question_for_the_documentation_is_passed_on_in_its_own_language() -> None:
    question = WhichWorkflow(
        request="Comment créer une clé API ?",
        workflows=[WorkflowCard(name="docs_qa", does="answers", example="How?")],
    )
    assert [step.request for step in which_workflow(question).steps] == ["Comment créer une clé API ?"]


@pytest.mark.parametrize(
    ("request_", "steps"),
    [
        (
            "Rerun Weekly KPIs, and which tables does it read?",
            ["Rerun Weekly KPIs", "which tables does Weekly KPIs read?"],
        ),
        (
            "Which is the weekly notebook? Run that one and say what moved.",
            ["Run the weekly notebook and say what moved"],
        ),
        ("Run Weekly KPIs. If anything moved, let me know.", ["Run Weekly KPIs"]),
    ],
)
async def test_a_part_that_points_at_another_is_given_what_it_points_at(
    request_: str, steps: list[str]
) -> None:
    found = which_workflow(question_of(request_))
    assert [step.request for step in found.steps] == steps


async def test_a_condition_with_a_number_is_no_condition_on_being_told() -> None:
    found = which_workflow(question_of("Run Weekly KPIs. If NASDAQ is above 7000, tell me."))
    assert found.steps == []
    assert "above 7000" in found.unclear


async def test_whoever_asks_what_can_be_asked_gets_the_list(demo: Path) -> None:
    outcome = await outcome_of(demo, "ask", "Hello, I'm new here. What can I ask you for?")
    assert (outcome.status, outcome.journal) == (Status.DONE, [])
    assert all(f"({name})" in outcome.answer for name in WORKFLOWS)


@pytest.mark.parametrize(
    ("request_", "steps", "undone"),
    [
        (
            "Refresh Weekly KPIs. Should it break, write 'look here' into Scratchpad, otherwise leave it alone.",
            [("run_and_inspect", "always"), ("tidy_notebook", "failed")],
            [],
        ),
        (
            "Does anybody query Market data? When nobody does, note 'unused' at the top of Scratchpad",
            [("audit_integrations", "always"), ("tidy_notebook", "not found")],
            [],
        ),
        (
            "Rerun Monthly KPIs and write the changes into Scratchpad, but only if something moved",
            [("run_and_inspect", "always"), ("tidy_notebook", "changed")],
            [],
        ),
        (
            "Delete Index levels, and then run Weekly KPIs",
            [("run_and_inspect", "always")],
            ["Delete Index levels"],
        ),
        ("Who queries Market data? Just the names", [("audit_integrations", "always")], ["Just the names"]),
        (
            "Add a note to Scratchpad — no wait, rename the heading Findings to Results",
            [("tidy_notebook", "always")],
            [],
        ),
    ],
)
async def test_conditions_and_what_no_workflow_does_are_kept(
    request_: str, steps: list[tuple[str, str]], undone: list[str]
) -> None:
    question = question_of(request_)
    found = which_workflow(question)
    assert question.problems(found) == []
    assert [(step.workflow, step.only_if) for step in found.steps] == steps
    assert found.undone == undone


@pytest.mark.parametrize(
    ("only_if", "status", "changes", "done"),
    [
        ("failed", Status.FAILED, None, True),
        ("failed", Status.DONE, 0, False),
        ("succeeded", Status.FAILED, None, False),
        ("changed", Status.DONE, 2, True),
        ("changed", Status.DONE, None, False),
        ("changed", Status.FAILED, 2, False),
        ("unchanged", Status.DONE, 0, True),
        ("unchanged", Status.DONE, 3, False),
    ],
)
async def test_a_condition_is_decided_by_what_the_run_came_to(
    only_if: Condition, status: Status, changes: int | None, done: bool
) -> None:
    source = Source(tool="get_run", run_id="r")
    counted = [Claim(text="blocks compared", value=4, source=source)] if changes is not None else []
    if changes:
        counted.append(Claim(text="changes found", value=changes, source=source))
    ran = Outcome(workflow="run_and_inspect", status=status, answer="Ran.", claims=counted)
    note = RouteStep(workflow="tidy_notebook", request="add a note", only_if=only_if)
    why = unmet(note, [ran])
    assert (why == "") is done
    assert done or "so this was not done: add a note" in why


async def test_what_is_not_done_is_said_beside_what_is(demo: Path) -> None:
    outcome = await outcome_of(demo, "ask", "Who queries Market data? And order me a pizza, please")
    assert "Weekly KPIs" in outcome.answer
    assert "Not done: “order me a pizza, please”: no workflow was found for it." in outcome.answer


async def test_a_plan_names_the_steps_that_come_behind_it(demo: Path, tmp_path: Path) -> None:
    policy = Policy(approval=Approval.PLAN_ONLY)
    async with context_on(copied(demo, tmp_path / "workspace"), policy=policy) as context:
        outcome = await outcome_on(context, "ask", CHAIN)
    assert outcome.status is Status.PLANNED
    assert outcome.plan is not None
    later = [line for line in outcome.plan["summary"] if line.startswith("Then ")]
    assert [line.split()[1].rstrip(",") for line in later] == ["audit_integrations", "tidy_notebook"]


def test_the_failing_block_is_the_one_that_the_step_before_stopped_at() -> None:
    failed = Outcome(
        workflow="run_and_inspect", status=Status.FAILED, answer="It stopped at block 3 (import x) with `E`."
    )
    assert pointed_at("put a note above the failing cell", [failed]) == "put a note above block 3"
    assert pointed_at("a note below the block that failed", [failed]) == "a note below block 3"
    assert pointed_at("put a note above the failing cell", []) == "put a note above the failing cell"
