"""What surrounds the wishes of a request and comes off before they are read: reasons, remarks, and that the rest shall stay.

A remark that may name what a later `it` means is kept, marked as CONTEXT: it never is a wish.
"""

import re
from collections.abc import Callable

from agents.rules.quotations import masked, unmasked
from agents.rules.tidy_notebook_canonical import MODAL, WHERE_TO
from agents.rules.tidy_notebook_words import START

CONTEXT = "‡"
"""Before a clause that only says what the others speak of."""
_WRONG = r"(?:wrong|incorrect|not\s+right|not\s+correct|false|a\s+typo|a\s+mistake|misspelled|misspelt|outdated|out\s+of\s+date)"
THEY = r"(?:i|we|you|he|she|they|people|everyone|everybody|nobody|no\s+one|readers?|none\s+of\s+us|it|this|there)"
_NEXT = rf"(?=\s*(?:[.;!?]|$|,\s*(?:and\s+|but\s+)?(?:please\s+|then\s+|also\s+|finally\s+)*(?:{START})\b|\s+(?:and|but)\s+(?:please\s+|then\s+|also\s+)*(?:{START})\b))"
REASON = re.compile(
    rf"[\s,–—-]*\b(?:so\s+that(?!\s+(?:it|they|the\s+\w+)\s+(?:says?|reads?|is|are|comes?|stands?|goes|go|ends?)\b)|so\s+(?={THEY}\b(?!\s+(?:says?|reads?|is|are|comes?|stands?|goes)\b))|so\s+(?=(?:the|our|my|all|other|others|its|nobody|everybody|someone)\b)(?![^.;!?]*(?:\b(?:says?|reads?|becomes?|should|must|ought)\b|{WHERE_TO}))|so\s+as\s+to\b|because(?:\s+of)?\b|cause\s+(?={THEY}\b)|since(?=\s+(?:{THEY}|the|these|those|my|our)\b)"
    rf"|as(?=\s+(?!(?:it|they|this|that)\s+(?:is|are|was|were|stands?|do|does)\s*(?:now|right\s+now|at\s+the\s+moment|today)?\s*(?:[.,;!?]|$|and\b))(?:{THEY}|the\s+\w+)\s+(?:is|are|was|were|has|have|had|needs?|looks?|wants?|keeps?|gets?|does|do|can|cannot|could|will|should|never|always|only)\b)"
    rf"|in\s+order\s+(?:to|that)\b|otherwise(?=\s+(?!(?:leave|do|don['’]?t|keep|nothing|let)\b)\w+)|given\s+that\b|considering\b|seeing\s+(?:that|as)\b|for\s+the\s+sake\s+of\b|(?:just\s+)?to\s+(?:make|keep|have)\s+(?:it|things|everything|this|that|reading|the\s+notebook|life)\s+(?:(?:a\s+bit|a\s+little|much|more)\s+)*(?:easier|clear|clearer|readable|nicer|simple|simpler|consistent|tidy|tidier|neat|neater|clean|cleaner|understandable)"
    rf"|(?:this|that|it)\s+(?:way|would\s+(?:be|look)|(?:is|['’]s|looks)\s+(?:much\s+|far\s+)?(?:easier|better|nicer|clearer|more))|which\s+(?:makes|helps|would\s+(?:help|make)|(?:is|looks|reads)\s+(?:much\s+|far\s+)?(?:easier|better|nicer|clearer|more\s|what)))\b(?:[^.;!?]|\.(?=\S))*?{_NEXT}",
    re.IGNORECASE,
)
SO_THAT = re.compile(
    rf"\s*,?\s+so\s+(?:that\s+)?(?:it|they|this|that|both|these)\s+(?:(?!{WHERE_TO})\w+\s+){{1,3}}?(?={WHERE_TO})",
    re.IGNORECASE,
)


def _so_placed(match: re.Match[str]) -> str:
    """`move it so that it sits under the title` says where to; behind another place it is a reason."""
    said = re.split(r"[.;!?]\s", match.string[: match.start()])[-1]
    return match.group() if re.search(WHERE_TO, said, re.IGNORECASE) else " "


