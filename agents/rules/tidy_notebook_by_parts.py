"""What no form fits, read by its parts: a block, and the place or the text that it shall have.

Every other word has to be one that says nothing of its own, so that no wish is read from half of a sentence.
"""

import re
from collections.abc import Iterator, Sequence

from agents.asks.tidy_notebook import BlockCard, Place, Step
from agents.rules.quotations import masked, unmasked, unquoted
from agents.rules.tidy_notebook_contents import replace
from agents.rules.tidy_notebook_descriptions import says
from agents.rules.tidy_notebook_headings import rename
from agents.rules.tidy_notebook_moves import anchor_of, section_or_blocks, two_wishes
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, OF_IT, TOP, Read
from agents.rules.wording import FILLER, words_of

LIMITS = re.compile(
    r"\b(?:not|never|no|none|neither|nor|without|unless|if|whether|except|until|till|once|only|instead|rather\s+than|than|or|but|because|tomorrow|later|maybe\s+not|cannot|copy|copies|duplicate|again|both\s+\w+\s+and)\b|n['’]t\b|\?.",
    re.IGNORECASE,
)
"""Words that limit a wish or make two of it: a clause with one of them is asked about."""
_SAYS_NOTHING = (FILLER - {"all", "any", "some", "one", "not", "no", "if", "when", "which", "who", "why", "up", "out", "off", "over", "under", "into", "from"}) | frozenset(
    ["think", "believe", "guess", "feel", "suppose", "imagine", "prefer", "rather", "better", "best", "nicer", "nice", "good", "great", "right", "fine", "okay", "maybe", "perhaps", "probably", "simply", "really", "actually", "must", "ought", "may", "might", "also", "namely", "german", "english", "make", "sure", "really", "directly", "straight", "immediately", "there", "here", "kindly", "sense", "makes", "want", "wish", "suggest", "propose", "recommend", "well", "wonderful", "lovely", "perfect", "well", "ideally", "preferably", "himself", "itself"]
)  # fmt: skip
_MOVES = frozenset(
    [
        "move",
        "put",
        "place",
        "shift",
        "pull",
        "push",
        "drag",
        "bring",
        "get",
        "take",
        "sit",
        "sits",
        "sitting",
        "stand",
        "stands",
        "go",
        "goes",
        "going",
        "come",
        "comes",
        "belong",
        "belongs",
        "live",
        "lives",
        "appear",
        "appears",
        "follow",
        "follows",
        "position",
        "spot",
        "land",
        "lands",
        "end",
        "ends",
        "slide",
        "send",
        "drop",
        "have",
        "keep",
        "stay",
        "precede",
        "moved",
        "placed",
        "put",
        "brought",
        "shifted",
        "located",
        "relocate",
        "show",
        "shown",
    ]
)
_TEXT = frozenset(
    [
        "say",
        "says",
        "saying",
        "read",
        "reads",
        "reading",
        "state",
        "states",
        "text",
        "texts",
        "words",
        "note",
        "notes",
        "comment",
        "remark",
        "reminder",
        "message",
        "sentence",
        "write",
        "writing",
        "written",
        "fill",
        "filled",
        "become",
        "becomes",
        "change",
        "update",
        "reword",
        "rewrite",
        "rephrase",
        "use",
        "used",
        "deserve",
        "deserves",
        "contain",
        "contains",
        "hold",
        "holds",
        "carry",
        "carries",
        "placeholder",
        "content",
        "contents",
        "new",
        "following",
        "with",
        "as",
        "replace",
        "be",
        "suits",
    ]
)
_EDGE = re.compile(rf"(?:{TOP}|{BOTTOM}){OF_IT}(?!\w)", re.IGNORECASE)
_SIDE = re.compile(rf"(?<!\w)(?:{BEFORE}|{AFTER})\s+(?=\S)", re.IGNORECASE)
LONGEST = 12
"""Words of an anchor at the most."""


