"""Deciders by name: `offline`, `openai:NAME`, `anthropic:NAME`, `local:FILE.gguf`, `scripted:FILE`.

Providers are imported when they are used. A name with `--base-url` speaks to any endpoint of the same protocol.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agents.deciders import RuleDecider
from agents.errors import ModelFailed, NoAnswer
from agents.keys import PROVIDERS, find_key, given_key
from agents.questions import A, Decider, OnText, Question, Usage
from agents.transport import is_loopback, tls

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agents.model_decider import Asked, Settings

FORMS = "offline, openai:NAME, anthropic:NAME, local:FILE.gguf or scripted:FILE.yaml"
RETRIES = 3
TIMEOUT = 60.0
"""Seconds without a byte from the provider."""


@contextlib.asynccontextmanager
async def open_decider(
    name: str = "offline",
    *,
    base_url: str | None = None,
    key: str | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    fallback: str | None = None,
    told: Callable[[str], None] = lambda _line: None,
    limit: int | None = None,
    retries: int = RETRIES,
    small: bool = False,
    observe: Callable[[Asked], None] | None = None,
) -> AsyncIterator[Decider]:
    """The decider of that name, until the block ends; `local:` and `scripted:` own a server for as long.

    `limit` is of model calls, those of the fallback and the repairs included. `told` gets a line each time the fallback has to answer. `small` says that the model is a small one (`agents.readings`); `local:` is taken to be.

    Raises ModelFailed when the name means nothing, a key is missing, or a local model cannot be started.
    """
    async with contextlib.AsyncExitStack() as stack:
        asked: list[Decider] = []
        options: dict[str, Any] = {"limit": limit, "retries": retries, "small": small, "observe": observe, "calls": lambda: sum(one.usage.calls for one in asked)}  # fmt: skip
        first = await stack.enter_async_context(
            _opened(name, base_url=base_url, key=key, environment=environment, **options)
        )
        asked.append(first)
        if fallback is None:
            yield first
        else:
            second = _opened(fallback, base_url=None, key=None, environment=environment, **options)
            other = await stack.enter_async_context(second)
            asked.append(other)
            yield FallbackDecider(first, other, told)


@contextlib.asynccontextmanager
async def _opened(
    name: str,
    *,
    base_url: str | None,
    key: str | None,
    environment: Mapping[str, str],
    limit: int | None,
    retries: int,
    small: bool,
    observe: Callable[[Asked], None] | None,
    calls: Callable[[], int],
) -> AsyncIterator[Decider]:
    if name == "offline":
        yield RuleDecider()
        return
    opened = _named(name, base_url=base_url, key=key, environment=environment, retries=retries)
    async with opened as (model, settings):
        from agents.model_decider import ModelDecider

        settings = dataclasses.replace(settings, limit=limit, small=small or settings.small)
        yield ModelDecider(model, settings, observe=observe, calls=calls)


@contextlib.asynccontextmanager
async def open_model(
    name: str,
    *,
    base_url: str | None = None,
    key: str | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    retries: int = RETRIES,
) -> AsyncIterator[BaseChatModel]:
    """The LangChain chat model behind a name, for code that talks to it directly. Raises as `open_decider`."""
    opened = _named(name, base_url=base_url, key=key, environment=environment, retries=retries)
    async with opened as (model, _settings):
        yield model


def _named(
    name: str, *, base_url: str | None, key: str | None, environment: Mapping[str, str], retries: int
) -> contextlib.AbstractAsyncContextManager[tuple[BaseChatModel, Settings]]:
    kind, _, rest = name.partition(":")
    if rest and kind in PROVIDERS:
        return hosted_model(kind, rest, base_url=base_url, key=key, environment=environment, retries=retries)
    if rest and kind == "local":
        from agents.local import local_model

        return local_model(Path(rest))
    if rest and kind == "scripted":
        from agents.scripted import scripted_model

        return scripted_model(Path(rest))
    raise ModelFailed(f"There is no model called {name!r}. It is one of {FORMS}.{_meant(name)}")


def _meant(name: str) -> str:
    """How the name may have to be written, as a sentence; empty where that cannot be guessed."""
    provider, _, rest = name.replace("/", ":", 1).partition(":")
    if provider in PROVIDERS and rest:
        return f" Did you mean {provider}:{rest}?"
    if name.endswith(".gguf"):
        return f" Did you mean local:{name}?"
    known = {"openai": r"gpt-|chatgpt-|o\d\b", "anthropic": "claude-"}
    for provider, begins in known.items():
        if re.match(begins, name):
            return f" Did you mean {provider}:{name}?"
    if ":" in name and rest:
        return f" A server that speaks OpenAI's protocol takes openai:{rest} with its --base-url, for example http://127.0.0.1:11434/v1."
    return ""


@contextlib.asynccontextmanager
async def hosted_model(
    provider: str,
    name: str,
    *,
    base_url: str | None = None,
    key: str | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    retries: int = RETRIES,
    timeout: float = TIMEOUT,
) -> AsyncIterator[tuple[BaseChatModel, Settings]]:
    """A chat model of a provider, or of any endpoint that speaks its protocol."""
    if base_url is not None:
        base_url = checked_url(base_url)
    # An endpoint of one's own is sent only a key that was given for this run, not the one that a keyring holds for the provider.
    found = key or (given_key(provider, environment) or "none" if base_url else find_key(provider, environment))  # fmt: skip
    from agents.model_decider import Settings
    from agents.prices import price_of

    settings = Settings(
        label=f"{provider}:{name}",
        provider=provider,
        model=name,
        price=price_of(provider, name) if base_url is None else None,
        secrets=(found,) if found != "none" else (),
    )
    opened = chat_model(provider, name, base_url=base_url, key=found, retries=retries, timeout=timeout)
    async with opened as model:
        yield model, settings


@contextlib.asynccontextmanager
async def chat_model(
    provider: str, name: str, *, base_url: str | None, key: str, retries: int, timeout: float, **more: Any
) -> AsyncIterator[BaseChatModel]:
    """LangChain's chat model of a provider over connections of its own, which end with the block.

    Everything is said that LangChain would else read from the environment. Its own HTTP clients are shared between event
    loops and never closed, and each costs a TLS context.
    """
    from pydantic import SecretStr

    options: dict[str, Any] = {
        "model": name, "api_key": SecretStr(key), "max_retries": retries, "timeout": timeout, **more
    }  # fmt: skip
    if provider == "openai":
        from langchain_openai import ChatOpenAI
        from openai import DefaultAsyncHttpxClient, DefaultHttpxClient

        address = base_url or "https://api.openai.com/v1"
        http_options: Any = {"verify": tls(), "trust_env": not is_loopback(address)}
        with DefaultHttpxClient(**http_options) as unused:
            async with DefaultAsyncHttpxClient(timeout=timeout, **http_options) as http:
                yield ChatOpenAI(
                    base_url=address,
                    stream_usage=True,
                    http_client=unused,
                    http_async_client=http,
                    **options,
                )
        return
    import anthropic
    from langchain_anthropic import ChatAnthropic

    # Its client adds `/v1/messages` itself; with both protocols at one endpoint, one --base-url serves both.
    address = (base_url or "https://api.anthropic.com").removesuffix("/v1")
    # Anthropic's client reads the proxies of the environment by itself; these mounts stand before them.
    direct: dict[str, None] = dict.fromkeys(("http://", "https://", "all://") if is_loopback(address) else ())
    opened = anthropic.DefaultAsyncHttpxClient(verify=tls(), timeout=timeout, base_url=address, mounts=direct)
    async with opened as http:
        model = ChatAnthropic(base_url=address, **options)
        # The place where ChatAnthropic would keep the client that it makes for itself.
        model.__dict__["_async_client"] = anthropic.AsyncAnthropic(**model._client_params, http_client=http)
        yield model


def checked_url(url: str) -> str:
    """The address of an endpoint, or ModelFailed with what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ModelFailed(f"--base-url {url!r} is not an http or https address.")
    return url.rstrip("/")


