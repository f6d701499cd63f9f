"""Planning an analysis: the exact blocks, and the project and notebook that they go to."""

from typing import Any

from langgraph.runtime import Runtime
from rapidfuzz import fuzz

from agents.asks.build_analysis import Extra, Sketch
from agents.asks.material import SAID
from agents.results import Project
from agents.rules.wording import share_said
from workflows.analysing import NAME, READS, State, Update, differences, end, same_name
from workflows.context import Context, WhenItExists
from workflows.outcome import Status
from workflows.parts.blocks import code
from workflows.parts.design import Design, Impossible, design
from workflows.parts.plan import Plan, beyond_reading, described, extension, new_plan, problems


async def plan(state: State, runtime: Runtime[Context]) -> Update:
    """The exact blocks, and where they go; looks whether the project exists."""
    answer = state.sketch
    assert answer is not None
    try:
        made = design(answer, state.tables)
    except Impossible as impossible:
        return end(Status.REFUSED, f"{impossible} Nothing was created.", not_checked=state.unread)
    if _extends(state, answer):
        return await _plan_extension(state, runtime.context, answer, made)
    name = answer.project or derived_name(made)
    planned = new_plan(answer, made, state.request, name, answer.notebook or f"{_topic(made)} analysis")
    planned = await _with_own_blocks(planned, state, runtime.context, answer)
    if not runtime.context.policy.run:
        planned = planned.model_copy(update={"run": False})
    same = [
        one
        async for one in runtime.context.tools.only(*READS).list_projects(name)
        if same_name(one.name, name)
    ]
    if answer.existing or same:
        return await _plan_into_existing(state, runtime.context, planned, same, answer.existing)
    return _planned(state, planned)


def _extends(state: State, answer: Sketch) -> bool:
    return (
        state.built is not None
        and state.notebook is not None
        and not answer.project
        and answer.table == state.built.table
    )


def derived_name(made: Design) -> str:
    """A name for a project that the request gives none."""
    named = made.keep if made.keep else made.measures[:1] if made.split and made.shape != "prices" else made.measures if made.shape != "prices" and len(made.measures) <= 3 else ()  # fmt: skip
    series = ", ".join(name.replace("_", " ") for name in named[:3])
    if made.split and not made.keep and made.shape != "prices":
        series += f" by {made.split.replace('_', ' ')}" if series else f"by {made.split.replace('_', ' ')}"
    name = _topic(made) + (f" {series}" if series.startswith("by ") else f": {series}" if series else "")
    if made.resolved and made.period.kind != "all":
        name += f", {made.start} to {made.end}"
    elif made.period.words:
        name += f", {made.period.words}"
    return name


def _topic(made: Design) -> str:
    words = made.table.name.replace("_", " ")
    first, _, rest = words.partition(" ")
    return f"{first.upper() if len(first) <= 2 else first.capitalize()} {rest}".strip()


def _planned(state: State, planned: Plan, **more: Any) -> Update:
    flaws = problems(planned, state.tables)
    return {"plan": planned, "flaws": flaws, **more}


async def _plan_extension(state: State, context: Context, answer: Sketch, made: Design) -> Update:
    assert state.built is not None
    assert state.notebook is not None
    assert state.project is not None
    blocks = extension(answer, made, state.built, state.request, state.rounds + 1)
    notebook = await context.tools.only(*READS).get_notebook(state.notebook.id)
    planned = Plan(
        project=state.project.name, project_id=state.project.id, notebook=state.notebook.name, notebook_id=state.notebook.id,
        blocks=blocks, run=answer.run and context.policy.run,
        about=[f"It adds to the notebook {state.notebook.name}, after its last block.", *described(made)],
    )  # fmt: skip
    return _planned(
        state, planned, known=[block.id for block in notebook.blocks], last_run=notebook.last_run_id
    )


