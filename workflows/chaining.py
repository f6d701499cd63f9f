"""What the steps of a chain tell one another, and what they come to together."""

import re
from collections.abc import Sequence

from agents.asks.ask import DECIDES, RESULT, Route, RouteStep
from workflows import registry
from workflows.looking_words import NAME
from workflows.outcome import Outcome, Status

GOOD = frozenset({Status.DONE, Status.NOTHING_TO_DO})
LONGEST_NOTE = 600
ASKED_FOR = re.compile(r"^Asked for:\n\n((?:- .*\n?)+)", re.MULTILINE)
"""The figures of a run that were asked for: a note with them says nothing else."""


_BY_NAME = re.compile(rf"workflows\.run (?:{'|'.join(registry.WORKFLOWS)}) ")
"""A workflow's own command: a thread of the door goes on through the door."""


_HERE = re.compile(r"\b(Nothing was (?:written|created|run))\b")
FAILING = re.compile(
    r"\bthe\s+(?:(?:failing|failed|broken|offending|faulty)\s+(?:cell|block|one)|(?:cell|block|one)\s+(?:that|which|where\s+it)\s+(?:has\s+)?(?:failed|fails|broke|breaks|stopped|went\s+wrong))\b",
    re.IGNORECASE,
)
STOPPED_AT = re.compile(r"\bstopped at block (\d+)\b")


def said(route: Route) -> str:
    """Which workflows and why, in one line."""
    return ", then ".join(f"{step.workflow}" + (f" ({step.why})" if step.why else "") for step in route.steps)


def pointed_at(request: str, finished: Sequence[Outcome]) -> str:
    """The request with the number of the block that failed in a step before, where it speaks of that block."""
    stopped = next((found for each in reversed(finished) if (found := STOPPED_AT.search(each.answer))), None)
    return FAILING.sub(f"block {stopped[1]}", request) if stopped is not None else request


def unmet(step: RouteStep, finished: Sequence[Outcome]) -> str:
    """Why a step is not done that hangs on what a run or an audit before it came to; empty where it is to be done."""
    before = next(
        (each for each in reversed(finished) if each.workflow in DECIDES.get(step.only_if, ())),
        finished[-1],
    )
    failed = before.status is Status.FAILED or any(
        claim.text.startswith("status of run") and claim.value != "success" for claim in before.claims
    )
    changes = next((claim.value for claim in before.claims if claim.text == "changes found"), None)
    compared = any(claim.text == "blocks compared" for claim in before.claims)
    holds = {
        "found": any(table.get("rows") for table in before.tables),
        "not found": not any(table.get("rows") for table in before.tables),
        "failed": failed,
        "succeeded": not failed,
        "changed": not failed and bool(changes),
        "unchanged": not failed and compared and not changes,
    }
    if step.only_if == "always" or holds[step.only_if]:
        return ""
    came_to = {
        "found": "The step before found nothing",
        "not found": "The step before found something",
        "failed": "The run before did not fail",
        "succeeded": "The run before failed",
        "changed": "The run before changed nothing" if compared and not failed else "Whether the run before changed anything is not known",
        "unchanged": "The run before changed something" if compared and not failed else "Whether the run before changed anything is not known",
    }  # fmt: skip
    return f"{came_to[step.only_if]}, so this was not done: {step.request.replace(RESULT, 'the result')}"


def last_told(route: Route, finished: Sequence[Outcome]) -> Outcome:
    """The last step that was done; one whose condition did not hold has nothing to tell."""
    done = [
        outcome
        for outcome, step in zip(finished, route.steps, strict=False)
        if not (step.only_if != "always" and outcome.status is Status.NOTHING_TO_DO)
    ]
    return done[-1] if done else finished[-1]


def short(outcome: Outcome) -> str:
    """What a step found, as the text of a note: the figures that were asked for, else the answer."""
    asked = ASKED_FOR.search(outcome.answer)
    told = asked.group(1) if asked is not None else outcome.answer
    text = told if len(told) <= LONGEST_NOTE else told[:LONGEST_NOTE].rsplit("\n", 1)[0] + "\n…"
    return text.strip()


