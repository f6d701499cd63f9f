"""What no workflow does, and what is no request: mail, the weather, deleting things, thanks. Each has its sentence."""

import re
from collections.abc import Sequence

from agents.rules.ask_asides import WELCOME
from agents.rules.ask_clause import KIND, STORES
from agents.rules.ask_signs import BLOCKS
from agents.rules.tidy_notebook_words import POLITE
from agents.rules.wording import names_in

WORLD = re.compile(
    r"\b(?:weather|poem|joke|tweet|recipe|flights?|hotels?|restaurants?|pizza|coffee|lunch|dinner|taxi|horoscope|lottery|capital\s+of|who\s+(?:is|was)\s+the\s+(?:president|king|queen|chancellor|pope))\b",
    re.IGNORECASE,
)
"""What is no matter of a workspace, in whatever form it is asked."""
FOREIGN = re.compile(
    rf"\b(?:(?:send|forward|fax)\s+(?!(?:\w+\s+){{0,6}}(?:to|at)\s+(?:the\s+)?(?:very\s+)?(?:top|bottom|end|start|beginning|front)\b)(?!(?:the\s+)?(?:\w+\s+){{0,3}}{BLOCKS}\b)(?:\w+\s+){{0,6}}(?:to|by)\b|e-?mail|mail\s+(?:the|my|our|it|them|this|that)|slack|tweet|joke|story|song|translate|calendar|meeting\s+invite|invoice|stock\s+tip|book\s+(?:a|me)|remind\s+me|call\s+(?:me|my|mom)|(?:delete|drop|remove|archive|rename)\s+(?:the\s+|this\s+|my\s+|our\s+|a\s+|all\s+)*(?:\w+\s+){{0,4}}(?:projects?|workspace|notebooks?|integrations?|users?|schedule)\b|invite\b|grant\b.*\baccess|create\s+(?:an?\s+)?(?:integration|user|api\s+key|schedule)|connect\s+(?:my|our|the)\s+|schedule\s+(?:the|my|our)\s+|publish|deploy)",
    re.IGNORECASE,
)
BY_HAND = re.compile(
    r"(schedule|share|export|import|invite|connect|install|back\s+up)\b(?:.*?\b(an?\s+(?:member|person|colleague|database|package|library))\b)?",
    re.IGNORECASE,
)
"""What people ask a workflow for and is a command of the workspace."""
DELETES = re.compile(
    r"\b(?:delete|drop|remove|archive|rename)\b.*\b(?:projects?|workspace|notebooks?|integrations?)\b",
    re.IGNORECASE,
)
CHANGES_NAMED = re.compile(
    r"(?:^|[\s,;])(?P<verb>rename|retitle|delete|remove|erase|archive|get\s+rid\s+of|throw\s+(?:away|out)|dispose\s+of|trash|scrap|bin|discard|ditch|duplicate|copy|clone|make\s+(?:me\s+|us\s+)?(?:an?\s+)?(?:second\s+|exact\s+)?(?:copy|duplicate)\s+of)\s+(?:the\s+|my\s+|our\s+)?(?:notebook\s+|project\s+)?[\"“„«»'‘]?$",
    re.IGNORECASE,
)
"""What stands before a notebook's name where no tool does that to a notebook."""
UNDO = re.compile(
    r"(?:please\s+)?(?:undo|revert|roll\s+back|reverse|take\s+back|put\s+back)\b(?!.*\bhow\b).*",
    re.IGNORECASE,
)
TAKE_BACK = re.compile(
    r"(?:please\s+)?(?:(?:undo|revert|reverse|roll\s+back|take\s+back)(?:\s+(?:that|this|it|them|all|everything|of|the|last|your|my|our|changes?|step|request|writes?|edits?|again|please|what|you|just|did|wrote|changed|made|have))*"
    r"|(?:take|put|roll|turn|set|change)\s+(?:that|this|it|them|everything|all)\s+back(?:\s+(?:again|please|(?:as|how|to\s+how|to\s+what|the\s+way)\s+it\s+was(?:\s+before)?))*)[\s.!?]*",
    re.IGNORECASE,
)
"""Wants what was written just before taken back, as a whole."""
AUTHOR = re.compile(
    r"(?:(?:do\s+(?:you|we)\s+know\s+)?who\s+(?:has\s+|had\s+)?(?:made|created|wrote|written|built|edited|changed|modified|touched|authored|owns?|last\s+\w+ed)\b.*|whose\s+notebooks?\b.*|when\s+(?:was|were|did|has|have)\b.*\b(?:made|created|edited?|modif\w+|chang\w+|touch\w*|saved?)\b.*|(?:who|which\s+\w+)\s+is\s+the\s+(?:author|owner|creator)\b.*)",
    re.IGNORECASE,
)
"""Asks who made or changed something, and when."""
THANKED = re.compile(
    r"(?:.*\b(?:thanks?|thank\s+you|thx|cheers|well\s+done|good\s+job|great\s+work|merci|danke|gracias|grazie)\b.*|(?:never\s+mind|forget\s+it|nothing(?:\s+for\s+now)?|bye|goodbye|see\s+you)\b.*)",
    re.IGNORECASE,
)
"""Thanks and farewells, which ask for nothing."""


