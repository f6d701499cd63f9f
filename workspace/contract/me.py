"""get_me."""

from typing import Literal

from workspace.contract.shapes import Arguments, Result


class GetMeArguments(Arguments):
    pass


class MeUser(Result):
    id: str
    name: str
    email: str | None


class MeWorkspace(Result):
    id: str
    name: str
    slug: str
    url: str | None


class MeKey(Result):
    id: str
    name: str
    prefix: str
    """The first characters of the key, to recognise it by."""
    type: str


class Me(Result):
    user: MeUser
    workspace: MeWorkspace
    access_level: Literal["viewer", "editor", "admin"]
    api_key: MeKey
    project_ids: list[str] | None
    """The only projects this key may see; null for all."""
    sandbox: str
    """How far a run's kernel is shut off from this machine."""
    may_run: bool
    """Whether this key may start notebook runs: editors may, viewers where the workspace lets them."""
