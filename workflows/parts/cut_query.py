"""The query of a cut: its joins, made as its columns are asked for, its figures and its conditions."""

from collections.abc import Sequence

from agents.asks.cuts import TIMES, Cut, Where
from agents.asks.tables import ColumnCard, Link, TableCard, path, ways
from workflows.parts.sqltext import (
    day_of,
    dialect_of,
    formula_sql,
    literal,
    measure_sql,
    period_of,
    quoted,
    table_name,
)


class Unreachable(Exception):
    """A cut names a column that the table does not have or lead to; the message says which."""


class Query:
    """The joins of one cut, made as its columns are asked for."""

    def __init__(self, cut: Cut, tables: Sequence[TableCard]) -> None:
        card = next((table for table in tables if table.ref == cut.table), None)
        if card is None:
            raise Unreachable(f"There is no table {cut.table!r}.")
        self.card, self.tables = card, tables
        self.joins: list[str] = []
        self.names = {card.ref: "t"}

    def at(self, ref: str) -> tuple[TableCard, ColumnCard, str]:
        """A column with its table and the table's name in the query; joins it where it must."""
        own = self.card.column(ref)
        if own is not None:
            return self.card, own, "t"
        other, _, name = ref.rpartition(".")
        way = path(self.card, other, self.tables)
        column = way[-1].right.column(name) if way else None
        if way is None or column is None:
            raise Unreachable(f"{self.card.ref} has no column {ref!r} and leads to none.")
        return way[-1].right, column, self._joined(way)

    def _joined(self, way: Sequence[Link]) -> str:
        at = "t"
        for step in way:
            if step.right.ref not in self.names:
                alias = f"j{len(self.names)}"
                self.names[step.right.ref] = alias
                self.joins.append(f"LEFT JOIN {table_name(step.right)} AS {alias} ON {at}.{quoted(step.key)} = {alias}.{quoted(step.right_key)}")  # fmt: skip
            at = self.names[step.right.ref]
        return at

    def written(self, ref: str) -> str:
        kind, _, step = ref.partition(":")
        if kind == "time" and step in TIMES:
            return self.of_time(step, "")
        card, column, alias = self.at(ref)
        written = measure_sql(card, column, f"{alias}.")
        return f"({written})" if column.formula else written

    def formula(self, formula: str) -> str:
        return formula_sql(formula, self.written)

    def time(self, when: str) -> tuple[TableCard, str, str] | None:
        """The column with the dates: the one that is named, the table's own, or that of a table it leads to."""
        if when:
            card, column, alias = self.at(when)
            return card, column.name, alias
        if self.card.time is not None:
            return self.card, self.card.time.name, "t"
        for way in ways(self.card, self.tables):
            if way[-1].right.time is not None:
                return way[-1].right, way[-1].right.time.name, self._joined(way)
        return None

    def condition(self, where: Where) -> str:
        written = self.written(where.column)
        parts = []
        if where.values:
            parts.append(
                f"{written} IN ({', '.join(value if where.column.startswith('time:') else literal(value) for value in where.values)})"
            )
        if where.above is not None:
            parts.append(f"{written} > {where.above:g}")
        if where.below is not None:
            parts.append(f"{written} < {where.below:g}")
        if where.empty:
            parts.append(f"{written} IS NULL")
        both = " AND ".join(parts) or "1 = 1"
        return f"NOT ({both})" if where.exclude else both

    def of_time(self, step: str, when: str) -> str:
        found = self.time(when)
        if found is None:
            raise Unreachable(f"{self.card.ref} has no column with dates and leads to none.")
        card, name, alias = found
        if step in ("day", "week", "month", "quarter", "year"):
            return period_of(card, name, step, f"{alias}.")
        if dialect_of(card) == "sqlite":
            form = {"weekday": "%w", "hour": "%H", "month of year": "%m"}[step]
            moment = f"CAST(STRFTIME('{form}', {alias}.{quoted(name)}) AS INTEGER)"
            return f"({moment} + 6) % 7 + 1" if step == "weekday" else moment
        field = {"weekday": "ISODOW", "hour": "HOUR", "month of year": "MONTH"}[step]
        return f"EXTRACT({field} FROM {alias}.{quoted(name)})"


