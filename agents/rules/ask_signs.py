"""What kind of work a part of a request asks for: signs of each workflow, weighed."""

import re

from agents.asks.ask import Doer, Name, WhichWorkflow
from agents.rules.ask_clause import clear_kind
from agents.rules.tidy_notebook_words import POLITE
from agents.rules.wording import names_in, without

BLOCKS = r"(?:blocks?|cells?|headings?|sections?|imports?|notes?|titles?|callouts?|scratch|paragraphs?|charts?|quer(?:y|ies)|inputs?|comments?)"
ASKED = r"(?:which|what(?:['’]?s)?|who|when|whether|if|how\s+(?:many|much|often|strongly|far|fast|did|do|does|has|have|was|were)|did|was|were|is|are|has|have)"
FIGURES = r"(?:shr[aiu]nk|gr[eo]w(?:n|s|th)?|r[oi]sen?|rises?|f[ae]ll(?:en|s)?|dropp?(?:ed|s)?|declined?|increased?|decreased?|gain(?:ed|s)?|peak(?:ed|s)?|recover(?:ed|s|y)?|highs?|highest|lows?|lowest|largest|biggest|smallest|best|worst|strongest|weakest|deeper|deepest|higher|lower|averages?|mean|median|totals?|shares?|percent(?:age)?|growth|trends?|correlat\w+|volatil\w+|returns?|drawdowns?|outperform\w*|forecast|season\w*|ratio|per\s+(?:year|month|quarter)|(?:year|month|quarter)ly|jobs|employment|employed|work(?:ed)?\s+in|prices?|closes?)"
"""Words of a question that only figures answer."""
_GROUPS = r"(?:regions?|sectors?|industry|industries|groups?|months?|quarters?|years?|weeks?|days?|customers?|countr(?:y|ies)|index|indices|states?|categor(?:y|ies)|segments?|products?)"
_THINGS = r"(?:notebooks?|blocks?|cells?|runs?|projects?|integrations?|tables?|columns?|queries|connections?|databases?)"
FIGURE_OF = re.compile(
    rf"(?:the\s+|our\s+)?(?:sum|total|number|count|average|mean|median|share|percentage|distribution|breakdown)\s+(?:number\s+)?(?:of|by|per)\s+(?!(?:\w+\s+)?{_THINGS}\b)\w",
    re.IGNORECASE,
)
"""A figure that is named without a verb: `sum of jobs by …`."""
_BY_GROUP = rf"^(?!(?:\w+\s+)?{_THINGS}\b)(?:[\w&-]+\s+){{1,4}}(?:per|by|for\s+each)\s+(?:\w+\s+)?{_GROUPS}\b"
"""`orders per region last month`."""
SIGNS: dict[Name, tuple[tuple[str, float], ...]] = {
    "run_and_inspect": (
        (r"^(?:is|are|does|do)\s+(?:the|our|this|that)\b.*\bnotebooks?\b.*\b(?:works?|working|runs?|running|broken|ok|okay|fine|fails?|failing)\b", 4),
        (r"\b(?:see|check|know|try|test|find\s+out|whether|if)\b.*\b(?:it|that|this)\s+(?:\w+\s+)?(?:works|runs|breaks|executes|goes\s+through)\b", 6),
        (r"^(?:(?:re-?)?(?:run|execute)|rerun|kick\s+off|refresh|recompute|launch|trigger|fire\s+(?:up|off)|start)\b(?!\s+(?:a\s+|an\s+|the\s+)?(?:project|analysis|new))", 4),
        (r"(?<!\ba\s)(?<!\bmy\s)(?<!\bour\s)(?<!\bthe\s)(?<!\bevery\s)(?<!\beach\s)(?<!\blast\s)(?<!\bone\s)\b(?:re-?)?(?:run|execute|rerun)\s+(?:the\s+|my\s+|our\s+)?\S+", 2),
        (r"\bwhat(?:['’]?s|\s+is|\s+has|\s+have)?\s+(?:changed|new|different|moved)\b", 3),
        (r"\b(?:compare|differ(?:s|ent|ence)?s?)\b.*\b(?:runs?|last\s+time|before|previous)\b", 3), (r"\b(?:last|latest|previous)\s+(?:two\s+)?runs?\b", 3), (r"\bfresh\s+(?:numbers|run|figures|data)\b", 2),
        (r"^(?:did|has|have)\b.*\b(?:moved?|changed?|shift(?:ed)?|differ(?:ent)?)\b", 2.5), (r"\bsince\s+(?:(?:we|i|it|you|the|our|my)\s+)*(?:last|previous|latest)\b", 2), (r"\b(?:refresh|re-?run)\b", 1.5),
    ),
    "tidy_notebook": (
        (r"\b(?:heading|title|block|cell|section|note)s?\b.*\b(?:should|must|ought\s+to)\s+(?:read|say|be|come|go|stand)\b", 4),
        (r"^(?:replace|swap|overwrite|substitute|exchange)\b.*\b(?:by|with|for)\b", 4),
        (r"^(?:take|grab|pick|get)\s.*\b(?:put|move|place|bring|drop|stick)\s+(?:it|them|that)\b", 4),
        (rf"^(?:move|put|bring|send|stick|drop|shift|push|pull|drag|place|reorder|rearrange|sort|group|gather|swap|switch)\b(?=.*\b(?:{BLOCKS}|top|bottom|start|beginning|front|end|first|last|above|below|before|after|together|order)\b)", 4),
        (rf"^(?:replace|rename|retitle|turn|convert|clear|delete|remove|get\s+rid|change|update|fill|make|rewrite|merge|split)\b(?=.*\b{BLOCKS}\b)", 4),
        (r"^(?:add|insert|write|leave|put|append|prepend)\s+(?:(?:a|an|the|short|new|little|brief)\s+)*(?:notes?|comments?|headings?|text|titles?|callout|paragraph)\b", 5),
        (rf"\b{BLOCKS}\b.*\b(?:should|must|ought\s+to|needs?\s+to|has\s+to|have\s+to|belongs?|want|i['’]d\s+like|would\s+like)\b.*\b(?:top|bottom|beginning|end|front|first|last|above|below|before|after|under|ahead)\b", 4),
        (r"\bimports?\b.*\b(?:to|at)\s+the\s+(?:top|bottom)\b", 4), (r"^(?:make\b.*\b(?:nicer|neater|tidier|cleaner)|tidy|clean\s+up)\b", 2),
        (r"^(?:write|put|add|note|paste|save|leave)\b.*\b(?:result|results|findings|changes|answer|summary|it|them|outcome|what\s+(?:has\s+|have\s+)?(?:changed|moved|you\s+found))\b.*\b(?:into|in|to|on|at|as)\b", 5), (r"\b(?:tidy|clean)\s*(?:up)?\b", 3), (r"^(?:rename|retitle|reword)\s+(?!.*\b(?:notebook|project)\b).+\s+(?:to|into|as)\s+\S", 3), (rf"\b{BLOCKS}\s+(?:should|must|belongs?|goes|go|needs?\s+to)\b", 4), (r"\bimports?\s+(?:first|together|to\s+the\s+top|at\s+the\s+top)\b", 4),
    ),
    "audit_integrations": (
        (r"\b(?:which|what|who|list|show|find|any|every|all|how\s+many)\b.*\b(?:notebooks?|projects?|blocks?|quer(?:y|ies)|one|anyone|anybody|anything|code)\b.*\b(?:use|uses|using|query|queries|querying|read|reads|touch|touches|depend|depends|hit|hits|write|writes|access|connect|connected|rely|relies)\b", 4),
        (r"\b(?:who|what|which)\b.*\b(?:uses?|quer(?:y|ies)|reads?|touch(?:es)?|depends?\s+on|hits?|relies\s+on|writes?\s+to)\b", 2.5), (r"\baudit\b", 4), (r"\busages?\s+of\b", 2.5), (r"^(?:(?:which|what|list|show|name|give)\s+(?:me\s+|us\s+)?(?:(?:all|every|the|our|my|of)\s+)*(?:\w+\s+)?(?:tables?|databases?|integrations?|columns?|schemas?|connections?|data\s*sources?|warehouses?)\b)(?!.*\bhow\s+(?:to|do|can)\b)(?!\s+(?:types?|kinds?)\b)(?!.*\b(?:supported|can\s+be\s+connected|does\s+(?:it|deepnote))\b)", 3), (r"\b(?:any(?:one|body|thing)?|some(?:one|body))\s+(?:else\s+)?(?:still\s+)?(?:uses?|quer(?:y|ies)|reads?|touch(?:es)?|depends?)\b", 4), (r"\b(?:databases?|integrations?|connections?|warehouses?|tables?)\b.*\b(?:nobody|no\s+one|unused|used|uses?)\b", 3), (r"\bintegrations?\b", 2), (r"\bunused\b", 2), (r"\b(?:could|can|may|might|would)\s+(?:\w+\s+)?(?:delete|destroy|overwrite|harm|damage|erase|wipe|alter)\b.*\b(?:data|tables?|rows|databases?)\b", 3),
        (r"\b(?:find|search\s+for|look\s+for|any|are\s+there)\b.*\b(?:secrets|credentials|passwords|leaked\s+keys)\b(?!.*\bhow\b)", 3), (r"\b(?:used|queried|read|touched)\s+(?:anywhere|somewhere|by\s+(?:anyone|anybody|any\s+notebook))\b", 4),
        (r"\b(?:(?:can|could|may|should)\s+(?:we|i|one)|(?:we|i|one)\s+(?:can|could|may|should))\s+(?:safely\s+)?(?:drop|remove|delete|retire|switch\s+off|turn\s+off|shut\s+down|get\s+rid\s+of)\b.*\b(?:integrations?|databases?|warehouses?|connections?|tables?)\b", 6), (r"^(?:is|are|does|do)\s+(?:anything|anyone|anybody|any\s+\w+|something)\b.*\b(?:writes?|writing|reads?|reading|uses?|using|quer(?:y|ies|ying))\b", 4),
        (r"\b(?:pasted|leaked|hard-?coded|dead|broken|stale|dangling)\s+(?:\w+\s+)?(?:passwords?|credentials?|secrets?|keys?|con+ections?|integrations?|databases?|ones)\b", 4), (r"\b(?:passwords?|credentials?|secrets?|api\s+keys?)\b.*\b(?:code|notebooks?|blocks?|pasted|hard-?coded|leaked)\b", 4), (r"\bhard-?coded\b", 2), (r"\bwhere\s+(?:is|are|do\s+we)\b.*\bused?\b|\bwhere\b.*\b(?:is|are)\s+used\b", 3), (r"\bselect\s+\*", 2),
        (r"\b(?:breaks?|affected|happens?|depends?)\b.*\b(?:drop|rename|remove|delete|alter|change)\s+(?:the\s+|our\s+)?(?:(?:column|table|field|view)\b|\w+\s+(?:column|table|field|view)\b|\w+_\w+)", 7),
        (r"^(?:and|what\s+about|how\s+about|who\s+has)?\s*(?:the\s+|our\s+)?(?:(?:column|table|field|view)\s+[`\"“]?[A-Za-z_]\w*|[`\"“]?[A-Za-z_]\w*[`\"”]?\s+(?:column|table|field))\W*$", 3),
    ),
    "docs_qa": (
        (r"^(?:how\s+(?:do|can|would|should|does|to|long|many|often)|can\s+(?:i|we|a|an|one|viewers?|editors?)\b|may\s+(?:i|we|a)\b|is\s+it\s+possible|is\s+there\s+(?:a|any)\s+(?:way|limit|article|documentation)|what(?:['’]s|\s+(?:is|are|does))\s+(?:a|an|the|--)?|what\s+(?:happens|would\s+happen)\s+(?:when|if|to)\b|where\s+(?:do|can|are|is)\s+|do\s+i\s+(?:need|have)|does\s+(?:it|deepnote|the)|why\s+(?:do|does|is|are|can)|which\s+(?:types?|kinds?|roles?|databases|versions?|models?)|explain\b|wie\s|comment\s|cómo\s|come\s)", 3),
        (r"\b(?:tell\s+me|explain|know|show\s+me|check|see|find\s+out|look\s+up|learn|read)\s+how\s+(?:to|do|can)\b", 3.5), (r"\bhow\s+(?:i|we|one|you)\s+(?:can|could|should|may|might)\b", 3.5), (r"^what\s+(?:do|does|can|may)\s+(?:an?\s+)?(?:viewers?|editors?|admins?|members?)\b", 3), (r"^how\b", 1.5), (r"^(?:run|rerun|schedule|execute|share|import|export|delete|connect)\s+(?:a|an|any|one['’]?s)\s+(?:notebook|project|database|file)s?\b.*\?\s*$", 8),
        (r"^(?:what|which)\b.*\b(?:can|may|could|allowed\s+to)\s+(?:be\s+)?(?:done|do|see|change|start|read)?\b", 1.5), (r"^what\s+(?:can|may|could)\s+(?:an?|the)\b", 3), (r"^(?:what|how|which)\b.*\b(?:notebooks?|blocks?|runs?|keys?|viewers?|editors?|projects?|integrations?|snapshots?|schedules?)\b.*\b(?:may|can|allowed|at\s+most)\b", 3.5), (r"^how\s+(?:would|do|can|could|should|might)\s+(?:i|we|one|you|people)\b", 4), (r"^(?:(?:tell|show)\s+(?:me|us)\s+|say\s+|explain\s+)?(?:whether|if)\s+(?:an?\s+|the\s+)?\w+\s+(?:can|may|could)\b", 6),
        (r"\b(?:documentation|docs|manual|article|guide)\b", 4), (r"\?\s*$", 0.5), (r"\bmeans?\b|\bdifference\s+between\b", 1.5),
    ),
    "build_analysis": (
        (FIGURE_OF.pattern, 3), (_BY_GROUP, 2),
        (r"^(?:build|create|make|draw|plot)\s+(?:(?:me|us)\s+)?(?:an?\s+|the\s+)?(?:new\s+)?(?:notebook|project|analysis|chart|plot|dashboard|report)s?\s+(?:of|about|on|for|with|showing|that)\b", 4),
        (r"^(?:an?\s+|some\s+|the\s+)?(?:\w+\s+){0,2}(?:charts?|plots?|graphs?)\s+(?:of|about|showing|comparing)\b", 4),
        (r"^(?:create|build|make|set\s+up|start|prepare|do|produce|generate|give\s+me|i\s+(?:need|want))\b.*\b(?:projects?|analysis|analyses|notebook|report|dashboard|exploration|study|overview|comparison)\b", 4),
        (r"^(?:build|create|make|give|show|draw)\s+(?:(?:me|us)\s+)?(?:something|anything|(?:(?:a|an|the|some)\s+)?(?:\w+\s+){0,2}(?:charts?|plots?|graphs?|trends?))\s+(?:about|on|of|for|with|showing|comparing)\b", 4),
        (r"\b(?:project|notebook)\s+(?:called|named|about|on|for)\b", 2), (r"^(?:analy[sz]e|explore|investigate|study|examine|plot|chart|visuali[sz]e|correlate|compare|break\s+down|graph|look\s+into)\b", 3.5),
        (r"\b(?:trend|returns?|volatility|drawdown|correlation|by\s+(?:region|sector|month|quarter|year)|over\s+time|growth|past\s+\w+\s+(?:years|months))\b", 1.5), (r"\banalysis\b", 2), (rf"^(?:(?:know|see|find\s+out|learn|understand|(?:tell|show)\s+(?:me|us))\s+)?{ASKED}\b.*\b{FIGURES}\b", 3.5), (rf"\b{FIGURES}\b", 1), (r"\b(?:19|20)\d\d\b", 1.5), (r"\bwith\s+(?:an?\s+)?(?:\w+\s+)?(?:charts?|plots?|graphs?)\b", 1.5), (r"^how\s+(?:volatile|correlated|strong(?:ly)?|fast|steep(?:ly)?|deep|stable)\s+(?:was|were|is|are|did|do|does|has|have)\b", 3.5), (r"^(?:how\s+(?:did|has|have)|show\s+(?:me\s+)?(?:the|how))\b", 2),
    ),
}  # fmt: skip
STATE_OF = re.compile(
    r"^(?:is|are|does|do)\b.*\b(?:works?|working|runs?|running|broken|ok|okay|fine|fails?|failing|healthy)\b",
    re.IGNORECASE,
)
"""Asks how a notebook that is named does."""

