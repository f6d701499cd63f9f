"""A wish brought to the plain imperative that the readers know: `I'd be glad if the imports were moved up` is `move the imports up`.

Here the sentence is turned; what surrounds it (`tidy_notebook_surroundings`) has come off before. Quoted text is masked all the while.
"""

import re
from collections.abc import Callable

from agents.rules.tidy_notebook_kinds import BLOCK, ORDINALS
from agents.rules.tidy_notebook_verbs import DOING, DONE, GERUND, GONE, NOT_DONE, PARTICIPLE, plain_verb
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, NOTE, START, TOP

MODAL = (
    r"(?:should|must|shall|has\s+to|have\s+to|had\s+to|needs?\s+to|ought\s+to|is\s+to|are\s+to|can|could|may|might|will|would|wants?\s+to|"
    r"(?:had|['’]d)\s+better|(?:is|are)\s+(?:supposed|meant|going)\s+to)"
)
SOFT = r"(?:(?:please|also|now|rather|better|only|just|really|preferably|simply|both|all|either|then|instead|always)\s+)*"
WOULD = r"(?:['’]d|would|should|shall|will|['’]ll)"
_ASKED = (
    rf"(?:i|we)\s*{WOULD}?\s+(?:be|feel)\s+(?:\w+\s+){{0,2}}(?:grateful|glad|happy|thankful|obliged|delighted|pleased)\s+(?:if|when|to\s+(?:have|see))\b",
    rf"(?:it|that)\s*{WOULD}\s+(?:be|help)(?:\s+[\w'’]+){{0,5}}?\s+(?:if|when|to\s+(?:have|see))\b",
    rf"(?:i|we)\s*{WOULD}\s+appreciate\s+it\s+if\b",
    r"(?:would|do|could)\s+you\s+(?:mind|care\s+to|be\s+(?:so|as)\s+(?:kind|good)\s+(?:as\s+)?to|be\s+able\s+to|kindly|possibly|please|maybe|perhaps|also)\b",
    r"do\s+you\s+(?:think|reckon)\s+(?:that\s+)?(?=you|we)",
    r"be\s+(?:so|as)\s+(?:kind|good)\s+(?:and|as\s+to|to)\b",
    r"(?:is|would)\s+(?:it|there)\s+(?:be\s+)?(?:possible\s+(?:for\s+you\s+)?to|possible\s+that|a\s+(?:way|chance)\s+(?:to|of|that))\b",
    r"(?:i|we)\s+(?:(?:was|am|were|are)\s+|['’]m\s+)?(?:wondering|wonder|asking|hoping|hope)\s+(?:if|whether|that)\b",
    r"(?:may|might|can|could)\s+(?:i|we)\s+(?:please\s+)?(?:ask\s+you\s+to|ask\s+for|have|get|see)\b",
    rf"(?:i|we)\s*{WOULD}?\s+(?:ask|beg|urge)\s+you\s+to\b",
    rf"(?:i|we)\s*{WOULD}?\s+(?:want|like|love|prefer|need|wish|suggest|propose|rather)\b(?:\s+it\s+if|\s+that|\s+to\s+(?:have|see)|\s+have|\s+see|\s+for)?(?:\s+you(?:\s+to)?)?\b",
    r"(?:all|what|the\s+(?:only|first|next|last)\s+thing)\s+(?:that\s+)?(?:i|we|you|needs?)\s*(?:['’]d\s+)?(?:want|need|like|would\s+like|ask|have\s+to\s+do|should\s+do|done|to\s+be\s+done)?\s*(?:(?:for|from\s+you|done)\s+)?is\b(?:\s+(?:that|to|for)\b)?",
    r"my\s+(?:only\s+)?(?:wish|request|idea|suggestion|proposal)\s*(?:is|would\s+be|:)(?:\s+(?:that|to)\b)?",
    r"(?:the\s+)?(?:task|request|job|wish)\s*(?::|is\s+to\b)",
    rf"(?:(?:could|can|would|will|may|might|should|must)\s+)?(?:you|someone|somebody|anyone|anybody|we)\s+(?:(?:could|can|would|will|may|might|should|must)\s+)?(?:please\s+|just\s+|maybe\s+)*(?=(?:{START})\b)|you\s+(?=(?:{PARTICIPLE})\b)",
    r"make\s+sure(?:\s+(?:to|that))?\b|(?:be\s+)?sure\s+(?:to|that)\b",
    r"(?:i|we)\s+(?:think|believe|feel|guess|suppose|find)(?:\s+that)?\b(?!\s+(?:it|this)\b)",
    r"see\s+to\s+it\s+that\b|ensure\s+that\b|remember\s+to\b|do\s*n['’]?t\s+forget\s+to\b|feel\s+free\s+to\b",
    rf"that\b(?=\s+(?:the|my|our|all|this|those|these)\b)|to\b(?=\s+(?:{START})\b)",
    r"(?:just\s+)?(?:to\s+be\s+(?:on\s+the\s+safe\s+side|sure|safe|clear|honest)|for\s+the\s+record|in\s+short|(?:once\s+)?(?:again|more))\s*[,:–—-]",
    r"(?:there|everybody|everyone)(?=\s*,)|(?:i\s+)?hope\s+(?:you['’]re|you\s+are|all\s+is|everything\s+is|this\s+finds\s+you)\s+(?:all\s+|doing\s+)?(?:well|fine|good|ok|okay|great)\b[.!,]?",
    r"(?:just\s+)?(?:a\s+)?(?:quick|small|little|short|tiny|one)\s+(?:one|question|thing|request|ask|favou?r)\s*[:,–—-]|do\s+(?:me|us)\s+a\s+fav(?:ou)?r(?:\s+and\b|\s*[,:])|when(?:ever)?\s+you\s+(?:have|get|find)\s+(?:a\s+)?(?:\w+\s+)?(?:time|minute|moment|chance|second)\b|if\s+(?:you\s+(?:have|get|find)\s+(?:a\s+)?(?:\w+\s+)?(?:time|minute|moment|chance|second)|(?:it['’]s\s+)?possible|you\s+(?:can|could|don['’]?t\s+mind|would|like)|that['’]s\s+(?:ok|okay|fine|possible))\s*,",
    r"(?:sir|madam|team|all|folks|guys|colleagues)(?=\s*,)",
)
COURTESY = re.compile(rf"^(?:(?:{'|'.join(_ASKED)})[\s,:–—-]*)+", re.IGNORECASE)
"""What a person says before the wish itself."""
A_BLOCK = rf"(?!(?:{START}|i|we|you|there|it['’]s|if|when)\b)[^,;.!?]{{2,90}}?"
WHERE_TO = rf"(?:(?:{TOP}|{BOTTOM})(?!\w)|{BEFORE}\s|{AFTER}\s)"
WHERE_IT_BELONGS = rf"(?:\s*,)?\s+(?:to\s+)?where\s+(?:\w+\s+){{1,3}}?(?:belongs?|should\s+(?:be|go|stand)|goes?|ought\s+to\s+be)\s*,?\s+(?={WHERE_TO})"
SIDE_BY_SIDE = r"(?:(?:directly|right|immediately|just)\s+)?(?:(?:one\s+(?:behind|after|below|under|next\s+to|beneath|beside|following)\s+(?:the\s+|each\s+)?other)|(?:behind|after|below|under|beside|following)\s+(?:each\s+other|one\s+another)|side\s+by\s+side|back\s+to\s+back|in\s+a\s+row|adjacent(?:\s+to\s+(?:each\s+other|one\s+another))?|consecutive(?:ly)?|next\s+to\s+(?:each\s+other|one\s+another)|beside\s+each\s+other)"


