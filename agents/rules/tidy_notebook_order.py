"""Clauses that put blocks or sections into an order: given, reversed, alphabetical."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import Meant, heading_of, kind_of, named, section_of
from agents.rules.tidy_notebook_moves import section_or_blocks
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, MOVE, START, TOP, Read, groups
from agents.rules.wording import folded


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
    if found is None:
        return _blocks_in_order(clause, cards)
    if not re.search(r",|\bthen\b|→|->|>|⟦|\band\b", masked(found["list"])[0]) or re.search(
        r"\b(?:top|bottom|before|after|above|below)\b", masked(found["list"])[0]
    ):
        return None
    wanted = []
    for text in _items(found["list"]):
        meant = find_blocks(text, headings)
        if meant.problem or len(meant.ids) != 1:
            return Read(
                problem=meant.problem or f"“{text}” could mean several sections.",
                choices=tuple(named(card) for card in headings),
            )
        wanted.append(next(card for card in headings if card.id == meant.ids[0]))
    return _in_order(wanted, cards)


def _items(listed: str) -> list[str]:
    held, masks = masked(listed)
    pieces = re.split(r"\s*(?:[,;]\s*(?:and|then)?\s*|\bthen\b|\band\b|→|->|>)\s*", held)
    return [text for piece in pieces if (text := unmasked(piece, masks).strip(" .\"'“”«»"))]


def _blocks_in_order(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """All blocks, or some kinds of them, in an order that is given, reversed or alphabetical."""
    if (
        groups(
            r"(?:reverse|flip|turn\s+around|invert)\s+(?:(?:the|all|order|of|blocks?|cells?|notebook|everything)\s*)+",
            clause,
        )
        is not None
    ):
        return Read([Step(action="move", blocks=[card.id for card in reversed(cards)][:100], place="top")])
    found = groups(
        r"(?:re-?)?(?:sort|order|arrange|put)\s+(?P<blocks>.+?)\s+(?:alphabetically|in\s+alphabetical\s+order|by\s+(?:name|title|text)|from\s+a\s+to\s+z)",
        clause,
    )
    if found is not None:
        meant = find_blocks(found["blocks"], cards)
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        return _placed(
            sorted((card for card in cards if card.id in meant.ids), key=lambda card: folded(card.content)),
            cards,
        )
    if (sorted_ := _by_kind(clause, cards)) is not None:
        return sorted_
    if (listed := _one_after_another(clause, cards)) is not None:
        return listed
    numbers = re.fullmatch(r"(?:#?\d+\s*[,;\s]\s*)+#?\d+", clause.strip())
    found = groups(
        r"(?:(?:(?:re-?)?(?:sort|order|arrange)|put|bring|place|make|sequence)\s+)?(?:(?:all|the|its|blocks?|cells?|everything|it|them|notebook|new)\s+)*(?:in|into|as|to|like|with)?\s*(?:this|the|the\s+following|that)?\s*(?:order|sequence|follows)\s*(?:is|should\s+be|be)?\s*:?\s*(?P<list>.+)",
        clause,
    )
    if numbers is None and (found is None or len(_items(found["list"])) < 2):
        return None
    items = re.findall(r"\d+", clause) if found is None else _items(found["list"])
    wanted: list[BlockCard] = []
    for item in items:
        item = (
            re.sub(r"\s+(?:first|last|at\s+the\s+(?:end|top|bottom))$", "", item) if len(items) > 2 else item
        )
        meant = find_blocks(f"block {item}" if re.fullmatch(r"#?\d+", item) else item, cards)
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        wanted += [card for card in cards if card.id in meant.ids]
    if len({card.id for card in wanted}) < len(wanted):
        return Read(
            problem="Two parts of the order mean the same block; say it with the blocks' numbers.",
            choices=tuple(named(card) for card in cards[:12]),
        )
    if found is None and len(wanted) < len(cards):
        return None
    return _placed(wanted, cards)


def _by_kind(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`sort by kind: text, inputs, code`: every block under the kind that is listed, in the order in which it stands now."""
    found = groups(
        r"(?:(?:re-?)?(?:sort|order|arrange|group|put)|organi[sz]e)\s+(?:(?:all|the|its|my|blocks?|cells?|everything|it|them|notebook)\s*)*(?:by|according\s+to|in\s+(?:the\s+)?order\s+of)\s+(?:their\s+|block\s+)?(?:kinds?|types?|sorts?)(?:\s+of\s+blocks?)?\s*(?:[,:;–—(-]+\s*(?P<list>.+?)\)?)?",
        clause,
    )
    if found is None:
        return None
    if "list" not in found:
        return Read(
            problem="In which order should the kinds of blocks stand? List them, for example: text, inputs, SQL, code, charts."
        )
    left = list(cards)
    wanted: list[BlockCard] = []
    for item in _items(re.sub(r"^(?:first|then)\s+", "", found["list"], flags=re.IGNORECASE)):
        bare = re.sub(
            r"^(?:first|then|all|the|any)\s+|\s+(?:first|last|blocks?|cells?)$",
            "",
            item.strip(),
            flags=re.IGNORECASE,
        )
        meant = find_blocks(
            f"all {bare.rstrip('s')}s",
            [
                card
                for card in left
                if card.type != "code" or bare.lower() not in {"charts", "chart", "graphs", "plots"}
            ]
            or left,
        )
        if bare.lower().rstrip("s") == "code":
            meant = Meant([card.id for card in left if card.type == "code"])
        wanted += [card for card in left if card.id in meant.ids]
        left = [card for card in left if card.id not in meant.ids]
    if left:
        return Read(
            problem=f"Where should block {left[0].place}, a {left[0].type} block, stand? No kind of the list is its kind.",
            choices=tuple(named(card) for card in left[:12]),
        )
    return Read([Step(action="move", blocks=[card.id for card in wanted][:100], place="top")])


