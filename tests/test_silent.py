"""Nothing of a request is passed over in silence: unused pieces are named, unknown subjects are asked about, and lists beside the parts are read."""

from datetime import date

import pytest
import test_account as account

from agents.asks.build_analysis import Outline, Part, Sketch, TableCard
from agents.asks.tables import ColumnCard
from agents.rules.build_analysis import outline
from agents.rules.build_analysis_each import Each, each_in
from agents.rules.build_analysis_places import may_name_a_place, with_places
from agents.rules.build_analysis_windows import find_windows
from workflows.analysing_heard import silent
from workflows.parts.designing import design
from workflows.parts.expand import blocks_of

SECTORS = ("construction", "education_and_health_services", "government", "leisure_and_hospitality", "manufacturing", "nonfarm", "retail_trade")  # fmt: skip
JOBS = TableCard(
    ref="Labour/employment_by_sector", integration_id="1", integration="Labour", integration_type="duckdb", name="employment_by_sector", rows=840, shape="series",
    columns=(
        ColumnCard(name="month", type="DATE", role="time", first="2006-01-01", last="2015-12-01", distinct=120),
        ColumnCard(name="sector", type="VARCHAR", role="category", values=SECTORS, distinct=len(SECTORS)),
        ColumnCard(name="jobs", type="DOUBLE", role="measure"),
    ),
)  # fmt: skip
PRICES = account.PRICES.model_copy(update={"integration_type": "duckdb"})


def asked(request: str, reply: str = "") -> Outline:
    return Outline(request=request, tables=(JOBS, PRICES), reply=reply)


def read(request: str) -> Sketch:
    answer = outline(asked(request))
    assert answer.verdict == "build", answer.why
    return answer


def contents(request: str) -> str:
    return "\n".join(block.content for block in blocks_of(design(read(request), (JOBS, PRICES)), "", ""))


@pytest.mark.parametrize(
    ("request_", "piece"),
    [
        ("Nonfarm jobs since 1990, yearly, so that we see the last three recessions", "so that we see the last three recessions"),
    ],
)  # fmt: skip
def test_a_piece_that_nothing_comes_from_is_named(request_: str, piece: str) -> None:
    assert piece in " ".join(silent(asked(request_), read(request_), outline))


@pytest.mark.parametrize(
    "request_",
    [
        "Construction jobs since 2010, as a table and a line chart, please keep it short",
        "The longest losing streak of the S&P 500 in days, and how much did it cost?",
        "Drawdowns of the NASDAQ since 2007 and a list of its level at the end of each year",
        "Hi all, volatility of the NASDAQ in 2008, with the days of the highest one. Cheers, Ivo",
    ],
)
def test_what_is_answered_or_no_wish_is_not_named(request_: str) -> None:
    assert silent(asked(request_), read(request_), outline) == []


@pytest.mark.parametrize(
    "request_",
    [
        "Retail trade jobs as a share of nonfarm over time, and a sentence underneath on where it began and where it ended",
        "Construction jobs by year with the percentage change and with bars",
        "Pie of jobs by sector in December 2015, with nothing counted in it twice and no double counting",
        "Break down the jobs by sector in December 2015, without adding anything up twice",
        "Haz un cuaderno con el empleo en construction por año, el cambio porcentual respecto al año anterior y una gráfica de barras, por favor",
    ],
)
def test_the_form_of_an_answer_that_is_there_is_not_named_as_lacking(request_: str) -> None:
    assert silent(asked(request_), read(request_), outline) == []


def test_bars_that_stand_are_not_passed_off_as_horizontal_ones() -> None:
    request = "Only the monthly values of construction jobs, as horizontal bars"
    assert "horizontal bars" in " ".join(silent(asked(request), read(request), outline))


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        ("Chart employment in aerospace since 2010", "aerospace"),
        ("How did plumber jobs develop since 2008?", "plumber"),
        ("Zeige die Beschäftigung in der Luftfahrt seit 2010", "Luftfahrt"),
        ("Compare software employment with retail trade since 2012", "software"),
    ],
)
def test_an_unknown_subject_is_asked_about_before_everything_is_built(request_: str, word: str) -> None:
    answer = outline(asked(request_))
    assert (answer.verdict, answer.choices) == ("ask", list(SECTORS))
    assert f"“{word}”" in answer.why


