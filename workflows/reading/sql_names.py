"""SQL held against the cached structure of its integration: tables and columns that do not exist, and the columns of a result.

Only what is certain counts as a fault: a source whose columns are not known (a function, a file, an unnested list) can hold any.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from agents.asks.tables import TableCard
from workflows.parts.sqltext import dialect_of
from workflows.reading.faults import Fault, nearest
from workflows.reading.sql import JINJA_VALUE, without_jinja

Columns = frozenset[str] | None
"""Lower-case names; None where they are not known."""
HIDDEN = frozenset({"rowid", "oid", "ctid", "_rowid_", "rownum", "_partitiontime", "_partitiondate"})
"""Columns that databases add without listing them."""


def sql_faults(text: str, tables: Sequence[TableCard], names: Collection[str] | None = None) -> list[Fault]:
    """Every statement of a block on one integration, whose tables these are; `names` are what Jinja may take from the notebook."""
    trees = statements(text, tables)
    if isinstance(trees, Fault):
        return [trees]
    found = [fault for tree in trees for fault in _table_faults(tree, tables)]
    if not found:
        found = [fault for tree in trees for fault in _column_faults(tree, tables)]
    if names is not None:
        found += [
            Fault(_line_of(text, name), f"no block above defines {name!r}{nearest(name, names)}")
            for name in without_jinja(text)[1]
            if name not in names
        ]
    return found


def unknown_tables(text: str, tables: Sequence[TableCard]) -> list[Fault]:
    """Why the text cannot be read as SQL, or the tables that its integration does not have."""
    trees = statements(text, tables)
    if isinstance(trees, Fault):
        return [trees]
    return [fault for tree in trees for fault in _table_faults(tree, tables)]


def statements(text: str, tables: Sequence[TableCard]) -> list[exp.Expr] | Fault:
    """The syntax tree of each statement, or why there is none."""
    masked = without_jinja(text)[0]
    try:
        return [tree for tree in sqlglot.parse(masked, read=dialect_of(tables[0])) if tree is not None]
    except (SqlglotError, ValueError, RecursionError) as wrong:
        details = getattr(wrong, "errors", None) or [{}]
        line = details[0].get("line") or 1
        said = details[0].get("description") or str(wrong).splitlines()[0]
        near = details[0].get("highlight")
        return Fault(int(line), f"it is not SQL: {said}" + (f" near {near!r}" if near else ""))


def result_columns(text: str, tables: Sequence[TableCard]) -> Columns:
    """The columns of the DataFrame that a block of one SELECT leaves."""
    trees = statements(text, tables)
    if isinstance(trees, Fault) or len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return None
    try:
        scopes = traverse_scope(trees[0])
    except SqlglotError:
        return None
    return _selected(scopes[-1], tables) if scopes else None


def _table_faults(tree: exp.Expr, tables: Sequence[TableCard]) -> Iterator[Fault]:
    local = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        name = table.name
        bare = not table.args.get("db")
        if not name or not isinstance(table.this, exp.Identifier) or JINJA_VALUE in (name, table.db):
            continue
        if bare and name.lower() in local:
            continue
        if _card(table, tables) is None:
            known = {_written(card) for card in tables}
            yield Fault(
                _place(table.this), f"{tables[0].integration} has no table {name!r}{nearest(name, known)}"
            )


def _written(card: TableCard) -> str:
    return card.name.rpartition(".")[2] if card.schema_name else card.name


def _card(table: exp.Table, tables: Sequence[TableCard]) -> TableCard | None:
    name, schema = table.name.lower(), table.db.lower()
    same = [card for card in tables if name in (card.name.lower(), _written(card).lower())]
    if schema:
        return next((card for card in same if (card.schema_name or schema).lower() == schema), None)
    return same[0] if same else None


def _column_faults(tree: exp.Expr, tables: Sequence[TableCard]) -> Iterator[Fault]:
    try:
        scopes = traverse_scope(tree)
    except SqlglotError:
        return
    for scope in scopes:
        if not isinstance(scope.expression, exp.Query):
            continue
        for column in scope.columns:
            if column.find_ancestor(exp.Select, exp.SetOperation) is not scope.expression:
                continue  # a query inside this one is a scope of its own
            fault = _column_fault(column, scope, tables)
            if fault is not None:
                yield fault


def _column_fault(column: exp.Column, scope: Scope, tables: Sequence[TableCard]) -> Fault | None:
    name = column.name.lower()
    if isinstance(column.this, exp.Star) or name in HIDDEN or JINJA_VALUE in (name, column.table):
        return None
    visible = dict(_visible(scope, tables))
    uncertain = any(columns is None for columns in visible.values())
    if uncertain and visible.get(column.table.lower()) is None:
        return None
    query = scope.expression
    own = {one.alias.lower() for one in query.selects if isinstance(one, exp.Alias)} if isinstance(query, exp.Query) else set()  # fmt: skip
    every = frozenset[str]().union(*(columns for columns in visible.values() if columns)) | own
    holder = column.table.lower()
    if holder and holder not in visible:
        # `a.b` is also a field of a column of records.
        if holder in every:
            return None
        return Fault(
            _place(column.args["table"]),
            f"{column.sql()}: nothing here is called {column.table!r}{nearest(column.table, list(visible))}",
        )
    among = visible[holder] if holder else every
    if among is None or name in among:
        return None
    where = f"{column.table} has" if holder else f"{', '.join(sorted(visible)) or 'the query'} has"
    return Fault(_place(column.this), f"{where} no column {column.name!r}{nearest(column.name, among)}")


def _visible(scope: Scope, tables: Sequence[TableCard]) -> Iterator[tuple[str, Columns]]:
    """What a column may come from, by alias: the sources of the query, and of those around it."""
    around: Scope | None = scope
    while around is not None:
        sources: Mapping[str, exp.Expr | Scope] = around.sources
        selected = {alias.lower() for alias in around.selected_sources}
        for alias, source in sources.items():
            if alias.lower() in selected or not isinstance(source, Scope):
                yield alias.lower(), _columns(source, tables)
        for lateral in around.expression.args.get("laterals") or []:
            yield lateral.alias.lower(), None
        around = around.parent if around.is_subquery or around.is_derived_table else None


def _columns(source: exp.Expr | Scope, tables: Sequence[TableCard]) -> Columns:
    if isinstance(source, Scope):
        return _selected(source, tables)
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return None
    if source.args.get("pivots") or (source.args.get("alias") and source.args["alias"].columns):
        return None
    card = _card(source, tables)
    if card is None or len(card.columns) == 0:
        return None
    return frozenset(column.name.lower() for column in card.columns if not column.formula)


def _selected(scope: Scope, tables: Sequence[TableCard]) -> Columns:
    """The names of what a query selects; None where one of them is not certain."""
    expression = scope.expression
    if isinstance(expression, exp.SetOperation):
        parts: list[Scope] = getattr(scope, "union_scopes", None) or []
        return _selected(parts[0], tables) if parts else None
    if not isinstance(expression, exp.Select) or scope.is_udtf:
        return None
    renamed = _renamed(expression)
    if renamed:
        return frozenset(renamed)
    names: set[str] = set()
    for select in expression.selects:
        if isinstance(select, exp.Alias) or (
            isinstance(select, exp.Column) and not isinstance(select.this, exp.Star)
        ):
            names.add(select.alias_or_name.lower())
            continue
        starred = select.this if isinstance(select, exp.Column) else select
        if not isinstance(starred, exp.Star) or any(
            starred.args.get(one) for one in ("except_", "except", "replace", "rename")
        ):
            return None
        of = select.table.lower() if isinstance(select, exp.Column) else ""
        chosen = [source for alias, (_, source) in scope.selected_sources.items() if not of or alias.lower() == of]  # fmt: skip
        for source in chosen:
            columns = _columns(source, tables)
            if columns is None:
                return None
            names |= columns
    return frozenset(names)


def _renamed(expression: exp.Expr) -> list[str]:
    """Names that a WITH or an alias gives the columns of a query: `m(a, b) AS (SELECT …)`."""
    around = expression.parent
    alias = around.args.get("alias") if isinstance(around, exp.CTE | exp.Subquery) else None
    return [column.name.lower() for column in alias.columns] if isinstance(alias, exp.TableAlias) else []


def _place(node: exp.Expr) -> int:
    return int(node.meta.get("line") or 1)


def _line_of(text: str, name: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if name in line), 1)


__all__ = ["Columns", "result_columns", "sql_faults", "statements", "unknown_tables"]
