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


def one(question: Question[Any], dialect: Dialect = Dialect.OPENAI) -> str:
    """A question with its values, as it is sent."""
    kind = type(question)
    prompt = render(question)
    sent = for_provider(prompt.schema, dialect)
    values = question.model_dump_json(indent=2)
    schema = json.dumps(sent, indent=2, ensure_ascii=False)
    sizes = (
        f"{prompt.tokens} tokens of {kind.budget} "
        f"(schema {tokens(compact(sent))}); answer up to {kind.answer_budget}"
    )
    return f"# {kind.name}\n\n{first_line(kind)}\n\n## Values\n\n{values}\n\n## Prompt\n\n{prompt.text}\n\n## Schema of the answer\n\n{schema}\n\n## Size\n\n{sizes}"


HELP = """Without a name, one line a question: its name, the size of its prompt with sample values and the largest it may have, whether
the offline rules can answer it, and what it asks. With a name: the values, the prompt as a model reads it, the schema that
its answer is held to, and the size. Nothing is sent anywhere."""
EXAMPLES = """examples:
  python -m agents.questions
  python -m agents.questions docs_qa.articles
  python -m agents.questions tidy_notebook.plan --request "Move the imports to the top" --schema anthropic

The wording stands in agents/prompts, one file a question; the fields of an answer in agents/asks.
"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m agents.questions",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", help="a question, for example docs_qa.articles")
    parser.add_argument("--request", metavar="TEXT", help="a request of yours in place of the sample's")
    parser.add_argument(
        "--schema", choices=[each.value for each in Dialect], default=Dialect.OPENAI.value,
        help="whose form of the schema (openai)",
    )  # fmt: skip
    options = parser.parse_args(argv)
    wanted = options.name
    known = every_question()
    if wanted is None:
        sys.stdout.write(table() + "\n")
        return 0
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, 1, 0.3)
        hint = f" Did you mean {near[0]}?" if near else ""
        sys.stderr.write(f"There is no question {wanted}.{hint} There are {', '.join(known)}.\n")
        return 2
    question = known[wanted].sample()
    if options.request is not None:
        if "request" not in known[wanted].model_fields:
            sys.stderr.write(f"{wanted} is asked without the request, so --request does not go with it.\n")
            return 2
        question = question.model_copy(update={"request": options.request})
    sys.stdout.write(one(question, Dialect(options.schema)) + "\n")
    return 0
