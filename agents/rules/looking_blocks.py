"""Questions about what notebooks are made of: how many blocks, what one lacks, what its inputs are set to, how two differ; and about integrations."""

import re
from datetime import date

from agents.rules.ask_clause import KIND
from agents.rules.looking_said import ASK, HOW_TO, NOTEBOOK, PROJECT, WORKSPACE, Look, Order, Said, words
from agents.rules.notebooks import thing_named
from agents.rules.wording import by_words

COUNT = words(
    "per by most fewest least more less fewer than so biggest largest longest smallest shortest big large long size sizes total average altogether"
)
BLOCK = words("block blocks cell cells")
KINDS = words(
    "code text markdown chart charts plot plots graph graphs visualization visualizations visualisations input inputs slider sliders image images"
)
COUNTED = re.compile(
    r"\b(?:how\s+(?:many|big|large|long)|numbers?|count|total|per|most|fewest|least|biggest|largest|longest|smallest|shortest|sizes?)\b",
    re.IGNORECASE,
)
MOST = re.compile(r"\b(?:most|biggest|largest|longest)\b", re.IGNORECASE)
LEAST = re.compile(r"\b(?:fewest|least|smallest|shortest)\b", re.IGNORECASE)
LACKS = re.compile(
    r"(?:(?:which|what|list|show|find|give|name|tell|how\s+many|are\s+there|is\s+there|do\s+we\s+have)\s+(?:me\s+|us\s+)?)?(?:(?:of|all|any|every|each|an?|the|our)\s+)*notebooks?\s+(?:of\s+ours\s+)?(?:(?:are\s+there\s+)?(?:that|which)\s+)?(?:still\s+)?"
    r"(?:(?:has|have|having|contains?|with|shows?|got)\s+(?:no|not\s+(?:an?|any|one))|(?:do|does)(?:\s+not|n['’]t)\s+(?:yet\s+|even\s+)?(?:have|contain|show|hold|include|use|import|mention)(?:\s+(?:an?|any|the))?|without(?:\s+(?:an?|any))?|lack(?:s|ing)?(?:\s+(?:an?|any))?|(?:are|is)\s+missing(?:\s+(?:an?|any))?)\s+(?P<x>.+)",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"\b(?:runs?|schedul\w*|integrations?|databases?|connections?|owners?|authors?)\b", re.IGNORECASE
)
"""What blocks do not tell."""
DEFAULT = re.compile(
    r"\b(?:by\s+default|defaults?|pre-?set|out\s+of\s+the\s+box|(?:if|when|unless|as\s+long\s+as)\s+(?:nobody|no\s+one|nothing|somebody|someone|anyone|i|you|we|one|it)\b[^,]*\b(?:chang\w*|set|sets|touch\w*|says?|told|pick\w*|choos\w*)|without\s+(?:chang|sett|touch)ing\b.*)",
    re.IGNORECASE,
)
INPUTS = re.compile(
    r"\b(?:inputs?|parameters?|settings?|sliders?|dropdowns?|checkbox(?:es)?|knobs?)\b|\b(?:can|could|may)\s+(?:i|we|one|be)\s+(?:\w+\s+)?(?:choose|chosen|pick(?:ed)?|select(?:ed)?|set)\b|\bset\s+to\b",
    re.IGNORECASE,
)
DIFFER = re.compile(
    r"(?:what(?:['’]s|\s+(?:is|are))|explain|describe|tell(?:\s+me)?|show(?:\s+me)?)\s+(?:is\s+)?the\s+differences?\s+between\s+(?:the\s+)?(?:notebooks\s+)?(?P<a>.+?)\s+and\s+(?P<b>.+)"
    r"|(?:how|in\s+what(?:\s+way)?)\s+(?:do|does|is|are)\s+(?:the\s+)?(?:notebooks\s+)?(?P<c>.+?)\s+(?:and\s+(?P<d>.+?)\s+differ(?:ent)?(?:\s+from\s+(?:each\s+other|one\s+another))?|differ(?:ent)?\s+from\s+(?P<e>.+))"
    r"|compare\s+the\s+(?:two\s+)?notebooks\s+(?P<f>.+?)\s+(?:and|with|to)\s+(?P<g>.+)",
    re.IGNORECASE,
)
SAME_NAME = re.compile(
    r"\s+(?:of|with|by)\s+(?:the|a)\s+(?:same|similar|like)\s+name$|\s+notebooks?$", re.IGNORECASE
)
STORE = words(
    "integration integrations connection connections database databases db dbs warehouse warehouses source sources"
)
DATED = words(
    "updated update changed change touched added created made set up connected edited modified refreshed last first lately recently newest oldest since date dates was were been did"
)
TYPED = words("kind kinds type types sort sorts")


