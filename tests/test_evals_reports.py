"""Statistics over trials, the comparison with a baseline, and the reports."""

import datetime
import io
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.console import Console

from evals.bridges import dataset, inspect_log
from evals.errors import Usage
from evals.reports.causes import causes, parts_of
from evals.reports.junit import junit
from evals.reports.page import page
from evals.reports.report import Report, compare, make_report, read_report, trend, write_report
from evals.reports.terminal import show
from evals.reports.ways import Side, compared
from evals.run import exit_code
from evals.scores import Result, Score, State, Step
from evals.session import find_sessions, read_session
from evals.tape import Sides
from evals.trials import clustered, pass_all, pass_at, summary, wilson

WHEN = datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC)


def a_result(title: str = "one", state: State = State.PASSED, trial: int = 1, **more: Any) -> Result:
    fields = {
        "session": f"w/{title}",
        "workflow": "w",
        "mode": "tape",
        "model": "offline",
        "tool_calls": 10,
        "seconds": 0.1,
    }
    return Result(**{**fields, "state": state, "trial": trial, **more})  # type: ignore[arg-type]


def a_report(*results: Result) -> Report:
    return make_report(results, started=WHEN, mode="tape", wall=1.0)


@given(some.integers(1, 12), some.data())
def test_pass_at_k_and_pass_all_k_are_the_shares_of_all_draws(trials: int, data: some.DataObject) -> None:
    passes = data.draw(some.integers(0, trials))
    k = data.draw(some.integers(1, trials))
    from itertools import combinations

    draws = list(combinations([True] * passes + [False] * (trials - passes), k))
    assert math.isclose(pass_at(trials, passes, k), sum(any(draw) for draw in draws) / len(draws))
    assert math.isclose(pass_all(trials, passes, k), sum(all(draw) for draw in draws) / len(draws))


def test_more_draws_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match=r"pass@3 needs 3 trials, there are 2"):
        pass_at(2, 1, 3)
    with pytest.raises(ValueError, match=r"pass\^3 needs 3 trials"):
        pass_all(2, 1, 3)


def test_the_wilson_interval_is_the_published_one() -> None:
    low, high = wilson(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10).high == pytest.approx(1.0)


def test_the_interval_of_a_mean_takes_sessions_not_trials_as_independent() -> None:
    few = clustered([0.0, 1.0, 0.5])
    assert few.low < 0.2
    assert few.high > 0.8


def test_infrastructure_errors_are_no_trials() -> None:
    results = [
        a_result(trial=1),
        a_result(trial=2, state=State.INFRASTRUCTURE),
        a_result("two", State.FAILED),
    ]
    sums = summary(results)
    assert (sums.sessions, sums.trials, sums.k, sums.infrastructure, sums.avg) == (2, 2, 1, 1, 0.5)


def test_k_trials_give_avg_pass_at_and_pass_all() -> None:
    results = [a_result(trial=n, state=State.PASSED if n != 2 else State.FAILED) for n in (1, 2, 3)]
    results += [a_result("two", trial=n) for n in (1, 2, 3)]
    sums = summary(results)
    assert (sums.k, round(sums.avg, 4), sums.at, sums.all) == (3, 0.8333, 1.0, 0.5)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([State.PASSED], 0),
        ([State.PASSED, State.FAILED], 1),
        ([State.FAILED, State.DRIFT], 3),
        ([State.INFRASTRUCTURE], 1),
    ],
)
def test_the_exit_code_says_how_it_went(states: list[State], code: int) -> None:
    assert exit_code(a_report(*(a_result(str(n), state) for n, state in enumerate(states)))) == code


def test_the_gate_names_what_passed_before_and_figures_that_grew() -> None:
    before = a_report(a_result(input_tokens=100), a_result("two"))
    now = a_report(a_result(state=State.FAILED, input_tokens=300), a_result("two"))
    changes, broken = compare(now, before)
    assert broken == ["w/one|tape|offline|1"]
    assert {change.figure: change.worse for change in changes} == {
        "pass_rate": True,
        "tool_calls": False,
        "model_calls": False,
        "tokens": True,
    }
    changes, broken = compare(before, before)
    assert not broken
    assert not any(change.worse for change in changes)


def test_the_noise_of_repeated_trials_is_taken_into_account() -> None:
    def trials(passes: int, of: int) -> Report:
        return a_report(
            *(
                a_result(trial=n, state=State.PASSED if n <= passes else State.FAILED)
                for n in range(1, of + 1)
            )
        )

    rate = compare(trials(8, 10), trials(9, 10))[0][0]
    assert not rate.worse
    assert rate.noise > 0.1
    assert compare(trials(2, 10), trials(9, 10))[0][0].worse


def test_a_report_is_read_back_and_what_is_none_is_refused(tmp_path: Path) -> None:
    report = a_report(a_result(), a_result("two", State.DRIFT, drift="nodes[2]: recorded 'a', got 'b'"))
    write_report(report, tmp_path / "deep" / "r.json")
    assert read_report(tmp_path / "deep" / "r.json") == report
    for text, says in (
        ("{}", r"of version 1 \(it says None\)"),
        ('{"version": 2}', r"it says 2"),
        ('{"version": 1}', "started: Field req"),
    ):
        (tmp_path / "other.json").write_text(text)
        with pytest.raises(Usage, match=says):
            read_report(tmp_path / "other.json")
    with pytest.raises(Usage, match="there is no report"):
        read_report(tmp_path / "gone.json")


PROMPT = "The model request /chat is not on the tape. Nearest is recording {}; first difference at messages[{}].content line 3: recorded …'is material.'…, got …'is matter.'…. It comes from agents/prompts/preamble.md:3."


