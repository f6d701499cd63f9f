"""list_projects, create_project, create_notebook."""

from workspace.contract.projects import (
    CreatedNotebook,
    CreatedProject,
    CreateNotebookArguments,
    CreateNotebookResult,
    CreateProjectArguments,
    CreateProjectResult,
    ListProjectsArguments,
    NotebookLine,
    NotebookRef,
    ProjectLine,
    ProjectsPage,
)
from workspace.domain import Caller, Workspace
from workspace.notebooks import projects
from workspace.pages import pager


async def list_projects(
    workspace: Workspace, caller: Caller, arguments: ListProjectsArguments
) -> ProjectsPage:
    pages = pager(workspace, caller, "list_projects", arguments, keys=2)
    with workspace.reading() as connection:
        rows = projects.projects_page(connection, caller, pages, arguments.name_contains)
        shown, pagination = pages.page(rows, projects.project_key)
        notebooks = projects.notebooks_of(connection, [row.id for row in shown])
        folders = projects.folders(connection, {row.folder_id for row in shown if row.folder_id})
    lines = [
        ProjectLine(
            id=row.id,
            name=row.name,
            project_type=row.project_type,
            created_at=row.created_at,
            updated_at=row.updated_at,
            folder=folders.get(row.folder_id),
            url=workspace.project_url(row.id),
            notebooks=[
                NotebookLine(
                    id=notebook.id,
                    name=notebook.name,
                    is_init=notebook.is_init,
                    is_scheduled=notebook.is_scheduled,
                    last_run_at=notebook.last_run_at,
                    last_run_id=notebook.last_run_id,
                )
                for notebook in notebooks[row.id]
            ],
        )
        for row in shown
    ]
    return ProjectsPage(projects=lines, pagination=pagination)


async def create_project(
    workspace: Workspace, caller: Caller, arguments: CreateProjectArguments
) -> CreateProjectResult:
    project_id, notebook_id = projects.create_project(workspace, caller, arguments)
    return CreateProjectResult(
        project=CreatedProject(
            id=project_id,
            name=arguments.name,
            url=workspace.project_url(project_id),
            notebooks=[NotebookRef(id=notebook_id, name=projects.DEFAULT_NOTEBOOK)],
        )
    )


async def create_notebook(
    workspace: Workspace, caller: Caller, arguments: CreateNotebookArguments
) -> CreateNotebookResult:
    notebook_id, name = projects.create_notebook(workspace, caller, arguments)
    return CreateNotebookResult(
        notebook=CreatedNotebook(
            id=notebook_id,
            name=name,
            project_id=arguments.project_id,
            url=workspace.notebook_url(arguments.project_id, notebook_id),
            is_init=name == projects.INIT,
        )
    )
