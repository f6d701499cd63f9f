"""Steps that hang on what the step before came to: `if it fails, …`, `… only if something changed`, `otherwise …`."""

import re
from typing import NamedTuple

from agents.asks.ask import Condition

LEADS = r"(?:(?:and|but|then|so|or)\s+)*(?:(?:only|just)\s+)?(?P<word>if|when(?!\s+(?:did|does|do|is|are|was|were|will|can|has|have|should)\b)|whenever|once|in\s+case|in\s+the\s+event\s+that|as\s+soon\s+as|as\s+long\s+as|so\s+long\s+as|provided(?:\s+that)?|providing(?:\s+that)?|assuming(?:\s+that)?|supposing(?:\s+that)?|given(?:\s+that)?|on\s+(?:the\s+)?condition(?:\s+that)?|depending\s+on\s+whether|should|unless|otherwise|else)\b"
DOES = r"(?:add|put|write|leave|insert|move|replace|rename|run|rerun|execute|refresh|audit|build|create|tell|note|record|delete)"
BRIEF = rf"(?:so|yes|no|not|(?:any|none)(?=\s*,|\s+(?:please\s+|then\s+)?{DOES}\b)|it\s+(?:does|is|has|did)(?:\s+not|n['’]t)?|they\s+(?:do|are|have)(?:\s+not|n['’]t)?|(?:there\s+(?:are|is)|you\s+find|it\s+finds)\s+(?:any|some|one|none)|(?:no\s*body|no\s+one|anyone|anybody|somebody|someone)\s+does|(?:it|that|this|they|the\s+run|everything|all)\s+(?:fails?|failed|works?|worked|succeed(?:s|ed)?|breaks?|broke|goes\s+(?:well|wrong|through|fine)|went\s+(?:well|wrong|through|fine)|is\s+(?:fine|ok|okay)|changed|moved)|something\s+(?:changed|moved|broke)|nothing\s+(?:changed|moved))"
"""Conditions that need no comma behind them."""
LEADING = re.compile(
    rf"{LEADS}\s*(?P<cond>{BRIEF}(?=\s)|[^,:;]*?(?=\s*[,:]|\s+then\b|(?<!\bto)(?<!\bwe)(?<!\bi)(?<!\byou)(?<!\bthey)(?<!\bnot)\s+(?:please\s+)?{DOES}\b)|(?<=otherwise)|(?<=else))\s*[,:]?\s*(?:then\s+|please\s+|only\s+then\s+)*(?P<rest>.+)$",
    re.IGNORECASE,
)
ALONE = re.compile(rf"{LEADS}\s*(?P<cond>[^,:;]*)$", re.IGNORECASE)
TRAILING = re.compile(
    r"^(?P<rest>(?!(?:from|since|until|up\s+to)\s+when\b|(?:please\s+)?(?:tell|show|let|check|see|find|say|know|ask|report|explain|look|how|what|which|who|does|do|is|are|can|could|may|will)\b).+?)[,;]?\s+(?:but\s+)?(?:only\s+)?(?P<word>if|when|in\s+case|unless|provided(?:\s+that)?|providing(?:\s+that)?|assuming(?:\s+that)?|on\s+condition(?:\s+that)?|so\s+long\s+as|as\s+long\s+as)\s+(?P<cond>(?!you\b|possible|necessary|needed|that['’]?s).+)$",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|no\s+one|neither|without|unused)\b|n['’]t\b", re.IGNORECASE
)
FAILS = re.compile(
    r"\b(?:fail(?:s|ed|ing|ure)?|break(?:s|ing)?|broken?|crash\w*|errors?|go(?:es)?\s+wrong|went\s+wrong|stops?|trouble|problems?)\b",
    re.IGNORECASE,
)
WORKS = re.compile(
    r"\b(?:succeed\w*|success\w*|work(?:s|ed)?|goes?\s+(?:through|well|fine)|went\s+(?:through|well|fine)|pass(?:es|ed)?|runs?\s+(?:through|fine|well|clean\w*)|fine|ok|okay|green|healthy)\b",
    re.IGNORECASE,
)
SAME = re.compile(r"\b(?:unchanged|the\s+same|stable|identical|as\s+before)\b", re.IGNORECASE)
CHANGED = re.compile(
    r"\b(?:chang(?:es?|ed|ing)|differ\w*|mov(?:es?|ed)|new|news|deviat\w*|shift(?:s|ed)?)\b", re.IGNORECASE
)
USED = re.compile(
    r"^\s*(?:so|yes|any|some|no|not|none)?\s*$|\b(?:any|anyone|anybody|someone|somebody|no\s*body|no\s+one|nothing|something|anything|none|find|found|finds|us(?:es?|ed|ing)|unused|quer(?:y|ies|ied)|reads?|touch(?:es|ed)?|depends?|they\s+(?:do|are)|it\s+(?:is|does)|there\s+(?:is|are))\b",
    re.IGNORECASE,
)
FIGURE = re.compile(
    r"\d|\b(?:above|below|over|under|more\s+than|less\s+than|at\s+least|at\s+most|higher|lower|greater|smaller|exceed\w*|positive|negative|rose|fell|rise[sn]?|falls?|grew|grow[sn]?|shr[aiu]nk\w*|up|down|increas\w*|decreas\w*)\b",
    re.IGNORECASE,
)
"""A condition on a figure, which no step decides."""
OPPOSITE: dict[Condition, Condition] = {
    "found": "not found", "not found": "found", "failed": "succeeded", "succeeded": "failed", "changed": "unchanged", "unchanged": "changed", "always": "always",
}  # fmt: skip
NOTHING = re.compile(
    r"(?:please\s+)?(?:(?:leave|let|keep)\s+(?:it|them|that|those|everything|things|the\s+\w+(?:\s+\w+)?)\s*(?:be|alone|as\s+(?:it|they)\s+(?:is|are)|untouched|unchanged)|do\s+nothing|(?:do\s+not|don['’]?t)\s+(?:touch|change|do|write|bother)\b.*|nothing|(?:just\s+|then\s+)?stop(?:\s+there)?|forget\s+it|never\s*mind|skip\s+it)[\s.!]*",
    re.IGNORECASE,
)
"""Asks for nothing to be done."""


