"""The words of requests: what topics people name, what parts they wish, and how two spellings are the same word."""

import re
import unicodedata
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from agents.asks.build_analysis import Grain, Part
from agents.rules.build_analysis_lexicon import (
    ABBREVIATED,
    ELSEWHERE,
    FOREIGN,
    FUNCTION_WORDS,
    GENERAL,
    PLACES,
    TOPICS,
)

PARTS: tuple[tuple[str, Part], ...] = (
    (r"\b(?:year[- ](?:on|over)[- ]year|yoy|y/y|(?:annual|yearly) (?:growth|changes?|increases?|variation)|(?:grow|grew|grown|rise|rose|fall|fell|change|changed|shrink|shrank) (?:in |by )?(?:each|every|per) year|how much (?:did|does|has|have|was|were) [^.;?!,]{1,60}? (?:each|every|per) year\b|(?:growth|change|increase|variation) (?:annual|a year|per year|by year|each year|every year)\b|growth rates?|(?:growth|change|up|down) (?:from|against|over|versus|vs\.?|on|compared (?:to|with)) (?:a|the) (?:year|previous year|prior year)|jahr(?:es)?wachstum)", Part.GROWTH),
    (r"\b(?:ratio (?:of|between|to)|(?:the|their|as a|a) ratio\b|divided by|(?:for|to|per) (?:each|every|one) (?:job|worker|person|employee|position)\b[^.;?!]{0,50}?\bhow many\b|\bhow many (?:\w+ ){1,8}?(?:per|for (?:each|every|one|a)) (?:\w+[- ]){0,3}?(?:job|worker|person|employee|position)\b|times as (?:many|large|big|much) as)", Part.RATIO),
    (r"\b(?:scatter)", Part.SCATTER),
    (r"\b(?:pivot|cross-?tab|heat ?map|(?<!of the )(?<!of a )(?<!per )(?:years? (?:down|across|by months?)|months? (?:down|across))|matrix of)", Part.CROSSTAB),
    (r"\b(?:unusual|anomal|odd (?:day|week|month|value)|abnormal|strange|out of the ordinary|spikes?\b|sticks? out|outlying)", Part.UNUSUAL),
    (r"\b(?:forecast|predict|projection|extrapolat|project(?:ed)? (?:the )?next|outlook|(?:over|for) the (?:next|coming) (?:\d+|few|six|three|twelve|two) (?:day|week|month|quarter|year)s?|what will)", Part.FORECAST),
    (r"\b(?:rebas|normali[sz]|growth of \$?\d|\d{4} ?(?:=|set to) ?100\b|index(?:ed)? (?:to|at) 100|set to 100|price chart)", Part.REBASED),
    (r"\b(?:returns?|would (?:i|we|you|one|someone|it) have (?:earned|made|gained|lost|brought)|would (?:i|we|you|one|someone|it|that|they|he|she) (?:now |today )?(?:hold|own|be worth|be left with|end up with|have (?:now|today|by|at|in|left|become)\b)|(?:be|is|was) (?:now |today )?worth\b|performance|rendite|rendement|gains? and losses)\b", Part.RETURNS),
    (r"\b(?:volatil|risk|riskier|standard deviation|variance|variab\w+|wobbl|choppy|bump(?:y|ier|iest|iness)|stead(?:y|ier|iest|iness)\b|(?:most|least|more|less|how) (?:stable|erratic)\b|stability|fluctuat\w*|erratic|jitter\w*|smoothest|wild(?:er|est|ly)?\b|calm(?:er|est|ly)?\b|turbulen\w*|nervous\w*|jump(?:y|ier|iest)\b|(?:more|less|most|least|how) (?:quiet|restless)\b|(?:quieter|quietest)\b|shak(?:y|ier|iest)\b)", Part.VOLATILITY),
    (r"\b(?:draw-?downs?|(?:the |its |their |all )falls\b|falls (?:of|from|since|below)\b|(?:deep(?:er|est)|steep(?:er|est)) (?:fall|drop|crash|decline|loss|slump|dip)s?|(?:fall|drop|crash|decline|slump|dip)s? (?:was|were|is|went|cut|ran) (?:the )?(?:deep(?:er|est)?|steep(?:er|est))|worst (?:fall|loss|drop)|peak[- ]to[- ]trough|(?:to|the) trough|largest loss|biggest (?:drop|loss|fall)|crash(?:es)?|from (?:its |their |the )?peak|(?:pre|before)[- ](?:crisis|recession|crash|pandemic|war)(?: levels?| peak)?|previous peak|ma(?:ke|de|king) up for|regain\w*|won back|(?:never|not|n[o']t yet) (?:yet )?recover\w*|fully recover\w*|(?:come|comes|came|bounced?|gets?|got|getting) back\b|back (?:to|at|above|on) (?:where|(?:its|their|the) (?:\w+ ){0,2}levels?)\b|old (?:high|peak)|(?:back (?:to|at|above|over|past)|recover\w*|reach\w*|surpass\w*|exceed\w*|regain\w*|beat) (?:to )?(?:its|their|the|that|an?) (?:[\w.]+ ){0,3}?(?:peak|high|maximum|record))\b", Part.DRAWDOWN),
    (r"\b(?:correlat|co-?mov|move together|in step|relationship between|related)", Part.CORRELATION),
    (r"\b(?:levels?\b|trend|over time|evol|develop|history|time series|line chart|entwicklung|évolution)", Part.TREND),
    (r"\b(?:change|growth|year[- ]over[- ]year|yoy|y/y|month[- ]over[- ]month|mom|m/m|year[- ]on[- ]year|grew|shr[aiu]nk\w*|decline|recover)", Part.CHANGE),
    (r"\b(?:(?:best|worst)[- ]performing|strongest|weakest|mover|winner|loser|gainer|fastest|slowest|recovered|rebound|biggest (?:ris|gain|chang|mov|jump)|largest (?:ris|gain|chang|mov|jump|swing)|most (?:gain|lost|grown)|(?:gained|grew|lost|fell|shrank|rose|suffered|added|created|shed|cut) (?:by )?(?:the )?(?:most|fewest|least)|how many (?!days|weeks|months|quarters|years)\w+\b[^.;?!]{0,50}\b(?:los[et]|add(?:ed)?|gain(?:ed)?|created?|shed|cut)\b|(?:hit|affected|struck) (?:the )?(?:hardest|worst|most)|(?:hardest|worst)[- ]hit)", Part.MOVERS),
    (r"\b(?:halloween|(?:january|december|santa\w*|summer|winter) (?:effect|rally)|season|(?:january|february|march|april|may|june|july|august|september|october|november|december)s\b|calendar month|(?:in|during) (?:the )?(?:winter|summer|autumn|fall months|spring|january|december)s?\b(?! (?:of )?\d)|better in|sell in may|month of (?:the )?year|within (?:a|the) year|monthly pattern)", Part.SEASONALITY),
    (r"\b(?:distributed (?:over|across|among|between)|break ?down|broken down|composition|share of|shares by|by categor|split|mix of|proportion)", Part.BREAKDOWN),
    (r"\b(?:distribut(?!ed (?:over|across|among|between))|histogram|spread|outlier|quartile|percentile|box ?plot|min(?:imum|ima)?s? ?(?:and|,|/|&|or) ?(?:the )?max|max(?:imum|ima)?s? ?(?:and|,|/|&|or) ?(?:the )?min|(?:day|week|month|quarter|year)s? (?:with|of) (?:the |its |their )?(?:min\w*|max\w*|lowest|highest) ?(?:value|level|number)?\b|(?:rose|risen|rise|gr[eo]wn?|growth|gain\w*|recover\w*|increase\w*) (?:since|from) (?:there|then|(?:the|its|their|that) (?:low\w*|min\w*|bottom|trough))\b|summary statistics|descriptive statistics|rows (?:per|for each|of each) )", Part.DISTRIBUTION),
    (r"\b(?:top \d+|top (?:ten|five|three|twenty)|rank(?:ing|ed)?\b|(?:largest|biggest|smallest|greatest) (?:single )?(?:sector|industry|group|branch|region|category|customer|product|employer|index)\b|largest \w+s\b|smallest \w+s\b|highest|biggest (?!ris|gain|chang|mov|jump|drop|loss|fall|swing|declin)\w+s\b|most popular|best[- ]?sell|how far (?:is|was|are|were|did|had) (?:[^\s,.;?!]+ ){1,5}?(?:end(?:ed)? )?(?:below|under|beneath|off|away from) (?:it|its|the|that|their)\b(?: (?:all[- ]time |old |previous )?(?:records?|highs?|peaks?|tops?|maxim\w+))?|how far (?:below|under|beneath|off|away from) (?:it|its|the|that|their)\b|(?:its|their|the|old|previous) (?:all[- ]time )?record(?:s|\b(?! of))|all[- ]time (?:high|low)|record (?:high|low)|(?:was|were|at) (?:its |the |their )?(?:highest|lowest|peak|maximum|minimum)|peaked\b|lowest|sold (?:the )?most|sell most|bestseller)", Part.TOP),
    (r"\b(?:(?:moving|rolling|running)[- ](?:average|mean)s?|sma\b|gleitende\w* (?:durchschnitt|mittel)\w*|moyennes? mobiles?|media movil|smooth)", Part.MOVING),
)  # fmt: skip

