"""A second request on the thread of an analysis: what it takes out, and what it leaves as it was."""

import pytest
from test_account import JOBS, PRICES

from agents.asks.build_analysis import ColumnCard, Outline, Part, Sketch
from agents.asks.period import find_period
from agents.rules.build_analysis import outline


def read(request: str, earlier: Sketch | None = None) -> Sketch:
    question = Outline(request=request, tables=(JOBS, PRICES), earlier=earlier)
    answer = outline(question)
    assert question.problems(answer) == []
    return answer


@pytest.mark.parametrize(
    "request_",
    [
        "drop construction again",
        "the same without construction",
        "take construction out",
        "please remove construction from the chart",
        "Now minus construction",
        "leave out construction",
        "I don't need construction any more",
    ],
)
def test_a_series_that_is_taken_out_leaves_the_others(request_: str) -> None:
    first = read("manufacturing and construction jobs since 2010")
    more = read(request_, first)
    assert more.verdict == "build"
    assert [*more.keep, *more.measures] == ["manufacturing"]
    assert more.period == first.period


def test_a_series_that_is_not_there_is_not_taken_out() -> None:
    first = read("manufacturing jobs since 2010")
    assert read("drop construction", first).verdict == "refuse"
    assert read("drop manufacturing", first).verdict == "refuse"


@pytest.mark.parametrize(
    "request_", ["remove the volatility part", "delete the volatility chart", "drop the volatility"]
)
def test_no_block_is_deleted_and_none_is_added_instead(request_: str) -> None:
    answer = read(request_, read("drawdown and volatility of the two indexes since 2015"))
    assert answer.verdict == "refuse"
    assert "no tool of the workspace deletes a block" in answer.why


@pytest.mark.parametrize(
    "request_",
    [
        "Compare the two indexes since 2015, show drawdown and volatility, but leave out correlation",
        "Compare the two indexes since 2015 with drawdown and volatility, without correlation",
        "drawdown and volatility of the two indexes since 2015, no need for returns; skip the correlation",
    ],
)
def test_a_part_that_is_not_wanted_is_not_made(request_: str) -> None:
    answer = read(request_)
    assert {Part.DRAWDOWN, Part.VOLATILITY} <= set(answer.parts)
    assert not {Part.CORRELATION, Part.RETURNS} & set(answer.parts)
    assert answer.unanswered == []


@pytest.mark.parametrize(
    ("first", "request_", "years"),
    [
        ("2007-2009", "Now extend the window to 2013", "2007-01-01 to 2013-12-31"),
        ("2007-2009", "and up to 2011", "2007-01-01 to 2011-12-31"),
        ("2007-2009", "stretch the period until June 2012", "2007-01-01 to 2012-06-30"),
        ("2007-2009", "let it end in 2011", "2007-01-01 to 2011-12-31"),
        ("in 2009", "make it start in 2007", "2007-01-01 to 2009-12-31"),
        ("2007-2009", "go back to 2006", "2006-01-01 to 2009-12-31"),
        ("since 2007", "only until 2011", "2007-01-01 to 2011-12-31"),
        ("2007-2009", "now for 2013", "2013-01-01 to 2013-12-31"),
        ("2007-2009", "show 2010 to 2012 instead", "2010-01-01 to 2012-12-31"),
        ("2007-2009", "now since 2012", "2012-01-01 to None"),
        ("2007-2009", "from 2008 until now", "2008-01-01 to None"),
    ],
)
def test_a_window_of_which_one_end_is_named_keeps_the_other(first: str, request_: str, years: str) -> None:
    more = read(request_, read(f"manufacturing and construction jobs {first}"))
    found = find_period(more.period)
    assert found is not None
    assert f"{found.period.start} to {found.period.end}" == years


SECTORS = JOBS.model_copy(
    update={
        "ref": "Labour/by_sector",
        "name": "by_sector",
        "columns": (
            ColumnCard(name="month", type="DATE", role="time", first="2006-01-01", last="2015-12-01"),
            ColumnCard(name="sector", type="VARCHAR", role="category", values=("nonfarm", "construction", "manufacturing", "government"), distinct=4),
            ColumnCard(name="jobs", type="DOUBLE", role="measure"),
        ),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "request_",
    [
        "also show the share of total employment",
        "add their share of all jobs",
        "what share of nonfarm is that?",
    ],
)
def test_shares_of_the_total_are_not_those_of_the_few_that_are_shown(request_: str) -> None:
    first = outline(Outline(request="construction and manufacturing jobs since 2010", tables=(SECTORS,)))
    more = outline(Outline(request=request_, tables=(SECTORS,), earlier=first))
    assert (more.whole, more.parts) == ("nonfarm", [Part.BREAKDOWN])
    assert more.keep == ["construction", "manufacturing", "nonfarm"]
