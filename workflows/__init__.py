"""In which order? State machines over the tools of a notebook workspace, and the command line that runs them."""

from importlib import import_module
from typing import Any

__all__ = ["ask", "audit_integrations", "build_analysis", "docs_qa", "run_and_inspect", "tidy_notebook"]


def __getattr__(name: str) -> Any:
    """Import a workflow when it is first named; importing the package alone costs nothing."""
    if name in __all__:
        return import_module(f"workflows.{name}")
    raise AttributeError(f"module 'workflows' has no attribute {name!r}")
