"""Projects and notebooks that a request names bare: `under Labour market`, `add a chart to Index levels`.

A name counts as a place only where it stands as one: behind `in`, `under`, `to`, or as what is to get something. It is then said
as the other rules read it, `in the “Labour market” project` and `to the notebook “Index levels”`.
"""

import re
from collections.abc import Collection

_LEADS = r"(?:in|into|to|under|within|inside|onto|on|below|at the (?:end|bottom|foot) of|for)"
_ADDING = r"(?:add|append|attach|insert|include|put|place|extend|expand|continue|complete|complement|supplement|plot|draw|give|show|build|write|need|want|would like|like to (?:see|have)|could use|goes|belongs)"  # fmt: skip
_FILING = r"(?:put|file|save|store|keep|place|leave|add|drop|create|make|set up|build|need|want|would like)"
_LIKE = re.compile(r"\b(?:like|as|from|than|of|with|same|copy|those|these|what is|what's|what stands|shown|used)\s+(?:the (?:one|ones|numbers?|figures?|values?|data|charts?) )?$", re.I)  # fmt: skip
"""Words before `in X` by which X is only pointed to."""
_NOUN = re.compile(
    r"\s*(?:project|notebook|integration|database|warehouse|table|tables|data|dataset)\b", re.I
)
_BY_NOUN = re.compile(r"\b(?:project|notebook|integration|database|table|called|named|titled|the)\s*[“\"'«„]?$", re.I)  # fmt: skip


def may_name_a_place(request: str) -> bool:
    """Whether it is worth to look which projects and notebooks there are."""
    return (
        re.search(
            rf"\b{_LEADS}\s+(?:(?:the|my|our)\s+)?[“\"'«„]?(?-i:[A-Z0-9])|^\W*(?-i:[A-Z])[\w ]+\b(?:needs?|lacks?|should|could|deserves?)\b|\b(?:extend|expand|give|continue|complete|supplement)\s+[“\"'«„]?(?-i:[A-Z])"
            rf"|\b{_ADDING}\b[^.;?!\n]*\b(?:to|into|in|under) (?!the\b|my\b|a\b)\w+|\b{_FILING}\b[^.;?!\n]*\b(?:in|under|into) (?!the\b|my\b|a\b)\w+",
            request,
            re.I,
        )
        is not None
    )


def with_places(
    request: str, projects: Collection[str], notebooks: Collection[str], taken: Collection[str] = ()
) -> str:
    """The request with bare names of what is there said as places; `taken` are names of integrations, which are no places by themselves."""
    for name in sorted(notebooks, key=len, reverse=True):
        if (said := _into_notebook(request, name, name in taken)) is not None:
            request = said
            break
    for name in sorted(projects, key=len, reverse=True):
        if (said := _into_project(request, name, name in taken)) is not None:
            return said
    return request


def _pattern(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split())


def _free(request: str, found: re.Match[str]) -> bool:
    """Whether the name stands without a noun that says what it is, and is not only pointed to."""
    before, after = request[: found.start("name")], request[found.end("name") :]
    if _capital(found["name"]) and re.search(r"\b(?:to|into|onto|of) (?:the|my|our) $", before, re.I):
        before = before[: before.rstrip().rfind(" ") + 1]  # `to the Scratchpad`
    quoted = bool(before) and before[-1] in "“\"'«„"
    return not (
        (not quoted and _NOUN.match(after))
        or (quoted and _NOUN.match(after[1:]))
        or _BY_NOUN.search(before)
        or _LIKE.search(request[: found.start()])
        or re.match(r"[\w-]", after)
    )


def _capital(said: str) -> bool:
    return said[:1].isupper() or said[:1].isdigit()


