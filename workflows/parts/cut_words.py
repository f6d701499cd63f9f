"""A cut in words: its heading, and what it counts of which rows."""

import re
from collections.abc import Sequence

from agents.asks.cuts import TIMES, Cut, Where
from agents.asks.tables import TableCard
from workflows.parts.cut_query import Query, Unreachable
from workflows.parts.sqltext import (
    formula_names,
)

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]  # fmt: skip


def title_of(cut: Cut) -> str:
    """A heading for the cut."""
    called = cut.called or "value"
    name = called[:1].upper() + called[1:]
    if cut.without:
        return name
    by = " and ".join(_dim_said(ref) for ref in cut.by)
    if cut.running:
        return f"Running total of {called} by {by}"
    if cut.more_than is not None:
        return f"More than {cut.more_than} {called} by {by}"
    if cut.top and by:
        return f"The {cut.top} {by}s with the {'smallest' if cut.smallest else 'largest'} {called}"
    return f"{name} by {by}" if by else name


def _dim_said(ref: str) -> str:
    kind, _, step = ref.partition(":")
    if kind == "time" and step in TIMES:
        return step
    table, _, name = ref.rpartition(".")
    if re.search(r"(?:^|_)(?:name|title|label)$", name) and table:
        return table.replace("_", " ").removesuffix("s")
    return name.replace("_", " ")


def said_of(cut: Cut, tables: Sequence[TableCard]) -> str:
    """The cut in sentences: what is counted or computed, of which rows, and how they join."""
    called = cut.called or "value"
    measure = cut.measure.replace("*", "×") if cut.measure else ""
    what = {
        "sum": f"{called} is the sum of `{measure}`" if measure else f"{called} is the number of rows",
        "average": f"{called} is the average of `{measure}`",
        "median": f"{called} is the median of `{measure}`",
        "count": f"{called} is the number of rows",
        "largest": f"{called} is the largest `{measure}`",
        "smallest": f"{called} is the smallest `{measure}`",
        "distinct": f"{called} is the number of different `{measure}`",
        "share": f"{called} is the part of the rows with {' and '.join(_where_said(one) for one in cut.of)}",
    }[cut.how]
    if cut.over:
        distinct = cut.over.removeprefix("distinct ")
        what += (
            f", divided by {'the number of different' if distinct != cut.over else 'the sum of'} `{distinct}`"
        )
    if cut.running:
        what += ", added up from period to period"
    if cut.without:
        what = f"Rows of `{cut.table}` that no row of `{cut.without}` names"
    rows = f" Only rows with {' and '.join(_where_said(one) for one in cut.where)}." if cut.where else ""
    try:
        query = Query(cut, tables)
        for ref in [*[one for one in [*cut.by, *cut.beside] if not one.startswith("time:")], *[where.column for where in [*cut.where, *cut.of]], *formula_names(cut.measure)]:  # fmt: skip
            query.at(ref)
        names = [ref.rpartition("/")[2] for ref in query.names][1:]
    except Unreachable:
        names = []
    joined = f" The rows of `{cut.table.rpartition('/')[2]}` are joined to `{'`, `'.join(names)}`." if names else ""  # fmt: skip
    return f"{what[:1].upper()}{what[1:]}.{rows}{joined}"


def _where_said(where: Where) -> str:
    name = where.column.replace("_", " ").replace(".", " ")
    parts = []
    if where.column == "time:month of year":
        return f"dates in {' or '.join(MONTHS[int(month) - 1] for month in where.values)}"
    if where.values:
        parts.append(f"{name} {'not ' if where.exclude else ''}{' or '.join(where.values)}")
    if where.empty:
        return f"a value of {name}" if where.exclude else f"no {name}"
    if where.above is not None:
        parts.append(f"{name} above {where.above:g}")
    if where.below is not None:
        parts.append(f"{name} below {where.below:g}")
    return " and ".join(parts)


__all__ = ["MONTHS", "WEEKDAYS", "said_of", "title_of"]
