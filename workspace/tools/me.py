"""get_me."""

from sqlalchemy import Connection, select

from workspace.contract.me import GetMeArguments, Me, MeKey, MeUser, MeWorkspace
from workspace.domain import Caller, Role, Workspace
from workspace.runs.sandbox import Level
from workspace.store.schema import WorkspaceSetting


async def get_me(workspace: Workspace, caller: Caller, arguments: GetMeArguments) -> Me:
    with workspace.reading() as connection:
        sandbox = _sandbox(connection)
        may_run = caller.role >= Role.editor or _setting(connection, "viewers-may-run") == "on"
    return Me(
        user=MeUser(id=caller.user_id, name=caller.user_name, email=caller.email),
        workspace=MeWorkspace(id=workspace.id, name=workspace.name, slug=workspace.slug, url=workspace.url),
        access_level=caller.role.name,
        api_key=MeKey(id=caller.key_id, name=caller.key_name, prefix=caller.key_prefix, type=caller.key_type),
        project_ids=None if caller.project_ids is None else sorted(caller.project_ids),
        sandbox=sandbox,
        may_run=may_run,
    )


def _sandbox(connection: Connection) -> str:
    """What the workers of this workspace reached, as they keep it; never a level that none has shown."""
    value = _setting(connection, "sandbox")
    return f"{value}: {Level(value).sentence}" if value else "unknown: no worker has started yet"


def _setting(connection: Connection, name: str) -> str | None:
    return connection.scalar(select(WorkspaceSetting.value).where(WorkspaceSetting.name == name))
