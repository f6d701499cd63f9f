"""Blocks of a cut: one query that counts or adds up, the table in order with its shares, the figures, and a chart."""

from collections.abc import Sequence

from agents.asks.cuts import Cut
from agents.asks.tables import TableCard
from workflows.parts.blocks import PlannedBlock, code, select_input, sql, text
from workflows.parts.cut_charts import cut_chart
from workflows.parts.cut_query import Query, Unreachable, dim_name, divided, statement, unsold
from workflows.parts.cut_words import MONTHS, WEEKDAYS, said_of, title_of
from workflows.parts.sqltext import (
    in_dialect,
)


def cut_blocks(cut: Cut, number: int, tables: Sequence[TableCard], *, windowed: bool, title: str = "") -> list[PlannedBlock]:  # fmt: skip
    """The blocks of one cut; `windowed` when the notebook holds `window_start` and `window_end`. Raises Unreachable."""
    key = f"cut_{number}"
    query = Query(cut, tables)
    rows, dims = statement(cut, query, windowed=windowed)
    integration = query.card.integration_id
    name = title or title_of(cut)
    blocks = []
    chosen = _choice(cut, query, key)
    blocks += [chosen] if chosen else []
    blocks.append(text(f"{key}_note", f"{name}: what counts", f"## {name}\n\n{said_of(cut, tables)}"))
    blocks.append(sql(f"{key}_data", f"Data of: {name}", in_dialect(rows, query.card), f"{key}_data", integration))  # fmt: skip
    missing = unsold(cut, query)
    if missing:
        blocks.append(sql(f"{key}_missing", f"Without any: {name}", in_dialect(missing, query.card), f"{key}_missing", integration))  # fmt: skip
    blocks.append(code(key, name, _computed(cut, key, dims, chosen is not None, bool(missing))))
    drawn = cut_chart(cut, key, dims, name)
    return [*blocks, drawn] if drawn else blocks


def _choice(cut: Cut, query: Query, key: str) -> PlannedBlock | None:
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
            names = WEEKDAYS if step == "weekday" else MONTHS
            lines.append(f"rows[{name!r}] = pd.Categorical([{names!r}[int(place) - 1] for place in rows[{name!r}]], {names!r}, ordered=True)")  # fmt: skip
        elif step != "hour":
            lines.append(f'rows[{name!r}] = rows[{name!r}].astype(object).where(rows[{name!r}].notna(), "(none)")')  # fmt: skip
    if chosen:
        lines.append(f"rows = rows[rows[{dim_name(cut.choose, [])!r}].astype(str).isin({key}_chosen)]")
    groups = list(dims)
    lines += _filled(cut, dims)
    value = 'rows["value"] / rows["n"].where(rows["n"] != 0)' if divided(cut) else 'rows["value"]'
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
    additive = not divided(cut) and cut.how in ("sum", "count") and not cut.running
    if cut.running:
        lines += _added_up(cut, key, dims, called)
    if additive and groups:
        lines.append('whole = rows["value"].sum()')
        lines.append(f'{key}["share"] = {key}[{called!r}] / whole')
    told = "percent" if cut.how == "share" or cut.called.startswith(("margin", "profit margin")) else "number"
    if cut.how in ("count", "distinct") and not divided(cut):
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
    if len(steps) != 1 or cut.beside or divided(cut) or cut.how not in ("sum", "count") or steps[0][1] not in _FREQUENCY:  # fmt: skip
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


__all__ = ["Unreachable", "cut_blocks", "said_of", "title_of"]
