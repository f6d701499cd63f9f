"""Clauses that move blocks: to an edge, next to another block, together, by a step, or two changing places."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import TEXT_TYPES, BlockCard, Place, Step
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import Meant, named, section_of
from agents.rules.tidy_notebook_kinds import BLOCK, ORDINALS
from agents.rules.tidy_notebook_words import (
    AFTER,
    BEFORE,
    BOTTOM,
    MOVE,
    NOTE,
    OF_IT,
    TOP,
    Read,
    first_groups,
    groups,
)
from agents.rules.wording import folded


def swap(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = groups(
        r"(?:swap|exchange|switch)\s+(?:the\s+(?:order|places?|positions?)\s+of\s+)?(?P<blocks>.+?)(?:\s+around)?",
        clause,
    )
    if found is None or re.search(
        r"\b(?:with|for|by)\b\s*(?:⟦|a\s|an\s)|\bfor\s+(?:\d|(?-i:[A-Z]))", masked(found["blocks"])[0]
    ):
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
    """Blocks of the phrase; `the … section`, or `everything under …`, is a heading with what stands under it."""
    whole = re.fullmatch(
        r"(?:the\s+)?(?:whole\s+|entire\s+)?section\s+of\s+(?P<of>(?:block|cell)\s+\d+)|(?:everything|all|the\s+blocks?|the\s+cells?)\s+(?:that\s+(?:is|are|stands?)\s+)?(?:under|below|about|in)\s+(?:the\s+)?(?P<under>.+)",
        phrase,
        re.IGNORECASE,
    )
    if whole is not None:
        found = find_blocks(
            whole["of"] or whole["under"],
            cards if whole["of"] else [card for card in cards if card.level] or cards,
        )
        if found.problem or len(found.ids) != 1:
            return found
        return Meant(section_of(next(card for card in cards if card.id == found.ids[0]), cards))
    parts = re.split(r"\s*(?:,\s*and\s+|,|\band\b|&|\bplus\b|\bas\s+well\s+as\b)\s*", phrase)
    if re.search(r"\bsections?\b", folded(phrase)) and len(parts) > 1 and "⟦" not in masked(phrase)[0]:
        each = [section_or_blocks(part, cards) for part in parts if part]
        if all(part.ids and not part.problem for part in each):
            wanted = {block for part in each for block in part.ids}
            return Meant([card.id for card in cards if card.id in wanted])
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
    if _described(phrase) and re.search(r"\b(?:last|first|final)\b", phrase, re.IGNORECASE):
        among_all = section_or_blocks(phrase, cards)
        if set(among_all.ids) & set(moved) and among_all.ids != found.ids:
            return Meant(
                [],
                f"“{phrase}” is one of the blocks that would move; say which block it should stand by.",
                tuple(named(card) for card in others[:12]),
            )
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


_BETWEEN = re.compile(
    r"\b(?:in\s+)?between\s+(?P<one>.+?)\s+and\s+(?P<other>[^,;⟦⟧:]+?)(?=\s*(?:$|:))", re.IGNORECASE
)

_BEHIND_AND_BEFORE = re.compile(
    rf"(?P<first>{AFTER}|{BEFORE})\s+(?P<one>[^,;⟦⟧:]+?)\s*(?:,\s*(?:and\s+|but\s+)?|\s(?:and|but)\s+)(?P<second>{AFTER}|{BEFORE})\s+(?P<other>[^,;⟦⟧:]+)$",
    re.IGNORECASE,
)
"""`right behind the table, ahead of the chart`: one place, said from both of its sides."""


def between(clause: str, cards: Sequence[BlockCard]) -> str:
    """`between the findings and the imports` as behind the first of them, where they are neighbours or one block stands between."""
    held, masks = masked(clause)
    match = _BETWEEN.search(held) or _BEHIND_AND_BEFORE.search(held)
    sides = match.groupdict() if match is not None else {}
    if match is None or ("first" in sides and _is_before(sides["first"]) == _is_before(sides["second"])):
        return clause
    found = [section_or_blocks(match[side], cards) for side in ("one", "other")]
    if any(each.problem or len(each.ids) != 1 for each in found):
        return clause
    first, second = sorted(card.place for card in cards if card.id in {found[0].ids[0], found[1].ids[0]})
    if second - first > 2:
        return clause
    return unmasked(f"{held[: match.start()]}after block {first}{held[match.end() :]}", masks)


def _is_before(side: str) -> bool:
    return re.fullmatch(BEFORE, side, re.IGNORECASE) is not None


def _described(phrase: str) -> bool:
    return re.search(r"\d", phrase) is None


def two_wishes(phrase: str) -> bool:
    """`the imports after it, Findings`: a place inside of what should be blocks alone."""
    return re.search(rf"\s(?:{BEFORE}|{AFTER})\s+\w[^,]*(?:,|\band\b)", phrase, re.IGNORECASE) is not None


def _moved(blocks: str, place: Place, anchor: str, cards: Sequence[BlockCard]) -> Read:
    if two_wishes(masked(blocks)[0]):
        return Read(problem=f"“{blocks}” holds more than one wish; put each into a sentence of its own.")
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
    ids = (
        meant.ids
        if ORDERED.search(masked(blocks)[0])
        else [each.id for each in cards if each.id in meant.ids]
    )
    return Read([Step(action="move", blocks=ids, place=place, anchor=target)])


ORDERED = re.compile(r"\bthen\b", re.IGNORECASE)
"""What says in which order several blocks shall stand; otherwise they keep the one they have."""


def top_text(phrase: str, cards: Sequence[BlockCard]) -> BlockCard | None:
    """The text that a notebook opens with, for `the heading`, `the explanation on top`."""
    said = re.fullmatch(
        r"(?:(?:the|its|my|our)\s+)?(?:heading|header|headline|title|intro\w*|explanation|text|description)(?:\s+(?:on|at)\s+(?:the\s+)?(?:top|start|beginning))?",
        phrase.strip(),
        re.IGNORECASE,
    )
    first = cards[0] if cards else None
    return first if said and first is not None and first.type in TEXT_TYPES else None


def move(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    together = groups(
        rf"(?:group|gather|collect|keep|put|bring|move|get|have|place)\s+(?:up\s+)?(?P<blocks>.+?)\s+(?:all\s+)?(?:together|in(?:to)?\s+(?:one|a\s+single|the\s+same)\s+(?:place|spot)|next\s+to\s+each\s+other)(?:\s+(?P<place>{TOP}|{BOTTOM}){OF_IT}|\s+(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+))?",
        clause,
    )
    if together is None:
        together = groups(
            rf"(?:group|gather|collect)\s+(?:up\s+)?(?P<blocks>.+?)(?:\s+(?P<place>{TOP}|{BOTTOM}){OF_IT})?",
            clause,
        )
    if together is not None and re.search(
        r"\binto\s+(?:one|a\s+single)\s+(?:block|cell)\b", together["blocks"], re.IGNORECASE
    ):
        return None
    if together is not None and "side" in together:
        before = re.fullmatch(BEFORE, together["side"], re.IGNORECASE) is not None
        return _moved(together["blocks"], "before" if before else "after", together["anchor"], cards)
    if together is not None:
        return _gathered(together["blocks"], together.get("place"), cards)
    if (late := _late_imports(clause, cards)) is not None:
        return late
    if re.search(
        r"\b(?:should|must|may|can|do|does|is|are|shall)\s*(?:not|n['’]?t)\b|\bcannot\b|\bnever\b",
        masked(clause)[0],
        re.IGNORECASE,
    ):
        return Read(problem=f"“{clause}” says what should not be; say where the block should stand.")
    edge = rf"(?P<edge>{TOP}|{BOTTOM}){OF_IT}"
    side = rf"(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+?)"
    kept = groups(
        rf"(?:{MOVE}\s+)?(?P<blocks>.+?)\s+(?:{TOP}{OF_IT}|up)\s*,?\s*(?:but\s+|and\s+|while\s+|yet\s+)(?:still\s+)?(?:leav|keep)(?:e|ing)?\s+(?P<anchor>.+?)(?:\s+(?:as\s+(?:the\s+)?)?(?:{TOP}|above\s+(?:it|them|that)|where\s+(?:it|they)\s+(?:is|are)|in\s+place))?",
        clause,
    )
    if kept is not None:
        top = top_text(kept["anchor"], cards)
        return _moved(kept["blocks"], "after", f"block {top.place}" if top else kept["anchor"], cards)
    at = _numbered(clause, cards)
    if at is not None:
        return at
    both = groups(
        rf"(?:{MOVE}\s+)?(?P<blocks>(?!{MOVE}\b|(?:the|my|our|its)\s+(?:very\s+)?(?:first|last|top|bottom|end|start)\b).+?)\s+(?P<edge>{TOP}|{BOTTOM}){OF_IT}\s*,?\s+{side}",
        clause,
    )
    if both is not None:  # `to the top, below the title`: the nearer word says where
        described = f"{both['blocks']} {both['edge']}"
        blocks = (
            described
            if section_or_blocks(both["blocks"], cards).problem and not find_blocks(described, cards).problem
            else both["blocks"]
        )
        return _moved(
            blocks,
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
                rf"(?:add|insert|write|leave|append|prepend|delete|remove|replace|rename|turn|change|run|convert|swap|set|update|fill|overwrite|clear)\b|(?!(?:the|my|our|that|this|its)\b|todo\s*$){NOTE}\b",
                found["blocks"] if found["blocks"] else "",
                re.IGNORECASE,
            ) or re.match(
                r"(?:add|insert|write|leave|append|prepend|delete|remove|replace|rename|turn|change|convert|swap|set|update|fill|overwrite|clear|needs?|wants?|lacks?|requires?)\b",
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


def _late_imports(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """Imports that are said to stand too late, or to be put where they belong: to the top."""
    imports = r"(?P<blocks>(?:block\s+\d+)|(?:(?:all|the|my|our)\s+)*imports?(?:\s+(?:blocks?|cells?|statements?))?)"
    proper = r"(?:where|to\s+where)\s+(?:they|it)\s+(?:belongs?|should\s+be|ought\s+to\s+be)|(?:to|in(?:to)?|at)\s+(?:the(?:ir)?|its)\s+(?:right|proper|usual|correct)\s+(?:place|spot|position)"
    found = first_groups(
        clause,
        rf"{MOVE}\s+{imports}\s+(?:{proper})",
        rf"{imports}\s+(?:(?:is|are|sits?|stands?|comes?|lives?|appears?)\s+)(?:\w+\s+){{0,3}}?(?:at\s+the\s+(?:very\s+)?(?:bottom|end)|(?:way\s+|far\s+|too\s+|all\s+the\s+way\s+)?down(?:\s+there|\s+below)?|too\s+(?:late|low|far\s+down)|in\s+the\s+wrong\s+(?:place|spot)|(?:after|below|behind)\s+(?:the\s+|some\s+)?(?:code|blocks?|cells?|lines?)\s+(?:that|which)\s+(?:needs?|uses?|relies\s+on|depends?\s+on)\s+(?:them|it))",
    )
    if found is None:
        return None
    meant = find_blocks(found["blocks"], cards)
    if re.match("block", found["blocks"], re.IGNORECASE) and not all(
        card.only_imports for card in cards if card.id in meant.ids
    ):
        return None
    return _moved(found["blocks"], "top", "", cards)


def _numbered(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`to position 3`, `make the imports the second block`."""
    nth = rf"(?:#?(?P<number>\d+)(?:st|nd|rd|th)?|(?P<word>{'|'.join(ORDINALS)}|last))"
    spot = r"(?:position|place|spot|slot)"
    for pattern in (
        rf"{MOVE}\s+(?P<blocks>.+?)\s+(?:up\s+|down\s+)?(?:to|into|in|at|as)\s+(?:the\s+)?(?:{spot}|{BLOCK}|number)\s+(?:number\s+)?{nth}",
        rf"{MOVE}\s+(?P<blocks>.+?)\s+(?:up\s+|down\s+)?(?:to|into|in|at)\s+(?:the\s+)?{nth}\s+{spot}",
        rf"make\s+(?P<blocks>.+?)\s+(?:be\s+)?(?:the\s+)?(?:very\s+)?{nth}\s+(?:{BLOCK}|one|thing)",
        rf"make\s+(?P<blocks>.+?)\s+(?:be\s+)?{BLOCK}\s+{nth}",
    ):
        found = groups(pattern, clause)
        if found is None:
            continue
        meant = section_or_blocks(found["blocks"], cards)
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        word = found.get("word", "").lower()
        place = len(cards) if word == "last" else ORDINALS[word] if word else int(found["number"])
        if not 1 <= place <= len(cards):
            return Read(problem=f"There is no place {place}; the notebook has {len(cards)} blocks.")
        others = [card.id for card in cards if card.id not in meant.ids]
        if place == 1 or not others:
            return Read([Step(action="move", blocks=meant.ids, place="top")])
        return Read(
            [
                Step(
                    action="move",
                    blocks=meant.ids,
                    place="after",
                    anchor=others[min(place - 2, len(others) - 1)],
                )
            ]
        )
    return None


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
    if len(ordered) < 2:  # together already: a move to where it stands
        before = cards[cards.index(next(card for card in cards if card.id == ordered[0])) - 1].id
        first = cards[0].id == ordered[0]
        return Read(
            [
                Step(
                    action="move",
                    blocks=ordered,
                    place="top" if first else "after",
                    anchor="" if first else before,
                )
            ]
        )
    return Read([Step(action="move", blocks=ordered[1:], place="after", anchor=ordered[0])])
