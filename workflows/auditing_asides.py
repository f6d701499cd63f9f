"""What an audit answers beside who uses an integration: tables it holds, notebooks without it, SQL over dataframes, how to keep the answer."""

import re
from collections.abc import Iterable, Sequence

from agents.rules.audit_integrations_focus import Focus
from agents.rules.audit_integrations_words import AS_FILE
from workflows.auditing import Audited, Contents, Finding
from workflows.auditing_words import (
    SHOWN,
    Subject,
    bare,
    counted,
    found_at,
    free,
    linked,
    listed,
    plain,
    within,
)
from workflows.outcome import Claim, Source

_OTHER_FILE = re.compile(r"\b(?:excel|xlsx?|spreadsheets?|pdf|word|docx|powerpoint|pptx)\b", re.IGNORECASE)


def as_file(request: str, out: str = "") -> str:
    """How the answer becomes the file that the request wants; an audit itself writes none. `out` is where it is kept anyway."""
    said = " ".join(match.group() for match in AS_FILE.finditer(request))
    if not said:
        return ""
    name = re.search(r"[\w-]+\.(?:csv|json|md|html?)\b", said, re.IGNORECASE)
    kind = re.search(r"\b(csv|json|markdown|md|html)\b", said, re.IGNORECASE)
    ending = {"markdown": "md"}.get(kind.group(1).lower(), kind.group(1).lower()) if kind else "csv"
    told = f"The request alone writes no file: with `--out {name.group() if name else f'audit.{ending}'}` the command keeps this answer and its tables there."
    other = _OTHER_FILE.search(said)
    if other is None or name or kind:
        return "" if out else told
    return f"No {other.group()} file is made: `--out` takes names that end in .csv (which a spreadsheet opens), .md, .html or .json." + ("" if out else f" {told}")  # fmt: skip


def frames(contents: Contents, facts: list[Claim]) -> str:
    """SQL blocks over dataframes: they stand in no list of usages, as they use no integration."""
    source = Source(tool="get_notebook")
    facts.append(Claim(text="SQL blocks over dataframes", value=len(contents.frames), source=source))
    facts += [
        Claim(
            text=f"{item.notebook}, block {item.place}: {item.what}",
            value=item.place,
            source=found_at(item),
        )
        for item in contents.frames[:SHOWN]
    ]
    if not contents.frames:
        facts.append(Claim(text="notebooks read whole", value=contents.notebooks, source=source))
        return f"No SQL block works on dataframes, in the {counted(contents.notebooks, 'notebook')} that were read whole."
    one = len(contents.frames) == 1
    opening = f"{counted(len(contents.frames), 'SQL block')} {'works' if one else 'work'} on dataframes of the notebook itself and {'uses' if one else 'use'} no integration:"
    lines = [
        f"- {plain(item.notebook)}, block {item.place}, project {plain(item.project)}: {item.what}"
        for item in contents.frames
    ]
    return f"{opening}\n\n{listed(lines, facts, source)}"


def by_notebook(
    audited: Sequence[Audited], besides: Iterable[tuple[str, Finding]], facts: list[Claim]
) -> str:
    """The tables that each notebook reads and writes; `besides` are SQL blocks that no list of usages holds."""
    source = Source(tool="list_integration_block_usages")
    homes: dict[str, tuple[str, list[str], list[str]]] = {}

    def home(notebook_id: str, name: str, project: str, url: str | None) -> tuple[str, list[str], list[str]]:
        linked_name = f"[{plain(name)}]({url})" if url else f"**{plain(name)}**"
        return homes.setdefault(notebook_id, (f"- {linked_name}, project {plain(project)}", [], []))

    for each in audited:
        for block in each.blocks:
            _, reads, writes = home(block.notebook_id, block.notebook, block.project, block.url)
            reads += [f"`{name}` ({each.card.name})" for name in block.reads]
            writes += [f"`{name}` ({each.card.name})" for name in block.writes]
    for said, item in besides:
        home(item.notebook_id, item.notebook, item.project, item.url)[1].extend(
            f"`{name}` ({said})" for name in item.reads
        )
    lines = []
    for line, reads, writes in sorted(homes.values()):
        told = [f"reads {', '.join(dict.fromkeys(reads))}"] * bool(reads)
        told += [f"writes {', '.join(dict.fromkeys(writes))}"] * bool(writes)
        lines.append(f"{line}: {'; '.join(told) or 'no table by name'}")
    facts.append(Claim(text="notebooks with SQL", value=len(lines), source=source))
    opening = (
        f"{counted(len(lines), 'notebook')} {'holds' if len(lines) == 1 else 'hold'} SQL that names tables:"
    )
    return f"{opening}\n\n{listed(lines, facts, source)}"


