"""The answer to an audit's yes-or-no question, in one sentence that stands first."""

import re
from collections.abc import Sequence

from agents.rules.asked import NEGATED, POLAR
from agents.rules.audit_integrations_signs import ELSE
from agents.rules.audit_integrations_words import EVERYTHING, PASTED
from workflows.auditing import Audited, Contents, UsedBlock, uses_table
from workflows.auditing_asides import readers_gone
from workflows.auditing_words import Subject, counted, plain

TRUE_OR_FALSE = re.compile(
    r"\b(?:right\s+or\s+wrong|true\s+or\s+false|yes\s+or\s+no|is\s+(?:that|this|it)\s+(?:true|right|correct|so)|am\s+i\s+right|correct)\s*(?:[?.!]|$)",
    re.IGNORECASE,
)
"""A claim that is to be judged."""
USED = re.compile(
    r"\b(?:us(?:e|es|ed|ing)|in\s+use|quer(?:y|ies|ied|ying)|reads?|reading|touch\w*|depend\w*|rel(?:y|ies)|access\w*|buil[dt]\w*|based|fed|connect\w*|need\w*|pull\w*|work\w*\s+with)\b",
    re.IGNORECASE,
)
ANY = re.compile(r"\b(?:anywhere|still|any|anyone|anybody|anything|in\s+use)\b", re.IGNORECASE)
"""Asks for a usage by whomever, to which one that was found is a yes."""
ANYBODY = re.compile(r"\W*(?:any|some)(?:body|one|thing)\b", re.IGNORECASE)
READ = re.compile(r"\b(?:read|reads|reading|select\w*|quer(?:y|ies|ied)|look\w*\s+at)\b", re.IGNORECASE)
SAFE = re.compile(
    r"^\W*(?:can|could|may|should|would|will|must)\b|\b(?:safe|ok|okay|fine|break|allowed)\b", re.IGNORECASE
)
"""Asks what may be done, to which a usage is not yes."""
CHANGES_DATA = re.compile(
    r"\b(?:chang|destroy|delet|overwrit|writ|modif|insert|updat|truncat|eras|damag|harm)\w*", re.IGNORECASE
)
OR_WRITTEN = re.compile(
    r",?\s*\bor\s+(?:is\s+it\s+)?(?:just|only|merely|simply)\s+(?:ever\s+)?(?:being\s+)?writ\w+(?:\s+to)?",
    re.IGNORECASE,
)
"""The other half of a question whether a table is read."""


def verdict(request: str, subject: Subject, audited: Sequence[Audited], contents: Contents) -> str:
    """Yes or no with what it rests on; nothing where the request asks for something else, or not all could be read."""
    wish, focus = subject.wish, subject.focus
    last = re.split(r"(?<=[.:!])\s+|,\s+(?=(?:could|can|does|do|is|are|has|have|did|will)\b)", request)
    polar = (
        any(POLAR.match(part) or ANYBODY.match(part) for part in last)
        or TRUE_OR_FALSE.search(request) is not None
    )
    if any(each.failed for each in audited):
        return ""
    if focus.only:
        return _alone(subject, audited, contents, asks_else=ELSE.search(request) is not None)
    if (
        not polar
        or NEGATED.search(TRUE_OR_FALSE.sub("", request))
        or focus.negated
        or focus.untold
        or focus.changes
    ):
        return ""
    if PASTED.search(request) and EVERYTHING.search(request):
        return _pasted(contents)
    blocks = [block for each in audited for block in each.blocks]
    asked = OR_WRITTEN.sub("", request)
    if wish.table and not blocks and readers_gone(wish.table, contents):
        return "" if SAFE.search(request) else "Yes."
    if wish.table and READ.search(asked) and not CHANGES_DATA.search(asked) and len(audited) == 1:
        return _read(subject, blocks)
    if (
        focus.verbs
        or focus.star
        or focus.unbounded
        or focus.parameters
        or focus.columns
        or focus.clauses.having
        or focus.clauses.lacking
    ):
        # What was asked for has narrowed the blocks already.
        return "" if SAFE.search(request) else "Yes." if blocks else "No."
    if CHANGES_DATA.search(request) and (wish.everything or wish.only_writes):
        return _writes([block for block in blocks if block.verbs])
    usage = USED.search(request) and (ANY.search(request) or focus.notebooks or focus.projects)
    if len(audited) == 1 and not wish.everything and not focus.missing and usage:
        return "Yes." if blocks or audited[0].notebooks else "No."
    return ""


def _read(subject: Subject, blocks: Sequence[UsedBlock]) -> str:
    """Whether a table is read at all, or only written to."""
    if any(uses_table(block.model_copy(update={"writes": ()}), subject.wish.table) for block in blocks):
        return "Yes."
    if any(block.unreadable for block in blocks):
        return ""
    return "No: it is only written to." if blocks else "No."


def _alone(
    subject: Subject, audited: Sequence[Audited], contents: Contents, *, asks_else: bool = False
) -> str:
    """Whether only these integrations are queried, or the other way round whether something else is."""
    meant = [each.card.name for each in audited if each.card.id in subject.wish.integrations]
    others = [each for each in audited if each.card.id not in subject.wish.integrations and each.blocks]
    where = subject.focus.words
    gone = [
        item
        for item in contents.removed
        if item.project in subject.focus.projects or item.notebook in subject.focus.notebooks
    ]
    told = [
        f"**{each.card.name}** is queried too, by {', '.join(sorted({plain(block.notebook) for block in each.blocks}))}"
        for each in others
    ]
    told += [
        f"block {item.place} of {plain(item.notebook)} names an integration that is gone" for item in gone
    ]
    if told:
        return f"{'Yes' if asks_else else 'No'}, not only {' and '.join(meant)}: {where}, {'; '.join(told)}."
    return f"{'No' if asks_else else 'Yes'}: {where}, no SQL block queries another integration than {' and '.join(meant)}."


def _pasted(contents: Contents) -> str:
    count = len(contents.credentials)
    if count:
        return f"Yes, in {counted(count, 'block')} of those that were read."
    return f"No, not in the {counted(contents.notebooks, 'notebook')} that were read whole."


def _writes(blocks: Sequence[UsedBlock]) -> str:
    if not blocks:
        return "No: no visible SQL block writes data."
    told = [
        f"{plain(block.notebook)} ({', '.join(block.verbs)} {', '.join(f'`{name}`' for name in block.writes)})"
        for block in blocks
    ]
    return f"Yes: {counted(len(blocks), 'SQL block')} {'writes' if len(blocks) == 1 else 'write'} data: {', '.join(told[:12])}. All other visible SQL blocks only read. What Python code does beside is not known, and a read-only integration refuses a write."


__all__ = ["verdict"]
