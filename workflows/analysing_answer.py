"""The answer of an analysis: the figures with their blocks, and what was asked and could not be had."""

import re
from collections.abc import Mapping
from typing import Any

from langgraph.runtime import Runtime

from agents.results import Run
from workflows import claims as claims_check
from workflows.analysing import NAME, State, Update
from workflows.context import Context
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.parts.answer import (
    answering,
    answers_first,
    charts_of,
    claims_of,
    failure_of,
    figures_of,
    tables_of,
)
from workflows.parts.designing import Impossible, design
from workflows.parts.plan import unconnected

COVERS = re.compile(r"What .+ covers?")
"""Titles of the tables that say which days and values there are."""


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
    asked = state.sketch is not None and bool(state.sketch.parts or state.sketch.cuts)
    figures = answers_first(figures_of(blocks), asked=asked)
    found = claims_of(figures, mine, planned.blocks, run.run_id, ending)
    wanted = {made: titles[made] for made in mine.values()}
    numbers = {state.made.get(block.key): number for number, block in enumerate(planned.blocks, 1)}
    places = {made: f"block {numbers[made]}, {titles[made]}" for made in wanted if made in numbers}
    verb = "extended and ran" if ending or state.seen else "built and ran" if planned.blocks else "ran"
    told = f"I {verb} the notebook **{notebook.name}** in the project **{project.name}**"
    bullets = [f"- {claim.text[0].upper()}{claim.text[1:]}." for claim in found]
    first = (
        sum(answering(one.get("part")) for one in figures) if asked and len(bullets) == len(figures) else 0
    )
    if first:
        # What was asked is the first thing that is read.
        rest = [f"{told}. Around it:", "", *bullets[first:]] if bullets[first:] else [f"{told}."]
        lines = [*bullets[:first], "", *rest]
    else:
        lines = [f"{told}.", "", *bullets]
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
        tables=_in_order(
            tables_of(blocks, wanted, places, {made: key for key, made in mine.items()}),
        ),
        charts=charts_of(blocks, wanted, places),
        address=notebook.url,
        next=[f'python -m workflows.run {NAME} "Add the largest moves" --thread THREAD'],
    )
    return _checked(state, outcome)


def _checked(state: State, outcome: Outcome) -> Update:
    """The outcome, with what its own check finds: each number of it has a claim, or stands in a name or in the request."""
    places = [place.name for place in (state.project, state.notebook) if place is not None]
    titles = [block.title for block in state.plan.blocks] if state.plan else []
    names = [state.request, *places, *titles, *state.notes, *_names(state)]
    return {"outcome": outcome.model_copy(update={"checks": claims_check.check(outcome, names)})}


def _in_order(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables that answer, then what the data covers; data that is only read is left out."""
    shown = [table for table in tables if not table["title"].startswith(("Data from", "One column"))]
    return sorted(shown, key=lambda table: COVERS.fullmatch(table["title"]) is not None)


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
        made = design(sketch, state.tables)
        note, unanswered = made.note, made.unanswered
        lines += [
            f"{name} has no connection here, so the notebook was not run." for name in unconnected(made)
        ]
    except Impossible:
        note, unanswered = "", tuple(sketch.unanswered)
    lines += [f"{note[0].upper()}{note[1:]}."] if note else []
    lines += [f"Not answered: {wish}." for wish in unanswered]
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
    if state.unmended:
        mended += f" What the model wrote in its place was not used: {state.unmended}."
    assert state.notebook is not None
    source = Source(
        tool="get_run", run_id=run.run_id, block_id=block_id, label=titles.get(block_id or "", None)
    )
    facts = [Claim(text=f"{run.status}: {message}", value=message, source=source)]
    if state.mended:
        facts.append(Claim(text="times that the block was written anew", value=state.mended, source=source))
    outcome = Outcome(
        workflow=NAME,
        status=Status.FAILED,
        answer=f"The notebook **{state.notebook.name}** is built, but its run ended with the status {run.status}{where}: {message or 'no message'}.{mended}",
        claims=facts,
        address=state.notebook.url,
        not_checked=["The figures of blocks after the one that failed."],
    )
    return _checked(state, outcome)


def not_run(state: State, address: str | None) -> Update:
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
    outcome = Outcome(
        workflow=NAME, status=Status.DONE, answer="\n".join(answer), claims=[claim, *_data_claims(state)], address=address,
        not_checked=["Whether the blocks run: running was left out.", *state.unread],
        next=[f'python -m workflows.run run_and_inspect "Run the {state.notebook.name} notebook"'],
    )  # fmt: skip
    return _checked(state, outcome)


__all__ = ["answer", "not_run"]
