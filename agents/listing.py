"""`python -m agents.questions [NAME]`: every question that can be asked, or one as a model gets it, with schema and size."""

import argparse
import difflib
import importlib
import json
import pkgutil
import sys
from typing import Any

from agents import asks
from agents.prompts import compact, render, tokens
from agents.questions import Question
from agents.rules import rule_for
from agents.schemas import Dialect, for_provider


def every_question() -> dict[str, type[Question[Any]]]:
    """All questions of the package by name, in alphabetical order."""
    for module in pkgutil.iter_modules(asks.__path__, "agents.asks."):
        importlib.import_module(module.name)
    found: dict[str, type[Question[Any]]] = {}
    pending = list(Question.__subclasses__())
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind.__module__.startswith("agents.asks.") and "name" in vars(kind):
            found[kind.name] = kind
    return dict(sorted(found.items()))


def first_line(kind: type[Question[Any]]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def table() -> str:
    """One line per question: its name, its size with sample values, its budget, who can answer it, what it asks."""
    lines = []
    for name, kind in every_question().items():
        size = render(kind.sample()).tokens
        offline = "rule" if rule_for(name) is not None else "model only"
        lines.append(f"{name:32}{size:>6} of {kind.budget:<6} {offline:11} {first_line(kind)}")
    return "\n".join(lines)


def one(kind: type[Question[Any]]) -> str:
    """A question with sample values, as it is sent."""
    question = kind.sample()
    prompt = render(question)
    sent = for_provider(prompt.schema, Dialect.OPENAI)
    schema = json.dumps(sent, indent=2, ensure_ascii=False)
    sizes = (
        f"{prompt.tokens} tokens of {kind.budget} "
        f"(schema {tokens(compact(sent))}); answer up to {kind.answer_budget}"
    )
    return f"# {kind.name}\n\n{first_line(kind)}\n\n## Prompt\n\n{prompt.text}\n\n## Schema of the answer\n\n{schema}\n\n## Size\n\n{sizes}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m agents.questions", description=__doc__)
    parser.add_argument(
        "name", nargs="?", help="a question, for example docs_qa.choose; all are listed without it"
    )
    wanted = parser.parse_args(argv).name
    known = every_question()
    if wanted is None:
        sys.stdout.write(table() + "\n")
        return 0
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, 1, 0.3)
        hint = f" Did you mean {near[0]}?" if near else ""
        sys.stderr.write(f"There is no question {wanted}.{hint} There are {', '.join(known)}.\n")
        return 2
    sys.stdout.write(one(known[wanted]) + "\n")
    return 0
