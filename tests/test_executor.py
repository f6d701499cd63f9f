"""What each type of block does when a run reaches it: on a real kernel, without a store."""

import contextlib
import json
import os
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import create_engine, make_url

from workspace.notebooks.inputs import input_name, variable_name
from workspace.runs.document import RunBlock, RunConnection, RunDocument
from workspace.runs.executor import BlockDone, run_document
from workspace.runs.inputs import InputRefused, check_inputs, date_range, input_code
from workspace.runs.kernels import Kernel
from workspace.runs.limits import Limits
from workspace.runs.sandbox import PACKAGE, Needs, probe

pytestmark = pytest.mark.anyio
LEVEL = probe()
FRAME = "application/vnd.deepnote.dataframe.v3+json"
VEGA = "application/vnd.vega.v5+json"
TABLE = "import pandas as pd\nsales = pd.DataFrame({'region': ['EU', 'US', 'EU'], 'amount': [10, 20, 30]})"


def at() -> datetime:
    return datetime(2026, 3, 31, 12, tzinfo=UTC)


def code(text: str) -> RunBlock:
    return RunBlock(f"code-{abs(hash(text))}", "code", text)


def sql(
    text: str, integration: str = "deepnote-dataframe-sql", name: str = "answer", **more: Any
) -> RunBlock:
    return RunBlock(
        "sql", "sql", text, {"sql_integration_id": integration, "deepnote_variable_name": name, **more}
    )


def field(kind: str, value: Any, name: str = "chosen", **more: Any) -> RunBlock:
    return RunBlock(
        name, kind, "", {"deepnote_variable_name": name, "deepnote_variable_value": value, **more}
    )


async def run(
    *blocks: RunBlock,
    inputs: Mapping[str, Any] | None = None,
    connections: Mapping[str, RunConnection] | None = None,
    limits: Limits | None = None,
) -> list[BlockDone]:
    """The blocks, run one after the other on a kernel of their own."""
    document = RunDocument(blocks, inputs or {}, connections or {})
    files = tuple(file for one in document.connections.values() for file in one.files)
    network = any(one.needs_network for one in document.connections.values())
    kernel = await Kernel.start(LEVEL, Needs(network=network, files=files))
    try:
        async with contextlib.aclosing(run_document(document, kernel, limits or Limits(), at)) as events:
            return [event async for event in events if isinstance(event, BlockDone)]
    finally:
        await kernel.close()


def shown(done: BlockDone, mime: str = "text/plain") -> Any:
    (data,) = [output["data"][mime] for output in done.outputs if mime in output.get("data", {})]
    return data


def printed(done: BlockDone) -> str:
    return "".join(output["text"] for output in done.outputs if output["output_type"] == "stream")


async def test_blocks_share_one_kernel_and_text_is_not_run() -> None:
    done = await run(
        code("x = 20"),
        RunBlock("note", "markdown", "# x = 1"),
        code("print('hello')\nx + 1"),
        code("x *= 2\nx"),
    )
    assert [len(one.outputs) for one in done] == [0, 2, 1]
    assert printed(done[1]) == "hello\n"
    assert shown(done[1]) == "21"
    assert shown(done[2]) == "40"
    assert [one.execution_count for one in done] == [1, 2, 3]


async def test_a_late_answer_to_an_earlier_question_ends_no_block() -> None:
    kernel = await Kernel.start(LEVEL, Needs())
    try:
        kernel._client.kernel_info()  # as a slow start asks twice; the answer stands before that of the block
        kinds = [one.kind async for one in kernel.execute("import time; time.sleep(2)\nprint('late')")]
    finally:
        await kernel.close()
    assert "stream" in kinds


async def test_a_failing_block_ends_the_run_and_keeps_its_traceback() -> None:
    done = await run(code("1"), code("total = 1 / 0"), code("print('never')"))
    assert len(done) == 2
    assert done[1].error is not None
    assert done[1].error.as_json() == {
        "message": "ZeroDivisionError: division by zero",
        "category": "block",
        "blockId": done[1].block.id,
        "blockType": "code",
        "ename": "ZeroDivisionError",
        "evalue": "division by zero",
    }
    assert "total = " in "".join(done[1].outputs[0]["traceback"])


