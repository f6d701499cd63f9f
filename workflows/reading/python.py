"""What a code block says: names defined, used and changed, and calls that reach outside, from Python's own syntax tree.

Lines that only IPython understands (`%magic`, `!command`, `%%cell`) are taken out first and reported.
"""

import ast
import builtins
import re
import warnings
from functools import lru_cache
from typing import NamedTuple

ALWAYS_THERE = frozenset(dir(builtins)) | {
    "display",
    "get_ipython",
    "In",
    "Out",
    "_",
    "__",
    "___",
    "exit",
    "quit",
}
CHANGES_ITS_OBJECT = frozenset(
    {"append", "extend", "insert", "update", "add", "remove", "discard", "pop", "popitem", "clear", "setdefault", "sort",
     "reverse", "write", "writelines", "seed"}
)  # fmt: skip
"""Methods that change the object they are called on, whatever it is."""


class PythonReading(NamedTuple):
    """The names of one block at the top level of its notebook."""

    defines: frozenset[str] = frozenset()
    """Bound by the block: assigned, imported, or defined."""
    needs: frozenset[str] = frozenset()
    """Read before the block binds them itself, function bodies included."""
    changes: frozenset[str] = frozenset()
    """Objects that the block changes in place; also in `needs` when bound elsewhere."""
    imports: frozenset[str] = frozenset()
    """Modules imported, with dots."""
    imported: tuple[tuple[str, str], ...] = ()
    """Names bound by imports, each with what it stands for: (`pd`, `pandas`)."""
    only_imports: bool = False
    """Nothing but imports, and settings on what was imported."""
    star_import: bool = False
    shell: tuple[str, ...] = ()
    """Shell commands given with `!` or `%%bash`."""
    magics: tuple[str, ...] = ()
    empty: bool = False
    """Nothing but white space and comments."""
    unreadable: str | None = None


@lru_cache(maxsize=4096)
def read_python(text: str) -> PythonReading:
    """Read one block; a text that does not parse comes back with `unreadable` set and no names."""
    source, shell, magics = plain_python(text)
    tree, trouble = parse(source)
    if tree is None:
        return PythonReading(shell=shell, magics=magics, unreadable=trouble)
    names = _Names()
    names.run(tree.body)
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imports |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return PythonReading(
        defines=frozenset(names.bound),
        needs=frozenset(names.needs - ALWAYS_THERE),
        changes=frozenset(names.changes),
        imports=frozenset(imports),
        imported=tuple(sorted(names.stands_for.items())),
        only_imports=bool(imports) and all(_belongs_to_imports(node, names.imported) for node in tree.body),
        star_import=names.star,
        shell=shell,
        magics=magics,
        empty=not tree.body and not shell and not magics,
    )


def parse(source: str) -> tuple[ast.Module | None, str | None]:
    """The syntax tree, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful escape in somebody's notebook is not ours to report
            return ast.parse(source), None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as trouble:
        line = getattr(trouble, "lineno", None)
        return None, f"{getattr(trouble, 'msg', trouble)}" + (f" (line {line})" if line else "")


def names_in(body: list[ast.stmt]) -> set[str]:
    """Every name that the statements bind or change, at whatever depth."""
    names = _Names()
    names.run(body)
    inner = {
        node.id for one in body for node in ast.walk(one) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }  # fmt: skip
    return names.bound | names.changes | inner


def plain_python(text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The block without IPython's own lines, the shell commands in it, and the magics."""
    if text.lstrip().startswith("%%"):
        first, _, rest = text.lstrip().partition("\n")
        shell = (
            tuple(line for line in rest.splitlines() if line.strip())
            if re.match(r"%%(bash|sh|script|cmd)\b", first)
            else ()
        )
        keeps_python = re.match(r"%%(time|timeit|capture|prun)\b", first)
        return (rest if keeps_python else ""), shell, (first,)
    lines, commands, magics = [], [], []
    for line in text.splitlines():
        bare = line.lstrip()
        assigned = re.match(r"\s*([A-Za-z_]\w*)\s*=\s*([!%].*)", line)
        if bare.startswith("!") or (assigned and assigned.group(2).startswith("!")):
            commands.append((assigned.group(2) if assigned else bare)[1:].strip())
        elif re.match(r"%{1,2}[A-Za-z]", bare) or assigned:
            magics.append(assigned.group(2) if assigned else bare)
        else:
            lines.append(line)
            continue
        indent = line[: len(line) - len(bare)]
        lines.append(f"{assigned.group(1)} = None" if assigned else f"{indent}pass" if indent else "")
    return "\n".join(lines), tuple(commands), tuple(magics)


