"""Choosing the workflow without a model: what kind of work each part of the request asks for."""

import re
from collections.abc import Sequence

from agents.asks.ask import RESULT, Name, Route, RouteStep, WhichWorkflow
from agents.rules import rule
from agents.rules.ask_asides import IT, SELF, wanted_parts
from agents.rules.ask_order import in_order
from agents.rules.letters import FAREWELL, said_in
from agents.rules.tidy_notebook_blocks import masked, unmasked
from agents.rules.tidy_notebook_words import POLITE, START
from agents.rules.tongues import in_english
from agents.rules.wording import FILLER, by_words, names_in, without, words_of

BLOCKS = r"(?:blocks?|cells?|headings?|sections?|imports?|notes?|titles?|callouts?|scratch|paragraphs?|charts?|quer(?:y|ies)|inputs?|comments?)"
ASKED = r"(?:which|what|who|when|whether|if|how\s+(?:many|much|often|strongly|far|fast|did|do|does|has|have|was|were)|did|was|were|is|are|has|have)"
FIGURES = r"(?:shr[aiu]nk|gr[eo]w(?:n|s|th)?|r[oi]sen?|rises?|f[ae]ll(?:en|s)?|dropp?(?:ed|s)?|declined?|increased?|decreased?|gain(?:ed|s)?|peak(?:ed|s)?|recover(?:ed|s|y)?|highs?|highest|lows?|lowest|largest|biggest|smallest|best|worst|strongest|weakest|deeper|deepest|higher|lower|averages?|mean|median|totals?|shares?|percent(?:age)?|growth|trends?|correlat\w+|volatil\w+|returns?|drawdowns?|outperform\w*|forecast|season\w*|ratio|per\s+(?:year|month|quarter)|(?:year|month|quarter)ly|jobs|employment|employed|work(?:ed)?\s+in|prices?|closes?)"
"""Words of a question that only figures answer."""
SIGNS: dict[Name, tuple[tuple[str, float], ...]] = {
    "run_and_inspect": (
        (r"^(?:is|are|does|do)\s+(?!an?\b|any\b).*\bnotebooks?\b.*\b(?:works?|working|runs?|running|broken|ok|okay|fine|fails?|failing)\b", 4),
        (r"^(?:(?:re-?)?(?:run|execute)|rerun|kick\s+off|refresh|recompute|launch|trigger|fire\s+(?:up|off)|start)\b(?!\s+(?:a\s+|an\s+|the\s+)?(?:project|analysis|new))", 4),
        (r"\b(?:re-?)?(?:run|execute|rerun)\s+(?:the\s+|my\s+|our\s+)?\S+", 2),
        (r"\bwhat(?:['’]?s|\s+is|\s+has|\s+have)?\s+(?:changed|new|different|moved)\b", 3),
        (r"\b(?:compare|differ(?:s|ent|ence)?s?)\b.*\b(?:runs?|last\s+time|before|previous)\b", 3), (r"\b(?:last|latest|previous)\s+(?:two\s+)?runs?\b", 3), (r"\bfresh\s+(?:numbers|run|figures|data)\b", 2),
        (r"^(?:did|has|have)\b.*\b(?:moved?|changed?|shift(?:ed)?|differ(?:ent)?)\b", 2.5), (r"\bsince\s+(?:(?:we|i|it|you|the|our|my)\s+)*(?:last|previous|latest)\b", 2), (r"\b(?:refresh|re-?run)\b", 1.5),
    ),
    "tidy_notebook": (
        (r"\b(?:heading|title|block|cell|section|note)s?\b.*\b(?:should|must|ought\s+to)\s+(?:read|say|be|come|go|stand)\b", 4),
        (rf"^(?:move|put|bring|shift|push|pull|drag|place|reorder|rearrange|sort|group|gather|swap|switch)\b(?=.*\b(?:{BLOCKS}|top|bottom|start|beginning|front|end|first|last|above|below|before|after|together|order)\b)", 4),
        (rf"^(?:replace|rename|retitle|turn|convert|clear|delete|remove|get\s+rid|change|update|fill|make|rewrite|merge|split)\b(?=.*\b{BLOCKS}\b)", 4),
        (r"^(?:add|insert|write|leave|put|append|prepend)\s+(?:(?:a|an|the|short|new|little|brief)\s+)*(?:notes?|comments?|headings?|text|titles?|callout|paragraph)\b", 5),
        (r"\bimports?\b.*\b(?:to|at)\s+the\s+(?:top|bottom)\b", 4), (r"^(?:make\b.*\b(?:nicer|neater|tidier|cleaner)|tidy|clean\s+up)\b", 2),
        (r"^(?:write|put|add|note|paste|save|leave)\b.*\b(?:result|results|findings|changes|answer|summary|it|them|outcome|what\s+(?:has\s+|have\s+)?(?:changed|moved|you\s+found))\b.*\b(?:into|in|to|on|at|as)\b", 5), (r"\b(?:tidy|clean)\s*(?:up)?\b", 3), (r"^(?:rename|retitle|reword)\s+(?!.*\b(?:notebook|project)\b).+\s+(?:to|into|as)\s+\S", 3), (rf"\b{BLOCKS}\s+(?:should|must|belongs?|goes|go|needs?\s+to)\b", 4), (r"\bimports?\s+(?:first|together|to\s+the\s+top|at\s+the\s+top)\b", 4),
    ),
    "audit_integrations": (
        (r"\b(?:which|what|who|list|show|find|any|every|all|how\s+many)\b.*\b(?:notebooks?|projects?|blocks?|quer(?:y|ies)|one|anyone|anybody|anything|code)\b.*\b(?:use|uses|using|query|queries|querying|read|reads|touch|touches|depend|depends|hit|hits|write|writes|access|connect|connected|rely|relies)\b", 4),
        (r"\b(?:who|what|which)\b.*\b(?:uses?|quer(?:y|ies)|reads?|touch(?:es)?|depends?\s+on|hits?|relies\s+on|writes?\s+to)\b", 2.5), (r"\baudit\b", 4), (r"\b(?:any(?:one|body|thing)?|some(?:one|body))\s+(?:else\s+)?(?:still\s+)?(?:uses?|quer(?:y|ies)|reads?|touch(?:es)?|depends?)\b", 4), (r"\b(?:databases?|integrations?|connections?|warehouses?|tables?)\b.*\b(?:nobody|no\s+one|unused|used|uses?)\b", 3), (r"\bintegrations?\b", 2), (r"\bunused\b", 2),
        (r"\b(?:find|search\s+for|look\s+for|any|are\s+there)\b.*\b(?:secrets|credentials|passwords|leaked\s+keys)\b(?!.*\bhow\b)", 3), (r"\b(?:used|queried|read|touched)\s+(?:anywhere|somewhere|by\s+(?:anyone|anybody|any\s+notebook))\b", 4),
        (r"\b(?:(?:can|could|may|should)\s+(?:we|i|one)|(?:we|i|one)\s+(?:can|could|may|should))\s+(?:safely\s+)?(?:drop|remove|delete|retire|switch\s+off|turn\s+off|shut\s+down|get\s+rid\s+of)\b.*\b(?:integrations?|databases?|warehouses?|connections?|tables?)\b", 6), (r"^(?:is|are|does|do)\s+(?:anything|anyone|anybody|any\s+\w+|something)\b.*\b(?:writes?|writing|reads?|reading|uses?|using|quer(?:y|ies|ying))\b", 4),
        (r"\b(?:passwords?|credentials?|secrets?|api\s+keys?)\b.*\b(?:code|notebooks?|blocks?|pasted|hard-?coded|leaked)\b", 4), (r"\bhard-?coded\b", 2), (r"\bwhere\s+(?:is|are|do\s+we)\b.*\bused?\b|\bwhere\b.*\b(?:is|are)\s+used\b", 3), (r"\bselect\s+\*", 2),
    ),
    "docs_qa": (
        (r"^(?:how\s+(?:do|can|would|should|does|to|long|many|often)|can\s+(?:i|we|a|an|one|viewers?|editors?)\b|may\s+(?:i|we|a)\b|is\s+it\s+possible|is\s+there\s+(?:a|any)\s+(?:way|limit|article|documentation)|what(?:['’]s|\s+(?:is|are|does))\s+(?:a|an|the|--)?|what\s+(?:happens|would\s+happen)\s+(?:when|if|to)\b|where\s+(?:do|can|are|is)\s+|do\s+i\s+(?:need|have)|does\s+(?:it|deepnote|the)|why\s+(?:do|does|is|are|can)|which\s+(?:types?|kinds?|roles?|databases|versions?|models?)|explain\b|wie\s|comment\s|cómo\s|come\s)", 3),
        (r"\b(?:tell\s+me|explain|know|show\s+me|check|see|find\s+out|look\s+up|learn|read)\s+how\s+(?:to|do|can)\b", 3.5), (r"\bhow\s+(?:i|we|one|you)\s+(?:can|could|should|may|might)\b", 3.5), (r"^what\s+(?:do|does|can|may)\s+(?:an?\s+)?(?:viewers?|editors?|admins?|members?)\b", 3), (r"^how\b", 1.5), (r"^(?:run|rerun|schedule|execute|share|import|export|delete|connect)\s+(?:a|an|any|one['’]?s)\s+(?:notebook|project|database|file)s?\b.*\?\s*$", 8),
        (r"^what\s+(?:can|may|could)\s+(?:an?|the)\b", 3), (r"^(?:what|how|which)\b.*\b(?:notebooks?|blocks?|runs?|keys?|viewers?|editors?|projects?|integrations?|snapshots?|schedules?)\b.*\b(?:may|can|allowed|at\s+most)\b", 3.5), (r"^how\s+(?:would|do|can|could|should|might)\s+(?:i|we|one|you|people)\b", 4), (r"^(?:(?:tell|show)\s+(?:me|us)\s+|say\s+|explain\s+)?(?:whether|if)\s+(?:an?\s+|the\s+)?\w+\s+(?:can|may|could)\b", 6),
        (r"\b(?:documentation|docs|manual|article|guide)\b", 4), (r"\?\s*$", 0.5), (r"\bmeans?\b|\bdifference\s+between\b", 1.5),
    ),
    "build_analysis": (
        (r"^(?:build|create|make|draw|plot)\s+(?:(?:me|us)\s+)?(?:an?\s+|the\s+)?(?:new\s+)?(?:notebook|project|analysis|chart|plot|dashboard|report)s?\s+(?:of|about|on|for|with|showing|that)\b", 4),
        (r"^(?:an?\s+|some\s+|the\s+)?(?:\w+\s+){0,2}(?:charts?|plots?|graphs?)\s+(?:of|about|showing|comparing)\b", 4),
        (r"^(?:create|build|make|set\s+up|start|prepare|do|produce|generate|give\s+me|i\s+(?:need|want))\b.*\b(?:projects?|analysis|analyses|notebook|report|dashboard|exploration|study|overview|comparison)\b", 4),
        (r"^(?:build|create|make|give|show|draw)\s+(?:(?:me|us)\s+)?(?:something|anything|(?:(?:a|an|the|some)\s+)?(?:\w+\s+){0,2}(?:charts?|plots?|graphs?|trends?))\s+(?:about|on|of|for|with|showing|comparing)\b", 4),
        (r"\b(?:project|notebook)\s+(?:called|named|about|on|for)\b", 2), (r"^(?:analy[sz]e|explore|investigate|study|examine|plot|chart|visuali[sz]e|correlate|compare|break\s+down|graph|look\s+into)\b", 3.5),
        (r"\b(?:trend|returns?|volatility|drawdown|correlation|by\s+(?:region|sector|month|quarter|year)|over\s+time|growth|past\s+\w+\s+(?:years|months))\b", 1.5), (r"\banalysis\b", 2), (rf"^(?:(?:know|see|find\s+out|learn|understand|(?:tell|show)\s+(?:me|us))\s+)?{ASKED}\b.*\b{FIGURES}\b", 3.5), (rf"\b{FIGURES}\b", 1), (r"\b(?:19|20)\d\d\b", 1.5), (r"\bwith\s+(?:an?\s+)?(?:\w+\s+)?(?:charts?|plots?|graphs?)\b", 1.5), (r"^(?:how\s+(?:did|has|have)|show\s+(?:me\s+)?(?:the|how))\b", 2),
    ),
}  # fmt: skip
FOREIGN = re.compile(
    r"\b(?:(?:send|forward|fax)\s+(?:\w+\s+){0,6}(?:to|by)\b|weather|e-?mail|slack|tweet|poem|joke|story|song|recipe|flight|hotel|restaurant|translate|calendar|meeting\s+invite|invoice|pizza|stock\s+tip|book\s+(?:a|me)|remind\s+me|call\s+(?:me|my|mom)|capital\s+of|who\s+(?:is|was)\s+the\s+(?:president|king|queen)|(?:delete|drop|remove|archive|rename)\s+(?:the\s+|this\s+|my\s+|our\s+|a\s+|all\s+)*(?:\w+\s+){0,4}(?:projects?|workspace|notebooks?|integrations?|users?|schedule)\b|invite\b|grant\b.*\baccess|create\s+(?:an?\s+)?(?:integration|user|api\s+key|schedule)|connect\s+(?:my|our|the)\s+|schedule\s+(?:the|my|our)\s+|publish|deploy)",
    re.IGNORECASE,
)
WORLD = re.compile(
    r"\b(?:weather|poem|joke|tweet|recipe|flights?|hotels?|restaurants?|pizza|horoscope|lottery|capital\s+of|who\s+(?:is|was)\s+the\s+(?:president|king|queen|chancellor|pope))\b",
    re.IGNORECASE,
)
"""What is no matter of a workspace, in whatever form it is asked."""
WANTS_RESULT = re.compile(
    r"\b(?:with|about|on|of|listing|summari[sz]ing|describing|saying|that\s+says|containing|stating)\s+(?:these|those|them|it|this|that)\b(?!\s+\w+s\b)|\b(?:with|about|on|of|listing|summari[sz]ing|describing|saying|that\s+says|containing|stating)\s+(?:a\s+summary\s+of\s+)?(?:what\s+(?:has\s+)?(?:changed|moved|you\s+(?:find|found)|it\s+found|is\s+new)|the\s+(?:changes|differences|results?|findings|outcome|answer|summary)|(?:its|the)\s+result)\b|\bwhat\s+(?:has\s+)?changed\b",
    re.IGNORECASE,
)
STATE_OF = re.compile(
    r"^(?:is|are|does|do)\b.*\b(?:works?|working|runs?|running|broken|ok|okay|fine|fails?|failing|healthy)\b",
    re.IGNORECASE,
)
"""Asks how a notebook that is named does."""
PUT_DOWN = re.compile(
    r"(?:please\s+)?(?:write|put|save|paste|note|leave|add|record)\s+(?:down\s+)?(?:the\s+(?:results?|findings|answer|changes|summary|outcome|list)|what\s+(?:has\s+|have\s+)?(?:changed|moved|(?:you|it)\s+f[io]u?nds?)|it|them|that|all\s+(?:of\s+)?(?:it|that))\s+(?:down\s+)?(?:(?:as|in|into)\s+(?:a|the|an?\s+new)\s+(?:note|text\s+block|comment)\s+)?(?=(?:in|into|on|to|at|as|above|below|under)\b)",
    re.IGNORECASE,
)
"""`write the result into Meeting notes`: a note with what the step before found."""
ABOUT_ONE = re.compile(
    r"^\W*what\s+(?:does|do|is|are)\s+(?:the|my|our|this|that)\s+(?:[\w’'-]+\s+){1,4}notebooks?\s+(?:do|does|about|for|good\s+for|contain|show)\b",
    re.IGNORECASE,
)
BY_HAND = re.compile(
    r"(schedule|share|export|import|invite|connect|install|back\s+up)\b(?:.*?\b(an?\s+(?:member|person|colleague|database|package|library))\b)?",
    re.IGNORECASE,
)
"""What people ask a workflow for and is a command of the workspace."""
IF_FOUND = re.compile(
    r"(?:and\s+|but\s+)?if\s+(?:so|yes|(?:they|it|anyone|somebody|anybody)\s+do(?:es)?|there\s+(?:are|is)\s+(?:any|some|one)|you\s+find\s+(?:any|some|one))\b[,:]?\s*(?:then\s+|please\s+)*",
    re.IGNORECASE,
)
"""A step that is only wanted where the audit before it finds something."""
STATEMENT = re.compile(
    r"^(?:i|we|the|my|our|it|this|that|there|he|she|they|nobody|everybody|someone|somebody)\b(?!.*\b(?:want|need|should|must|would|like|please|shall|can\s+you|could)\b).*\b(?:is|are|was|were|has|have|had|am|do|does|did|keeps?|meets?|starts?|ends|comes|goes|waits?|asks?|looks|seems|takes|\w+ed)\b[^?]*$",
    re.IGNORECASE,
)
"""A sentence that tells something and wants nothing."""
POINTS = re.compile(r"\b(?:it|this|that|these|those|them|there)\b", re.IGNORECASE)
LOOKED_UP = re.compile(
    r"^\s*(?:first\s+)?(?:check|see|find\s+out|look\s+up|learn|read)\s+(?=how\b)", re.IGNORECASE
)
"""What stands before a question that the documentation is to be asked, and is no word of it."""
SURE = 3.0


