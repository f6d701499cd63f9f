"""Reading what a run is asked for, without a model: input values by name, by option and by kind; and whether to run."""

import re

from agents.asks.period import find_period
from agents.asks.run_and_inspect import (
    HowToRun,
    InputCard,
    InputValue,
    RunWish,
    WhatMatters,
    Wording,
    misfits,
)
from agents.rules import rule
from agents.rules.wording import FILLER, Named, alike, folded, names_in, quoted, words_of

FORBIDDEN = re.compile(
    r"\b(?:without\s+(?:actually\s+)?(?:re-?)?(?:runn?ing|executing|starting)|(?:do\s*n[o']t|don['’]?t|do\s+not|never|no\s+need\s+to|please\s+not|rather\s+not)\s+(?:actually\s+)?(?:re-?)?(?:run|execute|start)|no\s+(?:new\s+)?(?:re-?)?run)\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:(?:last|latest|previous|past|recent|two|2|both|earlier)\s+(?:two\s+|2\s+|couple\s+(?:of\s+)?|most\s+recent\s+)?(?:successful\s+)?runs\b|compare\s+(?:the\s+)?(?:last|latest|recent)|(?:in|during|of|from|with|by)\s+(?:the\s+|its\s+)?(?:last|latest|most\s+recent)\s+run\b|did\s+(?:the\s+)?(?:last|latest)\s+run)",
    re.IGNORECASE,
)
RUN = re.compile(
    r"\b(?:re-?)?(?:run|runs|running|execute|executes|executing|start|launch|trigger|refresh|kick\s+off|recompute|update|fire)\b",
    re.IGNORECASE,
)
ABOUT_THE_ANSWER = re.compile(
    r"\b(?:tell|show|say|let|see|explain|describe|report|give|summari[sz]e|compare|what|whats|what's|which|how|any|has|have|did|is|are|was|were|then|because|since|so)\b.*$",
    re.IGNORECASE,
)
TRUE, FALSE = (
    {"true", "on", "yes", "ticked", "checked", "enabled", "1"},
    {"false", "off", "no", "unticked", "unchecked", "disabled", "0"},
)
SETTING = r"(?:\s*(?::=|=|:|->|→)\s*|\s+(?:set\s+to|is|to|as|of|at|equals?|being|value)\s+(?:be\s+)?)"
VALUE = r"[\"“„«'‘]?([^\s,;:!?\"”»'’]+(?:\.\d+)?)"


@rule(HowToRun)
def how_to_run(question: HowToRun) -> RunWish:
    """Values by `name = value`, then by options that the request names, then by the kind of the input."""
    text = question.request
    run = not FORBIDDEN.search(text) and not (PAST.search(text) and not _asks_to_run(text))
    values: dict[str, list[str]] = {}
    unknown: list[str] = []
    spent: list[tuple[int, int]] = []
    for card in question.inputs:
        found = _assigned(card, text)
        if found is not None:
            given, start, end = found
            wrong = misfits(card, given)
            spent.append((start, end))
            if wrong:
                unknown.append(wrong[0])
            else:
                values[card.name] = given
    for card in question.inputs:
        if card.name not in values:
            named = _by_kind(card, text, spent)
            if named is not None:
                given, places = named
                values[card.name] = given
                spent += places
    unknown += _left_over(question, text, spent)
    inputs = [InputValue(name=name, values=given) for name, given in values.items()]
    return RunWish(
        reason="" if run else "the request asks for no new run", run=run, inputs=inputs, unknown=unknown[:8]
    )


def _asks_to_run(text: str) -> bool:
    rest = PAST.sub(" ", text)
    return bool(
        re.search(
            r"^\W*(?:please\s+|can\s+you\s+|could\s+you\s+|now\s+)?(?:re-?)?(?:run|execute|start|launch|trigger|refresh|kick)\b|\b(?:and|then)\s+(?:re-?)?(?:run|execute)\b",
            rest,
            re.IGNORECASE,
        )
    )


def _called(card: InputCard) -> str:
    names = {card.name, card.name.replace("_", " "), card.label} - {""}
    return "|".join(
        re.escape(name).replace(r"\ ", r"[\s_-]+") for name in sorted(names, key=len, reverse=True)
    )


