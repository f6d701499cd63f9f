"""audit_integrations: every usage to the last page, what the SQL says, and three different kinds of nothing. It never writes."""

import asyncio
import json
from pathlib import Path

import pytest
from analysis_world import context_on, seeded
from tidy_world import YES, outcome_of, outcome_on

from workflows.auditing_tables import to_csv
from workflows.outcome import Outcome, Status
from workflows.report import files_of

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


def notebooks(outcome: Outcome) -> set[str]:
    return {row[1] for table in outcome.tables if table["title"] == "Notebooks" for row in table["rows"]}


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Which notebooks query our Snowflake warehouse?", {"Customer orders", "Nightly load"}),
        ("who's still on snow flake", {"Customer orders", "Nightly load"}),
        ("which notebooks write to the warehouse?", {"Nightly load"}),
        ("Which notebooks use the sqlite database?", {"Sector reference"}),
        ("If I drop the table index_prices, which notebooks break?", {"Weekly KPIs", "Index levels", "Volatility watch", "Clean up prices"}),
        ("which notebooks use retail_trade column", {"Scratchpad"}),
        ("Is retail_trade read anywhere?", {"Scratchpad"}),
        ("audit the Market dta integration", {"Weekly KPIs", "Index levels", "Volatility watch", "Clean up prices"}),
    ],
)  # fmt: skip
async def test_the_integration_is_found_by_name_kind_or_table(
    demo: Path, request_: str, wanted: set[str]
) -> None:
    outcome = await outcome_of(demo, "audit_integrations", request_)
    assert (outcome.status, outcome.journal, outcome.checks) == (Status.DONE, [], [])
    assert (notebooks(outcome) if "write" not in request_ else {row[1] for row in _blocks(outcome)}) == wanted


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("What tables are in Labour statistics?", "holds 2 tables, as the workspace last read it:\n\n- `employment_by_sector`\n- `us_employment`"),
        ("which tables of the Snowflake warehouse does nobody read?", "1 of 3 known tables of **Snowflake warehouse** (snowflake) is read by no visible block:\n\n- `reporting.daily_orders` (written to, never read)"),
        ("Which columns of us_employment are used?", "columns named: `us_employment.government`"),
        ("audit everything as csv", "4 integrations audited"),
        ("What is the password of the Snowflake warehouse?", "No tool shows an integration's password"),
    ],
)  # fmt: skip
async def test_an_audit_tells_tables_columns_and_what_no_tool_shows(
    demo: Path, request_: str, said: str
) -> None:
    outcome = await outcome_of(demo, "audit_integrations", request_)
    assert said in outcome.answer
    assert (outcome.status, outcome.checks) == (Status.DONE, [])


def _blocks(outcome: Outcome) -> list[list[str]]:
    return [row for table in outcome.tables if table["title"] == "Blocks" for row in table["rows"]]


async def test_an_audit_says_what_the_sql_does_and_what_stands_in_the_code(demo: Path) -> None:
    outcome = await outcome_of(demo, "audit_integrations", "Audit everything")
    assert "writing data: 2 blocks (in Clean up prices, Nightly load)" in outcome.answer
    assert "taking every column with SELECT *: 1 block (in Customer orders)" in outcome.answer
    assert "Nightly load, block 4: password in an address" in outcome.answer
    assert "does not exist any more" in outcome.answer
    assert "not-a-real-password" not in outcome.model_dump_json()
    assert outcome.usage.calls == 0


async def test_a_kind_that_is_not_visible_is_not_called_unused(demo: Path) -> None:
    outcome = await outcome_of(demo, "audit_integrations", "Which notebooks use BigQuery?")
    assert "is visible to this key" in outcome.answer
    assert outcome.not_checked == ["Integrations that this key cannot see."]
    assert outcome.tables == []


async def test_a_table_that_nothing_reads_is_none_found_after_reading_all(demo: Path) -> None:
    outcome = await outcome_of(demo, "audit_integrations", "Which blocks read from payroll_2019?")
    assert (
        "No block reads or writes `payroll_2019`: every SQL block of every visible integration was read."
        in outcome.answer
    )


