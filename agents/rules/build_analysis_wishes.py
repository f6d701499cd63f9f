"""What a request wishes beside its data and window: parts, how many, limits, moving averages, choices, and what is beyond the menu."""

import re
from typing import NamedTuple

from agents.asks.build_analysis import ChartKind, Grain, Limit, Part
from agents.asks.period_words import NUMBERS, UNITS, N, number
from agents.rules.build_analysis_words import BEYOND, GRAINS, PARTS, plain, words

_DOWN = r"(?:fell|fall(?:en|s|ing)?|dropp?(?:ed|s|ing)?|los[ts]e?s?|losing|loss(?:es)?|declin(?:ed|es?|ing)|sank|plung(?:ed|es?)|down|decreas(?:ed|es?)|shrank|went down|crash(?:ed)?|minus|gefallen|fiel|verlor|baiss\w+|perdu|cay[oó])"
_UP = r"(?:rose|ris(?:en|es?|ing)|gain(?:ed|s)?|grew|grow(?:n|s|th)?|jump(?:ed|s)?|climb(?:ed|s)?|up|increas(?:ed|es?)|went up|plus|gestiegen|stieg|gagn\w+|hauss\w+|subi[oó])"
_MOVED = r"(?:mov(?:ed|es?)|chang(?:ed|es?)|swung|swings?)"
_MORE = r"(?:(?:of|by|um|de)? ?(?:more than|over|at least|above|greater than|exceeding|larger than|bigger than|beyond|>=?|mehr als|plus de|más de) ?)"
_LESS = r"(?:less than|below|under|lower than|at most|fewer than|<=?|weniger als|unter|moins de|menos de)"
_NUMBER = r"(?P<n>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?P<k> ?(?:k|m|thousand|million)\b)?"
_PERCENT = r" ?(?:%|percent\b|per cent\b|pct\b|prozent\b|pour ?cent\b|por ciento\b)"
_ONES = r"\b(?:days?|weeks?|months?|quarters?|years?|times?|closes|closings|readings|entries|values|when(?:ever)?|how often|tage?n?|monate?n?|jours?|mois|d[ií]as?|meses|periods?|readings?|sessions?|occasions?|flag|highlight|list)\b"
_LIMITS: tuple[tuple[str, str, str], ...] = (
    (rf"{_DOWN}[^.;,\n\d]{{0,25}}?{_MORE}{_NUMBER}{_PERCENT}", "change", "below"),
    (rf"{_UP}[^.;,\n\d]{{0,25}}?{_MORE}{_NUMBER}{_PERCENT}", "change", "above"),
    (rf"{_MOVED}[^.;,\n\d]{{0,25}}?{_MORE}{_NUMBER}{_PERCENT}", "change", "beyond"),
    (rf"{_MORE}{_NUMBER}{_PERCENT}(?: (?:daily|weekly|monthly))? {_DOWN}", "change", "below"),
    (rf"{_MORE}{_NUMBER}{_PERCENT}(?: (?:daily|weekly|monthly))? {_UP}", "change", "above"),
    (rf"(?:(?:returns?|changes?) )?(?:below|under|worse than|<) ?-(?:{_NUMBER}){_PERCENT}", "change", "below"),
    (rf"(?:above|over|exceed(?:s|ed|ing)?|more than|greater than|higher than|at least|>=?|mehr als|über|plus de|más de) ?(?:\$|€|£)? ?{_NUMBER}(?!{_PERCENT}|[-\d/]| ?(?:years?|months?|days?|weeks?|quarters?|sectors?))", "value", "above"),
    (rf"{_LESS} ?(?:\$|€|£)? ?{_NUMBER}(?!{_PERCENT}|[-\d/]| ?(?:years?|months?|days?|weeks?|quarters?|sectors?))", "value", "below"),
    (r"(?:days?|weeks?|months?|quarters?|years?)(?: (?:per|in an?|of the|of|each|every) (?:year|quarter|month))? (?:with|of|in which|when|where|that|there (?:was|were))(?: \w+){0,3}? (?:falling|fell|fall|declin\w+|dropp\w+|shr[aiu]nk\w*|decreas\w+|went down|job loss(?:es)?|lost jobs)\b", "change", "below"),
    (r"(?:days?|weeks?|months?|quarters?|years?)(?: (?:per|in an?|of the|of|each|every) (?:year|quarter|month))? (?:with|of|in which|when|where|that|there (?:was|were))(?: \w+){0,3}? (?:rising|rose|rise|grow\w*|grew|gain\w*|increas\w+|went up|job gains?)\b", "change", "above"),
    (r"(?:days?|weeks?|months?|quarters?|years?|sessions?)\b[^.;?!]{0,40}?\b(?:clos|end|finish)(?:e[sd]?|ed|ing|s)? (?:higher|up|in the (?:green|plus|black)|with a gain)\b", "change", "above"),
    (r"(?:days?|weeks?|months?|quarters?|years?|sessions?)\b[^.;?!]{0,40}?\b(?:clos|end|finish)(?:e[sd]?|ed|ing|s)? (?:lower|down|in the (?:red|minus)|with a loss)\b", "change", "below"),
    (r"(?:the |most )?(?:last|latest|recent|recently) (?:time|day|week|month|quarter|year)s?\b[^.;?!]{0,60}?\b(?:fell|falling|declined|shrank|dropped|lost|decreased|went down|(?:was|were|turned) negative)\b(?! (?:by|more|below|under))", "change", "below"),
    (r"(?:the |most )?(?:last|latest|recent|recently) (?:time|day|week|month|quarter|year)s?\b[^.;?!]{0,60}?\b(?:rose|rising|gained|grew|increased|went up)\b(?! (?:by|more|above|over))", "change", "above"),
    (r"how many (?:days|weeks|months|quarters|years)\b[^.;?!]{0,60}?\b(?:fall|fell|drop(?:ped)?|declined?|los[et]|shr[aiu]nk|decreased?|go(?:ne)? down|went down|been falling)\b(?! (?:by|more))", "change", "below"),
    (r"how many (?:days|weeks|months|quarters|years)\b[^.;?!]{0,60}?\b(?:rise|rose|gain(?:ed)?|gr[eo]w|increased?|go(?:ne)? up|went up|been rising)\b(?! (?:by|more))", "change", "above"),
    (r"(?:losing|down|negative|red) (?:streaks?|runs?|series)|(?:streaks?|runs?|series) of (?:losses|falls|declines|(?:losing|down|negative) \w+)|(?:fell|fall|falling|dropped|declined|lost|losses) (?:\w+ ){0,4}?in a row", "change", "below"),
    (r"(?:winning|up|positive|green) (?:streaks?|runs?)|(?:streaks?|runs?) of (?:gains|rises|(?:winning|up|positive) \w+)|(?:rose|rise|rising|gained|grew|gains) (?:\w+ ){0,4}?in a row", "change", "above"),
    (r"(?:negative|losing|red|down) (?:days?|weeks?|months?|quarters?|years?)\b|(?:days?|weeks?|months?|quarters?|years?) (?:with|of) (?:a )?(?:loss|falls?|declines?)\b", "change", "below"),
    (r"(?:positive|winning|green|up) (?:days?|weeks?|months?|quarters?|years?)\b|(?:days?|weeks?|months?|quarters?|years?) (?:with|of) (?:a )?(?:gain|rise)s?\b", "change", "above"),
)  # fmt: skip
_BEST = r"(?:best|worst|largest|biggest|highest|lowest|strongest|weakest|smallest|top|most|besten?|schlechtesten?|größten?|grössten?|meilleure?s?|pires?|mejores|peores|nejlepší|nejhorší)"
_UNIT = r"(?P<u>trading days?|days?|weeks?|months?|quarters?|years?|tage?n?|wochen?|monate?n?|quartale?n?|jahre?n?|jours?|semaines?|mois|trimestres?|ann[ée]es?|d[ií]as?|semanas?|mes(?:es)?|años?)\b"
_EXTREMES = (
    rf"\b{_BEST}(?:,? (?:and|und|et|y|or|/) {_BEST})? (?:(?:{N}) )?(?:performing )?(?:single )?{_UNIT}",
    rf"\b{_UNIT} (?:were|was|are|is|had) (?:the )?{_BEST}\b",
    rf"\bwhich {_UNIT} (?:were|was|are|is|had|did|saw) [^.?!]{{0,30}}?{_BEST}\b",
    rf"\b{_BEST} (?:{N} )?(?:one|single|1)[- ](?P<u>day|week|month|quarter|year)(?:[- ]on[- ](?:day|week|month|year))? (?:loss\w*|gain\w*|fall\w*|rise\w*|drop\w*|return\w*|chang\w*|mov\w*|swing\w*|declin\w*|jump\w*|slump\w*|crash\w*)",
    rf"\b(?P<u>day|week|month|quarter)s? (?:with|that had|of) the {_BEST} (?:{N} )?(?:loss\w*|gain\w*|fall\w*|rise\w*|drop\w*|return\w*|chang\w*|mov\w*|swing\w*|declin\w*|jump\w*|slump\w*)",
    rf"\b{_BEST} (?:{N} )?(?P<u>daily|weekly|monthly|quarterly|yearly|annual) (?:loss\w*|gain\w*|fall\w*|rise\w*|drop\w*|return\w*|chang\w*|mov\w*|swing\w*|declin\w*)",
)
_TOP = (
    rf"\b(?:which|what|the) (?P<n>{N}) (?:[^\W\d_]\w* ){{1,3}}?(?:(?:that|which|who|has|have|had|did|were|was) )*(?:added|gained|created|lost|shed|cut|grew|grow|grown|fell|fall|fallen|shrank|rose|rise|earned|earn|sold|sell|made|bring|brought|cost|spent|spend)\b[^.;?!]{{0,30}}?\b(?:most|least|fewest|fastest|slowest|hardest|more than)\b",
    rf"\b(?:top|first|bottom|best|worst|largest|biggest|highest|lowest|smallest|strongest|weakest)(?:[ -]|(?=\d))(?P<n>(?!ones?\b(?! \w+s\b)){N})\b(?! (?:years?|months?|days?|weeks?|quarters?) (?:of|back)\b)",
    rf"\b(?P<n>{N}) (?:[a-zäöüéíóáñ]+ )?(?:con (?:más|mas|menos)|avec le (?:plus|moins)|les plus|mit den meisten|mit den wenigsten|best|worst|largest|biggest|highest|lowest|smallest|strongest|weakest|most|fastest|top|größten|besten|plus grand\w*|meilleur\w*|mayores|mejores)\b",
)
_MOVING = (
    rf"\b(?P<n>\d{{1,4}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})[- ]?(?P<u>trading[- ]days?|days?|d|weeks?|w|months?|m|quarters?|years?|y|periods?|tage?|monate?|jours?|mois|d[ií]as?|meses)?[- ]?(?:simple |exponential |trailing )?"
    r"(?:moving|rolling|running|sma\b|ema\b|gleitend\w*|mobiles?)",
    r"(?:moving|rolling|running) (?:average|mean)s? (?:of|over|with(?: a window of)?) (?P<n>\d{1,4}) ?(?P<u>trading[- ]days?|days?|weeks?|months?|quarters?|years?|periods?)?",
    r"\b(?:averages|means) (?:of|over)(?: the (?:last|past|previous))? (?P<n>\d{1,4})(?=(?:(?:,| and | or |/)+ ?\d{1,4})*[- ]?(?:trading )?(?:days?|weeks?|months?)\b)(?: (?P<u>(?:trading )?days?|weeks?|months?))?",
    r"moyennes? mobiles? (?:sur |de |à )?(?P<n>\d{1,4}) ?(?P<u>jours?|mois|semaines?)?",
)  # fmt: skip
CHOOSE = re.compile(
    r"\b(?:let (?:me|us|people|users?|them|readers?|everyone|the \w+) (?:choose|pick|select|switch|filter|change)|drop-?downs?|selector|(?:i|we|people|users?|one) (?:can|could|want to|may|should be able to) (?:choose|pick|select|switch)"
    r"|so (?:that )?(?:i|we|people|users?) can (?:choose|pick|select|switch|change|filter)|interactive(?:ly)?|(?:a|the) (?:choice|selection) of (?:the |a )?(?!\d)\w+|(?:select|choice|selection) (?:field|box|block|list|input)|choosable|selectable|input (?:block|for)|with (?:an? )?(?:input|filter)|auswähl\w*|auswahl|choisir|elegir)\b", re.I
)  # fmt: skip
_COUNT = re.compile(r"\b(?:how many|how much many|number of|count(?:s|ed)?(?: of)?|no\. of|# of|anzahl|combien|cu[aá]nt[oa]s|kolik|volume of (?=orders|tickets|events))\b", re.I)  # fmt: skip
AVERAGE = re.compile(r"(?<!moving )(?<!rolling )(?<!running )\b(?:averaged?|averages|mean|avg|durchschnitt\w*|mittelwert\w*|moyenn\w+|promedio|průměr\w*)\b(?! (?:of|over) \d)", re.I)  # fmt: skip
_SHARE = r"(?:shares?|percentages?|percent|proportions?|fractions?|part|%|anteil|prozent|part|porcentaje)"
_WHOLE = re.compile(rf"(?<!\d)(?<!\d )(?<!changes in )(?<!change in )(?<!growth in )(?<!up in )(?<!down in )\b{_SHARE}(?: (?!instead\b|rather\b|ahead\b|changes?\b)\w+){{0,3}}? (?:of|in|am|an|du|del) (?!between\b|the (?:past|last|meantime)\b|\d)(?:the |all |total )*(?P<whole>[^,.;?!\n]{{2,60}})|\bas an? {_SHARE} of (?P<whole2>[^,.;?!\n]{{2,40}})", re.I)  # fmt: skip
_NO_RUN = re.compile(
    r"\b(?:don'?t|don’t|do not|without|no need to|not|never|nicht) (?:run|execut|running|start|ausführen|be run)|\bno run\b|\bwithout executing|\bbuild(?: it)? only|\bnicht (?:ausführen|starten|laufen)|"
    r"\b(?:i'?ll|i will|we'?ll|let me) run (?:it|this) (?:myself|ourselves|later)|\bsans l'exécuter|\bne (?:le |la )?lance[zr]? pas|\bsin ejecutar|\bleave it unrun|\bnespouštěj", re.I
)  # fmt: skip