async def test_a_table_is_shown_with_columns_types_and_row_count() -> None:
    (_, done) = await run(code(TABLE), code("sales"))
    table = shown(done, FRAME)
    assert (table["row_count"], table["column_count"], table["preview_row_count"]) == (3, 2, 3)
    assert [(column["name"], column["dtype"]) for column in table["columns"]] == [
        ("region", "str"),
        ("amount", "int64"),
    ]
    assert table["columns"][1]["stats"] | {"histogram": None} == {
        "nan_count": 0,
        "min": "10",
        "max": "30",
        "unique_count": 3,
        "histogram": None,
    }
    assert table["rows"][1] == {"region": "US", "amount": 20, "_deepnote_index_column": 1}
    assert "<table" in shown(done, "text/html")


async def test_a_long_table_is_shown_in_part() -> None:
    (done,) = await run(code("import pandas as pd\npd.DataFrame({'n': range(300_000)})"))
    table = shown(done, FRAME)
    assert (table["row_count"], table["preview_row_count"], len(table["rows"])) == (300_000, 500, 500)
    assert table["columns"][0]["stats"] == {"nan_count": 0, "min": "0", "max": "299999"}


async def test_sql_reads_the_notebooks_own_tables_with_bound_values() -> None:
    query = "SELECT region, sum(amount) AS total FROM sales WHERE amount < {{ most }} AND region IN {{ names | inclause }} GROUP BY region ORDER BY region"
    done = await run(
        code(TABLE + "\nmost, names = 30, ['EU', 'US', \"x'; DROP TABLE sales; --\"]"),
        sql(query),
        code("answer.to_dict('list')"),
    )
    assert shown(done[1], FRAME)["row_count"] == 2
    assert shown(done[2]) == "{'region': ['EU', 'US'], 'total': [10.0, 20.0]}"


async def test_sql_says_which_name_is_missing_and_refuses_a_value_in_quotes() -> None:
    (missing,) = await run(sql("SELECT {{ nowhere }}"))
    assert missing.error is not None
    assert missing.error.message == "SqlError: 'nowhere' is undefined: no block before this one defines it"
    (_, quoted) = await run(code("x = 1"), sql("SELECT '{{ x }}'"))
    assert quoted.error is not None
    assert "write it without them" in quoted.error.message


async def test_sql_runs_on_the_database_that_its_integration_names(tmp_path: Path) -> None:
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute("CREATE TABLE orders AS SELECT range AS id, range % 3 AS kind FROM range(10)")
    shop = RunConnection(f"duckdb:///{file}", "duckdb", files=(str(file),))
    chosen = field("input-slider", "2", "kind")
    query = sql("SELECT count(*) AS n FROM orders WHERE kind = {{ kind }}", "shop")
    done = await run(
        chosen, query, code("int(answer.n[0])"), sql("DROP TABLE orders", "shop"), connections={"shop": shop}
    )
    assert shown(done[2]) == "3"
    about = shown(done[1], "application/vnd.deepnote.sql-output-metadata+json")
    assert about["compiled_query"] == "SELECT count(*) AS n FROM orders WHERE kind = ?"
    assert done[3].error is not None
    assert "read-only" in done[3].error.message


async def test_sql_runs_through_sqlalchemy_and_percent_signs_stay(tmp_path: Path) -> None:
    file = tmp_path / "shop.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as made:
        made.exec_driver_sql("CREATE TABLE orders (id INTEGER, name TEXT)")
        made.exec_driver_sql("INSERT INTO orders VALUES (1, 'apple'), (2, 'pear'), (3, NULL)")
    engine.dispose()
    shop = RunConnection(f"sqlite:///{file}", "sqlite", files=(str(file),))
    done = await run(
        code("least = 1"),
        sql("SELECT * FROM orders WHERE name LIKE '%e%' AND id > {{ least }}", "shop"),
        code("answer.to_dict('records')"),
        sql("SELECT * FROM orders WHERE id > 99", "shop"),
        code("list(answer.columns), len(answer)"),
        sql("SELECT * FROM orders", "shop", deepnote_return_variable_type="query_preview"),
        connections={"shop": shop},
    )
    assert shown(done[2]) == "[{'id': 2, 'name': 'pear'}]"
    assert shown(done[4]) == "(['id', 'name'], 0)"
    assert shown(done[5], FRAME)["type"] == "query_preview"


