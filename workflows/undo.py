"""Undo: order and contents go back through the same tools; what the tools cannot take back is named.

A block or an order that someone changed since is left alone and reported. Undoing twice changes nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from agents.errors import ToolFailed
from agents.toolbox import Toolbox
from workflows.outcome import Entry, Outcome, Status, WriteState

READS = ("get_notebook",)
LASTING = {
    "create_project": "the project stays; delete it in the workspace",
    "create_notebook": "the notebook stays; delete it in the workspace",
    "create_block": "the block stays; delete it in the workspace",
    "create_run": "the run happened; its snapshot stays",
}
"""What no tool takes back, and what to do about it."""


@dataclass
class Undone:
    """What undoing came to."""

    entries: list[Entry] = field(default_factory=list)
    """The journal entries with their new state."""
    restored: list[str] = field(default_factory=list)
    lasting: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    """Changes of others that were left alone."""
    failed: list[str] = field(default_factory=list)
    """What the server refused; it stays to be undone."""

    @property
    def changed(self) -> list[Entry]:
        """The entries that are settled now: undone, or kept for good."""
        return [entry for entry in self.entries if entry.state is not WriteState.DONE]


async def undo(journal: list[Entry], tools: Toolbox) -> Undone:
    """Take back every write of the journal that can be, the last first."""
    done = Undone()
    waiting = [entry for entry in journal if entry.state is WriteState.DONE]
    homes = await _homes(journal, tools)
    own = {entry.creates for entry in journal}
    for entry in sorted(waiting, key=lambda entry: -entry.step):
        state = WriteState.KEPT
        if entry.tool in LASTING:
            done.lasting.append(f"step {entry.step}, {_what(entry)}: {LASTING[entry.tool]}")
        elif entry.tool == "update_block":
            state = await _content_back(entry, _older(entry, waiting, "blockId"), homes, tools, done)
        elif entry.tool == "reorder_notebook_blocks":
            state = await _order_back(entry, _older(entry, waiting, "notebookId"), own, tools, done)
        done.entries.append(entry.model_copy(update={"state": state}))
    done.entries.sort(key=lambda entry: entry.step)
    return done


def _older(entry: Entry, waiting: list[Entry], place: str) -> list[dict[str, Any]]:
    """What stood there before this write and before earlier ones of the same place: where an undo that was killed may have left it."""
    same = [each for each in waiting if each.tool == entry.tool and each.step <= entry.step]
    return [each.before for each in same if each.before and each.arguments.get(place) == entry.arguments.get(place)]  # fmt: skip


def _what(entry: Entry) -> str:
    arguments = entry.arguments
    name = arguments.get("name") or str(arguments.get("content") or "").strip().partition("\n")[0][:60]
    return f"{entry.tool} {name!r}" if name else entry.tool


async def _homes(journal: list[Entry], tools: Toolbox) -> dict[str, dict[str, Any]]:
    """Every block of the notebooks that the journal names, as it stands now."""
    notebooks = {str(entry.arguments["notebookId"]) for entry in journal if "notebookId" in entry.arguments}
    notebooks |= {
        str(entry.before["notebookId"]) for entry in journal if entry.before and "notebookId" in entry.before
    }
    found: dict[str, dict[str, Any]] = {}
    for notebook_id in sorted(notebooks):
        try:
            notebook = await tools.only(*READS).get_notebook(notebook_id)
        except ToolFailed:
            continue
        for place, block in enumerate(notebook.blocks, 1):
            first = " ".join(block.content.split())[:40] or block.type
            found[block.id] = {
                "content": block.content,
                "integrationId": block.integration_id,
                "called": f"block {place} ({first}) of notebook {notebook.name!r}",
            }
    return found


async def _content_back(
    entry: Entry, older: list[dict[str, Any]], homes: dict[str, dict[str, Any]], tools: Toolbox, done: Undone
) -> WriteState:
    block_id, before, after = str(entry.arguments["blockId"]), entry.before or {}, entry.after or {}
    now = homes.get(block_id)
    called = now["called"] if now else f"block {block_id}"
    if "content" not in before and "integrationId" not in before:
        done.lasting.append(f"step {entry.step}: what block {block_id} held before is not in the journal")
        return WriteState.KEPT
    if now is None:
        done.failed.append(
            f"{called} cannot be read, so what stands there now is not known; it was left alone"
        )
        return WriteState.DONE
    if after and now["content"] != after.get("content"):
        if any(now["content"] == each.get("content") for each in older):
            done.restored.append(f"the content of {called}, which was back already")
            return WriteState.UNDONE
        done.foreign.append(
            f"{called} was changed by someone else since step {entry.step}; it was left alone"
        )
        return WriteState.KEPT
    try:
        await (
            tools.only("update_block")
            .pin(blockId=block_id)
            .update_block(
                block_id,
                before.get("content"),
                before.get("integrationId")
                if before.get("integrationId") != after.get("integrationId")
                else None,
            )
        )
    except ToolFailed as failure:
        done.failed.append(f"{called}: {failure.words}")
        return WriteState.DONE
    homes[block_id] = {**now, "content": before.get("content", now["content"])}
    done.restored.append(f"the content of {called}")
    return WriteState.UNDONE


async def _order_back(
    entry: Entry, older: list[dict[str, Any]], own: set[str | None], tools: Toolbox, done: Undone
) -> WriteState:
    notebook_id = str(entry.arguments["notebookId"])
    before = [str(one) for one in (entry.before or {}).get("blockIds", [])]
    after = [str(one) for one in (entry.after or {}).get("blockIds", [])]
    try:
        notebook = await tools.only(*READS).get_notebook(notebook_id)
    except ToolFailed as failure:
        done.failed.append(f"the order of notebook {notebook_id}: {failure.words}")
        return WriteState.DONE
    now = [block.id for block in notebook.blocks]
    if any(now == each.get("blockIds") for each in older):
        done.restored.append(f"the order of notebook {notebook.name!r}, which was back already")
        return WriteState.UNDONE
    if after and [one for one in now if one in after] != [one for one in after if one in now]:
        done.foreign.append(
            f"the order of notebook {notebook_id} was changed by someone else since step {entry.step}; it was left alone"
        )
        return WriteState.KEPT
    wanted = [one for one in before if one in now]
    if not wanted:
        done.lasting.append(f"step {entry.step}: the order before is not in the journal")
        return WriteState.KEPT
    added = [one for one in now if one not in before and one not in own]
    try:
        await (
            tools.only("reorder_notebook_blocks")
            .pin(notebookId=notebook_id)
            .reorder_notebook_blocks(notebook_id, wanted)
        )
    except ToolFailed as failure:
        done.failed.append(f"the order of notebook {notebook.name!r}: {failure.words}")
        return WriteState.DONE
    if added:
        many = f"{len(added)} blocks that were" if len(added) > 1 else "the block that was"
        done.foreign.append(f"{many} added since; what was restored stands before")
    done.restored.append(f"the order of {len(wanted)} blocks in notebook {notebook.name!r}")
    return WriteState.UNDONE


def outcome_of(done: Undone, workflow: str) -> Outcome:
    """What undoing came to, for people."""
    lines = []
    if done.restored:
        lines += ["Restored:", *[f"- {one}" for one in done.restored]]
    if done.foreign:
        lines += ["", "Left alone:", *[f"- {one}" for one in done.foreign]]
    if done.lasting:
        lines += ["", "There is no tool that takes back:", *[f"- {one}" for one in done.lasting]]
    if not done.entries:
        return Outcome(
            workflow=workflow, status=Status.NOTHING_TO_DO, answer="There is nothing to undo on this thread."
        )
    if done.failed:
        lines += ["", "Could not be restored:", *[f"- {one}" for one in done.failed]]
    sound = not done.failed and (done.restored or not done.foreign)
    return Outcome(
        workflow=workflow,
        status=Status.DONE if sound else Status.FAILED,
        answer="\n".join(lines).strip(),
        journal=done.changed,
        next=["python -m workflows.run --undo THREAD    # tries what is left once more"]
        if done.failed
        else [],
    )


__all__ = ["LASTING", "Undone", "outcome_of", "undo"]
