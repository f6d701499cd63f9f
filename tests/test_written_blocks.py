"""A block that a model wrote is held against its notebook and its tables: what is wrong is told with the place, what is right is not."""

import pytest

from agents.asks.tables import ColumnCard, TableCard
from agents.results import Block
from workflows.parts.blocks import PlannedBlock, code, sql
from workflows.parts.written import block_of, faults_of, scope_below


def table(name: str, *columns: str, schema: str | None = None, kind: str = "duckdb", of: str = "Shop") -> TableCard:  # fmt: skip
    cards = tuple(ColumnCard(name=column, type="VARCHAR", role="category") for column in columns)
    return TableCard(ref=f"{of}/{name}", integration_id=of, integration=of, integration_type=kind, name=name, schema_name=schema, columns=cards)  # fmt: skip


TABLES = [
    table("orders", "id", "day", "region", "amount", "customer_id"),
    table("customers", "id", "Name", "country"),
    table("events", "id", "kind", schema="raw"),
    table("sales", "year", "total", kind="pgsql", of="Books"),
]
NOTEBOOK = [
    Block(id="w", type="input-date", metadata={"deepnote_variable_name": "window_start"}),
    block_of(sql("data", "Data", "SELECT day, region, amount FROM orders WHERE day >= {{ window_start }}", "data", "Shop")),
    block_of(sql("wide", "Wide", "SELECT o.*, c.country FROM orders o JOIN customers c ON c.id = o.customer_id", "wide", "Shop")),
    block_of(sql("counts", "Counts", "SELECT region, count(*) FROM orders GROUP BY 1", "counts", "Shop")),
    block_of(code("prepare", "Prepare", "import pandas as pd\ndata['month'] = pd.to_datetime(data['day'])\nlevels = data.pivot_table(index='month')\nfigures = []")),
]  # fmt: skip
BELOW = [block_of(code("summary", "Summary", "print(figures)"))]
SCOPE = scope_below(NOTEBOOK, TABLES)

RIGHT_SQL = [
    "SELECT region, SUM(amount) AS total FROM orders GROUP BY region HAVING total > 3 ORDER BY total",
    "WITH m AS (SELECT region r, amount FROM orders) SELECT m.r, avg(amount) FROM m GROUP BY 1",
    "WITH m(a, b) AS (SELECT region, amount FROM orders) SELECT a, sum(b) s FROM m GROUP BY a",
    "SELECT c.name, (SELECT max(day) FROM orders o WHERE o.customer_id = c.id) AS last FROM customers c",
    "SELECT * FROM (SELECT *, amount * 2 AS double FROM orders) WHERE double > 3",
    "SELECT kind FROM raw.events UNION ALL SELECT region FROM orders ORDER BY 1",
    "SELECT u.x, anything FROM orders, unnest([1, 2]) AS u(x)",
    "SELECT anything FROM read_csv('a.csv') JOIN orders ON true",
    "SELECT region, row_number() OVER w FROM orders WINDOW w AS (PARTITION BY region ORDER BY day) QUALIFY row_number() OVER w = 1",
    "SELECT rowid, a.b FROM (SELECT {'b': 1} AS a, rowid FROM orders)",
    "SELECT day FROM orders WHERE day >= {{ window_start }} AND region IN {{ window_start | inclause }}",
    "SELECT o.day FROM orders AS o LEFT JOIN customers USING (id) WHERE country IS NULL",
    "PIVOT orders ON region USING sum(amount)",
    "SELECT columns('am.*') FROM orders",
    "SELECT * EXCLUDE (id) FROM orders WHERE EXISTS (SELECT 1 FROM customers WHERE customers.id = orders.customer_id)",
    "SELECT s.a FROM orders, LATERAL (SELECT amount AS a) AS s",
]  # fmt: skip
WRONG_SQL = [
    ("SELECT region FROM order", "line 1: Shop has no table 'order'; the nearest is orders"),
    ("SELECT 1 FROM sales", "line 1: Shop has no table 'sales'"),
    ("SELECT 1;\nSELECT regoin FROM orders", "line 2: orders has no column 'regoin'; the nearest is region"),
    ("SELECT 1;\nSELECT 1 FROM nowhere", "line 2: Shop has no table 'nowhere'"),
    ("SELECT region,\n       o.amuont\nFROM orders o", "line 2: o has no column 'amuont'; the nearest is amount"),
    ("SELECT x.day FROM orders o", "line 1: x.day: nothing here is called 'x'"),
    ("WITH m AS (SELECT region FROM orders)\nSELECT amount FROM m", "line 2: m has no column 'amount'"),
    ("SELECT * FROM (SELECT region FROM orders) WHERE amount > 1", "has no column 'amount'"),
    ("SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o\nWHERE o.customer = c.id)", "line 2: o has no column 'customer'; the nearest is customer_id"),
    ("SELECT (SELECT max(dya) FROM orders) FROM customers", "has no column 'dya'; the nearest is day"),
    ("SELECT FROM WHERE", "line 1: it is not SQL"),
    ("SELECT day\nFROM orders\nWHERE day >= {{ window_end }}", "line 3: no block above defines 'window_end'; the nearest is window_start"),
    ("SELECT 1; SELECT 2", "it holds 2 statements"),
    ("DELETE FROM orders", "it would do more than read: writes to a database: DELETE orders"),
]  # fmt: skip


