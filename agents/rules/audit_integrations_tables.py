"""Which tables a request to audit means: by name, by a name that is nearly one, or by what people call what they hold."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from agents.asks.audit_integrations import AuditWish, IntegrationCard
from agents.rules.audit_integrations_words import TABLE_NAMED, WEAK
from agents.rules.build_analysis_lexicon import TOPICS
from agents.rules.wording import FILLER, alike, folded, quoted, stem, words_of


def by_table(request: str, cards: list[IntegrationCard]) -> AuditWish | None:
    request = _tables_joined(request, cards)
    asked = [
        match[match.lastindex or 0].rstrip(".")
        for match in TABLE_NAMED.finditer(request)
        if not re.match(r"columns?\b", match.group(), re.IGNORECASE)
        and not _as_column(request, *match.span(match.lastindex or 0))
    ]
    asked += [phrase for phrase, _, _ in quoted(request) if re.fullmatch(r"[A-Za-z_][\w.]*", phrase)]
    asked += [
        match.group(0)
        for match in re.finditer(r"(?<![\w.])[A-Za-z]\w*_\w+\b(?!\.\w)", request)
        if not _as_column(request, *match.span())
    ]
    asked = [each for each in asked if not column_of(each, cards)]
    known = {table: card for card in cards for table in card.tables}
    words = re.findall(r"[A-Za-z_][\w.]*\w", request)
    said = {
        part for word in words for part in (word, word.rpartition(".")[0], word.rpartition(".")[2]) if part
    }
    joins = re.search(r"\bjoin", request, re.IGNORECASE) is not None
    named = [
        table
        for table in known
        for part in (table, table.rsplit(".", 1)[-1])
        if folded(part) in {folded(each) for each in said}
        and (
            joins
            or "_" in part
            or part in asked
            or "." in part
            or any(folded(part) == folded(each) for each in asked)
        )
    ]
    if named:
        holders = list(dict.fromkeys(known[table].id for table in named))
        shown = named[0].rsplit(".", 1)[-1]
        return AuditWish(reason=f"the table {shown} is in it", integrations=holders, table=shown)
    wanted = [
        each
        for each in asked
        if each.lower() not in WEAK
        and each.lower() not in FILLER
        and (
            "_" in each
            or "." in each
            or re.search(
                rf"\b(?:(?:table|view)\s+|(?:tables|views)\s+(?:called|named)\s+)(?:called\s+|named\s+)?\W?{each}\b|\b{each}\W?\s+(?:table|view)\b",
                request,
                re.IGNORECASE,
            )
        )
    ]
    near = [
        table
        for each in wanted
        for table in known
        if len(each) >= 6 and alike(folded(each), folded(table.rsplit(".", 1)[-1]))
    ]
    if near:
        shown = near[0].rsplit(".", 1)[-1]
        return AuditWish(
            reason=f"there is no table {wanted[0]}; the nearest is {shown}",
            integrations=[known[near[0]].id],
            table=shown,
        )
    if wanted and "_" not in wanted[0] and "." not in wanted[0]:
        # `the price table` is the one that has the word in its name.
        part = by_subject(request, [folded(wanted[0])], cards)
        if part is not None:
            return part
    if wanted:
        # A table no cached structure knows may still be queried: all blocks are read for it.
        return AuditWish(
            reason=f"the table {wanted[0]} is in no cached structure, so all are read",
            everything=True,
            table=wanted[0],
        )
    return None


def _tables_joined(request: str, cards: Sequence[IntegrationCard]) -> str:
    """The request with names of tables as they are written in SQL: `the index prices table` means `index_prices`."""
    names = {table.rsplit(".", 1)[-1] for card in cards for table in card.tables if "_" in table}
    for name in sorted(names, key=len, reverse=True):
        spoken = r"[\s-]+".join(map(re.escape, name.split("_")))
        request = re.sub(
            rf"\b{spoken}(?=[`\"”»']?\s+(?:tables?|views?|data\s?sets?)\b)|(?<=\btable )\b{spoken}\b",
            name,
            request,
            flags=re.IGNORECASE,
        )
    return request


def _as_column(request: str, start: int, end: int) -> bool:
    """Whether the name that stands there is called a column."""
    return bool(
        re.search(r"\b(?:columns?|fields?|variables?)\s+[`\"“«']?$", request[:start], re.IGNORECASE)
        or re.match(r"[`\"”»']?\s+(?:columns?|fields?)\b", request[end:], re.IGNORECASE)
    )


def column_of(name: str, cards: Sequence[IntegrationCard]) -> bool:
    """Whether the name is no table's and that of a column: `retail_trade`."""
    if "_" not in name or any(
        folded(name) == folded(table.rsplit(".", 1)[-1]) for card in cards for table in card.tables
    ):
        return False
    return any(folded(name) == folded(column.rpartition(".")[2]) for card in cards for column in card.columns)


