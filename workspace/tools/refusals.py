"""A validation error as a sentence that names the field as it was sent and what it takes."""

from typing import Any

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

MOST_FAULTS = 5


def words_for(tool: str, arguments: type[BaseModel], wrong: ValidationError) -> str:
    faults = wrong.errors(include_url=False, include_context=False)
    known = [field.alias or name for name, field in arguments.model_fields.items()]
    lines = [_fault(fault, known) for fault in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"and {len(faults) - MOST_FAULTS} more faults")
    return f"{tool} cannot take these arguments: {'; '.join(lines)}."


def _fault(fault: Any, known: list[str]) -> str:
    place = ".".join(str(part) for part in fault["loc"]) or "arguments"
    shown = place if len(place) <= 80 else place[:77] + "…"
    if fault["type"] == "extra_forbidden":
        if len(fault["loc"]) > 1:
            return f"{shown} is not known there"
        nearest = process.extractOne(place, known, score_cutoff=60)
        hint = f"did you mean {nearest[0]}?" if nearest else f"it takes {', '.join(known) or 'no arguments'}"
        return f"{shown!r} is not an argument, {hint}"
    if fault["type"] == "missing":
        return f"{shown} is missing"
    if fault["type"] == "value_error":
        return f"{shown} {fault['msg'].removeprefix('Value error, ')}"
    return f"{shown}: {fault['msg'][0].lower()}{fault['msg'][1:]}"


__all__ = ["words_for"]
