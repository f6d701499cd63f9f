"""A request to audit as it is read: in English words, without what is only told beside the question and what something is to become."""

import re
from collections.abc import Sequence

from agents.rules.audit_integrations_words import KINDS
from agents.rules.tongues import in_english
from agents.rules.wording import names_in, words_of

_TELLS = re.compile(
    r"(?:and\s+|but\s+|so\s+|because\s+|since\s+)?(?:i|we|it|there|this|that|they|he|she|you|somebody|someone|my|our|his|her|the)\b(?![^.!]*\b(?:want|need|(?:would|['’]d)\s+like)\b)[^?]*$",
    re.IGNORECASE,
)
"""A sentence that only tells, and neither asks nor bids."""
_BECOMES = re.compile(
    r"\b(?:go(?:es|ing)?|renam\w*|mov(?:e|es|ed|ing)|migrat\w*|convert\w*|switch\w*|replac\w*|port(?:ed|ing)?|put(?:ting)?|shift\w*|transfer\w*|chang(?:e|es|ed|ing)|turn(?:ed|ing)?)(?:\s+(?P<what>[^.;:!?]{2,80}?))?\s+(?P<to>(?:in)?to|by|with)\s+(?P<target>(?:an?\s+|the\s+|our\s+)?(?:(?:new|other|another|different|own|separate|proper|better)\s+)*[`\"“«']?\w+(?:\.\w+)*[`\"”»']?(?:\s+(?:schema|database|table|column|warehouse|integration|server|account|name|project)\b)?)",
    re.IGNORECASE,
)
"""`rename close to adj_close`, `moving orders to a new schema`: the second is not there yet."""


def audited_in(request: str, names: Sequence[str]) -> str:
    """The part of the request that says what is looked for; `names` are those of the integrations."""
    english = in_english(request, names)
    return _without_targets(_without_told(english, names), names)


def _without_told(request: str, names: Sequence[str]) -> str:
    """Where a question names what it is about, what is told beside it is left aside."""
    sentences = re.split(r"(?<=[.!?])\s+", request.strip())
    asking = [each for each in sentences if not _TELLS.match(each)]
    if len(asking) == len(sentences) or not any(_subject(each, names) for each in asking):
        return request
    return " ".join(asking)


def _without_targets(request: str, names: Sequence[str]) -> str:
    for match in reversed(list(_BECOMES.finditer(request))):
        what = match["what"] or ""
        nameless = re.match(r"(?:an?|another)\b", match["target"], re.IGNORECASE)
        if nameless or _subject(what, names) or len(words_of(what)) == 1:
            request = f"{request[: match.start('to')].rstrip()} {request[match.end('target') :].lstrip()}"
    return request


def _subject(text: str, names: Sequence[str]) -> bool:
    """Whether it names an integration, a kind of database, a table or a column."""
    return (
        bool(names_in(text, list(names)))
        or re.search(r"\b[A-Za-z]+_\w+", text) is not None
        or any(word.text in KINDS for word in words_of(text))
        or re.search(r"\b(?:each|every|all|any|which|our|the)\s+(?:\w+\s+)?(?:integrations?|databases?|connections?|tables?|columns?|warehouse)\b", text, re.IGNORECASE) is not None
    )  # fmt: skip


__all__ = ["audited_in"]