def _assigned(card: InputCard, text: str) -> tuple[list[str], int, int] | None:
    """What stands behind the input's name: `region = EU`, `with region EU`, `set months to 12`."""
    for match in re.finditer(
        rf"(?<!\w)(?:{_called(card)})(?!\w)(?:{SETTING}|\s+(?=[\"“„«'‘\d])|\s+(?=[A-Z])|\s+(?!and\b|or\b|,))",
        text,
        re.IGNORECASE,
    ):
        rest = text[match.end() :]
        if card.options:
            rest = re.sub(r"^.{0,40}?(?:→|->)\s*", "", rest)  # `region EU → US` asks for the US
            first = next(
                (
                    option
                    for option in sorted(card.options, key=len, reverse=True)
                    if re.match(re.escape(folded(option)) + r"(?!\w)", folded(rest).lstrip("\"“'‘«"))
                ),
                None,
            )
            if first is not None and not card.multiple:
                return [first], match.start(), len(text) - len(rest) + len(first)
            named = [named for named in names_in(rest, card.options) if named.start <= 3 or card.multiple]
            if named:
                chosen = [
                    card.options[each.which]
                    for each in (sorted(named, key=lambda each: each.start) if card.multiple else named[:1])
                ]
                return chosen, match.start(), match.end() + max(each.end for each in named)
        explicit = re.search(SETTING + r"$", text[match.start() : match.end()], re.IGNORECASE) is not None
        if "date" in card.type:
            dates = _dates(card, rest)
            if dates is not None:
                return dates, match.start(), len(text)
        value = re.match(VALUE, rest)
        whole = next((phrase for phrase, start, _ in quoted(rest) if start == 0), None)
        if whole is not None and not card.options:
            return [whole], match.start(), match.end() + len(whole) + 2
        if value is None or not (explicit or card.type == "input-slider" or whole is not None):
            continue
        given = folded(value.group(1).rstrip("."))
        end = match.end() + value.end()
        if card.type == "input-checkbox":
            return (
                (["true"] if given in TRUE else ["false"] if given in FALSE else [given]),
                match.start(),
                end,
            )
        if card.type == "input-slider" and not re.fullmatch(r"-?[\d.,]+%?", given):
            continue
        written = (
            given.replace(",", "").rstrip("%") if card.type == "input-slider" else value.group(1).rstrip(".")
        )
        return [whole or written], match.start(), end
    return None


def _by_kind(
    card: InputCard, text: str, spent: list[tuple[int, int]]
) -> tuple[list[str], list[tuple[int, int]]] | None:
    free = _blanked(text, spent)
    if card.options:
        named = [named for named in names_in(free, card.options) if named.how == "exact" or named.score >= 90]
        # `US` is also a word, and `a` a short one: such options are meant where they stand as they are written.
        seen = {each.which for each in named}
        for which, option in enumerate(card.options):
            place = re.search(rf"(?<!\w){re.escape(option)}(?!\w)", free) if which not in seen else None
            if (
                place
                and (
                    len(option) > 1
                    or re.search(r"\b(?:for|with|in)\s+(?:the\s+)?$", free[: place.start()], re.IGNORECASE)
                )
                and (option != option.lower() or folded(option) not in FILLER)
            ):
                named.append(Named(which, "exact", place.start(), place.end(), 100.0))
        if not named or (len(named) > 1 and not card.multiple):
            return None
        chosen = sorted(named, key=lambda each: each.start)
        return [card.options[each.which] for each in chosen], [(each.start, each.end) for each in chosen]
    if card.type == "input-checkbox":
        match = re.search(
            rf"\b(with|without|including|excluding|no|incl\.?|excl\.?|(?:do\s+not|don't)\s+\w+|turn\s+on|turn\s+off|enable|disable|tick|untick|check|uncheck)\s+(?:the\s+)?(?:{_called(card)})(?!\w)",
            free,
            re.IGNORECASE,
        )
        if match:
            word = match.group(1).lower()
            off = word.startswith(("without", "excl", "no", "do", "turn off", "disable", "untick", "uncheck"))
            return ["false" if off else "true"], [match.span()]
        match = re.search(
            r"\b(with|without|including|excluding|incl\.?|excl\.?)\s+(?:the\s+|any\s+)?([\w -]+)",
            free,
            re.IGNORECASE,
        )
        said = [word for word in words_of(match.group(2)) if word.text not in FILLER] if match else []
        own = words_of(f"{card.label} {card.name.replace('_', ' ')}")
        if match and said and alike(said[0].text, own[-1].text):
            return ["false" if match.group(1).lower().startswith(("without", "excl")) else "true"], [
                (match.start(), match.start(2) + said[0].end)
            ]
        return None
    if card.type == "input-slider":
        match = re.search(rf"(-?\d+(?:\.\d+)?)\s*%?\s*-?\s*(?:{_called(card)})(?!\w)", free, re.IGNORECASE)
        return ([match.group(1)], [match.span()]) if match and not misfits(card, [match.group(1)]) else None
    if "date" in card.type:
        period = find_period(free)
        if period is None:
            return None
        dates = _dates(card, free)
        return (dates, [(period.start, period.end)]) if dates is not None else None
    return None


