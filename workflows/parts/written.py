"""Blocks that a model wrote, held against the notebook they go into and the tables they read, before they are created."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agents.asks.tables import TableCard
from agents.results import Block
from workflows.parts.blocks import PlannedBlock
from workflows.parts.plan import beyond_reading
from workflows.reading.names import Names, all_names, names_of
from workflows.reading.python import parse, plain_python
from workflows.reading.python_names import frames_after, python_faults
from workflows.reading.sql_names import result_columns, sql_faults, statements

LONGEST_LINE = 150
"""Characters that are told of one name."""


@dataclass(frozen=True)
class Scope:
    """What the blocks above a place leave."""

    names: frozenset[str] = frozenset()
    frames: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """DataFrames whose columns are known."""
    imported: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    """What each name is, for whoever writes a block."""
    certain: bool = True
    """False where a block above binds names that cannot be read, as a star import does."""

    @property
    def available(self) -> str:
        """The names as a model is shown them."""
        return "\n".join(f"{name}: {line}" for name, line in self.lines.items()) or "(nothing)"


def block_of(planned: PlannedBlock) -> Block:
    """A planned block as it will stand in the notebook."""
    return Block(
        id=planned.key, type=planned.type, content=planned.content, metadata=planned.metadata, integration_id=planned.integration_id,
    )  # fmt: skip


def scope_below(blocks: Sequence[Block], tables: Sequence[TableCard]) -> Scope:
    """What these blocks leave, run in their order."""
    names: set[str] = set()
    frames: dict[str, frozenset[str]] = {}
    imported: dict[str, str] = {}
    lines: dict[str, str] = {}
    certain = True
    for block, found in zip(blocks, all_names(blocks).values(), strict=True):
        names |= found.defines
        imported |= dict(found.imported)
        certain = certain and found.unreadable is None
        before = dict(lines)
        for name in found.defines:
            lines.pop(name, None)
        if block.type == "code":
            frames = frames_after(block.content, frames)
            lines |= _told(block.content, before)
        elif block.type == "sql":
            columns = result_columns(block.content, ours) if (ours := _tables_of(block, tables)) else None
            for name in found.defines:
                frames.pop(name, None)
                if columns is not None:
                    frames[name] = columns
                shown = f", columns {', '.join(sorted(columns))}" if columns else ""
                lines[name] = f"DataFrame of a SQL block{shown}"
        else:
            lines |= dict.fromkeys(found.defines, f"an {block.type} block")
    return Scope(frozenset(names), frames, imported, lines, certain)


def _tables_of(block: Block, tables: Sequence[TableCard]) -> list[TableCard]:
    integration = block.integration_id or block.metadata.get("sql_integration_id")
    return [table for table in tables if table.integration_id == integration]


def _told(content: str, before: Mapping[str, str]) -> dict[str, str]:
    """A line about each name that a code block binds at its top level; what it was made from before stays told."""
    tree, _ = parse(plain_python(content)[0])
    told: dict[str, str] = {}
    for node in tree.body if tree is not None else []:
        if isinstance(node, ast.FunctionDef):
            about = (ast.get_docstring(node) or "").partition("\n")[0]
            told[node.name] = f"function ({ast.unparse(node.args)}) {about}".strip()
        elif isinstance(node, ast.Import | ast.ImportFrom):
            lead = f"{node.module}." if isinstance(node, ast.ImportFrom) and node.module else ""
            told |= {one.asname or one.name: f"{lead}{one.name}" for one in node.names}
        elif isinstance(node, ast.Assign):
            value = ast.unparse(node.value)
            shown = value if len(value) <= LONGEST_LINE else f"{value[: LONGEST_LINE - 1]}…"
            used = {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
            known = {**before, **told}
            for target in node.targets:
                told |= {
                    name.id: f"{known[name.id]}, then {shown}" if name.id in used & known.keys() else f"= {shown}"
                    for name in ast.walk(target)
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
                }  # fmt: skip
    return told


def faults_of(
    block: PlannedBlock,
    scope: Scope,
    tables: Sequence[TableCard],
    below: Sequence[Block] = (),
    instead_of: Block | None = None,
) -> list[str]:
    """What is wrong with a block at a place of its notebook, a line each; `below` are the blocks that run after it.

    `instead_of` is the block whose content it replaces.
    """
    written = block_of(block)
    found = [f"it would do more than read: {risk}" for risk in beyond_reading(block)]
    if block.type == "sql":
        found += _sql_faults(block, scope, tables, new=instead_of is None)
    else:
        names = scope.names if scope.certain else scope.names | names_of(written).needs
        found += [str(fault) for fault in python_faults(block.content, names, scope.frames)]
        found += _takes_away(names_of(written), instead_of, scope, below)
    return found


def _sql_faults(block: PlannedBlock, scope: Scope, tables: Sequence[TableCard], *, new: bool) -> list[str]:
    ours = _tables_of(block_of(block), tables)
    if not ours:
        return [f"there is no integration {block.integration_id!r} with known tables"]
    found = [str(fault) for fault in sql_faults(block.content, ours, scope.names if scope.certain else None)]
    trees = statements(block.content, ours)
    if isinstance(trees, list) and len(trees) != 1:
        found.append(f"it holds {len(trees)} statements; an SQL block takes one")
    variable = str(block.metadata.get("deepnote_variable_name") or "")
    if new and variable in scope.names:
        found.append(f"the name {variable!r} is taken by a block above; choose a new one")
    return found


def _takes_away(
    new: Names, instead_of: Block | None, scope: Scope, below: Sequence[Block]
) -> list[str]:  # fmt: skip
    """Names that later blocks use and that would be gone, or something else."""
    needed = frozenset[str]().union(*(names.needs for names in all_names(below).values())) if below else frozenset()  # fmt: skip
    old = names_of(instead_of).defines if instead_of is not None else frozenset()
    same = {name for name, module in new.imported if scope.imported.get(name) == module}
    lost = sorted((old - new.defines) & needed)
    taken = sorted((new.defines - old - same) & scope.names & needed)
    return [f"it no longer defines {name!r}, which a block below uses" for name in lost] + [
        f"it gives {name!r} another value, which a block below uses; choose a new name" for name in taken
    ]


__all__ = ["Scope", "block_of", "faults_of", "scope_below"]
