"""Two snapshots compared: what changed is found and measured, noise is told apart, and limits are said."""

from typing import Any

from agents.results import SnapshotBlock
from workflows.diff.compare import ChangeKind, Snapshot, SnapshotDiff, compare
from workflows.diff.words import findings
from workflows.snapshots import sources_of


def frame(rows: list[dict[str, Any]], count: int | None = None) -> dict[str, Any]:
    columns = [
        {"name": name, "dtype": "object"}
        for name in (rows[0] if rows else {})
        if not name.startswith("_deepnote")
    ]
    table = {"columns": columns, "row_count": len(rows) if count is None else count, "rows": rows}
    return {"output_type": "execute_result", "data": {"application/vnd.deepnote.dataframe.v3+json": table}}


def said(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def plain(text: str) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/plain": text}}


def diff_of(
    before: list[dict[str, Any]], after: list[dict[str, Any]], code: tuple[str, str] = ("x", "x")
) -> SnapshotDiff:
    def snapshot(run: str, outputs: list[dict[str, Any]], source: str) -> Snapshot:
        return Snapshot(run, [SnapshotBlock(id="b", type="code", outputs=outputs)], {"b": source})

    return compare(snapshot("1", before, code[0]), snapshot("2", after, code[1]))


def sentences(diff: SnapshotDiff) -> list[str]:
    return [finding.sentence for finding in findings(diff, {"b": "block 1"})]


def test_rows_are_matched_by_the_column_that_names_them_not_by_their_place() -> None:
    old = [{"month": "2015-01", "jobs": 10}, {"month": "2015-02", "jobs": 20}]
    new = [{"month": "2015-02", "jobs": 25}, {"month": "2015-03", "jobs": 30}]
    assert sentences(diff_of([frame(old)], [frame(new)])) == [
        "block 1: 1 row added (month=2015-03), 1 row removed (month=2015-01), 1 row changed, matched by month; "
        "jobs of month=2015-02 went from 20 to 25 (+5, +25.0 %)."
    ]


def test_a_key_may_take_two_columns() -> None:
    old = [{"day": d, "name": n, "value": 1} for d in ("a", "b") for n in ("x", "y")]
    new = [row | {"value": 2} if row == {"day": "b", "name": "x", "value": 1} else row for row in old]
    (change,) = diff_of([frame(old)], [frame(new)]).changes
    assert change.table is not None
    assert (change.table.key, change.table.changed, change.table.added) == (("day", "name"), 1, 0)


def test_rows_without_a_name_are_compared_as_they_are() -> None:
    old = [{"x": 1.5, "y": 2.5}, {"x": 1.5, "y": 2.5}]
    new = [{"x": 1.5, "y": 2.5}, {"x": 3.5, "y": 4.5}]
    (change,) = diff_of([frame(old)], [frame(new)]).changes
    assert change.table is not None
    assert (change.table.key, change.table.added, change.table.removed) == (None, 1, 1)


def test_the_same_rows_in_another_order_are_noise() -> None:
    rows = [{"id": 1, "v": 2}, {"id": 2, "v": 3}]
    diff = diff_of([frame(rows)], [frame(rows[::-1])])
    assert diff.changes == []
    assert [noise.what for noise in diff.noise] == ["the same rows stand in another order"]


def test_a_table_of_which_only_some_rows_are_kept_says_so() -> None:
    rows = [{"id": number, "v": number} for number in range(10)]
    diff = diff_of([frame(rows, 5000)], [frame(rows, 6000)])
    assert diff.short == {"b": (10, 6000)}
    assert "5,000 → 6,000 rows in all among the rows kept in the snapshots" in sentences(diff)[0]


def test_timings_and_addresses_are_noise_and_numbers_are_not() -> None:
    old = said("took 1.2 s at 0x7f3a2b4c\ntotal: 1,000\n")
    new = said("took 3.4 s at 0x7f9999aa\ntotal: 1,100\n")
    assert sentences(diff_of([old], [new])) == ["block 1: total went from 1,000 to 1,100 (+100, +10.0 %)."]
    assert diff_of([said("took 1.2 s")], [said("took 3.4 s")]).changes == []


def test_a_float_that_was_summed_in_another_order_is_noise() -> None:
    assert diff_of([plain("0.30000000000000004")], [plain("0.3")]).changes == []


def test_a_big_number_is_a_number_with_a_name() -> None:
    old, new = plain('\'{"title": "Jobs", "value": "100"}\''), plain('\'{"title": "Jobs", "value": "90"}\'')
    assert sentences(diff_of([old], [new])) == ["block 1: Jobs went from 100 to 90 (-10, -10.0 %)."]


def test_a_new_error_matters_most_and_one_that_is_gone_is_said() -> None:
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": []}
    assert sentences(diff_of([plain("1")], [error])) == ["block 1: fails now with KeyError: 'x'."]
    assert sentences(diff_of([error], [plain("1")])) == [
        "block 1: no longer fails; before it ended with KeyError: 'x'."
    ]


def test_code_that_was_edited_is_told_with_its_lines() -> None:
    (change,) = diff_of([plain("1")], [plain("1")], ("a = 1\nb = 2", "a = 1\nb = 3")).changes
    assert (change.kind, change.lines) == (ChangeKind.CODE, ("- b = 2", "+ b = 3"))


def test_images_are_compared_by_what_they_hold() -> None:
    def image(data: str) -> dict[str, Any]:
        return {"output_type": "display_data", "data": {"image/png": data}}

    assert diff_of([image("aGk=\n")], [image("aGk=")]).changes == []
    assert [change.kind for change in diff_of([image("aGk=")], [image("eW8=")]).changes] == [ChangeKind.IMAGE]


def test_blocks_that_came_and_went_are_told() -> None:
    before = Snapshot("1", [SnapshotBlock(id="a", type="code")], {})
    after = Snapshot("2", [SnapshotBlock(id="b", type="sql")], {})
    assert [change.kind for change in compare(before, after).changes] == [
        ChangeKind.BLOCK_REMOVED,
        ChangeKind.BLOCK_ADDED,
    ]


def test_without_sources_the_code_is_said_not_to_have_been_compared() -> None:
    block = SnapshotBlock(id="a", type="code")
    diff = compare(Snapshot("1", [block], None), Snapshot("2", [block], {}))
    assert "was not compared" in diff.incomplete[0]


def test_a_change_in_a_block_of_chance_is_said_to_mean_little() -> None:
    (finding,) = findings(
        diff_of([plain("1")], [plain("2")]), {"b": "block 1"}, {"b": "it uses random numbers without a seed"}
    )
    assert finding.sentence.endswith("it uses random numbers without a seed, so this may mean nothing.")


def test_many_lines_of_numbers_are_compared_in_no_time_and_told_as_one_text() -> None:
    old, new = ("\n".join(f"line {n}: {n * factor}" for n in range(1, 1500)) for factor in (2, 3))
    (change,) = diff_of([said(old)], [said(new)]).changes
    assert change.kind is ChangeKind.TEXT


def test_an_unquoted_date_in_a_snapshot_file_stays_text() -> None:
    text = "project:\n  notebooks:\n  - blocks:\n    - {id: 2026e5, content: 2026-03-31}\n"
    assert sources_of(text) == {"2026e5": "2026-03-31"}
    assert sources_of("- not a snapshot") is None
