"""Which blocks a phrase means: by number, by what they are, by what they say."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import BlockCard
from agents.rules.tidy_notebook_kinds import (
    BIG_NUMBER,
    BLOCK,
    KINDS,
    MAKING,
    NOISE,
    ORDINALS,
    OTHER_WORDS,
    VERBS_OF_CODE,
)
from agents.rules.wording import alike, folded, quoted, words_of


class Meant(NamedTuple):
    """The blocks that a phrase means, or why that is not certain."""

    ids: list[str]
    problem: str = ""
    choices: tuple[str, ...] = ()


def named(card: BlockCard) -> str:
    """How a block is offered in a question."""
    shown = next(
        (re.sub(r"^#+\s*", "", line).strip() for line in card.content.splitlines() if line.strip()),
        card.variable or "empty",
    )
    return f"block {card.place} ({card.type}: {shown[:50]})"


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
            else _matching(some["what"], cards)
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
    for pattern, kind in OTHER_WORDS:
        said = pattern.sub(kind, bare)
        if said != bare and (other := _meant(said, cards)).ids:
            return other
    return meant


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
        and not any(_says(card, whole[0][0]) for card in cards)
    ):
        return find_blocks(whole[0][0], cards)  # the description itself stands in quotation marks
    parts = _parts(bare)
    if len(parts) > 1:
        found = [find_blocks(part, cards) for part in parts]
        wrong = next((each for each in found if each.problem), None)
        if wrong is None:
            return Meant(list(dict.fromkeys(block for each in found for block in each.ids)))
    return _by_description(bare, cards)


COUNTED = re.compile(
    rf"(?:the\s+|all\s+|these\s+|those\s+)*(?P<count>both|{'|'.join(list(ORDINALS)[12:])})\s+(?:of\s+)?(?:the\s+)?(?P<what>\w.*s(?:\s+(?:that|which|with|of|about|using|mentioning)\b.*)?)(?:\s+{BLOCK})?",
    re.IGNORECASE,
)
"""`the two inputs`, `both charts`."""


def _counted(count: str, what: str, cards: Sequence[BlockCard]) -> Meant:
    wanted = 2 if count == "both" else ORDINALS[count]
    found = _matching(what, cards)
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


def masked(text: str) -> tuple[str, list[str]]:
    masks: list[str] = []
    for _, start, end in sorted(quoted(text), key=lambda item: -item[1]):
        masks.append(text[start:end])
        text = f"{text[:start]}⟦{len(masks) - 1}⟧{text[end:]}"
    return text, masks


def unmasked(text: str, masks: Sequence[str]) -> str:
    return re.sub(r"⟦(\d+)⟧", lambda match: masks[int(match.group(1))], text)


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
        among = _matching(kind, cards)
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


def _is(card: BlockCard, kind: str, cards: Sequence[BlockCard]) -> bool:
    match kind:
        case "heading":
            return card.level > 0
        case "title":
            first = next((each for each in cards if each.level), None)
            return first is not None and card.id == first.id
        case "text":
            return card.type == "markdown" or card.type.startswith("text-cell")
        case "chart":
            return card.type in {"visualization", "pivot-table"} or (
                card.type == "code"
                and re.search(r"\.plot\b|plt\.|alt\.Chart|px\.|\.hist\(|sns\.", card.content) is not None
            )
        case "input":
            return card.type.startswith("input-")
        case "imports":
            return card.only_imports
        case "empty":
            return card.empty
        case "calculation":
            return card.type == "code" and not card.empty and not card.only_imports
        case "scratch":
            return card.level == 0 and any(word.text == "scratch" for word in words_of(card.content))
        case _:
            return card.type == kind


def _matching(phrase: str, cards: Sequence[BlockCard]) -> list[BlockCard]:
    """Blocks that fit every word of the phrase."""
    quotations = quoted(phrase)
    for _, start, end in sorted(quotations, key=lambda item: -item[1]):
        phrase = phrase[:start] + " " + phrase[end:]
    found = [card for card in cards if all(_says(card, text) for text, _, _ in quotations)]
    if not found and quotations:  # a name with a slip of the pen
        found = [
            card
            for card in cards
            if all(
                " " not in text
                and any(name and alike(folded(text), folded(name)) for name in [card.variable, *card.defines])
                for text, _, _ in quotations
            )
        ]
    for text, _, _ in quotations:
        exact = [card for card in found if card.level and folded(heading_of(card)) == folded(text)]
        found = exact or found
    said = [word.text for word in words_of(phrase) if word.text not in NOISE]
    if any(does(word) in {"load", "fetch", "query", "pull"} for word in said):
        said = [word for word in said if word != "data"]
    kinds = [next(iter(KINDS[kind_of(word)])) for word in said if kind_of(word)]
    if "scratch" in kinds:
        # `the scratch block` is what people call an empty one, unless a block says itself that it is scratch.
        both = "empty" in kinds
        own = [card for card in found if _is(card, "scratch", cards) and (card.empty or not both)]
        kinds = [kind for kind in kinds if kind not in {"scratch", "empty"}] + ([] if own else ["empty"])
        found = own or found
    if "section" in kinds:
        kinds = ["heading" if kind == "section" else kind for kind in kinds]
    if "empty" in kinds and "text" not in kinds:
        kinds = [kind for kind in kinds if kind != "title"]
    rest = [word for word in said if not kind_of(word)]
    by_kind = [card for card in found if all(_is(card, kind, cards) for kind in kinds)]
    if not kinds and not rest:
        return by_kind if quotations or "scratch" in [kind_of(word) for word in said] else []
    strict = [card for card in by_kind if all(_fits(card, word) for word in rest)]
    if strict or not kinds:
        return strict
    # A word that names a kind may as well be what the block is about: `the correlation figure`, `the price query`.
    loose = [word for word in said if kind_of(word) not in {"import", "empty", "blank", "scratch"}]
    hard = [
        next(iter(KINDS[kind_of(word)]))
        for word in said
        if kind_of(word) in {"import", "empty", "blank", "scratch"}
    ]
    return [
        card
        for card in found
        if loose and all(_is(card, kind, cards) for kind in hard) and all(_fits(card, word) for word in loose)
    ]


def kind_of(word: str) -> str:
    if word in KINDS:
        return word
    return next((kind for kind in KINDS if alike(word, kind)), "")


def heading_of(card: BlockCard) -> str:
    return re.sub(
        r"^#+\s*", "", next((line for line in card.content.splitlines() if line.strip()), "")
    ).strip()


def _says(card: BlockCard, text: str) -> bool:
    return folded(" ".join(text.split())) in folded(" ".join(card.content.split())) or folded(text) == folded(
        card.variable
    )


def does(word: str) -> str:
    """The verb of `VERBS_OF_CODE` that the word is a form of."""
    stemmed = re.sub(r"(?:ting|ning|ing|es|s|ed)$", "", word) or word
    return next((verb for verb in VERBS_OF_CODE if word == verb or stemmed in {verb, verb.rstrip("e")}), "")


def _fits(card: BlockCard, word: str) -> bool:
    verb = does(word)
    if verb:
        signs = VERBS_OF_CODE[verb]
        return card.type in {"code", "sql", "visualization"} and (
            not signs or any(sign in folded(card.content) for sign in signs)
        )
    own = {
        each.text
        for each in words_of(
            re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", f"{card.content} {card.variable} {' '.join(card.defines)}")
        )
    } | (set(card.type.split("-")[1:]) if card.type.startswith("input-") else set())
    whole = {folded(name) for name in [card.variable, *card.defines] if name}
    return word in whole or any(alike(word, each) for each in own)


def _by_description(phrase: str, cards: Sequence[BlockCard]) -> Meant:
    found = _matching(phrase, cards)
    imports = False
    plural = bool(
        re.search(
            r"\b(?:blocks|cells|all|every|both|imports?\s+(?:blocks|cells)|charts|queries|headings|inputs|notes|sections|statements)\b",
            folded(phrase),
        )
    ) and not re.search(r"\b(?:block|cell)\b", folded(phrase))
    if re.fullmatch(
        r"(?:all\s+)?(?:of\s+)?(?:the\s+|my\s+)?(?:package\s+|library\s+)?imports?(?:\s+statements?)?",
        folded(phrase),
    ):
        plural = imports = True
    if not found and imports and (beside := _imports_beside(cards)):
        return beside
    if not found:
        return Meant([], f"I find no block that “{phrase}” means.", tuple(named(card) for card in cards[:12]))
    if len(found) > 1 and not plural:
        found = _with_signs(phrase, found)
    if len(found) > 1 and not plural:
        best = _standing_out(phrase, found)
        if best is None:
            return Meant(
                [], f"“{phrase}” could mean {len(found)} blocks.", tuple(named(card) for card in found[:12])
            )
        found = [best]
    return Meant([card.id for card in found])


def _imports_beside(cards: Sequence[BlockCard]) -> Meant | None:
    """Imports that no block holds alone cannot be moved as blocks."""
    holding = [
        card
        for card in cards
        if card.type == "code"
        and not card.only_imports
        and re.search(r"^(?:import|from)\s+\w", card.content, re.MULTILINE)
    ]
    if not holding:
        return None
    where = " and ".join(f"block {card.place}" for card in holding)
    return Meant(
        [],
        f"No block holds imports alone: they stand in {where} together with other code, and a block is moved as a whole.",
        tuple(named(card) for card in holding),
    )


def _with_signs(phrase: str, found: list[BlockCard]) -> list[BlockCard]:
    """Of several blocks, those that have the very signs of `the query with SELECT *`."""
    match = re.search(
        r"\b(?:with|containing|that\s+(?:says|contains|has))\s+(?:a\s+|the\s+)?(.*[^\w\s].*)$",
        phrase,
        re.IGNORECASE,
    )
    said = " ".join(match.group(1).split()).casefold() if match else ""
    return [card for card in found if said and said in " ".join(card.content.split()).casefold()] or found


def _standing_out(phrase: str, found: Sequence[BlockCard]) -> BlockCard | None:
    """The one heading among several blocks that all say the words, or the one block that defines the name."""
    wanted = [
        word.text
        for word in words_of(phrase)
        if word.text not in NOISE and not kind_of(word.text) and does(word.text) not in MAKING
    ]
    headings = [
        card
        for card in found
        if card.level and wanted and [word.text for word in words_of(heading_of(card))] == wanted
    ]
    if len(headings) == 1:
        return headings[0]
    defining = [
        card
        for card in found
        if wanted
        and all(any(word == folded(name) for name in [card.variable, *card.defines]) for word in wanted)
    ]
    return defining[0] if len(defining) == 1 else None


def section_of(heading: BlockCard, cards: Sequence[BlockCard]) -> list[str]:
    """A heading with its blocks, up to the next heading of its level or above."""
    start = heading.place - 1
    ids = [heading.id]
    for card in cards[start + 1 :]:
        if card.level and card.level <= heading.level:
            break
        ids.append(card.id)
    return ids
