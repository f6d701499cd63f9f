"""Parts of a request as steps: what hangs on a condition, what a word points back at, and where a result goes."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.ask import DECIDES, Condition, Name, RouteStep, WhichWorkflow
from agents.rules.ask_asides import IT
from agents.rules.ask_conditions import FIGURE, NOTHING, SO, Hanging, hanging, turned
from agents.rules.ask_parts import POINTS
from agents.rules.ask_results import with_result
from agents.rules.ask_signs import kind_of, why
from agents.rules.wording import names_in

LOOKED_UP = re.compile(
    r"^\s*(?:first\s+)?(?:check|see|find\s+out|look\s+up|learn|read)\s+(?=how\b)", re.IGNORECASE
)
"""What stands before a question that the documentation is to be asked, and is no word of it."""

TELLING = re.compile(
    r"(?:please\s+|just\s+|then\s+|only\s+)*(?:tell|show|say|give|list|name|let|explain|which|what|who|why|how|where)\b",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """A part of a request that asks for work."""

    text: str
    kind: Name | None
    only_if: Condition = "always"
    undecided: str = ""
    """A condition that no step decides, in the request's words."""


def read_parts(texts: Sequence[str], question: WhichWorkflow) -> list[Part]:
    """The parts with their kinds; a condition goes to the step that hangs on it, or to the audit that decides it."""
    found: list[Part] = []
    last: Hanging | None = None
    for text in texts:
        hangs = hanging(text, last)
        if hangs is None:
            found.append(Part(text, kind_of(text, question)))
            continue
        last = hangs
        rest, only_if = hangs.rest, hangs.only_if
        if not rest and found and found[-1].only_if == "always":
            # `add a note, but only if it fails`
            before = found.pop()
            rest = before.text
        if NOTHING.fullmatch(rest) or not rest:
            continue
        own = kind_of(rest, question)
        if found and TELLING.match(rest) and not FIGURE.search(hangs.words) and own in (None, found[-1].kind):
            # Being told hangs on nothing: whoever asks gets the whole answer.
            found.append(Part(text, found[-1].kind))
            continue
        if SO.fullmatch(hangs.words) and found and found[-1].kind == "run_and_inspect":
            only_if = turned(only_if, found[-1].text)
        if only_if == "succeeded" and found and found[-1].kind in ("tidy_notebook", "build_analysis"):
            found.append(Part(rest, kind_of(rest, question)))  # it is come to only then
            continue
        decided = only_if is not None and any(part.kind == DECIDES[only_if] for part in found)
        if (
            only_if in ("found", "not found")
            and kind_of(f"is {hangs.words}", question) == "audit_integrations"
            and not decided
        ):
            found.append(Part(f"find out whether {hangs.words}", "audit_integrations"))
            decided = True
        if not decided or only_if is None:
            found.append(Part(text, kind_of(rest, question), undecided=hangs.words or text))
            continue
        found.append(Part(rest, kind_of(rest, question), only_if))
    return found


def chained(parts: Sequence[Part], notebooks: Sequence[str]) -> list[RouteStep]:
    """One step for each part, or for several in a row of one kind; a word for the result is what the step before found."""
    steps: list[RouteStep] = []
    for part in parts:
        text, kind = part.text, part.kind
        assert kind is not None
        if (
            steps
            and steps[-1].workflow == kind
            and part.only_if == steps[-1].only_if == "always"
            and not _elsewhere(steps[-1].request, text, notebooks)
        ):
            joint = "; " if kind == "tidy_notebook" else " and "
            steps[-1] = steps[-1].model_copy(update={"request": f"{steps[-1].request}{joint}{text}"})
            continue
        request = LOOKED_UP.sub("", text) if kind == "docs_qa" else text
        if steps and kind == "tidy_notebook":
            request, steps[-1] = with_result(text, steps[-1], notebooks)
        steps.append(RouteStep(workflow=kind, request=request, why=why(text, kind), only_if=part.only_if))
    return steps


def _elsewhere(before: str, text: str, notebooks: Sequence[str]) -> bool:
    """Whether a part names one notebook that the step before, which names another, does not."""
    own, others = names_in(text, notebooks), {each.which for each in names_in(before, notebooks)}
    return len(own) == 1 and bool(others) and own[0].which not in others


def pointed(parts: Sequence[Part], question: WhichWorkflow, undone: Sequence[str] = ()) -> list[Part]:
    """The parts, each with the name for its `it` or `there` where the step before does not tell it.

    An audit is told of nothing by the step before; and a part that is not done is no step.
    """
    found: list[Part] = []
    first = next(
        (
            names_in(part.text, question.notebooks)
            for part in parts
            if names_in(part.text, question.notebooks)
        ),
        [],
    )
    ahead = parts and not names_in(parts[0].text, question.notebooks) and len(first) == 1
    last, told = (question.notebooks[first[0].which], False) if ahead else ("", True)
    for part in parts:
        notebooks = names_in(part.text, question.notebooks)
        integrations = names_in(part.text, question.integrations)
        if last and not notebooks and not integrations and (part.kind == "audit_integrations" or not told):
            part = part._replace(text=_named(part.text, last))
        elif len(notebooks) == 1:
            last, told = question.notebooks[notebooks[0].which], part.text not in undone
        elif len(integrations) == 1:
            last, told = question.integrations[integrations[0].which], True
        found.append(part)
    return found


def _named(text: str, name: str) -> str:
    """The text with the name for its first `it` or `there`."""
    said = name.replace("\\", r"\\")
    renamed = IT.sub(said, text, count=1)
    return (
        renamed if renamed != text else re.sub(r"\bthere\b", f"in {said}", text, count=1, flags=re.IGNORECASE)
    )


def with_background(parts: Sequence[Part], background: Sequence[Part], question: WhichWorkflow) -> list[Part]:
    """The parts, one that points at something and names nothing with the sentence before it that tells what it is about."""
    found: list[Part] = []
    before: Part | None = None
    for part in parts:
        if part in background:
            before = part
            continue
        names = [*question.notebooks, *question.integrations]
        if (
            before is not None
            and (POINTS.search(part.text) or names_in(before.text, names))
            and not names_in(part.text, names)
        ):
            part = part._replace(text=f"{before.text}. {part.text}")
        before = None
        found.append(part)
    return found


__all__ = ["Part", "chained", "pointed", "read_parts", "with_background"]
