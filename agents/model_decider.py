"""The decider that asks a language model: one question, one repair with the reasons, then an error."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import ValidationError
from pydantic_core import from_json

from agents import readings
from agents.errors import BudgetSpent, ModelFailed, NoAnswer
from agents.exchange import LARGEST, Means, Reply, ask, messages_for, order_of_means
from agents.keys import without_keys
from agents.prices import Price
from agents.prompts import Prompt, render
from agents.questions import A, OnText, Question, Usage, spoken_text
from agents.schemas import Dialect

LONGEST_ECHO = 4000
"""Characters of a wrong answer that are shown to the model again."""


LETTER = 40
"""Tokens for the choice whether to take a reading."""


class Asked(NamedTuple):
    """One model call that was made, for traces and recordings."""

    question: str
    means: Means
    prompt: Prompt
    reply: Reply | None
    problems: list[str]
    """What was wrong with the answer; empty when it was taken."""
    took_reading: bool = False
    """Whether the model took code's reading as its answer."""


@dataclass(frozen=True)
class Settings:
    """How a model is asked."""

    label: str
    provider: str = ""
    model: str = ""
    price: Price | None = None
    dialect: Dialect | None = None
    """The schema dialect where it is not the one of the model's class, for example a grammar behind the OpenAI protocol."""
    means: tuple[Means, ...] = ()
    """Overrides the order that is chosen for the model."""
    deadline: float = 180.0
    """Seconds for one call, all retries of the SDK included."""
    limit: int | None = None
    """Model calls before BudgetSpent is raised."""
    small: bool = False
    """A model of a few billion parameters or less: code's reading is offered to it, and only what code reads too is written."""
    secrets: tuple[str, ...] = ()
    """Struck out of every message."""

    def __repr__(self) -> str:
        return f"Settings({self.label})"


