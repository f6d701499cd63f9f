"""list_projects, create_project, create_notebook."""

from typing import Literal

from workspace.contract.shapes import (
    Arguments,
    Filter,
    Id,
    Moment,
    Name,
    PageArguments,
    PageSize,
    Pagination,
    Result,
)

ProjectType = Literal["standard", "notebook", "agent"]


class ListProjectsArguments(PageArguments):
    name_contains: Filter | None = None
    """A part of the project's name, in any case."""
    page_size: PageSize = 50


class FolderRef(Result):
    id: str
    name: str
    path: list[str]
    """Names from the outermost folder to this one."""
    is_path_complete: bool


class NotebookLine(Result):
    id: str
    name: str
    is_init: bool
    is_scheduled: bool
    last_run_at: Moment | None
    last_run_id: str | None


class ProjectLine(Result):
    id: str
    name: str
    project_type: str
    created_at: Moment
    updated_at: Moment
    folder: FolderRef | None
    url: str
    notebooks: list[NotebookLine]


class ProjectsPage(Result):
    projects: list[ProjectLine]
    """Newest first."""
    pagination: Pagination


class CreateProjectArguments(Arguments):
    name: Name
    """Need not be unique."""
    folder_id: Id | None = None
    """The folder to put it in; the workspace's top level when left out."""
    project_type: ProjectType = "standard"


class NotebookRef(Result):
    id: str
    name: str


class CreatedProject(Result):
    id: str
    name: str
    url: str
    notebooks: list[NotebookRef]
    """One empty notebook, made with the project."""


class CreateProjectResult(Result):
    project: CreatedProject


class CreateNotebookArguments(Arguments):
    project_id: Id
    name: Name | None = None
    """Unique in the project; the next free "Notebook N" when left out. "Init" makes the notebook that runs before others."""


class CreatedNotebook(Result):
    id: str
    name: str
    project_id: str
    url: str
    is_init: bool


class CreateNotebookResult(Result):
    notebook: CreatedNotebook
