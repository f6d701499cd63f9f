"""Parts of a request as steps: what hangs on a condition, what a word points back at, and where a result goes."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.ask import DECIDES, Condition, Doer, RouteStep, WhichWorkflow
from agents.rules.ask_asides import IT, ITS
from agents.rules.ask_clause import QUESTION
from agents.rules.ask_conditions import FIGURE, NOTHING, SO, Hanging, hanging, turned
from agents.rules.ask_parts import POINTS, THERE_IS
from agents.rules.ask_results import with_result
from agents.rules.ask_signs import kind_of, why
from agents.rules.looking import looks
from agents.rules.wording import names_in

WHY_LOOKED = "it asks what the workspace holds"
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
    kind: Doer | None
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
            found.append(_part(text, found, question))
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
        if found and found[-1].kind == "ask":
            only_if = LISTED.get(only_if or "", only_if)
        decided = only_if is not None and any(part.kind in DECIDES[only_if] for part in found)
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


LISTED: dict[str, Condition] = {"failed": "found", "succeeded": "not found"}
"""What `if any failed` asks of a list of those that failed."""


def _part(text: str, before: Sequence[Part], question: WhichWorkflow) -> Part:
    """A part that hangs on nothing: what the workspace holds, also of the notebook that a part before names, or a workflow's work."""
    last = next((said for part in reversed(before) if (said := names_in(part.text, question.notebooks))), [])
    if len(last) == 1 and not names_in(text, question.notebooks):
        named = _named(text, question.notebooks[last[0].which])
        if named != text and looks(named, question):
            return Part(named, "ask")
    return Part(text, "ask" if looks(text, question) else kind_of(text, question))


def chained(parts: Sequence[Part], notebooks: Sequence[str]) -> list[RouteStep]:
    """One step for each part, or for several in a row of one kind; a word for the result is what the step before found."""
    steps: list[RouteStep] = []
    for part in parts:
        text, kind = part.text, part.kind
        assert kind is not None
        if (
            steps
            and steps[-1].workflow == kind
            and not _stands_alone(kind, text)
            and part.only_if == steps[-1].only_if == "always"
            and not _elsewhere(steps[-1].request, text, notebooks)
        ):
            joint = "; " if kind == "tidy_notebook" else " and "
            steps[-1] = steps[-1].model_copy(update={"request": f"{steps[-1].request}{joint}{text}"})
            continue
        request = LOOKED_UP.sub("", text) if kind == "docs_qa" else text
        if steps and kind == "tidy_notebook":
            request, steps[-1] = with_result(text, steps[-1], notebooks)
        told = WHY_LOOKED if kind == "ask" else why(text, kind)
        steps.append(RouteStep(workflow=kind, request=request, why=told, only_if=part.only_if))
    return steps


def _stands_alone(kind: Doer, text: str) -> bool:
    """Whether a part is a question of its own beside another of its kind: what is asked of the workspace or of the documentation, and points at nothing."""
    return kind == "ask" or (
        kind == "docs_qa" and POINTS.search(text) is None and QUESTION.match(text) is not None
    )


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
        if last and not notebooks and not integrations and part.kind == "docs_qa":
            part = part._replace(text=IT.sub("a notebook", part.text, count=1))
        elif last and not notebooks and not integrations and (part.kind == "audit_integrations" or not told):
            part = part._replace(text=_named(part.text, last))
        elif len(notebooks) == 1:
            last, told = (
                question.notebooks[notebooks[0].which],
                part.kind != "ask" and part.text not in undone,
            )
        elif len(integrations) == 1:
            last, told = question.integrations[integrations[0].which], True
        found.append(part)
    return found


def _named(text: str, name: str) -> str:
    """The text with the name for its first `it`, `its` or `there`."""
    said = name.replace("\\", r"\\")
    renamed = ITS.sub(rf"the \1 of {said}", IT.sub(said, text, count=1), count=1)
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


def placed(texts: Sequence[str]) -> list[str]:
    """The parts, one behind `In Notes there is an empty cell` with that place and that cell for its `it`."""
    found: list[str] = []
    for text in texts:
        there = THERE_IS.fullmatch(found[-1].strip()) if found else None
        if there is not None and there["where"] and len(there["what"].split()) <= 4:
            what = f"the {there['what'].strip()}".replace("\\", r"\\")
            named = IT.sub(what, text, count=1)
            if named != text:
                found[-1] = f"{there['where']}, {named[0].lower()}{named[1:]}"
                continue
        found.append(text)
    return found


__all__ = ["WHY_LOOKED", "Part", "chained", "placed", "pointed", "read_parts", "with_background"]
