"""Requests to a small shop, read by the offline rules and run on a real SQLite: the figures that the notebook computes, against sums done by hand."""

import re
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from agents.asks.build_analysis import Outline, Part, Sketch, TableCard
from agents.results import Structure
from agents.rules.build_analysis import outline
from workflows.parts.cards import cards_of
from workflows.parts.designing import design
from workflows.parts.plan import extension, new_plan, problems

CUSTOMERS = [(1, "Ada", "Germany", "Business", "2023-01-10"), (2, "Ben", "France", "Consumer", "2023-02-11"), (3, "Cid", "France", "Consumer", "2023-05-01"), (4, "Dot", "Germany", "Consumer", "2023-05-09")]  # fmt: skip
PRODUCTS = [(1, "Espresso", "Coffee", 10.0, 4.0), (2, "Filter", "Coffee", 5.0, 3.0), (3, "Oolong", "Tea", 20.0, 5.0), (4, "Matcha", "Tea", 30.0, 20.0)]  # fmt: skip
ORDERS = [(1, 1, "2023-11-05 09:10:00", "completed", "web"), (2, 1, "2023-12-05 09:40:00", "cancelled", "web"), (3, 2, "2023-12-06 15:00:00", "completed", "store"), (4, 3, "2024-11-06 15:20:00", "completed", "web"), (5, 3, "2024-12-31 23:00:00", "returned", "store")]  # fmt: skip
ITEMS = [(1, 1, 1, 2, 10.0, 0.0), (2, 1, 3, 1, 20.0, None), (3, 2, 2, 4, 5.0, 0.5), (4, 3, 3, 1, 20.0, 0.0), (5, 4, 1, 3, 10.0, 0.1), (6, 5, 2, 1, 5.0, 0.0)]  # fmt: skip
TABLES = {
    "customers": ("id INTEGER, name TEXT, country TEXT, segment TEXT, signed_up TEXT", CUSTOMERS),
    "products": ("id INTEGER, name TEXT, category TEXT, price REAL, cost REAL", PRODUCTS),
    "orders": ("id INTEGER, customer_id INTEGER, ordered_at TEXT, status TEXT, channel TEXT", ORDERS),
    "order_items": (
        "id INTEGER, order_id INTEGER, product_id INTEGER, quantity INTEGER, unit_price REAL, discount REAL",
        ITEMS,
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        for name, (columns, rows) in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return path


@pytest.fixture(scope="module")
def cards(shop: Path) -> list[TableCard]:
    tables = []
    for name, (columns, rows) in TABLES.items():
        described = []
        for place, column in enumerate(columns.split(", ")):
            values = sorted({row[place] for row in rows if row[place] is not None})
            profile = {"min": str(values[0]), "max": str(values[-1]), "distinctCount": len(values), "values": [str(value) for value in values]}  # fmt: skip
            described.append({"name": column.split()[0], "type": column.split()[1], "profile": profile})
        tables.append({"name": name, "schema": "main", "rowCount": len(rows), "columns": described})
    integration = {"id": "s", "name": "Shop", "type": "sqlite"}
    return cards_of(Structure.model_validate({"integration": integration, "tables": tables}))


def read(request: str, cards: list[TableCard], earlier: Sketch | None = None) -> Sketch:
    question = Outline(request=request, tables=tuple(cards), earlier=earlier)
    answer = outline(question)
    assert answer.verdict == "build", answer.why
    assert question.problems(answer) == []
    return answer


def told(request: str, cards: list[TableCard], shop: Path) -> list[str]:
    """The figures that the notebook of a request computes."""
    sketch = read(request, cards)
    plan = new_plan(sketch, design(sketch, cards), request, "Project", "Notebook")
    assert problems(plan, cards) == []
    names: dict[str, Any] = {}
    with sqlite3.connect(shop) as connection:
        for block in plan.blocks:
            variable = block.metadata.get("deepnote_variable_name")
            if block.type == "input-date":
                names[variable] = date.fromisoformat(block.metadata["deepnote_variable_value"])
            elif block.type == "input-select":
                names[variable] = block.metadata["deepnote_variable_value"]
            elif block.type == "sql":
                bound = [str(names[name]) for name in re.findall(r"{{ (\w+) }}", block.content)]
                query = re.sub(r"{{ \w+ }}", "?", block.content)
                names[variable] = pd.read_sql_query(query, connection, params=bound)
            elif block.type == "code":
                exec(compile(block.content, block.key, "exec"), names)  # noqa: S102 - the blocks are what is tested
            elif block.type == "visualization":
                encoding = block.metadata["deepnote_visualization_spec"]["encoding"]
                fields = {channel["field"] for channel in encoding.values() if "field" in channel}
                assert fields <= set(names[variable].columns), block.key
    return [one["text"] for one in names["figures"]]


@pytest.mark.parametrize(
    ("request_", "figures"),
    [
        ("Which product categories bring in the most?", ["number 1 is Coffee with revenue 62.00, 60.8 % of the whole", "number 2 is Tea with revenue 40.00, 39.2 % of the whole"]),
        ("top 2 customers by what they spent, with their country", ["number 1 is Ada, Germany with revenue 50.00, 49.0 % of the whole", "number 2 is Cid, France with revenue 32.00, 31.4 % of the whole"]),
        ("What share of orders was cancelled or returned, per channel?", ["store with share of cancelled or returned 50.0 %", "web with share of cancelled or returned 33.3 %"]),
        ("average basket size by country in 2024", ["number 1 is France with average order value 16.00"]),
        ("profit margin per category", ["Tea with margin 75.0 %", "Coffee with margin 43.5 %"]),
        ("Which products have never been sold?", ["1 products without any order items"]),
        ("which products sell worst", ["number 1 is Oolong with units sold 2.00", "1 have none at all: Matcha"]),
        ("How many customers ordered more than once?", ["2 of 3 (66.7 %) with any have more than 1"]),
        ("new customers per quarter by segment, as stacked bars", ["Q2 2023, Consumer: customers 2", "customers over all of it: 4"]),
        ("Compare November and December sales of 2023 vs 2024", ["2023: revenue 70.00", "2024: revenue 32.00"]),
        ("number of orders by weekday", ["Tuesday: orders 2", "orders over all of it: 5"]),
        ("revenue by country, without cancelled orders", ["France with revenue 52.00", "Germany with revenue 40.00"]),
        ("running total of orders per quarter", ["Q4 2023: orders 3", "Q4 2024: orders 5"]),
        ("Customers from France: how many are there, and how many orders did they place?", ["customers: 2", "orders: 3"]),
        ("How many orders were there in November?", ["orders: 2"]),
        ("revenue by channel and margin by category", ["web with revenue 77.00", "Tea with margin 75.0 %"]),
        ("How much did we earn from Espresso?", ["revenue: 47.00"]),
        ("median unit price by category", ["Tea with median unit price 20.00"]),
    ],
)  # fmt: skip
def test_a_request_to_the_shop_is_answered_with_its_figures(
    request_: str, figures: list[str], cards: list[TableCard], shop: Path
) -> None:
    said = told(request_, cards, shop)
    for figure in figures:
        assert any(figure in one for one in said), (figure, said)


def test_several_wishes_are_each_a_section_of_their_own(cards: list[TableCard]) -> None:
    sketch = read("What's our revenue by month, and which product categories bring in the most?", cards)
    assert (sketch.table, sketch.measures, sketch.parts) == ("Shop/order_items", ["revenue"], [Part.TREND])
    assert [cut.by for cut in sketch.cuts] == [["products.category"]]


def test_a_value_can_be_chosen_by_the_reader(cards: list[TableCard]) -> None:
    sketch = read("let me choose a country and show orders per week there", cards)
    assert [(cut.choose, cut.by) for cut in sketch.cuts] == [
        ("customers.country", ["customers.country", "time:week"])
    ]
    blocks = new_plan(sketch, design(sketch, cards), "r", "P", "N").blocks
    (chosen,) = [block for block in blocks if block.type == "input-select"]
    assert chosen.metadata["deepnote_variable_options"] == ["France", "Germany"]


def test_the_kind_of_chart_that_is_named_is_drawn(cards: list[TableCard]) -> None:
    sketch = read("a pie chart of revenue by category", cards)
    (drawn,) = [block for block in new_plan(sketch, design(sketch, cards), "r", "P", "N").blocks if block.type == "visualization"]  # fmt: skip
    assert drawn.metadata["deepnote_visualization_spec"]["mark"]["type"] == "arc"


def test_a_follow_up_on_another_table_extends_the_same_notebook(cards: list[TableCard]) -> None:
    first = read("top 2 customers by what they spent", cards)
    more = read("add a chart of the orders by month", cards, earlier=first)
    assert (more.table, more.count, more.project) == ("Shop/orders", True, "")
    keys = [block.key for block in extension(more, design(more, cards), first, "r", 2)]
    assert {"added#2", "data#2", "prepare#2", "trend#2"} <= set(keys)
