"""What a request wants to be without: series of the analysis that it goes on with, parts that are not wanted, and blocks that nothing can delete."""

import re
from typing import NamedTuple

from agents.asks.build_analysis import Outline, Part, Sketch, TableCard
from agents.rules.build_analysis_grammar import USUAL
from agents.rules.build_analysis_match import measures_named, values_named
from agents.rules.build_analysis_words import PARTS, plain, words

_START = r"(?:^\s*|[,.;:!?]\s*|\b(?:and|but|then|please|now|also|you|to|just|us|ok|okay|again|should|i want to|let's)\s+)"
_OUT = re.compile(
    rf"{_START}(?P<do>drop|remove|delete|erase|discard|exclude|omit|skip|ditch|get rid of|rid of|(?:take|leave|throw|kick|cut|strike) (?:out|away|off)|lose|forget(?: about)?|(?:i |we )?(?:don'?t|don’t|do not|no longer) (?:need|want|show|include)(?: to (?:see|have))?)\s+(?P<what>[^.;!?\n]+)"
    rf"|{_START}(?P<do2>take|leave|throw|kick|cut|strike)\s+(?P<what2>[^.;!?\n]+?)\s+(?:out|away|off|aside)\b(?P<after>[^.;!?\n]*)"
    r"|\b(?P<without>without|minus|except(?: for)?|excluding|leaving out|but not|but no|no need for)\s+(?P<what3>[^.;!?\n]+)",
    re.I,
)
_NEXT = re.compile(r"(?:,|\band\b|\bbut\b|\bthen\b)\s*(?:and |then |also |please |instead )*\b(?:show|add|keep|extend|put|make|plot|start|use|replace|include|draw|chart|give|compare|go|end|take|drop|remove|run|tell|only|split)\b|\b(?:before|after|since|until|prior|earlier|later|for|in) (?=\S*\d)", re.I)  # fmt: skip
_BLOCK = re.compile(r"\b(?:blocks?|cells?|sections?|parts?|charts?|plots?|graphs?|tables?|headings?|chapters?)\b", re.I)  # fmt: skip
_FILLING = {"the", "a", "an", "and", "or", "again", "series", "sector", "sectors", "line", "lines", "index", "from", "it", "this", "that", "of", "please", "one", "ones", "any", "more", "anymore", "longer", "too", "as", "well", "now", "out", "here", "there", "chart", "charts", "notebook", "analysis", "plot", "both", "employment", "jobs", "altogether", "completely", "same", "show", "do", "ok", "okay", "then", "thing", "just", "once", "but", "figures", "with", "in"}  # fmt: skip
_NOT_PARTS = {Part.CHANGE, Part.GROWTH, Part.MOVERS, Part.UNUSUAL, Part.TOP, Part.EXTREMES, Part.VALUES}
"""`months without growth` and `without outliers` say which rows count; they name no part."""


class Out(NamedTuple):
    """One wish to be without something."""

    said: str
    """The words, from the verb on."""
    what: str
    ordered: bool
    """Whether it is told to be taken away, not only described as absent."""
    rest: str
    """The request without it."""


def _outs(text: str) -> list[Out]:
    found = []
    for one in _OUT.finditer(text):
        group = next(name for name in ("what", "what2", "what3") if one[name])
        what = one[group]
        begin = one.start("without" if one["without"] else "do2" if one["do2"] else "do")
        end = one.end(group)
        stop = _NEXT.search(what)
        if stop is not None and group != "what2":
            end, what = one.start(group) + stop.start(), what[: stop.start()]
        elif group == "what2":
            end = one.start("after")
        if re.match(r"(?:in|of|by|to|since|before|after|for)\b", what, re.I) or not what.strip():
            continue
        found.append(
            Out(
                text[begin:end].strip(" ,"),
                what.strip(" ,"),
                not one["without"],
                f"{text[:begin]} {text[end:]}",
            )
        )
    return found


def parts_in(text: str) -> list[Part]:
    """The parts that a list of nothing but parts names: `correlation and drawdowns`."""
    found = list[Part]()
    for piece in re.split(r",|\band\b|\bor\b|\bnor\b", _BLOCK.sub(" ", text)):
        said = [word for word in words(piece) if word not in _FILLING]
        named = [part for pattern, part in PARTS if re.search(pattern, plain(piece))]
        if said and (not named or len(said) > 3):
            return []
        found += named[:1]
    return found