@rule(WhichWorkflow)
def which_workflow(question: WhichWorkflow) -> Route:
    """Parts in a row that ask for the same kind of work are one step; a request of none of the kinds is out of scope.

    No part is left out: what cannot be given to a workflow beside what can is asked about.
    """
    english = in_english(said_in(question.request), [*question.notebooks, *question.integrations])
    asked = question.request
    question = question.model_copy(update={"request": in_order(english, question.notebooks)})
    parts = _parts(question.request)
    if (wanted := wanted_parts(parts)) != parts:
        parts = wanted
        question = question.model_copy(update={"request": ". ".join(parts)})
    if SELF.fullmatch(question.request.strip()):
        return Route(unclear="These are the things that can be done here. What shall it be?", candidates=[])
    kinds = _continued(parts, [_kind(part, question) for part in parts], question.notebooks)
    if (len(parts) > 1 and len({kind for kind in kinds if kind}) > 1) or (any(kinds) and None in kinds):
        open_part = next(
            (
                part
                for part, kind in zip(parts, kinds, strict=True)
                if kind is None or (CONDITION.match(part) and not IF_FOUND.match(part))
            ),
            None,
        )
        if open_part is not None:
            return Route(
                unclear=f"I know no workflow for “{open_part[:120]}” beside the rest. What should be done?",
                candidates=list(dict.fromkeys(kind for kind in kinds if kind)),
            )
        return Route(steps=_chained(_pointed(parts, kinds, question), [kind for kind in kinds if kind]))
    if len(parts) > 1 and set(kinds) == {"run_and_inspect"} and (runs := _runs(question)):
        return Route(steps=runs)
    if ABOUT_ONE.search(question.request):
        return Route(
            unclear="No workflow describes what a notebook is about. Shall it be run, and its results told?",
            candidates=["run_and_inspect"],
        )
    scores = _scores(question.request, question)
    best = max(scores, key=lambda name: scores[name])
    if WORLD.search(question.request) and not names_in(question.request, question.notebooks):
        return Route(out_of_scope=_outside(question.request))
    if (
        FOREIGN.search(question.request)
        and scores[best] < 6
        and (best not in {"tidy_notebook", "run_and_inspect"} or scores[best] < 2)
        and not (best == "docs_qa" and scores[best] >= 3)
    ):
        return Route(out_of_scope=_outside(question.request))
    if scores[best] < 2 and BY_HAND.match(POLITE.sub("", question.request).strip()):
        return Route(out_of_scope=_outside(question.request))
    if scores[best] < 1.5 and names_in(question.request, question.notebooks):
        return Route(
            unclear="What should be done with this notebook?", candidates=["run_and_inspect", "tidy_notebook"]
        )
    if scores[best] < 1.5:
        return _vague(question) or Route(out_of_scope=_outside(question.request))
    rivals: list[Name] = [name for name in scores if scores[name] > scores[best] - 0.75]
    if scores[best] < SURE and len(rivals) > 1:
        return Route(unclear="What should be done?", candidates=rivals)
    # The documentation is asked in the person's own language.
    request = asked if best == "docs_qa" else question.request
    return Route(steps=[RouteStep(workflow=best, request=request, why=_why(question.request, best))])