Mend = tuple[str, str | Callable[[re.Match[str]], str]]


WISHED = re.compile(
    r"\b(?:if|when)\s*$|\b(?:want|wants|like|love|prefer|rather|wish|hope|sure|see\s+to\s+it|ensure|(?:grateful|glad|happy|great|nice|nicer|good|better|best|helpful|appreciate\s+it)\s+(?:if|when))\b",
    re.IGNORECASE,
)
"""What turns the statement behind it into a wish: `I want that the chart comes last`."""


def imperative(held: str, *, before: str = "") -> str:
    """The clause, its quoted text masked, with its verb first; as it is where no form is known. `before` is the courtesy that came off already."""
    courtesy = courtesy_of(held)
    bare = held[len(courtesy) :].strip(" ,") if courtesy else held
    if courtesy or before:
        bare = _first_verb(bare)
    wished = WISHED.search(before + held[: len(held) - len(bare)]) is not None
    held = bare
    for pattern, put in MENDS:
        held = re.sub(pattern, put, held, flags=re.IGNORECASE)
    for turned in (_topic, _question, _passive, _participle, _needs_doing, _becomes, _stands):
        held = turned(held)
    if wished:
        held = _said_so(held)
    for pattern, put in VERB_MENDS:
        held = re.sub(pattern, put, held, flags=re.IGNORECASE)
    return " ".join(held.split())