BEFORE = re.compile(
    r"(?:what|which)\b.*\b(?:did|have|had)\s+(?:you|we|i)\b.*\b(?:do|done|change[d]?|last|before|earlier|yesterday|so\s+far)\b.*|(?:show|list)\s+(?:me\s+)?(?:your|the|my)\s+(?:last|earlier|previous)\s+(?:threads?|requests?|work)\b.*",
    re.IGNORECASE,
)
"""Asks what was done before."""


def thanked(request: str) -> bool:
    """Whether a request that calls for no workflow only says thanks, or that nothing is wanted."""
    return THANKED.fullmatch(request.strip()) is not None and len(request.split()) <= 25


_DATA = r"(?:prices?|rows?|data|records?|tables?|orders?|figures)"
DELETES_DATA = re.compile(
    rf"(?:please\s+)?(?:delete|remove|erase|wipe|purge|drop)\b[^.;!?]*\b{_DATA}\b.*|[^.;!?]*\b{_DATA}\b[^.;!?]*\b(?:deleted|removed|erased|wiped|purged|dropped)[\s.!]*",
    re.IGNORECASE,
)
"""What no workflow does to data; for a part that calls for no audit of it."""


RUNS_FAILED = re.compile(
    r"(?:(?:re-?)?(?:run|execute|start|try|launch|refresh)|repeat)\b(?=.*\b(?:failed|fails?|failing|broke|broken|crashed|errors?)\b)\s+(?:again\s+)?(?:everything|anything|all|every|each|whatever|those|the\s+ones|the\s+failed|failed|what|the\s+broken\s+(?:ones|notebooks)|(?:the\s+|all\s+)?notebooks)\b.*",
    re.IGNORECASE,
)
"""Wants all notebooks run whose last run failed."""
REACHABLE = re.compile(
    r"(?:so\s+|and\s+|but\s+)?(?:(?:can|could)\s+(?:we|you|i|anyone|it|the|our)\b.*\b(?:reach|reached|ping)\b.*|ping\b.*|(?:test|check)\s+(?:the\s+|our\s+)?connections?\b.*"
    r"|(?:check|test|see|is|are|does|do)\b.*\b(?:reachable|reached|online|offline|respond(?:s|ing)?|alive|up|down)(?:\s+(?:and\s+running|right\s+now|now|today|at\s+the\s+moment|currently))*[\s?.!]*)",
    re.IGNORECASE,
)
"""Asks whether a database answers."""


def reach_asked(text: str, integrations: Sequence[str]) -> bool:
    """Whether it is asked if an integration can be reached, which no tool tells."""
    of_data = names_in(text, integrations) or KIND.search(text) or STORES.search(text)
    return bool(of_data) and REACHABLE.fullmatch(text) is not None


