"""The verbs of tidying in every form that people use, and the one word that the readers know for each."""

import re

from agents.rules.tidy_notebook_words import START

IRREGULAR = {
    "put": "put", "set": "set", "let": "let", "cut": "cut", "split": "split", "bring": "brought", "send": "sent", "get": "got", "take": "taken|took",
    "write": "written|wrote", "make": "made", "have": "had", "throw": "thrown|threw", "lead": "led", "keep": "kept", "leave": "left", "lose": "lost",
    "run": "run|ran", "rerun": "rerun|reran", "overwrite": "overwritten|overwrote", "rewrite": "rewritten|rewrote", "stick": "stuck", "swap": "swapped",
    "drag": "dragged", "drop": "dropped", "wipe": "wiped",
}  # fmt: skip
SAME = {
    "stick": "put", "pop": "put", "park": "put", "slot": "put", "slide": "move", "transfer": "move", "reposition": "move", "relocate": "move", "bump": "move",
    "switch": "swap", "bin": "delete", "nuke": "delete", "toss": "delete", "chuck": "delete", "eliminate": "delete", "drop off": "delete",
    "amend": "change", "alter": "change", "modify": "change", "adjust": "change", "rephrase": "change", "rewrite": "change", "substitute": "replace",
    "tick": "tick", "check off": "tick", "untick": "tick", "colour": "colour", "color": "colour", "paint": "colour", "recolour": "colour", "recolor": "colour",
}  # fmt: skip
"""Verbs that mean what another one says."""
GONE = r"(?:throw|get|take|kick|chuck|toss|cut|clear)"
NOT_DONE = frozenset(
    {
        "called",
        "named",
        "titled",
        "labelled",
        "labeled",
        "marked",
        "left",
        "kept",
        "set",
        "headed",
        "run",
        "led",
        "had",
        "made",
        "cut",
        "split",
        "let",
    }
)
"""Participles that describe a block as often as they ask for something."""


def _forms(verb: str) -> list[tuple[str, str]]:
    """Past forms with `done`, the form in -ing with `doing`."""
    if verb in IRREGULAR:
        past = IRREGULAR[verb].split("|")
    elif verb.endswith("e"):
        past = [f"{verb}d"]
    elif re.search(r"[^aeiou]y$", verb):
        past = [f"{verb[:-1]}ied"]
    else:
        past = [f"{verb}ed", f"{verb}{verb[-1]}ed"]
    doing = [f"{verb[:-1]}ing"] if verb.endswith("e") else [f"{verb}ing", f"{verb}{verb[-1]}ing"]
    return [(each, "done") for each in past] + [(each, "doing") for each in doing]


VERBS = tuple(dict.fromkeys([*START.split("|"), *(each for each in SAME if " " not in each)]))
DONE = {form: verb for verb in VERBS for form, kind in _forms(verb) if kind == "done"}
DOING = {form: verb for verb in VERBS for form, kind in _forms(verb) if kind == "doing"}
PARTICIPLE = "(?:" + "|".join(sorted(map(re.escape, DONE), key=len, reverse=True)) + ")"
GERUND = "(?:" + "|".join(sorted(map(re.escape, DOING), key=len, reverse=True)) + ")"


def plain_verb(word: str) -> str:
    """The verb that the readers know: `shifted`, `shifting` and `shift` are `shift`, `binned` is `delete`."""
    said = word.lower()
    verb = DONE.get(said) or DOING.get(said) or said
    return SAME.get(verb, verb)


__all__ = ["DOING", "DONE", "GERUND", "GONE", "NOT_DONE", "PARTICIPLE", "SAME", "VERBS", "plain_verb"]