def courtesy_of(held: str) -> str:
    """What stands before the wish; empty where nothing would be left."""
    match = COURTESY.match(held)
    return match.group() if match is not None and held[match.end() :].strip(" ,.!?") else ""


def _first_verb(bare: str) -> str:
    """`moving the imports` and `moved the imports`, said behind `would you mind` or `it helps if you`."""
    first = re.match(r"(?:it\s+(?:was|were)\s+)?(\w+)\b", bare)
    if first is not None and (first.group(1).lower() in DONE or first.group(1).lower() in DOING):
        return plain_verb(first.group(1)) + bare[first.end() :]
    return bare


def _traded(match: re.Match[str]) -> str:
    """`could the two inputs trade places` as a swap of them."""
    block = re.sub(r"^(?:could|can|should|would|may|might|must)\s+", "", match["block"], flags=re.IGNORECASE)
    return f"swap {block}{' and ' + match['other'] if match['other'] else ''}"


TEXT_BLOCK = rf"(?:(?:markdown|md|text)[\s-]+(?:{BLOCK}|{BLOCK}\s+note|notes?|comments?|remarks?|paragraphs?|box)|(?:note|comment|remark)\s+{BLOCK})"
"""What holds a text: `a markdown cell`, `a note block`."""
MENDS: tuple[Mend, ...] = (
    (rf"^(?P<what>[\w.]+)\s+(?:(?:{MODAL}\s+)?(?:be|get)|is|gets|are)\s+imported\s+(?=(?P<next>{BEFORE}|{AFTER})?)(?={WHERE_TO})", lambda match: f"move the {match['what']} import {'somewhere ' if match['next'] else ''}"),
    (rf"\b(?:an?|another)\s+(?:(?:new|short|little|small|brief|quick)\s+)*{TEXT_BLOCK}\b", "a note"),
    (WHERE_IT_BELONGS, " "),
    (r"\b(?:precedes?|come\s+ahead\s+of)\s+(?=(?:the|our|my|its|block|cell)\b)", "go before "),
    (rf"\b(?P<modal>{MODAL})\s+follow\s+(?=(?:the|our|my|its|block|cell)\b)", r"\g<modal> go after "),
    (r"(⟦\d+⟧)\s*,?\s+(?:rather\s+than|instead\s+of|and\s+not|not)\s+(?:only|just|merely|simply)\s+[^⟦⟧,;.]+$", r"\1"),
    (rf"\s(?:would|might|could|will)\s+(?:be|look|sit|stand|fit|read|go)\s+(?:\w+\s+)?(?:better|best|nicer|good|fine|great|well|easier|clearer)\s+(?={WHERE_TO})", " should go "),
    (r"\b(?:even|just|only|always|somewhere|preferably|ideally|rather|actually|simply|exactly|straight|best)\s+(?=(?:right\s+|directly\s+|immediately\s+)?(?:before|after|above|below|under|underneath|beneath|behind)\b)", ""),
    (r"\s*,?\s+(?:together|along)\s+with\s+(?P<more>[^,;]+?)\s*,?(?=$|\s+(?:go|goes|come|comes|be|belongs?|move|to|should|must|right|directly|below|above|before|after|under|at)\b)", r" and \g<more>"),
    (rf"^(?:(?P<where>(?:{BEFORE}|{AFTER})\s+[^,⟦]+?|{TOP}|{BOTTOM})\s*,?\s+)?there\s+(?:should|must|might|could|ought\s+to|has\s+to|needs\s+to|may|shall)\s+(?:be|stand|come|go|follow|appear)\s+(?P<what>(?:an?|the|some|one)\s+.+)$", lambda match: f"add {match['what']} {match['where'] or ''}"),
    (r"^(?:make\s+)?(?:that\s+)?(?P<block>(?!(?:it|this|that)\s)[^⟦⟧]+?)\s+(?:is|be|gets|(?:should|shall|must|has\s+to|is\s+to|to)\s+be)\s+(?:called|named|titled|renamed(?:\s+(?:to|into|as))?)\s+(?P<text>⟦\d+⟧|[^⟦⟧]+)$", r"rename \g<block> to \g<text>"),
    (r"\s+(?:instead\s+of|rather\s+than)$", ""),
    (r"^(?:re-?order|sort|arrange|order)\s*:\s*", ""),
    (rf"\b({MODAL})\s+(?:just|only|simply|rather|really|better)\s+(?=(?:be|say|read|go|come|stand|sit|become)\b)", r"\1 "),
    (rf"\b(?:to\s+|at\s+)?{TOP}\s*,?\s*(?:but|though|just|only)?\s*(?:not\s+(?:above|before|over|higher\s+than)|still\s+(?:below|under|after))\s+(?=(?:the\s+|its\s+)?(?:title|heading|headline|header|intro))", "right below "),
    (r"(?<=\w)\s*(?:,\s*|\(\s*)(?:and\s+)?not\s+(?:above|below|before|after|under|over|at\s+the\s+\w+|to\s+the\s+\w+|on\s+top|the\s+\w+)(?:\s+(?:it|that|them))?\s*[!.]*\)?$", ""),
    (r"^(?:fix|correct|change|replace|edit|mend)\s*:?\s+(?=\S.*(?:->|→|=>|⇒))", ""),
    (r"^(?:it\s+|this\s+|the\s+notebook\s+)?(?:needs?|wants?|requires?|lacks?|should\s+(?:have|get)|deserves?|could\s+(?:use|do\s+with))\s+(?=(?:an?|another|one)\s+(?:\w+\s+)?(?:note|comment|remark|heading|title|headline|warning|hint|section|sentence|line)\b)", "add "),
    (rf"\b(?:stand|sit|be|go|come|appear|follow|put|placed|stay)\s+(?:together\s+)?{SIDE_BY_SIDE}", "be put together"),
    (rf"\b{SIDE_BY_SIDE}(?=\s*(?:$|,|and\b|before\b|after\b|above\b|below\b))", "together"),
    (r"\btogether\s*,?\s+and\s+(?:this|that|both|all|it|them)?\s*(?=before\b|after\b|above\b|below\b)", "together "),
    (rf"\b(last|first|second|third|fourth|fifth)\s+one\s+({BLOCK})\b", r"\1 \2"),
    (r"^(?:only|just|simply|merely)\s+(?=\w)", ""),
    (r"^(?:you|someone|somebody)\s+(?=look)", ""),
    (r"^(?:the\s+|its\s+)?(?P<head>(?:main\s+)?(?:heading|title|headline|header))\s*(?:to|:|=|→|->|⇒|=>|into)\s+(?P<text>(?!(?:the\s+)?(?:very\s+)?(?:top|bottom|start|end|beginning|first|last|position|place)\b|(?-i:(?:[Rr]eplace|[Cc]hange|[Ss]wap|[Mm]ove|[Dd]elete|[Rr]emove|[Aa]dd|[Mm]ake|[Rr]ename|put|use|write|correct|fix)\b)).+)$", r"change the \g<head> to \g<text>"),
    (rf"^(?P<block>{A_BLOCK})\s+(?:should\s+(?:be|go|come|stand)\s+|(?:goes|comes)\s+)?(?:the\s+)?(?P<nth>second|third|fourth|fifth|2nd|3rd|4th|5th)$", r"make \g<block> the \g<nth> block"),
    (r"^(?P<old>⟦\d+⟧|[-+]?\d[\d.,]*%?)\s+(?:should\s+become|becomes?|turns\s+into|is\s+to\s+become|has\s+to\s+become|must\s+become)\s+(?P<new>⟦\d+⟧|[-+]?\d[\d.,]*\d%?|\d)\b,?", r"change \g<old> to \g<new>"),
    (r"^they(?!['’])\b", "them"),
    (r"^(?P<block>[^,;]+?)\s+(?:(?:has|have|needs?)\s+to|must|should|can|may)\s+(?:go(?:\s+away)?|disappear|vanish)$", r"delete \g<block>"),
    (rf"^(?P<block>{A_BLOCK})\s+(?:{MODAL}\s+)?(?:change|swap|switch|trade|exchange)\s+(?:places?|positions?|spots?|seats?)(?:\s+with\s+(?P<other>.+))?$", _traded),
    (rf"^(?:put\s+|have\s+)?(?P<block>{A_BLOCK}\s+and\s+[^,;]+?)\s+(?:{MODAL}\s+)?(?:be\s+)?(?:the\s+)?other\s+way\s+(?:round|around)$", r"swap \g<block>"),
    (r"^(?:both\s+of\s+(?:them|these|those)|these\s+two|those\s+two|both)(?=\s+(?:should|must|can|could|have|need|may|to|go|belong)\b)", "them"),
    (r"^(?:that|this)(?:\s+(?:one|block|cell))?(?=\s+(?:should|must|can|could|has|needs|may|belongs|goes)\b)", "it"),
    (rf"^(?P<what>{NOTE})\s+(?P<edge>(?:at|on|to|below|above|under|before|after|near|in)\s+[^:]{{2,60}}?)\s*:\s+(?=\S)", r"add \g<what> \g<edge>: "),
    (rf"^(?P<what>(?:(?:a|one|another)\s+)?(?:new\s+|short\s+|little\s+|small\s+)*(?:note|comment|remark))\s*(?:{TOP}|{BOTTOM})?\s*:\s+(?=\S)", lambda match: f"add {match.group().strip()} "),
)  # fmt: skip
"""Words that say a place or a thing in a way of their own."""


