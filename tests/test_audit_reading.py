"""How a request to audit is read: what is counted, which clauses are looked for, what is told beside, and what the data is asked for."""

import pytest

from agents.asks.audit_integrations import IntegrationCard
from agents.rules.audit_integrations import only_writes
from agents.rules.audit_integrations_clauses import Clauses, clauses_in
from agents.rules.audit_integrations_counts import counted_in
from agents.rules.audit_integrations_focus import focus_of
from agents.rules.audit_integrations_held import held_asked
from agents.rules.audit_integrations_request import audited_in
from agents.rules.audit_integrations_signs import ALIKE, WRITES_FIRST
from agents.rules.audit_integrations_tables import by_table
from agents.rules.audit_integrations_unknown import called_in, may_stand_in_sql, missing_names
from workflows.auditing_asides import as_file

NAMES = ["Labour statistics", "Market data", "Sector reference", "Snowflake warehouse"]


@pytest.mark.parametrize(
    ("request_", "of", "by", "rank"),
    [
        ("How many cells with SQL does each project hold?", "block", "project", None),
        ("number of notebooks per integration", "notebook", "integration", None),
        ("Which connection is hardly used?", "block", "integration", "least"),
        ("Which table do the most notebooks read?", "notebook", "table", "most"),
        ("list all tables with the notebooks that read them", "block", "table", None),
        ("which notebook reads which table", "block", "table", None),
        ("How many statements are there in total?", "block", None, None),
        ("which one is used most", "block", None, "most"),
    ],
)
def test_what_is_counted_one_by_one_of_what(request_: str, of: str, by: str | None, rank: str | None) -> None:
    wanted = counted_in(request_)
    assert wanted is not None
    assert (wanted.of, wanted.by, wanted.rank) == (of, by, rank)


@pytest.mark.parametrize(
    "request_",
    [
        "Which notebooks query Snowflake?",
        "Who read index_prices most recently?",
        "Does one of them read more than it needs?",
        "Is index_prices read by notebook Weekly KPIs?",
        "Which notebooks use at least two integrations?",
        "Which notebooks combine more than one data source?",
        "Audit everything",
    ],
)
def test_what_asks_for_no_count(request_: str) -> None:
    assert counted_in(request_) is None


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Which queries have no limit?", Clauses(lacking=("limit",))),
        ("SQL with a join but without an order by", Clauses(("join",), ("order",))),
        ("Which blocks filter by date?", Clauses(("date filter",))),
        ("who reads the whole table?", Clauses(lacking=("filter",))),
        ("Where do queries filter on a month, and which load everything?", Clauses(("date filter",), ("filter",), apart=True)),
        ("In which order do they run?", Clauses()),
        ("Which notebooks do not use Market data?", Clauses()),
        ("Is there a limit on integrations?", Clauses()),
    ],
)  # fmt: skip
def test_the_clauses_that_sql_has_to_hold_or_lack(request_: str, wanted: Clauses) -> None:
    assert clauses_in(request_) == wanted


@pytest.mark.parametrize(
    ("request_", "read"),
    [
        ("We move orders to a new schema soon. Who breaks?", "We move orders soon. Who breaks?"),
        ("If we rename close to last_close in index_prices, who has to know?", "If we rename close in index_prices, who has to know?"),
        ("We migrate from Snowflake warehouse to BigQuery. Who is affected?", "We migrate from Snowflake warehouse . Who is affected?"),
        ("Does anything read old_table? I don't see it in Market data.", "Does anything read old_table?"),
        ("Somebody dropped Market data. Who notices?", "Somebody dropped Market data. Who notices?"),
        ("Who is on Market data? Sorry, Snowflake.", "Who is on Market data? Sorry, Snowflake."),
        ("Connect the notebook to Market data", "Connect the notebook to Market data"),
    ],
)  # fmt: skip
def test_what_is_told_beside_and_what_something_becomes_is_not_looked_for(request_: str, read: str) -> None:
    assert audited_in(request_, NAMES) == read


@pytest.mark.parametrize(
    ("request_", "only"),
    [
        ("Which blocks write something?", True),
        ("who writes to the warehouse", True),
        ("Which queries change data?", True),
        ("We take the write permission away, what stops?", True),
        ("Which notebooks read or write daily_orders?", False),
        ("Show what writes first, then the rest", False),
        ("If I delete index_prices, what breaks?", False),
        ("List SELECT * and the blocks that write", False),
    ],
)
def test_what_reads_is_left_out_only_where_it_is_not_asked_for(request_: str, only: bool) -> None:
    assert only_writes(request_) is only


@pytest.mark.parametrize(
    ("request_", "first"),
    [
        ("List the SQL that writes first, then the rest", True),
        ("Which query changes data? Put those at the top.", True),
        ("start with the blocks that delete, others after", True),
        ("Which notebook was written first?", False),
        ("Which SQL writes data?", False),
    ],
)
def test_what_writes_may_be_wanted_before_the_rest(request_: str, first: bool) -> None:
    assert (WRITES_FIRST.search(request_) is not None) is first