def _outside(request: str) -> str:
    by_hand = BY_HAND.match(POLITE.sub("", request).strip())
    if by_hand is not None:
        return f"No workflow does this; it is done on the command line, and the documentation says how: ask “How do I {by_hand.group(1).lower()} {by_hand.group(2) or 'a notebook'}?”"
    if DELETES.search(request):
        return f"There is no tool that deletes, renames or archives projects, notebooks and integrations: {request[:140]}"
    return f"None of the workflows does this: {request[:160]}"


def _vague(question: WhichWorkflow) -> Route | None:
    """A question back, where the request names a part of notebooks' names only, or hardly anything at all."""
    like = [question.notebooks[named.which] for named in by_words(question.request, question.notebooks)]
    if like:
        return Route(
            unclear=f"What should be done with {' or '.join(like[:4])}?",
            candidates=["run_and_inspect", "tidy_notebook"],
        )
    said = [word.text for word in words_of(question.request) if word.text not in FILLER | EMPTY]
    if POINTS.search(question.request) and len(said) <= 3:
        return Route(unclear="What do you mean, and what should be done with it?", candidates=[])
    return Route(unclear="What should be done?", candidates=[]) if not said else None


DELETES = re.compile(
    r"\b(?:delete|drop|remove|archive|rename)\b.*\b(?:projects?|workspace|notebooks?|integrations?)\b",
    re.IGNORECASE,
)
EMPTY = frozenset({"thing", "things", "stuff", "something", "usual", "same", "work", "job", "yesterday", "today", "tomorrow", "last", "week", "make", "fix", "try", "start", "better", "nice", "nicer", "good"})  # fmt: skip
"""Words that say nothing of what is wanted, beside those that no request needs."""
CIVIL = re.compile(
    r"(?:(?:hi|hello|hey|dear|hallo|good\s+(?:morning|afternoon))\b(?:\s+\w+){0,3}|please|many\s+thanks|thanks?\b(?:\s+\w+){0,4}|thank\s+you\b(?:\s+\w+){0,4}|[A-Z]\w+)[\s,!.]*"
)
"""What is said to a person: a greeting, thanks, a name."""
LOOK = re.compile(
    r"(?:\W*(?:hi|hello|hey|please|so)\b[\s,!]*)*(?:(?:could|can|would)\s+(?:you|somebody|someone)\s+)?(?:please\s+)?(?:have|take)\s+a\s+(?:quick\s+)?look\s+(?:at|into)\s+(?P<where>[^,;]+?)[\s?!.]*",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"(?:and\s+|but\s+)?(?:if|unless|in\s+case|when|only\s+if|as\s+soon\s+as)\b", re.IGNORECASE
)
GOES_ON = re.compile(
    r"(?:(?:please\s+)?(?:tell|show|let|give|say|report|summari[sz]e|describe|explain)\b(?!.*\bhow\s+(?:to|do|can|i)\b)|what(?:['’]?s|\s+(?:is|has|have))?\s+(?:changed|new|different|moved)\b|(?:please|thanks|thank\s+you)\b)",
    re.IGNORECASE,
)
"""A part that asks for the answer of the part before."""


