"""A request to tidy in which a wish is taken back for another: `move them to the top. No wait, below the title`."""

import re
from collections.abc import Callable, Sequence

from agents.asks.tidy_notebook import Step, TidyWish
from agents.rules.corrections import Correction, put_in
from agents.rules.tidy_notebook_request import aside, clauses
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, POLITE, START, TOP
from agents.rules.wording import quoted

NOTHING = re.compile(
    r"(?:do\s*n['’o]?t|do\s+not|leave\s+(?:that|it|this)|forget\s+(?:that|it|about\s+(?:that|it))|skip\s+(?:that|it)|never\s*mind|not\s+that)\b[^.;,]*",
    re.IGNORECASE,
)
"""What takes the wish before it back, and wants nothing instead."""
ENOUGH = re.compile(
    r"\s+(?:(?:is|would\s+be|will\s+be)\s+(?:quite\s+|really\s+|good\s+)?(?:enough|fine|better|sufficient|good|ok|okay|best)|(?:will|would|should)\s+do|suffices)\s*[.!]*$",
    re.IGNORECASE,
)
STAYS = re.compile(
    r"(?:please\s+)?(?:leave|keep|let|do\s*n['’]?t\s+(?:touch|change)|do\s+not\s+(?:touch|change))\s+(?!(?:that|it|this)\b)",
    re.IGNORECASE,
)
"""What takes it back and says that the block shall stay."""
SAY = re.compile(
    r"^(?:(?:it|let\s+it|make\s+it|have\s+it|write|put|the\s+text)\s+)*(?:(?:should\s+)?(?:say|read|be)\b:?\s*)?",
    re.IGNORECASE,
)

PLACED = re.compile(rf"(?:{TOP}|{BOTTOM}|{BEFORE}|{AFTER})(?!\w)", re.IGNORECASE)

Reading = Callable[[str], TidyWish]
Named = Callable[[str, Sequence[Step]], str]


def corrected(correction: Correction, read: Reading, named: Named) -> TidyWish:
    """The wish with the last word; `named` puts the blocks of the steps before in the place of `it`."""
    correction = correction._replace(after=ENOUGH.sub("", correction.after))
    first = read(correction.before)
    said = clauses(correction.before)
    if not said:
        return read(correction.after)
    kept = "; ".join(said[:-1])
    nothing = NOTHING.match(correction.after)
    if nothing is not None:
        more = [
            part
            for part in clauses(correction.after[nothing.end() :].strip(" .;,"))
            if not aside(part)
            and not re.match(
                r"(?:leave|keep|let)\s+(?:it|them|that|this|everything|all)\b|(?:it|all|that)\s+(?:stays?|is\s+fine)\b",
                part,
                re.IGNORECASE,
            )
        ]
        rest = "; ".join(part for part in (kept, *more) if part)
        return (
            read(rest)
            if rest
            else TidyWish(
                unclear=["Everything that was asked for is taken back; what should be done instead?"]
            )
        )
    if STAYS.match(correction.after):
        return read(f"{kept}; {correction.after}".strip("; "))
    if re.match(rf"(?:{START})\b", POLITE.sub("", correction.after), re.IGNORECASE):
        after, *more = clauses(correction.after)
        instead = named(after, first.steps)
        own = read(instead)
        other = own.steps and first.steps and not _same(own.steps[0], first.steps[-1])
        if correction.mild and other:  # `actually, also …`: something else, and no second word on the first
            kept = "; ".join(said)
        return read("; ".join(part for part in (kept, instead, *more) if part))
    whole = read(correction.after)
    if whole.steps and not whole.unclear and first.steps and whole.steps[0].action == first.steps[-1].action:
        return read(f"{kept}; {correction.after}".strip("; "))
    head, *more = clauses(correction.after) or [correction.after]
    if more and PLACED.match(head):
        correction = correction._replace(after=head)
    else:
        more = []
    for text in _texts(correction, first, said):
        wish = read(text)
        if (
            first.steps
            and not wish.unclear
            and len(wish.steps) >= len(first.steps)
            and _put_right(first.steps, wish.steps, correction.after)
        ):
            return read("; ".join([text, *more])) if more else wish
    asked = f"I cannot tell what “{correction.after.strip(' .!?')}” takes the place of; say it once more in one sentence."
    return TidyWish(steps=first.steps, unclear=[*first.unclear, asked])


def _texts(correction: Correction, first: TidyWish, said: Sequence[str]) -> list[str]:
    """The request with the new words where the old ones stood."""
    last = first.steps[-1] if first.steps else None
    if last is None or not last.text or (last.action == "add" and PLACED.match(correction.after)):
        return list(put_in(correction))
    # Any words can be a text, so only the whole text is exchanged, never its last words.
    own = quoted(said[-1])
    place = re.search(re.escape(last.text), said[-1], re.IGNORECASE)
    start = own[-1][1] if own else place.start() if place else -1
    if start < 0:
        # A heading is rewritten with all that stands under it; its new words stand at the end of the wish.
        behind = re.search(r"\b(?:to|into|as|with|by)\s+(?=\S+(?:\s+\S+){0,7}$)", said[-1], re.IGNORECASE)
        start = behind.end() if behind else -1
    after, *more = clauses(correction.after)
    new = SAY.sub("", after).strip(" .")
    new = new if quoted(new) else f"“{new}”"
    return ["; ".join([*said[:-1], said[-1][:start] + new, *more])] if start >= 0 and new else []


def _put_right(first: Sequence[Step], steps: Sequence[Step], after: str) -> bool:
    """Whether one thing differs, and that of the kind that the new words are: a place for a place, a block for a block."""
    *same, old = first
    new = steps[len(same)]
    if [step.model_dump(exclude={"words"}) for step in same] != [
        step.model_dump(exclude={"words"}) for step in steps[: len(same)]
    ]:
        return False
    if old.action != new.action:
        return False
    placed, blocks = (old.place, old.anchor) != (new.place, new.anchor), old.blocks != new.blocks
    changed = blocks or old.text != new.text
    if PLACED.match(after):
        return placed and not changed
    if old.action != "move":
        return changed and not placed
    if old.place in {"top", "bottom"}:
        return not placed and not set(old.blocks) & set(new.blocks)
    return placed and not blocks and old.place == new.place


def _same(one: Step, other: Step) -> bool:
    return one.action == other.action and set(one.blocks) == set(other.blocks)


__all__ = ["corrected"]
