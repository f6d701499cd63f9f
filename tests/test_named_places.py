"""Projects and notebooks that a request names without saying which they are, and what is said around a request."""

from pathlib import Path

import pytest
from analysis_world import context_on, picture, seeded

from agents.rules.build_analysis_names import find_names, makes_a_notebook
from agents.rules.build_analysis_places import with_places
from agents.rules.build_analysis_remark import without_story
from agents.rules.build_analysis_several import several_made
from agents.rules.build_analysis_windows import find_windows
from workflows.outcome import Status
from workflows.runner import Ended, in_memory

PROJECTS = ("Labour market", "Markets")
NOTEBOOKS = ("Jobs by sector", "Index levels", "Volatility watch", "Sector reference")
INTEGRATIONS = ("Labour statistics", "Sector reference")


def names(request: str) -> tuple[str, str, bool, bool]:
    """Project and notebook of a request, and whether each is one that is there."""
    found = find_names(with_places(request, PROJECTS, NOTEBOOKS, INTEGRATIONS))
    return found.project, found.notebook, found.existing, found.into


@pytest.mark.parametrize(
    ("request_", "project"),
    [
        ("Project Crisis 2008: drawdown of both indexes during 2008", "Crisis 2008"),
        ("Did manufacturing recover by December 2015? project: Factory jobs", "Factory jobs"),
        ("How big is each sector's share of nonfarm? Project Slices", "Slices"),
        ("the worst days of each index, new project pls, name Worst days", "Worst days"),
        ("S&P 500 drawdown in 2011 (project Euro crisis)", "Euro crisis"),
        ("Project = Tuesday report; weekly returns of the NASDAQ in 2017", "Tuesday report"),
        ("Projekt Bau: Beschäftigung im Baugewerbe 2010 bis 2015", "Bau"),
        ("I'd like a new project, Calm seas, on the volatility of both indexes", "Calm seas"),
        ("Monthly returns of the NASDAQ in 2018 - project: nasdaq months", "nasdaq months"),
        ("Delete the project Old and build a nicer one of the same name on the NASDAQ", "Old"),
        ("Project nonfarm for the next 12 months", ""),
        ("new project: show retail trade jobs", ""),
        ("Analysis: NASDAQ in 2017. With a chart.", ""),
        ("Delete the project Warehouse and build one about the NASDAQ", ""),
    ],
)
def test_a_project_gets_the_name_that_the_request_gives_in_whatever_place(request_: str, project: str) -> None:  # fmt: skip
    assert find_names(request_).project == project


@pytest.mark.parametrize(
    ("request_", "made"),
    [
        ("make a notebook “Monthly KPIs” about utilities in Labour market", True),
        ("In the Labour market project I need another notebook about mining", True),
        ("Please add to the notebook Monthly KPIs a chart of utilities", False),
        ("In project Labour market, notebook Jobs by sector: add the growth of construction", False),
    ],
)
def test_a_notebook_that_is_to_be_made_is_none_that_is_there(request_: str, made: bool) -> None:
    assert makes_a_notebook(request_) is made


@pytest.mark.parametrize(
    "request_",
    [
        "Something short on retail jobs under Labour market would be nice",
        "File it in Labour market: construction since 2010",
        "In Labour market I need a notebook on mining",
        "save a notebook on mining jobs within labour market please",
    ],
)
def test_a_project_is_known_by_its_name_alone(request_: str) -> None:
    assert names(request_) == ("Labour market", "", True, False)


@pytest.mark.parametrize(
    "request_",
    [
        "Append the drawdowns to Index levels",
        "Index levels still needs a chart of the drawdowns.",
        "In Index levels, please show the volatility too",
        "Could you put a moving average at the bottom of Index levels?",
        "Extend Index levels by the correlation",
    ],
)
def test_a_notebook_that_is_to_get_something_is_known_by_its_name_alone(request_: str) -> None:
    assert names(request_) == ("", "Index levels", False, True)


@pytest.mark.parametrize(
    "request_",
    [
        "Show jobs by sector",
        "Chart employment in the labour market since 2010",
        "Numbers as in Index levels, please, for 2015 only",
        "What are the shares in Sector reference?",
        "A copy of what is in Volatility watch, but weekly",
    ],
)
def test_a_name_that_only_says_the_subject_is_no_place(request_: str) -> None:
    assert names(request_)[2:] == (False, False)


