"""The workspace's switches, kept in the store so that every server process follows them."""

from sqlalchemy import select

from workspace.access.errors import BadRequest
from workspace.access.roles import Policy
from workspace.access.store import changing, looking
from workspace.domain import Services
from workspace.store.schema import WorkspaceSetting

SWITCHES = {"viewers-may-run": "viewers_may_run", "list-only-allowed": "list_only_allowed"}


def read(services: Services) -> Policy:
    with looking(services) as session:
        rows = session.execute(
            select(WorkspaceSetting.name, WorkspaceSetting.value).where(WorkspaceSetting.name.in_(SWITCHES))
        ).all()
    return Policy(**{SWITCHES[name]: value == "on" for name, value in rows})


def switch(services: Services, name: str, on: bool) -> None:
    """Turn a switch on or off."""
    if name not in SWITCHES:
        raise BadRequest(f"There is no switch {name!r}; there are {', '.join(SWITCHES)}.")
    with changing(services) as session:
        session.merge(WorkspaceSetting(name=name, value="on" if on else "off"))
