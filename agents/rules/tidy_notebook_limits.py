"""Clauses that limit: what shall stay as it is, what hangs on a condition, and what no tool does."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import HOLDS_TEXT, BlockCard, Step
from agents.rules.tidy_notebook_blocks import Meant, find_blocks, masked
from agents.rules.tidy_notebook_moves import section_or_blocks, top_text
from agents.rules.tidy_notebook_words import START, Read, groups

_AS_IT_IS = r"(?:(?:just\s+|exactly\s+)*(?:as|where|like|the\s+way)\s+(?:it|they)\s+(?:is|are|was|were|stands?)(?:\s+now)?|alone|untouched|unchanged|in\s+(?:its|their)?\s*place|there|the\s+same|out\s+of\s+(?:it|this))"
_IF = re.compile(
    r"\bif\s+(?:there(?:['’]s|\s+is|\s+are)|you\s+(?:see|find)|it\s+has|the\s+notebook\s+has)\s+(?:still\s+)?(?:any|an?|some)?\s*(?P<what>[^,;.]+?)"
    r"(?:\s+(?:that|which)\s+(?:is\s*n['’]?t|are\s*n['’]?t|is\s+not|are\s+not)\s+(?:already\s+|yet\s+)?(?:at|on|in)\s+(?:the\s+)?(?P<edge>top|bottom|end|start|beginning)|\s+(?:left|in\s+(?:it|there|here)|anywhere|somewhere|(?:further|lower|way)\s+down|(?:down\s+)?below|in\s+the\s+middle|at\s+the\s+(?:bottom|end)))?"
    r"\s*,\s*(?:then\s+|please\s+)*(?P<wish>[^;.]+?)(?:[;,.]\s*(?:otherwise|if\s+not|else)\s*,?\s*(?:(?:just\s+)?(?:leave|keep|let)\b[^.;]*|(?:do\s+)?nothing\b[^.;]*|(?:do\s*n['’]?t|do\s+not)\s+(?:do\s+)?(?:anything|touch|change)[^.;]*))?(?=\s*(?:[.;]|$))",
    re.IGNORECASE,
)


class Conditional(NamedTuple):
    """A request without its conditions: what they held for stands in it as a wish."""

    request: str
    left_out: list[str]
    """What a wish was about that is left out, as it is not there."""


def without_conditions(request: str, cards: Sequence[BlockCard]) -> Conditional:
    """`if there are imports further down, move them to the top; otherwise leave it alone`, decided on the blocks."""
    left_out: list[str] = []

    def decided(match: re.Match[str]) -> str:
        meant = find_blocks(match["what"], cards)
        if meant.problem and not meant.choices and not cards:
            return match.group()
        if not meant.ids:
            left_out.append(match["what"])
            return " "
        wish = re.sub(
            r"\b(?:it|them|those|these|that|one)\b",
            f"the {match['what']}",
            match["wish"],
            count=1,
            flags=re.IGNORECASE,
        )
        return (
            re.sub(r"\bthere\b", f"to the {match['edge']}", wish, flags=re.IGNORECASE)
            if match["edge"]
            else wish
        )

    return Conditional(_IF.sub(decided, request).strip(), left_out)


def stay(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`the explanation should stay as it is`, `don't touch the query`: blocks that no other wish may write."""
    for pattern in (
        rf"(?P<block>.+?)\s+(?:should|must|has\s+to|have\s+to|can|may|needs?\s+to|is\s+to|are\s+to|ought\s+to)\s+(?:just\s+)?(?:stay|remain|be\s+left|be\s+kept|keep)(?:\s+{_AS_IT_IS})?",
        rf"(?:but\s+)?(?:leave|keep|let)\s+(?P<block>.+?)\s+{_AS_IT_IS}",
        r"(?:but\s+)?(?:do\s*n['’]?t|do\s+not|never)\s+(?:touch|change|move|edit|modify|alter|rewrite)\s+(?P<block>.+)",
    ):
        found = groups(pattern, clause)
        if found is None:
            continue
        meant = section_or_blocks(found["block"], cards)
        if meant.problem and (top := top_text(found["block"], cards)):
            meant = Meant([top.id])
        return Read(problem=meant.problem, choices=meant.choices, kept=tuple(meant.ids))
    return None


def impossible(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    whole = groups(
        r"(?:delete|remove|erase|trash|discard|kill|drop|scrap|get\s+rid\s+of|archive|throw\s+(?:away|out))(?:\s+(?:the\s+|this\s+|my\s+|whole\s+|entire\s+)*(?:[\w’'-]+\s+){0,4}(?:notebook|project|page))?",
        clause,
    )
    if whole is not None:
        return Read(
            [
                Step(
                    action="cannot",
                    text="No tool deletes a notebook or a project; that is done in the workspace itself.",
                )
            ]
        )
    gone = groups(
        r"(?:delete|remove|erase|trash|discard|kill|drop|scrap|ditch|lose|purge|prune|cut|get\s+rid\s+of|throw\s+(?:away|out)|take\s+out|clean\s+(?:out|up))\s+(?P<block>.+)",
        clause,
    )
    if gone is not None and not re.fullmatch(
        r"(?:the\s+|this\s+|my\s+)?(?:notebook|it|things|everything|mess)", gone["block"], re.IGNORECASE
    ):
        return cannot("delete", gone["block"], cards)
    for pattern, what in (
        (r"(?:merge|combine|join)\s+(?P<block>.+)", "merge"),
        (r"split\s+(?P<block>.+)", "split"),
        (r"(?:duplicate|copy|clone)\s+(?P<block>.+)", "copy"),
        (
            r"(?:convert|turn|change)\s+(?P<block>.+?)\s+(?:in)?to\s+(?:a\s+|an\s+)?(?:markdown|text|sql|code|python|heading|input|chart|callout)(?:\s+(?:block|cell|one))?",
            "type",
        ),
    ):
        found = groups(pattern, clause)
        if found is not None:
            return cannot(what, found["block"], cards)
    return None


def cannot(what: str, block: str, cards: Sequence[BlockCard]) -> Read:
    meant = find_blocks(block, cards)
    if meant.problem and re.search(
        rf"\band\s+(?:\w+\s+){{0,6}}?(?:{START})\b", masked(block)[0], re.IGNORECASE
    ):
        return Read(problem=f"“{block}” holds more than one wish; put each into a sentence of its own.")
    card = next((card for card in cards if meant.ids and card.id == meant.ids[0]), None)
    place = f"block {card.place}" if card else f"“{block}”"
    ids = [card.id] if card else []
    offer = (
        f" I can replace its contents with a note: “replace {place} with a note”."
        if card and card.type in HOLDS_TEXT
        else ""
    )
    words = {
        "delete": f"No tool deletes a block, so {place} stays.{offer}",
        "type": f"A block's type cannot be changed, so {place} stays {'a ' + card.type + ' block' if card else 'as it is'}.{offer}",
        "merge": f"Blocks cannot be merged, so {place} stays as it is; they can be moved next to each other.",
        "split": f"A block cannot be split, so {place} stays as it is.",
        "copy": f"Tidying copies no block, so {place} stays alone.",
    }
    return Read([Step(action="cannot", blocks=ids, text=words[what])])