def explicit_table(request: str) -> str:
    """`the orders table` beside the name of an integration."""
    found = re.search(
        r"\b(?:tables?|views?)\s+(?:called\s+|named\s+)?[`\"“«']?([A-Za-z_][\w.]*\w)|[`\"“«']?\b(?!(?:le|la|les|une?|der|die|das|den|dem|el|los|las|il|lo)\b)([A-Za-z_][\w.]*)[`\"”»']?\s+(?:table|view)\b",
        request,
        re.IGNORECASE,
    )
    name = next((group for group in found.groups() if group), "") if found else ""
    return (
        ""
        if name.lower() in FILLER or name.lower() in WEAK or name.lower() in {"are", "exist", "do"}
        else name
    )


KIND_OF_DATA = frozenset(
    [
        "data",
        "figure",
        "number",
        "value",
        "record",
        "row",
        "detail",
        "info",
        "information",
        "total",
        "list",
        "name",
        "entry",
        "content",
        "statistic",
        "series",
        "history",
    ]
)
"""Words for what any table holds."""


class Near(NamedTuple):
    """A table that the words of a request fit."""

    score: float
    card: IntegrationCard
    table: str
    unmet: tuple[str, ...]
    """Words that it has nothing for."""


def by_subject(request: str, said: Sequence[str], cards: Sequence[IntegrationCard]) -> AuditWish | None:
    """The one table that holds what `stock prices` or `customer names` speak of, by its name, its columns, and the words people use for them."""
    words = [word for word in dict.fromkeys(said) if stem(word) not in KIND_OF_DATA] or list(said)
    found = sorted(
        (_near(words, card, table) for card in cards for table in card.tables), key=lambda near: -near.score
    )
    named = {near.table for near in found if bare_words(near.table) <= set(words)}
    if len(named) == 1:
        (best,) = (near for near in found if near.table in named)
        shown = best.table.rsplit(".", 1)[-1]
        return AuditWish(reason=f"the table {shown} is meant", integrations=[best.card.id], table=shown)
    if not found or found[0].score < 1 or len(found[0].unmet) > len(words) / 2:
        return None
    if len(found) > 1 and found[1].score == found[0].score:
        return None
    best = found[0]
    shown = best.table.rsplit(".", 1)[-1]
    own = [word for word in words_of(request) if word.text in said or stem(word.text) in KIND_OF_DATA]
    phrase = request[own[0].start : own[-1].end][:60]
    return AuditWish(
        reason=f"there is no table “{phrase}”; {shown} in {best.card.name} is the nearest by its name and columns",
        integrations=[best.card.id],
        table=shown,
    )


def bare_words(table: str) -> set[str]:
    """The words of a table's name, without its schema."""
    return {word.text for word in words_of(table.rsplit(".", 1)[-1].replace("_", " "))}


def _near(words: Sequence[str], card: IntegrationCard, table: str) -> Near:
    name = [word.text for word in words_of(table.rsplit(".", 1)[-1].replace("_", " "))]
    columns = [
        word.text
        for column in card.columns
        if column.rpartition(".")[0] == table
        for word in words_of(column.rpartition(".")[2].replace("_", " "))
    ]
    score, unmet = 0.0, []
    for word in words:
        if any(alike(word, each) for each in name):
            score += 2 + 1 / len(name)
        elif any(alike(word, each) for each in columns) or any(
            _of_topic(word, topic) and any(_of_topic(each, topic) for each in name)
            for topic in TOPICS.values()
        ):
            score += 1
        else:
            unmet.append(word)
    return Near(score, card, table, tuple(unmet))


def _of_topic(word: str, topic: Collection[str]) -> bool:
    return word in topic or stem(word) in topic
