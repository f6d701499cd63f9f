"""The door reads a clause before it weighs signs: a question starts nothing, a quotation says nothing, a condition is never lost."""

import pytest
from test_ask import question_of

from agents.asks.ask import Condition
from agents.rules.ask import which_workflow
from agents.rules.ask_clause import clause_of, clear_kind


def steps(request: str) -> list[tuple[str, Condition]]:
    question = question_of(request)
    found = which_workflow(question)
    assert question.problems(found) == []
    return [(step.workflow, step.only_if) for step in found.steps]


@pytest.mark.parametrize(
    ("text", "asks", "said"),
    [
        ("Which notebooks read ‘Weekly KPIs’?", True, "Which notebooks read ⟨notebook⟩?"),
        ("Add 'who reads it?' on top of Scratchpad", False, "Add ⟨text⟩ on top of ⟨notebook⟩"),
        ("Could you run the volatility one?", False, "run the volatility one?"),
        ("tell me who uses Market data", True, "who uses ⟨integration⟩"),
    ],
)
def test_names_and_quotations_are_put_aside(text: str, asks: bool, said: str) -> None:
    clause = clause_of(text, question_of(text))
    assert (clause.asks, clause.said) == (asks, said)


@pytest.mark.parametrize(
    "request_",
    [
        "Is there gold in our data?",
        "Until when do we have employment figures?",
        "What is stored about wages in our tables?",
        "Have we got customer names anywhere in the database?",
        "Could a teammate's notebook read my key?",
        "Why was my run stopped?",
        "Did Scratchpad crash the last time?",
        "Are there passwords in anybody's code?",
        "Which block deletes rows?",
        "When does the price history begin?",
    ],
)
def test_a_question_calls_for_no_workflow_that_builds_or_tidies(request_: str) -> None:
    assert {name for name, _ in steps(request_)} <= {"audit_integrations", "docs_qa", "run_and_inspect"}
    assert clear_kind(request_, question_of(request_)) not in ("build_analysis", "tidy_notebook")


@pytest.mark.parametrize(
    "request_",
    [
        "Put 'Which notebooks use Snowflake?' at the end of Scratchpad",
        "Mark the 'Find out who reads the archive' todo as done",
        "Append 'Run Weekly KPIs every Monday' to Scratchpad",
    ],
)
def test_words_in_quotation_marks_call_for_nothing(request_: str) -> None:
    assert [name for name, _ in steps(request_)] == ["tidy_notebook"]


@pytest.mark.parametrize(
    ("request_", "only_if"),
    [
        ("Run Weekly KPIs and, should it fail, put 'bad' on top of Scratchpad", "failed"),
        ("Run Weekly KPIs and assuming it works, put 'ok' on top of Scratchpad", "succeeded"),
        ("Run Weekly KPIs, add 'ok' on top of Scratchpad if it worked", "succeeded"),
        ("Run Weekly KPIs and so long as nothing changed, write 'no news' on top of Scratchpad", "unchanged"),
        ("rnu weekly kpis and if it failed put a note on top saying so", "failed"),
    ],
)
def test_a_condition_between_commas_is_not_lost(request_: str, only_if: Condition) -> None:
    assert steps(request_) == [("run_and_inspect", "always"), ("tidy_notebook", only_if)]


def test_each_notebook_has_a_step_of_its_own() -> None:
    question = question_of("In Weekly KPIs add the note 'a' at the top, then in Scratchpad add the note 'b' at the end")  # fmt: skip
    assert [step.request for step in which_workflow(question).steps] == [
        "In Weekly KPIs add the note 'a' at the top",
        "in Scratchpad add the note 'b' at the end",
    ]
    assert [name for name, _ in steps("Run Weekly KPIs and Index levels")] == ["run_and_inspect"] * 2


@pytest.mark.parametrize(
    ("request_", "last"),
    [
        ("Run Weekly KPIs, then add a note at the top of it with the last closes", "add a note “⟪result⟫” at the top"),
        ("Make a project 'Jobs' about retail, then add a note to Scratchpad, at the end, saying it exists", "add a note “The project Jobs exists” to Scratchpad at the end"),
    ],
)  # fmt: skip
def test_what_a_note_is_to_hold_comes_from_the_step_before(request_: str, last: str) -> None:
    assert which_workflow(question_of(request_)).steps[-1].request == last
