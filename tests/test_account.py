"""Requests whose every wish is answered or named: what the sketch takes in, and what it says that it leaves."""

import pytest

from agents.asks.build_analysis import Outline, Part, Sketch, TableCard
from agents.asks.tables import ColumnCard
from agents.rules.build_analysis import outline

SECTORS = ("construction", "government", "manufacturing", "nonfarm", "private", "retail_trade", "transportation_and_warehousing", "trade_transportation_utilities")  # fmt: skip
JOBS = TableCard(
    ref="Labour/jobs_by_sector", integration_id="1", integration="Labour", name="jobs_by_sector", rows=960, shape="series",
    columns=(
        ColumnCard(name="month", type="DATE", role="time", first="2006-01-01", last="2015-12-01", distinct=120),
        ColumnCard(name="sector", type="VARCHAR", role="category", values=SECTORS, distinct=len(SECTORS)),
        ColumnCard(name="jobs", type="DOUBLE", role="measure"),
    ),
)  # fmt: skip
PRICES = TableCard(
    ref="Markets/index_prices", integration_id="2", integration="Markets", name="index_prices", rows=10062, shape="prices",
    columns=(
        ColumnCard(name="date", type="DATE", role="time", first="1999-01-04", last="2018-12-31", distinct=5031),
        ColumnCard(name="index_name", type="VARCHAR", role="category", values=("NASDAQ Composite", "S&P 500"), distinct=2),
        ColumnCard(name="close", type="DOUBLE", role="measure"),
    ),
)  # fmt: skip


