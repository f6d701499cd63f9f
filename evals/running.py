"""One run of a session's app on a deck: from its tape, in a fresh world, or against real servers to be recorded."""

import asyncio
import contextlib
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from evals import calls as wire
from evals.apps import load_app
from evals.deck import Deck, Mode
from evals.end_state import changes, state_digest
from evals.errors import Usage
from evals.network import Open, network
from evals.scene import MODEL_URL, App, Clock, ModelPlace, Scene, Wanted, WorldServer, watching
from evals.scores import Seen
from evals.session import EndState, Session
from evals.tape import Interaction


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
    """Run the session's app on the deck. Failures of the app are kept, not raised.

    `model` is a real server, for recording; without one, a recording keeps the answers of the tape's model.
    """
    app = app or load_app(session.app)
    deck = Deck(mode, tape)
    scene = Scene(
        workflow=session.workflow,
        request=session.request,
        clock=Clock(session.clock, None if mode is Mode.TAPE else asyncio.sleep),
        inputs=session.inputs,
        replies=list(session.replies),
        model=model_place(session) if mode is not Mode.RECORD or tape else model,
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
            if run.state is not None:
                run.end_state = end_state(run.state, run.fixture_state)
    return run


async def _open_world(stack: contextlib.AsyncExitStack, app: App, session: Session, run: Run) -> WorldServer:
    world = session.world
    loopback = run.mode is Mode.RECORD
    opened = app.world(
        Wanted(world.fixture, session.clock, session.seed, world.role, loopback, tuple(world.setup))
    )
    if opened is None:
        raise Usage(
            f"{session.name}: its app names no tools (GraphApp(…, tools=…)), so it only replays from its tape."
        )
    server = await stack.enter_async_context(opened)
    run.fixture_state = await server.state()
    if run.fixture_state is not None:
        run.fixture_digest = end_state(run.fixture_state, run.fixture_state).digest
    return server


def raised(failure: BaseException) -> str:
    """What an app raised, with the line of its own code where it did; libraries' lines do not count."""
    frames = [
        frame
        for frame in traceback.extract_tb(failure.__traceback__)
        if "site-packages" not in Path(frame.filename).parts
        and not frame.filename.startswith((str(Path(__file__).parent), sys.base_prefix, "<"))
    ]
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    words = str(failure).rstrip(".")[:300]
    return f"{type(failure).__name__}{place}{': ' if words else ''}{words}"


def end_state(after: Any, before: Any) -> EndState:
    """The canonical hash of a state, and how it differs from the fixture."""
    return EndState(digest=state_digest(after), changes=changes(before, after))


def model_place(session: Session) -> ModelPlace | None:
    """The model's address in a replay; None where no model was asked."""
    origin = session.origin
    if origin.decider == "rules":
        return None
    return ModelPlace(
        MODEL_URL if origin.protocol.startswith("openai") else MODEL_URL.removesuffix("/v1"),
        name=origin.model,
        protocol=origin.protocol,
        small=origin.decider == "local",
    )


__all__ = ["Run", "end_state", "model_place", "raised", "run_session"]
