"""API keys: made, listed, renamed, revoked. The key itself is shown once, when it is made."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workspace.access import secrets
from workspace.access.errors import BadRequest
from workspace.access.schema import ApiKey, Member
from workspace.access.store import changing, looking, rows_of
from workspace.domain import Role, Services


class NewKey(NamedTuple):
    clear: str
    """The key. It can't be had again."""
    id: str


def create(
    services: Services,
    role: Role,
    name: str,
    *,
    expires_at: datetime | None = None,
    project_ids: Sequence[str] | None = None,
    member: str | None = None,
) -> NewKey:
    """Make a key. `member` (a login) makes it personal: it then never allows more than that member may do."""
    if not name.strip() or len(name) > 200:
        raise BadRequest("A key's name has 1 to 200 characters.")
    now = services.clock()
    if expires_at is not None and expires_at <= now:
        raise BadRequest("The key would have expired already; give a time that is still to come.")
    secret = secrets.make(secrets.KEY, services.random)
    with changing(services) as session:
        key = ApiKey(
            id=services.new_id(),
            name=name.strip(),
            prefix=secret.prefix,
            secret_hash=secret.hashed,
            role=role.name,
            member_id=_member_id(session, member),
            project_ids=list(project_ids) if project_ids is not None else None,
            created_at=now,
            expires_at=expires_at,
        )
        session.add(key)
        return NewKey(secret.clear, key.id)


def _member_id(session: Session, login: str | None) -> str | None:
    if login is None:
        return None
    found = session.scalar(
        select(Member.id).where(Member.login == login.lower(), Member.removed_at.is_(None))
    )
    if found is None:
        raise BadRequest(f"There is no member {login!r}. `python -m workspace member list` names them.")
    return found


def every(services: Services) -> Sequence[ApiKey]:
    """All keys, the newest first, revoked ones among them."""
    with looking(services) as session:
        return session.scalars(select(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.id)).all()


def find(services: Services, which: str) -> ApiKey:
    """The key with this id, prefix or (if only one has it) name."""
    with looking(services) as session:
        found = session.scalars(
            select(ApiKey).where((ApiKey.id == which) | (ApiKey.prefix == which) | (ApiKey.name == which))
        ).all()
    live = [key for key in found if key.revoked_at is None]
    match live or found:
        case [only]:
            return only
        case []:
            raise BadRequest(f"There is no key {which!r}. `python -m workspace key list` names them.")
        case several:
            named = ", ".join(f"{key.prefix}…" for key in several)
            raise BadRequest(f"Several keys are called {which!r}: {named}. Name one by its id or prefix.")


def rename(services: Services, key_id: str, name: str) -> None:
    if not name.strip() or len(name) > 200:
        raise BadRequest("A key's name has 1 to 200 characters.")
    with changing(services) as session:
        session.execute(update(ApiKey).where(ApiKey.id == key_id).values(name=name.strip()))


def revoke(services: Services, key_id: str) -> bool:
    """Take a key back, at once and in every server process; False when that was done before."""
    with changing(services) as session:
        done = session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
            .values(revoked_at=services.clock())
        )
        return bool(rows_of(done))


def state(key: ApiKey, now: datetime) -> str:
    """`active`, `expired` or `revoked`."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "active"