def _delete(held: str) -> str:
    return f"delete {held.strip()}".strip()


def _in_order(match: re.Match[str]) -> str:
    """`the todo and the bullet to the end, in that order` says which of them comes first."""
    return re.sub(r"\s*,?\s+and\s+", ", then ", match["wish"])


VERB_MENDS: tuple[Mend, ...] = (
    (r"^(?P<wish>[^⟦⟧]+?)\s*[,(–—-]*\s*\bin\s+(?:exactly\s+)?(?:that|this)\s+(?:exact\s+|very\s+)?(?:order|sequence)\)?$", _in_order),
    (r"\s*,?\s+followed\s+by\s+", ", then "),
    (rf"^(?:add|insert|append|create)\s+(?:new\s+)?{TEXT_BLOCK}(?!\s*\d)\b", "add a note"),
    (r"^(?:stick|pop|park|slot|slap|throw)\s+(?:in\s+)?(?=(?:an?|another)\s+(?:\w+\s+){0,2}(?:notes?|comments?|remarks?|warnings?|hints?|reminders?|headings?|sentences?|lines?)\b)", "add "),
    (rf"^{GONE}\s+(?P<what>[^,;]+?)\s+(?:away|out)(?:\s+(?:altogether|completely|entirely))?$", lambda match: _delete(match["what"])),
    (r"^(?:throw\s+(?:away|out)|get\s+rid\s+of|do\s+away\s+with|kick\s+out|chuck\s+out|toss\s+out|take\s+away)\s+", "delete "),
    (r"^throw\s+(?:away|out)$", "delete"),
    (r"^(?:stick|pop|park|slot|slide|transfer|reposition|relocate|bump)\s+(?!from\b)(?=.+?\s(?:to|into|in|at|up|down|above|below|before|after|under|on|right|directly|first|last|by)\b)", "move "),
    (r"^(?:bin|nuke|toss|chuck|eliminate)\s+", "delete "),
    (r"^(?:amend|alter|modify|adjust|rephrase|correct)\s+(?=.+\b(?:to|into|so|from)\b)", "change "),
    (r"^do\s+(?=(?:the\s+)?(?:move|moving)\b)", ""),
    (r"^give\s+(?P<block>.+?)\s+(?:a\s+|the\s+)?(?:new\s+|proper\s+|better\s+)?(?:heading|title|name|headline)\s*:?\s+(?P<text>⟦\d+⟧|[A-Z].*)$", lambda match: f"rename the heading {match['block'] if not re.fullmatch(r'(?:it|this|the notebook)', match['block'], re.IGNORECASE) else ''} to {match['text']}"),
    (r"\b(?:(?:altogether|completely|entirely|for\s+good|once\s+and\s+for\s+all|any\s*more|any\s+longer))$", ""),
)  # fmt: skip


