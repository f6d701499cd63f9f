"""Which values a request gives to a notebook's inputs: by name, by an option it names, by the kind of input; and what fits none."""

import re
from datetime import date
from functools import partial

from agents.asks.period import find_period
from agents.asks.run_and_inspect import HowToRun, InputCard, InputValue, misfits
from agents.rules.corrections import Correction, correction_in, put_in
from agents.rules.run_and_inspect_amounts import (
    Day,
    Length,
    Side,
    day_in,
    length_in,
    length_unit,
    written_day,
)
from agents.rules.wording import FILLER, Named, Word, alike, folded, names_in, quoted, words_of

Taken = tuple[list[str], list[tuple[int, int]]]
"""Values, and the places of the request that they were read from."""
ABOUT_THE_ANSWER = re.compile(
    r"\b(?:tell|show|say|let|see|explain|describe|report|give|summari[sz]e|compare|what|whats|what's|which|how|any|has|have|did|is|are|was|were|then|because|since|so)\b.*$",
    re.IGNORECASE,
)
TRUE = frozenset({"true", "on", "yes", "ticked", "checked", "enabled", "1"})
FALSE = frozenset({"false", "off", "no", "unticked", "unchecked", "disabled", "0"})
SETTING = (
    r"(?:\s*(?::=|=|:|->|→)\s*|\s+(?:set\s+to|should\s+be|is|to|as|of|at|equals?|being|value)\s+(?:be\s+)?)"
)
VALUE = r"[\"“„«'‘]?([^\s,;:!?\"”»'’]+(?:\.\d+)?)"
LEADS = re.compile(
    r"(?<!tell me )(?<!show me )(?<!see )(?<!know )(?<!tell us )(?<!say )(?<!check )\b(?:for|with|using|where|setting|set|on|pour|für|mit|para|con|per)\s+(?:the\s+|only\s+|just\s+|le\s+|la\s+|den\s+|die\s+|das\s+|el\s+)?(.+?)(?=\s*(?:$|[.;!?]|,|\band\s+(?:tell|show|say|let|see|explain|compare|then|report|give|send|summar|up\s+to|until|since|from)|\b(?:until|till|up\s+to|since|as\s+of|instead\s+of|rather\s+than|and\s+not)\b|\bso\s+that\b|\bto\s+see\b|\bthen\b))",
    re.IGNORECASE,
)
NO_KIND = frozenset({"industry", "industries", "sector", "sectors", "jobs", "job", "employment", "area", "branch", "field", "business", "people", "workers", "category", "region", "option", "figures", "numbers", "data", "values", "part", "side", "market"})  # fmt: skip
"""Words that say what kind of thing a value is, and not which."""
ENDS = re.compile(r"\b(?:up[\s_]?to|until|till|to|end|ends|before|through|max|latest|bis)\b", re.IGNORECASE)
NOT_A_VALUE = frozenset([
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tonight", "minutes", "minute",
    "me", "us", "him", "her", "them", "it", "this", "that", "again", "now", "today", "tomorrow", "yesterday", "month", "months", "week", "year",
    "quarter", "fresh", "latest", "newest", "current", "new", "data", "numbers", "figures", "results", "difference", "differences", "change",
    "changes", "changed", "last", "previous", "earlier", "time", "run", "runs", "comparison", "compare", "sure", "real", "details", "detail", "care",
    "everything", "all", "usual", "default", "defaults", "defaulted", "settings", "inputs", "input", "values", "before", "after", "summary",
    "report", "team", "boss", "meeting", "manager", "review", "board", "schedule", "moment", "hand", "luck", "instance", "example", "good", "thanks",
    "same", "one", "more", "once", "updates", "update", "anything", "errors", "error", "mistakes", "notebook", "notebooks", "morning", "evening",])  # fmt: skip


OF_A_RUN = re.compile(
    r"\b(?:last|previous|this|past|yesterday|today|\w+day)(?:\s+(?:week|month|quarter|year|night|\w+day))?['’]s\s+(?:runs?|figures?|numbers?|results?|values?|outputs?)\b",
    re.IGNORECASE,
)
"""`last month's run` is what to compare with, and no day of an input."""
WANTED_IN = re.compile(
    r"\b(?:see|want|need|show(?:\s+me)?|get|check)\s+(?:the\s+)?(?!to\b)([\w&-][\w& -]{1,40}?)(?=\s*(?:$|[,.;!?])|\s+(?:in|from|as\s+of|until|up\s+to)\b)",
    re.IGNORECASE,
)
"""`I want to see retail in the …`: a value, where an option is called that."""


