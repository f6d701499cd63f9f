"""Turning a request to tidy into steps, without a model: clause by clause, each read whole or asked about."""

import re
from collections.abc import Callable, Mapping, Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, BlockCard, Step, TidyWish, WhatToTidy
from agents.rules import rule
from agents.rules.corrections import Correction, correction_in
from agents.rules.quotations import masked
from agents.rules.tidy_notebook_additions import add
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_by_parts import by_parts
from agents.rules.tidy_notebook_columns import rename_column
from agents.rules.tidy_notebook_conditions import without_conditions
from agents.rules.tidy_notebook_contents import clear, replace
from agents.rules.tidy_notebook_corrected import corrected
from agents.rules.tidy_notebook_descriptions import MEANS_NOTHING
from agents.rules.tidy_notebook_exchange import exchange
from agents.rules.tidy_notebook_headings import NO_RENAMING, relevel, rename
from agents.rules.tidy_notebook_limits import impossible, settings, stay, value
from agents.rules.tidy_notebook_moves import between, move, swap
from agents.rules.tidy_notebook_names import rename_name
from agents.rules.tidy_notebook_order import order
from agents.rules.tidy_notebook_parts import comment, cut, cut_sentence, extend
from agents.rules.tidy_notebook_referents import named_again, remark, spoken_of, taken_up, tells, topic_of
from agents.rules.tidy_notebook_request import apart, aside, clauses, plain
from agents.rules.tidy_notebook_sorting import sort_rows
from agents.rules.tidy_notebook_splitting import split_off
from agents.rules.tidy_notebook_stated import made, outdated
from agents.rules.tidy_notebook_surroundings import IDLE, context_of, restated
from agents.rules.tidy_notebook_words import NEGATED, Read, groups

NAMES_NOTEBOOK = re.compile(
    r"\brename\s+(?:it|this|that)\b.*(?:\bnotebook\s+itself\b|\bsidebar\b)", re.IGNORECASE | re.DOTALL
)
"""`can you rename it? The notebook itself`: what no tool does."""


@rule(WhatToTidy)
def what_to_tidy(question: WhatToTidy) -> TidyWish:
    """Steps for the clauses that can be read; a question for each that cannot."""
    request = plain(question.request, question.blocks)
    if NAMES_NOTEBOOK.search(request):
        return TidyWish(steps=[Step(action="cannot", text=NO_RENAMING, words=request[:300])])
    if question.notebook:
        called = (
            rf"\b((?:re-?)?run|execute)\s+(?:the\s+)?{re.escape(question.notebook)}(?:\s+notebook)?(?!\w)"
        )
        request = re.sub(called, r"\1 it", request, flags=re.IGNORECASE)
    return _wish(request, question.blocks)


def _wish(request: str, cards: Sequence[BlockCard]) -> TidyWish:
    request = made(outdated(restated(request), cards), cards)
    correction = correction_in(request)
    if correction is not None and not remarked(request, correction):
        return corrected(
            correction,
            lambda text: _wish(text, cards),
            lambda clause, steps: named_again(clause, steps, "", cards),
        )
    request, left_out = without_conditions(request, cards)
    parts = clauses(request)
    forbids = [part for part in parts if NEGATED.search(masked(part)[0])]
    proposal = any(groups(PROPOSAL, part) is not None for part in parts)
    if any(stay(part, cards) is None for part in forbids) or (forbids and proposal):
        asked = next((read for part in parts if (read := _vague(part, cards)) is not None), None)
        if asked is not None:
            return TidyWish(unclear=[asked.problem], choices=list(asked.choices))
        return TidyWish(unclear=["The request asks for something and forbids changes. What may be changed?"])
    steps: list[Step] = []
    unread: list[tuple[str, Read]] = []
    run = False
    kept: dict[str, str] = {}
    spoken = ""
    topics: dict[str, list[str]] = {}
    spared = frozenset(each for part in parts if (read := stay(part, cards)) for each in read.kept)
    left = list(parts)
    while left:
        clause = left.pop(0)
        context = context_of(clause) or taken_up(clause, left, cards)
        if context is not None:
            spoken = spoken_of(context, cards) or spoken
            continue
        said = between(named_again(clause, steps, spoken, cards), cards)
        read = _with_words(_on_top(_read(said, cards, spared), said, steps, cards), clause)
        several = read.problem or _free_text(read, clause)
        if several and (pieces := _apart(clause, steps, spoken, cards)):
            left = [*pieces, *left]
            continue
        if read.steps and several and _names_another(clause, cards):
            read = Read(
                problem=f"“{clause}” may hold more than one wish; put each into a sentence of its own, or the new text in quotation marks."
            )
        if said != clause and spoken and unread and tells(unread[-1][0], cards):
            unread.pop()  # the remark that says what the pronoun means
        if read.kept:
            spoken = " and ".join(f"block {card.place}" for card in cards if card.id in read.kept)
        steps += read.steps
        run = run or read.run
        kept |= dict.fromkeys(read.kept, clause)
        if read.problem:
            unread.append((clause, read))
            topic = topic_of(said, cards)
            topics |= dict.fromkeys([clause] if topic else [], topic)
            spoken = (said if topic else spoken_of(clause, cards) if tells(clause, cards) else "") or spoken
        elif any(step.blocks for step in read.steps):
            spoken = ""
    if steps:
        unread = [
            (clause, read)
            for clause, read in unread
            if not aside(clause)
            and not remark(clause)
            and groups(VAGUE, clause) is None
            and groups(IDLE.pattern, clause) is None
        ]
    touched = {each for step in steps for each in step.blocks}
    unread = [(clause, read) for clause, read in unread if not touched.intersection(topics.get(clause, ()))]
    unclear = [read.problem for _, read in unread] + _against(kept, steps, cards)
    choices = list(dict.fromkeys(choice for _, read in unread for choice in read.choices))
    steps += [Step(action="cannot", text=sentence) for sentence in left_out]
    if not steps and not unclear and not run:
        unclear, choices = ["What should be moved or replaced?"], _suggestions(cards)
    return TidyWish(steps=steps[:20], unclear=unclear[:8], choices=choices[:12], run=run)