def test_the_reply_says_which_series_is_meant() -> None:
    answer = outline(asked("Chart employment in aerospace since 2010", reply="manufacturing"))
    assert (answer.verdict, answer.keep) == ("build", ["manufacturing"])


@pytest.mark.parametrize(
    "request_",
    [
        "quarterly overview of employment in plain words",
        "A notebook for the landlord with job trends since 2010",
        "employment in construction and whatever comes to mind",
    ],
)
def test_words_beside_the_subject_raise_no_question(request_: str) -> None:
    assert outline(asked(request_)).verdict == "build"


@pytest.mark.parametrize(
    ("request_", "keep"),
    [
        ("Vývoj zaměstnanosti v maloobchodě a ve stavebnictví", ["retail_trade", "construction"]),
        ("Zaměstnanost ve školství a zdravotnictví od roku 2010", ["education_and_health_services"]),
        ("Montre l'emploi dans l'hôtellerie et la restauration depuis 2010", ["leisure_and_hospitality"]),
        ("Beschäftigung im Gesundheitswesen seit 2010", ["education_and_health_services"]),
    ],
)
def test_sectors_are_read_in_other_languages(request_: str, keep: list[str]) -> None:
    assert sorted(read(request_).keep) == sorted(keep)


@pytest.mark.parametrize(
    ("text", "parts", "each"),
    [
        ("drawdowns and a list of its level at the end of each year", [Part.DRAWDOWN], Each("year", ("last",))),
        ("highest and lowest close per decade", [Part.TOP], Each("decade", ("high", "low"))),
        ("returns for each decade", [Part.RETURNS], Each("decade", ("return",))),
        ("average monthly job gain in each calendar year", [Part.VALUES], Each("year", ("change",))),
        ("growth, and yearly averages", [Part.CHANGE], Each("year", ("average",))),
        ("yearly averages, with a line chart", [Part.TREND], Each()),
        ("quarterly average and its change on the quarter before", [Part.CHANGE], Each()),
        ("the close of each year", [], Each()),
    ],
)  # fmt: skip
def test_a_list_beside_the_parts(text: str, parts: list[Part], each: Each) -> None:
    assert each_in(text, parts) == each


@pytest.mark.parametrize(
    ("request_", "lengths"),
    [
        ("S&P 500 with its 50-day and 10-day moving averages", [10, 50]),
        ("moving averages of 20, 50 and 200 days of the nasdaq", [20, 50, 200]),
        ("the nasdaq's 50/200-day moving averages", [50, 200]),
        ("the nasdaq with a 90-day moving average", [90]),
    ],
)
def test_every_length_of_a_moving_average_counts(request_: str, lengths: list[int]) -> None:
    sketch = read(request_)
    assert sorted([sketch.moving, *sketch.moving_too]) == lengths


def test_prices_before_the_window_are_read_for_a_moving_average() -> None:
    assert "INTERVAL '310' DAY" in contents("the nasdaq in 2008 with a 200-day moving average").replace("'310 DAYS'", "'310' DAY")  # fmt: skip


def test_a_window_counted_back_begins_with_its_own_first_day() -> None:
    assert "<= {{ window_start }}" in contents("the S&P 500 over the past five years").replace("<= {{window_start}}", "<= {{ window_start }}")  # fmt: skip


def test_a_day_without_a_close_is_told() -> None:
    assert "there is none for" in contents("NASDAQ returns from 6 March 2010 to 4 July 2012")
    assert "there is none for" not in contents("NASDAQ returns from 2010 to 2012")


def test_a_change_on_the_step_before_is_no_window() -> None:
    sketch = read("quarterly average of nonfarm employment and its change on the previous quarter")
    assert (sketch.period, sketch.grain, sketch.parts[:2]) == ("", "quarter", [Part.VALUES, Part.CHANGE])


def test_the_window_of_a_forecast_is_what_is_forecast() -> None:
    sketch = read("Forecast nonfarm employment for 2016 by month")
    assert (sketch.period, sketch.ahead) == ("", 12)


@pytest.mark.parametrize(
    "request_",
    [
        "When did each sector get back to where it was in Dec 2007 - or hasn't it?",
        "Has employment in any sector regained its December 2007 level?",
        "Which sectors were back at their level of December 2007?",
    ],
)
def test_a_level_to_be_reached_again_begins_the_window(request_: str) -> None:
    sketch = read(request_)
    assert (sketch.from_start, Part.DRAWDOWN in sketch.parts) == (True, True)
    assert design(sketch, (JOBS, PRICES)).start == date(2007, 12, 1)


