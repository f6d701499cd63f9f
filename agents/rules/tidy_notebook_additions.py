"""Clauses that add a text block: a note, a heading, a warning."""

import re
from collections.abc import Sequence

from agents.asks.tidy_notebook import BlockCard, Place, Step
from agents.rules.quotations import masked
from agents.rules.tidy_notebook_kinds import BLOCK, KINDS
from agents.rules.tidy_notebook_moves import anchor_of
from agents.rules.tidy_notebook_words import AFTER, BEFORE, BOTTOM, NOTE, OF_IT, SAYING, TOP, Read, groups
from agents.rules.wording import quoted

LABEL = r"(?P<label>todo|reminder|warning|question|hint|caveat)"
WITH = r"(?:\s+to)?\s+with\s*(?:(?:an?|the)\s+)?"
LABELLED = rf"{WITH}{LABEL}?\s*:?\s*"
"""`with todo: …`, `with: …`: what the text begins with is kept."""

STANDS_THERE = re.compile(
    r"(?:put|place|leave|have|drop)\s+(?:the|my|our|this|that)\s|\w+\s+(?:the|my|our|this|that)\s+(?:\w+\s+){1,2}(?:that|which)\s+(?:is|are|was|were|gets?|got|has|had|stands?|comes?|sits?|belongs?|prints?|shows?|tells?|explains?|mentions?|describes?)\b",
    re.IGNORECASE,
)
"""`put the sentence that gets printed …`: a block that is there already is to be moved, and no new one says those words."""


def add(clause: str, cards: Sequence[BlockCard]) -> Read | None:
    lead = r"(?:add|insert|put|write|leave|place|append|prepend|include|create|drop|have)"
    what = rf"(?P<kind>{NOTE}|(?:a|an|the|new|another|main|short)?\s*(?:new\s+)?(?:section\s+heading|heading|title|header|headline|section|callout|markdown\s+{BLOCK}|text\s+{BLOCK})|(?:the|these|this)\s+(?:words?|sentence|line))"
    kinds = "|".join([*KINDS, BLOCK, "box", "findings", "notebook"])
    place_next = rf"{TOP}|{BOTTOM}|{BEFORE}|{AFTER}"
    note = rf"{what}(?:\s+(?:for|to)\s+(?:the\s+|our\s+|my\s+|all\s+|other\s+)*(?!(?:{kinds})s?\b)\w+(?=\s+(?:that|saying|stating|to\s+say|{place_next})\b|\s*:))?(?:\s+(?:saying|stating)(?=\s+that\b))?"
    edge = rf"(?P<edge>{TOP}|{BOTTOM}){OF_IT}"
    side = rf"(?P<side>{BEFORE}|{AFTER})\s+(?P<anchor>.+?)"
    if (
        code := groups(
            rf"{lead}\s+(?:a|an|another|one|new|the|\s)*(?P<type>code|python|sql|query|chart|input)\s+{BLOCK}\b.*|(?:add|insert|append|include|create|put|place)\s+(?:a|an|another|one)\s+(?:new\s+)?(?P<other>divider|dividing\s+line|separator|horizontal\s+(?:line|rule)|image|picture|button|slider|dropdown|checkbox|chart|graph|plot|date\s+picker|input)\b(?!\s+(?:title|heading|note|description|\w+ly\b)).*",
            clause,
        )
    ) is not None:
        told = f"Tidying adds text only, so no {code.get('type') or code['other']} block is added; an empty code block can be given a content."
        return Read([Step(action="cannot", text=told)])
    warned = groups(
        rf"(?:warn|remind|tell|inform|alert)\s+(?:people|everyone|everybody|readers?|users?|them|others|the\s+team|us|whoever\s+\w+\s+it)\s+(?:{edge}\s+)?that\s+(?P<text>.+?)",
        clause,
    )
    if warned is not None and "edge" in warned:
        return _added(warned, cards)
    if STANDS_THERE.match(clause) and re.search(r"[⟦:“\"«„]", masked(clause)[0]) is None:
        return None
    place = rf"(?:{edge}|{side})"
    verb = rf"(?:please\s+|just\s+|also\s+)*{lead}"
    text = r"(?P<text>⟦\d+⟧)"
    free = r"(?P<text>.+)"  # without quotation marks, behind words that announce it
    for pattern in (
        rf"{verb}\s+{note}{SAYING}?\s*{text}\s*(?:(?:to\s+stand\s+)?{place})?",
        rf"{verb}\s+{note}\s+{place}\s*{SAYING}\s*{free}",
        rf"{verb}\s+{what}\s+{place}\s+{text}",
        rf"{place}\s*,?\s*{verb}\s+(?:in\s+)?{note}{SAYING}?\s*{free}",
        rf"{place}\s*,?\s*{verb}(?:\s+in)?\s*(?::\s*{free}|\s{text}(?:\s+as\s+{what})?)".replace(
            "(?P<text>.+)", "(?P<said>.+)"
        ),
        rf"{verb}\s+{place}\s*,?\s+{what}{SAYING}?\s*{text}",
        rf"{verb}\s+{place}\s*(?::\s*{free}|\s{text})".replace("(?P<text>.+)", "(?P<said>.+)"),
        rf"{what}\s+{place}\s*{SAYING}?\s*{text}",
        rf"{place}\s*,?\s*{what}\s*{SAYING}?\s*{text}",
        rf"{note}{SAYING}?\s*{text}\s+{place}",
        rf"{verb}\s+{note}{SAYING}\s*(?P<text>.+?)\s+{place}",
        rf"{verb}\s+{note}{SAYING}\s*{free}",
        rf"{verb}\s+{text}\s+(?:as\s+{what}\s+)?{place}",
        rf"{verb}\s+{note}(?:\s+{place})?{LABELLED}{text}",
        rf"{verb}\s+{note}{LABELLED}{text}\s+{place}",
        rf"{verb}\s+{note}{WITH}{LABEL}\s*:\s*(?P<text>.+?)\s+{place}",
    ):
        found = groups(pattern, clause)
        if found is None:
            continue
        if "said" in found:
            found["text"] = found["said"]
        if "anchor" in found and re.search(r"\binstead\b", found["anchor"]):
            continue
        return _added(found, cards)
    if groups(rf"{lead}\s+{what}\s*(?:{edge}|{side})?", clause) is not None:
        return Read(problem="What should the new text say? Put it in quotation marks.")
    return None


def _added(found: dict[str, str], cards: Sequence[BlockCard]) -> Read:
    phrases = quoted(found["text"])
    text = phrases[0][0] if phrases and phrases[0][1] == 0 else found["text"].strip()
    if not phrases:
        text = text[:1].upper() + text[1:]
    if found.get("label"):
        text = f"{found['label'].capitalize()}: {text}"
    if re.search(r"heading|title|header|headline|section", found.get("kind", ""), re.IGNORECASE):
        text = f"## {text}"
    place: Place = "bottom"
    target = ""
    if "edge" in found:
        place = "top" if re.fullmatch(TOP, found["edge"], re.IGNORECASE) else "bottom"
    elif "side" in found:
        place = "before" if re.fullmatch(BEFORE, found["side"], re.IGNORECASE) else "after"
        meant = anchor_of(found["anchor"], place, cards, [])
        if meant.problem:
            return Read(problem=meant.problem, choices=meant.choices)
        target = meant.ids[0]
    return Read([Step(action="add", place=place, anchor=target, text=text, note=True)])
