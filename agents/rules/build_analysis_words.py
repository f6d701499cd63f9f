"""The words of requests: what topics people name, what parts they wish, and how two spellings are the same word."""

import re
import unicodedata
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from agents.asks.build_analysis import Grain, Part


def _set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


TOPICS: dict[str, frozenset[str]] = {
    topic: frozenset(words.split())
    for topic, words in {
        "market": "stock share equity index indice market price ticker security close quote nasdaq dow trading trader portfolio investor "
        "börse aktie aktien kurs kurse aktienkurs aktienkurse aktienmarkt börsenkurs bourse boursier action actions acciones bolsa",
        "employment": "employment job payroll employed employee workforce labor labour worker hiring headcount staffing nonfarm employer "
        "beschäftigung beschäftigte arbeitsplätze arbeitsmarkt emploi emplois empleo",
        "sales": "sale revenue order purchase turnover transaction umsatz umsätze vente ventas booking commerce shop store basket",
        "customer": "customer client buyer shopper kunde kunden cliente clientes",
        "product": "product item sku article catalog catalogue assortment produkt produkte produit",
        "user": "user signup registration login session visitor",
        "inventory": "inventory stockroom warehouse_stock shelf supply",
        "finance": "invoice payment expense budget cost ledger",
        "support": "ticket complaint issue incident case",
    }.items()
}
"""Words that mean a topic; a table has the topic when its name, comment or columns hold one of them."""

ELSEWHERE = _set(
    """unemployment jobless inflation cpi gdp bitcoin crypto cryptocurrency ethereum weather temperature rainfall climate
    housing house mortgage rent oil gold silver commodity bond treasury currency forex exchange churn campaign website
    traffic click election vote covid pandemic health patient hospital crime accident flight airline energy electricity
    emission co2 football soccer sport movie music student school university salary wage income poverty tesla apple amazon
    google microsoft meta nvidia netflix dax ftse nikkei russell djia stoxx cac interest tax immigration birth death
    earthquake recipe restaurant hotel tourism shipping freight car vehicle film book dividend earnings eps option vix
    retention conversion subscriber subscription hour overtime productivity vacancy opening layoff strike absence"""
)
"""Subjects that people ask about; one that no table holds is named, not passed over."""

PARTS: tuple[tuple[str, Part], ...] = (
    (r"\b(?:rebas|normali[sz]|growth of \$?\d|index(?:ed)? (?:to|at) 100|set to 100|levels?\b|price chart|line chart)", Part.REBASED),
    (r"\b(?:returns?|performance|rendite|rendement|gains? and losses)\b", Part.RETURNS),
    (r"\b(?:volatil|risk|riskier|standard deviation|variance|wobbl|choppy|volatilit)", Part.VOLATILITY),
    (r"\b(?:draw-?downs?|worst (?:fall|loss|drop)|peak[- ]to[- ]trough|largest loss|biggest (?:drop|loss|fall)|crash(?:es)?)\b", Part.DRAWDOWN),
    (r"\b(?:correlat|co-?mov|move together|in step|relationship between|related)", Part.CORRELATION),
    (r"\b(?:trend|over time|evol|develop|history|time series|line chart|entwicklung|évolution)", Part.TREND),
    (r"\b(?:change|growth|year[- ]over[- ]year|yoy|y/y|month[- ]over[- ]month|mom|m/m|year[- ]on[- ]year|grew|decline|recover)", Part.CHANGE),
    (r"\b(?:mover|winner|loser|gainer|biggest (?:ris|gain|chang|mov|jump)|largest (?:ris|gain|chang|mov|jump|swing)|most (?:gain|lost|grown)|(?:gained|grew|lost|fell|shrank|rose) (?:the )?most)", Part.MOVERS),
    (r"\b(?:season|calendar month|month of (?:the )?year|within (?:a|the) year|monthly pattern)", Part.SEASONALITY),
    (r"\b(?:break ?down|broken down|composition|share of|shares by|by categor|split|mix of|proportion)", Part.BREAKDOWN),
    (r"\b(?:distribut|histogram|spread|outlier|quartile|percentile|box ?plot|median)", Part.DISTRIBUTION),
    (r"\b(?:top \d+|top ten|top five|ranking|rank\b|largest \w+s\b|highest)", Part.TOP),
)  # fmt: skip

BEYOND: tuple[tuple[str, str], ...] = (
    (r"\b(?:forecast|predict|projection|extrapolat|next (?:year|month|quarter))", "a forecast"),
    (r"\b(?:moving averages?|rolling averages?|sma\b|ema\b)", "moving averages"),
    (r"\b(?:regress|linear model|ols\b)", "a regression"),
    (r"\b(?:machine learning|neural|cluster|random forest|xgboost|train a model)", "a machine-learning model"),
    (r"\b(?:sharpe|sortino|beta\b|alpha (?:of|against)|value at risk|\bvar\b)", "risk-adjusted measures such as the Sharpe ratio"),
    (r"\b(?:sentiment|news)", "news or sentiment"),
    (r"\b(?:e-?mail|slack|send (?:it|me|them|the)|share it with)", "sending the result to someone"),
    (r"\b(?:every (?:day|week|month|morning|monday)|schedule|each morning)", "running it on a schedule"),
    (r"\b(?:pdf|powerpoint|pptx|slides?|excel|xlsx|google sheets?)\b", "an export to another format"),
    (r"\b(?:choropleth|map of|geographic map|on a map)", "a map"),
    (r"\b(?:delete|remove|drop|archive) (?:the |my |all |that )?(?:old |other )?(?:project|notebook|block|table)s?\b", "deleting something"),
)  # fmt: skip