def _into_notebook(request: str, name: str, taken: bool) -> str | None:
    own = _pattern(name)
    quoted = rf"[“\"'«„]?(?P<name>{own})[”\"'»“]?"
    gets = re.search(
        rf"(?:^|[.;!?\n]\s*)\W*{quoted}\s+(?:notebook\s+)?(?:still\s+)?(?:needs?|lacks?|should (?:also )?(?:get|have|show|contain)|could (?:do with|use|have)|deserves?|must have)\s+(?P<what>[^\n]+)",
        request, re.I,
    )  # fmt: skip
    if gets is not None and _capital(gets["name"]):
        return f"{request[: gets.start()]} Add {gets['what'].rstrip(' .')} to the notebook “{name}”."
    get = re.search(
        rf"\b(?:could|can|should|may|must|will)\s+{quoted}\s+(?:also\s+|please\s+)?(?:get|have|show|receive)\b",
        request,
        re.I,
    )
    if get is not None and _free(request, get):
        return f"{request[: get.start()]} Add to the notebook “{name}” {request[get.end() :]}"
    extend = re.search(rf"\b(?:extend|expand|continue|complete|supplement|give)\s+{quoted}\s+(?:with|by|about|an?\b|the\b|some\b|one\b|another\b)", request, re.I)  # fmt: skip
    if extend is not None and _free(request, extend):
        tail = re.sub(r"^(?:with|by|about)\s+", "", request[extend.end("name") :].lstrip("”\"'»“ "))
        return f"{request[: extend.start()]} Add to the notebook “{name}” {tail}"
    for found in re.finditer(rf"\b(?P<lead>{_LEADS})\s+(?:(?:the|my|our)\s+)?{quoted}", request, re.I):
        sentence = re.split(r"[.;!?\n]\s", request[: found.start()])[-1]
        after = request[found.end() :]
        adds = re.search(rf"\b{_ADDING}\b", sentence, re.I) is not None
        opens = not sentence.strip(" ,:-–") and re.match(rf"\s*[,:–-]?\s*(?:(?:please|can|could|would|you|we|i|i'd|i’d|also|to|want|need|like)\s+)*{_ADDING}\b", after, re.I) is not None  # fmt: skip
        lead = found["lead"].lower()
        if lead in ("for", "on") and not opens:
            continue
        new = re.search(r"\b(?:new|another|separate) (?:notebook|analysis)\b|\b(?:create|make|build) (?:me )?(?:a|an|one) (?:\w+ )?(?:notebook|project|analysis)\b", sentence, re.I)  # fmt: skip
        if (
            not (adds or opens)
            or new
            or not _free(request, found)
            or (taken and not (opens or lead in ("to", "into")))
        ):
            continue
        if not _capital(found["name"]) and len(name.split()) < 2:
            continue
        end = found.end()
        kept = "at the end of" if lead.startswith("at the") else "to" if adds else "in"
        return f"{request[: found.start()]}{kept} the notebook “{name}”{request[end:]}"
    return None


def _into_project(request: str, name: str, taken: bool) -> str | None:
    own = _pattern(name)
    for found in re.finditer(
        rf"\b(?P<lead>in|into|under|within|inside|to|for)\s+[“\"'«„]?(?P<name>{own})[”\"'»“]?", request, re.I
    ):
        sentence = re.split(r"[.;!?\n]\s", request[: found.start()])[-1]
        files = re.search(
            rf"\b{_FILING}\b(?:[^.;?!\n]*\b(?:it|this|that|notebook|analysis|something|results?|all)\b)?",
            sentence,
            re.I,
        )
        lead = found["lead"].lower()
        opens = not sentence.strip(" ,:-–") and re.match(rf"[^.;?!\n]*?\b{_FILING}\b", request[found.end() :], re.I) is not None  # fmt: skip
        if lead in ("to", "for") and files is None and not opens:
            continue
        if not _capital(found["name"]) and (files is None or lead == "for"):
            continue
        if taken or not _free(request, found):
            continue
        return f"{request[: found.start()]}in the “{name}” project{request[found.end() :]}"
    return None


__all__ = ["may_name_a_place", "with_places"]
