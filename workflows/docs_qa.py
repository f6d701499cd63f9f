"""Answer from the documentation, each statement with its article and heading, or say that the documentation doesn't."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.docs_qa import (
    ArticleCard,
    DocsAnswer,
    Earlier,
    Passage,
    Statement,
    WhatTheySay,
    WhichArticles,
    likely_articles,
)
from agents.errors import ToolFailed
from agents.results import Article
from agents.rules.asked import plain
from agents.rules.docs_qa import (
    also,
    misspelt,
    nearest,
    nearest_first,
    ranked,
    sent_to,
    settled,
    unanswered,
    unmentioned,
)
from agents.rules.ranking import terms
from workflows import claims
from workflows.context import Context
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.routing import unless_ended
from workflows.state import RunState

NAME = "docs_qa"
FURTHER = (7, 16)
"""How many articles beside those chosen by title are opened at a time, the likeliest first, while none answers well."""
LOOKED_FOR = 60
"""How many are opened last of all to find a name that none of those has."""
AT_ONCE = 8
"""Articles that are fetched at the same time."""
MARKED = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*$|\s*<h[1-6][^>]*>(.*?)</h[1-6]>\s*$", re.IGNORECASE)
UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{2,})\s*")


class State(RunState):
    kept: ClassVar[frozenset[str]] = RunState.kept | {"earlier"}

    earlier: list[Earlier] = []
    """Questions of this thread and what answered them, for follow-ups."""
    articles: list[ArticleCard] = []
    question: str = ""
    """The question as it stands alone."""
    slugs: list[str] = []
    """Articles to be read next."""
    chosen: list[str] = []
    """Articles that were chosen by what they promise, the likeliest first."""
    read: list[str] = []
    missing: list[str] = []
    passages: list[Passage] = []
    said: DocsAnswer | None = None
    beside: list[Statement] = []
    """What else may answer the question, or comes nearest where nothing does."""
    widened: int = 0
    """How often further articles beside those chosen were opened."""


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
    return {
        "articles": likely_articles(cards, state.request, *(each.question for each in state.earlier[-1:]))
    }


async def choose(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    question = WhichArticles(request=state.request, earlier=state.earlier, articles=state.articles)
    choice = await runtime.context.decider.decide(question)
    return {
        "slugs": list(dict.fromkeys(choice.slugs)),
        "chosen": list(dict.fromkeys(choice.slugs)),
        "question": choice.question or state.request,
    }


async def widen(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """What titles do not promise is looked for in the others too, the likeliest first; a model is not asked which to open."""
    rest = [card for card in state.articles if card.slug not in state.read]
    if sent := _sent_on(state):
        return {"slugs": sent}
    slugs = list(dict.fromkeys([*ranked(state.question, rest), *(card.slug for card in rest)]))
    count = FURTHER[state.widened] if state.widened < len(FURTHER) else LOOKED_FOR
    return {"slugs": slugs[:count], "widened": state.widened + 1}


async def get_docs(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The chosen articles, side by side."""
    tools = runtime.context.tools.only("get_doc").pin(slug=state.slugs or [""])
    turn = asyncio.Semaphore(AT_ONCE)
    about = {card.slug: card.description for card in state.articles}

    async def one(slug: str) -> Article | str:
        async with turn:
            try:
                return await tools.get_doc(slug)
            except ToolFailed:
                return slug

    found = await asyncio.gather(*(one(slug) for slug in state.slugs))
    passages = [
        *state.passages,
        *(
            passage
            for article in found
            if isinstance(article, Article)
            for passage in sections(article, about.get(article.slug, ""))
        ),
    ]
    keyed = [passage.model_copy(update={"key": f"s{place}"}) for place, passage in enumerate(passages, 1)]
    gone = [slug for slug in found if isinstance(slug, str)]
    return {"passages": keyed, "read": [*state.read, *state.slugs], "missing": [*state.missing, *gone]}


