"""Reading a person's sentence: words with their places, quoted phrases, and which of many names is meant.

Names match exactly, then closely (typing mistakes, plural), then by the words that the person uses for them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

QUOTES = re.compile(
    '"([^"\n]+)"|“([^”\n]+)[”“]|„([^“”\n]+)[“”]|«\\s*([^»\n]+?)\\s*»|»\\s*([^«\n]+?)\\s*«|‹\\s*([^›\n]+?)\\s*›|「([^」\n]+)」|『([^』\n]+)』|《([^》\n]+)》'
    "|`([^`\n]+)`|(?<!\\w)'([^'\n]+)'(?!\\w)|(?<!\\w)‘([^’\n]+)’(?!\\w)"
)
FILLER = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "my",
        "our",
        "your",
        "their",
        "its",
        "it",
        "i",
        "we",
        "you",
        "me",
        "us",
        "to",
        "of",
        "in",
        "on",
        "at",
        "for",
        "from",
        "by",
        "with",
        "and",
        "or",
        "then",
        "also",
        "please",
        "pls",
        "plz",
        "kindly",
        "can",
        "could",
        "would",
        "will",
        "shall",
        "should",
        "want",
        "wants",
        "wanted",
        "like",
        "need",
        "needs",
        "let",
        "lets",
        "let's",
        "just",
        "now",
        "again",
        "once",
        "more",
        "time",
        "today",
        "hey",
        "hi",
        "hello",
        "thanks",
        "thank",
        "ok",
        "okay",
        "so",
        "go",
        "ahead",
        "do",
        "does",
        "did",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "have",
        "has",
        "had",
        "what",
        "whats",
        "what's",
        "which",
        "who",
        "how",
        "where",
        "when",
        "why",
        "there",
        "here",
        "up",
        "out",
        "off",
        "if",
        "as",
        "not",
        "no",
        "any",
        "all",
        "some",
        "one",
        "about",
        "into",
        "onto",
        "over",
        "under",
        "tell",
        "show",
        "say",
        "see",
        "know",
        "give",
        "get",
        "report",
        "explain",
        "describe",
        "summarize",
        "summarise",
        "summary",
        "check",
        "look",
        "find",
    ]
)
NOTEBOOK_WORDS = frozenset({"notebook", "notebooks", "notebok", "notbook", "nb", "notebook's", "cuaderno", "carnet", "notizbuch", "libreta"})  # fmt: skip


class Word(NamedTuple):
    text: str
    """Case-folded, without accents."""
    start: int
    end: int


def folded(text: str) -> str:
    """Case-folded, width and accents dropped, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words_of(text: str) -> list[Word]:
    """Words and numbers with their places; `KPI's` is one word, `NASDAQ/S&P` three."""
    found = re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", text)
    return [Word(folded(re.sub("['’]", "'", match.group())), match.start(), match.end()) for match in found]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without plural and possessive endings; crude, but the same for both sides of a comparison."""
    word = re.sub(r"'s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(?:ss|x|ch|sh)es$", word):
        return word[:-2]
    return (
        word[:-1]
        if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "sis", "xis", "tis"))
        else word
    )


def quoted(text: str) -> list[tuple[str, int, int]]:
    """Phrases in quotation marks of any language, with the place of the whole quotation."""
    return [
        (next(group for group in match.groups() if group is not None).strip(), match.start(), match.end())
        for match in QUOTES.finditer(text)
    ]


def alike(a: str, b: str) -> bool:
    """Whether two words are one word, typing mistakes and plural aside."""
    a, b = stem(a), stem(b)
    if a == b:
        return True
    if min(len(a), len(b)) < 4 or a[0] != b[0] or any(char.isdigit() for char in a + b):
        return min(len(a), len(b)) >= 5 and sorted(a) == sorted(b) and not any(char.isdigit() for char in a)
    return int(OSA.distance(a, b)) <= (1 if min(len(a), len(b)) < 8 else 2)


How = Literal["exact", "close", "words"]


class Named(NamedTuple):
    """One candidate that the text names."""

    which: int
    """Its place in the list of candidates."""
    how: How
    start: int
    """Where in the text it is named."""
    end: int
    score: float


def name_words(name: str) -> list[str]:
    return [word.text for word in words_of(name)]


def names_in(text: str, names: Sequence[str], *, generic: frozenset[str] = frozenset()) -> list[Named]:
    """Candidates that the text names exactly or closely, the best place of each; a name inside a longer one is left out.

    `generic` are words that, alone, name nothing: a notebook called `Data` is only meant where it is quoted.
    """
    said = words_of(text)
    in_quotes = {(start, end): folded(phrase) for phrase, start, end in quoted(text)}
    found: list[Named] = []
    for index, name in enumerate(names):
        best = _best_place(text, said, name, in_quotes, generic)
        if best is not None:
            found.append(best._replace(which=index))
    exact = [named for named in found if named.how == "exact"]
    kept = [
        named
        for named in found
        if not any(
            _inside(named, other) for other in found if other is not named and other.score >= named.score - 5
        )
        and not (named.how == "close" and any(_touch(named, other) for other in exact))
    ]
    return sorted(kept, key=lambda named: -named.score)


def _inside(named: Named, other: Named) -> bool:
    return (
        other.start <= named.start
        and named.end <= other.end
        and other.end - other.start > named.end - named.start
    )


def _touch(a: Named, b: Named) -> bool:
    return a.start < b.end and b.start < a.end


_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{2}")
"""Scripts that put no spaces between words (Thai, Lao, Khmer, Japanese, Chinese): a name stands anywhere in a sentence."""


def _best_place(
    text: str, said: Sequence[Word], name: str, in_quotes: dict[tuple[int, int], str], generic: frozenset[str]
) -> Named | None:
    own = name_words(name)
    if not own:
        return (
            Named(0, "exact", text.find(name), text.find(name) + len(name), 100.0)
            if name and name in text
            else None
        )
    for (start, end), phrase in in_quotes.items():
        if [word.text for word in words_of(phrase)] == own:
            return Named(0, "exact", start, end, 100.0)
    if _UNSPACED.search(name) and name in text:
        return Named(0, "exact", text.find(name), text.find(name) + len(name), 100.0)
    weak = all(word in generic or word in FILLER for word in own)
    count = len(own)
    for place in range(len(said) - count + 1):
        window = said[place : place + count]
        if [word.text for word in window] == own and not (weak and not _marked(said, place, count)):
            return Named(0, "exact", window[0].start, window[-1].end, 100.0)
    return None if weak else _close_place(said, own)


def _marked(said: Sequence[Word], place: int, count: int) -> bool:
    """Whether the word `notebook` stands right behind the name, or `called` before it."""
    after = said[place + count].text if place + count < len(said) else ""
    before = said[place - 1].text if place else ""
    return after in NOTEBOOK_WORDS or before in {"called", "named", "notebook"}


def _close_place(said: Sequence[Word], own: Sequence[str]) -> Named | None:
    target = "".join(own)
    stems = [stem(word) for word in own]
    best: Named | None = None
    for size in {max(1, len(own) - 1), len(own), len(own) + 1}:
        for place in range(len(said) - size + 1):
            window = said[place : place + size]
            texts = [word.text for word in window]
            if size == len(own) and all(alike(a, b) for a, b in zip(texts, own, strict=True)):
                score = 96.0 if [stem(word) for word in texts] == stems else 90.0
            elif (
                len(target) >= 6
                and not _digits_differ(texts, own)
                and "".join(stem(word) for word in texts) == "".join(stems)
            ):
                score = 95.0  # `month lyKPIs`: the same letters, spaced otherwise
            elif (
                len(target) >= 8
                and size == len(own)
                and not _digits_differ(texts, own)
                and _few_slips(texts, own)
            ):
                score = 86.0
            else:
                continue
            if best is None or score > best.score:
                best = Named(0, "close", window[0].start, window[-1].end, score)
    return best


def _few_slips(texts: Sequence[str], own: Sequence[str]) -> bool:
    return all(
        alike(a, b)
        or (len(b) >= 4 and not any(char.isdigit() for char in a + b) and int(OSA.distance(a, b)) <= 1)
        or (len(b) >= 6 and abs(len(a) - len(b)) <= 1 and fuzz.ratio(a, b) >= 78)
        for a, b in zip(texts, own, strict=True)
    )


def _digits_differ(texts: Iterable[str], own: Iterable[str]) -> bool:
    # `KPIs 2024` is not a slip of the pen for `KPIs 2023`.
    return re.sub(r"\D", "", "".join(texts)) != re.sub(r"\D", "", "".join(own))


def by_words(phrase: str, names: Sequence[str], besides: Sequence[str] | None = None) -> list[Named]:
    """Candidates whose words cover every word that says something in the phrase, best first.

    `besides` holds for each candidate further words that it may be called by, for example its project.
    """
    said = [word for word in words_of(phrase) if word.text not in FILLER | NOTEBOOK_WORDS | {"per", "each"}]
    if not said:
        return []
    found = []
    for index, name in enumerate(names):
        own = name_words(name)
        more = name_words(besides[index]) if besides else []
        if not all(any(alike(word.text, each) for each in [*own, *more]) for word in said):
            continue
        hits = sum(any(alike(word.text, each) for each in own) for word in said)
        if hits == 0:
            continue
        share = hits / max(1, len([word for word in own if word not in FILLER]))
        found.append(Named(index, "words", said[0].start, said[-1].end, 50 + 30 * min(1.0, share)))
    return sorted(found, key=lambda named: -named.score)


def nearest(phrase: str, names: Sequence[str], count: int = 3) -> list[str]:
    """The names most like the phrase, for offering."""
    ranked = sorted(
        ((fuzz.WRatio(folded(phrase), folded(name)), name) for name in dict.fromkeys(names)),
        key=lambda pair: -pair[0],
    )
    return [name for score, name in ranked[:count] if score >= 45]


def share_said(request: str, text: str) -> float:
    """How much of a text's words, 0 to 1, stand in the request, filler aside. A text without such words counts as said."""
    said = [word.text for word in words_of(request)]
    own = [word.text for word in words_of(text) if word.text not in FILLER]
    return sum(any(alike(word, each) for each in said) for word in own) / len(own) if own else 1.0


