"""Answer from the documentation, each statement with its article and heading, or say that the documentation doesn't."""

import asyncio
import re
from typing import Any, ClassVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.docs_qa import ArticleCard, DocsAnswer, Earlier, Passage, WhatTheySay, WhichArticles
from agents.errors import ToolFailed
from agents.results import Article
from agents.rules.asked import groups, plain, query
from agents.rules.docs_qa import unanswered, which_articles
from agents.rules.ranking import Index, terms
from workflows import claims
from workflows.context import Context
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.routing import unless_ended
from workflows.state import RunState

NAME = "docs_qa"
ROUNDS = 2
"""How often articles are chosen and read; the second time only when the first did not answer."""
WIDER = 24
"""Articles that are opened in the second round."""
PASSAGES = 14
"""Sections that are put to the decider."""


class State(RunState):
    kept: ClassVar[frozenset[str]] = RunState.kept | {"earlier"}

    earlier: list[Earlier] = []
    """Questions of this thread and what answered them, for follow-ups."""
    articles: list[ArticleCard] = []
    question: str = ""
    """The question as it stands alone."""
    slugs: list[str] = []
    """Articles to be read in this round."""
    read: list[str] = []
    missing: list[str] = []
    passages: list[Passage] = []
    said: DocsAnswer | None = None
    rounds: int = 0


