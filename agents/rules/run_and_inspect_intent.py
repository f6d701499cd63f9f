"""Whether a request asks for a run, only for its plan, or for something that no tool does. Nothing is run that was not asked for."""

import re
from typing import NamedTuple

FORBIDDEN = re.compile(
    r"\b(?:without\s+(?:actually\s+)?(?:re-?)?(?:runn?ing|executing|starting)|(?:do\s*n[o']t|don['’]?t|do\s+not|never|no\s+need\s+to|please\s+not|rather\s+not|not\s+to)\s+(?:actually\s+|ever\s+|please\s+)?(?:re-?)?(?:run|execute|start|trigger|launch)|no\s+(?:new\s+)?(?:re-?)?run\b"
    r"|(?:nicht|ohne\b.{0,30})\s*(?:neu\s+)?(?:aus(?:zu)?führen|laufen|starten)|führe\b.{0,60}\bnicht\s+aus|starte\b.{0,60}\bnicht\b|ne\s+(?:l['’]\s*|le\s+|la\s+)?(?:ré)?(?:exécute|lance|relance)\w*\s+pas|sans\s+(?:l['’]\s*|le\s+|la\s+)?(?:re|ré)?(?:lancer|exécuter)"
    r"|(?:no|sin)\s+(?:l[oae]s?\s+)?(?:ejecut|corr|lanc|lanz)\w*|(?:non|senza)\s+(?:ri)?(?:esegu|avvi|lanci)\w*|(?:não|sem)\s+(?:execut|rod)\w*|niet\s+(?:uitvoeren|draaien|starten)|не\s+(?:за|пере)?(?:пуска|выполня|запуска)\w*)"
    r"|\b(?:nie\s+(?:uruch|odśw)\w*|ne(?:spou?š|spust)\w*|(?:kör|kjør)\s+(?:inte|ikke)|kør\s+ikke|älä\s+(?:suorita|aja)|ne\s+futtas\w*|nu\s+rula\w*|çalıştırma(?:yın(?:ız)?)?\b|(?:đừng|không)\s+chạy|jangan\s+(?:di)?jalankan|не\s+(?:обновля|прогоня|виконуй)\w*)"
    r"|[不别別勿免](?:要|用|必|需要?|许|許|能|想|再|必要)*(?:再|重新)?(?:运行|運行|执行|執行|重跑|跑|刷新)|(?:无需|無需|无须|無須|禁止)(?:再|重新)?(?:运行|運行|执行|執行|重跑|跑|刷新)"
    r"|実行(?:し(?:ない|ません|なくて)|せず|するな|は?不要|禁止)|走らせ(?:ない|ず|るな)|실행(?:하지|시키지|은?\s*안)|돌리지|안\s*(?:실행|돌려)|لا\s*(?:ت|داعي)|(?:دون|بدون)\s*تشغيل|אל\s+תריץ|मत\s+चला",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:(?:last|latest|previous|past|recent|newest|two|2|both|earlier)\s+(?:two\s+|2\s+|couple\s+(?:of\s+)?|most\s+recent\s+)?(?:successful\s+)?runs\b|compare\s+(?:the\s+)?(?:last|latest|recent|newest)|(?:in|during|of|from|with|by)\s+(?:the\s+|its\s+)?(?:last|latest|newest|most\s+recent)\s+run\b|did\s+(?:the\s+)?(?:last|latest|newest)\s+run|last\s+time|(?:was|were|been|got)\s+(?:\w+\s+)?(?:last\s+)?(?:run|executed|started)|ran\b|(?:failed|crashed|broke)\b)",
    re.IGNORECASE,
)
_A_RUN_THAT_WAS = re.compile(
    r"\b(?:is|are)\b[^.;!?]{0,80}?\brunning\b|\bstill\s+running\b|\b(?:should|must|do|when\s+should|why\s+should)\s+(?:i|we)\s+(?:\w+\s+){0,2}(?:re-?)?(?:run|execute|start|refresh)\b[^.;!]*|\b(?:the|its|that|this|these|those|which|each|last|latest|previous|earlier|earliest|first|second|past|recent|newest|oldest|successful|failed|(?:mon|tues|wednes|thurs|fri|satur|sun)day['’]s|yesterday['’]s|today['’]s|week['’]s|month['’]s|\w+['’]s|any|all|old|two|both|\d+)\s+(?:runs?|execution)\b|\bruns\s+(?:of|from|before|since|on|were|was|are|have)\b|\brun\s+(?:id|history|log|before|number)\b|\b(?:was|were|been|got|has|had|is|did\s+\w+)\s+(?:\w+\s+)?(?:last\s+)?(?:run|executed|started|updated|refreshed|launched|triggered)\b(?!\s+again)|\b(?:an?|any|the|last|latest|some)\s+(?:update|start|process|launch|trigger)s?\b|\bupdate\s+(?:me|us)\b|\bruns?\s+ago\b|\b(?:of|in|with|from|to)\s+run\b|\brun\s+(?=[0-9a-f-]*\d)[0-9a-f]{4,}[0-9a-f-]*\b"
    r"|(?:上一?次|最近一?次|最近|最后一?次|最後一?次|之前|以前)的?(?:运行|運行|执行|執行)|(?:前回|最新|最後|直近)の?実行|(?:마지막|지난|최근|이전)\s*실행"
    r"|\b(?:starts?|started|updates?)\s*(?::=|=|:|->|→)|\b(?:who|when|why|how\s+(?:long|often))\s+(?:did|does|was|has)\b[^.;!?]*",
    re.IGNORECASE,
)
_ENGLISH = r"(?:re-?)?(?:run|execut(?:e|ed|ion)|start|launch|trigger|refresh|comput(?:e)|calculat(?:e)|process|evaluate|play)(?:s|ing|ning)?\b|\b(?:kick|fire|spin)(?:\s+\w+){0,4}?\s+(?:off|up)\b|\bfire\b|\bupdate\b|\brunn?ing\b|\bre-?run\b|\b(?:fresh|up[- ]to[- ]date|brand[- ]new)\s+(?:\w+\s+)?(?:numbers?|figures?|results?|values?|data|run|look)\b|\bgive\b.{0,60}\ba\s+(?:go|spin|whirl|try|run)\b|\btry\b.{0,60}?\bout\b|\btry\s+out\b|\bstill\s+(?:works?|runs?|executes?|goes\s+through)\b|\bsee\s+(?:if|whether)\b.{0,60}\b(?:works?|runs?|breaks?|goes\s+through)\b|\bget\b.{0,60}\bgoing\b|\b(?:another|one\s+more)\s+(?:go|run|spin|try|round)\b|\b(?:want|need|like|have|get|see)\b[^.;!?]{0,80}\b(?:refreshed|re-?run|executed|recomputed|recalculated|updated)\b"
_OTHERS = r"\b(?:ausführ\w*|auszuführ\w*|führ(?:e|t|en)\b.{0,200}\baus|start(?:e|en|et)\b|laufen|durchlaufen|lass(?:e|t)?\b.{0,200}\blaufen|aktualisier\w*|(?:ré-?)?exécut\w*|(?:re)?lanc(?:e|es|er|ez)|tourner|démarr\w*|actualis\w*|rafraîch\w*|(?:re)?ejecut\w*|corr(?:e|er|a|as)\b|lanza\w*|inicia\w*|actualiz\w*|(?:ri)?esegu\w*|(?:ri)?avvia\w*|lancia\w*|aggiorna\w*|execut(?:a|ar|e)\b|rod(?:e|a|ar)\b|voer\b.{0,200}\buit|uitvoer\w*|draai\w*|uruchom\w*|odśwież\w*|spust\w*|spusť\w*|kör\b|kør\b|kjør\b|suorita\w*|aja\b|futtas\w*|rule(?:ază|aza)\w*|çalıştır\w*|chạy|jalankan|(?:за|пере)пусти\w*|выполни\w*|прогони\w*|обнови\w*|виконай\w*|τρέξε|εκτέλεσ\w*)|(?:运行|運行|执行|執行|重跑|跑一下|跑|刷新|実行|走らせ|실행|돌려|شغ[ّ]?ل|نف[ّ]?ذ|تشغيل|הרץ|תריץ|चला|रन)"
_RUN = re.compile(rf"\b(?:{_ENGLISH})|{_OTHERS}", re.IGNORECASE)
_PLAN = re.compile(
    r"\bdry[- ]?run\b|\bwhat\s+(?:would|will)\s+(?:happen|be\s+(?:run|written|changed|started)|it\s+do)\b|\bwould\s+happen\s+if\b|\b(?:only|just)\s+(?:show\s+(?:me\s+)?)?(?:the|a|your)\s+plan\b|\bplan\s+only\b|\bshow\s+(?:me\s+)?(?:the|your)\s+plan\b|\bsimulat\w+\s+(?:the\s+|a\s+)?run\b|\b(?:probelauf|trockenlauf)\b|\bà\s+blanc\b|\ben\s+seco\b|\bsimulacro\b",
    re.IGNORECASE,
)


