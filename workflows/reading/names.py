"""Which block needs which: names that code, SQL and input blocks define and use, and what a new order would break."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.results import Block
from workflows.reading.python import read_python
from workflows.reading.sql import read_sql

FRAME_INTEGRATIONS = frozenset({"deepnote-dataframe-sql", "pandas-dataframe"})
"""Integration ids of SQL that runs on the notebook's own DataFrames."""


class Names(NamedTuple):
    """The names of one block."""

    defines: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    imported: tuple[tuple[str, str], ...] = ()
    """Names bound by imports, with what each stands for; two imports of the same thing are interchangeable."""
    unreadable: str | None = None
    """Why the block's names are not known; its place among the others is then not checked."""


class Broken(NamedTuple):
    """A use that a new order would take away from its definition."""

    block_id: str
    name: str
    provider_id: str
    """The block whose definition the use has today."""
    sentence: str


def names_of(block: Block, frames: frozenset[str] = frozenset()) -> Names:
    """Names one block defines, uses and changes; `frames` are the notebook's names that SQL may read as tables."""
    metadata = block.metadata
    variable = _variable(metadata.get("deepnote_variable_name"))
    if block.type == "code":
        reading = read_python(block.content)
        opaque = reading.unreadable or ("a star import" if reading.star_import else None)
        return Names(reading.defines, reading.needs, reading.changes, reading.imported, opaque)
    if block.type == "sql":
        sql = read_sql(block.content)
        integration = block.integration_id or str(metadata.get("sql_integration_id") or "")
        on_frames = not integration or integration in FRAME_INTEGRATIONS
        tables = {table for table in sql.reads if table in frames or on_frames}
        asks = re.sub(
            r"--[^\n]*|/\*.*?\*/", "", block.content, flags=re.DOTALL
        ).strip()  # a comment alone yields no table
        return Names(frozenset([variable] if variable and asks else []), frozenset({*sql.variables, *tables}))
    if block.type.startswith("input-"):
        return Names(frozenset([variable or "input_1"]))
    if block.type == "button" and variable:
        return Names(frozenset([variable]))
    if block.type in {"visualization", "pivot-table"}:
        return Names(needs=frozenset([variable] if variable else []))
    if block.type == "big-number":
        values = [metadata.get(f"deepnote_big_number_{part}") for part in ("value", "comparison_value")]
        titles = [metadata.get(f"deepnote_big_number_{part}") for part in ("title", "comparison_title")]
        inside = {name for title in titles for name in re.findall(r"{{\s*([A-Za-z_]\w*)", str(title or ""))}
        return Names(needs=frozenset({name for value in values if (name := _variable(value))} | inside))
    if block.type == "notebook-function":
        mappings = metadata.get("function_notebook_export_mappings")
        exported = mappings.values() if isinstance(mappings, dict) else []
        found = {_variable(entry.get("variable_name")) for entry in exported if isinstance(entry, dict)}
        return Names(frozenset(name for name in found if name))
    return Names()


def _variable(written: object) -> str:
    name = re.sub(r"\s+", "_", str(written or "").strip())
    return re.sub(r"[^0-9A-Za-z_]", "", name).lstrip("0123456789")


def all_names(blocks: Sequence[Block]) -> dict[str, Names]:
    """Names of each block of a notebook, by block id."""
    frames = frozenset().union(*(names_of(block).defines for block in blocks)) if blocks else frozenset()
    return {block.id: names_of(block, frames) for block in blocks}


class _Provider(NamedTuple):
    same: str
    """Equal for definitions that may stand in for each other."""
    block_id: str


def _providers(order: Sequence[str], names: dict[str, Names]) -> dict[tuple[str, str], list[_Provider]]:
    """For each use: what defined the name last, and what changed it since, in that order."""
    chain: dict[str, list[_Provider]] = {}
    found: dict[tuple[str, str], list[_Provider]] = {}
    for block_id in order:
        here = names[block_id]
        imported = dict(here.imported)
        for name in here.needs | (here.changes - here.defines):
            found[block_id, name] = chain.get(name, [])
        for name in here.defines:
            chain[name] = [_Provider(imported.get(name, block_id), block_id)]
        for name in here.changes - here.defines:
            chain[name] = [*chain.get(name, []), _Provider(block_id, block_id)]
    return found


def broken_by(before: Sequence[Block], after: Sequence[Block]) -> list[Broken]:
    """Uses that lose, or exchange, their definition when a notebook's blocks become `after` (moved, rewritten, with new ones).

    A use that has no definition above it today cannot be broken; finding one is an improvement.
    """
    old, new = all_names(before), all_names(after)
    was = _providers([block.id for block in before], old)
    now = _providers([block.id for block in after], new)
    places = {block.id: place for place, block in enumerate(before, 1)}
    found = []
    for (block_id, name), chain in was.items():
        if not chain or (block_id, name) not in now:
            continue  # never defined, or the block no longer uses it
        present = [provider.same for provider in now[block_id, name]]
        if [provider.same for provider in chain] == present:
            continue
        missing = [provider.block_id for provider in chain if provider.same not in present]
        at_fault = missing[0] if missing else chain[-1].block_id
        verb = "defines" if at_fault == chain[0].block_id else "changes"
        gone = at_fault in new and name not in new[at_fault].defines | new[at_fault].changes
        result = f"block {places[at_fault]} would no longer do so" if gone else f"block {places[at_fault]} would come after it" if missing else "it would see another value of it"  # fmt: skip
        found.append(
            Broken(
                block_id,
                name,
                at_fault,
                f"Block {places[block_id]} uses `{name}`, which block {places[at_fault]} {verb}; {result}.",
            )
        )
    return sorted(found, key=lambda broken: (places[broken.block_id], broken.name))


def unreadable_blocks(blocks: Sequence[Block]) -> dict[str, str]:
    """Blocks whose names cannot be read, with the reason."""
    return {
        block_id: names.unreadable
        for block_id, names in all_names(blocks).items()
        if names.unreadable is not None
    }
