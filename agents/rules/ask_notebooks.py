"""Parts of a request and the notebooks they are for: one run a notebook, one tidying a notebook, and a notebook that is only pointed out."""

import re
from collections.abc import Sequence
from itertools import pairwise

from agents.asks.ask import RouteStep, WhichWorkflow
from agents.rules.ask_clause import CALLED, RUNS, N, clause_of
from agents.rules.ask_clause import RUN as RUN_VERB
from agents.rules.ask_signs import why
from agents.rules.ask_steps import Part
from agents.rules.wording import FILLER, Named, by_words, names_in, without, words_of

POINTED_OUT = re.compile(
    r"(?:(?:there(?:['’]s|\s+is)|we(?:['’]ve|\s+have)(?:\s+got)?|i\s+have)\s+(?:already\s+)?(?:an?|the|our)\b.*|.*\b(?:use|take|consult|try|look\s+(?:in|at))\b.*|.*\b(?:can|should|would|will)\s+(?:tell|know|say|show|have|answer)\b.*|.*\b(?:knows?|tells?|has\s+(?:it|that|this|them))\b.*)",
    re.IGNORECASE,
)
"""`there is a notebook for it, use that`: only says where the answer to the part before is found."""
BETWEEN = re.compile(
    r"\s*,\s*(?:and\s+)?(?:then\s+)?|\s+(?:and|plus|as\s+well\s+as)\s+(?:then\s+|also\s+)?|\s*&\s*",
    re.IGNORECASE,
)
RUN_FIRST = re.compile(
    rf"(?:(?:please|pls|just|and|then|now|also|could\s+you|can\s+you)\s+)*(?P<run>{RUN_VERB})\s+(?:both\s+|through\s+)?",
    re.IGNORECASE,
)
LISTED = re.compile(r"\s*(?:,\s*(?:and\s+)?|\band\b|&|\+|\bplus\b|\bas\s+well\s+as\b)\s*(?:then\s+|also\s+)?(?:the\s+|our\s+)?(?:notebook\s+)?[\"“«'‘]?$", re.IGNORECASE)  # fmt: skip


def pointed_out(texts: Sequence[str], question: WhichWorkflow) -> list[str]:
    """The parts, one that only points out a notebook joined with the question before it."""
    found: list[str] = []
    for text in texts:
        clause = clause_of(text, question)
        before = clause_of(found[-1], question) if found else None
        if (
            before is not None
            and before.asks
            and N not in before.said
            and N in clause.said
            and POINTED_OUT.fullmatch(clause.said)
        ):
            found[-1] = f"Use {_called(text, question.notebooks)}: {found[-1]}"
            continue
        found.append(text)
    return found


def _called(text: str, notebooks: Sequence[str]) -> str:
    """How the text names or describes a notebook."""
    named = names_in(text, notebooks)
    if named:
        return notebooks[named[0].which]
    match = next(match for match in CALLED.finditer(text) if by_words(match.group(1), notebooks))
    return match.group(0)


def run_each(texts: Sequence[str], question: WhichWorkflow) -> list[str]:
    """The parts, `run A and B` as one part for each notebook, named or described: `run the archive and the weekly one`."""
    found: list[str] = []
    for text in texts:
        named = sorted(names_in(text, question.notebooks), key=lambda each: each.start)
        runs = RUNS.match(clause_of(text, question).said)
        if runs and len(named) > 1 and _in_a_row(text, named):
            head, tail = text[: named[0].start], text[named[-1].end :]
            found += [f"{head}{text[each.start : each.end]}{tail}" for each in named]
        elif runs or (len(named) < 2 and RUN_FIRST.match(text)):
            found += _described(text, question.notebooks) or [text]
        else:
            found.append(text)
    return found


def _described(text: str, notebooks: Sequence[str]) -> list[str]:
    """A part for each of the notebooks in a row that a run is wanted of, by their names where their words tell which; none where they are not two or more."""
    verb = RUN_FIRST.match(text)
    if verb is None:
        return []
    pieces = BETWEEN.split(text[verb.end() :].rstrip(" .!?"))
    meant: list[str] = []
    for place, piece in enumerate(pieces):
        name = piece if by_words(piece, notebooks) else ""
        if not name:
            rest = pieces[place:]
            break
        meant.append(name)
    else:
        rest = []
    if len(set(meant)) < 2:
        return []
    tail = f" and {' and '.join(rest)}" if rest else ""
    return [f"{verb['run']} {name}{tail}" for name in meant]


def _in_a_row(text: str, named: Sequence[Named]) -> bool:
    return all(LISTED.fullmatch(text[one.end : two.start].strip("\"“”«»'‘’")) for one, two in pairwise(named))


def only_named(part: str, notebooks: Sequence[str]) -> bool:
    """Whether a part is the name of a notebook and hardly anything else."""
    named = names_in(part, notebooks)
    rest = without(part, named[0].start, named[0].end) if named else part
    return bool(named) and not [word for word in words_of(rest) if word.text not in FILLER]


def each_its_own(parts: Sequence[Part], question: WhichWorkflow) -> list[RouteStep]:
    """A step for each notebook, where the parts, all of one kind, name several; none where one names two, or none is named first."""
    kind = parts[0].kind
    if kind not in ("run_and_inspect", "tidy_notebook"):
        return []
    joint = "; " if kind == "tidy_notebook" else " and "
    steps: list[RouteStep] = []
    names: list[str] = []
    for part in (each.text for each in parts):
        named = names_in(part, question.notebooks)
        own = (
            question.notebooks[named[0].which]
            if len(named) == 1
            else ""
            if named
            else _described_in(part, question.notebooks)
        )
        if own and own not in names[-1:]:
            bare = part if kind == "tidy_notebook" or RUN.search(part) else f"run {part}"
            steps.append(RouteStep(workflow=kind, request=bare, why=why(bare, kind)))
            names.append(own)
        elif len(named) > 1 or not steps:
            return []
        else:
            steps[-1] = steps[-1].model_copy(update={"request": f"{steps[-1].request}{joint}{part}"})
    return steps if len(steps) > 1 else []


def _described_in(part: str, notebooks: Sequence[str]) -> str:
    """The words of `run the KPIs`, where they may mean several notebooks."""
    verb = RUN_FIRST.match(part)
    said = BETWEEN.split(part[verb.end() :].rstrip(" .!?"))[0] if verb is not None else ""
    return said if said and by_words(said, notebooks) else ""


RUN = re.compile(r"\b(?:re-?)?(?:run|execute|refresh|start|launch|kick)\b", re.IGNORECASE)

__all__ = ["each_its_own", "only_named", "pointed_out", "run_each"]
