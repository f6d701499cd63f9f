"""What an SQL block says: tables, columns, writes and Jinja variables, from sqlglot's syntax tree.

A text that cannot be parsed is read by its words, and the reading says so in `unreadable`.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import sqlglot
from jinja2 import Environment, TemplateSyntaxError, meta
from sqlglot import exp

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns about each statement it keeps as plain words

DIALECTS = {
    "pgsql": "postgres", "postgres": "postgres", "postgresql": "postgres", "alloydb": "postgres", "cloud-sql": "postgres",
    "materialize": "materialize", "redshift": "redshift", "snowflake": "snowflake", "big-query": "bigquery",
    "bigquery": "bigquery", "mysql": "mysql", "mariadb": "mysql", "mindsdb": "mysql", "clickhouse": "clickhouse",
    "sql-server": "tsql", "mssql": "tsql", "trino": "trino", "athena": "athena", "databricks": "databricks", "spark": "spark",
    "dremio": "dremio", "duckdb": "duckdb", "pandas-dataframe": "duckdb", "sqlite": "sqlite",
}  # fmt: skip
"""Integration type to sqlglot dialect; an unknown type is read as standard SQL, and written as it is built."""
JINJA_VALUE = "jinja_value"
"""Stands in a text for a value that the notebook fills in."""

READING_WORDS = frozenset({"select", "with", "show", "describe", "desc", "explain", "pragma", "values", "set", "use", "from", "table", "summarize"})  # fmt: skip
WRITING_WORDS = frozenset(
    {"insert", "update", "delete", "drop", "create", "alter", "truncate", "merge", "replace", "grant", "revoke", "copy",
     "call", "exec", "execute", "refresh", "vacuum", "attach", "detach", "install", "load", "import", "export", "rename", "upsert", "optimize", "do"}
)  # fmt: skip
WRITING = (
    exp.Insert, exp.Update, exp.Delete, exp.Drop, exp.Create, exp.Alter, exp.TruncateTable, exp.Merge, exp.Copy,
    exp.Grant,
)  # fmt: skip
CLAUSES: dict[str, tuple[type[exp.Expr], ...]] = {
    "filter": (exp.Where,), "limit": (exp.Limit, exp.Fetch), "order": (exp.Order,), "group": (exp.Group,), "join": (exp.Join,),
    "distinct": (exp.Distinct,), "union": (exp.SetOperation,), "subquery": (exp.Subquery,), "window": (exp.Window,), "cte": (exp.CTE,),
}  # fmt: skip
OF_TIME = (exp.Interval, exp.CurrentDate, exp.CurrentTimestamp, exp.DateAdd, exp.DateSub, exp.DateDiff, exp.DateTrunc, exp.TimestampTrunc)  # fmt: skip
TIME_NAME = re.compile(
    r"(?:^|_)(?:date|day|month|year|week|quarter|time|timestamp|ts|at|on|period)$", re.IGNORECASE
)
"""How a column of times is called."""
REMOTE = re.compile(r"""['"](?:https?|s3|gs|gcs|azure|abfss?|hf)://""", re.IGNORECASE)


class SqlReading(NamedTuple):
    """What one SQL text reads and writes; names are as written, without quotes."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """Columns read, as `table.column` where the table is plain and as `column` where it is not."""
    written_columns: tuple[str, ...] = ()
    star: bool = False
    """A `SELECT *` over a table."""
    verbs: tuple[str, ...] = ()
    """The writing statements by their first word, for example DELETE."""
    unbounded: tuple[str, ...] = ()
    """UPDATE and DELETE statements without a WHERE, by verb and table."""
    variables: tuple[str, ...] = ()
    """Names that Jinja takes from the notebook."""
    remote: bool = False
    """It names an address outside the database."""
    unreadable: str | None = None
    clauses: tuple[str, ...] = ()
    """The clauses it holds, by the names of `CLAUSES`."""


def read_sql(text: str, kind: str = "") -> SqlReading:
    """Read one block's SQL; `kind` is the integration's type."""
    masked, variables = without_jinja(text)
    remote = REMOTE.search(masked) is not None
    # Numbers and texts do not change what is read or written, so queries that differ only in them are parsed once.
    reading = _read(_without_literals(masked), DIALECTS.get(kind, ""))
    return reading._replace(variables=variables, remote=remote)


def _without_literals(text: str) -> str:
    # A quoted text can hold what looks like a comment and the other way round: one pass over both keeps them apart.
    def mask(match: re.Match[str]) -> str:
        found = match.group(0)
        return " " if found.startswith(("--", "/*")) else "'x'" if found.startswith("'") else found

    return re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"", mask, text, flags=re.DOTALL).strip()


@lru_cache(maxsize=4096)
def without_jinja(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with a name in place of each value that Jinja fills in, on the same lines, and the names it takes from the notebook."""
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return text, ()
    try:
        variables = tuple(sorted(meta.find_undeclared_variables(Environment().parse(text))))
    except TemplateSyntaxError:
        variables = tuple(sorted(set(re.findall(r"{{\s*([A-Za-z_]\w*)", text))))

    def stand_in(match: re.Match[str]) -> str:
        inner = match.group(1)
        lines = "\n" * inner.count("\n")
        return (f"({JINJA_VALUE})" if "inclause" in inner else JINJA_VALUE) + lines

    masked = re.sub(
        r"{#.*?#}|{%.*?%}", lambda found: " " + "\n" * found[0].count("\n"), text, flags=re.DOTALL
    )
    return re.sub(r"{{(.*?)}}", stand_in, masked, flags=re.DOTALL), variables


@lru_cache(maxsize=16384)
def _read(text: str, dialect: str) -> SqlReading:
    if not text:
        return SqlReading()
    try:
        trees = [tree for tree in sqlglot.parse(text, read=dialect or None) if tree is not None]
    except sqlglot.errors.SqlglotError as trouble:
        return _by_words(text, str(trouble).splitlines()[0])
    reading = SqlReading()
    for tree in trees:
        reading = _joined(reading, _of_tree(tree))
    return reading


def _joined(a: SqlReading, b: SqlReading) -> SqlReading:
    def both(x: tuple[str, ...], y: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(x + y))

    return SqlReading(
        both(a.reads, b.reads),
        both(a.writes, b.writes),
        both(a.columns, b.columns),
        both(a.written_columns, b.written_columns),
        a.star or b.star,
        both(a.verbs, b.verbs),
        both(a.unbounded, b.unbounded),
        unreadable=a.unreadable or b.unreadable,
        clauses=both(a.clauses, b.clauses),
    )


def _name(table: exp.Expr | None) -> str:
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        return ""  # a table function, for example read_csv(…)
    return ".".join(
        part.name for part in (table.args.get("catalog"), table.args.get("db"), table.this) if part
    )


def _targets(node: exp.Expr) -> Iterator[exp.Table]:
    if isinstance(node, exp.TruncateTable | exp.Drop):
        yield from node.find_all(exp.Table)
        return
    if isinstance(node, exp.Grant):
        yield from (table for table in [node.args.get("securable")] if isinstance(table, exp.Table))
        return
    if isinstance(node, exp.Copy) and not node.args.get("kind"):
        return  # COPY … TO writes a file, not a table
    target = node.this
    if isinstance(target, exp.Schema):
        target = target.this
    if isinstance(target, exp.Table):
        yield target


def _of_tree(tree: exp.Expr) -> SqlReading:
    if isinstance(tree, exp.Command | exp.Alias | exp.Column):
        return _by_words(
            f"{tree.this} {tree.expression or ''}" if isinstance(tree, exp.Command) else tree.sql(), None
        )
    nodes = list(tree.walk())
    writing = [node for node in nodes if isinstance(node, WRITING)]
    into = [node for node in nodes if isinstance(node, exp.Into) and isinstance(node.this, exp.Table)]
    targets = {id(table): table for node in writing for table in _targets(node)}
    targets |= {id(node.this): node.this for node in into}
    named = {cte.alias.lower() for cte in nodes if isinstance(cte, exp.CTE)}
    tables = [
        table for table in nodes if isinstance(table, exp.Table) and id(table) not in targets and _name(table)
    ]
    # A query's name shadows a table only where it is written bare.
    reads = [table for table in tables if table.args.get("db") or _name(table).lower() not in named]
    aliases = {(table.alias or table.name).lower(): _name(table) for table in reads}
    verbs = [node.key.replace("truncatetable", "truncate").upper() for node in writing] + [
        "SELECT INTO"
    ] * len(into)
    if isinstance(tree, exp.Attach | exp.Install | exp.Detach):
        verbs.append(type(tree).__name__.upper())
    return SqlReading(
        reads=tuple(dict.fromkeys(map(_name, reads))),
        writes=tuple(dict.fromkeys(map(_name, targets.values()))),
        columns=tuple(dict.fromkeys(_columns(nodes, aliases))),
        written_columns=tuple(dict.fromkeys(_written(writing))),
        star=any(_is_star(node, named) for node in nodes if isinstance(node, exp.Select)),
        verbs=tuple(dict.fromkeys(verbs)),
        unbounded=tuple(
            f"{node.key.upper()} {_name(node.this)}"
            for node in writing
            if isinstance(node, exp.Update | exp.Delete) and not node.args.get("where") and _name(node.this)
        ),
        clauses=tuple(_clauses(nodes)),
    )


def _clauses(nodes: Sequence[exp.Expr]) -> Iterator[str]:
    for name, kinds in CLAUSES.items():
        if any(isinstance(node, kinds) for node in nodes):
            yield name
    if any(_of_time(node) for node in nodes if isinstance(node, exp.Where)):
        yield "date filter"


def _of_time(where: exp.Where) -> bool:
    """Whether a condition is on a time: by the type of what stands in it, or by the name of a column."""
    return any(
        isinstance(node, OF_TIME)
        or (isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEMPORAL_TYPES)
        or (isinstance(node, exp.Column) and TIME_NAME.search(node.name) is not None)
        for node in where.walk()
    )


def _columns(nodes: Sequence[exp.Expr], aliases: dict[str, str]) -> Iterator[str]:
    only = next(iter(set(aliases.values()))) if len(set(aliases.values())) == 1 else None
    for node in nodes:
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star) or node.name == JINJA_VALUE:
            continue
        if not node.table and _is_alias(node):
            continue
        table = aliases.get(node.table.lower()) if node.table else only
        yield f"{table}.{node.name}" if table else node.name