GRAINS: dict[str, Grain] = {
    "daily": "day", "day": "day", "weekly": "week", "week": "week", "monthly": "month", "month": "month", "quarterly": "quarter",
    "quarter": "quarter", "yearly": "year", "annual": "year", "annually": "year", "year": "year", "täglich": "day", "monatlich": "month",
    "mensuel": "month", "jährlich": "year",
}  # fmt: skip

GENERAL = _set(
    """a an the and or of on in at to for from with by about into over under per as is are be it its this that these those my
    our your their we i you me us please can could would should like want need make create build set up start new do did
    done go get give take put use using used project projects notebook notebooks analysis analyses analyse analyze
    analyzing analysing exploration explore exploring explores explor look looking show showing shows see seeing study
    examine investigate investigating overview summary summarise summarize report dashboard chart charts plot plots graph
    graphs figure figures table tables data dataset database block blocks compare comparing comparison compared versus vs
    between against both all every each some any more most less than then also just only quick short nice simple detailed
    deep full complete interesting how what which who why when where whether has have had been was were will one two three
    called named titled name title it's there here add adding include including included extend extra another first second
    last past previous year years month months quarter quarters week weeks day days time period since until during recent
    latest history trend trends return returns volatility risk drawdown drawdowns correlation change changes growth
    performance level levels mover movers rise fall rises falls biggest largest smallest best worst top average total sum
    mean median distribution breakdown split seasonality seasonal share by across within relative together move moves
    moving developed development evolve evolution run running execute don't not without no yes ok hello hi hey thanks
    thank somebody someone something anything everything thing things stuff help insight insights information info
    question questions answer answers result results number numbers value values measure measures series column columns
    row rows category categories sector sectors industry industries group groups segment segments kind kinds type types
    integration workspace warehouse file files sheet analyst boss team manager meeting us u.s. usa america american united
    states national world global good great really very much many few lot lots up down high low end start begin beginning
    ended fell rose grew grow growing shrink crisis crash recession monthly weekly daily quarterly yearly annual annually
    calendar well so if but while after before through out off again same different other today now current currently ever
    long short term wide side next would let let's tell find out know understand figure interested interesting curious und
    der die das den dem ein eine einen einer mit von für zu zum zur im am auf über letzten letzte jahre jahr monat monate
    erstelle projekt zeige analysiere le la les un une des du de et sur pour dans avec créer crée projet analyser
    dernières derniers années ans el los las una unos y con para crear proyecto analizar últimos años sobre vergleich
    vergleiche comparer comparar"""
)
"""Words that carry no subject of their own."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_NEGATING = ("un", "non", "dis", "anti", "in", "im", "under", "de", "mis", "pre", "post", "sub")


def plain(text: str) -> str:
    """Lower case, full-width forms made usual, accents gone."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a text or of a column name, in order, plain and singular."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ")
    return [singular(plain(word.replace("’s", "").replace("'s", ""))) for word in _WORD.findall(spaced)]


@cache
def singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


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


def corrected(word: str, vocabulary: frozenset[str]) -> str:
    """The word of the vocabulary that is meant, or the word itself."""
    if word in vocabulary or word in GENERAL or len(word) < 5:
        return word
    pool = [
        known
        for known in vocabulary | ELSEWHERE | GENERAL
        if known[0] == word[0] and abs(len(known) - len(word)) <= 2
    ]
    near = [
        (OSA.distance(word, known), known not in vocabulary, known) for known in pool if alike(word, known)
    ]
    return min(near)[2] if near else word


_TIMELY = _set(
    "year years month months week weeks quarter quarters decade past last since previous between during until"
)


def spelled(text: str, known: frozenset[str]) -> str:
    """The text with misspelt words of time mended, so that its period is found."""

    def mend(found: re.Match[str]) -> str:
        word = found[0].lower()
        if len(word) < 4 or word in GENERAL or singular(word) in known or word in _TIMELY:
            return found[0]
        near = [one for one in _TIMELY if OSA.distance(word, one) <= 1 and word[0] == one[0]]
        return near[0] if len(near) == 1 else found[0]

    return re.sub(r"[A-Za-z]+", mend, text)


__all__ = [
    "BEYOND",
    "ELSEWHERE",
    "GENERAL",
    "GRAINS",
    "PARTS",
    "TOPICS",
    "alike",
    "corrected",
    "plain",
    "singular",
    "words",
]
