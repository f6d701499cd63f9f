"""Blocks of a cut: one query that counts or adds up, the table in order with its shares, the figures, and a chart."""

import re
from collections.abc import Sequence
from typing import Any

from agents.asks.chart_kinds import ChartKind
from agents.asks.cuts import TIMES, Cut, Where
from agents.asks.tables import ColumnCard, Link, TableCard, path, ways
from workflows.parts.blocks import PlannedBlock, chart, code, select_input, sql, text
from workflows.parts.sqltext import (
    day_of,
    dialect_of,
    formula_names,
    formula_sql,
    in_dialect,
    literal,
    measure_sql,
    period_of,
    quoted,
    table_name,
)

_ORDINAL = frozenset({"weekday", "hour", "month of year", "year", "quarter"})
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]  # fmt: skip


class Unreachable(Exception):
    """A cut names a column that the table does not have or lead to; the message says which."""


class _Query:
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


def cut_blocks(cut: Cut, number: int, tables: Sequence[TableCard], *, windowed: bool, title: str = "") -> list[PlannedBlock]:  # fmt: skip
    """The blocks of one cut; `windowed` when the notebook holds `window_start` and `window_end`. Raises Unreachable."""
    key = f"cut_{number}"
    query = _Query(cut, tables)
    rows, dims = _statement(cut, query, windowed=windowed)
    integration = query.card.integration_id
    name = title or title_of(cut)
    blocks = []
    chosen = _choice(cut, query, key)
    blocks += [chosen] if chosen else []
    blocks.append(text(f"{key}_note", f"{name}: what counts", f"## {name}\n\n{said_of(cut, tables)}"))
    blocks.append(sql(f"{key}_data", f"Data of: {name}", in_dialect(rows, query.card), f"{key}_data", integration))  # fmt: skip
    missing = _unsold(cut, query)
    if missing:
        blocks.append(sql(f"{key}_missing", f"Without any: {name}", in_dialect(missing, query.card), f"{key}_missing", integration))  # fmt: skip
    blocks.append(code(key, name, _computed(cut, key, dims, chosen is not None, bool(missing))))
    drawn = _chart(cut, key, dims, name)
    return [*blocks, drawn] if drawn else blocks


def _statement(cut: Cut, query: _Query, *, windowed: bool) -> tuple[str, list[str]]:
    """The query and the names of its dimensions."""
    if cut.without:
        return _without(cut, query), []
    fields, dims = list[str](), list[str]()
    for ref in [*cut.by, *cut.beside]:
        kind, _, step = ref.partition(":")
        written = query.of_time(step, cut.when) if kind == "time" and step in TIMES else query.written(ref)
        name = _dim_name(ref, dims)
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


def _dim_name(ref: str, taken: Sequence[str]) -> str:
    kind, _, step = ref.partition(":")
    name = step.replace(" ", "_") if kind == "time" and step in TIMES else ref.rpartition(".")[2]
    if name in taken or name in ("value", "n", "share"):
        name = ref.replace(".", "_").replace(":", "_") if ref.rpartition(".")[0] else f"{name}_"
    return name


def _amounts(cut: Cut, query: _Query, *, raw: bool) -> list[str]:
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


def _divided(cut: Cut) -> bool:
    """Whether the figure is one sum divided by another."""
    return cut.how in ("share", "average") or bool(cut.over)


def _parent(cut: Cut, query: _Query) -> tuple[TableCard, ColumnCard, Link] | None:
    """The table that the first dimension stands in, with the link by which rows of the cut's table name it."""
    if not cut.by or ":" in cut.by[0] or "." not in cut.by[0]:
        return None
    card, column, _ = query.at(cut.by[0])
    way = path(query.card, card.name, query.tables)
    return (card, column, way[-1]) if way and len(way) == 1 else None


def _unsold(cut: Cut, query: _Query) -> str:
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


def _without(cut: Cut, query: _Query) -> str:
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


def _choice(cut: Cut, query: _Query, key: str) -> PlannedBlock | None:
    if not cut.choose:
        return None
    _, column, _ = query.at(cut.choose)
    if not column.values:
        return None
    options = list(column.values)
    return select_input(f"{key}_chosen", f"Choose {column.name.replace('_', ' ')}", f"{key}_chosen", options, options[:1])  # fmt: skip


