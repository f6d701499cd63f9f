"""Whether a question asks for figures that the tables hold, which no documentation knows."""

import re

from agents.rules.build_analysis_aliases import aliased
from agents.rules.build_analysis_match import values_named
from agents.toolbox import Toolbox
from workflows.auditing_held import structures
from workflows.looking_words import Workspace
from workflows.parts.cards import cards_of

FIGURES = re.compile(
    r"\bhow\s+(?:many|much|far|strongly|badly|well)\b|\b(?:average|mean|median|total|sum|share|percent\w*|highest|lowest|most|least|biggest|largest|smallest|peak\w*|best|worst|gr[eo]w\w*|rise|rose|risen|fall|fell|fallen|drop\w*|los[et]\w*|gain\w*|declin\w*|increas\w*|decreas\w*|trend|develop\w*|compar\w*|correlat\w*|volatil\w*|returns?)\b"
    r"|^what(?:['’]s|\s+(?:is|are))\b.*\b(?:at|now|today|currently|worth|doing)[\s?.!]*$|^where\s+(?:is|are|does|do)\b.*\b(?:stand|at|now)\b",
    re.IGNORECASE,
)
"""Asks for a figure, and not how something is done."""
FEW = 30
"""Integrations whose structures are read to see whether a question is about their data."""


async def asked_of_data(request: str, there: Workspace, tools: Toolbox) -> str:
    """The value or column of a table whose figures a question asks for, in its own words; empty where it is about none."""
    if not FIGURES.search(request) or len(there.integrations) > FEW:
        return ""
    read, _ = await structures(tools, [each.id for each in there.integrations])
    for table in [card for structure in read for card in cards_of(structure)]:
        named = next((match.said for match in values_named(request, [table]) if match.exact), "")
        names = [value for column in table.of("category") for value in column.values]
        names += [column.name for column in table.of("measure")]
        if said := named or next(iter(aliased(request, names).values()), ""):
            return said
    return ""


__all__ = ["asked_of_data"]
