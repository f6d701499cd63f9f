"""What a run is given and what is noted of it. Clock, sleep, ids, seed and addresses are arguments; a replay decides them all."""

import inspect
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from evals.alone import Alone, run_alone
from evals.deck import Deck, Exchange
from evals.errors import Drift
from evals.session import Question

WORKSPACE_URL = "http://workspace.replay/mcp"
MODEL_URL = "http://model.replay/v1"
THREAD = {"configurable": {"thread_id": "eval"}}


@dataclass(frozen=True)
class Place:
    """A server: its address and the key that opens it."""

    url: str
    key: str = field(default="replay", repr=False)
    app: Any = field(default=None, repr=False)
    """An ASGI application in this process that answers instead of a socket."""


@dataclass(frozen=True)
class ModelPlace(Place):
    """A model's server."""

    name: str = ""
    protocol: str = "openai-chat"
    player: Any = field(default=None, repr=False)
    """The scripted model itself, where the server is one."""
    small: bool = False
    """Weights on this machine: code's readings are offered, as `--model local:` does."""


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run, in order."""

    kind: str
    """`node`, `question`, `call`, `model`, `interrupt` or `write`."""
    name: str
    detail: Any = None


@dataclass
class Step:
    """One execution of a node: what it was given and what it made of it, as the graph holds them."""

    node: str
    given: Any
    first: int
    """How many requests had been played when it began."""
    answered: int
    """How many interrupts had been answered by then."""
    made: Any = None
    last: int = 0
    answers: int = 0
    """How many interrupts had been answered when it ended."""


@dataclass
class Trace:
    """What was noted of a run."""

    events: list[Event] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    """Executions of nodes that came to an end, in the order in which they ended."""
    played: Callable[[], int] = lambda: 0
    _open: dict[str, Step] = field(default_factory=dict)

    def note(self, kind: str, name: str, detail: Any = None) -> None:
        """Add an event."""
        self.events.append(Event(kind, name, detail))

    def tell(self, event: str, data: Mapping[str, Any]) -> None:
        """In the form in which a graph tells its progress."""
        if event == "node":
            self.note("node", str(data["node"]))
            self.begin(str(data["node"]), data.get("given"))
        elif event == "node_done" and not data.get("waits"):
            self.end(str(data["node"]), data.get("made"))
        elif event == "write":
            self.note("write", str(data["tool"]), dict(data.get("arguments", {})))

    def begin(self, node: str, given: Any) -> None:
        """A node begins. One that waited for an answer is begun again with it; that is one execution."""
        self._open.setdefault(node, Step(node, given, self.played(), self._answers()))

    def end(self, node: str, made: Any) -> None:
        """A node has ended."""
        step = self._open.pop(node, None)
        if step is not None:
            step.made, step.last, step.answers = made, self.played(), self._answers()
            self.steps.append(step)

    def _answers(self) -> int:
        return sum(event.kind == "interrupt" for event in self.events)

    @property
    def nodes(self) -> list[str]:
        """The path through the graph."""
        return [event.name for event in self.events if event.kind == "node"]


class Clock:
    """Stands still, except that sleeping moves it."""

    def __init__(self, start: datetime, really: Callable[[float], Awaitable[object]] | None = None) -> None:
        self._now = start
        self._really = really

    def __call__(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move on; while recording, wait as well."""
        self._now += timedelta(seconds=seconds)
        if self._really is not None:
            await self._really(seconds)


