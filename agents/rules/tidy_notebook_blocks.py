"""Which blocks a phrase means: by number, several in one phrase, or by a description (`tidy_notebook_descriptions`)."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_descriptions import Meant, by_description, matching, named, says
from agents.rules.tidy_notebook_kinds import (
    BIG_NUMBER,
    BLOCK,
    ORDINALS,
    OTHER_WORDS,
)
from agents.rules.wording import folded, quoted


def find_blocks(phrase: str, cards: Sequence[BlockCard]) -> Meant:
    """The blocks that a phrase such as `the imports block` or `blocks 3 to 5` means."""
    bare = re.sub(
        r"^(?:everything|all)\s+(?:that|which)\s+(?:is|are)\s+(?:an?\s+)?",
        "all ",
        phrase.strip(" .,;:!?"),
        flags=re.IGNORECASE,
    )
    if not cards:
        return Meant([], "The notebook has no blocks.")
    bare = re.sub(r"\b(?:whole|entire|complete|full)\s+", "", bare, flags=re.IGNORECASE)
    listed = NTHS.fullmatch(bare)
    if listed is not None:
        nths = re.findall(rf"{NTH}", listed["nths"], re.IGNORECASE)
        found = [find_blocks(f"the {nth} {listed['what'].removesuffix('s')}", cards) for nth in nths]
        wrong = next((each for each in found if each.problem), None)
        return wrong or Meant(list(dict.fromkeys(block for each in found for block in each.ids)))
    some = FIRST_SOME.fullmatch(bare)
    if some is not None:
        among = (
            list(cards)
            if re.fullmatch(f"{BLOCK}|ones?", some["what"], re.IGNORECASE)
            else matching(some["what"], cards)
        )
        count = ORDINALS.get(some["count"].lower()) or int(some["count"])
        if not 1 <= count <= len(among):
            return Meant(
                [],
                f"“{bare}” would be {count} blocks; I find {len(among)}.",
                tuple(named(card) for card in among[:12]),
            )
        return Meant(
            [
                card.id
                for card in (
                    among[-count:] if some["side"].lower() in {"last", "bottom", "final"} else among[:count]
                )
            ]
        )
    if any(card.type == "big-number" for card in cards):
        bare = BIG_NUMBER.sub("number", bare)
    meant = _meant(bare, cards)
    if meant.ids or "⟦" in masked(bare)[0]:
        return meant
    if (placed := _placed(bare, cards)) is not None:
        return placed
    for pattern, kind in OTHER_WORDS:
        said = pattern.sub(kind, bare)
        if said != bare and (other := _meant(said, cards)).ids:
            return other
    return meant


_AT_EDGE = re.compile(
    r"(?P<what>.+?)\s+(?:(?:that\s+(?:is|stands)\s+)?(?:(?:down\s+)?(?:at|on)\s+the\s+(?:very\s+)?(?:end|bottom)|in\s+last\s+place)|(?P<first>(?:up\s+)?(?:at|on)\s+the\s+(?:very\s+)?(?:top|start|beginning)|on\s+top))",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(
    r"(?P<what>.+?)\s+(?:(?:further|farther|lower|way|right|all\s+the\s+way)\s+)?(?:down|up|below|above|(?:under|below|above|beneath|beside|after|before|next\s+to)\s+(?:it|them|that)|in\s+(?:it|there)|there)(?:\s+(?:there|below|above))?",
    re.IGNORECASE,
)


def _placed(phrase: str, cards: Sequence[BlockCard]) -> Meant | None:
    """`the query at the end` is the last one; `the total further down` only says where it stands."""
    edge = _AT_EDGE.fullmatch(phrase)
    if edge is not None:
        found = matching(edge["what"], cards)
        return Meant([found[0 if edge["first"] else -1].id]) if found else None
    anywhere = _ANYWHERE.fullmatch(phrase)
    return find_blocks(anywhere["what"], cards) if anywhere is not None else None


NTH = rf"(?:{'|'.join(list(ORDINALS)[:12])}|last|\d+(?:st|nd|rd|th))"
NTHS = re.compile(
    rf"(?:the\s+)?(?P<nths>{NTH}(?:\s*,\s*(?:the\s+)?{NTH})*\s*(?:,\s*)?(?:and|&)\s+(?:the\s+)?{NTH})\s+(?P<what>{BLOCK}|\w+)",
    re.IGNORECASE,
)
"""`the second and third block`."""
FIRST_SOME = re.compile(
    r"(?:the\s+)?(?P<side>first|last|top|bottom|final)\s+(?P<count>two|three|four|five|six|\d)\s+(?P<what>\w+(?:\s+\w+)?)",
    re.IGNORECASE,
)
"""`the last two cells`."""


def _meant(bare: str, cards: Sequence[BlockCard]) -> Meant:
    counted = COUNTED.fullmatch(masked(bare)[0])
    if counted is not None and "⟦" not in bare:
        return _counted(counted["count"].lower(), bare[counted.start("what") :], cards)
    numbered = _by_number(bare, cards)
    if numbered is not None:
        return numbered
    whole = quoted(bare)
    if (
        len(whole) == 1
        and whole[0][1] == 0
        and whole[0][2] == len(bare)
        and not any(says(card, whole[0][0]) for card in cards)
    ):
        return find_blocks(whole[0][0], cards)  # the description itself stands in quotation marks
    parts = _parts(bare)
    if len(parts) > 1:
        found = [find_blocks(part, cards) for part in parts]
        wrong = next((each for each in found if each.problem), None)
        if wrong is None:
            return Meant(list(dict.fromkeys(block for each in found for block in each.ids)))
    return by_description(bare, cards)


COUNTED = re.compile(
    rf"(?:the\s+|all\s+|these\s+|those\s+)*(?P<count>both|{'|'.join(list(ORDINALS)[12:])})\s+(?:of\s+)?(?:the\s+)?(?P<what>\w.*s(?:\s+(?:that|which|with|of|about|using|mentioning)\b.*)?)(?:\s+{BLOCK})?",
    re.IGNORECASE,
)
"""`the two inputs`, `both charts`."""


def _counted(count: str, what: str, cards: Sequence[BlockCard]) -> Meant:
    wanted = 2 if count == "both" else ORDINALS[count]
    found = matching(what, cards)
    if len(found) != wanted:
        return Meant(
            [],
            f"“{count} {what}” would be {wanted} blocks; I find {len(found)}.",
            tuple(named(card) for card in found[:12]),
        )
    return Meant([card.id for card in found])


def _parts(phrase: str) -> list[str]:
    held, masks = masked(phrase)
    pieces = re.split(r"\s*(?:,\s*and\s+|,|\band\b|&|\bplus\b|\bas well as\b)\s*", held)
    return [unmasked(piece, masks) for piece in pieces if piece.strip()]


def _at(place: int, cards: Sequence[BlockCard]) -> Meant:
    if 1 <= place <= len(cards):
        return Meant([cards[place - 1].id])
    return Meant([], f"There is no block {place}; the notebook has {len(cards)}.")


def _by_number(phrase: str, cards: Sequence[BlockCard]) -> Meant | None:
    said = folded(phrase)
    spread = re.fullmatch(
        rf"(?:the\s+)?{BLOCK}\s*#?(\d+)\s*(?:-|–|to|through|until|bis)\s*(?:{BLOCK}\s*)?#?(\d+)", said
    )
    if spread:
        first, last = sorted((int(spread.group(1)), int(spread.group(2))))
        if last > len(cards) or first < 1:
            return _at(last if last > len(cards) else first, cards)
        return Meant([card.id for card in cards[first - 1 : last]])
    several = re.fullmatch(rf"(?:the\s+)?{BLOCK}\s*((?:#?\d+\s*(?:,|and|&|\s)*)+)", said)
    if several:
        places = [int(digits) for digits in re.findall(r"\d+", several.group(1))]
        found = [_at(place, cards) for place in places]
        return next(
            (each for each in found if each.problem), Meant([each.ids[0] for each in found if each.ids])
        )
    single = re.fullmatch(
        rf"(?:the\s+)?(?:#|no\.?\s*|number\s+)(\d+)|(?:the\s+)?(\d+)(?:st|nd|rd|th)\s+{BLOCK}|(?:the\s+)?{BLOCK}\s+(?:#|no\.?|number)\s*(\d+)",
        said,
    )
    if single:
        return _at(int(next(group for group in single.groups() if group)), cards)
    ordinal = re.fullmatch(
        rf"(?:the\s+)?(?:very\s+)?(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|last|final|bottom|top|topmost|second[ -]to[ -]last|penultimate|last but one)(?:\s+(.*?))?(?:\s*{BLOCK})?",
        said,
    )
    if ordinal is None:
        return None
    word, kind = ordinal.group(1), (ordinal.group(2) or "").strip()
    kind = re.sub(rf"\s*(?:{BLOCK}|ones?)$|^ones?$", "", kind)
    if not kind and re.search(r"\bones?$", said):
        return _nth(word, cards)
    if not kind and not re.search(BLOCK, said):
        return None
    chosen = list(cards)
    if kind and not re.fullmatch(BLOCK, kind):
        among = matching(kind, cards)
        if not among:
            return Meant([], f"No block of the notebook is “{kind}”.")
        chosen = among
    return _nth(word, chosen)


def _nth(word: str, chosen: Sequence[BlockCard]) -> Meant:
    if word in {"last", "final", "bottom"}:
        return Meant([chosen[-1].id])
    if (word.startswith("second") and "last" in word) or word in {"penultimate", "last but one"}:
        return Meant([chosen[-2].id]) if len(chosen) > 1 else Meant([], "There is only one such block.")
    place = ORDINALS.get(word, 1)
    return (
        Meant([chosen[place - 1].id])
        if place <= len(chosen)
        else Meant(
            [],
            f"There {'is' if len(chosen) == 1 else 'are'} only {len(chosen)} such {'block' if len(chosen) == 1 else 'blocks'}.",
        )
    )
