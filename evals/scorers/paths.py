"""Scorers of the way a run took: tools and nodes, in five modes, with arguments compared as closely as wanted."""

import importlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from evals.likeness import Ids, settled
from evals.scores import Score, Seen, failed, not_applicable, passed
from evals.session import ToolCall

Order = Literal["strict", "in_order", "unordered", "subset", "superset"]
"""`strict`: the same, in the same order. `in_order`: all expected in this order, others may lie between. `unordered`: the same, in
any order. `subset`: nothing was done that is not expected. `superset`: all expected was done, and perhaps more."""
Arguments = Literal["exact", "subset", "ignored"]
"""`exact`: equal. `subset`: the expected arguments are among those sent. `ignored`: only the tool's name counts."""
T = TypeVar("T")


@dataclass(frozen=True)
class ToolPath:
    """Which tools were called with which arguments. Reads that were not expected never fail it."""

    order: Order = "strict"
    arguments: Arguments = "exact"
    tolerance: float = 1e-9
    """Relative, for numbers in arguments."""
    calls: list[dict[str, Any]] | None = None
    """Expected calls as `{tool, arguments}`; by default those recorded. An argument may be `{matches: REGEX}`, `{about: NUMBER, within:
    NUMBER}`, `{any: true}` or `{predicate: "module:function"}`."""
    name: str = "tool_path"

    def score(self, seen: Seen) -> Score:
        """Compare the calls without polling; in another world ids count by their order of appearance."""
        wanted = (
            [ToolCall.model_validate(call) for call in self.calls]
            if self.calls is not None
            else [call.model_copy(update={"result": None}) for call in seen.session.calls]
        )
        ids, other = Ids(), Ids()
        alike = seen.mode != "tape" and self.calls is None
        expected = [
            (c.tool, ids.plain(c.arguments) if alike else c.arguments) for c in settled(wanted, seen.reads)
        ]
        made = [
            (c.tool, other.plain(c.arguments) if alike else c.arguments)
            for c in settled(seen.calls, seen.reads)
        ]
        extra = self._extra_reads(expected, made, seen.reads)
        kept = [call for index, call in enumerate(made) if index not in extra]
        wrong = compare(expected, kept, self.order, self._same, lambda call: _shown(call))
        if wrong:
            return failed(self.name, wrong)
        more = f"; {len(extra)} further reads" if extra else ""
        return passed(self.name, f"{len(kept)} calls as expected ({self.order}){more}.")

    def _extra_reads(self, expected: list[Any], made: list[Any], reads: frozenset[str]) -> set[int]:
        left = list(expected)
        extra = set()
        for index, call in enumerate(made):
            match = next((one for one in left if self._same(one, call)), None)
            if match is not None:
                left.remove(match)
            elif call[0] in reads:
                extra.add(index)
        return extra

    def _same(self, expected: tuple[str, Any], made: tuple[str, Any]) -> bool:
        if expected[0] != made[0]:
            return False
        return self.arguments == "ignored" or agrees(
            expected[1], made[1], subset=self.arguments == "subset", tolerance=self.tolerance
        )


@dataclass(frozen=True)
class NodePath:
    """Which nodes of the graph ran; a node that repeats itself while it waits counts once."""

    order: Order = "strict"
    nodes: list[str] | None = None
    name: str = "node_path"

    def score(self, seen: Seen) -> Score:
        """Compare the nodes in the order in which they began."""
        expected = _once(self.nodes if self.nodes is not None else seen.session.nodes)
        if not expected:
            return not_applicable(self.name, "The session names no nodes.")
        made = _once(seen.trace.nodes)
        wrong = compare(expected, made, self.order, lambda one, other: one == other, str)
        return (
            failed(self.name, wrong)
            if wrong
            else passed(self.name, f"{len(made)} nodes as expected ({self.order}).")
        )


def compare(
    expected: Sequence[T],
    made: Sequence[T],
    order: Order,
    same: Callable[[T, T], bool],
    show: Callable[[T], str],
) -> str:
    """What is wrong, in one sentence, or an empty text."""
    if order == "strict":
        for index, (one, other) in enumerate(zip(expected, made, strict=False)):
            if not same(one, other):
                return f"Step {index + 1} should be {show(one)}, but was {show(other)}."
        if len(expected) > len(made):
            return f"Step {len(made) + 1}, {show(expected[len(made)])}, is missing."
        return (
            f"Step {len(expected) + 1}, {show(made[len(expected)])}, was not expected."
            if len(made) > len(expected)
            else ""
        )
    if order == "in_order":
        position = 0
        for index, one in enumerate(expected):
            found = next((i for i in range(position, len(made)) if same(one, made[i])), None)
            if found is None:
                return f"Step {index + 1}, {show(one)}, does not come after the steps before it."
            position = found + 1
        return ""
    unused = list(made)
    lacking = []
    for one in expected:
        match = next((i for i, other in enumerate(unused) if same(one, other)), None)
        if match is None:
            lacking.append(one)
        else:
            del unused[match]
    if lacking and order in ("unordered", "superset"):
        return f"{show(lacking[0])} was expected and not done."
    return (
        f"{show(unused[0])} was done and not expected." if unused and order in ("unordered", "subset") else ""
    )


def agrees(expected: Any, made: Any, *, subset: bool = False, tolerance: float = 1e-9) -> bool:
    """Whether a value is as expected; `1` agrees with `1.0`, `true` does not agree with `1`."""
    if isinstance(expected, dict):
        asked = _asked(expected, made)
        if asked is not None:
            return asked
        if not isinstance(made, dict) or (not subset and expected.keys() != made.keys()):
            return False
        return all(
            key in made and agrees(value, made[key], subset=subset, tolerance=tolerance)
            for key, value in expected.items()
        )
    if isinstance(expected, list):
        same_length = isinstance(made, list) and len(made) == len(expected)
        return same_length and all(
            agrees(a, b, subset=subset, tolerance=tolerance) for a, b in zip(expected, made, strict=True)
        )
    if isinstance(expected, bool) or isinstance(made, bool):
        return expected is made
    if isinstance(expected, (int, float)) and isinstance(made, (int, float)):
        return math.isclose(expected, made, rel_tol=tolerance)
    return bool(expected == made)


def _asked(expected: dict[str, Any], made: Any) -> bool | None:
    """The answer of a condition such as `{matches: REGEX}`; None when the dict is a value."""
    match expected:
        case {"matches": str(pattern), **rest} if not rest:
            return isinstance(made, str) and re.search(pattern, made) is not None
        case {"about": (int() | float()) as near, "within": (int() | float()) as within, **rest} if not rest:
            return isinstance(made, (int, float)) and abs(made - near) <= within
        case {"any": True, **rest} if not rest:
            return True
        case {"predicate": str(place), **rest} if not rest:
            module, _, attribute = place.partition(":")
            return bool(getattr(importlib.import_module(module), attribute)(made))
    return None


def _once(nodes: Sequence[str]) -> list[str]:
    return [node for index, node in enumerate(nodes) if index == 0 or nodes[index - 1] != node]


def _shown(call: tuple[str, Any]) -> str:
    text = ", ".join(f"{name}={value!r}" for name, value in (call[1] or {}).items())
    return f"{call[0]}({text if len(text) <= 160 else text[:159] + '…'})"
