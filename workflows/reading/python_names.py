"""Python held against its notebook: names that no block above defines, and columns that a DataFrame does not have.

Only what is certain counts as a fault: a DataFrame whose columns are known stays known through assignments and methods that
keep or name its columns, and is forgotten at anything else.
"""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from workflows.reading.faults import Fault, nearest
from workflows.reading.python import names_in, parse, plain_python, read_python

Frames = Mapping[str, frozenset[str]]
"""DataFrames whose columns are known, by name; columns as they are written."""

KEEPS_COLUMNS = frozenset(
    {"copy", "head", "tail", "sample", "dropna", "fillna", "ffill", "bfill", "sort_values", "sort_index", "query", "drop_duplicates",
     "nlargest", "nsmallest", "round", "astype", "infer_objects", "convert_dtypes", "where", "mask", "groupby"}
)  # fmt: skip
TAKES_COLUMNS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "groupby": ((0, "by"),),
    "sort_values": ((0, "by"),),
    "set_index": ((0, "keys"),),
    "explode": ((0, "column"),),
    "nlargest": ((1, "columns"),),
    "nsmallest": ((1, "columns"),),
    "drop_duplicates": ((0, "subset"),),
    "dropna": ((-1, "subset"),),
    "pivot": ((-1, "index"), (-1, "columns"), (-1, "values")),
    "pivot_table": ((0, "values"), (1, "index"), (2, "columns")),
    "melt": ((0, "id_vars"), (1, "value_vars")),
}
"""Methods, and their arguments that name columns: by place (-1 for none) and by name."""


def python_faults(text: str, names: Collection[str], frames: Frames) -> list[Fault]:
    """What would go wrong in a block below others that leave these names and DataFrames."""
    tree, trouble = parse(plain_python(text)[0])
    reading = read_python(text)
    if tree is None:
        return [Fault(_line_in(trouble or ""), f"it is not Python: {(trouble or '').partition(' (line')[0]}")]
    found = []
    if not reading.star_import:
        for name in sorted(reading.needs - frozenset(names)):
            known = {*names, *reading.defines}
            found.append(
                Fault(_first_use(tree, name), f"no block above defines {name!r}{nearest(name, known)}")
            )
    reader = _Frames(frames)
    reader.run(tree.body)
    return sorted(found + reader.faults)


def frames_after(text: str, frames: Frames) -> dict[str, frozenset[str]]:
    """The DataFrames whose columns are known once a block has run."""
    tree, _ = parse(plain_python(text)[0])
    if tree is None:
        return {}
    reader = _Frames(frames)
    reader.run(tree.body)
    return reader.frames


def _line_in(trouble: str) -> int:
    digits = trouble.rpartition("(line ")[2].rstrip(")")
    return int(digits) if digits.isdigit() else 1


def _first_use(tree: ast.Module, name: str) -> int:
    return min(
        (node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name), default=1
    )


