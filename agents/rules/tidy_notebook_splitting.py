"""Clauses that take import lines out of a block that holds other code as well: into a new block of their own."""

import ast
import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard, Place, Step
from agents.rules.quotations import masked, unmasked, unquoted
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import named
from agents.rules.tidy_notebook_kinds import BLOCK
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, OF_IT, TOP, Read

_WHAT = re.compile(
    r"(?P<code>⟦\d+⟧|\b(?:import|from)\s+(?!lines?\b|statements?\b|out\b|off\b|into\b)[a-z_][\w.]*(?:\s+import\s+\w+)?(?:\s+as\s+\w+)?)|\b(?:(?P<library>(?!(?:move|put|split|pull|take|get|lift|separate|extract|factor|give|bring|place)\b)[A-Za-z_]\w*)\s+)?imports?\b(?P<line>\s+(?:lines?|statements?|part))?",
    re.IGNORECASE,
)
_OWN = re.compile(
    rf"\s*,?\s*\b(?:(?:(?:in)?to|in|as|with)\s+)?(?:(?:its|their)\s+(?:very\s+)?own|an?\s+(?:separate|new|extra|own))\s*(?:code\s+|new\s+)?{BLOCK}(?:\s+of\s+(?:its|their)\s+own)?|\s*,?\s*\b(?:(?:in)?to|in)\s+an?\s+(?:code\s+|new\s+)*{BLOCK}\s+of\s+(?:its|their)\s+own",
    re.IGNORECASE,
)
_OUT = re.compile(rf"\b(?:out\s+of|off|from)\s+(?P<block>(?:the|block|cell|that|this)\s+[^,;]*?)(?=\s+(?:and|to|into|{BEFORE}|{AFTER})\s|\s*,|$)", re.IGNORECASE)  # fmt: skip
_PLACE = re.compile(
    rf"(?:(?P<edge>{TOP}|{BOTTOM}){OF_IT}|(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>[^,;]+?))$", re.IGNORECASE
)
_VERB = re.compile(
    r"(?:move|put|split|pull|take|get|lift|separate|extract|factor|give|bring|place)\b", re.IGNORECASE
)


def split_off(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`move the import line into a block of its own at the top`: a new block, and the old one without those lines."""
    held, masks = masked(clause)
    what = _WHAT.search(held)
    own, out = _OWN.search(held), _OUT.search(held)
    if not _VERB.match(held) or what is None or not (own or out or what["line"] or what["code"]):
        return None
    said = unquoted(unmasked(what["code"], masks)) if what["code"] else what["library"] or ""
    said = "" if said.lower() in {"the", "all", "its", "these", "those", "any", "both"} else said
    holders = {card.id: lines for card in cards if (lines := import_lines(card, said))}
    if (
        out is not None
        and (there := find_blocks(unmasked(out["block"], masks), cards)).ids
        and not there.problem
    ):
        holders = {each: lines for each, lines in holders.items() if each in there.ids}
    if not holders:
        return None
    if len(holders) > 1:
        return Read(
            problem="Import lines stand in several blocks beside other code; from which one should they go?",
            choices=tuple(named(card) for card in cards if card.id in holders),
        )
    card = next(card for card in cards if card.id in holders)
    rest = _OWN.sub(" ", held[: out.start()] + held[out.end() :] if out else held).strip(" ,")
    place = _PLACE.search(re.sub(r"\s*,?\s+and\s+(?:put|move|place)\s+(?:it|them)\s+", " ", rest))
    if place is None and re.search(
        rf"{TOP}|{BOTTOM}|{BEFORE}|{AFTER}", rest.removeprefix(what.group()), re.IGNORECASE
    ):
        return None
    steps = _steps(card, holders[card.id], place, masks, cards)
    return Read(steps) if steps else None


def _steps(
    card: BlockCard,
    lines: Sequence[int],
    place: re.Match[str] | None,
    masks: Sequence[str],
    cards: Sequence[BlockCard],
) -> list[Step]:
    where: Place = "before"
    anchor = card.id
    if place is not None and place["edge"]:
        where, anchor = ("top" if re.fullmatch(TOP, place["edge"], re.IGNORECASE) else "bottom"), ""
    elif place is not None:
        meant = find_blocks(unmasked(place["anchor"], masks), cards)
        if meant.problem or len(meant.ids) != 1:
            return []
        where, anchor = (
            ("before" if re.fullmatch(BEFORE, place["side"], re.IGNORECASE) else "after"),
            meant.ids[0],
        )
    own = card.content.splitlines()
    taken = "\n".join(own[at] for at in lines)
    left = "\n".join(line for at, line in enumerate(own) if at not in lines).strip("\n")
    return [
        Step(action="add", place=where, anchor=anchor, text=taken, code=True),
        Step(action="replace", blocks=[card.id], text=left),
    ]


def import_lines(card: BlockCard, said: str = "") -> list[int]:
    """The lines of a block of code, counted from 0, that import something (that is said) and stand beside other code."""
    if card.type != "code" or card.only_imports:
        return []
    try:
        body = ast.parse(card.content).body
    except SyntaxError:
        return []
    source = card.content.splitlines()
    taken = [
        node
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and ";" not in source[node.lineno - 1]
        and (
            not said
            or re.search(
                rf"(?<!\w){re.escape(said)}(?!\w)", " ".join(source[node.lineno - 1 : node.end_lineno])
            )
        )
    ]
    return [at for node in taken for at in range(node.lineno - 1, node.end_lineno or node.lineno)]


__all__ = ["import_lines", "split_off"]
