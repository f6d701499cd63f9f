"""Which projects, notebooks and blocks use an integration, and what their SQL does. It never writes, and seldom asks a model."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.audit_integrations import AuditWish, IntegrationCard, WhatToAudit
from agents.errors import ToolFailed
from agents.results import Table
from agents.rules.audit_integrations import kinds_named, last_word, what_to_audit, words_left
from agents.rules.audit_integrations_counts import counted_in
from agents.rules.audit_integrations_focus import Focus, asks_for_none, focus_of
from agents.rules.audit_integrations_held import held_asked
from agents.rules.audit_integrations_request import audited_in
from agents.rules.audit_integrations_signs import ELSE, TABLES_OF
from agents.rules.audit_integrations_unknown import called_in, may_stand_in_sql
from agents.rules.wording import folded, names_in
from workflows.auditing import (
    Audited,
    Contents,
    Place,
    audit,
    fits_focus,
    mentions_of,
    read_contents,
    spoken_in,
    uses_table,
)
from workflows.auditing_found import to_read
from workflows.auditing_held import structures, what_is_held
from workflows.auditing_report import report
from workflows.auditing_words import Subject
from workflows.context import Context
from workflows.outcome import Outcome, Status
from workflows.routing import unless_ended
from workflows.state import RunState

NAME = "audit_integrations"
WITH_TABLES = 30
"""Integrations whose tables are read when the request names a table; of more, only names and kinds are compared."""


class State(RunState):
    cards: list[IntegrationCard] = []
    said: str = ""
    """The request as it is read: in English, without what is only told beside."""
    wish: AuditWish | None = None
    focus: Focus = Focus()
    places: list[Place] = []
    """Every visible notebook, where the request may name one or asks for those that use nothing."""
    audited: list[Audited] = []
    contents: Contents = Contents()


async def list_integrations(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    tools = runtime.context.tools.only("list_integrations")
    cards = [
        IntegrationCard(
            id=each.id,
            name=each.name,
            type=each.type,
            created=each.created_at.date().isoformat() if each.created_at else "",
            updated=each.updated_at.date().isoformat() if each.updated_at else "",
        )
        async for each in tools.list_integrations()
    ]
    if not cards:
        answer = "No integration is visible to this key. That is not the same as none existing: a key sees what its owner may see."
        return {"outcome": Outcome(workflow=NAME, status=Status.DONE, answer=answer)}
    return {"cards": cards}


async def which(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The integrations that are meant: by rule where that is certain, else by the decider, else by asking."""
    context = runtime.context
    held = held_asked(state.request)
    of_one = held is not None and not held.columns and TABLES_OF.search(state.request) is not None
    if held is not None and not of_one and not kinds_named(state.request):
        read, failed = await structures(context.tools, [card.id for card in state.cards[:WITH_TABLES]])
        return {"outcome": what_is_held(state.request, held, read, failed)}
    picked = _replied(state)
    asked = audited_in(state.request, [card.name for card in state.cards])
    # `Anything other than Market data` speaks of Market data, and leaves nothing out.
    said = ELSE.sub(r"\1 but ", last_word(asked, state.cards))
    question = WhatToAudit(request=said, integrations=state.cards)
    wish = what_to_audit(question)
    if not wish.integrations and (not wish.everything or wish.table) and not wish.kind and picked is None:
        # Names and kinds did not say it: the request may name a table or a database in one of them.
        question = question.model_copy(update={"integrations": await with_tables(state.cards, context)})
        wish = what_to_audit(question)
    if picked is not None:
        wish = wish.model_copy(update={"integrations": [picked.id], "unclear": "", "everything": False})
    cards = question.integrations
    places = await _places(said, wish, cards, context)
    meant = [card.name for card in cards if card.id in wish.integrations]
    named = [(place.name, place.project) for place in places]
    focus = focus_of(said, cards, meant, named, wish.table)
    if wish.unclear and not wish.kind:
        wish, focus = await _cleared(question, wish, focus, places, context)
    if focus.columns and wish.reason.startswith("there is no table “"):
        # The name was a column's: it is looked for wherever it stands.
        wish = wish.model_copy(update={"integrations": [], "everything": True, "table": "", "reason": ""})
    if (focus.holds or focus.unread) and not any(card.tables for card in cards):
        cards = await with_tables(cards, context)
    if wish.level == "projects" and focus.projects:
        wish = wish.model_copy(update={"level": "notebooks"})
    update: dict[str, Any] = {"wish": wish, "cards": cards, "focus": focus, "places": places, "said": asked}
    if wish.unclear:
        mentions = await mentions_of(context.tools, wish.kind) if wish.kind else {}
        update["outcome"] = _unclear(wish, cards, list(mentions.values()))
    return update


