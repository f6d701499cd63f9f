"""The values that a run was given, where a request asks for them."""

import re
from collections.abc import Sequence

from agents.asks.run_and_inspect import InputCard
from agents.results import Run
from workflows.outcome import Claim, Source

_VALUE = r"(?:dates?|days?|inputs?|settings?|parameters?|options?|values?|arguments?|sectors?|windows?)"
ASKED = re.compile(
    rf"\b(?:which|what)\s+(?:\w+\s+){{0,2}}?{_VALUE}\b[^.;!?]*\b(?:use[ds]?|using|given|get|got|had|took|take|set|run\s+with|ran\s+with|start(?:ed)?\s+with)\b|\bwith\s+(?:which|what)\s+(?:\w+\s+){{0,2}}?{_VALUE}\b|\b(?:show|tell|give)\s+(?:me\s+)?(?:the|its)\s+(?:inputs?|settings?|parameters?)\b",
    re.IGNORECASE,
)


def values_asked(request: str, run: Run, cards: Sequence[InputCard]) -> tuple[str, list[Claim]] | None:
    """What the run was given, and what the other inputs hold in the notebook; None where that is not asked for."""
    if ASKED.search(request) is None or not cards:
        return None
    given = run.inputs or {}
    source, now = Source(tool="get_run", run_id=run.run_id), Source(tool="get_notebook", notebook_id=run.notebook_id)  # fmt: skip
    lines, facts = [], []
    for card in cards:
        if card.name in given:
            lines.append(f"- {card.name} = {given[card.name]}, given to this run")
            facts.append(Claim(text=f"input {card.name} = {given[card.name]}", source=source))
        else:
            lines.append(
                f"- {card.name} was not given, so the notebook's own value counted; it is now {card.value}"
            )
            facts.append(Claim(text=f"own value of {card.name}: {card.value}", source=now))
    return "Asked for:\n\n" + "\n".join(lines), facts


__all__ = ["values_asked"]