def _topic(held: str) -> str:
    """`the divider, could that become …`, `as for the imports: they go first`: what it is about stands before it."""
    about = re.match(
        r"^(?:(?:as\s+for|regarding|concerning|about|with\s+regard\s+to|when\s+it\s+comes\s+to|re)\s+)(?P<block>[^,:;]{2,60}?)\s*[,:–—-]\s+(?P<rest>.+)$",
        held,
        re.IGNORECASE,
    ) or re.match(
        rf"^(?P<block>(?:the|my|our|that|this|those|these|all)\s+(?!.*\b(?:{MODAL}|{START})\b.*,)[^,:;]{{2,60}}?)\s*[,:–—-]\s+(?P<rest>(?:(?:could|can|should|would|might|may|shall|will)\s+)?(?:that|it|this|they|those|these|them)(?:\s+one)?\s+.+)$",
        held,
        re.IGNORECASE,
    )
    if about is None:
        return held
    rest = about["rest"]
    asked = re.match(
        r"^(?:(?:could|can|should|would|might|may|shall|will)\s+)?(?:please\s+)?(?:that|it|this|they|those|these)(?:\s+one)?\s+(?P<rest>.+)$",
        rest,
        re.IGNORECASE,
    )
    if asked is not None:
        modal = re.match(rf"{MODAL}\s", asked["rest"], re.IGNORECASE)
        verb = re.match(
            r"(?:belongs?|goes|comes|stands?|needs?|wants?|becomes)\b", asked["rest"], re.IGNORECASE
        )
        return f"{about['block']} {'' if modal or verb else 'should '}{asked['rest']}"
    if re.search(r"\b(?:it|them|that|this|those)\b", rest, re.IGNORECASE):
        return re.sub(r"\b(?:it|them|that|this|those)\b", about["block"], rest, count=1, flags=re.IGNORECASE)
    return f"{about['block']} {rest}" if re.match(WHERE_TO, rest, re.IGNORECASE) else held


