"""The import guard: `agents`, `workspace` and `evals` are names that other distributions use too."""

import importlib.util
from pathlib import Path

ROOMS = ("agents", "workspace", "evals")


def foreign_package() -> str | None:
    """One sentence when a package of another distribution stands where ours should, else None."""
    home = Path(__file__).resolve().parent.parent
    for room in ROOMS:
        found = importlib.util.find_spec(room)
        origin = found.origin if found is not None else None
        if origin is None:
            return f"The package `{room}` of deepnote-workflows is not there; install it again: pip install deepnote-workflows"
        if Path(origin).resolve().parent.parent != home:
            return (
                f"Python finds another distribution's package `{room}` at {Path(origin).parent}; deepnote-workflows needs its own. "
                "Install it into an environment of its own: python -m venv .venv"
            )
    return None


__all__ = ["foreign_package"]
