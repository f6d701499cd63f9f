"""Which articles may answer, and what they say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agents.asks.material import likely_first, lines
from agents.questions import Answer, Question, asked_together


class ArticleCard(BaseModel):
    """An article of the documentation, from its table of contents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    title: str
    description: str = ""
    section: str = ""


class Earlier(BaseModel):
    """A question of the same thread and the articles that answered it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    slugs: list[str] = Field(default_factory=list)


class ArticleChoice(Answer):
    question: str = Field(default="", max_length=300)
    """The question as it would stand alone, with what earlier questions of the thread add to it."""
    slugs: list[str] = Field(default_factory=list, max_length=5)
    """Slugs of the articles that may answer it, the likeliest first; none when no title comes near."""


class WhichArticles(Question[ArticleChoice]):
    """Which articles may answer the question?"""

    name: ClassVar[str] = "docs_qa.articles"
    budget: ClassVar[int] = 6000
    shared: ClassVar[tuple[str, ...]] = ("articles",)
    ranked: ClassVar[tuple[str, ...]] = ("articles",)

    request: str
    earlier: list[Earlier] = Field(default_factory=list)
    articles: list[ArticleCard]
    read: list[str] = Field(default_factory=list)
    """Slugs that were read already and did not answer."""

    def material(self) -> dict[str, str]:
        return {
            "request": self.request,
            "earlier": "\n".join(
                f"- {each.question} ({', '.join(each.slugs) or 'not answered'})" for each in self.earlier[-4:]
            )
            or "(none)",
            "articles": contents(card for card in self.articles if card.slug not in self.read),
        }

    def closed(self) -> Mapping[str, Collection[str]]:
        return {"slugs": [card.slug for card in self.articles if card.slug not in self.read]}

    def in_words(self, answer: ArticleChoice) -> str:
        return f"Articles: {', '.join(answer.slugs) or 'none comes near'}."

    def problems(self, answer: ArticleChoice) -> list[str]:
        known = {card.slug for card in self.articles} - set(self.read)
        return [f"There is no unread article {slug!r}." for slug in answer.slugs if slug not in known]

    @classmethod
    def sample(cls) -> "WhichArticles":
        cards = [
            ArticleCard(
                slug="scheduling",
                title="Scheduling a notebook",
                description="Run a notebook daily, weekly or at any time.",
            ),
            ArticleCard(slug="roles", title="Roles", description="What each role may do."),
        ]
        return cls(request="How do I schedule a notebook?", articles=cards)


def contents(cards: Iterable[ArticleCard]) -> str:
    """The table of contents as both questions show it; a title that the slug says already is left out."""
    return lines(
        (
            card.slug,
            card.description
            if card.description and card.slug.replace("-", " ") == card.title.lower()
            else f"{card.title} · {card.description}",
        )
        for card in cards
    )


def likely_articles(cards: Sequence[ArticleCard], *questions: str) -> list[ArticleCard]:
    """The articles of a large documentation with those first that share most with the questions of the thread; few stay as they are."""
    shown = [contents([card]) for card in cards]
    return [cards[place] for place in likely_first(" ".join(questions), shown)]


class Passage(BaseModel):
    """A section of an article."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """`s1`, `s2`, …"""
    slug: str
    title: str
    heading: str = ""
    """Empty for what stands before the first heading."""
    text: str
    about: str = ""
    """What the article says of itself, with its first section."""

    @property
    def place(self) -> str:
        return f"{self.title}, “{self.heading}”" if self.heading else self.title


SHOWN = 14
"""Sections that the words of a question lead to."""
ASKED = 10
"""Of these, the ones that a model is shown."""


class Statement(Answer):
    key: str
    """Key of the section that says it."""
    text: str = Field(max_length=1500)
    """What it says, in plain sentences, or its steps as a numbered list; commands and names copied exactly."""


class DocsAnswer(Answer):
    found: bool
    """False when the sections do not answer the question."""
    statements: list[Statement] = Field(default_factory=list, max_length=5)
    """The answer, the most direct statement first; each rests on one section."""


class WhatTheySay(Question[DocsAnswer]):
    """What do the sections say to the question?"""

    name: ClassVar[str] = "docs_qa.answer"
    budget: ClassVar[int] = 7000
    shared: ClassVar[tuple[str, ...]] = ("articles",)
    ranked: ClassVar[tuple[str, ...]] = ("articles",)
    spoken: ClassVar[str | None] = "statements.text"

    request: str
    articles: list[ArticleCard] = Field(default_factory=list)
    """What else the documentation holds: a section that only comes near is no answer where another article promises one."""
    passages: list[Passage]
    """All that were read, the nearest to the question first: a model is shown these."""

    def material(self) -> dict[str, str]:
        shown = self.passages[:ASKED]
        return {
            "articles": contents(self.articles),
            "request": self.request,
            "sections": "\n\n".join(f"[{each.key}] {each.place}\n{each.text}" for each in shown),
        }

    def closed(self) -> Mapping[str, Collection[str]]:
        return {"statements.key": [each.key for each in self.passages[:ASKED]]}

    def in_words(self, answer: DocsAnswer) -> str:
        said = "; ".join(f"{each.key} says: {each.text[:160]}" for each in answer.statements)
        return said if answer.found else "The sections do not answer the question."

    def problems(self, answer: DocsAnswer) -> list[str]:
        known = {each.key for each in self.passages}
        wrong = [f"There is no section {each.key!r}." for each in answer.statements if each.key not in known]
        if answer.found and not answer.statements:
            wrong.append("An answer that was found has statements.")
        return wrong

    @classmethod
    def sample(cls) -> "WhatTheySay":
        passage = Passage(
            key="s1",
            slug="scheduling",
            title="Scheduling a notebook",
            heading="Schedule a notebook",
            text="1. Find the notebook's id.\n2. Run `python -m workspace schedule add`.",
        )
        return cls(request="How do I schedule a notebook?", passages=[passage])


asked_together(WhichArticles, WhatTheySay)

__all__ = [
    "ASKED",
    "SHOWN",
    "ArticleCard",
    "ArticleChoice",
    "DocsAnswer",
    "Earlier",
    "Passage",
    "Statement",
    "WhatTheySay",
    "WhichArticles",
    "likely_articles",
]
