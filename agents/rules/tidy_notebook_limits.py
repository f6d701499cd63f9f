"""Clauses that limit: what shall stay as it is, what hangs on a condition, and what no tool does."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import HOLDS_TEXT, BlockCard, Step
from agents.rules.quotations import masked
from agents.rules.tidy_notebook_blocks import find_blocks
from agents.rules.tidy_notebook_descriptions import Meant
from agents.rules.tidy_notebook_kinds import BLOCK
from agents.rules.tidy_notebook_moves import section_or_blocks, top_text
from agents.rules.tidy_notebook_scopes import blocks_in
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, START, TOP, Read, groups

_AS_IT_IS = r"(?:(?:just\s+|exactly\s+)*(?:as|where|like|the\s+way)\s+(?:it|they)\s+(?:is|are|was|were|stands?)(?:\s+now)?|alone|untouched|unchanged|in\s+(?:its|their)?\s*place|there|the\s+same|out\s+of\s+(?:it|this))"


UNDER_IT = r"\b(?:sentences?|texts?|lines?|paragraphs?|words?)\s+(?:right\s+|directly\s+|just\s+)?(?:below|under|underneath|beneath)(?:\s+(?:it|that|the\s+(?:heading|title)))?(?=\s|$)"
"""What stands under a heading of which another wish speaks."""


def stay(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`the explanation should stay as it is`, `don't touch the query`: blocks that no other wish may write."""
    works = r"(?:(?:still\s+)?(?:work|run|execute)(?:\s+(?:through|fine|cleanly|from\s+top\s+to\s+bottom|without\s+(?:an?\s+)?errors?))*|keep\s+(?:on\s+)?(?:working|running)|continue\s+to\s+(?:work|run)|still\s+(?:work|run)|(?:not|never)\s+break|go\s+on\s+working)"
    if (
        groups(
            rf".+?\s+(?:still\s+|also\s+)?(?:should|must|has\s+to|have\s+to|may|can|needs?\s+to|ought\s+to)\s*{works}(?:\s+(?:afterwards?|as\s+before|too))?|(?:but\s+)?(?:do\s*n['’]?t|do\s+not)\s+break\s+.+|(?:tell|let|warn|inform)\s+(?:me|us)\s+(?:know\s+)?(?:if|when|whether|in\s+case|should)\s+.*\b(?:breaks?|fails?|stops?\s+working|goes\s+wrong|is\s+(?:lost|broken))\b.*",
            clause,
        )
        is not None
    ):
        return Read()  # what every plan is checked for before it is written
    if (
        re.search(UNDER_IT, clause, re.IGNORECASE)
        and re.search(r"\b(?:leave|keep|stays?|remains?|touch)\b", clause, re.IGNORECASE)
        and not re.search(r"⟦|\b(?:says?|reads?)\b", masked(clause)[0], re.IGNORECASE)
    ):
        return Read()  # a heading gets new words, and what stands under it is kept anyway
    for pattern in (
        rf"(?P<block>.+?)\s+(?:should|must|has\s+to|have\s+to|can|may|needs?\s+to|is\s+to|are\s+to|ought\s+to)\s+(?:just\s+)?(?:stay|remain|be\s+left|be\s+kept|keep)(?:\s+{_AS_IT_IS})?",
        rf"(?:but\s+)?(?:leave|keep|let)\s+(?P<block>.+?)\s+{_AS_IT_IS}",
        r"(?:but\s+)?(?:do\s*n['’]?t|do\s+not|never)\s+(?:touch|change|move|edit|modify|alter|rewrite)\s+(?P<block>.+)",
        rf"(?:but\s+)?(?:leave|keep)\s+(?P<alone>(?:the|my|our|its)\s+(?!.*\s(?:{TOP}|{BOTTOM}|{BEFORE}\s.+|{AFTER}\s.+)$)[^⟦⟧:]+)",
    ):
        found = groups(pattern, clause)
        if found is None:
            continue
        if "alone" in found:
            meant = section_or_blocks(found["alone"], cards)
            if meant.problem:
                meant = blocks_in(found["alone"], cards)
            if meant.problem:
                continue
            return Read(kept=tuple(meant.ids))
        meant = section_or_blocks(found["block"], cards)
        if meant.problem and (places := blocks_in(found["block"], cards)).ids:
            meant = places
        if meant.problem and (top := top_text(found["block"], cards)):
            meant = Meant([top.id])
        return Read(problem=meant.problem, choices=meant.choices, kept=tuple(meant.ids))
    return None


