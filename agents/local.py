"""A language model on this machine: `--model local:FILE.gguf` starts llama.cpp on a loopback port and ends it again.

Answers are constrained to the question's schema while they are written. The server's process ends with ours, also when
ours is killed: it waits at a pipe that only we hold.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import httpx

from agents.errors import ModelFailed
from agents.schemas import Dialect

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agents.model_decider import Settings

TEMPLATES = Path(__file__).parent / "chat_templates"
WITHOUT_TOOLS = ("qwen2.5-coder", "smollm2")
"""Families of ChatML models whose own chat template leaves tools out, or takes calls in a form that they don't write."""
LOADING = 180.0
"""Seconds that the weights may take to load."""
PATIENCE = 600.0
"""Seconds for one answer; a small machine writes a few words a second."""


class LocalServer(NamedTuple):
    """A running server. OpenAI clients take `url` + `/v1`, Anthropic clients `url`."""

    url: str
    key: str
    process: int
    """Process id."""


CONTEXT = 8192
"""Tokens of prompt and answer together: the largest prompt of ours with its answer and one repair."""


@contextlib.asynccontextmanager
async def local_server(file: Path, *, context: int = CONTEXT) -> AsyncIterator[LocalServer]:
    """Serve a GGUF file until the block ends. Raises ModelFailed when it cannot be served."""
    file = file.expanduser().absolute()
    _check(file)
    key = secrets.token_hex(16)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "agents.local_server", str(file), "--context", str(context)),
            *_template_for(file),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            cwd=Path(__file__).parent.parent,
        )
        try:
            yield LocalServer(await _ready(process, key, file, log), key, process.pid)
        finally:
            await _end(process)


@contextlib.asynccontextmanager
async def local_model(
    file: Path, *, context: int | None = None
) -> AsyncIterator[tuple[BaseChatModel, Settings]]:
    """The chat model behind `--model local:FILE.gguf`: temperature 0, the schema as a grammar."""
    from agents.exchange import Means
    from agents.model_decider import Settings
    from agents.models import chat_model

    async with local_server(file, context=context or CONTEXT) as server:
        opened = chat_model(
            "openai",
            "local",
            base_url=f"{server.url}/v1",
            key=server.key,
            retries=0,
            timeout=PATIENCE,
            temperature=0.0,
        )
        async with opened as model:
            yield (
                model,
                Settings(
                    label=f"local:{file.name}",
                    provider="local",
                    model=file.stem,
                    dialect=Dialect.GRAMMAR,
                    means=(Means.SCHEMA, Means.TEXT),
                    deadline=PATIENCE,
                    small=True,
                    secrets=(server.key,),
                ),
            )


def _check(file: Path) -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        raise ModelFailed(
            "A local model needs llama.cpp, which is not installed: pip install 'deepnote-workflows[local]'"
        )
    if not file.is_file():
        raise ModelFailed(f"{file} does not exist. --model local: takes the path of a GGUF file.")
    with file.open("rb") as weights:
        if weights.read(4) != b"GGUF":
            raise ModelFailed(f"{file} is not a GGUF file.")


def _template_for(file: Path) -> list[str]:
    """A chat template beside the weights (`FILE.jinja`), or ours for a family whose own one cannot call tools."""
    beside = file.with_suffix(".jinja")
    if beside.is_file():
        return ["--template", str(beside)]
    if any(family in file.name.lower() for family in WITHOUT_TOOLS):
        return ["--template", str(TEMPLATES / "chatml_tools.jinja")]
    return []


async def _ready(process: asyncio.subprocess.Process, key: str, file: Path, log: IO[str]) -> str:
    """The server's address once the weights are loaded."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{key}\n".encode())
    try:
        async with asyncio.timeout(LOADING):
            url = (await process.stdout.readline()).decode().strip()
            if not url:
                await process.wait()
                raise ModelFailed(f"{file} could not be loaded: {_last_words(log)}")
            async with httpx.AsyncClient(trust_env=False) as client:
                while True:
                    if (await client.get(f"{url}/health")).status_code == 200:
                        return url
                    await asyncio.sleep(0.05)
    except TimeoutError:
        raise ModelFailed(f"{file} was not loaded after {LOADING:g} seconds.") from None
    except httpx.TransportError as broken:
        raise ModelFailed(f"{file} could not be served: {_last_words(log) or broken}") from broken


def _last_words(log: IO[str]) -> str:
    """The server's last error line."""
    log.seek(0)
    lines = [line.strip() for line in log.read().splitlines() if line.strip()]
    errors = [line for line in lines if " E " in line or "error" in line.lower()]
    return (errors or lines or ["it gave no reason"])[-1][-300:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close the pipe, which ends the server; kill it if that does not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), 5)
    except (TimeoutError, asyncio.CancelledError):
        if process.returncode is None:
            process.kill()
            await process.wait()


__all__ = ["LocalServer", "local_model", "local_server"]
