"""An audit in words: who uses what, what the SQL does, what was found, and what was not checked."""

import re
from collections.abc import Sequence

from agents.asks.audit_integrations import AuditWish
from agents.rules.audit_integrations_words import AS_FILE, PASTED
from workflows import claims
from workflows.auditing import Audited, Contents, UsedBlock, uses_table
from workflows.auditing_asides import (
    apart,
    as_file,
    by_notebook,
    frames,
    most,
    nothing,
    several,
    tables_held,
    together,
)
from workflows.auditing_tables import tables_of
from workflows.auditing_verdict import verdict
from workflows.auditing_words import SHOWN, Subject, bare, counted, found_at, linked, listed, plain
from workflows.outcome import Claim, Outcome, Source, Status

NAME = "audit_integrations"


_SECRETS = re.compile(
    r"\b(?:credential|password|secret|api[\s_-]?key|token|gone|removed|deleted|missing)", re.IGNORECASE
)
"""Requests for which what the notebooks themselves hold comes first."""


_GONE = re.compile(r"\b(?:gone|removed|deleted|missing|broken|orphan\w*)\b", re.IGNORECASE)
_EACH = re.compile(
    r"\bcompar\w+|\bhow\s+many\b.*\bhow\s+many\b|\beach\b|\brespectively\b|\b(?:vs|versus)\b", re.IGNORECASE
)
"""Asks for several integrations one by one."""
WRITES = re.compile(
    r"\b(?:writ(?:es?|ing)|chang(?:es?|ing)\s+data|insert\w*|delet\w*|updat\w*)\b", re.IGNORECASE
)
_UNUSED = re.compile(
    r"\bunused\b|(?:\bnot|\bnever|n['’]?t|\bno\s+longer)\s+(?:\w+\s+){0,2}(?:used|needed|queried|in\s+use)\b|\b(?:nobody|no\s+one|noone)\s+(?:\w+\s+)?(?:uses?|needs?|quer\w+)\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\baudit\w*|\beverything\b|\btables?\b|\bsql\b|\bquer(?:y|ies)\b|\bwhat\b|\boverview\b|\band\b",
    re.IGNORECASE,
)
"""Asks for more than which are unused."""
_PROJECTS = re.compile(r"\bprojects?\b", re.IGNORECASE)


SECRET = "No tool shows an integration's password or other credentials; its owner sees them in the workspace."


UNTOLD = "No tool tells who made an integration, who ran its queries, when or how often it was used, or what it costs. This is what queries it:"


LAST_CHANGE = "An audit does not read when something was last changed: the history of a notebook says that (`python -m workspace audit --target ID`). This is what is used:"


CHANGES = "No tool creates, changes, shares or deletes an integration, so nothing was changed. This is what uses it:"


def report(request: str, subject: Subject, audited: Sequence[Audited], contents: Contents) -> Outcome:
    """The outcome of an audit."""
    wish, focus = subject.wish, subject.focus
    facts: list[Claim] = []
    narrow = bool(wish.table or focus.narrows or focus.texts or (wish.only_writes and wish.everything))
    judged = verdict(request, subject, audited, contents)
    facts += (
        [Claim(text="yes or no", value=judged, source=Source(tool="list_integration_block_usages"))]
        if judged
        else []
    )
    parts = [judged] if judged else []
    parts += [CHANGES] if focus.changes else []
    parts += [f"No integration of the kind {each} is visible to this key." for each in focus.missing]
    parts += [
        f"An audit does not look for queries “{each}”, so that is left aside." for each in focus.unlooked
    ]
    parts += [LAST_CHANGE] if focus.last_change and not focus.untold else []
    parts += [SECRET] if focus.secret else []
    parts += [UNTOLD] if focus.untold else []
    if (focus.holds or focus.unread) and not focus.by_notebook and not focus.narrows and not wish.table:
        parts += [tables_held(each, focus, facts) for each in audited]
    parts += [as_file(request)] if AS_FILE.search(request) else []
    parts += [_spelt(wish)] if wish.reason.startswith("there is no table") else []
    parts += apart(subject, audited, facts) if focus.negated else []
    if (
        len(audited) > 1
        and not focus.negated
        and (focus.together or (wish.reason == "named" and " and " in request and not _EACH.search(request)))
    ):
        parts.append(together(audited, facts))
    of_contents: list[Claim] = []
    found = _found(contents, subject, of_contents)
    if _GONE.search(request) and not PASTED.search(request):
        found = found[::-1]
    parts += found if _SECRETS.search(request) else []
    bare = wish.everything and not narrow and bool(_UNUSED.search(request)) and not (_MORE.search(request) or _SECRETS.search(request))  # fmt: skip
    if focus.negated:
        pass  # who uses it was not asked
    elif focus.frames:
        parts.append(frames(contents, facts))
    elif focus.several:
        parts.append(several(audited, contents, facts))
    elif focus.by_notebook:
        parts.append(by_notebook(audited, facts))
    elif wish.everything and not narrow:
        parts.append(_everything(audited, facts, projects=bool(_PROJECTS.search(request))))
    else:
        told = [
            _one(each, subject, facts)
            for each in audited
            if _shown(each, wish) or not (wish.everything or focus.only)
        ]
        parts += told or [nothing(subject, contents)]
    parts += [most(audited, facts, writes=WRITES.search(request) is not None)] if focus.most else []
    if not focus.negated and not focus.frames and not bare:
        parts += [_sql_says(audited, facts, columns=focus.names_columns, table=wish.table)]
    parts += [] if _SECRETS.search(request) or focus.frames or bare else found
    if contents.frames and wish.everything and not narrow and not focus.frames and not bare:
        parts.append(frames(contents, facts))
    facts += [] if bare else of_contents
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
        tables=tables_of(audited, contents, subject)[: 1 if bare else None],
    )
    return outcome.model_copy(update={"checks": claims.check(outcome, names)})