def together(
    route: Route, finished: Sequence[Outcome], last: Outcome, *, wrote: bool, read_as: str = ""
) -> Outcome:
    """The outcomes of all steps as one; a step that was not reached is named."""
    every = [*finished, last]
    left = [step.workflow for step in route.steps[len(every) :]]
    parts = [
        _HERE.sub(r"\1 for this part", outcome.answer)
        if wrote and outcome.status not in GOOD
        else outcome.answer
        for outcome in every
    ]
    parts += [f"Not done: “{part}”: no workflow was found for it." for part in route.undone]
    if left and last.status is not Status.PLANNED:
        parts.append(f"Not done, because the step before did not come to its end: {', '.join(left)}.")
    if read_as:
        parts.append(f"Read as “{read_as}”.")
    parts.append(f"Done by {said(route)}.")
    failed = any(outcome.status is Status.FAILED for outcome in every)
    return last.model_copy(
        update={
            "workflow": NAME,
            "status": Status.FAILED if failed and last.status in GOOD else last.status,
            "answer": "\n\n".join(parts),
            "claims": [claim for outcome in every for claim in outcome.claims],
            "not_checked": list(dict.fromkeys(text for outcome in every for text in outcome.not_checked)),
            "tables": [table for outcome in every for table in outcome.tables],
            "charts": [chart for outcome in every for chart in outcome.charts],
            "checks": [text for outcome in every for text in outcome.checks],
            "next": [_BY_NAME.sub("workflows.run ", line) for line in last.next],
            "address": next((outcome.address for outcome in reversed(every) if outcome.address), None),
        }
    )


def later_told(steps: Sequence[RouteStep]) -> tuple[str, ...]:
    """The steps behind one, a sentence each: each is planned on what the one before leaves."""
    return tuple(
        f"Then {step.workflow}, planned once this is done: “{step.request.replace(RESULT, 'the result')}”"
        for step in steps
    )


EACH = re.compile(
    r"\s*\b(?:(?:in|into|to|of|on|at|for)\s+)?(?:(?:each|every\s+one|all|both|any)\s+of\s+(?:those|these|them|the\s+(?:above|listed))(?:\s+notebooks)?|(?:those|these)\s+(?:\w+\s+)?notebooks)\b",
    re.IGNORECASE,
)
"""The notebooks that the answer before lists, each of them."""
THEM = re.compile(r"\b(?:them(?:\s+(?:all|both))?|those|these|both)\b", re.IGNORECASE)
MOST = 8
"""Notebooks that one step is done for; of more, it is asked which are meant."""


def listed_in(outcome: Outcome) -> list[str]:
    """The notebooks that an answer lists, by name."""
    table = next((each for each in outcome.tables if "notebook" in each.get("columns", ())), None)
    if table is None:
        return []
    at = table["columns"].index("notebook")
    return list(dict.fromkeys(str(row[at]) for row in table["rows"]))


def for_each(step: RouteStep, listed: Sequence[str]) -> list[RouteStep]:
    """The step once for each notebook that was listed, where it is wanted for them; else none."""
    if not 0 < len(listed) <= MOST:
        return []
    if step.workflow == "tidy_notebook" and EACH.search(step.request):
        bare = EACH.sub("", step.request, count=1).strip()
        return [step.model_copy(update={"request": f"In {name}, {bare}"}) for name in listed]
    runs = step.workflow == "run_and_inspect"
    found = (EACH.search(step.request) or THEM.search(step.request)) if runs else None
    if found is None:
        return []
    head, tail = step.request[: found.start()].rstrip(), step.request[found.end() :]
    return [step.model_copy(update={"request": f"{head} {name}{tail}"}) for name in listed]


__all__ = [
    "FAILING",
    "GOOD",
    "for_each",
    "last_told",
    "later_told",
    "listed_in",
    "pointed_at",
    "said",
    "short",
    "together",
    "unmet",
]