def only_named(part: str, notebooks: Sequence[str]) -> bool:
    """Whether a part is the name of a notebook and hardly anything else."""
    named = names_in(part, notebooks)
    rest = without(part, named[0].start, named[0].end) if named else part
    return bool(named) and not [word for word in words_of(rest) if word.text not in FILLER | EMPTY]


def _continued(
    parts: Sequence[str], kinds: Sequence[Name | None], notebooks: Sequence[str] = ()
) -> list[Name | None]:
    """The kind of each part; one that only asks to be told the answer belongs to the part before, a condition to none."""
    found: list[Name | None] = []
    for part, kind in zip(parts, kinds, strict=True):
        if IF_FOUND.match(part) and found and found[-1] == "audit_integrations":
            found.append(kind)
        elif CONDITION.match(part):
            found.append(None)
        elif (
            kind is None
            and found
            and (
                GOES_ON.match(part)
                or (found[-1] == "tidy_notebook" and re.match(rf"(?:{START})\b", part, re.IGNORECASE))
                or (found[-1] == "run_and_inspect" and only_named(part, notebooks))
                or (found[-1] == "build_analysis" and re.match(rf"{ASKED}\b", part, re.IGNORECASE))
            )
        ):
            found.append(found[-1])
        else:
            found.append(kind)
    return found


