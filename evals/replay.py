"""Runs one recorded session again, from its tape or in a fresh world, and says how it came out."""

import asyncio
import traceback
from pathlib import Path
from typing import Any

from evals.apps import load_app
from evals.canonical import text_of
from evals.deck import Mode
from evals.drift import drift_of
from evals.errors import Drift, Infrastructure, Usage
from evals.running import Run, run_session
from evals.scorers import scorers_for
from evals.scores import Result, Score, Scorer, State, Step
from evals.session import SESSION, TAPE, read_session
from evals.tape import Interaction, Sides, load


def judged(
    run: Run,
    tape: list[Interaction],
    *,
    compare: bool = True,
    scorers: list[Scorer] | None = None,
    asked: bool = False,
) -> Result:
    """The result of a run: infrastructure first, then drift (where it is compared with its recording), then scores.

    `scorers` are others than the session's own. With `asked`, it holds what a model as judge is to be asked.
    """
    session, seen = run.session, run.seen()
    drift = drift_of(run, seen, tape) if compare else None
    scores: list[Score] = []
    whole = run.failure is None and not run.deck.misses
    if whole:  # what a run says that was refused an answer is no answer
        scores = [
            scorer.score(seen)
            for scorer in scorers or scorers_for(session.expect, f"{session.name}/{SESSION}")
        ]
    state = State.PASSED
    if any(score.state is State.FAILED for score in scores):
        state = State.FAILED
    if drift:
        state = State.DRIFT
    error = ""
    if isinstance(run.failure, (Infrastructure, Usage)):
        state, drift, error = State.INFRASTRUCTURE, None, str(run.failure)
    elif run.failure is not None and not isinstance(run.failure, Drift):
        error = "".join(traceback.format_exception(run.failure))[-4000:]
    question = None
    if asked and whole:
        from evals.scorers.judge import question_of

        question = question_of(seen).model_dump(mode="json")
    return Result(
        session=session.name,
        workflow=session.workflow,
        about=session.about,
        request=session.request,
        mode=run.mode.value,
        model=session.origin.model,
        state=state,
        drift=drift or "",
        error=error,
        scores=scores,
        timeline=[
            Step(kind=event.kind, name=event.name, detail=_brief(event.detail)) for event in seen.trace.events
        ],
        answer=seen.answer if whole else "",
        tool_calls=len(seen.calls),
        writes=len(seen.writes),
        model_calls=seen.tokens.calls,
        input_tokens=seen.tokens.input,
        output_tokens=seen.tokens.output,
        seconds=round(run.seconds, 4),
        asked=question,
    )


def replay_folder(
    folder: Path, mode: Mode = Mode.TAPE, root: Path | None = None, *, asked: bool = False
) -> Result:
    """Replay one session's folder. Raises Usage when its files are wrong."""
    sides = Sides(root or folder.parent.parent)
    session = read_session(folder, sides)
    tape = load(folder / TAPE, sides)
    app = load_app(session.app, folder / SESSION)
    return judged(asyncio.run(run_session(session, tape, mode, app)), tape, asked=asked)


def replay_task(task: Any) -> Result:
    """Run one task of a suite: tape and world replay, live and verify run against real servers, a question or a node alone."""
    if task.question is not None:
        from evals.steps import replay_step

        return replay_step(task.folder, task.root, task.question)
    if task.case is not None:
        from evals.nodes import replay_node

        return replay_node(task.case, task.root)
    if task.mode in (Mode.TAPE, Mode.WORLD):
        return replay_folder(task.folder, Mode(task.mode), task.root, asked=task.judged)
    from evals.live import run_live

    return asyncio.run(run_live(task))


def _brief(detail: Any) -> str:
    if detail is None:
        return ""
    text = detail if isinstance(detail, str) else text_of(detail)
    return text if len(text) <= 300 else text[:299] + "…"


__all__ = ["judged", "replay_folder", "replay_task"]
