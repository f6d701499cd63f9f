"""Reading what a run is asked for, without a model: whether to run, with which values, and which changes matter."""

from agents.asks.run_and_inspect import HowToRun, RunWish, WhatMatters, Wording
from agents.rules import rule
from agents.rules.run_and_inspect_intent import (
    COMPARED_WITH,
    FORBIDDEN,
    LOOKS_BACK,
    PAST,
    SCHEDULE,
    asks_of_earlier,
    asks_to_run,
    beyond,
)
from agents.rules.run_and_inspect_values import values_in
from agents.rules.wording import FILLER, alike, words_of


@rule(HowToRun)
def how_to_run(question: HowToRun) -> RunWish:
    """A run where the request asks for one, or sets values that only a new run can take."""
    text = question.request
    inputs, unknown = values_in(question)
    later = [wish.words for wish in beyond(text) if wish.why == SCHEDULE]
    unknown = [each for each in unknown if not any(each in words for words in later)]
    asked = COMPARED_WITH.sub(" ", text)
    set_anew = bool(inputs or unknown) and not (
        FORBIDDEN.search(text) or PAST.search(asked) or LOOKS_BACK.match(text) or asks_of_earlier(text)
    )
    run = asks_to_run(text) or set_anew
    return RunWish(
        reason="" if run else "the request asks for no new run", run=run, inputs=inputs, unknown=unknown[:8]
    )


@rule(WhatMatters)
def what_matters(question: WhatMatters) -> Wording:
    """The first changes, which code has ranked already; those that the request speaks of come first."""
    asked = [
        word.text for word in words_of(question.request) if word.text not in FILLER and len(word.text) > 3
    ]

    def spoken_of(sentence: str) -> int:
        said = [word.text for word in words_of(sentence)]
        return sum(any(alike(word, each) for each in said) for word in asked)

    ranked = sorted(question.changes, key=lambda change: -spoken_of(change.sentence.split(":", 1)[-1]))
    count = len(question.changes)
    headline = (
        "One thing changed."
        if count == 1
        else "These changes matter most."
        if count > 5
        else "This is what changed."
    )
    return Wording(picked=[change.key for change in ranked[:5]], headline=headline)