def _computed(cut: Cut, key: str, dims: Sequence[str], chosen: bool, missing: bool) -> str:
    """The code that makes the table of a cut out of its rows."""
    called = cut.called or "value"
    if cut.without:
        return f"""
{key} = {key}_data
figure("{key}", f"{{len({key}):,}} {called}", len({key}))
{key}
"""
    lines = [f"rows = {key}_data.copy()"]
    lines += ['rows[["value", "n"]] = rows[["value", "n"]].astype(float)']
    for name, ref in zip(dims, [*cut.by, *cut.beside], strict=True):
        step = ref.partition(":")[2]
        if step in ("day", "week", "month", "quarter", "year"):
            lines.append(f"rows[{name!r}] = pd.to_datetime(rows[{name!r}])")
        elif step in ("weekday", "month of year"):
            names = _WEEKDAYS if step == "weekday" else _MONTHS
            lines.append(f"rows[{name!r}] = pd.Categorical([{names!r}[int(place) - 1] for place in rows[{name!r}]], {names!r}, ordered=True)")  # fmt: skip
        elif step != "hour":
            lines.append(f'rows[{name!r}] = rows[{name!r}].astype(object).where(rows[{name!r}].notna(), "(none)")')  # fmt: skip
    if chosen:
        lines.append(f"rows = rows[rows[{_dim_name(cut.choose, [])!r}].astype(str).isin({key}_chosen)]")
    groups = list(dims)
    lines += _filled(cut, dims)
    value = 'rows["value"] / rows["n"].where(rows["n"] != 0)' if _divided(cut) else 'rows["value"]'
    if cut.how == "median":
        value = 'rows["value"]'
        if groups:
            lines.append(f'rows = rows.groupby({groups!r}, observed=True).agg(value=("value", "median"), n=("n", "sum")).reset_index()')  # fmt: skip
        else:
            lines.append('rows = pd.DataFrame({"value": [rows["value"].median()], "n": [len(rows)]})')
    shown = [f"rows[{groups!r}]" if groups else "rows[[]]"]
    lines.append(f"{key} = {shown[0]}.copy()")
    lines.append(f"{key}[{called!r}] = {value}")
    if cut.how == "share":
        lines += [f'{key}["number"] = rows["value"]', f'{key}["of"] = rows["n"]']
    elif cut.how in ("average", "median") or cut.over:
        lines.append(f'{key}["over"] = rows["n"]')
    additive = not _divided(cut) and cut.how in ("sum", "count") and not cut.running
    if cut.running:
        lines += _added_up(cut, key, dims, called)
    if additive and groups:
        lines.append('whole = rows["value"].sum()')
        lines.append(f'{key}["share"] = {key}[{called!r}] / whole')
    told = "percent" if cut.how == "share" or cut.called.startswith(("margin", "profit margin")) else "number"
    if cut.how in ("count", "distinct") and not _divided(cut):
        told = "count_of"
    lines += _ordered(cut, key, dims, called, told, additive=additive, missing=missing)
    return "\n".join(lines)


def _added_up(cut: Cut, key: str, dims: Sequence[str], called: str) -> list[str]:
    """Lines that add each period to those before it, for every other dimension on its own."""
    timed = [name for name, ref in zip(dims, cut.by, strict=False) if ref.startswith("time:")]
    others = [name for name in dims if name not in timed]
    grouped = f"{key}.groupby({others!r}, observed=True)[{called!r}]" if others else f"{key}[{called!r}]"
    return [f"{key} = {key}.sort_values({[*others, *timed]!r})", f"{key}[{called!r}] = {grouped}.cumsum()"]


def _filled(cut: Cut, dims: Sequence[str]) -> list[str]:
    """Lines that put a 0 where a group had nothing in a period, so that a course over time has no holes."""
    steps = [
        (name, ref.partition(":")[2])
        for name, ref in zip(dims, cut.by, strict=False)
        if ref.startswith("time:")
    ]
    if len(steps) != 1 or cut.beside or _divided(cut) or cut.how not in ("sum", "count") or steps[0][1] not in _FREQUENCY:  # fmt: skip
        return []
    name, step = steps[0]
    days = f'pd.date_range(rows[{name!r}].min(), rows[{name!r}].max(), freq="{_FREQUENCY[step]}")'
    levels = ", ".join(days if one == name else f"rows[{one!r}].unique()" for one in dims)
    names = list(dims)
    every = f"pd.MultiIndex.from_product([{levels}], names={names!r})" if len(names) > 1 else f"pd.Index({days}, name={name!r})"  # fmt: skip
    return ["if len(rows):", f"    rows = rows.set_index({names if len(names) > 1 else name!r}).reindex({every}, fill_value=0).reset_index()"]  # fmt: skip