class _Frames(ast.NodeVisitor):
    """Walks the statements in order, and knows the columns of DataFrames as long as they are certain."""

    def __init__(self, frames: Frames) -> None:
        self.frames = dict(frames)
        self.faults: list[Fault] = []

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            self.visit(node.value)
            self._assign(node.targets[0], node.value)
        elif isinstance(node, ast.Expr):
            self.visit(node.value)
            self._forget_changed(node)
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.Pass):
            return
        else:
            # What is bound or changed somewhere inside is not known inside, nor afterwards.
            self._forget_changed(node)
            self.visit(node)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            columns = self._columns(value)
            self.frames.pop(target.id, None)
            if columns is not None:
                self.frames[target.id] = columns
            return
        root, written = _column_target(target)
        if root in self.frames and written is not None:
            self.frames[root] = self.frames[root] | written
            return
        for name in names_in([ast.Assign([target], value, lineno=1)]):
            self.frames.pop(name, None)

    def _forget_changed(self, node: ast.stmt) -> None:
        for name in names_in([node]):
            self.frames.pop(name, None)

    # ---- expressions ------------------------------------------------------------------------------------------

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Load):
            columns = self._columns(node.value)
            if columns is not None:
                self._check(node, _texts(node.slice), columns)
            if isinstance(node.value, ast.Attribute) and node.value.attr == "loc" and isinstance(node.slice, ast.Tuple):  # fmt: skip
                columns = self._columns(node.value.value)
                if columns is not None and len(node.slice.elts) == 2:
                    self._check(node, _texts(node.slice.elts[1]), columns)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        columns = self._columns(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if isinstance(node.func, ast.Attribute) and columns is not None:
            for place, keyword in TAKES_COLUMNS.get(node.func.attr, ()):
                self._check(node, _texts(_argument(node, place, keyword)), columns)
            if node.func.attr in {"agg", "aggregate"}:
                self._check(node, _aggregated(node), columns)
        self.generic_visit(node)

    def _within(self, node: ast.AST, bound: Collection[str]) -> None:
        kept = dict(self.frames)
        for name in bound:
            self.frames.pop(name, None)
        self.generic_visit(node)
        self.frames = kept

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._within(node, [argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)])  # fmt: skip

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        bound = [
            name.id for one in node.generators for name in ast.walk(one.target) if isinstance(name, ast.Name)
        ]
        self._within(node, bound)

    visit_ListComp = _comprehension  # noqa: N815
    visit_SetComp = _comprehension  # noqa: N815
    visit_GeneratorExp = _comprehension  # noqa: N815
    visit_DictComp = _comprehension  # noqa: N815

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A body runs later, when its names may hold something else."""

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def _check(self, node: ast.expr, wanted: Collection[str], columns: frozenset[str]) -> None:
        there = {column.lower() for column in columns}
        self.faults += [
            Fault(
                node.lineno,
                f"{ast.unparse(_frame(node))[:60]} has no column {name!r}{nearest(name, columns)}",
            )
            for name in wanted
            if name.lower() not in there
        ]

    def _columns(self, node: ast.expr) -> frozenset[str] | None:
        """The columns of an expression that is certainly a DataFrame, or a grouping of one."""
        if isinstance(node, ast.Name):
            return self.frames.get(node.id)
        if isinstance(node, ast.Subscript):
            return self._subscripted(node)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return None
        columns = self._columns(node.func.value)
        if columns is None:
            return None
        method = node.func.attr
        if any(key.arg in (None, "inplace") for key in node.keywords):
            return None
        if method in KEEPS_COLUMNS:
            return columns
        if method == "assign":
            return columns | {str(key.arg) for key in node.keywords}
        return None

    def _subscripted(self, node: ast.Subscript) -> frozenset[str] | None:
        columns = self._columns(node.value)
        if columns is None:
            return None
        if isinstance(node.slice, ast.Compare | ast.BinOp | ast.UnaryOp | ast.Slice):
            return columns
        return frozenset(_texts(node.slice)) or None if isinstance(node.slice, ast.List) else None


def _frame(node: ast.expr) -> ast.expr:
    """What a subscript or a call of a method is about."""
    if isinstance(node, ast.Subscript):
        return node.value.value if isinstance(node.value, ast.Attribute) else node.value
    assert isinstance(node, ast.Call)
    return node.func.value if isinstance(node.func, ast.Attribute) else node.func


def _argument(node: ast.Call, place: int, keyword: str) -> ast.expr | None:
    named = next((one.value for one in node.keywords if one.arg == keyword), None)
    if named is not None or not 0 <= place < len(node.args):
        return named
    return node.args[place]


def _texts(node: ast.expr | None) -> list[str]:
    """The names that stand there letter by letter."""
    items: Iterator[ast.expr] = iter(node.elts if isinstance(node, ast.List) else [node] if node else [])
    return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _aggregated(node: ast.Call) -> list[str]:
    """The columns of `agg(total=("amount", "sum"))` and `agg({"amount": "sum"})`."""
    pairs = [one.value for one in node.keywords if one.arg and isinstance(one.value, ast.Tuple) and one.value.elts]  # fmt: skip
    keys = node.args[0].keys if node.args and isinstance(node.args[0], ast.Dict) else []
    return [text for one in (*(pair.elts[0] for pair in pairs), *keys) for text in _texts(one)]


def _column_target(target: ast.expr) -> tuple[str, set[str] | None]:
    """`frame["new"] = …` or `frame.loc[…, "new"] = …`: the frame, and the columns that are there afterwards for certain."""
    if not isinstance(target, ast.Subscript):
        return "", None
    holder, written = target.value, target.slice
    if isinstance(holder, ast.Attribute) and holder.attr == "loc" and isinstance(written, ast.Tuple):
        holder, written = holder.value, written.elts[-1]
    if not isinstance(holder, ast.Name):
        return "", None
    names = set(_texts(written))
    return holder.id, names or None


__all__ = ["Frames", "frames_after", "python_faults"]
