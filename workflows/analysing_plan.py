"""Planning an analysis: the exact blocks, and the project and notebook that they go to."""

from langgraph.runtime import Runtime
from rapidfuzz import fuzz

from agents.asks.build_analysis import Sketch
from agents.results import Block, Project
from agents.rules.build_analysis_names import makes_a_notebook
from workflows.analysing import NAME, READS, State, Update, differences, end, same_name
from workflows.analysing_own import Own, own_blocks
from workflows.analysing_target import BUILT_ON, as_it_is, notebook_meant, plan_at_the_end, planned_as
from workflows.context import Context, WhenItExists
from workflows.outcome import Status
from workflows.parts.blocks import PlannedBlock
from workflows.parts.design import Design
from workflows.parts.designing import Impossible, design
from workflows.parts.plan import Plan, described, extension, new_plan
from workflows.parts.written import block_of


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
    to_be_made = makes_a_notebook(state.request)
    if answer.existing and answer.notebook and not to_be_made and (place := await notebook_meant(state, runtime.context, answer)):  # fmt: skip
        return place if isinstance(place, dict) else await plan_at_the_end(state, runtime.context, answer, made, *place)  # fmt: skip
    name = answer.project or derived_name(made)
    notebook = answer.notebook or f"{_topic(made)} analysis"
    planned = new_plan(answer, made, state.request, name, notebook)
    answer, own = await _own(state, runtime.context, answer, [], planned.blocks)
    if own.answered:
        planned = new_plan(answer, design(answer, state.tables), state.request, name, notebook)
    planned = planned.model_copy(
        update={"blocks": _between(planned.blocks, own), "about": [*planned.about, *_about(own)]}
    )
    written: Update = {"sketch": answer, "notes": own.left_out}
    if not runtime.context.policy.run:
        planned = planned.model_copy(update={"run": False})
    same = [
        one
        async for one in runtime.context.tools.only(*READS).list_projects(name)
        if same_name(one.name, name)
    ]
    if answer.existing or same:
        return written | await _plan_into_existing(state, runtime.context, planned, same, answer.existing)
    return written | planned_as(state, planned)


def _extends(state: State, answer: Sketch) -> bool:
    return (
        state.built is not None
        and state.notebook is not None
        and not answer.project
        and (answer.table == state.built.table or bool(answer.cuts) or bool(state.built.cuts))
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


async def _plan_extension(state: State, context: Context, answer: Sketch, made: Design) -> Update:
    assert state.built is not None
    assert state.notebook is not None
    assert state.project is not None
    number = state.rounds + 1
    notebook = await context.tools.only(*READS).get_notebook(state.notebook.id)
    there = {block.id for block in notebook.blocks}
    stands = all(made_as in there for key, made_as in state.made.items() if key.partition("#")[0] in BUILT_ON)  # fmt: skip
    built = state.built if stands else None
    blocks = extension(answer, made, built, state.request, number)
    answer, own = await _own(state, context, answer, notebook.blocks, blocks)
    if own.answered:
        made = design(answer, state.tables)
        blocks = extension(answer, made, built, state.request, number)
    keyed = [block.model_copy(update={"key": f"{block.key}#{number}"}) for block in own.blocks]
    blocks = _between(blocks, own._replace(blocks=keyed))
    planned = Plan(
        project=state.project.name, project_id=state.project.id, notebook=state.notebook.name, notebook_id=state.notebook.id,
        blocks=blocks, run=answer.run and context.policy.run,
        about=[f"It adds to the notebook {state.notebook.name}, after its last block.", *described(made), *_about(own)],
    )  # fmt: skip
    return {"sketch": answer, "notes": own.left_out} | planned_as(state, planned, **as_it_is(notebook))


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
        return planned_as(state, planned, known=[one.id for one in same])
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
            " ".join(
                [
                    f"There is already a project {there.name!r} with {held}. Nothing was created.",
                    *_unanswered(state),
                ]
            ),
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
    renamed = _renamed(state, planned, target, fresh)
    planned = planned.model_copy(update={"notebook": fresh, "about": [*renamed, *planned.about]})
    return planned_as(state, planned, known=[row.id for row in target.notebooks], notes=[*state.notes, *renamed])  # fmt: skip


def _unanswered(state: State) -> list[str]:
    """What stays unanswered whatever is decided, such as that something is to be deleted."""
    return [f"Not answered: {wish}." for wish in (state.sketch.unanswered if state.sketch else [])]


def _renamed(state: State, planned: Plan, target: Project, fresh: str) -> list[str]:
    """That the name which the request gives is taken, where it is."""
    given = state.sketch is not None and bool(state.sketch.notebook)
    if fresh == planned.notebook or not given:
        return []
    return [f"The project {target.name} has a notebook {planned.notebook} already, which stays as it is; the new one is called {fresh}."]  # fmt: skip


def _between(blocks: list[PlannedBlock], own: Own) -> list[PlannedBlock]:
    place = _summary_of(blocks)
    return [*blocks[:place], *own.blocks, *blocks[place:]]


def _summary_of(blocks: list[PlannedBlock]) -> int:
    """Where the summary begins: what a model writes stands before it."""
    return next(
        (place for place, block in enumerate(blocks) if block.key.startswith("summary_title")), len(blocks)
    )


async def _own(
    state: State,
    context: Context,
    answer: Sketch,
    there: list[Block],
    blocks: list[PlannedBlock],
) -> tuple[Sketch, Own]:
    """Blocks of a model's own for wishes that the menu does not answer, and the sketch without those wishes."""
    place = _summary_of(blocks)
    above, below = ([block_of(block) for block in part] for part in (blocks[:place], blocks[place:]))
    own = await own_blocks(
        state.request, answer.unanswered, [*there, *above], below, state.tables, context.decider
    )
    left = [wish for wish in answer.unanswered if wish not in own.answered]
    return answer.model_copy(update={"unanswered": left}), own


def _about(own: Own) -> list[str]:
    return [*[f"The model's own block: {block.title}." for block in own.blocks], *own.left_out]


__all__ = ["derived_name", "plan"]
