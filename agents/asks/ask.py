"""Which workflow answers a request, or which several one after the other."""

import re
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.asks.material import ROOM, SAID, likely_first, lines
from agents.questions import Answer, Question
from agents.rules.ask_order import in_order
from agents.rules.tongues import in_english
from agents.rules.wording import names_in, share_said

Name = Literal["build_analysis", "run_and_inspect", "audit_integrations", "tidy_notebook", "docs_qa"]
Doer = Name | Literal["ask"]
"""Who does a step: a workflow, or the door itself where the step asks what the workspace holds."""
Condition = Literal["always", "found", "not found", "failed", "succeeded", "changed", "unchanged"]
LISTS: frozenset[Doer] = frozenset({"audit_integrations", "ask"})
RUNS: frozenset[Doer] = frozenset({"run_and_inspect"})
DECIDES: dict[str, frozenset[Doer]] = {
    "found": LISTS, "not found": LISTS, "failed": RUNS, "succeeded": RUNS, "changed": RUNS, "unchanged": RUNS,
}  # fmt: skip
"""Whose outcome decides a condition."""
RESULT = "⟪result⟫"
"""Stands in a step's request for what the step before found; it is filled in after the step was planned."""


class WorkflowCard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    does: str
    example: str


class RouteStep(Answer):
    why: str = Field(default="", max_length=160)
    """The words of the request that call for this workflow."""
    workflow: Doer
    """`ask` only where the part asks what the workspace holds: which notebooks there are, how their runs ended, what one of them says."""
    request: str = Field(max_length=2000)
    """The part of the request for it, in the request's own words; where it wants the result of the step before written down, ⟪result⟫ stands for that."""
    only_if: Condition = "always"
    """When the request wants it only if the step before came to this: `found` or `not found` behind an audit, the others behind a run ("if it fails, …")."""


class Route(Answer):
    steps: list[RouteStep] = Field(default_factory=list, max_length=5)
    """One step for almost every request; several only when the request asks for different kinds of work."""
    undone: list[str] = Field(default_factory=list, max_length=5)
    """Beside steps: other parts of the request, in its own words, that no workflow does."""
    out_of_scope: str = Field(default="", max_length=240)
    """When none of the workflows can do it: what is asked for, one sentence."""
    unclear: str = Field(default="", max_length=240)
    """When two workflows could be meant: the question to the person."""
    candidates: list[Name] = Field(default_factory=list, max_length=5)
    """The workflows that could be meant, when it is unclear."""


class WhichWorkflow(Question[Route]):
    """Which workflow, or which chain of them, does the request call for?"""

    name: ClassVar[str] = "ask.route"

    request: str
    workflows: list[WorkflowCard]
    notebooks: list[str] = Field(default_factory=list)
    """Names of notebooks that exist."""
    integrations: list[str] = Field(default_factory=list)
    projects: list[str] = Field(default_factory=list)

    def material(self) -> dict[str, str]:
        return {
            "request": self.request,
            "workflows": lines(
                (card.name, f"{card.does} · for example: {card.example}") for card in self.workflows
            ),
            "names": "notebooks: "
            + ", ".join(_likeliest(self.request, self.notebooks, 60))
            + "\nintegrations: "
            + ", ".join(_likeliest(self.request, self.integrations, 40)),
        }

    def deed(self, answer: Route) -> object:
        writing = [
            step.workflow
            for step in answer.steps
            if step.workflow not in ("audit_integrations", "docs_qa", "ask")
        ]
        return [(step.workflow, step.request) for step in answer.steps] if writing else None

    def in_words(self, answer: Route) -> str:
        steps = "; then ".join(f"{step.workflow}: {step.request}" for step in answer.steps)
        if steps and answer.undone:
            steps += f"; not done: {'; '.join(answer.undone)}"
        return steps or (
            f"Out of scope: {answer.out_of_scope}" if answer.out_of_scope else f"Ask: {answer.unclear}"
        )

    def problems(self, answer: Route) -> list[str]:
        said = [bool(answer.steps), bool(answer.out_of_scope), bool(answer.unclear)]
        wrong = [] if sum(said) == 1 else ["Give steps, or out_of_scope, or unclear: exactly one of them."]
        if answer.undone and not answer.steps:
            wrong.append("`undone` is what is left beside steps; without steps give out_of_scope.")
        if answer.steps and answer.steps[0].only_if != "always":
            wrong.append("The first step has no step before it that could decide its condition.")
        if answer.steps and RESULT in answer.steps[0].request:
            wrong.append(f"The first step has no step before it, so {RESULT} means nothing there.")
        return wrong + [problem for step in answer.steps if (problem := self._unsaid(step.request))]

    def _unsaid(self, part: str) -> str | None:
        """Why a step's request is not part of the person's."""
        own = re.sub(rf"add a note “{RESULT}”|\ba notebook\b", "", part).replace(RESULT, "")
        english = in_english(self.request, [*self.notebooks, *self.integrations])
        if share_said(f"{self.request}\n{english}\n{in_order(english, self.notebooks)}", own) < SAID:
            return f"{part[:160]!r} is not asked for: write a step's request in the request's own words."
        said = {named.which for named in names_in(self.request, self.notebooks)}
        foreign = [
            self.notebooks[named.which]
            for named in names_in(own, self.notebooks)
            if named.how == "exact" and named.which not in said
        ]
        return f"The request does not name the notebook {foreign[0]!r}." if foreign else None

    @classmethod
    def sample(cls) -> "WhichWorkflow":
        cards = [
            WorkflowCard(
                name="run_and_inspect",
                does="run a notebook and say what changed",
                example="Run the Monthly KPIs notebook and tell me what changed.",
            ),
            WorkflowCard(
                name="docs_qa", does="answer from the documentation", example="How do I schedule a notebook?"
            ),
        ]
        return cls(
            request="Run Monthly KPIs, then add a note with what changed at the top.",
            workflows=cards,
            notebooks=["Monthly KPIs"],
        )


def _likeliest(request: str, names: list[str], most: int) -> list[str]:
    """So many of the names, those first that share most with the request where there are more."""
    room = ROOM if len(names) <= most else 0
    return [names[place] for place in likely_first(request, names, room)[:most]]


__all__ = [
    "DECIDES",
    "RESULT",
    "Condition",
    "Doer",
    "Name",
    "Route",
    "RouteStep",
    "WhichWorkflow",
    "WorkflowCard",
]
