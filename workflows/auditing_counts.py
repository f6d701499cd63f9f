"""An audit counted: how many there are in all, one by one of projects, notebooks, integrations or tables, and which have the most or the least."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from agents.rules.audit_integrations_counts import Counted, Unit
from workflows.auditing import Audited, Contents, Finding
from workflows.auditing_words import SHOWN, Subject, counted, listed, plain, within
from workflows.outcome import Claim, Source

SOURCE = Source(tool="list_integration_block_usages")
SAID: dict[Unit, str] = {
    "project": "project", "notebook": "notebook", "integration": "integration", "table": "table", "block": "SQL block",
}  # fmt: skip


class Use(NamedTuple):
    """One SQL block with one table of it."""

    block: str
    notebook: tuple[str, str]
    """Its id and its name."""
    project: str
    integration: str
    table: str
    writes: bool

    def key(self, unit: Unit) -> str | tuple[str, str]:
        keys: dict[Unit, str | tuple[str, str]] = {
            "project": self.project,
            "notebook": self.notebook,
            "integration": self.integration,
            "table": self.table,
            "block": self.block,
        }
        return keys[unit]


class Group(NamedTuple):
    """All uses of one project, notebook, integration or table."""

    name: str
    uses: Sequence[Use]

    def count(self, unit: Unit) -> int:
        return len({use.key(unit) for use in self.uses if use.key(unit)})

    def names(self, unit: Unit, *, writing: bool | None = None) -> list[str]:
        found = [use for use in self.uses if writing is None or use.writes == writing]
        keys = dict.fromkeys(use.key(unit) for use in found if use.key(unit))
        return sorted(plain(key if isinstance(key, str) else key[1]) for key in keys)


def uses_of(
    audited: Sequence[Audited], besides: Iterable[tuple[str, Finding]], *, writes: bool = False
) -> list[Use]:
    """Every use; `besides` are blocks that no list of usages holds, with what stands for their integration."""
    found = [
        Use(block.block_id, (block.notebook_id, block.notebook), block.project, each.card.name, table, table in block.writes)
        for each in audited
        for block in each.blocks
        if block.verbs or not writes
        for table in dict.fromkeys([*block.reads, *block.writes]) or [""]
    ]  # fmt: skip
    return found + [
        Use(item.block_id, (item.notebook_id, item.notebook), item.project, said, table, writes=False)
        for said, item in ([] if writes else besides)
        for table in item.reads or [""]
    ]


def besides(subject: Subject, contents: Contents) -> Iterator[tuple[str, Finding]]:
    """The SQL blocks of the projects and notebooks in question that query no visible integration."""
    wish, focus = subject.wish, subject.focus
    if wish.table or wish.integrations or focus.of_sql:
        return
    for said, items in (("an integration that is gone", contents.removed), ("dataframes", contents.frames)):
        for item in items:
            if (not focus.projects or item.project in focus.projects) and (
                not focus.notebooks or item.notebook in focus.notebooks
            ) and not {item.notebook, item.project} & set(focus.left_out):  # fmt: skip
                yield said, item


def in_all(
    subject: Subject, audited: Sequence[Audited], contents: Contents, facts: list[Claim], *, writes: bool
) -> str:
    """How many there are, with those that query no integration told apart."""
    beside = [] if writes else list(besides(subject, contents))
    group = Group("", uses_of(audited, beside, writes=writes))
    blocks, notebooks = group.count("block"), group.count("notebook")
    facts += [
        Claim(text="SQL blocks counted", value=blocks, source=SOURCE),
        Claim(text="notebooks counted", value=notebooks, source=SOURCE),
        Claim(text="projects counted", value=group.count("project"), source=SOURCE),
    ]
    where = f" {subject.focus.words}" if subject.focus.words else ""
    what = "SQL block that writes" if writes and blocks == 1 else "SQL blocks that write" if writes else ""
    said = f"{blocks:,} {what}" if what else counted(blocks, "SQL block")
    projects = "" if where else f" of {counted(group.count('project'), 'project')}"
    told = f"{said} in {counted(notebooks, 'notebook')}{projects}{where}."
    if not beside:
        return told
    lines = [
        f"- {plain(item.notebook)}, block {item.place}, project {plain(item.project)}: on {said}"
        for said, item in beside
    ]
    facts.append(Claim(text="SQL blocks without a visible integration", value=len(beside), source=SOURCE))
    facts += [Claim(text=f"{item.notebook}, block {item.place}", value=item.place, source=Source(tool="get_notebook", notebook_id=item.notebook_id, block_id=item.block_id)) for _, item in beside[:SHOWN]]  # fmt: skip
    return f"{told} {len(beside):,} of them {'queries' if len(beside) == 1 else 'query'} no visible integration:\n\n{listed(lines, facts, SOURCE)}"


def grouped(
    subject: Subject,
    audited: Sequence[Audited],
    contents: Contents,
    facts: list[Claim],
    wanted: Counted,
    *,
    writes: bool = False,
) -> str:
    """One line for each, and what has the most or the least of it."""
    by = wanted.by
    if by is None:
        kinds: tuple[Unit, ...] = ("integration", "notebook")
        return "\n\n".join(
            grouped(subject, audited, contents, facts, wanted.model_copy(update={"by": each}), writes=writes)
            for each in kinds
        )
    ordered = _ordered(subject, audited, contents, wanted, by, writes=writes)
    facts.append(Claim(text=f"{SAID[by]}s counted", value=len(ordered), source=SOURCE))
    opening = _top(ordered, wanted, facts, writes) if wanted.rank and ordered else ""
    return "\n\n".join([*([opening] if opening else []), listed([_line(group, wanted, facts) for group in ordered], facts, SOURCE, 2 * SHOWN)])  # fmt: skip


def table_of(subject: Subject, audited: Sequence[Audited], contents: Contents) -> list[dict[str, Any]]:
    """The groups as a table, for a page or a file."""
    wanted = subject.focus.counted
    if wanted is None or wanted.by is None:
        return []
    rows = [
        [group.name, group.count("block"), group.count("notebook"), *(", ".join(names) for names in (
            group.names("notebook", writing=False), group.names("notebook", writing=True), group.names("integration"), group.names("project")
        ))]
        for group in _ordered(subject, audited, contents, wanted, wanted.by)
    ]  # fmt: skip
    columns = [wanted.by, "SQL blocks", "notebooks", "read by", "written to by", "integrations", "projects"]
    title = f"By {wanted.by}"
    return [{"title": title, "columns": columns, "source": SOURCE.tool, "rows": rows}] if rows else []


def _ordered(
    subject: Subject,
    audited: Sequence[Audited],
    contents: Contents,
    wanted: Counted,
    by: Unit,
    *,
    writes: bool = False,
) -> list[Group]:
    """The groups, those with the most first, or those with the least."""
    beside = list(besides(subject, contents)) if by in {"project", "notebook"} else []
    beside += [each for each in besides(subject, contents) if by == "table" and each[1] in contents.removed]
    groups = _groups(uses_of(audited, beside, writes=writes), by)
    groups += [Group(name, ()) for name in _without(subject, audited, by, groups)]
    least = wanted.rank == "least"
    return sorted(groups, key=lambda group: (group.count(wanted.of) * (1 if least else -1), group.name))


def _groups(uses: Sequence[Use], by: Unit) -> list[Group]:
    found: dict[str | tuple[str, str], list[Use]] = {}
    for use in uses:
        if use.key(by):
            found.setdefault(use.key(by), []).append(use)
    return [Group(key if isinstance(key, str) else key[1], rows) for key, rows in found.items()]


def _without(subject: Subject, audited: Sequence[Audited], by: Unit, groups: Sequence[Group]) -> list[str]:
    """Those that have none, as far as they are known."""
    have = {group.name for group in groups}
    known = {
        "integration": [each.card.name for each in audited if not each.failed],
        "notebook": [place.name for place in within(subject)],
        "project": [place.project for place in within(subject)],
        "table": [table for each in audited for table in each.card.tables] if not subject.wish.table else [],
        "block": [],
    }[by]  # fmt: skip
    if subject.focus.notebooks or subject.focus.of_sql or (subject.wish.integrations and by != "integration"):
        return []
    return [name for name in dict.fromkeys(known) if name not in have]


def _top(ordered: Sequence[Group], wanted: Counted, facts: list[Claim], writes: bool) -> str:
    assert wanted.by is not None
    count = ordered[0].count(wanted.of)
    first = [group.name for group in ordered if group.count(wanted.of) == count]
    what = f"{SAID[wanted.of]}s{' that write' if writes else ''}"
    degree = "fewest" if wanted.rank == "least" else "most"
    facts.append(Claim(text=f"{what} of the {SAID[wanted.by]} with the {degree}", value=count, source=SOURCE))
    names = ", ".join(f"**{plain(name)}**" for name in first[:SHOWN])
    several = len(first) > 1
    return f"The {SAID[wanted.by]}{'s' if several else ''} with the {degree} {what} ({count:,}{' each' if several else ''}): {names}."


def _line(group: Group, wanted: Counted, facts: list[Claim]) -> str:
    blocks, notebooks = group.count("block"), group.count("notebook")
    facts += [
        Claim(text=f"{group.name}: SQL blocks", value=blocks, source=SOURCE),
        Claim(text=f"{group.name}: notebooks", value=notebooks, source=SOURCE),
    ]
    if not blocks:
        return f"- **{plain(group.name)}**: no SQL block"
    parts = [counted(blocks, "SQL block")]
    if wanted.by != "notebook":
        parts[0] += f" in {counted(notebooks, 'notebook')}"
    if wanted.of in {"project", "integration", "table"}:
        count = group.count(wanted.of)
        facts.append(Claim(text=f"{group.name}: {SAID[wanted.of]}s", value=count, source=SOURCE))
        parts.insert(0, f"{counted(count, SAID[wanted.of])} ({', '.join(group.names(wanted.of))})")
    elif wanted.by == "table":
        readers, writers = group.names("notebook", writing=False), group.names("notebook", writing=True)
        parts += [f"read by {', '.join(readers)}"] * bool(readers)
        parts += [f"written to by {', '.join(writers)}"] * bool(writers)
        parts += [f"in {', '.join(group.names('integration'))}"]
    elif wanted.by != "notebook":
        parts[-1] += f" ({', '.join(group.names('notebook'))})"
    else:
        parts += [f"on {', '.join(group.names('integration'))}", f"project {', '.join(group.names('project'))}"]  # fmt: skip
    return f"- **{plain(group.name)}**: {'; '.join(parts)}"


__all__ = ["besides", "grouped", "in_all", "table_of"]