REST = re.compile(
    r"(?:all\s+)?(?:the\s+)?(?:rest|others?|remaining\s+\w+|other\s+\w+)|everything\s+else|all\s+else|whatever\s+(?:is|remains)(?:\s+left)?|what(?:['’]s|\s+is)\s+left",
    re.IGNORECASE,
)


def _one_after_another(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`first the title, then the imports, then the rest`: the blocks at the top, in this order."""
    held, masks = masked(clause)
    pieces = re.split(
        r"\s*[,;]?\s*\b(?:and\s+)?(?:then|afterwards?|next|followed\s+by|(?=finally\b|lastly\b|last\b|at\s+the\s+end\b))\s+|\s*,\s*(?:and\s+)?",
        held,
    )
    if not re.search(r"\bthen\b|\bfollowed\s+by\b", held, re.IGNORECASE) or len(pieces) < 2:
        return None
    first = re.sub(
        rf"^(?:(?:{MOVE}|arrange|order|sort|show|i\s+want)\s+)?(?:first\s+)?|\s+(?:first|(?:at|on|to)\s+(?:the\s+)?(?:very\s+)?(?:top|start))$",
        "",
        pieces[0],
        flags=re.IGNORECASE,
    )
    wanted: list[str] = []
    last: list[str] = []
    rest = False
    for piece in [first, *pieces[1:]]:
        closing = re.match(r"(?:finally|lastly|last|at\s+the\s+end)\b[\s,]*", piece, re.IGNORECASE)
        text = unmasked(piece[closing.end() :] if closing else piece, masks).strip(" .")
        if REST.fullmatch(text):
            rest = True
            continue
        if re.match(rf"(?:{START})\b", text, re.IGNORECASE) or re.search(
            rf"\s(?:{TOP}|{BOTTOM}|{BEFORE}\s.+|{AFTER}\s.+)$", text, re.IGNORECASE
        ):
            return None
        meant = section_or_blocks(text, cards)
        if (
            meant.problem
            and kind_of(text.lower())
            and (every := find_blocks(f"all {text} blocks", cards)).ids
        ):
            meant = every  # a kind alone stands for all of its blocks
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        (last if closing or rest else wanted).extend(meant.ids)
    ids = [*wanted, *last]
    if len(set(ids)) < len(ids):
        return Read(
            problem="Two parts of the order mean the same block; say it with the blocks' numbers.",
            choices=tuple(named(card) for card in cards[:12]),
        )
    steps = [Step(action="move", blocks=wanted[:100], place="top")] if wanted else []
    return Read(steps + ([Step(action="move", blocks=last[:100], place="bottom")] if last else []))


def _placed(wanted: Sequence[BlockCard], cards: Sequence[BlockCard]) -> Read:
    """The blocks in this order, where the first of them stands now."""
    ids = [card.id for card in wanted]
    first = min(card.place for card in wanted)
    before = next((card for card in reversed(cards[: first - 1]) if card.id not in ids), None)
    return Read(
        [
            Step(
                action="move",
                blocks=ids[:100],
                place="after" if before else "top",
                anchor=before.id if before else "",
            )
        ]
    )


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
