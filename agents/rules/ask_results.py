"""Where the result of one step goes into the next: a note with what came out, with figures of the run, or about what was made."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.asks.ask import RESULT, RouteStep
from agents.rules.quotations import masked, unquoted
from agents.rules.wording import names_in, quoted

_SAYING = r"(?:with|about|on|of|listing|summari[sz]ing|describing|saying|that\s+says|containing|stating|telling|reporting)"
_CAME_OUT = r"(?:what\s+(?:has\s+)?(?:changed|moved|happened|came\s+out|went\s+wrong|(?:you|it)\s+(?:find|found|finds|say|says|said|shows?|showed|gives?|gave)|is\s+new)|the\s+(?:changes|differences|results?|findings|outcome|answer|summary|error|reason|cause)|(?:its|the)\s+result|why(?:\s+(?:it\s+(?:failed|broke)|so))?|so)"
WANTS_RESULT = re.compile(
    rf"\b{_SAYING}\s+(?<!top\sof\s)(?<!bottom\sof\s)(?<!end\sof\s)(?<!start\sof\s)(?<!beginning\sof\s)(?:these|those|them|it|this|that)\b(?!\s+\w+)|\b{_SAYING}\s+(?:a\s+summary\s+of\s+)?{_CAME_OUT}\b|\bwhat\s+(?:has\s+)?changed\b",
    re.IGNORECASE,
)
_NOTE = r"(?:(?:an?|the|short|brief|little|small|new|one|another)\s+)+(?:notes?|comment|remark|text(?:\s+block)?|callout|paragraph|bullet)"
_ADD = r"(?:please\s+)?(?:leave|add|put|write|insert|make|append|place)"
_PLACE = r"(?:(?:right\s+|just\s+|directly\s+)?(?:at|in|into|on|to|under|below|above|before|after)\s+[^“”\"']{2,60}?)"
NOTED = re.compile(
    rf"{_ADD}\s+{_NOTE}\s+(?P<place>{_PLACE}),?\s+(?P<what>(?!of\s+(?:it|this|that|them)\b){_SAYING}\s+[^“”\"']+?)[\s.!]*$",
    re.IGNORECASE,
)
"""`leave a note at its top saying what came out`: the place stands before the result."""
NOTED_FIRST = re.compile(
    rf"{_ADD}\s+{_NOTE}\s+(?P<what>{_SAYING}\s+[^“”\"']+?)\s+(?P<place>(?:(?:right\s+|just\s+|directly\s+)?(?:at|to|on)\s+(?:the\s+)?(?:very\s+)?(?:top|bottom|end|start|beginning)\b|under|below|above|into|in(?=\s+[A-Z])|to(?=\s+[A-Z]))[^“”\"']*?)[\s.!]*$",
    re.IGNORECASE,
)
PUT_DOWN = re.compile(
    r"(?:please\s+)?(?:write|put|save|paste|note|leave|add|record)\s+(?:down\s+)?(?:the\s+(?:results?|findings|answer|changes|summary|outcome|list)|what\s+(?:has\s+|have\s+)?(?:changed|moved|(?:you|it)\s+f[io]u?nds?)|it|them|that|all\s+(?:of\s+)?(?:it|that)|(?:their|those|these)\s+names)\s+(?:down\s+)?(?:(?:as|in|into)\s+(?:a|the|an?\s+new)\s+(?:note|text\s+block|comment)\s+)?(?=(?:in|into|on|to|at|as|above|below|under)\b)",
    re.IGNORECASE,
)
"""`write the result into Meeting notes`: a note with what the step before found."""
FIGURES = re.compile(
    r"(?:with|of|about|on|listing|containing|stating|telling|reporting|showing)\s+(?P<what>(?:the|its|their|all|both|that|those|these)\s+(?!text\b|words?\b|title\b|heading\b|name\b|sentence\b)\w[^“”\"']*)",
    re.IGNORECASE,
)
"""What of a run is to be noted down: `with the last closes`."""
ABOUT_IT = re.compile(
    r"(?:saying|that\s+says|stating|to\s+say|telling)\s+(?:that\s+)?(?:it|this|that|the\s+(?:new\s+)?(?:project|notebook|analysis))\s+(?P<does>(?:now\s+)?(?:exists?|is|was|has|ran|runs?|can|will|were|did)\b.*)",
    re.IGNORECASE,
)
"""What is said of the thing that the step before made or ran: `saying it exists`."""
PROJECT = re.compile(
    r"\bproject\s+(?:called\s+|named\s+)?(?:(?P<marked>⟦\d+⟧)|(?P<name>[A-Z]\w*(?:\s+[A-Z]\w*)*))|\b(?:call|name)\s+(?:the\s+project|it)\s+(?:(?P<other>⟦\d+⟧)|(?P<named>[A-Z]\w*(?:\s+[A-Z]\w*)*))"
)


class Put(NamedTuple):
    """A tidying step with the result in it, and the step before with what it has to tell for that."""

    request: str
    before: RouteStep


def with_result(text: str, before: RouteStep, notebooks: Sequence[str]) -> Put:
    """The tidying part with a mark where the result of the step before it goes."""
    if put := PUT_DOWN.match(text):
        return Put(f"add a note “{RESULT}” {text[put.end() :].strip()}", before)
    held, _ = masked(text)
    noted = (NOTED.match(held) or NOTED_FIRST.match(held)) if held == text else None
    if noted is not None:
        place = re.sub(r"\s+of\s+(?:it|this|that)\b|\bits\b", lambda found: "" if " of" in found[0] else "the", noted["place"], flags=re.IGNORECASE)  # fmt: skip
        place = re.sub(r",\s*", " ", place)
        what = noted["what"]
        if (about := ABOUT_IT.fullmatch(what)) and (subject := _made(before, notebooks)):
            return Put(f"add a note “{subject} {about['does']}” {place}", before)
        if WANTS_RESULT.fullmatch(what):
            return Put(f"add a note “{RESULT}” {place}", before)
        figures = FIGURES.fullmatch(what)
        if figures is not None and before.workflow == "run_and_inspect":
            told = before.model_copy(update={"request": f"{before.request} and tell me {figures['what']}"})
            return Put(f"add a note “{RESULT}” {place}", told)
    if held == text and WANTS_RESULT.search(text):
        return Put(WANTS_RESULT.sub(f"“{RESULT}”", text, count=1), before)
    return Put(text, before)


def _made(step: RouteStep, notebooks: Sequence[str]) -> str:
    """What the step makes or runs, by its name; empty where it has none."""
    if step.workflow == "build_analysis":
        held, masks = masked(step.request)
        found = PROJECT.search(held)
        if found is None:
            return ""
        mark = found["marked"] or found["other"]
        name = unquoted(masks[int(mark[1:-1])]) if mark else found["name"] or found["named"]
        return f"The project {name}"
    named = names_in(step.request, notebooks)
    return notebooks[named[0].which] if len(named) == 1 and not quoted(step.request) else ""


__all__ = ["PUT_DOWN", "with_result"]