def own(content: str, variable: str = "fresh") -> PlannedBlock:
    return sql("own_1", "Own", content, variable, "Shop")


@pytest.mark.parametrize("content", RIGHT_SQL)
def test_sql_that_reads_what_exists_is_right(content: str) -> None:
    assert faults_of(own(content), SCOPE, TABLES, BELOW) == []


@pytest.mark.parametrize(("content", "said"), WRONG_SQL)
def test_sql_that_cannot_work_is_told_with_its_place(content: str, said: str) -> None:
    assert any(said in fault for fault in faults_of(own(content), SCOPE, TABLES, BELOW))


def test_sql_leaves_its_result_under_a_new_name_on_a_known_integration() -> None:
    (taken,) = faults_of(own("SELECT 1", "data"), SCOPE, TABLES, BELOW)
    assert taken == "the name 'data' is taken by a block above; choose a new one"
    gone = own("SELECT 1").model_copy(update={"integration_id": "Gone"})
    (unknown,) = faults_of(gone, SCOPE, TABLES, BELOW)
    assert "no integration 'Gone'" in unknown


def test_the_columns_of_a_sql_blocks_frame_are_known_where_they_are_certain() -> None:
    assert SCOPE.frames["data"] == {"day", "region", "amount", "month"}
    assert SCOPE.frames["wide"] == {"id", "day", "region", "amount", "customer_id", "country"}
    assert "counts" not in SCOPE.frames  # what a database calls `count(*)` is its own affair
    assert "data: DataFrame of a SQL block, columns amount, day, region" in SCOPE.available


RIGHT_PYTHON = [
    "data.groupby('region')['amount'].sum()",
    "top = data[data['amount'] > 3].sort_values('amount')\ntop['share'] = top['amount'] / 2\ntop[['share', 'month']].head()",
    "renamed = data.rename(columns={'amount': 'a'})\nrenamed['a']",
    "def f(data):\n    return data['anything']\nf(levels)",
    "[data['anything'] for data in [levels]]",
    "for data in [levels]:\n    print(data['anything'])",
    "data = levels\ndata['anything']",
    "counts['anything'], levels['anything']",
    "data.columns = ['a', 'b', 'c', 'd']\ndata['a']",
    "data.loc[data['amount'] > 1, 'flag'] = True\ndata['flag']",
    "by = data.groupby('region').agg(total=('amount', 'sum')).reset_index()\nby['total']",
    "import numpy as np\nimport pandas as pd\ndisplay(np.mean(data['amount']))",
    "data.assign(double=data.amount * 2)[['double', 'day']]",
    "data.pivot_table(index='month', columns='region', values='amount')",
]
WRONG_PYTHON = [
    ("x = 1\nlen(levles)", "line 2: no block above defines 'levles'; the nearest is levels"),
    ("data[\n  'regoin'\n]", "line 1: data has no column 'regoin'; the nearest is region"),
    ("data.groupby('regoin')['amount'].sum()", "data has no column 'regoin'"),
    ("data.groupby('region')['amuont'].sum()", "has no column 'amuont'; the nearest are amount"),
    ("data.groupby('region').agg(t=('amuont', 'sum'))", "has no column 'amuont'"),
    ("kept = data[['day', 'amount']]\nkept['region']", "line 2: kept has no column 'region'"),
    ("data.loc[data['day'] > '2', ['amount', 'amt']]", "data has no column 'amt'"),
    ("wide.sort_values(by=['country', 'city'])", "wide has no column 'city'"),
    ("def f():\n    return unknown_name\nf()", "line 2: no block above defines 'unknown_name'"),
    ("1 +", "line 1: it is not Python"),
    ("figures = {}", "it gives 'figures' another value, which a block below uses; choose a new name"),
    ("import os\nos.system('ls')", "it would do more than read: runs shell commands"),
    ("data.to_csv('out.csv')", "it would do more than read: writes files"),
]


@pytest.mark.parametrize("content", RIGHT_PYTHON)
def test_python_that_uses_what_the_blocks_above_leave_is_right(content: str) -> None:
    assert faults_of(code("own_1", "Own", content), SCOPE, TABLES, BELOW) == []


@pytest.mark.parametrize(("content", "said"), WRONG_PYTHON)
def test_python_that_cannot_work_is_told_with_its_place(content: str, said: str) -> None:
    assert any(said in fault for fault in faults_of(code("own_1", "Own", content), SCOPE, TABLES, BELOW))


def test_a_mended_block_has_to_define_what_the_blocks_below_use() -> None:
    failed = NOTEBOOK[-1]
    mended = code("prepare", "Prepare", "import pandas as pd\nlevels = data.pivot_table(index='day')")
    scope = scope_below(NOTEBOOK[:-1], TABLES)
    (lost,) = faults_of(mended, scope, TABLES, BELOW, instead_of=failed)
    assert lost == "it no longer defines 'figures', which a block below uses"
    whole = mended.model_copy(update={"content": mended.content + "\nfigures = []"})
    assert faults_of(whole, scope, TABLES, BELOW, instead_of=failed) == []


def test_below_a_star_import_any_name_may_exist() -> None:
    scope = scope_below([*NOTEBOOK, block_of(code("star", "Star", "from numpy import *"))], TABLES)
    assert faults_of(code("own_1", "Own", "arange(3)"), scope, TABLES, BELOW) == []
