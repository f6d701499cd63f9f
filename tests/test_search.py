"""Search: words in names and contents, their beginnings and near misses, and only what the key may see."""

from typing import Any

import pytest
from conftest import Call
from sqlalchemy import delete, insert, update

from workspace.domain import Caller, Role, Workspace
from workspace.errors import ToolRefused
from workspace.store.schema import Block, Integration, Notebook, Project

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(call: Call, workspace: Workspace) -> dict[str, str]:
    """Two projects with a few blocks, and an integration; ids by name."""
    ids = {}
    for project, notebook, texts in (
        (
            "Monthly KPIs",
            "Overview",
            ["revenue = orders.groupby('month')", "# Churn by région", "SELECT * FROM employment"],
        ),
        (
            "Stocks",
            "Returns",
            ["volatility of the NASDAQ composite", "revenue of tech firms and further words " * 20],
        ),
    ):
        made = (await call("create_project", name=project))["project"]
        ids[project] = made["id"]
        ids[notebook] = (await call("create_notebook", projectId=made["id"], name=notebook))["notebook"]["id"]
        for text in texts:
            block = await call("create_block", notebookId=ids[notebook], type="code", content=text)
            ids[text] = block["block"]["id"]
    now = workspace.now
    with workspace.writing() as connection:
        row = {"id": "wh", "name": "Sales warehouse", "type": "duckdb", "is_public": False, "read_only": True}
        connection.execute(insert(Integration), [{**row, "created_at": now, "updated_at": now}])
    return ids


def names(answer: dict[str, Any], kind: str) -> list[str]:
    key = "snippet" if kind == "blocks" else "name"
    return [hit[key] for hit in answer["results"][kind]]


async def test_a_word_is_found_in_names_and_contents(call: Call, world: dict[str, str]) -> None:
    answer = await call("search", q="employment")
    assert names(answer, "blocks") == ["SELECT * FROM employment"]
    (block,) = answer["results"]["blocks"]
    assert block["projectName"] == "Monthly KPIs"
    assert block["notebookName"] == "Overview"
    assert block["url"].endswith(
        f"/project/{world['Monthly KPIs']}/notebook/{world['Overview']}#block-{block['id']}"
    )
    assert names(await call("search", q="kpis"), "projects") == ["Monthly KPIs"]
    assert names(await call("search", q="returns"), "notebooks") == ["Returns"]
    assert names(await call("search", q="warehouse"), "integrations") == ["Sales warehouse"]
    assert answer["partialFailure"] is False


async def test_all_words_count_in_any_order_and_their_beginnings_suffice(
    call: Call, world: dict[str, str]
) -> None:
    assert names(await call("search", q="KPI month"), "projects") == ["Monthly KPIs"]
    assert names(await call("search", q="nasd vola"), "blocks") == ["volatility of the NASDAQ composite"]
    assert (await call("search", q="kpi nasdaq"))["results"]["projects"] == []


@pytest.mark.parametrize(
    "typed",
    [
        "emplyoment",
        "employmnt",
        "emploiment",
        "xmployment",
        "mployment",
        "eemployment",
        "meployment",
        "ebployment",
        "epmloyment",
    ],
)
async def test_a_typing_mistake_is_forgiven_and_said(call: Call, world: dict[str, str], typed: str) -> None:
    answer = await call("search", q=typed)
    assert names(answer, "blocks") == ["SELECT * FROM employment"]
    assert answer["corrected"] == ["employment"]


async def test_a_beginning_is_found_whether_few_words_or_many_begin_so(
    call: Call, world: dict[str, str]
) -> None:
    for text in ("régional", "zeta zetas", " ".join(f"omega{number}" for number in range(40))):
        await call("create_block", notebookId=world["Overview"], type="markdown", content=text)
    accented = {"régional", "# Churn by région"}
    assert set(names(await call("search", q="régio"), "blocks")) == accented
    for q in ("zet", "zeta", "zetas", "zetas zet"):
        assert names(await call("search", q=q), "blocks") == ["zeta zetas"]
    (many,) = names(await call("search", q="omeg omega39"), "blocks")
    assert many.startswith("omega0 omega1 ")
    assert (await call("search", q="zeta zetasx"))["corrected"] == ["zetas"]


async def test_a_word_that_nothing_resembles_finds_nothing(call: Call, world: dict[str, str]) -> None:
    answer = await call("search", q="zzyzzyva")
    assert answer["results"] == {"projects": [], "notebooks": [], "blocks": [], "integrations": []}
    assert answer["corrected"] == []


async def test_the_very_name_comes_first(call: Call, world: dict[str, str]) -> None:
    for name in ("Stocks of others", "Stocks stocks stocks"):
        await call("create_project", name=name)
    assert names(await call("search", q="stocks"), "projects")[0] == "Stocks"