class ModelDecider:
    """Asks any LangChain chat model."""

    def __init__(
        self,
        model: BaseChatModel,
        settings: Settings,
        *,
        observe: Callable[[Asked], None] | None = None,
        calls: Callable[[], int] | None = None,
    ) -> None:
        """`calls` counts what the limit is of, where several deciders share it."""
        self._model = model
        self._settings = settings
        self._observe = observe
        self._means = list(settings.means) or order_of_means(model)
        self._usage = Usage()
        self._calls = calls or (lambda: self._usage.calls)
        self._unpriced = False

    def __repr__(self) -> str:
        return f"ModelDecider({self.label})"

    @property
    def label(self) -> str:
        return self._settings.label

    @property
    def usage(self) -> Usage:
        return self._usage

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        """Raises NoAnswer after one repair, ModelFailed when the endpoint fails, BudgetSpent at the limit of calls."""
        settled = question.settled()
        if settled is not None:
            return settled
        reading = readings.read(question) if self._settings.small else None
        if reading is not None and await self._takes(question, reading):
            if on_text is not None and question.spoken is not None:
                on_text(spoken_text(reading.model_dump(), question.spoken))
            return reading
        prompt = render(question)
        watch = _Spoken(question.spoken, on_text) if on_text and question.spoken else None
        repair: list[BaseMessage] = []
        limit = question.answer_budget
        problems: list[str] = []
        differs: str | None = None
        for _attempt in range(2):
            reply = await self._reply(question, prompt, repair, limit, watch)
            answer, problems = _judged(question, prompt, reply)
            differs = None
            if answer is not None and self._settings.small:
                differs = readings.disagreement(question, answer, reading)
                answer, problems = (answer, []) if differs is None else (None, [differs])
            self._tell(question, prompt, reply, problems)
            if answer is not None:
                return answer
            limit = limit * 2 if reply.truncated else limit
            repair = _repair(reply, [prompt.shortened(problem) for problem in problems])
        if differs:
            raise NoAnswer(
                f"{self.label} and the fixed rules do not read the request alike ({question.name}), and a small model's answer is "
                "acted on only where they do. Leave --model out to go by the rules, name a larger model, or word it more plainly."
            )
        raise NoAnswer(
            f"{self.label} gave no usable answer to {question.name}, also after it was told why: {' '.join(problems)}"
        )

    async def _takes(self, question: Question[A], reading: A) -> bool:
        """Whether the model takes code's reading as its answer."""
        prompt = render(question, readings.shown(question, reading))
        reply = await self._reply(question, prompt, [], LETTER, None)
        took = readings.taken(_json_in(reply.text))
        self._tell(question, prompt, reply, [] if took else ["reading not taken"], took_reading=took)
        return took

    async def _reply(
        self,
        question: Question[Any],
        prompt: Prompt,
        repair: list[BaseMessage],
        limit: int,
        watch: "_Spoken | None",
    ) -> Reply:
        """One answer, by the first means that the endpoint takes. Raises NoAnswer when the model refuses."""
        cut = False
        while True:
            self._take()
            means = self._means[0]
            messages = messages_for(prompt, self._model, means) + repair
            try:
                async with asyncio.timeout(self._settings.deadline):
                    reply = await ask(
                        self._model,
                        messages,
                        prompt,
                        means,
                        dialect=self._settings.dialect,
                        limit=limit,
                        on_text=watch,
                    )
            except TimeoutError:
                self._count(None)
                raise ModelFailed(
                    f"{self.label} did not finish its answer within {self._settings.deadline:g} seconds. Try again, or name another model."
                ) from None
            except Exception as failure:
                self._count(None)
                self._tell(question, prompt, None, [type(failure).__name__])
                if _means_not_taken(failure, means) and len(self._means) > 1:
                    self._means.pop(0)
                    continue
                if watch is not None and not cut and _was_cut(failure):
                    cut = True
                    watch = None
                    continue
                raise self._failure(failure) from failure
            self._count(reply)
            if reply.refusal is not None:
                self._tell(question, prompt, reply, ["refused"])
                said = without_keys(_short(reply.refusal), *self._settings.secrets)
                raise NoAnswer(f"{self.label} refuses to answer {question.name}: {said}")
            return reply

    def _take(self) -> None:
        limit = self._settings.limit
        if limit is not None and self._calls() >= limit:
            raise BudgetSpent(f"The run's limit of {limit} model calls is reached.")

    def _count(self, reply: Reply | None) -> None:
        """Add one call to the usage; a failed one counts as a call of unknown size."""
        used = self._usage
        if reply is None:
            self._usage = used.model_copy(update={"calls": used.calls + 1})
            return
        price = self._settings.price
        self._unpriced = self._unpriced or price is None
        dollars = None
        if price is not None and not self._unpriced:
            dollars = (used.dollars or 0.0) + price.dollars(
                input=reply.input_tokens,
                output=reply.output_tokens,
                cached=reply.cached_tokens,
                written=reply.written_tokens,
            )
        self._usage = Usage(
            calls=used.calls + 1,
            input_tokens=used.input_tokens + reply.input_tokens,
            cached_tokens=used.cached_tokens + reply.cached_tokens,
            output_tokens=used.output_tokens + reply.output_tokens,
            seconds=used.seconds + reply.seconds,
            dollars=dollars,
        )

    def _tell(
        self,
        question: Question[Any],
        prompt: Prompt,
        reply: Reply | None,
        problems: list[str],
        *,
        took_reading: bool = False,
    ) -> None:
        if self._observe is not None:
            self._observe(Asked(question.name, self._means[0], prompt, reply, problems, took_reading))

    def _failure(self, failure: Exception) -> ModelFailed:
        """One sentence about a failed endpoint, without keys."""
        status = getattr(failure, "status_code", None)
        said = without_keys(_short(_provider_words(failure)), *self._settings.secrets)
        told = said if said.endswith((".", "!", "?", "…")) else f"{said}."
        return ModelFailed(f"{self.label} {_what_failed(status, failure, self._settings)} It said: {told}")


def _judged(question: Question[A], prompt: Prompt, reply: Reply) -> tuple[A | None, list[str]]:
    """The answer, or what is wrong with it."""
    if reply.truncated:
        return None, ["The answer was cut off because it was too long; give a much shorter one."]
    if len(reply.text) > LARGEST:
        return None, [f"The answer is longer than {LARGEST} characters."]
    if not reply.text.strip():
        return None, ["The answer is empty."]
    try:
        data = prompt.restored(from_json(_json_in(reply.text)))
    except ValueError as broken:
        return None, [f"The answer is not one JSON object: {_short(str(broken), 160)}."]
    try:
        answer = question.answer_type().model_validate(data)
    except ValidationError as invalid:
        return None, [
            f"{'.'.join(map(str, error['loc'])) or 'the object'}: {_short(error['msg'], 200)}."
            for error in invalid.errors(include_url=False)[:8]
        ]
    wrong = question.problems(answer)
    return (None, wrong) if wrong else (answer, [])