FIRST_REASON = re.compile(
    r"(?P<edge>^|[.;!?]\s+)(?:because|since|as|given\s+that|now\s+that|seeing\s+(?:that|as)|considering\s+that|when)\s+(?P<reason>(?!(?:for|to|usual|always|soon|well|follows)\b)[^,;.!?]{5,140}),\s*(?!(?:and|or)\b)",
    re.IGNORECASE,
)
THEREFORE = re.compile(
    rf"(?P<edge>^|[.;!?]\s+)(?P<context>(?!(?:please\s+|then\s+)*(?:{START})\b)(?:(?!\b(?:should|must|needs?\s+to|has\s+to|have\s+to)\b)[^.;!?]){{4,240}}?)\s*[,;.–—-]+\s*(?:and\s+)?(?:so|therefore|hence|thus|that['’]s\s+why|for\s+that\s+reason)\b[\s,]*(?:(?:please|could\s+you|can\s+you|would\s+you|just|let['’]s|we\s+should|you\s+should|i['’]d\s+like\s+(?:you\s+)?to|i\s+want\s+(?:you\s+)?to)\s+)*(?=(?:{START})\b)",
    re.IGNORECASE,
)
JUDGED = re.compile(
    r"^\s*(?:(?:it|this|that|the\s+(?:notebook|thing|whole\s+thing))\s*)?(?:is|are|['’]s|looks?|seems?|feels?|has\s+become|was)\s+(?P<said>(?!(?:to|there|that|supposed|meant)\b)[^,;.:]{2,60}?)\s*(?:[,;:.–—-]+|\s-\s)\s+(?=\S)",
    re.IGNORECASE,
)
"""`… is a mess, …`, said of the notebook."""
REMARK = re.compile(
    rf"\s*\((?=(?:it|they|that|this|he|she|we|i|there|the\s+\w+\s+(?:is|are|was))\b)[^()]{{2,120}}\)|\s*,\s*(?:nobody|no\s+one|none\s+of\s+us|everyone|everybody)\s+(?!{MODAL})[^,.;]{{3,80}}(?=\s*(?:[.;,]|$))",
    re.IGNORECASE,
)
AFTERTHOUGHT = re.compile(
    rf",\s*(?=(?:(?:(?:up|down|over|in)\s+)?(?:there|here)\s+)?(?:it|they|this|that)(?:\s+(?!(?:{MODAL}|belongs?|goes|comes|to|is|are)\b)\w+|['’](?:s|re)\s+(?:in\s+the\s+way|of\s+no|not|too|only|just|so|very|a\s+\w+$)|\s+(?:is|are)\s+(?:in\s+the\s+way|of\s+no|not\s+(?:needed|used|nice)|too|so|very|only|useless|old|ugly|confusing))\b(?:(?!\b(?:{START})\b)[^,.;])*(?:[.;]|$))",
    re.IGNORECASE,
)
"""`…, it gets in the way`."""
TAG = re.compile(
    r"\s*,\s*(?:do|does|is|are|should|would|could|can|wo|was|were)(?:n['’]?t|\s+not)?\s+(?:they|it|you|we|that)(?:\s+(?:think|agree|say|find))?\s*[?.!]*$|\s*,\s*(?:do|does|is|are|should|would|could|can|wo|was|were)(?:n['’]?t|\s+not)?\s+(?:they|it|you|we|that)(?:\s+(?:think|agree|say|find))?\s*[?.!]+|\s*,\s*(?:right|ok|okay|no|yes|agreed)\s*\?",
    re.IGNORECASE,
)
"""`…, don't they?`"""
SEEN_TO = re.compile(
    r"\s*[,;.–—-]*\s*\b(?:(?:can|could|would|will)\s+you\s+)(?:please\s+)?(?:see\s+to\s+(?:it|that|this)|take\s+care\s+of\s+(?:it|that|this)|(?:arrange|manage|handle|sort\s+out|do)\s+(?:it|that|this)|sort\s+(?:it|that|this)\s+out|make\s+(?:it|that)\s+(?:happen|so))\s*[?.!]*(?=\s|$)",
    re.IGNORECASE,
)
"""`…, can you see to it?`"""
MISTAKEN = re.compile(
    rf"(?P<edge>^|[.;!?]\s+)(?P<said>[^.;:!?⟦⟧]{{2,60}}?\s+(?:is|are|was|were)\s+{_WRONG})\s*[:;.–—-]+\s*(?=\S)",
    re.IGNORECASE,
)
"""`the dates are wrong: …`"""
EXCEPT = r"(?:except(?:\s+for)?|but\s+for|apart\s+from|other\s+than|besides|save\s+for|but(?:\s+not)?)"
STAYS_SO = r"(?:(?:just\s+|exactly\s+)*(?:as|where|like|the\s+way)\s+(?:it|they|everything)\s*(?:is|are|was|were|stands?)?(?:\s+now)?|as\s+is|alone|untouched|unchanged|in\s+(?:its|their)?\s*place|put)"
ALL_BUT = re.compile(
    rf"(?:everything|all|nothing|all\s+(?:the\s+)?(?:blocks|cells))(?:\s+(?:in|of)\s+(?:it|there|here))?\s+(?:else\s+)?(?:{MODAL}\s+(?:stay|remain|be\s+left|be\s+kept|move)|stays|remains)(?:\s+{STAYS_SO})?\s*,?\s*(?:{EXCEPT}|only)\s+(?P<block>[^,;.:]{{2,60}}?)\s*[,;:–—-]+\s*(?:which|that|who|it|they|this|those)?\s*",
    re.IGNORECASE,
)
LEAVE_ALL_BUT = re.compile(
    rf"(?:leave|keep|let|touch\s+nothing|change\s+nothing|do\s*n['’]?t\s+(?:touch|change)\s+anything)\s*(?:everything|all|it\s+all)?(?:\s+else)?(?:\s+{STAYS_SO})?\s*,?\s*{EXCEPT}\s+(?P<block>(?:the|my|our|its|block|cell|imports?)\b[^,;.:]{{0,60}}?)(?:\s+{STAYS_SO})?(?=\s*(?:[,;.:–—]|$|and\b))",
    re.IGNORECASE,
)
REST = re.compile(
    rf"[\s,;.–—-]*\b(?:(?:and|but|while|with)\s+)?(?:all\s+)?(?:the\s+)?(?:rest|others|other\s+(?:blocks|cells|ones|things|parts)|remaining\s+\w+|everything\s+else|all\s+else)(?:\s+of\s+(?:it|them|(?:the|my|our)\s+\w+))?\s+(?:(?:{MODAL}\s+|just\s+|all\s+)*(?:stays?|remains?|staying|remaining|is\s+(?:fine|good|ok|okay)|are\s+(?:fine|good|ok|okay)|be\s+(?:left|kept)|left|kept|unchanged|untouched)\b[^,;.]*|(?:exactly\s+|just\s+)?as\s+(?:it|they|before|is|now)\b[^,;.]*|(?:keeps?|in)\s+(?:the\s+)?(?:same|old|current|its|their|present)\s+[^,;.]*)",
    re.IGNORECASE,
)
COMPARED = re.compile(
    r"[\s,]+(?:just\s+)?(?:like|as|same\s+as|consistent\s+with)\s+(?:it\s+is\s+|we\s+(?:have|do|did)\s+(?:it\s+)?)?(?:(?:in|on|for|with)\s+)?(?:(?:all|every|each|most|any)\s+(?:of\s+)?(?:the\s+|our\s+|my\s+)?(?:other\s+)?\w+|(?:the|our|my)\s+(?:other|others|rest)\b[^,;.]*|elsewhere|everywhere(?:\s+else)?|other\s+notebooks?)(?=\s*(?:[,;.!]|$))",
    re.IGNORECASE,
)
IF_YOU_LIKE = re.compile(
    r"[\s,]+if\s+(?:you\s+(?:agree|can|like|want|may|please|do\s*n['’]?t\s+mind|have\s+(?:the\s+)?time)|(?:that['’]s|it['’]s|that\s+is|it\s+is)\s+(?:possible|ok|okay|fine|all\s+right)|possible)(?=\s*(?:[.,;!?]|$))",
    re.IGNORECASE,
)
KEEP_ORDER = re.compile(
    r"[\s,;.]*(?:and\s+|but\s+)?(?:(?:keep(?:ing)?|with)\s+(?:the\s+|their\s+)?(?:relative|original|current|old|existing|present|same)\s+order\b[^,;.]*|in\s+(?:the|their)\s+(?:same\s+|current\s+|present\s+)?order\s+(?:(?:in\s+which\s+|that\s+|as\s+)?(?:they|it)\s+(?:have|are|stand|come|is)\b[^,;.]*|of\s+(?:now|today)\b))",
    re.IGNORECASE,
)
ENOUGH = re.compile(
    r"[\s,;.–—-]+(?:and\s+)?(?:that['’]?s|that\s+is|this\s+is|that\s+would\s+be)\s+(?:all|it|everything|enough)\b[^,;.]*|[\s,;.–—-]+(?:and\s+)?(?:nothing|no)\s+(?:else|more)\b(?=\s*(?:[.;!]|$))|[\s,;–—-]+(?:only\s+(?:that|this)|just\s+(?:that|this))(?=\s*(?:[.;!]|$))",
    re.IGNORECASE,
)
KEPT_FIRST = re.compile(
    rf"(?P<kept>\b(?:keep|leave|let)\s+[^,;.]{{2,60}}?\s+(?:{STAYS_SO}|first|on\s+top|at\s+the\s+top))\s*,\s*(?:and\s+|but\s+)?(?=\w)",
    re.IGNORECASE,
)
NAMELY = re.compile(
    rf"\s*,?\s*(?:which|that)\s+(?:(?:in\s+my\s+(?:view|opinion)|to\s+my\s+mind|i\s+(?:think|believe|guess|suppose)|for\s+me|should|would|of\s+course|as\s+always)\s*,?\s+)*(?:be|is|are|means?|belongs?|goes|stands?|comes)\s+(?={WHERE_TO})",
    re.IGNORECASE,
)
"""`where they belong, which is right below the title`."""
_SAID = r"(?:⟦\d+⟧|[^\s,;:.!?⟦⟧]+(?:\s+[^\s,;:!?⟦⟧]*[^\s.,;:!?⟦⟧]){0,5}?)"
RESTATED: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(
            r"\b(?:whatever|(?:everything|anything|what)\s+(?:that\s+)?)\s*is\s+(?:still\s+|left\s+)*(?:blank|empty)\s*(?:,\s*(?P<kinds>(?:text|code|and|or|sql|\s)+),?)?\s*(?:(?:should|must|shall|may)\s+(?:say|read)|gets?(?:\s+(?:the|a)\s+(?:note|text|comment|line)\b(?:\s*,?\s*(?:that\s+says|saying|which\s+says))?)?|[:,]\s*(?:please\s+)?(?:write|put|say))\s*(?:in\s+(?:it|there))?\s*:?\s+",
            re.IGNORECASE,
        ),
        "every empty block gets the note: ",
    ),
    (
        re.compile(
            rf"(?P<every>\beverywhere\s+)?\b(?:where(?P<ever>ver)?|whenever)\s+(?:(?:it|there|that|the\s+\w+)\s+)?(?:still\s+|now\s+)?(?:says?|reads?|is|stands?)\s+(?P<old>{_SAID})\s*,\s*(?:please\s+|just\s+)*(?:write|put|use|say|have|make\s+it|(?:it|there)\s+should\s+(?:be|say|read|stand))\s+(?P<new>{_SAID})(?=\s*(?:[.;,!]|$|\s(?:please|and|instead)\b))",
            re.IGNORECASE,
        ),
        lambda match: (
            f"change {match['old']} to {match['new']}{' everywhere' if match['every'] or match['ever'] else ''}"
        ),
    ),
    (
        re.compile(
            r"(?P<note>\b(?:a|an|one|another)\s+(?:\w+\s+){0,2}(?:note|comment|remark|heading|sentence|line|warning|hint)\b[^.;:⟦⟧]*?)\s*[.;,]\s*(?:and\s+)?(?:it|that|which|the\s+(?:note|text))\s+(?:should|must|shall|has\s+to|could|may)\s+(?:say|read|be)\s*:?\s*",
            re.IGNORECASE,
        ),
        r"\g<note>: ",
    ),
    (
        re.compile(
            r"(?P<old>⟦\d+⟧)\s+(?:soll(?:te|en)?|doit|devrait|debe|deber[ií]a|deve|dovrebbe|m[áa])\s+(?:(?:[êe]tre|devenir|ser|essere|diventare|b[ýy]t)\s+)?(?P<new>⟦\d+⟧)(?:\s+(?:hei(?:ß|ss)en|lauten|sein|werden))?",
            re.IGNORECASE,
        ),
        r"change \g<old> to \g<new>",
    ),
    (
        re.compile(
            rf"(?:(?P<lead>^|[.;!?]\s+)[^.;!?⟦⟧]*?\b(?:says?|reads?)\s+{_SAID}\s*[,;.–—-]+\s*)?(?:\b(?:but\s+)?(?:it|that|this)(?:['’]s|\s+(?:is|should\s+(?:be|say|read)|must\s+be|ought\s+to\s+be|has\s+to\s+be)))\s+(?:actually\s+|really\s+)?(?P<new>{_SAID})\s*,?\s+(?:and\s+|but\s+)?not\s+(?P<old>{_SAID})(?=\s*(?:[.;,!]|$|[–—-]\s))",
            re.IGNORECASE,
        ),
        r"\g<lead>change \g<old> to \g<new>",
    ),
    (
        re.compile(
            rf"(?P<edge>^|[.;:!?,]\s*)(?P<old>{_SAID})\s+(?:is|was)\s+{_WRONG}\s*[,;.–—-]+\s*(?:and\s+)?(?:(?:it|that)\s+)?(?:should|must|ought\s+to|has\s+to)\s+(?:be|say|read)\s+(?P<new>{_SAID})(?=\s*(?:[.;,!]|$))",
            re.IGNORECASE,
        ),
        r"\g<edge>change \g<old> to \g<new>",
    ),
    (
        re.compile(
            r"(?P<what>(?:the|our|my|its)\s+[^.;,:⟦⟧]{2,50}?)\s+(?:is|says|reads|uses|has|stands\s+at)\s+(?:only\s+|still\s+|currently\s+|now\s+|set\s+to\s+|at\s+)*(?P<old>[-+]?\d[\d.,]*%?|⟦\d+⟧)\s*[,;.–—-]+\s*(?:please\s+|but\s+|and\s+)*(?:make|set|change|raise|lower|put|turn|let)\s+(?:it|that)\s+(?:to\s+|into\s+|be\s+|say\s+|at\s+)?(?P<new>[-+]?\d[\d.,]*%?|⟦\d+⟧)(?=\s*(?:[.;,!]|$|\s(?:please|and)\b))",
            re.IGNORECASE,
        ),
        r"change \g<what> from \g<old> to \g<new>",
    ),
)
"""`it is A, not B`, `B is wrong, it should be A`, `the limit is 5, make it 6`: one word for another."""