@pytest.mark.server
@pytest.mark.parametrize("variable", ["DEEPNOTE_TEST_POSTGRES", "DEEPNOTE_TEST_MARIADB"])
async def test_sql_runs_on_a_database_server_without_bringing_more_rows_along_than_it_needs(
    variable: str,
) -> None:
    if variable not in os.environ:
        pytest.skip(f"{variable} names no server")
    address = os.environ[variable]
    server = RunConnection(address, make_url(address).get_backend_name(), read_only=False, needs_network=True)
    name = f"w_{uuid.uuid4().hex[:8]}"
    rows = f"INSERT INTO {name} VALUES (1, 'A%', NULL), (2, 'it''s', 2.5), (3, NULL, 3.5)"
    done = await run(
        sql(f"CREATE TABLE {name} (id INT, label VARCHAR(20), size DOUBLE PRECISION)", "server", ""),
        sql(rows, "server", ""),
        code('wanted, label = [1, 2], "it\'s"'),
        sql(
            f"SELECT * FROM {name} WHERE id IN {{{{ wanted | inclause }}}} AND (label = {{{{ label }}}} OR label LIKE 'A%') ORDER BY id",
            "server",
        ),
        code("answer.to_dict('list')"),
        sql(f"SELECT * FROM {name} ORDER BY id", "server", deepnote_return_variable_type="query_preview"),
        sql(f"DROP TABLE {name}", "server", ""),
        connections={"server": server},
    )
    assert [one.error for one in done if one.error] == []
    assert shown(done[4]) == "{'id': [1, 2], 'label': ['A%', \"it's\"], 'size': [nan, 2.5]}"
    assert shown(done[5], FRAME)["row_count"] == 3


def test_rows_read_in_chunks_have_the_types_of_all_rows_at_once() -> None:
    import pandas as pd

    sys.path.insert(0, str(PACKAGE))
    try:
        from deepnote_blocks.rows import frame_of  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(PACKAGE))
    empty = (None, None, None, 1, True, Decimal("1.5"), {"a": 1}, 2**70, "text", None)
    full = (1.5, datetime(2020, 1, 1), "x", None, None, None, None, 1, 3, date(2020, 1, 1))
    rows, names = [empty, empty, full, full], [f"c{number}" for number in range(10)]
    whole = pd.DataFrame.from_records(rows, columns=names, coerce_float=True)
    pd.testing.assert_frame_equal(frame_of(names, [rows[:2], rows[2:]]), whole)
    pd.testing.assert_frame_equal(frame_of(names, [rows]), whole)
    assert list(frame_of(["a", "a"], []).columns) == ["a", "a"]


async def test_a_password_is_hidden_wherever_a_block_shows_it() -> None:
    url = "postgresql+psycopg://anna:correct-horse@127.0.0.1:1/shop"
    shop = RunConnection(url, "postgresql", secrets=("correct-horse", url))
    (done,) = await run(sql("SELECT 1", "shop"), connections={"shop": shop})
    assert done.error is not None
    assert "correct-horse" not in json.dumps(done.outputs) + done.error.message
    (done,) = await run(
        code("print('correct' + '-horse')\n{'key': 'correct-horse'}"), connections={"shop": shop}
    )
    assert printed(done) == "[hidden]\n"
    assert shown(done) == "{'key': '[hidden]'}"


async def test_an_integration_that_is_not_there_ends_the_run() -> None:
    (done,) = await run(sql("SELECT 1", "gone"))
    assert done.error is not None
    assert done.error.message == "The SQL block names the integration gone, which this run cannot reach."


