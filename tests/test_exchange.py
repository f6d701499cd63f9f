"""tidy_notebook: one word for another, said in many ways; a word that does not fit, or more than one place, is asked about."""

import pytest

from agents.asks.tidy_notebook import BlockCard, WhatToTidy
from agents.rules.tidy_notebook import what_to_tidy

CARDS = [
    BlockCard(id="title", place=1, type="markdown", content="# Sales\n\nOrders of the last 30 days.", level=1),
    BlockCard(id="days", place=2, type="input-slider", variable="days"),
    BlockCard(
        id="query", place=3, type="sql", content="SELECT day, amount FROM orders ORDER BY day LIMIT 30", variable="orders",
        defines=["orders"],
    ),
    BlockCard(
        id="mean", place=4, type="code", content="mean = orders.rolling(7).mean()\nmean.tail(7)", defines=["mean"]
    ),
    BlockCard(id="found", place=5, type="markdown", content="## Findings\n\nSales fell by the end of 2020.", level=2),
]  # fmt: skip


def read(request: str) -> dict[str, str]:
    wish = what_to_tidy(WhatToTidy(request=request, notebook="Sales", blocks=CARDS))
    return {} if wish.unclear else {step.blocks[0]: step.text for step in wish.steps}


@pytest.mark.parametrize(
    ("request_", "block", "text"),
    [
        ("lower LIMIT to 10", "query", "SELECT day, amount FROM orders ORDER BY day LIMIT 10"),
        ("use ORDER BY day DESC instead of ORDER BY day", "query", "SELECT day, amount FROM orders ORDER BY day DESC LIMIT 30"),
        ("it says sales fell by the end of 2020, should be the end of 2021", "found", "## Findings\n\nSales fell by the end of 2021."),
        ("replace the end of 2020 with spring 2021", "found", "## Findings\n\nSales fell by spring 2021."),
        ("change the 7 in rolling to 14", "mean", "mean = orders.rolling(14).mean()\nmean.tail(7)"),
        ("in the query write amount_net where it says amount", "query", "SELECT day, amount_net FROM orders ORDER BY day LIMIT 30"),
        ("30 should become 60, only in the text", "title", "# Sales\n\nOrders of the last 60 days."),
        ("change 30 to 60 everywhere except in the text", "query", "SELECT day, amount FROM orders ORDER BY day LIMIT 60"),
        ("mean.tail(7) shows a week, I'd prefer mean.tail(14)", "mean", "mean = orders.rolling(7).mean()\nmean.tail(14)"),
        ("sales recovered by the end of 2022. It still says the end of 2020.", "found", "## Findings\n\nSales fell by the end of 2022."),
    ],
)  # fmt: skip
def test_the_old_words_are_found_in_their_block(request_: str, block: str, text: str) -> None:
    assert read(request_) == {block: text}


@pytest.mark.parametrize(
    "request_",
    [
        "change 30 to 60",
        "change 30 to 60 in the query if that is faster",
        "replace fell with rose and explain it",
        "2020 should be 2021 and 30 should be 60",
        "replace the last with two years and explain it",
    ],
)
def test_what_is_not_certain_is_asked_and_writes_nothing(request_: str) -> None:
    assert read(request_) == {}


def test_the_value_of_an_input_is_no_word_of_the_text() -> None:
    (step,) = what_to_tidy(WhatToTidy(request="set days to 60", notebook="Sales", blocks=CARDS)).steps
    assert (step.action, step.blocks) == ("cannot", ["days"])
