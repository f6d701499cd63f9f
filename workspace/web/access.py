"""Pages of signing in, of agreeing to a client, and of taking access back."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from workspace.access import audit, documents, grants, keys, members, oauth, redirects
from workspace.access.document_addresses import is_address
from workspace.access.errors import BadRequest, NoRedirect, NotSignedIn, OAuthError, TooMany
from workspace.access.members import SignedIn
from workspace.domain import Role
from workspace.web.site import HEADERS, Site, Turned, address, own_path

WORDS = {
    "viewer": "Read projects, notebooks, runs, integrations and documentation.",
    "editor": "All of that, and create and change projects, notebooks and blocks, and run notebooks.",
    "admin": "Everything that an admin may do.",
}


class AccessPages:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.services = site.door.workspace.services
        self.resource = site.door.settings.resource
        self.issuer = site.door.settings.origin

    # ---- signing in ----------------------------------------------------------------------------------------

    async def sign_in_page(self, request: Request) -> Response:
        target = own_path(request.query_params.get("next", "/"))
        if self.site.person(request) is not None:
            return RedirectResponse(target, 303, HEADERS)
        return self.site.page("sign_in.html", request, None, next=target, problem="", login="")

    async def sign_in(self, request: Request) -> Response:
        form = await self.site.form(request)
        login, target = form.get("login", ""), own_path(form.get("next", "/"))
        arguments = (self.services, login, form.get("password", ""), address(request))
        try:
            secret = await run_in_threadpool(members.sign_in, *arguments)
        except (NotSignedIn, TooMany) as refused:
            # an unknown login is not written down: it may be a password that was typed into the wrong field
            known = members.is_known(self.services, login)
            self.site.note(request, "sign-in", login.strip().lower() if known else "unknown login", "denied")
            status = 429 if isinstance(refused, TooMany) else 401
            answer = self.site.page(
                "sign_in.html", request, None, status=status, next=target, problem=str(refused), login=login
            )
            if isinstance(refused, TooMany):
                answer.headers["Retry-After"] = str(refused.seconds)
            return answer
        self.site.note(request, "sign-in", login.strip().lower())
        return self._signed_in(request, secret, target)

    async def link_page(self, request: Request) -> Response:
        """A button stands between the link and its use, so that a preview of the link doesn't spend it."""
        return self.site.page("link.html", request, None, link=request.query_params.get("link", ""))

    async def use_link(self, request: Request) -> Response:
        form = await self.site.form(request)
        try:
            secret = members.use_link(self.services, form.get("link", ""))
        except NotSignedIn as refused:
            self.site.note(request, "sign-in.link", "operator", "denied")
            return self.site.message(request, None, "Not signed in", str(refused), 401)
        self.site.note(request, "sign-in.link", "operator")
        return self._signed_in(request, secret, "/")

    def _signed_in(self, request: Request, secret: str, target: str) -> Response:
        """A session of its own for each sign-in: one that a stranger planted before is left behind."""
        before = request.cookies.get(self.site.cookie)
        if before:
            members.sign_out(self.services, before)
        answer = RedirectResponse(target, 303, HEADERS)
        answer.set_cookie(
            self.site.cookie,
            secret,
            max_age=int(members.SESSION_LIFE.total_seconds()),
            path="/",
            secure=self.site.door.settings.secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        person, _ = await self.site.posted(request)
        members.sign_out(self.services, request.cookies.get(self.site.cookie, ""))
        self.site.note(request, "sign-out", person.name)
        answer = RedirectResponse("/sign-in", 303, {**HEADERS, "Clear-Site-Data": '"cache"'})
        answer.delete_cookie(
            self.site.cookie, path="/", secure=self.site.door.settings.secure, httponly=True, samesite="lax"
        )
        return answer

    # ---- agreeing to a client ------------------------------------------------------------------------------

    async def authorize_page(self, request: Request) -> Response:
        sent = dict(request.query_params)
        try:
            if len(sent) != len(request.query_params.multi_items()):
                raise NoRedirect("invalid_request", "A parameter is given twice.")
            await self._learn(request, sent.get("client_id", ""))
            asked = oauth.read_request(self.services, sent, self.resource)
        except NoRedirect as refused:
            return self.site.message(
                request, self.site.person(request), "This client can't be connected", refused.words, 400
            )
        except OAuthError as wrong:
            return self._answer(sent, {"error": wrong.code, "error_description": wrong.words})
        person = self.site.needed_person(request)
        if person.member_id is None:
            return self.site.message(request, person, "Sign in as a member", OPERATOR, 403)
        return self.site.page(
            "consent.html",
            request,
            person,
            form_action=redirects.origin(asked.redirect_uri),
            asked=asked,
            sent=sent,
            target=redirects.origin(asked.redirect_uri),
            loopback=redirects.is_loopback(asked.redirect_uri),
            roles=[role for role in Role if role <= min(asked.role, person.role)],
            words=WORDS,
        )

    async def _learn(self, request: Request, client_id: str) -> None:
        """Read the document of a client that goes by one. Only a member makes this server send requests."""
        if not is_address(client_id):
            return
        allowed = self.site.door.desk.policy().client_documents
        documents.check(client_id, allowed)
        person = self.site.needed_person(request)
        if person.member_id is None:
            raise Turned(self.site.message(request, person, "Sign in as a member", OPERATOR, 403))
        if await self.site.door.documents.learn(client_id, allowed, person.member_id):
            self.site.note(request, "client.describe", person.name, client=client_id)

    async def authorize(self, request: Request) -> Response:
        person, form = await self.site.posted(request)
        sent = {name: value for name, value in form.items() if name not in {"form_token", "role", "decision"}}
        try:
            asked = oauth.read_request(self.services, sent, self.resource)
        except NoRedirect as refused:
            return self.site.message(request, person, "This client can't be connected", refused.words, 400)
        except OAuthError as wrong:
            return self._answer(sent, {"error": wrong.code, "error_description": wrong.words})
        if person.member_id is None:
            return self.site.message(request, person, "Sign in as a member", OPERATOR, 403)
        if form.get("decision") != "allow" or form.get("role") not in Role.__members__:
            self.site.note(request, "grant.create", person.name, "denied", client=asked.client_name)
            return self._answer(
                sent, {"error": "access_denied", "error_description": "The person did not agree."}
            )
        role = min(Role[form["role"]], person.role)
        code = oauth.agree(self.services, asked, person.member_id, role)
        self.site.note(
            request, "grant.create", person.name, client=asked.client_name, role=min(role, asked.role).name
        )
        return self._answer(sent, {"code": code})

    def _answer(self, sent: dict[str, str], answer: dict[str, str]) -> Response:
        """Back to the client, with its state and with who answers (RFC 9207)."""
        state = {"state": sent["state"]} if "state" in sent else {}
        uri = redirects.with_answer(sent["redirect_uri"], {**answer, **state, "iss": self.issuer})
        return RedirectResponse(uri, 303, HEADERS)

    # ---- taking access back --------------------------------------------------------------------------------

    async def access(self, request: Request) -> Response:
        person = self.site.needed_person(request)
        return self._access_page(request, person, request.query_params.get("done", ""))

    def _access_page(self, request: Request, person: SignedIn, done: str, new_key: str = "") -> Response:
        admin = person.role is Role.admin
        said = {"grant": "The client was disconnected.", "key": "The key was revoked."}.get(done, "")
        return self.site.page(
            "access.html",
            request,
            person,
            here="access",
            said=said,
            admin=admin,
            grants=grants.every(self.services, None if admin else person.member_id or ""),
            keys=self._keys() if admin else [],
            entries=audit.read(self.services.engine, audit.Wanted(), 20)[::-1] if admin else [],
            resource=self.resource,
            roles=list(Role),
            new_key=new_key,
        )

    def _keys(self) -> list[dict[str, Any]]:
        now = self.services.clock()
        return [
            {
                "id": key.id,
                "name": key.name,
                "prefix": key.prefix,
                "role": key.role,
                "projects": None if key.project_ids is None else len(key.project_ids),
                "state": keys.state(key, now),
                "last_used_at": key.last_used_at,
            }
            for key in keys.every(self.services)
        ]

    async def revoke_grant(self, request: Request) -> Response:
        person, _ = await self.site.posted(request)
        grant_id = request.path_params["id"]
        only_for = None if person.role is Role.admin else person.member_id or ""
        if not grants.revoke(self.services, grant_id, only_for, f"revoked by {person.name}"):
            return self.site.message(
                request, person, "Not found", "There is no such connection of yours.", 404
            )
        self.site.note(request, "grant.revoke", person.name, grant=grant_id)
        return RedirectResponse("/access?done=grant", 303, HEADERS)

    async def revoke_key(self, request: Request) -> Response:
        person = await self._admin(request)
        key_id = request.path_params["id"]
        keys.revoke(self.services, key_id)
        self.site.note(request, "key.revoke", person.name, key=key_id)
        return RedirectResponse("/access?done=key", 303, HEADERS)

    async def make_key(self, request: Request) -> Response:
        person, form = await self.site.posted(request)
        self._only_admins(request, person)
        role = form.get("role", "")
        try:
            if role not in Role.__members__:
                raise BadRequest("Choose one of the roles.")
            new = keys.create(self.services, Role[role], form.get("name", ""))
        except BadRequest as wrong:
            return self.site.message(request, person, "No key was made", str(wrong), 400)
        self.site.note(request, "key.create", person.name, key=new.id, role=role)
        return self._access_page(request, person, "", new.clear)

    async def _admin(self, request: Request) -> SignedIn:
        person, _ = await self.site.posted(request)
        self._only_admins(request, person)
        return person

    def _only_admins(self, request: Request, person: SignedIn) -> None:
        if person.role is not Role.admin:
            raise Turned(self.site.message(request, person, "Not allowed", "Only admins can do this.", 403))


OPERATOR = (
    "A client acts for a member, and you are signed in as this server's operator. Make a member with "
    "`python -m workspace member add NAME`, sign out, and sign in as that member."
)
