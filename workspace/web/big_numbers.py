"""Big numbers as a page shows them: the value in its format, and the change from what it is compared with."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from workspace.contract.runs import SnapshotBlock

_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?(e[-+]?\d{1,3})?", re.IGNORECASE)


def big_number(ran: SnapshotBlock | None, settings: Mapping[str, Any]) -> dict[str, str]:
    """Title, value and comparison, which a run leaves as quoted JSON in plain text; empty before the first run."""
    found = _left(ran)
    if "value" not in found:
        return found
    way = settings.get("deepnote_big_number_format")
    shown = {"title": found.get("title", ""), "value": formatted(found["value"], way)}
    if before := found.get("comparisonValue"):
        kind = settings.get("deepnote_big_number_comparison_type")
        other = settings.get("deepnote_big_number_comparison_format") or way
        shown["comparisonTitle"] = found.get("comparisonTitle", "")
        shown["comparisonValue"] = _compared(found["value"], before, kind, other)
    return shown


def _left(ran: SnapshotBlock | None) -> dict[str, str]:
    for output in ran.outputs if ran else ():
        data = output.get("data")
        text = data.get("text/plain", "") if isinstance(data, dict) else ""
        text = "".join(text) if isinstance(text, list) else str(text)
        if len(text) > 1 and text[0] == text[-1] == "'":
            text = text[1:-1]
        try:
            found = json.loads(text)
        except ValueError:
            continue
        if isinstance(found, dict):
            return {str(name): str(value) for name, value in found.items()}
    return {}


def _compared(value: str, before: str, kind: Any, way: Any) -> str:
    """The change, in percent where that is asked for; the other value itself where there is nothing to subtract or it is asked for."""
    if kind == "absolute-value" or not (_NUMBER.fullmatch(value) and _NUMBER.fullmatch(before)):
        return formatted(before, way)
    change = float(value) - float(before)
    if kind != "percentage-change":
        return ("+" if change > 0 else "") + formatted(f"{change:.10g}", way)
    return f"{change / abs(float(before)) * 100:+,.1f} %" if float(before) else formatted(before, way)


def formatted(text: str, way: Any) -> str:
    """A plain number with separators between its thousands, or as its format says; other texts as they are."""
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        return text
    if way == "plain":
        return text
    if way == "percent":
        return f"{float(text) * 100:,.2f}".rstrip("0").rstrip(".") + " %"
    if way == "currency":
        return f"{float(text):,.2f}"
    if "e" in text.lower():
        return text
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")[:4]
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{abs(int(whole)):,}" + (f".{fraction}" if fraction else "")
