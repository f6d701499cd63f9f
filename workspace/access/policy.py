"""The workspace's switches, kept in the store so that every server process follows them."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from workspace.access.errors import BadRequest
from workspace.access.roles import Policy
from workspace.access.store import changing, looking
from workspace.domain import Services
from workspace.store.schema import WorkspaceSetting

SWITCHES = {"viewers-may-run": "viewers_may_run", "list-only-allowed": "list_only_allowed"}
DOCUMENTS = "client-documents"
OFF = "off"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def read(services: Services) -> Policy:
    with looking(services) as session:
        rows = session.execute(
            select(WorkspaceSetting.name, WorkspaceSetting.value).where(
                WorkspaceSetting.name.in_([*SWITCHES, DOCUMENTS])
            )
        ).all()
    found = {row.name: row.value for row in rows}
    return Policy(
        **{field: found.get(name) == "on" for name, field in SWITCHES.items()},
        client_documents=frozenset(found.get(DOCUMENTS, OFF).split()) - {OFF},
    )


def switch(services: Services, name: str, on: bool) -> None:
    """Turn a switch on or off."""
    if name not in SWITCHES:
        raise BadRequest(f"There is no switch {name!r}; there are {', '.join(SWITCHES)}.")
    with changing(services) as session:
        session.merge(WorkspaceSetting(name=name, value="on" if on else "off"))


def read_documents_of(services: Services, hosts: Sequence[str]) -> None:
    """Say whose client metadata documents are read: `off` alone for nobody's, `on` for all public hosts', or names of hosts.

    A host that is named is read from wherever its name leads, private addresses included.
    """
    hosts = [host.lower() for host in hosts]
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise BadRequest(f"{host!r} is not the name of a host. Give off, on, or names such as claude.ai.")
    if not hosts or (OFF in hosts and len(hosts) > 1):
        raise BadRequest("Give off alone, or on and names of hosts.")
    with changing(services) as session:
        session.merge(WorkspaceSetting(name=DOCUMENTS, value=" ".join(sorted(set(hosts)))))