WRITES_DOWN = re.compile(
    r"(?:write|put|add|note(?:\s+down)?|leave|insert|place|append|record|jot(?:\s+down)?|mark\s+down|state|mention)\b.*\b(?:in|into|to|on|at|under|above|below)\b",
    re.IGNORECASE,
)
"""Puts something down in a notebook that is named."""
DONE_ANEW = re.compile(
    r"\b(?:refreshed|re-?run|executed|recomputed|updated|(?<!last\s)(?<!the\s)(?<!a\s)run)(?:\s+(?:again|anew|today|now|please|once\s+more|first))*[\s.!?]*$",
    re.IGNORECASE,
)
"""`I want Weekly KPIs refreshed`."""
ASKING = re.compile(
    rf"(?:(?:can|could|would|will)\s+(?:you|somebody|someone|anybody|anyone)\s+(?:please\s+)?(?:tell|say|explain|check)\b|(?:do\s+you|does\s+(?:anybody|anyone))\s+know\b|(?:i\s+)?wonder(?:ing)?\b|(?:know|learn|find\s+out|look\s+up|check|see|understand|read\s+up)\s+(?:on\s+)?(?:how|whether|if|what|which|who|where|why|when)\b|does\b|am\s+i\b|(?:tell|show|remind)\s+(?:me|us)\b|explain\b|{ASKED}\b|how\b|where\b|why\b|can\b|could\b|may\b|might\b|must\b|should\b|will\b|would\b|do\b|whose\b|whom\b)",
    re.IGNORECASE,
)
"""How a question begins."""
PRODUCT = re.compile(
    r"\b(?:(?:an?|any|one['’]?s|the\s+same|another|somebody['’]?s|people['’]?s)\s+(?:\w+\s+)?(?:notebook|project|block|cell|run|snapshot|input|integration|workspace|schedule)s?"
    r"|notebooks|projects|blocks|(?<!it\s)(?<!still\s)(?<!finally\s)runs|snapshots|schedul\w+|viewers?|editors?|admins?|administrators?|members?|guests?|roles?|permissions?|rights|allowed|access\s+keys?|api\s+keys?|keys?|tokens?|sessions?|workspaces?|integrations|input\s+blocks?|inputs?|mcp|server|port|kernel|sandbox|deepnote|\.?ipynb|jupyter|plan|approval|approve[sd]?|undo|undone|threads?|resum\w+|budgets?|back-?ups?|export\w*|import(?:ed|ing)?|shar(?:e|ed|ing)|passwords?|secrets?|offline|language\s+models?|local\s+models?|command(?:\s+line)?|limits?|deadlines?|history|versions?|(?:my|our|the|this)\s+(?:notebook|workspace|project|key|data)s?)\b",
    re.IGNORECASE,
)
"""What the documentation speaks of, named as a kind of thing and by no name of its own."""
FIGURED = re.compile(
    rf"\b{FIGURES}\b.*\b(?:19|20)\d\d\b|\b(?:19|20)\d\d\b.*\b{FIGURES}\b|\b(?:proper|new|own)\s+(?:notebook|project|analysis)\b|\b(?:dead|broken|pasted|leaked|unused|orphan\w*)\b|\bour\s+(?:con+ections?|integrations?|databases?)\b",
    re.IGNORECASE,
)
"""What only figures or an audit answer, whatever else is named."""
KEEPS = re.compile(
    r"\b(?:integrations?|databases?|dbs?|connections?|warehouses?|data\s*sources?|sources|tables?|schemas?|columns?|views?|sql|select\s*\*|inserts?|updates?\s+rows|deletes?\s+rows)\b",
    re.IGNORECASE,
)
"""What an audit is about."""
USES = re.compile(
    r"\b(?:us(?:es?|ed|ing|ages?)|quer(?:y|ies|ied|ying)|reads?|reading|writes?|writing|written|touch(?:es|ed|ing)?|depend(?:s|ed|ing)?|hits?|hitting|access(?:es|ed|ing)?|rel(?:y|ies|ied|ying)|pulls?|pulling|joins?|hangs?\s+(?:on|off)|break(?:s|ing)?|broken|affect(?:s|ed)?|sits?\s+on|feeds?|draws?\s+on|talks?\s+to|connect(?:s|ed|ing)?|needs?|behind|live\s+off|lean(?:s|ing)?\s+on|go(?:es)?\s+(?:down|away|offline)|switch\w*\s+off|unused|orphan\w*|have|has|hold(?:s|ing)?|contain(?:s|ing)?|exist(?:s|ing)?|there|know(?:s)?|in)\b",
    re.IGNORECASE,
)
"""What is asked of it: who uses it, what is in it, what would break."""
OWN = re.compile(
    r"\b(?:our|my)\s+(?:\w+\s+)?(?:notebooks|projects|runs|integrations|blocks)\b|\b(?:in|from|of)\s+our\s+data\b|\b(?:do|does|did|have|has|is|are)\s+(?:we|our|the|there|any|my)\b[^?]*\b(?:data|datasets?|tables?|figures?|numbers?|column)\b",
    re.IGNORECASE,
)
"""Asks about what is there and not how things work: what is in the data, which of the notebooks."""


