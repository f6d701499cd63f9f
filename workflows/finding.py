"""Finding the notebook a request means among all that the key can see; asking when that is not certain."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from agents.asks.notebooks import SEVERAL, NotebookCard, NotebookChoice, WhichNotebook
from agents.errors import ToolFailed
from agents.readings import read
from agents.rules.corrections import renamed
from agents.rules.wording import folded, quoted, share_said, without
from agents.toolbox import Toolbox
from workflows.context import Context
from workflows.outcome import Model, Outcome, Status

CHOSEN = "as you chose"
HOLD_IT = "blocks speak of it"
SHOWN = 60
"""Notebooks that are put to the decider; of more, the ones whose names are nearest to the request."""


RUN_IT = re.compile(r"\b(?:re-?run|run|execute|refresh)\s+(?:it|this|that)\b", re.IGNORECASE)
"""Behind a step that worked on a notebook, what else the request names is a value for the run and no other notebook."""
LEAST_SAID = 0.3
"""The share of a notebook's name that has to stand in the request before a decider's choice of it counts."""


class Found(Model):
    """The notebook that is meant."""

    card: NotebookCard
    reason: str
    rest: str
    """The request without the words that name the notebook."""


async def all_notebooks(tools: Toolbox) -> list[NotebookCard]:
    """Every notebook the key can see, in the order of the workspace."""
    return [
        NotebookCard(id=notebook.id, name=notebook.name, project=project.name)
        async for project in tools.only("list_projects").list_projects()
        for notebook in project.notebooks
    ]


def narrowed(request: str, cards: Sequence[NotebookCard]) -> list[NotebookCard]:
    """At most `SHOWN` cards, the ones nearest to the request."""
    if len(cards) <= SHOWN:
        return list(cards)
    said = folded(request)
    whole = [card for card in cards if card.name and folded(card.name) in said]
    names = {place: folded(f"{card.name} {card.project}") for place, card in enumerate(cards)}
    near = process.extract(said, names, scorer=fuzz.token_set_ratio, limit=SHOWN, processor=None)
    kept = {card.id: card for card in [*whole, *(cards[place] for _, _, place in near)]}
    return list(kept.values())[:SHOWN]


def chosen(reply: str | None, cards: Sequence[NotebookCard]) -> NotebookCard | None:
    """The card that the answer to `which notebook?` picks: by its words, its name or its id."""
    if reply is None:
        return None
    said = folded(reply).strip(" .\"'")
    for fits in (
        [card for card in cards if said in (folded(card.called), card.id)],
        [card for card in cards if said == folded(card.name)],
    ):
        if len(fits) == 1:
            return fits[0]
    return None


async def find_notebook(
    workflow: str, request: str, reply: str | None, context: Context, hint: str = ""
) -> Found | Outcome:
    """The notebook that the request, or the reply to an earlier question, means; else the question to ask.

    `hint` is the notebook that the step before worked on: it is meant when the request names none.
    """
    cards = await all_notebooks(context.tools)
    request = renamed(request, [card.name for card in cards])
    picked = chosen(reply, cards)
    if picked is not None:
        choice = WhichNotebook(request=request, notebooks=narrowed(request, cards)).settled()
        return Found(card=picked, reason=CHOSEN, rest=_rest(request, choice.mention if choice else ""))
    if not cards:
        return Outcome(
            workflow=workflow,
            status=Status.REFUSED,
            answer="No notebook is visible to this key. Nothing was written.",
        )
    offered = narrowed(request, cards)
    asked = WhichNotebook(request=request, notebooks=offered)
    choice = await context.decider.decide(asked)
    if choice.notebook_id and choice.exists:
        card = next(card for card in cards if card.id == choice.notebook_id)
        if card.id != hint and not _said(asked, card):
            return _question(workflow, choice.model_copy(update={"candidates": [card.id]}), cards)
        return Found(card=card, reason=choice.reason, rest=_rest(request, choice.mention))
    same = next((card for card in cards if card.id == hint), None)
    if same is not None and not choice.candidates and (choice.exists or RUN_IT.search(request)):
        return Found(card=same, reason="the notebook of the step before", rest=request)
    if not choice.exists and choice.mention and not choice.reason.startswith("in the project "):
        holders = await _holders(choice.mention, cards, context)
        if len(holders) == 1 and _quoted(request, choice.mention):
            reason = f"the only one with a block that says “{choice.mention[:60]}”"
            return Found(card=holders[0], reason=reason, rest=request)
        if holders:
            ids = list(dict.fromkeys([*(card.id for card in holders), *choice.candidates]))
            named = NotebookChoice(exists=False, mention=choice.mention, reason=HOLD_IT, candidates=ids[:8])
            return _question(workflow, named, cards)
    return _question(workflow, choice, cards)


async def _holders(said: str, cards: Sequence[NotebookCard], context: Context) -> list[NotebookCard]:
    """The notebooks with a block in which the words stand as they are."""
    try:
        found = await context.tools.only("search").search(said, ["blocks"])
    except ToolFailed:
        return []
    ids = {hit.notebook_id for hit in found.results.blocks if folded(said) in folded(hit.snippet or "")}
    return [card for card in cards if card.id in ids]


def _quoted(request: str, said: str) -> bool:
    return any(phrase == said for phrase, _, _ in quoted(request)) and len(said.split()) > 2


def _said(asked: WhichNotebook, card: NotebookCard) -> bool:
    """Whether words of the request lead to the notebook, and not only a text that the decider read on the way."""
    if share_said(asked.request, card.name) >= LEAST_SAID:
        return True
    reading = read(asked)
    return reading is not None and reading.notebook_id == card.id


def _rest(request: str, mention: str) -> str:
    start = request.find(mention) if mention else -1
    return without(request, start, start + len(mention)) if start >= 0 else request


def _question(workflow: str, choice: NotebookChoice, cards: Sequence[NotebookCard]) -> Outcome:
    by_id = {card.id: card for card in cards}
    candidates = [by_id[each].called for each in choice.candidates if each in by_id]
    if not choice.exists:
        named = f"called “{choice.mention}”" if choice.mention else "of that name"
        where = f" {choice.reason}" if choice.reason.startswith("in the project ") else ""
        more = f" Blocks of {candidates[0]}{' and others' if len(candidates) > 1 else ''} speak of it." if choice.reason == HOLD_IT else ""  # fmt: skip
        answer = f"There is no notebook {named}{where}, or it is not visible to this key.{more} Nothing was written."
        question = "Which notebook do you mean?" if candidates else None
        status = Status.NEEDS_ANSWER if candidates else Status.REFUSED
        return Outcome(workflow=workflow, status=status, answer=answer, question=question, choices=candidates)
    if candidates and choice.reason == SEVERAL:
        answer = f"One request works on one notebook, and this one names several: {'; '.join(candidates)}. Nothing was written."
    elif len(candidates) == 1:
        answer = f"The request may mean {candidates[0]}, but does not name it. Nothing was written."
    elif candidates:
        answer = f"{len(candidates)} notebooks fit the request: {'; '.join(candidates)}. Nothing was written."
    else:
        candidates = [card.called for card in cards[:12]]
        answer = "The request does not say which notebook it means. Nothing was written."
    return Outcome(
        workflow=workflow,
        status=Status.NEEDS_ANSWER,
        answer=answer,
        question="Which notebook do you mean?",
        choices=candidates,
    )


__all__ = ["Found", "all_notebooks", "chosen", "find_notebook", "narrowed"]