def _belongs_to_imports(node: ast.stmt, imported: set[str]) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Try):
        parts = [
            *node.body,
            *node.orelse,
            *node.finalbody,
            *(inner for handler in node.handlers for inner in handler.body),
        ]
        return all(_belongs_to_imports(part, imported) for part in parts)
    if isinstance(node, ast.Expr):
        if isinstance(node.value, ast.Constant):
            return True
        root = _root(node.value.func) if isinstance(node.value, ast.Call) else None
        return root in imported  # for example pd.set_option(…), plt.style.use(…)
    if isinstance(node, ast.Assign):
        return all(
            isinstance(target, ast.Attribute | ast.Subscript) and _root(target) in imported
            for target in node.targets
        )
    return isinstance(node, ast.Pass)


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


class _Names(ast.NodeVisitor):
    """Walks a block in the order in which Python runs it."""

    def __init__(self, outer: "frozenset[str]" = frozenset()) -> None:
        self.bound: set[str] = set()
        self.needs: set[str] = set()
        self.changes: set[str] = set()
        self.imported: set[str] = set()
        self.stands_for: dict[str, str] = {}
        self.star = False
        self.outer = outer
        self.later: set[str] = set()

    def run(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)
        # A function's body runs when it is called, by then the block may have bound the name.
        self.needs |= self.later - self.bound

    def _use(self, name: str) -> None:
        if name not in self.bound and name not in self.outer:
            self.needs.add(name)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id)
        else:
            self.bound.add(node.id)

    def _change(self, target: ast.expr) -> None:
        name = _root(target)
        if name is not None:
            self.changes.add(name)
        self.visit(target)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._target(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self._target(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self._use(node.target.id)
            self.changes.add(node.target.id)
        else:
            self._change(node.target)

    def _target(self, target: ast.expr) -> None:
        if isinstance(target, ast.Attribute | ast.Subscript):
            self._change(target)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._target(part)
        elif isinstance(target, ast.Starred):
            self._target(target.value)
        else:
            self.visit(target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bound.add(node.target.id)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._use(target.id)
                self.changes.add(target.id)
            else:
                self._change(target)

    def visit_Call(self, node: ast.Call) -> None:
        in_place = any(
            key.arg == "inplace" and not (isinstance(key.value, ast.Constant) and not key.value.value)
            for key in node.keywords
        )
        if isinstance(node.func, ast.Attribute) and (in_place or node.func.attr in CHANGES_ITS_OBJECT):
            name = _root(node.func.value)
            if name is not None and name not in self.imported:
                self.changes.add(name)
        self.generic_visit(node)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._target(node.target)
        for statement in [*node.body, *node.orelse]:
            self.visit(statement)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(
                alias.asname or alias.name.split(".")[0],
                alias.name if alias.asname else alias.name.split(".")[0],
            )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.star = self.star or any(alias.name == "*" for alias in node.names)
        for alias in node.names:
            if alias.name != "*":
                self._import(
                    alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"
                )

    def _import(self, name: str, module: str) -> None:
        self.bound.add(name)
        self.imported.add(name)
        self.stands_for[name] = module

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            self.bound.add(node.name)
        for statement in node.body:
            self.visit(statement)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name:
            self.bound.add(node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outer in [
            *node.decorator_list,
            *node.args.defaults,
            *(d for d in node.args.kw_defaults if d is not None),
        ]:
            self.visit(outer)
        for annotation in [node.returns, *(argument.annotation for argument in _arguments(node.args))]:
            if annotation is not None:
                self.visit(annotation)
        self._inner(node.body, {argument.arg for argument in _arguments(node.args)})
        self.bound.add(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]:
            self.visit(default)
        self._inner([ast.Expr(node.body)], {argument.arg for argument in _arguments(node.args)})

    def _inner(self, body: list[ast.stmt], parameters: set[str]) -> None:
        inner = _Names()
        inner.bound |= parameters
        inner.run(body)
        shared = {
            name
            for node in body
            for part in ast.walk(node)
            if isinstance(part, ast.Global)
            for name in part.names
        }
        local = inner.bound - shared
        self.later |= (inner.needs | (inner.changes & shared)) - local
        self.changes |= (inner.changes - local) | (inner.bound & shared)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outer in [*node.decorator_list, *node.bases, *(key.value for key in node.keywords)]:
            self.visit(outer)
        inner = _Names(outer=frozenset(self.bound) | self.outer)
        for statement in node.body:
            inner.visit(statement)
        self.needs |= inner.needs
        self.later |= inner.later
        self.bound.add(node.name)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        inner = _Names(outer=frozenset(self.bound) | self.outer)
        for generator in node.generators:
            inner.visit(generator.iter)
            inner._target(generator.target)
            for condition in generator.ifs:
                inner.visit(condition)
        for value in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            inner.visit(value)
        self.needs |= inner.needs
        self.later |= inner.later
        self.changes |= inner.changes - inner.bound

    visit_ListComp = _comprehension  # noqa: N815
    visit_SetComp = _comprehension  # noqa: N815
    visit_GeneratorExp = _comprehension  # noqa: N815
    visit_DictComp = _comprehension  # noqa: N815


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return every + [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
