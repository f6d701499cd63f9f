"""The words of a query, and their form in SQLite's and PostgreSQL's search languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_WORDS = 12
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Term:
    """One word of the query, as what may stand for it: itself as a beginning, or whole words that resemble it."""

    typed: str
    instead: tuple[str, ...] = ()
    longer: tuple[str, ...] | None = None
    """The index's words that begin with it, where they are few: naming them costs less than merging all of a beginning."""

    @property
    def is_whole(self) -> bool:
        """Whether it stands for the same whole as beginning."""
        return bool(self.instead) or self.longer == ()

    def fts5(self, whole: bool) -> str:
        if named := self._named(whole):
            return "(" + " OR ".join(f'"{word}"' for word in named) + ")"
        return f'"{self.typed}" *'

    def tsquery(self, whole: bool) -> str:
        if named := self._named(whole):
            return "(" + " | ".join(named) + ")"
        return f"{self.typed}:*"

    def _named(self, whole: bool) -> tuple[str, ...]:
        """The whole words it stands for; none if it stands for a beginning."""
        if self.instead:
            return self.instead
        if whole:
            return (self.typed,)
        return () if self.longer is None else (self.typed, *self.longer)


def words(text: str, most: int | None = MOST_WORDS) -> list[str]:
    """Runs of letters and digits in lower case, each once, in order."""
    return list(dict.fromkeys(word.lower() for word in _WORD.findall(text)))[:most]


def fts5(terms: Sequence[Term], kind: str, whole: bool) -> str:
    """All terms, in title or text, of entries of one kind. Nearly all entries are blocks, so that is left to the caller to sort out."""
    found = " AND ".join(f"{{title body}} : {term.fts5(whole)}" for term in terms)
    return found if kind == "blocks" else f'kind : "{kind}" AND {found}'


def tsquery(terms: Sequence[Term], kind: str, whole: bool) -> str:
    return " & ".join(
        [*(term.tsquery(whole) for term in terms), *([] if kind == "blocks" else [f"kindis{kind}"])]
    )


def snippet(text: str, looked_for: Sequence[str], width: int = 160) -> str:
    """The passage around the first word found, on one line."""
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    lowered = text.lower()
    places = [match.start() for word in looked_for if (match := re.search(rf"\b{re.escape(word)}", lowered))]
    start = max(0, min(places, default=0) - width // 4)
    if start:
        start = text.find(" ", start - 1) + 1 or start
    end = min(len(text), start + width)
    return ("…" if start else "") + text[start:end].rstrip() + ("…" if end < len(text) else "")
