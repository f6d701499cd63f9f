"""What a request says that is no analysis: a remark to be written into the notebook, a story around it, and an earlier analysis that only the person remembers."""

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
    """The text without a remark that it wants written down, whose words are no wish; and the remark."""
    found = _REMARK.search(text)
    if found is None:
        return text, []
    said = " ".join(found["said"].split()).strip("\"'“”„«»‘’:– ")
    return f"{text[: found.start()]} {text[found.end() :]}", [said[:1].upper() + said[1:]]


_TOLD = r"(?:asked|told|said|mentioned|wondered|wanted to know|claimed|discussed|talked|argued|complained|brought up|suggested|wrote|called|phoned|emailed|pinged|messaged|insisted|noticed|met|presented|promised|was asked|were asked|had (?:a )?(?:talk|discussion|meeting|call|chat))"
_WHEN = r"(?:last|this|the other|the previous|one|some) (?:week|month|year|night|day|morning|afternoon|evening|weekend|quarter|monday|tuesday|wednesday|thursday|friday|time)|yesterday|today|this morning|(?:a|two|three|four|few|couple of|a few|a couple of|several|\d+) (?:days?|weeks?|months?) ago|recently|on (?:monday|tuesday|wednesday|thursday|friday)|earlier(?: today| this week)?"
_STORY = re.compile(
    rf"\b(?P<a>{_WHEN}),? (?=(?:the |my |our |a |an |one of (?:my |our )?)?(?:[\w’'-]+ ){{1,4}}?{_TOLD}\b)"
    rf"|(?P<lead>\b{_TOLD}(?: (?:me|us|him|her|them|it|about (?:it|this|that)))?),? (?:(?:in|at|during) (?:our |the |a )?(?:last |previous |weekly )?(?:meeting|call|lunch|chat|stand-?up)(?: (?:{_WHEN}))?|(?:{_WHEN}))\b",
    re.I,
)
"""When somebody said something is no window of the data: `last week Tomas asked me`."""
_PURPOSE = re.compile(
    r"\b(?:for|before|by|until|ahead of|in time for) (?:(?:the|our|my|a|tomorrow['’]?s|today['’]?s|monday['’]?s|friday['’]?s|next week['’]?s) )?(?:(?:board|team|staff|budget|planning|quarterly|annual|monthly|weekly|big) )?"
    r"(?:meeting|presentation|call|talk|review|workshop|deadline|lunch|appointment|off-?site|hearing|interview|tomorrow|tonight|(?:next |this |coming )?(?:monday|tuesday|wednesday|thursday|friday)|next week|the weekend)\b"
    r"(?:,? (?:(?:on|at|by) )?(?:tomorrow|tonight|today|next (?:week|month|monday|tuesday|wednesday|thursday|friday)|this (?:week|afternoon)|(?:on )?(?:monday|tuesday|wednesday|thursday|friday)|\d{1,2} ?(?:am|pm)))*",
    re.I,
)
"""What it is for."""
_DEADLINE = re.compile(
    r"(?:,\s*)?\b(?:by|before|until|till) (?:(?:around|about) )?(?:noon|midday|midnight|lunch(?:time)?|tea ?time|eod|cob|eow|the end of (?:the|today['’]?s?) ?(?:day|week|working day)?|end of (?:day|week|business)|close of business|this (?:evening|afternoon|morning)|\d{1,2}(?::\d\d)? ?(?:am|pm|o['’]clock|h))\b(?: (?:today|tomorrow|sharp|at the latest|please))*|\b(?:asap|a\.s\.a\.p\.|urgently|right away|at once|as soon as (?:possible|you can))(?!\w)",
    re.I,
)
"""By when it is needed."""
_ASSURANCE = re.compile(
    r"(?:[,;.–—-]\s*|\b(?:and|but|please)\b\s*)*\b(?:keep|leave|preserve|retain)(?:ing)? (?:(?:the|all|my|our|every|any) )?(?:first|old|other|existing|original|current|present|rest|others?|remaining|previous|everything(?: else)?|everybody's|that|those|these|what (?:is|'s) there|it)\b(?: (?:one|ones|chart|charts|block|blocks|plot|plots|graph|graphs|table|tables|notebook|notebooks|of (?:it|the (?:notebook|blocks))|else|there|already))*(?: (?:as (?:it|they) (?:is|are)|untouched|unchanged|alone|intact|in place|too|please|where (?:it|they) (?:is|are)))*(?=\s*(?:[.,;!?)]|$))"
    r"|(?:[,;.–—-]\s*|\b(?:and|but|please)\b\s*)*\b(?:do not|don['’]?t|without) (?:chang(?:e|ing)|touch(?:ing)?|mov(?:e|ing)|remov(?:e|ing)|delet(?:e|ing)|overwrit(?:e|ing)|replac(?:e|ing)|edit(?:ing)?|los(?:e|ing)) (?:(?:the|any|my|our|all) )?(?:(?:of )?(?:the )?(?:first|old|other|existing|original|rest|others?|anything(?: else)?|what (?:is|'s) there)\b(?: (?:one|ones|chart|charts|block|blocks|plot|plots|table|tables|there|already|of it))*)(?=\s*(?:[.,;!?)]|$))"
    r"|(?:[,;.–—-]\s*|\b(?:and|but)\b\s*)*\b(?:nothing|no) (?:else|other blocks?) (?:should|may|must|is to|shall) (?:be )?(?:chang\w+|touched|moved|removed)(?=\s*(?:[.,;!?)]|$))",
    re.I,
)
"""That what is there stays; nothing of it is ever changed."""


_IDIOM = re.compile(r"\b(?:on (?:the )?(?:paper|record)|in (?:black and white|writing)|black on white|at (?:hand|a glance|first glance)|off the top of (?:my|our) head|for the record|by heart|in mind|side by side|next to each other|out of curiosity)\b", re.I)  # fmt: skip


def without_story(text: str) -> str:
    """The text without when somebody said something, what it is needed for, and that the rest is to stay as it is."""

    def told(found: re.Match[str]) -> str:
        return f"{found['lead']} " if found["lead"] else ""

    shorter = _IDIOM.sub(" ", text)
    shorter = _ASSURANCE.sub(" ", _DEADLINE.sub(" ", _PURPOSE.sub(" ", _STORY.sub(told, shorter))))
    return shorter if re.search(r"\w{3}", shorter) else text


def remembered(request: str) -> str:
    """The words by which a request points to an earlier analysis that nothing here shows; empty for none."""
    found = _REMEMBERED.search(request)
    return found[0] if found else ""


__all__ = ["remembered", "without_remark", "without_story"]
