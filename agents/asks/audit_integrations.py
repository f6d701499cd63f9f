"""Which integrations a request is about, and at which level."""

from collections.abc import Collection, Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.asks.material import likely_first, lines
from agents.questions import Answer, Question

Level = Literal["projects", "notebooks", "blocks", "all"]


class IntegrationCard(BaseModel):
    """An integration that exists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    type: str
    tables: list[str] = Field(default_factory=list)
    """Names of cached tables; empty where they were not asked for."""
    columns: list[str] = Field(default_factory=list)
    """Their columns, as `table.column`."""
    created: str = ""
    """The day on which it was added; empty where that is not told."""
    updated: str = ""
    """The day on which it was last changed."""

    @property
    def line(self) -> str:
        tables = f" · tables {', '.join(self.tables[:20])}" if self.tables else ""
        return f"{self.name} · {self.type}{tables}"


class AuditWish(Answer):
    reason: str = Field(default="", max_length=200)
    """The words of the request that say what is to be audited."""
    integrations: list[str] = Field(default_factory=list, max_length=100)
    """Ids of the integrations that are meant; empty when all are, or when that is unclear."""
    everything: bool = False
    """True when the request is about all integrations."""
    level: Level = "notebooks"
    """What the person wants listed: projects, notebooks, the blocks themselves, or all three."""
    table: str = Field(default="", max_length=120)
    """A table or database that the request asks about, as it writes it; empty when it names none."""
    only_writes: bool = False
    """True when only blocks that write data are asked for."""
    kind: str = Field(default="", max_length=60)
    """A kind of integration (Postgres, BigQuery, …) that the request names and that is not listed."""
    unclear: str = Field(default="", max_length=200)
    """A question to the person, when the request could mean several integrations or none of those listed."""
    candidates: list[str] = Field(default_factory=list, max_length=12)
    """Ids that could be meant, when it is unclear."""


class WhatToAudit(Question[AuditWish]):
    """Which integrations does the request mean?"""

    name: ClassVar[str] = "audit_integrations.which"
    ranked: ClassVar[tuple[str, ...]] = ("integrations",)

    request: str
    integrations: list[IntegrationCard]

    def material(self) -> dict[str, str]:
        order = likely_first(self.request, [card.line for card in self.integrations])
        likely = [self.integrations[place] for place in order]
        return {
            "request": self.request,
            "integrations": lines((card.id, card.line) for card in likely),
        }

    def closed(self) -> Mapping[str, Collection[str]]:
        ids = [card.id for card in self.integrations]
        return {"integrations": ids, "candidates": ids}

    def in_words(self, answer: AuditWish) -> str:
        names = {card.id: card.name for card in self.integrations}
        if answer.unclear:
            return f"Ask the person: {answer.unclear}"
        meant = (
            "all integrations"
            if answer.everything
            else ", ".join(names.get(each, each) for each in answer.integrations)
        )
        table = f", table {answer.table}" if answer.table else ""
        writes = ", only what writes" if answer.only_writes else ""
        return f"{meant or f'{answer.kind} (none is listed)'}{table}, as a list of {answer.level}{writes}."

    def problems(self, answer: AuditWish) -> list[str]:
        known = {card.id for card in self.integrations}
        wrong = [
            f"{each!r} is not the id of a listed integration."
            for each in [*answer.integrations, *answer.candidates]
            if each not in known
        ]
        if not answer.integrations and not answer.everything and not answer.unclear and not answer.kind:
            wrong.append("Name integrations, or everything, or ask.")
        return wrong

    @classmethod
    def sample(cls) -> "WhatToAudit":
        cards = [
            IntegrationCard(
                id="i1", name="Snowflake warehouse", type="snowflake", tables=["analytics.orders"]
            ),
            IntegrationCard(id="i2", name="App database", type="pgsql"),
        ]
        return cls(request="Which notebooks query our Snowflake warehouse?", integrations=cards)


__all__ = ["AuditWish", "IntegrationCard", "Level", "WhatToAudit"]
