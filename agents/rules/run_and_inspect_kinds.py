"""What a request gives to one input, by its kind: an option, a day, a number, a tick, a text. By its name first, then wherever only this kind can stand."""

import re
from datetime import date

from agents.asks.period import find_period
from agents.asks.run_and_inspect import InputCard, misfits
from agents.rules.run_and_inspect_amounts import (
    Day,
    Length,
    Side,
    day_in,
    length_in,
    length_unit,
    lengths_in,
    written_day,
)
from agents.rules.run_and_inspect_options import NOT_A_VALUE, called_by, options_in, options_like
from agents.rules.wording import FILLER, Named, alike, folded, quoted, words_of

Taken = tuple[list[str], list[tuple[int, int]]]
"""Values, and the places of the request that they were read from."""
TRUE = frozenset({"true", "on", "yes", "ticked", "checked", "enabled", "1"})
FALSE = frozenset({"false", "off", "no", "unticked", "unchecked", "disabled", "0"})
SETTING = (
    r"(?:\s*(?::=|=|:|->|→)\s*|\s+(?:set\s+to|should\s+be|is|to|as|of|at|equals?|being|value)\s+(?:be\s+)?)"
)
VALUE = r"[\"“„«'‘]?([^\s,;:!?\"”»'’]+(?:\.\d+)?)"
ENDS = re.compile(r"\b(?:up[\s_]?to|until|till|to|end|ends|before|through|max|latest|bis)\b", re.IGNORECASE)


AS_FAR = r"\bas\s+(?:(smooth|long|wide|large|high|big|slow|broad)|short|small|narrow|rough|jumpy|low|fast|tight)\s+as\s+(?:the\s+)?(?:slider|input|window|it|notebook)\s+(?:allows?|permits?|goes|can(?:\s+\w+)?|lets?\s+\w+)"
"""`as smooth as the slider allows`, where there is one slider only."""


def at_bound(card: InputCard, text: str, _today: date, *, alone: bool) -> Taken | None:
    """A slider put to its end: `the slider to its maximum`, where there is one slider only, or by its name."""
    if card.type != "input-slider":
        return None
    called = rf"{called_by(card)}|slider" if alone else called_by(card)
    match = re.search(
        rf"(?<!\w)(?:{called})(?:\s+slider)?\s+(?:all\s+the\s+way\s+)?(?:up\s+|down\s+)?(?:to|at|on)\s+(?:its\s+|the\s+)?(?:(max(?:imum)?|highest|largest)|min(?:imum)?|lowest|smallest)\b",
        text,
        re.IGNORECASE,
    )
    far = re.search(AS_FAR, text, re.IGNORECASE) if match is None and alone else None
    if far is not None:
        end = card.max if far.group(1) is not None else card.min
        return None if end is None else ([f"{end:g}"], [far.span()])
    end = None if match is None else card.max if match.group(1) else card.min
    return None if match is None or end is None else ([f"{end:g}"], [match.span()])