async def test_only_the_types_asked_for_are_searched(call: Call, world: dict[str, str]) -> None:
    answer = await call("search", q="revenue", types=["projects", "notebooks"])
    assert answer["results"]["blocks"] == []
    with pytest.raises(ToolRefused, match="types"):
        await call("search", q="revenue", types=["cells"])


async def test_a_long_text_is_shown_around_the_word(call: Call, world: dict[str, str]) -> None:
    long = "beginning " * 100 + "needle in the middle " + "end " * 100
    await call("create_block", notebookId=world["Overview"], type="markdown", content=long)
    (snippet,) = names(await call("search", q="needle"), "blocks")
    assert "needle in the middle" in snippet
    assert snippet.startswith("…")
    assert len(snippet) < 200


async def test_labels_and_variables_of_inputs_are_found(call: Call, world: dict[str, str]) -> None:
    metadata = {"deepnote_variable_name": "threshold", "deepnote_input_label": "Lowest turnover"}
    await call("create_block", notebookId=world["Overview"], type="input-text", metadata=metadata)
    assert names(await call("search", q="turnover"), "blocks") == ["threshold Lowest turnover"]


async def test_the_index_follows_every_change(
    call: Call, world: dict[str, str], workspace: Workspace
) -> None:
    block = world["SELECT * FROM employment"]
    await call("update_block", blockId=block, content="SELECT * FROM wages")
    assert names(await call("search", q="wages"), "blocks") == ["SELECT * FROM wages"]
    assert names(await call("search", q="employment"), "blocks") == []
    with workspace.writing() as connection:
        connection.execute(update(Project).where(Project.name == "Stocks").values(name="Bonds"))
        connection.execute(update(Notebook).where(Notebook.name == "Returns").values(name="Yields"))
    assert names(await call("search", q="bonds"), "projects") == ["Bonds"]
    assert names(await call("search", q="yields"), "notebooks") == ["Yields"]
    with workspace.writing() as connection:
        connection.execute(delete(Block).where(Block.id == block))
        connection.execute(delete(Project).where(Project.name == "Bonds"))
    assert names(await call("search", q="wages"), "blocks") == []
    assert names(await call("search", q="volatility"), "blocks") == []
    assert names(await call("search", q="yields"), "notebooks") == []


async def test_a_change_that_fails_leaves_the_index_as_it_was(
    call: Call, world: dict[str, str], workspace: Workspace
) -> None:
    def renamed_by_halves() -> None:
        with workspace.writing() as connection:
            connection.execute(update(Project).where(Project.name == "Stocks").values(name="Bonds"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        renamed_by_halves()
    assert names(await call("search", q="bonds"), "projects") == []
    assert names(await call("search", q="stocks"), "projects") == ["Stocks"]


async def test_a_limited_key_finds_only_what_is_in_its_projects(call: Call, world: dict[str, str]) -> None:
    guest = Caller("u", "Guest", Role.viewer, "limited", project_ids=frozenset({world["Monthly KPIs"]}))
    answer = await call("search", guest, q="revenue")
    assert [hit["projectName"] for hit in answer["results"]["blocks"]] == ["Monthly KPIs"]
    assert len((await call("search", q="revenue"))["results"]["blocks"]) == 2
    assert names(await call("search", guest, q="returns"), "notebooks") == []
    assert names(await call("search", guest, q="stocks"), "projects") == []
    mended = await call("search", guest, q="volatilty")
    assert mended["corrected"] == []  # not even that the word stands in another project
    assert (await call("search", q="volatilty"))["corrected"] == ["volatility"]
    nobody = Caller("u", "Guest", Role.viewer, "none", project_ids=frozenset())
    assert (await call("search", nobody, q="revenue"))["results"]["blocks"] == []


async def test_hits_come_in_pages(call: Call, world: dict[str, str]) -> None:
    for number in range(5):
        await call("create_block", notebookId=world["Overview"], type="code", content=f"parcel {number}")
    seen: list[str] = []
    token: dict[str, str] = {}
    for _ in range(3):
        page = await call("search", q="parcel", pageSize=2, **token)
        seen += names(page, "blocks")
        token = {"pageToken": page["pagination"]["nextPageToken"]}
    assert sorted(seen) == [f"parcel {number}" for number in range(5)]
    assert page["pagination"]["hasMore"] is False


async def test_no_query_is_taken_for_search_syntax(call: Call, world: dict[str, str]) -> None:
    for q in ('"', "*", "(", "%", "&|!", "—", "_"):
        with pytest.raises(ToolRefused, match="no word to look for"):
            await call("search", q=q)
    for q in (
        "a OR", 'NEAR("x")', "x AND NOT y", "title:x", "-x", "'; DROP TABLE blocks; --", "x" * 500, "日本", "a:* b", "²", "ß",
    ):  # fmt: skip
        assert set((await call("search", q=q))["results"]) == {
            "projects",
            "notebooks",
            "blocks",
            "integrations",
        }
    assert names(await call("search", q="employment"), "blocks") == ["SELECT * FROM employment"]
