"""Which values a request gives to a notebook's inputs, the last word on each counting, and what fits none."""

import re
from functools import partial

from agents.asks.run_and_inspect import HowToRun, InputValue, misfits
from agents.rules.corrections import Correction, correction_in, put_in
from agents.rules.run_and_inspect_amounts import no_such_day
from agents.rules.run_and_inspect_kinds import assigned, at_bound, by_kind
from agents.rules.run_and_inspect_left import blanked, left_over

OF_A_RUN = re.compile(
    r"\b(?:last|previous|this|past|yesterday|today|\w+day)(?:\s+(?:week|month|quarter|year|night|\w+day))?['’]s\s+(?:runs?|figures?|numbers?|results?|values?|outputs?)\b",
    re.IGNORECASE,
)
"""`last month's run` is what to compare with, and no day of an input."""
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


def _uncorrected(question: HowToRun) -> Values:
    text = OF_A_RUN.sub(lambda match: " " * len(match.group(0)), question.request)
    values: dict[str, list[str]] = {}
    unknown: list[str] = []
    spent: list[tuple[int, int]] = []
    alone = sum(card.type == "input-slider" for card in question.inputs) == 1
    for reading in (partial(at_bound, alone=alone), assigned, by_kind):
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
