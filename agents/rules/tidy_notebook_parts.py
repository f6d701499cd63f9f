"""Clauses that change a part of a block's text and keep the rest: words for words, a line more, a comment."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, TEXT_TYPES, BlockCard, Step
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import heading_of, named
from agents.rules.tidy_notebook_headings import retitled
from agents.rules.tidy_notebook_pairs import holding, whole
from agents.rules.tidy_notebook_scopes import blocks_in
from agents.rules.tidy_notebook_words import (
    OF_IT,
    SAYING,
    Read,
    first_groups,
    groups,
    one_block,
)
from agents.rules.wording import quoted


def cut(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`remove the sentence "…"`: words of a text or of code that go, and the rest of the block stays."""
    found = first_groups(
        clause,
        r"(?:delete|remove|drop|strike|cut|erase|take\s+out|get\s+rid\s+of|lose)\s+(?:out\s+)?(?:(?:the|this|that)\s+)?(?P<kind>sentences?|words?|phrase|text|line|part|bit|remark)\s+⟦(?P<old>\d+)⟧(?:\s+(?:from|in|out\s+of|inside)\s+(?P<block>.+))?",
        r"(?:delete|remove|drop|strike|cut|erase|take\s+out|get\s+rid\s+of|lose|take|strip|pull|throw|kick)\s+⟦(?P<old>\d+)⟧\s+(?:away\s+|out\s+)?(?:from|out\s+of|of|in)\s+(?P<block>.+)",
    )
    if found is None:
        return None
    old = quoted(clause)[0][0].strip()
    text_cards = [card for card in cards if card.type in HOLDS_TEXT and card.content.strip() != old]
    there = holding(old, text_cards)
    if "block" in found:
        meant = blocks_in(found["block"], cards)
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        there = [card for card in there if card.id in meant.ids]
    if not there:
        return None
    if len(there) > 1 or len(re.findall(whole(old), there[0].content, re.IGNORECASE)) > 1:
        return Read(
            problem=f"“{old}” stands in more than one place; from which block should it go?",
            choices=tuple(named(card) for card in there[:12]),
        )
    text = re.sub(rf"[ \t]*{whole(old)}", "", there[0].content, flags=re.IGNORECASE)
    lines = [line.strip() if there[0].type in TEXT_TYPES else line.rstrip() for line in text.splitlines()]
    return Read([Step(action="replace", blocks=[there[0].id], text="\n".join(lines).strip("\n"))])


_NTH_SENTENCE = re.compile(
    r"(?:delete|remove|drop|strike|cut|erase|take\s+out|get\s+rid\s+of|lose|omit|leave\s+out)\s+(?:the\s+)?(?:very\s+)?(?P<nth>first|second|third|last|final)\s+(?:sentence|line)\s+(?:(?:of|in|from|out\s+of)\s+)?(?P<block>.+)",
    re.IGNORECASE,
)


def cut_sentence(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`drop the last sentence of the introduction`: one sentence of a text goes, its heading is none."""
    found = groups(_NTH_SENTENCE.pattern, clause)
    if found is None:
        return None
    card = one_block(found["block"], cards)
    if isinstance(card, Read):
        return card
    body = card.content.partition("\n")[2] if card.level and card.type == "markdown" else card.content
    sentences = re.findall(r"\S[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?", body)
    at = {"first": 0, "second": 1, "third": 2}.get(found["nth"].lower(), len(sentences) - 1)
    if card.type not in TEXT_TYPES or not 0 <= at < len(sentences) or len(sentences) < 2:
        return Read(problem=f"Which sentence should go? Block {card.place} has {len(sentences)}.")
    said = f"delete the sentence “{sentences[at].strip()}” from block {card.place}"
    return cut(said, cards)


def extend(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`append "(draft)" to the heading`: a heading gets the words behind its own, a text a paragraph more."""
    found = first_groups(
        clause,
        r"(?:add|append)\s+(?:the\s+(?:text|words?|sentence|phrase)\s+)?(?P<text>⟦\d+⟧)\s+to\s+(?P<block>.+)",
        r"(?:add|append|write)\s+(?:(?:a|an|one|another|the|this|following|short|more|further)\s+)*(?:text|words?|sentence|phrase|line|remark|paragraph)\s+(?:more\s+)?to\s+(?P<block>[^⟦⟧]+?)\s*:?\s*(?P<text>⟦\d+⟧)",
        r"(?:add|append)\s+to\s+(?P<block>[^⟦⟧]+?)\s+(?:the\s+(?:text|words?|sentence|phrase|line|remark)\s*:?\s+)?(?P<text>⟦\d+⟧)",
    )
    if found is None or re.fullmatch(
        rf"(?:the\s+)?(?:very\s+)?(?:top|bottom|start|beginning|end|notebook){OF_IT}",
        found["block"],
        re.IGNORECASE,
    ):
        return None
    card = one_block(found["block"], cards)
    if isinstance(card, Read):
        return card
    if card.type not in TEXT_TYPES:
        return None
    more = quoted(found["text"])[0][0]
    headed = card.level and re.search(r"\b(?:heading|title|headline|header)\b", found["block"], re.IGNORECASE)
    text = (
        retitled(card, f"{heading_of(card)} {more}")
        if headed
        else f"{card.content.rstrip()}\n\n{more}".lstrip()
    )
    return Read([Step(action="replace", blocks=[card.id], text=text, note=True)])


def comment(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """A comment into a block of code or SQL: its first line, and the rest as it was."""
    out = groups(r"comment\s+(?:out\s+(?P<block>.+)|(?P<other>.+?)\s+out)", clause)
    if out is not None:
        card_out = one_block(out.get("block") or out["other"], cards)
        if isinstance(card_out, Read):
            return card_out
        if card_out.type in {"code", "sql"} and not card_out.empty:
            sign = "--" if card_out.type == "sql" else "#"
            return Read(
                [
                    Step(
                        action="replace",
                        blocks=[card_out.id],
                        text="\n".join(f"{sign} {line}".rstrip() for line in card_out.content.splitlines()),
                    )
                ]
            )
    lead = r"(?:add|write|put|insert|leave|place|include|prepend)"
    kind = r"(?:a\s+|the\s+|as\s+)*(?P<kind>code|python|sql|inline)?\s*comments?"
    into = r"(?P<side>in|into|inside|to|above|before|over|(?:at|to)\s+the\s+(?:top|start|beginning)\s+of)\s+(?P<block>.+)"
    found = first_groups(
        clause,
        rf"{lead}\s+{kind}{SAYING}?\s*(?P<text>⟦\d+⟧)\s+{into}",
        rf"{lead}\s+(?P<text>⟦\d+⟧)\s+{kind}\s+{into}",
        rf"{lead}\s+{kind}\s+{into}{SAYING}\s*(?P<text>⟦\d+⟧)",
    )
    if found is None:
        return None
    if re.match(r"above|before|over", found["side"], re.IGNORECASE) and "kind" not in found:
        return None
    meant = find_blocks(found["block"], cards)
    card = next((card for card in cards if [card.id] == meant.ids), None)
    if card is None or card.type not in {"code", "sql"}:
        return None
    mark = "--" if card.type == "sql" else "#"
    lines = [f"{mark} {line}".rstrip() for line in quoted(found["text"])[0][0].splitlines()]
    return Read(
        [Step(action="replace", blocks=[card.id], text="\n".join([*lines, card.content]).rstrip("\n"))]
    )
