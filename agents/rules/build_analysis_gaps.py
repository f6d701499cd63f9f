"""What a request says that an analysis of one table has nothing for."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import Missing, TableCard
from agents.asks.tables import joined, looked_up
from agents.rules.build_analysis_candidates import Candidates
from agents.rules.build_analysis_grammar import OF_PRICES, QUALIFIED, RUNNING_TOTAL, WEEKDAYS
from agents.rules.build_analysis_lexicon import ELSEWHERE, GENERAL, TOPICS
from agents.rules.build_analysis_match import topics_of
from agents.rules.build_analysis_said import as_said, words_of
from agents.rules.build_analysis_words import GRAINS, words


class Gaps(Candidates):
    """The wishes that stay unanswered, each in words."""

    def _by_weekday(self, table: TableCard) -> bool:
        """Whether days of the week are wanted of a table that holds the days."""
        return WEEKDAYS in self.wishes.beyond and table.shape == "prices"

    def _beyond(self, table: TableCard) -> list[str]:
        """Wishes beyond the menu, as far as this table has nothing for them."""
        gone = {WEEKDAYS} if self._by_weekday(table) else set[str]()
        gone |= {RUNNING_TOTAL} if table.shape in ("prices", "series") else set()
        return [wish for wish in self.wishes.beyond if wish not in gone]

    def _of_other_prices(self, table: TableCard, second: TableCard | None) -> str:
        """What is said of wishes such as volatility that the request has of prices which this analysis does not read."""
        wished = [part.value for part in self.wishes.parts if part in OF_PRICES]
        own = words_of(table) | GENERAL
        for other in self.tables if wished else []:
            if other.shape == "prices" and other is not second and set(self.said) & words_of(other) - own:
                return f"{' and '.join(wished)} of {other.ref} (one table at a time; ask for it on its own)"
        return ""

    def _not_understood(
        self, table: TableCard, second: TableCard | None, lacking: Sequence[Missing]
    ) -> list[str]:
        """Nouns behind `in`, `for`, `of` that neither the data nor the menu answers to."""
        held = {
            word
            for one in (table, *([second] if second else []), *joined(table, self.tables))
            for word in words_of(one)
        }
        gone = {word for one in lacking for word in words(one.asked)}
        spoken = {word for match in self.values for word in words(match.said)}
        found = []
        for match in QUALIFIED.finditer(self.rest):
            for word in self._words(match[1])[:1]:
                known = (
                    word in GENERAL
                    or word in held
                    or word in gone
                    or word in spoken
                    or word in self.vocabulary
                    or word in GRAINS
                )
                after = self._words(self.rest[match.end() :])[:1]
                described = match[1].islower() and bool(after) and (after[0] in GENERAL or after[0] in held)
                if (
                    not known
                    and not described
                    and not any(re.search(pattern, word) for pattern in (r"ing$", r"ly$"))
                ):
                    found.append(f"“{as_said(word, self.rest)}” (nothing in the data answers to it)")
        return found[:3]

    def _left_out(self, table: TableCard, second: TableCard | None, split: str) -> list[str]:
        """Words that name a column or table which the plan does not read."""
        read = [table, *([second] if second else []), *joined(table, self.tables)]
        read += [other for other in looked_up(table, self.tables) if split.startswith(f"{other.name}.")]
        spoken = {word for one in read for word in words_of(one)} | {
            word for match in self.values for word in words(match.said)
        }
        found = []
        for word in dict.fromkeys(self.said):
            if word in GENERAL or word in spoken or word in ELSEWHERE or word.isdigit():
                continue
            for other in self.tables:
                own = {name for column in other.columns for name in words(column.name)} | set(
                    words(other.name)
                )
                own |= {name for topic in topics_of(other) for name in TOPICS[topic]}
                if other not in read and word in own:
                    found.append(f"{word} (it is in {other.ref}, which this analysis does not read)")
                    break
        return found


__all__ = ["Gaps"]
