"""How a request names an input and its options: `education & health` is `education_and_health`, `retail` is `retail_trade`."""

import re

from agents.asks.run_and_inspect import InputCard
from agents.rules.wording import FILLER, Named, alike, names_in, words_of

NO_KIND = frozenset({"industry", "industries", "sector", "sectors", "jobs", "job", "employment", "area", "branch", "field", "business", "people", "workers", "category", "region", "option", "figures", "numbers", "data", "values", "part", "side", "market"})  # fmt: skip
"""Words that say what kind of thing a value is, and not which."""
NOT_A_VALUE = frozenset([
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tonight", "minutes", "minute",
    "me", "us", "him", "her", "them", "it", "this", "that", "again", "now", "today", "tomorrow", "yesterday", "month", "months", "week", "year",
    "quarter", "fresh", "latest", "newest", "current", "new", "data", "numbers", "figures", "results", "difference", "differences", "change",
    "changes", "changed", "last", "previous", "earlier", "time", "run", "runs", "comparison", "compare", "sure", "real", "details", "detail", "care",
    "everything", "all", "usual", "default", "defaults", "defaulted", "settings", "inputs", "input", "values", "before", "after", "summary",
    "report", "team", "boss", "meeting", "manager", "review", "board", "schedule", "moment", "hand", "luck", "instance", "example", "good", "thanks",
    "same", "one", "more", "once", "date", "day", "value", "updates", "update", "anything", "errors", "error", "mistakes", "notebook", "notebooks", "morning", "evening",])  # fmt: skip


def called_by(card: InputCard) -> str:
    """A pattern of the names that an input goes by."""
    names = {card.name, card.name.replace("_", " "), card.label, card.label.partition(",")[0]} - {""}
    return "|".join(
        re.escape(name).replace(r"\ ", r"[\s_-]+") for name in sorted(names, key=len, reverse=True)
    )


def options_in(card: InputCard, text: str) -> list[Named]:
    """Options that the text names; `education & health` is `education_and_health`."""
    joined = [re.sub(r"[_\s]+(?:and|und|et|y)[_\s]+", " ", option) for option in card.options]
    loose = [place for place, option in enumerate(card.options) if joined[place] != option]
    named = names_in(text, card.options)
    seen = {each.which for each in named}
    more = [
        each._replace(which=loose[each.which])
        for each in names_in(text, [joined[place] for place in loose])
        if loose[each.which] not in seen
    ]
    return [*named, *more]


def options_like(card: InputCard, phrase: str) -> list[str]:
    """Options that hold every word of the phrase that says which: `retail` is `retail_trade`, when only that fits."""
    said = [
        word.text
        for word in words_of(phrase)
        if word.text not in FILLER
        and word.text not in NO_KIND
        and not re.fullmatch(called_by(card), word.text, re.I)
    ]
    if not said:
        return []
    return [
        option
        for option in card.options
        if all(any(_begins(word, each.text) for each in words_of(option.replace("_", " "))) for word in said)
    ]


def _begins(said: str, own: str) -> bool:
    same = next(
        (n for n, (a, b) in enumerate(zip(said, own, strict=False)) if a != b), min(len(said), len(own))
    )
    return (
        alike(said, own)
        or (len(said) >= 3 and own.startswith(said))
        or (same >= 5 and same >= min(len(said), len(own)) - 3)
    )


__all__ = ["NOT_A_VALUE", "NO_KIND", "called_by", "options_in", "options_like"]
