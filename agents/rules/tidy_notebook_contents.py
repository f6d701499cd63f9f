"""Clauses that give a block a new content: replaced by a text or a note, or cleared."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, BlockCard, Step
from agents.rules.quotations import masked
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import Meant, does, heading_of, kind_of, named, section_of
from agents.rules.tidy_notebook_headings import BODY
from agents.rules.tidy_notebook_kinds import BLOCK, OTHER_WORDS
from agents.rules.tidy_notebook_limits import cannot
from agents.rules.tidy_notebook_words import DEFAULT_NOTE, HEADED, NOTE, SAYING, Read, groups, one_block
from agents.rules.wording import FILLER, folded, quoted, words_of


def replace(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    for pattern in (
        r"(?:replace|swap|substitute|exchange|overwrite)\s+(?:out\s+)?(?:(?:(?:the|all)\s+)*(?:content|contents|text|code|source)\s+(?:of|in)\s+|everything\s+(?:that\s+(?:is|stands)\s+)?in\s+)?(?P<block>.+?)\s+(?:with|by|for|into)\s+(?P<text>.+)",
        rf"(?:turn|change|convert|make|transform|rewrite)\s+(?P<block>.+?)\s+(?:(?:into|to|in)\s+|(?=an?\s))(?P<text>{NOTE}.*)",
        r"(?:get\s+rid\s+of|remove|delete|lose)\s+(?P<block>.+?)\s+by\s+(?:writing|putting|adding)\s+(?P<text>⟦\d+⟧)(?:\s+(?:in(?:to)?|inside)\s+it|\s+there)?",
        r"(?:fill)\s+(?:in\s+)?(?P<block>.+?)\s+(?:in\s+)?with\s+(?P<text>.+)",
        r"(?:change|update|set|edit)\s+(?:the\s+(?:content|contents|text|code|source)\s+of\s+)?(?P<block>.+?)\s+(?:to|so\s+(?:that\s+)?it\s+(?:says|reads))\s*:?\s+(?P<text>.+)",
        r"(?P<block>(?:the|this|that|my|our|block|cell)\s+.+?)\s+(?:should|must|has\s+to|needs\s+to|ought\s+to)\s+(?:say|read)\s*:?\s+(?P<text>⟦\d+⟧)(?:\s+(?:and\s+)?(?:nothing|no)\s+(?:more|else))?",
        r"(?:make|let|have)\s+(?P<block>.+?)\s+(?:say|read)\s*:?\s+(?P<text>.+)",
        rf"(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank|scratch)\b.*?))\s+(?:gets?|receives?|takes?|holds?)\s+(?P<text>⟦\d+⟧|{NOTE}\b.*)",
        rf"(?:put|write|leave|place|add|insert)\s+{NOTE}\s+(?:in|into|inside)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank|scratch)\b.*?)){SAYING}\s*(?P<text>.+)",
        rf"(?:put|write|leave|place|add|insert)\s+(?:in|into|inside)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank|scratch)\b.*?))\s*(?::|\s)\s*(?P<text>⟦\d+⟧)",
        rf"(?:put|write|leave|place|insert)\s+(?P<text>⟦\d+⟧|{NOTE}.*?|(?=[^⟦⟧]*?\S[()=])[^⟦⟧]+?)\s+(?:in|into|inside|in\s+place\s+of|instead\s+of)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank)\b.*|.*scratch.*))",
    ):
        found = groups(pattern, clause)
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
            return cannot("type", found["block"], cards)
        return _replaced(found["block"], found["text"], cards)
    return None


def _under_heading(block: str, text: str, cards: Sequence[BlockCard]) -> Read | None:
    """`the text under the heading should read …`: the heading stays, what stands under it in its block is new."""
    if re.search(BODY, block, re.IGNORECASE) is None:
        return None
    card = one_block(re.sub(rf"^.*?(?={HEADED})", "the ", block, flags=re.IGNORECASE), cards)
    if isinstance(card, Read):
        return card
    heading, _, under = card.content.partition("\n")
    written, _ = written_text(text)
    if not under.strip() or not written or not quoted(text):
        return Read(
            problem=f"“{block}” is not certain; say which block should be rewritten, and put the new text in quotation marks."
        )
    return Read([Step(action="replace", blocks=[card.id], text=f"{heading}\n\n{written}")])


def _replaced(block: str, text: str, cards: Sequence[BlockCard]) -> Read:
    if (under := _under_heading(block, text, cards)) is not None:
        return under
    meant = find_blocks(block, cards)
    if not meant.problem and len(meant.ids) > 1:
        chosen = [card for card in cards if card.id in meant.ids and card.type in HOLDS_TEXT]
        if re.match(r"(?:every|each|all)\b", block, re.IGNORECASE) and all(card.empty for card in chosen):
            read = [_replaced(f"block {card.place}", text, cards) for card in chosen]
            return next(
                (each for each in read if each.problem), Read([step for each in read for step in each.steps])
            )
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
    if _only_mentions(block, card):
        return Read(
            problem=f"“{block}” stands in block {card.place} among other things, and a replacement would overwrite all of it; put the words that should go, and the new ones, in quotation marks.",
            choices=(f"Replace block {card.place} with a note",)
            if re.match(rf"{NOTE}\b", text, re.IGNORECASE)
            else (),
        )
    if not quoted(text) and MORE_WISHES.search(text):
        return Read(
            problem=f"“{text}” may hold more than one wish; put each into a sentence of its own, or the new text in quotation marks."
        )
    written, note = written_text(text)
    if written is not None and TEXT_OF.search(block) and not re.search(WHOLE_BLOCK, block, re.IGNORECASE):
        heading, _, body = card.content.partition("\n")
        written = f"{heading}\n\n{written}" if card.level and body.strip() else written
    if written is None:
        return Read(problem=f"What should block {card.place} say instead? Put the text in quotation marks.")
    if not note and card.type == "code" and not _is_code(written, cards):
        note = True
    if note and not card.empty and written == DEFAULT_NOTE:
        written = "Note: the former contents of this block were taken out."
    return Read([Step(action="replace", blocks=[card.id], text=written, note=note)])


TEXT_OF = re.compile(r"\b(?:text|paragraph|sentences?|description|prose)\b", re.IGNORECASE)
"""Words by which what stands under a heading is meant, without the heading."""
MORE_WISHES = re.compile(
    r"\band\s+(?:the|my|our|its|that|this|block|cell)\s+[^,;.]{1,40}?\s(?:with|by|to|into)\s", re.IGNORECASE
)
"""`Call Ana and the bullet with Call Bo`: the second half may be a replacement too."""


def _only_mentions(phrase: str, card: BlockCard) -> bool:
    """Whether the words are found in the block and neither say what it is, nor what it defines, nor its heading."""
    if card.empty or re.search(
        rf"{BLOCK}|⟦|(?:#|\bno\.?|\bnumber)\s*\d|\d(?:st|nd|rd|th)\b", masked(phrase)[0], re.IGNORECASE
    ):
        return False
    whole = folded(phrase.strip(" .")) == folded(card.content.strip(" .\n"))
    if whole or any(pattern.search(phrase) for pattern, _ in OTHER_WORDS):
        return False
    words = [word.text for word in words_of(phrase) if word.text not in FILLER]
    own = {folded(name) for name in [card.variable, *card.defines] if name}
    own |= {word.text for word in words_of(heading_of(card))} if card.level else set()
    return not any(kind_of(word) or word in own or does(word) for word in words)


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
            if re.search(
                r"[()=\n]|^(?:select|with|insert\s+into|update|delete\s+from)\b", bare, re.IGNORECASE
            )
            or ":" in text
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


def _is_code(text: str, cards: Sequence[BlockCard]) -> bool:
    """Whether it is Python, and no word that only looks like a name."""
    try:
        compile(text, "block", "exec")
    except (SyntaxError, ValueError):
        return False
    return re.search(r"[()=\[\]]|^\s*(?:import|from|print)\b", text) is not None or any(
        text.strip() in card.defines or text.strip() == card.variable for card in cards
    )


WHOLE_BLOCK = rf"\b{BLOCK}\b|\b(?:heading|title|header|headline)\b|\d"
"""Words by which a block is meant with its heading."""


def clear(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = groups(
        r"(?:clear|wipe|blank|empty)\s+(?:out\s+)?(?:the\s+(?:content|contents|text)\s+of\s+)?(?P<block>.+)",
        clause,
    )
    if found is None or re.fullmatch(
        r"(?:out|up|it|things|everything|(?:the\s+|this\s+|my\s+)?notebook)", found["block"], re.IGNORECASE
    ):
        return None
    card = one_block(found["block"], cards)
    if isinstance(card, Read):
        return card
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
    heading = card.content.partition("\n")[0]
    if (
        card.level
        and card.content.strip() != heading.strip()
        and not re.search(WHOLE_BLOCK, found["block"], re.IGNORECASE)
    ):
        return Read(
            [Step(action="replace", blocks=[card.id], text=heading)]
        )  # the text goes, its heading stays
    if card.level and re.search(r"\bsections?\b", found["block"], re.IGNORECASE):
        return Read(
            problem="A section is more than one block; which of them should be cleared?",
            choices=tuple(named(each) for each in cards if each.id in section_of(card, cards)),
        )
    return Read([Step(action="replace", blocks=[card.id], text="")])