class Beyond(NamedTuple):
    """A wish that no tool serves."""

    words: str
    """As the request writes it."""
    why: str
    """One sentence that says so, and what does."""
    instead: bool
    """True when a run now is not what was asked for: `every Monday`."""


SCHEDULE = "No tool sets a schedule; set it in the workspace, on the notebook's page (ask “How do I schedule a notebook?”)."
_PIECE = r"(?:sql\s+|code\s+|chart\s+|import\s+|first\s+|last\s+|second\s+|third\s+|\d+(?:st|nd|rd|th)\s+)*(?:blocks?|cells?|quer(?:y|ies)|part|half|section|charts?|imports?)"
_BEYOND: list[tuple[str, str, bool]] = [
    (
        rf"(?<!tell\sme\s)(?<!show\sme\s)(?<!give\sme\s)(?<!see\s)\b(?:(?:only|just|nothing\s+but|solely)\s+(?:(?:re-?)?(?:run|execute|refresh)\s+)?(?:the\s+|its\s+|that\s+|this\s+)?(?:\w+\s+){{0,1}}?{_PIECE}|(?:run|execute|rerun|refresh)\s+(?:the\s+|its\s+|only\s+|just\s+)*{_PIECE}\s+(?:\d+\s+)?(?:only|alone|by\s+itself|on\s+its\s+own)|(?:run|execute|rerun|refresh)\s+(?:only\s+|just\s+)?(?:the\s+)?(?:block|cell)\s+\d+|(?:run|execute|rerun)\s+(?:the\s+|its\s+)(?:sql|code|first|last|second|third|\d+(?:st|nd|rd|th))\s+(?:block|cell|query)|{_PIECE}\s+(?:\d+\s+)?(?:only|alone|by\s+itself)|(?:up\s+to|until|from|starting\s+(?:at|with))\s+(?:the\s+)?(?:\w+\s+)?(?:block|cell)\b|without\s+(?:running\s+)?(?:the\s+)?(?:\w+\s+)?(?:block|cell)\b|skip(?:ping)?\s+(?:the\s+)?(?:\w+\s+)?(?:block|cell)\b)",
        "A run takes the whole notebook: no tool runs single blocks of it.",
        True,
    ),
    (
        r"\b(?:schedul(?:e|es|ed|ing)|every\s+(?:single\s+|other\s+)?(?:\d+\s+)?(?:hours?|days?|mornings?|evenings?|nights?|weeks?|weekdays?|months?|quarters?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)|(?:hourly|daily|nightly|weekly)\s+at\b|each\s+(?:morning|day|week|night|month|(?:mon|tues|wednes|thurs|fri|satur|sun)day)|jeden\s+(?:tag|morgen|montag)|chaque\s+(?:jour|matin|lundi|semaine)|cada\s+(?:d[ií]a|lunes|semana))",
        SCHEDULE,
        True,
    ),
    (
        r"\b(?:only\s+(?:if|when|once|after)|unless|as\s+soon\s+as|whenever|provided\s+that|on\s+(?:the\s+)?condition|nur\s+wenn|sobald|seulement\s+si|solo\s+si)\b"
        r"|\b(?:run|execute|start|refresh|launch|trigger)\b(?:(?!\b(?:and|tell|say|see|check|know|report|show|ask|let)\b)[^.,;:!?])*?\bif\s+(?!possible|necessary|needed|you\s+(?:can|could|don['’]?t|like|please|have|would|want)|that['’]?s|it['’]?s\s+(?:ok|okay|fine|possible))[^.;!?]*"
        r"|(?:^|[.;!?]\s*)(?:if|once|in\s+case|falls|wenn|si|se)\b(?!\s+(?:you|possible))[^.;!?]{3,80}?[\s,]+(?:then\s+)?(?:please\s+)?(?:re-?)?(?:run|execute|start|refresh|launch|führe|starte|lance|ejecuta)\b",
        "Nothing is watched or waited for: a run starts now or not at all. Ask for it when the condition holds.",
        True,
    ),
    (
        r"\b(?:delet|remov|eras|purg|wip|trash)(?:e|es|ed|ing)\b(?!\s+(?:rows?|refunds?|outliers?))|\blösch\w*|\bsupprim\w*|\b(?:borra|elimina)r?\b",
        "No tool deletes a notebook, a run, a project or a block.",
        False,
    ),
    (
        r"\b(?:stop|cancel|abort|kill|halt|interrupt)(?:s|ped|ping|led|ling|ed|ing)?\b(?:\s+(?:the|its|that|this|my|our|all|any))*(?:\s+\w+){0,2}?\s*(?:\bruns?\b|\bexecution\b|\bit\b|$)|^\W*(?:please\s+)?(?:stop|cancel|abort|kill|halt)\b",
        "No tool stops a run; stop it in the workspace, on the notebook's page.",
        False,
    ),
    (
        r"\bwho(?:ever)?\s+(?:has\s+|had\s+)?(?:last\s+)?(?:started|ran|launched|triggered|executed|runs)\b|\bby\s+whom\b",
        "No tool says who started a run.",
        False,
    ),
    (
        r"\b(?:from\s+(?:now|here|then)\s+on|permanently|for\s+good|as\s+(?:the|its|a)\s+(?:new\s+)?default)\b|\b(?:leave|keep|make)\s+(?:it|that|this)\s+(?:on|at|so|that\s+way|the\s+default)\b",
        "The values of a run count for that run alone: the notebook keeps its own, and this workflow changes no block.",
        False,
    ),
    (r"\brenam(?:e|es|ed|ing)\b", "No tool renames a notebook or a project.", False),
    (r"\b(?:duplicat|clon)(?:e|es|ed|ing)\b", "No tool copies a notebook.", False),
    (
        r"\b(?:e-?mail|slack|whatsapp|text|ping|notify|forward)\s+(?:it|them|this|that|the|me|us|him|her|[A-Z]\w+)\b|\b(?:send|post|share|publish|upload|forward)\s+(?:it|them|this|that|(?:the\s+)?(?:\w+\s+)?(?:results?|report|summary|differences|figures|numbers|outcome))\s+(?:to|on|in|with|via)\s+(?!me\b|us\b)|\bby\s+e-?mail\b|\bper\s+(?:e-?)?mail\b",
        "No tool sends messages or publishes; the answer can be written to a file with --out or --html.",
        False,
    ),
    (
        r"\b(?:add|insert|put|write|leave|append|prepend)\s+(?:me\s+|us\s+)?(?:a\s+|an\s+|the\s+|it\s+|this\s+|that\s+|what\s+changed\s+)*(?:short\s+|new\s+)?(?:notes?|text|block|summary|comment|heading|down\s+in\s+the\s+notebook|into\s+the\s+notebook|in\s+the\s+notebook)\b",
        "This workflow writes nothing into a notebook; `python -m workflows.run` without a workflow's name chains it with one that does.",
        False,
    ),
    (
        r"\b(?:repair|fix|mend|debug|correct)\s+(?:it|that|this|them|what(?:ever)?|anything|everything|all|any\s+\w+|the\s+(?:error|bug|block|problem|notebook))\b|\b(?:mov(?:e|es|ing)|reorder(?:s|ing)?|rearrang(?:e|es|ing)|replac(?:e|es|ing)|edit(?:s|ing)?|rewrit(?:e|es|ing)|tid(?:y|ies|ying)(?:\s+up)?)\s+(?:the\s+|all\s+|its\s+|my\s+)?(?:\w+\s+){0,2}?(?:imports?|blocks?|cells?|sections?|headings?|notes?|code|sql|query|it)\b",
        "This workflow changes no block; `python -m workflows.run` without a workflow's name chains it with one that does.",
        False,
    ),
    (
        r"\b(?:undo|revert|roll\s*back)\b",
        "A run changes no block, so there is nothing to take back; what its SQL or code wrote elsewhere stays.",
        False,
    ),
    (
        r"\b(?:twice|thrice|(?:two|three|four|five|several|multiple|\d+)\s+times|zweimal|deux\s+fois|dos\s+veces)\b",
        "One request starts one run, which is compared with the run before it; ask again for another.",
        False,
    ),
]  # fmt: skip