@pytest.mark.parametrize(
    ("request_", "peak", "smallest"),
    [
        ("Which sector had the highest peak employment?", True, False),
        ("rank the sectors by their all-time low of jobs", True, True),
        ("Which sector has the most jobs?", False, False),
    ],
)
def test_peaks_rank_by_each_series_own_highest_value(request_: str, peak: bool, smallest: bool) -> None:
    sketch = read(request_)
    assert (sketch.peak, sketch.smallest) == (peak, smallest)


@pytest.mark.parametrize("request_", ["What's the latest S&P close?", "What did the nasdaq close at in March 2015?", "Chart the nasdaq's close since 2010"])  # fmt: skip
def test_closes_are_told_as_they_are(request_: str) -> None:
    assert read(request_).parts[0] is Part.VALUES


def test_a_dropdown_shows_the_named_series_first_and_the_others_on_demand() -> None:
    sketch = read("construction jobs, with a dropdown for the sector and a big number")
    assert (sketch.choose, sketch.chosen, sketch.keep, sketch.headline) == (True, ["construction"], [], True)


def test_no_more_charts_than_wished() -> None:
    blocks = blocks_of(design(read("returns and volatility of both indexes, at most two charts"), (JOBS, PRICES)), "", "")  # fmt: skip
    assert sum(block.type == "visualization" for block in blocks) == 2


@pytest.mark.parametrize(
    ("request_", "period", "left"),
    [
        ("months in which nonfarm employment fell for at least three months in a row", "", "leaving out shorter runs"),
        ("the S&P on the last trading day of every quarter since 2015", "since 2015", ""),
        ("for every year, the best and the worst month of the NASDAQ", "", "of each year"),
    ],
)  # fmt: skip
def test_units_that_say_no_window(request_: str, period: str, left: str) -> None:
    sketch = read(request_)
    assert (sketch.period, left in " ".join(sketch.unanswered)) == (period, True)


def test_a_misspelling_is_taken_for_no_short_word_that_the_data_lacks() -> None:
    assert read("depth of the fall of the S&P 500 in 2008").missing == []


@pytest.mark.parametrize(
    "request_",
    [
        "Count, year by year, the days on which the Nasdaq moved more than 2% up or down",
        "For each year, how many days did the NASDAQ move by more than 2 % either way?",
        "Days per year when the NASDAQ moved by more than 2 percent, as bars",
    ],
)
def test_days_that_are_counted_by_year_stay_days(request_: str) -> None:
    sketch = read(request_)
    assert (Part.MATCHES in sketch.parts, sketch.grain, sketch.limit and sketch.limit.than) == (True, "day", "beyond")  # fmt: skip
    assert not [*sketch.unanswered, *silent(asked(request_), sketch, outline)]


@pytest.mark.parametrize("request_", ["Jobs by state for the three largest states, 2010 on", "Employment per county since 2010", "Which states have the most jobs?"])  # fmt: skip
def test_areas_that_no_table_holds_are_not_taken_for_sectors(request_: str) -> None:
    assert outline(asked(request_)).verdict == "refuse"


def test_jobs_across_the_country_are_no_jobs_by_country() -> None:
    assert outline(asked("Manufacturing jobs across the country since 2010")).verdict == "build"


@pytest.mark.parametrize(("said", "period"), [("construction jobs, 2010 on", "since 2010"), ("construction jobs 2010 on, as a line", "since 2010"), ("10,000 dollars put into the NASDAQ on the first trading day of 2000", "after 2000-01-03"), ("10,000 dollars put into the NASDAQ on the first trading day of 2012", "after 2012-01-03")])  # fmt: skip
def test_a_day_that_something_begins_with_opens_the_window(said: str, period: str) -> None:
    assert find_windows(said).period == period


@pytest.mark.parametrize("request_", ["Add a chart of wholesale to the Scratchpad", "Put a table of the closes into the Scratchpad, please"])  # fmt: skip
def test_a_notebook_with_an_article_is_a_place(request_: str) -> None:
    assert may_name_a_place(request_)
    assert "to the notebook “Scratchpad”" in with_places(request_, {"Markets"}, {"Scratchpad"})
