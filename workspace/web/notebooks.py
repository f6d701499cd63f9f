"""Pages of projects, notebooks and articles."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from workspace.access import roles
from workspace.contract import blocks, docs, integrations, projects, runs
from workspace.errors import ToolRefused
from workspace.runs.snapshots import snapshot_link
from workspace.server.desk import Visit
from workspace.web import charts, render
from workspace.web.site import HEADERS, Site

R = TypeVar("R", bound=BaseModel)
GOING_ON = {"pending", "running"}


class NotebookPages:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.desk = site.door.desk
        self.workspace = site.door.workspace

    async def _ask(self, visit: Visit, kind: type[R], tool: str, **arguments: Any) -> R:
        sent = {name: value for name, value in arguments.items() if value is not None}
        result = await self.desk.call(visit, tool, sent)
        assert isinstance(result, kind)
        return result

    async def projects(self, request: Request) -> Response:
        person = self.site.needed_person(request)
        visit = self.site.visit(request, person)
        wanted = request.query_params.get("name", "")[:255]
        page = await self._ask(
            visit,
            projects.ProjectsPage,
            "list_projects",
            nameContains=wanted or None,
            pageToken=request.query_params.get("page"),
        )
        token = page.pagination.next_page_token
        more = urlencode({"name": wanted, "page": token}) if token else ""
        count = f"{len(page.projects)}{'+' if more else ''} project{'' if len(page.projects) == 1 else 's'}"
        return self.site.page(
            "projects.html",
            request,
            person,
            here="projects",
            projects=page.projects,
            wanted=wanted,
            count=count,
            next_page=f"/?{more}" if more else "",
            notebook_path=self._path,
        )

    def _path(self, project_id: str, notebook_id: str) -> str:
        return self.workspace.notebook_url(project_id, notebook_id).removeprefix(
            self.workspace.services.origin
        )

    async def notebook(self, request: Request) -> Response:
        person = self.site.needed_person(request)
        visit = self.site.visit(request, person)
        notebook_id = request.path_params["notebook"]
        try:
            notebook = (
                await self._ask(visit, blocks.GetNotebookResult, "get_notebook", notebookId=notebook_id)
            ).notebook
            listed = await self._ask(
                visit, runs.RunsPage, "list_notebook_runs", notebookId=notebook_id, pageSize=12
            )
            run = await self._run(visit, notebook_id, request.query_params.get("run"), listed.runs)
        except ToolRefused as refused:
            return self.site.message(request, person, "Not found", str(refused), 404)
        ran = {block.id: block for block in (run.snapshot_blocks if run else None) or ()}
        pictures: dict[tuple[str, int], str] = {}
        if run is not None:
            specs = render.chart_specs(run.snapshot_blocks or [])
            pictures = {place: f"/charts/{run.run_id}/{place[0]}/{place[1]}.svg" for place in specs}
        view = render.View(self.site.templates, pictures, await self._integration_names(visit))
        return self.site.page(
            "notebook.html",
            request,
            person,
            here="projects",
            refresh=2 if run is not None and run.status in GOING_ON else 0,
            notebook=notebook,
            run=run,
            snapshot=self._snapshot(run),
            runs=listed.runs if len(listed.runs) > 1 else (),
            blocks=[view.block(block, ran.get(block.id)) for block in notebook.blocks],
            may_run=self._may_run(visit),
            run_path=f"{self._path(notebook.project_id, notebook.id)}/run",
        )

    def _may_run(self, visit: Visit) -> bool:
        return roles.may(visit.caller, self.desk.tools["create_run"], self.desk.policy())

    def _snapshot(self, run: runs.RunResult | None) -> str:
        """The address of the run's snapshot, good for a short time."""
        if run is None or run.status in GOING_ON:
            return ""
        return snapshot_link(self.workspace.signing_key, run.run_id, self.workspace.now)[0]

    async def _run(
        self, visit: Visit, notebook_id: str, wanted: str | None, listed: list[runs.RunLine]
    ) -> runs.RunResult | None:
        """The wanted run, or the newest, with its outputs."""
        run_id = wanted or (listed[0].run_id if listed else None)
        if run_id is None:
            return None
        result = await self._ask(visit, runs.GetRunResult, "get_run", runId=run_id, snapshotDelivery="blocks")
        return result.run if result.run.notebook_id == notebook_id else None

    async def _integration_names(self, visit: Visit) -> Mapping[str, str]:
        page = await self._ask(visit, integrations.IntegrationsPage, "list_integrations", pageSize=100)
        return {entry.id: entry.name for entry in page.integrations}

    async def start_run(self, request: Request) -> Response:
        person, _ = await self.site.posted(request)
        visit = self.site.visit(request, person)
        try:
            await self._ask(
                visit, runs.CreateRunResult, "create_run", notebookId=request.path_params["notebook"]
            )
        except ToolRefused as refused:
            return self.site.message(
                request, person, "Not run", str(refused), 403 if refused.status == 403 else 400
            )
        return RedirectResponse(request.url.path.removesuffix("/run"), 303, HEADERS)

    async def chart(self, request: Request) -> Response:
        person = self.site.needed_person(request)
        visit = self.site.visit(request, person)
        params = request.path_params
        try:
            result = await self._ask(
                visit, runs.GetRunResult, "get_run", runId=params["run"], snapshotDelivery="blocks"
            )
        except ToolRefused as refused:
            return self.site.message(request, person, "Not found", str(refused), 404)
        spec = render.chart_specs(result.run.snapshot_blocks or []).get((params["block"], params["number"]))
        if spec is None:
            return self.site.message(request, person, "Not found", "This run has no such chart.", 404)
        svg = await run_in_threadpool(charts.drawn, spec)
        headers = {
            **HEADERS,
            "Cache-Control": "private, max-age=86400, immutable",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
        }
        return Response(svg, 200, headers, "image/svg+xml")

    async def docs(self, request: Request) -> Response:
        person = self.site.needed_person(request)
        visit = self.site.visit(request, person)
        listed = await self._ask(visit, docs.ListDocsResult, "list_docs")
        article, slug = None, request.path_params.get("slug")
        if slug is not None:
            try:
                article = await self._ask(visit, docs.GetDocResult, "get_doc", slug=slug)
            except ToolRefused as refused:
                return self.site.message(request, person, "Not found", str(refused), 404)
        body = _article(article) if article else None
        return self.site.page(
            "docs.html", request, person, here="docs", sections=listed.sections, article=article, body=body
        )


def _article(article: docs.GetDocResult) -> Any:
    text = article.content
    return render.markdown(text if text.lstrip().startswith("# ") else f"# {article.title}\n\n{text}")