_VERBS = ("run", "rerun", "execute", "refresh", "start", "launch")
SAME_VALUES = re.compile(
    r"\b(?:(?:the\s+)?(?:very\s+|exactly\s+the\s+)?(?:same|identical|unchanged|previous|last(?:\s+run['’]s)?)\s+(?:input\s+)?(?:settings?|inputs?|values?|parameters?|options|configuration)|(?:settings?|inputs?|values?|parameters?)\s+(?:as|that|which|it|of)\b[^.;!?]{0,20}\b(?:had|used|last|before|previous)|(?:just\s+|exactly\s+)?(?:as|like)\s+(?:(?:the\s+)?last\s+time|before|the\s+(?:last|previous)\s+run))\b",
    re.IGNORECASE,
)
"""Wants the values of the run before."""


COMPARED_WITH = re.compile(
    r"\b(?:from|than|as|to|with|against|like|vs\.?|versus)\s+(?:the\s+)?last\s+time\b(?:\s+(?:it|that)\s+(?:was\s+)?r[au]n\b)?",
    re.IGNORECASE,
)
"""What a run is held against, or takes its values from, where values are set: `different from the last time it ran`."""


_ONE_RUN = re.compile(
    r"\W*(?:(?:please|also|now|first|can\s+you|could\s+you|i\s+want\s+you\s+to)\s+)*(?:re-?)?(?:run|execute|start|refresh|launch|trigger)\b(?!\s+(?:at|on|in|from|\d))",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"\b(?:now|once|immediately|right\s+away|straight\s+away|today|this\s+time)\b", re.IGNORECASE
)
_OWN_VERB = re.compile(
    r"\b(?:schedul(?:e|ing)|(?:re-?)?run|repeat|do|have\s+it|set|let|make|keep)\b", re.IGNORECASE
)


