"""A person who takes a word back: `for retail trade. No wait, for construction`. What stands behind it counts, the rest stays said."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agents.rules.wording import names_in, quoted, without

_WORD = (
    r"(?:oh|ah|uh+|er+m*|um+|hm+)[\s,]+(?:wait|sorry|actually|hold\s+on|i\s+mean)|(?:hm+|uh+|um+|erm*|oh)[\s,]+no|no[\s,]+(?:wait|no|sorry|hold\s+on|actually)|wait(?:[\s,]+no)?(?!\s+(?:for|until|till)\b)|hold\s+on|(?:scratch|strike|forget|cancel)\s+that|sorry(?!\s+(?:for|about|to)\b)|pardon|oops|"
    r"(?:what\s+)?i\s+mean(?:t)?(?:\s+(?:to\s+say|was))?|(?:or|but)\s+rather|rather|on\s+second\s+thoughts?|my\s+(?:mistake|bad)|correction|actually|"
    r"make\s+(?:that|it)(?!\s+(?:say|read|the\s+\w+\s+(?:block|cell)|run|look|a\s+note)\b)|"
    r"nein(?:[\s,]+warte)?|ach\s+nein|ich\s+meine?|non(?:[\s,]+attends)?|je\s+veux\s+dire|(?:no[\s,]+)?espera|quiero\s+decir|anzi|ne[\s,]+po[čc]kej|vlastn[ěe]"
)
_MARK = re.compile(
    rf"(?P<edge>(?<=\w)\s*[.,;:!?…–—-]+[\s.,–—-]*)(?P<words>(?:(?:{_WORD})\b[\s,.:;!…–—-]*)+|no\s*[,–—]\s*|no\s+(?=[\d\"“]))",
    re.IGNORECASE,
)
"""The words by which something is taken back, with the comma, full stop or dash before them: `Actually, …` at the start takes nothing back."""
MILD = re.compile(r"\W*(?:(?:but\s+)?actually|sorry)\W*", re.IGNORECASE)
"""What may as well only add something."""


class Correction(NamedTuple):
    """A request with what was said before the last words of taking back, and behind them."""

    before: str
    after: str
    mild: bool
    """Whether the words may also only add something."""


def correction_in(text: str) -> Correction | None:
    """The last correction of the text; words in quotation marks are none."""
    held = text
    for _, start, end in quoted(text):
        held = f"{held[:start]}{'x' * (end - start)}{held[end:]}"
    found = [match for match in _MARK.finditer(held) if text[match.end() :].strip(" .,!?")]
    if not found:
        return None
    last = found[-1]
    return Correction(text[: last.start()], text[last.end() :], MILD.fullmatch(last["words"]) is not None)


def put_in(correction: Correction) -> Iterator[str]:
    """The request with what was said last in the place of ever more of the words before it, within their sentence; then of some in their midst."""
    before, after = correction.before, correction.after
    sentence = max(before.rfind(end) for end in (". ", "; ", "! ", "? ")) + 1
    tokens = [match.start() for match in re.finditer(r"(?:[\"“„«»][^\"“”„«»]*[\"”“»«]|\S+)", before)]
    own = [place for place in tokens if place >= sentence]
    for start in [len(before), *reversed(own)]:
        yield f"{before[:start].rstrip()} {after}".strip()
    for size in (1, 2, 3):
        for first in reversed(range(len(own) - size)):
            rest = before[own[first + size] :]
            yield f"{before[: own[first]]}{after.strip(' .!?')} {rest}"


def renamed(text: str, names: Sequence[str]) -> str:
    """The text without a name that is taken back for another: `Weekly KPIs — sorry, Monthly KPIs`."""
    correction = correction_in(text)
    if correction is None:
        return text
    old, new = (
        [named for named in names_in(part, names) if named.how == "exact"]
        for part in (correction.before, correction.after)
    )
    if len(old) != 1 or not new or old[0].which in {named.which for named in new}:
        return text
    before = without(correction.before, old[0].start, old[0].end)
    rest = correction.after[: new[0].start].strip(" ,.")
    # A name with what leads to it alone replaces the name; with more before it, that takes something else back as well.
    joint = (
        " "
        if re.fullmatch(r"(?:(?:in|on|of|from|for|with|the|run|use|my|our)\s*)*", rest, re.IGNORECASE)
        else ", no wait, "
    )
    return f"{before}{joint}{correction.after}".strip()


__all__ = ["Correction", "correction_in", "put_in", "renamed"]
