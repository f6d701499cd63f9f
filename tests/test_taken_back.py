"""Requests that take a word back, set limits or conditions, or name one thing after another: each wording against a fixed notebook."""

import pytest

from agents.asks.run_and_inspect import HowToRun, InputCard
from agents.asks.tidy_notebook import BlockCard, WhatToTidy
from agents.rules.corrections import correction_in, renamed
from agents.rules.run_and_inspect import how_to_run
from agents.rules.tidy_notebook import what_to_tidy

CARDS = [
    BlockCard(id="title", place=1, type="markdown", content="# Sales\n\nA quick look, 90 days.", level=1),
    BlockCard(
        id="query", place=2, type="sql", content="SELECT day FROM orders WHERE amount > 90 ORDER BY day DESC", defines=["orders"],
    ),
    BlockCard(id="empty", place=3, type="code", empty=True),
    BlockCard(id="found", place=4, type="markdown", content="## Findings\n\nGood.", level=2),
    BlockCard(id="imports", place=5, type="code", content="import pandas as pd", only_imports=True, defines=["pd"]),
    BlockCard(id="todo", place=6, type="text-cell-todo", content="Ask Ben"),
]  # fmt: skip
SECTOR = InputCard(
    name="sector",
    type="input-select",
    label="Sector",
    value="all",
    options=["all", "retail_trade", "construction", "government"],
)
UP_TO = InputCard(name="up_to", type="input-date", label="Up to", value="2015-12-31")
WINDOW = InputCard(name="window", type="input-slider", label="Window, days", value="21", min=5, max=252)
YEAR = InputCard(name="year", type="input-slider", label="Year", value="2015", min=2000, max=2020)


def steps(request: str) -> list[tuple[str, list[str], str, str, str]]:
    wish = what_to_tidy(WhatToTidy(request=request, notebook="Sales", blocks=CARDS))
    assert wish.unclear == [], wish.unclear
    return [(step.action, step.blocks, step.place, step.anchor, step.text) for step in wish.steps]


def asked(request: str) -> list[str]:
    return what_to_tidy(WhatToTidy(request=request, notebook="Sales", blocks=CARDS)).unclear


IMPORTS_BELOW = [("move", ["imports"], "after", "title", "")]


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Move the imports to the bottom. No wait, move them below the title.", IMPORTS_BELOW),
        ("imports to the very end — actually, make that right under the title", IMPORTS_BELOW),
        ("Put the imports under the findings, sorry, the title.", IMPORTS_BELOW),
        ("Put the query under the title. I mean the imports under the title.", IMPORTS_BELOW),
        ("Move block 5 to the top – oops, block 4", [("move", ["found"], "top", "", "")]),
        ("put the findings first, no, last", [("move", ["found"], "bottom", "", "")]),
        ("rename Findings to Results, no, Outcome", [("replace", ["found"], "", "", "## Outcome\n\nGood.")]),
        ("Fill the empty block with a note that says: retail. No wait, say: wholesale", [("replace", ["empty"], "", "", "wholesale")]),
        ("add a note at the end that says checked. No wait, at the top.", [("add", [], "top", "", "Checked")]),
        ("Move the imports to the top. Sorry for the mess.", [("move", ["imports"], "top", "", "")]),
        ("Move the imports under the title and put the findings last. No wait, leave that.", IMPORTS_BELOW),
        ("imports up but keep the heading", IMPORTS_BELOW),
        ("imports first pls, directly below the title", IMPORTS_BELOW),
        ("If there are imports further down, put them below the title; otherwise leave it alone.", IMPORTS_BELOW),
        ("If there is a separator, move it to the top, otherwise do nothing", [("cannot", [], "", "", "No block is “separator”, so what was asked for in that case was left out.")]),
            ("Rename Findings to Results. Leave the rest of the text alone.", [("replace", ["found"], "", "", "## Results\n\nGood.")]),
            ("Put the findings above the imports. Hmm, no: below the title.", [("move", ["found"], "after", "title", "")]),
            ("Put the findings below the title, and while you are at it move the imports last", [("move", ["found"], "after", "title", ""), ("move", ["imports"], "bottom", "", "")]),
        ("first the title, then the imports, then the rest", [("move", ["title", "imports"], "top", "", "")]),
        ("imports first, then the query, finally the findings", [("move", ["imports", "query"], "top", "", ""), ("move", ["found"], "bottom", "", "")]),
        ("clear the Findings", [("replace", ["found"], "", "", "## Findings")]),
        ("clear the Findings block", [("replace", ["found"], "", "", "")]),
        ("without touching the query, put the imports below the title", IMPORTS_BELOW),
        ("Put the imports below the title, but don't change the findings", IMPORTS_BELOW),
        ("Sort the query upwards, so ASC instead of DESC", [("replace", ["query"], "", "", "SELECT day FROM orders WHERE amount > 90 ORDER BY day ASC")]),
        ("the query: only amounts over 100, not 90", [("replace", ["query"], "", "", "SELECT day FROM orders WHERE amount > 100 ORDER BY day DESC")]),
        ("change 90 to 60, but only in the query — the text on top should stay as it is", [("replace", ["query"], "", "", "SELECT day FROM orders WHERE amount > 60 ORDER BY day DESC")]),
        ("change the to-do „Ask Ben“ to „Ask Eva“", [("replace", ["todo"], "", "", "Ask Eva")]),
    ],
)  # fmt: skip
def test_the_last_word_of_a_request_counts(
    request_: str, wanted: list[tuple[str, list[str], str, str, str]]
) -> None:
    assert steps(request_) == wanted


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ("Move the imports to the top. No wait, don't.", "taken back"),
        ("Put the query last and don't touch the query", "Which one counts?"),
        ("Move the imports to the top. No wait, the banana.", "takes the place of"),
        ("use 60, not 90", "stands in 2 blocks"),
        ("The imports should not be at the top", "says what should not be"),
    ],
)
def test_what_contradicts_itself_is_asked_about(request_: str, says: str) -> None:
    assert any(says in each for each in asked(request_)), asked(request_)


