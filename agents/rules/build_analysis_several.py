"""Requests for two projects or two notebooks at once: one request makes one of each, and the names say what to ask for on its own."""

import re

from agents.rules.build_analysis_names import CALLED, OPEN, name_at, named

_TWO = r"(?:two|three|four|several|2|3|4|zwei|drei|deux|trois|dos|tres|dva|tři)"
_NOUN = r"(?P<noun>projects|notebooks|analyses|projekte|notizbücher|projets|carnets|proyectos|projekty)"
_COUNTED = re.compile(
    rf"(?<!the )(?<!these )(?<!my )(?<!our )(?<!those )\b{_TWO} (?:new |separate |different |small |own )*{_NOUN}\b", re.I
)  # fmt: skip
_PAIR = re.compile(rf"\b{_NOUN}\s*[:：,]?\s*(?:{CALLED}\s*[:：]?\s*)?(?P<a>[{OPEN}]?(?-i:[A-Z])[^,;:.!?\n]{{0,60}}?)\s+(?:and|und|et|y|a|&)\s+(?P<b>[{OPEN}]?(?-i:[A-Z])[^,;:.!?\n]{{0,60}}?)(?=[,;:.!?\n]|\s(?:with|about|on|in|for|from|one|the)\b|$)", re.I)  # fmt: skip
"""`projects Rise and Fall`: a plural with two names."""
_EACH = re.compile(rf"\b(?:(?:and|then|plus) )?(?:another|one|a (?:second|further)|the (?:other|second|first))(?: one| project| notebook)?,? {CALLED}\s*[:：]?\s*", re.I)  # fmt: skip
_QUOTED = re.compile(rf"(?<!\w)[{OPEN}](?=\w)")
_MADE = re.compile(
    r"\b(?:in|from|of|between|across|compare|open|to) (?:the |my |our )?(?:two |both )?$", re.I
)


def several_made(request: str) -> str:
    """Why a request that asks for several projects or notebooks is not taken; empty when it asks for one."""
    names, noun = _pair(request)
    counted = _COUNTED.search(request)
    if not names:
        names = [name_at(request, found.end()) for found in _EACH.finditer(request)]
        noun = "notebook" if counted and "b" in counted["noun"].lower()[:5] else "project"
        first = "" if len(names) != 1 else _earlier_name(request)
        names = [first, *names] if first and first != names[0] else names
        if counted is None and len(names) < 2:
            names = _two_of(request)
            noun = "project"
    if len(names) < 2 and counted is None:
        return ""
    if len(names) < 2:
        names = [name_at(request, found.start()) for found in _QUOTED.finditer(request)]
    said = f", {' and '.join(f'“{name}”' for name in names)}" if len(names) > 1 else ""
    return f"The request asks for several {noun}s{said}; one request makes one. Ask for each on its own."


def _pair(request: str) -> tuple[list[str], str]:
    found = _PAIR.search(request)
    if found is None or _MADE.search(request[: found.start()]):
        return [], ""
    names = [one.strip(" “”\"'„«»‘’") for one in (found["a"], found["b"])]
    return names, "notebook" if found["noun"][0].lower() in "nc" else "project"


def _earlier_name(request: str) -> str:
    """The name of the first of two, where only the second is said as `another called …`."""
    before = request[: next(_EACH.finditer(request)).start()]
    return named(before, "project")[0].strip() or named(before, "notebook")[0].strip()


def _two_of(request: str) -> list[str]:
    first, rest = named(request, "project")
    second = named(rest, "project")[0] if first else ""
    return [first.strip(), second.strip()] if second else []


__all__ = ["several_made"]
