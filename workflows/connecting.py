"""What the options of a command line come to: the data folder, the workspace with its key, and what the run may do."""

import contextlib
import os
import re
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path

import platformdirs

from agents.errors import AccessDenied
from agents.session import Target
from workflows.context import Approval, Policy, WhenItExists
from workflows.embedded import embedded_target
from workflows.errors import BadSettings

KEY_VARIABLE = "DEEPNOTE_API_KEY"
HOME_VARIABLE = "DEEPNOTE_WORKFLOWS_HOME"


def home() -> Path:
    """The folder of threads and of the embedded workspace."""
    named = os.environ.get(HOME_VARIABLE)
    return (
        Path(named).expanduser().resolve()
        if named
        else Path(platformdirs.user_data_dir("deepnote-workflows"))
    )


@contextlib.asynccontextmanager
async def target_of(options: Namespace) -> AsyncIterator[Target]:
    if not options.workspace:
        async with embedded_target(home() / "workspace") as target:
            yield target
        return
    yield _remote(options)


def _remote(options: Namespace) -> Target:
    if options.key_file:
        try:
            key = Path(options.key_file).expanduser().read_text(encoding="utf-8", errors="replace").strip()
        except OSError as refused:
            raise BadSettings(
                f"The key file {options.key_file} cannot be read: {refused.strerror}."
            ) from None
        return Target(url=options.workspace, key=_sound(key, f"The key file {options.key_file}"))
    if key := os.environ.get(KEY_VARIABLE, "").strip():
        return Target(url=options.workspace, key=_sound(key, KEY_VARIABLE))
    from agents.oauth import open_vault, signed_in, stored_auth
    from workflows.login import credentials_folder

    vault = open_vault(credentials_folder())
    if signed_in(vault, options.workspace):
        return Target(url=options.workspace, auth=stored_auth(vault, options.workspace))
    raise AccessDenied(
        f"No key for {options.workspace}: set {KEY_VARIABLE}, give --key-file FILE, or sign in with "
        f"`python -m workflows.login {options.workspace}`."
    )


def _sound(key: str, where: str) -> str:
    """A key can be sent in a header: one word of ASCII. What it is instead is not repeated."""
    if not re.fullmatch(r"[!-~]+", key):
        raise BadSettings(f"{where} holds no key: a key is one word of letters, digits and signs, such as an access page shows it.")  # fmt: skip
    return key


def policy_of(options: Namespace) -> Policy:
    approval = (
        Approval.PLAN_ONLY if options.plan
        else Approval.READ_ONLY if options.read_only
        else Approval.YES if options.yes
        else Approval.ASK
    )  # fmt: skip
    exists = WhenItExists.REUSE if options.reuse else WhenItExists.NEW if options.new else WhenItExists.ASK
    return Policy(
        approval,
        exists,
        run=not options.no_run,
        run_deadline=options.deadline or Policy.run_deadline,
        out=options.out or "",
    )


__all__ = ["HOME_VARIABLE", "home", "policy_of", "target_of"]