@pytest.mark.parametrize(
    "request_",
    ["Run it, no rush", "with no header, please", "Actually, could you run it", 'Name it "a, no, b" please', "Wait for it. Thanks!"],
)  # fmt: skip
def test_most_noes_take_nothing_back(request_: str) -> None:
    assert correction_in(request_) is None


def test_a_name_is_taken_back_for_another() -> None:
    names = ["Weekly KPIs", "Volatility watch"]
    said = "Run Weekly KPIs — actually, make that Volatility watch with a window of 42"
    assert renamed(said, names) == "Run Volatility watch with a window of 42"
    assert renamed("Run Weekly KPIs, no rush", names) == "Run Weekly KPIs, no rush"


@pytest.mark.parametrize(
    ("request_", "values"),
    [
        ("Run it for retail trade. No wait, for construction.", {"sector": ["construction"]}),
        ("Run it for construction, sorry, I meant government, up to 2014-06-30", {"sector": ["government"], "up_to": ["2014-06-30"]}),
        ("for construction up to 2014, no, retail", {"sector": ["retail_trade"], "up_to": ["2014-12-31"]}),
        ("Run it up to 2013, actually 2014", {"up_to": ["2014-12-31"]}),
        ("for goverment — sorry, government. Date stays as it is.", {"sector": ["government"]}),
        ("Run it with a window of 63, no, 42", {"window": ["42"]}),
        ("Run it for construction. Sorry for asking so late!", {"sector": ["construction"]}),
    ],
)  # fmt: skip
def test_the_last_value_that_is_said_is_set(request_: str, values: dict[str, list[str]]) -> None:
    question = HowToRun(request=request_, notebook="X", inputs=[SECTOR, UP_TO, WINDOW], today="2026-02-02")
    wish = how_to_run(question)
    assert ({given.name: given.values for given in wish.inputs}, wish.unknown) == (values, [])


def test_what_takes_no_known_value_back_is_asked_about() -> None:
    wish = how_to_run(
        HowToRun(request="Run it for construction. No, bananas.", notebook="X", inputs=[SECTOR])
    )
    assert wish.unknown == ["I cannot tell what “bananas” takes the place of."]


def test_a_year_is_the_value_of_an_input_called_so() -> None:
    wish = how_to_run(HowToRun(request="Run it for 2016, please", notebook="X", inputs=[YEAR]))
    assert ([(given.name, given.values) for given in wish.inputs], wish.unknown) == ([("year", ["2016"])], [])


@pytest.mark.parametrize(
    ("request_", "values"),
    [
        ("10 trading days, and tell me where the two series ended up", {"window": ["10"]}),
        ("Run it: 42 days, please", {"window": ["42"]}),
        ("What changed in the last 10 days?", {}),
        ("Run it and show me where it stands for construction", {"sector": ["construction"]}),
    ],
)
def test_a_length_of_time_that_no_word_ties_elsewhere_is_a_value(
    request_: str, values: dict[str, list[str]]
) -> None:
    wish = how_to_run(
        HowToRun(request=request_, notebook="X", inputs=[SECTOR, UP_TO, WINDOW], today="2026-02-02")
    )
    assert ({given.name: given.values for given in wish.inputs}, wish.unknown) == (values, [])