Values = tuple[list[InputValue], list[str]]


def values_in(question: HowToRun) -> Values:
    """The values by input, and what the request wants set and no input can take, in its own words or in a sentence."""
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
    for reading in (partial(_at_bound, alone=alone), _assigned, _by_kind):
        for card in question.inputs:
            if card.name in values:
                continue
            found = reading(card, _blanked(text, spent), question.day)
            if found is None:
                continue
            given, places = found
            spent += places
            wrong = misfits(card, given)
            if wrong:
                unknown.append(wrong[0])
            else:
                values[card.name] = given
    left, partly = _left_over(question, text, spent, set(values))
    values |= partly
    refused = {sentence.partition(" ")[0] for sentence in unknown}
    inputs = [InputValue(name=name, values=given) for name, given in values.items() if name not in refused]
    return inputs, unknown + left


def _called(card: InputCard) -> str:
    names = {card.name, card.name.replace("_", " "), card.label, card.label.partition(",")[0]} - {""}
    return "|".join(
        re.escape(name).replace(r"\ ", r"[\s_-]+") for name in sorted(names, key=len, reverse=True)
    )


def _at_bound(card: InputCard, text: str, _today: date, *, alone: bool) -> Taken | None:
    """A slider put to its end: `the slider to its maximum`, where there is one slider only, or by its name."""
    if card.type != "input-slider":
        return None
    called = rf"{_called(card)}|slider" if alone else _called(card)
    match = re.search(
        rf"(?<!\w)(?:{called})(?:\s+slider)?\s+(?:all\s+the\s+way\s+)?(?:up\s+|down\s+)?(?:to|at|on)\s+(?:its\s+|the\s+)?(?:(max(?:imum)?|highest|largest)|min(?:imum)?|lowest|smallest)\b",
        text,
        re.IGNORECASE,
    )
    end = None if match is None else card.max if match.group(1) else card.min
    return None if match is None or end is None else ([f"{end:g}"], [match.span()])


def _assigned(card: InputCard, text: str, today: date) -> Taken | None:
    """What stands behind the input's name: `region = EU`, `with region EU`, `set months to 12`."""
    for match in re.finditer(
        rf"(?<!\w)(?:{_called(card)})(?!\w)(?:{SETTING}|\s+(?=[\"“„«'‘\d])|\s+(?=[A-Z])|\s+(?!and\b|or\b|,))",
        text,
        re.IGNORECASE,
    ):
        rest = text[match.end() :]
        explicit = re.search(SETTING + r"$", text[match.start() : match.end()], re.IGNORECASE) is not None
        span = (match.start(), match.end())
        if card.options:
            taken = _option_behind(card, text, match)
        elif "date" in card.type:
            taken = _day_behind(card, rest, span, today, explicit=explicit)
        elif card.type == "input-checkbox":
            taken = _ticked(card, text, match, explicit=explicit)
        elif card.type == "input-slider":
            taken = _number_behind(card, rest, span, explicit=explicit)
        else:
            taken = _text_behind(rest, span, explicit=explicit)
        if taken is not None:
            return taken
    return None


def _option_behind(card: InputCard, text: str, match: re.Match[str]) -> Taken | None:
    rest = re.sub(r"^.{0,40}?(?:→|->)\s*", "", text[match.end() :])  # `region EU → US` asks for the US
    said = folded(rest).lstrip("\"“'‘« ")
    longest = sorted(card.options, key=len, reverse=True)
    first = next((each for each in longest if re.match(re.escape(folded(each)) + r"(?!\w)", said)), None)
    if first is not None and not card.multiple:
        if beside := _another(card, rest[len(first) :], first):
            return [first, beside], [(match.start(), len(text))]
        return [first], [(match.start(), len(text) - len(rest) + len(first))]
    named = [named for named in _options_in(card, rest) if named.start <= 3 or card.multiple]
    if named:
        chosen = sorted(named, key=lambda each: each.start) if card.multiple else named[:1]
        end = max(each.end for each in chosen)
        values = [card.options[each.which] for each in chosen]
        more = re.match(r"\s*(?:,|&|and|und|et|y)\s*([A-Z][\w-]+)", rest[end:]) if card.multiple else None
        if more and not re.match(_called(card), more.group(1), re.IGNORECASE):
            values.append(more.group(1))
        return values, [(match.start(), len(text) - len(rest) + end)]
    explicit = re.search(
        r"(?::=|=|:|->|→|\bto|\bis|\bbe|\bas)\s*$", text[match.start() : match.end()], re.IGNORECASE
    )
    value = re.match(VALUE, rest)
    phrase = re.split(r"[,;.!?]|\b(?:and|up\s+to|until|since|with|to|for)\b", rest, maxsplit=1)[0]
    fits = _partly(card, phrase)
    if len(fits) == 1:
        return [fits[0]], [(match.start(), len(text) - len(rest) + len(phrase.rstrip()))]
    if not explicit or value is None:
        return None
    return [value.group(1).rstrip(".")], [(match.start(), len(text) - len(rest) + value.end())]


