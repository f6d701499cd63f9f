"""Blocks through their tools: added, changed, moved, and refused."""

import hashlib
from typing import Any

import pytest
from conftest import Call
from sqlalchemy import insert

from workspace.contract.blocks import BLOCK_TYPES
from workspace.domain import Workspace
from workspace.errors import ToolRefused
from workspace.store.schema import Block, Integration

pytestmark = pytest.mark.anyio


@pytest.fixture
async def notebook(call: Call) -> str:
    """The id of an empty notebook."""
    made: str = (await call("create_project", name="Sales"))["project"]["notebooks"][0]["id"]
    return made


@pytest.fixture
def warehouse(workspace: Workspace) -> str:
    """The id of an integration."""
    now = workspace.now
    with workspace.writing() as connection:
        row = {
            "id": "0a1b2c3d-0000-4000-8000-000000000000",
            "name": "Warehouse",
            "type": "duckdb",
            "is_public": False,
        }
        connection.execute(
            insert(Integration), [{**row, "read_only": True, "created_at": now, "updated_at": now}]
        )
    return row["id"]  # type: ignore[return-value]


async def contents(call: Call, notebook: str) -> list[str]:
    return [
        block["content"] for block in (await call("get_notebook", notebookId=notebook))["notebook"]["blocks"]
    ]


async def add(call: Call, notebook: str, *texts: str) -> list[str]:
    return [
        (await call("create_block", notebookId=notebook, type="code", content=text))["block"]["id"]
        for text in texts
    ]


async def test_a_block_goes_to_the_end_or_to_its_position(call: Call, notebook: str) -> None:
    await add(call, notebook, "a", "c")
    made = await call(
        "create_block",
        notebookId=notebook,
        type="code",
        content="b",
        position=1,
        includeNotebookBlockIds=True,
    )
    await call("create_block", notebookId=notebook, type="markdown", content="# top", position=0)
    assert await contents(call, notebook) == ["# top", "a", "b", "c"]
    assert made["notebookBlockIds"][1] == made["block"]["id"]
    blocks = (await call("get_notebook", notebookId=notebook))["notebook"]["blocks"]
    assert [block["sortingKey"] for block in blocks] == ["000000", "000001", "000002", "000003"]
    assert len({block["blockGroup"] for block in blocks}) == 4


async def test_a_block_says_what_it_is(call: Call, notebook: str) -> None:
    block = (await call("create_block", notebookId=notebook, type="code", content="x = 1"))["block"]
    assert block["contentHash"] == "sha256:" + hashlib.sha256(b"x = 1").hexdigest()
    assert block["integrationId"] is None
    assert block["metadata"] == {}
    empty = (await call("create_block", notebookId=notebook, type="code"))["block"]
    assert (empty["content"], empty["contentHash"]) == ("", None)


async def test_a_position_past_the_end_is_refused_with_those_that_fit(call: Call, notebook: str) -> None:
    await add(call, notebook, "a")
    with pytest.raises(ToolRefused, match="has 1 blocks, so 0 to 1 fit"):
        await call("create_block", notebookId=notebook, type="code", position=2)
    with pytest.raises(ToolRefused, match="position"):
        await call("create_block", notebookId=notebook, type="code", position=-1)
    with pytest.raises(ToolRefused, match="past the end"):
        await call("create_block", notebookId=notebook, type="code", position=10**30)
    assert await contents(call, notebook) == ["a"]


