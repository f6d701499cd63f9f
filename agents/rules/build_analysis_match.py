"""Which tables, columns and values a request names, and which of its subjects no table holds."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from agents.asks.build_analysis import ColumnCard, Missing, TableCard
from agents.asks.tables import joined
from agents.rules.build_analysis_aliases import aliased
from agents.rules.build_analysis_grammar import WHOLES
from agents.rules.build_analysis_words import ELSEWHERE, GENERAL, PLACES, TOPICS, corrected, plain, words

_TOKEN = re.compile(r"[^\W_]+|&", re.UNICODE)
_LOOSE = frozenset(
    {"composite", "index", "average", "inc", "corp", "ltd", "plc", "co", "group", "industrial"}
)


class ValueMatch(NamedTuple):
    table: TableCard
    column: ColumnCard
    value: str
    said: str
    exact: bool
    """False when the numbers differ: `S&P 100` is not `S&P 500`."""


class Scored(NamedTuple):
    table: TableCard
    score: float
    because: frozenset[str]
    """Words of the request that speak for the table."""


_LINKS = frozenset({"and", "or", "the", "vs", "versus", "with", "und", "oder", "et", "ou", "y"})
"""Words that a value may hold, but that none begins or ends with."""


@lru_cache(maxsize=20_000)
def _split(text: str) -> tuple[str, str]:
    """Letters and digits of a name, apart: `S&P 500` is `sp` and `500`."""
    tokens = [plain(token) for token in _TOKEN.findall(text) if token != "&"]
    compact = "".join(token for token in tokens if token not in _LOOSE and token != "and")
    return re.sub(r"\d", "", compact), re.sub(r"\D", "", compact)


def values_named(text: str, tables: Sequence[TableCard]) -> list[ValueMatch]:
    """Category values that the text names, exactly or but for a number; of overlapping ones the longest."""
    tokens = [(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]
    found: dict[tuple[str, str], ValueMatch] = {}
    for table in tables:
        for column in table.of("category"):
            for value in column.values:
                match = _value_in(text, tokens, value)
                if match is not None:
                    said, exact = match
                    known = found.get((table.ref, value))
                    if known is None or exact:
                        found[table.ref, value] = ValueMatch(table, column, value, said, exact)
    matches = list(found.values())
    renamed = _by_alias(text, tables, matches)
    matches = [match for match in matches if not _within(match.said, renamed, text)] + renamed
    matches += _by_one_word(text, tables, matches)
    exactly = {(match.table.ref, plain(match.said)) for match in matches if match.exact}
    return [match for match in matches if match.exact or (match.table.ref, plain(match.said)) not in exactly]


_UNWANTED = re.compile(
    r"\s*(?:is |are |was |were |be )?(?:not (?:needed|wanted|required|necessary|of interest|interesting|included)|(?:can|may|should|to) be (?:left out|ignored|skipped|excluded|omitted)|excluded|left out|aside|ignored|omitted)\b", re.I
)  # fmt: skip
_WITHOUT = re.compile(
    r"\b(?:no|not|without|except(?: for)?|excluding|exclude|excl\.?|other than|apart from|leaving out|leave out|ignoring|ignore|omit(?:ting)?|minus|but not|not counting|no need for|don'?t (?:need|want|include))\s+(?:the |any |also )?$", re.I
)  # fmt: skip


_LEAVING = re.compile(r"\b(?:leav\w*|keep\w*|put\w*|take\w*|set\w*) (?:the )?$", re.I)


def without_unwanted(text: str, tables: Sequence[TableCard]) -> tuple[list[ValueMatch], str]:
    """The values that a text wants left out, and the text without them: `government not needed`, `all sectors but construction`."""
    found = []
    for match in values_named(text, tables):
        at = text.find(match.said)
        before, after = text[: max(at, 0)], text[at + len(match.said) :]
        left = (
            _LEAVING.search(before) is not None
            and re.match(r"\s*(?:out|aside|away)\b", after, re.I) is not None
        )
        if at >= 0 and match.exact and (left or _WITHOUT.search(before) or _UNWANTED.match(after)):
            found.append(match)
    for said in dict.fromkeys(match.said for match in found):
        text = re.sub(rf"{re.escape(said)}(?:{_UNWANTED.pattern})?", " ", text, count=1, flags=re.I)
    return found, text


def total_of(table: TableCard) -> tuple[ColumnCard, str] | None:
    """The category and its one value that is all the others together, by its name."""
    for column in table.of("category"):
        totals = [value for value in column.values if set(words(value)) <= WHOLES]
        if len(totals) == 1 and len(column.values) > 2:
            return column, totals[0]
    return None


def _within(said: str, renamed: Sequence[ValueMatch], text: str) -> bool:
    """Whether words are only a piece of a longer name: `private` in `private services`."""
    for match in renamed:
        if plain(said) != plain(match.said) and re.search(
            rf"\b{re.escape(plain(said))}\b", plain(match.said)
        ):
            return plain(said) not in plain(text.replace(match.said, " "))
    return False


def _by_alias(text: str, tables: Sequence[TableCard], known: Sequence[ValueMatch]) -> list[ValueMatch]:
    """Values that the text means by a name that people give them: `hotels and restaurants`."""
    found = []
    for table in tables:
        named = {match.value for match in known if match.table.ref == table.ref}
        for column in table.of("category"):
            for value, said in aliased(text, column.values).items():
                if value not in named:
                    found.append(ValueMatch(table, column, value, said, True))
    return found


def _by_one_word(text: str, tables: Sequence[TableCard], known: Sequence[ValueMatch]) -> list[ValueMatch]:
    """Values that one word says, since no other value of the column has it: `education` is `education_and_health_services`."""
    about = frozenset[str]().union(*TOPICS.values(), GENERAL, ELSEWHERE)
    said = {word: token for token in _TOKEN.findall(text) for word in words(token) if len(word) >= 5 and word not in about}  # fmt: skip
    found = []
    for table in tables:
        taken = {word for match in known if match.table.ref == table.ref for word in words(match.said)}
        named = {word for column in table.columns for word in words(column.name)} | set(words(table.name))
        for column in table.of("category"):
            for word, token in said.items():
                owners = [value for value in column.values if word in words(value)]
                first = [value for value in owners if words(value)[0] == word]
                owners = first if len(first) == 1 and words(first[0])[1:2] == ["and"] else owners
                if len(owners) == 1 and word not in taken | named:
                    found.append(ValueMatch(table, column, owners[0], token, True))
    return found


def _value_in(text: str, tokens: Sequence[tuple[str, int, int]], value: str) -> tuple[str, bool] | None:
    letters, digits = _split(value)
    if len(letters) < 2:
        return None
    short = {
        token.casefold()
        for token in _TOKEN.findall(value.replace("_", " "))
        if len(token) == 1 and token.isalpha()
    }
    near: str | None = None
    for fuzzy, at in ((fuzzy, at) for fuzzy in (False, True) for at in range(len(tokens))):
        if tokens[at][0] == "&" or tokens[at][0].lower() in _LINKS:
            continue
        for length in range(min(6, len(tokens) - at), 0, -1):
            last = tokens[at + length - 1]
            if last[0] == "&" or last[0].lower() in _LINKS:
                continue
            said = text[tokens[at][1] : last[2]]
            if re.search(r"[,;:()\n]", said):
                continue
            said_letters, said_digits = _split(said)
            apart = short <= {token.casefold() for token, *_ in tokens[at : at + length]}
            if said_letters != letters and not apart:
                continue  # `Agent A` is not said by `agent`, but `S&P 500` by `sp500`
            same = said_letters == letters or (
                fuzzy and len(letters) >= 5 and len(said_letters) >= 5 and fuzz.ratio(said_letters, letters) >= 88 and said_letters[0] == letters[0]
            )  # fmt: skip
            if not same:
                continue
            following = tokens[at + length][0] if at + length < len(tokens) else ""
            if said_digits == digits or not said_digits:
                if not said_digits and following.isdigit() and following != digits and len(following) <= 4:
                    near = near or f"{said} {following}"
                    continue
                return said, True
            near = near or said
    return (near, False) if near else None


def topics_of(table: TableCard) -> frozenset[str]:
    """What the table is about, by the words of its name, comment and columns."""
    own = set(words(table.name)) | set(words(table.comment))
    for column in table.columns:
        own |= set(words(column.name))
    return frozenset(topic for topic, meaning in TOPICS.items() if own & meaning)


def vocabulary(tables: Iterable[TableCard]) -> frozenset[str]:
    """All words that tables, columns and topics are named by."""
    found: set[str] = set().union(*TOPICS.values())
    for table in tables:
        found |= set(words(table.name)) | set(words(table.integration))
        for column in table.columns:
            found |= set(words(column.name))
    return frozenset(word for word in found if word not in GENERAL and not word.isdigit())


def score(
    said: Sequence[str],
    tables: Sequence[TableCard],
    values: Sequence[ValueMatch],
    *,
    timely: bool = False,
    general: bool = False,
) -> list[Scored]:
    """Tables with what speaks for them, the best first; tables that nothing speaks for are left out.

    With `timely` a table needs dates to be good; with `general` words count that are usually too general.
    """
    passed = frozenset[str]() if general else GENERAL
    named = {table.ref: set(words(table.name)) - passed for table in tables}
    shared = {word: sum(word in own for own in named.values()) for own in named.values() for word in own}
    found = []
    for table in tables:
        points, because = 0.0, set()
        for word in dict.fromkeys(said):
            if word in passed:
                continue
            if word in named[table.ref]:
                points += 4 / shared[word]
                because.add(word)
            elif any(word in words(column.name) for column in table.columns if column.role != "time"):
                points += 3
                because.add(word)
            elif word in words(table.integration):
                points += 1.5
                because.add(word)
            elif word in words(table.comment):
                points += 1
                because.add(word)
        about = topics_of(table)
        for topic in about:
            spoken = set(said) & TOPICS[topic]
            if spoken - GENERAL:
                points += 3
                because |= spoken
        for match in values:
            if match.table.ref == table.ref:
                points += 6 if match.exact else 4
                because |= set(words(match.said))
        if timely and table.time is None:
            points -= 0.3 if any(other.time is not None for other in joined(table, tables)) else 3
        if points >= 1 and table.unconnected:
            points -= 2.5
        if points >= 1:
            found.append(Scored(table, points + _liking(table, said), frozenset(because)))
    return sorted(found, key=lambda scored: -scored.score)


def _liking(table: TableCard, said: Sequence[str]) -> float:
    """Breaks ties: dates and measures count for a table, and how much of its name is said."""
    name = set(words(table.name))
    return (
        0.2 * bool(table.time)
        + 0.1 * bool(table.of("measure"))
        + 0.3 * len(name & set(said))
        - 0.1 * len(name - set(said))
    )


def measures_named(said: Sequence[str], table: TableCard) -> list[str]:
    """Measure columns that the request names: all their words, or one word that no other column has."""
    spoken = set(said)
    candidates = table.of("measure")
    owners: dict[str, list[str]] = {}
    for column in candidates:
        for word in set(words(column.name)) - {"and"}:
            owners.setdefault(word, []).append(column.name)
    for column in candidates:
        first, *rest = words(column.name)
        if rest[:1] == ["and"] and sum(words(other.name)[0] == first for other in candidates) == 1:
            owners[first] = [column.name]  # `transportation` is `transportation_and_warehousing`
    topical = set().union(*(TOPICS[topic] for topic in topics_of(table))) if topics_of(table) else set()
    found = []
    for column in candidates:
        own = set(words(column.name)) - {"and"}
        whole = own <= spoken
        alone = any(owners[word] == [column.name] and word in spoken and word not in GENERAL for word in own)
        if (whole and (not own <= topical or table.shape in ("plain", "events"))) or (
            alone and not own & spoken <= topical
        ):
            found.append(column.name)
    return found


def elsewhere(said: Sequence[str], tables: Sequence[TableCard]) -> list[str]:
    """Subjects and places of the request that no table, column, value or topic holds."""
    known = set(vocabulary(tables))
    for table in tables:
        known |= {word for column in table.of("category") for value in column.values for word in words(value)}
        known |= set(words(table.comment)) | set(words(table.about))
    return [word for word in dict.fromkeys(said) if word in ELSEWHERE | PLACES and word not in known]


_SIDES = re.compile(r"\s+(?:vs\.?|v\.|versus|against|compared (?:to|with)|gegen|contre|contra)\s+", re.I)
_LEADING = re.compile(
    r"^.*\b(?:compare|comparing|explore|exploring|analy[sz]e|analy[sz]ing|of|for|about|on|called|named|between|with|how|does|do)\s+", re.I | re.S
)  # fmt: skip


def sides_missing(text: str, values: Sequence[ValueMatch], known: frozenset[str]) -> list[str]:
    """Capitalised sides of `X vs Y` that nothing in the data answers to."""
    found = []
    for clause in re.split(r"[,;:.!?\n]\s", text):
        sides = _SIDES.split(clause)
        if len(sides) < 2:
            continue
        sides[0] = _LEADING.sub("", sides[0])
        sides[-1] = re.split(
            r"\s(?:for|over|in|during|since|from|by|with|and|of|to|using)\s", sides[-1], maxsplit=1
        )[0]
        for side in sides:
            side = re.sub(
                r"\s(?:do|did|does|go|went|fare|fared|perform|performed|look|compare|compared|behave)\b.*$",
                "",
                side,
            )
            side = _without_lead(side.strip(" \n.'\"“”«»"))
            capital = re.match(r"[A-Z]", side) is not None
            answered = any(plain(match.said) in plain(side) for match in values)
            covered = all(corrected(word, known) in known or word in GENERAL for word in words(side))
            if capital and not answered and not covered and len(side.split()) <= 4:
                found.append(side)
    return found


def _without_lead(side: str) -> str:
    """The side without the words before it that carry no subject: `Compare NASDAQ`, `Did the NASDAQ`."""
    parts = side.split()
    while parts and words(parts[0]) and words(parts[0])[0] in GENERAL:
        parts = parts[1:]
    return " ".join(parts)


def entities(text: str, values: Sequence[ValueMatch], known: frozenset[str]) -> list[str]:
    """Proper names in the middle of a sentence that nothing in the data answers to."""
    found: list[str] = []
    if re.search(r"\b(?:der|die|das|und|für|über|mit|den|dem|ein|eine|von)\b|[äöüß]", text):
        return found  # German writes every noun with a capital
    for match in re.finditer(
        r"(?:(?<=[\w,&] )|^\s*(?=[A-Z]\w+ (?:[A-Z]\w|\d{2,4}\b)))[A-Z][\w&.]*(?: (?:[A-Z][\w&.]*|\d{2,4}))*",
        text,
    ):
        name = match[0].strip().rstrip(".")
        own = [word for word in words(name) if word not in GENERAL]
        if not own or all(word.isdigit() for word in own):
            continue
        if any(plain(value.said) in plain(name) or plain(name) in plain(value.said) for value in values):
            continue
        if all(corrected(word, known) in known for word in own):
            continue
        found.append(name)
    return found


def missing_values(values: Sequence[ValueMatch], table: TableCard) -> list[Missing]:
    """Near misses as what they are: asked for one, the table holds another."""
    return [
        Missing(asked=match.said.strip(), instead=match.value)
        for match in values
        if not match.exact and match.table.ref == table.ref
    ]


__all__ = [
    "Scored",
    "ValueMatch",
    "elsewhere",
    "entities",
    "measures_named",
    "missing_values",
    "score",
    "sides_missing",
    "topics_of",
    "total_of",
    "values_named",
    "vocabulary",
    "without_unwanted",
]  # fmt: skip