_THINGS = r"(?:jobs?|people|persons|workers?|employees?|staff|positions?|posts?|points?|units|customers?|orders?|users?|tickets?)"
_MOVES = r"(?:add(?:s|ed|ing)?|gain(?:s|ed|ing)?|creat(?:e[sd]?|ing)|los[et]s?|losing|shed|cut|put on|destroy(?:ed|s)?)"
_AMOUNTS = re.compile(
    rf"\b{_MOVES} (?:by far )?(?:the )?(?:(?:most|fewest|least|highest number of|largest number of) )?{_THINGS}\b|\bhow many (?:more |fewer )?{_THINGS}\b[^.;?!]{{0,60}}\b{_MOVES}\b"
    rf"|\b(?:loss(?:es)?|gains?) (?:in|of) (?:\w+ ){{0,2}}?(?:employment|{_THINGS})\b"
    rf"|\b{_THINGS}[- ](?:loss(?:es)?|gains?|growth in numbers)\b|\b{_THINGS} (?:were |have been |got )?(?:lost|added|gained|created|shed|cut)\b|\bin (?:absolute|total) (?:terms|numbers|figures)\b|\babsolute (?:change|gain|loss|rise|fall|growth)\w*",
    re.I,
)
"""Changes wanted in numbers: `added the most jobs`, `the biggest job loss`."""
_RELATIVE = re.compile(
    r"%|\b(?:percent\w*|per ?cent|pct|relative(?:ly)?|proportional\w*|in relation|growth rates?)\b", re.I
)
_MEDIAN = re.compile(r"\bm(?:e|é)dian\w*\b", re.I)
DOWNWARDS = re.compile(
    r"\b(?:smallest|lowest|bottom|least|fewest|worst|weakest|poorest|losers?|laggards?|(?:hit|affected|struck) (?:the )?(?:hardest|worst|most)|(?:hardest|worst)[- ]hit"
    r"|(?:lost|fell|declined?|shrank|dropped|suffered|shed) (?:by )?(?:the )?most|most (?:lost|losses|jobs? lost)|biggest (?:loss|drop|fall|decline)(?:e?s)?|largest (?:loss|drop|fall|decline)(?:e?s)?"
    r"|least (?:popular|sold)|slowest|steadiest|calmest|(?:most|more) (?:stable|steady)|by (?:the )?(?:\w+ ){0,5}(?:lost|loss(?:es)?|declines?|falls?|drops?|decreases?|shed|cuts?)\b|kleinsten?|wenigsten|schlechtesten?|moins|menos|peores)\b",
    re.I,
)
_LOST_MOST = re.compile(
    r"\b(?:lost|los[et]|shed|cut|fell|declined?|shrank|dropped|suffered) (?:by )?(?:the )?most\b(?![^.;?!]*\b(?:gained|added|grew|rose|created)\b)",
    re.I,
)
_UPWARDS = re.compile(
    r"\b(?:best|largest|biggest|highest|top|most popular|strongest|fastest|winners?|gainers?|biggest gains?|best[- ]selling|größten?|besten?|meilleure?s?|mejores)\b", re.I
)  # fmt: skip
_CHARTS: tuple[tuple[str, ChartKind], ...] = (
    (r"\b(?:pie|dou?gh?nut|torten?|kreis|camembert)(?:[- ]?(?:chart|diagram\w*|graph))?s?\b", "pie"),
    (r"\bstacked (?:bars?|columns?)|\b(?:bars?|columns?)(?: charts?)?,? stacked\b|\bstacked\b(?! area)", "stacked bar"),
    (r"\bstacked areas?\b", "stacked area"),
    (r"\barea (?:chart|plot|graph)s?\b", "area"),
    (r"\bscatter", "scatter"),
    (r"\bhistogram", "histogram"),
    (r"\bbox[- ]?(?:and[- ]whiskers?|plots?|charts?)\b", "box"),
    (r"\bheat ?maps?\b", "heatmap"),
    (r"\b(?:bars?|columns?) ?(?:chart|plot|graph|diagram)s?\b|\b(?:as|in|with) (?:bars|columns)\b|\bbalkendiagramm\w*", "bar"),
    (r"\bline ?(?:chart|plot|graph)s?\b|\bas (?:a )?lines?\b|\bliniendiagramm\w*", "line"),
)  # fmt: skip
_BY_GAIN = re.compile(
    r"\b(?:top|bottom|best|worst|largest|biggest|rank\w*|order\w*|sort\w*)\b[^.;?!]{0,60}?\b(?:by|according to|in terms of) (?:the )?(?:(?!year|month|day|week|quarter)\w+ ){0,2}?"
    r"(?:gain(?:s|ed)?|growth|grown|added|lost|shed|cuts?|created|increases?|decreases?|changes?|rises?|falls?|loss(?:es)?|declines?)\b(?! rates?\b)",
    re.I,
)
"""A ranking by how much things changed, not by how large they are."""
_AHEAD = re.compile(rf"\b(?:next|coming|following) (?P<n>{N}) (?P<u>days?|weeks?|months?|quarters?|years?)\b|\b(?P<n2>{N}) (?P<u2>days?|weeks?|months?|quarters?|years?) (?:ahead|out|into the future|forward)\b", re.I)  # fmt: skip