def _question(held: str) -> str:
    """`could the imports go first?` is `the imports should go first`."""
    match = re.match(
        rf"^(?:could|can|should|may|might|shall|would|will|must)\s+(?P<block>(?!(?:you|i|we|someone|somebody|one|he|she)\b)[^,;]{{2,70}}?)\s+{SOFT}(?P<verb>be|go|come|stand|sit|move|stay|trade|swap|change|switch|exchange|become|say|read|get|have|appear|start|end|turn\s+into|follow)\b(?P<rest>.*)$",
        held,
        re.IGNORECASE,
    )
    if match is None:
        return held
    block = {"they": "them", "these": "them", "those": "them", "that": "it", "this": "it"}.get(
        match["block"].lower(), match["block"]
    )
    return f"{block} should {match['verb']}{match['rest']}".rstrip(" ?")


def _passive(held: str) -> str:
    """`the imports must be moved up` is `move the imports up`."""
    match = re.match(
        rf"^(?P<block>{A_BLOCK})\s+(?:{MODAL}\s+{SOFT}(?:be|get|have\s+been)|(?:to\s+be|be))\s+{SOFT}(?P<done>{PARTICIPLE})\b(?P<rest>.*)$",
        held,
        re.IGNORECASE,
    )
    if match is None or match["done"].lower() in {"left", "kept", "run", "called", "named", "titled"}:
        return held
    return _active(match["block"], match["done"], match["rest"])


