"""Where a run left its recording: the first place, most telling first, in words that name the field."""

from collections.abc import Callable
from typing import Any

from evals import calls as wire
from evals.canonical import first_difference
from evals.deck import Deck, Mode
from evals.errors import Drift, Infrastructure, Usage
from evals.likeness import Ids, settled
from evals.running import Run, raised
from evals.scores import Seen
from evals.session import ToolCall
from evals.tape import Interaction


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
        lambda: _went_elsewhere(run, seen),
        lambda: _differs("outcome", _like(run, run.session.outcome), _like(run, seen.outcome)),
        lambda: _replies_left(run),
    )
    return next((found for check in checks if (found := check())), None)


def node_drift(run: Run, recorded: dict[str, Any], node: str) -> str | None:
    """The first place where a node that ran alone differs from what it did in its session."""
    checks: tuple[Callable[[], str | None], ...] = (
        lambda: _missed(run),
        lambda: _failed(run),
        lambda: _differs(node, recorded, run.outcome),
        lambda: run.deck.drift(),
        lambda: _replies_left(run),
    )
    return next((found for check in checks if (found := check())), None)


def _went_elsewhere(run: Run, seen: Seen) -> str | None:
    recorded, got = _path(run, run.session.nodes), _path(run, seen.trace.nodes)
    difference = _differs("nodes", recorded, got)
    if difference is None:
        return None
    from evals.places import edges_of

    same = next(
        (n for n, (one, other) in enumerate(zip(recorded, got, strict=False)) if one != other),
        min(len(recorded), len(got)),
    )
    return difference + (
        f".{edges_of(recorded[same - 1], run.session.app, run.session.workflow)}" if same else ""
    )


def _missed(run: Run) -> str | None:
    if run.deck.misses:
        from evals.places import place_of

        return f"{run.deck.misses[0]}{place_of(run.deck.misses[0], run.session.app)}"
    return None


def _failed(run: Run) -> str | None:
    if run.failure is None:
        return None
    if isinstance(run.failure, Drift):
        return str(run.failure)
    return f"The run raised {raised(run.failure)}"


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


__all__ = ["drift_of", "node_drift"]
