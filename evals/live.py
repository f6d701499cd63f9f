"""Live runs: a session's request against real servers again, scored; `verify` also compares with the recording."""

from evals.apps import load_app
from evals.deck import Mode
from evals.errors import Infrastructure
from evals.models import open_model, origin_of
from evals.replay import judged
from evals.running import Run, run_session
from evals.scene import App
from evals.scores import Result, Scorer
from evals.session import SESSION, TAPE, Origin, Session, read_session
from evals.suite import Task
from evals.tape import Sides, load

OUTSIDE = frozenset(
    {"APIConnectionError", "APITimeoutError", "RateLimitError", "InternalServerError", "AuthenticationError", "PermissionDeniedError",
     "Unavailable", "ModelFailed", "AccessDenied", "ConnectError", "ConnectTimeout", "ReadTimeout", "OSError"}
)  # fmt: skip
"""Failures that say nothing about the workflow."""


async def run_live(task: Task) -> Result:
    """Run once against real servers. What differs from the recording is drift only in `verify`."""
    sides = Sides(task.root)
    session = read_session(task.folder, sides)
    tape = load(task.folder / TAPE, sides)
    if task.model is not None:
        source = _script(task, session) if task.model == "scripted" else task.model
        protocol = session.origin.protocol.replace("none", "openai-chat")
        origin = origin_of(source, protocol, session.origin.base_url)
        session = session.model_copy(
            update={"origin": Origin.model_validate({**origin, "recorded": session.origin.recorded})}
        )
    app: App = load_app(session.app, task.folder / SESSION)
    scorers: list[Scorer] | None = None
    if task.way == "agent":
        from evals.baselines.agent import AgentApp, scorers_of

        app, scorers = AgentApp(), scorers_of(session)
    async with open_model(session.origin) as model:
        run = await run_session(session, [], Mode.RECORD, app, model)
    _classify(run)
    result = judged(run, tape, compare=task.mode == "verify", scorers=scorers, asked=task.judged)
    return result.model_copy(update={"mode": task.mode, "model": session.origin.model, "way": task.way})


def _script(task: Task, session: Session) -> str:
    """What a scripted model plays: the session's own answers to a graph, the shortest path of calls to an agent."""
    return f"scripted:path:{session.workflow}" if task.way == "agent" else f"scripted:like:{session.name}"


def _classify(run: Run) -> None:
    """Failures of keys, networks and servers become Infrastructure."""
    failure: BaseException | None = run.failure
    while failure is not None:
        if type(failure).__name__ in OUTSIDE:
            run.failure = Infrastructure(f"{type(failure).__name__}: {failure}")
            return
        failure = failure.__cause__ or failure.__context__
    troubled = [
        e
        for e in run.deck.exchanges
        if e.meaning.kind == "model" and (e.status == 429 or e.status >= 500 or e.status in (401, 403))
    ]
    if troubled and isinstance(run.outcome, dict) and run.outcome.get("status") == "failed":
        run.failure = Infrastructure(f"The model's server answered with HTTP {troubled[-1].status}.")


__all__ = ["run_live"]