async def _cleared(
    question: WhatToAudit, wish: AuditWish, focus: Focus, places: list[Place], context: Context
) -> tuple[AuditWish, Focus]:
    """What is meant where no integration is named: one that is named in part, all of them, or what the SQL itself speaks of."""
    said = question.request
    if focus.notebooks or focus.projects:
        # Beside the name of a notebook, what is left may name an integration by a part of its name.
        apart = what_to_audit(question.model_copy(update={"request": _without_places(said, focus)}))
        wish = wish if apart.unclear else apart
    in_all = {"everything": True, "unclear": "", "candidates": []}
    if wish.unclear and (focus.looks or wish.only_writes):
        # No integration is named, but what is looked for is: it is looked for in all of them.
        return wish.model_copy(update=in_all), focus
    if wish.unclear:
        wish = await context.decider.decide(question)
    words = may_stand_in_sql(said, [name for place in places for name in (place.name, place.project)])
    if wish.unclear and not wish.kind and words and not called_in(said):
        level = "blocks" if wish.level == "all" else wish.level
        # The question stays with it: it is asked where no SQL speaks of it either.
        found = wish.model_copy(
            update={**in_all, "level": level, "reason": wish.unclear, "candidates": wish.candidates}
        )
        return found, focus.model_copy(update={"spoken": words})
    return wish, focus


def _without_places(request: str, focus: Focus) -> str:
    for named in reversed(names_in(request, [*focus.notebooks, *focus.projects])):
        request = f"{request[: named.start]} {request[named.end :]}"
    return request


async def _places(
    request: str, wish: AuditWish, cards: list[IntegrationCard], context: Context
) -> list[Place]:
    """All notebooks, when words of the request are left that may name one, or when those without a usage are asked for."""
    grouped = counted_in(request)
    named = grouped is not None and grouped.by in {"project", "notebook"}
    if (
        not named
        and not asks_for_none(request)
        and not words_left(request, [card for card in cards if card.id in wish.integrations], wish.table)
    ):
        return []
    return [
        Place(integration_id="", id=notebook.id, name=notebook.name, project=project.name, url=notebook.url)
        async for project in context.tools.only("list_projects").list_projects()
        for notebook in project.notebooks
    ]


async def with_tables(cards: list[IntegrationCard], context: Context) -> list[IntegrationCard]:
    """The cards with the tables that the workspace has cached for them."""
    tools = context.tools.only("get_integration")
    found = []
    for card in cards[:WITH_TABLES]:
        try:
            structure = await tools.get_integration(card.id)
        except ToolFailed:
            found.append(card)
            continue
        tables = {_named(table): [column.name for column in table.columns] for table in structure.tables}
        columns = [f"{table}.{column}" for table, held in tables.items() for column in held]
        found.append(card.model_copy(update={"tables": list(tables), "columns": columns}))
    return [*found, *cards[WITH_TABLES:]]


def _named(table: Table) -> str:
    return ".".join(
        part for part in (table.schema_name, table.name) if part and part not in {"main", "public"}
    )


def _replied(state: State) -> IntegrationCard | None:
    said = folded(state.reply or "").strip(" .\"'")
    return next(
        (card for card in state.cards if said and said in (folded(called(card)), folded(card.name), card.id)),
        None,
    )


def called(card: IntegrationCard) -> str:
    return f"{card.name} ({card.type})"


def _unclear(wish: AuditWish, cards: list[IntegrationCard], mentions: Sequence[str] = ()) -> Outcome:
    by_id = {card.id: card for card in cards}
    choices = [called(by_id[each]) for each in wish.candidates if each in by_id]
    if wish.kind:
        answer = f"{wish.unclear} None is known, so nothing could be looked up. Visible are: {', '.join(called(card) for card in cards)}."
        if mentions:
            answer += f" A search finds “{wish.kind}” in blocks of {', '.join(f'**{name}**' for name in mentions)}: code or text, which needs no integration."
        return Outcome(
            workflow=NAME,
            status=Status.DONE,
            answer=answer,
            not_checked=["Integrations that this key cannot see."],
        )
    return Outcome(
        workflow=NAME,
        status=Status.NEEDS_ANSWER,
        answer=wish.unclear,
        question="Which integration do you mean?",
        choices=choices,
    )