def _parts(request: str) -> list[str]:
    held, masks = masked(" ".join(request.split()))
    pieces = re.split(
        r"\s*(?:;|(?<=[\w⟧)])[.!](?=\s)|(?<=\?)\s+(?=[^\W\d_])|,?\s*\b(?:and\s+then|then|afterwards?|after\s+that|and\s+afterwards|(?:and\s+)?finally|(?<=[,.;?!]\s)also|(?<=[,.;?!]\s)as\s+well\s+as)\b,?|,\s+and(?=\s+(?:add|put|write|move|replace|rename|tell|run|rerun|create|build|audit|list|leave|insert)\b)|,?\s+\band(?=\s+(?:if\b|unless\b|how\b|which\b|who\b|what\s+(?:is|are)\b(?!\s+(?:new|different))|what\s+(?:integrations?|databases?|tables?|columns?)\b|(?:please\s+)?(?:add|put|write|leave|insert|move|replace|rename|run|rerun|execute|audit|build|create|order|send|mail|book|tidy)\b|(?:(?:tell|show)\s+(?:me|us)|explain|say|find\s+out|check)\s+(?:how|which|who|whether|if|what\s+(?:uses|queries|reads|touches|depends|writes))\b)))\s*",
        held,
        flags=re.IGNORECASE,
    )
    said = [
        re.sub(r"[\s,]+(?:and|but)$", "", unmasked(piece, masks).strip(" ,."))
        for piece in pieces
        if re.search(r"\w", piece)
    ]
    kept = [piece for piece in said if not (CIVIL.fullmatch(piece) or FAREWELL.fullmatch(piece))] or said
    if len(kept) > 1:
        kept = [piece for piece in kept if not STATEMENT.match(piece)] or kept
    for place, piece in enumerate(kept[:-1]):
        # `Have a look at Scratchpad. The imports …`: the first sentence only says where.
        looked = LOOK.fullmatch(piece)
        if looked is not None:
            kept[place : place + 2] = [f"In {looked['where']}, {kept[place + 1]}"]
            break
    return kept