def _another(card: InputCard, rest: str, first: str) -> str | None:
    """A second option beside the first: `retail trade and construction`."""
    joined = re.match(r"\s*(?:,|&|\+|and(?:\s+then)?(?:\s+for)?|und|et|y)\s+(?:the\s+)?", rest, re.IGNORECASE)
    if joined is None:
        return None
    named = [named for named in _options_in(card, rest[joined.end() :]) if named.start <= 1]
    return next((card.options[each.which] for each in named if card.options[each.which] != first), None)


def _day_behind(
    card: InputCard, rest: str, span: tuple[int, int], today: date, *, explicit: bool
) -> Taken | None:
    if card.type == "input-date-range":
        dates = _range(rest)
        return (dates, [(span[0], span[1] + len(rest))]) if dates is not None else None
    day = day_in(rest, _side(card), _anchor(card, today), today)
    if day is not None and day.start <= 8:
        return [day.day.isoformat()], [(span[0], span[1] + day.end)]
    value = re.match(VALUE, rest)
    word = value.group(1).lower().rstrip(".") if value is not None else ""
    if not explicit or value is None or (word in FILLER | NOT_A_VALUE and word not in {"last", "next"}):
        return None
    return [value.group(1).rstrip(".")], [(span[0], span[1] + value.end())]


def _ticked(card: InputCard, text: str, match: re.Match[str], *, explicit: bool) -> Taken | None:
    behind = re.match(
        r"(?:(?:is|be|set|switched|turned|kept|left)\s+)*(?:to\s+)?([a-z\d]+)",
        text[match.end() :],
        re.IGNORECASE,
    )
    word = folded(behind.group(1)) if behind else ""
    if word in TRUE or word in FALSE:
        assert behind is not None
        if word in {"no", "yes", "0", "1"} and not explicit:
            return None
        return [str(word in TRUE).lower()], [(match.start(), match.end() + behind.end())]
    tight = re.search(r"(?::=|=|:|→|->)\s*$", text[match.start() : match.end()])
    value = re.match(VALUE, text[match.end() :])
    if tight and value:
        return [value.group(1)], [(match.start(), match.end() + value.end())]
    return None


def _number_behind(card: InputCard, rest: str, span: tuple[int, int], *, explicit: bool) -> Taken | None:
    length = length_in(rest, f"{card.name} {card.label}")
    if length is not None and length.start <= 4:
        return [length.value], [(span[0], span[1] + length.end)]
    phrase = next((phrase for phrase, start, _ in quoted(rest) if start == 0), None)
    if phrase is not None:
        return [phrase], [(span[0], span[1] + len(phrase) + 2)]
    value = re.match(VALUE, rest)
    if value is None:
        return None
    given = folded(value.group(1).rstrip("."))
    if re.fullmatch(r"-?[\d.,]+%?", given):
        unit = re.match(r"\s*-?\s*(weeks?|months?|quarters?|years?)\b", rest[value.end() :], re.IGNORECASE)
        if (
            unit
            and length is None
            and not re.search(rf"\b{unit.group(1).rstrip('s')}", card.label or card.name, re.I)
        ):
            return [f"{given} {unit.group(1)}"], [(span[0], span[1] + value.end() + unit.end())]
        return [given.replace(",", "").rstrip("%")], [(span[0], span[1] + value.end())]
    words = re.match(r"[\w-]+(?:\s+[\w-]+)?", rest)
    if (
        explicit
        and words is not None
        and given not in FILLER - {"a", "an", "one"}
        and given not in NOT_A_VALUE
    ):
        return [words.group(0)], [(span[0], span[1] + words.end())]
    return None


