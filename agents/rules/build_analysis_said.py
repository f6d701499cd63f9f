"""What a request says: its windows, words, values and wishes."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import Outline, TableCard
from agents.asks.period import find_period
from agents.rules.build_analysis_lexicon import TOPICS
from agents.rules.build_analysis_match import (
    ValueMatch,
    topics_of,
    values_named,
    vocabulary,
    without_unwanted,
)
from agents.rules.build_analysis_names import Names
from agents.rules.build_analysis_points import without_columns
from agents.rules.build_analysis_remark import without_remark, without_story
from agents.rules.build_analysis_taken_out import without_parts
from agents.rules.build_analysis_windows import find_windows
from agents.rules.build_analysis_wishes import find_wishes
from agents.rules.build_analysis_words import corrected, in_english, plain, spelled, words


class Said:
    """One request beside the tables that exist."""

    def __init__(self, question: Outline, names: Names) -> None:
        text, remarks = without_remark(without_columns(without_story(names.rest)))
        table = {plain(one) for table in question.tables for one in (table.ref, table.name)}
        if question.reply and plain(question.reply) not in table:
            text = f"{text} {question.reply}"  # which of the series is meant
        names = names._replace(rest=without_parts(text))
        self.remarks = remarks
        """Notes in the request's own words that it wants written."""
        self.question = question
        self.names = names
        self.tables = question.tables
        self.vocabulary = vocabulary(self.tables)
        self.held_words = {word for table in self.tables for column in table.of("category") for value in column.values for word in words(value)}  # fmt: skip
        """Words of values, which are no misspelling of anything else."""
        wishes = find_wishes(in_english(names.rest), question.request)
        rest = spelled(names.rest, self.vocabulary)
        limitless = find_wishes(rest, question.request).rest
        windows = find_windows(limitless, *_dated(names))
        self.period, self.against, self.held = windows.period, windows.against, windows.held
        self.window_note = windows.note
        self.from_start = windows.base
        self.further, self.left_out = windows.further, windows.left_out
        self.cut_period, self.one_cut = windows.cut_period, windows.one_cut
        self.whole = in_english(names.rest)
        self.rest = in_english(windows.rest)
        named = find_period(names.project)
        self.name = f"{names.project[: named.start]} {names.project[named.end :]}" if named else names.project
        if names.into and not self.name:
            self.name = names.notebook  # what a notebook is called says what it is about
        self.unwanted, self.rest = without_unwanted(self.rest, self.tables)
        """Values that the request wants left out."""
        self.said = self._words(self.rest)
        said = values_named(self.rest, self.tables)
        if said:
            self.name = ""  # a name is read for the subject only where the wish leaves it open
        self.name_said = self._words(self.name)
        self.values = _joined_values(said, values_named(self.name, self.tables))
        self.wishes = wishes

    def _words(self, text: str) -> list[str]:
        return _without_other_markets([word if word in self.held_words else corrected(word, self.vocabulary) for word in words(text)])  # fmt: skip


def _dated(names: Names) -> list[str]:
    """The names that say a window in days, months or years; `Recession jobs` is a name and no window."""
    found = [(name, find_period(name)) for name in (names.project, names.notebook)]
    return [
        name for name, window in found if window and not window.period.meaning and re.search(r"\d{4}", name)
    ]


def words_of(table: TableCard) -> set[str]:
    """Every word that a table is spoken of by."""
    found = set(words(table.name)) | set(words(table.integration)) | set(words(table.comment))
    for column in table.columns:
        found |= {*words(column.name), *words(" ".join(column.values))}
    return found | {word for topic in topics_of(table) for word in TOPICS[topic]}


def _without_other_markets(said: list[str]) -> list[str]:
    """The words without `market` where it is the labour or housing market."""
    other = {"labour", "labor", "job", "employment", "work", "worker", "housing", "estate", "bond", "oil", "energy", "rental"}  # fmt: skip
    return [
        word
        for before, word in zip(["", *said], said, strict=False)
        if not (word == "market" and before in other)
    ]


def _joined_values(first: Sequence[ValueMatch], second: Sequence[ValueMatch]) -> list[ValueMatch]:
    found = {(match.table.ref, match.value): match for match in second}
    for match in first:
        known = found.get((match.table.ref, match.value))
        if known is None or match.exact:
            found[match.table.ref, match.value] = match
    near = [match for match in (*first, *second) if not match.exact]
    kept = list(found.values())
    kept += [
        match for match in near
        if (match.table.ref, match.value, match.said) not in {(one.table.ref, one.value, one.said) for one in kept}
    ]  # fmt: skip
    return kept


def as_said(word: str, text: str) -> str:
    """The word as the request spells it."""
    for found in re.findall(r"[^\W_]+", text):
        if plain(found).startswith(plain(word)) and len(found) <= len(word) + 2:
            return str(found)
    return word


__all__ = ["Said", "as_said", "words_of"]
