"""From two snapshots to an answer: what a run did, what differs, and the figures it rests on."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agents.asks.run_and_inspect import Change, HowToRun, InputCard, RunWish, WhatMatters
from agents.errors import ModelFailed, NoAnswer
from agents.questions import Decider
from agents.results import Block, Notebook, Run, RunError
from agents.rules import ruled
from workflows import claims
from workflows.causes import likely_cause
from workflows.diff.compare import ChangeKind, Snapshot, SnapshotDiff, compare
from workflows.diff.outputs import Failure, items_of
from workflows.diff.words import Finding, findings, number
from workflows.inspecting_figures import asked_figures
from workflows.inspecting_first_run import first_run
from workflows.inspecting_inputs import values_asked
from workflows.labels import labels
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.reading.chance import varying

SHOWN = 5
"""Changes that the answer words; all of them stand in the table."""
ASKED = 40
"""Changes that are put to the decider."""


def card_of_block(block: Block) -> InputCard:
    """An input block as a card, from its metadata alone."""
    metadata = block.metadata
    options = (
        metadata.get("deepnote_variable_options") or metadata.get("deepnote_variable_custom_options") or []
    )
    return InputCard(
        name=str(metadata.get("deepnote_variable_name") or "input_1"),
        type=block.type,
        label=str(
            metadata.get("deepnote_input_label") or metadata.get("deepnote_input_checkbox_label") or ""
        ),
        value=_value(metadata.get("deepnote_variable_value")),
        options=[str(option) for option in options] if block.type == "input-select" else [],
        multiple=bool(metadata.get("deepnote_allow_multiple_values")),
        min=_float(metadata.get("deepnote_slider_min_value")) if block.type == "input-slider" else None,
        max=_float(metadata.get("deepnote_slider_max_value")) if block.type == "input-slider" else None,
    )


def _value(value: object) -> str | bool | list[str] | None:
    if isinstance(value, list):
        return [str(each) for each in value]
    return value if isinstance(value, bool) or value is None else str(value)


def _float(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def input_cards(notebook: Notebook) -> list[InputCard]:
    """The notebook's inputs, in its order."""
    blocks = {block.id: block for block in notebook.blocks}
    cards = []
    for each in notebook.inputs:
        block = blocks.get(each.block_id)
        kind = each.type if each.type.startswith("input-") else f"input-{each.type}"
        several = bool(block and block.metadata.get("deepnote_allow_multiple_values")) or (
            isinstance(each.value, list) and "date" not in kind
        )
        options = [str(option) for option in each.options or []]
        cards.append(
            InputCard(
                name=each.name,
                type=kind,
                label=each.label or "",
                value=_value(each.value),
                options=options,
                multiple=several,
                min=each.min,
                max=each.max,
                step=each.step,
            )
        )
    return cards


def wire_inputs(notebook: Notebook, wish: RunWish) -> dict[str, Any]:
    """The wished values in the form that `create_run` takes."""
    cards = {card.name: card for card in input_cards(notebook)}
    values: dict[str, Any] = {}
    for given in wish.inputs:
        card = cards[given.name]
        if card.type == "input-checkbox":
            values[card.name] = given.values == ["true"]
        elif card.multiple or card.type == "input-date-range":
            values[card.name] = list(given.values)
        else:
            values[card.name] = given.values[0]
    return values


def described_run(name: str, run: Run, *, ran: bool, newest: bool = True) -> tuple[str, list[Claim]]:
    """How the run went, in one sentence."""
    source = Source(tool="get_run", run_id=run.run_id)
    opening = (
        f"Ran **{name}**"
        if ran
        else f"The newest run of **{name}**"
        if newest
        else f"Run `{run.run_id}` of **{name}**"
    )
    facts = [Claim(text=f"status of run {run.run_id}: {run.status}", value=run.status, source=source)]
    parts = []
    if run.progress is not None and run.progress.blocks_total:
        parts.append(f"{run.progress.blocks_done} of {run.progress.blocks_total} blocks done")
        facts += [
            Claim(text="blocks done", value=run.progress.blocks_done, source=source),
            Claim(text="blocks in all", value=run.progress.blocks_total, source=source),
        ]
    if run.started_at is not None and run.completed_at is not None:
        seconds = round((run.completed_at - run.started_at).total_seconds(), 1)
        parts.append(f"{seconds:g} seconds")
        facts.append(Claim(text="seconds from start to end", value=seconds, unit="s", source=source))
    if run.inputs:
        parts.append("with " + ", ".join(f"{key} = {value}" for key, value in run.inputs.items()))
        facts += [Claim(text=f"input {key} = {value}", source=source) for key, value in run.inputs.items()]
    how = {
        "success": "it succeeded",
        "error": "it failed",
        "internal_error": "the server could not run it",
        "stopped": "it was stopped",
    }
    detail = f" ({', '.join(parts)})" if parts else ""
    joint = ": " if ran else " is of " + _when(run.created_at) + ": "
    if not ran and run.created_at is not None:
        facts.append(Claim(text=f"the run is of {_when(run.created_at)}", source=source))
    return f"{opening}{joint}{how.get(run.status, run.status)}{detail}.", facts


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment is not None else "an unknown time"


