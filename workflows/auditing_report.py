"""An audit in words and tables: who uses what, what the SQL does, what was found, and what was not checked."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from agents.asks.audit_integrations import AuditWish
from workflows import claims
from workflows.auditing import Audited, Contents, Place, UsedBlock
from workflows.outcome import Claim, Outcome, Source, Status

NAME = "audit_integrations"
SHOWN = 12


def report(request: str, wish: AuditWish, audited: Sequence[Audited], contents: Contents) -> Outcome:
    """The outcome of an audit."""
    facts: list[Claim] = []
    parts = (
        [_everything(audited, facts)]
        if wish.everything and not wish.table
        else [
            _one(each, wish, facts)
            for each in audited
            if each.blocks or each.notebooks or not wish.everything
        ]
    )
    if not any(parts):
        parts = [
            f"No block reads or writes `{wish.table}`: every SQL block of every visible integration was read."
        ]
    parts += [_sql_says(audited, facts), *_found(contents, wish, facts)]
    unread = [failure for each in audited for failure in each.failed]
    limits = [*unread, *contents.not_checked, *_limits(audited, wish)]
    names = [
        request,
        wish.table,
        *(each.card.name for each in audited),
        *(place.name for each in audited for place in [*each.notebooks, *each.projects]),
    ]
    names += [place.project for each in audited for place in each.notebooks] + [
        finding.notebook for finding in [*contents.credentials, *contents.removed]
    ]
    outcome = Outcome(
        workflow=NAME,
        status=Status.FAILED if audited and all(not each.checked for each in audited) else Status.DONE,
        answer="\n\n".join(part for part in parts if part),
        claims=facts,
        not_checked=limits,
        tables=_tables(audited, contents, wish),
    )
    return outcome.model_copy(update={"checks": claims.check(outcome, names)})


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _linked(place: Place, *, blocks: bool = True) -> str:
    name = f"[{_plain(place.name)}]({place.url})" if place.url else f"**{_plain(place.name)}**"
    project = f", project {_plain(place.project)}" if place.project else ""
    count = (
        f" ({_counted(place.blocks, 'block')}{project})"
        if blocks and place.blocks is not None
        else f" ({project[2:]})"
        if project
        else ""
    )
    return f"- {name}{count}"


def _plain(name: str) -> str:
    return name.replace("[", "(").replace("]", ")").replace("\n", " ")


def _one(each: Audited, wish: AuditWish, facts: list[Claim]) -> str:
    card = each.card
    source = Source(tool="list_integration_notebook_usages", integration_id=card.id, label=card.name)
    blocks = [block for block in each.blocks if block.verbs] if wish.only_writes else each.blocks
    homes = {block.notebook_id for block in blocks}
    notebooks = (
        [place for place in each.notebooks if place.id in homes] if wish.only_writes else each.notebooks
    )
    verb = "written to by" if wish.only_writes else "queried by"
    subject = (
        f"`{wish.table}` in **{card.name}** ({card.type})" if wish.table else f"**{card.name}** ({card.type})"
    )
    facts += [
        Claim(text=f"{card.name}: notebooks", value=len(notebooks), source=source),
        Claim(
            text=f"{card.name}: blocks",
            value=len(blocks),
            source=source.model_copy(update={"tool": "list_integration_block_usages"}),
        ),
    ]
    facts += [
        Claim(
            text=f"{card.name} is used by {place.name}",
            value=place.blocks,
            source=source.model_copy(update={"notebook_id": place.id, "url": place.url}),
        )
        for place in notebooks[:SHOWN]
    ]
    if each.failed and not blocks:
        return f"{subject}: its usages could not be read, so whether it is used is not known."
    if not notebooks and not blocks:
        connected = (
            f" {_counted(len(each.projects), 'project')} {'is' if len(each.projects) == 1 else 'are'} connected to it."
            if each.projects
            else ""
        )
        facts.append(
            Claim(
                text=f"{card.name}: connected projects",
                value=len(each.projects),
                source=source.model_copy(update={"tool": "list_integration_project_usages"}),
            )
        )
        return f"No visible notebook {'writes to' if wish.only_writes else 'queries'} {subject}; its usages were read to the last page.{connected}"
    opening = (
        f"{subject} is {verb} {_counted(len(notebooks), 'notebook')} in {_counted(len(blocks), 'block')}"
    )
    if wish.level == "projects":
        facts.append(
            Claim(
                text=f"{card.name}: projects",
                value=len(each.projects),
                source=source.model_copy(update={"tool": "list_integration_project_usages"}),
            )
        )
        facts += [
            Claim(text=f"{card.name} is used in project {place.name}", value=place.blocks, source=source)
            for place in each.projects[:SHOWN]
        ]
        return f"{opening}, in {_counted(len(each.projects), 'project')}:\n\n" + _listed(
            [_linked(place) for place in each.projects], facts, source
        )
    if wish.level == "blocks":
        return f"{opening}:\n\n" + _listed([_block_line(block) for block in blocks], facts, source)
    return f"{opening}:\n\n" + _listed([_linked(place) for place in notebooks], facts, source)


def _listed(lines: Sequence[str], facts: list[Claim], source: Source) -> str:
    rest = len(lines) - SHOWN
    if rest <= 0:
        return "\n".join(lines)
    facts.append(Claim(text="listed in the table only", value=rest, source=source))
    return "\n".join(lines[:SHOWN]) + f"\n- … and {rest:,} more in the table"


def _block_line(block: UsedBlock) -> str:
    does = "; ".join(
        part
        for part in (
            f"reads {', '.join(block.reads)}" if block.reads else "",
            f"{', '.join(block.verbs)} {', '.join(block.writes)}".strip() if block.verbs else "",
        )
        if part
    )
    name = f"[{_plain(block.notebook)}]({block.url})" if block.url else f"**{_plain(block.notebook)}**"
    return f"- {name}, project {_plain(block.project)}: `{(does or 'SQL').replace('`', chr(39))}`"


def _everything(audited: Sequence[Audited], facts: list[Claim]) -> str:
    source = Source(tool="list_integrations")
    lines = []
    for each in sorted(audited, key=lambda each: (-len(each.blocks), each.card.name)):
        here = source.model_copy(
            update={
                "integration_id": each.card.id,
                "label": each.card.name,
                "tool": "list_integration_block_usages",
            }
        )
        facts += [
            Claim(text=f"{each.card.name}: notebooks", value=len(each.notebooks), source=here),
            Claim(text=f"{each.card.name}: blocks", value=len(each.blocks), source=here),
        ]
        if each.failed and not each.blocks:
            lines.append(f"- **{each.card.name}** ({each.card.type}): could not be read")
        elif each.unused:
            lines.append(f"- **{each.card.name}** ({each.card.type}): unused; no visible block queries it")
        else:
            lines.append(
                f"- **{each.card.name}** ({each.card.type}): {_counted(len(each.notebooks), 'notebook')}, {_counted(len(each.blocks), 'block')}"
            )
    unused = [each.card.name for each in audited if each.unused]
    facts += [
        Claim(text="integrations audited", value=len(audited), source=source),
        Claim(text="integrations without a usage", value=len(unused), source=source),
    ]
    opening = f"{_counted(len(audited), 'integration')} audited, {len(unused):,} of them unused."
    return f"{opening}\n\n" + _listed(lines, facts, source)


def _sql_says(audited: Sequence[Audited], facts: list[Claim]) -> str:
    blocks = [block for each in audited for block in each.blocks]
    if not blocks:
        return ""
    source = Source(tool="list_integration_block_usages")
    said = []
    for label, found in (
        ("writing data", [block for block in blocks if block.verbs]),
        ("changing or deleting rows without a WHERE", [block for block in blocks if block.unbounded]),
        ("taking every column with SELECT *", [block for block in blocks if block.star]),
        ("not parsed, only read by their words", [block for block in blocks if block.unreadable]),
    ):
        if not found:
            continue
        facts.append(Claim(text=f"blocks that {label}", value=len(found), source=source))
        where = sorted({block.notebook for block in found})
        named = ", ".join(_plain(name) for name in where[:5]) + (", …" if len(where) > 5 else "")
        said.append(f"- {label}: {_counted(len(found), 'block')} (in {named})")
    tables = sorted({name for block in blocks for name in block.reads})
    facts.append(Claim(text="tables read", value=len(tables), source=source))
    shown = ", ".join(f"`{name}`" for name in tables[:SHOWN]) + (", …" if len(tables) > SHOWN else "")
    lines = [f"- tables read: {shown}"] if tables else []
    return "What the SQL says:\n\n" + "\n".join([*lines, *said])


def _found(contents: Contents, wish: AuditWish, facts: list[Claim]) -> list[str]:
    source = Source(tool="get_notebook")
    parts = []
    for title, found in (
        ("Credentials stand in the text of these blocks (their values are not shown)", contents.credentials),
        ("These SQL blocks name an integration that is gone", contents.removed),
    ):
        if found:
            facts += [
                Claim(
                    text=f"{item.what}, block {item.place} of {item.notebook}",
                    value=item.place,
                    source=source.model_copy(
                        update={"notebook_id": item.notebook_id, "block_id": item.block_id, "url": item.url}
                    ),
                )
                for item in found
            ]
            parts.append(
                f"{title}:\n\n"
                + "\n".join(
                    f"- {_plain(item.notebook)}, block {item.place}: {item.what}" for item in found[:SHOWN]
                )
            )
    if not contents.credentials and contents.notebooks and wish.everything and not wish.table:
        facts.append(Claim(text="notebooks read whole", value=contents.notebooks, source=source))
        parts.append(
            f"No pasted credential was found in the {_counted(contents.notebooks, 'notebook')} that were read whole."
        )
    return parts


def _limits(audited: Sequence[Audited], wish: AuditWish) -> list[str]:
    limits = [
        "Projects, notebooks and integrations that this key cannot see.",
        "Code that connects to a database by itself, without an SQL block: no tool lists it.",
    ]
    if wish.level not in {"projects", "all"} and not wish.everything:
        limits.append("Projects that are connected to an integration without querying it.")
    if wish.table:
        limits.append(
            f"Blocks that could not be parsed may use {wish.table} all the same."
            if any(block.unreadable for each in audited for block in each.blocks)
            else "Tables named by a variable in the SQL."
        )
    return limits


def _tables(audited: Sequence[Audited], contents: Contents, wish: AuditWish) -> list[dict[str, Any]]:
    source = (
        "list_integration_project_usages, list_integration_notebook_usages, list_integration_block_usages"
    )
    tables: list[dict[str, Any]] = [
        {"title": "Integrations", "columns": ["integration", "type", "projects", "notebooks", "blocks", "writing blocks", "SELECT *", "state"], "source": source,
         "rows": [[each.card.name, each.card.type, len(each.projects) if "projects" in each.checked else "not checked", len(each.notebooks), len(each.blocks), sum(bool(block.verbs) for block in each.blocks), sum(block.star for block in each.blocks), "not readable" if each.failed else "unused" if each.unused else "used"] for each in audited]},
        {"title": "Notebooks", "columns": ["integration", "notebook", "project", "blocks", "link"], "source": source,
         "rows": [[each.card.name, place.name, place.project, place.blocks, place.url] for each in audited for place in each.notebooks]},
        {"title": "Blocks", "columns": ["integration", "notebook", "project", "reads", "columns", "writes", "statements", "SELECT *", "link"], "source": source,
         "rows": [[each.card.name, block.notebook, block.project, ", ".join(block.reads), ", ".join(block.columns), ", ".join(block.writes), ", ".join(block.verbs), "yes" if block.star else "", block.url] for each in audited for block in each.blocks if block.verbs or not wish.only_writes]},
        {"title": "Credentials in text", "columns": ["notebook", "project", "block", "what", "link"], "source": "get_notebook",
         "rows": [[item.notebook, item.project, item.place, item.what, item.url] for item in contents.credentials]},
        {"title": "Removed integrations", "columns": ["notebook", "project", "block", "what", "link"], "source": "get_notebook",
         "rows": [[item.notebook, item.project, item.place, item.what, item.url] for item in contents.removed]},
    ]  # fmt: skip
    return [table for table in tables if table["rows"]]


def to_csv(table: dict[str, Any]) -> str:
    """One table of an outcome as CSV. A cell that a spreadsheet would take for a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table["columns"])
    for row in table["rows"]:
        cells = ["" if cell is None else str(cell) for cell in row]
        writer.writerow(
            [f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell for cell in cells]
        )
    return out.getvalue()


__all__ = ["report", "to_csv"]