def without(text: str, start: int, end: int) -> str:
    """The text with one mention taken out, together with the words that only lead to it: `in the … notebook,`."""
    owned = re.match(r"[\"”“»«'’`]?(?:\s*note?book)?['’]s?\s+(?=[a-z])", text[end:]) or (
        re.match(r"\s+(?=[a-z])", text[end:]) if re.search(r"['’]s$", text[start:end]) else None
    )
    if owned is None and re.search(r"\b(?:the|our|my)\s+$", text[:start], re.IGNORECASE):
        owned = re.match(
            r"\s+(?=(?:intro\w*|headings?|titles?|headline|quer(?:y|ies)|charts?|graph|plot|calculations?|code|callout|inputs?|slider|checkbox|findings)\b)",
            text[end:],
        )
    if owned is not None and not re.search(r"[\"“„«'‘`]\s*$", text[:start]):
        lead = re.sub(r"\b(?:the|my|our|this|that)\s+$", "", text[:start], flags=re.IGNORECASE)
        return re.sub(r"\s+", " ", f"{lead}the {text[end + owned.end() :]}").strip()
    before = re.sub(
        r"(?:\b(?:in|of|from|on|inside|within|for|at|open|take|into|to|dans|im|en|nel|del|du|de|em|v|ve)\s+)?(?:\b(?:the|my|our|this|that|a)\s+)?(?:\b(?:note?book|page|one)\s+(?:(?:that\s+is|that['’]s|which\s+is)\s+)?(?:called|named|titled)\s+)?[\"“„«»'‘`]?\s*$",
        "",
        text[:start],
        flags=re.IGNORECASE,
    )
    after = re.sub(
        r"^(?:['’]s(?=\s))?[\"”“»«'’`]?\s*(?:note?book\b[\"”]?)?(?:\s*[,:;](?=\s))?",
        "",
        text[end:],
        flags=re.IGNORECASE,
    )
    colon = re.match(r"[\"”“»«'’`]?\s*(?:note?book\b)?[\"”]?\s*:(?=\s)", text[end:], re.IGNORECASE)
    comma = re.match(r"[\"”“»«'’`]?\s*(?:note?book\b)?[\"”]?\s*[,;](?=\s)", text[end:], re.IGNORECASE)
    parted = (
        len(before.split()) > 1 and re.search(r"[\w\"”»’']\s*$", before) is not None
    )  # two wishes, or a wish and its lead
    sign = ":" if colon else "," if comma and parted else ""
    joined = f"{before.rstrip() if sign else before}{sign} {after}" if before.strip() else after
    return re.sub(r"\s+", " ", joined).strip()
