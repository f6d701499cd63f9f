"""What stands between a request and a new run: nothing to run, values that fit nothing, a key that may not, dangers, wishes without a tool."""

import re
from collections.abc import Sequence
from datetime import date

from agents.asks.run_and_inspect import HowToRun, InputCard, RunWish
from agents.results import Block, Me, Notebook
from agents.rules.run_and_inspect_intent import PAST, Beyond
from workflows.context import Approval, Context
from workflows.inspecting import card_of_block, input_cards
from workflows.outcome import Model, Outcome, Status

NAME = "run_and_inspect"
GO_ON = "Run it all the same"
STOP = "Do not run it"
ACCEPTS = (
    "accept the risk",
    "accept what it may do",
    "all the same",
    "i know it",
    "risks accepted",
    "even though it",
    "even if it",
)
RUNNABLE = frozenset({"code", "sql", "visualization", "big-number", "notebook-function", "agent"})
_ASKS = re.compile(
    r"\?|\b(?:what|which|how|when|why|who|tell|show|compare|explain|summari[sz]e|report|did|has|have)\b",
    re.IGNORECASE,
)


class Danger(Model):
    """What a block may do beyond reading."""

    kind: str
    block_id: str
    place: str
    what: str


async def wished(request: str, reply: str | None, notebook: Notebook, context: Context) -> RunWish:
    """What the request sets; the answer to an earlier question counts where the request's own words fitted nothing."""
    cards, today = input_cards(notebook), context.clock().date().isoformat()
    asked = HowToRun(request=request, notebook=notebook.name, inputs=cards, today=today)
    wish = await context.decider.decide(asked)
    if not wish.unknown or not reply:
        return wish
    told = await context.decider.decide(asked.model_copy(update={"request": f"Run it with {reply}"}))
    own = {given.name for given in told.inputs}
    kept = [given for given in wish.inputs if given.name not in own]
    return wish.model_copy(update={"inputs": [*kept, *told.inputs], "unknown": told.unknown})


def input_cards_of(blocks: Sequence[Block]) -> list[InputCard]:
    """Input cards of blocks alone, for telling what exists."""
    return [card_of_block(block) for block in blocks if block.type.startswith("input-")]


def never_run(name: str, address: str | None) -> Outcome:
    answer = f"**{name}** has never been run, so there is nothing to compare, and this request asks for no new run. Nothing was written."
    return Outcome(
        workflow=NAME,
        status=Status.DONE,
        answer=answer,
        address=address,
        next=[f"Run {name} and tell me what changed."],
    )


def beyond_every_tool(text: str, wishes: Sequence[Beyond], name: str, *, runs: bool) -> Outcome | None:
    """The refusal when what was asked for is nothing that a run, or the history of runs, answers."""
    if not wishes:
        return None
    if runs and not any(wish.instead for wish in wishes):
        return None
    if not runs and (_ASKS.search(text) or PAST.search(text)) and not any(wish.instead for wish in wishes):
        return None
    whys = " ".join(dict.fromkeys(wish.why for wish in wishes))
    return Outcome(
        workflow=NAME,
        status=Status.REFUSED,
        answer=f"{whys} **{name}** was neither run nor changed.",
        next=[f"Run {name} and tell me what changed."],
    )


def set_in_a_run(wish: RunWish) -> str:
    """That values which a question names were not looked for among earlier runs."""
    values = ", ".join(f"{given.name} = {', '.join(given.values)}" for given in wish.inputs)
    return f"Only a new run takes {values}; this one was given what stands above."


def not_done(wishes: Sequence[Beyond]) -> list[str]:
    return [f"Not done: “{wish.words}”. {wish.why}" for wish in wishes]


def cannot_start(
    name: str, blocks: Sequence[Block], wish: RunWish, dangers: Sequence[Danger], me: Me, request: str, reply: str | None, context: Context,
) -> Outcome | None:  # fmt: skip
    """The outcome that ends it before the plan is shown; None when the run can be proposed."""
    if wish.unknown:
        return _no_such_value(name, blocks, wish)
    if not any(block.type in RUNNABLE for block in blocks):
        answer = f"**{name}** has no block that runs; there is nothing to run and nothing to compare. Nothing was written."
        return Outcome(workflow=NAME, status=Status.REFUSED, answer=answer)
    if reply == STOP:
        answer = f"**{name}** was not run. Nothing was written."
        return Outcome(workflow=NAME, status=Status.DENIED, answer=answer)
    if me.may_run is False and context.policy.approval is not Approval.PLAN_ONLY:
        answer = f"This key may not start runs: its role is {me.access_level}. **{name}** was not run and nothing was written. Use a key with the role editor, or let an admin allow viewers to run notebooks."
        return Outcome(
            workflow=NAME,
            status=Status.REFUSED,
            answer=answer,
            next=[f"Tell me what changed in the last run of {name}, without running it again."],
        )
    accepted = reply == GO_ON or any(words in request.lower() for words in ACCEPTS)
    if dangers and not accepted and context.policy.approval is Approval.YES:
        lines = "\n".join(f"- {danger.place}: {danger.kind} (`{danger.what}`)" for danger in dangers)
        answer = f"Running **{name}** does more than read:\n\n{lines}\n\nApproving in advance covers runs that only read, so nothing was run."
        return Outcome(
            workflow=NAME,
            status=Status.NEEDS_ANSWER,
            answer=answer,
            question="Run it all the same?",
            choices=[GO_ON, STOP],
            next=[f"{request.rstrip(' .')}, I accept what it may do."],
        )
    return None


def _no_such_value(name: str, blocks: Sequence[Block], wish: RunWish) -> Outcome:
    exist = "; ".join(
        card.name + (f" ({', '.join(card.options)})" if card.options else _range(card))
        for card in input_cards_of(blocks)
    )
    said = " ".join(
        word if word.endswith(".") else f"“{word}” fits no input of **{name}**." for word in wish.unknown
    )
    answer = (
        f"{said} " + (f"Its inputs are: {exist}." if exist else "It has no inputs.") + " Nothing was run."
    )
    return Outcome(
        workflow=NAME,
        status=Status.NEEDS_ANSWER,
        answer=answer,
        question="With which values should it run? Ask again with one that exists.",
    )


def _range(card: InputCard) -> str:
    return "" if card.min is None or card.max is None else f" (from {card.min:g} to {card.max:g})"


def days_read(request: str, wish: RunWish, cards: Sequence[InputCard]) -> list[str]:
    """How dates that the request does not write in figures were read."""
    own = {card.name: card.value for card in cards if "date" in card.type}
    return [
        f"{given.name} is read as {value}; its own value is {own[given.name]}."
        for given in wish.inputs
        if given.name in own
        for value in given.values
        if _is_day(value) and value not in request
    ]


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


__all__ = [
    "GO_ON",
    "STOP",
    "Danger",
    "beyond_every_tool",
    "cannot_start",
    "days_read",
    "input_cards_of",
    "never_run",
    "not_done",
    "set_in_a_run",
    "wished",
]