class Wishes(NamedTuple):
    parts: list[Part]
    grain: Grain
    top: int
    moving: int
    moving_unit: Grain
    moving_too: list[int]
    """Further lengths of moving averages."""
    limit: Limit | None
    whole: str
    """What shares are of, in the request's words."""
    counted: bool
    average: bool
    median: bool
    amounts: bool
    """Whether changes are wanted in numbers."""
    smallest: bool
    chart: ChartKind
    ahead: int
    """How many periods a forecast goes."""
    choose: bool
    beyond: list[str]
    run: bool
    rest: str
    """The text without limits and lengths, whose numbers are no dates."""


def find_wishes(text: str, whole_request: str) -> Wishes:
    """The wishes of a request; `text` is the request without names and window."""
    ahead, ahead_unit, text = _ahead(text)
    lengths, unit, rest = _moving(text)
    limit, grain, rest = _limit(rest)
    under = _UNDER_HIGH.search(text)
    moving = lengths[0] if lengths else 0
    rolling = _ROLLING.search(text) is not None
    extremes, each = _extremes(rest)
    top = top_in(rest)
    plainly = plain(text)
    parts = [part for pattern, part in PARTS if re.search(pattern, plainly)]
    if ahead and Part.FORECAST not in parts:
        parts.insert(0, Part.FORECAST)
    top_said = next(pattern for pattern, part in PARTS if part is Part.TOP)
    parts = _without_weaker(parts, ranks_only=re.search(top_said, _RANK.sub(" ", plainly)) is None)
    if under is not None:  # days of a drawdown, not of a change
        limit = Limit(of="change", than="below", number=-float(under["n"]))
        parts = [Part.DRAWDOWN, *[part for part in parts if part not in (Part.DRAWDOWN, Part.TOP)]]
        rest = text.replace(under[0], " ", 1)
    elif limit is not None:
        parts.insert(0, Part.MATCHES)
    if extremes:
        parts = [Part.EXTREMES, *[part for part in parts if part is not Part.TOP]]
    elif top and not set(parts) & {Part.MOVERS, Part.TOP, Part.EXTREMES, Part.DRAWDOWN}:
        parts.insert(0, Part.TOP)
    if rolling:
        parts = [Part.CORRELATION, *[part for part in parts if part not in (Part.CORRELATION, Part.MOVING, Part.RETURNS, Part.CHANGE, Part.TREND)]]  # fmt: skip
        moving, unit = moving or length_in(text) or 60, unit if moving else ""
    elif _ROLLING_VOLATILITY.search(text):
        parts = [Part.VOLATILITY, *[part for part in parts if part not in (Part.VOLATILITY, Part.MOVING)]]
        moving = moving or length_in(text)
        rest = re.sub(
            r"\b(?:trailing|rolling)?\s*\d{1,4}[- ]?(?:trading[- ])?(?:days?|weeks?|months?)\b",
            " ",
            rest,
            flags=re.I,
        )
    elif (moving or Part.MOVING in parts) and Part.MOVING not in parts:
        parts.insert(0, Part.MOVING)
    found = _WHOLE.search(text)
    whole = (found["whole"] or found["whole2"] or "").strip() if found else ""
    if (
        found
        and limit is not None
        and re.search(r"\b(?:days?|weeks?|months?|quarters?|years?|sessions?)\b", found[0])
    ):
        whole, parts = (
            "",
            [part for part in parts if part is not Part.BREAKDOWN],
        )  # how often, not a share of a total
    elif found and Part.BREAKDOWN not in parts:
        parts.append(Part.BREAKDOWN)
    if _BY_GAIN.search(plainly):
        parts = [Part.MOVERS, *[part for part in parts if part not in (Part.TOP, Part.CHANGE, Part.MOVERS)]]
    beyond = [name for pattern, name in BEYOND if re.search(pattern, plainly)]
    return Wishes(
        list(dict.fromkeys(parts)), grain or each or ahead_unit, top, moving, unit, lengths[1:5], limit, whole, _COUNT.search(text) is not None,
        AVERAGE.search(text) is not None, _MEDIAN.search(text) is not None, _AMOUNTS.search(text) is not None and not _RELATIVE.search(text), (DOWNWARDS.search(text) or _LARGEST_FALLS.search(text)) is not None and (not _both_ends(text) or _LOST_MOST.search(text) is not None),
        chart_in(text), ahead, CHOOSE.search(text) is not None, beyond, _NO_RUN.search(whole_request) is None, rest,
    )  # fmt: skip


