"""Every wish of a request is answered by a part of the sketch, or the run says that it is not.

Four accounts are drawn up: wishes that were read and that no part answers; values that were named and nothing is limited to;
clauses that ask for something of which nothing was understood; and single words that nothing was read into.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from agents.asks.build_analysis import Part, Sketch
from agents.asks.cuts import Cut
from agents.asks.tables import TableCard
from agents.rules.build_analysis_clauses import clauses
from agents.rules.build_analysis_lexicon import ELSEWHERE, GENERAL, PASSING
from agents.rules.build_analysis_match import ValueMatch
from agents.rules.build_analysis_wishes import AVERAGE, chart_in
from agents.rules.build_analysis_words import BEYOND, GRAINS, PARTS, corrected, plain, roots, words

ANSWERS: Mapping[Part, frozenset[Part]] = {
    Part.CHANGE: frozenset({Part.GROWTH, Part.MOVERS, Part.EXTREMES, Part.PERIODS, Part.MATCHES, Part.DRAWDOWN, Part.RETURNS, Part.CROSSTAB, Part.FORECAST, Part.TREND, Part.REBASED, Part.UNUSUAL, Part.CORRELATION}),
    Part.TREND: frozenset({Part.REBASED, Part.VALUES, Part.MOVING, Part.FORECAST, Part.RATIO, Part.CROSSTAB, Part.GROWTH, Part.PERIODS, Part.MATCHES}),
    Part.MOVERS: frozenset({Part.EXTREMES, Part.PERIODS, Part.DRAWDOWN, Part.TOP}),
    Part.TOP: frozenset({Part.EXTREMES, Part.MOVERS, Part.BREAKDOWN, Part.DRAWDOWN, Part.VALUES, Part.VOLATILITY, Part.DISTRIBUTION}),
    Part.RETURNS: frozenset({Part.CHANGE, Part.MOVERS, Part.SEASONALITY, Part.PERIODS, Part.EXTREMES, Part.MATCHES, Part.CROSSTAB, Part.CORRELATION, Part.SCATTER}),
    Part.SEASONALITY: frozenset({Part.CROSSTAB}),
    Part.BREAKDOWN: frozenset({Part.TOP, Part.PERIODS}),
    Part.DRAWDOWN: frozenset({Part.EXTREMES, Part.MOVERS, Part.PERIODS}),
    Part.VOLATILITY: frozenset({Part.PERIODS}),
    Part.CORRELATION: frozenset({Part.SCATTER}),
    Part.EXTREMES: frozenset({Part.MOVERS, Part.TOP}),
    Part.DISTRIBUTION: frozenset({Part.UNUSUAL}),
}  # fmt: skip
"""Parts that answer what the words of another one ask for."""
_BY_CUTS = frozenset({Part.TREND, Part.TOP, Part.MOVERS, Part.BREAKDOWN, Part.EXTREMES, Part.SEASONALITY, Part.VALUES, Part.RATIO, Part.CHANGE})  # fmt: skip
"""Wishes that a cut may answer: it ranks, splits, and goes over time."""
_SAID: Mapping[Part, str] = {
    Part.DRAWDOWN: "falls from a peak and recoveries", Part.CORRELATION: "how the series move together", Part.VOLATILITY: "volatility",
    Part.GROWTH: "the growth against a year earlier", Part.FORECAST: "a forecast", Part.UNUSUAL: "unusual values", Part.MOVING: "a moving average",
    Part.RATIO: "a ratio", Part.SCATTER: "a scatter chart", Part.CROSSTAB: "a pivot table", Part.DISTRIBUTION: "the spread of the values", Part.PERIODS: "a comparison of two windows",
    Part.MATCHES: "the periods that pass a limit", Part.SEASONALITY: "the usual course within a year", Part.BREAKDOWN: "shares of the whole",
    Part.CHANGE: "the change from period to period", Part.TREND: "the course over time", Part.MOVERS: "the largest rises and falls", Part.TOP: "a ranking",
    Part.EXTREMES: "the best and worst periods", Part.RETURNS: "returns", Part.REBASED: "levels set to 100", Part.VALUES: "the values themselves",
}  # fmt: skip


def unmet(wished: Iterable[Part], sketch: Sketch) -> list[str]:
    """Wishes that were read and that neither a part nor a cut of the sketch answers."""
    there = set(sketch.parts)
    found = []
    rolling = bool(sketch.moving) and Part.CORRELATION in there and Part.MOVING not in there
    for part in dict.fromkeys(wished):
        if sketch.weekdays and part in (Part.EXTREMES, Part.RETURNS, Part.TOP, Part.MOVERS):
            continue  # the best and the worst day of the week
        if sketch.each_how and part in (Part.TOP, Part.EXTREMES, Part.RETURNS, Part.CHANGE, Part.MOVERS):
            continue  # of each year
        if rolling and part in (Part.TOP, Part.TREND, Part.CHANGE, Part.RETURNS):
            continue  # its lowest values, over time, of the changes
        by_cuts = bool(sketch.cuts) and part in _BY_CUTS
        if by_cuts and not there and part is Part.TREND:
            by_cuts = any(one.startswith("time:") for cut in sketch.cuts for one in cut.by)
        if (there and part not in there and not by_cuts and not ANSWERS.get(part, frozenset()) & there) or (
            not there and sketch.cuts and not by_cuts
        ):
            found.append(f"{_SAID[part]} (not together with the rest; ask for it on its own)")
    return found


def unlimited(values: Iterable[ValueMatch], sketch: Sketch, table: TableCard, subject: set[str]) -> list[str]:
    """Values that the request names and that nothing of the sketch is limited to or compares."""
    kept = {plain(value) for value in [*sketch.keep, *sketch.measures, sketch.whole, *[column.name for column in table.of("measure")]]}  # fmt: skip
    usual = next(iter(table.of("category")), None)
    split = sketch.split_by.rpartition(".")[2] or (usual.name if usual and not sketch.keep else "")
    for cut in sketch.cuts:
        kept |= {plain(value) for where in [*cut.where, *cut.of] for value in where.values}
    values = list(values)
    used = {plain(match.said) for match in values if plain(match.value) in kept}
    words_used = {word for said in used for word in words(said)}
    found = []
    for match in values:
        said = plain(match.said)
        by_it = match.column.name in {
            split,
            *[ref.rpartition(".")[2] for cut in sketch.cuts for ref in cut.by],
        }
        if (
            match.exact
            and said not in used
            and not set(words(said)) <= words_used
            and not by_it
            and not set(words(match.said)) <= subject
        ):
            found.append(f"the limit to “{match.said.strip()}” (this analysis does not hold {match.column.name.replace('_', ' ')})")  # fmt: skip
    return list(dict.fromkeys(found))


_ASKS = re.compile(
    r"^\W*(?:(?:and|but|also|then|plus|please|now|finally|lastly|so|ok|as well as|additionally|moreover|besides|i(?:'d| would| also)? (?:want|need|like)(?: to (?:see|know|have))?|(?:can|could|would|will) you|"
    r"(?:we|i) (?:also )?(?:want|need|would like)(?: to (?:see|know|have))?|let me (?:see|know)|tell me|show me|give me)\W+)*"
    r"(?P<ask>show|give|add|list|compute|calculate|plot|chart|draw|put|highlight|mark|flag|annotate|label|colou?r|explain|test|check|estimate|count|rank|sort|find|include|make|write|comment|"
    r"which|how|when|where|whether|who|what|is|are|does|did|do|was|were|has|have|why|since|a|an|the number|the)\b",
    re.I,
)


def unread(text: str, understood: set[str], vocabulary: frozenset[str]) -> list[str]:
    """Clauses that ask for something, none of whose words say anything that was understood."""
    spans = [found.span() for pattern, _ in PARTS for found in re.finditer(pattern, plain(text))]
    if len(plain(text)) != len(text):
        return []
    found, at = [], 0
    for clause in clauses(text):
        at = max(text.find(clause, at), 0)
        end = at + len(clause)
        known = any(start < end and at < stop for start, stop in spans)
        content = [
            word
            for word in (corrected(word, vocabulary) for word in words(clause))
            if word not in _EMPTY | PASSING
        ]
        known = known or bool(chart_in(clause)) or any(word in understood or word in GRAINS or word in ELSEWHERE or word in vocabulary for word in content)  # fmt: skip
        if _ASKS.match(clause) and not known and len([word for word in content if not word.isdigit()]) >= 1:
            found.append(f"“{' '.join(clause.split())[:100]}” (I read nothing in it that I can compute)")
        at = end
    return found[:3]


def unknown_words(text: str, understood: set[str], vocabulary: frozenset[str], told: str) -> list[str]:
    """Words of which nothing was understood and that nothing told so far mentions, as the request spells them."""
    plainly, said = plain(text), plain(told)
    spans = [
        found.span()
        for pattern in (*[one for one, _ in (*PARTS, *BEYOND)], AVERAGE.pattern)
        for found in re.finditer(pattern, plainly)
    ]
    known = understood | vocabulary | GENERAL | ELSEWHERE | GRAINS.keys() | PASSING
    found = []
    for match in _TOKEN.finditer(plainly):
        word = next(iter(words(_ELIDED.sub("", match[0]))), "")
        if len(word) < 3 or any(letter.isdigit() for letter in word) or word in said:
            continue
        if (
            {word, match[0], corrected(word, vocabulary)} & known
            or roots(word) & known
            or _swapped(word, vocabulary)
        ):
            continue
        if not any(start < match.end() and match.start() < end for start, end in spans):
            found.append(_spelt(word, text))
    return list(dict.fromkeys(found))


def unheard(unknown: Sequence[str]) -> list[str]:
    """Unknown words as one line."""
    there = ", ".join(f"“{word}”" for word in unknown[:5])
    return [f"{there} (I read nothing into {'it' if len(unknown[:5]) == 1 else 'them'})"] if there else []


_NUMBER = re.compile(r"(?<![\w.,&-])\d[\d,.]*\b")


def uncounted(text: str, values: Iterable[ValueMatch], sketch: Sketch, told: str) -> list[str]:
    """Numbers of a request that nothing in its sketch uses."""
    for match in values:
        text = text.replace(match.said, " ")
    used: set[float | None] = {
        0,
        100,
        sketch.top,
        sketch.moving,
        *sketch.moving_too,
        sketch.ahead,
        sketch.most_charts,
        sketch.stake,
        sketch.stake / 1000,
    }
    used |= {abs(sketch.limit.number), abs(sketch.limit.number) * 100, abs(sketch.limit.number) / 1000} if sketch.limit else set()  # fmt: skip
    for cut in sketch.cuts:
        used |= {cut.top, cut.more_than, *[bound for where in [*cut.where, *cut.of] for bound in (where.above, where.below)]}  # fmt: skip
        used |= {float(one) for where in [*cut.where, *cut.of] for one in where.values if one.isdigit()}
    left = [said for said in (one.rstrip(".,") for one in _NUMBER.findall(text)) if float(said.replace(",", "") if said.count(".") < 2 else 0) not in used and said not in told]  # fmt: skip
    return [f"“{said}” (nothing is done with this number)" for said in dict.fromkeys(left)][:3]


_ELIDED = re.compile(r"^(?:[ldcnsjmt]|qu)['’](?=\w{3})")
"""The article before a French noun: `l'emploi`."""


def _swapped(word: str, vocabulary: frozenset[str]) -> bool:
    """Whether a long word is one of the data's own with its letters in another order."""
    return len(word) > 5 and any(sorted(word) == sorted(one) for one in vocabulary if len(one) == len(word) and one[0] == word[0])  # fmt: skip


