"""Runs a workflow's graph on a thread: starts, resumes, and turns whatever ends it into an outcome."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command, StateSnapshot

from agents.errors import AgentError, BudgetSpent, Unavailable
from workflows import registry
from workflows.budget import Budget, within
from workflows.context import Context
from workflows.errors import NothingWaiting, UnknownThread
from workflows.outcome import Claim, Entry, Outcome, Status, WriteState
from workflows.state import RunState, carried


@dataclass(frozen=True)
class Ended:
    """The run came to an outcome."""

    outcome: Outcome


@dataclass(frozen=True)
class Waiting:
    """The run waits for an answer; `resume` with it goes on."""

    payload: dict[str, Any]
    """`workflows.approval.Proposal` as JSON, or what else the graph interrupted with."""


class Runner:
    """One workflow on one thread. A finished thread can be given another request; an unfinished one is resumed."""

    def __init__(
        self,
        workflow: str,
        context: Context,
        saver: BaseCheckpointSaver[str],
        thread: str,
        *,
        budget: Budget = Budget(),
        timer: Callable[[], float] | None = None,
    ) -> None:
        self._workflow = registry.find(workflow).name
        self._state = registry.state_type(workflow)
        self._saver = saver
        self._graph = registry.graph(workflow).compile(checkpointer=saver, name=self._workflow)
        self._context = context
        self._thread = thread
        self._budget = budget
        self._timer = timer

    @property
    def _config(self) -> Any:
        return {"configurable": {"thread_id": self._thread}, "recursion_limit": 2000}

    async def start(self, request: str, *, reply: str | None = None) -> Ended | Waiting:
        """Answer a request; on a thread with earlier turns, continue from what they made."""
        before = await self._snapshot()
        turn = before.values.get("turn", 0) + 1 if before.values else 1
        return await self._go(self._state.new_turn(request, turn, reply))

    async def resume(self, answer: object = None) -> Ended | Waiting:
        """Go on where the thread stopped; `answer` is for the interrupt it waits at, if it waits."""
        snapshot = await self._snapshot()
        if not snapshot.values and not snapshot.next:
            raise UnknownThread(f"There is no checkpoint of thread {self._thread!r}.")
        if not snapshot.next:
            raise NothingWaiting(f"Thread {self._thread!r} is finished; give it another request to go on.")
        if snapshot.interrupts and answer is None:
            return Waiting(dict(snapshot.interrupts[0].value))
        return await self._go(Command(resume=answer) if snapshot.interrupts else None)

    async def state(self) -> RunState:
        """The thread's state as last checkpointed; its journal has what a step under way that is a workflow of its own wrote so far."""
        snapshot = await self._snapshot()
        state = self._state.model_validate(snapshot.values or {})
        inner = await self._written_inside(snapshot)
        return state.model_copy(
            update={"journal": [*state.journal, *carried(state.journal, inner, state.turn)]}
        )

    async def halfway(self) -> bool:
        """Whether the thread stopped in the middle of its work: a write under way then is in no journal until the thread is resumed."""
        snapshot = await self._snapshot()
        return bool(snapshot.next) and not snapshot.interrupts

    async def mark(self, entries: list[Entry]) -> None:
        """Change journal entries of a finished thread (undo)."""
        snapshot = await self._snapshot()
        await self._graph.aupdate_state(snapshot.config, {"journal": entries})

    async def history(self) -> AsyncIterator[StateSnapshot]:
        """The thread's checkpoints, newest first."""
        async for snapshot in self._graph.aget_state_history(self._config):
            yield snapshot

    async def _written_inside(self, snapshot: StateSnapshot) -> list[Entry]:
        """The journals of the graphs that run inside of the nodes at which the thread stands, as they were last checkpointed."""
        found: list[Entry] = []
        for task in snapshot.tasks:
            place = {"thread_id": self._thread, "checkpoint_ns": f"{task.name}:{task.id}"}
            kept = await self._saver.aget_tuple({"configurable": place})
            found += kept.checkpoint["channel_values"].get("journal", []) if kept is not None else []
        return found

    async def _snapshot(self) -> StateSnapshot:
        return await self._graph.aget_state(self._config)

    async def _go(self, given: Any) -> Ended | Waiting:
        started = self._timer() if self._timer else 0.0
        tell = self._context.tell
        try:
            async with within(self._budget.seconds):
                async for part in self._graph.astream(
                    given,
                    self._config,
                    context=self._context,
                    stream_mode=["tasks"],
                    durability="sync",
                    version="v2",
                ):
                    data = cast(Mapping[str, Any], part["data"])
                    if "result" not in data and "error" not in data:
                        tell("node", {"node": data["name"], "given": data["input"]})
                    else:
                        waits = bool(data.get("interrupts"))
                        tell("node_done", {"node": data["name"], "made": data.get("result"), "waits": waits})
        except AgentError as failure:
            self._broken()
            return Ended(await self._failed(failure, started))
        except BaseException:
            self._broken()
            raise
        snapshot = await self._snapshot()
        if snapshot.interrupts:
            return Waiting(dict(snapshot.interrupts[0].value))
        state = self._state.model_validate(snapshot.values)
        if state.outcome is None:
            raise RuntimeError(f"{self._workflow} ended without an outcome.")
        return Ended(self._costed(state.outcome, state, started))

    def _broken(self) -> None:
        """What broke off may have left a write that no journal has: from here on this is another process, which looks first."""
        if self._context.session:
            self._context = replace(self._context, session=f"{self._context.session}+")

    async def _failed(self, failure: AgentError, started: float) -> Outcome:
        state = await self.state()
        written = [
            entry for entry in state.journal if entry.turn == state.turn and entry.state is WriteState.DONE
        ]
        known: list[Claim] = list(getattr(state, "claims", []))
        answer = str(failure)
        unsure = isinstance(failure, Unavailable) and failure.may_have_happened
        if written:
            answer += f" {len(written)} {'change was' if len(written) == 1 else 'changes were'} made before; the journal lists them."
        else:
            answer += " Before it, nothing was written." if unsure else " Nothing was written."
        if unsure:
            answer += " Resuming the thread looks first."
        spent = isinstance(failure, BudgetSpent)
        outcome = Outcome(
            workflow=self._workflow,
            status=Status.OUT_OF_BUDGET if spent else Status.FAILED,
            answer=answer,
            claims=known,
            not_checked=["The run did not come to its end, so nothing was read back and compared."],
            next=[f"python -m workflows.run {self._workflow} --resume {self._thread}"],
        )
        return self._costed(state.broken_off(outcome), state, started)

    def _costed(self, outcome: Outcome, state: RunState, started: float) -> Outcome:
        return outcome.model_copy(
            update={
                "journal": [entry for entry in state.journal if entry.turn == state.turn],
                "usage": self._context.decider.usage,
                "tool_calls": self._context.tools.calls,
                "seconds": round(self._timer() - started, 3) if self._timer else 0.0,
            }
        )


def memory_saver(workflow: str) -> BaseCheckpointSaver[str]:
    """Checkpoints in this process, for the states that the workflow's threads hold."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    from workflows.threads import classes_of

    allowed = sorted(classes_of(*registry.state_types(workflow)))
    return InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=allowed))


def in_memory(workflow: str, context: Context, thread: str = "memory", budget: Budget = Budget()) -> Runner:
    """A runner whose checkpoints live as long as it does: for notebooks, apps and tests."""
    session = context if context.session else replace(context, session=thread)
    return Runner(workflow, session, memory_saver(workflow), thread, budget=budget)


__all__ = ["Ended", "Runner", "Waiting", "in_memory", "memory_saver"]
