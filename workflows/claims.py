"""Whether an answer says more than was read: every number in it needs a claim, and a claim needs a source."""

import re
from collections.abc import Iterable

from workflows.outcome import Claim, Outcome

_CODE_OR_LINK = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+", re.DOTALL)
_LIST_MARKER = re.compile(r"^[ \t]*\d{1,3}[.)][ \t]", re.MULTILINE)
_DATE = re.compile(r"\b\d{4}-\d{2}(?:-\d{2})?\b")
_NUMBER = re.compile(r"(?<![\w.,-])[-+−]?\d[\d,  ]*(?:\.\d+)?(?![\w])|(?<![\w.,-])[-+−]?\.\d+")


def check(outcome: Outcome, names: Iterable[str] = ()) -> list[str]:
    """One sentence for each number or date of the answer that no claim holds.

    `names` are texts that may carry digits without stating anything: titles, column names, the request itself.
    """
    text = _LIST_MARKER.sub(" ", _CODE_OR_LINK.sub(" ", outcome.answer))
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        text = text.replace(name, " ")
    said = " ".join([claim.text for claim in outcome.claims])
    said += " " + " ".join(str(claim.value) for claim in outcome.claims if claim.value is not None)
    found = []
    for date in _DATE.findall(text):
        if date not in said:
            found.append(f"{date} stands in the answer, but no claim says where it was read.")
    text = _DATE.sub(" ", text)
    said_numbers = {_parse(token) for token in _NUMBER.findall(_DATE.sub(" ", said))}
    for token in _NUMBER.findall(text):
        token = token.strip().rstrip(",")
        if not _claimed(token, outcome.claims, said_numbers):
            found.append(f"{token} stands in the answer, but no claim says where it was read.")
    return list(dict.fromkeys(found))


def _parse(token: str) -> float:
    digits = re.sub(r"[,  ]", "", token.replace("−", "-")).rstrip(".")
    return float(digits)


def _claimed(token: str, claims: Iterable[Claim], said: set[float]) -> bool:
    number = _parse(token)
    if number in said or -number in said:
        return True
    decimals = len(token.partition(".")[2])
    for claim in claims:
        if isinstance(claim.value, bool) or not isinstance(claim.value, int | float):
            continue
        for scale in (1, 100):
            value = claim.value * scale
            if round(abs(value), decimals) == round(abs(number), decimals):
                return True
    return False
