"""Runs one recorded session again, from its tape or in a fresh world, and says how it came out."""

import asyncio
import contextlib
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals import calls as wire
from evals.apps import load_app
from evals.canonical import first_difference
from evals.deck import Deck, Mode
from evals.errors import Drift, Infrastructure, Usage
from evals.likeness import Ids, settled
from evals.network import Open, network
from evals.scene import MODEL_URL, App, Clock, ModelPlace, Scene, WorldServer, watching
from evals.scorers import scorers_for
from evals.scores import Result, Score, Seen, State, Step
from evals.session import SESSION, TAPE, EndState, Session, ToolCall, read_session
from evals.tape import Interaction, Sides, load


class Run:
    """What one run of a session left behind."""

    def __init__(self, session: Session, mode: Mode, deck: Deck, scene: Scene) -> None:
        self.session, self.mode, self.deck, self.scene = session, mode, deck, scene
        self.outcome: Any = None
        self.failure: BaseException | None = None
        self.seconds = 0.0
        self.state: Any = None
        self.end_state: EndState | None = None
        self.fixture_state: Any = None
        self.fixture_digest: str | None = None

    def seen(self) -> Seen:
        """For the scorers."""
        exchanges = self.deck.exchanges
        return Seen(
            session=self.session,
            mode=self.mode.value,
            trace=self.scene.trace,
            calls=wire.tool_calls(exchanges),
            reads=wire.reads(exchanges),
            questions=self.scene.trace.questions or wire.model_calls(exchanges),
            outcome=self.outcome,
            tokens=wire.tokens(exchanges),
            seconds=self.seconds,
            end_state=self.end_state,
            world=self.state,
        )


async def run_session(
    session: Session,
    tape: list[Interaction],
    mode: Mode,
    app: App | None = None,
    model: ModelPlace | None = None,
) -> Run:
    """Run the session's app on the deck. Failures of the app are kept, not raised. `model` is a real server, for recording."""
    app = app or load_app(session.app)
    deck = Deck(mode, tape)
    scene = Scene(
        workflow=session.workflow,
        request=session.request,
        clock=Clock(session.clock, None if mode is Mode.TAPE else asyncio.sleep),
        inputs=session.inputs,
        replies=list(session.replies),
        model=model_place(session) if mode is not Mode.RECORD else model,
        seed=session.seed,
    )
    watching(deck, scene.trace)
    run = Run(session, mode, deck, scene)
    async with contextlib.AsyncExitStack() as stack:
        world: WorldServer | None = None
        if mode is not Mode.TAPE:
            world = await _open_world(stack, app, session, run)
            scene.workspace = world.place
        level = {Mode.TAPE: Open.NOTHING, Mode.WORLD: Open.LOOPBACK, Mode.RECORD: Open.ALL}[mode]
        stack.enter_context(network(level))
        started = time.perf_counter()
        with deck.open():
            try:
                run.outcome = await app.run(scene)
            except (asyncio.CancelledError, KeyboardInterrupt):
                raise
            except BaseException as failure:  # noqa: BLE001 - what the app raised is the result
                run.failure = failure
        run.seconds = time.perf_counter() - started
        if world is not None:
            run.state = await world.state()
            run.end_state = end_state(run.state, run.fixture_state)
    return run


async def _open_world(stack: contextlib.AsyncExitStack, app: App, session: Session, run: Run) -> WorldServer:
    opened = app.world(
        workflow=session.workflow,
        fixture=session.world.fixture,
        clock=session.clock,
        seed=session.seed,
        role=session.world.role,
        loopback=run.mode is Mode.RECORD,
        setup=session.world.setup,
    )
    if opened is None:
        raise Usage(f"{session.name}: its app opens no world; replay it from its tape.")
    world = await stack.enter_async_context(opened)
    run.fixture_state = await world.state()
    run.fixture_digest = end_state(run.fixture_state, run.fixture_state).digest
    return world


def end_state(after: Any, before: Any) -> EndState:
    """The canonical hash of a state, and how it differs from the fixture."""
    from evals.end_state import changes, state_digest

    return EndState(digest=state_digest(after), changes=changes(before, after))


