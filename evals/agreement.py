"""`python -m evals.agreement --model MODEL`: how far a model as judge agrees with the deterministic scorers, on recorded sessions.

Each session's answer is shown as recorded, and damaged in ways that a deterministic scorer catches. The labels are the scorers',
never ours: a damage that no scorer catches is left out and counted. Cohen's kappa, with its confidence interval, is kept for `evals.run --judge`.
"""

import argparse
import asyncio
import copy
import math
import os
import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from agents.errors import AgentError
from agents.questions import Decider
from evals.calls import Tokens
from evals.errors import EvalError, Usage
from evals.recording import SESSIONS
from evals.scene import Trace
from evals.scorers import scorers_for
from evals.scorers.judge import (
    THRESHOLD,
    Agreement,
    judge,
    prompt_digest,
    question_of,
    why_it_does_not_count,
)
from evals.scores import Score, Seen, State
from evals.session import Session, find_sessions, read_model, read_session
from evals.tape import Sides, dump_yaml, write_whole

TEXT_SCORERS = frozenset(
    {"status", "claims", "citations", "answer_contains", "answer_lacks", "answer_matches", "outcome_is"}
)
"""Those that judge what a run says; a judge that reads the answer can be compared with them."""
KEPT = "agreement.yaml"


class Case(NamedTuple):
    """One answer with the verdict of the deterministic scorers."""

    seen: Seen
    damage: str
    """What was done to the answer; empty for the recorded one."""
    passed: bool
    why: str
    """The scorer that failed it, with its reason."""


class Compared(NamedTuple):
    """One case with the judge's verdict; None where it gave none."""

    case: Case
    verdict: State | None
    reason: str


def as_seen(session: Session) -> Seen:
    """A recorded session as a run that went exactly so."""
    return Seen(
        session=session, mode="tape", trace=Trace(), calls=session.calls, reads=frozenset(),
        questions=session.questions, outcome=session.outcome, tokens=Tokens(0, 0, 0), seconds=0.0,
    )  # fmt: skip


def cases(sessions: Sequence[Session], seed: int = 0) -> tuple[list[Case], int]:
    """Recorded and damaged answers with their labels, and how many damages no scorer caught."""
    source = random.Random(seed)
    made: list[Case] = []
    unseen = 0
    answered = [one for one in sessions if isinstance(one.outcome, dict) and one.outcome.get("answer")]
    for session in answered:
        seen = as_seen(session)
        if label(seen) is None:
            made.append(Case(seen, "", True, ""))
        for name, damaged in _damages(session, answered, source):
            wrong = label(replace(seen, outcome=damaged))
            if wrong is None:
                unseen += 1
                continue
            made.append(Case(replace(seen, outcome=damaged), name, False, f"{wrong.name}: {wrong.reason}"))
    return made, unseen


def label(seen: Seen) -> Score | None:
    """The first deterministic score that fails what was said, or None."""
    scorers = [one for one in scorers_for(seen.session.expect) if one.name in TEXT_SCORERS]
    return next((score for one in scorers if (score := one.score(seen)).state is State.FAILED), None)


# ---- damages -------------------------------------------------------------------------------------------------


