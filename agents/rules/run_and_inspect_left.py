"""What a request wants set and no input took: it is told, and never dropped. A part of an option's name is enough where only one fits."""

import re

from agents.asks.period import find_period
from agents.asks.run_and_inspect import HowToRun, InputCard
from agents.rules.run_and_inspect_amounts import length_unit, written_day
from agents.rules.run_and_inspect_intent import asks_to_run
from agents.rules.run_and_inspect_kinds import VALUE
from agents.rules.run_and_inspect_options import NOT_A_VALUE, options_like
from agents.rules.wording import FILLER, Word, alike, words_of

ABOUT_THE_ANSWER = re.compile(
    r"\b(?:tell|show|say|let|see|explain|describe|report|give|summari[sz]e|compare|what|whats|what's|which|how|any|has|have|did|is|are|was|were|then|because|since|so)\b.*$",
    re.IGNORECASE,
)
LEADS = re.compile(
    r"(?<!tell me )(?<!show me )(?<!see )(?<!know )(?<!tell us )(?<!say )(?<!check )\b(?:for|with|using|where|setting|set|on|pour|für|mit|para|con|per(?=\s+(?:il|la|lo|i|le|gli)\s))\s+(?:the\s+|only\s+|just\s+|le\s+|la\s+|den\s+|die\s+|das\s+|el\s+)?(.+?)(?=\s*(?:$|[.;!?]|,|\band\s+(?:tell|show|say|let|see|explain|compare|then|report|give|send|summar|up\s+to|until|since|from)|\b(?:until|till|up\s+to|since|as\s+of|instead\s+of|rather\s+than|and\s+not)\b|\bso\s+that\b|\bto\s+see\b|\bthen\b))",
    re.IGNORECASE,
)
SHOWN_FOR = re.compile(
    r"\b(?:what|which|how|where)\b[^.;!?]*\b(?:give|gives|say|says|show|shows|read|reads|stand|stands|come|comes|look|looks)(?:\s+(?:out|like|now|at))*\s*$",
    re.IGNORECASE,
)
NOT_THIS = re.compile(
    r"\b(?:not|instead\s+of|rather\s+than|except|excluding|without|than|no)\s+(?:for\s+|the\s+)*$",
    re.IGNORECASE,
)
WEAK = frozenset(
    {
        "other",
        "total",
        "service",
        "services",
        "activities",
        "general",
        "goods",
        "trade",
        "same",
        "whole",
        "information",
    }
)
"""Words of options that people also say of something else."""
CIVIL = re.compile(
    r"\b(?:please|pls|thanks?|asap|urgent\w*|quick\w*|hi|hello|hey|team|fresh|differences?|changes?|news|compar\w+|describe|explain|what|which|how)\b",
    re.IGNORECASE,
)
WANTED_IN = re.compile(
    r"\b(?:see|want|need|show(?:\s+me)?|get|check)\s+(?:the\s+)?(?!to\b)([\w&-][\w& -]{1,40}?)(?=\s*(?:$|[,.;!?])|\s+(?:in|from|as\s+of|until|up\s+to)\b)",
    re.IGNORECASE,
)
"""`I want to see retail in the …`: a value, where an option is called that."""


WITHOUT = re.compile(
    r"\bwithout\s+(?:the\s+|that\s+)(?!chart|comparison|differences?|details?|changes?|explanations?|figures?|rest\b|need|asking|further)(?:[\w-]+\s+){0,2}(?:limit|limits|restriction|filter|box|option|setting|flag|year|window|cap|cut-?off)\b",
    re.IGNORECASE,
)
"""Something that a box could switch off."""
UNTAKEN_LENGTH = re.compile(
    r"(?<!chang)(?<!changed\s)(?<!moved\s)(?<!happened\s)\b((?:over|using|across)\s+(?:an?|one|two|three|four|six|half\s+an?|\d+)(?:\s+|-)(?:\w+\s+)?(?:days?|weeks?|months?|quarters?|years?))\b",
    re.IGNORECASE,
)
"""A length of time for a slider that counts in one."""


