"""The programs that ask for access: registered here (RFC 7591), or known by the document at the https address that is their id."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workspace.access import policy, redirects, secrets
from workspace.access.document_addresses import is_address, why_not
from workspace.access.errors import OAuthError
from workspace.access.schema import Grant, OAuthClient
from workspace.access.store import changing, looking
from workspace.domain import Services

UNUSED_CLIENT_LIFE = timedelta(hours=24)
MOST_CLIENTS = 1000
AUTH_METHODS = ("none", "client_secret_basic", "client_secret_post")
DESCRIBED = "document"
"""How a client is on record that a document describes; it proves itself by nothing but its redirect addresses."""


def register(services: Services, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Enter a client (RFC 7591) and return what it is told; a secret is told once."""
    uris = redirects_of(metadata)
    method = metadata.get("token_endpoint_auth_method", "none")
    if method not in AUTH_METHODS:
        raise _bad_metadata(f"token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}.")
    _only(metadata, "grant_types", {"authorization_code", "refresh_token"})
    _only(metadata, "response_types", {"code"})
    now = services.clock()
    secret = None if method == "none" else secrets.make(secrets.CLIENT_SECRET, services.random)
    client = OAuthClient(
        id=services.new_id(),
        name=name_of(metadata),
        redirect_uris=uris,
        auth_method=method,
        secret_hash=secret.hashed if secret else None,
        created_at=now,
    )
    with changing(services) as session:
        _make_room(session, now)
        session.add(client)
        told: dict[str, Any] = {
            "client_id": client.id,
            "client_id_issued_at": int(now.timestamp()),
            "client_name": client.name,
            "redirect_uris": client.redirect_uris,
            "token_endpoint_auth_method": method,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }
    if secret:
        told |= {"client_secret": secret.clear, "client_secret_expires_at": 0}
    return told


def redirects_of(metadata: Mapping[str, Any]) -> list[str]:
    """The redirect addresses of a client, each one that a code may be sent to."""
    uris = metadata.get("redirect_uris")
    if (
        not isinstance(uris, list)
        or not 1 <= len(uris) <= 10
        or not all(isinstance(uri, str) for uri in uris)
    ):
        raise OAuthError("invalid_redirect_uri", "redirect_uris lists one to ten addresses.")
    for uri in uris:
        wrong = redirects.why_not(uri)
        if wrong is not None:
            raise OAuthError("invalid_redirect_uri", f"{uri[:100]!r} cannot be registered: {wrong}.")
    return list(uris)


def name_of(metadata: Mapping[str, Any]) -> str:
    name = metadata.get("client_name", "A client without a name")
    if not isinstance(name, str) or not name.strip() or len(name) > 200 or not name.isprintable():
        raise _bad_metadata("client_name is 1 to 200 printable characters.")
    return name.strip()


def _bad_metadata(words: str) -> OAuthError:
    return OAuthError("invalid_client_metadata", words)


def _only(metadata: Mapping[str, Any], name: str, allowed: set[str]) -> None:
    values = metadata.get(name)
    if values is None:
        return
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise _bad_metadata(f"{name} is a list of words.")
    if not set(values) <= allowed:
        raise _bad_metadata(f"{name} may hold {', '.join(sorted(allowed))}.")


def _make_room(session: Session, now: datetime) -> None:
    """Forget clients that nobody agreed to within a day; refuse a new one when there are too many even so."""
    granted = select(Grant.client_id)
    stale = session.scalars(
        select(OAuthClient).where(
            OAuthClient.created_at < now - UNUSED_CLIENT_LIFE, OAuthClient.id.not_in(granted)
        )
    )
    for client in stale:
        session.delete(client)
    session.flush()
    if len(session.scalars(select(OAuthClient.id).limit(MOST_CLIENTS)).all()) >= MOST_CLIENTS:
        raise OAuthError(
            "temporarily_unavailable", "Too many clients are registered; try again tomorrow.", 503
        )


# ---- clients that a document describes ---------------------------------------------------------------------


def is_fresh(services: Services, address: str, life: timedelta) -> bool:
    """Whether the document at this address was read so lately that it need not be read again."""
    with looking(services) as session:
        known = session.get(OAuthClient, secrets.hashed(address))
        return known is not None and known.created_at > services.clock() - life


def enter_described(services: Services, address: str, name: str, uris: Sequence[str]) -> None:
    """Put on record what the document at an address says now; its time of entry is the time of reading."""
    now = services.clock()
    with changing(services) as session:
        known = session.get(OAuthClient, secrets.hashed(address))
        if known is None:
            _make_room(session, now)
            known = OAuthClient(id=secrets.hashed(address), auth_method=DESCRIBED)
            session.add(known)
        known.name, known.redirect_uris, known.created_at = name, list(uris), now


def find(services: Services, session: Session, client_id: str) -> OAuthClient | None:
    """The client of an id. One that a document describes is found by its address only, while its host is allowed."""
    if is_address(client_id):
        allowed = policy.read(services).client_documents
        return None if why_not(client_id, allowed) else session.get(OAuthClient, secrets.hashed(client_id))
    client = session.get(OAuthClient, client_id)
    return None if client is None or client.auth_method == DESCRIBED else client


def proven(services: Services, client_id: str | None, secret: str | None, method: str) -> str:
    """The id on record of the client that a token request proves to come from."""
    denied = OAuthError("invalid_client", "The client is not known here, or did not prove who it is.", 401)
    if not client_id:
        raise denied
    with looking(services) as session:
        client = find(services, session, client_id)
        if client is None or client.auth_method not in (
            {method, DESCRIBED} if method == "none" else {method}
        ):
            raise denied
        if client.secret_hash is not None and not secrets.same(
            client.secret_hash, secrets.hashed(secret or "")
        ):
            raise denied
        return client.id