def sections(article: Article, about: str = "") -> list[Passage]:
    """An article cut at its headings, of all three forms; code blocks are never cut."""
    passages: list[Passage] = []
    heading, fenced = "", False
    lines: list[str] = []

    def begin(words: str) -> None:
        nonlocal heading, lines
        close()
        bare = re.sub(r"[*_`]+", "", words).strip()
        heading, lines = ("" if bare == article.title else bare), []

    def close() -> None:
        text = "\n".join(lines).strip()
        if text:
            passages.append(
                Passage(
                    key="",
                    slug=article.slug,
                    title=article.title,
                    heading=heading,
                    text=text,
                    about="" if passages else about,
                )
            )

    for line in article.content.splitlines():
        fenced = fenced != bool(re.match(r"\s*(?:```|~~~)", line))
        marks = None if fenced else MARKED.match(line)
        if marks is not None:
            begin(marks.group(1) or marks.group(2) or "")
        elif not fenced and lines and UNDERLINE.fullmatch(line) and _could_be_heading(lines):
            words = lines.pop()
            begin(words)
        else:
            lines.append(line)
    close()
    return passages


def _could_be_heading(lines: list[str]) -> bool:
    """Whether a line of `=` or `-` underlines the last line: one of plain words, by itself."""
    before = lines[-2].strip() if len(lines) > 1 else ""
    return not before and re.match(r"\s{0,3}[^\s|>#*+-]", lines[-1]) is not None


