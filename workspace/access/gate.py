"""Who is calling: a bearer credential in, a Caller out. Looked up at every call, so that taking one back works at once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import aliased

from workspace.access import secrets
from workspace.access.errors import NotSignedIn
from workspace.access.oauth import OFFERED_SCOPES
from workspace.access.schema import ApiKey, Grant, Member, OAuthClient, Token
from workspace.domain import Caller, Role, Services
from workspace.store.engine import reading, writing
from workspace.store.lookup import Lookup

WRITE_LAST_USE_AFTER = timedelta(minutes=1)

_holder = aliased(Member)
_KEYS = (
    select(
        ApiKey.id,
        ApiKey.name,
        ApiKey.prefix,
        ApiKey.role,
        ApiKey.project_ids,
        ApiKey.expires_at,
        ApiKey.revoked_at,
        ApiKey.last_used_at,
        ApiKey.member_id,
        _holder.name.label("member_name"),
        _holder.role.label("member_role"),
        _holder.project_ids.label("member_projects"),
        _holder.removed_at.label("member_removed_at"),
    )
    .outerjoin(_holder, _holder.id == ApiKey.member_id)
    .where(ApiKey.secret_hash == bindparam("secret"))
)
_TOKENS = (
    select(
        Token.kind,
        Token.role,
        Token.expires_at,
        Token.revoked_at,
        Grant.id.label("grant_id"),
        Grant.resource,
        Grant.expires_at.label("grant_expires_at"),
        Grant.revoked_at.label("grant_revoked_at"),
        Grant.last_used_at,
        OAuthClient.name.label("client_name"),
        Member.id.label("member_id"),
        Member.name.label("member_name"),
        Member.role.label("member_role"),
        Member.project_ids.label("member_projects"),
        Member.removed_at.label("member_removed_at"),
    )
    .join(Grant, Grant.id == Token.grant_id)
    .join(OAuthClient, OAuthClient.id == Grant.client_id)
    .join(Member, Member.id == Grant.member_id)
    .where(Token.secret_hash == bindparam("secret"))
)


@dataclass
class Gate:
    """Reads credentials for one resource (`https://host/mcp`)."""

    services: Services
    resource: str
    path: str = "/mcp"
    oauth: bool = True
    """Whether this server also hands out tokens."""
    _noted: dict[str, datetime] = field(default_factory=dict)

    @cached_property
    def _keys(self) -> Lookup:
        return Lookup(self.services.engine, _KEYS)

    @cached_property
    def _tokens(self) -> Lookup:
        return Lookup(self.services.engine, _TOKENS)

    def caller(self, credential: str, client: str | None = None) -> Caller:
        """The caller of a key or an access token; raises NotSignedIn with what to do."""
        if credential.startswith(secrets.ACCESS_TOKEN):
            return self._token(credential, client)
        return self._key(credential, client)

    def _key(self, credential: str, client: str | None) -> Caller:
        now = self.services.clock()
        row = self._keys.first({"secret": secrets.hashed(credential)})
        if row is None:
            raise NotSignedIn("This key is not known here. `python -m workspace key create` makes one.")
        if row.revoked_at is not None:
            raise NotSignedIn(f"The key {row.prefix}… ({row.name}) was revoked. Ask an admin for a new one.")
        if row.expires_at is not None and row.expires_at <= now:
            raise NotSignedIn(f"The key {row.prefix}… ({row.name}) expired. Ask an admin for a new one.")
        role, projects = Role[row.role], row.project_ids
        if row.member_id is not None:
            if row.member_removed_at is not None:
                raise NotSignedIn(f"The member whose key {row.prefix}… is was removed from this workspace.")
            role = min(role, Role[row.member_role])
            projects = both(projects, row.member_projects)
        self._note(ApiKey, row.id, row.last_used_at, now)
        return Caller(
            user_id=row.member_id or row.id,
            user_name=row.member_name or row.name,
            role=role,
            key_id=row.id,
            key_name=row.name,
            key_prefix=row.prefix,
            key_type="personal" if row.member_id else "workspace",
            client=client,
            project_ids=frozenset(projects) if projects is not None else None,
        )

    def _token(self, credential: str, client: str | None) -> Caller:
        now = self.services.clock()
        row = self._tokens.first({"secret": secrets.hashed(credential)})
        if row is None or row.kind != "access":
            raise NotSignedIn("This access token is not known here. Sign in again.")
        self._check_token(row, now)
        self._note(Grant, row.grant_id, row.last_used_at, now)
        return Caller(
            user_id=row.member_id,
            user_name=row.member_name,
            role=min(Role[row.role], Role[row.member_role]),
            key_id=row.grant_id,
            key_name=row.client_name,
            key_prefix=credential[: len(secrets.ACCESS_TOKEN) + secrets.SHOWN],
            key_type="oauth",
            client=row.client_name,
            project_ids=frozenset(row.member_projects) if row.member_projects is not None else None,
        )

    def _check_token(self, row: Any, now: datetime) -> None:
        if row.resource != self.resource:
            raise NotSignedIn("This access token was issued for another server.")
        if row.revoked_at is not None or row.grant_revoked_at is not None:
            raise NotSignedIn("The access of this client was revoked. Sign in again.")
        if row.expires_at <= now or row.grant_expires_at <= now:
            raise NotSignedIn("The access token expired. Refresh it or sign in again.")
        if row.member_removed_at is not None:
            raise NotSignedIn("The member who granted this access was removed from the workspace.")

    def member_role(self, caller: Caller) -> Role:
        """The role of the member behind a grant, which the grant may not use whole."""
        with reading(self.services.engine) as connection:
            name = connection.scalar(select(Member.role).where(Member.id == caller.user_id))
        return Role[name] if name else Role.viewer

    def challenge(self, error: str = "", needed: Role | None = None) -> str:
        """The WWW-Authenticate header: where a client learns how to get in, and which scopes to ask for."""
        parts = [f'error="{error}"'] if error else []
        if self.oauth:
            origin = self.resource.removesuffix(self.path)
            scopes = [role.name for role in Role if role <= needed] if needed else OFFERED_SCOPES
            parts.append(f'resource_metadata="{origin}/.well-known/oauth-protected-resource{self.path}"')
            parts.append(f'scope="{" ".join(scopes)}"')
        return f"Bearer {', '.join(parts)}".strip()

    def _note(
        self, table: type[ApiKey] | type[Grant], row_id: str, written: datetime | None, now: datetime
    ) -> None:
        """Remember the last use, to the minute."""
        known = max(filter(None, (written, self._noted.get(row_id))), default=None)
        if known is not None and now - known < WRITE_LAST_USE_AFTER:
            return
        self._noted[row_id] = now
        with writing(self.services.engine) as connection:
            connection.execute(update(table).where(table.id == row_id).values(last_used_at=now))


def both(left: list[str] | None, right: list[str] | None) -> list[str] | None:
    """The projects that two restrictions both allow."""
    if left is None or right is None:
        return left if right is None else right
    return [project for project in left if project in right]