async def test_an_unused_integration_is_said_to_be_unused(demo: Path, tmp_path: Path) -> None:
    outcome = await outcome_of(demo, "audit_integrations", "Are there unused integrations?")
    assert outcome.answer.startswith("4 integrations audited, 0 of them unused.")


async def test_who_asks_which_are_unused_gets_just_that(demo: Path) -> None:
    outcome = await outcome_of(
        demo, "audit_integrations", "which of the integrations aren't used by anybody?"
    )
    assert outcome.answer.startswith("4 integrations audited, 0 of them unused.")
    assert "What the SQL says" not in outcome.answer
    assert [table["title"] for table in outcome.tables] == ["Integrations"]


async def test_an_unknown_name_is_asked_with_what_exists(demo: Path) -> None:
    async with context_on(demo, policy=YES) as context:
        asked = await outcome_on(context, "audit_integrations", "Which notebooks use the finance database?")
        assert asked.status is Status.NEEDS_ANSWER
        assert len(asked.choices) == 4
        told = await outcome_on(
            context,
            "audit_integrations",
            "Which notebooks use the finance database?",
            "Market data (duckdb)",
            "next",
        )
        assert "Weekly KPIs" in notebooks(told)


async def test_usages_are_read_to_the_last_page(demo: Path, tmp_path: Path) -> None:
    from analysis_world import copied

    async with context_on(copied(demo, tmp_path / "workspace"), policy=YES) as context:
        (market,) = [one async for one in context.tools.list_integrations("Market data")]
        project = await context.tools.create_project("Many")
        notebook = await context.tools.create_notebook(project.id, "Many queries")
        for number in range(120):
            await context.tools.create_block(
                notebook.id, "sql", f"SELECT close FROM index_prices LIMIT {number}", integration_id=market.id
            )
        outcome = await outcome_on(context, "audit_integrations", "list all SQL that hits the market data")
        assert len(_blocks(outcome)) == 124


def test_a_cell_that_a_spreadsheet_would_calculate_is_kept_as_text() -> None:
    table = {"title": "t", "columns": ["a", "=b"], "rows": [["=1+1", None], ["x, y", 3], ["-1+cmd", -3.5], ["-2,000.5", "\t@x"]]}  # fmt: skip
    assert to_csv(table) == "a,'=b\n'=1+1,\n\"x, y\",3\n'-1+cmd,-3.5\n\"-2,000.5\",'\t@x\n"


def test_tables_of_one_title_each_get_a_file(tmp_path: Path) -> None:
    tables = [{"title": title, "columns": ["n"], "rows": [[n]]} for n, title in enumerate(["A", "B / C", "b c", "B-C"])]  # fmt: skip
    made = files_of(tmp_path / "x.csv", Outcome(workflow="ask", status=Status.DONE, tables=tables))
    assert {path.name: text for path, text in made.items()} == {
        "x.csv": "n\n0\n", "x-b-c.csv": "n\n1\n", "x-b-c-2.csv": "n\n2\n", "x-b-c-3.csv": "n\n3\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "says", "says_not"),
    [
        ("Which notebooks do NOT use the Market data integration?", ["9 of 13", "Monthly KPIs"], ["Volatility watch"]),
        ("which notebooks don't use any integration at all?", ["Meeting notes"], ["Scratchpad"]),
        ("If I drop column jobs from employment_by_sector, what breaks?", ["Jobs by sector", "`jobs`"], ["Scratchpad"]),
        ("what breaks if I rename index_prices.close?", ["Weekly KPIs"], ["Clean up prices"]),
        ("Which notebooks touch the reporting schema?", ["Nightly load"], ["Customer orders"]),
        ("Which integrations does the project Labour market use?", ["Sector reference", "Jobs by sector"], ["Snowflake"]),
        ("is Market data used in Monthly KPIs?", ["No visible notebook queries"], ["Weekly KPIs"]),
        ("Which notebooks query snowflake but not duckdb?", ["Customer orders"], ["Weekly KPIs"]),
        ("Which notebooks use both Market data and Labour statistics?", ["No notebook queries"], []),
        ("which DELETE statements are there?", ["Clean up prices"], ["Nightly load"]),
        ("Which notebooks use the table employment_by_secto?", ["There is no table employment_by_secto", "Jobs by sector"], ["Scratchpad"]),
        ("Which notebooks still use legacy_daily", ["whose integration is gone does", "Nightly load, block 3"], []),
        ("Remove the Snowflake integration", ["No tool creates", "Customer orders"], []),
        ("which one is used most", ["Customer orders"], []),
        ("which notebooks join orders and customers", ["Customer orders"], ["Nightly load"]),
    ],
)  # fmt: skip
async def test_an_audit_looks_only_at_what_was_asked_for(
    demo: Path, request_: str, says: list[str], says_not: list[str]
) -> None:
    outcome = await outcome_of(demo, "audit_integrations", request_)
    text = outcome.answer.partition("What the SQL says")[0].partition("Credentials stand")[0]
    assert (outcome.status, outcome.journal, outcome.checks) == (Status.DONE, [], [])
    assert [each for each in says if each not in text] == []
    assert [each for each in says_not if each in text] == []


