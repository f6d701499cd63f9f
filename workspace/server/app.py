"""The workspace as one ASGI application: the MCP endpoint, snapshot downloads, OAuth and the pages."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from workspace.access.documents import Documents
from workspace.access.errors import NotSignedIn
from workspace.access.gate import Gate
from workspace.access.rates import Rates
from workspace.domain import Workspace
from workspace.errors import StoreUnavailable
from workspace.protocol.http import Endpoint, refusal_body
from workspace.protocol.messages import Denied
from workspace.server import downloads
from workspace.server.desk import Desk, Visit
from workspace.server.guard import Guard
from workspace.server.settings import PATH, Settings
from workspace.server.trail import Trail


class Later:
    """Routes that are loaded with the first request for one of them, so that a start does not wait for what draws pages."""

    def __init__(self, load: Callable[[], list[BaseRoute]]) -> None:
        self._load = load
        self._router: Router | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._router = self._router or Router(self._load())
        await self._router(scope, receive, send)


class Door:
    """An open server: its application, and what has to be closed with it."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.settings = settings
        self.trail = Trail(workspace.services.engine)
        self.gate = Gate(workspace.services, settings.resource, PATH, oauth=settings.pages)
        self.desk = Desk(workspace, self.trail, self.gate)
        self.rates = Rates(settings.calls_per_minute, time.monotonic)
        self.documents = Documents(workspace.services, Rates(settings.documents_per_minute, time.monotonic))

    def app(self) -> ASGIApp:
        core = self.desk.core(program_version())
        endpoint = Endpoint(core, self.admit, self.settings.body_limit, {"Cache-Control": "no-store"})
        routes: list[BaseRoute] = [
            Route(PATH, endpoint=endpoint),
            Route("/healthz", endpoint=self._health),
            *downloads.routes(self.workspace),
        ]
        if self.settings.pages:
            routes.append(Mount("", app=Later(self._pages)))
        gone = dict.fromkeys((OperationalError, StoreUnavailable), self._without_database)
        inner = Starlette(routes=routes, lifespan=self._lifespan, exception_handlers=gone)
        return Guard(inner, self.settings.hosts, self.settings.origins, self.settings.secure)

    def _pages(self) -> list[BaseRoute]:
        from workspace.server import oauth
        from workspace.web import pages

        return [*oauth.routes(self), *pages.routes(self)]

    def admit(self, headers: Mapping[str, str], scope: Scope) -> Visit:
        """The visit of a request to the MCP endpoint; raises Denied with 401 or 429."""
        address = scope["client"][0] if scope.get("client") else None
        kind, _, credential = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not credential.strip():
            raise Denied(401, MISSING, {"WWW-Authenticate": self.gate.challenge()}, "invalid_request")
        try:
            caller = self.gate.caller(credential.strip(), headers.get("user-agent"))
        except NotSignedIn as refused:
            challenge = self.gate.challenge("invalid_token")
            raise Denied(401, str(refused), {"WWW-Authenticate": challenge}, "invalid_token") from None
        seconds = self.rates.wait(caller.key_id)
        if seconds:
            words = f"This key may make {self.settings.calls_per_minute} calls a minute. Try again in {seconds} s."
            raise Denied(429, words, {"Retry-After": str(seconds)}, "temporarily_unavailable")
        return Visit(caller, address)

    def close(self) -> None:
        """Write down what the audit still holds back."""
        self.trail.flush()

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self.close()

    async def _without_database(self, request: Request, failed: Exception) -> Response:
        """503 for whoever asks, whose key cannot be looked up either; what the database said goes to the log."""
        why = failed.orig if isinstance(failed, OperationalError) else failed
        LOG.warning("%s is not answered: %s", request.url.path, str(why).strip().partition("\n")[0])
        denied = Denied(503, GONE, {"Retry-After": "5"}, "temporarily_unavailable")
        if "text/html" in request.headers.get("accept", ""):
            return PlainTextResponse(f"{GONE}\n", denied.status, denied.headers)
        return Response(refusal_body(denied), denied.status, denied.headers, "application/json")

    async def _health(self, request: Request) -> Response:
        with self.workspace.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
        return JSONResponse({"status": "ok"})


LOG = logging.getLogger("uvicorn.error")
GONE = "The workspace's database cannot be used now. Nothing was changed; try again in a moment."
MISSING = (
    "A key is needed: send Authorization: Bearer KEY. `python -m workspace key create --role editor` makes one; "
    "clients that speak OAuth find the way in WWW-Authenticate."
)


def create_app(workspace: Workspace, settings: Settings) -> ASGIApp:
    """The application for a server of ASGI; used by uvicorn and, in one process, through httpx.ASGITransport."""
    return Door(workspace, settings).app()


def program_version() -> str:
    try:
        return version("deepnote-workflows")
    except PackageNotFoundError:
        return "0"