_RANK = re.compile(r"\brank(?:ing|ings|ed|s)?\b(?: (?:them|it|these|all|of them))?", re.I)


def _without_weaker(parts: list[Part], ranks_only: bool) -> list[Part]:
    """The parts without those that only the words of another one brought in; `ranks_only` where nothing but `rank` says that the largest are wanted."""
    covers = {
        Part.GROWTH: {Part.CHANGE},
        Part.SCATTER: {Part.CORRELATION} if Part.CORRELATION not in parts else set(),
        Part.DRAWDOWN: {Part.CHANGE, Part.MOVERS} if Part.DRAWDOWN in parts else set(),
        Part.FORECAST: {Part.CHANGE, Part.TREND},
        Part.CROSSTAB: {Part.SEASONALITY, Part.TREND},
        Part.MOVERS: {Part.TOP} if ranks_only else set(),
    }
    gone = {weaker for part in parts for weaker in covers.get(part, ())}
    return [part for part in parts if part not in gone]


_LARGEST_FALLS = re.compile(r"\b(?:largest|biggest|worst|steepest|deepest|sharpest|strongest|greatest) (?:(?!rise|gain|increase|and\b)[\w-]+ ){0,2}?(?:loss(?:es)?|drops?|falls?|declines?|decreases?)\b", re.I)  # fmt: skip
_UNDER_HIGH = re.compile(rf"(?P<n>\d{{1,2}}(?:\.\d+)?){_PERCENT} (?:or more )?(?:under|below|off|down from|beneath|less than|from) (?:its|the|their) (?:(?:running|all[- ]time|previous|last|record|earlier|prior|highest|own) ){{0,2}}(?:high|peak|maximum|top|level so far)\b", re.I)  # fmt: skip


