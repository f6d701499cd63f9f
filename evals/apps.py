"""Finding what a session is run by."""

import importlib
import logging
import sys
from pathlib import Path
from typing import cast

from evals.errors import Usage
from evals.scene import App
from evals.session import OURS, line_of

CHATTY = ("vcr", "mcp", "httpx", "httpx2", "FastMCP")


def quiet() -> None:
    """Keep the libraries that report each request from doing so, whatever an app makes of its log."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def load_app(place: str, said_in: str | Path = "--app") -> App:
    """The app at `module:attribute`. Raises Usage when it is gone; the folder one stands in is searched as well.

    `said_in` is where that place was named: an option, or a session file.
    """
    module, _, attribute = place.partition(":")
    if not attribute:
        raise Usage(f"{_where(said_in)}: {place!r} is not of the form module:attribute.")
    quiet()
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as gone:
        what = f"the module {gone.name} of the app {place} is gone"
    except ImportError as gone:
        what = f"the app {place} cannot be imported: {gone}"
    except AttributeError:
        what = f"the module {module} has no {attribute}"
    else:
        return cast(App, found)
    raise Usage(f"{_where(said_in)}: {what}. Name another with `app:`, or delete the session.")


def _where(said_in: str | Path) -> str:
    return f"{said_in}:{line_of(said_in, ('app',))}: app" if isinstance(said_in, Path) else said_in


__all__ = ["OURS", "load_app", "quiet"]