COLOUR = r"(?:(?:light|dark|bright|pale|deep)\s+)?(?:red|green|blue|yellow|orange|purple|pink|gr[ae]y|black|white|brown|violet|turquoise|teal)"
_SETTINGS = (
    (
        "split",
        rf"give\s+(?P<block>.+?)\s+(?:its|their|an?)\s+(?:very\s+)?(?:own|separate)\s+{BLOCK}\b.*",
        rf"(?:put|move|place)\s+(?P<block>.+?)\s+(?:in)?to\s+(?:(?:its|their)\s+own|a\s+(?:separate|new)|an\s+own)\s+{BLOCK}\b.*",
    ),
    (
        "colour",
        r"(?:change|set|switch|adjust|update|fix)\s+(?:the\s+)?(?:background\s+)?colou?rs?\s+(?:of|for|in)\s+(?P<block>.+?)(?:\s+(?:to|into|from)\s+.+)?",
        rf"(?:colou?r|paint|recolou?r)\s+(?P<block>.+?)(?:\s+(?:in\s+)?(?:to\s+)?{COLOUR})?",
        rf"(?:make|turn|change|set|have|switch|mark|highlight)\s+(?P<block>.+?)\s+(?:to\s+|into\s+|in\s+|from\s+{COLOUR}\s+to\s+)?(?:be\s+)?(?:a\s+)?{COLOUR}(?:\s+(?:one|colou?r|box|background|callout))?(?:\s+(?:rather\s+than|instead\s+of|not)\s+{COLOUR})?",
        r"(?:change|set|switch|adjust|update|fix)\s+(?P<block>.+?['’]s)\s+(?:background\s+)?colou?r(?:\s+(?:to|into|from)\s+.+)?",
        rf"give\s+(?P<block>.+?)\s+(?:a|an|the|another)\s+(?:{COLOUR}|different|new|other)(?:\s+(?:colou?r|background|box|frame|border))?",
        rf"(?P<block>(?:the|our|my|that)\s+.+?)\s+should\s+be\s+{COLOUR}(?:\s+(?:rather\s+than|instead\s+of|not)\s+{COLOUR})?",
    ),
    (
        "tick",
        r"(?:tick|untick|check\s+off|tick\s+off|cross\s+off|uncheck)\s+(?:off\s+)?(?P<block>.+?)(?:\s+off)?(?:\s+(?:as|to)\s+(?:done|checked|complete[d]?|finished))?",
        r"(?:mark|set|check|close|complete|finish|resolve)\s+(?P<block>(?:the|that|this|our|my)?\s*(?:[\w’'-]+\s+){0,4}?(?:todo|task|checkbox|tick\s*box|item)s?(?:\s+(?:about|on|that|saying)\s+.+?)?)(?:\s+(?:as|to)\s+(?:done|checked|ticked|complete[d]?|finished|closed))?(?:\s+off)?",
        r"(?P<block>(?:the|that|this|our|my)\s+(?:[\w’'-]+\s+){0,3}?(?:todo|task)s?.*?)\s+(?:is|can\s+be|should\s+be)\s+(?:done|checked|ticked|complete[d]?|finished)(?:\s+off)?",
    ),
    (
        "hide",
        r"(?:hide|collapse|fold|unfold|expand|lock|freeze|pin|unhide|indent|bold|underline|italicise|italicize)\s+(?P<block>.+)",
        r"(?:make|set|turn)\s+(?P<block>.+?)\s+(?:bold|italic|underlined|bigger|larger|smaller|wider|hidden|invisible|collapsed|read-?only)",
    ),
)


