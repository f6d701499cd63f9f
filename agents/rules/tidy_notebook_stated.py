"""An exchange of words that is said in two steps: what a block says now, and what it should say."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard
from agents.rules.quotations import masked, unmasked, unquoted
from agents.rules.tidy_notebook_exchange import exchange
from agents.rules.tidy_notebook_pairs import holding, kin
from agents.rules.tidy_notebook_words import START
from agents.rules.wording import folded

_STILL_SAYS = re.compile(
    r"(?:^|(?<=[.;:!?,]\s))(?:(?:but|and|yet|though|while)\s+)?(?:(?:it|this|that|there|(?:the|our|my)\s+[^.;:!?,]{2,40}?)\s+)?(?:still|wrongly|only|nevertheless)\s+(?:says?|reads?|has|mentions?|speaks?\s+of|talks?\s+(?:about|of)|shows?|states?)\s+(?P<old>⟦\d+⟧|[^.;:!?,⟦⟧]+?)(?P<end>\s*(?:[.;!?,]|[–—-]\s|$))",
    re.IGNORECASE,
)
"""`it still says first Monday`."""


def outdated(request: str, cards: Sequence[BlockCard]) -> str:
    """`we meet on the first Tuesday. It still says first Monday`, as an exchange: the new words stand in the other sentence and differ in one word."""
    held, masks = masked(request)
    match = _STILL_SAYS.search(held)
    if match is None:
        return request
    old = unquoted(unmasked(match["old"], masks)).strip()
    rest = [held[: match.start()], held[match.end() :]]
    words = old.split()
    if not holding(old, cards):
        return request
    for place, text in enumerate(rest):
        for sentence in re.split(r"[.;!?]\s+|\s[–—-]\s", text):
            new = _differing(words, sentence)
            if new:
                rest[place] = text.replace(sentence, "", 1)
                other = [unmasked(part, masks).strip(" .;!?,") for part in rest]
                return "; ".join(part for part in [f"change “{old}” to “{new}”", *other] if part)
    return request


_MADE = re.compile(
    rf"(?P<edge>^|(?<=[.;!?]\s)|(?<=:\s))(?P<said>(?!(?:please\s+|then\s+)*(?:{START})\b)[^;!?]{{4,120}}?)\s*[,;.–—-]+\s*(?:(?:and|but|so|please|then|now)\s+)*(?:(?:make|let|set|change|turn|put|raise|lower|have)\s+(?:it|that|this)(?:\s+(?:to|into|be|say|read|at|rather))*|(?:i|we)\s*(?:['’]d|would)\s+(?:prefer|like|rather\s+(?:have|see))|(?:it|that)\s+(?:would|should)\s+(?:better\s+|rather\s+)?be)\s+(?P<new>⟦\d+⟧|[^\s,;!?⟦⟧]*[\d(_][^\s,;!?⟦⟧]*?)(?P<end>(?:\s+(?:there|here|instead|please))*\s*(?=[.;!?]|,|\s(?:and|but|then)\s|$))",
    re.IGNORECASE,
)
"""`it looks back 7 days, make that 14`."""


def made(request: str, cards: Sequence[BlockCard]) -> str:
    """`it looks back 7 days, make that 14` as what the statement should say, where it states what stands in a block."""
    held, masks = masked(request)

    def turned(match: re.Match[str]) -> str:
        said = f"{match['said']} should be {match['new']}"
        read = exchange(unmasked(said, masks), cards)
        return f"{match['edge']}{said}{match['end']}" if read is not None and read.steps else match.group()

    return unmasked(_MADE.sub(turned, held), masks)


def _differing(words: Sequence[str], sentence: str) -> str:
    """The words of a sentence that are the given ones but for one, which is of its kind."""
    said = [word.strip(",;:.!?") for word in sentence.split()]
    for start in range(len(said) - len(words) + 1):
        window = said[start : start + len(words)]
        other = [(one, two) for one, two in zip(words, window, strict=True) if folded(one) != folded(two)]
        if len(other) != 1:
            continue
        one, two = other[0]
        if kin(one, two) and (len(words) > 1 or one[:1].isdigit() or one[:1].isupper()):
            return " ".join(window)
    return ""


__all__ = ["made", "outdated"]