def _json_in(text: str) -> str:
    """The JSON object in a text: bare, in a fence, or after some words."""
    fenced = re.search(r"```(?:json)?\s*\n(.*?)```", text, re.DOTALL)
    if fenced is not None:
        return fenced[1].strip()
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _repair(reply: Reply, problems: list[str]) -> list[BaseMessage]:
    said = reply.text[:LONGEST_ECHO] or "(nothing)"
    reasons = "\n".join(f"- {problem}" for problem in problems)
    return [
        AIMessage(said),
        HumanMessage(f"This answer cannot be used:\n{reasons}\nGive the whole JSON object again, corrected."),
    ]


class _Spoken:
    """Reads the text field out of JSON that is still being written."""

    def __init__(self, field: str, on_text: OnText) -> None:
        self._field = field
        self._on_text = on_text
        self._shown = ""

    def __call__(self, so_far: str) -> None:
        start = so_far.find("{")
        if start < 0:
            return
        try:
            data = from_json(so_far[start:], allow_partial="trailing-strings")
        except ValueError:
            return
        text = spoken_text(data, self._field)
        if text and text != self._shown:
            self._shown = text
            self._on_text(text)


def _means_not_taken(failure: Exception, means: Means) -> bool:
    """Whether the endpoint does not know this means of structured output, so that the next may do."""
    if getattr(failure, "status_code", None) not in (400, 404, 422, 501):
        return isinstance(failure, NotImplementedError)
    words = _provider_words(failure).lower()
    telling = {
        Means.SCHEMA: ("response_format", "json_schema", "output_config", "output_format", "structured", "schema", "grammar"),
        Means.TOOL: ("tool", "function"),
        Means.TEXT: (),
    }  # fmt: skip
    return any(word in words for word in telling[means])


def _was_cut(failure: Exception) -> bool:
    """Whether a stream broke off, after which the same request without streaming may do."""
    names = {kind.__name__ for kind in type(failure).__mro__}
    return bool(
        names & {"RemoteProtocolError", "ReadError", "APIConnectionError", "ReadTimeout", "JSONDecodeError"}
    ) or (getattr(failure, "status_code", None) is None and "APIError" in names)


def _provider_words(failure: Exception) -> str:
    body = getattr(failure, "body", None)
    if isinstance(body, dict):
        error = body.get("error")
        inner = error.get("message") if isinstance(error, dict) else None
        found = inner or body.get("message")
        if found:
            return str(found)
    return str(getattr(failure, "message", "") or failure or type(failure).__name__)


def _what_failed(status: int | None, failure: Exception, settings: Settings) -> str:
    names = {kind.__name__ for kind in type(failure).__mro__}
    if status == 401:
        return "did not accept the key (401). Check the key, or make a new one."
    if status == 403:
        return "does not allow this with this key (403)."
    if status == 404:
        return "is not known to the endpoint (404). Check the model's name and --base-url."
    if status == 429:
        wait = _asked_to_wait(failure)
        return f"is over its rate limit or quota (429), also after several tries.{wait}"
    if status is not None and status >= 500:
        return f"failed at the provider ({status}), also after several tries. Try again later, or name --fallback."
    if status is not None:
        return f"refused the request ({status})."
    if "APITimeoutError" in names or "ReadTimeout" in names or "StreamChunkTimeoutError" in names:
        return "did not answer in time. Try again later, or name --fallback."
    if _causes(failure) & {"RemoteProtocolError", "ReadError"}:
        return "broke off its answer, also after several tries. Try again later, or name --fallback."
    if "APIConnectionError" in names or "ConnectError" in names:
        return "cannot be reached. Check the network and --base-url."
    if "JSONDecodeError" in names:
        return "sent something that is not JSON. Check --base-url: it usually ends in /v1."
    return "broke off its answer or sent something unreadable."


def _causes(failure: BaseException) -> set[str]:
    """The names of what a failure came of, the SDK's and LangChain's own wrapping passed over."""
    found, cause = set(), failure.__cause__
    while cause is not None:
        found.add(type(cause).__name__)
        cause = cause.__cause__
    return found


def _asked_to_wait(failure: Exception) -> str:
    headers = getattr(getattr(failure, "response", None), "headers", None) or {}
    seconds = headers.get("retry-after")
    return f" It asks to wait {seconds} seconds." if seconds else " Try again later, or name --fallback."


def _short(text: str, most: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


__all__ = ["Asked", "ModelDecider", "Settings"]
