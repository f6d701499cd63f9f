"""The workspace as one object, who calls it, and what it is given instead of taking: clock, ids, randomness, folders.

Nothing below an entry point reads the clock, makes an id or looks at the environment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine


class Role(IntEnum):
    """What a caller may do; each role may also do everything the ones before it may."""

    viewer = 1
    editor = 2
    admin = 3


@dataclass(frozen=True)
class Caller:
    """Who calls a tool, and with which key."""

    user_id: str
    user_name: str
    role: Role
    key_id: str
    key_name: str = ""
    key_prefix: str = ""
    key_type: str = "workspace"
    """`workspace`, `personal`, `oauth`, or `local` for a program on this machine."""
    email: str | None = None
    client: str | None = None
    """The name of the program that calls, as it gave it."""
    project_ids: frozenset[str] | None = None
    """The only projects it may see; None for all."""

    def may_see(self, project_id: str) -> bool:
        return self.project_ids is None or project_id in self.project_ids

    def sees(self, project_id: "ColumnElement[Any] | Any") -> "ColumnElement[bool]":
        """The condition on a column of project ids that every read carries."""
        from sqlalchemy import true

        return true() if self.project_ids is None else project_id.in_(sorted(self.project_ids))


def local_caller(role: Role = Role.admin, client: str | None = None) -> Caller:
    """The person at this machine: whoever can read the data folder needs no key."""
    return Caller("local", "Local user", role, "local", "local", "", "local", client=client)


@dataclass(frozen=True)
class Services:
    """What the workspace hangs on."""

    engine: "Engine"
    clock: Callable[[], datetime]
    """The time now, with its zone."""
    new_id: Callable[[], str]
    """A new dashed UUID; notebooks and blocks take it without dashes."""
    data: Path
    """The data folder: database, snapshots, key file, kernels' folders."""
    random: Callable[[int], bytes]
    """So many random bytes, for secrets."""
    docs: Path | None = None
    """A folder of Markdown articles in place of the packaged ones."""
    origin: str = "http://127.0.0.1:8787"
    """Where people reach the workspace's pages; addresses in results begin with it."""


@dataclass
class Workspace:
    """Everything the tools, the pages and the commands act on. Opened by `workspace.opening`."""

    services: Services
    settings: dict[str, str] = field(default_factory=dict)
    listeners: list[Callable[[str], None]] = field(default_factory=list)
    """Called with the project's id after each change is committed."""

    @property
    def now(self) -> datetime:
        return self.services.clock()

    def new_id(self) -> str:
        return self.services.new_id()

    def new_hex_id(self) -> str:
        """32 hexadecimal digits, as notebooks and blocks have."""
        return self.services.new_id().replace("-", "")

    @property
    def id(self) -> str:
        return self.settings["id"]

    @property
    def name(self) -> str:
        return self.settings["name"]

    @property
    def slug(self) -> str:
        return self.settings["slug"]

    @cached_property
    def signing_key(self) -> bytes:
        """Signs page tokens and download addresses; shared by all servers on one database."""
        return bytes.fromhex(self.settings["signing_key"])

    @contextmanager
    def reading(self) -> "Iterator[Connection]":
        """Raises StoreUnavailable when the database is full, locked or gone."""
        from workspace.store.engine import reading, told

        with told(self.services.engine), reading(self.services.engine) as connection:
            yield connection

    @contextmanager
    def writing(self, project_id: str | None = None) -> "Iterator[Connection]":
        """One transaction; `project_id` is told to the listeners once it is committed. Raises StoreUnavailable, as reading does."""
        from workspace.store.engine import told, writing

        with told(self.services.engine), writing(self.services.engine) as connection:
            yield connection
        if project_id is not None:
            self.changed(project_id)

    def changed(self, project_id: str) -> None:
        for listener in self.listeners:
            listener(project_id)

    @property
    def url(self) -> str:
        return f"{self.services.origin}/workspace/{self.slug}-{self.id}"

    def project_url(self, project_id: str) -> str:
        return f"{self.url}/project/{project_id}"

    def notebook_url(self, project_id: str, notebook_id: str) -> str:
        return f"{self.project_url(project_id)}/notebook/{notebook_id}"

    def block_url(self, project_id: str, notebook_id: str, block_id: str) -> str:
        return f"{self.notebook_url(project_id, notebook_id)}#block-{block_id}"

    def close(self) -> None:
        self.services.engine.dispose()
