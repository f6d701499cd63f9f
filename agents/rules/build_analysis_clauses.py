"""The clauses of a request, and one of them read against one table as the one whose rows count."""

import re
from collections.abc import Sequence

from agents.asks.cuts import Cut
from agents.asks.period_words import MONTHS
from agents.asks.tables import ColumnCard, TableCard, joined, path
from agents.rules.build_analysis_words import corrected, words

_CLAUSE = re.compile(
    r"(?<=[\w\"”)])[.;?!]+\s+|\n+|\s+/\s+|[:,;]?\s*\(?\b\d\)\s+|,?\s+(?:and|plus|then|as well as|also|but also)\s+(?:also\s+|then\s+)?"
    r"(?=(?:which|what|how|who|whose|where|when|show|list|plot|chart|draw|give|add|tell|compare|break|rank|find|count|mark|highlight|annotate|flag|label|colou?r|explain|test|estimate|compute|calculate|"
    r"(?:the |a |our )?(?:busiest|top|bottom|best|worst|largest|biggest|smallest|share|average|median|number of|total|breakdown|distribution|pie|bar|line|table|histogram|percentage)\b))"
    r"|\s+and\s+(?=(?:their |its |the )?[^\W\d_]+(?: [^\W\d_]+)? (?:by|per|for each|for every) )"
    r"|,\s+(?=(?:which|what|how many|who|the top|top \d|plus)\b)",
    re.I,
)


def clauses(text: str) -> list[str]:
    """The wishes of a request, one after the other."""
    return [piece.strip(" ,.;") for piece in _CLAUSE.split(text) if piece and len(words(piece)) > 1]


class Clause:
    """What is known of a clause while it is read: its words, which of them are explained, and how well it fits."""

    def __init__(self, text: str, table: TableCard, tables: Sequence[TableCard], vocabulary: frozenset[str], before: Cut | None) -> None:  # fmt: skip
        self.text, self.table, self.tables, self.vocabulary, self.before = (
            text,
            table,
            tables,
            vocabulary,
            before,
        )
        self.said = [corrected(word, vocabulary) for word in words(text)]
        self.reach = joined(table, tables)
        self.explained: set[str] = set()
        self.lost: list[str] = []
        """Conditions that no column of the table can hold."""
        self.score = 0.0
        self.joins: set[str] = set()

    def _key_of(self, noun: str) -> str | None:
        """The column whose different values are the things that a noun names; empty when they are the table's rows."""
        if set(words(self.table.name)) == {noun}:
            return ""
        for other in self.reach:
            if set(words(other.name)) == {noun}:
                way = path(self.table, other.name, self.tables)
                if way:
                    last = way[-1]
                    return last.key if last.left.ref == self.table.ref else f"{last.left.name}.{last.key}"
        return None

    def _time(self) -> ColumnCard | None:
        return self.table.time or next((other.time for other in self.reach if other.time is not None), None)


def stem(word: str) -> str:
    for ending in ("ing", "ed", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def months_in(text: str) -> list[int]:
    """The calendar months that a text names."""
    found = re.findall(r"[^\W\d_]+", text.lower())
    return sorted({MONTHS[word] for word in found if word in MONTHS and len(word) > 3})


__all__ = ["Clause", "clauses", "months_in", "stem"]