def _text_behind(rest: str, span: tuple[int, int], *, explicit: bool) -> Taken | None:
    whole = next((phrase for phrase, start, _ in quoted(rest) if start == 0), None)
    if whole is not None:
        return [whole], [(span[0], span[1] + len(whole) + 2)]
    value = re.match(VALUE, rest)
    if value is None or not explicit:
        return None
    return [value.group(1).rstrip(".")], [(span[0], span[1] + value.end())]


def _by_kind(card: InputCard, text: str, today: date) -> Taken | None:
    """A value that only this kind of input can take, wherever it stands."""
    if card.options:
        return _named_options(card, text)
    if card.type == "input-checkbox":
        return _with_or_without(card, text)
    if card.type == "input-slider":
        match = re.search(
            rf"(?<!\w)(-?\d+(?:\.\d+)?)\s*%?\s*-?\s*(?:{_called(card)})(?!\w)", text, re.IGNORECASE
        )
        if match and not misfits(card, [match.group(1)]):
            return [match.group(1)], [match.span()]
        length = length_in(text, f"{card.name} {card.label}")
        near = length is not None and (
            re.match(rf"\s*-?\s*(?:{_called(card)})(?!\w)", text[length.end :], re.I)
            or re.search(_FOREIGN_LENGTH, text[: length.start], re.I)
            or _stands_alone(card, text, length)
        )
        if length is not None and near:
            return [length.value], [(length.start, length.end)]
    if card.type in {"input-slider", "input-text"}:
        return _year(card, text)
    if card.type == "input-date-range":
        period, dates = find_period(text), _range(text)
        return (dates, [(period.start, period.end)]) if period is not None and dates is not None else None
    if "date" in card.type:
        day = _free_day(card, text, today)
        return ([day.day.isoformat()], [(day.start, day.end)]) if day is not None else None
    return None


def _stands_alone(card: InputCard, text: str, length: Length) -> bool:
    """`10 trading days, and …`: a length in the input's own unit that no word ties to anything else."""
    unit = length_unit(f"{card.name} {card.label}")
    said = text[length.start : length.end]
    return (
        unit is not None
        and re.search(rf"\b{unit.split()[-1]}s?\b", said, re.IGNORECASE) is not None
        and re.search(
            r"(?:^|[.,;:!?–—(-]|\b(?:with|using|at|over|of|and|make\s+it|please|pls|run\s+it))\s*$",
            text[: length.start],
            re.IGNORECASE,
        )
        is not None
        and re.match(
            r"\s*(?:$|[.,;:!?–—)-]|and\b|please\b|pls\b|instead\b|only\b)", text[length.end :], re.IGNORECASE
        )
        is not None
    )


def _year(card: InputCard, text: str) -> Taken | None:
    """`for 2016`, for an input that is called a year."""
    if not re.search(
        r"\b(?:year|jahr|ann[ée]e|año|anno|rok)\b", folded(f"{card.name.replace('_', ' ')} {card.label}")
    ):
        return None
    led = r"\b(?:for|in|of|with|using|to|on|für|pour|para|per)\s+(?:the\s+|all\s+of\s+)?((?:19|20)\d\d)(?![\w-]|\.\d)"
    found = list(re.finditer(led, text, re.IGNORECASE))
    return ([found[0].group(1)], [found[0].span()]) if len(found) == 1 else None


def _named_options(card: InputCard, text: str) -> Taken | None:
    named = [named for named in _options_in(card, text) if named.how == "exact" or named.score >= 90]
    # `US` is also a word, and `a` a short one: such options are meant where they stand as they are written.
    seen = {each.which for each in named}
    for which, option in enumerate(card.options):
        place = re.search(rf"(?<!\w){re.escape(option)}(?!\w)", text) if which not in seen else None
        if (
            place
            and (
                len(option) > 1
                or re.search(r"\b(?:for|with|in)\s+(?:the\s+)?$", text[: place.start()], re.IGNORECASE)
            )
            and (option != option.lower() or folded(option) not in FILLER)
        ):
            named.append(Named(which, "exact", place.start(), place.end(), 100.0))
    # `with information about …` speaks of the answer; `not construction` and `instead of construction` of another value.
    named = [
        each
        for each in named
        if not re.match(r"\s+(?:about|on|regarding|as\s+to)\b", text[each.end :], re.IGNORECASE)
        and not re.search(
            r"\b(?:not|instead\s+of|rather\s+than|except|excluding|without|than)\s+(?:for\s+|the\s+)*$",
            text[: each.start],
            re.IGNORECASE,
        )
    ]
    if not named:
        return None
    chosen = sorted(named, key=lambda each: each.start)
    return [card.options[each.which] for each in chosen], [(each.start, each.end) for each in chosen]


