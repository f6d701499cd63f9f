"""The one approval of a run: the whole plan, with exactly what would be written, before the first write.

`decide_approval` is called alone in its node: a node with an interrupt runs again from its top when the answer comes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from langgraph.types import interrupt
from pydantic import BaseModel, Field, ValidationError

from workflows.context import Approval, Context
from workflows.outcome import Model, Outcome, Status

P = TypeVar("P", bound=BaseModel)


class PlannedWrite(Model):
    """One write of a plan, as it would be sent."""

    tool: str
    arguments: dict[str, Any]
    """Wire arguments; an id that does not exist yet is written as `<project>`, `<notebook>`."""
    why: str = ""
    before: dict[str, Any] | None = None
    """What stands there now."""


class Proposal(Model):
    """What a person is asked to approve: the payload of the interrupt."""

    kind: str = "approval"
    workflow: str
    request: str
    summary: list[str]
    """The plan in sentences."""
    writes: list[PlannedWrite]
    """Exactly what would be written, in order."""
    plan: dict[str, Any]
    """The typed plan; sent back changed, it is checked and shown again."""
    problems: list[str] = Field(default_factory=list)
    """What was wrong with an edited plan."""
    names: dict[str, str] = Field(default_factory=dict)
    """What a person calls the ids of the plan; they stand beside them where it is edited."""


class Decision(Model):
    """The answer to a proposal. Resume values: `True`/`"yes"`, `False`/`"no"`, or `{"plan": {…}}`."""

    approved: bool
    edited: dict[str, Any] | None = None
    """The changed plan; it has to be checked against the world and proposed again."""


_YES = frozenset({"y", "yes", "ok", "approve", "approved", "true", "ja", "oui", "si", "sí"})
_NO = frozenset({"n", "no", "deny", "denied", "reject", "false", "nein", "non", "stop", "cancel"})


def read_decision(answer: object) -> Decision | None:
    """The decision in a resume value, or None when it is none."""
    if isinstance(answer, bool):
        return Decision(approved=answer)
    if isinstance(answer, str):
        word = answer.strip().lower().rstrip(".!")
        return Decision(approved=True) if word in _YES else Decision(approved=False) if word in _NO else None
    if isinstance(answer, Mapping):
        if isinstance(answer.get("plan"), Mapping):
            return Decision(approved=False, edited=dict(answer["plan"]))
        for key in ("approved", "answer"):
            if key in answer:
                return read_decision(answer[key])
    return None


def decide_approval(proposal: Proposal, context: Context) -> Decision | Outcome:
    """The decision on a proposal, or the outcome with which the policy ends the run here. Interrupts only under `ask`."""
    policy = context.policy.approval
    if policy is Approval.YES:
        return Decision(approved=True)
    proposal = proposal.model_copy(update={"summary": [*proposal.summary, *context.later]})
    if policy is Approval.PLAN_ONLY:
        return Outcome(
            workflow=proposal.workflow,
            status=Status.PLANNED,
            answer=described(proposal),
            plan=proposal.model_dump(mode="json"),
        )
    if policy is Approval.READ_ONLY:
        return Outcome(
            workflow=proposal.workflow,
            status=Status.REFUSED,
            answer=f"This run is read-only, and the plan needs {_counted(proposal.writes)}. Nothing was written.",
        )
    while True:
        decision = read_decision(interrupt(proposal.model_dump(mode="json")))
        if decision is not None:
            return decision
        proposal = proposal.model_copy(
            update={"problems": ['Answer yes, no, or {"plan": …} with the changed plan.']}
        )


def denied(proposal: Proposal) -> Outcome:
    """The outcome when the person said no."""
    return Outcome(
        workflow=proposal.workflow,
        status=Status.DENIED,
        answer="The plan was not approved. Nothing was written.",
    )


_PLAINLY = {"extra_forbidden": "there is no such field", "missing": "this field is needed"}


def read_plan(kind: type[P], edited: Mapping[str, Any]) -> P | list[str]:
    """The edited plan, or what is wrong with it, one sentence for each field."""
    try:
        return kind.model_validate(edited)
    except ValidationError as invalid:
        return [
            f"{'.'.join(str(part) for part in error['loc']) or 'the plan'}: {_PLAINLY.get(error['type'], error['msg'])}"
            for error in invalid.errors(include_url=False)
        ]


def described(proposal: Proposal) -> str:
    """The plan as Markdown: its sentences, then each write."""
    lines = [f"- {line}" for line in proposal.summary]
    lines += ["", f"It would make {_counted(proposal.writes)}:", ""]
    lines += [f"{number}. {_write_line(write)}" for number, write in enumerate(proposal.writes, 1)]
    return "\n".join(lines)


def _counted(writes: Sequence[PlannedWrite]) -> str:
    return "1 write" if len(writes) == 1 else f"{len(writes)} writes"


def _write_line(write: PlannedWrite) -> str:
    return f"`{write.tool}`" + (f": {write.why}" if write.why else "")


def approval_update(proposal: Proposal, context: Context) -> dict[str, Any]:
    """What an approve node returns: the outcome that ends the run, the edited plan to check, or the yes."""
    decision = decide_approval(proposal, context)
    if isinstance(decision, Outcome):
        return {"outcome": decision}
    if decision.edited is not None:
        return {"edited": decision.edited, "approved": None}
    return {"approved": True} if decision.approved else {"approved": False, "outcome": denied(proposal)}


__all__ = [
    "Decision",
    "PlannedWrite",
    "Proposal",
    "approval_update",
    "decide_approval",
    "denied",
    "described",
    "read_decision",
    "read_plan",
]
