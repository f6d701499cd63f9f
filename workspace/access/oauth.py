"""The authorization server's rules: requests, codes, tokens, revocation (OAuth 2.1, RFC 7009, 8707, 9207). Its clients are `clients`.

Tokens are opaque and looked up at each use, so taking one back works at once. What a token allows is the smallest of three:
what the client asked for, what the person agreed to, and what that person may do now.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from workspace.access import clients, redirects, secrets
from workspace.access.document_addresses import is_address
from workspace.access.errors import NoRedirect, OAuthError
from workspace.access.schema import AuthorizationCode, Grant, Member, OAuthClient, Token
from workspace.access.store import changing, looking, rows_of
from workspace.domain import Role, Services

CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=15)
GRANT_LIFE = timedelta(days=30)

SCOPES = tuple(role.name for role in Role)
OFFERED_SCOPES = ("viewer", "editor")
"""What metadata and challenges name; `admin` is given when a client asks for it and an admin agrees."""

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Asked:
    """An authorization request that is in order and waits for the person's decision."""

    client_id: str
    """On record here; not the address that a client may go by."""
    client_name: str
    redirect_uri: str
    address: str | None
    """Of the document that describes the client, when it goes by one."""
    role: Role
    """The most that the client asked for."""
    state: str | None
    challenge: str
    resource: str


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    role: Role
    seconds: int

    def answer(self) -> dict[str, Any]:
        return {
            "access_token": self.access,
            "token_type": "Bearer",
            "expires_in": self.seconds,
            "refresh_token": self.refresh,
            "scope": self.role.name,
        }


def role_of_scope(scope: str | None, default: Role) -> Role:
    """The highest role that a scope string names; scopes include the ones below them."""
    names = (scope or "").split()
    unknown = sorted(set(names) - set(SCOPES))
    if unknown:
        raise OAuthError(
            "invalid_scope", f"There is no scope {', '.join(unknown)}; there are {', '.join(SCOPES)}."
        )
    return max((Role[name] for name in names), default=default)


# ---- the authorization request -----------------------------------------------------------------------------


def trusted_redirect(services: Services, params: Mapping[str, str]) -> tuple[str, str, str]:
    """Client id, client name and redirect address of a request; raises NoRedirect when they can't be trusted."""
    with looking(services) as session:
        client = clients.find(services, session, params.get("client_id", ""))
        if client is None:
            raise NoRedirect(
                "invalid_client", "No client of this name is registered here. Connect the client again."
            )
        uri = params.get("redirect_uri", "")
        if not any(redirects.same(registered, uri) for registered in client.redirect_uris):
            raise NoRedirect(
                "invalid_request",
                f"{client.name} did not register the address that it wants the answer sent to.",
            )
        return client.id, client.name, uri


def read_request(services: Services, params: Mapping[str, str], resource: str) -> Asked:
    """Check an authorization request; NoRedirect is for the person, any other OAuthError goes back to the client."""
    client_id, client_name, uri = trusted_redirect(services, params)
    if "request" in params:
        raise OAuthError("request_not_supported", "Request objects are not supported.")
    if "request_uri" in params:
        raise OAuthError("request_uri_not_supported", "Request objects are not supported.")
    if params.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type is code.")
    if params.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "response_mode is query.")
    challenge = params.get("code_challenge", "")
    if not challenge:
        raise OAuthError("invalid_request", "A code_challenge is required (PKCE).")
    if params.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "code_challenge_method is S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "code_challenge is not the hash of a verifier.")
    if not same_resource(params.get("resource", resource), resource):
        raise OAuthError("invalid_target", f"Tokens are given for {resource} only.")
    role = role_of_scope(params.get("scope"), Role.viewer)
    address = params["client_id"] if is_address(params["client_id"]) else None
    return Asked(client_id, client_name, uri, address, role, params.get("state"), challenge, resource)


def same_resource(asked: str, resource: str) -> bool:
    """Equal, but for a trailing slash and the case of scheme and host."""
    head, mark, tail = asked.partition("://")
    host, slash, path = tail.partition("/")
    return f"{head.lower()}{mark}{host.lower()}{slash}{path}".removesuffix("/") == resource


def agree(services: Services, asked: Asked, member_id: str, role: Role) -> str:
    """Record a member's consent and return the code. The role is cut to what was asked for."""
    now = services.clock()
    code = secrets.make(secrets.CODE, services.random)
    grant_id = services.new_id()
    with changing(services) as session:
        client = session.get_one(OAuthClient, asked.client_id)
        client.used_at = now
        session.add(
            Grant(
                id=grant_id,
                client_id=client.id,
                member_id=member_id,
                role=min(role, asked.role).name,
                resource=asked.resource,
                created_at=now,
                expires_at=now + GRANT_LIFE,
            )
        )
        session.flush()
        session.add(
            AuthorizationCode(
                secret_hash=code.hashed,
                grant_id=grant_id,
                redirect_uri=asked.redirect_uri,
                challenge=asked.challenge,
                expires_at=now + CODE_LIFE,
            )
        )
    return code.clear


