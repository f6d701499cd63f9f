"""The offline answers for building an analysis: the sketch of a request, and that nothing is mended without a model."""

import re

from agents.asks.build_analysis import Outline, Part, Sketch
from agents.asks.build_analysis_blocks import Extra, Mend, OwnBlocks, Repair
from agents.rules import rule
from agents.rules.build_analysis_grammar import USUAL
from agents.rules.build_analysis_names import find_names, without_courtesy
from agents.rules.build_analysis_one_end import with_kept_end
from agents.rules.build_analysis_reading import Reading
from agents.rules.build_analysis_remark import remembered
from agents.rules.build_analysis_several import several_made
from agents.rules.build_analysis_taken_out import taken_out
from agents.rules.build_analysis_wishes import length_in
from agents.rules.build_analysis_words import words

_NEW = re.compile(
    r"\b(?:new|another|separate) (?:project|notebook|analysis)\b|\b(?:create|make|build|set up) (?:me )?(?:an?|the) (?:project|analysis|notebook)\b", re.I
)  # fmt: skip
_MORE = re.compile(
    r"^\s*(?:and|now|please|also|then|ok(?:ay)?|great|nice|good|thanks|can you|could you|next|but|[,.!:;–-]|\s)*\b(?:add|also|include|extend|append|put|show|plot|give|insert|chart|break|split|do the same|what about|how about|same|the same|only|just|drop|switch|change|make it|use|without|for|by|in|as|weekly|monthly|daily|quarterly|yearly|since|from|zoom|narrow|limit|restrict|instead|go|compare|füge|zeige|jetzt|ajoute|maintenant|añade|ahora|přidej)\b", re.I
)  # fmt: skip


_EMPTY = re.compile(
    r"\b(?:empty|blank|bare) (?:new )?(?:project|notebook|workspace)\b|\b(?:project|notebook)\b[^.;?!]{0,30}\b(?:stays?|left|leave|be|is|keep it) (?:it )?(?:empty|blank)\b|\bno (?:notebook )?(?:content|analysis|blocks)\b|\bnothing in it\b",
    re.I,
)  # fmt: skip


@rule(Outline)
def outline(question: Outline) -> Sketch:
    """The sketch of a request, or a question, or a refusal."""
    names = find_names(without_courtesy(question.request))
    if not question.tables:
        return Sketch(verdict="refuse", why="No integration shows any table, so there is nothing to analyse.")
    if not words(question.request):
        return Sketch(
            verdict="refuse", why="The request is empty; say what to analyse.", project=names.project
        )
    if why := several_made(question.request):
        return Sketch(verdict="refuse", why=why[:400])
    if question.earlier is None and not question.reply and (said := remembered(question.request)):
        return Sketch(
            verdict="ask",
            why=f"“{said}”: I know of no analysis but those of this thread, so say what to analyse.",
            choices=[table.ref for table in question.tables[:12]],
            project=names.project,
        )
    out = taken_out(question) if question.earlier is not None and not names.project else None
    if out is not None and not _NEW.search(question.request):
        if out.refused:
            return Sketch(verdict="refuse", why=out.refused)
        if out.done is not None:
            return out.done
        if out.series:
            names, question = find_names(without_courtesy(out.question.request)), out.question
            further = Reading(question, names)
            return further.accounted(_continued(question, further, beside=True))
    reading = Reading(question, names)
    if reading.remarks and not (reading.said_something() or reading.wishes.parts or reading.values):
        why = f"This makes an analysis, and “{reading.remarks[0][:160]}” is a note alone; the workflow tidy_notebook writes notes into a notebook that is there."
        return Sketch(verdict="refuse", why=why[:400])
    if _EMPTY.search(question.request) and not (reading.wishes.parts or reading.values or reading.period):
        why = "This makes a project with an analysis in it and none that is empty, so say what to analyse; an empty project is made in the workspace itself."
        return Sketch(verdict="refuse", why=why, project=names.project)
    if question.earlier is not None and not names.project and _continues(question, reading):
        return reading.accounted(_continued(question, reading))
    return reading.accounted(reading.sketch())


def _continues(question: Outline, reading: Reading) -> bool:
    """Whether the request goes on with the notebook of this thread instead of starting another."""
    if _NEW.search(question.request):
        return False
    wishes = reading.wishes
    named = bool(wishes.parts or reading.period or wishes.grain or wishes.choose)
    if not (_MORE.search(question.request) or named or reading.values):
        return False
    scored = reading.candidates()
    assert question.earlier is not None
    mine = next((one.score for one in scored if one.table.ref == question.earlier.table), 0.0)
    return not scored or mine > 0 or scored[0].score < 4 or _MORE.search(question.request) is not None