async def list_docs(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    if not re.search(r"\w", state.request) or (not terms(plain(state.request)) and not state.earlier):
        return {
            "outcome": Outcome(
                workflow=NAME,
                status=Status.NEEDS_ANSWER,
                answer="There is no question in that.",
                question="What do you want to know?",
            )
        }
    docs = await runtime.context.tools.only("list_docs").list_docs()
    cards = [
        ArticleCard(slug=row.slug, title=row.title, description=row.description or "", section=section.title)
        for section in docs.sections
        for row in section.articles
    ]
    if not cards:
        return {
            "outcome": Outcome(
                workflow=NAME,
                status=Status.DONE,
                answer="The server has no documentation, so there was nothing to look in.",
            )
        }
    return {"articles": cards}


async def choose(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    question = WhichArticles(
        request=state.request, earlier=state.earlier, articles=state.articles, read=state.read
    )
    choice = await runtime.context.decider.decide(question)
    slugs = list(dict.fromkeys(choice.slugs))
    if state.read:
        # What titles do not promise is looked for wider, and by rule: a model is not asked which of the rest to open.
        rest = question.model_copy(update={"read": [*state.read, *slugs]})
        slugs += which_articles(rest).slugs
        slugs += [card.slug for card in state.articles if card.slug not in {*state.read, *slugs}][
            : WIDER - len(slugs)
        ]
    return {
        "slugs": slugs,
        "question": choice.question or state.request,
        "rounds": state.rounds + 1,
    }


async def get_docs(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The chosen articles, all at once."""
    tools = runtime.context.tools.only("get_doc").pin(slug=state.slugs or [""])

    async def one(slug: str) -> Article | str:
        try:
            return await tools.get_doc(slug)
        except ToolFailed:
            return slug

    found = await asyncio.gather(*(one(slug) for slug in state.slugs))
    passages = [
        *state.passages,
        *(passage for article in found if isinstance(article, Article) for passage in sections(article)),
    ]
    keyed = [passage.model_copy(update={"key": f"s{place}"}) for place, passage in enumerate(passages, 1)]
    gone = [slug for slug in found if isinstance(slug, str)]
    return {"passages": keyed, "read": [*state.read, *state.slugs], "missing": [*state.missing, *gone]}


def sections(article: Article) -> list[Passage]:
    """An article cut at its headings; code blocks are never cut."""
    passages: list[Passage] = []
    heading, fenced = "", False
    lines: list[str] = []

    def close() -> None:
        text = "\n".join(lines).strip()
        if text:
            passages.append(
                Passage(key="", slug=article.slug, title=article.title, heading=heading, text=text)
            )

    for line in article.content.splitlines():
        fenced = fenced != bool(re.match(r"\s*(?:```|~~~)", line))
        marks = None if fenced else re.match(r"#{1,6}\s+(.*?)\s*#*\s*$", line)
        if marks is None:
            lines.append(line)
            continue
        close()
        heading, lines = ("" if marks.group(1) == article.title else marks.group(1)), []
    close()
    return passages


async def read(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """What the sections nearest to the question say."""
    if not state.passages:
        return {"said": DocsAnswer(found=False)}
    index = Index([[(each.title, 1.0), (each.heading, 2.0), (each.text, 1.0)] for each in state.passages])
    ranked = index.rank(query(groups(state.question, index)))[:PASSAGES]
    near = [state.passages[each.which] for each in ranked]
    question = WhatTheySay(request=state.question, passages=near or state.passages[:PASSAGES])
    return {"said": await runtime.context.decider.decide(question)}


async def answer(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    assert state.said is not None
    by_key = {passage.key: passage for passage in state.passages}
    gone = [f"The article `{slug}` is listed but could not be read." for slug in state.missing]
    if not state.said.found:
        return {
            "outcome": _not_said(state, gone),
            "earlier": [*state.earlier, Earlier(question=state.question)],
        }
    parts, facts = [], []
    for statement in state.said.statements:
        passage = by_key[statement.key]
        parts.append(
            f"{statement.text.strip()}\n\n— *{passage.title}*"
            + (f", “{passage.heading}”" if passage.heading else "")
            + f" (`{passage.slug}`)"
        )
        facts.append(
            Claim(
                text=_first(statement.text),
                value=statement.text,
                source=Source(
                    tool="get_doc", article=passage.slug, heading=passage.heading or None, label=passage.place
                ),
            )
        )
    told = [statement.key for statement in state.said.statements]
    open_parts = unanswered(state.question, state.passages, told)
    parts += [
        f"On “{part.rstrip('?.! ')}” the documentation doesn't say anything that I found."
        for part in open_parts
    ]
    outcome = Outcome(
        workflow=NAME, status=Status.DONE, answer="\n\n".join(parts), claims=facts, not_checked=gone
    )
    names = [
        state.request,
        *(word for passage in by_key.values() for word in (passage.title, passage.heading)),
    ]
    slugs = list(dict.fromkeys(by_key[statement.key].slug for statement in state.said.statements))
    checked = outcome.model_copy(update={"checks": claims.check(outcome, names)})
    return {"outcome": checked, "earlier": [*state.earlier, Earlier(question=state.question, slugs=slugs)]}


def _first(text: str) -> str:
    """The beginning of a statement; the whole of it stands in the answer."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119].rsplit(" ", 1)[0] + "…"


def _not_said(state: State, gone: list[str]) -> Outcome:
    cards = {card.slug: card for card in state.articles}
    ranked = which_articles(
        WhichArticles(request=state.question, earlier=state.earlier, articles=state.articles)
    )
    near = [cards[slug] for slug in ranked.slugs[:3] if slug in state.read]
    text = "The documentation doesn't say."
    if near:
        text += (
            " Nearest to the question are: "
            + "; ".join(f"*{card.title}* (`{card.slug}`)" for card in near)
            + "."
        )
    unread = len(state.articles) - len(state.read)
    facts = [Claim(text="articles that were not opened", value=unread, source=Source(tool="list_docs"))]
    limits = (
        [f"{unread} other articles, whose titles and descriptions have little to do with the question."]
        if unread
        else []
    )
    return Outcome(workflow=NAME, status=Status.DONE, answer=text, claims=facts, not_checked=[*gone, *limits])


def after_reading(state: State) -> str:
    """Once more with other articles when these did not answer."""
    assert state.said is not None
    left = len(state.articles) > len(state.read)
    return "choose" if not state.said.found and state.slugs and left and state.rounds < ROUNDS else "answer"


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    for node in (list_docs, choose, get_docs, read, answer):
        # The articles that were read are also a field of the state, and LangGraph wants two names for the two.
        chain.add_node("read_sections" if node is read else node.__name__, node)

    chain.add_edge(START, "list_docs")
    chain.add_conditional_edges("list_docs", unless_ended("choose"), ["choose", END])
    chain.add_edge("choose", "get_docs")
    chain.add_edge("get_docs", "read_sections")
    chain.add_conditional_edges("read_sections", after_reading, ["choose", "answer"])
    chain.add_edge("answer", END)
    return chain


__all__ = ["State", "graph", "sections"]
