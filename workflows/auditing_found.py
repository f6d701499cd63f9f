"""What the notebooks themselves hold that an audit points at: credentials in their text, and integrations that are gone."""

import re
from collections.abc import Sequence

from agents.rules.audit_integrations_words import PASTED
from workflows.auditing import Audited, Contents, Finding
from workflows.auditing_words import SHOWN, Subject, counted, found_at, plain, within
from workflows.outcome import Claim, Source

SECRETS = re.compile(
    r"\b(?:credential|password|passwd|secret|api[\s_-]?key|token|login\s+data|connection\s+string|hard-?coded)", re.IGNORECASE
)  # fmt: skip
GONE = re.compile(
    r"\b(?:gone|removed|deleted|missing|broken|orphan\w*|dangling|(?:no\s+longer|n['’]t|not)\s+(?:\w+\s+)?exists?)\b", re.IGNORECASE
)  # fmt: skip
OVERALL = re.compile(
    r"\b(?:audit\w*|check(?:s|ed|ing|up)?|review\w*|overview|picture|secur\w+|danger\w*|risk\w*|unsafe|suspicious|inspect\w*|health|hygiene|problems?|issues?|wrong|everything|go\s+(?:through|over)|look\s+(?:over|through|at))\b",
    re.IGNORECASE,
)
"""Asks for a look at the whole, in which what was found beside counts."""


def whole(subject: Subject) -> bool:
    """Whether it is about all integrations and all that their SQL does."""
    wish, focus = subject.wish, subject.focus
    return wish.everything and not (
        wish.table
        or wish.only_writes
        or focus.narrows
        or focus.texts
        or focus.counted
        or focus.alike
        or focus.writes_first
        or focus.negated
    )


def asked(request: str, subject: Subject) -> tuple[bool, bool]:
    """Whether credentials and whether integrations that are gone belong into the answer."""
    overall = OVERALL.search(request) is not None and not subject.focus.of_sql and not subject.wish.table
    focus = subject.focus
    lookup = focus.counted is not None or focus.negated or focus.frames or focus.alike
    secrets, gone = SECRETS.search(request) is not None, GONE.search(request) is not None
    return secrets or (overall and not lookup and not gone), gone or (not lookup and (overall or whole(subject)))  # fmt: skip


def to_read(request: str, subject: Subject, audited: Sequence[Audited]) -> list[str] | None:
    """The notebooks that have to be read for the answer; None for all of them."""
    wish, focus = subject.wish, subject.focus
    credentials, gone = asked(request, subject)
    if focus.frames or focus.several or focus.spoken or focus.alike or whole(subject):
        return None
    used = [place.id for each in audited for place in each.notebooks]
    beside = focus.counted is not None and not wish.table and not wish.integrations and not focus.of_sql
    if credentials or gone or beside or focus.only:
        if focus.projects or focus.notebooks:
            return [place.id for place in within(subject)]
        return used if wish.integrations or wish.table or focus.of_sql else None
    return used


def found(request: str, contents: Contents, subject: Subject, facts: list[Claim]) -> list[str]:
    """The findings that belong into the answer; those that were asked for by name also where there are none."""
    credentials, gone = asked(request, subject)
    parts = [_pasted(request, contents, subject, facts)] if credentials else []
    parts += [gone_list(contents.removed, facts)] if gone and contents.removed else []
    return parts[::-1] if GONE.search(request) and not PASTED.search(request) else parts


def gone_list(removed: Sequence[Finding], facts: list[Claim]) -> str:
    return _list("These SQL blocks name an integration that is gone", removed, facts)


def in_code(contents: Contents, facts: list[Claim]) -> str:
    """Code beside the SQL of these notebooks that names the column."""
    return _list("Code in these notebooks names it too", contents.named, facts)


def _pasted(request: str, contents: Contents, subject: Subject, facts: list[Claim]) -> str:
    title = "Credentials stand in the text of these blocks (their values are not shown)"
    if contents.credentials:
        return _list(title, contents.credentials, facts)
    if not contents.notebooks or not (SECRETS.search(request) or whole(subject)):
        return ""
    facts.append(
        Claim(text="notebooks read whole", value=contents.notebooks, source=Source(tool="get_notebook"))
    )
    where = f" {subject.focus.words}" if subject.focus.projects or subject.focus.notebooks else ""
    return f"No pasted credential was found in the {counted(contents.notebooks, 'notebook')}{where} that {'was' if contents.notebooks == 1 else 'were'} read whole."


def _list(title: str, findings: Sequence[Finding], facts: list[Claim]) -> str:
    facts += [
        Claim(
            text=f"{item.what}, block {item.place} of {item.notebook}",
            value=item.place,
            source=found_at(item),
        )
        for item in findings
    ]
    lines = [f"- {plain(item.notebook)}, block {item.place}: {item.what}" for item in findings[:SHOWN]]
    return f"{title}:\n\n" + "\n".join(lines)


__all__ = ["GONE", "SECRETS", "asked", "found", "gone_list", "in_code", "to_read", "whole"]
