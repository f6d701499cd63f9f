"""The commands of `python -m workspace`: one file each, with `register(subparsers)`. This is where the environment is read."""

import os
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