def remarked(request: str, correction: Correction) -> bool:
    """`the title is dull, make it “Prices”`: what stands before is a remark, and nothing is taken back."""
    words = request[len(correction.before) : len(request) - len(correction.after)]
    return re.search(r"\bmake\s+(?:it|that)\b", words, re.IGNORECASE) is not None and tells(
        re.split(r"[.;!?]\s+", correction.before)[-1]
    )


def _against(kept: Mapping[str, str], steps: Sequence[Step], cards: Sequence[BlockCard]) -> list[str]:
    """Wishes that would write a block of which the request says that it shall stay as it is."""
    place = {card.id: card.place for card in cards}
    return [
        f"“{kept[each]}” keeps block {place[each]} as it is, and “{step.words}” would change it. Which one counts?"
        for step in steps
        for each in step.blocks
        if each in kept and step.action != "cannot" and not _heading_kept(kept[each], step, cards)
    ]


def _heading_kept(clause: str, step: Step, cards: Sequence[BlockCard]) -> bool:
    """Whether only the heading was to stay, and the wish changes what stands under it."""
    card = next(card for card in cards if card.id == step.blocks[0])
    first = card.content.partition("\n")[0]
    return (
        step.action == "replace"
        and card.level > 0
        and re.search(r"\b(?:heading|title|headline|header)\b", clause, re.IGNORECASE) is not None
        and first != card.content
        and step.text.partition("\n")[0] == first
    )


def _on_top(read: Read, clause: str, steps: Sequence[Step], cards: Sequence[BlockCard]) -> Read:
    """The clause read anew where a clause before it rewrites the same block: the second text is made of the first one."""
    before = {step.blocks[0]: step.text for step in steps if step.action == "replace"}
    twice = [step.blocks[0] for step in read.steps if step.action == "replace" and step.blocks[0] in before]
    if not twice:
        return read
    known = [
        card.model_copy(update={"content": before[card.id], "empty": not before[card.id].strip()})
        if card.id in before
        else card
        for card in cards
    ]
    again = _read(clause, known)
    if [step.blocks for step in again.steps] == [step.blocks for step in read.steps]:
        return again
    place = next(card.place for card in cards if card.id == twice[0])
    return Read(
        problem=f"“{clause}” and a wish before it both rewrite block {place}; ask for one after the other."
    )


def _read(clause: str, cards: Sequence[BlockCard], spared: frozenset[str] = frozenset()) -> Read:
    """The clause by the first reader that knows it; `spared` are the blocks that other clauses want kept."""
    astray: Read | None = None
    for reader in READERS:
        read = exchange(clause, cards, spared) if reader is exchange else reader(clause, cards)
        if read is None or (astray is not None and not _does(read)):
            continue
        if not read.problem.startswith(MEANS_NOTHING):
            return read
        astray = read
    return (
        by_parts(clause, cards)
        or astray
        or Read(problem=f"I cannot read “{clause}” as a move, a replacement, a note or a new heading.")
    )


def _does(read: Read) -> bool:
    return not read.problem and any(step.action != "cannot" for step in read.steps)


