"""Clauses that put a word, a number or a piece of code in the place of another: `A to B`, `B instead of A`, `it says A, should be B`.

The old words have to stand in a block, so they are looked for there; which words are the new ones follows from them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import HOLDS_TEXT, BlockCard, Step
from agents.rules.quotations import masked, unmasked, unquoted
from agents.rules.tidy_notebook_descriptions import kind_of, named
from agents.rules.tidy_notebook_kinds import BLOCK, NOISE
from agents.rules.tidy_notebook_names import everywhere
from agents.rules.tidy_notebook_scopes import Scope, scoped
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, NOTE, OF_IT, TOP, Read
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
    _joint(r"\s+(?:to|with|by|into|for|in(?:to)?(?=\s*⟦)|say|read|be)\s+", True, HARD, every=True),
)  # fmt: skip
"""Tried in this order, each at every place where it stands."""
LEFT_OVER = re.compile(
    r"\b(?:if|unless|when|until|or|except|never|only\s+(?:in|the|for|where)|don['’]?t|not|without|but|before|after|above|below|tomorrow|later|maybe)\b",
    re.IGNORECASE,
)
"""Words that say when, or what not; beside an exchange they are asked about."""
NUMBER = r"[-+]?\d[\d.,]*%?"
_PLACE = re.compile(rf"(?:{TOP}|{BOTTOM}){OF_IT}$|(?:{BEFORE}|{AFTER})\s|(?:position|place|{BLOCK})\s+#?\d", re.IGNORECASE)
_CODE = re.compile(r"[_\d(){}\[\]=<>*/%]|\w\.\w|[a-z][A-Z]|^[A-Z]{2,}$")
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


def exchange(clause: str, cards: Sequence[BlockCard], spared: frozenset[str] = frozenset()) -> Read | None:
    """One word for another where it stands; `spared` are blocks that shall stay as they are."""
    bare, every = everywhere(clause)
    if not _speaks_of_words(bare):
        return None
    held, masks = masked(bare)
    held, scope = scoped(held, masks, cards)
    open_to = [card for card in cards if card.type in HOLDS_TEXT and card.id not in spared]
    inside = [card for card in open_to if scope.allows(card)]
    for found in _pairs(held, masks, inside):
        return _written(found, inside, scope, every, clause)
    for found in _pairs(held, masks, open_to) if len(inside) < len(open_to) else ():
        return Read(problem=f"No block of those says “{found.old}”.", choices=tuple(named(card) for card in _holding(found.old, open_to)[:12]))  # fmt: skip
    return _nowhere(held, masks, every or scope.inside is not None)


def _nowhere(held: str, masks: Sequence[str], sure: bool) -> Read | None:
    """`replace “A” with “B”` where no block says A."""
    said = re.fullmatch(
        rf"(?:{HARD})\s+(?P<kind>(?:the\s+)?(?:word|words|phrase|text|string|name|value|number|term|typo|sentence)\s+)?(?P<old>⟦\d+⟧|\S+)\s+(?:with|by|to|into|for)\s+(?P<new>⟦\d+⟧|\S+)",
        held,
        re.IGNORECASE,
    )
    if said is None or not (sure or said["kind"]):
        return None
    return Read(problem=f"No block says “{unquoted(unmasked(said['old'], masks))}”{' there' if sure and not said['kind'] else ''}.")


def _speaks_of_words(clause: str) -> bool:
    return not re.match(rf"(?:add|insert|append|prepend|delete|remove|rename\s+the\s+notebook|swap\s+{BLOCK})\b", clause, re.IGNORECASE)


def _pairs(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> Iterator[Found]:
    for joint in JOINTS:
        if joint.verb and not re.match(rf"(?:{joint.verb})\b", held, re.IGNORECASE):
            continue
        for match in joint.pattern.finditer(held):
            left, right = held[: match.start()], held[match.end() :]
            old_side, new_side = (left, right) if joint.old_first else (right, left)
            found = _pair(old_side, new_side, joint, masks, cards)
            if found is not None:
                yield found
    value = _value_of_name(held, masks, cards)
    if value is not None:
        yield value


def _pair(old_side: str, new_side: str, joint: Joint, masks: Sequence[str], cards: Sequence[BlockCard]) -> Found | None:
    """What the words on both sides of a joint come to: the longest old words for which there are new ones of their kind."""
    near_end = joint.old_first
    if joint.old_first and (_PLACE.match(new_side) or re.match(rf"{NOTE}\b", new_side, re.IGNORECASE)):
        return None
    for within, around in _verbatim(old_side, masks, cards, at_end=near_end):
        quoted_old = "⟦" in old_side
        new, besides = _new_words(new_side, within, masks, at_start=near_end)
        if not new or new == within or (not quoted_old and re.fullmatch(NUMBER, new) and not re.search(NUMBER, within)):
            continue
        old = within if quoted_old else _aligned(within, new)
        sure = quoted_old or _CODE.search(old) is not None or old.isupper()
        beside = f"{around} {besides}".strip()
        if not sure and not _explained(beside, old, cards):
            continue
        numbered = re.fullmatch(r"\d{1,2}", old) and re.search(rf"\b{BLOCK}\s*#?\s*$", around, re.IGNORECASE)
        if LEFT_OVER.search(beside) or numbered:
            continue
        return Found(old, new, within, beside, joint.every, sure)
    return None


def _verbatim(side: str, masks: Sequence[str], cards: Sequence[BlockCard], *, at_end: bool) -> Iterator[tuple[str, str]]:
    """Words of this side that stand in a block, the longest first, and the words around them; only what is in quotation marks where there is something."""
    marks = re.findall(r"⟦(\d+)⟧", side)
    for mark in reversed(marks) if at_end else marks:
        text = unquoted(masks[int(mark)])
        if _holding(text, cards):
            yield text, side.replace(f"⟦{mark}⟧", " ")
    if marks:
        return
    tokens = list(re.finditer(r"\S+", side))
    for size in range(min(len(tokens), 14), 0, -1):
        starts = range(len(tokens) - size + 1)
        for first in reversed(starts) if at_end else starts:
            raw = side[tokens[first].start() : tokens[first + size - 1].end()]
            for text in dict.fromkeys((raw, raw.strip(",;:.!?"), raw.strip(",;:.!?()"))):
                if text and _worth(text) and _holding(text, cards):
                    yield text, f"{side[: tokens[first].start()]} {side[tokens[first + size - 1].end() :]}"
                    break


def _worth(text: str) -> bool:
    """Whether it is more than a word that every sentence has."""
    return bool(_CODE.search(text)) or any(word.text not in FILLER and word.text not in FREE - {"date", "year", "month", "limit", "sentence"} for word in words_of(text)) or text.isupper()


def _new_words(side: str, old: str, masks: Sequence[str], *, at_start: bool) -> tuple[str, str]:
    """What takes the place of the old words, and the words beside it."""
    marks = re.findall(r"⟦(\d+)⟧", side)
    if len(marks) == 1:
        return unquoted(masks[int(marks[0])]), side.replace(f"⟦{marks[0]}⟧", " ")
    if marks:
        return "", side
    side = side.strip(" ,;:.!?")
    if at_start:
        side = re.sub(r"^(?:(?:be|say|read|to|now|the\s+(?:word|number|value|phrase|text))\s+)+", "", side, flags=re.IGNORECASE)
    else:
        lead = list(re.finditer(rf"\b(?:{CHANGE}|use|write|say|read|be|to|with|by|is|called|than|have|want|need|got|it['’]s)\s+", side, re.IGNORECASE))
        side, before = (side[lead[-1].end() :], side[: lead[-1].end()]) if lead else (side, "")
        new, beside = _shaped(side, old, at_start=False)
        if new == side.strip() and not lead and len(side.split()) > max(2, len(old.split()) + 1):
            return "", side
        return new, f"{before} {beside}"
    return _shaped(side, old, at_start=True)


def _shaped(side: str, old: str, *, at_start: bool) -> tuple[str, str]:
    """Of the words, those of the shape of the old ones: a number for a number, a name for a name; else all of them."""
    tokens = [match for match in re.finditer(r"\S+", side)]
    if not tokens:
        return "", side
    shape = (lambda text: re.fullmatch(NUMBER, text)) if re.fullmatch(NUMBER, old) else None
    if shape is None and " " not in old and _CODE.search(old):
        shape = lambda text: re.search(r"\w", text) and (_CODE.search(text) or len(tokens) == 1)  # noqa: E731
    if shape is None and re.search(NUMBER, old) and len(re.findall(r"\d+", old)) == 1 and len(tokens) == 1:
        shape = lambda text: re.fullmatch(NUMBER, text)  # noqa: E731
    if shape is not None:
        fit = [token for token in tokens if shape(token.group().strip(",;:.!?"))]
        if not fit:
            return "", side
        one = fit[0] if at_start else fit[-1]
        return one.group().strip(",;:.!?"), f"{side[: one.start()]} {side[one.end() :]}"
    stop = re.search(r"\s+(?:in|inside|within|everywhere|throughout|because|since|so|please|instead)\b|,\s", side, re.IGNORECASE)
    new = side[: stop.start()] if stop else side
    if len(new.split()) > max(4, len(old.split()) + 3):
        return "", side
    return new.strip(" ,;:.!?"), side[stop.start() :] if stop else ""


def _aligned(within: str, new: str) -> str:
    """The part of the old words that the new ones answer to: `the end of 2015` of `had recovered by the end of 2015` for `the end of 2014`."""
    old, fresh = within.split(), new.split()
    if len(old) <= len(fresh):
        return within
    first, last = folded(fresh[0]), folded(fresh[-1])
    if re.fullmatch(NUMBER, new):
        numbers = [word.strip(",;:.!?") for word in old if re.fullmatch(NUMBER, word.strip(",;:.!?"))]
        if len(numbers) == 1:
            return numbers[0]
    for start in range(len(old) - 1, -1, -1):
        if folded(old[start]) == first and len(fresh) > 1:
            return " ".join(old[start : start + len(fresh)]) if len(old) - start > len(fresh) else " ".join(old[start:])
    for end in range(len(old), 0, -1):
        if folded(old[end - 1]) == last and len(fresh) > 1:
            return " ".join(old[max(0, end - len(fresh)) : end])
    return within


def _explained(beside: str, old: str, cards: Sequence[BlockCard]) -> bool:
    """Whether the other words only describe where the old ones stand."""
    own = {word.text for card in _holding(old, cards) for word in words_of(f"{card.content} {card.variable}")}
    return all(
        word.text in FREE or kind_of(word.text) or any(alike(word.text, each) for each in own)
        for word in words_of(re.sub(rf"\b{CHANGE}\b", " ", beside, flags=re.IGNORECASE))
    )


def _value_of_name(held: str, masks: Sequence[str], cards: Sequence[BlockCard]) -> Found | None:
    """`set the LIMIT to 100`: the number that stands behind a name."""
    match = re.fullmatch(rf"(?:{HARD}|make|put|bring)\s+(?P<name>.+?)\s+(?:down\s+|up\s+|back\s+)?(?:to|be|at|=)\s+(?:only\s+|just\s+)?(?P<new>{NUMBER})", held, re.IGNORECASE)
    if match is None or re.search(r"[\d⟦]", match["name"]):
        return None
    said = [word for word in re.findall(r"[\w.]+", match["name"]) if word.lower() not in FREE - {"limit", "window"} and not kind_of(word.lower())]
    said = said or [word for word in re.findall(r"[\w.]+", match["name"]) if word.lower() in {"limit"}]
    if len(said) != 1:
        return None
    spots = {spot.group() for card in cards for spot in re.finditer(rf"(?<!\w){re.escape(said[0])}\s*[=(:]?\s*(?={NUMBER})", card.content, re.IGNORECASE)}
    numbers = [(lead, number) for card in cards for lead in spots for number in re.findall(rf"{re.escape(lead)}({NUMBER})", card.content)]
    if len(numbers) != 1:
        return None
    (lead, number) = numbers[0]
    return Found(number, match["new"], lead + number, "", False, True)


def _written(found: Found, cards: Sequence[BlockCard], scope: Scope, every: bool, clause: str) -> Read:
    """The steps, or the question where the old words stand in several places."""
    spots = _spots(found, cards)
    for fragment in [*scope.near, *_fragments(found, cards)]:
        spots = _nearest(spots, fragment) or spots
    holding = list(dict.fromkeys(card.id for card, _, _ in spots))
    if not every and not scope.every and len(spots) > 1:
        spots = _described(found.beside, spots) or spots
        holding = list(dict.fromkeys(card.id for card, _, _ in spots))
        if len(holding) > 1 or not (found.every or scope.inside is not None):
            where = f"in {len(holding)} blocks" if len(holding) > 1 else f"{len(spots)} times in block {spots[0][0].place}"
            return Read(
                problem=f"“{found.old}” stands {where}; which one should become “{found.new}”?",
                choices=tuple(named(card) for card in cards if card.id in holding)[:12],
            )
    by_id = {card.id: card for card in cards}
    steps = []
    for each in holding:
        text = by_id[each].content
        for card, start, end in reversed(spots):
            if card.id == each:
                text = text[:start] + _cased(found.new, text[start:end], found.old) + text[end:]
        steps.append(Step(action="replace", blocks=[each], text=text))
    return Read(steps)


def _spots(found: Found, cards: Sequence[BlockCard]) -> list[tuple[BlockCard, int, int]]:
    """Where the old words stand, inside the longer words that were said."""
    flags = 0 if any(re.search(whole(found.old), card.content) for card in cards) else re.IGNORECASE
    spots = []
    for card in cards:
        for outer in re.finditer(whole(found.within), card.content, re.IGNORECASE):
            for inner in re.finditer(whole(found.old), outer.group(), flags):
                spots.append((card, outer.start() + inner.start(), outer.start() + inner.end()))
    return spots


def _fragments(found: Found, cards: Sequence[BlockCard]) -> list[str]:
    """Names of the code that the words beside speak of: the 12 `in pct_change`."""
    return [
        word
        for word in re.findall(r"[\w.]+(?:\(\))?", found.beside)
        if _CODE.search(word) and not word[:1].isdigit() and any(word.strip("()") in card.content for card in cards)
    ]


def _nearest(spots: Sequence[tuple[BlockCard, int, int]], fragment: str) -> list[tuple[BlockCard, int, int]]:
    """The places behind a piece of code on its line."""
    kept = []
    for card, start, end in spots:
        line = card.content[card.content.rfind("\n", 0, start) + 1 : start]
        if fragment.strip("()") in line:
            behind = line[line.rfind(fragment.strip("()")) :]
            kept.append((len(re.findall(r"\d+", behind)), card, start, end))
    least = min((count for count, *_ in kept), default=0)
    return [(card, start, end) for count, card, start, end in kept if count == least]


def _described(beside: str, spots: Sequence[tuple[BlockCard, int, int]]) -> list[tuple[BlockCard, int, int]]:
    """The places whose line says the words that stand beside."""
    said = [word.text for word in words_of(beside) if word.text not in FREE]
    if not said:
        return []
    scored = []
    for card, start, end in spots:
        first = card.content.rfind("\n", 0, start) + 1
        last = card.content.find("\n", end)
        own = {word.text for word in words_of(re.sub("_", " ", card.content[first : last if last >= 0 else None]))}
        scored.append(sum(any(alike(word, each) for each in own) for word in said))
    best = max(scored)
    chosen = [spot for spot, score in zip(spots, scored, strict=True) if score == best]
    return chosen if best and len(chosen) < len(spots) else []


def _cased(new: str, there: str, old: str) -> str:
    """The new word with a capital where the old one has one that was not said."""
    if old != there and there[:1].isupper() and there[1:] == old[1:]:
        return new[:1].upper() + new[1:]
    return new


_STILL_SAYS = re.compile(
    rf"(?:^|(?<=[.;:!?,]\s))(?:(?:but|and|yet|though|while)\s+)?(?:(?:it|this|that|there|(?:the|our|my)\s+[^.;:!?,]{{2,40}}?)\s+)?(?:still|wrongly|only|nevertheless)\s+(?:says?|reads?|has|mentions?|speaks?\s+of|talks?\s+(?:about|of)|shows?|states?)\s+(?P<old>⟦\d+⟧|[^.;:!?,⟦⟧]+?)(?P<end>\s*(?:[.;!?,]|[–—-]\s|$))",
    re.IGNORECASE,
)
"""`it still says first Monday`."""


def outdated(request: str, cards: Sequence[BlockCard]) -> str:
    """`we meet on the first Tuesday. It still says first Monday`, as an exchange: the new words stand in the other sentence and differ in one word."""
    held, masks = masked(request)
    match = _STILL_SAYS.search(held)
    if match is None:
        return request
    old = unquoted(unmasked(match["old"], masks)).strip()
    rest = [held[: match.start()], held[match.end() :]]
    words = old.split()
    if not _holding(old, cards):
        return request
    for place, text in enumerate(rest):
        for sentence in re.split(r"[.;!?]\s+|\s[–—-]\s", text):
            new = _differing(words, sentence)
            if new:
                rest[place] = text.replace(sentence, "", 1)
                other = [unmasked(part, masks).strip(" .;!?,") for part in rest]
                return "; ".join(part for part in [f"change “{old}” to “{new}”", *other] if part)
    return request


def _differing(words: Sequence[str], sentence: str) -> str:
    """The words of a sentence that are the given ones but for one, which is of its kind."""
    said = [word.strip(",;:.!?") for word in sentence.split()]
    for start in range(len(said) - len(words) + 1):
        window = said[start : start + len(words)]
        other = [(one, two) for one, two in zip(words, window, strict=True) if folded(one) != folded(two)]
        if len(other) != 1:
            continue
        one, two = other[0]
        alike_in_kind = one[:1].isupper() == two[:1].isupper() and one[:1].isdigit() == two[:1].isdigit()
        if alike_in_kind and (len(words) > 1 or one[:1].isdigit() or one[:1].isupper()):
            return " ".join(window)
    return ""


def whole(text: str) -> str:
    """The text where it is not a part of a longer word or number; any space fits any other."""
    pattern = r"\s+".join(map(re.escape, text.split()))
    before = r"(?<![\w])" if text[:1].isalnum() else ""
    return f"{before}{pattern}" + (r"(?![\w])" if text[-1:].isalnum() else "")


def _holding(text: str, cards: Sequence[BlockCard]) -> list[BlockCard]:
    return [card for card in cards if re.search(whole(text), card.content, re.IGNORECASE)] if text.strip() else []


__all__ = ["exchange", "outdated", "whole"]
