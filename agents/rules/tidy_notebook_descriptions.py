"""Which blocks a description means: by what they are and by what they say."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import BlockCard
from agents.rules.tidy_notebook_kinds import (
    COMPARED,
    IN_CODE,
    KINDS,
    MAKING,
    MARKS,
    NOISE,
    SOFT,
    VERBS_OF_CODE,
)
from agents.rules.wording import alike, folded, quoted, words_of


class Meant(NamedTuple):
    """The blocks that a phrase means, or why that is not certain."""

    ids: list[str]
    problem: str = ""
    choices: tuple[str, ...] = ()


MEANS_NOTHING = ("I find no block that", "No block of the notebook is", "No heading is")
"""How a question begins that is asked because a phrase means no block: the clause may be of another form."""


def named(card: BlockCard) -> str:
    """How a block is offered in a question."""
    shown = next(
        (re.sub(r"^#+\s*", "", line).strip() for line in card.content.splitlines() if line.strip()),
        card.variable or "empty",
    )
    return f"block {card.place} ({card.type}: {shown[:50]})"


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


TABLE = re.compile(r"\bfigures?\s+table\b|\btable\s+(?:of|with)\s+(?:the\s+)?figures?\b", re.IGNORECASE)
"""A table of figures is no chart."""


def matching(phrase: str, cards: Sequence[BlockCard]) -> list[BlockCard]:
    """Blocks that fit every word of the phrase."""
    quotations = quoted(phrase)
    for _, start, end in sorted(quotations, key=lambda item: -item[1]):
        phrase = phrase[:start] + " " + phrase[end:]
    found = [card for card in cards if all(says(card, text) for text, _, _ in quotations)]
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
    phrase, found = _by_signs(phrase, found)
    said = [word.text for word in words_of(phrase) if word.text not in NOISE]
    if any(does(word) in {"load", "fetch", "query", "pull"} for word in said):
        said = [word for word in said if word != "data"]
    if any(does(word) == "print" for word in said):
        said = [word for word in said if word not in {"sentence", "text", "message", "output", "result"}]
    if TABLE.search(phrase):
        about = [word for word in said if word not in SOFT]
        return [
            card
            for card in found
            if card.type in {"code", "sql"} and all(_fits(card, word) for word in about)
        ]
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
    soft = [word for word in rest if word in SOFT and not any(_fits(card, word) for card in by_kind)]
    if kinds or len(soft) < len(rest):
        rest = [word for word in rest if word not in soft]
        said = [word for word in said if word not in soft]
    if not kinds and not rest:
        return (
            by_kind
            if quotations or len(found) < len(cards) or "scratch" in [kind_of(word) for word in said]
            else []
        )
    strict = [card for card in by_kind if all(_fits(card, word) for word in rest)]
    if strict or not kinds:
        return strict
    if "chart" in kinds and rest and not set(rest) - MARKS:
        return by_kind  # how it is drawn is no word of its own
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


def _by_signs(phrase: str, found: list[BlockCard]) -> tuple[str, list[BlockCard]]:
    """The blocks that hold the code of `the tail(12)` or `the select * query`, and the phrase without it."""
    compared = COMPARED.search(phrase)
    if compared is not None:
        sign = ">" if compared["more"] else "<"
        holding = [
            card for card in found if re.search(rf"{sign}\s*=?\s*{compared['number']}(?![\w.])", card.content)
        ]
        if holding:
            return f"{phrase[: compared.start()]} {phrase[compared.end() :]}", holding
    tokens = list(re.finditer(r"\S+", phrase))
    for size in range(len(tokens), 0, -1):
        for first in range(len(tokens) - size + 1):
            start, end = tokens[first].start(), tokens[first + size - 1].end()
            code = phrase[start:end].strip(",;:.!?")
            if not re.search(r"[()*=\[\]<>{}]", code) or not re.search(r"\w", code):
                continue
            flat = re.sub(r"\s+", "", code).casefold()
            holding = [card for card in found if flat in re.sub(r"\s+", "", card.content).casefold()]
            if holding:
                return f"{phrase[:start]} {phrase[end:]}", holding
    return phrase, found


def kind_of(word: str) -> str:
    if word in KINDS:
        return word
    return next((kind for kind in KINDS if alike(word, kind)), "")


def heading_of(card: BlockCard) -> str:
    return re.sub(
        r"^#+\s*", "", next((line for line in card.content.splitlines() if line.strip()), "")
    ).strip()


def says(card: BlockCard, text: str) -> bool:
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
    return (
        word in whole
        or (card.type in {"code", "sql"} and not own.isdisjoint(IN_CODE.get(word, ())))
        or any(alike(word, each) for each in own)
        or (card.type in {"code", "sql"} and any(_short_for(each, word) for each in own))
    )


def _short_for(short: str, word: str) -> bool:
    """`corr` in the code is what people call `correlation`."""
    return len(short) >= 4 and len(word) - len(short) >= 3 and word.startswith(short) and short.isalpha()


def by_description(phrase: str, cards: Sequence[BlockCard]) -> Meant:
    found = matching(phrase, cards)
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
        found = _as_code(phrase, _with_signs(phrase, found))
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
        (
            *(
                f"Move the import lines of block {card.place} into a block of their own at the top"
                for card in holding
            ),
            *(named(card) for card in holding),
        ),
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


def _as_code(phrase: str, found: list[BlockCard]) -> list[BlockCard]:
    """Of several blocks that say `the DELETE`, the one whose code begins with it; the others only speak of it."""
    said = {word.text for word in words_of(phrase)}
    code = [card for card in found if card.type in {"code", "sql"} and card.content.split()]
    named_so = [card for card in code if folded(card.content.split()[0]) in said]
    spoken = [card for card in found if card not in code]
    return named_so if len(named_so) == 1 and len(code) == 1 and spoken else found


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
