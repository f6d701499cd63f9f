"""The words in which people name time: numbers, units, months, points, decades and episodes, in a few languages."""

import calendar
import re
from datetime import date, timedelta
from typing import Literal, NamedTuple

Unit = Literal["day", "week", "month", "quarter", "year"]

NUMBERS = {
    word: number
    for number, words in {
        1: "one a an eins ein eine einem einen un une uno una jeden",
        2: "two couple zwei deux dos dva dvě",
        3: "three few several drei trois tres tři",
        4: "four vier quatre cuatro čtyři",
        5: "five fünf cinq cinco pět",
        6: "six sechs seis šest",
        7: "seven sieben sept siete sedm",
        8: "eight acht huit ocho osm",
        9: "nine neun neuf nueve devět",
        10: "ten zehn dix diez deset",
        12: "twelve dozen zwölf douze doce",
        15: "fifteen",
        18: "eighteen achtzehn",
        20: "twenty zwanzig vingt veinte",
        24: "twenty-four",
        30: "thirty",
        36: "thirty-six",
        90: "ninety",
    }.items()
    for word in words.split()
}
UNITS: dict[str, Unit] = {}
for _unit, _words in {
    "day": "day days d tage tagen tag jours jour días dias día dny dní",
    "week": "week weeks wk wks wochen woche semaines semaine semanas semana týdny týdnů",
    "month": "month months mo mos mth mths monate monaten monat mois meses mes měsíce měsíců",
    "quarter": "quarter quarters qtr qtrs quartale quartalen quartal trimestres trimestre čtvrtletí",
    "year": "year years yr yrs y jahre jahren jahr ans an années année años año anos roky roků let",
    "decade": "decade decades jahrzehnt jahrzehnte décennie décennies década décadas",
}.items():
    for _word in _words.split():
        UNITS[_word] = _unit  # type: ignore[assignment]
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero leden ledna lednu", "february feb februar février fevrier febrero únor února",
            "march mar märz mars marzo březen března", "april apr avril abril duben dubna", "may mai mayo květen května",
            "june jun juni juin junio červen června", "july jul juli juillet julio červenec července",
            "august aug août aout agosto srpen srpna", "september sep sept septembre septiembre září",
            "october oct oktober octobre octubre říjen října", "november nov novembre noviembre listopad listopadu",
            "december dec dezember dez décembre diciembre prosinec prosince",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "erstes": 1, "ersten": 1, "zweites": 2, "zweiten": 2, "drittes": 3, "dritten": 3, "viertes": 4, "vierten": 4}  # fmt: skip
THIRDS = {
    "early": 0,
    "mid": 1,
    "middle": 1,
    "late": 2,
    "anfang": 0,
    "mitte": 1,
    "ende": 2,
    "début": 0,
    "fin": 2,
}
DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90, "noughties": 2000}  # fmt: skip


class Episode(NamedTuple):
    """A stretch of time that goes by a name."""

    pattern: str
    start: date
    end: date
    meaning: str


EPISODES = (
    Episode(
        r"(?:the )?(?:global |great |last )?(?:financial crisis|financial crash|great recession|recession|credit crunch|gfc|finanzkrise|crise financière|crisis financiera|finanční krize|(?<=the )crisis|crash of 2008|2008 crash|2008 crisis|crisis of 2008)(?: of 2008| of 2007)?",
        date(2007, 12, 1), date(2009, 6, 30), "the U.S. recession of December 2007 to June 2009 (NBER)"),
    Episode(r"(?:the )?(?:bursting of the )?dot-?\s?com (?:bubble|crash|bust|boom|era)", date(1999, 1, 1), date(2002, 10, 31), "January 1999 to October 2002"),
    Episode(r"(?:the )?(?:day )?(?:of )?(?:the )?lehman(?: brothers)?(?:(?:'s|’s)? (?:bankruptcy|collaps\w*|went bankrupt|failed|fell|failure))?", date(2008, 9, 15), date(2008, 9, 15), "15 September 2008"),
    Episode(r"(?:the )?(?:brexit (?:vote|referendum))", date(2016, 6, 24), date(2016, 6, 24), "24 June 2016, the day after the vote"),
    Episode(r"(?:the )?(?:september 11(?:th)?(?: attacks)?|9/11(?! ?/?\d{2,4}))(?! \d{4})", date(2001, 9, 11), date(2001, 9, 11), "11 September 2001"),
)  # fmt: skip