def restated(request: str) -> str:
    """The request with a wrong word and the right one as an exchange of the two."""
    held, masks = masked(request)
    for pattern, put in RESTATED:
        held = pattern.sub(put, held)
    return unmasked(held, masks)


HIDDEN = re.compile(
    r"(?P<old>⟦\d+⟧|(?=\S*\w[-_./:]\w)[^\s,;⟦⟧]+|(?:the\s+)?(?:words?|text|phrase|sentence|name|value|number|string)\s+⟦\d+⟧)\s+(?:must|should|may|can|shall|has\s+to|needs\s+to|ought\s+to|is)\b(?:\s+(?:not|no\s+longer|never)\s+[^,;.]*?|n['’]?t\s+[^,;.]*?|\s+(?:go|disappear|vanish|be\s+(?:removed|deleted|hidden)|wrong)[^,;.]*?)\s*[,;.]\s*(?:and\s+)?(?:please\s+|instead\s+)*(?:put|write|use|set|have|insert|let\s+it\s+(?:say|be)|make\s+it|it\s+should\s+(?:be|say)|should\s+be|it['’]s)\s+(?P<new>⟦\d+⟧|[^,;.]{1,40}?)(?:\s+(?:in\s+its\s+place|instead(?:\s+of\s+(?:it|that))?|there|for\s+it))?(?=\s*(?:[.;!?]|$))",
    re.IGNORECASE,
)
"""`"abc" must not be readable, put XXX in its place`."""
TWO_THINGS = re.compile(
    r"(?:^|(?<=[.;!?]\s))\s*(?:(?:it|this|the\s+notebook|there|i|we|you)\s+)?(?:(?:needs?|wants?|requires?|has|have|are|is|please\s+do|do|make)\s+)?(?:(?:the\s+following|these|a\s+few|some|only|just|one|two|three|four|five|several|couple\s+of|\d)\s+)+(?:small\s+|little\s+|more\s+)?(?:things?|changes?|edits?|fix(?:es)?|wish(?:es)?|tasks?|requests?|points?|corrections?|steps?|items?)(?:\s*(?:please|here|for\s+you|to\s+do|(?:in|with|about|for)\s+(?:it|this|there)))*\s*[:.–—-]\s*",
    re.IGNORECASE,
)
FOLLOWING = re.compile(
    r"(?:^|(?<=[.;!?]\s))\s*(?:(?:i|we|you|please)\s+)?(?:need|want|would\s+like|like|do|make|ask\s+for)\s+(?:you\s+to\s+do\s+)?the\s+following\s*:\s*",
    re.IGNORECASE,
)
TAKEN_OUT = re.compile(
    r"(?P<out>\b(?:out\s+of|off)\s+(?:the|block|cell|that|this)\s+[^,;.]*?)\s*,?\s+and\s+(?:then\s+)?(?:put|move|place)\s+(?:it|them)\s+",
    re.IGNORECASE,
)
"""`pull the import out of the query and put it first`: what is put there is what was taken out, and no block that stands."""
SAY_IN = re.compile(
    r"(?:^|\s*[,;.]?\s*\b(?:and|then)\s+)(?:also\s+|please\s+)?say\s+(?P<text>⟦\d+⟧)\s+in\s+(?P<where>(?:the|its|my|our)\s)",
    re.IGNORECASE,
)
"""`…, and say “Done.” in the text on top`: a sentence more for that text."""
MENDS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (SAY_IN, r"; add \g<text> to \g<where>"),
    (TAKEN_OUT, r"\g<out>, "),
    (TAG, ". "),
    (SEEN_TO, " "),
    (REMARK, " "),
    (MISTAKEN, rf"\g<edge>{CONTEXT} \g<said>; "),
    (AFTERTHOUGHT, rf"; {CONTEXT} "),
    (TWO_THINGS, " "),
    (FOLLOWING, " "),
    (HIDDEN, r"change \g<old> to \g<new>"),
    (ALL_BUT, r"\g<block> "),
    (NAMELY, " "),
    (LEAVE_ALL_BUT, rf"; {CONTEXT} \g<block>; "),
    (REST, "; "),
    (THEREFORE, rf"\g<edge>{CONTEXT} \g<context>; "),
    (FIRST_REASON, rf"\g<edge>{CONTEXT} \g<reason>; "),
    (JUDGED, rf"{CONTEXT} \g<said>; "),
    (SO_THAT, _so_placed),
    (REASON, ""),
    (COMPARED, ""),
    (IF_YOU_LIKE, ""),
    (KEEP_ORDER, ""),
    (ENOUGH, ""),
    (KEPT_FIRST, r"\g<kept>; "),
)  # fmt: skip


