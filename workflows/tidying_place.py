"""Which notebook is to be tidied; a request that names none is held against all of them."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import WhatToTidy
from agents.errors import ToolFailed
from agents.rules.letters import said_in
from agents.rules.tidy_notebook import what_to_tidy
from agents.rules.wording import names_in
from workflows.context import Context
from workflows.finding import Found, all_notebooks, find_notebook
from workflows.outcome import Outcome, Status
from workflows.tidying import cards_of, plan_of, work_out

NAME = "tidy_notebook"
SEARCHED = 40
"""Notebooks that are looked into when the request names none."""
WISHES = 2
"""Wishes that a request needs to point at a notebook by what it asks for; one alone fits too many."""


ACROSS = re.compile(
    r"\b(?:cop(?:y|ied|ying)|duplicat\w+|clon\w+|transfer\w*|mov(?:e|ed|ing)|tak(?:e|en)|bring|put|pull|merg\w+|carry|shift|get)\b",
    re.IGNORECASE,
)
"""Verbs by which a block would be taken from one notebook into another."""
INTO = re.compile(
    r"\b(?:in)?to\s+(?:the\s+)?(?:notebook\s+)?[\"“„«'‘]?$|\b(?:over|across)\s+to\s+(?:the\s+)?[\"“„«'‘]?$|\bwith\s+(?:the\s+)?[\"“„«'‘]?$",
    re.IGNORECASE,
)


def across(request: str, names: Sequence[str]) -> bool:
    """Whether a block of one notebook is asked to go into another."""
    named = sorted(
        (each for each in names_in(request, names) if each.how == "exact"), key=lambda each: each.start
    )
    if len({each.which for each in named}) < 2 or ACROSS.search(request) is None:
        return False
    return any(INTO.search(request[: each.start]) for each in named)


async def find_place(request: str, reply: str | None, context: Context, hint: str = "") -> Found | Outcome:
    """The notebook that is named, or the only one in which everything that is asked for makes sense."""
    request = said_in(request)
    found = await find_notebook(NAME, request, reply, context, hint)
    several = found.choices if isinstance(found, Outcome) and reply is None else []
    if across(request, [choice.partition(" (project ")[0] for choice in several]):
        answer = "A block cannot be taken from one notebook into another: tidying works within one notebook, and no tool copies blocks. Nothing was written."
        return Outcome(workflow=NAME, status=Status.REFUSED, answer=answer)
    if (
        not isinstance(found, Outcome)
        or found.status is not Status.NEEDS_ANSWER
        or "does not say which" not in found.answer
    ):
        return found
    cards = await all_notebooks(context.tools)
    if len(cards) > SEARCHED:
        return found
    fits = []
    steps = 0
    for card in cards:
        try:
            blocks = (await context.tools.only("get_notebook").get_notebook(card.id)).blocks
        except ToolFailed:
            continue
        # Always by rule, also when a model decides later: forty notebooks are not sent to a model to find one.
        wish = what_to_tidy(WhatToTidy(request=request, notebook=card.name, blocks=cards_of(blocks)))
        worked = work_out(plan_of(wish, card.id, blocks), blocks)
        complete = wish.steps and not wish.unclear and all(step.action != "cannot" for step in wish.steps)
        if complete and not worked.problems and len(worked.plan.steps) == len(wish.steps):
            fits.append(card)
            steps = len(wish.steps)
    if len(fits) == 1 and steps >= WISHES:
        return Found(card=fits[0], reason="the only notebook in which all of this can be done", rest=request)
    if fits:
        return found.model_copy(update={"choices": [card.called for card in fits]})
    return found


__all__ = ["find_place"]