def bare(said: str) -> str:
    """What is looked for, without articles and without what only says where and since when."""
    text = said.strip(" .?!\"'“”")
    while (shorter := _AROUND.sub("", text)) != text:
        text = shorter
    return text


_AROUND = re.compile(
    r"^(?:the|our|an?|any|some|all)\s+|\s+(?:in\s+(?:it|them|there|here|any|any\s+of\s+them|(?:the|our|this)\s+workspace)|at\s+all|yet|so\s+far|somewhere|anywhere|please|inside)$",
    re.IGNORECASE,
)


def ordered(said: Said) -> Order:
    """Whether the largest or the smallest is asked for."""
    return "most" if MOST.search(said.text) else "least" if LEAST.search(said.text) else ""


def lacking(said: Said, _today: date) -> Look | None:
    """Which notebooks are without something."""
    match = LACKS.fullmatch(said.text)
    if match is None or said.notebooks or said.integrations or ELSEWHERE.search(match["x"]):
        return None
    return Look(kind="lacks", words=bare(match["x"]), projects=said.projects)


def sizes(said: Said, _today: date) -> Look | None:
    """How many blocks notebooks or projects have."""
    if HOW_TO.search(said.text) or not COUNTED.search(said.text):
        return None
    if not said.only(ASK, NOTEBOOK, PROJECT, WORKSPACE, COUNT, BLOCK, KINDS):
        return None
    large = said.any(NOTEBOOK) and bool(ordered(said)) and not said.any(PROJECT)
    if not said.any(BLOCK | KINDS) and not large:
        return None
    kind = next((token for token in said.tokens if token in KINDS), "")
    by_project = said.any(PROJECT) and not said.any(NOTEBOOK)
    return Look(
        kind="sizes", words=kind, notebooks=said.notebooks, projects=said.projects, order=ordered(said),
        by="project" if by_project else "notebook",
    )  # fmt: skip


def inputs(said: Said, _today: date) -> Look | None:
    """What a notebook's inputs are, and what they are set to."""
    if len(said.notebooks) != 1 or HOW_TO.match(said.text) or said.any(words("run runs ran changed last")):
        return None
    if not (DEFAULT.search(said.text) or INPUTS.search(said.text)):
        return None
    return Look(kind="notebook", notebooks=said.notebooks, verbatim="inputs")


def difference(said: Said, _today: date) -> Look | None:
    """How two notebooks differ."""
    match = DIFFER.fullmatch(said.text)
    if match is None:
        return None
    sides = [SAME_NAME.sub("", side) for side in match.groups() if side]
    meant = [thing_named(side, said.names.notebooks) for side in sides]
    if len(meant) != 2 or not all(meant) or meant[0] == meant[1]:
        return None
    return Look(kind="difference", notebooks=(meant[0], meant[1]))


def integrations(said: Said, _today: date) -> Look | None:
    """Which integrations there are, of what kind, and when they were made and changed."""
    also_notebooks = not set(said.notebooks) <= set(said.integrations) or (
        said.notebooks and not said.any(STORE)
    )
    if also_notebooks or said.projects or HOW_TO.search(said.text):
        return None
    kinds = {match.group().casefold() for match in KIND.finditer(said.text)}
    if not all(
        token in ASK | STORE | DATED | TYPED | words("when") or token in kinds for token in said.tokens
    ):
        return None
    by_kind = [fits[0].which for kind in kinds if len(fits := by_words(kind, said.names.integrations)) == 1]
    meant = tuple(dict.fromkeys([*said.integrations, *(said.names.integrations[which] for which in by_kind)]))
    dated = "when" in said.tokens and said.any(DATED)
    counts = re.match(r"(?:number|count|total)\s+of\b", said.text, re.IGNORECASE) and said.any(STORE)
    typed = said.any(TYPED) and (bool(meant) or said.any(STORE))
    if not (counts or ((dated or typed) and (meant or said.any(STORE)))):
        return None
    return Look(kind="integrations", integrations=meant)


__all__ = ["COUNT", "bare", "difference", "inputs", "integrations", "lacking", "ordered", "sizes"]
