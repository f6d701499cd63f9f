"""What a request says that is no analysis: a remark to be written into the notebook, and an earlier analysis that only the person remembers."""

import re

_REMARK = re.compile(
    r"(?:\b(?:and|also|then|please|plus|one more thing)\b[\s,:]*)*\b(?:put|add|write|insert|include|place|attach|give it|with) (?:in )?(?:an?|the|this|one|some|my)? ?"
    r"(?:(?:short|small|little|brief|text|markdown|introductory|prominent) )*(?P<kind>notes?|remarks?|comments?|caveats?|disclaimers?|footnotes?|warnings?|paragraphs?|headings?|sentences?)\b[^.;?!\n]{0,40}?"
    r"(?:\b(?:saying|says?|stating|states?|reads|reading|noting|explaining|with the text|to the effect)\b(?: that\b)?|\bthat\b|:)\s*(?P<said>[^.;?!\n]+)",
    re.I,
)
_REMEMBERED = re.compile(
    r"\b(?:like|as|than|same as|similar to|just as) (?:we did |the )?(?:last|the other|the previous) time\b|\b(?:the )?(?:one|ones|thing|analysis|notebook|chart|report|stuff) (?:that )?(?:we|you|i) (?:did|made|built|had|used|looked at|discussed|talked about|created|wrote) (?:for|last|before|back|yesterday|together|with)\b"
    r"|\b(?:the usual|my usual|our usual) (?:one|thing|analysis|report|way)\b",
    re.I,
)


def without_remark(text: str) -> tuple[str, list[str]]:
    """The text without a remark that it wants written down, whose words are no wish; and what is said of that remark."""
    found = _REMARK.search(text)
    if found is None:
        return text, []
    said = " ".join(found["said"].split())[:140]
    gap = f"the {found['kind'].rstrip('s').lower()} “{said}” (no text of a person's own is written; put it into the notebook by hand)"
    return f"{text[: found.start()]} {text[found.end() :]}", [gap]


def remembered(request: str) -> str:
    """The words by which a request points to an earlier analysis that nothing here shows; empty for none."""
    found = _REMEMBERED.search(request)
    return found[0] if found else ""


__all__ = ["remembered", "without_remark"]
