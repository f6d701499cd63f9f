"""Wishes that hang on a condition, decided on the blocks as they are: what is there, what is missing, what stands where."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import BlockCard
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, START, TOP

_NOTHING = r"(?:(?:just\s+)?(?:leave|keep|let)\b[^.;]*|(?:do\s+)?nothing\b[^.;]*|(?:do\s*n['’]?t|do\s+not)\s+(?:do\s+)?(?:anything|touch|change|bother|write)[^.;]*|hands\s+off[^.;]*|skip\b[^.;]*|forget\b[^.;]*|(?:all|everything|it|that)(?:['’]s|\s+is)\s+(?:fine|well|good|okay|ok)[^.;]*)"
_ELSE = rf"(?:\s*[;,.]\s*(?:and\s+|but\s+)?(?:otherwise|else|if\s+(?:not|no|so|yes|none|(?:it|that|they|there)\s+(?:is|are|does|do|has|is\s+not|is\s*n['’]?t|are\s*n['’]?t|does\s*n['’]?t|do\s*n['’]?t|does\s+not|has\s*n['’]?t)(?:\s+(?:one|any|none|already|there))?))\s*,?\s*(?:then\s+|please\s+)*{_NOTHING})?"
_WISH = rf"(?P<wish>[^;.]+?){_ELSE}(?=\s*(?:[.;]|$))"
_END = rf"\s*(?:[,:]\s*(?:then\s+)?|\s+then\s+|\s+(?=(?:{START})\s+(?:it|them|that|one)\b))(?:please\s+)*"
_IT = r"(?:it|this|that|the\s+notebook)"
_ASKED = re.compile(
    rf"(?:(?:does|do|has)\s+(?:{_IT}\s+)?(?:have|contain|hold|got)|(?:is|are)\s+there|(?:do|can)\s+you\s+(?:see|find))\s+(?:still\s+)?(?:any|an?|some)\s+(?P<what>[^?.;,]+?)(?:\s+(?:in\s+(?:it|there|here)|anywhere|somewhere|left))?\s*[?.]\s*if\s+(?:it\s+does|so|yes|there\s+(?:is|are)(?:\s+(?:one|any|some))?|it\s+has(?:\s+one)?|you\s+do|that['’]s\s+the\s+case)\s*,?\s*(?:then\s+)?",
    re.IGNORECASE,
)
"""`does it have an empty cell? If it does, …`."""
_ASKED_PLACE = re.compile(
    rf"(?:is|are|does|do)\s+(?P<block>(?:the|my|our|its|all)\s+[^?.;,]+?)\s+(?:already\s+)?(?:(?:stand|sit|be|come|placed)\s+)?(?P<place>(?:the\s+)?(?:very\s+)?(?:last|first)(?:\s+(?:block|cell|one|thing))?|{TOP}|{BOTTOM}|(?:{BEFORE}|{AFTER})\s+[^?;,]+?)\s*\?\s*if\s+(?:(?P<not>not|it\s+is\s*n['’]?t|it['’]s\s+not|it\s+does\s*n['’]?t|they\s+are\s*n['’]?t|no)|so|yes|it\s+(?:is|does)|they\s+(?:are|do))\s*,?\s*(?:then\s+)?",
    re.IGNORECASE,
)
"""`is the title first? If not, …`."""
_THERE = re.compile(
    rf"\b(?:only\s+)?if\s+(?:there(?:['’]s|\s+is|\s+are)|you\s+(?:see|find)|(?:{_IT}\s+)?(?:has|contains|holds))\s+(?!no\b|not\b|n['’]t\b)(?:still\s+)?(?:any|an?|some)?\s*(?P<what>[^,;.]+?)"
    r"(?:\s+(?:that|which)\s+(?:is\s*n['’]?t|are\s*n['’]?t|is\s+not|are\s+not)\s+(?:already\s+|yet\s+)?(?:at|on|in)\s+(?:the\s+)?(?P<edge>top|bottom|end|start|beginning)|\s+(?:left|in\s+(?:it|there|here)|anywhere|somewhere|(?:further|lower|way)\s+down|(?:down\s+)?below|in\s+the\s+middle|at\s+the\s+(?:bottom|end)))?"
    rf"{_END}{_WISH}",
    re.IGNORECASE,
)
_MISSING = re.compile(
    rf"\bif\s+(?:(?:there(?:['’]s|\s+is|\s+are)\s*(?:no|not\s+(?:any|an?|yet\s+an?)|n['’]t\s+(?:any|an?))|(?:{_IT}\s+)?(?:has|contains|holds)\s+no|(?:{_IT}\s+)?(?:does\s*n['’]?t|does\s+not)\s+(?:yet\s+|already\s+)?(?:have|contain|hold)\s+(?:any|an?))\s+(?P<what>[^,;.]+?)|(?:the|an?)\s+(?P<lacking>[^,;.]+?)\s+(?:is|are)\s+missing)(?:\s+(?:yet|already|in\s+(?:it|there|here)|at\s+the\s+top|anywhere))?{_END}{_WISH}",
    re.IGNORECASE,
)
_PLACED = re.compile(
    rf"\b(?:only\s+)?if\s+(?:in\s+(?:it|there)\s*,?\s+)?(?P<block>(?:the|my|our|its|all|block|imports?)\b[^,;.]*?)\s+(?:is|are|does|do|stands?|sits?|comes?)(?P<not>\s*n['’]?t|\s+not)?\s+(?:(?:yet|already|still|standing|currently|be|stand|sit|come)\s+)*(?P<place>(?:the\s+)?(?:very\s+)?(?:last|first)(?:\s+(?:block|cell|one|thing))?|{TOP}|{BOTTOM}|(?:{BEFORE}|{AFTER})\s+[^,;.]+?)(?:\s+(?:yet|already))?{_END}{_WISH}",
    re.IGNORECASE,
)
_BRANCH = re.compile(r"\b(?:otherwise|else|if\s+(?:not|so|yes))\b", re.IGNORECASE)


class Conditional(NamedTuple):
    """A request without its conditions: what they held for stands in it as a wish."""

    request: str
    left_out: list[str]
    """What a person has to know of wishes that are left out: a sentence each."""


def without_conditions(request: str, cards: Sequence[BlockCard]) -> Conditional:
    """`if there are imports further down, move them to the top; otherwise leave it alone`, decided on the blocks."""
    request = _ASKED.sub(r"if there is a \g<what>, ", request)
    request = _ASKED_PLACE.sub(
        lambda match: f"if {match['block']} is {'not ' if match['not'] else ''}{match['place']}, ", request
    )
    held, masks = masked(request)
    left_out: list[str] = []

    def decided(how: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
        return lambda match: match.group() if not cards or _BRANCH.search(match["wish"]) else how(match)

    def there(match: re.Match[str]) -> str:
        what = unmasked(match["what"], masks)
        if not find_blocks(what, cards).ids and not _several(what, cards):
            left_out.append(f"No block is “{what}”, so what was asked for in that case was left out.")
            return " "
        wish = _with(match["wish"], f"the {match['what']}")
        if not match["edge"]:
            return wish
        return re.sub(r"\bthere\b", f"to the {match['edge']}", wish, flags=re.IGNORECASE)

    def missing(match: re.Match[str]) -> str:
        said = match["what"] or match["lacking"]
        what = unmasked(said, masks)
        found = find_blocks(what, cards)
        if found.ids or _several(what, cards):
            place = next((f" (block {card.place})" for card in cards if card.id in found.ids), "")
            left_out.append(
                f"There is “{what}” already{place}, so what was asked for in its absence was left out."
            )
            return " "
        return re.sub(r"\b(?:one|it|that)\b", f"a {said}", match["wish"], count=1, flags=re.IGNORECASE)

    def placed(match: re.Match[str]) -> str:
        block, place = unmasked(match["block"], masks), unmasked(match["place"], masks)
        stands = _stands(block, place, cards)
        if stands is None:
            return match.group()
        if stands is (match["not"] is None):
            wish = re.sub(
                r"\bthere\b",
                f"to {'the ' if re.match(r'last|first', place) else ''}{place}",
                match["wish"],
                flags=re.IGNORECASE,
            )
            return _with(wish, match["block"])
        left_out.append(
            f"“{block}” {'is' if stands else 'is not'} {place.strip()}, so what was asked for in the other case was left out."
        )
        return " "

    for pattern, how in ((_THERE, there), (_MISSING, missing), (_PLACED, placed)):
        held = pattern.sub(decided(how), held)
    return Conditional(unmasked(held, masks).strip(), left_out)


def _several(what: str, cards: Sequence[BlockCard]) -> bool:
    """Whether more than one block may be meant, so that there certainly is one."""
    return find_blocks(f"all {what}s", cards).ids != [] or "could mean" in find_blocks(what, cards).problem


def _with(wish: str, block: str) -> str:
    return re.sub(r"\b(?:it|them|those|these|that|one)\b", block, wish, count=1, flags=re.IGNORECASE)


def _stands(block: str, place: str, cards: Sequence[BlockCard]) -> bool | None:
    """Whether the block stands there; nothing where one of the two is not certain."""
    ids = find_blocks(block, cards).ids
    places = [card.place for card in cards if card.id in ids]
    if not places:
        return None
    if re.search(r"\blast\b|\b(?:bottom|end|foot|tail)\b", place, re.IGNORECASE):
        return max(places) == len(cards)
    side = re.match(rf"(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+)", place, re.IGNORECASE)
    if side is None:
        return min(places) == 1
    anchor = [card.place for card in cards if card.id in find_blocks(side["anchor"], cards).ids]
    if not anchor:
        return None
    before = re.fullmatch(BEFORE, side["side"], re.IGNORECASE) is not None
    return max(places) < min(anchor) if before else min(places) > max(anchor)


__all__ = ["Conditional", "without_conditions"]
