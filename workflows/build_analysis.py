"""Build an analysis: from one sentence to a project with a notebook that has run, and an answer whose figures name their block.

ground → sketch → plan → approve → create_project → create_notebook → create_block … → compare → create_run → wait → answer.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import Field
from rapidfuzz import fuzz

from agents.asks.build_analysis import Extra, Outline, Repair, Sketch, TableCard
from agents.errors import ToolFailed
from agents.results import Notebook, Project, Run
from workflows import claims as claims_check
from workflows.approval import Decision, decide_approval, denied, read_plan
from workflows.context import Context, WhenItExists
from workflows.outcome import Claim, Model, Outcome, Source, Status
from workflows.parts.answer import charts_of, claims_of, failure_of, figures_of, tables_of
from workflows.parts.blocks import code
from workflows.parts.cards import cards_of
from workflows.parts.design import Design, Impossible, design
from workflows.parts.plan import Plan, block_arguments, described, extension, new_plan, problems, proposal
from workflows.state import RunState, write

NAME = "build_analysis"
READS = (
    "get_me",
    "list_projects",
    "get_notebook",
    "get_run",
    "list_notebook_runs",
    "list_integrations",
    "get_integration",
)
MENDS = 3
"""How often a failing block is mended before the failure is the answer."""


class Place(Model):
    """A project or notebook, as far as the graph needs it."""

    id: str
    name: str
    url: str | None = None


class State(RunState):
    kept: ClassVar[frozenset[str]] = RunState.kept | {
        "project",
        "notebook",
        "built",
        "made",
        "all_blocks",
        "rounds",
        "last_run",
    }

    tables: list[TableCard] = Field(default_factory=list)
    level: str = "unknown"
    """The key's access level."""
    unread: list[str] = Field(default_factory=list)
    """Integrations whose tables could not be read, one sentence each."""
    sketch: Sketch | None = None
    plan: Plan | None = None
    flaws: list[str] = Field(default_factory=list)
    """What is wrong with the plan; shown with it."""
    known: list[str] = Field(default_factory=list)
    """Projects of the same name, notebooks of the project and blocks of the notebook that were there before."""
    run_id: str | None = None
    run: Run | None = None
    mended: int = 0
    mend: dict[str, str] = Field(default_factory=dict)
    """Block id, and the content it is to get."""
    claims: list[Claim] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    """What the answer has to mention."""

    project: Place | None = None
    notebook: Place | None = None
    built: Sketch | None = None
    """The sketch that the notebook on this thread was built from."""
    made: dict[str, str] = Field(default_factory=dict)
    """Block ids by the plan's keys."""
    all_blocks: list[str] = Field(default_factory=list)
    """Block ids of the notebook in order, as last read back."""
    rounds: int = 0
    """How many requests have added to the notebook."""
    last_run: str | None = None


Update = dict[str, Any]


def _end(status: Status, answer: str, **more: Any) -> Update:
    return {"outcome": Outcome(workflow=NAME, status=status, answer=answer, **more)}


async def ground(state: State, runtime: Runtime[Context]) -> Update:
    """What the key may do, and which tables exist."""
    tools = runtime.context.tools.only(*READS)
    if not re.search(r"\w", state.request):
        return _end(
            Status.REFUSED,
            "The request is empty. Say what to analyse, for example: exploring stock returns since 2015.",
        )
    me = await tools.get_me()
    integrations = [one async for one in tools.list_integrations()]
    unread: list[str] = []

    async def cards(integration_id: str, name: str) -> list[TableCard]:
        try:
            return cards_of(await tools.get_integration(integration_id))
        except ToolFailed as failure:
            unread.append(f"The tables of {name} could not be read: {failure.words}")
            return []

    found = await asyncio.gather(*(cards(one.id, one.name) for one in integrations))
    tables = [card for several in found for card in several]
    runtime.context.tell("progress", {"text": f"{len(integrations)} integrations, {len(tables)} tables"})
    return {"tables": tables, "level": me.access_level, "unread": unread}


