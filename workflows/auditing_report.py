"""An audit in words: who uses what, what the SQL does, what was found, and what was not checked."""

import re
from collections.abc import Sequence

from agents.asks.audit_integrations import AuditWish
from agents.rules.audit_integrations_counts import COUNTS, Counted
from workflows import claims
from workflows.auditing import Audited, Contents, spoken_in
from workflows.auditing_alike import alike
from workflows.auditing_asides import (
    apart,
    as_file,
    by_notebook,
    dates,
    frames,
    nothing,
    readers_gone,
    several,
    tables_held,
    together,
)
from workflows.auditing_counts import besides, grouped, in_all, table_of
from workflows.auditing_found import GONE, SECRETS, asked, found, gone_list, in_code, whole
from workflows.auditing_tables import tables_of
from workflows.auditing_usages import divided, everything, one
from workflows.auditing_verdict import verdict
from workflows.auditing_words import SHOWN, Subject, counted, plain
from workflows.auditing_words import bare as bare_name
from workflows.outcome import Claim, Outcome, Source, Status

NAME = "audit_integrations"


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


RIGHTS = "What the login of an integration may do is neither shown nor changed by a tool; this is what its SQL does:"


LAST_CHANGE = "An audit does not read when something was last changed: the history of a notebook says that (`python -m workspace audit --target ID`). This is what is used:"


CHANGES = "No tool creates, changes, shares or deletes an integration, so nothing was changed. This is what uses it:"


def report(
    said: str,
    subject: Subject,
    audited: Sequence[Audited],
    contents: Contents,
    out: str = "",
    request: str = "",
) -> Outcome:
    """The outcome of an audit; `out` is the file that it is kept in, where there is one, `request` what was asked before it was read."""
    focus = subject.focus
    facts: list[Claim] = []
    bare = whole(subject) and _UNUSED.search(said) is not None and not (_MORE.search(said) or SECRETS.search(said))  # fmt: skip
    judged = verdict(said, subject, audited, contents)
    if judged:
        facts.append(
            Claim(text="yes or no", value=judged, source=Source(tool="list_integration_block_usages"))
        )
    of_contents: list[Claim] = []
    findings = [] if bare else found(said, contents, subject, of_contents)
    first = SECRETS.search(said) or GONE.search(said)
    parts = [judged, *_notes(subject), *_held(subject, audited, facts), as_file(said, out)]
    parts += findings if first else []
    parts += _usages(said, subject, audited, contents, facts)
    if not (focus.negated or focus.frames or bare or focus.counted or focus.alike) or focus.names_columns:
        parts += [_sql_says(audited, facts, columns=focus.names_columns, table=subject.wish.table)]
    parts += [] if first else findings
    if contents.frames and whole(subject) and not (focus.frames or bare):
        parts.append(frames(contents, facts))
    facts += of_contents
    unread = [failure for each in audited for failure in each.failed]
    credentials, gone = asked(said, subject)
    gone = gone or bool(focus.spoken or readers_gone(subject.wish.table, contents))
    outcome = Outcome(
        workflow=NAME,
        status=Status.FAILED if audited and all(not each.checked for each in audited) else Status.DONE,
        answer="\n\n".join(part for part in parts if part),
        claims=facts,
        not_checked=[*unread, *contents.not_checked, *_limits(audited, subject.wish)],
        tables=[
            *table_of(subject, audited, contents),
            *tables_of(audited, contents, subject, credentials=credentials, gone=gone),
        ][: 1 if bare else None],
    )
    names = _names(request or said, subject, audited, contents)
    return outcome.model_copy(update={"checks": claims.check(outcome, names)})


def _notes(subject: Subject) -> list[str]:
    """What cannot be told or done, before what can."""
    wish, focus = subject.wish, subject.focus
    notes = [CHANGES] if focus.changes else []
    notes += [f"No integration of the kind {each} is visible to this key." for each in focus.missing]
    notes += [f"No integration called “{each}” is visible to this key." for each in focus.missing_names]
    notes += [
        f"An audit does not look for queries “{each}”, so that is left aside." for each in focus.unlooked
    ]
    notes += [LAST_CHANGE] if focus.last_change and not (focus.untold or focus.of_integrations) else []
    notes += [SECRET] if focus.secret else []
    notes += [RIGHTS] if focus.rights else []
    notes += [UNTOLD] if focus.untold else []
    return notes + ([_spelt(wish)] if wish.reason.startswith("there is no table") else [])


def _held(subject: Subject, audited: Sequence[Audited], facts: list[Claim]) -> list[str]:
    focus = subject.focus
    if focus.of_integrations:
        return [dates(audited, facts)]
    if not (focus.holds or focus.unread) or focus.by_notebook or focus.narrows or subject.wish.table:
        return []
    return [tables_held(each, focus, facts) for each in audited]


