"""Where a run's time went: tools, model, the wait for a kernel, and the graph itself."""

import time
from collections.abc import Callable
from typing import Any

from agents.questions import Usage
from agents.toolbox import Call


class Trace:
    """Collects tool calls and events; `lines` tells the shares."""

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        self._started = timer()
        self._waiting: float | None = None
        self.calls: list[Call] = []
        self.nodes: list[tuple[str, float]] = []
        self._open: dict[str, float] = {}
        self.opening = self.tools = self.kernel = self.people = 0.0
        self.total = 0.0

    def opened(self) -> None:
        """The workspace and the model are ready; from here the graph's time counts."""
        self.opening = self._timer() - self._started
        self._started = self._timer()

    def observe(self, call: Call) -> None:
        self.calls.append(call)
        if self._waiting is None:
            self.tools += call.seconds

    def tell(self, event: str, data: dict[str, Any]) -> None:
        now = self._timer()
        if event == "waiting":
            self._waiting = now
        elif event == "waited" and self._waiting is not None:
            self.kernel += now - self._waiting
            self._waiting = None
        elif event == "node":
            self._open[data["node"]] = now
        elif event == "node_done" and data["node"] in self._open:
            self.nodes.append((data["node"], now - self._open.pop(data["node"])))

    def asked(self, seconds: float) -> None:
        """A person took that long to answer."""
        self.people += seconds

    def ended(self) -> None:
        self.total = self._timer() - self._started - self.people

    def shares(self, usage: Usage) -> dict[str, float]:
        """Seconds by where they went; `graph` is what is left."""
        graph = max(0.0, self.total - self.tools - self.kernel - usage.seconds)
        return {
            "graph": graph,
            "tools": self.tools,
            "model": usage.seconds,
            "kernel": self.kernel,
            "total": self.total,
        }

    def lines(self, usage: Usage) -> list[str]:
        """The shares, the slowest nodes and the calls by tool."""
        shares = self.shares(usage)
        whole = shares["total"] or 1.0
        text = ", ".join(
            f"{name} {seconds:.2f} s ({seconds / whole:.1%})"
            for name, seconds in shares.items()
            if name != "total"
        )
        by_tool: dict[str, list[float]] = {}
        for call in self.calls:
            by_tool.setdefault(call.tool, []).append(call.seconds)
        named = ", ".join(
            f"{tool} {len(times)}x {sum(times):.2f} s"
            for tool, times in sorted(by_tool.items(), key=lambda one: -sum(one[1]))
        )
        slow = sorted(self.nodes, key=lambda node: -node[1])[:5]
        return [
            f"trace: {shares['total']:.2f} s in the run after {self.opening:.2f} s of opening: {text}",
            f"trace: tools: {named}",
            f"trace: {len(self.nodes)} nodes, the slowest: {', '.join(f'{name} {seconds:.2f} s' for name, seconds in slow)}",
        ]


__all__ = ["Trace"]