@pytest.mark.parametrize(
    ("block", "becomes"),
    [
        (field("input-text", "it's \\ \n"), '"it\'s \\\\ \\n"'),
        (field("input-textarea", None), "''"),
        (field("input-checkbox", True), "True"),
        (field("input-slider", "7"), "7"),
        (field("input-slider", "0.5"), "0.5"),
        (field("input-select", "EU"), "'EU'"),
        (field("input-select", ["EU", "US"], deepnote_allow_multiple_values=True), "['EU', 'US']"),
        (field("input-select", ""), "None"),
        (field("input-file", ""), "None"),
        (field("input-date", "2026-01-05", deepnote_input_date_version=2), "datetime.date(2026, 1, 5)"),
        (field("input-date", "2026-01-05T10:00:00"), "datetime.datetime(2026, 1, 5, 10, 0)"),
        (field("input-date", ""), "None"),
        (
            field("input-date-range", ["2026-01-05", "2026-02-05"]),
            "[datetime.date(2026, 1, 5), datetime.date(2026, 2, 5)]",
        ),
        (field("input-date-range", "pastMonth"), "[datetime.date(2026, 2, 28), datetime.date(2026, 3, 31)]"),
        (field("input-date-range", "someday"), "[None, None]"),
    ],
)
async def test_an_input_block_makes_its_variable(block: RunBlock, becomes: str) -> None:
    names: dict[str, Any] = {}
    exec(input_code(block, {}, date(2026, 3, 31)), names)  # noqa: S102
    assert repr(names["chosen"]) == becomes


async def test_a_runs_inputs_take_the_place_of_the_blocks_values() -> None:
    done = await run(field("input-text", "EU"), code("chosen"), inputs={"chosen": "US"})
    assert shown(done[1]) == "'US'"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"regoin": "EU"},
            "no input `regoin`. Its inputs: `region` (input-select), `many` (input-slider), `on` (input-checkbox), `below`",
        ),
        ({"on": "yes"}, "Input `on` (input-checkbox) takes true or false, not 'yes'."),
        ({"many": "200"}, "Input `many` (input-slider) takes 0 to 100, not 200."),
        ({"many": 3}, "Input `many` (input-slider) takes a number as text, not 3."),
        ({"many": "1e999"}, "Input `many` (input-slider) takes a number as text, not '1e999'."),
        ({"below": "1"}, "Input `below` (input-slider) takes -10 to 0, not 1."),
        ({"region": "Mars"}, "has no option 'Mars'. Options: EU, US."),
        ({"when": "someday"}, "takes two dates in a list, or a word such as past7days, not 'someday'."),
        ({"when": ["2026-02-01", "2026-01-31"]}, "begins after its end: 2026-02-01, 2026-01-31."),
        ({"when": ["2026-01-01", "later"]}, "takes two dates in a list, or a word such as past7days, not ["),
    ],
)
async def test_a_wrong_input_says_what_would_be_right(given: dict[str, Any], words: str) -> None:
    blocks = [
        field("input-select", "EU", "region", deepnote_variable_options=["EU", "US"]),
        field("input-slider", "5", "many"),
        field("input-checkbox", False, "on"),
        field("input-slider", "-5", "below", deepnote_slider_min_value=-10, deepnote_slider_max_value=0),
        field("input-date-range", "", "when"),
    ]
    with pytest.raises(InputRefused) as refused:
        check_inputs(blocks, given)
    assert words in str(refused.value)
    check_inputs(blocks, {"region": "US", "many": "7", "on": True, "below": "-1", "when": "customDays3"})
    check_inputs(blocks, {"when": ["2026-01-01", ""]})


async def test_names_and_periods_are_read_as_the_format_has_them() -> None:
    assert [variable_name(text) for text in ("my value", "2nd-try", "é", "")] == [
        "my_value",
        "ndtry",
        "input_1",
        "input_1",
    ]
    assert [input_name(given) for given in ({}, {"deepnote_variable_name": ""})] == [
        "unnamed_variable",
        "input_1",
    ]
    today = date(2026, 3, 31)
    assert date_range("customDays10", today) == (date(2026, 3, 21), today)
    assert date_range("pastYear", date(2024, 2, 29)) == (date(2023, 2, 28), date(2024, 2, 29))


