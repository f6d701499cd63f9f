"""Members: people with a login, a password and a role; and their signed-in browsers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from workspace.access import passwords, secrets
from workspace.access.errors import BadRequest, NotSignedIn, TooMany
from workspace.access.schema import ApiKey, Attempt, BrowserSession, Grant, Member, SignInLink
from workspace.access.store import changing, looking, rows_of
from workspace.domain import Role, Services

SESSION_LIFE = timedelta(hours=12)
LINK_LIFE = timedelta(minutes=30)
WINDOW = timedelta(minutes=15)
MOST_PER_LOGIN = 5
MOST_PER_ADDRESS = 30


class SignedIn(NamedTuple):
    """A browser's session, as far as pages need it."""

    member_id: str | None
    name: str
    role: Role
    project_ids: frozenset[str] | None
    form_token: str


def add(
    services: Services,
    login: str,
    password: str,
    role: Role,
    *,
    name: str | None = None,
    projects: Sequence[str] | None = None,
) -> str:
    """Add a member, or let a removed one back in; returns the id."""
    login = login.strip().lower()
    if not login or len(login) > 200 or not login.isprintable() or " " in login:
        raise BadRequest("A login has 1 to 200 printable characters and no blanks.")
    wrong = passwords.why_not(password)
    if wrong is not None:
        raise BadRequest(f"The password cannot be used: {wrong}.")
    with changing(services) as session:
        member = session.scalar(select(Member).where(Member.login == login))
        if member is not None and member.removed_at is None:
            raise BadRequest(
                f"There is a member {login!r} already. `python -m workspace member set` changes one."
            )
        if member is None:
            member = Member(id=services.new_id(), login=login, created_at=services.clock())
            session.add(member)
        member.removed_at = None
        member.name = (name or login).strip()[:200]
        member.role = role.name
        member.project_ids = list(projects) if projects is not None else None
        member.password_hash = passwords.hashed(password)
        return member.id


def every(services: Services) -> Sequence[Member]:
    with looking(services) as session:
        return session.scalars(select(Member).where(Member.removed_at.is_(None)).order_by(Member.login)).all()


def find(services: Services, login: str) -> Member:
    with looking(services) as session:
        member = session.scalar(
            select(Member).where(Member.login == login.lower(), Member.removed_at.is_(None))
        )
    if member is None:
        raise BadRequest(f"There is no member {login!r}. `python -m workspace member list` names them.")
    return member


def change(
    services: Services,
    login: str,
    *,
    role: Role | None = None,
    password: str | None = None,
    projects: Sequence[str] | None = None,
) -> None:
    """Change a member; a new password signs every browser out. An empty `projects` lifts the restriction."""
    member_id = find(services, login).id
    with changing(services) as session:
        member = session.get_one(Member, member_id)
        if role is not None:
            member.role = role.name
        if projects is not None:
            member.project_ids = list(projects) or None
        if password is not None:
            wrong = passwords.why_not(password)
            if wrong is not None:
                raise BadRequest(f"The password cannot be used: {wrong}.")
            member.password_hash = passwords.hashed(password)
            session.execute(delete(BrowserSession).where(BrowserSession.member_id == member_id))


