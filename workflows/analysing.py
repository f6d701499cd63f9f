"""The state of building an analysis, and what its nodes share."""

from typing import Any, ClassVar

from pydantic import Field

from agents.asks.build_analysis import Sketch, TableCard
from agents.results import Notebook, Run
from workflows.outcome import Claim, Model, Outcome, Status
from workflows.parts.plan import Plan
from workflows.state import RunState

NAME = "build_analysis"
READS = (
    "get_me", "list_projects", "get_notebook", "get_run", "list_notebook_runs", "list_integrations", "get_integration",
)  # fmt: skip

Update = dict[str, Any]


class Place(Model):
    """A project or notebook, as far as the graph needs it."""

    id: str
    name: str
    url: str | None = None


class State(RunState):
    kept: ClassVar[frozenset[str]] = RunState.kept | {
        "project",
        "notebook",
        "built",
        "made",
        "all_blocks",
        "rounds",
        "last_run",
    }

    tables: list[TableCard] = Field(default_factory=list)
    said: str = ""
    """The request with the places that it names bare said as projects and notebooks."""
    level: str = "unknown"
    """The key's access level."""
    unread: list[str] = Field(default_factory=list)
    """Integrations whose tables could not be read, one sentence each."""
    sketch: Sketch | None = None
    plan: Plan | None = None
    flaws: list[str] = Field(default_factory=list)
    """What is wrong with the plan; shown with it."""
    seen: dict[str, str] = Field(default_factory=dict)
    """The blocks of the notebook that the plan extends, as they were when it was made: contents by id."""
    replanned: int = 0
    """How often the plan was made anew because somebody changed that notebook."""
    known: list[str] = Field(default_factory=list)
    """Projects of the same name, notebooks of the project and blocks of the notebook that were there before."""
    run_id: str | None = None
    run: Run | None = None
    mended: int = 0
    mend: dict[str, str] = Field(default_factory=dict)
    """Block id, and the content it is to get."""
    unmended: str = ""
    """What is wrong with the last text that was offered for a block that failed."""
    claims: list[Claim] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    """What the answer has to mention."""

    project: Place | None = None
    notebook: Place | None = None
    built: Sketch | None = None
    """The sketch that the notebook on this thread was built from."""
    made: dict[str, str] = Field(default_factory=dict)
    """Block ids by the plan's keys."""
    all_blocks: list[str] = Field(default_factory=list)
    """Block ids of the notebook in order, as last read back."""
    rounds: int = 0
    """How many requests have added to the notebook."""
    last_run: str | None = None


def end(status: Status, answer: str, **more: Any) -> Update:
    """The run is over, with this answer."""
    return {"outcome": Outcome(workflow=NAME, status=status, answer=answer, **more)}


def same_name(left: str, right: str) -> bool:
    """Names are the same whatever their case and blanks."""
    return " ".join(left.casefold().split()) == " ".join(right.casefold().split())


def differences(planned: Plan, there: Notebook, ids: list[str]) -> list[str]:
    blocks = {block.id: block for block in there.blocks}
    wrong = []
    for block, block_id in zip(planned.blocks, ids, strict=False):
        found = blocks.get(block_id)
        if found is None:
            wrong.append(f"Block {block.title!r} is missing.")
            continue
        if found.type != block.type:
            wrong.append(f"Block {block.title!r} is of type {found.type}, not {block.type}.")
        if found.content.strip() != block.content.strip():
            wrong.append(f"Block {block.title!r} holds another text than planned.")
        integration = found.integration_id or found.metadata.get("sql_integration_id")
        if block.integration_id and integration != block.integration_id:
            wrong.append(f"Block {block.title!r} is not on the planned integration.")
        name = block.metadata.get("deepnote_variable_name")
        if name and found.metadata.get("deepnote_variable_name") not in (None, name):
            wrong.append(f"Block {block.title!r} fills another variable than planned.")
    order = [block.id for block in there.blocks if block.id in set(ids)]
    if order != [one for one in ids if one in blocks]:
        wrong.append("The blocks stand in another order than planned.")
    return wrong


__all__ = ["NAME", "READS", "Place", "State", "Update", "differences", "end", "same_name"]
