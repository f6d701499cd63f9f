"""Turning a request to tidy into steps, without a model: clause by clause, each read whole or asked about."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import HOLDS_TEXT, TEXT_TYPES, BlockCard, Place, Step, TidyWish, WhatToTidy
from agents.rules import rule
from agents.rules.tidy_notebook_blocks import (
    BLOCK,
    Meant,
    _heading,
    _masked,
    _unmasked,
    find_blocks,
    named,
    section_of,
)
from agents.rules.wording import folded, quoted, words_of

START = (
    r"move|put|bring|place|shift|pull|push|send|drag|get|take|float|lift|relocate|hoist|raise|drop|replace|swap|substitute|exchange|turn|"
    r"change|update|set|make|let|have|write|fill|overwrite|rename|retitle|reword|call|add|insert|leave|append|prepend|delete|remove|erase|trash|"
    r"throw|kill|discard|clear|clean|wipe|empty|blank|group|gather|collect|keep|sort|order|reorder|arrange|rearrange|convert|merge|combine|join|split|"
    r"duplicate|copy|run|rerun|re-run|execute|tidy|transform|reverse|mark|label|start|finish|end|document|comment|annotate|lead|cut|prune|purge|scrap|ditch"
)  # fmt: skip
POLITE = re.compile(
    r"^(?:\s*(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|so|now|then|also|finally|first|next|lastly|and|could\s+you|can\s+you|would\s+you|will\s+you|you\s+should|i\s+want\s+you\s+to|i['’]?d\s+like\s+(?:you\s+)?to|i\s+want\s+to|i\s+would\s+like\s+(?:you\s+)?to|i\s+need\s+(?:you\s+)?to|i['’]?d\s+like|i\s+want|i\s+would\s+like|we\s+want|it\s+would\s+be\s+(?:nice|good|great|better|nicer)\s+(?:if|to\s+have)|we\s+should|we\s+need\s+to|let['’]?s|just|go\s+ahead\s+and|help\s+me|try\s+to|maybe|perhaps|thanks?)\b[\s,:]*)+",
    re.IGNORECASE,
)
TRAIL = re.compile(
    r"[\s,]*\b(?:please|pls|plz|thanks?(?:\s+you)?|thank\s+you|for\s+me|instead|as\s+well|too|again|now)\s*[.!]*$",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:do\s*n['o]t|don['’]?t|do\s+not|never|without)\s+(?:\w+\s+)?(?:move|moving|change|changing|touch|touching|write|writing|edit|editing|replace|replacing)",
    re.IGNORECASE,
)
TOP = r"(?:(?:right\s+|up\s+|back\s+|all\s+the\s+way\s+)?(?:to|at|on|in|into|up\s+to)?\s*(?:the\s+)?(?:very\s+)?(?:top|start|beginning|front|head|first\s+(?:place|position)|first|opening)(?:\s+(?:position|place|spot))?)"
BOTTOM = r"(?:(?:right\s+|down\s+|all\s+the\s+way\s+)?(?:to|at|on|in|into|down\s+to)?\s*(?:the\s+)?(?:very\s+)?(?:bottom|end|last\s+(?:place|position)|last|foot|tail|close)(?:\s+(?:position|place|spot))?)"
OF_IT = r"(?:\s+(?:of|in)\s+(?:the\s+|this\s+|my\s+)?(?:notebook|page|file|document|it|everything))?"
BEFORE = r"(?:(?:to\s+)?(?:right\s+|directly\s+|just\s+|immediately\s+|somewhere\s+)?(?:before|above|ahead\s+of|in\s+front\s+of|on\s+top\s+of|over|preceding))"
AFTER = r"(?:(?:to\s+)?(?:right\s+|directly\s+|just\s+|immediately\s+|somewhere\s+)?(?:after|below|under|underneath|beneath|behind|following|next\s+to|beside))"
MOVE = r"(?:move|put|bring|place|shift|pull|push|send|drag|get|take|float|lift|relocate|hoist|raise|drop|have|keep|let|make|start\s+with|lead\s+with|end\s+with|finish\s+with|cut)"
NOTE = r"(?:(?:a|an|the|some|one|short|little|brief|quick|small|new|text|simple)\s+)*(?:notes?|comments?|remarks?|memos?|text|paragraphs?|sentences?|placeholders?|captions?|explanations?|message|line)"
SAYING = r"(?:\s*(?:saying|that\s+says|that\s+reads|which\s+says|reading|to\s+say|with\s+the\s+text|with\s+the\s+words|that|stating|:|—|–|-)\s*:?\s*)"
DEFAULT_NOTE = "Note: this block was empty; it is kept as a place for notes."


class Read(NamedTuple):
    """What one clause came to."""

    steps: list[Step] = []
    problem: str = ""
    choices: tuple[str, ...] = ()
    run: bool = False


@rule(WhatToTidy)
def what_to_tidy(question: WhatToTidy) -> TidyWish:
    """Steps for the clauses that can be read; a question for each that cannot."""
    request = " ".join(question.request.split())
    if NEGATED.search(_masked(request)[0]):
        return TidyWish(unclear=["The request asks for something and forbids changes. What may be changed?"])
    steps: list[Step] = []
    unclear: list[str] = []
    choices: list[str] = []
    run = False
    for clause in clauses(request):
        read = _read(_named_again(clause, steps, question.blocks), question.blocks)
        steps += read.steps
        run = run or read.run
        if read.problem:
            unclear.append(read.problem)
            choices += read.choices
    if not steps and not unclear and not run:
        unclear, choices = ["What should be moved or replaced?"], _suggestions(question.blocks)
    return TidyWish(steps=steps[:20], unclear=unclear[:8], choices=choices[:12], run=run)


def clauses(request: str) -> list[str]:
    """The request cut where another instruction begins; quoted text is never cut."""
    held, masks = _masked(request)
    cut = re.split(
        rf"\s*(?:[;\n]|(?<=[^\d\s])[.!?。](?=\s|$))\s*|\s*[,，、]?\s*\b(?:and\s+then|then|and\s+also|and\s+finally|and\s+afterwards?|afterwards?|plus)\b[\s,]*(?=(?:\w+\s+)?(?:{START})\b)|\s*[,，、]\s*(?:and\s+)?(?=(?:also\s+|please\s+|then\s+)?(?:{START})\b)|\s+(?:and|&)\s+(?=(?:also\s+|please\s+|finally\s+)?(?:{START})\b)",
        held,
        flags=re.IGNORECASE,
    )
    pieces = []
    for piece in cut:
        bare = TRAIL.sub("", POLITE.sub("", piece).strip(" ,.!?¿¡:-")).strip()
        if re.search(r"\w|⟦", bare):
            pieces.append(_unmasked(bare, masks))
    return pieces


def _read(clause: str, cards: Sequence[BlockCard]) -> Read:
    for reader in READERS:
        read = reader(clause, cards)
        if read is not None:
            return _with_words(read, clause)
    return Read(
        problem=f"I cannot read “{clause}” as a move, a replacement, a note or a new heading.",
        choices=tuple(_suggestions(cards)),
    )


def _named_again(clause: str, steps: Sequence[Step], cards: Sequence[BlockCard]) -> str:
    """`move it before Findings` with what `it` means, from the step before."""
    last = next((step for step in reversed(steps) if step.blocks), None)
    if last is None or re.match(r"(?:re-?)?run\b|execute\b", clause, re.IGNORECASE):
        return clause
    by_id = {card.id: card for card in cards}
    ids = last.blocks
    if (
        last.action == "replace"
        and by_id[ids[0]].level
        and re.search(r"\bsections?\b", last.words, re.IGNORECASE)
        and re.match(MOVE, clause, re.IGNORECASE)
    ):
        ids = section_of(by_id[ids[0]], cards)
    meant = (
        "blocks " + " and ".join(str(by_id[each].place) for each in ids)
        if len(ids) > 1
        else f"block {by_id[ids[0]].place}"
    )
    return re.sub(
        rf"^({START})\s+(?:it|them|that\s+one|that\s+block|that|those)\b",
        lambda match: f"{match.group(1)} {meant}",
        clause,
        count=1,
        flags=re.IGNORECASE,
    )


def _with_words(read: Read, clause: str) -> Read:
    return read._replace(steps=[step.model_copy(update={"words": clause[:300]}) for step in read.steps])


def _match(pattern: str, clause: str) -> "tuple[dict[str, str], None] | None":
    held, masks = _masked(clause)
    match = re.fullmatch(pattern, held.strip(), re.IGNORECASE)
    if match is None:
        return None
    return {
        name: _unmasked(value, masks).strip()
        for name, value in match.groupdict().items()
        if value is not None
    }, None


def _groups(pattern: str, clause: str) -> dict[str, str] | None:
    found = _match(pattern, clause)
    return None if found is None else found[0]


def _run(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    pattern = r"(?:re-?)?(?:run|execute|rerun)(?:\s+(?:it|the\s+notebook|everything|all(?:\s+of\s+it)?|the\s+whole\s+(?:thing|notebook)|that))?(?:\s+(?:again|once|afterwards|to\s+(?:check|show|see|verify|make\s+sure|prove).*))?"
    return Read(run=True) if _groups(pattern, clause) is not None else None


VAGUE = r"(?:(?:tidy|clean|neaten|straighten)(?:\s+up)?|organi[sz]e|improve|fix|sort\s+out|beautify|restructure)(?:\s+(?:up|the|this|my|our|it|notebook|things|everything|mess|a\s+bit|a\s+little|properly|all)\b)*|make\s+(?:it|the\s+notebook|this)\s+(?:nicer?|tid(?:y|ier)|neat(?:er)?|clean(?:er)?|better|prettier|presentable).*"


def _vague(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    if _groups(VAGUE, clause) is None:
        return None
    offered = _suggestions(cards)
    if not offered:
        return Read(
            problem="What should be moved or rewritten? The imports stand first and no block is empty, so I see nothing out of place."
        )
    return Read(problem=f"“{clause}” leaves open what to do. I see this:", choices=tuple(offered))


def _swap(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = _groups(
        r"(?:swap|exchange|switch)\s+(?:the\s+(?:order|places?|positions?)\s+of\s+)?(?P<blocks>.+?)(?:\s+around)?",
        clause,
    )
    if found is None or re.search(r"\b(?:with|for|by)\b\s*(?:⟦|a\s|an\s)", _masked(found["blocks"])[0]):
        return None
    meant = find_blocks(re.sub(r"\s+with\s+", " and ", found["blocks"]), cards)
    if meant.problem or len(meant.ids) != 2:
        return Read(
            problem=meant.problem
            or f"“{found['blocks']}” means {len(meant.ids)} blocks; two can change places.",
            choices=meant.choices,
        )
    first, second = sorted((card for card in cards if card.id in meant.ids), key=lambda card: card.place)
    steps = [Step(action="move", blocks=[second.id], place="before", anchor=first.id)]
    if second.place - first.place > 1:
        steps.append(Step(action="move", blocks=[first.id], place="after", anchor=cards[second.place - 2].id))
    return Read(steps)


def _section_or_blocks(phrase: str, cards: Sequence[BlockCard]) -> Meant:
    """Blocks of the phrase; `the … section` is a heading with everything under it."""
    if re.search(r"\bsections?\b", folded(phrase)):
        found = find_blocks(phrase, [card for card in cards if card.level] or cards)
        if found.problem:
            return found
        by_id = {card.id: card for card in cards}
        ids = [each for heading in found.ids for each in section_of(by_id[heading], cards)]
        return Meant(list(dict.fromkeys(ids)))
    return find_blocks(phrase, cards)


def _anchor(phrase: str, place: Place, cards: Sequence[BlockCard], moved: Sequence[str]) -> Meant:
    others = [card for card in cards if card.id not in moved]
    found = _section_or_blocks(phrase, others if _described(phrase) else cards)
    if found.problem or len(found.ids) == 1:
        return found
    ordered = [card.id for card in cards if card.id in found.ids]
    joined = [cards.index(card) for card in cards if card.id in found.ids]
    if joined == list(range(joined[0], joined[0] + len(joined))):
        return Meant([ordered[0] if place == "before" else ordered[-1]])
    return Meant(
        [],
        f"“{phrase}” could mean {len(found.ids)} blocks.",
        tuple(named(card) for card in cards if card.id in found.ids),
    )


def _described(phrase: str) -> bool:
    return re.search(r"\d", phrase) is None


def _moved(blocks: str, place: Place, anchor: str, cards: Sequence[BlockCard]) -> Read:
    meant = _section_or_blocks(blocks, cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    target = ""
    if place in {"before", "after"}:
        found = _anchor(anchor, place, cards, meant.ids)
        if found.problem:
            return Read(problem=found.problem, choices=found.choices)
        target = found.ids[0]
        if target in meant.ids:
            return Read(problem=f"“{blocks}” and “{anchor}” mean the same block; where should it go?")
    return Read([Step(action="move", blocks=meant.ids, place=place, anchor=target)])


def _move(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    together = _groups(
        rf"(?:group|gather|collect|keep|put|bring|move|get|have|place)\s+(?:up\s+)?(?P<blocks>.+?)\s+(?:all\s+)?(?:together|in\s+one\s+(?:place|spot)|next\s+to\s+each\s+other)(?:\s+(?P<place>{TOP}|{BOTTOM}){OF_IT})?",
        clause,
    )
    if together is None:
        together = _groups(
            rf"(?:group|gather|collect)\s+(?:up\s+)?(?P<blocks>.+?)(?:\s+(?P<place>{TOP}|{BOTTOM}){OF_IT})?",
            clause,
        )
    if together is not None:
        return _gathered(together["blocks"], together.get("place"), cards)
    edge = rf"(?P<edge>{TOP}|{BOTTOM}){OF_IT}"
    side = rf"(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+?)"
    for pattern in (
        rf"{MOVE}\s+(?P<blocks>.+?)\s+(?:go\s+|come\s+|be\s+|sit\s+|stand\s+)?(?:(?:right\s+)?(?:back\s+)?(?:up|down)\s+)?(?:{edge}|{side}){OF_IT}",
        rf"(?P<blocks>.+?)\s+(?:should|must|needs?\s+to|has\s+to|have\s+to|ought\s+to|goes|go|belongs?|comes?|wants?\s+to|can|is\s+to|are\s+to)\s*(?:be|go|come|sit|live|stand|move|be\s+moved|be\s+placed|be\s+put)?\s+(?:{edge}|{side}){OF_IT}",
        rf"(?:{edge}|{side}){OF_IT}\s*,?\s+(?:{MOVE}|i\s+want|we\s+need)\s+(?P<blocks>.+?)",
        rf"(?P<blocks>.+?)\s*(?:->|→|=>|⇒)\s*(?:{edge}|{side})",
        rf"(?P<blocks>.+?)\s+(?:(?:to\s+be\s+)?(?:moved|placed|put|brought|shifted)\s+|to\s+(?:go|come|be)\s+)?(?:{edge}|{side}){OF_IT}",
    ):
        found = _groups(pattern, clause)
        if found is not None:
            if re.match(
                rf"(?:add|insert|write|leave|append|prepend|delete|remove|replace|rename|turn|change|run|convert|swap|set|update|fill|overwrite|clear)\b|{NOTE}\b",
                found["blocks"] if found["blocks"] else "",
                re.IGNORECASE,
            ) or re.match(
                r"(?:add|insert|write|leave|append|prepend|delete|remove|replace|rename|turn|change|convert|swap|set|update|fill|overwrite|clear)\b",
                clause,
                re.IGNORECASE,
            ):
                return None
            if "edge" in found:
                return _moved(
                    found["blocks"],
                    "top" if re.fullmatch(TOP, found["edge"], re.IGNORECASE) else "bottom",
                    "",
                    cards,
                )
            return _moved(
                found["blocks"],
                "before" if re.fullmatch(BEFORE, found["side"], re.IGNORECASE) else "after",
                found["anchor"],
                cards,
            )
    lead = _groups(r"(?:start|lead|open|begin)\s+(?:the\s+notebook\s+)?with\s+(?P<blocks>.+)", clause)
    if lead is not None:
        return _moved(lead["blocks"], "top", "", cards)
    close = _groups(r"(?:end|finish|close)\s+(?:the\s+notebook\s+)?with\s+(?P<blocks>.+)", clause)
    if close is not None:
        return _moved(close["blocks"], "bottom", "", cards)
    return _one_step(clause, cards)


def _one_step(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = _groups(
        rf"{MOVE}\s+(?P<blocks>.+?)\s+(?:(?P<count>\d+|one|two|three|four|five)\s+(?:blocks?|cells?|places?|positions?|steps?)\s+)?(?P<way>up|down|upwards?|downwards?)(?:\s+(?:by\s+)?(?P<by>\d+|one|two|three|four|five)(?:\s+(?:blocks?|cells?|places?|positions?|steps?))?)?",
        clause,
    )
    if found is None:
        return None
    meant = _section_or_blocks(found["blocks"], cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    word = found.get("count") or found.get("by") or "1"
    count = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}.get(
        word.lower(), int(word) if word.isdigit() else 1
    )
    places = [card.place - 1 for card in cards if card.id in meant.ids]
    others = [card for card in cards if card.id not in meant.ids]
    if found["way"].startswith("up"):
        target = max(0, places[0] - count)
        following = next((card for card in cards[target:] if card in others), None)
        return Read(
            [
                Step(
                    action="move",
                    blocks=meant.ids,
                    place="before" if following else "top",
                    anchor=following.id if following else "",
                )
            ]
        )
    target = min(len(cards) - 1, places[-1] + count)
    if target <= places[-1]:
        return Read([Step(action="move", blocks=meant.ids, place="bottom")])
    return Read([Step(action="move", blocks=meant.ids, place="after", anchor=cards[target].id)])


def _gathered(blocks: str, place: str | None, cards: Sequence[BlockCard]) -> Read:
    meant = find_blocks(blocks, cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    ordered = [card.id for card in cards if card.id in meant.ids]
    if place:
        return Read(
            [
                Step(
                    action="move",
                    blocks=ordered,
                    place="top" if re.fullmatch(TOP, place, re.IGNORECASE) else "bottom",
                )
            ]
        )
    if len(ordered) < 2:
        return Read(problem=f"“{blocks}” means one block only; there is nothing to bring together.")
    return Read([Step(action="move", blocks=ordered[1:], place="after", anchor=ordered[0])])


def _order(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = _groups(
        r"(?:re-?)?(?:sort|order|arrange|put)\s+(?:all\s+)?(?:the\s+)?sections?\s+(?:alphabetically|by\s+(?:name|title|heading)|in\s+alphabetical\s+order|from\s+a\s+to\s+z)",
        clause,
    )
    headings = _sections(cards)
    if found is not None:
        return _in_order(sorted(headings, key=lambda card: folded(_heading(card))), cards)
    found = _groups(
        r"(?:re-?)?(?:sort|order|arrange|put|bring|place)\s+(?:all\s+)?(?:the\s+)?sections?\s*(?:in|into|as|to|:)?\s*(?:this\s+order|the\s+order|order|follows)?\s*:?\s*(?P<list>.+)",
        clause,
    )
    if (
        found is None
        or not re.search(r",|\bthen\b|→|->|>|⟦|\band\b", _masked(found["list"])[0])
        or re.search(r"\b(?:top|bottom|before|after|above|below)\b", _masked(found["list"])[0])
    ):
        return None
    held, masks = _masked(found["list"])
    wanted = []
    for piece in re.split(r"\s*(?:,\s*(?:and|then)?\s*|\bthen\b|\band\b|→|->|>)\s*", held):
        text = _unmasked(piece, masks).strip(" .\"'“”«»")
        if not text:
            continue
        meant = find_blocks(text, headings)
        if meant.problem or len(meant.ids) != 1:
            return Read(
                problem=meant.problem or f"“{text}” could mean several sections.",
                choices=tuple(named(card) for card in headings),
            )
        wanted.append(next(card for card in headings if card.id == meant.ids[0]))
    return _in_order(wanted, cards)


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


def _replace(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    for pattern in (
        r"(?:replace|swap|substitute|exchange|overwrite)\s+(?:out\s+)?(?:the\s+(?:content|contents|text|code|source)\s+of\s+)?(?P<block>.+?)\s+(?:with|by|for|into)\s+(?P<text>.+)",
        rf"(?:turn|change|convert|make|transform|rewrite)\s+(?P<block>.+?)\s+(?:into|to|in)?\s*(?P<text>{NOTE}.*)",
        r"(?:fill)\s+(?:in\s+)?(?P<block>.+?)\s+(?:in\s+)?with\s+(?P<text>.+)",
        r"(?:change|update|set|edit)\s+(?:the\s+(?:content|contents|text|code|source)\s+of\s+)?(?P<block>.+?)\s+(?:to|so\s+(?:that\s+)?it\s+(?:says|reads))\s*:?\s+(?P<text>.+)",
        r"(?:make|let|have)\s+(?P<block>.+?)\s+(?:say|read)\s*:?\s+(?P<text>.+)",
        rf"(?:put|write|leave|place)\s+(?P<text>⟦\d+⟧|{NOTE}.*?)\s+(?:in|into|inside|in\s+place\s+of|instead\s+of)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b{BLOCK}\b.*|.*scratch.*))",
    ):
        found = _groups(pattern, clause)
        if found is None:
            continue
        if re.match(
            r"(?:a|an|the)?\s*(?:heading|title|section)\b", found["block"], re.IGNORECASE
        ) and re.match(r"rename|retitle", clause, re.IGNORECASE):
            return None
        if re.fullmatch(
            r"(?:(?:a|an|the)\s+)?(?:markdown|text|sql|code|python|heading|input|chart|callout)(?:\s+(?:block|cell|one))?",
            found["text"],
            re.IGNORECASE,
        ) and not quoted(found["text"]):
            return _cannot("type", found["block"], cards)
        return _replaced(found["block"], found["text"], cards)
    return None


def _replaced(block: str, text: str, cards: Sequence[BlockCard]) -> Read:
    meant = find_blocks(block, cards)
    if not meant.problem and len(meant.ids) > 1:
        meant = Meant(
            [],
            f"“{block}” could mean {len(meant.ids)} blocks.",
            tuple(named(card) for card in cards if card.id in meant.ids),
        )
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    card = next(card for card in cards if card.id == meant.ids[0])
    if card.type not in HOLDS_TEXT:
        return Read(
            [
                Step(
                    action="cannot",
                    blocks=[card.id],
                    text=f"Block {card.place} is a {card.type} block; it has no text that could be replaced.",
                )
            ]
        )
    written, note = written_text(text)
    if written is None:
        return Read(problem=f"What should block {card.place} say instead? Put the text in quotation marks.")
    if not note and card.type == "code" and not _is_code(written):
        note = True
    if note and not card.empty and written == DEFAULT_NOTE:
        written = "Note: the former contents of this block were taken out."
    return Read([Step(action="replace", blocks=[card.id], text=written, note=note)])


def written_text(text: str) -> tuple[str | None, bool]:
    """The new content that the words describe, and whether it is a note."""
    note = re.match(rf"{NOTE}\b", text, re.IGNORECASE)
    phrases = quoted(text)
    if phrases:
        start, end = phrases[0][1], phrases[-1][2]
        inner = phrases[0][0] if len(phrases) == 1 else text[start + 1 : end - 1]
        return inner, note is not None
    if note is None:
        bare = re.sub(
            r"^(?:the\s+(?:text|words|code|content)|this|following)\s*:?\s*", "", text, flags=re.IGNORECASE
        ).strip()
        return (
            (bare, False)
            if re.search(r"[()=\n]", bare) or ":" in text
            else (bare[:1].upper() + bare[1:] if len(bare.split()) > 2 else None, True)
        )
    rest = text[note.end() :].strip()
    said = re.match(rf"{SAYING}(?P<text>.+)", f" {rest}", re.IGNORECASE)
    if said:
        bare = said["text"].strip()
        return bare[:1].upper() + bare[1:], True
    about = re.match(
        r"(?:about|on|explaining|describing|for|to\s+explain|mentioning)\s+(?P<text>.+)", rest, re.IGNORECASE
    )
    if about:
        return f"Note: {about['text'].strip()}", True
    return (
        DEFAULT_NOTE
        if not rest
        or re.fullmatch(r"(?:instead|there|in\s+its\s+place|for\s+now|please)", rest, re.IGNORECASE)
        else None
    ), True


def _is_code(text: str) -> bool:
    try:
        compile(text, "block", "exec")
    except (SyntaxError, ValueError):
        return False
    return re.search(r"[()=\[\]]|^\s*(?:import|from|print)\b|^\w+$", text) is not None


def _rename(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    for pattern in (
        r"(?:rename|retitle|reword)\s+(?P<block>.+?)\s+(?:to|into|as)\s+(?P<text>.+)",
        r"change\s+(?P<block>(?:the\s+)?(?:heading|title|section|header|headline).*?)\s+(?:to|into|from\s+.+?\s+to)\s+(?P<text>.+)",
        r"(?:rename|retitle)\s+(?P<block>⟦\d+⟧|.+?)\s+(?P<text>⟦\d+⟧)",
        r"call\s+(?P<block>(?:the\s+)?.*(?:heading|title|section|header)\S*.*?)\s+(?P<text>⟦\d+⟧|[A-Z].*)",
        r"(?P<block>(?:the\s+)?(?:heading|title|section|header)\s+.+?)\s+should\s+(?:be\s+called|read|say|be)\s+(?P<text>.+)",
    ):
        found = _groups(pattern, clause)
        if found is not None:
            break
    else:
        return None
    if re.search(r"\bnotebook\b|\bproject\b", found["block"], re.IGNORECASE):
        return Read(
            [
                Step(
                    action="cannot",
                    text="No tool renames a notebook or a project; a heading inside the notebook can be renamed.",
                )
            ]
        )
    headings = [card for card in cards if card.level]
    phrase = re.sub(r"^(?:the\s+)?(?:name|title)\s+of\s+", "", found["block"], flags=re.IGNORECASE)
    meant = _heading_meant(phrase, headings, cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    card = next(card for card in cards if card.id == meant.ids[0])
    phrases = quoted(found["text"])
    new = phrases[0][0] if phrases else found["text"].strip(" .\"'“”«»")
    return Read([Step(action="replace", blocks=[card.id], text=_retitled(card, new))])


def _heading_meant(phrase: str, headings: Sequence[BlockCard], cards: Sequence[BlockCard]) -> Meant:
    if not headings:
        return Meant([], "The notebook has no heading to rename.")
    if re.fullmatch(
        r"(?:the\s+)?(?:heading|title|header|headline|main\s+(?:heading|title)|notebook['’]?s\s+title)",
        phrase,
        re.IGNORECASE,
    ):
        if len(headings) == 1 or re.search("title|main", phrase, re.IGNORECASE):
            return Meant([headings[0].id])
        return Meant([], "Which heading should be renamed?", tuple(named(card) for card in headings))
    if re.search(rf"{BLOCK}\s*#?\d", phrase, re.IGNORECASE):
        return find_blocks(phrase, cards)
    bare = (
        re.sub(
            r"\b(?:the|heading|title|section|header|headline|called|named)\b",
            " ",
            phrase,
            flags=re.IGNORECASE,
        ).strip()
        or phrase
    )
    exact = [card for card in headings if folded(_heading(card)) == folded(bare.strip(" \"'“”«»"))]
    found = Meant([exact[0].id]) if len(exact) == 1 else find_blocks(bare, headings)
    if not found.problem and len(found.ids) != 1:
        return Meant(
            [], f"“{phrase}” could mean {len(found.ids)} headings.", tuple(named(card) for card in headings)
        )
    if found.problem:
        return Meant([], f"No heading is “{bare}”.", tuple(named(card) for card in headings))
    return found


def _retitled(card: BlockCard, new: str) -> str:
    """The block with its first heading reworded and everything else kept."""
    if card.type.startswith("text-cell"):
        return re.sub(r"^#+\s*", "", new)
    lines = card.content.splitlines()
    for place, line in enumerate(lines):
        marks = re.match(r"\s{0,3}(#+)\s*", line)
        if marks:
            bare = re.sub(r"^#+\s*", "", new)
            lines[place] = f"{marks.group(1)} {bare}"
            return "\n".join(lines)
    return new


def _add(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    lead = r"(?:add|insert|put|write|leave|place|append|prepend|include|create|drop|have)"
    what = rf"(?P<kind>{NOTE}|(?:a|an|the|new|another|main|short)?\s*(?:new\s+)?(?:heading|title|header|headline|callout|markdown\s+{BLOCK}|text\s+{BLOCK}))"
    edge = rf"(?P<edge>{TOP}|{BOTTOM}){OF_IT}"
    side = rf"(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+?)"
    for pattern in (
        rf"{lead}\s+{what}{SAYING}?\s*(?P<text>⟦\d+⟧)\s*(?:{edge}|{side})?",
        rf"{lead}\s+{what}\s+(?:{edge}|{side})\s*{SAYING}\s*(?P<text>.+)",
        rf"{lead}\s+{what}\s+(?:{edge}|{side})\s+(?P<text>⟦\d+⟧)",
        rf"(?:{edge}|{side})\s*,?\s*{lead}\s+{what}{SAYING}?\s*(?P<text>.+)",
        rf"{lead}\s+{what}{SAYING}\s*(?P<text>.+?)\s+(?:{edge}|{side})",
        rf"{lead}\s+{what}{SAYING}\s*(?P<text>.+)",
        rf"{lead}\s+(?P<text>⟦\d+⟧)\s+(?:as\s+{what}\s+)?(?:{edge}|{side})",
    ):
        found = _groups(pattern, clause)
        if found is None:
            continue
        if "anchor" in found and re.search(r"\binstead\b", found["anchor"]):
            continue
        return _added(found, cards)
    if _groups(rf"{lead}\s+{what}\s*(?:{edge}|{side})?", clause) is not None:
        return Read(problem="What should the new text say? Put it in quotation marks.")
    return None


def _added(found: dict[str, str], cards: Sequence[BlockCard]) -> Read:
    phrases = quoted(found["text"])
    text = phrases[0][0] if phrases and phrases[0][1] == 0 else found["text"].strip()
    if not phrases:
        text = text[:1].upper() + text[1:]
    if re.search(r"heading|title|header|headline", found.get("kind", ""), re.IGNORECASE):
        text = f"## {text}"
    place: Place = "bottom"
    target = ""
    if "edge" in found:
        place = "top" if re.fullmatch(TOP, found["edge"], re.IGNORECASE) else "bottom"
    elif "side" in found:
        place = "before" if re.fullmatch(BEFORE, found["side"], re.IGNORECASE) else "after"
        meant = _anchor(found["anchor"], place, cards, [])
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        target = meant.ids[0]
    return Read([Step(action="add", place=place, anchor=target, text=text, note=True)])


def _clear(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = _groups(
        rf"(?:clear|wipe|blank|empty)\s+(?:out\s+)?(?:the\s+(?:content|contents|text)\s+of\s+)?(?P<block>.*\b(?:{BLOCK}|scratch|note|heading)\b.*)",
        clause,
    )
    if found is None:
        return None
    meant = find_blocks(found["block"], cards)
    if meant.problem or len(meant.ids) != 1:
        return Read(
            problem=meant.problem or f"“{found['block']}” could mean {len(meant.ids)} blocks.",
            choices=meant.choices,
        )
    card = next(card for card in cards if card.id == meant.ids[0])
    if card.type not in HOLDS_TEXT:
        return Read(
            [
                Step(
                    action="cannot",
                    blocks=[card.id],
                    text=f"Block {card.place} is a {card.type} block; it has no text to clear.",
                )
            ]
        )
    return Read([Step(action="replace", blocks=[card.id], text="")])


def _impossible(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    gone = _groups(
        r"(?:delete|remove|erase|trash|discard|kill|drop|scrap|ditch|purge|prune|cut|get\s+rid\s+of|throw\s+(?:away|out)|take\s+out|clean\s+(?:out|up))\s+(?P<block>.+)",
        clause,
    )
    if gone is not None and not re.fullmatch(
        r"(?:the\s+|this\s+|my\s+)?(?:notebook|it|things|everything|mess)", gone["block"], re.IGNORECASE
    ):
        return _cannot("delete", gone["block"], cards)
    for pattern, what in (
        (r"(?:merge|combine|join)\s+(?P<block>.+)", "merge"),
        (r"split\s+(?P<block>.+)", "split"),
        (r"(?:duplicate|copy|clone)\s+(?P<block>.+)", "copy"),
        (
            r"(?:convert|turn|change)\s+(?P<block>.+?)\s+(?:in)?to\s+(?:a\s+|an\s+)?(?:markdown|text|sql|code|python|heading|input|chart|callout)(?:\s+(?:block|cell|one))?",
            "type",
        ),
    ):
        found = _groups(pattern, clause)
        if found is not None:
            return _cannot(what, found["block"], cards)
    return None


def _cannot(what: str, block: str, cards: Sequence[BlockCard]) -> Read:
    meant = find_blocks(block, cards)
    card = next((card for card in cards if meant.ids and card.id == meant.ids[0]), None)
    place = f"block {card.place}" if card else f"“{block}”"
    ids = [card.id] if card else []
    offer = (
        f" I can replace its contents with a note: “replace {place} with a note”."
        if card and card.type in HOLDS_TEXT
        else ""
    )
    words = {
        "delete": f"No tool deletes a block, so {place} stays.{offer}",
        "type": f"A block's type cannot be changed, so {place} stays {'a ' + card.type + ' block' if card else 'as it is'}.{offer}",
        "merge": f"Blocks cannot be merged, so {place} stays as it is; they can be moved next to each other.",
        "split": f"A block cannot be split, so {place} stays as it is.",
        "copy": f"Tidying copies no block, so {place} stays alone.",
    }
    return Read([Step(action="cannot", blocks=ids, text=words[what])])


def _suggestions(cards: Sequence[BlockCard]) -> list[str]:
    """Requests that would make sense here, for a person who asked for nothing in particular."""
    found = []
    imports = [card for card in cards if card.only_imports]
    code = [
        card for card in cards if card.type in {"code", "sql"} and not card.only_imports and not card.empty
    ]
    if imports and code and imports[-1].place > code[0].place:
        found.append(
            "Move the imports to the top" if len(imports) == 1 else "Gather the imports together at the top"
        )
    empty = [card for card in cards if card.empty and card.type in HOLDS_TEXT]
    found += [
        f"Replace block {card.place}, which is empty, with a note"
        if len(empty) > 1
        else "Replace the empty block with a note"
        for card in empty[:3]
    ]
    return found


Reader = Callable[[str, Sequence[BlockCard]], Read | None]
READERS: tuple[Reader, ...] = (
    _vague,
    _run,
    _order,
    _swap,
    _rename,
    _replace,
    _clear,
    _add,
    _move,
    _impossible,
)
__all__ = ["TEXT_TYPES", "clauses", "what_to_tidy", "words_of", "written_text"]