_SETS = re.compile(
    r"(?:^|[.,;:!?]|\b(?:and|please|then|now|you))\s*(?:set|put|use|try|take|switch|change|pick|choose|make|feed|pass)\b|=",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:what|whats|which|how|any(?:thing)?|has|have|did|does|is|are)\b[^.;!?]*", re.IGNORECASE
)


def asks_of_earlier(text: str) -> bool:
    """Whether it only asks about runs that were: `what changed for retail since the last run`; no word sets a value."""
    since = any(
        re.search(r"\b(?:since|until|in|during|of|between)\b", said)
        and (PAST.search(said) or _A_RUN_THAT_WAS.search(re.sub(r"^\w+", "", said)))
        for said in (match.group(0) for match in _ASKS.finditer(text))
    )
    return since and _SETS.search(text) is None


def spelt(text: str) -> str:
    """The text with mistyped verbs of running put right: `rnu`, `excute`."""
    from rapidfuzz.distance import OSA

    def right(match: re.Match[str]) -> str:
        word = match.group(0).lower()
        for verb in _VERBS:
            swapped = sorted(word) == sorted(verb) and word[0] == verb[0]
            if word != verb and (
                swapped or (len(verb) >= 6 and OSA.distance(word, verb) == 1 and word[0] == verb[0])
            ):
                return verb
        return match.group(0)

    return re.sub(r"[A-Za-z]{3,8}", right, text)


