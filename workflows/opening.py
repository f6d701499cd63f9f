"""Opening all that a graph needs, in one line, for apps and notebooks: a workspace, a decider, hands and clock."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.models import open_decider
from agents.questions import Decider
from agents.session import Target, open_toolbox
from workflows.context import Context, Policy
from workflows.embedded import embedded_target

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@contextlib.asynccontextmanager
async def open_context(
    workspace: Path | Target,
    model: str | BaseChatModel = "offline",
    *,
    policy: Policy = Policy(),
    base_url: str | None = None,
    environment: Mapping[str, str] | None = None,
    tell: Callable[[str, dict[str, Any]], None] = lambda _event, _data: None,
) -> AsyncIterator[Context]:
    """A context over one held session, closed with the block.

    `workspace` is a folder for the workspace that ships with this (made, and filled with the demo, when it does not exist), or a
    `Target` with URL and key. `model` is a name as `--model` takes it, or any LangChain chat model. `environment` is where a provider's key is looked up, for example `os.environ`.
    Raises AccessDenied, Unavailable or ContractDiffers when the workspace cannot be used, ModelFailed when the model cannot.
    """
    async with contextlib.AsyncExitStack() as stack:
        target = workspace
        if isinstance(target, Path):
            target = await stack.enter_async_context(embedded_target(target))
        tools = await stack.enter_async_context(open_toolbox(target, timer=time.perf_counter))
        decider = await stack.enter_async_context(
            open_decider(model, base_url=base_url, environment=environment or {})
            if isinstance(model, str)
            else _asking(model)
        )
        yield Context(
            decider=decider,
            tools=tools,
            clock=lambda: datetime.now(UTC),
            sleep=asyncio.sleep,
            policy=policy,
            tell=tell,
        )


@contextlib.asynccontextmanager
async def _asking(model: BaseChatModel) -> AsyncIterator[Decider]:
    """A decider that asks a chat model of the caller's; what it holds open stays theirs."""
    from agents.model_decider import ModelDecider, Settings

    name = getattr(model, "model_name", None) or getattr(model, "model", None)
    yield ModelDecider(
        model, Settings(label=f"{type(model).__name__}:{name}" if name else type(model).__name__)
    )


__all__ = ["open_context"]
