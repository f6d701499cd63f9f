"""Subjects that a request names and nothing in the data answers to: where no other one is named, the run asks before it builds everything."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import Sketch, TableCard
from agents.rules.build_analysis_lexicon import EVERYDAY, FUNCTION_WORDS
from agents.rules.build_analysis_match import topics_of
from agents.rules.build_analysis_words import TOPICS, plain, words

_OF = r"(?:in|of|among|within|im|vom|beim|der|des|dans|du|de|d|v|ve|na|en|del)"
_ARTICLE = r"(?:(?:the|our|my|all|der|den|dem|die|das|la|le|les|el|los|las) |l['’])?"
_ENDS = rf"(?=\W*$|[^\w\s]|\s+(?:\d|(?:{'|'.join(sorted(map(re.escape, EVERYDAY | FUNCTION_WORDS)))})\b))"
"""What follows a subject: not a noun that it describes, as in `in plain words`."""
_COMPARED = re.compile(r"\b(?:compar\w*|versus|vs\.?|against|ratio|correlat\w*|relative to|side by side|vergleich\w*|srovn\w*|porovn\w*)\b", re.I)  # fmt: skip


def strange_subjects(text: str, unknown: Sequence[str], table: TableCard) -> list[str]:
    """Those of the unknown words that stand where a subject stands: as `employment in …`, or as `… jobs`."""
    own = {word for topic in topics_of(table) for word in TOPICS[topic]} | set(words(table.name))
    things = "|".join(sorted(map(re.escape, own), key=len, reverse=True)) or "$^"
    plainly = plain(text)
    found = []
    for word in unknown:
        said = re.escape(plain(word))
        behind = (
            rf"\b(?:{things})(?:s|es)? {_OF}[ '’]{_ARTICLE}(?:[\w-]+ (?:and|und|et|a|y) )?{said}\b{_ENDS}"
        )
        before = rf"\b{said}(?:'s)? (?:{things})(?:s|es)?\b"
        if len(word) > 3 and word.casefold() not in FUNCTION_WORDS and (re.search(behind, plainly) or re.search(before, plainly)):  # fmt: skip
            found.append(word)
    return found


def asked_which(sketch: Sketch, table: TableCard, strange: Sequence[str], text: str) -> Sketch | None:
    """The question which series is meant, where the one that is named is unknown; None where another is named that stands by itself."""
    column = next((column for column in table.of("category") if column.values), None)
    held = list(column.values) if column else [one.name for one in table.of("measure")]
    named = [*sketch.keep, *sketch.measures, *sketch.chosen]
    compared = _COMPARED.search(text) is not None
    if not strange or not held or sketch.cuts or len(named) > 1 or (named and not compared):
        return None
    said = " and ".join(f"“{word}”" for word in strange[:3])
    what = (column.name if column else "series").replace("_name", "").replace("_", " ")
    why = f"{table.ref} holds nothing called {said}" + (f", so {named[0]} has nothing to be compared with." if named else f", and no other {what} is named.")  # fmt: skip
    return Sketch(
        verdict="ask", why=why[:400], choices=held[:12], project=sketch.project, notebook=sketch.notebook, period=sketch.period
    )  # fmt: skip


__all__ = ["asked_which", "strange_subjects"]
