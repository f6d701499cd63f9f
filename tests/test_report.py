"""Outcomes as people read them, and the check that an answer says no more than was read."""

import io

import pytest
from rich.console import Console

from workflows import claims, report
from workflows.outcome import Claim, Entry, Outcome, Source, Status
from workflows.terminal import Terminal

RETURNS = Source(tool="get_run", block_id="b7", label="block 7, Period returns")
OUTCOME = Outcome(
    workflow="build_analysis",
    status=Status.DONE,
    answer="NASDAQ Composite rose **23.3 %** and S&P 500 11.97 % between 2016-12-30 and 2018-12-31.",
    claims=[
        Claim(text="NASDAQ Composite period return", value=0.23256, unit="share", source=RETURNS),
        Claim(text="S&P 500 period return", value=0.11971, unit="share", source=RETURNS),
        Claim(text="The window is 2016-12-30 to 2018-12-31", source=RETURNS),
    ],
    journal=[Entry(step=1, tool="create_project", arguments={"name": "NASDAQ vs S&P 100"}, creates="p1")],
    tables=[{"title": "Returns", "columns": ["series", "return"], "rows": [["NASDAQ | x", 0.23256]], "source": "block 7"}],
    charts=[{"title": "Levels", "spec": {"$schema": "https://vega.github.io/schema/vega-lite/v5.json",
             "data": {"values": [{"x": 1, "y": 2}]}, "mark": "point", "encoding": {"x": {"field": "x"}, "y": {"field": "y"}}}}],
    not_checked=["Dividends are not in the data."],
)  # fmt: skip


def test_an_answer_whose_numbers_all_have_claims_passes_the_check() -> None:
    assert claims.check(OUTCOME, names=["S&P 500"]) == []


@pytest.mark.parametrize("number", ["24.1", "2017-01-03", "1,234", "-7"])
def test_a_number_without_a_claim_is_named(number: str) -> None:
    said = OUTCOME.model_copy(update={"answer": f"{OUTCOME.answer} And {number} more."})
    assert claims.check(said, names=["S&P 500"]) == [
        f"{number} stands in the answer, but no claim says where it was read."
    ]


def test_digits_in_names_code_and_links_state_nothing() -> None:
    said = OUTCOME.model_copy(update={"answer": "See `x = 42` in [Q3 2014](http://h/7) for S&P 500."})
    assert claims.check(said, names=["S&P 500", "Q3 2014"]) == []


def test_the_number_of_a_list_item_states_nothing() -> None:
    said = OUTCOME.model_copy(update={"answer": "1. Find it.\n42. Run it."})
    assert claims.check(said) == []


def test_markdown_keeps_tables_whole_when_cells_carry_bars() -> None:
    text = report.to_markdown(OUTCOME, "Compare returns")
    assert text.startswith("# Compare returns\n")
    assert "| NASDAQ \\| x | 0.2326 |" in text
    assert "| NASDAQ Composite period return | block 7, Period returns (get_run) |" in text
    assert "- Dividends are not in the data." in text


def test_relative_values_are_percent_for_people_and_numbers_as_data() -> None:
    table = {"title": "Trend", "columns": ["", "last", "relative change"], "rows": [["jobs", 0.118, 0.118], ["none", 1.0, None]], "percent": ["relative change"]}  # fmt: skip
    said = OUTCOME.model_copy(update={"tables": [table]})
    assert "| jobs | 0.118 | 11.8 % |" in report.to_markdown(said)
    assert '<td class="number">11.8 %</td>' in report.to_html(said)
    assert said.tables[0]["rows"][0][2] == 0.118


def test_the_html_page_is_self_contained_and_escapes_what_it_shows() -> None:
    page = report.to_html(
        OUTCOME.model_copy(update={"answer": "<script>alert(1)</script> ok"}), "<b>Compare</b>"
    )
    assert "<script>" not in page
    assert "&lt;b&gt;Compare&lt;/b&gt;" in page
    assert "<svg" in page
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_a_terminal_obeys_nothing_that_a_workspace_holds() -> None:
    out = io.StringIO()
    planted = "Q3 \x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe"
    outcome = OUTCOME.model_copy(
        update={
            "answer": planted,
            "not_checked": [planted],
            "tables": [{"title": planted, "columns": [planted], "rows": [[planted], ["می‌خواهم 👩‍💻"]]}],
        }
    )
    report.show(outcome, Terminal(file=out, width=140))
    assert "Q3 ]0;owned[2J31mgnp.exe" in out.getvalue()
    assert not set(out.getvalue()) & set("\x1b\x07\x9b\u202e")
    assert "می‌خواهم 👩‍💻" in out.getvalue()


def test_what_a_workspace_names_loads_nothing_and_runs_nothing_in_the_page() -> None:
    planted = OUTCOME.model_copy(
        update={
            "answer": "**![x](https://evil.test/x.png)** changed.",
            "address": "javascript:alert(1)",
            "claims": [Claim(text="x", source=RETURNS.model_copy(update={"url": "javascript:alert(2)"}))],
        }
    )
    page = report.to_html(planted, "Compare")
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "default-src 'none'" in page
    assert "javascript:alert(1)" in page


def test_a_chart_that_wants_data_from_elsewhere_is_not_drawn_and_the_page_says_so() -> None:
    spec = {**OUTCOME.charts[0]["spec"], "data": {"url": "http://127.0.0.1:1/x.csv"}}
    page = report.to_html(OUTCOME.model_copy(update={"charts": [{"title": "Levels", "spec": spec}]}))
    assert "Levels: this chart cannot be drawn here" in page
    assert "<svg" not in page


def test_the_terminal_shows_the_answer_before_its_sources() -> None:
    out = io.StringIO()
    report.show(OUTCOME, Console(file=out, width=140))
    text = out.getvalue()
    assert text.index("rose 23.3 %") < text.index("Where it was read") < text.index("Not checked")
    assert "block 7, Period returns" in text


def test_the_terminal_shows_some_sources_with_their_values_and_says_how_many_more_there_are() -> None:
    claim = Claim(text="rows added", value=5, source=RETURNS)
    out = io.StringIO()
    report.show(OUTCOME.model_copy(update={"claims": [claim] * 11}), Console(file=out, width=140))
    assert out.getvalue().count("rows added = 5") == 8
    assert "… and 3 more; --json or --html shows all" in out.getvalue()


def test_a_question_that_the_answer_holds_is_printed_once() -> None:
    out = io.StringIO()
    asked = OUTCOME.model_copy(update={"answer": "Which one? Nothing was written.", "question": "Which one?"})
    report.show(asked, Console(file=out, width=140))
    assert out.getvalue().count("Which one?") == 1


def test_an_address_and_a_command_stay_on_a_line_of_their_own_so_that_they_can_be_copied() -> None:
    address = "http://127.0.0.1:8787/workspace/w/project/p/notebook/n"
    command = 'python -m workflows.run build_analysis "Add the largest moves" --thread t'
    out = io.StringIO()
    shown = OUTCOME.model_copy(update={"address": address, "next": [command]})
    report.show(shown, Console(file=out, width=40))
    assert f"Notebook {address}\nnext: {command}\n" in out.getvalue()
