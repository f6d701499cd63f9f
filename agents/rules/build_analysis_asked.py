"""Whether a request asks for one figure of a series: its highest or lowest value, or its average over the window."""

import re
from collections.abc import Sequence

from agents.asks.build_analysis import Part

_END = re.compile(
    r"\bhow (?:high|low) (?:did|do|does|has|have|had|was|were|could|can)\b|\b(?:peak(?:s|ed|ing)?|topp?(?:ed|s)? out|record(?:s| highs?| lows?)?|high-water|at (?:its|their) height|bottom(?:s|ed)?(?: out)?|trough(?:ed|s)?|(?:highest|lowest|maxim\w+|minim\w+|max|min)"
    r"|(?:all[- ]time|absolute|yearly|annual) (?:high|low)|(?:the|its|their|an?|'s|’s) (?:high|low|top|ceiling|floor)s?(?= (?:of|in|for|during|since|between|value|level|point|close|mark|was|reached)\b|\W*$))\b"
    r"|['’]s (?:high|low|top)\b",
    re.I,
)
"""Words for the highest or the lowest value."""
_MOVES = r"(?:gain|loss|los[et]|losing|rise|rose|ris|fall|fell|grow|grew|growth|chang|mov|swing|drop|declin|increas|decreas|jump|slump|crash|return|add|shed|cut|creat|volatil|draw|correlat|earn|pay|paid)"
_MOVED = re.compile(rf"\b{_MOVES}\w*", re.I)


def end_asked(text: str, wished: Sequence[Part]) -> bool:
    """Whether the highest or lowest value of a series is asked for, by words that no other part answers."""
    taken = set(wished) - {Part.TOP, Part.TREND, Part.EXTREMES, Part.VALUES, Part.REBASED}
    return not taken and _END.search(text) is not None and _MOVED.search(text) is None


__all__ = ["end_asked"]
