"""From what a person says of a database to the connection that is kept: a URL, or host, port, user and database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from workspace.errors import SettingsWrong
from workspace.integrations.kinds import ALSO, FILE_KINDS, KINDS, Kind


class Said(NamedTuple):
    """The options of `integration add`, without the password."""

    url: str | None = None
    path: str | None = None
    host: str | None = None
    port: int | None = None
    user: str | None = None
    database: str | None = None


def kind_of(given: str) -> Kind:
    """Raises SettingsWrong with the types there are."""
    kind = KINDS.get(given.lower())
    if kind is None:
        raise SettingsWrong(f"There is no integration type {given!r}. There are: {', '.join(sorted(KINDS))}.")
    return kind


def secret_from(kind: Kind, said: Said, password: str | None) -> dict[str, Any]:
    """What is to be encrypted. Raises SettingsWrong."""
    if kind.type in FILE_KINDS or (kind.type == "sqlite" and not said.url):
        if not said.path:
            raise SettingsWrong(f"{kind.title}: name the file or folder with --path.")
        return checked(kind, {"path": said.path})
    if said.url:
        url = _parsed(kind, said.url)
    elif said.host:
        place = URL.create(
            kind.scheme or "", said.user, host=said.host, port=said.port, database=said.database
        )
        url = place
    else:
        raise SettingsWrong(
            f"{kind.title} needs --host (with --port, --user, --db), or --url {kind.scheme}://USER@HOST/DB."
        )
    if password:
        url = url.set(password=password)
    return checked(kind, {"url": url.render_as_string(hide_password=False)})


def has_password(kind: Kind, url: str | None) -> bool:
    return bool(url and _parsed(kind, url).password)


def checked(kind: Kind, secret: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a connection: `{url, params}` or `{path}`. Raises SettingsWrong when it cannot be one of this kind."""
    if kind.type in FILE_KINDS or "path" in secret:
        path = Path(str(secret.get("path") or "")).expanduser()
        if not path.exists():
            raise SettingsWrong(f"{kind.title}: there is no file or folder {path}.")
        if kind.type in ("duckdb", "sqlite") and not path.is_file():
            raise SettingsWrong(f"{kind.title}: {path} is a folder. Name the database file.")
        whole = str(path.resolve())
        if kind.type == "sqlite":
            return {"url": URL.create("sqlite", database=whole).render_as_string(), "params": {}}
        return {"path": whole}
    url = _parsed(kind, str(secret.get("url") or ""))
    return {"url": url.render_as_string(hide_password=False), "params": dict(secret.get("params") or {})}


def _parsed(kind: Kind, text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise SettingsWrong(f"The URL cannot be read. It looks like {kind.scheme}://USER@HOST/DB.") from None
    own = (kind.scheme or "").split("+")[0]
    if kind.type == "sqlalchemy":
        return url
    if url.get_backend_name() in ("postgres", own) and "+" not in url.drivername:
        url = url.set(drivername=kind.scheme or url.drivername)
    if url.get_backend_name() not in (own, *ALSO.get(own, ())):
        raise SettingsWrong(
            f"The URL is one of {url.get_backend_name()}, the type is {kind.type}. Its URLs begin with {kind.scheme}://; "
            "the type sqlalchemy takes any dialect that is installed."
        )
    return url
