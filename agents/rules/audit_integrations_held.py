"""Questions about the data itself: whether something is in it, which tables are about it, from when to when they go."""

import re
from typing import NamedTuple

from agents.rules.tidy_notebook_words import POLITE
from agents.rules.wording import FILLER, Word, words_of

_DATA = r"(?:data|datasets?|databases?|tables?|figures|numbers|statistics|series|histor(?:y|ies)|records?|columns?|fields?|pric(?:es?|ing)|closes|quotes|observations|rows?|wages|salar(?:y|ies)|employment|jobs|payrolls?|stocks?|index|indices|indexes|shares)"
_WE = r"(?:we|you|i|they|[a-z]+_[a-z_]+|anyone|anybody|(?:the|our|your|this|any|one|some)(?:\s+of\s+(?:the|our))?(?:\s+[\w&-]+){1,3})"
DATA = re.compile(
    rf"\b{_DATA}\b|\b[a-z]+(?:_[a-z]+)+\b|\b(?:any|some)thing\s+(?:on|about|for)\b", re.IGNORECASE
)
"""What shows that a question is about data and not about how things work."""
ASKED = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|can|could|would|will|which|what|where|when|since|until|till|up\s+to|from|to|how|how\s+many|list|show|name|any|through|how)\b",
    re.IGNORECASE,
)
HAS = re.compile(
    rf"\b(?:do|does|did|can|could|will)\s+{_WE}\s+(?:(?:currently|actually|already|even|also|really|still)\s+)*(?:have|hold|own|store|keep|contain|include|cover|offer|know|go|reach|extend|stretch|run|last|get|find|see|look\s+up)\b"
    rf"|\b(?:have|has)\s+{_WE}\s+(?:got|any|some|anything|something|data|figures)\b"
    rf"|\b(?:we|i|you)\s+(?:have|hold|keep|own|store)\b"
    rf"|\b{_DATA}\s+(?:(?:that|which)\s+)?(?:hold|have|has|contain|include|cover|deal\s+with|know|store|speak\s+of|list|is|are)s?\b"
    rf"|\b(?:is|are)\s+there\b|\b(?:there\s+(?:is|are)|available|covered|contained|included|part\s+of|stored)\b"
    rf"|\b(?:in|among|within|inside)\s+(?:any\s+of\s+|one\s+of\s+)?(?:our|the|my|your|this|any)\s+(?:[\w-]+\s+){{0,2}}{_DATA}\b|\bin\s+[a-z]+_[a-z_]+\b"
    r"|^(?:list|show|name|give)(?:\s+(?:me|us|all|the|every|of|our|my|available))*\s+(?:tables|data\s?sets|columns)\b(?!\s+(?:in|of|from|inside|within)\b)"
    r"|^(?:which|what)\s+(?:columns?|fields?)\s+(?:does|do|has|have|(?:are|is)\s+(?:there\s+)?in)\b"
    rf"|^(?:which|what|list|show)\b.*\b{_DATA}\s+(?:\w+\s+)?(?:on|about|for|of|with)\b",
    re.IGNORECASE,
)
"""Asks whether something is there, or which of it."""
REACH = re.compile(
    r"^(?:up\s+to|until|till|from|since|to|through)\s+(?:which|what|when)\b"
    r"|^how\s+(?:far|long|deep)\b.*\b(?:back|go|goes|reach|reaches|past|future)\b"
    r"|^(?:since\s+)?(?:when|where)\b.*\b(?:starts?|begins?|ends?|stops?|finish(?:es)?|go(?:es)?\s+to)\b"
    r"|\b(?:latest|most\s+recent|newest|last|first|earliest|oldest|final)\s+(?:available\s+)?(?:day|date|month|year|week|quarter|entry|row|record|observation|data\s*point|trading\s+day)s?\b"
    r"|^(?:which|what)\s+(?:time\s+)?(?:period|span|range|window|frame|years?|months?|dates?|days?|stretch)\b.*\b(?:covers?|covered|span|spans|available|have|in|there|go)\b"
    r"|^how\s+(?:recent|old|current|fresh|up[\s-]to[\s-]date)\b|^how\s+many\s+(?:rows|records|observations|columns|years|months|series)\b|\bcolumns?\s+of\b",
    re.IGNORECASE,
)
"""From when to when it goes, or how much there is of it."""
MUCH = re.compile(r"^how\s+many\b|\b(?:columns?|fields?)\b", re.IGNORECASE)
NOT_THAT = re.compile(
    r"\b(?:use|uses|used|using|quer(?:y|ies|ied|ying)|reads?|reading|touch(?:es)?|depends?|depending|writes?|writing|written|select\w*|access\w*|join\w*|delet\w+|updat\w+|insert\w*|notebooks?|blocks?|cells?|projects?|runs?|passwords?|secrets?|credentials?|tokens?|api|send|sent|ways?|possible|export(?:ed|ing)?|shar(?:ed|ing)|share\s+(?:it|them|the|my|our|an?)|connect\w*|upload\w*|import\w*|safe|allowed|permission\w*|viewers?|editors?|(?<!\bthe\s)most|highest|lowest|largest|biggest|smallest|grew|grow\w*|fell|rose|lost|losing|gained|changed?|develop\w*|doing|average|mean|total|backups?|limits?|integrations?|schedul\w+)\b|\bmost\s+(?!recent)\w+",
    re.IGNORECASE,
)
"""Asks who uses it, what may be done with it, or what its figures come to: no question of what is held."""
LEAD = re.compile(
    r"^(?:(?:can|could|would)\s+you\s+)?(?:please\s+)?(?:(?:tell|show)\s+(?:me|us)\s+(?=(?:if|whether|which|what|when|where|how|until|since|up\s+to|from)\b)|(?:i\s+)?(?:wonder(?:ing)?|know|check|see|find\s+out|look\s+up)\s+(?=(?:if|whether|which|what|when|where|how|until|since|up\s+to|from)\b))(?:if\s+|whether\s+)?",
    re.IGNORECASE,
)
"""What leads to an indirect question."""
SCAFFOLD = frozenset([
    "data", "dataset", "datasets", "database", "databases", "table", "tables", "figure", "figures", "number", "numbers", "statistics", "series", "history",
    "histories", "record", "records", "column", "columns", "field", "fields", "row", "rows", "value", "values", "observation", "observations", "entry",
    "entries", "workspace", "anything", "something", "anywhere", "somewhere", "included", "contained", "stored", "kept", "present", "available", "found", "listed",
    "part", "among", "within", "inside", "hold", "holds", "contain", "contains", "include", "includes", "cover", "covers", "covered", "covering",
    "got", "store", "keep", "own", "offer", "offers", "know", "knows", "regarding", "concerning", "around", "called", "named", "exist",
    "exists", "kind", "kinds", "sort", "sorts", "deal", "deals", "speak", "use", "work", "analyse", "analyze", "until", "till",
    "since", "through", "far", "long", "deep", "back", "forward", "past", "reach", "reaches", "run", "runs", "extend", "extends",
    "stretch", "stretches", "start", "starts", "begin", "begins", "end", "ends", "stop", "stops", "finish", "latest", "recent", "newest",
    "last", "first", "earliest", "oldest", "most", "day", "days", "date", "dates", "month", "months", "year", "years", "week",
    "weeks", "quarter", "quarters", "point", "points", "trading", "period", "span", "range", "window", "frame", "old", "current", "fresh",
    "many", "much", "list", "name", "currently", "actually", "already", "even", "also", "really", "still", "goes", "going", "time",
    "ever", "lie", "lies", "every", "each", "whole", "entire", "full", "our", "your", "someone", "anyone", "everybody", "yes",
    "between", "exactly", "contents", "content", "beyond", "before", "after", "earlier", "later", "than", "prior",
])  # fmt: skip
"""Words of such a question that say nothing of what is asked after."""
YEAR = re.compile(r"(?:19|20)\d\d")
SIDED = re.compile(
    r"(?:\b(?:(?P<before>before|prior\s+to|earlier\s+than)|(?P<after>beyond|after|later\s+than|past))\s+)?\b(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)


class Held(NamedTuple):
    """What is asked of the data."""

    words: list[Word]
    """What is asked after; none where it is everything."""
    reach: bool
    """From when to when, or how much."""
    columns: bool
    polar: bool
    """Answered by yes or no."""
    years: list[tuple[str, str]]
    """Years that are asked for, each with the side of it: `before`, `after`, or neither."""


def held_asked(request: str) -> Held | None:
    """The question about what the data holds; None where the request is none."""
    bare = POLITE.sub("", request).strip()
    indirect = LEAD.match(bare)
    bare = LEAD.sub("", bare)
    if NOT_THAT.search(bare) or not DATA.search(bare) or not (indirect or ASKED.match(bare)):
        return None
    has, reach = HAS.search(bare), REACH.search(bare)
    if has is None and reach is None:
        return None
    # Places count in the request as it was given.
    said = [
        word
        for word in words_of(request[request.rfind(bare) :])
        if word.text not in FILLER | SCAFFOLD and not YEAR.fullmatch(word.text)
    ]
    away = request.rfind(bare)
    said = [word._replace(start=word.start + away, end=word.end + away) for word in said]
    years = [
        (match["year"], "before" if match["before"] else "after" if match["after"] else "")
        for match in SIDED.finditer(bare)
    ]
    return Held(
        said,
        reach=reach is not None and not MUCH.search(bare),
        columns=re.search(r"\b(?:columns?|fields?)\b", bare, re.IGNORECASE) is not None,
        polar=reach is None
        and re.match(r"(?:which|what|list|show|name|where|how)\b", bare, re.IGNORECASE) is None,
        years=years,
    )


__all__ = ["Held", "held_asked"]
