"""Blocks that a model writes for an analysis: each is checked before it is created, sent back once, and used or told."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.build_analysis import TableCard, table_lines
from agents.asks.build_analysis_blocks import Extra, OwnBlock, Repair
from agents.asks.material import SAID
from agents.errors import ModelFailed, NoAnswer
from agents.questions import Decider
from agents.results import Block
from agents.rules.wording import share_said
from workflows.parts.blocks import PlannedBlock, code, sql
from workflows.parts.written import block_of, faults_of, scope_below

TOLD = 300
"""Characters of a fault that a person is told."""


class Own(NamedTuple):
    """What a model wrote for the wishes that no part answers."""

    blocks: list[PlannedBlock] = []
    answered: frozenset[str] = frozenset()
    """Wishes that these blocks answer."""
    left_out: list[str] = []
    """Blocks that are not used, a sentence each with the reason."""


async def own_blocks(
    request: str, wishes: Sequence[str], above: Sequence[Block], below: Sequence[Block], tables: Sequence[TableCard], decider: Decider
) -> Own:  # fmt: skip
    """Blocks for the wishes that the request words, between blocks that are there or planned; offline there are none."""
    asked = tuple(wish for wish in wishes if share_said(request, wish) >= SAID)
    if not asked or decider.label == "offline":
        return Own()
    by_name = {table.integration: table.integration_id for table in tables}
    question = Extra(
        tables=table_lines(tables), request=request, wishes=asked, integrations=tuple(by_name),
        available=scope_below(above, tables).available,
    )  # fmt: skip
    try:
        written = (await decider.decide(question)).blocks
    except NoAnswer as none:
        return Own(left_out=[f"For {', '.join(asked)} no block was written: {none}"])
    good: list[PlannedBlock] = []
    left_out: list[str] = []
    lacking: set[str] = set()
    for number, one in enumerate(written, 1):
        there = [*above, *map(block_of, good)]
        block = _planned(one, number, by_name)
        faults = faults_of(block, scope_below(there, tables), tables, below)
        if faults:
            block, faults = await rewritten(block, faults, there, below, tables, decider)
        if faults:
            lacking.add(one.wish)
            left_out.append(f"The model's own block “{one.title}” is left out, also after it was told why: {told(faults)}.")  # fmt: skip
        else:
            good.append(block)
    return Own(good, frozenset(one.wish for one in written) - lacking, left_out)


def _planned(one: OwnBlock, number: int, integrations: dict[str, str]) -> PlannedBlock:
    key = f"own_{number}"
    if one.language == "sql":
        return sql(key, one.title, one.content, one.variable, integrations[one.integration])
    return code(key, one.title, one.content)


async def rewritten(
    block: PlannedBlock, faults: list[str], above: Sequence[Block], below: Sequence[Block], tables: Sequence[TableCard], decider: Decider,
    *, instead_of: Block | None = None, times: int = 1,
) -> tuple[PlannedBlock, list[str]]:  # fmt: skip
    """The block as the model writes it again once it knows what is wrong, so often at most, and what still is."""
    scope = scope_below(above, tables)
    for _ in range(times):
        question = Repair(
            tables=table_lines(tables), language="sql" if block.type == "sql" else "python", block=block.content,
            error="\n".join(faults)[:2000], available=scope.available,
        )  # fmt: skip
        try:
            content = (await decider.decide(question)).content
        except (NoAnswer, ModelFailed):
            break
        if not content.strip():
            break
        block = block.model_copy(update={"content": content})
        faults = faults_of(block, scope, tables, below, instead_of)
        if not faults:
            break
    return block, faults


def told(faults: Sequence[str]) -> str:
    """What is wrong, for a person."""
    text = "; ".join(faults)
    return text if len(text) <= TOLD else f"{text[: TOLD - 1]}…"


__all__ = ["Own", "own_blocks", "rewritten", "told"]
