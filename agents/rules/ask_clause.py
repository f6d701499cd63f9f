"""One clear reading of a clause: what is asked or wanted, and of what. Names and quotations are put aside first, so that no word of theirs counts.

Where none is clear, signs are weighed.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.ask import Name, WhichWorkflow
from agents.rules.audit_integrations_held import held_asked
from agents.rules.audit_integrations_words import KINDS
from agents.rules.quotations import masked
from agents.rules.tidy_notebook_words import POLITE, START
from agents.rules.wording import by_words, names_in, quoted

N, DB, T = "⟨notebook⟩", "⟨integration⟩", "⟨text⟩"
MARKS = re.compile(r"⟨\w+⟩")
CALLED = re.compile(
    r"\b(?:the|an?|our|my|that|this)\s+((?:[\w&'’-]+\s+){1,4}?)(?:notebooks?|one)\b", re.IGNORECASE
)
KIND = re.compile(
    rf"\b(?:{'|'.join(sorted((re.escape(word) for word in KINDS if len(word) > 3), key=len, reverse=True))})\b",
    re.IGNORECASE,
)
"""A kind of database that stands for the integration: `our Snowflake`."""
QUESTION = re.compile(
    r"(?:who|what|which|whose|when|where|why|how|whether|if|is|are|am|was|were|do|does|did|has|have|had|can|could|may|might|must|should|will|would|since\s+when|until\s+when|up\s+to\s+wh\w+|anything|anybody|anyone)(?:['’]\w+|n['’]t)?\b",
    re.IGNORECASE,
)
INDIRECT = re.compile(
    r"(?:(?:can|could)\s+you\s+)?(?:(?:tell|show|remind)\s+(?:me|us)|(?:i\s+)?wonder(?:ing)?|know|check|see|find\s+out|look\s+up|learn|explain|say)\s+(?=(?:who|what|which|whose|when|where|why|how|whether|if)\b)",
    re.IGNORECASE,
)
"""What leads to a question that is put as a wish."""
HOW_TO = re.compile(
    r"(?:how\s+(?:do|can|could|would|should|must|may)\s+(?:i|we|one|you|people)|how\s+to|(?:can|could|may|must|should|shall)\s+(?:i|we|one|people)|is\s+it\s+(?:possible|safe|allowed|ok)|is\s+there\s+(?:a|any)\s+(?:way|limit)|what\s+happens|do\s+(?:i|we)\s+(?:need|have\s+to))\b",
    re.IGNORECASE,
)
"""Asks how things work here."""
SECRETS = re.compile(
    r"\b(?:passwords?|passwd|credentials?|secrets?|tokens?|(?:api|access|private)\s+keys?|logins?|connection\s+strings?)\b",
    re.IGNORECASE,
)
IN_CODE = re.compile(
    r"\b(?:code|notebooks?|blocks?|cells?|text|scripts?|sql|quer(?:y|ies)|pasted|hard-?coded|leaked|lying|plain|anywhere|somewhere|anybody|anyone|somebody|someone)\b",
    re.IGNORECASE,
)
BEFALLS = re.compile(
    r"\b(?:sent|send|stolen|steal\w*|see|sees|seen|safe|secure\w*|stopp?(?:ed|s)?|killed|cancel\w+|lost|lose|kept|stored|visible|shared|hacked|encrypted|protected|private|billed|charged|expires?|expired)\b",
    re.IGNORECASE,
)
"""What may befall somebody's run, data or key: the documentation knows."""
OWNED = re.compile(
    r"\b(?:my|our|your|a|an|the|someone['’]?s|somebody['’]?s|teammate['’]?s|colleague['’]?s|people['’]?s)\s+(?:\w+\s+){0,2}?(?:runs?|data|keys?|passwords?|tokens?|notebooks?|results?|work|account|session|snapshots?|files?|code)\b",
    re.IGNORECASE,
)
STORES = re.compile(
    r"\b(?:integrations?|databases?|warehouses?|tables?|schemas?|data\s*sources?|connections?)\b",
    re.IGNORECASE,
)
USES = re.compile(
    rf"\b(?:what|which|where|who)\b.*\b(?:does|do|is|are)\s+{N}\s+(?:still\s+)?(?:read|quer\w*|use|touch|depend|write|need|connect\w*|get\s+its|pull|based|built)\b|\bbehind\s+{N}",
    re.IGNORECASE,
)
"""What a notebook stands on."""
NEEDED = re.compile(
    rf"{DB}.*\b(?:still\s+)?(?:used|needed|queried|read|touched|required)\b(?:\s+(?:by|any|some)\w*|[\s?.!]*$)|\b(?:anyone|anybody|someone|anything|who|what|which\s+\w+)\s+(?:still\s+)?(?:uses?|needs?|reads?|quer\w+|touch\w*|depends?\s+on|relies\s+on|hangs?\s+on)\s+(?:the\s+|our\s+)?{DB}|\b(?:breaks?|affected|suffers?|stops?\s+working|fails?)\b.*\b(?:if|when|once|without)\b.*{DB}",
    re.IGNORECASE,
)
ABOUT_STORE = re.compile(
    rf"(?:(?:tell|show)\s+(?:me|us)\s+(?:(?:more|something|everything|all|a\s+bit)\s+)?about|describe|explain|what\s+(?:do\s+(?:you|we|i)\s+know|can\s+you\s+(?:tell\s+(?:me|us)|say))\s+about|what(?:['’]s|\s+is)\s+(?=(?:the|our|my)\b)|more\s+(?:on|about)|info(?:rmation)?\s+(?:on|about))\s*(?:the\s+|our\s+|my\s+)?{DB}(?:\s+(?:integrations?|databases?|connections?|warehouses?))?[\s?.!]*$",
    re.IGNORECASE,
)
"""Asks about an integration as a whole."""
WHO_USES = re.compile(
    rf"\b(?:notebooks?|projects?|blocks?|cells?|quer(?:y|ies)|who|anyone|anybody)\b.*\b(?:quer(?:y|ies|ied|ying)|us(?:es?|ed|ing)|reads?|reading|touch(?:es)?|hits?|depends?|writes?|accesse?s?|relies|rely)\b.*{DB}",
    re.IGNORECASE,
)
CHANGES_DATA = re.compile(
    r"^(?:which|what|does|do|is|are|any|list|find|show)\b.*\b(?:blocks?|notebooks?|cells?|quer(?:y|ies)|code|statements?|anything|anyone|something)\b.*\b(?:delet|insert|updat|drop|truncat|writ|overwrit|modif|alter|chang)\w*\s+(?:to\s+|into\s+|from\s+)?(?:any\s+|our\s+|the\s+|in\s+)*(?:rows?|data|tables?|records?|databases?|entries)\b",
    re.IGNORECASE,
)
SHOWS = re.compile(
    r"\b(?:ran|runs?|running|fail\w*|succe\w+|crash\w*|br(?:eak|oke)\w*|works?|working|execut\w*|refresh\w*|chang\w*|new|newest|latest|last|differ\w*|moved?|c(?:ame|omes?)\s+out|shows?|say|says|said|gives?|results?|outcome|figures?|numbers?|values?|looks?\s+like|go(?:es)?\s+(?:well|wrong|through)|went|how\s+(?:high|low|many|much|big|large|far|is|are|do|does|did)|stopp?(?:ed|s)?|ok|okay|fine|healthy|stand)\b",
    re.IGNORECASE,
)
"""Asks what a notebook shows, or how its runs went."""
RUN = r"(?:re-?)?(?:run|execute|launch|trigger|refresh|recompute|recalculate|start|kick\s+off|fire\s+(?:up|off))"
RUNS = re.compile(
    rf"(?:{RUN}|(?:kick|fire|spin)\s+(?:\w+\s+)?{N}\s+(?:off|up)|give\s+{N}\s+(?:a|another)\s+(?:go|run|spin|try)|let\s+(?:the\s+)?{N}\s+(?:run|go))\b",
    re.IGNORECASE,
)
WITH_IT = re.compile(
    rf"(?:use|take|try|consult|ask)\s+(?:the\s+|our\s+|my\s+)?{N}|.*\b(?:from|with|using|via|through|by\s+means\s+of|according\s+to|in)\s+(?:the\s+|our\s+|my\s+)?{N}[\s.!?]*$|.*\b(?:want|need|like|get|have|give|show|see|tell)\b(?:\s+(?:me|us))?.*{N}|(?:the\s+|our\s+)?{N}\s*(?:[,:–—-]\s*|\s)(?:\w+(?:ed|run)\s+)?(?:to|for|with|up\s+to|until|till|as\s+of|since|from|over|please\s+for|again|once\s+more|in)\b",
    re.IGNORECASE,
)
"""A notebook is to tell something, or is wanted with other values."""
PLACES = re.compile(
    r"\b(?:blocks?|cells?|headings?|sections?|imports?|notes?|titles?|callouts?|paragraphs?|comments?|todos?|to-dos?|bullets?|checkbox(?:es)?|separators?|captions?|text|(?:top|bottom|beginning|end)(?!\s+of\s+(?:(?:the|this|last)\s+)?(?:\w+\s+)?(?:(?:19|20)\d\d|year|month|quarter|week)))\b",
    re.IGNORECASE,
)
TIDIES = re.compile(
    rf"(?:{START})\b(?!\s+(?:together|me|us|up\s+(?:a|an)\b|an?\s+(?:\w+\s+)?(?:project|analysis|study|report|dashboard|chart|copy|overview|comparison)\b))",
    re.IGNORECASE,
)
PASTES = re.compile(
    r"(?:add|insert|write|put|append|prepend|leave|note|type|jot\s+down|mark|tick|untick|check\s+off|cross\s+off|replace|rename|retitle|reword|change)\b",
    re.IGNORECASE,
)
BUILDS = re.compile(
    r"(?:(?:build|create|make|prepare|produce|generate|set\s+up|put\s+together|design|draw\s+up|write|do|start|draft|compose)\s+(?:(?:me|us)\s+)?(?:an?\s+|some\s+|the\s+)?(?:new\s+|short\s+|small\s+|quick\s+|little\s+)*(?:\w+\s+)?(?:project|analys[ie]s|study|report|dashboard|exploration|overview|comparison|investigation|chart|plot|graph|something|notebook)\b|(?:draw|plot|graph|visuali[sz]e)\s+(?!it\b|them\b|the\s+line\b)\w+|(?:an?\s+)?new\s+(?:project|notebook|analysis)\b)",
    re.IGNORECASE,
)