LOOKS_BACK = re.compile(
    r"^\W*(?:and\s+|so\s+|but\s+)?(?:who|whose|when(?=\s+(?:did|does|was|were|is|has|had|will)\b)|why|how\s+(?:long|often|many\s+times)|has|have|had|did|was|were)\b(?!\s+(?:about|don))[^.;!?]*",
    re.IGNORECASE,
)
"""A question about what was, at the beginning: it starts nothing."""


def asks_to_run(text: str) -> bool:
    """Whether the request, without the notebook's name, asks for a new run."""
    text = LOOKS_BACK.sub(" ", spelt(text))
    return not FORBIDDEN.search(text) and bool(_RUN.search(_A_RUN_THAT_WAS.sub(" ", text)))


def only_planned(text: str) -> bool:
    """Whether the request wants to see the plan and nothing run."""
    return bool(_PLAN.search(text))


def beyond(text: str) -> list[Beyond]:
    """What the request, without the notebook's name, wants and no tool does."""
    found = []
    for pattern, why, instead in _BEYOND:
        match = re.search(pattern, text, re.IGNORECASE)
        if match and not _negated(text, match.start()):
            words = re.match(r"[^.,;!?\n]{1,60}(?!\w)", text[match.start() :])
            besides = why == SCHEDULE and _once_besides(text, pattern)
            found.append(Beyond((words or match).group(0).strip(), why, instead and not besides))
    return found


def _once_besides(text: str, scheduled: str) -> bool:
    """Whether a run now is asked for beside the schedule: `run it now and schedule it`, unlike `every Monday, run it`."""
    parts = [
        (_ONE_RUN.match(part), re.search(scheduled, part, re.IGNORECASE), part)
        for part in re.split(r"[.,;:!?\n]|\b(?:and|then|but|plus)\b", text)
    ]
    once = [part for run, later, part in parts if run and not later]
    later = [part for _, later, part in parts if later]
    return bool(once) and (any(map(_AT_ONCE.search, once)) or all(map(_OWN_VERB.search, later)))


def _negated(text: str, place: int) -> bool:
    return bool(re.search(r"(?:\bnot|n['’]t|\bnever|\bwithout)\s+(?:\w+\s+)?$", text[:place], re.IGNORECASE))


__all__ = [
    "COMPARED_WITH",
    "FORBIDDEN",
    "LOOKS_BACK",
    "PAST",
    "SAME_VALUES",
    "SCHEDULE",
    "Beyond",
    "asks_of_earlier",
    "asks_to_run",
    "beyond",
    "only_planned",
    "spelt",
]