def scores_of(text: str, question: WhichWorkflow) -> dict[Name, float]:
    """How strongly the words of a part call for each workflow; from two on they do."""
    named = names_in(text, question.notebooks)
    about = (
        without(text, named[0].start, named[0].end)
        if named and re.match(r"\W*(?:in|on|for|from|open)\b", text, re.IGNORECASE)
        else text
    )
    bare = POLITE.sub("", about).strip()
    # `Monthly KPIs`: the words of a name say nothing of what figures are wanted.
    unnamed = without(text, named[0].start, named[0].end) if named else text
    asked: dict[Name, str] = {"build_analysis": POLITE.sub("", unnamed).strip()}
    scores: dict[Name, float] = {
        name: sum(
            weight for pattern, weight in signs if re.search(pattern, asked.get(name, bare), re.IGNORECASE)
        )
        for name, signs in SIGNS.items()
    }
    owned = names_in(text, question.integrations)
    asks = ASKING.match(bare) is not None or text.rstrip().endswith("?")
    if named:
        scores["run_and_inspect"] += 1
        scores["tidy_notebook"] += 1
        scores["docs_qa"] -= 2
        if STATE_OF.search(bare):
            scores["run_and_inspect"] += 2
        if re.match(r"(?:compare|analy[sz]e|plot|chart)\b", bare, re.IGNORECASE) and re.search(
            r"\b(?:with|using|from|in|by|of)\s+(?:the\s+|our\s+)?(?:notebook\s+)?[\"“„'‘]?$",
            text[: named[0].start],
            re.IGNORECASE,
        ):
            scores["run_and_inspect"] += 6  # the notebook is what is to tell it
        if DONE_ANEW.search(bare):
            scores["run_and_inspect"] += 3
        if WRITES_DOWN.match(bare):
            scores["tidy_notebook"] += 3
    elif asks and not owned and PRODUCT.search(bare) and not OWN.search(bare) and not FIGURED.search(bare):
        scores["docs_qa"] += 3.5
    if owned:
        scores["audit_integrations"] += 1.5
        scores["docs_qa"] -= 1
    kept = KEEPS.search(bare)
    if asks and (kept or owned) and USES.search(bare):
        scores["audit_integrations"] += 2
        if scores["docs_qa"] >= 3 and re.search(r"\bnotebooks\b|\bwe\b|\bour\b", bare, re.IGNORECASE):
            scores["docs_qa"] -= 3.5  # it is about the databases that are there, and what uses them
    if re.search(r"\b(?:our|my)\b", text, re.IGNORECASE):
        scores["docs_qa"] -= 0.5
    return scores


def kind_of(text: str, question: WhichWorkflow) -> Name | None:
    """The workflow that a part calls for, if its words are clear enough."""
    clear = clear_kind(text, question)
    if clear is not None:
        return clear
    scores = scores_of(text, question)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 2 else None


def why(text: str, kind: Doer) -> str:
    """The words of a part that call for a workflow: those that weigh most, or how it begins."""
    bare = POLITE.sub("", text).strip()
    found = [
        (weight, match.group(0))
        for pattern, weight in (SIGNS[kind] if kind != "ask" else ())
        if (match := re.search(pattern, bare, re.IGNORECASE)) and len(match.group(0).split()) > 1
    ]
    words = (max(found)[1] if found else bare).split()[:6]
    return f"it says “{' '.join(words)}”" if words else ""


__all__ = ["BLOCKS", "FIGURE_OF", "SIGNS", "kind_of", "scores_of", "why"]
