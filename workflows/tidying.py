"""A tidy plan worked out on the blocks: what the notebook would become, what that would break, and the writes it takes."""

import difflib
import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from agents.asks.ask import RESULT
from agents.asks.tidy_notebook import HOLDS_TEXT, TEXT_TYPES, BlockCard, Place, Step, TidyWish
from agents.results import Block
from workflows.approval import PlannedWrite
from workflows.labels import first_line
from workflows.outcome import Model
from workflows.reading.names import broken_by, names_of, unreadable_blocks
from workflows.reading.python import read_python

NEW = "new-"
"""Prefix of the stand-in ids of blocks that do not exist yet."""


class PlanStep(Model):
    """One write: a move, a new content, or a new block."""

    action: Literal["move", "replace", "add"]
    blocks: list[str] = []
    """Ids of the moved blocks in their order, or of the one that gets a new content."""
    place: Place = ""
    anchor: str = ""
    text: str = ""
    code: bool = False
    """Whether a new block holds code and no text."""


class Plan(Model):
    """What would be written, in order."""

    notebook_id: str
    steps: list[PlanStep]
    run: bool = False
    """Run the notebook afterwards, and take the changes back if that fails."""


class Worked(Model):
    """A plan worked out on the blocks as they are."""

    plan: Plan
    """Without the steps that would change nothing."""
    after: list[Block]
    problems: list[str] = []
    """Why it may not be written, one sentence each."""
    notes: list[str] = []
    """What a person should know of it: comments instead of text, blocks whose names cannot be read."""


def card_of(block: Block, place: int) -> BlockCard:
    """A block as the decider sees it; `place` counts from 1."""
    reading = read_python(block.content) if block.type == "code" else None
    level = int(block.type[-1]) if re.fullmatch(r"text-cell-h[1-6]", block.type) else 0
    if block.type == "markdown":
        first = next((line for line in block.content.splitlines() if line.strip()), "")
        marks = re.match(r"\s{0,3}(#{1,6})\s", first)
        level = len(marks.group(1)) if marks else 0
    return BlockCard(
        id=block.id,
        place=place,
        type=block.type,
        content=block.content,
        variable=str(block.metadata.get("deepnote_variable_name") or ""),
        level=level,
        only_imports=reading is not None and reading.only_imports,
        empty=block.type in HOLDS_TEXT
        and (not block.content.strip() or (reading is not None and reading.empty)),
        defines=sorted(names_of(block).defines),
        fields=sorted(set(_fields(block.metadata.get("deepnote_visualization_spec")))),
    )


def _fields(spec: object) -> Iterator[str]:
    """The columns that a chart's settings speak of."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "field" and isinstance(value, str):
                yield value
            yield from _fields(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _fields(value)


def cards_of(blocks: Sequence[Block]) -> list[BlockCard]:
    return [card_of(block, place) for place, block in enumerate(blocks, 1)]


def fingerprint(blocks: Sequence[Block]) -> str:
    """Equal for equal blocks in equal order: to notice what someone else changed."""
    text = "\x1f".join(
        f"{block.id}\x1e{block.type}\x1e{block.content}\x1e{block.integration_id}" for block in blocks
    )
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def plan_of(wish: TidyWish, notebook_id: str, blocks: Sequence[Block], insert: str = "") -> Plan:
    """The wish as writes; a note for a code block becomes a comment. `insert` takes the place of its stand-in."""
    by_id = {block.id: block for block in blocks}
    steps = []
    for step in wish.steps:
        if step.action == "cannot":
            continue
        filled = step.model_copy(update={"text": step.text.replace(RESULT, insert)})
        block = by_id.get(next(iter(step.blocks), ""))
        text = as_written(filled, block) if step.action == "replace" and block is not None else filled.text
        steps.append(
            PlanStep(
                action=step.action,
                blocks=step.blocks,
                place=step.place,
                anchor=step.anchor,
                text=text,
                code=step.code,
            )
        )
    return Plan(notebook_id=notebook_id, steps=steps, run=wish.run)


def as_written(step: Step, block: Block) -> str:
    """The new content in the form that the block's type takes."""
    if not step.text or not step.note or block.type in TEXT_TYPES:
        return step.text
    mark = "-- " if block.type == "sql" else "# "
    if all(line.startswith(mark.strip()) for line in step.text.splitlines()):
        return step.text  # a comment already
    return "\n".join(f"{mark}{line}".rstrip() for line in step.text.splitlines())


