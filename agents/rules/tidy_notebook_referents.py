"""What `it`, `them` and `that section` mean: the blocks of the wish before, or those that a remark before speaks of."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_canonical import MODAL
from agents.rules.tidy_notebook_descriptions import section_of
from agents.rules.tidy_notebook_words import AFTER, BEFORE, CHANGING, MOVE, START
from agents.rules.wording import words_of

_THING = re.compile(
    r"\b(?:the|our|my|its|that|this|those|these|an?|some|two|three|both|all)\s+(?=[\w⟦])|^(?=[\w⟦])",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:is|are|was|were|has|have|had|looks?|stands?|sits?|comes?|says?|reads?|contains?|shows?|uses?|makes?|does|do|confuses?|hurts?|belongs?|got|fails?|breaks?|crash(?:es)?|computes?|takes?|holds?|works?|loads?|prints?|draws?|annoys?|bothers?|disturbs?|never|always|still|['’]s|['’]re)\b",
    re.IGNORECASE,
)
LONGEST = 8
"""Words of a phrase in a remark that is held against the blocks."""


def tells(clause: str, cards: Sequence[BlockCard] = ()) -> bool:
    """Whether the clause states something, and wishes nothing by itself; any verb will do behind words that mean blocks."""
    held = re.sub(
        r"\b(?:would|could|might)\s+(?=(?:look|be|seem|feel|read)\s+(?:\w+\s+)?(?:better|nicer|good|nice|clearer|easier|prettier))",
        "is ",
        masked(clause)[0],
        flags=re.IGNORECASE,
    )
    return (
        (_TOLD.search(held) is not None or remark(clause) or _says_of_block(clause, cards))
        and re.match(rf"(?:please\s+)?(?:{START})\b", held, re.IGNORECASE) is None
        and re.search(rf"\b{MODAL}\b|[→⇒]|->|=>", held, re.IGNORECASE) is None
    )


def _says_of_block(clause: str, cards: Sequence[BlockCard]) -> bool:
    """`that empty cell bugs me`: blocks, and behind them a verb of which nothing is known."""
    if not cards or _HOLDS.search(masked(clause)[0]):
        return False
    said = spoken_of(clause, cards)
    return (
        bool(said) and re.match(rf"{re.escape(said)}(?:\s+\w+)?\s+\w+s\b", clause, re.IGNORECASE) is not None
    )


_TAKEN = re.compile(r"(?:take|grab|pick|get|select)\s+(?P<block>[^,;:⟦⟧]+)", re.IGNORECASE)

_THERE_IS = re.compile(r"there(?:['’]s|\s+is|\s+are)\s+[^,;:⟦⟧]+", re.IGNORECASE)
"""`there is an empty paragraph above the line`: it says what the next clause is about, and moves nothing."""


def taken_up(clause: str, behind: Sequence[str], cards: Sequence[BlockCard]) -> str | None:
    """`take the imports`, before `put them …`: what the next clause is about."""
    there = _THERE_IS.fullmatch(masked(clause)[0])
    if (
        there is not None
        and behind
        and re.search(r"\b(?:there|it|them|that)\b", masked(behind[0])[0], re.IGNORECASE)
    ):
        return spoken_of(clause, cards) or None
    match = _TAKEN.fullmatch(masked(clause)[0])
    if (
        match is None
        or not behind
        or not re.match(rf"(?:{START})\s+(?:it|them|that|those)\b", behind[0], re.IGNORECASE)
    ):
        return None
    meant = find_blocks(match["block"], cards)
    return match["block"] if meant.ids and not meant.problem else None


_SUBJECT = re.compile(
    r"(?:(?:so|well|somehow|since|just|hm+|also|now|today|this\s+\w+|every\s+\w+|apparently|unfortunately|sadly|by\s+the\s+way|fyi)[\s,:]+)*(?:i|we|you|he|she|they|it|this|that|there|our|my|the|an?|some\w*|one|nobody|everyone|people|mind|note|remember|beware|careful)\b",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"\b(?:don['’]?t|do\s+not|must|should|unless|except|only|without|until|before|after|instead|if|or|not|never)\b|[\d⟦→⇒:]|->|=>|\b(?:top|bottom|first|last|above|below|under|end)\b",
    re.IGNORECASE,
)


def remark(clause: str) -> bool:
    """Whether a sentence only tells something and says neither where, nor how much, nor what not: the plan names it as not read."""
    held = masked(clause)[0]
    if re.match(
        r"(?:mind|note|remember|beware|careful|keep\s+in\s+mind|bear\s+in\s+mind)\b", held, re.IGNORECASE
    ):
        limits = re.search(r"\b(?:don['’]?t|do\s+not|must|should|unless|except)\b", held, re.IGNORECASE)
        return limits is None and CHANGING.search(held) is None
    return (
        len(words_of(held)) >= 4
        and _SUBJECT.match(held) is not None
        and re.search(rf"\b{MODAL}\b", held, re.IGNORECASE) is None
        and _HOLDS.search(held) is None
        and CHANGING.search(held) is None
    )


def spoken_of(remark: str, cards: Sequence[BlockCard]) -> str:
    """What a remark is about: its first phrase that means some blocks for certain."""
    held, masks = masked(re.sub(r"^there(?:['’]s|\s+is|\s+are)\s+", "", remark, flags=re.IGNORECASE))
    for start in _THING.finditer(held):
        words = re.findall(r"\S+", held[start.start() :])[:LONGEST]
        for count in range(len(words), 0, -1):
            phrase = unmasked(" ".join(words[:count]), masks).strip(" ,.;:!?")
            meant = find_blocks(phrase, cards)
            if meant.ids and not meant.problem:
                return next(
                    shorter
                    for size in range(1, count + 1)
                    if find_blocks(
                        shorter := unmasked(" ".join(words[:size]), masks).strip(" ,.;:!?"), cards
                    ).ids
                    == meant.ids
                )
    return ""


def topic_of(clause: str, cards: Sequence[BlockCard]) -> list[str]:
    """The blocks that a clause of a few words names, when it says nothing of them: `imports.`"""
    clause = re.sub(
        r"^(?:tidy|clean|sort|fix|organi[sz]e|improve|sort\s+out)(?:\s+up)?\s+(?=\w)",
        "",
        clause,
        flags=re.IGNORECASE,
    )
    words = words_of(masked(clause)[0])
    if not 1 <= len(words) <= 5 or re.match(rf"(?:{START}|there)\b", clause, re.IGNORECASE):
        return []
    meant = find_blocks(clause, cards)
    return [] if meant.problem else meant.ids


def named_again(clause: str, steps: Sequence[Step], spoken: str, cards: Sequence[BlockCard]) -> str:
    """`move it before Findings` with what `it` means: `spoken` of last, else the blocks of the step before."""
    last = next((step for step in reversed(steps) if step.blocks), None)
    if (last is None and not spoken) or re.match(r"(?:re-?)?run\b|execute\b", clause, re.IGNORECASE):
        return clause
    by_id = {card.id: card for card in cards}
    ids = find_blocks(spoken, cards).ids if spoken else last.blocks if last else []
    if (
        not spoken
        and last is not None
        and last.action == "replace"
        and by_id[ids[0]].level
        and re.search(r"\bsections?\b", last.words, re.IGNORECASE)
        and re.match(MOVE, clause, re.IGNORECASE)
    ):
        ids = section_of(by_id[ids[0]], cards)
    meant = spoken or (
        "blocks " + " and ".join(str(by_id[each].place) for each in ids)
        if len(ids) > 1
        else f"block {by_id[ids[0]].place}"
    )
    if len(ids) == 1 and by_id[ids[0]].level:
        clause = re.sub(
            r"\b(?:that|this|the|its)\s+(?:whole\s+)?section\b(?!\s+(?:called|named|on|about))",
            f"the section of {meant}",
            clause,
            flags=re.IGNORECASE,
        )
    subject = (
        rf"^(?:it|them|that\s+one|that\s+block)(?=\s+(?:(?:{MODAL})\s|(?:belongs?|goes|go|comes?|to)\b))"
    )
    if re.match(subject, clause, re.IGNORECASE):
        return re.sub(subject, meant, clause, flags=re.IGNORECASE)
    beside = re.search(rf"\b(?:{BEFORE}|{AFTER})\s+(?P<it>it|them|that|this)$", clause, re.IGNORECASE)
    if beside is not None and not re.match(rf"(?:{START})\s+(?:it|them|that|this)\b", clause, re.IGNORECASE):
        return clause[: beside.start("it")] + meant
    clause = re.sub(
        r"^((?:write|put|add|insert)(?:\s+[“\"][^”\"]+[”\"])?)\s+(?=there\s*(?:[:“\"]|$))",
        r"\1 in ",
        clause,
        flags=re.IGNORECASE,
    )
    inside = re.search(
        rf"\b(?:in|into|inside|{BEFORE}|{AFTER})\s+(?P<it>it|them|there|that\s+one)(?=\s*(?:[,:;.]|$|[⟦“\"'„«‘]|saying\b|that\b))",
        masked(clause)[0],
        re.IGNORECASE,
    )
    if inside is not None and re.match(rf"(?:{START})\b", clause, re.IGNORECASE):
        held, masks = masked(clause)
        return unmasked(f"{held[: inside.start('it')]}{meant}{held[inside.end('it') :]}", masks)
    return re.sub(
        rf"^({START})\s+(?:it|them|(?:that|this|those|these)\s+(?:one|ones|two|blocks?|cells?|lines?)|(?:that|this|those)(?=\s+(?:to|into|with|by|up|down|above|below|before|after|under|say|read|at|first|last|right|directly|together)\b|\s*$))\b",
        lambda match: f"{match.group(1)} {meant}",
        clause,
        count=1,
        flags=re.IGNORECASE,
    )


__all__ = ["named_again", "remark", "spoken_of", "taken_up", "tells", "topic_of"]