def changes_named(part: str, notebooks: Sequence[str]) -> bool:
    """Whether a part deletes, renames or copies a notebook that it names."""
    return any(
        CHANGES_NAMED.search(part[: each.start])
        and not re.match(r"['’]s\s|[\"”]?\s*(?:block|cell|heading|title)", part[each.end :])
        for each in names_in(part, notebooks)
    )


def foreign(part: str, notebooks: Sequence[str]) -> bool:
    """Whether a part is known to be nothing that a workflow does."""
    named = names_in(part, notebooks)
    return (
        (WORLD.search(part) is not None and not named)
        or FOREIGN.search(part) is not None
        or changes_named(part, notebooks)
    )


UNKNOWN = "None of the workflows does this"


def back_wanted(request: str) -> bool:
    """Whether a request wants nothing but what was written before taken back."""
    said = re.sub(
        r"^(?:(?:no|oh|ok(?:ay)?|oops|hm+|wait|stop|sorry|and|now|then)\b[\s,.!]*)+",
        "",
        POLITE.sub("", request).strip(),
        flags=re.IGNORECASE,
    )
    return TAKE_BACK.fullmatch(said) is not None


def author_asked(text: str, notebooks: Sequence[str]) -> bool:
    """Whether it is asked who made or last changed notebooks, or when: no tool tells it."""
    of_notebooks = names_in(text, notebooks) or re.search(
        r"\b(?:notebooks?|blocks?|nbs?)\b", text, re.IGNORECASE
    )
    return bool(of_notebooks) and AUTHOR.fullmatch(text.strip()) is not None


def outside(request: str) -> str:
    """The sentence about a request that no workflow does."""
    bare = POLITE.sub("", request).strip()
    if UNDO.fullmatch(bare):
        return "What a thread wrote is taken back with `python -m workflows.run --undo THREAD`, and `python -m workflows.runs` lists the threads; a new request takes nothing back"
    if BEFORE.fullmatch(bare):
        return "A new request knows nothing of earlier ones; `python -m workflows.runs` lists them, and `python -m workflows.runs show THREAD` what each did"
    if thanked(request):
        return WELCOME
    if RUNS_FAILED.fullmatch(bare):
        return "A notebook is run by its name, and several are when each is named; “Which notebooks failed last time?” lists those to name"
    if REACHABLE.fullmatch(bare):
        return "No tool tells whether a database can be reached: run a notebook that queries it, and the run says so (ask which notebooks query it)"
    if AUTHOR.fullmatch(bare):
        return "No tool tells who made or changed a notebook, or when; on the machine of the workspace `python -m workspace audit --target ID` lists the calls that named its id, and by whom"
    by_hand = BY_HAND.match(bare)
    if by_hand is not None:
        return f"No workflow does this; it is done on the command line, and the documentation says how: ask “How do I {by_hand.group(1).lower()} {by_hand.group(2) or 'a notebook'}?”"
    if DELETES.search(request) or re.match(
        r"(?:rename|retitle|delete|remove|erase|archive|get\s+rid|throw|dispose|trash|scrap|bin|discard|ditch|duplicate|copy|clone|make\s+(?:an?\s+)?(?:copy|duplicate))\b",
        bare,
        re.IGNORECASE,
    ):
        return f"There is no tool that deletes, renames, copies or archives projects, notebooks and integrations: “{request[:140]}”"
    return f"{UNKNOWN}: “{request[:160]}”"


__all__ = [
    "BEFORE",
    "BY_HAND",
    "DELETES_DATA",
    "FOREIGN",
    "RUNS_FAILED",
    "TAKE_BACK",
    "UNDO",
    "UNKNOWN",
    "WORLD",
    "author_asked",
    "back_wanted",
    "changes_named",
    "foreign",
    "outside",
    "reach_asked",
    "thanked",
]