def test_what_is_called_so_in_a_project_that_is_there_is_the_notebook() -> None:
    assert names("Put retail jobs into Labour market, titled Shops") == (
        "Labour market",
        "Shops",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        ("Three weeks ago our dean wondered whether jobs fell", "our dean wondered whether jobs fell"),
        ("Add the drawdown and leave the others untouched.", "Add the drawdown ."),
        ("Jobs last month", "Jobs last month"),
        ("Retail jobs, ready for the meeting on Monday", "Retail jobs, ready"),
    ],
)
def test_when_it_was_said_and_what_it_is_for_is_no_window(request_: str, left: str) -> None:
    assert " ".join(without_story(request_).split()) == left


@pytest.mark.parametrize(
    ("text", "period", "against"),
    [
        ("jobs at the end of 2012", "in December 2012", ""),
        ("more at the end of 2014 than before the crisis", "in December 2007", "2014-12-01 to 2014-12-31"),
        ("shares by sector in 2010 and 2012", "in 2010", "2012-01-01 to 2012-12-31"),
        ("jobs in 2010 and 2012", "in 2010 and 2012", ""),
    ],
)
def test_points_in_time_are_months_and_shares_of_two_years_are_set_side_by_side(text: str, period: str, against: str) -> None:  # fmt: skip
    found = find_windows(text)
    assert (found.period, found.against) == (period, against)


@pytest.mark.anyio
async def test_blocks_for_a_notebook_named_bare_go_there_and_keep_its_window(tmp_path: Path) -> None:
    async with context_on(await seeded(tmp_path)) as context:
        before = await picture(context.tools)
        ended = await in_memory("build_analysis", context).start("Append the drawdowns to Index levels")
        after = await picture(context.tools)
    assert isinstance(ended, Ended)
    assert ended.outcome.status is Status.DONE
    assert "its input start (2016-12-30)" in ended.outcome.answer
    assert {name for name in after if after[name] != before[name]} == {"Markets"}
    ((was, now),) = [(old, new) for old, new in zip(before["Markets"][0], after["Markets"][0], strict=True) if old != new]  # fmt: skip
    assert now[1][: len(was[1])] == was[1]
    assert any("window_start = start" in content for _, content, *_ in now[1])


@pytest.mark.parametrize(
    ("request_", "project", "notebook"),
    [
        ("Days of 2018 below 2400 in the S&P 500? New notebook under Markets called Below 2400.", "Markets", "Below 2400"),
        ("When did shops overtake builders? one notebook in Labour market named Overtaken, chart included", "Labour market", "Overtaken"),
        ("Share of government, in Labour market, notebook 'Public share'", "Labour market", "Public share"),
        ("I need a notebook in the project Markets named “Wild days” with the volatility of 2018", "Markets", "Wild days"),
        ("A new notebook in our project Markets, call it Rough years: volatility per year", "Markets", "Rough years"),
        ("Set up a notebook on construction inside the Labour market project, titled Houses", "Labour market", "Houses"),
    ],
)  # fmt: skip
def test_the_name_behind_a_notebook_is_the_notebooks_wherever_its_place_stands(
    request_: str, project: str, notebook: str
) -> None:
    assert names(request_) == (project, notebook, True, False)


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ("Two projects: one called Rise with the S&P 500, and one called Fall with the NASDAQ", "“Rise” and “Fall”"),
        ("Make two notebooks in Markets, “Calm” on 2017 and “Wild” on 2018", "“Calm” and “Wild”"),
        ("I need projects Alpha and Beta, the first on the NASDAQ, the second on jobs", "“Alpha” and “Beta”"),
        ("Create a project called Builders on construction, and another called Makers on manufacturing", "“Builders” and “Makers”"),
        ("Project Duo with two notebooks, one on retail trade, one on government", "several notebooks"),
    ],
)  # fmt: skip
def test_two_projects_or_notebooks_at_once_are_refused_by_their_names(request_: str, named: str) -> None:
    assert named in several_made(request_)


@pytest.mark.parametrize(
    "request_",
    [
        "Compare the two indices in a project called Pair",
        "A second notebook in Labour market called Retail: retail trade since 2012",
        "Create a project Apple and Pear with the NASDAQ",
        "Make a project Alpha with a notebook called Beta on the NASDAQ in 2017",
    ],
)
def test_one_project_with_one_notebook_is_not_several(request_: str) -> None:
    assert several_made(request_) == ""


def test_a_name_ends_where_another_language_goes_on_to_the_wish() -> None:
    assert (
        find_names("Založ projekt Volatilita a spočítej roční volatilitu za rok 2018").project == "Volatilita"
    )
    assert find_names("Crée le projet Emplois et montre la construction depuis 2012").project == "Emplois"
