"""The commands of `python -m workspace`: one file each, with `register(subparsers)`. This is where the environment is read."""

import os
import sys
from pathlib import Path

HOME_VARIABLE = "DEEPNOTE_WORKFLOWS_HOME"


def data_folder(given: Path | None) -> Path:
    """The folder named on the command line, or the one below $DEEPNOTE_WORKFLOWS_HOME, or the user's own for programs' data."""
    if given is not None:
        return given.expanduser().resolve()
    home = os.environ.get(HOME_VARIABLE)
    if not home:
        import platformdirs

        home = platformdirs.user_data_dir("deepnote-workflows")
    return (Path(home).expanduser() / "workspace").resolve()


def database_url(given: str | None) -> str | None:
    """The database named on the command line or in the environment; None for the data folder's own file."""
    from workspace.keeping import DATABASE_VARIABLE

    if given is None:
        return os.environ.get(DATABASE_VARIABLE) or None
    from urllib.parse import urlsplit

    if urlsplit(given).password:
        print(
            "--database holds a password: others on this machine can see it while the command runs. "
            f"Put the URL into ${DATABASE_VARIABLE} instead.",
            file=sys.stderr,
        )
    return given
