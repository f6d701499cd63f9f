"""Clauses that say by what a query sorts its rows: its ORDER BY gets other columns, or another direction."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import named
from agents.rules.tidy_notebook_words import Read, groups
from agents.rules.wording import folded

_SORTS = r"(?:sort|order|rank|arrange|list)"
_WAY = r"(?P<way>alphabetically|in\s+alphabetical\s+order|ascending(?:ly)?|descending(?:ly)?|in\s+(?:ascending|descending)\s+order|upwards?|downwards?|largest\s+first|smallest\s+first|newest\s+first|oldest\s+first)"
_DOWN = re.compile(r"desc|down|largest|newest|latest", re.IGNORECASE)
_NOT = r"(?:\s*,?\s*(?:and\s+)?(?:rather\s+than|instead\s+of|(?:and\s+)?not)\s+(?:by\s+)?(?P<old>[^,;]+?))?"
_ORDER = re.compile(r"\border\s+by\s+(?P<by>[^()]+?)(?=\s+limit\b|\s*;?\s*$)", re.IGNORECASE)


def sort_rows(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`order the query by sector rather than by share`: rows of a query, and no blocks."""
    found = groups(
        rf"{_SORTS}\s+(?P<block>.+?)\s+(?:{_WAY}\s+)?(?:by|on)\s+(?:the\s+)?(?:columns?\s+)?(?P<by>[\w ]+?)(?:\s*,?\s+{_WAY.replace('way', 'late')})?{_NOT}",
        clause,
    )
    if found is None:
        return None
    block = re.sub(r"\b(?:the\s+)?(?:rows?|results?|output|lines)\s+(?:of|in)\s+", "", found["block"])
    meant = find_blocks(block, cards)
    queries = [card for card in cards if card.id in meant.ids and card.type == "sql"]
    if len(queries) != 1 or len(meant.ids) != 1:
        return None
    card = queries[0]
    order = _ORDER.search(card.content)
    said = "_".join(found["by"].split())
    names = dict.fromkeys(re.findall(r"[A-Za-z_]\w*", card.content.partition(" FROM ")[0]))
    exact = [name for name in names if folded(name) == folded(said)]
    near = exact or [name for name in names if folded(said) in folded(name).split("_") and len(name) > 2]
    if len(near) != 1 or order is None or "," in order["by"]:
        return Read(problem=f"By which column should block {card.place} be sorted? “{found['by']}” is not certain.", choices=(named(card),))  # fmt: skip
    old = found.get("old", "")
    if old and folded("_".join(old.split())) not in folded(order["by"]):
        return Read(problem=f"Block {card.place} is not sorted by “{old}”; how should it be sorted?")
    way = found.get("way") or found.get("late") or ""
    text = f"{card.content[: order.start('by')]}{near[0]}{' DESC' if _DOWN.search(way) else ''}{card.content[order.end('by') :]}"
    return Read([Step(action="replace", blocks=[card.id], text=text)])


__all__ = ["sort_rows"]