def statement(cut: Cut, query: Query, *, windowed: bool) -> tuple[str, list[str]]:
    """The query and the names of its dimensions."""
    if cut.without:
        return _without(cut, query), []
    fields, dims = list[str](), list[str]()
    for ref in [*cut.by, *cut.beside]:
        kind, _, step = ref.partition(":")
        written = query.of_time(step, cut.when) if kind == "time" and step in TIMES else query.written(ref)
        name = dim_name(ref, dims)
        dims.append(name)
        fields.append(f"{written} AS {quoted(name)}")
    raw = cut.how == "median"
    group = (
        "" if raw or not dims else " GROUP BY " + ", ".join(str(place) for place in range(1, len(dims) + 1))
    )
    fields += _amounts(cut, query, raw=raw)
    conditions = [query.condition(where) for where in cut.where]
    if windowed and (found := query.time(cut.when)) is not None:
        card, column, alias = found
        moment = day_of(card, column, f"{alias}.")
        conditions += [f"{moment} >= {{{{ window_start }}}}", f"{moment} <= {{{{ window_end }}}}"]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    source = " ".join([f"{table_name(query.card)} AS t", *query.joins])
    return f"SELECT {', '.join(fields)} FROM {source}{where}{group}", dims


def dim_name(ref: str, taken: Sequence[str]) -> str:
    kind, _, step = ref.partition(":")
    name = step.replace(" ", "_") if kind == "time" and step in TIMES else ref.rpartition(".")[2]
    if name in taken or name in ("value", "n", "share"):
        name = ref.replace(".", "_").replace(":", "_") if ref.rpartition(".")[0] else f"{name}_"
    return name


def _amounts(cut: Cut, query: Query, *, raw: bool) -> list[str]:
    measure = query.formula(cut.measure) if cut.measure else ""
    if raw:
        return [f"{measure} AS value", "1 AS n"]
    if cut.how == "share":
        held = " AND ".join(query.condition(where) for where in cut.of)
        return [f"SUM(CASE WHEN {held} THEN 1 ELSE 0 END) AS value", "COUNT(*) AS n"]
    if cut.how == "distinct":
        return [f"COUNT(DISTINCT {measure}) AS value", "COUNT(*) AS n"]
    if not measure or cut.how == "count":
        return ["COUNT(*) AS value", "COUNT(*) AS n"]
    if cut.how in ("largest", "smallest"):
        return [f"{'MAX' if cut.how == 'largest' else 'MIN'}({measure}) AS value", "COUNT(*) AS n"]
    if cut.how == "average" and not cut.over:
        return [f"SUM({measure}) AS value", f"COUNT({measure}) AS n"]
    if cut.over:
        distinct = cut.over.removeprefix("distinct ")
        below = f"COUNT(DISTINCT {query.formula(distinct)})" if distinct != cut.over else f"SUM({query.formula(cut.over)})"  # fmt: skip
        return [f"SUM({measure}) AS value", f"{below} AS n"]
    return [f"SUM({measure}) AS value", "COUNT(*) AS n"]


def divided(cut: Cut) -> bool:
    """Whether the figure is one sum divided by another."""
    return cut.how in ("share", "average") or bool(cut.over)


def _parent(cut: Cut, query: Query) -> tuple[TableCard, ColumnCard, Link] | None:
    """The table that the first dimension stands in, with the link by which rows of the cut's table name it."""
    if not cut.by or ":" in cut.by[0] or "." not in cut.by[0]:
        return None
    card, column, _ = query.at(cut.by[0])
    way = path(query.card, card.name, query.tables)
    return (card, column, way[-1]) if way and len(way) == 1 else None


def unsold(cut: Cut, query: Query) -> str:
    """For a smallest-first cut by the label of a table: the rows of it that nothing names at all."""
    found = _parent(cut, query) if cut.smallest and cut.how in ("sum", "count") and not cut.where else None
    if found is None:
        return ""
    card, column, step = found
    if not (column.role == "text" or (column.distinct and card.rows and column.distinct >= card.rows)):
        return ""
    return _lonely(card, column, step)


def _lonely(card: TableCard, column: ColumnCard, step: Link) -> str:
    near = f"SELECT t.{quoted(step.key)} FROM {table_name(step.left)} AS t WHERE t.{quoted(step.key)} IS NOT NULL"
    return f"SELECT p.{quoted(column.name)} FROM {table_name(card)} AS p WHERE p.{quoted(step.right_key)} NOT IN ({near}) ORDER BY 1"  # fmt: skip


def _without(cut: Cut, query: Query) -> str:
    other = next((table for table in query.tables if table.ref == cut.without), None)
    way = path(other, query.card.name, query.tables) if other else None
    if other is None or way is None or len(way) != 1:
        raise Unreachable(f"{cut.without} does not name rows of {cut.table}.")
    step = way[0]
    shown = [column for column in query.card.columns if column.role in ("text", "category", "key", "time") and not column.formula][:6]  # fmt: skip
    near = f"SELECT c.{quoted(step.key)} FROM {table_name(other)} AS c WHERE c.{quoted(step.key)} IS NOT NULL"
    fields = ", ".join(f"p.{quoted(column.name)}" for column in shown)
    return (
        f"SELECT {fields} FROM {table_name(query.card)} AS p WHERE p.{quoted(step.right_key)} NOT IN ({near})"
    )


__all__ = ["Query", "Unreachable", "dim_name", "divided", "statement", "unsold"]
