"""The model a recording talks to: prepared answers, weights on this machine, or a provider, each over its real protocol."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from evals.errors import Usage
from evals.scene import ModelPlace
from evals.session import Origin

PROTOCOLS = {"openai": "openai-chat", "anthropic": "anthropic-messages"}


def origin_of(source: str, protocol: str, base_url: str | None) -> dict[str, str]:
    """Decider, model and protocol of an origin, from what was named on the command line."""
    if source in ("", "offline"):
        return {"decider": "rules", "model": "offline", "protocol": "none", "source": "offline"}
    kind, _, name = source.partition(":")
    if kind == "scripted":
        return {"decider": "scripted", "model": "scripted", "protocol": protocol, "source": source}
    if kind == "local":
        return {
            "decider": "local",
            "model": Path(name).stem or "local",
            "protocol": protocol,
            "source": source,
        }
    if kind in PROTOCOLS:
        where = {
            "decider": "local" if _is_here(base_url) else "provider",
            "model": name,
            "protocol": PROTOCOLS[kind],
        }
        return {**where, "source": source, **({"base_url": base_url} if base_url else {})}
    raise Usage(
        f"--model {source!r} is not known. Use offline, scripted:FILE, local:FILE, openai:NAME or anthropic:NAME."
    )


def _is_here(base_url: str | None) -> bool:
    return bool(base_url) and any(host in str(base_url) for host in ("127.0.0.1", "localhost", "[::1]"))


@asynccontextmanager
async def open_model(
    origin: Origin, environment: Mapping[str, str] = os.environ
) -> AsyncIterator[ModelPlace | None]:
    """The model's server for one recording. Raises Usage when its key or its file is missing."""
    if origin.decider in ("rules", "none"):
        yield None
        return
    kind, _, name = origin.source.partition(":")
    if kind == "scripted":
        from evals.serving import serve_scripted

        async with serve_scripted(name, origin) as place:
            yield place
        return
    if kind == "local":
        from evals.serving import serve_local

        async with serve_local(name, origin) as place:
            yield place
        return
    variable = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}[kind]
    key = environment.get(variable, "local" if origin.base_url else "")
    if not key:
        raise Usage(
            f"{variable} is not set, and {origin.source} needs a key. Set it, or record with --model offline."
        )
    default = "https://api.openai.com/v1" if kind == "openai" else "https://api.anthropic.com"
    yield ModelPlace(
        origin.base_url or default,
        key=key,
        name=name,
        protocol=origin.protocol,
        small=origin.decider == "local",
    )


__all__ = ["open_model", "origin_of"]