def model_place(session: Session) -> ModelPlace | None:
    origin = session.origin
    if origin.decider == "rules":
        return None
    return ModelPlace(
        MODEL_URL if origin.protocol.startswith("openai") else MODEL_URL.removesuffix("/v1"),
        name=origin.model,
        protocol=origin.protocol,
    )


# ---- drift ---------------------------------------------------------------------------------------------------


def drift_of(run: Run, seen: Seen, tape: list[Interaction]) -> str | None:
    """The first place where a run left its recording, most telling first."""
    if isinstance(run.failure, (Infrastructure, Usage)):
        return None
    checks: tuple[Callable[[], str | None], ...] = (
        lambda: _fixture_differs(run),
        lambda: _contract_differs(tape, run),
        lambda: _calls_differ(run, seen, whole=False),
        lambda: _missed(run),
        lambda: _failed(run),
        lambda: _questions_differ(run, seen),
        lambda: _calls_differ(run, seen, whole=True),
        lambda: run.deck.drift(),
        lambda: _differs("nodes", _path(run, run.session.nodes), _path(run, seen.trace.nodes)),
        lambda: _differs("outcome", _like(run, run.session.outcome), _like(run, seen.outcome)),
        lambda: _replies_left(run),
    )
    return next((found for check in checks if (found := check())), None)


def _missed(run: Run) -> str | None:
    if run.deck.misses:
        from evals.prompts import place_of

        return f"{run.deck.misses[0]}{place_of(run.deck.misses[0])}"
    return None


def _failed(run: Run) -> str | None:
    if run.failure is None:
        return None
    if isinstance(run.failure, Drift):
        return str(run.failure)
    return f"The run raised {type(run.failure).__name__}: {str(run.failure)[:300]}"


def _fixture_differs(run: Run) -> str | None:
    world = run.session.world
    if run.fixture_digest is None or not world.digest or run.fixture_digest == world.digest:
        return None
    return (
        f"world.digest: the fixture {world.fixture!r} changed: recorded {world.digest}, got {run.fixture_digest}. "
        "If that was meant, run again with --accept."
    )


def _calls_differ(run: Run, seen: Seen, *, whole: bool) -> str | None:
    """Calls side by side. In another world ids count by order of appearance, polling and further reads do not count.

    With `whole`, calls that were not made and calls that were added count as well.
    """
    same_world = run.mode is Mode.TAPE
    recorded = run.session.calls if same_world else settled(run.session.calls, seen.reads)
    made = seen.calls if same_world else settled(seen.calls, seen.reads)
    ours, theirs = Ids(), Ids()
    masks = [] if same_world else [_masked(call) for call in made]
    at = 0
    for number, call in enumerate(recorded):
        while not same_world and _is_extra(call, at, made, masks, seen):
            at += 1
        if at >= len(made):
            return (
                f"Dropped: call {number + 1}, {call.tool}, was never made."
                if whole and not same_world
                else None
            )
        moved = _moved(recorded[number:], made[at:])
        if moved:
            return f"calls[{number}]: {moved}"
        one, other = _call(call), _call(made[at])
        if not same_world:
            one, other = ours.plain(one), theirs.plain(other)
        difference = first_difference(one, other, f"calls[{number}] {call.tool}")
        if difference:
            return str(difference)
        at += 1
    left = [call for call in made[at:] if same_world or call.tool not in seen.reads]
    return f"Added: {left[0].tool} was called and is not in the recording." if left and whole else None


def _moved(recorded: list[ToolCall], made: list[ToolCall]) -> str | None:
    """Whether the next calls are other calls altogether: dropped, added or swapped."""
    wanted, got = _masked(recorded[0]), _masked(made[0])
    if wanted == got:
        return None
    comes = wanted in [_masked(call) for call in made]
    was = got in [_masked(call) for call in recorded]
    if comes and was:
        return f"Swapped: {made[0].tool} came before {recorded[0].tool}."
    if was:
        return f"Dropped: {recorded[0].tool} was not called."
    return f"Added: {made[0].tool} was called and is not in the recording." if comes else None


def _is_extra(wanted: ToolCall, at: int, made: list[ToolCall], masks: list[str], seen: Seen) -> bool:
    """Whether the call at this place is a further read, and the wanted one comes later."""
    if at >= len(made) or made[at].tool not in seen.reads:
        return False
    mask = _masked(wanted)
    return masks[at] != mask and mask in masks[at + 1 :]


