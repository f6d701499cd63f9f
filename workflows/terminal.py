"""A terminal that shows what a workspace holds and obeys none of it: no control characters, no turned direction of writing."""

import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.segment import Segment

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal acts on instead of showing it; tabs and line ends are text, and so are the marks that scripts are joined by."""


def plain(text: str) -> str:
    """The text without what a terminal would obey."""
    return _OBEYED.sub("", text)


class Terminal(Console):
    """Rich's console; its own colours and links are drawn, those that stand in the text are not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, **options)

    def render(self, renderable: Any, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=plain(segment.text))


__all__ = ["Terminal", "plain"]
