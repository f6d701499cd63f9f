"""Which words of a clause are old and which take their place: `A to B`, `B instead of A`, `it says A, should be B`.

The old words have to stand in a block, so they are looked for there; which words are the new ones follows from them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import BlockCard
from agents.rules.quotations import unquoted
from agents.rules.tidy_notebook_descriptions import kind_of
from agents.rules.tidy_notebook_kinds import BLOCK, NOISE, SOFT
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, NOTE, OF_IT, TOP
from agents.rules.wording import FILLER, alike, folded, words_of

CHANGE = (
    r"(?:replace|change|swap|substitute|exchange|correct|fix|turn|update|set|edit|raise|lower|increase|decrease|reduce|bump|cut|shorten|extend|lengthen|"
    r"widen|narrow|switch|put|rename|convert|make|let|have|limit|cap|rebase|restrict|push|bring|take|drop|move)"
)
HARD = r"replace|change|swap|substitute|exchange|correct|fix|turn|update|set|edit|raise|lower|increase|decrease|reduce|bump|cut|shorten|extend|lengthen|widen|narrow|switch|limit|cap|rebase|restrict"
"""Of these, the verbs that say nothing of a place."""
SAYS = r"(?:says?|reads?|has|have|uses?|stands?|shows?|mentions?|speaks?\s+of|talks?\s+about|it['’]s|is|are|was|were)"
OUGHT = r"(?:should|must|ought\s+to|has\s+to|have\s+to|needs?\s+to|is\s+supposed\s+to|would\s+(?:better|rather)|is\s+to|shall|can|could|may)"
STILL = r"(?:(?:still|now|currently|wrongly|only|always|at\s+the\s+moment|right\s+now|today)\s+)*"
_WRONG = r"(?:wrong|incorrect|outdated|out\s+of\s+date|a\s+(?:typo|mistake)|not\s+(?:right|correct|true)|false|old|no\s+longer\s+(?:right|true|correct))"


class Joint(NamedTuple):
    """Words that stand between the old and the new."""

    pattern: re.Pattern[str]
    old_first: bool
    verb: str = ""
    """A verb that the clause has to begin with."""
    every: bool = False
    """Whether all places of one block are meant, as `replace A with B` says."""


def _joint(pattern: str, old_first: bool, verb: str = "", every: bool = False) -> Joint:
    return Joint(re.compile(pattern, re.IGNORECASE), old_first, verb, every)


JOINTS = (
    _joint(r"\s+where\s+(?:(?:it|that|there|the\s+\w+|you)\s+)?" + STILL + r"(?:says?|reads?|stands?|is|has|had|used\s+to\s+be|see|find)\s+", False),
    _joint(r"\s*,?\s+(?:instead\s+of|rather\s+than|in\s+place\s+of|in\s+lieu\s+of|and\s+not|but\s+not|not|no\s+longer|in\s+exchange\s+for)\s+", False),
    _joint(r"\s+(?:for|over)\s+(?=⟦)", False, r"(?:use|write|say|put|substitute|have)"),
    _joint(rf"\s*[,;:–—-]*\s*(?:(?:but|and|that|which|it|this|the\s+\w+)\s+)*{OUGHT}\s+(?:(?:actually|really|now|rather|better|correctly)\s+)*(?:be|say|read|become|mean|be\s+(?:changed|corrected|set|replaced)(?:\s+(?:to|by|with))?)\s+", True),
    _joint(rf"\s+(?:is|was|are)\s+{_WRONG}\s*[,;:.–—-]*\s*(?:(?:it|this|that)(?:['’]s|\s+is|\s+should\s+be|\s+must\s+be)|(?:the\s+)?(?:right|correct)\s+\w+\s+is|make\s+(?:it|that)|use|write|put|take)\s+", True),
    _joint(r"\s*,\s*(?:(?:but|and)\s+)?(?:it|this|that)(?:['’]s|\s+is)\s+(?:now|actually|really|in\s+fact|today)\s+", True),
    _joint(r"\s*(?:->|→|=>|⇒)\s*", True, every=True),
    _joint(r"\s+(?:becomes?|turns\s+into)\s+", True, every=True),
    _joint(r"\s+(?:to|with|by|into|for|in(?:to)?(?=\s*(?:⟦|\d))|say|read|be)\s+", True, HARD, every=True),
)  # fmt: skip
"""Tried in this order, each at every place where it stands."""
ANNOUNCED = re.compile(r"\s(?:with|by|to)\s", re.IGNORECASE)
TEXT_CALLED = re.compile(r"^[^⟦⟧\d]*\bthe\s+\w+\s+(?:text|paragraph|description)$", re.IGNORECASE)
"""`the findings text` is what stands there, and no word."""
LEFT_OVER = re.compile(
    r"\b(?:if|unless|when|until|or|except|never|only\s+(?:in|the|for|where)|don['’]?t|not|without|but|before|after|above|below|tomorrow|later|maybe)\b",
    re.IGNORECASE,
)
"""Words that say when, or what not; beside an exchange they are asked about."""
NUMBER = r"[-+]?\d[\d.,]*%?"
_PLACE = re.compile(
    rf"(?:{TOP}|{BOTTOM}){OF_IT}$|(?:{BEFORE}|{AFTER})\s|(?:position|place|{BLOCK})\s+#?\d", re.IGNORECASE
)
SIGNS = re.compile(r"[_\d(){}\[\]=<>*/%]|\w\.\w|[a-z][A-Z]|^[A-Z]{2,}$")
FREE = NOISE | FILLER | {"word", "words", "phrase", "text", "string", "name", "value", "number", "term", "typo", "sentence", "figure", "wording", "everywhere",
                         "threshold", "limit", "date", "year", "years", "days", "day", "months", "month", "weeks", "week", "label", "expression", "constant", "setting", "wrong", "still", "actually", "rather",
                         "instead", "say", "says", "read", "reads", "right", "correct", "currently", "replace", "change", "make", "write", "put", "use", "set", "look", "back"}  # fmt: skip
"""Words beside the old and the new that say nothing of their own."""


class Found(NamedTuple):
    """Old and new words, and what else was said on their way."""

    old: str
    new: str
    within: str
    """The words of the block in which the old ones have to stand."""
    beside: str
    every: bool
    sure: bool
    """Whether the old words are no everyday words: quoted, a number, or code."""


def pairs(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> Iterator[Found]:
    for joint in JOINTS:
        if joint.verb and not re.match(rf"(?:{joint.verb})\b", held, re.IGNORECASE):
            continue
        for match in joint.pattern.finditer(held):
            left, right = held[: match.start()], held[match.end() :]
            if joint.verb == HARD and re.search(r"\b(?:in|for)\b", match.group()) and ANNOUNCED.search(left):
                continue  # `replace A with B in 2013`: what follows belongs to the new words
            if joint.verb == HARD and TEXT_CALLED.search(left):
                continue
            old_side, new_side = (left, right) if joint.old_first else (right, left)
            found = _pair(old_side, new_side, joint, masks, cards)
            if found is not None:
                yield found
    value = _value_of_name(held, masks, cards)
    if value is not None:
        yield value


def _pair(
    old_side: str, new_side: str, joint: Joint, masks: Sequence[str], cards: Sequence[BlockCard]
) -> Found | None:
    """What the words on both sides of a joint come to: the longest old words for which there are new ones of their kind."""
    near_end = joint.old_first
    if joint.old_first and (_PLACE.match(new_side) or re.match(rf"{NOTE}\b", new_side, re.IGNORECASE)):
        return None
    for within, around in _verbatim(old_side, masks, cards, at_end=near_end):
        quoted_old = "⟦" in old_side
        new, besides = _new_words(new_side, within, masks, at_start=near_end)
        if not new and not near_end:
            new, besides = _cleft(new_side, within, cards)
        if not new or new == within:
            continue
        swapped = joint.verb and re.match(
            r"(?:replace|swap|substitute|exchange|correct|fix)\b", around, re.IGNORECASE
        )
        valued = "⟦" in new_side or not re.search(r"\d", new)
        if not (quoted_old or swapped or valued or re.search(r"\d", within)):
            continue  # a value for a name, and no word for a word
        old = within
        if not quoted_old:
            old = (
                _bare(within, new) if joint.verb and not re.fullmatch(NUMBER, new) else _aligned(within, new)
            )
        sure = quoted_old or SIGNS.search(old) is not None or re.search(r"\b[A-Z]{2,}\b", old) is not None
        beside = f"{around} {besides}".strip()
        if not sure and not _explained(beside, old, cards):
            return None
        numbered = re.fullmatch(r"\d{1,2}", old) and re.search(rf"\b{BLOCK}\s*#?\s*$", around, re.IGNORECASE)
        more = re.match(r"\W*(?:and|then|plus|also|but)\s+\w", besides.strip(), re.IGNORECASE)
        twice = joint.old_first and re.search(
            rf"\b{OUGHT}\s+be\b|->|→|\binstead\s+of\b|\brather\s+than\b", beside
        )
        another = joint.verb == HARD and ANNOUNCED.search(f" {around} ")
        if LEFT_OVER.search(beside) or numbered or more or twice or another:
            return None
        return Found(old, new, within, beside, joint.every, sure)
    return None


def _cleft(side: str, old: str, cards: Sequence[BlockCard]) -> tuple[str, str]:
    """`the Nasdaq 100 series we should ask for`: as many words as the old ones, that are alike in part; the others only describe."""
    new = _aligned(side, old)
    if "⟦" in side or new == side or len(new.split()) != len(old.split()):
        return "", side
    besides = re.sub(r"\b(?:it|that)['’]s\b", " ", side.replace(new, " ", 1), flags=re.IGNORECASE)
    return (new, besides) if _explained(besides, old, cards) else ("", side)


def _verbatim(
    side: str, masks: Sequence[str], cards: Sequence[BlockCard], *, at_end: bool
) -> Iterator[tuple[str, str]]:
    """Words of this side that stand in a block, the longest first, and the words around them; only what is in quotation marks where there is something."""
    marks = re.findall(r"⟦(\d+)⟧", side)
    for mark in reversed(marks) if at_end else marks:
        text = unquoted(masks[int(mark)])
        if holding(text, cards):
            yield text, side.replace(f"⟦{mark}⟧", " ")
    if marks:
        return
    tokens = list(re.finditer(r"\S+", side))
    for size in range(min(len(tokens), 14), 0, -1):
        starts = range(len(tokens) - size + 1)
        for first in reversed(starts) if at_end else starts:
            raw = side[tokens[first].start() : tokens[first + size - 1].end()]
            for text in dict.fromkeys((raw, raw.strip(",;:.!?"), raw.strip(",;:.!?()"))):
                if text and _worth(text) and holding(text, cards):
                    yield text, f"{side[: tokens[first].start()]} {side[tokens[first + size - 1].end() :]}"
                    break


def _worth(text: str) -> bool:
    """Whether it is more than a word that every sentence has."""
    return (
        bool(SIGNS.search(text))
        or any(
            word.text not in FILLER and word.text not in FREE - {"date", "year", "month", "limit", "sentence"}
            for word in words_of(text)
        )
        or text.isupper()
    )


def _new_words(side: str, old: str, masks: Sequence[str], *, at_start: bool) -> tuple[str, str]:
    """What takes the place of the old words, and the words beside it."""
    marks = re.findall(r"⟦(\d+)⟧", side)
    if len(marks) == 1:
        return unquoted(masks[int(marks[0])]), side.replace(f"⟦{marks[0]}⟧", " ")
    if marks:
        return "", side
    side = side.strip(" ,;:.!?")
    if at_start:
        side = re.sub(
            r"^(?:(?:be|say|read|to|now|the\s+(?:word|number|value|phrase|text))\s+)+",
            "",
            side,
            flags=re.IGNORECASE,
        )
    else:
        repeated = _repeated(side, old)
        if repeated:
            return repeated, side[: side.rfind(repeated)]
        lead = list(
            re.finditer(
                rf"\b(?:{CHANGE}|use|write|say|read|be|to|with|by|is|called|than|have|want|need|got|it['’]s)\s+",
                side,
                re.IGNORECASE,
            )
        )
        side, before = (side[lead[-1].end() :], side[: lead[-1].end()]) if lead else (side, "")
        new, beside = _shaped(side, old, at_start=False)
        if new == side.strip() and not lead and len(side.split()) > max(2, len(old.split()) + 1):
            return "", side
        return new, f"{before} {beside}"
    return _shaped(side, old, at_start=True)


def _repeated(side: str, old: str) -> str:
    """The end of the words that begins like the old ones: `… ORDER BY year DESC` for `ORDER BY year`."""
    first = old.split()[0]
    starts = [match.start() for match in re.finditer(rf"(?<!\S){re.escape(first)}(?!\S)", side)]
    if " " not in old or not starts:
        return ""
    new = side[starts[-1] :].strip(" ,;:.!?")
    return new if new != old and len(new.split()) <= len(old.split()) + 3 else ""


def _shaped(side: str, old: str, *, at_start: bool) -> tuple[str, str]:
    """Of the words, those of the shape of the old ones: a number for a number, a name for a name; else all of them."""
    tokens = list(re.finditer(r"\S+", side))
    if not tokens:
        return "", side
    shape = _shape(old, len(tokens))
    if shape is not None:
        fit = [token for token in tokens if shape(token.group().strip(",;:.!?"))]
        if not fit:
            return "", side
        one = fit[0] if at_start else fit[-1]
        rest = f"{side[: one.start()]} {side[one.end() :]}"
        if at_start and not _harmless(rest):
            all_code = re.fullmatch(NUMBER, old) is None and all(_codelike(token.group()) for token in tokens)
            return (side.strip(" ,;:.!?"), "") if all_code else ("", side)
        return one.group().strip(",;:.!?"), rest
    ends = r"\s+(?:in|inside|within|everywhere|throughout|because|since|so|please|instead|and|but|then)\b"
    stop = re.search(ends if "," in old else rf"{ends}|,\s", side, re.IGNORECASE)
    new, rest = (side[: stop.start()], side[stop.start() :]) if stop else (side, "")
    told = re.match(r"\W*(?:because|since|so|please|instead)\b", rest, re.IGNORECASE)
    if len(new.split()) > max(4, len(old.split()) + 3) or not (told or _harmless(rest)):
        return "", side
    return new.strip(" ,;:.!?"), rest


def _harmless(words: str) -> bool:
    """Whether words behind the new ones say nothing of their own: units, `please`."""
    bare = re.sub(r"^\W*(?:because|since|so\s+that|as)\b.*", "", words.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"\b(?:in|inside|of)\s+(?=\S*[_.(])\S+", " ", bare)  # the code that the number stands in
    return not re.search(r"\band\b|[*=<>()]", bare) and all(
        word.text in FREE or word.text in SOFT or kind_of(word.text) for word in words_of(bare)
    )


def _codelike(token: str) -> bool:
    return SIGNS.search(token) is not None or re.search(r"\w", token) is None


def _shape(old: str, count: int) -> Callable[[str], bool] | None:
    """What a word has to look like to take the place of the old one; nothing where the old ones are plain words."""
    if re.fullmatch(NUMBER, old):
        return lambda text: re.fullmatch(NUMBER, text) is not None
    if " " not in old and SIGNS.search(old):
        return lambda text: (
            re.search(r"\w", text) is not None and (SIGNS.search(text) is not None or count == 1)
        )
    return None


_SMALL = frozenset({"of", "in", "on", "at", "by", "for", "to", "from"})


def _bare(within: str, new: str) -> str:
    """The old words without a small word at an edge that the new ones do not have."""
    old, fresh = within.split(), new.split()
    while len(old) > 1 and old[0].lower() in _SMALL and folded(old[0]) != folded(fresh[0]):
        old = old[1:]
    while len(old) > 1 and old[-1].lower() in _SMALL and folded(old[-1]) != folded(fresh[-1]):
        old = old[:-1]
    return " ".join(old)


def _aligned(within: str, new: str) -> str:
    """The part of the old words that the new ones answer to: `the end of 2015` of `had recovered by the end of 2015` for `the end of 2014`."""
    old, fresh = [word.strip(",;:.!?") for word in within.split()], new.split()
    if re.fullmatch(NUMBER, new):
        numbers = [word for word in old if re.fullmatch(NUMBER, word)]
        return numbers[0] if len(numbers) == 1 else within
    best = _bare(within, new)
    most = 0
    for start in range(len(old) - len(fresh) + 1):
        window = old[start : start + len(fresh)]
        same = sum(folded(one) == folded(two) for one, two in zip(window, fresh, strict=True))
        related = all(
            folded(one) == folded(two) or kin(one, two) for one, two in zip(window, fresh, strict=True)
        )
        if len(fresh) > same > most and related:
            best, most = " ".join(window), same
    return best


def kin(one: str, two: str) -> bool:
    """Whether both are numbers, or both begin with a capital, or neither."""
    return one[:1].isupper() == two[:1].isupper() and one[:1].isdigit() == two[:1].isdigit()


def _explained(beside: str, old: str, cards: Sequence[BlockCard]) -> bool:
    """Whether the other words only describe where the old ones stand."""
    own = {word.text for card in holding(old, cards) for word in words_of(f"{card.content} {card.variable}")}
    return all(
        word.text in FREE
        or word.text in SOFT
        or kind_of(word.text)
        or any(alike(word.text, each) for each in own)
        for word in words_of(re.sub(rf"\b{CHANGE}\b", " ", beside, flags=re.IGNORECASE))
    )


def _value_of_name(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> Found | None:
    """`set the LIMIT to 100`: the number that stands behind a name."""
    match = re.fullmatch(
        rf"(?:{HARD}|make|put|bring)\s+(?P<name>.+?)\s+(?:down\s+|up\s+|back\s+)?(?:to|be|at|=)\s+(?:only\s+|just\s+)?(?P<new>{NUMBER})",
        held,
        re.IGNORECASE,
    )
    if match is None or re.search(r"[\d⟦]", match["name"]):
        return None
    said = [
        word
        for word in re.findall(r"[\w.]+", match["name"])
        if word.lower() not in FREE - {"limit", "window"} and not kind_of(word.lower())
    ]
    said = said or [word for word in re.findall(r"[\w.]+", match["name"]) if word.lower() in {"limit"}]
    if len(said) != 1:
        return None
    spots = {
        spot.group()
        for card in cards
        for spot in re.finditer(
            rf"(?<!\w){re.escape(said[0])}\s*[=(:]?\s*(?={NUMBER})", card.content, re.IGNORECASE
        )
    }
    numbers = [
        (lead, number)
        for card in cards
        for lead in spots
        for number in re.findall(rf"{re.escape(lead)}({NUMBER})", card.content)
    ]
    if len(numbers) != 1:
        return None
    (lead, number) = numbers[0]
    return Found(number, match["new"], lead + number, "", False, True)


def whole(text: str) -> str:
    """The text where it is not a part of a longer word or number; any space fits any other."""
    pattern = r"\s+".join(map(re.escape, text.split()))
    before = r"(?<![\w])" if text[:1].isalnum() else ""
    return f"{before}{pattern}" + (r"(?![\w])" if text[-1:].isalnum() else "")


def holding(text: str, cards: Sequence[BlockCard]) -> list[BlockCard]:
    return (
        [card for card in cards if re.search(whole(text), card.content, re.IGNORECASE)]
        if text.strip()
        else []
    )


__all__ = ["FREE", "HARD", "SIGNS", "Found", "holding", "kin", "pairs", "whole"]