def work_out(plan: Plan, blocks: Sequence[Block]) -> Worked:
    """What the notebook would become. `problems` names whatever forbids writing it."""
    problems = _unfit(plan, blocks)
    if problems:
        return Worked(plan=plan, after=list(blocks), problems=problems)
    after = list(blocks)
    steps: list[PlanStep] = []
    notes: list[str] = []
    for step in plan.steps:
        changed = applied(step, after, len(steps))
        if fingerprint(changed) == fingerprint(after):
            continue
        if step.action == "replace":
            block = next(block for block in after if block.id == step.blocks[0])
            if block.type in {"code", "sql"} and _only_comment(step.text):
                notes.append(
                    f"A block's type cannot be changed: in the {block.type} block the note stands as a comment."
                )
        steps.append(step)
        after = changed
    problems = _lost(blocks, after, steps) + [broken.sentence for broken in broken_by(blocks, after)]
    if any(step.action == "move" or step.text for step in steps):
        places = {block.id: place for place, block in enumerate(blocks, 1)}
        notes += [
            f"Block {places[block_id]} was not checked for the names it uses: {reason}."
            for block_id, reason in unreadable_blocks(blocks).items()
            if _near(block_id, steps)
        ]
    return Worked(
        plan=plan.model_copy(update={"steps": steps}),
        after=after,
        problems=list(dict.fromkeys(problems)),
        notes=notes,
    )


def _only_comment(text: str) -> bool:
    return bool(text) and all(line.startswith(("#", "--")) for line in text.splitlines())


def _near(block_id: str, steps: Sequence[PlanStep]) -> bool:
    return any(step.action == "move" for step in steps) or any(block_id in step.blocks for step in steps)


def _unfit(plan: Plan, blocks: Sequence[Block]) -> list[str]:
    known = {block.id: block for block in blocks}
    wrong = []
    for number, step in enumerate(plan.steps, 1):
        for each in [*step.blocks, step.anchor]:
            if each and each not in known:
                wrong.append(f"Step {number}: there is no block {each!r} in this notebook.")
        if step.action == "replace" and (
            len(step.blocks) != 1
            or (step.blocks[0] in known and known[step.blocks[0]].type not in HOLDS_TEXT)
        ):
            wrong.append(f"Step {number}: a replacement names one block that holds text or code.")
        if step.action == "move" and (
            not step.blocks or not step.place or len(set(step.blocks)) < len(step.blocks)
        ):
            wrong.append(f"Step {number}: a move names each block once, and where to.")
        if (
            step.action in {"move", "add"}
            and step.place in {"before", "after"}
            and (not step.anchor or step.anchor in step.blocks)
        ):
            wrong.append(f"Step {number}: `{step.place}` needs another block to stand by.")
        if step.action == "add" and not step.text.strip():
            wrong.append(f"Step {number}: a new block needs a text.")
    return wrong


def applied(step: PlanStep, blocks: Sequence[Block], number: int) -> list[Block]:
    """The blocks after one step."""
    if step.action == "replace":
        return [
            block.model_copy(update={"content": step.text}) if block.id == step.blocks[0] else block
            for block in blocks
        ]
    if step.action == "move":
        by_id = {block.id: block for block in blocks}
        moved = [by_id[each] for each in step.blocks]
        rest = [block for block in blocks if block.id not in step.blocks]
    else:
        moved = [Block(id=f"{NEW}{number}", type=_new_type(step), content=step.text)]
        rest = list(blocks)
    at = _index(step, rest)
    neighbour = rest[at - 1 : at] if step.place in {"bottom", "after"} else rest[at : at + 1]
    if step.action == "add" and [block.content.strip() for block in neighbour] == [step.text.strip()]:
        return list(blocks)  # the same text stands there already
    return [*rest[:at], *moved, *rest[at:]]


def _new_type(step: PlanStep) -> str:
    return "code" if step.code else "markdown"


def _index(step: PlanStep, rest: Sequence[Block]) -> int:
    if step.place == "top":
        return 0
    if step.place in {"before", "after"}:
        return [block.id for block in rest].index(step.anchor) + (step.place == "after")
    return len(rest)


def _lost(before: Sequence[Block], after: Sequence[Block], steps: Sequence[PlanStep]) -> list[str]:
    """Nothing lost, nothing twice, and nothing touched that no step names."""
    named = {each for step in steps for each in step.blocks}
    old, kept = [block.id for block in before], [block.id for block in after if not block.id.startswith(NEW)]
    if sorted(old) != sorted(kept):
        return ["The plan would lose or double a block."]
    if [each for each in old if each not in named] != [each for each in kept if each not in named]:
        return ["The plan would move blocks that it does not name."]
    content = {block.id: block.content for block in before}
    rewritten = {step.blocks[0] for step in steps if step.action == "replace"}
    if any(
        block.content != content[block.id]
        for block in after
        if block.id in content and block.id not in rewritten
    ):
        return ["The plan would rewrite blocks that it does not name."]
    return []