def bared(held: str) -> str:
    """The request, its quoted text masked, without what surrounds the wishes."""
    for pattern, put in MENDS:
        held = pattern.sub(put, held)
    return held


IDLE = re.compile(
    r"see\s+to\s+(?:it|that)|take\s+care\s+of\s+(?:it|that|this)|(?:arrange|manage|handle|organi[sz]e|see\s+to|do)\s+(?:it|that|this)|make\s+it\s+so|go\s+ahead|what\s+do\s+you\s+(?:think|say)|do\s+(?:me|us)\s+a\s+fav(?:ou)?r|(?:please\s+)?(?:correct|fix|mend|change|update|adapt|do|put\s+right)\s+(?:that|it|this)(?:\s+(?:right|accordingly|for\s+me|please|now))*|(?:have\s+a\s+)?look(?:\s+(?:at|into|through))?(?:\s+(?:it|this|the\s+notebook))?|open(?:\s+(?:it|the\s+notebook))?|go\s+(?:in)?to(?:\s+it)?|put\s+it\s+right|sort\s+it\s+out",
    re.IGNORECASE,
)
"""What only says once more that something is to be done; it counts where another clause says what."""


def context_of(clause: str) -> str | None:
    """What a clause marked as context says."""
    return clause.removeprefix(CONTEXT).strip() if clause.startswith(CONTEXT) else None


__all__ = ["CONTEXT", "IDLE", "bared", "context_of", "restated"]