def _active(block: str, done: str, rest: str) -> str:
    verb = plain_verb(done)
    deletes = verb == "delete"
    if deletes or re.fullmatch(r"(?:throw|toss|chuck|clear|kick|take|cut)", verb):
        gone = re.match(
            r"\s*(?:away|out)?\s*(?:(?:altogether|completely|entirely|for\s+good)\b)?\s*$",
            rest,
            re.IGNORECASE,
        )
        if gone is not None and (deletes or re.match(r"\s*(?:away|out)", rest)):
            return f"delete {block}"
    return f"{verb} {block}{rest}"


def _participle(held: str) -> str:
    """`the imports moved to the top`, said of what is wanted; `thrown away` alone is said of the notebook."""
    alone = re.match(
        rf"^(?P<done>{PARTICIPLE})\s+(?P<rest>away|out)\b(?:\s+(?:altogether|completely|entirely))?$",
        held,
        re.IGNORECASE,
    )
    if alone is not None:
        return "delete"
    match = re.match(
        rf"^(?P<block>(?:(?:the|my|our|all|that|this|those|these|both|every|its)\s+)?(?!(?:{START})\b){A_BLOCK})\s+(?P<done>{PARTICIPLE})(?P<rest>(?:\s+(?:away|out|up|down|to|into|in|with|by|above|below|before|after|under|right|directly|together|at|on)\b.*)?)$",
        held,
        re.IGNORECASE,
    )
    if (
        match is None
        or match["done"].lower() in NOT_DONE
        or re.search(
            rf"\b{MODAL}\b|\b(?:is|are|was|were|has|have|been|not|that|which|who|i|we|they|he|she|you)\b",
            match["block"],
            re.IGNORECASE,
        )
    ):
        return held
    if re.search(rf"{WHERE_TO}.*?{WHERE_TO}", match["rest"], re.IGNORECASE):
        return held
    return _active(match["block"], match["done"], match["rest"])