def _apart(clause: str, steps: Sequence[Step], spoken: str, cards: Sequence[BlockCard]) -> list[str]:
    """The wishes of a clause that as a whole is none: all of its parts have to be read, each by itself."""
    for pieces in apart(clause):
        so_far = list(steps)
        for piece in pieces:
            read = _read(between(named_again(piece, so_far, spoken, cards), cards), cards)
            if read.problem or (read.steps and not _does(read)):
                break
            so_far += _with_words(read, piece).steps
        else:
            if len(so_far) > len(steps):
                return pieces
    return []


LISTED = re.compile(r",|\band\b", re.IGNORECASE)
ANNOUNCED = re.compile(
    r"⟦|:|\b(?:says?|saying|reads?|reading|stating|that|tell|remind|warn)\b", re.IGNORECASE
)


def _free_text(read: Read, clause: str) -> bool:
    """Whether the clause gives a text that no mark and no word sets off from what is said behind it."""
    held = masked(clause)[0]
    writes = any(step.action in {"replace", "add"} for step in read.steps)
    return writes and LISTED.search(held) is not None and ANNOUNCED.search(held) is None


def _names_another(clause: str, cards: Sequence[BlockCard]) -> bool:
    """`…, the bullet to Ask for more`: behind the first wish stand words that mean a block, and what becomes of it."""
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", clause)[1:]
    names = [re.match(r"(.+?)\s+(?:to|into|with|by|becomes?|as)\s+\S", part) for part in parts]
    return any(name is not None and find_blocks(name.group(1), cards).ids for name in names)


def _with_words(read: Read, clause: str) -> Read:
    return read._replace(steps=[step.model_copy(update={"words": clause[:300]}) for step in read.steps])


def _run(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    it = r"(?:\s+(?:it|the\s+notebook|everything|all(?:\s+of\s+it)?|the\s+whole\s+(?:thing|notebook)|that))?"
    why = r"(?:tell|show|see|check|report|let|verify|say|know|make\s+sure|prove|be\s+sure|find\s+out)\b.*"
    wish = r"(?:(?:i|we)\s*(?:['’]d\s+like|need|want|would\s+like|have|must)\s+)"
    pattern = rf"(?:re-?)?(?:run|execute|rerun){it}(?:\s+(?:again|once|afterwards?))*(?:\s*,?\s*(?:(?:and|to|{wish}to)\s+)+{why})?"
    return Read(run=True) if groups(pattern, clause) is not None else None


VAGUE = r"(?:(?:put|bring|get|set)\s+(?:things|everything|it|all|them|that|this|(?:the\s+|all\s+)*(?:blocks|cells|notebook|stuff))\s+(?:in(?:to)?|to)\s+(?:(?:a|the|an)\s+)?(?:\w+\s+)?(?:order|sequence|shape|place)|(?:tidy|clean|neaten|straighten)(?:\s+up)?|organi[sz]e|improve|fix|sort\s+out|beautify|restructure|sort)(?:\s+(?:up|out|the|this|my|our|it|notebook|things|everything|mess|a\s+bit|a\s+little|properly|all)\b)*|make\s+(?:(?:it|the\s+notebook|this)\s+)?(?:look\s+|read\s+|run\s+|be\s+)?(?:runnable|run|executable|readable|in\s+order|from\s+top\s+to\s+bottom|nicer?|decent|good|pretty|respectable|professional|proper|tid(?:y|ier)|neat(?:er)?|clean(?:er)?|better|prettier|presentable).*"


PROPOSAL = r".*\b(?:what|how)\s+(?:you|one|we)\s+(?:would|could|should|might)\b.*|.*\b(?:what|how)\s+(?:would|could|should|can|might)\s+(?:you|one|we|i|be)\b.*|.*\b(?:any|some|your|have|make)\s+(?:\w+\s+)?(?:suggestions?|ideas?|proposals?|recommendations?)\b.*|(?:suggest|propose|recommend)\b.*"
"""What asks for a proposal and for no change."""


def _vague(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    if groups(VAGUE, clause) is None and groups(PROPOSAL, clause) is None:
        return None
    offered = _suggestions(cards)
    if not offered:
        return Read(
            problem="What should be moved or rewritten? The imports stand first and no block is empty, so I see nothing out of place."
        )
    seen = "; ".join(f"{each[:1].lower()}{each[1:]}" for each in offered)
    return Read(problem=f"“{clause}” leaves open what to do. What I see: {seen}.", choices=tuple(offered))


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
    stay,
    sort_rows,
    order,
    swap,
    split_off,
    settings,
    value,
    rename_column,
    rename_name,
    relevel,
    rename,
    exchange,
    comment,
    cut,
    cut_sentence,
    extend,
    replace,
    clear,
    add,
    move,
    impossible,
)

__all__ = ["clauses", "what_to_tidy"]
