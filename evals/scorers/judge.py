"""A model as judge: reads request, evidence and answer, and says passed or failed. Off unless it is asked for.

Its verdict counts only where its agreement with the deterministic scorers was measured and is high enough: see `evals.agreement`.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from agents.errors import AgentError
from agents.questions import Answer, Decider, Question
from evals.canonical import digest, text_of
from evals.scores import Result, Score, Seen, State
from evals.session import Strict, ToolCall

PROMPTS = Path(__file__).parent / "prompts"
NAME = "judge"
_TELLING = re.compile(r"\d[\d.,]*\d|\d|\b[A-Z][\w&]{2,}")
WINDOW = 90
"""Characters shown on each side of what an answer and a result have in common."""


class Verdict(Answer):
    """What the judge says."""

    reason: str = Field(max_length=400)
    """The one thing that decides it, in a sentence."""
    passed: bool
    """Whether the answer passes."""


class Judged(Question[Verdict]):
    """Is this answer supported by what was read?"""

    name: ClassVar[str] = "judge.verdict"
    folder: ClassVar[Path | None] = PROMPTS
    budget: ClassVar[int] = 3500
    answer_budget: ClassVar[int] = 300

    request: str
    evidence: str
    sources: str
    status: str
    answer: str

    @classmethod
    def sample(cls) -> "Judged":
        return cls(
            request="How many rows?",
            evidence="get_run() -> 12 rows",
            sources="- get_run: 12 rows",
            status="done",
            answer="12 rows.",
        )


def question_of(seen: Seen) -> Judged:
    """What the judge is asked about a run."""
    outcome: dict[str, Any] = seen.outcome if isinstance(seen.outcome, dict) else {}
    claims = outcome.get("claims") or []
    sources = [f"- {_source(claim)}: {claim.get('text', '')}" for claim in claims]
    return Judged(
        request=seen.session.request,
        evidence="\n".join(_excerpt(call, seen.answer) for call in seen.calls) or "(no tool was called)",
        sources="\n".join(sources) or "(none)",
        status=str(outcome.get("status", "(none)")),
        answer=seen.answer or "(empty)",
    )


def _source(claim: dict[str, Any]) -> str:
    source = claim.get("source") or {}
    return " ".join(
        str(source[key]) for key in ("tool", "article", "heading", "label") if source.get(key) is not None
    )


def _excerpt(call: ToolCall, answer: str) -> str:
    """One line of a call: its arguments, and where its result shares numbers and names with the answer."""
    said = f"{call.tool}({text_of(call.arguments)[:160]})"
    if call.error is not None:
        return f"{said} failed: {call.error[:200]}"
    text = call.result if isinstance(call.result, str) else text_of(call.result)
    pieces: list[str] = []
    until = -1
    for word in dict.fromkeys(_TELLING.findall(answer)):
        at = text.find(word)
        if at > until and len(pieces) < 4:
            until = at + len(word) + WINDOW
            pieces.append(text[max(0, at - WINDOW) : until])
    return f"{said} -> {' … '.join(pieces) or text[: 2 * WINDOW]}"


class Agreement(Strict):
    """How well a judge agreed with the deterministic scorers, when that was measured."""

    model: str
    prompt: str
    """Digest of the judge's prompt; another prompt is another judge."""
    cases: int
    both_passed: int
    both_failed: int
    only_judge_passed: int
    only_judge_failed: int
    no_verdict: int
    kappa: float
    kappa_low: float
    kappa_high: float


def prompt_digest() -> str:
    """Tells one wording of the judge's prompt from another."""
    return digest((PROMPTS / "judge" / "verdict.md").read_text(encoding="utf-8"))


FEWEST = 10
"""Cases that the deterministic scorers passed, and as many that they failed, before an agreement means anything."""
THRESHOLD = 0.6
"""The least kappa with which a judge counts: `substantial` in Landis and Koch 1977."""


def why_it_does_not_count(agreement: Agreement | None, model: str, threshold: float = THRESHOLD) -> str:
    """One sentence, or an empty text where the judge counts."""
    again = f"Measure it: python -m evals.agreement --model {model}"
    if agreement is None or agreement.model != model:
        return f"The agreement of {model} with the deterministic scorers was not measured. {again}"
    if agreement.prompt != prompt_digest():
        return f"The judge's prompt changed since its agreement was measured. {again}"
    passed = agreement.both_passed + agreement.only_judge_failed
    failed = agreement.both_failed + agreement.only_judge_passed
    if min(passed, failed) < FEWEST:
        return f"Its agreement was measured on {passed} passed and {failed} failed cases, {FEWEST} of each are needed. {again}"
    if agreement.kappa < threshold:
        return (
            f"It agrees with the deterministic scorers by kappa {agreement.kappa:.2f}, below {threshold:g}."
        )
    return ""


async def judge(decider: Decider, question: Judged, lacking: str = "") -> Score:
    """The judge's verdict as a score; with `lacking`, it is told but does not count."""
    try:
        verdict = await decider.decide(question)
    except AgentError as failure:
        return Score(name=NAME, state=State.NOT_APPLICABLE, reason=f"The judge gave no verdict: {failure}")
    state = State.PASSED if verdict.passed else State.FAILED
    if lacking:
        return Score(
            name=NAME, state=State.NOT_APPLICABLE, reason=f"{state}, not counted: {verdict.reason} {lacking}"
        )
    return Score(name=NAME, state=state, reason=verdict.reason)


async def judge_results(decider: Decider, results: Sequence[Result], lacking: str = "") -> list[Result]:
    """The results with the judge's score; where it counts, an answer that it fails fails its session."""
    judged = []
    for one in results:
        if one.asked is not None and one.state in (State.PASSED, State.FAILED):
            score = await judge(decider, Judged.model_validate(one.asked), lacking)
            state = State.FAILED if score.state is State.FAILED else one.state
            one = one.model_copy(update={"state": state, "scores": [*one.scores, score]})
        judged.append(one.model_copy(update={"asked": None}))
    return judged


__all__ = [
    "Agreement",
    "Judged",
    "Verdict",
    "judge",
    "judge_results",
    "prompt_digest",
    "question_of",
    "why_it_does_not_count",
]