def tables_held(each: Audited, focus: Focus, facts: list[Claim]) -> str:
    """The tables of an integration, as far as the workspace knows them; of those asked for as unread, the ones no block reads."""
    source = Source(tool="get_integration", integration_id=each.card.id, label=each.card.name)
    known = sorted(each.card.tables)
    facts.append(Claim(text=f"{each.card.name}: known tables", value=len(known), source=source))
    if not known:
        return f"The tables of **{each.card.name}** ({each.card.type}) are not known to the workspace."
    if focus.unread:
        if each.failed or any(block.unreadable for block in each.blocks):
            return f"Not every block on **{each.card.name}** ({each.card.type}) could be read, so which of its tables nobody reads is not known."
        read = {bare(name) for block in each.blocks for name in block.reads}
        written = {bare(name) for block in each.blocks for name in block.writes}
        free = [name for name in known if bare(name) not in read]
        facts.append(
            Claim(text=f"{each.card.name}: tables that no block reads", value=len(free), source=source)
        )
        told = [
            f"- `{name}`" + (" (written to, never read)" if bare(name) in written else "") for name in free
        ]
        return (
            f"{len(free):,} of {counted(len(known), 'known table')} of **{each.card.name}** ({each.card.type}) {'is' if len(free) == 1 else 'are'} read by no visible block:\n\n"
            + (listed(told, facts, source) if told else "- none")
        )
    opening = f"**{each.card.name}** ({each.card.type}) holds {counted(len(known), 'table')}, as the workspace last read it:"
    return opening + "\n\n" + listed([f"- `{name}`" for name in known], facts, source)


def apart(subject: Subject, audited: Sequence[Audited], facts: list[Claim]) -> list[str]:
    """The notebooks that use none of the integrations."""
    visible, without = within(subject), free(subject, audited)
    names = (
        "any integration"
        if subject.wish.everything
        else " or ".join(f"**{each.card.name}**" for each in audited)
    )
    what = f"`{subject.wish.table}` in {names}" if subject.wish.table else names
    source = Source(tool="list_projects")
    facts += [
        Claim(text="visible notebooks", value=len(visible), source=source),
        Claim(text="notebooks without a usage", value=len(without), source=source),
    ]
    if any(each.failed for each in audited):
        return [f"Usages of {what} could not all be read, so which notebooks do without it is not known."]
    opening = f"{len(without):,} of {counted(len(visible), 'visible notebook')} {'does' if len(without) == 1 else 'do'} not query {what}:"
    return [opening + "\n\n" + listed([linked(place) for place in without], facts, source)]


def together(audited: Sequence[Audited], facts: list[Claim]) -> str:
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
    return f"{counted(len(shared), 'notebook')} {'queries' if len(shared) == 1 else 'query'} {names} together: {', '.join(plain(place.name) for place in shared[:SHOWN])}."