async def differences(
    opening: tuple[str, list[Claim]],
    request: str,
    run: Run,
    after: Snapshot | None,
    baseline: Run | None,
    before: Snapshot | None,
    blocks: Sequence[Block],
    decider: Decider,
    asked: str = "",
) -> Outcome:
    """The whole answer on one finished run; `workflow` and `address` are the caller's to fill.

    `asked` is the request without the notebook's name: which figures it asks for.
    """
    sentence, facts = opening
    places = labels(blocks)
    outcome = Outcome(workflow="run_and_inspect", status=Status.DONE, answer=sentence, claims=facts)
    names = [*places.values(), *(place.partition(" (")[0] for place in places.values()), request, run.run_id]
    if run.status != "success":
        outcome = _failure(outcome, run, after, places, blocks)
    other = baseline is not None and bool(run.inputs) and run.inputs != (baseline.inputs or {})
    cards = [card_of_block(block) for block in blocks if block.type.startswith("input-")]
    given = values_asked(asked or request, run, cards)
    if given is not None:
        outcome = _plus(outcome, given[0], claims=given[1])
    told = None
    if after is not None and given is None:
        told = asked_figures(asked or request, after, places, anyway=other)
    if told is not None:
        outcome = _plus(outcome, told.text, claims=told.claims)
    if told is not None and told.alone:
        outcome = _plus(
            outcome, "What else the run shows or changed was not asked for; ask for it to be told."
        )
        return outcome.model_copy(update={"checks": claims.check(outcome, names)})
    if after is None:
        missing = (
            "The run's snapshot is not to be had (expired or never written), so its outputs were not read."
        )
        outcome = _plus(outcome, missing, not_checked=[missing])
    elif baseline is None or before is None:
        shown = first_run(after, places, expired=baseline is not None)
        outcome = _plus(outcome, shown.text, claims=shown.claims, not_checked=shown.not_checked)
    else:
        outcome = await _compared(outcome, request, run, after, baseline, before, places, blocks, decider)
        names.append(_when(baseline.created_at))
    return outcome.model_copy(update={"checks": claims.check(outcome, names)})


def _plus(outcome: Outcome, text: str, **more: Any) -> Outcome:
    update: dict[str, Any] = {"answer": f"{outcome.answer}\n\n{text}"}
    for key, value in more.items():
        update[key] = [*getattr(outcome, key), *value]
    return outcome.model_copy(update=update)


def _failure(
    outcome: Outcome, run: Run, after: Snapshot | None, places: Mapping[str, str], blocks: Sequence[Block]
) -> Outcome:
    block_id, failure = failed_block(run, after)
    message = f"{failure.name}: {failure.message}" if failure is not None else _message(run)
    place = places.get(block_id or "", "an unknown block")
    source = Source(tool="get_run", run_id=run.run_id, block_id=block_id, label=place)
    short = " ".join(message.split())[:300].replace("`", "'").rstrip(".")
    text = (
        f"It stopped at {place} with `{short}`." if run.status == "error" else f"The server says: `{short}`."
    )
    cause = likely_cause(message, block_id, blocks)
    if cause:
        text += f" Likely cause: {cause}"
    skipped = _after(block_id, blocks)
    if skipped:
        text += f" The {'block' if len(skipped) == 1 else 'blocks'} below it did not run."
    found = _plus(outcome, text, claims=[Claim(text=message, value=message, source=source)])
    later = [f"The outputs of the blocks below {place}: they did not run."] if skipped else []
    return found.model_copy(update={"status": Status.FAILED, "not_checked": [*found.not_checked, *later]})


def _message(run: Run) -> str:
    return run.error.message if isinstance(run.error, RunError) else str(run.error or "no message")


def failed_block(run: Run, after: Snapshot | None) -> tuple[str | None, Failure | None]:
    """The block that failed and its error, from the snapshot, or from what the run says."""
    for block in after.blocks if after else []:
        for item in items_of(block.outputs):
            if isinstance(item, Failure):
                return block.id, item
    return (run.error.block_id if isinstance(run.error, RunError) else None), None


def _after(block_id: str | None, blocks: Sequence[Block]) -> set[str]:
    """Blocks below a block."""
    ids = [block.id for block in blocks]
    return set(ids[ids.index(block_id) + 1 :]) if block_id in ids else set()


