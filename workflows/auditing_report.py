"""An audit in words and tables: who uses what, what the SQL does, what was found, and what was not checked."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from agents.asks.audit_integrations import AuditWish
from agents.rules.audit_integrations_focus import Focus
from workflows import claims
from workflows.auditing import Audited, Contents, Place, UsedBlock
from workflows.outcome import Claim, Outcome, Source, Status

NAME = "audit_integrations"
SHOWN = 12
_SECRETS = re.compile(
    r"\b(?:credential|password|secret|api[\s_-]?key|token|gone|removed|deleted|missing)", re.IGNORECASE
)
"""Requests for which what the notebooks themselves hold comes first."""


class Subject(NamedTuple):
    """What the audit is about."""

    wish: AuditWish
    focus: Focus
    places: Sequence[Place] = ()
    """Every visible notebook, where they were read."""


SECRET = "No tool shows an integration's password or other credentials; its owner sees them in the workspace."
UNTOLD = "No tool tells who made an integration, when or how often it was used, or what it costs. This is what queries it:"
CHANGES = "No tool creates, changes, shares or deletes an integration, so nothing was changed. This is what uses it:"


def report(request: str, subject: Subject, audited: Sequence[Audited], contents: Contents) -> Outcome:
    """The outcome of an audit."""
    wish, focus = subject.wish, subject.focus
    facts: list[Claim] = []
    narrow = bool(wish.table or focus.narrows or (wish.only_writes and wish.everything))
    parts = [CHANGES] if focus.changes else []
    parts += [SECRET] if focus.secret else []
    parts += [UNTOLD] if focus.untold else []
    if (focus.holds or focus.unread) and not focus.narrows and not wish.table:
        parts += [_tables_held(each, focus, facts) for each in audited]
    parts += [_spelt(wish)] if wish.reason.startswith("there is no table") else []
    parts += _apart(subject, audited, facts) if focus.negated else []
    if (
        len(audited) > 1
        and not focus.negated
        and (focus.together or (wish.reason == "named" and " and " in request))
    ):
        parts.append(_together(audited, facts))
    of_contents: list[Claim] = []
    found = _found(contents, subject, of_contents)
    parts += found if _SECRETS.search(request) else []
    if focus.negated:
        pass  # who uses it was not asked
    elif wish.everything and not narrow:
        parts.append(_everything(audited, facts))
    else:
        told = [_one(each, subject, facts) for each in audited if _shown(each, wish) or not wish.everything]
        parts += told or [_nothing(subject, contents)]
    parts += [_most(audited, facts)] if focus.most else []
    if not focus.negated:
        parts += [_sql_says(audited, facts, columns=focus.names_columns, table=wish.table)]
    parts += [] if _SECRETS.search(request) else found
    facts += of_contents
    unread = [failure for each in audited for failure in each.failed]
    limits = [*unread, *contents.not_checked, *_limits(audited, wish)]
    names = [
        request,
        wish.table,
        *(each.card.name for each in audited),
        *(name for each in audited for name in each.card.tables),
        *(name for each in audited for block in each.blocks for name in block.columns),
        *(place.name for each in audited for place in [*each.notebooks, *each.projects]),
        *(name for place in subject.places for name in (place.name, place.project)),
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
        tables=_tables(audited, contents, subject),
    )
    return outcome.model_copy(update={"checks": claims.check(outcome, names)})


def _tables_held(each: Audited, focus: Focus, facts: list[Claim]) -> str:
    """The tables of an integration, as far as the workspace knows them; of those asked for as unread, the ones no block reads."""
    source = Source(tool="get_integration", integration_id=each.card.id, label=each.card.name)
    known = sorted(each.card.tables)
    facts.append(Claim(text=f"{each.card.name}: known tables", value=len(known), source=source))
    if not known:
        return f"The tables of **{each.card.name}** ({each.card.type}) are not known to the workspace."
    if focus.unread:
        if each.failed or any(block.unreadable for block in each.blocks):
            return f"Not every block on **{each.card.name}** ({each.card.type}) could be read, so which of its tables nobody reads is not known."
        read = {_bare(name) for block in each.blocks for name in block.reads}
        written = {_bare(name) for block in each.blocks for name in block.writes}
        free = [name for name in known if _bare(name) not in read]
        facts.append(
            Claim(text=f"{each.card.name}: tables that no block reads", value=len(free), source=source)
        )
        told = [
            f"- `{name}`" + (" (written to, never read)" if _bare(name) in written else "") for name in free
        ]
        return (
            f"{len(free):,} of {_counted(len(known), 'known table')} of **{each.card.name}** ({each.card.type}) {'is' if len(free) == 1 else 'are'} read by no visible block:\n\n"
            + (_listed(told, facts, source) if told else "- none")
        )
    opening = f"**{each.card.name}** ({each.card.type}) holds {_counted(len(known), 'table')}, as the workspace last read it:"
    return opening + "\n\n" + _listed([f"- `{name}`" for name in known], facts, source)


def _bare(table: str) -> str:
    return table.rsplit(".", 1)[-1].casefold()


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


def _spelt(wish: AuditWish) -> str:
    return wish.reason[:1].upper() + wish.reason[1:] + "."


def _nothing(subject: Subject, contents: Contents) -> str:
    wish, focus = subject.wish, subject.focus
    does = "writes to" if wish.only_writes else "reads or writes"
    what = f" {does} `{wish.table}`" if wish.table else " writes data" if wish.only_writes else ""
    where = f" {focus.words}" if focus.words else ""
    said = f"No block{where}{what or ' was found'}: every SQL block of every visible integration was read."
    if not contents.mentions:
        return said
    names = ", ".join(f"**{_plain(name)}**" for name in contents.mentions[:SHOWN])
    return (
        f"{said} A search finds `{wish.table}` in blocks of {names}, which use no visible integration for it."
    )


def _shown(each: Audited, wish: AuditWish) -> bool:
    return (
        any(block.verbs for block in each.blocks) if wish.only_writes else bool(each.blocks or each.notebooks)
    )


def _apart(subject: Subject, audited: Sequence[Audited], facts: list[Claim]) -> list[str]:
    """The notebooks that use none of the integrations."""
    within, free = _within(subject), _free(subject, audited)
    names = (
        "any integration"
        if subject.wish.everything
        else " or ".join(f"**{each.card.name}**" for each in audited)
    )
    what = f"`{subject.wish.table}` in {names}" if subject.wish.table else names
    source = Source(tool="list_projects")
    facts += [
        Claim(text="visible notebooks", value=len(within), source=source),
        Claim(text="notebooks without a usage", value=len(free), source=source),
    ]
    if any(each.failed for each in audited):
        return [f"Usages of {what} could not all be read, so which notebooks do without it is not known."]
    opening = f"{len(free):,} of {_counted(len(within), 'visible notebook')} {'does' if len(free) == 1 else 'do'} not query {what}:"
    return [opening + "\n\n" + _listed([_linked(place) for place in free], facts, source)]


def _within(subject: Subject) -> list[Place]:
    wanted = subject.focus.projects
    return [place for place in subject.places if not wanted or place.project in wanted]


def _free(subject: Subject, audited: Sequence[Audited]) -> list[Place]:
    """Visible notebooks without a usage of the integrations."""
    users = {place.id for each in audited for place in each.notebooks}
    users |= {block.notebook_id for each in audited for block in each.blocks}
    return [place for place in _within(subject) if place.id not in users]


def _together(audited: Sequence[Audited], facts: list[Claim]) -> str:
    """Which notebooks use all of the integrations."""
    homes = [{place.id: place for place in each.notebooks} for each in audited]
    shared = [place for key, place in homes[0].items() if all(key in other for other in homes[1:])]
    names = " and ".join(each.card.name for each in audited)
    facts.append(
        Claim(
            text=f"notebooks that query {names} together",
            value=len(shared),
            source=Source(tool="list_integration_notebook_usages"),
        )
    )
    if not shared:
        return f"No notebook queries {names} together."
    return f"{_counted(len(shared), 'notebook')} {'queries' if len(shared) == 1 else 'query'} {names} together: {', '.join(_plain(place.name) for place in shared[:SHOWN])}."


def _most(audited: Sequence[Audited], facts: list[Claim]) -> str:
    """The integration and the notebook with the most SQL blocks; all of them where several share the place."""
    blocks = Counter(each.card.name for each in audited for _ in each.blocks)
    books = Counter(block.notebook for each in audited for block in each.blocks)
    parts = []
    for kind, counted in (("integration", blocks), ("notebook", books)):
        top = max(counted.values(), default=0)
        first = [name for name, count in counted.items() if count == top]
        if first:
            facts.append(
                Claim(
                    text=f"SQL blocks of the {kind} with the most",
                    value=top,
                    source=Source(tool="list_integration_block_usages"),
                )
            )
            names = ", ".join(f"**{_plain(name)}**" for name in first[:SHOWN])
            parts.append(
                f"The {kind}{'s' if len(first) > 1 else ''} with the most SQL blocks ({top:,}{' each' if len(first) > 1 else ''}): {names}."
            )
    return " ".join(parts)


def _one(each: Audited, about: Subject, facts: list[Claim]) -> str:
    card, wish = each.card, about.wish
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
    subject += f" ({about.focus.words})" if about.focus.words else ""
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


def _of_table(column: str, table: str) -> bool:
    """Whether `orders.amount` is a column of `orders`; a column without a table may be."""
    owner = column.rpartition(".")[0]
    return not owner or _bare(owner) == _bare(table)


def _sql_says(
    audited: Sequence[Audited], facts: list[Claim], *, columns: bool = False, table: str = ""
) -> str:
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
    if columns:
        wanted = sorted(
            {name for block in blocks for name in block.columns if not table or _of_table(name, table)}
        )
        named = ", ".join(f"`{name}`" for name in wanted[: 3 * SHOWN]) + (", …" if len(wanted) > 3 * SHOWN else "")  # fmt: skip
        facts.append(Claim(text="columns named", value=len(wanted), source=source))
        lines.append(f"- columns named: {named or 'none'}")
    return "What the SQL says:\n\n" + "\n".join([*lines, *said])


def _found(contents: Contents, subject: Subject, facts: list[Claim]) -> list[str]:
    wish = subject.wish
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
    if (
        not contents.credentials
        and contents.notebooks
        and wish.everything
        and not wish.table
        and not subject.focus.narrows
    ):
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


def _tables_apart(subject: Subject, audited: Sequence[Audited]) -> list[dict[str, Any]]:
    rows = [[place.name, place.project, place.url] for place in _free(subject, audited)]
    table = {
        "title": "Notebooks without it",
        "columns": ["notebook", "project", "link"],
        "source": "list_projects",
        "rows": rows,
    }
    return [table] if rows and not any(each.failed for each in audited) else []


def _tables(audited: Sequence[Audited], contents: Contents, subject: Subject) -> list[dict[str, Any]]:
    wish = subject.wish
    if subject.focus.negated:
        return _tables_apart(subject, audited)
    if wish.table or subject.focus.narrows:
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


__all__ = ["Subject", "report", "to_csv"]