class FallbackDecider:
    """Asks the second decider what the first could not answer, and tells it."""

    def __init__(
        self, first: Decider, second: Decider, told: Callable[[str], None] = lambda _line: None
    ) -> None:
        self._first = first
        self._second = second
        self._told = told

    @property
    def label(self) -> str:
        return f"{self._first.label}, else {self._second.label}"

    @property
    def usage(self) -> Usage:
        one, two = self._first.usage, self._second.usage
        known = [usage.dollars for usage in (one, two) if usage.calls]
        dollars = None if None in known or not known else sum(cost for cost in known if cost is not None)
        return Usage(
            calls=one.calls + two.calls,
            input_tokens=one.input_tokens + two.input_tokens,
            cached_tokens=one.cached_tokens + two.cached_tokens,
            output_tokens=one.output_tokens + two.output_tokens,
            seconds=one.seconds + two.seconds,
            dollars=dollars,
        )

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        try:
            return await self._first.decide(question, on_text=on_text)
        except (ModelFailed, NoAnswer) as first:
            self._told(f"{first} Asking {self._second.label} instead.")
            try:
                return await self._second.decide(question, on_text=on_text)
            except (ModelFailed, NoAnswer) as second:
                raise type(second)(f"{first} Then {second}") from second


__all__ = ["FallbackDecider", "chat_model", "open_decider", "open_model"]