async def sketch(state: State, runtime: Runtime[Context]) -> Update:
    """Which table, window and parts answer the request."""
    question = Outline(
        request=state.request, tables=tuple(state.tables), earlier=state.built, reply=_table_reply(state)
    )
    answer = await runtime.context.decider.decide(question)
    if answer.verdict == "refuse":
        return {"sketch": answer} | _end(
            Status.REFUSED, f"{answer.why} Nothing was created.", not_checked=state.unread
        )
    if answer.verdict == "ask":
        return {"sketch": answer} | _end(
            Status.NEEDS_ANSWER,
            f"{answer.why} Nothing was created.",
            question="Which table should be analysed?",
            choices=answer.choices or [table.ref for table in state.tables[:12]],
            not_checked=state.unread,
        )
    return {"sketch": answer}


def _table_reply(state: State) -> str:
    return state.reply or ""


async def plan(state: State, runtime: Runtime[Context]) -> Update:
    """The exact blocks, and where they go; looks whether the project exists."""
    answer = state.sketch
    assert answer is not None
    try:
        made = design(answer, state.tables)
    except Impossible as impossible:
        return _end(Status.REFUSED, f"{impossible} Nothing was created.", not_checked=state.unread)
    if _extends(state, answer):
        return await _plan_extension(state, runtime.context, answer, made)
    name = answer.project or derived_name(made)
    planned = new_plan(answer, made, state.request, name, answer.notebook or f"{_topic(made)} analysis")
    planned = await _with_own_blocks(planned, state, runtime.context, answer)
    if not runtime.context.policy.run:
        planned = planned.model_copy(update={"run": False})
    same = [
        one async for one in runtime.context.tools.only(*READS).list_projects(name) if _equal(one.name, name)
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
    series = ", ".join(made.keep[:3]) if made.keep else ", ".join(name.replace("_", " ") for name in made.measures[:3]) if made.shape != "prices" and len(made.measures) <= 3 else ""  # fmt: skip
    name = _topic(made) + (f": {series}" if series else "")
    if made.resolved and made.period.kind != "all":
        name += f", {made.start} to {made.end}"
    elif made.period.words:
        name += f", {made.period.words}"
    return name


def _topic(made: Design) -> str:
    words = made.table.name.replace("_", " ")
    first, _, rest = words.partition(" ")
    return f"{first.upper() if len(first) <= 2 else first.capitalize()} {rest}".strip()


def _equal(left: str, right: str) -> bool:
    return " ".join(left.casefold().split()) == " ".join(right.casefold().split())


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
        return _end(
            Status.NEEDS_ANSWER, f"There is no project {planned.project!r}. Nothing was created.",
            question="Which project is meant? Name it in the request.", choices=[f"in project “{name}”" for name in near[:5]],
        )  # fmt: skip
    if choice is WhenItExists.ASK:
        there = same[0]
        held = ", ".join(notebook.name for notebook in there.notebooks) or "no notebook"
        return _end(
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
        if _equal(row.name, planned.notebook):
            notebook = await context.tools.only(*READS).get_notebook(row.id)
            if not _differences(planned, notebook, [block.id for block in notebook.blocks]) and len(
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
    while any(_equal(fresh, name) for name in names):
        fresh, number = f"{planned.notebook} ({number})", number + 1
    return _planned(
        state,
        planned.model_copy(update={"notebook": fresh}),
        known=[row.id for row in target.notebooks],
    )


async def _with_own_blocks(planned: Plan, state: State, context: Context, answer: Sketch) -> Plan:
    """Blocks of a model's own for wishes that the menu does not answer; offline there are none."""
    if not answer.unanswered or context.decider.label == "offline":
        return planned
    names = (
        "levels: DataFrame of prices"
        if any(block.key == "rebased" for block in planned.blocks)
        else "series: DataFrame"
    )
    question = Extra(
        request=state.request, wishes=tuple(answer.unanswered), available=f"{names}, one row a period, one column a series; pd; figure(part, text, value, unit)"
    )  # fmt: skip
    own = await context.decider.decide(question)
    extra = [
        code(f"own_{number}", title, text)
        for number, (title, text) in enumerate(zip(own.titles, own.python, strict=True), 1)
    ]
    good = [
        block for block in extra if not problems(planned.model_copy(update={"blocks": [block]}), state.tables)
    ]
    summary = next(
        (place for place, block in enumerate(planned.blocks) if block.key == "summary_title"),
        len(planned.blocks),
    )
    blocks = [*planned.blocks[:summary], *good, *planned.blocks[summary:]]
    about = [*planned.about, *[f"The model's own block: {block.title}." for block in good]]
    return planned.model_copy(update={"blocks": blocks, "about": about})


def approve(state: State, runtime: Runtime[Context]) -> Update:
    """Show the whole plan and go on, change it, or stop."""
    assert state.plan is not None
    offered = proposal(state.plan, state.request).model_copy(update={"problems": state.flaws})
    if not offered.writes:
        return {"approved": True}
    decision = decide_approval(offered, runtime.context)
    if isinstance(decision, Outcome):
        return {"outcome": decision}
    if decision.edited is not None:
        return _edited(state, decision)
    if not decision.approved:
        return {"approved": False, "outcome": denied(offered)}
    if state.flaws:
        return _end(
            Status.REFUSED, f"The plan cannot be carried out: {' '.join(state.flaws)} Nothing was written."
        )
    if state.level == "viewer":
        return _end(
            Status.REFUSED,
            "The key may only read (viewer), and the plan creates a notebook. Nothing was written. Use a key with the role editor.",
        )
    return {"approved": True}


def _edited(state: State, decision: Decision) -> Update:
    assert state.plan is not None
    edited = read_plan(Plan, decision.edited or {})
    if isinstance(edited, list):
        return {"flaws": edited, "approved": None}
    fixed = edited.model_copy(
        update={"project_id": state.plan.project_id, "notebook_id": state.plan.notebook_id}
    )
    return {"plan": fixed, "flaws": problems(fixed, state.tables), "approved": None}


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
        if not _equal(str(one.get("name")), planned.notebook)
    ]
    notes = [
        f"The project also holds the empty notebook {name!r} that every new project begins with."
        for name in seeded
    ]
    known = [str(one["id"]) for one in made.get("notebooks") or []]
    place = Place(id=str(made["id"]), name=str(made["name"]), url=made.get("url"))
    return {**written.update, "project": place, "notes": notes, "known": known}


async def create_notebook(state: State, runtime: Runtime[Context]) -> Update:
    """The notebook, unless the blocks go to one that exists."""
    context, planned, project = runtime.context, state.plan, state.project
    assert planned is not None
    assert project is not None
    if planned.notebook_id is not None:
        there = await context.tools.only(*READS).get_notebook(planned.notebook_id)
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
    written = await write(state, _with(context, pinned), "create_block", arguments, look=look)
    done = len([one for one in planned.blocks if one.key in state.made]) + 1
    context.tell(
        "block", {"done": done, "total": len(planned.blocks), "title": block.title, "type": block.type}
    )
    return {**written.update, "made": {**state.made, block.key: str(written.entry.creates)}}


def _with(context: Context, tools: Any) -> Context:
    from dataclasses import replace

    return replace(context, tools=tools)


async def compare(state: State, runtime: Runtime[Context]) -> Update:
    """Read the notebook back and hold it against the plan."""
    planned, notebook = state.plan, state.notebook
    assert planned is not None
    assert notebook is not None
    assert state.project is not None
    there = await runtime.context.tools.only(*READS).get_notebook(notebook.id)
    ids = [state.made[block.key] for block in planned.blocks]
    wrong = _differences(planned, there, ids)
    address = there.url or notebook.url
    runtime.context.tell(
        "progress", {"text": "read back: " + ("as planned" if not wrong else "differs from the plan")}
    )
    if wrong:
        return _end(
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
        return update | _not_run(state, address)
    return update


def _differences(planned: Plan, there: Notebook, ids: list[str]) -> list[str]:
    blocks = {block.id: block for block in there.blocks}
    wrong = []
    for block, block_id in zip(planned.blocks, ids, strict=False):
        found = blocks.get(block_id)
        if found is None:
            wrong.append(f"Block {block.title!r} is missing.")
            continue
        if found.type != block.type:
            wrong.append(f"Block {block.title!r} is of type {found.type}, not {block.type}.")
        if found.content.strip() != block.content.strip():
            wrong.append(f"Block {block.title!r} holds another text than planned.")
        integration = found.integration_id or found.metadata.get("sql_integration_id")
        if block.integration_id and integration != block.integration_id:
            wrong.append(f"Block {block.title!r} is not on the planned integration.")
        name = block.metadata.get("deepnote_variable_name")
        if name and found.metadata.get("deepnote_variable_name") not in (None, name):
            wrong.append(f"Block {block.title!r} fills another variable than planned.")
    order = [block.id for block in there.blocks if block.id in set(ids)]
    if order != [one for one in ids if one in blocks]:
        wrong.append("The blocks stand in another order than planned.")
    return wrong


def _not_run(state: State, address: str | None) -> Update:
    assert state.plan is not None
    assert state.notebook is not None
    assert state.project is not None
    count = len(state.plan.blocks)
    source = Source(
        tool="get_notebook", notebook_id=state.notebook.id, label=f"notebook {state.notebook.name}"
    )
    claim = Claim(text=f"{count} blocks were read back as planned", value=count, source=source)
    answer = [
        f"The notebook **{state.notebook.name}** in the project **{state.project.name}** holds {count} new blocks, read back as planned. It was not run.",
        *_gaps(state),
    ]
    return _end(
        Status.DONE, "\n".join(answer), claims=[claim, *_data_claims(state)], address=address,
        not_checked=["Whether the blocks run: running was left out.", *state.unread],
        next=[f'python -m workflows.run run_and_inspect "Run the {state.notebook.name} notebook"'],
    )  # fmt: skip


async def create_run(state: State, runtime: Runtime[Context]) -> Update:
    """Start the run that the plan shows."""
    context, notebook = runtime.context, state.notebook
    assert notebook is not None

    async def look() -> Mapping[str, Any] | None:
        async for row in context.tools.only(*READS).list_notebook_runs(notebook.id):
            if row.run_id != state.last_run:
                return {"runId": row.run_id, "status": row.status}
            return None
        return None

    arguments = {"notebookId": notebook.id}
    written = await write(
        state, _with(context, context.tools.pin(notebookId=notebook.id)), "create_run", arguments, look=look
    )
    return {
        **written.update,
        "run_id": str(written.result["runId"]),
        "last_run": str(written.result["runId"]),
    }


async def wait(state: State, runtime: Runtime[Context]) -> Update:
    """Until the run is over or the deadline is reached; then read what it left."""
    context = runtime.context
    tools = context.tools.only(*READS)
    assert state.run_id is not None
    assert state.notebook is not None
    started, pause = context.clock(), 0.1
    context.tell("waiting", {"run": state.run_id})
    while not (run := await tools.get_run(state.run_id)).finished:
        if run.progress is not None and run.progress.blocks_total:
            context.tell("running", {"done": run.progress.blocks_done, "total": run.progress.blocks_total})
        if (context.clock() - started).total_seconds() > context.policy.run_deadline:
            context.tell("waited", {})
            return _end(
                Status.RUNNING,
                f"The notebook **{state.notebook.name}** is built and its run is still {run.status}. The run is `{state.run_id}`.",
                address=state.notebook.url,
                not_checked=["What the run computes: it is not over yet."],
            )
        await context.sleep(pause)
        pause = min(pause * 1.3, 2.0)
    context.tell("waited", {"status": run.status})
    return {"run": await tools.get_run(state.run_id, "blocks")}


async def mend(state: State, runtime: Runtime[Context]) -> Update:
    """Ask how the block that failed has to read."""
    assert state.run is not None
    assert state.plan is not None
    block_id, message = failure_of(state.run, {})
    key = next((key for key, made in state.made.items() if made == block_id), None)
    block = next((block for block in state.plan.blocks if block.key == key), None)
    if block is None or block_id is None or block.type not in ("code", "sql"):
        return {"mend": {}}
    content = state.mend.get(block_id, block.content)
    question = Repair(
        language="sql" if block.type == "sql" else "python", block=content, error=message[:2000],
        available="\n".join(table.line() for table in state.tables if not block.integration_id or table.integration_id == block.integration_id)[:3000],
    )  # fmt: skip
    answer = await runtime.context.decider.decide(question)
    fixed = block.model_copy(update={"content": answer.content})
    if not answer.content.strip() or problems(
        state.plan.model_copy(update={"blocks": [fixed]}), state.tables
    ):
        return {"mend": {}}
    return {"mend": {block_id: answer.content, "before": content}}


async def update_block(state: State, runtime: Runtime[Context]) -> Update:
    """Write the mended block."""
    (block_id,) = [key for key in state.mend if key != "before"]
    arguments = {"blockId": block_id, "content": state.mend[block_id]}
    before = {"content": state.mend["before"]}
    tools = runtime.context.tools.pin(blockId=block_id)
    written = await write(state, _with(runtime.context, tools), "update_block", arguments, before=before)
    return {**written.update, "mended": state.mended + 1, "run": None, "run_id": None, "notes": [*state.notes, "A block failed at first and was mended; the journal holds both texts."]}  # fmt: skip


def answer(state: State, runtime: Runtime[Context]) -> Update:
    """The figures that the run computed, each with its block; what was asked and is not there."""
    run, planned, project, notebook = state.run, state.plan, state.project, state.notebook
    assert run is not None
    assert planned is not None
    assert project is not None
    assert notebook is not None
    titles = {state.made[key]: _title(state, key) for key in state.made}
    if run.status != "success":
        return _failed(state, run, titles)
    blocks = run.snapshot_blocks or []
    ending = f"#{state.rounds}" if state.rounds > 1 and planned.notebook_id is not None else ""
    mine = {key: made for key, made in state.made.items() if not ending or key.endswith(ending)}
    found = claims_of(figures_of(blocks), mine, planned.blocks, run.run_id, ending)
    wanted = {made: titles[made] for made in mine.values()}
    verb = "extended and ran" if ending else "built and ran" if planned.blocks else "ran"
    lines = [f"I {verb} the notebook **{notebook.name}** in the project **{project.name}**.", ""]
    lines += [f"- {claim.text[0].upper()}{claim.text[1:]}." for claim in found]
    if not found:
        lines.append("The run succeeded, but its summary block left no figures.")
    lines += _gaps(state)
    outcome = Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer="\n".join(lines),
        claims=[*found, *_data_claims(state)],
        not_checked=[
            *state.unread,
            "Whether the source figures are right: they were taken as the table holds them.",
        ],
        tables=[
            table
            for table in tables_of(blocks, wanted)
            if not table["title"].startswith(("Data from", "One column"))
        ],
        charts=charts_of(blocks, wanted),
        address=notebook.url,
        next=[
            f'python -m workflows.run {NAME} "Add the largest moves" --thread THREAD',
            "python -m workflows.run --undo THREAD",
        ],
    )
    names = [state.request, project.name, notebook.name, *_names(state)]
    return {"outcome": outcome.model_copy(update={"checks": claims_check.check(outcome, names)})}


def _title(state: State, key: str) -> str:
    assert state.plan is not None
    return next((block.title for block in state.plan.blocks if block.key == key), key)


def _names(state: State) -> list[str]:
    sketch = state.sketch
    missing = [text for one in sketch.missing for text in (one.asked, one.instead)] if sketch else []
    values = [value for table in state.tables for column in table.columns for value in column.values]
    return [*missing, *values, *(sketch.unanswered if sketch else [])]


def _gaps(state: State) -> list[str]:
    """Sentences on what the request names and the data doesn't hold, how the window was read, and what was left."""
    sketch = state.sketch
    assert sketch is not None
    lines = []
    for one in sketch.missing:
        used = (
            f"; I used {one.instead} instead, under its own name"
            if one.instead
            else ", so it is not in the analysis"
        )
        lines.append(f"There is no {one.asked} in the data{used}.")
    try:
        note = design(sketch, state.tables).note
    except Impossible:
        note = ""
    lines += [f"{note[0].upper()}{note[1:]}."] if note else []
    lines += [f"Not answered: {wish}." for wish in sketch.unanswered]
    lines += state.notes
    return ["", *lines] if lines else []


def _data_claims(state: State) -> list[Claim]:
    """What the answer says about the data, with the table it was read from."""
    sketch = state.sketch
    table = next((table for table in state.tables if sketch and table.ref == sketch.table), None)
    if table is None:
        return []
    source = Source(tool="get_integration", integration_id=table.integration_id, label=f"table {table.ref}")
    claims = []
    if table.time is not None and table.time.first:
        claims.append(
            Claim(
                text=f"{table.ref} covers {table.time.first} to {table.time.last}",
                value=table.time.last,
                source=source,
            )
        )
    split = next((column for column in table.of("category") if column.values), None)
    if split is not None:
        claims.append(
            Claim(
                text=f"{split.name} holds {', '.join(split.values[:12])}",
                value=len(split.values),
                source=source,
            )
        )
    try:
        made = design(sketch, state.tables) if sketch else None
    except Impossible:
        made = None
    if made is not None and made.note:
        claims.append(Claim(text=made.note, value=str(made.end), source=source))
    return claims


def _failed(state: State, run: Run, titles: Mapping[str, str]) -> Update:
    block_id, message = failure_of(run, titles)
    where = f" in the block {titles.get(block_id, block_id)!r}" if block_id else ""
    mended = f" It was mended {state.mended} times." if state.mended else ""
    assert state.notebook is not None
    source = Source(
        tool="get_run", run_id=run.run_id, block_id=block_id, label=titles.get(block_id or "", None)
    )
    return _end(
        Status.FAILED,
        f"The notebook **{state.notebook.name}** is built, but its run ended with the status {run.status}{where}: {message or 'no message'}.{mended}",
        claims=[Claim(text=f"{run.status}: {message}", value=message, source=source)],
        address=state.notebook.url,
        not_checked=["The figures of blocks after the one that failed."],
    )


# ---- edges: the documented chain ---------------------------------------------------------------------------


def _goes_on(state: State) -> bool:
    return state.outcome is None


def _after_approve(state: State) -> str:
    return END if state.outcome else "create_project" if state.approved else "approve"


def _after_notebook(state: State) -> str:
    assert state.plan is not None
    return "compare" if all(block.key in state.made for block in state.plan.blocks) else "create_block"


def _after_wait(state: State) -> str:
    if state.outcome is not None:
        return END
    assert state.run is not None
    return "mend" if state.run.status == "error" and state.mended < MENDS else "answer"


def graph() -> StateGraph[State, Context, State, State]:
    """The graph, not compiled: give it a checkpointer and `workflows.context.Context`."""
    built = StateGraph(State, context_schema=Context)
    for node in (ground, sketch, plan, approve, create_project, create_notebook, create_block, compare, create_run, wait, mend, update_block, answer):  # fmt: skip
        built.add_node(node.__name__, node)
    built.add_edge(START, "ground")
    built.add_conditional_edges("ground", lambda state: "sketch" if _goes_on(state) else END, ["sketch", END])
    built.add_conditional_edges("sketch", lambda state: "plan" if _goes_on(state) else END, ["plan", END])
    built.add_conditional_edges("plan", lambda state: "approve" if _goes_on(state) else END, ["approve", END])
    built.add_conditional_edges("approve", _after_approve, ["create_project", "approve", END])
    built.add_edge("create_project", "create_notebook")
    built.add_conditional_edges("create_notebook", _after_notebook, ["create_block", "compare"])
    built.add_conditional_edges("create_block", _after_notebook, ["create_block", "compare"])
    built.add_conditional_edges(
        "compare", lambda state: "create_run" if _goes_on(state) else END, ["create_run", END]
    )
    built.add_edge("create_run", "wait")
    built.add_conditional_edges("wait", _after_wait, ["mend", "answer", END])
    built.add_conditional_edges(
        "mend", lambda state: "update_block" if state.mend else "answer", ["update_block", "answer"]
    )
    built.add_edge("update_block", "create_run")
    built.add_edge("answer", END)
    return built


__all__ = ["NAME", "State", "graph"]
