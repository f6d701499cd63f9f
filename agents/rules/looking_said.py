"""What a question about the workspace says: the names in it apart from its other words, and the words of such questions."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

ANY_DAY = date(2000, 1, 1)
"""For whoever wants to know what a question is about, and not of which days."""
Kind = Literal[
    "everything",
    "notebooks",
    "runs",
    "notebook",
    "says",
    "lacks",
    "sizes",
    "difference",
    "integrations",
    "me",
]
Order = Literal["", "most", "least"]
RunState = Literal["", "failed", "never", "going", "scheduled", "stale"]


class Look(BaseModel):
    """What is to be looked up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    notebooks: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    words: str = ""
    """What is looked for, in the person's words."""
    runs: RunState = ""
    since: date | None = None
    until: date | None = None
    verbatim: Literal["", "sql", "code", "inputs"] = ""
    """Whether the blocks of this kind are wanted as they are."""
    integrations: tuple[str, ...] = ()
    by: Literal["notebook", "project"] = "notebook"
    """What blocks are counted by."""
    order: Order = ""
    """Whether the largest or the smallest is asked for."""


class Names(NamedTuple):
    """What exists, by name."""

    notebooks: Sequence[str]
    projects: Sequence[str]
    integrations: Sequence[str]


class Said(NamedTuple):
    """A question with the names in it apart."""

    text: str
    """In English, without what is only polite; names as they were written."""
    tokens: tuple[str, ...]
    """Its words without the names."""
    notebooks: tuple[str, ...]
    projects: tuple[str, ...]
    integrations: tuple[str, ...]
    names: Names
    """All that exist."""

    def only(self, *vocabularies: frozenset[str]) -> bool:
        allowed = frozenset().union(*vocabularies)
        return all(token in allowed for token in self.tokens)

    def any(self, vocabulary: frozenset[str]) -> bool:
        return any(token in vocabulary for token in self.tokens)


def words(words: str) -> frozenset[str]:
    return frozenset(words.split())


ASK = words(
    "which what whats what's list show name give tell me us are is there do does we i you have has got all the of a an my our in here on at for and "
    "exist exists existing available can could see every any each how many much number count names to know like would want current currently moment now "
    "right full complete inside within under belong belongs their them ones one everything altogether overall display print total please at get that these those this"
)  # fmt: skip
BEGINS = re.compile(
    r"(?:which|what(?:['’]s|s)?|list|show|give|name|how\s+(?:many|much|far|recent|current|up|fresh|old|often)|is|are|do|does|did|have|has|when|where|why|since\s+when|until\s+when|till\s+when|up\s+to\s+when|from\s+when|"
    r"in\s+which|(?:number|count|total)\s+of|notebooks|blocks|cells|projects|charts|compare|who|how\s+(?:do|does|is|are)|from\s+when|until\s+when|summari[sz]e|describe|explain|any|anything|tell|find|search|look\s+for|print|display|count|overview|an?\s+overview|read|open|(?:can|could|may)\s+(?:i|we)\s+see|i\s+(?:want|need|would\s+like)\s+(?:to\s+(?:see|know)|an?\s+(?:list|overview))|all)\b",
    re.IGNORECASE,
)
HOW_TO = re.compile(
    r"\bwhat(?:['’]s|\s+is|\s+are)\s+(?:an?\s+)?(?:notebooks?|projects?|tables?|columns?|runs?)$|\bhow\s+(?:do|can|could|should|to|would|is|are|does)\b|\b(?:can|could|may|should|must|will|would)\s+(?:you|it|they|he|she|someone|somebody|a|an|the)\b|\b(?:can|could|may|should)\s+(?:i|we)\s+(?!see\b)",
    re.IGNORECASE,
)
NOTEBOOK = words("notebook notebooks notebok notbook notebooks' nb nbs")
PROJECT = words("project projects")
WORKSPACE = words("workspace here everything overview")
DATA = words("data dataset datasets table tables column columns field fields schema rows database databases")
RUN = words(
    "run runs ran running executed execution executions failed fail fails failing failure failures broken broke error errors crash crashed crashes success "
    "successful successfully succeeded succeed status state stopped queue queued pending waiting scheduled schedule schedules"
)
FAILED = words("failed fail fails failing failure failures broken broke error errors crash crashed crashes")
GOING = words("running queue queued pending waiting")
SCHEDULED = words("scheduled schedule schedules")
STATE = (
    FAILED
    | GOING
    | words("when status state success successful successfully succeeded succeed ever never why")
)
TIME = words(
    "last latest recent recently most lately ago today yesterday tonight night morning week weeks month months year years day days hours this past since "
    "while long time times ever never yet not haven't hasn't havent hasnt didn't weren't been was were still did its by when date why who's "
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep oct nov dec "
    "monday tuesday wednesday thursday friday saturday sunday anything something nothing until before after newest oldest first"
)
SAYS = words(
    "summarize summarise summary describe explain overview outline structure blocks block cells cell code sql query queries notes text purpose about contain contains "
    "content contents look looks read open works work calculate calculates compute computes made consist consists inputs input parameters looking at mean for doing"
)