class Clause(NamedTuple):
    """A clause with marks for what it names."""

    said: str
    """Without politeness; notebooks, integrations and quotations as marks."""
    asks: bool
    """Whether it is a question, and no wish put as one."""


def clause_of(text: str, question: WhichWorkflow) -> Clause:
    """What the clause says, with a mark in the place of each name."""
    marked = _marked(text, question.notebooks, question.integrations)
    bare = POLITE.sub("", marked).strip()
    lead = INDIRECT.match(bare)
    direct = bare[lead.end() :] if lead is not None else bare
    asks = QUESTION.match(direct) is not None or (
        text.rstrip().endswith("?") and TIDIES.match(bare) is None and RUNS.match(bare) is None
    )
    return Clause(direct if asks else bare, asks)


def _marked(text: str, notebooks: Sequence[str], integrations: Sequence[str]) -> str:
    named = [(each.start, each.end, N) for each in names_in(text, notebooks)]
    owned = [
        (each.start, each.end, DB)
        for each in names_in(text, integrations)
        if not any(start < each.end and each.start < end for start, end, _ in named)
    ]
    both = {name.casefold() for name in notebooks} & {name.casefold() for name in integrations}
    spans = [
        (start, end, DB if mark == N and text[start:end].casefold() in both and not _a_notebook(text, end) else mark)
        for start, end, mark in [*named, *owned]
    ]  # fmt: skip
    spans += [
        (match.start(), match.end(), DB)
        for match in KIND.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end, _ in spans)
    ]
    quotes = [(start, end, T) for _, start, end in quoted(text)]
    spans += [
        each for each in quotes if not any(start < each[1] and each[0] < end for start, end, _ in spans)
    ]
    if not named:
        spans += [
            (match.start(1), match.end(), N)
            for match in CALLED.finditer(masked(text)[0] if not quotes else "")
            if by_words(match.group(1), notebooks)
        ]
    for start, end, mark in sorted(spans, reverse=True):
        text = f"{text[:start]}{mark}{text[end:]}"
    return re.sub(rf"[\"“„«»”'‘’]*({N}|{DB})[\"”»“'’]*(?:\s+(?:notebook|nb|integration)\b)?", r"\1", text)


