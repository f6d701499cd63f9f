"""The judge of the requests looks at what was written: solved, not solved, or a wrong write."""

from pathlib import Path
from typing import Any

import pytest

from agents.questions import Usage
from evals.solve import table
from evals.verdicts import Did, Judged, Verdict, Wanted, Write, judge, read_requests

NOTEBOOKS = {"Scratchpad": ["import numpy", "# Scratchpad", ""], "Monthly KPIs": ["# Monthly KPIs"]}
IDS = {"n1": "Scratchpad", "b1": "Scratchpad", "n2": "Monthly KPIs", "p1": "Markets", "p2": "Labour market"}


def did(*writes: Write, answer: str = "", notebooks: dict[str, list[str]] = NOTEBOOKS) -> Did:
    return Did(answer, list(writes), notebooks, IDS, Usage(), 1, 0.1, "done")


def wanted(**fields: Any) -> Wanted:
    return Wanted(request="Do it.", **fields)


MOVED = Write("reorder_notebook_blocks", {"notebookId": "n1", "blockIds": ["b1"]})
RUN = Write("create_run", {"notebookId": "n2", "inputs": {"sector": "government"}})
PROJECT = Write("create_project", {"name": "P"})
INSIDE = Write("create_notebook", {"projectId": "p1", "name": "Shops"})
BLOCK = Write("create_block", {"notebookId": "new", "content": "SELECT close FROM index_prices"})


@pytest.mark.parametrize(
    ("wish", "happened", "verdict", "why"),
    [
        (wanted(nothing=True), did(), Verdict.SOLVED, ""),
        (wanted(nothing=True), did(RUN), Verdict.WRONG_WRITE, "create_run was called"),
        (wanted(nothing=True, says=["Nightly load"]), did(answer="nightly LOAD"), Verdict.SOLVED, ""),
        (wanted(nothing=True, says=["Nightly load"]), did(answer="none"), Verdict.UNSOLVED, "does not say"),
        (
            wanted(nothing=True, says_not=["roles"]),
            did(answer="See roles."),
            Verdict.UNSOLVED,
            "says 'roles'",
        ),
        (wanted(run="Monthly KPIs", inputs={"sector": "government"}), did(RUN), Verdict.SOLVED, ""),
        (
            wanted(run="Monthly KPIs", inputs={"sector": "private"}),
            did(RUN),
            Verdict.UNSOLVED,
            "sector=government",
        ),
        (wanted(run="Scratchpad"), did(RUN), Verdict.WRONG_WRITE, "create_run on Monthly KPIs"),
        (wanted(run="Monthly KPIs"), did(), Verdict.UNSOLVED, "0 runs"),
        (wanted(order=["import", "# Scratch", ""]), did(MOVED), Verdict.SOLVED, ""),
        (wanted(order=["# Scratch", "import", ""]), did(MOVED), Verdict.WRONG_WRITE, "block 1 of Scratchpad"),
        (wanted(order=["# Scratch", "import", ""]), did(), Verdict.UNSOLVED, "block 1 of Scratchpad"),
        (wanted(order=["import", "# Scratch", ""]), did(MOVED, RUN), Verdict.WRONG_WRITE, "create_run"),
        (wanted(project="P", sql=["index_prices"]), did(PROJECT, BLOCK), Verdict.SOLVED, ""),
        (wanted(project="Q", sql=["index_prices"]), did(PROJECT, BLOCK), Verdict.UNSOLVED, "is called 'P'"),
        (wanted(sql=["sectors|jobs"]), did(PROJECT, BLOCK), Verdict.UNSOLVED, "no block uses"),
        (wanted(into="Markets", called="Shops", sql=["close"]), did(INSIDE, BLOCK), Verdict.SOLVED, ""),
        (
            wanted(into="Markets", called="Jobs", sql=["close"]),
            did(INSIDE, BLOCK),
            Verdict.UNSOLVED,
            "is called 'Jobs'",
        ),
        (wanted(into="Markets", sql=["close"]), did(), Verdict.UNSOLVED, "created in Markets"),
        (
            wanted(into="Markets", sql=["close"]),
            did(PROJECT, BLOCK),
            Verdict.WRONG_WRITE,
            "Markets was to be used",
        ),
        (
            wanted(into="Labour market", sql=["close"]),
            did(INSIDE, BLOCK),
            Verdict.WRONG_WRITE,
            "create_notebook in Markets",
        ),
        (wanted(sql=["close"]), did(INSIDE, BLOCK), Verdict.WRONG_WRITE, "create_notebook in Markets"),
        (
            wanted(sql=["close"]),
            did(PROJECT, BLOCK)._replace(ended="failed"),
            Verdict.UNSOLVED,
            "does not run",
        ),
        (wanted(sql=["index_prices"]), did(PROJECT, BLOCK, MOVED), Verdict.WRONG_WRITE, "was there before"),
    ],
)
def test_what_was_written_decides(wish: Wanted, happened: Did, verdict: Verdict, why: str) -> None:
    found, reason = judge(wish, happened)
    assert found is verdict
    assert why in reason


def test_there_are_at_least_sixty_requests_over_all_workflows() -> None:
    requests = read_requests()
    assert len({(wish.workflow, wish.request) for wish in requests}) == len(requests) >= 60
    assert len({wish.workflow for wish in requests}) >= 5


ROW = Judged(
    workflow="docs_qa", request="r", verdict=Verdict.SOLVED, why="", answer="", ended="done", writes=[],
    usage=Usage(calls=2, input_tokens=900), tool_calls=3, seconds=1.5,
)  # fmt: skip


def test_the_table_has_a_row_for_each_workflow_and_one_for_all() -> None:
    lines = table([ROW, ROW.model_copy(update={"verdict": Verdict.UNSOLVED})]).splitlines()
    assert lines[-1] == "| all | 2 | 1 (50%) | 1 | 0 | 4 | 1,800 | 1.5 |"
    assert len(lines) == 4


def test_the_subset_of_a_measurement_is_fixed_and_spread_over_the_workflows() -> None:
    from collections import Counter

    from benchmarks.small_models import subset

    chosen = subset(read_requests(), 60)
    assert chosen == subset(read_requests(), 60)
    assert len({(wish.workflow, wish.request) for wish in chosen}) == 60
    assert set(Counter(wish.workflow for wish in chosen).values()) == {10}
    assert subset(read_requests(), 10_000) == read_requests()


def test_a_measurement_goes_on_where_it_stopped(tmp_path: Path) -> None:
    from benchmarks.small_models import keep, kept

    file = tmp_path / "trials.json"
    assert kept(file) == []
    keep(file, [ROW, ROW])
    assert kept(file) == [ROW, ROW]


def test_what_comes_to_no_end_in_time_is_not_solved_also_where_nothing_was_to_be_done() -> None:
    late = did()._replace(ended="time")

    assert judge(wanted(nothing=True), did())[0] is Verdict.SOLVED
    assert judge(wanted(nothing=True), late) == (Verdict.UNSOLVED, "it came to no end in time")
    assert judge(wanted(nothing=True), did(RUN)._replace(ended="time"))[0] is Verdict.WRONG_WRITE
