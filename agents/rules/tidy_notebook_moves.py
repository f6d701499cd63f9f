"""Clauses that move blocks: to an edge, next to another block, together, in order, by a step, or two changing places."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard, Place, Step
from agents.rules.tidy_notebook_blocks import (
    Meant,
    find_blocks,
    heading_of,
    masked,
    named,
    section_of,
    unmasked,
)
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, MOVE, NOTE, OF_IT, TOP, Read, groups
from agents.rules.wording import folded


def swap(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = groups(
        r"(?:swap|exchange|switch)\s+(?:the\s+(?:order|places?|positions?)\s+of\s+)?(?P<blocks>.+?)(?:\s+around)?",
        clause,
    )
    if found is None or re.search(r"\b(?:with|for|by)\b\s*(?:⟦|a\s|an\s)", masked(found["blocks"])[0]):
        return None
    meant = find_blocks(re.sub(r"\s+with\s+", " and ", found["blocks"]), cards)
    if meant.problem or len(meant.ids) != 2:
        return Read(
            problem=meant.problem
            or f"“{found['blocks']}” means {len(meant.ids)} blocks; two can change places.",
            choices=meant.choices,
        )
    first, second = sorted((card for card in cards if card.id in meant.ids), key=lambda card: card.place)
    steps = [Step(action="move", blocks=[second.id], place="before", anchor=first.id)]
    if second.place - first.place > 1:
        steps.append(Step(action="move", blocks=[first.id], place="after", anchor=cards[second.place - 2].id))
    return Read(steps)


def section_or_blocks(phrase: str, cards: Sequence[BlockCard]) -> Meant:
    """Blocks of the phrase; `the … section` is a heading with everything under it."""
    if re.search(r"\bsections?\b", folded(phrase)):
        found = find_blocks(phrase, [card for card in cards if card.level] or cards)
        if found.problem:
            return found
        by_id = {card.id: card for card in cards}
        ids = [each for heading in found.ids for each in section_of(by_id[heading], cards)]
        return Meant(list(dict.fromkeys(ids)))
    return find_blocks(phrase, cards)


def anchor_of(phrase: str, place: Place, cards: Sequence[BlockCard], moved: Sequence[str]) -> Meant:
    others = [card for card in cards if card.id not in moved]
    found = section_or_blocks(phrase, others if _described(phrase) else cards)
    if found.problem or len(found.ids) == 1:
        return found
    ordered = [card.id for card in cards if card.id in found.ids]
    joined = [cards.index(card) for card in cards if card.id in found.ids]
    if joined == list(range(joined[0], joined[0] + len(joined))):
        return Meant([ordered[0] if place == "before" else ordered[-1]])
    return Meant(
        [],
        f"“{phrase}” could mean {len(found.ids)} blocks.",
        tuple(named(card) for card in cards if card.id in found.ids),
    )


def _described(phrase: str) -> bool:
    return re.search(r"\d", phrase) is None


def _moved(blocks: str, place: Place, anchor: str, cards: Sequence[BlockCard]) -> Read:
    meant = section_or_blocks(blocks, cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    target = ""
    if place in {"before", "after"}:
        found = anchor_of(anchor, place, cards, meant.ids)
        if found.problem:
            return Read(problem=found.problem, choices=found.choices)
        target = found.ids[0]
        if target in meant.ids:
            return Read(problem=f"“{blocks}” and “{anchor}” mean the same block; where should it go?")
    return Read([Step(action="move", blocks=meant.ids, place=place, anchor=target)])


def move(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    together = groups(
        rf"(?:group|gather|collect|keep|put|bring|move|get|have|place)\s+(?:up\s+)?(?P<blocks>.+?)\s+(?:all\s+)?(?:together|in\s+one\s+(?:place|spot)|next\s+to\s+each\s+other)(?:\s+(?P<place>{TOP}|{BOTTOM}){OF_IT})?",
        clause,
    )
    if together is None:
        together = groups(
            rf"(?:group|gather|collect)\s+(?:up\s+)?(?P<blocks>.+?)(?:\s+(?P<place>{TOP}|{BOTTOM}){OF_IT})?",
            clause,
        )
    if together is not None:
        return _gathered(together["blocks"], together.get("place"), cards)
    edge = rf"(?P<edge>{TOP}|{BOTTOM}){OF_IT}"
    side = rf"(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+?)"
    both = groups(rf"{MOVE}\s+(?P<blocks>.+?)\s+(?:{TOP}|{BOTTOM}){OF_IT}\s*,?\s+{side}", clause)
    if both is not None:  # `to the top, below the title`: the nearer word says where
        return _moved(
            both["blocks"],
            "before" if re.fullmatch(BEFORE, both["side"], re.IGNORECASE) else "after",
            both["anchor"],
            cards,
        )
    for pattern in (
        rf"{MOVE}\s+(?P<blocks>.+?)\s+(?:go\s+|come\s+|be\s+|sit\s+|stand\s+)?(?:(?:right\s+)?(?:back\s+)?(?:up|down)\s+)?(?:{edge}|{side}){OF_IT}",
        rf"(?P<blocks>.+?)\s+(?:should|must|needs?\s+to|has\s+to|have\s+to|ought\s+to|goes|go|belongs?|comes?|wants?\s+to|can|is\s+to|are\s+to)\s*(?:be|go|come|sit|live|stand|move|be\s+moved|be\s+placed|be\s+put)?\s+(?:{edge}|{side}){OF_IT}",
        rf"(?:{edge}|{side}){OF_IT}\s*,?\s+(?:{MOVE}|i\s+want|we\s+need)\s+(?P<blocks>.+?)",
        rf"(?P<blocks>.+?)\s*(?:->|→|=>|⇒)\s*(?:{edge}|{side})",
        rf"(?P<blocks>.+?)\s+(?:(?:to\s+be\s+)?(?:moved|placed|put|brought|shifted)\s+|to\s+(?:go|come|be)\s+)?(?:{edge}|{side}){OF_IT}",
    ):
        found = groups(pattern, clause)
        if found is not None:
            if re.match(
                rf"(?:add|insert|write|leave|append|prepend|delete|remove|replace|rename|turn|change|run|convert|swap|set|update|fill|overwrite|clear)\b|{NOTE}\b",
                found["blocks"] if found["blocks"] else "",
                re.IGNORECASE,
            ) or re.match(
                r"(?:add|insert|write|leave|append|prepend|delete|remove|replace|rename|turn|change|convert|swap|set|update|fill|overwrite|clear)\b",
                clause,
                re.IGNORECASE,
            ):
                return None
            if "edge" in found:
                return _moved(
                    found["blocks"],
                    "top" if re.fullmatch(TOP, found["edge"], re.IGNORECASE) else "bottom",
                    "",
                    cards,
                )
            return _moved(
                found["blocks"],
                "before" if re.fullmatch(BEFORE, found["side"], re.IGNORECASE) else "after",
                found["anchor"],
                cards,
            )
    lead = groups(r"(?:start|lead|open|begin)\s+(?:the\s+notebook\s+)?with\s+(?P<blocks>.+)", clause)
    if lead is not None:
        return _moved(lead["blocks"], "top", "", cards)
    close = groups(r"(?:end|finish|close)\s+(?:the\s+notebook\s+)?with\s+(?P<blocks>.+)", clause)
    if close is not None:
        return _moved(close["blocks"], "bottom", "", cards)
    return _one_step(clause, cards)


def _one_step(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = groups(
        rf"{MOVE}\s+(?P<blocks>.+?)\s+(?:(?P<count>\d+|one|two|three|four|five)\s+(?:blocks?|cells?|places?|positions?|steps?)\s+)?(?P<way>up|down|upwards?|downwards?)(?:\s+(?:by\s+)?(?P<by>\d+|one|two|three|four|five)(?:\s+(?:blocks?|cells?|places?|positions?|steps?))?)?",
        clause,
    )
    if found is None:
        return None
    meant = section_or_blocks(found["blocks"], cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    word = found.get("count") or found.get("by") or "1"
    count = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}.get(
        word.lower(), int(word) if word.isdigit() else 1
    )
    places = [card.place - 1 for card in cards if card.id in meant.ids]
    others = [card for card in cards if card.id not in meant.ids]
    if found["way"].startswith("up"):
        target = max(0, places[0] - count)
        following = next((card for card in cards[target:] if card in others), None)
        return Read(
            [
                Step(
                    action="move",
                    blocks=meant.ids,
                    place="before" if following else "top",
                    anchor=following.id if following else "",
                )
            ]
        )
    target = min(len(cards) - 1, places[-1] + count)
    if target <= places[-1]:
        return Read([Step(action="move", blocks=meant.ids, place="bottom")])
    return Read([Step(action="move", blocks=meant.ids, place="after", anchor=cards[target].id)])


def _gathered(blocks: str, place: str | None, cards: Sequence[BlockCard]) -> Read:
    meant = find_blocks(blocks, cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    ordered = [card.id for card in cards if card.id in meant.ids]
    if place:
        return Read(
            [
                Step(
                    action="move",
                    blocks=ordered,
                    place="top" if re.fullmatch(TOP, place, re.IGNORECASE) else "bottom",
                )
            ]
        )
    if len(ordered) < 2:
        return Read(problem=f"“{blocks}” means one block only; there is nothing to bring together.")
    return Read([Step(action="move", blocks=ordered[1:], place="after", anchor=ordered[0])])


def order(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = groups(
        r"(?:re-?)?(?:sort|order|arrange|put)\s+(?:all\s+)?(?:the\s+)?sections?\s+(?:alphabetically|by\s+(?:name|title|heading)|in\s+alphabetical\s+order|from\s+a\s+to\s+z)",
        clause,
    )
    headings = _sections(cards)
    if found is not None:
        return _in_order(sorted(headings, key=lambda card: folded(heading_of(card))), cards)
    found = groups(
        r"(?:re-?)?(?:sort|order|arrange|put|bring|place)\s+(?:all\s+)?(?:the\s+)?sections?\s*(?:in|into|as|to|:)?\s*(?:this\s+order|the\s+order|order|follows)?\s*:?\s*(?P<list>.+)",
        clause,
    )
    if (
        found is None
        or not re.search(r",|\bthen\b|→|->|>|⟦|\band\b", masked(found["list"])[0])
        or re.search(r"\b(?:top|bottom|before|after|above|below)\b", masked(found["list"])[0])
    ):
        return None
    held, masks = masked(found["list"])
    wanted = []
    for piece in re.split(r"\s*(?:,\s*(?:and|then)?\s*|\bthen\b|\band\b|→|->|>)\s*", held):
        text = unmasked(piece, masks).strip(" .\"'“”«»")
        if not text:
            continue
        meant = find_blocks(text, headings)
        if meant.problem or len(meant.ids) != 1:
            return Read(
                problem=meant.problem or f"“{text}” could mean several sections.",
                choices=tuple(named(card) for card in headings),
            )
        wanted.append(next(card for card in headings if card.id == meant.ids[0]))
    return _in_order(wanted, cards)


def _sections(cards: Sequence[BlockCard]) -> list[BlockCard]:
    """The headings of the level below the title, or of the only level there is."""
    headings = [card for card in cards if card.level]
    if len(headings) > 1 and headings[0].level < min(card.level for card in headings[1:]):
        headings = headings[1:]
    top = min((card.level for card in headings), default=0)
    return [card for card in headings if card.level == top]


def _in_order(wanted: Sequence[BlockCard], cards: Sequence[BlockCard]) -> Read:
    if len(wanted) < 2:
        return Read(problem="There are not two sections to put in order; a section starts with a heading.")
    blocks = [each for heading in wanted for each in section_of(heading, cards)]
    first = min(heading.place for heading in wanted)
    before = next((card for card in reversed(cards[: first - 1]) if card.id not in blocks), None)
    if before is None:
        return Read([Step(action="move", blocks=blocks, place="top")])
    return Read([Step(action="move", blocks=blocks, place="after", anchor=before.id)])
