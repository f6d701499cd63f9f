"""Clauses that change what a block says: replacements, notes, headings, and what no tool can do."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, TEXT_TYPES, BlockCard, Place, Step
from agents.rules.tidy_notebook_blocks import (
    BLOCK,
    ORDINALS,
    Meant,
    does,
    find_blocks,
    heading_of,
    kind_of,
    masked,
    named,
)
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
from agents.rules.wording import FILLER, folded, quoted, words_of


def replace(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    for pattern in (
        r"(?:replace|swap|substitute|exchange|overwrite)\s+(?:out\s+)?(?:the\s+(?:content|contents|text|code|source)\s+of\s+)?(?P<block>.+?)\s+(?:with|by|for|into)\s+(?P<text>.+)",
        rf"(?:turn|change|convert|make|transform|rewrite)\s+(?P<block>.+?)\s+(?:into|to|in)?\s*(?P<text>{NOTE}.*)",
        r"(?:get\s+rid\s+of|remove|delete|lose)\s+(?P<block>.+?)\s+by\s+(?:writing|putting|adding)\s+(?P<text>⟦\d+⟧)(?:\s+(?:in(?:to)?|inside)\s+it|\s+there)?",
        r"(?:fill)\s+(?:in\s+)?(?P<block>.+?)\s+(?:in\s+)?with\s+(?P<text>.+)",
        r"(?:change|update|set|edit)\s+(?:the\s+(?:content|contents|text|code|source)\s+of\s+)?(?P<block>.+?)\s+(?:to|so\s+(?:that\s+)?it\s+(?:says|reads))\s*:?\s+(?P<text>.+)",
        r"(?P<block>(?:the|this|that|my|our|block|cell)\s+.+?)\s+(?:should|must|has\s+to|needs\s+to|ought\s+to)\s+(?:say|read)\s*:?\s+(?P<text>⟦\d+⟧)",
        r"(?:make|let|have)\s+(?P<block>.+?)\s+(?:say|read)\s*:?\s+(?P<text>.+)",
        rf"(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank|scratch)\b.*?))\s+(?:gets?|receives?|takes?|holds?)\s+(?P<text>⟦\d+⟧|{NOTE}\b.*)",
        rf"(?:put|write|leave|place|add|insert)\s+{NOTE}\s+(?:in|into|inside)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank|scratch)\b.*?)){SAYING}\s*(?P<text>.+)",
        rf"(?:put|write|leave|place|add|insert)\s+(?:in|into|inside)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank|scratch)\b.*?))\s*(?::|\s)\s*(?P<text>⟦\d+⟧)",
        rf"(?:put|write|leave|place)\s+(?P<text>⟦\d+⟧|{NOTE}.*?)\s+(?:in|into|inside|in\s+place\s+of|instead\s+of)\s+(?P<block>(?:the\s+|my\s+|our\s+)?(?:.*\b(?:{BLOCK}|empty|blank)\b.*|.*scratch.*))",
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


def reword(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`replace the word "Quick" with "Careful"`: a part of a block's text, and nothing else of it."""
    what = r"(?:the\s+)?(?P<kind>words?|phrase|text|string|name|value|number|term|typo|sentence)?\s*(?P<old>⟦\d+⟧)"
    found = groups(
        rf"(?:replace|change|swap|substitute|correct|fix|turn)\s+{what}\s+(?:with|by|to|into|for)\s+(?P<new>⟦\d+⟧)(?:\s+(?:in|inside|within|of)\s+(?P<block>.+))?",
        clause,
    ) or groups(
        r"(?:(?:fix|correct)\s+.*?\b)?(?:(?:where|it|that|which|there|and)\s+)*(?:says?|reads?)\s+(?P<old>⟦\d+⟧|[\w’'-]+)\s*[,;]?\s*(?:and\s+|but\s+|that\s+|which\s+|it\s+)*(?:should|must|ought\s+to|has\s+to)\s+(?:be|say|read)\s+(?P<new>⟦\d+⟧|[\w’'-]+)",
        clause,
    )
    if found is None:
        return None
    old, new = (text[0][0] if (text := quoted(found[side])) else found[side] for side in ("old", "new"))
    holding = [card for card in cards if old in card.content and card.type in HOLDS_TEXT]
    if not holding and not ("kind" in found or "block" in found):
        return None
    if "block" in found:
        meant = find_blocks(found["block"], cards)
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        holding = [card for card in holding if card.id in meant.ids]
    if len(holding) != 1:
        problem = f"{len(holding) or 'No'} blocks say “{old}”{' there' if 'block' in found else ''}."
        return Read(problem=problem, choices=tuple(named(card) for card in holding[:12]))
    return Read([Step(action="replace", blocks=[holding[0].id], text=holding[0].content.replace(old, new))])