def _a_notebook(text: str, end: int) -> bool:
    return re.match(r"[\"”»'’]?\s*(?:notebook|nb)\b", text[end:], re.IGNORECASE) is not None


def clear_kind(text: str, question: WhichWorkflow) -> Name | None:
    """The workflow that the clause can only be for; None where that is not clear."""
    clause = clause_of(text, question)
    if ABOUT_STORE.match(clause.said):
        return "audit_integrations"
    return _asked(clause.said, text) if clause.asks else _wanted(clause.said)


def _asked(said: str, text: str) -> Name | None:
    if held_asked(text) is not None and N not in said:
        return "audit_integrations"
    how_to = HOW_TO.match(said) is not None
    if BEFALLS.search(said) and OWNED.search(said) and not {N, DB} & set(MARKS.findall(said)):
        return "docs_qa"
    if SECRETS.search(said) and IN_CODE.search(said) and not how_to and not re.match(r"(?:how|why|where\s+(?:do|should))\b", said, re.IGNORECASE):  # fmt: skip
        return "audit_integrations"
    if not how_to and N not in said and WHO_USES.search(said):
        return "audit_integrations"
    if NEEDED.search(said) or (CHANGES_DATA.match(said) and not how_to):
        return "audit_integrations"
    if N in said and not how_to:
        if USES.search(said) or (STORES.search(said) and not re.search(r"\b(?:last|first)\s+table\b", said, re.IGNORECASE)):  # fmt: skip
            return "audit_integrations"
        if SHOWS.search(said) and not re.match(r"(?:who|what|which\s+\w+)\s+(?:uses?|reads?|depends?)\b", said, re.IGNORECASE):  # fmt: skip
            return "run_and_inspect"
    return None