def _scores(text: str, question: WhichWorkflow) -> dict[Name, float]:
    named = names_in(text, question.notebooks)
    about = (
        without(text, named[0].start, named[0].end)
        if named and re.match(r"\W*(?:in|on|for|from|open)\b", text, re.IGNORECASE)
        else text
    )
    bare = POLITE.sub("", IF_FOUND.sub("", about)).strip()
    # `Monthly KPIs`: the words of a name say nothing of what figures are wanted.
    unnamed = without(text, named[0].start, named[0].end) if named else text
    asked: dict[Name, str] = {"build_analysis": POLITE.sub("", IF_FOUND.sub("", unnamed)).strip()}
    scores: dict[Name, float] = {
        name: sum(
            weight for pattern, weight in signs if re.search(pattern, asked.get(name, bare), re.IGNORECASE)
        )
        for name, signs in SIGNS.items()
    }
    if named:
        scores["run_and_inspect"] += 1
        scores["tidy_notebook"] += 1
        scores["docs_qa"] -= 2
        if STATE_OF.search(bare):
            scores["run_and_inspect"] += 2
    if names_in(text, question.integrations):
        scores["audit_integrations"] += 1.5
        scores["docs_qa"] -= 1
    if re.search(r"\b(?:our|my)\b", text, re.IGNORECASE):
        scores["docs_qa"] -= 0.5
    return scores


