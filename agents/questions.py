"""Questions and those who answer them. Everything in a run that needs judgement is one Question; code does the rest.

`python -m agents.questions` lists them; with a name it prints one as a model gets it, with its schema and its size.
"""

import functools
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from agents.schemas import closed_to


class Answer(BaseModel):
    """A typed answer. The docstring under each field is what a model reads about it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Pydantic's, made once for each type: a fresh copy that the caller may close to its world."""
        if args or options:
            return super().model_json_schema(*args, **options)
        schema: dict[str, Any] = json.loads(_schema_text(cls))
        return schema


@functools.cache
def _schema_text(kind: type[Answer]) -> str:
    return json.dumps(super(Answer, kind).model_json_schema())


A = TypeVar("A", bound=Answer)
A_co = TypeVar("A_co", bound=Answer, covariant=True)


class Question(BaseModel, Generic[A]):
    """One judgement: a name, its values as fields, the type of its answer, and the world it must fit.

    Subclass as `class WhichNotebook(Question[NotebookChoice])`. The prompt is `agents/prompts/<name with dots as
    folders>.md`, filled with `$field` for each key of `material()`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: ClassVar[str]
    """`<workflow>.<question>`, for example `tidy_notebook.plan`."""
    folder: ClassVar[Path | None] = None
    """Where the prompt file lies for a question that is not one of ours."""
    budget: ClassVar[int] = 4000
    """The largest prompt in tokens, schema included."""
    answer_budget: ClassVar[int] = 1200
    """The longest answer in tokens; a longer one is cut off by the model's server."""
    shared: ClassVar[tuple[str, ...]] = ()
    """Material that other questions of the same run show with the same text; it stands first, so that caches keep it."""
    ranked: ClassVar[tuple[str, ...]] = ()
    """Material whose lines stand in the order of what they are worth: where it is too long, its end is left out."""
    together: ClassVar[tuple[type[Any], ...]] = ()
    """Questions that one run asks one after the other, this one among them: the instructions of all stand in the system
    prompt of each, which is then the same for the whole run. `asked_together` sets it."""
    spoken: ClassVar[str | None] = None
    """The text of the answer that a person may watch being written: a field, or a dotted path through a list."""

    @classmethod
    def answer_type(cls) -> type[A]:
        """The pydantic type that the question is parametrised with."""
        for base in cls.__mro__:
            metadata = getattr(base, "__pydantic_generic_metadata__", None)
            if metadata and metadata["args"]:
                answer: type[A] = metadata["args"][0]
                return answer
        raise TypeError(f"{cls.__name__} does not say what its answer is: write Question[SomeAnswer].")

    def closed(self) -> Mapping[str, Collection[str]]:
        """Fields whose text is one of what exists, by dotted path through lists and objects: `{"steps.block": ids}`."""
        return {}

    def schema_for_answer(self) -> dict[str, Any]:
        """JSON Schema of the answer in this world."""
        return closed_to(self.answer_type().model_json_schema(), self.closed())

    def settled(self) -> A | None:
        """The answer where the world leaves only one; then nobody is asked."""
        return None

    @classmethod
    def sample(cls) -> "Question[Any]":
        """The question with values like real ones, for listings and for the tests of its prompt."""
        raise NotImplementedError(f"{cls.__name__} has no sample.")

    def deed(self, answer: A) -> object:
        """What of the answer leads to a write, as a value that can be compared; None where nothing is written because of it.

        A small model's answer is acted on only where code reads the same deed (`agents.readings`).
        """
        return None

    def in_words(self, answer: A) -> str:
        """The answer as a small model is shown it to judge: what it comes to, in one or two lines."""
        return json.dumps(answer.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)

    def problems(self, answer: A) -> list[str]:
        """What is wrong with the answer in this world, one sentence each; empty when it fits."""
        return []

    def material(self) -> Mapping[str, str]:
        """The values as text for the prompt, bounded; untrusted text is quoted as material by the renderer."""
        return {field: str(getattr(self, field)) for field in type(self).model_fields}


def asked_together(*kinds: type[Question[Any]]) -> None:
    """Give these questions one system prompt: calls of a run then share more of what providers cache."""
    for kind in kinds:
        kind.together = kinds


class Usage(BaseModel):
    """What deciding has cost so far."""

    calls: int = 0
    """Requests sent to a model; 0 for the rule decider."""
    input_tokens: int = 0
    cached_tokens: int = 0
    """The part of `input_tokens` that the provider read from its prompt cache."""
    output_tokens: int = 0
    seconds: float = 0.0
    dollars: float | None = None
    """None where no price is known."""


def spoken_text(answer: Any, path: str) -> str:
    """The text at a dotted path of an answer as data, also of one that is only half written; paragraphs where it is a list."""
    first, _, rest = path.partition(".")
    found = answer.get(first) if isinstance(answer, dict) else None
    if not rest:
        return found if isinstance(found, str) else ""
    items = found if isinstance(found, list) else [found]
    return "\n\n".join(text for item in items if (text := spoken_text(item, rest)))


OnText = Callable[[str], None]
"""Gets the whole text so far each time some more of it was written; a text that does not start like the last one replaces it."""


class Decider(Protocol):
    """Answers questions. Two ship: RuleDecider (no key, no network) and ModelDecider (any LangChain chat model)."""

    @property
    def label(self) -> str:
        """What answered, for example `offline` or `openai:gpt-5-mini`."""

    @property
    def usage(self) -> Usage:
        """The cost so far."""

    async def decide(self, question: Question[A], *, on_text: OnText | None = None) -> A:
        """Answer one question; `on_text` gets the `spoken` field while it is being written.

        Raises NoAnswer when nothing that fits came back after one repair, ModelFailed when the endpoint failed.
        """


class Around:
    """What stands before another decider and is known by its label and usage."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider

    @property
    def label(self) -> str:
        return self._decider.label

    @property
    def usage(self) -> Usage:
        return self._decider.usage


if __name__ == "__main__":
    import sys

    from agents.listing import main

    sys.exit(main())
