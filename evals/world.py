"""The one place in evals that starts a workspace: fresh for each run, with a clock and ids of its own."""

import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from evals.end_state import read_state
from evals.errors import Usage
from evals.loopback import address, bound, served
from evals.scene import Place, Wanted

FIXTURES = ("demo", "empty")
SEEDED_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
_templates: dict[str, Path] = {}


class EmbeddedWorld:
    """A workspace that a run acts on, reached in this process or on a loopback port."""

    def __init__(self, place: Place, inside: Place) -> None:
        self.place = place
        self._inside = inside

    async def state(self) -> Any:
        """Everything in it, read with a key that may read all, beside the run's own session."""
        return await read_state(self.call)

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        """One tool call beside the run. Raises Usage when the workspace refuses it."""
        transport = httpx.ASGITransport(self._inside.app)
        headers = {"Authorization": f"Bearer {self._inside.key}", "Accept": "application/json"}
        params = {"name": tool, "arguments": dict(arguments)}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        async with httpx.AsyncClient(transport=transport, headers=headers, timeout=60) as client:
            answer = (await client.post(self._inside.url, json=message)).json()
        result = answer.get("result") or {}
        if "error" in answer or result.get("isError"):
            raise Usage(f"The workspace refused {tool} beside the run: {str(answer)[:300]}")
        return result["structuredContent"]

    async def prepare(self, setup: Sequence[Mapping[str, Any]]) -> None:
        """Make the calls that a session's world begins with."""
        results: list[Any] = []
        for step in setup:
            results.append(await self.call(step["tool"], _filled(step.get("arguments", {}), results)))


def _filled(value: Any, results: list[Any]) -> Any:
    """`$2.block.id` becomes that value of the second result."""
    if isinstance(value, dict):
        return {name: _filled(item, results) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, results) for item in value]
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    number, *path = value[1:].split(".")
    found = results[int(number) - 1]
    for part in path:
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def ids(seed: int) -> Callable[[], str]:
    """UUIDs from a seed; the same in every run."""
    source = random.Random(seed)
    return lambda: str(UUID(int=source.getrandbits(128), version=4))


@asynccontextmanager
async def open_world(wanted: Wanted) -> AsyncIterator[EmbeddedWorld]:
    """A copy of the fixture, open for one run. Raises Usage for a fixture that does not exist."""
    from workspace.domain import Role
    from workspace.embedded import open_workspace

    if wanted.fixture not in FIXTURES:
        raise Usage(f"There is no fixture {wanted.fixture!r}. There are: {', '.join(FIXTURES)}.")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evals-world-")))
        data = folder / "workspace"
        shutil.copytree(await _template(wanted.fixture), data)
        common: dict[str, Any] = {"clock": lambda: wanted.clock, "seed_demo": False}
        mine = await stack.enter_async_context(
            open_workspace(data, role=Role[wanted.role], new_id=ids(wanted.seed + 1), **common)
        )
        whole = await stack.enter_async_context(
            open_workspace(data, role=Role.admin, new_id=ids(wanted.seed + 2), worker=False, **common)
        )
        place = Place(mine.url, mine.key, mine.app)
        if wanted.loopback:
            place = Place(await stack.enter_async_context(_served(mine.workspace)) + "/mcp", mine.key)
        world = EmbeddedWorld(place, Place(whole.url, whole.key, whole.app))
        await world.prepare(wanted.setup)
        yield world


async def prepare() -> None:
    """Seed the fixtures, so that forked workers find them."""
    for fixture in FIXTURES:
        await _template(fixture)


async def _template(fixture: str) -> Path:
    """The fixture's data folder, seeded once for this process and its children."""
    if fixture not in _templates:
        from workspace.embedded import open_workspace

        folder = Path(tempfile.mkdtemp(prefix="evals-fixture-"))
        async with open_workspace(
            folder / "workspace",
            clock=lambda: SEEDED_AT,
            new_id=ids(0),
            random=random.Random(0).randbytes,
            seed_demo=fixture == "demo",
            worker=False,
        ):
            pass
        _templates[fixture] = folder / "workspace"
        import atexit
        import os

        owner = os.getpid()
        atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
    return _templates[fixture]


@asynccontextmanager
async def _served(workspace: Any) -> AsyncIterator[str]:
    """The workspace on a free loopback port, real HTTP, until the block ends."""
    from workspace.server.app import Door
    from workspace.server.settings import Settings

    listener = bound()
    door = Door(workspace, Settings(origin=address(listener), calls_per_minute=0, pages=False))
    try:
        async with served(door.app(), listener, lifespan="off"):
            yield address(listener)
    finally:
        door.close()
