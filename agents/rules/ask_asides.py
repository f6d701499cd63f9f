"""Parts of a request that are no work of their own: which notebook is meant, when to be told, how short, and what can be asked at all."""

import re
from collections.abc import Sequence

SELF = re.compile(
    r"(?:(?:(?:hi|hello|hey|hallo|good\s+(?:morning|afternoon|evening))(?:\s+there)?|(?:i['’]?m\s+|i\s+am\s+)?(?:new\s+here|new\s+to\s+this)|thanks?(?:\s+you)?(?:\s+a\s+lot)?|help(?:\s+me)?)\b[\s,!.:–—-]*)+"
    r"|(?:(?:hi|hello|hey)(?:\s+there)?\b[\s,!.]*)?(?:(?:i['’]?m\s+|i\s+am\s+)?new\s+(?:here|to\s+this)\b[\s,!.:–—-]*)?(?:so\s+)?"
    r"(?:what\s+(?:all\s+)?(?:can|could|may|should|do|are)\s+(?:i|we|one|you)\s+(?:\w+ly\s+)?(?:able\s+to\s+)?(?:do|ask|help|offer|use|want)\b(?:\s+(?:you|here|for|with|me|us|this|of|about|to\s+do))*"
    r"|(?:how|what)\s+can\s+you\s+(?:\w+ly\s+)?help(?:\s+(?:me|us|with))*|what\s+are\s+you\s+(?:good\s+)?for|who\s+are\s+you)[\s?!.]*",
    re.IGNORECASE,
)
"""A greeting, or the question what can be asked here."""
THINGS = "These are the things that can be asked here."
"""What a door answers to a greeting."""
WELCOME = "You are welcome: nothing is asked for in this"
LOCATES = re.compile(
    r"\W*(?:where|which)(?:\s+(?:one|notebook))?(?:['’]s|\s+is)\s+(?P<what>(?:the|our|my)\s+(?:\w+\s+){1,3}(?:one|notebook))[\s?!.]*",
    re.IGNORECASE,
)
"""Where a notebook is, asked only to say which one the next part means."""
IT = re.compile(
    r"\b(?:it|(?:that|this)(?:\s+(?:one|notebook)|(?!\s+\w)|(?=\s+(?:use|read|quer|touch|depend)s?\w*\b)))\b",
    re.IGNORECASE,
)
ITS = re.compile(r"\b(?:its|their)\s+(\w+)", re.IGNORECASE)
ONLY_TOLD = re.compile(
    r"(?:and\s+|but\s+)?(?:if|unless|in\s+case|when|only\s+if|as\s+soon\s+as)\b[^,]*,?\s*\b(?:then\s+)?(?:please\s+)?(?:(?:leave|let)\s+(?:it|them|that|those)\s+(?:be|alone|as\s+(?:it|they)\s+(?:is|are))|(?:do\s+not|don['’]?t)\s+(?:touch|change|do)\s+\w+|(?:only|just)?\s*(?:tell\s+(?:me|us)|let\s+(?:me|us)\s+know|say\s+so|warn\s+(?:me|us)))(?P<more>.*)",
    re.IGNORECASE,
)
"""A condition on nothing but being told; what is found is always told."""
AND_TOLD = re.compile(
    r"(?:[\s,]*(?:and|but|then|only|just|please|to|me|us|it|them|so|that|about|tell|let|know|say|leave|be|alone|why)\b)*[\s.!]*",
    re.IGNORECASE,
)
SHORT = re.compile(
    r"\W*(?:(?:just|only|simply)\s+(?:the|a|one)\s+(?:\w+\s+)?(?:numbers?|figures?|values?|answer|names?|list)|(?:in|with)\s+(?:one|a|a\s+single|two|few)\s+(?:short\s+)?(?:words?|sentences?|lines?)|briefly|(?:keep\s+it\s+)?short(?:ly)?|no\s+(?:details|explanations?))(?:\s+please)?[\s.!]*",
    re.IGNORECASE,
)
"""How long the answer of the part before shall be."""


PURPOSE = re.compile(
    r"so\s+(?:that\s+)?(?:i|we|everybody|everyone|people)\s+(?:can\s+|will\s+|may\s+)?(?:\w+ly\s+)?(?:know|see|am\s+sure|are\s+sure|be\s+sure|understand|sleep)\b.*",
    re.IGNORECASE,
)
"""What the part before is wanted for."""


def wanted_parts(parts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The parts that ask for work, with a notebook's name for `it`, and those that ask for a form of the answer.

    What whatever comes of the part before meets is left out: `if anything moved, let me know`.
    """
    kept: list[str] = []
    form: list[str] = []
    held = ""
    for place, part in enumerate(parts):
        located = LOCATES.fullmatch(part)
        if located is not None and place + 1 < len(parts) and IT.search(parts[place + 1]):
            held = located["what"]
        elif kept and SHORT.fullmatch(part):
            form.append(part)
        elif not kept or not _met_by_telling(part):
            kept.append(IT.sub(held, part, count=1) if held else part)
            held = ""
    return kept, form


def _met_by_telling(part: str) -> bool:
    if PURPOSE.fullmatch(part):
        return True
    told = ONLY_TOLD.match(part)
    return told is not None and not re.search(r"\d", part) and AND_TOLD.fullmatch(told["more"]) is not None


__all__ = ["IT", "ITS", "SELF", "THINGS", "WELCOME", "wanted_parts"]