def _kind(text: str, question: WhichWorkflow) -> Name | None:
    scores = _scores(text, question)
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= 2:
        return best
    return None


def _chained(parts: Sequence[str], kinds: Sequence[Name]) -> list[RouteStep]:
    steps: list[RouteStep] = []
    for part, kind in zip(parts, kinds, strict=True):
        conditional = IF_FOUND.match(part)
        if steps and steps[-1].workflow == kind and not conditional:
            steps[-1] = steps[-1].model_copy(
                update={
                    "request": f"{steps[-1].request}; {part}"
                    if kind == "tidy_notebook"
                    else f"{steps[-1].request} and {part}"
                }
            )
            continue
        request = part[conditional.end() :] if conditional else part
        if kind == "docs_qa":
            request = LOOKED_UP.sub("", request)
        if steps and kind == "tidy_notebook" and (put := PUT_DOWN.match(part)):
            request = f"add a note “{RESULT}” {part[put.end() :].strip()}"
        elif steps and kind == "tidy_notebook" and WANTS_RESULT.search(part):
            request = WANTS_RESULT.sub(f"“{RESULT}”", part, count=1)
        steps.append(
            RouteStep(
                workflow=kind, request=request, why=_why(part, kind), only_if_found=conditional is not None
            )
        )
    return steps