def left_over(
    question: HowToRun, text: str, spent: list[tuple[int, int]], taken: set[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """Settings that the request asks for and no input took, in its own words; and values that a part of their name fits."""
    left: list[str] = []
    partly: dict[str, list[str]] = {}
    free = blanked(text, spent)
    for match in re.finditer(r"(?<![\w.])([A-Za-z_][\w ]{0,30}?)\s*(?::=|=|\bset\s+to\b)\s*" + VALUE, free):
        name = re.sub(
            r"^.*\b(?:with|for|using|where|set|setting|and)\s+", "", match.group(1), flags=re.IGNORECASE
        )
        left.append(f"{name.strip()} = {match.group(2)}")
    left += _untaken_days(free)
    if any(card.type == "input-checkbox" and card.name not in taken for card in question.inputs):
        left += [match.group(0) for match in WITHOUT.finditer(free)]
    if any(card.type == "input-slider" and card.name not in taken and length_unit(f"{card.name} {card.label}") for card in question.inputs):  # fmt: skip
        left += [match.group(1) for match in UNTAKEN_LENGTH.finditer(free)]
    for match in WANTED_IN.finditer(free):
        for card in question.inputs:
            fits = options_like(card, match.group(1)) if card.options and card.name not in taken else []
            if len(fits) == 1:
                partly.setdefault(card.name, fits)
    for match in LEADS.finditer(free):
        phrase = re.sub(ABOUT_THE_ANSWER, "", match.group(1)).strip(" \"“”«»'’")
        if any(start < match.end() and match.start() < end for start, end in spent):
            continue  # the rest of a phrase that an input has taken
        if SHOWN_FOR.search(free[: match.start()]):
            continue  # `what does it give for NASDAQ`: a row or a column of what it shows
        words = _saying(phrase)
        if re.search(r"\b(?:runs?|about|regarding)\b", phrase, re.IGNORECASE):
            continue  # `with the run before`, `with information about it`
        if not words or any(phrase in each or each in phrase for each in left):
            continue
        for card in question.inputs:
            fits = options_like(card, phrase) if card.options and card.name not in taken else []
            if len(fits) == 1 and card.name not in partly:
                partly[card.name] = fits
                break
            if fits:
                left.append(f"{card.name} could be {' or '.join(fits[:4])} for “{phrase}”.")
                break
        else:
            if _could_be_a_value(question.inputs, phrase, match.group(0)):
                left.append(phrase)
    for card in question.inputs:
        if card.options and not card.multiple and card.name not in taken and card.name not in partly:
            fits = _spoken_of(card, free)
            if len(fits) == 1 and not any(fits[0] in each for each in left):
                partly[card.name] = fits
    if not partly:
        left += [
            each for each in _listed(question, text, free, taken) if not any(each in other for other in left)
        ]
    return left, partly


def _listed(question: HowToRun, text: str, free: str, taken: set[str]) -> list[str]:
    """What stands alone in a request that only lists: `Monthly KPIs, bananas, May 2014`."""
    clauses = [clause.strip() for clause in re.split(r"[,;]", text) if clause.strip()]
    if len(clauses) < 2 or any(len(clause.split()) > 4 for clause in clauses) or not question.inputs:
        return []
    return [
        clause
        for clause in (each.strip(" .!?") for each in re.split(r"[,;]", free))
        if 1 <= len(clause.split()) <= 3
        and len(_saying(clause)) == len(clause.split())
        and not re.search(r"\d", clause)
        and not CIVIL.search(clause)
        and not asks_to_run(clause)
        and clause.lower().replace(" ", "_") not in taken  # the name beside its value: `10 day window`
    ]


def _spoken_of(card: InputCard, free: str) -> list[str]:
    """The option that some words in a row can only mean, wherever they stand: `monthly KPIs, retail, March`; the longest such words count."""
    for size in (4, 3, 2, 1):
        found: list[str] = []
        for clause in re.split(r"[,.;:!?()—–]", free):
            words = words_of(clause)
            for place in range(len(words) - size + 1):
                window = words[place : place + size]
                telling = [word for word in window if word.text not in FILLER]
                before = clause[: window[0].start]
                if (
                    len(telling) < (1 if size < 3 else 2)
                    or window[0] not in telling
                    or window[-1] not in telling
                    or any(len(word.text) < 4 or word.text in WEAK for word in telling)
                    or NOT_THIS.search(before)
                ):
                    continue
                fits = options_like(card, clause[window[0].start : window[-1].end])
                found += fits if len(fits) == 1 else []
        if found:
            return list(dict.fromkeys(found))
    return []


def _untaken_days(free: str) -> list[str]:
    """`since 2010` where no input takes a start. What changed since a day is about the runs, and sets nothing."""
    led = re.compile(
        r"\b(?:since|from|until|till|up\s+to|through|to|before|after|starting|ending)\s+(?:in\s+|on\s+)?",
        re.IGNORECASE,
    )
    on_data = re.search(r"\b(?:on|with|using)\s+(?:the\s+)?(?:data\s+(?:of|from|for)\s+(?:19|20)\d\d|(?:19|20)\d\d(?:['’]s)?\s+(?:data|figures|numbers|prices|values))\b", free, re.IGNORECASE)  # fmt: skip
    if on_data:
        return [on_data.group(0)]
    for match in led.finditer(free):
        rest = free[match.end() :]
        period = find_period(rest) if written_day(rest) is None else written_day(rest)
        about_runs = re.search(
            r"\b(?:chang|mov|differ|compar|happen|new|news|run|runs|ran|failed)\w*\W*(?:\w+\W+){0,2}$",
            free[: match.start()],
            re.IGNORECASE,
        )
        if (
            period is not None
            and period.start == 0
            and not (
                about_runs and not re.match(r"^\W*(?:re-?)?run\W+$", free[: match.start()], re.IGNORECASE)
            )
            and not re.match(r".{0,12}\bruns?\b", rest[period.end :])
        ):
            return [free[match.start() : match.end() + period.end].strip()]
    return []


def _saying(phrase: str) -> list[Word]:
    return [word for word in words_of(phrase) if word.text not in FILLER and word.text not in NOT_A_VALUE]


def _could_be_a_value(inputs: list[InputCard], phrase: str, whole: str) -> bool:
    if re.match(r"on\b", whole, re.IGNORECASE) and not any(
        alike(word.text, name.text)
        for word in words_of(phrase)
        for card in inputs
        for name in words_of(card.name)
    ):
        return False
    return len(words_of(phrase)) <= 6


def blanked(text: str, spent: list[tuple[int, int]]) -> str:
    for start, end in spent:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


__all__ = ["blanked", "left_over"]
