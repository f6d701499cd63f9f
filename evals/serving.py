"""Servers that a recording starts for itself: prepared answers, and weights on this machine. Real HTTP on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from evals.errors import Usage
from evals.scene import ModelPlace
from evals.session import Origin

ROOT = Path(__file__).parent


def _found(name: str) -> Path:
    """A file as named, from here or from the folder of this package."""
    for path in (Path(name), ROOT / name):
        if path.is_file():
            return path
    raise Usage(f"--model: the file {name} is missing.")


def _place(url: str, origin: Origin, key: str, name: str) -> ModelPlace:
    """The server's address as the protocol's SDK wants it: Anthropic's adds `/v1` itself."""
    base = url.removesuffix("/v1") if origin.protocol == "anthropic-messages" else url
    return ModelPlace(base, key=key, name=name, protocol=origin.protocol)


@asynccontextmanager
async def serve_scripted(script: str, origin: Origin) -> AsyncIterator[ModelPlace]:
    """A model that plays the answers of a file."""
    from agents.scripted import ScriptedModel, read_script

    async with ScriptedModel(read_script(_found(script))).serving() as server:
        yield _place(server.url, origin, "scripted-model-needs-no-key", origin.model)


@asynccontextmanager
async def serve_local(weights: str, origin: Origin) -> AsyncIterator[ModelPlace]:
    """A model that runs on this machine."""
    from agents.local import local_server

    async with local_server(Path(weights)) as server:
        yield _place(f"{server.url}/v1", origin, server.key, origin.model)