def _both_ends(text: str) -> bool:
    """Whether best and worst are both wanted: `best and worst`, `the largest rises and falls`."""
    counted = re.sub(
        rf"\btop[- ]?(?:{N} )?(?=(?:\w+ ){{0,1}}?(?:worst|lowest|smallest|weakest|bottom|losers?|falls?|drops?|losses)\b)",
        " ",
        text,
        flags=re.I,
    )
    return _UPWARDS.search(_LARGEST_FALLS.sub(" ", counted)) is not None


def chart_in(text: str) -> ChartKind:
    """The kind of chart that a text names."""
    return next((kind for pattern, kind in _CHARTS if re.search(pattern, text, re.I)), "")


def _ahead(text: str) -> tuple[int, Grain, str]:
    """How far a forecast goes, its step, and the text without it: `the next 12 months`."""
    plainly = plain(text)
    if not re.search(r"\b(?:forecast|predict|projection|project|extrapolat|expect|outlook|will)\w*", plainly):
        return 0, "", text
    found = _AHEAD.search(text)
    if found is None:
        shorter = re.sub(r"\b(?:for |over )?(?:the )?(?:next|coming) (?:year|month|quarter|week)\b", " ", text, flags=re.I)  # fmt: skip
        return 0, "", shorter
    count, unit = number((found["n"] or found["n2"]).lower()), step(found["u"] or found["u2"])
    if unit == "year":
        count, unit = count * 12, "month"
    return min(count, 120), unit, f"{text[: found.start()]} {text[found.end() :]}"