@dataclass
class Scene:
    """Everything one run of an app is given."""

    workflow: str
    request: str
    clock: Clock
    inputs: Mapping[str, Any] = field(default_factory=dict)
    replies: list[Any] = field(default_factory=list)
    workspace: Place = field(default_factory=lambda: Place(WORKSPACE_URL))
    model: ModelPlace | None = None
    seed: int = 0
    trace: Trace = field(default_factory=Trace)
    answered: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def new_id(self) -> str:
        """The next id of this run; the same in every replay."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def reply(self, payload: Any) -> Any:
        """The next recorded answer to an interrupt. Raises Drift when there is none."""
        if self.answered >= len(self.replies):
            raise Drift(f"Interrupt {self.answered + 1} has no reply in the session: {str(payload)[:200]}")
        answer = self.replies[self.answered]
        self.answered += 1
        self.trace.note("interrupt", "asked", {"asked": payload, "answered": answer})
        return answer

    @property
    def more_replies(self) -> bool:
        """Whether the session has answers that were not given yet."""
        return self.answered < len(self.replies)


class Wanted(NamedTuple):
    """The world that a run is to begin in."""

    fixture: str
    clock: datetime
    seed: int
    role: str
    loopback: bool
    """On a loopback port, to be recorded; else in this process where that is possible."""
    setup: tuple[dict[str, Any], ...] = ()
    """Tool calls to make before the run."""


class WorldServer(Protocol):
    """A world that a run acts on: where it is, and what it looks like."""

    @property
    def place(self) -> Place: ...

    async def state(self) -> Any:
        """The whole state as JSON, read through the tools."""


class App(Protocol):
    """What the harness runs. `world` opens a fresh world for recording and for world mode; None when there is none."""

    async def run(self, scene: Scene) -> Any:
        """Run the request and return the outcome as JSON."""

    async def node(self, scene: Scene, name: str, state: Mapping[str, Any]) -> Alone:
        """Run one node of the graph on a state, without the rest."""

    def world(self, wanted: Wanted) -> AbstractAsyncContextManager[WorldServer] | None: ...


@dataclass(frozen=True)
class GraphApp:
    """Any LangGraph graph as an app: `build(scene)` gives the compiled graph and its input.

    The graph reaches its model and its tools at `scene.model` and `scene.workspace`. With a checkpointer it may interrupt.
    """

    build: Callable[[Scene], Any]
    """Returns `(graph, input)` or `(graph, input, context)`, or an awaitable of it."""
    outcome: Callable[[Mapping[str, Any]], Any] = dict
    """What of the last state is the result."""
    tools: str | Callable[[], Any] | None = None
    """The graph's MCP server: its address where it runs, or what makes an ASGI app of it, served afresh at `/mcp` for each run."""
    open_world: Callable[[], AbstractAsyncContextManager[WorldServer]] | None = None
    """In place of `tools`: a world that can be looked at afterwards, so that its end state is kept and compared."""

    async def run(self, scene: Scene) -> Any:
        """Run the graph to its end, answering interrupts from the session."""
        from langgraph.types import Command

        graph, given, more = await self._built(scene)
        values: Mapping[str, Any] = {}
        while True:
            waiting: Any = None
            async for mode, part in graph.astream(given, THREAD, stream_mode=["tasks", "values"], **more):
                if mode == "values":
                    values = part
                elif "result" not in part and "error" not in part:
                    scene.trace.begin(part["name"], part["input"])
                elif part.get("interrupts"):
                    waiting = part["interrupts"][0]["value"]
                else:
                    scene.trace.note("node", part["name"])
                    scene.trace.end(part["name"], part.get("result"))
            if waiting is None:
                return self.outcome(values)
            given = Command(resume=scene.reply(waiting))

    async def node(self, scene: Scene, name: str, state: Mapping[str, Any]) -> Alone:
        """One node of the graph that `build` gives."""
        graph, _given, more = await self._built(scene)
        return await run_alone(graph.builder, name, state, scene.reply, **more)

    async def _built(self, scene: Scene) -> tuple[Any, Any, dict[str, Any]]:
        built = self.build(scene)
        graph, given, *context = await built if inspect.isawaitable(built) else built
        return graph, given, {"context": context[0]} if context else {}

    def world(self, wanted: Wanted) -> AbstractAsyncContextManager[WorldServer] | None:
        """The world of `open_world` or the server of `tools`, whatever the fixture."""
        if self.open_world:
            return self.open_world()
        return None if self.tools is None else _tools(self.tools)


class _Tools(NamedTuple):
    """A server whose state nobody can look at."""

    place: Place

    async def state(self) -> Any:
        return None


@asynccontextmanager
async def _tools(tools: str | Callable[[], Any]) -> AsyncIterator[WorldServer]:
    if isinstance(tools, str):
        yield _Tools(Place(tools))
        return
    from evals.loopback import address, bound, served

    listener = bound()
    async with served(tools(), listener, lifespan="on"):
        yield _Tools(Place(f"{address(listener)}/mcp"))


def watching(deck: Deck, trace: Trace) -> None:
    """Let the trace hear of each request as it begins."""

    def heard(exchange: Exchange) -> None:
        meaning = exchange.meaning
        if meaning.handshake:
            return
        if meaning.kind == "mcp":
            trace.note("call", meaning.what, meaning.value["params"].get("arguments"))
        elif meaning.kind == "model":
            trace.note("model", str(meaning.value.get("model")))

    deck.heard = heard
    trace.played = lambda: len(deck.order)