BEYOND: tuple[tuple[str, str], ...] = (
    (r"\b(?:weekdays?|(?:mon|tues|wednes|thurs|fri)days\b|(?<!last )(?<!on )(?:mon|tues|wednes|thurs|fri)day (?:\w+ ){0,3}?(?:to|and|vs\.?|versus|against|or|than|with|through) (?:a |the )?(?:mon|tues|wednes|thurs|fri)day|day of (?:the )?week|days of the week|wochentag\w*|jours? de la semaine|d[ií]as? de la semana)\b", "a comparison of weekdays"),
    (r"\b(?:one|a|its own|own|separate) notebooks? (?:for|per) (?:each|every)\b|\bnotebooks? (?:for|per) (?:each|every)\b|\ba second notebook\b", "a second notebook (one request makes one; ask for the other on its own)"),
    (r"(?<!that is )(?<!that's )(?<!which is )\b(?:why(?! not\b)|what (?:has |have )?(?:caused|causes|explains|explained|drove|is behind|lies behind)|reasons? (?:for|why|behind|of)|warum|pourquoi|por que)\b", "why it is so (the figures show what happened and when, not the reason)"),
    (r"\b(?:delet\w+|eras\w+|truncat\w+|overwrit\w+|wip(?:e|ing)) (?:\w+ ){0,4}(?:prices?|rows?|records?|data|values?|entries|orders?|figures?|numbers?)\b", "deleting data (an analysis only reads)"),
    (r"\b(?:reconcil\w+|cross-?check\w*|(?:agrees?|agreeing|tall(?:y|ies)|consistent|squares?) with (?:the |our |those )?(?:\w+ ){0,3}?(?:table|figures?|numbers?|data|values?)|match(?:es)? (?:the|our|those) (?:\w+ ){0,2}?(?:table|figures?|numbers?|data|values?))\b", "a comparison of two tables row by row (only one of them is read here)"),
    (r"\b(?:(?:the )?same (?:\w+ )?(?:as|in) (?:those|the (?:figures|numbers|values|jobs|ones)|in|what)|(?:are|is) (?:the )?(?:[\w ]{3,60}? )?(?:the )?same (?:as|in both)|agree\b|agrees\b|agreement|tally|coincid\w+|identical|discrepanc\w+|mismatch\w*|line up|(?:check|verify|test|see|make sure|confirm) (?:that|whether|if) [^.;?!]{3,80}? (?:match(?:es)?|equals?|same|fit|correspond\w*))\b", "a comparison of two tables row by row (only one of them is read here)"),
    (r"\b(?:at least|more than|over|minimum of) (?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:consecutive |straight |successive )?(?:days?|weeks?|months?|quarters?|years?) (?:in a row|in succession|running|straight|on end|consecutively)\b", "leaving out shorter runs (every period that passes is listed, and the longest run is told)"),
    (r"\b(?:regress|linear model|ols\b)", "a regression"),
    (r"\b(?:machine learning|neural|cluster|random forest|xgboost|train a model)", "a machine-learning model"),
    (r"\b(?:sharpe|sortino|beta\b|alpha (?:of|against)|value at risk|\bvar\b)", "risk-adjusted measures such as the Sharpe ratio"),
    (r"\b(?:cumulative|cumulated|running totals?|kumuliert\w*)", "a running total"),
    (r"\b(?:sentiment|news)", "news or sentiment"),
    (r"\b(?:e-?mail|slack|send (?:it|me|them|the)|share it with)", "sending the result to someone"),
    (r"\b(?:run|re-?run|refresh|updat|execut|repeat|redo|rebuil|send)\w*\b[^.;!?]{0,40}\b(?:every|each) (?:day|week|month|night|hour)\b|\b(?:every|each) (?:morning|evening|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\bschedul", "running it on a schedule"),
    (r"\b(?:pdf|powerpoint|pptx|slides?|excel|xlsx|google sheets?)\b", "an export to another format"),
    (r"\b(?:choropleth|map of|geographic map|on a map)", "a map"),
    (r"\b(?:delete|remove|erase|archive) (?:[\w'’\"“”-]+ ){0,4}?(?:project|notebook|block|table)s?\b|\bdrop (?:the |my |all |that )?(?:old |other )?(?:project|notebook|block|table)s?\b", "deleting something (there is no tool that deletes)"),
)  # fmt: skip