def grain_in(text: str) -> Grain:
    """The step that a word such as `monthly` names, outside `by` and `per`."""
    for word in words(text):
        if word.endswith("ly") or word in ("annual", "mensuel"):
            return GRAINS.get(word, "")
    return ""


_BY_STEP = re.compile(r"\b(?P<u>year|quarter|month|week) (?:by|for|after) (?P=u)\b|\b(?:by|per|each|every|(?:in|of|for) (?:each|every)) (?:calendar |single )?(?:year|quarter|month|week)\b", re.I)  # fmt: skip
"""By what the periods that pass are counted: not themselves what is counted."""


def _limit(text: str) -> tuple[Limit | None, Grain, str]:
    ones = re.search(_ONES, _BY_STEP.sub(" ", text), re.I) or re.search(_ONES, text, re.I)
    for pattern, of, than in _LIMITS:
        found = re.search(rf"(?<![\w]){pattern}", text, re.I)
        if found is None or (ones is None and of == "value"):
            continue
        amount = 0.0
        if "n" in found.groupdict() and found["n"]:
            amount = _amount(found["n"], found["k"])
            if of == "value" and 1900 <= amount <= 2100 and "." not in found["n"] and "," not in found["n"] and re.search(r"\b(?:over|since|after)\b", found[0], re.I):  # fmt: skip
                continue
        if of == "change" and than == "below":
            amount = -amount
        unit = step(ones[0]) if ones else ""
        rest = f"{text[: found.start()]} {text[found.end() :]}" if amount else text
        return Limit.model_validate({"of": of, "than": than, "number": amount}), unit or step(found[0].split()[-1]), rest  # fmt: skip
    return None, "", text