async def test_out_writes_by_the_ending_of_its_name(demo: Path, tmp_path: Path) -> None:
    outcome = await outcome_of(demo, "audit_integrations", "Which notebooks query Market data?")
    made = files_of(tmp_path / "audit.csv", outcome)
    assert [path.name for path in made] == ["audit.csv", "audit-notebooks.csv", "audit-blocks.csv"]
    assert made[tmp_path / "audit.csv"].splitlines()[1].startswith("Market data,duckdb,")
    assert json.loads(files_of(tmp_path / "a.json", outcome)[tmp_path / "a.json"])["status"] == "done"
    assert files_of(tmp_path / "a.html", outcome)[tmp_path / "a.html"].lstrip().startswith("<!doctype html>")
    assert files_of(tmp_path / "a.md", outcome, "Q")[tmp_path / "a.md"].startswith("# Q")


@pytest.mark.parametrize(
    ("request_", "said", "not_said"),
    [
        ("Who reads the share prices?", ["no table “share prices”; index_prices in Market data is the nearest", "`index_prices` in **Market data**"], "Customer orders"),
        ("Which notebooks use the customer records?", ["customers in Snowflake warehouse is the nearest", "Customer orders"], "Nightly load"),
        ("Which cells query dataframes with SQL?", ["1 SQL block works on dataframes", "Jobs by sector, block 5, project Labour market: reads `gains`"], "Market data"),
        ("audit everything", ["1 SQL block works on dataframes of the notebook itself and uses no integration"], "```"),
        ("List the blocks on Snowflake with their full SQL", ["  ```sql\n  SELECT * FROM analytics.orders LIMIT 1000\n  ```", "INSERT INTO reporting.daily_orders"], "not-a-real-password"),
        ("which tables does each notebook read?", ["project Team notes: reads `us_employment` (Labour statistics)", "`legacy_daily` (an integration that is gone)"], "4 integrations audited"),
        ("Who executed the queries on Market data last night?", ["who ran its queries", "Weekly KPIs"], "Customer orders"),
        ("Is SELECT * used?", ["[Customer orders]", "(block 3, project Warehouse)"], "blocks 2"),
        ("Who is on Labour statistics? Sorry, Sector reference.", ["**Sector reference** (sqlite) is queried by 1 notebook"], "Labour statistics"),
        ("How many queries does every project hold?", ["**Warehouse**: 5 SQL blocks in 3 notebooks", "**Team notes**: 1 SQL block in 1 notebook"], "password"),
        ("Which connection do we hardly use?", ["fewest SQL blocks (1): **Sector reference**"], "password"),
        ("Does Market data have more notebooks than Snowflake?", ["with the most notebooks (4): **Market data**"], "Labour"),
        ("How many SQL blocks are in the Warehouse project?", ["5 SQL blocks in 3 notebooks in the project Warehouse", "Nightly load, block 3, project Warehouse: on an integration that is gone"], "Index levels"),
        ("Show what writes first, then all other SQL", ["Writing data: 2 SQL blocks", "Only reading: 10 SQL blocks"], "password"),
        ("In which blocks is index_prices read?", ["[Index levels]", "block 3, project Markets", "block 4, project Markets"], "password"),
        ("Which notebooks query Snowflake?", ["(blocks 2 and 3, project Warehouse)"], "password"),
        ("Who uses Market data and the payroll database?", ["No integration called “payroll” is visible", "**Market data** (duckdb) is queried by 4"], "together"),
        ("Where do our revenue figures come from?", ["with “revenue” in its SQL", "Customer orders", "it reads `legacy_daily`"], "password"),
        ("Which cells change or erase data?", ["`DELETE index_prices`", "INSERT reporting.daily_orders"], "SELECT *"),
        ("We put orders into another schema. Whose SQL breaks?", ["`orders` in **Snowflake warehouse**", "Customer orders"], "in the schema"),
        ("We rename close to last_close in the table index_prices. What has to change?", ["naming the column `close`", "Volatility watch, block 5: names `close`"], "[Clean up prices]"),
        ("Since when do we have each connection, and which changed last?", ["**Snowflake warehouse** (snowflake): added 2026-02-02, last changed 2026-02-16"], "No tool tells who"),
        ("Are two of our queries nearly the same?", ["`index_prices`: **Index levels**, block 3 (date filter, order); **Volatility watch**, block 4 (order)"], "password"),
        ("Which SQL has no limit?", ["(without a LIMIT)", "[Scratchpad]"], "LIMIT 1000"),
        ("Are there tokens in the Markets project?", ["No pasted credential was found in the 3 notebooks in the project Markets"], "Nightly load"),
        ("Wie viele Abfragen hat jedes Projekt?", ["**Markets**: 3 SQL blocks"], "Which integration"),
        ("Is anything on Postgres?", ["A search finds “postgres” in blocks of **Nightly load**"], "not-a-real-password"),
        ("How many notebooks write data?", ["2 SQL blocks that write in 2 notebooks"], "unused"),
        ("Audit the lot and keep it as all.md", ["with `--out all.md`", "4 integrations audited"], "lot.md"),
    ],
)  # fmt: skip
async def test_an_audit_answers_what_is_asked_and_tells_what_it_took_for_it(
    demo: Path, request_: str, said: list[str], not_said: str
) -> None:
    outcome = await outcome_of(demo, "audit_integrations", request_)
    assert (outcome.status, outcome.checks) == (Status.DONE, [])
    assert [text for text in said if text not in outcome.answer] == []
    assert not_said not in outcome.answer


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Who queries the labour data or Snowflake? Leave Nightly load out of it.", {"Jobs by sector", "Monthly KPIs", "Monthly KPIs archive", "Scratchpad", "Customer orders"}),
        ("Which notebooks use Market data, apart from the Warehouse project?", {"Weekly KPIs", "Index levels", "Volatility watch"}),
        ("Who uses Sector reference and Snowflake?", {"Sector reference", "Customer orders", "Nightly load"}),
        ("Within the Warehouse project, which databases are queried?", {"Customer orders", "Nightly load", "Clean up prices"}),
    ],
)  # fmt: skip
async def test_an_audit_keeps_every_integration_named_and_leaves_out_what_is_excepted(
    demo: Path, request_: str, wanted: set[str]
) -> None:
    outcome = await outcome_of(demo, "audit_integrations", request_)
    assert (outcome.status, outcome.checks) == (Status.DONE, [])
    assert notebooks(outcome) == wanted


async def test_a_table_that_is_only_written_is_not_said_to_be_queried(demo: Path) -> None:
    outcome = await outcome_of(demo, "audit_integrations", "Which notebooks query reporting.daily_orders? Please make me a csv.")  # fmt: skip
    assert "is read by no visible block, and written to by 1 notebook in 1 block" in outcome.answer
    assert "--out audit.csv" in outcome.answer


async def test_what_is_grouped_is_a_table_of_its_own_for_a_file(demo: Path) -> None:
    outcome = await outcome_of(
        demo, "audit_integrations", "All tables with the notebooks that read them, as csv"
    )
    rows = {row[0]: row[1:] for row in outcome.tables[0]["rows"]}
    assert rows["index_prices"] == [4, 4, "Index levels, Volatility watch, Weekly KPIs", "Clean up prices", "Market data", "Markets, Warehouse"]  # fmt: skip
    assert rows["legacy_daily"][4] == "an integration that is gone"