GRAINS: dict[str, Grain] = {
    "daily": "day", "day": "day", "weekly": "week", "week": "week", "monthly": "month", "month": "month", "quarterly": "quarter",
    "quarter": "quarter", "trimestre": "quarter", "quartal": "quarter", "yearly": "year", "annual": "year", "annually": "year", "year": "year", "täglich": "day", "monatlich": "month",
    "mensuel": "month", "jährlich": "year",
}  # fmt: skip

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_ENGLISH_TOO = ("land", "actions", "commerce", "pays")
_NEGATING = ("un", "non", "dis", "anti", "in", "im", "under", "de", "mis", "pre", "post", "sub")


def plain(text: str) -> str:
    """Lower case, full-width forms made usual, accents gone."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a text or of a column name, in order, plain and singular."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ")
    found = [singular(plain(word.replace("’s", "").replace("'s", ""))) for word in _WORD.findall(spaced)]
    return [_SAME.get(word, word) for word in found]


def in_english(text: str) -> str:
    """The text with the business words of other languages in English, if its small words say that it is in another."""
    small = {word.casefold() for word in _WORD.findall(text)}
    if len(small & FUNCTION_WORDS) < 2 and not (small & FUNCTION_WORDS and small & FOREIGN.keys()):
        return text
    return word_for_word(text)


def word_for_word(text: str) -> str:
    """The text with each business word of another language in English."""

    def said(found: re.Match[str]) -> str:
        word = FOREIGN.get(found[0].casefold(), found[0])
        return "" if word == "_" else word.replace("_", " ")

    return _WORD.sub(said, text)


@cache
def singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


_SAME = ABBREVIATED | {
    singular(plain(word)): singular(english)
    for word, english in FOREIGN.items()
    if word not in _ENGLISH_TOO and "_" not in english
}
"""Spellings of names and requests that are the same word."""


def alike(word: str, known: str) -> bool:
    """Whether a word is a misspelling of a known one; `unemployment` is none of `employment`."""
    if word == known:
        return True
    longer, shorter = (word, known) if len(word) >= len(known) else (known, word)
    for prefix in _NEGATING:
        if longer.startswith(prefix) and fuzz.ratio(longer[len(prefix) :], shorter) >= 80 and not shorter.startswith(prefix):  # fmt: skip
            return False
    if min(len(word), len(known)) < 5 or any(letter.isdigit() for letter in word + known):
        return False
    return word[0] == known[0] and OSA.distance(word, known) <= (1 if len(known) < 8 else 2)


@cache
def roots(word: str) -> frozenset[str]:
    """What a word may be a form of: `starting` of `start`, `dropping` of `drop`, `wages` of `wage`."""
    found = set[str]()
    for ending in ("ing", "ed", "er", "est", "ly", "ment", "s", "d"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= 3:
            found |= {root, f"{root}e"} | ({root[:-1]} if root[-1] == root[-2] else set())
    return frozenset(found)


def corrected(word: str, vocabulary: frozenset[str]) -> str:
    """The word of the vocabulary that is meant, or the word itself."""
    if word in vocabulary or word in GENERAL or word in ELSEWHERE or word in PLACES or len(word) < 5:
        return word
    if roots(word) & (vocabulary | GENERAL):
        return word  # `starting` is no misspelt `staffing`
    pool = [
        known
        for known in vocabulary | GENERAL | (ELSEWHERE | PLACES if len(word) > 5 else frozenset())
        if known[0] == word[0] and abs(len(known) - len(word)) <= 2
    ]
    near = [
        (OSA.distance(word, known), known not in vocabulary, known) for known in pool if alike(word, known)
    ]
    return min(near)[2] if near else word


_TIMELY = frozenset(
    [
        "year",
        "years",
        "month",
        "months",
        "week",
        "weeks",
        "quarter",
        "quarters",
        "decade",
        "past",
        "last",
        "since",
        "previous",
        "between",
        "during",
        "until",
        "bubble",
        "crisis",
        "recession",
    ]
)


def spelled(text: str, known: frozenset[str]) -> str:
    """The text with misspelt words of time mended, so that its period is found."""

    def mend(found: re.Match[str]) -> str:
        word = found[0].lower()
        if len(word) < 4 or word in GENERAL or singular(word) in known or word in _TIMELY:
            return found[0]
        near = [
            one
            for one in _TIMELY
            if OSA.distance(word, one) <= 1 and word[0] == one[0] and len(word) >= min(5, len(one))
        ]
        return near[0] if len(near) == 1 else found[0]

    return re.sub(r"[A-Za-z]+", mend, text)


__all__ = [
    "BEYOND",
    "ELSEWHERE",
    "GENERAL",
    "GRAINS",
    "PARTS",
    "PLACES",
    "TOPICS",
    "alike",
    "corrected",
    "in_english",
    "plain",
    "roots",
    "singular",
    "words",
]