_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


_TELLING = frozenset(
    ["recover", "recovery", "recovered", "rebound", "rebounded", "recovers", "lost", "loss", "losses", "gain", "gains", "gained", "fall", "falls", "fell", "rise", "rises", "rose", "drop", "drops", "dropped", "grow", "growing", "growth", "volatile", "volatility", "risk", "drawdown", "correlation", "median", "average", "mean", "distribution", "seasonal", "seasonality", "threshold", "ratio", "rolling", "forecast"]
)  # fmt: skip
_EMPTY = GENERAL - _TELLING
"""Words that say no wish by themselves."""


def of_cuts(understood: set[str], cuts: Iterable[tuple[Cut, list[str]]]) -> list[str]:
    """Words of cuts that nothing was read into."""
    found = []
    for cut, unexplained in cuts:
        for word in unexplained:
            if " " in word:
                found.append(f"“{word}” (no column of {cut.table} can hold it)")
            elif word not in _LOOSE | understood | PASSING and not word.endswith(("ly", "ing")):
                found.append(f"“{_spelt(word, cut.asked)}” (in “{cut.asked[:60]}”)")
    return found[:3]


_LOOSE = frozenset(
    [
        "shop",
        "store",
        "business",
        "company",
        "money",
        "customer",
        "people",
        "place",
        "made",
        "come",
        "came",
        "bring",
        "much",
    ]
)


def _spelt(word: str, text: str) -> str:
    return next((said for said in re.findall(r"[^\W_]+", text) if plain(said).startswith(word)), word)


__all__ = ["of_cuts", "uncounted", "unheard", "unknown_words", "unlimited", "unmet", "unread"]