def _dates(card: InputCard, text: str) -> list[str] | None:
    iso = re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text)
    if card.type == "input-date-range":
        if len(iso) >= 2:
            return iso[:2]
        found = find_period(text)
        if found is not None and found.period.start and found.period.end:
            return [found.period.start.isoformat(), found.period.end.isoformat()]
        return None
    if iso:
        return iso[:1]
    found = find_period(text)
    return [found.period.start.isoformat()] if found is not None and found.period.start else None


def _blanked(text: str, spent: list[tuple[int, int]]) -> str:
    for start, end in spent:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


LEADS = re.compile(
    r"\b(?:for|with|using|where|setting|set|on)\s+(?:the\s+|only\s+|just\s+)?(.+?)(?=\s*(?:$|[.;!?]|,|\band\s+(?:tell|show|say|let|see|explain|compare|then|report|give|summar)|\bso\s+that\b|\bto\s+see\b|\bthen\b))",
    re.IGNORECASE,
)
NOT_A_VALUE = frozenset(
    [
        "me",
        "us",
        "him",
        "her",
        "them",
        "it",
        "this",
        "that",
        "again",
        "now",
        "today",
        "tomorrow",
        "yesterday",
        "month",
        "months",
        "week",
        "year",
        "quarter",
        "fresh",
        "latest",
        "newest",
        "current",
        "new",
        "data",
        "numbers",
        "figures",
        "results",
        "difference",
        "differences",
        "change",
        "changes",
        "changed",
        "last",
        "previous",
        "earlier",
        "time",
        "run",
        "runs",
        "comparison",
        "compare",
        "sure",
        "real",
        "details",
        "detail",
        "care",
        "everything",
        "all",
        "usual",
        "default",
        "defaults",
        "defaulted",
        "settings",
        "inputs",
        "input",
        "values",
        "before",
        "after",
        "summary",
        "report",
        "team",
        "boss",
        "meeting",
        "manager",
        "review",
        "board",
        "schedule",
        "moment",
        "hand",
        "luck",
        "instance",
        "example",
        "good",
        "thanks",
        "same",
        "one",
        "more",
        "once",
        "updates",
        "update",
        "anything",
        "errors",
        "error",
        "mistakes",
        "notebook",
        "notebooks",
        "morning",
        "evening",
    ]
)


def _left_over(question: HowToRun, text: str, spent: list[tuple[int, int]]) -> list[str]:
    """Settings that the request asks for and no input took, in its own words."""
    left = []
    free = _blanked(text, spent)
    for match in re.finditer(r"(?<![\w.])([A-Za-z_][\w ]{0,30}?)\s*(?::=|=|\bset\s+to\b)\s*" + VALUE, free):
        name = re.sub(
            r"^.*\b(?:with|for|using|where|set|setting|and)\s+", "", match.group(1), flags=re.IGNORECASE
        )
        left.append(f"{name.strip()} = {match.group(2)}")
    for match in LEADS.finditer(free):
        phrase = re.sub(ABOUT_THE_ANSWER, "", match.group(1)).strip(" \"“”«»'’")
        words = [
            word for word in words_of(phrase) if word.text not in FILLER and word.text not in NOT_A_VALUE
        ]
        if any(start < match.end() and match.start() < end for start, end in spent):
            continue  # the rest of a phrase that an input has taken
        if not words or any(phrase in each or each in phrase for each in left):
            continue
        if _could_be_a_value(question.inputs, phrase, match.group(0)):
            left.append(phrase)
    return left


def _could_be_a_value(inputs: list[InputCard], phrase: str, whole: str) -> bool:
    if re.match(r"on\b", whole, re.IGNORECASE) and not any(
        alike(word.text, name.text)
        for word in words_of(phrase)
        for card in inputs
        for name in words_of(card.name)
    ):
        return False
    return len(words_of(phrase)) <= 6


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
