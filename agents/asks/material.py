"""Lists as they are shown to a model: one line each, the id first."""

from collections.abc import Iterable


def lines(rows: Iterable[tuple[str, str]]) -> str:
    """`id: description` lines; each description on one line."""
    return "\n".join(f"{key}: {' '.join(text.split())}" for key, text in rows) or "(none)"


__all__ = ["lines"]