def test_one_reason_is_told_once_with_every_session_that_it_broke() -> None:
    results = [
        a_result("a"),
        a_result("b", State.DRIFT, drift=PROMPT.format(6, 0)),
        a_result("c", State.DRIFT, drift="calls[2] look.result.n: recorded 1, got 2"),
        a_result("d", State.DRIFT, drift=PROMPT.format(9, 4)),
        a_result("e", State.DRIFT, drift="calls[7] look.result.n: recorded 1, got 2"),
        a_result("f", State.DRIFT, drift="calls[7] look.result.n: recorded 1, got 3"),
        a_result("g", State.DRIFT, drift="Dropped: call 2, look, was never made."),
    ]
    assert [cause.names for cause in causes(results)] == [["w/b", "w/d"], ["w/c", "w/e"], ["w/f"], ["w/g"]]
    parts = parts_of(PROMPT.format(6, 0))
    assert parts is not None
    assert (parts.field, parts.place) == ("messages[0].content line 3", "agents/prompts/preamble.md:3")
    assert [[part.text for part in side if not part.same] for side in (parts.recorded, parts.got)] == [
        ["material"],
        ["matter"],
    ]
    out = io.StringIO()
    show(a_report(*results), Console(file=out, width=300))
    assert out.getvalue().count("preamble.md:3") == 1
    assert "The same in 1 more: w/d" in out.getvalue()
    now, before = a_report(*results), a_report(a_result("b"))
    html = page(now, [], *compare(now, before))
    assert "<del>material</del>" in html
    assert "<ins>matter</ins>" in html
    assert '<a href="#w/b|tape|offline|1">w/b</a>' in html


def test_graph_and_agent_are_compared_over_the_requests_that_both_were_given() -> None:
    def one(
        title: str, way: str, calls: int, tokens: int, state: State = State.PASSED, trial: int = 1
    ) -> Result:
        return a_result(
            title, state, trial, way=way, mode="live", model="m", model_calls=calls, input_tokens=tokens
        )

    report = a_report(
        one("a", "graph", 1, 100), one("a", "agent", 4, 1000, State.FAILED),
        one("b", "graph", 2, 300), one("b", "graph", 4, 500, trial=2), one("b", "agent", 6, 3000),
        one("c", "graph", 9, 9000), one("c", "agent", 9, 9, State.INFRASTRUCTURE),
    )  # fmt: skip
    (row,) = compared(report.results)
    assert (row.model, row.workflow, row.requests) == ("m", "w", 2)
    assert row.graph == Side(3, 3, 4.0, 500.0, 20.0)
    assert row.agent == Side(1, 2, 10.0, 4000.0, 20.0)
    assert (row.calls_share, row.tokens_share) == (0.4, 0.125)
    assert (report.totals.trials, report.totals.failed) == (4, 0)
    assert "Graph against agent" in page(report, [])
    assert len({result.key for result in report.results}) == 7


def test_junit_has_a_case_for_each_session_and_tells_failures_from_errors() -> None:
    failed = Score(name="status", state=State.FAILED, reason="failed, but done was expected \x00.")
    report = a_report(
        a_result(),
        a_result("two", State.FAILED, scores=[failed]),
        a_result("three", State.DRIFT, drift="calls[0]: <x> & 'y'"),
        a_result("four", State.INFRASTRUCTURE, error="HTTP 503"),
    )
    root = Xml.fromstring(junit(report))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "2", "1")
    said = {
        case.get("name", "").split()[0]: [(part.tag, part.get("type")) for part in case] for case in suite
    }
    assert said == {
        "one": [],
        "two": [("failure", "score")],
        "three": [("failure", "drift")],
        "four": [("error", "infrastructure")],
    }


def test_the_page_stands_alone_and_escapes_what_sessions_say(tmp_path: Path) -> None:
    step = Step(kind="call", name="create_block", detail='{"content": "<img src=x onerror=alert(1)>"}')
    report = a_report(
        a_result(request="<script>alert(2)</script>", timeline=[step], answer="</div>"),
        a_result("two", State.DRIFT, drift="a < b"),
    )
    trend(tmp_path, report)
    text = page(report, trend(tmp_path, report), compare(report, report)[0])
    assert "<script>alert(2)" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;alert(2)" in text
    for outside in ('src="http', 'href="http', "@import", "<link", "url("):
        assert outside not in text
    assert "1 of 2 sessions did not pass" in text
    assert "The last 2 runs" in text


def test_the_terminal_shows_each_reason_under_the_table() -> None:
    out = io.StringIO()
    failed = Score(name="budget", state=State.FAILED, reason="writes: 1 is more than 0.")
    show(a_report(a_result(), a_result("two", State.FAILED, scores=[failed])), Console(file=out, width=140))
    text = out.getvalue()
    assert "failed budget: writes: 1 is more than 0." in text
    assert text.strip().endswith("2 sessions, tape mode: 1 passed, 1 failed in 1.0 s")


def test_sessions_and_reports_have_the_forms_of_other_tools() -> None:
    folder = Path(__file__).parent / "example_project" / "sessions"
    sides = Sides(folder)
    cases = dataset(read_session(one, sides) for one in find_sessions(folder))["cases"]
    assert [case["name"] for case in cases] == ["triage/charged_twice", "triage/denied"]
    assert cases[0]["expected_output"] == {"queue": "billing", "number": 101}
    log = inspect_log(
        a_report(
            a_result(),
            a_result("two", State.DRIFT, drift="nodes[2]: …"),
            a_result("three", State.INFRASTRUCTURE),
        )
    )
    assert [sample["scores"]["session"]["value"] for sample in log["samples"]] == ["C", "N", "I"]
    assert log["results"]["scores"][0]["metrics"]["accuracy"]["value"] == 0.5
