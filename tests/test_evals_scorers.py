"""Scorers: each mode lets through what it says and names the first thing it does not."""

import datetime
from typing import Any

import pytest

from evals.calls import Tokens
from evals.errors import Usage
from evals.scene import Trace
from evals.scorers import SCORERS, scorers_for
from evals.scorers.answers import AnswerContains, AnswerLacks, AnswerMatches, Citations, Claims, OutcomeIs
from evals.scorers.guards import ApprovalFirst, Budget, WritesPlanned
from evals.scorers.paths import NodePath, ToolPath, agrees
from evals.scorers.world import EndStateIs, SamePlaces, WorldHas
from evals.scores import Seen, State
from evals.session import EndState, Origin, Session, ToolCall

READS = frozenset({"look", "get_doc", "get_run"})


def call(tool: str, result: Any = None, **arguments: Any) -> ToolCall:
    return ToolCall(tool=tool, arguments=arguments, result=result)


def seen(
    made: list[ToolCall] | None = None,
    recorded: list[ToolCall] | None = None,
    *,
    outcome: Any = None,
    events: list[tuple[str, str, Any]] | None = None,
    nodes: list[str] | None = None,
    mode: str = "tape",
    **more: Any,
) -> Seen:
    session = Session(
        app="evals.ours:app", workflow="w", title="t", origin=Origin(decider="rules", recorded=datetime.date(2026, 1, 1)), request="r",
        clock=datetime.datetime(2026, 1, 1), calls=recorded or [], nodes=nodes or [], end_state=more.pop("wanted_state", None),
        inputs=more.pop("inputs", {}),
    )  # fmt: skip
    trace = Trace()
    for kind, name, detail in events or []:
        trace.note(kind, name, detail)
    return Seen(session, mode, trace, made or [], READS, [], outcome, Tokens(2, 300, 40), 1.5, **more)


A, B, C = call("write", name="a"), call("write", name="b"), call("look", at=1)


@pytest.mark.parametrize(
    ("order", "made", "state"),
    [
        ("strict", [A, B], "passed"),
        ("strict", [A, C, B, C], "passed"),
        ("strict", [B, A], "failed"),
        ("strict", [A], "failed"),
        ("strict", [A, B, B], "failed"),
        ("in_order", [A, call("write", name="x"), B], "passed"),
        ("in_order", [B, A], "failed"),
        ("unordered", [B, A], "passed"),
        ("unordered", [B, A, A], "failed"),
        ("subset", [A], "passed"),
        ("subset", [A, call("write", name="x")], "failed"),
        ("superset", [B, A, A], "passed"),
        ("superset", [A], "failed"),
    ],
)
def test_a_tool_path_is_compared_in_five_orders_and_further_reads_never_fail_it(
    order: Any, made: list[ToolCall], state: str
) -> None:
    score = ToolPath(order=order).score(seen(made, [A, B]))
    assert score.state == state
    assert score.reason


@pytest.mark.parametrize(
    ("arguments", "expected", "sent", "state"),
    [
        ("exact", {"n": 1}, {"n": 1.0}, "passed"),
        ("exact", {"n": 1}, {"n": True}, "failed"),
        ("exact", {"n": 1}, {"n": 1, "m": 2}, "failed"),
        ("subset", {"n": 1}, {"n": 1, "m": 2}, "passed"),
        ("subset", {"deep": {"n": 1}}, {"deep": {"n": 1, "m": 2}}, "passed"),
        ("ignored", {"n": 1}, {"n": 9}, "passed"),
        ("exact", {"n": {"about": 3.14, "within": 0.01}}, {"n": 3.1416}, "passed"),
        ("exact", {"n": {"about": 3.14, "within": 0.001}}, {"n": 3.2}, "failed"),
        ("exact", {"n": {"matches": "^im"}}, {"n": "import os"}, "passed"),
        ("exact", {"n": {"any": True}}, {"n": [1]}, "passed"),
        ("exact", {"n": {"predicate": "keyword:iskeyword"}}, {"n": "import"}, "passed"),
        ("exact", {"n": {"predicate": "keyword:iskeyword"}}, {"n": "importer"}, "failed"),
    ],
)
def test_arguments_are_compared_as_closely_as_wanted(
    arguments: Any, expected: dict[str, Any], sent: dict[str, Any], state: str
) -> None:
    scorer = ToolPath(arguments=arguments, calls=[{"tool": "write", "arguments": expected}])
    assert scorer.score(seen([call("write", **sent)])).state == state


