"""Which notebook a person means; asked by every workflow that works on one."""

import re
from collections.abc import Collection, Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agents.asks.material import lines
from agents.questions import Answer, Question
from agents.rules.wording import alike, name_words, names_in, quoted


class NotebookCard(BaseModel):
    """A notebook that exists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    project: str = ""

    @property
    def called(self) -> str:
        """What a person can call it without being misunderstood."""
        return f"{self.name} (project {self.project})" if self.project else self.name


class NotebookChoice(Answer):
    reason: str = Field(default="", max_length=200)
    """The words of the request that name the notebook, and why they mean this one."""
    notebook_id: str = ""
    """Id of the notebook that is meant; empty when none is, or when several could be."""
    candidates: list[str] = Field(default_factory=list, max_length=8)
    """When several could be meant: their ids. When the named one does not exist: ids of similar ones."""
    exists: bool = True
    """False when the request names a notebook that is not in the list."""
    mention: str = Field(default="", max_length=200)
    """The very words of the request by which the notebook is named, copied; empty when it names none."""


GENERIC = frozenset({"notebook", "run", "changes", "change", "note", "notes", "data", "test", "imports", "import", "top", "block", "blocks", "untitled", "scratch"})  # fmt: skip


class WhichNotebook(Question[NotebookChoice]):
    """Which of the notebooks that exist does the request mean?"""

    name: ClassVar[str] = "notebooks.which"
    budget: ClassVar[int] = 6000

    request: str
    notebooks: list[NotebookCard]

    def material(self) -> dict[str, str]:
        return {
            "request": self.request,
            "notebooks": lines((card.id, f"{card.name} · project {card.project}") for card in self.notebooks),
        }

    def settled(self) -> NotebookChoice | None:
        """One notebook whose name stands in the request letter by letter needs no judgement."""
        return exactly_named(self.request, self.notebooks)

    def closed(self) -> Mapping[str, Collection[str]]:
        ids = [card.id for card in self.notebooks]
        return {"notebook_id": ["", *ids], "candidates": ids}

    def deed(self, answer: NotebookChoice) -> object:
        return answer.notebook_id or None if answer.exists else None

    def in_words(self, answer: NotebookChoice) -> str:
        names = {card.id: f"{card.name} ({card.id})" for card in self.notebooks}
        similar = ", ".join(names.get(each, each) for each in answer.candidates)
        if not answer.exists:
            return f"The request names a notebook that does not exist: {answer.mention!r}. Similar: {similar or 'none'}."
        if answer.notebook_id:
            return f"{answer.mention!r} means {names.get(answer.notebook_id, answer.notebook_id)}."
        return f"Several could be meant: {similar}." if similar else "The request names no notebook."

    def problems(self, answer: NotebookChoice) -> list[str]:
        known = {card.id for card in self.notebooks}
        wrong = [
            f"{given!r} is not the id of a listed notebook."
            for given in [answer.notebook_id, *answer.candidates]
            if given and given not in known
        ]
        if answer.mention and answer.mention not in self.request:
            wrong.append("`mention` has to be copied from the request.")
        return wrong

    @classmethod
    def sample(cls) -> "WhichNotebook":
        cards = [
            NotebookCard(id="n1", name="Monthly KPIs", project="Reporting"),
            NotebookCard(id="n2", name="Weekly KPIs", project="Reporting"),
        ]
        return cls(request="Run the monthly numbers and tell me what changed.", notebooks=cards)


ALL = re.compile(
    r"\b(?:everything(?!\s+(?:that|which|under|below|above|after|before|about|else|to|at)\b)|all\s+(?:(?:of\s+)?(?:the|my|our|its|their)\s+)?(?:\w+\s+)?note?books|every\s+(?:single\s+)?(?:one\s+of\s+)?(?:the\s+|my\s+|our\s+)?note?books?|each\s+(?:of\s+the\s+)?note?books?|the\s+whole\s+project|alle\s+notebooks|tous\s+les\s+notebooks|todos\s+los\s+(?:notebooks|cuadernos))\b",
    re.IGNORECASE,
)
_LIKE_ALL = re.compile(
    r"\b(?:like|as|same\s+as|just\s+as|similar\s+to|consistent\s+with)\s+(?:(?:it\s+is|we\s+(?:do|have\s+(?:it|them)?))\s+)?(?:in|on|for|with)?\s*$",
    re.IGNORECASE,
)
"""What stands before `all our notebooks` where they are only what the one is compared with."""


_RUNS = re.compile(
    r"\b(?:(?:re-?)?run|execute|refresh|start|launch|update|recompute|process|check|audit|inspect|test|compare|open|do|tidy(?:\s+up)?|clean(?:\s+up)?)\s+(?:me\s+|absolutely\s+|simply\s+|just\s+)*$",
    re.IGNORECASE,
)


_INSIDE = re.compile(
    r"\s+(?:in|of|inside|within|from)\s+(?:the\s+|our\s+|my\s+)?[\"“„«'‘`]?(?P<rest>.*)", re.DOTALL
)


def all_said(request: str, notebooks: list[NotebookCard]) -> bool:
    """Whether the request is about every notebook: not where they are compared with, in quotation marks, or `everything in` one that is named."""
    quotations = [(start, end) for _, start, end in quoted(request)]
    names = [card.name for card in notebooks]
    for match in ALL.finditer(request):
        before, behind = request[: match.start()], request[match.end() :]
        if any(start <= match.start() < end for start, end in quotations):
            continue
        if _LIKE_ALL.search(before):
            continue
        if re.search(r"\b(?:leave|keep|let|leaving|keeping)\s+$", before, re.IGNORECASE):
            continue  # what shall stay
        if match.group().lower() == "everything":
            beside = names_in(request, names, generic=GENERIC)
            if not _RUNS.search(before) and any(named.how == "exact" for named in beside):
                continue  # beside a notebook that is named it is what that one holds
            inside = _INSIDE.match(behind)
            held = names_in(inside["rest"], names) if inside is not None else []
            if any(named.start == 0 and named.how == "exact" for named in held):
                continue
        return True
    return False


SEVERAL = "several notebooks are named, and one request works on one"


def project_said(request: str, notebooks: list[NotebookCard]) -> str:
    """The project that the request names as one: `in the Markets project`, `project "Labour market"`; empty when it names none."""
    projects = list(dict.fromkeys(card.project for card in notebooks if card.project))
    word = r"(?:projects?|projekt\w*|projets?|proyectos?|progetto|projeto)"
    notebook_names = [
        named for named in names_in(request, [card.name for card in notebooks]) if named.how == "exact"
    ]
    inside = [(start, end) for _, start, end in quoted(request)]
    for named in names_in(request, projects):
        if any(start + 1 < named.start and named.end < end for start, end in inside):
            continue  # a word of a quoted text
        before, after = request[: named.start], request[named.end :]
        apart = not any(own.start < named.end and named.start < own.end for own in notebook_names)
        if (
            apart
            and named.how == "exact"
            and re.search(r"\b(?:in|within|inside)\s+(?:the\s+)?[\"“„«'‘]?$", before, re.IGNORECASE)
        ):
            return projects[named.which]
        if re.match(rf"[\"”“»«'’]?\s*{word}\b", after, re.IGNORECASE) or re.search(
            rf"\b{word}\s+(?:called\s+|named\s+)?[\"“”„«»'‘]?\s*$", before, re.IGNORECASE
        ):
            return projects[named.which]
    return ""


def exactly_named(request: str, notebooks: list[NotebookCard]) -> NotebookChoice | None:
    """The choice when exactly one notebook is named letter by letter, by the project's name too where that decides."""
    if project_said(request, notebooks) or all_said(request, notebooks):
        return None
    found = [
        named
        for named in names_in(request, [card.name for card in notebooks], generic=GENERIC)
        if named.how == "exact"
    ]
    inside = [(start, end) for _, start, end in quoted(request)]
    apart = [
        named
        for named in found
        if not any(
            start + 1 < named.start < end or (start < named.start and named.end < end - 1)
            for start, end in inside
        )
    ]
    found = apart or found  # a text in quotation marks may speak of another notebook
    if not found:
        return None
    longest = max(named.end - named.start for named in found)
    places = {(named.start, named.end) for named in found}
    cards = [notebooks[named.which] for named in found]
    mention = request[found[0].start : found[0].end]
    beside = _said_beside(request, found[0].start, cards[0], notebooks)
    if beside:
        return NotebookChoice(
            reason=SEVERAL,
            candidates=[cards[0].id, *(card.id for card in beside)][:8],
            mention=mention,
        )
    turned = (
        _said_the_other_way_round(request, found[0].start, cards[0], notebooks) if len(places) == 1 else []
    )
    if turned:
        named, start = turned[0]
        return NotebookChoice(
            reason="its name, the other way round",
            notebook_id=named.id if len(turned) == 1 else "",
            candidates=[card.id for card, _ in turned] if len(turned) > 1 else [],
            mention=request[start : found[0].end],
        )
    if len(places) == 1 and len(cards) == 1:
        return NotebookChoice(reason="named exactly", notebook_id=cards[0].id, mention=mention)
    in_project = [
        card
        for card in cards
        if any(named.how == "exact" for named in names_in(request, [card.project]))
        and card.project != card.name
    ]
    if len(in_project) == 1 and len(places) == 1:
        return NotebookChoice(
            reason="named exactly, with its project", notebook_id=in_project[0].id, mention=mention
        )
    if len(places) == 1 and longest:
        return NotebookChoice(
            reason="several notebooks have this name",
            candidates=[card.id for card in (in_project or cards)[:8]],
            mention=mention,
        )
    return None


