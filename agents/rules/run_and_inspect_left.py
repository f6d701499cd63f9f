"""What a request wants set and no input took: it is told, and never dropped. A part of an option's name is enough where only one fits."""

import re

from agents.asks.period import find_period
from agents.asks.run_and_inspect import HowToRun, InputCard
from agents.rules.run_and_inspect_amounts import written_day
from agents.rules.run_and_inspect_kinds import VALUE
from agents.rules.run_and_inspect_options import NOT_A_VALUE, options_like
from agents.rules.wording import FILLER, Word, alike, words_of

ABOUT_THE_ANSWER = re.compile(
    r"\b(?:tell|show|say|let|see|explain|describe|report|give|summari[sz]e|compare|what|whats|what's|which|how|any|has|have|did|is|are|was|were|then|because|since|so)\b.*$",
    re.IGNORECASE,
)
LEADS = re.compile(
    r"(?<!tell me )(?<!show me )(?<!see )(?<!know )(?<!tell us )(?<!say )(?<!check )\b(?:for|with|using|where|setting|set|on|pour|für|mit|para|con|per)\s+(?:the\s+|only\s+|just\s+|le\s+|la\s+|den\s+|die\s+|das\s+|el\s+)?(.+?)(?=\s*(?:$|[.;!?]|,|\band\s+(?:tell|show|say|let|see|explain|compare|then|report|give|send|summar|up\s+to|until|since|from)|\b(?:until|till|up\s+to|since|as\s+of|instead\s+of|rather\s+than|and\s+not)\b|\bso\s+that\b|\bto\s+see\b|\bthen\b))",
    re.IGNORECASE,
)
WANTED_IN = re.compile(
    r"\b(?:see|want|need|show(?:\s+me)?|get|check)\s+(?:the\s+)?(?!to\b)([\w&-][\w& -]{1,40}?)(?=\s*(?:$|[,.;!?])|\s+(?:in|from|as\s+of|until|up\s+to)\b)",
    re.IGNORECASE,
)
"""`I want to see retail in the …`: a value, where an option is called that."""


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
    for match in WANTED_IN.finditer(free):
        for card in question.inputs:
            fits = options_like(card, match.group(1)) if card.options and card.name not in taken else []
            if len(fits) == 1:
                partly.setdefault(card.name, fits)
    for match in LEADS.finditer(free):
        phrase = re.sub(ABOUT_THE_ANSWER, "", match.group(1)).strip(" \"“”«»'’")
        if any(start < match.end() and match.start() < end for start, end in spent):
            continue  # the rest of a phrase that an input has taken
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
    return left, partly


def _untaken_days(free: str) -> list[str]:
    """`since 2010` where no input takes a start. What changed since a day is about the runs, and sets nothing."""
    led = re.compile(
        r"\b(?:since|from|until|till|up\s+to|through|to|before|after|starting|ending)\s+(?:in\s+|on\s+)?",
        re.IGNORECASE,
    )
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