def _is_alias(column: exp.Column) -> bool:
    """Whether an ORDER BY, GROUP BY or HAVING means what its SELECT calls by this name, and no column."""
    clause = column.find_ancestor(exp.Order, exp.Group, exp.Having)
    select = clause.parent if clause is not None else None
    return isinstance(select, exp.Select) and any(
        isinstance(item, exp.Alias) and item.alias.lower() == column.name.lower()
        for item in select.expressions
    )


def _written(writing: Sequence[exp.Expr]) -> Iterator[str]:
    for node in writing:
        if isinstance(node, exp.Update):
            for change in node.expressions:
                if isinstance(change, exp.EQ):
                    yield change.this.name
        elif isinstance(node, exp.Insert) and isinstance(node.this, exp.Schema):
            yield from (column.name for column in node.this.expressions)


def _is_star(select: exp.Select, named: set[str]) -> bool:
    starred = any(
        isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star))
        for item in select.expressions
    )
    if not starred:
        return False
    sources = [select.args.get("from_") or select.args.get("from"), *(select.args.get("joins") or [])]
    return any(
        isinstance(source.this, exp.Table)
        and (source.this.args.get("db") or source.this.name.lower() not in named)
        for source in sources
        if source is not None
    )


def _by_words(text: str, trouble: str | None) -> SqlReading:
    verbs, tables, written = [], [], []
    for statement in text.split(";"):
        words = re.findall(r"[A-Za-z_][\w.]*", statement)
        if not words:
            continue
        first = words[0].lower()
        inner = [
            word.lower() for word in words if word.lower() in {"insert", "update", "delete", "merge", "drop"}
        ]
        if first not in READING_WORDS:
            verbs.append(words[0].upper())
        elif (first == "with" and inner) or (
            first == "explain" and len(words) > 2 and words[1].lower() == "analyze" and inner
        ):
            verbs.append(inner[0].upper())
        tables += re.findall(r"\b(?:from|join)\s+([A-Za-z_][\w.]*)", statement, re.IGNORECASE)
        written += (
            re.findall(r"\b(?:into|update|table)\s+([A-Za-z_][\w.]*)", statement, re.IGNORECASE)
            if verbs
            else []
        )
    return SqlReading(
        reads=tuple(dict.fromkeys(table for table in tables if table not in written)),
        writes=tuple(dict.fromkeys(written)),
        verbs=tuple(dict.fromkeys(verbs)),
        unreadable=trouble,
    )
