"""Clauses that change what a block says: replacements, notes, headings, and what no tool can do."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, BlockCard, Place, Step
from agents.rules.tidy_notebook_blocks import BLOCK, Meant, find_blocks, heading_of, named
from agents.rules.tidy_notebook_moves import anchor_of
from agents.rules.tidy_notebook_words import (
    AFTER,
    BEFORE,
    BOTTOM,
    DEFAULT_NOTE,
    NOTE,
    OF_IT,
    SAYING,
    TOP,
    Read,
    groups,
)
from agents.rules.wording import folded, quoted


def replace(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    for pattern in (
        r"(?:replace|swap|substitute|exchange|overwrite)\s+(?:out\s+)?(?:the\s+(?:content|contents|text|code|source)\s+of\s+)?(?P<block>.+?)\s+(?:with|by|for|into)\s+(?P<text>.+)",
        rf"(?:turn|change|convert|make|transform|rewrite)\s+(?P<block>.+?)\s+(?:into|to|in)?\s*(?P<text>{NOTE}.*)",
        r"(?:fill)\s+(?:in\s+)?(?P<block>.+?)\s+(?:in\s+)?with\s+(?P<text>.+)",
        r"(?:change|update|set|edit)\s+(?:the\s+(?:content|contents|text|code|source)\s+of\s+)?(?P<block>.+?)\s+(?:to|so\s+(?:that\s+)?it\s+(?:says|reads))\s*:?\s+(?P<text>.+)",
        r"(?:make|let|have)\s+(?P<block>.+?)\s+(?:say|read)\s*:?\s+(?P<text>.+)",
        rf"(?:put|write|leave|place)\s+(?P<text>⟦\d+⟧|{NOTE}.*?)\s+(?:in|into|inside|in\s+place\s+of|instead\s+of)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b{BLOCK}\b.*|.*scratch.*))",
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


def rename(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    for pattern in (
        r"(?:rename|retitle|reword)\s+(?P<block>.+?)\s+(?:to|into|as)\s+(?P<text>.+)",
        r"change\s+(?P<block>(?:the\s+)?(?:heading|title|section|header|headline).*?)\s+(?:to|into|from\s+.+?\s+to)\s+(?P<text>.+)",
        r"(?:rename|retitle)\s+(?P<block>⟦\d+⟧|.+?)\s+(?P<text>⟦\d+⟧)",
        r"call\s+(?P<block>(?:the\s+)?.*(?:heading|title|section|header)\S*.*?)\s+(?P<text>⟦\d+⟧|[A-Z].*)",
        r"(?P<block>(?:the\s+)?(?:heading|title|section|header)\s+.+?)\s+should\s+(?:be\s+called|read|say|be)\s+(?P<text>.+)",
    ):
        found = groups(pattern, clause)
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
    exact = [card for card in headings if folded(heading_of(card)) == folded(bare.strip(" \"'“”«»"))]
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


def add(clause: str, cards: Sequence[BlockCard]) -> Read | None:
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
        found = groups(pattern, clause)
        if found is None:
            continue
        if "anchor" in found and re.search(r"\binstead\b", found["anchor"]):
            continue
        return _added(found, cards)
    if groups(rf"{lead}\s+{what}\s*(?:{edge}|{side})?", clause) is not None:
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
        meant = anchor_of(found["anchor"], place, cards, [])
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        target = meant.ids[0]
    return Read([Step(action="add", place=place, anchor=target, text=text, note=True)])


def clear(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = groups(
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


def impossible(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    whole = groups(
        r"(?:delete|remove|erase|trash|discard|kill|drop|scrap|get\s+rid\s+of|archive|throw\s+(?:away|out))(?:\s+(?:the\s+|this\s+|my\s+|whole\s+|entire\s+)*(?:notebook|project|page))?",
        clause,
    )
    if whole is not None:
        return Read(
            [
                Step(
                    action="cannot",
                    text="No tool deletes a notebook or a project; that is done in the workspace itself.",
                )
            ]
        )
    gone = groups(
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
        found = groups(pattern, clause)
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