def _needs_doing(held: str) -> str:
    """`the query needs moving down`."""
    match = re.match(
        rf"^(?P<block>{A_BLOCK})\s+(?:needs?|wants?|could\s+do\s+with|requires?|deserves?)\s+(?P<doing>{GERUND})\b(?P<rest>.*)$",
        held,
        re.IGNORECASE,
    )
    if match is not None:
        return _active(match["block"], match["doing"], match["rest"])
    lead = re.match(
        rf"^(?P<doing>{GERUND})\s+(?P<rest>(?:the|my|our|its|all|that|this|⟦|block|imports?)\b.*)$",
        held,
        re.IGNORECASE,
    )
    return f"{plain_verb(lead['doing'])} {lead['rest']}" if lead is not None else held


def _becomes(held: str) -> str:
    """`the query becomes the last block`, `the divider should become a heading`."""
    match = re.match(
        rf"^(?P<block>{A_BLOCK})\s+(?:{MODAL}\s+{SOFT}(?:become|turn\s+into|be)|becomes?|turns\s+into)\s+(?P<what>(?:an?|the)\s+.+|last|first)$",
        held,
        re.IGNORECASE,
    )
    if match is None:
        return held
    nth = re.match(
        rf"(?:the\s+)?(?:very\s+)?(?:{'|'.join(ORDINALS)}|last|final)(?:\s+(?:{BLOCK}|one|thing))?(?:\s+(?:of|in)\s+(?:it|the\s+notebook|all))?$",
        match["what"],
        re.IGNORECASE,
    )
    if nth is not None:
        word = re.sub(
            r"^the\s+|\s+(?:of|in)\s+(?:it|the\s+notebook|all)$", "", match["what"], flags=re.IGNORECASE
        )
        return f"make {match['block']} the {word}" + (
            "" if re.search(rf"{BLOCK}|one|thing", word, re.IGNORECASE) else " block"
        )
    if re.search(r"\b(?:becomes?|turns?\s+into)\b", held, re.IGNORECASE):
        return f"turn {match['block']} into {match['what']}"
    return held


def _stands(held: str) -> str:
    """`have A before B`, `A to come before B`: what shall stand where."""
    match = re.match(
        rf"^(?:(?:have|see)\s+(?P<had>{A_BLOCK})|(?P<block>(?:the|my|our|all|that|both|its)\s+{A_BLOCK})\s+to)\s+(?:(?:come|go|stand|sit|be|appear|follow|live)\s+)?(?P<where>{WHERE_TO}.*)$",
        held,
        re.IGNORECASE,
    )
    if match is None or re.search(rf"\b{MODAL}$", f"{match['had'] or match['block']}", re.IGNORECASE):
        return held
    if match["block"] and re.search(
        r"\b(?:ought|has|have|had|needs?|wants?|is|are|supposed|meant|going|likes?)$",
        match["block"],
        re.IGNORECASE,
    ):
        return held
    if match["block"] and not re.search(
        r"\sto\s+(?:come|go|stand|sit|be|appear|follow|live)\s", held, re.IGNORECASE
    ):
        return held
    return f"move {match['had'] or match['block']} {match['where']}"


def _said_so(held: str) -> str:
    """Behind `I want that`, `it would be nice if`: `the chart comes last` and `the imports were moved up` are wishes."""
    done = re.match(
        rf"^(?P<block>{A_BLOCK})\s+(?:is|are|was|were|gets?|got)\s+{SOFT}(?P<done>{PARTICIPLE})\b(?P<rest>.*)$",
        held,
        re.IGNORECASE,
    )
    if done is not None and done["done"].lower() not in {"left", "kept", "called", "named", "titled"}:
        return _active(done["block"], done["done"], done["rest"])
    match = re.match(
        rf"^(?P<block>{A_BLOCK})\s+(?:comes?|came|goes|go|went|stands?|stood|sits?|sat|is|are|was|were|appears?|appeared)\s+{SOFT}(?P<where>{WHERE_TO}.*|(?:first|last|together)\b.*)$",
        held,
        re.IGNORECASE,
    )
    return f"move {match['block']} {match['where']}" if match is not None else held


__all__ = ["MODAL", "WHERE_TO", "imperative"]
