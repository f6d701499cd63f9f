"""Finding what a session is run by."""

import importlib
import sys
from pathlib import Path
from typing import cast

from evals.errors import Usage
from evals.scene import App

OURS = "evals.ours:app"


def load_app(place: str, said_in: str = "--app") -> App:
    """The app at `module:attribute`. Raises Usage when it is gone; the folder one stands in is searched as well."""
    module, _, attribute = place.partition(":")
    if not attribute:
        raise Usage(f"{said_in}: {place!r} is not of the form module:attribute.")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as gone:
        raise Usage(
            f"{said_in}: the module {gone.name} of the app {place} is gone. Name another with `app:`, or delete the session."
        ) from None
    except AttributeError:
        raise Usage(
            f"{said_in}: the module {module} has no {attribute}. Name another with `app:`, or delete the session."
        ) from None
    return cast(App, found)
