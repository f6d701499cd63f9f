"""SQL blocks that fetch practically the same: the same columns of the same tables, put together in the same way."""

from collections.abc import Sequence

from workflows.auditing import Audited, UsedBlock
from workflows.auditing_words import counted, listed, plain
from workflows.outcome import Claim, Source

NARROWING = frozenset({"filter", "date filter", "order", "limit"})
"""Clauses by which two queries may differ and still be made one."""


def alike(audited: Sequence[Audited], facts: list[Claim]) -> str:
    """The blocks in groups, with what sets the members of one apart."""
    groups: dict[tuple[object, ...], list[UsedBlock]] = {}
    for each in audited:
        for block in each.blocks:
            if block.reads and not block.verbs and not block.unreadable:
                columns = set() if block.star else {column.casefold() for column in block.columns}
                shape = frozenset(block.clauses) - NARROWING
                tables = frozenset(name.casefold() for name in block.reads)
                key = (each.card.id, tables, frozenset(columns), block.star, shape)
                groups.setdefault(key, []).append(block)
    source = Source(tool="list_integration_block_usages")
    same = [blocks for blocks in groups.values() if len(blocks) > 1]
    facts.append(Claim(text="groups of SQL blocks that fetch the same", value=len(same), source=source))
    if not same:
        return "No two SQL blocks read the same columns of the same tables in the same way."
    lines = []
    for blocks in sorted(same, key=lambda blocks: -len(blocks)):
        facts.append(Claim(text=f"SQL blocks on {', '.join(blocks[0].reads)}", value=len(blocks), source=source))  # fmt: skip
        facts += [Claim(text=f"{block.notebook}, block {block.place}", value=block.place, source=source.model_copy(update={"tool": "get_notebook", "notebook_id": block.notebook_id, "block_id": block.block_id})) for block in blocks if block.place]  # fmt: skip
        names = ", ".join(f"`{name}`" for name in blocks[0].reads)
        lines.append(f"- {names}: " + "; ".join(_member(block) for block in blocks))
    groups_said = f"{counted(len(same), 'group')} of SQL blocks {'reads' if len(same) == 1 else 'read'} the same columns of the same tables in the same way"
    return (
        f"{groups_said}; only what is filtered, sorted or cut off differs:\n\n{listed(lines, facts, source)}"
    )


def _member(block: UsedBlock) -> str:
    own = [name for name in ("date filter", "filter", "order", "limit") if name in block.clauses]
    own = [name for name in own if not (name == "filter" and "date filter" in own)]
    place = f", block {block.place}" if block.place is not None else ""
    return f"**{plain(block.notebook)}**{place} ({', '.join(own) or 'no filter'})"


__all__ = ["alike"]