def remove(services: Services, login: str) -> None:
    """Remove a member: browsers are signed out, personal keys and grants end."""
    member_id, now = find(services, login).id, services.clock()
    with changing(services) as session:
        session.get_one(Member, member_id).removed_at = now
        session.execute(delete(BrowserSession).where(BrowserSession.member_id == member_id))
        session.execute(
            update(ApiKey)
            .where(ApiKey.member_id == member_id, ApiKey.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        session.execute(
            update(Grant)
            .where(Grant.member_id == member_id, Grant.revoked_at.is_(None))
            .values(revoked_at=now, revoked_why="the member was removed")
        )


# ---- signing in --------------------------------------------------------------------------------------------


def sign_in(services: Services, login: str, password: str, address: str) -> str:
    """A new session's secret, or NotSignedIn; TooMany after repeated failures for a login or from an address."""
    login, now = login.strip().lower()[:200], services.clock()
    subjects = {f"login:{login}"[:200]: MOST_PER_LOGIN, f"address:{address}"[:200]: MOST_PER_ADDRESS}
    with changing(services) as session:
        session.execute(delete(Attempt).where(Attempt.at < now - WINDOW))
        for subject, most in subjects.items():
            failed = (
                session.scalar(select(func.count()).select_from(Attempt).where(Attempt.subject == subject))
                or 0
            )
            if failed >= most:
                raise TooMany(
                    "Too many failed sign-ins. Wait a quarter of an hour, then try again.",
                    int(WINDOW.total_seconds()),
                )
        member = session.scalar(select(Member).where(Member.login == login, Member.removed_at.is_(None)))
        stored = member.password_hash if member else None
        # counted before the slow comparison, so that many attempts at once are no way around the limit
        session.add_all([Attempt(subject=subject, at=now) for subject in subjects])
    if not passwords.fits(stored, password) or member is None:
        raise NotSignedIn("The login or the password is wrong.")
    with changing(services) as session:
        session.execute(delete(Attempt).where(Attempt.subject == f"login:{login}"[:200]))
        session.execute(
            delete(Attempt).where(Attempt.subject == f"address:{address}"[:200], Attempt.at == now)
        )
        return _open(session, services, Role[member.role], member.id)


def is_known(services: Services, login: str) -> bool:
    with looking(services) as session:
        return session.scalar(select(Member.id).where(Member.login == login.strip().lower())) is not None


def make_link(services: Services, role: Role) -> str:
    """The secret of a link that signs a browser in once, as the operator of this server."""
    secret = secrets.make(secrets.LINK, services.random)
    with changing(services) as session:
        session.add(
            SignInLink(secret_hash=secret.hashed, role=role.name, expires_at=services.clock() + LINK_LIFE)
        )
    return secret.clear


def use_link(services: Services, secret: str) -> str:
    """A new session's secret for a link's; raises NotSignedIn when the link was used or is too old."""
    hashed, now = secrets.hashed(secret), services.clock()
    with changing(services) as session:
        taken = session.execute(
            update(SignInLink)
            .where(
                SignInLink.secret_hash == hashed, SignInLink.used_at.is_(None), SignInLink.expires_at > now
            )
            .values(used_at=now)
        )
        if rows_of(taken) != 1:
            raise NotSignedIn(
                "This sign-in link was used already or is too old. The server prints a new one when it starts."
            )
        link = session.get_one(SignInLink, hashed)
        return _open(session, services, Role[link.role], None)


def open_session(services: Services, member_id: str) -> str:
    """A new session's secret for a member who has shown otherwise who they are."""
    with changing(services) as session:
        member = session.get_one(Member, member_id)
        return _open(session, services, Role[member.role], member.id)


def _open(session: Session, services: Services, role: Role, member_id: str | None) -> str:
    now = services.clock()
    session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
    secret = secrets.make(secrets.SESSION, services.random)
    session.add(
        BrowserSession(
            secret_hash=secret.hashed,
            member_id=member_id,
            role=role.name,
            form_token=services.random(32).hex(),
            created_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    return secret.clear


def signed_in(services: Services, secret: str) -> SignedIn | None:
    """Who a session's secret belongs to, with the role that they have now; None when nobody."""
    with looking(services) as session:
        found = session.get(BrowserSession, secrets.hashed(secret))
        if found is None or found.expires_at <= services.clock():
            return None
        if found.member_id is None:
            return SignedIn(None, "Operator", Role[found.role], None, found.form_token)
        member = session.get_one(Member, found.member_id)
        if member.removed_at is not None:
            return None
        projects = frozenset(member.project_ids) if member.project_ids is not None else None
        return SignedIn(member.id, member.name, Role[member.role], projects, found.form_token)


def sign_out(services: Services, secret: str) -> None:
    with changing(services) as session:
        session.execute(delete(BrowserSession).where(BrowserSession.secret_hash == secrets.hashed(secret)))
