"""What all pages share: templates, the signed-in person, the headers that keep a page to itself."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from workspace.access import audit, members
from workspace.access.members import SignedIn
from workspace.access.secrets import same
from workspace.domain import Caller
from workspace.protocol.messages import Denied
from workspace.server.desk import Visit
from workspace.server.forms import from_own_page, read_form
from workspace.web import words

if TYPE_CHECKING:
    from workspace.server.app import Door

POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'{}; frame-ancestors 'none'; base-uri 'none'"
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@cache
def environment() -> Environment:
    """The templates, compiled once a process."""
    made = Environment(
        loader=PackageLoader("workspace.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"ago": words.ago, "moment": words.moment, "span": words.span}
    sheet = (files("workspace.web") / "assets" / "style.css").read_bytes()
    made.globals["style"] = hashlib.sha256(sheet).hexdigest()[
        :8
    ]  # another version is another address to browsers
    return made


class Turned(Exception):
    """A page that cannot be shown: another response goes out in its place."""

    def __init__(self, response: Response) -> None:
        self.response = response


@dataclass
class Site:
    """The pages of one server."""

    door: "Door"

    @property
    def templates(self) -> Environment:
        return environment()

    @property
    def cookie(self) -> str:
        """Browsers send a `__Host-` cookie only over TLS and only to the host that set it."""
        return "__Host-workspace" if self.door.settings.secure else "workspace"

    def page(
        self,
        name: str,
        request: Request,
        person: SignedIn | None,
        *,
        status: int = 200,
        form_action: str = "",
        refresh: int = 0,
        **values: Any,
    ) -> HTMLResponse:
        shared = {
            "workspace": self.door.workspace.name,
            "person": person,
            "here": "",
            "now": self.door.workspace.now,
            "refresh": refresh,
        }
        text = self.templates.get_template(name).render({**shared, **values})
        policy = POLICY.format(f" {form_action}" if form_action else "")
        return HTMLResponse(text, status, {**HEADERS, "Content-Security-Policy": policy})

    def message(
        self, request: Request, person: SignedIn | None, heading: str, said: str, status: int = 200
    ) -> Response:
        return self.page("message.html", request, person, status=status, heading=heading, words=said)

    def person(self, request: Request) -> SignedIn | None:
        secret = request.cookies.get(self.cookie)
        return members.signed_in(self.door.workspace.services, secret) if secret else None

    def needed_person(self, request: Request) -> SignedIn:
        """The signed-in person; raises Turned with the way to the sign-in page."""
        person = self.person(request)
        if person is not None:
            return person
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise Turned(RedirectResponse(f"/sign-in?next={quote(target, safe='')}", 303, HEADERS))

    async def posted(self, request: Request) -> tuple[SignedIn, Mapping[str, str]]:
        """The person and the form of a post from one of this server's own pages; raises Turned otherwise."""
        person = self.needed_person(request)
        form = await self.form(request)
        if not same(form.get("form_token", ""), person.form_token):
            raise Turned(
                self.message(
                    request,
                    person,
                    "Not done",
                    "The form was not from this session. Go back and try again.",
                    403,
                )
            )
        return person, form

    async def form(self, request: Request) -> Mapping[str, str]:
        """The fields of a post that another site did not send."""
        if not from_own_page(request, self.door.settings.origin):
            raise Turned(self.message(request, None, "Not done", "The form came from another site.", 403))
        try:
            return await read_form(request)
        except Denied as denied:
            raise Turned(self.message(request, None, "Not done", denied.words, denied.status)) from denied

    def visit(self, request: Request, person: SignedIn) -> Visit:
        caller = Caller(
            user_id=person.member_id or "operator",
            user_name=person.name,
            role=person.role,
            key_id=person.member_id or "operator",
            key_type="session",
            client="web pages",
            project_ids=person.project_ids,
        )
        return Visit(caller, address(request))

    def note(self, request: Request, action: str, actor: str, outcome: str = "ok", **targets: str) -> None:
        """Put something that is no tool call into the audit trail."""
        event = audit.Event(
            at=self.door.workspace.services.clock(),
            actor=actor,
            actor_type="session",
            action=action,
            outcome=outcome,
            client=request.headers.get("user-agent"),
            address=address(request),
            targets=targets,
        )
        self.door.trail.add(event, at_once=True)

    def asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        folder = files("workspace.web") / "assets"
        found = {entry.name: entry for entry in folder.iterdir()}.get(name)
        if found is None:
            return self.message(request, None, "Not found", "There is no such file.", 404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {
            "Cache-Control": "public, max-age=3600",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        }
        return Response(found.read_bytes(), 200, headers, kind)


def address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def own_path(target: str) -> str:
    """A path of this server to go on to; the front page for anything else."""
    fine = (
        target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    )
    return target if fine else "/"