async def _plan_into_existing(
    state: State, context: Context, planned: Plan, same: list[Project], wanted: bool
) -> Update:
    reply = (state.reply or "").strip().lower()
    choice = context.policy.when_it_exists
    if wanted or reply.startswith("reuse"):
        choice = WhenItExists.REUSE
    elif reply.startswith("new"):
        choice = WhenItExists.NEW
    if choice is WhenItExists.NEW and not wanted:
        return _planned(state, planned, known=[one.id for one in same])
    if not same:
        near = [one.name async for one in context.tools.only(*READS).list_projects()]
        near.sort(key=lambda name: -fuzz.WRatio(name.casefold(), planned.project.casefold()))
        return end(
            Status.NEEDS_ANSWER, f"There is no project {planned.project!r}. Nothing was created.",
            question="Which project is meant? Name it in the request.", choices=[f"in project “{name}”" for name in near[:5]],
        )  # fmt: skip
    if choice is WhenItExists.ASK:
        there = same[0]
        held = ", ".join(notebook.name for notebook in there.notebooks) or "no notebook"
        return end(
            Status.NEEDS_ANSWER,
            f"There is already a project {there.name!r} with {held}. Nothing was created.",
            question="Use the project that exists, or make another of the same name?",
            choices=["reuse it", "new project of the same name"],
            next=[f'python -m workflows.run {NAME} "…" {flag}' for flag in ("--reuse", "--new")],
            address=there.url,
        )
    target = same[0]
    planned = planned.model_copy(update={"project": target.name, "project_id": target.id})
    for row in target.notebooks:
        if same_name(row.name, planned.notebook):
            notebook = await context.tools.only(*READS).get_notebook(row.id)
            if not differences(planned, notebook, [block.id for block in notebook.blocks]) and len(
                notebook.blocks
            ) == len(planned.blocks):
                made = {
                    block.key: there.id for block, there in zip(planned.blocks, notebook.blocks, strict=True)
                }
                again = planned.model_copy(
                    update={"notebook_id": row.id, "blocks": [], "about": [f"The notebook {row.name} is already there, as planned.", *planned.about]}
                )  # fmt: skip
                return {
                    "plan": again, "flaws": [], "made": made, "known": [block.id for block in notebook.blocks],
                    "last_run": notebook.last_run_id,
                }  # fmt: skip
    names = [row.name for row in target.notebooks]
    fresh, number = planned.notebook, 2
    while any(same_name(fresh, name) for name in names):
        fresh, number = f"{planned.notebook} ({number})", number + 1
    return _planned(
        state,
        planned.model_copy(update={"notebook": fresh}),
        known=[row.id for row in target.notebooks],
    )


async def _with_own_blocks(planned: Plan, state: State, context: Context, answer: Sketch) -> Plan:
    """Blocks of a model's own for wishes that the menu does not answer; offline there are none."""
    wishes = tuple(wish for wish in answer.unanswered if share_said(state.request, wish) >= SAID)
    if not wishes or context.decider.label == "offline":
        return planned
    names = (
        "levels: DataFrame of prices"
        if any(block.key == "rebased" for block in planned.blocks)
        else "series: DataFrame"
    )
    question = Extra(
        request=state.request, wishes=wishes, available=f"{names}, one row a period, one column a series; pd; figure(part, text, value, unit)"
    )  # fmt: skip
    own = await context.decider.decide(question)
    extra = [
        code(f"own_{number}", title, text)
        for number, (title, text) in enumerate(zip(own.titles, own.python, strict=True), 1)
    ]
    good = [
        block
        for block in extra
        if not problems(planned.model_copy(update={"blocks": [block]}), state.tables)
        and not beyond_reading(block)
    ]
    summary = next(
        (place for place, block in enumerate(planned.blocks) if block.key == "summary_title"),
        len(planned.blocks),
    )
    blocks = [*planned.blocks[:summary], *good, *planned.blocks[summary:]]
    about = [*planned.about, *[f"The model's own block: {block.title}." for block in good]]
    return planned.model_copy(update={"blocks": blocks, "about": about})


__all__ = ["derived_name", "plan"]