_FOREIGN_LENGTH = r"\b(?:avec|mit|con|com)\s+(?:\w+\s+){0,2}(?:de|von|d['’])?\s*$"
"""What stands before the length of a window in a request whose words for the window are not the input's own."""
_ALL_OF_IT = r"\b(?:whole|entire|full|complete|all(?:\s+of)?(?:\s+the)?)\s+(?:history|period|range|data|past|years|time)\b|\bnot\s+only\s+the\s+last\s+\w+"
"""What a box called `only_…` is unticked by."""


def _with_or_without(card: InputCard, text: str) -> Taken | None:
    called = rf"(?:that\s+|this\s+|the\s+)?(?:(?:box|checkbox)\s+)?[\"“„«'‘]?(?:{_called(card)})[\"”»'’]?(?:[\s-]+(?:thing|box|option|checkbox|flag|bit|filter|setting|switch))?"
    left = re.search(
        rf"\b(?:leave|keep|turn|switch|set|have)\s+{called}\s+(on|off|ticked|unticked|checked|unchecked|enabled|disabled)\b"
        rf"|\b(?:leave\s+out|drop|skip|ignore|forget|remove|lose)\s+{called}(?!\w)",
        text,
        re.IGNORECASE,
    )
    if left:
        return [str((left.group(1) or "off").lower() in TRUE).lower()], [left.span()]
    match = re.search(
        rf"\b(with|without|including|excluding|no|not|incl\.?|excl\.?|(?:do\s+not|don't)\s+\w+|turn\s+on|turn\s+off|switch\s+on|switch\s+off|enable|disable|tick|untick|check|uncheck)\s+(?:just\s+)?(?:the\s+)?(?:(?:box|checkbox)\s+)?[\"“„«'‘]?(?:{_called(card)})(?!\w)",
        text,
        re.IGNORECASE,
    )
    if match:
        word = re.sub(r"\s+", " ", match.group(1).lower())
        off = word.startswith(
            ("without", "excl", "no", "do", "turn off", "switch off", "disable", "untick", "uncheck")
        )
        return ["false" if off else "true"], [match.span()]
    match = re.search(
        r"\b(with|without|including|excluding|incl\.?|excl\.?)\s+(?:the\s+|any\s+)?([\w -]+)",
        text,
        re.IGNORECASE,
    )
    said = [word for word in words_of(match.group(2)) if word.text not in FILLER] if match else []
    own = words_of(f"{card.label} {card.name.replace('_', ' ')}")
    if match and said and alike(said[0].text, own[-1].text):
        off = match.group(1).lower().startswith(("without", "excl"))
        return ["false" if off else "true"], [(match.start(), match.start(2) + said[0].end)]
    if card.name.startswith("only_") and (whole := re.search(_ALL_OF_IT, text, re.IGNORECASE)):
        return ["false"], [whole.span()]
    bare = re.search(rf"(?<!\w)(?:{_called(card)})\s*(?=$|[,.;!?]|\band\b)", text, re.IGNORECASE)
    only = re.match(r"only\b", bare.group(0), re.IGNORECASE) if bare else None
    return (["true"], [bare.span()]) if bare and only else None


def _side(card: InputCard) -> Side:
    return "end" if ENDS.search(f"{card.name.replace('_', ' ')} {card.label}") else "start"


def _anchor(card: InputCard, today: date) -> date:
    """Where `last June` counts from: the input's own value, which is where the notebook stands, else today."""
    try:
        return date.fromisoformat(str(card.value)[:10])
    except ValueError:
        return today


