"""The integrations of a workspace: added, looked up, removed; their credentials leave only for a run's kernel."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import URL, make_url

from workspace.contract.shapes import Name
from workspace.domain import Workspace
from workspace.errors import SettingsWrong
from workspace.integrations.connecting import checked, kind_of
from workspace.integrations.kinds import CONNECT_SECONDS, FILE_KINDS, KINDS, Kind
from workspace.integrations.vault import seal, unseal
from workspace.runs.document import RunConnection
from workspace.store.schema import Integration

_NAME: TypeAdapter[str] = TypeAdapter(Name)
READ_ONLY: Mapping[str, Mapping[str, Any]] = {
    "postgresql": {"options": "-c default_transaction_read_only=on"},
    "mysql": {"init_command": "SET SESSION TRANSACTION READ ONLY"},
}
"""What a connection of a read-only integration is opened with, so that the database itself refuses writes."""


class Entry(NamedTuple):
    """An integration without its credentials."""

    id: str
    name: str
    type: str
    read_only: bool


def add(
    workspace: Workspace,
    name: str,
    type: str,
    secret: Mapping[str, Any] | None,
    *,
    integration_id: str | None = None,
    read_only: bool = True,
    description: str | None = None,
    created_at: Any = None,
) -> str:
    """Keep a new integration; its id. Without `secret` it is a name only, and its SQL blocks cannot run here."""
    kind = kind_of(type)
    try:
        name = _NAME.validate_python(name)
    except ValidationError:
        raise SettingsWrong("An integration's name is one line of 1 to 255 characters.") from None
    held = seal(workspace.services.data, checked(kind, secret)) if secret is not None else None
    new_id = integration_id or workspace.new_id()
    moment = created_at or workspace.now
    with workspace.writing() as connection:
        if connection.scalar(select(Integration.id).where(func.lower(Integration.name) == name.lower())):
            raise SettingsWrong(
                f"There is an integration called {name!r} already. Remove it first, or take another name."
            )
        row = {"id": new_id, "name": name, "type": kind.type, "secret": held, "read_only": read_only}
        more = {"description": description, "created_at": moment, "updated_at": moment}
        connection.execute(insert(Integration).values(**row, **more))
    return new_id


def find(workspace: Workspace, given: str) -> Entry:
    """An integration by id or name. Raises SettingsWrong with the names there are."""
    with workspace.reading() as connection:
        columns = (Integration.id, Integration.name, Integration.type, Integration.read_only)
        same = or_(Integration.id == given, func.lower(Integration.name) == given.lower())
        row = connection.execute(select(*columns).where(same)).first()
        if row is not None:
            return Entry(*row)
        names = connection.scalars(select(Integration.name).order_by(Integration.name)).all()
    raise SettingsWrong(f"There is no integration {given!r}. There are: {', '.join(names) or 'none yet'}.")


def every(workspace: Workspace) -> list[Any]:
    """All integrations with the age of their structure, by name."""
    columns = (
        Integration.id,
        Integration.name,
        Integration.type,
        Integration.read_only,
        Integration.structure_cached_at,
    )
    with workspace.reading() as connection:
        return list(connection.execute(select(*columns).order_by(Integration.name)))


def remove(workspace: Workspace, integration_id: str) -> None:
    """The SQL blocks that name it stay as they are; they cannot run any more."""
    with workspace.writing() as connection:
        connection.execute(delete(Integration).where(Integration.id == integration_id))


def secret_of(workspace: Workspace, integration_id: str) -> dict[str, Any] | None:
    """The connection in clear; None when there is none. For kernels and the structure reader only."""
    with workspace.reading() as connection:
        sealed = connection.scalar(select(Integration.secret).where(Integration.id == integration_id))
    return unseal(workspace.services.data, sealed) if sealed else None


def keep_structure(workspace: Workspace, integration_id: str, structure: Mapping[str, Any]) -> None:
    with workspace.writing() as connection:
        connection.execute(
            update(Integration)
            .where(Integration.id == integration_id)
            .values(structure=dict(structure), structure_cached_at=workspace.now, updated_at=workspace.now)
        )


def connection_for_kernel(workspace: Workspace, integration_id: str) -> RunConnection | None:
    """How a run reaches this integration; None when there is none of that id, or it has no connection."""
    with workspace.reading() as connection:
        columns = (Integration.type, Integration.read_only, Integration.secret)
        row = connection.execute(select(*columns).where(Integration.id == integration_id.lower())).first()
        row = row or connection.execute(select(*columns).where(Integration.id == integration_id)).first()
    if row is None or row.secret is None:
        return None
    return run_connection(KINDS[row.type], unseal(workspace.services.data, row.secret), row.read_only)


def run_connection(kind: Kind, held: Mapping[str, Any], read_only: bool) -> RunConnection:
    """A connection as the kernel is given it."""
    if kind.type == "duckdb":
        return RunConnection(
            f"duckdb:///{held['path']}", "duckdb", read_only=read_only, files=(held["path"],)
        )
    if kind.type in FILE_KINDS:
        tables = _tables(kind, held["path"])
        setup = tuple(
            f"CREATE VIEW {_quoted(name)} AS SELECT * FROM read_{kind.type}('{_escaped(file)}')"
            for name, file in tables
        )
        reads = tuple(file for _, file in tables)
        return RunConnection(
            "duckdb:///:memory:", "duckdb", setup=setup, read_only=True, files=(held["path"],), reads=reads
        )
    url = make_url(held["url"])
    on_disk = url.get_backend_name() == "sqlite" and url.database is not None
    files = (url.database,) if on_disk and url.database else ()
    if on_disk and read_only:
        place = f"file:{quote(url.database or '')}"
        url = URL.create("sqlite", database=place, query={"mode": "ro", "uri": "true"})
    params = dict(held.get("params") or {})
    if read_only and url.get_backend_name() in READ_ONLY:
        params["connect_args"] = {**params.get("connect_args", {}), **READ_ONLY[url.get_backend_name()]}
        params.pop("isolation_level", None)  # a transaction of its own for each query, whatever was given
    if url.drivername in ("postgresql+psycopg", "postgresql+psycopg2", "postgresql"):
        params["connect_args"] = {"connect_timeout": CONNECT_SECONDS, **params.get("connect_args", {})}
    passwords = tuple(text for text in (url.password, held["url"]) if text)
    return RunConnection(
        url.render_as_string(hide_password=False),
        url.get_backend_name(),
        params=params,
        read_only=read_only,
        needs_network=kind.network,
        files=files,
        secrets=tuple(str(text) for text in passwords) if kind.network else (),
    )


def _tables(kind: Kind, path: str) -> list[tuple[str, str]]:
    root = Path(path)
    ending = f".{kind.type}"
    files = sorted(one for one in root.iterdir() if one.suffix.lower() == ending) if root.is_dir() else [root]
    return [(file.stem, str(file)) for file in files]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _escaped(path: str) -> str:
    return path.replace("'", "''")
