"""The 19 tools as they are offered: name, sentence, schemas, annotations, and the role that a call needs.

The functions behind them are imported at their first call, so that listing tools needs no database.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError

from workspace.contract import blocks, docs, integrations, me, projects, runs, search
from workspace.domain import Caller, Role, Workspace
from workspace.errors import ToolRefused
from workspace.tools.refusals import words_for

Run = Callable[[Workspace, Caller, Any], Awaitable[BaseModel]]


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    arguments: type[BaseModel]
    result: type[BaseModel]
    module: str
    """Where the function of the tool's name is, below `workspace.tools`."""
    role: Role = Role.viewer
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = False
    title: str = ""

    @property
    def read_only(self) -> bool:
        return self.role is Role.viewer

    @cached_property
    def run(self) -> Run:
        function: Run = getattr(import_module(f"workspace.tools.{self.module}"), self.name)
        return function

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        return _untitled(self.arguments.model_json_schema(by_alias=True))

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        return _untitled(self.result.model_json_schema(by_alias=True, mode="serialization"))

    @property
    def annotations(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "readOnlyHint": self.read_only,
            "destructiveHint": self.destructive,
            "idempotentHint": self.idempotent,
            "openWorldHint": self.open_world,
        }

    def parsed(self, arguments: Mapping[str, Any]) -> BaseModel:
        """The arguments as the tool takes them. Raises ToolRefused with a line for each fault."""
        try:
            return self.arguments.model_validate(dict(arguments), by_alias=True, by_name=False)
        except ValidationError as wrong:
            raise ToolRefused(words_for(self.name, self.arguments, wrong)) from None

    async def call(self, workspace: Workspace, caller: Caller, arguments: Mapping[str, Any]) -> bytes:
        """The result as JSON. Raises ToolRefused; then nothing was changed."""
        if caller.role < self.role:
            raise ToolRefused(
                f"{self.name} needs a key with the role {self.role.name}, and this one is a {caller.role.name}'s. "
                "Insufficient permissions.",
                status=403,
            )
        result = await self.run(workspace, caller, self.parsed(arguments))
        return result.model_dump_json(by_alias=True).encode()


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without the titles that pydantic makes of names: they say nothing, and every client pays for them."""
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key in {"properties", "$defs"}:
            kept[key] = {name: _untitled(inner) for name, inner in value.items()}
        elif isinstance(value, dict):
            kept[key] = _untitled(value)
        elif isinstance(value, list):
            kept[key] = [_untitled(inner) if isinstance(inner, dict) else inner for inner in value]
        else:
            kept[key] = value
    return kept


def _tools(*tools: Tool) -> Mapping[str, Tool]:
    return {tool.name: tool for tool in tools}


TOOLS: Mapping[str, Tool] = _tools(
    Tool(
        "get_me",
        "Get the current user, the workspace, and what this key may do.",
        me.GetMeArguments,
        me.Me,
        "me",
        title="Who am I",
    ),
    Tool(
        "search",
        "Search projects, notebooks, blocks and integrations by words in their names and contents.",
        search.SearchArguments,
        search.SearchResult,
        "search",
        title="Search",
    ),
    Tool(
        "list_projects",
        "List the workspace's projects with their notebooks, page by page, newest first.",
        projects.ListProjectsArguments,
        projects.ProjectsPage,
        "projects",
        title="List projects",
    ),
    Tool(
        "create_project",
        "Create a project; it begins with one empty notebook.",
        projects.CreateProjectArguments,
        projects.CreateProjectResult,
        "projects",
        role=Role.editor,
        idempotent=False,
        title="Create a project",
    ),
    Tool(
        "get_notebook",
        "Get a notebook with its blocks in order and the inputs a run takes.",
        blocks.GetNotebookArguments,
        blocks.GetNotebookResult,
        "blocks",
        title="Get a notebook",
    ),
    Tool(
        "create_notebook",
        "Create an empty notebook in a project.",
        projects.CreateNotebookArguments,
        projects.CreateNotebookResult,
        "projects",
        role=Role.editor,
        idempotent=False,
        title="Create a notebook",
    ),
    Tool(
        "create_block",
        "Add a code, SQL, text, input, chart or other block to a notebook.",
        blocks.CreateBlockArguments,
        blocks.CreateBlockResult,
        "blocks",
        role=Role.editor,
        idempotent=False,
        title="Create a block",
    ),
    Tool(
        "update_block",
        "Replace the content of a block, or the integration that a SQL block queries.",
        blocks.UpdateBlockArguments,
        blocks.UpdateBlockResult,
        "blocks",
        role=Role.editor,
        destructive=True,
        title="Update a block",
    ),
    Tool(
        "reorder_notebook_blocks",
        "Move blocks to the start or the end of their notebook, or after another block.",
        blocks.ReorderArguments,
        blocks.ReorderResult,
        "blocks",
        role=Role.editor,
        title="Reorder blocks",
    ),
    Tool(
        "create_run",
        "Run a notebook, with values for its inputs if wanted; the run goes on after the answer, so ask get_run for its end.",
        runs.CreateRunArguments,
        runs.CreateRunResult,
        "runs",
        role=Role.editor,
        idempotent=False,
        open_world=True,
        title="Run a notebook",
    ),
    Tool(
        "get_run",
        "Get a run's status, progress and error, and the snapshot with its outputs once it is over.",
        runs.GetRunArguments,
        runs.GetRunResult,
        "runs",
        title="Get a run",
    ),
    Tool(
        "list_notebook_runs",
        "List a notebook's runs, newest first.",
        runs.ListNotebookRunsArguments,
        runs.RunsPage,
        "runs",
        title="List runs",
    ),
    Tool(
        "list_integrations",
        "List the integrations: the databases and files that SQL blocks can query.",
        integrations.ListIntegrationsArguments,
        integrations.IntegrationsPage,
        "integrations",
        title="List integrations",
    ),
    Tool(
        "get_integration",
        "Get an integration with its tables and columns, as they were last read from it.",
        integrations.GetIntegrationArguments,
        integrations.GetIntegrationResult,
        "integrations",
        title="Get an integration",
    ),
    Tool(
        "list_integration_project_usages",
        "List the projects in which an integration is used.",
        integrations.UsagesArguments,
        integrations.ProjectUsagesPage,
        "integrations",
        title="Projects that use an integration",
    ),
    Tool(
        "list_integration_notebook_usages",
        "List the notebooks whose SQL blocks query an integration.",
        integrations.UsagesArguments,
        integrations.NotebookUsagesPage,
        "integrations",
        title="Notebooks that use an integration",
    ),
    Tool(
        "list_integration_block_usages",
        "List the SQL blocks that query an integration, with their SQL.",
        integrations.UsagesArguments,
        integrations.BlockUsagesPage,
        "integrations",
        title="Blocks that use an integration",
    ),
    Tool(
        "list_docs",
        "List the documentation's sections and articles.",
        docs.ListDocsArguments,
        docs.ListDocsResult,
        "docs",
        title="List documentation",
    ),
    Tool(
        "get_doc",
        "Get a documentation article as Markdown.",
        docs.GetDocArguments,
        docs.GetDocResult,
        "docs",
        title="Get an article",
    ),
)
"""In the documented order."""
