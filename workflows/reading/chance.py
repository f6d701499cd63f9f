"""Blocks whose outputs may differ between two runs of the same code on the same data: random numbers and the clock."""

import ast
import re
from collections.abc import Sequence

from agents.results import Block
from workflows.reading.python import parse, plain_python
from workflows.reading.risks import aliases_of, dotted

CLOCK = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now", "datetime.datetime.utcnow",
     "datetime.datetime.today", "datetime.date.today", "date.today", "time.time", "time.perf_counter", "time.localtime",
     "pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow"}
)  # fmt: skip
SQL_CLOCK = re.compile(
    r"\b(?:now\s*\(|current_date\b|current_timestamp\b|getdate\s*\(|today\s*\()", re.IGNORECASE
)
SQL_CHANCE = re.compile(r"\b(?:random\s*\(|rand\s*\(|tablesample\b|using\s+sample\b)", re.IGNORECASE)


def varying(blocks: Sequence[Block]) -> dict[str, str]:
    """Block id to the reason why its outputs may differ from run to run."""
    seeded = any(
        re.search(r"\bseed\s*\(|random_state\s*=|default_rng\s*\(\s*\w", block.content) for block in blocks
    )
    found = {}
    for block in blocks:
        reason = (
            _of_sql(block.content)
            if block.type == "sql"
            else _of_code(block.content, seeded)
            if block.type == "code"
            else None
        )
        if reason:
            found[block.id] = reason
    return found


def _of_sql(text: str) -> str | None:
    if SQL_CHANCE.search(text):
        return "it takes a random sample"
    return "it asks for the present time" if SQL_CLOCK.search(text) else None


def _of_code(text: str, seeded: bool) -> str | None:
    tree, _ = parse(plain_python(text)[0])
    if tree is None:
        return None
    aliases = aliases_of(tree) | {"np": "numpy", "pd": "pandas"}
    calls = {dotted(node.func, aliases) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    chance = any(
        name.startswith(("random.", "numpy.random.", "secrets.", "uuid.uuid")) or name.endswith(".sample")
        for name in calls
    )
    if chance and not seeded:
        return "it uses random numbers without a seed"
    return "it asks for the present time" if calls & CLOCK else None