_DAY_MONTH = r"\d{1,2}\. ?\d{1,2}\. ?\d{4}|\d{1,2}/\d{1,2}/\d{4}"
N = r"(?:\d{1,3}|" + "|".join(sorted((re.escape(word) for word in NUMBERS), key=len, reverse=True)) + ")"
U = r"(?:" + "|".join(sorted((re.escape(word) for word in UNITS), key=len, reverse=True)) + ")"
M = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
POINT = (
    rf"(?:\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?|{_DAY_MONTH}|(?:\d{{1,2}}(?:\.|st|nd|rd|th)? (?:of |de )?)?{M},? (?:of |de )?\d{{4}}|{M} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|[qh][1-4] ?(?:/|of )?\d{{4}}|\d{{4}} ?-?[qh][1-4]|(?:{'|'.join(THIRDS)})[- ]\d{{4}}(?!'?s)|\d{{4}}(?!\d|'?s\b))"
)
PAST = r"(?:the |over |in |for |during |within |of |den |die |der |im |les |los |las |za )*(?:past|last|previous|latest|recent|most recent|trailing|preceding|prior|letzten|letzte|letztes|letzter|vergangenen|dernières|derniers|dernier|dernière|últimos|últimas|último|ultimos|ultimas|pasado|poslední|posledních)"
SINCE = r"(?:since|from|after|starting(?: in| from)?|beginning(?: in| with)?|as of|seit|ab|depuis|à partir de|desde|od(?: roku)?)"
UNTIL = r"(?:by(?= (?:the )?end of)|until|till|up to|before|prior to|bis|vor|jusqu'à|jusqu'en|avant|hasta|antes de|do roku|před)"
NOW = r"(?:today|now|the present(?: day)?|present|nowadays|date|the end(?: of the data)?|heute|aujourd'hui|maintenant|hoy|ahora|dnes|dneška)"


def number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


def last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def quarter(year: int, which: int) -> tuple[date, date]:
    return date(year, which * 3 - 2, 1), last_day(year, which * 3)


def third(start: int, years: int, which: int) -> tuple[date, date]:
    """A third of a year, or of ten years as four, three and three."""
    if years == 1:
        return date(start, which * 4 + 1, 1), last_day(start, which * 4 + 4)
    first, last = ((0, 3), (4, 6), (7, 9))[which]
    return date(start + first, 1, 1), date(start + last, 12, 31)


def point(words: str) -> tuple[date, date] | None:
    """First and last day of what the words name, None when it is no date."""
    words = " ".join(words.strip().lower().split())
    try:
        if iso := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", words):
            return _days(int(iso[1]), int(iso[2]), iso[3])
        if day := re.fullmatch(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", words):
            return _days(int(day[3]), int(day[2]), day[1])
        if day := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", words):
            american = int(day[1]) <= 12
            return _days(int(day[3]), int(day[1] if american else day[2]), day[2] if american else day[1])
        words = words.replace(",", " ").replace(".", " ")
        if found := re.fullmatch(r"(?:([qh])([1-4]) ?(?:/|of )?(\d{4})|(\d{4}) ?-?([qh])([1-4]))", words):
            kind, which, year = found[1] or found[5], int(found[2] or found[6]), int(found[3] or found[4])
            if kind == "q":
                return quarter(year, which)
            return (date(year, which * 6 - 5, 1), last_day(year, which * 6)) if which <= 2 else None
        if part := re.fullmatch(rf"({'|'.join(THIRDS)})[- ](\d{{4}})", words):
            return third(int(part[2]), 1, THIRDS[part[1]])
        if re.fullmatch(r"\d{4}", words):
            year = int(words)
            return (date(year, 1, 1), date(year, 12, 31)) if 1700 <= year <= 2199 else None
        return _named_month(words)
    except ValueError:
        return None


def _days(year: int, month: int, day: str | None) -> tuple[date, date]:
    if day:
        return date(year, month, int(day)), date(year, month, int(day))
    return date(year, month, 1), last_day(year, month)


def _named_month(words: str) -> tuple[date, date] | None:
    parts = words.replace(" of ", " ").replace(" de ", " ").split()
    months = [MONTHS[part] for part in parts if part in MONTHS]
    years = [int(part) for part in parts if re.fullmatch(r"\d{4}", part)]
    days = [found[1] for part in parts if (found := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", part))]
    if len(months) != 1 or len(years) != 1:
        return None
    return _days(years[0], months[0], days[0] if days else None)


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    return day - timedelta(days=1)


__all__ = [
    "DECADES", "EPISODES", "MONTHS", "NOW", "NUMBERS", "ORDINALS", "PAST", "POINT", "SINCE", "THIRDS", "UNITS", "UNTIL", "Episode", "M", "N", "U", "Unit",
    "day_after", "day_before", "last_day", "number", "point", "quarter", "third",
]  # fmt: skip