def _amount(digits: str, factor: str | None) -> float:
    plainly = re.sub(r"[, ](?=\d{3}(?:\D|$))", "", digits).replace(",", ".")
    unit = (factor or "").strip().lower()
    return float(plainly) * (
        1_000 if unit in ("k", "thousand") else 1_000_000 if unit in ("m", "million") else 1
    )


def step(word: str) -> Grain:
    """The grain of `trading days`, `Monate`, `weekly`."""
    last = word.strip().lower().split()[-1].split("-")[-1] if word.strip() else ""
    known: dict[str, Grain] = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annual": "year", "d": "day", "w": "week", "m": "month", "y": "year"}  # fmt: skip
    if last in known:
        return known[last]
    unit = UNITS.get(last) or UNITS.get(last.rstrip("n"))
    return unit if unit in ("day", "week", "month", "quarter", "year") else ""


_LENGTHS = r"(?:\d{1,4}[- ]?(?:trading[- ]days?|days?|d|weeks?|months?)?[- ]?(?:,| and | & | or | plus |/|\+)+ ?(?:an? |the |its )?)+"
_FURTHER = re.compile(r"^(?:(?:,| and | & | or |/)+ ?\d{1,4}\b(?:[- ]?(?:days?|weeks?|months?))?)+", re.I)


