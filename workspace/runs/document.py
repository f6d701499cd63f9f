"""A notebook as a run sees it: blocks in order, and the connections they name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workspace.notebooks.block_types import BUILT_IN

RUNS = frozenset({"code", "sql", "visualization", "big-number", "button"})
"""Executable types besides `input-*`."""
NOT_HERE = frozenset({"notebook-function", "agent", "pivot-table"})
"""Executable on the hosted workspace, stored and listed here, and passed over by a run, which says so."""


@dataclass(frozen=True)
class RunBlock:
    id: str
    type: str
    content: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def executable(self) -> bool:
        return self.type in RUNS or self.type in NOT_HERE or self.type.startswith("input-")

    @property
    def integration(self) -> str | None:
        """The integration that a SQL block names; None for DataFrame SQL and for every other type."""
        named = self.metadata.get("sql_integration_id") if self.type == "sql" else None
        return None if named is None or str(named).lower() in BUILT_IN else str(named)


@dataclass(frozen=True)
class RunConnection:
    """How a kernel reaches one integration. It holds credentials: never logged, never stored with a run."""

    url: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    setup: Sequence[str] = ()
    read_only: bool = True
    needs_network: bool = False
    files: Sequence[str] = ()
    reads: Sequence[str] = ()
    """The files behind tables that are files, which is all that a read-only query may open."""
    secrets: Sequence[str] = ()

    def for_kernel(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "kind": self.kind,
            "params": dict(self.params),
            "setup": list(self.setup),
            "reads": list(self.reads),
            "read_only": self.read_only,
        }

    def moved(self, inside: Mapping[str, str]) -> "RunConnection":
        """The same connection where its files are found elsewhere."""
        url, setup, reads = self.url, list(self.setup), list(self.reads)
        for outside in self.files:
            if outside in inside:
                url = url.replace(outside, inside[outside])
                setup = [line.replace(outside, inside[outside]) for line in setup]
                reads = [file.replace(outside, inside[outside]) for file in reads]
        return replace(self, url=url, setup=setup, reads=reads)

    def __repr__(self) -> str:
        return f"RunConnection(kind={self.kind!r})"


@dataclass(frozen=True)
class RunDocument:
    """Everything one run needs; `inputs` override the blocks' own values for this run only."""

    blocks: Sequence[RunBlock]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    connections: Mapping[str, RunConnection] = field(default_factory=dict)

    @property
    def executable(self) -> list[RunBlock]:
        return [block for block in self.blocks if block.executable]

    @property
    def integrations(self) -> list[str]:
        """The integrations its SQL blocks name, once each, in order."""
        return list(dict.fromkeys(block.integration for block in self.blocks if block.integration))

    def moved(self, inside: Mapping[str, str]) -> "RunDocument":
        """The same document where the connections' files are found elsewhere."""
        return replace(self, connections={name: one.moved(inside) for name, one in self.connections.items()})