def assigned(card: InputCard, text: str, today: date) -> Taken | None:
    """What stands behind the input's name: `region = EU`, `with region EU`, `set months to 12`."""
    for match in re.finditer(
        rf"(?<!\w)(?:{called_by(card)})(?!\w)(?:{SETTING}|\s+(?=[\"“„«'‘\d])|\s+(?=[A-Z])|\s+(?!and\b|or\b|,))",
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
    named = [named for named in options_in(card, rest) if named.start <= 3 or card.multiple]
    if named:
        chosen = sorted(named, key=lambda each: each.start) if card.multiple else named[:1]
        end = max(each.end for each in chosen)
        values = [card.options[each.which] for each in chosen]
        more = re.match(r"\s*(?:,|&|and|und|et|y)\s*([A-Z][\w-]+)", rest[end:]) if card.multiple else None
        if more and not re.match(called_by(card), more.group(1), re.IGNORECASE):
            values.append(more.group(1))
        return values, [(match.start(), len(text) - len(rest) + end)]
    explicit = re.search(
        r"(?::=|=|:|->|→|\bto|\bis|\bbe|\bas)\s*$", text[match.start() : match.end()], re.IGNORECASE
    )
    value = re.match(VALUE, rest)
    phrase = re.split(r"[,;.!?]|\b(?:and|up\s+to|until|since|with|to|for)\b", rest, maxsplit=1)[0]
    fits = options_like(card, phrase)
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
    named = [named for named in options_in(card, rest[joined.end() :]) if named.start <= 1]
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


def by_kind(card: InputCard, text: str, today: date) -> Taken | None:
    """A value that only this kind of input can take, wherever it stands."""
    if card.options:
        return _named_options(card, text)
    if card.type == "input-checkbox":
        return _with_or_without(card, text)
    if card.type == "input-slider":
        match = re.search(
            rf"(?<!\w)(-?\d+(?:\.\d+)?)\s*%?\s*-?\s*(?:{called_by(card)})(?!\w)", text, re.IGNORECASE
        )
        if match and not misfits(card, [match.group(1)]):
            return [match.group(1)], [match.span()]
        every = lengths_in(text, f"{card.name} {card.label}")
        if len(every) > 1 and len({each.value for each in every}) == 1:
            # `a quarter, so 63 trading days`: one length, said twice.
            return [every[0].value], [(each.start, each.end) for each in every]
        length = next(
            (each for each in every if _stands_alone(card, text, each)), every[0] if every else None
        )
        near = length is not None and (
            re.match(rf"\s*-?\s*(?:{called_by(card)})(?!\w)", text[length.end :], re.I)
            or re.search(_FOREIGN_LENGTH, text[: length.start], re.I)
            or re.search(_SPANNING, text[: length.start], re.I)
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
            r"(?:^|[.,;:!?–—(-]|\b(?:with|using|at|over|of|and|make\s+it|please|pls|run\s+it|so|i\.?e\.?|meaning|namely|that\s+is))\s*$",
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
    named = [named for named in options_in(card, text) if named.how == "exact" or named.score >= 90]
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
_SPANNING = r"(?<!changed\s)(?<!moved\s)(?<!happened\s)(?<!change\s)(?<!moves\s)(?<!it\smove\s)(?:over|using|across)\s+$"
"""What stands before the length that a notebook is to look at: `run it over a month`, unlike `what changed over a month`."""
_ALL_OF_IT = r"\b(?:whole|entire|full|complete|all(?:\s+of)?(?:\s+the)?)\s+(?:history|period|range|data|past|years|time)\b|\bnot\s+only\s+the\s+last\s+\w+"
"""What a box called `only_…` is unticked by."""


def _with_or_without(card: InputCard, text: str) -> Taken | None:
    called = rf"(?:that\s+|this\s+|the\s+)?(?:(?:box|checkbox)\s+)?[\"“„«'‘]?(?:{called_by(card)})[\"”»'’]?(?:[\s-]+(?:thing|box|option|checkbox|flag|bit|filter|setting|switch))?"
    left = re.search(
        rf"\b(?:leave|keep|turn|switch|set|have)\s+{called}\s+(on|off|ticked|unticked|checked|unchecked|enabled|disabled)\b"
        rf"|\b(?:leave\s+out|drop|skip|ignore|forget|remove|lose)\s+{called}(?!\w)",
        text,
        re.IGNORECASE,
    )
    if left:
        return [str((left.group(1) or "off").lower() in TRUE).lower()], [left.span()]
    match = re.search(
        rf"\b(with|without|including|excluding|no|not|incl\.?|excl\.?|(?:do\s+not|don't)\s+\w+|turn\s+on|turn\s+off|switch\s+on|switch\s+off|enable|disable|tick|untick|check|uncheck)\s+(?:just\s+)?(?:the\s+)?(?:(?:box|checkbox)\s+)?[\"“„«'‘]?(?:{called_by(card)})(?!\w)",
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
    telling = [word.text for word in words_of(card.label or card.name.replace("_", " ")) if word.text not in FILLER | {"only"}]  # fmt: skip
    whole_name = [word for word in said if any(alike(word.text, each) for each in telling)]
    if match and telling and len(whole_name) >= len(telling):
        off = match.group(1).lower().startswith(("without", "excl"))
        end = match.start(2) + whole_name[-1].end
        noun = re.match(r"\s+(?:limit|restriction|filter|box|option|setting|flag|thing)\b", text[end:], re.I)
        return ["false" if off else "true"], [(match.start(), end + (noun.end() if noun else 0))]
    if match and said and alike(said[0].text, own[-1].text):
        off = match.group(1).lower().startswith(("without", "excl"))
        return ["false" if off else "true"], [(match.start(), match.start(2) + said[0].end)]
    if card.name.startswith("only_") and (whole := re.search(_ALL_OF_IT, text, re.IGNORECASE)):
        return ["false"], [whole.span()]
    bare = re.search(rf"(?<!\w)(?:{called_by(card)})\s*(?=$|[,.;!?]|\band\b)", text, re.IGNORECASE)
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


__all__ = ["Taken", "assigned", "at_bound", "by_kind"]
