"""What a request must leave behind, and whether it did: the writes and the blocks decide, not the wording."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from agents.questions import Usage

REQUESTS = Path(__file__).parent / "requests.yaml"


class Wanted(BaseModel):
    """A request and the end state that it must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workflow: str = ""
    request: str
    nothing: bool = False
    run: str | None = None
    inputs: dict[str, str] = Field(default_factory=dict)
    notebook: str = "Scratchpad"
    order: list[str] = Field(default_factory=list)
    project: str | None = None
    into: str | None = None
    """The existing project in which the notebook is created; no project is created then."""
    called: str | None = None
    """The name of the notebook that is created."""
    sql: list[str] = Field(default_factory=list)
    says: list[str] = Field(default_factory=list)
    says_not: list[str] = Field(default_factory=list)


class Write(NamedTuple):
    """A call that changed something."""

    tool: str
    arguments: Mapping[str, Any]


class Did(NamedTuple):
    """What a run did."""

    answer: str
    writes: list[Write]
    notebooks: dict[str, list[str]]
    """Contents of the blocks of every notebook afterwards, by name."""
    ids: dict[str, str]
    """Names of projects and notebooks by id, and of the notebooks of blocks by block id, as they were before."""
    usage: Usage
    tool_calls: int
    seconds: float
    ended: str


class Verdict(StrEnum):
    SOLVED = "solved"
    UNSOLVED = "not solved"
    """Refused, asked, or answered wrongly; nothing was written that should not have been."""
    WRONG_WRITE = "wrong write"


class Judged(BaseModel):
    """One trial."""

    workflow: str
    request: str
    verdict: Verdict
    why: str
    answer: str
    ended: str
    writes: list[str]
    usage: Usage
    tool_calls: int
    seconds: float
    readings: int = 0
    """Answers that were code's reading of the question, taken by the model."""
    own: int = 0
    """Answers that the model gave itself."""


def read_requests(path: Path = REQUESTS) -> list[Wanted]:
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Wanted.model_validate({"workflow": workflow, **entry})
        for workflow, entries in data.items()
        for entry in entries
    ]


def judge(wanted: Wanted, did: Did) -> tuple[Verdict, str]:
    """The verdict with its reason."""
    wrong = _wrong_write(wanted, did)
    if wrong:
        return Verdict.WRONG_WRITE, wrong
    missing = "it came to no end in time" if did.ended == "time" else _missing(wanted, did)
    return (Verdict.UNSOLVED, missing) if missing else (Verdict.SOLVED, "")


def _wrong_write(wanted: Wanted, did: Did) -> str:
    """The first write that the request did not ask for."""
    for write in did.writes:
        place = did.ids.get(str(write.arguments.get("notebookId") or write.arguments.get("blockId")), "")
        if wanted.nothing:
            return f"{write.tool} was called, and nothing was to be written"
        if wanted.run is not None and write.tool == "create_run" and place == wanted.run:
            continue
        if wanted.run is not None and not wanted.order:
            return f"{write.tool} on {place or 'something new'}"
        built = (wanted.sql or wanted.project) and place == ""  # something new, where that is wanted as well
        if (
            wanted.order
            and not built
            and (
                place != wanted.notebook
                or write.tool not in {"reorder_notebook_blocks", "update_block", "create_block"}
            )
        ):
            return f"{write.tool} on {place or 'something new'}"
        if wanted.sql and place and not wanted.order:
            return f"{write.tool} on {place}, which was there before"
        if write.tool == "create_project" and wanted.into:
            return f"create_project, and {wanted.into} was to be used"
        project = did.ids.get(str(write.arguments.get("projectId")), "")
        if write.tool == "create_notebook" and project and project != wanted.into:
            return f"create_notebook in {project}, which was there before"
    if wanted.order and did.writes and _order(wanted, did):
        return _order(wanted, did)
    return ""


def _missing(wanted: Wanted, did: Did) -> str:
    """The first thing of the end state that is not there."""
    if wanted.run is not None:
        runs = [write for write in did.writes if write.tool == "create_run"]
        if len(runs) != 1:
            return f"{len(runs)} runs were started"
        given = {name: str(value) for name, value in (runs[0].arguments.get("inputs") or {}).items()}
        wrong = [
            f"{name}={given.get(name)}" for name, value in wanted.inputs.items() if given.get(name) != value
        ]
        wrong += [
            f"{name}={value}" for name, value in given.items() if name not in wanted.inputs and wanted.inputs
        ]
        if wrong:
            return f"inputs differ: {', '.join(wrong)}"
    if wanted.order and (fault := _order(wanted, did)):
        return fault
    if wanted.sql and (fault := _built(wanted, did)):
        return fault
    said = did.answer.lower()
    lacking = [text for text in wanted.says if text.lower() not in said]
    if lacking:
        return f"the answer does not say {lacking[0]!r}"
    extra = [text for text in wanted.says_not if text.lower() in said]
    return f"the answer says {extra[0]!r}" if extra else ""


def _order(wanted: Wanted, did: Did) -> str:
    contents = did.notebooks.get(wanted.notebook, [])
    exact = len(wanted.order) == len(contents) or wanted.notebook != "Monthly KPIs"
    if exact and len(contents) != len(wanted.order):
        return f"{wanted.notebook} has {len(contents)} blocks"
    for place, (text, content) in enumerate(zip(wanted.order, contents, strict=False), 1):
        if (text and text.lower() not in content.lower()) or (not text and content.strip()):
            return f"block {place} of {wanted.notebook} is {content[:40]!r}"
    return ""


def _built(wanted: Wanted, did: Did) -> str:
    if did.ended == "failed":
        return "what was built does not run"
    projects = [write for write in did.writes if write.tool == "create_project"]
    if len(projects) != (0 if wanted.into else 1):
        return f"{len(projects)} projects were created"
    if wanted.project is not None and projects[0].arguments.get("name") != wanted.project:
        return f"the project is called {projects[0].arguments.get('name')!r}"
    notebooks = [write for write in did.writes if write.tool == "create_notebook"]
    if wanted.into and [did.ids.get(str(made.arguments.get("projectId"))) for made in notebooks] != [
        wanted.into
    ]:
        return f"no notebook was created in {wanted.into}"
    if wanted.called is not None and [made.arguments.get("name") for made in notebooks] != [wanted.called]:
        return f"no notebook is called {wanted.called!r}"
    texts = " ".join(
        json.dumps(write.arguments) for write in did.writes if write.tool in {"create_block", "update_block"}
    )
    for wish in wanted.sql:
        if not any(word.lower() in texts.lower() for word in wish.split("|")):
            return f"no block uses {wish}"
    return ""