async def list_usages(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Every usage to the last page, all integrations at once."""
    assert state.wish is not None
    tools = runtime.context.tools.only(
        "list_integration_project_usages", "list_integration_notebook_usages", "list_integration_block_usages"
    )
    chosen = (
        state.cards
        if state.wish.everything or state.focus.only
        else [card for card in state.cards if card.id in state.wish.integrations]
    )
    excluded = [card for card in state.cards if card.id in state.focus.without]
    level = "all" if state.wish.everything or state.focus.narrows else state.wish.level
    read = [*chosen, *(card for card in excluded if card not in chosen)]
    texts = state.focus.texts or bool(state.focus.spoken)
    audited = await audit(tools, read, level, texts=texts)
    focus = state.focus
    if focus.spoken:
        sql = " ".join(block.text for each in audited for block in each.blocks)
        focus = focus.model_copy(update={"spoken": tuple(spoken_in(sql, focus.spoken))})
        if not focus.spoken:
            asked = state.wish.model_copy(update={"unclear": state.wish.reason})
            return {"outcome": _unclear(asked, state.cards)}
    unwanted = {
        place.id for each in audited if each.card.id in state.focus.without for place in each.notebooks
    }
    audited = [each for each in audited if each.card in chosen and each.card.id not in state.focus.without]
    if state.wish.table or state.wish.only_writes or focus.narrows or unwanted:
        audited = [narrowed(each, state.wish, focus, unwanted) for each in audited]
    return {"audited": audited, "focus": focus}


def narrowed(audited: Audited, wish: AuditWish, focus: Focus, unwanted: set[str]) -> Audited:
    """Only the blocks that the request is about, and the notebooks they stand in."""
    blocks = [
        block
        for block in audited.blocks
        if (not wish.table or uses_table(block, wish.table))
        and (block.verbs or not wish.only_writes)
        and fits_focus(block, focus, wish.table)
        and block.notebook_id not in unwanted
    ]
    homes = Counter(block.notebook_id for block in blocks)
    return audited.model_copy(
        update={
            "blocks": blocks,
            "notebooks": [
                place.model_copy(update={"blocks": homes[place.id]})
                for place in audited.notebooks
                if place.id in homes
            ],
            "projects": [
                place for place in audited.projects if place.name in {block.project for block in blocks}
            ],
        }
    )


def placed(audited: Audited, places: Mapping[str, int]) -> Audited:
    """With where each block stands in its notebook."""
    blocks = [block.model_copy(update={"place": places.get(block.block_id)}) for block in audited.blocks]
    homes: dict[str, list[int]] = {}
    for block in blocks:
        if block.place is not None:
            homes.setdefault(block.notebook_id, []).append(block.place)
    notebooks = [
        place.model_copy(update={"places": tuple(sorted(homes.get(place.id, ())))})
        for place in audited.notebooks
    ]
    return audited.model_copy(update={"blocks": blocks, "notebooks": notebooks})


async def read_notebooks(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The notebooks themselves, for what the usages cannot tell: credentials in code, and integrations that are gone."""
    assert state.wish is not None
    subject = Subject(state.wish, state.focus, tuple(state.places))
    only = to_read(state.said, subject, state.audited)
    mentions: dict[str, str] = {}
    if state.wish.table and not any(each.blocks for each in state.audited):
        # A block whose integration is gone stands in no list of usages.
        mentions = await mentions_of(runtime.context.tools, state.wish.table)
        only = [*only, *mentions] if only is not None else None
    contents = Contents()
    if only is None or only:
        known = [card.id for card in state.cards]
        contents = await read_contents(runtime.context.tools, known, only, state.focus.columns)
    return {"contents": contents.model_copy(update={"mentions": mentions})}


async def answer(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    assert state.wish is not None
    subject = Subject(state.wish, state.focus, tuple(state.places))
    audited = [placed(each, state.contents.places) for each in state.audited]
    out = runtime.context.policy.out
    return {"outcome": report(state.said, subject, audited, state.contents, out, request=state.request)}


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    for node in (list_integrations, which, list_usages, read_notebooks, answer):
        chain.add_node(node.__name__, node)

    chain.add_edge(START, "list_integrations")
    chain.add_conditional_edges("list_integrations", unless_ended("which"), ["which", END])
    chain.add_conditional_edges("which", unless_ended("list_usages"), ["list_usages", END])
    chain.add_conditional_edges("list_usages", unless_ended("read_notebooks"), ["read_notebooks", END])
    chain.add_edge("read_notebooks", "answer")
    chain.add_edge("answer", END)
    return chain


__all__ = ["State", "graph"]
