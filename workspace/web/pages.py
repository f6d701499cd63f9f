"""The addresses of the pages."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from workspace.protocol.messages import Denied
from workspace.web.access import AccessPages
from workspace.web.notebooks import NotebookPages
from workspace.web.site import HEADERS, Site, Turned

if TYPE_CHECKING:
    from workspace.server.app import Door

Handler = Callable[[Request], Awaitable[Response]]
NOTEBOOK = "/workspace/{workspace}/project/{project}/notebook/{notebook}"


def routes(door: "Door") -> list[BaseRoute]:
    site = Site(door)
    reading, access = NotebookPages(site), AccessPages(site)

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except Turned as turned:
                return turned.response
            except Denied as denied:
                return site.message(request, site.person(request), "Not done", denied.words, denied.status)

        return Route(path, guarded, methods=[method])

    async def home(request: Request) -> Response:
        return RedirectResponse("/", 303, HEADERS)

    async def missing(request: Request) -> Response:
        return site.message(
            request, site.person(request), "Not found", "There is no page at this address.", 404
        )

    return [
        route("/", reading.projects),
        route("/workspace/{workspace}", home),
        route("/workspace/{workspace}/project/{project}", home),
        route(NOTEBOOK, reading.notebook),
        route(f"{NOTEBOOK}/run", reading.start_run, "POST"),
        route("/charts/{run}/{block}/{number:int}.svg", reading.chart),
        route("/docs", reading.docs),
        route("/docs/{slug:path}", reading.docs),
        route("/sign-in", access.sign_in_page),
        route("/sign-in", access.sign_in, "POST"),
        route("/sign-in/link", access.link_page),
        route("/sign-in/link", access.use_link, "POST"),
        route("/sign-out", access.sign_out, "POST"),
        route("/authorize", access.authorize_page),
        route("/authorize", access.authorize, "POST"),
        route("/access", access.access),
        route("/access/keys", access.make_key, "POST"),
        route("/access/keys/{id}/revoke", access.revoke_key, "POST"),
        route("/access/grants/{id}/revoke", access.revoke_grant, "POST"),
        Route("/assets/{name}", site.asset),
        route("/{path:path}", missing),
    ]