def by_parts(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """The one thing that the parts of the clause come to; nothing where they come to two."""
    held, masks = masked(clause)
    if LIMITS.search(held) or ("⟦" in held and len(masks) > 1):
        return None
    text = _worded(held, masks, cards)
    if text is not None or ("⟦" in held and _quotes_new_text(masks, cards)):
        return text
    moves = {str(step): step for step in _moves(held, masks, cards)}
    return Read(list(moves.values())) if len(moves) == 1 else None


def _quotes_new_text(masks: Sequence[str], cards: Sequence[BlockCard]) -> bool:
    return not any(says(card, unquoted(mask)) for mask in masks for card in cards)


def core(held: str, more: frozenset[str]) -> str:
    """The words without those at both ends that say nothing; empty where all of them do."""
    words = [word for word in words_of(held) if word.text not in {"s"}]
    bare = [word.text not in _SAYS_NOTHING and word.text not in more for word in words]
    marks = [match.start() for match in re.finditer(r"⟦", held)]
    if not any(bare) and not marks:
        return ""
    starts = [word.start for word, own in zip(words, bare, strict=True) if own] + marks
    ends = [word.end for word, own in zip(words, bare, strict=True) if own] + [
        match.end() for match in re.finditer("⟧", held)
    ]
    return held[min(starts) : max(ends)]


def _moves(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> Iterator[Step]:
    """Every way to read the clause as a block and a place."""
    for edge in _EDGE.finditer(held):
        before, behind = core(held[: edge.start()], _MOVES), core(held[edge.end() :], _MOVES)
        if bool(before) == bool(behind) or (behind and re.fullmatch(r"\s*(?:the\s+)?\w+", edge.group())):
            continue  # `the first query` is no place
        top = re.fullmatch(rf"{TOP}{OF_IT}", edge.group(), re.IGNORECASE) is not None
        yield from _step(before or behind, "top" if top else "bottom", "", masks, cards)
    for side in _SIDE.finditer(held):
        place: Place = "before" if re.fullmatch(rf"{BEFORE}\s+", side.group(), re.IGNORECASE) else "after"
        before = core(held[: side.start()], _MOVES)
        words = list(re.finditer(r"\S+", held[side.end() :]))[:LONGEST]
        for count in range(len(words), 0, -1):
            cut = side.end() + words[count - 1].end()
            behind = core(held[cut:], _MOVES)
            if bool(before) == bool(behind):
                continue
            anchor = core(held[side.end() : cut], _MOVES)
            steps = list(_step(before or behind, place, anchor, masks, cards)) if anchor else []
            yield from steps
            if steps:
                break


def _step(
    phrase: str, place: Place, anchor: str, masks: Sequence[str], cards: Sequence[BlockCard]
) -> Iterator[Step]:
    meant = section_or_blocks(unmasked(phrase, masks), cards)
    if meant.problem or two_wishes(phrase):
        return
    target = ""
    if anchor:
        found = anchor_of(unmasked(anchor, masks), place, cards, meant.ids)
        if found.problem or found.ids[0] in meant.ids:
            return
        target = found.ids[0]
    yield Step(
        action="move", blocks=[card.id for card in cards if card.id in meant.ids], place=place, anchor=target
    )


_CONNECTED = re.compile(
    r"^(?:(?P<topic>[^:⟦⟧]+?)\s*:\s*|(?P<left>.*?\b(?:could|can|should|shall|must|may|might|ought\s+to|has\s+to|needs\s+to|let|make|have)\b.*?)\s+(?:say|read|state)(?:\s+that)?\s*:?\s+)(?P<text>[^⟦⟧]+)$",
    re.IGNORECASE,
)
_ADDS = re.compile(r"\b(?:add|adds|append|insert|prepend|include|above|below|under|after|before|next\s+to)\b", re.IGNORECASE)  # fmt: skip


def _worded(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> Read | None:
    """The clause as a block and its new text; without quotation marks only behind words that announce it."""
    if _ADDS.search(held.partition(":")[0]):
        return None
    if "⟦" in held:
        left, text = held.replace("⟦0⟧", " "), masks[0]
        if not _quotes_new_text(masks, cards):
            return None
    else:
        match = _CONNECTED.match(held)
        if match is None:
            return None
        left, text = match["topic"] or match["left"], f"“{match['text'][:1].upper()}{match['text'][1:]}”"
    phrase = core(left, _TEXT)
    if not phrase:
        return None
    if re.search(r"\b(?:heading|title|headline|header)\b", phrase, re.IGNORECASE):
        return _done(rename(f"rename the {phrase} to {text}", cards))
    read = _done(replace(f"replace the {phrase} with {text}", cards))
    if read is None or "⟦" in held:
        return read
    empty = {card.id for card in cards if card.empty}
    announced = re.search(r"\b(?:write|rewrite|reword|rephrase|change|update|say|says|read|reads|text)\b", held, re.IGNORECASE)  # fmt: skip
    return read if announced or read.steps[0].blocks[0] in empty else None


def _done(read: Read | None) -> Read | None:
    return read if read is not None and read.steps and not read.problem else None


__all__ = ["by_parts"]