def _damages(
    session: Session, others: Sequence[Session], source: random.Random
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The outcome with one thing wrong, in each way that applies."""
    for name, damage in DAMAGES.items():
        damaged = damage(copy.deepcopy(session.outcome), session, others, source)
        if damaged is not None:
            yield name, damaged


Damage = Callable[[dict[str, Any], Session, Sequence[Session], random.Random], dict[str, Any] | None]


def _wrong_number(
    outcome: dict[str, Any], session: Session, others: Sequence[Session], source: random.Random
) -> dict[str, Any] | None:
    found = list(re.finditer(r"(?<![\w.,`-])\d+(?:\.\d+)?(?![\w`])", outcome["answer"]))
    if not found:
        return None
    at = source.choice(found)
    wrong = (
        f"{float(at[0]) * source.choice((3, 7)) + source.randint(211, 977):.{len(at[0].partition('.')[2])}f}"
    )
    outcome["answer"] = outcome["answer"][: at.start()] + wrong + outcome["answer"][at.end() :]
    return outcome


def _source_not_read(
    outcome: dict[str, Any], session: Session, others: Sequence[Session], source: random.Random
) -> dict[str, Any] | None:
    called = {call.tool for call in session.calls}
    unread = sorted({call.tool for one in others for call in one.calls} - called)
    if not outcome.get("claims") or not unread:
        return None
    source.choice(outcome["claims"])["source"]["tool"] = source.choice(unread)
    return outcome


def _another_answer(
    outcome: dict[str, Any], session: Session, others: Sequence[Session], source: random.Random
) -> dict[str, Any] | None:
    strangers = [one for one in others if one.workflow != session.workflow and one.outcome.get("claims")]
    if not strangers:
        return None
    other = source.choice(strangers).outcome
    return {**outcome, "answer": other["answer"], "claims": other["claims"], "status": other["status"]}


def _says_done(
    outcome: dict[str, Any], session: Session, others: Sequence[Session], source: random.Random
) -> dict[str, Any] | None:
    if outcome.get("status") not in ("refused", "denied", "failed", "needs_answer", "planned"):
        return None
    return {
        **outcome,
        "status": "done",
        "answer": "Done. Everything was created as you asked, and it ran without an error.",
    }


DAMAGES: dict[str, Damage] = {
    "a wrong number": _wrong_number,
    "a source that was not read": _source_not_read,
    "another request's answer": _another_answer,
    "says done, was not": _says_done,
}


# ---- agreement -----------------------------------------------------------------------------------------------


def kappa(rows: Iterable[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Cohen's kappa of two raters and its 95 % interval (Cohen 1960; standard error of Fleiss, Cohen and Everitt 1969)."""
    pairs = list(rows)
    total = len(pairs)
    if not total:
        return 0.0, -1.0, 1.0
    share = {
        (a, b): sum(pair == (a, b) for pair in pairs) / total for a in (True, False) for b in (True, False)
    }
    one = {a: share[a, True] + share[a, False] for a in (True, False)}
    two = {b: share[True, b] + share[False, b] for b in (True, False)}
    observed = share[True, True] + share[False, False]
    chance = one[True] * two[True] + one[False] * two[False]
    if chance == 1.0:  # both raters only ever said one thing: nothing was told apart
        return 0.0, -1.0, 1.0
    value = (observed - chance) / (1 - chance)
    agreeing = sum(share[a, a] * (1 - (one[a] + two[a]) * (1 - value)) ** 2 for a in (True, False))
    apart = (1 - value) ** 2 * sum(share[a, not a] * (two[a] + one[not a]) ** 2 for a in (True, False))
    left = (value - chance * (1 - value)) ** 2
    error = math.sqrt(max(0.0, agreeing + apart - left) / total) / (1 - chance)
    return value, max(-1.0, value - 1.96 * error), min(1.0, value + 1.96 * error)


def measured(model: str, rows: Sequence[Compared]) -> Agreement:
    """The agreement over all cases on which the judge gave a verdict."""
    pairs = [(one.case.passed, one.verdict is State.PASSED) for one in rows if one.verdict is not None]
    value, low, high = kappa(pairs)
    return Agreement(
        model=model,
        prompt=prompt_digest(),
        cases=len(rows),
        both_passed=pairs.count((True, True)),
        both_failed=pairs.count((False, False)),
        only_judge_passed=pairs.count((False, True)),
        only_judge_failed=pairs.count((True, False)),
        no_verdict=len(rows) - len(pairs),
        kappa=round(value, 4),
        kappa_low=round(low, 4),
        kappa_high=round(high, 4),
    )


async def compare(
    decider: Decider, chosen: Sequence[Case], tell: Callable[[Compared], None]
) -> list[Compared]:
    """Ask the judge about each case."""
    rows = []
    for case in chosen:
        score = await judge(decider, question_of(case.seen))
        verdict = None if score.state is State.NOT_APPLICABLE else score.state
        rows.append(Compared(case, verdict, score.reason))
        tell(rows[-1])
    return rows


def balanced(made: Sequence[Case], limit: int, seed: int = 0) -> list[Case]:
    """At most `limit` cases, as many passed as failed where there are enough of both, drawn by the seed."""
    source = random.Random(seed)
    passed = [one for one in made if one.passed]
    failed = [one for one in made if not one.passed]
    source.shuffle(passed)
    source.shuffle(failed)
    half = min(len(passed), len(failed), limit // 2)
    return [one for pair in zip(passed[:half], failed[:half], strict=True) for one in pair]


def read_agreement(folder: Path) -> Agreement | None:
    """What was measured last, or None."""
    path = folder / KEPT
    return read_model(path, Agreement, "Measure it again.") if path.exists() else None


# ---- the command ---------------------------------------------------------------------------------------------


def main(argv: list[str] | None = None) -> int:
    """0: the judge may count; 1: it may not; 2: usage."""
    parser = argparse.ArgumentParser(prog="python -m evals.agreement", description=__doc__)
    add = parser.add_argument
    add("pattern", nargs="?", default="", help="only sessions whose WORKFLOW/TITLE contains this")
    add("--model", required=True, help="openai:NAME, anthropic:NAME, local:FILE.gguf or scripted:FILE.yaml")
    add("--base-url", help="an endpoint of the same protocol")
    add("--cases", type=int, default=120, help="how many answers it is shown at most, half of them damaged")
    add(
        "--threshold",
        type=float,
        default=THRESHOLD,
        help=f"the least kappa with which it counts (default {THRESHOLD:g})",
    )
    add("--sessions", type=Path, default=SESSIONS)
    add("--state", type=Path, default=Path(".evals"), help="where the measurement is kept (default .evals)")
    add("--list", action="store_true", help="show the cases and their labels, ask nobody")
    options = parser.parse_args(argv)
    try:
        return asyncio.run(_main(options))
    except Usage as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    except (EvalError, AgentError) as failed:
        sys.stderr.write(f"{failed}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Nothing was kept.\n")
        return 130


async def _main(options: argparse.Namespace) -> int:
    from agents.models import open_decider

    sides = Sides(options.sessions)
    sessions = [read_session(folder, sides) for folder in find_sessions(options.sessions, options.pattern)]
    made, unseen = cases(sessions)
    chosen = balanced(made, options.cases)
    if not chosen:
        raise Usage(f"No session under {options.sessions} gives both a passed and a failed answer to judge.")
    if options.list:
        for case in chosen:
            sys.stdout.write(
                f"{case.seen.session.name}: {case.damage or 'as recorded'}: {case.why or 'passed'}\n"
            )
        return 0
    if options.model == "offline":
        raise Usage("--model offline: rules cannot judge. Name a model.")

    def tell(one: Compared) -> None:
        mark = (
            "no verdict"
            if one.verdict is None
            else "agrees"
            if (one.verdict is State.PASSED) == one.case.passed
            else "differs"
        )
        sys.stderr.write(
            f"{mark:10} {one.case.seen.session.name} ({one.case.damage or 'as recorded'}): {one.reason}\n"
        )

    opened = open_decider(options.model, base_url=options.base_url, environment=os.environ)
    async with opened as decider:
        rows = await compare(decider, chosen, tell)
    found = measured(options.model, rows)
    options.state.mkdir(parents=True, exist_ok=True)
    write_whole(options.state / KEPT, dump_yaml(found.model_dump(mode="json")))
    lacking = why_it_does_not_count(found, options.model, options.threshold)
    sys.stdout.write(
        table(rows, found, unseen) + (f"It does not count. {lacking}\n" if lacking else "It counts.\n")
    )
    return 1 if lacking else 0


def table(rows: Sequence[Compared], found: Agreement, unseen: int) -> str:
    """Judge against scorers, by kind of damage, and kappa."""
    lines = [
        f"{found.cases} answers, judged by {found.model}",
        "",
        "                      judge: passed   judge: failed",
        f"scorers: passed       {found.both_passed:13}   {found.only_judge_failed:13}",
        f"scorers: failed       {found.only_judge_passed:13}   {found.both_failed:13}",
        "",
    ]
    for damage in ("", *DAMAGES):
        same = [one for one in rows if one.case.damage == damage and one.verdict is not None]
        if same:
            agreed = sum((one.verdict is State.PASSED) == one.case.passed for one in same)
            lines.append(f"{damage or 'as recorded':28} agrees on {agreed} of {len(same)}")
    lines.append(
        f"\nkappa {found.kappa:.2f} (95 % {found.kappa_low:.2f} to {found.kappa_high:.2f}), {found.no_verdict} without a verdict; "
        f"{unseen} damages that no scorer caught were left out"
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
