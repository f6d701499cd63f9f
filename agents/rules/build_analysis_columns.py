"""Which column a phrase names, in a table or in one that it leads to."""

from collections.abc import Sequence

from agents.asks.tables import ColumnCard, TableCard, joined, link, looked_up
from agents.rules.build_analysis_words import words

_LABELS = ("name", "title", "label")


def column_named(
    phrase: Sequence[str], table: TableCard, tables: Sequence[TableCard], *, across: bool = True
) -> tuple[str, float]:
    """The column that a phrase names, in the table or in one that it leads to (`customers.region`), and how well it agrees."""
    wanted = set(phrase)
    if not wanted:
        return "", 0
    found = [
        (float(len(set(words(column.name)) & wanted)), 1, column.name) for column in table.of("category")
    ]
    for other in [*joined(table, tables), *(looked_up(table, tables) if across else [])]:
        own = 0.4 * len(set(words(other.name)) & wanted) * (table.integration_id == other.integration_id)
        agreeing = [
            (len(set(words(column.name)) & wanted), column.name)
            for column in other.of("category")
            if table.integration_id == other.integration_id or table.column(column.name) is None
        ]
        found += [(count + own, 0, f"{other.name}.{name}") for count, name in agreeing if count]
        label = label_of(other)
        if own and label is not None and table.integration_id == other.integration_id:
            found.append((own, 0, f"{other.name}.{label.name}"))
        elif (
            own
            and label is None
            and (step := link(table, other)) is not None
            and set(words(other.name)) <= wanted
        ):
            found.append((own, 0, step.key))  # `each meter`: its number names it
    agree, _, name = max(found, default=(0.0, 0, ""), key=lambda one: one[:2])
    return (name, agree) if agree else ("", 0)


def label_of(table: TableCard) -> ColumnCard | None:
    """The column that names the rows of a table for people."""
    named = [column for column in table.of("text", "category") if set(words(column.name)) & set(_LABELS)]
    return next(iter(named), None)


__all__ = ["column_named", "label_of"]
