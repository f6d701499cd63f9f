"""Helpers for tests of the workflows on the demo workspace: one outcome for one request, and what a notebook holds."""

from pathlib import Path
from typing import Any

from analysis_world import context_on

from agents.questions import Decider
from workflows.context import Approval, Context, Policy
from workflows.outcome import Outcome
from workflows.runner import Ended, Waiting, in_memory
from workspace.domain import Role

YES = Policy(approval=Approval.YES, run_deadline=0.0)


async def outcome_on(
    context: Context, workflow: str, request: str, reply: str | None = None, thread: str = "t"
) -> Outcome:
    ended = await in_memory(workflow, context, thread=thread).start(request, reply=reply)
    assert isinstance(ended, Ended)
    return ended.outcome


async def outcome_of(
    folder: Path, workflow: str, request: str, *, reply: str | None = None, policy: Policy = YES,
    decider: Decider | None = None, role: Role = Role.editor,
) -> Outcome:  # fmt: skip
    async with context_on(folder, policy=policy, decider=decider, role=role) as context:
        return await outcome_on(context, workflow, request, reply)


async def proposed(folder: Path, workflow: str, request: str) -> dict[str, Any]:
    """The payload of the approval that the request comes to."""
    async with context_on(folder, policy=Policy(approval=Approval.ASK)) as context:
        waiting = await in_memory(workflow, context).start(request)
        assert isinstance(waiting, Waiting), waiting
        return waiting.payload


async def notebook_id(context: Context, name: str) -> str:
    rows = [row async for project in context.tools.list_projects() for row in project.notebooks]
    return next(row.id for row in rows if row.name == name)


async def contents(context: Context, name: str) -> list[str]:
    notebook = await context.tools.get_notebook(await notebook_id(context, name))
    return [block.content for block in notebook.blocks]
