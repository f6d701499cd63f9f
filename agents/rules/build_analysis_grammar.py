"""The grammar of requests: how people say what is compared, split, ranked, wanted alone, or to go where something exists."""

import re

from agents.asks.build_analysis import Part
from agents.asks.period_words import N

TOGETHER = re.compile(
    r"\b(?:compare|comparing|versus|vs\.?|against|relat|correlat|together|alongside|both|and|with|link|connection|impact|influence|affect)\b|\b(?:relat|correlat)\w*", re.I
)  # fmt: skip
ONLY = re.compile(r"\b(?:only|just|nothing but|solely|nur|seulement|uniquement|solo|sólo|jen|pouze)\b", re.I)
EXPLORING = re.compile(
    r"\b(?:explor\w*|analy[sz]\w*|overview|deep dive|insights?|investigat\w*|stud(?:y|ies|ying)|examin\w*|untersuch\w*|analis\w*|report on|everything about)\b", re.I
)  # fmt: skip
"""Words that want the usual parts beside those that are named."""
VALUE = re.compile(r"\b(?:closing|close) (?:price|level|value)s?\b|\b(?:raw|actual|bare) (?:values?|numbers?|figures?|data)\b|\bjust the numbers\b", re.I)  # fmt: skip
CLOSES = re.compile(
    r"\bclos(?:es?|ed|ing)\b|\b(?:stood|stands?|was|were|is|are) (?:the \w+ )?(?:at|quoted)\b|\btraded? at\b",
    re.I,
)
LEVELS = re.compile(r"\b(?:what|where|how (?:high|low|much)|latest|last|current|newest|most recent)\b[^.;?!]{0,30}?\b(?:prices?|levels?|values?|points?|quotes?)\b(?! did\b)", re.I)  # fmt: skip
PEAKS = re.compile(
    r"\b(?:peak(?:s|ed|ing)?|all[- ]time (?:highs?|lows?)|record (?:highs?|lows?)|max(?:im\w+)?|min(?:im\w+)?|troughs?|ever|at (?:its|their) (?:height|highest|lowest|best|top|bottom)|(?:highest|lowest) (?:point|level|value)\b(?! in \d)|reach(?:ed)?|bottom(?:ed)?(?: out)?)\b",
    re.I,
)
"""Of several series each one's own highest or lowest value counts, not the latest."""
STEP_BEFORE = re.compile(
    r"\b(?P<lead>(?:chang\w*|growth|grow\w*|grew|difference|increase|decrease|rise|fall|gain|loss|drop|up|down|compared|compare|relative|delta|percent\w*|%)\b(?: [\w%()-]+){0,3}?) "
    r"(?P<to>on|from|against|over|versus|vs\.?|with|to|than|since|relative to) (?:the|a|its|each|their) (?:previous|prior|preceding|last|foregoing) (?P<u>day|week|month|quarter|year)s?\b"
    r"(?! (?:of|in) \d)",
    re.I,
)
"""A change is counted from the step before, which is no window: `its change on the previous quarter`."""
EXISTING = re.compile(
    r"\b(?:in|to|into|inside|within|under)\s+(?:the |my |our |that )?(?:existing |same )?project\b|\bexisting (?:project|notebook)\b"
    r"|\b(?:to|into) (?:the |my |our )?notebook\b|\bextend (?:the |my |our )?notebook\b",
    re.I,
)
BY = re.compile(
    r"\b(?:by|per|for each|for every|of each|of every|each|every|across|over the(?! (?:past|last|previous|next|period|years?))|split by|grouped by|broken down by|nach|pro|je|par|por|podle)\s+(?:the\s+|all\s+|different\s+)?"
    r"([^\W\d_][\w-]*(?: (?!per\b|by\b|in\b|for\b|over\b|since\b|of\b|to\b|with\b|from\b|on\b|as\b|at\b)[^\W\d_][\w-]*){0,3})",
    re.I,
)
RANKED = re.compile(rf"\b(?:top|bottom|first|best|worst|largest|biggest|smallest|most popular|best[- ]?selling|highest|which|what) (?:{N} )?(?:best |worst |most popular )?(?P<noun>[^\W\d_][\w-]*(?: (?!by\b|in\b|for\b|of\b|with\b|has\b|have\b|had\b|did\b|was\b|is\b|are\b|lost\b|never\b|not\b|were\b|would\b|could\b|can\b|do\b|does\b|grew\b|fell\b|rose\b|recovered\b|sold?\b|sells?\b)[^\W\d_][\w-]*)?)", re.I)  # fmt: skip
"""What is ranked: `top 5 products`, `which sector lost`."""
QUALIFIED = re.compile(
    r"\b(?:in|for|from|of|at|within|among|about|on)\s+(?:the |our |my |all |their )?([^\W\d_][\w'’-]{2,})",
    re.I,
)
MONEY = frozenset(
    [
        "revenue",
        "sale",
        "turnover",
        "amount",
        "spend",
        "spending",
        "value",
        "total",
        "price",
        "income",
        "money",
        "earnings",
        "umsatz",
    ]
)
OVER_TIME = frozenset({Part.TREND, Part.CHANGE, Part.MOVERS, Part.SEASONALITY, Part.CORRELATION, Part.MATCHES, Part.EXTREMES, Part.MOVING, Part.PERIODS, Part.DRAWDOWN, Part.GROWTH, Part.FORECAST, Part.UNUSUAL, Part.RATIO, Part.CROSSTAB})  # fmt: skip
"""Wishes that need dates."""
OF_PRICES = frozenset({Part.DRAWDOWN, Part.VOLATILITY, Part.RETURNS, Part.REBASED})
"""Wishes that make sense of prices alone."""
WHOLES = frozenset(["total", "all", "overall", "nonfarm", "whole", "everything", "world"])
ONLY_TOTAL = re.compile(r"\b(?:only|just) (?:the )?(?:grand |over-?all )?totals?\b|\b(?:the )?(?:grand )?totals? only\b|\b(?:over-?all|in total|total (?:jobs?|employment|number)|(?:jobs?|employment|emplois?|empleos?|beschäftigung) (?:total|totaux|totales|gesamt|insgesamt))\b", re.I)  # fmt: skip
"""The sum of all series is meant, and none of them."""
AVERAGE_CHANGE = re.compile(r"\b(?:average|mean|median|typical) (?:daily |weekly |monthly |quarterly |yearly |annual )?(?:changes?|gains?|loss(?:es)?|rises?|falls?|increases?|decreases?)\b", re.I)  # fmt: skip
WHILE = re.compile(r"\b(?:when(?:ever)?|while|if|in (?:the )?(?:months|times|periods|years|quarters) (?:when|in which|where|that|of)) (?:the )?(?:\w+ ){1,3}?(?:falls?|rises?|drops?|declines?|grows?|shrinks?|is (?:falling|rising|growing|shrinking|low|high)|are (?:falling|rising|growing|shrinking))\b", re.I)  # fmt: skip
"""One series is asked about only for the times when another one moves in some way."""
CHOSEN_DAYS = re.compile(
    r"\b(?:period|dates?|time ?(?:range|frame|span)|window|range|years?)\b[^.;?!]{0,20}?\b(?:selectable|choosable|adjustable|changeable|variable|configurable|an? input)\b"
    r"|\b(?:choose|pick|select|change|set|adjust|filter by) (?:the |a |my |which )?(?:period|dates?|time ?(?:range|frame|span)|window|start|range|years?)\b|\b(?:inputs?|picker|selector|filter) (?:for|of) (?:the )?(?:period|dates?|time|window|range)\b|\bdate (?:picker|range|filter|inputs?|field|slider)\b|\b(?:choose|pick|select|change|set|adjust|enter|inputs? for|pickers? for)\b[^.;?!]{0,40}?\b(?:start|end|from|to|begin\w*) ?(?:and (?:end|to) )?(?:dates?|days?)\b",
    re.I,
)
"""The reader of the notebook wants to choose the days."""
NO_CHARTS = re.compile(r"\b(?:no|not? any|without(?: any)?|skip(?: the| all)?|omit(?: the| any)?|leave out (?:the |all )?|don['’]?t (?:want|need|draw|make)(?: any)?|ohne|sans|sin) ?(?:charts?|plots?|graphs?|pictures?|diagram\w*|graphi?[qc]\w*|gráfic\w*)\b|\b(?:just|only) (?:the )?(?:tables?|numbers?|figures)\b[^.;?!]{0,12}\bno\b|\b(?:text|tables?|numbers?) only\b", re.I)  # fmt: skip
STAKE = re.compile(r"(?:[$€£] ?(?P<n>\d[\d,]*(?:\.\d+)?)|\b(?P<n2>\d[\d,]*(?:\.\d+)?)(?P<k2>k)? ?(?:dollars?|euros?|pounds|bucks|usd|eur|[$€£]))(?P<k> ?k\b)?", re.I)  # fmt: skip
"""A sum that somebody puts in."""
SLIDER = re.compile(r"\bslider\b|\b(?:adjust|chang|vary|choose|select|set|tun|modif)\w*(?: \w+){0,3}? (?:window|length|span|number of days|moving)\b|\b(?:window|length|span)\b[^.;?!]{0,30}\b(?:adjustable|changeable|variable|configurable|an? input|as an? input|can be changed|(?:one|i|we|people) can (?:change|adjust|set|move))\b", re.I)  # fmt: skip
"""The reader of the notebook is to change a length."""
OF_LEVELS = re.compile(r"\bcorrelat\w*[^.;?!]{0,40}\b(?:levels?|closes|closing (?:prices?|levels?|values?)|not (?:of )?(?:the )?(?:returns|changes))\b|\b(?:levels?|closes)\b[^.;?!]{0,30}\bcorrelat", re.I)  # fmt: skip
WEEKDAYS = "a comparison of weekdays"
"""What is said of a wish for days of the week where the data holds none."""
RUNNING_TOTAL = "a running total"
USUAL = {
    "prices": [Part.REBASED, Part.RETURNS, Part.VOLATILITY, Part.DRAWDOWN, Part.CORRELATION],
    "series": [Part.TREND, Part.CHANGE, Part.MOVERS],
    "events": [Part.TREND, Part.CHANGE, Part.BREAKDOWN, Part.MOVERS],
    "plain": [Part.BREAKDOWN, Part.DISTRIBUTION, Part.TOP],
}
"""Parts of an analysis that asks for none."""
ALONGSIDE = {"prices": [Part.REBASED], "series": [Part.TREND], "events": [Part.TREND], "plain": list[Part]()}
"""What is shown beside the parts that a request names."""

__all__ = [
    "ALONGSIDE",
    "AVERAGE_CHANGE",
    "BY",
    "CHOSEN_DAYS",
    "CLOSES",
    "EXISTING",
    "EXPLORING",
    "LEVELS",
    "MONEY",
    "NO_CHARTS",
    "OF_LEVELS",
    "OF_PRICES",
    "ONLY",
    "ONLY_TOTAL",
    "OVER_TIME",
    "PEAKS",
    "QUALIFIED",
    "RANKED",
    "RUNNING_TOTAL",
    "SLIDER",
    "STAKE",
    "STEP_BEFORE",
    "TOGETHER",
    "USUAL",
    "VALUE",
    "WEEKDAYS",
    "WHILE",
    "WHOLES",
]  # fmt: skip