_FREQUENCY = {"day": "D", "week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}


def _ordered(cut: Cut, key: str, dims: Sequence[str], called: str, told: str, *, additive: bool, missing: bool) -> list[str]:  # fmt: skip
    """The lines that order, cut off and put into words."""
    unit = '"ratio"' if told == "percent" else '""'
    if not dims:
        more = " ({number(row['number'])} of {number(row['of'])})" if cut.how == "share" else ""
        return [
            f"row = {key}.iloc[0]",
            f'figure("{key}", f"{called}: {{{told}(row[{called!r}])}}{more}", row[{called!r}], {unit})',
            key,
        ]
    lines: list[str] = []
    if cut.more_than is not None:
        return [
            f"passing = {key}[{key}[{called!r}] > {cut.more_than}].sort_values({called!r}, ascending=False).reset_index(drop=True)",
            f'figure("{key}", f"{{len(passing):,}} of {{len({key}):,}} ({{percent(len(passing) / len({key}))}}) with any have more than {cut.more_than}", len(passing) / len({key}), "ratio")',
            f'spread = {key}[{called!r}].value_counts().sort_index().rename_axis({called!r}).rename("number").reset_index()',
            f"{key} = spread.astype({{{called!r}: int}})",
            "passing",
        ]
    timed = [name for name, ref in zip(dims, cut.by, strict=False) if ref.startswith("time:")]
    first = dims[0]
    if timed and not cut.ranked:
        lines.append(f"{key} = {key}.sort_values({[*timed, *[name for name in dims if name not in timed]]!r}).reset_index(drop=True)")  # fmt: skip
    else:
        lines.append(
            f"{key} = {key}.sort_values({called!r}, ascending={cut.smallest}).reset_index(drop=True)"
        )
    if cut.top:
        lines += [f"groups = len({key})", f"{key} = {key}.head({cut.top})"]
    lines.append(f"{key}.index = {key}.index + 1")
    name = "{said(row)}"
    lines += [
        "",
        "",
        "def said(row):",
        f"    named = [{', '.join(_worded(one, ref) for one, ref in zip(dims, [*cut.by, *cut.beside], strict=True))}]",
        '    return ", ".join(named)',
        "",
        "",
    ]
    share = ", {percent(row['share'])} of the whole" if additive else ""
    if cut.how == "share":
        share = " ({number(row['number'])} of {number(row['of'])})"
    if timed and not cut.ranked:
        ends = f"{{'highest': {key}.loc[{key}[{called!r}].idxmax()], 'lowest': {key}.loc[{key}[{called!r}].idxmin()]}}"
        lines += [
            f"if len({key}) <= 6:",
            f"    for _, row in {key}.iterrows():",
            f'        figure("{key}", f"{name}: {called} {{{told}(row[{called!r}])}}", row[{called!r}], {unit})',
            "else:",
            f"    for word, row in {ends}.items():",
            f'        figure("{key}", f"{called} was {{word}} for {name}, at {{{told}(row[{called!r}])}}", row[{called!r}], {unit})',
        ]
        if additive:
            lines.append(f'figure("{key}", f"{called} over all of it: {{number(whole)}}", whole)')
    else:
        lines += [
            f"for place, row in {key}.head({min(max(cut.top, 5), 10)}).iterrows():",
            f'    figure("{key}", f"number {{place}} is {name} with {called} {{{told}(row[{called!r}])}}{share}", row[{called!r}], {unit})',
        ]
        if additive and not cut.top:
            lines.append(
                f'figure("{key}", f"all {{len({key}):,}} together: {called} {{number(whole)}}", whole)'
            )
    if missing:
        lines.append(f'figure("{key}", f"{{len({key}_missing):,}} have none at all" + (f": {{\', \'.join({key}_missing.iloc[:, 0].astype(str).head(10))}}" if len({key}_missing) else ""), len({key}_missing))')  # fmt: skip
    lines += [f"{key}_shown = {key}.head(60).copy() if {not timed} else {key}.copy()"]
    for one, ref in zip(dims, [*cut.by, *cut.beside], strict=True):
        step = ref.partition(":")[2]
        if step in ("quarter", "year"):
            lines.append(f'{key}_shown[{one!r}] = [period_name(moment, "{step}") for moment in {key}_shown[{one!r}]]')  # fmt: skip
            lines.append(f'{key}[{one!r}] = [period_name(moment, "{step}") for moment in {key}[{one!r}]]')
        elif step not in ("day", "week", "month"):
            lines.append(f"{key}_shown[{one!r}] = {key}_shown[{one!r}].astype(str)")
    _ = first
    return [*lines, key]


def _worded(name: str, ref: str) -> str:
    step = ref.partition(":")[2]
    if step in ("day", "week", "month", "quarter", "year"):
        return f"period_name(row[{name!r}], {step!r})"
    return f'f"{{int(row[{name!r}]):02d}}:00"' if step == "hour" else f"str(row[{name!r}])"


def _chart(cut: Cut, key: str, dims: Sequence[str], name: str) -> PlannedBlock | None:
    if not dims or cut.without:
        return None
    called = cut.called or "value"
    number: dict[str, Any] = {"field": _plain(called), "type": "quantitative", "title": called}
    if cut.how == "share":
        number["axis"] = {"format": ".0%"}
    if cut.more_than is not None:
        return chart(f"{key}_chart", f"How many have how many {called}", key, "bar", x={"field": _plain(called), "type": "ordinal", "title": called}, y={"field": "number", "type": "quantitative"})  # fmt: skip
    main = list(zip(dims, cut.by, strict=False))
    timed = next(((one, ref) for one, ref in main if ref.startswith("time:")), None)
    others = [one for one, ref in main if (one, ref) != timed]
    kind = cut.chart
    if timed is not None:
        x, drawn, extra = _time_axis(*timed, cut, kind), _over_time(kind, timed[1]), dict[str, Any]()
        if others:
            extra["color"] = {
                "field": _plain(others[0]),
                "type": "nominal",
                "title": others[0].replace("_", " "),
            }
            if drawn == "bar" and kind != "stacked bar":
                extra["xOffset"] = {"field": _plain(others[0])}
        stack = {"stack": "zero"} if kind.startswith("stacked") else {}
        return chart(f"{key}_chart", name, f"{key}_shown", drawn, x=x, y={**number, **stack}, **extra)
    first = {"field": _plain(dims[0]), "type": "nominal", "title": dims[0].replace("_", " ")}
    if len(others) > 1:
        if kind == "heatmap":
            return chart(f"{key}_chart", name, f"{key}_shown", "rect", x=first, y={"field": _plain(others[1]), "type": "nominal", "title": others[1]}, color=number)  # fmt: skip
        offset = {} if kind == "stacked bar" else {"yOffset": {"field": _plain(others[1])}}
        return chart(f"{key}_chart", name, f"{key}_shown", "bar", y={**first, "sort": "-x"}, x={**number, **({"stack": "zero"} if kind == "stacked bar" else {})},
                     color={"field": _plain(others[1]), "type": "nominal", "title": others[1].replace("_", " ")}, **offset)  # fmt: skip
    if kind == "pie":
        order = {"field": number["field"], "type": "quantitative", "sort": "descending"}
        return chart(f"{key}_chart", name, f"{key}_shown", "arc", theta=number, color={**first, "sort": None}, order=order)  # fmt: skip
    return chart(f"{key}_chart", name, f"{key}_shown", "bar", y={**first, "sort": "x" if cut.smallest else "-x"}, x=number)  # fmt: skip


def _plain(name: str) -> str:
    """A field name as Vega-Lite takes it: dots and brackets name nested fields there."""
    return re.sub(r"([.\[\]])", r"\\\1", name)


def _over_time(kind: ChartKind, ref: str) -> str:
    step = ref.partition(":")[2]
    if kind in ("bar", "stacked bar"):
        return "bar"
    if kind in ("area", "stacked area"):
        return "area"
    return "bar" if step in _ORDINAL and kind != "line" else "line"


def _time_axis(name: str, ref: str, cut: Cut, kind: ChartKind) -> dict[str, Any]:
    step = ref.partition(":")[2]
    if step in ("weekday", "month of year"):
        return {"field": _plain(name), "type": "ordinal", "title": "", "sort": _WEEKDAYS if step == "weekday" else _MONTHS}  # fmt: skip
    if step in ("hour", "quarter", "year"):
        return {
            "field": _plain(name),
            "type": "ordinal",
            "title": step,
            **({"sort": None} if step != "hour" else {}),
        }
    if kind in ("bar", "stacked bar"):
        return {"field": _plain(name), "type": "ordinal", "timeUnit": "yearmonth" if step == "month" else "yearmonthdate", "title": ""}  # fmt: skip
    return {"field": _plain(name), "type": "temporal", "title": ""}


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
        query = _Query(cut, tables)
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
        return f"dates in {' or '.join(_MONTHS[int(month) - 1] for month in where.values)}"
    if where.values:
        parts.append(f"{name} {'not ' if where.exclude else ''}{' or '.join(where.values)}")
    if where.empty:
        return f"a value of {name}" if where.exclude else f"no {name}"
    if where.above is not None:
        parts.append(f"{name} above {where.above:g}")
    if where.below is not None:
        parts.append(f"{name} below {where.below:g}")
    return " and ".join(parts)


__all__ = ["Unreachable", "cut_blocks", "said_of", "title_of"]
