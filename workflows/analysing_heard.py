"""What of a request nothing in its notebook comes from.

Each piece of the request is left out in turn and the rest is read anew: a notebook that stays the same shows that the piece was not used.
This looks at what would be built, not at how the words were read, so a wish that the reading passes over is still named.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agents.asks.build_analysis import Outline, Part, Sketch, TableCard
from agents.asks.period import find_period
from agents.rules.build_analysis_lexicon import EVERYDAY, PRESENTED
from agents.rules.build_analysis_match import values_named
from agents.rules.build_analysis_names import without_courtesy
from agents.rules.build_analysis_remark import without_story
from agents.rules.build_analysis_wishes import AVERAGE
from agents.rules.build_analysis_words import PARTS, in_english, plain, word_for_word, words
from workflows.parts.blocks import PlannedBlock
from workflows.parts.cuts import Unreachable
from workflows.parts.designing import Impossible, design
from workflows.parts.expand import blocks_of

_CUT = re.compile(
    r"(?<=[\w\"”)])[.;?!:]+(?:\s+|$)|\n+|\s*[(),–—]\s*|\s+-\s+|\s+(?:and|with|plus|as well as|along with|including|but|so that|together with)\s+",
    re.I,
)
_TOLD_WITH = (
    (r"\bhow (?:long|many (?:days|weeks|months|years))\b|\bback\b|\brecover", Part.DRAWDOWN),
    (r"\bhow (?:much|long)\b", Part.MATCHES),
    (r"\bhow (?:much|many)\b", Part.MOVERS),
    (r"\bacross$|\b(?:across|down|against|by) ", Part.CROSSTAB),
    (r"\bactuals?\b|\bas it was\b|\bpast\b|\bhistor", Part.FORECAST),
)
"""Questions that a part answers beside its own."""
_DRAWN = r"\b(?:horizontal|lying|sideways|bars?|columns?|lines?|charts?|plots?|graphs?|diagrams?|drawn?)\b"
_FORMS: tuple[tuple[str, Callable[[Sequence[PlannedBlock]], bool]], ...] = (
    (r"\b(?:told|said|written|summed up|put) in (?:a|one|two|few|a few|some|plain|simple)? ?(?:short |plain |simple )?(?:sentences?|words?)\b|\b(?:sentences?|below|underneath|above)\b", lambda blocks: any(block.key.startswith("summary") for block in blocks)),
    (r"\b(?:where|how|when|what) (?:it|they|both|each|this|that) (?:all )?(?:began|begins?|starts?|started|ends?|ended|stands?|stood|finished|went)\b|\b(?:beginning|start|end|first value|last value)s?\b", lambda blocks: any("went from" in block.content for block in blocks)),
    (r"\b(?:without|avoid\w*|no|not|never|nothing|none|don't)\b[^.;?!]{0,20}?\b(?:count\w*|add\w*|includ\w*)\b[^.;?!]{0,20}?\b(?:twice|double|two times)\b|\b(?:no|without|avoid\w*) (?:any )?double[- ]?count\w*", lambda blocks: any("without_totals" in block.content for block in blocks)),
    (r"%|\b(?:per ?cent|percentages?|pct) (?:changes?|growth)\b|\b(?:changes?|growth) in (?:%|per ?cent)", lambda blocks: any("percent(" in block.content for block in blocks)),
    (r"\b(?P<u>year|quarter|month) (?:by|for) (?P=u)\b", lambda blocks: any("by_year" in block.content for block in blocks)),
    (_DRAWN, lambda blocks: any(block.type == "visualization" for block in blocks)),
)  # fmt: skip
"""Words for the form of an answer, and what shows that the notebook has it."""
_HORIZONTAL = re.compile(r"\bhorizontal(?:ly)?\b[^.;?!]{0,20}?\b(?:bars?|columns?)\b|\b(?:bars?|columns?)\b[^.;?!]{0,20}?\bhorizontal(?:ly)?\b", re.I)  # fmt: skip


def silent(question: Outline, sketch: Sketch, read: Callable[[Outline], Sketch]) -> list[str]:
    """Pieces of the request that change nothing in the notebook, each as an unanswered wish; `read` makes the sketch of a request."""
    text = without_story(without_courtesy(question.request))
    told = plain(" ".join([*sketch.unanswered, *sketch.notes, *sketch.remarks, *[one.asked for one in sketch.missing]]))  # fmt: skip
    foreign = in_english(text) != text
    pieces = list(_pieces(text))
    full = _built(sketch, question.tables)
    blocks = full.blocks
    doubtful = [place for place, (start, end, _) in enumerate(pieces) if place and _wishes(_without_forms(word_for_word(text[start:end]) if foreign else text[start:end], blocks), question.tables, sketch, told)]  # fmt: skip
    found = [f"“{said[0]}” (the bars stand upright here)" for said in _HORIZONTAL.finditer(text) if not any(map(_lies, blocks))]  # fmt: skip
    for place in doubtful:
        start, end, _ = pieces[place]
        other = read(question.model_copy(update={"request": f"{text[: pieces[place - 1][1]]} {text[end:]}"}))
        if other.verdict == "build" and _built(other, question.tables) == full:
            found.append(f"“{' '.join(text[start:end].split())[:100]}” (nothing in the notebook comes from it)")  # fmt: skip
    return found[:4]


def _pieces(text: str) -> list[tuple[int, int, int]]:
    """Where each piece begins and ends, and where the next one begins."""
    at, found = 0, []
    for cut in _CUT.finditer(text):
        found.append((at, cut.start(), cut.end()))
        at = cut.end()
    found.append((at, len(text), len(text)))
    return [one for one in found if words(text[one[0] : one[1]])]


def _wishes(piece: str, tables: Sequence[TableCard], sketch: Sketch, told: str) -> bool:
    """Whether a piece may wish for something that no account speaks of yet."""
    content = [word for word in words(piece) if word not in EVERYDAY | PRESENTED and not word.isdigit()]
    asks = re.match(r"\W*(?:and |but )?(?:how|which|what|when|where|who|is|are|was|were|did|does|do|has|have)\b", piece, re.I)  # fmt: skip
    if (
        len(content) < (1 if asks else 2)
        or all(word in told for word in content)
        or plain(piece)[:40] in told
    ):
        return False
    if sketch.most_charts and re.search(r"\b(?:charts?|plots?|graphs?)\b", piece, re.I):
        return False
    if find_period(piece) is not None or any(match.exact for match in values_named(piece, tables)):
        return False  # windows and values have accounts of their own
    parts = {part for pattern, part in PARTS if re.search(pattern, plain(piece))} - {Part.TREND, Part.VALUES}
    if any(re.search(asked, piece, re.I) and part in sketch.parts for asked, part in _TOLD_WITH):
        return False
    table = next(table for table in tables if table.ref == sketch.table)
    summed = (
        table.shape == "plain" and not sketch.cuts
    )  # its breakdown holds number, total and average of each group
    if (sketch.average or summed) and re.search(rf"{AVERAGE.pattern}|\bhow many\b|\btotals?\b", piece, re.I):
        return False
    return not (parts and parts <= set(sketch.parts))


def _without_forms(piece: str, blocks: Sequence[PlannedBlock]) -> str:
    """The piece without the words for a form that the blocks have."""
    for said, there in _FORMS:
        if re.search(said, piece, re.I) and there(blocks):
            piece = re.sub(said, " ", piece, flags=re.I)
    return piece


def _lies(block: PlannedBlock) -> bool:
    """Whether a block is a chart of bars that lie."""
    spec = block.metadata.get("deepnote_visualization_spec", {})
    return bool(spec) and spec["mark"]["type"] == "bar" and spec["encoding"].get("y", {}).get("type") == "nominal"  # fmt: skip


class Built(NamedTuple):
    """What a sketch comes to."""

    place: tuple[object, ...]
    """Where it goes, or why it can't be built."""
    blocks: list[PlannedBlock]
    """Its blocks but for those that repeat the request; none where it can't be built."""


def _built(sketch: Sketch, tables: Sequence[TableCard]) -> Built:
    try:
        blocks = blocks_of(design(sketch, tables), "", "")
    except (Impossible, Unreachable) as impossible:
        return Built((str(impossible),), [])
    place = (sketch.project, sketch.notebook, sketch.existing, sketch.run, tuple(sketch.remarks))
    return Built(place, [block for block in blocks if block.key not in ("title", "about")])


__all__ = ["silent"]
