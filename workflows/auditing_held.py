"""What the data holds: the tables that answer to the words of a question, their values, and from when to when they go."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.tables import ColumnCard, TableCard
from agents.errors import ToolFailed
from agents.results import Structure
from agents.rules.audit_integrations_held import Held
from agents.rules.build_analysis_aliases import aliased
from agents.rules.build_analysis_lexicon import TOPICS
from agents.rules.wording import FILLER, Word, alike, names_in, stem, words_of
from agents.toolbox import Toolbox
from workflows import claims
from workflows.outcome import Claim, Outcome, Source, Status
from workflows.parts.cards import cards_of

MOST = 24
"""Values or columns of a table that are told."""
FEW = 6
"""The same for each of several tables."""


class Fit(NamedTuple):
    """How a table answers to the words of a question."""

    card: TableCard
    met: frozenset[int]
    """Starts of the words that it answers to."""
    values: dict[str, list[str]]
    """Values that the question names, by their column."""
    score: float


async def structures(tools: Toolbox, ids: Sequence[str]) -> tuple[list[Structure], list[str]]:
    """The cached structure of each integration, and those that could not be read."""
    only = tools.only("get_integration")
    found, failed = [], []
    for each in ids:
        try:
            found.append(await only.get_integration(each))
        except ToolFailed:
            failed.append(each)
    return found, failed


def what_is_held(request: str, held: Held, read: Sequence[Structure], failed: Sequence[str]) -> Outcome:
    """The answer, from cached structures alone."""
    cards = [card for structure in read for card in cards_of(structure)]
    best = _best([fit_of(request, held.words, card) for card in _named(request, cards)], held)
    missing = _phrases(
        request, [word for word in held.words if not any(word.start in fit.met for fit in best)]
    )
    facts: list[Claim] = []
    most = MOST if len(best) == 1 else FEW
    lines = [_line(fit, held, facts, most) for fit in best]
    looked_at = Source(tool="get_integration")
    facts += [
        Claim(text=f"asked for: {side} {year}", value=int(year), source=looked_at)
        for year, side in held.years
    ]
    opening = _opening(held, missing, best)
    unknown = ["Integrations whose tables could not be read."] if failed else []
    outcome = Outcome(
        workflow="audit_integrations",
        status=Status.DONE,
        answer=opening + ("\n\n" + "\n".join(lines) if lines else ""),
        claims=facts,
        not_checked=["Tables and values that the workspace has not read, and integrations that this key cannot see.", *unknown],
    )  # fmt: skip
    names = [request, *(card.name for card in cards), *(value for card in cards for column in card.columns for value in column.values)]  # fmt: skip
    return outcome.model_copy(update={"checks": claims.check(outcome, names)})


def fit_of(request: str, said: Sequence[Word], card: TableCard) -> Fit:
    """Which words the table answers to: by its name, its integration's, its columns, their values, or what it is about."""
    met: set[int] = set()
    values: dict[str, list[str]] = {}
    for column in card.columns:
        written = [value.replace("_", " ") for value in column.values]
        named = [(column.values[each.which], each.start, each.end) for each in names_in(request, written)]
        for value, phrase in aliased(request, column.values).items():
            start = request.lower().find(phrase.lower())
            named.append((value, start, start + len(phrase)))
        for value, start, end in named:
            values.setdefault(column.name, []).append(value)
            met |= {word.start for word in said if start <= word.start < end}
        for value in column.values:
            parts = [word.text for word in words_of(value.replace("_", " ")) if word.text not in FILLER]
            if hit := {word.start for word in said if any(_same(word.text, part) for part in parts)}:
                values.setdefault(column.name, []).append(value)
                met |= hit
    own = [word.text for word in words_of(card.name.replace("_", " "))]
    columns = [word.text for column in card.columns for word in words_of(column.name.replace("_", " "))]
    above = [word.text for word in words_of(card.integration)]
    titled = {word.start for word in said if any(_same(word.text, each) for each in own)}
    about = {
        word.start
        for word in said
        if any(_same(word.text, each) for each in [*columns, *above]) or _topical(word.text, [*own, *above])
    }  # fmt: skip
    return Fit(card, frozenset(met | titled | about), values, len(met | titled | about) + 0.5 * len(titled))


def _same(said: str, own: str) -> bool:
    """Whether two words are one; a short one has to be written the same."""
    return stem(said) == stem(own) or (min(len(said), len(own)) >= 6 and alike(said, own))


def _topical(word: str, own: Sequence[str]) -> bool:
    return any(
        (word in topic or stem(word) in topic) and any(each in topic or stem(each) in topic for each in own)
        for topic in TOPICS.values()
    )


