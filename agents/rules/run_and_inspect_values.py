"""Which values a request gives to a notebook's inputs, the last word on each counting, and what fits none."""

import re
from datetime import date
from functools import partial

from agents.asks.run_and_inspect import HowToRun, InputCard, InputValue, misfits
from agents.rules.corrections import Correction, correction_in, put_in
from agents.rules.run_and_inspect_amounts import length_unit, no_such_day, written_day
from agents.rules.run_and_inspect_kinds import Taken, assigned, at_bound, by_kind
from agents.rules.run_and_inspect_left import blanked, left_over
from agents.rules.run_and_inspect_options import called_by

OF_A_RUN = re.compile(
    r"\b(?:last|previous|this|past|yesterday|today|\w+day)(?:\s+(?:week|month|quarter|year|night|\w+day))?['’]s\s+(?:runs?|figures?|numbers?|results?|values?|outputs?)\b",
    re.IGNORECASE,
)
"""`last month's run` is what to compare with, and no day of an input."""
_JOINT = r"-?\s*(?:,\s|;|&|/|\bor\b|\band\b|\bthen\b|\bvs\b\.?|\bversus\b)\s*(?:(?:and|or|then|once|again|with|for|at|of|a)\s+)*"
_NUMBER = r"(?<![\d.,-])\d+(?:\.\d+)?(?!\d|[.,/-]\d)"
_WHOLE_DAY = r"(?:\d{4}-\d\d?-\d\d?|\d\d?[./]\d\d?[./]\d{4})"
Values = tuple[list[InputValue], list[str]]


def values_in(question: HowToRun) -> Values:
    """The values by input, and what the request wants set and no input can take, in its own words or in a sentence."""
    if day := no_such_day(question.request):
        return [], [f"There is no such day as “{day}”: give one that the calendar has."]
    correction = correction_in(question.request)
    return _uncorrected(question) if correction is None else _corrected(question, correction)


def _corrected(question: HowToRun, correction: Correction) -> Values:
    """The values with the last word on each: `a window of 63, no, 42`."""

    def read(text: str) -> Values:
        return values_in(question.model_copy(update={"request": text}))

    first, after = read(correction.before), read(f"for {correction.after}")
    names = {given.name for given in first[0]}
    if not any(after) and not re.search(r"\d", correction.after):
        return read(f"{correction.before} {correction.after}")  # what is put right is no value
    for place, text in enumerate(put_in(correction)):
        inputs, unknown = read(text)
        said = {given.name for given in inputs}
        new = (
            all(given in inputs for given in after[0])
            if after[0]
            else any(given not in first[0] for given in inputs)
        )
        if not unknown and names <= said and new and (place or names < said):
            return inputs, []
    return first[0], [f"I cannot tell what “{correction.after.strip(' .!?')}” takes the place of."]


def several(card: InputCard, text: str, _today: date, *, among: list[InputCard]) -> Taken | None:
    """Values that are listed for an input of one: `windows of 10 and 20`, `10, 42 and 126 days`; `2009-06-30 versus 2015-12-31`."""
    if sum(each.type == card.type for each in among) > 1:
        return None  # each may be for an input of its own
    if card.type == "input-date":
        match = re.search(
            rf"(?<!between\s)(?<!from\s){_WHOLE_DAY}(?:{_JOINT}{_WHOLE_DAY})+", text, re.IGNORECASE
        )
        said = re.findall(_WHOLE_DAY, match.group(0)) if match else []
        values = [day.day.isoformat() for each in said if (day := written_day(each)) is not None]
    elif card.type == "input-slider":
        match = _numbers_for(card, text)
        values = re.findall(_NUMBER, match.group("all")) if match else []
    else:
        return None
    return (list(dict.fromkeys(values)), [match.span()]) if match and len(set(values)) > 1 else None


def _numbers_for(card: InputCard, text: str) -> re.Match[str] | None:
    called = called_by(card)
    unit = (length_unit(f"{card.name} {card.label}") or "day").split()[-1]
    own = rf"(?:[\s-]*(?:trading[\s-]+)?{unit}s?\b|[\s-]*(?:{called})s?\b)"
    listed = rf"(?P<all>{_NUMBER}{own}*(?:{_JOINT}(?:(?:{called})\s+(?:of\s+)?)?{_NUMBER}{own}*)+)"
    led = rf"(?<!\w)(?:{called})s?\s*(?:(?:=|:|of|to|at|is|are|set\s+to|values?|sizes?|lengths?|with)\s*)*"
    ends = r"(?=\s*(?:$|[.,;:!?)]|\b(?:and|then|please|to|so|in|each|one)\b))"
    behind = rf"(?<!last\s)(?<!past\s){listed}(?<=[a-z])"
    return re.search(led + listed + ends, text, re.IGNORECASE) or re.search(behind, text, re.IGNORECASE)


def _uncorrected(question: HowToRun) -> Values:
    text = OF_A_RUN.sub(lambda match: " " * len(match.group(0)), question.request)
    values: dict[str, list[str]] = {}
    unknown: list[str] = []
    spent: list[tuple[int, int]] = []
    alone = sum(card.type == "input-slider" for card in question.inputs) == 1
    for reading in (
        partial(several, among=question.inputs),
        partial(at_bound, alone=alone),
        assigned,
        by_kind,
    ):
        for card in question.inputs:
            if card.name in values:
                continue
            found = reading(card, blanked(text, spent), question.day)
            if found is None:
                continue
            given, places = found
            spent += places
            wrong = misfits(card, given)
            if wrong:
                unknown.append(wrong[0])
            else:
                values[card.name] = given
    left, partly = left_over(question, text, spent, set(values))
    values |= partly
    refused = {sentence.partition(" ")[0] for sentence in unknown}
    inputs = [InputValue(name=name, values=given) for name, given in values.items() if name not in refused]
    return inputs, unknown + left


__all__ = ["values_in"]