def _like(run: Run, value: Any) -> Any:
    return value if run.mode is Mode.TAPE else Ids().plain(value)


def _path(run: Run, nodes: list[str]) -> list[str]:
    return nodes if run.mode is Mode.TAPE else _once(nodes)


def _contract_differs(tape: list[Interaction], run: Run) -> str | None:
    recorded = wire.contract(Deck(Mode.TAPE, tape).recorded())
    got = wire.contract(run.deck.exchanges)
    difference = first_difference(recorded, got, "tools") if recorded and got else None
    return f"The server's contract changed: {difference}." if difference else None


def _questions_differ(run: Run, seen: Seen) -> str | None:
    recorded, got = run.session.questions, seen.questions
    same_world = run.mode is Mode.TAPE
    fields = ("name", "values", "prompt", "answer", "error") if same_world else ("name", "answer", "error")
    for number, (one, other) in enumerate(zip(recorded, got, strict=False)):
        for field in fields:
            if field == "prompt" and one.values is not None:
                continue
            a, b = _like(run, getattr(one, field)), _like(run, getattr(other, field))
            difference = first_difference(a, b, f"questions[{number}] {one.name}.{field}")
            if difference:
                return str(difference)
    if len(recorded) != len(got):
        longer, word = (recorded, "dropped") if len(recorded) > len(got) else (got, "added")
        at = min(len(recorded), len(got))
        return f"questions[{at}]: {longer[at].name} was {word}."
    return None


def _differs(name: str, recorded: Any, got: Any) -> str | None:
    difference = first_difference(recorded, got, name)
    return str(difference) if difference else None


def _replies_left(run: Run) -> str | None:
    if run.scene.more_replies:
        return f"replies[{run.scene.answered}] was recorded, but nothing asked for it."
    return None


def _call(call: ToolCall) -> dict[str, Any]:
    return {"tool": call.tool, "arguments": call.arguments, "result": call.result, "error": call.error}


def _masked(call: ToolCall) -> str:
    class One(Ids):
        def name(self, found: str) -> str:
            return "id"

    return f"{call.tool} {One().plain(call.arguments)}"


def _once(nodes: list[str]) -> list[str]:
    return [node for index, node in enumerate(nodes) if index == 0 or nodes[index - 1] != node]


# ---- one session ---------------------------------------------------------------------------------------------


def judged(run: Run, tape: list[Interaction], *, compare: bool = True) -> Result:
    """The result of a run: infrastructure first, then drift (where it is compared with its recording), then scores."""
    session, seen = run.session, run.seen()
    drift = drift_of(run, seen, tape) if compare else None
    scores: list[Score] = []
    if run.failure is None:
        for scorer in scorers_for(session.expect, f"{session.name}/{SESSION}"):
            scores.append(scorer.score(seen))
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
        answer=seen.answer,
        tool_calls=len(seen.calls),
        writes=len(seen.writes),
        model_calls=seen.tokens.calls,
        input_tokens=seen.tokens.input,
        output_tokens=seen.tokens.output,
        seconds=round(run.seconds, 4),
    )


def replay_folder(folder: Path, mode: Mode = Mode.TAPE, root: Path | None = None) -> Result:
    """Replay one session's folder. Raises Usage when its files are wrong."""
    sides = Sides(root or folder.parent.parent)
    session = read_session(folder, sides)
    tape = load(folder / TAPE, sides)
    return judged(asyncio.run(run_session(session, tape, mode)), tape)


def replay_task(task: Any) -> Result:
    """Run one task of a suite: tape and world replay, live and verify run against real servers, a node alone."""
    if task.node is not None:
        from evals.steps import replay_step

        return replay_step(task.folder, task.root, task.node)
    if task.mode in (Mode.TAPE, Mode.WORLD):
        return replay_folder(task.folder, Mode(task.mode), task.root)
    from evals.live import run_live

    return asyncio.run(run_live(task))


def _brief(detail: Any) -> str:
    from evals.canonical import text_of

    if detail is None:
        return ""
    text = detail if isinstance(detail, str) else text_of(detail)
    return text if len(text) <= 300 else text[:299] + "…"


__all__ = ["Run", "drift_of", "end_state", "judged", "replay_folder", "run_session"]