def _wanted(said: str) -> Name | None:
    if RUNS.match(said) and not re.match(rf"{RUN}\s+(?:an?\s+|the\s+)?(?:new\s+)?(?:project|analysis)\b", said, re.IGNORECASE):  # fmt: skip
        return "run_and_inspect"
    if BUILDS.match(said) and N not in said and not re.search(r"\b(?:note|heading|title|block|cell|copy)\b", said, re.IGNORECASE):  # fmt: skip
        return "build_analysis"
    if PASTES.match(said) and (T in said or PLACES.search(said)) and not re.match(r"(?:note|check)\s+(?:that|whether|if)\b", said, re.IGNORECASE):  # fmt: skip
        return "tidy_notebook"
    if N in said and not PLACES.search(said):
        if STORES.search(said) or re.match(r"(?:audit|delete|remove|archive|copy|clone|duplicate|send|mail|e-?mail|share|schedule|explain|describe|translate|rename|make|export|invite|tidy|clean)\b", said, re.IGNORECASE):  # fmt: skip
            return None
        if WITH_IT.match(said) and TIDIES.match(said) is None:
            return "run_and_inspect"
        if re.match(r"(?:use|take|give|get|let|have)\b", said, re.IGNORECASE) and WITH_IT.match(said):
            return "run_and_inspect"
    return None


__all__ = ["Clause", "clause_of", "clear_kind"]
