"""What people call the blocks of a notebook: kinds, ordinals, verbs that say what a block does."""

import re

from agents.rules.wording import FILLER

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
BLOCK = r"(?:blocks?|cells?|bloc|celda|zelle)"
KINDS: dict[str, frozenset[str]] = {
    "code": frozenset({"code"}), "python": frozenset({"code"}), "sql": frozenset({"sql"}), "query": frozenset({"sql"}),
    "heading": frozenset({"heading"}), "header": frozenset({"heading"}), "headline": frozenset({"heading"}),
    "title": frozenset({"title"}), "text": frozenset({"text"}), "markdown": frozenset({"text"}), "prose": frozenset({"text"}),
    "paragraph": frozenset({"text"}), "note": frozenset({"text"}), "description": frozenset({"text"}), "chart": frozenset({"chart"}),
    "graph": frozenset({"chart"}), "plot": frozenset({"chart"}), "visualization": frozenset({"chart"}), "visualisation": frozenset({"chart"}),
    "figure": frozenset({"chart"}), "input": frozenset({"input"}), "parameter": frozenset({"input"}), "control": frozenset({"input"}), "field": frozenset({"input"}),
    "slider": frozenset({"input-slider"}), "picker": frozenset({"input-date"}), "dropdown": frozenset({"input-select"}), "checkbox": frozenset({"input-checkbox"}),
    "import": frozenset({"imports"}), "empty": frozenset({"empty"}), "blank": frozenset({"empty"}), "scratch": frozenset({"scratch"}),
    "unused": frozenset({"empty"}), "number": frozenset({"big-number"}), "callout": frozenset({"text-cell-callout"}),
    "section": frozenset({"section"}), "calculation": frozenset({"calculation"}), "computation": frozenset({"calculation"}), "todo": frozenset({"text-cell-todo"}), "bullet": frozenset({"text-cell-bullet"}), "intro": frozenset({"title"}), "introduction": frozenset({"title"}), "separator": frozenset({"separator"}), "image": frozenset({"image"}), "button": frozenset({"button"}),
}  # fmt: skip
NOISE = FILLER | {"block", "blocks", "cell", "cells", "notebook", "which", "get", "gets", "contains", "containing", "contain", "holds", "holding", "does", "doing",
                  "one", "ones", "part", "bit", "piece", "thing", "stuff", "big", "very", "whole", "entire", "both", "every", "each", "called", "named",
                  "labelled", "labeled", "titled", "saying", "says", "reads", "reading", "starting", "starts", "begins", "beginning", "line", "lines",
                  "current", "existing", "old", "little", "single", "statement", "statements", "only", "package", "packages", "library", "libraries", "currently",
                  "use", "uses", "using", "used", "mention", "mentions", "mentioning", "work", "works", "working",
                  "small", "short", "tiny", "long", "lone", "lonely", "large", "further", "way"}  # fmt: skip
SOFT = frozenset(
    ["failing", "failed", "fails", "broken", "crashing", "crashed", "faulty", "offending", "wrong", "stray", "misplaced", "late", "early", "ugly", "messy", "poor", "silly", "annoying", "useless", "pointless", "lost", "forgotten", "redundant", "superfluous", "table", "tables", "result", "results", "output", "outputs", "data", "frame", "step", "final", "actual", "same", "own", "new", "main", "sample", "example"]
)  # fmt: skip
"""What people say of a block beside what it is: it counts where a block says it itself, and is passed over where none does."""
IN_CODE: dict[str, frozenset[str]] = {
    "average": frozenset({"mean", "avg"}), "averages": frozenset({"mean", "avg"}), "mean": frozenset({"avg"}), "total": frozenset({"sum"}), "totals": frozenset({"sum"}), "deviation": frozenset({"std"}),
    "maximum": frozenset({"max"}), "highest": frozenset({"max"}), "minimum": frozenset({"min"}), "lowest": frozenset({"min"}), "growth": frozenset({"pct"}),
    "last": frozenset({"tail"}), "newest": frozenset({"tail"}), "latest": frozenset({"tail"}), "first": frozenset({"head"}), "digits": frozenset({"round"}), "decimals": frozenset({"round"}),
    "places": frozenset({"round"}), "rounding": frozenset({"round"}), "rows": frozenset({"limit", "head", "tail"}),
}  # fmt: skip
"""What a function is called in words."""
COMPARED = re.compile(
    r"\b(?:(?P<more>above|over|more\s+than|greater\s+than|bigger\s+than|larger\s+than|exceeding|at\s+least)|below|under|less\s+than|smaller\s+than|at\s+most)\s+(?P<number>\d+(?:\.\d+)?)\b",
    re.IGNORECASE,
)
"""`the gains above 100`, which a query says with a sign."""
VERBS_OF_CODE = {
    "load": ("read", "load", "select", "from", "fetch"), "plot": ("plot", "chart", "alt", "fig", "plt", "px"), "print": ("print",),
    "define": (), "compute": (), "calculate": (), "query": ("select",), "show": ("display", "head", "tail"), "fetch": ("read", "select", "get"),
    "set": (), "make": (), "create": (), "build": (), "draw": ("plot", "chart", "alt"), "pull": ("select", "read"),
}  # fmt: skip
"""Verbs that say what a block does; the words are what its source may say for it, none when the object alone tells."""


MAKING = frozenset({"define", "compute", "calculate", "set", "make", "create", "build"})
"""Of these, the verbs that say that a block is where a name comes from."""

MARKS = frozenset({"bar", "bars", "line", "lines", "area", "scatter", "pie", "column", "stacked", "donut"})
"""How a chart is drawn."""

BIG_NUMBER = re.compile(r"\b(?:big|large|huge|headline|key)\s+(?:figure|number|value)\b", re.IGNORECASE)
OTHER_WORDS = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), kind)
    for words, kind in (
        (
            r"(?:(?:yellow|blue|red|green|orange|purple|pink|gr[ae]y|colou?red|highlighted|info|information|warning|notice)\s+)?(?:box|banner|infobox)",
            "callout",
        ),
        (r"(?:dividing|divider|division|horizontal|separating)(?:\s+(?:line|rule|bar))?", "separator"),
        (
            r"(?:introductory|introducing|opening|initial|intro)\s+(?:text|paragraph|sentences?|words?|remarks?|lines?)",
            "intro",
        ),
        (r"what\s+(?:we|i|was|they)\s+(?:found|learned|learnt|saw)", "findings"),
        (r"diagrams?|visuals?", "chart"),
        (r"(?:checklist|action|to-?do)\s+items?|tasks?", "todo"),
        (r"list\s+items?|bullet\s+points?", "bullet"),
        (r"drop[\s-]?downs?|select(?:ion)?\s+(?:box|list|field)|pick\s*list", "dropdown"),
        (r"(?:tick|check)[\s-]box", "checkbox"),
        (r"scripts?|snippets?|python\s+part", "code"),
    )
)
"""What people call a block beside the words of `KINDS`; tried where their own words mean none."""