def extend(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`append "(draft)" to the heading`: a heading gets the words behind its own, a text a paragraph more."""
    found = groups(
        r"(?:add|append)\s+(?:the\s+(?:text|words?)\s+)?(?P<text>⟦\d+⟧)\s+to\s+(?P<block>.+)", clause
    )
    if found is None or re.fullmatch(
        rf"(?:the\s+)?(?:very\s+)?(?:top|bottom|start|beginning|end|notebook){OF_IT}",
        found["block"],
        re.IGNORECASE,
    ):
        return None
    meant = find_blocks(found["block"], cards)
    if meant.problem or len(meant.ids) != 1:
        return Read(
            problem=meant.problem or f"“{found['block']}” could mean {len(meant.ids)} blocks.",
            choices=meant.choices,
        )
    card = next(card for card in cards if card.id == meant.ids[0])
    if card.type not in TEXT_TYPES:
        return None
    more = quoted(found["text"])[0][0]
    headed = card.level and re.search(r"\b(?:heading|title|headline|header)\b", found["block"], re.IGNORECASE)
    text = (
        _retitled(card, f"{heading_of(card)} {more}")
        if headed
        else f"{card.content.rstrip()}\n\n{more}".lstrip()
    )
    return Read([Step(action="replace", blocks=[card.id], text=text, note=True)])


def comment(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """A comment into a block of code or SQL: its first line, and the rest as it was."""
    lead = r"(?:add|write|put|insert|leave|place|include|prepend)"
    kind = r"(?:a\s+|the\s+|as\s+)*(?P<kind>code|python|sql|inline)?\s*comments?"
    into = r"(?P<side>in|into|inside|to|above|before|over|(?:at|to)\s+the\s+(?:top|start|beginning)\s+of)\s+(?P<block>.+)"
    for pattern in (
        rf"{lead}\s+{kind}{SAYING}?\s*(?P<text>⟦\d+⟧)\s+{into}",
        rf"{lead}\s+(?P<text>⟦\d+⟧)\s+{kind}\s+{into}",
        rf"{lead}\s+{kind}\s+{into}{SAYING}\s*(?P<text>⟦\d+⟧)",
    ):
        found = groups(pattern, clause)
        if found is not None:
            break
    else:
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
    if _only_mentions(block, card):
        return Read(
            problem=f"“{block}” stands in block {card.place} among other things, and a replacement would overwrite all of it.",
            choices=(f"Replace block {card.place} with a note",),
        )
    written, note = written_text(text)
    if not note or not re.match(rf"{NOTE}\b", text, re.IGNORECASE):
        part, new = _part_of(block, card), written if quoted(text) and written is not None else text.strip()
        if part:
            return Read([Step(action="replace", blocks=[card.id], text=card.content.replace(part, new))])
    if written is None:
        return Read(problem=f"What should block {card.place} say instead? Put the text in quotation marks.")
    if not note and card.type == "code" and not _is_code(written):
        note = True
    if note and not card.empty and written == DEFAULT_NOTE:
        written = "Note: the former contents of this block were taken out."
    return Read([Step(action="replace", blocks=[card.id], text=written, note=note)])


def _part_of(phrase: str, card: BlockCard) -> str:
    """The words of the block that the phrase repeats, where they are a part of its text and no description of it."""
    words = quoted(phrase)
    said = (
        words[0][0] if len(words) == 1 and words[0][1] == 0 else re.sub(r"^(?:the|our|my)\s+", "", phrase)
    ).strip()
    if re.search(rf"\b{BLOCK}\b|⟦", masked(phrase)[0], re.IGNORECASE) or re.fullmatch(r"\W*\d{1,3}\W*", said):
        return ""
    if any(kind_of(word.text) for word in words_of(masked(phrase)[0])):
        return ""
    match = re.search(rf"(?<!\w){re.escape(said)}(?!\w)", card.content, re.IGNORECASE) if said else None
    return match.group() if match and match.group().strip() != card.content.strip() else ""


def _only_mentions(phrase: str, card: BlockCard) -> bool:
    """Whether the words are found in the block's code and neither say what the block is nor what it defines."""
    if (
        card.empty
        or card.type not in {"code", "sql"}
        or re.search(rf"{BLOCK}|\d|⟦", masked(phrase)[0], re.IGNORECASE)
    ):
        return False
    words = [word.text for word in words_of(phrase) if word.text not in FILLER]
    own = {folded(name) for name in [card.variable, *card.defines] if name}
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


def _is_code(text: str) -> bool:
    try:
        compile(text, "block", "exec")
    except (SyntaxError, ValueError):
        return False
    return re.search(r"[()=\[\]]|^\s*(?:import|from|print)\b|^\w+$", text) is not None


HEADED = r"(?:heading|title|header|headline)s?"


def rename(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    for pattern in (
        r"(?:rename|retitle|reword)\s+(?P<block>.+?)\s+(?:to|into|as)\s+(?P<text>.+)",
        rf"(?:change|set|update|edit|alter|turn|make|replace)\s+(?P<block>(?:(?:the|its|our|my|this|that)\s+)?(?:⟦\d+⟧\s+|[^⟦⟧,;:]{{0,40}}?\b){HEADED}\b(?!\s+{BLOCK})[^⟦⟧]*?)\s+(?:to|into|with|by|from\s+.+?\s+to|in(?:to)?(?=\s*⟦)|say|read|so\s+(?:that\s+)?it\s+(?:says|reads))\s*:?\s+(?P<text>⟦\d+⟧|(?!(?:an?|the|one)\b|{NOTE}\b).+)",
        r"(?:rename|retitle)\s+(?P<block>⟦\d+⟧|.+?)\s+(?P<text>⟦\d+⟧)",
        r"call\s+(?P<block>(?:the\s+)?.*(?:heading|title|section|header)\S*.*?)\s+(?P<text>⟦\d+⟧|[A-Z].*)",
        r"(?P<block>.+?)\s*(?:->|→|=>|⇒)\s*(?P<text>⟦\d+⟧)",
        r"(?P<block>(?:the\s+)?(?:[\w&’'-]+\s+){0,4}(?:heading|title|section|header)(?:\s+.+?)?)\s+should\s+(?:be\s+called|read|say|be)\s+(?P<text>.+)",
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
    phrase = re.sub(
        r"^(?:the\s+)?(?:name|title|heading|header|headline)\s+of\s+", "", found["block"], flags=re.IGNORECASE
    )
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
        r"(?:(?:the|its|our|my|this|that)\s+)?(?:heading|title|header|headline|main\s+(?:heading|title)|notebook['’]?s\s+title)",
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
            r"\b(?:the|its|our|my|heading|title|section|header|headline|called|named|überschrift|titel|titre|título|encabezado|titolo|nadpis)\b",
            " ",
            phrase,
            flags=re.IGNORECASE,
        ).strip()
        or phrase
    )
    nth = ORDINALS.get(folded(bare), len(headings) if folded(bare) == "last" else 0)
    if 1 <= nth <= len(headings) and not any(folded(heading_of(card)) == folded(bare) for card in headings):
        return Meant([headings[nth - 1].id])
    exact = [card for card in headings if folded(heading_of(card)) == folded(bare.strip(" \"'“”„«»‘’"))]
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
    what = rf"(?P<kind>{NOTE}|(?:a|an|the|new|another|main|short)?\s*(?:new\s+)?(?:section\s+heading|heading|title|header|headline|section|callout|markdown\s+{BLOCK}|text\s+{BLOCK}))"
    edge = rf"(?P<edge>{TOP}|{BOTTOM}){OF_IT}"
    side = rf"(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+?)"
    if (
        code := groups(
            rf"{lead}\s+(?:a|an|another|one|new|the|\s)*(?P<type>code|python|sql|query|chart|input)\s+{BLOCK}\b.*",
            clause,
        )
    ) is not None:
        told = f"Tidying adds text only, so no {code['type']} block is added; an empty code block can be given a content."
        return Read([Step(action="cannot", text=told)])
    warned = groups(
        rf"(?:warn|remind|tell|inform|alert)\s+(?:people|everyone|everybody|readers?|users?|them|others|the\s+team|us|whoever\s+\w+\s+it)\s+(?:{edge}\s+)?that\s+(?P<text>.+?)",
        clause,
    )
    if warned is not None and "edge" in warned:
        return _added(warned, cards)
    for pattern in (
        rf"{lead}\s+{what}{SAYING}?\s*(?P<text>⟦\d+⟧)\s*(?:{edge}|{side})?",
        rf"{lead}\s+{what}\s+(?:{edge}|{side})\s*{SAYING}\s*(?P<text>.+)",
        rf"{lead}\s+{what}\s+(?:{edge}|{side})\s+(?P<text>⟦\d+⟧)",
        rf"(?:{edge}|{side})\s*,?\s*{lead}\s+{what}{SAYING}?\s*(?P<text>.+)",
        rf"{lead}\s+{edge}\s+{what}{SAYING}?\s*(?P<text>⟦\d+⟧)",
        rf"{what}\s+(?:{edge}|{side})\s*{SAYING}?\s*(?P<text>⟦\d+⟧)",
        rf"{what}{SAYING}?\s*(?P<text>⟦\d+⟧)\s+(?:{edge}|{side})",
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
    if re.search(r"heading|title|header|headline|section", found.get("kind", ""), re.IGNORECASE):
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
        r"(?:clear|wipe|blank|empty)\s+(?:out\s+)?(?:the\s+(?:content|contents|text)\s+of\s+)?(?P<block>.+)",
        clause,
    )
    if found is None or re.fullmatch(
        r"(?:out|up|it|things|everything|(?:the\s+|this\s+|my\s+)?notebook)", found["block"], re.IGNORECASE
    ):
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
        r"(?:delete|remove|erase|trash|discard|kill|drop|scrap|get\s+rid\s+of|archive|throw\s+(?:away|out))(?:\s+(?:the\s+|this\s+|my\s+|whole\s+|entire\s+)*(?:[\w’'-]+\s+){0,4}(?:notebook|project|page))?",
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
        r"(?:delete|remove|erase|trash|discard|kill|drop|scrap|ditch|lose|purge|prune|cut|get\s+rid\s+of|throw\s+(?:away|out)|take\s+out|clean\s+(?:out|up))\s+(?P<block>.+)",
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
