"""The blocks that an analysis expands to, run on a real DuckDB: every part of every shape of table, with and without column profiles."""

import ast
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agents.asks.build_analysis import Part, Sketch, TableCard
from agents.results import Structure
from workflows.parts.blocks import PlannedBlock
from workflows.parts.cards import cards_of
from workflows.parts.designing import Impossible, design
from workflows.parts.expand import blocks_of
from workflows.parts.plan import Plan, new_plan, problems
from workflows.parts.written import block_of, faults_of, scope_below

DATA = Path(__file__).parent.parent / "workspace" / "demo" / "data"
MADE = (
    "CREATE TABLE customers AS SELECT i AS customer_id, 'C' || i AS name, ['North', 'South', 'East'][i % 3 + 1] AS region FROM range(50) t(i)",
    "CREATE TABLE orders AS SELECT i AS order_id, i % 50 AS customer_id, TIMESTAMP '2023-01-03' + INTERVAL (i * 7) HOUR AS ordered_at, "
    "(i * 37 % 100) + 1.5 AS amount, ['web', 'shop'][i % 2 + 1] AS channel FROM range(2000) t(i)",
    "CREATE TABLE cars AS SELECT 'car' || i AS model, ['a', 'b', 'c'][i % 3 + 1] AS origin, 50 + i % 70 AS horsepower FROM range(200) t(i)",
    "CREATE TABLE \"Odd Names\" AS SELECT DATE '2020-01-01' + INTERVAL (i) MONTH AS \"The Month\", ['x', 'y''s'][i % 2 + 1] AS \"Kind of\", i + 0.5 AS \"Net Value\" "
    "FROM range(48) t(i)",
)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name in ("index_prices", "us_employment"):
            (source,) = DATA.rglob(f"{name}.csv")
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv(?)", [str(source)])
        for statement in MADE:
            connection.execute(statement)
        yield connection


def cards(database: duckdb.DuckDBPyConnection, *, profiled: bool) -> list[TableCard]:
    tables = []
    for (table,) in database.execute(
        "SELECT table_name FROM information_schema.tables ORDER BY 1"
    ).fetchall():
        columns = []
        for name, kind, *_ in database.execute(f'DESCRIBE "{table}"').fetchall():
            column: dict[str, Any] = {"name": name, "type": kind}
            if profiled:
                low, high, distinct = database.execute(
                    f'SELECT MIN("{name}"), MAX("{name}"), COUNT(DISTINCT "{name}") FROM "{table}"'
                ).fetchone()  # type: ignore[misc]
                values = (
                    database.execute(f'SELECT DISTINCT "{name}" FROM "{table}" ORDER BY 1').fetchall()
                    if distinct <= 50
                    else []
                )
                column["profile"] = {
                    "min": str(low),
                    "max": str(high),
                    "distinctCount": distinct,
                    "values": [str(row[0]) for row in values],
                }
            columns.append(column)
        (rows,) = database.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()  # type: ignore[misc]
        tables.append(
            {"name": table, "schema": "main", "rowCount": rows if profiled else None, "columns": columns}
        )
    integration = {"id": "i1", "name": "Demo", "type": "duckdb"}
    return cards_of(Structure.model_validate({"integration": integration, "tables": tables}))


def run(blocks: Sequence[PlannedBlock], database: duckdb.DuckDBPyConnection, names: dict[str, Any] | None = None) -> list[dict[str, Any]]:  # fmt: skip
    """Run the blocks in order, as a kernel would, and return the figures; charts must find their fields, `names` is what they leave."""
    names = {} if names is None else names
    for block in blocks:
        variable = block.metadata.get("deepnote_variable_name")
        if block.type == "input-date":
            names[variable] = date.fromisoformat(block.metadata["deepnote_variable_value"])
        elif block.type == "sql":
            bound = re.findall(r"{{ (\w+) }}", block.content)
            query = re.sub(r"{{ \w+ }}", "?", block.content)
            names[variable] = database.execute(query, [names[name] for name in bound]).df()
        elif block.type == "code":
            exec(compile(ast.parse(block.content), block.key, "exec"), names)  # noqa: S102 - the blocks are what is tested
        elif block.type == "visualization":
            encoding = block.metadata["deepnote_visualization_spec"]["encoding"]
            fields = {channel["field"] for channel in encoding.values() if "field" in channel}
            assert fields <= set(names[variable].columns), block.key
            assert not any("'" in field for field in fields), block.key  # Vega takes it for a quotation mark
    figures: list[dict[str, Any]] = names["figures"]
    return figures