def read(request: str, earlier: Sketch | None = None) -> Sketch:
    answer = outline(Outline(request=request, tables=(JOBS, PRICES), earlier=earlier))
    assert answer.verdict == "build", answer.why
    return answer


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("the single worst month for jobs, in numbers: how many jobs were lost? no retail trade, just the total", {"keep": ["nonfarm"], "amounts": True}),
        ("Top 2 sectors that shed the most jobs from 2007 to 2010", {"amounts": True, "top": 2, "smallest": True}),
        ("in how many months did government employment drop?", {"keep": ["government"], "limit": {"of": "change", "than": "below", "number": 0}}),
        ("jobs by sector without construction", {"keep": [one for one in SECTORS if one != "construction"]}),
        ("Compare manufacturing jobs in the six months before March 2009 with the six months after", {"period": "2008-09-01–2009-02-28", "against": "2009-04-01 to 2009-09-30"}),
        ("transportation and retail trade, set to 100 in June 2009", {"keep": ["transportation_and_warehousing", "retail_trade"], "period": "since June 2009"}),
        ("rolling correlation of NASDAQ and S&P, window of 90", {"parts": [Part.CORRELATION, Part.REBASED], "moving": 90}),
        ("Has the sp500 done better than the nasdaq since 2010?", {"keep": [], "period": "since 2010"}),
        ("When did the S&P500 recover to its October 2007 high?", {"keep": ["S&P 500"], "period": "since October 2007", "parts": [Part.DRAWDOWN, Part.REBASED]}),
        ("What has the NASDAQ done since its March 2000 peak?", {"period": "since March 2000"}),
        ("Did the NASDAQ ever beat its March 2000 high again?", {"period": "since March 2000", "against": "", "parts": [Part.DRAWDOWN, Part.REBASED]}),
        ("Quels sont les emplois government de 2008 à 2012, en moyennes annuelles ?", {"keep": ["government"], "grain": "year", "average": True}),
        ("Has the NASDAQ regained what it lost in the financial crisis, and how long did it take?", {"period": "since 2006-12", "keep": ["NASDAQ Composite"]}),
    ],
)  # fmt: skip
def test_a_wording_is_read_as_it_is_meant(request_: str, wanted: dict[str, object]) -> None:
    said = read(request_).model_dump()
    assert {name: said[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("What is behind the fall of construction jobs in 2009?", "why it is so"),
        ("Were stocks more volatile in months when employment shrinks?", "as a condition"),
        ("Manufacturing jobs since 2010, and colour the weekends grey", "colour the weekends grey"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_named(request_: str, said: str) -> None:
    assert any(said in one for one in read(request_).unanswered), read(request_).unanswered


def test_rows_that_are_to_be_dropped_are_left_out_and_stay_in_the_data() -> None:
    sketch = read("Delete all index prices older than 2010, then show what is left of the S&P 500")
    assert sketch.period == "since 2010"
    assert any("stay in the data" in note for note in sketch.notes)


def test_a_request_that_is_answered_leaves_nothing_to_name() -> None:
    for request in (
        "How did retail trade employment develop since 2010?",
        "Which months were the best and worst for the S&P 500?",
        "government employment as a percentage of nonfarm",
        "Please be so kind as to prepare a gentle overview of construction: jobs over time and the yearly growth, with a short summary in words",
    ):
        assert read(request).unanswered == [], request


def test_a_series_is_added_to_those_that_are_there_or_takes_their_place() -> None:
    first = read("Monthly returns of the S&P 500 in 2017")
    assert read("put the NASDAQ in too", first).keep == ["S&P 500", "NASDAQ Composite"]
    assert read("only the NASDAQ instead", first).keep == ["NASDAQ Composite"]


def test_the_same_again_keeps_the_parts_and_what_belongs_to_them() -> None:
    first = read("government jobs as shares of nonfarm over time")
    again = read("the same again for 2010 to 2015", first)
    assert (again.parts, again.whole, again.period) == (first.parts, "nonfarm", "for 2010 to 2015")


def test_a_series_that_another_language_adds_stands_beside_the_first() -> None:
    earlier = read("manufacturing jobs since 2010")
    answer = read("ajoute aussi construction, s'il te plaît", earlier)
    assert (answer.keep, answer.period) == (["manufacturing", "construction"], "since 2010")


def test_a_remark_to_be_written_is_no_wish_for_its_words() -> None:
    request = "Please add a caveat that the volatility of small sectors is not shown"
    answer = outline(
        Outline(request=request, tables=(JOBS, PRICES), earlier=read("manufacturing jobs since 2010"))
    )
    assert (answer.verdict, answer.parts) == ("refuse", [])
    assert "“The volatility of small sectors is not shown” is a note alone" in answer.why


def test_an_earlier_analysis_that_nobody_knows_here_is_asked_about() -> None:
    request = "Could you redo the jobs report we made for the board?"
    asked = outline(Outline(request=request, tables=(JOBS, PRICES)))
    assert (asked.verdict, asked.choices) == ("ask", [JOBS.ref, PRICES.ref])
    assert (
        outline(
            Outline(request=request, tables=(JOBS, PRICES), reply="the total by sector, in jobs_by_sector")
        ).verdict
        == "build"
    )


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("construction and retail trade since 2012, whichever is more photogenic", "“photogenic”"),
        ("construction jobs per 1000 inhabitants since 2010", "“1000”"),
        ("jobs by sector above 3 percent in 2014", "“above 3 percent”"),
        ("do the price figures agree with those of the labour table?", "row by row"),
    ],
)
def test_a_word_a_number_or_a_limit_that_nothing_is_done_with_is_named(request_: str, said: str) -> None:
    assert said in " ".join(read(request_).unanswered)


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Compare retail trade in December 2007, December 2010 and December 2015", {"against": "2015-12-01 to 2015-12-31", "further": ["December 2010"]}),
        ("which weekday was best for the NASDAQ, 2010 to 2018", {"weekdays": True, "keep": ["NASDAQ Composite"]}),
        ("how far was the S&P under its record at the end of 2011?", {"period": "until December 2011", "parts": [Part.TOP, Part.REBASED]}),
        ("I bought the NASDAQ for $2,500 on 3 January 2000, what is it worth today?", {"period": "after 2000-01-03", "stake": 2500}),
        ("S&P 500 with a 20 day moving average whose length I can change, no charts", {"slider": True, "charts": False, "moving": 20}),
        ("add a note saying: figures are provisional. NASDAQ returns in 2016", {"remarks": ["Figures are provisional"]}),
        ("top 5 worst days of each index by noon please", {"top": 5, "smallest": True}),
        ("which sectors lost the most jobs from 2007 to 2009? rank them", {"parts": [Part.MOVERS, Part.TREND]}),
        ("correlation of the closing levels of both indexes in 2016", {"levels": True}),
    ],
)  # fmt: skip
def test_what_only_code_reads_stands_in_the_sketch(request_: str, wanted: dict[str, object]) -> None:
    sketch = read(request_)
    assert {name: getattr(sketch, name) for name in wanted} == wanted


@pytest.mark.parametrize("request_", ["How well are construction workers paid?", "wages in retail trade by year", "how many hours do people in government work"])  # fmt: skip
def test_jobs_do_not_stand_for_what_is_measured_of_them(request_: str) -> None:
    answer = outline(Outline(request=request_, tables=(JOBS, PRICES)))
    assert answer.verdict == "refuse"
