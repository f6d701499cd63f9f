"""Clauses that put a word, a number or a piece of code in the place of another, where it stands."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, BlockCard, Step
from agents.rules.quotations import masked, unmasked, unquoted
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import named
from agents.rules.tidy_notebook_kinds import BLOCK, IN_CODE
from agents.rules.tidy_notebook_names import everywhere
from agents.rules.tidy_notebook_pairs import FREE, HARD, SIGNS, Found, holding, pairs, whole
from agents.rules.tidy_notebook_scopes import Scope, scoped
from agents.rules.tidy_notebook_words import NOTE, Read
from agents.rules.wording import alike, words_of


def exchange(clause: str, cards: Sequence[BlockCard], spared: frozenset[str] = frozenset()) -> Read | None:
    """One word for another where it stands; `spared` are blocks that shall stay as they are."""
    bare, every = everywhere(clause)
    if not _speaks_of_words(bare):
        return None
    held, masks = masked(bare)
    held, scope = scoped(held, masks, cards)
    open_to = [card for card in cards if card.type in HOLDS_TEXT and card.id not in spared]
    inside = [card for card in open_to if scope.allows(card)]
    for found in pairs(held, masks, inside):
        return _written(found, inside, scope, every, clause)
    for found in pairs(held, masks, open_to) if len(inside) < len(open_to) else ():
        return Read(problem=f"No block of those says “{found.old}”.", choices=tuple(named(card) for card in holding(found.old, open_to)[:12]))  # fmt: skip
    return _nowhere(held, masks, every or scope.inside is not None, cards)


def _nowhere(held: str, masks: Sequence[str], sure: bool, cards: Sequence[BlockCard]) -> Read | None:
    """`replace “A” with “B”` where no block says A."""
    said = re.fullmatch(
        rf"(?:{HARD})\s+(?P<kind>(?:the\s+)?(?:word|words|phrase|text|string|name|value|number|term|typo|sentence)\s+)?(?P<old>⟦\d+⟧|\S+|(?-i:[A-Z]\S*(?:\s+[A-Z0-9]\S*)+))\s+(?:with|by|to|into|for)\s+(?P<new>⟦\d+⟧|\S+|(?-i:[A-Z]\S*(?:\s+[A-Z0-9]\S*)+))(?:\s+in\s+the\s+\w+)?(?:\s*,\s+(?:we|i|it|they|as|since|because)\b.*)?",
        held,
        re.IGNORECASE,
    )
    if said is None:
        return None
    blocks = find_blocks(unmasked(said["old"], masks), cards)
    if not (sure or said["kind"]) and (
        blocks.ids or "could mean" in blocks.problem or re.match(NOTE, said["new"], re.IGNORECASE)
    ):
        return None  # a block may be meant
    return Read(
        problem=f"No block says “{unquoted(unmasked(said['old'], masks))}”{' there' if sure and not said['kind'] else ''}."
    )


def _speaks_of_words(clause: str) -> bool:
    return not re.match(
        rf"(?:add|insert|append|prepend|delete|remove|rename\s+the\s+notebook|swap\s+{BLOCK})\b",
        clause,
        re.IGNORECASE,
    )


def _written(found: Found, cards: Sequence[BlockCard], scope: Scope, every: bool, clause: str) -> Read:
    """The steps, or the question where the old words stand in several places."""
    spots = _spots(found, cards)
    for fragment in [*scope.near, *_fragments(found, cards)]:
        spots = _nearest(spots, fragment) or spots
    held_by = list(dict.fromkeys(card.id for card, _, _ in spots))
    if not every and not scope.every and len(spots) > 1:
        spots = _described(found.beside, spots) or spots
        held_by = list(dict.fromkeys(card.id for card, _, _ in spots))
        if len(spots) > 1 and (len(held_by) > 1 or not (found.every or scope.inside is not None)):
            where = (
                f"in {len(held_by)} blocks"
                if len(held_by) > 1
                else f"{len(spots)} times in block {spots[0][0].place}"
            )
            return Read(
                problem=f"“{found.old}” stands {where}; which one should become “{found.new}”?",
                choices=tuple(named(card) for card in cards if card.id in held_by)[:12],
            )
    by_id = {card.id: card for card in cards}
    steps = []
    for each in held_by:
        text = by_id[each].content
        for card, start, end in reversed(spots):
            if card.id == each:
                start, end = _with_shared(found.new, start, end, card.content)
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
        if SIGNS.search(word)
        and not word[:1].isdigit()
        and any(word.strip("()") in card.content for card in cards)
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
    called = [spot for spot in spots if (name := _called(spot)) and any(word == name or name in IN_CODE.get(word, ()) for word in said)]  # fmt: skip
    if called and len(called) < len(spots):
        return called
    scored = []
    for card, start, end in spots:
        first = card.content.rfind("\n", 0, start) + 1
        last = card.content.find("\n", end)
        own = {
            word.text
            for word in words_of(re.sub("_", " ", card.content[first : last if last >= 0 else None]))
        }
        scored.append(sum(any(alike(word, each) for each in own) for word in said))
    best = max(scored)
    chosen = [spot for spot, score in zip(spots, scored, strict=True) if score == best]
    return chosen if best and len(chosen) < len(spots) else []


def _called(spot: tuple[BlockCard, int, int]) -> str:
    """The function, the name or the keyword that a value belongs to: `tail` of `tail(12)`, `limit` of `LIMIT 12`."""
    card, start, _ = spot
    before, depth = card.content[:start], 0
    for at in range(len(before) - 1, -1, -1):
        depth += (before[at] in ")]") - (before[at] in "([")
        if depth < 0:
            before = before[:at]
            break
    name = re.search(r"([A-Za-z_]+)\s*[=:]?\s*$", before)
    return name.group(1).lower() if name else ""


def _with_shared(new: str, start: int, end: int, content: str) -> tuple[int, int]:
    """The place with the words beside it that the new ones say again: `the first Tuesday` for the Monday of `the first Monday`."""
    said = words_of(new)
    before, behind = words_of(content[:start]), words_of(content[end:])
    for count in range(min(len(said) - 1, len(before)), 0, -1):
        first = before[-count].start
        if _alike_to_the_letter(content[first:start], new[: said[count].start]):
            start = first
            break
    for count in range(min(len(said) - 1, len(behind)), 0, -1):
        last = end + behind[count - 1].end
        if _alike_to_the_letter(content[end:last], new[said[-count - 1].end :]):
            return start, last
    return start, end


def _alike_to_the_letter(there: str, said: str) -> bool:
    """Whether both are the same but for capitals and the width of their spaces; `mean()` before a line is not `mean.`."""
    return there.casefold().split() == said.casefold().split() and "\n" not in there


def _cased(new: str, there: str, old: str) -> str:
    """The new word with a capital where the old one has one that was not said."""
    if old != there and there[:1].isupper() and there[1:] == old[1:]:
        return new[:1].upper() + new[1:]
    return new


__all__ = ["exchange"]