def several(audited: Sequence[Audited], contents: Contents, facts: list[Claim]) -> str:
    """The notebooks that query more than one integration, those that are gone counted in."""
    homes: dict[str, tuple[str, str, list[str]]] = {}
    for each in audited:
        for block in each.blocks:
            homes.setdefault(block.notebook_id, (block.notebook, block.project, []))[2].append(
                f"**{plain(each.card.name)}**"
            )
    for said, items in (("one that is gone", contents.removed), ("SQL over dataframes", contents.frames)):
        for item in items:
            homes.setdefault(item.notebook_id, (item.notebook, item.project, []))[2].append(said)
    mixed = [
        (name, project, list(dict.fromkeys(uses)))
        for name, project, uses in homes.values()
        if len(set(uses) - {"SQL over dataframes"}) > 1
    ]
    source = Source(tool="list_integration_block_usages")
    facts.append(
        Claim(text="notebooks that query more than one integration", value=len(mixed), source=source)
    )
    lines = [f"- {plain(name)}, project {plain(project)}: {', '.join(uses)}" for name, project, uses in mixed]
    own = [
        f"{plain(name)} ({', '.join(dict.fromkeys(uses))})"
        for name, _project, uses in homes.values()
        if "SQL over dataframes" in uses and len(set(uses)) == 2
    ]
    opening = f"{counted(len(mixed), 'notebook')} {'queries' if len(mixed) == 1 else 'query'} more than one integration"
    told = f"{opening}:\n\n{listed(lines, facts, source)}" if lines else f"{opening}."
    return told + (
        f"\n\nBeside one integration, SQL over dataframes is used by: {', '.join(own)}." if own else ""
    )


def dates(audited: Sequence[Audited], facts: list[Claim]) -> str:
    """When each integration was added and last changed, the one that was left alone longest first."""
    lines = []
    for each in sorted(audited, key=lambda each: each.card.updated):
        source = Source(tool="list_integrations", integration_id=each.card.id, label=each.card.name)
        parts = [f"added {each.card.created}"] if each.card.created else []
        parts += [f"last changed {each.card.updated}"] if each.card.updated else []
        facts.append(
            Claim(text=f"{each.card.name}: {', '.join(parts)}", value=each.card.updated, source=source)
        )
        lines.append(f"- **{plain(each.card.name)}** ({each.card.type}): {', '.join(parts) or 'not told'}")
    return "When the integrations themselves were added and last changed, by the workspace:\n\n" + listed(lines, facts, Source(tool="list_integrations"))  # fmt: skip


def nothing(subject: Subject, contents: Contents, facts: list[Claim]) -> str:
    """That nothing of it was found in what was read, and what else holds its name."""
    wish, focus = subject.wish, subject.focus
    does = "writes to" if wish.only_writes else "reads or writes"
    what = f" {does} `{wish.table}`" if wish.table else " writes data" if wish.only_writes else ""
    where = f" {focus.words}" if focus.words else ""
    gone = readers_gone(wish.table, contents)
    if gone:
        read = Source(tool="get_notebook")
        facts.append(Claim(text=f"readers of {wish.table} whose integration is gone", value=len(gone), source=read))  # fmt: skip
        facts += [
            Claim(
                text=f"{item.notebook}, block {item.place}: {item.what}",
                value=item.place,
                source=found_at(item),
            )
            for item in gone
        ]
        lines = [
            f"- {plain(item.notebook)}, block {item.place}, project {plain(item.project)}: {item.what}"
            for item in gone
        ]
        return f"No block on a visible integration{what}; {counted(len(gone), 'SQL block')} whose integration is gone does:\n\n" + "\n".join(lines)  # fmt: skip
    said = f"No block{where}{what or ' was found'}: every SQL block of every visible integration was read."
    if not contents.mentions:
        return said
    names = ", ".join(f"**{plain(name)}**" for name in contents.mentions.values())
    return f"{said} A search finds the name in other blocks, of {names}: code or text."


def readers_gone(table: str, contents: Contents) -> list[Finding]:
    """SQL blocks that read the table through an integration that is gone."""
    return [item for item in contents.removed if table and bare(table) in map(bare, item.reads)]