SKETCHES = {
    "prices, two years": {"table": "Demo/index_prices", "period": "past two years"},
    "prices, everything": {"table": "Demo/index_prices", "period": "in 2014", "parts": [*Part][:8]},
    "prices, the rest": {"table": "Demo/index_prices", "parts": [*Part][8:16]},
    "prices, looked at": {
        "table": "Demo/index_prices",
        "period": "in 2014",
        "parts": [*Part][16:],
        "ahead": 5,
    },
    "one price": {"table": "Demo/index_prices", "period": "last quarter", "keep": ["S&P 500"]},
    "wide": {"table": "Demo/us_employment", "period": "last quarter"},
    "one measure": {"table": "Demo/us_employment", "measures": ["manufacturing"], "parts": [*Part][:8]},
    "wide, the rest": {"table": "Demo/us_employment", "parts": [*Part][8:16], "grain": "quarter"},
    "wide, looked at": {
        "table": "Demo/us_employment",
        "parts": ["drawdown", *[*Part][16:]],
        "smallest": True,
    },
    "one measure, looked at": {
        "table": "Demo/us_employment",
        "measures": ["manufacturing"],
        "parts": ["crosstab", "forecast", "growth", "values"],
        "grain": "year",
        "median": True,
    },
    "events": {"table": "Demo/orders"},
    "events, joined": {"table": "Demo/orders", "split_by": "customers.region", "parts": [*Part][5:12]},
    "events, looked at": {"table": "Demo/orders", "split_by": "channel", "parts": [*Part][16:]},
    "plain": {"table": "Demo/cars"},
    "nothing to measure": {"table": "Demo/customers"},
    "odd names": {"table": "Demo/Odd Names", "split_by": "Kind of"},
    "two tables": {"table": "Demo/index_prices", "second": "Demo/us_employment", "period": "since 2010"},
}


