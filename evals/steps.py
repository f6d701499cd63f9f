"""Single steps: one recorded question, or one node of the graph, without the rest of the run."""

import asyncio
import importlib
from pathlib import Path
from typing import Any

from evals.canonical import first_difference
from evals.deck import Deck, Mode
from evals.errors import Usage
from evals.network import Open, network
from evals.scene import Clock, Scene
from evals.scores import Result, State
from evals.session import TAPE, Question, Session, read_session
from evals.tape import Interaction, Sides, load


def replay_step(folder: Path, root: Path, name: str) -> Result:
    """Ask one recorded question again, by its name or `name#2`, and compare the answer.

    The rule decider is asked anew; a model's answer comes from the tape. Raises Usage when the session has no such question.
    """
    sides = Sides(root)
    session = read_session(folder, sides)
    question = _named(session, name, folder)
    tape = load(folder / TAPE, sides)
    drift, error = asyncio.run(_ask(session, question, tape))
    return Result(
        session=f"{session.name}#{name}",
        workflow=session.workflow,
        request=session.request,
        mode="step",
        model=session.origin.model,
        state=State.DRIFT if drift else State.PASSED,
        drift=drift or "",
        error=error,
    )


def _named(session: Session, name: str, folder: Path) -> Question:
    wanted, _, number = name.partition("#")
    found = [
        question
        for question in session.questions
        if question.name == wanted or question.name.endswith("." + wanted)
    ]
    if not found:
        known = ", ".join(dict.fromkeys(question.name for question in session.questions)) or "none"
        raise Usage(f"{folder}: there is no question {name!r} in it. There are: {known}.")
    index = int(number or 1) - 1
    if index >= len(found):
        raise Usage(f"{folder}: {wanted} was asked {len(found)} times.")
    return found[index]


async def _ask(session: Session, question: Question, tape: list[Interaction]) -> tuple[str | None, str]:
    from evals.ours import decider_for
    from evals.running import model_place

    kind = question_type(question.name)
    scene = Scene(
        session.workflow, session.request, Clock(session.clock), session.inputs, model=model_place(session)
    )
    deck = Deck(Mode.TAPE, tape)
    answer: Any = None
    failure: str | None = None
    with network(Open.NOTHING), deck.open():
        try:
            async with decider_for(scene) as decider:
                answer = (await decider.decide(kind.model_validate(question.values))).model_dump(mode="json")
        except BaseException as raised:  # noqa: BLE001 - compared with what was recorded
            failure = f"{type(raised).__name__}: {raised}"
    if deck.misses:
        from evals.places import place_of

        return f"{deck.misses[0]}{place_of(deck.misses[0], session.app)}", ""
    found = first_difference(question.error, failure, "error") or first_difference(
        question.answer, answer, "answer"
    )
    return (f"{question.name}.{found}" if found else None), ""


def question_type(name: str) -> Any:
    """The class of a question by its name, from `agents.asks`."""
    workflow = name.partition(".")[0]
    try:
        module = importlib.import_module(f"agents.asks.{workflow}")
    except ModuleNotFoundError:
        raise Usage(f"The question {name} is gone: there is no agents/asks/{workflow}.py.") from None
    for found in vars(module).values():
        if isinstance(found, type) and getattr(found, "name", None) == name:
            return found
    raise Usage(f"The question {name} is gone from agents/asks/{workflow}.py.")