class Hanging(NamedTuple):
    """A part that hangs on a condition."""

    only_if: Condition | None
    """None where no step decides it."""
    words: str
    """The condition, as the request words it."""
    rest: str
    """What is wanted then; empty where the condition stands alone."""


def hanging(part: str, before: Hanging | None) -> Hanging | None:
    """The part as a condition and what hangs on it; None where there is no condition."""
    match = LEADING.match(part) or ALONE.match(part)
    if match is None:
        match = TRAILING.match(part)
    if match is None:
        return None
    fields = match.groupdict()
    word, said = fields["word"].lower(), fields["cond"].strip()
    rest = (fields.get("rest") or "").strip()
    if word in ("otherwise", "else"):
        other = opposite(before.only_if) if before is not None else None
        return Hanging(other, before.words if before is not None else word, f"{said} {rest}".strip())
    if said.lower() in ("not", "no") and before is not None and before.only_if:
        return Hanging(opposite(before.only_if), said, rest)
    meant = meaning(said)
    return Hanging(opposite(meant) if word == "unless" else meant, said, rest)


def meaning(said: str) -> Condition | None:
    """What a condition asks of the step before; None where no step decides it."""
    no = NEGATION.search(said) is not None
    if FAILS.search(said):
        return "succeeded" if no else "failed"
    if SAME.search(said):
        return "changed" if re.search(r"\bnot\b|n['’]t\b", said, re.IGNORECASE) else "unchanged"
    if FIGURE.search(said):
        return None
    if CHANGED.search(said):
        return "unchanged" if no else "changed"
    if USED.search(said):
        return "not found" if no else "found"
    if WORKS.search(said):
        return "failed" if no else "succeeded"
    return None


SO = re.compile(r"so|yes|not|no", re.IGNORECASE)


def turned(only_if: Condition | None, question: str) -> Condition | None:
    """What `if so` and `if not` ask behind a question about a run: `did it fail? If so, …`."""
    meant = meaning(question)
    return opposite(meant) if only_if == "not found" else meant


def opposite(only_if: Condition | None) -> Condition | None:
    """The condition that holds where the other does not."""
    return OPPOSITE[only_if] if only_if is not None else None


__all__ = ["FIGURE", "NOTHING", "SO", "Hanging", "hanging", "turned"]