async def read(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """What the sections nearest to the question say."""
    if not state.passages:
        return {"said": DocsAnswer(found=False)}
    passages = nearest_first(state.question, state.passages, state.chosen)
    said = await runtime.context.decider.decide(
        WhatTheySay(request=state.question, articles=state.articles, passages=passages)
    )
    return {"said": said, "beside": also(state.question, passages, said)}


async def answer(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    assert state.said is not None
    by_key = {passage.key: passage for passage in state.passages}
    gone = [f"The article `{slug}` is listed but could not be read." for slug in state.missing]
    if not state.said.found:
        return {
            "outcome": _not_said(state, gone),
            "earlier": [*state.earlier, Earlier(question=state.question)],
        }
    parts = [
        f"{statement.text.strip()}\n\n— {_cited(by_key[statement.key])}"
        for statement in state.said.statements
    ]
    open_parts = unanswered(state.question, state.passages)
    stated = [*state.said.statements, *(near for _, found in open_parts for near in found), *state.beside]
    facts = [_claim(statement, by_key[statement.key]) for statement in stated]
    parts += [_left_open(part, near, by_key) for part, near in open_parts]
    if state.beside:
        parts.append(_quoted(state.beside, by_key))
    parts += _read_as(state)
    outcome = Outcome(
        workflow=NAME, status=Status.DONE, answer="\n\n".join(parts), claims=facts, not_checked=gone
    )
    names = [
        state.request,
        *(word for passage in by_key.values() for word in (passage.title, passage.heading)),
    ]
    slugs = list(dict.fromkeys(by_key[statement.key].slug for statement in state.said.statements))
    # What a statement says is no source of itself: its numbers have to stand in its section.
    read_there = [
        fact.model_copy(update={"text": "", "value": by_key[statement.key].text})
        for fact, statement in zip(facts, stated, strict=True)
    ]
    checks = claims.check(outcome.model_copy(update={"claims": read_there}), names)
    return {
        "outcome": outcome.model_copy(update={"checks": checks}),
        "earlier": [*state.earlier, Earlier(question=state.question, slugs=slugs)],
    }


def _cited(passage: Passage) -> str:
    return (
        f"*{passage.title}*" + (f", “{passage.heading}”" if passage.heading else "") + f" (`{passage.slug}`)"
    )


def _claim(statement: Statement, passage: Passage) -> Claim:
    source = Source(
        tool="get_doc", article=passage.slug, heading=passage.heading or None, label=passage.place
    )
    return Claim(text=_first(statement.text), value=statement.text, source=source)


def _left_open(part: str, near: Sequence[Statement], by_key: Mapping[str, Passage]) -> str:
    """That a part of the question is not answered, with what comes nearest to it."""
    silent = f"On “{part.rstrip('?.! ')}” the documentation doesn't say anything that I found"
    if not near:
        return f"{silent}."
    quotes = " ".join(each.text.strip() for each in near)
    return f"{silent}. Nearest to it is:\n\n{quotes}\n\n— {_cited(by_key[near[0].key])}"


def _read_as(state: State) -> list[str]:
    words = [f"“{written}” as “{meant}”" for written, meant in misspelt(state.question, state.passages)]
    return [f"I read {', '.join(words)}."] if words else []


def _quoted(statements: Sequence[Statement], by_key: Mapping[str, Passage]) -> str:
    """What may answer as well, apart from the answer: a sentence each."""
    lines = [f"- “{each.text.strip()}” — {_cited(by_key[each.key])}" for each in statements]
    return "It may also be here:\n\n" + "\n".join(lines)


def _first(text: str) -> str:
    """The beginning of a statement; the whole of it stands in the answer."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119].rsplit(" ", 1)[0] + "…"


def _not_said(state: State, gone: list[str]) -> Outcome:
    by_key = {passage.key: passage for passage in state.passages}
    unread = len(state.articles) - len(state.read)
    facts = [Claim(text="articles that were not opened", value=unread, source=Source(tool="list_docs"))]
    names = unmentioned(state.question, state.passages)
    where = "the articles that I read" if unread else "its articles"
    silent = "The documentation doesn't say." + (f" {_listed(names)} in none of {where}." if names else "")
    if state.beside:
        first, *others = state.beside
        text = silent if names else "The documentation doesn't say that, or not in these words."
        text += " Nearest to the question is:"
        text += f"\n\n{first.text.strip()}\n\n— {_cited(by_key[first.key])}"
        more = [_quoted(others, by_key)] if others else []
        text = "\n\n".join([text, *more, *_read_as(state)])
        facts += [_claim(each, by_key[each.key]) for each in state.beside]
    else:
        near = "; ".join(_cited(passage) for passage in nearest(state.question, state.passages))
        text = silent + (f" Nearest to the question are: {near}." if near else "")
    limits = (
        [f"{unread} other articles, whose titles and descriptions have little to do with the question."]
        if unread
        else []
    )
    return Outcome(workflow=NAME, status=Status.DONE, answer=text, claims=facts, not_checked=[*gone, *limits])


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last} stand" if others else f"{last} stands"


def after_get_docs(state: State) -> str:
    """Wider, a few at a time, while the articles that were read do not name all that is asked; to the end for a name."""
    if _sent_on(state):
        return "widen"
    left = len(state.articles) > len(state.read) and not settled(state.question, state.passages)
    if state.widened == len(FURTHER):
        left = left and bool(unmentioned(state.question, state.passages))
    return "widen" if left and state.widened <= len(FURTHER) else "read_sections"


def _sent_on(state: State) -> list[str]:
    """Articles not read yet to which the best sections send their reader."""
    unread = {card.slug for card in state.articles} - set(state.read)
    return [slug for slug in sent_to(state.question, state.passages) if slug in unread]


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    for node in (list_docs, choose, widen, get_docs, read, answer):
        # The articles that were read are also a field of the state, and LangGraph wants two names for the two.
        chain.add_node("read_sections" if node is read else node.__name__, node)

    chain.add_edge(START, "list_docs")
    chain.add_conditional_edges("list_docs", unless_ended("choose"), ["choose", END])
    chain.add_edge("choose", "get_docs")
    chain.add_conditional_edges("get_docs", after_get_docs, ["widen", "read_sections"])
    chain.add_edge("widen", "get_docs")
    chain.add_edge("read_sections", "answer")
    chain.add_edge("answer", END)
    return chain


__all__ = ["State", "graph", "sections"]