def settings(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """What belongs to a block's settings and not to its text: a colour, a tick, whether it is shown."""
    for what, *patterns in _SETTINGS:
        for pattern in patterns:
            found = groups(pattern, clause)
            if found is not None and not re.search(r"\b(?:say|read)s?\b", found["block"]):
                if re.fullmatch(
                    r"(?:it|them|that|this|everything|(?:the\s+)?notebook)", found["block"], re.IGNORECASE
                ):
                    return Read(
                        problem=f"“{clause}” asks for a setting of a block, and no tool changes those. What should be moved or rewritten?"
                    )
                return cannot(what, re.sub(r"['’]s$", "", found["block"]), cards)
    return None


def value(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    """`set the window to 30`, where that is an input: its value is no text of the notebook."""
    found = groups(
        rf"(?:set|put|turn|raise|lower|increase|decrease|reduce|switch|change)\s+(?:the\s+)?(?:(?:value|default)\s+of\s+)?(?:the\s+)?(?:input\s+)?(?P<name>\w+)(?:\s+(?:input|slider|field|picker|dropdown))?\s+(?:to|at|on|=)\s+(?P<value>(?!(?:{TOP}|{BOTTOM})\b)[^\s]+)",
        clause,
    )
    card = next(
        (
            card
            for card in cards
            if found and card.type.startswith("input-") and card.variable.lower() == found["name"].lower()
        ),
        None,
    )
    if card is None:
        return None
    told = f"“{card.variable}” is an input (block {card.place}); its value is chosen when the notebook is run, and tidying does not change it."
    return Read([Step(action="cannot", blocks=[card.id], text=told)])


def impossible(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    if groups(r"(?:undo|revert|roll\s+back|take\s+back|restore)\b.*", clause) is not None:
        return Read(
            [
                Step(
                    action="cannot",
                    text="What an earlier run wrote is taken back with `--undo` and the name of its thread, not by a new request.",
                )
            ]
        )
    beyond = groups(
        r"(?P<verb>schedule|publish|unpublish|share|export|download|email|mail|print)\b.*", clause
    )
    if beyond is not None:
        return Read(
            [
                Step(
                    action="cannot",
                    text=f"Tidying moves blocks and rewrites them; it cannot {beyond['verb'].lower()} anything.",
                )
            ]
        )
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
        return cannot("delete", gone["block"], cards)
    for pattern, what in (
        (r"(?:merge|combine|join)\s+(?P<block>.+)", "merge"),
        (r"split\s+(?P<block>.+)", "split"),
        (
            r"(?:take|pull|get|extract|factor|separate|lift|cut|move)\s+[^⟦⟧]+?\s+out\s+of\s+(?P<block>.+)",
            "split",
        ),
        (r"(?:duplicate|copy|clone)\s+(?P<block>.+)", "copy"),
        (
            r"(?:convert|turn|change|make|transform)\s+(?P<block>.+?)\s+(?:(?:in)?to\s+)?(?:a\s+|an\s+)(?:[a-z]+[\s-]+){0,3}?(?:sub)?(?:markdown|text|sql|code|python|heading|subheading|header|headline|title|input|chart|graph|plot|table|callout|bullet|todo|checkbox|slider|dropdown|separator|paragraph)(?:\s+(?:block|cell|one|point|item|list))?(?:\s+(?:(?:that\s+|which\s+)?(?:says?|reads?|saying|reading)|called|named|titled|with)\b.*)?",
            "type",
        ),
        (
            r"(?:convert|turn|change)\s+(?P<block>.+?)\s+(?:in)?to\s+(?:markdown|text|sql|code|python|heading|input|chart|callout)(?:\s+(?:block|cell|one))?",
            "type",
        ),
    ):
        found = groups(pattern, clause)
        if found is not None:
            return cannot(what, found["block"], cards)
    return None


def cannot(what: str, block: str, cards: Sequence[BlockCard]) -> Read:
    meant = find_blocks(block, cards)
    if meant.problem and re.search(
        rf"\band\s+(?:\w+\s+){{0,6}}?(?:{START})\b", masked(block)[0], re.IGNORECASE
    ):
        return Read(problem=f"“{block}” holds more than one wish; put each into a sentence of its own.")
    card = next((card for card in cards if meant.ids and card.id == meant.ids[0]), None)
    place = f"block {card.place}" if card else f"“{block}”"
    ids = [card.id] if card else []
    offer = (
        f" I can replace its contents with a note: “replace {place} with a note”."
        if card and card.empty and card.type in HOLDS_TEXT
        else ""
    )
    words = {
        "delete": f"No tool deletes a block, so {place} stays.{offer}",
        "type": f"A block's type cannot be changed, so {place} stays {'a ' + card.type + ' block' if card else 'as it is'}.{offer}",
        "merge": f"Blocks cannot be merged, so {place} stays as it is; they can be moved next to each other.",
        "split": f"A block cannot be split, so {place} stays as it is.",
        "colour": f"No tool changes the colour of a block, so {place} keeps the one it has.",
        "tick": f"No tool ticks a to-do or takes the tick away, so {place} stays as it is.",
        "hide": f"No tool changes how a block is shown, so {place} stays as it is.",
        "copy": f"Tidying copies no block, so {place} stays alone.",
    }
    return Read([Step(action="cannot", blocks=ids, text=words[what])])