# ---- tokens ------------------------------------------------------------------------------------------------


def exchange_code(services: Services, client_id: str, form: Mapping[str, str], resource: str) -> Tokens:
    """Tokens for a code. A code is good once: whatever follows, it is used up, and a second use ends the grant."""
    now = services.clock()
    wrong = OAuthError("invalid_grant", "The code is not valid, or was used before.")
    hashed = secrets.hashed(form.get("code", ""))
    with changing(services) as session:
        code = session.get(AuthorizationCode, hashed)
        grant = session.get(Grant, code.grant_id) if code else None
        if code is None or grant is None or grant.client_id != client_id:
            raise wrong
        first = use_up(session, AuthorizationCode, hashed, now)
        if not first:
            end_grant(session, grant.id, now, "a code was used twice")
    if not first:
        raise wrong
    with changing(services) as session:
        grant = session.get_one(Grant, code.grant_id)
        if code.expires_at <= now or grant.revoked_at is not None:
            raise wrong
        if form.get("redirect_uri") != code.redirect_uri:
            raise OAuthError("invalid_grant", "redirect_uri is not the one that the code was sent to.")
        verifier = form.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier) or not secrets.same(challenge_of(verifier), code.challenge):
            raise OAuthError("invalid_grant", "code_verifier does not fit the code.")
        _check_resource(form, resource)
        return _issue(session, services, grant, Role[grant.role], now)


def refresh(services: Services, client_id: str, form: Mapping[str, str], resource: str) -> Tokens:
    """New tokens for a refresh token, which is used up by it. A second use ends the whole family."""
    now = services.clock()
    wrong = OAuthError("invalid_grant", "The refresh token is not valid, or was used before. Sign in again.")
    hashed = secrets.hashed(form.get("refresh_token", ""))
    with changing(services) as session:
        old = session.get(Token, hashed)
        grant = session.get(Grant, old.grant_id) if old is not None and old.kind == "refresh" else None
        if old is None or grant is None or grant.client_id != client_id:
            raise wrong
        if old.expires_at <= now or old.revoked_at or grant.expires_at <= now or grant.revoked_at:
            raise wrong
        held = Role[old.role]
        asked = role_of_scope(form.get("scope"), held)
        if asked > held:
            raise OAuthError("invalid_scope", f"The scope can only shrink; it is {held.name}.")
        _check_resource(form, resource)
        if use_up(session, Token, hashed, now):
            return _issue(session, services, grant, asked, now)
        end_grant(session, grant.id, now, "a refresh token was used twice")
    raise wrong


def revoke(services: Services, client_id: str, token: str) -> None:
    """RFC 7009: a refresh token takes its family with it; an unknown token is no error; another client's is refused."""
    now = services.clock()
    with changing(services) as session:
        found = session.get(Token, secrets.hashed(token))
        if found is None:
            return
        grant = session.get_one(Grant, found.grant_id)
        if grant.client_id != client_id:
            raise OAuthError("unauthorized_client", "The token was given to another client.")
        if found.kind == "refresh":
            end_grant(session, grant.id, now, "revoked by the client")
        elif found.revoked_at is None:
            found.revoked_at = now


def end_grant(session: Session, grant_id: str, now: datetime, why: str) -> bool:
    """Take back a grant and with it all its tokens; False when that was done before."""
    ended = session.execute(
        update(Grant)
        .where(Grant.id == grant_id, Grant.revoked_at.is_(None))
        .values(revoked_at=now, revoked_why=why)
    )
    return bool(rows_of(ended))


def use_up(
    session: Session, table: type[AuthorizationCode] | type[Token], hashed: str, now: datetime
) -> bool:
    """Mark a code or a refresh token as used; True for the one call that does it first."""
    taken = session.execute(
        update(table).where(table.secret_hash == hashed, table.used_at.is_(None)).values(used_at=now)
    )
    return rows_of(taken) == 1


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _check_resource(form: Mapping[str, str], resource: str) -> None:
    if not same_resource(form.get("resource", resource), resource):
        raise OAuthError("invalid_target", f"Tokens are given for {resource} only.")


def _issue(session: Session, services: Services, grant: Grant, role: Role, now: datetime) -> Tokens:
    member = session.get_one(Member, grant.member_id)
    if member.removed_at is not None:
        raise OAuthError("invalid_grant", "The member who agreed is no longer in this workspace.")
    role = min(role, Role[member.role])
    access, renewal = (
        secrets.make(secrets.ACCESS_TOKEN, services.random),
        secrets.make(secrets.REFRESH_TOKEN, services.random),
    )
    ends = min(now + ACCESS_LIFE, grant.expires_at)
    for kind, secret, expires in (("access", access, ends), ("refresh", renewal, grant.expires_at)):
        session.add(
            Token(
                secret_hash=secret.hashed,
                kind=kind,
                grant_id=grant.id,
                role=role.name,
                created_at=now,
                expires_at=expires,
            )
        )
    grant.last_used_at = now
    return Tokens(access.clear, renewal.clear, role, int((ends - now).total_seconds()))