def _spelt(wish: AuditWish) -> str:
    return wish.reason[:1].upper() + wish.reason[1:] + "."


def _shown(each: Audited, wish: AuditWish) -> bool:
    return (
        any(block.verbs for block in each.blocks) if wish.only_writes else bool(each.blocks or each.notebooks)
    )


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
            f" {counted(len(each.projects), 'project')} {'is' if len(each.projects) == 1 else 'are'} connected to it."
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
    if wish.table and (about.focus.verbs or wish.only_writes):
        opening = f"{subject} is written to by {counted(len(notebooks), 'notebook')} in {counted(len(blocks), 'block')}"
    elif wish.table and not any(_reads(block, wish.table) for block in blocks):
        opening = f"{subject} is read by no visible block, and written to by {counted(len(notebooks), 'notebook')} in {counted(len(blocks), 'block')}"
    else:
        opening = (
            f"{subject} is {verb} {counted(len(notebooks), 'notebook')} in {counted(len(blocks), 'block')}"
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
        return f"{opening}, in {counted(len(each.projects), 'project')}:\n\n" + listed(
            [linked(place) for place in each.projects], facts, source
        )
    if wish.level == "blocks" or about.focus.texts:
        return f"{opening}:\n\n" + listed([_block_line(block) for block in blocks], facts, source)
    return f"{opening}:\n\n" + listed([linked(place) for place in notebooks], facts, source)


def _reads(block: UsedBlock, table: str) -> bool:
    """Whether the block reads the table; of SQL that could not be read it is not known, so that it counts as read."""
    return block.unreadable or uses_table(block.model_copy(update={"writes": ()}), table)


def _block_line(block: UsedBlock) -> str:
    does = "; ".join(
        part
        for part in (
            f"reads {', '.join(block.reads)}" if block.reads else "",
            f"{', '.join(block.verbs)} {', '.join(block.writes)}".strip() if block.verbs else "",
        )
        if part
    )
    name = f"[{plain(block.notebook)}]({block.url})" if block.url else f"**{plain(block.notebook)}**"
    line = f"- {name}, project {plain(block.project)}: `{(does or 'SQL').replace('`', chr(39))}`"
    if not block.text:
        return line
    if block.credentials:
        return f"{line}; its text holds a credential and is not shown"
    text = "\n".join(f"  {each}" for each in block.text.replace("```", "~~~").splitlines())
    return f"{line}\n\n  ```sql\n{text}\n  ```"


def _everything(audited: Sequence[Audited], facts: list[Claim], *, projects: bool = False) -> str:
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
            homes = sorted({plain(block.project) for block in each.blocks if block.project})
            inside = f"{counted(len(homes), 'project')} ({', '.join(homes)}), " if projects else ""
            lines.append(
                f"- **{each.card.name}** ({each.card.type}): {inside}{counted(len(each.notebooks), 'notebook')}, {counted(len(each.blocks), 'block')}"
            )
            facts += [Claim(text=f"{each.card.name}: projects", value=len(homes), source=here)] * projects
    unused = [each.card.name for each in audited if each.unused]
    facts += [
        Claim(text="integrations audited", value=len(audited), source=source),
        Claim(text="integrations without a usage", value=len(unused), source=source),
    ]
    all_blocks = [block for each in audited for block in each.blocks]
    homes_of = {block.notebook_id for block in all_blocks}
    facts.append(Claim(text="SQL blocks in all", value=len(all_blocks), source=source))
    facts.append(Claim(text="notebooks in all", value=len(homes_of), source=source))
    opening = f"{counted(len(audited), 'integration')} audited, {len(unused):,} of them unused. {counted(len(all_blocks), 'SQL block')} in {counted(len(homes_of), 'notebook')} query them."
    return f"{opening}\n\n" + listed(lines, facts, source)


def _of_table(column: str, table: str) -> bool:
    """Whether `orders.amount` is a column of `orders`; a column without a table may be."""
    owner = column.rpartition(".")[0]
    return not owner or bare(owner) == bare(table)


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
        facts.append(Claim(text=f"SQL blocks {label}", value=len(found), source=source))
        where = sorted({block.notebook for block in found})
        named = ", ".join(plain(name) for name in where[:5]) + (", …" if len(where) > 5 else "")
        said.append(f"- {label}: {counted(len(found), 'block')} (in {named})")
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
                    source=found_at(item),
                )
                for item in found
            ]
            parts.append(
                f"{title}:\n\n"
                + "\n".join(
                    f"- {plain(item.notebook)}, block {item.place}: {item.what}" for item in found[:SHOWN]
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
            f"No pasted credential was found in the {counted(contents.notebooks, 'notebook')} that were read whole."
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


__all__ = ["report"]