@pytest.mark.parametrize("profiled", [True, False], ids=["profiled", "unprofiled"])
@pytest.mark.parametrize("sketch", SKETCHES.values(), ids=SKETCHES)
def test_every_block_runs_and_leaves_figures(sketch: dict[str, Any], profiled: bool, database: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    tables = cards(database, profiled=profiled)
    answer = Sketch(verdict="build", **sketch)
    made = design(answer, tables)
    plan = new_plan(answer, made, "request", "Project", "Notebook")
    assert problems(plan, tables) == []
    figures = run(plan.blocks, database)
    keys = {block.key for block in plan.blocks}
    assert figures
    assert {figure["part"] for figure in figures} <= keys
    assert {part.value for part in made.parts} <= keys


@pytest.mark.parametrize("name", ["prices, everything", "wide, the rest", "events, joined", "odd names"])
def test_every_block_of_ours_stands_the_check_of_blocks_that_a_model_writes(name: str, database: duckdb.DuckDBPyConnection) -> None:  # fmt: skip
    tables = cards(database, profiled=True)
    planned = blocks_of(design(Sketch(verdict="build", **SKETCHES[name]), tables), "T", "r")
    blocks = [block_of(one) for one in planned]
    for place, one in enumerate(planned):
        if one.type in ("code", "sql"):
            scope = scope_below(blocks[:place], tables)
            assert faults_of(one, scope, tables, blocks[place + 1 :]) == [], one.key


def test_the_total_return_counts_from_the_last_close_before_the_window(database: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    tables = cards(database, profiled=True)
    made = design(
        Sketch(verdict="build", table="Demo/index_prices", period="in 2014", parts=[Part.RETURNS]), tables
    )
    figures = run(blocks_of(made, "T", "r"), database)
    closes = "SELECT close FROM index_prices WHERE index_name = 'S&P 500' AND date = ?"
    (first,) = database.execute(closes, [date(2013, 12, 31)]).fetchone()  # type: ignore[misc]
    (last,) = database.execute(closes, [date(2014, 12, 31)]).fetchone()  # type: ignore[misc]
    (told,) = [
        figure["value"] for figure in figures if figure["part"] == "returns" and "S&P" in figure["text"]
    ]
    assert told == pytest.approx(last / first - 1)


def test_the_change_against_a_year_earlier_looks_before_the_window(database: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    tables = cards(database, profiled=True)
    sketch = Sketch(verdict="build", table="Demo/us_employment", measures=["nonfarm"], period="last quarter")
    figures = run(blocks_of(design(sketch, tables), "T", "r"), database)
    query = "SELECT nonfarm FROM us_employment WHERE month IN ('2014-12-01', '2015-12-01') ORDER BY month"
    (before,), (now,) = database.execute(query).fetchall()
    (told,) = [figure["value"] for figure in figures if "a year earlier" in figure["text"]]
    assert told == pytest.approx(now / before - 1)


def test_a_period_outside_the_data_cannot_be_designed(database: duckdb.DuckDBPyConnection) -> None:
    tables = cards(database, profiled=True)
    with pytest.raises(Impossible, match="1999-01-04 to 2018-12-31"):
        design(Sketch(verdict="build", table="Demo/index_prices", period="in 2021"), tables)
    with pytest.raises(Impossible, match="no column with dates"):
        design(Sketch(verdict="build", table="Demo/cars", period="in 2021"), tables)


def test_missing_data_is_told_in_the_notebook(database: duckdb.DuckDBPyConnection) -> None:
    tables = cards(database, profiled=True)
    missing = [{"asked": "S&P 100", "instead": "S&P 500"}]
    sketch = Sketch.model_validate(
        {"verdict": "build", "table": "Demo/index_prices", "missing": missing, "unanswered": ["a forecast"]}
    )
    about = next(block for block in blocks_of(design(sketch, tables), "T", "r") if block.key == "about")
    assert "There is no S&P 100 in the data; S&P 500 is used instead, under its own name." in about.content
    assert "Not answered here: a forecast." in about.content


@pytest.mark.parametrize(
    ("block", "word"),
    [
        ({"key": "a", "title": "a", "type": "code", "content": "1 +"}, "not Python"),
        (
            {"key": "a", "title": "a", "type": "sql", "content": "SELECT FROM WHERE", "integration_id": "i1"},
            "not SQL",
        ),
        (
            {
                "key": "a",
                "title": "a",
                "type": "sql",
                "content": "SELECT * FROM nowhere",
                "integration_id": "i1",
            },
            "nowhere",
        ),
        (
            {"key": "a", "title": "a", "type": "sql", "content": "DELETE FROM cars", "integration_id": "i1"},
            "writes",
        ),
        (
            {"key": "a", "title": "a", "type": "sql", "content": "SELECT 1", "integration_id": "gone"},
            "no integration",
        ),
        ({"key": "a", "title": "a", "type": "spreadsheet"}, "no block type"),
    ],
)
def test_a_block_that_would_fail_is_found_before_it_is_written(block: dict[str, Any], word: str, database: duckdb.DuckDBPyConnection) -> None:  # fmt: skip
    plan = Plan(project="P", notebook="N", blocks=[PlannedBlock.model_validate(block)])
    (found,) = problems(plan, cards(database, profiled=True))
    assert word in found


@pytest.mark.parametrize(
    ("against", "expected"),
    [("after 2009", "last / first - 1"), ("in 2007", "average")],
    ids=["overlapping", "apart"],
)
def test_two_windows_are_compared_by_change_where_they_overlap(against: str, expected: str, database: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    sketch = Sketch.model_validate(
        {
            "verdict": "build",
            "table": "Demo/us_employment",
            "measures": ["manufacturing"],
            "parts": ["periods"],
        }
        | {"period": "since 2005" if expected != "average" else "in 2006", "against": against}
    )
    made = design(sketch, cards(database, profiled=True))
    figures = run(blocks_of(made, "T", "r"), database)
    (told,) = [one for one in figures if one["part"] == "periods"]
    query = "SELECT manufacturing FROM us_employment WHERE month >= '2010-01-01' ORDER BY month"
    later = [row[0] for row in database.execute(query).fetchall()]
    ((before, after),) = database.execute(
        "SELECT avg(manufacturing) FILTER (month < '2007-01-01'), avg(manufacturing) FILTER (month BETWEEN '2007-01-01' AND '2007-12-31') FROM us_employment"
    ).fetchall()
    if expected == "average":
        assert told["value"] == pytest.approx(after - before)
    else:
        assert f"{(later[-1] / later[0] - 1) * 100:,.1f} % in January 2010 to" in told["text"]
        assert "“since 2005” is covered in part" in made.note


@pytest.mark.parametrize(
    ("grain", "rule"), [("", None), ("month", "last_day(date)")], ids=["each observation", "months"]
)
def test_a_histogram_counts_every_return_of_the_step_that_is_wished(grain: str, rule: str | None, database: duckdb.DuckDBPyConnection) -> None:  # fmt: skip
    sketch = Sketch.model_validate({"verdict": "build", "table": "Demo/index_prices", "parts": ["distribution"], "grain": grain})  # fmt: skip
    names: dict[str, Any] = {}
    run(blocks_of(design(sketch, cards(database, profiled=True)), "T", "r"), database, names)
    ((values,),) = database.execute(
        f"SELECT count(DISTINCT {rule or 'date'}) FROM index_prices WHERE index_name = 'S&P 500'"
    ).fetchall()
    counted = names["spread_long"].groupby("series")["how many"].sum()
    assert dict(counted) == {"NASDAQ Composite": values - 1, "S&P 500": values - 1}


def test_two_windows_of_volatility_leave_out_the_time_between_them(database: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    sketch = Sketch.model_validate({"verdict": "build", "table": "Demo/index_prices", "parts": ["periods", "volatility"], "period": "in 2004", "against": "in 2011"})  # fmt: skip
    figures = run(blocks_of(design(sketch, cards(database, profiled=True)), "T", "r"), database)
    assert {one["part"] for one in figures} == {"prepare", "periods"}


def test_what_was_not_made_up_is_told_with_its_part_of_the_fall(database: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    sketch = Sketch.model_validate({"verdict": "build", "table": "Demo/us_employment", "measures": ["construction", "manufacturing"], "parts": ["drawdown"], "period": "since 2007"})  # fmt: skip
    figures = run(blocks_of(design(sketch, cards(database, profiled=True)), "T", "r"), database)
    values = [row[0] for row in database.execute("SELECT construction FROM us_employment WHERE month >= '2007-01-01' ORDER BY month").fetchall()]  # fmt: skip
    part = (values[-1] - min(values)) / (max(values[: values.index(min(values))]) - min(values))
    assert any(one["text"].startswith("construction fell") and f"{part * 100:,.1f} % of the fall won back" in one["text"] for one in figures)  # fmt: skip


def test_the_way_from_a_peak_back_to_it_is_told_where_the_drawdown_is_what_was_asked_for(database: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    told = {}
    for parts in (["drawdown", "rebased"], ["rebased", "drawdown"]):
        sketch = Sketch.model_validate({"verdict": "build", "table": "Demo/index_prices", "parts": parts, "period": "since 2007", "keep": ["S&P 500"]})  # fmt: skip
        figures = run(blocks_of(design(sketch, cards(database, profiled=True)), "T", "r"), database)
        told[parts[0]] = [one["value"] for one in figures if one["text"].startswith("from its peak")]
    peak = "SELECT max(close) FROM index_prices WHERE index_name = 'S&P 500' AND date BETWEEN '2007-01-01' AND '2008-12-31'"
    query = f"SELECT date_diff('day', min(date) FILTER (close = ({peak})), min(date) FILTER (date > '2009-03-09' AND close >= ({peak}))) FROM index_prices WHERE index_name = 'S&P 500' AND date >= '2007-01-01'"
    assert told == {"drawdown": [row[0] for row in database.execute(query).fetchall()], "rebased": []}
