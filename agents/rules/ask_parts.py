"""A request in its parts: one for each thing that is wanted, without what is only said around it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.rules.corrections import correction_in, renamed
from agents.rules.letters import FAREWELL
from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_words import POLITE
from agents.rules.wording import names_in

CIVIL = re.compile(
    r"(?:(?:hi|hello|hey|dear|hallo|good\s+(?:morning|afternoon))\b(?:\s+\w+){0,3}|please|many\s+thanks|thanks?\b(?:\s+\w+){0,4}|thank\s+you\b(?:\s+\w+){0,4}|[A-Z]\w+)[\s,!.]*"
)
"""What is said to a person: a greeting, thanks, a name."""
LOOK = re.compile(
    r"(?:\W*(?:hi|hello|hey|please|so)\b[\s,!]*)*(?:(?:could|can|would)\s+(?:you|somebody|someone)\s+)?(?:please\s+)?(?:have|take)\s+a\s+(?:quick\s+)?look\s+(?:at|into)\s+(?P<where>[^,;]+?)[\s?!.]*",
    re.IGNORECASE,
)
HEADED = re.compile(
    r"(?:please\s+)?(?:tidy|clean|sort|straighten)(?:\s+up)?\s+(?P<where>[^,;:.!?]{3,40}?)\s*(?:up\s*)?(?::|\s[–—-]+)\s+(?=\w)",
    re.IGNORECASE,
)
"""`Tidy Scratchpad: …`: what it means stands behind the colon."""
STATEMENT = re.compile(
    r"^(?:i|we|the|my|our|it|this|that|there|he|she|they|nobody|everybody|someone|somebody)\b(?!.*\b(?:want|need|should|must|would|like|please|shall|can\s+you|could)\b).*\b(?:is|are|was|were|has|have|had|am|do|does|did|keeps?|meets?|starts?|ends|comes|goes|waits?|asks?|looks?|seems?|feels?|takes|\w+ed)\b[^?]*$",
    re.IGNORECASE,
)
"""A sentence that tells something and wants nothing."""

THERE_IS = re.compile(
    r"(?:(?P<where>(?:in|on|at|inside|within|under)\s+[^,.;?!]{2,50}?),?\s+)?there(?:['’]s|\s+(?:is|are|was|were)|['’]re)\s+(?:still\s+|already\s+)?(?:an?|some|one|two|three|several|many)\s+(?P<what>[^?]*)",
    re.IGNORECASE,
)
"""`In Meeting notes there is an empty paragraph`: what the next part is about."""
BACKGROUND = re.compile(
    r"(?:we|they|management|finance|it|marketing|the\s+\w+|somebody|someone|everybody|my\s+\w+|our\s+\w+)\s+(?:want|wants|plan|plans|intend|intends|need|needs|would\s+like|(?:are|is)\s+(?:going|about|thinking|planning)|will|may|might|(?:have|has)\s+to)\b(?!.*\b(?:run|rerun|move|add|put|rename|delete|replace|audit|notebook|note|chart|analysis|project|send|mail|e-?mail|you)\b)[^?]*",
    re.IGNORECASE,
)
"""What somebody intends, told before the wish."""
ANNOUNCED = re.compile(
    r"^\W*(?:(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening))\b[^.!?:;,]{0,25}[,!.]?\s+)?(?:(?:i|we)(?:['’](?:d|ve|ll|m))?\s+(?:(?:would|will|have|had|got|want|need|like|am|are)\s+)*(?:(?:to|got|going|curious|wondering|about)\s+)*(?:(?:know|ask|learn|do|have|see|find\s+out|request|you\s+to\s+do)\s+)?)?(?:(?:just|only)\s+)?(?:(?:these|the\s+following|a\s+few|a|one|two|three|four|some|several|couple\s+of|(?:1|2|3)|quick|short|small)\s+)+(?:quick\s+|short\s+|small\s+|different\s+)?(?:things?|questions?|requests?|favou?rs?|wishes|tasks?|points?|jobs?)\s*(?:please\s*|for\s+you\s*|from\s+you\s*)?[:.—–-]+\s*",
    re.IGNORECASE,
)
"""`I'd like to know two things: …`"""
MEANWHILE = re.compile(
    r"^(?:and\s*,?\s+)?(?:while\s+(?:(?:we|you|i)(?:\s+are|['’](?:re|m))?\s+(?:wait(?:ing)?|(?:at|on)\s+it|there|about\s+it)|(?:at|on)\s+it)|in\s+the\s+meantime|meanwhile|by\s+the\s+way|btw|apart\s+from\s+that|besides|one\s+more\s+thing|on\s+top\s+of\s+that|in\s+addition|additionally|second(?:ly)?|first(?:ly)?|third(?:ly)?)\b\s*[,:]?\s*",
    re.IGNORECASE,
)
ALSO = re.compile(r"^(i|we)\s+also\s+", re.IGNORECASE)
_VERBS = r"(?:add|put|write|leave|insert|move|bring|shift|replace|rename|swap|run|rerun|re-run|execute|refresh|audit|build|create|make\s+(?:me|us|a)|draw|plot|order|send|mail|e-?mail|book|tidy|delete|remove|schedule|invite|share)"
_QUESTIONS = r"(?:how|which|who|where|why|whose|when|what(?:['’]s)?\b(?!\s+(?:(?:is|has|have)\s+)?(?:new|different|changed|moved|it|they|you)\b)|(?:did|does|do|is|are|was|were|can|could|may)\s+(?:an?|the|i|we|it|they|one|any\w*|some\w*|there|viewers?|editors?|members?)\b)"
CONDITION = r"(?:if|unless|in\s+case|in\s+the\s+event|otherwise|else|once|whenever|as\s+soon\s+as|as\s+long\s+as|so\s+long\s+as|provid(?:ed|ing)|assuming|supposing|given\s+(?:that|no|any|it|the)|on\s+(?:the\s+)?condition|depending\s+on|should\s+(?:it|that|this|they|the|anything|something|nothing|any)\b)"
SPLIT = re.compile(
    r"\s*(?:;|(?<=[\w⟧)%])[.!](?=\s)|(?<=\?)\s+(?=[^\W\d_])"
    r"|\s+[—–]\s+(?=(?:and\s+|then\s+|also\s+)?(?:please\s+)?(?:"
    + _VERBS
    + "|"
    + _QUESTIONS
    + r"|tell|show)\b)"
    r"|,?\s*\b(?:and\s+then|then|afterwards?|after\s+that|and\s+afterwards|and\s+finally|(?<=[,.;?!]\s)finally|(?<=[,.;?!]\s)also|(?<=[,.;?!]\s)as\s+well\s+as)\b,?"
    r"|,\s+and(?=\s+(?:tell|" + _VERBS + r")\b)"
    r"|,\s+(?=(?:please\s+)?(?:tell|show)\s+(?:me|us)\s+(?:how|which|who|whether|where|what\s+(?:uses|queries|reads|touches|depends|writes))\b)"
    r"|,?\s+(?=and,?\s+(?:while\s+(?:we|you|i)|in\s+the\s+meantime|meanwhile|by\s+the\s+way)\b)"
    r"|,?\s+and\s+(?=(?:i|we)(?:['’]d|\s+(?:also\s+)?(?:want|need|would))\b)"
    r"|,?\s+(?:and|but),\s+(?=(?:only\s+)?"
    + CONDITION
    + r")|,\s+(?=(?:but\s+|and\s+)?(?:only\s+)?"
    + CONDITION
    + r")"
    r"|,?\s+\b(?:and|but)(?=\s+(?:only\s+)?"
    + CONDITION
    + r")|,?\s+\band(?=\s+(?:"
    + _QUESTIONS
    + r"|(?:please\s+)?"
    + _VERBS
    + r"\b|(?:(?:tell|show)\s+(?:me|us)|explain|say|find\s+out|check)\s+(?:how|which|who|whether|if|what\s+(?:uses|queries|reads|touches|depends|writes))\b)))\s*",
    re.IGNORECASE,
)
"""Where one part of a request ends and the next begins."""
VERB_NEXT = re.compile(r",\s+(?=(?:please\s+)?" + _VERBS + r"\b)", re.IGNORECASE)
HANGS = re.compile(
    rf"(?:(?:and|but|then|so|or|only|please)\s+)*(?:{CONDITION}|when|should|before|after|in|on|at|for|from|with|while|to)(?!\w)",
    re.IGNORECASE,
)
"""A piece whose first comma ends what the verb behind it hangs on."""
THEN_FIRST = re.compile(
    r"\b(führe|starte|zeige?|sage?|schreibe?|füge|lass(?:e)?)\s+(dann|danach|anschließend)\s+", re.IGNORECASE
)
"""A verb with its `then` behind it, as German has it."""
POINTS = re.compile(r"\b(?:it|this|that|these|those|them|there|its|their)\b", re.IGNORECASE)


NUMBERED = re.compile(
    r"(?:[,;:.]|\band)?\s*(?:\(\d\)|(?<=[,;:.]\s)(?:second|third|fourth)(?:ly)?\s*[:,]?)\s+(?=\w)",
    re.IGNORECASE,
)
"""`(1) …, (2) …`: each stands for itself."""


WISHED = re.compile(
    r"(?<!is)(?<!are)(?<!was)(?<!were)(?<!been)(?<!got)\s+(?:deleted|removed|moved|renamed|sent|mailed|refreshed|re-?run|run|replaced|added|archived|dropped|scheduled|shared|written|tidied)(?:\s+(?:please|today|now|first|again))?[\s.!]*$",
    re.IGNORECASE,
)
"""`the old prices deleted`: a wish, and nothing that is told."""


class Said(NamedTuple):
    """What a request says."""

    parts: list[str]
    all: bool
    """Whether the parts hold the whole of it."""


def parts_of(request: str, notebooks: Sequence[str]) -> Said:
    """The parts in their order; greetings and thanks are left out where something else is said."""
    given = NUMBERED.sub("; ", " ".join(request.split()))
    text = taken_back(renamed(given, notebooks), notebooks)
    headed = HEADED.match(text)
    if headed is not None and len(names_in(headed["where"], notebooks)) == 1:
        text = f"In {headed['where']}, {text[headed.end() :]}"
    announced = ANNOUNCED.match(text)
    if announced is not None and len(text) > announced.end():
        text = text[announced.end() :]
    held, masks = masked(text)
    pieces = [
        re.sub(r"[\s,]+(?:and|but)$|^(?:And|But)\s+", "", unmasked(piece, masks).strip(" ,."))
        for whole in SPLIT.split(held)
        for piece in _at_verbs(whole)
        if re.search(r"\w", piece)
    ]
    if pieces and re.search(r"\w:\s+\S[^“”\"]*$", pieces[-1]) and re.search(r"\w\.$", text.strip()):
        pieces[-1] += "."  # `write in it: …`: the full stop belongs to what is written
    said = [
        ALSO.sub(r"\1 ", piece)
        for piece in (MEANWHILE.sub("", piece) for piece in pieces)
        if re.search(r"\w", piece)
    ]
    kept = [piece for piece in said if not (CIVIL.fullmatch(piece) or FAREWELL.fullmatch(piece))] or said
    every = text == given and kept == pieces
    for place, piece in enumerate(kept[:-1]):
        # `Have a look at Scratchpad. The imports …`: the first sentence only says where.
        looked = LOOK.fullmatch(piece)
        if looked is not None:
            return Said(
                [*kept[:place], f"In {looked['where']}, {kept[place + 1]}", *kept[place + 2 :]], False
            )
    return Said(kept, every)


def _at_verbs(text: str) -> list[str]:
    """The text cut at commas with a verb behind them; not where what stands before the comma says when the verb holds."""
    pieces: list[str] = []
    start = 0
    for match in VERB_NEXT.finditer(text):
        before = re.split(r",|\b(?:and|but|then)\b", text[start : match.start()])
        if HANGS.match(text[start:]) or any(HANGS.match(each.strip()) for each in before[1:]):
            continue
        pieces.append(text[start : match.start()])
        start = match.end()
    return [*pieces, text[start:]]


def taken_back(text: str, notebooks: Sequence[str]) -> str:
    """The text without the part that its end takes back for another: `add a note … — no, rename the heading …`."""
    correction = correction_in(text)
    if correction is None or correction.mild:
        return text
    anew = POLITE.sub("", correction.after).strip()
    if POINTS.search(anew) or not re.match(
        rf"(?:{_VERBS}|tell\s+(?:me|us)|show|list|check|how\s+(?:do|can|to))\b", anew, re.IGNORECASE
    ):
        return text
    held, masks = masked(correction.before)
    ends = [match.end() for match in SPLIT.finditer(held) if match.end() < len(held)]
    kept, dropped = (
        (unmasked(held[: ends[-1]], masks), unmasked(held[ends[-1] :], masks))
        if ends
        else ("", correction.before)
    )
    named = names_in(dropped, notebooks)
    where = f"in {notebooks[named[0].which]}, " if len(named) == 1 and not names_in(anew, notebooks) else ""
    return f"{kept}{where}{anew}".strip()


def tells_why(part: str) -> bool:
    """Whether a part only tells what is the case, or what somebody intends."""
    if WISHED.search(part):
        return False
    return (
        STATEMENT.match(part) is not None
        or THERE_IS.fullmatch(part.strip()) is not None
        or BACKGROUND.fullmatch(part.strip()) is not None
    )


__all__ = ["POINTS", "THEN_FIRST", "THERE_IS", "Said", "parts_of", "tells_why"]
