"""Which projects, notebooks and blocks use an integration, and what their SQL does. It never writes, and seldom asks a model."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agents.asks.audit_integrations import AuditWish, IntegrationCard, WhatToAudit
from agents.errors import ToolFailed
from agents.rules.audit_integrations import what_to_audit
from agents.rules.wording import folded
from workflows.auditing import Audited, Contents, audit, read_contents, uses_table
from workflows.auditing_report import report
from workflows.context import Context
from workflows.outcome import Outcome, Status
from workflows.routing import unless_ended
from workflows.state import RunState

NAME = "audit_integrations"
WITH_TABLES = 30
"""Integrations whose tables are read when the request names a table; of more, only names and kinds are compared."""


class State(RunState):
    cards: list[IntegrationCard] = []
    wish: AuditWish | None = None
    audited: list[Audited] = []
    contents: Contents = Contents()


async def list_integrations(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    tools = runtime.context.tools.only("list_integrations")
    cards = [
        IntegrationCard(id=each.id, name=each.name, type=each.type)
        async for each in tools.list_integrations()
    ]
    if not cards:
        answer = "No integration is visible to this key. That is not the same as none existing: a key sees what its owner may see."
        return {"outcome": Outcome(workflow=NAME, status=Status.DONE, answer=answer)}
    return {"cards": cards}


async def which(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The integrations that are meant: by rule where that is certain, else by the decider, else by asking."""
    context = runtime.context
    picked = _replied(state)
    if picked is not None:
        wish = what_to_audit(WhatToAudit(request=state.request, integrations=state.cards))
        return {
            "wish": wish.model_copy(update={"integrations": [picked.id], "unclear": "", "everything": False})
        }
    question = WhatToAudit(request=state.request, integrations=state.cards)
    wish = what_to_audit(question)
    if not wish.integrations and (not wish.everything or wish.table) and not wish.kind:
        # Names and kinds did not say it: the request may name a table or a database in one of them.
        question = question.model_copy(update={"integrations": await with_tables(state.cards, context)})
        wish = what_to_audit(question)
        if wish.unclear:
            wish = await context.decider.decide(question)
    update: dict[str, Any] = {"wish": wish, "cards": question.integrations}
    if wish.unclear:
        update["outcome"] = _unclear(wish, question.integrations)
    return update


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
        tables = [
            ".".join(
                part for part in (table.schema_name, table.name) if part and part not in {"main", "public"}
            )
            for table in structure.tables
        ]
        found.append(card.model_copy(update={"tables": tables}))
    return [*found, *cards[WITH_TABLES:]]


def _replied(state: State) -> IntegrationCard | None:
    said = folded(state.reply or "").strip(" .\"'")
    return next(
        (card for card in state.cards if said and said in (folded(called(card)), folded(card.name), card.id)),
        None,
    )


def called(card: IntegrationCard) -> str:
    return f"{card.name} ({card.type})"


def _unclear(wish: AuditWish, cards: list[IntegrationCard]) -> Outcome:
    by_id = {card.id: card for card in cards}
    choices = [called(by_id[each]) for each in wish.candidates if each in by_id]
    if wish.kind:
        answer = f"{wish.unclear} None is known, so nothing could be looked up. Visible are: {', '.join(called(card) for card in cards)}."
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
        if state.wish.everything
        else [card for card in state.cards if card.id in state.wish.integrations]
    )
    audited = await audit(tools, chosen, "all" if state.wish.everything else state.wish.level)
    if state.wish.table:
        audited = [narrowed(each, state.wish.table) for each in audited]
    return {"audited": audited}


def narrowed(audited: Audited, table: str) -> Audited:
    """Only the blocks that read or write the table, and the notebooks they stand in."""
    blocks = [block for block in audited.blocks if uses_table(block, table)]
    homes = {block.notebook_id for block in blocks}
    return audited.model_copy(
        update={
            "blocks": blocks,
            "notebooks": [place for place in audited.notebooks if place.id in homes],
            "projects": [],
        }
    )


async def read_notebooks(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The notebooks themselves, for what the usages cannot tell: credentials in code, and integrations that are gone."""
    assert state.wish is not None
    only = (
        None
        if state.wish.everything and not state.wish.table
        else [place.id for each in state.audited for place in each.notebooks]
    )
    return {"contents": await read_contents(runtime.context.tools, [card.id for card in state.cards], only)}


async def answer(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    assert state.wish is not None
    return {"outcome": report(state.request, state.wish, state.audited, state.contents)}


def graph() -> StateGraph[State, Context, Any, Any]:
    """The workflow; compile it with a checkpointer."""
    chain = StateGraph(State, context_schema=Context)
    for node in (list_integrations, which, list_usages, read_notebooks, answer):
        chain.add_node(node.__name__, node)

    chain.add_edge(START, "list_integrations")
    chain.add_conditional_edges("list_integrations", unless_ended("which"), ["which", END])
    chain.add_conditional_edges("which", unless_ended("list_usages"), ["list_usages", END])
    chain.add_edge("list_usages", "read_notebooks")
    chain.add_edge("read_notebooks", "answer")
    chain.add_edge("answer", END)
    return chain


__all__ = ["State", "graph"]