def _moving(text: str) -> tuple[list[int], Grain, str]:
    """The lengths of the moving averages that a text names, their unit, and the text without them."""
    for pattern in _MOVING:
        if found := re.search(pattern, text, re.I):
            before = re.search(rf"\b{_LENGTHS}$", text[: found.start()], re.I)
            after = _FURTHER.match(text[found.end() :]) if found["n"].isdigit() else None
            said = [*re.findall(r"\d+", before[0] if before else ""), *re.findall(r"\d+", after[0] if after else "")]  # fmt: skip
            start, end = before.start() if before else found.start(), found.end() + (after.end() if after else 0)  # fmt: skip
            unit = step(found["u"] or "") or (step(word[0]) if after and (word := re.search(r"days?|weeks?|months?", after[0])) else "")  # fmt: skip
            return list(dict.fromkeys([number(found["n"].lower()), *map(int, said)])), unit, f"{text[:start]} {text[end:]} moving average"  # fmt: skip
    return [], "", text


_ROLLING = re.compile(r"\b(?:rolling|moving|running|trailing)\b[^.;,]{0,40}?\bcorrelation|\bcorrelation\b[^.;,]{0,25}\b(?:rolling|moving|over time)\b", re.I)  # fmt: skip
_ROLLING_VOLATILITY = re.compile(r"\b(?:rolling|moving|running|trailing)\b[^.;,]{0,40}?\b(?:volatil\w+|standard deviations?|std)\b|\b(?:volatil\w+|standard deviation)\b[^.;,]{0,25}\b(?:rolling|moving|trailing)\b", re.I)  # fmt: skip
_LENGTH = re.compile(r"\b(?:default|window|length|slider|span)(?: (?:value|length|size))? ?(?:of|to|=|is|at|:|from \d+ to)? ?(?P<n>\d{1,4})\b|\b(?P<n2>\d{1,4})[- ](?:days?|weeks?|months?)\b", re.I)  # fmt: skip


def length_in(text: str) -> int:
    """The length of a rolling window, where the text gives one: `default 60`, `window of 90`."""
    found = _LENGTH.search(text)
    return int(found["n"] or found["n2"]) if found else 0


def _extremes(text: str) -> tuple[bool, Grain]:
    for pattern in _EXTREMES:
        if found := re.search(pattern, text, re.I):
            return True, step(found["u"])
    return False, ""


def top_in(text: str) -> int:
    """How many of the largest or smallest a text wants; 0 when it gives no number."""
    for pattern in _TOP:
        if found := re.search(pattern, text, re.I):
            return min(100, number(found["n"].lower()))
    return 0


__all__ = [
    "AVERAGE",
    "CHOOSE",
    "DOWNWARDS",
    "Wishes",
    "chart_in",
    "find_wishes",
    "grain_in",
    "length_in",
    "step",
    "top_in",
]