@pytest.mark.parametrize(
    ("request_", "missing"),
    [
        ("Who uses Market data and Salesforce?", ["Salesforce"]),
        ("Is Stripe or Snowflake queried?", ["Stripe"]),
        ("Who uses Market data and the finance database?", ["finance"]),
        ("Who uses Market data and Sector reference?", []),
        ("Who uses Market data and writes to it?", []),
        ("Who uses Market data and Scratchpad?", []),
    ],
)
def test_a_name_beside_an_integration_that_is_none_is_told(request_: str, missing: list[str]) -> None:
    assert missing_names(request_, NAMES, [*NAMES, "Scratchpad"]) == missing


def test_words_that_name_nothing_are_looked_for_in_the_sql_unless_they_are_called_a_database() -> None:
    assert may_stand_in_sql("Where do our revenue figures come from?", NAMES)[0] == "revenue"
    assert called_in("Where do our revenue figures come from?") == []
    assert called_in("Which notebooks use the finance database?") == ["finance"]
    assert called_in("Who's on Stripe?") == ["Stripe"]


@pytest.mark.parametrize(
    ("request_", "asks"),
    [
        ("Are any two queries nearly the same?", True),
        ("do we have duplicate SQL", True),
        ("Which notebooks use both at the same time?", False),
    ],
)
def test_queries_that_fetch_the_same(request_: str, asks: bool) -> None:
    assert (ALIKE.search(request_) is not None) is asks


@pytest.mark.parametrize(
    ("request_", "out", "says", "says_not"),
    [
        ("Audit all as csv", "", "--out audit.csv", "No "),
        ("Audit all and save it as all.md", "", "--out all.md", "No "),
        ("Audit all, I need an Excel file", "", "No Excel file is made: `--out` takes names that end in .csv", "all.xlsx"),
        ("Audit all and save it as all.xlsx", "", "No xlsx file is made", "`--out all.xlsx`"),
    ],
)  # fmt: skip
def test_the_file_that_is_wanted(request_: str, out: str, says: str, says_not: str) -> None:
    told = as_file(request_, out)
    assert says in told
    assert says_not not in told


def test_who_gave_out_is_not_told_of_it() -> None:
    assert as_file("Audit all as csv", "audit.csv") == ""
    assert "--out audit.csv" not in as_file("Audit all as an Excel file", "audit.csv")
    assert as_file("Audit all") == ""


@pytest.mark.parametrize(
    ("request_", "words", "reach", "polar", "years"),
    [
        ("Do we have data on bitcoin?", ["bitcoin"], False, True, []),
        ("Until when do our prices go?", ["prices"], True, False, []),
        ("Are there jobs figures for 2003?", ["jobs"], False, True, [("2003", "")]),
        ("Which tables do we have?", [], False, False, []),
        ("Do the figures go beyond 2015?", [], False, True, [("2015", "after")]),
        ("Please tell me whether there are prices before 1999", ["prices"], False, True, [("1999", "before")]),
    ],
)  # fmt: skip
def test_what_the_data_is_asked_for(
    request_: str, words: list[str], reach: bool, polar: bool, years: list[tuple[str, str]]
) -> None:
    held = held_asked(request_)
    assert held is not None
    assert ([word.text for word in held.words], held.reach, held.polar, held.years) == (words, reach, polar, years)  # fmt: skip
    assert all(request_[word.start : word.end].casefold() == word.text for word in held.words)


CARDS = [
    IntegrationCard(
        id="i1", name="Labour statistics", type="duckdb", tables=["us_employment", "employment_by_sector"],
        columns=["us_employment.month", "us_employment.retail_trade"],
    ),
    IntegrationCard(id="i2", name="Market data", type="duckdb", tables=["index_prices"], columns=["index_prices.close"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "table"),
    [
        ("Which notebooks use the index prices table?", "index_prices"),
        ("Who still needs the employment by sector table?", "employment_by_sector"),
        ("Does anything read the US employment view?", "us_employment"),
        ("Where is table index prices read?", "index_prices"),
    ],
)
def test_a_table_is_named_with_spaces_too(request_: str, table: str) -> None:
    wish = by_table(request_, CARDS)
    assert wish is not None
    assert (wish.table, wish.reason) == (table, f"the table {table} is in it")


def test_a_word_that_tells_of_columns_is_no_column() -> None:
    told = focus_of("Where is us_employment queried, and the columns taken from it?", CARDS, [], [])
    assert told.columns == ()
    named = focus_of("Which blocks name the columns retail_trade or close?", CARDS, [], [])
    assert "retail_trade" in named.columns