def _free_day(card: InputCard, text: str, today: date) -> Day | None:
    """A day with a word before it that says which side it is: `since 2014`, `until June`; or a whole date alone."""
    side = _side(card)
    led = r"\b(?:until|till|up\s+to|through|to|before|ending|as\s+of|bis|jusqu'(?:à|en|au)|hasta)\s+(?:in\s+|on\s+)?" if side == "end" else r"\b(?:since|from|after|starting(?:\s+(?:in|from|on|at|with))?|beginning(?:\s+in)?|as\s+of|seit|ab|depuis|desde)\s+"  # fmt: skip
    for match in re.finditer(led, text, re.IGNORECASE):
        day = day_in(text[match.end() :], side, _anchor(card, today), today)
        if day is not None and day.start <= 8:
            return Day(day.day, match.start(), match.end() + day.end)
    other = r"\b(?:since|from|after|starting|beginning|seit|ab|depuis|desde|until|till|up\s+to|through|to|before|bis|jusqu|hasta|last|past|run\s+(?:of|from|on))\W*(?:\w+\s+){0,2}$"
    whole = written_day(text)
    if whole is not None:
        return None if re.search(other, text[: whole.start], re.IGNORECASE) else whole
    period = find_period(text)
    if (
        period is None
        or period.period.kind != "between"
        or re.search(r"\bruns?\b.{0,8}$", text[: period.start])
    ):
        return None
    if re.search(other, text[: period.start], re.IGNORECASE) or re.match(
        r"\W*(?:since|until|till|from|after|before|up\s+to|through)\b", text[period.start :], re.IGNORECASE
    ):
        return None  # it says the other side
    day = day_in(text, side, _anchor(card, today), today)
    return day if day is not None and day.start < period.end and period.start < day.end else None


def _range(text: str) -> list[str] | None:
    iso = re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text)
    if len(iso) >= 2:
        return iso[:2]
    found = find_period(text)
    if found is not None and found.period.start and found.period.end:
        return [found.period.start.isoformat(), found.period.end.isoformat()]
    return None


def _options_in(card: InputCard, text: str) -> list[Named]:
    """Options that the text names; `education & health` is `education_and_health`."""
    joined = [re.sub(r"[_\s]+(?:and|und|et|y)[_\s]+", " ", option) for option in card.options]
    loose = [place for place, option in enumerate(card.options) if joined[place] != option]
    named = names_in(text, card.options)
    seen = {each.which for each in named}
    more = [
        each._replace(which=loose[each.which])
        for each in names_in(text, [joined[place] for place in loose])
        if loose[each.which] not in seen
    ]
    return [*named, *more]


def _partly(card: InputCard, phrase: str) -> list[str]:
    """Options that hold every word of the phrase that says which: `retail` is `retail_trade`, when only that fits."""
    said = [
        word.text
        for word in words_of(phrase)
        if word.text not in FILLER
        and word.text not in NO_KIND
        and not re.fullmatch(_called(card), word.text, re.I)
    ]
    if not said:
        return []
    return [
        option
        for option in card.options
        if all(any(_begins(word, each.text) for each in words_of(option.replace("_", " "))) for word in said)
    ]


def _begins(said: str, own: str) -> bool:
    same = next(
        (n for n, (a, b) in enumerate(zip(said, own, strict=False)) if a != b), min(len(said), len(own))
    )
    return (
        alike(said, own)
        or (len(said) >= 3 and own.startswith(said))
        or (same >= 5 and same >= min(len(said), len(own)) - 3)
    )


def _blanked(text: str, spent: list[tuple[int, int]]) -> str:
    for start, end in spent:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _left_over(
    question: HowToRun, text: str, spent: list[tuple[int, int]], taken: set[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """Settings that the request asks for and no input took, in its own words; and values that a part of their name fits."""
    left: list[str] = []
    partly: dict[str, list[str]] = {}
    free = _blanked(text, spent)
    for match in re.finditer(r"(?<![\w.])([A-Za-z_][\w ]{0,30}?)\s*(?::=|=|\bset\s+to\b)\s*" + VALUE, free):
        name = re.sub(
            r"^.*\b(?:with|for|using|where|set|setting|and)\s+", "", match.group(1), flags=re.IGNORECASE
        )
        left.append(f"{name.strip()} = {match.group(2)}")
    left += _untaken_days(free)
    for match in WANTED_IN.finditer(free):
        for card in question.inputs:
            fits = _partly(card, match.group(1)) if card.options and card.name not in taken else []
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
            fits = _partly(card, phrase) if card.options and card.name not in taken else []
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


__all__ = ["values_in"]