async def test_a_chart_carries_its_specification_its_data_and_a_picture() -> None:
    spec = {
        "mark": "bar",
        "encoding": {
            "x": {"field": "region"},
            "y": {"field": "amount", "aggregate": "sum", "type": "quantitative"},
        },
    }
    named = {"deepnote_variable_name": "sales", "deepnote_visualization_spec": spec}
    chart = RunBlock("chart", "visualization", "", named)
    filters = [{"column": "amount", "operator": "greater-than", "comparativeValues": ["15"]}]
    part = RunBlock(
        "part", "visualization", "", {**named, "deepnote_chart_filter": {"advancedFilters": filters}}
    )
    wrong = RunBlock(
        "wrong",
        "visualization",
        "",
        {**named, "deepnote_visualization_spec": {"mark": "bar", "encoding": {"x": {"field": "regoin"}}}},
    )
    done = await run(code(TABLE), chart, part, wrong)
    assert shown(done[1], "application/vnd.vegalite.v5+json")["data"]["values"][0] == {
        "region": "EU",
        "amount": 10,
    }
    assert shown(done[1], VEGA)["usermeta"]["outputMetadata"]["rowLimitExceeded"] is False
    assert shown(done[1], "image/png").startswith("iVBOR")
    assert len(shown(done[2], "application/vnd.vegalite.v5+json")["data"]["values"]) == 2
    assert done[3].error is not None
    assert (
        done[3].error.message == "ChartError: `regoin` is not a column of `sales`; it has `region`, `amount`"
    )


async def test_a_chart_that_aggregates_is_computed_from_every_row() -> None:
    making = (
        "import pandas as pd\nfrom decimal import Decimal\n"
        "many = pd.DataFrame({'region': pd.Categorical(['EU', 'US'] * 75_000), 'amount': [Decimal(n) for n in range(150_000)]})"
    )
    total = {"field": "amount", "aggregate": "sum", "type": "quantitative"}
    each = {"field": "amount", "type": "quantitative"}

    def chart(mark: str, y: dict[str, Any]) -> RunBlock:
        spec = {"mark": mark, "encoding": {"x": {"field": "region", "type": "nominal"}, "y": y}}
        named = {"deepnote_variable_name": "many", "deepnote_visualization_spec": spec}
        return RunBlock(mark, "visualization", "", named)

    _, bars, points = await run(code(making), chart("bar", total), chart("point", each))
    drawn = {row["region"]: row["sum_amount"] for row in shown(bars, VEGA)["data"][0]["values"]}
    assert drawn == {"EU": sum(range(0, 150_000, 2)), "US": sum(range(1, 150_000, 2))}
    assert shown(bars, VEGA)["usermeta"]["outputMetadata"]["rowLimitExceeded"] is False
    assert shown(bars, "image/png").startswith("iVBOR")
    assert printed(bars) == ""
    assert printed(points) == "The chart shows the first 5,000 of 150,000 rows.\n"


async def test_a_big_number_shows_its_title_and_value() -> None:
    number = RunBlock(
        "n",
        "big-number",
        "",
        {"deepnote_big_number_title": "Sales in {{ region }}", "deepnote_big_number_value": "total"},
    )
    done = await run(code("region, total = 'EU', 42"), number)
    assert json.loads(eval(shown(done[1]))) == {"title": "Sales in EU", "value": "42"}  # noqa: S307


async def test_a_button_is_not_pressed_and_a_foreign_block_says_that_it_was_passed_over() -> None:
    button = RunBlock(
        "b", "button", "", {"deepnote_button_behavior": "set_variable", "deepnote_variable_name": "go"}
    )
    done = await run(button, RunBlock("a", "agent", "do it"), code("go"))
    assert shown(done[2]) == "False"
    assert (
        printed(done[1]) == "Blocks of type agent do not run on this workspace; this one was passed over.\n"
    )


async def test_output_past_the_limit_is_cut_and_marked() -> None:
    limits = Limits(output_block_bytes=1_000, output_run_bytes=1_500)
    (long, short, later) = await run(
        code("print('x' * 5_000)"), code("'y' * 2_000"), code("print('z' * 5_000)\n'done'"), limits=limits
    )
    assert printed(long) == "x" * 1_000 + "[output cut: the limit of 1 kB was reached]\n"
    assert (long.truncated, short.truncated) == (True, True)
    assert "text/plain cut" in printed(short)
    assert printed(later).startswith("z" * 500 + "[output cut")


async def test_displays_are_updated_and_cleared_in_place() -> None:
    (done,) = await run(
        code(
            "from IPython.display import display, clear_output\nprint('gone')\nclear_output()\nh = display('a', display_id=True)\nh.update('b')"
        )
    )
    assert [output["data"]["text/plain"] for output in done.outputs] == ["'b'"]
