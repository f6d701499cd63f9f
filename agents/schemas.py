"""JSON Schemas of answers: the same meaning in the dialect of each provider, and as short lines for the prompt."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]


class Dialect(StrEnum):
    """What a provider's structured output takes."""

    OPENAI = "openai"
    """Every property required, nothing additional, no lengths of text."""
    ANTHROPIC = "anthropic"
    """As OpenAI, and no bounds on numbers and lists either."""
    GRAMMAR = "grammar"
    """llama.cpp: bounds become part of the grammar, so they stay."""


_NOT_SENT = {
    Dialect.OPENAI: {"minLength", "maxLength", "uniqueItems"},
    Dialect.ANTHROPIC: {
        "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minItems", "maxItems", "uniqueItems",
    },
    Dialect.GRAMMAR: {"uniqueItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format"},
}  # fmt: skip


_SAID_ELSEWHERE = {"title", "description", "default", "discriminator", "examples"}


def closed_to(schema: Schema, lists: Mapping[str, Collection[str]]) -> Schema:
    """The schema with the fields at these dotted paths (through lists and objects) closed to the values; changed in place."""
    for path, values in lists.items():
        if values:
            node = schema
            for name in path.split("."):
                node = _leaf(_leaf(node, schema)["properties"][name], schema)
            node["enum"] = list(dict.fromkeys(values))
    return schema


def _leaf(node: Schema, schema: Schema) -> Schema:
    """What a reference or a list finally holds."""
    while True:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        elif node.get("type") == "array":
            node = node["items"]
        else:
            return node


def inlined(schema: Mapping[str, Any]) -> Schema:
    """The schema without `$ref`; an answer type that contains itself keeps its references."""
    definitions = schema.get("$defs", {})

    def resolve(node: Any, above: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [resolve(item, above) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            if name in above:
                raise ValueError(f"{name} contains itself; answers are trees of bounded depth.")
            around = {key: value for key, value in node.items() if key != "$ref"}
            return {**resolve(definitions[name], (*above, name)), **around}
        return {key: resolve(value, above) for key, value in node.items() if key != "$defs"}

    resolved: Schema = resolve(dict(schema), ())
    return resolved


def for_provider(schema: Mapping[str, Any], dialect: Dialect) -> Schema:
    """The schema as the provider takes it; what it cannot hold is checked after the answer came.

    Descriptions stay out: the prompt has them already, and is paid for once.
    """

    def convert(node: Any, *, names: bool = False) -> Any:
        if isinstance(node, list):
            return [convert(item) for item in node]
        if not isinstance(node, dict):
            return node
        if names:
            return {key: convert(value) for key, value in node.items()}
        kept = {
            "anyOf" if key == "oneOf" else key: convert(value, names=key == "properties")
            for key, value in node.items()
            if key not in _NOT_SENT[dialect] and key not in _SAID_ELSEWHERE
        }
        if "const" in kept:
            kept.setdefault("enum", [kept.pop("const")])
        if kept.get("type") == "object" and "properties" in kept:
            kept["required"] = list(kept["properties"])
            kept["additionalProperties"] = False
        return kept

    converted: Schema = convert(inlined(schema))
    return converted


def described(static: Mapping[str, Any], actual: Mapping[str, Any] | None = None) -> str:
    """The fields of an object as lines: name, kind, description. Lists that come from the world are only mentioned.

    `static` is the schema of the type, `actual` the one closed to this world; the lines are the same in every world.
    """
    shown = inlined(static)
    closed = inlined(actual) if actual is not None else shown
    return "\n".join(_lines(shown, closed, ""))


def _lines(node: Schema, closed: Schema, indent: str) -> list[str]:
    lines: list[str] = []
    for name, field in node.get("properties", {}).items():
        inner = closed.get("properties", {}).get(name, field)
        about = field.get("description") or ""
        told = f": {' '.join(about.split())}" if about else ""
        lines.append(f'{indent}- "{name}" ({_kind(field, inner)}){told}')
        lines += _below(field, inner, indent + "  ")
    return lines


def _below(field: Schema, inner: Schema, indent: str) -> list[str]:
    """The fields of the objects inside a field."""
    if field.get("type") == "array":
        return _below(field.get("items", {}), inner.get("items", {}), indent)
    if "properties" in field:
        return _lines(field, inner, indent)
    lines: list[str] = []
    options = [option for option in _options(field) if option.get("type") != "null"]
    matching = [option for option in _options(inner) if option.get("type") != "null"]
    for index, option in enumerate(options):
        found = _below(option, matching[index] if index < len(matching) else option, indent)
        if found and len(options) > 1:
            lines.append(f"{indent}{option.get('title', 'either')}:")
        lines += found
    return lines


def _options(field: Schema) -> list[Schema]:
    found: list[Schema] = field.get("anyOf") or field.get("oneOf") or []
    return found


def _kind(field: Schema, inner: Schema) -> str:
    """`text`, `one of: a, b`, `list of …`; an enum that only this world has is `one of those listed`."""
    if "enum" in field:
        return "one of: " + ", ".join(str(value) for value in field["enum"])
    if "const" in field:
        return str(field["const"])
    if "enum" in inner or "const" in inner:
        return "one of those listed"
    options = _options(field)
    if options:
        inners = _options(inner) or options
        kinds = [
            _kind(option, inners[index] if index < len(inners) else option)
            for index, option in enumerate(options)
        ]
        return " or ".join(dict.fromkeys(kinds))
    kind = field.get("type")
    if kind == "array":
        most = f", at most {field['maxItems']}" if "maxItems" in field else ""
        return f"list of {_kind(field.get('items', {}), inner.get('items', {}))}{most}"
    named = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "null": "null",
        "object": "object",
    }
    return named.get(str(kind), "anything")


__all__ = ["Dialect", "closed_to", "described", "for_provider", "inlined"]
