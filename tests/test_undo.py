"""Undo through the tools: contents and order go back, what can't is named, and other people's changes are left alone."""

import asyncio
from pathlib import Path

import pytest
from analysis_world import SHORT, context_on, copied, seeded

from agents.toolbox import Toolbox
from workflows import runner
from workflows.outcome import Entry, Status, WriteState
from workflows.runner import Ended
from workflows.undo import outcome_of, undo
from workspace.domain import Role

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(seeded(tmp_path_factory.mktemp("demo") / "workspace"))


async def notebook_of(tools: Toolbox) -> tuple[str, list[str]]:
    project = await tools.create_project("Undo")
    notebook = await tools.create_notebook(project.id, "Order")
    ids = [(await tools.create_block(notebook.id, "code", f"x = {number}")).id for number in range(3)]
    return notebook.id, ids


async def changed(tools: Toolbox, notebook: str, ids: list[str]) -> list[Entry]:
    """Two writes, with the journal entries a workflow keeps of them."""
    updated = await tools.update_block(ids[0], "x = 10")
    order = await tools.reorder_notebook_blocks(notebook, [ids[2]])
    return [
        Entry(
            step=1, tool="update_block", arguments={"blockId": ids[0], "content": "x = 10"},
            before={"content": "x = 0", "integrationId": None, "notebookId": notebook}, after={"content": updated.content},
        ),
        Entry(
            step=2, tool="reorder_notebook_blocks", arguments={"notebookId": notebook, "blockIds": [ids[2]]},
            before={"blockIds": ids}, after={"blockIds": order.block_ids},
        ),
    ]  # fmt: skip


async def test_contents_and_order_go_back_and_twice_changes_nothing(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        tools = context.tools
        notebook, ids = await notebook_of(tools)
        journal = await changed(tools, notebook, ids)
        done = await undo(journal, tools)
        now = await tools.get_notebook(notebook)
        assert [(block.id, block.content) for block in now.blocks] == [
            (one, f"x = {number}") for number, one in enumerate(ids)
        ]
        assert [entry.state for entry in done.entries] == [WriteState.UNDONE, WriteState.UNDONE]
        assert outcome_of(done, "tidy_notebook").status is Status.DONE
        calls = tools.calls
        again = await undo(done.entries, tools)
        assert again.entries == []
        assert outcome_of(again, "tidy_notebook").status is Status.NOTHING_TO_DO
        assert tools.calls - calls <= 1


async def test_what_someone_else_changed_since_is_left_alone_and_said(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        tools = context.tools
        notebook, ids = await notebook_of(tools)
        journal = await changed(tools, notebook, ids)
        await tools.update_block(ids[0], "x = 'theirs'")
        await tools.reorder_notebook_blocks(notebook, [ids[1]])
        done = await undo(journal, tools)
        now = await tools.get_notebook(notebook)
        assert {block.id: block.content for block in now.blocks}[ids[0]] == "x = 'theirs'"
        assert now.blocks[0].id == ids[1]
        assert len(done.foreign) == 2
        assert outcome_of(done, "tidy_notebook").status is Status.FAILED


async def test_an_undo_that_was_killed_is_ended_by_the_next_one(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        tools = context.tools
        notebook, ids = await notebook_of(tools)
        first = await changed(tools, notebook, ids)
        last = await tools.update_block(ids[0], "x = 20")
        order = await tools.reorder_notebook_blocks(notebook, [ids[1]])
        journal = [
            *first,
            first[0].model_copy(update={"step": 3, "before": {**(first[0].before or {}), "content": "x = 10"}, "after": {"content": last.content}}),
            first[1].model_copy(update={"step": 4, "before": first[1].after, "after": {"blockIds": order.block_ids}}),
        ]  # fmt: skip
        await undo(journal, tools)  # it came to its end, and its process died before the journal was marked
        again = await undo(journal, tools)
        assert (again.foreign, {entry.state for entry in again.entries}) == ([], {WriteState.UNDONE})
        now = await tools.get_notebook(notebook)
        assert [block.content for block in now.blocks] == ["x = 0", "x = 1", "x = 2"]


async def test_a_block_that_cannot_be_read_is_not_written_to(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        notebook, ids = await notebook_of(context.tools)
        journal = (await changed(context.tools, notebook, ids))[:1]
        unread = [entry.model_copy(update={"before": {**(entry.before or {}), "notebookId": "gone"}}) for entry in journal]  # fmt: skip
        done = await undo(unread, context.tools)
        assert (done.changed, len(done.failed)) == ([], 1)
        assert (await context.tools.get_notebook(notebook)).blocks[1].content == "x = 10"


async def test_what_the_server_refuses_stays_to_be_undone(demo: Path, tmp_path: Path) -> None:
    folder = copied(demo, tmp_path / "w")
    async with context_on(folder) as context:
        notebook, ids = await notebook_of(context.tools)
        journal = await changed(context.tools, notebook, ids)
    async with context_on(folder, role=Role.viewer) as context:
        refused = await undo(journal, context.tools)
    outcome = outcome_of(refused, "tidy_notebook")
    assert (refused.changed, outcome.status, len(refused.failed)) == ([], Status.FAILED, 2)
    assert "needs editor" in outcome.answer
    assert outcome.next == ["python -m workflows.run --undo THREAD    # tries what is left once more"]
    async with context_on(folder) as context:
        done = await undo(refused.entries, context.tools)
        assert {entry.state for entry in done.changed} == {WriteState.UNDONE}
        now = await context.tools.get_notebook(notebook)
        assert [block.content for block in now.blocks] == ["x = 0", "x = 1", "x = 2"]


async def test_what_no_tool_takes_back_is_named(demo: Path, tmp_path: Path) -> None:
    async with context_on(copied(demo, tmp_path / "w")) as context:
        thread = runner.in_memory("build_analysis", context)
        ended = await thread.start(SHORT)
        assert isinstance(ended, Ended)
        done = await undo((await thread.state()).journal, context.tools)
        await thread.mark(done.entries)
        assert len(done.lasting) == 15
        assert {entry.state for entry in (await thread.state()).journal} == {WriteState.KEPT}
        assert "delete it in the workspace" in outcome_of(done, "build_analysis").answer