def write_of(step: PlanStep, blocks: Sequence[Block], notebook_id: str, why: str = "") -> PlannedWrite:
    """The call that makes one step, on the blocks as they stand before it."""
    order = [block.id for block in blocks]
    if step.action == "replace":
        block = next(block for block in blocks if block.id == step.blocks[0])
        arguments: dict[str, Any] = {"blockId": block.id, "content": step.text}
        before = {"content": block.content, "integrationId": block.integration_id, "notebookId": notebook_id}
        return PlannedWrite(tool="update_block", arguments=arguments, why=why, before=before)
    if step.action == "add":
        position = _index(step, blocks)
        arguments = {
            "notebookId": notebook_id,
            "type": _new_type(step),
            "content": step.text,
            "position": position,
        }
        return PlannedWrite(tool="create_block", arguments=arguments, why=why)
    rest = [each for each in order if each not in step.blocks]
    placement: dict[str, str] = {"type": "start"} if step.place == "top" else {"type": "end"}
    if step.place in {"before", "after"}:
        at = rest.index(step.anchor) + (step.place == "after")
        placement = {"type": "after", "blockId": rest[at - 1]} if at else {"type": "start"}
    arguments = {"notebookId": notebook_id, "blockIds": step.blocks, "placement": placement}
    return PlannedWrite(
        tool="reorder_notebook_blocks",
        arguments=arguments,
        why=why,
        before={"blockIds": order},
    )


def said(step: PlanStep, blocks: Sequence[Block]) -> str:
    """The step in words; `blocks` are the notebook before any step, and numbers count in it."""
    places = {block.id: f"block {place} ({first_line(block)})" for place, block in enumerate(blocks, 1)}
    where = {"top": "to the top", "bottom": "to the bottom"}.get(
        step.place
    ) or f"{step.place} {places.get(step.anchor, step.anchor)}"
    if step.action == "move":
        return f"move {' and '.join(places.get(each, each) for each in step.blocks)} {where}"
    shown = " ".join(step.text.split())
    quote = f"“{shown[:80]}{'…' if len(shown) > 80 else ''}”"
    if step.action == "add":
        return f"add a {'code' if step.code else 'text'} block {quote} {where.replace('to the', 'at the')}"
    name = places.get(step.blocks[0], step.blocks[0])
    return f"replace the contents of {name} with {quote}" if shown else f"clear {name}"


LONGEST = 60
"""Lines of a changed block that the plan shows; `[s]how everything` shows all."""


def shown_diff(before: Sequence[Block], after: Sequence[Block]) -> str:
    """Both versions of the notebook as a diff: a line for each block, and every line of a block whose text changes."""
    kept = {block.id: block.content for block in before}
    same = {block.id for block in after if kept.get(block.id) == block.content}

    def lines(block: Block) -> list[str]:
        if block.id in same or not block.content.strip():
            return [f"{block.type}: {first_line(block, 60)}"]
        own = block.content.splitlines()
        more = [f"    … {len(own) - LONGEST} more lines"] if len(own) > LONGEST else []
        return [f"{block.type}:", *(f"    {line}" for line in own[:LONGEST]), *more]

    def told(blocks: Sequence[Block]) -> list[str]:
        return [line.replace("```", "'''") for block in blocks for line in lines(block)]

    old, new = told(before), told(after)
    shown, end = [], 0
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(1):
        shown += [GAP] if group[0][1] > end else []
        for tag, first, last, to_first, to_last in group:
            gone, come = old[first:last], new[to_first:to_last]
            shown += (
                [f" {line}" for line in gone]
                if tag == "equal"
                else [*(f"-{line}" for line in gone), *(f"+{line}" for line in come)]
            )
        end = group[-1][2]
    shown += [GAP] if end < len(old) else []
    return "\n".join(["```diff", *shown, "```"])


GAP = " …"
"""Stands in the diff for lines that stay as they are."""


def counted_before(steps: Sequence[PlanStep]) -> bool:
    """Whether a step shifts blocks that a later one names by number."""
    return any(step.action in {"move", "add"} for step in steps[:-1])


__all__ = [
    "Plan",
    "PlanStep",
    "Worked",
    "applied",
    "cards_of",
    "counted_before",
    "fingerprint",
    "plan_of",
    "said",
    "shown_diff",
    "work_out",
    "write_of",
]