async def test_every_type_of_the_format_can_be_added(call: Call, notebook: str) -> None:
    for kind in BLOCK_TYPES:
        metadata = {"function_notebook_id": None} if kind == "notebook-function" else {}
        await call("create_block", notebookId=notebook, type=kind, metadata=metadata)
    blocks = (await call("get_notebook", notebookId=notebook))["notebook"]["blocks"]
    assert [block["type"] for block in blocks] == list(BLOCK_TYPES)


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("cod", {}, "Did you mean code.*Types: code, sql"),
        ("chart", {}, "Types: "),
        ("code", {"integrationId": "x"}, "integrationId is for sql blocks"),
        ("sql", {"integrationId": "x"}, "No integration has the id 'x'.*list_integrations"),
        ("sql", {"metadata": {"sql_integration_id": "x"}}, "Give the id as integrationId"),
        ("separator", {"content": "x"}, "has no content"),
        ("text-cell-h1", {"content": "a\nb"}, "holds one line"),
        (
            "input-slider",
            {"metadata": {"deepnote_input_default": "5"}},
            "right key is deepnote_variable_value",
        ),
        (
            "input-text",
            {"metadata": {"deepnote_input_min": 1}},
            "deepnote_slider_min_value, a setting of input-slider",
        ),
        ("button", {"metadata": {"deepnote_button_label": "Go"}}, "right key is deepnote_button_title"),
        ("code", {"metadata": {"deepnote_slider_step": 1}}, "a setting of input-slider blocks, not of code"),
        ("input-text", {"metadata": {"deepnote_variable_nam": "x"}}, "nearest is deepnote_variable_name"),
        (
            "input-slider",
            {"metadata": {"deepnote_variable_value": 5}},
            "takes a number written as text.*not 5",
        ),
        ("input-checkbox", {"metadata": {"deepnote_variable_value": "yes"}}, "takes true or false"),
        ("text-cell-callout", {"metadata": {"color": "pink"}}, "one of blue, green"),
        ("notebook-function", {}, "needs metadata.function_notebook_id"),
        ("code", {"content": "a\x00b"}, "NUL"),
        ("code", {"content": "x" * 1_000_001}, "1000000"),
    ],
)
async def test_a_block_that_would_do_nothing_is_refused_with_the_way_to_do_it(
    call: Call, notebook: str, kind: str, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(ToolRefused, match=words):
        await call("create_block", notebookId=notebook, type=kind, **more)
    assert await contents(call, notebook) == []


async def test_settings_that_the_format_does_not_know_are_kept_unless_they_look_like_its_own(
    call: Call, notebook: str
) -> None:
    metadata = {"owner": "me", "nested": {"list": [1, 2.5, None, True, "é"]}, "is_code_hidden": True}
    block = (await call("create_block", notebookId=notebook, type="code", metadata=metadata))["block"]
    assert block["metadata"] == metadata


async def test_a_sql_block_names_its_integration_once_and_can_change_it(
    call: Call, notebook: str, warehouse: str
) -> None:
    block = (
        await call(
            "create_block", notebookId=notebook, type="sql", content="select 1", integrationId=warehouse
        )
    )["block"]
    assert block["integrationId"] == warehouse
    assert block["metadata"] == {"sql_integration_id": warehouse}
    built_in = "deepnote-dataframe-sql"
    changed = (await call("update_block", blockId=block["id"], integrationId=built_in))["block"]
    assert (changed["integrationId"], changed["content"]) == (built_in, "select 1")
    with pytest.raises(ToolRefused, match="No integration has the id"):
        await call("update_block", blockId=block["id"], integrationId="gone")


async def test_an_update_replaces_the_content_and_nothing_else(call: Call, notebook: str) -> None:
    made = (
        await call(
            "create_block", notebookId=notebook, type="code", content="a", metadata={"is_code_hidden": True}
        )
    )["block"]
    changed = (await call("update_block", blockId=made["id"], content=""))["block"]
    assert changed == {**made, "content": "", "contentHash": None, "updatedAt": changed["updatedAt"]}
    with pytest.raises(ToolRefused, match="needs content, integrationId, or both"):
        await call("update_block", blockId=made["id"])
    with pytest.raises(ToolRefused, match="'metadata' is not an argument"):
        await call("update_block", blockId=made["id"], metadata={})
    with pytest.raises(ToolRefused, match="only sql blocks have an integration"):
        await call("update_block", blockId=made["id"], integrationId="deepnote-dataframe-sql")
    with pytest.raises(ToolRefused, match="No block has the id 'nothing'"):
        await call("update_block", blockId="nothing", content="x")


@pytest.mark.parametrize(
    ("moved", "placement", "order"),
    [
        ("dc", {"type": "start"}, "dcabe"),
        ("ba", {"type": "end"}, "cdeba"),
        ("ea", {"type": "after", "blockId": "c"}, "bcead"),
        ("a", {"type": "after", "blockId": "e"}, "bcdea"),
        ("ab", {"type": "start"}, "abcde"),
        ("edcba", {"type": "end"}, "edcba"),
    ],
)
async def test_blocks_move_together_and_the_others_keep_their_order(
    call: Call, notebook: str, moved: str, placement: dict[str, str], order: str
) -> None:
    ids = dict(zip("abcde", await add(call, notebook, *"abcde"), strict=True))
    anchor = {"blockId": ids[placement["blockId"]]} if "blockId" in placement else {}
    answer = await call(
        "reorder_notebook_blocks",
        notebookId=notebook,
        blockIds=[ids[letter] for letter in moved],
        placement={**placement, **anchor},
    )
    assert answer == {
        "notebookId": notebook,
        "blockIds": [ids[letter] for letter in order],
        "changed": order != "abcde",
    }
    assert "".join(await contents(call, notebook)) == order


async def test_a_move_that_makes_no_sense_moves_nothing(call: Call, notebook: str) -> None:
    a, b = await add(call, notebook, "a", "b")
    project = (await call("create_project", name="Other"))["project"]
    (stranger,) = await add(call, project["notebooks"][0]["id"], "x")
    cases: list[tuple[list[str], dict[str, str], str]] = [
        ([], {"type": "start"}, "blockIds"),
        ([b, b], {"type": "start"}, "twice"),
        ([b, stranger], {"type": "start"}, "no block"),
        ([b], {"type": "after", "blockId": b}, "itself among blockIds"),
        ([b], {"type": "after", "blockId": stranger}, "no block"),
        ([b], {"type": "after"}, "blockId is missing"),
        ([b], {"type": "before", "blockId": a}, "placement"),
    ]
    for block_ids, placement, words in cases:
        with pytest.raises(ToolRefused, match=words):
            await call(
                "reorder_notebook_blocks", notebookId=notebook, blockIds=block_ids, placement=placement
            )
    assert await contents(call, notebook) == ["a", "b"]


async def test_the_inputs_of_a_notebook_are_its_input_blocks_in_order(call: Call, notebook: str) -> None:
    await add(call, notebook, "code is no input")
    inputs: list[tuple[str, dict[str, Any]]] = [
        (
            "input-slider",
            {
                "deepnote_variable_name": "top n",
                "deepnote_variable_value": "5",
                "deepnote_slider_max_value": 9,
            },
        ),
        ("input-select", {"deepnote_variable_name": "region", "deepnote_variable_options": ["EU", "US"]}),
        ("input-checkbox", {"deepnote_input_checkbox_label": "All", "deepnote_variable_value": True}),
    ]
    ids = [
        (await call("create_block", notebookId=notebook, type=kind, metadata=metadata))["block"]["id"]
        for kind, metadata in inputs
    ]
    nothing = {"label": None, "options": None, "multiple": None, "min": None, "max": None, "step": None}
    assert (await call("get_notebook", notebookId=notebook))["notebook"]["inputs"] == [
        {
            **nothing,
            "blockId": ids[0],
            "name": "top_n",
            "type": "input-slider",
            "value": "5",
            "min": 0,
            "max": 9,
            "step": 1,
        },
        {
            **nothing,
            "blockId": ids[1],
            "name": "region",
            "type": "input-select",
            "value": "",
            "options": ["EU", "US"],
            "multiple": False,
        },
        {
            **nothing,
            "blockId": ids[2],
            "name": "unnamed_variable",
            "type": "input-checkbox",
            "value": True,
            "label": "All",
        },
    ]


async def test_a_change_is_seen_on_the_notebook_and_its_project(call: Call, notebook: str) -> None:
    before = (await call("get_notebook", notebookId=notebook))["notebook"]["updatedAt"]
    await add(call, notebook, "a")
    after = (await call("get_notebook", notebookId=notebook))["notebook"]["updatedAt"]
    (project,) = (await call("list_projects"))["projects"]
    assert before < after == project["updatedAt"]


async def test_a_block_of_a_type_nobody_knows_is_shown_moved_and_changed(
    call: Call, notebook: str, workspace: Workspace
) -> None:
    (known,) = await add(call, notebook, "a")
    now = workspace.now
    row = {
        "id": "b" * 32,
        "notebook_id": notebook,
        "sorting_key": "000001",
        "block_group": "g",
        "type": "hologram",
    }
    with workspace.writing() as connection:
        values = {
            **row,
            "content": "x",
            "metadata": {"deepnote_depth": 3},
            "created_at": now,
            "updated_at": now,
        }
        connection.execute(insert(Block.__table__), [values])  # type: ignore[arg-type]
    (_, shown) = (await call("get_notebook", notebookId=notebook))["notebook"]["blocks"]
    assert (shown["type"], shown["metadata"]) == ("hologram", {"deepnote_depth": 3})
    await call("update_block", blockId=shown["id"], content="several\nlines")
    await call(
        "reorder_notebook_blocks", notebookId=notebook, blockIds=[shown["id"]], placement={"type": "start"}
    )
    blocks = (await call("get_notebook", notebookId=notebook))["notebook"]["blocks"]
    assert [(block["id"], block["content"]) for block in blocks] == [
        ("b" * 32, "several\nlines"),
        (known, "a"),
    ]
    with pytest.raises(ToolRefused, match="no block type 'hologram'"):
        await call("create_block", notebookId=notebook, type="hologram")
