"""The writes of an analysis: project, notebook and blocks, each once, and what stands there afterwards held against the plan."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from langgraph.runtime import Runtime

from agents.toolbox import Toolbox
from workflows.analysing import READS, Place, State, Update, differences, end, same_name
from workflows.analysing_answer import not_run
from workflows.context import Context
from workflows.outcome import Status
from workflows.parts.plan import block_arguments
from workflows.state import write

REPLANS = 3
"""How often a plan is made anew because the notebook changes under it."""


async def create_project(state: State, runtime: Runtime[Context]) -> Update:
    """The project, unless it exists already."""
    context, planned = runtime.context, state.plan
    assert planned is not None
    if planned.project_id is not None:
        rows = [
            one
            async for one in context.tools.only(*READS).list_projects(planned.project)
            if one.id == planned.project_id
        ]
        return {
            "project": Place(id=planned.project_id, name=planned.project, url=rows[0].url if rows else None)
        }

    async def look() -> Mapping[str, Any] | None:
        async for one in context.tools.only(*READS).list_projects(planned.project):
            if one.name == planned.project and one.id not in state.known:
                return {"project": one.model_dump(by_alias=True, mode="json")}
        return None

    written = await write(state, context, "create_project", {"name": planned.project}, look=look)
    made = written.result["project"]
    seeded = [
        str(one.get("name"))
        for one in made.get("notebooks") or []
        if not same_name(str(one.get("name")), planned.notebook)
    ]
    notes = [
        f"The project also holds the empty notebook {name!r} that every new project begins with."
        for name in seeded
    ]
    known = [str(one["id"]) for one in made.get("notebooks") or []]
    place = Place(id=str(made["id"]), name=str(made["name"]), url=made.get("url"))
    return {**written.update, "project": place, "notes": [*state.notes, *notes], "known": known}


async def create_notebook(state: State, runtime: Runtime[Context]) -> Update:
    """The notebook, unless the blocks go to one that exists."""
    context, planned, project = runtime.context, state.plan, state.project
    assert planned is not None
    assert project is not None
    if planned.notebook_id is not None:
        there = await context.tools.only(*READS).get_notebook(planned.notebook_id)
        now = {one.id: one.content for one in there.blocks}
        if now != state.seen and state.seen and not any(block.key in state.made for block in planned.blocks):
            return _changed(state, now)
        return {"notebook": Place(id=there.id, name=there.name, url=there.url)}

    async def look() -> Mapping[str, Any] | None:
        async for one in context.tools.only(*READS).list_projects(project.name):
            for row in one.notebooks if one.id == project.id else []:
                if row.name == planned.notebook and row.id not in state.known:
                    return {"notebook": row.model_dump(by_alias=True, mode="json")}
        return None

    arguments = {"projectId": project.id, "name": planned.notebook}
    written = await write(state, context, "create_notebook", arguments, look=look)
    made = written.result["notebook"]
    place = Place(id=str(made["id"]), name=str(made["name"]), url=made.get("url"))
    return {**written.update, "notebook": place, "known": [], "made": {}, "rounds": 0, "last_run": None}


def _changed(state: State, now: Mapping[str, str]) -> Update:
    """Somebody changed the notebook after the plan was made: it is made anew, and shown again."""
    new, gone = len(now.keys() - state.seen.keys()), len(state.seen.keys() - now.keys())
    other = sum(state.seen[key] != now[key] for key in now.keys() & state.seen.keys())
    counted = [f"{count} {word}" for count, word in ((new, "new"), (gone, "gone"), (other, "with another text")) if count]  # fmt: skip
    said = f"The notebook was changed while the plan was shown (blocks: {', '.join(counted)}), so the plan was made anew."  # fmt: skip
    if state.replanned >= REPLANS:
        return end(Status.FAILED, f"The notebook is being changed by somebody all the time. {said} Nothing more was written; try again later.")  # fmt: skip
    return {"plan": None, "approved": None, "replanned": state.replanned + 1, "notes": [*state.notes, said]}


async def create_block(state: State, runtime: Runtime[Context]) -> Update:
    """The next block of the plan."""
    context, planned, notebook = runtime.context, state.plan, state.notebook
    assert planned is not None
    assert notebook is not None
    block = next(block for block in planned.blocks if block.key not in state.made)
    arguments = block_arguments(block, notebook.id)

    async def look() -> Mapping[str, Any] | None:
        there = await context.tools.only(*READS).get_notebook(notebook.id)
        ours = {*state.known, *state.made.values()}
        for one in there.blocks:
            if one.id not in ours and one.type == block.type and one.content.strip() == block.content.strip():
                return {"block": one.model_dump(by_alias=True, mode="json")}
        return None

    pinned = context.tools.pin(notebookId=notebook.id)
    written = await write(state, with_tools(context, pinned), "create_block", arguments, look=look)
    done = len([one for one in planned.blocks if one.key in state.made]) + 1
    context.tell(
        "block", {"done": done, "total": len(planned.blocks), "title": block.title, "type": block.type}
    )
    return {**written.update, "made": {**state.made, block.key: str(written.entry.creates)}}


def with_tools(context: Context, tools: Toolbox) -> Context:
    """The context with these tools, whose fixed arguments nothing can change."""
    return replace(context, tools=tools)


async def compare(state: State, runtime: Runtime[Context]) -> Update:
    """Read the notebook back and hold it against the plan."""
    planned, notebook = state.plan, state.notebook
    assert planned is not None
    assert notebook is not None
    assert state.project is not None
    there = await runtime.context.tools.only(*READS).get_notebook(notebook.id)
    ids = [state.made[block.key] for block in planned.blocks]
    wrong = differences(planned, there, ids)
    address = there.url or notebook.url
    runtime.context.tell(
        "progress", {"text": "read back: " + ("as planned" if not wrong else "differs from the plan")}
    )
    if wrong:
        return end(
            Status.FAILED, f"The notebook {notebook.name!r} was created but is not as planned: {' '.join(wrong[:5])} It was not run.",
            address=address,
        )  # fmt: skip
    update: Update = {
        "all_blocks": [block.id for block in there.blocks],
        "built": state.sketch,
        "rounds": state.rounds + 1,
        "last_run": there.last_run_id,
        "notebook": Place(id=notebook.id, name=notebook.name, url=address),
    }
    if not planned.run:
        return update | not_run(state, address)
    return update


__all__ = ["compare", "create_block", "create_notebook", "create_project", "with_tools"]
