"""Clauses that give a heading new words."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import Meant, heading_of, named
from agents.rules.tidy_notebook_kinds import BLOCK, ORDINALS
from agents.rules.tidy_notebook_words import BOTTOM, HEADED, NOTE, TOP, Read, first_groups, groups
from agents.rules.wording import folded, quoted

BODY = r"\b(?:text|texts|sentences?|paragraphs?|words?|lines?|descriptions?|explanations?)\s+(?:under|below|beneath|underneath|after|of|in|behind|that\s+follows)\s+(?:the\s+|its\s+)?(?:main\s+)?(?:heading|title|header|headline)\b"
"""What stands under a heading, in its block."""

NO_RENAMING = "No tool renames a notebook or a project; a heading inside the notebook can be renamed."


def rename(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    found = first_groups(
        clause,
        r"(?:rename|retitle|reword)\s+(?P<block>.+?)\s+(?:to|into|as)\s+(?P<text>.+)",
        rf"(?:change|set|update|edit|alter|turn|make|replace)\s+(?P<block>(?:(?:the|its|our|my|this|that)\s+)?(?:⟦\d+⟧\s+|[^⟦⟧,;:]{{0,40}}?\b){HEADED}\b(?!\s+{BLOCK})[^⟦⟧]*?)\s+(?:to|into|with|by|from\s+.+?\s+to|in(?:to)?(?=\s*⟦)|say|read|so\s+(?:that\s+)?it\s+(?:says|reads))\s*:?\s+(?P<text>⟦\d+⟧|(?!(?:an?|the|one)\b|{NOTE}\b).+)",
        rf"(?:make|call|have|let)\s+(?P<block>(?:(?:the|its|our|my|this|that)\s+)?[^⟦⟧,;:]{{0,40}}?{HEADED}\b(?!\s+{BLOCK})[^⟦⟧]{{0,40}}?)\s+(?:be\s+|read\s+|say\s+)?(?P<text>⟦\d+⟧)",
        r"(?:rename|retitle)\s+(?P<block>⟦\d+⟧|.+?)\s+(?P<text>⟦\d+⟧)",
        r"call\s+(?P<block>(?:the\s+)?.*(?:heading|title|section|header)\S*.*?)\s+(?P<text>⟦\d+⟧|[A-Z].*)",
        r"(?P<block>[^⟦⟧:]+?|⟦\d+⟧)\s*(?:->|→|=>|⇒)\s*(?P<text>⟦\d+⟧)",
        rf"(?P<block>(?:(?:the|its|new)\s+)*(?:main\s+)?(?:title|heading|headline))\s+(?P<text>(?!(?:{TOP}|{BOTTOM})$)(?:⟦\d+⟧|(?-i:[A-Z]).+))",
        r"(?P<block>(?:the\s+)?(?:[\w&’'-]+\s+){0,4}(?:heading|title|section|header|headline)(?:\s+.+?)?)\s+should\s+(?:be\s+called|read|say|be)\s+(?P<text>.+)",
    )
    if found is None or re.search(BODY, found["block"], re.IGNORECASE):
        return None
    if not quoted(found["text"]) and re.search(
        r"\band\s+(?:its|the|that|this|my|our|also)\b.*\s(?:to|into|as|called|with|above|below|top|bottom)\b",
        found["text"],
        re.IGNORECASE,
    ):
        return Read(
            problem=f"“{clause}” holds more than one wish; put each into a sentence of its own, or the new heading in quotation marks."
        )
    no_tool: list[Step] = []
    if re.fullmatch("it|this", found["block"], re.IGNORECASE):
        found["block"] = "the notebook"
    if re.search(r"\bnotebook\b|\bproject\b", found["block"], re.IGNORECASE):
        no_tool = [Step(action="cannot", text=NO_RENAMING)]
        heading = _HEADING_TOO.search(found["block"])
        if heading is None:
            return Read(no_tool)
        found["block"] = f"the {heading['heading'] or heading['other']}"
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
    return Read([Step(action="replace", blocks=[card.id], text=retitled(card, new)), *no_tool])


_LEVELS = {"top": 1, "first": 1, "second": 2, "third": 3, "fourth": 4}


def relevel(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`Findings should be a top-level heading`: the signs before the heading change, and its words stay."""
    found = groups(
        rf"(?:(?:make|turn|change|convert|set|have|let|promote|demote)\s+)?(?P<block>.+?)\s+(?:(?:should|must|has\s+to|needs\s+to|ought\s+to|is\s+to|can)\s+(?:be|become)\s+|(?:in)?to\s+|as\s+|be\s+)?(?:an?\s+|the\s+)?(?:(?P<nth>top|first|second|third|fourth)[\s-]+level\s+{HEADED}|(?:level[\s-]*|h)(?P<digit>[1-4])(?:\s+{HEADED})?|{HEADED}\s+of\s+level\s+(?P<level>[1-4]))(?:\s*,?\s+(?:and\s+)?(?:not|instead\s+of|rather\s+than)\s+.+)?",
        clause,
    )
    if found is None:
        return None
    headings = [card for card in cards if card.level]
    meant = _heading_meant(found["block"], headings, cards)
    if meant.problem:
        return Read(problem=meant.problem, choices=meant.choices)
    card = next(card for card in headings if card.id == meant.ids[0])
    if card.type != "markdown":
        told = (
            f"A block's type cannot be changed, so block {card.place} stays a heading of level {card.level}."
        )
        return Read([Step(action="cannot", blocks=[card.id], text=told)])
    level = _LEVELS[found["nth"].lower()] if "nth" in found else int(found.get("digit") or found["level"])
    text = re.sub(r"^(\s{0,3})#+(?=\s)", rf"\g<1>{'#' * level}", card.content, count=1, flags=re.MULTILINE)
    return Read([Step(action="replace", blocks=[card.id], text=text)])


_HEADING_TOO = re.compile(
    rf"^(?:both\s+)?(?:the\s+|its\s+)?(?:(?:main\s+)?{HEADED}\s*,\s*)?(?P<heading>(?:main\s+)?{HEADED})\s*(?:,|and|&|as\s+well\s+as)\s+(?:the\s+|its\s+)?(?:name\s+of\s+the\s+)?notebook\b|\bnotebook(?:['’]s)?(?:\s+(?:name|itself))?\s*(?:,|and|&|as\s+well\s+as)\s+(?:the\s+|its\s+)?(?P<other>{HEADED})\b",
    re.IGNORECASE,
)
"""`the heading and the notebook`: one of the two can be renamed."""


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


def retitled(card: BlockCard, new: str) -> str:
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
