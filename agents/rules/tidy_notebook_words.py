"""The words a request to tidy is made of, as patterns, and what one clause comes to."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.tidy_notebook import BlockCard, Step
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_blocks import find_blocks

CORE = (
    r"move|put|bring|place|shift|pull|push|send|drag|get|take|float|lift|relocate|hoist|raise|drop|replace|swap|substitute|exchange|turn|"
    r"change|update|set|make|let|have|write|fill|overwrite|rename|retitle|reword|call|add|insert|leave|append|prepend|delete|remove|erase|trash|"
    r"throw|kill|discard|clear|clean|wipe|empty|blank|group|gather|collect|keep|sort|order|reorder|arrange|rearrange|convert|merge|combine|join|split|"
    r"duplicate|copy|lose|run|rerun|re-run|execute|tidy|transform|reverse|mark|label|start|finish|end|document|comment|annotate|lead|cut|prune|purge|scrap|ditch"
)  # fmt: skip
START = f"{CORE}|stick|pop|park|slot|slide|transfer|reposition|bump|switch|bin|nuke|toss|chuck|eliminate|amend|alter|modify|adjust|rephrase|rewrite|tick|untick|uncheck|colour|color|paint|recolour|recolor|use|correct|give|do|fix"
"""Verbs that a wish begins with; typing mistakes are held against `CORE` alone."""
CHANGING = re.compile(
    r"\b(?:move|replace|rename|add|insert|delete|remove|swap|sort|put|write|change|update|correct|fix|edit|reword|rewrite|rephrase|revise|shift|bring|reorder|rearrange|shorten|extend|merge|translate|rearrange|adjust|improve)\b",
    re.IGNORECASE,
)
"""Verbs of change: a sentence with one of them may be a wish, and is asked about where it is not read."""
POLITE = re.compile(
    rf"^(?:\s*(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|so|now|then|also|finally|(?:first|next|lastly)(?=\s*[,:]|\s+(?:{START})\b)|and|but|could\s+you|can\s+you|would\s+you|will\s+you|you\s+should|i\s+want\s+you\s+to|i['’]?d\s+like\s+(?:you\s+)?to|i\s+want\s+to|i\s+would\s+like\s+(?:you\s+)?to|i\s+need\s+(?:you\s+)?to|i['’]?d\s+like|i\s+want|i\s+would\s+like|we\s+want|it\s+would\s+be\s+(?:nice|good|great|better|nicer)\s+(?:if|to\s+have)|we\s+should|we\s+need\s+to|let['’]?s|just|go\s+ahead\s+and|help\s+me|try\s+to|maybe|perhaps|thanks?)\b[\s,:]*)+",
    re.IGNORECASE,
)
TRAIL = re.compile(
    r"[\s,]*\b(?:(?:just\s+)?(?:the\s+way|like|as)\s+(?:everyone|everybody|most\s+people|people|we\s+(?:always|usually)|usual|always)\b[^,.;]*|please|pls|plz|thanks?(?:\s+you)?|thank\s+you|for\s+me|of\s+course|obviously|naturally|instead|as\s+well|too)\s*[.!]*$",
    re.IGNORECASE,
)
ADDED = re.compile(r"[\s,]*\b(?:again|now)\s*[.!]*$", re.IGNORECASE)
WORDED = re.compile(
    r"\b(?:rename|retitle|reword|rephrase|change|turn|replace|make|set|update|call|title|heading|headline|header)\b.*\b(?:to|into|with|by|be|says?|saying|reads?|reading)\s+(?!(?:the\s+)?(?:very\s+)?(?:top|bottom|end|start|beginning)\b)[^\s⟦⟧]+(?:\s+[^\s⟦⟧]+){3,}$",
    re.IGNORECASE,
)
"""A clause that ends in words to be written, without quotation marks: what closes a sentence may belong to them."""


HEADED = r"(?:heading|title|header|headline)s?"
SINCE_WHEN = r"(?:from\s+(?:now|today|here|this\s+day)\s+on(?:wards?)?|in\s+future|going\s+forward|henceforth|(?:as\s+of|starting|effective)\s+(?:now|today|immediately)|for\s+(?:every|any)(?:body|one)(?:\s+to\s+(?:see|read))?|once\s+and\s+for\s+all)"
"""What a person says of a wish, and not of the words to be written: since when it holds, and for whom."""
_CLOSING = re.compile(rf"[\s,–—-]*\b{SINCE_WHEN}\s*[.!]*$", re.IGNORECASE)
_AMID = re.compile(
    rf"^{SINCE_WHEN}\b[\s,]*|(?<=\bshould\s)\s*{SINCE_WHEN}\s+(?=(?:be|read|say)\b)", re.IGNORECASE
)
_DICTATES = re.compile(
    rf"\b(?:(?P<headed>{HEADED})|notes?|comments?|remarks?|memos?|warnings?|hints?|reminders?|sentences?|paragraphs?|texts?|callouts?|bullets?|todos?|lines?|blocks?|cells?|that)\b",
    re.IGNORECASE,
)


def unframed(held: str) -> str:
    """The clause without `from now on` and its like; a sentence for a note may hold them itself, a heading does not."""
    held = _AMID.sub("", held)
    dictates = (
        _DICTATES.search(held)
        if re.search(r"\b(?:says?|saying|reads?|reading|stating|that|write|add)\b|:", held)
        else None
    )
    return held if dictates is not None and not dictates["headed"] else _CLOSING.sub("", held)


def trimmed(held: str) -> str:
    """The clause without the words that only close it; of words to be written no more than the courtesy goes."""
    bare = TRAIL.sub("", unframed(TRAIL.sub("", held)))
    return bare if WORDED.search(bare) else TRAIL.sub("", ADDED.sub("", bare))


NEGATED = re.compile(
    r"\b(?:do\s*n['o]t|don['’]?t|do\s+not|never|without)\s+(?:\w+\s+)?(?:move|moving|change|changing|touch|touching|write|writing|edit|editing|replace|replacing)",
    re.IGNORECASE,
)
TOP = r"(?:up\s+top|(?:right\s+|up\s+|back\s+|all\s+the\s+way\s+)?(?:to|at|on|in|into|up\s+to)?\s*(?:the\s+)?(?:very\s+)?(?:top|start|beginning|front|head|first\s+(?:place|position)|first|opening)(?:\s+(?:position|place|spot))?)"
BOTTOM = r"(?:all\s+the\s+way\s+down|(?:right\s+|down\s+|all\s+the\s+way\s+)?(?:to|at|on|in|into|down\s+to)?\s*(?:the\s+)?(?:very\s+)?(?:bottom|end|last\s+(?:place|position)|last|foot|tail|close)(?:\s+(?:position|place|spot))?)"
OF_IT = r"(?:\s+(?:things?|block|cell|one)(?:\s+(?:that\s+)?(?:people|one|you|we|i|readers?|everyone|everybody|they)\s+(?:reads?|sees?|finds?|looks?\s+at|gets?))?)?(?:\s+(?:of|in)\s+(?:the\s+|this\s+|my\s+)?(?:notebook|page|file|document|it|everything))?"
BEFORE = r"(?:(?:to\s+)?(?:(?:up|down)\s+)?(?:right\s+|directly\s+|just\s+|immediately\s+|somewhere\s+)?(?:before|above|ahead\s+of|in\s+front\s+of|on\s+top\s+of|over|preceding))"
AFTER = r"(?:(?:to\s+)?(?:(?:up|down)\s+)?(?:right\s+|directly\s+|just\s+|immediately\s+|somewhere\s+)?(?:after|below|under|underneath|beneath|behind|following|next\s+to|beside))"
MOVE = r"(?:move|put|bring|place|shift|pull|push|send|drag|get|take|float|lift|relocate|hoist|raise|drop|have|keep|let|make|start\s+with|lead\s+with|end\s+with|finish\s+with|cut|tidy(?:\s+up)?)"
NOTE = r"(?:(?:a|an|the|some|one|short|little|brief|quick|small|new|text|simple|friendly|intro|introductory|explanatory|todo)\s+)*(?:notes?|comments?|remarks?|memos?|text|paragraphs?|sentences?|placeholders?|captions?|explanations?|message|line|warnings?|hints?|disclaimers?|reminders?|caveats?|todo)"
SAYING = r"(?:\s*(?:saying|that\s+says|that\s+reads|which\s+says|reading|to\s+say|with\s+the\s+(?:text|words|title|name|heading|content)|called|named|titled|that|stating|:|—|–|-)\s*:?\s*)"
DEFAULT_NOTE = "Note: this block was empty; it is kept as a place for notes."


class Read(NamedTuple):
    """What one clause came to."""

    steps: list[Step] = []
    problem: str = ""
    choices: tuple[str, ...] = ()
    run: bool = False
    kept: tuple[str, ...] = ()
    """Blocks that shall stay as they are."""


def groups(pattern: str, clause: str) -> dict[str, str] | None:
    """The named groups of a pattern that fits the whole clause, what stands in quotation marks taken as one word."""
    held, masks = masked(clause)
    match = re.fullmatch(pattern, held.strip(), re.IGNORECASE)
    if match is None:
        return None
    return {
        name: unmasked(value, masks).strip() for name, value in match.groupdict().items() if value is not None
    }


def first_groups(clause: str, *patterns: str) -> dict[str, str] | None:
    """The groups of the first pattern that fits."""
    return next((found for pattern in patterns if (found := groups(pattern, clause)) is not None), None)


def one_block(phrase: str, cards: Sequence[BlockCard]) -> BlockCard | Read:
    """The block that a phrase means, or the question where it means none or several."""
    meant = find_blocks(phrase, cards)
    if meant.problem or len(meant.ids) != 1:
        return Read(
            problem=meant.problem or f"“{phrase}” could mean {len(meant.ids)} blocks.", choices=meant.choices
        )
    return next(card for card in cards if card.id == meant.ids[0])
