"""Which notebook is to be tidied; a request that names none is held against all of them."""

from agents.asks.tidy_notebook import WhatToTidy
from agents.errors import ToolFailed
from agents.rules.letters import said_in
from agents.rules.tidy_notebook import what_to_tidy
from workflows.context import Context
from workflows.finding import Found, all_notebooks, find_notebook
from workflows.outcome import Outcome, Status
from workflows.tidying import cards_of, plan_of, work_out

NAME = "tidy_notebook"
SEARCHED = 40
"""Notebooks that are looked into when the request names none."""
WISHES = 2
"""Wishes that a request needs to point at a notebook by what it asks for; one alone fits too many."""


async def find_place(request: str, reply: str | None, context: Context, hint: str = "") -> Found | Outcome:
    """The notebook that is named, or the only one in which everything that is asked for makes sense."""
    request = said_in(request)
    found = await find_notebook(NAME, request, reply, context, hint)
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