def _usages(
    request: str, subject: Subject, audited: Sequence[Audited], contents: Contents, facts: list[Claim]
) -> list[str]:
    """Who uses it, told as the request wants it: by group, counted, or one integration after the other."""
    wish, focus = subject.wish, subject.focus
    writes = WRITES.search(request) is not None
    if focus.negated:
        return apart(subject, audited, facts)
    if focus.frames:
        return [frames(contents, facts)]
    if focus.alike:
        return [alike(audited, facts)]
    if focus.several:
        return [several(audited, contents, facts)]
    wanted = focus.counted
    listed = focus.by_notebook or (wanted is not None and wanted.by == "notebook")
    if listed and not (wanted and (wanted.rank or COUNTS.search(request))):
        return [by_notebook(audited, besides(subject, contents), facts)]
    if wanted is not None and (wanted.by or wanted.rank):
        lines = grouped(subject, audited, contents, facts, _of_two(wanted, subject), writes=writes)
        return [lines or nothing(subject, contents, facts)]
    parts = []
    if wanted is not None and wanted.of != "integration":
        parts.append(in_all(subject, audited, contents, facts, writes=wish.only_writes or writes))
    named = wish.reason == "named" and " and " in request and not _EACH.search(request)
    if len(audited) > 1 and not wish.everything and (focus.together or named):
        parts.append(together(audited, facts))
    if whole(subject) or (
        wish.everything and wanted is not None and not (focus.narrows or wish.table or wish.only_writes)
    ):
        return [*parts, everything(audited, facts, projects=bool(_PROJECTS.search(request)))]
    if focus.clauses.apart or focus.writes_first:
        return [*parts, divided(audited, subject, facts)]
    gone = [item for item in contents.removed if spoken_in(item.text, focus.spoken)]
    told = [
        one(each, subject, facts) for each in audited if _shown(each) or not (wish.everything or focus.only)
    ]
    parts += told or [nothing(subject, contents, facts)]
    parts += [gone_list(gone, facts)] if gone else []
    return [*parts, *([in_code(contents, facts)] if told and contents.named else [])]


def _of_two(wanted: Counted, subject: Subject) -> Counted:
    """Where integrations are named, they are what is compared: `used by more notebooks than`."""
    if not wanted.rank or len(subject.wish.integrations) < 2 or wanted.by == "integration":
        return wanted
    return wanted.model_copy(update={"by": "integration", "of": wanted.by or wanted.of})


def _names(request: str, subject: Subject, audited: Sequence[Audited], contents: Contents) -> list[str]:
    """Names whose digits are no figures of the answer."""
    return [
        request,
        subject.wish.table,
        *(each.card.name for each in audited),
        *(name for each in audited for name in each.card.tables),
        *(name for each in audited for block in each.blocks for name in block.columns),
        *(place.name for each in audited for place in [*each.notebooks, *each.projects]),
        *(place.project for each in audited for place in each.notebooks),
        *(name for place in subject.places for name in (place.name, place.project)),
        *(item.notebook for item in [*contents.credentials, *contents.removed]),
    ]


def _spelt(wish: AuditWish) -> str:
    return wish.reason[:1].upper() + wish.reason[1:] + "."


def _shown(each: Audited) -> bool:
    return bool(each.blocks or each.notebooks)


def _of_table(column: str, table: str) -> bool:
    """Whether `orders.amount` is a column of `orders`; a column without a table may be."""
    owner = column.rpartition(".")[0]
    return not owner or bare_name(owner) == bare_name(table)


def _sql_says(
    audited: Sequence[Audited], facts: list[Claim], *, columns: bool = False, table: str = ""
) -> str:
    blocks = [block for each in audited for block in each.blocks]
    if not blocks:
        return ""
    source = Source(tool="list_integration_block_usages")
    said = []
    for label, those in (
        ("writing data", [block for block in blocks if block.verbs]),
        ("changing or deleting rows without a WHERE", [block for block in blocks if block.unbounded]),
        ("taking every column with SELECT *", [block for block in blocks if block.star]),
        ("not parsed, only read by their words", [block for block in blocks if block.unreadable]),
    ):
        if not those:
            continue
        facts.append(Claim(text=f"SQL blocks {label}", value=len(those), source=source))
        where = sorted({block.notebook for block in those})
        named = ", ".join(plain(name) for name in where[:5]) + (", …" if len(where) > 5 else "")
        said.append(f"- {label}: {counted(len(those), 'block')} (in {named})")
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