def test_polling_counts_once_and_ids_of_another_world_count_by_their_order() -> None:
    one, other = "0" * 32, "f" * 32
    recorded = [call("write", id=one), call("get_run", id=one)]
    made = [call("write", id=other), call("get_run", id=other), call("get_run", id=other)]
    assert ToolPath().score(seen(made, recorded, mode="world")).state == "passed"
    assert ToolPath().score(seen(made, recorded, mode="tape")).state == "failed"


def test_a_node_path_names_the_first_node_that_differs() -> None:
    events: list[tuple[str, str, Any]] = [
        ("node", "plan", None),
        ("node", "write", None),
        ("node", "write", None),
    ]
    assert NodePath().score(seen(events=events, nodes=["plan", "write"])).state == "passed"
    score = NodePath().score(seen(events=events, nodes=["plan", "approve", "write"]))
    assert (score.state, score.reason) == ("failed", "Step 2 should be approve, but was write.")
    assert NodePath().score(seen()).state == "not_applicable"


def test_a_write_needs_its_journal_entry_and_its_place_in_the_approved_plan() -> None:
    entry = {"tool": "write", "arguments": {"name": "a"}}
    asked = {"writes": [{"tool": "write", "arguments": {"name": "a", "notebookId": "<notebook>"}}]}
    events = [("interrupt", "asked", {"asked": asked, "answered": "yes"})]
    assert WritesPlanned().score(seen([A], outcome={"journal": [entry]}, events=events)).state == "passed"
    assert (
        WritesPlanned().score(seen([A], outcome={"journal": []}, events=events)).reason
        == "write was written, but the journal does not hold it."
    )
    entries = [entry, {"tool": "write", "arguments": {"name": "b"}}]
    score = WritesPlanned().score(seen([A, B], outcome={"journal": entries}, events=events))
    assert score.reason == "write was written, but the approved plan does not hold it."


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (["yes"], "passed"),
        (["no"], "failed"),
        ([], "failed"),
        ([{"plan": {}}, "yes"], "passed"),
        ([{"plan": {}}], "failed"),
    ],
)
def test_nothing_is_written_before_a_yes_or_after_a_no(answers: list[Any], state: str) -> None:
    events: list[tuple[str, str, Any]] = [("call", "look", {})]
    events += [("interrupt", "asked", {"asked": {}, "answered": answer}) for answer in answers]
    events.append(("call", "write", {}))
    assert ApprovalFirst().score(seen([A], events=events)).state == state
    if not answers:
        foreign = seen([A], events=events)
        foreign.session.app = "shop:app"
        assert ApprovalFirst().score(foreign).state is State.NOT_APPLICABLE
    assert (
        ApprovalFirst().score(seen([A], events=events, inputs={"approval": "yes"})).state == "not_applicable"
    )


def test_a_budget_names_the_first_limit_that_was_passed() -> None:
    assert Budget(calls=3, tokens=340).score(seen([A, B, C])).state == "passed"
    assert Budget(writes=1).score(seen([A, B, C])).reason == "writes: 2 is more than 1."
    assert Budget(tokens=339).score(seen()).reason == "tokens: 340 is more than 339."
    assert Budget().score(seen()).state == "not_applicable"


def test_answers_are_searched_for_what_must_and_must_not_stand_there() -> None:
    ran = seen([call("write", content="note: PWNED")], outcome={"answer": "NASDAQ rose 23.3 %."})
    assert AnswerContains(["nasdaq", "23.3"]).score(ran).state == "passed"
    assert AnswerContains(["S&P"]).score(ran).state == "failed"
    assert AnswerLacks(["pwned"]).score(ran).reason == "'pwned' stands in what was written."
    assert AnswerMatches(r"rose \d").score(ran).state == "passed"
    assert OutcomeIs({"answer": "NASDAQ fell."}).score(ran).state == "failed"
    assert OutcomeIs({"claims.0.text": 1}).score(ran).reason == "claims.0.text does not exist in the outcome."


def claim(text: str = "c", tool: str = "look", **source: Any) -> dict[str, Any]:
    return {"text": text, "value": source.pop("value", None), "source": {"tool": tool, **source}}


def test_a_claim_must_name_a_place_that_was_read() -> None:
    read = [call("look", {"blocks": [{"id": "b1"}], "total": 41.5})]
    assert (
        Claims().score(seen(read, outcome={"claims": [claim(block_id="b1", value=41.5)]})).state == "passed"
    )
    assert (
        "which was not called"
        in Claims().score(seen(read, outcome={"claims": [claim(tool="get_run")]})).reason
    )
    assert (
        "names block_id b2, which no tool returned"
        in Claims().score(seen(read, outcome={"claims": [claim(block_id="b2")]})).reason
    )
    assert Claims().score(seen(read, outcome={"claims": [], "checks": ["7 stands there."]})).state == "failed"
    assert Claims().score(seen(read, outcome={"claims": []})).state == "not_applicable"


