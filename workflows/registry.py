"""The workflows by name. Importing this imports none of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from workflows.errors import UnknownWorkflow

if TYPE_CHECKING:
    from langgraph.graph import StateGraph

    from workflows.state import RunState


class Workflow(NamedTuple):
    name: str
    does: str
    example: str


WORKFLOWS = {
    entry.name: entry
    for entry in (
        Workflow(
            "build_analysis",
            "plan an analysis from the data that exists, create its project, notebook and blocks, run it, answer",
            "Create a project called NASDAQ vs S&P 100, exploring stock returns for the past two years.",
        ),
        Workflow(
            "run_and_inspect",
            "run a notebook and say what changed since its last successful run",
            "Run the Monthly KPIs notebook and tell me what changed.",
        ),
        Workflow(
            "audit_integrations",
            "say which projects, notebooks and blocks use an integration, and what their SQL does",
            "Which notebooks query our Snowflake warehouse?",
        ),
        Workflow(
            "tidy_notebook",
            "move blocks and replace their contents, checked so that nothing breaks",
            "Move the imports block to the top and replace the empty scratch block with a note.",
        ),
        Workflow(
            "docs_qa",
            "answer from the documentation, with article and heading",
            "How do I schedule a notebook?",
        ),
        Workflow(
            "ask",
            "choose the workflow for a request, or chain several",
            "Run Monthly KPIs, then add a note with what changed at the top.",
        ),
    )
}


def find(name: str) -> Workflow:
    """The workflow of that name; raises UnknownWorkflow, which offers the nearest."""
    known = WORKFLOWS.get(name.strip().lower().replace("-", "_").replace(" ", "_"))
    if known is not None:
        return known
    from rapidfuzz import fuzz, process, utils

    near = process.extractOne(
        name, list(WORKFLOWS), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=60
    )
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UnknownWorkflow(f"There is no workflow {name!r}.{hint} There are: {', '.join(WORKFLOWS)}.")


def graph(name: str) -> StateGraph[Any, Any, Any, Any]:
    """The workflow's graph, not compiled."""
    built: StateGraph[Any, Any, Any, Any] = import_module(f"workflows.{find(name).name}").graph()
    return built


def state_type(name: str) -> type[RunState]:
    """The class of the workflow's state, a `RunState`."""
    kind: type[RunState] = import_module(f"workflows.{find(name).name}").State
    return kind


def state_types(name: str) -> list[type[RunState]]:
    """The classes of all states that the workflow's threads hold; `ask` holds those of every workflow."""
    return [state_type(each) for each in (WORKFLOWS if find(name).name == "ask" else (name,))]


__all__ = ["WORKFLOWS", "Workflow", "find", "graph", "state_type", "state_types"]
