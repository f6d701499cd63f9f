"""Ranking short texts by the words of a question (BM25), with the words people use for the same thing."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import bm25s

from agents.rules.wording import FILLER, alike, stem, words_of

K1, B = 1.4, 0.6
VAGUE_VERBS = frozenset(
    [
        "pass",
        "passing",
        "choose",
        "pick",
        "new",
        "add",
        "adding",
        "before",
        "after",
        "while",
        "until",
        "inside",
        "again",
        "else",
        "keep",
        "keeps",
        "kept",
        "store",
        "stored",
        "storing",
        "live",
        "lives",
        "located",
        "available",
        "support",
        "supported",
        "supports",
        "exist",
        "exists",
        "allow",
        "allowed",
        "allows",
        "middle",
        "type",
        "types",
        "kind",
        "kinds",
        "put",
        "puts",
        "place",
        "places",
        "many",
        "much",
        "often",
        "ever",
        "still",
        "already",
        "right",
        "correct",
        "proper",
        "each",
        "may",
        "might",
        "must",
        "be",
        "get",
        "gets",
        "take",
        "takes",
        "give",
        "gives",
        "own",
        "process",
        "gets",
        "someone",
        "somebody",
        "people",
        "person",
        "persons",
        "cover",
        "covered",
        "built",
        "certain",
        "without",
        "within",
        "during",
        "per",
    ]
)
"""Words that a question needs and an answer need not have."""
IGNORED = (
    FILLER
    | VAGUE_VERBS
    | frozenset(
        [
            "how",
            "do",
            "does",
            "can",
            "could",
            "i",
            "you",
            "we",
            "my",
            "your",
            "our",
            "one",
            "what",
            "which",
            "when",
            "where",
            "why",
            "who",
            "is",
            "are",
            "was",
            "there",
            "way",
            "ways",
            "possible",
            "possibly",
            "work",
            "works",
            "deepnote",
            "question",
            "help",
            "please",
            "thing",
            "things",
            "something",
            "anything",
            "using",
            "use",
            "used",
            "user",
            "make",
            "makes",
            "made",
            "let",
            "lets",
            "mean",
            "means",
            "exactly",
            "need",
            "needs",
            "want",
            "wants",
            "like",
            "would",
            "should",
            "really",
            "actually",
            "able",
            "doing",
            "happens",
            "happen",
            "best",
            "easiest",
            "quickly",
            "quick",
            "documentation",
            "docs",
            "doc",
            "article",
            "page",
            "tell",
            "explain",
            "know",
            "understand",
            "guide",
            "tutorial",
            "instructions",
            "steps",
            "step",
            "kind",
            "set",
            "setting",
            "up",
            "get",
            "getting",
            "got",
            "different",
            "difference",
            "between",
            "whether",
            "two",
            "her",
            "him",
            "his",
            "she",
            "he",
            "versus",
            "same",
            "other",
            "compare",
            "compared",
            "if",
            "it's",
            "its",
        ]
    )
)
SAME: tuple[frozenset[str], ...] = tuple(
    frozenset(stem(word) for word in group.split())
    for group in (
        "schedule scheduled scheduling cron timer periodic periodically recurring nightly daily weekly hourly automatically automatic regularly",
        "undo revert rollback",
        "key keys token tokens apikey",
        "delete remove erase drop",
        "integration integrations connection connections connect connecting datasource",
        "postgres postgresql pgsql",
        "run runs running execute executing execution start",
        "stop stopping cancel abort kill pause end",
        "snapshot snapshots history",
        "role roles permission permissions rights access allowed",
        "chart charts plot plots graph graphs visualization visualisation",
        "input inputs parameter parameters variable variables dropdown select checkbox slider",
        "bigquery big-query",
        "login sign signing signin oauth authenticate authentication",
        "model models llm openai anthropic",
        "approve approval approving confirm confirmation",
        "import importing jupyter ipynb",
        "git github",
        "search find",
        "limit limits quota timeout maximum long",
        "error errors fail fails failed failure",
        "sandbox isolation isolated secure security",
        "resume continue crash crashed interrupted killed kill dies died dead reboot",
        "vscode cursor claude codex client clients",
        "audit trail log logs",
        "file files",
        "notebook notebooks",
        "csv parquet",
        "cost price pricing",
        "secret secrets password passwords credential credentials",
        "share sharing invite member members team",
    )
)


@lru_cache(maxsize=4096)
def meaning(word: str) -> str:
    """One name for all words of a group, else the stem; `-ing` and `-ed` are dropped."""
    base = stem(word)
    for group in SAME:
        if base in group:
            return min(group)
    if len(base) >= 7:
        near = next(
            (group for group in SAME for other in group if len(other) >= 7 and alike(base, other)), None
        )
        if near is not None:
            return min(near)
    short = re.sub(r"(?:ating|ation|ing|ed|er|ion)$", "", base)
    short = short if len(short) >= 4 else base
    for group in SAME:
        if short in group or f"{short}e" in group:
            return min(group)
    return short.rstrip("e") if len(short) > 4 else short


def terms(text: str) -> list[str]:
    """The words of a text that say something, each by its meaning."""
    return [
        meaning(part)
        for word in words_of(text.replace("_", " "))
        for part in [re.sub(r"'s?$", "", word.text)]
        if part not in IGNORED
    ]


class Ranked(NamedTuple):
    which: int
    """Place of the text in the list."""
    score: float


class Index:
    """Texts ready to be ranked; each is a list of (text, weight) parts, and a part counts as often as its weight says."""

    def __init__(self, documents: Sequence[Sequence[tuple[str, float]]]) -> None:
        self._texts = [
            [term for text, weight in parts for term in terms(text) for _ in range(round(2 * weight))]
            for parts in documents
        ]
        self._documents = Counter(term for text in self._texts for term in set(text))
        self._ranker = bm25s.BM25(k1=K1, b=B)
        if self._documents:
            self._ranker.index(self._texts, show_progress=False)

    def has(self, term: str) -> bool:
        return term in self._documents

    def known(self, term: str) -> str:
        """The term as the texts have it: itself, or the one that it is a typing mistake of."""
        if term in self._documents or len(term) < 5:
            return term
        return next((other for other in self._documents if len(other) >= 5 and alike(term, other)), term)

    def weight(self, term: str) -> float:
        """How much a term tells; a term that no text has tells most."""
        count = self._documents.get(term, 0)
        return math.log(1 + (len(self._texts) - count + 0.5) / (count + 0.5))

    def rank(self, question: Sequence[str]) -> list[Ranked]:
        """All texts that share a term with the question, the best first."""
        asked = {known for term in question if (known := self.known(term)) in self._documents}
        if not asked:
            return []
        scores = self._ranker.get_scores(sorted(asked))
        found = [Ranked(which, float(score)) for which, score in enumerate(scores) if score > 0]
        return sorted(found, key=lambda ranked: (-ranked.score, ranked.which))


__all__ = ["Index", "Ranked", "meaning", "terms"]