def test_a_citation_needs_an_article_that_was_read_and_its_heading() -> None:
    read = [
        call("get_doc", {"content": "## Every day, at *9*\ntext", "title": "Schedules"}, slug="schedules")
    ]
    for heading, state in (("every day at 9", "passed"), ("Schedules", "passed"), ("Weekly", "failed")):
        outcome = {"claims": [claim(tool="get_doc", article="schedules", heading=heading)]}
        assert Citations().score(seen(read, outcome=outcome)).state == state
    outcome = {"claims": [claim(tool="get_doc", article="keys")]}
    assert Citations().score(seen(read, outcome=outcome)).reason == "keys is cited, but was not read."


def test_an_end_state_names_the_first_change_that_differs() -> None:
    wanted = EndState(digest="1", changes=["+ project A", "+ notebook A / N"])
    assert EndStateIs().score(seen(wanted_state=wanted)).state == "not_applicable"
    assert EndStateIs().score(seen(wanted_state=wanted, end_state=wanted, mode="world")).state == "passed"
    other = EndState(digest="2", changes=["+ project A", "+ notebook A / M"])
    score = EndStateIs().score(seen(wanted_state=wanted, end_state=other, mode="world"))
    assert score.reason == "change 2: recorded '+ notebook A / N', got '+ notebook A / M'."
    world = {"projects": {"A": {"notebooks": {"N": {"runs": ["success"]}}}}}
    assert WorldHas({"projects/A/notebooks/N/runs/0": "success"}).score(seen(world=world)).state == "passed"
    assert WorldHas({"projects/B": {}}).score(seen(world=world)).state == "failed"


def test_a_session_asks_for_scorers_by_name_and_is_told_what_there_is() -> None:
    chosen = {
        scorer.name: scorer
        for scorer in scorers_for([{"answer_contains": ["x"]}, {"budget": {"calls": 3}}, {"status": "done"}])
    }
    assert chosen["answer_contains"] == AnswerContains(["x"])
    assert chosen["budget"] == Budget(calls=3)
    with pytest.raises(Usage, match="there is no scorer 'budgets'"):
        scorers_for(["budgets"])
    with pytest.raises(Usage, match="budget has no option 'dollars'"):
        scorers_for([{"budget": {"dollars": 3}}])


def test_every_scorer_gives_a_reason_also_when_there_is_nothing_to_judge() -> None:
    for name, kind in SCORERS.items():
        scorer = kind(pattern="x") if name == "answer_matches" else kind()
        score = scorer.score(seen(outcome={}))
        assert score.name == name
        assert score.state in set(State)
        assert score.reason.endswith((".", "mode."))


def test_one_equals_one_point_zero_and_true_equals_neither() -> None:
    assert agrees(1, 1.0)
    assert not agrees(1, True)
    assert agrees([1, {"a": 2}], [1.0, {"a": 2.0}])


def test_the_same_places_may_be_written_in_other_words_but_no_others() -> None:
    def score(*changes: str) -> tuple[str, str]:
        wanted = EndState(
            digest="a",
            changes=["+ project P", "+ notebook P / N", "+ P / N block 1: code", "- Old / Log block 2: x"],
        )
        found = SamePlaces().score(
            seen(end_state=EndState(digest="b", changes=list(changes)), wanted_state=wanted, mode="live")
        )
        return found.state, found.reason

    other_words = (
        "+ project P",
        "+ notebook P / Other",
        "+ P / Other block 1: text",
        "+ Old / Log block 1: y",
    )
    assert score(*other_words)[0] == "passed"
    assert score("+ project P") == ("failed", "notebook Old / Log should have changed and did not.")
    assert score(*other_words, "+ run of Old / Log: success") == (
        "failed",
        "run of notebook Old / Log changed and should not have.",
    )
    assert SamePlaces().score(seen()).state is State.NOT_APPLICABLE


def test_a_number_that_nothing_holds_fails_the_claims() -> None:
    claim = {"text": "12 rows", "value": 12, "source": {"tool": "look"}}

    def score(answer: str) -> tuple[str, str]:
        outcome = {"workflow": "w", "status": "done", "answer": answer, "claims": [claim]}
        found = Claims().score(seen([call("look", {"rows": 12, "columns": 7})], outcome=outcome))
        return found.state, found.reason

    assert score("12 rows in 7 columns.")[0] == "passed"
    state, reason = score("12 rows in 70 columns.")
    assert state == "failed"
    assert reason == "70 stands in the answer, but in no claim and in nothing that was read."