async def _compared(
    outcome: Outcome, request: str, run: Run, after: Snapshot, baseline: Run, before: Snapshot,
    places: Mapping[str, str], blocks: Sequence[Block], decider: Decider,
) -> Outcome:  # fmt: skip
    diff = compare(before, after)
    failed, _ = failed_block(run, after)
    if run.status != "success":
        skipped = _after(failed, blocks)
        diff.changes = [
            change
            for change in diff.changes
            if change.block_id not in skipped or change.kind is ChangeKind.CODE
        ]
    found = findings(diff, places, varying(blocks))
    unworded: list[str] = []
    since = f"Compared with its last successful run before ({_when(baseline.created_at)})"
    text = since + _inputs_differ(run, baseline, blocks)
    source = Source(tool="list_notebook_runs", run_id=baseline.run_id, notebook_id=run.notebook_id)
    facts = [Claim(text=f"the earlier run is of {_when(baseline.created_at)}", source=source)]
    facts += _counted(diff, run)
    facts += [
        Claim(text=f"input {key} of the earlier run: {value}", source=source)
        for key, value in (baseline.inputs or {}).items()
    ]
    if not found:
        text += f" nothing changed: {diff.unchanged} of {diff.blocks_compared} blocks have the same code and outputs."
    else:
        worded, more, unworded = await _worded(found, run, request, decider, places)
        text += worded
        facts += more
    outcome = _plus(outcome, text, claims=facts)
    if diff.noise:
        kinds = sorted({noise.what for noise in diff.noise})
        outcome = _plus(outcome, f"Not counted as changes: {'; '.join(kinds)}.")
    table = {
        "title": "All changes",
        "columns": ["where", "kind", "what"],
        "rows": [[places.get(each.block_id, each.block_id), each.kind.value, _cell(each)] for each in found],
        "source": f"runs {baseline.run_id} and {run.run_id}",
    }
    return outcome.model_copy(
        update={
            "tables": [table] if found else [],
            "not_checked": [*outcome.not_checked, *unworded, *_not_compared(diff, places)],
        }
    )


def _counted(diff: SnapshotDiff, run: Run) -> list[Claim]:
    source = Source(tool="get_run", run_id=run.run_id)
    return [
        Claim(text="blocks unchanged", value=diff.unchanged, source=source),
        Claim(text="blocks compared", value=diff.blocks_compared, source=source),
    ]


def _not_compared(diff: SnapshotDiff, places: Mapping[str, str]) -> list[str]:
    short = [
        f"{places.get(block_id, block_id)}: a snapshot keeps {number(held)} of the table's {number(whole)} rows; the others were not compared."
        for block_id, (held, whole) in diff.short.items()
    ]
    return [*diff.incomplete, *short]


def _inputs_differ(run: Run, baseline: Run, blocks: Sequence[Block]) -> str:
    now, was = run.inputs or {}, baseline.inputs or {}
    own = {card.name: card.value for card in map(card_of_block, blocks) if card.type.startswith("input-")}
    changed = [key for key in {**was, **now} if now.get(key) != was.get(key)]
    if not changed:
        return ","
    parts = [
        f"{key} was {was.get(key, 'its own value')} and is now {now[key] if key in now else _own_value(own.get(key))}"
        for key in changed
    ]
    return f", which ran with other inputs ({'; '.join(parts)}; differences may come from that alone),"


def _own_value(value: object) -> str:
    return "its own value" if value in (None, "", []) else f"its own value, `{value}`"


def _cell(finding: Finding) -> str:
    """The finding on one line, without the place that stands beside it."""
    return re.sub(r"\n+```diff\n|\n```", " ", finding.what).replace("\n", " / ").strip()


async def _worded(
    found: list[Finding], run: Run, request: str, decider: Decider, places: Mapping[str, str]
) -> tuple[str, list[Claim], list[str]]:
    """The changes that matter, what is claimed about them, and why no model chose them where one should have."""
    unworded: list[str] = []
    keyed = {f"c{place}": finding for place, finding in enumerate(found[:ASKED], 1)}
    headline, picked = "one thing changed.", list(keyed.values())
    if len(found) > 1:
        changes = [Change(key=key, sentence=finding.sentence) for key, finding in keyed.items()]
        question = WhatMatters(request=request, changes=changes)
        try:
            wording = await decider.decide(question)
        except (ModelFailed, NoAnswer) as failed:
            # The run is made and compared by now; only the words are the model's.
            wording = ruled(question)
            unworded = [
                f"Which changes matter was decided by fixed rules, because the model failed: {failed}"
            ]
        picked = [keyed[key] for key in dict.fromkeys(wording.picked)] or list(keyed.values())[:SHOWN]
        headline = f"{len(found)} things changed. {wording.headline}"
    source = Source(tool="get_run", run_id=run.run_id)
    facts = [Claim(text="changes found", value=len(found), source=source)]
    for finding in picked:
        where = Source(
            tool="get_run",
            run_id=run.run_id,
            notebook_id=run.notebook_id,
            block_id=finding.block_id,
            label=places.get(finding.block_id),
        )
        facts += [Claim(text=what, value=value, source=where) for what, value in finding.figures]
        facts.append(Claim(text=finding.sentence, source=where))
    rest = len(found) - len(picked)
    if rest > 0:
        facts.append(Claim(text="changes in the table only", value=rest, source=source))
    more = f"\n\n{rest} more {'is' if rest == 1 else 'are'} in the table of all changes." if rest > 0 else ""
    return (
        f" {headline}\n\n" + "\n".join(f"- {finding.sentence}" for finding in picked) + more,
        facts,
        unworded,
    )


__all__ = [
    "HowToRun",
    "card_of_block",
    "described_run",
    "differences",
    "failed_block",
    "input_cards",
    "wire_inputs",
]
