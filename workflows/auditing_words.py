"""The words that every part of an audit's answer shares: counts, links, long lists, and what the audit is about."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.audit_integrations import AuditWish
from agents.rules.audit_integrations_focus import Focus
from workflows.auditing import Audited, Finding, Place
from workflows.outcome import Claim, Source

SHOWN = 12


class Subject(NamedTuple):
    """What the audit is about."""

    wish: AuditWish
    focus: Focus
    places: Sequence[Place] = ()
    """Every visible notebook, where they were read."""


def counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def linked(place: Place, *, blocks: bool = True) -> str:
    name = f"[{plain(place.name)}]({place.url})" if place.url else f"**{plain(place.name)}**"
    project = f", project {plain(place.project)}" if place.project else ""
    said = counted(place.blocks, "block") if place.blocks is not None else ""
    if len(place.places) == place.blocks:
        said = f"block{'' if len(place.places) == 1 else 's'} {_and(place.places)}"
    count = f" ({said}{project})" if blocks and place.blocks else f" ({project[2:]})" if project else ""
    return f"- {name}{count}"


def _and(places: Sequence[int]) -> str:
    *first, last = map(str, places)
    return f"{', '.join(first)} and {last}" if first else last


def plain(name: str) -> str:
    return name.replace("[", "(").replace("]", ")").replace("\n", " ")


def listed(lines: Sequence[str], facts: list[Claim], source: Source, most: int = SHOWN) -> str:
    """The lines, those that are too many left to the table."""
    rest = len(lines) - most
    if rest <= 0:
        return "\n".join(lines)
    facts.append(Claim(text="listed in the table only", value=rest, source=source))
    return "\n".join(lines[:most]) + f"\n- … and {rest:,} more in the table"


def found_at(finding: Finding) -> Source:
    """Where a finding was read: its block, in the notebook as a whole."""
    return Source(
        tool="get_notebook", notebook_id=finding.notebook_id, block_id=finding.block_id, url=finding.url
    )


def bare(table: str) -> str:
    return table.rsplit(".", 1)[-1].casefold()


def within(subject: Subject) -> list[Place]:
    """The visible notebooks of the projects and notebooks in question."""
    focus = subject.focus
    return [
        place
        for place in subject.places
        if (not focus.projects or place.project in focus.projects)
        and (not focus.notebooks or place.name in focus.notebooks)
        and not {place.name, place.project} & set(focus.left_out)
    ]


def free(subject: Subject, audited: Sequence[Audited]) -> list[Place]:
    """Visible notebooks without a usage of the integrations."""
    users = {place.id for each in audited for place in each.notebooks}
    users |= {block.notebook_id for each in audited for block in each.blocks}
    return [place for place in within(subject) if place.id not in users]