def _named(request: str, cards: Sequence[TableCard]) -> list[TableCard]:
    """The tables that the request names letter by letter, or those of an integration that it names; all of them where it names none."""
    tables = [
        card
        for card in cards
        if re.search(rf"(?<!\w){re.escape(card.name)}(?!\w)", request) and "_" in card.name
    ]
    if tables:
        return tables
    named = names_in(request, names := list(dict.fromkeys(card.integration for card in cards)))
    inside = {names[each.which] for each in named}
    return [card for card in cards if card.integration in inside] or list(cards)


def _best(fits: Sequence[Fit], held: Held) -> list[Fit]:
    """The tables that answer to the most words; all of them where nothing is asked after by a word."""
    most = max((fit.score for fit in fits), default=0)
    best = [fit for fit in fits if fit.score == most]
    if most:
        best = [fit for fit in best if fit.values] or best
    if held.reach or held.years:
        best = [fit for fit in best if fit.card.time is not None] or best
    if held.years:
        best = [fit for fit in best if all(_covers(fit.card, *each) for each in held.years)] or best
    return best


def _phrases(request: str, words: Sequence[Word]) -> list[str]:
    """Words that stand side by side as one phrase, as the request writes them."""
    found: list[tuple[int, int]] = []
    for word in sorted(words, key=lambda each: each.start):
        numbered = re.search(r"[\w&.-]+\s+$", request[: word.start]) if word.text.isdigit() else None
        if numbered is not None and not found:
            # `S&P 100`: a number says nothing without what it numbers.
            found.append((numbered.start(), word.end))
        elif found and not re.search(r"[\w,;]", request[found[-1][1] : word.start]):
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return [request[start:end] for start, end in found]


def _opening(held: Held, missing: Sequence[str], best: Sequence[Fit]) -> str:
    if not best:
        return "No table is known to the workspace."
    near = any(fit.met for fit in best)
    if missing:
        what = " and ".join(f"“{phrase}”" for phrase in missing)
        return f"{'No: there' if held.polar else 'There'} is nothing about {what} in the data. {'What comes nearest' if near else 'There is'}, as the workspace last read it:"
    outside = [
        f"the time {side} {year}" if side else f"the year {year}"
        for year, side in held.years
        if not any(_covers(fit.card, year, side) for fit in best)
    ]
    if outside:
        return f"{'No: none' if held.polar else 'None'} of these tables holds anything for {' or '.join(outside)}, as far as the workspace has read them:"
    spans = {(fit.card.time.first, fit.card.time.last) for fit in best if fit.card.time is not None and fit.card.time.first}  # fmt: skip
    if held.reach and len(spans) == 1:
        first, last = next(iter(spans))
        return f"It goes from {first} to {last}, as the workspace last read it:"
    if not near and not held.years:
        return "The data holds these tables, as the workspace last read them:"
    one = len(best) == 1
    told = "this table holds it" if one else "these tables hold it"
    return f"{'Yes, ' if held.polar else ''}{told if held.polar else told.capitalize()}, as the workspace last read {'it' if one else 'them'}:"


def _covers(card: TableCard, year: str, side: str) -> bool:
    """Whether the table's times hold something of the year, or of what is before or after it."""
    time = card.time
    if time is None or not time.first or not time.last:
        return False
    first, last = time.first[:4], time.last[:4]
    return first < year if side == "before" else last > year if side == "after" else first <= year <= last


def _line(fit: Fit, held: Held, facts: list[Claim], most: int) -> str:
    card = fit.card
    source = Source(tool="get_integration", integration_id=card.integration_id, label=card.integration)
    parts: list[str] = []
    if card.rows is not None:
        parts.append(f"{card.rows:,} rows")
        facts.append(Claim(text=f"rows of {card.name}", value=card.rows, source=source))
    if (time := card.time) is not None and time.first and time.last:
        parts.append(f"{time.name} from {time.first} to {time.last}")
        facts.append(Claim(text=f"{card.name}.{time.name} from {time.first} to {time.last}", value=time.last, source=source))  # fmt: skip
    for name, values in fit.values.items():
        parts.append(f"{name} holds {', '.join(dict.fromkeys(values))}")
        facts.append(
            Claim(text=f"{card.name}.{name} holds {', '.join(dict.fromkeys(values))}", source=source)
        )
    own = [column for column in card.columns if not column.formula]
    if not fit.values or held.columns:
        told = [_column(column, held, most) for column in own[:most]]
        more = f" and {len(own) - most} more" if len(own) > most else ""
        if more:
            facts.append(Claim(text=f"more columns of {card.name}", value=len(own) - most, source=source))
        parts.append(f"columns {', '.join(told)}{more}")
        facts.append(Claim(text=f"columns of {card.name}: {', '.join(told)}", source=source))
    return f"- `{card.name}` in **{card.integration}** ({card.integration_type}): {'; '.join(parts)}"


def _column(column: ColumnCard, held: Held, most: int) -> str:
    if held.columns or not column.values:
        return column.name
    shown = ", ".join(column.values[:most])
    return f"{column.name} ({shown}{', …' if len(column.values) > most else ''})"


__all__ = ["structures", "what_is_held"]