def _pointed(parts: Sequence[str], kinds: Sequence[Name | None], question: WhichWorkflow) -> list[str]:
    """The parts, each audit with the notebook's name for its `it`: an audit is told of no notebook by the step before."""
    found: list[str] = []
    last = ""
    for part, kind in zip(parts, kinds, strict=True):
        named = names_in(part, question.notebooks)
        if kind == "audit_integrations" and last and not named and not names_in(part, question.integrations):
            found.append(IT.sub(last.replace("\\", r"\\"), part, count=1))
            continue
        last = question.notebooks[named[0].which] if len(named) == 1 else last
        found.append(part)
    return found


def _runs(question: WhichWorkflow) -> list[RouteStep]:
    """A step for each notebook, where every part names another one to run."""
    steps = []
    for part in _parts(question.request):
        named = names_in(part, question.notebooks)
        if len(named) == 1:
            bare = part if RUNS.search(part) else f"run {part}"
            steps.append(
                RouteStep(workflow="run_and_inspect", request=bare, why=_why(bare, "run_and_inspect"))
            )
        elif named or not steps:
            return []
        else:
            steps[-1] = steps[-1].model_copy(update={"request": f"{steps[-1].request} and {part}"})
    return steps if len(steps) > 1 else []


RUNS = re.compile(r"\b(?:re-?)?(?:run|execute|refresh|start|launch|kick)\b", re.IGNORECASE)


def _why(text: str, kind: Name) -> str:
    bare = POLITE.sub("", text).strip()
    found = [
        (weight, match.group(0))
        for pattern, weight in SIGNS[kind]
        if (match := re.search(pattern, bare, re.IGNORECASE))
    ]
    words = " ".join(max(found)[1].split()[:6]) if found else ""
    return f"it says “{words}”" if words.strip() else ""


__all__ = ["which_workflow"]
