"""The rules that answer without a model: one module per workflow, one function per question.

A rule is deterministic code that takes the question and returns its answer, or raises NoAnswer with a sentence for the person.
"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from agents.errors import NoAnswer
from agents.questions import Answer, Question

Q = TypeVar("Q", bound=Question[Any])
A = TypeVar("A", bound=Answer)

_RULES: dict[str, Callable[[Any], Answer]] = {}


def rule(question: type[Q]) -> Callable[[Callable[[Q], A]], Callable[[Q], A]]:
    """Register the function below as what answers this question: `@rule(WhichNotebook)`."""

    def register(function: Callable[[Q], A]) -> Callable[[Q], A]:
        known = _RULES.get(question.name)
        if known is not None and known.__module__ != function.__module__:
            raise ValueError(f"{question.name} already has a rule in {known.__module__}.")
        _RULES[question.name] = function
        return function

    return register


def rule_for(name: str) -> Callable[[Any], Answer] | None:
    """The rule for a question, from `agents.rules.<workflow>`, which is imported when first needed."""
    if name not in _RULES:
        module = f"agents.rules.{name.partition('.')[0]}"
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module)
    return _RULES.get(name)


def ruled(question: Question[A]) -> A:
    """The rule's answer. Raises NoAnswer where there is no rule, where it finds none, or where its answer does not fit the world."""
    answer_by = rule_for(question.name)
    if answer_by is None:
        raise NoAnswer(
            f"There is no offline rule for {question.name}; name a model with --model, for example openai:gpt-5-mini."
        )
    try:
        answer = question.answer_type().model_validate(answer_by(question).model_dump())
    except ValidationError as invalid:
        raise NoAnswer(
            f"The offline rule for {question.name} made an answer of the wrong form: {invalid}."
        ) from invalid
    wrong = question.problems(answer)
    if wrong:
        raise NoAnswer(f"The offline rules find no answer to {question.name} that fits: {' '.join(wrong)}")
    return answer


__all__ = ["rule", "rule_for", "ruled"]