def _said_the_other_way_round(
    request: str, start: int, card: NotebookCard, notebooks: list[NotebookCard]
) -> list[tuple[NotebookCard, int]]:
    """Notebooks that `the archive of the Monthly KPIs` names with the words behind a shorter name, and where that begins."""
    before = re.search(
        r"([\w-]+)\s+(?:(?:of|for|from|about)\s+)?(?:(?:the|our|my|all)\s+)?[\"“«]?$",
        request[:start],
        re.IGNORECASE,
    )
    if before is None:
        return []
    own = name_words(card.name)
    found = []
    for other in notebooks:
        more = list(name_words(other.name))
        if all(word in more for word in own):
            for word in own:
                more.remove(word)
            if len(more) == 1 and alike(before.group(1).lower(), more[0]):
                found.append((other, before.start()))
    return found


def _said_beside(
    request: str, start: int, card: NotebookCard, notebooks: list[NotebookCard]
) -> list[NotebookCard]:
    """Other notebooks that `the weekly and monthly KPIs` names with the first word of the pair."""
    pair = re.search(
        r"([\w-]+)\s*(?:and|&|or|\+|,|und|et|y)\s+(?:the\s+)?[\"“«]?$", request[:start], re.IGNORECASE
    )
    if pair is None:
        return []
    own = name_words(card.name)
    return [
        other
        for other in notebooks
        if other.id != card.id
        and (theirs := name_words(other.name))
        and theirs[-1:] == own[-1:]
        and alike(pair.group(1).lower(), theirs[0])
    ]


__all__ = [
    "ALL",
    "SEVERAL",
    "NotebookCard",
    "NotebookChoice",
    "WhichNotebook",
    "all_said",
    "exactly_named",
    "project_said",
]
