"""Reading blocks from their syntax trees: names, risks, credentials, and what a new order would break."""

import pytest

from agents.results import Block
from workflows.reading.chance import varying
from workflows.reading.names import broken_by
from workflows.reading.python import read_python
from workflows.reading.risks import RiskKind, risks_of
from workflows.reading.secrets import pasted_credentials
from workflows.reading.sql import read_sql


def code(block_id: str, text: str) -> Block:
    return Block(id=block_id, type="code", content=text)


def sql(block_id: str, text: str, variable: str) -> Block:
    return Block(id=block_id, type="sql", content=text, metadata={"deepnote_variable_name": variable})


def test_a_function_body_needs_what_the_block_does_not_define_until_it_is_called() -> None:
    reading = read_python("def f(u):\n    return u + late + missing\n\nlate = 1\n")
    assert reading.defines == {"f", "late"}
    assert reading.needs == {"missing"}


def test_changing_an_object_in_place_is_told_from_defining_it() -> None:
    reading = read_python('df["a"] = 1\ndf.drop(columns="b", inplace=True)\nrows.append(2)')
    assert (reading.defines, reading.changes) == (frozenset(), {"df", "rows"})


def test_lines_that_only_ipython_understands_are_taken_out_and_reported() -> None:
    reading = read_python("%matplotlib inline\nfiles = !ls -l\nprint(files)")
    assert (reading.defines, reading.shell, reading.magics) == (
        {"files"},
        ("ls -l",),
        ("%matplotlib inline",),
    )


def test_a_block_of_imports_and_their_settings_is_a_block_of_imports() -> None:
    assert read_python("import pandas as pd\npd.set_option('display.width', 100)").only_imports
    assert not read_python("import pandas as pd\ndf = pd.DataFrame()").only_imports


def test_code_that_does_not_parse_is_said_to_be_unreadable_and_nothing_is_guessed() -> None:
    reading = read_python("def broken(:")
    assert reading.unreadable == "invalid syntax (line 1)"
    assert not reading.defines


@pytest.mark.parametrize(
    ("text", "verbs", "writes"),
    [
        ("SELECT 1; DROP TABLE t", ("DROP",), ("t",)),
        ("WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", ("DELETE",), ("t",)),
        ("INSERT INTO a (x) SELECT x FROM b", ("INSERT",), ("a",)),
        ("SELECT 'drop table x' -- delete from y", (), ()),
        ("REPLACE INTO t VALUES (1)", ("REPLACE",), ("t",)),
        ("EXPLAIN ANALYZE DELETE FROM t", ("DELETE",), ()),
        ("CALL do_things()", ("CALL",), ()),
    ],
)
def test_statements_that_write_are_seen_wherever_they_stand(
    text: str, verbs: tuple[str, ...], writes: tuple[str, ...]
) -> None:
    reading = read_sql(text, "duckdb")
    assert (reading.verbs, reading.writes) == (verbs, writes)


def test_sql_names_its_tables_columns_and_the_variables_it_takes() -> None:
    reading = read_sql(
        "SELECT o.id, c.name FROM s.orders o JOIN customers c ON o.cid = c.id WHERE o.day > {{ start }}"
    )
    assert reading.reads == ("s.orders", "customers")
    assert set(reading.columns) == {
        "s.orders.id",
        "customers.name",
        "s.orders.cid",
        "customers.id",
        "s.orders.day",
    }
    assert reading.variables == ("start",)


def test_a_star_counts_over_a_table_and_not_over_a_query_that_names_its_columns() -> None:
    assert read_sql("SELECT * FROM t").star
    assert not read_sql("WITH q AS (SELECT a FROM t) SELECT * FROM q").star
    assert not read_sql("SELECT count(*) FROM t").star


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("import requests as r\nr.get('https://x.example')", {RiskKind.NETWORK}),
        ("import os\nkey = os.environ['KEY']\nprint(key)", {RiskKind.SECRET}),
        ("!rm -rf data", {RiskKind.SHELL}),
        ("from pathlib import Path\nPath('x').unlink()", {RiskKind.DELETE}),
        ("df.to_csv('out.csv')", {RiskKind.FILE}),
        ("text = df.to_csv()", set()),
        ("engine.execute('DELETE FROM t')", {RiskKind.SQL_WRITE}),
        ("df.query('a > 1').plot()", set()),
        ("connect(password)", set()),
        ("exec(text)", {RiskKind.OPAQUE}),
    ],
)
def test_what_running_code_may_do_beyond_reading_is_found(text: str, kinds: set[RiskKind]) -> None:
    assert {risk.kind for risk in risks_of([code("b", text)])} == kinds


def test_credentials_in_code_are_found_and_their_values_are_not_repeated() -> None:
    found = pasted_credentials(
        'password = "hunter22"\nurl = "postgres://u:pw123@h/db"\nsecret = os.environ["S"]', python=True
    )
    assert [(item.kind, item.line) for item in found] == [
        ("`password` with its value", 1),
        ("password in an address", 2),
    ]


def test_a_move_above_the_definition_breaks_the_use_and_the_sentence_says_which() -> None:
    blocks = [code("a", "df = 1"), code("b", "df.x = 2"), code("c", "print(df)")]
    assert broken_by(blocks, blocks) == []
    assert next(broken.sentence for broken in broken_by(blocks, [blocks[1], blocks[0], blocks[2]])) == (
        "Block 2 uses `df`, which block 1 defines; block 1 would come after it."
    )


def test_sql_and_input_blocks_define_names_too() -> None:
    picked = Block(id="i", type="input-select", metadata={"deepnote_variable_name": "region"})
    blocks = [picked, sql("q", "SELECT * FROM t WHERE r = {{ region }}", "rows"), code("c", "rows.head()")]
    assert {broken.name for broken in broken_by(blocks, list(reversed(blocks)))} == {"region", "rows"}


def test_two_imports_of_the_same_thing_stand_in_for_each_other() -> None:
    blocks = [code("a", "import pandas as pd"), code("b", "pd.DataFrame()"), code("c", "import pandas as pd")]
    assert broken_by(blocks, [blocks[2], blocks[0], blocks[1]]) == []


def test_replacing_a_definition_that_is_used_below_breaks_it() -> None:
    blocks = [code("a", "df = 1"), code("b", "print(df)")]
    noted = [blocks[0].model_copy(update={"content": "# a note"}), blocks[1]]
    assert [broken.sentence for broken in broken_by(blocks, noted)] == [
        "Block 2 uses `df`, which block 1 defines; block 1 would no longer do so."
    ]


def test_blocks_that_ask_for_chance_or_the_clock_are_known() -> None:
    blocks = [code("a", "import random\nrandom.random()"), sql("b", "SELECT now()", "t"), code("c", "1 + 1")]
    assert varying(blocks) == {
        "a": "it uses random numbers without a seed",
        "b": "it asks for the present time",
    }


def test_a_name_that_a_select_gives_is_no_column_of_its_table() -> None:
    found = read_sql("SELECT year(month) AS year, avg(jobs) AS mean FROM t GROUP BY year(month) HAVING mean > 3 ORDER BY year", "duckdb")  # fmt: skip
    assert found.columns == ("t.month", "t.jobs")