def without_parts(text: str) -> str:
    """The text without the parts that it says are not wanted."""
    for out in _outs(text):
        named = parts_in(out.what)
        if named and not set(named) & _NOT_PARTS:
            return without_parts(out.rest)
    return text


class TakenOut(NamedTuple):
    question: Outline
    """The request without what is taken out, going on with the analysis that lacks it."""
    series: bool = False
    """Whether a series was taken out."""
    refused: str = ""
    done: Sketch | None = None
    """The analysis that lacks it, where nothing else is asked for."""


def taken_out(question: Outline) -> TakenOut:
    """A request that goes on with an analysis, read for what it takes out of it."""
    earlier = question.earlier
    table = question.table(earlier.table) if earlier is not None else None
    if earlier is None or table is None:
        return TakenOut(question)
    request, series = question.request, False
    for out in reversed(_outs(request)):
        rest = request.replace(out.said, " ", 1)
        if blocks := _blocks(out, earlier, table):
            why = f"“{out.said}”: no tool of the workspace deletes a block, so {blocks} stays, and nothing was changed; a person can delete or hide it in the notebook, or I can build another analysis without it."
            return TakenOut(question, refused=why[:400])
        lacking = _lacking(out, earlier, table, question)
        if isinstance(lacking, str):
            return TakenOut(question, refused=lacking[:400])
        if lacking is not None:
            earlier, request, series = lacking[0], rest.replace("  ", f" {lacking[1]} ", 1), True
    if not series:
        return TakenOut(question)
    left = question.model_copy(update={"request": " ".join(request.split()), "earlier": earlier})
    if not set(words(request)) - _FILLING:
        clear: dict[str, object] = {
            "project": "",
            "notes": [],
            "missing": [],
            "unanswered": [],
            "remarks": [],
        }
        return TakenOut(left, True, done=earlier.model_copy(update=clear))
    return TakenOut(left, True)


def _blocks(out: Out, earlier: Sketch, table: TableCard) -> str:
    """What of the notebook is to be deleted; empty where the words say no such thing."""
    named = parts_in(out.what)
    there = set(earlier.parts or USUAL[table.shape])
    if out.ordered and named and (set(named) & there or _BLOCK.search(out.what)):
        return f"the {' and '.join(part.value for part in dict.fromkeys(named))} section"
    bare = not set(words(_BLOCK.sub(" ", out.what))) - _FILLING - {"last", "first", "second", "third", "new"}
    return "what is there" if out.ordered and _BLOCK.search(out.what) and bare else ""


def _lacking(
    out: Out, earlier: Sketch, table: TableCard, question: Outline
) -> tuple[Sketch, str] | str | None:
    """The analysis without the series that are named, and the words beside them; or why it can't be."""
    matches = [match for match in values_named(out.what, question.tables) if match.exact and match.table.ref == table.ref]  # fmt: skip
    columns = measures_named(words(out.what), table) if table.shape == "series" and not matches else []
    if not matches and not columns:
        return None
    beside = out.what
    for match in matches:
        beside = re.sub(re.escape(match.said.strip()), " ", beside, flags=re.I)
    if matches:
        column = next((one.column for one in matches if one.column.name == earlier.split_by), matches[0].column)  # fmt: skip
        gone = [match.value for match in matches if match.column.name == column.name]
        there, name = earlier.keep or list(column.values), "keep"
        fields: dict[str, object] = {"split_by": column.name}
    else:
        gone, there, name, fields = columns, earlier.measures or [one.name for one in table.of("measure")], "measures", {}  # fmt: skip
        beside = ""
    kept = [value for value in there if value not in gone]
    if len(kept) == len(there):
        return f"“{out.said}”: {', '.join(gone)} is not in this analysis, which shows {', '.join(there)}."
    if not kept:
        return f"“{out.said}”: without {', '.join(gone)} nothing is left of this analysis; name what to show instead."
    fields |= {name: kept[:20], "whole": "" if earlier.whole in gone else earlier.whole}
    return earlier.model_copy(update=fields), " ".join(word for word in words(beside) if word not in _FILLING)


__all__ = ["TakenOut", "taken_out", "without_parts"]