def _continued(question: Outline, reading: Reading, *, beside: bool = False) -> Sketch:
    """The sketch of what goes on; `beside` where values that are named stand beside those that are left."""
    earlier = question.earlier
    assert earlier is not None
    table = question.table(earlier.table)
    if table is None:
        return reading.sketch()
    cut = reading.as_cuts()
    if cut is not None and cut.cuts:
        return cut.model_copy(update={"project": "", "period": cut.period or earlier.period})
    if cut is not None and (cut.table != earlier.table or earlier.cuts):
        return cut.model_copy(update={"project": "", "period": cut.period or earlier.period})
    fresh = reading.built(table, None, reading.lacking())
    wished = (
        reading.wished(table)
        if reading.wishes.parts or reading.wishes.average or reading.wishes.median
        else []
    )
    parts = list(fresh.parts) if wished or fresh.against else []
    if wished:
        parts = [part for part in parts if part in wished or part is Part.PERIODS]
    rolled = bool(earlier.moving) and Part.CORRELATION in earlier.parts and Part.MOVING not in earlier.parts
    length = length_in(question.request)
    if rolled and (Part.CORRELATION in parts or length):
        parts, wished = [Part.CORRELATION], [Part.CORRELATION]
        said = "The slider above keeps its value; the new blocks have one of their own"
        fresh = fresh.model_copy(update={"moving": length or fresh.moving or earlier.moving, "moving_unit": earlier.moving_unit, "notes": [*fresh.notes, said], "smallest": False})  # fmt: skip
    elif _SAME.search(question.request) and parts:
        parts = list(dict.fromkeys([*(earlier.parts or USUAL[table.shape]), *parts]))
    new_split = bool(fresh.split_by) and fresh.split_by != earlier.split_by and not fresh.keep
    if not parts:
        parts = [Part.BREAKDOWN, Part.TREND] if new_split else list(earlier.parts)
    changed = (
        fresh.split_by
        or fresh.keep
        or fresh.period
        or fresh.grain
        or fresh.measures
        or fresh.choose
        or fresh.against
        or wished
    )
    if not changed:
        gaps = [*fresh.unanswered, *[f"{one.asked} (not in the data)" for one in fresh.missing]]
        what = (
            "; ".join(gaps) or "what this asks for; name a part, a column, values, a step in time or a window"
        )
        return Sketch(verdict="refuse", why=f"This notebook cannot be given {what}."[:400])
    if parts[: len(earlier.parts)] == list(earlier.parts):
        kept = {name: getattr(earlier, name) for name in _OF_PARTS if not getattr(fresh, name)}
        fresh = fresh.model_copy(update=kept)
    return fresh.model_copy(
        update={
            "project": "",
            "parts": parts[:8],
            "measures": _measured(beside or _adds(question.request), earlier, fresh),
            "count": fresh.count or (earlier.count and not fresh.measures),
            "split_by": fresh.split_by or earlier.split_by,
            "keep": _kept(question.request, earlier, fresh, beside=beside),
            "period": with_kept_end(question.request, fresh.period, earlier.period, table)
            if not fresh.against
            else fresh.period,
            "grain": fresh.grain or earlier.grain,
        }
    )


_SAME = re.compile(
    r"\b(?:the same|same (?:thing|again)|likewise|once more|as before|dasselbe|la même chose|lo mismo|totéž)\b",
    re.I,
)
_OF_PARTS = ("whole", "top", "moving", "moving_unit", "limit", "amounts", "average", "median", "smallest", "ahead", "chart")  # fmt: skip
"""What belongs to the parts of a sketch, and is kept where the parts are."""
_ADDED = re.compile(r"\b(?:too|also|as well|add(?:ed|ing)?|includ\w+|extend\w*|append|put \S+(?: \S+){0,2} in|alongside|together with|next to|plus|in addition|besides|with (?:it|that|them)|to (?:it|that|the (?:chart|plot|table))|auch|hinzu\w*|füge|ergänz\w*|aussi|ajout\w*|también|añad\w*|agreg\w*|přidej\w*)\b", re.I)  # fmt: skip
_INSTEAD = re.compile(r"\b(?:instead|only|just|rather|switch|replace|drop|without|the same for|same for|do the same|now for|on its own)\b", re.I)  # fmt: skip


def _adds(request: str) -> bool:
    """Whether what the request names is to stand beside what is there."""
    return _ADDED.search(request) is not None and _INSTEAD.search(request) is None


def _measured(adds: bool, earlier: Sketch, fresh: Sketch) -> list[str]:
    """The measures of a continued analysis: those it had with the ones that are added, or the new ones alone."""
    if not fresh.measures:
        return [] if fresh.count else earlier.measures
    return list(dict.fromkeys([*earlier.measures, *fresh.measures]))[:12] if adds else fresh.measures


def _kept(request: str, earlier: Sketch, fresh: Sketch, *, beside: bool) -> list[str]:
    """The values of a continued analysis: those it had with the ones that are added, or the new ones alone."""
    if fresh.split_by not in ("", earlier.split_by):
        return fresh.keep
    if fresh.whole and earlier.keep and set(fresh.keep) <= {fresh.whole}:
        return list(dict.fromkeys([*earlier.keep, fresh.whole]))
    if not fresh.keep:
        return [] if _all_of(request) else earlier.keep
    return (
        list(dict.fromkeys([*earlier.keep, *fresh.keep]))
        if (beside or _adds(request)) and earlier.keep
        else fresh.keep
    )


def _all_of(request: str) -> bool:
    """Whether the request takes back a choice of values."""
    return (
        re.search(r"\b(?:all|both|every|each|everything|alle|tous|toutes|todos|všechny)\b", request, re.I)
        is not None
    )


@rule(Repair)
def repair(question: Repair) -> Mend:
    """Nothing: mending code takes a model."""
    return Mend(why="Without a model a failing block is reported, not mended.")


@rule(Extra)
def extra(question: Extra) -> OwnBlocks:
    """Nothing: blocks beyond the menu take a model."""
    return OwnBlocks(why="Without a model only the parts of the menu are built.")


__all__ = ["extra", "outline", "repair"]
