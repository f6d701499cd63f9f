"""The tables of an audit, for a page or a file."""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from workflows.auditing import Audited, Contents
from workflows.auditing_words import Subject, free


def _tables_apart(subject: Subject, audited: Sequence[Audited]) -> list[dict[str, Any]]:
    rows = [[place.name, place.project, place.url] for place in free(subject, audited)]
    table = {
        "title": "Notebooks without it",
        "columns": ["notebook", "project", "link"],
        "source": "list_projects",
        "rows": rows,
    }
    return [table] if rows and not any(each.failed for each in audited) else []


def tables_of(
    audited: Sequence[Audited], contents: Contents, subject: Subject, *, credentials: bool, gone: bool
) -> list[dict[str, Any]]:
    """What was found, as tables; `credentials` and `gone` say whether those belong to the answer."""
    wish = subject.wish
    if subject.focus.negated:
        return _tables_apart(subject, audited)
    if subject.focus.frames:
        rows = [[item.notebook, item.project, item.place, item.what, item.url] for item in contents.frames]
        title, columns = "SQL over dataframes", ["notebook", "project", "block", "what", "link"]
        return [{"title": title, "columns": columns, "source": "get_notebook", "rows": rows}] if rows else []
    if wish.table or wish.only_writes or subject.focus.narrows:
        # Of a narrowed audit, what holds nothing of it is not unused: it was only not asked about.
        audited = [each for each in audited if each.blocks or each.failed]
    source = (
        "list_integration_project_usages, list_integration_notebook_usages, list_integration_block_usages"
    )
    tables: list[dict[str, Any]] = [
        {"title": "Integrations", "columns": ["integration", "type", "projects", "notebooks", "blocks", "writing blocks", "SELECT *", "state"], "source": source,
         "rows": [[each.card.name, each.card.type, len(each.projects) if "projects" in each.checked else "not checked", len(each.notebooks), len(each.blocks), sum(bool(block.verbs) for block in each.blocks), sum(block.star for block in each.blocks), "not readable" if each.failed else "unused" if each.unused else "used"] for each in audited]},
        {"title": "Notebooks", "columns": ["integration", "notebook", "project", "blocks", "link"], "source": source,
         "rows": [[each.card.name, place.name, place.project, place.blocks, place.url] for each in audited for place in each.notebooks]},
        {"title": "Blocks", "columns": ["integration", "notebook", "project", "reads", "columns", "writes", "statements", "SELECT *", "link"], "source": source,
         "rows": [[each.card.name, block.notebook, block.project, ", ".join(block.reads), ", ".join(block.columns), ", ".join(block.writes), ", ".join(block.verbs), "yes" if block.star else "", block.url] for each in audited for block in each.blocks]},
        {"title": "Credentials in text", "columns": ["notebook", "project", "block", "what", "link"], "source": "get_notebook",
         "rows": [[item.notebook, item.project, item.place, item.what, item.url] for item in contents.credentials if credentials]},
        {"title": "Removed integrations", "columns": ["notebook", "project", "block", "what", "link"], "source": "get_notebook",
         "rows": [[item.notebook, item.project, item.place, item.what, item.url] for item in contents.removed if gone]},
    ]  # fmt: skip
    return [table for table in tables if table["rows"]]


def to_csv(table: dict[str, Any]) -> str:
    """One table of an outcome as CSV. Text that a spreadsheet would take for a formula is quoted with an apostrophe; a number stays one."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_as_text(cell) for cell in row] for row in [table["columns"], *table["rows"]])
    return out.getvalue()


_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_SIGNED = re.compile(r"[+-]\d[\d.,]*(?:[eE][+-]?\d+)?")


def _as_text(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    calculated = isinstance(cell, str) and text[:1] in _FORMULA and not _SIGNED.fullmatch(text)
    return f"'{text}" if calculated else text
