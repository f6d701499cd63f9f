"""Planning blocks at the end of a notebook that somebody has already: which one is meant, and how it stands."""

from typing import Any

from rapidfuzz import fuzz

from agents.asks.build_analysis import Sketch
from agents.asks.notebooks import NotebookCard
from agents.results import Notebook, Project
from workflows.analysing import READS, State, Update, end, same_name
from workflows.context import Context
from workflows.finding import chosen
from workflows.outcome import Status
from workflows.parts.blocks import PlannedBlock
from workflows.parts.design import Design
from workflows.parts.designing import Impossible, design
from workflows.parts.own_window import OwnWindow, own_window
from workflows.parts.plan import Plan, described, extension, problems, unconnected
from workflows.reading.risks import risks_of


def planned_as(state: State, planned: Plan, **more: Any) -> Update:
    """The plan with what is wrong with it."""
    flaws = problems(planned, state.tables)
    return {"plan": planned, "flaws": flaws, **more}


BUILT_ON = frozenset({"coverage", "window", "data", "lookup", "prepare"})
"""Blocks whose names later ones use."""


def as_it_is(notebook: Notebook) -> Update:
    """The notebook as the plan finds it, so that a change before the first write is noticed."""
    return {
        "known": [block.id for block in notebook.blocks],
        "seen": {block.id: block.content for block in notebook.blocks},
        "last_run": notebook.last_run_id,
    }


async def notebook_meant(
    state: State, context: Context, answer: Sketch
) -> tuple[Project, NotebookCard] | Update | None:
    """The notebook that is there and meant, or the question which one; None when none is called so and a project is named."""
    projects = [one async for one in context.tools.only(*READS).list_projects()]
    cards = [
        NotebookCard(id=row.id, name=row.name, project=one.name) for one in projects for row in one.notebooks
    ]
    held = {row.id: one for one in projects for row in one.notebooks}
    inside = [card for card in cards if not answer.project or same_name(card.project, answer.project)]
    picked = chosen(state.reply, cards)
    exact = [picked] if picked else [card for card in inside if same_name(card.name, answer.notebook)]
    if len(exact) == 1:
        return held[exact[0].id], exact[0]
    if not exact and answer.project:
        return None
    said_in = [card for card in inside if answer.notebook.casefold() in card.name.casefold()]
    near = (
        exact
        or (said_in if len(said_in) > 1 else [])
        or sorted(inside, key=lambda card: -fuzz.WRatio(card.name.casefold(), answer.notebook.casefold()))
    )
    said = (
        f"{len(exact)} notebooks are called {answer.notebook!r}."
        if exact
        else f"{len(said_in)} notebooks have {answer.notebook!r} in their names."
        if len(said_in) > 1
        else f"There is no notebook {answer.notebook!r}."
    )
    return end(
        Status.NEEDS_ANSWER, f"{said} Nothing was created.", question="Which notebook is meant?",
        choices=[card.called for card in near[:8]],
    )  # fmt: skip


async def plan_at_the_end(
    state: State, context: Context, answer: Sketch, made: Design, project: Project, card: NotebookCard
) -> Update:
    """Blocks at the end of somebody's notebook; it is run only where its own blocks do no more than read."""
    notebook = await context.tools.only(*READS).get_notebook(card.id)
    own = None
    if not answer.period and made.time is not None and made.shape != "plain":
        own = own_window(notebook.blocks, made.table.name)
    if own is not None:
        kept = answer.model_copy(update={"period": own.period, "notes": [*answer.notes, own.said][:6]})
        try:
            answer, made = kept, design(kept, state.tables)
        except Impossible:
            own = None
    about = [
        f"It adds to the notebook {notebook.name} of the project {project.name}, after its {len(notebook.blocks)} blocks."
    ]
    risks = risks_of(notebook.blocks)
    run = answer.run and context.policy.run and not unconnected(made)
    if run and risks:
        about.append(f"It is not run: the blocks that are there do more than read ({'; '.join(dict.fromkeys(risk.what for risk in risks[:3]))}).")  # fmt: skip
    elif run and notebook.blocks:
        about.append("Running it runs the blocks that are there too; they only read.")
    blocks = extension(answer, made, None, state.request, 1)
    if own is not None:
        blocks = [_by_inputs(block, own) if block.key == "window" else block for block in blocks]
    planned = Plan(
        project=project.name, project_id=project.id, notebook=notebook.name, notebook_id=notebook.id,
        blocks=blocks, run=run and not risks, about=[*about, *described(made)],
    )  # fmt: skip
    notes = [about[1]] if run and risks else []
    return planned_as(
        state, planned, notes=[*state.notes, *notes], sketch=answer, made={}, rounds=0, **as_it_is(notebook)
    )


def _by_inputs(block: PlannedBlock, own: OwnWindow) -> PlannedBlock:
    """The window block with the days that the notebook's own inputs choose."""
    lines = [f"window_start = {own.start}"] if own.start else []
    lines += [f"window_end = {own.end}"] if own.end else []
    return block.model_copy(update={"content": "\n".join([block.content, *lines])})


__all__ = ["BUILT_ON", "as_it_is", "notebook_meant", "plan_at_the_end", "planned_as"]
