"""An integration's usages in words: who queries it, at which level, and all of them in one list."""

from collections.abc import Sequence

from agents.rules.audit_integrations_clauses import said
from workflows.auditing import Audited, UsedBlock, uses_table
from workflows.auditing_words import SHOWN, Subject, counted, linked, listed, plain
from workflows.outcome import Claim, Source


def one(each: Audited, about: Subject, facts: list[Claim]) -> str:
    card, wish = each.card, about.wish
    source = Source(tool="list_integration_notebook_usages", integration_id=card.id, label=card.name)
    blocks, notebooks = each.blocks, each.notebooks
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
        return f"{opening}:\n\n" + listed(_block_lines(blocks, facts, texts=about.focus.texts), facts, source)
    facts += [
        Claim(
            text=f"{place.name}, block {number}",
            value=number,
            source=Source(tool="get_notebook", notebook_id=place.id, url=place.url),
        )
        for place in notebooks[:SHOWN]
        for number in place.places
    ]
    return f"{opening}:\n\n" + listed([linked(place) for place in notebooks], facts, source)


def _reads(block: UsedBlock, table: str) -> bool:
    """Whether the block reads the table; of SQL that could not be read it is not known, so that it counts as read."""
    return block.unreadable or uses_table(block.model_copy(update={"writes": ()}), table)


def _block_line(block: UsedBlock, *, texts: bool = False) -> str:
    does = "; ".join(
        part
        for part in (
            f"reads {', '.join(block.reads)}" if block.reads else "",
            f"{', '.join(block.verbs)} {', '.join(block.writes)}".strip() if block.verbs else "",
        )
        if part
    )
    name = f"[{plain(block.notebook)}]({block.url})" if block.url else f"**{plain(block.notebook)}**"
    place = f", block {block.place}" if block.place is not None else ""
    line = f"- {name}{place}, project {plain(block.project)}: `{(does or 'SQL').replace('`', chr(39))}`"
    if not block.text or not texts:
        return line
    if block.credentials:
        return f"{line}; its text holds a credential and is not shown"
    text = "\n".join(f"  {each}" for each in block.text.replace("```", "~~~").splitlines())
    return f"{line}\n\n  ```sql\n{text}\n  ```"


def divided(audited: Sequence[Audited], subject: Subject, facts: list[Claim]) -> str:
    """The blocks in two lists: what writes before what only reads, or those that hold clauses and those that lack others."""
    source = Source(tool="list_integration_block_usages")
    wanted = subject.focus.clauses
    blocks = [block for each in audited for block in each.blocks]
    lists = [
        ("Writing data", [block for block in blocks if block.verbs]),
        ("Only reading", [block for block in blocks if not block.verbs]),
    ]
    if not subject.focus.writes_first:
        lists = [
            (f"With {' and '.join(map(said, wanted.having))}", [block for block in blocks if all(name in block.clauses for name in wanted.having)]),
            (f"Without {' or '.join(map(said, wanted.lacking))}", [block for block in blocks if not any(name in block.clauses for name in wanted.lacking)]),
        ]  # fmt: skip
    parts = []
    for title, those in lists:
        facts.append(Claim(text=title, value=len(those), source=source))
        lines = _block_lines(those, facts, texts=subject.focus.texts)
        parts.append(f"{title}: {counted(len(those), 'SQL block')}\n\n{listed(lines, facts, source)}")
    return "\n\n".join(parts)


def _block_lines(blocks: Sequence[UsedBlock], facts: list[Claim], *, texts: bool) -> list[str]:
    facts += [
        Claim(
            text=f"{block.notebook}, block {block.place}",
            value=block.place,
            source=Source(tool="get_notebook", notebook_id=block.notebook_id, block_id=block.block_id),
        )
        for block in blocks[:SHOWN]
        if block.place is not None
    ]
    return [_block_line(block, texts=texts) for block in blocks]


def everything(audited: Sequence[Audited], facts: list[Claim], *, projects: bool = False) -> str:
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


__all__ = ["divided", "everything", "one"]
