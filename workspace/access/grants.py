"""What members allowed clients: listed and taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from workspace.access.oauth import end_grant
from workspace.access.schema import Grant, Member, OAuthClient
from workspace.access.store import changing, looking
from workspace.domain import Services


class GrantLine(NamedTuple):
    id: str
    client: str
    member: str
    role: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def every(services: Services, member_id: str | None = None) -> Sequence[GrantLine]:
    """Live grants, the newest first; of one member, or of all."""
    query = (
        select(Grant, OAuthClient.name, Member.name)
        .join(OAuthClient, OAuthClient.id == Grant.client_id)
        .join(Member, Member.id == Grant.member_id)
        .where(Grant.revoked_at.is_(None), Grant.expires_at > services.clock())
        .order_by(Grant.created_at.desc(), Grant.id)
    )
    if member_id is not None:
        query = query.where(Grant.member_id == member_id)
    with looking(services) as session:
        return [
            GrantLine(
                grant.id, client, member, grant.role, grant.created_at, grant.expires_at, grant.last_used_at
            )
            for grant, client, member in session.execute(query)
        ]


def revoke(services: Services, grant_id: str, member_id: str | None, why: str) -> bool:
    """Take a grant back; False when it is not live, or not this member's."""
    with changing(services) as session:
        grant = session.get(Grant, grant_id)
        if grant is None or (member_id is not None and grant.member_id != member_id):
            return False
        return end_grant(session, grant_id, services.clock(), why[:100])
