"""The authorization server over HTTP: metadata, registration, tokens, revocation. The pages of a sign-in stand in `workspace.web`."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from workspace.access import audit, clients, oauth
from workspace.access.clients import AUTH_METHODS
from workspace.access.errors import OAuthError
from workspace.access.oauth import OFFERED_SCOPES
from workspace.access.rates import Rates
from workspace.protocol.http import read_body
from workspace.protocol.messages import Denied
from workspace.server.forms import LIMIT, read_form
from workspace.server.settings import PATH

if TYPE_CHECKING:
    from workspace.server.app import Door

CORS = {"Access-Control-Allow-Origin": "*"}
"""These endpoints take no cookie, so any page may read them; the sign-in pages send no such header."""
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, MCP-Protocol-Version",
    "Access-Control-Max-Age": "600",
}
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def routes(door: "Door") -> list[BaseRoute]:
    server = OAuthServer(door)
    return [
        Route(
            f"/.well-known/oauth-protected-resource{PATH}",
            server.resource_metadata,
            methods=["GET", "OPTIONS"],
        ),
        Route("/.well-known/oauth-protected-resource", server.resource_metadata, methods=["GET", "OPTIONS"]),
        Route("/.well-known/oauth-authorization-server", server.metadata, methods=["GET", "OPTIONS"]),
        Route("/register", server.register, methods=["POST", "OPTIONS"]),
        Route("/token", server.token, methods=["POST", "OPTIONS"]),
        Route("/revoke", server.revoke, methods=["POST", "OPTIONS"]),
    ]


class OAuthServer:
    """The endpoints of one server."""

    def __init__(self, door: "Door") -> None:
        self.door = door
        self.services = door.workspace.services
        self.settings = door.settings
        self.registrations = Rates(door.settings.registrations_per_hour, lambda: time.monotonic() / 60)
        self.tries = Rates(door.settings.token_requests_per_minute, time.monotonic)

    async def resource_metadata(self, request: Request) -> Response:
        """RFC 9728."""
        return _open(
            request,
            {
                "resource": self.settings.resource,
                "resource_name": f"Deepnote Workflows: {self.door.workspace.name}",
                "authorization_servers": [self.settings.origin],
                "scopes_supported": list(OFFERED_SCOPES),
                "bearer_methods_supported": ["header"],
            },
        )

    async def metadata(self, request: Request) -> Response:
        """RFC 8414."""
        origin = self.settings.origin
        return _open(
            request,
            {
                "issuer": origin,
                "authorization_endpoint": f"{origin}/authorize",
                "token_endpoint": f"{origin}/token",
                "registration_endpoint": f"{origin}/register",
                "revocation_endpoint": f"{origin}/revoke",
                "scopes_supported": list(OFFERED_SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
                "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "client_id_metadata_document_supported": bool(self.door.desk.policy().client_documents),
            },
        )

    async def register(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        address = _address(request)
        try:
            seconds = self.registrations.wait(address)
            if seconds:
                raise OAuthError(
                    "temporarily_unavailable", "Too many registrations from here; try again later.", 429
                )
            told = clients.register(self.services, await _json(request))
        except OAuthError as wrong:
            return _error(wrong)
        self._audit("client.register", told["client_name"], "none", request, client=told["client_name"])
        return JSONResponse(told, 201, {**NO_STORE, **CORS})

    async def token(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        client_id = None
        try:
            self._not_too_fast(request)
            form = await _form(request)
            client_id = self._client(request, form)
            match form.get("grant_type"):
                case "authorization_code":
                    tokens = oauth.exchange_code(self.services, client_id, form, self.settings.resource)
                case "refresh_token":
                    tokens = oauth.refresh(self.services, client_id, form, self.settings.resource)
                case None:
                    raise OAuthError("invalid_request", "grant_type is missing.")
                case _:
                    raise OAuthError(
                        "unsupported_grant_type", "grant_type is authorization_code or refresh_token."
                    )
        except OAuthError as wrong:
            if wrong.status != 429:
                self._audit("token.give", client_id or "unknown client", "none", request, outcome="denied")
            return _error(wrong)
        self._audit("token.give", client_id, "oauth", request)
        return JSONResponse(tokens.answer(), 200, {**NO_STORE, **CORS})

    async def revoke(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        try:
            self._not_too_fast(request)
            form = await _form(request)
            client_id = self._client(request, form)
            if "token" not in form:
                raise OAuthError("invalid_request", "token is missing.")
            oauth.revoke(self.services, client_id, form["token"])
        except OAuthError as wrong:
            return _error(wrong)
        self._audit("token.revoke", client_id, "oauth", request)
        return Response(status_code=200, headers={**NO_STORE, **CORS})

    def _not_too_fast(self, request: Request) -> None:
        if self.tries.wait(_address(request)):
            raise OAuthError(
                "temporarily_unavailable", "Too many requests from here; try again in a minute.", 429
            )

    def _client(self, request: Request, form: Mapping[str, str]) -> str:
        """The client, by one method only: HTTP Basic, a secret in the body, or its bare id."""
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        if not kind:
            secret = form.get("client_secret")
            method = "none" if secret is None else "client_secret_post"
            return clients.proven(self.services, form.get("client_id"), secret, method)
        if kind.lower() != "basic" or "client_secret" in form:
            raise OAuthError(
                "invalid_request",
                "Prove who the client is in one way: HTTP Basic, or client_secret in the body.",
            )
        try:
            name, mark, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as broken:
            raise OAuthError("invalid_client", "The Authorization header cannot be read.", 401) from broken
        name = unquote(name)
        if not mark or form.get("client_id", name) != name:
            raise OAuthError(
                "invalid_client", "The Authorization header and client_id name two clients.", 401
            )
        return clients.proven(self.services, name, unquote(secret), "client_secret_basic")

    def _audit(
        self,
        action: str,
        actor: str,
        kind: str,
        request: Request,
        *,
        outcome: str = "ok",
        client: str | None = None,
    ) -> None:
        self.door.trail.add(
            audit.Event(
                at=self.services.clock(),
                actor=actor,
                actor_type=kind,
                action=action,
                outcome=outcome,
                client=client or request.headers.get("user-agent"),
                address=_address(request),
            ),
            at_once=True,
        )


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _open(request: Request, document: Mapping[str, Any]) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT)
    return JSONResponse(document, 200, {**CORS, "Cache-Control": "public, max-age=300"})


def _error(wrong: OAuthError) -> Response:
    headers = {**NO_STORE, **CORS}
    if wrong.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="token endpoint"'
    return JSONResponse({"error": wrong.code, "error_description": wrong.words}, wrong.status, headers)


async def _form(request: Request) -> dict[str, str]:
    """The parameters of the body; none may come in the address, where logs and referrers would keep it."""
    if request.query_params:
        raise OAuthError("invalid_request", "Send the parameters in the body, never in the address.")
    try:
        return await read_form(request)
    except Denied as denied:
        raise OAuthError("invalid_request", denied.words, denied.status) from denied


async def _json(request: Request) -> Mapping[str, Any]:
    try:
        metadata = json.loads(await read_body(request.headers, request.receive, LIMIT))
    except Denied as denied:
        raise OAuthError("invalid_client_metadata", denied.words, denied.status) from denied
    except ValueError as broken:
        raise OAuthError("invalid_client_metadata", "The body is not JSON.") from broken
    if not isinstance(metadata, dict):
        raise OAuthError("invalid_client_metadata", "The body is not a JSON object.")
    return metadata
